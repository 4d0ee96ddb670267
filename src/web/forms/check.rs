use unicode_normalization::UnicodeNormalization;

use super::{FieldError, FormErrors};
use crate::web::i18n::{Message, msg};

/// Gathers what is wrong, so that a person sees all of it at once.
#[derive(Debug, Default)]
pub struct Check(FormErrors);

impl Check {
    pub fn new() -> Self {
        Self::default()
    }

    /// The value, or `None` after noting what is wrong with `field`.
    pub fn field<T>(&mut self, field: &'static str, read: Result<T, Message>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(message) => {
                self.0.push(FieldError { field, message });
                None
            }
        }
    }

    /// What is wrong so far.
    pub fn errors(self) -> FormErrors {
        self.0
    }
}

/// A whole number as people type it: `3`, `３`, `1,000`, `1，000`, `1 000`, with a sign of any
/// width. `None` when nothing was typed.
///
/// # Errors
/// Anything else, as a message for the field.
pub fn whole_number(typed: &str) -> Result<Option<i64>, Message> {
    let text: String = typed
        .nfkc()
        .filter(|c| !c.is_whitespace() && *c != ',')
        .map(|c| if c == '\u{2212}' { '-' } else { c })
        .collect();
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(&text);
    let readable = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    match text.parse() {
        Ok(number) if readable => Ok(Some(number)),
        _ => Err(msg("error-whole-number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_type_them() {
        let cases = [
            ("3", 3),
            ("３", 3),
            (" 1,000 ", 1000),
            ("1，000", 1000),
            ("1 000", 1000),
            ("\u{2212}5", -5),
            ("－5", -5),
            ("+7", 7),
        ];
        for (typed, number) in cases {
            assert_eq!(whole_number(typed), Ok(Some(number)), "{typed}");
        }
        assert_eq!(whole_number(" \u{3000}"), Ok(None));
        for bad in ["8o", "3.5", "--3", "-", "1e3", "99999999999999999999", "三"] {
            assert!(whole_number(bad).is_err(), "{bad}");
        }
    }
}
