//! The run itself: the players play, the desk and the gateways are killed and started again, and
//! in the end everything is compared.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::task::{JoinSet, block_in_place};

use super::app::App;
use super::faults::Happened;
use super::patience::PATIENCE;
use super::players::{SKUS, Scene, Shop, WAREHOUSES, sku};
use super::staff::Staff;
use super::{end, faults, judge, leaks, operations};
use crate::harness::world::World;
use crate::simulator::Gateways;

/// Half of all orders are paid through the first.
const GATEWAYS: [&str; 4] = ["wechat_pay", "wechat_pay", "alipay", "stripe"];
/// Orders that are under way at once.
const PLAYERS: usize = 160;
/// Of every SKU, at the beginning.
pub const OPENING: i64 = 500;
/// What happens from outside when this much of the orders is done with, in hundredths.
const BLOWS: [(usize, Blow); 7] = [
    (15, Blow::DeskKilled),
    (25, Blow::SignsWith("new_certificate")),
    (35, Blow::DeskKilled),
    (45, Blow::GatewaysKilled),
    (55, Blow::DeskKilled),
    (62, Blow::SignsWith("public_key")),
    (70, Blow::DeskKilled),
];

#[derive(Clone, Copy)]
enum Blow {
    DeskKilled,
    GatewaysKilled,
    /// Fault 18: WeChat Pay changes its key.
    SignsWith(&'static str),
}

/// What was found wrong of one kind.
pub struct Complaints {
    pub seed: u64,
    pub found: Vec<String>,
}

impl Complaints {
    pub fn assert_none(&self) {
        let (count, seed) = (self.found.len(), self.seed);
        let some: Vec<_> = self.found.iter().take(25).map(String::as_str).collect();
        assert!(
            count == 0,
            "STORM_SEED={seed}: {count} complaints\n{}",
            some.join("\n")
        );
    }
}

/// Of a whole run.
pub struct Run {
    pub payments: Complaints,
    pub orders: Complaints,
    pub staff: Complaints,
    pub faults: Complaints,
    pub units: Complaints,
    pub complaints: Complaints,
    pub leaks: Complaints,
}

/// The one run that all tests share; made by whoever comes first, with a runtime of its own.
pub fn run() -> &'static Run {
    static RUN: LazyLock<Result<Run, String>> = LazyLock::new(|| {
        let seed = number("STORM_SEED").unwrap_or_else(any_seed);
        let playing = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(4)
                .enable_all()
                .build();
            runtime.expect("a runtime").block_on(play(seed))
        });
        playing.join().map_err(|panic| {
            let said = panic.downcast_ref::<String>().map(String::as_str);
            let said = said.or_else(|| panic.downcast_ref::<&str>().copied());
            format!("STORM_SEED={seed} broke off: {}", said.unwrap_or_default())
        })
    });
    // Each test says why, whichever of them was the one to play.
    RUN.as_ref().unwrap_or_else(|why| panic!("{why}"))
}

fn any_seed() -> u64 {
    let clock = SystemTime::now().duration_since(UNIX_EPOCH);
    u64::from(clock.expect("after 1970").subsec_nanos())
}

/// A number from the environment.
fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is a number")),
    )
}

async fn play(seed: u64) -> Run {
    let orders = usize::try_from(number("STORM_ORDERS").unwrap_or(2_400)).expect("not too many");
    eprintln!("STORM_SEED={seed}: {orders} orders");
    let begun = Instant::now();
    let world = World::new().await;
    let mut gateways = Gateways::scaled(0.01);
    let mut app = block_in_place(|| App::start(&world, &gateways));
    let key = block_in_place(|| prepare(&app));
    block_in_place(|| Staff::add(&app));
    gateways.rates(seed, faults::rates()).await;
    let webhook = format!("{}/api/v1/payments/stripe/notify", app.url);
    gateways.stripe_webhook(&webhook).await;
    let scene = Scene {
        seed,
        shop: Shop {
            url: app.url.clone(),
            key: key.clone(),
            http: reqwest::Client::builder()
                .no_proxy()
                .timeout(Duration::from_secs(20))
                .build()
                .expect("a client"),
        },
        staff: Staff::sign_in(&app.url).await,
        payers: gateways.player(),
        gateways: Arc::new(GATEWAYS.map(str::to_owned).into()),
        done: Arc::default(),
    };
    let mut players = start(&scene, orders);
    let mut happened = Happened::default();
    for (part, blow) in BLOWS {
        wait_for(&scene, orders, part).await;
        match blow {
            Blow::DeskKilled => block_in_place(|| app.kill_and_restart()),
            Blow::GatewaysKilled => {
                happened.add(&gateways.happened().await);
                block_in_place(|| gateways.kill_and_restart());
                gateways.rates(seed, faults::rates()).await;
            }
            Blow::SignsWith(key) => gateways.sign_with(key).await,
        }
    }
    while let Some(player) = players.join_next().await {
        player.expect("a player plays to the end");
    }
    let played = begun.elapsed();
    let mut complaints = end::settle(&world, &gateways).await;
    let settled = begun.elapsed();
    let there = gateways.payments().await;
    let verdict = judge::judge(&world, &there).await;
    let deeds = scene.staff.deeds.lock().expect("nobody panicked").clone();
    let staff = operations::judge(&world, &deeds).await;
    happened.add(&gateways.happened().await);
    complaints.extend(block_in_place(|| verified(&app)));
    complaints.extend(end::refused(&gateways).await);
    eprintln!("{}", verdict.summary);
    eprintln!("{}", staff.summary);
    eprintln!("faults: {happened:?}");
    // A short run need not meet the rare ones.
    let faults = match orders < 2_000 {
        true => Vec::new(),
        false => happened.missing(),
    };
    let secrets = leaks::Secrets::of(&gateways, &there, &key);
    let leaks = leaks::find(&world, &app, &secrets).await;
    app.kill();
    let broken = [
        &verdict.payments,
        &verdict.orders,
        &staff.complaints,
        &faults,
        &verdict.units,
        &complaints,
        &leaks,
    ];
    if broken.iter().any(|found| !found.is_empty()) {
        eprintln!("the desk's log: {}", app.keep_log().display());
    }
    let (played, settled) = (played.as_secs(), settled.as_secs());
    eprintln!(
        "played {played} s, settled {settled} s, done {} s",
        begun.elapsed().as_secs()
    );
    let of = |found| Complaints { seed, found };
    Run {
        payments: of(verdict.payments),
        orders: of(verdict.orders),
        staff: of(staff.complaints),
        faults: of(faults),
        units: of(verdict.units),
        complaints: of(complaints),
        leaks: of(leaks),
    }
}

/// Puts stock into the desk; gives the key of a shop.
fn prepare(app: &App) -> String {
    let mut stock = "warehouse,sku,name,available\n".to_owned();
    for warehouse in WAREHOUSES {
        for index in 0..SKUS {
            stock += &format!("{warehouse},{},Name,{OPENING}\n", sku(index));
        }
    }
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), stock).expect("a file");
    let path = file.path().to_str().expect("text");
    let imported = app.command(&["import-stock", path]);
    assert!(imported.status.success(), "{imported:?}");
    let made = app.command(&["api-key", "create", "shop", "--scope", "orders"]);
    assert!(made.status.success(), "{made:?}");
    String::from_utf8(made.stdout)
        .expect("text")
        .trim()
        .to_owned()
}

fn start(scene: &Scene, orders: usize) -> JoinSet<()> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut players = JoinSet::new();
    for _ in 0..PLAYERS {
        let (scene, next) = (scene.clone(), next.clone());
        players.spawn(async move {
            loop {
                let index = next.fetch_add(1, Ordering::SeqCst);
                if index >= orders {
                    return;
                }
                scene.order(index).await;
            }
        });
    }
    players
}

/// Waits until this much of the orders is done with, in hundredths.
async fn wait_for(scene: &Scene, orders: usize, part: usize) {
    let deadline = Instant::now() + PATIENCE;
    while scene.done.load(Ordering::SeqCst) * 100 < orders * part {
        assert!(Instant::now() < deadline, "still not at {part}%");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn verified(app: &App) -> Option<String> {
    let output = app.command(&["verify"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    eprintln!("{text}");
    (!output.status.success()).then_some(text)
}
