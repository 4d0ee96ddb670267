use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::Address;
use crate::service::Person;
use crate::web::problem::Problem;
use crate::web::visitor::Visitor;

/// Who is signed in, as the services want to know it; on routes behind `Guard::SignedIn`.
pub struct Staff(pub Person);

impl FromRequest for Staff {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visitor = Visitor::of(request);
        let person = visitor.user.as_ref().map(|user| Person {
            name: user.name.to_string(),
            role: user.role,
            address: Address::of(request).text(),
        });
        ready(person.map(Self).ok_or_else(Problem::signed_out))
    }
}
