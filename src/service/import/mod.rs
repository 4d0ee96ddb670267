//! A stock file: read and checked as a whole, then applied in pieces, once.
//!
//! New SKUs open with the file's level. A SKU that is there already and has another level is set
//! to it by an adjustment whose number comes from the file's content, so that importing the same
//! file again, or going on after a crash, sets nothing a second time.

mod apply;
mod fields;
mod file;
mod part;

pub use apply::{ImportError, Imported, Planned, apply, plan};
pub use file::{BadLine, MAX_BYTES, MAX_ROWS, Row, StockFile, read};
