//! What the page of an operation shows, in each of its states.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use askama::Template;
use chrono::{DateTime, Utc};

use super::deed::Deed;
use super::parts::{Receipt, Recounts, discarded, expired, receipt, said, says_undone, too_late};
use super::status;
use crate::domain::approval::{Origin, Standing};
use crate::domain::ids::{DocumentNo, EntryId, Sku, Warehouse};
use crate::domain::ledger::{Document, Reversal};
use crate::domain::operation::{OpKind, OpStatus, OpTarget, Operation};
use crate::domain::order::Order;
use crate::domain::payment::PaymentState;
use crate::domain::rejection::Rejection;
use crate::domain::role::Action;
use crate::domain::survey::SurveyLine;
use crate::service::operations::Preview;
use crate::web::i18n::{Message, msg};
use crate::web::layout::Layout;
use crate::web::pages::corrections::cancel::STEPS;
use crate::web::pages::corrections::{self, Levels};
use crate::web::pages::orders::return_form;
use crate::web::{filters, paths};

/// Why the page is shown, besides that somebody opened it.
#[derive(Debug)]
pub enum Notice {
    /// It was confirmed once more, and nothing was done again.
    Again,
    /// Nothing shows that the form came from this page.
    Foreign,
    /// A count was to be dealt with, and nothing was chosen.
    NoChoice,
    /// It was tried, and refused.
    Refused(Rejection),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Draft,
    /// A draft that would come to nothing as it is.
    Blocked,
    /// A count, after the stock has moved.
    Conflict,
    Expired,
    Waiting,
    Applied,
    Refused,
    Discarded,
}

#[derive(Template)]
#[template(path = "pages/op.html")]
pub struct OpPage {
    pub layout: Layout,
    op: Operation,
    stage: Stage,
    deed: Deed,
    notice: Option<Notice>,
    /// Why a draft would come to nothing.
    problem: Option<Rejection>,
    lines: Vec<SurveyLine>,
    as_of: DateTime<Utc>,
    receipt: Vec<Receipt>,
    order: Option<Order>,
    /// What is, or was, rolled back.
    undone: Option<Document>,
    /// The document that it made.
    made: Option<Document>,
    may_confirm: bool,
    may_change: bool,
    may_undo: bool,
}

impl OpPage {
    pub fn new(
        layout: Layout,
        preview: Preview,
        made: Option<Document>,
        notice: Option<Notice>,
        standing: &Standing<'_>,
    ) -> Self {
        let Preview {
            operation: op,
            as_of,
            survey,
            problem,
            may_confirm,
            may_change,
        } = preview;
        let stage = match (op.status, &problem) {
            (OpStatus::Draft, _) if op.expired(as_of) => Stage::Expired,
            (OpStatus::Draft, Some(Rejection::VersionChanged { .. })) => Stage::Conflict,
            (OpStatus::Draft, Some(_)) => Stage::Blocked,
            (OpStatus::Draft, None) => Stage::Draft,
            (OpStatus::Waiting, _) => Stage::Waiting,
            (OpStatus::Applied, _) => Stage::Applied,
            (OpStatus::Refused, _) => Stage::Refused,
            (OpStatus::Discarded, _) => Stage::Discarded,
        };
        let settled = matches!(stage, Stage::Applied | Stage::Waiting | Stage::Refused);
        let notice = notice.filter(|notice| settled || !matches!(notice, Notice::Again));
        let layout = match stage {
            Stage::Waiting => layout.live(5),
            _ => layout,
        };
        Self {
            deed: Deed::of(&op).undoing(survey.document.as_ref()),
            receipt: receipt(&op, survey.document.as_ref()),
            may_undo: made.as_ref().is_some_and(|made| may_undo(made, standing)),
            undone: survey.document,
            order: survey.order,
            lines: survey.lines,
            layout,
            op,
            stage,
            notice,
            problem,
            as_of,
            made,
            may_confirm,
            may_change,
        }
    }

    /// What the answer's status is.
    pub fn status(&self) -> StatusCode {
        match (&self.notice, self.stage) {
            (Some(Notice::Foreign), _) => StatusCode::FORBIDDEN,
            (Some(Notice::NoChoice), _) => StatusCode::UNPROCESSABLE_ENTITY,
            (Some(Notice::Refused(refused)), _) => status(refused),
            (_, Stage::Expired) => StatusCode::GONE,
            (Some(Notice::Again) | None, _) => StatusCode::OK,
        }
    }

    fn heading(&self) -> Message {
        match self.stage {
            Stage::Conflict => self.deed.moved(),
            Stage::Draft | Stage::Blocked => self.deed.check(),
            _ => self.deed.label(),
        }
    }

    fn title(&self) -> Message {
        let heading = self.heading();
        match &self.notice {
            Some(Notice::Again) | None => heading,
            Some(_) => msg("title-error").with("title", heading),
        }
    }

    fn is_draft(&self) -> bool {
        matches!(self.stage, Stage::Draft | Stage::Blocked | Stage::Conflict)
    }

    /// That nothing happened, and when it will: each reader may do something else about it.
    fn nothing_yet(&self) -> Message {
        nothing_yet(&self.layout, self.may_confirm)
    }

    /// What a cancel waits for.
    fn waits_for(&self) -> Message {
        let state = self.order.as_ref().and_then(|order| order.payment_state);
        match state {
            Some(PaymentState::Paying) => msg("op-waits-paying"),
            _ => msg("op-waits"),
        }
    }

    /// The way to this page.
    fn above(&self) -> Vec<(String, Cow<'static, str>)> {
        let say = |id| self.layout.text.say(&msg(id));
        match &self.op.target {
            OpTarget::Lines { .. } => {
                let mut above = vec![(paths::STOCK.to_owned(), say("nav-stock"))];
                if let Some((warehouse, sku)) = self.place() {
                    above.push((paths::stock_of(warehouse), warehouse.to_string().into()));
                    above.push((paths::stock(warehouse, sku), sku.to_string().into()));
                }
                above
            }
            OpTarget::Document(_) => vec![(paths::LEDGER.to_owned(), say("nav-ledger"))],
            OpTarget::Order(order_no) => vec![
                (paths::ORDERS.to_owned(), say("nav-orders")),
                (paths::order(order_no), order_no.to_string().into()),
            ],
        }
    }

    /// What is said to somebody who confirmed it once more.
    fn again(&self) -> &'static str {
        match self.stage {
            Stage::Waiting => "op-again-waiting",
            Stage::Refused => "op-again-refused",
            _ => "op-again",
        }
    }

    /// Whether somebody prepared it for a supervisor.
    fn is_request(&self) -> bool {
        let user = self.layout.user.as_ref().map(|user| user.name.as_str());
        user != Some(&self.op.author)
    }

    /// Whether this person may do more than look.
    fn works_here(&self) -> bool {
        self.layout.may(Action::Correct)
    }

    /// What went wrong with what was tried, or (nothing tried) stands in the way; and what that
    /// means, where it is not said already.
    fn trouble(&self) -> Option<(Message, Option<Message>)> {
        let (refused, tried) = match &self.notice {
            // The choice that it leaves says so already.
            Some(Notice::Refused(Rejection::VersionChanged { .. }))
                if self.stage == Stage::Conflict =>
            {
                return None;
            }
            Some(Notice::Refused(refused)) => (refused, true),
            _ => (
                self.problem
                    .as_ref()
                    .filter(|_| self.stage == Stage::Blocked)?,
                false,
            ),
        };
        // A cancel that comes too late has more to tell than that it was refused.
        let order = self.order.as_ref().filter(|_| self.order_no().is_some());
        let late = order.and_then(|order| too_late(refused, order, &self.layout.text));
        if let Some((what, then)) = late {
            return Some((what, Some(then)));
        }
        let then = match (refused, tried) {
            (Rejection::DraftChanged, _) => Some(msg("op-changed-detail")),
            (_, false) => Some(msg("op-blocked")),
            (Rejection::Expired, true) => Some(self.expired()),
            (Rejection::Discarded, true) => self.discarded(),
            (refused, true) => (!says_undone(refused)).then(|| self.deed.not_done()),
        };
        Some((said(refused), then))
    }

    fn recounts(&self) -> Option<Recounts> {
        Recounts::of(&self.op, self.lines.first()?)
    }

    fn levels(&self) -> Levels {
        Levels::of(&self.lines, self.as_of, &self.layout.text)
    }

    /// The one SKU it is about.
    fn place(&self) -> Option<(&Warehouse, &Sku)> {
        match &self.op.target {
            OpTarget::Lines { warehouse, lines } => match lines.as_slice() {
                [line] => Some((warehouse, &line.sku)),
                _ => None,
            },
            _ => None,
        }
    }

    fn expired(&self) -> Message {
        expired(self.op.expires_at)
    }

    fn discarded(&self) -> Option<Message> {
        self.settled_by().map(discarded)
    }

    /// Who confirmed or discarded it, and when.
    fn settled_by(&self) -> Option<(&str, DateTime<Utc>)> {
        Some((self.op.confirmed_by.as_deref()?, self.op.confirmed_at?))
    }

    /// The order that was not cancelled because its customer had paid.
    fn paid_order(&self) -> Option<&Order> {
        let paid = matches!(self.op.refusal, Some(Rejection::AlreadyPaid));
        self.order.as_ref().filter(|_| paid)
    }

    fn order_no(&self) -> Option<&DocumentNo> {
        match &self.op.target {
            OpTarget::Order(order_no) => Some(order_no),
            _ => None,
        }
    }

    fn counted_at(&self) -> Option<DateTime<Utc>> {
        match &self.op.target {
            OpTarget::Lines { lines, .. } => lines.first()?.counted_at,
            _ => None,
        }
    }

    /// The form behind it.
    fn form(&self) -> Option<String> {
        if let Some(document) = &self.undone {
            let entry = document
                .entries
                .iter()
                .find(|entry| !entry.kind.reverses())?;
            return Some(paths::rollback(&entry.id));
        }
        corrections::form_of(&self.op)
    }

    /// The form with what stands in the draft, for whoever may change it.
    fn changes(&self) -> Option<String> {
        let open = self.is_draft() && self.layout.read_only.is_none();
        let form = self.form().filter(|_| open && self.may_change)?;
        Some(format!("{form}?op={}", self.op.op))
    }

    /// The form that rolls back what it did, for whoever may.
    fn undo_form(&self) -> Option<String> {
        let entry = self.made.as_ref()?.entries.first()?;
        self.may_undo.then(|| paths::rollback(&entry.id))
    }

    fn renew_form(&self) -> Option<String> {
        Some(format!("{}?from={}", self.form()?, self.op.op))
    }

    /// Who undid what it made, and with which entry.
    fn undone_by(&self) -> Option<(&Reversal, Option<EntryId>)> {
        undoing(self.made.as_ref()?)
    }

    /// Who undid before what it was to undo, and with which entry.
    fn undone_before(&self) -> Option<(&Reversal, Option<EntryId>)> {
        let before = matches!(self.problem, Some(Rejection::AlreadyRolledBack { .. }));
        undoing(self.undone.as_ref().filter(|_| before)?)
    }

    /// Whether the gateway of a cancel has to answer first.
    fn gateway_waits(&self) -> bool {
        use PaymentState::*;
        let state = self.order.as_ref().and_then(|order| order.payment_state);
        matches!(state, Some(Paying | Unknown | Sent))
    }

    /// The entry that was rolled back, where it is one alone.
    fn undone_entry(&self) -> Option<EntryId> {
        match self.receipt.as_slice() {
            [line] => line.undid,
            _ => None,
        }
    }

    fn more(&self) -> Option<&'static str> {
        match self.op.kind {
            OpKind::Deduct => Some("op-more-deduct"),
            OpKind::Adjust => Some("op-more-adjust"),
            OpKind::Set | OpKind::Rollback | OpKind::Cancel => None,
        }
    }
}

fn undoing(document: &Document) -> Option<(&Reversal, Option<EntryId>)> {
    let entry = document.entries.iter().find(|e| e.kind.reverses());
    Some((document.reversed.as_ref()?, entry.map(|entry| entry.id)))
}

/// What is said above a draft.
pub fn nothing_yet(layout: &Layout, may_confirm: bool) -> Message {
    msg(match (&layout.read_only, may_confirm) {
        (Some(_), _) => "op-nothing-yet-paused",
        (None, true) => "op-nothing-yet",
        (None, false) if layout.may(Action::Correct) => "op-nothing-yet-request",
        (None, false) => "op-nothing-yet-others",
    })
}

fn may_undo(made: &Document, standing: &Standing<'_>) -> bool {
    let origin = Origin {
        actor: made.actor.clone(),
        created_at: made.created_at,
    };
    made.reversed.is_none() && standing.may_draft(OpKind::Rollback, Some(&origin))
}
