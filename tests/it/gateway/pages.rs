//! The sandbox's pages.

use reqwest::Response;
use stockdesk::domain::payment::GatewayAnswer;

use super::world::World;

async fn get(world: &World, path: &str, language: &str) -> Response {
    let request = world.http.get(world.url(path));
    request
        .header("Accept-Language", language)
        .send()
        .await
        .unwrap()
}

async fn post(world: &World, path: &str, form: &[(&str, &str)]) -> Response {
    world
        .http
        .post(world.url(path))
        .form(form)
        .send()
        .await
        .unwrap()
}

#[actix_web::test]
async fn the_pages_speak_both_languages_and_run_no_script() {
    let world = World::new().await;
    let url = world.created("A1").await;
    assert_eq!(url, world.url("/pay/A1"));
    for path in ["/", "/pay/A1", "/pay/unknown"] {
        for (asked, tag, title) in [
            ("en-GB,en;q=0.9", "en", "Sandbox payments"),
            ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans", "沙箱支付"),
        ] {
            let page = get(&world, path, asked).await;
            let policy = page.headers()["content-security-policy"].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'; style-src 'self'"));
            let text = page.text().await.unwrap();
            assert!(text.contains(&format!("<html lang=\"{tag}\">")), "{text}");
            assert!(text.contains(title), "{text}");
            assert!(!text.contains("Unknown localization"), "{text}");
            assert!(
                !text.contains("<script") && !text.contains("style="),
                "{text}"
            );
        }
    }
    let page = get(&world, "/pay/A1", "en").await.text().await.unwrap();
    assert!(page.contains("128.00 CNY"), "{page}");
    let chosen = get(&world, "/pay/A1?lang=zh-Hans", "en").await;
    let cookie = chosen.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("sandbox_lang=zh-Hans"), "{cookie}");
    assert!(chosen.text().await.unwrap().contains("支付单"));
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn the_buttons_pay() {
    let world = World::new().await;
    world.created("A1").await;
    world.created("A2").await;
    let paid = post(&world, "/pay/A1", &[("when", "now")]).await;
    assert_eq!(paid.status(), 303);
    assert!(matches!(world.query("A1").await, GatewayAnswer::Paid(_)));
    let paying = post(&world, "/pay/A2", &[("when", "later")]).await;
    assert_eq!(paying.status(), 303);
    assert_eq!(world.query("A2").await, GatewayAnswer::InProgress);
    let page = get(&world, "/pay/A2", "en").await.text().await.unwrap();
    assert!(page.contains("http-equiv=\"refresh\""), "{page}");

    world.created("A3").await;
    world.close("A3").await;
    let refused = post(&world, "/pay/A3", &[("when", "now")]).await;
    assert_eq!(refused.status(), 409);
    let text = refused.text().await.unwrap();
    assert!(text.contains("the shop has closed this payment"), "{text}");
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn the_buttons_turn_switches_for_one_payment_or_all() {
    let world = World::new().await;
    world.created("A1").await;
    world.created("A2").await;
    let one = [("order_no", "A1"), ("switch", "http_500"), ("on", "true")];
    assert_eq!(post(&world, "/switches", &one).await.status(), 303);
    assert!(matches!(world.query("A1").await, GatewayAnswer::Unknown(_)));
    assert_eq!(world.query("A2").await, GatewayAnswer::Open);
    let all = [("order_no", ""), ("switch", "no_signature"), ("on", "true")];
    assert_eq!(post(&world, "/switches", &all).await.status(), 303);
    assert!(matches!(world.query("A2").await, GatewayAnswer::Unknown(_)));
    let off = [
        ("order_no", ""),
        ("switch", "no_signature"),
        ("on", "false"),
    ];
    assert_eq!(post(&world, "/switches", &off).await.status(), 303);
    assert_eq!(world.query("A2").await, GatewayAnswer::Open);
    let unheard_of = [("order_no", ""), ("switch", "explode"), ("on", "true")];
    assert_eq!(post(&world, "/switches", &unheard_of).await.status(), 400);
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn a_form_from_another_site_does_nothing() {
    let world = World::new().await;
    world.created("A1").await;
    for path in ["/pay/A1", "/switches"] {
        let form = world.http.post(world.url(path)).form(&[("when", "now")]);
        let answer = form
            .header("Origin", "https://elsewhere.example")
            .send()
            .await;
        assert_eq!(answer.unwrap().status(), 403);
    }
    let own = world
        .http
        .post(world.url("/pay/A1"))
        .form(&[("when", "now")]);
    let own = own.header("Origin", world.sandbox.url());
    assert_eq!(own.send().await.unwrap().status(), 303);
    // The admin calls take JSON only, which no form can send.
    let form = world.http.put(world.url("/admin/switches"));
    let form = form.form(&[("no_answer", "true")]).send().await.unwrap();
    assert_eq!(form.status(), 415);
    world.sandbox.stop().await;
}
