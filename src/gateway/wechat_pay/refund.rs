//! Giving money back that came too late or twice: the whole payment, under one number for ever.

use serde::{Deserialize, Serialize};

use super::codes::{Refusal, Verdict, refusal};
use super::exchange::Client;
use super::number::hashed;
use crate::domain::payment::VerifiedPayment;

const TARGET: &str = "/v3/refund/domestic/refunds";

/// What became of a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundAnswer {
    /// Taken on; the money is on its way. Ask again later.
    Processing,
    Refunded,
    /// It will not arrive by itself: their word for it, `CLOSED` or `ABNORMAL`. People must look.
    Failed(String),
    /// There is no such refund yet.
    NotCreated,
    Refused(String),
    /// It may have been taken on. Asking for it again is safe: it has the same number.
    Unknown(String),
}

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
    amount: Amount,
}

#[derive(Deserialize)]
struct Amount {
    refund: i64,
    total: i64,
}

/// The refund's number at WeChat Pay: one for each payment, so that no payment goes back twice.
pub fn refund_no(payment: &VerifiedPayment) -> String {
    let text = format!("stockdesk out_refund_no\n{}", payment.transaction_id);
    hashed("LP", &text)
}

/// `reason` is shown to the payer: 80 bytes at most.
pub(super) async fn ask(client: &Client, payment: &VerifiedPayment, reason: &str) -> RefundAnswer {
    if payment.amount.currency.as_str() != "CNY" {
        return RefundAnswer::Refused("WeChat Pay refunds CNY only".to_owned());
    }
    if reason.is_empty() || reason.len() > 80 {
        return RefundAnswer::Refused("the reason must be 1 to 80 bytes".to_owned());
    }
    let body = serde_json::to_vec(&Ask {
        transaction_id: &payment.transaction_id,
        out_refund_no: &refund_no(payment),
        reason,
        amount: AskedAmount {
            refund: payment.amount.minor,
            total: payment.amount.minor,
            currency: "CNY",
        },
    });
    match body {
        Ok(body) => exchange(client, "POST", TARGET, body, payment).await,
        Err(error) => RefundAnswer::Refused(error.to_string()),
    }
}

pub(super) async fn query(client: &Client, payment: &VerifiedPayment) -> RefundAnswer {
    let target = format!("{TARGET}/{}", refund_no(payment));
    exchange(client, "GET", &target, Vec::new(), payment).await
}

async fn exchange(
    client: &Client,
    method: &str,
    target: &str,
    body: Vec<u8>,
    payment: &VerifiedPayment,
) -> RefundAnswer {
    let answer = match client.exchange(method, target, body).await {
        Ok(answer) => answer,
        Err(why) => return RefundAnswer::Unknown(why.to_string()),
    };
    if answer.status == 200 {
        return match serde_json::from_slice::<Refund>(&answer.body) {
            Ok(refund) => refund.answer(payment),
            Err(error) => RefundAnswer::Unknown(format!("the answer cannot be read: {error}")),
        };
    }
    let Refusal { verdict, text } = refusal(&answer);
    match verdict {
        Verdict::OurFault => RefundAnswer::Refused(text),
        Verdict::NotExist if method == "GET" => RefundAnswer::NotCreated,
        _ => RefundAnswer::Unknown(text),
    }
}

impl Refund {
    fn answer(self, payment: &VerifiedPayment) -> RefundAnswer {
        let whole = payment.amount.minor;
        if self.out_refund_no != refund_no(payment)
            || self.transaction_id != payment.transaction_id
            || (self.amount.refund, self.amount.total) != (whole, whole)
        {
            return RefundAnswer::Unknown("the answer is about another refund".to_owned());
        }
        match self.status.as_str() {
            "PROCESSING" => RefundAnswer::Processing,
            "SUCCESS" => RefundAnswer::Refunded,
            "CLOSED" | "ABNORMAL" => RefundAnswer::Failed(self.status),
            _ => RefundAnswer::Unknown("the refund is in a state we do not know".to_owned()),
        }
    }
}
