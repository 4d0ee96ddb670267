//! `/health`

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::domain::trouble::{Severity, Trouble, TroubleKind, drawn, in_all};
use crate::service::health::history::{self, LENGTH};
use crate::service::health::{Component, ComponentKind, HealthReport, HealthState};
use crate::web::extract::State;
use crate::web::i18n::{Message, msg};
use crate::web::layout::Layout;
use crate::web::{chart, filters, paths};

const REFRESH_SECONDS: u32 = 15;
/// Bars of the history.
const QUARTERS: u8 = 96;
/// Periods that are told one by one.
const TOLD: usize = 20;

#[derive(Template)]
#[template(path = "pages/health.html")]
struct HealthPage {
    layout: Layout,
    report: HealthReport,
    /// `None` when it could not be read.
    history: Option<Vec<Trouble>>,
}

impl HealthPage {
    fn summary(&self) -> Message {
        match self.report.overall() {
            HealthState::Ok => msg("health-all-ok"),
            HealthState::Degraded => msg("health-degraded"),
            HealthState::Down => msg("health-down"),
        }
    }

    /// The day in quarters of an hour, drawn.
    fn bars(&self, troubles: &[Trouble]) -> String {
        let day = (self.report.at - LENGTH, self.report.at);
        chart::bars_up_to(&drawn(troubles, day, QUARTERS), 2)
    }

    /// What is drawn, in words.
    fn told(&self, troubles: &[Trouble]) -> Message {
        if troubles.is_empty() {
            return msg("health-history-none");
        }
        let length = in_all(troubles, self.report.at - LENGTH);
        msg("health-history-told")
            .with("count", i64::try_from(troubles.len()).unwrap_or(i64::MAX))
            .with("minutes", ((length.num_seconds() + 59) / 60).max(1))
    }
}

/// `GET /health`: 200, or 500 when nothing can be changed. It opens whatever is away.
pub async fn page(layout: Layout, web: State) -> HttpResponse {
    let health = &web.services.health;
    let (report, history) = tokio::join!(health.report(), health.history());
    let status = match report.overall() {
        HealthState::Ok | HealthState::Degraded => StatusCode::OK,
        HealthState::Down => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let mut layout = layout.live(REFRESH_SECONDS);
    // The look that was just taken may have changed it.
    layout.band = web.services.condition.band();
    let page = HealthPage {
        layout,
        report,
        history: history.ok(),
    };
    page.layout.with_status(status, &page)
}

/// The part's name.
fn name(component: &Component) -> Message {
    let detail = component.detail.as_deref().unwrap_or_default();
    named(history::kind(component.kind), detail)
}

fn named(kind: TroubleKind, detail: &str) -> Message {
    match kind {
        TroubleKind::Database => msg("health-database"),
        TroubleKind::Redis => msg("health-redis"),
        TroubleKind::Gate => msg("health-gate"),
        TroubleKind::Migrations => msg("health-migrations"),
        TroubleKind::Worker => {
            worker(detail).map_or_else(|| msg("health-worker").with("name", detail), msg)
        }
        TroubleKind::PaymentGateway => msg("health-payment-gateway").with("name", detail),
        TroubleKind::Cancels => msg("health-cancels"),
        TroubleKind::LateMoney => msg("health-late-money"),
        TroubleKind::Promises => msg("health-promises"),
        TroubleKind::ReadOnly => msg("health-mode-read-only"),
    }
}

/// The periods that are told one by one.
fn listed(troubles: &[Trouble]) -> &[Trouble] {
    &troubles[..troubles.len().min(TOLD)]
}

/// How many are not.
fn left(troubles: &[Trouble]) -> Option<usize> {
    troubles.len().checked_sub(TOLD).filter(|left| *left > 0)
}

/// How a period is marked; a pause is nothing bad.
fn marked(trouble: &Trouble) -> Option<HealthState> {
    match (trouble.kind, trouble.worst) {
        (TroubleKind::ReadOnly, _) => None,
        (_, Severity::Degraded) => Some(HealthState::Degraded),
        (_, Severity::Down) => Some(HealthState::Down),
    }
}

/// What a worker does, in words; its own name stands beside it.
fn worker(name: &str) -> Option<&'static str> {
    Some(match name {
        "bulk" => "worker-bulk",
        "due_orders" => "worker-due-orders",
        "gateways" => "worker-gateways",
        "gauges" => "worker-gauges",
        "health" => "worker-health",
        "late_money" => "worker-late-money",
        "pauses" => "worker-pauses",
        "prover" => "worker-prover",
        "reconcile" => "worker-reconcile",
        "turned_away" => "worker-turned-away",
        _ => return None,
    })
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
        (Promises, _) => "health-promises-broken",
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
