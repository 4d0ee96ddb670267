//! The table `refused_demand`.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::MySqlPool;

use super::StoreResult;
use super::json::json_list;
use crate::domain::demand::{Refused, RefusedDemand, TurnedAway};
use crate::domain::ids::StockId;

/// Rows are kept for so long.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Adds what was counted, all in one statement. A count: the row of stock, the minute (Unix
/// seconds), the reason, claims, units.
pub async fn demand_add(
    pool: &MySqlPool,
    counts: &[(StockId, i64, TurnedAway, u64, u64)],
) -> StoreResult<()> {
    const SQL: &str = "INSERT INTO refused_demand (stock_id, at, reason, claims, units)
      SELECT j.stock_id, TIMESTAMPADD(SECOND, j.at, '1970-01-01'), j.reason, j.claims, j.units
      FROM JSON_TABLE(?, '$[*]' COLUMNS (
        stock_id INT UNSIGNED PATH '$[0]', at BIGINT PATH '$[1]', reason VARCHAR(16) PATH '$[2]',
        claims BIGINT UNSIGNED PATH '$[3]', units BIGINT UNSIGNED PATH '$[4]')) j
      ON DUPLICATE KEY UPDATE refused_demand.claims = refused_demand.claims + VALUES(claims),
        refused_demand.units = refused_demand.units + VALUES(units)";
    sqlx::query(SQL)
        .bind(json_list(counts))
        .execute(pool)
        .await?;
    Ok(())
}

/// Drops some of what is too old.
pub async fn demand_forget(pool: &MySqlPool, now: DateTime<Utc>) -> StoreResult<()> {
    sqlx::query("DELETE FROM refused_demand WHERE at < ? LIMIT 5000")
        .bind(now - KEPT)
        .execute(pool)
        .await?;
    Ok(())
}

/// What was turned away of a SKU in the last hour and the last day, by reason.
pub async fn demand_of(
    pool: &MySqlPool,
    stock: StockId,
    now: DateTime<Utc>,
) -> StoreResult<Vec<RefusedDemand>> {
    let hour = now - TimeDelta::hours(1);
    let rows: Vec<(TurnedAway, i64, i64, i64, i64)> = sqlx::query_as(
        "SELECT reason, CAST(SUM(IF(at > ?, claims, 0)) AS SIGNED),
           CAST(SUM(IF(at > ?, units, 0)) AS SIGNED), CAST(SUM(claims) AS SIGNED),
           CAST(SUM(units) AS SIGNED)
         FROM refused_demand WHERE stock_id = ? AND at > ? GROUP BY reason ORDER BY reason",
    )
    .bind(hour)
    .bind(hour)
    .bind(stock)
    .bind(now - TimeDelta::days(1))
    .fetch_all(pool)
    .await?;
    let refused = |claims, units| Refused {
        claims: u64::try_from(claims).unwrap_or(0),
        units: u64::try_from(units).unwrap_or(0),
    };
    let row = |(reason, hour_claims, hour_units, claims, units)| RefusedDemand {
        reason,
        last_hour: refused(hour_claims, hour_units),
        last_day: refused(claims, units),
    };
    Ok(rows.into_iter().map(row).collect())
}
