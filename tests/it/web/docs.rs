//! The reference of the API, as a page.

use crate::harness::site::Site;

#[tokio::test]
async fn the_type_of_a_problem_leads_to_its_explanation() {
    let site = Site::start().await;
    let mut shop = site.browser().with("authorization", "Bearer x");
    let problem = shop.get("/api/v1/stock").await.json();
    let address = problem["type"].as_str().expect("an address");
    let (path, code) = address.split_once('#').expect("a place in it");
    let page = site.browser().get(path).await;
    assert_eq!(page.status, 200);
    assert!(page.has(&format!("id=\"{code}\"")), "{address}");
    let described = page.body.matches("<h3 id=\"").count();
    let routes = stockdesk::web::routes();
    let api = routes
        .iter()
        .filter(|entry| entry.path.starts_with("/api/"));
    assert_eq!(described, api.count(), "each address once");
    let mut zh = site.browser().with("accept-language", "zh-CN");
    let zh = zh.get(path).await;
    for text in [
        "保证只执行一次",
        "aria-label=\"表 1\"",
        "id=\"unauthorized\"",
    ] {
        assert!(zh.has(text), "{text}");
    }
    assert_eq!(zh.body.matches("<h3 id=\"").count(), described);
}
