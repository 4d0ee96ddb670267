//! Contestants side by side, in one run on one machine, so that their ratios mean something:
//!
//! - `transaction`: one transaction per order (documents, orders, a conditional `UPDATE` of the
//!   stock, ledger, commit), on a pool of connections;
//! - `redis+transaction`: a Redis script first, then the same transaction;
//! - `stockdesk`: the service as it is;
//! - `gate`: the bare gate script, the ceiling.
//!
//! Every contestant writes the same rows, durably, before an order counts. After each run the
//! counts in the stores must add up with what was answered.

mod contestants;
pub mod pages;
mod report;
mod run;
mod scratch;

pub use contestants::Contestant;
pub use report::{Cell, Report};
pub use run::{Plan, run};
