//! Everything is killed, at random moments, under load: nobody who was told "done" loses it, and
//! nothing happens twice.

mod away;
mod books;
mod caller;
mod customer;
mod desk;
mod flush;
mod load;

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::time::sleep;

use books::Books;
use caller::Caller;
use desk::RunningDesk;
use load::{Load, Order};

/// How often each victim is killed.
const KILLS: usize = 20;
/// Shops whose orders are paid already, and customers who pay, cancel or forget theirs.
const CALLERS: (usize, usize) = (6, 8);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Victim {
    App,
    Redis,
    MariaDb,
    /// Not killed: emptied.
    RedisData,
}

const VICTIMS: [Victim; 4] = [
    Victim::App,
    Victim::Redis,
    Victim::MariaDb,
    Victim::RedisData,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_killed_everybody_gets_what_they_were_told_once() {
    let seed = seed();
    let mut random = StdRng::seed_from_u64(seed);
    let mut desk = RunningDesk::start().await;
    let key = desk.api_key().await;
    desk.import(
        "warehouse,sku,name,available\nK,PLENTY,Plenty,900000\nK,SOME,Some,9000\nK,FEW,Few,300\n",
    )
    .await;
    let load = Load::start(&desk.address, &key, CALLERS, seed);
    let mut kills = kill_list(&mut random);
    while let Some(victim) = kills.pop() {
        // Not a wait for anything: the moment of the kill is what is random here.
        sleep(Duration::from_millis(random.random_range(20..600))).await;
        load.made_progress().await;
        desk.strike(victim).await;
    }
    let orders = load.stop().await;
    let count = |which: fn(&&Order) -> bool| orders.iter().filter(which).count();
    let applied = count(|order| order.applied);
    let paid = count(|order| order.paid == Some(true));
    let cancelled = count(|order| order.cancel.is_some());
    let all = orders.len();
    println!("{all} orders, {applied} applied, {paid} paid, {cancelled} asked to be cancelled");
    assert!(
        applied > 200 && paid > 20 && cancelled > 20,
        "the load was too small to mean anything"
    );
    let mut books = Books::open(desk.stores().await).await;
    println!("after the last kill: {:?}", books.check(&orders).await);
    let caller = Caller::new(0, &desk.address, &key, seed);
    books.settle(&orders, &caller).await;
    println!("settled: {:?}", books.check(&orders).await);
    books.check_ends(&orders).await;
    books.close().await;
    desk.verify().await;
    desk.stop().await;
}

/// What makes a run random: given, or new and printed.
fn seed() -> u64 {
    let given = std::env::var("TEST_SEED").ok();
    let given = given.and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(rand::random);
    println!("TEST_SEED={seed} runs the same again");
    seed
}

fn kill_list(random: &mut StdRng) -> Vec<Victim> {
    let mut list: Vec<Victim> = VICTIMS.iter().flat_map(|&v| [v; KILLS]).collect();
    for i in (1..list.len()).rev() {
        list.swap(i, random.random_range(0..=i));
    }
    list
}
