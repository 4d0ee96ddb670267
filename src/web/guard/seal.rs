//! Texts that go out to a browser and come back unread and unchanged.

use actix_web::cookie::{Cookie, CookieJar, Key};

/// Encrypts and authenticates (AES-256-GCM, as the `cookie` crate's private jar does it).
#[derive(Clone)]
pub struct Sealer(Key);

impl Sealer {
    pub fn new(key: Key) -> Self {
        Self(key)
    }

    /// Letters, digits, `-` and `_` only. It opens for the same `purpose` alone.
    pub fn seal(&self, purpose: &'static str, text: &str) -> String {
        let mut jar = CookieJar::new();
        jar.private_mut(&self.0)
            .add(Cookie::new(purpose, text.to_owned()));
        let sealed = jar.get(purpose).map_or("", Cookie::value);
        sealed
            .trim_end_matches('=')
            .replace('+', "-")
            .replace('/', "_")
    }

    /// What was sealed, if it was sealed here, for this purpose.
    pub fn open(&self, purpose: &'static str, sealed: &str) -> Option<String> {
        let mut standard = sealed.replace('-', "+").replace('_', "/");
        while !standard.len().is_multiple_of(4) {
            standard.push('=');
        }
        let jar = CookieJar::new();
        let cookie = jar
            .private(&self.0)
            .decrypt(Cookie::new(purpose, standard))?;
        Some(cookie.value().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_purpose_only() {
        let sealer = Sealer::new(Key::generate());
        for text in ["", "a", "两箱在卸货时压坏 & more"] {
            let sealed = sealer.seal("draft", text);
            assert!(
                sealed
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
            );
            assert_eq!(sealer.open("draft", &sealed).as_deref(), Some(text));
            assert_eq!(sealer.open("other", &sealed), None);
            assert_eq!(sealer.open("draft", &sealed[1..]), None);
            let another = Sealer::new(Key::generate());
            assert_eq!(another.open("draft", &sealed), None);
        }
        assert_eq!(sealer.open("draft", ""), None);
    }
}
