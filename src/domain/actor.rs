//! Who did something, and through which door.

use std::fmt;

use super::role::Role;
use super::words::words;

/// Who acts. Stored as `user:li.wei`, `key:shop-web` or `worker:timeout_cancel`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Actor {
    User {
        name: String,
        role: Role,
    },
    ApiKey {
        id: u64,
        name: String,
    },
    Worker(&'static str),
    /// A command typed on the server (`import-stock`, `replay`, `demo-data`).
    Command(&'static str),
}

impl Actor {
    pub fn source(&self) -> Source {
        match self {
            Self::User { .. } => Source::Form,
            Self::ApiKey { .. } => Source::Api,
            Self::Worker(_) => Source::Worker,
            Self::Command(_) => Source::Command,
        }
    }

    pub fn user_name(&self) -> Option<&str> {
        match self {
            Self::User { name, .. } => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User { name, .. } => write!(f, "user:{name}"),
            Self::ApiKey { name, .. } => write!(f, "key:{name}"),
            Self::Worker(name) => write!(f, "worker:{name}"),
            Self::Command(name) => write!(f, "command:{name}"),
        }
    }
}

words! {
    /// Through which door a document came.
    pub enum Source {
        Form = "form",
        Api = "api",
        Worker = "worker",
        Command = "command",
    }
}
