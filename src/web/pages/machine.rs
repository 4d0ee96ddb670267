//! What machines ask.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use crate::service::health::{ComponentKind, HealthReport, HealthState};
use crate::web::extract::State;

/// `GET /healthz`: the process lives. It touches nothing else, so that an orchestrator does not
/// restart a desk because its database is away.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "ok" }))
}

/// `GET /readyz`: whether this instance should be sent work. Redis away is `degraded` and 200,
/// MySQL away is `down` and 503.
pub async fn readyz(web: State) -> HttpResponse {
    let report = web.services.health.report().await;
    let mut response = match report.overall() {
        HealthState::Down => HttpResponse::ServiceUnavailable(),
        HealthState::Ok | HealthState::Degraded => HttpResponse::Ok(),
    };
    response.json(json!({
        "status": report.overall().as_str(),
        "database": part(&report, ComponentKind::Database),
        "redis": part(&report, ComponentKind::Redis),
        "gate": part(&report, ComponentKind::Gate),
        "migrations": part(&report, ComponentKind::Migrations),
        "workers": part(&report, ComponentKind::Worker),
    }))
}

/// The worst state of a kind of part, and its slowest answer in milliseconds.
fn part(report: &HealthReport, kind: ComponentKind) -> Value {
    let of_kind = report.components.iter().filter(|c| c.kind == kind);
    let slowest = of_kind.filter_map(|c| c.latency).max();
    let latency_ms = slowest.map(|took| (took.as_secs_f64() * 1e6).round() / 1e3);
    json!({ "status": report.of(kind).as_str(), "latency_ms": latency_ms })
}

/// `GET /metrics`, for Prometheus.
pub async fn metrics(web: State) -> HttpResponse {
    let text = (web.site.metrics)();
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(text)
}
