//! Differences of the gate, a list that people should see empty.

use super::Queries;
use crate::domain::attention::GateDifference;
use crate::domain::listing::{CappedCount, Limit, Page, Seen};
use crate::domain::rejection::ServiceResult;
use crate::store::mysql::attention;

impl Queries {
    /// Differences of the gate, newest first; `after` is the number of the last one seen.
    pub async fn differences_list(
        &self,
        open_only: bool,
        after: Option<u64>,
        limit: Limit,
    ) -> ServiceResult<Seen<Page<GateDifference, u64>>> {
        let page = attention::differences_list(&self.pool, open_only, after, limit);
        self.read(page).await
    }

    /// Differences that are not repaired.
    pub async fn differences_open(&self) -> ServiceResult<Seen<CappedCount>> {
        self.read(attention::differences_open(&self.pool)).await
    }
}
