//! Stock: lists, one SKU, its level at a past moment.

use chrono::{DateTime, Utc};

use super::Queries;
use crate::domain::demand::RefusedDemand;
use crate::domain::history::{Explanation, History};
use crate::domain::ids::{Sku, StockId, Warehouse};
use crate::domain::ledger::PastLevel;
use crate::domain::listing::{CappedCount, Limit, Page, Seen, StockFilter, StockKey, StockSort};
use crate::domain::reconciliation::LedgerAgreement;
use crate::domain::rejection::ServiceResult;
use crate::domain::stock::{StockLevel, closest};
use crate::store::mysql::{demand, ledger, reconciliations, stock, stock_list};

/// SKUs looked at, on either side of each guess, to find the closest ones.
const AROUND: u32 = 20;

impl Queries {
    /// Whether the stock table and the ledger say the same of one SKU: both are read in one
    /// statement, by their keys.
    pub async fn ledger_agreement(&self, stock: StockId) -> ServiceResult<Seen<LedgerAgreement>> {
        let books = async {
            let books = reconciliations::books(&self.pool, &[stock]).await?;
            let differ = books.into_iter().find(|book| !book.agree());
            Ok(
                differ.map_or(LedgerAgreement::Agrees, |book| LedgerAgreement::Differs {
                    ledger: book.ledger,
                    available: book.available,
                }),
            )
        };
        self.read(books).await
    }

    /// All warehouses, by name.
    pub async fn warehouses(&self) -> ServiceResult<Seen<Vec<Warehouse>>> {
        self.read(stock::warehouse_list(&self.pool)).await
    }

    /// A page of stock. With a search it may hold less than it could, and still have a next one.
    pub async fn stock_list(
        &self,
        filter: &StockFilter,
        sort: StockSort,
        after: Option<&StockKey>,
        limit: Limit,
    ) -> ServiceResult<Seen<Page<StockLevel, StockKey>>> {
        let page = stock_list::stock_list(&self.pool, filter, sort, after, limit);
        self.read(page).await
    }

    /// How much stock matches; `None` when that would cost too much to tell. Asked for apart from
    /// the list, which can do without.
    pub async fn stock_count(
        &self,
        filter: &StockFilter,
    ) -> ServiceResult<Seen<Option<CappedCount>>> {
        let counting = stock_list::stock_count(&self.pool, filter);
        self.read(self.dear_counts.get_if_countable(filter, counting))
            .await
    }

    pub async fn stock(
        &self,
        warehouse: &Warehouse,
        sku: &Sku,
    ) -> ServiceResult<Seen<Option<StockLevel>>> {
        self.read(stock::stock_fetch(&self.pool, warehouse, sku))
            .await
    }

    /// The warehouses that hold a SKU, by name.
    pub async fn warehouses_of(&self, sku: &Sku) -> ServiceResult<Seen<Vec<Warehouse>>> {
        let rows = async {
            let rows = stock_list::sku_rows(&self.pool, sku).await?;
            Ok(rows.into_iter().map(|(warehouse, _)| warehouse).collect())
        };
        self.read(rows).await
    }

    pub async fn stock_by_id(&self, id: StockId) -> ServiceResult<Seen<Option<StockLevel>>> {
        self.read(stock::stock_by_id(&self.pool, id)).await
    }

    /// The level of a SKU at a past moment; `None` when there is no such row of stock.
    pub async fn stock_at(
        &self,
        stock: StockId,
        at: DateTime<Utc>,
    ) -> ServiceResult<Seen<Option<PastLevel>>> {
        self.read(ledger::level_at(&self.pool, stock, at)).await
    }

    /// Available units of a SKU since a moment; not for an unlimited one.
    pub async fn stock_history(
        &self,
        level: &StockLevel,
        from: DateTime<Utc>,
    ) -> ServiceResult<Seen<History>> {
        let to = self.clock.now();
        let history = ledger::history(&self.pool, level.id, level.version, from, to);
        self.read(history).await
    }

    /// What makes up the level of a SKU as it was at `version`; not for an unlimited one.
    pub async fn stock_explanation(
        &self,
        stock: StockId,
        version: u64,
    ) -> ServiceResult<Seen<Explanation>> {
        let sums = ledger::explanation(&self.pool, stock, version);
        self.read(sums).await
    }

    /// What was turned away of a SKU lately, by reason.
    pub async fn refused_demand(&self, stock: StockId) -> ServiceResult<Seen<Vec<RefusedDemand>>> {
        let now = self.clock.now();
        self.read(demand::demand_of(&self.pool, stock, now)).await
    }

    /// At most five SKUs that somebody who typed `text` may have meant, closest first. The same
    /// SKU in another warehouse comes before any other.
    pub async fn closest_skus(&self, text: &str) -> ServiceResult<Seen<Vec<(Warehouse, Sku)>>> {
        let mut guesses = vec![text.to_owned(), text.to_uppercase(), text.to_lowercase()];
        guesses.dedup();
        let found = async {
            let mut near = Vec::new();
            for guess in &guesses {
                near.extend(stock_list::sku_neighbours(&self.pool, guess, AROUND).await?);
            }
            Ok(closest(text, near))
        };
        self.read(found).await
    }
}
