//! SKUs chosen on the list of stock, and the same change for each of them.

use sha2::Digest;

use super::draft::content;
use super::sheet::SheetRow;
use super::{Bulks, LONG_PATIENCE, Person, Why, in_time};
use crate::domain::bulk::{
    Bulk, BulkLines, BulkOrigin, LineChange, MAX_BULK_LINES, NewBulk, TypedRow,
};
use crate::domain::ids::{OpId, StockId};
use crate::domain::listing::{Limit, StockFilter, StockSort};
use crate::domain::rejection::{Rejection, ServiceResult};
use crate::domain::stock::StockLevel;
use crate::store::mysql::StoreResult;
use crate::store::mysql::stock::{stock_by_ids, warehouse_list};
use crate::store::mysql::stock_list::stock_list;

/// Which SKUs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    Chosen(Vec<StockId>),
    /// All that match now.
    Matching(StockFilter),
}

/// What selecting came to.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "one is made for a request")]
pub enum Selected {
    Drafted(Bulk),
    /// More SKUs than one operation has lines.
    TooMany {
        max: usize,
    },
}

impl Bulks {
    /// Saves the same change of many SKUs as a draft. Which SKUs these are is decided here, and
    /// never again.
    ///
    /// # Errors
    /// As `import`; `nothing_to_change` when no SKU is selected.
    pub async fn select(
        &self,
        op: OpId,
        selection: &Selection,
        change: LineChange,
        why: Why,
        by: &Person,
    ) -> ServiceResult<Selected> {
        let levels = in_time(LONG_PATIENCE, self.selected(selection)).await?;
        let max = MAX_BULK_LINES;
        if levels.len() > max {
            return Ok(Selected::TooMany { max });
        }
        if levels.is_empty() {
            return Err(Rejection::NothingToChange.into());
        }
        let mut content = content(BulkOrigin::Select, &why);
        content.update(format!("{selection:?} {change:?}"));
        let known = in_time(LONG_PATIENCE, warehouse_list(self.pool())).await?;
        let rows = (1..).zip(&levels).map(|(line, level)| SheetRow {
            line,
            typed: typed(level, &change),
            problem: None,
        });
        let mut lines = self.freeze(rows.collect(), &known, None).await?;
        for line in &mut lines {
            line.file_line = None;
        }
        let new = NewBulk {
            op,
            origin: BulkOrigin::Select,
            undoes: None,
            source: None,
            reason: why.reason,
            note: why.note,
            reference: why.reference,
            lines: BulkLines::Stock(lines),
            blank: 0,
            content: content.finalize().into(),
        };
        Ok(Selected::Drafted(self.draft(new, by).await?))
    }

    /// The SKUs of a selection that was made by hand.
    ///
    /// # Errors
    /// `NotConfirmed` when the database is away or too slow.
    pub async fn chosen(&self, ids: &[StockId]) -> ServiceResult<Vec<StockLevel>> {
        in_time(LONG_PATIENCE, stock_by_ids(self.pool(), ids)).await
    }

    /// At most one more than fit into one operation.
    async fn selected(&self, selection: &Selection) -> StoreResult<Vec<StockLevel>> {
        let filter = match selection {
            Selection::Chosen(ids) => return stock_by_ids(self.pool(), ids).await,
            Selection::Matching(filter) => filter,
        };
        let (mut found, mut after) = (Vec::new(), None);
        let Some(limit) = Limit::new(Limit::MAX) else {
            return Ok(found);
        };
        loop {
            let sort = StockSort::Sku;
            let page = stock_list(self.pool(), filter, sort, after.as_ref(), limit).await?;
            found.extend(page.items);
            after = page.next;
            if after.is_none() || found.len() > MAX_BULK_LINES {
                return Ok(found);
            }
        }
    }
}

fn typed(level: &StockLevel, change: &LineChange) -> TypedRow {
    let (delta, set_to) = match change {
        LineChange::Delta(units) => (units.to_string(), String::new()),
        LineChange::SetTo(units) => (String::new(), units.to_string()),
        LineChange::Undo(_) => (String::new(), String::new()),
    };
    TypedRow {
        warehouse: level.warehouse.to_string(),
        sku: level.sku.to_string(),
        delta,
        set_to,
        ..TypedRow::default()
    }
}
