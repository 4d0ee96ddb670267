//! The client of the sandbox gateway (`stockdesk sandbox-pay`): our own small protocol with the
//! manners of the real ones, so that every fault of theirs can be practised against it.
//!
//!     POST /v1/payments                     creates, idempotent by order number
//!     GET  /v1/payments/{order_no}          asks
//!     POST /v1/payments/{order_no}/close    closes; an unknown number is closed for ever
//!     POST /v1/payments/{order_no}/refunds  gives back, idempotent by refund number
//!     GET  /v1/payments/{order_no}/refunds/{refund_no}
//!
//! Refusals are `{"code":"ORDER_PAID"}` and the like. Everything is signed, both ways: see
//! [`signature`]. This module shares no code with the server: a mistake made twice in the same
//! place would pass every test.

mod refund;
mod signature;
mod wire;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use reqwest::header::{CONTENT_TYPE, HeaderMap};

use self::signature::{Distrust, HEADER, Signer};
use super::http::{HttpCaller, NoAnswer, RawAnswer};
use super::{
    CallLimits, Clock, CloseAsked, GatewaySetupError, Headers, NotificationRefused, PaymentGateway,
};
use crate::domain::ids::DocumentNo;
use crate::domain::payment::{
    CreateAnswer, GatewayAnswer, NewPayment, NewRefund, Notification, RefundAnswer, SentPayment,
};

/// The gateway's name in orders, settings and addresses.
pub const NAME: &str = "sandbox";

#[derive(Clone)]
pub struct SandboxSettings {
    /// `http://host:port`, without a path.
    pub base_url: String,
    /// Shared with the sandbox; any bytes, at least one.
    pub secret: Vec<u8>,
    pub limits: CallLimits,
}

pub struct SandboxGateway {
    http: HttpCaller,
    signer: Signer,
    base_url: String,
    clock: Clock,
}

/// An answer that the gateway did not (provably) give.
enum NotBelieved {
    NoAnswer(NoAnswer),
    /// Somebody says that our own signature is wrong; the settings are the likely cause.
    Unauthorized,
    Distrust {
        status: u16,
        why: Distrust,
    },
}

impl NotBelieved {
    fn text(&self) -> String {
        match self {
            Self::NoAnswer(why) => why.to_string(),
            Self::Unauthorized => "the gateway does not accept our signature".to_owned(),
            Self::Distrust { status, why } => format!("answer {status} not believed: {why}"),
        }
    }
}

impl SandboxGateway {
    pub fn new(settings: SandboxSettings, clock: Clock) -> Result<Self, GatewaySetupError> {
        let url = reqwest::Url::parse(&settings.base_url)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.path() == "/")
            .ok_or_else(|| GatewaySetupError::Address(settings.base_url.clone()))?;
        Ok(Self {
            http: HttpCaller::new(settings.limits)?,
            signer: Signer::new(&settings.secret).ok_or(GatewaySetupError::NoSecret)?,
            base_url: url.as_str().trim_end_matches('/').to_owned(),
            clock,
        })
    }

    /// One signed exchange. The status is believed only together with the body.
    async fn exchange(
        &self,
        method: &str,
        path: &str,
        body: Vec<u8>,
    ) -> Result<RawAnswer, NotBelieved> {
        let nonce = format!("{:032x}", rand::random::<u128>());
        let now = (self.clock)();
        let signature = self.signer.request(now, &nonce, method, path, &body);
        let url = format!("{}{path}", self.base_url);
        let request = match method {
            "GET" => self.http.get(&url),
            _ => self.http.post(&url),
        };
        let request = request
            .header(HEADER, signature)
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        let answer = match self.http.call(request).await {
            Ok(answer) => answer,
            Err(why) => return Err(NotBelieved::NoAnswer(why)),
        };
        let header = only(&answer.headers, HEADER);
        let now = (self.clock)();
        match self
            .signer
            .check_response(header, &nonce, answer.status, &answer.body, now)
        {
            Ok(()) => Ok(answer),
            Err(_) if answer.status == 401 => Err(NotBelieved::Unauthorized),
            Err(why) => Err(NotBelieved::Distrust {
                status: answer.status,
                why,
            }),
        }
    }
}

fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

fn payment_path(order_no: &DocumentNo) -> String {
    // Every character of a document number may stand in a path as it is.
    format!("/v1/payments/{order_no}")
}

#[async_trait]
impl PaymentGateway for SandboxGateway {
    fn name(&self) -> &str {
        NAME
    }

    async fn create(&self, payment: &NewPayment) -> CreateAnswer {
        let body = match serde_json::to_vec(&wire::Create::from(payment)) {
            Ok(body) => body,
            Err(error) => return CreateAnswer::Refused(error.to_string()),
        };
        match self.exchange("POST", "/v1/payments", body).await {
            Err(why @ NotBelieved::Unauthorized) => CreateAnswer::Refused(why.text()),
            Err(why) => CreateAnswer::Unknown(why.text()),
            Ok(answer) => match answer.status {
                200 | 201 => wire::created(&answer.body, payment, (self.clock)()),
                400..=428 | 430..=499 => CreateAnswer::Refused(wire::problem_code(&answer.body)),
                status => CreateAnswer::Unknown(format!("answer {status}")),
            },
        }
    }

    async fn query(&self, payment: &SentPayment) -> GatewayAnswer {
        let order_no = &payment.order_no;
        let path = payment_path(order_no);
        match self.exchange("GET", &path, Vec::new()).await {
            Err(why @ NotBelieved::Unauthorized) => GatewayAnswer::Refused(why.text()),
            Err(why) => GatewayAnswer::Unknown(why.text()),
            Ok(answer) => match (answer.status, &answer.body) {
                (200, body) => wire::payment_state(body, order_no, (self.clock)()),
                (404, body) if wire::problem_code(body) == "ORDER_NOT_EXIST" => {
                    GatewayAnswer::NotCreated
                }
                (429, _) => GatewayAnswer::Unknown("answer 429".to_owned()),
                (400..=499, body) => GatewayAnswer::Refused(wire::problem_code(body)),
                (status, _) => GatewayAnswer::Unknown(format!("answer {status}")),
            },
        }
    }

    async fn ask_to_close(&self, payment: &SentPayment) -> CloseAsked {
        let path = format!("{}/close", payment_path(&payment.order_no));
        match self.exchange("POST", &path, Vec::new()).await {
            Err(why @ NotBelieved::Unauthorized) => CloseAsked::Refused(why.text()),
            Err(why) => CloseAsked::Unknown(why.text()),
            // 202 is not success: the customer is entering the password.
            Ok(answer) => match (answer.status, wire::problem_code(&answer.body).as_str()) {
                (204, _) => CloseAsked::Accepted,
                (202, "USER_PAYING") => CloseAsked::InProgress,
                (409, "ORDER_PAID") => CloseAsked::AlreadyPaid,
                (400..=428 | 430..=499, code) => CloseAsked::Refused(code.to_owned()),
                (status, _) => CloseAsked::Unknown(format!("answer {status}")),
            },
        }
    }

    async fn refund(&self, refund: &NewRefund) -> RefundAnswer {
        refund::ask(self, refund).await
    }

    async fn query_refund(&self, refund: &NewRefund) -> RefundAnswer {
        refund::query(self, refund).await
    }

    fn verify_notification(
        &self,
        headers: &Headers<'_>,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Notification, NotificationRefused> {
        match self
            .signer
            .check_notification(headers.only(HEADER), body, now)
        {
            Ok(()) => wire::notification(body),
            Err(Distrust::Unsigned) => Err(NotificationRefused::Unsigned),
            Err(Distrust::Mismatch) => Err(NotificationRefused::BadSignature),
            Err(Distrust::Stale) => Err(NotificationRefused::Stale),
        }
    }
}
