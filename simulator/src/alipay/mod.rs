//! Alipay's gateway (OpenAPI 2.0, RSA2), as a merchant of mainland China meets it.

mod notice;
mod sign;
mod trades;

use std::collections::BTreeMap;

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, Utc};
use serde_json::{Value, json};

pub use self::notice::request as notice;
use self::sign::request_text;
use self::trades::Asked;
use crate::faults::{Call, Fault};
use crate::server::{Simulator, bad_gateway, drop_connection};

/// How far the merchant's clock may be off, either way.
const WINDOW: TimeDelta = TimeDelta::minutes(15);

pub type Form = BTreeMap<String, String>;

/// An answer before it is signed: what stands under `<method>_response`.
pub struct Reply {
    pub body: Value,
    /// Whoever believes it knows that the payment is closed.
    pub proves_closed: bool,
}

impl Reply {
    pub fn success(mut body: Value) -> Self {
        body["code"] = json!("10000");
        body["msg"] = json!("Success");
        Self {
            body,
            proves_closed: false,
        }
    }

    /// A refusal of the business, by its `sub_code`.
    pub fn business(sub_code: &str) -> Self {
        Self::fault("40004", "Business Failed", sub_code)
    }

    fn fault(code: &str, msg: &str, sub_code: &str) -> Self {
        let body = json!({
            "code": code, "msg": msg, "sub_code": sub_code, "sub_msg": "模拟的答复",
        });
        Self {
            body,
            proves_closed: false,
        }
    }
}

/// Whatever a merchant asks: believed first, then served, with what goes wrong.
pub async fn serve(
    simulator: web::Data<Simulator>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let form = match read(&simulator, &request, &body) {
        Ok(form) => form,
        Err(why) => {
            simulator.note_refused(why);
            // Before it knows who asks, it signs nothing.
            let fault = Reply::fault("40002", "Invalid Arguments", why);
            return HttpResponse::Ok().json(json!({ "error_response": fault.body }));
        }
    };
    let method = form["method"].clone();
    let asked = Asked::read(&method, &form);
    let asked = match asked {
        Ok(asked) => asked,
        Err(reply) => return send(&simulator, &method, &reply, None),
    };
    let (call, key) = asked.call(&simulator);
    if let Some(fault) = simulator.at_the_door(&key, call) {
        let reply = match fault {
            Fault::Silent => return simulator.keep_silent(&request).await,
            Fault::Http500 => return HttpResponse::InternalServerError().finish(),
            Fault::Http502 => return bad_gateway(),
            Fault::TooMany => Reply::fault("40005", "Call Limited", "isv.app-call-limited"),
            _ => Reply::fault("20000", "Service Currently Unavailable", "isp.unknow-error"),
        };
        return send(&simulator, &method, &reply, None);
    }
    let reply = asked.answer(&simulator, &key);
    simulator.wake.notify_one();
    let faults = [
        Fault::LostReply,
        Fault::Unsigned,
        Fault::WrongKey,
        Fault::CorruptAnswer,
    ];
    match simulator.on_the_way_out(&key, call, &faults) {
        Some(Fault::LostReply) => drop_connection(&request),
        fault => {
            let told = fault.is_none() && reply.proves_closed && call == Call::Query;
            let noted = match told {
                true => simulator.book().told_closed(&key, simulator.now()),
                false => Ok(()),
            };
            match noted {
                Ok(()) => send(&simulator, &method, &reply, fault),
                Err(_) => HttpResponse::InternalServerError().finish(),
            }
        }
    }
}

/// The parameters of a request that the merchant's app signed, just now.
fn read(simulator: &Simulator, request: &HttpRequest, body: &[u8]) -> Result<Form, &'static str> {
    if request.method() != Method::POST {
        return Err("isv.method-not-post");
    }
    let unreadable = |_| "isv.invalid-format";
    let pairs: Vec<(String, String)> = serde_html_form::from_bytes(body).map_err(unreadable)?;
    let query: Vec<(String, String)> =
        serde_html_form::from_str(request.query_string()).map_err(unreadable)?;
    // The charset stands in the address, and only there or in both with one value.
    if query
        .iter()
        .any(|(name, value)| name != "charset" || value != "utf-8")
    {
        return Err("isv.invalid-query");
    }
    let mut form = Form::new();
    for (name, value) in pairs {
        if form.insert(name, value).is_some() {
            return Err("isv.repeated-parameter");
        }
    }
    let get = |name: &str| form.get(name).map_or("", String::as_str);
    if get("app_id") != simulator.keys.alipay_app_id {
        return Err("isv.invalid-app-id");
    }
    if get("charset") != "utf-8" || get("version") != "1.0" || get("sign_type") != "RSA2" {
        return Err("isv.invalid-common-parameters");
    }
    if !matches!(get("format"), "" | "JSON") || get("method").is_empty() {
        return Err("isv.invalid-method");
    }
    if !simulator
        .keys
        .alipay_app
        .signed(request_text(&form).as_bytes(), get("sign"))
    {
        return Err("isv.invalid-signature");
    }
    let sent = time_of(get("timestamp")).ok_or("isv.invalid-timestamp")?;
    if (simulator.now() - sent).abs() > WINDOW {
        return Err("isv.invalid-timestamp");
    }
    Ok(form)
}

fn send(simulator: &Simulator, method: &str, reply: &Reply, fault: Option<Fault>) -> HttpResponse {
    let inner = match fault {
        Some(Fault::CorruptAnswer) => "{\"code\":\"10000\",\"trade_status\":".to_owned(),
        _ => reply.body.to_string(),
    };
    let key = match fault {
        Some(Fault::WrongKey) => &simulator.keys.stranger,
        _ => &simulator.keys.alipay,
    };
    let name = format!("{}_response", method.replace('.', "_"));
    let sign = match key.sign(inner.as_bytes()) {
        Ok(sign) if fault != Some(Fault::Unsigned) => format!(",\"sign\":\"{sign}\""),
        Ok(_) => String::new(),
        Err(error) => {
            tracing::error!(%error, "an answer cannot be signed");
            return HttpResponse::InternalServerError().finish();
        }
    };
    HttpResponse::Ok()
        .content_type("text/html;charset=utf-8")
        .body(format!("{{\"{name}\":{inner}{sign}}}"))
}

const TIME: &str = "%Y-%m-%d %H:%M:%S";

/// A time as Alipay writes it: Beijing's, without a zone.
pub fn time_of(text: &str) -> Option<DateTime<Utc>> {
    let beijing = FixedOffset::east_opt(8 * 3600)?;
    let local = NaiveDateTime::parse_from_str(text, TIME).ok()?;
    Some(local.and_local_timezone(beijing).single()?.to_utc())
}

pub fn time_text(time: DateTime<Utc>) -> String {
    (time + TimeDelta::hours(8)).format(TIME).to_string()
}

/// Fen as yuan: `128.00`.
pub fn yuan(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

/// The way back, of amounts as merchants may write them: `128`, `128.5`, `128.00`.
pub fn fen(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || part.len() > 2 || !digits(whole) || !digits(part) {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let part: i64 = format!("{part:0<2}").parse().ok()?;
    whole.checked_mul(100)?.checked_add(part)
}
