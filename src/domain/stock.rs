//! One SKU in one warehouse.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::ids::{Sku, StockId, Warehouse};
use super::words::words;

/// The present level of one (warehouse, SKU), as MySQL has it. All numbers are units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StockLevel {
    #[serde(skip)]
    pub id: StockId,
    pub warehouse: Warehouse,
    pub sku: Sku,
    pub name: String,
    /// What can still be sold; 0 and meaningless when `unlimited`.
    pub available: i64,
    /// Units held by pending and closing orders.
    pub reserved: i64,
    pub unlimited: bool,
    /// At or below this many available units the SKU counts as low.
    pub low_water: Option<i64>,
    /// Rises by one with every ledger entry of this SKU.
    pub version: u64,
    pub updated_at: DateTime<Utc>,
}

words! {
    /// How a SKU stands. The database keeps the same words in `stock.state`, so that the few that
    /// need attention are found among very many.
    pub enum StockState {
        Ok = "ok",
        /// At or below its low-water mark.
        Low = "low",
        Out = "out",
        Unlimited = "unlimited",
    }
}

impl StockLevel {
    /// Units that can be sold; `None` when unlimited.
    pub fn available(&self) -> Option<i64> {
        (!self.unlimited).then_some(self.available)
    }

    pub fn on_hand(&self) -> Option<i64> {
        self.available().map(|n| n + self.reserved)
    }

    pub fn state(&self) -> StockState {
        match (self.available(), self.low_water) {
            (None, _) => StockState::Unlimited,
            (Some(0), _) => StockState::Out,
            (Some(n), Some(low)) if n <= low => StockState::Low,
            _ => StockState::Ok,
        }
    }
}

/// The at most five of `candidates` that `text` may have meant, closest first, each once. Case is
/// forgiven; more than a third of the characters must agree.
pub fn closest(text: &str, candidates: Vec<(Warehouse, Sku)>) -> Vec<(Warehouse, Sku)> {
    let wanted: Vec<char> = text.to_lowercase().chars().collect();
    let mut ranked: Vec<(usize, (Warehouse, Sku))> = candidates
        .into_iter()
        .map(|candidate| {
            let chars: Vec<char> = candidate.1.as_str().to_lowercase().chars().collect();
            (edits(&wanted, &chars), candidate)
        })
        .filter(|(edits, _)| edits * 3 <= wanted.len() * 2)
        .collect();
    ranked.sort();
    ranked.dedup();
    ranked.truncate(5);
    ranked.into_iter().map(|(_, candidate)| candidate).collect()
}

/// Characters to insert, remove or replace to make one text of the other (Levenshtein, 1965).
fn edits(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replace = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = replace.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_probably_meant_comes_first() {
        let at = |warehouse: &str, sku: &str| (warehouse.parse().unwrap(), sku.parse().unwrap());
        let near = vec![
            at("SZ", "CUP-1003-RED"),
            at("SZ", "CUP-1000-RED"),
            at("SZ", "CUP-1000-BLU"),
            at("BJ", "CUP-1003-RED"),
            at("SZ", "TENT"),
            at("SZ", "CUP-1003-RED"),
        ];
        let found = closest("cup-1003-red", near);
        let names: Vec<_> = found.iter().map(|(w, s)| format!("{w} {s}")).collect();
        assert_eq!(names[..2], ["BJ CUP-1003-RED", "SZ CUP-1003-RED"]);
        assert!(
            names.len() == 4 && names[3] == "SZ CUP-1000-BLU",
            "{names:?}"
        );
        let (a, b): (Vec<char>, Vec<char>) =
            ("kitten".chars().collect(), "sitting".chars().collect());
        assert_eq!(edits(&a, &b), 3);
    }
}
