//! The pages of a desk, each at an address that shows what is there.

use anyhow::Context;

use super::visitor::{Visitor, between};

/// A page to visit; `name` is the same on every desk.
pub(super) struct Stop {
    pub name: String,
    pub address: String,
}

/// A word of every generated name, and the number of one of the first SKUs.
const COMMON: &str = "item";
const RARE: &str = "132";

pub(super) async fn stops(visitor: &mut Visitor) -> anyhow::Result<Vec<Stop>> {
    let home = visitor.get("/").await?.body;
    let ledger = visitor.get("/ledger").await?.body;
    let stock = visitor.get("/stock").await?.body;
    let paid = visitor.get("/orders?status=paid").await?.body;
    let sku = link(&ledger, "/stock/")?;
    let (warehouse, code) = sku
        .trim_start_matches("/stock/")
        .split_once('/')
        .context("a SKU's address")?;
    let mut stops = Vec::new();
    let mut stop = |name: &str, address: String| {
        stops.push(Stop {
            name: name.to_owned(),
            address,
        });
    };
    for part in home.split("<li><a href=\"").skip(1) {
        let address = part.split('"').next().unwrap_or_default();
        if part.contains("data-key=\"g") && address.len() < 40 {
            stop(address, address.to_owned());
        }
    }
    for address in [
        "/ops",
        "/payments/late",
        "/stock?sort=available",
        "/stock?state=low",
        "/stock?state=ok",
        "/orders?status=paid",
        "/orders?status=cancelled",
        "/ledger?kind=rollback",
        "/ledger?who=nobody",
    ] {
        if visitor.get(address).await.is_ok() {
            stop(address, address.to_owned());
        }
    }
    stop("/stock?q= (many match)", format!("/stock?q={COMMON}"));
    stop("/stock?q= (few match)", format!("/stock?q={RARE}"));
    stop("/stock?wh=", format!("/stock?wh={warehouse}"));
    stop("/stock, second page", link(&stock, "/stock?after=")?);
    stop("/ledger, second page", link(&ledger, "/ledger?after=")?);
    stop("/ledger?sku=", format!("/ledger?sku={code}"));
    stop("a SKU", sku.clone());
    stop("deduct", format!("{sku}/deduct"));
    stop("adjust", format!("{sku}/adjust"));
    stop("set", format!("{sku}/set"));
    stop("an entry", link(&ledger, "/ledger/led_")?);
    stop("an order", link(&paid, "/orders/")?);
    Ok(stops)
}

/// The first link that begins so.
fn link(page: &str, beginning: &str) -> anyhow::Result<String> {
    let rest = between(page, &format!("href=\"{beginning}"), "\"");
    let rest = rest.with_context(|| format!("no link to {beginning}"))?;
    Ok(format!("{beginning}{rest}")
        .replace("&#38;", "&")
        .replace("&amp;", "&"))
}
