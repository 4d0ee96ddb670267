//! The life of an order that waits for money, as one table: what is to be done when something
//! happens to it. Whoever acts on an order asks [`next`] first, so the table is what happens.
//!
//! Rows have the numbers of the table in `docs/decisions/0007-the-state-machine.md`; each has a test
//! by that number, and all combinations are walked below. Money that came too late has a table of
//! its own: [`super::late`].

use super::order::OrderStatus;
use super::payment::PaymentOutcome;
use super::words::words;

words! {
    /// What a gateway said of a payment when it was asked, without the particulars.
    pub enum Said {
        /// Proved closed.
        Closed = "closed",
        /// Proved paid.
        Paid = "paid",
        /// Not paid, and still payable.
        Open = "open",
        /// The customer is paying at this moment.
        Paying = "paying",
        /// It knows no such payment.
        NotCreated = "not_created",
        /// Our configuration, permission or parameters are at fault.
        Refused = "refused",
        /// No answer, or none that proves anything.
        Unknown = "no_answer",
    }
}

words! {
    /// What a gateway answered to a close. It proves nothing.
    pub enum Asked {
        Accepted = "accepted",
        AlreadyPaid = "paid",
        InProgress = "paying",
        Refused = "refused",
        Unknown = "no_answer",
    }
}

words! {
    /// What our own record says of creating the payment.
    pub enum Prepay {
        /// No gateway ever heard of it; once the order is closing, none will.
        Unsent = "unsent",
        /// Sent and never acknowledged: it may exist, or come into being.
        Unacknowledged = "unacknowledged",
        /// Sent and never acknowledged, and whatever was sent is not valid any more.
        Expired = "expired",
        /// The gateway said that it has it.
        Acknowledged = "acknowledged",
    }
}

/// What happened to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// Its deadline passed, or somebody asked for its cancel.
    CancelDue,
    /// It is closing, and its gateway is the next to be asked.
    Begun(Prepay),
    /// The gateway said this before it was asked to close.
    Queried(Said),
    /// It said the one when asked to close, and the other when asked again after that.
    Confirmed(Asked, Said),
    /// The answer to the whole question, whoever asked.
    Answered(Said, Prepay),
    /// A verified payment. `fits`: gateway, amount and currency are the order's. `known`: this
    /// transaction was stored before.
    Money { fits: bool, known: bool },
    /// A verified word that something else happened at the gateway.
    Hint,
    /// A notification that is not to be believed.
    Forged,
    /// What came could not be stored.
    NotStored,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Compare-and-set to closing, commit, and only then ask anybody.
    BeginClosing,
    /// Go on with a close that was begun.
    Resume,
    /// Ask the gateway: query, close, query.
    Ask,
    AskToClose,
    /// This is what the whole exchange came to.
    Conclude(Said),
    /// Compare-and-set to cancelled; its stock goes back, once, with the evidence.
    Cancel,
    /// The same, on our own evidence that the payment was never created.
    CancelNeverCreated,
    /// Store the payment with this outcome, and acknowledge.
    Store(PaymentOutcome),
    /// The gateway's answer is a payment: store it as one that came ([`Event::Money`]).
    Settle,
    /// Stock stays held; ask again later, at growing intervals.
    AskLater,
    /// Stock stays held; it needs a person. Ask again, slowly.
    CallPeople,
    /// Ask now instead of later; act on nothing that a hint says.
    Hurry,
    /// Keep what was heard; nothing follows from it.
    Note,
    Nothing,
    /// Tell whoever asked that the order is paid, or is cancelled.
    Decline,
    /// 4xx: nothing changes, and it is counted.
    Refuse,
    /// 5xx: it has to come again.
    Redeliver,
}

impl Action {
    /// Whether stock goes back by this.
    pub fn returns_stock(self) -> bool {
        matches!(self, Self::Cancel | Self::CancelNeverCreated)
    }
}

/// A row of the table, and what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// 1 to 20, and 24.
    pub row: u8,
    pub action: Action,
}

const fn row(row: u8, action: Action) -> Step {
    Step { row, action }
}

/// The table. `order`: its state; `None` when there is no such order.
pub fn next(order: Option<OrderStatus>, event: Event) -> Step {
    use Action::*;
    use OrderStatus::{Cancelled, Closing, Paid, Pending};
    match (order, event) {
        // Whoever it comes from, before anything is looked at.
        (_, Event::Forged) => row(17, Refuse),
        (_, Event::NotStored) => row(20, Redeliver),

        (_, Event::Money { known: true, .. }) => row(15, Nothing),
        (None, Event::Money { .. }) => row(18, Store(PaymentOutcome::Orphan)),
        (Some(_), Event::Money { fits: false, .. }) => row(13, Store(PaymentOutcome::Mismatch)),
        (Some(Pending | Closing), Event::Money { .. }) => row(12, Store(PaymentOutcome::OrderPaid)),
        (Some(Cancelled), Event::Money { .. }) => row(14, Store(PaymentOutcome::Late)),
        (Some(Paid), Event::Money { .. }) => row(16, Store(PaymentOutcome::Duplicate)),

        (Some(Closing), Event::Hint) => row(19, Hurry),
        (_, Event::Hint) => row(19, Nothing),

        (Some(Pending), Event::CancelDue) => row(1, BeginClosing),
        (Some(Closing), Event::CancelDue) => row(1, Resume),
        (Some(Paid | Cancelled) | None, Event::CancelDue) => row(1, Decline),
        (Some(Closing), Event::Begun(Prepay::Unsent)) => row(5, CancelNeverCreated),
        (Some(Closing), Event::Begun(_)) => row(1, Ask),
        // A closing order alone has its payment closed.
        (_, Event::Begun(_)) => row(1, Decline),

        (Some(Closing), Event::Queried(said)) => before_close(said),
        (Some(Closing), Event::Confirmed(asked, said)) => after_close(asked, said),
        (_, Event::Queried(_) | Event::Confirmed(..)) => row(1, Decline),

        (Some(Closing), Event::Answered(said, prepay)) => closing(said, prepay),
        (Some(Cancelled), Event::Answered(Said::Paid, _)) => row(24, Settle),
        (Some(Paid), Event::Answered(Said::Paid, _)) => row(15, Settle),
        (Some(Pending), Event::Answered(Said::Paid, _)) => row(12, Settle),
        // Even "closed": an order is closing before its stock goes back.
        (Some(Pending), Event::Answered(..)) => row(19, Note),
        (Some(Paid | Cancelled) | None, Event::Answered(..)) => row(19, Nothing),
    }
}

/// Rows 2 to 5, 10 and 11: what the first query said. An unknown number is closed like an open
/// one, for a gateway may keep it from ever being created by that.
fn before_close(said: Said) -> Step {
    match said {
        Said::Paid => row(2, Action::Conclude(said)),
        Said::Closed => row(3, Action::Conclude(said)),
        Said::Open | Said::Paying => row(4, Action::AskToClose),
        Said::NotCreated => row(5, Action::AskToClose),
        Said::Refused => row(11, Action::Conclude(said)),
        Said::Unknown => row(10, Action::Conclude(said)),
    }
}

/// Rows 6, 7 and 9: only the query after it tells what a close came to, and where the two
/// contradict each other nothing is known.
fn after_close(asked: Asked, said: Said) -> Step {
    let conclude = |number, said| row(number, Action::Conclude(said));
    let number = if asked == Asked::AlreadyPaid { 9 } else { 6 };
    match (asked, said) {
        (_, Said::Closed | Said::Paid | Said::Paying) => conclude(number, said),
        (_, Said::Unknown) => conclude(10, said),
        (_, Said::Refused) => conclude(11, said),
        (Asked::InProgress, Said::Open | Said::NotCreated) => conclude(10, Said::Paying),
        (Asked::AlreadyPaid, Said::Open | Said::NotCreated) => conclude(9, Said::Unknown),
        (_, Said::NotCreated) => conclude(5, said),
        (Asked::Refused, Said::Open) => conclude(11, Said::Refused),
        (Asked::Accepted, Said::Open) => conclude(6, Said::Unknown),
        (Asked::Unknown, Said::Open) => conclude(10, Said::Unknown),
    }
}

/// What an answer licenses for a closing order. Age and number of tries are not among it.
fn closing(said: Said, prepay: Prepay) -> Step {
    match (said, prepay) {
        (Said::Closed, _) => row(8, Action::Cancel),
        (Said::Paid, _) => row(2, Action::Settle),
        (Said::NotCreated, Prepay::Unsent | Prepay::Expired) => row(5, Action::CancelNeverCreated),
        (Said::NotCreated, Prepay::Unacknowledged) => row(5, Action::AskLater),
        // It had it, and now does not know it: somebody has to find out why.
        (Said::NotCreated, Prepay::Acknowledged) => row(5, Action::CallPeople),
        (Said::Refused, _) => row(11, Action::CallPeople),
        (Said::Open | Said::Paying | Said::Unknown, _) => row(10, Action::AskLater),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn events() -> Vec<Event> {
        let mut events = vec![
            Event::CancelDue,
            Event::Hint,
            Event::Forged,
            Event::NotStored,
        ];
        for &prepay in Prepay::ALL {
            events.push(Event::Begun(prepay));
        }
        for &said in Said::ALL {
            events.push(Event::Queried(said));
            events.extend(
                Asked::ALL
                    .iter()
                    .map(|&asked| Event::Confirmed(asked, said)),
            );
            events.extend(Prepay::ALL.iter().map(|&p| Event::Answered(said, p)));
        }
        for (fits, known) in [(false, false), (false, true), (true, false), (true, true)] {
            events.push(Event::Money { fits, known });
        }
        events
    }

    fn orders() -> impl Iterator<Item = Option<OrderStatus>> {
        let known = OrderStatus::ALL.iter().map(|&status| Some(status));
        known.chain([None])
    }

    #[test]
    fn stock_goes_back_in_four_cases_and_in_no_other() {
        let mut licensed = Vec::new();
        for order in orders() {
            for event in events() {
                if next(order, event).action.returns_stock() {
                    assert_eq!(order, Some(OrderStatus::Closing), "{event:?}");
                    licensed.push(event);
                }
            }
        }
        let closed = |prepay: &Prepay| Event::Answered(Said::Closed, *prepay);
        let mut expected = vec![Event::Begun(Prepay::Unsent)];
        expected.extend(Prepay::ALL.iter().map(closed));
        for prepay in [Prepay::Unsent, Prepay::Expired] {
            expected.push(Event::Answered(Said::NotCreated, prepay));
        }
        let set = |events: &[Event]| events.iter().map(|e| format!("{e:?}")).collect();
        let (licensed, expected): (BTreeSet<String>, BTreeSet<_>) =
            (set(&licensed), set(&expected));
        assert_eq!(licensed, expected);
    }

    #[test]
    fn every_row_is_reached_and_no_other() {
        let mut rows = BTreeSet::new();
        for order in orders() {
            rows.extend(events().into_iter().map(|event| next(order, event).row));
        }
        // 7 is row 6 for a gateway that says "closed already" in its own words; 21 to 23 are
        // those of late money.
        let expected: BTreeSet<u8> = (1..=20).filter(|row| *row != 7).chain([24]).collect();
        assert_eq!(rows, expected);
    }

    #[test]
    fn money_is_always_stored_once_and_pays_an_open_order_only() {
        use PaymentOutcome::*;
        for order in orders() {
            for (fits, known) in [(false, false), (false, true), (true, false), (true, true)] {
                let action = next(order, Event::Money { fits, known }).action;
                let expected = match (order, known, fits) {
                    (_, true, _) => Action::Nothing,
                    (None, _, _) => Action::Store(Orphan),
                    (_, _, false) => Action::Store(Mismatch),
                    (Some(OrderStatus::Paid), ..) => Action::Store(Duplicate),
                    (Some(OrderStatus::Cancelled), ..) => Action::Store(Late),
                    (Some(_), ..) => Action::Store(OrderPaid),
                };
                assert_eq!(action, expected, "{order:?} fits={fits} known={known}");
            }
        }
    }

    #[test]
    fn no_close_is_believed_that_the_query_after_it_does_not_confirm() {
        for &asked in Asked::ALL {
            for &said in Said::ALL {
                let event = Event::Confirmed(asked, said);
                let Action::Conclude(came_to) = next(Some(OrderStatus::Closing), event).action
                else {
                    panic!("{event:?} is no conclusion");
                };
                assert_eq!(came_to == Said::Closed, said == Said::Closed, "{event:?}");
                assert_eq!(came_to == Said::Paid, said == Said::Paid, "{event:?}");
                // Nor does it end in "open": somebody must come back to it.
                assert_ne!(came_to, Said::Open, "{event:?}");
            }
        }
    }

    #[test]
    fn a_closing_order_is_finished_or_asked_about_again() {
        for &said in Said::ALL {
            for &prepay in Prepay::ALL {
                let step = next(Some(OrderStatus::Closing), Event::Answered(said, prepay));
                let goes_on = matches!(
                    step.action,
                    Action::AskLater | Action::CallPeople | Action::Settle
                );
                assert!(
                    goes_on || step.action.returns_stock(),
                    "{said} {prepay}: {step:?}"
                );
            }
        }
    }

    #[test]
    fn only_a_pending_order_begins_to_close_and_only_there_is_a_gateway_asked() {
        for order in orders() {
            for event in events() {
                let action = next(order, event).action;
                let (pending, closing) = (OrderStatus::Pending, OrderStatus::Closing);
                if action == Action::BeginClosing {
                    assert_eq!(order, Some(pending), "{event:?}");
                }
                if matches!(action, Action::Ask | Action::AskToClose | Action::Hurry) {
                    assert_eq!(order, Some(closing), "{event:?}");
                }
            }
        }
    }
}
