//! Lines of a bulk operation, in words.

use crate::domain::bulk::{BulkLine, LineChange, LineProblem, LineResult};
use crate::domain::ids::EntryId;
use crate::domain::rejection::Rejection;
use crate::web::i18n::{Message, Worded, msg};
use crate::web::paths;

impl Worded for LineProblem {
    fn message(&self) -> Message {
        match self {
            Self::WarehouseMissing => msg("line-warehouse-missing"),
            Self::WarehouseUnknown { typed } => {
                msg("line-warehouse-unknown").with("typed", typed.as_str())
            }
            Self::SkuMissing => msg("line-sku-missing"),
            Self::SkuUnknown { typed } => msg("line-sku-unknown").with("typed", typed.as_str()),
            Self::Repeated { line } => msg("line-repeated").with("line", *line),
            Self::Differs { line } => msg("line-differs").with("line", *line),
            Self::Unlimited => msg("line-unlimited"),
            Self::Both => msg("line-both"),
            Self::NotWhole { typed } => msg("line-not-whole").with("typed", typed.as_str()),
            Self::TooMany { max } => msg("line-too-many").with("max", *max),
            Self::Negative => msg("line-negative"),
            Self::CountTooMany { max } => msg("line-count-many").with("max", *max),
            Self::Cells { has, wants } => msg("line-cells").with("has", *has).with("wants", *wants),
            Self::NoteLong { max } => msg("error-note-long").with("max", *max),
            Self::NoteCharacters => msg("error-note-characters"),
            Self::Moved { available } => msg("line-moved").with("available", *available),
            Self::Stock { refusal } => refused(refusal),
        }
    }
}

/// A refusal with its numbers, where it has some.
pub fn refused(refusal: &Rejection) -> Message {
    match refusal {
        Rejection::InsufficientStock { lines } => match lines.as_slice() {
            [line] => msg("line-short")
                .with("requested", line.requested)
                .with("available", line.available),
            _ => refusal.message(),
        },
        Rejection::VersionChanged { available, .. } => {
            msg("line-version-changed").with("available", *available)
        }
        other => other.message(),
    }
}

/// Why a line came to nothing, or cannot be carried out.
pub fn why(line: &BulkLine) -> Option<Message> {
    match (&line.problem, &line.result) {
        (Some(problem), _) => Some(problem.message()),
        (None, Some(LineResult::Refused(refusal))) => Some(refused(refusal)),
        (None, _) => None,
    }
}

/// A line, as a row of a table.
pub struct Row<'a> {
    /// What it is called: its line in the file, else its number.
    pub number: u32,
    pub sku: &'a str,
    pub warehouse: &'a str,
    /// The page of its SKU, where that is known.
    pub page: Option<String>,
    /// What was counted.
    pub counted: Option<i64>,
    pub now: Option<i64>,
    pub change: Option<i64>,
    pub after: Option<i64>,
    pub entry: Option<EntryId>,
    pub why: Option<Message>,
}

impl<'a> Row<'a> {
    pub fn of(line: &'a BulkLine) -> Self {
        let sku = line
            .sku
            .as_ref()
            .map_or(line.typed.sku.as_str(), |sku| sku.as_str());
        let warehouse = line.warehouse.as_ref();
        let page = line.sku.as_ref().zip(warehouse);
        let (now, change, after, entry) = match &line.result {
            Some(LineResult::Applied(receipt)) => (
                receipt.available.map(|after| after - receipt.delta),
                Some(receipt.delta),
                receipt.available,
                Some(EntryId {
                    stock: receipt.stock,
                    version: receipt.version,
                }),
            ),
            _ => {
                let after = line.seen_available.zip(line.planned);
                let after = after.map(|(now, change)| now + change);
                (line.seen_available, line.planned, after, None)
            }
        };
        Self {
            number: line.file_line.unwrap_or(line.line),
            sku,
            warehouse: warehouse.map_or(line.typed.warehouse.as_str(), |w| w.as_str()),
            page: page.map(|(sku, warehouse)| paths::stock(warehouse, sku)),
            counted: match line.change {
                Some(LineChange::SetTo(counted)) => Some(counted),
                _ => None,
            },
            now,
            change,
            after,
            entry,
            why: why(line),
        }
    }
}
