//! A limit on every question to the database: one that hangs must not hang whoever asks.

use std::time::Duration;

use tokio::time::timeout;

use crate::domain::rejection::{ServiceError, ServiceResult};
use crate::store::mysql::StoreResult;

/// How long a look at the database may take; what moves stock has the desk's own limit.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// What the database answers within `patience`.
///
/// # Errors
/// `NotConfirmed` when it is away or too slow.
pub async fn in_time<T>(
    patience: Duration,
    work: impl Future<Output = StoreResult<T>>,
) -> ServiceResult<T> {
    match timeout(patience, work).await {
        Ok(value) => Ok(value?),
        Err(_) => Err(ServiceError::NotConfirmed(format!(
            "the database did not answer within {patience:?}"
        ))),
    }
}
