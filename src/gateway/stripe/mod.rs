//! The client of Stripe: one Checkout Session for each order, in any currency of Stripe's.
//!
//! What became of a payment is read from the state of its objects, never from an error's code:
//! the same code stands for "paid" and for "cancelled". A session is asked about by Stripe's own
//! number of it; where that was lost with an answer, the request that made it is repeated under
//! its key, which finds it.

mod exchange;
mod intent;
mod money;
mod notice;
mod refund;
mod session;
mod settings;
pub mod signature;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use self::exchange::{Client, Fault, Refusal};
pub use self::settings::{BASE_URL, StripeSettings, StripeSetupError};
use super::{Acknowledgement, Clock, CloseAsked, Headers, NotificationRefused, PaymentGateway};
use crate::domain::order::PaymentTerms;
use crate::domain::payment::{
    CreateAnswer, GatewayAnswer, NewPayment, NewRefund, NotPayable, Notification, RefundAnswer,
    SentPayment,
};

/// The usual name of the account, in orders and addresses.
pub const NAME: &str = "stripe";

/// The longest time to pay, in seconds: a session lasts 24 hours at most.
pub const LONGEST_S: u32 = 23 * 3600;

/// As in the column that keeps it.
const MAX_URL_CHARS: usize = 2_000;

pub struct StripeGateway {
    client: Client,
}

impl StripeGateway {
    /// Asks nobody; what the settings promise shows with the first call.
    ///
    /// # Errors
    /// What [`StripeSettings::check`] says.
    pub fn new(settings: StripeSettings, clock: Clock) -> Result<Self, StripeSetupError> {
        Ok(Self {
            client: Client::new(settings, clock)?,
        })
    }
}

#[async_trait]
impl PaymentGateway for StripeGateway {
    fn name(&self) -> &str {
        &self.client.name
    }

    fn accepts(&self, terms: &PaymentTerms) -> Result<(), NotPayable> {
        if money::amount(terms.amount).is_none() {
            return Err(NotPayable::Amount);
        }
        if terms.pay_within_seconds > LONGEST_S {
            return Err(NotPayable::Window(LONGEST_S));
        }
        Ok(())
    }

    async fn create(&self, payment: &NewPayment) -> CreateAnswer {
        let client = &self.client;
        let sent = payment.sent(None);
        let made = match session::make(client, &sent).await {
            Ok(made) => made.object,
            Err(Refusal { fault, text, .. }) => {
                return match fault {
                    Fault::Refused | Fault::NotFound => CreateAnswer::Refused(text),
                    Fault::Unknown => CreateAnswer::Unknown(text),
                };
            }
        };
        if made.client_reference_id.as_deref() != Some(payment.order_no.as_str()) {
            return CreateAnswer::Unknown("the answer is about another order".to_owned());
        }
        match (made.status.as_deref(), made.url) {
            (Some("open"), Some(url)) if is_page(&url) && session::is_reference(&made.id) => {
                CreateAnswer::Created {
                    url,
                    reference: Some(made.id),
                }
            }
            _ => CreateAnswer::Unknown("the session has no usable address".to_owned()),
        }
    }

    async fn query(&self, payment: &SentPayment) -> GatewayAnswer {
        let client = &self.client;
        if let Some(evidence) = session::over(client, payment) {
            return GatewayAnswer::Closed(evidence);
        }
        match session::look(client, payment).await {
            Ok(found) => found.object.answer(client, payment, &found.body),
            Err(Refusal { fault, text, .. }) => match fault {
                Fault::NotFound => GatewayAnswer::NotCreated,
                Fault::Refused => GatewayAnswer::Refused(text),
                Fault::Unknown => GatewayAnswer::Unknown(text),
            },
        }
    }

    async fn ask_to_close(&self, payment: &SentPayment) -> CloseAsked {
        let client = &self.client;
        let found = match session::look(client, payment).await {
            Ok(found) => found.object,
            Err(Refusal { fault, text, .. }) => {
                return match fault {
                    Fault::Refused => CloseAsked::Refused(text),
                    Fault::NotFound | Fault::Unknown => CloseAsked::Unknown(text),
                };
            }
        };
        let asked = match (found.status.as_deref(), found.intent()) {
            // Its session is over, but not the payment in it.
            (Some("complete"), Some(intent)) if intent.is_cancelable() => {
                let cancelled = intent::cancel(client, &intent.id).await;
                cancelled.map(|done| done.object.status == "canceled")
            }
            _ => {
                let expired = session::expire(client, &found.id).await;
                expired.map(|done| done.object.status.as_deref() == Some("expired"))
            }
        };
        match asked {
            Ok(true) => CloseAsked::Accepted,
            Ok(false) => CloseAsked::Unknown("it is not closed".to_owned()),
            // Whether that is because it is paid, or closed, the query after this says.
            Err(Refusal { text, .. }) => CloseAsked::Unknown(text),
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

    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement {
            status: 200,
            content_type: None,
            body: "",
        }
    }
}

fn is_page(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://"))
        && url.len() <= MAX_URL_CHARS
        && url.bytes().all(|b| b.is_ascii_graphic())
}
