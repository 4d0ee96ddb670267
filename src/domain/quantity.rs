//! Numbers of units. All stock arithmetic is checked; nothing is ever clamped.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// What was typed is no whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a whole number")]
pub struct NotWhole;

/// A whole number as people type it: `3`, `３`, `1,000`, `1，000`, `1 000`, with a sign of any
/// width. `None` when nothing was typed. One that is too long to be kept is the largest that can
/// be: every number of units has a limit far below, which then says so.
///
/// # Errors
/// Anything else: `1,5` is not 15.
pub fn whole_number(typed: &str) -> Result<Option<i64>, NotWhole> {
    let text: String = typed.nfkc().collect();
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let (negative, digits) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = ungrouped(digits).ok_or(NotWhole)?;
    let largest = if negative { i64::MIN } else { i64::MAX };
    let sign = if negative { "-" } else { "" };
    Ok(Some(format!("{sign}{digits}").parse().unwrap_or(largest)))
}

/// The digits alone, where commas or spaces part them into thousands or not at all.
fn ungrouped(text: &str) -> Option<String> {
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let mark = text.chars().find(|c| !c.is_ascii_digit());
    let Some(mark) = mark.filter(|c| *c == ',' || c.is_whitespace()) else {
        return (!text.is_empty() && all_digits(text)).then(|| text.to_owned());
    };
    let (first, rest) = text.split_once(mark)?;
    let leads = matches!(first.len(), 1..=3) && !first.starts_with('0');
    let thousands = |part: &str| part.len() == 3 && all_digits(part);
    let grouped = leads && rest.split(mark).all(thousands);
    grouped.then(|| format!("{first}{}", rest.replace(mark, "")))
}

/// Units of one line that are claimed or moved: 1 to 1,000,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Quantity(u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number from {min} to {max}")]
pub struct OutOfRange {
    pub min: i64,
    pub max: i64,
}

impl Quantity {
    pub const MAX: u32 = 1_000_000;

    pub fn new(units: i64) -> Result<Self, OutOfRange> {
        match u32::try_from(units) {
            Ok(n) if (1..=Self::MAX).contains(&n) => Ok(Self(n)),
            _ => Err(OutOfRange {
                min: 1,
                max: i64::from(Self::MAX),
            }),
        }
    }

    pub fn get(self) -> i64 {
        i64::from(self.0)
    }

    /// The sum of two lines of one SKU; an error when it leaves the range of one line.
    pub fn merge(self, other: Self) -> Result<Self, OutOfRange> {
        Self::new(self.get() + other.get())
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a line does to `available`: a change of 1 to 1,000,000 units either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Delta(i64);

impl Delta {
    pub fn new(units: i64) -> Result<Self, OutOfRange> {
        let max = i64::from(Quantity::MAX);
        if units == 0 || !(-max..=max).contains(&units) {
            return Err(OutOfRange { min: -max, max });
        }
        Ok(Self(units))
    }

    pub fn minus(quantity: Quantity) -> Self {
        Self(-quantity.get())
    }

    pub fn get(self) -> i64 {
        self.0
    }
}

/// A stock level: 0 to 999,999,999 units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Level(i64);

impl Level {
    pub const MAX: i64 = 999_999_999;

    pub fn new(units: i64) -> Result<Self, OutOfRange> {
        if (0..=Self::MAX).contains(&units) {
            Ok(Self(units))
        } else {
            Err(OutOfRange {
                min: 0,
                max: Self::MAX,
            })
        }
    }

    pub fn get(self) -> i64 {
        self.0
    }
}
