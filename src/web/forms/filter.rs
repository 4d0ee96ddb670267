//! Filters of lists, as they stand in an address: empty means no restriction.

use chrono::{DateTime, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use unicode_normalization::UnicodeNormalization;

use crate::domain::ids::{Sku, Warehouse};
use crate::web::i18n::{Message, Text, Worded, msg};

/// What is typed, without the space around it.
///
/// # Errors
/// More than `max` characters.
pub fn text(typed: &str, max: usize) -> Result<Option<String>, Message> {
    let text = typed.trim();
    if text.chars().count() > max {
        return Err(msg("list-too-long").with("max", max));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// One of the words that `parse` knows.
///
/// # Errors
/// Another one.
pub fn one_of<T>(chosen: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Message> {
    match chosen {
        "" => Ok(None),
        word => parse(word).map(Some).ok_or_else(|| msg("list-not-offered")),
    }
}

/// What can be chosen: the words of `all`, as they are said.
pub fn options<T: Copy + Worded>(
    all: &[T],
    word: impl Fn(T) -> &'static str,
    text: &Text,
) -> Vec<(&'static str, String)> {
    let option = |&value: &T| (word(value), text.say(&value.message()).into_owned());
    all.iter().map(option).collect()
}

/// A SKU, exactly.
///
/// # Errors
/// What cannot be one.
pub fn sku(typed: &str) -> Result<Option<Sku>, Message> {
    match typed.trim() {
        "" => Ok(None),
        sku => sku.parse().map(Some).map_err(|_| msg("list-not-a-sku")),
    }
}

/// The warehouses that can be chosen.
pub fn warehouses(known: &[Warehouse]) -> Vec<(String, String)> {
    let option = |warehouse: &Warehouse| (warehouse.to_string(), warehouse.to_string());
    known.iter().map(option).collect()
}

/// One of the warehouses that there are.
///
/// # Errors
/// Another one.
pub fn warehouse(typed: &str, known: &[Warehouse]) -> Result<Option<Warehouse>, Message> {
    if typed.is_empty() {
        return Ok(None);
    }
    let parsed = typed.parse().ok();
    let there = parsed.filter(|warehouse| known.contains(warehouse));
    let missing = || msg("list-no-warehouse").with("warehouse", typed);
    there.map(Some).ok_or_else(missing)
}

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    pub begin: DateTime<Utc>,
    /// Exclusive.
    pub end: DateTime<Utc>,
}

/// A day, a minute or a second in `zone`: `2026-11-20`, `2026-11-20 12:03`, `2026-11-20 12:03:22`,
/// also with a `T` between, slashes, or full-width digits.
///
/// # Errors
/// Anything else, and times that a change of clocks left out.
pub fn moment(typed: &str, zone: Tz) -> Result<Option<Stretch>, Message> {
    let narrow: String = typed.nfkc().collect();
    let narrow = narrow.trim().replace(['/', '.'], "-").replace('T', " ");
    if narrow.is_empty() {
        return Ok(None);
    }
    let unreadable = || msg("list-not-a-time");
    let (begin, end) = local(&narrow).ok_or_else(unreadable)?;
    let at = |local: NaiveDateTime| match local.and_local_timezone(zone) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Ok(at.to_utc()),
        LocalResult::None => Err(unreadable()),
    };
    Ok(Some(Stretch {
        begin: at(begin)?,
        end: at(end)?,
    }))
}

fn local(typed: &str) -> Option<(NaiveDateTime, NaiveDateTime)> {
    if let Ok(day) = NaiveDate::parse_from_str(typed, "%Y-%m-%d") {
        let begin = day.and_time(NaiveTime::MIN);
        return Some((begin, begin.checked_add_days(Days::new(1))?));
    }
    let formats = [
        ("%Y-%m-%d %H:%M", TimeDelta::minutes(1)),
        ("%Y-%m-%d %H:%M:%S", TimeDelta::seconds(1)),
    ];
    formats.into_iter().find_map(|(format, length)| {
        let begin = NaiveDateTime::parse_from_str(typed, format).ok()?;
        Some((begin, begin.checked_add_signed(length)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_as_long_as_it_is_exact() {
        let zone = chrono_tz::Asia::Shanghai;
        for (typed, begin, end) in [
            ("2026-11-20", "2026-11-19T16:00:00Z", "2026-11-20T16:00:00Z"),
            (
                "2026/11/20 12:03",
                "2026-11-20T04:03:00Z",
                "2026-11-20T04:04:00Z",
            ),
            (
                "２０２６-11-20T12:03:22",
                "2026-11-20T04:03:22Z",
                "2026-11-20T04:03:23Z",
            ),
        ] {
            let stretch = moment(typed, zone).unwrap().unwrap();
            let expected = Stretch {
                begin: begin.parse().unwrap(),
                end: end.parse().unwrap(),
            };
            assert_eq!(stretch, expected, "{typed}");
        }
        assert_eq!(moment(" ", zone), Ok(None));
        for bad in [
            "today",
            "2026-13-01",
            "20-11-2026",
            "2026-11-20 25:00",
            "262143-12-31",
        ] {
            assert!(moment(bad, zone).is_err(), "{bad}");
        }
        assert!(moment("2026-03-08 02:30", chrono_tz::America::New_York).is_err());
    }
}
