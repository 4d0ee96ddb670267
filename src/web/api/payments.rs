//! `/api/v1/payments/{gateway}/notify`

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};

use crate::service::{NotAcknowledged, NotificationRefused};
use crate::web::extract::{Path, State, read_body};
use crate::web::i18n::msg;
use crate::web::problem::Problem;

/// A notification has at most this many bytes.
const LIMIT: usize = 64 * 1024;

/// `POST /api/v1/payments/{gateway}/notify`: the gateway says that something happened. It gets
/// its acknowledgement, in the form it knows, once that is stored.
pub async fn notify(
    state: State,
    Path(gateway): Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    // The signature is over the bytes as they came.
    let body = read_body(payload.into_inner(), LIMIT).await?;
    let pairs = request.headers().iter();
    let headers = pairs
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect();
    let cashier = &state.services.cashier;
    let taken = cashier.payment_notified(&gateway, &headers, &body).await;
    let acknowledgement = taken.map_err(refused)?;
    let status = StatusCode::from_u16(acknowledgement.status).map_err(Problem::internal)?;
    let mut answer = HttpResponse::build(status);
    if let Some(kind) = acknowledgement.content_type {
        answer.content_type(kind);
    }
    Ok(answer.body(acknowledgement.body))
}

fn refused(why: NotAcknowledged) -> Problem {
    match why {
        NotAcknowledged::UnknownGateway => Problem::not_found(),
        NotAcknowledged::NotStored(error) => error.into(),
        NotAcknowledged::Refused(NotificationRefused::Malformed(why)) => {
            tracing::warn!(why, "a payment notification that cannot be read");
            Problem::malformed("The notification cannot be read.")
        }
        NotAcknowledged::Refused(why) => {
            tracing::warn!(%why, "a payment notification that is not to be believed");
            Problem::new(
                StatusCode::UNAUTHORIZED,
                "unauthorized",
                msg("signature-title"),
                msg("signature-detail"),
            )
        }
    }
}
