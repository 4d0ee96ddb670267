//! Refunds: one number, one refund.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::payments::beijing;
use super::reply::Reply;
use crate::book::{Book, Failed, Key, No, Payment, Refund, RefundState, digits};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    transaction_id: String,
    out_refund_no: String,
    reason: Option<String>,
    notify_url: Option<String>,
    amount: Amount,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Amount {
    refund: i64,
    total: i64,
    currency: String,
}

impl Ask {
    pub fn read(body: &[u8]) -> Result<Self, Reply> {
        let ask: Self = serde_json::from_slice(body).map_err(|_| Reply::parameters("body"))?;
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_-|*@".contains(&b);
        let number = &ask.out_refund_no;
        if !(1..=64).contains(&number.len()) || !number.bytes().all(allowed) {
            return Err(Reply::parameters("out_refund_no"));
        }
        if ask.reason.as_ref().is_some_and(|reason| reason.len() > 80) {
            return Err(Reply::parameters("reason"));
        }
        if ask.amount.refund < 1 || ask.amount.currency != "CNY" {
            return Err(Reply::parameters("amount"));
        }
        Ok(ask)
    }

    pub fn transaction_id(&self) -> &str {
        &self.transaction_id
    }
}

pub fn ask(book: &mut Book, key: &Key, ask: Ask, now: DateTime<Utc>) -> Result<Reply, Failed> {
    let paid = book
        .get(key)
        .and_then(|payment| payment.money_of(&ask.transaction_id));
    if paid.ok_or(No::NotExist)?.amount_minor != ask.amount.total {
        return Ok(Reply::code(400, "PARAM_ERROR", 268_435_461));
    }
    let refund = book.refund(
        key,
        Refund {
            number: ask.out_refund_no,
            refund_id: format!("50300{}", digits(23)),
            transaction_id: ask.transaction_id,
            amount_minor: ask.amount.refund,
            state: RefundState::Processing,
            created_at: now,
            ends_at: now,
            ends_as: RefundState::Done,
            notify_url: ask.notify_url.unwrap_or_default(),
            metadata: Default::default(),
        },
    )?;
    let payment = book.get(key).ok_or(No::NotExist)?;
    Ok(Reply::json(&described(payment, &refund, "status")))
}

pub fn query(book: &Book, key: &Key, number: &str) -> Result<Reply, Failed> {
    let payment = book.get(key);
    let refund = payment.and_then(|payment| {
        let mut refunds = payment.refunds.iter();
        Some((payment, refunds.find(|refund| refund.number == number)?))
    });
    Ok(match refund {
        Some((payment, refund)) => Reply::json(&described(payment, refund, "status")),
        None => Reply::code(404, "RESOURCE_NOT_EXISTS", 0),
    })
}

/// A refund as answers describe it; notifications call its state `refund_status`.
pub fn described(payment: &Payment, refund: &Refund, status: &str) -> Value {
    let money = payment.money_of(&refund.transaction_id);
    let total = money.map_or(payment.amount_minor, |money| money.amount_minor);
    let mut described = json!({
        "refund_id": refund.refund_id,
        "out_refund_no": refund.number,
        "transaction_id": refund.transaction_id,
        "out_trade_no": payment.number,
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "create_time": beijing(refund.created_at),
        "amount": {
            "total": total,
            "refund": refund.amount_minor,
            "payer_total": total,
            "payer_refund": refund.amount_minor,
            "currency": payment.currency,
        },
    });
    described[status] = json!(state(refund.state));
    if refund.state == RefundState::Done {
        described["success_time"] = json!(beijing(refund.ends_at));
    }
    described
}

pub fn state(state: RefundState) -> &'static str {
    match state {
        RefundState::Processing => "PROCESSING",
        RefundState::Done => "SUCCESS",
        RefundState::Closed => "CLOSED",
        RefundState::Abnormal => "ABNORMAL",
    }
}
