//! Late money: what becomes of a verified payment that did not pay its order. Its table is
//! `domain::late`; a worker carries it out, and people help where it says so.

mod deeds;
mod refund;

use chrono::{DateTime, TimeDelta, Utc};

pub use deeds::Did;

use super::audit::Audit;
use super::cashier::Cashier;
use crate::domain::late::{LatePayment, LatePolicy, LateState};
use crate::domain::rejection::ServiceResult;
use crate::store::mysql::late::{late_adopt, late_claim};

/// One try may take this long before another instance begins one as well. Longer than all calls
/// of a try together; a second one at the same time would do no harm.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// Cheap to clone.
#[derive(Clone)]
pub struct LateMoney {
    cashier: Cashier,
    audit: Audit,
    policy: LatePolicy,
}

impl LateMoney {
    pub fn new(cashier: Cashier, audit: Audit, policy: LatePolicy) -> Self {
        Self {
            cashier,
            audit,
            policy,
        }
    }

    /// Claims payments that are due: `limit` to be refunded, or deducted again, and as many whose
    /// refund is under way, at most. Each belongs to the caller for a minute, of all instances.
    ///
    /// # Errors
    /// `NotConfirmed` when the database is away.
    pub async fn claim_due(
        &self,
        now: DateTime<Utc>,
        limit: u32,
    ) -> ServiceResult<Vec<LatePayment>> {
        let pool = self.cashier.pool();
        late_adopt(pool, limit).await?;
        let mut due = Vec::new();
        for state in [LateState::Queued, LateState::Refunding] {
            due.extend(late_claim(pool, state, now, now + LEASE, limit).await?);
        }
        Ok(due)
    }
}
