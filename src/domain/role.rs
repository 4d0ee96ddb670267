//! Who may do what: the one table that pages show by and handlers decide by.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type,
)]
#[serde(rename_all = "lowercase")]
#[sqlx(rename_all = "lowercase")]
pub enum Role {
    Viewer,
    Operator,
    Supervisor,
    Admin,
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
    /// Start a reconciliation or a repair of the gate.
    Repair,
    /// Users, API keys, the read-only switch.
    Administer,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Operator, Self::Supervisor, Self::Admin];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
        }
    }

    /// The table. An admin does everything that a supervisor does: on a small site it is the
    /// same person, and a desk nobody can work at on its first evening would help no one.
    pub fn may(self, action: Action) -> bool {
        use Action::*;
        match action {
            View => true,
            Correct | Draft | ReverseOwn => self >= Self::Operator,
            Approve | Reverse | Repair => self >= Self::Supervisor,
            Administer => self == Self::Admin,
        }
    }
}

impl FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|r| r.as_str() == text)
            .ok_or_else(|| "a role is one of viewer, operator, supervisor, admin".to_owned())
    }
}

/// What an API key may do.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type,
)]
#[serde(rename_all = "lowercase")]
#[sqlx(rename_all = "lowercase")]
pub enum Scope {
    /// Read stock, ledger and orders.
    Read,
    /// `read`, and place, cancel and return orders and deductions.
    Orders,
    /// `orders`, and adjust stock.
    Stock,
}

impl Scope {
    pub const ALL: [Self; 3] = [Self::Read, Self::Orders, Self::Stock];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Orders => "orders",
            Self::Stock => "stock",
        }
    }

    /// Each scope includes the ones before it.
    pub fn includes(self, needed: Self) -> bool {
        self >= needed
    }
}

impl FromStr for Scope {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or_else(|| "a scope is one of read, orders, stock".to_owned())
    }
}
