//! Every script says what it is for, what it takes and what it returns; and takes that.

use std::fs;
use std::path::Path;

use super::root;

#[test]
fn every_script_has_its_header_and_takes_the_keys_it_names() {
    let mut scripts = 0;
    for entry in fs::read_dir(root().join("lua")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "lua") {
            scripts += 1;
            check(&path);
        }
    }
    assert!(scripts >= 7, "{scripts}");
}

fn check(path: &Path) {
    let name = path.display();
    let text = fs::read_to_string(path).unwrap();
    let header: Vec<&str> = text
        .lines()
        .take_while(|line| line.starts_with("--"))
        .collect();
    let parts = ["-- purpose: ", "-- KEYS: ", "-- ARGV: ", "-- returns: "];
    let mut at = 0;
    for part in parts {
        let found = header[at..].iter().position(|line| line.starts_with(part));
        at += found.unwrap_or_else(|| panic!("{name}: no `{part}` in its place")) + 1;
    }
    let keys = header
        .iter()
        .find(|line| line.starts_with("-- KEYS: "))
        .unwrap();
    let named = (1..20)
        .take_while(|n| keys.contains(&format!("{n} ")))
        .count();
    let code: String = text
        .lines()
        .filter(|line| !line.starts_with("--"))
        .collect();
    let used = (1..20)
        .filter(|n| code.contains(&format!("KEYS[{n}]")))
        .max()
        .unwrap_or(0);
    assert_eq!(
        named, used,
        "{name}: the header names {named} fixed keys, the code uses {used}"
    );
}

#[test]
fn every_script_is_compiled_in() {
    let scripts = fs::read_to_string(root().join("src/store/redis/scripts.rs")).unwrap();
    for entry in fs::read_dir(root().join("lua")).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        if file.ends_with(".lua") {
            assert!(
                scripts.contains(&format!("lua/{file}\"")),
                "{file} is used nowhere"
            );
        }
    }
}
