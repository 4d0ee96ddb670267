use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::Command;

use super::{ConfigProblem, PREFIX};

/// Refuses a `STOCKDESK_*` variable that no setting of `command` reads, or whose value is no text:
/// a misspelt setting that is quietly ignored is found out too late.
///
/// # Errors
/// The first such variable, by name.
pub fn check(command: &Command) -> Result<(), ConfigProblem> {
    let known: Vec<String> = command
        .get_arguments()
        .filter_map(|arg| arg.get_env())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    let mut ours: Vec<(String, OsString)> = env::vars_os()
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value))
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect();
    ours.sort();
    for (name, value) in ours {
        if !known.contains(&name) {
            let nearest = nearest(&name, &known);
            return Err(ConfigProblem::Unknown { name, nearest });
        }
        if value.is_empty() {
            return Err(ConfigProblem::Empty { name });
        }
        if value.to_str().is_none() {
            return Err(ConfigProblem::NotText { name });
        }
    }
    Ok(())
}

/// The first of `names` that is installed: in `PATH`, or where servers are kept, which the
/// `PATH` of an ordinary user often leaves out.
pub fn find_program(names: &[&str]) -> Option<PathBuf> {
    const SERVERS: [&str; 4] = [
        "/usr/sbin",
        "/usr/local/sbin",
        "/usr/libexec",
        "/usr/local/bin",
    ];
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path)
        .chain(SERVERS.into_iter().map(PathBuf::from))
        .collect();
    let places = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places
        .into_iter()
        .find(|place| place.is_absolute() && place.is_file())
}

/// The known name that differs least, when it is likely to be what was meant.
fn nearest(name: &str, known: &[String]) -> Option<String> {
    let typed = name.trim_start_matches(PREFIX);
    known
        .iter()
        .map(|candidate| {
            (
                distance(typed, candidate.trim_start_matches(PREFIX)),
                candidate,
            )
        })
        .min()
        .filter(|(steps, _)| *steps <= typed.len().div_ceil(3))
        .map(|(_, candidate)| candidate.clone())
}

/// Letters to add, drop or change to come from one name to the other (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.bytes().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_only_when_it_is_near() {
        let known = ["STOCKDESK_LISTEN", "STOCKDESK_LOG"].map(str::to_owned);
        assert_eq!(
            nearest("STOCKDESK_LISTN", &known).as_deref(),
            Some("STOCKDESK_LISTEN")
        );
        assert_eq!(
            nearest("STOCKDESK_LOGS", &known).as_deref(),
            Some("STOCKDESK_LOG")
        );
        assert_eq!(nearest("STOCKDESK_COLOUR", &known), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
