//! Cancelling an order: the payment gateway is asked before anybody decides.

use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::fields::Typed;
use super::used::{UsedPage, used};
use super::{Begin, Opened, drafted, offered, op_of};
use crate::domain::ids::{DocumentNo, OpId};
use crate::domain::operation::{NewOperation, OpKind, OpTarget, Operation};
use crate::domain::order::{Order, OrderStatus};
use crate::domain::payment::PaymentState;
use crate::domain::reason::Reason;
use crate::domain::rejection::{Rejection, ServiceError};
use crate::domain::role::Action;
use crate::domain::survey::SurveyLine;
use crate::web::extract::{Path, Posted, Query, Staff, State};
use crate::web::forms::{Check, FormErrors, FormView};
use crate::web::guard::kept::Kept;
use crate::web::i18n::{Message, msg};
use crate::web::layout::Layout;
use crate::web::pages::orders::{return_form, unknown};
use crate::web::problem::Problem;
use crate::web::{filters, paths};

/// A page does not wait longer for a gateway.
const PATIENCE: Duration = Duration::from_secs(2);

/// SKUs that are named one by one among what a cancel does.
pub const STEPS: usize = 20;

#[derive(Template)]
#[template(path = "pages/cancel.html")]
struct CancelPage {
    layout: Layout,
    order: Order,
    lines: Vec<SurveyLine>,
    op: OpId,
    form: FormView,
}

impl CancelPage {
    fn show(&self) -> HttpResponse {
        self.layout.with_status(self.form.status(), self)
    }

    fn title(&self) -> Message {
        msg("cancel-title").with("order", &self.order.order_no)
    }

    /// Whether the gateway has to answer first: the stock stays held until then.
    fn waits(&self) -> bool {
        use PaymentState::*;
        matches!(self.order.payment_state, Some(Paying | Unknown | Sent))
    }

    /// What holds a cancel up, in words.
    fn why_it_waits(&self) -> Message {
        match self.order.payment_state {
            Some(PaymentState::Paying) => msg("cancel-waits-paying"),
            _ => msg("cancel-waits"),
        }
    }

    /// The gateway says that money came, which is not stored yet.
    fn paid_there(&self) -> bool {
        self.order.payment_state == Some(PaymentState::Paid)
    }

    fn has_form(&self) -> bool {
        self.order.status == OrderStatus::Pending && !self.paid_there()
    }

    fn reasons(&self) -> Vec<(&'static str, String)> {
        offered(Reason::offered(OpKind::Cancel), &self.layout.text)
    }
}

/// The order as it is now, and what a cancel would give back.
async fn subject(web: &State, order_no: &str) -> Result<(Order, Vec<SurveyLine>), Problem> {
    let unknown = || unknown(order_no);
    let order_no: DocumentNo = order_no.parse().map_err(|_| unknown())?;
    let target = OpTarget::Order(order_no.clone());
    let survey = web.services.operations.survey_now(&target).await?;
    Ok((survey.order.ok_or_else(unknown)?, survey.lines))
}

/// The order with what its gateway says just now, where there is something to ask. Nothing is
/// stored: see [`crate::service::Cashier::look_at_payment`].
async fn looked_at(web: &State, order: Order) -> Result<Order, Problem> {
    if order.status != OrderStatus::Pending || order.payment_url.is_none() {
        return Ok(order);
    }
    let cashier = &web.services.cashier;
    let looked = cashier.look_at_payment(&order.order_no, PATIENCE).await?;
    Ok(Order {
        payment_state: Some(looked.payment_state),
        payment_checked_at: Some(looked.checked_at),
        ..order
    })
}

/// `GET /orders/{order_no}/cancel`
pub async fn form(
    layout: Layout,
    Path(order_no): Path<String>,
    Query(begin): Query<Begin>,
    kept: Kept,
    (request, Staff(person)): (HttpRequest, Staff),
    web: State,
) -> Result<HttpResponse, Problem> {
    let (order, lines) = subject(&web, &order_no).await?;
    // Nobody reads what a HEAD would ask for.
    let order = match *request.method() {
        Method::HEAD => order,
        _ => looked_at(&web, order).await?,
    };
    let target = OpTarget::Order(order.order_no.clone());
    let belongs = |operation: &Operation| operation.target == target;
    let source = (&web, &layout.text);
    let opened = begin
        .open(kept, Vec::new(), belongs, source, &person)
        .await?;
    let Opened { op, form, used } = opened;
    if let (Some(earlier), OrderStatus::Pending) = (used, order.status) {
        let fields = form.fields().to_vec();
        let action = paths::cancel(&order.order_no);
        return Ok(UsedPage::show(
            layout,
            earlier,
            &action,
            fields,
            StatusCode::OK,
        ));
    }
    Ok(CancelPage {
        layout,
        order,
        lines,
        op,
        form,
    }
    .show())
}

/// `POST /orders/{order_no}/cancel`
pub async fn submit(
    layout: Layout,
    Path(order_no): Path<String>,
    posted: Posted,
    Staff(person): Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    let subject = subject(&web, &order_no).await;
    let (order, lines) = subject.map_err(|problem| posted.or_foreign(problem))?;
    let op = op_of(&posted);
    let read = |typed: Typed| -> Result<_, FormErrors> {
        let mut check = Check::new();
        let why = typed.why(&mut check, Reason::offered(OpKind::Cancel), false);
        why.ok_or_else(|| check.errors())
    };
    let why = match posted.read(read) {
        Ok(why) => why,
        Err(form) => {
            return Ok(CancelPage {
                layout,
                order,
                lines,
                op,
                form,
            }
            .show());
        }
    };
    // Now it is stored what the gateway says: the preview tells by it what will happen.
    if order.status == OrderStatus::Pending {
        let cashier = &web.services.cashier;
        cashier
            .check_payment(&order.order_no, person.actor())
            .await?;
    }
    let new = NewOperation {
        op,
        kind: OpKind::Cancel,
        target: OpTarget::Order(order.order_no.clone()),
        reason: why.reason,
        note: why.note,
        reference: why.reference,
    };
    let refused = match web.services.operations.draft(new, &person).await {
        Ok(saved) => return Ok(drafted(&saved)),
        Err(ServiceError::Rejected(refused)) => refused,
        Err(error) => return Err(error.into()),
    };
    if refused == Rejection::Forbidden {
        return Err(Problem::forbidden(Action::Reverse));
    }
    let fields = posted.fields().to_vec();
    match refused {
        Rejection::FormUsed | Rejection::Expired | Rejection::Discarded => {
            let action = paths::cancel(&order.order_no);
            used(layout, (&web, op), &action, fields, &refused).await
        }
        // Paid or cancelled meanwhile: the page says so by itself.
        _ => {
            let (order, lines) = self::subject(&web, &order_no).await?;
            let form = FormView::refill(fields, StatusCode::UNPROCESSABLE_ENTITY);
            Ok(CancelPage {
                layout,
                order,
                lines,
                op,
                form,
            }
            .show())
        }
    }
}
