//! The operation: one page from draft to receipt, and what can be done with it.

pub mod deed;
mod list;
pub(super) mod parts;
mod view;

pub use list::{CORRECTIONS, OpsQuery, REQUESTS, page as list, subject};

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Deserialize;

use crate::domain::draft::Recount;
use crate::domain::ids::{DocumentNo, OpId};
use crate::domain::operation::{OpStatus, OpTarget};
use crate::domain::rejection::{Rejection, ServiceError};
use crate::domain::role::Action;
use crate::service::Person;
use crate::service::operations::How;
use crate::web::extract::{Path, Posted, Query, Staff, State};
use crate::web::i18n::msg;
use crate::web::layout::Layout;
use crate::web::pages::bulk::{self, Look};
use crate::web::paths;
use crate::web::problem::Problem;
use crate::web::respond::see_other;
use crate::web::session::{self, FlashKind};
pub use view::nothing_yet;
use view::{Notice, OpPage};

/// `GET /ops/{op}`
pub async fn page(
    layout: Layout,
    Path(op): Path<String>,
    Query(look): Query<Look>,
    Staff(person): Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    let op = id(&op)?;
    if let Some(bulk) = web.services.bulks.find(op).await? {
        return bulk::page(layout, bulk, &look, &web, &person).await;
    }
    let notice = (!look.again.is_empty()).then_some(Notice::Again);
    show(layout, op, notice, &web, &person).await
}

#[derive(Deserialize)]
struct ConfirmForm {
    /// The revision that was seen.
    #[serde(default)]
    revision: String,
}

/// `POST /ops/{op}/confirm`
pub async fn confirm(
    layout: Layout,
    Path(op): Path<String>,
    posted: Posted,
    session: Session,
    Staff(person): Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    let op = id(&op).map_err(|problem| posted.or_foreign(problem))?;
    if let Some(bulk) = web.services.bulks.find(op).await? {
        return bulk::confirm(layout, bulk, &posted, &web, &person).await;
    }
    let Ok(form) = posted.read(|form: ConfirmForm| Ok(form)) else {
        let shown = show(layout, op, Some(Notice::Foreign), &web, &person).await;
        return shown.map_err(|problem| posted.or_foreign(problem));
    };
    let revision = revision(&form.revision)?;
    let operations = &web.services.operations;
    let refused = match operations.confirm(op, revision, &person).await {
        Ok(confirmed) => {
            let address = match (confirmed.how, &confirmed.operation.target) {
                (How::Applied | How::Waiting, _) => paths::op(&op),
                (How::Again, _) => again(&op),
                (How::ByOthers, OpTarget::Order(order_no)) => {
                    session::flash(&session, FlashKind::Note, msg("op-by-others"));
                    paths::order(order_no)
                }
                (How::ByOthers, _) => paths::op(&op),
            };
            return Ok(see_other(&address));
        }
        Err(ServiceError::Rejected(refused)) => refused,
        Err(error) => return Err(error.into()),
    };
    match refused {
        Rejection::NotFound => Err(unknown(&op.to_string())),
        Rejection::Forbidden => Err(Problem::forbidden(Action::Approve)),
        Rejection::AlreadyRolledBack { document, .. } => earlier_rollback(&web, &document).await,
        // It is settled: not done, and its page says why.
        Rejection::AlreadyPaid if is_refused(&web, op).await? => Ok(see_other(&paths::op(&op))),
        refused => {
            let notice = Some(Notice::Refused(refused));
            show(layout, op, notice, &web, &person).await
        }
    }
}

async fn is_refused(web: &State, op: OpId) -> Result<bool, Problem> {
    let operation = web.services.operations.fetch(op).await?;
    Ok(operation.status == OpStatus::Refused)
}

#[derive(Deserialize)]
struct RecountForm {
    #[serde(default)]
    revision: String,
    #[serde(default)]
    choice: String,
}

/// `POST /ops/{op}/recount`: what to make of a count, after the stock moved.
pub async fn recount(
    layout: Layout,
    Path(op): Path<String>,
    posted: Posted,
    Staff(person): Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    let op = id(&op).map_err(|problem| posted.or_foreign(problem))?;
    let Ok(form) = posted.read(|form: RecountForm| Ok(form)) else {
        let shown = show(layout, op, Some(Notice::Foreign), &web, &person).await;
        return shown.map_err(|problem| posted.or_foreign(problem));
    };
    let choice = match form.choice.as_str() {
        "count" => Recount::KeepCount,
        "difference" => Recount::KeepDifference,
        _ => return show(layout, op, Some(Notice::NoChoice), &web, &person).await,
    };
    let revision = revision(&form.revision)?;
    let operations = &web.services.operations;
    match operations.recount(op, revision, choice, &person).await {
        Ok(_) => Ok(see_other(&paths::op(&op))),
        Err(ServiceError::Rejected(Rejection::NotFound)) => Err(unknown(&op.to_string())),
        Err(ServiceError::Rejected(Rejection::Forbidden)) => {
            Err(Problem::forbidden(Action::Approve))
        }
        Err(ServiceError::Rejected(refused)) => {
            let notice = Some(Notice::Refused(refused));
            show(layout, op, notice, &web, &person).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /ops/{op}/discard`
pub async fn discard(
    layout: Layout,
    Path(op): Path<String>,
    posted: Posted,
    Staff(person): Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    let op = id(&op).map_err(|problem| posted.or_foreign(problem))?;
    if let Some(bulk) = web.services.bulks.find(op).await? {
        return bulk::discard(layout, bulk, &posted, &web, &person).await;
    }
    #[derive(Deserialize)]
    struct DiscardForm {}
    if posted.read(|form: DiscardForm| Ok(form)).is_err() {
        let shown = show(layout, op, Some(Notice::Foreign), &web, &person).await;
        return shown.map_err(|problem| posted.or_foreign(problem));
    }
    match web.services.operations.discard(op, &person).await {
        Ok(_) => Ok(see_other(&paths::op(&op))),
        Err(ServiceError::Rejected(Rejection::NotFound)) => Err(unknown(&op.to_string())),
        Err(ServiceError::Rejected(Rejection::Forbidden)) => {
            Err(Problem::forbidden(Action::Approve))
        }
        // It was confirmed before: the page tells by whom, and what it did.
        Err(ServiceError::Rejected(_)) => Ok(see_other(&again(&op))),
        Err(error) => Err(error.into()),
    }
}

async fn show(
    layout: Layout,
    op: OpId,
    notice: Option<Notice>,
    web: &State,
    person: &Person,
) -> Result<HttpResponse, Problem> {
    let preview = match web.services.operations.preview(op, person).await {
        Ok(preview) => preview,
        Err(ServiceError::Rejected(Rejection::NotFound)) => return Err(unknown(&op.to_string())),
        Err(error) => return Err(error.into()),
    };
    // The document that it made: whether it was rolled back since, and by which entry.
    let made = match (&preview.operation.status, &preview.operation.target) {
        (OpStatus::Applied, OpTarget::Lines { .. }) => {
            web.services.queries.document(&op.document()).await?.value
        }
        _ => None,
    };
    let standing = web.services.operations.standing(person);
    let page = OpPage::new(layout, preview, made, notice, &standing);
    Ok(page.layout.with_status(page.status(), &page))
}

/// Where somebody is brought who rolls back what was rolled back before.
pub async fn earlier_rollback(web: &State, document: &DocumentNo) -> Result<HttpResponse, Problem> {
    let document = web.services.queries.document(document).await?.value;
    let document = document.ok_or_else(Problem::not_found)?;
    let op = document.reversed.as_ref().and_then(|reversed| reversed.op);
    let entry = document.entries.iter().find(|entry| entry.kind.reverses());
    match (op, entry) {
        (Some(op), _) => Ok(see_other(&again(&op))),
        (None, Some(entry)) => Ok(see_other(&paths::entry(&entry.id))),
        (None, None) => Err(Problem::not_found()),
    }
}

/// Its page, which says that nothing was done again.
pub fn again(op: &OpId) -> String {
    format!("{}?again=1", paths::op(op))
}

fn id(op: &str) -> Result<OpId, Problem> {
    op.parse().map_err(|_| unknown(op))
}

fn unknown(op: &str) -> Problem {
    Problem::unknown(msg("op-unknown").with("op", op), op)
}

fn revision(typed: &str) -> Result<u32, Problem> {
    let unreadable = |_| Problem::malformed("revision must be a number");
    typed.parse().map_err(unreadable)
}

/// The status of an answer that did nothing.
fn status(refused: &Rejection) -> StatusCode {
    match refused {
        Rejection::VersionChanged { .. } | Rejection::DraftChanged | Rejection::FormUsed => {
            StatusCode::CONFLICT
        }
        Rejection::Expired | Rejection::Discarded => StatusCode::GONE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
