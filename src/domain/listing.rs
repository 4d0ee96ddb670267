//! Lists: always a page, always after a key, never an offset.
//!
//! Keys are what a cursor holds. They are typed and readable here; the web layer signs them, so
//! that a list is only ever continued where a list ended.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::audit::AuditAction;
use super::bulk::Bulk;
use super::ids::{DocumentNo, OpId, Sku, StockId, Warehouse};
use super::late::{LateGroup, LatePayment};
use super::ledger::EntryKind;
use super::operation::{OpStatus, Operation};
use super::order::OrderStatus;
use super::payment::PaymentState;
use super::search::Search;
use super::stock::StockState;
use super::words::words;

/// How many rows a page may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u32);

impl Limit {
    pub const MAX: u32 = 500;

    /// 1 to 500 rows.
    pub fn new(rows: u32) -> Option<Self> {
        (1..=Self::MAX).contains(&rows).then_some(Self(rows))
    }

    pub fn get(self) -> u32 {
        self.0
    }
}

/// Some rows, and the key after which the next page begins (`None` at the end).
///
/// A page may hold fewer rows than its limit, even none, and still have a next one: a list with
/// a filter that no index serves looks at a bounded number of rows at a time.
#[derive(Debug, Clone, Serialize)]
pub struct Page<T, K> {
    pub items: Vec<T>,
    pub next: Option<K>,
}

impl<T, K> Page<T, K> {
    /// The page of at most `limit` rows out of `rows`, of which there is one more than that when
    /// there is a next page.
    pub fn cut(mut rows: Vec<T>, limit: Limit, key: impl Fn(&T) -> K) -> Self {
        let limit = limit.get() as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(key);
        Self { items: rows, next }
    }
}

/// What was found of a list by looking at a bounded number of its rows.
#[derive(Debug, Clone)]
pub struct Window<K> {
    /// Keys that match, in the order of the list.
    pub found: Vec<K>,
    /// The last row that was looked at, when the list goes on after it. `None` also when as much
    /// was found as was wanted.
    pub goes_on: Option<K>,
}

impl<K: Clone> Window<K> {
    /// Several lists as one, in the order of `cmp`: the keys of a page, and where the next one
    /// begins. Each window was asked for one key more than `limit`.
    pub fn merge(
        windows: Vec<Self>,
        limit: Limit,
        cmp: impl Fn(&K, &K) -> Ordering,
    ) -> (Vec<K>, Option<K>) {
        let ends = windows.iter().filter_map(|w| w.goes_on.clone());
        // What lies beyond this was not looked at in one of them.
        let end = ends.min_by(&cmp);
        let mut keys: Vec<K> = windows.into_iter().flat_map(|w| w.found).collect();
        keys.retain(|key| end.as_ref().is_none_or(|end| cmp(key, end).is_le()));
        keys.sort_by(&cmp);
        let limit = limit.get() as usize;
        if keys.len() > limit {
            keys.truncate(limit);
            let last = keys.last().cloned();
            return (keys, last);
        }
        (keys, end)
    }
}

/// Something that was read, and when: numbers are true at a stated time.
#[derive(Debug, Clone, Serialize)]
pub struct Seen<T> {
    pub value: T,
    pub as_of: DateTime<Utc>,
}

/// A count that stops counting at 10,000: past that, "10,000+".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CappedCount(pub u32);

impl CappedCount {
    pub const CAP: u32 = 10_000;

    pub fn capped(self) -> bool {
        self.0 > Self::CAP
    }
}

/// Which stock to list; `None` and empty mean no restriction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StockFilter {
    /// Beginnings of words of the SKU or its name (see `domain::search`).
    pub q: Option<String>,
    pub warehouse: Option<Warehouse>,
    pub state: Option<StockState>,
}

impl StockFilter {
    pub fn search(&self) -> Option<Search> {
        let typed = self.q.as_deref().map(str::trim);
        typed.filter(|q| !q.is_empty()).map(Search::new)
    }
}

words! {
    /// In which order stock is listed.
    pub enum StockSort {
        /// By SKU, then warehouse.
        Sku = "sku",
        /// Fewest available units first.
        Available = "available",
    }
}

impl StockSort {
    /// Which of two rows stands first.
    pub fn compare(self, a: &StockKey, b: &StockKey) -> Ordering {
        let by_sku = || (&a.sku, &a.warehouse).cmp(&(&b.sku, &b.warehouse));
        match self {
            Self::Sku => by_sku(),
            Self::Available => a.available.cmp(&b.available).then_with(by_sku),
        }
    }
}

/// The last row of a page of stock. `available` counts only in that order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockKey {
    pub available: i64,
    pub sku: Sku,
    pub warehouse: Warehouse,
}

/// Which ledger entries to list; `None` means no restriction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerFilter {
    pub warehouse: Option<Warehouse>,
    pub sku: Option<Sku>,
    pub document: Option<DocumentNo>,
    pub kind: Option<EntryKind>,
    /// Who made the entry: as stored (`user:li.wei`) or the name alone (`li.wei`).
    pub actor: Option<String>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub to: Option<DateTime<Utc>>,
    /// The entries that a staff operation made, reversals included.
    pub op: Option<OpId>,
}

impl LedgerFilter {
    /// Whether rows have to be looked at one by one to tell if they belong to the list.
    pub fn looks_at_rows(&self) -> bool {
        self.actor.is_some()
            || (self.warehouse.is_some() && self.sku.is_none())
            || (self.kind.is_some() && self.sku.is_some())
    }
}

/// The last row of a page of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LedgerKey {
    pub at: DateTime<Utc>,
    pub stock: StockId,
    pub version: u64,
}

/// Which orders to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderFilter {
    pub status: OrderStatuses,
    /// Orders that hold, or held, this SKU.
    pub sku: Option<Sku>,
    /// Open orders only: whose deadline is before this time.
    pub due_before: Option<DateTime<Utc>>,
    pub payment_state: Option<PaymentState>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderStatuses {
    /// Pending and closing, soonest deadline first.
    Open,
    /// One status: pending or closing soonest deadline first, others newest first.
    One(OrderStatus),
}

impl OrderStatuses {
    /// Whether the list is ordered by deadline (soonest first), or by age (newest first).
    pub fn by_deadline(self) -> bool {
        match self {
            Self::Open => true,
            Self::One(status) => status.holds_stock(),
        }
    }
}

/// The last row of a page of orders: its deadline or the time it was placed, and its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderKey {
    pub at: DateTime<Utc>,
    pub order_no: DocumentNo,
}

/// The last row of a page of late payments: its group in the list, and its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateKey {
    pub group: LateGroup,
    pub id: u64,
}

impl LateKey {
    pub fn of(late: &LatePayment) -> Self {
        Self {
            group: late.state.group(),
            id: late.id,
        }
    }
}

/// Which operations to list, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpFilter {
    pub status: Option<OpStatus>,
    /// Drafts that can still be confirmed at this time.
    pub open_at: Option<DateTime<Utc>>,
    /// Drafts that nobody confirmed before they expired, at this time.
    pub expired_at: Option<DateTime<Utc>>,
    /// Drafts by operators that another person has to confirm; an operator may move so many
    /// units alone.
    pub requests: Option<u32>,
    /// What moved stock, or (many changes at once) is moving it.
    pub corrections: bool,
    /// Confirmed at this time or later.
    pub confirmed_from: Option<DateTime<Utc>>,
    /// Operations on one SKU alone.
    pub stock: Option<StockId>,
    /// Operations that roll back or cancel this document.
    pub document: Option<DocumentNo>,
    pub author: Option<String>,
}

/// The last row of a page of operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpKey {
    pub at: DateTime<Utc>,
    pub op: OpId,
}

/// An operation on one thing, or on many SKUs at once.
#[derive(Debug, Clone)]
pub enum Listed {
    One(Operation),
    Bulk(Bulk),
}

impl Listed {
    pub fn key(&self) -> OpKey {
        let (at, op) = match self {
            Self::One(operation) => (operation.created_at, operation.op),
            Self::Bulk(bulk) => (bulk.created_at, bulk.op),
        };
        OpKey { at, op }
    }

    pub fn confirmed_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::One(operation) => operation.confirmed_at,
            Self::Bulk(bulk) => bulk.confirmed_at,
        }
    }

    /// Who confirmed it, or prepared it when nobody has.
    pub fn by(&self) -> &str {
        let (confirmed_by, author) = match self {
            Self::One(operation) => (&operation.confirmed_by, &operation.author),
            Self::Bulk(bulk) => (&bulk.confirmed_by, &bulk.author),
        };
        confirmed_by.as_deref().unwrap_or(author)
    }
}

/// Which rows of the audit to list, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// As stored (`user:li.wei`) or the name alone (`li.wei`).
    pub actor: Option<String>,
    pub action: Option<AuditAction>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub to: Option<DateTime<Utc>>,
}

/// The last row of a page of the audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AuditKey {
    pub at: DateTime<Utc>,
    pub id: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_next_one_only_when_there_are_more_rows() {
        let limit = Limit::new(2).unwrap();
        let page = Page::cut(vec![1, 2, 3], limit, |n| *n);
        assert_eq!((page.items, page.next), (vec![1, 2], Some(2)));
        let page = Page::cut(vec![1, 2], limit, |n| *n);
        assert_eq!((page.items, page.next), (vec![1, 2], None));
    }

    #[test]
    fn merged_windows_never_jump_over_rows_that_were_not_looked_at() {
        let window = |found: &[i32], goes_on| Window {
            found: found.to_vec(),
            goes_on,
        };
        let merge = |windows| Window::merge(windows, Limit::new(3).unwrap(), i32::cmp);
        let whole = vec![window(&[1, 4], None), window(&[2], None)];
        assert_eq!(merge(whole), (vec![1, 2, 4], None));
        let more = vec![window(&[1, 4, 5, 6], None), window(&[2, 3], None)];
        assert_eq!(merge(more), (vec![1, 2, 3], Some(3)));
        let unseen = vec![window(&[1, 4], None), window(&[], Some(3))];
        assert_eq!(merge(unseen), (vec![1], Some(3)));
    }
}
