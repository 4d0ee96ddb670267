//! The fields that corrections have in common, and how people fill them in.

use chrono::{
    DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
};
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use crate::domain::operation::NewOperation;
use crate::domain::quantity::{Level, Quantity};
use crate::domain::reason::Reason;
use crate::web::forms::{Check, whole_number};
use crate::web::i18n::{Message, Text, msg};

/// A correction's form as it was typed. Each form shows some of these fields.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    pub direction: String,
    pub units: String,
    pub counted: String,
    pub counted_at: String,
    pub reason: String,
    pub reference: String,
    pub note: String,
}

/// Why something is corrected.
#[derive(Debug)]
pub struct Why {
    pub reason: Reason,
    pub reference: Option<String>,
    pub note: Option<String>,
}

impl Typed {
    /// `note_needed`: more is moved than the person may confirm alone.
    pub fn why(&self, check: &mut Check, offered: &[Reason], note_needed: bool) -> Option<Why> {
        let reason = check.field("reason", reason(&self.reason, offered));
        let reference = check.field("reference", reference(&self.reference));
        let needed = note_needed || reason == Some(Reason::Other);
        let note = check.field("note", note(&self.note, needed));
        Some(Why {
            reason: reason?,
            reference: reference?,
            note: note?,
        })
    }
}

fn reason(typed: &str, offered: &[Reason]) -> Result<Reason, Message> {
    let known = Reason::parse(typed).filter(|reason| offered.contains(reason));
    known.ok_or_else(|| msg("error-reason"))
}

fn reference(typed: &str) -> Result<Option<String>, Message> {
    let text = typed.trim();
    if text.chars().count() > NewOperation::REFERENCE_MAX_CHARS {
        return Err(msg("error-reference-long").with("max", NewOperation::REFERENCE_MAX_CHARS));
    }
    if text.chars().any(char::is_control) {
        return Err(msg("error-reference-characters"));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn note(typed: &str, needed: bool) -> Result<Option<String>, Message> {
    // Browsers send line ends as CR LF, whatever was typed.
    let text = typed.replace("\r\n", "\n");
    let text = text.trim();
    if text.is_empty() && needed {
        return Err(msg("error-note-missing"));
    }
    if text.chars().count() > NewOperation::NOTE_MAX_CHARS {
        return Err(msg("error-note-long").with("max", NewOperation::NOTE_MAX_CHARS));
    }
    if text
        .chars()
        .any(|c| c.is_control() && c != '\n' && c != '\t')
    {
        return Err(msg("error-note-characters"));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// Units to move. `missing` says what to enter; `most` how many there can be, and the message
/// for more than that.
pub fn units(
    typed: &str,
    missing: &'static str,
    most: Option<(i64, Message)>,
) -> Result<Quantity, Message> {
    let number = whole_number(typed).map_err(|_| msg("error-units-whole"))?;
    let number = number.ok_or_else(|| msg(missing))?;
    if number < 1 {
        return Err(msg("error-units-few"));
    }
    match most {
        Some((most, message)) if number > most => Err(message),
        _ => Quantity::new(number).map_err(|range| msg("error-units-many").with("max", range.max)),
    }
}

/// A counted level.
pub fn counted(typed: &str) -> Result<Level, Message> {
    let number = whole_number(typed).map_err(|_| msg("error-counted-whole"))?;
    let number = number.ok_or_else(|| msg("error-counted-missing"))?;
    if number < 0 {
        return Err(msg("error-counted-negative"));
    }
    Level::new(number).map_err(|range| msg("error-counted-many").with("max", range.max))
}

/// When it was counted: date and time, or a time of today, in the site zone; nothing means now.
/// At most a day ago.
pub fn counted_at(typed: &str, text: &Text) -> Result<DateTime<Utc>, Message> {
    let plain: String = typed.nfkc().collect();
    let plain = plain.trim().replace('/', "-").replace('T', " ");
    if plain.is_empty() {
        return Ok(text.now);
    }
    let at = moment(&plain, text).ok_or_else(|| msg("error-counted-at"))?;
    if at > text.now {
        return Err(msg("error-counted-future"));
    }
    if at < text.now - TimeDelta::days(1) {
        return Err(msg("error-counted-old"));
    }
    Ok(at)
}

fn moment(plain: &str, text: &Text) -> Option<DateTime<Utc>> {
    let today = text.now.with_timezone(&text.zone).date_naive();
    let clock = |text: &str| {
        let formats = ["%H:%M:%S", "%H:%M"];
        formats
            .iter()
            .find_map(|f| NaiveTime::parse_from_str(text, f).ok())
    };
    let there = match plain.split_once(' ') {
        Some((date, time)) => {
            let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").ok()?;
            NaiveDateTime::new(date, clock(time.trim())?)
        }
        None => NaiveDateTime::new(today, clock(plain)?),
    };
    match text.zone.from_local_datetime(&there) {
        LocalResult::Single(at) => Some(at.to_utc()),
        // The clocks went back: of the two, the one that compares with more of the ledger.
        LocalResult::Ambiguous(earlier, _) => Some(earlier.to_utc()),
        LocalResult::None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::i18n::Lang;

    fn text() -> Text {
        Text {
            lang: Lang::En,
            zone: chrono_tz::Asia::Shanghai,
            now: "2026-11-20T04:03:22Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_moment_is_read_in_the_site_zone() {
        let at = |typed| counted_at(typed, &text()).map(|at| at.to_rfc3339());
        for typed in [
            "2026-11-20 11:58",
            "11:58",
            "２０２６-11-20　11：58：00",
            "2026/11/20T11:58",
        ] {
            assert_eq!(at(typed).unwrap(), "2026-11-20T03:58:00+00:00", "{typed}");
        }
        assert_eq!(at(" ").unwrap(), "2026-11-20T04:03:22+00:00");
        let refused = [
            ("noon", "error-counted-at"),
            ("2026-02-30 11:58", "error-counted-at"),
            ("12:04", "error-counted-future"),
            ("2026-11-19 12:03:21", "error-counted-old"),
        ];
        for (typed, id) in refused {
            assert_eq!(at(typed).unwrap_err().id(), id, "{typed}");
        }
    }

    #[test]
    fn a_note_is_counted_in_characters_and_needed_for_other_reasons() {
        let typed = |reason: &str, note: String| Typed {
            reason: reason.to_owned(),
            note,
            ..Typed::default()
        };
        let why = |typed: Typed| {
            let mut check = Check::new();
            let why = typed.why(&mut check, &[Reason::Damaged, Reason::Other], false);
            why.ok_or_else(|| check.errors().remove(0).message.id())
        };
        let kept = why(typed("damaged", "两\r\n箱 ".to_owned())).unwrap();
        assert_eq!(kept.note.as_deref(), Some("两\n箱"));
        assert!(why(typed("damaged", "箱".repeat(500))).is_ok());
        for (reason, note, id) in [
            ("damaged", "箱".repeat(501), "error-note-long"),
            ("other", " ".to_owned(), "error-note-missing"),
            ("damaged", "\u{7}".to_owned(), "error-note-characters"),
            ("count", String::new(), "error-reason"),
            ("", String::new(), "error-reason"),
        ] {
            assert_eq!(why(typed(reason, note)).unwrap_err(), id);
        }
    }

    #[test]
    fn units_and_counts_have_their_bounds() {
        let most = || Some((12, msg("error-units-available").with("max", 12)));
        let id = |typed| units(typed, "error-units-deduct", most()).map_err(|m| m.id());
        assert_eq!(id("１２").map(Quantity::get), Ok(12));
        assert_eq!(id(""), Err("error-units-deduct"));
        assert_eq!(id("8o"), Err("error-units-whole"));
        assert_eq!(id("1,5"), Err("error-units-whole"));
        let long = "12345678901234567890";
        assert_eq!(id(long), Err("error-units-available"));
        let free = units(long, "error-units-adjust", None);
        assert_eq!(free.unwrap_err().id(), "error-units-many");
        assert_eq!(counted(long).unwrap_err().id(), "error-counted-many");
        assert_eq!(id("0"), Err("error-units-few"));
        assert_eq!(id("13"), Err("error-units-available"));
        assert_eq!(counted("0").map(Level::get), Ok(0));
        assert_eq!(counted("-1").unwrap_err().id(), "error-counted-negative");
        assert_eq!(
            counted("1,000,000,000").unwrap_err().id(),
            "error-counted-many"
        );
    }
}
