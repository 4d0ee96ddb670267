//! People who sign in.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ids::InvalidId;
use super::role::Role;

/// What a person types to sign in: 1-64 characters, no spaces, compared exactly.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserName(String);

impl UserName {
    pub const MAX_CHARS: usize = 64;

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UserName {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        if text.is_empty() {
            return Err(InvalidId::Empty);
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err(InvalidId::TooLong(Self::MAX_CHARS));
        }
        // Letters of any script; of the rest, only what cannot be mistaken for something else.
        let allowed = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@' | '+');
        if !text.chars().all(allowed) {
            return Err(InvalidId::Character);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for UserName {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<UserName> for String {
    fn from(name: UserName) -> Self {
        name.0
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A password that somebody chose: 8 characters or more, at most 200 bytes.
#[derive(Clone)]
pub struct NewPassword(String);

/// Why a password cannot be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    #[error("a password has at least {} characters", NewPassword::MIN_CHARS)]
    TooShort,
    #[error("a password has at most {} bytes", NewPassword::MAX_BYTES)]
    TooLong,
}

impl NewPassword {
    pub const MIN_CHARS: usize = 8;
    pub const MAX_BYTES: usize = 200;

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl FromStr for NewPassword {
    type Err = WeakPassword;

    fn from_str(text: &str) -> Result<Self, WeakPassword> {
        if text.chars().count() < Self::MIN_CHARS {
            return Err(WeakPassword::TooShort);
        }
        if text.len() > Self::MAX_BYTES {
            return Err(WeakPassword::TooLong);
        }
        Ok(Self(text.to_owned()))
    }
}

/// A person, as the list of users shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub name: UserName,
    pub role: Role,
    /// A BCP 47 tag, once the person has chosen a language.
    pub language: Option<String>,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: Option<DateTime<Utc>>,
    /// After this many wrong passwords in a row the person is locked out for a while.
    pub locked_until: Option<DateTime<Utc>>,
    pub disabled_at: Option<DateTime<Utc>>,
}

/// What an admin changes about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserChange {
    Role(Role),
    Disable,
    Enable,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    Done,
    /// It was so already.
    Same,
    NoSuchUser,
    /// Nobody could manage users any more.
    LastAdmin,
}

/// A key of a shop, as the list of keys shows it. The key itself is not kept anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    pub id: u64,
    pub name: String,
    pub scope: super::role::Scope,
    /// The last four characters, to tell keys apart.
    pub hint: String,
    /// Who made it, as `Actor` displays.
    pub created_by: String,
    pub created_at: DateTime<Utc>,
    /// Accurate to about a minute.
    pub last_used_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_hold_letters_of_any_script_and_nothing_invisible() {
        for good in ["li.wei", "王芳", "a", "ops+night@desk_2"] {
            assert_eq!(good.parse::<UserName>().unwrap().as_str(), good);
        }
        for bad in ["", " a", "a b", "a\u{200B}", "a:b", "a/b", "<b>"] {
            assert!(bad.parse::<UserName>().is_err(), "{bad:?}");
        }
        assert!("a".repeat(65).parse::<UserName>().is_err());
    }
}
