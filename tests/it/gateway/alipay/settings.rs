//! Settings that cannot be right are refused before anybody is asked.

use stockdesk::gateway::AlipaySettings;

use super::world::settings;
use crate::gateway::wechat::keys::{MERCHANT, PLATFORM, der_of};

fn wrong(change: impl FnOnce(&mut AlipaySettings)) -> String {
    let mut settings = settings("https://openapi.alipay.com");
    assert!(settings.check().is_ok());
    change(&mut settings);
    settings.check().unwrap_err().to_string()
}

#[test]
fn each_setting_is_checked() {
    assert!(wrong(|s| s.url = "https://openapi.alipay.com".to_owned()).contains("address"));
    assert!(wrong(|s| s.url = "http://alipay.example/gateway.do".to_owned()).contains("address"));
    assert!(wrong(|s| s.app_id = "wx1".to_owned()).contains("app_id"));
    assert!(wrong(|s| s.seller_id = Some(String::new())).contains("seller_id"));
    assert!(wrong(|s| s.private_key = PLATFORM.public_pem()).contains("private key"));
    assert!(wrong(|s| s.private_key = String::new()).contains("private key"));
    assert!(wrong(|s| s.alipay_public_key = "x".to_owned()).contains("public key"));
    assert!(wrong(|s| s.alipay_public_key = MERCHANT.public_pem()).contains("own"));
    assert!(wrong(|s| s.title = "a\nb".to_owned()).contains("title"));
}

#[test]
fn keys_may_be_bare_base64_as_alipay_hands_them_out() {
    let bare = |pem: String| {
        let lines = pem.lines().filter(|line| !line.starts_with('-'));
        lines.collect::<String>()
    };
    let mut settings = settings("https://openapi.alipay.com");
    settings.private_key = bare(settings.private_key);
    settings.alipay_public_key = bare(settings.alipay_public_key);
    assert!(settings.check().is_ok());
    assert!(!der_of(&MERCHANT.public_pem()).is_empty());
}
