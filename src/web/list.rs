//! How a list is continued: a place in it, sealed into its address.
//!
//! A cursor is only ever a place where a page of the same list, with the same filters, ended. It
//! is good for a day. Anything else that stands in `after` is answered with the start of the list
//! and a sentence (`moved_on`).

use actix_session::Session;
use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::extract::State;
use super::guard::Sealer;
use super::i18n::{IntoArg, Message, msg};
use super::paths;
use super::respond::see_other;
use super::session::{self, FlashKind};
use crate::domain::listing::{CappedCount, Page};

/// Pages that can be gone back by one; past them there is the first page.
const TRAIL: usize = 10;
const GOOD_FOR_SECONDS: i64 = 24 * 3600;

/// A list as it stands in an address: its path and its filters.
#[derive(Debug, Clone)]
pub struct List {
    path: &'static str,
    filters: Vec<(&'static str, String)>,
}

/// A place in a list, and the way to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place<K> {
    /// Where this page and the ones before it begin; none for the first page. Oldest first.
    steps: Vec<Step<K>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Step<K> {
    after: K,
    /// Rows on the pages before.
    rows: u64,
    page: u32,
}

#[derive(Serialize, Deserialize)]
struct Sealed<K> {
    filters: String,
    until: i64,
    place: Place<K>,
}

/// A filter in use: its name in the address, and what it says.
pub type Chip = (&'static str, Message);

/// `label` is the id of the filter's label.
pub fn chip(name: &'static str, label: &'static str, value: impl IntoArg) -> Chip {
    let message = msg("list-chip").with("label", msg(label));
    (name, message.with("value", value))
}

/// What stands below a list.
#[derive(Debug, Clone, Default)]
pub struct Pager {
    /// Rows of this page, counted from 1; `None` when it has none.
    pub rows: Option<(u64, u64)>,
    pub page: u32,
    pub first: Option<String>,
    pub previous: Option<String>,
    pub next: Option<String>,
}

impl List {
    /// Filters that are empty do not count.
    pub fn new(path: &'static str, filters: &[(&'static str, &str)]) -> Self {
        let set = filters.iter().filter(|(_, value)| !value.is_empty());
        let filters = set.map(|(name, value)| (*name, (*value).to_owned()));
        Self {
            path,
            filters: filters.collect(),
        }
    }

    /// Whether it is the whole list.
    pub fn is_whole(&self) -> bool {
        self.filters.is_empty()
    }

    /// The address of the whole list.
    pub fn whole(&self) -> &'static str {
        self.path
    }

    /// The address of its first page.
    pub fn first(&self) -> String {
        paths::with_query(self.path, &self.filters)
    }

    /// The address of the same list as a file, for a list that has one.
    pub fn export(&self) -> String {
        paths::with_query(&format!("{}.csv", self.path), &self.filters)
    }

    /// The same, with numbers that Excel keeps as they are.
    pub fn export_for_excel(&self) -> String {
        let mut query = self.filters.clone();
        query.push(("excel", "1".to_owned()));
        paths::with_query(&format!("{}.csv", self.path), &query)
    }

    /// The first page of the same list without one of its filters.
    pub fn without(&self, name: &str) -> String {
        let mut other = self.clone();
        other.filters.retain(|(filter, _)| *filter != name);
        other.first()
    }

    /// The first page of the same list with another value of one filter.
    pub fn with(&self, name: &'static str, value: &str) -> String {
        let mut other = self.clone();
        other.filters.retain(|(filter, _)| *filter != name);
        other.filters.push((name, value.to_owned()));
        other.first()
    }

    /// The place that `after` holds: the start when it is empty, `None` when it is not, or no
    /// longer, a place in this list.
    pub fn place<K: DeserializeOwned>(
        &self,
        sealer: &Sealer,
        after: &str,
        now: DateTime<Utc>,
    ) -> Option<Place<K>> {
        if after.is_empty() {
            return Some(Place { steps: Vec::new() });
        }
        let opened = sealer.open(self.path, after)?;
        let sealed: Sealed<K> = serde_json::from_str(&opened).ok()?;
        (sealed.filters == self.first() && now.timestamp() < sealed.until).then_some(sealed.place)
    }

    /// The start of the list, for somebody whose place in it is lost.
    pub fn moved_on(&self, session: &Session) -> HttpResponse {
        session::flash(session, FlashKind::Note, msg("list-moved-on"));
        see_other(&self.first())
    }

    /// What stands below `page`, which begins at `place`.
    pub fn pager<T, K: Clone + Serialize>(
        &self,
        web: &State,
        place: &Place<K>,
        page: &Page<T, K>,
    ) -> Pager {
        let address = |place: &Place<K>| self.address(&web.sealer, place, web.services.clock.now());
        let (before, number) = place.steps.last().map_or((0, 1), |s| (s.rows, s.page));
        let rows = page.items.len() as u64;
        Pager {
            rows: (rows > 0).then_some((before + 1, before + rows)),
            page: number,
            first: (number > 1).then(|| self.first()),
            previous: place.previous().map(|place| address(&place)),
            next: page.next.as_ref().map(|after| {
                let step = Step {
                    after: after.clone(),
                    rows: before + rows,
                    page: number + 1,
                };
                address(&place.then(step))
            }),
        }
    }

    fn address<K: Clone + Serialize>(
        &self,
        sealer: &Sealer,
        place: &Place<K>,
        now: DateTime<Utc>,
    ) -> String {
        if place.steps.is_empty() {
            return self.first();
        }
        let sealed = Sealed {
            filters: self.first(),
            until: now.timestamp() + GOOD_FOR_SECONDS,
            place: place.clone(),
        };
        let text = serde_json::to_string(&sealed).expect("keys have names for their parts");
        self.with("after", &sealer.seal(self.path, &text))
    }
}

impl<K: Clone> Place<K> {
    /// The row after which the page begins; `None` for the first page.
    pub fn after(&self) -> Option<&K> {
        self.steps.last().map(|step| &step.after)
    }

    /// The page before, if the way there is still known.
    fn previous(&self) -> Option<Self> {
        let (last, before) = self.steps.split_last()?;
        let known = !before.is_empty() || last.page == 2;
        known.then(|| Self {
            steps: before.to_vec(),
        })
    }

    fn then(&self, step: Step<K>) -> Self {
        let forgotten = (self.steps.len() + 1).saturating_sub(TRAIL);
        let mut steps = self.steps[forgotten..].to_vec();
        steps.push(step);
        Self { steps }
    }
}

impl Pager {
    /// "Rows 1–50 of 10,000+ · as of 12:03:22". `None` for a page without rows.
    pub fn caption(&self, total: Option<CappedCount>, as_of: DateTime<Utc>) -> Option<Message> {
        let (from, to) = self.rows?;
        let rows = match total {
            Some(total) => msg("list-rows").with("total", total),
            None => msg("list-rows-uncounted"),
        };
        let number = |n| i64::try_from(n).unwrap_or(i64::MAX);
        let rows = rows.with("from", number(from)).with("to", number(to));
        Some(rows.with("at", as_of))
    }

    /// A page's title, with the page's number from the second on.
    pub fn title(&self, title: Message) -> Message {
        match self.page {
            0 | 1 => title,
            page => msg("list-title").with("title", title).with("page", page),
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::cookie::Key;

    use super::*;

    fn walk(list: &List, sealer: &Sealer, pages: u64) -> Place<u64> {
        let now = DateTime::UNIX_EPOCH;
        let mut place = list.place(sealer, "", now).unwrap();
        for page in 2..=pages {
            let step = Step {
                after: page * 10,
                rows: (page - 1) * 50,
                page: page as u32,
            };
            let address = list.address(sealer, &place.then(step), now);
            let after = address.split("after=").nth(1).unwrap();
            place = list.place(sealer, after, now).unwrap();
        }
        place
    }

    #[test]
    fn a_place_opens_in_its_own_list_for_a_day() {
        let (sealer, now) = (Sealer::new(Key::generate()), DateTime::UNIX_EPOCH);
        let list = List::new("/stock", &[("q", "杯 & b"), ("state", "")]);
        assert_eq!(list.first(), "/stock?q=%E6%9D%AF%20%26%20b");
        let place = walk(&list, &sealer, 2);
        assert_eq!(place.after(), Some(&20));
        let address = list.address(&sealer, &place, now);
        let after = address.split("after=").nth(1).unwrap();
        let opens = |list: &List, after: &str, now| list.place::<u64>(&sealer, after, now);
        assert!(opens(&list, after, now).is_some());
        let tomorrow = now + chrono::TimeDelta::days(1);
        assert_eq!(opens(&list, after, tomorrow), None);
        assert_eq!(opens(&list, &after[1..], now), None);
        assert_eq!(opens(&list, "x", now), None);
        for other in [
            List::new("/stock", &[]),
            List::new("/ledger", &[("q", "杯 & b")]),
        ] {
            assert_eq!(opens(&other, after, now), None);
        }
    }

    #[test]
    fn the_way_back_is_known_for_some_pages() {
        let sealer = Sealer::new(Key::generate());
        let list = List::new("/stock", &[]);
        assert_eq!(walk(&list, &sealer, 1).previous(), None);
        let second = walk(&list, &sealer, 2);
        assert_eq!(second.previous().unwrap().after(), None);
        let third = walk(&list, &sealer, 3);
        assert_eq!(third.previous(), Some(second));
        let mut far = walk(&list, &sealer, 40);
        let mut back = 0;
        while let Some(previous) = far.previous() {
            far = previous;
            back += 1;
        }
        assert_eq!((back, far.steps.len()), (TRAIL - 1, 1));
    }
}
