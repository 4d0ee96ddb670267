//! Undoing: another bulk operation, each of whose lines rolls back what one line did.

use std::collections::HashMap;

use sha2::Digest;

use super::draft::content;
use super::{Bulks, LONG_PATIENCE, PATIENCE, Person, Why, in_time};
use crate::domain::audit::AuditAction;
use crate::domain::bulk::{
    Bulk, BulkLine, BulkLines, BulkOrigin, BulkStatus, LineChange, LineProblem, LineState,
    MAX_BULK_LINES, NewBulk, TypedRow,
};
use crate::domain::ids::{OpId, Sku, Warehouse};
use crate::domain::listing::Limit;
use crate::domain::rejection::{Rejection, ServiceResult};
use crate::domain::stock::StockLevel;
use crate::store::mysql::bulk::{
    BulkFilter, Undoable, bulk_list, lines_left_to_undo, lines_to_undo,
};

impl Bulks {
    /// Prepares what undoes `undone`. While such a draft can be confirmed, or is being carried
    /// out, it is that one; and for ever, once one undid every line.
    ///
    /// # Errors
    /// `Rejected` with `not_found`, `forbidden`, `not_reversible` (it is not finished, or undoes
    /// another one itself), `nothing_to_change` (none of its lines can be undone, or any more); `NotConfirmed`
    /// when the same call can be repeated.
    pub async fn draft_undo(
        &self,
        op: OpId,
        undone: OpId,
        why: Why,
        by: &Person,
    ) -> ServiceResult<Bulk> {
        let bulk = self.fetch(undone).await?;
        if bulk.status != BulkStatus::Applied || !bulk.origin.undoable() {
            return Err(Rejection::NotReversible.into());
        }
        if let Some(open) = self.open_undo(undone).await? {
            return Ok(open);
        }
        let limit = u32::try_from(MAX_BULK_LINES).unwrap_or(u32::MAX);
        let undoable = lines_to_undo(self.pool(), undone, limit);
        let undoable = in_time(LONG_PATIENCE, undoable).await?;
        if undoable.is_empty() {
            return Err(Rejection::NothingToChange.into());
        }
        let mut wanted: HashMap<&Warehouse, Vec<&Sku>> = HashMap::new();
        for line in &undoable {
            wanted.entry(&line.warehouse).or_default().push(&line.sku);
        }
        let levels = in_time(LONG_PATIENCE, self.levels(wanted)).await?;
        let numbered = (1..).zip(undoable);
        let lines: Vec<BulkLine> = numbered
            .map(|(number, line)| {
                let level = levels.get(&(line.warehouse.clone(), line.sku.clone()));
                frozen(number, line, level)
            })
            .collect();
        // Nobody could confirm it. A form that was posted before has its answer all the same.
        let nothing = lines.iter().all(|line| line.state != LineState::Will);
        if nothing && self.find(op).await?.is_none() {
            let nothing = Err(Rejection::NothingToChange.into());
            return self.noted(by, AuditAction::Drafted, op, nothing).await;
        }
        let mut content = content(BulkOrigin::Undo, &why);
        content.update(undone.to_string());
        let new = NewBulk {
            op,
            origin: BulkOrigin::Undo,
            undoes: Some(undone),
            source: None,
            reason: why.reason,
            note: why.note,
            reference: why.reference,
            lines: BulkLines::Stock(lines),
            blank: 0,
            content: content.finalize().into(),
        };
        self.draft(new, by).await
    }

    /// How many of its changes nobody undid yet; counts to `most`. None of one that cannot be
    /// undone at all.
    ///
    /// # Errors
    /// `NotConfirmed` when the database is away or too slow.
    pub async fn left_to_undo(&self, bulk: &Bulk, most: u32) -> ServiceResult<u32> {
        if bulk.status != BulkStatus::Applied || !bulk.origin.undoable() {
            return Ok(0);
        }
        let left = lines_left_to_undo(self.pool(), bulk.op, most);
        in_time(LONG_PATIENCE, left).await
    }

    /// What undoes this one: is doing it, did it to its last line, or can still be confirmed.
    pub(super) async fn open_undo(&self, undone: OpId) -> ServiceResult<Option<Bulk>> {
        let mut undos = self.undos(undone).await?;
        let now = self.now();
        undos.sort_by_key(|bulk| !bulk.undoes_alone());
        let open = |bulk: &Bulk| {
            bulk.undoes_alone() || (bulk.status == BulkStatus::Draft && !bulk.expired(now))
        };
        Ok(undos.into_iter().find(open))
    }

    /// What is said of an undo that would be the second of the same.
    pub(super) async fn undone_by_another(&self, bulk: &Bulk) -> ServiceResult<Rejection> {
        let undone = bulk.undoes.unwrap_or(bulk.op);
        let undos = self.undos(undone).await?;
        let other = undos.into_iter().find(|undo| undo.undoes_alone());
        let other = other.unwrap_or_else(|| bulk.clone());
        Ok(Rejection::AlreadyRolledBack {
            document: undone.document(),
            by: other.confirmed_by.unwrap_or(other.author),
            at: other.confirmed_at.unwrap_or(other.created_at),
        })
    }

    /// What was prepared to undo it, newest first; at most 20.
    ///
    /// # Errors
    /// `NotConfirmed` when the database is away or too slow.
    pub async fn undos(&self, undone: OpId) -> ServiceResult<Vec<Bulk>> {
        let filter = BulkFilter {
            undoes: Some(undone),
            ..BulkFilter::default()
        };
        let Some(limit) = Limit::new(20) else {
            return Ok(Vec::new());
        };
        let undos = bulk_list(self.pool(), &filter, None, limit);
        Ok(in_time(PATIENCE, undos).await?.items)
    }
}

fn frozen(number: u32, line: Undoable, level: Option<&StockLevel>) -> BulkLine {
    let back = -line.delta;
    let problem = match (&line.undone, level) {
        (Some((by, at)), _) => Some(LineProblem::Stock {
            refusal: Rejection::AlreadyRolledBack {
                document: line.document.clone(),
                by: by.clone(),
                at: *at,
            },
        }),
        (None, Some(level)) if level.unlimited => None,
        (None, Some(level)) => {
            let change = LineChange::Delta(back);
            super::prepare::judge(Some(&change), level, None).err()
        }
        (None, None) => Some(LineProblem::SkuUnknown {
            typed: line.sku.to_string(),
        }),
    };
    BulkLine {
        line: number,
        file_line: None,
        typed: TypedRow::default(),
        change: Some(LineChange::Undo(line.document)),
        note: None,
        seen_available: level.and_then(StockLevel::available),
        seen_version: level.map_or(0, |level| level.version),
        planned: problem.is_none().then_some(back),
        state: match problem {
            Some(_) => LineState::Cannot,
            None => LineState::Will,
        },
        problem,
        result: None,
        warehouse: Some(line.warehouse),
        sku: Some(line.sku),
    }
}
