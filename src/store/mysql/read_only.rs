//! The table `read_only`.

use chrono::{DateTime, Utc};
use sqlx::MySqlPool;

use super::StoreResult;

/// Until when changes are paused, if they are at `now`.
pub async fn read_only_fetch(
    pool: &MySqlPool,
    now: DateTime<Utc>,
) -> StoreResult<Option<DateTime<Utc>>> {
    let until = sqlx::query_scalar("SELECT ends_at FROM read_only WHERE id = 1 AND ends_at > ?");
    Ok(until.bind(now).fetch_optional(pool).await?)
}

/// Pauses changes until `ends_at`, whatever was said before.
pub async fn read_only_set(
    pool: &MySqlPool,
    ends_at: DateTime<Utc>,
    actor: &str,
    now: DateTime<Utc>,
) -> StoreResult<()> {
    sqlx::query("REPLACE INTO read_only (id, ends_at, actor, paused_at) VALUES (1, ?, ?, ?)")
        .bind(ends_at)
        .bind(actor)
        .bind(now)
        .execute(pool)
        .await?;
    Ok(())
}

/// Allows changes again; `false` when they were not paused at `now`.
pub async fn read_only_lift(pool: &MySqlPool, now: DateTime<Utc>) -> StoreResult<bool> {
    let lifted = sqlx::query("DELETE FROM read_only WHERE ends_at > ?")
        .bind(now)
        .execute(pool)
        .await?;
    Ok(lifted.rows_affected() > 0)
}
