//! Checkout Sessions: the page that a customer pays on, one for each order.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::exchange::{Answer, Client, Fault, Refusal};
use super::intent::Intent;
use super::money::{amount, money};
use crate::domain::ids::DocumentNo;
use crate::domain::order::Evidence;
use crate::domain::payment::{GatewayAnswer, SentPayment, VerifiedPayment};
use crate::gateway::digest_hex;

const TARGET: &str = "/v1/checkout/sessions";
/// With the intent inside, not its number alone.
const WITH_INTENT: &str = "?expand[]=payment_intent";
pub(super) const MAX_NUMBER_CHARS: usize = 64;
const MAX_REFERENCE_CHARS: usize = 255;

/// A session lasts this much longer than the time to pay, for Stripe makes none that lasts less
/// than 30 minutes. It is our own close that ends it in time.
const LONGER: TimeDelta = TimeDelta::minutes(45);
/// After a session's end, for clocks that differ.
const MARGIN: TimeDelta = TimeDelta::minutes(15);

#[derive(Deserialize)]
pub(super) struct Session {
    pub id: String,
    pub client_reference_id: Option<String>,
    pub status: Option<String>,
    payment_status: Option<String>,
    amount_total: Option<i64>,
    currency: Option<String>,
    pub url: Option<String>,
    payment_intent: Option<Expandable>,
}

/// An object, or its number alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Expandable {
    Id(String),
    Whole(Intent),
}

/// Makes the session, or finds the one that was made: a repeat of the same request is the same
/// session, for 24 hours, and no session outlives that.
pub(super) async fn make(
    client: &Client,
    payment: &SentPayment,
) -> Result<Answer<Session>, Refusal> {
    let refused = || Refusal::new(Fault::Refused, "no such amount");
    let unit_amount = amount(payment.amount).ok_or_else(refused)?;
    let unit_amount = unit_amount.to_string();
    let currency = payment.amount.currency.as_str().to_ascii_lowercase();
    let order_no = payment.order_no.as_str();
    let name = format!("{} {order_no}", client.title);
    let expires_at = (payment.expires_at + LONGER).timestamp().to_string();
    let form = [
        ("mode", "payment"),
        ("client_reference_id", order_no),
        ("metadata[stockdesk_order]", order_no),
        ("payment_intent_data[metadata][stockdesk_order]", order_no),
        ("line_items[0][quantity]", "1"),
        ("line_items[0][price_data][currency]", &currency),
        ("line_items[0][price_data][unit_amount]", &unit_amount),
        ("line_items[0][price_data][product_data][name]", &name),
        ("expires_at", &expires_at),
        ("success_url", &client.success_url),
    ];
    let key = format!("stockdesk-session-{order_no}");
    client.post_once(TARGET, &form, &key).await
}

/// The session as it is now. Where its number was lost with an answer, it is found, or made, by
/// the key of the request that made it: nobody was ever told its address.
pub(super) async fn look(
    client: &Client,
    payment: &SentPayment,
) -> Result<Answer<Session>, Refusal> {
    let made;
    let id = match &payment.reference {
        Some(id) => id,
        None => {
            made = make(client, payment).await?.object.id;
            &made
        }
    };
    if !is_reference(id) {
        let why = "the session has no usable number";
        return Err(Refusal::new(Fault::Unknown, why));
    }
    client.get(&format!("{TARGET}/{id}{WITH_INTENT}")).await
}

/// Ends a session that is open. Anything but 200 says nothing: whoever cares looks.
pub(super) async fn expire(client: &Client, id: &str) -> Result<Answer<Session>, Refusal> {
    client.post(&format!("{TARGET}/{id}/expire"), &[]).await
}

/// A number of Stripe's, which may stand in a path as it is.
pub(super) fn is_reference(id: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (1..=MAX_REFERENCE_CHARS).contains(&id.len()) && id.bytes().all(plain)
}

/// What becomes of a payment whose session was never acknowledged and cannot be alive any more.
pub(super) fn over(client: &Client, payment: &SentPayment) -> Option<Evidence> {
    let now = (client.clock)();
    let end = payment.expires_at + LONGER + MARGIN;
    let statement = format!(
        "stockdesk\nnever_acknowledged\n{}\n{}\n{}\n",
        client.name,
        payment.order_no,
        end.to_rfc3339()
    );
    (payment.reference.is_none() && now > end).then(|| Evidence {
        gateway: client.name.clone(),
        code: "never_acknowledged".to_owned(),
        answered_at: now,
        digest: digest_hex(statement.as_bytes()),
    })
}

impl Session {
    /// What it says of this order's payment: its own state, and that of its intent.
    pub fn answer(&self, client: &Client, payment: &SentPayment, body: &[u8]) -> GatewayAnswer {
        let unknown = |why: &str| GatewayAnswer::Unknown(why.to_owned());
        if self.client_reference_id.as_deref() != Some(payment.order_no.as_str()) {
            return unknown("the answer is about another order");
        }
        let now = (client.clock)();
        let closed = || {
            GatewayAnswer::Closed(Evidence {
                gateway: client.name.clone(),
                code: "expired".to_owned(),
                answered_at: now,
                digest: digest_hex(body),
            })
        };
        let intent = match &self.payment_intent {
            Some(Expandable::Whole(intent)) => Some(intent.status.as_str()),
            Some(Expandable::Id(_)) => return unknown("the answer leaves out the intent"),
            None => None,
        };
        match (
            self.status.as_deref(),
            self.payment_status.as_deref(),
            intent,
        ) {
            (_, Some("paid"), _) | (_, _, Some("succeeded")) => {
                match self.verified(client, payment.order_no.clone(), now) {
                    Ok(paid) => GatewayAnswer::Paid(paid),
                    Err(why) => GatewayAnswer::Unknown(why),
                }
            }
            (_, _, Some("processing")) => GatewayAnswer::InProgress,
            (Some("open"), Some("unpaid"), _) => GatewayAnswer::Open,
            // Nobody can begin on it any more, and nothing is under way.
            (Some("expired"), Some("unpaid"), _) => closed(),
            (Some("complete"), Some("unpaid"), Some("canceled")) => closed(),
            // The customer is done and the money is not here: a bank takes its time.
            (Some("complete"), Some("unpaid"), _) => GatewayAnswer::InProgress,
            _ => unknown("the session is in a state we do not know"),
        }
    }

    /// The payment itself, once its state says that there was one.
    pub fn verified(
        &self,
        client: &Client,
        order_no: DocumentNo,
        paid_at: DateTime<Utc>,
    ) -> Result<VerifiedPayment, String> {
        let id = match &self.payment_intent {
            Some(Expandable::Id(id)) => id.as_str(),
            Some(Expandable::Whole(intent)) => intent.id.as_str(),
            None => "",
        };
        let (total, currency) = (self.amount_total, self.currency.as_deref());
        verified(client, order_no, id, total.zip(currency), paid_at)
    }

    /// Paid, it says of itself.
    pub fn is_paid(&self) -> bool {
        self.payment_status.as_deref() == Some("paid")
    }

    /// Its intent, where the answer holds it whole.
    pub fn intent(&self) -> Option<&Intent> {
        match &self.payment_intent {
            Some(Expandable::Whole(intent)) => Some(intent),
            _ => None,
        }
    }
}

pub(super) fn verified(
    client: &Client,
    order_no: DocumentNo,
    id: &str,
    paid: Option<(i64, &str)>,
    paid_at: DateTime<Utc>,
) -> Result<VerifiedPayment, String> {
    if !is_reference(id) || id.len() > MAX_NUMBER_CHARS {
        return Err("paid without a usable number".to_owned());
    }
    let amount = paid.and_then(|(amount, currency)| money(amount, currency));
    Ok(VerifiedPayment {
        gateway: client.name.clone(),
        transaction_id: id.to_owned(),
        order_no,
        amount: amount.ok_or_else(|| "paid without a usable amount".to_owned())?,
        paid_at,
    })
}
