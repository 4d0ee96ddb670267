//! Who may pass. Every route has a [`Guard`]; there is no way to add one without.
//!
//! For a page the order is: the form is readable (413, 415, 400), it comes from this site
//! (`Origin`), the person is signed in (303 or the sign-in form), the role may (403), the form's
//! token is this session's (403), changes are not paused (503). For the API: the key is known
//! (401), it has not asked too often (429), its scope reaches (403), changes are not paused (503).

mod api_key;
mod csrf;
pub mod kept;
mod origin;
mod paused;
mod rate;
mod seal;

pub use csrf::Token;
pub use paused::Tried;
pub use rate::Rate;
pub use seal::Sealer;

use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use actix_session::SessionExt;
use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::CONTENT_TYPE;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse};
use futures_util::FutureExt;

use super::extract::{Address, Posted, State, read_and_drain};
use super::i18n::msg;
use super::language::{self, SWITCH};
use super::paths;
use super::problem::Problem;
use super::respond::see_other;
use super::route;
use super::session::{self, FlashKind};
use super::visitor::Visitor;
use crate::domain::audit::{AuditAction, AuditResult};
use crate::domain::role::{Action, Scope};
use crate::service::audit::Note;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Anybody. Forms still need their token.
    Public,
    /// People whose role may do this.
    SignedIn(Action),
    /// Programs with a key of at least this scope.
    ApiKey(Scope),
    /// The payment gateways: the handler checks the gateway's own signature.
    GatewaySignature,
}

/// What one route asks for.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    pub guard: Guard,
    /// A posted form may have this many bytes.
    pub form_limit: usize,
    /// The form may bring a file, as `multipart/form-data`.
    pub upload: bool,
    /// A form that fails the token check is given to the handler, to be shown again.
    pub reshow: bool,
}

/// Fields that are the page's own, or secret: never shown, never kept.
pub const UNSHOWN: [&str; 8] = [
    "csrf", "op", "return", "next", "kept", "password", "revision", SWITCH,
];

/// A form that is too long is read up to here all the same: a browser that is cut off while it
/// sends shows its own error instead of our page.
const DRAINED: usize = 16 * 1024 * 1024;

/// The middleware of one route. Nothing below it answers an error: refusals and panics become
/// problems, which `answer` renders.
pub async fn check(
    rule: Rule,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let http = request.request().clone();
    let refused = match admit(rule, &mut request).await {
        Ok(None) => {
            let answer = AssertUnwindSafe(next.call(request)).catch_unwind().await;
            return Ok(match answer {
                Ok(Ok(response)) => response.map_into_boxed_body(),
                Ok(Err(error)) => ServiceResponse::from_err(error, http),
                Err(panic) => ServiceResponse::from_err(Problem::panicked(&*panic), http),
            });
        }
        Ok(Some(instead)) => ServiceResponse::new(http, instead),
        Err(problem) => ServiceResponse::from_err(problem, http),
    };
    Ok(refused)
}

/// `None` to go on, or an answer instead.
async fn admit(rule: Rule, request: &mut ServiceRequest) -> Result<Option<HttpResponse>, Problem> {
    match rule.guard {
        Guard::Public => {
            receive(rule, request).await?;
            confirm(rule, request)?;
            Ok(switch(rule, request).await)
        }
        Guard::SignedIn(action) => {
            let received = receive(rule, request).await;
            let visitor = Visitor::of(request.request());
            if received.is_err() && is_foreign(request) {
                note_foreign(request, &visitor).await;
            }
            received?;
            let Some(user) = &visitor.user else {
                return match request.method().is_safe() {
                    true => Ok(Some(to_login(request, &visitor))),
                    false => Err(Problem::signed_out()),
                };
            };
            if !user.role.may(action) {
                let actor = format!("user:{}", user.name);
                note(request, &actor, AuditAction::Trespassed).await;
                return Err(Problem::forbidden(action));
            }
            let confirmed = confirm(rule, request);
            if is_foreign(request) {
                note_foreign(request, &visitor).await;
            }
            confirmed?;
            if language::wanted(request.request()).is_some() {
                return Ok(switch(rule, request).await);
            }
            paused::check_person(request, user.name.as_str()).await?;
            Ok(None)
        }
        Guard::ApiKey(scope) => {
            let bearer = api_key::check(request, scope).await?;
            paused::check_key(request, (bearer.id, &bearer.name)).await?;
            request.extensions_mut().insert(bearer);
            Ok(None)
        }
        Guard::GatewaySignature => Ok(None),
    }
}

/// Reads the form of an unsafe request, if it comes from this site at all.
async fn receive(rule: Rule, request: &mut ServiceRequest) -> Result<(), Problem> {
    if request.method().is_safe() {
        return Ok(());
    }
    let kind = request.headers().get(CONTENT_TYPE);
    let kind = kind
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    let parts = rule.upload && essence.eq_ignore_ascii_case("multipart/form-data");
    if !parts && !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Problem::wrong_type("application/x-www-form-urlencoded"));
    }
    let payload = std::mem::replace(request.parts_mut().1, Payload::None);
    let body = read_and_drain(payload, rule.form_limit, DRAINED).await?;
    let posted = match parts {
        true => Posted::decode_parts(request.headers(), body.freeze()).await?,
        false => Posted::decode(&body)?,
    };
    let origin = origin::check(request.request());
    if origin.is_err() && !rule.reshow {
        request.extensions_mut().insert(posted.into_foreign());
        return origin.map_err(Problem::foreign_form);
    }
    let posted = match origin {
        Ok(()) => posted,
        Err(_) => posted.into_foreign(),
    };
    request.extensions_mut().insert(posted);
    Ok(())
}

/// The form's token must be this session's.
fn confirm(rule: Rule, request: &ServiceRequest) -> Result<(), Problem> {
    if request.method().is_safe() {
        return Ok(());
    }
    let posted = Posted::of(request.request())
        .ok_or_else(|| Problem::internal("a form is confirmed before it is read"))?;
    if csrf::matches(request.request(), posted.value("csrf")) {
        return Ok(());
    }
    request.extensions_mut().insert(posted.into_foreign());
    match rule.reshow {
        true => Ok(()),
        false => Err(Problem::foreign_form(
            "the form's token is not the session's",
        )),
    }
}

/// From here on a form that was sent for another language is answered in that. One without a page
/// of its own leads to the page above.
async fn switch(rule: Rule, request: &ServiceRequest) -> Option<HttpResponse> {
    let lang = language::wanted(request.request())?;
    let visitor = Visitor::of(request.request());
    let web = State::of(request.request());
    language::remember(web, visitor.user.as_ref(), lang).await;
    let visitor = Visitor {
        lang: Some(lang),
        ..Visitor::clone(&visitor)
    };
    request.extensions_mut().insert(Rc::new(visitor));
    let pattern = request.match_pattern().unwrap_or_default();
    if rule.reshow && route::has_page(&pattern) {
        return None;
    }
    let above = route::page_at_or_above(request.path());
    Some(see_other(above.as_deref().unwrap_or(paths::HOME)))
}

fn is_foreign(request: &ServiceRequest) -> bool {
    Posted::of(request.request()).is_some_and(|posted| posted.is_foreign())
}

async fn note_foreign(request: &ServiceRequest, visitor: &Visitor) {
    if let Some(user) = &visitor.user {
        let actor = format!("user:{}", user.name);
        note(request, &actor, AuditAction::ForeignForm).await;
    }
}

/// What was refused before any service heard of it stands in the audit, too.
async fn note(request: &ServiceRequest, actor: &str, action: AuditAction) {
    let address = Address::of(request.request()).text();
    let audit = &State::of(request.request()).services.audit;
    let object = format!("{} {}", request.method(), request.path());
    audit
        .note(Note {
            actor,
            action,
            object: Some(&object),
            result: AuditResult::Refused,
            address: address.as_deref(),
            detail: None,
        })
        .await;
}

/// On to signing in, and back here afterwards.
fn to_login(request: &ServiceRequest, visitor: &Visitor) -> HttpResponse {
    if visitor.ended.is_some() {
        let session = request.get_session();
        session::flash(&session, FlashKind::Note, msg("login-ended"));
    }
    let here = request.uri().path_and_query();
    see_other(&paths::login(
        here.map_or(paths::HOME, |here| here.as_str()),
    ))
}
