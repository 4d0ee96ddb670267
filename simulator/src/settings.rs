//! What the shop has to be told to sell through these gateways, as lines of `NAME=value`.

use std::path::Path;

use crate::keys::{Keys, write_secret};

/// Writes the shop's key files and `settings.env` into the folder.
pub fn write(folder: &Path, keys: &Keys, url: &str) -> anyhow::Result<()> {
    let folder = folder.canonicalize()?;
    let file = |name: &str, text: String| {
        let path = folder.join(name);
        write_secret(&path, text.as_bytes())?;
        Ok::<_, anyhow::Error>(path.display().to_string())
    };
    let wechat_key = file(
        "wechat-pay-merchant-key.pem",
        keys.wechat_merchant.private_pem(),
    )?;
    let wechat_public = file("wechat-pay-public-key.pem", keys.wechat_public.public_pem())?;
    let alipay_key = file("alipay-app-key.pem", keys.alipay_app.private_pem())?;
    let alipay_public = file("alipay-public-key.pem", keys.alipay.public_pem())?;
    let alipay_url = format!("{url}/gateway.do");
    let pages = format!("{url}/");
    let lines = [
        ("WECHAT_PAY_URL", url),
        ("WECHAT_PAY_MERCHANT", &keys.merchant),
        ("WECHAT_PAY_APPID", &keys.appid),
        ("WECHAT_PAY_CERTIFICATE_SERIAL", &keys.merchant_serial),
        ("WECHAT_PAY_PRIVATE_KEY_FILE", &wechat_key),
        ("WECHAT_PAY_API_V3_KEY", &keys.api_v3_key),
        ("WECHAT_PAY_PUBLIC_KEY_ID", &keys.public_key_id),
        ("WECHAT_PAY_PUBLIC_KEY_FILE", &wechat_public),
        ("ALIPAY_URL", &alipay_url),
        ("ALIPAY_APP_ID", &keys.alipay_app_id),
        ("ALIPAY_SELLER_ID", &keys.alipay_seller_id),
        ("ALIPAY_PRIVATE_KEY_FILE", &alipay_key),
        ("ALIPAY_PUBLIC_KEY_FILE", &alipay_public),
        ("STRIPE_URL", url),
        ("STRIPE_SECRET_KEY", &keys.stripe_secret_key),
        ("STRIPE_WEBHOOK_SECRET", &keys.stripe_webhook_secret),
        ("STRIPE_SUCCESS_URL", &pages),
    ];
    let mut text = String::new();
    for (name, value) in lines {
        text += &format!("STOCKDESK_{name}={value}\n");
    }
    write_secret(&folder.join("settings.env"), text.as_bytes())
}
