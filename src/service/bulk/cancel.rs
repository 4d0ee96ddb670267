//! Orders chosen on their list, to be cancelled: each alone, by an operation of its own.

use std::collections::{HashMap, HashSet};

use sha2::Digest;

use super::draft::content;
use super::{Bulks, PATIENCE, Person, Why, in_time};
use crate::domain::bulk::{Bulk, BulkLines, BulkOrigin, NewBulk};
use crate::domain::bulk_cancel::{CancelLine, CancelProblem, MAX_CANCELS};
use crate::domain::ids::{DocumentNo, OpId};
use crate::domain::order::OrderRow;
use crate::domain::rejection::{ServiceError, ServiceResult};
use crate::store::mysql::bulk::cancels_list;
use crate::store::mysql::orders::orders_fetch;

/// An order of an operation that cancels some, with the order as it is now.
#[derive(Debug, Clone)]
pub struct CancelRow {
    pub line: CancelLine,
    /// `None` when there is no such order.
    pub order: Option<OrderRow>,
}

impl Bulks {
    /// What cancelling these orders would come to now; of one that is named twice, once. Nothing is
    /// changed by looking, and no gateway is asked.
    ///
    /// # Errors
    /// `NotConfirmed` when the database is away or too slow.
    pub async fn cancels_now(&self, orders: &[DocumentNo]) -> ServiceResult<Vec<CancelRow>> {
        let mut seen = HashSet::new();
        let orders: Vec<_> = orders.iter().filter(|order| seen.insert(*order)).collect();
        let mut found = self.orders(&orders).await?;
        let rows = (1..).zip(orders).map(|(line, order_no)| {
            let order = found.remove(order_no);
            CancelRow {
                line: CancelLine {
                    line,
                    order_no: order_no.clone(),
                    problem: CancelProblem::of(order.as_ref()),
                    result: None,
                },
                order,
            }
        });
        Ok(rows.collect())
    }

    /// Saves a draft that cancels these orders. Which of them cannot be cancelled is found out now,
    /// and again for each when it is its turn.
    ///
    /// # Errors
    /// As `import`.
    pub async fn draft_cancels(
        &self,
        op: OpId,
        orders: &[DocumentNo],
        why: Why,
        by: &Person,
    ) -> ServiceResult<Bulk> {
        if orders.len() > MAX_CANCELS {
            return Err(ServiceError::Internal(format!("{} orders", orders.len())));
        }
        let rows = self.cancels_now(orders).await?;
        let lines: Vec<_> = rows.into_iter().map(|row| row.line).collect();
        let mut content = content(BulkOrigin::Cancel, &why);
        for line in &lines {
            content.update(format!("{}\n", line.order_no));
        }
        let new = NewBulk {
            op,
            origin: BulkOrigin::Cancel,
            undoes: None,
            source: None,
            reason: why.reason,
            note: why.note,
            reference: why.reference,
            lines: BulkLines::Orders(lines),
            blank: 0,
            content: content.finalize().into(),
        };
        self.draft(new, by).await
    }

    /// Its orders, as they are now, in their order.
    pub(super) async fn cancels(&self, op: OpId) -> ServiceResult<Vec<CancelRow>> {
        let lines = in_time(PATIENCE, cancels_list(self.pool(), op)).await?;
        let numbers: Vec<_> = lines.iter().map(|line| &line.order_no).collect();
        let mut found = self.orders(&numbers).await?;
        let rows = lines.into_iter().map(|line| CancelRow {
            order: found.remove(&line.order_no),
            line,
        });
        Ok(rows.collect())
    }

    pub(super) async fn orders(
        &self,
        numbers: &[&DocumentNo],
    ) -> ServiceResult<HashMap<DocumentNo, OrderRow>> {
        let rows = in_time(PATIENCE, orders_fetch(self.pool(), numbers)).await?;
        let rows = rows.into_iter().map(|row| (row.order_no.clone(), row));
        Ok(rows.collect())
    }
}
