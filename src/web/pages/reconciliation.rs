//! `/reconciliation`: comparisons of all stock, what they found, and repairing the gate.

use std::borrow::Borrow;

use actix_session::Session;
use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;

use crate::domain::audit::AuditAction;
use crate::domain::ids::StockId;
use crate::domain::listing::CappedCount;
use crate::domain::reconciliation::{Run, RunDifference, RunOutcome};
use crate::domain::role::Action;
use crate::service::health::{Component, HealthState};
use crate::service::reconciliations::{Beside, KEPT, REPAIRED_AT_ONCE, Started};
use crate::web::extract::{Path, Posted, Query, Staff, State};
use crate::web::i18n::{Message, msg};
use crate::web::layout::Layout;
use crate::web::problem::{Problem, loaded};
use crate::web::respond::see_other;
use crate::web::session::{self, FlashKind};
use crate::web::{filters, numbers, paths};

/// While a run is under way its page is current to two seconds.
const RUNNING_SECONDS: u32 = 2;

#[derive(Template)]
#[template(path = "pages/reconciliation.html")]
struct RunsPage {
    layout: Layout,
    /// The run that is shown; `None` before there was any.
    shown: Option<Run>,
    differences: Vec<RunDifference>,
    runs: Vec<Run>,
    /// Differences that the gate's own watch has found and not repaired yet.
    open: Option<CappedCount>,
    /// The gate's own watch; `None` where this instance has none.
    watch: Option<Component>,
}

#[derive(Template)]
#[template(path = "pages/repair.html")]
struct RepairPage {
    layout: Layout,
    beside: Vec<Beside>,
}

/// `GET /reconciliation`: the last run that ended, and the one under way.
pub async fn page(layout: Layout, web: State) -> Result<HttpResponse, Problem> {
    let runs = web.services.reconciliations.list().await?;
    let ended = runs.iter().find(|run| run.ended.is_some());
    let shown = ended.or(runs.first()).cloned();
    show(layout, &web, shown, runs).await
}

/// `GET /reconciliation/{run}`
pub async fn one(layout: Layout, Path(id): Path<u32>, web: State) -> Result<HttpResponse, Problem> {
    let reconciliations = &web.services.reconciliations;
    let runs = reconciliations.list().await?;
    let unknown = || Problem::not_found().detail(msg("run-unknown"));
    let run = reconciliations.fetch(id).await?.ok_or_else(unknown)?;
    show(layout, &web, Some(run), runs).await
}

async fn show(
    layout: Layout,
    web: &State,
    shown: Option<Run>,
    runs: Vec<Run>,
) -> Result<HttpResponse, Problem> {
    let services = &web.services;
    let differences = match &shown {
        Some(run) if run.differences > 0 => services.reconciliations.differences(run.id).await?,
        _ => Vec::new(),
    };
    let open = loaded(services.queries.differences_open().await)?;
    let running = runs.iter().any(|run| run.ended.is_none());
    let page = RunsPage {
        layout: match running {
            true => layout.live(RUNNING_SECONDS),
            false => layout,
        },
        shown,
        differences,
        runs,
        open: open.map(|seen| seen.value),
        watch: services.health.worker("reconcile"),
    };
    Ok(page.layout.ok(&page))
}

/// `POST /reconciliation`: compares all stock now.
pub async fn start(
    session: Session,
    Staff(person): Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    let id = match web.services.reconciliations.start(&person).await? {
        Started::Now(id) => id,
        Started::Running(id) => {
            session::flash(&session, FlashKind::Note, msg("run-is-running"));
            id
        }
    };
    Ok(see_other(&paths::run(id)))
}

#[derive(Deserialize, Default)]
pub struct Chosen {
    /// Numbers of rows of stock; none is all that are known to differ.
    #[serde(default)]
    stock: Vec<u32>,
}

impl Chosen {
    fn ids(&self) -> Result<Vec<StockId>, Problem> {
        if self.stock.len() > REPAIRED_AT_ONCE as usize {
            return Err(Problem::malformed("too many SKUs at once"));
        }
        Ok(self.stock.iter().copied().map(StockId).collect())
    }
}

/// `GET /reconciliation/repair`: what a repair would do.
pub async fn repair_form(
    layout: Layout,
    Query(chosen): Query<Chosen>,
    web: State,
) -> Result<HttpResponse, Problem> {
    let beside = web.services.reconciliations.beside(&chosen.ids()?).await?;
    let page = RepairPage { layout, beside };
    Ok(page.layout.ok(&page))
}

/// `POST /reconciliation/repair`: exactly the SKUs that the preview showed.
pub async fn repair(
    posted: Posted,
    session: Session,
    Staff(person): Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    let chosen = posted.read(|chosen: Chosen| Ok(chosen));
    let chosen = chosen.map_err(|_| Problem::malformed("stock holds numbers"))?;
    let stock = chosen.ids()?;
    if stock.is_empty() {
        return Ok(see_other(paths::RECONCILIATION_REPAIR));
    }
    let repaired = web.services.reconciliations.repair(&stock, &person).await?;
    let (kind, said) = match repaired.left {
        0 => (FlashKind::Done, msg("repair-done")),
        left => (FlashKind::Warning, msg("repair-left").with("left", left)),
    };
    session::flash(&session, kind, said.with("count", repaired.asked));
    Ok(see_other(paths::RECONCILIATION))
}

impl RunsPage {
    fn running(&self) -> Option<&Run> {
        self.runs.iter().find(|run| run.ended.is_none())
    }

    fn may_start(&self) -> bool {
        self.layout.read_only.is_none() && self.layout.may(Action::Repair)
    }

    /// Whether a repair could do anything about what is shown: only the gate is ever set.
    fn repairable(&self) -> bool {
        let mut differences = self.differences.iter();
        differences.any(|difference| difference.gate_off_by().is_some())
    }

    /// What the run came to, in a sentence.
    fn sentence(&self, run: &Run) -> Message {
        let counted = |id| msg(id).with("compared", i64::from(run.compared));
        match run.ended {
            None => counted("run-going-on"),
            Some((_, RunOutcome::BrokenOff)) => counted("run-broken-off"),
            Some((_, RunOutcome::GateAway)) if run.differences == 0 => counted("run-gate-away"),
            Some(_) if run.differences == 0 => counted("run-all-agree"),
            Some(_) => counted("run-differ").with("count", i64::from(run.differences)),
        }
    }

    /// The gate's watch does not run any more.
    fn stopped(&self) -> Option<&Component> {
        let stopped = |watch: &&Component| watch.state == HealthState::Down;
        self.watch.as_ref().filter(stopped)
    }

    /// Who started runs and repaired, in the audit.
    fn audit(&self) -> String {
        let kind = ("kind", AuditAction::Repaired.to_string());
        paths::with_query(paths::AUDIT, &[kind])
    }
}

/// Units of a place; `None` where it has nothing, -1 where it is unlimited.
fn level(units: impl Borrow<Option<i64>>) -> Message {
    match *units.borrow() {
        None => msg("place-none"),
        Some(-1) => msg("unlimited"),
        Some(units) => msg("place-units").with("units", units),
    }
}

/// `gate +3`, `table +1`
pub fn off(difference: &RunDifference) -> Vec<Message> {
    let place = |id, off: Option<i64>| Some(msg(id).with("off", numbers::signed(off?)));
    let gate = place("off-gate", difference.gate_off_by());
    let table = match (difference.ledger, difference.available) {
        (None, 0..) => Some(msg("off-no-entry")),
        _ => place("off-table", difference.table_off_by()),
    };
    table.into_iter().chain(gate).collect()
}
