use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::Problem;
use crate::domain::ids::OpId;
use crate::web::extract::Posted;
use crate::web::filters;
use crate::web::forms::entered;
use crate::web::guard::kept;
use crate::web::i18n::{Message, msg};
use crate::web::layout::Layout;
use crate::web::paths;

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
    again: Option<String>,
    /// The operation that may or may not have happened.
    op: Option<OpId>,
    /// What was looked for, to be looked for again.
    looked_for: Option<&'a str>,
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
            .and_then(|posted| kept::resume(request, posted)),
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
