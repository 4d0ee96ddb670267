//! The fields of a stock file's line, each read strictly.

use crate::domain::quantity::Level;

/// Characters of a name.
const MAX_NAME: usize = 200;

pub(super) fn named<T>(
    column: &str,
    value: Result<T, impl std::fmt::Display>,
) -> Result<T, String> {
    value.map_err(|error| format!("{column} {error}"))
}

pub(super) fn name(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("name must not be empty".to_owned());
    }
    if text.chars().count() > MAX_NAME {
        return Err(format!("name must be {MAX_NAME} characters or fewer"));
    }
    if text.chars().any(char::is_control) {
        return Err("name has a character that cannot be shown".to_owned());
    }
    Ok(text.to_owned())
}

fn level(column: &str, text: &str) -> Result<Level, String> {
    let range = format!("{column} must be a whole number from 0 to {}", Level::MAX);
    // `+5` and `1_000` are read by no spreadsheet as we would.
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(range);
    }
    let units: i64 = text.parse().map_err(|_| range.clone())?;
    Level::new(units).map_err(|_| range)
}

pub(super) fn available(text: &str, unlimited: Option<&str>) -> Result<Option<Level>, String> {
    let unlimited = match unlimited.unwrap_or("") {
        "true" | "TRUE" | "True" | "yes" | "1" => true,
        "false" | "FALSE" | "False" | "no" | "0" | "" => false,
        other => return Err(format!("unlimited must be true or false, not {other:?}")),
    };
    match (unlimited, text) {
        (true, "" | "0") => Ok(None),
        (true, _) => Err("an unlimited SKU has no level: leave available empty".to_owned()),
        (false, text) => level("available", text).map(Some),
    }
}

pub(super) fn low_water(text: &str) -> Result<Option<Level>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    level("low_water", text).map(Some)
}
