//! `/`

use actix_web::HttpResponse;
use askama::Template;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use crate::domain::attention::{Attention, Figures, Hours, Moves, WaitingCancels};
use crate::domain::bulk::Bulk;
use crate::domain::listing::{CappedCount, Listed};
use crate::domain::operation::{OpChange, OpTarget, Operation};
use crate::service::reconciliations::Standing;
use crate::web::extract::State;
use crate::web::i18n::{Message, Text, msg};
use crate::web::layout::Layout;
use crate::web::pages::{bulk, ops};
use crate::web::problem::{Problem, loaded};
use crate::web::proof::{Promise, ProofStrip};
use crate::web::{chart, filters, numbers, paths, route};

const REFRESH_SECONDS: u32 = 15;

#[derive(Template)]
#[template(path = "pages/overview.html")]
struct OverviewPage {
    layout: Layout,
    as_of: DateTime<Utc>,
    needs: Vec<Need>,
    /// Whether everything that may need somebody could be asked.
    complete: bool,
    figures: Figures,
    /// All entries of the last hour.
    last_hour: String,
    /// The operations that were applied today.
    applied_today: String,
}

/// Something that needs a person now.
struct Need {
    grave: bool,
    what: Message,
    /// Where to look at it, and what that is called.
    lead: Option<(String, Message)>,
}

/// `GET /`
pub async fn page(layout: Layout, web: State) -> Result<HttpResponse, Problem> {
    let (overview, text) = (&web.services.overview, layout.text);
    let began = day_began(&text);
    let unit_limit = web.services.operations.unit_limit();
    let (attention, figures, standing, requests) = tokio::join!(
        overview.attention(),
        overview.figures(began),
        web.services.reconciliations.standing(),
        web.services.queries.requests_count(unit_limit),
    );
    let requests = loaded(requests)?.map(|seen| seen.value);
    let known = complete(&attention.value) && standing.is_some() && requests.is_some();
    let mut needs = needs(&attention.value, standing.flatten(), requests, &text);
    needs.splice(0..0, promises(layout.proof.as_ref()));
    let hour_ago = text.full(figures.as_of - TimeDelta::hours(1));
    let page = OverviewPage {
        layout: layout.live(REFRESH_SECONDS),
        as_of: attention.as_of,
        complete: known,
        needs,
        figures: figures.value,
        last_hour: paths::with_query(paths::LEDGER, &[("from", hour_ago)]),
        applied_today: paths::with_query(
            paths::OPS,
            &[
                ("state", ops::CORRECTIONS.to_owned()),
                ("since", text.full(began)),
            ],
        ),
    };
    Ok(page.layout.ok(&page))
}

/// Midnight at the site, or the first moment after it on a day whose clocks jump over it.
fn day_began(text: &Text) -> DateTime<Utc> {
    let midnight = text.now.with_timezone(&text.zone).with_time(NaiveTime::MIN);
    let earliest = midnight.earliest().map(|at| at.to_utc());
    earliest.unwrap_or(text.now - TimeDelta::hours(24))
}

fn complete(attention: &Attention) -> bool {
    let Attention {
        waiting_cancels,
        low,
        out,
        due_soon,
        differences,
        late_payments,
        late_since: _,
        // Not shown: most of them are previews that somebody left.
        open_drafts: _,
    } = attention;
    let counts = [low, out, due_soon, differences, late_payments];
    waiting_cancels.is_some() && counts.iter().all(|count| count.is_some())
}

/// What is not zero, worst first. What could not be counted is left out.
fn needs(
    attention: &Attention,
    standing: Option<Standing>,
    requests: Option<CappedCount>,
    text: &Text,
) -> Vec<Need> {
    let stock = |state: &str| {
        let address = paths::with_query(paths::STOCK, &[("state", state.to_owned())]);
        Some((address, msg("stock-title")))
    };
    let lead =
        |path: &'static str, label| route::has_page(path).then(|| (path.to_owned(), msg(label)));
    let differences =
        lead(paths::RECONCILIATION, "nav-reconcile").or_else(|| lead(paths::HEALTH, "nav-health"));
    let cancels = attention.waiting_cancels.as_ref();
    [
        cancels.and_then(|cancels| waiting(cancels, text)),
        need(true, "needs-late-payments", attention.late_payments, || {
            lead(paths::LATE_PAYMENTS, "needs-payments")
        }),
        need(true, "needs-out", attention.out, || stock("out")),
        need(false, "needs-due-soon", attention.due_soon, || {
            let soon = [("status", "pending".to_owned()), ("due", "5m".to_owned())];
            Some((paths::with_query(paths::ORDERS, &soon), msg("nav-orders")))
        }),
        need(false, "needs-differences", attention.differences, || {
            differences
        }),
        standing.map(last_run),
        need(false, "needs-requests", requests, || {
            let waiting = [("state", ops::REQUESTS.to_owned())];
            let list = paths::with_query(paths::OPS, &waiting);
            Some((list, msg("needs-operations")))
        }),
        need(false, "needs-low", attention.low, || stock("low")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn need(
    grave: bool,
    id: &'static str,
    count: Option<CappedCount>,
    lead: impl FnOnce() -> Option<(String, Message)>,
) -> Option<Need> {
    let count = count.filter(|count| count.0 > 0)?;
    Some(Need {
        grave,
        what: counted(id, count),
        lead: lead(),
    })
}

/// What the last comparison of all stock found and is still so.
fn last_run(standing: Standing) -> Need {
    Need {
        grave: false,
        what: counted("needs-run", standing.count).with("at", standing.started_at),
        lead: Some((paths::run(standing.run), msg("nav-reconcile"))),
    }
}

/// Promises that do not hold, each with the way to the first thing that breaks it.
fn promises(strip: Option<&ProofStrip>) -> Vec<Need> {
    let need = |promise: &Promise| Need {
        grave: true,
        what: msg("needs-promise")
            .with("count", promise.offenders.len())
            .with("promise", &promise.name),
        lead: promise
            .offenders
            .first()
            .map(|(href, code)| (href.clone(), msg("needs-named").with("id", code))),
    };
    let strip = strip.into_iter();
    strip.flat_map(ProofStrip::books_broken).map(need).collect()
}

/// `$count` chooses the form of the sentence, `$shown` is what it says.
fn counted(id: &'static str, count: CappedCount) -> Message {
    msg(id).with("count", count.0).with("shown", count)
}

fn waiting(cancels: &WaitingCancels, text: &Text) -> Option<Need> {
    let what = (cancels.count.0 > 0).then(|| counted("needs-cancels", cancels.count))?;
    let oldest = cancels.oldest.as_ref();
    let since = oldest.map_or(text.now, |(_, since, _)| *since);
    Some(Need {
        grave: true,
        what: what.with("oldest", text.relative(since).into_owned()),
        lead: oldest.map(|(order_no, _, op)| {
            let named = |id: String| msg("needs-named").with("id", id);
            match op {
                Some(op) => (paths::op(op), named(op.to_string())),
                None => (paths::order(order_no), named(order_no.to_string())),
            }
        }),
    })
}

impl OverviewPage {
    /// A line of 60 minutes, 120 wide and 24 high.
    fn line(&self, moves: &Moves) -> String {
        let most = moves.per_minute.iter().max().copied().unwrap_or(0).max(1);
        let points = moves.per_minute.iter().enumerate().map(|(minute, &count)| {
            let height = 23 - (count * 22 / most);
            format!("{} {height}", minute * 2)
        });
        format!("M{}", points.collect::<Vec<_>>().join("L"))
    }

    /// What the chart of hours shows, in words.
    fn told(&self, hours: &Hours) -> Message {
        match hours.busiest() {
            None => msg("hours-none"),
            Some((hour, most)) => msg("hours-most")
                .with("most", i64::try_from(most).unwrap_or(i64::MAX))
                .with("hour", hour),
        }
    }

    /// When every sixth hour of the chart begins; it stands below its bar.
    fn quarters(&self, hours: &Hours) -> Vec<String> {
        let zone = self.layout.text.zone;
        let begins = hours.per_hour.iter().step_by(6);
        let said = |(at, _): &(DateTime<Utc>, u64)| at.with_timezone(&zone).format("%H:%M");
        begins.map(|hour| said(hour).to_string()).collect()
    }

    fn bars(&self, hours: &Hours) -> String {
        let numbers: Vec<u64> = hours.per_hour.iter().map(|(_, count)| *count).collect();
        chart::bars(&numbers)
    }

    fn most(&self, moves: &Moves) -> i64 {
        let most = moves.per_minute.iter().max().copied().unwrap_or(0);
        i64::try_from(most).unwrap_or(i64::MAX)
    }

    fn total(&self, moves: &Moves) -> i64 {
        i64::try_from(moves.total()).unwrap_or(i64::MAX)
    }
}

/// The name of the file that its lines came from.
fn file_of(bulk: &Bulk) -> Option<&str> {
    bulk.source.as_ref()?.name.as_deref()
}

/// What a correction did to its one SKU, or to how many; for a rollback or a cancel, its document.
struct Correction {
    change: Option<String>,
    object: String,
    path: Option<String>,
    more: usize,
}

impl Correction {
    fn of(operation: &Operation) -> Self {
        let (document, path) = match &operation.target {
            OpTarget::Lines { warehouse, lines } => {
                let line = lines.first();
                let units = line.map(|line| match line.change {
                    OpChange::Delta(units) => numbers::signed(units),
                    OpChange::SetTo(units) => numbers::grouped(units),
                });
                return Self {
                    change: units,
                    object: line.map_or_else(String::new, |line| line.sku.to_string()),
                    path: line.map(|line| paths::stock(warehouse, &line.sku)),
                    more: lines.len().saturating_sub(1),
                };
            }
            OpTarget::Document(document) => {
                let filter = [("order", document.to_string())];
                (document, paths::with_query(paths::LEDGER, &filter))
            }
            OpTarget::Order(order) => (order, paths::order(order)),
        };
        Self {
            change: None,
            object: document.to_string(),
            path: Some(path),
            more: 0,
        }
    }
}
