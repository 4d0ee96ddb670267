//! How a route is written down, and how the list of them becomes the application.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::LazyLock;

use actix_web::guard::{self, Any};
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{FromRequest, Handler, Resource, Responder, web};

use super::extract::FORM_LIMIT;
use super::guard::{Guard, Rule, check};
use super::problem::Problem;

/// One line of the route list.
pub struct Entry {
    pub method: Method,
    /// An actix pattern, such as `/stock/{warehouse}/{sku}`.
    pub path: &'static str,
    pub rule: Rule,
    route: Box<dyn Fn() -> actix_web::Route>,
}

/// A page, or something to read. Answers HEAD as well.
pub fn get<F, Args>(path: &'static str, guard: Guard, handler: F) -> Entry
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    entry(Method::GET, path, guard, handler)
}

/// A form, or something to do.
pub fn post<F, Args>(path: &'static str, guard: Guard, handler: F) -> Entry
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    entry(Method::POST, path, guard, handler)
}

fn entry<F, Args>(method: Method, path: &'static str, guard: Guard, handler: F) -> Entry
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Entry {
        method,
        path,
        rule: Rule {
            guard,
            form_limit: FORM_LIMIT,
            upload: false,
            reshow: false,
        },
        route: Box::new(move || web::route().to(handler.clone())),
    }
}

impl Entry {
    /// The handler shows its form again (`Posted::read` says so) when the token is not right.
    pub fn reshow(mut self) -> Self {
        self.rule.reshow = true;
        self
    }

    /// Larger forms than usual, in bytes.
    pub fn form_limit(mut self, bytes: usize) -> Self {
        self.rule.form_limit = bytes;
        self
    }

    /// The form may bring a file. Everything else about it is as for every form: its token is one
    /// of its fields, and nothing is done with the file before the token was looked at.
    pub fn upload(mut self, bytes: usize) -> Self {
        self.rule.upload = true;
        self.form_limit(bytes)
    }

    fn route(&self) -> actix_web::Route {
        let rule = self.rule;
        let route = (self.route)();
        let route = if self.method == Method::GET {
            route.guard(Any(guard::Get()).or(guard::Head()))
        } else {
            route.method(self.method.clone())
        };
        route.wrap(from_fn(move |request, next| check(rule, request, next)))
    }
}

/// Adds every route of the list, and answers of our own for all that is not in it.
pub fn configure(config: &mut web::ServiceConfig) {
    let mut by_path: BTreeMap<&str, Vec<Entry>> = BTreeMap::new();
    let mut order = Vec::new();
    for entry in super::routes() {
        if !by_path.contains_key(entry.path) {
            order.push(entry.path);
        }
        by_path.entry(entry.path).or_default().push(entry);
    }
    for path in order {
        config.service(resource(path, &by_path[path]));
    }
    config.default_service(web::to(|| async { Err::<String, _>(Problem::not_found()) }));
}

fn resource(path: &str, entries: &[Entry]) -> Resource {
    let mut allow: Vec<&str> = Vec::new();
    for entry in entries {
        allow.push(entry.method.as_str());
        if entry.method == Method::GET {
            allow.push("HEAD");
        }
    }
    let allow: Rc<str> = allow.join(", ").into();
    let resource = web::resource(path).default_service(web::to(move || {
        let problem = Problem::method_not_allowed(&allow);
        async move { Err::<String, _>(problem) }
    }));
    entries
        .iter()
        .fold(resource, |resource, entry| resource.route(entry.route()))
}

/// The patterns that a GET opens.
static PAGES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let routes = super::routes();
    let pages = routes.iter().filter(|entry| entry.method == Method::GET);
    pages.map(|entry| entry.path).collect()
});

/// Whether a GET opens exactly this pattern.
pub fn has_page(pattern: &str) -> bool {
    PAGES.contains(&pattern)
}

/// The nearest page at or above a path: of `/ops/op_1/confirm` that is `/ops/op_1`.
pub fn page_at_or_above(path: &str) -> Option<String> {
    let mut path = path.trim_end_matches('/');
    while !path.is_empty() {
        if PAGES.iter().any(|pattern| matches(pattern, path)) {
            return Some(path.to_owned());
        }
        path = path.rsplit_once('/').map_or("", |(above, _)| above);
    }
    has_page("/").then(|| "/".to_owned())
}

fn matches(pattern: &str, path: &str) -> bool {
    let (mut parts, mut segments) = (pattern.split('/'), path.split('/'));
    loop {
        match (parts.next(), segments.next()) {
            (None, None) => return true,
            (Some(part), Some(segment)) if part == segment => {}
            (Some(part), Some(segment)) if part.starts_with('{') && !segment.is_empty() => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_segment_by_segment() {
        assert!(matches("/ops/{op}", "/ops/op_1"));
        assert!(matches("/stock/{w}/{sku}/deduct", "/stock/SZ/A%2FB/deduct"));
        assert!(!matches("/ops/{op}", "/ops"));
        assert!(!matches("/ops/{op}", "/ops/"));
        assert!(!matches("/ops/{op}", "/ops/op_1/confirm"));
    }
}
