//! What shops call to give money back, and to ask what became of it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Sandbox;
use super::answer::{Answer, sign};
use super::api::{authenticate, serve, unauthorized};
use super::refund::{Refund, State, Wanted};
use super::switches::{Call, Switches};
use crate::domain::ids::DocumentNo;
use crate::domain::money::{Currency, Money};

pub fn routes(config: &mut web::ServiceConfig) {
    let base = "/v1/payments/{order_no}/refunds";
    config
        .route(base, web::post().to(ask))
        .route(&format!("{base}/{{refund_no}}"), web::get().to(query));
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskBody {
    refund_no: String,
    transaction_id: String,
    amount_minor: i64,
    currency: Currency,
    reason: String,
}

#[derive(Serialize)]
struct RefundBody<'a> {
    refund_no: &'a str,
    order_no: &'a DocumentNo,
    transaction_id: &'a str,
    amount_minor: i64,
    currency: Currency,
    state: State,
    refunded_at: Option<DateTime<Utc>>,
}

impl AskBody {
    fn read(body: &[u8]) -> Option<Wanted> {
        let ask: Self = serde_json::from_slice(body).ok()?;
        Money::new(ask.amount_minor, ask.currency)?;
        let reason = (1..=80).contains(&ask.reason.len());
        (reason && is_refund_no(&ask.refund_no)).then_some(Wanted {
            refund_no: ask.refund_no,
            transaction_id: ask.transaction_id,
            amount_minor: ask.amount_minor,
            currency: ask.currency,
            reason: ask.reason,
        })
    }
}

fn is_refund_no(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

async fn ask(sandbox: web::Data<Sandbox>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let signed = match authenticate(&sandbox, &request, &body) {
        Ok(signed) => signed,
        Err(why) => return unauthorized(why),
    };
    let (Some(order_no), Some(wanted)) = (number(&request), AskBody::read(&body)) else {
        let answer = Answer::code(StatusCode::BAD_REQUEST, "PARAM_ERROR");
        return sign(&sandbox, &signed, &Switches::default(), answer);
    };
    let act = |now| {
        let mut book = sandbox.book();
        let faults = book.faults(&order_no, Call::Refund);
        match book.refund(&order_no, wanted, &faults, now) {
            Ok((refund, true)) => written(StatusCode::CREATED, &order_no, &refund),
            Ok((refund, false)) => written(StatusCode::OK, &order_no, &refund),
            Err(failed) => Answer::failed(failed),
        }
    };
    serve(&sandbox, &request, &signed, &order_no, Call::Refund, act).await
}

async fn query(
    sandbox: web::Data<Sandbox>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let signed = match authenticate(&sandbox, &request, &body) {
        Ok(signed) => signed,
        Err(why) => return unauthorized(why),
    };
    let refund_no = request.match_info().query("refund_no");
    let Some(order_no) = number(&request).filter(|_| is_refund_no(refund_no)) else {
        let answer = Answer::code(StatusCode::BAD_REQUEST, "PARAM_ERROR");
        return sign(&sandbox, &signed, &Switches::default(), answer);
    };
    let act = |now| {
        let mut book = sandbox.book();
        let faults = book.faults(&order_no, Call::QueryRefund);
        match book.query_refund(&order_no, refund_no, &faults, now) {
            Ok(refund) => written(StatusCode::OK, &order_no, &refund),
            Err(failed) => Answer::failed(failed),
        }
    };
    let call = Call::QueryRefund;
    serve(&sandbox, &request, &signed, &order_no, call, act).await
}

fn number(request: &HttpRequest) -> Option<DocumentNo> {
    request.match_info().query("order_no").parse().ok()
}

fn written(status: StatusCode, order_no: &DocumentNo, refund: &Refund) -> Answer {
    Answer::json(
        status,
        &RefundBody {
            refund_no: &refund.refund_no,
            order_no,
            transaction_id: &refund.transaction_id,
            amount_minor: refund.amount_minor,
            currency: refund.currency,
            state: refund.state,
            refunded_at: refund.refunded_at,
        },
    )
}
