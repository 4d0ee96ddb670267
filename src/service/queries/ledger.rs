//! The ledger: lists, one entry with its pair, one document.

use std::cmp::Ordering;

use super::Queries;
use crate::domain::ids::{DocumentNo, EntryId, StockId};
use crate::domain::ledger::{Document, LedgerEntry};
use crate::domain::listing::{CappedCount, LedgerFilter, LedgerKey, Limit, Page, Seen, Window};
use crate::domain::operation::OpTarget;
use crate::domain::rejection::ServiceResult;
use crate::store::mysql::StoreResult;
use crate::store::mysql::bulk::bulk_fetch;
use crate::store::mysql::ledger::{
    Stretch, bulk_entries, document_entries, document_fetch, entries_fetch, entry_fetch,
    ledger_by_actor, ledger_count, ledger_window, version_at, version_before,
};
use crate::store::mysql::operations::operation_fetch;
use crate::store::mysql::{stock, stock_list};

impl Queries {
    /// A page of the ledger, newest first. With a filter by person, by warehouse, or by kind and
    /// SKU, a page may be short, or empty, and still have a next one.
    pub async fn ledger_list(
        &self,
        filter: &LedgerFilter,
        after: Option<LedgerKey>,
        limit: Limit,
    ) -> ServiceResult<Seen<Page<LedgerEntry, LedgerKey>>> {
        self.read(self.list(filter, after, limit)).await
    }

    /// How many entries match; `None` when that is not to be had without looking at all of them.
    pub async fn ledger_count(
        &self,
        filter: &LedgerFilter,
    ) -> ServiceResult<Seen<Option<CappedCount>>> {
        self.read(self.count(filter)).await
    }

    /// The newest entries of one SKU, for its timeline and its chart.
    pub async fn timeline(
        &self,
        stock: StockId,
        limit: Limit,
    ) -> ServiceResult<Seen<Vec<LedgerEntry>>> {
        let newest = async {
            let all = Stretch::Stock {
                stock,
                above: 0,
                upto: u64::MAX,
            };
            let none = LedgerFilter::default();
            let window = ledger_window(&self.pool, all, &none, limit.get()).await?;
            entries_fetch(&self.pool, &window.found).await
        };
        self.read(newest).await
    }

    /// One entry; its `reverses` and `reversed_by` name its pair.
    pub async fn entry(&self, id: EntryId) -> ServiceResult<Seen<Option<LedgerEntry>>> {
        self.read(entry_fetch(&self.pool, id)).await
    }

    /// A document with who, why, who undid it, and all its entries.
    pub async fn document(&self, document: &DocumentNo) -> ServiceResult<Seen<Option<Document>>> {
        self.read(document_fetch(&self.pool, document)).await
    }

    async fn list(
        &self,
        filter: &LedgerFilter,
        after: Option<LedgerKey>,
        limit: Limit,
    ) -> StoreResult<Page<LedgerEntry, LedgerKey>> {
        if let Some(keys) = self.of_bulk(filter).await? {
            let keys = keys.into_iter();
            let rest = keys.filter(|key| after.is_none_or(|after| *key < after));
            let page = Page::cut(rest.collect(), limit, |key| *key);
            let mut items = entries_fetch(&self.pool, &page.items).await?;
            items.retain(|entry| belongs(entry, filter));
            let next = page.next;
            return Ok(Page { items, next });
        }
        if filter.document.is_some() || filter.op.is_some() {
            let mut entries = self.of_one_document(filter).await?;
            entries.retain(|entry| after.is_none_or(|after| key(entry) < after));
            return Ok(Page::cut(entries, limit, key));
        }
        let mut windows = Vec::new();
        match self.of_actor(filter, after, limit).await? {
            Some(window) => windows.push(window),
            None => {
                for stretch in self.stretches(filter, after).await? {
                    let wanted = limit.get() + 1;
                    windows.push(ledger_window(&self.pool, stretch, filter, wanted).await?);
                }
            }
        }
        let (keys, next) = Window::merge(windows, limit, newest_first);
        let items = entries_fetch(&self.pool, &keys).await?;
        Ok(Page { items, next })
    }

    async fn count(&self, filter: &LedgerFilter) -> StoreResult<Option<CappedCount>> {
        if let Some(keys) = self.of_bulk(filter).await? {
            return Ok(Some(CappedCount(
                u32::try_from(keys.len()).unwrap_or(u32::MAX),
            )));
        }
        if filter.document.is_some() || filter.op.is_some() {
            let entries = self.of_one_document(filter).await?.len();
            return Ok(Some(CappedCount(
                u32::try_from(entries).unwrap_or(u32::MAX),
            )));
        }
        if filter.looks_at_rows() {
            return Ok(None);
        }
        let mut count: u32 = 0;
        for stretch in self.stretches(filter, None).await? {
            let counting = ledger_count(&self.pool, stretch);
            count = count.saturating_add(self.dear_counts.get(stretch, counting).await?.0);
        }
        Ok(Some(CappedCount(count)))
    }

    /// The entries of somebody who made few; `None` when the filter names nobody, or not that.
    async fn of_actor(
        &self,
        filter: &LedgerFilter,
        after: Option<LedgerKey>,
        limit: Limit,
    ) -> StoreResult<Option<Window<LedgerKey>>> {
        match (&filter.actor, &filter.sku) {
            (Some(actor), None) => {
                let wanted = limit.get() + 1;
                ledger_by_actor(&self.pool, actor, filter, after, wanted).await
            }
            _ => Ok(None),
        }
    }

    /// The entries of a bulk operation, newest first; `None` when the filter names none.
    async fn of_bulk(&self, filter: &LedgerFilter) -> StoreResult<Option<Vec<LedgerKey>>> {
        let (Some(op), None) = (filter.op, &filter.document) else {
            return Ok(None);
        };
        if bulk_fetch(&self.pool, op).await?.is_none() {
            return Ok(None);
        }
        let mut keys = bulk_entries(&self.pool, op).await?;
        keys.sort_by(newest_first);
        Ok(Some(keys))
    }

    /// A document has few entries: they are looked at one by one, newest first.
    async fn of_one_document(&self, filter: &LedgerFilter) -> StoreResult<Vec<LedgerEntry>> {
        let document = match (&filter.document, filter.op) {
            (Some(document), _) => document.clone(),
            (None, Some(op)) => match operation_fetch(&self.pool, op).await?.map(|o| o.target) {
                Some(OpTarget::Lines { .. }) => op.document(),
                Some(OpTarget::Document(document) | OpTarget::Order(document)) => document,
                None => return Ok(Vec::new()),
            },
            (None, None) => return Ok(Vec::new()),
        };
        let mut entries = document_entries(&self.pool, &document).await?;
        entries.retain(|entry| belongs(entry, filter));
        entries.sort_by(|a, b| newest_first(&key(a), &key(b)));
        Ok(entries)
    }

    /// What to read: one SKU by its versions, in each warehouse that holds it, or all by time.
    async fn stretches(
        &self,
        filter: &LedgerFilter,
        after: Option<LedgerKey>,
    ) -> StoreResult<Vec<Stretch>> {
        let (from, to) = (filter.from, filter.to);
        let Some(sku) = &filter.sku else {
            let kind = filter.kind;
            return Ok(vec![Stretch::Time {
                kind,
                from,
                to,
                after,
            }]);
        };
        let rows: Vec<StockId> = match &filter.warehouse {
            Some(warehouse) => {
                let row = stock::stock_fetch(&self.pool, warehouse, sku).await?;
                row.into_iter().map(|row| row.id).collect()
            }
            None => {
                let rows = stock_list::sku_rows(&self.pool, sku).await?;
                rows.into_iter().map(|(_, id)| id).collect()
            }
        };
        let mut stretches = Vec::with_capacity(rows.len());
        for stock in rows {
            let above = match from {
                Some(from) => version_before(&self.pool, stock, from).await?,
                None => 0,
            };
            let until = match to {
                Some(to) => version_before(&self.pool, stock, to).await?,
                None => u64::MAX,
            };
            let before = match after {
                Some(key) if key.stock == stock => key.version.saturating_sub(1),
                Some(key) if stock < key.stock => version_at(&self.pool, stock, key.at).await?,
                Some(key) => version_before(&self.pool, stock, key.at).await?,
                None => u64::MAX,
            };
            let upto = until.min(before);
            stretches.push(Stretch::Stock { stock, above, upto });
        }
        Ok(stretches)
    }
}

fn key(entry: &LedgerEntry) -> LedgerKey {
    LedgerKey {
        at: entry.created_at,
        stock: entry.id.stock,
        version: entry.id.version,
    }
}

fn newest_first(a: &LedgerKey, b: &LedgerKey) -> Ordering {
    b.cmp(a)
}

fn belongs(entry: &LedgerEntry, filter: &LedgerFilter) -> bool {
    let LedgerFilter {
        warehouse,
        sku,
        document,
        kind,
        actor,
        from,
        to,
        op,
    } = filter;
    let who = |actor: &String| {
        let name = entry.actor.split_once(':').map(|(_, name)| name);
        entry.actor == *actor || name == Some(actor)
    };
    warehouse.as_ref().is_none_or(|w| entry.warehouse == *w)
        && sku.as_ref().is_none_or(|s| entry.sku == *s)
        && document.as_ref().is_none_or(|d| entry.document == *d)
        && kind.is_none_or(|k| entry.kind == k)
        && actor.as_ref().is_none_or(who)
        && from.is_none_or(|from| entry.created_at >= from)
        && to.is_none_or(|to| entry.created_at < to)
        && op.is_none_or(|op| entry.op == Some(op))
}
