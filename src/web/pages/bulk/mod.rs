//! Many corrections as one operation: the sheet they are imported from, the orders that are
//! cancelled together, and the page that they share with every other operation, `/ops/{op}`.

pub mod cancel;
mod failed;
pub mod import;
mod lines;
mod orders;
pub mod select;
pub mod undo;
mod view;

pub use failed::failed;
pub use view::label;

use actix_web::HttpResponse;
use serde::Deserialize;

use crate::domain::bulk::{Bulk, BulkStatus, Tally};
use crate::domain::listing::Limit;
use crate::domain::rejection::{Rejection, ServiceError};
use crate::domain::role::Action;
use crate::service::Person;
use crate::service::bulk::{How, Shown};
use crate::web::extract::{Posted, State};
use crate::web::forms::whole_number;
use crate::web::layout::Layout;
use crate::web::pages::ops;
use crate::web::paths;
use crate::web::problem::Problem;
use crate::web::respond::see_other;
use view::{BulkPage, Notice};

/// Lines of one page.
const ROWS: u32 = 100;
/// Lines that are listed as problems before all others.
const PROBLEMS: u32 = 20;

/// What the address of an operation's page may hold.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Look {
    /// It was confirmed once more.
    pub again: String,
    /// Which lines.
    show: String,
    /// The line after which the page begins.
    after: String,
}

impl Look {
    fn shown(&self, bulk: &Bulk, tally: Tally) -> Shown {
        match (self.show.as_str(), bulk.status) {
            ("same", _) => Shown::Same,
            ("cannot", _) => Shown::Cannot,
            ("refused", _) => Shown::Refused,
            ("will", _) => Shown::Will,
            (_, BulkStatus::Applied) if tally.applied > 0 => Shown::Applied,
            (_, BulkStatus::Applied) => Shown::Refused,
            _ if bulk.counts.will == 0 && bulk.counts.cannot > 0 => Shown::Cannot,
            _ => Shown::Will,
        }
    }
}

/// The page of a bulk operation.
pub async fn page(
    layout: Layout,
    bulk: Bulk,
    look: &Look,
    web: &State,
    person: &Person,
) -> Result<HttpResponse, Problem> {
    let notice = (!look.again.is_empty()).then_some(Notice::Again);
    show(layout, bulk, look, notice, (web, person)).await
}

#[derive(Deserialize)]
struct ConfirmForm {
    #[serde(default)]
    revision: String,
    /// How many changes the person says there are.
    #[serde(default)]
    count: String,
}

/// `POST /ops/{op}/confirm`, of a bulk operation.
pub async fn confirm(
    layout: Layout,
    bulk: Bulk,
    posted: &Posted,
    web: &State,
    person: &Person,
) -> Result<HttpResponse, Problem> {
    let (op, look) = (bulk.op, Look::default());
    let Ok(form) = posted.read(|form: ConfirmForm| Ok(form)) else {
        return show(layout, bulk, &look, Some(Notice::Foreign), (web, person)).await;
    };
    let unreadable = |_| Problem::malformed("revision must be a number");
    let revision = form.revision.parse().map_err(unreadable)?;
    // What is no number is not the number that was asked for.
    let typed = whole_number(&form.count).unwrap_or(None);
    let bulks = &web.services.bulks;
    let notice = match bulks.confirm(op, revision, typed, person).await {
        Ok(How::Begun) => return Ok(see_other(&paths::op(&op))),
        Ok(How::Again) => return Ok(see_other(&ops::again(&op))),
        Ok(How::Miscounted) => Notice::Miscounted(form.count),
        Err(ServiceError::Rejected(Rejection::Forbidden)) => {
            return Err(Problem::forbidden(Action::Approve));
        }
        Err(ServiceError::Rejected(refused)) => Notice::Refused(refused),
        Err(error) => return Err(error.into()),
    };
    let now = bulks.fetch(op).await?;
    show(layout, now, &look, Some(notice), (web, person)).await
}

/// `POST /ops/{op}/discard`, of a bulk operation.
pub async fn discard(
    layout: Layout,
    bulk: Bulk,
    posted: &Posted,
    web: &State,
    person: &Person,
) -> Result<HttpResponse, Problem> {
    #[derive(Deserialize)]
    struct DiscardForm {}
    let op = bulk.op;
    if posted.read(|form: DiscardForm| Ok(form)).is_err() {
        let notice = Some(Notice::Foreign);
        return show(layout, bulk, &Look::default(), notice, (web, person)).await;
    }
    match web.services.bulks.discard(op, person).await {
        Ok(()) => Ok(see_other(&paths::op(&op))),
        Err(ServiceError::Rejected(Rejection::Forbidden)) => {
            Err(Problem::forbidden(Action::Approve))
        }
        // It was confirmed before: the page tells by whom, and what it did.
        Err(ServiceError::Rejected(_)) => Ok(see_other(&ops::again(&op))),
        Err(error) => Err(error.into()),
    }
}

/// Where a form leads that is a draft now, or has been one: what was confirmed meanwhile says so.
fn drafted(bulk: &Bulk) -> HttpResponse {
    see_other(&match bulk.status {
        BulkStatus::Running | BulkStatus::Applied => ops::again(&bulk.op),
        BulkStatus::Draft | BulkStatus::Discarded => paths::op(&bulk.op),
    })
}

async fn show(
    layout: Layout,
    bulk: Bulk,
    look: &Look,
    notice: Option<Notice>,
    (web, person): (&State, &Person),
) -> Result<HttpResponse, Problem> {
    let bulks = &web.services.bulks;
    let after = look.after.parse().ok();
    let mut shown = Shown::Will;
    let pick = |bulk: &Bulk, tally| {
        shown = look.shown(bulk, tally);
        shown
    };
    let view = bulks.view(bulk, pick, after, rows(ROWS)?, person).await?;
    let failed = view.bulk.counts.cannot + view.tally.refused > 0;
    let listed = matches!(shown, Shown::Cannot | Shown::Refused);
    let problems = match failed && !listed && after.is_none() {
        true => {
            let failed = bulks.lines(view.bulk.op, Shown::Failed, None, rows(PROBLEMS)?);
            failed.await?.items
        }
        false => Vec::new(),
    };
    let page = BulkPage::new(layout, view, shown, problems, notice);
    Ok(page.layout.with_status(page.status(), &page))
}

fn rows(rows: u32) -> Result<Limit, Problem> {
    Limit::new(rows).ok_or_else(|| Problem::internal("a page without rows"))
}
