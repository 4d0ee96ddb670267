//! A payment as WeChat Pay describes it, in the answer to a query and inside a notification.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::exchange::Client;
use super::number;
use crate::domain::ids::DocumentNo;
use crate::domain::money::{Currency, Money};
use crate::domain::order::Evidence;
use crate::domain::payment::{GatewayAnswer, VerifiedPayment};
use crate::gateway::digest_hex;
use crate::gateway::number::stray;

const MAX_TRANSACTION_CHARS: usize = 64;

#[derive(Deserialize)]
pub(super) struct Transaction {
    mchid: String,
    appid: String,
    out_trade_no: String,
    transaction_id: Option<String>,
    pub trade_state: String,
    success_time: Option<String>,
    attach: Option<String>,
    amount: Option<Amount>,
}

#[derive(Deserialize)]
struct Amount {
    /// Fen.
    total: i64,
    currency: Currency,
}

impl Transaction {
    /// The order it is for; a name of its own for what names no order of ours. `None` when not
    /// even that can be made of it.
    pub fn order_no(&self) -> Option<DocumentNo> {
        let number = &self.out_trade_no;
        number::order_no(number, self.attach.as_deref()).or_else(|| stray(number))
    }

    /// Another merchant's or another app's payment: whose, in at most 32 characters.
    pub fn stranger(&self, client: &Client) -> Option<String> {
        let whose = match (&self.mchid, &self.appid) {
            (mchid, appid) if *mchid == client.merchant && *appid == client.appid => return None,
            (mchid, appid) if *mchid == client.merchant => appid,
            (mchid, _) => mchid,
        };
        let plain = whose.chars().filter(char::is_ascii_alphanumeric);
        Some(format!("wechat_pay/{}", plain.take(21).collect::<String>()))
    }

    /// What the signed answer to a query says of this order's payment.
    pub fn answer(
        &self,
        client: &Client,
        order_no: &DocumentNo,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> GatewayAnswer {
        let unknown = |why: &str| GatewayAnswer::Unknown(why.to_owned());
        // Before it is paid nothing names the order but its number there, which we can make.
        let attach = self.attach.as_deref().filter(|attach| !attach.is_empty());
        if self.out_trade_no != number::out_trade_no(order_no)
            || attach.is_some_and(|attach| attach != order_no.as_str())
        {
            return unknown("the answer is about another order");
        }
        if self.mchid != client.merchant || self.appid != client.appid {
            return unknown("the payment is another merchant's or another app's");
        }
        match self.trade_state.as_str() {
            "SUCCESS" | "REFUND" => match self.verified(client, order_no.clone()) {
                Ok(paid) => GatewayAnswer::Paid(paid),
                Err(why) => GatewayAnswer::Unknown(why),
            },
            "CLOSED" | "REVOKED" if self.has_success_time() => {
                unknown("closed, and yet with a time of payment")
            }
            "CLOSED" | "REVOKED" => GatewayAnswer::Closed(Evidence {
                gateway: client.name.clone(),
                code: self.trade_state.clone(),
                answered_at: now,
                digest: digest_hex(body),
            }),
            "NOTPAY" => GatewayAnswer::Open,
            "USERPAYING" | "ACCEPT" => GatewayAnswer::InProgress,
            "PAYERROR" => unknown("the payment failed, and is not closed"),
            _ => unknown("the payment is in a state we do not know"),
        }
    }

    /// The payment itself, once its state says that there was one.
    pub fn verified(
        &self,
        client: &Client,
        order_no: DocumentNo,
    ) -> Result<VerifiedPayment, String> {
        let id = self.transaction_id.as_deref().unwrap_or_default();
        let printable = id.bytes().all(|b| b.is_ascii_graphic());
        if id.is_empty() || id.len() > MAX_TRANSACTION_CHARS || !printable {
            return Err("paid without a usable transaction number".to_owned());
        }
        let amount = self.amount.as_ref();
        let amount = amount.and_then(|amount| Money::new(amount.total, amount.currency));
        let time = self.success_time.as_deref().unwrap_or_default();
        Ok(VerifiedPayment {
            gateway: client.name.clone(),
            transaction_id: id.to_owned(),
            order_no,
            amount: amount.ok_or_else(|| "paid without a usable amount".to_owned())?,
            paid_at: DateTime::parse_from_rfc3339(time)
                .map_err(|_| "paid without a usable time".to_owned())?
                .to_utc(),
        })
    }

    fn has_success_time(&self) -> bool {
        self.success_time
            .as_deref()
            .is_some_and(|time| !time.is_empty())
    }
}
