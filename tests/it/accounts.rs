//! Accounts at payment gateways as an operator sets them up: the real program, and its words.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::gateway::wechat::keys::{API_V3_KEY, MERCHANT, PLATFORM};

/// A folder with key files, and what is set.
struct Desk {
    folder: TempDir,
    set: Vec<(&'static str, String)>,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("merchant.pem", MERCHANT.private_pem()),
            ("platform.pem", PLATFORM.public_pem()),
            ("own.pem", MERCHANT.public_pem()),
            ("api-v3.key", format!("{API_V3_KEY}\n")),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Self {
            folder,
            set: Vec::new(),
        }
    }

    fn wechat_pay() -> Self {
        let mut desk = Self::new();
        let (key, public) = (desk.path("merchant.pem"), desk.path("platform.pem"));
        desk.set("STOCKDESK_WECHAT_PAY_MERCHANT", "1230000109");
        desk.set("STOCKDESK_WECHAT_PAY_APPID", "wxd678efh567hg6787");
        desk.set(
            "STOCKDESK_WECHAT_PAY_CERTIFICATE_SERIAL",
            "1DDE55AD98ED71D6",
        );
        desk.set("STOCKDESK_WECHAT_PAY_PRIVATE_KEY_FILE", &key);
        desk.set("STOCKDESK_WECHAT_PAY_API_V3_KEY", API_V3_KEY);
        desk.set("STOCKDESK_WECHAT_PAY_PUBLIC_KEY_ID", "PUB_KEY_ID_01");
        desk.set("STOCKDESK_WECHAT_PAY_PUBLIC_KEY_FILE", &public);
        desk
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn set(&mut self, name: &'static str, value: &str) {
        self.set.retain(|(set, _)| *set != name);
        self.set.push((name, value.to_owned()));
    }

    fn file(&mut self, text: &str) {
        let path: PathBuf = self.folder.path().join("gateways.toml");
        let folder = self.folder.path().display().to_string();
        fs::write(&path, text.replace("FOLDER", &folder)).unwrap();
        self.set("STOCKDESK_GATEWAYS_FILE", &path.display().to_string());
    }

    fn run(&self, command: &str) -> Output {
        let set = self.set.iter().map(|(name, value)| (*name, value.as_str()));
        Command::new(env!("CARGO_BIN_EXE_stockdesk"))
            .arg(command)
            .env_clear()
            .envs(set)
            .output()
            .expect("the program runs")
    }

    fn accepted(&self) -> String {
        let output = self.run("check-config");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The one line that it is refused with; the same before anything is started.
    fn refused(&self) -> String {
        let output = self.run("check-config");
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
        let serve = self.run("serve");
        assert_eq!(serve.status.code(), Some(2), "{serve:?}");
        assert!(String::from_utf8(serve.stderr).unwrap().contains(&text));
        text
    }
}

#[test]
fn an_account_that_can_be_right_is_named_without_its_secrets() {
    let mut desk = Desk::wechat_pay();
    let shown = desk.accepted();
    let line = "payment account wechat_pay at WeChat Pay: can be right\n";
    assert!(shown.ends_with(line), "{shown}");
    assert!(!shown.contains(API_V3_KEY), "{shown}");
    let key = desk.path("api-v3.key");
    desk.set
        .retain(|(name, _)| *name != "STOCKDESK_WECHAT_PAY_API_V3_KEY");
    desk.set("STOCKDESK_WECHAT_PAY_API_V3_KEY_FILE", &key);
    assert!(desk.accepted().ends_with(line));
    // Without the public key: platform certificates.
    desk.set.retain(|(name, _)| !name.contains("PUBLIC_KEY"));
    assert!(desk.accepted().ends_with(line));
    desk.set("STOCKDESK_WECHAT_PAY_PLATFORM_CERTIFICATES", "off");
    assert!(desk.refused().contains("platform certificates"));
}

#[test]
fn one_that_cannot_be_right_stops_the_start_with_one_line() {
    for (name, value, why) in [
        (
            "STOCKDESK_WECHAT_PAY_API_V3_KEY",
            "testMchAPIv3Key0",
            "32 characters",
        ),
        (
            "STOCKDESK_WECHAT_PAY_PRIVATE_KEY_FILE",
            "platform.pem",
            "private key",
        ),
        (
            "STOCKDESK_WECHAT_PAY_PRIVATE_KEY_FILE",
            "nowhere.pem",
            "No such file",
        ),
        ("STOCKDESK_WECHAT_PAY_PUBLIC_KEY_ID", "1", "PUB_KEY_ID_"),
        ("STOCKDESK_WECHAT_PAY_MERCHANT", "shop", "digits"),
        ("STOCKDESK_WECHAT_PAY_URL", "http://pay.example", "https"),
        ("STOCKDESK_WECHAT_PAY_PRIVATE_KEY", "x", "both given"),
    ] {
        let mut desk = Desk::wechat_pay();
        let value = match value.ends_with(".pem") {
            true => desk.path(value),
            false => value.to_owned(),
        };
        desk.set(name, &value);
        let text = desk.refused();
        assert!(
            text.starts_with("stockdesk: payment account wechat_pay: "),
            "{text}"
        );
        assert!(text.contains(why), "{name}: {text}");
        assert!(!text.contains("testMchAPIv3Key0"), "{text}");
    }
    let mut alone = Desk::new();
    alone.set("STOCKDESK_WECHAT_PAY_MERCHANT", "1230000109");
    assert!(alone.refused().contains("appid is missing"));
}

#[test]
fn alipay_and_stripe_are_checked_as_well() {
    let mut desk = Desk::new();
    let (key, public, own) = (
        desk.path("merchant.pem"),
        desk.path("platform.pem"),
        desk.path("own.pem"),
    );
    desk.set("STOCKDESK_ALIPAY_APP_ID", "2014072300007148");
    desk.set("STOCKDESK_ALIPAY_PRIVATE_KEY_FILE", &key);
    desk.set("STOCKDESK_ALIPAY_PUBLIC_KEY_FILE", &public);
    desk.set("STOCKDESK_STRIPE_SECRET_KEY", "sk_test_hunter2");
    desk.set("STOCKDESK_STRIPE_WEBHOOK_SECRET", "whsec_hunter2");
    // Without an address of the desk or a page of the shop payers have nowhere to go.
    assert!(desk.refused().contains("after paying"));
    desk.set("STOCKDESK_BASE_URL", "https://stock.example.com");
    let shown = desk.accepted();
    assert!(
        shown.contains("payment account alipay at Alipay: can be right\n"),
        "{shown}"
    );
    assert!(
        shown.contains("payment account stripe at Stripe: can be right\n"),
        "{shown}"
    );
    assert!(!shown.contains("hunter2"), "{shown}");
    desk.set("STOCKDESK_STRIPE_SECRET_KEY", "pk_test_hunter2");
    let text = desk.refused();
    assert!(
        text.contains("stripe: the secret key") && !text.contains("hunter2"),
        "{text}"
    );
    desk.set("STOCKDESK_ALIPAY_PUBLIC_KEY_FILE", &own);
    assert!(desk.refused().contains("the app's own"));
}

const FILE: &str = r#"
[wechat_pay.wechat_north]
merchant = "1230000109"
appid = "wxd678efh567hg6787"
certificate_serial = "1DDE55AD98ED71D6"
private_key_file = "FOLDER/merchant.pem"
api_v3_key_file = "FOLDER/api-v3.key"
close_after_seconds = 0

[wechat_pay.wechat_south]
merchant = "1230000110"
appid = "wxd678efh567hg6787"
certificate_serial = "1DDE55AD98ED71D7"
private_key_file = "FOLDER/merchant.pem"
api_v3_key_file = "FOLDER/api-v3.key"
platform_certificates = "on"

[stripe.stripe_eu]
secret_key = "sk_live_hunter2"
webhook_secret = "whsec_hunter2"
success_url = "https://shop.example/thanks"
"#;

#[test]
fn any_number_of_accounts_stand_in_a_file() {
    let mut desk = Desk::wechat_pay();
    desk.file(FILE);
    let shown = desk.accepted();
    for line in [
        "payment account wechat_pay at WeChat Pay: can be right",
        "payment account wechat_north at WeChat Pay: can be right",
        "payment account wechat_south at WeChat Pay: can be right",
        "payment account stripe_eu at Stripe: can be right",
    ] {
        assert!(shown.contains(line), "{shown}");
    }
    assert!(!shown.contains("hunter2"), "{shown}");
    for (from, to, why) in [
        (
            "wechat_pay.wechat_south",
            "wechat_pay.wechat_pay",
            "the name is used twice",
        ),
        (
            "wechat_pay.wechat_south",
            "wechat_pay.sandbox",
            "the name is used twice",
        ),
        (
            "wechat_pay.wechat_south",
            "wechat_pay.South",
            "1 to 32 characters",
        ),
        (
            "merchant = \"1230000110\"",
            "mchid = \"1230000110\"",
            "unknown field",
        ),
        ("[stripe.stripe_eu]", "[paypal.eu]", "unknown field"),
        ("sk_live_hunter2", "hunter2", "stripe_eu: the secret key"),
    ] {
        desk.file(&FILE.replace(from, to));
        let text = desk.refused();
        assert!(text.contains(why), "{to}: {text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}
