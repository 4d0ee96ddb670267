//! What tests stand on.

pub mod browser;
pub mod servers;
pub mod site;
pub mod world;
