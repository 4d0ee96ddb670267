//! Checkout Sessions, one for each order: made, looked at, ended.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Form, Reply, objects};
use crate::book::{Book, Failed, Gateway, Key, No, Payment, State, stripe_number};
use crate::server::Simulator;

/// What a session may be asked with; metadata besides.
const KNOWN: [&str; 8] = [
    "mode",
    "client_reference_id",
    "line_items[0][quantity]",
    "line_items[0][price_data][currency]",
    "line_items[0][price_data][unit_amount]",
    "line_items[0][price_data][product_data][name]",
    "expires_at",
    "success_url",
];
const SHORTEST: TimeDelta = TimeDelta::minutes(30);
const LONGEST: TimeDelta = TimeDelta::hours(24);

fn url(simulator: &Simulator, payment: &Payment) -> String {
    format!("{}/pay/stripe/{}", simulator.url, payment.number)
}

/// What stands in `metadata[...]`.
pub fn metadata(form: &Form) -> BTreeMap<String, String> {
    let inner = |name: &str| {
        Some(
            name.strip_prefix("metadata[")?
                .strip_suffix(']')?
                .to_owned(),
        )
    };
    let pairs = form
        .iter()
        .filter_map(|(name, value)| Some((inner(name)?, value.clone())));
    pairs.collect()
}

pub fn make(
    simulator: &Simulator,
    book: &mut Book,
    form: Form,
    now: DateTime<Utc>,
) -> Result<Reply, Failed> {
    let known = |name: &str| {
        KNOWN.contains(&name)
            || name.starts_with("metadata[")
            || name.starts_with("payment_intent_data[metadata][")
    };
    if let Some(unknown) = form.keys().find(|name| !known(name)) {
        let why = format!("Received unknown parameter: {unknown}");
        return Ok(Reply::invalid("parameter_unknown", &why));
    }
    let get = |name: &str| form.get(name).map_or("", String::as_str);
    let amount: Option<i64> = get("line_items[0][price_data][unit_amount]").parse().ok();
    let amount = amount.filter(|amount| (1..=99_999_999).contains(amount));
    let currency = get("line_items[0][price_data][currency]");
    let seconds = get("expires_at").parse().ok();
    let expires_at = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    // A second for the way here.
    let lasts =
        |at: &DateTime<Utc>| (SHORTEST - TimeDelta::seconds(1)..=LONGEST).contains(&(*at - now));
    let right = get("mode") == "payment"
        && get("line_items[0][quantity]") == "1"
        && !get("line_items[0][price_data][product_data][name]").is_empty()
        && currency.len() == 3
        && currency.bytes().all(|b| b.is_ascii_lowercase())
        && get("success_url").starts_with("http")
        && get("client_reference_id").len() <= 200;
    let (Some(amount_minor), Some(expires_at), true) = (amount, expires_at.filter(lasts), right)
    else {
        return Ok(Reply::invalid("parameter_invalid", "Invalid session"));
    };
    let payment = book.create(Payment {
        gateway: Gateway::Stripe,
        number: stripe_number("cs_test"),
        amount_minor,
        currency: currency.to_owned(),
        title: get("line_items[0][price_data][product_data][name]").to_owned(),
        attach: get("client_reference_id").to_owned(),
        notify_url: book.stripe_webhook.clone(),
        own_number: stripe_number("pi"),
        metadata: metadata(&form),
        created_at: now,
        expires_at,
        state: State::Open,
        paying_until: None,
        closed_at: None,
        told_closed_at: None,
        hidden: 0,
        late_money_at: None,
        money: Vec::new(),
        refunds: Vec::new(),
        notices: Vec::new(),
    })?;
    let url = url(simulator, &payment);
    Ok(Reply::ok(objects::session(&payment, &url, false)))
}

/// A session is over by itself when its time is.
fn end_if_over(book: &mut Book, key: &Key, now: DateTime<Utc>) -> Result<(), Failed> {
    let payment = book.get(key).ok_or(No::NotExist)?;
    if payment.state == State::Open && payment.expires_at <= now {
        book.end(key, now)?;
    }
    Ok(())
}

pub fn look(
    simulator: &Simulator,
    book: &mut Book,
    key: &Key,
    now: DateTime<Utc>,
) -> Result<Reply, Failed> {
    end_if_over(book, key, now)?;
    let payment = book.query(key, now)?;
    let mut reply = Reply::ok(objects::session(&payment, &url(simulator, &payment), true));
    reply.proves_closed = payment.state == State::Closed;
    Ok(reply)
}

/// Only one that is open; for the others there is one code, and a text that nobody should read.
pub fn expire(
    simulator: &Simulator,
    book: &mut Book,
    key: &Key,
    now: DateTime<Utc>,
) -> Result<Reply, Failed> {
    end_if_over(book, key, now)?;
    let state = book
        .get(key)
        .map(|payment| payment.state)
        .ok_or(No::NotExist)?;
    let refused = |status: &str| {
        let why = format!(
            "Only Checkout Sessions with a status in [\"open\"] can be expired. \
             This Checkout Session has a status of `{status}`."
        );
        Ok(Reply::invalid("", &why))
    };
    match state {
        State::Closed => return refused("expired"),
        State::Paid | State::Paying => return refused("complete"),
        State::Unseen | State::Open => {}
    }
    match book.close(key, now) {
        Ok(_) => {}
        Err(Failed::No(No::Paid | No::Paying)) => return refused("complete"),
        Err(failed) => return Err(failed),
    }
    let payment = book.get(key).ok_or(No::NotExist)?;
    Ok(Reply::ok(objects::session(
        payment,
        &url(simulator, payment),
        false,
    )))
}

pub fn intent(book: &mut Book, key: &Key, now: DateTime<Utc>) -> Result<Reply, Failed> {
    let payment = book.query(key, now)?;
    let intent = objects::intent(&payment).ok_or(No::NotExist)?;
    Ok(Reply::ok(intent))
}

/// One code for paid and for cancelled. What is processing cannot be cancelled here.
pub fn cancel_intent(book: &mut Book, key: &Key, now: DateTime<Utc>) -> Result<Reply, Failed> {
    let payment = book.query(key, now)?;
    let intent = objects::intent(&payment).ok_or(No::NotExist)?;
    let why = format!(
        "You cannot cancel this PaymentIntent because it has a status of {}.",
        intent["status"].as_str().unwrap_or_default()
    );
    let mut reply = Reply::invalid("payment_intent_unexpected_state", &why);
    reply.body["error"]["payment_intent"] = intent;
    Ok(reply)
}
