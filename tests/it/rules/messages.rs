//! Every text exists in both languages, with the same arguments, and is used.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::{files, root, rust_files};

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

type Messages = BTreeMap<String, BTreeSet<String>>;

/// The messages of a file: id to the names of its arguments.
fn messages(source: &str) -> Messages {
    let mut found = Messages::new();
    let mut id = None;
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        let begins = line.starts_with(|c: char| c.is_ascii_alphabetic());
        if let (true, Some((name, _))) = (begins, line.split_once('=')) {
            let name = name.trim().to_owned();
            let earlier = found.insert(name.clone(), BTreeSet::new());
            assert!(earlier.is_none(), "{name} is there twice");
            id = Some(name);
        }
        let Some(args) = id.as_ref().and_then(|id| found.get_mut(id)) else {
            continue;
        };
        for piece in line.split('$').skip(1) {
            let name = piece.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
            args.extend(name.take(1).map(str::to_owned));
        }
    }
    found
}

fn language(tag: &str) -> BTreeMap<String, Messages> {
    let folder = format!("locales/{tag}");
    let named = |path: PathBuf| {
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        (name, messages(&read(&path)))
    };
    files(&folder, "ftl").into_iter().map(named).collect()
}

/// Messages of the sandbox gateway, which builds some of its ids from parts.
fn is_of_the_desk(file: &str) -> bool {
    file != "sandbox.ftl"
}

#[test]
fn both_languages_say_the_same_with_the_same_arguments() {
    let (en, zh) = (language("en"), language("zh-Hans"));
    assert_eq!(en, zh);
}

#[test]
fn an_id_is_in_one_file_only() {
    let mut seen = BTreeMap::new();
    for (file, messages) in language("en") {
        for id in messages.into_keys().filter(|_| is_of_the_desk(&file)) {
            let earlier = seen.insert(id.clone(), file.clone());
            assert_eq!(earlier, None, "{id} is in {file} too");
        }
    }
}

#[test]
fn every_file_is_part_of_the_program() {
    let bundles = read(&root().join("src/web/i18n/bundles.rs"));
    for file in language("en").keys().filter(|file| is_of_the_desk(file)) {
        let area = file.trim_end_matches(".ftl");
        assert!(
            bundles.contains(&format!("\"{area}\"")),
            "{area} has no line in bundles.rs"
        );
    }
}

/// What stands in double quotes on one line.
fn literals(source: &str) -> BTreeSet<&str> {
    source
        .lines()
        .flat_map(|line| line.split('"').skip(1))
        .collect()
}

#[test]
fn every_message_is_used() {
    let mut sources = rust_files("src");
    sources.extend(files("templates", "html"));
    let sources: Vec<String> = sources.iter().map(|path| code(&read(path))).collect();
    let used: BTreeSet<&str> = sources.iter().flat_map(|source| literals(source)).collect();
    for (file, messages) in language("en") {
        for id in messages.keys().filter(|_| is_of_the_desk(&file)) {
            assert!(used.contains(id.as_str()), "{file}: {id} is used nowhere");
        }
    }
}

/// The ids that a source asks for: `msg("id")` in Rust, `"id"|t`, `|m`, `|rich` and `|with(` in
/// templates; with the arguments that are given right there.
fn asked(source: &str) -> Vec<(String, BTreeSet<String>)> {
    let mut found = Vec::new();
    for (at, begins) in source.match_indices("msg(\"") {
        let (id, rest) = quoted(&source[at + begins.len()..]);
        found.push((
            id.to_owned(),
            given(rest.strip_prefix(')').unwrap_or(rest), ".with("),
        ));
    }
    for filter in ["\"|t", "\"|m", "\"|rich", "\"|with("] {
        for (at, _) in source.match_indices(filter) {
            let id = source[..at].rsplit('"').next().unwrap_or_default();
            found.push((id.to_owned(), given(&source[at + 1..], "|with(")));
        }
    }
    found
}

/// The text up to the closing quote, and what comes after that.
fn quoted(text: &str) -> (&str, &str) {
    text.split_once('"').unwrap_or((text, ""))
}

/// The names given by a chain of `.with("name", …)`, whichever way it is broken into lines.
fn given(mut rest: &str, call: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    while let Some(inside) = rest.trim_start().strip_prefix(call) {
        let (name, _) = quoted(inside.trim_start().trim_start_matches('"'));
        names.insert(name.to_owned());
        let mut depth = 1;
        let end = inside.find(|c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth == 0
        });
        rest = end.map_or("", |end| &inside[end + 1..]);
    }
    names
}

/// Without tests and without comments, which show ids that are not there.
fn code(source: &str) -> String {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn nothing_is_asked_for_that_is_not_there_or_lacks_an_argument() {
    let all: Messages = language("en").into_values().flatten().collect();
    let mut sources = rust_files("src/web");
    sources.extend(files("templates", "html"));
    let mut count = 0;
    for path in &sources {
        for (id, given) in asked(&code(&read(path))) {
            count += 1;
            let known = all
                .get(&id)
                .unwrap_or_else(|| panic!("{}: no {id:?}", path.display()));
            let unknown: Vec<_> = given.difference(known).collect();
            assert!(
                unknown.is_empty(),
                "{}: {id} has no {unknown:?}",
                path.display()
            );
        }
    }
    assert!(count > 50, "the scan finds what it looks for");
}
