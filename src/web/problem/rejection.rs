//! The service's refusals, as the API answers them and as pages say them when they have nothing
//! better. A page that knows more (how many are left, who was first) shows that instead.

use actix_web::http::StatusCode;
use serde_json::{Map, Value, json};

use super::Problem;
use crate::domain::rejection::Rejection;
use crate::web::i18n::{Message, Who, Worded, msg};

pub fn problem(rejection: &Rejection) -> Problem {
    let (status, detail) = answer(rejection);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::CONFLICT);
    let mut problem = match rejection {
        Rejection::NotFound => Problem::not_found(),
        _ => Problem::new(status, rejection.code(), msg("refused-title"), detail),
    };
    problem.members.extend(members(rejection));
    problem
}

impl Worded for Rejection {
    fn message(&self) -> Message {
        answer(self).1
    }
}

/// The status of the JSON API (see the contract), and the sentence.
fn answer(rejection: &Rejection) -> (u16, Message) {
    use Rejection::*;
    match rejection {
        InsufficientStock { .. } => (409, msg("refused-insufficient-stock")),
        UnknownStock { .. } => (422, msg("refused-unknown-stock")),
        DifferentContent => (422, msg("refused-different-content")),
        RolledBack => (409, msg("refused-rolled-back")),
        VersionChanged { .. } => (409, msg("refused-version-changed")),
        AboveLimit { max, .. } => (422, msg("refused-above-limit").with("max", max)),
        UnlimitedStock { sku } => (422, msg("refused-unlimited-stock").with("sku", sku)),
        NotFound => (404, msg("not-found-detail")),
        CancelTheOrder => (409, msg("refused-cancel-the-order")),
        OrderCancelled => (409, msg("refused-order-cancelled")),
        AlreadyPaid => (409, msg("refused-already-paid")),
        AlreadyRolledBack { by, .. } => {
            (409, msg("refused-already-rolled-back").with("by", Who(by)))
        }
        NotReversible => (422, msg("refused-not-reversible")),
        Expired => (410, msg("refused-expired")),
        Discarded => (410, msg("refused-discarded")),
        DraftChanged => (409, msg("refused-draft-changed")),
        FormUsed => (422, msg("refused-form-used")),
        Forbidden => (403, msg("refused-forbidden")),
        AlreadySettled => (409, msg("refused-already-settled")),
        NothingToChange => (422, msg("refused-nothing-to-change")),
    }
}

/// What the contract adds to the problem document.
fn members(rejection: &Rejection) -> Map<String, Value> {
    let members = match rejection {
        Rejection::InsufficientStock { lines } => json!({ "lines": lines }),
        Rejection::UnknownStock { skus } => {
            let lines: Vec<_> = skus.iter().map(|sku| json!({ "sku": sku })).collect();
            json!({ "lines": lines })
        }
        Rejection::VersionChanged {
            sku,
            expected,
            version,
            available,
        } => json!({
            "sku": sku, "expected_version": expected, "version": version, "available": available,
        }),
        Rejection::AboveLimit { sku, level, max } => {
            json!({ "sku": sku, "level": level, "max": max })
        }
        Rejection::UnlimitedStock { sku } => json!({ "sku": sku }),
        _ => json!({}),
    };
    match members {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
