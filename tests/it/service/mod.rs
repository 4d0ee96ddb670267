//! Orders and their payments: the cashier and its workers, on real stores, against the real
//! sandbox gateway.

mod cancel;
mod checkout;
mod drafts;
mod settle;
mod till;
mod timeout_cancel;
