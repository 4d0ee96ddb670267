//! Somebody who is signed in and looks at pages.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};

use super::desk::{PASSWORD, RunningDesk, USER};

const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct Visitor {
    client: Client,
    address: String,
    cookie: String,
}

/// A page, and how long it took from the request to its last byte.
pub(super) struct Visit {
    pub body: String,
    pub taken: Duration,
}

impl Visitor {
    pub async fn sign_in(desk: &RunningDesk) -> anyhow::Result<Self> {
        let client = Client::builder()
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .build()?;
        let mut visitor = Self {
            client,
            address: desk.address.clone(),
            cookie: String::new(),
        };
        let form = visitor.get("/login").await?.body;
        let token = between(&form, "name=\"csrf\" value=\"", "\"").context("no token")?;
        let fields = [("csrf", token), ("name", USER), ("password", PASSWORD)];
        let answer = visitor
            .client
            .post(format!("{}/login", visitor.address))
            .header(COOKIE, &visitor.cookie)
            .header("origin", &visitor.address)
            .form(&fields)
            .send()
            .await?;
        if answer.headers().get(LOCATION).is_none() {
            bail!("not signed in: {}", answer.status());
        }
        visitor.remember(&answer);
        Ok(visitor)
    }

    pub async fn get(&mut self, path: &str) -> anyhow::Result<Visit> {
        let begun = Instant::now();
        let answer = self
            .client
            .get(format!("{}{path}", self.address))
            .header(COOKIE, &self.cookie)
            .send()
            .await?;
        self.remember(&answer);
        let status = answer.status();
        let body = answer.text().await?;
        let taken = begun.elapsed();
        if !status.is_success() {
            bail!("{path} answered {status}");
        }
        Ok(Visit { body, taken })
    }

    /// The session's cookie is renewed now and then.
    fn remember(&mut self, answer: &Response) {
        let set = answer.headers().get_all(SET_COOKIE).into_iter();
        for cookie in set.filter_map(|value| value.to_str().ok()) {
            self.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        }
    }
}

/// What stands between two texts, the first time.
pub(super) fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let rest = text.split_once(before)?.1;
    Some(rest.split_once(after)?.0)
}
