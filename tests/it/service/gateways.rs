//! What differs between gateways, seen through the cashier.

use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use stockdesk::domain::command::Post;
use stockdesk::domain::order::OrderStatus;
use stockdesk::gateway::{
    Gateways, PaymentGateway, StripeGateway, WechatPayGateway, WechatPaySettings,
};
use stockdesk::service::{Cashier, CashierSettings};
use stockdesk::store::mysql::orders::order_fetch;

use super::till::{cancel, number};
use crate::gateway::scripted::Scripted;
use crate::gateway::stripe::world as stripe;
use crate::gateway::wechat::keys::PLATFORM;
use crate::gateway::wechat::script::{Reply, Script};
use crate::gateway::wechat::world as wechat;
use crate::harness::world::{World, shop, unpaid_order};

const ORDER: &str = "SO-100001";

fn cashier(world: &World, gateway: Arc<dyn PaymentGateway>) -> Cashier {
    let gateways = Gateways::new(vec![gateway]).expect("one gateway");
    let settings = CashierSettings::new("https://stock.example.com");
    Cashier::start(world.desk.clone(), gateways, settings)
}

async fn placed(world: &World, gateway: &str) {
    let mut post: Post = unpaid_order(ORDER, &[("A", 2)]);
    post.payment.as_mut().expect("to be paid").gateway = gateway.to_owned();
    world.desk.post(post, shop()).await.expect("placed");
}

async fn status(world: &World) -> OrderStatus {
    let order = order_fetch(world.desk.pool(), &number(ORDER)).await;
    order.expect("read").expect("there").status
}

fn session(status: &str) -> Value {
    let mut session = stripe::session(status, "unpaid", Value::Null);
    session["client_reference_id"] = json!(ORDER);
    session
}

#[tokio::test]
async fn the_gateways_own_number_is_kept_and_asked_for() {
    let world = World::new().await;
    world.stock("A", 10).await;
    let script = Scripted::new().await;
    let settings = stripe::settings(&script.url);
    let gateway = StripeGateway::new(settings, Arc::new(Utc::now)).expect("settings");
    let desk = cashier(&world, Arc::new(gateway));
    placed(&world, "stripe").await;
    let mut open = session("open");
    // Stripe's addresses carry a long fragment.
    let page = format!(
        "https://checkout.stripe.com/c/pay/cs_test_a1#{}",
        "x".repeat(900)
    );
    open["url"] = json!(page);
    script.reply(200, open.to_string());
    let state = desk.checkout(&number(ORDER)).await.expect("asked");
    assert_eq!(state.map(|state| state.as_str()), Some("open"));
    let order = order_fetch(world.desk.pool(), &number(ORDER)).await;
    assert_eq!(order.expect("read").expect("there").payment_url, Some(page));
    for status in ["open", "open", "expired", "expired"] {
        script.reply(200, session(status).to_string());
    }
    let cancelled = desk.cancel(cancel(ORDER), shop()).await.expect("cancelled");
    assert_eq!(cancelled.receipt.status, OrderStatus::Cancelled);
    let one = format!("/v1/checkout/sessions/{}", stripe::SESSION);
    let look = format!("GET {one}?expand[]=payment_intent");
    let expire = format!("POST {one}/expire");
    let made = "POST /v1/checkout/sessions";
    assert_eq!(script.lines(), [made, &look, &look, &expire, &look]);
    world.assert_sound().await;
}

fn wechat_pay(url: &str) -> WechatPayGateway {
    let settings = WechatPaySettings {
        close_after: TimeDelta::minutes(5),
        ..wechat::settings(url)
    };
    WechatPayGateway::new(settings, Arc::new(Utc::now)).expect("settings")
}

/// Signed at this moment, for a client that reads the real clock.
fn signed(status: u16, body: &str) -> Reply {
    let now_s = Utc::now().timestamp();
    Reply::unsigned(status, body).sign(&PLATFORM, wechat::PUBLIC_KEY_ID, now_s)
}

#[tokio::test]
async fn a_young_payment_is_asked_about_and_closed_later() {
    let world = World::new().await;
    world.stock("A", 10).await;
    let code = json!({"code_url": "weixin://wxpay/bizpayurl?pr=p4lpSuKzz"}).to_string();
    let open = wechat::transaction("NOTPAY").to_string();
    let script = Script::new([signed(200, &code), signed(200, &open)]).await;
    let desk = cashier(&world, Arc::new(wechat_pay(&script.url)));
    placed(&world, "wechat_pay").await;
    desk.checkout(&number(ORDER)).await.expect("asked");
    let waits = desk.cancel(cancel(ORDER), shop()).await.expect("closing");
    assert_eq!(waits.receipt.status, OrderStatus::Closing);
    assert_eq!(status(&world).await, OrderStatus::Closing);
    // It was asked about, and nobody asked to close it.
    assert_eq!(script.lines().len(), 2);
    assert!(
        script.lines()[1].starts_with("GET "),
        "{:?}",
        script.lines()
    );

    let closed = wechat::transaction("CLOSED").to_string();
    for reply in [signed(200, &open), signed(204, ""), signed(200, &closed)] {
        script.reply(reply);
    }
    let later = Utc::now() + TimeDelta::minutes(6);
    let done = desk.time_out(&number(ORDER), later).await.expect("asked");
    assert!(done.is_some());
    assert_eq!(status(&world).await, OrderStatus::Cancelled);
    assert!(
        script.lines()[3].ends_with("/close"),
        "{:?}",
        script.lines()
    );
    world.assert_sound().await;
}

#[tokio::test]
async fn one_gateway_that_cannot_refresh_does_not_keep_the_others_from_it() {
    let world = World::new().await;
    let script = Script::new([]).await;
    let with_certificates = |name: &str, url: &str| {
        let settings = WechatPaySettings {
            name: name.to_owned(),
            public_key: None,
            platform_certificates: true,
            ..wechat::settings(url)
        };
        let gateway = WechatPayGateway::new(settings, Arc::new(Utc::now));
        Arc::new(gateway.expect("settings")) as Arc<dyn PaymentGateway>
    };
    let gateways = Gateways::new(vec![
        with_certificates("wechat_one", "http://127.0.0.1:1"),
        with_certificates("wechat_two", &script.url),
    ]);
    let settings = CashierSettings::new("https://stock.example.com");
    let desk = Cashier::start(world.desk.clone(), gateways.expect("two names"), settings);
    let failed = desk.refresh_gateways().await.expect_err("nobody answers");
    let text = failed.to_string();
    assert!(
        text.contains("wechat_one") && text.contains("wechat_two"),
        "{text}"
    );
    assert_eq!(script.lines(), ["GET /v3/certificates"]);
}
