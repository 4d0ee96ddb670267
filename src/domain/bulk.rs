//! Many corrections as one operation: from a selection, a file, or to undo another one.
//!
//! What each line does is frozen when the draft is made. A line is carried out alone, under a
//! document of its own, so that one that cannot be done never keeps the others from it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::approval::Standing;
use super::bulk_cancel::CancelLine;
use super::command::{Change, Line, Lines, Post, Rollback};
use super::ids::{DocumentNo, OpId, Sku, Warehouse};
use super::ledger::{DocumentKind, EntryKind};
use super::quantity::{Delta, Level};
use super::reason::Reason;
use super::receipt::LineReceipt;
use super::rejection::Rejection;
use super::role::Action;
use super::words::words;

/// Lines of one operation, at most.
pub const MAX_BULK_LINES: usize = 20_000;

/// Above this many changes a person types how many there are.
pub const TYPED_ABOVE: u32 = 50;

/// Up to this many changes are made before the confirming request is answered.
pub const AT_ONCE: u32 = 100;

words! {
    /// Where its lines came from.
    pub enum BulkOrigin {
        /// SKUs chosen on the list of stock.
        Select = "select",
        /// A file, or rows that were pasted.
        File = "file",
        /// The lines of another one, to be undone.
        Undo = "undo",
        /// Orders chosen on their list, to be cancelled: its lines are [`CancelLine`]s.
        Cancel = "cancel",
    }
}

impl BulkOrigin {
    /// Whether what it did can be undone by another one.
    pub fn undoable(self) -> bool {
        matches!(self, Self::Select | Self::File)
    }
}

words! {
    pub enum BulkStatus {
        Draft = "draft",
        /// Confirmed, and being carried out.
        Running = "running",
        /// Every line was decided; some may have been refused.
        Applied = "applied",
        Discarded = "discarded",
    }
}

words! {
    /// What was found of a line when it was prepared.
    pub enum LineState {
        Will = "will",
        /// It would change nothing, and is not carried out.
        Same = "same",
        Cannot = "cannot",
    }
}

/// What a line does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineChange {
    /// Units, signed.
    Delta(i64),
    /// Units counted.
    SetTo(i64),
    /// Rolls this document back.
    Undo(DocumentNo),
}

/// What stood in a row, as it was written there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TypedRow {
    pub warehouse: String,
    pub sku: String,
    pub delta: String,
    pub set_to: String,
    pub version: String,
    pub note: String,
}

/// Why a line cannot be carried out, as far as that was known when it was prepared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum LineProblem {
    WarehouseMissing,
    WarehouseUnknown {
        typed: String,
    },
    SkuMissing,
    SkuUnknown {
        typed: String,
    },
    /// The same SKU of the same warehouse stands on an earlier line.
    Repeated {
        line: u32,
    },
    /// It stands on another line as well, with another change or count: which of them is meant?
    Differs {
        line: u32,
    },
    /// There is no level to change.
    Unlimited,
    /// A change and a count on one line.
    Both,
    NotWhole {
        typed: String,
    },
    /// A change of more units than one line may move.
    TooMany {
        max: i64,
    },
    Negative,
    CountTooMany {
        max: i64,
    },
    /// It has cells that no column is named for.
    Cells {
        has: usize,
        wants: usize,
    },
    NoteLong {
        max: usize,
    },
    NoteCharacters,
    /// The stock moved since the sheet was made.
    Moved {
        available: i64,
    },
    /// What the stock says.
    Stock {
        refusal: Rejection,
    },
}

/// One line, frozen.
#[derive(Debug, Clone)]
pub struct BulkLine {
    /// Counts from 1, without gaps.
    pub line: u32,
    /// The line of the file that it stood on; the header is line 1.
    pub file_line: Option<u32>,
    pub typed: TypedRow,
    pub warehouse: Option<Warehouse>,
    pub sku: Option<Sku>,
    pub change: Option<LineChange>,
    pub note: Option<String>,
    pub seen_available: Option<i64>,
    pub seen_version: u64,
    /// Units by which the level would change, by what was seen.
    pub planned: Option<i64>,
    pub state: LineState,
    pub problem: Option<LineProblem>,
    /// What it came to, once it was decided.
    pub result: Option<LineResult>,
}

/// The lines of one operation: changes of stock, or orders.
#[derive(Debug, Clone)]
pub enum BulkLines {
    Stock(Vec<BulkLine>),
    Orders(Vec<CancelLine>),
}

impl BulkLines {
    /// `blank`: rows that ask for nothing.
    pub fn counts(&self, blank: u32) -> BulkCounts {
        match self {
            Self::Stock(lines) => BulkCounts::of(lines, blank),
            Self::Orders(lines) => BulkCounts::of_orders(lines),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineResult {
    Applied(LineReceipt),
    Refused(Rejection),
}

/// How its lines stand, as they were prepared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BulkCounts {
    pub will: u32,
    pub same: u32,
    pub cannot: u32,
    /// Rows without a change and without a count: not counted yet.
    pub blank: u32,
    /// Units, over all lines that will change.
    pub net: i64,
    /// The largest change.
    pub largest: Option<(Sku, i64)>,
}

impl BulkCounts {
    pub fn of(lines: &[BulkLine], blank: u32) -> Self {
        let mut counts = Self {
            blank,
            ..Self::default()
        };
        for line in lines {
            match line.state {
                LineState::Same => counts.same += 1,
                LineState::Cannot => counts.cannot += 1,
                LineState::Will => {
                    counts.will += 1;
                    counts.add(line);
                }
            }
        }
        counts
    }

    fn of_orders(lines: &[CancelLine]) -> Self {
        let mut counts = Self::default();
        for line in lines {
            match line.problem {
                None => counts.will += 1,
                Some(_) => counts.cannot += 1,
            }
        }
        counts
    }

    /// At most 20,000 levels below a milliard each: the sum has room.
    fn add(&mut self, line: &BulkLine) {
        let (Some(sku), Some(units)) = (&line.sku, line.planned) else {
            return;
        };
        self.net += units;
        let largest = self.largest.as_ref().map_or(0, |(_, units)| units.abs());
        if units.abs() > largest {
            self.largest = Some((sku.clone(), units));
        }
    }
}

/// What was decided of its lines so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub applied: u32,
    pub refused: u32,
    /// Units, over all lines that were applied.
    pub net: i64,
}

impl Tally {
    pub fn done(self) -> u32 {
        self.applied + self.refused
    }
}

/// The beginning of a file as it was read, for a person to see that it was read right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// `UTF-8`, `UTF-16LE`, `UTF-16BE` or `gb18030`.
    pub encoding: String,
    pub header: Vec<String>,
    /// The first five rows.
    pub rows: Vec<Vec<String>>,
    /// Columns that were not read.
    pub ignored: Vec<String>,
}

/// A file that lines came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetSource {
    /// `None` when its rows were pasted.
    pub name: Option<String>,
    /// SHA-256 of its bytes.
    pub hash: [u8; 32],
    pub sample: Sample,
}

/// What a form submits, its lines frozen; becomes (or replaces) the draft with this id.
#[derive(Debug, Clone)]
pub struct NewBulk {
    pub op: OpId,
    pub origin: BulkOrigin,
    pub undoes: Option<OpId>,
    pub source: Option<SheetSource>,
    pub reason: Reason,
    pub note: Option<String>,
    pub reference: Option<String>,
    pub lines: BulkLines,
    pub blank: u32,
    /// What the person asked for, in 32 bytes: the same form says the same.
    pub content: [u8; 32],
}

#[derive(Debug, Clone)]
pub struct Bulk {
    pub op: OpId,
    pub origin: BulkOrigin,
    pub undoes: Option<OpId>,
    pub status: BulkStatus,
    /// Rises when the draft is replaced before it is confirmed.
    pub revision: u32,
    pub content: [u8; 32],
    pub source: Option<SheetSource>,
    pub reason: Reason,
    pub note: Option<String>,
    pub reference: Option<String>,
    pub author: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub confirmed_by: Option<String>,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub counts: BulkCounts,
    /// Applied and refused lines, once it is finished.
    pub came_to: Option<(u32, u32)>,
}

impl Bulk {
    pub fn expired(&self, now: DateTime<Utc>) -> bool {
        self.status == BulkStatus::Draft && now >= self.expires_at
    }

    /// It is undoing another one, or undid it to its last line: no other undoes the same. The schema
    /// says so as well (`bulk_undo_once`).
    pub fn undoes_alone(&self) -> bool {
        let wholly = matches!(self.came_to, Some((_, 0))) && self.counts.cannot == 0;
        self.undoes.is_some() && (self.status == BulkStatus::Running || wholly)
    }

    /// The number that must be typed to confirm it.
    pub fn typed_count(&self) -> Option<u32> {
        (self.counts.will > TYPED_ABOVE).then_some(self.counts.will)
    }

    /// Whether this person may confirm it: many lines are always a supervisor's.
    pub fn may_confirm(&self, standing: &Standing<'_>) -> bool {
        standing.role.may(match self.origin {
            BulkOrigin::Cancel => Action::Reverse,
            BulkOrigin::Select | BulkOrigin::File | BulkOrigin::Undo => Action::Approve,
        })
    }

    /// What carrying a line out asks of the desk.
    ///
    /// # Errors
    /// For a line that cannot be carried out; those never reach the desk.
    pub fn task(&self, line: &BulkLine) -> Result<Task, String> {
        let broken = |why: &str| format!("{} line {}: {why}", self.op, line.line);
        let reason = Some(self.reason.as_str().to_owned());
        let note = line.note.clone().or_else(|| self.note.clone());
        let change = match &line.change {
            Some(LineChange::Undo(document)) => {
                return Ok(Task::Rollback(Rollback {
                    document: document.clone(),
                    confirms: None,
                    part_of: Some(self.op),
                    reason,
                    note,
                }));
            }
            Some(LineChange::Delta(units)) => {
                Change::By(Delta::new(*units).map_err(|error| broken(&error.to_string()))?)
            }
            Some(LineChange::SetTo(units)) => Change::To {
                level: Level::new(*units).map_err(|error| broken(&error.to_string()))?,
                expected_version: Some(line.seen_version),
            },
            None => return Err(broken("it changes nothing")),
        };
        let (Some(sku), Some(warehouse)) = (line.sku.clone(), line.warehouse.clone()) else {
            return Err(broken("it names no SKU"));
        };
        let lines = Lines::merge(vec![Line { sku, change }]);
        Ok(Task::Post(Post {
            document: self.op.line(line.line),
            kind: DocumentKind::Operation,
            entry_kind: EntryKind::Adjust,
            warehouse,
            lines: lines.map_err(|error| broken(&error.to_string()))?,
            payment: None,
            reason,
            note,
            reference: self.reference.clone(),
            confirms: None,
        }))
    }
}

/// What one line asks of the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    Post(Post),
    Rollback(Rollback),
}
