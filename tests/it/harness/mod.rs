//! What tests stand on.

pub mod servers;
