//! What can be asked of the service. A command that exists is valid in itself.

use super::ids::{DocumentNo, OpId, Sku, Warehouse};
use super::ledger::{DocumentKind, EntryKind};
use super::order::PaymentTerms;
use super::quantity::{Delta, Level, OutOfRange, Quantity};

/// A document has at most this many lines (real wholesale orders reach 1,114).
pub const MAX_LINES: usize = 2_000;

/// Why lines cannot make a document. `line` counts from 0, as sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLines {
    #[error("must have at least one line")]
    None,
    #[error("must have at most {MAX_LINES} lines")]
    TooMany,
    #[error("lines with the same SKU add up to more than one line may hold")]
    Quantity {
        line: usize,
        out_of_range: OutOfRange,
    },
    #[error("this SKU stands on an earlier line, and set_to lines cannot be merged")]
    Repeated { line: usize },
}

/// What one line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Takes or adds units, whatever the level is; never below 0.
    By(Delta),
    /// Sets the level, if the version is still the one the person saw (when given).
    To {
        level: Level,
        expected_version: Option<u64>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub sku: Sku,
    pub change: Change,
}

/// Lines of one document: 1 to 2,000 as sent, each SKU once, in the order of first appearance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines(Vec<Line>);

impl Lines {
    /// Claims of stock; lines with the same SKU are merged.
    pub fn claims(lines: Vec<(Sku, Quantity)>) -> Result<Self, InvalidLines> {
        let deltas = lines.into_iter().map(|(sku, q)| Line {
            sku,
            change: Change::By(Delta::minus(q)),
        });
        Self::merge(deltas.collect())
    }

    /// Any changes; deltas of the same SKU are merged.
    pub fn merge(lines: Vec<Line>) -> Result<Self, InvalidLines> {
        if lines.is_empty() {
            return Err(InvalidLines::None);
        }
        if lines.len() > MAX_LINES {
            return Err(InvalidLines::TooMany);
        }
        let mut place = std::collections::HashMap::with_capacity(lines.len());
        let mut merged: Vec<Line> = Vec::with_capacity(lines.len());
        for (index, line) in lines.into_iter().enumerate() {
            let Some(&at) = place.get(&line.sku) else {
                place.insert(line.sku.clone(), merged.len());
                merged.push(line);
                continue;
            };
            let earlier: &mut Line = &mut merged[at];
            let (Change::By(a), Change::By(b)) = (earlier.change, line.change) else {
                return Err(InvalidLines::Repeated { line: index });
            };
            let sum =
                Delta::new(a.get() + b.get()).map_err(|out_of_range| InvalidLines::Quantity {
                    line: index,
                    out_of_range,
                })?;
            earlier.change = Change::By(sum);
        }
        Ok(Self(merged))
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Line> {
        self.0.iter()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Never true; here because a `len` asks for it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether any line can lower stock, and so has to pass the gate.
    pub fn claim_stock(&self) -> bool {
        self.0.iter().any(|line| match line.change {
            Change::By(delta) => delta.get() < 0,
            Change::To { .. } => true,
        })
    }
}

/// Moves stock under a document's number, exactly once: an order, a deduction, an adjustment or
/// a staff operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    pub document: DocumentNo,
    pub kind: DocumentKind,
    /// What the ledger calls lines that change the level by some units: `deduct` or `adjust`.
    pub entry_kind: EntryKind,
    pub warehouse: Warehouse,
    pub lines: Lines,
    /// Orders that wait for payment only.
    pub payment: Option<PaymentTerms>,
    /// A reason code, at most 32 characters.
    pub reason: Option<String>,
    pub note: Option<String>,
    pub reference: Option<String>,
    /// The draft that a person confirms by this.
    pub confirms: Option<DraftSeen>,
}

/// The draft as the person who confirms it saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DraftSeen {
    pub op: OpId,
    /// Rises when the draft is replaced; what was not seen is not confirmed.
    pub revision: u32,
}

/// Undoes every entry of a document, exactly once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollback {
    pub document: DocumentNo,
    /// The draft that a person confirms by this; without one, an absent document is fenced.
    pub confirms: Option<DraftSeen>,
    /// The bulk operation that a person confirmed, when this is one of its lines.
    pub part_of: Option<OpId>,
    pub reason: Option<String>,
    pub note: Option<String>,
}

impl Rollback {
    /// The operation by which a person asks for it.
    pub fn op(&self) -> Option<OpId> {
        self.confirms.map(|seen| seen.op).or(self.part_of)
    }
}

/// Cancels an order that is not paid, after its payment was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancel {
    pub order_no: DocumentNo,
    /// The draft that a person confirms by this.
    pub confirms: Option<DraftSeen>,
    pub reason: Option<String>,
    pub note: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(sku: &str, units: i64) -> (Sku, Quantity) {
        (sku.parse().unwrap(), Quantity::new(units).unwrap())
    }

    #[test]
    fn repeated_skus_are_merged_in_order_of_first_appearance() {
        let lines = Lines::claims(vec![claim("B", 1), claim("A", 2), claim("B", 3)]).unwrap();
        let seen: Vec<_> = lines
            .iter()
            .map(|l| match l.change {
                Change::By(d) => (l.sku.as_str().to_owned(), d.get()),
                Change::To { .. } => unreachable!(),
            })
            .collect();
        assert_eq!(seen, [("B".to_owned(), -4), ("A".to_owned(), -2)]);
    }

    #[test]
    fn merging_cannot_leave_the_range_nor_cancel_out() {
        let huge = Lines::claims(vec![claim("A", 1_000_000), claim("A", 1)]);
        assert!(matches!(huge, Err(InvalidLines::Quantity { line: 1, .. })));
        let by = |n| Line {
            sku: "A".parse().unwrap(),
            change: Change::By(Delta::new(n).unwrap()),
        };
        assert!(Lines::merge(vec![by(5), by(-5)]).is_err());
        assert_eq!(Lines::claims(vec![]), Err(InvalidLines::None));
        let many = (0..2001).map(|_| claim("A", 1)).collect();
        assert_eq!(Lines::claims(many), Err(InvalidLines::TooMany));
    }
}
