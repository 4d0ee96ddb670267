//! Numbers as people read them.

use crate::domain::listing::CappedCount;
use crate::domain::money::Money;

/// U+2212, as wide as a plus; a hyphen would be lost beside digits.
const MINUS: char = '\u{2212}';

/// `1,204`, `−3`
pub fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 3);
    if n < 0 {
        out.push(MINUS);
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1,204`, or `10,000+` where counting stopped.
pub fn capped(count: CappedCount) -> String {
    match count.capped() {
        true => format!("{}+", grouped(i64::from(CappedCount::CAP))),
        false => grouped(i64::from(count.0)),
    }
}

/// A change: `+1,204`, `−3`, `0`
pub fn signed(n: i64) -> String {
    let number = grouped(n);
    if n > 0 { format!("+{number}") } else { number }
}

/// `¥128.00`, `USD 12.50`
pub fn money(money: Money) -> String {
    let symbol = match money.currency.as_str() {
        "CNY" => "¥".to_owned(),
        code => format!("{code}\u{00A0}"),
    };
    format!("{symbol}{}", decimal(money, grouped))
}

/// `1204.00`, for spreadsheets.
pub fn amount(money: Money) -> String {
    decimal(money, |whole| whole.to_string())
}

fn decimal(money: Money, write: impl Fn(i64) -> String) -> String {
    let digits = money.currency.digits();
    let scale = 10_i64.pow(digits as u32);
    let whole = write(money.minor / scale);
    match digits {
        0 => whole,
        _ => format!("{whole}.{:0digits$}", money.minor % scale),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;

    #[test]
    fn digits_are_grouped_and_signs_are_wide() {
        let cases = [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (-1_234_567, "−1,234,567"),
        ];
        for (n, expected) in cases {
            assert_eq!(grouped(n), expected);
        }
        assert_eq!([signed(5), signed(-3), signed(0)], ["+5", "−3", "0"]);
        assert_eq!(grouped(i64::MIN), "−9,223,372,036,854,775,808");
    }

    #[test]
    fn money_has_as_many_decimals_as_its_currency() {
        let of = |minor, code| money(Money::new(minor, Currency::parse(code).unwrap()).unwrap());
        assert_eq!(of(12_800, "CNY"), "¥128.00");
        assert_eq!(of(123_456_705, "USD"), "USD\u{a0}1,234,567.05");
        assert_eq!(of(500, "JPY"), "JPY\u{a0}500");
        assert_eq!(of(1_005, "KWD"), "KWD\u{a0}1.005");
    }
}
