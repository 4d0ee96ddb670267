//! The audit, read.

use super::Queries;
use crate::domain::audit::AuditRow;
use crate::domain::listing::{AuditFilter, AuditKey, Limit, Page, Seen};
use crate::domain::rejection::ServiceResult;
use crate::store::mysql::audit::audit_list;

impl Queries {
    /// A page of the audit, newest first. With a filter by person or action a page may be short,
    /// or empty, and still have a next one.
    pub async fn audit_list(
        &self,
        filter: &AuditFilter,
        after: Option<AuditKey>,
        limit: Limit,
    ) -> ServiceResult<Seen<Page<AuditRow, AuditKey>>> {
        self.read(audit_list(&self.pool, filter, after, limit))
            .await
    }
}
