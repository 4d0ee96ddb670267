//! Pages, forms and the JSON API.
//!
//! Where things are: [`routes`] is the one list of addresses, with who may use each. A page `x` is
//! `paths::x()`, `pages/x.rs` (`XPage`, its handlers), `templates/pages/x.html`, messages in
//! `locales/*/x.ftl`, and `tests/it/web/x.rs`. Handlers read, call a service, and answer; they
//! take [`extract`]ors and the [`layout`], and answer `Result<HttpResponse, Problem>`.

pub mod answer;
pub mod api;
pub mod assets;
pub mod badge;
pub mod extract;
pub mod filters;
pub mod forms;
pub mod guard;
pub mod i18n;
pub mod layout;
pub mod list;
pub mod nav;
pub mod numbers;
pub mod pages;
pub mod paths;
pub mod problem;
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
use pages::{login, machine, overview, prefs, sku, stock};
use route::{Entry, get, post};

use crate::domain::role::Action::View;
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

        // Coming and going.
        get(paths::LOGIN, Public, login::form),
        post(paths::LOGIN, Public, login::submit).reshow(),
        post(paths::LOGOUT, SignedIn(View), login::sign_out),
        post(paths::PREFS_LANGUAGE, Public, prefs::language),

        // The desk.
        get(paths::HOME, SignedIn(View), overview::page),
        get(paths::STOCK, SignedIn(View), stock::page),
        get(paths::SKU, SignedIn(View), sku::page),

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
