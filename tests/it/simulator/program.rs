//! A running `stockdesk-gateways`, and what tests ask of it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use chrono::Utc;
use serde_json::{Value, json};
use stockdesk::gateway::{
    AlipayGateway, AlipaySettings, CallLimits, Clock, StripeGateway, StripeSettings,
    WechatPayGateway, WechatPayPublicKey, WechatPaySettings,
};
use tempfile::TempDir;

/// Making keys takes a second: all tests of a run share theirs.
static KEYS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let made = command(folder.path())
        .args(["--keys-only", "--listen", "127.0.0.1:0"])
        .status();
    assert!(made.expect("it runs").success());
    fs::read(folder.path().join("keys.json")).expect("the keys")
});

fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().build();
    client.expect("a client")
}

fn limits() -> CallLimits {
    CallLimits {
        call: Duration::from_millis(800),
        ..CallLimits::default()
    }
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stockdesk-gateways"));
    command.arg("--folder").arg(folder);
    command
}

/// Killed when the test ends.
pub struct Gateways {
    pub url: String,
    pub admin: String,
    pub folder: TempDir,
    scale: f64,
    child: Child,
    http: reqwest::Client,
}

impl Gateways {
    /// Their waits are a hundred times shorter than real ones.
    pub fn start() -> Self {
        Self::scaled(0.01)
    }

    pub fn scaled(scale: f64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("keys.json"), &*KEYS).expect("the keys");
        let (child, admin, url) = spawn(folder.path(), "127.0.0.1:0", "127.0.0.1:0", scale);
        Self {
            url,
            admin,
            folder,
            scale,
            child,
            http: client(),
        }
    }

    /// Kills the program, and starts it again at the same address.
    pub fn kill_and_restart(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it was our child");
        let address = self.url.strip_prefix("http://").expect("an address");
        let admin = self.admin.strip_prefix("http://").expect("an address");
        let (child, admin, url) = spawn(self.folder.path(), address, admin, self.scale);
        assert_eq!((&url, &admin), (&self.url, &self.admin));
        // Its connections died with it.
        (self.child, self.http) = (child, client());
    }

    /// What the shop is told to set.
    pub fn settings(&self) -> BTreeMap<String, String> {
        let text = fs::read_to_string(self.folder.path().join("settings.env"));
        let text = text.expect("settings");
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// A client of WeChat Pay with these settings; `change` may spoil them.
    pub fn wechat_pay_with(
        &self,
        change: impl FnOnce(&mut WechatPaySettings),
        clock: Clock,
    ) -> WechatPayGateway {
        let settings = self.settings();
        let get = |name: &str| settings[&format!("STOCKDESK_WECHAT_PAY_{name}")].clone();
        let read = |name: &str| fs::read_to_string(get(name)).expect("a key file");
        let mut settings = WechatPaySettings {
            name: "wechat_pay".to_owned(),
            base_url: get("URL"),
            merchant: get("MERCHANT"),
            appid: get("APPID"),
            certificate_serial: get("CERTIFICATE_SERIAL"),
            private_key_pem: read("PRIVATE_KEY_FILE"),
            api_v3_key: get("API_V3_KEY"),
            public_key: Some(WechatPayPublicKey {
                id: get("PUBLIC_KEY_ID"),
                pem: read("PUBLIC_KEY_FILE"),
            }),
            platform_certificates: true,
            title: "小店 Shop".to_owned(),
            close_after: chrono::TimeDelta::zero(),
            limits: limits(),
        };
        change(&mut settings);
        WechatPayGateway::new(settings, clock).expect("settings that can be right")
    }

    /// A client of Alipay, whose clock can be wrong.
    pub fn alipay_at(&self, clock: Clock) -> AlipayGateway {
        let settings = self.settings();
        let get = |name: &str| settings[&format!("STOCKDESK_ALIPAY_{name}")].clone();
        let read = |name: &str| fs::read_to_string(get(name)).expect("a key file");
        let settings = AlipaySettings {
            name: "alipay".to_owned(),
            url: get("URL"),
            app_id: get("APP_ID"),
            seller_id: Some(get("SELLER_ID")),
            private_key: read("PRIVATE_KEY_FILE"),
            alipay_public_key: read("PUBLIC_KEY_FILE"),
            title: "小店 Shop".to_owned(),
            limits: limits(),
        };
        AlipayGateway::new(settings, clock).expect("settings that can be right")
    }

    /// A client of Stripe, with another key if one is given.
    pub fn stripe_with(&self, key: Option<&str>) -> StripeGateway {
        let settings = self.settings();
        let get = |name: &str| settings[&format!("STOCKDESK_STRIPE_{name}")].clone();
        let settings = StripeSettings {
            name: "stripe".to_owned(),
            base_url: get("URL"),
            secret_key: key.map_or_else(|| get("SECRET_KEY"), str::to_owned),
            webhook_secret: get("WEBHOOK_SECRET"),
            success_url: "https://shop.example/thanks".to_owned(),
            title: "小店 Shop".to_owned(),
            limits: limits(),
        };
        StripeGateway::new(settings, Arc::new(Utc::now)).expect("settings that can be right")
    }

    /// Where Stripe tells what happens.
    pub async fn stripe_webhook(&self, url: &str) {
        assert_eq!(self.call("PUT", "stripe-webhook", json!(url)).await.0, 204);
    }

    pub fn wechat_pay(&self) -> WechatPayGateway {
        self.wechat_pay_with(|_| {}, Arc::new(Utc::now))
    }

    /// Somebody who pays, also while the gateways are being killed and started again.
    pub fn player(&self) -> Player {
        Player {
            admin: self.admin.clone(),
            http: self.http.clone(),
        }
    }

    /// Writes a fault down for a payment; `fault` may also be a whole plan.
    pub async fn plan(&self, gateway: &str, number: &str, fault: impl Into<Value>) {
        let fault = match fault.into() {
            Value::String(name) => json!({ "fault": name }),
            plan => plan,
        };
        let status = self
            .call("POST", &format!("faults/{gateway}/{number}"), fault)
            .await
            .0;
        assert_eq!(status, 204);
    }

    /// The payer pays; the status of trying to.
    pub async fn pay(&self, gateway: &str, number: &str, how: Value) -> u16 {
        self.call("POST", &format!("payments/{gateway}/{number}/pay"), how)
            .await
            .0
    }

    pub async fn payment(&self, gateway: &str, number: &str) -> Value {
        let path = format!("payments/{gateway}/{number}");
        let (status, payment) = self.call("GET", &path, Value::Null).await;
        assert_eq!(status, 200, "{payment}");
        payment
    }

    pub async fn payments(&self) -> Vec<Value> {
        let mut all = Vec::new();
        loop {
            let path = format!("payments?skip={}", all.len());
            let (_, Value::Array(some)) = self.call("GET", &path, Value::Null).await else {
                panic!("a list");
            };
            if some.is_empty() {
                return all;
            }
            all.extend(some);
        }
    }

    pub async fn rates(&self, seed: u64, rates: Value) {
        let body = json!({ "seed": seed, "rates": rates });
        let (status, why) = self.call("PUT", "faults", body).await;
        assert_eq!(status, 204, "{why}");
    }

    pub async fn sign_with(&self, key: &str) {
        assert_eq!(self.call("PUT", "sign-with", json!(key)).await.0, 204);
    }

    pub async fn state(&self) -> Value {
        self.call("GET", "state", Value::Null).await.1
    }

    /// How many requests were refused for this reason.
    pub async fn refused(&self, why: &str) -> u64 {
        self.state().await["refused"][why].as_u64().unwrap_or(0)
    }

    pub async fn happened(&self) -> Value {
        self.call("GET", "faults", Value::Null).await.1["happened"].take()
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}/{path}", self.admin);
        let method = method.parse().expect("a method");
        let request = self.http.request(method, url);
        let request = match body {
            Value::Null => request,
            body => request.json(&body),
        };
        let answer = request.send().await.expect("it answers");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }
}

/// A payer, who tries again where nobody answers.
#[derive(Clone)]
pub struct Player {
    admin: String,
    http: reqwest::Client,
}

impl Player {
    /// Looks at the code; the status of trying to.
    pub async fn scan(&self, gateway: &str, number: &str) -> u16 {
        self.act(&format!("payments/{gateway}/{number}/scan"), json!({}))
            .await
    }

    /// Pays; the status of trying to.
    pub async fn pay(&self, gateway: &str, number: &str, how: Value) -> u16 {
        self.act(&format!("payments/{gateway}/{number}/pay"), how)
            .await
    }

    /// Until somebody answers, and, for a while, until there is something to be paid.
    async fn act(&self, path: &str, body: Value) -> u16 {
        let begun = Instant::now();
        loop {
            let url = format!("{}/{path}", self.admin);
            if let Ok(answer) = self.http.post(url).json(&body).send().await {
                let status = answer.status().as_u16();
                let why: Value = answer.json().await.unwrap_or(Value::Null);
                if why["code"] != "not_exist" || begun.elapsed() > Duration::from_secs(2) {
                    return status;
                }
            }
            assert!(
                begun.elapsed() < Duration::from_secs(120),
                "no answer: {path}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Gateways {
    fn drop(&mut self) {
        // Gone already, where the test took it down.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Its process, the address of its admin port, and its own.
fn spawn(folder: &Path, listen: &str, admin: &str, scale: f64) -> (Child, String, String) {
    let mut child = command(folder)
        .args([
            "--listen",
            listen,
            "--admin",
            admin,
            "--scale",
            &scale.to_string(),
            "--log",
            "warn",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let mut next = |start: &str| {
        let line = lines.next().expect("a line").expect("text");
        let rest = line.strip_prefix(start);
        rest.unwrap_or_else(|| panic!("{line}")).to_owned()
    };
    let admin = next("admin at ");
    (child, admin, next("listening on "))
}
