//! `verify` finds every kind of damage, and nothing where there is none.

use std::time::Duration;

use chrono::Utc;
use sqlx::{Executor, MySqlConnection};
use stockdesk::domain::command::{Change, Line, Lines, Post};
use stockdesk::domain::ledger::{DocumentKind, EntryKind};
use stockdesk::domain::money::{Currency, Money};
use stockdesk::domain::order::Evidence;
use stockdesk::domain::payment::VerifiedPayment;
use stockdesk::domain::quantity::{Delta, Level};
use stockdesk::service::verify::{Invariant, Report, verify};

use crate::harness::world::{World, order, rollback, shop, sku, unpaid_order};

/// A desk on which everything that can happen has happened.
async fn lived_in() -> World {
    let world = World::new().await;
    for (sku, units) in [("A", 100), ("B", 50), ("FREE", -1)] {
        world.stock(sku, units).await;
    }
    let desk = &world.desk;
    desk.post(order("PAID", &[("A", 3), ("FREE", 2)]), shop())
        .await
        .unwrap();
    desk.post(order("BACK", &[("A", 2), ("FREE", 1)]), shop())
        .await
        .unwrap();
    desk.rollback(rollback("BACK"), shop()).await.unwrap();
    desk.rollback(rollback("NEVER"), shop()).await.unwrap();
    for number in ["WAITS", "SETTLED", "CLOSED", "CLOSES"] {
        desk.post(unpaid_order(number, &[("A", 4), ("B", 1)]), shop())
            .await
            .unwrap();
    }
    desk.payment_arrived(payment("SETTLED", "T1"), shop())
        .await
        .unwrap();
    for number in ["CLOSED", "CLOSES"] {
        close(&world, number).await;
    }
    desk.order_cancelled(&"CLOSED".parse().unwrap(), evidence(), shop())
        .await
        .unwrap();
    desk.payment_arrived(payment("CLOSED", "T2"), shop())
        .await
        .unwrap();
    desk.payment_arrived(payment("SETTLED", "T3"), shop())
        .await
        .unwrap();
    desk.payment_arrived(payment("NOWHERE", "T4"), shop())
        .await
        .unwrap();
    let received = Change::By(Delta::new(7).unwrap());
    desk.post(
        adjustment("ADJUST", &[("A", received), ("B", received)]),
        shop(),
    )
    .await
    .unwrap();
    let counted = Change::To {
        level: Level::new(60).unwrap(),
        expected_version: None,
    };
    desk.post(adjustment("SET", &[("B", counted)]), shop())
        .await
        .unwrap();
    world
}

fn adjustment(document: &str, lines: &[(&str, Change)]) -> Post {
    let line = |&(name, change): &(&str, Change)| Line {
        sku: sku(name),
        change,
    };
    Post {
        kind: DocumentKind::Adjustment,
        entry_kind: EntryKind::Adjust,
        lines: Lines::merge(lines.iter().map(line).collect()).unwrap(),
        reason: Some("received".to_owned()),
        ..order(document, &[("A", 1)])
    }
}

fn payment(order_no: &str, transaction: &str) -> VerifiedPayment {
    VerifiedPayment {
        gateway: "sandbox".to_owned(),
        transaction_id: transaction.to_owned(),
        order_no: order_no.parse().unwrap(),
        amount: Money::new(12_800, Currency::parse("CNY").unwrap()).unwrap(),
        paid_at: Utc::now(),
    }
}

fn evidence() -> Evidence {
    Evidence {
        gateway: "sandbox".to_owned(),
        code: "CLOSED".to_owned(),
        answered_at: Utc::now(),
        digest: "0".repeat(64),
    }
}

/// What the first half of a cancel stores.
async fn close(world: &World, order_no: &str) {
    let closing = "UPDATE orders SET status = 'closing', cancel_actor = 'worker:timeout_cancel',
      cancel_source = 'worker', cancel_reason = 'not_paid' WHERE order_no = ?";
    let done = sqlx::query(closing)
        .bind(order_no)
        .execute(world.desk.pool())
        .await;
    assert_eq!(done.unwrap().rows_affected(), 1);
}

async fn check(world: &World) -> Report {
    verify(&world.desk, Duration::from_secs(5), |_| {})
        .await
        .expect("the stores answer")
}

#[tokio::test]
async fn a_desk_that_was_lived_in_keeps_every_promise() {
    let world = lived_in().await;
    let report = check(&world).await;
    assert!(report.held(), "{report:#?}");
    let scopes: Vec<_> = report.findings.iter().map(|f| f.scope.as_str()).collect();
    assert_eq!(scopes[0], "3 SKUs, 19 entries");
    assert_eq!(scopes[1..3], ["9 documents", "6 orders"]);
    let late = report.finding(Invariant::Payments);
    assert_eq!(
        late.note.as_deref(),
        Some("3 wait in the list of late payments")
    );
}

#[tokio::test]
async fn an_empty_desk_keeps_every_promise() {
    World::new().await.assert_sound().await;
}

/// Statements that no code of ours would run, and the promises that they break.
const DAMAGE: &[(&str, &[Invariant])] = {
    use Invariant::*;
    &[
        // Levels.
        (
            "UPDATE stock SET available = available + 1 WHERE sku = 'A'",
            &[Levels],
        ),
        ("UPDATE stock SET available = -1 WHERE sku = 'A'", &[Levels]),
        (
            "UPDATE stock SET opening = opening + 1 WHERE sku = 'A'",
            &[Levels],
        ),
        (
            "UPDATE stock SET version = version + 1 WHERE sku = 'A'",
            &[Levels],
        ),
        (
            "UPDATE stock SET available = 3 WHERE sku = 'FREE'",
            &[Levels],
        ),
        (
            "UPDATE stock SET unlimited = 1, available = 0, opening = 0 WHERE sku = 'B'",
            &[Levels],
        ),
        (
            "UPDATE ledger SET balance = balance + 1 WHERE document = 'WAITS'",
            &[Levels],
        ),
        (
            "UPDATE ledger SET balance = NULL WHERE document = 'WAITS'",
            &[Levels],
        ),
        (
            "UPDATE ledger SET balance = 5 WHERE document = 'PAID' AND balance IS NULL",
            &[Levels],
        ),
        (
            "UPDATE ledger SET delta = -5 WHERE document = 'WAITS' AND line = 0",
            &[Levels, Orders, Reserved],
        ),
        (
            "DELETE FROM ledger WHERE document = 'WAITS' AND line = 0",
            &[Levels, Orders, Reserved],
        ),
        (
            "UPDATE ledger SET version = 900 WHERE document = 'WAITS' AND line = 0",
            &[Levels],
        ),
        (
            "UPDATE ledger SET version = 0 WHERE document = 'PAID' AND line = 0",
            &[Levels],
        ),
        (
            "DELETE FROM stock WHERE sku = 'A'",
            &[Levels, Reversals, Orders],
        ),
        // The last line of an order gone without a trace in the chain.
        (
            "DELETE FROM ledger WHERE document = 'SET'; \
          DELETE FROM documents WHERE document = 'SET'; \
          UPDATE stock s SET version = version - 1, available = (SELECT balance FROM ledger l \
            WHERE l.stock_id = s.id ORDER BY version DESC LIMIT 1) WHERE sku = 'B'; \
          DELETE FROM ledger WHERE document = 'ADJUST' AND line = 1; \
          UPDATE stock s SET version = version - 1, available = (SELECT balance FROM ledger l \
            WHERE l.stock_id = s.id ORDER BY version DESC LIMIT 1) WHERE sku = 'B'",
            &[Reversals],
        ),
        // Reversals.
        (
            "UPDATE ledger SET delta = 1 WHERE document = 'BACK' AND kind = 'rollback'",
            &[Levels, Reversals],
        ),
        (
            "UPDATE ledger SET document = 'PAID' WHERE document = 'BACK' AND kind = 'rollback'",
            &[Reversals],
        ),
        (
            "UPDATE ledger SET reverses = 1 WHERE document = 'BACK' AND kind = 'rollback'",
            &[Reversals],
        ),
        (
            "UPDATE ledger SET reverses = NULL WHERE document = 'BACK' AND kind = 'rollback'",
            &[Reversals],
        ),
        (
            "UPDATE ledger SET kind = 'adjust', reverses = NULL \
          WHERE document = 'BACK' AND kind = 'rollback'",
            &[Reversals, Orders],
        ),
        (
            "UPDATE documents SET reversed_at = NULL, reversed_by = NULL, reversed_source = NULL \
          WHERE document = 'BACK'",
            &[Reversals],
        ),
        (
            "UPDATE documents SET reversed_at = created_at, reversed_by = 'x', \
          reversed_source = 'form' WHERE document = 'ADJUST'",
            &[Reversals],
        ),
        (
            "DELETE FROM documents WHERE document = 'ADJUST'",
            &[Reversals],
        ),
        (
            "DELETE FROM documents WHERE document = 'WAITS'",
            &[Reversals, Orders],
        ),
        (
            "UPDATE documents SET warehouse = 'OTHER' WHERE document = 'ADJUST'",
            &[Reversals],
        ),
        (
            "UPDATE documents SET fingerprint = REPEAT('x', 32) WHERE document = 'ADJUST'",
            &[Reversals],
        ),
        (
            "DROP INDEX ledger_once ON ledger; UPDATE ledger SET document = 'PAID' \
          WHERE document = 'SETTLED' AND line = 0",
            &[Reversals, Orders],
        ),
        // Orders.
        (
            "UPDATE orders SET status = 'pending', next_action_at = created_at \
          WHERE order_no = 'BACK'",
            &[Orders, Reserved],
        ),
        (
            "UPDATE orders SET status = 'paid', next_action_at = NULL WHERE order_no = 'WAITS'",
            &[Reserved, Payments],
        ),
        (
            "UPDATE orders SET status = 'cancelled', next_action_at = NULL WHERE order_no = 'WAITS'",
            &[Orders, Reserved],
        ),
        (
            "UPDATE orders SET status = 'closing' WHERE order_no = 'WAITS'",
            &[Orders],
        ),
        (
            "UPDATE orders SET evidence_id = NULL WHERE order_no = 'CLOSED'",
            &[Orders],
        ),
        (
            "UPDATE orders SET evidence_id = 77 WHERE order_no = 'CLOSED'",
            &[Orders],
        ),
        (
            "UPDATE evidence SET order_no = 'PAID' WHERE order_no = 'CLOSED'",
            &[Orders],
        ),
        (
            "UPDATE evidence SET gateway = 'stripe' WHERE order_no = 'CLOSED'",
            &[Orders],
        ),
        (
            "UPDATE ledger SET evidence_id = 77 WHERE kind = 'cancel'",
            &[Orders],
        ),
        (
            "UPDATE orders SET next_action_at = NULL WHERE order_no = 'WAITS'",
            &[Orders],
        ),
        (
            "UPDATE orders SET amount_minor = 1 WHERE order_no = 'WAITS'",
            &[Orders],
        ),
        ("DELETE FROM orders WHERE order_no = 'PAID'", &[Orders]),
        (
            "UPDATE documents SET kind = 'deduction' WHERE document = 'PAID'",
            &[Orders],
        ),
        // Reserved.
        (
            "UPDATE stock SET reserved = reserved + 1 WHERE sku = 'A'",
            &[Reserved],
        ),
        ("UPDATE stock SET reserved = 0 WHERE sku = 'B'", &[Reserved]),
        // Payments.
        (
            "DELETE FROM payments WHERE transaction_id = 'T1'",
            &[Payments],
        ),
        (
            "UPDATE payments SET amount_minor = 1 WHERE transaction_id = 'T1'",
            &[Payments],
        ),
        (
            "UPDATE payments SET order_no = 'PAID' WHERE transaction_id = 'T1'",
            &[Payments],
        ),
        (
            "UPDATE payments SET outcome = 'order_paid', settled_at = created_at \
          WHERE transaction_id = 'T2'",
            &[Payments],
        ),
        (
            "UPDATE payments SET outcome = 'late' WHERE transaction_id = 'T3'",
            &[Payments],
        ),
        (
            "UPDATE payments SET settled_at = created_at WHERE transaction_id = 'T4'",
            &[Payments],
        ),
        (
            "UPDATE late_money SET state = 'deducted', document = 'PAID', next_action_at = NULL \
          WHERE state = 'queued' LIMIT 1",
            &[Payments],
        ),
        (
            "UPDATE late_money SET state = 'refunded' WHERE state = 'waiting'",
            &[Payments],
        ),
        (
            "DROP INDEX payments_once ON payments; \
          UPDATE payments SET transaction_id = 'T4' WHERE transaction_id = 'T3'",
            &[Payments],
        ),
    ]
};

#[tokio::test]
async fn every_kind_of_damage_is_found() {
    let world = lived_in().await;
    let mut conn = world.desk.pool().acquire().await.unwrap();
    run(
        &mut conn,
        "SET check_constraint_checks = 0; SET foreign_key_checks = 0",
    )
    .await;
    // The gate is another test's matter.
    world.flush_gate().await;
    keep_copies(&mut conn).await;
    let mut wrong = Vec::new();
    for (damage, breaks) in DAMAGE {
        run(&mut conn, damage).await;
        let report = check(&world).await;
        let broken = report
            .findings
            .iter()
            .filter(|f| !f.held())
            .map(|f| f.invariant);
        let broken: Vec<_> = broken.collect();
        if broken != *breaks {
            wrong.push(format!("{damage}\nbroke {broken:?}, not {breaks:?}"));
        }
        put_back(&mut conn).await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let report = check(&world).await;
    assert!(report.held(), "{report:#?}");
}

async fn run(conn: &mut MySqlConnection, statements: &'static str) {
    for statement in statements.split(';') {
        conn.execute(statement)
            .await
            .unwrap_or_else(|e| panic!("{statement}: {e}"));
    }
}

const TABLES: [&str; 7] = [
    "documents",
    "stock",
    "ledger",
    "evidence",
    "orders",
    "payments",
    "late_money",
];

async fn keep_copies(conn: &mut MySqlConnection) {
    for table in TABLES {
        let columns = columns(conn, table).await;
        let sql = format!("CREATE TABLE keep_{table} AS SELECT {columns} FROM {table}");
        conn.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
    }
}

async fn put_back(conn: &mut MySqlConnection) {
    for table in TABLES {
        let columns = columns(conn, table).await;
        let empty = format!("DELETE FROM {table}");
        let fill = format!("INSERT INTO {table} ({columns}) SELECT {columns} FROM keep_{table}");
        for sql in [empty, fill] {
            conn.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
        }
    }
}

/// The columns of a table that hold values of their own.
async fn columns(conn: &mut MySqlConnection, table: &str) -> String {
    let columns: Vec<String> = sqlx::query_scalar(
        "SELECT CAST(COLUMN_NAME AS CHAR) FROM information_schema.COLUMNS
         WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND EXTRA NOT LIKE '%GENERATED%'
         ORDER BY ORDINAL_POSITION",
    )
    .bind(table)
    .fetch_all(&mut *conn)
    .await
    .unwrap();
    columns.join(", ")
}

async fn set_gate(world: &World, sku: &str, value: i64) {
    let client = redis::Client::open(world.redis_url.as_str()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let key = format!("{}:{{W}}:stock:{sku}", world.prefix);
    let set = redis::cmd("SET")
        .arg(key)
        .arg(value)
        .query_async(&mut connection)
        .await;
    let () = set.unwrap();
}

#[tokio::test]
async fn a_wrong_gate_is_found_and_left_as_it_is() {
    let world = lived_in().await;
    for wrong in [-1, 0, 7_000] {
        set_gate(&world, "A", wrong).await;
        let report = verify(&world.desk, Duration::ZERO, |_| {}).await.unwrap();
        let gate = report.finding(Invariant::Gate);
        assert_eq!(gate.offenders.len(), 1, "{gate:?}");
        assert_eq!(gate.offenders[0].place.to_string(), "stock W/A");
        assert!(
            gate.offenders[0].what.contains(&format!("has {wrong},")),
            "{gate:?}"
        );
        assert_eq!(
            world.gate("A").await.0,
            Some(wrong),
            "verify repairs nothing"
        );
    }
    world.flush_gate().await;
    // An empty gate is no harm.
    world.assert_sound().await;
}

#[tokio::test]
async fn work_in_flight_of_a_desk_that_is_gone_is_no_difference() {
    let world = lived_in().await;
    let dead = world.second_desk().await;
    let post = order("LOST", &[("A", 3)]);
    let print = stockdesk::domain::fingerprint::Fingerprint::of(&post);
    let gate = dead.gate();
    let claimed = gate
        .claim(&post.warehouse, &post.document, &print, &[(&sku("A"), 3)])
        .await;
    claimed.unwrap();
    gate.leave().await.unwrap();
    // Held units count: the promise is kept.
    assert!(check(&world).await.held());
    // It died after its commit: its mark still holds units that MySQL has given out.
    let taken = "UPDATE stock SET available = available - 3, opening = opening - 3 WHERE sku = ?";
    sqlx::query(taken)
        .bind("A")
        .execute(world.desk.pool())
        .await
        .unwrap();
    let report = verify(&world.desk, Duration::ZERO, |_| {}).await.unwrap();
    let gate = report.finding(Invariant::Gate);
    assert!(gate.held(), "{gate:?}");
    assert!(
        gate.note
            .as_ref()
            .unwrap()
            .contains("of a desk that is gone"),
        "{gate:?}"
    );
}
