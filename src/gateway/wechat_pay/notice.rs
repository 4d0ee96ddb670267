//! Notifications: signed like answers, sealed like certificates.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::exchange::Client;
use super::number;
use super::sealed::Sealed;
use super::transaction::Transaction;
use super::trust::{Claim, Distrust};
use crate::domain::payment::Notification;
use crate::gateway::{Headers, NotificationRefused};

/// How the signature of a probe begins.
const PROBE: &str = "WECHATPAY/SIGNTEST/";

#[derive(Deserialize)]
struct Envelope {
    event_type: String,
    resource: Sealed,
}

#[derive(Deserialize)]
struct RefundNotice {
    mchid: String,
    out_trade_no: String,
    out_refund_no: String,
}

pub(super) fn read(
    client: &Arc<Client>,
    headers: &Headers<'_>,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<Notification, NotificationRefused> {
    let signature = headers.only("Wechatpay-Signature");
    if signature.is_some_and(|signature| signature.starts_with(PROBE)) {
        return Err(NotificationRefused::Probe);
    }
    let claim = Claim::read(|name| headers.only(name)).map_err(refused)?;
    if let Err(why) = client.trusted.check(&claim, body, now) {
        if why == Distrust::UnknownKey && client.uses_certificates() {
            look_for_key(client.clone());
        }
        return Err(refused(why));
    }
    let malformed = NotificationRefused::Malformed;
    let envelope: Envelope =
        serde_json::from_slice(body).map_err(|error| malformed(error.to_string()))?;
    let open = || client.sealing_key.open(&envelope.resource);
    let text = match envelope.event_type.as_str() {
        "TRANSACTION.SUCCESS" => open().map_err(malformed)?,
        event if event.starts_with("REFUND.") => {
            let text = open().map_err(malformed)?;
            return refund(client, &text);
        }
        _ => return Ok(Notification::Other),
    };
    let transaction: Transaction =
        serde_json::from_slice(&text).map_err(|error| malformed(error.to_string()))?;
    let unusable = || malformed("an unusable out_trade_no".to_owned());
    let order_no = transaction.order_no().ok_or_else(unusable)?;
    let stranger = transaction.stranger(client);
    if transaction.trade_state != "SUCCESS" {
        return Ok(match stranger {
            None => Notification::Hint(order_no),
            Some(_) => Notification::Other,
        });
    }
    let mut paid = transaction.verified(client, order_no).map_err(malformed)?;
    if let Some(stranger) = stranger {
        // Stored under whose it is, it matches no order of ours.
        paid.gateway = stranger;
    }
    Ok(Notification::Paid(paid))
}

/// A refund came to an end, it says: which one is all that is read.
fn refund(client: &Client, text: &[u8]) -> Result<Notification, NotificationRefused> {
    let malformed = |why: &str| NotificationRefused::Malformed(why.to_owned());
    let refund: RefundNotice =
        serde_json::from_slice(text).map_err(|error| malformed(&error.to_string()))?;
    if refund.mchid != client.merchant {
        return Err(malformed("it is another merchant's"));
    }
    Ok(Notification::Refund {
        order_no: number::order_no(&refund.out_trade_no, None),
        refund_no: refund.out_refund_no,
    })
}

fn refused(why: Distrust) -> NotificationRefused {
    match why {
        Distrust::Unsigned => NotificationRefused::Unsigned,
        Distrust::UnknownKey | Distrust::Mismatch => NotificationRefused::BadSignature,
        Distrust::Stale => NotificationRefused::Stale,
    }
}

/// The certificate may be new. This notification is refused and comes again in 15 seconds; by
/// then the certificate is there, if there is such a one.
fn look_for_key(client: Arc<Client>) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(async move {
            if let Err(why) = client.download_unless_recent().await {
                tracing::warn!(%why, "WeChat Pay's platform certificates cannot be had");
            }
        });
    }
}
