//! A merchant, its client, and the payments that the script describes.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use stockdesk::domain::payment::{GatewayAnswer, NewPayment};
use stockdesk::gateway::{
    CallLimits, CloseAsked, PaymentGateway, WechatPayGateway, WechatPayPublicKey, WechatPaySettings,
};

use super::keys::{API_V3_KEY, MERCHANT, PLATFORM};
use super::script::{Reply, Script};
use crate::gateway::world::{Clock, number, sent, yuan};

pub const NOW_S: i64 = 1_800_000_000;
pub const MERCHANT_NO: &str = "1230000109";
pub const APPID: &str = "wxd678efh567hg6787";
pub const CERTIFICATE_SERIAL: &str = "1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C";
pub const PUBLIC_KEY_ID: &str = "PUB_KEY_ID_0112300001090000000000000000000000";

pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

/// A merchant with WeChat Pay's public key.
pub fn settings(base_url: &str) -> WechatPaySettings {
    WechatPaySettings {
        name: "wechat_pay".to_owned(),
        base_url: base_url.to_owned(),
        merchant: MERCHANT_NO.to_owned(),
        appid: APPID.to_owned(),
        certificate_serial: CERTIFICATE_SERIAL.to_owned(),
        private_key_pem: MERCHANT.private_pem(),
        api_v3_key: API_V3_KEY.to_owned(),
        public_key: Some(WechatPayPublicKey {
            id: PUBLIC_KEY_ID.to_owned(),
            pem: PLATFORM.public_pem(),
        }),
        platform_certificates: false,
        title: "小店 Shop".to_owned(),
        close_after: TimeDelta::zero(),
        limits: CallLimits::default(),
    }
}

pub fn gateway(settings: WechatPaySettings) -> WechatPayGateway {
    WechatPayGateway::new(settings, Clock::at(at(NOW_S)).reader()).unwrap()
}

pub struct World {
    pub script: Script,
    pub gateway: WechatPayGateway,
}

impl World {
    pub async fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let script = Script::new(replies).await;
        let gateway = gateway(settings(&script.url));
        Self { script, gateway }
    }

    /// What a close comes to that is answered like this, in a word.
    pub async fn close(&self, reply: Reply) -> &'static str {
        let before = self.script.lines().len();
        self.script.reply(reply);
        let asked = self.gateway.ask_to_close(&sent("SO-100001")).await;
        assert_eq!(self.script.lines().len(), before + 1);
        asked_word(&asked)
    }

    /// What a query comes to that is answered like this, in a word.
    pub async fn query(&self, reply: Reply) -> &'static str {
        let before = self.script.lines().len();
        self.script.reply(reply);
        let answer = self.gateway.query(&sent("SO-100001")).await;
        let path = "GET /v3/pay/transactions/out-trade-no/SO-100001?mchid=1230000109";
        assert_eq!(self.script.lines()[before..], [path]);
        answer_word(&answer)
    }
}

/// The order `SO-100001`, of 1 yuan.
pub fn payment() -> NewPayment {
    NewPayment {
        order_no: number("SO-100001"),
        amount: yuan(100),
        expires_at: at(NOW_S + 1800),
        notify_url: "https://shop.example/api/v1/payments/wechat_pay/notify".to_owned(),
    }
}

/// That order's payment in this state, as a query describes it.
pub fn transaction(state: &str) -> Value {
    let mut transaction = json!({
        "appid": APPID,
        "mchid": MERCHANT_NO,
        "out_trade_no": "SO-100001",
        "trade_state": state,
        "trade_state_desc": "说明",
        "amount": {"total": 100, "currency": "CNY"},
        "scene_info": {"device_id": ""},
    });
    if matches!(state, "SUCCESS" | "REFUND") {
        transaction["transaction_id"] = json!("4200000001202611201234567890");
        transaction["success_time"] = json!("2027-01-15T16:00:00+08:00");
        transaction["attach"] = json!("SO-100001");
        transaction["payer"] = json!({"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"});
        transaction["amount"] = json!({"total": 100, "payer_total": 90,
            "currency": "CNY", "payer_currency": "CNY"});
    }
    transaction
}

pub fn code(code: &str) -> Value {
    json!({"code": code, "message": "说明"})
}

/// The word for an answer, without what it says for the log.
pub fn asked_word(asked: &CloseAsked) -> &'static str {
    match asked {
        CloseAsked::Accepted => "accepted",
        CloseAsked::AlreadyPaid => "paid",
        CloseAsked::InProgress => "paying",
        CloseAsked::Refused(_) => "refused",
        CloseAsked::Unknown(_) => "unknown",
    }
}

/// The same for a query.
pub fn answer_word(answer: &GatewayAnswer) -> &'static str {
    match answer {
        GatewayAnswer::Closed(_) => "closed",
        GatewayAnswer::Paid(_) => "paid",
        GatewayAnswer::Open => "open",
        GatewayAnswer::InProgress => "paying",
        GatewayAnswer::NotCreated => "not_created",
        GatewayAnswer::Refused(_) => "refused",
        GatewayAnswer::Unknown(_) => "unknown",
    }
}
