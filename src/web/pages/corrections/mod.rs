//! The forms of corrections: deduct, adjust, set to counted, roll back, cancel.
//!
//! A form has the id of its operation before anything is typed: it stands in a hidden field, and
//! whatever is posted twice is one draft. Posting saves a draft and leads to `/ops/{op}`; nothing
//! else happens here.

pub mod cancel;
mod entered;
pub mod fields;
mod levels;
mod resumed;
pub mod rollback;
pub mod stock;
mod used;

pub use levels::Levels;
pub use resumed::resumed;

use actix_web::HttpResponse;
use serde::Deserialize;
use ulid::Ulid;

use crate::domain::ids::OpId;
use crate::domain::operation::{OpChange, OpKind, OpStatus, OpTarget, Operation};
use crate::domain::reason::Reason;
use crate::domain::rejection::{Rejection, ServiceError};
use crate::service::Person;
use crate::service::operations::Drafted;
use crate::web::extract::{Posted, State};
use crate::web::forms::FormView;
use crate::web::guard::kept::Kept;
use crate::web::i18n::{Text, Worded};
use crate::web::pages::ops;
use crate::web::paths;
use crate::web::problem::Problem;
use crate::web::respond::see_other;

/// What a form's address may hold besides its path.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Begin {
    /// Goes back to this draft.
    op: String,
    /// Starts again with the values of this operation.
    from: String,
}

/// A form that is about to be shown.
struct Opened {
    op: OpId,
    form: FormView,
    /// What this form was used for before.
    used: Option<Operation>,
}

/// The address of the form behind an operation.
pub fn form_of(operation: &Operation) -> Option<String> {
    match (&operation.target, operation.kind) {
        (OpTarget::Lines { warehouse, lines }, kind) => {
            let [line] = lines.as_slice() else {
                return None;
            };
            Some(match kind {
                OpKind::Set => paths::set(warehouse, &line.sku),
                OpKind::Adjust => paths::adjust(warehouse, &line.sku),
                _ => paths::deduct(warehouse, &line.sku),
            })
        }
        (OpTarget::Order(order_no), _) => Some(paths::cancel(order_no)),
        // Its address holds an entry: whoever knows the document asks `paths::rollback`.
        (OpTarget::Document(_), _) => None,
    }
}

impl Begin {
    /// The form to show: as it was when a session ended, as the draft that it goes back to, with
    /// an earlier operation's values, or with `blank`. `belongs` tells whether an operation is
    /// one of this form.
    async fn open(
        &self,
        kept: Kept,
        blank: Vec<(String, String)>,
        belongs: impl Fn(&Operation) -> bool,
        (web, text): (&State, &Text),
        person: &Person,
    ) -> Result<Opened, Problem> {
        if let Some(op) = kept.op() {
            let form = kept.form_or(blank);
            return Ok(Opened {
                op,
                form,
                used: None,
            });
        }
        let (going_back, named) = match self.op.parse::<OpId>() {
            Ok(op) => (true, Some(op)),
            Err(_) => (false, self.from.parse().ok()),
        };
        let earlier = match named {
            Some(op) => found(web, op).await?.filter(belongs),
            None => None,
        };
        let (mut op, mut fields, mut used) = (OpId::new(Ulid::new()), blank, None);
        match (earlier, named) {
            (Some(earlier), _) => {
                let operations = &web.services.operations;
                let standing = operations.standing(person);
                let goes_on = going_back
                    && earlier.status == OpStatus::Draft
                    && !earlier.expired(standing.now)
                    && standing.may_change(&earlier.author);
                fields = values(&earlier, goes_on, text, fields);
                if goes_on {
                    op = earlier.op;
                } else if going_back {
                    used = Some(earlier);
                }
            }
            // Reloaded before it was ever posted.
            (None, Some(named)) if going_back && found(web, named).await?.is_none() => op = named,
            (None, _) => {}
        }
        let form = kept.form_or(fields);
        Ok(Opened { op, form, used })
    }
}

async fn found(web: &State, op: OpId) -> Result<Option<Operation>, Problem> {
    match web.services.operations.fetch(op).await {
        Ok(operation) => Ok(Some(operation)),
        Err(ServiceError::Rejected(Rejection::NotFound)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What was typed into the form of an operation. A count is only given back to whoever goes on
/// with it: to start again is to count again.
fn values(
    operation: &Operation,
    with_count: bool,
    text: &Text,
    blank: Vec<(String, String)>,
) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    let mut field = |name: &str, value: String| fields.push((name.to_owned(), value));
    if let OpTarget::Lines { lines, .. } = &operation.target {
        match lines.first().map(|line| (line.change, line.counted_at)) {
            Some((OpChange::Delta(units), _)) => {
                if operation.kind == OpKind::Adjust {
                    let direction = if units < 0 { "remove" } else { "add" };
                    field("direction", direction.to_owned());
                }
                field("units", units.abs().to_string());
            }
            Some((OpChange::SetTo(counted), at)) if with_count => {
                field("counted", counted.to_string());
                field("counted_at", text.full(at.unwrap_or(operation.created_at)));
            }
            _ => {}
        }
    }
    field("reason", operation.reason.as_str().to_owned());
    field("reference", operation.reference.clone().unwrap_or_default());
    field("note", operation.note.clone().unwrap_or_default());
    let missing = blank.into_iter().filter(|(name, _)| {
        let known = ["counted", "counted_at"];
        known.contains(&name.as_str()) && !with_count
    });
    let missing: Vec<_> = missing.collect();
    fields.extend(missing);
    fields
}

/// The operation of a posted form. One without a readable id is new: it can be posted twice, and
/// is then two drafts, of which a person confirms one.
pub fn op_of(posted: &Posted) -> OpId {
    let op = posted.value("op").parse();
    op.unwrap_or_else(|_| OpId::new(Ulid::new()))
}

/// Where a form leads that is a draft now, or has been one: what was confirmed meanwhile says so.
fn drafted(drafted: &Drafted) -> HttpResponse {
    let operation = drafted.operation();
    let confirmed = match operation.status {
        OpStatus::Applied | OpStatus::Waiting | OpStatus::Refused => true,
        OpStatus::Draft | OpStatus::Discarded => false,
    };
    see_other(&match confirmed {
        true => ops::again(&operation.op),
        false => paths::op(&operation.op),
    })
}

/// Reasons as radio buttons.
pub fn offered(reasons: &[Reason], text: &Text) -> Vec<(&'static str, String)> {
    let option = |reason: &Reason| {
        let said = text.say(&reason.message()).into_owned();
        (reason.as_str(), said)
    };
    reasons.iter().map(option).collect()
}
