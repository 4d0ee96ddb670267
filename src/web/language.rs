//! Another language: the switch in the frame, and what is remembered of it.
//!
//! On a page with a form to fill in, the switch sends that form, under the name [`SWITCH`]. A form
//! with that in it is performed by nobody: `Posted::read` gives it back to be shown, now in the
//! other language, with all that was typed. On every other page the switch is a form of its own.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::{HttpRequest, HttpResponse};

use super::extract::Posted;
use super::i18n::Lang;
use super::problem::Problem;
use super::state::Web;
use super::visitor::{CurrentUser, LANGUAGE_COOKIE};

/// The switch's button in a form that it sends; its value is the other language.
pub const SWITCH: &str = "switch";

/// The language that the form of this request was sent for, if it is one of ours.
pub fn wanted(request: &HttpRequest) -> Option<Lang> {
    let posted = Posted::of(request).filter(|posted| !posted.is_foreign())?;
    Lang::parse(posted.value(SWITCH))
}

/// Remembers it for this person, if it is known who that is.
pub async fn remember(web: &Web, user: Option<&CurrentUser>, lang: Lang) {
    let Some(user) = user else { return };
    let users = &web.services.users;
    let saved = users.set_language(user.name.as_str(), lang.tag());
    if let Err(error) = saved.await {
        tracing::warn!(%error, "a language could not be saved; the cookie has it");
    }
}

/// Remembers it in this browser.
pub fn keep<B>(response: &mut HttpResponse<B>, web: &Web, lang: Lang) -> Result<(), Problem> {
    keep_cookie(response, web, LANGUAGE_COOKIE, lang.tag())
}

/// What a browser is told to remember for a year.
pub fn keep_cookie<B>(
    response: &mut HttpResponse<B>,
    web: &Web,
    name: &str,
    value: &str,
) -> Result<(), Problem> {
    let cookie = Cookie::build(name, value)
        .path("/")
        .max_age(Duration::days(365))
        .same_site(SameSite::Lax)
        .secure(web.site.secure())
        .http_only(true)
        .finish();
    response.add_cookie(&cookie).map_err(Problem::internal)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    /// Pages in which something is typed, or a file chosen, to be posted.
    fn forms(folder: &Path, found: &mut Vec<(String, String)>) {
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                forms(&path, found);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let typed = ["call form::text(", "call form::area(", "type=\"file\""];
            if text.contains("method=\"post\"") && typed.iter().any(|field| text.contains(field)) {
                found.push((path.display().to_string(), text));
            }
        }
    }

    #[test]
    fn wherever_something_is_typed_the_switch_sends_it_along() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/pages");
        let mut found = Vec::new();
        forms(&folder, &mut found);
        assert!(found.len() > 8, "{found:?}");
        for (path, text) in found {
            assert!(text.contains("call form::switch_typed(layout)"), "{path}");
            assert_eq!(
                text.matches("<form id=\"form\" method=\"post\"").count(),
                1,
                "{path}"
            );
        }
    }
}
