//! A trade as Alipay describes it in the answer to a query.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::codes::{Refusal, Verdict, success};
use super::exchange::Client;
use super::money::money;
use super::number::out_trade_no;
use super::time;
use crate::domain::ids::DocumentNo;
use crate::domain::order::Evidence;
use crate::domain::payment::{GatewayAnswer, SentPayment, VerifiedPayment};
use crate::gateway::digest_hex;

const MAX_TRADE_NO_CHARS: usize = 64;

/// Whoever has not scanned a code by the end of its time cannot make a trade of it; this long
/// after it, that there is none is final.
const MARGIN: TimeDelta = TimeDelta::minutes(15);

#[derive(Serialize)]
pub(super) struct OutTradeNo {
    pub out_trade_no: String,
}

#[derive(Deserialize)]
struct Trade {
    out_trade_no: String,
    trade_no: String,
    trade_status: String,
    total_amount: String,
    send_pay_date: Option<String>,
}

pub(super) async fn query(client: &Client, payment: &SentPayment) -> GatewayAnswer {
    let asked = OutTradeNo {
        out_trade_no: out_trade_no(&payment.order_no),
    };
    let answer = match client.call("alipay.trade.query", &asked, None).await {
        Ok(answer) => answer,
        Err(why) => return GatewayAnswer::Unknown(why.to_string()),
    };
    let now = (client.clock)();
    let body = answer.inner.get().as_bytes();
    match success::<Trade>(&answer) {
        Ok(trade) => trade.answer(client, &payment.order_no, body, now),
        Err(Refusal { verdict, text }) => match verdict {
            Verdict::NotExist if answer.signed && now > payment.expires_at + MARGIN => {
                GatewayAnswer::Closed(evidence(client, "TRADE_NOT_EXIST", body, now))
            }
            Verdict::NotExist => GatewayAnswer::NotCreated,
            Verdict::OurFault => GatewayAnswer::Refused(text),
            Verdict::WrongState | Verdict::Unknown => GatewayAnswer::Unknown(text),
        },
    }
}

fn evidence(client: &Client, code: &str, body: &[u8], now: DateTime<Utc>) -> Evidence {
    Evidence {
        gateway: client.name.clone(),
        code: code.to_owned(),
        answered_at: now,
        digest: digest_hex(body),
    }
}

impl Trade {
    fn answer(
        self,
        client: &Client,
        order_no: &DocumentNo,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> GatewayAnswer {
        let unknown = |why: &str| GatewayAnswer::Unknown(why.to_owned());
        if self.out_trade_no != out_trade_no(order_no) {
            return unknown("the answer is about another order");
        }
        let paid_at = self
            .send_pay_date
            .as_deref()
            .filter(|text| !text.is_empty());
        match (self.trade_status.as_str(), paid_at) {
            ("WAIT_BUYER_PAY", _) => GatewayAnswer::Open,
            ("TRADE_SUCCESS" | "TRADE_FINISHED", paid_at) => {
                // The time is for people; that it is missing does not undo a payment.
                let paid_at = paid_at.and_then(time::read).unwrap_or(now);
                let (trade_no, amount) = (&self.trade_no, &self.total_amount);
                match verified(client, order_no.clone(), trade_no, amount, paid_at) {
                    Ok(paid) => GatewayAnswer::Paid(paid),
                    Err(why) => GatewayAnswer::Unknown(why),
                }
            }
            // It means both: never paid, and paid and given back.
            ("TRADE_CLOSED", Some(_)) => unknown("closed, and yet with a time of payment"),
            ("TRADE_CLOSED", None) => {
                GatewayAnswer::Closed(evidence(client, "TRADE_CLOSED", body, now))
            }
            _ => unknown("the trade is in a state we do not know"),
        }
    }
}

/// A payment that Alipay has vouched for.
pub(super) fn verified(
    client: &Client,
    order_no: DocumentNo,
    trade_no: &str,
    total_amount: &str,
    paid_at: DateTime<Utc>,
) -> Result<VerifiedPayment, String> {
    let printable = trade_no.bytes().all(|b| b.is_ascii_graphic());
    if trade_no.is_empty() || trade_no.len() > MAX_TRADE_NO_CHARS || !printable {
        return Err("paid without a usable trade number".to_owned());
    }
    Ok(VerifiedPayment {
        gateway: client.name.clone(),
        transaction_id: trade_no.to_owned(),
        order_no,
        amount: money(total_amount).ok_or_else(|| "paid without a usable amount".to_owned())?,
        paid_at,
    })
}
