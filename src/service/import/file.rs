//! Reading a stock file: either all of its lines are good, or every bad one is named.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use sha2::{Digest, Sha256};

use super::fields::{available, low_water, name, named};
use crate::domain::ids::{Sku, Warehouse};
use crate::domain::quantity::Level;
use crate::service::csv_lines::{line_of, plain_lines};

/// Lines that a file may have, without its header.
pub const MAX_ROWS: usize = 1_000_000;
/// Bytes that a file may have: 256 MiB.
pub const MAX_BYTES: usize = 256 << 20;
/// Warehouses in one file.
const MAX_WAREHOUSES: usize = 1_000;

/// A line that cannot be imported, and why. Lines count from 1; the header is line 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    pub line: u64,
    pub reason: String,
}

/// A good line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub line: u64,
    pub sku: Sku,
    pub name: String,
    /// Units; `None` is unlimited.
    pub available: Option<Level>,
    /// The outer `None`: the file has no such column, and what is there stays.
    pub low_water: Option<Option<Level>>,
}

/// A file whose every line is good in itself.
#[derive(Debug)]
pub struct StockFile {
    /// SHA-256 of its bytes.
    pub digest: [u8; 32],
    /// Rows by warehouse, warehouses and rows in order of first appearance.
    pub warehouses: Vec<(Warehouse, Vec<Row>)>,
}

impl StockFile {
    pub fn rows(&self) -> usize {
        self.warehouses.iter().map(|(_, rows)| rows.len()).sum()
    }
}

/// Reads a file: UTF-8, with or without a byte order mark; comma-separated; a header that names
/// the columns `warehouse,sku,name,available[,unlimited][,low_water]` in any order.
///
/// # Errors
/// Every bad line with its reason, in the order of the file.
pub fn read(bytes: &[u8]) -> Result<StockFile, Vec<BadLine>> {
    let text = plain_lines(check_text(bytes).map_err(|bad| vec![bad])?);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let header = match records.next() {
        Some(Ok(header)) => Columns::of(&header).map_err(|reason| bad_lines(1, reason))?,
        Some(Err(error)) => return Err(bad_lines(1, error.to_string())),
        None => return Err(bad_lines(1, "the file is empty".to_owned())),
    };
    let mut file = Reading::new(header);
    for record in records {
        match record {
            Ok(record) => file.add(&record, line_of(&record, &text)),
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                file.bad.push(BadLine {
                    line,
                    reason: error.to_string(),
                });
            }
        }
        if file.rows > MAX_ROWS {
            let reason = format!("more than {MAX_ROWS} lines; split the file");
            file.bad.push(BadLine {
                line: file.line,
                reason,
            });
            break;
        }
    }
    if file.rows == 0 && file.bad.is_empty() {
        return Err(bad_lines(
            1,
            "the file has a header and no lines".to_owned(),
        ));
    }
    if !file.bad.is_empty() {
        return Err(file.bad);
    }
    Ok(StockFile {
        digest: Sha256::digest(bytes).into(),
        warehouses: file.warehouses,
    })
}

fn bad_lines(line: u64, reason: String) -> Vec<BadLine> {
    vec![BadLine { line, reason }]
}

fn check_text(bytes: &[u8]) -> Result<&str, BadLine> {
    let bad = |line, reason: String| BadLine { line, reason };
    if bytes.len() > MAX_BYTES {
        return Err(bad(
            1,
            format!("the file is larger than {} MiB", MAX_BYTES >> 20),
        ));
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(bad(1, "the file is UTF-16; save it as UTF-8".to_owned()));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = 1 + before.iter().filter(|b| **b == b'\n').count() as u64;
        bad(
            line,
            "this is not UTF-8 text; save the file as UTF-8".to_owned(),
        )
    })?;
    Ok(text.strip_prefix('\u{FEFF}').unwrap_or(text))
}

/// Where each column stands.
struct Columns {
    count: usize,
    warehouse: usize,
    sku: usize,
    name: usize,
    available: usize,
    unlimited: Option<usize>,
    low_water: Option<usize>,
}

impl Columns {
    fn of(header: &csv::StringRecord) -> Result<Self, String> {
        const KNOWN: [&str; 6] = [
            "warehouse",
            "sku",
            "name",
            "available",
            "unlimited",
            "low_water",
        ];
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (index, title) in header.iter().enumerate() {
            let title = title.trim();
            let Some(known) = KNOWN.into_iter().find(|k| *k == title) else {
                let known = KNOWN.join(", ");
                return Err(format!("unknown column {title:?}; there are {known}"));
            };
            if places.insert(known, index).is_some() {
                return Err(format!("the column {known} stands there twice"));
            }
        }
        let place = |column: &str| {
            let missing = || format!("the column {column} is missing");
            places.get(column).copied().ok_or_else(missing)
        };
        Ok(Self {
            count: header.len(),
            warehouse: place("warehouse")?,
            sku: place("sku")?,
            name: place("name")?,
            available: place("available")?,
            unlimited: places.get("unlimited").copied(),
            low_water: places.get("low_water").copied(),
        })
    }
}

struct Reading {
    columns: Columns,
    warehouses: Vec<(Warehouse, Vec<Row>)>,
    /// Of each warehouse by its place: the line of each SKU.
    seen: Vec<HashMap<Sku, u64>>,
    bad: Vec<BadLine>,
    rows: usize,
    line: u64,
}

impl Reading {
    fn new(columns: Columns) -> Self {
        Self {
            columns,
            warehouses: Vec::new(),
            seen: Vec::new(),
            bad: Vec::new(),
            rows: 0,
            line: 1,
        }
    }

    fn add(&mut self, record: &csv::StringRecord, line: u32) {
        self.rows += 1;
        self.line = line.into();
        if let Err(reason) = self.read_row(record) {
            self.bad.push(BadLine {
                line: self.line,
                reason,
            });
        }
    }

    fn read_row(&mut self, record: &csv::StringRecord) -> Result<(), String> {
        let (columns, line) = (&self.columns, self.line);
        if record.len() != columns.count {
            let (has, wants) = (record.len(), columns.count);
            return Err(format!("{has} fields, and the header has {wants}"));
        }
        let field = |index: usize| record.get(index).unwrap_or("").trim();
        let row = Row {
            line,
            // Spaces at its ends are refused, not cut: a SKU is compared exactly.
            sku: named("sku", record.get(columns.sku).unwrap_or("").parse::<Sku>())?,
            name: name(field(columns.name))?,
            available: available(field(columns.available), columns.unlimited.map(field))?,
            low_water: columns
                .low_water
                .map(|at| low_water(field(at)))
                .transpose()?,
        };
        let warehouse = named("warehouse", field(columns.warehouse).parse::<Warehouse>())?;
        let place = self.place(warehouse)?;
        match self.seen[place].entry(row.sku.clone()) {
            Entry::Occupied(first) => {
                return Err(format!("this SKU stands on line {} already", first.get()));
            }
            Entry::Vacant(free) => free.insert(line),
        };
        self.warehouses[place].1.push(row);
        Ok(())
    }

    fn place(&mut self, warehouse: Warehouse) -> Result<usize, String> {
        if let Some(place) = self.warehouses.iter().position(|(w, _)| *w == warehouse) {
            return Ok(place);
        }
        if self.warehouses.len() == MAX_WAREHOUSES {
            return Err(format!("more than {MAX_WAREHOUSES} warehouses in one file"));
        }
        self.warehouses.push((warehouse, Vec::new()));
        self.seen.push(HashMap::new());
        Ok(self.warehouses.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Vec<(u64, String)> {
        let bad = read(text.as_bytes()).expect_err("it is refused");
        bad.into_iter().map(|b| (b.line, b.reason)).collect()
    }

    #[test]
    fn lines_are_counted_as_an_editor_counts_them() {
        for end in ["\n", "\r\n", "\r"] {
            let text = [
                "warehouse,sku,name,available",
                "W,A,A,1",
                "",
                "",
                "W,B,B,x",
                "W,A,A,2",
            ];
            let lines: Vec<u64> = refused(&text.join(end)).iter().map(|bad| bad.0).collect();
            assert_eq!(lines, [5, 6], "{end:?}");
        }
    }

    #[test]
    fn columns_stand_in_any_order_behind_a_byte_order_mark() {
        let text = "\u{FEFF}name,low_water,available,sku,unlimited,warehouse\r\n\
                    \"杯子, 白\",5,12,CUP 1,,SZ-01\r\nGift,,,GIFT,true,SZ-01\r\n";
        let file = read(text.as_bytes()).unwrap();
        let (warehouse, rows) = &file.warehouses[0];
        assert_eq!((warehouse.as_str(), rows.len()), ("SZ-01", 2));
        assert_eq!(rows[0].sku.as_str(), "CUP 1");
        assert_eq!(rows[0].name, "杯子, 白");
        assert_eq!(rows[0].available, Some(Level::new(12).unwrap()));
        assert_eq!(rows[0].low_water, Some(Some(Level::new(5).unwrap())));
        assert_eq!((rows[1].available, rows[1].low_water), (None, Some(None)));
    }

    #[test]
    fn every_bad_line_is_named() {
        let text = "warehouse,sku,name,available\nW,A,Apple,5\nW,,Nameless,5\nW,B,Pear,-1\n\
                    W,C,Plum\nW,A,Apple,7\nW W,D,Fig,1\nW, E,Date,1\nW,F,,1\nW,G,Nut,1.5\n";
        let lines = refused(text);
        let numbers: Vec<u64> = lines.iter().map(|(line, _)| *line).collect();
        assert_eq!(numbers, [3, 4, 5, 6, 7, 8, 9, 10]);
        assert_eq!(lines[3].1, "this SKU stands on line 2 already");
    }

    #[test]
    fn a_file_that_is_no_table_of_stock_is_refused() {
        assert_eq!(refused("")[0].0, 1);
        assert!(
            refused("warehouse,sku,name\n")[0]
                .1
                .contains("available is missing")
        );
        assert!(
            refused("warehouse,sku,name,available,x\n")[0]
                .1
                .contains("\"x\"")
        );
        assert!(refused("sku,sku,name,available\n")[0].1.contains("twice"));
        assert!(
            refused("warehouse,sku,name,available\n")[0]
                .1
                .contains("no lines")
        );
        let latin: &[u8] = b"warehouse,sku,name,available\nW,A,Apple,1\nW,B,Caf\xE9,1\n";
        let bad = read(latin).expect_err("it is refused");
        assert_eq!(bad[0].line, 3);
        assert!(bad[0].reason.contains("UTF-8"));
    }
}
