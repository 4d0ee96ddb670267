//! The promises, checked a little at a time.

use chrono::Utc;
use stockdesk::service::verify::{Invariant, Place, Proof, Prover};

use crate::harness::world::{World, order, shop};

async fn steps(prover: &mut Prover, count: usize) {
    for _ in 0..count {
        prover.step(Utc::now()).await.expect("the database answers");
    }
}

fn places(proof: &Proof, invariant: Invariant) -> Vec<Place> {
    let lines = proof.lines();
    let line = &lines[invariant.number() - 1];
    line.offenders.iter().map(|o| o.place.clone()).collect()
}

#[tokio::test]
async fn everything_is_looked_at_and_what_breaks_a_promise_is_found_and_forgotten() {
    let world = World::new().await;
    for sku in ["A", "B"] {
        world.stock(sku, 10).await;
    }
    for n in 1..=3 {
        world
            .desk
            .post(order(&format!("O-{n}"), &[("A", 1), ("B", 1)]), shop())
            .await
            .unwrap();
    }
    let proof = Proof::default();
    assert!(proof.lines().iter().all(|line| line.checked_at.is_none()));
    let mut prover = Prover::new(world.desk.clone(), proof.clone());
    steps(&mut prover, 2).await;
    for (invariant, line) in Invariant::ALL.into_iter().zip(proof.lines()) {
        assert!(
            line.whole_at.is_some() && line.held(),
            "{invariant:?} {line:?}"
        );
    }
    // What happens later is looked at too, though the entries before it are not again.
    world
        .desk
        .post(order("O-4", &[("A", 1)]), shop())
        .await
        .unwrap();
    let pool = world.desk.pool();
    let damage = "UPDATE ledger SET balance = 9 WHERE document = 'O-4'";
    sqlx::query(damage).execute(pool).await.unwrap();
    let orphan = "UPDATE orders SET status = 'pending', gateway = 'sandbox', amount_minor = 1,
        currency = 'CNY', pay_deadline = created_at, payment_state = 'open',
        next_action_at = created_at WHERE order_no = 'O-1'";
    sqlx::query(orphan).execute(pool).await.unwrap();
    let mut prover = Prover::new(world.desk.clone(), proof.clone());
    steps(&mut prover, 2).await;
    let levels = places(&proof, Invariant::Levels);
    assert!(
        matches!(&levels[..], [Place::Entry(_), Place::Stock { .. }]),
        "{levels:?}"
    );
    let reserved = places(&proof, Invariant::Reserved);
    assert_eq!(reserved.len(), 2, "{reserved:?}");
    let mend = "UPDATE ledger SET balance = 6 WHERE document = 'O-4'";
    sqlx::query(mend).execute(pool).await.unwrap();
    steps(&mut prover, 2).await;
    assert_eq!(places(&proof, Invariant::Levels), []);
}

#[tokio::test]
async fn a_sku_with_very_many_entries_is_looked_at_in_several_steps() {
    let world = World::new().await;
    // The last one of all, so that its end is the end of a round.
    for sku in ["A", "C", "B"] {
        world.stock(sku, 100_000).await;
    }
    let pool = world.desk.pool();
    // The first entry through the desk, its document for all that follow.
    world
        .desk
        .post(order("O-1", &[("B", 1)]), shop())
        .await
        .unwrap();
    let mut connection = pool.acquire().await.unwrap();
    for limit in ["cte_max_recursion_depth", "max_recursive_iterations"] {
        // MySQL's name of it, and MariaDB's.
        let set = sqlx::AssertSqlSafe(format!("SET SESSION {limit} = 20000"));
        let _ = sqlx::query(set).execute(&mut *connection).await;
    }
    for sql in [
        "INSERT INTO documents (document, kind, warehouse, fingerprint, actor, source, created_at)
         WITH RECURSIVE n AS (SELECT 2 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
         SELECT CONCAT('X-', i), 'deduction', 'W', REPEAT('x', 32), 'key:t', 'api',
           UTC_TIMESTAMP(6) FROM n",
        "INSERT INTO ledger (stock_id, version, document, kind, line, delta, balance, created_at)
         WITH RECURSIVE n AS (SELECT 2 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
         SELECT s.id, n.i, CONCAT('X-', n.i), 'deduct', 0, -1, 100000 - n.i, UTC_TIMESTAMP(6)
         FROM n JOIN stock s ON s.sku = 'B'",
        "UPDATE stock SET available = 88000, version = 12000 WHERE sku = 'B'",
    ] {
        sqlx::query(sql).execute(&mut *connection).await.unwrap();
    }
    let proof = Proof::default();
    let mut prover = Prover::new(world.desk.clone(), proof.clone());
    steps(&mut prover, 2).await;
    let whole = |proof: &Proof| proof.lines()[0].whole_at;
    assert_eq!(whole(&proof), None);
    steps(&mut prover, 3).await;
    assert!(whole(&proof).is_some());
    assert_eq!(places(&proof, Invariant::Levels), []);
    // A break far behind what was proven is found by a round that begins anew.
    let damage = "UPDATE ledger SET balance = 1 WHERE document = 'X-11000'";
    sqlx::query(damage).execute(pool).await.unwrap();
    let mut prover = Prover::new(world.desk.clone(), proof.clone());
    steps(&mut prover, 6).await;
    assert_eq!(places(&proof, Invariant::Levels).len(), 2);
}
