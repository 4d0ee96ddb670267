//! The client of Alipay (OpenAPI, RSA2), for merchants of mainland China: payments by a code that
//! the customer scans, in yuan of CNY.
//!
//! Requests are signed with the app's key; an answer is believed when Alipay's signature stands
//! under its inner object exactly as it was sent. A success that is not signed is a forgery, and
//! `10003` ("accepted") is none.
//!
//! A trade comes into being when the customer scans the code. That there is none
//! (`TRADE_NOT_EXIST`) therefore proves nothing until the code's own time, and a margin, are
//! over. `alipay.trade.cancel` is never used: it gives a payment back.

mod codes;
mod exchange;
mod money;
mod notice;
pub mod number;
mod precreate;
mod refund;
mod settings;
pub mod signature;
mod time;
mod trade;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use self::codes::{Refusal, Verdict, success};
use self::exchange::Client;
pub use self::settings::{AlipaySettings, AlipaySetupError, URL};
use self::trade::OutTradeNo;
use super::{Acknowledgement, Clock, CloseAsked, Headers, NotificationRefused, PaymentGateway};
use crate::domain::order::PaymentTerms;
use crate::domain::payment::{
    CreateAnswer, GatewayAnswer, NewPayment, NewRefund, NotPayable, Notification, RefundAnswer,
    SentPayment,
};

/// The usual name of the account, in orders and addresses.
pub const NAME: &str = "alipay";

/// A code to be scanned is good for two hours, and so is the longest time to pay, in seconds.
pub const CODE_LIFE_S: u32 = 2 * 3600;

/// A hundred million yuan, in fen.
const MAX_FEN: i64 = 10_000_000_000;

pub struct AlipayGateway {
    client: Client,
}

#[derive(Deserialize)]
struct ClosedTrade {
    out_trade_no: Option<String>,
}

impl AlipayGateway {
    /// Asks nobody; what the settings promise shows with the first call.
    ///
    /// # Errors
    /// What [`AlipaySettings::check`] says.
    pub fn new(settings: AlipaySettings, clock: Clock) -> Result<Self, AlipaySetupError> {
        Ok(Self {
            client: Client::new(settings, clock)?,
        })
    }
}

#[async_trait]
impl PaymentGateway for AlipayGateway {
    fn name(&self) -> &str {
        &self.client.name
    }

    fn accepts(&self, terms: &PaymentTerms) -> Result<(), NotPayable> {
        if terms.amount.currency.as_str() != "CNY" {
            return Err(NotPayable::Currency("CNY"));
        }
        if terms.amount.minor > MAX_FEN {
            return Err(NotPayable::Amount);
        }
        if terms.pay_within_seconds > CODE_LIFE_S {
            return Err(NotPayable::Window(CODE_LIFE_S));
        }
        Ok(())
    }

    async fn create(&self, payment: &NewPayment) -> CreateAnswer {
        let (verdict, answer) = precreate::create(&self.client, payment).await;
        // A refusal may be the way to say that it has been paid; only a signed query proves that.
        if matches!(verdict, Some(Verdict::WrongState | Verdict::OurFault))
            && let GatewayAnswer::Paid(paid) = self.query(&payment.sent(None)).await
        {
            return CreateAnswer::AlreadyPaid(paid);
        }
        answer
    }

    async fn query(&self, payment: &SentPayment) -> GatewayAnswer {
        trade::query(&self.client, payment).await
    }

    async fn ask_to_close(&self, payment: &SentPayment) -> CloseAsked {
        let number = number::out_trade_no(&payment.order_no);
        let asked = OutTradeNo {
            out_trade_no: number.clone(),
        };
        let answer = match self.client.call("alipay.trade.close", &asked, None).await {
            Ok(answer) => answer,
            Err(why) => return CloseAsked::Unknown(why.to_string()),
        };
        match success::<ClosedTrade>(&answer) {
            Ok(closed)
                if closed
                    .out_trade_no
                    .as_ref()
                    .is_none_or(|there| *there == number) =>
            {
                CloseAsked::Accepted
            }
            Ok(_) => CloseAsked::Unknown("the answer is about another order".to_owned()),
            Err(Refusal { verdict, text }) => match verdict {
                Verdict::OurFault => CloseAsked::Refused(text),
                // Paid, closed, or not there (yet): for the query to say.
                Verdict::WrongState | Verdict::NotExist | Verdict::Unknown => {
                    CloseAsked::Unknown(text)
                }
            },
        }
    }

    async fn refund(&self, refund: &NewRefund) -> RefundAnswer {
        refund::ask(&self.client, refund).await
    }

    async fn query_refund(&self, refund: &NewRefund) -> RefundAnswer {
        refund::query(&self.client, refund).await
    }

    fn verify_notification(
        &self,
        _headers: &Headers<'_>,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Notification, NotificationRefused> {
        notice::read(&self.client, body, now)
    }

    /// Seven letters exactly; anything else makes it come again.
    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement {
            status: 200,
            content_type: Some("text/plain"),
            body: "success",
        }
    }
}
