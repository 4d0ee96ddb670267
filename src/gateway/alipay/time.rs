//! Times as Alipay writes them: `2026-11-20 13:00:00`, in Beijing, with no word of the zone.

use chrono::{DateTime, FixedOffset, NaiveDateTime, Utc};

const FORM: &str = "%Y-%m-%d %H:%M:%S";

fn beijing() -> Option<FixedOffset> {
    FixedOffset::east_opt(8 * 3600)
}

/// `None` never, for there is such a zone.
pub(super) fn write(time: DateTime<Utc>) -> Option<String> {
    Some(time.with_timezone(&beijing()?).format(FORM).to_string())
}

pub(super) fn read(text: &str) -> Option<DateTime<Utc>> {
    let local = NaiveDateTime::parse_from_str(text, FORM).ok()?;
    let time = local.and_local_timezone(beijing()?).single()?;
    Some(time.to_utc())
}
