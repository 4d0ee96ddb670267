//! Every address of ours: as patterns for the route list, and as functions for links.
//!
//! A link is always made here, never written by hand in a template: what stands in a path is
//! percent-encoded (a SKU may hold spaces, slashes and 汉字).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but what RFC 3986 calls unreserved.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// One segment of a path, or one value of a query.
pub fn segment(text: &str) -> impl std::fmt::Display + '_ {
    utf8_percent_encode(text, SEGMENT)
}

pub const HEALTHZ: &str = "/healthz";
pub const HOME: &str = "/";
pub const LOGIN: &str = "/login";
pub const LOGOUT: &str = "/logout";
pub const PREFS_LANGUAGE: &str = "/prefs/language";
pub const STATIC: &str = "/static/{file}";

/// Where a page brings somebody who is not signed in; they return to `next`.
pub fn login(next: &str) -> String {
    match next {
        HOME => LOGIN.to_owned(),
        _ => format!("{LOGIN}?next={}", segment(next)),
    }
}

/// The page of one operation.
pub fn op(op: &crate::domain::ids::OpId) -> String {
    format!("/ops/{op}")
}

/// Whether `path` leads to a page of this site and nowhere else: what a `next` or a `return`
/// must be. No scheme, no host, no way to be read as one (`//host`, `/\host`), no control
/// characters.
pub fn is_local(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.len() <= 8_192
        && !path.contains(['\\', '\u{7f}'])
        && !path.chars().any(|c| c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_local() {
        for good in ["/", "/stock?q=a", "/stock/SZ-01/%E6%9D%AF", "/a//b"] {
            assert!(is_local(good), "{good}");
        }
        let bad = [
            "",
            "stock",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\nb",
            "/\t/evil.example",
            "javascript:alert(1)",
        ];
        for bad in bad {
            assert!(!is_local(bad), "{bad}");
        }
    }

    #[test]
    fn a_segment_cannot_leave_its_place() {
        let cases = [
            ("CUP 1/2", "CUP%201%2F2"),
            ("杯", "%E6%9D%AF"),
            ("a?b#c%d+e&f", "a%3Fb%23c%25d%2Be%26f"),
            ("A-b_c.d~", "A-b_c.d~"),
        ];
        for (text, expected) in cases {
            assert_eq!(segment(text).to_string(), expected);
        }
    }
}
