//! What tests, the replay command and curious people call: switches, and payments by force.
//!
//!     GET    /admin/switches                 {"global":{...},"orders":{"A1":{...}}}
//!     PUT    /admin/switches[/{order_no}]    {"no_answer":true,"on":["close"]}; the rest goes off
//!     DELETE /admin/switches[/{order_no}]    everything works again
//!     POST   /admin/payments/{order_no}/pay  {"after_ms":0}, or {"force":true,"amount_minor":1}:
//!                                            money although closed, or again, or another amount
//!
//! It is a toy's control panel, without a login. That a web page elsewhere cannot work it is seen
//! to by asking for a JSON body, which browsers do not send across sites unasked.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use chrono::TimeDelta;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::Sandbox;
use super::book::Failed;
use super::payment::No;
use super::switches::Switches;
use crate::domain::ids::DocumentNo;

pub fn routes(config: &mut web::ServiceConfig) {
    for path in ["/admin/switches", "/admin/switches/{order_no}"] {
        config.service(web::resource(path).get(show).put(put).delete(clear));
    }
    config.route("/admin/payments/{order_no}/pay", web::post().to(pay));
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Pay {
    after_ms: u32,
    force: bool,
    amount_minor: Option<i64>,
}

/// Why a call of this panel did nothing.
#[derive(Debug)]
enum Refusal {
    Unreadable(String),
    NotJson,
    Rule(No),
    Journal(std::io::Error),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => f.write_str(why),
            Self::NotJson => f.write_str("not JSON"),
            Self::Rule(no) => f.write_str(no.code()),
            Self::Journal(_) => f.write_str("the journal cannot be written"),
        }
    }
}

impl ResponseError for Refusal {
    fn error_response(&self) -> HttpResponse {
        let status = match self {
            Self::Unreadable(_) => StatusCode::BAD_REQUEST,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Rule(_) => StatusCode::CONFLICT,
            Self::Journal(error) => {
                tracing::error!(%error, "the sandbox's journal cannot be written");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        HttpResponse::build(status).json(json!({ "code": self.to_string() }))
    }
}

impl From<Failed> for Refusal {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::No(no) => Self::Rule(no),
            Failed::Io(error) => Self::Journal(error),
        }
    }
}

fn read<T: DeserializeOwned>(request: &HttpRequest, body: &[u8]) -> Result<T, Refusal> {
    let content_type = request.headers().get(CONTENT_TYPE);
    let json_type = content_type
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"));
    if !json_type {
        return Err(Refusal::NotJson);
    }
    serde_json::from_slice(body).map_err(|error| Refusal::Unreadable(error.to_string()))
}

/// The order number in the path, where there is one.
fn number(request: &HttpRequest) -> Result<Option<DocumentNo>, Refusal> {
    let text = request.match_info().get("order_no");
    text.map(str::parse)
        .transpose()
        .map_err(|_| Refusal::Unreadable("not an order number".to_owned()))
}

type Answer = Result<HttpResponse, Refusal>;

async fn show(sandbox: web::Data<Sandbox>, request: HttpRequest) -> Answer {
    let order_no = number(&request)?;
    let book = sandbox.book();
    Ok(match order_no {
        None => HttpResponse::Ok().json(&book.panel),
        Some(order_no) => HttpResponse::Ok().json(book.panel.of(&order_no)),
    })
}

async fn put(sandbox: web::Data<Sandbox>, request: HttpRequest, body: web::Bytes) -> Answer {
    let order_no = number(&request)?;
    let switches: Switches = read(&request, &body)?;
    sandbox.book().panel.put(order_no, switches);
    Ok(HttpResponse::NoContent().finish())
}

async fn clear(sandbox: web::Data<Sandbox>, request: HttpRequest) -> Answer {
    let order_no = number(&request)?;
    sandbox.book().panel.clear(order_no.as_ref());
    Ok(HttpResponse::NoContent().finish())
}

async fn pay(sandbox: web::Data<Sandbox>, request: HttpRequest, body: web::Bytes) -> Answer {
    let order_no = number(&request)?.ok_or(Refusal::Rule(No::OrderNotExist))?;
    let pay: Pay = read(&request, &body)?;
    let now = sandbox.now();
    if pay.force {
        let amount_minor = pay.amount_minor;
        sandbox.book().take_money(&order_no, amount_minor, now)?;
    } else {
        let after = TimeDelta::milliseconds(pay.after_ms.into());
        let until = (pay.after_ms > 0).then(|| now + after);
        sandbox.book().pay(&order_no, until, now)?;
    }
    sandbox.wake.notify_one();
    Ok(HttpResponse::NoContent().finish())
}
