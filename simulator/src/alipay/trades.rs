//! Trades by a code that the payer scans: before anybody has scanned it, there is none.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Form, Reply, fen, time_of, time_text, yuan};
use crate::book::{
    Book, Failed, Gateway, Key, No, Payment, Refund, RefundState, State, alipay_number,
};
use crate::faults::{Call, Fault};
use crate::server::Simulator;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Precreate {
    out_trade_no: String,
    total_amount: String,
    subject: String,
    body: Option<String>,
    time_expire: Option<String>,
    #[serde(skip)]
    notify_url: String,
}

/// `trade_no` wins where both are given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    trade_no: Option<String>,
    out_trade_no: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    trade_no: Option<String>,
    out_trade_no: Option<String>,
    refund_amount: String,
    #[allow(dead_code)]
    refund_reason: Option<String>,
    out_request_no: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefundNamed {
    trade_no: Option<String>,
    out_trade_no: Option<String>,
    out_request_no: String,
    #[allow(dead_code)]
    query_options: Option<Vec<String>>,
}

pub enum Asked {
    Create(Precreate),
    Query(Named),
    Close(Named),
    Refund(Ask),
    RefundQuery(RefundNamed),
}

fn content<T: DeserializeOwned>(form: &Form) -> Result<T, Reply> {
    let text = form.get("biz_content").map_or("", String::as_str);
    serde_json::from_str(text).map_err(|_| Reply::business("ACQ.INVALID_PARAMETER"))
}

impl Asked {
    pub fn read(method: &str, form: &Form) -> Result<Self, Reply> {
        Ok(match method {
            "alipay.trade.precreate" => {
                let mut precreate: Precreate = content(form)?;
                precreate.notify_url = form.get("notify_url").cloned().unwrap_or_default();
                Self::Create(precreate)
            }
            "alipay.trade.query" => Self::Query(content(form)?),
            "alipay.trade.close" => Self::Close(content(form)?),
            "alipay.trade.refund" => Self::Refund(content(form)?),
            "alipay.trade.fastpay.refund.query" => Self::RefundQuery(content(form)?),
            _ => {
                return Err(Reply::fault(
                    "40001",
                    "Missing Method",
                    "isv.invalid-method",
                ));
            }
        })
    }

    /// The payment that it is about, for its faults.
    pub fn call(&self, simulator: &Simulator) -> (Call, Key) {
        let of = |trade_no: &Option<String>, out_trade_no: &Option<String>| {
            let book = simulator.book();
            let found = trade_no
                .as_ref()
                .and_then(|no| book.by_alias(Gateway::Alipay, no));
            match (found, trade_no, out_trade_no) {
                (Some(payment), ..) => payment.number.clone(),
                (None, Some(unknown), _) => unknown.clone(),
                (None, None, number) => number.clone().unwrap_or_default(),
            }
        };
        let (call, number) = match self {
            Self::Create(precreate) => (Call::Create, precreate.out_trade_no.clone()),
            Self::Query(named) => (Call::Query, of(&named.trade_no, &named.out_trade_no)),
            Self::Close(named) => (Call::Close, of(&named.trade_no, &named.out_trade_no)),
            Self::Refund(ask) => (Call::Refund, of(&ask.trade_no, &ask.out_trade_no)),
            Self::RefundQuery(n) => (Call::RefundQuery, of(&n.trade_no, &n.out_trade_no)),
        };
        (call, (Gateway::Alipay, number))
    }

    pub fn answer(self, simulator: &Simulator, key: &Key) -> Reply {
        let now = simulator.now();
        let mut book = simulator.book();
        let closing = matches!(self, Self::Close(_));
        let answered = match self {
            Self::Create(precreate) => create(simulator, &mut book, precreate, now),
            Self::Query(_) => query(&mut book, key, now),
            Self::Close(_) => book.close(key, now).map(|_| {
                Reply::success(json!({"out_trade_no": key.1, "trade_no": own(&book, key)}))
            }),
            Self::Refund(ask) => refund(&mut book, key, ask, now),
            Self::RefundQuery(named) => refund_query(&book, key, &named),
        };
        answered.unwrap_or_else(|failed| match failed {
            Failed::No(No::NotExist | No::Unseen) => Reply::business("ACQ.TRADE_NOT_EXIST"),
            Failed::No(No::Paid) if !closing => Reply::business("ACQ.TRADE_HAS_SUCCESS"),
            Failed::No(No::Closed) if !closing => Reply::business("ACQ.TRADE_HAS_CLOSE"),
            Failed::No(No::OtherContent) if !closing => Reply::business("ACQ.CONTEXT_INCONSISTENT"),
            Failed::No(No::TooMuch) => Reply::business("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"),
            Failed::No(_) if book.faults.strikes(key, Call::Close, Fault::OldSpelling) => {
                Reply::business("ACQ.REASON_TRADE_STATUS_INVALID")
            }
            Failed::No(_) => Reply::business("ACQ.TRADE_STATUS_ERROR"),
            Failed::Io(error) => {
                tracing::error!(%error, "the journal cannot be written");
                Reply::business("ACQ.SYSTEM_ERROR")
            }
        })
    }
}

fn own(book: &Book, key: &Key) -> String {
    book.get(key)
        .map_or_else(String::new, |payment| payment.own_number.clone())
}

fn create(
    simulator: &Simulator,
    book: &mut Book,
    asked: Precreate,
    now: DateTime<Utc>,
) -> Result<Reply, Failed> {
    let amount = fen(&asked.total_amount).filter(|fen| *fen > 0);
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let number = &asked.out_trade_no;
    let named = (1..=64).contains(&number.len()) && number.bytes().all(allowed);
    let expires_at = match &asked.time_expire {
        Some(text) => time_of(text),
        None => Some(now + chrono::TimeDelta::hours(2)),
    };
    let texts = (1..=256).contains(&asked.subject.len());
    let (Some(amount_minor), Some(expires_at), true, true) = (amount, expires_at, named, texts)
    else {
        return Ok(Reply::business("ACQ.INVALID_PARAMETER"));
    };
    let payment = book.create(Payment {
        gateway: Gateway::Alipay,
        number: asked.out_trade_no,
        amount_minor,
        currency: "CNY".to_owned(),
        title: asked.subject,
        attach: asked.body.unwrap_or_default(),
        notify_url: asked.notify_url,
        own_number: alipay_number(now),
        metadata: Default::default(),
        created_at: now,
        expires_at,
        state: State::Unseen,
        paying_until: None,
        closed_at: None,
        told_closed_at: None,
        hidden: 0,
        late_money_at: None,
        money: Vec::new(),
        refunds: Vec::new(),
        notices: Vec::new(),
    })?;
    let qr_code = format!("{}/pay/alipay/{}", simulator.url, payment.number);
    Ok(Reply::success(
        json!({"out_trade_no": payment.number, "qr_code": qr_code}),
    ))
}

fn query(book: &mut Book, key: &Key, now: DateTime<Utc>) -> Result<Reply, Failed> {
    let payment = book.query(key, now)?;
    let money = payment.money.last();
    let given_back = payment
        .money
        .iter()
        .all(|money| payment.refunded_minor(&money.transaction_id) >= money.amount_minor);
    let status = match payment.state {
        State::Unseen => return Err(No::NotExist.into()),
        State::Open | State::Paying => "WAIT_BUYER_PAY",
        // One word for "never paid" and for "paid, and all of it given back".
        State::Paid if given_back => "TRADE_CLOSED",
        State::Paid => "TRADE_SUCCESS",
        State::Closed => "TRADE_CLOSED",
    };
    let mut body = json!({
        "out_trade_no": payment.number,
        "trade_no": money.map_or(&payment.own_number, |money| &money.transaction_id),
        "trade_status": status,
        "total_amount": yuan(money.map_or(payment.amount_minor, |money| money.amount_minor)),
        "buyer_logon_id": "159****5620",
    });
    if let Some(money) = money {
        body["send_pay_date"] = json!(time_text(money.paid_at));
        body["buyer_user_id"] = json!(money.payer);
    }
    let mut reply = Reply::success(body);
    reply.proves_closed = payment.state == State::Closed;
    Ok(reply)
}

/// The transaction that a refund is about.
fn transaction(payment: &Payment, trade_no: Option<&String>) -> Result<String, No> {
    let money = match trade_no {
        Some(trade_no) => payment.money_of(trade_no),
        None => payment.money.last(),
    };
    money
        .map(|money| money.transaction_id.clone())
        .ok_or(No::NotExist)
}

fn refund(book: &mut Book, key: &Key, ask: Ask, now: DateTime<Utc>) -> Result<Reply, Failed> {
    let payment = book.get(key).ok_or(No::NotExist)?;
    let transaction_id = transaction(payment, ask.trade_no.as_ref())?;
    let notify_url = payment.notify_url.clone();
    let Some(amount_minor) = fen(&ask.refund_amount).filter(|fen| *fen > 0) else {
        return Ok(Reply::business("ACQ.INVALID_PARAMETER"));
    };
    let before = payment
        .refunds
        .iter()
        .any(|refund| refund.number == ask.out_request_no);
    let refund = book.refund(
        key,
        Refund {
            number: ask.out_request_no,
            refund_id: alipay_number(now),
            transaction_id,
            amount_minor,
            state: RefundState::Processing,
            created_at: now,
            ends_at: now,
            ends_as: RefundState::Done,
            notify_url,
            metadata: Default::default(),
        },
    )?;
    Ok(Reply::success(json!({
        "out_trade_no": key.1,
        "trade_no": refund.transaction_id,
        "fund_change": if before { "N" } else { "Y" },
        "refund_fee": yuan(refund.amount_minor),
    })))
}

fn refund_query(book: &Book, key: &Key, named: &RefundNamed) -> Result<Reply, Failed> {
    let payment = book
        .get(key)
        .filter(|payment| payment.state != State::Unseen);
    let payment = payment.ok_or(No::NotExist)?;
    let mut refunds = payment.refunds.iter();
    let Some(refund) = refunds.find(|refund| refund.number == named.out_request_no) else {
        // That it has no such refund is said by saying nothing.
        return Ok(Reply::success(json!({})));
    };
    let mut body: Value = json!({
        "out_trade_no": payment.number,
        "trade_no": refund.transaction_id,
        "out_request_no": refund.number,
        "total_amount": yuan(payment.amount_minor),
        "refund_amount": yuan(refund.amount_minor),
    });
    if refund.state == RefundState::Done {
        body["refund_status"] = json!("REFUND_SUCCESS");
        body["gmt_refund_pay"] = json!(time_text(refund.ends_at));
    }
    Ok(Reply::success(body))
}
