//! Names of things, each parsed once at the edge and valid ever after.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ulid::Ulid;

/// Why a text is not a valid name. The wording for people is chosen where it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    #[error("must not be empty")]
    Empty,
    #[error("must be {0} characters or fewer")]
    TooLong(usize),
    #[error("has a character that is not allowed here")]
    Character,
    #[error("must not begin or end with a space")]
    OuterSpace,
    #[error("is not of the expected form")]
    Form,
}

fn check_code(text: &str, max_len: usize) -> Result<(), InvalidId> {
    if text.is_empty() {
        return Err(InvalidId::Empty);
    }
    if text.len() > max_len {
        return Err(InvalidId::TooLong(max_len));
    }
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-');
    // A name of dots alone would be eaten by browsers and proxies when it stands in a path.
    if !text.bytes().all(allowed) || matches!(text, "." | "..") {
        return Err(InvalidId::Character);
    }
    Ok(())
}

fn check_sku(text: &str) -> Result<(), InvalidId> {
    if text.is_empty() {
        return Err(InvalidId::Empty);
    }
    if text.chars().count() > Sku::MAX_CHARS {
        return Err(InvalidId::TooLong(Sku::MAX_CHARS));
    }
    if text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace) {
        return Err(InvalidId::OuterSpace);
    }
    // Invisible and direction-changing characters would let two SKUs look the same.
    let invisible = |c: char| {
        matches!(c, '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFD}')
    };
    if text.chars().any(|c| c.is_control() || invisible(c)) || matches!(text, "." | "..") {
        return Err(InvalidId::Character);
    }
    Ok(())
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                $check(text)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                $check(&text)?;
                Ok(Self(text))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                Self::try_from(String::deserialize(d)?).map_err(serde::de::Error::custom)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// A warehouse: 1-32 characters of `A-Z a-z 0-9 . _ : -`.
    Warehouse, |t: &str| check_code(t, 32)
);
text_id!(
    /// A stock keeping unit: 1-64 printable characters, compared exactly (case matters).
    Sku, check_sku
);
text_id!(
    /// The number of whatever moves stock (an order, a deduction, an operation): 1-64 characters
    /// of `A-Z a-z 0-9 . _ : -`. A document moves stock at most once, for ever.
    DocumentNo, |t: &str| check_code(t, 64)
);

impl Sku {
    pub const MAX_CHARS: usize = 64;
}

/// An operation by staff (`op_` and a ULID). Made when the form is first shown; its idempotency
/// key, and its document number, from then on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OpId(Ulid);

impl OpId {
    pub fn new(ulid: Ulid) -> Self {
        Self(ulid)
    }

    pub fn document(&self) -> DocumentNo {
        DocumentNo(self.to_string())
    }

    /// The document of one line of a bulk operation; lines count from 1.
    pub fn line(&self, line: u32) -> DocumentNo {
        DocumentNo(format!("{self}.{line}"))
    }

    /// The operation of its own by which a bulk operation cancels an order: always the same one.
    pub fn for_order(&self, order_no: &DocumentNo) -> Self {
        let digest = Sha256::digest(format!("{self} cancels {order_no}"));
        let mut random = [0; 16];
        random[6..].copy_from_slice(&digest[..10]);
        let random = u128::from_be_bytes(random);
        Self(Ulid::from_parts(self.0.timestamp_ms(), random))
    }

    /// The operation that a document belongs to: `op_…` itself, or a line of it, `op_….7`.
    pub fn of_document(document: &DocumentNo) -> Option<Self> {
        let text = document.as_str();
        let (op, line) = text.split_once('.').unwrap_or((text, "1"));
        let counts =
            !line.starts_with('0') && line.parse::<u32>().is_ok_and(|n| n.to_string() == line);
        counts.then(|| op.parse().ok())?
    }
}

impl fmt::Display for OpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "op_{}", self.0)
    }
}

impl FromStr for OpId {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let ulid = text.strip_prefix("op_").ok_or(InvalidId::Form)?;
        let id = Self(Ulid::from_string(ulid).map_err(|_| InvalidId::Form)?);
        // Crockford's alphabet reads several spellings as one; only the canonical one is a key.
        if id.to_string() == text {
            Ok(id)
        } else {
            Err(InvalidId::Form)
        }
    }
}

impl Serialize for OpId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OpId {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The row number of one (warehouse, SKU); never reused, never shown to people alone.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type,
)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct StockId(pub u32);

/// A ledger entry: the `version` that its stock had after it. Shown as `led_<stock>-<version>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId {
    pub stock: StockId,
    pub version: u64,
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "led_{}-{}", self.stock.0, self.version)
    }
}

impl FromStr for EntryId {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let parse = || {
            let (stock, version) = text.strip_prefix("led_")?.split_once('-')?;
            let id = Self {
                stock: StockId(stock.parse().ok()?),
                version: version.parse().ok()?,
            };
            (id.to_string() == text).then_some(id)
        };
        parse().ok_or(InvalidId::Form)
    }
}

impl Serialize for EntryId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skus_keep_inner_spaces_and_refuse_what_cannot_be_seen() {
        for good in ["BANK CHARGES", "杯-1", "a'b\"c;--", "😀", "85123A"] {
            assert_eq!(good.parse::<Sku>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            " A",
            "A ",
            "A\nB",
            "A\u{200B}B",
            "A\u{202E}B",
            "..",
            &"x".repeat(65),
        ] {
            assert!(bad.parse::<Sku>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn codes_are_ascii_and_bounded() {
        assert!("SO-1:a.b_c".parse::<DocumentNo>().is_ok());
        for bad in ["", "a b", "a/b", "é", ".", &"x".repeat(65)] {
            assert!(bad.parse::<DocumentNo>().is_err(), "{bad:?}");
        }
        assert!("x".repeat(33).parse::<Warehouse>().is_err());
    }

    #[test]
    fn a_document_of_an_operation_or_of_one_of_its_lines_names_it() {
        let op: OpId = "op_01JD3V6Q8ZK2N4T6W8Y0A2C4E6".parse().unwrap();
        let of = |text: &str| OpId::of_document(&text.parse().unwrap());
        assert_eq!(of(op.document().as_str()), Some(op));
        assert_eq!(of(op.line(7).as_str()), Some(op));
        for other in [".0", ".07", ".", ".x", ".1.2", "x", ".-1", ".99999999999"] {
            assert_eq!(of(&format!("{op}{other}")), None, "{other}");
        }
        assert_eq!(of("SO-1.2"), None);
    }

    #[test]
    fn each_order_of_a_bulk_operation_has_a_number_of_its_own() {
        let op: OpId = "op_01JD3V6Q8ZK2N4T6W8Y0A2C4E6".parse().unwrap();
        let other: OpId = "op_01JD3V6Q8ZK2N4T6W8Y0A2C4E7".parse().unwrap();
        let [a, b] = ["SO-1", "SO-2"].map(|text| text.parse::<DocumentNo>().unwrap());
        let numbers = [op, op.for_order(&a), op.for_order(&b), other.for_order(&a)];
        let different: std::collections::HashSet<_> = numbers.into_iter().collect();
        assert_eq!(different.len(), 4);
        // Orders that are being cancelled find theirs again by it: it never changes.
        let number = "op_01JD3V6Q8ZCVC5PBW76FSBD56P";
        assert_eq!(op.for_order(&a).to_string(), number);
    }

    #[test]
    fn entry_ids_have_one_spelling() {
        let id: EntryId = "led_7-12".parse().unwrap();
        assert_eq!(
            id,
            EntryId {
                stock: StockId(7),
                version: 12
            }
        );
        for bad in ["led_07-12", "led_7-+12", "led_7", "7-12", "led_-1-2"] {
            assert!(bad.parse::<EntryId>().is_err(), "{bad:?}");
        }
    }
}
