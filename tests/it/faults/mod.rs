//! Everything is killed, at random moments, under load: nobody who was told "done" loses it, and
//! nothing happens twice.

mod away;
mod desk;
mod load;

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::time::sleep;

use desk::RunningDesk;
use load::Load;

/// How often each victim is killed.
const KILLS: usize = 20;
const CLIENTS: usize = 12;

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
async fn whatever_is_killed_whoever_was_told_201_has_exactly_one_deduction() {
    let given = std::env::var("TEST_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed: u64 = given.unwrap_or_else(rand::random);
    println!("TEST_SEED={seed} runs the same again");
    let mut random = StdRng::seed_from_u64(seed);
    let mut desk = RunningDesk::start().await;
    let key = desk.api_key().await;
    desk.import(
        "warehouse,sku,name,available\nK,PLENTY,Plenty,900000\nK,SOME,Some,9000\nK,FEW,Few,300\n",
    )
    .await;
    let load = Load::start(&desk.address, &key, CLIENTS, seed);
    let mut kills = kill_list(&mut random);
    while let Some(victim) = kills.pop() {
        // Not a wait for anything: the moment of the kill is what is random here.
        sleep(Duration::from_millis(random.random_range(20..600))).await;
        load.made_progress().await;
        desk.strike(victim).await;
    }
    let orders = load.stop().await;
    let told = orders.iter().filter(|order| order.applied).count();
    println!("{} orders, {told} applied", orders.len());
    assert!(
        told > 200,
        "the load was too small to mean anything: {told}"
    );
    desk.check(&orders).await;
    desk.verify().await;
    desk.stop().await;
}

fn kill_list(random: &mut StdRng) -> Vec<Victim> {
    let mut list: Vec<Victim> = VICTIMS.iter().flat_map(|&v| [v; KILLS]).collect();
    for i in (1..list.len()).rev() {
        list.swap(i, random.random_range(0..=i));
    }
    list
}
