//! A form becomes a draft: its lines are frozen as the person saw them.

use super::{Operations, Person, summary};
use crate::domain::audit::{AuditAction, AuditResult};
use crate::domain::draft::{Recount, Redraft};
use crate::domain::ids::{OpId, Sku, StockId};
use crate::domain::operation::{NewOperation, OpTarget, Operation};
use crate::domain::rejection::{Rejection, ServiceError, ServiceResult};
use crate::domain::survey::Survey;
use crate::service::in_time::{PATIENCE, in_time};
use crate::store::mysql::operations::{DraftSaved, draft_save};
use crate::store::mysql::stock::stock_fetch_many;

/// What posting a form came to; with the operation as it is stored now.
#[derive(Debug, Clone)]
pub enum Drafted {
    Saved(Operation),
    /// The same form was posted before. It need not be a draft any more.
    Same(Operation),
    /// It took the place of an earlier draft of the same form.
    Replaced(Operation),
}

impl Drafted {
    pub fn operation(&self) -> &Operation {
        match self {
            Self::Saved(operation) | Self::Same(operation) | Self::Replaced(operation) => operation,
        }
    }
}

impl Operations {
    /// Saves a form as a draft. The same form posted again is the same draft; other content takes
    /// its place while it is a draft, and what was confirmed stays what it was.
    ///
    /// # Errors
    /// `Rejected` with `forbidden`, `unknown_stock`, `insufficient_stock`, `above_limit`,
    /// `unlimited_stock`, what stands against undoing a document (`not_found`,
    /// `already_rolled_back`, `not_reversible`, `cancel_the_order`, `order_cancelled`,
    /// `already_paid`), or, when the form was used before with other content, `form_used`,
    /// `expired` or `discarded`; `NotConfirmed` when the same form can and should be posted
    /// again; `Internal` when its lines could never make a document (see
    /// `NewOperation::into_draft` and `Operation::effect`).
    pub async fn draft(&self, new: NewOperation, by: &Person) -> ServiceResult<Drafted> {
        let op = new.op;
        let drafted = self.save(new, by).await;
        let drafted = self.noted(by, AuditAction::Drafted, op, drafted).await?;
        let (action, result) = match &drafted {
            Drafted::Saved(_) => (AuditAction::Drafted, AuditResult::Done),
            Drafted::Same(_) => (AuditAction::Drafted, AuditResult::NoEffect),
            Drafted::Replaced(_) => (AuditAction::Redrafted, AuditResult::Done),
        };
        self.note(by, action, op, result, summary(drafted.operation()))
            .await;
        Ok(drafted)
    }

    /// Replaces a draft that sets to a count, after the stock moved, by what the person chose.
    /// The new draft is to be looked at and confirmed like any other.
    ///
    /// # Errors
    /// As `draft`; `draft_changed` when the draft is not the one that was seen or does not set
    /// to a count, `nothing_to_change` when no difference is left.
    pub async fn recount(
        &self,
        op: OpId,
        revision: u32,
        choice: Recount,
        by: &Person,
    ) -> ServiceResult<Drafted> {
        let operation = self.fetch(op).await?;
        let OpTarget::Lines { warehouse, lines } = &operation.target else {
            return Err(Rejection::DraftChanged.into());
        };
        if operation.revision != revision {
            return Err(Rejection::DraftChanged.into());
        }
        let skus: Vec<&Sku> = lines.iter().map(|line| &line.sku).collect();
        let levels = in_time(PATIENCE, stock_fetch_many(self.pool(), warehouse, &skus)).await?;
        let recounted = operation.recounted(choice, &levels)?;
        self.draft(recounted, by).await
    }

    async fn save(&self, new: NewOperation, by: &Person) -> ServiceResult<Drafted> {
        let standing = self.standing(by);
        let draft = new.clone().into_draft(&by.name, standing.now);
        draft
            .effect()
            .map_err(|error| ServiceError::Internal(error.to_string()))?;
        let (survey, origin) = in_time(PATIENCE, self.survey(&new.target)).await?;
        // A form that was posted before has its answer, whatever became of the stock meanwhile.
        let allowed = match standing.may_draft(new.kind, origin.as_ref()) {
            true => obstacle(&survey),
            false => Some(Rejection::Forbidden),
        };
        let redraft = |earlier: &Operation| {
            let may_change = standing.may_change(&earlier.author);
            match (earlier.redraft(&new, may_change, standing.now), &allowed) {
                (Redraft::Replace, Some(why)) => Redraft::Declined(why.clone()),
                (redraft, _) => redraft,
            }
        };
        if let Some(why) = &allowed {
            return match self.fetch(new.op).await {
                Ok(earlier) => match redraft(&earlier) {
                    Redraft::Same => Ok(Drafted::Same(earlier)),
                    Redraft::Declined(why) => Err(why.into()),
                    Redraft::Replace => Err(why.clone().into()),
                },
                Err(ServiceError::Rejected(Rejection::NotFound)) => Err(why.clone().into()),
                Err(error) => Err(error),
            };
        }
        let stock = one_row(&survey);
        match in_time(PATIENCE, draft_save(self.pool(), &draft, stock, redraft)).await? {
            DraftSaved::New(operation) => Ok(Drafted::Saved(operation)),
            DraftSaved::Same(operation) => Ok(Drafted::Same(operation)),
            DraftSaved::Replaced(operation) => Ok(Drafted::Replaced(operation)),
            DraftSaved::Declined(why) => Err(why.into()),
        }
    }
}

/// What forbids a draft. A count whose stock has moved is no mistake of the form's: its preview
/// offers the choice.
fn obstacle(survey: &Survey) -> Option<Rejection> {
    let problem = survey.problem.clone();
    problem.filter(|problem| !matches!(problem, Rejection::VersionChanged { .. }))
}

/// The row of stock that an operation is about, when it is about one alone.
fn one_row(survey: &Survey) -> Option<StockId> {
    match survey.lines.as_slice() {
        [line] => Some(line.stock),
        _ => None,
    }
}
