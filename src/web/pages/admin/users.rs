//! `/admin/users`

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use rand::distr::{Alphanumeric, SampleString};
use serde::Deserialize;

use super::Secret;
use crate::domain::role::Role;
use crate::domain::user::{NewPassword, User, UserName, WeakPassword};
use crate::service::Person;
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

/// Characters of a password that the desk makes: some 95 bits.
const GENERATED_CHARS: usize = 16;

#[derive(Template)]
#[template(path = "pages/admin/users.html")]
struct UsersPage {
    layout: Layout,
    form: FormView,
    users: Vec<User>,
}

#[derive(Template)]
#[template(path = "pages/admin/user.html")]
struct UserPage {
    layout: Layout,
    user: User,
    /// Its password, when the desk has just made it.
    secret: Option<Secret>,
}

#[derive(Template)]
#[template(path = "pages/admin/user_password.html")]
struct PasswordPage {
    layout: Layout,
    form: FormView,
    user: User,
}

impl UsersPage {
    fn locked(&self, user: &User) -> bool {
        let now = self.layout.text.now;
        user.locked_until.is_some_and(|until| until > now)
    }
}

impl UserPage {
    /// What they did, in the audit.
    fn of_user(&self) -> String {
        let who = ("actor", format!("user:{}", self.user.name));
        paths::with_query(paths::AUDIT, &[who])
    }
}

/// What the form to add somebody holds.
#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    name: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    password: String,
}

/// A password, and whether the desk made it.
struct Chosen {
    password: NewPassword,
    generated: bool,
}

fn roles(layout: &Layout) -> Vec<(&'static str, String)> {
    let said = |role: &Role| layout.text.say(&role.message()).into_owned();
    Role::ALL
        .iter()
        .map(|role| (role.as_str(), said(role)))
        .collect()
}

/// Nothing typed: the desk makes one.
fn password(typed: &str) -> Result<Chosen, Message> {
    let generated = typed.is_empty();
    let text = match generated {
        true => Alphanumeric.sample_string(&mut rand::rng(), GENERATED_CHARS),
        false => typed.to_owned(),
    };
    let password = text.parse().map_err(|weak| match weak {
        WeakPassword::TooShort => msg("user-password-short").with("min", NewPassword::MIN_CHARS),
        WeakPassword::TooLong => msg("user-password-long").with("max", NewPassword::MAX_BYTES),
    })?;
    Ok(Chosen {
        password,
        generated,
    })
}

fn name(typed: &str) -> Result<UserName, Message> {
    match typed.trim() {
        "" => Err(msg("user-name-missing")),
        name => name.parse().map_err(|_| msg("user-name-wrong")),
    }
}

impl Typed {
    fn command(self) -> Result<(UserName, Role, Chosen), FormErrors> {
        let mut check = Check::new();
        let name = check.field("name", name(&self.name));
        let role = Role::parse(&self.role).ok_or_else(|| msg("user-role-missing"));
        let role = check.field("role", role);
        let password = check.field("password", password(&self.password));
        match (name, role, password) {
            (Some(name), Some(role), Some(password)) => Ok((name, role, password)),
            _ => Err(check.errors()),
        }
    }
}

/// `GET /admin/users`
pub async fn list(layout: Layout, kept: Kept, web: State) -> Result<HttpResponse, Problem> {
    show(layout, kept.form(), &web).await
}

async fn show(layout: Layout, form: FormView, web: &State) -> Result<HttpResponse, Problem> {
    let users = web.services.users.list().await?;
    let page = UsersPage {
        layout,
        form: form.without("password"),
        users,
    };
    Ok(page.layout.with_status(page.form.status(), &page))
}

/// `POST /admin/users`: adds somebody.
pub async fn add(
    layout: Layout,
    posted: Posted,
    session: Session,
    Staff(person): Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    let (name, role, chosen) = match posted.read(Typed::command) {
        Ok(command) => command,
        Err(form) => return show(layout, form, &web).await,
    };
    let (actor, users) = (person.actor().to_string(), &web.services.users);
    let by = by(&actor, &person);
    if !users.create(&name, role, &chosen.password, by).await? {
        let form = FormView::refill(posted.fields().to_vec(), StatusCode::UNPROCESSABLE_ENTITY);
        let taken = FieldError {
            field: "name",
            message: msg("user-name-taken").with("name", &name),
        };
        return show(layout, form.errors(vec![taken]), &web).await;
    }
    let added = msg("user-added")
        .with("name", &name)
        .with("role", role.message());
    session::flash(&session, FlashKind::Done, added);
    Ok(on_to(&session, &name, &chosen))
}

pub(super) fn by<'a>(actor: &'a str, person: &'a Person) -> By<'a> {
    By {
        actor,
        address: person.address.as_deref(),
    }
}

/// To the page of somebody, which shows the password if nobody has seen it yet.
fn on_to(session: &Session, name: &UserName, chosen: &Chosen) -> HttpResponse {
    let page = paths::user(name);
    if chosen.generated {
        Secret::keep(session, &page, name.as_str(), chosen.password.expose());
    }
    see_other(&page)
}

pub(super) async fn fetch(web: &State, name: &str) -> Result<User, Problem> {
    let unknown = || Problem::not_found().detail(msg("user-unknown").with("name", name));
    let parsed: UserName = name.parse().map_err(|_| unknown())?;
    let found = web.services.users.fetch(&parsed).await?;
    found.ok_or_else(unknown)
}

/// `GET /admin/users/{name}`
pub async fn one(
    layout: Layout,
    Path(name): Path<String>,
    session: Session,
    web: State,
) -> Result<HttpResponse, Problem> {
    let user = fetch(&web, &name).await?;
    let page = UserPage {
        secret: Secret::take(&session, &paths::user(&user.name)),
        layout,
        user,
    };
    Ok(page.layout.ok(&page))
}

/// `GET /admin/users/{name}/password`
pub async fn password_form(
    layout: Layout,
    Path(name): Path<String>,
    web: State,
) -> Result<HttpResponse, Problem> {
    let user = fetch(&web, &name).await?;
    let form = FormView::default();
    let page = PasswordPage { layout, form, user };
    Ok(page.layout.ok(&page))
}

#[derive(Deserialize)]
struct TypedPassword {
    #[serde(default)]
    password: String,
}

/// `POST /admin/users/{name}/password`
pub async fn password_submit(
    layout: Layout,
    Path(name): Path<String>,
    posted: Posted,
    session: Session,
    Staff(person): Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    let user = fetch(&web, &name).await;
    let user = user.map_err(|problem| posted.or_foreign(problem))?;
    let read = |typed: TypedPassword| {
        let mut check = Check::new();
        let chosen = check.field("password", password(&typed.password));
        chosen.ok_or_else(|| check.errors())
    };
    let chosen = match posted.read(read) {
        Ok(chosen) => chosen,
        Err(form) => {
            let form = form.without("password");
            let page = PasswordPage { layout, form, user };
            return Ok(page.layout.with_status(page.form.status(), &page));
        }
    };
    let actor = person.actor().to_string();
    let users = &web.services.users;
    let set = users.set_password(&user.name, &chosen.password, by(&actor, &person));
    if !set.await? {
        return Err(Problem::not_found().detail(msg("user-unknown").with("name", &name)));
    }
    let set = msg("user-password-set").with("name", &user.name);
    session::flash(&session, FlashKind::Done, set);
    Ok(on_to(&session, &user.name, &chosen))
}
