//! PaymentIntents: the payment inside a session.

use serde::Deserialize;

use super::exchange::{Answer, Client, Refusal};

#[derive(Deserialize)]
pub(super) struct Intent {
    pub id: String,
    pub status: String,
    pub amount_received: Option<i64>,
    pub currency: Option<String>,
}

impl Intent {
    /// Whether Stripe lets a session's intent be cancelled by itself: one whose session is over.
    pub fn is_cancelable(&self) -> bool {
        matches!(
            self.status.as_str(),
            "requires_payment_method"
                | "requires_capture"
                | "requires_confirmation"
                | "requires_action"
        )
    }
}

/// Cancels an intent. The error for one that is paid is the error for one that is cancelled:
/// whoever cares looks at the object.
pub(super) async fn cancel(client: &Client, id: &str) -> Result<Answer<Intent>, Refusal> {
    let form = [("cancellation_reason", "abandoned")];
    client
        .post(&format!("/v1/payment_intents/{id}/cancel"), &form)
        .await
}
