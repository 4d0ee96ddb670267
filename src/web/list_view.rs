//! What every page with a list holds: the form of its filters, its rows or why there are none,
//! and the way on.

use serde::Serialize;

use super::extract::State;
use super::forms::{FormErrors, FormView};
use super::i18n::{Message, Text};
use super::list::{Chip, List, Pager, Place};
use crate::domain::listing::{CappedCount, Page, Seen};

/// A list with its filters, as a page shows it.
pub struct ListView<R> {
    pub form: FormView,
    pub list: List,
    pub chips: Vec<Chip>,
    pub content: Content<R>,
    pub pager: Pager,
}

/// The rows of a page, or why there are none.
pub enum Content<R> {
    /// What the filters say cannot be read.
    Refused,
    NotLoaded,
    Rows {
        rows: Vec<R>,
        /// Which rows these are, and of when; empty where there are none.
        caption: String,
    },
}

impl<R> ListView<R> {
    /// Not loaded yet. `fields`: the filters as they were typed.
    pub fn new(path: &'static str, fields: &[(&'static str, &str)], chips: Vec<Chip>) -> Self {
        Self {
            form: FormView::of_list(fields),
            list: List::new(path, fields),
            chips,
            content: Content::NotLoaded,
            pager: Pager::default(),
        }
    }

    /// With what is wrong about its filters.
    pub fn refuse(&mut self, errors: FormErrors) {
        self.content = Content::Refused;
        self.form = std::mem::take(&mut self.form).refused(errors);
    }

    /// With the page that begins at `place`. `total`: how many rows match, where that is known.
    /// `sentence`: what to say of them; it gets them as `rows`.
    pub fn fill<K: Clone + Serialize>(
        &mut self,
        (web, text): (&State, &Text),
        place: &Place<K>,
        page: Seen<Page<R, K>>,
        total: Option<CappedCount>,
        sentence: Option<Message>,
    ) {
        self.pager = self.list.pager(web, place, &page.value);
        let rows = self.pager.caption(total, page.as_of);
        let caption = rows.map(|rows| match sentence {
            Some(sentence) => sentence.with("rows", rows),
            None => rows,
        });
        self.content = Content::Rows {
            caption: caption.map_or_else(String::new, |m| text.say(&m).into_owned()),
            rows: page.value.items,
        };
    }
}
