//! One signed exchange with Alipay, and whether its answer is believed.

use reqwest::header::CONTENT_TYPE;
use serde::Serialize;
use serde_json::value::RawValue;

use super::settings::{AlipaySettings, AlipaySetupError, Checked};
use super::signature::{Envelope, request_message, signed};
use super::time;
use crate::gateway::Clock;
use crate::gateway::http::{HttpCaller, NoAnswer};
use crate::gateway::rsa::{SigningKey, VerifyingKey};

pub(super) struct Client {
    http: HttpCaller,
    url: String,
    pub name: String,
    pub app_id: String,
    pub seller_id: Option<String>,
    pub title: String,
    signing_key: SigningKey,
    pub alipay_key: VerifyingKey,
    pub clock: Clock,
}

/// An answer: the object inside, exactly as it was sent. Not signed only when Alipay refuses
/// before it knows who asks.
pub(super) struct Answer {
    pub inner: Box<RawValue>,
    pub signed: bool,
}

/// No answer, or none that Alipay provably gave.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotBelieved {
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    #[error("answer {0}")]
    Status(u16),
    #[error("the answer cannot be read")]
    Unreadable,
    #[error("the answer is about something else")]
    OtherMethod,
    #[error("the signature does not match")]
    Mismatch,
    #[error("we cannot sign")]
    Unable,
}

impl Client {
    pub fn new(settings: AlipaySettings, clock: Clock) -> Result<Self, AlipaySetupError> {
        let Checked {
            url,
            signing_key,
            alipay_key,
        } = settings.read()?;
        Ok(Self {
            http: HttpCaller::new(settings.limits)?,
            url,
            name: settings.name,
            app_id: settings.app_id,
            seller_id: settings.seller_id,
            title: settings.title,
            signing_key,
            alipay_key,
            clock,
        })
    }

    /// Calls `method` (`alipay.trade.query`); believes what is signed, and of faults of the
    /// gateway also what is not signed at all.
    pub async fn call(
        &self,
        method: &str,
        content: &impl Serialize,
        notify_url: Option<&str>,
    ) -> Result<Answer, NotBelieved> {
        let content = serde_json::to_string(content).map_err(|_| NotBelieved::Unable)?;
        let now = time::write((self.clock)()).ok_or(NotBelieved::Unable)?;
        let mut parameters = vec![
            ("app_id", self.app_id.as_str()),
            ("method", method),
            ("format", "JSON"),
            ("charset", "utf-8"),
            ("sign_type", "RSA2"),
            ("timestamp", &now),
            ("version", "1.0"),
            ("biz_content", &content),
        ];
        parameters.extend(notify_url.map(|url| ("notify_url", url)));
        let message = request_message(parameters.iter().copied());
        let signature = self.signing_key.sign(message.as_bytes());
        let signature = signature.ok_or(NotBelieved::Unable)?;
        parameters.push(("sign", &signature));
        let form = serde_html_form::to_string(&parameters).map_err(|_| NotBelieved::Unable)?;
        // Alipay reads the charset from the address.
        let request = self.http.post(&format!("{}?charset=utf-8", self.url));
        let kind = "application/x-www-form-urlencoded;charset=utf-8";
        let raw = self
            .http
            .call(request.header(CONTENT_TYPE, kind).body(form))
            .await?;
        if raw.status != 200 {
            return Err(NotBelieved::Status(raw.status));
        }
        self.read(method, &raw.body)
    }

    fn read(&self, method: &str, body: &[u8]) -> Result<Answer, NotBelieved> {
        let envelope = Envelope::read(body).ok_or(NotBelieved::Unreadable)?;
        let expected = format!("{}_response", method.replace('.', "_"));
        let fault = envelope.name == "error_response";
        if envelope.name != expected && !fault {
            return Err(NotBelieved::OtherMethod);
        }
        let is_signed = match &envelope.sign {
            Some(sign) if signed(&self.alipay_key, envelope.inner.as_bytes(), sign) => true,
            Some(_) => return Err(NotBelieved::Mismatch),
            None => false,
        };
        let inner = RawValue::from_string(envelope.inner.to_owned());
        Ok(Answer {
            inner: inner.map_err(|_| NotBelieved::Unreadable)?,
            // A fault is a fault, whoever signed it.
            signed: is_signed && !fault,
        })
    }
}
