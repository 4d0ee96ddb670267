//! Corrections by staff: every state of an operation, and each of them reached once.

use chrono::TimeDelta;
use futures_util::future::join_all;
use stockdesk::domain::draft::Recount;
use stockdesk::domain::listing::{LedgerFilter, Limit, OpFilter};
use stockdesk::domain::operation::{OpChange, OpKind, OpStatus, OpTarget};
use stockdesk::domain::rejection::Rejection;
use stockdesk::domain::role::Role;
use stockdesk::domain::survey::Step;
use stockdesk::service::operations::{Drafted, How};

use super::office::{Office, by, chen, deduct, li, person, refused, undo, wang};
use crate::harness::world::{order, shop, sku, unpaid_order};

#[tokio::test]
async fn a_deduction_is_seen_before_it_is_done_and_told_when_it_was() {
    let office = Office::new().await;
    office.world.stock("CUP", 12).await;
    office
        .world
        .desk
        .post(unpaid_order("R1", &[("CUP", 4)]), shop())
        .await
        .unwrap();
    let draft = office.drafted(deduct("CUP", 3), &li()).await;
    let preview = office.operations.preview(draft.op, &li()).await.unwrap();
    assert!(preview.problem.is_none() && preview.may_confirm && preview.may_change);
    let line = &preview.survey.lines[0];
    assert_eq!(line.available, Some(Step { now: 8, change: -3 }));
    assert_eq!(line.reserved, Step { now: 4, change: 0 });
    assert_eq!(line.on_hand().unwrap().after(), 9);
    assert_eq!(office.world.levels("CUP").await, (8, 4));

    let done = office.operations.confirm(draft.op, 1, &li()).await.unwrap();
    assert_eq!(
        (done.how, done.operation.status),
        (How::Applied, OpStatus::Applied)
    );
    assert_eq!(
        (
            done.operation.result[0].delta,
            done.operation.result[0].available
        ),
        (-3, Some(5))
    );
    let stored = office.operations.fetch(draft.op).await.unwrap();
    assert_eq!(stored.result, done.operation.result);
    assert_eq!(stored.confirmed_at, done.operation.confirmed_at);

    let again = office
        .operations
        .confirm(draft.op, 1, &wang())
        .await
        .unwrap();
    assert_eq!(
        (again.how, again.operation.confirmed_by.as_deref()),
        (How::Again, Some("li.wei"))
    );
    assert_eq!(office.world.levels("CUP").await, (5, 4));
    assert_eq!(
        office.audit(draft.op).await,
        ["drafted done", "confirmed done", "confirmed no_effect"]
    );
    let filter = LedgerFilter {
        op: Some(draft.op),
        ..LedgerFilter::default()
    };
    let ledger = office
        .queries
        .ledger_list(&filter, None, Limit::new(9).unwrap())
        .await
        .unwrap();
    let entry = &ledger.value.items[0];
    assert_eq!(
        (entry.actor.as_str(), entry.reason.as_deref()),
        ("user:li.wei", Some("damaged"))
    );
    assert_eq!((ledger.value.items.len(), entry.op), (1, Some(draft.op)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn confirmed_by_many_clicks_at_once_it_is_done_once() {
    let office = Office::new().await;
    office.world.stock("CUP", 100).await;
    let draft = office.drafted(deduct("CUP", 3), &li()).await;
    let clicks = (0..30).map(|n| {
        let operations = office.operations.clone();
        let who = if n % 3 == 0 { chen() } else { li() };
        tokio::spawn(async move { operations.confirm(draft.op, 1, &who).await.unwrap() })
    });
    let answers: Vec<_> = join_all(clicks)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert_eq!(answers.iter().filter(|a| a.how == How::Applied).count(), 1);
    assert_eq!(answers.iter().filter(|a| a.how == How::Again).count(), 29);
    let first = &answers[0].operation;
    assert!(
        answers
            .iter()
            .all(|a| a.operation.confirmed_by == first.confirmed_by)
    );
    assert_eq!(office.world.levels("CUP").await, (97, 0));
    assert_eq!(office.world.entries(&draft.op.to_string()).await, 1);
}

#[tokio::test]
async fn a_form_posted_again_is_the_same_draft_until_it_says_something_else() {
    let office = Office::new().await;
    office.world.stock("CUP", 12).await;
    let form = deduct("CUP", 3);
    office.drafted(form.clone(), &li()).await;
    let same = office.operations.draft(form.clone(), &li()).await.unwrap();
    assert!(matches!(&same, Drafted::Same(operation) if operation.revision == 1));

    let mut other = deduct("CUP", 4);
    other.op = form.op;
    assert_eq!(
        refused(office.operations.draft(other.clone(), &wang()).await),
        Rejection::Forbidden
    );
    let replaced = office.operations.draft(other.clone(), &li()).await.unwrap();
    assert!(matches!(&replaced, Drafted::Replaced(operation) if operation.revision == 2));
    // What was seen is not what stands there now.
    assert_eq!(
        refused(office.operations.confirm(form.op, 1, &li()).await),
        Rejection::DraftChanged
    );
    assert_eq!(office.world.levels("CUP").await, (12, 0));
    office.operations.confirm(form.op, 2, &li()).await.unwrap();
    assert_eq!(office.world.levels("CUP").await, (8, 0));

    // Used: the same form shows its result, another one is told so.
    let same = office.operations.draft(other, &li()).await.unwrap();
    assert_eq!(same.operation().status, OpStatus::Applied);
    assert_eq!(
        refused(office.operations.draft(form.clone(), &li()).await),
        Rejection::FormUsed
    );
    assert_eq!(
        refused(office.operations.confirm(form.op, 1, &li()).await),
        Rejection::FormUsed
    );
    assert_eq!(
        office.audit(form.op).await,
        [
            "drafted done",
            "drafted no_effect",
            "drafted refused",
            "redrafted done",
            "confirmed refused",
            "confirmed done",
            "drafted no_effect",
            "drafted refused",
            "confirmed refused",
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_replaced_while_it_is_confirmed_is_done_as_seen_or_not_at_all() {
    let office = Office::new().await;
    office.world.stock("CUP", 1_000).await;
    let mut left = 1_000;
    for _ in 0..15 {
        let form = deduct("CUP", 1);
        office.drafted(form.clone(), &li()).await;
        let mut other = deduct("CUP", 5);
        other.op = form.op;
        let (a, b) = (office.operations.clone(), office.operations.clone());
        let confirm = tokio::spawn(async move { a.confirm(form.op, 1, &li()).await });
        let replace = tokio::spawn(async move { b.draft(other, &li()).await });
        let (confirmed, replaced) = (confirm.await.unwrap(), replace.await.unwrap());
        match confirmed {
            Ok(done) => {
                assert_eq!(done.operation.result[0].delta, -1);
                assert_eq!(refused(replaced), Rejection::FormUsed);
                left -= 1;
            }
            Err(_) => {
                assert_eq!(replaced.unwrap().operation().revision, 2);
                let stored = office.operations.fetch(form.op).await.unwrap();
                assert_eq!((stored.status, stored.revision), (OpStatus::Draft, 2));
            }
        }
        assert_eq!(office.world.levels("CUP").await, (left, 0));
    }
}

#[tokio::test]
async fn a_count_of_stock_that_moved_leaves_the_choice_to_the_person() {
    let office = Office::new().await;
    for (name, choice, expected) in [
        ("A", Recount::KeepCount, 73),
        ("B", Recount::KeepDifference, 69),
    ] {
        office.world.stock(name, 80).await;
        let form = office.count(name, 73).await;
        let draft = office.drafted(form, &li()).await;
        office
            .world
            .desk
            .post(order(&format!("R-{name}"), &[(name, 4)]), shop())
            .await
            .unwrap();
        let preview = office.operations.preview(draft.op, &chen()).await.unwrap();
        let changed = Rejection::VersionChanged {
            sku: sku(name),
            expected: 0,
            version: 1,
            available: Some(76),
        };
        assert_eq!(preview.problem, Some(changed.clone()));
        assert_eq!(preview.survey.lines[0].seen, Some((Some(80), 0)));
        assert_eq!(
            preview.survey.lines[0].available,
            Some(Step {
                now: 76,
                change: -3
            })
        );
        assert_eq!(
            refused(office.operations.confirm(draft.op, 1, &chen()).await),
            changed
        );
        assert_eq!(office.world.levels(name).await, (76, 0));

        let chosen = office
            .operations
            .recount(draft.op, 1, choice, &chen())
            .await
            .unwrap();
        assert_eq!(chosen.operation().revision, 2);
        let stale = office
            .operations
            .recount(draft.op, 1, choice, &chen())
            .await;
        assert_eq!(refused(stale), Rejection::DraftChanged);
        let done = office
            .operations
            .confirm(draft.op, 2, &chen())
            .await
            .unwrap();
        assert_eq!(done.operation.result[0].available, Some(expected));
        assert_eq!(office.world.levels(name).await, (expected, 0));
    }
}

#[tokio::test]
async fn over_the_limit_an_operators_draft_waits_for_a_supervisor() {
    let office = Office::new().await;
    office.world.stock("CUP", 500).await;
    office.world.stock("POT", 500).await;
    office.world.stock("PAN", 500).await;
    let set = office.count("PAN", 400).await;
    for form in [
        deduct("CUP", 101),
        by(OpKind::Adjust, &[("CUP", 1), ("POT", 1)]),
        set,
    ] {
        let draft = office.drafted(form, &li()).await;
        let preview = office.operations.preview(draft.op, &li()).await.unwrap();
        assert!(!preview.may_confirm && preview.may_change && preview.problem.is_none());
        assert!(
            office
                .operations
                .preview(draft.op, &chen())
                .await
                .unwrap()
                .may_confirm
        );
        assert_eq!(
            refused(office.operations.confirm(draft.op, 1, &li()).await),
            Rejection::Forbidden
        );
        let done = office
            .operations
            .confirm(draft.op, 1, &chen())
            .await
            .unwrap();
        assert_eq!(done.how, How::Applied);
        assert_eq!(done.operation.author, "li.wei");
        assert_eq!(done.operation.confirmed_by.as_deref(), Some("chen.yu"));
        assert_eq!(
            office.audit(draft.op).await,
            ["drafted done", "confirmed refused", "approved done"]
        );
    }
    let at_the_limit = office.apply(deduct("CUP", 100), &li()).await;
    assert_eq!(at_the_limit.status, OpStatus::Applied);
}

#[tokio::test]
async fn a_viewer_prepares_nothing() {
    let office = Office::new().await;
    office.world.stock("CUP", 500).await;
    let viewer = person("guest", Role::Viewer);
    assert_eq!(
        refused(office.operations.draft(deduct("CUP", 1), &viewer).await),
        Rejection::Forbidden
    );
    let draft = office.drafted(deduct("CUP", 1), &li()).await;
    let preview = office.operations.preview(draft.op, &viewer).await.unwrap();
    assert!(!preview.may_confirm && !preview.may_change);
    assert_eq!(
        refused(office.operations.confirm(draft.op, 1, &viewer).await),
        Rejection::Forbidden
    );
    assert_eq!(
        refused(office.operations.discard(draft.op, &viewer).await),
        Rejection::Forbidden
    );
}

#[tokio::test]
async fn there_must_be_enough_when_it_is_drafted_and_when_it_is_confirmed() {
    let office = Office::new().await;
    office.world.stock("CUP", 12).await;
    office.world.stock("GIFT", -1).await;
    let Rejection::InsufficientStock { lines } =
        refused(office.operations.draft(deduct("CUP", 13), &li()).await)
    else {
        panic!("not short")
    };
    assert_eq!((lines[0].requested, lines[0].available), (13, 12));
    assert_eq!(
        refused(office.operations.draft(deduct("NONE", 1), &li()).await),
        Rejection::UnknownStock {
            skus: vec![sku("NONE")]
        }
    );
    let count = office.count("GIFT", 5).await;
    assert_eq!(
        refused(office.operations.draft(count, &chen()).await),
        Rejection::UnlimitedStock { sku: sku("GIFT") }
    );
    let draft = office.drafted(deduct("CUP", 3), &li()).await;
    office
        .world
        .desk
        .post(order("R1", &[("CUP", 10)]), shop())
        .await
        .unwrap();
    let preview = office.operations.preview(draft.op, &li()).await.unwrap();
    let refusal = refused(office.operations.confirm(draft.op, 1, &li()).await);
    assert_eq!(preview.problem, Some(refusal.clone()));
    let Rejection::InsufficientStock { lines } = refusal else {
        panic!("not short")
    };
    assert_eq!((lines[0].requested, lines[0].available), (3, 2));
    // It stays a draft, and is done once there is enough.
    office.apply(by(OpKind::Adjust, &[("CUP", 5)]), &li()).await;
    office.operations.confirm(draft.op, 1, &li()).await.unwrap();
    assert_eq!(office.world.levels("CUP").await, (4, 0));
}

#[tokio::test]
async fn what_was_rolled_back_is_not_rolled_back_again() {
    let office = Office::new().await;
    office.world.stock("CUP", 12).await;
    let wrong = office.apply(deduct("CUP", 3), &li()).await.op.document();
    let first = office.drafted(undo(&wrong), &li()).await;
    let second = office.drafted(undo(&wrong), &chen()).await;
    let preview = office.operations.preview(first.op, &li()).await.unwrap();
    assert_eq!(
        preview.survey.lines[0].available,
        Some(Step { now: 9, change: 3 })
    );
    assert_eq!(preview.survey.document.unwrap().entries.len(), 1);

    let done = office.operations.confirm(first.op, 1, &li()).await.unwrap();
    assert_eq!(
        (done.how, done.operation.result[0].available),
        (How::Applied, Some(12))
    );
    assert_eq!(
        office
            .operations
            .confirm(first.op, 1, &li())
            .await
            .unwrap()
            .how,
        How::Again
    );
    let late = refused(office.operations.confirm(second.op, 1, &chen()).await);
    assert!(matches!(&late, Rejection::AlreadyRolledBack { by, .. } if by == "user:li.wei"));
    let preview = office.operations.preview(second.op, &chen()).await.unwrap();
    assert_eq!(preview.problem, Some(late.clone()));
    assert_eq!(
        refused(office.operations.draft(undo(&wrong), &chen()).await),
        late
    );
    assert_eq!(office.world.levels("CUP").await, (12, 0));

    let filter = LedgerFilter {
        op: Some(first.op),
        ..LedgerFilter::default()
    };
    let ledger = office
        .queries
        .ledger_list(&filter, None, Limit::new(9).unwrap())
        .await
        .unwrap();
    assert_eq!(ledger.value.items.len(), 1);
    assert_eq!(ledger.value.items[0].delta, 3);
    let about = OpFilter {
        document: Some(wrong),
        ..OpFilter::default()
    };
    let listed = office
        .queries
        .operations_list(&about, None, Limit::new(9).unwrap())
        .await;
    let ops: Vec<_> = listed.unwrap().value.items.iter().map(|o| o.op).collect();
    assert_eq!(ops, [second.op, first.op]);
}

#[tokio::test]
async fn an_operator_undoes_their_own_work_for_a_quarter_of_an_hour() {
    let office = Office::new().await;
    office.world.stock("CUP", 12).await;
    let work = office.apply(deduct("CUP", 3), &li()).await.op.document();
    assert_eq!(
        refused(office.operations.draft(undo(&work), &wang()).await),
        Rejection::Forbidden
    );
    let draft = office.drafted(undo(&work), &li()).await;
    office.pass(TimeDelta::minutes(15));
    let preview = office.operations.preview(draft.op, &li()).await.unwrap();
    assert!(!preview.may_confirm);
    assert_eq!(
        refused(office.operations.confirm(draft.op, 1, &li()).await),
        Rejection::Forbidden
    );
    assert_eq!(
        refused(office.operations.draft(undo(&work), &li()).await),
        Rejection::Forbidden
    );
    office
        .operations
        .confirm(draft.op, 1, &chen())
        .await
        .unwrap();
    assert_eq!(office.world.levels("CUP").await, (12, 0));
}

#[tokio::test]
async fn what_cannot_be_rolled_back_is_not_even_drafted() {
    let office = Office::new().await;
    office.world.stock("CUP", 12).await;
    office
        .world
        .desk
        .post(unpaid_order("R1", &[("CUP", 1)]), shop())
        .await
        .unwrap();
    for (document, expected) in [
        ("R1", Rejection::CancelTheOrder),
        ("NONE", Rejection::NotFound),
    ] {
        let answer = office
            .operations
            .draft(undo(&document.parse().unwrap()), &chen())
            .await;
        assert_eq!(refused(answer), expected);
    }
    // Units that were added and are gone cannot be taken back.
    let added = office
        .apply(by(OpKind::Adjust, &[("CUP", 5)]), &li())
        .await
        .op
        .document();
    office
        .world
        .desk
        .post(order("R2", &[("CUP", 14)]), shop())
        .await
        .unwrap();
    let short = refused(office.operations.draft(undo(&added), &chen()).await);
    assert!(
        matches!(short, Rejection::InsufficientStock { .. }),
        "{short:?}"
    );
}

#[tokio::test]
async fn a_draft_expires_after_a_day() {
    let office = Office::new().await;
    office.world.stock("CUP", 12).await;
    let draft = office.drafted(deduct("CUP", 3), &li()).await;
    office.pass(TimeDelta::hours(24));
    let preview = office.operations.preview(draft.op, &li()).await.unwrap();
    assert_eq!(preview.problem, Some(Rejection::Expired));
    assert_eq!(
        refused(office.operations.confirm(draft.op, 1, &chen()).await),
        Rejection::Expired
    );
    let mut other = deduct("CUP", 4);
    other.op = draft.op;
    assert_eq!(
        refused(office.operations.draft(other, &li()).await),
        Rejection::Expired
    );
    assert_eq!(office.world.levels("CUP").await, (12, 0));
}

#[tokio::test]
async fn the_commit_looks_at_the_clock_and_the_draft_itself() {
    let office = Office::new().await;
    office.world.stock("CUP", 12).await;
    // The office's clock is behind: only the commit can know.
    let draft = office.drafted(deduct("CUP", 3), &li()).await;
    office.pass(TimeDelta::hours(-1));
    sqlx::query("UPDATE operations SET expires_at = UTC_TIMESTAMP(6) WHERE op = ?")
        .bind(draft.op.to_string())
        .execute(office.world.desk.pool())
        .await
        .unwrap();
    assert_eq!(
        refused(office.operations.confirm(draft.op, 1, &li()).await),
        Rejection::Expired
    );
    assert_eq!(office.world.levels("CUP").await, (12, 0));
}

#[tokio::test]
async fn a_discarded_draft_does_nothing_for_ever() {
    let office = Office::new().await;
    office.world.stock("CUP", 12).await;
    let draft = office.drafted(deduct("CUP", 3), &li()).await;
    assert_eq!(
        refused(office.operations.discard(draft.op, &wang()).await),
        Rejection::Forbidden
    );
    let gone = office.operations.discard(draft.op, &chen()).await.unwrap();
    assert_eq!(
        (gone.status, gone.confirmed_by.as_deref()),
        (OpStatus::Discarded, Some("chen.yu"))
    );
    office.operations.discard(draft.op, &li()).await.unwrap();
    assert_eq!(
        refused(office.operations.confirm(draft.op, 1, &li()).await),
        Rejection::Discarded
    );
    let applied = office.apply(deduct("CUP", 1), &li()).await;
    assert_eq!(
        refused(office.operations.discard(applied.op, &li()).await),
        Rejection::FormUsed
    );
    assert_eq!(
        office.audit(draft.op).await,
        [
            "drafted done",
            "discarded refused",
            "discarded done",
            "discarded no_effect",
            "confirmed refused"
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn discarded_or_confirmed_never_both() {
    let office = Office::new().await;
    office.world.stock("CUP", 100).await;
    let mut left = 100;
    for _ in 0..15 {
        let draft = office.drafted(deduct("CUP", 1), &li()).await;
        let (a, b) = (office.operations.clone(), office.operations.clone());
        let confirm = tokio::spawn(async move { a.confirm(draft.op, 1, &li()).await });
        let discard = tokio::spawn(async move { b.discard(draft.op, &li()).await });
        let (confirmed, discarded) = (confirm.await.unwrap(), discard.await.unwrap());
        assert_ne!(
            confirmed.is_ok(),
            discarded.is_ok(),
            "{confirmed:?} {discarded:?}"
        );
        left -= i64::from(confirmed.is_ok());
        assert_eq!(office.world.levels("CUP").await, (left, 0));
    }
}

#[tokio::test]
async fn open_drafts_of_a_sku_are_listed() {
    let office = Office::new().await;
    office.world.stock("CUP", 12).await;
    office.world.stock("POT", 12).await;
    let first = office.drafted(deduct("CUP", 1), &li()).await;
    let second = office.drafted(office.count("CUP", 9).await, &wang()).await;
    office.drafted(deduct("POT", 1), &li()).await;
    let OpTarget::Lines { lines, .. } = &second.target else {
        panic!("lines")
    };
    assert_eq!(lines[0].change, OpChange::SetTo(9));
    let preview = office.operations.preview(first.op, &li()).await.unwrap();
    let filter = OpFilter {
        stock: Some(preview.survey.lines[0].stock),
        status: Some(OpStatus::Draft),
        ..OpFilter::default()
    };
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = office
            .queries
            .operations_list(&filter, after, Limit::new(1).unwrap())
            .await;
        let page = page.unwrap().value;
        seen.extend(page.items.iter().map(|o| o.op));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [second.op, first.op]);
    let listed = async |at| {
        let open_at = Some(at);
        let filter = OpFilter {
            open_at,
            ..OpFilter::default()
        };
        let page = office
            .queries
            .operations_list(&filter, None, Limit::new(9).unwrap())
            .await;
        page.unwrap().value.items.len()
    };
    assert_eq!(listed(first.created_at).await, 3);
    assert_eq!(listed(second.expires_at).await, 1);
}
