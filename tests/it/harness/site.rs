//! The whole server, on a free port, over a world of its own.

use std::net::TcpListener;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use chrono::{TimeDelta, Utc};
use stockdesk::domain::late::LatePolicy;
use stockdesk::domain::role::{Role, Scope};
use stockdesk::gateway::Gateways;
use stockdesk::sandbox_pay;
use stockdesk::service::health::WorkerReport;
use stockdesk::service::verify::Proof;
use stockdesk::service::{
    ApiKeys, Audit, Bulks, Cashier, CashierSettings, Clock, Condition, Health, LateMoney,
    Operations, Overview, Pauses, Queries, Reconciliations, Services, Users,
};
use stockdesk::web::{self, Web};
use stockdesk::workers::{Driver, DueOrders};

use super::browser::Browser;
use super::world::World;
use crate::service::till;

/// What everybody's password is.
pub const PASSWORD: &str = "correct horse";

pub struct Site {
    pub world: World,
    pub web: Web,
    /// `http://127.0.0.1:…`
    pub address: String,
    /// Where orders can be paid, when the site sells at all.
    pub sandbox: Option<sandbox_pay::Handle>,
    server: ServerHandle,
    ahead: Arc<AtomicI64>,
    /// How the workers are said to be doing; there are none here.
    pub workers: Workers,
}

pub type Workers = Arc<Mutex<Vec<WorkerReport>>>;

impl Site {
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// A site with other settings than usual.
    pub async fn start_with(change: impl FnOnce(&mut web::Site)) -> Self {
        Self::build(None, Gateways::default(), change).await
    }

    /// A site whose orders can be paid at a sandbox gateway of its own. People wait half a second
    /// for it.
    pub async fn selling() -> Self {
        Self::selling_patiently(Duration::from_millis(500)).await
    }

    /// The same, where people wait this long for the gateway.
    pub async fn selling_patiently(patience: Duration) -> Self {
        let sandbox = Some((till::sandbox().await, patience));
        Self::build(sandbox, Gateways::default(), |_| {}).await
    }

    /// A site whose orders can be paid through these gateways.
    pub async fn paid_through(gateways: Gateways) -> Self {
        Self::build(None, gateways, |_| {}).await
    }

    async fn build(
        sandbox: Option<(sandbox_pay::Handle, Duration)>,
        gateways: Gateways,
        change: impl FnOnce(&mut web::Site),
    ) -> Self {
        let world = World::new().await;
        let ahead = Arc::new(AtomicI64::new(0));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let cashier = match &sandbox {
            Some((sandbox, patience)) => {
                till::cashier(&world.desk, sandbox.url(), &address, *patience)
            }
            None => Cashier::start(world.desk.clone(), gateways, CashierSettings::new(&address)),
        };
        let workers = Workers::default();
        let services = services(&world, cashier, ahead.clone(), workers.clone());
        let mut site = settings();
        change(&mut site);
        let web = Web::new(services, site).expect("the static files");
        let server = web::serve(web.clone(), listener, NonZeroUsize::new(1)).expect("a server");
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            world,
            web,
            address,
            sandbox: sandbox.map(|(sandbox, _)| sandbox),
            server: handle,
            ahead,
            workers,
        }
    }

    pub fn services(&self) -> &Services {
        &self.web.services
    }

    /// Lets time pass for the site, and for nobody else.
    pub fn wait(&self, time: TimeDelta) {
        self.ahead.fetch_add(time.num_seconds(), Ordering::SeqCst);
    }

    /// Starts the worker of open orders, as the server runs it: once a second and when it is
    /// woken, by the site's time. It ends with the test.
    pub fn worker(&self) -> Driver {
        let mut driver = Driver::new(self.services().clock.clone());
        driver.start(DueOrders::new(self.services().cashier.clone()));
        driver
    }

    /// A browser that nobody has signed in with.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.address)
    }

    /// Makes a user.
    pub async fn user(&self, name: &str, role: Role) {
        let name = name.parse().expect("a name");
        let password = PASSWORD.parse().expect("long enough");
        let users = &self.services().users;
        let added = users.create(&name, role, &password, "command:test").await;
        assert!(added.expect("the database answers"), "{name} is new");
    }

    /// A browser with a new user signed in.
    pub async fn signed_in(&self, name: &str, role: Role) -> Browser {
        self.user(name, role).await;
        let mut browser = self.browser();
        browser.sign_in(name, PASSWORD).await;
        browser
    }

    /// A new API key.
    pub async fn api_key(&self, name: &str, scope: Scope) -> String {
        let keys = &self.services().api_keys;
        let key = keys.create(name, scope, "command:test").await;
        key.expect("the database answers").expect("a new name")
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // Its worker would live on for the rest of the test run.
        drop(self.server.stop(false));
    }
}

fn settings() -> web::Site {
    web::Site {
        environment: "test".to_owned(),
        zone: chrono_tz::Asia::Shanghai,
        base_url: None,
        session_hours: 12,
        secret_key: "a secret of 32 characters or more".to_owned(),
        api_requests_per_second: 0,
        static_dir: None,
        trusted_proxy: Arc::new(|_| false),
        metrics: Arc::new(String::new),
    }
}

fn services(world: &World, cashier: Cashier, ahead: Arc<AtomicI64>, workers: Workers) -> Services {
    let clock = Clock::new(move || Utc::now() + TimeDelta::seconds(ahead.load(Ordering::SeqCst)));
    let pool = world.desk.pool().clone();
    let audit = Audit::new(pool.clone(), clock.clone());
    let condition = Condition::default();
    let proof = Proof::default();
    let operations = Operations::new(cashier.clone(), audit.clone(), clock.clone(), 100);
    Services {
        bulks: Bulks::new(
            world.desk.clone(),
            audit.clone(),
            clock.clone(),
            operations.clone(),
        ),
        api_keys: ApiKeys::new(pool.clone(), clock.clone(), audit.clone()),
        pauses: Pauses::new(
            pool.clone(),
            clock.clone(),
            condition.clone(),
            audit.clone(),
        ),
        overview: Overview::new(pool.clone(), clock.clone()),
        reconciliations: Reconciliations::new(world.desk.clone(), clock.clone(), audit.clone()),
        proof: proof.clone(),
        queries: Queries::new(pool.clone(), clock.clone()),
        users: Users::new(pool, clock.clone(), audit.clone()),
        health: Health::new(
            world.desk.clone(),
            Gateways::default(),
            condition.clone(),
            proof,
            move || workers.lock().expect("nobody panics").clone(),
        ),
        operations,
        late: LateMoney::new(cashier.clone(), audit.clone(), LatePolicy::Refund),
        cashier,
        condition,
        desk: world.desk.clone(),
        audit,
        clock,
    }
}
