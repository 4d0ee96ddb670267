//! The table `api_keys`.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{FromRow, MySqlPool};

use super::{StoreResult, is_duplicate};
use crate::domain::role::Scope;
use crate::domain::user::ApiKey;

/// A key that is found by the hash of what was sent.
#[derive(Debug, Clone, FromRow)]
pub struct KeyRow {
    pub id: u64,
    pub name: String,
    pub scope: Scope,
    pub revoked_at: Option<DateTime<Utc>>,
}

/// What is stored of a new key: never the key.
#[derive(Debug)]
pub struct NewKey<'a> {
    pub name: &'a str,
    pub scope: Scope,
    pub hash: [u8; 32],
    pub hint: &'a str,
    pub created_by: &'a str,
    pub created_at: DateTime<Utc>,
}

/// Adds a key; `None` when the name is taken.
pub async fn api_key_insert(pool: &MySqlPool, key: &NewKey<'_>) -> StoreResult<Option<u64>> {
    let done = sqlx::query(
        "INSERT INTO api_keys (name, scope, key_hash, hint, created_by, created_at)
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(key.name)
    .bind(key.scope)
    .bind(&key.hash[..])
    .bind(key.hint)
    .bind(key.created_by)
    .bind(key.created_at)
    .execute(pool)
    .await;
    match done {
        Ok(done) => Ok(Some(done.last_insert_id())),
        Err(error) if is_duplicate(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Looks a key up by its SHA-256. The index compares hashes of 256-bit secrets, so that the time
/// it takes says nothing about any key.
pub async fn api_key_fetch(pool: &MySqlPool, hash: &[u8; 32]) -> StoreResult<Option<KeyRow>> {
    Ok(
        sqlx::query_as("SELECT id, name, scope, revoked_at FROM api_keys WHERE key_hash = ?")
            .bind(&hash[..])
            .fetch_optional(pool)
            .await?,
    )
}

/// Notes that a key was used, at most once a minute.
pub async fn api_key_touch(pool: &MySqlPool, id: u64, now: DateTime<Utc>) -> StoreResult<()> {
    sqlx::query(
        "UPDATE api_keys SET last_used_at = ?
         WHERE id = ? AND (last_used_at IS NULL OR last_used_at < ?)",
    )
    .bind(now)
    .bind(id)
    .bind(now - TimeDelta::seconds(60))
    .execute(pool)
    .await?;
    Ok(())
}

/// Revokes a key; `false` when it was revoked before, or never existed.
pub async fn api_key_revoke(pool: &MySqlPool, id: u64, now: DateTime<Utc>) -> StoreResult<bool> {
    let done =
        sqlx::query("UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL")
            .bind(now)
            .bind(id)
            .execute(pool)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// The name of a key.
pub async fn api_key_name(pool: &MySqlPool, id: u64) -> StoreResult<Option<String>> {
    let name = sqlx::query_scalar("SELECT name FROM api_keys WHERE id = ?").bind(id);
    Ok(name.fetch_optional(pool).await?)
}

/// All keys, newest first.
pub async fn api_key_list(pool: &MySqlPool) -> StoreResult<Vec<ApiKey>> {
    #[derive(FromRow)]
    struct Row {
        id: u64,
        name: String,
        scope: Scope,
        hint: String,
        created_by: String,
        created_at: DateTime<Utc>,
        last_used_at: Option<DateTime<Utc>>,
        revoked_at: Option<DateTime<Utc>>,
    }
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, name, scope, hint, created_by, created_at, last_used_at, revoked_at
         FROM api_keys ORDER BY id DESC LIMIT 1000",
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ApiKey {
            id: row.id,
            name: row.name,
            scope: row.scope,
            hint: row.hint,
            created_by: row.created_by,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        })
        .collect())
}
