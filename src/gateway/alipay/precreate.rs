//! Creating a payment: Alipay answers with the address that the customer's code holds. The trade
//! itself comes into being when somebody scans it.

use serde::{Deserialize, Serialize};

use super::codes::{Refusal, Verdict, success};
use super::exchange::Client;
use super::money::yuan;
use super::number::out_trade_no;
use super::time;
use crate::domain::ids::DocumentNo;
use crate::domain::payment::{CreateAnswer, NewPayment};

/// As in the column that keeps it.
const MAX_URL_CHARS: usize = 500;

#[derive(Serialize)]
struct Precreate<'a> {
    out_trade_no: String,
    total_amount: String,
    subject: String,
    /// Comes back with the notification.
    body: &'a DocumentNo,
    /// Nobody can scan it after this.
    time_expire: String,
}

#[derive(Deserialize)]
struct Created {
    out_trade_no: String,
    qr_code: String,
}

/// What it came to, and, when it was refused, what the refusal means.
pub(super) async fn create(
    client: &Client,
    payment: &NewPayment,
) -> (Option<Verdict>, CreateAnswer) {
    let refused = |why: &str| (None, CreateAnswer::Refused(why.to_owned()));
    if payment.amount.currency.as_str() != "CNY" {
        return refused("Alipay takes CNY only");
    }
    let Some(time_expire) = time::write(payment.expires_at) else {
        return refused("no such time");
    };
    let number = out_trade_no(&payment.order_no);
    let precreate = Precreate {
        out_trade_no: number.clone(),
        total_amount: yuan(payment.amount.minor),
        subject: format!("{} {}", client.title, payment.order_no),
        body: &payment.order_no,
        time_expire,
    };
    let notify_url = Some(payment.notify_url.as_str());
    let call = client.call("alipay.trade.precreate", &precreate, notify_url);
    let answer = match call.await {
        Ok(answer) => answer,
        Err(why) => return (None, CreateAnswer::Unknown(why.to_string())),
    };
    match success::<Created>(&answer) {
        Ok(created) if created.out_trade_no != number => {
            let why = "the answer is about another order".to_owned();
            (None, CreateAnswer::Unknown(why))
        }
        Ok(created) if !is_code(&created.qr_code) => {
            let why = "the payment has no usable address".to_owned();
            (None, CreateAnswer::Unknown(why))
        }
        Ok(created) => {
            let created = CreateAnswer::Created {
                url: created.qr_code,
                reference: None,
            };
            (None, created)
        }
        Err(Refusal { verdict, text }) => {
            let answer = match verdict {
                Verdict::OurFault => CreateAnswer::Refused(text),
                Verdict::WrongState | Verdict::NotExist | Verdict::Unknown => {
                    CreateAnswer::Unknown(text)
                }
            };
            (Some(verdict), answer)
        }
    }
}

fn is_code(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://"))
        && url.len() <= MAX_URL_CHARS
        && url.bytes().all(|b| b.is_ascii_graphic())
}
