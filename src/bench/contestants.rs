//! What each contestant does for one order of one unit.

use std::sync::Arc;

use anyhow::{Context, bail};
use chrono::Utc;
use sqlx::{Acquire, MySqlPool};

use super::scratch::{Goods, OPENING, Scratch};
use crate::domain::actor::Actor;
use crate::domain::command::{Lines, Post};
use crate::domain::fingerprint::Fingerprint;
use crate::domain::ids::{DocumentNo, Sku, StockId};
use crate::domain::ledger::{DocumentKind, EntryKind};
use crate::domain::order::OrderSummary;
use crate::domain::quantity::Quantity;
use crate::service::Desk;
use crate::store::mysql::json::json_list;
use crate::store::redis::{Claim, Gate, Outcome};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contestant {
    Transaction,
    RedisThenTransaction,
    Stockdesk,
    Gate,
}

impl Contestant {
    pub const ALL: [Self; 4] = [
        Self::Transaction,
        Self::RedisThenTransaction,
        Self::Stockdesk,
        Self::Gate,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Transaction => "transaction",
            Self::RedisThenTransaction => "redis+transaction",
            Self::Stockdesk => "stockdesk",
            Self::Gate => "gate",
        }
    }

    /// Whether an order is durable in MySQL before it counts.
    pub fn durable(self) -> bool {
        self != Self::Gate
    }
}

/// One contestant at work.
pub struct Shop {
    contestant: Contestant,
    pool: MySqlPool,
    gate: Gate,
    desk: Desk,
    goods: Goods,
}

impl Shop {
    pub async fn open(
        contestant: Contestant,
        scratch: &Scratch,
        desk: &Desk,
        goods: Goods,
    ) -> anyhow::Result<Arc<Self>> {
        let (pool, gate) = (scratch.pool.clone(), scratch.gate.clone());
        let shop = Self {
            contestant,
            pool,
            gate,
            desk: desk.clone(),
            goods,
        };
        if contestant != Contestant::Transaction {
            let skus = shop.goods.skus.iter().map(|(_, sku)| sku.clone());
            desk.load_gate(&shop.goods.warehouse, skus.collect()).await;
        }
        Ok(Arc::new(shop))
    }

    /// Sells one unit of the `n`th SKU (modulo their number) under a number of its own.
    pub async fn sell(&self, order_no: DocumentNo, n: usize) -> anyhow::Result<()> {
        let (id, sku) = &self.goods.skus[n % self.goods.skus.len()];
        match self.contestant {
            Contestant::Transaction => self.transaction(&order_no, *id, sku).await,
            Contestant::RedisThenTransaction => {
                self.claim(&order_no, sku).await?;
                self.transaction(&order_no, *id, sku).await?;
                let mark = [(order_no.to_string(), Outcome::Done)];
                self.gate.finish(&self.goods.warehouse, &mark).await?;
                Ok(())
            }
            Contestant::Stockdesk => self.post(order_no, sku).await,
            Contestant::Gate => self.claim(&order_no, sku).await,
        }
    }

    async fn claim(&self, order_no: &DocumentNo, sku: &Sku) -> anyhow::Result<()> {
        let print = Fingerprint([7; 32]);
        match self
            .gate
            .claim(&self.goods.warehouse, order_no, &print, &[(sku, 1)])
            .await?
        {
            Claim::Applied => Ok(()),
            other => bail!("the gate answered {other:?}"),
        }
    }

    async fn post(&self, document: DocumentNo, sku: &Sku) -> anyhow::Result<()> {
        let post = Post {
            document,
            kind: DocumentKind::Order,
            entry_kind: EntryKind::Deduct,
            warehouse: self.goods.warehouse.clone(),
            lines: Lines::claims(vec![(sku.clone(), Quantity::new(1)?)])?,
            payment: None,
            reason: None,
            note: None,
            reference: None,
            confirms: None,
        };
        self.desk.post(post, Actor::Command("bench")).await?;
        Ok(())
    }

    /// The stock row is locked as late, and so as shortly, as can be.
    async fn transaction(
        &self,
        order_no: &DocumentNo,
        id: StockId,
        sku: &Sku,
    ) -> anyhow::Result<()> {
        let now = Utc::now();
        let mut connection = self.pool.acquire().await?;
        let mut tx = connection.begin().await?;
        sqlx::query(
            "INSERT INTO documents (document, kind, warehouse, fingerprint, actor, source,
               created_at) VALUES (?, 'order', ?, ?, 'command:bench', 'command', ?)",
        )
        .bind(order_no.as_str())
        .bind(self.goods.warehouse.as_str())
        .bind(&[7u8; 32][..])
        .bind(now)
        .execute(&mut *tx)
        .await?;
        let lines = [(sku, 1)].into_iter();
        let summary = OrderSummary::of(&self.goods.warehouse, lines);
        sqlx::query(
            "INSERT INTO orders (order_no, status, created_at, summary) VALUES (?, 'paid', ?, ?)",
        )
        .bind(order_no.as_str())
        .bind(now)
        .bind(json_list(&summary))
        .execute(&mut *tx)
        .await?;
        let sold = sqlx::query(
            "UPDATE stock SET available = available - 1, version = version + 1, updated_at = ?
             WHERE id = ? AND available >= 1",
        )
        .bind(now)
        .bind(id)
        .execute(&mut *tx)
        .await?;
        if sold.rows_affected() != 1 {
            bail!("sold out");
        }
        sqlx::query(
            "INSERT INTO ledger (stock_id, version, document, kind, line, delta, balance,
               created_at) SELECT id, version, ?, 'deduct', 0, -1, available, ?
             FROM stock WHERE id = ?",
        )
        .bind(order_no.as_str())
        .bind(now)
        .bind(id)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Checks that the stores hold exactly the `sold` orders that were answered.
    pub async fn check(&self, sold: i64) -> anyhow::Result<()> {
        let all = OPENING * i64::try_from(self.goods.skus.len())?;
        let warehouse = self.goods.warehouse.as_str();
        let (left, entries): (i64, i64) = sqlx::query_as(
            "SELECT (SELECT CAST(SUM(available) AS SIGNED) FROM stock WHERE warehouse = ?),
                    (SELECT COUNT(*) FROM ledger l JOIN stock s ON s.id = l.stock_id
                     WHERE s.warehouse = ? AND l.delta = -1)",
        )
        .bind(warehouse)
        .bind(warehouse)
        .fetch_one(&self.pool)
        .await?;
        let in_mysql = if self.contestant.durable() { sold } else { 0 };
        if (all - left, entries) != (in_mysql, in_mysql) {
            bail!(
                "{in_mysql} were answered, {} left stock, {entries} are in the ledger",
                all - left
            );
        }
        if self.contestant == Contestant::Transaction {
            return Ok(());
        }
        let skus: Vec<Sku> = self.goods.skus.iter().map(|(_, sku)| sku.clone()).collect();
        let levels = self.gate.compare(&self.goods.warehouse, &skus).await?;
        let in_gate: i64 = levels.iter().filter_map(|level| level.value).sum();
        let loaded = i64::try_from(levels.iter().filter(|l| l.value.is_some()).count())?;
        let gone = OPENING.checked_mul(loaded).context("too many SKUs")? - in_gate;
        if gone != sold {
            bail!("{sold} were answered, the gate gave {gone}");
        }
        Ok(())
    }
}
