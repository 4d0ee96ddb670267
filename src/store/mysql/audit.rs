//! The table `audit`.

use sqlx::MySqlPool;

use super::StoreResult;
use crate::domain::audit::AuditEntry;

/// Adds one row. Texts longer than their column are an error: the service shortens them.
pub async fn audit_insert(pool: &MySqlPool, entry: &AuditEntry) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO audit (at, actor, action, object, result, address, detail)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(entry.at)
    .bind(&entry.actor)
    .bind(entry.action.as_str())
    .bind(&entry.object)
    .bind(entry.result.as_str())
    .bind(&entry.address)
    .bind(&entry.detail)
    .execute(pool)
    .await?;
    Ok(())
}
