//! What machines ask.

use actix_web::HttpResponse;

/// `GET /healthz`: the process lives. It touches nothing else, so that an orchestrator does not
/// restart a desk because its database is away.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "ok" }))
}
