//! Clients that play one invoice after the other: orders, returns, corrections.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use sha2::{Digest, Sha256};

use super::customers::Customers;
use super::file::{Invoice, OrderFile};
use super::orders::Unpaid;
use super::play::Options;
use super::tally::Tally;
use crate::domain::actor::Actor;
use crate::domain::command::{Change, Line, Lines, Post};
use crate::domain::ids::{Sku, Warehouse};
use crate::domain::ledger::{DocumentKind, EntryKind};
use crate::domain::quantity::Delta;
use crate::domain::reason::Reason;
use crate::domain::rejection::{Rejection, ServiceError};
use crate::service::{Desk, insist};

pub(super) const ACTOR: Actor = Actor::Command("replay");
/// An answer that is not confirmed is asked for again for this long.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct Game {
    pub desk: Desk,
    pub customers: Customers,
    warehouse: Warehouse,
    pub unpaid_share: f64,
    speed: Option<f64>,
    seed: u64,
    begun: tokio::time::Instant,
    pub file: OrderFile,
    /// The next invoice to be played.
    next: AtomicUsize,
    failed: AtomicU64,
    /// Orders to be cancelled, each when so many invoices were played.
    pub to_close: Mutex<VecDeque<(usize, Unpaid)>>,
    progress: Box<dyn Fn(usize, usize) + Send + Sync>,
}

impl Game {
    pub fn new(
        desk: &Desk,
        customers: Customers,
        warehouse: Warehouse,
        options: &Options,
        file: OrderFile,
        progress: Box<dyn Fn(usize, usize) + Send + Sync>,
    ) -> Self {
        Self {
            desk: desk.clone(),
            customers,
            warehouse,
            unpaid_share: options.unpaid_share,
            speed: options.speed,
            seed: options.seed,
            begun: tokio::time::Instant::now(),
            file,
            next: AtomicUsize::new(0),
            failed: AtomicU64::new(0),
            to_close: Mutex::default(),
            progress,
        }
    }

    /// Plays one invoice after the other until none is left.
    pub async fn client(self: Arc<Self>) -> anyhow::Result<Tally> {
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
    pub fn roll(&self, what: &str, invoice: &Invoice, sides: u64) -> u64 {
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

    pub fn post(&self, number: &str, kind: DocumentKind, lines: Lines) -> anyhow::Result<Post> {
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
