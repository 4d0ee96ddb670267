//! Real order lines, played through the service: everything adds up, and nothing is oversold.

use std::path::Path;

use stockdesk::replay::{Options, OrderFile, Proof, play, read};

use super::program::{printed, stockdesk};
use crate::harness::world::World;

/// 400 real invoices with returns and bookkeeping; see `demo/README.md` for where they come from.
const LINES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/it/fixtures/order-lines.csv"
);

fn file() -> OrderFile {
    read(Path::new(LINES)).expect("the fixture")
}

async fn played(world: &World, options: &Options) -> Proof {
    let proof = play(&world.desk, file(), options, |_, _| {})
        .await
        .expect("it is played");
    assert!(proof.adds_up(), "{proof}");
    proof
}

fn options(clients: usize, opening: f64) -> Options {
    Options {
        clients,
        opening,
        warehouse: None,
        unpaid_share: 0.2,
        speed: None,
        seed: 7,
        names: [("85123A".to_owned(), "烛台".to_owned())].into(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_orders_add_up_however_scarce_stock_is() {
    let world = World::new().await;
    let mut short = Vec::new();
    for opening in [0.5, 1.0] {
        let proof = played(&world, &options(16, opening)).await;
        let tally = &proof.tally;
        assert!(
            tally.cancelled > 2 && tally.paid_at_the_last_moment > 0,
            "{proof}"
        );
        assert!(
            tally.lines.returned > 0 && tally.lines.corrected > 0,
            "{proof}"
        );
        assert!(tally.lines.correction_short > 0, "{proof}");
        short.push(tally.orders_short);
    }
    assert!(short[0] > 50 && short[1] < short[0] / 2, "{short:?}");
    assert_eq!(
        world
            .count("SELECT COUNT(*) FROM stock WHERE name = ?", "烛台")
            .await,
        2
    );
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_client_plays_the_same_game_every_time() {
    let world = World::new().await;
    let (first, second) = (
        played(&world, &options(1, 0.7)).await,
        played(&world, &options(1, 0.7)).await,
    );
    let sides = |proof: &Proof| (proof.tally.lines, proof.sums());
    assert_eq!(sides(&first), sides(&second));
    assert_ne!(first.warehouse, second.warehouse);
}

#[test]
fn the_command_ends_well_when_everything_adds_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let args = [
        "replay",
        LINES,
        "--clients",
        "8",
        "--opening",
        "0.8",
        "--warehouse",
        "SHOP",
    ];
    let report = printed(&stockdesk(folder.path(), &args), 0);
    assert!(report.starts_with("warehouse SHOP: "), "{report}");
    assert!(!report.contains("NO "), "{report}");
    assert!(report.contains("all 6 invariants held"), "{report}");
    let again = stockdesk(folder.path(), &args);
    let text = String::from_utf8_lossy(&again.stderr).into_owned();
    assert_eq!(again.status.code(), Some(1), "{text}");
    assert!(text.contains("SHOP is there already"), "{text}");
}
