//! The frame around every page.
//!
//! A page is a struct beside its handler with a field `layout: Layout`, and a template of the same
//! name that extends `base.html`:
//!
//! ```ignore
//! #[derive(Template)]
//! #[template(path = "pages/stock.html")]
//! struct StockPage {
//!     layout: Layout,
//!     levels: Vec<StockLevel>,
//! }
//!
//! pub async fn stock_page(layout: Layout, web: State) -> Result<HttpResponse, Problem> {
//!     let page = StockPage { levels: web.services.stock.list().await?, layout };
//!     Ok(page.layout.ok(&page))
//! }
//! ```

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_session::SessionExt;
use actix_web::dev::Payload;
use actix_web::http::{Method, StatusCode};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;

use super::assets::Assets;
use super::extract::State;
use super::guard::Token;
use super::i18n::{Lang, Message, Text, Worded, msg};
use super::nav::{self, NavItem};
use super::paths;
use super::problem::{Problem, Retry};
use super::proof::ProofStrip;
use super::request_id::RequestId;
use super::route;
use super::session::{self, Flash};
use super::state::Site;
use super::visitor::{CurrentUser, Visitor};
use crate::domain::actor::Actor;
use crate::domain::approval::{Origin, Standing};
use crate::domain::ledger::{DocumentKind, LedgerEntry};
use crate::domain::listing::Limit;
use crate::domain::operation::OpKind;
use crate::domain::preferences::{Preferences, Theme};
use crate::domain::role::Action;
use crate::service::condition::{Band, ReadOnly};

/// Everything the frame shows; the same for every page.
#[derive(Debug)]
pub struct Layout {
    pub text: Text,
    pub user: Option<CurrentUser>,
    /// The token of this page's forms; see `csrf` in `templates/parts/form.html`.
    pub csrf: String,
    pub request_id: RequestId,
    /// The page itself, for the language switch to come back to.
    pub here: String,
    pub band: Option<Band>,
    pub read_only: Option<ReadOnly>,
    pub flash: Option<Flash>,
    /// For those who are signed in.
    pub proof: Option<ProofStrip>,
    pub site: Arc<Site>,
    pub assets: Arc<Assets>,
    pub preferences: Preferences,
    /// Seconds between refreshes of the page's `data-live` parts.
    pub refresh: Option<u32>,
}

impl Layout {
    /// The frame of the answer to `request`.
    pub fn of(request: &HttpRequest) -> Self {
        let web = State::of(request);
        let visitor = Visitor::of(request);
        let session = request.get_session();
        let condition = &web.services.condition;
        Self {
            text: Text {
                lang: visitor.lang(),
                zone: web.site.zone,
                now: web.services.clock.now(),
            },
            csrf: Token::of(&session).masked(),
            request_id: RequestId::of(request),
            here: here(request),
            band: condition.band(),
            read_only: condition.read_only(web.services.clock.now()),
            flash: flash(request),
            proof: (visitor.user.as_ref()).map(|_| ProofStrip::of(&web.services.proof)),
            user: visitor.user.clone(),
            site: web.site.clone(),
            assets: web.assets.clone(),
            preferences: visitor.preferences,
            refresh: None,
        }
    }

    /// Keeps the page's `data-live` parts current.
    pub fn live(mut self, seconds: u32) -> Self {
        self.refresh = Some(seconds);
        self
    }

    /// The colours that the person chose; else the browser decides.
    pub fn theme(&self) -> Option<&'static str> {
        let chosen = self.preferences.theme?;
        (chosen != Theme::System).then(|| chosen.as_str())
    }

    /// Whether keyboard shortcuts are on.
    pub fn keys(&self) -> bool {
        self.preferences.shortcuts.unwrap_or(true)
    }

    /// Rows of a page of a list that usually has `usual`.
    pub fn rows(&self, usual: u32) -> Result<Limit, Problem> {
        let rows = self.preferences.page_rows.unwrap_or(usual);
        Limit::new(rows).ok_or_else(|| Problem::internal("a page without rows"))
    }

    /// 200 with this page.
    pub fn ok(&self, page: &impl Template) -> HttpResponse {
        self.with_status(StatusCode::OK, page)
    }

    /// This page with another status.
    pub fn with_status(&self, status: StatusCode, page: &impl Template) -> HttpResponse {
        match page.render_with_values(&self.text) {
            Ok(html) => HttpResponse::build(status)
                .content_type("text/html; charset=utf-8")
                .body(html),
            Err(error) => HttpResponse::from_error(Problem::internal(error)),
        }
    }

    /// This page without what it is about, because the database does not answer.
    pub fn not_loaded(&self, page: &impl Template) -> HttpResponse {
        let mut response = self.with_status(StatusCode::SERVICE_UNAVAILABLE, page);
        Retry::Seconds(2).write(response.headers_mut(), self.text.now);
        response
    }

    /// Whether to show what only some roles may do. The route's guard decides; this only saves
    /// people from buttons that refuse.
    pub fn may(&self, action: Action) -> bool {
        self.user.as_ref().is_some_and(|user| user.role.may(action))
    }

    /// Whether to show the way to what only admins manage.
    pub fn administers(&self) -> bool {
        self.may(Action::Administer)
    }

    /// Whether to show the way to rolling an entry back from a list. An order's is on its own
    /// page, where it may be a cancel instead.
    pub fn may_roll_back(&self, entry: &LedgerEntry) -> bool {
        entry.document_kind != DocumentKind::Order && self.may_undo(entry)
    }

    /// Whether this person may undo what stands behind an entry, if it is not undone already.
    pub fn may_undo(&self, entry: &LedgerEntry) -> bool {
        let Some(user) = &self.user else {
            return false;
        };
        let standing = Standing {
            role: user.role,
            user: user.name.as_str(),
            now: self.text.now,
            // Not what a roll back is measured by.
            unit_limit: 0,
        };
        let origin = Origin {
            actor: entry.actor.clone(),
            created_at: entry.created_at,
        };
        let undone = entry.kind.reverses() || entry.reversed_by.is_some();
        !undone && self.read_only.is_none() && standing.may_draft(OpKind::Rollback, Some(&origin))
    }

    /// Who acts, for the service; behind `Guard::SignedIn` there is always somebody.
    pub fn actor(&self) -> Result<Actor, Problem> {
        let user = self.user.as_ref();
        user.map(|user| Actor::User {
            name: user.name.to_string(),
            role: user.role,
        })
        .ok_or_else(Problem::signed_out)
    }

    /// The server's time, for the script.
    pub fn now(&self) -> String {
        self.text.machine(self.text.now)
    }

    /// What the language switch offers.
    pub fn other_lang(&self) -> Lang {
        self.text.lang.other()
    }

    pub fn nav(&self) -> Vec<NavItem> {
        nav::items(&self.here)
    }

    /// What the band says, if something is not as usual.
    pub fn band_message(&self) -> Option<Message> {
        let band = self.band.as_ref()?;
        let what = band.part.message().with("since", band.since);
        Some(msg("band").with("what", what).with("url", paths::HEALTH))
    }

    pub fn read_only_message(&self) -> Option<Message> {
        Some(match self.read_only?.until {
            Some(until) => msg("read-only-until").with("until", until),
            None => msg("read-only"),
        })
    }

    /// For the script: how it writes spans of time, in this language.
    pub fn spans(&self) -> String {
        let hole = |id: &'static str, names: &[&'static str]| {
            let filled = names
                .iter()
                .fold(msg(id), |m, name| m.with(name, format!("{{{name}}}")));
            self.text.say(&filled).into_owned()
        };
        serde_json::json!({
            "in": hole("relative-in", &["span"]),
            "ago": hole("relative-ago", &["span"]),
            "now": hole("relative-now", &[]),
            "s": hole("span-seconds", &["s"]),
            "ms": hole("span-minutes-seconds", &["m", "s"]),
            "m": hole("span-minutes", &["m"]),
            "h": hole("span-hours", &["h", "m"]),
            "d": hole("span-days", &["d"]),
        })
        .to_string()
    }
}

/// The sentence that waits for the next page: an answer to a form, or to the script that keeps
/// another page current, is not that.
fn flash(request: &HttpRequest) -> Option<Flash> {
    let a_page = request.method().is_safe() && !request.headers().contains_key("x-refresh");
    a_page.then(|| session::take_flash(&request.get_session()))?
}

/// This page, or the nearest that a GET can open.
fn here(request: &HttpRequest) -> String {
    if *request.method() == Method::GET {
        let uri = request.uri().path_and_query();
        return uri.map_or_else(|| paths::HOME.to_owned(), ToString::to_string);
    }
    route::page_at_or_above(request.path()).unwrap_or_else(|| paths::HOME.to_owned())
}

impl FromRequest for Layout {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}
