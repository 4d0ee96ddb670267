//! Whether a request was made by a page of this site.

use actix_web::HttpRequest;
use actix_web::http::header::{HOST, HeaderMap, ORIGIN, REFERER};

use crate::web::extract::State;

/// Browsers send `Origin` with every POST; where a proxy removed it, `Referer` says the same. Either
/// that names another site is refused, and so is a `Sec-Fetch-Site` that does. What has none of them
/// is no browser, or one behind a proxy that hides much: the session's own token decides. None is
/// required, because browsers leave fetch metadata out on plain HTTP, as in a warehouse's network.
///
/// # Errors
/// Why it is refused, for the log.
pub fn check(request: &HttpRequest) -> Result<(), &'static str> {
    let base = State::of(request).site.base_url.as_deref();
    judge(request.headers(), base)
}

fn judge(headers: &HeaderMap, base_url: Option<&str>) -> Result<(), &'static str> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let fetch_site = headers
        .get("sec-fetch-site")
        .and_then(|value| value.to_str().ok());
    if matches!(fetch_site, Some(site) if site != "same-origin" && site != "none") {
        return Err("Sec-Fetch-Site names another site");
    }
    let ours = |from: &str| match (base_url, header(HOST)) {
        (Some(base), _) => origin(from).is_some_and(|origin| Some(origin) == self::origin(base)),
        // Behind a proxy the scheme is not ours to know; the host is.
        (None, Some(host)) => origin(from).is_some_and(|(_, from)| from.eq_ignore_ascii_case(host)),
        (None, None) => false,
    };
    match (header(ORIGIN), header(REFERER)) {
        (Some(from), _) if ours(from) => Ok(()),
        (Some(_), _) => Err("Origin is another site"),
        (None, Some(from)) if ours(from) => Ok(()),
        (None, Some(_)) => Err("Referer is another site"),
        (None, None) => Ok(()),
    }
}

/// `https://desk.example:8443/a?b` to (`https`, `desk.example:8443`)
fn origin(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    (!host.is_empty() && !host.contains('@')).then_some((scheme, host))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn judged(base: Option<&str>, headers: &[(&str, &str)]) -> bool {
        let mut map = HeaderMap::new();
        map.insert(HOST, HeaderValue::from_static("desk.example:8080"));
        for (name, value) in headers {
            let name: HeaderName = name.parse().unwrap();
            map.insert(name, HeaderValue::from_str(value).unwrap());
        }
        judge(&map, base).is_ok()
    }

    #[test]
    fn only_pages_of_this_site_may_post() {
        let ours = ("origin", "http://desk.example:8080");
        let referer = ("referer", "http://desk.example:8080/stock?q=a");
        let same = ("sec-fetch-site", "same-origin");
        let cross = ("sec-fetch-site", "cross-site");
        for good in [
            vec![ours],
            vec![ours, same],
            vec![referer],
            vec![same],
            vec![],
        ] {
            assert!(judged(None, &good), "{good:?}");
        }
        let bad = [
            vec![cross],
            vec![ours, cross],
            vec![ours, ("sec-fetch-site", "same-site")],
            vec![("origin", "null")],
            vec![("origin", "http://evil.example")],
            vec![("origin", "http://desk.example")],
            vec![("origin", "http://desk.example:8080.evil.example")],
            vec![("origin", "http://a@desk.example:8080")],
            vec![("origin", "http://evil.example"), referer],
            vec![("referer", "http://evil.example/desk.example:8080")],
        ];
        for bad in bad {
            assert!(!judged(None, &bad), "{bad:?}");
        }
    }

    #[test]
    fn a_base_url_counts_with_its_scheme() {
        let base = Some("https://desk.example");
        assert!(judged(base, &[("origin", "https://desk.example")]));
        assert!(!judged(base, &[("origin", "http://desk.example")]));
        assert!(!judged(base, &[("origin", "http://desk.example:8080")]));
    }
}
