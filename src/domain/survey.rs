//! What an operation would do just now: the numbers of a preview, and what stands in its way.

use super::ids::{Sku, StockId};
use super::ledger::{Document, DocumentKind};
use super::operation::{OpChange, OpLine};
use super::order::{Order, OrderStatus};
use super::quantity::Level;
use super::rejection::{Rejection, ShortLine};
use super::stock::StockLevel;

/// One number before and after. Units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub now: i64,
    pub change: i64,
}

impl Step {
    pub fn after(self) -> i64 {
        self.now + self.change
    }
}

/// One SKU of a preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurveyLine {
    pub stock: StockId,
    pub sku: Sku,
    pub name: String,
    /// `None` when unlimited.
    pub available: Option<Step>,
    pub reserved: Step,
    pub version: u64,
    /// What somebody saw when the draft was made, for a count alone.
    pub seen: Option<(Option<i64>, u64)>,
    /// Why this line would stop the operation.
    pub problem: Option<Rejection>,
}

impl SurveyLine {
    /// `None` when unlimited.
    pub fn on_hand(&self) -> Option<Step> {
        self.available.map(|available| Step {
            now: available.now + self.reserved.now,
            change: available.change + self.reserved.change,
        })
    }

    fn new(level: &StockLevel, change: i64, reserve: i64) -> Self {
        let available = level.available().map(|now| Step { now, change });
        Self {
            stock: level.id,
            sku: level.sku.clone(),
            name: level.name.clone(),
            problem: available.and_then(|step| out_of_range(level, step)),
            available,
            reserved: Step {
                now: level.reserved,
                change: reserve,
            },
            version: level.version,
            seen: None,
        }
    }
}

fn out_of_range(level: &StockLevel, step: Step) -> Option<Rejection> {
    let sku = level.sku.clone();
    if step.after() < 0 {
        let line = ShortLine {
            sku,
            requested: -step.change,
            available: step.now,
        };
        Some(Rejection::InsufficientStock { lines: vec![line] })
    } else if step.after() > Level::MAX {
        Some(Rejection::AboveLimit {
            sku,
            level: step.after(),
            max: Level::MAX,
        })
    } else {
        None
    }
}

/// What an operation would do just now.
#[derive(Debug, Clone)]
pub struct Survey {
    pub lines: Vec<SurveyLine>,
    /// Roll back only: what would be undone.
    pub document: Option<Document>,
    /// Cancel only.
    pub order: Option<Order>,
    /// Why confirming would come to nothing.
    pub problem: Option<Rejection>,
}

impl Survey {
    /// What an operation on something that is not there would do.
    pub fn of_nothing() -> Self {
        Self {
            lines: Vec::new(),
            document: None,
            order: None,
            problem: Some(Rejection::NotFound),
        }
    }

    /// Lines of a deduction, an adjustment or a count. `levels`: of those SKUs that there are.
    pub fn of_lines(lines: &[OpLine], levels: &[StockLevel]) -> Self {
        let (mut surveyed, mut unknown) = (Vec::with_capacity(lines.len()), Vec::new());
        for line in lines {
            match levels.iter().find(|level| level.sku == line.sku) {
                Some(level) => surveyed.push(of_line(line, level)),
                None => unknown.push(line.sku.clone()),
            }
        }
        let problem = match unknown.is_empty() {
            true => first_problem(&surveyed),
            false => Some(Rejection::UnknownStock { skus: unknown }),
        };
        Self {
            lines: surveyed,
            document: None,
            order: None,
            problem,
        }
    }

    /// Undoing a document. `order`: when the document is one.
    pub fn of_rollback(
        document: Document,
        order: Option<OrderStatus>,
        levels: &[StockLevel],
    ) -> Self {
        let moved = document.entries.iter().filter(|e| !e.kind.reverses());
        let lines: Vec<_> = moved
            .filter_map(|e| Some((levels.iter().find(|level| level.id == e.id.stock)?, e.delta)))
            .map(|(level, delta)| SurveyLine::new(level, -delta, 0))
            .collect();
        let problem = match (order, &document.reversed) {
            (Some(OrderStatus::Pending | OrderStatus::Closing), _) => {
                Some(Rejection::CancelTheOrder)
            }
            (Some(OrderStatus::Cancelled), _) => Some(Rejection::OrderCancelled),
            (_, _) if document.kind == DocumentKind::Fence => Some(Rejection::NotReversible),
            (_, Some(reversed)) => Some(Rejection::AlreadyRolledBack {
                document: document.document.clone(),
                by: reversed.actor.clone(),
                at: reversed.at,
            }),
            (_, None) => first_problem(&lines),
        };
        Self {
            lines,
            document: Some(document),
            order: None,
            problem,
        }
    }

    /// Cancelling an order: its units are held no longer, and can be sold again.
    pub fn of_cancel(order: Order, levels: &[StockLevel]) -> Self {
        let units = |line: &super::order::OrderLine| {
            let level = levels.iter().find(|level| level.id == line.entry.stock)?;
            Some(SurveyLine::new(level, line.quantity, -line.quantity))
        };
        Self {
            lines: order.lines.iter().filter_map(units).collect(),
            document: None,
            problem: match order.status {
                OrderStatus::Pending | OrderStatus::Closing => None,
                OrderStatus::Paid => Some(Rejection::AlreadyPaid),
                OrderStatus::Cancelled => Some(Rejection::OrderCancelled),
            },
            order: Some(order),
        }
    }
}

fn of_line(line: &OpLine, level: &StockLevel) -> SurveyLine {
    let counted = match line.change {
        OpChange::Delta(units) => return SurveyLine::new(level, units, 0),
        OpChange::SetTo(counted) => counted,
    };
    let mut surveyed = SurveyLine::new(level, counted - level.available, 0);
    surveyed.seen = Some((line.seen_available, line.seen_version));
    if level.unlimited {
        let sku = level.sku.clone();
        surveyed.problem = Some(Rejection::UnlimitedStock { sku });
    } else if level.version != line.seen_version {
        surveyed.problem = Some(Rejection::VersionChanged {
            sku: level.sku.clone(),
            expected: line.seen_version,
            version: level.version,
            available: level.available(),
        });
    }
    surveyed
}

/// What stops all of them: every short SKU together, else the first problem there is.
fn first_problem(lines: &[SurveyLine]) -> Option<Rejection> {
    let problems = || lines.iter().filter_map(|line| line.problem.as_ref());
    let short: Vec<ShortLine> = problems()
        .filter_map(|problem| match problem {
            Rejection::InsufficientStock { lines } => Some(lines.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    match short.is_empty() {
        true => problems().next().cloned(),
        false => Some(Rejection::InsufficientStock { lines: short }),
    }
}
