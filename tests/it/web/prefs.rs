//! What a person prefers.

use stockdesk::domain::role::Role;

use crate::harness::site::{PASSWORD, Site};

const CHOSEN: [(&str, &str); 4] = [
    ("lang", "zh-Hans"),
    ("theme", "dark"),
    ("keys", "off"),
    ("rows", "20"),
];

#[tokio::test]
async fn preferences_go_with_the_person_to_another_browser() {
    let site = Site::start().await;
    for n in 0..30 {
        site.world.stock(&format!("CUP-{n:02}"), 5).await;
    }
    let mut browser = site.signed_in("li.wei", Role::Viewer).await;
    let before = browser.get("/stock").await;
    assert_eq!(before.body.matches("<tr id=\"s").count(), 30);
    assert!(before.has("<html lang=\"en\">") && before.has("data-keys=\"on\""));
    let saved = browser.post_from("/prefs", "/prefs", &CHOSEN).await;
    assert_eq!(saved.location(), "/prefs");
    let page = browser.get("/prefs").await;
    assert!(page.has("已保存。"), "{}", page.body);
    assert!(page.has("value=\"dark\" checked") && page.has("value=\"20\" checked"));
    let mut elsewhere = site.browser();
    elsewhere.sign_in("li.wei", PASSWORD).await;
    let list = elsewhere.get("/stock").await;
    assert!(list.has("<html lang=\"zh-Hans\" data-theme=\"dark\">"));
    assert!(list.has("data-keys=\"off\""));
    assert_eq!(list.body.matches("<tr id=\"s").count(), 20);
    assert!(list.has("rel=\"next\""));
    // Somebody else at the same desk is not asked.
    let mut other = site.signed_in("chen.yu", Role::Viewer).await;
    assert!(other.get("/").await.has("<html lang=\"en\">"));
}

#[tokio::test]
async fn before_signing_in_the_browser_keeps_them() {
    let site = Site::start().await;
    let mut browser = site.browser();
    assert!(browser.get("/prefs").await.has("Kept in this browser."));
    browser
        .post_from("/prefs", "/prefs", &CHOSEN)
        .await
        .location();
    assert!(
        browser
            .get("/login")
            .await
            .has("<html lang=\"zh-Hans\" data-theme=\"dark\">")
    );
    let system = [
        ("lang", "en"),
        ("theme", "system"),
        ("keys", "on"),
        ("rows", "usual"),
    ];
    browser
        .post_from("/prefs", "/prefs", &system)
        .await
        .location();
    assert!(browser.get("/login").await.has("<html lang=\"en\">"));
    // What nobody offered is not kept.
    for (field, value) in [
        ("lang", "de"),
        ("theme", "red"),
        ("keys", ""),
        ("rows", "501"),
    ] {
        let mut fields = system;
        let at = fields
            .iter()
            .position(|(name, _)| *name == field)
            .expect("there");
        fields[at] = (field, value);
        let page = browser.post_from("/prefs", "/prefs", &fields).await;
        assert!(
            page.status == 422 && page.has(": Select one of these"),
            "{field}"
        );
    }
}
