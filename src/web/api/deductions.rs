//! `/api/v1/deductions`

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::fields::{Fields, name};
use super::lines::{Units, claims};
use crate::domain::command::{Post, Rollback};
use crate::domain::ids::{DocumentNo, Warehouse};
use crate::domain::ledger::{DocumentKind, EntryKind};
use crate::domain::receipt::{Applied, PostReceipt, RollbackReceipt};
use crate::web::extract::{Caller, Json, Path, State};
use crate::web::paths;
use crate::web::problem::Problem;

/// `POST /api/v1/deductions`: deducts all lines, or none, once for its document.
pub async fn deduct(state: State, caller: Caller, body: Json) -> Result<HttpResponse, Problem> {
    let post = body.read(deduction)?;
    let applied = state.services.desk.post(post, caller.actor()).await?;
    let place = paths::api_ledger_of(&applied.receipt.document);
    Ok(super::receipt(&applied, &place, &Deducted::of(&applied)))
}

fn deduction(fields: &mut Fields<'_>) -> Option<Post> {
    let document = fields.need("document", super::document);
    let warehouse = fields.need("warehouse", name::<Warehouse>);
    let lines = claims(fields);
    let reason = fields.may("reason", super::reason);
    let note = fields.may("note", super::note);
    Some(Post {
        document: document?,
        kind: DocumentKind::Deduction,
        entry_kind: EntryKind::Deduct,
        warehouse: warehouse?,
        lines: lines?,
        payment: None,
        reason: reason?,
        note: note?.flatten(),
        reference: None,
        confirms: None,
    })
}

#[derive(Serialize)]
struct Deducted<'a> {
    document: &'a DocumentNo,
    status: &'static str,
    warehouse: &'a Warehouse,
    lines: Vec<Units<'a>>,
    #[serde(serialize_with = "super::time")]
    created_at: DateTime<Utc>,
    replayed: bool,
}

impl<'a> Deducted<'a> {
    fn of(applied: &'a Applied<PostReceipt>) -> Self {
        let receipt = &applied.receipt;
        Self {
            document: &receipt.document,
            status: "deducted",
            warehouse: &receipt.warehouse,
            lines: Units::of(&receipt.lines),
            created_at: receipt.created_at,
            replayed: applied.replayed,
        }
    }
}

/// `POST /api/v1/deductions/{document}/rollback`: gives everything back, once; or, when the
/// deduction has not come, sees to it that it never will.
pub async fn roll_back(
    state: State,
    caller: Caller,
    Path(document): Path<String>,
    body: Json,
) -> Result<HttpResponse, Problem> {
    let document = super::document_in_path(&document)?;
    let rollback = body.read_if_any(|fields| {
        let reason = fields.may("reason", super::reason);
        let note = fields.may("note", super::note);
        Some(Rollback {
            document,
            confirms: None,
            part_of: None,
            reason: reason?,
            note: note?.flatten(),
        })
    })?;
    let applied = state
        .services
        .desk
        .rollback(rollback, caller.actor())
        .await?;
    let place = paths::api_ledger_of(&applied.receipt.document);
    Ok(super::receipt(&applied, &place, &RolledBack::of(&applied)))
}

#[derive(Serialize)]
struct RolledBack<'a> {
    document: &'a DocumentNo,
    status: &'static str,
    /// What went back; nothing when it was fenced.
    lines: Vec<Units<'a>>,
    #[serde(serialize_with = "super::time")]
    rolled_back_at: DateTime<Utc>,
    replayed: bool,
}

impl<'a> RolledBack<'a> {
    fn of(applied: &'a Applied<RollbackReceipt>) -> Self {
        let receipt = &applied.receipt;
        Self {
            document: &receipt.document,
            status: match receipt.fenced {
                true => "fenced",
                false => "rolled_back",
            },
            lines: Units::of(&receipt.lines),
            rolled_back_at: receipt.reversed_at,
            replayed: applied.replayed,
        }
    }
}
