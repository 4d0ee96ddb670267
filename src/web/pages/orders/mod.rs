//! Orders: those that wait for payment, and one.

mod list;
mod one;

pub use list::{OrdersQuery, page as list};
pub use one::{check, page as one, return_form, unknown};
