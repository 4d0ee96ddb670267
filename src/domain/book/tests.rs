//! Every order state meets every event; nothing else may happen.

use super::*;
use crate::domain::command::Lines;
use crate::domain::money::Currency;
use crate::domain::quantity::Quantity;

const STOCK: StockId = StockId(1);

fn time(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + chrono::Duration::seconds(seconds)
}

fn book() -> Book {
    let row = StockRow {
        available: 10,
        reserved: 0,
        unlimited: false,
        version: 0,
        updated_at: time(0),
        changed: false,
    };
    Book {
        now: time(1),
        stock: BTreeMap::from([(STOCK, row)]),
        documents: HashMap::new(),
        payments: HashMap::new(),
        late: HashMap::new(),
        ops: HashMap::new(),
        changes: Changes::default(),
    }
}

fn amount(minor: i64) -> Money {
    Money::new(minor, Currency::parse("CNY").unwrap()).unwrap()
}

fn job(work: Work) -> Job {
    Job {
        work,
        actor: Actor::Worker("test"),
    }
}

fn order(order_no: &str, paid: bool) -> Job {
    let payment = (!paid).then(|| PaymentTerms {
        gateway: "sandbox".to_owned(),
        amount: amount(100),
        pay_within_seconds: 60,
    });
    let post = Post {
        document: order_no.parse().unwrap(),
        kind: DocumentKind::Order,
        entry_kind: EntryKind::Deduct,
        warehouse: "W".parse().unwrap(),
        lines: Lines::claims(vec![("A".parse().unwrap(), Quantity::new(4).unwrap())]).unwrap(),
        payment,
        reason: None,
        note: None,
        reference: None,
        confirms: None,
    };
    let fingerprint = Fingerprint::of(&post);
    job(Work::Post {
        post,
        fingerprint,
        stock: vec![STOCK],
    })
}

fn cancel(order_no: &str) -> Job {
    let evidence = Evidence {
        gateway: "sandbox".to_owned(),
        code: "CLOSED".to_owned(),
        answered_at: time(1),
        digest: "0".repeat(64),
    };
    job(Work::Cancel {
        order_no: order_no.parse().unwrap(),
        evidence,
    })
}

fn rollback(document: &str) -> Job {
    let document = document.parse().unwrap();
    job(Work::Rollback(Rollback {
        document,
        confirms: None,
        part_of: None,
        reason: None,
        note: None,
    }))
}

fn payment(order_no: &str, transaction_id: &str, minor: i64) -> Job {
    job(Work::Settle(VerifiedPayment {
        gateway: "sandbox".to_owned(),
        transaction_id: transaction_id.to_owned(),
        order_no: order_no.parse().unwrap(),
        amount: amount(minor),
        paid_at: time(1),
    }))
}

/// A book with order `O` of 4 units in this state.
fn book_with(status: OrderStatus) -> Book {
    let mut book = book();
    book.decide(&order("O", false)).unwrap();
    let asked = Reversed {
        at: time(1),
        actor: "user:li.wei".to_owned(),
        source: "form",
        op: None,
        reason: None,
        note: None,
    };
    let row = book.documents.get_mut(&"O".parse().unwrap()).unwrap();
    let order = row.order.as_mut().unwrap();
    match status {
        OrderStatus::Pending => {}
        OrderStatus::Closing => (order.status, order.cancel) = (status, Some(asked)),
        OrderStatus::Cancelled => {
            (order.status, order.cancel) = (OrderStatus::Closing, Some(asked));
            book.decide(&cancel("O")).unwrap();
        }
        OrderStatus::Paid => {
            book.decide(&payment("O", "T0", 100)).unwrap();
        }
    }
    book
}

fn levels(book: &Book) -> (i64, i64) {
    (book.stock[&STOCK].available, book.stock[&STOCK].reserved)
}

fn outcome(decision: Decision) -> PaymentOutcome {
    match decision {
        Ok(Done::Settled(applied)) => applied.receipt,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_state_holds_the_units_it_should() {
    use OrderStatus::*;
    for (status, expected) in [
        (Pending, (6, 4)),
        (Closing, (6, 4)),
        (Cancelled, (10, 0)),
        (Paid, (6, 0)),
    ] {
        assert_eq!(levels(&book_with(status)), expected, "{status}");
    }
}

#[test]
fn a_payment_in_each_state() {
    use OrderStatus::*;
    use PaymentOutcome::*;
    for (status, expected, after) in [
        (Pending, OrderPaid, (6, 0)),
        (Closing, OrderPaid, (6, 0)),
        (Cancelled, Late, (10, 0)),
        (Paid, Duplicate, (6, 0)),
    ] {
        let mut book = book_with(status);
        assert_eq!(
            outcome(book.decide(&payment("O", "T1", 100))),
            expected,
            "{status}"
        );
        assert_eq!(levels(&book), after, "{status}");
        let Ok(Done::Settled(again)) = book.decide(&payment("O", "T1", 100)) else {
            panic!()
        };
        assert!(again.replayed && again.receipt == expected, "{status}");
        let mut book = book_with(status);
        let before = levels(&book);
        assert_eq!(
            outcome(book.decide(&payment("O", "T1", 99))),
            Mismatch,
            "{status}"
        );
        assert_eq!(levels(&book), before, "{status}");
    }
    assert_eq!(outcome(book().decide(&payment("O", "T1", 100))), Orphan);
}

#[test]
fn the_end_of_a_cancel_in_each_state() {
    use OrderStatus::*;
    let mut closing = book_with(Closing);
    let Ok(Done::Cancelled(first)) = closing.decide(&cancel("O")) else {
        panic!()
    };
    let Ok(Done::Cancelled(again)) = closing.decide(&cancel("O")) else {
        panic!()
    };
    assert!(!first.replayed && again.replayed && first.receipt == again.receipt);
    assert_eq!(levels(&closing), (10, 0));
    assert_eq!(closing.changes.evidence.len(), 1);
    let paid = book_with(Paid).decide(&cancel("O"));
    assert_eq!(paid, Err(Rejection::AlreadyPaid.into()));
    let pending = book_with(Pending).decide(&cancel("O"));
    assert!(
        matches!(pending, Err(Declined::Broken(_))),
        "nobody asked: {pending:?}"
    );
}

#[test]
fn a_rollback_in_each_state() {
    use OrderStatus::*;
    for (status, expected) in [
        (Pending, Rejection::CancelTheOrder),
        (Closing, Rejection::CancelTheOrder),
        (Cancelled, Rejection::OrderCancelled),
    ] {
        let mut book = book_with(status);
        let before = levels(&book);
        assert_eq!(
            book.decide(&rollback("O")),
            Err(expected.into()),
            "{status}"
        );
        assert_eq!(levels(&book), before, "{status}");
    }
    let mut paid = book_with(Paid);
    let Ok(Done::RolledBack(first)) = paid.decide(&rollback("O")) else {
        panic!()
    };
    let Ok(Done::RolledBack(again)) = paid.decide(&rollback("O")) else {
        panic!()
    };
    assert!(!first.replayed && again.replayed && first.receipt == again.receipt);
    assert_eq!(levels(&paid), (10, 0));
}

#[test]
fn a_batch_sees_what_came_before_in_it() {
    let mut book = book();
    let sold: Vec<bool> = (0..4)
        .map(|n| book.decide(&order(&format!("O{n}"), true)).is_ok())
        .collect();
    assert_eq!(sold, [true, true, false, false]);
    assert_eq!(book.stock[&STOCK].version, 2);
    book.decide(&rollback("O0")).unwrap();
    assert!(book.decide(&order("O2", true)).is_ok());
    let Ok(Done::Posted(again)) = book.decide(&order("O0", true)) else {
        panic!()
    };
    assert!(again.replayed, "undone, and still known");
    book.decide(&rollback("LATE")).unwrap();
    assert_eq!(
        book.decide(&order("LATE", true)),
        Err(Rejection::RolledBack.into())
    );
}
