//! A desk whose gateway says what a test tells it to, contradictions included, which no sane one
//! ever utters.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use stockdesk::domain::ids::DocumentNo;
use stockdesk::domain::late::{LatePayment, LatePolicy};
use stockdesk::domain::money::{Currency, Money};
use stockdesk::domain::order::{Evidence, Order, OrderStatus};
use stockdesk::domain::payment::{
    CreateAnswer, GatewayAnswer, NewPayment, NewRefund, Notification, RefundAnswer, SentPayment,
    VerifiedPayment,
};
use stockdesk::domain::role::Role;
use stockdesk::gateway::{CloseAsked, Gateways, Headers, NotificationRefused, PaymentGateway};
use stockdesk::service::{
    Audit, Cashier, CashierSettings, Clock, LateMoney, NotAcknowledged, Person, Queries,
};
use stockdesk::store::mysql::orders::order_fetch;
use stockdesk::workers::{DueOrders, LateMoneyDue};

use crate::harness::world::{World, shop, unpaid_order};

/// What the gateway will say, in order; the last word of each list is said again and again.
#[derive(Default)]
pub struct Script {
    pub queries: VecDeque<GatewayAnswer>,
    pub asked: VecDeque<CloseAsked>,
    pub refunds: VecDeque<RefundAnswer>,
    pub refund_queries: VecDeque<RefundAnswer>,
    pub notification: Option<Result<Notification, NotificationRefused>>,
    /// Every call, in order, with the refund number where there is one.
    pub calls: Vec<String>,
}

#[derive(Clone, Default)]
pub struct Scripted(Arc<Mutex<Script>>);

fn said<T: Clone>(list: &mut VecDeque<T>, otherwise: T) -> T {
    match list.len() {
        0 => otherwise,
        1 => list[0].clone(),
        _ => list.pop_front().expect("there are some"),
    }
}

impl Scripted {
    pub fn script<T>(&self, change: impl FnOnce(&mut Script) -> T) -> T {
        change(&mut self.0.lock().expect("nobody panics with it"))
    }

    /// What was called since the last look.
    pub fn calls(&self) -> Vec<String> {
        self.script(|script| std::mem::take(&mut script.calls))
    }

    pub fn says(&self, queries: impl IntoIterator<Item = GatewayAnswer>) {
        self.script(|script| script.queries = queries.into_iter().collect());
    }

    pub fn refunds(&self, answer: RefundAnswer) {
        self.script(|script| {
            script.refunds = [answer.clone()].into();
            script.refund_queries = [answer].into();
        });
    }
}

#[async_trait]
impl PaymentGateway for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    async fn create(&self, payment: &NewPayment) -> CreateAnswer {
        let url = format!("https://pay.example/{}", payment.order_no);
        let reference = None;
        CreateAnswer::Created { url, reference }
    }

    async fn query(&self, _: &SentPayment) -> GatewayAnswer {
        self.script(|script| {
            script.calls.push("query".to_owned());
            said(&mut script.queries, GatewayAnswer::Unknown("?".to_owned()))
        })
    }

    async fn ask_to_close(&self, _: &SentPayment) -> CloseAsked {
        self.script(|script| {
            script.calls.push("close".to_owned());
            said(&mut script.asked, CloseAsked::Unknown("?".to_owned()))
        })
    }

    async fn refund(&self, refund: &NewRefund) -> RefundAnswer {
        self.script(|script| {
            script.calls.push(format!("refund {}", refund.refund_no));
            said(&mut script.refunds, RefundAnswer::Unknown("?".to_owned()))
        })
    }

    async fn query_refund(&self, refund: &NewRefund) -> RefundAnswer {
        self.script(|script| {
            let call = format!("query_refund {}", refund.refund_no);
            script.calls.push(call);
            let otherwise = RefundAnswer::Unknown("?".to_owned());
            said(&mut script.refund_queries, otherwise)
        })
    }

    fn verify_notification(
        &self,
        _: &Headers<'_>,
        _: &[u8],
        _: DateTime<Utc>,
    ) -> Result<Notification, NotificationRefused> {
        let next = self.script(|script| script.notification.clone());
        next.unwrap_or(Err(NotificationRefused::Unsigned))
    }
}

pub struct Counter {
    pub world: World,
    pub gateway: Scripted,
    pub cashier: Cashier,
    pub late: LateMoney,
    pub queries: Queries,
}

pub fn number(order_no: &str) -> DocumentNo {
    order_no.parse().expect("valid")
}

pub fn yuan(minor: i64) -> Money {
    let currency = Currency::parse("CNY").expect("valid");
    Money::new(minor, currency).expect("valid")
}

pub fn evidence(code: &str) -> Evidence {
    Evidence {
        gateway: "scripted".to_owned(),
        code: code.to_owned(),
        answered_at: Utc::now(),
        digest: "ab".repeat(32),
    }
}

/// The payment that every order here waits for.
pub fn money(order_no: &str, transaction: &str) -> VerifiedPayment {
    VerifiedPayment {
        gateway: "scripted".to_owned(),
        transaction_id: transaction.to_owned(),
        order_no: number(order_no),
        amount: yuan(12_800),
        paid_at: Utc::now(),
    }
}

pub fn closed() -> GatewayAnswer {
    GatewayAnswer::Closed(evidence("CLOSED"))
}

pub fn refunded() -> RefundAnswer {
    RefundAnswer::Refunded {
        at: Utc::now(),
        evidence: evidence("SUCCESS"),
    }
}

pub fn supervisor() -> Person {
    Person {
        name: "chen.yu".to_owned(),
        role: Role::Supervisor,
        address: None,
    }
}

/// After every deadline here, and before anything sent has lost its validity.
pub fn after_deadline() -> DateTime<Utc> {
    Utc::now() + TimeDelta::minutes(16)
}

impl Counter {
    pub async fn new() -> Self {
        Self::with(LatePolicy::Refund).await
    }

    /// A desk with 1,000 units of A.
    pub async fn with(policy: LatePolicy) -> Self {
        let world = World::new().await;
        world.stock("A", 1_000).await;
        let gateway = Scripted::default();
        let gateways = Gateways::new(vec![Arc::new(gateway.clone())]).expect("one gateway");
        let settings = CashierSettings {
            patience: Duration::from_secs(5),
            ..CashierSettings::new("http://127.0.0.1")
        };
        let cashier = Cashier::start(world.desk.clone(), gateways, settings);
        let (pool, clock) = (world.desk.pool().clone(), Clock::system());
        let audit = Audit::new(pool.clone(), clock.clone());
        Self {
            late: LateMoney::new(cashier.clone(), audit, policy),
            queries: Queries::new(pool, clock),
            world,
            gateway,
            cashier,
        }
    }

    /// Places an order of 2 of A, its payment open at the gateway.
    pub async fn open(&self, order_no: &str) {
        self.placed(order_no).await;
        let opened = self.cashier.checkout(&number(order_no)).await;
        assert_eq!(opened.expect("asked").map(|s| s.as_str()), Some("open"));
    }

    /// Places an order of 2 of A, whose payment nobody has created.
    pub async fn placed(&self, order_no: &str) {
        let mut order = unpaid_order(order_no, &[("A", 2)]);
        order.payment.as_mut().expect("unpaid").gateway = "scripted".to_owned();
        self.world.desk.post(order, shop()).await.expect("placed");
    }

    /// An order that is closing, its payment acknowledged.
    pub async fn closing(&self, order_no: &str) {
        self.open(order_no).await;
        self.run(
            "UPDATE orders SET status = 'closing', cancel_actor = 'worker:timeout_cancel',
               cancel_source = 'worker', cancel_reason = 'not_paid' WHERE order_no = ?",
            order_no,
        )
        .await;
    }

    /// An order that was cancelled on proof.
    pub async fn cancelled(&self, order_no: &str) {
        self.closing(order_no).await;
        let (desk, order_no) = (&self.world.desk, number(order_no));
        let done = desk.order_cancelled(&order_no, evidence("CLOSED"), shop());
        done.await.expect("cancelled");
    }

    /// An order that its payment `transaction` paid.
    pub async fn paid(&self, order_no: &str, transaction: &str) {
        self.open(order_no).await;
        self.arrives(money(order_no, transaction)).await;
    }

    /// A verified payment comes, by whichever way.
    pub async fn arrives(&self, payment: VerifiedPayment) {
        let arrived = self.world.desk.payment_arrived(payment, shop()).await;
        arrived.expect("stored");
    }

    /// The gateway sends a notification; whether it was acknowledged.
    pub async fn notified(&self, notification: Notification) -> Result<u16, NotAcknowledged> {
        self.gateway
            .script(|script| script.notification = Some(Ok(notification)));
        let headers = Headers::default();
        let taken = self.cashier.payment_notified("scripted", &headers, b"");
        taken.await.map(|acknowledgement| acknowledgement.status)
    }

    pub async fn order(&self, order_no: &str) -> Order {
        let order = order_fetch(self.world.desk.pool(), &number(order_no)).await;
        order.expect("read").expect("there")
    }

    pub async fn status(&self, order_no: &str) -> OrderStatus {
        self.order(order_no).await.status
    }

    /// Units of A that were given back for an order.
    pub async fn returned(&self, order_no: &str) -> i64 {
        let sql = "SELECT CAST(COALESCE(SUM(delta), 0) AS SIGNED) FROM ledger
                   WHERE document = ? AND kind = 'cancel'";
        self.world.count(sql, order_no).await
    }

    /// `(attempts, seconds until it is looked at again)` of an order.
    pub async fn next_try(&self, order_no: &str, now: DateTime<Utc>) -> (u32, i64) {
        let sql = "SELECT attempts, next_action_at FROM orders WHERE order_no = ?";
        let (attempts, at): (u32, DateTime<Utc>) = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(order_no)
            .fetch_one(self.world.desk.pool())
            .await
            .expect("a row that is watched");
        (attempts, (at - now).num_seconds())
    }

    pub async fn run(&self, sql: &'static str, bind: &str) {
        let done = sqlx::query(sql).bind(bind).execute(self.world.desk.pool());
        assert_eq!(done.await.expect("it answers").rows_affected(), 1, "{sql}");
    }

    /// The late payment with this transaction.
    pub async fn late(&self, transaction: &str) -> LatePayment {
        let sql = "SELECT id FROM payments WHERE transaction_id = ?";
        let id: u64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(transaction)
            .fetch_one(self.world.desk.pool())
            .await
            .expect("it is stored");
        let late = self.queries.late_payment(id).await.expect("read").value;
        late.expect("it is late").0
    }

    /// `kind detail` of each event of a late payment, oldest first.
    pub async fn late_events(&self, transaction: &str) -> Vec<String> {
        let id = self.late(transaction).await.id;
        let late = self.queries.late_payment(id).await.expect("read").value;
        let (_, events) = late.expect("it is late");
        let text = |kind: &str, detail: Option<String>| match detail {
            Some(detail) => format!("{kind} {detail}"),
            None => kind.to_owned(),
        };
        let events = events.into_iter();
        events.map(|e| text(e.kind.as_str(), e.detail)).collect()
    }

    /// One round of the worker that looks after open orders.
    pub async fn due_orders(&self, now: DateTime<Utc>) -> usize {
        let worker = DueOrders::new(self.cashier.clone());
        worker.run_once(now).await.expect("it claims").done
    }

    /// One round of the worker that looks after late money.
    pub async fn due_money(&self, now: DateTime<Utc>) -> usize {
        let worker = LateMoneyDue::new(self.late.clone());
        worker.run_once(now).await.expect("it claims").done
    }
}
