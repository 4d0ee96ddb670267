//! The frame of the pages, over HTTP.

mod audit;
mod corrections;
mod exports;
mod frame;
mod guards;
mod health;
mod kept;
mod ledger;
mod login;
pub mod ops;
mod orders;
mod overview;
mod problems;
mod sessions;
mod stock;
