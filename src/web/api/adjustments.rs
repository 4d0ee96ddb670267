//! `/api/v1/adjustments`

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::fields::{Fields, name, whole};
use super::idempotency_key::IdempotencyKey;
use super::lines::or_refuse;
use crate::domain::command::{Change, Line, Lines, MAX_LINES, Post};
use crate::domain::ids::{DocumentNo, EntryId, Sku, Warehouse};
use crate::domain::ledger::{DocumentKind, EntryKind};
use crate::domain::quantity::{Delta, Level, Quantity};
use crate::domain::receipt::{Applied, LineReceipt, PostReceipt};
use crate::web::extract::{Caller, Json, State};
use crate::web::paths;
use crate::web::problem::Problem;

/// A document of an adjustment is this and so many hexadecimal digits.
pub(super) const PREFIX: &str = "adj_";
pub(super) const DIGITS: usize = 60;

/// `POST /api/v1/adjustments`: corrects levels, once for each key.
pub async fn adjust(
    state: State,
    caller: Caller,
    key: IdempotencyKey,
    body: Json,
) -> Result<HttpResponse, Problem> {
    let document = document(caller.0.id, &key)?;
    let post = body.read(|fields| adjustment(fields, document))?;
    let applied = state.services.desk.post(post, caller.actor()).await?;
    let place = paths::api_ledger_of(&applied.receipt.document);
    Ok(super::receipt(&applied, &place, &Adjusted::of(&applied)))
}

/// Idempotency keys belong to the API key they came with: those of two shops may be the same.
/// What the document holds is compared when a key comes again, so that the key alone is enough.
fn document(key_id: u64, key: &IdempotencyKey) -> Result<DocumentNo, Problem> {
    let digest = Sha256::new()
        .chain_update(key_id.to_le_bytes())
        .chain_update(key.as_str())
        .finalize();
    let digits: String = digest.iter().map(|b| format!("{b:02x}")).collect();
    let number = format!("{PREFIX}{}", &digits[..DIGITS]);
    number.parse().map_err(Problem::internal)
}

fn adjustment(fields: &mut Fields<'_>, document: DocumentNo) -> Option<Post> {
    let warehouse = fields.need("warehouse", name::<Warehouse>);
    let lines = fields.list("lines", MAX_LINES, line);
    let lines = lines.and_then(|lines| or_refuse(fields, Lines::merge(lines), "delta"));
    let reason = fields.need("reason", super::reason);
    let note = fields.may("note", super::note);
    Some(Post {
        document,
        kind: DocumentKind::Adjustment,
        entry_kind: EntryKind::Adjust,
        warehouse: warehouse?,
        lines: lines?,
        payment: None,
        reason: Some(reason?),
        note: note?.flatten(),
        reference: None,
        confirms: None,
    })
}

/// `{"sku","delta":5}` or `{"sku","set_to":73,"expected_version":1207}`
fn line(fields: &mut Fields<'_>) -> Option<Line> {
    let most = i64::from(Quantity::MAX);
    let sku = fields.need("sku", name::<Sku>);
    let delta = fields.may("delta", |value| {
        let units = whole(-most, most)(value)?;
        Delta::new(units).map_err(|_| "must not be 0".to_owned())
    });
    let set_to = fields.may("set_to", |value| {
        let units = whole(0, Level::MAX)(value)?;
        Level::new(units).map_err(|error| error.to_string())
    });
    let expected_version = fields.may("expected_version", |value| {
        let version = value.as_u64();
        version.ok_or_else(|| "must be a whole number, as the stock's version is".to_owned())
    });
    if fields.has("delta") && fields.has("set_to") {
        fields.refuse("set_to", "cannot stand beside delta");
    } else if !fields.has("delta") && !fields.has("set_to") {
        fields.refuse("delta", "is missing: a line has delta or set_to");
    } else if fields.has("delta") && fields.has("expected_version") {
        fields.refuse("expected_version", "goes with set_to only");
    }
    let (sku, expected_version) = (sku?, expected_version?);
    let change = match (delta?, set_to?) {
        (Some(delta), None) => Change::By(delta),
        (None, Some(level)) => Change::To {
            level,
            expected_version,
        },
        _ => return None,
    };
    Some(Line { sku, change })
}

#[derive(Serialize)]
struct Adjusted<'a> {
    document: &'a DocumentNo,
    status: &'static str,
    warehouse: &'a Warehouse,
    lines: Vec<AdjustedLine<'a>>,
    #[serde(serialize_with = "super::time")]
    created_at: DateTime<Utc>,
    replayed: bool,
}

#[derive(Serialize)]
struct AdjustedLine<'a> {
    sku: &'a Sku,
    /// What it came to, signed.
    delta: i64,
    available: Option<i64>,
    version: u64,
    entry: EntryId,
}

impl<'a> Adjusted<'a> {
    fn of(applied: &'a Applied<PostReceipt>) -> Self {
        let receipt = &applied.receipt;
        let line = |line: &'a LineReceipt| AdjustedLine {
            sku: &line.sku,
            delta: line.delta,
            available: line.available,
            version: line.version,
            entry: EntryId {
                stock: line.stock,
                version: line.version,
            },
        };
        Self {
            document: &receipt.document,
            status: "adjusted",
            warehouse: &receipt.warehouse,
            lines: receipt.lines.iter().map(line).collect(),
            created_at: receipt.created_at,
            replayed: applied.replayed,
        }
    }
}
