use chrono::{DateTime, Utc};

use super::{Message, msg};

/// How far `at` is from `now`, in words. `static/app.js` (`relative`) does the same, so that the
/// text does not change when the script takes over.
pub fn relative(at: DateTime<Utc>, now: DateTime<Utc>) -> Message {
    let seconds = (at - now).num_seconds();
    let span = span(seconds.abs());
    match seconds {
        1.. => msg("relative-in").with("span", span),
        0 => msg("relative-now"),
        _ => msg("relative-ago").with("span", span),
    }
}

fn span(seconds: i64) -> Message {
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    if seconds < 60 {
        msg("span-seconds").with("s", seconds)
    } else if minutes < 10 {
        msg("span-minutes-seconds")
            .with("m", minutes)
            .with("s", seconds % 60)
    } else if minutes < 60 {
        msg("span-minutes").with("m", minutes)
    } else if hours < 24 {
        msg("span-hours").with("h", hours).with("m", minutes % 60)
    } else {
        msg("span-days").with("d", hours / 24)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::super::{Lang, Text};
    use super::*;

    #[test]
    fn a_span_is_told_as_exactly_as_it_is_near() {
        let now = DateTime::from_timestamp(1_000_000, 0).unwrap();
        let said = |lang, seconds| {
            let text = Text {
                lang,
                zone: chrono_tz::UTC,
                now,
            };
            text.relative(now + TimeDelta::seconds(seconds))
                .into_owned()
        };
        let cases = [
            (98, "in 1 min 38 s", "1 分 38 秒后"),
            (26 * 60 + 5, "in 26 min", "26 分钟后"),
            (-2, "2 s ago", "2 秒前"),
            (0, "now", "刚刚"),
            (-(3 * 3600 + 12 * 60), "3 h 12 min ago", "3 小时 12 分前"),
            (4 * 86_400, "in 4 d", "4 天后"),
        ];
        for (seconds, en, zh) in cases {
            assert_eq!(said(Lang::En, seconds), en);
            assert_eq!(said(Lang::ZhHans, seconds), zh);
        }
    }
}
