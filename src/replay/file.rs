//! Reading order lines: `invoice,at,sku,quantity,unit_price_minor`, more columns are ignored.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use flate2::read::MultiGzDecoder;

use crate::domain::ids::Sku;

/// Lines and invoices of the whole file.
#[derive(Debug)]
pub struct OrderFile {
    /// In the order of the file.
    pub invoices: Vec<Invoice>,
    pub lines: u64,
}

/// What stands together under one number, sorted by what becomes of it.
#[derive(Debug, Default)]
pub struct Invoice {
    pub number: String,
    pub at: DateTime<Utc>,
    /// Order lines: SKU, units, price of one.
    pub ordered: Vec<(Sku, i64, i64)>,
    /// Lines of a return: units that came back.
    pub returned: Vec<(Sku, i64)>,
    /// Bookkeeping: units, signed, and not 0.
    pub corrections: Vec<(Sku, i64)>,
    /// Lines of 0 units: nothing to play.
    pub empty: u64,
}

const NEEDED: [&str; 5] = ["invoice", "at", "sku", "quantity", "unit_price_minor"];

/// Reads a file; one that ends in `.gz` is unpacked.
///
/// # Errors
/// When it cannot be read; a line that cannot be understood is named.
pub fn read(path: &Path) -> anyhow::Result<OrderFile> {
    let named = || format!("{} cannot be read", path.display());
    let file = std::fs::File::open(path).with_context(named)?;
    if path.extension().is_some_and(|ending| ending == "gz") {
        lines(MultiGzDecoder::new(file)).with_context(named)
    } else {
        lines(file).with_context(named)
    }
}

fn lines(bytes: impl Read) -> anyhow::Result<OrderFile> {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers()?.clone();
    let mut places = [0; NEEDED.len()];
    for (place, column) in places.iter_mut().zip(NEEDED) {
        let found = header.iter().position(|title| title.trim() == column);
        *place = found.with_context(|| format!("the column {column} is missing"))?;
    }
    let mut file = OrderFile {
        invoices: Vec::new(),
        lines: 0,
    };
    let mut place_of: BTreeMap<String, usize> = BTreeMap::new();
    for record in reader.records() {
        let record = record?;
        let line = record.position().map_or(0, csv::Position::line);
        let fields = places.map(|place| record.get(place).unwrap_or(""));
        let number = fields[0];
        // An invoice's lines stand together; should they not, they still are one order.
        let place = match place_of.get(number) {
            Some(place) => *place,
            None => {
                file.invoices.push(Invoice {
                    number: number.to_owned(),
                    ..Invoice::default()
                });
                place_of.insert(number.to_owned(), file.invoices.len() - 1);
                file.invoices.len() - 1
            }
        };
        file.invoices[place]
            .add(fields)
            .with_context(|| format!("line {line}"))?;
        file.lines += 1;
    }
    if file.lines == 0 {
        bail!("it has no lines");
    }
    Ok(file)
}

impl Invoice {
    fn add(&mut self, [number, at, sku, quantity, price]: [&str; 5]) -> anyhow::Result<()> {
        let sku: Sku = sku.parse().with_context(|| format!("sku {sku:?}"))?;
        let units: i64 = quantity
            .parse()
            .with_context(|| format!("quantity {quantity:?}"))?;
        let price: i64 = price
            .parse()
            .with_context(|| format!("unit_price_minor {price:?}"))?;
        let at: DateTime<Utc> = at.parse().with_context(|| format!("at {at:?}"))?;
        if self.ordered.len() + self.returned.len() + self.corrections.len() == 0 {
            self.at = at;
        }
        let plain = number.bytes().all(|b| b.is_ascii_digit());
        match units {
            0 => self.empty += 1,
            _ if plain && units > 0 && price > 0 => self.ordered.push((sku, units, price)),
            _ if number.starts_with('C') && units < 0 => self.returned.push((sku, -units)),
            _ => self.corrections.push((sku, units)),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_one_bucket() {
        let text = "invoice,at,sku,quantity,unit_price_minor,customer\n\
            1,2010-12-01T08:26:00Z,A,6,255,\n1,2010-12-01T08:26:00Z,B,2,0,\n\
            1,2010-12-01T08:26:00Z,C,-3,10,\n1,2010-12-01T08:26:00Z,D,0,10,\n\
            C2,2010-12-01T09:00:00Z,A,-1,255,\nA3,2010-12-01T09:00:00Z,B,5,100,\n";
        let file = lines(text.as_bytes()).unwrap();
        assert_eq!((file.lines, file.invoices.len()), (6, 3));
        let [first, back, books] = file.invoices.as_slice() else {
            panic!()
        };
        let sizes = |i: &Invoice| {
            (
                i.ordered.len(),
                i.returned.len(),
                i.corrections.len(),
                i.empty,
            )
        };
        assert_eq!(sizes(first), (1, 0, 2, 1));
        assert_eq!(sizes(back), (0, 1, 0, 0));
        assert_eq!(sizes(books), (0, 0, 1, 0));
        assert!(lines("invoice,at\n".as_bytes()).is_err());
        let bad = "invoice,at,sku,quantity,unit_price_minor\n1,yesterday,A,1,1\n";
        assert!(format!("{:#}", lines(bad.as_bytes()).unwrap_err()).contains("line 2"));
    }
}
