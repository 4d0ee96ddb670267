//! People: who they are, whether the password is right, whether a session still stands.

mod attempts;
mod password;
mod sessions;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sqlx::MySqlPool;

use self::attempts::Attempts;
use self::password::Passwords;
use self::sessions::Sessions;
pub use self::sessions::Standing;
use super::audit::{By, Note};
use super::{Audit, Clock};
use crate::domain::audit::{AuditAction, AuditDetail, AuditResult};
use crate::domain::preferences::Preferences;
use crate::domain::rejection::{ServiceError, ServiceResult};
use crate::domain::role::Role;
use crate::domain::user::{Changed, NewPassword, User, UserChange, UserName};
use crate::store::mysql::users::{self, LockPolicy};

/// Five wrong passwords in a row lock a name for a minute, each further one for twice as long,
/// up to a quarter of an hour. Names that nobody has are treated alike, so that a lock tells
/// nobody whether a name exists.
const LOCK: LockPolicy = LockPolicy {
    after: 5,
    first_seconds: 60,
    longest_seconds: 900,
};

/// What came of a name and a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn {
    Accepted(SignedIn),
    /// Wrong name or wrong password; nobody is told which.
    Refused,
    /// Too many wrong passwords; even the right one is not looked at before this time.
    Locked {
        until: DateTime<Utc>,
    },
}

/// Who signed in, and what the session is to remember.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    pub name: UserName,
    pub role: Role,
    pub language: Option<String>,
    /// A session made now ends when the user's epoch moves past this.
    pub epoch: u32,
}

#[derive(Debug, Clone)]
pub struct Users {
    pool: MySqlPool,
    clock: Clock,
    audit: Audit,
    passwords: Passwords,
    unknown: Arc<Attempts>,
    sessions: Sessions,
}

impl Users {
    pub fn new(pool: MySqlPool, clock: Clock, audit: Audit) -> Self {
        Self {
            sessions: Sessions::new(pool.clone(), clock.clone()),
            passwords: Passwords::new(),
            unknown: Arc::new(Attempts::new(LOCK)),
            pool,
            clock,
            audit,
        }
    }

    /// Checks a name and a password, counts failures and notes the attempt.
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away, `Busy` when too many passwords are being
    /// checked already.
    pub async fn sign_in(
        &self,
        name: &str,
        password: &str,
        address: Option<&str>,
    ) -> ServiceResult<SignIn> {
        let known = match name.parse::<UserName>() {
            Ok(name) => self.attempt(name, password).await?,
            Err(_) => None,
        };
        // The audit tells a person who mistyped from a name that was guessed; the answer does not.
        let (who, outcome) = match known {
            Some(outcome) => ("user", outcome),
            None => ("unknown", self.attempt_of_nobody(name, password).await?),
        };
        let result = match &outcome {
            SignIn::Accepted(_) => AuditResult::Done,
            SignIn::Refused => AuditResult::Refused,
            SignIn::Locked { .. } => AuditResult::Locked,
        };
        let actor = format!("{who}:{name}");
        self.audit
            .note(Note {
                actor: &actor,
                action: AuditAction::SignIn,
                object: None,
                result,
                address,
                detail: None,
            })
            .await;
        Ok(outcome)
    }

    /// `None` when nobody has this name.
    async fn attempt(&self, name: UserName, password: &str) -> ServiceResult<Option<SignIn>> {
        let now = self.clock.now();
        let counted = users::user_attempt_begin(&self.pool, name.as_str(), LOCK, now).await?;
        let Some(row) = users::user_sign_in_fetch(&self.pool, name.as_str()).await? else {
            return Ok(None);
        };
        if let (false, Some(until)) = (counted, row.locked_until) {
            return Ok(Some(SignIn::Locked { until }));
        }
        let right = self
            .passwords
            .verify(password, Some(&row.password_hash))
            .await?;
        if right && row.disabled_at.is_none() {
            users::user_attempt_succeeded(&self.pool, name.as_str(), now).await?;
            return Ok(Some(SignIn::Accepted(SignedIn {
                name,
                role: row.role,
                language: row.language,
                epoch: row.session_epoch,
            })));
        }
        Ok(Some(match row.locked_until {
            Some(until) => SignIn::Locked { until },
            None => SignIn::Refused,
        }))
    }

    /// The same work, the same count and the same answers as for a name that somebody has.
    async fn attempt_of_nobody(&self, name: &str, password: &str) -> ServiceResult<SignIn> {
        let now = self.clock.now();
        if let Some(until) = self.unknown.locked(name, now) {
            return Ok(SignIn::Locked { until });
        }
        let until = self.unknown.count(name, now);
        self.passwords.verify(password, None).await?;
        Ok(match until {
            Some(until) => SignIn::Locked { until },
            None => SignIn::Refused,
        })
    }

    /// Whether the session of this name still stands, at most five seconds out of date.
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away: the caller may go by what the session says.
    pub async fn standing(&self, name: &str, session: &str, epoch: u32) -> ServiceResult<Standing> {
        self.sessions.standing(name, session, epoch).await
    }

    /// Ends one session before its time.
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away.
    pub async fn sign_out(
        &self,
        name: &str,
        session: &str,
        expires_at: DateTime<Utc>,
        address: Option<&str>,
    ) -> ServiceResult<()> {
        self.sessions.end(name, session, expires_at).await?;
        self.audit
            .note(Note {
                actor: &format!("user:{name}"),
                action: AuditAction::SignOut,
                object: None,
                result: AuditResult::Done,
                address,
                detail: None,
            })
            .await;
        Ok(())
    }

    /// Changes what somebody may do; from then on, within five seconds everywhere. Disabling ends
    /// their sessions. The last admin who can sign in stays one, whoever asks at the same time.
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away.
    pub async fn change(
        &self,
        name: &UserName,
        change: UserChange,
        by: By<'_>,
    ) -> ServiceResult<Changed> {
        let changed = users::user_change(&self.pool, name, change, self.clock.now()).await?;
        self.sessions.forget(name.as_str());
        let (action, detail) = match change {
            UserChange::Role(role) => (AuditAction::RoleChanged, Some(AuditDetail::Role { role })),
            UserChange::Disable => (AuditAction::UserDisabled, None),
            UserChange::Enable => (AuditAction::UserEnabled, None),
        };
        let (result, detail) = match changed {
            Changed::Done => (AuditResult::Done, detail),
            Changed::Same => (AuditResult::NoEffect, detail),
            Changed::NoSuchUser => (AuditResult::Refused, Some(AuditDetail::NobodyHasIt)),
            Changed::LastAdmin => (AuditResult::Refused, Some(AuditDetail::LastAdmin)),
        };
        self.note(action, name, by, result, detail).await;
        Ok(changed)
    }

    /// One person; `None` when nobody has this name.
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away.
    pub async fn fetch(&self, name: &UserName) -> ServiceResult<Option<User>> {
        Ok(users::user_fetch(&self.pool, name).await?)
    }

    /// Remembers the language of somebody who is signed in. `tag` is BCP 47, at most 16 long.
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away.
    pub async fn set_language(&self, name: &str, tag: &str) -> ServiceResult<()> {
        users::user_language_set(&self.pool, name, tag).await?;
        self.sessions.forget(name);
        Ok(())
    }

    /// Remembers what else somebody who is signed in prefers.
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away.
    pub async fn set_preferences(&self, name: &str, chosen: Preferences) -> ServiceResult<()> {
        users::user_preferences_set(&self.pool, name, chosen).await?;
        self.sessions.forget(name);
        Ok(())
    }

    /// Adds somebody; `false` when the name is taken. `by` is who does it, as `Actor` displays.
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away.
    pub async fn create<'a>(
        &self,
        name: &UserName,
        role: Role,
        password: &NewPassword,
        by: impl Into<By<'a>>,
    ) -> ServiceResult<bool> {
        let by = by.into();
        let hash = self.passwords.hash(password.expose()).await?;
        let added = users::user_insert(&self.pool, name, role, &hash, self.clock.now()).await?;
        if added {
            let role = Some(AuditDetail::Role { role });
            self.note_change(AuditAction::UserCreated, name, by, role)
                .await;
        } else {
            let (action, why) = (AuditAction::UserCreated, AuditDetail::NameTaken);
            let refused = AuditResult::Refused;
            self.note(action, name, by, refused, Some(why)).await;
        }
        Ok(added)
    }

    /// Sets a password, lifts any lock and ends every session; `false` when nobody has this name.
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away.
    pub async fn set_password<'a>(
        &self,
        name: &UserName,
        password: &NewPassword,
        by: impl Into<By<'a>>,
    ) -> ServiceResult<bool> {
        let by = by.into();
        let hash = self.passwords.hash(password.expose()).await?;
        let set = users::user_password_set(&self.pool, name, &hash).await?;
        if set {
            self.sessions.forget(name.as_str());
            self.note_change(AuditAction::PasswordSet, name, by, None)
                .await;
        }
        Ok(set)
    }

    async fn note_change(
        &self,
        action: AuditAction,
        name: &UserName,
        by: By<'_>,
        detail: Option<AuditDetail>,
    ) {
        self.note(action, name, by, AuditResult::Done, detail).await;
    }

    async fn note(
        &self,
        action: AuditAction,
        name: &UserName,
        by: By<'_>,
        result: AuditResult,
        detail: Option<AuditDetail>,
    ) {
        self.audit
            .note(Note {
                actor: by.actor,
                action,
                object: Some(name.as_str()),
                result,
                address: by.address,
                detail,
            })
            .await;
    }

    /// Everybody, by name.
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away.
    pub async fn list(&self) -> ServiceResult<Vec<User>> {
        Ok(users::user_list(&self.pool).await?)
    }
}

/// A worker thread that did not come back.
fn lost(what: &str, error: impl std::fmt::Display) -> ServiceError {
    ServiceError::Internal(format!("{what}: {error}"))
}
