//! `Authorization: Bearer sk_live_…`

use actix_web::dev::ServiceRequest;
use actix_web::http::header::AUTHORIZATION;

use crate::domain::role::Scope;
use crate::service::api_keys::Bearer;
use crate::web::extract::State;
use crate::web::problem::Problem;

/// Finds the bearer of the request's key.
///
/// # Errors
/// 401 with no key or an unknown one, 429 when it asks too often, 403 when its scope does not
/// include `needed`.
pub async fn check(request: &ServiceRequest, needed: Scope) -> Result<Bearer, Problem> {
    let header = request.headers().get(AUTHORIZATION);
    let key = header
        .and_then(|value| value.to_str().ok())
        .and_then(bearer)
        .ok_or_else(Problem::unauthorized)?;
    let web = State::of(request.request());
    let bearer = web.services.api_keys.verify(key).await?;
    let bearer = bearer.ok_or_else(Problem::unauthorized)?;
    web.rate.count(bearer.id)?;
    if !bearer.scope.includes(needed) {
        return Err(Problem::scope_too_small(needed.as_str()));
    }
    Ok(bearer)
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, key) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}
