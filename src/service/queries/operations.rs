//! Operations: one, and lists.

use super::Queries;
use crate::domain::ids::OpId;
use crate::domain::listing::{Limit, OpFilter, OpKey, Page, Seen};
use crate::domain::operation::Operation;
use crate::domain::rejection::ServiceResult;
use crate::store::mysql::operations;

impl Queries {
    pub async fn operation(&self, op: OpId) -> ServiceResult<Seen<Option<Operation>>> {
        self.read(operations::operation_fetch(&self.pool, op)).await
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
