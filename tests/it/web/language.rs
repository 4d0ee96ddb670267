//! The switch of language on a page with a form loses nothing that was typed.

use chrono::TimeDelta;
use stockdesk::domain::role::Role;

use super::ops::{fill, post};
use crate::harness::browser::{Answer, Browser};
use crate::harness::site::{PASSWORD, Site};

const DEDUCT: &str = "/stock/W/A/deduct";
const SWITCH: (&str, &str) = ("switch", "zh-Hans");

async fn desk(role: Role) -> (Site, Browser) {
    let site = Site::start().await;
    site.world.stock("A", 80).await;
    let browser = site.signed_in("li.wei", role).await;
    (site, browser)
}

/// More than any address can hold.
fn long() -> String {
    "两箱 & more\n".repeat(1_500)
}

fn written(note: &str) -> String {
    format!(">\n{}</textarea>", note.replace('&', "&#38;"))
}

/// The same form, in Chinese, with nothing said against it.
fn assert_switched(page: &Answer) {
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.has("<html lang=\"zh-Hans\""), "{}", page.body);
    assert!(!page.has("role=\"alert\""), "{}", page.body);
}

#[tokio::test]
async fn what_was_typed_comes_along_however_long_it_is() {
    let (site, mut browser) = desk(Role::Operator).await;
    let page = browser.get(DEDUCT).await;
    assert!(page.has("form=\"form\" name=\"switch\" value=\"zh-Hans\""));
    let note = long();
    let fields = [("units", "1,5"), ("note", note.as_str()), SWITCH];
    let switched = post(&mut browser, &page, DEDUCT, &fields).await;
    assert_switched(&switched);
    assert_eq!(switched.input("units").as_deref(), Some("1,5"));
    assert!(switched.has(&written(&note)), "{}", switched.body);
    assert_eq!(switched.input("op"), page.input("op"), "the same operation");
    // It is remembered, like any switch.
    assert_eq!(browser.cookies["lang"], "zh-Hans");
    assert!(browser.get("/").await.has("<html lang=\"zh-Hans\""));
    let mut elsewhere = site.browser();
    elsewhere.sign_in("li.wei", PASSWORD).await;
    assert!(elsewhere.get("/").await.has("<html lang=\"zh-Hans\""));
}

#[tokio::test]
async fn what_could_be_sent_is_not_sent_by_the_switch() {
    let (site, mut browser) = desk(Role::Operator).await;
    let fields = [("units", "3"), ("reason", "damaged"), SWITCH];
    let switched = fill(&mut browser, DEDUCT, &fields).await;
    assert_switched(&switched);
    let op = switched.input("op").expect("an operation");
    assert_eq!(browser.get(&format!("/ops/{op}")).await.status, 404);
    // Not after the session has ended, either.
    site.wait(TimeDelta::hours(13));
    let ended = post(&mut browser, &switched, DEDUCT, &fields).await;
    let (kept, token) = (ended.input("kept").unwrap(), ended.input("csrf").unwrap());
    let fields = [
        ("name", "li.wei"),
        ("password", PASSWORD),
        ("kept", kept.as_str()),
        ("csrf", token.as_str()),
    ];
    let back = browser.post_bare("/login", &fields).await;
    let form = browser.get(back.location()).await;
    assert_eq!(form.input("units").as_deref(), Some("3"));
    // The form's own button sends it.
    let fields = [("units", "3"), ("reason", "damaged")];
    let sent = post(&mut browser, &form, DEDUCT, &fields).await;
    assert_eq!(sent.location(), format!("/ops/{op}"));
}

#[tokio::test]
async fn a_form_of_another_session_or_site_switches_nothing() {
    let (_site, mut browser) = desk(Role::Operator).await;
    let fields = [("csrf", "stale"), ("units", "3"), SWITCH];
    let refused = browser.post_bare(DEDUCT, &fields).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.input("units").as_deref(), Some("3"));
    assert!(refused.has("<html lang=\"en\""));
    assert!(!browser.cookies.contains_key("lang"));
}

#[tokio::test]
async fn a_form_without_a_page_is_not_performed_by_a_switch() {
    let (_site, mut browser) = desk(Role::Operator).await;
    let answer = browser.post_from("/", "/logout", &[SWITCH]).await;
    assert_eq!(answer.location(), "/");
    let page = browser.get("/").await;
    assert!(page.status == 200 && page.has("<html lang=\"zh-Hans\""));
}

#[tokio::test]
async fn while_changes_are_paused_the_language_can_be_switched() {
    let (site, mut browser) = desk(Role::Operator).await;
    let page = browser.get(DEDUCT).await;
    let mut admin = site.signed_in("wang.fang", Role::Admin).await;
    let until = [("until", "23:59")];
    let paused = admin
        .post_from("/health/read-only", "/health/read-only", &until)
        .await;
    paused.location();
    let fields = [("units", "3"), SWITCH];
    let switched = post(&mut browser, &page, DEDUCT, &fields).await;
    assert_switched(&switched);
    assert_eq!(switched.input("units").as_deref(), Some("3"));
}

#[tokio::test]
async fn every_form_with_a_note_keeps_it() {
    let (site, mut browser) = desk(Role::Supervisor).await;
    let sold = crate::harness::world::unpaid_order("O1", &[("A", 2)]);
    let shop = crate::harness::world::shop();
    site.world.desk.post(sold, shop).await.expect("sold");
    let deducted = super::ops::draft(&mut browser, "3").await;
    let draft = browser.get(&deducted).await;
    super::ops::confirm(&mut browser, &draft, &deducted)
        .await
        .location();
    let entries = browser.get("/ledger").await;
    let entry = entries.quoted_after("href=\"/ledger/").remove(0);
    let stock = browser.get("/stock").await.input("sel").expect("a row");
    let note = long();
    for path in [
        "/stock/W/A/adjust".to_owned(),
        "/stock/W/A/set".to_owned(),
        "/orders/O1/cancel".to_owned(),
        "/stock/import".to_owned(),
        format!("/stock/change?sel={stock}"),
        format!("/ledger/{entry}/rollback"),
    ] {
        let mut fields = vec![("note", note.as_str()), SWITCH];
        fields.push(("sel", stock.as_str()));
        browser
            .post_from("/", "/prefs/language", &[("lang", "en")])
            .await
            .location();
        let switched = fill(&mut browser, &path, &fields).await;
        assert_switched(&switched);
        assert!(switched.has(&written(&note)), "{path}: {}", switched.body);
    }
}

#[tokio::test]
async fn a_sheet_is_pasted_once_and_a_file_chosen_again() {
    let (_site, mut browser) = desk(Role::Operator).await;
    let page = browser.get("/stock/import").await;
    let before = "After an error or a switch of language choose it again";
    assert!(page.has(before), "{}", page.body);
    let (token, op) = (page.input("csrf").unwrap(), page.input("op").unwrap());
    let rows = "仓库,SKU,变动\n".to_owned() + &"W,A,1\n".repeat(20_000);
    let fields = [
        ("csrf", token.as_str()),
        ("op", op.as_str()),
        ("rows", rows.as_str()),
        SWITCH,
    ];
    let file = ("count.csv", &b"SKU\nA"[..]);
    let switched = browser.post_file("/stock/import", &fields, file).await;
    assert_switched(&switched);
    assert!(switched.has(&written(&rows)), "the rows");
    assert!(switched.has("请重新选择文件"), "{}", switched.body);
    assert!(!switched.has("出错或切换语言后"), "once is enough");
}

#[tokio::test]
async fn whoever_signs_in_keeps_the_name_and_types_the_password_again() {
    let (_site, browser) = desk(Role::Operator).await;
    let mut browser = browser.clone();
    browser.cookies.clear();
    let token = browser.get("/login").await.input("csrf").expect("a token");
    let fields = [
        ("csrf", token.as_str()),
        ("name", "li.wei"),
        ("password", PASSWORD),
        SWITCH,
    ];
    let switched = browser.post_bare("/login", &fields).await;
    assert_switched(&switched);
    assert_eq!(switched.input("name").as_deref(), Some("li.wei"));
    assert!(!switched.has(PASSWORD));
}
