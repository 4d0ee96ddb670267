//! The other side of the counter: a sandbox payment gateway in this process, and customers who
//! pay there, sometimes at the very last moment.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use chrono::Utc;

use crate::config::random_text;
use crate::domain::ids::DocumentNo;
use crate::gateway::sandbox::{SandboxGateway, SandboxSettings};
use crate::gateway::{CallLimits, Gateways};
use crate::sandbox_pay::{self, Handle};
use crate::service::{Cashier, CashierSettings, Desk};

/// A money notification has nobody to take it here; the service asks instead.
const NEVER: Duration = Duration::from_secs(24 * 3600);

pub(super) struct Customers {
    sandbox: Handle,
    http: reqwest::Client,
    pub cashier: Cashier,
}

impl Customers {
    /// Starts the gateway on a free port, and a cashier that knows it.
    pub async fn invite(desk: &Desk) -> anyhow::Result<Self> {
        let secret = random_text(64).expose().as_bytes().to_vec();
        let sandbox = sandbox_pay::start(sandbox_pay::Config {
            listen: ([127, 0, 0, 1], 0).into(),
            public_url: None,
            secret: secret.clone(),
            journal: None,
            notify_after: vec![NEVER],
            clock: Arc::new(Utc::now),
        })
        .await
        .context("the sandbox gateway cannot start")?;
        let base_url = sandbox.url().to_owned();
        let settings = SandboxSettings {
            base_url,
            secret,
            limits: CallLimits::default(),
        };
        let gateway = SandboxGateway::new(settings, Arc::new(Utc::now))?;
        let gateways = Gateways::new(vec![Arc::new(gateway)])?;
        let settings = CashierSettings::new("http://127.0.0.1:9");
        let cashier = Cashier::start(desk.clone(), gateways, settings);
        Ok(Self {
            sandbox,
            http: reqwest::Client::new(),
            cashier,
        })
    }

    /// A customer pays for an order whose payment was created.
    pub async fn pay(&self, order_no: &DocumentNo) -> anyhow::Result<()> {
        let url = format!("{}/admin/payments/{order_no}/pay", self.sandbox.url());
        let answer = self
            .http
            .post(url)
            .json(&serde_json::json!({}))
            .send()
            .await?;
        if !answer.status().is_success() {
            bail!(
                "the sandbox did not take the money for {order_no}: {}",
                answer.status()
            );
        }
        Ok(())
    }

    pub async fn send_home(self) {
        drop(self.cashier);
        self.sandbox.stop().await;
    }
}
