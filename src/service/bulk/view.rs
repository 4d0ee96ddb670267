//! A bulk operation as its page shows it.

use chrono::{DateTime, Utc};

use super::{Bulks, CancelRow, PATIENCE, Person, in_time};
use crate::domain::bulk::{Bulk, BulkLine, BulkOrigin, BulkStatus, LineState, Tally};
use crate::domain::ids::OpId;
use crate::domain::listing::{Limit, Page};
use crate::domain::rejection::ServiceResult;
use crate::store::mysql::bulk::{LinesOf, bulk_of_file, cancels_tally, lines_list, lines_tally};

/// Which of its lines are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Will,
    Same,
    Cannot,
    Applied,
    Refused,
    /// Refused, or such as cannot be carried out.
    Failed,
}

/// An operation that used the same file before.
#[derive(Debug, Clone)]
pub struct Earlier {
    pub op: OpId,
    pub by: String,
    pub at: DateTime<Utc>,
}

/// An operation with some of its lines, and what this person may do with it.
#[derive(Debug, Clone)]
pub struct BulkView {
    pub bulk: Bulk,
    pub as_of: DateTime<Utc>,
    pub tally: Tally,
    pub lines: Page<BulkLine, u32>,
    /// The orders of one that cancels some; it has no other lines.
    pub orders: Vec<CancelRow>,
    /// The same file was applied before.
    pub same_file: Option<Earlier>,
    /// What was prepared to undo it, newest first.
    pub undos: Vec<Bulk>,
    /// Some of what it changed was not undone yet.
    pub undoable: bool,
    pub may_confirm: bool,
    /// Whether this person may replace or discard it.
    pub may_change: bool,
}

impl Bulks {
    /// The operation with a page of its lines; `shown` picks which, by how it stands.
    ///
    /// # Errors
    /// `NotConfirmed` when the database is away or too slow.
    pub async fn view(
        &self,
        bulk: Bulk,
        shown: impl FnOnce(&Bulk, Tally) -> Shown,
        after: Option<u32>,
        limit: Limit,
        by: &Person,
    ) -> ServiceResult<BulkView> {
        let as_of = self.now();
        let cancels = bulk.origin == BulkOrigin::Cancel;
        let tally = match cancels {
            true => in_time(PATIENCE, cancels_tally(self.pool(), bulk.op)).await?,
            false => in_time(PATIENCE, lines_tally(self.pool(), bulk.op)).await?,
        };
        let shown = shown(&bulk, tally);
        let lines = self.lines(bulk.op, shown, after, limit).await?;
        let orders = match cancels {
            true => self.cancels(bulk.op).await?,
            false => Vec::new(),
        };
        let undos = match (bulk.status, bulk.origin) {
            (BulkStatus::Applied, BulkOrigin::File | BulkOrigin::Select) => {
                self.undos(bulk.op).await?
            }
            _ => Vec::new(),
        };
        let standing = self.operations.standing(by);
        Ok(BulkView {
            same_file: self.same_file(&bulk).await?,
            undoable: self.left_to_undo(&bulk, 1).await? > 0,
            may_confirm: bulk.may_confirm(&standing),
            may_change: standing.may_change(&bulk.author),
            as_of,
            tally,
            lines,
            orders,
            undos,
            bulk,
        })
    }

    /// A page of its lines, in their order.
    ///
    /// # Errors
    /// `NotConfirmed` when the database is away or too slow.
    pub async fn lines(
        &self,
        op: OpId,
        shown: Shown,
        after: Option<u32>,
        limit: Limit,
    ) -> ServiceResult<Page<BulkLine, u32>> {
        let of = match shown {
            Shown::Will => LinesOf::State(LineState::Will),
            Shown::Same => LinesOf::State(LineState::Same),
            Shown::Cannot => LinesOf::State(LineState::Cannot),
            Shown::Applied => LinesOf::Applied,
            Shown::Refused => LinesOf::Refused,
            Shown::Failed => LinesOf::Failed,
        };
        in_time(PATIENCE, lines_list(self.pool(), op, of, after, limit)).await
    }

    async fn same_file(&self, bulk: &Bulk) -> ServiceResult<Option<Earlier>> {
        let Some(source) = bulk
            .source
            .as_ref()
            .filter(|_| bulk.status == BulkStatus::Draft)
        else {
            return Ok(None);
        };
        let earlier = bulk_of_file(self.pool(), &source.hash, bulk.op);
        let earlier = in_time(PATIENCE, earlier).await?;
        Ok(earlier.and_then(|bulk| {
            Some(Earlier {
                op: bulk.op,
                by: bulk.confirmed_by?,
                at: bulk.confirmed_at?,
            })
        }))
    }
}
