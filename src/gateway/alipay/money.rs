//! Amounts of yuan, as Alipay writes them: decimal text, and never a float of ours.

use crate::domain::money::{Currency, Money};

/// `128.00` of 12,800 fen.
pub(super) fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

/// The fen of `128`, `128.0` or `128.00`; `None` of anything else, and of what is no amount.
pub(super) fn money(yuan: &str) -> Option<Money> {
    let (whole, part) = match yuan.split_once('.') {
        None => (yuan, "00".to_owned()),
        Some((whole, part)) if (1..=2).contains(&part.len()) => (whole, format!("{part:0<2}")),
        Some(_) => return None,
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(&part) || whole.len() > 12 {
        return None;
    }
    let fen: i64 = format!("{whole}{part}").parse().ok()?;
    Money::new(fen, Currency::parse("CNY")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_and_fen_are_exact_both_ways() {
        for (text, fen) in [
            ("0.01", 1),
            ("2.00", 200),
            ("88.8", 8_880),
            ("88", 8_800),
            // What a float would make 114.99.
            ("115.00", 11_500),
            ("10000000000.00", 1_000_000_000_000),
        ] {
            assert_eq!(money(text).map(|m| m.minor), Some(fen), "{text}");
        }
        for fen in [1, 9, 10, 99, 100, 101, 12_800, 999_999_999_999] {
            assert_eq!(money(&yuan(fen)).map(|m| m.minor), Some(fen));
        }
        for wrong in [
            "",
            ".",
            "1.",
            ".5",
            "0",
            "0.00",
            "-1.00",
            "+1.00",
            "1.005",
            "1,00",
            "1e2",
            " 1.00",
            "１.00",
            "10000000000.01",
            "NaN",
        ] {
            assert_eq!(money(wrong), None, "{wrong}");
        }
    }
}
