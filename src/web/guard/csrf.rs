//! The token that ties a form to the session it was shown in.

use actix_session::Session;
use actix_web::HttpRequest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::web::session;

const BYTES: usize = 16;

/// The secret of one session. It lives in the sealed cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token([u8; BYTES]);

impl Token {
    /// The session's secret; made on first use, which sets the cookie.
    pub fn of(session: &Session) -> Self {
        if let Some(known) = Self::known(session) {
            return known;
        }
        let fresh = Self(rand::random());
        session::store(session, session::CSRF, &URL_SAFE_NO_PAD.encode(fresh.0));
        fresh
    }

    fn known(session: &Session) -> Option<Self> {
        let text: String = session::load(session, session::CSRF)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// As it stands in a form: another text each time, so that compressing the page together with
    /// what somebody else chose tells nothing about it.
    pub fn masked(&self) -> String {
        let mask: [u8; BYTES] = rand::random();
        let mut out = [0; 2 * BYTES];
        out[..BYTES].copy_from_slice(&mask);
        for (index, byte) in self.0.iter().enumerate() {
            out[BYTES + index] = byte ^ mask[index];
        }
        URL_SAFE_NO_PAD.encode(out)
    }

    fn is(&self, masked: &str) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(masked) else {
            return false;
        };
        if bytes.len() != 2 * BYTES {
            return false;
        }
        let (mask, rest) = bytes.split_at(BYTES);
        let pairs = self.0.iter().zip(mask.iter().zip(rest));
        // Every byte is looked at: the time says nothing about how many were right.
        pairs.fold(0, |differs, (own, (mask, byte))| {
            differs | (own ^ mask ^ byte)
        }) == 0
    }
}

/// Whether `sent` is the token of this request's session.
pub fn matches(request: &HttpRequest, sent: &str) -> bool {
    use actix_session::SessionExt;
    Token::known(&request.get_session()).is_some_and(|token| token.is(sent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_recognised_under_every_mask_and_nothing_else_is() {
        let (token, other) = (Token([7; BYTES]), Token([8; BYTES]));
        let (once, again) = (token.masked(), token.masked());
        assert_ne!(once, again);
        assert!(token.is(&once) && token.is(&again));
        for bad in ["", "x", &other.masked(), &once[1..], &format!("{once}AA")] {
            assert!(!token.is(bad), "{bad}");
        }
    }
}
