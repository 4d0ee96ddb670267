//! What tests stand on.

pub mod servers;
pub mod world;
