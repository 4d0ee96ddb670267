//! What an answer of Alipay comes to: `code` says who is at fault, `sub_code` what happened.
//!
//! None of these verdicts but `Done` can settle an order or give stock back, and `Done` is said
//! by a signed answer only.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::exchange::Answer;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The trade's state does not allow it: it is paid, or closed, or finished.
    WrongState,
    NotExist,
    /// Configuration, permission, balance or parameters.
    OurFault,
    /// Nothing is known: a fault or a limit of theirs, "accepted", or a word that is new to us.
    Unknown,
}

pub(super) struct Refusal {
    pub verdict: Verdict,
    /// Their codes, for the log.
    pub text: String,
}

#[derive(Deserialize)]
struct Codes {
    code: String,
    #[serde(default)]
    sub_code: String,
}

/// The content of a signed success (`code` 10000, and nothing else), or what the refusal means.
pub(super) fn success<T: DeserializeOwned>(answer: &Answer) -> Result<T, Refusal> {
    let unknown = |text: String| Refusal {
        verdict: Verdict::Unknown,
        text,
    };
    let text = answer.inner.get();
    let codes: Codes = serde_json::from_str(text)
        .map_err(|error| unknown(format!("the answer cannot be read: {error}")))?;
    if codes.code == "10000" {
        if !answer.signed {
            return Err(unknown("a success that is not signed".to_owned()));
        }
        return serde_json::from_str(text)
            .map_err(|error| unknown(format!("the answer cannot be read: {error}")));
    }
    let short = |text: &str| text.chars().take(64).collect::<String>();
    let text = format!(
        "answer {:?} {:?}",
        short(&codes.code),
        short(&codes.sub_code)
    );
    let verdict = match codes.code.as_str() {
        "20001" | "40001" | "40002" | "40003" | "40006" => Verdict::OurFault,
        "40004" => by_sub_code(&codes.sub_code),
        // 10003 is "accepted", 20000 and 40005 are "not now".
        _ => Verdict::Unknown,
    };
    Err(Refusal { verdict, text })
}

fn by_sub_code(sub_code: &str) -> Verdict {
    match sub_code.strip_prefix("ACQ.").unwrap_or(sub_code) {
        "TRADE_NOT_EXIST" => Verdict::NotExist,
        "TRADE_STATUS_ERROR"
        | "REASON_TRADE_STATUS_INVALID"
        | "REASON_ILLEGAL_STATUS"
        | "TRADE_HAS_CLOSE"
        | "TRADE_HAS_SUCCESS"
        | "TRADE_HAS_FINISHED" => Verdict::WrongState,
        "INVALID_PARAMETER"
        | "ACCESS_FORBIDDEN"
        | "CONTEXT_INCONSISTENT"
        | "EXIST_FORBIDDEN_WORD"
        | "PARTNER_ERROR"
        | "SELLER_BALANCE_NOT_ENOUGH"
        | "SELLER_BEEN_BLOCKED"
        | "REFUND_AMT_NOT_EQUAL_TOTAL"
        | "REASON_TRADE_BEEN_FREEZEN"
        | "DISCORDANT_REPEAT_REQUEST"
        | "REASON_TRADE_REFUND_FEE_ERR"
        | "TRADE_NOT_ALLOW_REFUND" => Verdict::OurFault,
        _ => Verdict::Unknown,
    }
}
