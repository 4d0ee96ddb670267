//! What the demo tells: which SKUs there are, and what happens to 1,000 real orders, in the last
//! three days and the hours to come. The same story every time, moved to the present.

use std::collections::HashMap;

use crate::domain::actor::Actor;
use crate::domain::command::{Lines, Post};
use crate::domain::ids::{DocumentNo, Sku, Warehouse};
use crate::domain::ledger::{DocumentKind, EntryKind};
use crate::domain::money::{Currency, Money};
use crate::domain::operation::{OpChange, OpKind};
use crate::domain::order::PaymentTerms;
use crate::domain::quantity::{Level, Quantity};
use crate::domain::reason::Reason;
use crate::domain::role::Role;
use crate::service::import::Row;

/// UCI Online Retail, see `demo/README.md`.
const SKUS: &str = include_str!("../../../demo/skus.csv");
const LINES: &str = include_str!("../../../demo/lines.csv");

const CHEN: &str = "chen.jing";
const LI: &str = "li.wei";
const EMMA: &str = "emma.hall";
const LONDON: &str = "LDN-01";
const SHENZHEN: &str = "SZ-01";
/// Never counted: code, English name, Chinese name.
const UNLIMITED: [(&str, &str, &str); 2] = [
    ("GIFT-WRAP", "GIFT WRAPPING", "礼品包装服务"),
    ("E-VOUCHER", "GIFT VOUCHER BY E-MAIL", "电子礼品卡"),
];

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
/// The story begins so long ago.
const BEGIN: i64 = -72 * HOUR;
/// Orders after this moment still wait for their payment.
const LATELY: i64 = -40 * MINUTE;
/// So many of the last orders came lately.
const LATE_ORDERS: usize = 70;
/// Older orders had this long to be paid.
const PAY_WITHIN: i64 = 30 * MINUTE;

/// What somebody does.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    Post(Post, Actor),
    Pay(DocumentNo, Money),
    Cancel(DocumentNo, Actor, Reason),
    TimeOut(DocumentNo),
    Correct(Correction),
}

impl Deed {
    /// What it is about; two deeds about the same thing are not done at once.
    pub fn document(&self) -> Option<&DocumentNo> {
        match self {
            Self::Post(post, _) => Some(&post.document),
            Self::Pay(document, _) | Self::Cancel(document, ..) | Self::TimeOut(document) => {
                Some(document)
            }
            Self::Correct(correction) => match &correction.what {
                Corrected::Document(document) => Some(document),
                Corrected::Line { .. } | Corrected::Correction(_) => None,
            },
        }
    }
}

/// An operation by staff.
#[derive(Debug, Clone)]
pub(super) struct Correction {
    pub id: CorrectionId,
    pub by: &'static str,
    pub role: Role,
    pub kind: OpKind,
    pub what: Corrected,
    pub reason: Reason,
    pub note: Option<String>,
    /// Else it is left as a draft.
    pub confirmed: bool,
}

/// A number, and the time of the draft in seconds from now.
pub(super) type CorrectionId = (u64, i64);

#[derive(Debug, Clone)]
pub(super) enum Corrected {
    Line {
        warehouse: Warehouse,
        sku: Sku,
        change: OpChange,
    },
    Document(DocumentNo),
    /// An earlier one of these.
    Correction(CorrectionId),
}

#[derive(Debug)]
pub(super) struct Story {
    pub stock: Vec<(Warehouse, Vec<Row>)>,
    /// Each with its time in seconds from now, in the order of their times.
    pub deeds: Vec<(i64, Deed)>,
    pub orders: usize,
}

/// An error in the extract itself; a test reads it all.
pub(super) type Unreadable = Box<dyn std::error::Error + Send + Sync>;

/// One order of the extract.
struct Invoice {
    number: String,
    warehouse: &'static str,
    /// SKU, units, price of one in pence.
    lines: Vec<(Sku, i64, i64)>,
}

/// A number below `sides` that depends on nothing but `text`.
fn dice(text: &str, sides: u64) -> i64 {
    // FNV-1a, and its high bits: the low ones of short texts are too regular.
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    i64::try_from((hash >> 20) % sides).unwrap_or(0)
}

pub(super) fn tell() -> Result<Story, Unreadable> {
    let names = names()?;
    let invoices = invoices(&names)?;
    let mut demand: HashMap<(&str, &Sku), i64> = HashMap::new();
    for invoice in &invoices {
        for (sku, units, _) in &invoice.lines {
            *demand.entry((invoice.warehouse, sku)).or_default() += units;
        }
    }
    let mut stock = Vec::new();
    for (warehouse, chinese) in [(LONDON, false), (SHENZHEN, true)] {
        let mut rows = Vec::new();
        for (sku, (english, zh)) in &names {
            let name = if chinese { zh } else { english };
            if !name.is_empty() {
                let wanted = demand.get(&(warehouse, sku)).copied().unwrap_or(0);
                rows.push(row(warehouse, sku, name, wanted)?);
            }
        }
        for (sku, english, zh) in UNLIMITED {
            let name = if chinese { zh } else { english };
            let (sku, name) = (sku.parse()?, name.to_owned());
            rows.push(Row {
                line: 0,
                sku,
                name,
                available: None,
                low_water: Some(None),
            });
        }
        stock.push((warehouse.parse()?, rows));
    }
    let mut deeds = Vec::new();
    for (index, invoice) in invoices.iter().enumerate() {
        tell_order(&mut deeds, index, invoices.len(), invoice)?;
    }
    tell_corrections(&mut deeds, &stock)?;
    deeds.sort_by_key(|(at, _)| *at);
    Ok(Story {
        stock,
        deeds,
        orders: invoices.len(),
    })
}

/// English and Chinese names; an empty one: not held in that warehouse.
type Names = std::collections::BTreeMap<Sku, (String, String)>;

fn names() -> Result<Names, Unreadable> {
    let mut names = Names::new();
    for record in csv::Reader::from_reader(SKUS.as_bytes()).records() {
        let record = record?;
        let field = |at: usize| record.get(at).unwrap_or("").to_owned();
        names.insert(field(0).parse()?, (field(1), field(2)));
    }
    Ok(names)
}

fn invoices(names: &Names) -> Result<Vec<Invoice>, Unreadable> {
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

/// One SKU in twenty runs out, three get low, the others have plenty.
fn row(warehouse: &str, sku: &Sku, name: &str, wanted: i64) -> Result<Row, Unreadable> {
    let key = format!("{warehouse} {sku}");
    let low_water = 5 + 5 * dice(&key, 4);
    let units = match dice(&format!("level {key}"), 20) {
        0 => wanted * 6 / 10,
        1..=3 => wanted + low_water / 2,
        _ => wanted + 20 + dice(&format!("spare {key}"), 180),
    };
    Ok(Row {
        line: 0,
        sku: sku.clone(),
        name: name.to_owned(),
        available: Some(Level::new(units)?),
        low_water: Some(Some(Level::new(low_water)?)),
    })
}

fn tell_order(
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

/// What staff correct: goods come in, break, get lost, are counted; one thing was entered twice,
/// and two drafts wait for a supervisor.
fn tell_corrections(
    deeds: &mut Vec<(i64, Deed)>,
    stock: &[(Warehouse, Vec<Row>)],
) -> Result<(), Unreadable> {
    let staff = [
        (CHEN, Role::Operator),
        (LI, Role::Supervisor),
        (EMMA, Role::Supervisor),
    ];
    for (number, step) in (0..50_u64).zip((0..).step_by(11)) {
        let place = usize::try_from(number)?;
        let (warehouse, rows) = &stock[place % stock.len()];
        let row = &rows[step % (rows.len() - UNLIMITED.len())];
        let pieces = dice(&format!("pieces {number}"), 4) + 1;
        let at = BEGIN + (LATELY - BEGIN) * i64::try_from(number + 1)? / 49;
        let ((by, role), waits) = (staff[place % staff.len()], number >= 48);
        let counted = row.available.map_or(0, |level| level.get() - 1);
        let (kind, units, reason) = match number % 6 {
            // Counted before the first order, when its level is known.
            0 if number == 0 || waits => (OpKind::Set, counted, Reason::Count),
            0 => (OpKind::Adjust, 12 * pieces, Reason::Received),
            1 if waits => (OpKind::Adjust, 240, Reason::Received),
            1 => (OpKind::Adjust, 12 * pieces, Reason::Received),
            2 => (OpKind::Deduct, -pieces, Reason::Damaged),
            3 => (OpKind::Deduct, -1, Reason::Lost),
            4 => (OpKind::Deduct, -pieces, Reason::Sample),
            _ => (OpKind::Adjust, pieces, Reason::CountError),
        };
        let (by, role) = if waits { staff[0] } else { (by, role) };
        let at = match number {
            0 => BEGIN - HOUR,
            48.. => LATELY + (i64::try_from(number)? - 47) * 11 * MINUTE,
            _ => at,
        };
        let change = match kind {
            OpKind::Set => OpChange::SetTo(units),
            _ => OpChange::Delta(units),
        };
        let (warehouse, sku) = (warehouse.clone(), row.sku.clone());
        let correction = Correction {
            id: (number, at),
            by,
            role: if number == 0 { Role::Supervisor } else { role },
            kind,
            what: Corrected::Line {
                warehouse,
                sku,
                change,
            },
            reason,
            note: (reason == Reason::Received).then(|| "到货 / delivery".to_owned()),
            confirmed: !waits,
        };
        deeds.push((at, Deed::Correct(correction.clone())));
        if number == 25 {
            let later = at + 4 * MINUTE;
            let twice = Correction {
                id: (number + 100, later),
                kind: OpKind::Rollback,
                what: Corrected::Correction((number, at)),
                reason: Reason::EnteredTwice,
                note: None,
                ..correction
            };
            deeds.push((later, Deed::Correct(twice)));
        }
    }
    Ok(())
}

fn key(id: u64, name: &str) -> Actor {
    Actor::ApiKey {
        id,
        name: name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_story_can_be_told_and_is_about_what_a_desk_shows() {
        let story = tell().unwrap();
        assert_eq!(story.orders, 1_000);
        let skus: usize = story.stock.iter().map(|(_, rows)| rows.len()).sum();
        assert!((290..=320).contains(&skus), "{skus}");
        let count = |is: fn(&Deed) -> bool| story.deeds.iter().filter(|(_, d)| is(d)).count();
        assert!(count(|d| matches!(d, Deed::TimeOut(_))) > 80);
        assert!(count(|d| matches!(d, Deed::Cancel(..))) > 20);
        assert!(count(|d| matches!(d, Deed::Correct(_))) > 60);
        assert!(
            story.deeds.iter().all(|(at, _)| *at < 0),
            "nothing happens in the future"
        );
        let waiting = |(at, deed): &(i64, Deed)| match deed {
            Deed::Post(post, _) => post
                .payment
                .as_ref()
                .map(|p| at + i64::from(p.pay_within_seconds)),
            _ => None,
        };
        let deadlines: Vec<i64> = story
            .deeds
            .iter()
            .filter_map(waiting)
            .filter(|d| *d > 0)
            .collect();
        assert!(deadlines.len() > 50, "{}", deadlines.len());
        assert!(deadlines.iter().any(|d| *d < 5 * MINUTE));
        assert!(deadlines.iter().any(|d| *d > 8 * HOUR));
    }
}
