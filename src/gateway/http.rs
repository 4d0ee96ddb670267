//! One HTTP exchange with a gateway, with a limit on everything.

use std::time::Duration;

use reqwest::header::HeaderMap;

/// Limits of one exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallLimits {
    /// To reach the gateway.
    pub connect: Duration,
    /// From the first byte sent to the last byte read, connecting included.
    pub call: Duration,
    /// Bytes of an answer's body; a longer one is no answer.
    pub answer_bytes: usize,
}

impl Default for CallLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            call: Duration::from_secs(4),
            answer_bytes: 64 * 1024,
        }
    }
}

/// A gateway's client that cannot be built: the settings are wrong.
#[derive(Debug, thiserror::Error)]
pub enum GatewaySetupError {
    #[error("the gateway's address is not an http or https address: {0}")]
    Address(String),
    #[error("the gateway's secret is empty")]
    NoSecret,
    #[error("the HTTP client cannot be built")]
    Client(#[from] reqwest::Error),
}

/// What came back, before anybody believed it.
#[derive(Debug)]
pub(super) struct RawAnswer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// No usable answer: whether the request took effect is not known.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoAnswer {
    #[error("no answer in time")]
    Timeout,
    #[error("cannot connect")]
    Connect,
    #[error("the answer broke off")]
    Broken,
    #[error("the answer is too long")]
    TooLong,
}

impl From<reqwest::Error> for NoAnswer {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            Self::Timeout
        } else if error.is_connect() {
            Self::Connect
        } else {
            Self::Broken
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct HttpCaller {
    client: reqwest::Client,
    limits: CallLimits,
}

impl HttpCaller {
    pub fn new(limits: CallLimits) -> Result<Self, GatewaySetupError> {
        let client = reqwest::Client::builder()
            .connect_timeout(limits.connect)
            .timeout(limits.call)
            // A signed request is for the gateway alone; nobody may send it on.
            .redirect(reqwest::redirect::Policy::none())
            // Which way to go is for our settings to say, not for HTTP_PROXY.
            .no_proxy()
            .user_agent(concat!("stockdesk/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, limits })
    }

    pub fn post(&self, url: &str) -> reqwest::RequestBuilder {
        self.client.post(url)
    }

    pub fn get(&self, url: &str) -> reqwest::RequestBuilder {
        self.client.get(url)
    }

    pub async fn call(&self, request: reqwest::RequestBuilder) -> Result<RawAnswer, NoAnswer> {
        let mut response = request.send().await?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > self.limits.answer_bytes {
                return Err(NoAnswer::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(RawAnswer {
            status: response.status().as_u16(),
            headers: std::mem::take(response.headers_mut()),
            body,
        })
    }
}

/// The address of a gateway, without a slash at its end. Payers' names and our orders go over
/// this connection: clear text stays on this machine. `None` for anything else, with a query, or with a path other
/// than `path` (without a slash at its end, too).
pub(super) fn private_address(text: &str, path: &str) -> Option<String> {
    let url = reqwest::Url::parse(text).ok()?;
    let here = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let private = url.scheme() == "https" || (url.scheme() == "http" && here);
    let bare = url.path().trim_end_matches('/') == path
        && url.query().is_none()
        && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    (private && bare && anonymous).then(|| url.as_str().trim_end_matches('/').to_owned())
}
