//! Late money: the list, one payment, and those of an order.

use super::Queries;
use crate::domain::ids::DocumentNo;
use crate::domain::late::{LateEvent, LateGroup, LatePayment, LateState};
use crate::domain::listing::{CappedCount, LateKey, Limit, Page, Seen};
use crate::domain::payment::PaymentOutcome;
use crate::domain::rejection::ServiceResult;
use crate::store::mysql::late::{
    late_events, late_fetch, late_of_order, late_window, lates_open, payments_called,
};

/// Payments of one order that its page shows.
const OF_ONE_ORDER: u32 = 20;

impl Queries {
    /// Money that paid for nothing: what waits for people first, then what is under way, oldest
    /// first; then what is settled, newest first.
    pub async fn late_payments_list(
        &self,
        state: Option<LateState>,
        after: Option<LateKey>,
        limit: Limit,
    ) -> ServiceResult<Seen<Page<LatePayment, LateKey>>> {
        let page = async {
            let rows = limit.get() + 1;
            let mut found = Vec::new();
            for group in LateGroup::ALL {
                let passed = after.is_some_and(|key| key.group > group);
                let other = state.is_some_and(|state| state.group() != group);
                let left = rows.saturating_sub(u32::try_from(found.len()).unwrap_or(rows));
                if passed || other || left == 0 {
                    continue;
                }
                let from = after.filter(|key| key.group == group).map(|key| key.id);
                found.extend(late_window(&self.pool, group, state, from, left).await?);
            }
            Ok(Page::cut(found, limit, LateKey::of))
        };
        self.read(page).await
    }

    /// One payment that did not pay its order, with what happened to it, oldest first.
    pub async fn late_payment(
        &self,
        id: u64,
    ) -> ServiceResult<Seen<Option<(LatePayment, Vec<LateEvent>)>>> {
        let found = async {
            let Some(late) = late_fetch(&self.pool, id).await? else {
                return Ok(None);
            };
            Ok(Some((late, late_events(&self.pool, id).await?)))
        };
        self.read(found).await
    }

    /// Payments under an order's number that did not pay it, with what happened to each.
    pub async fn late_payments_of(
        &self,
        order_no: &DocumentNo,
    ) -> ServiceResult<Seen<Vec<(LatePayment, Vec<LateEvent>)>>> {
        let found = async {
            let mut all = Vec::new();
            for late in late_of_order(&self.pool, order_no, OF_ONE_ORDER).await? {
                let events = late_events(&self.pool, late.id).await?;
                all.push((late, events));
            }
            Ok(all)
        };
        self.read(found).await
    }

    /// Payments that one of these gateways calls so: their number with us, their order, and what
    /// they came to.
    pub async fn payments_called(
        &self,
        gateways: &[&str],
        transaction_id: &str,
    ) -> ServiceResult<Seen<Vec<(u64, DocumentNo, PaymentOutcome)>>> {
        self.read(payments_called(&self.pool, gateways, transaction_id))
            .await
    }

    /// Late payments that need a person.
    pub async fn late_payments_open(&self) -> ServiceResult<Seen<CappedCount>> {
        self.read(lates_open(&self.pool)).await
    }
}
