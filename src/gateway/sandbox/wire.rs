//! The sandbox protocol's JSON, and what it means in our words.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::ids::DocumentNo;
use crate::domain::money::{Currency, Money};
use crate::domain::order::Evidence;
use crate::domain::payment::{
    CreateAnswer, GatewayAnswer, NewPayment, Notification, VerifiedPayment,
};
use crate::gateway::{NotificationRefused, digest_hex};

use super::NAME;

/// As in the column that keeps it.
const MAX_URL_CHARS: usize = 500;
const MAX_TRANSACTION_CHARS: usize = 64;

#[derive(Serialize)]
pub struct Create<'a> {
    order_no: &'a DocumentNo,
    amount_minor: i64,
    currency: &'a Currency,
    expires_at: DateTime<Utc>,
    notify_url: &'a str,
}

impl<'a> From<&'a NewPayment> for Create<'a> {
    fn from(new: &'a NewPayment) -> Self {
        Self {
            order_no: &new.order_no,
            amount_minor: new.amount.minor,
            currency: &new.amount.currency,
            expires_at: new.expires_at,
            notify_url: &new.notify_url,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum State {
    Open,
    Paying,
    Paid,
    Closed,
}

/// A payment as the gateway sees it. One that was closed before it was created has no amount.
#[derive(Deserialize)]
struct Payment {
    order_no: DocumentNo,
    state: State,
    amount_minor: Option<i64>,
    currency: Option<Currency>,
    url: Option<String>,
    transaction: Option<Transaction>,
}

#[derive(Deserialize)]
struct Transaction {
    transaction_id: String,
    amount_minor: i64,
    currency: Currency,
    paid_at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Problem {
    code: String,
}

#[derive(Deserialize)]
struct Notice {
    #[serde(rename = "type")]
    kind: String,
    order_no: Option<DocumentNo>,
    transaction: Option<Transaction>,
    refund_no: Option<String>,
}

/// The code of a refusal, or why there is none.
pub fn problem_code(body: &[u8]) -> String {
    match serde_json::from_slice::<Problem>(body) {
        Ok(problem) => problem.code.chars().take(64).collect(),
        Err(_) => "an unreadable refusal".to_owned(),
    }
}

/// What a believed 200 to a query says about this order's payment.
pub fn payment_state(body: &[u8], order_no: &DocumentNo, now: DateTime<Utc>) -> GatewayAnswer {
    match read_payment(body, order_no) {
        Ok(payment) => payment.answer(body, now),
        Err(why) => GatewayAnswer::Unknown(why),
    }
}

/// What a believed 200 or 201 to a create says: only a payment of the amount that was asked for
/// counts as created.
pub fn created(body: &[u8], new: &NewPayment, now: DateTime<Utc>) -> CreateAnswer {
    let payment = match read_payment(body, &new.order_no) {
        Ok(payment) => payment,
        Err(why) => return CreateAnswer::Unknown(why),
    };
    let amount = (payment.amount_minor, payment.currency);
    if amount != (Some(new.amount.minor), Some(new.amount.currency)) {
        return CreateAnswer::Unknown("the payment is for another amount".to_owned());
    }
    let url = payment.url.clone().filter(|url| is_web_address(url));
    match (payment.answer(body, now), url) {
        (GatewayAnswer::Paid(paid), _) => CreateAnswer::AlreadyPaid(paid),
        (GatewayAnswer::Closed(_), _) => CreateAnswer::Refused("ORDER_CLOSED".to_owned()),
        (GatewayAnswer::Open | GatewayAnswer::InProgress, Some(url)) => CreateAnswer::Created {
            url,
            reference: None,
        },
        _ => CreateAnswer::Unknown("the payment has no usable address".to_owned()),
    }
}

/// What a believed notification says.
pub fn notification(body: &[u8]) -> Result<Notification, NotificationRefused> {
    let malformed = |why: String| NotificationRefused::Malformed(why);
    let notice: Notice =
        serde_json::from_slice(body).map_err(|error| malformed(error.to_string()))?;
    if let Some(refund_no) = notice.refund_no {
        let order_no = notice.order_no;
        return Ok(Notification::Refund {
            order_no,
            refund_no,
        });
    }
    let Some(order_no) = notice.order_no else {
        return Ok(Notification::Other);
    };
    if notice.kind != "payment.paid" {
        return Ok(Notification::Hint(order_no));
    }
    let transaction = notice
        .transaction
        .ok_or_else(|| malformed("no transaction".to_owned()))?;
    let paid = transaction.verified(order_no).map_err(malformed)?;
    Ok(Notification::Paid(paid))
}

fn read_payment(body: &[u8], order_no: &DocumentNo) -> Result<Payment, String> {
    let payment: Payment = serde_json::from_slice(body)
        .map_err(|error| format!("the answer cannot be read: {error}"))?;
    if payment.order_no != *order_no {
        return Err("the answer is about another order".to_owned());
    }
    Ok(payment)
}

impl Payment {
    fn answer(self, body: &[u8], now: DateTime<Utc>) -> GatewayAnswer {
        match (self.state, self.transaction) {
            (State::Open, None) => GatewayAnswer::Open,
            (State::Paying, None) => GatewayAnswer::InProgress,
            (State::Closed, None) => GatewayAnswer::Closed(Evidence {
                gateway: NAME.to_owned(),
                code: "CLOSED".to_owned(),
                answered_at: now,
                digest: digest_hex(body),
            }),
            (State::Paid, Some(transaction)) => match transaction.verified(self.order_no) {
                Ok(paid) => GatewayAnswer::Paid(paid),
                Err(why) => GatewayAnswer::Unknown(why),
            },
            (State::Paid, None) => GatewayAnswer::Unknown("paid without a transaction".to_owned()),
            (_, Some(_)) => GatewayAnswer::Unknown("a transaction, but not paid".to_owned()),
        }
    }
}

impl Transaction {
    fn verified(self, order_no: DocumentNo) -> Result<VerifiedPayment, String> {
        let id = &self.transaction_id;
        let printable = id.bytes().all(|b| b.is_ascii_graphic());
        if id.is_empty() || id.len() > MAX_TRANSACTION_CHARS || !printable {
            return Err("the transaction has no usable number".to_owned());
        }
        let amount = Money::new(self.amount_minor, self.currency)
            .ok_or_else(|| "the amount is out of range".to_owned())?;
        Ok(VerifiedPayment {
            gateway: NAME.to_owned(),
            transaction_id: self.transaction_id,
            order_no,
            amount,
            paid_at: self.paid_at,
        })
    }
}

/// Whether people can be sent there.
fn is_web_address(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://"))
        && url.chars().count() <= MAX_URL_CHARS
        && url.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> DocumentNo {
        text.parse().unwrap()
    }

    fn new_payment() -> NewPayment {
        NewPayment {
            order_no: number("A1"),
            amount: Money::new(100, Currency::parse("CNY").unwrap()).unwrap(),
            expires_at: DateTime::UNIX_EPOCH,
            notify_url: "http://shop.example/notify".to_owned(),
        }
    }

    fn state(body: &str) -> GatewayAnswer {
        payment_state(body.as_bytes(), &number("A1"), DateTime::UNIX_EPOCH)
    }

    #[test]
    fn contradictions_and_other_orders_prove_nothing() {
        let paid = r#""transaction":{"transaction_id":"t","amount_minor":1,"currency":"CNY",
            "paid_at":"2026-01-01T00:00:00Z"}"#;
        for body in [
            r#"{"order_no":"A2","state":"CLOSED"}"#.to_owned(),
            r#"{"order_no":"A1","state":"PAID"}"#.to_owned(),
            r#"{"order_no":"A1","state":"REFUNDED"}"#.to_owned(),
            format!(r#"{{"order_no":"A1","state":"CLOSED",{paid}}}"#),
            format!(r#"{{"order_no":"A1","state":"OPEN",{paid}}}"#),
            format!(r#"{{"order_no":"A1","state":"PAID",{paid}}}"#).replace(":1,", ":0,"),
            format!(r#"{{"order_no":"A1","state":"PAID",{paid}}}"#).replace(r#""t""#, r#""""#),
            "CLOSED".to_owned(),
            String::new(),
        ] {
            let answer = state(&body);
            assert!(
                matches!(answer, GatewayAnswer::Unknown(_)),
                "{body}: {answer:?}"
            );
        }
        let closed = state(r#"{"order_no":"A1","state":"CLOSED","new_field":1}"#);
        assert!(matches!(closed, GatewayAnswer::Closed(_)), "{closed:?}");
    }

    #[test]
    fn only_a_payment_of_the_amount_asked_for_is_created() {
        let body = r#"{"order_no":"A1","state":"OPEN","amount_minor":100,"currency":"CNY",
            "url":"http://gateway.example/pay/A1"}"#;
        let answer = |body: &str| created(body.as_bytes(), &new_payment(), DateTime::UNIX_EPOCH);
        let url = "http://gateway.example/pay/A1".to_owned();
        let created = CreateAnswer::Created {
            url,
            reference: None,
        };
        assert_eq!(answer(body), created);
        for (from, to) in [
            (":100", ":101"),
            ("CNY", "USD"),
            ("A1\",\"state", "A2\",\"state"),
            ("http://", "javascript:"),
            ("\"url\"", "\"link\""),
        ] {
            let other = body.replacen(from, to, 1);
            assert_ne!(other, body);
            let answer = answer(&other);
            assert!(
                matches!(answer, CreateAnswer::Unknown(_)),
                "{other}: {answer:?}"
            );
        }
    }

    #[test]
    fn what_is_not_about_money_is_a_hint_at_most() {
        let hint = notification(br#"{"type":"payment.closed","order_no":"A1"}"#);
        assert_eq!(hint, Ok(Notification::Hint(number("A1"))));
        assert_eq!(notification(br#"{"type":"ping"}"#), Ok(Notification::Other));
        let refund = notification(br#"{"type":"refund.done","order_no":"A1","refund_no":"LP1"}"#);
        let expected = Notification::Refund {
            order_no: Some(number("A1")),
            refund_no: "LP1".to_owned(),
        };
        assert_eq!(refund, Ok(expected));
        for body in ["", "{}", r#"{"type":"payment.paid","order_no":"A1"}"#] {
            let refused = notification(body.as_bytes());
            assert!(
                matches!(refused, Err(NotificationRefused::Malformed(_))),
                "{body}"
            );
        }
    }
}
