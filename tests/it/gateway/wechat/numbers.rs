use std::collections::HashSet;

use stockdesk::gateway::wechat_pay::number::{order_no, out_trade_no};

use crate::gateway::world::number;

#[test]
fn numbers_that_fit_go_as_they_are_and_others_by_their_hash() {
    let longest = "x".repeat(64);
    // The hashes: Python, `base64.b32encode(hashlib.sha256(...).digest())`.
    for (ours, theirs) in [
        ("SO-100001", "SO-100001"),
        ("a_b-C9", "a_b-C9"),
        ("sdsdsd", "sdsdsd"),
        ("A1", "sdkum2ri47bcna6pvebjvxp2pjluq2nj"),
        ("SO-2026.11:20", "sdtdx34mlj7zhhh6tp2jbhn62lqepoyi"),
        (&longest, "sdektg4rwkud4hojtcxcbg3r5cpbxdp7"),
        (
            "sdaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "sdiqggbl7hws2hk5a7mipc5iyyvgadjx",
        ),
    ] {
        assert_eq!(out_trade_no(&number(ours)), theirs, "{ours}");
    }
    assert!(out_trade_no(&number(&"7".repeat(32))).starts_with('7'));
}

#[test]
fn every_number_is_one_that_they_take_and_no_two_are_alike() {
    let mut seen = HashSet::new();
    let alphabet = "AZaz09._:-";
    let mut texts: Vec<String> = (1..=64).map(|length| "q".repeat(length)).collect();
    for a in alphabet.chars() {
        for b in alphabet.chars() {
            texts.push(format!("order{a}{b}"));
            texts.push(format!("{}{a}{b}", "long-number-".repeat(4)));
        }
    }
    // What one order is called there must not be taken as another order's own number.
    let hashes: Vec<String> = texts
        .iter()
        .map(|text| out_trade_no(&number(text)))
        .collect();
    texts.extend(hashes.into_iter().filter(|hash| hash.starts_with("sd")));
    for text in texts {
        let there = out_trade_no(&number(&text));
        assert!((6..=32).contains(&there.len()), "{there}");
        let taken = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        assert!(there.bytes().all(taken), "{there}");
        assert_eq!(order_no(&there, Some(&text)), Some(number(&text)));
        assert!(seen.insert(there), "{text}");
    }
}

#[test]
fn the_way_back_finds_the_right_order_or_none() {
    let there = out_trade_no(&number("A1"));
    assert_eq!(order_no(&there, Some("A1")), Some(number("A1")));
    for wrong in [
        None,
        Some(""),
        Some("A2"),
        Some("a1"),
        Some("not a number"),
        Some(&*there),
    ] {
        assert_eq!(order_no(&there, wrong), None, "{wrong:?}");
    }
    assert_eq!(order_no("SO-100001", None), Some(number("SO-100001")));
    assert_eq!(order_no("SO-100001", Some("")), Some(number("SO-100001")));
    assert_eq!(order_no("SO-100001", Some("SO-100002")), None);
    assert_eq!(order_no("with*star", None), None);
}
