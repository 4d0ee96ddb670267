//! One number is one operation, single or bulk; and what is undone is undone by one operation.

use futures_util::future::join;
use stockdesk::domain::bulk::BulkStatus;
use stockdesk::domain::ids::OpId;
use stockdesk::domain::operation::{NewOperation, OpChange, OpKind, OpLine, OpTarget};
use stockdesk::domain::reason::Reason;
use stockdesk::domain::role::Role;
use stockdesk::service::Person;
use stockdesk::service::bulk::sheet;
use stockdesk::service::bulk::{Why, Written};

use super::bulk::{IMPORT, carry_out, desk, has, sent};
use super::ops::{DEDUCT, confirm, post};
use crate::harness::browser::Browser;
use crate::harness::world::{sku, warehouse};

fn op_of(address: &str) -> &str {
    &address["/ops/".len()..]
}

/// Posts a form of its own with the number of another operation.
async fn post_as(
    browser: &mut Browser,
    (form, op): (&str, &str),
    fields: &[(&str, &str)],
) -> crate::harness::browser::Answer {
    let mut fields = fields.to_vec();
    fields.push(("op", op));
    browser.post_from(form, form, &fields).await
}

/// A deduction with the number of a bulk operation.
async fn refused_as_used(browser: &mut Browser, bulk: &str) {
    let fields = [("units", "2"), ("reason", "damaged")];
    let used = post_as(browser, (DEDUCT, op_of(bulk)), &fields).await;
    assert_eq!(used.status, 422, "{}", used.body);
    has(
        &used,
        &[
            "<h1>This form was already used</h1>",
            "Start a new one with these values</button>",
            &format!("href=\"{bulk}\""),
        ],
    );
    assert_eq!(used.input("units").as_deref(), Some("2"));
    assert_ne!(used.input("op").as_deref(), Some(op_of(bulk)));
}

#[tokio::test]
async fn the_number_of_a_bulk_operation_is_no_number_for_a_correction() {
    let (site, mut browser) = desk().await;
    let address = sent(&mut browser, b"sku,change\nA,-3\n").await;
    refused_as_used(&mut browser, &address).await;
    carry_out(&mut browser, &address).await;
    refused_as_used(&mut browser, &address).await;
    assert_eq!(site.world.levels("A").await, (77, 0), "by the sheet alone");
    let form = "/ledger/led_1-1/rollback";
    let used = post_as(
        &mut browser,
        (form, op_of(&address)),
        &[("reason", "wrong_sku")],
    )
    .await;
    assert_eq!(used.status, 422, "{}", used.body);
    has(&used, &["<h1>This form was already used</h1>"]);
    let singles = "SELECT COUNT(*) FROM operations WHERE op = ?";
    assert_eq!(site.world.count(singles, op_of(&address)).await, 0);
    site.world.assert_sound().await;
}

#[tokio::test]
async fn the_number_of_a_correction_is_no_number_for_a_sheet() {
    let (site, mut browser) = desk().await;
    let form = browser.get(DEDUCT).await;
    let fields = [("units", "2"), ("reason", "damaged")];
    let draft = post(&mut browser, &form, DEDUCT, &fields).await;
    let address = draft.location().to_owned();
    let fields = [("reason", "received"), ("rows", "sku,change\nA,5\n")];
    let used = post_as(&mut browser, (IMPORT, op_of(&address)), &fields).await;
    assert_eq!(used.status, 422, "{}", used.body);
    has(&used, &["This form was already used"]);
    let bulks = "SELECT COUNT(*) FROM bulk_operations WHERE op = ?";
    assert_eq!(site.world.count(bulks, op_of(&address)).await, 0);
    let page = browser.get(&address).await;
    confirm(&mut browser, &page, &address).await.location();
    assert_eq!(site.world.levels("A").await, (78, 0));
}

#[tokio::test]
async fn a_number_that_both_ask_for_at_one_time_is_one_operation() {
    let (site, _) = desk().await;
    let services = site.services();
    let person = Person {
        name: "chen.yu".to_owned(),
        role: Role::Supervisor,
        address: None,
    };
    for _ in 0..10 {
        let op = OpId::new(ulid::Ulid::new());
        let single = NewOperation {
            op,
            kind: OpKind::Deduct,
            target: OpTarget::Lines {
                warehouse: warehouse(),
                lines: vec![OpLine {
                    sku: sku("A"),
                    change: OpChange::Delta(-1),
                    seen_available: Some(80),
                    seen_version: 0,
                    counted_at: None,
                }],
            },
            reason: Reason::parse("damaged").expect("a reason"),
            note: None,
            reference: None,
        };
        let written = Written {
            name: None,
            sheet: sheet::read(b"sku,change\nA,-1\n").expect("a sheet"),
            warehouse: Some(warehouse()),
        };
        let why = Why {
            reason: Reason::parse("correction").expect("a reason"),
            note: None,
            reference: None,
        };
        let (one, many) = join(
            services.operations.draft(single, &person),
            services.bulks.import(op, written, why, &person),
        )
        .await;
        assert!(one.is_ok() != many.is_ok(), "{one:?} {many:?}");
    }
}

#[tokio::test]
async fn one_operation_undoes_another_and_no_third_one_does() {
    let (site, mut browser) = desk().await;
    let pool = site.world.desk.pool();
    let address = sent(&mut browser, b"sku,change\nA,-3\nB,2\n").await;
    carry_out(&mut browser, &address).await;
    let undo = format!("{address}/undo");
    let mut drafts = Vec::new();
    for status in ["discarded", "draft"] {
        let page = browser.get(&undo).await;
        let fields = [("reason", "entered_twice")];
        let draft = post(&mut browser, &page, &undo, &fields).await;
        drafts.push(draft.location().to_owned());
        // As if two had been prepared at one time, each before the other was there.
        let sql = "UPDATE bulk_operations SET status = ?, confirmed_at = IF(status = 'draft', NULL,
                   created_at) WHERE origin = 'undo'";
        let set = sqlx::query(sql).bind(status).execute(pool).await;
        set.expect("set");
    }
    assert_ne!(drafts[0], drafts[1]);
    let second = browser.get(&drafts[1]).await;
    let done = carry_out(&mut browser, &drafts[0]).await;
    has(&done, &["2 of 2 changes made."]);
    let refused = confirm(&mut browser, &second, &drafts[1]).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    has(&refused, &["This was already rolled back by chen.yu."]);
    assert_eq!(site.world.levels("A").await, (80, 0));
    // Whoever asks again is led to what was done.
    let page = browser.get(&address).await;
    has(&page, &["Undone by", &drafts[0]]);
    let fields = [("reason", "entered_twice")];
    let form = browser.get(&undo).await;
    has(&form, &["These changes were undone", &drafts[0]]);
    let another = OpId::new(ulid::Ulid::new()).to_string();
    let again = post_as(&mut browser, (&undo, &another), &fields).await;
    assert_eq!(again.location(), format!("{}?again=1", drafts[0]));
    let op: OpId = op_of(&drafts[1]).parse().expect("a number");
    let bulk = site.services().bulks.fetch(op).await.expect("there");
    assert_eq!(bulk.status, BulkStatus::Draft);
    site.world.assert_sound().await;
}
