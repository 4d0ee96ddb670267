//! Doing something about a late payment: a page that says what will happen, and its button.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::one::label;
use super::{found, number, unknown};
use crate::domain::ids::Sku;
use crate::domain::late::{Deed, LatePayment};
use crate::domain::operation::NewOperation;
use crate::domain::order::Order;
use crate::domain::rejection::{Rejection, ServiceError};
use crate::service::LateMoney;
use crate::service::late::Did;
use crate::web::extract::{Path, Posted, Staff, State};
use crate::web::forms::{Check, FormErrors, FormView};
use crate::web::guard::kept::Kept;
use crate::web::i18n::{Message, Worded, msg};
use crate::web::layout::Layout;
use crate::web::problem::Problem;
use crate::web::respond::see_other;
use crate::web::session::{self, FlashKind};
use crate::web::{filters, numbers, paths};

/// SKUs that are named one by one among what is deducted again.
const LINES: usize = 20;

#[derive(Template)]
#[template(path = "pages/late_deed.html")]
struct DeedPage {
    layout: Layout,
    late: LatePayment,
    deed: Deed,
    /// What is deducted again: the SKU, units, and what is available now.
    lines: Vec<(Sku, i64, String)>,
    more: usize,
    form: FormView,
}

impl DeedPage {
    async fn new(
        layout: Layout,
        late: LatePayment,
        deed: Deed,
        form: FormView,
        web: &State,
    ) -> Result<Self, Problem> {
        let mut page = Self {
            layout,
            late,
            deed,
            lines: Vec::new(),
            more: 0,
            form,
        };
        if deed == Deed::Deduct {
            let order = web.services.queries.order(&page.late.order_no).await?;
            if let Some(order) = order.value {
                page.survey(&order, web).await?;
            }
        }
        Ok(page)
    }

    async fn survey(&mut self, order: &Order, web: &State) -> Result<(), Problem> {
        for line in order.lines.iter().take(LINES) {
            let queries = &web.services.queries;
            let level = queries.stock(&order.warehouse, &line.sku).await?.value;
            let available = match level {
                Some(level) if level.unlimited => self.say("unlimited"),
                Some(level) => level.available().map_or_else(String::new, numbers::grouped),
                None => numbers::grouped(0),
            };
            self.lines
                .push((line.sku.clone(), line.quantity, available));
        }
        self.more = order.lines.len().saturating_sub(LINES);
        Ok(())
    }

    fn say(&self, id: &'static str) -> String {
        self.layout.text.say(&msg(id)).into_owned()
    }

    fn show(&self) -> HttpResponse {
        self.layout.with_status(self.form.status(), self)
    }

    fn title(&self) -> Message {
        match self.deed {
            Deed::Refund => {
                msg("late-check-refund").with("amount", numbers::money(self.late.amount))
            }
            Deed::Deduct => msg("late-check-deduct").with("order", &self.late.order_no),
            Deed::Handle => msg("late-check-handle"),
            Deed::Ask => msg("late-do-ask"),
        }
    }

    fn explained(&self) -> Message {
        match self.deed {
            Deed::Refund => msg("late-refund-explained")
                .with("gateway", &self.late.gateway)
                .with("refund", &self.late.refund_no),
            Deed::Deduct => msg("late-deduct-explained"),
            Deed::Handle | Deed::Ask => msg("late-handle-explained"),
        }
    }
}

#[derive(Deserialize)]
struct DeedForm {
    #[serde(default)]
    note: String,
}

impl DeedForm {
    /// How it was handled outside; nothing where that is not what is done.
    fn note(self, deed: Deed) -> Result<String, FormErrors> {
        let mut check = Check::new();
        let note = check.field("note", note(&self.note, deed == Deed::Handle));
        note.ok_or_else(|| check.errors())
    }
}

fn note(typed: &str, needed: bool) -> Result<String, Message> {
    let text = typed.replace("\r\n", "\n");
    let text = text.trim();
    if text.is_empty() && needed {
        return Err(msg("error-note-missing"));
    }
    if text.chars().count() > NewOperation::NOTE_MAX_CHARS {
        return Err(msg("error-note-long").with("max", NewOperation::NOTE_MAX_CHARS));
    }
    if text
        .chars()
        .any(|c| c.is_control() && c != '\n' && c != '\t')
    {
        return Err(msg("error-note-characters"));
    }
    Ok(text.to_owned())
}

async fn form(
    deed: Deed,
    layout: Layout,
    payment: &str,
    kept: Kept,
    session: Session,
    web: State,
) -> Result<HttpResponse, Problem> {
    let (late, ..) = found(&web, payment).await?;
    if !late.may(deed) {
        return Ok(stands(&session, &late));
    }
    let page = DeedPage::new(layout, late, deed, kept.form(), &web).await?;
    Ok(page.show())
}

/// It cannot be done (any more): its page says why.
fn stands(session: &Session, late: &LatePayment) -> HttpResponse {
    let before = msg("late-did-before").with("state", late.state.message());
    session::flash(session, FlashKind::Note, before);
    see_other(&paths::late(&late.id))
}

async fn submit(
    deed: Deed,
    layout: Layout,
    payment: &str,
    posted: Posted,
    session: Session,
    person: crate::service::Person,
    web: State,
) -> Result<HttpResponse, Problem> {
    let found = found(&web, payment).await;
    let (late, ..) = found.map_err(|problem| posted.or_foreign(problem))?;
    let note = match posted.read(|form: DeedForm| form.note(deed)) {
        Ok(note) => note,
        Err(form) => {
            let page = DeedPage::new(layout, late, deed, form, &web).await?;
            return Ok(page.show());
        }
    };
    match web
        .services
        .late
        .perform(late.id, deed, &note, &person)
        .await
    {
        Ok(did) => {
            let (kind, message) = did_message(deed, &did);
            session::flash(&session, kind, message);
            Ok(see_other(&paths::late(&late.id)))
        }
        Err(ServiceError::Rejected(Rejection::InsufficientStock { .. })) => {
            let conflict = StatusCode::UNPROCESSABLE_ENTITY;
            let form = FormView::refill(posted.fields().to_vec(), conflict);
            let form = form.problem(msg("late-deduct-short"));
            let page = DeedPage::new(layout, late, deed, form, &web).await?;
            Ok(page.show())
        }
        Err(ServiceError::Rejected(Rejection::NotFound)) => Err(unknown(payment)),
        Err(ServiceError::Rejected(Rejection::Forbidden)) => {
            Err(Problem::forbidden(LateMoney::action(deed)))
        }
        Err(ServiceError::Rejected(Rejection::AlreadySettled)) => {
            let settled = Rejection::AlreadySettled.message();
            session::flash(&session, FlashKind::Warning, settled);
            Ok(see_other(&paths::late(&late.id)))
        }
        Err(error) => Err(error.into()),
    }
}

fn did_message(deed: Deed, did: &Did) -> (FlashKind, Message) {
    let state = did.late().state.message();
    match (did, deed) {
        (Did::Before(_), _) => (FlashKind::Note, msg("late-did-before").with("state", state)),
        (_, Deed::Refund) => (FlashKind::Done, msg("late-did-refund").with("state", state)),
        (_, Deed::Deduct) => (FlashKind::Done, msg("late-did-deduct")),
        (_, Deed::Ask) => (FlashKind::Note, msg("late-did-ask").with("state", state)),
        (_, Deed::Handle) => (FlashKind::Done, msg("late-did-handle")),
    }
}

/// The two handlers of a deed that is confirmed on a page of its own.
macro_rules! deed {
    ($get:ident, $post:ident, $deed:expr, $path:literal) => {
        #[doc = concat!("`GET ", $path, "`")]
        pub async fn $get(
            layout: Layout,
            Path(payment): Path<String>,
            kept: Kept,
            session: Session,
            web: State,
        ) -> Result<HttpResponse, Problem> {
            form($deed, layout, &payment, kept, session, web).await
        }

        #[doc = concat!("`POST ", $path, "`")]
        pub async fn $post(
            layout: Layout,
            Path(payment): Path<String>,
            posted: Posted,
            session: Session,
            Staff(person): Staff,
            web: State,
        ) -> Result<HttpResponse, Problem> {
            submit($deed, layout, &payment, posted, session, person, web).await
        }
    };
}

deed!(
    refund,
    refund_submit,
    Deed::Refund,
    "/payments/late/{payment}/refund"
);
deed!(
    deduct,
    deduct_submit,
    Deed::Deduct,
    "/payments/late/{payment}/deduct"
);
deed!(
    handle,
    handle_submit,
    Deed::Handle,
    "/payments/late/{payment}/handle"
);

/// `POST /payments/late/{payment}/ask`: asks the gateway now; nothing needs to be confirmed.
pub async fn ask(
    Path(payment): Path<String>,
    session: Session,
    Staff(person): Staff,
    web: State,
) -> Result<HttpResponse, Problem> {
    let id = number(&payment)?;
    match web.services.late.perform(id, Deed::Ask, "", &person).await {
        Ok(did) => {
            let (kind, message) = did_message(Deed::Ask, &did);
            session::flash(&session, kind, message);
            Ok(see_other(&paths::late(&id)))
        }
        Err(ServiceError::Rejected(Rejection::NotFound)) => Err(unknown(&payment)),
        Err(ServiceError::Rejected(Rejection::AlreadySettled)) => {
            let settled = Rejection::AlreadySettled.message();
            session::flash(&session, FlashKind::Warning, settled);
            Ok(see_other(&paths::late(&id)))
        }
        Err(error) => Err(error.into()),
    }
}
