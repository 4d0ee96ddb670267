//! Rolling back: a correction that was wrong, a deduction of a program, goods that came back.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use chrono::{DateTime, Utc};

use super::fields::Typed;
use super::used::{UsedPage, used};
use super::{Begin, Levels, Opened, drafted, found, offered, op_of};
use crate::domain::approval::Origin;
use crate::domain::ids::{EntryId, OpId};
use crate::domain::ledger::{Document, DocumentKind, LedgerEntry};
use crate::domain::operation::{NewOperation, OpKind, OpTarget, Operation};
use crate::domain::reason::Reason;
use crate::domain::rejection::{Rejection, ServiceError};
use crate::domain::survey::Survey;
use crate::service::Person;
use crate::web::extract::{Path, Posted, Query, Staff, State};
use crate::web::forms::{Check, FormErrors, FormView};
use crate::web::guard::kept::Kept;
use crate::web::i18n::{Message, Text, msg};
use crate::web::layout::Layout;
use crate::web::pages::ops;
use crate::web::problem::Problem;
use crate::web::{filters, paths};

#[derive(Template)]
#[template(path = "pages/rollback.html")]
struct RollbackPage {
    layout: Layout,
    subject: Subject,
    op: OpId,
    form: FormView,
}

/// What would be rolled back.
struct Subject {
    entry: LedgerEntry,
    document: Document,
    survey: Survey,
    as_of: DateTime<Utc>,
}

impl Subject {
    async fn find(web: &State, Path(entry): &Path<String>) -> Result<Self, Problem> {
        let unknown = || Problem::unknown(msg("rollback-unknown").with("entry", entry), entry);
        let id: EntryId = entry.parse().map_err(|_| unknown())?;
        let seen = web.services.queries.entry(id).await?;
        let entry = seen.value.ok_or_else(unknown)?;
        let target = OpTarget::Document(entry.document.clone());
        let mut survey = web.services.operations.survey_now(&target).await?;
        let document = survey
            .document
            .take()
            .ok_or_else(|| Problem::internal(format!("{} has no document", entry.id)))?;
        let as_of = seen.as_of;
        Ok(Self {
            entry,
            document,
            survey,
            as_of,
        })
    }

    fn target(&self) -> OpTarget {
        OpTarget::Document(self.document.document.clone())
    }

    fn is_order(&self) -> bool {
        self.document.kind == DocumentKind::Order
    }

    fn reasons(&self) -> &'static [Reason] {
        match self.is_order() {
            true => Reason::RETURN,
            false => Reason::offered(OpKind::Rollback),
        }
    }

    /// What was moved, and would be moved back.
    fn undone(&self) -> Vec<&LedgerEntry> {
        let entries = self.document.entries.iter();
        entries.filter(|entry| !entry.kind.reverses()).collect()
    }

    /// The entries that undid it.
    fn undoing(&self) -> Vec<&LedgerEntry> {
        let entries = self.document.entries.iter();
        entries.filter(|entry| entry.kind.reverses()).collect()
    }

    /// # Errors
    /// 403, when this is not for this person.
    fn allow(&self, web: &State, person: &Person, text: &Text) -> Result<(), Problem> {
        let standing = web.services.operations.standing(person);
        match standing.may_draft(OpKind::Rollback, Some(&self.origin())) {
            true => Ok(()),
            false => Err(self.refusal(person, text)),
        }
    }

    fn origin(&self) -> Origin {
        Origin {
            actor: self.document.actor.clone(),
            created_at: self.document.created_at,
        }
    }

    /// Why this is not for this person.
    fn refusal(&self, person: &Person, text: &Text) -> Problem {
        Problem::not_theirs(&self.origin(), &person.name, text)
    }
}

impl RollbackPage {
    fn show(&self) -> HttpResponse {
        self.layout.with_status(self.form.status(), self)
    }

    fn title(&self) -> Message {
        let subject = &self.subject;
        if subject.entry.kind.reverses() {
            return msg("rollback-never-title");
        }
        match (subject.is_order(), subject.undone().len()) {
            (true, _) => msg("rollback-return-title").with("order", &subject.document.document),
            (false, 1) => msg("rollback-title").with("object", subject.entry.id),
            (false, _) => msg("rollback-title").with("object", &subject.document.document),
        }
    }

    /// Why there is no form.
    fn obstacle(&self) -> Option<&Rejection> {
        self.subject.survey.problem.as_ref()
    }

    fn has_form(&self) -> bool {
        !self.subject.entry.kind.reverses() && self.obstacle().is_none()
    }

    fn levels(&self) -> Levels {
        Levels::of(
            &self.subject.survey.lines,
            self.subject.as_of,
            &self.layout.text,
        )
    }

    fn reasons(&self) -> Vec<(&'static str, String)> {
        offered(self.subject.reasons(), &self.layout.text)
    }
}

/// `GET /ledger/{entry}/rollback`
pub async fn form(
    layout: Layout,
    entry: Path<String>,
    Query(begin): Query<Begin>,
    kept: Kept,
    Staff(person): Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    let subject = Subject::find(&web, &entry).await?;
    if subject.survey.problem.is_none() {
        subject.allow(&web, &person, &layout.text)?;
    }
    let target = subject.target();
    let belongs = |operation: &Operation| operation.target == target;
    let source = (&web, &layout.text);
    let opened = begin
        .open(kept, Vec::new(), belongs, source, &person)
        .await?;
    let Opened { op, form, used } = opened;
    // What was rolled back says so itself, with both entries.
    if let (Some(earlier), None) = (used, &subject.survey.problem) {
        let fields = form.fields().to_vec();
        let action = paths::rollback(&subject.entry.id);
        return Ok(UsedPage::show(
            layout,
            earlier,
            &action,
            fields,
            StatusCode::OK,
        ));
    }
    Ok(RollbackPage {
        layout,
        subject,
        op,
        form,
    }
    .show())
}

/// `POST /ledger/{entry}/rollback`
pub async fn submit(
    layout: Layout,
    entry: Path<String>,
    posted: Posted,
    Staff(person): Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    let subject = Subject::find(&web, &entry).await;
    let subject = subject.map_err(|problem| posted.or_foreign(problem))?;
    let op = op_of(&posted);
    // Whatever was entered: it is done already.
    if let (false, Some(Rejection::AlreadyRolledBack { document, .. })) =
        (posted.is_foreign(), &subject.survey.problem)
        && found(&web, op).await?.is_none()
    {
        return ops::earlier_rollback(&web, document).await;
    }
    let read = |typed: Typed| -> Result<_, FormErrors> {
        let mut check = Check::new();
        let why = typed.why(&mut check, subject.reasons(), false);
        why.ok_or_else(|| check.errors())
    };
    let why = match posted.read(read) {
        Ok(why) => why,
        Err(form) => {
            subject.allow(&web, &person, &layout.text)?;
            return Ok(RollbackPage {
                layout,
                subject,
                op,
                form,
            }
            .show());
        }
    };
    let new = NewOperation {
        op,
        kind: OpKind::Rollback,
        target: subject.target(),
        reason: why.reason,
        note: why.note,
        reference: why.reference,
    };
    let refused = match web.services.operations.draft(new, &person).await {
        Ok(saved) => return Ok(drafted(&saved)),
        Err(ServiceError::Rejected(refused)) => refused,
        Err(error) => return Err(error.into()),
    };
    match refused {
        Rejection::AlreadyRolledBack { document, .. } => {
            ops::earlier_rollback(&web, &document).await
        }
        Rejection::FormUsed | Rejection::Expired | Rejection::Discarded => {
            let action = paths::rollback(&subject.entry.id);
            let fields = posted.fields().to_vec();
            used(layout, (&web, op), &action, fields, &refused).await
        }
        Rejection::Forbidden => Err(subject.refusal(&person, &layout.text)),
        refused => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let form = FormView::refill(posted.fields().to_vec(), status);
            let mut subject = Subject::find(&web, &entry).await?;
            subject.survey.problem = Some(refused);
            Ok(RollbackPage {
                layout,
                subject,
                op,
                form,
            }
            .show())
        }
    }
}
