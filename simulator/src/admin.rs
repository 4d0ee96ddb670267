//! What tests call, on a port of its own; bodies and answers are JSON.
//!
//!     GET    /faults                        {"happened":{"lost_reply":3}}
//!     PUT    /faults                        {"seed":7,"rates":{"lost_reply":0.05}}
//!     POST   /faults/{gateway}/{number}     {"fault":"lost_reply","on":"close","times":1}
//!     DELETE /faults/{gateway}/{number}
//!     POST   /payments/{gateway}/{number}/scan
//!     POST   /payments/{gateway}/{number}/pay     {"after_ms":0}, or {"force":true,
//!                                                 "amount_minor":1}: whatever the state
//!     GET    /payments/{gateway}/{number}
//!     GET    /payments?skip=0               at most 500, oldest first
//!     PUT    /sign-with                     "certificate", "new_certificate" or "public_key"
//!     PUT    /stripe-webhook                "http://...": where Stripe tells what happens
//!     GET    /state                         payments, notices that still go out, refused requests
//!
//! That a web page elsewhere cannot work it is seen to by asking for JSON, which browsers do not
//! send across sites unasked.

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::book::{Failed, Gateway, Key, Payment};
use crate::faults::{Planned, Rates};
use crate::server::{SignWith, Simulator};

/// Payments in one answer.
const LISTED: usize = 500;

pub fn routes(config: &mut web::ServiceConfig) {
    let one = "/payments/{gateway}/{number}";
    config
        .service(web::resource("/faults").get(happened).put(rates))
        .service(
            web::resource("/faults/{gateway}/{number}")
                .post(plan)
                .delete(forget),
        )
        .route("/payments", web::get().to(list))
        .route(one, web::get().to(show))
        .route(&format!("{one}/scan"), web::post().to(scan))
        .route(&format!("{one}/pay"), web::post().to(pay))
        .route("/sign-with", web::put().to(sign_with))
        .route("/stripe-webhook", web::put().to(stripe_webhook))
        .route("/state", web::get().to(state));
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Pay {
    after_ms: u32,
    force: bool,
    amount_minor: Option<i64>,
}

type Answer = Result<HttpResponse, actix_web::Error>;

fn refuse(status: StatusCode, code: &str) -> actix_web::Error {
    let response = HttpResponse::build(status).json(json!({ "code": code }));
    actix_web::error::InternalError::from_response(code.to_owned(), response).into()
}

fn read<T: DeserializeOwned>(request: &HttpRequest, body: &[u8]) -> Result<T, actix_web::Error> {
    let kind = request.headers().get(CONTENT_TYPE);
    let kind = kind
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !kind.starts_with("application/json") {
        return Err(refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not JSON"));
    }
    serde_json::from_slice(body).map_err(|why| refuse(StatusCode::BAD_REQUEST, &why.to_string()))
}

/// The payment in the path.
fn key(simulator: &Simulator, request: &HttpRequest) -> Result<Key, actix_web::Error> {
    let part = |name| request.match_info().query(name);
    let gateway = Gateway::named(part("gateway"));
    let gateway = gateway.ok_or_else(|| refuse(StatusCode::NOT_FOUND, "no such gateway"))?;
    // The shop's own number of the order will do.
    let key = (gateway, part("number").to_owned());
    let book = simulator.book();
    let alias = if book.get(&key).is_some() {
        None
    } else {
        book.by_alias(gateway, &key.1)
    };
    Ok(alias.map_or(key, Payment::key))
}

fn done(changed: Result<(), Failed>) -> Answer {
    match changed {
        Ok(()) => Ok(HttpResponse::NoContent().finish()),
        Err(Failed::No(no)) => Ok(HttpResponse::Conflict().json(json!({ "code": no }))),
        Err(Failed::Io(error)) => {
            tracing::error!(%error, "the journal cannot be written");
            Err(refuse(StatusCode::INTERNAL_SERVER_ERROR, "journal"))
        }
    }
}

async fn happened(simulator: web::Data<Simulator>) -> HttpResponse {
    let book = simulator.book();
    HttpResponse::Ok().json(json!({
        "happened": book.faults.happened,
        "rates": book.faults.rates,
    }))
}

async fn rates(simulator: web::Data<Simulator>, request: HttpRequest, body: web::Bytes) -> Answer {
    let rates: Rates = read(&request, &body)?;
    if !rates.rates.values().all(|rate| (0.0..=1.0).contains(rate)) {
        return Err(refuse(StatusCode::BAD_REQUEST, "a rate is from 0 to 1"));
    }
    simulator.book().faults.rates = rates;
    done(Ok(()))
}

async fn plan(simulator: web::Data<Simulator>, request: HttpRequest, body: web::Bytes) -> Answer {
    let planned: Planned = read(&request, &body)?;
    let key = key(&simulator, &request)?;
    if !simulator.book().faults.plan(key, planned) {
        return Err(refuse(
            StatusCode::CONFLICT,
            "too many faults wait for this payment",
        ));
    }
    done(Ok(()))
}

async fn forget(simulator: web::Data<Simulator>, request: HttpRequest) -> Answer {
    let key = key(&simulator, &request)?;
    simulator.book().faults.forget(&key);
    done(Ok(()))
}

async fn list(simulator: web::Data<Simulator>, request: HttpRequest) -> Answer {
    let query = request.query_string();
    let skip = query.strip_prefix("skip=").unwrap_or("0").parse();
    let skip = skip.map_err(|_| refuse(StatusCode::BAD_REQUEST, "skip is a number"))?;
    let book = simulator.book();
    let payments: Vec<&Payment> = book.oldest(skip).take(LISTED).collect();
    Ok(HttpResponse::Ok().json(payments))
}

async fn show(simulator: web::Data<Simulator>, request: HttpRequest) -> Answer {
    let key = key(&simulator, &request)?;
    let book = simulator.book();
    let payment = book
        .get(&key)
        .ok_or_else(|| refuse(StatusCode::NOT_FOUND, "no such payment"))?;
    Ok(HttpResponse::Ok().json(payment))
}

async fn scan(simulator: web::Data<Simulator>, request: HttpRequest) -> Answer {
    let key = key(&simulator, &request)?;
    done(simulator.book().scan(&key, simulator.now()))
}

async fn pay(simulator: web::Data<Simulator>, request: HttpRequest, body: web::Bytes) -> Answer {
    let key = key(&simulator, &request)?;
    let pay: Pay = read(&request, &body)?;
    let now = simulator.now();
    let paid = if pay.force {
        simulator.book().force(&key, pay.amount_minor, now)
    } else {
        let after = TimeDelta::milliseconds(pay.after_ms.into());
        let until = (pay.after_ms > 0).then(|| now + after);
        simulator.book().pay(&key, until, now)
    };
    simulator.wake.notify_one();
    done(paid)
}

async fn sign_with(
    simulator: web::Data<Simulator>,
    request: HttpRequest,
    body: web::Bytes,
) -> Answer {
    let with: SignWith = read(&request, &body)?;
    simulator.set_sign_with(with);
    done(Ok(()))
}

async fn stripe_webhook(
    simulator: web::Data<Simulator>,
    request: HttpRequest,
    body: web::Bytes,
) -> Answer {
    let url = read(&request, &body)?;
    done(simulator.book().set_stripe_webhook(url).map_err(Failed::Io))
}

async fn state(simulator: web::Data<Simulator>) -> HttpResponse {
    let (payments, untaken) = {
        let book = simulator.book();
        (book.count(), book.untaken())
    };
    HttpResponse::Ok().json(json!({
        "payments": payments,
        "notices_waiting": untaken,
        "refused": simulator.refused(),
        "sign_with": simulator.sign_with(),
    }))
}
