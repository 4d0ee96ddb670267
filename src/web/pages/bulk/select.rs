//! `/stock/change`: the same change for SKUs that were chosen on the list of stock.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;
use ulid::Ulid;

use super::drafted;
use crate::domain::bulk::{LineChange, MAX_BULK_LINES};
use crate::domain::ids::{OpId, StockId, Warehouse};
use crate::domain::listing::{CappedCount, Limit, StockSort};
use crate::domain::operation::OpKind;
use crate::domain::reason::Reason;
use crate::domain::rejection::{Rejection, ServiceError};
use crate::domain::stock::StockLevel;
use crate::service::bulk::{Selected, Selection, Why};
use crate::web::extract::{Posted, Query, Staff, State};
use crate::web::forms::{Check, FormErrors, FormView};
use crate::web::guard::kept::Kept;
use crate::web::i18n::{Message, msg};
use crate::web::layout::Layout;
use crate::web::list::List;
use crate::web::pages::corrections::fields::{self, Typed};
use crate::web::pages::corrections::{offered, op_of};
use crate::web::pages::stock::StockQuery;
use crate::web::problem::{Problem, loaded};
use crate::web::respond::see_other;
use crate::web::session::{self, FlashKind};
use crate::web::{filters, paths};

/// SKUs that are named before the form; the others are counted.
const NAMED: usize = 10;

#[derive(Template)]
#[template(path = "pages/change.html")]
struct ChangePage {
    layout: Layout,
    op: OpId,
    form: FormView,
    /// What is selected, as hidden fields.
    selection: Vec<(&'static str, String)>,
    /// The first of them.
    named: Vec<StockLevel>,
    /// How many there are, as far as that is known.
    count: Option<CappedCount>,
    back: String,
}

impl ChangePage {
    fn title(&self) -> Message {
        match self.count {
            Some(CappedCount(count)) if count <= CappedCount::CAP => {
                msg("bulk-label").with("count", count)
            }
            _ => msg("change-many"),
        }
    }

    fn changes(&self) -> [(&'static str, String); 3] {
        let say = |id| self.layout.text.say(&msg(id)).into_owned();
        [
            ("add", say("correct-add")),
            ("remove", say("correct-remove")),
            ("set", say("kind-set")),
        ]
    }

    fn reasons(&self) -> Vec<(&'static str, String)> {
        offered(Reason::BULK, &self.layout.text)
    }
}

/// Which SKUs, as the list of stock says it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Which {
    /// Numbers of rows; several in one are parted by commas.
    sel: Vec<String>,
    /// All that match the filters, instead.
    all: String,
    q: String,
    wh: String,
    state: String,
}

impl Which {
    fn query(&self) -> StockQuery {
        StockQuery::of(&self.q, &self.wh, &self.state)
    }

    /// The list that it was chosen from.
    fn list(&self) -> String {
        List::new(paths::STOCK, &self.query().fields()).first()
    }

    /// `None` when nothing is selected, or the filters cannot be read.
    fn selection(&self, known: &[Warehouse]) -> Option<Selection> {
        if !self.all.is_empty() {
            let (filter, _) = self.query().filter(known).ok()?;
            return Some(Selection::Matching(filter));
        }
        let ids: Vec<StockId> = self
            .sel
            .iter()
            .flat_map(|ids| ids.split(','))
            .filter_map(|id| id.parse().ok().map(StockId))
            .take(MAX_BULK_LINES)
            .collect();
        (!ids.is_empty()).then_some(Selection::Chosen(ids))
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        let sel = self.sel.join(",");
        let fields = [
            ("sel", &sel),
            ("all", &self.all),
            ("q", &self.q),
            ("wh", &self.wh),
            ("state", &self.state),
        ];
        let fields = fields.into_iter().filter(|(_, value)| !value.is_empty());
        fields.map(|(name, value)| (name, value.clone())).collect()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ChangeForm {
    change: String,
    units: String,
    reason: String,
    reference: String,
    note: String,
}

/// `GET /stock/change`
pub async fn form(
    layout: Layout,
    Query(which): Query<Which>,
    kept: Kept,
    session: Session,
    web: State,
) -> Result<HttpResponse, Problem> {
    let op = kept.op().unwrap_or_else(|| OpId::new(Ulid::new()));
    let form = kept.form();
    let which = match form.fields().is_empty() {
        true => which,
        false => of_fields(form.fields()),
    };
    let known = web.services.queries.warehouses().await?.value;
    let Some(selection) = which.selection(&known) else {
        session::flash(&session, FlashKind::Note, msg("change-none"));
        return Ok(see_other(&which.list()));
    };
    let page = page(layout, &web, op, form, &which, &selection).await?;
    Ok(page.layout.with_status(page.form.status(), &page))
}

/// `POST /stock/change`
pub async fn submit(
    layout: Layout,
    posted: Posted,
    session: Session,
    Staff(person): Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    let op = op_of(&posted);
    let which = of_fields(posted.fields());
    let known = web.services.queries.warehouses().await?.value;
    let Some(selection) = which.selection(&known) else {
        let problem = Problem::malformed("no SKU is selected");
        posted
            .read(|_: Which| Ok(()))
            .map_err(|_| posted.or_foreign(problem))?;
        session::flash(&session, FlashKind::Note, msg("change-none"));
        return Ok(see_other(&which.list()));
    };
    let form = match posted.read(|form: ChangeForm| form.read()) {
        Ok((change, why)) => {
            let bulks = &web.services.bulks;
            let problem = match bulks.select(op, &selection, change, why, &person).await {
                Ok(Selected::Drafted(bulk)) => return Ok(drafted(&bulk)),
                Ok(Selected::TooMany { max }) => msg("change-too-many").with("max", max),
                Err(ServiceError::Rejected(Rejection::NothingToChange)) => msg("change-none"),
                Err(error) => return Err(error.into()),
            };
            let fields = posted.fields().to_vec();
            FormView::refill(fields, StatusCode::UNPROCESSABLE_ENTITY).problem(problem)
        }
        Err(form) => form,
    };
    let page = page(layout, &web, op, form, &which, &selection).await?;
    Ok(page.layout.with_status(page.form.status(), &page))
}

async fn page(
    layout: Layout,
    web: &State,
    op: OpId,
    form: FormView,
    which: &Which,
    selection: &Selection,
) -> Result<ChangePage, Problem> {
    let (mut named, count) = match selection {
        Selection::Chosen(ids) => {
            let levels = web.services.bulks.chosen(ids).await?;
            let count = u32::try_from(levels.len()).unwrap_or(u32::MAX);
            (levels, Some(CappedCount(count)))
        }
        Selection::Matching(filter) => {
            let limit = Limit::new(NAMED as u32).ok_or_else(|| Problem::internal("no rows"))?;
            let queries = &web.services.queries;
            let (page, count) = tokio::join!(
                queries.stock_list(filter, StockSort::Sku, None, limit),
                queries.stock_count(filter),
            );
            let count = loaded(count)?.and_then(|seen| seen.value);
            (page?.value.items, count)
        }
    };
    named.truncate(NAMED);
    Ok(ChangePage {
        selection: which.fields(),
        back: which.list(),
        layout,
        op,
        form,
        named,
        count,
    })
}

fn of_fields(fields: &[(String, String)]) -> Which {
    let all = |name: &str| {
        let fields = fields.iter().filter(|(field, _)| field == name);
        fields.map(|(_, value)| value.clone()).collect::<Vec<_>>()
    };
    let one = |name| all(name).into_iter().next().unwrap_or_default();
    Which {
        sel: all("sel"),
        all: one("all"),
        q: one("q"),
        wh: one("wh"),
        state: one("state"),
    }
}

impl ChangeForm {
    fn read(self) -> Result<(LineChange, Why), FormErrors> {
        let mut check = Check::new();
        let kind = match self.change.as_str() {
            "add" | "remove" => Ok(OpKind::Adjust),
            "set" => Ok(OpKind::Set),
            _ => Err(msg("error-change")),
        };
        let change = match check.field("change", kind) {
            Some(OpKind::Set) => {
                let counted = check.field("units", fields::counted(&self.units));
                counted.map(|counted| LineChange::SetTo(counted.get()))
            }
            Some(_) => {
                let units = fields::units(&self.units, "error-units-adjust", None);
                let units = check.field("units", units);
                let sign = if self.change == "add" { 1 } else { -1 };
                units.map(|units| LineChange::Delta(sign * units.get()))
            }
            None => None,
        };
        let typed = Typed {
            reason: self.reason,
            reference: self.reference,
            note: self.note,
            ..Typed::default()
        };
        let why = typed.why(&mut check, Reason::BULK, false);
        match (change, why) {
            (Some(change), Some(why)) => {
                let why = Why {
                    reason: why.reason,
                    note: why.note,
                    reference: why.reference,
                };
                Ok((change, why))
            }
            _ => Err(check.errors()),
        }
    }
}
