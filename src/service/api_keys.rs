//! Keys of shops.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use rand::distr::{Alphanumeric, SampleString};
use sha2::{Digest, Sha256};
use sqlx::MySqlPool;

use super::audit::{By, Note};
use super::{Audit, Clock};
use crate::domain::audit::{AuditAction, AuditDetail, AuditResult};
use crate::domain::rejection::ServiceResult;
use crate::domain::role::Scope;
use crate::domain::user::ApiKey;
use crate::store::mysql::api_keys::{self, KeyRow, NewKey};

/// What every key begins with, so that people and scanners of leaked secrets know one.
pub const PREFIX: &str = "sk_live_";

/// Random characters after the prefix: 62^43 is a little more than 2^256.
const RANDOM_CHARS: usize = 43;

/// A revoked key stops working within this time.
const FRESH: TimeDelta = TimeDelta::seconds(5);

/// Hashes remembered at once, wrong keys included.
const MAX_KEYS: usize = 10_000;

/// A key that was sent and is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    pub id: u64,
    pub name: String,
    pub scope: Scope,
}

#[derive(Debug, Clone)]
pub struct ApiKeys {
    pool: MySqlPool,
    clock: Clock,
    audit: Audit,
    seen: Arc<Mutex<HashMap<[u8; 32], Seen>>>,
}

#[derive(Debug)]
struct Seen {
    at: DateTime<Utc>,
    row: Option<KeyRow>,
}

impl ApiKeys {
    pub fn new(pool: MySqlPool, clock: Clock, audit: Audit) -> Self {
        Self {
            pool,
            clock,
            audit,
            seen: Arc::default(),
        }
    }

    /// Makes a key and returns it: it is not kept, so this is the only time. `None` when the name
    /// is taken. `by` is who does it, as `Actor` displays.
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away.
    pub async fn create<'a>(
        &self,
        name: &str,
        scope: Scope,
        by: impl Into<By<'a>>,
    ) -> ServiceResult<Option<String>> {
        let by = by.into();
        let random = Alphanumeric.sample_string(&mut rand::rng(), RANDOM_CHARS);
        let key = format!("{PREFIX}{random}");
        let new = NewKey {
            name,
            scope,
            hash: Sha256::digest(&key).into(),
            hint: &random[RANDOM_CHARS - 4..],
            created_by: by.actor,
            created_at: self.clock.now(),
        };
        let Some(_) = api_keys::api_key_insert(&self.pool, &new).await? else {
            let refused = AuditResult::Refused;
            let taken = Some(AuditDetail::NameTaken);
            self.note(AuditAction::KeyCreated, name, by, refused, taken)
                .await;
            return Ok(None);
        };
        let (done, scope) = (AuditResult::Done, Some(AuditDetail::Scope { scope }));
        self.note(AuditAction::KeyCreated, name, by, done, scope)
            .await;
        Ok(Some(key))
    }

    /// The bearer of `key`, at most five seconds out of date; `None` when nobody has it.
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away and the key was not seen just now.
    pub async fn verify(&self, key: &str) -> ServiceResult<Option<Bearer>> {
        let random = key.strip_prefix(PREFIX);
        if random.is_none_or(|text| text.len() != RANDOM_CHARS) {
            return Ok(None);
        }
        let now = self.clock.now();
        let hash: [u8; 32] = Sha256::digest(key).into();
        {
            let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(seen) = seen.get(&hash).filter(|seen| now - seen.at < FRESH) {
                return Ok(seen.row.as_ref().and_then(bearer));
            }
        }
        let row = api_keys::api_key_fetch(&self.pool, &hash).await?;
        if let Some(bearer) = row.as_ref().and_then(bearer) {
            self.touch(bearer.id, now);
        }
        let found = row.as_ref().and_then(bearer);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MAX_KEYS {
            // Mostly wrong keys, sent by somebody who tries. The good ones are asked for again.
            seen.clear();
        }
        seen.insert(hash, Seen { at: now, row });
        Ok(found)
    }

    /// Notes the use without making the request wait for it.
    fn touch(&self, id: u64, now: DateTime<Utc>) {
        let pool = self.pool.clone();
        tokio::spawn(async move {
            if let Err(error) = api_keys::api_key_touch(&pool, id, now).await {
                tracing::warn!(%error, id, "the last use of a key could not be noted");
            }
        });
    }

    /// Revokes a key; `false` when it was revoked before, or never existed.
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away.
    pub async fn revoke<'a>(&self, id: u64, by: impl Into<By<'a>>) -> ServiceResult<bool> {
        let by = by.into();
        let revoked = api_keys::api_key_revoke(&self.pool, id, self.clock.now()).await?;
        self.forget(id);
        let name = match api_keys::api_key_name(&self.pool, id).await? {
            Some(name) => name,
            None => id.to_string(),
        };
        let result = match revoked {
            true => AuditResult::Done,
            false => AuditResult::NoEffect,
        };
        self.note(AuditAction::KeyRevoked, &name, by, result, None)
            .await;
        Ok(revoked)
    }

    fn forget(&self, id: u64) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, seen| seen.row.as_ref().is_none_or(|row| row.id != id));
    }

    /// All keys, newest first.
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away.
    pub async fn list(&self) -> ServiceResult<Vec<ApiKey>> {
        Ok(api_keys::api_key_list(&self.pool).await?)
    }

    async fn note(
        &self,
        action: AuditAction,
        object: &str,
        by: By<'_>,
        result: AuditResult,
        detail: Option<AuditDetail>,
    ) {
        self.audit
            .note(Note {
                actor: by.actor,
                action,
                object: Some(object),
                result,
                address: by.address,
                detail,
            })
            .await;
    }
}

fn bearer(row: &KeyRow) -> Option<Bearer> {
    row.revoked_at.is_none().then(|| Bearer {
        id: row.id,
        name: row.name.clone(),
        scope: row.scope,
    })
}
