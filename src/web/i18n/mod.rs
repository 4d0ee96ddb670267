//! Words in two languages.
//!
//! A [`Message`] is what is to be said, without a language: an id of a fluent message and its
//! named arguments. A [`Text`] says it: it knows the reader's language, the site zone and the
//! time. Templates do both at once: `{{ "stock-title"|t }}`, and with arguments
//! `{{ "stock-rows"|with("from", 1)|with("to", 50)|t }}`.
//!
//! To add a message, write it into `locales/en/<area>.ftl` **and** `locales/zh-Hans/<area>.ftl`,
//! with the same id and arguments; `tests/it/rules/messages.rs` refuses everything else. An area
//! is a file; a new one gets a line in `bundles.rs`. Never join sentences from pieces: one
//! message, named arguments.

mod audit;
mod bundles;
mod lang;
mod message;
mod span;
mod text;
mod words;

pub use lang::Lang;
pub use message::{Arg, IntoArg, Message, Who, Worded, msg};
pub use text::Text;
