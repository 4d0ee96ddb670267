//! What the sandbox answers to a shop, and its signature under it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;

use super::Sandbox;
use super::book::Failed;
use super::payment::{No, Payment, State};
use super::signing::{self, HEADER, Signed};
use super::switches::Switches;
use crate::domain::ids::DocumentNo;
use crate::domain::money::Currency;

#[derive(Serialize)]
struct PaymentBody<'a> {
    order_no: &'a DocumentNo,
    state: State,
    amount_minor: Option<i64>,
    currency: Option<Currency>,
    url: Option<String>,
    expires_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    transaction: Option<TransactionBody<'a>>,
}

#[derive(Serialize)]
pub struct TransactionBody<'a> {
    pub transaction_id: &'a str,
    pub amount_minor: i64,
    pub currency: Currency,
    pub paid_at: DateTime<Utc>,
}

/// An answer before it is signed.
pub struct Answer {
    pub status: StatusCode,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(status: StatusCode, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => Self { status, body },
            Err(error) => {
                tracing::error!(%error, "an answer cannot be written");
                Self::code(StatusCode::INTERNAL_SERVER_ERROR, "SYSTEM_ERROR")
            }
        }
    }

    pub fn code(status: StatusCode, code: &str) -> Self {
        Self {
            status,
            body: json!({ "code": code }).to_string().into_bytes(),
        }
    }

    pub fn payment(status: StatusCode, payment: &Payment, sandbox: &Sandbox) -> Self {
        let request = payment.request.as_ref();
        let transaction = payment.transactions.first();
        Self::json(
            status,
            &PaymentBody {
                order_no: &payment.order_no,
                state: payment.state,
                amount_minor: request.map(|r| r.amount_minor),
                currency: request.map(|r| r.currency),
                url: request.map(|_| sandbox.pay_url(&payment.order_no)),
                expires_at: request.map(|r| r.expires_at),
                closed_at: payment.closed_at,
                transaction: transaction.map(|t| TransactionBody {
                    transaction_id: &t.transaction_id,
                    amount_minor: t.amount_minor,
                    currency: t.currency,
                    paid_at: t.paid_at,
                }),
            },
        )
    }

    pub fn failed(failed: Failed) -> Self {
        match failed {
            Failed::Io(error) => {
                tracing::error!(%error, "the sandbox's journal cannot be written");
                Self::code(StatusCode::INTERNAL_SERVER_ERROR, "SYSTEM_ERROR")
            }
            Failed::No(no) => {
                let status = match no {
                    No::OrderNotExist | No::TransactionNotExist | No::RefundNotExist => {
                        StatusCode::NOT_FOUND
                    }
                    No::NotEnough => StatusCode::FORBIDDEN,
                    // As WeChat Pay has it: a 2xx that is not a success.
                    No::UserPaying => StatusCode::ACCEPTED,
                    No::OrderPaid | No::OrderClosed | No::DifferentContent => StatusCode::CONFLICT,
                };
                Self::code(status, no.code())
            }
        }
    }
}

impl Sandbox {
    /// Where a person pays.
    fn pay_url(&self, order_no: &DocumentNo) -> String {
        format!("{}/pay/{order_no}", self.url.trim_end_matches('/'))
    }
}

/// The answer as it goes out, with the faults of signatures that are on.
pub fn sign(sandbox: &Sandbox, signed: &Signed, faults: &Switches, answer: Answer) -> HttpResponse {
    let Answer { status, body } = answer;
    let secret: &[u8] = if faults.bad_signature {
        b"somebody else's key"
    } else {
        &sandbox.config.secret
    };
    let mut response = HttpResponse::build(status);
    if !faults.no_signature {
        match signing::response(secret, sandbox.now(), &signed.nonce, status.as_u16(), &body) {
            Ok(signature) => response.insert_header((HEADER, signature)),
            Err(error) => {
                tracing::error!(%error, "an answer cannot be signed");
                return HttpResponse::InternalServerError().finish();
            }
        };
    }
    if body.is_empty() {
        return response.finish();
    }
    response.insert_header((CONTENT_TYPE, "application/json"));
    response.body(body)
}
