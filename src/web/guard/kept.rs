//! What somebody entered outlives their session.
//!
//! A form that was posted after the session ended comes back sealed inside the sign-in form. After
//! signing in, the author of a correction stands before its preview (`corrections::resumed`), and
//! everybody else before the same form, filled in; nothing was performed. The way
//! there is an address, `/the/form?kept=…`, so it needs no memory on the server and works on any
//! instance. A page gets this by taking [`Kept`] and showing [`Kept::form`].
//!
//! What was posted to an address without a form (a confirm) is not kept: the person returns to the
//! page above it, `/ops/{op}`, and decides again.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use super::UNSHOWN;
use crate::domain::role::Action;
use crate::domain::user::UserName;
use crate::web::extract::{Posted, State};
use crate::web::forms::FormView;
use crate::web::i18n::{Message, msg};
use crate::web::language::SWITCH;
use crate::web::paths;
use crate::web::problem::Problem;
use crate::web::visitor::Visitor;

const PURPOSE: &str = "kept";

/// Sealed, it stands in an address: many proxies cut those at 8 KiB.
const MAX_BYTES: usize = 4 * 1024;

/// As long as a draft can be confirmed.
const HOURS: i64 = 24;

/// A form that was posted and not performed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeptForm {
    pub path: String,
    fields: Vec<(String, String)>,
    /// Whose session ended, if that could still be read.
    pub by: Option<UserName>,
    /// Unix seconds.
    at: i64,
}

impl KeptForm {
    /// `None` when there is nothing to keep or it is too long.
    fn of(request: &HttpRequest, posted: &Posted) -> Option<Self> {
        let visitor = Visitor::of(request);
        let by = visitor.user.as_ref().map(|user| &user.name);
        let fields = posted.fields().iter();
        let fields: Vec<_> = fields
            .filter(|(name, _)| !UNSHOWN.contains(&name.as_str()) || name == "op" || name == SWITCH)
            .cloned()
            .collect();
        let bytes: usize = fields.iter().map(|(n, v)| n.len() + v.len() + 6).sum();
        (bytes <= MAX_BYTES).then(|| Self {
            path: request.path().to_owned(),
            fields,
            by: by.or(visitor.ended.as_ref()).cloned(),
            at: State::of(request).services.clock.now().timestamp(),
        })
    }

    fn seal(&self, request: &HttpRequest) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        State::of(request).sealer.seal(PURPOSE, &text)
    }

    pub fn open(request: &HttpRequest, sealed: &str) -> Option<Self> {
        let web = State::of(request);
        let text = web.sealer.open(PURPOSE, sealed)?;
        let kept: Self = serde_json::from_str(&text).ok()?;
        let age = web.services.clock.now().timestamp() - kept.at;
        (age <= HOURS * 3600).then_some(kept)
    }

    /// What the form was to do, in a few words, where it is about one thing.
    pub fn what(&self) -> Option<Message> {
        let decoded = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        let parts: Vec<String> = self.path.split('/').skip(1).map(decoded).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let typed = |name: &str| {
            let field = self.fields.iter().find(|(field, _)| field == name);
            field
                .map(|(_, value)| value.trim())
                .filter(|v| !v.is_empty())
        };
        let units = |id, field: &str, sku: &str| match typed(field) {
            Some(units) => msg(id).with("units", units).with("object", sku),
            None => msg("kept-correction").with("object", sku),
        };
        Some(match parts[..] {
            ["stock", _, sku, "deduct"] => units("kept-deduct", "units", sku),
            ["stock", _, sku, "adjust"] => match typed("direction") {
                Some("add") => units("kept-add", "units", sku),
                Some("remove") => units("kept-remove", "units", sku),
                _ => msg("kept-correction").with("object", sku),
            },
            ["stock", _, sku, "set"] => units("kept-set", "counted", sku),
            ["ledger", entry, "rollback"] => msg("kept-rollback").with("object", entry),
            ["orders", order, "cancel"] => msg("kept-cancel").with("object", order),
            _ => return None,
        })
    }

    /// As they were typed.
    pub fn fields(&self) -> &[(String, String)] {
        &self.fields
    }

    /// Whether this visitor may see what was entered: whoever entered it, and supervisors.
    pub fn is_for(&self, visitor: &Visitor) -> bool {
        visitor.user.as_ref().is_some_and(|user| {
            let own = self.by.as_ref().is_none_or(|by| *by == user.name);
            own || user.role.may(Action::Approve)
        })
    }
}

/// Seals what `request` posted, for the sign-in form.
pub fn seal(request: &HttpRequest, posted: &Posted) -> Option<String> {
    Some(KeptForm::of(request, posted)?.seal(request))
}

/// Where a sealed form leads after signing in: to its form, or to the nearest page above.
pub fn destination(kept: &KeptForm, sealed: &str) -> Option<String> {
    let page = crate::web::route::page_at_or_above(&kept.path)?;
    match page == kept.path {
        true => Some(address(&kept.path, sealed)),
        false => Some(page),
    }
}

fn address(path: &str, sealed: &str) -> String {
    format!("{path}?kept={}", paths::segment(sealed))
}

/// What was entered before the session ended, on the page of its form.
#[derive(Debug, Default)]
pub struct Kept(Option<KeptForm>);

impl Kept {
    /// The form to show: filled in again, or blank.
    pub fn form(self) -> FormView {
        self.form_or(Vec::new())
    }

    /// The form to show: filled in again, or with these values.
    pub fn form_or(self, fields: Vec<(String, String)>) -> FormView {
        FormView::filled(self.0.map_or(fields, |kept| kept.fields))
    }

    /// A kept form's own operation id: the first try's, so that it can only happen once.
    pub fn op(&self) -> Option<crate::domain::ids::OpId> {
        let fields = &self.0.as_ref()?.fields;
        let (_, op) = fields.iter().find(|(name, _)| name == "op")?;
        op.parse().ok()
    }
}

impl FromRequest for Kept {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        #[derive(Deserialize)]
        struct Query {
            kept: Option<String>,
        }
        let query = serde_html_form::from_str::<Query>(request.query_string());
        // Anything that is not ours, is too old or belongs elsewhere: a blank form.
        let kept = query
            .ok()
            .and_then(|query| KeptForm::open(request, &query.kept?))
            .filter(|kept| kept.path == request.path() && kept.is_for(&Visitor::of(request)));
        ready(Ok(Self(kept)))
    }
}
