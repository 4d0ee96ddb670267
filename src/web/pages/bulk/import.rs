//! `/stock/import`: a sheet of changes or counts becomes a draft.

use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;
use ulid::Ulid;

use super::drafted;
use crate::domain::bulk::{Bulk, BulkStatus, MAX_BULK_LINES};
use crate::domain::ids::{OpId, Warehouse};
use crate::domain::reason::Reason;
use crate::service::bulk::sheet::{self, Column, Sheet, SheetFault};
use crate::service::bulk::{Why, Written};
use crate::web::extract::{Posted, Query, Staff, State, Upload};
use crate::web::forms::{Check, FormErrors, FormView, filter};
use crate::web::guard::kept::Kept;
use crate::web::i18n::{Message, msg};
use crate::web::layout::Layout;
use crate::web::pages::corrections::fields::Typed;
use crate::web::pages::corrections::{offered, op_of};
use crate::web::problem::Problem;
use crate::web::{filters, paths};

/// A form with a sheet in it: the sheet, and room for the other fields.
pub const FORM_LIMIT: usize = sheet::MAX_BYTES + 64 * 1024;

#[derive(Template)]
#[template(path = "pages/import.html")]
struct ImportPage {
    layout: Layout,
    op: OpId,
    form: FormView,
    /// Empty when there is one alone.
    warehouses: Vec<(String, String)>,
    /// A file was sent, which browsers do not keep.
    file_lost: bool,
}

impl ImportPage {
    fn show(&self) -> HttpResponse {
        self.layout.with_status(self.form.status(), self)
    }

    fn reasons(&self) -> Vec<(&'static str, String)> {
        offered(Reason::BULK, &self.layout.text)
    }

    fn file_hint(&self) -> Message {
        msg("import-file-hint")
            .with("mib", sheet::MAX_BYTES >> 20)
            .with("rows", MAX_BULK_LINES)
    }

    fn here(&self) -> String {
        format!("{}?op={}", paths::STOCK_IMPORT, self.op)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Begin {
    /// Goes back to this draft.
    op: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ImportForm {
    rows: String,
    warehouse: String,
    reason: String,
    reference: String,
    note: String,
}

/// `GET /stock/import`
pub async fn form(
    layout: Layout,
    Query(begin): Query<Begin>,
    kept: Kept,
    Staff(person): Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    let known = web.services.queries.warehouses().await?.value;
    let named: Option<OpId> = kept.op().or_else(|| begin.op.parse().ok());
    let earlier = match named {
        Some(op) => web.services.bulks.find(op).await?,
        None => None,
    };
    let standing = web.services.operations.standing(&person);
    let goes_on = |bulk: &Bulk| {
        bulk.status == BulkStatus::Draft
            && !bulk.expired(standing.now)
            && standing.may_change(&bulk.author)
    };
    let (op, fields) = match (named, &earlier) {
        (Some(op), Some(bulk)) if goes_on(bulk) => (op, values(bulk)),
        // Reloaded before it was ever posted, or kept while somebody signed in.
        (Some(op), None) => (op, Vec::new()),
        (_, earlier) => (
            OpId::new(Ulid::new()),
            earlier.as_ref().map(values).unwrap_or_default(),
        ),
    };
    let page = ImportPage {
        warehouses: options(&known),
        form: kept.form_or(fields),
        layout,
        op,
        file_lost: false,
    };
    Ok(page.show())
}

/// `POST /stock/import`
pub async fn submit(
    layout: Layout,
    posted: Posted,
    Staff(person): Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    let known = web.services.queries.warehouses().await?.value;
    let op = op_of(&posted);
    let file = posted.file();
    let read = posted.read(|form: ImportForm| form.read(file, &known));
    let form = match read {
        Ok((written, why)) => {
            let saved = web.services.bulks.import(op, written, why, &person);
            return Ok(drafted(&saved.await?));
        }
        Err(form) => form,
    };
    let page = ImportPage {
        warehouses: options(&known),
        file_lost: file.is_some(),
        layout,
        op,
        form,
    };
    Ok(page.show())
}

impl ImportForm {
    fn read(
        self,
        file: Option<&Upload>,
        known: &[Warehouse],
    ) -> Result<(Written, Why), FormErrors> {
        let mut check = Check::new();
        let (field, sheet) = self.sheet(file);
        let sheet = check.field(field, sheet);
        let warehouse = check.field("warehouse", filter::warehouse(&self.warehouse, known));
        let typed = Typed {
            reason: self.reason,
            reference: self.reference,
            note: self.note,
            ..Typed::default()
        };
        let why = typed.why(&mut check, Reason::BULK, false);
        match (sheet, warehouse, why) {
            (Some(sheet), Some(warehouse), Some(why)) => {
                let alone = match known {
                    [alone] => Some(alone.clone()),
                    _ => None,
                };
                let written = Written {
                    name: file.map(|file| file.name.clone()),
                    sheet,
                    warehouse: warehouse.or(alone),
                };
                let why = Why {
                    reason: why.reason,
                    note: why.note,
                    reference: why.reference,
                };
                Ok((written, why))
            }
            _ => Err(check.errors()),
        }
    }

    fn sheet(&self, file: Option<&Upload>) -> (&'static str, Result<Sheet, Message>) {
        let pasted = !self.rows.trim().is_empty();
        let read = |bytes| sheet::read(bytes).map_err(|fault| said(&fault));
        match (file, pasted) {
            (Some(_), true) => ("rows", Err(msg("error-import-both"))),
            (Some(file), false) => ("file", read(&file.bytes)),
            (None, true) => ("rows", read(self.rows.as_bytes())),
            (None, false) => ("file", Err(msg("error-import-missing"))),
        }
    }
}

fn said(fault: &SheetFault) -> Message {
    match fault {
        SheetFault::Empty => msg("error-sheet-empty"),
        SheetFault::TooLarge { max } => msg("error-sheet-large").with("mib", max >> 20),
        SheetFault::Workbook => msg("error-sheet-workbook"),
        SheetFault::NotText => msg("error-sheet-text"),
        SheetFault::NoColumn { column } => msg("error-sheet-column").with(
            "column",
            match column {
                Column::Warehouse => msg("warehouse"),
                Column::Sku => msg("ledger-sku"),
                Column::Delta => msg("sheet-change"),
                Column::SetTo => msg("sheet-set-to"),
                Column::Version => msg("sku-version"),
                Column::Note => msg("note"),
            },
        ),
        SheetFault::NoChange => msg("error-sheet-no-change")
            .with("change", msg("sheet-change"))
            .with("set", msg("sheet-set-to")),
        SheetFault::Twice { title } => msg("error-sheet-twice").with("title", title.as_str()),
        SheetFault::NoRows => msg("error-sheet-no-rows"),
        SheetFault::TooManyRows { max } => msg("error-sheet-rows").with("max", *max),
        SheetFault::Quote { line } => msg("error-sheet-quote").with("line", *line),
    }
}

fn values(bulk: &Bulk) -> Vec<(String, String)> {
    let fields = [
        ("reason", bulk.reason.as_str().to_owned()),
        ("reference", bulk.reference.clone().unwrap_or_default()),
        ("note", bulk.note.clone().unwrap_or_default()),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value));
    fields.into()
}

fn options(known: &[Warehouse]) -> Vec<(String, String)> {
    match known {
        [] | [_] => Vec::new(),
        many => many
            .iter()
            .map(|w| (w.to_string(), w.to_string()))
            .collect(),
    }
}
