//! Levels, the chain of balances under them, and reversals; a range of stock rows at a time.

use sqlx::FromRow;

use super::Snapshot;
use crate::domain::ids::StockId;
use crate::store::mysql::StoreResult;
use crate::store::mysql::json::json_list;

/// A level, and the balance of the entry that ought to be its newest. Units.
#[derive(Debug, FromRow)]
pub struct LevelSeen {
    pub id: u32,
    pub warehouse: String,
    pub sku: String,
    pub unlimited: bool,
    pub opening: i64,
    pub available: i64,
    pub version: u64,
    /// Of the entry with this version; `None` also when it is not there.
    pub balance: Option<i64>,
}

/// All entries of one SKU together. Units.
#[derive(Debug, Default, FromRow)]
pub struct EntriesSeen {
    pub stock_id: u32,
    pub entries: i64,
    /// The highest version among them.
    pub newest: u64,
    /// The sum of all deltas.
    pub moved: i64,
}

/// An entry that does not follow from the one before it. Units.
#[derive(Debug, FromRow)]
pub struct BrokenLink {
    pub stock_id: u32,
    pub version: u64,
    pub warehouse: String,
    pub sku: String,
    pub document: String,
    pub unlimited: bool,
    pub delta: i64,
    pub balance: Option<i64>,
    /// The balance before: of the entry before, or the opening stock.
    pub before_it: Option<i64>,
    /// There is no entry before it, and it is not the first.
    pub gap: bool,
}

/// A reversal that is not the opposite of an entry of its own document.
#[derive(Debug, FromRow)]
pub struct BrokenReversal {
    pub stock_id: u32,
    pub version: u64,
    pub document: String,
    pub kind: String,
    pub delta: i64,
    pub reverses: Option<u64>,
    pub reversed_document: Option<String>,
    pub reversed_delta: Option<i64>,
}

/// An entry that several entries reverse.
#[derive(Debug, FromRow)]
pub struct ReversedTwice {
    pub stock_id: u32,
    pub version: u64,
    pub times: i64,
}

/// A SKU whose reserved units are not those of its pending and closing orders.
#[derive(Debug, FromRow)]
pub struct BrokenReserve {
    pub warehouse: String,
    pub sku: String,
    pub reserved: i64,
    pub held_by_orders: i64,
}

// Each range is one walk along primary keys, and is told so: with statistics that are a little
// old, an optimizer takes minutes for what takes milliseconds.
const LEVELS: &str = "SELECT s.id, s.warehouse, s.sku, s.unlimited, s.opening, s.available,
    s.version, n.balance
  FROM stock s FORCE INDEX (PRIMARY)
  LEFT JOIN ledger n FORCE INDEX (PRIMARY) ON n.stock_id = s.id AND n.version = s.version
  WHERE s.id > ? AND s.id <= ? ORDER BY s.id";

const ENTRIES: &str = "SELECT l.stock_id, COUNT(*) AS entries, MAX(l.version) AS newest,
    CAST(SUM(l.delta) AS SIGNED) AS moved
  FROM ledger l FORCE INDEX (PRIMARY)
  WHERE l.stock_id > ? AND l.stock_id <= ? GROUP BY l.stock_id ORDER BY l.stock_id";

const LINKS: &str = "SELECT l.stock_id, l.version, s.warehouse, s.sku, l.document, s.unlimited,
    l.delta, l.balance, IF(l.version = 1, s.opening, p.balance) AS before_it,
    (l.version <> 1 AND p.version IS NULL) AS gap
  FROM stock s FORCE INDEX (PRIMARY)
  STRAIGHT_JOIN ledger l FORCE INDEX (PRIMARY) ON l.stock_id = s.id
  LEFT JOIN ledger p FORCE INDEX (PRIMARY)
    ON p.stock_id = l.stock_id AND p.version = l.version - 1
  WHERE s.id > ? AND s.id <= ? AND (
    (l.version = 1 OR p.version IS NOT NULL)
    AND IF(s.unlimited, l.balance IS NULL,
      l.balance >= 0 AND l.balance = IF(l.version = 1, s.opening, p.balance) + l.delta)
  ) IS NOT TRUE
  LIMIT ?";

const REVERSALS: &str = "SELECT l.stock_id, l.version, l.document, l.kind, l.delta, l.reverses,
    o.document AS reversed_document, o.delta AS reversed_delta
  FROM ledger l FORCE INDEX (PRIMARY)
  LEFT JOIN ledger o FORCE INDEX (PRIMARY)
    ON o.stock_id = l.stock_id AND o.version = l.reverses
  WHERE l.stock_id > ? AND l.stock_id <= ?
    AND (l.reverses IS NOT NULL OR l.kind IN ('rollback', 'cancel'))
    AND (l.kind IN ('rollback', 'cancel') AND l.reverses < l.version AND o.reverses IS NULL
      AND o.document = l.document AND o.delta = -l.delta) IS NOT TRUE
  LIMIT ?";

const TWICE: &str = "SELECT l.stock_id, l.reverses AS version, COUNT(*) AS times FROM ledger l
  WHERE l.stock_id > ? AND l.stock_id <= ? AND l.reverses IS NOT NULL
  GROUP BY l.stock_id, l.reverses HAVING COUNT(*) > 1 LIMIT ?";

const RESERVES: &str = "SELECT s.warehouse, s.sku, s.reserved,
    CAST(COALESCE(h.units, 0) AS SIGNED) AS held_by_orders
  FROM stock s LEFT JOIN (
    SELECT l.stock_id, CAST(-SUM(l.delta) AS SIGNED) AS units
    FROM orders o JOIN ledger l ON l.document = o.order_no AND l.kind = 'deduct'
    WHERE o.status IN ('pending', 'closing') GROUP BY l.stock_id) h ON h.stock_id = s.id
  WHERE s.reserved <> COALESCE(h.units, 0) LIMIT ?";

// The same of some entries of some SKUs.
const LINKS_OF: &str = "SELECT l.stock_id, l.version, s.warehouse, s.sku, l.document, s.unlimited,
    l.delta, l.balance, IF(l.version = 1, s.opening, p.balance) AS before_it,
    (l.version <> 1 AND p.version IS NULL) AS gap
  FROM JSON_TABLE(?, '$[*]' COLUMNS (id INT UNSIGNED PATH '$[0]',
    above BIGINT UNSIGNED PATH '$[1]', upto BIGINT UNSIGNED PATH '$[2]')) j
  STRAIGHT_JOIN stock s ON s.id = j.id
  STRAIGHT_JOIN ledger l FORCE INDEX (PRIMARY)
    ON l.stock_id = j.id AND l.version > j.above AND l.version <= j.upto
  LEFT JOIN ledger p FORCE INDEX (PRIMARY)
    ON p.stock_id = l.stock_id AND p.version = l.version - 1
  WHERE ((l.version = 1 OR p.version IS NOT NULL)
    AND IF(s.unlimited, l.balance IS NULL,
      l.balance >= 0 AND l.balance = IF(l.version = 1, s.opening, p.balance) + l.delta)
  ) IS NOT TRUE
  LIMIT ?";

const REVERSALS_OF: &str = "SELECT l.stock_id, l.version, l.document, l.kind, l.delta, l.reverses,
    o.document AS reversed_document, o.delta AS reversed_delta
  FROM JSON_TABLE(?, '$[*]' COLUMNS (id INT UNSIGNED PATH '$[0]',
    above BIGINT UNSIGNED PATH '$[1]', upto BIGINT UNSIGNED PATH '$[2]')) j
  STRAIGHT_JOIN ledger l FORCE INDEX (PRIMARY)
    ON l.stock_id = j.id AND l.version > j.above AND l.version <= j.upto
  LEFT JOIN ledger o FORCE INDEX (PRIMARY)
    ON o.stock_id = l.stock_id AND o.version = l.reverses
  WHERE (l.reverses IS NOT NULL OR l.kind IN ('rollback', 'cancel'))
    AND (l.kind IN ('rollback', 'cancel') AND l.reverses < l.version AND o.reverses IS NULL
      AND o.document = l.document AND o.delta = -l.delta) IS NOT TRUE
  LIMIT ?";

/// Entries of one SKU: its row, and versions above the first number up to the second.
pub type Stretch = (u32, u64, u64);

/// Stock rows after the first number, up to the second.
pub type Range = (StockId, StockId);

impl Snapshot {
    /// The highest number of a stock row that is there or that an entry names.
    pub async fn last_stock(&mut self) -> StoreResult<StockId> {
        const SQL: &str = "SELECT CAST(GREATEST(COALESCE((SELECT MAX(id) FROM stock), 0),
          COALESCE((SELECT MAX(stock_id) FROM ledger), 0)) AS UNSIGNED)";
        let last: u64 = sqlx::query_scalar(SQL).fetch_one(&mut self.conn).await?;
        Ok(StockId(u32::try_from(last).unwrap_or(u32::MAX)))
    }

    /// Every level of a range, in the order of their numbers.
    pub async fn levels(&mut self, r: Range) -> StoreResult<Vec<LevelSeen>> {
        let query = sqlx::query_as(LEVELS).bind(r.0).bind(r.1);
        Ok(query.fetch_all(&mut self.conn).await?)
    }

    /// The entries of every SKU of a range that has any, in the order of their numbers.
    pub async fn entries(&mut self, r: Range) -> StoreResult<Vec<EntriesSeen>> {
        let query = sqlx::query_as(ENTRIES).bind(r.0).bind(r.1);
        Ok(query.fetch_all(&mut self.conn).await?)
    }

    pub async fn broken_links(&mut self, r: Range, limit: u32) -> StoreResult<Vec<BrokenLink>> {
        let query = sqlx::query_as(LINKS).bind(r.0).bind(r.1).bind(limit);
        Ok(query.fetch_all(&mut self.conn).await?)
    }

    pub async fn broken_reversals(
        &mut self,
        r: Range,
        limit: u32,
    ) -> StoreResult<Vec<BrokenReversal>> {
        let query = sqlx::query_as(REVERSALS).bind(r.0).bind(r.1).bind(limit);
        Ok(query.fetch_all(&mut self.conn).await?)
    }

    pub async fn broken_links_of(
        &mut self,
        stretches: &[Stretch],
        limit: u32,
    ) -> StoreResult<Vec<BrokenLink>> {
        let query = sqlx::query_as(LINKS_OF).bind(json_list(stretches));
        Ok(query.bind(limit).fetch_all(&mut self.conn).await?)
    }

    pub async fn broken_reversals_of(
        &mut self,
        stretches: &[Stretch],
        limit: u32,
    ) -> StoreResult<Vec<BrokenReversal>> {
        let query = sqlx::query_as(REVERSALS_OF).bind(json_list(stretches));
        Ok(query.bind(limit).fetch_all(&mut self.conn).await?)
    }

    pub async fn reversed_twice(
        &mut self,
        r: Range,
        limit: u32,
    ) -> StoreResult<Vec<ReversedTwice>> {
        let query = sqlx::query_as(TWICE).bind(r.0).bind(r.1).bind(limit);
        Ok(query.fetch_all(&mut self.conn).await?)
    }

    pub async fn broken_reserves(&mut self, limit: u32) -> StoreResult<Vec<BrokenReserve>> {
        Ok(sqlx::query_as(RESERVES)
            .bind(limit)
            .fetch_all(&mut self.conn)
            .await?)
    }
}
