//! Demo data: a readable desk made of real orders, and generated ones of any size.

mod fill;
pub mod generate;
mod story;

pub use fill::{Filled, fill};
