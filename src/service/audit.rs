//! Who did what, kept whether it worked or not.

use sqlx::MySqlPool;

use super::Clock;
use crate::domain::audit::{AuditAction, AuditDetail, AuditEntry, AuditResult};
use crate::store::mysql::audit;

/// Something to note. Texts may be longer than the table holds: they are shortened.
#[derive(Debug, Clone)]
pub struct Note<'a> {
    /// As `Actor` displays.
    pub actor: &'a str,
    pub action: AuditAction,
    pub object: Option<&'a str>,
    pub result: AuditResult,
    pub address: Option<&'a str>,
    pub detail: Option<AuditDetail>,
}

/// Who does something: as `Actor` displays, and the address it came from if it came from one.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    pub actor: &'a str,
    pub address: Option<&'a str>,
}

impl<'a> From<&'a str> for By<'a> {
    fn from(actor: &'a str) -> Self {
        Self {
            actor,
            address: None,
        }
    }
}

#[derive(Debug, Clone)]
pub struct Audit {
    pool: MySqlPool,
    clock: Clock,
}

impl Audit {
    pub fn new(pool: MySqlPool, clock: Clock) -> Self {
        Self { pool, clock }
    }

    /// Notes what happened. What happened has happened: when it cannot be noted, that goes to the
    /// log, with the note itself, and the person's answer stays what it was.
    pub async fn note(&self, note: Note<'_>) {
        let entry = AuditEntry {
            at: self.clock.now(),
            actor: shortened(note.actor, 80),
            action: note.action,
            object: note.object.map(|text| shortened(text, 100)),
            result: note.result,
            address: note.address.map(|text| shortened(text, 45)),
            detail: note.detail,
        };
        if let Err(error) = audit::audit_insert(&self.pool, &entry).await {
            tracing::error!(%error, ?entry, "an audit row could not be written");
        }
    }
}

fn shortened(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((end, _)) => text[..end].to_owned(),
        None => text.to_owned(),
    }
}
