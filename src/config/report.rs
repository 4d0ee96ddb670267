use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use super::gateways;
use super::settings::WHEN_LEFT_OUT;

/// One setting as `check-config` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingRow {
    /// `STOCKDESK_...`
    pub variable: String,
    /// The value, with secrets and passwords replaced by stars; or what its absence means.
    pub value: String,
    /// `default`, `environment` or `command line`.
    pub source: &'static str,
}

/// Every setting of `command`, with the value that `matches` found, in the order of the code.
pub fn rows(command: &Command, matches: &ArgMatches) -> Vec<SettingRow> {
    settings(command)
        .map(|(variable, arg)| {
            let id = arg.get_id().as_str();
            let given: Option<Vec<String>> = matches.get_raw(id).map(|values| {
                values
                    .map(|raw| raw.to_string_lossy().into_owned())
                    .collect()
            });
            let value = match given {
                Some(values) => hide(&values.join(","), arg.is_hide_env_values_set()),
                None => when_left_out(&variable).replace('`', ""),
            };
            let source = match matches.value_source(id) {
                Some(ValueSource::CommandLine) => "command line",
                Some(ValueSource::EnvVariable) => "environment",
                _ => "default",
            };
            SettingRow {
                variable,
                value,
                source,
            }
        })
        .collect()
}

/// The README's table, so that it can be compared with the code.
pub fn markdown_table(command: &Command) -> String {
    let mut table = String::from("| variable | meaning | default |\n|---|---|---|\n");
    for (variable, arg) in settings(command) {
        let meaning = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let default = match arg.get_default_values() {
            [] => when_left_out(&variable).to_owned(),
            values => {
                let words: Vec<_> = values.iter().map(|word| word.to_string_lossy()).collect();
                format!("`{}`", words.join(","))
            }
        };
        let meaning = meaning.replace('|', "\\|");
        table.push_str(&format!("| `{variable}` | {meaning} | {default} |\n"));
    }
    table
}

fn settings(command: &Command) -> impl Iterator<Item = (String, &Arg)> {
    command
        .get_arguments()
        .filter_map(|arg| Some((arg.get_env()?.to_string_lossy().into_owned(), arg)))
}

fn when_left_out(variable: &str) -> &'static str {
    WHEN_LEFT_OUT
        .iter()
        .chain(gateways::WHEN_LEFT_OUT)
        .find(|(name, _)| *name == variable)
        .map_or("", |(_, meaning)| meaning)
}

/// A URL loses its password, any other secret becomes stars.
fn hide(value: &str, secret: bool) -> String {
    if !secret {
        return value.to_owned();
    }
    if !value.contains("://") {
        return "***".to_owned();
    }
    let urls: Vec<String> = value.split(',').map(hide_password).collect();
    urls.join(",")
}

fn hide_password(url: &str) -> String {
    match reqwest::Url::parse(url.trim()) {
        Ok(mut url) => {
            if url.password().is_some() && url.set_password(Some("***")).is_err() {
                return "***".to_owned();
            }
            // A query may hold a password too (`pass=` of a Redis socket).
            if url.query().is_some() {
                url.set_query(Some("***"));
            }
            url.to_string()
        }
        Err(_) => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_passwords_are_hidden() {
        assert_eq!(hide("hunter2hunter2", true), "***");
        assert_eq!(hide("Asia/Shanghai", false), "Asia/Shanghai");
        assert_eq!(
            hide("mysql://u:p%40ss@db/stock", true),
            "mysql://u:***@db/stock"
        );
        let both = hide("redis://:one@a:1,redis+unix:///x.sock?pass=two", true);
        assert_eq!(both, "redis://:***@a:1,redis+unix:///x.sock?***");
    }
}
