//! Lines of orders and deductions: units that are sold, and units that were.

use serde::Serialize;

use super::fields::{Fields, name, whole};
use crate::domain::command::{InvalidLines, Lines, MAX_LINES};
use crate::domain::ids::Sku;
use crate::domain::quantity::Quantity;
use crate::domain::receipt::LineReceipt;

/// `"lines":[{"sku":"CUP-1","quantity":2}]`
pub fn claims(fields: &mut Fields<'_>) -> Option<Lines> {
    let lines = fields.list("lines", MAX_LINES, |line| {
        let sku = line.need("sku", name::<Sku>);
        let quantity = line.need("quantity", |value| {
            let units = whole(1, i64::from(Quantity::MAX))(value)?;
            Quantity::new(units).map_err(|error| error.to_string())
        });
        Some((sku?, quantity?))
    })?;
    or_refuse(fields, Lines::claims(lines), "quantity")
}

/// Notes at which line the lines as a whole are wrong; `units` is the field that adds up.
pub fn or_refuse(
    fields: &Fields<'_>,
    lines: Result<Lines, InvalidLines>,
    units: &str,
) -> Option<Lines> {
    let error = match lines {
        Ok(lines) => return Some(lines),
        Err(error) => error,
    };
    match &error {
        InvalidLines::None | InvalidLines::TooMany => fields.refuse("lines", &error),
        InvalidLines::Quantity { line, .. } => {
            fields.refuse(&format!("lines[{line}].{units}"), &error);
        }
        InvalidLines::Repeated { line } => fields.refuse(&format!("lines[{line}].sku"), &error),
    }
    None
}

/// A line of a receipt.
#[derive(Serialize)]
pub struct Units<'a> {
    sku: &'a Sku,
    /// Units that left, or came back; positive.
    quantity: i64,
    /// Left right after; `null` when unlimited.
    available: Option<i64>,
}

impl<'a> Units<'a> {
    pub fn of(lines: &'a [LineReceipt]) -> Vec<Self> {
        let units = |line: &'a LineReceipt| Self {
            sku: &line.sku,
            quantity: line.delta.abs(),
            available: line.available,
        };
        lines.iter().map(units).collect()
    }
}
