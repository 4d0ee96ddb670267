//! Pages, forms and the JSON API.
//!
//! Where things are: [`routes`] is the one list of addresses, with who may use each. Handlers
//! read, call a service, and answer; they take [`extract`]ors and the [`layout`], and answer
//! `Result<HttpResponse, Problem>`.
//!
//! A new page `x`, in the order in which the compiler and the tests ask for it:
//!
//! 1. `paths.rs`: the pattern, and a function that makes the link;
//! 2. `pages/x.rs`: the struct `XPage { layout: Layout, … }` with domain values in it, and its
//!    handler, which ends in `page.layout.ok(&page)`;
//! 3. `templates/pages/x.html`: extends `base.html`, fills `title`, `crumbs`, `main`; parts are in
//!    `templates/parts/`, how values look is in [`filters`];
//! 4. `locales/*/x.ftl` in both languages, and the area's line in `i18n/bundles.rs`;
//! 5. a line in [`routes`], with its guard. An item of `nav.rs` shows as soon as its route exists;
//! 6. `tests/it/web/x.rs`. Who may open it is tested already, by walking the list.
//!
//! A form is a page that also takes a POST: see [`forms`]. Its token, its origin, what happens
//! when the session has ended and when changes are paused are the guard's business: see [`guard`].
//! In a form to fill in, which has the id `form`, the block `switch` of its page makes the switch of
//! language take along what was typed: see [`language`].

pub mod answer;
pub mod api;
pub mod assets;
pub mod badge;
pub mod chart;
pub mod export;
pub mod extract;
pub mod filters;
pub mod forms;
pub mod guard;
pub mod i18n;
pub mod language;
pub mod layout;
pub mod list;
pub mod list_view;
pub mod nav;
pub mod numbers;
pub mod pages;
pub mod paths;
pub mod problem;
pub mod proof;
pub mod qr;
pub mod request_id;
pub mod respond;
pub mod route;
pub mod server;
pub mod session;
pub mod state;
pub mod visitor;

pub use server::serve;
pub use state::{Site, Web};

use api::{
    adjustments, deductions, ledger as api_ledger, orders as api_orders, payments,
    stock as api_stock,
};
use guard::Guard::{ApiKey, GatewaySignature, Public, SignedIn};
use pages::admin::{change, keys, users};
use pages::corrections::{cancel, rollback, stock as correct};
use pages::{
    audit, bulk, docs, entry, explain, exports, find, health, late, ledger, login, machine, ops,
    orders, overview, prefs, read_only, reconciliation, sku, stock,
};
use route::{Entry, get, post};

use crate::domain::role::Action::{
    Administer, Correct, Draft, Repair, Reverse, ReverseOwn, Settle, View,
};
use crate::domain::role::Scope;

/// Every address of the site. The first that matches a path is taken.
#[rustfmt::skip]
pub fn routes() -> Vec<Entry> {
    vec![
        // For machines.
        get(paths::HEALTHZ, Public, machine::healthz),
        get(paths::READYZ, Public, machine::readyz),
        get(paths::METRICS, Public, machine::metrics),
        get(paths::STATIC, Public, assets::file),

        // What programs' authors read; a problem's `type` leads here.
        get(paths::DOCS_API, Public, docs::page),

        // Coming and going.
        get(paths::LOGIN, Public, login::form),
        post(paths::LOGIN, Public, login::submit).reshow(),
        post(paths::LOGOUT, SignedIn(View), login::sign_out),
        get(paths::PREFS, Public, prefs::form),
        post(paths::PREFS, Public, prefs::submit).reshow(),
        post(paths::PREFS_LANGUAGE, Public, prefs::switch),

        // The desk.
        get(paths::HOME, SignedIn(View), overview::page),
        get(paths::FIND, SignedIn(View), find::page),
        get(paths::STOCK, SignedIn(View), stock::page),
        get(paths::SKU, SignedIn(View), sku::page),
        get(paths::EXPLAIN, SignedIn(View), explain::page),
        get(paths::LEDGER, SignedIn(View), ledger::page),
        get(paths::ENTRY, SignedIn(View), entry::page),
        get(paths::HEALTH, SignedIn(View), health::page),
        get(paths::AUDIT, SignedIn(View), audit::page),

        get(paths::RECONCILIATION, SignedIn(View), reconciliation::page),
        post(paths::RECONCILIATION, SignedIn(Repair), reconciliation::start),
        get(paths::RECONCILIATION_REPAIR, SignedIn(Repair), reconciliation::repair_form),
        post(paths::RECONCILIATION_REPAIR, SignedIn(Repair), reconciliation::repair),
        get(paths::RUN, SignedIn(View), reconciliation::one),

        // Lists as files.
        get(paths::STOCK_CSV, SignedIn(View), exports::stock),
        get(paths::LEDGER_CSV, SignedIn(View), exports::ledger),
        get(paths::AUDIT_CSV, SignedIn(View), exports::audit),
        get(paths::ORDERS_CSV, SignedIn(View), exports::orders),
        get(paths::OPS_CSV, SignedIn(View), exports::ops),

        get(paths::ORDERS, SignedIn(View), orders::list),
        get(paths::ORDER, SignedIn(View), orders::one),
        post(paths::ORDER_CHECK, SignedIn(Correct), orders::check),

        // Sheets of changes or counts.
        get(paths::STOCK_IMPORT, SignedIn(Draft), bulk::import::form),
        post(paths::STOCK_IMPORT, SignedIn(Draft), bulk::import::submit)
            .reshow().upload(bulk::import::FORM_LIMIT),
        get(paths::STOCK_CHANGE, SignedIn(Draft), bulk::select::form),
        post(paths::STOCK_CHANGE, SignedIn(Draft), bulk::select::submit).reshow(),
        get(paths::COUNT_SHEET, SignedIn(View), exports::count_sheet),

        // Late payments: the list, one, and what people do about it.
        get(paths::LATE_PAYMENTS, SignedIn(View), late::list),
        get(paths::LATE_PAYMENT, SignedIn(View), late::one),
        get(paths::LATE_REFUND, SignedIn(Settle), late::refund),
        post(paths::LATE_REFUND, SignedIn(Settle), late::refund_submit).reshow(),
        get(paths::LATE_DEDUCT, SignedIn(Settle), late::deduct),
        post(paths::LATE_DEDUCT, SignedIn(Settle), late::deduct_submit).reshow(),
        get(paths::LATE_HANDLE, SignedIn(Settle), late::handle),
        post(paths::LATE_HANDLE, SignedIn(Settle), late::handle_submit).reshow(),
        post(paths::LATE_ASK, SignedIn(Correct), late::ask),

        // Corrections: a form, then the page of its operation.
        get(paths::STOCK_DEDUCT, SignedIn(Correct), correct::deduct),
        post(paths::STOCK_DEDUCT, SignedIn(Correct), correct::deduct_submit).reshow(),
        get(paths::STOCK_ADJUST, SignedIn(Correct), correct::adjust),
        post(paths::STOCK_ADJUST, SignedIn(Correct), correct::adjust_submit).reshow(),
        get(paths::STOCK_SET, SignedIn(Draft), correct::set),
        post(paths::STOCK_SET, SignedIn(Draft), correct::set_submit).reshow(),
        get(paths::ENTRY_ROLLBACK, SignedIn(ReverseOwn), rollback::form),
        post(paths::ENTRY_ROLLBACK, SignedIn(ReverseOwn), rollback::submit).reshow(),
        get(paths::ORDER_CANCEL, SignedIn(Reverse), cancel::form),
        post(paths::ORDER_CANCEL, SignedIn(Reverse), cancel::submit).reshow(),
        get(paths::ORDERS_CANCEL, SignedIn(Reverse), bulk::cancel::form),
        post(paths::ORDERS_CANCEL, SignedIn(Reverse), bulk::cancel::submit).reshow(),
        get(paths::OPS, SignedIn(View), ops::list),
        get(paths::OP, SignedIn(View), ops::page),
        post(paths::OP_CONFIRM, SignedIn(Correct), ops::confirm).reshow(),
        post(paths::OP_RECOUNT, SignedIn(Draft), ops::recount).reshow(),
        post(paths::OP_DISCARD, SignedIn(Draft), ops::discard).reshow(),
        get(paths::OP_FAILED_CSV, SignedIn(View), bulk::failed),
        get(paths::OP_UNDO, SignedIn(Draft), bulk::undo::form),
        post(paths::OP_UNDO, SignedIn(Draft), bulk::undo::submit).reshow(),

        // For admins.
        get(paths::USERS, SignedIn(Administer), users::list),
        post(paths::USERS, SignedIn(Administer), users::add).reshow(),
        get(paths::USER, SignedIn(Administer), users::one),
        get(paths::USER_CHANGE, SignedIn(Administer), change::form),
        post(paths::USER_CHANGE, SignedIn(Administer), change::submit).reshow(),
        get(paths::USER_PASSWORD, SignedIn(Administer), users::password_form),
        post(paths::USER_PASSWORD, SignedIn(Administer), users::password_submit).reshow(),
        get(paths::KEYS, SignedIn(Administer), keys::list),
        post(paths::KEYS, SignedIn(Administer), keys::create).reshow(),
        get(paths::KEY_REVOKE, SignedIn(Administer), keys::revoke_form),
        post(paths::KEY_REVOKE, SignedIn(Administer), keys::revoke),

        get(paths::READ_ONLY, SignedIn(Administer), read_only::form),
        post(paths::READ_ONLY, SignedIn(Administer), read_only::pause).reshow(),
        post(paths::RESUME, SignedIn(Administer), read_only::resume),

        // The JSON API.
        post(paths::API_ORDERS, ApiKey(Scope::Orders), api_orders::place),
        get(paths::API_ORDER, ApiKey(Scope::Read), api_orders::one),
        post(paths::API_ORDER_CANCEL, ApiKey(Scope::Orders), api_orders::cancel),
        post(paths::API_DEDUCTIONS, ApiKey(Scope::Orders), deductions::deduct),
        post(paths::API_DEDUCTION_ROLLBACK, ApiKey(Scope::Orders), deductions::roll_back),
        post(paths::API_ADJUSTMENTS, ApiKey(Scope::Stock), adjustments::adjust),
        get(paths::API_STOCK, ApiKey(Scope::Read), api_stock::list),
        get(paths::API_STOCK_ONE, ApiKey(Scope::Read), api_stock::one),
        get(paths::API_LEDGER, ApiKey(Scope::Read), api_ledger::list),
        post(paths::API_PAYMENT_NOTIFY, GatewaySignature, payments::notify),
    ]
}
