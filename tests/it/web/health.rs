//! How the desk is doing, for people.

use stockdesk::domain::role::Role;

use crate::harness::site::{PASSWORD, Site};

#[tokio::test]
async fn everything_works_and_says_so_in_both_languages() {
    let site = Site::start().await;
    let mut browser = site.signed_in("guest", Role::Viewer).await;
    let page = browser.get("/health").await;
    assert_eq!(page.status, 200);
    for text in [
        "Everything works.",
        "Database</th>",
        "Redis</th>",
        "Stock gate</th>",
        " ms</td>",
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    assert!(!page.has("class=\"band\""));
    let mut browser = site.browser().with("accept-language", "zh-CN");
    browser.sign_in("guest", PASSWORD).await;
    assert!(browser.get("/health").await.has("一切正常。"));
}

#[tokio::test]
async fn without_the_database_it_still_opens_and_is_a_500() {
    let site = Site::start().await;
    let mut browser = site.signed_in("guest", Role::Viewer).await;
    site.world.desk.pool().close().await;
    let page = browser.get("/health").await;
    assert_eq!(page.status, 500);
    for text in [
        "Nothing can be changed until the database answers as it should.",
        "Nothing can be changed, and little can be shown",
        "✕</span> Down",
        "class=\"band\"",
        "guest",
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    // The way to it is on every page.
    let overview = browser.get("/").await;
    assert!(overview.status == 200 && overview.has("<a href=\"/health\">See health</a>"));
}

#[tokio::test]
async fn a_difference_of_the_gate_degrades_it() {
    let site = Site::start().await;
    site.world.stock("CUP", 5).await;
    let mut browser = site.signed_in("guest", Role::Viewer).await;
    let difference = "INSERT INTO gate_differences
        (stock_id, seen_at, gate_value, gate_held, available, cause)
        SELECT id, UTC_TIMESTAMP(6), 9, 0, 5, 'unknown' FROM stock";
    let pool = site.world.desk.pool();
    sqlx::query(difference)
        .execute(pool)
        .await
        .expect("the database answers");
    let page = browser.get("/health").await;
    assert_eq!(page.status, 200);
    assert!(page.has("Something does not work as usual. Reading and writing stock work."));
    assert!(page.has("The gate differs from the database or cannot be asked"));
}
