//! Deduct, adjust, set to counted: forms about one SKU in one warehouse.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use chrono::{DateTime, Utc};

use super::fields::{self, Typed, Why};
use super::used::UsedPage;
use super::{Begin, Opened, found as drafted, offered, op_of};
use crate::domain::ids::{OpId, Sku, Warehouse};
use crate::domain::listing::Seen;
use crate::domain::operation::{NewOperation, OpChange, OpKind, OpLine, OpTarget, Operation};
use crate::domain::quantity::{Level, Quantity};
use crate::domain::reason::Reason;
use crate::domain::rejection::{Rejection, ServiceError};
use crate::domain::role::Action;
use crate::domain::stock::StockLevel;
use crate::service::Person;
use crate::web::extract::{Path, Posted, Query, Staff, State};
use crate::web::forms::{Check, FieldError, FormErrors, FormView};
use crate::web::guard::kept::Kept;
use crate::web::i18n::{Message, msg};
use crate::web::layout::Layout;
use crate::web::pages::sku;
use crate::web::problem::Problem;
use crate::web::respond::see_other;
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

/// `GET /stock/{warehouse}/{sku}/deduct`
pub async fn deduct(
    layout: Layout,
    at: Where,
    begin: Query<Begin>,
    kept: Kept,
    staff: Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    form(OpKind::Deduct, layout, at, begin, kept, staff, web).await
}

/// `GET /stock/{warehouse}/{sku}/adjust`
pub async fn adjust(
    layout: Layout,
    at: Where,
    begin: Query<Begin>,
    kept: Kept,
    staff: Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    form(OpKind::Adjust, layout, at, begin, kept, staff, web).await
}

/// `GET /stock/{warehouse}/{sku}/set`
pub async fn set(
    layout: Layout,
    at: Where,
    begin: Query<Begin>,
    kept: Kept,
    staff: Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    form(OpKind::Set, layout, at, begin, kept, staff, web).await
}

async fn form(
    kind: OpKind,
    layout: Layout,
    at: Where,
    Query(begin): Query<Begin>,
    kept: Kept,
    Staff(person): Staff,
    web: State,
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
pub async fn deduct_submit(
    layout: Layout,
    at: Where,
    posted: Posted,
    staff: Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    submit(OpKind::Deduct, layout, at, posted, staff, web).await
}

/// `POST /stock/{warehouse}/{sku}/adjust`
pub async fn adjust_submit(
    layout: Layout,
    at: Where,
    posted: Posted,
    staff: Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    submit(OpKind::Adjust, layout, at, posted, staff, web).await
}

/// `POST /stock/{warehouse}/{sku}/set`
pub async fn set_submit(
    layout: Layout,
    at: Where,
    posted: Posted,
    staff: Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    submit(OpKind::Set, layout, at, posted, staff, web).await
}

async fn submit(
    kind: OpKind,
    layout: Layout,
    at: Where,
    posted: Posted,
    Staff(person): Staff,
    web: State,
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
    let filled = posted.read(|typed: Typed| read(kind, &typed, &level, &layout, limit));
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
        Ok(_) => return Ok(see_other(&paths::op(&op))),
        Err(ServiceError::Rejected(refused)) => refused,
        Err(error) => return Err(error.into()),
    };
    let refill = |status| FormView::refill(posted.fields().to_vec(), status);
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    match (&refused, field_error(&refused, &level)) {
        (Rejection::UnlimitedStock { .. }, _) => {
            let form = refill(unprocessable).problem(msg("set-unlimited"));
            Ok(again(layout, level, form).show())
        }
        (_, Some(error)) => {
            let form = refill(unprocessable).errors(vec![error]);
            Ok(again(layout, level, form).show())
        }
        (_, None) => match drafted(&web, op).await? {
            Some(earlier) => {
                let status = match refused {
                    Rejection::Expired => StatusCode::GONE,
                    Rejection::Forbidden => StatusCode::FORBIDDEN,
                    _ => unprocessable,
                };
                let action = address(kind, &level.warehouse, &level.sku);
                let fields = posted.fields().to_vec();
                Ok(UsedPage::show(layout, earlier, &action, fields, status))
            }
            None => Err(refused.into()),
        },
    }
}

/// What the form says, once it can be understood.
struct Filled {
    change: OpChange,
    counted_at: Option<DateTime<Utc>>,
    why: Why,
}

fn read(
    kind: OpKind,
    typed: &Typed,
    level: &StockLevel,
    layout: &Layout,
    limit: Option<u32>,
) -> Result<Filled, FormErrors> {
    let mut check = Check::new();
    let change = match kind {
        OpKind::Set => {
            let counted = check.field("counted", fields::counted(&typed.counted));
            counted.map(|counted| OpChange::SetTo(counted.get()))
        }
        OpKind::Adjust => {
            let adds = check.field("direction", direction(&typed.direction));
            let most = adds.and_then(|adds| most(level, adds));
            let units = fields::units(&typed.units, "error-units-adjust", most);
            let units = check.field("units", units);
            let signed =
                |adds| move |units: Quantity| if adds { units.get() } else { -units.get() };
            adds.and_then(|adds| units.map(signed(adds)))
                .map(OpChange::Delta)
        }
        _ => {
            let units = fields::units(&typed.units, "error-units-deduct", most(level, false));
            let units = check.field("units", units);
            units.map(|units| OpChange::Delta(-units.get()))
        }
    };
    let counted_at = match kind {
        OpKind::Set => {
            let at = fields::counted_at(&typed.counted_at, &layout.text);
            check.field("counted_at", at).map(Some)
        }
        _ => Some(None),
    };
    let over = matches!((change, limit), (Some(OpChange::Delta(units)), Some(limit))
        if units.unsigned_abs() > u64::from(limit));
    let why = typed.why(&mut check, Reason::offered(kind), over);
    match (change, counted_at, why) {
        (Some(change), Some(counted_at), Some(why)) => Ok(Filled {
            change,
            counted_at,
            why,
        }),
        _ => Err(check.errors()),
    }
}

fn direction(typed: &str) -> Result<bool, Message> {
    match typed {
        "add" => Ok(true),
        "remove" => Ok(false),
        _ => Err(msg("error-direction")),
    }
}

/// How many units can be added or taken, and what to say of more.
fn most(level: &StockLevel, adds: bool) -> Option<(i64, Message)> {
    let available = level.available()?;
    Some(match (adds, available) {
        (true, available) => {
            let room = Level::MAX - available;
            (room, msg("error-units-room").with("max", room))
        }
        (false, 0) => (0, msg("error-units-none")),
        (false, available) => (
            available,
            msg("error-units-available").with("max", available),
        ),
    })
}

/// The line as the draft keeps it: with the level as it was seen, or as it was when somebody
/// counted, so that whatever moved since then is noticed.
async fn line(web: &State, level: &StockLevel, filled: &Filled) -> Result<OpLine, Problem> {
    let (mut available, mut version) = (level.available(), level.version);
    if let Some(at) = filled.counted_at {
        let then = web.services.queries.stock_at(level.id, at).await?;
        if let Some(then) = then.value {
            (available, version) = (then.available, then.version);
        }
    }
    Ok(OpLine {
        sku: level.sku.clone(),
        change: filled.change,
        seen_available: available,
        seen_version: version,
        counted_at: filled.counted_at,
    })
}

/// What the service says of the stock, at the field that it is about.
fn field_error(refused: &Rejection, level: &StockLevel) -> Option<FieldError> {
    let message = match refused {
        Rejection::InsufficientStock { lines } => {
            let line = lines.iter().find(|line| line.sku == level.sku)?;
            match line.available {
                0 => msg("error-units-none"),
                available => msg("error-units-available").with("max", available),
            }
        }
        Rejection::AboveLimit { max, .. } => msg("refused-above-limit").with("max", *max),
        _ => return None,
    };
    Some(FieldError {
        field: "units",
        message,
    })
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
