//! Giving money back that came too late or twice, under one number for ever.

use chrono::DateTime;
use serde::{Deserialize, Serialize};

use super::codes::{Refusal, Verdict, refusal};
use super::exchange::Client;
use crate::domain::order::Evidence;
use crate::domain::payment::{NewRefund, RefundAnswer};
use crate::gateway::digest_hex;

const TARGET: &str = "/v3/refund/domestic/refunds";

#[derive(Serialize)]
struct Ask<'a> {
    transaction_id: &'a str,
    out_refund_no: &'a str,
    reason: &'a str,
    amount: AskedAmount,
}

#[derive(Serialize)]
struct AskedAmount {
    refund: i64,
    total: i64,
    currency: &'static str,
}

#[derive(Deserialize)]
struct Refund {
    out_refund_no: String,
    transaction_id: String,
    status: String,
    success_time: Option<String>,
    amount: Amount,
}

#[derive(Deserialize)]
struct Amount {
    refund: i64,
    total: i64,
}

pub(super) async fn ask(client: &Client, refund: &NewRefund) -> RefundAnswer {
    if let Some(fault) = refund.fault() {
        return RefundAnswer::Refused(fault.to_owned());
    }
    if refund.amount.currency.as_str() != "CNY" {
        return RefundAnswer::Refused("WeChat Pay refunds CNY only".to_owned());
    }
    let body = serde_json::to_vec(&Ask {
        transaction_id: &refund.transaction_id,
        out_refund_no: &refund.refund_no,
        reason: &refund.reason,
        amount: AskedAmount {
            refund: refund.amount.minor,
            total: refund.total.minor,
            currency: "CNY",
        },
    });
    match body {
        Ok(body) => exchange(client, "POST", TARGET, body, refund).await,
        Err(error) => RefundAnswer::Refused(error.to_string()),
    }
}

pub(super) async fn query(client: &Client, refund: &NewRefund) -> RefundAnswer {
    // Every character of such a number may stand in a path as it is.
    let target = format!("{TARGET}/{}", refund.refund_no);
    exchange(client, "GET", &target, Vec::new(), refund).await
}

async fn exchange(
    client: &Client,
    method: &str,
    target: &str,
    body: Vec<u8>,
    asked: &NewRefund,
) -> RefundAnswer {
    let answer = match client.exchange(method, target, body).await {
        Ok(answer) => answer,
        Err(why) => return RefundAnswer::Unknown(why.to_string()),
    };
    if answer.status == 200 {
        return match serde_json::from_slice::<Refund>(&answer.body) {
            Ok(refund) => refund.answer(client, asked, &answer.body),
            Err(error) => RefundAnswer::Unknown(format!("the answer cannot be read: {error}")),
        };
    }
    let Refusal { verdict, text } = refusal(&answer);
    match verdict {
        Verdict::OurFault => RefundAnswer::Refused(text),
        Verdict::NotExist if method == "GET" => RefundAnswer::NotFound,
        _ => RefundAnswer::Unknown(text),
    }
}

impl Refund {
    fn answer(self, client: &Client, asked: &NewRefund, body: &[u8]) -> RefundAnswer {
        let unknown = |why: &str| RefundAnswer::Unknown(why.to_owned());
        if self.out_refund_no != asked.refund_no
            || self.transaction_id != asked.transaction_id
            || (self.amount.refund, self.amount.total) != (asked.amount.minor, asked.total.minor)
        {
            return unknown("the answer is about another refund");
        }
        match self.status.as_str() {
            "PROCESSING" => RefundAnswer::Processing,
            "SUCCESS" => {
                let time = self.success_time.as_deref().unwrap_or_default();
                let Ok(at) = DateTime::parse_from_rfc3339(time) else {
                    return unknown("refunded without a usable time");
                };
                RefundAnswer::Refunded {
                    at: at.to_utc(),
                    evidence: Evidence {
                        gateway: client.name.clone(),
                        code: self.status,
                        answered_at: (client.clock)(),
                        digest: digest_hex(body),
                    },
                }
            }
            "CLOSED" | "ABNORMAL" => RefundAnswer::Failed(self.status),
            _ => unknown("the refund is in a state we do not know"),
        }
    }
}
