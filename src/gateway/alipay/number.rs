//! The number that Alipay knows an order by (`out_trade_no`): 1-64 letters, digits and `_`. The
//! order's own number goes along as `body`, which comes back with a notification.

use crate::domain::ids::DocumentNo;
use crate::gateway::number::Numbers;

const NUMBERS: Numbers = Numbers {
    lengths: 1..=64,
    also: b"_",
};

/// The order's number at Alipay; always the same, and no two orders' alike.
pub fn out_trade_no(order_no: &DocumentNo) -> String {
    NUMBERS.out_trade_no(order_no)
}

/// The order that a payment is for: `body` names it, or else the number itself. `None` when that
/// order's number at Alipay is another one.
pub fn order_no(out_trade_no: &str, body: Option<&str>) -> Option<DocumentNo> {
    NUMBERS.order_no(out_trade_no, body)
}
