//! Who may do what: the one table that pages show by and handlers decide by.

use super::words::words;

words! {
    pub enum Role {
        Viewer = "viewer",
        Operator = "operator",
        Supervisor = "supervisor",
        Admin = "admin",
    }
}

/// What a signed-in person can be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// See everything but users and keys.
    View,
    /// Prepare a deduction or an adjustment; up to the operator's limit also confirm it.
    Correct,
    /// Prepare what only a supervisor confirms: set to counted, bulk, over the limit.
    Draft,
    /// Confirm what an operator may only prepare.
    Approve,
    /// Roll back and cancel: anything, at any time.
    Reverse,
    /// Roll back one's own correction within 15 minutes.
    ReverseOwn,
    /// Give late money back, deduct its stock again, or mark it as handled.
    Settle,
    /// Start a reconciliation or a repair of the gate.
    Repair,
    /// Users, API keys, the read-only switch.
    Administer,
}

impl Role {
    /// The table. An admin does everything that a supervisor does: on a small site it is the
    /// same person, and a desk nobody can work at on its first evening would help no one.
    pub fn may(self, action: Action) -> bool {
        use Action::*;
        match action {
            View => true,
            Correct | Draft | ReverseOwn => self >= Self::Operator,
            Approve | Reverse | Settle | Repair => self >= Self::Supervisor,
            Administer => self == Self::Admin,
        }
    }
}

words! {
    /// What an API key may do.
    pub enum Scope {
        /// Read stock, ledger and orders.
        Read = "read",
        /// `read`, and place, cancel and return orders and deductions.
        Orders = "orders",
        /// `orders`, and adjust stock.
        Stock = "stock",
    }
}

impl Scope {
    /// Each scope includes the ones before it.
    pub fn includes(self, needed: Self) -> bool {
        self >= needed
    }
}
