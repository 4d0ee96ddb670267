//! One signed exchange with WeChat Pay, and whether its answer is believed.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use tokio::sync::Mutex;

use super::certificates;
use super::sealed::SealingKey;
use super::settings::{Checked, WechatPaySettings, WechatPaySetupError};
use super::signature::{authorization, request_message};
use super::trust::{Claim, Distrust, TrustedKeys, check_platform};
use crate::gateway::Clock;
use crate::gateway::http::{HttpCaller, NoAnswer, RawAnswer};
use crate::gateway::rsa::SigningKey;

/// A key that is still unknown after a download is not looked for again for so long.
const BETWEEN_DOWNLOADS: TimeDelta = TimeDelta::seconds(10);

pub(super) struct Client {
    http: HttpCaller,
    base_url: String,
    pub name: String,
    pub close_after: TimeDelta,
    pub merchant: String,
    pub appid: String,
    certificate_serial: String,
    pub title: String,
    public_key_id: Option<String>,
    platform_certificates: bool,
    signing_key: SigningKey,
    pub sealing_key: SealingKey,
    pub trusted: TrustedKeys,
    pub clock: Clock,
    /// When certificates were last asked for, and the right to ask.
    downloaded: Mutex<Option<DateTime<Utc>>>,
}

/// An answer that is WeChat Pay's own, or a refusal that nobody signed.
pub(super) struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
    /// Theirs, for their support, cut to a length that a log can bear.
    pub request_id: Option<String>,
}

/// No answer, or none that WeChat Pay provably gave.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotBelieved {
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    #[error("answer {status} not believed: {why}")]
    Distrust { status: u16, why: Distrust },
    #[error("we cannot sign")]
    Unable,
    #[error("{0}")]
    Certificates(String),
}

impl Client {
    pub fn new(settings: WechatPaySettings, clock: Clock) -> Result<Self, WechatPaySetupError> {
        let Checked {
            base_url,
            signing_key,
            sealing_key,
            trusted,
        } = settings.read()?;
        Ok(Self {
            http: HttpCaller::new(settings.limits)?,
            base_url,
            name: settings.name,
            close_after: settings.close_after,
            merchant: settings.merchant,
            appid: settings.appid,
            certificate_serial: settings.certificate_serial,
            title: settings.title,
            public_key_id: settings.public_key.map(|key| key.id),
            platform_certificates: settings.platform_certificates,
            signing_key,
            sealing_key,
            trusted,
            clock,
            downloaded: Mutex::default(),
        })
    }

    /// Asks, and believes what is signed; of refusals also what is not signed at all.
    pub async fn exchange(
        &self,
        method: &str,
        target: &str,
        body: Vec<u8>,
    ) -> Result<Answer, NotBelieved> {
        let raw = self.ask(method, target, body).await?;
        let distrust = |why| NotBelieved::Distrust {
            status: raw.status,
            why,
        };
        match self.check(&raw) {
            Ok(()) => {}
            Err(Distrust::Unsigned) if raw.status >= 400 => {}
            Err(Distrust::UnknownKey) if self.platform_certificates => {
                self.download_unless_recent().await?;
                self.check(&raw).map_err(distrust)?;
            }
            Err(why) => return Err(distrust(why)),
        }
        Ok(Answer {
            status: raw.status,
            request_id: only(&raw.headers, "Request-ID").map(|id| id.chars().take(100).collect()),
            body: raw.body,
        })
    }

    /// Downloads the platform certificates, and believes them from now on.
    pub async fn download_certificates(&self) -> Result<(), NotBelieved> {
        let mut downloaded = self.downloaded.lock().await;
        *downloaded = Some((self.clock)());
        self.download().await
    }

    pub fn uses_certificates(&self) -> bool {
        self.platform_certificates
    }

    /// The same, unless that was just done, for one of many who all miss the same key.
    pub async fn download_unless_recent(&self) -> Result<(), NotBelieved> {
        let mut downloaded = self.downloaded.lock().await;
        let now = (self.clock)();
        if downloaded.is_some_and(|at| (now - at).abs() < BETWEEN_DOWNLOADS) {
            return Ok(());
        }
        *downloaded = Some(now);
        self.download().await
    }

    async fn download(&self) -> Result<(), NotBelieved> {
        let raw = self.ask("GET", certificates::TARGET, Vec::new()).await?;
        if raw.status != 200 {
            let why = format!("no certificates: answer {}", raw.status);
            return Err(NotBelieved::Certificates(why));
        }
        let keys =
            certificates::read(&raw.body, &self.sealing_key).map_err(NotBelieved::Certificates)?;
        // The list is signed with one of the certificates in it, or with a key we have.
        let now = (self.clock)();
        let believed = claim(&raw.headers).and_then(|claim| {
            self.trusted
                .check(&claim, &raw.body, now)
                .or_else(|_| check_platform(&keys, &claim, &raw.body, now))
        });
        believed.map_err(|why| NotBelieved::Distrust {
            status: raw.status,
            why,
        })?;
        self.trusted.replace_platform(keys);
        Ok(())
    }

    async fn ask(
        &self,
        method: &str,
        target: &str,
        body: Vec<u8>,
    ) -> Result<RawAnswer, NotBelieved> {
        let nonce = format!("{:032X}", rand::random::<u128>());
        let timestamp_s = (self.clock)().timestamp();
        let message = request_message(method, target, timestamp_s, &nonce, &body);
        let signature = self.signing_key.sign(&message);
        let signature = signature.ok_or(NotBelieved::Unable)?;
        let url = format!("{}{target}", self.base_url);
        let serial = &self.certificate_serial;
        let signed = authorization(&self.merchant, serial, timestamp_s, &nonce, &signature);
        let mut request = match method {
            "GET" => self.http.get(&url),
            _ => self.http.post(&url).body(body),
        }
        .header(AUTHORIZATION, signed)
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/json");
        if let Some(id) = &self.public_key_id {
            // With which key we verify, so that they sign with that one.
            request = request.header("Wechatpay-Serial", id);
        }
        Ok(self.http.call(request).await?)
    }

    fn check(&self, raw: &RawAnswer) -> Result<(), Distrust> {
        let claim = claim(&raw.headers)?;
        self.trusted.check(&claim, &raw.body, (self.clock)())
    }
}

fn claim(headers: &HeaderMap) -> Result<Claim<'_>, Distrust> {
    // A signature that came twice is there, and is wrong.
    if headers.get_all("Wechatpay-Signature").iter().count() > 1 {
        return Err(Distrust::Mismatch);
    }
    Claim::read(|name| only(headers, name))
}

fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}
