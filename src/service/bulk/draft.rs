//! A sheet or a selection becomes a draft, its lines frozen as the stock is seen.

use std::collections::HashMap;

use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use super::prepare::Rows;
use super::sheet::{Sheet, SheetRow};
use super::{Bulks, LONG_PATIENCE, Person, in_time, summary};
use crate::domain::audit::{AuditAction, AuditResult};
use crate::domain::bulk::{
    Bulk, BulkLine, BulkLines, BulkOrigin, BulkStatus, NewBulk, SheetSource,
};
use crate::domain::draft::Redraft;
use crate::domain::ids::{OpId, Sku, Warehouse};
use crate::domain::operation::NewOperation;
use crate::domain::reason::Reason;
use crate::domain::rejection::{Rejection, ServiceResult};
use crate::domain::role::Action;
use crate::domain::stock::StockLevel;
use crate::store::mysql::StoreResult;
use crate::store::mysql::bulk::{BulkSaved, bulk_save};
use crate::store::mysql::stock::{stock_fetch_many, warehouse_list};

/// SKUs looked up by one statement.
const TOGETHER: usize = 2_000;

/// Why many SKUs are changed.
#[derive(Debug, Clone)]
pub struct Why {
    pub reason: Reason,
    /// At most 500 characters; a line's own note goes before it.
    pub note: Option<String>,
    /// At most 64 characters.
    pub reference: Option<String>,
}

/// A sheet, as a form brings it.
#[derive(Debug, Clone)]
pub struct Written {
    /// `None` when its rows were pasted.
    pub name: Option<String>,
    pub sheet: Sheet,
    /// The warehouse of rows that name none.
    pub warehouse: Option<Warehouse>,
}

impl Bulks {
    /// Saves a sheet as a draft. The same form posted again is the same draft; another sheet takes
    /// its place while it is a draft.
    ///
    /// # Errors
    /// `Rejected` with `forbidden`, or, when the form was used before with other content,
    /// `form_used`, `expired` or `discarded`; `NotConfirmed` when the same form can and should be
    /// posted again.
    pub async fn import(
        &self,
        op: OpId,
        written: Written,
        why: Why,
        by: &Person,
    ) -> ServiceResult<Bulk> {
        let Written {
            name,
            sheet,
            warehouse,
        } = written;
        let mut content = content(BulkOrigin::File, &why);
        content.update(sheet.hash);
        content.update(warehouse.as_ref().map_or("", Warehouse::as_str));
        let known = in_time(LONG_PATIENCE, warehouse_list(self.pool())).await?;
        let lines = self.freeze(sheet.rows, &known, warehouse.as_ref()).await?;
        let new = NewBulk {
            op,
            origin: BulkOrigin::File,
            undoes: None,
            source: Some(SheetSource {
                name: name.map(|name| name.chars().take(200).collect()),
                hash: sheet.hash,
                sample: sheet.sample,
            }),
            reason: why.reason,
            note: why.note,
            reference: why.reference,
            lines: BulkLines::Stock(lines),
            blank: sheet.blank,
            content: content.finalize().into(),
        };
        self.draft(new, by).await
    }

    /// The lines of these rows, as the stock is now.
    pub(super) async fn freeze(
        &self,
        rows: Vec<SheetRow>,
        known: &[Warehouse],
        fallback: Option<&Warehouse>,
    ) -> ServiceResult<Vec<BulkLine>> {
        let rows = Rows::of(rows, known, fallback);
        let levels = in_time(LONG_PATIENCE, self.levels(rows.wanted())).await?;
        Ok(rows.freeze(&levels))
    }

    pub(super) async fn levels(
        &self,
        wanted: HashMap<&Warehouse, Vec<&Sku>>,
    ) -> StoreResult<HashMap<(Warehouse, Sku), StockLevel>> {
        let mut levels = HashMap::new();
        for (warehouse, skus) in wanted {
            for skus in skus.chunks(TOGETHER) {
                for level in stock_fetch_many(self.pool(), warehouse, skus).await? {
                    levels.insert((warehouse.clone(), level.sku.clone()), level);
                }
            }
        }
        Ok(levels)
    }

    pub(super) async fn draft(&self, new: NewBulk, by: &Person) -> ServiceResult<Bulk> {
        let op = new.op;
        let saved = self.save(new, by).await;
        let saved = self.noted(by, AuditAction::Drafted, op, saved).await?;
        let (action, result, bulk) = match saved {
            BulkSaved::New(bulk) => (AuditAction::Drafted, AuditResult::Done, bulk),
            BulkSaved::Same(bulk) => (AuditAction::Drafted, AuditResult::NoEffect, bulk),
            BulkSaved::Replaced(bulk) => (AuditAction::Redrafted, AuditResult::Done, bulk),
            BulkSaved::Declined(why) => return Err(why.into()),
        };
        let about = summary(&bulk);
        self.note_by(by, action, op, result, about).await;
        Ok(bulk)
    }

    async fn save(&self, new: NewBulk, by: &Person) -> ServiceResult<BulkSaved> {
        let standing = self.operations.standing(by);
        let needs = match new.origin {
            BulkOrigin::Cancel => Action::Reverse,
            BulkOrigin::Select | BulkOrigin::File | BulkOrigin::Undo => Action::Draft,
        };
        if !by.role.may(needs) {
            return Err(Rejection::Forbidden.into());
        }
        let now = self.now();
        let draft = Bulk {
            op: new.op,
            origin: new.origin,
            undoes: new.undoes,
            status: BulkStatus::Draft,
            revision: 1,
            content: new.content,
            source: new.source,
            reason: new.reason,
            note: new.note,
            reference: new.reference,
            author: by.name.clone(),
            created_at: now,
            expires_at: now + TimeDelta::hours(NewOperation::DRAFT_HOURS),
            confirmed_by: None,
            confirmed_at: None,
            finished_at: None,
            counts: new.lines.counts(new.blank),
            came_to: None,
        };
        let decide =
            |earlier: &Bulk| redraft(earlier, &draft, standing.may_change(&earlier.author));
        let saving = bulk_save(self.pool(), &draft, &new.lines, decide);
        match in_time(LONG_PATIENCE, saving).await? {
            BulkSaved::Declined(why) => Err(why.into()),
            saved => Ok(saved),
        }
    }
}

fn redraft(earlier: &Bulk, draft: &Bulk, may_change: bool) -> Redraft {
    let same = (earlier.origin, earlier.undoes) == (draft.origin, draft.undoes);
    match earlier.status {
        _ if same && earlier.content == draft.content => Redraft::Same,
        BulkStatus::Running | BulkStatus::Applied => Redraft::Declined(Rejection::FormUsed),
        BulkStatus::Discarded => Redraft::Declined(Rejection::Discarded),
        // An operation stays what it was for: a file, a selection, an undo, a cancel.
        BulkStatus::Draft if !same => Redraft::Declined(Rejection::FormUsed),
        BulkStatus::Draft if !may_change => Redraft::Declined(Rejection::Forbidden),
        BulkStatus::Draft if earlier.expired(draft.created_at) => {
            Redraft::Declined(Rejection::Expired)
        }
        BulkStatus::Draft => Redraft::Replace,
    }
}

/// What a form says, summed up; what it is about is to be added.
pub(super) fn content(origin: BulkOrigin, why: &Why) -> Sha256 {
    let mut hash = Sha256::new();
    let texts = [
        origin.as_str(),
        why.reason.as_str(),
        why.note.as_deref().unwrap_or(""),
        why.reference.as_deref().unwrap_or(""),
    ];
    for text in texts {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    hash
}
