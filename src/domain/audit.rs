//! What people did, including what was refused or had no effect.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::bulk::BulkOrigin;
use super::late::LateState;
use super::operation::{OpChange, OpKind};
use super::payment::PaymentState;
use super::rejection::Rejection;
use super::role::{Role, Scope};
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

/// What else there is to say of it, in no language yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum AuditDetail {
    /// Why it was refused.
    Refused {
        why: Rejection,
    },
    NameTaken,
    NobodyHasIt,
    LastAdmin,
    Correction {
        kind: OpKind,
        /// `W/CUP`, a document, an order.
        object: String,
        change: Option<OpChange>,
        /// Lines besides that one.
        more: usize,
    },
    Bulk {
        origin: BulkOrigin,
        /// The file, or the operation that is undone.
        name: Option<String>,
        will: u32,
        same: u32,
        cannot: u32,
    },
    CameTo {
        applied: u32,
        refused: u32,
    },
    /// SKUs of a stock file, by what became of them.
    Stock {
        new: usize,
        set: usize,
        described: usize,
        unchanged: usize,
    },
    ImportedBefore,
    Role {
        role: Role,
    },
    Scope {
        scope: Scope,
    },
    Payment {
        state: PaymentState,
    },
    Late {
        state: LateState,
    },
    NoAnswer,
    Until {
        at: DateTime<Utc>,
    },
    /// SKUs whose gate was set, and how many of them differ all the same.
    Repaired {
        skus: String,
        left: usize,
    },
    /// Words, as they were once noted.
    #[serde(untagged)]
    Words(String),
}

impl AuditDetail {
    /// Characters of a name in it.
    const NAME_MAX_CHARS: usize = 150;

    /// Of why something was refused, without the lines that nobody is told here.
    pub fn refused(why: &Rejection) -> Self {
        let mut why = why.clone();
        match &mut why {
            Rejection::InsufficientStock { lines } => lines.clear(),
            Rejection::UnknownStock { skus } => skus.clear(),
            _ => {}
        }
        Self::Refused { why }
    }

    /// A name that is short enough.
    pub fn name(text: &str) -> String {
        text.chars().take(Self::NAME_MAX_CHARS).collect()
    }
}

/// One row of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    pub at: DateTime<Utc>,
    /// `user:…`, `key:…`, `command:…`, or `unknown:…` for a name that nobody has. Who mistyped
    /// their password is a user.
    pub actor: String,
    pub action: AuditAction,
    /// What it was about: `op_…`, a user, a key.
    pub object: Option<String>,
    pub result: AuditResult,
    /// The address it came from.
    pub address: Option<String>,
    pub detail: Option<AuditDetail>,
}

/// A row as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    pub id: u64,
    pub entry: AuditEntry,
}
