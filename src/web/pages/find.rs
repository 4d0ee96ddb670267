//! `/find`: one box, on every page, for whatever has a number. What is called exactly so opens at
//! once; anything else is looked for among the SKUs.

use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use crate::domain::ids::{DocumentNo, EntryId, OpId, Sku};
use crate::domain::payment::PaymentOutcome;
use crate::web::extract::{Query, State};
use crate::web::i18n::{Message, msg};
use crate::web::layout::Layout;
use crate::web::problem::Problem;
use crate::web::respond::see_other;
use crate::web::{filters, paths};

#[derive(Template)]
#[template(path = "pages/find.html")]
struct FindPage {
    layout: Layout,
    typed: String,
    hits: Vec<Hit>,
}

/// Something that is called exactly what was typed.
#[derive(Debug)]
pub struct Hit {
    pub what: Message,
    pub path: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct FindQuery {
    q: String,
}

/// `GET /find`
pub async fn page(
    layout: Layout,
    Query(query): Query<FindQuery>,
    web: State,
) -> Result<HttpResponse, Problem> {
    let typed: String = query.q.nfkc().collect();
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(see_other(paths::STOCK));
    }
    let hits = hits(&web, typed).await?;
    match (&hits[..], typed.parse::<OpId>(), typed.parse::<EntryId>()) {
        ([only], ..) => Ok(see_other(&only.path)),
        // No SKU is called like that.
        ([], Ok(_), _) => Err(Problem::unknown(msg("op-unknown").with("op", typed), typed)),
        ([], _, Ok(_)) => {
            let detail = msg("entry-unknown").with("entry", typed);
            Err(Problem::unknown(detail, typed))
        }
        ([], ..) => {
            let words = [("q", typed.to_owned())];
            Ok(see_other(&paths::with_query(paths::STOCK, &words)))
        }
        _ => {
            let typed = typed.to_owned();
            let page = FindPage {
                layout,
                typed,
                hits,
            };
            Ok(page.layout.ok(&page))
        }
    }
}

/// Everything that is called exactly this: each is asked for by its key.
///
/// # Errors
/// 503 while the database is away.
pub async fn hits(web: &State, typed: &str) -> Result<Vec<Hit>, Problem> {
    if let Ok(op) = typed.parse::<OpId>() {
        let found = is_operation(web, op).await?;
        let hit = hit("find-operation", typed, paths::op(&op));
        return Ok(found.then_some(hit).into_iter().collect());
    }
    if let Ok(entry) = typed.parse::<EntryId>() {
        let found = web.services.queries.entry(entry).await?.value.is_some();
        let hit = hit("find-entry", typed, paths::entry(&entry));
        return Ok(found.then_some(hit).into_iter().collect());
    }
    let (sku, number, payments) =
        tokio::join!(sku(web, typed), document(web, typed), payments(web, typed));
    let mut hits: Vec<Hit> = sku?.into_iter().chain(number?).collect();
    hits.extend(payments?);
    Ok(hits)
}

/// Whether there is an operation of this number, of whatever kind.
pub(super) async fn is_operation(web: &State, op: OpId) -> Result<bool, Problem> {
    let single = web.services.queries.operation(op).await?.value.is_some();
    Ok(single || web.services.bulks.find(op).await?.is_some())
}

fn hit(id: &'static str, name: &str, path: String) -> Hit {
    let what = msg(id).with("name", name);
    Hit { what, path }
}

async fn sku(web: &State, typed: &str) -> Result<Option<Hit>, Problem> {
    let Ok(sku) = typed.parse::<Sku>() else {
        return Ok(None);
    };
    let held = web.services.queries.warehouses_of(&sku).await?.value;
    let path = match &held[..] {
        [] => return Ok(None),
        [only] => paths::stock(only, &sku),
        _ => paths::with_query(paths::STOCK, &[("q", sku.to_string())]),
    };
    Ok(Some(hit("find-sku", typed, path)))
}

/// The order, or what a program posted under this number, or a line of a bulk operation.
async fn document(web: &State, typed: &str) -> Result<Option<Hit>, Problem> {
    let Ok(number) = typed.parse::<DocumentNo>() else {
        return Ok(None);
    };
    let queries = &web.services.queries;
    if queries.order(&number).await?.value.is_some() {
        return Ok(Some(hit("find-order", typed, paths::order(&number))));
    }
    let found = queries.document(&number).await?.value.is_some();
    let entries = paths::with_query(paths::LEDGER, &[("order", number.to_string())]);
    Ok(found.then(|| hit("find-document", typed, entries)))
}

/// Payments with this number of a gateway's own.
async fn payments(web: &State, typed: &str) -> Result<Vec<Hit>, Problem> {
    let gateways: Vec<&str> = web.services.cashier.gateways().names().collect();
    let found = web
        .services
        .queries
        .payments_called(&gateways, typed)
        .await?;
    let hit = |(id, order_no, outcome): (u64, DocumentNo, PaymentOutcome)| match outcome {
        PaymentOutcome::OrderPaid => hit("find-paid", typed, paths::order(&order_no)),
        _ => hit("find-late", typed, paths::late(&id)),
    };
    Ok(found.value.into_iter().map(hit).collect())
}
