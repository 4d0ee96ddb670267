//! Use cases on real stores; orders and their payments against the real sandbox gateway.

mod cancel;
mod cancel_operations;
mod checkout;
mod drafts;
mod due_orders;
mod gateways;
mod ledger_list;
pub mod office;
mod operations;
mod orders_list;
mod overview;
mod proof;
mod settle;
mod stock_list;
pub mod till;
