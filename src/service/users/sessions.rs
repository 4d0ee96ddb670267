//! Whether a session still stands.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::MySqlPool;

use crate::domain::preferences::Preferences;
use crate::domain::rejection::{ServiceError, ServiceResult};
use crate::domain::role::Role;
use crate::service::Clock;
use crate::store::mysql::users::{self, SessionRow};

/// How old an answer may be: a new role, a password change or a sign-out on another instance
/// takes effect within this time.
const FRESH: TimeDelta = TimeDelta::seconds(5);

/// A database that did not answer is not asked again for this long, so that pages which can do
/// without it do not each wait for it.
const AWAY: TimeDelta = TimeDelta::seconds(2);

/// How long a page waits to hear about its session.
const PATIENCE: Duration = Duration::from_millis(800);

const MAX_SESSIONS: usize = 10_000;

/// What the database says of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Stands {
        role: Role,
        language: Option<String>,
        preferences: Preferences,
    },
    /// Signed out, the user is gone or disabled, or the password was changed.
    Ended,
}

#[derive(Debug)]
struct Seen {
    at: DateTime<Utc>,
    row: Option<SessionRow>,
}

#[derive(Debug, Default)]
struct Cache {
    /// By (user, session).
    seen: HashMap<(String, String), Seen>,
    away_since: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone)]
pub struct Sessions {
    pool: MySqlPool,
    clock: Clock,
    cache: Arc<Mutex<Cache>>,
}

impl Sessions {
    pub fn new(pool: MySqlPool, clock: Clock) -> Self {
        Self {
            pool,
            clock,
            cache: Arc::default(),
        }
    }

    pub async fn standing(&self, name: &str, session: &str, epoch: u32) -> ServiceResult<Standing> {
        let now = self.clock.now();
        let key = (name.to_owned(), session.to_owned());
        let judge = |row: Option<&SessionRow>| match row {
            Some(row) if row.disabled_at.is_none() && !row.ended && row.session_epoch == epoch => {
                Standing::Stands {
                    role: row.role,
                    language: row.language.clone(),
                    preferences: Preferences {
                        theme: row.theme,
                        shortcuts: row.shortcuts,
                        page_rows: row.page_rows,
                    },
                }
            }
            _ => Standing::Ended,
        };
        {
            let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(seen) = cache.seen.get(&key).filter(|seen| now - seen.at < FRESH) {
                return Ok(judge(seen.row.as_ref()));
            }
            if cache.away_since.is_some_and(|since| now - since < AWAY) {
                return Err(ServiceError::NotConfirmed("the database is away".into()));
            }
        }
        let asked = tokio::time::timeout(
            PATIENCE,
            users::user_session_fetch(&self.pool, name, session),
        )
        .await
        .map_err(|_| ServiceError::NotConfirmed("the database is slow".into()))
        .and_then(|answer| answer.map_err(ServiceError::from));
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let row = match asked {
            Ok(row) => row,
            Err(error) => {
                cache.away_since = Some(now);
                return Err(error);
            }
        };
        cache.away_since = None;
        if cache.seen.len() >= MAX_SESSIONS {
            cache.seen.retain(|_, seen| now - seen.at < FRESH);
        }
        let standing = judge(row.as_ref());
        if standing != Standing::Ended {
            self.touch(name, now);
        }
        cache.seen.insert(key, Seen { at: now, row });
        Ok(standing)
    }

    /// Notes the visit without making the page wait for it.
    fn touch(&self, name: &str, now: DateTime<Utc>) {
        let (pool, name) = (self.pool.clone(), name.to_owned());
        tokio::spawn(async move {
            if let Err(error) = users::user_touch(&pool, &name, now).await {
                tracing::warn!(%error, name, "a visit could not be noted");
            }
        });
    }

    pub async fn end(
        &self,
        name: &str,
        session: &str,
        expires_at: DateTime<Utc>,
    ) -> ServiceResult<()> {
        let now = self.clock.now();
        users::session_end(&self.pool, session, expires_at, now).await?;
        self.forget(name);
        Ok(())
    }

    /// The next question about this user goes to the database.
    pub fn forget(&self, name: &str) {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.seen.retain(|(user, _), _| user != name);
    }
}
