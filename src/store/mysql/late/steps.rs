//! The steps of late money. Each locks its one row, asks the table in `domain::late` whether it
//! may be taken, and writes the new state, its event, and whether the payment is settled.

use chrono::{DateTime, Utc};
use sqlx::mysql::MySqlConnection;
use sqlx::{Connection, MySqlPool};

use super::{LATE, NewEvent, event_insert};
use crate::domain::actor::Actor;
use crate::domain::late::{
    Deed, LateKind, LatePayment, LateState, RefundSaid, RefundStep, may, refunded,
};
use crate::store::mysql::StoreResult;
use crate::store::mysql::orders::again_on_conflict;

/// What a step came to; with the payment as it was under its lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LateChanged {
    Done(LatePayment),
    /// It is not for this step (any more); nothing was changed.
    Otherwise(LatePayment),
    NotFound,
}

/// The gateway's word that a refund arrived, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    pub at: DateTime<Utc>,
    pub code: String,
    /// SHA-256 of the answer, in hex.
    pub digest: String,
}

/// What to write of a step.
struct Change<'a> {
    state: LateState,
    sql: &'static str,
    kind: Option<LateKind>,
    detail: Option<&'a str>,
}

/// Locks the payment's row, making it where it is missing.
async fn locked(conn: &mut MySqlConnection, id: u64) -> Result<Option<LatePayment>, sqlx::Error> {
    // The row of `late_money` decides who goes first; the payment itself never changes but here.
    sqlx::query("SELECT payment_id FROM late_money WHERE payment_id = ? FOR UPDATE")
        .bind(id)
        .fetch_optional(&mut *conn)
        .await?;
    let sql = format!("{LATE} WHERE p.id = ? AND p.outcome <> 'order_paid'");
    let late: Option<LatePayment> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .fetch_optional(&mut *conn)
        .await?;
    if let Some(late) = &late {
        sqlx::query(
            "INSERT IGNORE INTO late_money (payment_id, state, refund_no, created_at)
             VALUES (?, 'waiting', ?, ?)",
        )
        .bind(id)
        .bind(&late.refund_no)
        .bind(late.created_at)
        .execute(&mut *conn)
        .await?;
    }
    Ok(late)
}

/// One step under the lock: `decide` says what to write, or `None` when it may not be taken;
/// `bind` fills in the change's own statement.
async fn step<'a>(
    pool: &MySqlPool,
    id: u64,
    actor: &Actor,
    now: DateTime<Utc>,
    decide: impl Fn(&LatePayment) -> Option<Change<'a>>,
    bind: impl Fn(Query) -> Query,
) -> StoreResult<LateChanged> {
    let actor = actor.to_string();
    again_on_conflict(|| async {
        let mut conn = pool.acquire().await?;
        // Dropped without a commit, the transaction is rolled back.
        let mut tx = conn.begin().await?;
        let Some(late) = locked(&mut tx, id).await? else {
            return Ok(LateChanged::NotFound);
        };
        let Some(change) = decide(&late) else {
            tx.rollback().await?;
            return Ok(LateChanged::Otherwise(late));
        };
        bind(sqlx::query(change.sql))
            .bind(id)
            .execute(&mut *tx)
            .await?;
        if let Some(kind) = change.kind {
            let event = NewEvent {
                payment: id,
                at: now,
                kind,
                actor: &actor,
                detail: change.detail,
            };
            event_insert(&mut tx, &event).await?;
        }
        if change.state.is_final() {
            sqlx::query("UPDATE payments SET settled_at = ? WHERE id = ?")
                .bind(now)
                .bind(id)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(LateChanged::Done(late))
    })
    .await
}

type Query = sqlx::query::Query<'static, sqlx::MySql, sqlx::mysql::MySqlArguments>;

/// Somebody wants it refunded: waiting -> queued, due at once.
pub async fn late_queue(
    pool: &MySqlPool,
    id: u64,
    actor: &Actor,
    now: DateTime<Utc>,
    due_at: DateTime<Utc>,
) -> StoreResult<LateChanged> {
    let decide = |late: &LatePayment| {
        may(Deed::Refund, late.standing()).then_some(Change {
            state: LateState::Queued,
            // From here on it ends as the gateway says: no worker deducts its stock again.
            sql: "UPDATE late_money SET state = 'queued', refund_asked_at = COALESCE(refund_asked_at, ?),
                    next_action_at = ?, attempts = 0 WHERE payment_id = ?",
            kind: Some(LateKind::Queued),
            detail: None,
        })
    };
    let bind = |query: Query| query.bind(now).bind(due_at);
    step(pool, id, actor, now, decide, bind).await
}

/// Marks that the refund is about to be asked for. This is on disk before the gateway hears a
/// word: from here on it ends as the gateway says, and its stock is never deducted again. What
/// was heard before is forgotten, so that nobody takes it for the answer that is awaited.
pub async fn refund_ask(
    pool: &MySqlPool,
    id: u64,
    actor: &Actor,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
) -> StoreResult<LateChanged> {
    let decide = |late: &LatePayment| {
        (late.state == LateState::Queued).then_some(Change {
            state: LateState::Queued,
            sql: "UPDATE late_money SET refund_asked_at = COALESCE(refund_asked_at, ?),
                    next_action_at = ?, heard = NULL WHERE payment_id = ?",
            kind: late.refund_asked_at.is_none().then_some(LateKind::Asked),
            detail: None,
        })
    };
    let bind = |query: Query| query.bind(now).bind(lease_until);
    step(pool, id, actor, now, decide, bind).await
}

/// What a gateway said of a refund that was asked for, and what follows from that by the table.
/// `proof`: of a refund that arrived; `again_at`: when to come back to one that is not final.
pub async fn refund_heard(
    pool: &MySqlPool,
    id: u64,
    said: RefundSaid,
    proof: Option<&Proof>,
    actor: &Actor,
    now: DateTime<Utc>,
    again_at: DateTime<Utc>,
) -> StoreResult<LateChanged> {
    let decide = |late: &LatePayment| {
        let asked = late.refund_asked_at.is_some() && !late.state.is_final();
        let RefundStep { state, .. } = refunded(late.state, said);
        (asked && late.state != LateState::Waiting).then(|| heard(state, said))
    };
    let bind = |query: Query| {
        let query = query.bind(said);
        match said {
            RefundSaid::Refunded => query
                .bind(proof.map(|proof| proof.at))
                .bind(proof.map(|proof| proof.code.clone()))
                .bind(proof.map(|proof| proof.digest.clone())),
            RefundSaid::Failed => query,
            _ => query.bind(again_at),
        }
    };
    step(pool, id, actor, now, decide, bind).await
}

fn heard(state: LateState, said: RefundSaid) -> Change<'static> {
    let detail = Some(said.as_str());
    let (sql, kind) = match said {
        RefundSaid::Refunded => (
            "UPDATE late_money SET state = 'refunded', heard = ?, refunded_at = ?,
               evidence_code = ?, evidence_digest = ?, next_action_at = NULL
             WHERE payment_id = ?",
            LateKind::Refunded,
        ),
        RefundSaid::Failed => (
            "UPDATE late_money SET state = 'refund_failed', heard = ?, next_action_at = NULL
             WHERE payment_id = ?",
            LateKind::Failed,
        ),
        RefundSaid::Processing => (
            "UPDATE late_money SET heard = ?, next_action_at = IF(state = 'refund_failed', NULL, ?),
               attempts = IF(state = 'queued', 0, attempts + 1),
               state = IF(state = 'refund_failed', state, 'refunding')
             WHERE payment_id = ?",
            LateKind::Processing,
        ),
        RefundSaid::NotFound => (
            "UPDATE late_money SET heard = ?, next_action_at = IF(state = 'refund_failed', NULL, ?),
               attempts = attempts + 1, state = IF(state = 'refund_failed', state, 'queued')
             WHERE payment_id = ?",
            LateKind::Unanswered,
        ),
        RefundSaid::Unknown | RefundSaid::Refused => (
            "UPDATE late_money SET heard = ?, next_action_at = IF(state = 'refund_failed', NULL, ?),
               attempts = attempts + 1
             WHERE payment_id = ?",
            LateKind::Unanswered,
        ),
    };
    let kind = Some(kind);
    Change {
        state,
        sql,
        kind,
        detail,
    }
}

/// There was too little stock to deduct again; `detail` names what was short.
pub async fn late_short(
    pool: &MySqlPool,
    id: u64,
    detail: &str,
    actor: &Actor,
    now: DateTime<Utc>,
) -> StoreResult<LateChanged> {
    let decide = |late: &LatePayment| {
        (!late.state.is_final()).then_some(Change {
            state: late.state,
            sql: "UPDATE late_money SET attempts = attempts WHERE payment_id = ?",
            kind: Some(LateKind::Short),
            detail: Some(detail),
        })
    };
    step(pool, id, actor, now, decide, |query| query).await
}

/// People settled it outside, and say how.
pub async fn late_handle(
    pool: &MySqlPool,
    id: u64,
    note: &str,
    actor: &Actor,
    now: DateTime<Utc>,
) -> StoreResult<LateChanged> {
    let by = actor.to_string();
    let decide = |late: &LatePayment| {
        may(Deed::Handle, late.standing()).then_some(Change {
            state: LateState::Handled,
            sql: "UPDATE late_money SET state = 'handled', handled_by = ?, handled_note = ?,
                    next_action_at = NULL WHERE payment_id = ?",
            kind: Some(LateKind::Handled),
            detail: None,
        })
    };
    let bind = |query: Query| query.bind(by.clone()).bind(note.to_owned());
    step(pool, id, actor, now, decide, bind).await
}
