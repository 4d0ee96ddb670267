//! Pages: a file each, with the page's struct, its handlers and its form.

pub mod admin;
pub mod audit;
pub mod bulk;
pub mod corrections;
pub mod docs;
pub mod entry;
pub mod explain;
pub mod exports;
pub mod find;
pub mod health;
pub mod late;
pub mod ledger;
pub mod login;
pub mod machine;
pub mod ops;
pub mod orders;
pub mod overview;
pub mod prefs;
pub mod read_only;
pub mod reconciliation;
pub mod sku;
pub mod stock;
