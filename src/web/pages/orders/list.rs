//! `/orders`

use actix_session::Session;
use actix_web::HttpResponse;
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use crate::domain::bulk_cancel::CancelProblem;
use crate::domain::ids::DocumentNo;
use crate::domain::listing::{OrderFilter, OrderKey, OrderStatuses};
use crate::domain::order::{OrderRow, OrderStatus};
use crate::domain::payment::PaymentState;
use crate::domain::role::Action;
use crate::web::export;
use crate::web::extract::{Query, State};
use crate::web::forms::{Check, FieldError, FormErrors, filter};
use crate::web::i18n::{Worded, msg};
use crate::web::layout::Layout;
use crate::web::list::{Chip, Place, chip};
use crate::web::list_view::{Content, ListView};
use crate::web::problem::{Problem, loaded};
use crate::web::respond::see_other;
use crate::web::{filters, paths};

const ROWS: u32 = 50;
const REFRESH_SECONDS: u32 = 15;

#[derive(Template)]
#[template(path = "pages/orders.html")]
struct OrdersPage {
    layout: Layout,
    view: ListView<OrderRow>,
    /// It has orders that this person may choose and cancel.
    selects: bool,
    statuses: Vec<(&'static str, String)>,
    dues: Vec<(&'static str, String)>,
    payments: Vec<(&'static str, String)>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct OrdersQuery {
    /// An order's number, in full.
    order: String,
    sku: String,
    status: String,
    due: String,
    pay: String,
    after: String,
}

/// How soon a deadline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    Passed,
    Minutes(i64),
}

impl Due {
    const ALL: [(&'static str, &'static str, Self); 4] = [
        ("passed", "orders-due-passed", Self::Passed),
        ("5m", "orders-due-5m", Self::Minutes(5)),
        ("15m", "orders-due-15m", Self::Minutes(15)),
        ("1h", "orders-due-1h", Self::Minutes(60)),
    ];

    fn parse(word: &str) -> Option<Self> {
        let known = Self::ALL.iter().find(|(name, ..)| *name == word);
        known.map(|(.., due)| *due)
    }

    fn before(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Passed => now,
            Self::Minutes(minutes) => now + TimeDelta::minutes(minutes),
        }
    }
}

impl OrdersQuery {
    pub(in crate::web::pages) fn fields(&self) -> [(&'static str, &str); 5] {
        [
            ("order", self.order.trim()),
            ("sku", self.sku.trim()),
            ("status", &self.status),
            ("due", &self.due),
            ("pay", &self.pay),
        ]
    }

    pub(in crate::web::pages) fn filter(
        &self,
        now: DateTime<Utc>,
    ) -> Result<OrderFilter, FormErrors> {
        let mut check = Check::new();
        let sku = check.named("sku", "orders-sku", filter::sku(&self.sku));
        let status = check.named(
            "status",
            "orders-status",
            filter::one_of(&self.status, OrderStatus::parse),
        );
        let due = check.named("due", "orders-due", filter::one_of(&self.due, Due::parse));
        let pay = check.named(
            "pay",
            "orders-payment",
            filter::one_of(&self.pay, PaymentState::parse),
        );
        match (sku, status, due, pay) {
            (Some(sku), Some(status), Some(due), Some(payment_state)) => Ok(OrderFilter {
                status: status.map_or(OrderStatuses::Open, OrderStatuses::One),
                sku,
                due_before: due.map(|due| due.before(now)),
                payment_state,
            }),
            _ => Err(check.errors()),
        }
    }

    fn chips(&self) -> Vec<Chip> {
        let text = |name, label, value: &str| (!value.is_empty()).then(|| chip(name, label, value));
        let status = OrderStatus::parse(&self.status);
        let due = Due::ALL.iter().find(|(name, ..)| *name == self.due);
        let pay = PaymentState::parse(&self.pay);
        [
            text("sku", "orders-sku", self.sku.trim()),
            status.map(|status| chip("status", "orders-status", status.message())),
            due.map(|(_, label, _)| chip("due", "orders-due", msg(label))),
            pay.map(|pay| chip("pay", "orders-payment", pay.message())),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// `GET /orders`
pub async fn page(
    layout: Layout,
    Query(query): Query<OrdersQuery>,
    session: Session,
    web: State,
) -> Result<HttpResponse, Problem> {
    let now = web.services.clock.now();
    let page = OrdersPage::new(layout, &query);
    let filter = match query.filter(now) {
        Ok(filter) => filter,
        Err(errors) => return Ok(page.refuse(errors)),
    };
    let typed = query.order.trim();
    if !typed.is_empty() {
        return match exact(&web, typed).await? {
            Some(order_no) => Ok(see_other(&paths::order(&order_no))),
            None => {
                let message = msg("orders-no-such").with("order", typed);
                let field = "order";
                Ok(page.refuse(vec![FieldError { field, message }]))
            }
        };
    }
    match page.view.list.place(&web.sealer, &query.after, now) {
        Some(place) => page.show(&web, &filter, &place).await,
        None => Ok(page.view.list.moved_on(&session)),
    }
}

/// The order with this number, if there is one.
async fn exact(web: &State, typed: &str) -> Result<Option<DocumentNo>, Problem> {
    let Ok(order_no) = typed.parse::<DocumentNo>() else {
        return Ok(None);
    };
    let order = web.services.queries.order(&order_no).await?;
    Ok(order.value.map(|order| order.order_no))
}

impl OrdersPage {
    fn new(layout: Layout, query: &OrdersQuery) -> Self {
        let fields = query.fields();
        let text = layout.text;
        Self {
            view: ListView::new(paths::ORDERS, &fields, query.chips()),
            statuses: filter::options(OrderStatus::ALL, |s| s.as_str(), &text),
            payments: filter::options(PaymentState::ALL, |s| s.as_str(), &text),
            dues: Due::ALL
                .iter()
                .map(|(name, label, _)| (*name, text.say(&msg(label)).into_owned()))
                .collect(),
            selects: false,
            layout,
        }
    }

    /// Whether an order can be chosen, to be cancelled with others.
    fn can_choose(&self, order: &OrderRow) -> bool {
        CancelProblem::of(Some(order)).is_none()
    }

    fn is_paying(&self, order: &OrderRow) -> bool {
        CancelProblem::of(Some(order)) == Some(CancelProblem::Paying)
    }

    fn refuse(mut self, errors: FormErrors) -> HttpResponse {
        self.view.refuse(errors);
        self.layout.with_status(self.view.form.status(), &self)
    }

    async fn show(
        mut self,
        web: &State,
        filter: &OrderFilter,
        place: &Place<OrderKey>,
    ) -> Result<HttpResponse, Problem> {
        let queries = &web.services.queries;
        let limit = self.layout.rows(ROWS)?;
        let (orders, count) = tokio::join!(
            queries.orders_list(filter, place.after(), limit),
            queries.orders_count(filter),
        );
        let Some(orders) = loaded(orders)? else {
            return Ok(self.layout.not_loaded(&self));
        };
        let count = loaded(count)?.and_then(|seen| seen.value);
        let pending = matches!(
            filter.status,
            OrderStatuses::Open | OrderStatuses::One(OrderStatus::Pending)
        );
        self.selects =
            pending && self.layout.may(Action::Reverse) && self.layout.read_only.is_none();
        let order = match filter.status.by_deadline() {
            true => msg("orders-soonest-first"),
            false => msg("orders-newest-first"),
        };
        let said = (web, &self.layout.text);
        self.view.fill(said, place, orders, count, Some(order));
        self.layout = self.layout.live(REFRESH_SECONDS);
        Ok(self.layout.ok(&self))
    }
}
