//! Deduct, adjust, set to counted: forms about one SKU in one warehouse.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use chrono::{DateTime, Utc};

use super::entered::{field_error, line, read};
use super::fields::Typed;
use super::used::{UsedPage, used};
use super::{Begin, Opened, drafted, offered, op_of};
use crate::domain::ids::{OpId, Sku, Warehouse};
use crate::domain::listing::Seen;
use crate::domain::operation::{NewOperation, OpKind, OpTarget, Operation};
use crate::domain::quantity::Quantity;
use crate::domain::reason::Reason;
use crate::domain::rejection::{Rejection, ServiceError};
use crate::domain::role::Action;
use crate::domain::stock::StockLevel;
use crate::service::Person;
use crate::web::extract::{Path, Posted, Query, Staff, State};
use crate::web::forms::FormView;
use crate::web::guard::kept::Kept;
use crate::web::i18n::{Message, msg};
use crate::web::layout::Layout;
use crate::web::pages::sku;
use crate::web::problem::Problem;
use crate::web::{filters, paths};

#[derive(Template)]
#[template(path = "pages/correct.html")]
struct CorrectPage {
    layout: Layout,
    kind: OpKind,
    level: StockLevel,
    as_of: DateTime<Utc>,
    op: OpId,
    form: FormView,
    /// Units that this person may move without a supervisor; `None` when there is no limit.
    limit: Option<u32>,
}

impl CorrectPage {
    fn show(&self) -> HttpResponse {
        self.layout.with_status(self.form.status(), self)
    }

    fn title(&self) -> Message {
        let title = match self.kind {
            OpKind::Adjust => msg("adjust-title"),
            OpKind::Set => msg("set-title"),
            _ => msg("deduct-title"),
        };
        title.with("sku", &self.level.sku)
    }

    /// What tells its tab from the same form of another warehouse.
    fn tab(&self) -> Message {
        let tab = msg("correct-tab").with("title", self.title());
        tab.with("warehouse", &self.level.warehouse)
    }

    /// An unlimited SKU has no level to set.
    fn has_form(&self) -> bool {
        self.kind != OpKind::Set || !self.level.unlimited
    }

    fn sku_page(&self) -> String {
        paths::stock(&self.level.warehouse, &self.level.sku)
    }

    fn address(&self) -> String {
        address(self.kind, &self.level.warehouse, &self.level.sku)
    }

    fn reasons(&self) -> Vec<(&'static str, String)> {
        offered(Reason::offered(self.kind), &self.layout.text)
    }

    fn directions(&self) -> [(&'static str, String); 2] {
        let say = |id| self.layout.text.say(&msg(id)).into_owned();
        [
            ("add", say("correct-add")),
            ("remove", say("correct-remove")),
        ]
    }

    /// What can be entered, in words.
    fn units_hint(&self) -> String {
        let hint = match (self.kind, self.level.available()) {
            (OpKind::Deduct, Some(available)) if available > 0 => {
                msg("correct-units-upto").with("max", available.min(Quantity::MAX.into()))
            }
            _ => msg("correct-units-any"),
        };
        self.layout.text.say(&hint).into_owned()
    }

    fn counted_hint(&self) -> String {
        let hint = msg("set-counted-hint").with("count", self.level.reserved);
        self.layout.text.say(&hint).into_owned()
    }

    fn counted_at_hint(&self) -> String {
        let text = &self.layout.text;
        let hint = msg("set-counted-at-hint")
            .with("zone", text.zone.name())
            .with("offset", text.offset());
        text.say(&hint).into_owned()
    }
}

fn address(kind: OpKind, warehouse: &Warehouse, sku: &Sku) -> String {
    match kind {
        OpKind::Adjust => paths::adjust(warehouse, sku),
        OpKind::Set => paths::set(warehouse, sku),
        _ => paths::deduct(warehouse, sku),
    }
}

/// Which SKU; the parts of the path.
type Where = Path<(String, String)>;

/// What a form is opened with, and what is sent from it.
type Opening = (Layout, Where, Query<Begin>, Kept, Staff, State);
type Sent = (Layout, Where, Posted, Staff, State);

/// `GET /stock/{warehouse}/{sku}/deduct`
pub async fn deduct(opening: Opening) -> Result<HttpResponse, Problem> {
    form(OpKind::Deduct, opening).await
}

/// `GET /stock/{warehouse}/{sku}/adjust`
pub async fn adjust(opening: Opening) -> Result<HttpResponse, Problem> {
    form(OpKind::Adjust, opening).await
}

/// `GET /stock/{warehouse}/{sku}/set`
pub async fn set(opening: Opening) -> Result<HttpResponse, Problem> {
    form(OpKind::Set, opening).await
}

async fn form(
    kind: OpKind,
    (layout, at, Query(begin), kept, Staff(person), web): Opening,
) -> Result<HttpResponse, Problem> {
    let Some(Seen {
        value: level,
        as_of,
    }) = find(&web, &at).await?
    else {
        return missing(layout, &web, at).await;
    };
    let blank = match kind {
        OpKind::Set => vec![("counted_at".to_owned(), layout.text.full(layout.text.now))],
        _ => Vec::new(),
    };
    let belongs = |operation: &Operation| {
        matches!(&operation.target, OpTarget::Lines { warehouse, lines }
            if operation.kind == kind && *warehouse == level.warehouse
                && matches!(lines.as_slice(), [line] if line.sku == level.sku))
    };
    let source = (&web, &layout.text);
    let opened = begin.open(kept, blank, belongs, source, &person).await?;
    let Opened { op, form, used } = opened;
    if let Some(earlier) = used {
        let action = address(kind, &level.warehouse, &level.sku);
        let fields = form.fields().to_vec();
        return Ok(UsedPage::show(
            layout,
            earlier,
            &action,
            fields,
            StatusCode::OK,
        ));
    }
    let limit = limit(&web, &person);
    Ok(CorrectPage {
        layout,
        kind,
        level,
        as_of,
        op,
        form,
        limit,
    }
    .show())
}

/// `POST /stock/{warehouse}/{sku}/deduct`
pub async fn deduct_submit(sent: Sent) -> Result<HttpResponse, Problem> {
    submit(OpKind::Deduct, sent).await
}

/// `POST /stock/{warehouse}/{sku}/adjust`
pub async fn adjust_submit(sent: Sent) -> Result<HttpResponse, Problem> {
    submit(OpKind::Adjust, sent).await
}

/// `POST /stock/{warehouse}/{sku}/set`
pub async fn set_submit(sent: Sent) -> Result<HttpResponse, Problem> {
    submit(OpKind::Set, sent).await
}

pub(super) async fn submit(
    kind: OpKind,
    (layout, at, posted, Staff(person), web): Sent,
) -> Result<HttpResponse, Problem> {
    let found = find(&web, &at).await?;
    let Some(Seen {
        value: level,
        as_of,
    }) = found
    else {
        let here = posted.or_foreign(Problem::not_found());
        return match here.status {
            StatusCode::NOT_FOUND => missing(layout, &web, at).await,
            _ => Err(here),
        };
    };
    let (op, limit) = (op_of(&posted), limit(&web, &person));
    let again = |layout, level, form| CorrectPage {
        layout,
        kind,
        level,
        as_of,
        op,
        form,
        limit,
    };
    let filled = posted.read(|typed: Typed| read(kind, &typed, &level, &layout.text, limit));
    let filled = match filled {
        Ok(filled) => filled,
        Err(form) => return Ok(again(layout, level, form).show()),
    };
    let (warehouse, line) = (level.warehouse.clone(), line(&web, &level, &filled).await?);
    let new = NewOperation {
        op,
        kind,
        target: OpTarget::Lines {
            warehouse,
            lines: vec![line],
        },
        reason: filled.why.reason,
        note: filled.why.note,
        reference: filled.why.reference,
    };
    let refused = match web.services.operations.draft(new, &person).await {
        Ok(saved) => return Ok(drafted(&saved)),
        Err(ServiceError::Rejected(refused)) => refused,
        Err(error) => return Err(error.into()),
    };
    let fields = posted.fields().to_vec();
    let form = FormView::refill(fields.clone(), StatusCode::UNPROCESSABLE_ENTITY);
    let form = match field_error(&refused, &level) {
        Some(error) => form.errors(vec![error]),
        None if matches!(refused, Rejection::UnlimitedStock { .. }) => {
            form.problem(msg("set-unlimited"))
        }
        None => {
            let action = address(kind, &level.warehouse, &level.sku);
            return used(layout, (&web, op), &action, fields, &refused).await;
        }
    };
    Ok(again(layout, level, form).show())
}

async fn find(
    web: &State,
    Path((warehouse, sku)): &Where,
) -> Result<Option<Seen<StockLevel>>, Problem> {
    let (Ok(warehouse), Ok(sku)) = (warehouse.parse(), sku.parse()) else {
        return Ok(None);
    };
    let Seen { value, as_of } = web.services.queries.stock(&warehouse, &sku).await?;
    Ok(value.map(|value| Seen { value, as_of }))
}

/// 404, with the SKUs that may have been meant.
async fn missing(
    layout: Layout,
    web: &State,
    Path((warehouse, sku)): Where,
) -> Result<HttpResponse, Problem> {
    sku::missing(layout, web, warehouse, sku).await
}

fn limit(web: &State, person: &Person) -> Option<u32> {
    let limited = !person.role.may(Action::Approve);
    limited.then(|| web.services.operations.unit_limit())
}
