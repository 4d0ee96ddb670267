use std::borrow::Cow;

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use chrono_tz::Tz;

use super::{Arg, Lang, Message, bundles, span};
use crate::web::filters::{self, escaped};

/// Says things to one reader: in their language, at this moment, in the site zone.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    pub lang: Lang,
    pub zone: Tz,
    /// When the page is made; what relative times are relative to.
    pub now: DateTime<Utc>,
}

impl Text {
    pub fn say(&self, message: &Message) -> Cow<'static, str> {
        bundles::bundle(self.lang).say(message, self)
    }

    /// The same for a message that holds markup of ours: its arguments are escaped.
    pub fn say_rich(&self, message: &Message) -> Cow<'static, str> {
        let args = message.args.iter().map(|(name, arg)| {
            let arg = match arg {
                Arg::Text(value) => Arg::Text(Cow::Owned(escaped(value))),
                Arg::Word(inner) => Arg::Text(Cow::Owned(escaped(&self.say(inner)))),
                Arg::Who(actor) => Arg::Text(Cow::Owned(escaped(&filters::who_said(actor, self)))),
                plain => plain.clone(),
            };
            (name.clone(), arg)
        });
        self.say(&Message {
            id: message.id,
            args: args.collect(),
        })
    }

    /// `12:03:22`
    pub fn clock(&self, at: DateTime<Utc>) -> String {
        at.with_timezone(&self.zone).format("%H:%M:%S").to_string()
    }

    /// A moment in a sentence: `12:03:22`, with its day when that is not today.
    pub fn moment(&self, at: DateTime<Utc>) -> String {
        let day = |at: DateTime<Utc>| at.with_timezone(&self.zone).date_naive();
        match day(at) == day(self.now) {
            true => self.clock(at),
            false => self.day_and_clock(at),
        }
    }

    /// `11-20 12:03:22`, with the year when it is not this one.
    pub fn day_and_clock(&self, at: DateTime<Utc>) -> String {
        let (there, now) = (
            at.with_timezone(&self.zone),
            self.now.with_timezone(&self.zone),
        );
        let format = match there.year() == now.year() {
            true => "%m-%d %H:%M:%S",
            false => "%Y-%m-%d %H:%M:%S",
        };
        there.format(format).to_string()
    }

    /// `2026-11-20 12:03:22`
    pub fn full(&self, at: DateTime<Utc>) -> String {
        let there = at.with_timezone(&self.zone);
        there.format("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// `2026-11-20T12:03:22+08:00`, for `<time datetime>`.
    pub fn machine(&self, at: DateTime<Utc>) -> String {
        at.with_timezone(&self.zone)
            .to_rfc3339_opts(SecondsFormat::Secs, false)
    }

    /// `UTC+8`, `UTC+5:45`
    pub fn offset(&self) -> String {
        let there = self.now.with_timezone(&self.zone).format("%:z").to_string();
        let (sign, rest) = there.split_at(1);
        let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "00"));
        let hours = hours.trim_start_matches('0');
        match (hours, minutes) {
            ("", "00") => "UTC".to_owned(),
            (_, "00") => format!("UTC{sign}{hours}"),
            ("", _) => format!("UTC{sign}0:{minutes}"),
            _ => format!("UTC{sign}{hours}:{minutes}"),
        }
    }

    /// `in 1 min 38 s`, `26 min ago`
    pub fn relative(&self, at: DateTime<Utc>) -> Cow<'static, str> {
        self.say(&span::relative(at, self.now))
    }
}

impl askama::Values for Text {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn std::any::Any> {
        (key == filters::TEXT).then_some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::i18n::{Who, msg};

    fn text(lang: Lang, zone: Tz) -> Text {
        Text {
            lang,
            zone,
            now: "2026-11-20T04:03:22Z".parse().unwrap(),
        }
    }

    #[test]
    fn times_are_told_in_the_site_zone() {
        let text = text(Lang::En, chrono_tz::Asia::Shanghai);
        let at = text.now;
        assert_eq!(text.clock(at), "12:03:22");
        assert_eq!(text.day_and_clock(at), "11-20 12:03:22");
        let last_year = "2025-12-31T15:59:59Z".parse().unwrap();
        assert_eq!(text.day_and_clock(last_year), "2025-12-31 23:59:59");
        assert_eq!(text.machine(at), "2026-11-20T12:03:22+08:00");
    }

    #[test]
    fn a_moment_of_another_day_has_its_day() {
        let said = |lang, at: &str| {
            let at: DateTime<Utc> = at.parse().unwrap();
            let text = text(lang, chrono_tz::Asia::Shanghai);
            text.say(&msg("op-discarded-at").with("at", at))
                .into_owned()
        };
        for (at, moment) in [
            ("2026-11-19T16:00:00Z", "00:00:00"),
            ("2026-11-20T15:59:59Z", "23:59:59"),
            ("2026-11-19T15:59:59Z", "11-19 23:59:59"),
            ("2026-11-20T16:00:00Z", "11-21 00:00:00"),
            ("2025-11-20T04:03:22Z", "2025-11-20 12:03:22"),
        ] {
            let en = said(Lang::En, at);
            assert!(en.ends_with(&format!("discarded at {moment}.")), "{en}");
            let zh = said(Lang::ZhHans, at);
            assert!(zh.ends_with(&format!("已于 {moment} 丢弃。")), "{zh}");
        }
    }

    #[test]
    fn who_did_something_is_said_as_everywhere() {
        let said = |lang, actor| {
            let by = msg("refused-already-rolled-back").with("by", Who(actor));
            text(lang, chrono_tz::UTC).say_rich(&by).into_owned()
        };
        assert_eq!(
            said(Lang::En, "user:chen.yu"),
            "This was already rolled back by chen.yu. Nothing was done again."
        );
        assert!(said(Lang::ZhHans, "key:shop").contains("API 密钥 shop"));
        assert!(said(Lang::En, "key:<b>").contains("API key &lt;b&gt;"));
    }

    #[test]
    fn an_offset_is_told_in_hours() {
        let offset = |zone| text(Lang::En, zone).offset();
        assert_eq!(offset(chrono_tz::Asia::Shanghai), "UTC+8");
        assert_eq!(offset(chrono_tz::Asia::Kathmandu), "UTC+5:45");
        assert_eq!(offset(chrono_tz::America::New_York), "UTC-5");
        assert_eq!(offset(chrono_tz::UTC), "UTC");
    }

    #[test]
    fn markup_is_ours_and_arguments_are_not() {
        let en = text(Lang::En, chrono_tz::UTC);
        let message = msg("band").with("what", "<b>&\"'").with("url", "/health");
        let said = en.say_rich(&message);
        assert!(said.contains("&lt;b&gt;&amp;&quot;&#39;"), "{said}");
        assert!(said.contains(r#"<a href="/health">"#), "{said}");
    }

    #[test]
    fn numbers_in_sentences_are_grouped_and_choose_their_form() {
        let en = text(Lang::En, chrono_tz::UTC);
        let zh = text(Lang::ZhHans, chrono_tz::UTC);
        let units = |n: i64| msg("units").with("count", n);
        assert_eq!(en.say(&units(1)), "1 unit");
        assert_eq!(en.say(&units(1_204)), "1,204 units");
        assert_eq!(zh.say(&units(1_204)), "1,204 件");
    }
}
