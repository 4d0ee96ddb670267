//! Reads a JSON object field by field and notes everything that is wrong with it, so that a
//! program's author sees all of it at once, each with the place where it stands.
//!
//! Every field is read before any is used:
//!
//! ```ignore
//! body.read(|fields| {
//!     let sku = fields.need("sku", name::<Sku>);
//!     let note = fields.may("note", text(500));
//!     Some(Command { sku: sku?, note: note? })
//! })
//! ```

use std::cell::RefCell;
use std::fmt::Display;
use std::str::FromStr;

use serde_json::{Map, Value};

use crate::web::extract::Json;
use crate::web::problem::Problem;

/// Errors in one answer; a body of 2,000 wrong lines has told enough by then.
const SHOWN: usize = 100;

/// `(lines[3].quantity, must be …)`
type Errors = RefCell<Vec<(String, String)>>;

/// The fields of one object. Those that nobody asked for are refused.
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    /// Where the object stands; empty for the body itself.
    path: String,
    asked: Vec<&'static str>,
    errors: &'a Errors,
}

impl Json {
    /// Makes a command of the body.
    ///
    /// # Errors
    /// 400 when it is empty, 422 with every field that is not as it should be.
    pub fn read<T>(self, read: impl FnOnce(&mut Fields<'_>) -> Option<T>) -> Result<T, Problem> {
        let empty = || Problem::malformed("The body is empty; it must be a JSON object.");
        read_object(&self.object.ok_or_else(empty)?, read)
    }

    /// The same, where all fields may be left out, and so may the body.
    ///
    /// # Errors
    /// 422 with every field that is not as it should be.
    pub fn read_if_any<T>(
        self,
        read: impl FnOnce(&mut Fields<'_>) -> Option<T>,
    ) -> Result<T, Problem> {
        read_object(&self.object.unwrap_or_default(), read)
    }
}

/// Makes a `T` of an object, or a problem with everything that is wrong with it.
pub fn read_object<T>(
    object: &Map<String, Value>,
    read: impl FnOnce(&mut Fields<'_>) -> Option<T>,
) -> Result<T, Problem> {
    let errors = Errors::default();
    let value = Fields::read(object, String::new(), &errors, read);
    let errors = errors.into_inner();
    match value {
        Some(value) if errors.is_empty() => Ok(value),
        _ if errors.is_empty() => Err(Problem::internal("a body came to nothing, without a why")),
        _ => Err(Problem::invalid(&errors)),
    }
}

impl<'a> Fields<'a> {
    fn read<T>(
        object: &'a Map<String, Value>,
        path: String,
        errors: &'a Errors,
        read: impl FnOnce(&mut Fields<'_>) -> Option<T>,
    ) -> Option<T> {
        let asked = Vec::new();
        let mut fields = Fields {
            object,
            path,
            asked,
            errors,
        };
        let value = read(&mut fields);
        for name in object.keys() {
            if !fields.asked.contains(&name.as_str()) {
                let known = fields.asked.join(", ");
                fields.refuse(name, format_args!("is not known here; there are {known}"));
            }
        }
        value
    }

    fn place(&self, name: &str) -> String {
        match self.path.as_str() {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        }
    }

    /// Notes what is wrong with a field; `name` may lead further down (`lines[3].sku`).
    pub fn refuse(&self, name: &str, why: impl Display) {
        let mut errors = self.errors.borrow_mut();
        if errors.len() < SHOWN {
            errors.push((self.place(name), why.to_string()));
        }
    }

    /// Whether a field is there. `null` counts as left out.
    pub fn has(&self, name: &str) -> bool {
        self.object.get(name).is_some_and(|value| !value.is_null())
    }

    fn value(&mut self, name: &'static str) -> Option<&'a Value> {
        self.asked.push(name);
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// A field that must be there; `None` after noting why it cannot be used.
    pub fn need<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Option<T> {
        self.may(name, read)?.or_else(|| {
            self.refuse(name, "is missing");
            None
        })
    }

    /// A field that may be left out, or be `null`: `Some(None)`.
    pub fn may<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Option<Option<T>> {
        match self.value(name).map(read) {
            None => Some(None),
            Some(Ok(value)) => Some(Some(value)),
            Some(Err(why)) => {
                self.refuse(name, why);
                None
            }
        }
    }

    /// An object that may be left out.
    pub fn may_object<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Fields<'_>) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.value(name) {
            None => Some(None),
            Some(Value::Object(object)) => {
                Fields::read(object, self.place(name), self.errors, read).map(Some)
            }
            Some(_) => {
                self.refuse(name, "must be an object");
                None
            }
        }
    }

    /// A list of objects that must be there, of at most `most`.
    pub fn list<T>(
        &mut self,
        name: &'static str,
        most: usize,
        read: impl Fn(&mut Fields<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let items = match self.value(name) {
            Some(Value::Array(items)) if items.len() <= most => items,
            Some(Value::Array(items)) => {
                let why = format!("must have at most {most} entries, and has {}", items.len());
                self.refuse(name, why);
                return None;
            }
            other => {
                let why = other.map_or("is missing", |_| "must be a list");
                self.refuse(name, why);
                return None;
            }
        };
        let item = |(index, item): (usize, &Value)| {
            let place = format!("{name}[{index}]");
            match item {
                Value::Object(object) => {
                    Fields::read(object, self.place(&place), self.errors, &read)
                }
                _ => {
                    self.refuse(&place, "must be an object");
                    None
                }
            }
        };
        // Not collected into an `Option` at once: that would stop at the first error.
        let read: Vec<Option<T>> = items.iter().enumerate().map(item).collect();
        read.into_iter().collect()
    }
}

fn string(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| "must be a string".to_owned())
}

/// A name of the domain, which says itself what is wrong with it.
pub fn name<T>(value: &Value) -> Result<T, String>
where
    T: FromStr,
    T::Err: Display,
{
    string(value)?
        .parse()
        .map_err(|error: T::Err| error.to_string())
}

/// A whole number. `2.0`, `2e0` and `"2"` are not: what meant to be one is not guessed at.
pub fn whole(min: i64, max: i64) -> impl Fn(&Value) -> Result<i64, String> {
    move |value| match value.as_i64() {
        Some(number) if (min..=max).contains(&number) => Ok(number),
        _ => Err(format!("must be a whole number from {min} to {max}")),
    }
}

/// A text of people: at most `most` characters, none of them a control character but line breaks
/// and tabs. Empty is `None`.
pub fn text(most: usize) -> impl Fn(&Value) -> Result<Option<String>, String> {
    move |value| {
        let text = string(value)?;
        if text.chars().count() > most {
            return Err(format!("must be {most} characters or fewer"));
        }
        if text
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        {
            return Err("must not have control characters".to_owned());
        }
        Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::ids::Sku;

    fn read(body: Value) -> Result<(Sku, Option<i64>, Vec<i64>), Vec<String>> {
        let Value::Object(object) = body else {
            panic!("an object");
        };
        let read = read_object(&object, |fields| {
            let sku = fields.need("sku", name::<Sku>);
            let size = fields.may_object("size", |size| size.need("cm", whole(1, 9)));
            let lines = fields.list("lines", 3, |line| line.need("n", whole(0, 5)));
            Some((sku?, size?, lines?))
        });
        read.map_err(|problem| {
            let errors = problem.members["errors"].as_array().unwrap().clone();
            let text = |e: &Value| format!("{} {}", e["field"], e["message"]).replace('"', "");
            errors.iter().map(text).collect()
        })
    }

    #[test]
    fn what_is_right_is_read() {
        let body = json!({"sku": "A", "size": null, "lines": [{"n": 0}, {"n": 5}]});
        assert_eq!(read(body), Ok(("A".parse().unwrap(), None, vec![0, 5])));
        let body = json!({"sku": "A", "size": {"cm": 3}, "lines": []});
        assert_eq!(read(body), Ok(("A".parse().unwrap(), Some(3), vec![])));
    }

    #[test]
    fn everything_that_is_wrong_is_said_with_its_place() {
        let wrong = json!({"sku": " A", "size": {"cm": 1.0, "in": 2}, "more": 1,
            "lines": [{"n": "1"}, {"n": 6}, 7]});
        let expected = [
            "sku must not begin or end with a space",
            "size.cm must be a whole number from 1 to 9",
            "size.in is not known here; there are cm",
            "lines[0].n must be a whole number from 0 to 5",
            "lines[1].n must be a whole number from 0 to 5",
            "lines[2] must be an object",
            "more is not known here; there are sku, size, lines",
        ];
        assert_eq!(read(wrong).unwrap_err(), expected);
        let wrong = json!({"size": 3, "lines": {}});
        let expected = [
            "sku is missing",
            "size must be an object",
            "lines must be a list",
        ];
        assert_eq!(read(wrong).unwrap_err(), expected);
        let many = json!({"sku": "A", "lines": [1, 2, 3, 4]});
        let expected = ["lines must have at most 3 entries, and has 4"];
        assert_eq!(read(many).unwrap_err(), expected);
    }
}
