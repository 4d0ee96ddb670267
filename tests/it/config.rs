//! The settings as an operator meets them: the real program, its words and its exit codes.

use std::process::{Command, Output};

fn stockdesk(args: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stockdesk"))
        .args(args)
        .env_clear()
        .envs(environment.iter().copied())
        .output()
        .expect("the program runs")
}

/// The one line on standard error that a refused start leaves.
fn refusal(args: &[&str], environment: &[(&str, &str)]) -> String {
    let output = stockdesk(args, environment);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stderr).expect("text");
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

fn report(environment: &[(&str, &str)]) -> String {
    let output = stockdesk(&["check-config"], environment);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

fn line<'a>(report: &'a str, variable: &str) -> &'a str {
    let with_space = format!("{variable} ");
    report
        .lines()
        .find(|line| line.starts_with(&with_space))
        .expect(variable)
}

#[test]
fn the_command_line_is_well_formed() {
    // Finds two flags of one name, which would only show when somebody uses them.
    stockdesk::cli::command().debug_assert();
}

#[test]
fn an_unknown_setting_stops_the_start_and_names_the_nearest() {
    let text = refusal(&["serve"], &[("STOCKDESK_LISTN", "127.0.0.1:0")]);
    assert!(text.contains("STOCKDESK_LISTN "), "{text}");
    assert!(text.contains("did you mean STOCKDESK_LISTEN?"), "{text}");
}

#[test]
fn a_value_that_cannot_be_read_stops_the_start() {
    let wrong = [
        ("STOCKDESK_LISTEN", "everywhere"),
        ("STOCKDESK_DATABASE_URL", "postgres://db/stock"),
        ("STOCKDESK_REDIS_URL", "http://cache"),
        ("STOCKDESK_TIME_ZONE", "Mars/Olympus"),
        ("STOCKDESK_DEMO_DATA", "perhaps"),
        ("STOCKDESK_BASE_URL", "desk"),
        ("STOCKDESK_TRUSTED_PROXIES", "10.0.0.0/99"),
        ("STOCKDESK_SESSION_HOURS", "0"),
        ("STOCKDESK_SESSION_HOURS", "twelve"),
        ("STOCKDESK_LOG", "stockdesk=loud"),
        ("STOCKDESK_LOG_FORMAT", "xml"),
        ("STOCKDESK_DATA_DIR", ""),
    ];
    for (variable, value) in wrong {
        let text = refusal(&["serve"], &[(variable, value)]);
        assert!(
            text.starts_with(&format!("stockdesk: {variable}")),
            "{variable}: {text}"
        );
    }
}

#[test]
fn a_flag_is_refused_by_its_own_name() {
    let text = refusal(&["serve", "--session-hours", "never"], &[]);
    assert!(text.contains("--session-hours"), "{text}");
}

#[test]
fn a_secret_is_never_repeated() {
    let secret = "0123456789-hunter2-0123456789-hunter2";
    let shown = report(&[
        ("STOCKDESK_SECRET_KEY", secret),
        ("STOCKDESK_ADMIN_PASSWORD", secret),
        (
            "STOCKDESK_DATABASE_URL",
            &format!("mysql://desk:{secret}@db/stock"),
        ),
        (
            "STOCKDESK_REDIS_URL",
            &format!("redis://:{secret}@one,redis://:{secret}@two"),
        ),
    ]);
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(line(&shown, "STOCKDESK_DATABASE_URL").contains("mysql://desk:***@db/stock"));

    let refused = refusal(&["serve"], &[("STOCKDESK_SECRET_KEY", "hunter2")]);
    assert!(!refused.contains("hunter2"), "{refused}");
    let refused = refusal(
        &["serve"],
        &[("STOCKDESK_DATABASE_URL", "mysql://u:hunter2@db")],
    );
    assert!(!refused.contains("hunter2"), "{refused}");
}

#[test]
fn every_setting_is_shown_with_its_source() {
    let shown = report(&[("STOCKDESK_LISTEN", "127.0.0.1:0")]);
    assert!(line(&shown, "STOCKDESK_LISTEN").ends_with("environment"));
    assert!(line(&shown, "STOCKDESK_TIME_ZONE").contains("Asia/Shanghai"));
    assert!(line(&shown, "STOCKDESK_TIME_ZONE").ends_with("default"));

    let args = ["check-config", "--listen", "127.0.0.1:1"];
    let flag = stockdesk(&args, &[("STOCKDESK_LISTEN", "127.0.0.1:2")]);
    let flag = String::from_utf8(flag.stdout).expect("text");
    assert!(line(&flag, "STOCKDESK_LISTEN").contains("127.0.0.1:1"));
    assert!(line(&flag, "STOCKDESK_LISTEN").ends_with("command line"));
}

#[test]
fn every_setting_has_a_name_a_meaning_and_a_default() {
    for arg in stockdesk::cli::command().get_arguments() {
        let Some(variable) = arg.get_env() else {
            continue;
        };
        let flag = arg.get_long().expect("a setting is a flag");
        let named = format!("STOCKDESK_{}", flag.to_uppercase().replace('-', "_"));
        assert_eq!(variable.to_string_lossy(), named);
        assert!(arg.get_help().is_some(), "{named} says what it means");
        let row = format!("| `{named}` |");
        let table = stockdesk::config::markdown_table(&stockdesk::cli::command());
        let row = table
            .lines()
            .find(|line| line.starts_with(&row))
            .expect("in the table");
        assert!(
            !row.ends_with("|  |"),
            "{named} says what happens when it is left out"
        );
    }
}

#[test]
fn the_readme_lists_the_settings_as_they_are() {
    let readme = include_str!("../../README.md");
    let (_, rest) = readme
        .split_once("<!-- settings:begin -->\n")
        .expect("the table begins");
    let (table, _) = rest
        .split_once("<!-- settings:end -->")
        .expect("the table ends");
    let code = stockdesk::config::markdown_table(&stockdesk::cli::command());
    assert_eq!(
        table, code,
        "paste the output of `stockdesk check-config --markdown`"
    );
}

#[test]
fn help_and_version_work_whatever_the_environment_holds() {
    for args in [&["--help"][..], &["serve", "--help"], &["--version"]] {
        let output = stockdesk(args, &[("STOCKDESK_NONSENSE", "1")]);
        assert!(output.status.success(), "{args:?}: {output:?}");
        assert!(!output.stdout.is_empty());
    }
}
