//! A merchant, its client, and answers as Alipay signs them.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use stockdesk::domain::payment::{GatewayAnswer, NewPayment, SentPayment};
use stockdesk::gateway::{AlipayGateway, AlipaySettings, CallLimits, CloseAsked, PaymentGateway};

use crate::gateway::scripted::Scripted;
use crate::gateway::wechat::keys::{Key, MERCHANT, PLATFORM};
use crate::gateway::world::{Clock, number, yuan};

pub const NOW_S: i64 = 1_800_000_000;
pub const APP_ID: &str = "2014072300007148";
pub const SELLER_ID: &str = "2088102119685838";
pub const TRADE_NO: &str = "2026112022001430030200000001";

pub fn settings(base_url: &str) -> AlipaySettings {
    AlipaySettings {
        name: "alipay".to_owned(),
        url: format!("{base_url}/gateway.do"),
        app_id: APP_ID.to_owned(),
        seller_id: Some(SELLER_ID.to_owned()),
        private_key: MERCHANT.private_pem(),
        alipay_public_key: PLATFORM.public_pem(),
        title: "小店 Shop".to_owned(),
        limits: CallLimits::default(),
    }
}

pub struct World {
    pub script: Scripted,
    pub clock: Clock,
    pub gateway: AlipayGateway,
}

impl World {
    pub async fn new() -> Self {
        let script = Scripted::new().await;
        let clock = Clock::at(now());
        let gateway = AlipayGateway::new(settings(&script.url), clock.reader()).unwrap();
        Self {
            script,
            clock,
            gateway,
        }
    }

    pub fn reply(&self, method: &str, inner: &Value) {
        self.script.reply(200, signed(method, &inner.to_string()));
    }

    pub async fn query(&self, inner: &Value) -> GatewayAnswer {
        self.reply("alipay.trade.query", inner);
        self.gateway.query(&sent()).await
    }

    pub async fn close(&self, inner: &Value) -> CloseAsked {
        self.reply("alipay.trade.close", inner);
        self.gateway.ask_to_close(&sent()).await
    }

    /// What the last request asked for, its signature checked in this side's own way.
    pub fn last(&self) -> (String, Value) {
        let form: BTreeMap<String, String> = self.script.last_form().into_iter().collect();
        let pairs: Vec<String> = form
            .iter()
            .filter(|(name, value)| *name != "sign" && !value.is_empty())
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let message = pairs.join("&");
        assert!(MERCHANT.signed(message.as_bytes(), &form["sign"]));
        let fixed = [
            "app_id",
            "format",
            "charset",
            "sign_type",
            "version",
            "timestamp",
        ];
        assert_eq!(
            fixed.map(|name| form[name].as_str()),
            [
                APP_ID,
                "JSON",
                "utf-8",
                "RSA2",
                "1.0",
                "2027-01-15 16:00:00"
            ]
        );
        let content = serde_json::from_str(&form["biz_content"]).unwrap();
        (form["method"].clone(), content)
    }
}

pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW_S, 0).unwrap()
}

/// The order `SO_100001`, of 1 yuan.
pub fn payment() -> NewPayment {
    NewPayment {
        order_no: number("SO_100001"),
        amount: yuan(100),
        expires_at: now() + TimeDelta::minutes(30),
        notify_url: "https://shop.example/api/v1/payments/alipay/notify".to_owned(),
    }
}

pub fn sent() -> SentPayment {
    payment().sent(None)
}

/// An answer with this inner object, as Alipay signs it.
pub fn signed(method: &str, inner: &str) -> String {
    signed_by(&PLATFORM, method, inner)
}

pub fn signed_by(key: &Key, method: &str, inner: &str) -> String {
    let sign = key.sign(inner.as_bytes());
    let node = method.replace('.', "_");
    format!(r#"{{"{node}_response":{inner},"sign":"{sign}"}}"#)
}

pub fn unsigned(method: &str, inner: &Value) -> String {
    let node = method.replace('.', "_");
    format!(r#"{{"{node}_response":{inner}}}"#)
}

pub fn trade(status: &str) -> Value {
    let mut trade = json!({
        "code": "10000", "msg": "Success",
        "out_trade_no": "SO_100001", "trade_no": TRADE_NO,
        "trade_status": status, "total_amount": "1.00",
        "buyer_logon_id": "159****5620",
    });
    if matches!(status, "TRADE_SUCCESS" | "TRADE_FINISHED") {
        trade["send_pay_date"] = json!("2027-01-15 15:59:00");
    }
    trade
}

pub fn refused(code: &str, sub_code: &str) -> Value {
    json!({"code": code, "msg": "Business Failed", "sub_code": sub_code, "sub_msg": "说明"})
}

pub fn answer_word(answer: &GatewayAnswer) -> &'static str {
    crate::gateway::wechat::world::answer_word(answer)
}

pub fn asked_word(asked: &CloseAsked) -> &'static str {
    crate::gateway::wechat::world::asked_word(asked)
}
