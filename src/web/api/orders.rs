//! `/api/v1/orders`

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::fields::{Fields, name, whole};
use super::lines::{Units, claims};
use crate::domain::command::{Cancel, Post};
use crate::domain::ids::{DocumentNo, EntryId, OpId, Sku, Warehouse};
use crate::domain::ledger::{DocumentKind, EntryKind};
use crate::domain::money::{Currency, Money};
use crate::domain::order::{
    EventKind, Evidence, Order, OrderEvent, OrderLine, OrderStatus, PaymentTerms,
};
use crate::domain::payment::{NotPayable, PaymentState};
use crate::domain::receipt::{Applied, CancelReceipt, PostReceipt};
use crate::service::Cashier;
use crate::web::extract::{Caller, Json, Path, State};
use crate::web::paths;
use crate::web::problem::Problem;

/// `POST /api/v1/orders`: deducts all lines, or none.
pub async fn place(state: State, caller: Caller, body: Json) -> Result<HttpResponse, Problem> {
    let services = &state.services;
    let order = body.read(|fields| order(fields, &services.cashier))?;
    let waits = order.payment.is_some();
    let applied = services.desk.post(order, caller.actor()).await?;
    let order_no = &applied.receipt.document;
    if waits && !applied.replayed {
        services.cashier.checkout_soon(order_no);
    }
    let body = Placed::of(&applied)?;
    Ok(super::receipt(&applied, &paths::api_order(order_no), &body))
}

fn order(fields: &mut Fields<'_>, cashier: &Cashier) -> Option<Post> {
    let order_no = fields.need("order_no", super::document);
    let warehouse = fields.need("warehouse", name::<Warehouse>);
    let lines = claims(fields);
    let payment = payment(fields, cashier);
    Some(Post {
        document: order_no?,
        kind: DocumentKind::Order,
        entry_kind: EntryKind::Deduct,
        warehouse: warehouse?,
        lines: lines?,
        payment: payment?,
        reason: None,
        note: None,
        reference: None,
        confirms: None,
    })
}

/// `pay_within_seconds` and `gateway` come together, and want an `amount`; without them nothing
/// is to be paid, and an amount is only looked at.
fn payment(fields: &mut Fields<'_>, cashier: &Cashier) -> Option<Option<PaymentTerms>> {
    let longest = i64::from(PaymentTerms::MAX_SECONDS);
    let seconds = fields.may("pay_within_seconds", |value| {
        let seconds = whole(1, longest)(value)?;
        u32::try_from(seconds).map_err(|error| error.to_string())
    });
    let gateway = fields.may("gateway", |value| {
        let gateway: String = name(value)?;
        match cashier.gateways().get(&gateway) {
            Some(_) => Ok(gateway),
            None => Err("is not a payment gateway of this desk".to_owned()),
        }
    });
    let amount = fields.may_object("amount", amount);
    let wanted = fields.has("gateway") || fields.has("pay_within_seconds");
    let together = [
        ("pay_within_seconds", "must be given together with gateway"),
        ("gateway", "must be given together with pay_within_seconds"),
        (
            "amount",
            "is missing: an order that waits for payment has one",
        ),
    ];
    let missing: Vec<_> = together
        .iter()
        .filter(|(name, _)| wanted && !fields.has(name))
        .collect();
    for (name, why) in &missing {
        fields.refuse(name, why);
    }
    match (seconds?, gateway?, amount?) {
        (Some(pay_within_seconds), Some(gateway), Some(amount)) => {
            let terms = PaymentTerms {
                gateway,
                amount,
                pay_within_seconds,
            };
            payable(fields, cashier, &terms).then_some(Some(terms))
        }
        _ if missing.is_empty() => Some(None),
        _ => None,
    }
}

/// Whether the gateway can take such a payment; why not, is noted.
fn payable(fields: &mut Fields<'_>, cashier: &Cashier, terms: &PaymentTerms) -> bool {
    let Err(why) = cashier.payable(terms) else {
        return true;
    };
    let field = match why {
        NotPayable::Currency(_) => "amount.currency",
        NotPayable::Amount => "amount.minor",
        NotPayable::Window(_) => "pay_within_seconds",
    };
    fields.refuse(field, why);
    false
}

fn amount(fields: &mut Fields<'_>) -> Option<Money> {
    let minor = fields.need("minor", whole(1, Money::MAX_MINOR));
    let currency = fields.need("currency", |value| {
        let code = value.as_str().and_then(Currency::parse);
        code.ok_or_else(|| "must be three capital letters, as in ISO 4217".to_owned())
    });
    Money::new(minor?, currency?)
}

#[derive(Serialize)]
struct Placed<'a> {
    order_no: &'a DocumentNo,
    status: OrderStatus,
    warehouse: &'a Warehouse,
    lines: Vec<Units<'a>>,
    #[serde(serialize_with = "super::time_if_any")]
    pay_deadline: Option<DateTime<Utc>>,
    #[serde(serialize_with = "super::time")]
    created_at: DateTime<Utc>,
    replayed: bool,
}

impl<'a> Placed<'a> {
    fn of(applied: &'a Applied<PostReceipt>) -> Result<Self, Problem> {
        let receipt = &applied.receipt;
        let placed = receipt.order.as_ref();
        let placed = placed.ok_or_else(|| Problem::internal("an order without an order"))?;
        Ok(Self {
            order_no: &receipt.document,
            status: placed.status,
            warehouse: &receipt.warehouse,
            lines: Units::of(&receipt.lines),
            pay_deadline: placed.pay_deadline,
            created_at: receipt.created_at,
            replayed: applied.replayed,
        })
    }
}

/// `POST /api/v1/orders/{order_no}/cancel`: closes the payment first.
pub async fn cancel(
    state: State,
    caller: Caller,
    Path(order_no): Path<DocumentNo>,
    body: Json,
) -> Result<HttpResponse, Problem> {
    let cancel = body.read_if_any(|fields| {
        let reason = fields.may("reason", super::reason);
        let note = fields.may("note", super::note);
        Some(Cancel {
            order_no,
            confirms: None,
            reason: reason?,
            note: note?.flatten(),
        })
    })?;
    let applied = state
        .services
        .cashier
        .cancel(cancel, caller.actor())
        .await?;
    let mut answer = match applied.receipt.status {
        OrderStatus::Closing => HttpResponse::Accepted(),
        _ => HttpResponse::Ok(),
    };
    Ok(answer.json(Cancelled::of(&applied)))
}

#[derive(Serialize)]
struct Cancelled<'a> {
    order_no: &'a DocumentNo,
    status: OrderStatus,
    /// What went back; nothing yet while it is closing.
    lines: Vec<Units<'a>>,
    #[serde(serialize_with = "super::time_if_any")]
    cancelled_at: Option<DateTime<Utc>>,
    replayed: bool,
}

impl<'a> Cancelled<'a> {
    fn of(applied: &'a Applied<CancelReceipt>) -> Self {
        let receipt = &applied.receipt;
        Self {
            order_no: &receipt.order_no,
            status: receipt.status,
            lines: Units::of(&receipt.lines),
            cancelled_at: receipt.cancelled_at,
            replayed: applied.replayed,
        }
    }
}

/// `GET /api/v1/orders/{order_no}`
pub async fn one(state: State, Path(order_no): Path<DocumentNo>) -> Result<HttpResponse, Problem> {
    let order = state.services.queries.order(&order_no).await?.value;
    let order = order.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(Shown::of(order)))
}

#[derive(Serialize)]
struct Shown {
    order_no: DocumentNo,
    status: OrderStatus,
    warehouse: Warehouse,
    lines: Vec<ShownLine>,
    amount: Option<Money>,
    gateway: Option<String>,
    #[serde(serialize_with = "super::time_if_any")]
    pay_deadline: Option<DateTime<Utc>>,
    payment: Option<ShownPayment>,
    cancel: Option<ShownCancel>,
    evidence: Option<ShownEvidence>,
    events: Vec<ShownEvent>,
    actor: String,
    #[serde(serialize_with = "super::time")]
    created_at: DateTime<Utc>,
    #[serde(serialize_with = "super::time_if_any")]
    paid_at: Option<DateTime<Utc>>,
    /// When the goods of a paid order came back.
    #[serde(serialize_with = "super::time_if_any")]
    returned_at: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
struct ShownLine {
    sku: Sku,
    name: String,
    quantity: i64,
    available: Option<i64>,
    entry: EntryId,
    reversed_by: Option<EntryId>,
}

#[derive(Serialize)]
struct ShownPayment {
    state: PaymentState,
    url: Option<String>,
    #[serde(serialize_with = "super::time_if_any")]
    checked_at: Option<DateTime<Utc>>,
    transaction_id: Option<String>,
}

#[derive(Serialize)]
struct ShownCancel {
    actor: String,
    op: Option<OpId>,
    reason: Option<String>,
    note: Option<String>,
}

#[derive(Serialize)]
struct ShownEvidence {
    gateway: String,
    code: String,
    #[serde(serialize_with = "super::time")]
    answered_at: DateTime<Utc>,
    digest: String,
}

#[derive(Serialize)]
struct ShownEvent {
    #[serde(serialize_with = "super::time")]
    at: DateTime<Utc>,
    kind: EventKind,
    actor: String,
    detail: Option<String>,
}

impl Shown {
    fn of(order: Order) -> Self {
        let (payment_url, checked_at) = (order.payment_url, order.payment_checked_at);
        let transaction_id = order.transaction_id;
        let payment = order.payment_state.map(|state| ShownPayment {
            state,
            url: payment_url,
            checked_at,
            transaction_id,
        });
        let (op, reason, note) = (order.cancel_op, order.cancel_reason, order.cancel_note);
        let cancel = order.cancel_actor.map(|actor| ShownCancel {
            actor,
            op,
            reason,
            note,
        });
        Self {
            order_no: order.order_no,
            status: order.status,
            warehouse: order.warehouse,
            lines: order.lines.into_iter().map(ShownLine::of).collect(),
            amount: order.amount,
            gateway: order.gateway,
            pay_deadline: order.pay_deadline,
            payment,
            cancel,
            evidence: order.evidence.map(ShownEvidence::of),
            events: order.events.into_iter().map(ShownEvent::of).collect(),
            actor: order.actor,
            created_at: order.created_at,
            paid_at: order.paid_at,
            returned_at: order.returned_at,
        }
    }
}

impl ShownLine {
    fn of(line: OrderLine) -> Self {
        Self {
            sku: line.sku,
            name: line.name,
            quantity: line.quantity,
            available: line.available,
            entry: line.entry,
            reversed_by: line.reversed_by,
        }
    }
}

impl ShownEvidence {
    fn of(evidence: Evidence) -> Self {
        Self {
            gateway: evidence.gateway,
            code: evidence.code,
            answered_at: evidence.answered_at,
            digest: evidence.digest,
        }
    }
}

impl ShownEvent {
    fn of(event: OrderEvent) -> Self {
        Self {
            at: event.at,
            kind: event.kind,
            actor: event.actor,
            detail: event.detail,
        }
    }
}
