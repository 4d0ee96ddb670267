//! What people enter into the forms about one SKU.

use chrono::{DateTime, Utc};

use super::fields::{self, Typed, Why};
use crate::domain::operation::{OpChange, OpKind, OpLine};
use crate::domain::quantity::{Level, Quantity};
use crate::domain::reason::Reason;
use crate::domain::rejection::Rejection;
use crate::domain::stock::StockLevel;
use crate::web::extract::State;
use crate::web::forms::{Check, FieldError, FormErrors};
use crate::web::i18n::{Message, Text, msg};
use crate::web::problem::Problem;

/// What the form says, once it can be understood.
pub struct Filled {
    pub change: OpChange,
    /// When it was counted; of counts alone.
    pub counted_at: Option<DateTime<Utc>>,
    pub why: Why,
}

/// Reads a form about `level`, which this person may move up to `limit` units of alone.
pub fn read(
    kind: OpKind,
    typed: &Typed,
    level: &StockLevel,
    text: &Text,
    limit: Option<u32>,
) -> Result<Filled, FormErrors> {
    let mut check = Check::new();
    let change = match kind {
        OpKind::Set => {
            let counted = check.field("counted", fields::counted(&typed.counted));
            counted.map(|counted| OpChange::SetTo(counted.get()))
        }
        OpKind::Adjust => {
            let adds = check.field("direction", direction(&typed.direction));
            let most = adds.and_then(|adds| most(level, adds));
            let units = fields::units(&typed.units, "error-units-adjust", most);
            let units = check.field("units", units);
            let signed =
                |adds| move |units: Quantity| if adds { units.get() } else { -units.get() };
            adds.and_then(|adds| units.map(signed(adds)))
                .map(OpChange::Delta)
        }
        _ => {
            let units = fields::units(&typed.units, "error-units-deduct", most(level, false));
            let units = check.field("units", units);
            units.map(|units| OpChange::Delta(-units.get()))
        }
    };
    let counted_at = match kind {
        OpKind::Set => {
            let at = fields::counted_at(&typed.counted_at, text);
            check.field("counted_at", at).map(Some)
        }
        _ => Some(None),
    };
    let over = matches!((change, limit), (Some(OpChange::Delta(units)), Some(limit))
        if units.unsigned_abs() > u64::from(limit));
    let why = typed.why(&mut check, Reason::offered(kind), over);
    match (change, counted_at, why) {
        (Some(change), Some(counted_at), Some(why)) => Ok(Filled {
            change,
            counted_at,
            why,
        }),
        _ => Err(check.errors()),
    }
}

fn direction(typed: &str) -> Result<bool, Message> {
    match typed {
        "add" => Ok(true),
        "remove" => Ok(false),
        _ => Err(msg("error-direction")),
    }
}

/// How many units can be added or taken, and what to say of more.
fn most(level: &StockLevel, adds: bool) -> Option<(i64, Message)> {
    let available = level.available()?;
    Some(match (adds, available) {
        (true, available) => {
            let room = Level::MAX - available;
            (room, msg("error-units-room").with("max", room))
        }
        (false, 0) => (0, msg("error-units-none")),
        (false, available) => (
            available,
            msg("error-units-available").with("max", available),
        ),
    })
}

/// The line as the draft keeps it: with the level as it was seen, or as it was when somebody
/// counted, so that whatever moved since then is noticed.
pub async fn line(web: &State, level: &StockLevel, filled: &Filled) -> Result<OpLine, Problem> {
    let (mut available, mut version) = (level.available(), level.version);
    if let Some(at) = filled.counted_at {
        let then = web.services.queries.stock_at(level.id, at).await?;
        if let Some(then) = then.value {
            (available, version) = (then.available, then.version);
        }
    }
    Ok(OpLine {
        sku: level.sku.clone(),
        change: filled.change,
        seen_available: available,
        seen_version: version,
        counted_at: filled.counted_at,
    })
}

/// What the service says of the stock, at the field that it is about.
pub fn field_error(refused: &Rejection, level: &StockLevel) -> Option<FieldError> {
    let message = match refused {
        Rejection::InsufficientStock { lines } => {
            let line = lines.iter().find(|line| line.sku == level.sku)?;
            match line.available {
                0 => msg("error-units-none"),
                available => msg("error-units-available").with("max", available),
            }
        }
        Rejection::AboveLimit { max, .. } => msg("refused-above-limit").with("max", *max),
        _ => return None,
    };
    Some(FieldError {
        field: "units",
        message,
    })
}
