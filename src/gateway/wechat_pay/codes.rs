//! What a refusal of WeChat Pay comes to. The pages of its manual spell codes with and without `_`,
//! so they are compared in capitals and without.
//!
//! Refusals need not be signed: that the connection is WeChat Pay's is all that speaks for them.
//! None settles an order, and one alone can give stock back, "not exist": of an order whose payment
//! our own record says was never sent, or never acknowledged and not valid any more
//! (`domain::machine`). The others make somebody ask again, or call people.

use serde::Deserialize;

use super::exchange::Answer;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Paying,
    Paid,
    Closed,
    NotExist,
    /// Configuration, permission or parameters.
    OurFault,
    /// Nothing is known: a fault or a limit of theirs, or a word that is new to us.
    Unknown,
}

pub(super) struct Refusal {
    pub verdict: Verdict,
    /// Their code with its status and request number, for the log.
    pub text: String,
}

#[derive(Deserialize)]
struct Body {
    code: String,
}

/// Reads an answer that is not the success that was hoped for.
pub(super) fn refusal(answer: &Answer) -> Refusal {
    let body = serde_json::from_slice::<Body>(&answer.body).ok();
    let code = body.map_or_else(String::new, |body| body.code.chars().take(64).collect());
    let known = by_code(&normalised(&code));
    let hint = answer.request_id.as_deref().and_then(by_request_id);
    let verdict = match answer.status {
        // 202 is not success: the customer is entering the password, if it says so.
        202 if known == Some(Verdict::Paying) => Verdict::Paying,
        429 => Verdict::Unknown,
        400..=499 => known.or(hint).unwrap_or(Verdict::Unknown),
        _ => Verdict::Unknown,
    };
    let request = answer.request_id.as_deref().unwrap_or("none");
    let text = format!("answer {} {code:?}, request {request}", answer.status);
    Refusal { verdict, text }
}

fn normalised(code: &str) -> String {
    let letters = code.chars().filter(|c| *c != '_');
    letters.map(|c| c.to_ascii_uppercase()).collect()
}

/// `None`: a word that does not decide.
fn by_code(code: &str) -> Option<Verdict> {
    Some(match code {
        "USERPAYING" => Verdict::Paying,
        "ORDERPAID" => Verdict::Paid,
        "ORDERCLOSED" => Verdict::Closed,
        "ORDERNOTEXIST" | "RESOURCENOTEXISTS" => Verdict::NotExist,
        "PARAMERROR" | "INVALIDREQUEST" | "MCHNOTEXISTS" | "APPIDMCHIDNOTMATCH" | "SIGNERROR"
        | "NOAUTH" | "ACCOUNTERROR" | "OUTTRADENOUSED" | "NOTENOUGH" => Verdict::OurFault,
        "RULELIMIT"
        | "FREQUENCYLIMITED"
        | "SYSTEMERROR"
        | "OPENIDMISMATCH"
        | "INVALIDTRANSACTIONID" => Verdict::Unknown,
        _ => return None,
    })
}

/// The number at the end of `Request-ID` says it too, as WeChat Pay's troubleshooting pages list
/// some of them; it is asked when the code does not decide.
fn by_request_id(request_id: &str) -> Option<Verdict> {
    let (_, number) = request_id.rsplit_once('-')?;
    Some(match number {
        "268449538" | "268498689" => Verdict::Paid,
        "268447914" => Verdict::Closed,
        "268512771" => Verdict::NotExist,
        // Another merchant's order; a sort of order that can only be reversed; our signature;
        // our parameters.
        "268447843" | "268449641" | "268443699" | "268435461" | "268435464" => Verdict::OurFault,
        _ => return None,
    })
}
