//! Lists as files: `/stock.csv`, `/ledger.csv`, `/orders.csv`, `/ops.csv`, `/audit.csv`, each with
//! the filters of its list.
//! What the filters say wrongly is shown by the list itself.

mod audit;
mod ledger;
mod ops;
mod orders;
mod stock;

pub use audit::audit;
pub use ledger::ledger;
pub use ops::ops;
pub use orders::orders;
pub use stock::{count_sheet, stock};

use crate::web::export::Cell;
use crate::web::i18n::{Text, msg};

/// Units, or that there is no limit.
fn units(units: Option<i64>, text: &Text) -> Cell {
    match units {
        Some(units) => Cell::Number(units),
        None => Cell::Text(text.say(&msg("unlimited")).into_owned()),
    }
}
