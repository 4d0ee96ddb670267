//! Plays real order lines through the service, and proves afterwards that everything adds up.
//!
//! An invoice is an order. Invoices that begin with `C` are returns. Lines without a price, with
//! quantities that are not positive, or of invoices with other letters are the shop's own
//! bookkeeping: corrections. Every line of the file ends in exactly one bucket of the summary.

mod customers;
mod file;
mod game;
mod opening;
mod orders;
mod play;
mod tally;

pub use file::{Invoice, OrderFile, read};
pub use play::{Options, play};
pub use tally::{Buckets, Proof, Tally};
