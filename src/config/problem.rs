use std::env;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Why the settings cannot be used. Each displays as one line that names the setting.
#[derive(Debug, thiserror::Error)]
pub enum ConfigProblem {
    /// A variable that nothing reads.
    #[error("unknown setting {name} in the environment{}", suggestion(.nearest))]
    Unknown {
        /// As found.
        name: String,
        /// What may have been meant.
        nearest: Option<String>,
    },
    /// A variable without a value.
    #[error("{name} is empty: give it a value, or leave it out")]
    Empty {
        /// As found.
        name: String,
    },
    /// A value that is not text.
    #[error("{name}: expected UTF-8 text")]
    NotText {
        /// As found.
        name: String,
    },
    /// A value that cannot be read; a secret one is not repeated.
    #[error("{name}: cannot read {}: {reason}", shown(.value))]
    Unreadable {
        /// The variable or the flag that carried it.
        name: String,
        /// As given, unless secret.
        value: Option<String>,
        /// What was expected.
        reason: String,
    },
}

fn suggestion(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(
        || "; `stockdesk check-config` lists all of them".to_owned(),
        |name| format!("; did you mean {name}?"),
    )
}

fn shown(value: &Option<String>) -> String {
    value.as_ref().map_or_else(
        || "its value (hidden)".to_owned(),
        |value| format!("{value:?}"),
    )
}

impl ConfigProblem {
    /// What clap found wrong with the value of a setting, or `None` when the error is about
    /// something else (an unknown flag, a missing subcommand), which clap explains better.
    pub fn from_clap(error: &clap::Error, command: &Command) -> Option<Self> {
        let text = |kind| match error.get(kind) {
            Some(ContextValue::String(text)) => Some(text.clone()),
            _ => None,
        };
        let flag = text(ContextKind::InvalidArg)?;
        let mut command = command.clone();
        command.build(); // Flags know how they are shown only then.
        let arg = command
            .get_arguments()
            .find(|arg| arg.to_string() == flag)?;
        let variable = arg.get_env()?.to_string_lossy().into_owned();
        let long = format!("--{}", arg.get_long()?);
        let typed = env::args().any(|given| {
            given == long
                || given
                    .strip_prefix(&long)
                    .is_some_and(|rest| rest.starts_with('='))
        });
        let reason = match error.kind() {
            ErrorKind::ValueValidation => match std::error::Error::source(error)?.to_string() {
                reason if reason.contains("invalid digit") => "expected a whole number".to_owned(),
                reason => reason,
            },
            ErrorKind::InvalidValue => match error.get(ContextKind::ValidValue) {
                Some(ContextValue::Strings(words)) => format!("expected {}", words.join(" or ")),
                _ => return None,
            },
            _ => return None,
        };
        let value = text(ContextKind::InvalidValue).filter(|_| !arg.is_hide_env_values_set());
        Some(Self::Unreadable {
            name: if typed { long } else { variable },
            value,
            reason,
        })
    }
}
