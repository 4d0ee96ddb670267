//! Moving stock under a document's number: orders, deductions, adjustments, operations.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::{Desk, Passage};
use crate::domain::actor::{Actor, Source};
use crate::domain::book::{Done, Job, Work};
use crate::domain::command::{Change, Post};
use crate::domain::fingerprint::Fingerprint;
use crate::domain::ids::{Sku, StockId};
use crate::domain::receipt::{Applied, PostReceipt};
use crate::domain::rejection::{Rejection, ServiceError, ServiceResult, ShortLine};
use crate::store::redis::Claim;

/// A claim whose SKUs cannot be loaded into the gate goes past it after so many tries.
const LOADS: u32 = 4;
const LOOK_AGAIN: Duration = Duration::from_millis(3);

impl Desk {
    /// Moves stock as `post` says: all lines or none, exactly once for its document number.
    ///
    /// # Errors
    /// `Rejected` with `insufficient_stock`, `unknown_stock`, `different_content`,
    /// `rolled_back`, `version_changed`, `above_limit`, `unlimited_stock`, or what is wrong with
    /// the draft it confirms; `NotConfirmed` when the same call can and should be repeated.
    pub async fn post(&self, post: Post, actor: Actor) -> ServiceResult<Applied<PostReceipt>> {
        let stock = self
            .inner
            .catalog
            .resolve(&post.warehouse, &post.lines)
            .await?;
        let (warehouse, source) = (post.warehouse.clone(), actor.source());
        let done = self.post_known(post, stock, actor).await;
        if let Err(ServiceError::Rejected(Rejection::InsufficientStock { lines })) = &done
            // What staff try in a form is no demand.
            && source != Source::Form
        {
            self.count_turned_away(&warehouse, lines).await;
        }
        done
    }

    async fn post_known(
        &self,
        post: Post,
        stock: Vec<StockId>,
        actor: Actor,
    ) -> ServiceResult<Applied<PostReceipt>> {
        let fingerprint = Fingerprint::of(&post);
        let begun = Instant::now();
        let passage = self.pass(&post, &fingerprint).await?;
        metrics::histogram!("stockdesk_gate_seconds").record(begun.elapsed());
        let warehouse = Some(post.warehouse.clone());
        let skus: Vec<Sku> = post.lines.iter().map(|line| line.sku.clone()).collect();
        let job = Job {
            work: Work::Post {
                post,
                fingerprint,
                stock,
            },
            actor,
        };
        match self
            .inner
            .writer
            .submit(job, passage, warehouse, skus)
            .await?
        {
            Done::Posted(applied) => Ok(applied),
            other => Err(ServiceError::Internal(format!(
                "a post came back as {other:?}"
            ))),
        }
    }

    /// Deducts a cancelled order's stock again, as the one outcome of the late payment with number
    /// `payment`: both in one transaction.
    ///
    /// # Errors
    /// `Rejected` with `already_settled` when the payment has, or is getting, another outcome, or
    /// another payment of the order had this one; `insufficient_stock`, `unknown_stock`;
    /// `NotConfirmed` when the same call can and should be repeated.
    pub async fn deduct_again(
        &self,
        payment: u64,
        post: Post,
        actor: Actor,
    ) -> ServiceResult<Applied<PostReceipt>> {
        let stock = self
            .inner
            .catalog
            .resolve(&post.warehouse, &post.lines)
            .await?;
        let fingerprint = Fingerprint::of(&post);
        let passage = self.pass(&post, &fingerprint).await?;
        let warehouse = Some(post.warehouse.clone());
        let skus: Vec<Sku> = post.lines.iter().map(|line| line.sku.clone()).collect();
        let work = Work::Again {
            payment,
            post,
            fingerprint,
            stock,
        };
        match self
            .inner
            .writer
            .submit(Job { work, actor }, passage, warehouse, skus)
            .await?
        {
            Done::Posted(applied) => Ok(applied),
            other => Err(ServiceError::Internal(format!(
                "a deduction came back as {other:?}"
            ))),
        }
    }

    /// Through the gate, or past it.
    ///
    /// # Errors
    /// `insufficient_stock`, when the gate is short and MySQL does not know the document either.
    async fn pass(&self, post: &Post, fingerprint: &Fingerprint) -> ServiceResult<Passage> {
        let units = |takes: bool| {
            post.lines.iter().filter_map(move |line| match line.change {
                Change::By(delta) if (delta.get() < 0) == takes => {
                    Some((&line.sku, delta.get().abs()))
                }
                _ => None,
            })
        };
        let (claims, releases): (Vec<_>, Vec<_>) = (units(true).collect(), units(false).collect());
        // What mixes directions, or sets a level, is rare: MySQL alone, then a correction.
        let mixed = claims.len() + releases.len() < post.lines.len()
            || (!claims.is_empty() && !releases.is_empty());
        if mixed {
            return Ok(Passage::Ungated);
        }
        if claims.is_empty() {
            return Ok(self.mark_release(&post.warehouse, &releases).await);
        }
        self.claim(post, fingerprint, &claims).await
    }

    async fn claim(
        &self,
        post: &Post,
        fingerprint: &Fingerprint,
        claims: &[(&Sku, i64)],
    ) -> ServiceResult<Passage> {
        let gate = &self.inner.gate;
        let (begun, mut loads) = (Instant::now(), 0);
        loop {
            let at = self.inner.clock.now();
            let claim = gate
                .claim(&post.warehouse, &post.document, fingerprint, claims)
                .await;
            let answer = match claim {
                Ok(answer) => answer,
                Err(error) => {
                    tracing::debug!(%error, "a claim goes past the gate");
                    return Ok(Passage::Ungated);
                }
            };
            match answer {
                Claim::Applied => return Ok(Passage::Admitted(at)),
                Claim::Replay | Claim::Mismatch => return Ok(Passage::Repeated),
                Claim::Short(lines) => return self.short(post, claims, &lines).await,
                Claim::Unloaded(_) if loads == LOADS => return Ok(Passage::Ungated),
                Claim::Unloaded(lines) => {
                    loads += 1;
                    let skus = lines.iter().filter_map(|&i| Some(claims.get(i)?.0.clone()));
                    self.inner
                        .corrections
                        .load(&post.warehouse, skus.collect())
                        .await;
                }
                Claim::Fenced if begun.elapsed() > self.inner.limits.fence => {
                    return Ok(Passage::Ungated);
                }
                Claim::Fenced => tokio::time::sleep(LOOK_AGAIN).await,
            }
        }
    }

    /// The gate has too little. If MySQL knows the document, this is a retry that must get its
    /// first answer, and MySQL gives it.
    async fn short(
        &self,
        post: &Post,
        claims: &[(&Sku, i64)],
        lines: &[(usize, i64)],
    ) -> ServiceResult<Passage> {
        if self.inner.lookup.is_known(&post.document).await? {
            return Ok(Passage::Repeated);
        }
        metrics::counter!("stockdesk_gate_short_total").increment(1);
        let line = |&(index, available): &(usize, i64)| {
            let (sku, requested) = *claims.get(index)?;
            Some(ShortLine {
                sku: sku.clone(),
                requested,
                available,
            })
        };
        let lines = lines.iter().filter_map(line).collect();
        Err(Rejection::InsufficientStock { lines }.into())
    }

    /// Marks units that are about to be given back; `Ungated` when the gate cannot be told.
    pub(super) async fn mark_release(
        &self,
        warehouse: &crate::domain::ids::Warehouse,
        lines: &[(&Sku, i64)],
    ) -> Passage {
        let begun = Instant::now();
        // No document can have this name, nor any other release.
        let mark = format!("~{}", ulid::Ulid::new());
        loop {
            match self.inner.gate.release(warehouse, &mark, lines).await {
                Ok(true) => return Passage::Releasing(mark),
                Ok(false) if begun.elapsed() <= self.inner.limits.fence => {
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
                Ok(false) | Err(_) => return Passage::Ungated,
            }
        }
    }

    /// The present time, by the desk's clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.inner.clock.now()
    }
}
