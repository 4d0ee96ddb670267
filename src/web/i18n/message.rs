use std::borrow::Cow;

use chrono::{DateTime, Utc};
use fluent_bundle::FluentValue;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use super::bundles;
use crate::domain::listing::CappedCount;
use crate::web::{filters, numbers};

/// What is to be said, in no language yet.
///
/// It can be kept (a flash waits in the session): its id is looked up again when it is read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Message {
    pub(super) id: &'static str,
    pub(super) args: Vec<(Cow<'static, str>, Arg)>,
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Kept {
            id: String,
            args: Vec<(Cow<'static, str>, Arg)>,
        }
        let kept = Kept::deserialize(deserializer)?;
        let id = bundles::known(&kept.id)
            .ok_or_else(|| D::Error::custom("there is no such message any more"))?;
        Ok(Self {
            id,
            args: kept.args,
        })
    }
}

/// The message with this id, as in `locales/*/*.ftl`.
pub fn msg(id: &'static str) -> Message {
    Message {
        id,
        args: Vec::new(),
    }
}

impl Message {
    /// Sets the argument `name`.
    pub fn with(mut self, name: &'static str, value: impl IntoArg) -> Self {
        self.args.push((Cow::Borrowed(name), value.into_arg()));
        self
    }

    pub fn id(&self) -> &'static str {
        self.id
    }
}

/// An argument of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Arg {
    Text(Cow<'static, str>),
    /// Shown with grouped digits; chooses plural forms.
    Number(i64),
    /// Shown in the site zone: the time of day, with the day when that is not today.
    Time(DateTime<Utc>),
    /// A word that has its own message, such as a role.
    Word(Message),
    /// An actor as it is stored, said as every page says it.
    Who(String),
}

impl Arg {
    pub(super) fn value(&self, text: &super::Text) -> FluentValue<'_> {
        match self {
            Self::Text(value) => FluentValue::from(value.as_ref()),
            Self::Number(value) => FluentValue::from(*value),
            Self::Time(at) => FluentValue::from(text.moment(*at)),
            Self::Word(message) => FluentValue::from(text.say(message).into_owned()),
            Self::Who(actor) => FluentValue::from(filters::who_said(actor, text)),
        }
    }
}

/// What can stand as an argument.
pub trait IntoArg {
    fn into_arg(self) -> Arg;
}

impl<T: IntoArg + Clone> IntoArg for &T {
    fn into_arg(self) -> Arg {
        self.clone().into_arg()
    }
}

impl IntoArg for &str {
    fn into_arg(self) -> Arg {
        Arg::Text(Cow::Owned(self.to_owned()))
    }
}

impl IntoArg for String {
    fn into_arg(self) -> Arg {
        Arg::Text(Cow::Owned(self))
    }
}

impl IntoArg for Cow<'_, str> {
    fn into_arg(self) -> Arg {
        Arg::Text(Cow::Owned(self.into_owned()))
    }
}

impl IntoArg for DateTime<Utc> {
    fn into_arg(self) -> Arg {
        Arg::Time(self)
    }
}

/// Who did something: an actor as it is stored.
#[derive(Debug, Clone, Copy)]
pub struct Who<'a>(pub &'a str);

impl IntoArg for Who<'_> {
    fn into_arg(self) -> Arg {
        Arg::Who(self.0.to_owned())
    }
}

impl IntoArg for Message {
    fn into_arg(self) -> Arg {
        Arg::Word(self)
    }
}

macro_rules! number_args {
    ($($int:ty),+) => {
        $(impl IntoArg for $int {
            fn into_arg(self) -> Arg {
                Arg::Number(i64::from(self))
            }
        })+
    };
}

number_args!(i64, i32, i16, u32, u16, u8);

impl IntoArg for usize {
    fn into_arg(self) -> Arg {
        Arg::Number(i64::try_from(self).unwrap_or(i64::MAX))
    }
}

macro_rules! displayed_args {
    ($($name:ty),+) => {
        $(impl IntoArg for $name {
            fn into_arg(self) -> Arg {
                Arg::Text(Cow::Owned(self.to_string()))
            }
        })+
    };
}

displayed_args!(
    crate::domain::ids::Sku,
    crate::domain::ids::Warehouse,
    crate::domain::ids::DocumentNo,
    crate::domain::ids::OpId,
    crate::domain::ids::EntryId,
    crate::domain::user::UserName
);

/// A level: `None` is unlimited.
impl IntoArg for Option<i64> {
    fn into_arg(self) -> Arg {
        match self {
            Some(units) => Arg::Number(units),
            None => Arg::Word(msg("unlimited")),
        }
    }
}

/// `1,204`, or `10,000+` past the cap.
impl IntoArg for CappedCount {
    fn into_arg(self) -> Arg {
        Arg::Text(Cow::Owned(numbers::capped(self)))
    }
}

/// What has a message of its own: an id, a message, a word of the domain such as a role.
pub trait Worded {
    fn message(&self) -> Message;
}

impl Worded for &'static str {
    fn message(&self) -> Message {
        msg(self)
    }
}

impl Worded for Message {
    fn message(&self) -> Message {
        self.clone()
    }
}

impl<T: Worded> Worded for &T {
    fn message(&self) -> Message {
        T::message(self)
    }
}
