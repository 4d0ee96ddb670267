//! Late money as people look at it.

use chrono::{DateTime, Utc};
use sqlx::{MySqlPool, QueryBuilder};

use super::{LATE, NOT_PAID};
use crate::domain::ids::DocumentNo;
use crate::domain::late::{LateEvent, LateGroup, LatePayment, LateState};
use crate::domain::listing::CappedCount;
use crate::domain::payment::PaymentOutcome;
use crate::store::mysql::json::parse;
use crate::store::mysql::{StoreResult, capped};

/// Payments of one group, after the one with number `after`; of one `state` when it is given.
pub async fn late_window(
    pool: &MySqlPool,
    group: LateGroup,
    state: Option<LateState>,
    after: Option<u64>,
    rows: u32,
) -> StoreResult<Vec<LatePayment>> {
    let mut sql = QueryBuilder::new(LATE);
    sql.push(" WHERE ").push(NOT_PAID).push(match group {
        LateGroup::Waiting => {
            " AND p.settled_at IS NULL
              AND (l.state IS NULL OR l.state IN ('waiting', 'refund_failed'))"
        }
        LateGroup::UnderWay => " AND p.settled_at IS NULL AND l.state IN ('queued', 'refunding')",
        LateGroup::Settled => " AND p.settled_at IS NOT NULL",
    });
    if let Some(state) = state {
        sql.push(" AND COALESCE(l.state, 'waiting') = ")
            .push_bind(state.as_str());
    }
    let newest_first = group == LateGroup::Settled;
    if let Some(after) = after {
        let than = if newest_first {
            " AND p.id < "
        } else {
            " AND p.id > "
        };
        sql.push(than).push_bind(after);
    }
    sql.push(if newest_first {
        " ORDER BY p.id DESC"
    } else {
        " ORDER BY p.id"
    });
    sql.push(" LIMIT ").push_bind(rows);
    Ok(sql.build_query_as().fetch_all(pool).await?)
}

/// One payment that did not pay its order.
pub async fn late_fetch(pool: &MySqlPool, id: u64) -> StoreResult<Option<LatePayment>> {
    let sql = format!("{LATE} WHERE p.id = ? AND {NOT_PAID}");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .fetch_optional(pool)
        .await?)
}

/// What happened to a payment, oldest first.
pub async fn late_events(pool: &MySqlPool, id: u64) -> StoreResult<Vec<LateEvent>> {
    Ok(sqlx::query_as(
        "SELECT at, kind, actor, detail FROM late_events WHERE payment_id = ? ORDER BY id",
    )
    .bind(id)
    .fetch_all(pool)
    .await?)
}

/// Payments under an order's number that did not pay it, oldest first; the first `limit`.
pub async fn late_of_order(
    pool: &MySqlPool,
    order_no: &DocumentNo,
    limit: u32,
) -> StoreResult<Vec<LatePayment>> {
    let sql = format!("{LATE} WHERE p.order_no = ? AND {NOT_PAID} ORDER BY p.id LIMIT ?");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(order_no.as_str())
        .bind(limit)
        .fetch_all(pool)
        .await?)
}

/// Payments, late or not, that one of these gateways calls so.
pub async fn payments_called(
    pool: &MySqlPool,
    gateways: &[&str],
    transaction_id: &str,
) -> StoreResult<Vec<(u64, DocumentNo, PaymentOutcome)>> {
    let mut found = Vec::new();
    // What is no number of any gateway is not asked for.
    if !transaction_id.is_ascii() || transaction_id.len() > 64 {
        return Ok(found);
    }
    for gateway in gateways {
        let row: Option<(u64, String, PaymentOutcome)> = sqlx::query_as(
            "SELECT id, order_no, outcome FROM payments WHERE gateway = ? AND transaction_id = ?",
        )
        .bind(*gateway)
        .bind(transaction_id)
        .fetch_optional(pool)
        .await?;
        if let Some((id, order_no, outcome)) = row {
            found.push((id, parse(&order_no)?, outcome));
        }
    }
    Ok(found)
}

const NEEDS_PEOPLE: &str = "p.settled_at IS NULL AND (l.state IS NULL
    OR l.state IN ('waiting', 'refund_failed') OR l.attempts >= ? OR l.heard = 'refused')";

/// Payments that need a person: nothing goes on by itself, or it was tried often, or the gateway
/// refuses. See [`LatePayment::needs_people`].
pub async fn lates_open(pool: &MySqlPool) -> StoreResult<CappedCount> {
    let sql = format!(
        "SELECT COUNT(*) FROM (SELECT 1 FROM payments p
           LEFT JOIN late_money l ON l.payment_id = p.id
         WHERE {NOT_PAID} AND {NEEDS_PEOPLE} LIMIT ?) t"
    );
    let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(LatePayment::MANY_ATTEMPTS)
        .bind(CappedCount::CAP + 1)
        .fetch_one(pool)
        .await?;
    Ok(capped(count))
}

/// When the first of the payments came that need a person.
pub async fn lates_open_since(pool: &MySqlPool) -> StoreResult<Option<DateTime<Utc>>> {
    let sql = format!(
        "SELECT p.created_at FROM payments p LEFT JOIN late_money l ON l.payment_id = p.id
         WHERE {NOT_PAID} AND {NEEDS_PEOPLE} ORDER BY p.id LIMIT 1"
    );
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(LatePayment::MANY_ATTEMPTS)
        .fetch_optional(pool)
        .await?)
}
