//! The frame of the pages, over HTTP.

mod frame;
mod guards;
mod kept;
mod ledger;
mod login;
mod ops;
mod problems;
mod sessions;
mod stock;
