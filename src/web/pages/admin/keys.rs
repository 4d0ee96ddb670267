//! `/admin/keys`

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::Secret;
use crate::domain::role::Scope;
use crate::domain::user::ApiKey;
use crate::service::audit::By;
use crate::web::extract::{Path, Posted, Staff, State};
use crate::web::forms::{Check, FieldError, FormErrors, FormView};
use crate::web::guard::kept::Kept;
use crate::web::i18n::{Message, Worded, msg};
use crate::web::layout::Layout;
use crate::web::problem::Problem;
use crate::web::respond::see_other;
use crate::web::session::{self, FlashKind};
use crate::web::{filters, paths};

const NAME_MAX_CHARS: usize = 64;

#[derive(Template)]
#[template(path = "pages/admin/keys.html")]
struct KeysPage {
    layout: Layout,
    form: FormView,
    keys: Vec<ApiKey>,
    /// The key that was just made.
    secret: Option<Secret>,
}

#[derive(Template)]
#[template(path = "pages/admin/key_revoke.html")]
struct RevokePage {
    layout: Layout,
    key: ApiKey,
}

#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    name: String,
    #[serde(default)]
    scope: String,
}

impl Typed {
    fn command(self) -> Result<(String, Scope), FormErrors> {
        let mut check = Check::new();
        let name = check.field("name", name(&self.name));
        let scope = Scope::parse(&self.scope).ok_or_else(|| msg("key-scope-missing"));
        let scope = check.field("scope", scope);
        match (name, scope) {
            (Some(name), Some(scope)) => Ok((name, scope)),
            _ => Err(check.errors()),
        }
    }
}

fn name(typed: &str) -> Result<String, Message> {
    let name = typed.trim();
    if name.is_empty() {
        return Err(msg("key-name-missing"));
    }
    match name.chars().count() <= NAME_MAX_CHARS && !name.chars().any(char::is_control) {
        true => Ok(name.to_owned()),
        false => Err(msg("key-name-wrong").with("max", NAME_MAX_CHARS)),
    }
}

fn scopes(layout: &Layout) -> Vec<(&'static str, String)> {
    let said = |scope: &Scope| layout.text.say(&scope.message()).into_owned();
    Scope::ALL
        .iter()
        .map(|scope| (scope.as_str(), said(scope)))
        .collect()
}

/// `GET /admin/keys`
pub async fn list(
    layout: Layout,
    kept: Kept,
    session: Session,
    web: State,
) -> Result<HttpResponse, Problem> {
    let secret = Secret::take(&session, paths::KEYS);
    show(layout, kept.form(), secret, &web).await
}

async fn show(
    layout: Layout,
    form: FormView,
    secret: Option<Secret>,
    web: &State,
) -> Result<HttpResponse, Problem> {
    let keys = web.services.api_keys.list().await?;
    let page = KeysPage {
        layout,
        form,
        keys,
        secret,
    };
    Ok(page.layout.with_status(page.form.status(), &page))
}

/// `POST /admin/keys`: makes one.
pub async fn create(
    layout: Layout,
    posted: Posted,
    session: Session,
    Staff(person): Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    let (name, scope) = match posted.read(Typed::command) {
        Ok(command) => command,
        Err(form) => return show(layout, form, None, &web).await,
    };
    let actor = person.actor().to_string();
    let by = By {
        actor: &actor,
        address: person.address.as_deref(),
    };
    let made = web.services.api_keys.create(&name, scope, by).await?;
    let Some(key) = made else {
        let form = FormView::refill(posted.fields().to_vec(), StatusCode::UNPROCESSABLE_ENTITY);
        let taken = FieldError {
            field: "name",
            message: msg("key-name-taken").with("name", name),
        };
        return show(layout, form.errors(vec![taken]), None, &web).await;
    };
    Secret::keep(&session, paths::KEYS, &name, &key);
    Ok(see_other(paths::KEYS))
}

async fn fetch(web: &State, id: u64) -> Result<ApiKey, Problem> {
    let keys = web.services.api_keys.list().await?;
    let key = keys.into_iter().find(|key| key.id == id);
    key.ok_or_else(|| Problem::not_found().detail(msg("key-unknown")))
}

/// `GET /admin/keys/{id}/revoke`: what that means, before it is done.
pub async fn revoke_form(
    layout: Layout,
    Path(id): Path<u64>,
    web: State,
) -> Result<HttpResponse, Problem> {
    let key = fetch(&web, id).await?;
    let page = RevokePage { layout, key };
    Ok(page.layout.ok(&page))
}

/// `POST /admin/keys/{id}/revoke`
pub async fn revoke(
    Path(id): Path<u64>,
    session: Session,
    Staff(person): Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    let key = fetch(&web, id).await?;
    let actor = person.actor().to_string();
    let by = By {
        actor: &actor,
        address: person.address.as_deref(),
    };
    let (kind, said) = match web.services.api_keys.revoke(id, by).await? {
        true => (FlashKind::Done, msg("key-revoked-now")),
        false => (FlashKind::Note, msg("key-revoked-before")),
    };
    session::flash(&session, kind, said.with("name", key.name));
    Ok(see_other(paths::KEYS))
}
