//! Coming and going.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;
use ulid::Ulid;

use crate::domain::user::UserName;
use crate::service::Person;
use crate::service::users::{SignIn, SignedIn};
use crate::web::extract::{Address, Posted, Query, State};
use crate::web::forms::{Check, FormErrors, FormView};
use crate::web::guard::kept::{self, KeptForm};
use crate::web::i18n::{Message, msg};
use crate::web::layout::Layout;
use crate::web::pages::corrections::resumed;
use crate::web::problem::{Problem, Retry};
use crate::web::respond::see_other;
use crate::web::session::{self, FlashKind};
use crate::web::visitor::{CurrentUser, Visitor};
use crate::web::{filters, paths};

#[derive(Template)]
#[template(path = "pages/login.html")]
struct LoginPage {
    layout: Layout,
    form: FormView,
    /// Why the person is here, if they did not ask to be.
    notice: Option<Notice>,
    /// Where to go afterwards.
    next: String,
    /// What was entered when the session ended, sealed.
    kept: Option<String>,
}

/// The session ended while something was entered.
enum Notice {
    /// With what that was, where it can be told.
    Kept(Option<Message>),
    /// It was too long to be kept.
    Lost,
}

impl Notice {
    fn message(&self) -> Message {
        match self {
            Self::Kept(Some(what)) => msg("login-ended-kept-what").with("what", what),
            Self::Kept(None) => msg("login-ended-kept"),
            Self::Lost => msg("login-ended-lost"),
        }
    }
}

impl Notice {
    fn kept(request: &HttpRequest, sealed: &str) -> Self {
        Self::Kept(KeptForm::open(request, sealed).and_then(|kept| kept.what()))
    }
}

impl LoginPage {
    fn show(&self) -> HttpResponse {
        self.layout.with_status(self.form.status(), self)
    }
}

#[derive(Deserialize)]
pub struct LoginQuery {
    #[serde(default)]
    next: String,
}

/// `GET /login`
pub async fn form(layout: Layout, Query(query): Query<LoginQuery>) -> HttpResponse {
    let next = local(&query.next);
    if layout.user.is_some() {
        return see_other(&next);
    }
    let page = LoginPage {
        layout,
        form: FormView::default(),
        notice: None,
        next,
        kept: None,
    };
    page.show()
}

/// The answer to a form that was posted after its session ended: 403, and the way back.
pub fn ended(request: &HttpRequest) -> HttpResponse {
    let kept = Posted::of(request).and_then(|posted| kept::seal(request, &posted));
    let page = LoginPage {
        layout: Layout::of(request),
        form: FormView::default().with_status(StatusCode::FORBIDDEN),
        notice: Some(match &kept {
            Some(sealed) => Notice::kept(request, sealed),
            None => Notice::Lost,
        }),
        next: paths::HOME.to_owned(),
        kept,
    };
    page.show()
}

#[derive(Deserialize)]
struct LoginForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
    #[serde(default)]
    kept: String,
}

impl LoginForm {
    /// Valid as soon as both fields hold something; the service judges the rest.
    fn command(self) -> Result<Self, FormErrors> {
        let mut check = Check::new();
        let filled = |text: &str, missing| match text.is_empty() {
            true => Err(msg(missing)),
            false => Ok(()),
        };
        let name = check.field("name", filled(self.name.trim(), "login-name-missing"));
        let password = check.field("password", filled(&self.password, "login-password-missing"));
        match (name, password) {
            (Some(()), Some(())) => Ok(self),
            _ => Err(check.errors()),
        }
    }
}

/// `POST /login`
pub async fn submit(
    layout: Layout,
    posted: Posted,
    request: HttpRequest,
    session: Session,
    address: Address,
    web: State,
) -> Result<HttpResponse, Problem> {
    let again = |form: FormView| {
        let kept = Some(posted.value("kept").to_owned()).filter(|sealed| !sealed.is_empty());
        LoginPage {
            notice: kept.as_ref().map(|sealed| Notice::kept(&request, sealed)),
            next: local(posted.value("next")),
            layout,
            form: form.without("password"),
            kept,
        }
        .show()
    };
    let form = match posted.read(LoginForm::command) {
        Ok(form) => form,
        Err(form) => return Ok(again(form)),
    };
    let (name, address) = (form.name.trim(), address.text());
    let users = &web.services.users;
    match users
        .sign_in(name, &form.password, address.as_deref())
        .await?
    {
        SignIn::Accepted(user) => Ok(welcome(&request, &session, &web, &form, &user).await),
        SignIn::Refused => {
            let view = FormView::refill(posted.fields().to_vec(), StatusCode::UNPROCESSABLE_ENTITY);
            Ok(again(view.problem(msg("login-wrong"))))
        }
        SignIn::Locked { until } => {
            let view = FormView::refill(posted.fields().to_vec(), StatusCode::TOO_MANY_REQUESTS);
            let mut response = again(view.problem(msg("locked-detail").with("until", until)));
            Retry::At(until).write(response.headers_mut(), web.services.clock.now());
            Ok(response)
        }
    }
}

/// Signed in: on to where they were going.
async fn welcome(
    request: &HttpRequest,
    session: &Session,
    web: &State,
    form: &LoginForm,
    user: &SignedIn,
) -> HttpResponse {
    session::begin(
        session,
        Ulid::new().to_string(),
        user,
        web.services.clock.now(),
    );
    let Some(kept) = KeptForm::open(request, &form.kept) else {
        return see_other(&local(&form.next));
    };
    let visitor = Visitor {
        user: Some(CurrentUser {
            name: user.name.clone(),
            role: user.role,
        }),
        ..Visitor::default()
    };
    if !kept.is_for(&visitor) {
        session::flash(session, FlashKind::Note, msg("login-kept-dropped"));
        return see_other(paths::HOME);
    }
    let paused = web.services.condition.read_only(web.services.clock.now());
    if let Some(by) = kept.by.as_ref().filter(|by| **by != user.name) {
        session::flash(session, FlashKind::Note, left_by(by));
    } else if paused.is_none() {
        let person = Person {
            name: user.name.to_string(),
            role: user.role,
            address: Address::of(request).text(),
        };
        if let Some(preview) = resumed(request, web, &kept, person).await {
            return see_other(&preview);
        }
    }
    see_other(&kept::destination(&kept, &form.kept).unwrap_or_else(|| paths::HOME.to_owned()))
}

fn left_by(name: &UserName) -> Message {
    msg("login-kept-left-by").with("name", name)
}

/// `POST /logout`
pub async fn sign_out(
    session: Session,
    address: Address,
    web: State,
) -> Result<HttpResponse, Problem> {
    if let Some(ticket) = session::ticket(&session) {
        let expires_at = ticket.expires_at(web.site.session_length());
        let (name, address) = (ticket.name.as_str(), address.text());
        let users = &web.services.users;
        let ended = users.sign_out(name, &ticket.id, expires_at, address.as_deref());
        if let Err(error) = ended.await {
            // The cookie goes; a copy of it would live on until it expires.
            tracing::warn!(%error, "a session could not be ended in the database");
        }
    }
    session::end(&session);
    session::flash(&session, FlashKind::Done, msg("login-signed-out"));
    Ok(see_other(paths::LOGIN))
}

/// `next` if it leads to this site, and not back to signing in or out.
fn local(next: &str) -> String {
    let path = next.split('?').next().unwrap_or_default();
    match paths::is_local(next) && path != paths::LOGIN && path != paths::LOGOUT {
        true => next.to_owned(),
        false => paths::HOME.to_owned(),
    }
}
