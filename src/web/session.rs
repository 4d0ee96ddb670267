//! What a browser keeps for us: one sealed cookie.
//!
//! The session is in the cookie itself, encrypted (`actix-session`, private): it works on every
//! instance and while both stores are away. What a cookie cannot know — a new role, a changed
//! password, a sign-out elsewhere — the database is asked for, see [`super::visitor`].

use actix_session::config::{BrowserSession, CookieContentSecurity};
use actix_session::storage::CookieSessionStore;
use actix_session::{Session, SessionMiddleware};
use actix_web::cookie::SameSite;
use chrono::{DateTime, TimeDelta, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::i18n::{Lang, Message};
use super::state::Web;
use crate::domain::role::Role;
use crate::domain::user::UserName;
use crate::service::users::SignedIn;

pub const CSRF: &str = "csrf";
const TICKET: &str = "user";
const FLASH: &str = "flash";

/// Who is signed in, since when.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ticket {
    /// Names this session among those that were signed out.
    pub id: String,
    pub name: UserName,
    /// As it was; goes as long as the database cannot be asked.
    pub role: Role,
    pub language: Option<Lang>,
    pub epoch: u32,
    /// Unix seconds.
    pub since: i64,
}

impl Ticket {
    pub fn expires_at(&self, length: TimeDelta) -> DateTime<Utc> {
        let since = DateTime::from_timestamp(self.since, 0).unwrap_or_default();
        since + length
    }
}

/// A sentence for the next page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Flash {
    pub kind: FlashKind,
    pub message: Message,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FlashKind {
    Done,
    Note,
    Warning,
}

impl FlashKind {
    /// The class of the message's box.
    pub fn class(self) -> &'static str {
        match self {
            Self::Done => "ok",
            Self::Note => "",
            Self::Warning => "warn",
        }
    }
}

/// The middleware. The cookie lives as long as the browser; how long the session in it is valid
/// is decided when it is read.
pub fn middleware(web: &Web) -> SessionMiddleware<CookieSessionStore> {
    let secure = web.site.secure();
    // A `__Host-` cookie can only have been set by this host, over TLS.
    let name = if secure {
        "__Host-stockdesk"
    } else {
        "stockdesk"
    };
    SessionMiddleware::builder(CookieSessionStore::default(), web.session_key.clone())
        .cookie_name(name.to_owned())
        .cookie_secure(secure)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".to_owned())
        .cookie_content_security(CookieContentSecurity::Private)
        .session_lifecycle(BrowserSession::default())
        .build()
}

pub fn ticket(session: &Session) -> Option<Ticket> {
    load(session, TICKET)
}

/// Begins a session. Nothing of the one before it stays, its form token least of all.
pub fn begin(session: &Session, id: String, user: &SignedIn, now: DateTime<Utc>) {
    session.clear();
    session.renew();
    let language = user.language.as_deref().and_then(Lang::parse);
    let ticket = Ticket {
        id,
        name: user.name.clone(),
        role: user.role,
        language,
        epoch: user.epoch,
        since: now.timestamp(),
    };
    store(session, TICKET, &ticket);
}

/// Ends it here; what is left is an anonymous session.
pub fn end(session: &Session) {
    session.clear();
}

/// Shows `message` on the next page.
pub fn flash(session: &Session, kind: FlashKind, message: Message) {
    store(session, FLASH, &Flash { kind, message });
}

/// The sentence for this page, once.
pub fn take_flash(session: &Session) -> Option<Flash> {
    let flash = load(session, FLASH)?;
    session.remove(FLASH);
    Some(flash)
}

/// What is not there, or cannot be read any more, is not there.
pub fn load<T: DeserializeOwned>(session: &Session, key: &str) -> Option<T> {
    match session.get(key) {
        Ok(value) => value,
        Err(error) => {
            tracing::debug!(%error, key, "a session value cannot be read");
            None
        }
    }
}

pub fn store<T: Serialize>(session: &Session, key: &str, value: &T) {
    if let Err(error) = session.insert(key, value) {
        tracing::error!(%error, key, "a session value cannot be written");
    }
}
