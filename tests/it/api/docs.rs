//! What `docs/API.md` says is so: its examples are sent, its codes are all there.

use std::collections::BTreeSet;
use std::fs;

use reqwest::Method;
use serde_json::Value;
use stockdesk::domain::ids::Sku;
use stockdesk::domain::rejection::{Rejection, ServiceError};
use stockdesk::domain::role::Scope;
use stockdesk::web::problem::Problem;

use super::{Shop, found, send};
use crate::harness::browser::Answer;
use crate::harness::site::Site;
use crate::rules::{root, rust_files};

fn page() -> String {
    fs::read_to_string(root().join("docs/API.md")).expect("docs/API.md")
}

/// A request and its answer, as the page has them.
struct Example {
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
    status: u16,
    answer: Value,
}

/// Each block of `http` with the block of `json` right after it.
fn examples(page: &str) -> Vec<Example> {
    let mut examples = Vec::new();
    for piece in page.split("```http\n").skip(1) {
        let (request, rest) = piece
            .split_once("```\n```json\n")
            .expect("an answer follows");
        let (answer, _) = rest.split_once("```").expect("its end");
        let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
        let (line, headers) = head.split_once('\n').unwrap_or((head, ""));
        let (method, path) = line.trim().split_once(' ').expect("a method and a path");
        let (status, answer) = answer.split_once('\n').expect("a status");
        let header = |line: &str| {
            line.split_once(": ")
                .map(|(n, v)| (n.to_owned(), v.to_owned()))
        };
        examples.push(Example {
            method: method.parse().expect("a method"),
            path: path
                .strip_prefix("/api/v1")
                .expect("a path of ours")
                .to_owned(),
            headers: headers.lines().filter_map(header).collect(),
            body: body.trim().to_owned(),
            status: status.trim().parse().expect("a status"),
            answer: serde_json::from_str(answer).unwrap_or(Value::Null),
        });
    }
    examples
}

async fn ask(shop: &Shop, example: &Example) -> Answer {
    let mut request = shop.request(example.method.clone(), &example.path);
    for (name, value) in &example.headers {
        request = request.header(name, value);
    }
    if !example.body.is_empty() {
        let request = request.header("content-type", "application/json");
        return send(request.body(example.body.clone())).await;
    }
    send(request).await
}

/// Whether two answers are alike: times, and texts that are new each time, are not compared.
fn alike(name: &str, a: &Value, b: &Value) -> bool {
    let new_each_time = ["request_id", "next", "url", "digest", "transaction_id"];
    let time = |v: &Value| {
        let text = v.as_str().unwrap_or_default();
        chrono::DateTime::parse_from_rfc3339(text).is_ok()
    };
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let known =
                |(name, x): (&String, &Value)| b.get(name).is_some_and(|y| alike(name, x, y));
            a.len() == b.len() && a.iter().all(known)
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(name, a, b))
        }
        (Value::String(_), Value::String(_)) if new_each_time.contains(&name) => true,
        (a, b) => a == b || (time(a) && time(b)),
    }
}

async fn seed(site: &Site) {
    let pool = site.world.desk.pool();
    let warehouse = "INSERT INTO warehouses VALUES ('SZ-01', UTC_TIMESTAMP(6))";
    sqlx::query(warehouse)
        .execute(pool)
        .await
        .expect("a warehouse");
    for (sku, name, available) in [("CUP-1", "Cup", 10), ("CARD", "Greeting card", -1)] {
        sqlx::query(
            "INSERT INTO stock (warehouse, sku, name, opening, available, unlimited, created_at,
               updated_at) VALUES ('SZ-01', ?, ?, ?, ?, ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))",
        )
        .bind(sku)
        .bind(name)
        .bind(available.max(0))
        .bind(available.max(0))
        .bind(available < 0)
        .execute(pool)
        .await
        .expect("a SKU");
    }
}

#[tokio::test]
async fn every_example_is_answered_as_the_page_says() {
    let site = Site::selling().await;
    seed(&site).await;
    let shop = Shop::with_key(&site, &site.api_key("shop-web", Scope::Stock).await);
    let examples = examples(&page());
    assert!(examples.len() >= 15, "the page is read");
    let mut wrong = Vec::new();
    for example in &examples {
        let answer = ask(&shop, example).await;
        if answer.status != example.status || !alike("", &answer.json(), &example.answer) {
            let (method, path) = (&example.method, &example.path);
            wrong.push(format!(
                "{method} {path}\n{}\n{}",
                answer.status, answer.body
            ));
        }
        if answer.status == 201 && example.path == "/orders" {
            // What the next examples show is there a moment later.
            found("the payment to be created", async || {
                let order = shop.get("/orders/A1001").await.json();
                order["payment"]["url"].as_str().map(str::to_owned)
            })
            .await;
        }
    }
    assert!(
        wrong.is_empty(),
        "not as the page says:\n{}",
        wrong.join("\n")
    );
}

/// Every code that the desk can answer: of refusals, and of problems.
fn codes() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    let mut add = |line: &str| {
        let code = line.trim().trim_end_matches(',').trim_matches('"');
        let plain = code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        if !code.is_empty() && plain && line.contains('"') {
            codes.insert(code.to_owned());
        }
    };
    let rejections = root().join("src/domain/rejection.rs");
    let text = fs::read_to_string(rejections).expect("the refusals");
    for line in text.lines().filter(|line| line.contains("Self::")) {
        line.split_once("=> ")
            .into_iter()
            .for_each(|(_, code)| add(code));
    }
    for file in rust_files("src/web") {
        let text = fs::read_to_string(file).expect("a file");
        let lines: Vec<&str> = text.lines().collect();
        for pair in lines
            .windows(2)
            .filter(|pair| pair[0].trim().starts_with("StatusCode::"))
        {
            add(pair[1]);
        }
    }
    codes
}

#[test]
fn every_code_is_explained() {
    let page = page();
    let codes = codes();
    assert!(
        codes.len() > 25,
        "the scan finds what it looks for: {codes:?}"
    );
    for code in codes {
        assert!(
            page.contains(&format!("`{code}`")),
            "{code} is not in docs/API.md"
        );
    }
}

/// The status of a code, as the page's table has it.
fn status_of(page: &str, code: &str) -> Option<u16> {
    let row = page
        .lines()
        .find(|line| line.contains(&format!("<a id=\"{code}\">")))?;
    row.split('|').nth(1)?.trim().parse().ok()
}

#[test]
fn what_the_service_refuses_has_the_status_of_the_page() {
    let page = page();
    let sku: Sku = "A".parse().expect("a SKU");
    let refusals = [
        Rejection::InsufficientStock { lines: Vec::new() },
        Rejection::UnknownStock { skus: Vec::new() },
        Rejection::DifferentContent,
        Rejection::RolledBack,
        Rejection::VersionChanged {
            sku: sku.clone(),
            expected: 1,
            version: 2,
            available: None,
        },
        Rejection::AboveLimit {
            sku: sku.clone(),
            level: 2,
            max: 1,
        },
        Rejection::UnlimitedStock { sku },
        Rejection::NotFound,
        Rejection::CancelTheOrder,
        Rejection::OrderCancelled,
        Rejection::AlreadyPaid,
    ];
    let errors = refusals.into_iter().map(ServiceError::Rejected).chain([
        ServiceError::NotConfirmed("away".to_owned()),
        ServiceError::Busy,
        ServiceError::Internal("a secret of the house".to_owned()),
    ]);
    for error in errors {
        let again = matches!(error, ServiceError::NotConfirmed(_) | ServiceError::Busy);
        let problem = Problem::from(error);
        let expected = status_of(&page, problem.code);
        assert_eq!(Some(problem.status.as_u16()), expected, "{}", problem.code);
        assert_eq!(problem.retry.is_some(), again, "{}", problem.code);
    }
}

#[test]
fn every_address_of_the_api_is_described() {
    let page = page();
    for entry in stockdesk::web::routes() {
        let described = format!("### `{} {}", entry.method, entry.path);
        let ours = entry.path.starts_with("/api/");
        assert!(!ours || page.contains(&described), "{described}");
    }
}
