//! The book: what one database transaction has locked, and every decision made on it.
//!
//! A batch of requests is decided here in memory, one after the other, each seeing what those
//! before it changed; then all changes are written by a few statements and one commit. There is
//! no I/O here, so each rule can be read, and tried, alone.

mod again;
mod cancel;
mod post;
mod rollback;
mod settle;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use super::actor::Actor;
use super::command::{DraftSeen, Post, Rollback};
use super::fingerprint::Fingerprint;
use super::ids::{DocumentNo, OpId, Sku, StockId, Warehouse};
use super::late::Standing;
use super::ledger::{DocumentKind, EntryKind};
use super::money::Money;
use super::operation::OpStatus;
use super::order::{EventKind, Evidence, OrderStatus, OrderSummary, PaymentTerms};
use super::payment::{PaymentOutcome, PaymentState, VerifiedPayment};
use super::receipt::{Applied, CancelReceipt, LineReceipt, PostReceipt, RollbackReceipt};
use super::rejection::Rejection;

/// One request to the book.
#[derive(Debug, Clone)]
pub struct Job {
    pub work: Work,
    pub actor: Actor,
}

#[derive(Debug, Clone)]
pub enum Work {
    /// `stock` holds the row of each line, in the order of the lines.
    Post {
        post: Post,
        fingerprint: Fingerprint,
        stock: Vec<StockId>,
    },
    Rollback(Rollback),
    /// The order must be closing; who and why were stored when the closing began.
    Cancel {
        order_no: DocumentNo,
        evidence: Evidence,
    },
    Settle(VerifiedPayment),
    /// Deducts the stock of a cancelled order again, as the one outcome of the late payment with
    /// this number.
    Again {
        payment: u64,
        post: Post,
        fingerprint: Fingerprint,
        stock: Vec<StockId>,
    },
}

/// What a job came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    Posted(Applied<PostReceipt>),
    RolledBack(Applied<RollbackReceipt>),
    Cancelled(Applied<CancelReceipt>),
    Settled(Applied<PaymentOutcome>),
}

/// Why a job changed nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Declined {
    Rejected(Rejection),
    /// The stores contradict each other: people must look. Never shown to visitors.
    Broken(String),
}

impl From<Rejection> for Declined {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

pub type Decision = Result<Done, Declined>;

/// A locked stock row.
#[derive(Debug, Clone)]
pub struct StockRow {
    pub available: i64,
    pub reserved: i64,
    pub unlimited: bool,
    pub version: u64,
    pub updated_at: DateTime<Utc>,
    pub changed: bool,
}

/// A document that is in the database, or was decided earlier in this batch.
#[derive(Debug, Clone)]
pub struct DocumentRow {
    pub kind: DocumentKind,
    pub warehouse: Option<Warehouse>,
    pub fingerprint: Option<Fingerprint>,
    pub created_at: DateTime<Utc>,
    pub reversed: Option<Reversed>,
    pub order: Option<OrderRow>,
    /// In the order of the document's lines; reversals after what they reverse.
    pub entries: Vec<EntryRow>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reversed {
    pub at: DateTime<Utc>,
    pub actor: String,
    pub source: &'static str,
    pub op: Option<String>,
    pub reason: Option<String>,
    pub note: Option<String>,
}

#[derive(Debug, Clone)]
pub struct OrderRow {
    pub status: OrderStatus,
    pub gateway: Option<String>,
    pub amount: Option<Money>,
    pub pay_deadline: Option<DateTime<Utc>>,
    pub transaction_id: Option<String>,
    /// Who asked for the cancel, and why; set when the closing began.
    pub cancel: Option<Reversed>,
}

#[derive(Debug, Clone)]
pub struct EntryRow {
    pub stock: StockId,
    pub sku: Sku,
    pub version: u64,
    pub kind: EntryKind,
    pub line: u16,
    pub delta: i64,
    pub balance: Option<i64>,
    pub reverses: Option<u64>,
}

impl EntryRow {
    fn receipt(&self) -> LineReceipt {
        LineReceipt {
            sku: self.sku.clone(),
            stock: self.stock,
            version: self.version,
            delta: self.delta,
            available: self.balance,
        }
    }
}

/// A locked draft (or what became of it).
#[derive(Debug, Clone)]
pub struct OpRow {
    pub status: OpStatus,
    pub revision: u32,
    pub expires_at: DateTime<Utc>,
}

/// A locked late payment.
#[derive(Debug, Clone)]
pub struct LateRow {
    pub standing: Standing,
    pub document: Option<DocumentNo>,
}

/// Everything that the decisions want written, in the order of the decisions.
#[derive(Debug, Default)]
pub struct Changes {
    pub documents: Vec<NewDocument>,
    pub orders: Vec<NewOrder>,
    pub entries: Vec<NewEntry>,
    pub reversals: Vec<(DocumentNo, Reversed)>,
    pub evidence: Vec<(DocumentNo, Evidence)>,
    pub order_updates: Vec<OrderUpdate>,
    pub events: Vec<NewEvent>,
    pub payments: Vec<(VerifiedPayment, PaymentOutcome)>,
    pub late: Vec<NewLate>,
    pub deducted: Vec<Deducted>,
    pub ops: Vec<OpUpdate>,
}

#[derive(Debug)]
pub struct NewDocument {
    pub document: DocumentNo,
    pub kind: DocumentKind,
    pub warehouse: Option<Warehouse>,
    pub fingerprint: Option<Fingerprint>,
    pub actor: String,
    pub source: &'static str,
    pub reason: Option<String>,
    pub note: Option<String>,
    pub reference: Option<String>,
    pub reversed: Option<Reversed>,
}

#[derive(Debug)]
pub struct NewOrder {
    pub order_no: DocumentNo,
    pub status: OrderStatus,
    pub terms: Option<PaymentTerms>,
    pub pay_deadline: Option<DateTime<Utc>>,
    pub summary: OrderSummary,
}

#[derive(Debug)]
pub struct NewEntry {
    pub document: DocumentNo,
    pub entry: EntryRow,
    /// A cancel needs the evidence of its order, whose number is its document.
    pub needs_evidence: bool,
}

#[derive(Debug)]
pub struct OrderUpdate {
    pub order_no: DocumentNo,
    pub status: OrderStatus,
    pub payment_state: PaymentState,
    pub paid: Option<(String, DateTime<Utc>)>,
}

#[derive(Debug)]
pub struct NewEvent {
    pub order_no: DocumentNo,
    pub kind: EventKind,
    pub actor: String,
    pub detail: Option<String>,
}

/// A verified payment that did not pay its order.
#[derive(Debug)]
pub struct NewLate {
    pub gateway: String,
    pub transaction_id: String,
    pub outcome: PaymentOutcome,
    pub actor: String,
}

/// A late payment whose order's stock was deducted again.
#[derive(Debug)]
pub struct Deducted {
    pub payment: u64,
    pub document: DocumentNo,
    pub actor: String,
}

#[derive(Debug)]
pub struct OpUpdate {
    pub op: OpId,
    pub status: OpStatus,
    /// The user; `None` keeps who confirmed it when it began to wait.
    pub confirmed_by: Option<String>,
    pub result: Vec<LineReceipt>,
    pub refusal: Option<Rejection>,
}

/// What one transaction has locked. Every job decided on it sees what earlier jobs changed.
#[derive(Debug)]
pub struct Book {
    /// The one time of the batch: not before the last change of any stock in it.
    pub now: DateTime<Utc>,
    pub stock: BTreeMap<StockId, StockRow>,
    pub documents: HashMap<DocumentNo, DocumentRow>,
    pub payments: HashMap<(String, String), PaymentOutcome>,
    pub late: HashMap<u64, LateRow>,
    pub ops: HashMap<OpId, OpRow>,
    pub changes: Changes,
}

impl Book {
    pub fn decide(&mut self, job: &Job) -> Decision {
        match &job.work {
            Work::Post {
                post,
                fingerprint,
                stock,
            } => self
                .post(post, *fingerprint, stock, &job.actor)
                .map(Done::Posted),
            Work::Rollback(rollback) => self.rollback(rollback, &job.actor).map(Done::RolledBack),
            Work::Cancel { order_no, evidence } => self
                .cancel(order_no, evidence, &job.actor)
                .map(Done::Cancelled),
            Work::Settle(payment) => self.settle(payment, &job.actor).map(Done::Settled),
            Work::Again {
                payment,
                post,
                fingerprint,
                stock,
            } => self
                .again(*payment, post, *fingerprint, stock, &job.actor)
                .map(Done::Posted),
        }
    }

    fn row(&self, stock: StockId) -> Result<&StockRow, Declined> {
        self.stock.get(&stock).ok_or_else(|| not_locked(stock))
    }

    /// Changes one level by `delta` and returns the new version and balance.
    fn step(&mut self, stock: StockId, delta: i64, reserve: i64) -> Result<Step, Declined> {
        let row = self
            .stock
            .get_mut(&stock)
            .ok_or_else(|| not_locked(stock))?;
        let level = if row.unlimited {
            0
        } else {
            row.available + delta
        };
        let reserved = row.reserved + reserve;
        if level < 0 || reserved < 0 {
            let what = format!(
                "{delta} on {}, {reserve} on {}",
                row.available, row.reserved
            );
            return Err(Declined::Broken(format!("stock {}: {what}", stock.0)));
        }
        (row.available, row.reserved) = (level, reserved);
        row.version += 1;
        row.changed = true;
        Ok(Step {
            version: row.version,
            balance: (!row.unlimited).then_some(level),
        })
    }

    /// Whether the draft a person confirms is still the one that was seen.
    fn check_draft(&self, seen: Option<DraftSeen>) -> Result<(), Declined> {
        let Some(DraftSeen { op, revision }) = seen else {
            return Ok(());
        };
        let row = self.ops.get(&op).ok_or(Rejection::NotFound)?;
        match row.status {
            OpStatus::Draft if row.revision != revision => Err(Rejection::DraftChanged.into()),
            OpStatus::Draft if self.now >= row.expires_at => Err(Rejection::Expired.into()),
            OpStatus::Draft => Ok(()),
            OpStatus::Discarded => Err(Rejection::Discarded.into()),
            OpStatus::Applied | OpStatus::Refused | OpStatus::Waiting => Err(Declined::Broken(
                format!("{op} is {} without effect", row.status.as_str()),
            )),
        }
    }

    fn confirm_draft(&mut self, seen: Option<DraftSeen>, actor: &Actor, result: &[LineReceipt]) {
        let Some(DraftSeen { op, .. }) = seen else {
            return;
        };
        if let Some(row) = self.ops.get_mut(&op) {
            row.status = OpStatus::Applied;
        }
        self.changes.ops.push(OpUpdate {
            op,
            status: OpStatus::Applied,
            confirmed_by: actor.user_name().map(str::to_owned),
            result: result.to_vec(),
            refusal: None,
        });
    }
}

struct Step {
    version: u64,
    balance: Option<i64>,
}

fn not_locked(stock: StockId) -> Declined {
    Declined::Broken(format!("stock {} was not locked", stock.0))
}
