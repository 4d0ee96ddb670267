//! The orders of an operation that cancels some, in words.

use crate::domain::bulk::{Bulk, BulkStatus};
use crate::domain::bulk_cancel::{CancelProblem, CancelResult};
use crate::domain::ids::{DocumentNo, OpId};
use crate::domain::order::{OrderRow, OrderStatus};
use crate::service::bulk::CancelRow;
use crate::web::filters::who_said;
use crate::web::i18n::{Message, Text, Worded, msg};

/// An order, as a row of a table.
pub struct Row<'a> {
    pub order_no: &'a DocumentNo,
    /// `None` when there is no such order.
    pub order: Option<&'a OrderRow>,
    /// What becomes of it, or became; `good`: what was asked for.
    pub what: Message,
    pub good: bool,
    /// Its own operation, once there is one.
    pub own: Option<OpId>,
}

impl<'a> Row<'a> {
    /// Before anything was asked for: what stands against it now.
    pub fn before(row: &'a CancelRow, text: &Text) -> Self {
        let problem = row.line.problem.clone();
        let problem = problem.or_else(|| CancelProblem::of(row.order.as_ref()));
        Self::saying(row, problem.as_ref(), text, "cancels-can")
    }

    /// As a line of an operation.
    pub fn of(row: &'a CancelRow, bulk: &Bulk, text: &Text) -> Self {
        let own = bulk.op.for_order(&row.line.order_no);
        match (bulk.status, &row.line.result) {
            (BulkStatus::Draft, _) => Self::before(row, text),
            (BulkStatus::Discarded, _) => {
                Self::saying(row, row.line.problem.as_ref(), text, "cancels-left")
            }
            (_, Some(CancelResult::Applied)) => Self {
                good: true,
                own: Some(own),
                ..Self::saying(row, None, text, "cancels-applied")
            },
            (_, Some(CancelResult::Refused(why))) => Self {
                own: row.is_by(own).then_some(own),
                ..Self::saying(row, Some(why), text, "cancels-left")
            },
            (_, None) if row.is_by(own) => Self {
                own: Some(own),
                ..Self::saying(row, None, text, "cancels-waits")
            },
            (_, None) => Self::saying(row, row.line.problem.as_ref(), text, "cancels-not-yet"),
        }
    }

    fn saying(
        row: &'a CancelRow,
        problem: Option<&CancelProblem>,
        text: &Text,
        otherwise: &'static str,
    ) -> Self {
        Self {
            order_no: &row.line.order_no,
            order: row.order.as_ref(),
            what: problem.map_or_else(|| msg(otherwise), |problem| said(problem, text)),
            good: false,
            own: None,
        }
    }
}

impl CancelRow {
    /// Whether this operation asked for the order's cancel.
    fn is_by(&self, own: OpId) -> bool {
        let order = self.order.as_ref();
        order.is_some_and(|order| order.cancel_op == Some(own))
    }

    /// Whether the order's gateway has still to answer this operation's cancel.
    pub fn waits(&self, bulk: &Bulk) -> bool {
        let closing = |order: &OrderRow| order.status == OrderStatus::Closing;
        self.line.result.is_none()
            && self.order.as_ref().is_some_and(closing)
            && self.is_by(bulk.op.for_order(&self.line.order_no))
    }
}

fn said(problem: &CancelProblem, text: &Text) -> Message {
    let by = |by: &Option<String>| match by {
        Some(actor) => who_said(actor, text).into_owned(),
        None => "–".to_owned(),
    };
    match problem {
        CancelProblem::Unknown => msg("cancels-unknown"),
        CancelProblem::Paid => msg("cancels-paid"),
        CancelProblem::Paying => msg("cancels-paying"),
        CancelProblem::Cancelled { by: actor } => msg("cancels-before").with("name", by(actor)),
        CancelProblem::Closing { by: actor } => msg("cancels-closing").with("name", by(actor)),
        CancelProblem::Refused { why } => why.message(),
    }
}
