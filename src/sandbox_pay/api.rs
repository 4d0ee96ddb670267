//! What shops call: create, query and close. Signed both ways, with the faults that are on.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

use super::answer::{Answer, sign};
use super::payment::Request;
use super::signing::{self, HEADER, Refused, Signed};
use super::switches::{Call, Switches};
use super::{Sandbox, connection};
use crate::domain::ids::DocumentNo;
use crate::domain::money::Currency;

/// A call that is never answered is given up after this, in seconds.
const SILENCE_S: u64 = 120;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/v1/payments", web::post().to(create))
        .route("/v1/payments/{order_no}", web::get().to(query))
        .route("/v1/payments/{order_no}/close", web::post().to(close));
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CreateBody {
    order_no: DocumentNo,
    amount_minor: i64,
    currency: Currency,
    expires_at: DateTime<Utc>,
    notify_url: String,
}

async fn create(
    sandbox: web::Data<Sandbox>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let signed = match authenticate(&sandbox, &request, &body) {
        Ok(signed) => signed,
        Err(why) => return unauthorized(why),
    };
    let wanted: CreateBody = match serde_json::from_slice(&body) {
        Ok(wanted) => wanted,
        Err(error) => {
            let detail = json!({ "code": "PARAM_ERROR", "detail": error.to_string() });
            let answer = Answer::json(StatusCode::BAD_REQUEST, &detail);
            return sign(&sandbox, &signed, &Switches::default(), answer);
        }
    };
    let order_no = wanted.order_no;
    let wanted = Request {
        amount_minor: wanted.amount_minor,
        currency: wanted.currency,
        expires_at: wanted.expires_at,
        notify_url: wanted.notify_url,
    };
    let web_address = ["http://", "https://"]
        .iter()
        .any(|scheme| wanted.notify_url.starts_with(scheme));
    if wanted.money().is_none() || !web_address {
        let answer = Answer::code(StatusCode::BAD_REQUEST, "PARAM_ERROR");
        return sign(&sandbox, &signed, &Switches::default(), answer);
    }
    serve(
        &sandbox,
        &request,
        &signed,
        &order_no,
        Call::Create,
        |now| {
            let created = sandbox.book().create(&order_no, wanted, now);
            match created {
                Ok((payment, true)) => Answer::payment(StatusCode::CREATED, &payment, &sandbox),
                Ok((payment, false)) => Answer::payment(StatusCode::OK, &payment, &sandbox),
                Err(failed) => Answer::failed(failed),
            }
        },
    )
    .await
}

async fn query(
    sandbox: web::Data<Sandbox>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    by_number(sandbox, request, body, Call::Query).await
}

async fn close(
    sandbox: web::Data<Sandbox>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    by_number(sandbox, request, body, Call::Close).await
}

async fn by_number(
    sandbox: web::Data<Sandbox>,
    request: HttpRequest,
    body: web::Bytes,
    call: Call,
) -> HttpResponse {
    let signed = match authenticate(&sandbox, &request, &body) {
        Ok(signed) => signed,
        Err(why) => return unauthorized(why),
    };
    let Ok(order_no) = request.match_info().query("order_no").parse::<DocumentNo>() else {
        let answer = Answer::code(StatusCode::BAD_REQUEST, "PARAM_ERROR");
        return sign(&sandbox, &signed, &Switches::default(), answer);
    };
    serve(&sandbox, &request, &signed, &order_no, call, |now| {
        if call == Call::Query {
            let found = sandbox.book().query(&order_no, now);
            return match found {
                Ok(payment) => Answer::payment(StatusCode::OK, &payment, &sandbox),
                Err(failed) => Answer::failed(failed),
            };
        }
        let closed = sandbox.book().close(&order_no, now);
        match closed {
            Ok(()) => Answer {
                status: StatusCode::NO_CONTENT,
                body: Vec::new(),
            },
            Err(failed) => Answer::failed(failed),
        }
    })
    .await
}

/// Does what was asked for, and answers; or fails in the way that is switched on.
pub(super) async fn serve(
    sandbox: &Sandbox,
    request: &HttpRequest,
    signed: &Signed,
    order_no: &DocumentNo,
    call: Call,
    act: impl FnOnce(DateTime<Utc>) -> Answer,
) -> HttpResponse {
    let faults = sandbox.book().faults(order_no, call);
    let silence = if faults.no_answer {
        Duration::from_secs(SILENCE_S)
    } else {
        Duration::from_millis(faults.slow_ms)
    };
    let stopped = sandbox
        .stopping
        .run_until_cancelled(tokio::time::sleep(silence))
        .await
        .is_none();
    if stopped || faults.no_answer {
        connection::drop_now(request);
        return HttpResponse::ServiceUnavailable().finish();
    }
    if faults.http_500 {
        // From a machine in front of the gateway: not JSON, and nobody's signature.
        return HttpResponse::InternalServerError().body("Internal Server Error");
    }
    let answer = act(sandbox.now());
    sandbox.wake.notify_one();
    if faults.drop_connection {
        connection::drop_now(request);
    }
    sign(sandbox, signed, &faults, answer)
}

pub(super) fn authenticate(
    sandbox: &Sandbox,
    request: &HttpRequest,
    body: &[u8],
) -> Result<Signed, Refused> {
    let now = sandbox.now();
    let header = request.headers().get(HEADER).and_then(|h| h.to_str().ok());
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let method = request.method().as_str();
    let secret = &sandbox.config.secret;
    let signed = Signed::read(header)?;
    signing::check_request(secret, &signed, method, path, body, now)?;
    sandbox.book().nonces.take(&signed.nonce, now)?;
    Ok(signed)
}

pub(super) fn unauthorized(why: Refused) -> HttpResponse {
    let detail = match why {
        Refused::Unsigned => "not signed",
        Refused::Unreadable => "the signature cannot be read",
        Refused::WrongTag => "the signature does not match",
        Refused::WrongTime => "signed too long ago, or in the future",
        Refused::NonceUsed => "the nonce was used before",
    };
    let body = json!({ "code": "SIGN_ERROR", "detail": detail });
    HttpResponse::Unauthorized().json(body)
}
