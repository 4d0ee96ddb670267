//! The pages for the person who pays, in both languages, without a script.

use serde_json::json;

use super::wechat_pay::{NO, open};

/// A browser's answer: its status and its page.
async fn page(request: reqwest::RequestBuilder) -> (u16, String) {
    let answer = request.send().await.expect("it answers");
    let policy = answer.headers().get("content-security-policy").cloned();
    let status = answer.status().as_u16();
    let strict = policy.is_some_and(|p| p.to_str().is_ok_and(|p| p.contains("default-src 'none'")));
    assert!(strict || status == 303, "{status} has a policy");
    (status, answer.text().await.expect("a page"))
}

#[tokio::test]
async fn a_person_pays_pays_later_and_pays_too_late() {
    let (gateways, client) = open().await;
    let browser = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client");
    let address = format!("{}/pay/wechat_pay/{NO}", gateways.url);
    let press = |deed: &str| {
        let form = browser.post(&address).form(&[("deed", deed.to_owned())]);
        form.header("Origin", gateways.url.clone())
    };
    let (status, list) = page(browser.get(format!("{}/", gateways.url))).await;
    assert_eq!(status, 200);
    assert!(list.contains(NO) && list.contains("WeChat Pay") && list.contains("1.00 CNY"));
    let (_, chinese) = page(browser.get(format!("{address}?lang=zh-Hans"))).await;
    assert!(chinese.contains("lang=\"zh-Hans\"") && chinese.contains("10 秒后支付"));
    let foreign = browser.post(&address).form(&[("deed", "pay")]);
    let (status, _) = page(foreign.header("Origin", "https://evil.example")).await;
    assert_eq!(status, 403);
    assert_eq!(page(press("later")).await.0, 303);
    let (_, paying) = page(browser.get(&address)).await;
    assert!(paying.contains("Paying now"), "{paying}");
    assert_eq!(page(press("later")).await.0, 409);
    assert_eq!(page(press("pay")).await.0, 303);
    let (_, paid) = page(browser.get(&address)).await;
    assert!(paid.contains("Pay a second time"), "{paid}");
    let other = stockdesk::domain::payment::NewPayment {
        order_no: crate::gateway::world::number("SO-100002"),
        ..super::wechat_pay::payment("http://127.0.0.1:1/notify")
    };
    use stockdesk::gateway::PaymentGateway;
    client.create(&other).await;
    client.close(&other.sent(None)).await;
    let address = format!("{}/pay/wechat_pay/SO-100002", gateways.url);
    let (_, closed) = page(browser.get(&address)).await;
    assert!(closed.contains("Pay although it is closed"), "{closed}");
    let refused = browser.post(&address).form(&[("deed", "pay")]);
    let (status, refused) = page(refused).await;
    assert!(
        status == 409 && refused.contains("the shop has closed this payment"),
        "{refused}"
    );
    assert_eq!(
        page(browser.post(&address).form(&[("deed", "force")]))
            .await
            .0,
        303
    );
    let payment = gateways.payment("wechat_pay", "SO-100002").await;
    assert_eq!(payment["state"], json!("paid"));
    assert_eq!(
        page(browser.get(format!("{}/nowhere", gateways.url)))
            .await
            .0,
        404
    );
}
