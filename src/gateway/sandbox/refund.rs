//! Money that goes back through the sandbox.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{NAME, NotBelieved, SandboxGateway, payment_path, wire};
use crate::domain::ids::DocumentNo;
use crate::domain::money::Currency;
use crate::domain::order::Evidence;
use crate::domain::payment::{NewRefund, RefundAnswer};
use crate::gateway::digest_hex;
use crate::gateway::http::RawAnswer;

#[derive(Serialize)]
struct Ask<'a> {
    refund_no: &'a str,
    transaction_id: &'a str,
    amount_minor: i64,
    currency: &'a Currency,
    reason: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum State {
    Processing,
    Refunded,
    Failed,
}

#[derive(Deserialize)]
struct Refund {
    refund_no: String,
    order_no: DocumentNo,
    transaction_id: String,
    amount_minor: i64,
    currency: Currency,
    state: State,
    refunded_at: Option<DateTime<Utc>>,
}

pub(super) async fn ask(gateway: &SandboxGateway, refund: &NewRefund) -> RefundAnswer {
    if let Some(fault) = refund.fault() {
        return RefundAnswer::Refused(fault.to_owned());
    }
    let body = serde_json::to_vec(&Ask {
        refund_no: &refund.refund_no,
        transaction_id: &refund.transaction_id,
        amount_minor: refund.amount.minor,
        currency: &refund.amount.currency,
        reason: &refund.reason,
    });
    let body = match body {
        Ok(body) => body,
        Err(error) => return RefundAnswer::Refused(error.to_string()),
    };
    let path = format!("{}/refunds", payment_path(&refund.order_no));
    let answer = gateway.exchange("POST", &path, body).await;
    read(gateway, answer, refund)
}

pub(super) async fn query(gateway: &SandboxGateway, refund: &NewRefund) -> RefundAnswer {
    // Every character of a refund's number may stand in a path as it is.
    let (payment, number) = (payment_path(&refund.order_no), &refund.refund_no);
    let path = format!("{payment}/refunds/{number}");
    let answer = gateway.exchange("GET", &path, Vec::new()).await;
    read(gateway, answer, refund)
}

fn read(
    gateway: &SandboxGateway,
    answer: Result<RawAnswer, NotBelieved>,
    refund: &NewRefund,
) -> RefundAnswer {
    let answer = match answer {
        Ok(answer) => answer,
        Err(why @ NotBelieved::Unauthorized) => return RefundAnswer::Refused(why.text()),
        Err(why) => return RefundAnswer::Unknown(why.text()),
    };
    match (answer.status, wire::problem_code(&answer.body).as_str()) {
        (200 | 201, _) => match serde_json::from_slice::<Refund>(&answer.body) {
            Ok(found) => found.answer(refund, &answer.body, (gateway.clock)()),
            Err(error) => RefundAnswer::Unknown(format!("the answer cannot be read: {error}")),
        },
        (404, "REFUND_NOT_EXIST") => RefundAnswer::NotFound,
        (400..=428 | 430..=499, code) => RefundAnswer::Refused(code.to_owned()),
        (status, _) => RefundAnswer::Unknown(format!("answer {status}")),
    }
}

impl Refund {
    fn answer(self, asked: &NewRefund, body: &[u8], now: DateTime<Utc>) -> RefundAnswer {
        if self.refund_no != asked.refund_no
            || self.order_no != asked.order_no
            || self.transaction_id != asked.transaction_id
            || (self.amount_minor, self.currency) != (asked.amount.minor, asked.amount.currency)
        {
            return RefundAnswer::Unknown("the answer is about another refund".to_owned());
        }
        match (self.state, self.refunded_at) {
            (State::Processing, None) => RefundAnswer::Processing,
            (State::Failed, None) => RefundAnswer::Failed("FAILED".to_owned()),
            (State::Refunded, Some(at)) => RefundAnswer::Refunded {
                at,
                evidence: Evidence {
                    gateway: NAME.to_owned(),
                    code: "REFUNDED".to_owned(),
                    answered_at: now,
                    digest: digest_hex(body),
                },
            },
            _ => RefundAnswer::Unknown("the refund's state and its time differ".to_owned()),
        }
    }
}
