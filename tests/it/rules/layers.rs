//! Imports go one way: domain, then gateway and store, then service, then web and workers, then
//! what builds and starts it all.

use super::{lines_of, rust_files};

/// Each layer, and the layers of ours that it may use.
const LAYERS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("gateway", &["domain"]),
    ("store", &["domain"]),
    ("service", &["domain", "store", "gateway"]),
    ("web", &["domain", "service"]),
    ("workers", &["domain", "service"]),
];

#[test]
fn imports_go_one_way() {
    let mut wrong = Vec::new();
    for (layer, may_use) in LAYERS {
        for file in rust_files(&format!("src/{layer}")) {
            for (number, line) in lines_of(&file) {
                for used in crates_used(&line) {
                    if used != *layer && !may_use.contains(&used.as_str()) {
                        wrong.push(format!("{}:{number}: {layer} uses {used}", file.display()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The layers that a line names by `crate::<layer>::`.
fn crates_used(line: &str) -> Vec<String> {
    let code = line.split("//").next().unwrap_or_default();
    let names = code.split("crate::").skip(1);
    names
        .map(|rest| {
            rest.chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        })
        .filter(|name: &String| name != "words")
        .collect()
}

#[test]
fn only_the_store_speaks_to_the_databases() {
    for layer in ["web", "workers", "gateway"] {
        for file in rust_files(&format!("src/{layer}")) {
            for (number, line) in lines_of(&file) {
                let speaks = line.contains("sqlx::") || line.contains("redis::");
                assert!(!speaks, "{}:{number}: {line}", file.display());
            }
        }
    }
}

#[test]
fn the_domain_has_no_clock_and_no_io() {
    for file in rust_files("src/domain") {
        for (number, line) in lines_of(&file) {
            for forbidden in ["Utc::now", "Instant::now", "std::fs", "std::net", "tokio::"] {
                assert!(
                    !line.contains(forbidden),
                    "{}:{number}: {line}",
                    file.display()
                );
            }
        }
    }
}
