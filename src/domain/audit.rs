//! What people did, including what was refused or had no effect.

use chrono::{DateTime, Utc};

use super::words::words;

words! {
    /// What somebody tried to do.
    pub enum AuditAction {
        SignIn = "sign_in",
        SignOut = "sign_out",
        UserCreated = "user_created",
        PasswordSet = "password_set",
        KeyCreated = "key_created",
        KeyRevoked = "key_revoked",
        Drafted = "drafted",
        Redrafted = "redrafted",
        Confirmed = "confirmed",
        Approved = "approved",
        Discarded = "discarded",
        Imported = "imported",
        Repaired = "repaired",
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
