//! Money that came and paid for nothing, and what becomes of it: exactly one of being refunded,
//! getting stock deducted again, or being handled by people outside. The table is [`refunded`]
//! for what gateways say, and [`may`] for what people ask for.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::ids::DocumentNo;
use super::money::Money;
use super::payment::{NewRefund, PaymentOutcome, RefundAnswer, VerifiedPayment};
use super::words::words;

words! {
    /// Where a late payment stands.
    pub enum LateState {
        /// Nothing goes on: people decide.
        Waiting = "waiting",
        /// A worker deducts again, where the desk is set to, or asks for the refund.
        Queued = "queued",
        /// The gateway took the refund on.
        Refunding = "refunding",
        Refunded = "refunded",
        /// The gateway says that the refund will not arrive: people decide.
        RefundFailed = "refund_failed",
        /// Its order's stock was deducted again.
        Deducted = "deducted",
        /// People settled it outside, and said how.
        Handled = "handled",
    }
}

impl LateState {
    /// Nothing happens to it any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Refunded | Self::Deducted | Self::Handled)
    }

    /// Where it stands in the list that people see.
    pub fn group(self) -> LateGroup {
        match self {
            Self::Waiting | Self::RefundFailed => LateGroup::Waiting,
            Self::Queued | Self::Refunding => LateGroup::UnderWay,
            Self::Refunded | Self::Deducted | Self::Handled => LateGroup::Settled,
        }
    }

    /// A worker comes back to it.
    pub fn is_watched(self) -> bool {
        matches!(self, Self::Queued | Self::Refunding)
    }

    /// Where money with this outcome begins. Money for an order that is gone, or paid already, is
    /// given back by itself; where it is not clear what it was for, people look first.
    pub fn first(outcome: PaymentOutcome) -> Self {
        match outcome {
            PaymentOutcome::Late | PaymentOutcome::Duplicate => Self::Queued,
            PaymentOutcome::Mismatch | PaymentOutcome::Orphan | PaymentOutcome::OrderPaid => {
                Self::Waiting
            }
        }
    }
}

/// The groups of the list, in their order: what waits for people first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LateGroup {
    Waiting,
    UnderWay,
    Settled,
}

impl LateGroup {
    pub const ALL: [Self; 3] = [Self::Waiting, Self::UnderWay, Self::Settled];
}

words! {
    /// What a desk does with money for an order that was cancelled.
    pub enum LatePolicy {
        /// Gives it back.
        Refund = "refund",
        /// Deducts the order's stock again where all of it is there, else gives the money back.
        DeductAgainElseRefund = "deduct_again_else_refund",
    }
}

words! {
    /// What a gateway said of a refund, without the particulars.
    pub enum RefundSaid {
        Refunded = "refunded",
        /// Taken on; the money is on its way.
        Processing = "processing",
        /// It will not arrive by itself.
        Failed = "failed",
        /// Our configuration, permission, balance or parameters are at fault.
        Refused = "refused",
        /// It knows no refund of this number.
        NotFound = "not_found",
        Unknown = "no_answer",
    }
}

impl From<&RefundAnswer> for RefundSaid {
    fn from(answer: &RefundAnswer) -> Self {
        match answer {
            RefundAnswer::Refunded { .. } => Self::Refunded,
            RefundAnswer::Processing => Self::Processing,
            RefundAnswer::Failed(_) => Self::Failed,
            RefundAnswer::Refused(_) => Self::Refused,
            RefundAnswer::NotFound => Self::NotFound,
            RefundAnswer::Unknown(_) => Self::Unknown,
        }
    }
}

/// What follows from an answer about a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundStep {
    /// 21 to 23, of the same table as [`super::machine::next`].
    pub row: u8,
    /// The state it is in from then on.
    pub state: LateState,
    /// Whether somebody has to look, although it goes on by itself.
    pub call_people: bool,
}

/// The table of a refund that was asked for: always under the one number, until it is final.
pub fn refunded(state: LateState, said: RefundSaid) -> RefundStep {
    let step = |row, state| RefundStep {
        row,
        state,
        call_people: false,
    };
    match said {
        // People can put a failed refund right at the gateway's own site.
        RefundSaid::Refunded if state == LateState::RefundFailed => step(23, LateState::Refunded),
        _ if !state.is_watched() => step(23, state),
        RefundSaid::Refunded => step(23, LateState::Refunded),
        RefundSaid::Failed => RefundStep {
            call_people: true,
            ..step(23, LateState::RefundFailed)
        },
        RefundSaid::Processing => step(21, LateState::Refunding),
        RefundSaid::Unknown => step(22, state),
        // It took it on and lost it: asking under the same number is safe.
        RefundSaid::NotFound => step(22, LateState::Queued),
        RefundSaid::Refused => RefundStep {
            call_people: true,
            ..step(22, state)
        },
    }
}

words! {
    /// What people can do about a late payment.
    pub enum Deed {
        Refund = "refund",
        /// Deduct its order's stock again.
        Deduct = "deduct",
        /// Ask the gateway about its refund now.
        Ask = "ask",
        /// Mark it as handled outside.
        Handle = "handle",
    }
}

/// What decides about a deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub state: LateState,
    pub outcome: PaymentOutcome,
    /// The gateway was, or may have been, asked for the refund.
    pub asked: bool,
    /// What it said last.
    pub heard: Option<RefundSaid>,
}

/// Whether a deed can be done. Once a refund may have been asked for, its stock is never deducted
/// again; and people do not settle outside what the gateway may be paying back.
pub fn may(deed: Deed, now: Standing) -> bool {
    use LateState::*;
    let refused = now.asked && now.heard == Some(RefundSaid::Refused);
    match deed {
        Deed::Refund => now.state == Waiting,
        Deed::Deduct => {
            now.outcome == PaymentOutcome::Late
                && matches!(now.state, Waiting | Queued)
                && !now.asked
        }
        Deed::Ask => now.state.is_watched() || now.state == RefundFailed,
        Deed::Handle => match now.state {
            Waiting | RefundFailed => true,
            Queued => !now.asked || refused,
            Refunding | Refunded | Deducted | Handled => false,
        },
    }
}

words! {
    /// What happened to a late payment.
    pub enum LateKind {
        /// It came, and was stored.
        Arrived = "arrived",
        /// Somebody wants it refunded.
        Queued = "queued",
        /// There was too little stock to deduct again.
        Short = "short",
        /// The gateway is being asked for the refund.
        Asked = "asked",
        /// It took it on.
        Processing = "processing",
        /// It did not say anything that settles it.
        Unanswered = "unanswered",
        Refunded = "refunded",
        Failed = "failed",
        Deducted = "deducted",
        Handled = "handled",
    }
}

/// One thing that happened to a late payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateEvent {
    pub at: DateTime<Utc>,
    pub kind: LateKind,
    pub actor: String,
    /// A short machine detail: an outcome, a word of the gateway, a document.
    pub detail: Option<String>,
}

/// A verified payment that did not pay its order, and what has become of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LatePayment {
    pub id: u64,
    pub gateway: String,
    pub transaction_id: String,
    pub order_no: DocumentNo,
    pub amount: Money,
    pub paid_at: DateTime<Utc>,
    pub outcome: PaymentOutcome,
    pub created_at: DateTime<Utc>,
    pub state: LateState,
    /// Its refund's number at the gateway.
    pub refund_no: String,
    pub refund_asked_at: Option<DateTime<Utc>>,
    /// Tries that came to nothing.
    pub attempts: u32,
    pub next_action_at: Option<DateTime<Utc>>,
    /// What the gateway said last of its refund.
    pub heard: Option<RefundSaid>,
    pub refunded_at: Option<DateTime<Utc>>,
    /// The gateway's word that it is refunded, and the SHA-256 of its answer in hex.
    pub evidence_code: Option<String>,
    pub evidence_digest: Option<String>,
    /// The document that deducted its order's stock again.
    pub document: Option<DocumentNo>,
    pub handled_by: Option<String>,
    pub handled_note: Option<String>,
    pub settled_at: Option<DateTime<Utc>>,
}

impl LatePayment {
    /// Tries after which somebody should look, although it goes on by itself.
    pub const MANY_ATTEMPTS: u32 = 5;

    /// The one refund of it: the whole of it, under its one number. `reason` is shown to the
    /// payer.
    pub fn refund(&self, reason: &str) -> NewRefund {
        let payment = VerifiedPayment {
            gateway: self.gateway.clone(),
            transaction_id: self.transaction_id.clone(),
            order_no: self.order_no.clone(),
            amount: self.amount,
            paid_at: self.paid_at,
        };
        NewRefund::whole(&payment, reason)
    }

    pub fn standing(&self) -> Standing {
        Standing {
            state: self.state,
            outcome: self.outcome,
            asked: self.refund_asked_at.is_some(),
            heard: self.heard,
        }
    }

    pub fn may(&self, deed: Deed) -> bool {
        may(deed, self.standing())
    }

    /// Whether nothing will happen unless somebody acts, or it has been tried often.
    pub fn needs_people(&self) -> bool {
        match self.state {
            LateState::Waiting | LateState::RefundFailed => true,
            LateState::Queued | LateState::Refunding => {
                self.attempts >= Self::MANY_ATTEMPTS || self.heard == Some(RefundSaid::Refused)
            }
            LateState::Refunded | LateState::Deducted | LateState::Handled => false,
        }
    }
}

/// The number of the document that deducts a cancelled order's stock again. One for each order:
/// whoever paid it twice gets the goods once.
pub fn again_document(order_no: &DocumentNo) -> String {
    let digest = Sha256::digest(format!("stockdesk again\n{order_no}").as_bytes());
    let hex: String = digest[..16].iter().map(|b| format!("{b:02x}")).collect();
    format!("late-{hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refund_ends_only_on_the_gateways_word_and_final_states_stay() {
        for &state in LateState::ALL {
            for &said in RefundSaid::ALL {
                let step = refunded(state, said);
                assert!((21..=23).contains(&step.row), "{state} {said}");
                let expected = match said {
                    RefundSaid::Refunded if state == LateState::RefundFailed => LateState::Refunded,
                    _ if !state.is_watched() => state,
                    RefundSaid::Refunded => LateState::Refunded,
                    RefundSaid::Failed => LateState::RefundFailed,
                    RefundSaid::Processing => LateState::Refunding,
                    RefundSaid::NotFound => LateState::Queued,
                    RefundSaid::Unknown | RefundSaid::Refused => state,
                };
                assert_eq!(step.state, expected, "{state} {said}");
            }
        }
    }

    fn standings() -> Vec<Standing> {
        let mut all = Vec::new();
        for &state in LateState::ALL {
            for &outcome in PaymentOutcome::ALL {
                for asked in [false, true] {
                    let said = RefundSaid::ALL.iter().map(|&said| Some(said));
                    all.extend(said.chain([None]).map(|heard| Standing {
                        state,
                        outcome,
                        asked,
                        heard,
                    }));
                }
            }
        }
        all
    }

    #[test]
    fn no_two_outcomes_can_be_chosen_for_one_payment() {
        for now in standings() {
            if now.state.is_final() {
                for &deed in Deed::ALL {
                    assert!(!may(deed, now), "{deed} {now:?}");
                }
            }
            if now.asked {
                assert!(!may(Deed::Deduct, now), "{now:?}");
            }
            if may(Deed::Deduct, now) {
                assert_eq!(now.outcome, PaymentOutcome::Late, "{now:?}");
            }
            // The gateway may be paying it back.
            let under_way = now.state == LateState::Refunding
                || (now.state == LateState::Queued
                    && now.asked
                    && now.heard != Some(RefundSaid::Refused));
            if under_way {
                assert!(!may(Deed::Handle, now), "{now:?}");
            }
        }
    }

    #[test]
    fn whatever_is_not_final_can_be_brought_to_an_end() {
        for now in standings().into_iter().filter(|now| !now.state.is_final()) {
            let way = now.state.is_watched() || may(Deed::Handle, now);
            assert!(way, "{now:?}");
        }
    }

    #[test]
    fn a_deduction_has_a_number_that_every_order_can_have() {
        let order_no: DocumentNo = "x".repeat(64).parse().unwrap();
        let document = again_document(&order_no);
        assert!(document.parse::<DocumentNo>().is_ok(), "{document}");
        assert_ne!(document, again_document(&"x".parse().unwrap()));
    }
}
