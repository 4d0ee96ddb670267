//! Late payments: the list, one, and what people do about it.

mod deed;
mod list;
mod one;

pub use deed::{ask, deduct, deduct_submit, handle, handle_submit, refund, refund_submit};
pub use list::page as list;
pub use one::{page as one, told};

use crate::domain::late::{LateEvent, LatePayment};
use crate::web::extract::State;
use crate::web::i18n::msg;
use crate::web::problem::Problem;

/// The payment that a path names.
async fn found(
    web: &State,
    payment: &str,
) -> Result<(LatePayment, Vec<LateEvent>, chrono::DateTime<chrono::Utc>), Problem> {
    let id = number(payment)?;
    let seen = web.services.queries.late_payment(id).await?;
    let (late, events) = seen.value.ok_or_else(|| unknown(payment))?;
    Ok((late, events, seen.as_of))
}

fn number(payment: &str) -> Result<u64, Problem> {
    let number: u64 = payment.parse().map_err(|_| unknown(payment))?;
    // One spelling each: `+1` and `01` are no numbers of ours.
    match number.to_string() == payment {
        true => Ok(number),
        false => Err(unknown(payment)),
    }
}

fn unknown(payment: &str) -> Problem {
    Problem::not_found().detail(msg("late-unknown").with("id", payment))
}
