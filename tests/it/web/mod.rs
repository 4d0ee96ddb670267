//! The frame of the pages, over HTTP.

mod admin;
mod audit;
pub mod bulk;
mod bulk_once;
mod corrections;
mod docs;
mod exports;
mod find;
mod frame;
mod guards;
mod health;
mod kept;
mod language;
mod late;
mod ledger;
mod login;
mod offers;
pub mod ops;
mod orders;
mod overview;
mod prefs;
mod problems;
mod read_only;
mod reconciliation;
mod sessions;
mod sku;
mod stock;
