//! The simulator is a program of its own: what it signs with is not what the clients sign with.

use crate::rules::{lines_of, root, rust_files};

#[test]
fn the_simulator_shares_no_code_with_the_desk() {
    let manifest = std::fs::read_to_string(root().join("simulator/Cargo.toml")).expect("a file");
    let depends = manifest.lines().any(|line| line.starts_with("stockdesk"));
    assert!(!depends, "the simulator depends on the desk");
    for file in rust_files("simulator") {
        for (number, line) in lines_of(&file) {
            let names = line.contains("stockdesk::") || line.contains("include!");
            let reaches = line.contains("#[path") || line.contains("extern crate");
            assert!(!names && !reaches, "{}:{number}: {line}", file.display());
        }
    }
}

#[test]
fn the_simulator_signs_with_another_library_than_the_clients() {
    for file in rust_files("simulator") {
        for (number, line) in lines_of(&file) {
            let theirs = line.contains("aws_lc_rs::") && !line.contains("aws_lc_rs::encoding");
            let makes_keys = line.contains("aws_lc_rs::rsa::{KeyPair, KeySize}");
            assert!(!theirs || makes_keys, "{}:{number}: {line}", file.display());
        }
    }
}

#[test]
fn the_desk_does_not_know_the_simulator() {
    for file in rust_files("src") {
        for (number, line) in lines_of(&file) {
            assert!(
                !line.contains("gateway_simulator"),
                "{}:{number}: {line}",
                file.display()
            );
        }
    }
}
