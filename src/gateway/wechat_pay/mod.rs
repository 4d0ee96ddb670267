//! The client of WeChat Pay, API v3, for merchants of mainland China: payments by a code that
//! the customer scans (Native), in fen of CNY.
//!
//! Requests are signed with the merchant's key; answers and notifications are believed when
//! WeChat Pay's own signature, at most five minutes old, stands under them. A success that is
//! not signed is a forgery. A refusal that is not signed is a reason to do nothing.
//!
//! Each call is one exchange, with two exceptions: when an answer is signed with a certificate
//! that we do not have, the certificates are downloaded once; and when a payment cannot be
//! created, it is asked whether it has been paid. An exchange writes down nothing, so every call
//! can be made again.

mod certificates;
mod codes;
mod exchange;
mod notice;
pub mod number;
mod prepay;
mod refund;
mod sealed;
mod settings;
pub mod signature;
mod transaction;
mod trust;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use self::codes::{Refusal, Verdict, refusal};
use self::exchange::Client;
pub use self::settings::{BASE_URL, WechatPayPublicKey, WechatPaySettings, WechatPaySetupError};
use self::transaction::Transaction;
use super::{Clock, CloseAsked, Headers, NotificationRefused, PaymentGateway};
use crate::domain::ids::DocumentNo;
use crate::domain::order::PaymentTerms;
use crate::domain::payment::{
    CreateAnswer, GatewayAnswer, NewPayment, NewRefund, NotPayable, Notification, RefundAnswer,
    SentPayment,
};

/// The usual name of the account, in orders and addresses.
pub const NAME: &str = "wechat_pay";

/// A code to be scanned is good for two hours, and so is the longest time to pay, in seconds.
pub const CODE_LIFE_S: u32 = 2 * 3600;

pub struct WechatPayGateway {
    client: Arc<Client>,
}

impl WechatPayGateway {
    /// Asks nobody; what the settings promise shows with the first call.
    ///
    /// # Errors
    /// What [`WechatPaySettings::check`] says.
    pub fn new(settings: WechatPaySettings, clock: Clock) -> Result<Self, WechatPaySetupError> {
        Ok(Self {
            client: Arc::new(Client::new(settings, clock)?),
        })
    }
}

#[async_trait]
impl PaymentGateway for WechatPayGateway {
    fn name(&self) -> &str {
        &self.client.name
    }

    fn accepts(&self, terms: &PaymentTerms) -> Result<(), NotPayable> {
        if terms.amount.currency.as_str() != "CNY" {
            return Err(NotPayable::Currency("CNY"));
        }
        if terms.pay_within_seconds > CODE_LIFE_S {
            return Err(NotPayable::Window(CODE_LIFE_S));
        }
        Ok(())
    }

    fn close_after(&self) -> TimeDelta {
        self.client.close_after
    }

    /// Downloads the platform certificates. Good at the start and twice a day: answers fetch what
    /// they miss, but a notification with a certificate we do not have is refused the first time.
    /// Does nothing when certificates are not used.
    async fn refresh(&self) -> Result<(), String> {
        if !self.client.uses_certificates() {
            return Ok(());
        }
        let done = self.client.download_certificates().await;
        done.map_err(|why| why.to_string())
    }

    async fn create(&self, payment: &NewPayment) -> CreateAnswer {
        let (verdict, answer) = prepay::create(&self.client, payment).await;
        // A refusal may be the way to say that it has been paid; only a signed query proves that.
        if matches!(verdict, Some(Verdict::Paid | Verdict::OurFault))
            && let GatewayAnswer::Paid(paid) = self.query(&payment.sent(None)).await
        {
            return CreateAnswer::AlreadyPaid(paid);
        }
        answer
    }

    async fn query(&self, payment: &SentPayment) -> GatewayAnswer {
        let order_no = &payment.order_no;
        let client = &self.client;
        let target = format!("{}?mchid={}", payment_path(order_no), client.merchant);
        let answer = match client.exchange("GET", &target, Vec::new()).await {
            Ok(answer) => answer,
            Err(why) => return GatewayAnswer::Unknown(why.to_string()),
        };
        if answer.status == 200 {
            return match serde_json::from_slice::<Transaction>(&answer.body) {
                Ok(paid) => paid.answer(client, order_no, &answer.body, (client.clock)()),
                Err(error) => GatewayAnswer::Unknown(format!("the answer cannot be read: {error}")),
            };
        }
        let Refusal { verdict, text } = refusal(&answer);
        match verdict {
            Verdict::NotExist => GatewayAnswer::NotCreated,
            Verdict::OurFault => GatewayAnswer::Refused(text),
            // "Paid" and "closed" as refusals of a query prove neither.
            _ => GatewayAnswer::Unknown(text),
        }
    }

    async fn ask_to_close(&self, payment: &SentPayment) -> CloseAsked {
        let client = &self.client;
        let target = format!("{}/close", payment_path(&payment.order_no));
        let body = format!("{{\"mchid\":\"{}\"}}", client.merchant);
        let answer = match client.exchange("POST", &target, body.into_bytes()).await {
            Ok(answer) => answer,
            Err(why) => return CloseAsked::Unknown(why.to_string()),
        };
        if answer.status == 204 {
            return CloseAsked::Accepted;
        }
        let Refusal { verdict, text } = refusal(&answer);
        match verdict {
            Verdict::Closed => CloseAsked::Accepted,
            Verdict::Paid => CloseAsked::AlreadyPaid,
            Verdict::Paying => CloseAsked::InProgress,
            Verdict::OurFault => CloseAsked::Refused(text),
            // That there is no such payment is for the query to say.
            Verdict::NotExist | Verdict::Unknown => CloseAsked::Unknown(text),
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
        headers: &Headers<'_>,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Notification, NotificationRefused> {
        notice::read(&self.client, headers, body, now)
    }
}

fn payment_path(order_no: &DocumentNo) -> String {
    // Every character of such a number may stand in a path as it is.
    let number = number::out_trade_no(order_no);
    format!("/v3/pay/transactions/out-trade-no/{number}")
}
