//! What WeChat Pay answers, with its signature under it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::auth::header;
use crate::book::No;
use crate::faults::Fault;
use crate::keys::{RsaKey, random_hex};
use crate::server::{SignWith, Simulator};

/// An answer before it is signed.
pub struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
    /// The number that ends `Request-ID`, by which their support finds the reason.
    pub reason: u32,
    /// Whoever believes it knows that the payment is closed.
    pub proves_closed: bool,
}

impl Reply {
    pub fn json(body: &Value) -> Self {
        Self {
            status: 200,
            body: body.to_string().into_bytes(),
            reason: 0,
            proves_closed: false,
        }
    }

    pub fn no_content() -> Self {
        Self {
            status: 204,
            body: Vec::new(),
            reason: 0,
            proves_closed: false,
        }
    }

    pub fn code(status: u16, code: &str, reason: u32) -> Self {
        let body = json!({"code": code, "message": "模拟的答复", "detail": {}});
        Self {
            status,
            body: body.to_string().into_bytes(),
            reason,
            proves_closed: false,
        }
    }

    /// The refusal of a rule; `old` spells it as older pages of the manual do.
    pub fn no(no: No, old: bool) -> Self {
        let spelled = |new, older| if old { older } else { new };
        match no {
            No::Paid => Self::code(400, spelled("ORDER_PAID", "ORDERPAID"), 268_498_689),
            No::Closed => Self::code(400, spelled("ORDER_CLOSED", "ORDERCLOSED"), 268_447_914),
            // A 2xx that is not a success.
            No::Paying => Self::code(202, spelled("USER_PAYING", "USERPAYING"), 0),
            No::NotExist | No::Unseen => {
                let code = spelled("ORDER_NOT_EXIST", "ORDERNOTEXIST");
                Self::code(404, code, 268_512_771)
            }
            No::OtherContent => Self::code(403, "OUT_TRADE_NO_USED", 268_435_461),
            No::TooMuch => Self::code(400, "INVALID_REQUEST", 268_435_461),
            No::Expired => Self::code(403, "TRADE_ERROR", 0),
        }
    }

    pub fn parameters(field: &str) -> Self {
        let mut reply = Self::code(400, "PARAM_ERROR", 268_435_464);
        reply.body =
            json!({"code": "PARAM_ERROR", "message": "参数错误", "detail": {"field": field}})
                .to_string()
                .into_bytes();
        reply
    }

    pub fn system_error() -> Self {
        Self::code(500, "SYSTEM_ERROR", 0)
    }
}

/// The key that an answer to this caller is signed with, and its name.
fn key<'a>(simulator: &'a Simulator, request: &HttpRequest) -> (&'a RsaKey, &'a str) {
    let asked = header(request.headers(), "wechatpay-serial");
    if asked == Some(simulator.keys.public_key_id.as_str()) {
        return (&simulator.keys.wechat_public, &simulator.keys.public_key_id);
    }
    signing_key(simulator, simulator.sign_with())
}

pub fn signing_key(simulator: &Simulator, with: SignWith) -> (&RsaKey, &str) {
    let keys = &simulator.keys;
    match with {
        SignWith::Certificate => (&keys.platform[0], &keys.platform_serials[0]),
        SignWith::NewCertificate => (&keys.platform[1], &keys.platform_serials[1]),
        SignWith::PublicKey => (&keys.wechat_public, &keys.public_key_id),
    }
}

/// The headers of a signature, in the order of the manual.
pub fn signature(
    key: &RsaKey,
    serial: &str,
    at_s: i64,
    body: &[u8],
) -> anyhow::Result<[(&'static str, String); 5]> {
    let nonce = random_hex(16);
    let message = [format!("{at_s}\n{nonce}\n").as_bytes(), body, b"\n"].concat();
    Ok([
        ("Wechatpay-Timestamp", at_s.to_string()),
        ("Wechatpay-Nonce", nonce),
        ("Wechatpay-Signature", key.sign(&message)?),
        ("Wechatpay-Serial", serial.to_owned()),
        (
            "Wechatpay-Signature-Type",
            "WECHATPAY2-SHA256-RSA2048".to_owned(),
        ),
    ])
}

/// The answer as it goes out, with what goes wrong on its way.
pub fn send(
    simulator: &Simulator,
    request: &HttpRequest,
    mut reply: Reply,
    fault: Option<Fault>,
) -> HttpResponse {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    let request_id = format!("08{}-{}", random_hex(20).to_ascii_uppercase(), reply.reason);
    response.insert_header(("Request-ID", request_id));
    let (mut signer, mut serial) = key(simulator, request);
    let mut now = simulator.now();
    let nobody = "5FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF";
    match fault {
        Some(Fault::WrongKey) => signer = &simulator.keys.stranger,
        Some(Fault::StaleAnswer) => now -= TimeDelta::minutes(10),
        Some(Fault::UnknownSerial) => (signer, serial) = (&simulator.keys.stranger, nobody),
        Some(Fault::CorruptAnswer) if !reply.body.is_empty() => {
            reply.body = b"{\"trade_state\":\"CLO".to_vec();
        }
        _ => {}
    }
    if fault != Some(Fault::Unsigned) {
        match signature(signer, serial, now.timestamp(), &reply.body) {
            Ok(headers) => {
                for header in headers {
                    response.insert_header(header);
                }
            }
            Err(error) => {
                tracing::error!(%error, "an answer cannot be signed");
                return HttpResponse::InternalServerError().finish();
            }
        }
    }
    if reply.status == 204 {
        return response.finish();
    }
    response.content_type("application/json").body(reply.body)
}
