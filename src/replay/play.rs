//! Clients that place the file's orders, and what becomes of these.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use sha2::{Digest, Sha256};

use super::customers::Customers;
use super::file::{Invoice, OrderFile};
use super::tally::{Proof, Tally};
use crate::domain::actor::Actor;
use crate::domain::command::{Cancel, Change, Line, Lines, Post};
use crate::domain::ids::{DocumentNo, Sku, Warehouse};
use crate::domain::ledger::{DocumentKind, EntryKind};
use crate::domain::money::{Currency, Money};
use crate::domain::order::{OrderStatus, PaymentTerms};
use crate::domain::payment::{PaymentState, VerifiedPayment};
use crate::domain::quantity::{Delta, Level, Quantity};
use crate::domain::reason::Reason;
use crate::domain::rejection::{Rejection, ServiceError};
use crate::service::import::{Row, StockFile, apply};
use crate::service::{Desk, insist};
use crate::store::mysql::replay::warehouse_totals;
use crate::store::mysql::stock::warehouse_list;

const ACTOR: Actor = Actor::Command("replay");
/// An answer that is not confirmed is asked for again for this long.
const PATIENCE: Duration = Duration::from_secs(60);
/// A closing order is looked at again after this long.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// An order that will be cancelled holds its stock while so many other invoices are played.
const HELD_FOR: usize = 500;
/// Of the orders that are to be cancelled, one in so many is paid just before.
const LAST_MOMENT: u64 = 10;
/// Of the orders that are paid, one in so many needs no payment.
const BORN_PAID: u64 = 3;
const HOUR_S: u32 = 3_600;

/// How to play.
#[derive(Debug, Clone)]
pub struct Options {
    pub clients: usize,
    /// Opening stock as a share of what the file sells, rounded down.
    pub opening: f64,
    /// A new one; `RETAIL-<n>` when not given.
    pub warehouse: Option<Warehouse>,
    /// The share of orders that are not paid, and cancelled.
    pub unpaid_share: f64,
    /// How many times faster than the shop was; `None`: as fast as it goes.
    pub speed: Option<f64>,
    pub seed: u64,
    /// Names of SKUs.
    pub names: HashMap<String, String>,
}

/// Plays a file. `progress` is told how many invoices of how many are done.
///
/// # Errors
/// When the stores are away for longer than a minute, or something is not as it must be.
pub async fn play(
    desk: &Desk,
    file: OrderFile,
    options: &Options,
    progress: impl Fn(usize, usize) + Send + Sync + 'static,
) -> anyhow::Result<Proof> {
    let warehouse = new_warehouse(desk, options).await?;
    open_stock(desk, &file, options, &warehouse).await?;
    let customers = Customers::invite(desk).await?;
    let (file_lines, begun) = (file.lines, Instant::now());
    let game = Arc::new(Game {
        desk: desk.clone(),
        customers,
        warehouse: warehouse.clone(),
        unpaid_share: options.unpaid_share,
        speed: options.speed,
        seed: options.seed,
        begun: tokio::time::Instant::now(),
        file,
        next: AtomicUsize::new(0),
        failed: AtomicU64::new(0),
        to_close: Mutex::default(),
        progress: Box::new(progress),
    });
    let client = |_| tokio::spawn(game.clone().client());
    let clients: Vec<_> = (0..options.clients).map(client).collect();
    let (mut tally, mut failure) = (Tally::new()?, None);
    for client in clients {
        match client.await? {
            Ok(done) => tally.add(&done)?,
            Err(error) => failure = Some(error),
        }
    }
    let took = begun.elapsed();
    let game = Arc::into_inner(game).context("a client is still playing")?;
    game.customers.send_home().await;
    if let Some(error) = failure {
        return Err(error);
    }
    let file_orders = game
        .file
        .invoices
        .iter()
        .filter(|i| !i.ordered.is_empty())
        .count() as u64;
    let stored = warehouse_totals(desk.pool(), &warehouse)
        .await
        .map_err(ServiceError::from)?;
    let warehouse = warehouse.to_string();
    Ok(Proof {
        warehouse,
        file_lines,
        file_orders,
        tally,
        stored,
        took,
    })
}

async fn new_warehouse(desk: &Desk, options: &Options) -> anyhow::Result<Warehouse> {
    let taken = warehouse_list(desk.pool())
        .await
        .map_err(ServiceError::from)?;
    if let Some(warehouse) = &options.warehouse {
        anyhow::ensure!(
            !taken.contains(warehouse),
            "{warehouse} is there already; name a new one"
        );
        return Ok(warehouse.clone());
    }
    for run in 1.. {
        let warehouse: Warehouse = format!("RETAIL-{run}").parse()?;
        if !taken.contains(&warehouse) {
            return Ok(warehouse);
        }
    }
    unreachable!("there are more numbers than warehouses")
}

/// Puts every SKU of the file into the warehouse, as an import does.
async fn open_stock(
    desk: &Desk,
    file: &OrderFile,
    options: &Options,
    warehouse: &Warehouse,
) -> anyhow::Result<()> {
    let mut sold: BTreeMap<&Sku, i64> = BTreeMap::new();
    for invoice in &file.invoices {
        for (sku, units, _) in &invoice.ordered {
            *sold.entry(sku).or_default() += units;
        }
        for (sku, _) in invoice.returned.iter().chain(&invoice.corrections) {
            sold.entry(sku).or_default();
        }
    }
    let mut rows = Vec::with_capacity(sold.len());
    for (sku, units) in sold {
        let opening = (units as f64 * options.opening).floor() as i64;
        rows.push(Row {
            line: 0,
            sku: sku.clone(),
            name: options
                .names
                .get(sku.as_str())
                .cloned()
                .unwrap_or_else(|| sku.to_string()),
            available: Some(Level::new(opening).with_context(|| format!("opening of {sku}"))?),
            low_water: Some(None),
        });
    }
    let digest = Sha256::digest(format!("replay {warehouse}").as_bytes()).into();
    let stock = StockFile {
        digest,
        warehouses: vec![(warehouse.clone(), rows)],
    };
    apply(desk, &stock, "replay", &ACTOR, |_| {}).await?;
    Ok(())
}

struct Game {
    desk: Desk,
    customers: Customers,
    warehouse: Warehouse,
    unpaid_share: f64,
    speed: Option<f64>,
    seed: u64,
    begun: tokio::time::Instant,
    file: OrderFile,
    /// The next invoice to be played.
    next: AtomicUsize,
    failed: AtomicU64,
    /// Orders to be cancelled, each when so many invoices were played.
    to_close: Mutex<VecDeque<(usize, Unpaid)>>,
    progress: Box<dyn Fn(usize, usize) + Send + Sync>,
}

struct Unpaid {
    order_no: DocumentNo,
    units: i64,
    roll: u64,
}

/// What becomes of an order.
enum Fate {
    BornPaid,
    Paid,
    Unpaid,
}

impl Game {
    /// Plays one invoice after the other until none is left.
    async fn client(self: Arc<Self>) -> anyhow::Result<Tally> {
        let mut tally = Tally::new()?;
        let played = self.play_all(&mut tally).await;
        if played.is_err() {
            // The others need not go on.
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
        played.map(|()| tally)
    }

    async fn play_all(&self, tally: &mut Tally) -> anyhow::Result<()> {
        let invoices = &self.file.invoices;
        while self.failed.load(Ordering::Relaxed) == 0 {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(invoice) = invoices.get(index) else {
                break;
            };
            self.wait_for(invoice).await;
            let play = self.play(index, invoice, tally).await;
            play.with_context(|| format!("invoice {}", invoice.number))?;
            while let Some(unpaid) = self.next_to_close(index) {
                self.close(unpaid, tally).await?;
            }
            (self.progress)(index + 1, invoices.len());
        }
        while self.failed.load(Ordering::Relaxed) == 0 {
            let Some(unpaid) = self.next_to_close(usize::MAX) else {
                break;
            };
            self.close(unpaid, tally).await?;
        }
        Ok(())
    }

    async fn wait_for(&self, invoice: &Invoice) {
        let (Some(speed), Some(first)) = (self.speed, self.file.invoices.first()) else {
            return;
        };
        let since = (invoice.at - first.at).to_std().unwrap_or_default();
        tokio::time::sleep_until(self.begun + since.div_f64(speed)).await;
    }

    fn next_to_close(&self, played: usize) -> Option<Unpaid> {
        let mut waiting = self.to_close.lock().unwrap_or_else(PoisonError::into_inner);
        waiting
            .pop_front_if(|(due, _)| *due <= played)
            .map(|(_, unpaid)| unpaid)
    }

    /// A number below `sides` that depends on the seed and the invoice only.
    fn roll(&self, what: &str, invoice: &Invoice, sides: u64) -> u64 {
        let text = format!("{} {what} {}", self.seed, invoice.number);
        let hash = Sha256::digest(text.as_bytes());
        let bytes: [u8; 8] = hash[..8].try_into().unwrap_or_default();
        u64::from_le_bytes(bytes) % sides
    }

    async fn play(&self, index: usize, invoice: &Invoice, tally: &mut Tally) -> anyhow::Result<()> {
        tally.lines.empty += invoice.empty;
        if !invoice.ordered.is_empty() {
            self.order(index, invoice, tally).await?;
        }
        if !invoice.returned.is_empty() {
            self.take_back(invoice, tally).await?;
        }
        for (place, (sku, units)) in invoice.corrections.iter().enumerate() {
            self.correct(invoice, place, sku, *units, tally).await?;
        }
        Ok(())
    }

    async fn order(
        &self,
        index: usize,
        invoice: &Invoice,
        tally: &mut Tally,
    ) -> anyhow::Result<()> {
        let lines = invoice.ordered.len() as u64;
        let fate = match self.roll("fate", invoice, 1_000_000) {
            roll if roll < (self.unpaid_share * 1_000_000.0) as u64 => Fate::Unpaid,
            roll if roll % BORN_PAID == 0 => Fate::BornPaid,
            _ => Fate::Paid,
        };
        let claim =
            |(sku, units, _): &(Sku, i64, i64)| Some((sku.clone(), Quantity::new(*units).ok()?));
        let claims: Option<Vec<_>> = invoice.ordered.iter().map(claim).collect();
        let Some(lines_of_it) = claims.and_then(|claims| Lines::claims(claims).ok()) else {
            (tally.lines.too_large, tally.orders_too_large) =
                (tally.lines.too_large + lines, tally.orders_too_large + 1);
            return Ok(());
        };
        let units: i64 = invoice.ordered.iter().map(|(_, units, _)| units).sum();
        let mut post = self.post(&invoice.number, DocumentKind::Order, lines_of_it)?;
        let amount = amount(invoice)?;
        post.payment = (!matches!(fate, Fate::BornPaid)).then(|| PaymentTerms {
            gateway: "sandbox".to_owned(),
            amount,
            pay_within_seconds: HOUR_S,
        });
        let begun = Instant::now();
        let placed = insist(PATIENCE, || self.desk.post(post.clone(), ACTOR)).await;
        let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        tally.placing.saturating_record(micros.max(1));
        match placed {
            Ok(_) => {}
            Err(ServiceError::Rejected(Rejection::InsufficientStock { .. })) => {
                tally.orders_short += 1;
                tally.lines.order_short += lines;
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
        tally.orders_placed += 1;
        tally.lines.ordered += lines;
        tally.ordered_units += units;
        let order_no = post.document;
        match fate {
            Fate::BornPaid => tally.born_paid += 1,
            Fate::Paid => {
                self.settle(&order_no, amount).await?;
                tally.paid += 1;
            }
            Fate::Unpaid => {
                let roll = self.roll("close", invoice, 1_000_000);
                self.leave_unpaid(
                    index,
                    Unpaid {
                        order_no,
                        units,
                        roll,
                    },
                )
                .await?;
            }
        }
        Ok(())
    }

    async fn settle(&self, order_no: &DocumentNo, amount: Money) -> anyhow::Result<()> {
        let payment = VerifiedPayment {
            gateway: "sandbox".to_owned(),
            transaction_id: format!("replay-{order_no}"),
            order_no: order_no.clone(),
            amount,
            paid_at: self.desk.now(),
        };
        insist(PATIENCE, || {
            self.desk.payment_arrived(payment.clone(), ACTOR)
        })
        .await?;
        Ok(())
    }

    /// Its payment is created at the gateway, and nobody pays. (For now.)
    async fn leave_unpaid(&self, index: usize, unpaid: Unpaid) -> anyhow::Result<()> {
        let cashier = &self.customers.cashier;
        let begun = Instant::now();
        loop {
            match insist(PATIENCE, || cashier.checkout(&unpaid.order_no)).await? {
                Some(PaymentState::Open) => break,
                state if begun.elapsed() > PATIENCE => {
                    anyhow::bail!(
                        "the payment of {} was not created: {state:?}",
                        unpaid.order_no
                    );
                }
                _ => tokio::time::sleep(LOOK_AGAIN).await,
            }
        }
        if unpaid.roll.is_multiple_of(LAST_MOMENT) {
            self.customers.pay(&unpaid.order_no).await?;
        }
        let mut waiting = self.to_close.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push_back((index + HELD_FOR, unpaid));
        Ok(())
    }

    /// Cancels an order as its customer or as the clock does, until its fate is sealed.
    async fn close(&self, unpaid: Unpaid, tally: &mut Tally) -> anyhow::Result<()> {
        let Unpaid {
            order_no,
            units,
            roll,
        } = &unpaid;
        let begun = Instant::now();
        loop {
            match insist(PATIENCE, || self.try_close(order_no, *roll)).await {
                Ok(OrderStatus::Cancelled) => {
                    tally.cancelled += 1;
                    tally.cancelled_units += units;
                    return Ok(());
                }
                Err(ServiceError::Rejected(Rejection::AlreadyPaid)) => {
                    tally.paid_at_the_last_moment += 1;
                    return Ok(());
                }
                Err(error) => return Err(error).with_context(|| format!("order {order_no}")),
                Ok(status) if begun.elapsed() > PATIENCE => {
                    anyhow::bail!("order {order_no} stays {status}");
                }
                Ok(_) => tokio::time::sleep(LOOK_AGAIN).await,
            }
        }
    }

    async fn try_close(
        &self,
        order_no: &DocumentNo,
        roll: u64,
    ) -> Result<OrderStatus, ServiceError> {
        let cashier = &self.customers.cashier;
        if roll.is_multiple_of(2) {
            let done = cashier.time_out(order_no, self.desk.now()).await?;
            return Ok(done.map_or(OrderStatus::Closing, |done| done.receipt.status));
        }
        let cancel = Cancel {
            order_no: order_no.clone(),
            confirms: None,
            reason: Some(Reason::CustomerAsked.as_str().to_owned()),
            note: None,
        };
        Ok(cashier.cancel(cancel, ACTOR).await?.receipt.status)
    }

    /// A return: its units come back; it does not say of which order.
    async fn take_back(&self, invoice: &Invoice, tally: &mut Tally) -> anyhow::Result<()> {
        let count = invoice.returned.len() as u64;
        let line = |(sku, units): &(Sku, i64)| {
            let change = Change::By(Delta::new(*units).ok()?);
            Some(Line {
                sku: sku.clone(),
                change,
            })
        };
        let lines: Option<Vec<_>> = invoice.returned.iter().map(line).collect();
        let Some(lines) = lines.and_then(|lines| Lines::merge(lines).ok()) else {
            tally.lines.too_large += count;
            return Ok(());
        };
        let mut post = self.post(&invoice.number, DocumentKind::Adjustment, lines)?;
        post.reason = Some(Reason::Returned.as_str().to_owned());
        insist(PATIENCE, || self.desk.post(post.clone(), ACTOR)).await?;
        tally.lines.returned += count;
        tally.returned_units += invoice.returned.iter().map(|(_, units)| units).sum::<i64>();
        Ok(())
    }

    async fn correct(
        &self,
        invoice: &Invoice,
        place: usize,
        sku: &Sku,
        units: i64,
        tally: &mut Tally,
    ) -> anyhow::Result<()> {
        let Ok(delta) = Delta::new(units) else {
            tally.lines.too_large += 1;
            return Ok(());
        };
        let line = Line {
            sku: sku.clone(),
            change: Change::By(delta),
        };
        let number = format!("{}-k{place}", invoice.number);
        let mut post = self.post(&number, DocumentKind::Adjustment, Lines::merge(vec![line])?)?;
        post.reason = Some(Reason::Correction.as_str().to_owned());
        match insist(PATIENCE, || self.desk.post(post.clone(), ACTOR)).await {
            Ok(_) => {
                tally.lines.corrected += 1;
                tally.corrections_applied += 1;
                tally.added_units += units.max(0);
                tally.removed_units += (-units).max(0);
            }
            Err(ServiceError::Rejected(Rejection::InsufficientStock { .. })) => {
                tally.lines.correction_short += 1;
                tally.corrections_short += 1;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn post(&self, number: &str, kind: DocumentKind, lines: Lines) -> anyhow::Result<Post> {
        Ok(Post {
            document: format!("{}-{number}", self.warehouse)
                .parse()
                .context("its number")?,
            kind,
            entry_kind: match kind {
                DocumentKind::Order => EntryKind::Deduct,
                _ => EntryKind::Adjust,
            },
            warehouse: self.warehouse.clone(),
            lines,
            payment: None,
            reason: None,
            note: None,
            reference: None,
            confirms: None,
        })
    }
}

fn amount(invoice: &Invoice) -> anyhow::Result<Money> {
    let minor: i64 = invoice
        .ordered
        .iter()
        .map(|(_, units, price)| units * price)
        .sum();
    let currency = Currency::parse("GBP").context("a currency")?;
    Money::new(minor, currency).with_context(|| format!("an amount of {minor}"))
}
