//! Giving money back, under one number for ever.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::codes::{Refusal, Verdict, success};
use super::exchange::Client;
use super::money::{money, yuan};
use super::time;
use crate::domain::order::Evidence;
use crate::domain::payment::{NewRefund, RefundAnswer};
use crate::gateway::digest_hex;

#[derive(Serialize)]
struct Ask<'a> {
    trade_no: &'a str,
    refund_amount: String,
    refund_reason: &'a str,
    out_request_no: &'a str,
}

#[derive(Deserialize)]
struct Asked {
    trade_no: String,
}

#[derive(Serialize)]
struct Query<'a> {
    trade_no: &'a str,
    out_request_no: &'a str,
    query_options: [&'static str; 1],
}

/// Empty but for the codes while there is no such refund.
#[derive(Deserialize)]
struct Found {
    trade_no: Option<String>,
    out_request_no: Option<String>,
    refund_amount: Option<String>,
    refund_status: Option<String>,
    gmt_refund_pay: Option<String>,
}

/// That a refund was taken on does not say that money moved: only the query after it does.
pub(super) async fn ask(client: &Client, refund: &NewRefund) -> RefundAnswer {
    if let Some(fault) = refund.fault() {
        return RefundAnswer::Refused(fault.to_owned());
    }
    if refund.amount.currency.as_str() != "CNY" {
        return RefundAnswer::Refused("Alipay refunds CNY only".to_owned());
    }
    let ask = Ask {
        trade_no: &refund.transaction_id,
        refund_amount: yuan(refund.amount.minor),
        refund_reason: &refund.reason,
        out_request_no: &refund.refund_no,
    };
    let answer = match client.call("alipay.trade.refund", &ask, None).await {
        Ok(answer) => answer,
        Err(why) => return RefundAnswer::Unknown(why.to_string()),
    };
    match success::<Asked>(&answer) {
        Ok(asked) if asked.trade_no != refund.transaction_id => {
            RefundAnswer::Unknown("the answer is about another trade".to_owned())
        }
        Ok(_) => match query(client, refund).await {
            RefundAnswer::NotFound | RefundAnswer::Refused(_) => RefundAnswer::Processing,
            found => found,
        },
        Err(Refusal { verdict, text }) => match verdict {
            Verdict::OurFault => RefundAnswer::Refused(text),
            // It may be over because this very refund was made: the query says.
            Verdict::WrongState | Verdict::NotExist => match query(client, refund).await {
                RefundAnswer::NotFound => RefundAnswer::Refused(text),
                found => found,
            },
            Verdict::Unknown => RefundAnswer::Unknown(text),
        },
    }
}

pub(super) async fn query(client: &Client, refund: &NewRefund) -> RefundAnswer {
    let asked = Query {
        trade_no: &refund.transaction_id,
        out_request_no: &refund.refund_no,
        query_options: ["gmt_refund_pay"],
    };
    let method = "alipay.trade.fastpay.refund.query";
    let answer = match client.call(method, &asked, None).await {
        Ok(answer) => answer,
        Err(why) => return RefundAnswer::Unknown(why.to_string()),
    };
    let now = (client.clock)();
    match success::<Found>(&answer) {
        Ok(found) => found.answer(client, refund, answer.inner.get().as_bytes(), now),
        Err(Refusal { verdict, text }) => match verdict {
            Verdict::NotExist if answer.signed => RefundAnswer::NotFound,
            Verdict::OurFault => RefundAnswer::Refused(text),
            _ => RefundAnswer::Unknown(text),
        },
    }
}

impl Found {
    fn answer(
        self,
        client: &Client,
        asked: &NewRefund,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> RefundAnswer {
        let Some(amount) = self.refund_amount.as_deref() else {
            return RefundAnswer::NotFound;
        };
        if self.out_request_no.as_deref() != Some(&asked.refund_no)
            || self.trade_no.as_deref() != Some(&asked.transaction_id)
            || money(amount) != Some(asked.amount)
        {
            return RefundAnswer::Unknown("the answer is about another refund".to_owned());
        }
        let time = self.gmt_refund_pay.as_deref().and_then(time::read);
        match self.refund_status.as_deref() {
            Some("REFUND_SUCCESS") => RefundAnswer::Refunded {
                at: time.unwrap_or(now),
                evidence: Evidence {
                    gateway: client.name.clone(),
                    code: "REFUND_SUCCESS".to_owned(),
                    answered_at: now,
                    digest: digest_hex(body),
                },
            },
            Some("REFUND_PROCESSING") | None => RefundAnswer::Processing,
            Some("REFUND_FAIL") => RefundAnswer::Failed("REFUND_FAIL".to_owned()),
            Some(_) => RefundAnswer::Unknown("a state of a refund we do not know".to_owned()),
        }
    }
}
