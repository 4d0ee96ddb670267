//! How values become text in templates.
//!
//! | filter | of | shows |
//! |---|---|---|
//! | `t` | an id, a `Message`, a `Worded` value | the text in the reader's language |
//! | `with("name", value)` | an id or a `Message` | the message with one more argument |
//! | `m` | an id | the message itself, to be passed on |
//! | `rich` | as `t` | the text with its own markup; arguments are escaped |
//! | `tag` | a status ([`Badge`]) | `<span class="tag ok">● Paid</span>` |
//! | `units` | an integer | `1,204` |
//! | `capped` | a `CappedCount` | `1,204`, `10,000+` |
//! | `counted` | an integer | `1,204 units` |
//! | `level` | `Option<i64>` | `1,204`, or "unlimited" |
//! | `delta` | an integer | `+5`, `−3`, `0` |
//! | `money` | `Money` | `¥128.00` |
//! | `time` | a `DateTime<Utc>` | `<time datetime=…>11-20 12:03:22</time>` |
//! | `clock` | the same | `<time datetime=…>12:03:22</time>`, with the day when that is not today |
//! | `full` | the same | `<time datetime=…>2026-11-20 12:03:22</time>` |
//! | `ago` | the same | `<span data-rel=…>2 s ago</span>`, kept current by the script |
//! | `who` | an actor as it is stored | `li.wei`, "API key shop-web" |
//! | `why` | a reason as it is stored | "Damaged" |
//! | `moved` | a `LedgerEntry` | "Deduct", "Add", "Remove" |
//! | `named` | a text that people wrote | the text, in its own `lang` where it is Chinese |
//!
//! They find the reader's [`Text`] in the values that a page is rendered with (see `layout`).

// `filter_fn` writes builder types for these, which cannot be documented.
#![allow(missing_docs)]

use std::borrow::Cow;

use askama::filters::Safe;
use askama::{Result, Template, Values, filter_fn};
use chrono::{DateTime, Utc};

use super::badge::{Badge, Tag};
use super::i18n::{IntoArg, Lang, Message, Text, Worded, msg};
use super::numbers;
use crate::domain::ledger::{EntryKind, LedgerEntry};
use crate::domain::listing::CappedCount;
use crate::domain::money::Money;
use crate::domain::reason::Reason;

/// The name under which a page's values hold its [`Text`].
pub const TEXT: &str = "text";

fn text(values: &dyn Values) -> Result<&Text> {
    askama::get_value(values, TEXT)
}

/// Askama passes values by reference or not, as it finds them.
pub trait Plain<T> {
    fn plain(&self) -> T;
}

macro_rules! plain {
    ($($from:ty => $to:ty),+) => {
        $(impl Plain<$to> for $from {
            fn plain(&self) -> $to {
                (*self).into()
            }
        })+
    };
}

plain!(
    i64 => i64, i32 => i64, u32 => i64, DateTime<Utc> => DateTime<Utc>, Money => Money,
    Option<i64> => Option<i64>
);

impl Plain<i64> for usize {
    fn plain(&self) -> i64 {
        i64::try_from(*self).unwrap_or(i64::MAX)
    }
}

impl<T, P: Plain<T>> Plain<T> for &P {
    fn plain(&self) -> T {
        P::plain(self)
    }
}

#[filter_fn]
pub fn t<W: Worded>(said: W, values: &dyn Values) -> Result<Cow<'static, str>> {
    Ok(text(values)?.say(&said.message()))
}

#[filter_fn]
pub fn m<W: Worded>(said: W, _: &dyn Values) -> Result<Message> {
    Ok(said.message())
}

#[filter_fn]
pub fn with<W: Worded, V: IntoArg>(
    said: W,
    _: &dyn Values,
    name: &'static str,
    value: V,
) -> Result<Message> {
    Ok(said.message().with(name, value))
}

#[filter_fn]
pub fn rich<W: Worded>(said: W, values: &dyn Values) -> Result<Safe<Cow<'static, str>>> {
    Ok(Safe(text(values)?.say_rich(&said.message())))
}

#[filter_fn]
pub fn units<N: Plain<i64>>(n: N, _: &dyn Values) -> Result<String> {
    Ok(numbers::grouped(n.plain()))
}

#[filter_fn]
pub fn counted<N: Plain<i64>>(n: N, values: &dyn Values) -> Result<Cow<'static, str>> {
    Ok(text(values)?.say(&msg("units").with("count", n.plain())))
}

#[filter_fn]
pub fn capped(count: &CappedCount, _: &dyn Values) -> Result<String> {
    Ok(numbers::capped(*count))
}

#[filter_fn]
pub fn level<N: Plain<Option<i64>>>(n: N, values: &dyn Values) -> Result<Cow<'static, str>> {
    match n.plain() {
        Some(n) => Ok(Cow::Owned(numbers::grouped(n))),
        None => Ok(text(values)?.say(&msg("unlimited"))),
    }
}

#[filter_fn]
pub fn delta<N: Plain<i64>>(n: N, _: &dyn Values) -> Result<String> {
    Ok(numbers::signed(n.plain()))
}

#[filter_fn]
pub fn money<M: Plain<Money>>(amount: M, _: &dyn Values) -> Result<String> {
    Ok(numbers::money(amount.plain()))
}

fn time_tag(text: &Text, at: DateTime<Utc>, shown: &str) -> Safe<String> {
    let machine = text.machine(at);
    Safe(format!(r#"<time datetime="{machine}">{shown}</time>"#))
}

#[filter_fn]
pub fn time<D: Plain<DateTime<Utc>>>(at: D, values: &dyn Values) -> Result<Safe<String>> {
    let (text, at) = (text(values)?, at.plain());
    Ok(time_tag(text, at, &text.day_and_clock(at)))
}

#[filter_fn]
pub fn clock<D: Plain<DateTime<Utc>>>(at: D, values: &dyn Values) -> Result<Safe<String>> {
    let (text, at) = (text(values)?, at.plain());
    Ok(time_tag(text, at, &text.moment(at)))
}

#[filter_fn]
pub fn full<D: Plain<DateTime<Utc>>>(at: D, values: &dyn Values) -> Result<Safe<String>> {
    let (text, at) = (text(values)?, at.plain());
    Ok(time_tag(text, at, &text.full(at)))
}

#[filter_fn]
pub fn ago<D: Plain<DateTime<Utc>>>(at: D, values: &dyn Values) -> Result<Safe<String>> {
    let (text, at) = (text(values)?, at.plain());
    let (machine, shown) = (text.machine(at), text.relative(at));
    Ok(Safe(format!(
        r#"<span data-rel="{machine}">{shown}</span>"#
    )))
}

#[filter_fn]
pub fn who<S: AsRef<str>>(actor: S, values: &dyn Values) -> Result<Cow<'static, str>> {
    Ok(who_said(actor.as_ref(), text(values)?))
}

/// An actor as it is stored, in words.
pub fn who_said(actor: &str, text: &Text) -> Cow<'static, str> {
    let (door, name) = actor.split_once(':').unwrap_or(("", actor));
    let message = match door {
        "worker" if name == "timeout_cancel" => msg("who-deadline"),
        "worker" if name == "payment_callback" => msg("who-payment"),
        "unknown" => msg("who-unknown"),
        "key" => msg("who-key"),
        "worker" => msg("who-worker"),
        "command" => msg("who-command"),
        _ => return Cow::Owned(name.to_owned()),
    };
    text.say(&message.with("name", name))
}

#[filter_fn]
pub fn why<S: AsRef<str>>(code: S, values: &dyn Values) -> Result<Cow<'static, str>> {
    Ok(why_said(code.as_ref(), text(values)?))
}

/// A reason in words. One that is not ours came from a program; it is shown as it is.
pub fn why_said(code: &str, text: &Text) -> Cow<'static, str> {
    match Reason::parse(code) {
        Some(reason) => text.say(&reason.message()),
        None => Cow::Owned(code.to_owned()),
    }
}

#[filter_fn]
pub fn moved(entry: &LedgerEntry, values: &dyn Values) -> Result<Cow<'static, str>> {
    Ok(text(values)?.say(&moved_message(entry)))
}

/// What an entry did: its kind, and for a correction either way which way it went.
pub fn moved_message(entry: &LedgerEntry) -> Message {
    match (entry.kind, entry.delta) {
        (EntryKind::Adjust, 0..) => msg("moved-add"),
        (EntryKind::Adjust, _) => msg("moved-remove"),
        (kind, _) => kind.message(),
    }
}

/// What people wrote may be in the other language: a screen reader then reads it in that one.
#[filter_fn]
pub fn named<S: AsRef<str>>(written: S, values: &dyn Values) -> Result<Safe<String>> {
    let (text, written) = (text(values)?, written.as_ref());
    let escaped = escaped(written);
    let han = |c| {
        matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
            | '\u{20000}'..='\u{3FFFF}')
    };
    let lang = match written.chars().any(han) {
        true => Lang::ZhHans,
        false if written.chars().any(|c| c.is_ascii_alphabetic()) => Lang::En,
        false => text.lang,
    };
    if lang == text.lang {
        return Ok(Safe(escaped));
    }
    Ok(Safe(format!(
        r#"<span lang="{}">{escaped}</span>"#,
        lang.tag()
    )))
}

#[filter_fn]
pub fn tag<B: Badge>(status: B, values: &dyn Values) -> Result<Safe<String>> {
    Tag::of(&status).render_with_values(values).map(Safe)
}

/// For text and for attributes in double quotes.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
