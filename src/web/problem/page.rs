use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::Problem;
use crate::domain::ids::OpId;
use crate::web::extract::Posted;
use crate::web::filters;
use crate::web::guard::kept;
use crate::web::i18n::Message;
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
    entered: Vec<(String, String)>,
    /// The form again, with what was entered.
    again: Option<String>,
    /// The operation that may or may not have happened.
    op: Option<OpId>,
    server_error: bool,
}

/// The page of `problem`, as the answer to `request`.
pub fn response(problem: &Problem, request: &HttpRequest) -> HttpResponse {
    let posted = Posted::of(request);
    let foreign = problem.code == "foreign_form";
    let kept_here = problem.status == StatusCode::SERVICE_UNAVAILABLE || foreign;
    let page = ErrorPage {
        layout: Layout::of(request),
        title: &problem.title,
        detail: &problem.detail,
        entered: match &posted {
            Some(posted) if kept_here || problem.status.is_server_error() => posted.shown(),
            _ => Vec::new(),
        },
        again: posted
            .as_ref()
            .filter(|_| kept_here)
            .and_then(|posted| kept::resume(request, posted)),
        // While changes are paused, it certainly did not happen.
        op: posted
            .as_ref()
            .filter(|_| problem.code != "read_only")
            .and_then(|posted| posted.value("op").parse().ok()),
        server_error: problem.status.is_server_error(),
    };
    page.layout.with_status(problem.status, &page)
}
