//! A desk with a cashier, a sandbox gateway, and the address where its notifications come in.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use stockdesk::domain::actor::Actor;
use stockdesk::domain::command::Cancel;
use stockdesk::domain::ids::DocumentNo;
use stockdesk::domain::late::LatePayment;
use stockdesk::domain::order::{Order, OrderStatus};
use stockdesk::domain::receipt::{Applied, CancelReceipt};
use stockdesk::domain::rejection::ServiceResult;
use stockdesk::domain::role::Role;
use stockdesk::gateway::{CallLimits, Gateways, Headers, SandboxGateway, SandboxSettings};
use stockdesk::sandbox_pay;
use stockdesk::service::{Cashier, CashierSettings, NotAcknowledged};
use stockdesk::store::mysql::late::late_of_order;
use stockdesk::store::mysql::orders::order_fetch;

use crate::harness::world::{World, shop, unpaid_order};

const SECRET: &[u8] = b"a secret of the tests";

pub struct Till {
    pub world: World,
    pub cashier: Cashier,
    pub sandbox: sandbox_pay::Handle,
    pub notify_base: String,
    not_stored: Arc<AtomicU32>,
    http: reqwest::Client,
}

pub fn number(order_no: &str) -> DocumentNo {
    order_no.parse().expect("valid")
}

pub fn staff() -> Actor {
    Actor::User {
        name: "li.wei".to_owned(),
        role: Role::Operator,
    }
}

/// After every deadline of these tests.
pub fn after_deadline() -> DateTime<Utc> {
    Utc::now() + TimeDelta::minutes(16)
}

/// Takes notifications as the web part does: the cashier decides what is acknowledged.
async fn take_notification(
    cashier: web::Data<Cashier>,
    not_stored: web::Data<AtomicU32>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let pairs = request.headers().iter();
    let headers: Headers<'_> = pairs
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect();
    let gateway = request.match_info().query("gateway");
    match cashier.payment_notified(gateway, &headers, &body).await {
        Ok(_) => HttpResponse::NoContent().finish(),
        Err(NotAcknowledged::NotStored(_)) => {
            not_stored.fetch_add(1, Ordering::SeqCst);
            HttpResponse::ServiceUnavailable().finish()
        }
        Err(_) => HttpResponse::BadRequest().finish(),
    }
}

impl Till {
    pub async fn new() -> Self {
        Self::patient(Duration::from_secs(5)).await
    }

    /// People wait for gateways this long.
    pub async fn patient(patience: Duration) -> Self {
        let world = World::new().await;
        let sandbox = sandbox().await;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let notify_base = format!("http://{}", listener.local_addr().expect("an address"));
        let cashier = cashier(&world.desk, sandbox.url(), &notify_base, patience);
        let shared = web::Data::new(cashier.clone());
        let not_stored = Arc::new(AtomicU32::new(0));
        let counted = web::Data::from(not_stored.clone());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .app_data(counted.clone())
                .route(
                    "/api/v1/payments/{gateway}/notify",
                    web::post().to(take_notification),
                )
        });
        let server = server.workers(1).disable_signals().listen(listener);
        tokio::spawn(server.expect("it listens").run());
        Self {
            world,
            cashier,
            sandbox,
            notify_base,
            not_stored,
            http: reqwest::Client::builder()
                .no_proxy()
                .build()
                .expect("a client"),
        }
    }

    /// A second instance of the desk, with a cashier of its own.
    pub async fn second_cashier(&self) -> Cashier {
        let desk = self.world.second_desk().await;
        let patience = Duration::from_secs(5);
        cashier(&desk, self.sandbox.url(), &self.notify_base, patience)
    }

    /// Places an order of some SKUs for 128 yuan, whose payment nobody has created.
    pub async fn placed(&self, order_no: &str, lines: &[(&str, i64)]) {
        let order = unpaid_order(order_no, lines);
        self.world.desk.post(order, shop()).await.expect("placed");
    }

    /// The same, with its payment open at the gateway.
    pub async fn open(&self, order_no: &str, lines: &[(&str, i64)]) {
        self.placed(order_no, lines).await;
        let state = self
            .cashier
            .checkout(&number(order_no))
            .await
            .expect("asked");
        assert_eq!(state.map(|s| s.as_str()), Some("open"));
    }

    pub async fn order(&self, order_no: &str) -> Order {
        let order = order_fetch(self.world.desk.pool(), &number(order_no)).await;
        order.expect("read").expect("there")
    }

    pub async fn status(&self, order_no: &str) -> OrderStatus {
        self.order(order_no).await.status
    }

    /// `kind detail` of each event, oldest first.
    pub async fn events(&self, order_no: &str) -> Vec<String> {
        let events = self.order(order_no).await.events.into_iter();
        let text = |kind: &str, detail: Option<String>| match detail {
            Some(detail) => format!("{kind} {detail}"),
            None => kind.to_owned(),
        };
        events.map(|e| text(e.kind.as_str(), e.detail)).collect()
    }

    pub async fn cancel(&self, order_no: &str) -> ServiceResult<Applied<CancelReceipt>> {
        self.cancel_as(order_no, shop()).await
    }

    pub async fn cancel_as(
        &self,
        order_no: &str,
        actor: Actor,
    ) -> ServiceResult<Applied<CancelReceipt>> {
        self.cashier.cancel(cancel(order_no), actor).await
    }

    pub async fn switches(&self, order_no: &str, switches: Value) {
        let url = format!("{}/admin/switches/{order_no}", self.sandbox.url());
        let answer = self.http.put(url).json(&switches).send().await;
        assert_eq!(answer.expect("an answer").status(), 204);
    }

    pub async fn all_switches_off(&self) {
        let url = format!("{}/admin/switches", self.sandbox.url());
        let answer = self.http.delete(url).send().await;
        assert_eq!(answer.expect("an answer").status(), 204);
    }

    pub async fn pay(&self, order_no: &str) {
        self.pay_as(order_no, json!({})).await;
    }

    pub async fn pay_as(&self, order_no: &str, how: Value) {
        let url = format!("{}/admin/payments/{order_no}/pay", self.sandbox.url());
        let answer = self.http.post(url).json(&how).send().await;
        assert_eq!(answer.expect("an answer").status(), 204);
    }

    /// Notifications that were genuine and could not be stored.
    pub fn not_stored(&self) -> u32 {
        self.not_stored.load(Ordering::SeqCst)
    }

    /// The one late payment of an order.
    pub async fn late_of(&self, order_no: &str) -> LatePayment {
        let pool = self.world.desk.pool();
        let late = late_of_order(pool, &number(order_no), 2)
            .await
            .expect("read");
        assert_eq!(late.len(), 1, "{late:?}");
        late.into_iter().next().expect("one")
    }

    /// How many of an order's entries gave its stock back.
    pub async fn returns(&self, order_no: &str) -> i64 {
        let sql = "SELECT COUNT(*) FROM ledger WHERE document = ? AND kind = 'cancel'";
        self.world.count(sql, order_no).await
    }

    /// How many payments of an order were stored with this outcome.
    pub async fn payments(&self, order_no: &str, outcome: &'static str) -> i64 {
        let sql = "SELECT COUNT(*) FROM payments WHERE order_no = ? AND outcome = ?";
        sqlx::query_scalar(sql)
            .bind(order_no)
            .bind(outcome)
            .fetch_one(self.world.desk.pool())
            .await
            .expect("a count")
    }
}

pub fn cancel(order_no: &str) -> Cancel {
    Cancel {
        order_no: number(order_no),
        confirms: None,
        reason: Some("customer_asked".to_owned()),
        note: Some("by telephone".to_owned()),
    }
}

/// A sandbox gateway that tells the desk of a payment at once.
pub async fn sandbox() -> sandbox_pay::Handle {
    sandbox_pay::start(sandbox_pay::Config {
        listen: ([127, 0, 0, 1], 0).into(),
        public_url: None,
        secret: SECRET.to_vec(),
        journal: None,
        notify_after: vec![Duration::from_millis(20)],
        clock: Arc::new(Utc::now),
    })
    .await
    .expect("the sandbox starts")
}

/// A cashier whose only gateway is the sandbox at `gateway_url`.
pub fn cashier(
    desk: &stockdesk::service::Desk,
    gateway_url: &str,
    notify_base: &str,
    patience: Duration,
) -> Cashier {
    let settings = SandboxSettings {
        base_url: gateway_url.to_owned(),
        secret: SECRET.to_vec(),
        limits: CallLimits {
            call: Duration::from_millis(500),
            ..CallLimits::default()
        },
    };
    let sandbox = SandboxGateway::new(settings, Arc::new(Utc::now)).expect("an address");
    let gateways = Gateways::new(vec![Arc::new(sandbox)]).expect("one gateway");
    let settings = CashierSettings {
        patience,
        ..CashierSettings::new(notify_base)
    };
    Cashier::start(desk.clone(), gateways, settings)
}
