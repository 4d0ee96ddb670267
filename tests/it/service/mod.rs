//! Use cases on real stores; orders and their payments against the real sandbox gateway.

mod cancel;
mod checkout;
mod drafts;
mod ledger_list;
mod orders_list;
mod settle;
mod stock_list;
mod till;
mod timeout_cancel;
