//! What handlers take. Ours in place of actix's, whose refusals would leave as raw text.
//!
//! | extractor | what | refusal |
//! |---|---|---|
//! | `State` | the application | |
//! | [`Layout`](super::layout::Layout) | the frame of the page | |
//! | `Path<T>` | the parts of the path | 404 |
//! | `Query<T>` | the query, repeated keys allowed | 400 |
//! | `Posted` | the posted form and its file, checked by the guard | 413, 415, 400 |
//! | `Json` | the object of a JSON body of at most 1 MiB | 413, 415, 400 |
//! | `Caller` | who holds the API key | |
//! | `Staff` | who is signed in, for the services | |
//! | `Address` | where the request came from | |

mod address;
mod json;
mod posted;
mod staff;

pub use address::Address;
pub use json::{JSON_LIMIT, Json};
pub use posted::{FORM_LIMIT, Posted, Upload, read as read_body, read_and_drain};
pub use staff::Staff;

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use serde::de::DeserializeOwned;

use super::problem::Problem;
use super::state::Web;
use crate::domain::actor::Actor;
use crate::service::api_keys::Bearer;

/// The application.
#[derive(Clone)]
pub struct State(Web);

impl State {
    /// The application behind any request.
    pub fn of(request: &HttpRequest) -> &Web {
        let data = request.app_data::<web::Data<Web>>();
        data.expect("the server puts it there for every request")
    }
}

impl Deref for State {
    type Target = Web;

    fn deref(&self) -> &Web {
        &self.0
    }
}

impl FromRequest for State {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(Self::of(request).clone())))
    }
}

/// The parts of the path, percent-decoded: one value, a tuple or a struct. A part that is not
/// what it should be leads nowhere: 404.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Path<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        #[expect(clippy::disallowed_types, reason = "its refusal becomes ours")]
        let parts = web::Path::<T>::from_request(request, payload).into_inner();
        ready(match parts {
            Ok(parts) => Ok(Self(parts.into_inner())),
            Err(error) => Err(Problem::not_found().cause(error)),
        })
    }
}

/// The query. A list that can show its filter form with an error summary takes strings here and
/// reads them itself; whatever is refused here is a 400 page.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let query = request.query_string();
        ready(match serde_html_form::from_str(query) {
            Ok(query) => Ok(Self(query)),
            Err(error) => Err(Problem::malformed(format!("the query: {error}"))),
        })
    }
}

/// Who holds the API key; on routes behind `Guard::ApiKey` only.
pub struct Caller(pub Bearer);

impl Caller {
    pub fn actor(&self) -> Actor {
        Actor::ApiKey {
            id: self.0.id,
            name: self.0.name.clone(),
        }
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let bearer = request.extensions().get::<Bearer>().cloned();
        let missing = || Problem::internal("Caller on a route without an API key");
        ready(bearer.map(Self).ok_or_else(missing))
    }
}
