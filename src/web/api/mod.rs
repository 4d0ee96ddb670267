//! The JSON API, `/api/v1`: a file for each resource, with its requests and its answers.
//!
//! A request is read whole by [`fields`], becomes a command, and the receipt of that command is
//! the answer. What goes wrong is a [`Problem`](super::problem::Problem). `docs/API.md` is the
//! reference for the programs that call it.

pub mod adjustments;
pub mod deductions;
mod fields;
mod idempotency_key;
pub mod ledger;
mod lines;
pub mod orders;
pub mod payments;
mod queries;
pub mod stock;

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::problem::Problem;
use crate::domain::ids::{DocumentNo, OpId};
use crate::domain::receipt::Applied;

/// 201 with the place of what was made, or 200 for the first receipt again.
fn receipt<R>(applied: &Applied<R>, location: &str, body: &impl Serialize) -> HttpResponse {
    match applied.replayed {
        true => HttpResponse::Ok().json(body),
        false => HttpResponse::Created()
            .insert_header((LOCATION, location))
            .json(body),
    }
}

/// A document's number, chosen by the caller. Numbers that the desk gives itself are not theirs
/// to use: with one they could get ahead of an operation of the staff, or undo it.
fn document(value: &Value) -> Result<DocumentNo, String> {
    let document: DocumentNo = fields::name(value)?;
    match is_ours(&document) {
        true => Err("is of a form that the desk keeps for itself".to_owned()),
        false => Ok(document),
    }
}

/// The document of a path.
fn document_in_path(text: &str) -> Result<DocumentNo, Problem> {
    let document = text.parse().ok();
    let theirs = document.filter(|document| !is_ours(document));
    theirs.ok_or_else(Problem::not_found)
}

/// Operations of staff (`op_…`), adjustments by key (`adj_…`) and stock files (`import-…`).
fn is_ours(document: &DocumentNo) -> bool {
    let hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let text = document.as_str();
    let adjustment = text.strip_prefix(adjustments::PREFIX);
    let piece_of_a_file = text
        .strip_prefix("import-")
        .and_then(|rest| rest.split_once('-'));
    OpId::of_document(document).is_some()
        || adjustment.is_some_and(|rest| rest.len() == adjustments::DIGITS && hex(rest))
        || piece_of_a_file.is_some_and(|(file, _)| file.len() == 24 && hex(file))
}

/// A reason code: the desk's own, or one that the shop goes by.
fn reason(value: &Value) -> Result<String, String> {
    let text: String = fields::name(value)?;
    let printable = text.bytes().all(|b| (b' '..=b'~').contains(&b));
    if text.is_empty() || text.len() > 32 || !printable || text.trim() != text {
        return Err("must be a code of 1 to 32 printable ASCII characters".to_owned());
    }
    Ok(text)
}

/// A note of people; empty is as good as none.
fn note(value: &Value) -> Result<Option<String>, String> {
    fields::text(crate::domain::operation::NewOperation::NOTE_MAX_CHARS)(value)
}

/// Every time has the same form, `2026-11-20T03:04:05.123456Z`, so that a receipt that is read
/// from the database is the same text as when it was new.
fn time<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&at.to_rfc3339_opts(SecondsFormat::Micros, true))
}

fn time_if_any<S: Serializer>(
    at: &Option<DateTime<Utc>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => time(at, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_of_the_desk_are_not_the_callers_to_use() {
        let adjustment = format!("{}{}", adjustments::PREFIX, "0".repeat(60));
        let ours = [
            "op_01ARZ3NDEKTSV4RRFFQ69G5FAV",
            &adjustment,
            "import-0123456789abcdef01234567-3",
        ];
        for ours in ours {
            assert!(document(&json!(ours)).is_err(), "{ours}");
        }
        for theirs in ["op_1", "adj_1", "import-1", "A1001", "import-2026-11-20"] {
            assert!(document(&json!(theirs)).is_ok(), "{theirs}");
        }
    }

    #[test]
    fn a_reason_is_a_short_code() {
        for good in ["customer_asked", "stock take", "R-7"] {
            assert_eq!(reason(&json!(good)).as_deref(), Ok(good));
        }
        for bad in [
            json!(""),
            json!(" x"),
            json!("压坏"),
            json!("x".repeat(33)),
            json!(1),
        ] {
            assert!(reason(&bad).is_err(), "{bad}");
        }
    }
}
