//! What the page of a bulk operation shows, in each of its states.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use askama::Template;
use chrono::{DateTime, Utc};

use super::lines::Row;
use super::orders;
use crate::domain::bulk::{Bulk, BulkLine, BulkOrigin, BulkStatus};
use crate::domain::rejection::Rejection;
use crate::domain::role::Action;
use crate::service::bulk::{BulkView, Shown};
use crate::web::i18n::{Message, msg};
use crate::web::layout::Layout;
use crate::web::pages::ops::{self, parts};
use crate::web::{filters, paths};

/// Why the page is shown, besides that somebody opened it.
#[derive(Debug)]
pub enum Notice {
    /// It was confirmed once more, and nothing was done again.
    Again,
    /// Nothing shows that the form came from this page.
    Foreign,
    /// What was typed is not the number of changes.
    Miscounted(String),
    Refused(Rejection),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Draft,
    /// A draft that would change nothing.
    Empty,
    Expired,
    Running,
    Applied,
    Discarded,
}

#[derive(Template)]
#[template(path = "pages/bulk.html")]
pub struct BulkPage {
    pub layout: Layout,
    view: BulkView,
    stage: Stage,
    shown: Shown,
    /// Lines that came to nothing, or will.
    problems: Vec<BulkLine>,
    notice: Option<Notice>,
}

/// Seconds between two looks at a running one.
const REFRESH: u32 = 2;

impl BulkPage {
    pub fn new(
        layout: Layout,
        view: BulkView,
        shown: Shown,
        problems: Vec<BulkLine>,
        notice: Option<Notice>,
    ) -> Self {
        let stage = match view.bulk.status {
            BulkStatus::Draft if view.bulk.expired(view.as_of) => Stage::Expired,
            BulkStatus::Draft if view.bulk.counts.will == 0 => Stage::Empty,
            BulkStatus::Draft => Stage::Draft,
            BulkStatus::Running => Stage::Running,
            BulkStatus::Applied => Stage::Applied,
            BulkStatus::Discarded => Stage::Discarded,
        };
        let settled = matches!(stage, Stage::Applied | Stage::Running);
        let notice = notice.filter(|notice| settled || !matches!(notice, Notice::Again));
        let layout = match stage {
            Stage::Running => layout.live(REFRESH),
            _ => layout,
        };
        Self {
            layout,
            view,
            stage,
            shown,
            problems,
            notice,
        }
    }

    /// What the answer's status is.
    pub fn status(&self) -> StatusCode {
        match (&self.notice, self.stage) {
            (Some(Notice::Foreign), _) => StatusCode::FORBIDDEN,
            (Some(Notice::Miscounted(_)), _) => StatusCode::UNPROCESSABLE_ENTITY,
            (Some(Notice::Refused(refused)), _) => match refused {
                Rejection::DraftChanged | Rejection::FormUsed => StatusCode::CONFLICT,
                Rejection::Expired | Rejection::Discarded => StatusCode::GONE,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            },
            (_, Stage::Expired) => StatusCode::GONE,
            (Some(Notice::Again) | None, _) => StatusCode::OK,
        }
    }

    fn bulk(&self) -> &Bulk {
        &self.view.bulk
    }

    fn heading(&self) -> Message {
        let check = match self.bulk().origin {
            _ if !self.is_draft() => return label(self.bulk()),
            BulkOrigin::Undo => "bulk-check-undo",
            BulkOrigin::Cancel => "cancels-check",
            BulkOrigin::File | BulkOrigin::Select => "bulk-check",
        };
        msg(check).with("count", self.bulk().counts.will)
    }

    /// The button that confirms it.
    fn label(&self) -> Message {
        label(self.bulk())
    }

    fn title(&self) -> Message {
        match &self.notice {
            Some(Notice::Again) | None => self.heading(),
            Some(_) => msg("title-error").with("title", self.heading()),
        }
    }

    fn above(&self) -> Vec<(String, Cow<'static, str>)> {
        let say = |id| self.layout.text.say(&msg(id));
        let (list, name) = match self.of_orders() {
            true => (paths::ORDERS, "nav-orders"),
            false => (paths::STOCK, "nav-stock"),
        };
        vec![
            (list.to_owned(), say(name)),
            (paths::OPS.to_owned(), say("ops-title")),
        ]
    }

    /// Whether its lines are orders.
    fn of_orders(&self) -> bool {
        self.bulk().origin == BulkOrigin::Cancel
    }

    fn orders(&self) -> Vec<orders::Row<'_>> {
        let rows = self.view.orders.iter();
        rows.map(|row| orders::Row::of(row, self.bulk(), &self.layout.text))
            .collect()
    }

    /// Orders whose gateways have still to answer.
    fn waiting(&self) -> usize {
        let rows = self.view.orders.iter();
        rows.filter(|row| row.waits(self.bulk())).count()
    }

    fn is_draft(&self) -> bool {
        matches!(self.stage, Stage::Draft | Stage::Empty)
    }

    fn nothing_yet(&self) -> Message {
        ops::nothing_yet(&self.layout, self.view.may_confirm)
    }

    fn works_here(&self) -> bool {
        self.layout.may(Action::Correct)
    }

    fn is_request(&self) -> bool {
        let user = self.layout.user.as_ref().map(|user| user.name.as_str());
        user != Some(&self.bulk().author)
    }

    /// "126 will change · 1 unchanged · 1 cannot", or what it came to.
    fn summary(&self) -> Message {
        if self.of_orders() {
            return self.summary_of_orders();
        }
        let counts = &self.bulk().counts;
        let what = match self.stage {
            Stage::Applied | Stage::Running => msg("bulk-came")
                .with("applied", self.view.tally.applied)
                .with("refused", self.view.tally.refused),
            _ => msg("bulk-will").with("count", counts.will),
        };
        let rest = msg("bulk-rest")
            .with("same", counts.same)
            .with("cannot", counts.cannot);
        let all = msg("bulk-summary").with("what", what).with("rest", rest);
        match counts.blank {
            0 => all,
            blank => msg("bulk-blank").with("rest", all).with("count", blank),
        }
    }

    /// "3 can be cancelled · 1 cannot", or what it came to.
    fn summary_of_orders(&self) -> Message {
        let (counts, tally) = (&self.bulk().counts, self.view.tally);
        if !matches!(self.stage, Stage::Applied | Stage::Running) {
            return msg("cancels-will")
                .with("count", counts.will)
                .with("cannot", counts.cannot);
        }
        let came = msg("cancels-came")
            .with("applied", tally.applied)
            .with("refused", tally.refused + counts.cannot);
        match self.waiting() {
            0 => came,
            count => msg("cancels-came-waiting")
                .with("came", came)
                .with("count", count),
        }
    }

    /// The net change, and the largest.
    fn net(&self) -> Message {
        let counts = &self.bulk().counts;
        let (net, skus) = match self.stage {
            Stage::Applied => (self.view.tally.net, self.view.tally.applied),
            _ => (counts.net, counts.will),
        };
        let net = crate::web::numbers::signed(net);
        msg("bulk-net").with("net", net).with("count", skus)
    }

    fn largest(&self) -> Option<Message> {
        let (sku, units) = self.bulk().counts.largest.as_ref()?;
        let units = crate::web::numbers::signed(*units);
        let shown = matches!(self.stage, Stage::Draft | Stage::Expired);
        shown.then(|| msg("bulk-largest").with("sku", sku).with("change", units))
    }

    fn failed(&self) -> u32 {
        self.bulk().counts.cannot + self.view.tally.refused
    }

    fn problem_rows(&self) -> Vec<Row<'_>> {
        self.problems.iter().map(Row::of).collect()
    }

    fn rows(&self) -> Vec<Row<'_>> {
        self.view.lines.items.iter().map(Row::of).collect()
    }

    /// Other lines that can be looked at: what they are called, and where.
    fn others(&self) -> Vec<(Message, String, bool)> {
        let (counts, tally) = (&self.bulk().counts, &self.view.tally);
        let decided = self.stage == Stage::Applied;
        let kinds = [
            (
                Shown::Applied,
                "",
                "bulk-show-applied",
                if decided { tally.applied } else { 0 },
            ),
            (
                Shown::Will,
                "will",
                "bulk-show-will",
                if decided { 0 } else { counts.will },
            ),
            (
                Shown::Refused,
                "refused",
                "bulk-show-refused",
                tally.refused,
            ),
            (Shown::Same, "same", "bulk-show-same", counts.same),
            (Shown::Cannot, "cannot", "bulk-show-cannot", counts.cannot),
        ];
        let kinds = kinds.into_iter().filter(|(.., count)| *count > 0);
        let kinds = kinds.map(|(shown, word, id, count)| {
            let address = match word {
                "" => paths::op(&self.bulk().op),
                word => format!("{}?show={word}", paths::op(&self.bulk().op)),
            };
            (msg(id).with("count", count), address, shown == self.shown)
        });
        kinds.collect()
    }

    /// The page with the lines after these.
    fn next(&self) -> Option<String> {
        let after = self.view.lines.next?;
        let show = match self.shown {
            Shown::Will => "will",
            Shown::Same => "same",
            Shown::Cannot | Shown::Failed => "cannot",
            Shown::Refused => "refused",
            Shown::Applied => "",
        };
        let op = paths::op(&self.bulk().op);
        Some(format!("{op}?show={show}&after={after}#lines"))
    }

    /// Whether the lines of this table have a level before and after.
    fn has_levels(&self) -> bool {
        !matches!(self.shown, Shown::Cannot | Shown::Failed)
    }

    /// Whether its lines stood on lines of a file.
    fn filed(&self) -> bool {
        self.bulk().origin == BulkOrigin::File
    }

    /// When the same file was applied.
    fn when(&self, at: &DateTime<Utc>) -> Message {
        let text = &self.layout.text;
        let day = |at: DateTime<Utc>| at.with_timezone(&text.zone).date_naive();
        let (then, today) = (day(*at), day(text.now));
        match today.signed_duration_since(then).num_days() {
            0 => msg("bulk-when-today").with("at", text.clock(*at)),
            1 => msg("bulk-when-yesterday").with("at", text.clock(*at)),
            _ => msg("bulk-when").with("at", text.full(*at)),
        }
    }

    /// What it did to the ledger.
    fn entries(&self) -> String {
        paths::with_query(paths::LEDGER, &[("op", self.bulk().op.to_string())])
    }

    fn typed(&self) -> &str {
        match &self.notice {
            Some(Notice::Miscounted(typed)) => typed,
            _ => "",
        }
    }

    /// What is said to somebody who confirmed it once more.
    fn again(&self) -> &'static str {
        match self.stage {
            Stage::Running => "bulk-again-running",
            _ => "op-again",
        }
    }

    fn settled_by(&self) -> Option<(&str, DateTime<Utc>)> {
        Some((
            self.bulk().confirmed_by.as_deref()?,
            self.bulk().confirmed_at?,
        ))
    }

    /// The form behind it, with what stands in the draft, for whoever may change it.
    fn changes(&self) -> Option<String> {
        let open = self.is_draft() && self.layout.read_only.is_none() && self.view.may_change;
        let file = self.bulk().origin == BulkOrigin::File;
        (open && file).then(|| format!("{}?op={}", paths::STOCK_IMPORT, self.bulk().op))
    }

    fn may_undo(&self) -> bool {
        let open = self.view.undos.iter().any(|undo| {
            undo.status == BulkStatus::Running
                || (undo.status == BulkStatus::Draft && !undo.expired(self.view.as_of))
        });
        self.view.undoable
            && !open
            && self.layout.may(Action::Draft)
            && self.layout.read_only.is_none()
    }

    /// What was tried and refused, in words; and what that means, where it is not said already.
    fn trouble(&self) -> Option<(Message, Option<Message>)> {
        let Some(Notice::Refused(refused)) = &self.notice else {
            return None;
        };
        let then = match refused {
            Rejection::Expired => Some(self.expired()),
            Rejection::Discarded => self.discarded(),
            refused => (!parts::says_undone(refused)).then(|| msg("op-not-changed")),
        };
        Some((parts::said(refused), then))
    }

    fn expired(&self) -> Message {
        parts::expired(self.bulk().expires_at)
    }

    fn discarded(&self) -> Option<Message> {
        self.settled_by().map(parts::discarded)
    }
}

/// What it does: "Change 126 SKUs".
pub fn label(bulk: &Bulk) -> Message {
    let message = match bulk.origin {
        BulkOrigin::Undo => msg("bulk-label-undo"),
        BulkOrigin::Cancel => msg("cancels-label"),
        BulkOrigin::File | BulkOrigin::Select => msg("bulk-label"),
    };
    message.with("count", bulk.counts.will)
}
