//! The pages of a desk, each at an address that shows what is there.

use anyhow::Context;
use chrono::{TimeDelta, Utc};

use super::visitor::{Visitor, between};

/// A page to visit; `name` is the same on every desk.
pub(super) struct Stop {
    pub name: String,
    pub address: String,
}

/// A word of half of the generated names, and the beginning of a few words.
const COMMON: &str = "item";
const RARE: &str = "132";

/// `{wh}`, `{sku}`, `{entry}`, `{order}` and `{run}` stand for one that the desk has. What ends in
/// `after=` is the second page of a list.
const STOPS: &[&str] = &[
    "/",
    "/stock",
    "/stock?after=",
    "/stock?sort=available",
    "/stock?sort=available&after=",
    "/stock?wh={wh}",
    "/stock?wh={wh}&sort=available",
    "/stock?state=low",
    "/stock?state=out",
    "/stock?state=ok",
    "/stock?state=ok&sort=available",
    "/stock?state=low&wh={wh}&sort=available",
    "/stock?state=unlimited",
    "/stock?q={common}",
    "/stock?q={common}&sort=available",
    "/stock?q={common}&state=out&wh={wh}",
    "/stock?q={rare}",
    "/stock?q={rare}&state=low",
    "/stock?q={common}%20{rare}",
    "/stock?q=nothing",
    "/stock/{wh}/{sku}",
    "/stock/{wh}/{sku}?span=30d",
    "/stock/{wh}/{sku}?at={yesterday}",
    "/stock/{wh}/{sku}/explain",
    "/stock/{wh}/{sku}/deduct",
    "/stock/{wh}/{sku}/adjust",
    "/stock/{wh}/{sku}/set",
    "/stock/import",
    "/ledger",
    "/ledger?after=",
    "/ledger?sku={sku}",
    "/ledger?sku={sku}&wh={wh}",
    "/ledger?sku={sku}&kind=set",
    "/ledger?wh={wh}",
    "/ledger?kind=deduct",
    "/ledger?kind=set",
    "/ledger?kind=rollback",
    "/ledger?actor=nobody",
    "/ledger?order={order}",
    "/ledger?from={yesterday}",
    "/ledger?to={yesterday}",
    "/ledger?to={yesterday}&kind=rollback&actor=nobody",
    "/ledger/{entry}",
    "/ledger/{entry}/rollback",
    "/orders",
    "/orders?sku={sku}",
    "/orders?due=passed",
    "/orders?due=1h",
    "/orders?pay=open",
    "/orders?pay=unknown",
    "/orders?status=closing",
    "/orders?status=paid",
    "/orders?status=paid&after=",
    "/orders?status=paid&sku={sku}",
    "/orders?status=paid&pay=unknown",
    "/orders?status=cancelled",
    "/orders/{order}",
    "/orders/{order}/cancel",
    "/ops",
    "/ops?state=open",
    "/payments/late",
    "/reconciliation",
    "/reconciliation/{run}",
    "/health",
    "/audit",
    "/audit?actor=nobody",
    "/audit?kind=sign_in",
    "/prefs",
    "/docs/api",
    "/admin/users",
    "/admin/keys",
];

pub(super) async fn stops(visitor: &mut Visitor) -> anyhow::Result<Vec<Stop>> {
    let known = Known::look_up(visitor).await?;
    let mut stops = Vec::new();
    for &name in STOPS {
        let Some(address) = known.address(name) else {
            continue;
        };
        let address = match address.strip_suffix("after=") {
            Some(first) => {
                let page = visitor.get(first.trim_end_matches(['?', '&'])).await?.body;
                next_page(&page, first).with_context(|| format!("{name}: no next page"))?
            }
            None => address,
        };
        stops.push(Stop {
            name: name.to_owned(),
            address,
        });
    }
    Ok(stops)
}

/// What a desk has to show.
struct Known {
    warehouse: String,
    sku: String,
    entry: String,
    order: String,
    run: Option<String>,
    yesterday: String,
}

impl Known {
    async fn look_up(visitor: &mut Visitor) -> anyhow::Result<Self> {
        let ledger = visitor.get("/ledger").await?.body;
        let paid = visitor.get("/orders?status=paid").await?.body;
        let runs = visitor.get("/reconciliation").await?.body;
        let sku = after(&ledger, "href=\"/stock/").context("no SKU in the ledger")?;
        let (warehouse, sku) = sku.split_once('/').context("a SKU's address")?;
        Ok(Self {
            warehouse: warehouse.to_owned(),
            sku: sku.to_owned(),
            entry: after(&ledger, "href=\"/ledger/led_").context("no entry")?,
            order: after(&paid, "href=\"/orders/").context("no order that is paid")?,
            run: after(&runs, "href=\"/reconciliation/"),
            yesterday: (Utc::now() - TimeDelta::days(1))
                .format("%Y-%m-%d")
                .to_string(),
        })
    }

    /// `None` when the desk has nothing to show there.
    fn address(&self, pattern: &str) -> Option<String> {
        let mut address = pattern.to_owned();
        if address.contains("{run}") {
            address = address.replace("{run}", self.run.as_deref()?);
        }
        let entry = format!("led_{}", self.entry);
        for (place, value) in [
            ("{wh}", self.warehouse.as_str()),
            ("{sku}", &self.sku),
            ("{entry}", &entry),
            ("{order}", &self.order),
            ("{yesterday}", &self.yesterday),
            ("{common}", COMMON),
            ("{rare}", RARE),
        ] {
            address = address.replace(place, value);
        }
        Some(address)
    }
}

/// The rest of the first attribute that begins so.
fn after(page: &str, beginning: &str) -> Option<String> {
    between(page, beginning, "\"").map(str::to_owned)
}

/// Where the next page of a list is, that began at `first` without a cursor.
fn next_page(page: &str, first: &str) -> Option<String> {
    let rest = after(
        page,
        &format!("href=\"{}after=", first.replace('&', "&#38;")),
    )?;
    Some(format!("{first}after={rest}").replace("&#38;", "&"))
}
