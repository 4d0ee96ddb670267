//! Queries (`?warehouse=…&limit=…`) and the pages of a list.

use actix_web::HttpResponse;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::future::{Ready, ready};

use super::fields::{Fields, read_object};
use crate::domain::listing::{Limit, Page};
use crate::web::extract::State;
use crate::web::problem::Problem;
use crate::web::state::Web;

/// Rows of a page, unless the caller wants another number.
const ROWS: u32 = 100;

/// A query: each name once; a name without a value is as good as none.
pub struct Query(Map<String, Value>);

impl FromRequest for Query {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(decode(request.query_string()).map(Self))
    }
}

fn decode(query: &str) -> Result<Map<String, Value>, Problem> {
    let pairs: Vec<(String, String)> = serde_html_form::from_str(query)
        .map_err(|error| Problem::malformed(format!("The query cannot be read: {error}.")))?;
    let mut object = Map::new();
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        if object.contains_key(&name) {
            return Err(Problem::malformed(format!("The query has {name:?} twice.")));
        }
        object.insert(name, value.into());
    }
    Ok(object)
}

impl Query {
    /// # Errors
    /// 422 with everything in it that is not as it should be.
    pub fn read<T>(self, read: impl FnOnce(&mut Fields<'_>) -> Option<T>) -> Result<T, Problem> {
        read_object(&self.0, read)
    }
}

/// How many rows, and after which.
pub struct Wanted {
    pub limit: Limit,
    after: Option<String>,
}

/// `&after=&limit=`
pub fn wanted(fields: &mut Fields<'_>) -> Option<Wanted> {
    let limit = fields.may("limit", |value| {
        let rows = value.as_str().and_then(|text| text.parse().ok());
        let limit = rows.and_then(Limit::new);
        limit.ok_or_else(|| format!("must be a whole number from 1 to {}", Limit::MAX))
    });
    let after = fields.may("after", super::fields::name::<String>);
    Some(Wanted {
        limit: limit?.or_else(|| Limit::new(ROWS))?,
        after: after?,
    })
}

impl Wanted {
    /// The row after which the page begins.
    ///
    /// # Errors
    /// 400 unless it came as `next` from the same list.
    pub fn after<K: DeserializeOwned>(
        &self,
        web: &Web,
        list: &'static str,
    ) -> Result<Option<K>, Problem> {
        let Some(cursor) = &self.after else {
            return Ok(None);
        };
        let text = web.sealer.open(list, cursor);
        let key = text.and_then(|text| serde_json::from_str(&text).ok());
        let wrong = || Problem::malformed("The cursor `after` is not one that this list gave.");
        key.map(Some).ok_or_else(wrong)
    }
}

#[derive(Serialize)]
struct Listed<T> {
    items: Vec<T>,
    next: Option<String>,
}

/// `{"items":[…],"next":"…"}`
pub fn listed<T, K: Serialize, S: Serialize>(
    state: &State,
    list: &'static str,
    page: Page<T, K>,
    show: impl Fn(T) -> S,
) -> Result<HttpResponse, Problem> {
    let seal = |key| serde_json::to_string(&key).map(|text| state.sealer.seal(list, &text));
    let next = page.next.map(seal).transpose().map_err(Problem::internal)?;
    let items = page.items.into_iter().map(show).collect();
    Ok(HttpResponse::Ok().json(Listed { items, next }))
}
