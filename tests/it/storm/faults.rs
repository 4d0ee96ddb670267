//! All faults of the simulated gateways, each at its rate, and how often each happened.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::rules::{lines_of, root};

/// How often each fault happens where it can.
const RATES: [(&str, f64); 34] = [
    ("lost_reply", 0.02),
    ("silent", 0.005),
    ("http500", 0.02),
    ("http502", 0.01),
    ("too_many", 0.01),
    ("rule_limit", 0.01),
    ("unsigned", 0.01),
    ("wrong_key", 0.005),
    ("stale_answer", 0.005),
    ("unknown_serial", 0.005),
    ("corrupt_answer", 0.005),
    ("not_exist", 0.01),
    ("close_without_effect", 0.1),
    ("user_paying", 0.06),
    ("unknown_accepted", 0.3),
    ("closed_again_refused", 0.5),
    ("old_spelling", 0.5),
    ("pay_before_close", 0.08),
    ("pay_during_close", 0.08),
    ("late_visible", 0.08),
    ("wrong_amount", 0.02),
    ("pay_after_close", 0.16),
    ("duplicate", 0.15),
    ("reordered", 0.1),
    ("probe", 0.05),
    ("wrong_merchant", 0.02),
    ("wrong_app", 0.02),
    ("slow_acknowledgement", 0.1),
    ("no_notice", 0.05),
    ("stored500", 0.04),
    ("stored500_done", 0.6),
    ("refund_abnormal", 0.25),
    ("refund_closed", 0.35),
    ("unsettled", 0.25),
];

pub fn rates() -> Value {
    RATES
        .iter()
        .map(|(name, rate)| ((*name).to_owned(), json!(rate)))
        .collect()
}

/// Over all lives of the gateways.
#[derive(Debug, Default)]
pub struct Happened(BTreeMap<String, u64>);

impl Happened {
    pub fn add(&mut self, counts: &Value) {
        for (name, count) in counts.as_object().into_iter().flatten() {
            *self.0.entry(name.clone()).or_default() += count.as_u64().unwrap_or(0);
        }
    }

    /// Faults that were on, and never happened.
    pub fn missing(&self) -> Vec<String> {
        let missing = RATES.iter().filter(|(name, _)| !self.0.contains_key(*name));
        missing
            .map(|(name, _)| format!("{name} never happened"))
            .collect()
    }
}

/// The names in the simulator's own list.
fn known() -> Vec<String> {
    let file = root().join("simulator/src/faults.rs");
    let mut lines = lines_of(&file).into_iter().map(|(_, line)| line);
    let variants = lines
        .by_ref()
        .skip_while(|line| line != "pub enum Fault {")
        .skip(1)
        .take_while(|line| line != "}");
    let named = variants.filter_map(|line| line.trim().strip_suffix(',').map(str::to_owned));
    named.map(|name| snake_case(&name)).collect()
}

/// `CloseWithoutEffect` as it is written in JSON.
fn snake_case(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

#[test]
fn all_faults_of_the_simulator_are_on() {
    let (mut known, mut on) = (known(), RATES.map(|(name, _)| name.to_owned()));
    known.sort();
    on.sort();
    assert_eq!(known, on);
    assert!(RATES.iter().all(|(_, rate)| *rate > 0.0));
}
