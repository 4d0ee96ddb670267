//! What the demo tells: which SKUs there are, and what happens to 1,000 real orders, in the last
//! three days and the hours to come. The same story every time, moved to the present.

mod corrections;
mod orders;

use std::collections::HashMap;

use self::corrections::tell_corrections;
pub(in crate::service::demo) use self::corrections::{Corrected, Correction, CorrectionId};
use self::orders::{invoices, tell_order};
use crate::domain::actor::Actor;
use crate::domain::command::Post;
use crate::domain::ids::{DocumentNo, Sku, Warehouse};
use crate::domain::money::Money;
use crate::domain::quantity::Level;
use crate::domain::reason::Reason;
use crate::service::import::Row;

/// UCI Online Retail, see `demo/README.md`.
const SKUS: &str = include_str!("../../../../demo/skus.csv");
const LINES: &str = include_str!("../../../../demo/lines.csv");

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

#[derive(Debug)]
pub(super) struct Story {
    pub stock: Vec<(Warehouse, Vec<Row>)>,
    /// Each with its time in seconds from now, in the order of their times.
    pub deeds: Vec<(i64, Deed)>,
    pub orders: usize,
}

/// An error in the extract itself; a test reads it all.
pub(super) type Unreadable = Box<dyn std::error::Error + Send + Sync>;

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
