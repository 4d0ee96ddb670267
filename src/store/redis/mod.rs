//! Redis: the gate in front of the truth. It may be wrong, slow or away without harm.

mod connection;
mod gate;
mod keys;
mod scripts;

pub use connection::Connection;
pub use gate::{Claim, Fence, Gate, GateAway, GateLevel, Outcome, StaleMark};
