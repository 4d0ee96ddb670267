//! Repeating what was not confirmed. Everything here is safe to repeat under its own number.

use std::time::{Duration, Instant};

use crate::domain::rejection::{ServiceError, ServiceResult};

const PAUSE: Duration = Duration::from_millis(50);

/// Calls until there is a decision, or `patience` ends.
///
/// # Errors
/// The last answer: a rejection at once, `NotConfirmed` or `Busy` when patience ends.
pub async fn insist<T, F: Future<Output = ServiceResult<T>>>(
    patience: Duration,
    mut call: impl FnMut() -> F,
) -> ServiceResult<T> {
    let begun = Instant::now();
    loop {
        match call().await {
            Err(ServiceError::NotConfirmed(_) | ServiceError::Busy)
                if begun.elapsed() < patience =>
            {
                tokio::time::sleep(PAUSE).await;
            }
            answer => return answer,
        }
    }
}
