//! One exchange with Stripe. Its answers are not signed: that they are Stripe's is what TLS says,
//! and so the address is https, or on this machine.

use reqwest::header::AUTHORIZATION;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::settings::{StripeSettings, StripeSetupError};
use crate::gateway::Clock;
use crate::gateway::http::HttpCaller;

/// Keys that one request may need, when Stripe's faults are kept under the first ones.
const KEYS: u32 = 3;

pub(super) struct Client {
    http: HttpCaller,
    base_url: String,
    pub name: String,
    secret_key: String,
    pub webhook_secret: String,
    pub success_url: String,
    pub title: String,
    pub clock: Clock,
}

/// What an answer that is no success means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// There is no such object.
    NotFound,
    /// Configuration, permission, balance or parameters; or the object's state, which a code
    /// does not tell apart: whoever cares asks for the object.
    Refused,
    /// Nothing is known.
    Unknown,
}

pub(super) struct Refusal {
    pub fault: Fault,
    /// Their code with its status and request number, for the log.
    pub text: String,
    /// A fault of theirs that an earlier request with this key came to, repeated: nothing is
    /// under way with this key any more, and nothing else will ever be said for it.
    pub kept: bool,
}

impl Refusal {
    pub fn new(fault: Fault, text: impl Into<String>) -> Self {
        Self {
            fault,
            text: text.into(),
            kept: false,
        }
    }
}

pub(super) struct Answer<T> {
    pub object: T,
    pub body: Vec<u8>,
}

#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorDetail,
}

#[derive(Deserialize)]
struct ErrorDetail {
    #[serde(rename = "type")]
    kind: Option<String>,
    code: Option<String>,
    param: Option<String>,
}

impl Client {
    pub fn new(settings: StripeSettings, clock: Clock) -> Result<Self, StripeSetupError> {
        let base_url = settings.read()?;
        Ok(Self {
            http: HttpCaller::new(settings.limits)?,
            base_url,
            name: settings.name,
            secret_key: settings.secret_key,
            webhook_secret: settings.webhook_secret,
            success_url: settings.success_url,
            title: settings.title,
            clock,
        })
    }

    pub async fn get<T: DeserializeOwned>(&self, target: &str) -> Result<Answer<T>, Refusal> {
        self.call(self.http.get(&self.url(target))).await
    }

    pub async fn post<T: DeserializeOwned>(
        &self,
        target: &str,
        form: &[(&str, &str)],
    ) -> Result<Answer<T>, Refusal> {
        self.call(self.http.post(&self.url(target)).form(form))
            .await
    }

    /// Repeats of this request with the same key are one request, for a day at least.
    ///
    /// Stripe repeats its own faults for a key, too. Only such a one is tried again with another
    /// key; so whoever repeats the request comes along the same way to the same object. What the
    /// fault left behind, if anything, stays there unknown: only for what does no harm twice.
    pub async fn post_once<T: DeserializeOwned>(
        &self,
        target: &str,
        form: &[(&str, &str)],
        key: &str,
    ) -> Result<Answer<T>, Refusal> {
        let mut answer = Err(Refusal::new(Fault::Unknown, "not asked"));
        for key in keys(key) {
            answer = self.post_keyed(target, form, key).await;
            if !matches!(&answer, Err(refusal) if refusal.kept) {
                break;
            }
        }
        answer
    }

    pub async fn post_keyed<T: DeserializeOwned>(
        &self,
        target: &str,
        form: &[(&str, &str)],
        key: String,
    ) -> Result<Answer<T>, Refusal> {
        let request = self.http.post(&self.url(target)).form(form);
        self.call(request.header("Idempotency-Key", key)).await
    }

    fn url(&self, target: &str) -> String {
        format!("{}{target}", self.base_url)
    }

    async fn call<T: DeserializeOwned>(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<Answer<T>, Refusal> {
        let unknown = |text: String| Refusal::new(Fault::Unknown, text);
        let request = request.header(AUTHORIZATION, format!("Bearer {}", self.secret_key));
        let raw = match self.http.call(request).await {
            Ok(raw) => raw,
            Err(why) => return Err(unknown(why.to_string())),
        };
        if raw.status == 200 {
            return match serde_json::from_slice(&raw.body) {
                Ok(object) => Ok(Answer {
                    object,
                    body: raw.body,
                }),
                Err(error) => Err(unknown(format!("the answer cannot be read: {error}"))),
            };
        }
        let header = |name| raw.headers.get(name).and_then(|value| value.to_str().ok());
        let mut refusal = refusal(
            raw.status,
            &raw.body,
            header("Request-Id").unwrap_or("none"),
        );
        refusal.kept = raw.status >= 500 && header("Idempotent-Replayed") == Some("true");
        Err(refusal)
    }
}

/// The keys of one request, in the order in which everybody tries them.
pub(super) fn keys(key: &str) -> impl Iterator<Item = String> {
    let another = move |attempt| format!("{key}-{attempt}");
    std::iter::once(key.to_owned()).chain((2..=KEYS).map(another))
}

fn refusal(status: u16, body: &[u8], request_id: &str) -> Refusal {
    let error = serde_json::from_slice::<ErrorBody>(body)
        .ok()
        .map(|b| b.error);
    let short =
        |text: Option<String>| -> String { text.unwrap_or_default().chars().take(64).collect() };
    let (kind, code, param) = match error {
        Some(error) => (short(error.kind), short(error.code), short(error.param)),
        None => Default::default(),
    };
    let fault = match status {
        404 => Fault::NotFound,
        // Another request with this key is under way, or a lock: ask again.
        409 | 429 => Fault::Unknown,
        400..=499 => Fault::Refused,
        _ => Fault::Unknown,
    };
    let request_id: String = request_id.chars().take(100).collect();
    let text = format!("answer {status} {kind:?} {code:?} {param:?}, request {request_id}");
    Refusal::new(fault, text)
}
