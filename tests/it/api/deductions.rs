//! Deductions and their rollbacks.

use serde_json::{Value, json};
use stockdesk::domain::role::Scope;

use super::{Shop, assert_problem, assert_replay};
use crate::harness::site::Site;

fn deduction(document: &str, sku: &str, quantity: i64) -> Value {
    json!({"document": document, "warehouse": "W", "reason": "sold_offline",
        "lines": [{"sku": sku, "quantity": quantity}]})
}

#[tokio::test]
async fn a_deduction_happens_once_and_is_undone_once() {
    let site = Site::start().await;
    site.world.stock("A", 10).await;
    let shop = Shop::new(&site, Scope::Orders).await;
    let first = shop.post("/deductions", &deduction("SO-1", "A", 4)).await;
    assert_eq!(first.status, 201, "{}", first.body);
    assert_eq!(first.header("location"), "/api/v1/ledger?document=SO-1");
    let receipt = first.json();
    assert_eq!(receipt["document"], "SO-1");
    assert_eq!(receipt["status"], "deducted");
    let lines = json!([{"sku": "A", "quantity": 4, "available": 6}]);
    assert_eq!(receipt["lines"], lines);
    assert_replay(
        &first,
        &shop.post("/deductions", &deduction("SO-1", "A", 4)).await,
    );
    let other = shop.post("/deductions", &deduction("SO-1", "A", 5)).await;
    assert_problem(&other, 422, "different_content");

    let body = json!({"reason": "entered_twice"});
    let undone = shop.post("/deductions/SO-1/rollback", &body).await;
    assert_eq!(undone.status, 201, "{}", undone.body);
    let receipt = undone.json();
    assert_eq!(receipt["status"], "rolled_back");
    let lines = json!([{"sku": "A", "quantity": 4, "available": 10}]);
    assert_eq!(receipt["lines"], lines);
    assert_replay(
        &undone,
        &shop.post("/deductions/SO-1/rollback", &body).await,
    );
    // The first receipt again: it happened, and was undone.
    assert_replay(
        &first,
        &shop.post("/deductions", &deduction("SO-1", "A", 4)).await,
    );
    assert_eq!(site.world.levels("A").await, (10, 0));
    site.world.assert_sound().await;
}

#[tokio::test]
async fn a_rollback_that_comes_first_fences_what_comes_late() {
    let site = Site::start().await;
    site.world.stock("A", 10).await;
    let shop = Shop::new(&site, Scope::Orders).await;
    let request = shop.request(reqwest::Method::POST, "/deductions/SO-9/rollback");
    let fenced = super::send(request).await;
    assert_eq!(fenced.status, 201, "{}", fenced.body);
    assert_eq!(fenced.json()["status"], "fenced");
    assert_eq!(fenced.json()["lines"], json!([]));
    assert_replay(
        &fenced,
        &shop.post("/deductions/SO-9/rollback", &json!({})).await,
    );
    let late = shop.post("/deductions", &deduction("SO-9", "A", 1)).await;
    assert_problem(&late, 409, "rolled_back");
    let mut order = deduction("SO-9", "A", 1);
    order["order_no"] = order["document"].take();
    let fields = order.as_object_mut().expect("an object");
    fields.remove("document");
    fields.remove("reason");
    assert_problem(&shop.post("/orders", &order).await, 409, "rolled_back");
    assert_eq!(site.world.levels("A").await, (10, 0));
    site.world.assert_sound().await;
}

#[tokio::test]
async fn what_the_desk_numbered_itself_is_not_a_shops_to_undo() {
    let site = Site::start().await;
    site.world.stock("A", 10).await;
    let shop = Shop::new(&site, Scope::Stock).await;
    let body = json!({"warehouse": "W", "lines": [{"sku": "A", "delta": 5}], "reason": "received"});
    let adjusted = shop.adjust("K1", &body).await.json();
    let document = adjusted["document"].as_str().expect("a document");
    for ours in [document, "op_01ARZ3NDEKTSV4RRFFQ69G5FAV"] {
        let path = format!("/deductions/{ours}/rollback");
        assert_problem(&shop.post(&path, &json!({})).await, 404, "not_found");
        let taken = shop.post("/deductions", &deduction(ours, "A", 1)).await;
        assert_eq!(super::fields(&taken), ["document"]);
    }
    assert_eq!(site.world.levels("A").await, (15, 0));
}
