//! Where everything is built: stores, services, workers, pages. The only place that does.

use std::io;
use std::net::TcpListener;
use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use anyhow::Context;
use chrono::Utc;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use sqlx::MySqlPool;

use crate::accounts;
use crate::config::Config;
use crate::embedded::Stores;
use crate::gateway::sandbox::{SandboxGateway, SandboxSettings};
use crate::gateway::{CallLimits, Gateways, PaymentGateway};
use crate::sandbox_pay;
use crate::service::desk::Limits;
use crate::service::health::WorkerReport;
use crate::service::verify::{Proof, Prover};
use crate::service::{
    ApiKeys, Audit, Bulks, Cashier, CashierSettings, Clock, Condition, Desk, Health, LateMoney,
    Operations, Overview, Pauses, Queries, Reconciliations, Retries, Services, Users,
};
use crate::store::mysql;
use crate::store::redis::{Connection, Gate};
use crate::web::{self, Site, Web};
use crate::workers::{
    CarryBulks, Driver, DueOrders, Gauges, HealthWatch, LateMoneyDue, PauseWatch, Prove, Reconcile,
    RefreshGateways, TurnedAwayWriter,
};

/// The gate's keys begin with this.
const GATE_PREFIX: &str = "stockdesk";
/// How long the gate remembers a document, so that a repeat need not ask MySQL.
const GATE_MEMORY: Duration = Duration::from_secs(900);
/// What is under way when the desk stops has this long to finish.
const GRACE: Duration = Duration::from_secs(5);

/// The database's connections. They are made on first use.
///
/// # Errors
/// When the address cannot be read.
pub fn pool(config: &Config, stores: &Stores) -> anyhow::Result<MySqlPool> {
    let size = config.stores.database_pool_size;
    Ok(mysql::open(stores.database_url.expose(), size)?)
}

/// The stock service on these stores. Redis may be away; it is looked for again by
/// `Reconciler::watch_gate`.
///
/// # Errors
/// When the address of Redis cannot be used at all.
pub async fn desk(config: &Config, stores: &Stores, pool: MySqlPool) -> anyhow::Result<Desk> {
    let timeout = Duration::from_millis(config.stock.gate_timeout_ms);
    let connection = Connection::open(stores.redis_url.expose(), timeout)
        .await
        .context("Redis cannot be used")?;
    let instance = ulid::Ulid::new().to_string();
    let gate = Gate::new(connection, GATE_PREFIX, &instance, GATE_MEMORY);
    if let Err(away) = gate.ping().await {
        tracing::warn!(%away, "going on without the gate");
    }
    Ok(Desk::start(pool, gate, Clock::system(), Limits::default()))
}

/// A running desk.
pub struct App {
    pub services: Services,
    workers: Arc<OnceLock<Driver>>,
    server: ServerHandle,
    sandbox: Option<sandbox_pay::Handle>,
}

impl App {
    /// Builds everything on `stores` and serves on `listener`; the server runs when polled.
    ///
    /// # Errors
    /// When a part cannot be set up. The database and Redis may be away.
    pub async fn build(
        config: &Config,
        stores: &Stores,
        listener: TcpListener,
    ) -> anyhow::Result<(Self, Server)> {
        // Before anything is counted.
        metrics();
        let address = format!("http://{}", listener.local_addr()?);
        let base = config
            .web
            .base_url
            .as_ref()
            .map(|url| url.as_str().to_owned());
        let pool = pool(config, stores)?;
        let desk = desk(config, stores, pool.clone()).await?;
        let sandbox = sandbox(config).await?;
        let gateways = gateways(config, sandbox.as_ref())?;
        let settings = CashierSettings {
            retries: Retries {
                speed: config.payments.retry_speed,
            },
            ..CashierSettings::new(base.clone().unwrap_or(address))
        };
        let cashier = Cashier::start(desk.clone(), gateways.clone(), settings);
        let workers: Arc<OnceLock<Driver>> = Arc::default();
        let late = LateMoney::new(
            cashier.clone(),
            Audit::new(pool.clone(), desk.clock().clone()),
            config.payments.late_payments.policy(),
        );
        let operations = Operations::new(
            cashier.clone(),
            Audit::new(pool.clone(), desk.clock().clone()),
            desk.clock().clone(),
            config.stock.operator_unit_limit,
        );
        let services = services(&pool, operations, cashier, late, gateways, workers.clone());
        let web = Web::new(services.clone(), site(config, base)?)?;
        let threads = config.web.workers.and_then(NonZeroUsize::new);
        let server = web::serve(web, listener, threads)?;
        let app = Self {
            services,
            workers,
            server: server.handle(),
            sandbox,
        };
        Ok((app, server))
    }

    /// Starts the workers; once the schema is there.
    pub fn start_workers(&self) {
        let Services {
            cashier,
            clock,
            desk,
            health,
            late,
            ..
        } = &self.services;
        let mut driver = Driver::new(clock.clone());
        driver.start(Reconcile::new(desk));
        driver.start(DueOrders::new(cashier.clone()));
        driver.start(RefreshGateways(cashier.clone()));
        driver.start(CarryBulks::new(self.services.bulks.clone()));
        driver.start(LateMoneyDue::new(late.clone()));
        driver.start(HealthWatch::new(health.clone()));
        driver.start(PauseWatch(self.services.pauses.clone()));
        driver.start(TurnedAwayWriter(desk.clone()));
        driver.start(Gauges::new(desk.clone(), self.services.overview.clone()));
        driver.start(Prove(Prover::new(
            desk.clone(),
            self.services.proof.clone(),
        )));
        // Started before: the first set of workers stays.
        let _ = self.workers.set(driver);
    }

    /// Takes no new work, finishes what is under way, and takes leave of the stores.
    pub async fn stop(self) {
        self.server.stop(true).await;
        if let Some(driver) = self.workers.get() {
            driver.stop(GRACE).await;
        }
        if let Some(sandbox) = self.sandbox {
            sandbox.stop().await;
        }
        let desk = &self.services.desk;
        if let Err(error) = desk.write_turned_away(self.services.clock.now()).await {
            tracing::warn!(%error, "the last seconds of demand turned away are not counted");
        }
        // Redis being away is no reason to stop otherwise.
        let _ = self.services.desk.gate().leave().await;
        self.services.desk.pool().close().await;
    }

    /// Where the sandbox gateway that runs with the desk is.
    pub fn sandbox_url(&self) -> Option<&str> {
        self.sandbox.as_ref().map(sandbox_pay::Handle::url)
    }
}

fn services(
    pool: &MySqlPool,
    operations: Operations,
    cashier: Cashier,
    late: LateMoney,
    gateways: Gateways,
    workers: Arc<OnceLock<Driver>>,
) -> Services {
    let desk = cashier.desk().clone();
    let clock = desk.clock().clone();
    let audit = Audit::new(pool.clone(), clock.clone());
    let condition = Condition::default();
    let proof = Proof::default();
    let workers = move || match workers.get() {
        None => Vec::new(),
        Some(driver) => driver.statuses().into_iter().map(worker_report).collect(),
    };
    Services {
        api_keys: ApiKeys::new(pool.clone(), clock.clone(), audit.clone()),
        pauses: Pauses::new(
            pool.clone(),
            clock.clone(),
            condition.clone(),
            audit.clone(),
        ),
        overview: Overview::new(pool.clone(), clock.clone()),
        reconciliations: Reconciliations::new(desk.clone(), clock.clone(), audit.clone()),
        proof: proof.clone(),
        queries: Queries::new(pool.clone(), clock.clone()),
        users: Users::new(pool.clone(), clock.clone(), audit.clone()),
        bulks: Bulks::new(
            desk.clone(),
            audit.clone(),
            clock.clone(),
            operations.clone(),
        ),
        health: Health::new(desk.clone(), gateways, condition.clone(), proof, workers),
        desk,
        cashier,
        operations,
        late,
        condition,
        audit,
        clock,
    }
}

fn worker_report(status: crate::workers::WorkerStatus) -> WorkerReport {
    WorkerReport {
        name: status.name,
        failures: status.failures,
        last_success_at: status.last_success_at,
    }
}

fn site(config: &Config, base_url: Option<String>) -> io::Result<Site> {
    let proxies = config.web.trusted_proxies.clone();
    Ok(Site {
        environment: config.environment_label().to_owned(),
        zone: config.web.time_zone,
        base_url,
        session_hours: config.accounts.session_hours,
        api_requests_per_second: config.web.api_requests_per_second,
        secret_key: config.secret_key()?.expose().to_owned(),
        static_dir: config.web.static_dir.clone(),
        trusted_proxy: Arc::new(move |address| proxies.iter().any(|p| p.contains(address))),
        metrics: Arc::new(|| metrics().map_or_else(String::new, PrometheusHandle::render)),
    })
}

/// The sandbox gateway runs with the desk where the desk runs its own stores, unless one that
/// runs elsewhere was named.
async fn sandbox(config: &Config) -> anyhow::Result<Option<sandbox_pay::Handle>> {
    let wanted = config.stores.private_database() && config.payments.sandbox_pay_url.is_none();
    if !wanted {
        return Ok(None);
    }
    let mut listen = config.payments.sandbox_pay_listen;
    loop {
        let start = sandbox_pay::start(sandbox_pay::Config {
            listen,
            public_url: None,
            secret: config.sandbox_pay_secret()?.expose().as_bytes().to_vec(),
            journal: Some(config.stores.data_dir.join(sandbox_pay::JOURNAL)),
            notify_after: sandbox_pay::Config::notify_schedule(),
            clock: Arc::new(Utc::now),
        });
        match start.await {
            Ok(handle) => return Ok(Some(handle)),
            // Another desk on this machine has its sandbox there.
            Err(e) if e.kind() == io::ErrorKind::AddrInUse && listen.port() != 0 => {
                listen.set_port(0);
            }
            Err(e) => return Err(e).context("the sandbox gateway cannot start"),
        }
    }
}

/// Every gateway that orders can be paid through: the sandbox, and the accounts that are set.
fn gateways(config: &Config, own: Option<&sandbox_pay::Handle>) -> anyhow::Result<Gateways> {
    let mut gateways: Vec<Arc<dyn PaymentGateway>> = Vec::new();
    let sandbox = match (own, &config.payments.sandbox_pay_url) {
        (Some(own), _) => Some(format!("http://{}", own.addr())),
        (None, url) => url.as_ref().map(|url| url.as_str().to_owned()),
    };
    if let Some(base_url) = sandbox {
        let settings = SandboxSettings {
            base_url,
            secret: config.sandbox_pay_secret()?.expose().as_bytes().to_vec(),
            limits: CallLimits::default(),
        };
        gateways.push(Arc::new(SandboxGateway::new(settings, Arc::new(Utc::now))?));
    }
    let accounts = accounts::read(config)?;
    if !accounts.is_empty() && config.web.base_url.is_none() {
        tracing::warn!("STOCKDESK_BASE_URL is not set: no payment gateway elsewhere can reach us");
    }
    for account in accounts {
        gateways.push(account.open(Arc::new(Utc::now))?);
    }
    Ok(Gateways::new(gateways)?)
}

/// Upper bounds, in seconds, of the histograms of how long things take.
const SECONDS: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];
/// Upper bounds of the histogram of jobs in one commit.
const JOBS: &[f64] = &[1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0];
/// Samples wait in memory until they are sorted into their buckets this often.
const UPKEEP: Duration = Duration::from_secs(5);

/// The recorder of all metrics of this process; `None` when another one was installed before.
fn metrics() -> Option<&'static PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    RECORDER
        .get_or_init(|| {
            let installed = PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)
                .and_then(|b| b.set_buckets_for_metric(Matcher::Suffix("_jobs".to_owned()), JOBS))
                .and_then(PrometheusBuilder::install_recorder);
            let handle = installed
                .inspect_err(|e| tracing::warn!(%e, "no metrics"))
                .ok()?;
            tokio::spawn(keep_up(handle.clone()));
            Some(handle)
        })
        .as_ref()
}

async fn keep_up(handle: PrometheusHandle) {
    let mut every = tokio::time::interval(UPKEEP);
    loop {
        every.tick().await;
        handle.run_upkeep();
    }
}
