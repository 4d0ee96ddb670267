//! `/orders/{order_no}`

use actix_session::Session;
use actix_web::HttpResponse;
use askama::Template;
use chrono::{DateTime, Utc};

use crate::domain::audit::{AuditAction, AuditDetail, AuditResult};
use crate::domain::ids::DocumentNo;
use crate::domain::late::{LateEvent, LatePayment};
use crate::domain::order::{EventKind, Evidence, Order, OrderEvent, OrderStatus};
use crate::domain::reason::Reason;
use crate::domain::rejection::{Rejection, ServiceError};
use crate::domain::role::Action;
use crate::service::audit::Note;
use crate::web::extract::{Path, Staff, State};
use crate::web::i18n::{Message, Worded, msg};
use crate::web::layout::Layout;
use crate::web::problem::Problem;
use crate::web::qr::Qr;
use crate::web::respond::see_other;
use crate::web::session::{self, FlashKind};
use crate::web::{filters, paths};

const REFRESH_SECONDS: u32 = 15;

#[derive(Template)]
#[template(path = "pages/order.html")]
struct OrderPage {
    layout: Layout,
    order: Order,
    /// Money under this order's number that did not pay it.
    late: Vec<(LatePayment, Vec<LateEvent>)>,
    as_of: DateTime<Utc>,
}

impl OrderPage {
    fn changeable(&self) -> bool {
        self.layout.read_only.is_none()
    }

    fn may_cancel(&self) -> bool {
        let pending = self.order.status == OrderStatus::Pending;
        pending && self.changeable() && self.layout.may(Action::Reverse)
    }

    fn may_check(&self) -> bool {
        // Of a cancelled order too: its gateway may know of money that nobody told us of.
        let asked = self.order.status != OrderStatus::Paid && self.order.gateway.is_some();
        asked && self.changeable() && self.layout.may(Action::Correct)
    }

    fn return_form(&self) -> Option<String> {
        return_form(&self.order, &self.layout)
    }

    /// Where the customer pays, while that can be done.
    fn payment_url(&self) -> Option<&str> {
        let pending = self.order.status == OrderStatus::Pending && !self.passed();
        self.order.payment_url.as_deref().filter(|_| pending)
    }

    /// The same as a page, if it is one.
    fn payment_page(&self) -> Option<&str> {
        let web = |url: &&str| url.starts_with("https://") || url.starts_with("http://");
        self.payment_url().filter(web)
    }

    /// The same as a code to be scanned, if it is one.
    fn payment_code(&self) -> Option<Qr> {
        self.payment_url().and_then(Qr::of_payment)
    }

    fn units(&self) -> i64 {
        self.order.lines.iter().map(|line| line.quantity).sum()
    }

    fn passed(&self) -> bool {
        let deadline = self.order.pay_deadline;
        deadline.is_some_and(|deadline| deadline <= self.as_of)
    }

    /// What will happen by itself, and when.
    fn next(&self) -> Option<(Message, Option<DateTime<Utc>>)> {
        match (self.order.status, self.order.pay_deadline) {
            (OrderStatus::Pending, Some(deadline)) => {
                Some((msg("event-will-release"), Some(deadline)))
            }
            (OrderStatus::Closing, _) => Some((msg("event-will-cancel"), None)),
            _ => None,
        }
    }

    /// What happened, newest first; placing it is no event of its own. What happened to late
    /// money is told where it happened in time.
    fn events(&self) -> Vec<Told<'_>> {
        let events = self.order.events.iter();
        // That money came is told by the payment itself, with the way to it.
        let events = events.filter(|e| e.kind != EventKind::LatePayment || self.late.is_empty());
        let mut told: Vec<_> = events
            .map(|event| Told {
                at: event.at,
                what: said(event),
                actor: &event.actor,
                late: None,
                evidence: self
                    .order
                    .evidence
                    .as_ref()
                    .filter(|_| event.kind == EventKind::Cancelled),
            })
            .collect();
        for (late, events) in &self.late {
            told.extend(events.iter().map(|event| Told {
                at: event.at,
                what: super::super::late::told(event),
                actor: &event.actor,
                late: Some(late),
                evidence: None,
            }));
        }
        told.sort_by_key(|told| std::cmp::Reverse(told.at));
        told
    }
}

/// The form that takes the goods of a paid order back, for whoever may.
pub fn return_form(order: &Order, layout: &Layout) -> Option<String> {
    let returnable = order.status == OrderStatus::Paid && order.returned_at.is_none();
    let may = layout.read_only.is_none() && layout.may(Action::Reverse);
    let line = order.lines.first().filter(|_| returnable && may)?;
    Some(paths::rollback(&line.entry))
}

/// One line of the timeline.
struct Told<'a> {
    at: DateTime<Utc>,
    what: Message,
    actor: &'a str,
    /// The late payment that it happened to.
    late: Option<&'a LatePayment>,
    /// What licensed the cancel.
    evidence: Option<&'a Evidence>,
}

fn said(event: &OrderEvent) -> Message {
    let detail = event.detail.as_deref().unwrap_or_default();
    let reason = || match Reason::parse(detail) {
        Some(reason) => reason.message(),
        None => msg("op-object").with("name", detail),
    };
    match event.kind {
        EventKind::PaymentCreated => msg("event-payment-created"),
        EventKind::Closing => msg("event-closing").with("reason", reason()),
        EventKind::GatewayAsked => msg("event-gateway-asked").with("answer", heard(detail)),
        EventKind::GatewayUnknown => msg("event-gateway-unknown").with("answer", heard(detail)),
        EventKind::Paid => msg("event-paid").with("transaction", detail),
        EventKind::Cancelled => msg("event-cancelled").with("code", detail),
        EventKind::Returned => msg("event-returned").with("reason", reason()),
        EventKind::LatePayment => msg("event-late-payment").with("detail", detail),
    }
}

/// What a gateway said, as events keep it.
fn heard(code: &str) -> Message {
    match code {
        "open" => msg("heard-open"),
        "paying" => msg("heard-paying"),
        "closed" => msg("heard-closed"),
        "paid" => msg("heard-paid"),
        "not_created" => msg("heard-not-created"),
        "refused" => msg("heard-refused"),
        "no_answer" => msg("heard-no-answer"),
        "mismatch" => msg("heard-mismatch"),
        other => msg("op-object").with("name", other),
    }
}

/// `GET /orders/{order_no}`
pub async fn page(
    layout: Layout,
    Path(order_no): Path<String>,
    web: State,
) -> Result<HttpResponse, Problem> {
    let number = parsed(&order_no)?;
    let seen = web.services.queries.order(&number).await?;
    let order = seen.value.ok_or_else(|| unknown(&order_no))?;
    let layout = match order.status.holds_stock() {
        true => layout.live(REFRESH_SECONDS),
        false => layout,
    };
    let as_of = seen.as_of;
    let late = web.services.queries.late_payments_of(&number).await?.value;
    let page = OrderPage {
        layout,
        order,
        late,
        as_of,
    };
    Ok(page.layout.ok(&page))
}

/// `POST /orders/{order_no}/check`: asks the gateway about the payment now.
pub async fn check(
    Path(order_no): Path<String>,
    session: Session,
    Staff(person): Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    let number = parsed(&order_no)?;
    let cashier = &web.services.cashier;
    let answer = cashier.check_payment(&number, person.actor()).await;
    let (result, detail) = match &answer {
        Ok(checked) => {
            let state = checked.payment_state;
            (AuditResult::Done, AuditDetail::Payment { state })
        }
        Err(ServiceError::Rejected(why)) => (AuditResult::Refused, AuditDetail::refused(why)),
        Err(_) => (AuditResult::NoEffect, AuditDetail::NoAnswer),
    };
    let note = Note {
        actor: &person.actor().to_string(),
        action: AuditAction::PaymentAsked,
        object: Some(number.as_str()),
        result,
        address: person.address.as_deref(),
        detail: Some(detail),
    };
    web.services.audit.note(note).await;
    match answer {
        Ok(checked) => {
            let found = msg("order-checked")
                .with("state", checked.payment_state.message())
                .with("at", checked.checked_at);
            session::flash(&session, FlashKind::Note, found);
            Ok(see_other(&paths::order(&number)))
        }
        Err(ServiceError::Rejected(Rejection::NotFound)) => Err(unknown(&order_no)),
        Err(error) => Err(error.into()),
    }
}

fn parsed(order_no: &str) -> Result<DocumentNo, Problem> {
    order_no.parse().map_err(|_| unknown(order_no))
}

/// 404 for an order.
pub fn unknown(order_no: &str) -> Problem {
    Problem::unknown(msg("order-unknown").with("order", order_no), order_no)
}
