//! Use cases. A file is a sentence; a page and the JSON API call the same one.

mod cancel;
pub mod cashier;
mod checkout;
pub mod clock;
pub mod desk;
mod settle;
pub mod verify;

pub use cashier::{Cashier, CashierSettings};
pub use clock::Clock;
pub use desk::Desk;
pub use settle::{NotAcknowledged, PaymentChecked};
