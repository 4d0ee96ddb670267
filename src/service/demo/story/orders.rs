//! The story's orders: real invoices, and what becomes of each.

use super::{
    BEGIN, Corrected, Correction, Deed, EMMA, HOUR, LATE_ORDERS, LATELY, LINES, LONDON, MINUTE,
    Names, PAY_WITHIN, SHENZHEN, UNLIMITED, Unreadable, dice,
};
use crate::domain::actor::Actor;
use crate::domain::command::{Lines, Post};
use crate::domain::ids::{DocumentNo, Sku};
use crate::domain::ledger::{DocumentKind, EntryKind};
use crate::domain::money::{Currency, Money};
use crate::domain::operation::OpKind;
use crate::domain::order::PaymentTerms;
use crate::domain::quantity::Quantity;
use crate::domain::reason::Reason;
use crate::domain::role::Role;

/// One order of the extract.
pub(super) struct Invoice {
    pub number: String,
    pub warehouse: &'static str,
    /// SKU, units, price of one in pence.
    pub lines: Vec<(Sku, i64, i64)>,
}

pub(super) fn invoices(names: &Names) -> Result<Vec<Invoice>, Unreadable> {
    let mut invoices: Vec<Invoice> = Vec::new();
    for record in csv::Reader::from_reader(LINES.as_bytes()).records() {
        let (number, sku, units, price): (String, String, i64, i64) = record?.deserialize(None)?;
        if invoices.last().is_none_or(|last| last.number != number) {
            invoices.push(Invoice {
                number,
                warehouse: LONDON,
                lines: Vec::new(),
            });
        }
        if let Some(last) = invoices.last_mut() {
            last.lines.push((sku.parse()?, units, price));
        }
    }
    for invoice in &mut invoices {
        let chinese = |sku| {
            names
                .get(sku)
                .is_some_and(|(_, zh): &(String, String)| !zh.is_empty())
        };
        if invoice.lines.iter().all(|(sku, ..)| chinese(sku)) && dice(&invoice.number, 5) < 3 {
            invoice.warehouse = SHENZHEN;
        }
        if dice(&format!("wrap {}", invoice.number), 9) == 0 {
            invoice.lines.push((UNLIMITED[0].0.parse()?, 1, 150));
        }
    }
    Ok(invoices)
}

/// What happens to one order. `index`: its place among `count`.
pub(super) fn tell_order(
    deeds: &mut Vec<(i64, Deed)>,
    index: usize,
    count: usize,
    invoice: &Invoice,
) -> Result<(), Unreadable> {
    let (index, older) = (index as i64, (count - LATE_ORDERS) as i64);
    let number = &invoice.number;
    let late = index - older;
    let at = if late < 0 {
        BEGIN + (LATELY - BEGIN) * index / older + dice(number, 200)
    } else {
        LATELY + (-LATELY - 20) * late / LATE_ORDERS as i64
    };
    let roll = dice(&format!("fate {number}"), 100);
    let pay_within = match (late, roll) {
        (_, 0..12) => None,
        // The next deadlines are minutes away, the last one ten hours.
        (0.., _) => Some(2 * MINUTE + late * late * 8 - at),
        _ => Some(PAY_WITHIN),
    };
    let (document, actor) = match invoice.warehouse {
        SHENZHEN => (format!("SZ-{number}"), key(2, "shop-cn")),
        _ => (format!("UK-{number}"), key(1, "shop-uk")),
    };
    let document: DocumentNo = document.parse()?;
    let amount = amount(invoice)?;
    let order_no = document.clone();
    let post = order(document.clone(), invoice, pay_within.map(|s| (amount, s)))?;
    deeds.push((at, Deed::Post(post, actor.clone())));
    let minutes = |from: i64| (from + dice(&format!("wait {number}"), 8)) * MINUTE;
    match (pay_within, late, roll) {
        (None, ..) | (_, 0.., _) => {}
        (_, _, 12..24) => deeds.push((at + PAY_WITHIN, Deed::TimeOut(document))),
        (_, _, 24..28) => {
            let cancel = Deed::Cancel(document, actor, Reason::CustomerAsked);
            deeds.push((at + minutes(3), cancel));
        }
        _ => deeds.push((at + minutes(1), Deed::Pay(document, amount))),
    }
    if late < 0 && (28..31).contains(&roll) {
        let when = (at + 9 * HOUR).min(LATELY);
        let back = Correction {
            // Corrections of stock have the numbers below.
            id: (1_000 + index.unsigned_abs(), when),
            by: EMMA,
            role: Role::Supervisor,
            kind: OpKind::Rollback,
            what: Corrected::Document(order_no),
            reason: Reason::Other,
            note: Some("退货 / goods came back".to_owned()),
            confirmed: true,
        };
        deeds.push((when, Deed::Correct(back)));
    }
    Ok(())
}

fn amount(invoice: &Invoice) -> Result<Money, Unreadable> {
    let pence: i64 = invoice
        .lines
        .iter()
        .map(|(_, units, price)| units * price)
        .sum();
    let (minor, currency) = match invoice.warehouse {
        // About nine yuan to the pound.
        SHENZHEN => (pence * 9, "CNY"),
        _ => (pence, "GBP"),
    };
    let currency = Currency::parse(currency).ok_or("a currency")?;
    Ok(Money::new(minor, currency).ok_or("an amount out of range")?)
}

fn order(
    document: DocumentNo,
    invoice: &Invoice,
    terms: Option<(Money, i64)>,
) -> Result<Post, Unreadable> {
    let claim = |(sku, units, _): &(Sku, i64, i64)| Ok((sku.clone(), Quantity::new(*units)?));
    let claims: Result<Vec<_>, Unreadable> = invoice.lines.iter().map(claim).collect();
    let payment = terms.map(|(amount, seconds)| -> Result<_, Unreadable> {
        let (gateway, pay_within_seconds) = ("sandbox".to_owned(), u32::try_from(seconds)?);
        Ok(PaymentTerms {
            gateway,
            amount,
            pay_within_seconds,
        })
    });
    Ok(Post {
        document,
        kind: DocumentKind::Order,
        entry_kind: EntryKind::Deduct,
        warehouse: invoice.warehouse.parse()?,
        lines: Lines::claims(claims?)?,
        payment: payment.transpose()?,
        reason: None,
        note: None,
        reference: None,
        confirms: None,
    })
}

fn key(id: u64, name: &str) -> Actor {
    Actor::ApiKey {
        id,
        name: name.to_owned(),
    }
}
