//! Rules of the house that the compiler does not know.

mod layers;
mod links;
mod lua;
mod messages;
mod sql;

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the project.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files below a folder of the project; none when it is not there.
pub fn rust_files(folder: &str) -> Vec<PathBuf> {
    files(folder, "rs")
}

/// All files below a folder of the project with this extension, by name.
pub fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(&root().join(folder), extension, &mut files);
    files.sort();
    files
}

fn collect(folder: &Path, extension: &str, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.expect("a folder that can be read").path();
        if path.is_dir() {
            collect(&path, extension, files);
        } else if path.extension().is_some_and(|e| e == extension) {
            files.push(path);
        }
    }
}

/// The lines of a file, counted from 1.
pub fn lines_of(file: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(file).expect("a file that can be read");
    text.lines()
        .enumerate()
        .map(|(n, line)| (n + 1, line.to_owned()))
        .collect()
}

#[test]
fn no_two_migrations_have_one_number() {
    let names = files("migrations", "sql");
    let number = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        let (number, _) = name.expect("text").split_once('_').expect("a number");
        number.to_owned()
    };
    let numbers: Vec<_> = names.iter().map(number).collect();
    for pair in numbers.windows(2) {
        assert_ne!(pair[0], pair[1], "each needs a number of its own");
    }
}
