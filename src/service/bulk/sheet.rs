//! Reading a sheet: a file or pasted rows, of any spreadsheet program and in either language.
//!
//! UTF-8 and UTF-16 (with their byte order marks), else GB18030; commas, semicolons or tabs,
//! whichever the header has most of. Columns are found by their names, in any order; columns with
//! other names are left alone.

use encoding_rs::{Encoding, GB18030, UTF_8};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::domain::bulk::{LineProblem, MAX_BULK_LINES, Sample, TypedRow};
use crate::service::csv_lines::{line_of, plain_lines};

/// Bytes that a sheet may have: 2 MiB.
pub const MAX_BYTES: usize = 2 << 20;

const SAMPLE_ROWS: usize = 5;
/// Of a cell, as it is kept to be shown.
const SHOWN_CHARS: usize = 120;
/// A longer cell is one whose closing quote is missing.
const CELL_CHARS: usize = 4_000;
const MAX_COLUMNS: usize = 200;

/// Why a sheet cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SheetFault {
    Empty,
    TooLarge {
        max: usize,
    },
    /// A workbook, not a text.
    Workbook,
    /// Neither UTF-8 nor GB18030.
    NotText,
    /// No column for this.
    NoColumn {
        column: Column,
    },
    /// Neither a column of changes nor one of counts.
    NoChange,
    /// Two columns of the same meaning.
    Twice {
        title: String,
    },
    NoRows,
    TooManyRows {
        max: usize,
    },
    /// A quoted cell that goes on and on.
    Quote {
        line: u32,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Warehouse,
    Sku,
    Delta,
    SetTo,
    Version,
    Note,
}

impl Column {
    /// By its title: in either language, in any width, whatever the case.
    fn named(title: &str) -> Option<Self> {
        let plain: String = title.nfkc().collect::<String>().to_lowercase();
        let plain = plain.replace("(±)", "").replace('_', " ");
        let words: Vec<&str> = plain.split_whitespace().collect();
        Some(match words.join(" ").as_str() {
            "warehouse" | "仓库" => Self::Warehouse,
            "sku" | "sku code" | "sku 编码" | "sku编码" | "商品编码" => Self::Sku,
            "delta" | "change" | "变动" | "增减" => Self::Delta,
            "set to" | "set to counted" | "counted" | "设为" | "设为盘点数" | "盘点数" => {
                Self::SetTo
            }
            "version" | "版本" => Self::Version,
            "note" | "备注" => Self::Note,
            _ => return None,
        })
    }
}

/// A row that asks for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRow {
    /// The header is line 1.
    pub line: u32,
    pub typed: TypedRow,
    /// What is wrong with the row itself.
    pub problem: Option<LineProblem>,
}

/// A sheet, as far as it can be read without looking at the stock.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// SHA-256 of its bytes.
    pub hash: [u8; 32],
    pub sample: Sample,
    pub rows: Vec<SheetRow>,
    /// Rows without a change and without a count.
    pub blank: u32,
}

/// Reads a sheet.
///
/// # Errors
/// What keeps it from being read at all; what is wrong with a row stands with the row.
pub fn read(bytes: &[u8]) -> Result<Sheet, SheetFault> {
    let (encoding, text) = decode(bytes)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let mut records = reader.records().map(|record| {
        // Text in memory: neither the reading nor the decoding can fail.
        record.map_err(|_| SheetFault::NotText)
    });
    let header = records.next().ok_or(SheetFault::Empty)??;
    let columns = Columns::of(&header)?;
    let mut sheet = Sheet {
        hash: Sha256::digest(bytes).into(),
        sample: Sample {
            encoding: encoding.name().to_owned(),
            header: shown(&header),
            rows: Vec::new(),
            ignored: columns.ignored.clone(),
        },
        rows: Vec::new(),
        blank: 0,
    };
    for record in records {
        let record = record?;
        sheet.add(line_of(&record, &text), &record, &columns)?;
    }
    match sheet.rows.is_empty() {
        true => Err(SheetFault::NoRows),
        false => Ok(sheet),
    }
}

fn decode(bytes: &[u8]) -> Result<(&'static Encoding, String), SheetFault> {
    if bytes.len() > MAX_BYTES {
        return Err(SheetFault::TooLarge { max: MAX_BYTES });
    }
    // What .xlsx and .xls files begin with.
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(SheetFault::Workbook);
    }
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, &bytes[length..]),
        None if std::str::from_utf8(bytes).is_ok() => (UTF_8, bytes),
        None => (GB18030, bytes),
    };
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    let text = text.filter(|text| !text.contains('\0'));
    let text = plain_lines(&text.ok_or(SheetFault::NotText)?);
    match text.trim().is_empty() {
        true => Err(SheetFault::Empty),
        false => Ok((encoding, text)),
    }
}

/// What the header has most of.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty());
    let header = header.unwrap_or_default().as_bytes();
    let count = |delimiter: u8| header.iter().filter(|b| **b == delimiter).count();
    // Of equals the last: a comma can stand in a title, a tab cannot.
    let candidates = [b',', b';', b'\t'];
    candidates
        .into_iter()
        .max_by_key(|d| count(*d))
        .unwrap_or(b',')
}

/// Where each column stands.
struct Columns {
    places: Vec<Option<Column>>,
    ignored: Vec<String>,
}

impl Columns {
    fn of(header: &csv::StringRecord) -> Result<Self, SheetFault> {
        let mut columns = Self {
            places: Vec::new(),
            ignored: Vec::new(),
        };
        for title in header.iter().take(MAX_COLUMNS) {
            let column = Column::named(title);
            if column.is_some() && columns.places.contains(&column) {
                let title = short(title);
                return Err(SheetFault::Twice { title });
            }
            if column.is_none() && !title.trim().is_empty() {
                columns.ignored.push(short(title));
            }
            columns.places.push(column);
        }
        if !columns.has(Column::Sku) {
            return Err(SheetFault::NoColumn {
                column: Column::Sku,
            });
        }
        match columns.has(Column::Delta) || columns.has(Column::SetTo) {
            true => Ok(columns),
            false => Err(SheetFault::NoChange),
        }
    }

    fn has(&self, column: Column) -> bool {
        self.places.contains(&Some(column))
    }

    fn cell(&self, record: &csv::StringRecord, column: Column) -> String {
        let place = self.places.iter().position(|place| *place == Some(column));
        let cell = place.and_then(|place| record.get(place)).unwrap_or("");
        cell.trim().to_owned()
    }
}

impl Sheet {
    fn add(
        &mut self,
        line: u32,
        record: &csv::StringRecord,
        columns: &Columns,
    ) -> Result<(), SheetFault> {
        if record.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(());
        }
        if record.iter().any(|cell| cell.chars().count() > CELL_CHARS) {
            return Err(SheetFault::Quote { line });
        }
        if self.sample.rows.len() < SAMPLE_ROWS {
            self.sample.rows.push(shown(record));
        }
        let cell = |column| columns.cell(record, column);
        let typed = TypedRow {
            warehouse: cell(Column::Warehouse),
            sku: cell(Column::Sku),
            delta: cell(Column::Delta),
            set_to: cell(Column::SetTo),
            version: cell(Column::Version),
            note: cell(Column::Note),
        };
        let beyond = record.iter().skip(columns.places.len());
        let cells = beyond.into_iter().any(|cell| !cell.trim().is_empty());
        if typed.delta.is_empty() && typed.set_to.is_empty() && !cells {
            self.blank += 1;
            return self.check_rows();
        }
        self.rows.push(SheetRow {
            line,
            typed,
            problem: cells.then(|| LineProblem::Cells {
                has: record.len(),
                wants: columns.places.len(),
            }),
        });
        self.check_rows()
    }

    fn check_rows(&self) -> Result<(), SheetFault> {
        let max = MAX_BULK_LINES;
        match self.rows.len() + self.blank as usize > max {
            true => Err(SheetFault::TooManyRows { max }),
            false => Ok(()),
        }
    }
}

fn shown(record: &csv::StringRecord) -> Vec<String> {
    record.iter().take(20).map(short).collect()
}

/// A cell as it is kept to be shown.
pub(super) fn short(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(bytes: &[u8]) -> Vec<(u32, String, String, String)> {
        let sheet = read(bytes).unwrap();
        let row = |row: &SheetRow| {
            let TypedRow {
                sku, delta, set_to, ..
            } = row.typed.clone();
            (row.line, sku, delta, set_to)
        };
        sheet.rows.iter().map(row).collect()
    }

    fn row(line: u32, sku: &str, delta: &str, set_to: &str) -> (u32, String, String, String) {
        (line, sku.to_owned(), delta.to_owned(), set_to.to_owned())
    }

    #[test]
    fn both_languages_and_every_usual_encoding_are_read() {
        let chinese = "仓库,SKU 编码,变动（±）,设为盘点数\r\nSZ,杯-1,-3,\r\nSZ,杯-2,,８\r\n";
        let expected = vec![row(2, "杯-1", "-3", ""), row(3, "杯-2", "", "８")];
        let (gb, ..) = GB18030.encode(chinese);
        let marked = format!("\u{FEFF}{chinese}");
        let utf16: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [chinese.as_bytes(), marked.as_bytes(), &gb, &utf16] {
            assert_eq!(typed(bytes), expected);
        }
        assert_eq!(read(&gb).unwrap().sample.encoding, "gb18030");
        let tabs = "Warehouse\tSKU\tSet to\nSZ\tA, B\t7\n";
        assert_eq!(typed(tabs.as_bytes()), [row(2, "A, B", "", "7")]);
        let semicolons = "sku;CHANGE\n\nA;+1\n";
        assert_eq!(typed(semicolons.as_bytes()), [row(3, "A", "+1", "")]);
    }

    #[test]
    fn rows_that_ask_for_nothing_are_counted_and_left_alone() {
        let sheet = read(b"sku,set to,name\nA,,x\n,,\nB,0,y\nC,3,z,9\n").unwrap();
        assert_eq!((sheet.blank, sheet.rows.len()), (1, 2));
        assert_eq!(sheet.sample.ignored, ["name"]);
        let cells = LineProblem::Cells { has: 4, wants: 3 };
        assert_eq!(sheet.rows[1].problem, Some(cells));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let fault = |bytes: &[u8]| read(bytes).unwrap_err();
        assert_eq!(fault(b""), SheetFault::Empty);
        assert_eq!(fault(b" \n"), SheetFault::Empty);
        assert_eq!(fault(b"PK\x03\x04x"), SheetFault::Workbook);
        assert_eq!(fault(b"\xff\xfe\xff"), SheetFault::NotText);
        assert_eq!(fault(b"sku,set to\nA\xff,1\n"), SheetFault::NotText);
        let column = Column::Sku;
        assert_eq!(fault(b"a,set to\n"), SheetFault::NoColumn { column });
        assert_eq!(fault(b"sku,available\nA,1\n"), SheetFault::NoChange);
        assert_eq!(fault(b"sku,set to\n"), SheetFault::NoRows);
        let title = "Counted".to_owned();
        assert_eq!(fault(b"sku,set to,Counted\n"), SheetFault::Twice { title });
        let open = format!("sku,set to\n\"A,1\n{}", "B,1\n".repeat(2_000));
        assert_eq!(fault(open.as_bytes()), SheetFault::Quote { line: 2 });
        let many = format!("sku,set to\n{}", "A,1\n".repeat(MAX_BULK_LINES + 1));
        let max = MAX_BULK_LINES;
        assert_eq!(fault(many.as_bytes()), SheetFault::TooManyRows { max });
        let max = MAX_BYTES;
        assert_eq!(
            fault(&vec![b'a'; MAX_BYTES + 1]),
            SheetFault::TooLarge { max }
        );
    }
}
