//! What an operation would do just now. Nothing is changed by looking.

use chrono::{DateTime, Utc};

use super::{Operations, Person};
use crate::domain::approval::Origin;
use crate::domain::ids::{DocumentNo, OpId, Sku, Warehouse};
use crate::domain::operation::{OpKind, OpStatus, OpTarget, Operation};
use crate::domain::rejection::{Rejection, ServiceResult};
use crate::domain::stock::StockLevel;
use crate::domain::survey::Survey;
use crate::service::in_time::{PATIENCE, in_time};
use crate::store::mysql::StoreResult;
use crate::store::mysql::ledger::document_fetch;
use crate::store::mysql::orders::order_fetch;
use crate::store::mysql::stock::stock_fetch_many;

/// An operation with what it would do, and what this person may do with it.
#[derive(Debug, Clone)]
pub struct Preview {
    pub operation: Operation,
    pub as_of: DateTime<Utc>,
    /// What it would do now. Of an operation that is no draft any more: what the same would do
    /// once more, which `operation.result` answers better.
    pub survey: Survey,
    /// Why confirming would come to nothing: the draft's own state first, then the survey's.
    pub problem: Option<Rejection>,
    /// Whether this person may confirm it; else it waits for a supervisor.
    pub may_confirm: bool,
    /// Whether this person may replace or discard it.
    pub may_change: bool,
}

impl Operations {
    /// The operation with its numbers now, change and after.
    ///
    /// # Errors
    /// `Rejected` with `not_found`; `NotConfirmed` when the database is away or too slow.
    pub async fn preview(&self, op: OpId, by: &Person) -> ServiceResult<Preview> {
        let operation = self.fetch(op).await?;
        let as_of = self.now();
        let (survey, origin) = in_time(PATIENCE, self.survey(&operation.target)).await?;
        let standing = self.standing(by);
        let own = match operation.status {
            OpStatus::Draft if operation.expired(as_of) => Some(Rejection::Expired),
            OpStatus::Draft => None,
            OpStatus::Discarded => Some(Rejection::Discarded),
            OpStatus::Refused => operation.refusal.clone(),
            OpStatus::Applied | OpStatus::Waiting => None,
        };
        Ok(Preview {
            as_of,
            problem: own.or_else(|| survey.problem.clone()),
            may_confirm: standing.may_confirm(&operation, origin.as_ref()),
            may_change: standing.may_change(&operation.author),
            survey,
            operation,
        })
    }

    /// Who made what an operation of this kind on this document would undo; what
    /// `Standing::may_draft` asks for before a form for it is shown.
    ///
    /// # Errors
    /// `NotConfirmed` when the database is away or too slow.
    pub async fn origin(&self, document: &DocumentNo) -> ServiceResult<Option<Origin>> {
        let found = in_time(PATIENCE, document_fetch(self.pool(), document)).await?;
        Ok(found.map(|document| Origin {
            actor: document.actor,
            created_at: document.created_at,
        }))
    }

    /// The numbers of a form that was not posted yet, or was refused: what it would do now.
    ///
    /// # Errors
    /// `NotConfirmed` when the database is away or too slow.
    pub async fn survey_now(&self, target: &OpTarget) -> ServiceResult<Survey> {
        Ok(in_time(PATIENCE, self.survey(target)).await?.0)
    }

    pub(super) async fn survey(&self, target: &OpTarget) -> StoreResult<(Survey, Option<Origin>)> {
        match target {
            OpTarget::Lines { warehouse, lines } => {
                let skus: Vec<&Sku> = lines.iter().map(|line| &line.sku).collect();
                let levels = stock_fetch_many(self.pool(), warehouse, &skus).await?;
                Ok((Survey::of_lines(lines, &levels), None))
            }
            OpTarget::Document(document) => self.survey_rollback(document).await,
            OpTarget::Order(order_no) => self.survey_cancel(order_no).await,
        }
    }

    async fn survey_rollback(
        &self,
        document: &DocumentNo,
    ) -> StoreResult<(Survey, Option<Origin>)> {
        let Some(found) = document_fetch(self.pool(), document).await? else {
            return Ok((Survey::of_nothing(), None));
        };
        let order = order_fetch(self.pool(), document).await?;
        let origin = Origin {
            actor: found.actor.clone(),
            created_at: found.created_at,
        };
        let skus = found.entries.iter().map(|entry| &entry.sku).collect();
        let levels = self.levels(found.warehouse.as_ref(), skus).await?;
        let status = order.map(|order| order.status);
        Ok((Survey::of_rollback(found, status, &levels), Some(origin)))
    }

    async fn survey_cancel(&self, order_no: &DocumentNo) -> StoreResult<(Survey, Option<Origin>)> {
        let Some(order) = order_fetch(self.pool(), order_no).await? else {
            return Ok((Survey::of_nothing(), None));
        };
        let origin = Origin {
            actor: order.actor.clone(),
            created_at: order.created_at,
        };
        let skus = order.lines.iter().map(|line| &line.sku).collect();
        let levels = self.levels(Some(&order.warehouse), skus).await?;
        Ok((Survey::of_cancel(order, &levels), Some(origin)))
    }

    async fn levels(
        &self,
        warehouse: Option<&Warehouse>,
        skus: Vec<&Sku>,
    ) -> StoreResult<Vec<StockLevel>> {
        match warehouse {
            Some(warehouse) => stock_fetch_many(self.pool(), warehouse, &skus).await,
            None => Ok(Vec::new()),
        }
    }

    /// Who made what this operation would undo; not asked for where nobody needs to know.
    pub(super) async fn origin_of(&self, operation: &Operation) -> ServiceResult<Option<Origin>> {
        match (operation.kind, &operation.target) {
            (OpKind::Rollback | OpKind::Cancel, OpTarget::Document(d) | OpTarget::Order(d)) => {
                self.origin(d).await
            }
            _ => Ok(None),
        }
    }
}
