//! Who is asking for a page.

use std::rc::Rc;

use actix_session::SessionExt;
use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::{HttpMessage, HttpRequest};

use super::extract::State;
use super::i18n::Lang;
use super::session::{self, Ticket};
use crate::domain::preferences::{Preferences, Theme};
use crate::domain::role::Role;
use crate::domain::user::UserName;
use crate::service::users::Standing;

pub const LANGUAGE_COOKIE: &str = "lang";
pub const THEME_COOKIE: &str = "theme";
pub const KEYS_COOKIE: &str = "keys";
pub const ROWS_COOKIE: &str = "rows";

/// Who is asking, worked out once per request, before any handler runs.
#[derive(Debug, Clone, Default)]
pub struct Visitor {
    pub user: Option<CurrentUser>,
    pub lang: Option<Lang>,
    pub preferences: Preferences,
    /// Whose session ended since the last page.
    pub ended: Option<UserName>,
}

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentUser {
    pub name: UserName,
    pub role: Role,
}

impl Visitor {
    /// The visitor of this request; nobody, where the middleware did not run (machine endpoints).
    pub fn of(request: &HttpRequest) -> Rc<Self> {
        let known = request.extensions().get::<Rc<Self>>().cloned();
        known.unwrap_or_default()
    }

    pub fn lang(&self) -> Lang {
        self.lang.unwrap_or(Lang::En)
    }

    /// Asks the session, and the database whether it still stands. While the database is away the
    /// session is believed: the pages that say what is wrong must still open.
    pub async fn recognise(request: &HttpRequest) -> Self {
        let web = State::of(request);
        let session = request.get_session();
        let Some(ticket) = session::ticket(&session) else {
            return Self {
                lang: browser_language(request),
                preferences: browser_preferences(request),
                ..Self::default()
            };
        };
        let now = web.services.clock.now();
        let expired = now >= ticket.expires_at(web.site.session_length());
        let users = &web.services.users;
        let standing = match expired {
            true => Ok(Standing::Ended),
            false => {
                users
                    .standing(ticket.name.as_str(), &ticket.id, ticket.epoch)
                    .await
            }
        };
        match standing {
            Ok(Standing::Stands {
                role,
                language,
                preferences,
            }) => {
                let language = language.as_deref().and_then(Lang::parse);
                Self::known(request, ticket, role, language, preferences)
            }
            Ok(Standing::Ended) => {
                session::end(&session);
                Self {
                    lang: ticket.language.or_else(|| browser_language(request)),
                    preferences: browser_preferences(request),
                    ended: Some(ticket.name),
                    user: None,
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the session is believed unasked");
                let (role, language) = (ticket.role, ticket.language);
                Self::known(request, ticket, role, language, Preferences::default())
            }
        }
    }

    fn known(
        request: &HttpRequest,
        ticket: Ticket,
        role: Role,
        lang: Option<Lang>,
        chosen: Preferences,
    ) -> Self {
        Self {
            preferences: chosen.or(browser_preferences(request)),
            lang: lang.or_else(|| browser_language(request)),
            user: Some(CurrentUser {
                name: ticket.name,
                role,
            }),
            ended: None,
        }
    }
}

/// The cookie of somebody who chose before signing in, else what the browser asks for.
fn browser_language(request: &HttpRequest) -> Option<Lang> {
    let cookie = request.cookie(LANGUAGE_COOKIE);
    cookie
        .and_then(|cookie| Lang::parse(cookie.value()))
        .or_else(|| {
            let accepted = request.headers().get(ACCEPT_LANGUAGE)?;
            Lang::accepted(accepted.to_str().ok()?)
        })
}

/// What this browser was told to prefer.
fn browser_preferences(request: &HttpRequest) -> Preferences {
    let cookie = |name| request.cookie(name).map(|c| c.value().to_owned());
    let rows = cookie(ROWS_COOKIE).and_then(|rows| rows.parse().ok());
    Preferences {
        theme: cookie(THEME_COOKIE).and_then(|theme| Theme::parse(&theme)),
        shortcuts: cookie(KEYS_COOKIE).map(|keys| keys != "off"),
        page_rows: rows.filter(|rows| Preferences::PAGE_ROWS.contains(rows)),
    }
}
