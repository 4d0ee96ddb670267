//! A form that was used before, for something else.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use chrono::{DateTime, Utc};
use ulid::Ulid;

use super::found;
use crate::domain::ids::OpId;
use crate::domain::operation::{OpStatus, Operation};
use crate::domain::rejection::Rejection;
use crate::web::extract::State;
use crate::web::filters;
use crate::web::forms::{entered, label};
use crate::web::i18n::{Message, msg};
use crate::web::layout::Layout;
use crate::web::pages::ops::deed::Deed;
use crate::web::paths;
use crate::web::problem::Problem;

#[derive(Template)]
#[template(path = "pages/used.html")]
pub struct UsedPage {
    layout: Layout,
    /// What the form was used for.
    earlier: OpId,
    title: &'static str,
    detail: Message,
    /// Where the form is posted to.
    action: String,
    /// The operation of the new form.
    op: OpId,
    /// What was entered this time.
    fields: Vec<(String, String)>,
}

/// The answer to a form of `op` that `refused` says was used, expired, discarded, or is somebody
/// else's.
pub async fn used(
    layout: Layout,
    (web, op): (&State, OpId),
    action: &str,
    fields: Vec<(String, String)>,
    refused: &Rejection,
) -> Result<HttpResponse, Problem> {
    let status = match refused {
        Rejection::Expired => StatusCode::GONE,
        Rejection::Forbidden => StatusCode::FORBIDDEN,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    if let Some(earlier) = found(web, op).await? {
        return Ok(UsedPage::show(layout, earlier, action, fields, status));
    }
    let Some(bulk) = web.services.bulks.find(op).await? else {
        return Err(refused.clone().into());
    };
    let at = bulk.confirmed_at.unwrap_or(bulk.created_at);
    let detail = msg("op-used-otherwise").with("at", at);
    let said = ("op-used-title", detail);
    Ok(UsedPage::answer(layout, (op, said), action, fields, status))
}

impl UsedPage {
    /// `fields`: what was entered, which loses nothing by having been posted once too often.
    pub fn show(
        layout: Layout,
        earlier: Operation,
        action: &str,
        fields: Vec<(String, String)>,
        status: StatusCode,
    ) -> HttpResponse {
        let said = (
            title(&earlier, layout.text.now),
            detail(&earlier, layout.text.now),
        );
        Self::answer(layout, (earlier.op, said), action, fields, status)
    }

    fn answer(
        layout: Layout,
        (earlier, (title, detail)): (OpId, (&'static str, Message)),
        action: &str,
        fields: Vec<(String, String)>,
        status: StatusCode,
    ) -> HttpResponse {
        let page = Self {
            layout,
            earlier,
            title,
            detail,
            action: action.to_owned(),
            op: OpId::new(Ulid::new()),
            fields: fields
                .into_iter()
                .filter(|(name, value)| label(name).is_some() && !value.is_empty())
                .collect(),
        };
        page.layout.with_status(status, &page)
    }

    fn shown(&self) -> Vec<(Message, String)> {
        entered(&self.fields, &self.layout.text)
    }
}

fn title(earlier: &Operation, now: DateTime<Utc>) -> &'static str {
    match earlier.status {
        OpStatus::Draft if earlier.expired(now) => "op-expired-title",
        OpStatus::Draft => "op-others-title",
        OpStatus::Discarded => "op-discarded-title",
        OpStatus::Applied | OpStatus::Waiting | OpStatus::Refused => "op-used-title",
    }
}

fn detail(earlier: &Operation, now: DateTime<Utc>) -> Message {
    let at = earlier.confirmed_at.unwrap_or(earlier.created_at);
    match earlier.status {
        OpStatus::Draft if earlier.expired(now) => msg("op-expired").with("at", earlier.expires_at),
        OpStatus::Draft => msg("op-others").with("name", &earlier.author[..]),
        OpStatus::Discarded => msg("op-discarded-at").with("at", at),
        OpStatus::Applied => Deed::of(earlier).used(at),
        OpStatus::Waiting | OpStatus::Refused => msg("op-used-otherwise").with("at", at),
    }
}
