//! Money against real stores: the table of the state machine row by row and in all combinations,
//! and what becomes of money that came too late.

mod combinations;
pub mod counter;
mod late;
mod rows;
