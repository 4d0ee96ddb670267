//! The rows of a made-up document.

use chrono::{DateTime, TimeDelta, Utc};

use super::{History, Reversal, WAIT};
use crate::domain::command::{Change, Line, Lines, Post};
use crate::domain::fingerprint::Fingerprint;
use crate::domain::ledger::{DocumentKind, EntryKind};
use crate::domain::money::{Currency, Money};
use crate::domain::order::{OrderSummary, PaymentTerms};
use crate::domain::quantity::Delta;
use crate::service::demo::generate::sql_time;
use crate::store::mysql::json::json_list;

impl History {
    pub fn post(
        &mut self,
        shelf: usize,
        lines: &[(usize, i64)],
        kind: DocumentKind,
        payment: Option<PaymentTerms>,
    ) -> Post {
        self.documents += 1;
        let number = format!("gen{}-{:010}", self.run, self.documents);
        let line = |(place, units): &(usize, i64)| Line {
            sku: format!("G-{place:08}")
                .parse()
                .expect("our own SKUs are valid"),
            change: Change::By(Delta::new(*units).expect("1 to 4 units")),
        };
        let takes = lines.iter().all(|(_, units)| *units < 0);
        Post {
            document: number.parse().expect("our own numbers are valid"),
            kind,
            entry_kind: if takes {
                EntryKind::Deduct
            } else {
                EntryKind::Adjust
            },
            warehouse: self.shelves[shelf].warehouse.clone(),
            lines: Lines::merge(lines.iter().map(line).collect()).expect("each SKU once"),
            payment,
            reason: None,
            note: None,
            reference: None,
            confirms: None,
        }
    }

    /// The document and its entries; returns what a reversal needs of them.
    pub fn post_rows(
        &mut self,
        post: &Post,
        shelf: usize,
        lines: &[(usize, i64)],
        at: DateTime<Utc>,
        (actor, source): (&'static str, &'static str),
    ) -> Vec<(usize, u16, i64, u64)> {
        let at = sql_time(at);
        self.batch.documents.push((
            post.document.to_string(),
            post.kind.as_str(),
            post.warehouse.to_string(),
            Fingerprint::of(post).hex(),
            actor,
            source,
            match post.kind {
                DocumentKind::Adjustment => Some("received"),
                DocumentKind::Deduction => Some("sold_offline"),
                _ => None,
            },
            at.clone(),
            None,
        ));
        let mut entries = Vec::with_capacity(lines.len());
        for (line, (place, units)) in (0_u16..).zip(lines) {
            let kind = post.entry_kind.as_str();
            let document = post.document.as_str();
            let version = self.enter(shelf, *place, document, kind, line, *units, None, &at);
            entries.push((*place, line, *units, version));
        }
        entries
    }

    #[allow(clippy::too_many_arguments)]
    fn enter(
        &mut self,
        shelf: usize,
        place: usize,
        document: &str,
        kind: &'static str,
        line: u16,
        delta: i64,
        reverses: Option<u64>,
        at: &str,
    ) -> u64 {
        let level = &mut self.shelves[shelf].levels[place];
        level.available += delta;
        level.version += 1;
        let (id, balance, version) = (level.id, level.available, level.version);
        self.entries += 1;
        self.touched.insert((shelf, place), at.to_owned());
        self.batch.entries.push((
            id,
            version,
            document.to_owned(),
            kind,
            line,
            delta,
            Some(balance),
            reverses,
            at.to_owned(),
        ));
        version
    }

    /// The order's rows; returns its place in the batch.
    pub(super) fn order_row(&mut self, post: &Post, fate: Fate, at: DateTime<Utc>) -> usize {
        let number = post.document.to_string();
        let terms = post.payment.as_ref();
        let paid = matches!(fate, Fate::Paid | Fate::Returned).then(|| sql_time(at));
        let (status, state) = match fate {
            Fate::Waits => ("pending", Some("unsent")),
            Fate::Cancelled => ("cancelled", Some("closed")),
            Fate::BornPaid => ("paid", None),
            Fate::Paid | Fate::Returned => ("paid", Some("paid")),
        };
        let deadline = terms.map(|t| at + TimeDelta::seconds(t.pay_within_seconds.into()));
        let transaction = paid.as_ref().map(|_| format!("gen-{number}"));
        if let Some(paid_at) = &paid {
            let event = (
                number.clone(),
                paid_at.clone(),
                "paid",
                "worker:payment_callback",
            );
            let detail = transaction.clone();
            self.batch
                .events
                .push((event.0, event.1, event.2, event.3, detail));
        }
        self.batch.orders.push((
            number,
            status,
            terms.map(|_| "sandbox"),
            terms.map(|t| t.amount.minor),
            terms.map(|_| "CNY"),
            deadline.map(sql_time),
            state,
            transaction,
            paid,
            (fate == Fate::Cancelled).then_some("worker:timeout_cancel"),
            sql_time(at),
            summary(post),
        ));
        self.batch.orders.len() - 1
    }

    pub fn reverse_next(&mut self) {
        let Some((_, reversal)) = self.reversals.pop_front() else {
            return;
        };
        self.owed -= reversal.entries.len() as u64;
        let at = sql_time(self.time());
        let Reversal {
            document,
            shelf,
            kind,
            entries,
            row,
            order,
        } = reversal;
        for (place, line, delta, version) in entries {
            self.enter(
                shelf,
                place,
                &document,
                kind,
                line,
                -delta,
                Some(version),
                &at,
            );
        }
        let by = match (kind, order) {
            ("cancel", _) => ("worker:timeout_cancel", "worker", "not_paid"),
            (_, Some(_)) => ("key:shop-gen", "api", "returned"),
            (_, None) => ("user:gen.clerk", "form", "entered_twice"),
        };
        self.batch.documents[row].8 = Some((at.clone(), by.0, by.1, by.2));
        if kind == "cancel" {
            let digest = "0".repeat(64);
            self.batch
                .evidence
                .push((document.clone(), digest, at.clone()));
            let detail = Some("CLOSED".to_owned());
            self.batch
                .events
                .push((document, at, "cancelled", by.0, detail));
        } else if order.is_some() {
            self.batch
                .events
                .push((document, at, "returned", by.0, None));
        }
    }
}

/// What a list shows of an order's lines, as it is stored.
fn summary(post: &Post) -> String {
    let lines = post.lines.iter().filter_map(|line| match line.change {
        Change::By(delta) => Some((&line.sku, -delta.get())),
        Change::To { .. } => None,
    });
    json_list(&OrderSummary::of(&post.warehouse, lines))
}

/// What becomes of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    BornPaid,
    Paid,
    Returned,
    Cancelled,
    Waits,
}

impl Fate {
    pub fn terms(self, lines: &[(usize, i64)]) -> Option<PaymentTerms> {
        if self == Self::BornPaid {
            return None;
        }
        let units: i64 = lines.iter().map(|(_, units)| -units).sum();
        let currency = Currency::parse("CNY").expect("a currency");
        let pay_within_seconds = match self {
            Self::Waits => WAIT.num_seconds() as u32,
            _ => 900,
        };
        Some(PaymentTerms {
            gateway: "sandbox".to_owned(),
            amount: Money::new(units * 1_990, currency).expect("a small amount"),
            pay_within_seconds,
        })
    }
}
