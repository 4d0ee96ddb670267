//! The frame of the pages, over HTTP.

mod frame;
mod guards;
mod health;
mod kept;
mod ledger;
mod login;
mod ops;
mod overview;
mod problems;
mod sessions;
mod stock;
