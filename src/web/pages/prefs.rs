//! What a person prefers.

use actix_web::HttpResponse;
use actix_web::cookie::{Cookie, SameSite, time::Duration};

use crate::web::extract::{Posted, State};
use crate::web::i18n::Lang;
use crate::web::layout::Layout;
use crate::web::paths;
use crate::web::problem::Problem;
use crate::web::respond::see_other;
use crate::web::visitor::LANGUAGE_COOKIE;

/// `POST /prefs/language`: the switch in the frame. Kept on the user, and in a cookie for the
/// pages before signing in and for when the database is away.
pub async fn language(layout: Layout, posted: Posted, web: State) -> Result<HttpResponse, Problem> {
    let lang = Lang::parse(posted.value("lang"))
        .ok_or_else(|| Problem::malformed("lang is en or zh-Hans"))?;
    if let Some(user) = &layout.user {
        let saved = web
            .services
            .users
            .set_language(user.name.as_str(), lang.tag());
        if let Err(error) = saved.await {
            tracing::warn!(%error, "a language could not be saved; the cookie has it");
        }
    }
    let back = posted.value("return");
    let mut response = see_other(if paths::is_local(back) {
        back
    } else {
        paths::HOME
    });
    let cookie = Cookie::build(LANGUAGE_COOKIE, lang.tag())
        .path("/")
        .max_age(Duration::days(365))
        .same_site(SameSite::Lax)
        .secure(web.site.secure())
        .http_only(true)
        .finish();
    response.add_cookie(&cookie).map_err(Problem::internal)?;
    Ok(response)
}
