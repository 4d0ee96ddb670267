//! `/admin/users/{name}/change`: a role, and whether somebody may sign in at all.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::users::{by, fetch};
use crate::domain::role::Role;
use crate::domain::user::{Changed, User, UserChange};
use crate::web::extract::{Path, Posted, Query, Staff, State};
use crate::web::forms::FormView;
use crate::web::i18n::{Message, Worded, msg};
use crate::web::layout::Layout;
use crate::web::problem::Problem;
use crate::web::respond::see_other;
use crate::web::session::{self, FlashKind};
use crate::web::{filters, paths};

#[derive(Template)]
#[template(path = "pages/admin/user_change.html")]
struct ChangePage {
    layout: Layout,
    form: FormView,
    user: User,
    change: UserChange,
}

#[derive(Deserialize)]
pub struct ChangeQuery {
    #[serde(default)]
    to: String,
}

/// What somebody is to become, as it stands in an address.
fn change(to: &str) -> Option<UserChange> {
    match to {
        "disabled" => Some(UserChange::Disable),
        "enabled" => Some(UserChange::Enable),
        role => Role::parse(role).map(UserChange::Role),
    }
}

fn word(change: UserChange) -> &'static str {
    match change {
        UserChange::Disable => "disabled",
        UserChange::Enable => "enabled",
        UserChange::Role(role) => role.as_str(),
    }
}

/// `GET /admin/users/{name}/change?to=`: what a change means, before it is made.
pub async fn form(
    layout: Layout,
    Path(name): Path<String>,
    Query(query): Query<ChangeQuery>,
    web: State,
) -> Result<HttpResponse, Problem> {
    let user = fetch(&web, &name).await?;
    let Some(change) = change(&query.to) else {
        return Ok(see_other(&paths::user(&user.name)));
    };
    let page = ChangePage {
        layout,
        form: FormView::default(),
        user,
        change,
    };
    Ok(page.show())
}

/// `POST /admin/users/{name}/change`
pub async fn submit(
    layout: Layout,
    Path(name): Path<String>,
    posted: Posted,
    session: Session,
    Staff(person): Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    let user = fetch(&web, &name).await;
    let user = user.map_err(|problem| posted.or_foreign(problem))?;
    let wanted = change(posted.value("to"));
    let wanted = wanted.ok_or_else(|| posted.or_foreign(Problem::malformed("to is unknown")))?;
    if let Err(form) = posted.read(|_: ChangeQuery| Ok(())) {
        let change = wanted;
        let page = ChangePage {
            layout,
            form,
            user,
            change,
        };
        return Ok(page.show());
    }
    let actor = person.actor().to_string();
    let users = &web.services.users;
    let changed = users.change(&user.name, wanted, by(&actor, &person));
    let (kind, said) = match changed.await? {
        Changed::Done => (FlashKind::Done, done(&user, wanted)),
        Changed::Same => (FlashKind::Note, msg("user-same").with("name", &user.name)),
        Changed::NoSuchUser => {
            return Err(Problem::not_found().detail(msg("user-unknown").with("name", &name)));
        }
        Changed::LastAdmin => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let form = FormView::refill(Vec::new(), status).problem(msg("user-last-admin"));
            let page = ChangePage {
                layout,
                form,
                user,
                change: wanted,
            };
            return Ok(page.show());
        }
    };
    session::flash(&session, kind, said);
    // Somebody who gave up being an admin may not see this page any more.
    let own = person.name == user.name.as_str();
    Ok(match wanted {
        UserChange::Disable | UserChange::Role(_) if own => see_other(paths::HOME),
        _ => see_other(&paths::user(&user.name)),
    })
}

fn done(user: &User, change: UserChange) -> Message {
    let message = match change {
        UserChange::Role(role) => msg("user-role-changed").with("role", role.message()),
        UserChange::Disable => msg("user-disabled-now"),
        UserChange::Enable => msg("user-enabled-now"),
    };
    message.with("name", &user.name)
}

impl ChangePage {
    fn title(&self) -> Message {
        let message = match self.change {
            UserChange::Role(role) => msg("user-ask-role").with("role", role.message()),
            UserChange::Disable => msg("user-ask-disable"),
            UserChange::Enable => msg("user-ask-enable"),
        };
        message.with("name", &self.user.name)
    }

    fn meaning(&self) -> Message {
        match self.change {
            UserChange::Role(role) => msg(match role {
                Role::Viewer => "role-viewer-may",
                Role::Operator => "role-operator-may",
                Role::Supervisor => "role-supervisor-may",
                Role::Admin => "role-admin-may",
            }),
            UserChange::Disable => msg("user-disable-means"),
            UserChange::Enable => msg("user-enable-means"),
        }
    }

    fn button(&self) -> Message {
        match self.change {
            UserChange::Role(_) => msg("user-change-role"),
            UserChange::Disable => msg("user-disable"),
            UserChange::Enable => msg("user-enable"),
        }
    }

    fn to(&self) -> &'static str {
        word(self.change)
    }

    fn show(&self) -> HttpResponse {
        self.layout.with_status(self.form.status(), self)
    }
}
