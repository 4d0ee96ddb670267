//! The tables `users` and `ended_sessions`.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::mysql::MySqlRow;
use sqlx::{FromRow, MySqlPool, Row};

use super::json::parse;
use super::{StoreResult, is_duplicate};
use crate::domain::preferences::{Preferences, Theme};
use crate::domain::role::Role;
use crate::domain::user::{Changed, User, UserChange, UserName};

/// What is needed to check a password.
#[derive(Debug, Clone, FromRow)]
pub struct SignInRow {
    pub role: Role,
    pub password_hash: String,
    pub language: Option<String>,
    pub session_epoch: u32,
    pub locked_until: Option<DateTime<Utc>>,
    pub disabled_at: Option<DateTime<Utc>>,
}

/// What a session stands on, as it is now.
#[derive(Debug, Clone, FromRow)]
pub struct SessionRow {
    pub role: Role,
    pub language: Option<String>,
    pub session_epoch: u32,
    pub disabled_at: Option<DateTime<Utc>>,
    /// This session was signed out.
    pub ended: bool,
    pub theme: Option<Theme>,
    pub shortcuts: Option<bool>,
    pub page_rows: Option<u32>,
}

/// How wrong passwords lock a person out.
#[derive(Debug, Clone, Copy)]
pub struct LockPolicy {
    /// The wrong password of this number locks, and every one after it.
    pub after: u32,
    /// The first lock, in seconds; each further one is twice as long.
    pub first_seconds: u32,
    pub longest_seconds: u32,
}

/// Adds a user; `false` when the name is taken.
pub async fn user_insert(
    pool: &MySqlPool,
    name: &UserName,
    role: Role,
    password_hash: &str,
    now: DateTime<Utc>,
) -> StoreResult<bool> {
    let done = sqlx::query(
        "INSERT INTO users (name, role, password_hash, created_at) VALUES (?, ?, ?, ?)",
    )
    .bind(name.as_str())
    .bind(role)
    .bind(password_hash)
    .bind(now)
    .execute(pool)
    .await;
    match done {
        Ok(_) => Ok(true),
        Err(error) if is_duplicate(&error) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Counts an attempt *before* its password is looked at, so that many at once cannot try more
/// passwords than the policy allows. Nothing is counted while the person is locked out.
pub async fn user_attempt_begin(
    pool: &MySqlPool,
    name: &str,
    policy: LockPolicy,
    now: DateTime<Utc>,
) -> StoreResult<bool> {
    // `locked_until` stands first: it must see the count from before this attempt.
    let counted = sqlx::query(
        "UPDATE users
         SET locked_until = IF(failed_logins + 1 >= ?,
               ? + INTERVAL LEAST(? * POW(2, failed_logins + 1 - ?), ?) SECOND, NULL),
             failed_logins = LEAST(failed_logins + 1, 64)
         WHERE name = ? AND (locked_until IS NULL OR locked_until <= ?)",
    )
    .bind(policy.after)
    .bind(now)
    .bind(policy.first_seconds)
    .bind(policy.after)
    .bind(policy.longest_seconds)
    .bind(name)
    .bind(now)
    .execute(pool)
    .await?;
    Ok(counted.rows_affected() == 1)
}

/// The password was right: the count starts again at zero.
pub async fn user_attempt_succeeded(
    pool: &MySqlPool,
    name: &str,
    now: DateTime<Utc>,
) -> StoreResult<()> {
    sqlx::query(
        "UPDATE users SET failed_logins = 0, locked_until = NULL, last_seen_at = ? WHERE name = ?",
    )
    .bind(now)
    .bind(name)
    .execute(pool)
    .await?;
    Ok(())
}

pub async fn user_sign_in_fetch(pool: &MySqlPool, name: &str) -> StoreResult<Option<SignInRow>> {
    Ok(sqlx::query_as(
        "SELECT role, password_hash, language, session_epoch, locked_until, disabled_at
         FROM users WHERE name = ?",
    )
    .bind(name)
    .fetch_optional(pool)
    .await?)
}

/// The user behind a session, and whether that session was signed out.
pub async fn user_session_fetch(
    pool: &MySqlPool,
    name: &str,
    session: &str,
) -> StoreResult<Option<SessionRow>> {
    Ok(sqlx::query_as(
        "SELECT u.role, u.language, u.session_epoch, u.disabled_at,
                EXISTS (SELECT 1 FROM ended_sessions e WHERE e.session = ?) AS ended,
                p.theme, p.shortcuts, CAST(p.page_rows AS UNSIGNED) AS page_rows
         FROM users u LEFT JOIN preferences p ON p.user = u.name WHERE u.name = ?",
    )
    .bind(session)
    .bind(name)
    .fetch_optional(pool)
    .await?)
}

/// Ends one session until it would be over anyway, and forgets those that are.
pub async fn session_end(
    pool: &MySqlPool,
    session: &str,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO ended_sessions (session, expires_at) VALUES (?, ?)
         ON DUPLICATE KEY UPDATE expires_at = expires_at",
    )
    .bind(session)
    .bind(expires_at)
    .execute(pool)
    .await?;
    sqlx::query("DELETE FROM ended_sessions WHERE expires_at < ? LIMIT 1000")
        .bind(now)
        .execute(pool)
        .await?;
    Ok(())
}

/// Notes that somebody was seen, at most once a minute.
pub async fn user_touch(pool: &MySqlPool, name: &str, now: DateTime<Utc>) -> StoreResult<()> {
    sqlx::query(
        "UPDATE users SET last_seen_at = ?
         WHERE name = ? AND (last_seen_at IS NULL OR last_seen_at < ?)",
    )
    .bind(now)
    .bind(name)
    .bind(now - TimeDelta::seconds(60))
    .execute(pool)
    .await?;
    Ok(())
}

pub async fn user_language_set(pool: &MySqlPool, name: &str, tag: &str) -> StoreResult<()> {
    sqlx::query("UPDATE users SET language = ? WHERE name = ?")
        .bind(tag)
        .bind(name)
        .execute(pool)
        .await?;
    Ok(())
}

/// Keeps what somebody prefers. Nobody of this name: an error.
pub async fn user_preferences_set(
    pool: &MySqlPool,
    name: &str,
    preferences: Preferences,
) -> StoreResult<()> {
    sqlx::query("REPLACE INTO preferences (user, theme, shortcuts, page_rows) VALUES (?, ?, ?, ?)")
        .bind(name)
        .bind(preferences.theme)
        .bind(preferences.shortcuts)
        .bind(preferences.page_rows)
        .execute(pool)
        .await?;
    Ok(())
}

/// Sets a password, lifts a lock and ends every session; `false` when nobody has this name.
pub async fn user_password_set(
    pool: &MySqlPool,
    name: &UserName,
    password_hash: &str,
) -> StoreResult<bool> {
    let set = sqlx::query(
        "UPDATE users SET password_hash = ?, session_epoch = session_epoch + 1,
                failed_logins = 0, locked_until = NULL
         WHERE name = ?",
    )
    .bind(password_hash)
    .bind(name.as_str())
    .execute(pool)
    .await?;
    Ok(set.rows_affected() == 1)
}

/// Changes a role, or disables or enables somebody, unless nobody could manage users then. The
/// admins are locked in the order of their names, so that two who demote each other take turns.
pub async fn user_change(
    pool: &MySqlPool,
    name: &UserName,
    change: UserChange,
    now: DateTime<Utc>,
) -> StoreResult<Changed> {
    let mut tx = pool.begin().await?;
    let admins: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM users WHERE role = 'admin' AND disabled_at IS NULL
         ORDER BY name FOR UPDATE",
    )
    .fetch_all(&mut *tx)
    .await?;
    let row: Option<(Role, Option<DateTime<Utc>>)> =
        sqlx::query_as("SELECT role, disabled_at FROM users WHERE name = ? FOR UPDATE")
            .bind(name.as_str())
            .fetch_optional(&mut *tx)
            .await?;
    let Some((role, disabled_at)) = row else {
        return Ok(Changed::NoSuchUser);
    };
    let (new_role, new_disabled_at) = match change {
        UserChange::Role(new) => (new, disabled_at),
        UserChange::Disable => (role, disabled_at.or(Some(now))),
        UserChange::Enable => (role, None),
    };
    if (new_role, new_disabled_at) == (role, disabled_at) {
        return Ok(Changed::Same);
    }
    let stays = new_role == Role::Admin && new_disabled_at.is_none();
    if !stays && admins == [name.as_str()] {
        return Ok(Changed::LastAdmin);
    }
    // A session that ended because its user was disabled does not come back with them.
    let ends = change == UserChange::Disable;
    sqlx::query(
        "UPDATE users SET role = ?, disabled_at = ?, session_epoch = session_epoch + ?
         WHERE name = ?",
    )
    .bind(new_role)
    .bind(new_disabled_at)
    .bind(u32::from(ends))
    .bind(name.as_str())
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Changed::Done)
}

const USER_COLUMNS: &str =
    "name, role, language, created_at, last_seen_at, locked_until, disabled_at";

/// One person.
pub async fn user_fetch(pool: &MySqlPool, name: &UserName) -> StoreResult<Option<User>> {
    let sql = sqlx::AssertSqlSafe(format!("SELECT {USER_COLUMNS} FROM users WHERE name = ?"));
    let query = sqlx::query_as(sql).bind(name.as_str());
    Ok(query.fetch_optional(pool).await?)
}

/// Everybody, by name. People are few; there is no page to it.
pub async fn user_list(pool: &MySqlPool) -> StoreResult<Vec<User>> {
    let sql = format!("SELECT {USER_COLUMNS} FROM users ORDER BY name LIMIT 1000");
    let sql = sqlx::AssertSqlSafe(sql);
    Ok(sqlx::query_as(sql).fetch_all(pool).await?)
}

impl FromRow<'_, MySqlRow> for User {
    fn from_row(r: &MySqlRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            name: parse(r.try_get("name")?)?,
            role: r.try_get("role")?,
            language: r.try_get("language")?,
            created_at: r.try_get("created_at")?,
            last_seen_at: r.try_get("last_seen_at")?,
            locked_until: r.try_get("locked_until")?,
            disabled_at: r.try_get("disabled_at")?,
        })
    }
}
