//! `/health/read-only`: pausing changes, and allowing them again.

use actix_session::Session;
use actix_web::HttpResponse;
use askama::Template;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use crate::service::audit::By;
use crate::service::pauses::LONGEST;
use crate::web::extract::{Posted, Staff, State};
use crate::web::forms::{FieldError, FormErrors, FormView, filter};
use crate::web::guard::kept::Kept;
use crate::web::i18n::{Message, Text, msg};
use crate::web::layout::Layout;
use crate::web::problem::Problem;
use crate::web::respond::see_other;
use crate::web::session::{self, FlashKind};
use crate::web::{filters, paths};

/// What the form offers.
const USUAL: TimeDelta = TimeDelta::hours(1);

#[derive(Template)]
#[template(path = "pages/read_only.html")]
struct ReadOnlyPage {
    layout: Layout,
    form: FormView,
}

impl ReadOnlyPage {
    fn show(&self) -> HttpResponse {
        self.layout.with_status(self.form.status(), self)
    }
}

/// `GET /health/read-only`
pub async fn form(layout: Layout, kept: Kept) -> HttpResponse {
    let text = layout.text;
    let usual = (text.now + USUAL).with_timezone(&text.zone);
    let usual = usual.format("%Y-%m-%d %H:%M").to_string();
    let form = kept.form_or(vec![("until".to_owned(), usual)]);
    ReadOnlyPage { layout, form }.show()
}

#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    until: String,
}

impl Typed {
    fn command(self, text: &Text) -> Result<DateTime<Utc>, FormErrors> {
        until(&self.until, text).map_err(|message| {
            vec![FieldError {
                field: "until",
                message,
            }]
        })
    }
}

/// A date and time, or a time of day: then the next time that it comes.
fn until(typed: &str, text: &Text) -> Result<DateTime<Utc>, Message> {
    let narrow: String = typed.nfkc().collect();
    let at = match NaiveTime::parse_from_str(narrow.trim(), "%H:%M") {
        Ok(clock) => {
            let today = text.now.with_timezone(&text.zone).date_naive();
            let days = [Some(today), today.succ_opt()].into_iter().flatten();
            let times = days.filter_map(|day| {
                let there = day.and_time(clock).and_local_timezone(text.zone);
                Some(there.earliest()?.to_utc())
            });
            times.into_iter().find(|at| *at > text.now)
        }
        Err(_) => filter::moment(&narrow, text.zone)?.map(|stretch| stretch.begin),
    };
    let at = at.ok_or_else(|| msg("list-not-a-time"))?;
    match at {
        at if at <= text.now => Err(msg("pause-in-the-past")),
        at if at > text.now + LONGEST => {
            Err(msg("pause-too-long").with("hours", LONGEST.num_hours()))
        }
        at => Ok(at),
    }
}

/// `POST /health/read-only`
pub async fn pause(
    layout: Layout,
    posted: Posted,
    session: Session,
    Staff(person): Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    let text = layout.text;
    let until = match posted.read(|typed: Typed| typed.command(&text)) {
        Ok(until) => until,
        Err(form) => return Ok(ReadOnlyPage { layout, form }.show()),
    };
    let actor = person.actor().to_string();
    let by = By {
        actor: &actor,
        address: person.address.as_deref(),
    };
    web.services.pauses.pause(until, by).await?;
    let done = msg("pause-done").with("until", until);
    session::flash(&session, FlashKind::Done, done);
    Ok(see_other(paths::HEALTH))
}

/// `POST /health/resume`
pub async fn resume(
    session: Session,
    Staff(person): Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    let actor = person.actor().to_string();
    let by = By {
        actor: &actor,
        address: person.address.as_deref(),
    };
    let (kind, said) = match web.services.pauses.resume(by).await? {
        true => (FlashKind::Done, msg("pause-over")),
        false => (FlashKind::Note, msg("pause-none")),
    };
    session::flash(&session, kind, said);
    Ok(see_other(paths::HEALTH))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::i18n::Lang;

    #[test]
    fn a_time_of_day_is_the_next_one() {
        let text = Text {
            lang: Lang::En,
            zone: chrono_tz::Asia::Shanghai,
            now: "2026-11-20T04:00:00Z".parse().unwrap(),
        };
        for (typed, at) in [
            ("14:00", "2026-11-20T06:00:00Z"),
            ("１１:59", "2026-11-21T03:59:00Z"),
            ("2026-11-20 12:01", "2026-11-20T04:01:00Z"),
        ] {
            assert_eq!(until(typed, &text), Ok(at.parse().unwrap()), "{typed}");
        }
        for bad in ["", "later", "2026-11-20 11:59", "2026-11-21 12:01", "25:00"] {
            assert!(until(bad, &text).is_err(), "{bad}");
        }
    }
}
