//! Settings that cannot be right are found before anybody is asked.

use stockdesk::gateway::WechatPaySettings;

use super::world::settings;

/// Of 1024 bits; its private half was not kept.
const SMALL_KEY: &str = "-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDBIA2z0hM8p8rQM6DAWccxJ5hH
FAIY3B92Gcw+HG1n0dtWy39yPWgyOko2NjThwYIJaQaHdTgRHFBDRbpuM7448e4f
bxYk2JFRsFMYIbLS6Bv7MIjfRsPXfDPl1xH0VfGpN282kKvP9G+zwX7/QiOAgXpE
X7Pmi041A6s1b6hkBwIDAQAB
-----END PUBLIC KEY-----
";

fn wrong(change: impl FnOnce(&mut WechatPaySettings)) -> String {
    let mut settings = settings("https://api.mch.weixin.qq.com");
    change(&mut settings);
    settings.check().unwrap_err().to_string()
}

#[test]
fn a_merchants_settings_are_accepted() {
    for url in [
        "https://api.mch.weixin.qq.com",
        "https://api2.mch.weixin.qq.com/",
        "http://127.0.0.1:4000",
    ] {
        settings(url).check().unwrap();
    }
    let mut certificates = settings("https://api.mch.weixin.qq.com");
    certificates.public_key = None;
    certificates.platform_certificates = true;
    certificates.check().unwrap();
}

#[test]
fn each_setting_that_cannot_be_right_is_named() {
    for url in [
        "",
        "api.mch.weixin.qq.com",
        "http://api.mch.weixin.qq.com",
        "https://api.mch.weixin.qq.com/v3",
        "https://api.mch.weixin.qq.com?a=b",
        "https://user@api.mch.weixin.qq.com",
    ] {
        assert!(
            wrong(|s| s.base_url = url.to_owned()).contains("address"),
            "{url}"
        );
    }
    for merchant in ["", "12a", &"1".repeat(33)] {
        assert!(wrong(|s| s.merchant = merchant.to_owned()).contains("mchid"));
    }
    for appid in ["", "wx 1", "wx\"1"] {
        assert!(wrong(|s| s.appid = appid.to_owned()).contains("appid"));
    }
    for serial in ["", "XYZ", &"A".repeat(41)] {
        assert!(wrong(|s| s.certificate_serial = serial.to_owned()).contains("serial number"));
    }
    let public = settings("https://api.mch.weixin.qq.com")
        .public_key
        .unwrap()
        .pem;
    for pem in ["", "not PEM", &public] {
        assert!(wrong(|s| s.private_key_pem = pem.to_owned()).contains("private key"));
    }
    // 16 bytes would be another cipher under the same name.
    for key in [
        "",
        "testMchAPIv3Key0",
        &"x".repeat(31),
        &"x".repeat(33),
        &"中".repeat(32),
    ] {
        assert!(
            wrong(|s| s.api_v3_key = key.to_owned()).contains("APIv3 key"),
            "{key}"
        );
    }
    assert!(wrong(|s| s.public_key = None).contains("platform certificates"));
    for id in ["", "PUB_KEY_ID_", "5157F09EFDC096DE15EBE81A47057A72"] {
        let change = |s: &mut WechatPaySettings| {
            s.public_key.as_mut().unwrap().id = id.to_owned();
        };
        assert!(wrong(change).contains("public key's id"), "{id}");
    }
    let private = settings("https://api.mch.weixin.qq.com").private_key_pem;
    for pem in ["", SMALL_KEY, &private] {
        let change = |s: &mut WechatPaySettings| {
            s.public_key.as_mut().unwrap().pem = pem.to_owned();
        };
        assert!(wrong(change).contains("public key must"), "{pem}");
    }
    for title in ["", "two\nlines", &"店".repeat(21)] {
        assert!(wrong(|s| s.title = title.to_owned()).contains("title"));
    }
}
