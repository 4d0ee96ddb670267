//! `/orders.csv`

use actix_web::HttpResponse;

use crate::domain::listing::OrderKey;
use crate::domain::order::OrderRow;
use crate::web::export::{Cell, FileQuery, Sheet, send};
use crate::web::extract::{Query, State};
use crate::web::i18n::{Message, Worded, msg};
use crate::web::layout::Layout;
use crate::web::list::List;
use crate::web::pages::orders::OrdersQuery;
use crate::web::problem::Problem;
use crate::web::respond::see_other;
use crate::web::{numbers, paths};

/// `GET /orders.csv`
pub async fn orders(
    layout: Layout,
    Query(query): Query<OrdersQuery>,
    Query(file): Query<FileQuery>,
    web: State,
) -> Result<HttpResponse, Problem> {
    let text = layout.text;
    let Ok(filter) = query.filter(text.now) else {
        return Ok(see_other(
            &List::new(paths::ORDERS, &query.fields()).first(),
        ));
    };
    let in_zone = |id| msg(id).with("zone", text.zone.name());
    let sheet = Sheet {
        name: "orders",
        kept: file.kept(),
        columns: vec![
            msg("orders-number"),
            msg("warehouse"),
            msg("orders-status"),
            in_zone("export-placed"),
            in_zone("export-deadline"),
            msg("orders-units"),
            msg("export-lines"),
            msg("orders-amount"),
            msg("export-currency"),
            msg("order-gateway"),
            msg("orders-payment"),
        ],
    };
    let queries = web.services.queries.clone();
    let fetch = move |after: Option<OrderKey>, limit| {
        let (queries, filter) = (queries.clone(), filter.clone());
        async move {
            let page = queries.orders_list(&filter, after.as_ref(), limit);
            Ok(page.await?.value)
        }
    };
    let row = move |order: &OrderRow| {
        let said = |word: Message| text.say(&word).into_owned();
        vec![
            Cell::Text(order.order_no.to_string()),
            Cell::Text(order.summary.warehouse.to_string()),
            Cell::Text(said(order.status.message())),
            Cell::Text(text.full(order.created_at)),
            Cell::text(order.pay_deadline.map(|at| text.full(at))),
            Cell::Number(order.summary.units),
            Cell::Number(order.summary.line_count),
            Cell::text(order.amount.map(numbers::amount)),
            Cell::text(
                order
                    .amount
                    .map(|amount| amount.currency.as_str().to_owned()),
            ),
            Cell::text(order.gateway.clone()),
            Cell::text(order.payment_state.map(|state| said(state.message()))),
        ]
    };
    send(text, sheet, fetch, row).await
}
