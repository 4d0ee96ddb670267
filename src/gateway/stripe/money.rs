//! Amounts as Stripe counts them. It goes by ISO 4217's smallest units but for a few currencies:
//! ISK and UGX have two digits there and none in ISO, MGA none there and two in ISO; and what has
//! three digits must end in 0.

use crate::domain::money::{Currency, Money};

/// The largest amount it takes.
const MAX: i64 = 99_999_999;

/// Stripe's amount; `None` when it has no such amount.
pub(super) fn amount(money: Money) -> Option<i64> {
    let amount = match money.currency.as_str() {
        "ISK" | "UGX" => money.minor.checked_mul(100)?,
        "MGA" if money.minor % 100 == 0 => money.minor / 100,
        "MGA" => return None,
        _ if money.currency.digits() == 3 && money.minor % 10 != 0 => return None,
        _ => money.minor,
    };
    (amount <= MAX).then_some(amount)
}

/// The way back, of an amount that a payer may have made odd.
pub(super) fn money(amount: i64, currency: &str) -> Option<Money> {
    let currency = Currency::parse(&currency.to_ascii_uppercase())?;
    let minor = match currency.as_str() {
        "ISK" | "UGX" if amount % 100 != 0 => return None,
        "ISK" | "UGX" => amount / 100,
        "MGA" => amount.checked_mul(100)?,
        _ => amount,
    };
    Money::new(minor, currency)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(minor: i64, currency: &str) -> Money {
        Money::new(minor, Currency::parse(currency).unwrap()).unwrap()
    }

    #[test]
    fn every_amount_comes_back_as_it_went() {
        for (minor, currency, there) in [
            (1099, "USD", Some(1099)),
            (500, "JPY", Some(500)),
            (5, "ISK", Some(500)),
            (5, "UGX", Some(500)),
            (500, "MGA", Some(5)),
            (501, "MGA", None),
            (5_120, "KWD", Some(5_120)),
            (5_124, "KWD", None),
            (99_999_999, "USD", Some(99_999_999)),
            (100_000_000, "USD", None),
            (1_000_000, "ISK", None),
        ] {
            let money_here = of(minor, currency);
            assert_eq!(amount(money_here), there, "{minor} {currency}");
            if let Some(there) = there {
                assert_eq!(money(there, &currency.to_lowercase()), Some(money_here));
            }
        }
        assert_eq!(money(501, "isk"), None);
        assert_eq!(money(0, "usd"), None);
        assert_eq!(money(1, "dollars"), None);
    }
}
