//! What pages offer, against the table of roles that the routes are guarded by.

use std::collections::{BTreeMap, BTreeSet};

use stockdesk::domain::role::{Action, Role};
use stockdesk::web::guard::Guard;
use stockdesk::web::routes;

use super::late;
use super::ops::{confirm, draft};
use crate::harness::browser::{Answer, Browser};
use crate::harness::world::{shop, unpaid_order};

/// Addresses of one pattern that are opened: they are all made by one handler.
const OF_EACH: usize = 4;

/// A method, and the pattern that answers it.
type Route = (&'static str, &'static str);

/// Whether `path` is one of `pattern`'s.
fn matches(pattern: &str, path: &str) -> bool {
    let (patterns, parts) = (pattern.split('/'), path.split('/'));
    let same = |(pattern, part): (&str, &str)| {
        pattern == part || (pattern.starts_with('{') && !part.is_empty())
    };
    patterns.clone().count() == parts.clone().count() && patterns.zip(parts).all(same)
}

/// The route that a link or a form leads to, and who may use it.
fn route(method: &str, address: &str) -> Option<(Route, Guard)> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let found = |entry: &stockdesk::web::route::Entry| {
        entry.method.as_str() == method && matches(entry.path, path)
    };
    let entry = routes().into_iter().find(found)?;
    let method = if method == "GET" { "GET" } else { "POST" };
    Some(((method, entry.path), entry.rule.guard))
}

/// Every link and every form of a page.
fn offered(page: &Answer) -> Vec<(&'static str, String)> {
    let local = |all: Vec<String>| {
        let ours = all.into_iter().map(|to| to.replace("&amp;", "&"));
        ours.filter(|to| to.starts_with('/') && !to.starts_with("/static/"))
            .collect::<Vec<_>>()
    };
    let links = local(page.quoted_after("href=\"")).into_iter();
    let asked = local(page.quoted_after("method=\"get\" action=\"")).into_iter();
    let sent = local(page.quoted_after("method=\"post\" action=\"")).into_iter();
    let gets = links.chain(asked).map(|to| ("GET", to));
    gets.chain(sent.map(|to| ("POST", to))).collect()
}

/// Opens everything that can be reached by links, and notes what is offered on the way, with the
/// page that offered it.
async fn walk(browser: &mut Browser) -> BTreeMap<Route, (Guard, String)> {
    let mut offers = BTreeMap::new();
    let (mut ahead, mut seen) = (vec!["/".to_owned()], BTreeSet::from(["/".to_owned()]));
    let mut opened: BTreeMap<Route, usize> = BTreeMap::new();
    while let Some(address) = ahead.pop() {
        let page = browser.get(&address).await;
        assert!(page.status < 400, "{address}: {}", page.status);
        for (method, to) in offered(&page) {
            let led = route(method, &to);
            let (route, guard) = led.unwrap_or_else(|| panic!("{address} offers {method} {to}"));
            let from = (guard, address.clone());
            offers.entry(route).or_insert(from);
            let opens = method == "GET" && seen.insert(to.clone());
            let count = opened.entry(route).or_default();
            if opens && *count < OF_EACH {
                *count += 1;
                ahead.push(to);
            }
        }
    }
    offers
}

#[tokio::test]
async fn pages_offer_to_each_role_what_it_may_do_and_nothing_else() {
    let (site, mut supervisor) = late::desk(&["R1"]).await;
    let unpaid = unpaid_order("O1", &[("A", 1)]);
    let placed = site.world.desk.post(unpaid, shop()).await;
    placed.expect("placed");
    draft(&mut supervisor, "2").await;
    for &role in Role::ALL {
        let mut browser = site.signed_in(role.as_str(), role).await;
        if role.may(Action::Correct) {
            // Something of one's own to roll back.
            let address = draft(&mut browser, "1").await;
            let page = browser.get(&address).await;
            confirm(&mut browser, &page, &address).await;
        }
        let offers = walk(&mut browser).await;
        assert!(offers.len() > 20, "{role:?}: {offers:?}");
        let mut actions = Vec::new();
        for (route, (guard, page)) in offers {
            let Guard::SignedIn(action) = guard else {
                continue;
            };
            assert!(
                role.may(action),
                "{page} offers {route:?} to a {role:?}, who may not {action:?}"
            );
            actions.push(action);
        }
        let guarded = routes().into_iter().map(|entry| entry.rule.guard);
        for guard in guarded {
            let Guard::SignedIn(action) = guard else {
                continue;
            };
            assert_eq!(
                actions.contains(&action),
                role.may(action),
                "{action:?} for a {role:?}"
            );
        }
    }
}
