//! What every request may use.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use actix_web::cookie::Key;
use chrono::TimeDelta;
use chrono_tz::Tz;
use sha2::{Digest, Sha512};

use super::assets::Assets;
use super::guard::{Rate, Sealer, Tried};
use crate::service::Services;

/// How this site is set up. `app` fills it from the settings.
#[derive(Clone)]
pub struct Site {
    /// The label in the top bar, such as `demo` or `production`.
    pub environment: String,
    /// The one zone that times are shown in.
    pub zone: Tz,
    /// `https://desk.example`, without a slash at the end; from the request when `None`.
    pub base_url: Option<String>,
    pub session_hours: u32,
    /// Signs and encrypts sessions; the same for every instance.
    pub secret_key: String,
    /// Requests in a second of one API key; 0 is no limit.
    pub api_requests_per_second: u32,
    /// The folder with `app.css` and `app.js`; see [`Assets::open`] for where `None` looks.
    pub static_dir: Option<PathBuf>,
    /// Whether the `X-Forwarded-For` of this address is believed.
    pub trusted_proxy: Arc<dyn Fn(IpAddr) -> bool + Send + Sync>,
    /// All metrics of this process, in Prometheus' text format.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site")
            .field("environment", &self.environment)
            .field("zone", &self.zone)
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

impl Site {
    /// Whether browsers come over TLS, so that cookies may say `Secure`.
    pub fn secure(&self) -> bool {
        let base = self.base_url.as_deref();
        base.is_some_and(|url| url.starts_with("https://"))
    }

    pub fn session_length(&self) -> TimeDelta {
        TimeDelta::hours(i64::from(self.session_hours))
    }
}

/// The state of the application. Cheap to clone.
#[derive(Clone)]
pub struct Web {
    pub services: Services,
    pub site: Arc<Site>,
    pub assets: Arc<Assets>,
    pub sealer: Sealer,
    pub rate: Rate,
    /// Keys that tried to change something while changes were paused.
    pub tried: Tried,
    pub(super) session_key: Key,
}

impl Web {
    /// # Errors
    /// When the static files cannot be found or read.
    pub fn new(services: Services, site: Site) -> io::Result<Self> {
        let assets = Assets::open(site.static_dir.as_deref())?;
        Ok(Self {
            services,
            assets: Arc::new(assets),
            sealer: Sealer::new(derived(&site.secret_key, "sealed forms")),
            rate: Rate::new(site.api_requests_per_second),
            tried: Tried::default(),
            session_key: derived(&site.secret_key, "sessions"),
            site: Arc::new(site),
        })
    }
}

/// A key for one purpose, so that what is sealed for one cannot be opened as another.
fn derived(secret: &str, purpose: &str) -> Key {
    let digest = Sha512::new()
        .chain_update(purpose)
        .chain_update([0])
        .chain_update(secret)
        .finalize();
    Key::from(&digest)
}
