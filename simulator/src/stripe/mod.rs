//! Stripe, as an account meets it: Checkout Sessions, their PaymentIntents, refunds and events.
//! Its answers are not signed; what is asked twice with one key is done once.

mod events;
mod objects;
mod refunds;
mod sessions;

use std::collections::BTreeMap;

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

pub use self::events::request as notice;
use crate::book::{Book, Failed, Gateway, Key, No, Replay};
use crate::faults::{Call, Fault};
use crate::keys::random_hex;
use crate::server::{Simulator, bad_gateway, drop_connection};

pub type Form = BTreeMap<String, String>;

/// An answer: its status and its body.
pub struct Reply {
    pub status: u16,
    pub body: Value,
    /// Whoever believes it knows that the payment is closed.
    pub proves_closed: bool,
    /// It was given before, to the first request with this key.
    replayed: bool,
}

impl Reply {
    pub fn ok(body: Value) -> Self {
        Self {
            status: 200,
            body,
            proves_closed: false,
            replayed: false,
        }
    }

    pub fn error(status: u16, kind: &str, code: &str, message: &str) -> Self {
        Self {
            status,
            body: json!({"error": {"type": kind, "code": code, "message": message}}),
            proves_closed: false,
            replayed: false,
        }
    }

    pub fn invalid(code: &str, message: &str) -> Self {
        Self::error(400, "invalid_request_error", code, message)
    }

    fn missing() -> Self {
        Self::error(
            404,
            "invalid_request_error",
            "resource_missing",
            "No such object",
        )
    }
}

/// What is asked for.
enum Asked {
    Make(Form),
    Session(String),
    Expire(String),
    Intent(String),
    CancelIntent(String),
    Refund(Form),
    Refunds(String),
    OneRefund(String),
}

/// Whatever an account asks: known first, then served, with what goes wrong.
pub async fn serve(
    simulator: web::Data<Simulator>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let header = |name: &str| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let expected = format!("Bearer {}", simulator.keys.stripe_secret_key);
    if header("authorization") != Some(expected.as_str()) {
        simulator.note_refused("stripe_key");
        return send(&Reply::error(
            401,
            "invalid_request_error",
            "",
            "Invalid API Key provided",
        ));
    }
    let asked = match read(&request, &body) {
        Ok(asked) => asked,
        Err(reply) => return send(&reply),
    };
    let key = header("idempotency-key").map(str::to_owned);
    if key
        .as_ref()
        .is_some_and(|key| !(1..=255).contains(&key.len()))
    {
        return send(&Reply::invalid("", "the Idempotency-Key is too long"));
    }
    let (call, about) = asked.call(&simulator);
    if let Some(fault) = simulator.at_the_door(&about, call) {
        return match fault {
            Fault::Silent => simulator.keep_silent(&request).await,
            Fault::Http502 => bad_gateway(),
            Fault::TooMany | Fault::RuleLimit => send(&Reply::error(
                429,
                "invalid_request_error",
                "rate_limit",
                "Too many requests",
            )),
            _ => send(&Reply::error(
                500,
                "api_error",
                "",
                "An unknown error occurred",
            )),
        };
    }
    let reply = match &key {
        Some(key) => once(&simulator, key, &request, &body, asked, &about, call),
        None => asked.answer(&simulator, &mut simulator.book(), &about),
    };
    simulator.wake.notify_one();
    let faults = [Fault::LostReply, Fault::CorruptAnswer];
    match simulator.on_the_way_out(&about, call, &faults) {
        Some(Fault::LostReply) => drop_connection(&request),
        Some(_) => HttpResponse::Ok()
            .content_type("application/json")
            .body("{\"id\":\"cs_"),
        None if reply.proves_closed => {
            match simulator.book().told_closed(&about, simulator.now()) {
                Ok(()) => send(&reply),
                Err(_) => HttpResponse::InternalServerError().finish(),
            }
        }
        None => send(&reply),
    }
}

/// A request with a key: the first answer, also for every repeat.
fn once(
    simulator: &Simulator,
    key: &str,
    request: &HttpRequest,
    body: &[u8],
    asked: Asked,
    about: &Key,
    call: Call,
) -> Reply {
    let mut book = simulator.book();
    let text = format!("{} {}", request.uri(), String::from_utf8_lossy(body));
    if let Some(earlier) = book.replay(key) {
        if earlier.asked != text {
            let why = "Keys for idempotent requests can only be used with the same parameters";
            return Reply::error(400, "idempotency_error", "", why);
        }
        return Reply {
            status: earlier.status,
            body: serde_json::from_str(&earlier.body).unwrap_or(Value::Null),
            proves_closed: false,
            replayed: true,
        };
    }
    let broken = || Reply::error(500, "api_error", "", "An unknown error occurred");
    let reply = if book.faults.strikes(about, call, Fault::Stored500) {
        broken()
    } else {
        let reply = asked.answer(simulator, &mut book, about);
        // A session that is there twice would be none that anybody has the address of.
        let hides = call == Call::Refund && reply.status == 200;
        match hides && book.faults.strikes(about, call, Fault::Stored500Done) {
            true => broken(),
            false => reply,
        }
    };
    // What is refused before it began can be asked again with the same key.
    if reply.status == 200 || reply.status >= 500 {
        let kept = book.keep_replay(Replay {
            key: key.to_owned(),
            asked: text,
            status: reply.status,
            body: reply.body.to_string(),
        });
        if let Err(error) = kept {
            tracing::error!(%error, "the journal cannot be written");
            return Reply::error(500, "api_error", "", "An unknown error occurred");
        }
    }
    reply
}

fn read(request: &HttpRequest, body: &[u8]) -> Result<Asked, Reply> {
    let path = request.uri().path().trim_start_matches("/v1/");
    let parts: Vec<&str> = path.split('/').collect();
    let form = |bytes: &[u8]| {
        let pairs: Result<Vec<(String, String)>, _> = serde_html_form::from_bytes(bytes);
        let pairs = pairs.map_err(|_| Reply::invalid("", "Invalid request"))?;
        let count = pairs.len();
        let form: Form = pairs.into_iter().collect();
        (form.len() == count)
            .then_some(form)
            .ok_or_else(|| Reply::invalid("", "Repeated"))
    };
    let posted = request.method() == Method::POST;
    Ok(match (posted, parts.as_slice()) {
        (true, ["checkout", "sessions"]) => Asked::Make(form(body)?),
        (false, ["checkout", "sessions", id]) => Asked::Session((*id).to_owned()),
        (true, ["checkout", "sessions", id, "expire"]) => Asked::Expire((*id).to_owned()),
        (false, ["payment_intents", id]) => Asked::Intent((*id).to_owned()),
        (true, ["payment_intents", id, "cancel"]) => Asked::CancelIntent((*id).to_owned()),
        (true, ["refunds"]) => Asked::Refund(form(body)?),
        (false, ["refunds"]) => {
            let query = form(request.query_string().as_bytes())?;
            let intent = query.get("payment_intent").cloned();
            Asked::Refunds(intent.ok_or_else(|| Reply::invalid("", "payment_intent"))?)
        }
        (false, ["refunds", id]) => Asked::OneRefund((*id).to_owned()),
        _ => return Err(Reply::missing()),
    })
}

impl Asked {
    /// The payment that it is about, for its faults: by the number of its session.
    fn call(&self, simulator: &Simulator) -> (Call, Key) {
        let of = |alias: &str| {
            let book = simulator.book();
            let payment = book.by_alias(Gateway::Stripe, alias);
            payment.map_or_else(|| alias.to_owned(), |payment| payment.number.clone())
        };
        let (call, number) = match self {
            Self::Make(form) => {
                let reference = form.get("client_reference_id");
                (Call::Create, reference.cloned().unwrap_or_default())
            }
            Self::Session(id) => (Call::Query, id.clone()),
            Self::Expire(id) => (Call::Close, id.clone()),
            Self::Intent(id) => (Call::Query, of(id)),
            Self::CancelIntent(id) => (Call::Close, of(id)),
            Self::Refund(form) => {
                let intent = form.get("payment_intent").map_or("", String::as_str);
                (Call::Refund, of(intent))
            }
            Self::Refunds(id) | Self::OneRefund(id) => (Call::RefundQuery, of(id)),
        };
        (call, (Gateway::Stripe, number))
    }

    fn answer(self, simulator: &Simulator, book: &mut Book, key: &Key) -> Reply {
        let now = simulator.now();
        let answered = match self {
            Self::Make(form) => sessions::make(simulator, book, form, now),
            Self::Session(_) => sessions::look(simulator, book, key, now),
            Self::Expire(_) => sessions::expire(simulator, book, key, now),
            Self::Intent(_) => sessions::intent(book, key, now),
            Self::CancelIntent(_) => sessions::cancel_intent(book, key, now),
            Self::Refund(form) => refunds::make(book, key, form, now),
            Self::Refunds(intent) => Ok(refunds::list(book, key, &intent)),
            Self::OneRefund(id) => Ok(refunds::one(book, key, &id)),
        };
        answered.unwrap_or_else(|failed| match failed {
            Failed::No(No::NotExist) => Reply::missing(),
            Failed::No(no) => Reply::invalid("", &format!("{no:?}")),
            Failed::Io(error) => {
                tracing::error!(%error, "the journal cannot be written");
                Reply::error(500, "api_error", "", "An unknown error occurred")
            }
        })
    }
}

fn send(reply: &Reply) -> HttpResponse {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response.insert_header(("Request-Id", format!("req_{}", random_hex(7))));
    if reply.replayed {
        response.insert_header(("Idempotent-Replayed", "true"));
    }
    response.json(&reply.body)
}
