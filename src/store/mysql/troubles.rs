//! The table `troubles`.

use chrono::{DateTime, Utc};
use sqlx::mysql::MySqlRow;
use sqlx::{FromRow, MySqlPool, Row};

use super::StoreResult;
use crate::domain::trouble::Trouble;

/// Notes a period that was seen; the one of this part that goes on grows by it.
pub async fn trouble_note(pool: &MySqlPool, trouble: &Trouble) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO troubles (kind, detail, worst, began_at, seen_at, going_on)
         VALUES (?, ?, ?, ?, ?, 1)
         ON DUPLICATE KEY UPDATE began_at = LEAST(began_at, ?), seen_at = GREATEST(seen_at, ?),
           worst = IF(? = 'down', 'down', worst)",
    )
    .bind(trouble.kind)
    .bind(&trouble.detail)
    .bind(trouble.worst)
    .bind(trouble.began_at)
    .bind(trouble.seen_at)
    .bind(trouble.began_at)
    .bind(trouble.seen_at)
    .bind(trouble.worst)
    .execute(pool)
    .await?;
    Ok(())
}

/// Ends periods that nobody has seen since `quiet_since`, and forgets those before `old`.
pub async fn troubles_tidy(
    pool: &MySqlPool,
    quiet_since: DateTime<Utc>,
    old: DateTime<Utc>,
) -> StoreResult<()> {
    sqlx::query("UPDATE troubles SET going_on = NULL WHERE going_on = 1 AND seen_at < ?")
        .bind(quiet_since)
        .execute(pool)
        .await?;
    sqlx::query("DELETE FROM troubles WHERE seen_at < ? LIMIT 1000")
        .bind(old)
        .execute(pool)
        .await?;
    Ok(())
}

/// What was seen since then, the newest of it.
pub async fn troubles_list(
    pool: &MySqlPool,
    since: DateTime<Utc>,
    limit: u32,
) -> StoreResult<Vec<Trouble>> {
    let sql = "SELECT * FROM troubles WHERE seen_at >= ? ORDER BY seen_at DESC LIMIT ?";
    Ok(sqlx::query_as(sql)
        .bind(since)
        .bind(limit)
        .fetch_all(pool)
        .await?)
}

impl FromRow<'_, MySqlRow> for Trouble {
    fn from_row(r: &MySqlRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            kind: r.try_get("kind")?,
            detail: r.try_get("detail")?,
            worst: r.try_get("worst")?,
            began_at: r.try_get("began_at")?,
            seen_at: r.try_get("seen_at")?,
            over: r.try_get::<Option<i8>, _>("going_on")?.is_none(),
        })
    }
}
