//! `/health`

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::service::health::{Component, ComponentKind, HealthReport, HealthState};
use crate::web::extract::State;
use crate::web::i18n::{Message, msg};
use crate::web::layout::Layout;
use crate::web::{filters, paths};

const REFRESH_SECONDS: u32 = 15;

#[derive(Template)]
#[template(path = "pages/health.html")]
struct HealthPage {
    layout: Layout,
    report: HealthReport,
}

impl HealthPage {
    fn summary(&self) -> Message {
        match self.report.overall() {
            HealthState::Ok => msg("health-all-ok"),
            HealthState::Degraded => msg("health-degraded"),
            HealthState::Down => msg("health-down"),
        }
    }
}

/// `GET /health`: 200, or 500 when nothing can be changed. It opens whatever is away.
pub async fn page(layout: Layout, web: State) -> HttpResponse {
    let report = web.services.health.report().await;
    let status = match report.overall() {
        HealthState::Ok | HealthState::Degraded => StatusCode::OK,
        HealthState::Down => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let mut layout = layout.live(REFRESH_SECONDS);
    // The look that was just taken may have changed it.
    layout.band = web.services.condition.band();
    let page = HealthPage { layout, report };
    page.layout.with_status(status, &page)
}

/// The part's name.
fn name(component: &Component) -> Message {
    let named = |id| msg(id).with("name", component.detail.as_deref().unwrap_or_default());
    match component.kind {
        ComponentKind::Database => msg("health-database"),
        ComponentKind::Redis => msg("health-redis"),
        ComponentKind::Gate => msg("health-gate"),
        ComponentKind::Migrations => msg("health-migrations"),
        ComponentKind::Worker => named("health-worker"),
        ComponentKind::PaymentGateway => named("health-payment-gateway"),
        ComponentKind::Cancels => msg("health-cancels"),
        ComponentKind::LateMoney => msg("health-late-money"),
    }
}

/// What its state means for those who work at the desk; nothing, when it works.
fn meaning(component: &Component, report: &HealthReport) -> Option<Message> {
    use ComponentKind::*;
    use HealthState::{Degraded, Down};
    let away = report.of(Database) == Down;
    let id = match (component.kind, component.state) {
        (_, HealthState::Ok) => return None,
        (Database, Degraded) => "health-database-slow",
        (Database, Down) => "health-database-down",
        (Redis, _) => "health-redis-away",
        (Gate, _) if away => "health-not-asked",
        (Gate, _) => "health-gate-differs",
        (Migrations, _) if away => "health-not-asked",
        (Migrations, _) => "health-migrations-missing",
        (Worker, Degraded) => "health-worker-late",
        (Worker, Down) => "health-worker-stopped",
        (Cancels | LateMoney, _) if away => "health-not-asked",
        (Cancels, _) => "health-cancels-late",
        (LateMoney, _) => "health-late-money-waits",
        (PaymentGateway, Degraded) => "health-payment-gateway-slow",
        (PaymentGateway, Down) => "health-payment-gateway-down",
    };
    Some(msg(id))
}

/// In whole milliseconds, as far as that says anything.
fn latency(took: &Duration) -> String {
    match took.as_millis() {
        0 => "<1 ms".to_owned(),
        ms => format!("{ms} ms"),
    }
}
