//! Giving money back, under one number for ever. Stripe remembers a key for a day only, and keeps
//! its own faults under it, whatever they did before; so the refunds of a payment are looked
//! through for that number before one is asked for, with every key.

use std::collections::BTreeMap;

use chrono::DateTime;
use serde::Deserialize;

use super::exchange::{Client, Fault, Refusal, keys};
use super::money::{amount, money};
use super::session::is_reference;
use crate::domain::order::Evidence;
use crate::domain::payment::{NewRefund, RefundAnswer};
use crate::gateway::digest_hex;

const TARGET: &str = "/v1/refunds";
const NUMBER: &str = "stockdesk_refund";

#[derive(Deserialize)]
struct Refund {
    amount: i64,
    currency: String,
    created: i64,
    payment_intent: Option<String>,
    status: Option<String>,
    #[serde(default)]
    metadata: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct List {
    data: Vec<Refund>,
    has_more: bool,
}

pub(super) async fn ask(client: &Client, refund: &NewRefund) -> RefundAnswer {
    if let Some(fault) = refund.fault() {
        return RefundAnswer::Refused(fault.to_owned());
    }
    let Some(there) = amount(refund.amount) else {
        return RefundAnswer::Refused("Stripe has no such amount".to_owned());
    };
    let there = there.to_string();
    let form = [
        ("payment_intent", refund.transaction_id.as_str()),
        ("amount", &there),
        ("metadata[stockdesk_refund]", &refund.refund_no),
        ("metadata[stockdesk_order]", refund.order_no.as_str()),
        ("metadata[reason]", &refund.reason),
    ];
    let mut heard = RefundAnswer::Unknown("not asked".to_owned());
    for key in keys(&format!("stockdesk-refund-{}", refund.refund_no)) {
        // Before every key. What an earlier one left behind is there by now, for nothing is under
        // way with a key whose fault is repeated; and without such a fault there is no next key.
        match query(client, refund).await {
            RefundAnswer::NotFound => {}
            found => return found,
        }
        match client.post_keyed::<Refund>(TARGET, &form, key).await {
            Ok(made) => return made.object.answer(client, refund, &made.body),
            Err(Refusal {
                kept: true, text, ..
            }) => heard = RefundAnswer::Unknown(text),
            Err(Refusal { fault, text, .. }) => {
                return match fault {
                    Fault::Refused | Fault::NotFound => RefundAnswer::Refused(text),
                    Fault::Unknown => RefundAnswer::Unknown(text),
                };
            }
        }
    }
    heard
}

pub(super) async fn query(client: &Client, refund: &NewRefund) -> RefundAnswer {
    if !is_reference(&refund.transaction_id) {
        return RefundAnswer::Refused("no payment of Stripe's".to_owned());
    }
    let target = format!(
        "{TARGET}?payment_intent={}&limit=100",
        refund.transaction_id
    );
    let list = match client.get::<List>(&target).await {
        Ok(list) => list,
        Err(Refusal { fault, text, .. }) => {
            return match fault {
                Fault::Refused | Fault::NotFound => RefundAnswer::Refused(text),
                Fault::Unknown => RefundAnswer::Unknown(text),
            };
        }
    };
    let ours = |found: &&Refund| {
        let metadata = found.metadata.as_ref();
        metadata.and_then(|m| m.get(NUMBER)) == Some(&refund.refund_no)
    };
    let mut found = list.object.data.iter().filter(ours);
    match (found.next(), found.next()) {
        (Some(_), Some(_)) => RefundAnswer::Unknown("two refunds with this number".to_owned()),
        (Some(one), None) => one.answer(client, refund, &list.body),
        (None, _) if list.object.has_more => {
            RefundAnswer::Refused("more than a hundred refunds of this payment".to_owned())
        }
        (None, _) => RefundAnswer::NotFound,
    }
}

impl Refund {
    fn answer(&self, client: &Client, asked: &NewRefund, body: &[u8]) -> RefundAnswer {
        if self.payment_intent.as_deref() != Some(&asked.transaction_id)
            || money(self.amount, &self.currency) != Some(asked.amount)
        {
            return RefundAnswer::Unknown("the answer is about another refund".to_owned());
        }
        let Some(at) = DateTime::from_timestamp(self.created, 0) else {
            return RefundAnswer::Unknown("a refund without a usable time".to_owned());
        };
        match self.status.as_deref() {
            Some("succeeded") => RefundAnswer::Refunded {
                at,
                evidence: Evidence {
                    gateway: client.name.clone(),
                    code: "succeeded".to_owned(),
                    answered_at: (client.clock)(),
                    digest: digest_hex(body),
                },
            },
            Some("pending" | "requires_action") => RefundAnswer::Processing,
            Some(status @ ("failed" | "canceled")) => RefundAnswer::Failed(status.to_owned()),
            _ => RefundAnswer::Unknown("the refund is in a state we do not know".to_owned()),
        }
    }
}
