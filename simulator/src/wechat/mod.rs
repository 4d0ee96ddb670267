//! WeChat Pay API v3, as a merchant of mainland China meets it.

mod auth;
mod notice;
mod payments;
mod refunds;
mod reply;

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

pub use self::notice::request as notice;
use self::reply::{Reply, send};
use crate::book::{Failed, Gateway, Key, No};
use crate::faults::{Call, Fault};
use crate::keys::seal;
use crate::server::{SignWith, Simulator, bad_gateway, drop_connection};

const TRANSACTIONS: &str = "/v3/pay/transactions/";
const REFUNDS: &str = "/v3/refund/domestic/refunds";

/// What is asked for.
enum Asked {
    Create(payments::Prepay),
    Query(String),
    QueryById(String),
    Close(String),
    Refund(refunds::Ask),
    RefundQuery(String),
    Certificates,
}

/// Whatever a merchant asks: believed first, then served, with what goes wrong.
pub async fn serve(
    simulator: web::Data<Simulator>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    if let Err(auth::Denied(why)) = auth::check(&simulator, &request, &body, simulator.now()) {
        simulator.note_refused(why);
        return HttpResponse::Unauthorized().json(json!({
            "code": "SIGN_ERROR", "message": "签名错误", "detail": {"issue": why},
        }));
    }
    let asked = match read(&simulator, &request, &body) {
        Ok(asked) => asked,
        Err(reply) => return send(&simulator, &request, reply, None),
    };
    let (call, key) = asked.call(&simulator);
    if let Some(fault) = simulator.at_the_door(&key, call) {
        let reply = match fault {
            Fault::Silent => return simulator.keep_silent(&request).await,
            Fault::Http502 => return bad_gateway(),
            Fault::TooMany => Reply::code(429, "FREQUENCY_LIMITED", 268_447_840),
            Fault::RuleLimit => Reply::code(403, "RULE_LIMIT", 268_447_840),
            _ => Reply::system_error(),
        };
        return send(&simulator, &request, reply, None);
    }
    let reply = asked.answer(&simulator, &key);
    simulator.wake.notify_one();
    let faults = [
        Fault::LostReply,
        Fault::Unsigned,
        Fault::WrongKey,
        Fault::StaleAnswer,
        Fault::UnknownSerial,
        Fault::CorruptAnswer,
    ];
    match simulator.on_the_way_out(&key, call, &faults) {
        Some(Fault::LostReply) => drop_connection(&request),
        None if reply.proves_closed => match simulator.book().told_closed(&key, simulator.now()) {
            Ok(()) => send(&simulator, &request, reply, None),
            Err(_) => send(&simulator, &request, Reply::system_error(), None),
        },
        fault => send(&simulator, &request, reply, fault),
    }
}

fn read(simulator: &Simulator, request: &HttpRequest, body: &[u8]) -> Result<Asked, Reply> {
    let path = request.uri().path();
    let nowhere = || Reply::code(404, "RESOURCE_NOT_EXISTS", 0);
    let own = || {
        let expected = format!("mchid={}", simulator.keys.merchant);
        let right = request.query_string() == expected;
        right
            .then_some(())
            .ok_or_else(|| Reply::parameters("mchid"))
    };
    if request.method() == Method::POST {
        if path == format!("{TRANSACTIONS}native") {
            return payments::Prepay::read(simulator, body).map(Asked::Create);
        }
        if path == REFUNDS {
            return refunds::Ask::read(body).map(Asked::Refund);
        }
        let number = path
            .strip_prefix(&format!("{TRANSACTIONS}out-trade-no/"))
            .and_then(|rest| rest.strip_suffix("/close"))
            .ok_or_else(nowhere)?;
        payments::own_merchant(simulator, body)?;
        return payments::number(number).map(Asked::Close);
    }
    if request.method() != Method::GET || !body.is_empty() {
        return Err(nowhere());
    }
    if path == "/v3/certificates" {
        return Ok(Asked::Certificates);
    }
    if let Some(number) = path.strip_prefix(&format!("{TRANSACTIONS}out-trade-no/")) {
        own()?;
        return payments::number(number).map(Asked::Query);
    }
    if let Some(id) = path.strip_prefix(&format!("{TRANSACTIONS}id/")) {
        own()?;
        return Ok(Asked::QueryById(id.to_owned()));
    }
    let number = path
        .strip_prefix(REFUNDS)
        .and_then(|rest| rest.strip_prefix('/'));
    number
        .map(|number| Asked::RefundQuery(number.to_owned()))
        .ok_or_else(nowhere)
}

impl Asked {
    /// The payment that it is about, for its faults.
    fn call(&self, simulator: &Simulator) -> (Call, Key) {
        let of = |alias: &str| {
            let book = simulator.book();
            let payment = book.by_alias(Gateway::WechatPay, alias);
            payment.map_or_else(|| alias.to_owned(), |payment| payment.number.clone())
        };
        let (call, number) = match self {
            Self::Create(prepay) => (Call::Create, prepay.number().to_owned()),
            Self::Query(number) => (Call::Query, number.clone()),
            Self::QueryById(id) => (Call::Query, of(id)),
            Self::Close(number) => (Call::Close, number.clone()),
            Self::Refund(ask) => (Call::Refund, of(ask.transaction_id())),
            Self::RefundQuery(number) => (Call::RefundQuery, of(number)),
            Self::Certificates => (Call::Query, "certificates".to_owned()),
        };
        (call, (Gateway::WechatPay, number))
    }

    fn answer(self, simulator: &Simulator, key: &Key) -> Reply {
        let now = simulator.now();
        let mut book = simulator.book();
        let answered = match self {
            Self::Create(prepay) => book
                .create(prepay.payment(now))
                .map(|p| payments::created(&p)),
            Self::Query(_) => book
                .query(key, now)
                .map(|p| payments::described(simulator, &p)),
            Self::QueryById(_) => match book.query(key, now) {
                Ok(payment) if payment.money.is_empty() => Err(No::NotExist.into()),
                found => found.map(|payment| payments::described(simulator, &payment)),
            },
            Self::Close(_) => payments::close(&mut book, key, now),
            Self::Refund(ask) => refunds::ask(&mut book, key, ask, now),
            Self::RefundQuery(number) => refunds::query(&book, key, &number),
            Self::Certificates => return certificates(simulator),
        };
        answered.unwrap_or_else(|failed| match failed {
            Failed::No(no) => Reply::no(
                no,
                book.faults.strikes(key, Call::Query, Fault::OldSpelling),
            ),
            Failed::Io(error) => {
                tracing::error!(%error, "the journal cannot be written");
                Reply::system_error()
            }
        })
    }
}

/// The platform certificates that are valid, sealed for the merchant.
fn certificates(simulator: &Simulator) -> Reply {
    let keys = &simulator.keys;
    let valid = match simulator.sign_with() {
        SignWith::NewCertificate => 2,
        SignWith::Certificate | SignWith::PublicKey => 1,
    };
    let mut data = Vec::new();
    for at in 0..valid {
        let pem = keys.platform_certificates[at].as_bytes();
        let Ok((nonce, ciphertext)) = seal(&keys.api_v3_key, "certificate", pem) else {
            return Reply::system_error();
        };
        data.push(json!({
            "serial_no": keys.platform_serials[at],
            "effective_time": "2020-01-01T08:00:00+08:00",
            "expire_time": "2045-01-01T08:00:00+08:00",
            "encrypt_certificate": {
                "algorithm": "AEAD_AES_256_GCM",
                "nonce": nonce,
                "associated_data": "certificate",
                "ciphertext": ciphertext,
            },
        }));
    }
    Reply::json(&json!({ "data": data }))
}
