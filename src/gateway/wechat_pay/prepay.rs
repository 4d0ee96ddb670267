//! Creating a payment: WeChat Pay answers with the address that the customer's code holds.

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::codes::{Refusal, Verdict, refusal};
use super::exchange::Client;
use super::number;
use crate::domain::ids::DocumentNo;
use crate::domain::payment::{CreateAnswer, NewPayment};

const TARGET: &str = "/v3/pay/transactions/native";
/// As in the column that keeps it.
const MAX_URL_CHARS: usize = 500;
/// Longer ones are refused there.
const MAX_NOTIFY_URL_CHARS: usize = 255;

#[derive(Serialize)]
struct Prepay<'a> {
    appid: &'a str,
    mchid: &'a str,
    description: String,
    out_trade_no: String,
    /// Nobody starts paying after it; the payment stays open until it is closed.
    time_expire: String,
    /// Comes back with everything that says "paid".
    attach: &'a DocumentNo,
    notify_url: &'a str,
    amount: Amount,
}

#[derive(Serialize)]
struct Amount {
    /// Fen.
    total: i64,
    currency: &'static str,
}

#[derive(Deserialize)]
struct Created {
    code_url: String,
}

/// What it came to, and, when it was refused, what the refusal means.
pub(super) async fn create(
    client: &Client,
    payment: &NewPayment,
) -> (Option<Verdict>, CreateAnswer) {
    let refused = |why: String| (None, CreateAnswer::Refused(why));
    let body = match body(client, payment) {
        Ok(body) => body,
        Err(why) => return refused(why),
    };
    let answer = match client.exchange("POST", TARGET, body).await {
        Ok(answer) => answer,
        Err(why) => return (None, CreateAnswer::Unknown(why.to_string())),
    };
    if answer.status == 200 {
        let created: Option<Created> = serde_json::from_slice(&answer.body).ok();
        let url = created.map(|created| created.code_url);
        let created = match url.filter(|url| is_code(url)) {
            Some(url) => CreateAnswer::Created {
                url,
                reference: None,
            },
            None => CreateAnswer::Unknown("the payment has no usable address".to_owned()),
        };
        return (None, created);
    }
    let Refusal { verdict, text } = refusal(&answer);
    let answer = match verdict {
        Verdict::OurFault | Verdict::Closed => CreateAnswer::Refused(text),
        Verdict::Paying | Verdict::Paid | Verdict::NotExist | Verdict::Unknown => {
            CreateAnswer::Unknown(text)
        }
    };
    (Some(verdict), answer)
}

/// Always the same for the same payment: another one under its number would be refused.
fn body(client: &Client, payment: &NewPayment) -> Result<Vec<u8>, String> {
    if payment.amount.currency.as_str() != "CNY" {
        return Err("WeChat Pay takes CNY only".to_owned());
    }
    if payment.notify_url.len() > MAX_NOTIFY_URL_CHARS || payment.notify_url.contains('?') {
        return Err("WeChat Pay takes no such address for notifications".to_owned());
    }
    let prepay = Prepay {
        appid: &client.appid,
        mchid: &client.merchant,
        description: format!("{} {}", client.title, payment.order_no),
        out_trade_no: number::out_trade_no(&payment.order_no),
        time_expire: beijing(payment.expires_at)?,
        attach: &payment.order_no,
        notify_url: &payment.notify_url,
        amount: Amount {
            total: payment.amount.minor,
            currency: "CNY",
        },
    };
    serde_json::to_vec(&prepay).map_err(|error| error.to_string())
}

fn beijing(time: DateTime<Utc>) -> Result<String, String> {
    let zone = FixedOffset::east_opt(8 * 3600).ok_or("no such time zone")?;
    let time = time.with_timezone(&zone);
    Ok(time.to_rfc3339_opts(SecondsFormat::Secs, false))
}

/// Whether WeChat opens it.
fn is_code(url: &str) -> bool {
    url.starts_with("weixin://")
        && url.len() <= MAX_URL_CHARS
        && url.bytes().all(|b| b.is_ascii_graphic())
}
