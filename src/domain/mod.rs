//! Pure types and rules: no clock, no I/O. Everything else in the house speaks these words.

pub mod actor;
pub mod approval;
pub mod attention;
pub mod audit;
pub mod book;
pub mod command;
pub mod draft;
pub mod fingerprint;
pub mod ids;
pub mod ledger;
pub mod listing;
pub mod money;
pub mod operation;
pub mod order;
pub mod payment;
pub mod preferences;
pub mod quantity;
pub mod reason;
pub mod receipt;
pub mod rejection;
pub mod role;
pub mod search;
pub mod stock;
pub mod survey;
pub mod user;
mod words;
