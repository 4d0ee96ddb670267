//! `/orders/cancel/several`: orders that were chosen on their list, to be cancelled.

use std::collections::HashSet;

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;
use ulid::Ulid;

use super::drafted;
use super::orders::Row;
use crate::domain::bulk_cancel::MAX_CANCELS;
use crate::domain::ids::{DocumentNo, OpId};
use crate::domain::operation::OpKind;
use crate::domain::reason::Reason;
use crate::domain::rejection::{Rejection, ServiceError};
use crate::domain::role::Action;
use crate::service::bulk::{CancelRow, Why};
use crate::web::extract::{Posted, Query, Staff, State};
use crate::web::forms::{Check, FormErrors, FormView};
use crate::web::guard::kept::Kept;
use crate::web::i18n::{Message, Worded, msg};
use crate::web::layout::Layout;
use crate::web::list::List;
use crate::web::pages::corrections::fields::Typed;
use crate::web::pages::corrections::{offered, op_of};
use crate::web::problem::Problem;
use crate::web::respond::see_other;
use crate::web::session::{self, FlashKind};
use crate::web::{filters, paths};

#[derive(Template)]
#[template(path = "pages/cancel_several.html")]
struct CancelSeveralPage {
    layout: Layout,
    op: OpId,
    form: FormView,
    /// What is selected, as hidden fields.
    selection: Vec<(&'static str, String)>,
    orders: Vec<CancelRow>,
    back: String,
}

impl CancelSeveralPage {
    fn title(&self) -> Message {
        msg("cancels-title").with("count", self.orders.len())
    }

    fn rows(&self) -> Vec<Row<'_>> {
        let rows = self.orders.iter();
        rows.map(|row| Row::before(row, &self.layout.text))
            .collect()
    }

    /// How many of them can be cancelled.
    fn can(&self) -> usize {
        let can = |row: &&CancelRow| row.line.problem.is_none();
        self.orders.iter().filter(can).count()
    }

    fn summary(&self) -> Message {
        msg("cancels-will")
            .with("count", self.can())
            .with("cannot", self.orders.len() - self.can())
    }

    fn reasons(&self) -> Vec<(&'static str, String)> {
        offered(Reason::offered(OpKind::Cancel), &self.layout.text)
    }
}

/// Which orders, as their list says it, and the filters of that list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Which {
    /// Their numbers; several in one are parted by commas.
    sel: Vec<String>,
    sku: String,
    status: String,
    due: String,
    pay: String,
}

/// Why nothing can be made of a selection.
enum Unusable {
    Nothing,
    TooMany,
    /// A number that no order has.
    Malformed,
}

impl Which {
    fn of_fields(fields: &[(String, String)]) -> Self {
        let all = |name: &str| {
            let fields = fields.iter().filter(|(field, _)| field == name);
            fields.map(|(_, value)| value.clone()).collect::<Vec<_>>()
        };
        let one = |name| all(name).into_iter().next().unwrap_or_default();
        Self {
            sel: all("sel"),
            sku: one("sku"),
            status: one("status"),
            due: one("due"),
            pay: one("pay"),
        }
    }

    fn filters(&self) -> [(&'static str, &str); 4] {
        [
            ("sku", &self.sku),
            ("status", &self.status),
            ("due", &self.due),
            ("pay", &self.pay),
        ]
    }

    /// The list that it was chosen from.
    fn list(&self) -> String {
        List::new(paths::ORDERS, &self.filters()).first()
    }

    /// Each once, in the order of the list.
    fn orders(&self) -> Result<Vec<DocumentNo>, Unusable> {
        let (mut orders, mut seen) = (Vec::new(), HashSet::new());
        let numbers = self.sel.iter().flat_map(|numbers| numbers.split(','));
        for number in numbers.filter(|number| !number.is_empty()) {
            let number: DocumentNo = number.parse().map_err(|_| Unusable::Malformed)?;
            if seen.insert(number.clone()) {
                orders.push(number);
            }
        }
        match orders.len() {
            0 => Err(Unusable::Nothing),
            1..=MAX_CANCELS => Ok(orders),
            _ => Err(Unusable::TooMany),
        }
    }

    /// Back to the list, with the reason.
    fn refuse(&self, unusable: Unusable, session: &Session) -> Result<HttpResponse, Problem> {
        let why = match unusable {
            Unusable::Nothing => msg("cancels-none"),
            Unusable::TooMany => msg("cancels-too-many").with("max", MAX_CANCELS),
            Unusable::Malformed => return Err(Problem::malformed("sel must be numbers of orders")),
        };
        session::flash(session, FlashKind::Note, why);
        Ok(see_other(&self.list()))
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        let sel = ("sel", self.sel.join(","));
        let filters = self.filters().into_iter();
        let filters = filters.filter(|(_, value)| !value.is_empty());
        let filters = filters.map(|(name, value)| (name, value.to_owned()));
        std::iter::once(sel).chain(filters).collect()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CancelForm {
    reason: String,
    note: String,
}

impl CancelForm {
    fn read(self) -> Result<Why, FormErrors> {
        let mut check = Check::new();
        let typed = Typed {
            reason: self.reason,
            note: self.note,
            ..Typed::default()
        };
        let why = typed.why(&mut check, Reason::offered(OpKind::Cancel), false);
        let why = why.ok_or_else(|| check.errors())?;
        Ok(Why {
            reason: why.reason,
            note: why.note,
            reference: None,
        })
    }
}

/// `GET /orders/cancel/several`
pub async fn form(
    layout: Layout,
    Query(which): Query<Which>,
    kept: Kept,
    session: Session,
    web: State,
) -> Result<HttpResponse, Problem> {
    let op = kept.op().unwrap_or_else(new_op);
    let form = kept.form();
    let which = match form.fields().is_empty() {
        true => which,
        false => Which::of_fields(form.fields()),
    };
    match which.orders() {
        Ok(orders) => show(layout, &web, (op, form), &which, &orders).await,
        Err(unusable) => which.refuse(unusable, &session),
    }
}

/// `POST /orders/cancel/several`
pub async fn submit(
    layout: Layout,
    posted: Posted,
    session: Session,
    Staff(person): Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    let which = Which::of_fields(posted.fields());
    let orders = match which.orders() {
        Ok(orders) => orders,
        Err(unusable) => {
            let problem = Problem::malformed("no orders are selected");
            posted
                .read(|_: Which| Ok(()))
                .map_err(|_| posted.or_foreign(problem))?;
            return which.refuse(unusable, &session);
        }
    };
    let op = op_of(&posted);
    let why = match posted.read(CancelForm::read) {
        Ok(why) => why,
        Err(form) => return show(layout, &web, (op, form), &which, &orders).await,
    };
    let bulks = &web.services.bulks;
    let refused = match bulks.draft_cancels(op, &orders, why, &person).await {
        Ok(bulk) => return Ok(drafted(&bulk)),
        Err(ServiceError::Rejected(Rejection::Forbidden)) => {
            return Err(Problem::forbidden(Action::Reverse));
        }
        Err(ServiceError::Rejected(refused)) => refused,
        Err(error) => return Err(error.into()),
    };
    // Its number did something else before: it is a new form from now on.
    let fields = posted.fields().to_vec();
    let form = FormView::refill(fields, StatusCode::UNPROCESSABLE_ENTITY);
    let form = form.problem(refused.message());
    show(layout, &web, (new_op(), form), &which, &orders).await
}

fn new_op() -> OpId {
    OpId::new(Ulid::new())
}

async fn show(
    layout: Layout,
    web: &State,
    (op, form): (OpId, FormView),
    which: &Which,
    orders: &[DocumentNo],
) -> Result<HttpResponse, Problem> {
    let page = CancelSeveralPage {
        selection: which.fields(),
        back: which.list(),
        orders: web.services.bulks.cancels_now(orders).await?,
        layout,
        op,
        form,
    };
    Ok(page.layout.with_status(page.form.status(), &page))
}
