use actix_web::http::StatusCode;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use askama::Template;

use super::Problem;
use crate::domain::ids::OpId;
use crate::web::extract::Posted;
use crate::web::filters;
use crate::web::forms::entered;
use crate::web::i18n::{Message, msg};
use crate::web::language::SWITCH;
use crate::web::layout::Layout;
use crate::web::{paths, route};

/// Every problem has the same page: what is wrong, what happened to what was entered, what to do,
/// and the request id.
#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    layout: Layout,
    title: &'a Message,
    detail: &'a Message,
    /// What was entered, so that it can be copied.
    entered: Vec<(Message, String)>,
    /// The form again, with what was entered.
    again: Option<Again>,
    /// The operation that may or may not have happened.
    op: Option<OpId>,
    /// What was looked for, to be looked for again.
    looked_for: Option<&'a str>,
}

/// A form that came to nothing, as it was posted. It is sent by the switch of language, and by a
/// button that switches to the same language: shown again, and never performed from here.
struct Again {
    path: String,
    /// As the form itself is sent: a sheet in it has no room when it is written in another way.
    parts: bool,
    fields: Vec<(String, String)>,
}

impl Again {
    /// `None` when what was posted has no page with a form.
    fn of(request: &HttpRequest, posted: &Posted) -> Option<Self> {
        let path = route::page_at_or_above(request.path()).filter(|at| at == request.path())?;
        let mut fields = posted.fields().to_vec();
        fields.retain(|(name, _)| !["csrf", "password", SWITCH].contains(&name.as_str()));
        Some(Self {
            path,
            parts: request.content_type() == "multipart/form-data",
            fields,
        })
    }
}

/// The page of `problem`, as the answer to `request`.
pub fn response(problem: &Problem, request: &HttpRequest) -> HttpResponse {
    let posted = Posted::of(request);
    let foreign = problem.code == "foreign_form";
    let kept_here = problem.status == StatusCode::SERVICE_UNAVAILABLE || foreign;
    let layout = Layout::of(request);
    let looked = msg("away-looked");
    let page = ErrorPage {
        title: &problem.title,
        // Somebody who only looked changed nothing that could have been lost.
        detail: match (problem.code, request.method().is_safe()) {
            ("not_confirmed", true) => &looked,
            _ => &problem.detail,
        },
        entered: match &posted {
            Some(posted) if kept_here || problem.status.is_server_error() => {
                entered(&posted.shown(), &layout.text)
            }
            _ => Vec::new(),
        },
        again: posted
            .as_ref()
            .filter(|_| kept_here)
            .and_then(|posted| Again::of(request, posted)),
        op: doubtful(problem, request),
        looked_for: problem.looked_for.as_deref(),
        layout,
    };
    page.layout.with_status(problem.status, &page)
}

/// The operation that may have happened all the same. What was refused did not; a draft that may
/// have been saved, or not, moved nothing and can be posted again.
fn doubtful(problem: &Problem, request: &HttpRequest) -> Option<OpId> {
    let confirms = request.path().starts_with(paths::OPS);
    let doubtful = match problem.code {
        "internal" => true,
        "not_confirmed" => confirms,
        _ => false,
    };
    Posted::of(request)?
        .value("op")
        .parse()
        .ok()
        .filter(|_| doubtful)
}
