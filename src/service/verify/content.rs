//! Whether a document's entries are what was asked for: its fingerprint, computed again.

use crate::domain::command::{Change, Line, Lines, Post};
use crate::domain::fingerprint::Fingerprint;
use crate::domain::ledger::{DocumentKind, EntryKind};
use crate::domain::money::{Currency, Money};
use crate::domain::order::PaymentTerms;
use crate::domain::quantity::Delta;
use crate::store::mysql::verify::{DocumentSeen, EntrySeen, OrderSeen};

/// `None` when the content cannot be told from the entries: a level that was set may have named
/// the version that was seen. Else whether a line is missing, added or changed.
pub(super) fn differs(document: &DocumentSeen) -> Option<bool> {
    let stored = document.fingerprint.as_deref()?;
    let asked: Vec<&EntrySeen> = document
        .entries
        .iter()
        .filter(|e| !e.kind.reverses())
        .collect();
    if asked.iter().any(|entry| entry.kind == EntryKind::Set) {
        return None;
    }
    let again = post(document, &asked).map(|post| Fingerprint::of(&post));
    Some(again.is_none_or(|again| again.0 != stored))
}

/// The request behind a document; `None` when no request can read like this.
fn post(document: &DocumentSeen, asked: &[&EntrySeen]) -> Option<Post> {
    let line = |entry: &&EntrySeen| {
        Some(Line {
            sku: entry.sku.as_ref()?.parse().ok()?,
            change: Change::By(Delta::new(entry.delta).ok()?),
        })
    };
    let lines: Vec<Line> = asked.iter().map(line).collect::<Option<_>>()?;
    let count = lines.len();
    let lines = Lines::merge(lines)
        .ok()
        .filter(|merged| merged.len() == count)?;
    let kind: DocumentKind = document.kind?;
    Some(Post {
        document: document.document.parse().ok()?,
        kind,
        entry_kind: asked.first()?.kind,
        warehouse: document.warehouse.as_ref()?.parse().ok()?,
        lines,
        payment: match &document.order {
            Some(order) => terms(order)?,
            None => None,
        },
        reason: document.reason.clone(),
        note: document.note.clone(),
        reference: document.reference.clone(),
        confirms: None,
    })
}

/// The outer `None`: half of the terms are missing.
fn terms(order: &OrderSeen) -> Option<Option<PaymentTerms>> {
    let Some(gateway) = &order.gateway else {
        return Some(None);
    };
    let currency = Currency::parse(order.currency.as_deref()?)?;
    let seconds = order
        .pay_deadline?
        .signed_duration_since(order.created_at)
        .num_seconds();
    Some(Some(PaymentTerms {
        gateway: gateway.clone(),
        amount: Money::new(order.amount_minor?, currency)?,
        pay_within_seconds: u32::try_from(seconds).ok()?,
    }))
}
