//! From rows to frozen lines: which SKU each means, what it would change, and what is wrong.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use super::sheet::{SheetRow, short};
use crate::domain::bulk::{BulkLine, LineChange, LineProblem, LineState, TypedRow};
use crate::domain::ids::{Sku, StockId, Warehouse};
use crate::domain::operation::NewOperation;
use crate::domain::quantity::{Level, Quantity, whole_number};
use crate::domain::rejection::{Rejection, ShortLine};
use crate::domain::stock::StockLevel;

/// A row whose cells can be read.
struct Asked {
    warehouse: Warehouse,
    /// What may have been meant, the likeliest first: a spreadsheet, or our own export, may have
    /// put an apostrophe before a SKU that would begin a formula or be a number.
    skus: Vec<Sku>,
    change: LineChange,
    version: Option<u64>,
    note: Option<String>,
}

/// Rows that were read, before the stock is looked at.
pub(super) struct Rows {
    rows: Vec<(SheetRow, Result<Asked, LineProblem>)>,
}

impl Rows {
    /// `fallback`: the warehouse of rows that name none.
    pub fn of(rows: Vec<SheetRow>, known: &[Warehouse], fallback: Option<&Warehouse>) -> Self {
        let asked = |row: SheetRow| {
            let asked = match row.problem.clone() {
                Some(problem) => Err(problem),
                None => asked(&row.typed, known, fallback),
            };
            (row, asked)
        };
        Self {
            rows: rows.into_iter().map(asked).collect(),
        }
    }

    /// The SKUs to be looked up, by warehouse.
    pub fn wanted(&self) -> HashMap<&Warehouse, Vec<&Sku>> {
        let mut wanted: HashMap<&Warehouse, Vec<&Sku>> = HashMap::new();
        for asked in self
            .rows
            .iter()
            .filter_map(|(_, asked)| asked.as_ref().ok())
        {
            wanted
                .entry(&asked.warehouse)
                .or_default()
                .extend(&asked.skus);
        }
        wanted
    }

    /// The lines, frozen as the stock is. `levels`: of those SKUs that there are.
    pub fn freeze(self, levels: &HashMap<(Warehouse, Sku), StockLevel>) -> Vec<BulkLine> {
        let mut first: HashMap<StockId, usize> = HashMap::new();
        let mut lines: Vec<BulkLine> = Vec::with_capacity(self.rows.len());
        for (row, asked) in self.rows {
            let number = u32::try_from(lines.len() + 1).unwrap_or(u32::MAX);
            let mut line = line(number, &row);
            match asked {
                Err(problem) => line.problem = Some(problem),
                Ok(asked) => {
                    let found = asked
                        .skus
                        .iter()
                        .find_map(|sku| levels.get(&(asked.warehouse.clone(), sku.clone())));
                    line.warehouse = Some(asked.warehouse);
                    line.change = Some(asked.change);
                    line.note = asked.note;
                    match found {
                        Some(level) => {
                            let at = *first.entry(level.id).or_insert(lines.len());
                            line.look_at(level, asked.version);
                            if let Some(earlier) = lines.get_mut(at) {
                                line.repeats(earlier);
                            }
                        }
                        None => {
                            let typed = short(&row.typed.sku);
                            line.problem = Some(LineProblem::SkuUnknown { typed });
                        }
                    }
                }
            }
            if line.problem.is_some() {
                line.refuse();
            }
            lines.push(line);
        }
        lines
    }
}

fn line(number: u32, row: &SheetRow) -> BulkLine {
    let TypedRow {
        warehouse,
        sku,
        delta,
        set_to,
        version,
        note,
    } = &row.typed;
    BulkLine {
        line: number,
        file_line: Some(row.line),
        typed: TypedRow {
            warehouse: short(warehouse),
            sku: short(sku),
            delta: short(delta),
            set_to: short(set_to),
            version: short(version),
            note: short(note),
        },
        warehouse: None,
        sku: None,
        change: None,
        note: None,
        seen_available: None,
        seen_version: 0,
        planned: None,
        state: LineState::Will,
        problem: None,
        result: None,
    }
}

impl BulkLine {
    /// Freezes it as the stock is now. `version`: what the sheet saw.
    fn look_at(&mut self, level: &StockLevel, version: Option<u64>) {
        self.sku = Some(level.sku.clone());
        self.seen_available = level.available();
        self.seen_version = level.version;
        match judge(self.change.as_ref(), level, version) {
            Ok(planned) => {
                self.planned = Some(planned);
                if planned == 0 {
                    self.state = LineState::Same;
                }
            }
            Err(problem) => self.problem = Some(problem),
        }
    }
}

impl BulkLine {
    /// The same SKU stood on an earlier line. Which of two different counts is meant nobody can
    /// know: then neither is carried out.
    fn repeats(&mut self, earlier: &mut Self) {
        let at = |line: &Self| line.file_line.unwrap_or(line.line);
        let (here, line) = (at(self), at(earlier));
        if self.change == earlier.change {
            self.problem = Some(LineProblem::Repeated { line });
            return;
        }
        self.problem = Some(LineProblem::Differs { line });
        if earlier.problem.is_none() {
            earlier.problem = Some(LineProblem::Differs { line: here });
            earlier.refuse();
        }
    }

    fn refuse(&mut self) {
        self.state = LineState::Cannot;
        self.planned = None;
    }
}

/// Units by which a change would change the level as it is.
pub(super) fn judge(
    change: Option<&LineChange>,
    level: &StockLevel,
    version: Option<u64>,
) -> Result<i64, LineProblem> {
    let stock = |refusal| Err(LineProblem::Stock { refusal });
    let sku = || level.sku.clone();
    match change {
        Some(LineChange::SetTo(_)) if level.unlimited => {
            stock(Rejection::UnlimitedStock { sku: sku() })
        }
        Some(LineChange::SetTo(_)) if version.is_some_and(|seen| seen != level.version) => {
            let available = level.available;
            Err(LineProblem::Moved { available })
        }
        Some(LineChange::SetTo(counted)) => Ok(counted - level.available),
        Some(LineChange::Delta(_)) if level.unlimited => Err(LineProblem::Unlimited),
        Some(LineChange::Delta(units)) => match level.available + units {
            ..0 => {
                let line = ShortLine {
                    sku: sku(),
                    requested: -units,
                    available: level.available,
                };
                stock(Rejection::InsufficientStock { lines: vec![line] })
            }
            after if after > Level::MAX => stock(Rejection::AboveLimit {
                sku: sku(),
                level: after,
                max: Level::MAX,
            }),
            _ => Ok(*units),
        },
        Some(LineChange::Undo(_)) | None => Ok(0),
    }
}

fn asked(
    typed: &TypedRow,
    known: &[Warehouse],
    fallback: Option<&Warehouse>,
) -> Result<Asked, LineProblem> {
    let warehouse = warehouse(&typed.warehouse, known, fallback)?;
    if typed.sku.is_empty() {
        return Err(LineProblem::SkuMissing);
    }
    let skus = skus(&typed.sku);
    if skus.is_empty() {
        let typed = short(&typed.sku);
        return Err(LineProblem::SkuUnknown { typed });
    }
    Ok(Asked {
        warehouse,
        skus,
        change: change(typed)?,
        version: version(&typed.version)?,
        note: note(&typed.note)?,
    })
}

fn warehouse(
    typed: &str,
    known: &[Warehouse],
    fallback: Option<&Warehouse>,
) -> Result<Warehouse, LineProblem> {
    if typed.is_empty() {
        return fallback.cloned().ok_or(LineProblem::WarehouseMissing);
    }
    let narrow: String = typed.nfkc().collect();
    let named = |warehouse: &&Warehouse| [typed, narrow.trim()].contains(&warehouse.as_str());
    let unknown = || LineProblem::WarehouseUnknown {
        typed: short(typed),
    };
    known.iter().find(named).cloned().ok_or_else(unknown)
}

fn skus(typed: &str) -> Vec<Sku> {
    let narrow: String = typed.nfkc().collect();
    let mut skus = Vec::new();
    for text in [typed, narrow.trim()] {
        for text in [text, unescaped(text)] {
            if let Ok(sku) = text.parse::<Sku>()
                && !skus.contains(&sku)
            {
                skus.push(sku);
            }
        }
    }
    skus
}

/// Without the apostrophe that keeps a spreadsheet from taking it for a formula, or for a number.
fn unescaped(text: &str) -> &str {
    let marks = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(marks) || rest.starts_with(|c: char| c.is_ascii_digit()) => {
            rest
        }
        _ => text,
    }
}

fn change(typed: &TypedRow) -> Result<LineChange, LineProblem> {
    let number = |text: &str| {
        let number = whole_number(unescaped(text));
        number.map_err(|_| LineProblem::NotWhole { typed: short(text) })
    };
    match (number(&typed.delta)?, number(&typed.set_to)?) {
        (Some(_), Some(_)) => Err(LineProblem::Both),
        (Some(units), None) if units.unsigned_abs() > u64::from(Quantity::MAX) => {
            let max = Quantity::MAX.into();
            Err(LineProblem::TooMany { max })
        }
        (Some(units), None) => Ok(LineChange::Delta(units)),
        (None, Some(..0)) => Err(LineProblem::Negative),
        (None, Some(counted)) if counted > Level::MAX => {
            Err(LineProblem::CountTooMany { max: Level::MAX })
        }
        (None, Some(counted)) => Ok(LineChange::SetTo(counted)),
        // Rows without either are not kept.
        (None, None) => Err(LineProblem::NotWhole {
            typed: String::new(),
        }),
    }
}

fn version(typed: &str) -> Result<Option<u64>, LineProblem> {
    let unreadable = || LineProblem::NotWhole {
        typed: short(typed),
    };
    match whole_number(typed).map_err(|_| unreadable())? {
        None => Ok(None),
        Some(version) => u64::try_from(version).map(Some).map_err(|_| unreadable()),
    }
}

fn note(typed: &str) -> Result<Option<String>, LineProblem> {
    let text = unescaped(typed);
    let max = NewOperation::NOTE_MAX_CHARS;
    if text.chars().count() > max {
        return Err(LineProblem::NoteLong { max });
    }
    let shown = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    if !text.chars().all(shown) {
        return Err(LineProblem::NoteCharacters);
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}
