//! The main navigation.

use super::{paths, route};

/// One item of the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NavItem {
    pub path: &'static str,
    pub label: &'static str,
    /// After `g`.
    pub key: char,
    /// `page` on the page itself, `true` on those below it.
    pub current: Option<&'static str>,
}

const fn item(path: &'static str, label: &'static str, key: char) -> NavItem {
    NavItem {
        path,
        label,
        key,
        current: None,
    }
}

/// All seven. What has no route yet is not shown: the item appears together with its page.
const ALL: [NavItem; 7] = [
    item(paths::HOME, "nav-overview", 'h'),
    item(paths::STOCK, "nav-stock", 's'),
    item(paths::LEDGER, "nav-ledger", 'l'),
    item(paths::ORDERS, "nav-orders", 'o'),
    item(paths::RECONCILIATION, "nav-reconcile", 'r'),
    item(paths::HEALTH, "nav-health", 'x'),
    item(paths::AUDIT, "nav-audit", 'a'),
];

/// The items, with the one that leads to `here` (a path and query) marked.
pub fn items(here: &str) -> Vec<NavItem> {
    let path = here.split('?').next().unwrap_or_default();
    ALL.into_iter()
        .filter(|item| route::has_page(item.path))
        .map(|item| NavItem {
            current: current(item.path, path),
            ..item
        })
        .collect()
}

fn current(item: &str, path: &str) -> Option<&'static str> {
    if path == item {
        return Some("page");
    }
    let below = path
        .strip_prefix(item)
        .is_some_and(|rest| rest.starts_with('/'));
    (item != "/" && below).then_some("true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_item_of_a_page_and_of_those_below_it_is_current() {
        assert_eq!(current("/stock", "/stock"), Some("page"));
        assert_eq!(current("/stock", "/stock/SZ-01/A"), Some("true"));
        assert_eq!(current("/stock", "/stocks"), None);
        assert_eq!(current("/", "/"), Some("page"));
        assert_eq!(current("/", "/stock"), None);
    }
}
