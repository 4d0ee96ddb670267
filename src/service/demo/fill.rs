//! Playing the demo's story through the service, once.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::try_join_all;
use sha2::{Digest, Sha256};

use super::story::{Corrected, Correction, CorrectionId, Deed, Story, tell};
use crate::domain::actor::Actor;
use crate::domain::command::Cancel;
use crate::domain::ids::{DocumentNo, OpId};
use crate::domain::ledger::DocumentKind;
use crate::domain::operation::{NewOperation, OpLine, OpStatus, OpTarget, Operation};
use crate::domain::payment::VerifiedPayment;
use crate::domain::rejection::{Rejection, ServiceError, ServiceResult};
use crate::gateway::Gateways;
use crate::service::desk::Limits;
use crate::service::import::{ImportError, StockFile, apply};
use crate::service::{Audit, Cashier, CashierSettings, Clock, Desk, Operations, Person, insist};
use crate::store::mysql::import::{ImportLock, import_begin, import_fetch, import_finish};
use crate::store::mysql::stock::{stock_fetch, warehouse_list};

const ACTOR: Actor = Actor::Command("demo-data");
const PATIENCE: Duration = Duration::from_secs(60);
/// The gate takes an instance for dead that is silent for five seconds.
const SIGN_OF_LIFE: Duration = Duration::from_secs(1);
/// Deeds that are done at once; they share one moment of the story.
const TOGETHER: usize = 4;
/// Units that an operator of the story may move alone.
const UNIT_LIMIT: u32 = 100;

/// What filling came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    /// So many orders were placed; as many were refused, because stock had run out.
    Now { orders: usize, refused: usize },
    /// The demo is there already.
    Before,
    /// Somebody's own stock is there; the demo stays away from it.
    NotEmpty,
}

/// Fills a desk that has no warehouse yet with the readable demo. What was broken off is gone on
/// with, so it can be called at every start. Every step goes through the service, on a clock that
/// walks through the last three days.
///
/// # Errors
/// When the stores are away.
pub async fn fill(desk: &Desk) -> ServiceResult<Filled> {
    let Some(lock) = DemoLock::take(desk).await? else {
        return Ok(Filled::Before);
    };
    let filled = fill_alone(desk).await;
    lock.0.release().await?;
    filled
}

/// Only one process fills; another one has nothing to do meanwhile.
struct DemoLock(ImportLock);

impl DemoLock {
    async fn take(desk: &Desk) -> ServiceResult<Option<Self>> {
        Ok(ImportLock::take_named(desk.pool(), "demo").await?.map(Self))
    }
}

async fn fill_alone(desk: &Desk) -> ServiceResult<Filled> {
    let pool = desk.pool();
    let marker = digest("the whole demo");
    let begun = import_fetch(pool, &marker).await?;
    match &begun {
        Some(row) if row.finished_at.is_some() => return Ok(Filled::Before),
        None if !warehouse_list(pool).await?.is_empty() => return Ok(Filled::NotEmpty),
        _ => {}
    }
    let story = tell().map_err(|why| ServiceError::Internal(why.to_string()))?;
    let now = desk.now();
    let name = "the demo";
    let row = import_begin(pool, &marker, name, story.orders, &ACTOR.to_string(), now).await?;
    // The story's present is when it was first begun: its numbers and contents must not change.
    let player = Player::new(desk, row.started_at);
    let refused = tokio::select! {
        refused = player.tell(&story) => refused?,
        () = stay_alive(desk) => unreachable!("it has no end"),
    };
    import_finish(pool, &marker, desk.now()).await?;
    let orders = story.orders - refused;
    Ok(Filled::Now { orders, refused })
}

/// At a first start no worker runs yet that tells the gate of this process: without a sign of
/// life, another process would take what the story has in flight for left behind.
async fn stay_alive(desk: &Desk) {
    let mut every = tokio::time::interval(SIGN_OF_LIFE);
    loop {
        every.tick().await;
        if let Err(away) = desk.gate().ping().await {
            tracing::debug!(%away, "the gate does not answer");
        }
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(format!("stockdesk demo 1: {text}").as_bytes()).into()
}

/// The service, on a clock of the story's.
struct Player {
    desk: Desk,
    cashier: Cashier,
    operations: Operations,
    present: DateTime<Utc>,
    /// Seconds from the present.
    at: Arc<AtomicI64>,
}

impl Player {
    fn new(desk: &Desk, present: DateTime<Utc>) -> Self {
        let at = Arc::new(AtomicI64::new(0));
        let hand = at.clone();
        let clock = Clock::new(move || present + TimeDelta::seconds(hand.load(Ordering::Relaxed)));
        let (pool, gate) = (desk.pool().clone(), desk.gate().clone());
        let desk = Desk::start(pool, gate, clock, Limits::default());
        // No payment of the past was ever created at a gateway, so none is asked to close one.
        let settings = CashierSettings::new("http://localhost");
        let cashier = Cashier::start(desk.clone(), Gateways::default(), settings);
        let (clock, pool) = (desk.clock().clone(), desk.pool().clone());
        let audit = Audit::new(pool, clock.clone());
        let operations = Operations::new(cashier.clone(), audit, clock, UNIT_LIMIT);
        Self {
            desk,
            cashier,
            operations,
            present,
            at,
        }
    }

    /// The whole story; returns how many orders were refused.
    async fn tell(&self, story: &Story) -> ServiceResult<usize> {
        self.stock(story).await?;
        self.play(story).await
    }

    async fn stock(&self, story: &Story) -> ServiceResult<()> {
        let begin = story.deeds.first().map_or(0, |(at, _)| at - 60);
        self.at.store(begin, Ordering::Relaxed);
        let file = StockFile {
            digest: digest("its stock"),
            warehouses: story.stock.clone(),
        };
        match apply(&self.desk, &file, "the demo's stock", &ACTOR, |_| {}).await {
            Ok(_) => Ok(()),
            Err(ImportError::Service(error)) => Err(error),
            Err(error) => Err(ServiceError::Internal(error.to_string())),
        }
    }

    /// Does every deed in turn; returns how many orders were refused.
    async fn play(&self, story: &Story) -> ServiceResult<usize> {
        let mut refused: HashSet<DocumentNo> = HashSet::new();
        let mut deeds = story.deeds.as_slice();
        while let Some((at, _)) = deeds.first() {
            let mut seen = HashSet::new();
            let alone = |(_, deed): &&(i64, Deed)| match deed.document() {
                Some(document) => seen.insert(document.clone()),
                None => true,
            };
            let count = deeds.iter().take(TOGETHER).take_while(alone).count();
            let (group, rest) = deeds.split_at(count);
            self.at.store(*at, Ordering::Relaxed);
            let placed = |deed: &Deed| deed.document().is_none_or(|d| !refused.contains(d));
            let todo = group.iter().filter(|(_, deed)| placed(deed));
            let done = try_join_all(todo.map(|(_, deed)| self.do_deed(deed))).await?;
            refused.extend(done.into_iter().flatten());
            deeds = rest;
        }
        let order = |deed: &Deed| match deed {
            Deed::Post(post, _) => post.kind == DocumentKind::Order,
            _ => false,
        };
        let orders = story.deeds.iter().filter(|(_, deed)| order(deed));
        Ok(orders
            .filter(|(_, deed)| deed.document().is_some_and(|d| refused.contains(d)))
            .count())
    }

    /// Does one deed; returns its document when stock had run out.
    async fn do_deed(&self, deed: &Deed) -> ServiceResult<Option<DocumentNo>> {
        let done = insist(PATIENCE, || self.try_deed(deed)).await;
        match done {
            Ok(()) => Ok(None),
            Err(ServiceError::Rejected(Rejection::InsufficientStock { .. })) => {
                Ok(deed.document().cloned())
            }
            Err(error) => Err(error),
        }
    }

    async fn try_deed(&self, deed: &Deed) -> ServiceResult<()> {
        match deed {
            Deed::Post(post, actor) => self.desk.post(post.clone(), actor.clone()).await.map(drop),
            Deed::Pay(order_no, amount) => {
                let payment = VerifiedPayment {
                    gateway: "sandbox".to_owned(),
                    transaction_id: format!("demo-{order_no}"),
                    order_no: order_no.clone(),
                    amount: *amount,
                    paid_at: self.now(),
                };
                let callback = Actor::Worker("payment_callback");
                self.desk.payment_arrived(payment, callback).await.map(drop)
            }
            Deed::Cancel(order_no, actor, reason) => {
                let cancel = Cancel {
                    order_no: order_no.clone(),
                    confirms: None,
                    reason: Some(reason.as_str().to_owned()),
                    note: None,
                };
                self.cashier.cancel(cancel, actor.clone()).await.map(drop)
            }
            Deed::TimeOut(order_no) => self.cashier.time_out(order_no, self.now()).await.map(drop),
            Deed::Correct(correction) => self.correct(correction).await,
        }
    }

    /// Drafts an operation as somebody of the staff, and confirms it.
    async fn correct(&self, correction: &Correction) -> ServiceResult<()> {
        let by = Person {
            name: correction.by.to_owned(),
            role: correction.role,
            address: None,
        };
        let op = self.op(correction.id);
        let operation = match self.operations.fetch(op).await {
            Ok(begun_before) => begun_before,
            Err(ServiceError::Rejected(Rejection::NotFound)) => {
                self.draft(correction, op, &by).await?
            }
            Err(error) => return Err(error),
        };
        if operation.status == OpStatus::Draft && correction.confirmed {
            self.operations.confirm(op, operation.revision, &by).await?;
        }
        Ok(())
    }

    async fn draft(
        &self,
        correction: &Correction,
        op: OpId,
        by: &Person,
    ) -> ServiceResult<Operation> {
        let target = match &correction.what {
            Corrected::Document(document) => OpTarget::Document(document.clone()),
            Corrected::Correction(earlier) => OpTarget::Document(self.op(*earlier).document()),
            Corrected::Line {
                warehouse,
                sku,
                change,
            } => {
                let seen = stock_fetch(self.desk.pool(), warehouse, sku).await?;
                let seen = seen.ok_or(Rejection::NotFound)?;
                let line = OpLine {
                    sku: sku.clone(),
                    change: *change,
                    seen_available: seen.available(),
                    seen_version: seen.version,
                    counted_at: None,
                };
                OpTarget::Lines {
                    warehouse: warehouse.clone(),
                    lines: vec![line],
                }
            }
        };
        let new = NewOperation {
            op,
            kind: correction.kind,
            target,
            reason: correction.reason,
            note: correction.note.clone(),
            reference: None,
        };
        Ok(self.operations.draft(new, by).await?.operation().clone())
    }

    /// The same number whenever the story is told again.
    fn op(&self, (number, at): CorrectionId) -> OpId {
        let drafted = self.present + TimeDelta::seconds(at);
        let ms = u64::try_from(drafted.timestamp_millis()).unwrap_or(0);
        // Multiplied, so that neighbours do not look alike.
        let random = u128::from(number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        OpId::new(ulid::Ulid::from_parts(ms, random))
    }

    fn now(&self) -> DateTime<Utc> {
        self.present + TimeDelta::seconds(self.at.load(Ordering::Relaxed))
    }
}
