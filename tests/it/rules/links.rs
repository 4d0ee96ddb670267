//! Links of ours lead somewhere: from the overview, as an admin, over a desk where something of
//! every kind has happened.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use stockdesk::domain::operation::OpKind;
use stockdesk::domain::role::Role;

use crate::harness::browser::Answer;
use crate::harness::site::Site;
use crate::harness::world::{order, rollback, shop, unpaid_order};
use crate::service::office::{by, chen, deduct, undo};
use crate::web::bulk::{carry_out, sent};

/// Pages enough to have seen every kind; a crawl that finds more has gone astray.
const MOST: usize = 600;

pub async fn lived_in() -> Site {
    let site = Site::start().await;
    for (name, available) in [
        ("CUP 1/2", 40),
        ("<b>\"O'Brien\" & 杯😀?#%2F", 9),
        ("TENT", 0),
        ("GIFT", -1),
    ] {
        site.world.stock(name, available).await;
    }
    for sql in [
        "INSERT INTO warehouses VALUES ('BJ:1', UTC_TIMESTAMP(6))",
        "INSERT INTO stock (warehouse, sku, name, opening, available, low_water, created_at,
           updated_at)
         VALUES ('BJ:1', 'TENT', '帐篷', 3, 3, 5, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))",
    ] {
        let pool = site.world.desk.pool();
        sqlx::query(sql).execute(pool).await.expect("it answers");
    }
    let desk = &site.world.desk;
    let placed = [
        unpaid_order("A:1", &[("CUP 1/2", 3)]),
        order("A.2", &[("CUP 1/2", 2), ("<b>\"O'Brien\" & 杯😀?#%2F", 1)]),
        order("A-3", &[("GIFT", 2)]),
    ];
    for post in placed {
        desk.post(post, shop()).await.expect("placed");
    }
    desk.rollback(rollback("A-3"), shop())
        .await
        .expect("returned");
    let operations = &site.services().operations;
    let confirmed = async |new| {
        let drafted = operations.draft(new, &chen()).await.expect("a draft");
        let operation = drafted.operation();
        let (op, revision) = (operation.op, operation.revision);
        operations
            .confirm(op, revision, &chen())
            .await
            .expect("confirmed");
        op.document()
    };
    let deducted = confirmed(deduct("CUP 1/2", 2)).await;
    confirmed(by(OpKind::Adjust, &[("CUP 1/2", 5)])).await;
    confirmed(undo(&deducted)).await;
    operations
        .draft(deduct("CUP 1/2", 1), &chen())
        .await
        .expect("a draft");
    imported(&site).await;
    site
}

/// A sheet that was imported, one of whose lines cannot be carried out.
async fn imported(site: &Site) {
    let mut supervisor = site.signed_in("chen.yu", Role::Supervisor).await;
    let sheet = b"sku,warehouse,change\nCUP 1/2,W,1\nTENT,BJ:1,-9\n";
    let address = sent(&mut supervisor, sheet).await;
    carry_out(&mut supervisor, &address).await;
    sent(&mut supervisor, sheet).await;
}

/// Where the links and the forms that only look lead, as they stand in the page.
fn leads(page: &Answer) -> Vec<String> {
    let mut found = Vec::new();
    for tag in page.body.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let attribute = match name {
            "a" | "link" => "href",
            "script" => "src",
            "form" if !attributes.contains("method=\"post\"") => "action",
            _ => continue,
        };
        if let Some(value) = attributes.split(&format!("{attribute}=\"")).nth(1) {
            let value = value.split('"').next().unwrap_or_default();
            found.push(value.replace("&#38;", "&").replace("&amp;", "&"));
        }
    }
    found
}

/// Follows every link of ours from the overview, and fails at one that does not answer. The
/// addresses that were found.
pub async fn crawl(site: &Site) -> BTreeSet<String> {
    let mut browser = site.signed_in("admin", Role::Admin).await;
    let mut seen = BTreeSet::from(["/".to_owned()]);
    let mut queue = VecDeque::from([("/".to_owned(), "nowhere".to_owned())]);
    let mut broken = BTreeMap::new();
    while let Some((address, from)) = queue.pop_front() {
        let page = browser.get(&address).await;
        let mut next = match page.status {
            200 => leads(&page),
            303 => vec![page.location().to_owned()],
            status => {
                broken.insert(address, format!("{status}, from {from}"));
                continue;
            }
        };
        next.retain(|lead| !lead.starts_with('#') && lead != "data:,");
        for lead in next {
            let path = lead.split('#').next().unwrap_or_default().to_owned();
            assert!(path.starts_with('/'), "{address} leads to {lead}");
            if seen.insert(path.clone()) {
                queue.push_back((path, address.clone()));
            }
        }
        assert!(seen.len() < MOST, "{seen:#?}");
    }
    assert!(broken.is_empty(), "{broken:#?}");
    seen
}

#[tokio::test]
async fn internal_links_answer() {
    let seen = crawl(&lived_in().await).await;
    for page in [
        "/health",
        "/stock/W/CUP%201%2F2",
        "/stock/BJ%3A1/TENT",
        "/ops/op_",
        "/ledger/led_",
    ] {
        assert!(
            seen.iter().any(|path| path.starts_with(page)),
            "nothing leads to {page}"
        );
    }
}
