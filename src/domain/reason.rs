//! Coded reasons for corrections. The code is stored; each language has its words.

use serde::{Deserialize, Serialize};

use super::operation::OpKind;

macro_rules! reasons {
    ($($variant:ident = $code:literal),+ $(,)?) => {
        /// Why stock was corrected, rolled back or an order cancelled.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Reason { $($variant),+ }

        impl Reason {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            pub fn parse(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

reasons! {
    Damaged = "damaged", Lost = "lost", Sample = "sample", SoldOffline = "sold_offline",
    Received = "received", Returned = "returned", CountError = "count_error",
    Correction = "correction", Count = "count",
    EnteredTwice = "entered_twice", WrongSku = "wrong_sku", WrongQuantity = "wrong_quantity",
    CustomerAsked = "customer_asked", Duplicate = "duplicate", SuspectedFraud = "suspected_fraud",
    CannotSupply = "cannot_supply", NotPaid = "not_paid", Sale = "sale", Other = "other",
}

impl Reason {
    /// Why the goods of a paid order come back.
    pub const RETURN: &'static [Self] = &[
        Self::Returned,
        Self::CustomerAsked,
        Self::CannotSupply,
        Self::Duplicate,
        Self::Other,
    ];

    /// Why many SKUs are changed at once.
    pub const BULK: &'static [Self] = &[
        Self::Count,
        Self::Received,
        Self::Returned,
        Self::CountError,
        Self::Correction,
        Self::Damaged,
        Self::Lost,
        Self::Other,
    ];

    /// The reasons a form offers, in the order shown. `Other` asks for a note.
    pub fn offered(kind: OpKind) -> &'static [Self] {
        use Reason::*;
        match kind {
            OpKind::Deduct => &[Damaged, Lost, Sample, SoldOffline, Other],
            OpKind::Adjust => &[Received, Returned, CountError, Correction, Other],
            OpKind::Set => &[Count, Correction],
            OpKind::Rollback => &[EnteredTwice, WrongSku, WrongQuantity, Other],
            OpKind::Cancel => &[
                CustomerAsked,
                Duplicate,
                SuspectedFraud,
                CannotSupply,
                Other,
            ],
        }
    }
}
