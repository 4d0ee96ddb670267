//! What people did, including what was refused or had no effect.

use chrono::{DateTime, Utc};

use super::words::words;

words! {
    /// What somebody tried to do.
    pub enum AuditAction {
        SignIn = "sign_in",
        SignOut = "sign_out",
        UserCreated = "user_created",
        RoleChanged = "role_changed",
        UserDisabled = "user_disabled",
        UserEnabled = "user_enabled",
        PasswordSet = "password_set",
        KeyCreated = "key_created",
        KeyRevoked = "key_revoked",
        Drafted = "drafted",
        Redrafted = "redrafted",
        Confirmed = "confirmed",
        Approved = "approved",
        Discarded = "discarded",
        /// Every line of a bulk operation was decided.
        CarriedOut = "carried_out",
        Imported = "imported",
        PaymentAsked = "payment_asked",
        LateRefund = "late_refund",
        LateDeduct = "late_deduct",
        LateAsk = "late_ask",
        LateHandle = "late_handle",
        Reconciled = "reconciled",
        Repaired = "repaired",
        Paused = "paused",
        Resumed = "resumed",
        /// Tried to change something while changes were paused.
        TriedPaused = "tried_paused",
        /// Used an address that their role may not.
        Trespassed = "trespassed",
        /// Sent a form that did not come from a page of this session.
        ForeignForm = "foreign_form",
    }
}

words! {
    /// What it came to.
    pub enum AuditResult {
        Done = "done",
        Refused = "refused",
        NoEffect = "no_effect",
        Locked = "locked",
    }
}

/// One row of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    pub at: DateTime<Utc>,
    /// `user:…`, `key:…`, `command:…`, or `unknown:…` for a name that nobody has.
    pub actor: String,
    pub action: AuditAction,
    /// What it was about: `op_…`, a user, a key.
    pub object: Option<String>,
    pub result: AuditResult,
    /// The address it came from.
    pub address: Option<String>,
    pub detail: Option<String>,
}

/// A row as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    pub id: u64,
    pub entry: AuditEntry,
}
