//! The problems that any route can have. What only one page knows of, that page makes.

use std::any::Any;
use std::fmt;

use actix_web::http::StatusCode;
use chrono::{DateTime, Utc};
use serde_json::json;

use super::{Problem, Retry};
use crate::domain::approval::{OWN_WORK, Origin};
use crate::domain::role::Action;
use crate::web::filters;
use crate::web::i18n::{Message, Text, Worded, msg};

impl Problem {
    /// What was looked for is not there. `detail` can be replaced to say what that was.
    pub fn not_found() -> Self {
        let problem = Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            msg("not-found-title"),
            msg("not-found-detail"),
        );
        problem.reason("There is nothing at this address.")
    }

    /// Something with a number of its own is not there. Its page offers to look again.
    pub fn unknown(detail: Message, looked_for: &str) -> Self {
        let mut problem = Self::not_found().detail(detail);
        problem.looked_for = Some(looked_for.to_owned());
        problem
    }

    /// The address is right and the method is not; `allow` as in the header.
    pub fn method_not_allowed(allow: &str) -> Self {
        let problem = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            msg("method-title"),
            msg("method-detail"),
        );
        let problem = problem.reason(format!("This address answers {allow}."));
        problem.header("Allow", allow)
    }

    /// The request cannot be read. `why` is for programs: English, about what they sent.
    pub fn malformed(why: impl Into<String>) -> Self {
        let problem = Self::new(
            StatusCode::BAD_REQUEST,
            "malformed",
            msg("malformed-title"),
            msg("malformed-detail"),
        );
        problem.reason(why)
    }

    /// The request can be read, and these fields hold what they must not. The sentences are for
    /// programs: English.
    pub fn invalid(errors: &[(String, String)]) -> Self {
        let mut problem = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            msg("invalid-title"),
            msg("invalid-detail"),
        );
        let errors: Vec<_> = errors
            .iter()
            .map(|(field, message)| json!({"field": field, "message": message}))
            .collect();
        problem.members.insert("errors".into(), errors.into());
        problem
    }

    pub fn too_large(limit_bytes: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            msg("too-large-title"),
            msg("too-large-detail").with("kib", limit_bytes / 1024),
        )
    }

    /// `expected` is a media type.
    pub fn wrong_type(expected: &str) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "wrong_type",
            msg("wrong-type-title"),
            msg("wrong-type-detail").with("expected", expected),
        )
    }

    /// No key, or none that we know.
    pub fn unauthorized() -> Self {
        let problem = Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            msg("unauthorized-title"),
            msg("unauthorized-detail"),
        );
        problem.header("WWW-Authenticate", r#"Bearer realm="stockdesk""#)
    }

    /// The key's scope does not reach this far.
    pub fn scope_too_small(needed: &str) -> Self {
        let problem = Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            msg("scope-title"),
            msg("scope-detail").with("scope", needed),
        );
        let challenge = format!(r#"Bearer error="insufficient_scope", scope="{needed}""#);
        problem.header("WWW-Authenticate", &challenge)
    }

    /// Signed in, and this is not for their role.
    pub fn forbidden(action: Action) -> Self {
        let detail = match action {
            Action::Administer => msg("forbidden-ask-admin"),
            Action::View | Action::Correct | Action::Draft | Action::ReverseOwn => {
                msg("forbidden-ask-operator").with("action", action.message())
            }
            Action::Reverse => msg("forbidden-cancel"),
            Action::Approve | Action::Settle | Action::Repair => {
                msg("forbidden-ask-supervisor").with("action", action.message())
            }
        };
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            msg("forbidden-title"),
            detail,
        )
    }

    /// Signed in, and this entry is not theirs to roll back (any more).
    pub fn not_theirs(origin: &Origin, user: &str, text: &Text) -> Self {
        let own = origin.actor.strip_prefix("user:") == Some(user);
        let detail = match own {
            true => msg("forbidden-own-late").with("until", origin.created_at + OWN_WORK),
            false => {
                let by = filters::who_said(&origin.actor, text);
                msg("forbidden-not-own").with("name", by)
            }
        };
        Self::forbidden(Action::Reverse).detail(detail.with("minutes", OWN_WORK.num_minutes()))
    }

    /// Somebody who is not signed in tried to change something. Rendered as the sign-in form.
    pub fn signed_out() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "signed_out",
            msg("login-ended-title"),
            msg("login-ended-lost"),
        )
    }

    /// Nothing shows that this form came from a page of ours. `why` is for the log.
    pub fn foreign_form(why: &'static str) -> Self {
        let problem = Self::new(
            StatusCode::FORBIDDEN,
            "foreign_form",
            msg("foreign-form-title"),
            msg("foreign-form-detail"),
        );
        problem.cause(why)
    }

    pub fn locked(until: DateTime<Utc>) -> Self {
        let problem = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "rate_limited",
            msg("locked-title"),
            msg("locked-detail").with("until", until),
        );
        problem.retry(Retry::At(until))
    }

    /// One caller sends more than is fair.
    pub fn too_many_requests() -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "rate_limited",
            msg("too-many-title"),
            msg("busy-detail"),
        )
    }

    /// Changes are paused on purpose.
    pub fn read_only(until: Option<DateTime<Utc>>) -> Self {
        let detail = match until {
            Some(until) => msg("paused-until").with("until", until),
            None => msg("paused"),
        };
        let problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "read_only",
            msg("read-only-title"),
            detail,
        );
        problem.retry(until.map_or(Retry::Seconds(60), Retry::At))
    }

    /// Ours to mend.
    pub fn internal(cause: impl fmt::Display) -> Self {
        let problem = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            msg("internal-title"),
            msg("internal-detail"),
        );
        problem.cause(cause)
    }

    /// A handler gave up in the middle. The panic itself is in the log already.
    pub fn panicked(panic: &(dyn Any + Send)) -> Self {
        let text = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned());
        Self::internal(text.unwrap_or_else(|| "a panic without a text".to_owned()))
    }
}
