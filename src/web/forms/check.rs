use super::{FieldError, FormErrors};
use crate::domain::quantity;
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

    /// The same, for a message that does not say which field it is about: `label` names it.
    pub fn named<T>(
        &mut self,
        field: &'static str,
        label: &'static str,
        read: Result<T, Message>,
    ) -> Option<T> {
        self.field(field, read.map_err(|problem| named(label, problem)))
    }

    /// What is wrong so far.
    pub fn errors(self) -> FormErrors {
        self.0
    }
}

/// What is wrong, after what it is about.
pub fn named(label: &'static str, problem: Message) -> Message {
    msg("error-named")
        .with("field", msg(label))
        .with("problem", problem)
}

/// A whole number as people type it; `None` when nothing was typed.
///
/// # Errors
/// Anything else, as a message for the field.
pub fn whole_number(typed: &str) -> Result<Option<i64>, Message> {
    quantity::whole_number(typed).map_err(|_| msg("error-whole-number"))
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
            ("12,345,678", 12_345_678),
            ("１２，３４５", 12_345),
            ("1\u{a0}234\u{a0}567", 1_234_567),
            ("-1,000", -1000),
            ("000", 0),
            ("99999999999999999999", i64::MAX),
            ("-99999999999999999999", i64::MIN),
        ];
        for (typed, number) in cases {
            assert_eq!(whole_number(typed), Ok(Some(number)), "{typed}");
        }
        assert_eq!(whole_number(" \u{3000}"), Ok(None));
        for bad in [
            "8o",
            "3.5",
            "--3",
            "-",
            "1e3",
            "三",
            "1,5",
            "1，5",
            "1,0,0",
            "3,",
            ",3",
            "1,,000",
            "1,0000",
            "1000,000",
            "1,000,",
            "1 5",
            "1, 000",
            "1,000 000",
            "0,123",
            "1,00o",
            "- 3",
        ] {
            assert!(whole_number(bad).is_err(), "{bad}");
        }
    }
}
