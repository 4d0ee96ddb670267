//! The number that WeChat Pay knows an order by (`out_trade_no`): 6-32 characters of
//! `0-9 A-Z a-z _ -`. The order's own number goes along as `attach`.

use crate::domain::ids::DocumentNo;
use crate::gateway::number::Numbers;

const NUMBERS: Numbers = Numbers {
    lengths: 6..=32,
    also: b"_-",
};

/// The order's number at WeChat Pay; always the same, and no two orders' alike.
pub fn out_trade_no(order_no: &DocumentNo) -> String {
    NUMBERS.out_trade_no(order_no)
}

/// The order that a payment is for: `attach` names it, or else the number itself. `None` when
/// that order's number at WeChat Pay is another one.
pub fn order_no(out_trade_no: &str, attach: Option<&str>) -> Option<DocumentNo> {
    NUMBERS.order_no(out_trade_no, attach)
}
