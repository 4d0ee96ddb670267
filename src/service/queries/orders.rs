//! Orders: lists, one order, what holds a SKU.

use super::Queries;
use crate::domain::ids::{DocumentNo, StockId};
use crate::domain::listing::{
    CappedCount, Limit, OrderFilter, OrderKey, OrderStatuses, Page, Seen, Window,
};
use crate::domain::order::{OpenOrders, Order, OrderRow, OrderStatus};
use crate::domain::rejection::ServiceResult;
use crate::domain::stock::StockLevel;
use crate::store::mysql::StoreResult;
use crate::store::mysql::orders::{
    OrdersOf, open_orders_of, order_fetch, orders_by_stock, orders_count, orders_fetch,
    orders_window,
};
use crate::store::mysql::stock_list::sku_versions;

/// A SKU with no more entries leads to its orders; of one with more, orders are looked at.
const FEW_ENTRIES: u64 = 2_000;

impl Queries {
    /// A page of orders: open ones soonest deadline first, others newest first. With a filter by
    /// SKU a page may be short, or empty, and still have a next one.
    pub async fn orders_list(
        &self,
        filter: &OrderFilter,
        after: Option<&OrderKey>,
        limit: Limit,
    ) -> ServiceResult<Seen<Page<OrderRow, OrderKey>>> {
        self.read(self.orders(filter, after, limit)).await
    }

    /// How many orders match; `None` when that is not to be had without looking at all of them.
    pub async fn orders_count(
        &self,
        filter: &OrderFilter,
    ) -> ServiceResult<Seen<Option<CappedCount>>> {
        let count = async {
            if filter.sku.is_some() {
                return Ok(None);
            }
            let mut count: u32 = 0;
            for &status in statuses(filter) {
                let orders = of(filter, status, None, None);
                // The minute is enough: as time goes on, more orders are due.
                let due = orders.due_before.map(|due| due.timestamp() / 60);
                let what = ("orders", status, filter.payment_state, due);
                let counting = orders_count(&self.pool, &orders);
                count = count.saturating_add(self.dear_counts.get(what, counting).await?.0);
            }
            Ok(Some(CappedCount(count)))
        };
        self.read(count).await
    }

    pub async fn order(&self, order_no: &DocumentNo) -> ServiceResult<Seen<Option<Order>>> {
        self.read(order_fetch(&self.pool, order_no)).await
    }

    /// The open orders that hold units of a SKU; `None` when not all of them were found among
    /// its newest entries.
    pub async fn open_orders(&self, level: &StockLevel) -> ServiceResult<Seen<Option<OpenOrders>>> {
        let (stock, reserved) = (level.id, level.reserved);
        let found = async {
            if reserved == 0 {
                return Ok(Some(OpenOrders {
                    orders: 0,
                    units: 0,
                }));
            }
            let (orders, units) = open_orders_of(&self.pool, stock).await?;
            Ok((units >= reserved).then_some(OpenOrders { orders, units }))
        };
        self.read(found).await
    }

    async fn orders(
        &self,
        filter: &OrderFilter,
        after: Option<&OrderKey>,
        limit: Limit,
    ) -> StoreResult<Page<OrderRow, OrderKey>> {
        let stock = match &filter.sku {
            None => None,
            Some(sku) => {
                let rows = sku_versions(&self.pool, sku).await?;
                let entries: u64 = rows.iter().map(|(_, version)| version).sum();
                let ids: Vec<StockId> = rows.into_iter().map(|(id, _)| id).collect();
                Some((ids, entries <= FEW_ENTRIES))
            }
        };
        let mut windows = Vec::new();
        for &status in statuses(filter) {
            let (pool, wanted) = (&self.pool, limit.get() + 1);
            windows.push(match &stock {
                Some((ids, true)) => {
                    let orders = of(filter, status, None, after);
                    orders_by_stock(pool, &orders, ids, wanted).await?
                }
                Some((ids, false)) => {
                    let orders = of(filter, status, Some(ids.as_slice()), after);
                    orders_window(pool, &orders, wanted).await?
                }
                None => orders_window(pool, &of(filter, status, None, after), wanted).await?,
            });
        }
        let soonest_first = filter.status.by_deadline();
        let (keys, next) = Window::merge(windows, limit, |a: &OrderKey, b: &OrderKey| {
            let order = (a.at, &a.order_no).cmp(&(b.at, &b.order_no));
            if soonest_first {
                order
            } else {
                order.reverse()
            }
        });
        let numbers: Vec<_> = keys.iter().map(|key| &key.order_no).collect();
        let items = orders_fetch(&self.pool, &numbers).await?;
        Ok(Page { items, next })
    }
}

fn statuses(filter: &OrderFilter) -> &[OrderStatus] {
    match &filter.status {
        OrderStatuses::Open => &[OrderStatus::Pending, OrderStatus::Closing],
        OrderStatuses::One(status) => std::slice::from_ref(status),
    }
}

fn of<'a>(
    filter: &OrderFilter,
    status: OrderStatus,
    stock: Option<&'a [StockId]>,
    after: Option<&'a OrderKey>,
) -> OrdersOf<'a> {
    OrdersOf {
        status,
        due_before: filter.due_before.filter(|_| status.holds_stock()),
        payment_state: filter.payment_state,
        stock,
        after,
    }
}
