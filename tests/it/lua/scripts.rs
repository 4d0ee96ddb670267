use std::time::Duration;

use redis::Value;
use redis::aio::MultiplexedConnection;
use stockdesk::domain::fingerprint::Fingerprint;
use stockdesk::domain::ids::{DocumentNo, Sku, Warehouse};
use stockdesk::store::redis::{Claim, Connection, Fence, Gate, GateLevel, Outcome};

use crate::harness::servers::servers;
use crate::harness::world::sku;

/// A gate of its own, and a plain connection to look behind it.
struct Bench {
    gate: Gate,
    redis: MultiplexedConnection,
    prefix: String,
    warehouse: Warehouse,
}

impl Bench {
    async fn new() -> Self {
        let url = servers().redis_url.expose();
        let prefix = format!("lua{}", ulid::Ulid::new());
        let connection = Connection::open(url, Duration::from_secs(2)).await.unwrap();
        let gate = Gate::new(connection, &prefix, "me", Duration::from_secs(60));
        gate.ping().await.unwrap();
        let client = redis::Client::open(url).unwrap();
        let redis = client.get_multiplexed_async_connection().await.unwrap();
        Self {
            gate,
            redis,
            prefix,
            warehouse: "W".parse().unwrap(),
        }
    }

    async fn set(&mut self, name: &str, value: &str) {
        let key = format!("{}:{{W}}:stock:{name}", self.prefix);
        let _: () = redis::cmd("SET")
            .arg(key)
            .arg(value)
            .query_async(&mut self.redis)
            .await
            .unwrap();
    }

    async fn level(&self, name: &str) -> GateLevel {
        self.gate
            .compare(&self.warehouse, &[sku(name)])
            .await
            .unwrap()[0]
    }

    async fn claim(&self, document: &str, lines: &[(&str, i64)]) -> Claim {
        self.claim_print(document, 1, lines).await
    }

    async fn claim_print(&self, document: &str, print: u8, lines: &[(&str, i64)]) -> Claim {
        let document: DocumentNo = document.parse().unwrap();
        let skus: Vec<(Sku, i64)> = lines.iter().map(|(s, u)| (sku(s), *u)).collect();
        let lines: Vec<(&Sku, i64)> = skus.iter().map(|(s, u)| (s, *u)).collect();
        let print = Fingerprint([print; 32]);
        self.gate
            .claim(&self.warehouse, &document, &print, &lines)
            .await
            .unwrap()
    }

    async fn finish(&self, mark: &str, outcome: Outcome) -> u64 {
        let marks = [(mark.to_owned(), outcome)];
        self.gate.finish(&self.warehouse, &marks).await.unwrap()
    }
}

fn level(value: i64, held: i64, releasing: i64) -> GateLevel {
    GateLevel {
        value: Some(value),
        held,
        releasing,
    }
}

#[tokio::test]
async fn claim_takes_all_lines_or_none() {
    let mut b = Bench::new().await;
    b.set("A", "5").await;
    b.set("B", "1").await;
    assert_eq!(
        b.claim("D1", &[("A", 2), ("B", 2)]).await,
        Claim::Short(vec![(1, 1)])
    );
    assert_eq!(
        (b.level("A").await, b.level("B").await),
        (level(5, 0, 0), level(1, 0, 0))
    );
    assert_eq!(b.claim("D1", &[("A", 2), ("B", 1)]).await, Claim::Applied);
    assert_eq!(
        (b.level("A").await, b.level("B").await),
        (level(3, 2, 0), level(0, 1, 0))
    );
}

#[tokio::test]
async fn claim_names_every_line_that_is_not_loaded() {
    let mut b = Bench::new().await;
    b.set("B", "0").await;
    let claim = b.claim("D1", &[("A", 1), ("B", 1), ("C", 1)]).await;
    assert_eq!(claim, Claim::Unloaded(vec![0, 2]));
}

#[tokio::test]
async fn claim_looks_for_the_replay_before_the_stock() {
    let mut b = Bench::new().await;
    b.set("A", "2").await;
    assert_eq!(b.claim("D1", &[("A", 2)]).await, Claim::Applied);
    assert_eq!(b.claim("D1", &[("A", 2)]).await, Claim::Replay);
    assert_eq!(b.claim_print("D1", 2, &[("A", 2)]).await, Claim::Mismatch);
    assert_eq!(b.finish("D1", Outcome::Done).await, 1);
    assert_eq!(b.claim("D1", &[("A", 2)]).await, Claim::Replay);
    assert_eq!(b.level("A").await, level(0, 0, 0));
}

#[tokio::test]
async fn unlimited_is_never_counted_down_nor_up() {
    let mut b = Bench::new().await;
    b.set("A", "-1").await;
    assert_eq!(b.claim("D1", &[("A", 1_000_000)]).await, Claim::Applied);
    assert_eq!(b.level("A").await, level(-1, 1_000_000, 0));
    b.finish("D1", Outcome::Undo).await;
    assert_eq!(b.level("A").await, level(-1, 0, 0));
}

#[tokio::test]
async fn finish_ends_a_mark_once() {
    let mut b = Bench::new().await;
    b.set("A", "5").await;
    b.claim("D1", &[("A", 2)]).await;
    assert_eq!(b.finish("D1", Outcome::Undo).await, 1);
    assert_eq!(b.finish("D1", Outcome::Undo).await, 0);
    assert_eq!(b.level("A").await, level(5, 0, 0));
    // Undone means forgotten: the same number may come again.
    assert_eq!(b.claim("D1", &[("A", 2)]).await, Claim::Applied);
    assert_eq!(b.finish("D1", Outcome::Drop).await, 1);
    assert_eq!(b.level("A").await, level(3, 0, 0));
}

#[tokio::test]
async fn a_release_gives_back_when_done_and_only_then() {
    let mut b = Bench::new().await;
    b.set("A", "5").await;
    for (mark, outcome, after) in [("~1", Outcome::Done, 7), ("~2", Outcome::Undo, 7)] {
        assert!(
            b.gate
                .release(&b.warehouse, mark, &[(&sku("A"), 2)])
                .await
                .unwrap()
        );
        assert_eq!(b.level("A").await.releasing, 1);
        b.finish(mark, outcome).await;
        assert_eq!(b.level("A").await, level(after, 0, 0));
    }
    // Not loaded: nothing to add to; the next load reads MySQL.
    assert!(
        b.gate
            .release(&b.warehouse, "~3", &[(&sku("C"), 2)])
            .await
            .unwrap()
    );
    b.finish("~3", Outcome::Done).await;
    assert_eq!(
        b.level("C").await,
        GateLevel {
            value: None,
            held: 0,
            releasing: 0
        }
    );
}

#[tokio::test]
async fn a_fence_stops_claims_and_releases_until_the_copy() {
    let mut b = Bench::new().await;
    b.set("A", "5").await;
    b.claim("D1", &[("A", 2)]).await;
    let skus = [sku("A")];
    let fence = |owner: &'static str| b.gate.fence(&b.warehouse, owner, &skus);
    assert_eq!(fence("o1").await.unwrap(), [Fence::Ours { in_flight: 2 }]);
    assert_eq!(fence("o2").await.unwrap(), [Fence::Theirs]);
    assert_eq!(b.claim("D2", &[("A", 1)]).await, Claim::Fenced);
    assert!(
        !b.gate
            .release(&b.warehouse, "~1", &[(&sku("A"), 1)])
            .await
            .unwrap()
    );
    let copy = |owner: &'static str| {
        let (gate, warehouse) = (b.gate.clone(), b.warehouse.clone());
        async move {
            gate.copy(&warehouse, owner, &[(sku("A"), Some(9))])
                .await
                .unwrap()
        }
    };
    assert_eq!(copy("o2").await, [false], "not the owner");
    b.finish("D1", Outcome::Done).await;
    assert_eq!(fence("o1").await.unwrap(), [Fence::Ours { in_flight: 0 }]);
    assert_eq!(copy("o1").await, [true]);
    assert_eq!(b.level("A").await, level(9, 0, 0));
    assert_eq!(b.claim("D2", &[("A", 1)]).await, Claim::Applied);
}

#[tokio::test]
async fn a_copy_over_something_in_flight_sets_nothing_and_lifts_the_fence() {
    let mut b = Bench::new().await;
    b.set("A", "5").await;
    b.claim("D1", &[("A", 2)]).await;
    b.gate.fence(&b.warehouse, "o1", &[sku("A")]).await.unwrap();
    let set = b
        .gate
        .copy(&b.warehouse, "o1", &[(sku("A"), Some(9))])
        .await
        .unwrap();
    assert_eq!(set, [false]);
    assert_eq!(b.level("A").await, level(3, 2, 0));
    assert_eq!(b.claim("D2", &[("A", 1)]).await, Claim::Applied);
}

#[tokio::test]
async fn stale_lists_marks_of_instances_that_are_gone() {
    let mut b = Bench::new().await;
    b.set("A'x", "5").await;
    b.claim("D1", &[("A'x", 2)]).await;
    assert!(
        b.gate.stale(&b.warehouse).await.unwrap().is_empty(),
        "its instance is alive"
    );
    let key = format!("{}:{{W}}:inflight", b.prefix);
    let raw: Value = redis::cmd("EVAL")
        .arg("return redis.call('HSET', KEYS[1], 'D2', cmsgpack.pack({'dead', 1, \"A'x\", 3}))")
        .arg(1)
        .arg(key)
        .query_async(&mut b.redis)
        .await
        .unwrap();
    assert_eq!(raw, Value::Int(1));
    let stale = b.gate.stale(&b.warehouse).await.unwrap();
    assert_eq!(stale.len(), 1);
    assert_eq!(
        (stale[0].mark.as_str(), stale[0].skus.as_slice()),
        ("D2", &["A'x".to_owned()][..])
    );
}
