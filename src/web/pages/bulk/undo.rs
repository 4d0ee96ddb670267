//! `/ops/{op}/undo`: preparing what undoes a bulk operation.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;
use ulid::Ulid;

use super::drafted;
use crate::domain::bulk::{Bulk, BulkStatus};
use crate::domain::ids::OpId;
use crate::domain::operation::OpKind;
use crate::domain::reason::Reason;
use crate::domain::rejection::{Rejection, ServiceError};
use crate::service::bulk::Why;
use crate::web::extract::{Path, Posted, Staff, State};
use crate::web::forms::{Check, FormView};
use crate::web::guard::kept::Kept;
use crate::web::i18n::{Message, Worded, msg};
use crate::web::layout::Layout;
use crate::web::pages::corrections::fields::Typed;
use crate::web::pages::corrections::{offered, op_of};
use crate::web::problem::Problem;
use crate::web::respond::see_other;
use crate::web::{filters, paths};

#[derive(Template)]
#[template(path = "pages/undo.html")]
struct UndoPage {
    layout: Layout,
    /// What is to be undone.
    bulk: Bulk,
    /// How many of its changes nobody undid yet.
    left: u32,
    /// What was prepared to undo it before.
    before: Vec<Bulk>,
    /// The operation that will undo it.
    op: OpId,
    form: FormView,
}

impl UndoPage {
    fn show(&self) -> HttpResponse {
        self.layout.with_status(self.form.status(), self)
    }

    fn title(&self) -> Message {
        match self.left {
            0 => msg("bulk-undone-title"),
            left => msg("bulk-undo-title").with("count", left),
        }
    }

    fn reasons(&self) -> Vec<(&'static str, String)> {
        offered(Reason::offered(OpKind::Rollback), &self.layout.text)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct UndoForm {
    reason: String,
    note: String,
}

/// `GET /ops/{op}/undo`
pub async fn form(
    layout: Layout,
    Path(undone): Path<String>,
    kept: Kept,
    web: State,
) -> Result<HttpResponse, Problem> {
    let bulk = find(&web, &undone).await?;
    if !was_applied(&bulk) {
        return Ok(see_other(&paths::op(&bulk.op)));
    }
    let (left, before) = now(&web, &bulk).await?;
    let page = UndoPage {
        layout,
        left,
        before,
        bulk,
        op: kept.op().unwrap_or_else(|| OpId::new(Ulid::new())),
        form: kept.form(),
    };
    Ok(page.show())
}

/// `POST /ops/{op}/undo`
pub async fn submit(
    layout: Layout,
    Path(undone): Path<String>,
    posted: Posted,
    Staff(person): Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    let found = find(&web, &undone).await;
    let bulk = found.map_err(|problem| posted.or_foreign(problem))?;
    let read = posted.read(|form: UndoForm| {
        let mut check = Check::new();
        let typed = Typed {
            reason: form.reason,
            note: form.note,
            ..Typed::default()
        };
        let why = typed.why(&mut check, Reason::offered(OpKind::Rollback), false);
        why.ok_or_else(|| check.errors())
    });
    let op = op_of(&posted);
    let form = match read {
        Ok(why) => {
            let why = Why {
                reason: why.reason,
                note: why.note,
                reference: None,
            };
            let bulks = &web.services.bulks;
            match bulks.draft_undo(op, bulk.op, why, &person).await {
                Ok(draft) => return Ok(drafted(&draft)),
                Err(ServiceError::Rejected(
                    refused @ (Rejection::NotReversible | Rejection::NothingToChange),
                )) => {
                    let fields = posted.fields().to_vec();
                    let form = FormView::refill(fields, StatusCode::UNPROCESSABLE_ENTITY);
                    form.problem(match refused {
                        Rejection::NothingToChange => msg("bulk-undo-none"),
                        refused => refused.message(),
                    })
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(form) => form,
    };
    let (left, before) = now(&web, &bulk).await?;
    let page = UndoPage {
        layout,
        left,
        before,
        bulk,
        op,
        form,
    };
    Ok(page.show())
}

/// Whether it changed something that can be undone, or could.
fn was_applied(bulk: &Bulk) -> bool {
    let changed = bulk.came_to.is_some_and(|(applied, _)| applied > 0);
    changed && bulk.status == BulkStatus::Applied && bulk.origin.undoable()
}

/// How many of its changes are left to undo, and what undid the others.
async fn now(web: &State, bulk: &Bulk) -> Result<(u32, Vec<Bulk>), Problem> {
    let bulks = &web.services.bulks;
    let left = bulks.left_to_undo(bulk, u32::MAX).await?;
    Ok((left, bulks.undos(bulk.op).await?))
}

async fn find(web: &State, op: &str) -> Result<Bulk, Problem> {
    let unknown = || Problem::unknown(msg("op-unknown").with("op", op), op);
    let number = op.parse().map_err(|_| unknown())?;
    web.services.bulks.find(number).await?.ok_or_else(unknown)
}
