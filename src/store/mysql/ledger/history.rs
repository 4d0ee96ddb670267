//! Levels over time, and what they are made of. Both look at a bounded number of entries.

use chrono::{DateTime, Utc};
use sqlx::MySqlPool;

use super::past::version_before;
use crate::domain::history::{Explanation, History, KindSum};
use crate::domain::ids::{EntryId, StockId};
use crate::domain::ledger::EntryKind;
use crate::store::mysql::StoreResult;
use crate::store::mysql::json::{decode, json_list};

/// More entries than this are not all looked at for a chart.
const EXACT: u64 = 2_000;
/// Points of a chart that does not show every entry.
const SAMPLES: u64 = 240;
/// Entries that are added up at most.
const ADDED_UP: u64 = 20_000;

/// The levels of a SKU from a moment on, up to the entry `version`. Not for unlimited ones.
pub async fn history(
    pool: &MySqlPool,
    stock: StockId,
    version: u64,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> StoreResult<History> {
    let before = version_before(pool, stock, from).await?.min(version);
    let mut points = vec![(from, level(pool, stock, before).await?)];
    let sampled = version - before > EXACT;
    let rows: Vec<(DateTime<Utc>, Option<i64>)> = if sampled {
        let step = |i| before + (version - before) * i / SAMPLES;
        let versions: Vec<u64> = (1..=SAMPLES).map(step).collect();
        sqlx::query_as(
            "SELECT l.created_at, l.balance FROM JSON_TABLE(?, '$[*]' COLUMNS (
               version BIGINT UNSIGNED PATH '$')) j
             JOIN ledger l ON l.stock_id = ? AND l.version = j.version ORDER BY l.version",
        )
        .bind(json_list(&versions))
        .bind(stock)
        .fetch_all(pool)
        .await?
    } else {
        sqlx::query_as(
            "SELECT created_at, balance FROM ledger
             WHERE stock_id = ? AND version > ? AND version <= ? ORDER BY version",
        )
        .bind(stock)
        .bind(before)
        .bind(version)
        .fetch_all(pool)
        .await?
    };
    points.extend(
        rows.into_iter()
            .filter_map(|(at, level)| Some((at, level?))),
    );
    Ok(History {
        from,
        to,
        points,
        sampled,
    })
}

/// What makes up the level of a SKU at `version`: of its newest 20,000 entries each kind, and the
/// level before them. Not for unlimited ones.
pub async fn explanation(
    pool: &MySqlPool,
    stock: StockId,
    version: u64,
) -> StoreResult<Explanation> {
    let above = version.saturating_sub(ADDED_UP);
    let sums: Vec<(EntryKind, i64, i64)> = sqlx::query_as(
        "SELECT kind, CAST(SUM(delta) AS SIGNED), COUNT(*) FROM ledger
         WHERE stock_id = ? AND version > ? AND version <= ? GROUP BY kind ORDER BY kind",
    )
    .bind(stock)
    .bind(above)
    .bind(version)
    .fetch_all(pool)
    .await?;
    let sum = |(kind, units, entries): (_, _, i64)| KindSum {
        kind,
        units,
        entries: u64::try_from(entries).unwrap_or(0),
    };
    Ok(Explanation {
        opening: level(pool, stock, above).await?,
        after: (above > 0).then_some(EntryId {
            stock,
            version: above,
        }),
        sums: sums.into_iter().map(sum).collect(),
        version,
    })
}

/// The level right after an entry; before the first one, what the SKU opened with.
async fn level(pool: &MySqlPool, stock: StockId, version: u64) -> StoreResult<i64> {
    let level: Option<Option<i64>> = sqlx::query_scalar(
        "SELECT IF(? = 0, s.opening, l.balance) FROM stock s
         LEFT JOIN ledger l ON l.stock_id = s.id AND l.version = ? WHERE s.id = ?",
    )
    .bind(version)
    .bind(version)
    .bind(stock)
    .fetch_optional(pool)
    .await?;
    let missing = || decode(format!("stock {} has no entry {version}", stock.0));
    Ok(level.flatten().ok_or_else(missing)?)
}
