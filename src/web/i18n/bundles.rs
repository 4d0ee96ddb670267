use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use super::{Lang, Message, Text};
use crate::web::numbers;

/// The files of one language, built into the binary.
macro_rules! areas {
    ($lang:literal: $($area:literal)+) => {
        [$(include_str!(concat!("../../../locales/", $lang, "/", $area, ".ftl"))),+]
    };
}

/// One line per area, in both languages.
fn sources(lang: Lang) -> &'static [&'static str] {
    macro_rules! all {
        ($lang:literal) => {
            &areas!($lang:
                "admin"
                "audit"
                "bulk"
                "cancels"
                "corrections"
                "errors"
                "forms"
                "frame"
                "health"
                "late"
                "ledger"
                "list"
                "login"
                "ops"
                "orders"
                "overview"
                "prefs"
                "reconciliation"
                "proof"
                "stock"
                "words"
            )
        };
    }
    match lang {
        Lang::En => all!("en"),
        Lang::ZhHans => all!("zh-Hans"),
    }
}

/// All messages of one language.
pub(super) struct Bundle {
    fluent: FluentBundle<FluentResource>,
    /// Most messages have no arguments: these are looked up and not formatted at all.
    plain: HashMap<String, String>,
    ids: HashSet<String>,
}

static EN: LazyLock<Bundle> = LazyLock::new(|| Bundle::load(Lang::En));
static ZH_HANS: LazyLock<Bundle> = LazyLock::new(|| Bundle::load(Lang::ZhHans));

pub(super) fn bundle(lang: Lang) -> &'static Bundle {
    match lang {
        Lang::En => &EN,
        Lang::ZhHans => &ZH_HANS,
    }
}

/// The id as we have it, if there is such a message.
pub(super) fn known(id: &str) -> Option<&'static str> {
    EN.ids.get(id).map(String::as_str)
}

impl Bundle {
    /// The files are part of the binary: a fault in one is found by every test, and by the first
    /// request at the latest.
    fn load(lang: Lang) -> Self {
        let tag = lang.tag().parse().expect("a language tag");
        let mut fluent = FluentBundle::new_concurrent(vec![tag]);
        // Marks around arguments would be copied along with SKUs and order numbers.
        fluent.set_use_isolating(false);
        fluent.set_formatter(Some(|value, _| match value {
            FluentValue::Number(number) => Some(numbers::grouped(number.value as i64)),
            _ => None,
        }));
        let (mut plain, mut all) = (HashMap::new(), HashSet::new());
        for source in sources(lang) {
            let resource = FluentResource::try_new((*source).to_owned())
                .unwrap_or_else(|(_, errors)| panic!("{}: {errors:?}", lang.tag()));
            fluent
                .add_resource(resource)
                .unwrap_or_else(|errors| panic!("{}: {errors:?}", lang.tag()));
            for id in ids(source) {
                let mut errors = Vec::new();
                let pattern = fluent.get_message(id).and_then(|message| message.value());
                let pattern = pattern.unwrap_or_else(|| panic!("{id} has no text"));
                let said = fluent.format_pattern(pattern, None, &mut errors);
                all.insert(id.to_owned());
                if errors.is_empty() {
                    plain.insert(id.to_owned(), said.into_owned());
                }
            }
        }
        Self {
            fluent,
            plain,
            ids: all,
        }
    }

    pub(super) fn say(&'static self, message: &Message, text: &Text) -> Cow<'static, str> {
        if let Some(said) = self.plain.get(message.id) {
            return Cow::Borrowed(said);
        }
        let pattern = self.fluent.get_message(message.id).and_then(|m| m.value());
        let Some(pattern) = pattern else {
            return unsayable(message, "there is no such message");
        };
        let mut args = FluentArgs::with_capacity(message.args.len());
        for (name, arg) in &message.args {
            args.set(name.as_ref(), arg.value(text));
        }
        let mut errors = Vec::new();
        let said = self
            .fluent
            .format_pattern(pattern, Some(&args), &mut errors);
        if errors.is_empty() {
            Cow::Owned(said.into_owned())
        } else {
            unsayable(message, "an argument is missing")
        }
    }
}

/// A fault of ours: the tests stop at it; a person at a desk sees where a text is missing, and
/// can still work.
fn unsayable(message: &Message, fault: &str) -> Cow<'static, str> {
    if cfg!(debug_assertions) {
        panic!("{fault}: {message:?}");
    }
    tracing::error!(id = message.id, args = ?message.args, fault, "a text cannot be said");
    Cow::Owned(format!("\u{27E6}{}\u{27E7}", message.id))
}

/// The ids of the messages in a file: what stands before ` = ` at the start of a line.
fn ids(source: &str) -> impl Iterator<Item = &str> {
    source.lines().filter_map(|line| {
        let first = line.chars().next()?;
        let (id, _) = line.split_once('=')?;
        first.is_ascii_alphabetic().then(|| id.trim_end())
    })
}
