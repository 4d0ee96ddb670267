//! A site that sells, and everybody who may want the same order at once.

use std::time::Duration;

use chrono::TimeDelta;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use stockdesk::domain::role::{Role, Scope};
use stockdesk::workers::Driver;

use crate::api::{Shop, found, send, unpaid};
use crate::harness::browser::{Answer, Browser};
use crate::harness::site::Site;
use crate::web::ops;

/// An order has this long to be paid, in seconds.
const TERM_S: i64 = 600;

/// How an API cancel and a form say who asked, for the shop and the supervisor of a market.
pub const SHOP: &str = "key:orders";
pub const STAFF: &str = "user:chen.yu";
pub const WORKER: &str = "worker:timeout_cancel";

pub struct Market {
    pub site: Site,
    pub shop: Shop,
    staff: Browser,
    worker: Driver,
    /// The site's time is ahead of the stores' by this much, in seconds.
    ahead_s: i64,
}

/// A cancel that a supervisor prepared and looks at.
pub struct Draft {
    pub order_no: String,
    pub address: String,
    page: Answer,
}

impl Market {
    /// A market with these units of stock, a worker, a shop and a supervisor; people wait for the
    /// gateway as long as in production.
    pub async fn open(stock: &[(&str, i64)]) -> Self {
        let site = Site::selling_patiently(Duration::from_secs(5)).await;
        for (sku, units) in stock {
            site.world.stock(sku, *units).await;
        }
        let mut staff = site.signed_in("chen.yu", Role::Supervisor).await;
        // The first page brings the secret of all forms; copies of this browser share it.
        staff.get("/").await;
        Self {
            shop: Shop::new(&site, Scope::Orders).await,
            staff,
            worker: site.worker(),
            site,
            ahead_s: 0,
        }
    }

    /// Places an order, and waits until it can be paid.
    pub async fn place(&self, order_no: &str, lines: &[(&str, i64)]) {
        let mut body = unpaid(order_no, lines);
        body["pay_within_seconds"] = (self.ahead_s + TERM_S).into();
        let placed = self.shop.post("/orders", &body).await;
        assert_eq!(placed.status, 201, "{}", placed.body);
        found("an open payment", async || {
            let order = self.order(order_no).await;
            (order["payment"]["state"] == "open").then_some(())
        })
        .await;
    }

    /// An order as the API shows it.
    pub async fn order(&self, order_no: &str) -> Value {
        let shown = self.shop.get(&format!("/orders/{order_no}")).await;
        assert_eq!(shown.status, 200, "{}", shown.body);
        shown.json()
    }

    /// The same, once it is neither pending nor closing.
    pub async fn settled(&self, order_no: &str) -> Value {
        found("an order that is paid or cancelled", async || {
            let order = self.order(order_no).await;
            let status = order["status"].as_str().expect("a word").to_owned();
            ["paid", "cancelled"]
                .contains(&status.as_str())
                .then_some(order)
        })
        .await
    }

    /// The time of all orders placed so far is over; nobody tells the worker.
    pub fn deadline_passes(&mut self) {
        self.site.wait(TimeDelta::seconds(TERM_S));
        self.ahead_s += TERM_S;
    }

    pub fn wake_worker(&self) {
        self.worker.wake("due_orders");
    }

    /// How many steps the worker took.
    pub fn worked(&self) -> u64 {
        self.worker
            .statuses()
            .iter()
            .map(|status| status.done)
            .sum()
    }

    /// The API cancels an order.
    pub async fn cancel(&self, order_no: &str) -> Answer {
        let why = json!({"reason": "customer_asked"});
        let path = format!("/orders/{order_no}/cancel");
        self.shop.post(&path, &why).await
    }

    /// Prepares a cancel up to the page with its button.
    pub async fn draft(&self, order_no: &str) -> Draft {
        let mut browser = self.staff.clone();
        let form = format!("/orders/{order_no}/cancel");
        let drafted = ops::fill(&mut browser, &form, &[("reason", "cannot_supply")]).await;
        let address = drafted.location().to_owned();
        Draft {
            order_no: order_no.to_owned(),
            page: browser.get(&address).await,
            address,
        }
    }

    /// Presses the button of a draft.
    pub async fn confirm(&self, draft: &Draft) -> Answer {
        ops::confirm(&mut self.staff.clone(), &draft.page, &draft.address).await
    }

    /// A page as the supervisor sees it.
    pub async fn page(&self, path: &str) -> String {
        let page = self.staff.clone().get(path).await;
        assert_eq!(page.status, 200, "{}", page.body);
        page.body
    }

    /// The customer presses the button of the gateway's page; whether the gateway took the money.
    pub async fn customer_pays(&self, order_no: &str) -> bool {
        let sandbox = self.site.sandbox.as_ref().expect("a site that sells");
        let url = format!("{}/pay/{order_no}", sandbox.url());
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none());
        let client = client.build().expect("a client");
        let paid = send(client.request(Method::POST, url).form(&[("when", "now")])).await;
        assert!([303, 409].contains(&paid.status), "{}", paid.body);
        paid.status == 303
    }

    pub async fn levels(&self, sku: &str) -> (i64, i64) {
        self.site.world.levels(sku).await
    }

    /// That an order of so many lines gave its stock back once, with one proof.
    pub async fn assert_returned_once(&self, order: &Value, lines: i64) {
        assert_eq!(order["status"], "cancelled", "{order}");
        let order_no = order["order_no"].as_str().expect("a number");
        assert_eq!(self.moves(order_no).await, (lines, lines, 1), "{order_no}");
        let shown = order["lines"].as_array().expect("a list");
        let reversed = shown.iter().filter(|line| line["reversed_by"].is_string());
        assert_eq!(reversed.count() as i64, lines, "{order}");
    }

    /// That an order of so many lines is paid and gave nothing back.
    pub async fn assert_sold(&self, order: &Value, lines: i64) {
        assert_eq!(order["status"], "paid", "{order}");
        let order_no = order["order_no"].as_str().expect("a number");
        assert_eq!(self.moves(order_no).await, (lines, 0, 0), "{order_no}");
    }

    /// An order's deductions, reversals and proofs.
    pub async fn moves(&self, order_no: &str) -> (i64, i64, i64) {
        let count = async |sql| self.site.world.count(sql, order_no).await;
        (
            count("SELECT COUNT(*) FROM ledger WHERE document = ? AND kind = 'deduct'").await,
            count("SELECT COUNT(*) FROM ledger WHERE document = ? AND reverses IS NOT NULL").await,
            count("SELECT COUNT(*) FROM evidence WHERE order_no = ?").await,
        )
    }

    /// Every invariant holds.
    pub async fn assert_sound(&self) {
        self.site.world.assert_sound().await;
    }
}
