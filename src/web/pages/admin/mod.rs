//! What admins manage: users and API keys. A change is looked at on a page of its own before it
//! is made, and what is secret is shown once, on the page after it was made.

pub mod change;
pub mod keys;
pub mod users;

use actix_session::Session;
use serde::{Deserialize, Serialize};

use crate::web::session;

const SECRET: &str = "secret";

/// A password or a key that was just made, in the sealed session until its page was shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Secret {
    /// What it belongs to: the address of its page, and a name there.
    page: String,
    pub name: String,
    pub text: String,
}

impl Secret {
    fn keep(session: &Session, page: &str, name: &str, text: &str) {
        let secret = Self {
            page: page.to_owned(),
            name: name.to_owned(),
            text: text.to_owned(),
        };
        session::store(session, SECRET, &secret);
    }

    /// The secret for this page, once.
    fn take(session: &Session, page: &str) -> Option<Self> {
        let secret: Self = session::load(session, SECRET)?;
        session.remove(SECRET);
        (secret.page == page).then_some(secret)
    }
}
