//! A form that outlived its session becomes the draft it was on the way to be, once its author
//! has signed in again: they stand before the preview, and nothing was performed.

use actix_web::HttpRequest;
use actix_web::http::header::LOCATION;
use percent_encoding::percent_decode_str;

use super::{cancel, rollback, stock};
use crate::domain::operation::OpKind;
use crate::service::Person;
use crate::web::extract::{Path, Posted, Staff, State};
use crate::web::guard::kept::KeptForm;
use crate::web::layout::Layout;

/// The address of the preview; `None` when the form has to be looked at again first, or is none
/// of a correction.
pub async fn resumed(
    request: &HttpRequest,
    web: &State,
    kept: &KeptForm,
    person: Person,
) -> Option<String> {
    let parts: Option<Vec<String>> = kept.path.split('/').skip(1).map(decoded).collect();
    let parts = parts?;
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let posted = Posted::of_fields(kept.fields().to_vec(), false);
    let (layout, staff, web) = (Layout::of(request), Staff(person), web.clone());
    let answer = match parts[..] {
        ["stock", warehouse, sku, form] => {
            let kind = match form {
                "deduct" => OpKind::Deduct,
                "adjust" => OpKind::Adjust,
                "set" => OpKind::Set,
                _ => return None,
            };
            let at = Path((warehouse.to_owned(), sku.to_owned()));
            stock::submit(kind, (layout, at, posted, staff, web)).await
        }
        ["ledger", entry, "rollback"] => {
            rollback::submit(layout, Path(entry.to_owned()), posted, staff, web).await
        }
        ["orders", order_no, "cancel"] => {
            cancel::submit(layout, Path(order_no.to_owned()), posted, staff, web).await
        }
        _ => return None,
    };
    let answer = answer.ok()?;
    let address = answer.headers().get(LOCATION)?.to_str().ok()?;
    Some(address.to_owned())
}

fn decoded(part: &str) -> Option<String> {
    let text = percent_decode_str(part).decode_utf8().ok()?;
    Some(text.into_owned())
}
