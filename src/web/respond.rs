//! Answers that are not pages.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;

/// 303: done, and here is the page to look at. What every form answers when it worked.
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, path))
        .finish()
}
