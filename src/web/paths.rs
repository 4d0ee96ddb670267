//! Every address of ours: as patterns for the route list, and as functions for links.
//!
//! A link is always made here, never written by hand in a template: what stands in a path is
//! percent-encoded (a SKU may hold spaces, slashes and 汉字).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::ids::{DocumentNo, EntryId, OpId, Sku, Warehouse};
use crate::domain::late::Deed;
use crate::domain::ledger::{DocumentKind, LedgerEntry};
use crate::domain::user::UserName;

/// All but what RFC 3986 calls unreserved.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// One segment of a path, or one value of a query.
pub fn segment(text: &str) -> impl std::fmt::Display + '_ {
    utf8_percent_encode(text, SEGMENT)
}

pub const HEALTHZ: &str = "/healthz";
pub const METRICS: &str = "/metrics";
pub const READYZ: &str = "/readyz";
pub const HOME: &str = "/";
pub const LOGIN: &str = "/login";
pub const LOGOUT: &str = "/logout";
pub const PREFS: &str = "/prefs";
pub const PREFS_LANGUAGE: &str = "/prefs/language";

pub const API_ORDERS: &str = "/api/v1/orders";
pub const API_ORDER: &str = "/api/v1/orders/{order_no}";
pub const API_ORDER_CANCEL: &str = "/api/v1/orders/{order_no}/cancel";
pub const API_DEDUCTIONS: &str = "/api/v1/deductions";
pub const API_DEDUCTION_ROLLBACK: &str = "/api/v1/deductions/{document}/rollback";
pub const API_ADJUSTMENTS: &str = "/api/v1/adjustments";
pub const API_STOCK: &str = "/api/v1/stock";
pub const API_STOCK_ONE: &str = "/api/v1/stock/{warehouse}/{sku}";
pub const API_LEDGER: &str = "/api/v1/ledger";
pub const API_PAYMENT_NOTIFY: &str = "/api/v1/payments/{gateway}/notify";
pub const STATIC: &str = "/static/{file}";

pub const FIND: &str = "/find";
pub const STOCK: &str = "/stock";
pub const SKU: &str = "/stock/{warehouse}/{sku}";
pub const EXPLAIN: &str = "/stock/{warehouse}/{sku}/explain";
pub const STOCK_IMPORT: &str = "/stock/import";
pub const STOCK_CHANGE: &str = "/stock/change";
pub const COUNT_SHEET: &str = "/stock/count-sheet.csv";
pub const STOCK_DEDUCT: &str = "/stock/{warehouse}/{sku}/deduct";
pub const STOCK_ADJUST: &str = "/stock/{warehouse}/{sku}/adjust";
pub const STOCK_SET: &str = "/stock/{warehouse}/{sku}/set";
pub const HEALTH: &str = "/health";
pub const READ_ONLY: &str = "/health/read-only";
pub const RESUME: &str = "/health/resume";
pub const LATE_PAYMENTS: &str = "/payments/late";
pub const LATE_PAYMENT: &str = "/payments/late/{payment}";
pub const LATE_REFUND: &str = "/payments/late/{payment}/refund";
pub const LATE_DEDUCT: &str = "/payments/late/{payment}/deduct";
pub const LATE_ASK: &str = "/payments/late/{payment}/ask";
pub const LATE_HANDLE: &str = "/payments/late/{payment}/handle";
pub const RECONCILIATION: &str = "/reconciliation";
pub const RECONCILIATION_REPAIR: &str = "/reconciliation/repair";
pub const RUN: &str = "/reconciliation/{run}";
pub const AUDIT: &str = "/audit";
pub const AUDIT_CSV: &str = "/audit.csv";
pub const LEDGER_CSV: &str = "/ledger.csv";
pub const STOCK_CSV: &str = "/stock.csv";
pub const LEDGER: &str = "/ledger";
pub const ENTRY: &str = "/ledger/{entry}";
pub const ENTRY_ROLLBACK: &str = "/ledger/{entry}/rollback";
pub const ORDERS_CSV: &str = "/orders.csv";
pub const OPS_CSV: &str = "/ops.csv";
pub const ORDERS: &str = "/orders";
pub const ORDER: &str = "/orders/{order_no}";
// Three segments: an order may have any number, even "cancel".
pub const ORDERS_CANCEL: &str = "/orders/cancel/several";
pub const ORDER_CANCEL: &str = "/orders/{order_no}/cancel";
pub const ORDER_CHECK: &str = "/orders/{order_no}/check";
pub const OPS: &str = "/ops";
pub const OP: &str = "/ops/{op}";
pub const OP_CONFIRM: &str = "/ops/{op}/confirm";
pub const OP_RECOUNT: &str = "/ops/{op}/recount";
pub const OP_DISCARD: &str = "/ops/{op}/discard";
pub const OP_UNDO: &str = "/ops/{op}/undo";
pub const OP_FAILED_CSV: &str = "/ops/{op}/failed.csv";

pub const DOCS_API: &str = "/docs/api";
pub const USERS: &str = "/admin/users";
pub const USER: &str = "/admin/users/{name}";
pub const USER_CHANGE: &str = "/admin/users/{name}/change";
pub const USER_PASSWORD: &str = "/admin/users/{name}/password";
pub const KEYS: &str = "/admin/keys";
pub const KEY_REVOKE: &str = "/admin/keys/{id}/revoke";

/// A path with these values in its query.
pub fn with_query(path: &str, values: &[(&'static str, String)]) -> String {
    let mut address = path.to_owned();
    for (index, (name, value)) in values.iter().enumerate() {
        address.push(if index == 0 { '?' } else { '&' });
        address.push_str(&format!("{name}={}", segment(value)));
    }
    address
}

/// Where a page brings somebody who is not signed in; they return to `next`.
pub fn login(next: &str) -> String {
    match next {
        HOME => LOGIN.to_owned(),
        _ => format!("{LOGIN}?next={}", segment(next)),
    }
}

/// An order, for programs.
pub fn api_order(order_no: &crate::domain::ids::DocumentNo) -> String {
    format!("{API_ORDERS}/{}", segment(order_no.as_str()))
}

/// What a document did, for programs.
pub fn api_ledger_of(document: &crate::domain::ids::DocumentNo) -> String {
    format!("{API_LEDGER}?document={}", segment(document.as_str()))
}

/// The page of one operation.
pub fn op(op: &OpId) -> String {
    format!("/ops/{op}")
}

/// The lines of a bulk operation that came to nothing, as a file.
pub fn op_failed(op: &OpId) -> String {
    format!("/ops/{op}/failed.csv")
}

/// The form that prepares to undo a bulk operation.
pub fn op_undo(op: &OpId) -> String {
    format!("/ops/{op}/undo")
}

/// The page of one SKU in one warehouse.
pub fn stock(warehouse: &Warehouse, sku: &Sku) -> String {
    format!(
        "/stock/{}/{}",
        segment(warehouse.as_str()),
        segment(sku.as_str())
    )
}

/// Why the level of one SKU is what it is.
pub fn explain(warehouse: &Warehouse, sku: &Sku) -> String {
    format!("{}/explain", stock(warehouse, sku))
}

/// The form that deducts units of one SKU.
pub fn deduct(warehouse: &Warehouse, sku: &Sku) -> String {
    format!("{}/deduct", stock(warehouse, sku))
}

/// The form that adds or removes units of one SKU.
pub fn adjust(warehouse: &Warehouse, sku: &Sku) -> String {
    format!("{}/adjust", stock(warehouse, sku))
}

/// The form that sets one SKU to what was counted.
pub fn set(warehouse: &Warehouse, sku: &Sku) -> String {
    format!("{}/set", stock(warehouse, sku))
}

/// The page of one ledger entry.
pub fn entry(entry: &EntryId) -> String {
    format!("/ledger/{entry}")
}

/// The form that rolls back the document of an entry.
pub fn rollback(entry: &EntryId) -> String {
    format!("{}/rollback", self::entry(entry))
}

/// The page of one order.
pub fn order(order_no: &DocumentNo) -> String {
    format!("/orders/{}", segment(order_no.as_str()))
}

/// The same, as it was at a moment, as people type one.
pub fn explain_at(warehouse: &Warehouse, sku: &Sku, at: &str) -> String {
    with_query(&explain(warehouse, sku), &[("at", at.to_owned())])
}

/// The list of what a warehouse holds.
pub fn stock_of(warehouse: &Warehouse) -> String {
    with_query(STOCK, &[("wh", warehouse.to_string())])
}

/// The page of what stands behind a ledger entry: an operation, an order, or what else a program
/// posted under that number, which has no page but its entries.
pub fn document(entry: &LedgerEntry) -> String {
    match entry {
        LedgerEntry { op: Some(op), .. } => self::op(op),
        LedgerEntry {
            document_kind: DocumentKind::Order,
            document,
            ..
        } => order(document),
        LedgerEntry { document, .. } => with_query(LEDGER, &[("order", document.to_string())]),
    }
}

/// The page of one late payment.
pub fn late(payment: &u64) -> String {
    format!("{LATE_PAYMENTS}/{payment}")
}

/// Where people do something about a late payment.
pub fn late_deed(payment: &u64, deed: &Deed) -> String {
    format!("{}/{deed}", late(payment))
}

/// The form that cancels an order.
pub fn cancel(order_no: &DocumentNo) -> String {
    format!("{}/cancel", order(order_no))
}

/// The page of one comparison of all stock.
pub fn run(id: impl std::borrow::Borrow<u32>) -> String {
    format!("{RECONCILIATION}/{}", id.borrow())
}

/// The page of somebody, for admins.
pub fn user(name: &UserName) -> String {
    format!("{USERS}/{}", segment(name.as_str()))
}

/// Where a role is changed, and somebody disabled or enabled.
pub fn user_change(name: &UserName) -> String {
    format!("{}/change", user(name))
}

/// Where somebody's password is set.
pub fn user_password(name: &UserName) -> String {
    format!("{}/password", user(name))
}

/// Where a key is revoked.
pub fn key_revoke(id: &u64) -> String {
    format!("{KEYS}/{id}/revoke")
}

/// Whether `path` leads to a page of this site and nowhere else: what a `next` or a `return`
/// must be. No scheme, no host, no way to be read as one (`//host`, `/\host`), no control
/// characters.
pub fn is_local(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.len() <= 8_192
        && !path.contains(['\\', '\u{7f}'])
        && !path.chars().any(|c| c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_local() {
        for good in ["/", "/stock?q=a", "/stock/SZ-01/%E6%9D%AF", "/a//b"] {
            assert!(is_local(good), "{good}");
        }
        let bad = [
            "",
            "stock",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\nb",
            "/\t/evil.example",
            "javascript:alert(1)",
        ];
        for bad in bad {
            assert!(!is_local(bad), "{bad}");
        }
    }

    #[test]
    fn a_segment_cannot_leave_its_place() {
        let cases = [
            ("CUP 1/2", "CUP%201%2F2"),
            ("杯", "%E6%9D%AF"),
            ("a?b#c%d+e&f", "a%3Fb%23c%25d%2Be%26f"),
            ("A-b_c.d~", "A-b_c.d~"),
        ];
        for (text, expected) in cases {
            assert_eq!(segment(text).to_string(), expected);
        }
    }
}
