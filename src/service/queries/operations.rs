//! Operations: one, and lists.

use super::Queries;
use crate::domain::bulk::BulkStatus;
use crate::domain::ids::OpId;
use crate::domain::listing::{CappedCount, Limit, Listed, OpFilter, OpKey, Page, Seen};
use crate::domain::operation::{OpStatus, Operation};
use crate::domain::rejection::ServiceResult;
use crate::store::mysql::StoreResult;
use crate::store::mysql::bulk::{BulkFilter, bulk_list, bulk_requests_count};
use crate::store::mysql::operations;

/// Bulk operations have no stock and no document of their own, and a state that others have not.
fn bulk_filter(filter: &OpFilter, running: bool) -> Option<BulkFilter> {
    let status = match (running, filter.status) {
        (true, _) => Some(BulkStatus::Running),
        (false, _) if filter.corrections => None,
        (false, None) => None,
        (false, Some(OpStatus::Draft)) => Some(BulkStatus::Draft),
        (false, Some(OpStatus::Applied)) => Some(BulkStatus::Applied),
        (false, Some(OpStatus::Discarded)) => Some(BulkStatus::Discarded),
        (false, Some(OpStatus::Refused | OpStatus::Waiting)) => return None,
    };
    let of_one = filter.stock.is_some() || filter.document.is_some();
    (!of_one).then(|| BulkFilter {
        status,
        open_at: filter.open_at,
        expired_at: filter.expired_at,
        requests: filter.requests.is_some(),
        confirmed: filter.corrections,
        confirmed_from: filter.confirmed_from,
        author: filter.author.clone(),
        undoes: None,
    })
}

impl Queries {
    pub async fn operation(&self, op: OpId) -> ServiceResult<Seen<Option<Operation>>> {
        self.read(operations::operation_fetch(&self.pool, op)).await
    }

    /// Drafts of every kind that wait for another person than their author; an operator may move
    /// `unit_limit` units alone.
    pub async fn requests_count(&self, unit_limit: u32) -> ServiceResult<Seen<CappedCount>> {
        let now = self.clock.now();
        let count = async {
            let one = operations::requests_count(&self.pool, now, unit_limit).await?;
            let bulk = bulk_requests_count(&self.pool, now).await?;
            Ok(CappedCount(one.0.saturating_add(bulk.0)))
        };
        self.read(count).await
    }

    /// A page of operations of every kind, newest first. `running`: only those that are being
    /// carried out, whatever status the filter names.
    pub async fn operations_of_every_kind(
        &self,
        filter: &OpFilter,
        running: bool,
        after: Option<OpKey>,
        limit: Limit,
    ) -> ServiceResult<Seen<Page<Listed, OpKey>>> {
        self.read(self.every_kind(filter, running, after, limit))
            .await
    }

    async fn every_kind(
        &self,
        filter: &OpFilter,
        running: bool,
        after: Option<OpKey>,
        limit: Limit,
    ) -> StoreResult<Page<Listed, OpKey>> {
        let (mut items, mut more) = (Vec::new(), false);
        if !running {
            let page = operations::operations_list(&self.pool, filter, after, limit).await?;
            more |= page.next.is_some();
            items.extend(page.items.into_iter().map(Listed::One));
        }
        if let Some(filter) = bulk_filter(filter, running) {
            let page = bulk_list(&self.pool, &filter, after, limit).await?;
            more |= page.next.is_some();
            items.extend(page.items.into_iter().map(Listed::Bulk));
        }
        let key = |listed: &Listed| (listed.key().at, listed.key().op.to_string());
        items.sort_by_key(|listed| std::cmp::Reverse(key(listed)));
        let rows = limit.get() as usize;
        more |= items.len() > rows;
        items.truncate(rows);
        let next = items.last().filter(|_| more).map(Listed::key);
        Ok(Page { items, next })
    }

    /// A page of operations, newest first. With the status `draft` alone, those are listed too
    /// that expired before anybody confirmed or discarded them; `open_at` leaves them out.
    pub async fn operations_list(
        &self,
        filter: &OpFilter,
        after: Option<OpKey>,
        limit: Limit,
    ) -> ServiceResult<Seen<Page<Operation, OpKey>>> {
        let page = operations::operations_list(&self.pool, filter, after, limit);
        self.read(page).await
    }
}
