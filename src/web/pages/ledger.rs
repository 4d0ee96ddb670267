//! `/ledger`

#![expect(
    clippy::cmp_owned,
    reason = "entries are compared by what they are written as, in the template"
)]

use actix_session::Session;
use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;

use crate::domain::ids::{DocumentNo, EntryId, OpId, Warehouse};
use crate::domain::ledger::{EntryKind, LedgerEntry};
use crate::domain::listing::{LedgerFilter, LedgerKey};
use crate::web::export;
use crate::web::extract::{Query, State};
use crate::web::forms::{Check, FieldError, FormErrors, filter};
use crate::web::i18n::{Message, Text, Worded, msg};
use crate::web::layout::Layout;
use crate::web::list::{Chip, Place, chip};
use crate::web::list_view::{Content, ListView};
use crate::web::problem::{Problem, loaded};
use crate::web::respond::see_other;
use crate::web::{filters, paths};

const ROWS: u32 = 100;
const WHO_MAX_CHARS: usize = 80;

#[derive(Template)]
#[template(path = "pages/ledger.html")]
struct LedgerPage {
    layout: Layout,
    view: ListView<LedgerEntry>,
    warehouses: Vec<(String, String)>,
    kinds: Vec<(&'static str, String)>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct LedgerQuery {
    sku: String,
    wh: String,
    order: String,
    kind: String,
    actor: String,
    from: String,
    to: String,
    /// Another name for `order`, in links to what an operation did.
    op: String,
    after: String,
}

impl LedgerQuery {
    fn document(&self) -> &str {
        match self.order.trim() {
            "" => self.op.trim(),
            order => order,
        }
    }

    pub(super) fn fields(&self) -> [(&'static str, &str); 7] {
        [
            ("sku", self.sku.trim()),
            ("wh", &self.wh),
            ("order", self.document()),
            ("kind", &self.kind),
            ("actor", self.actor.trim()),
            ("from", self.from.trim()),
            ("to", self.to.trim()),
        ]
    }

    /// `known`: all warehouses.
    pub(super) fn filter(
        &self,
        known: &[Warehouse],
        text: &Text,
    ) -> Result<LedgerFilter, FormErrors> {
        let mut check = Check::new();
        let sku = check.named("sku", "ledger-sku", filter::sku(&self.sku));
        let warehouse = check.field("wh", filter::warehouse(&self.wh, known));
        let document = check.field("order", document(self.document()));
        let kind = check.named(
            "kind",
            "ledger-kind",
            filter::one_of(&self.kind, EntryKind::parse),
        );
        let actor = check.named(
            "actor",
            "ledger-who",
            filter::text(&self.actor, WHO_MAX_CHARS),
        );
        let from = check.named("from", "audit-from", filter::moment(&self.from, text.zone));
        let to = check.named("to", "audit-to", filter::moment(&self.to, text.zone));
        let mut errors = check.errors();
        let from = from.flatten().map(|from| from.begin);
        let to = to.flatten().map(|to| to.end);
        if let (Some(from), Some(to)) = (from, to)
            && from >= to
        {
            let message = msg("ledger-from-after-to");
            errors.push(FieldError {
                field: "from",
                message,
            });
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let (document, op) = match document.flatten() {
            Some(Number::Document(document)) => (Some(document), None),
            Some(Number::Op(op)) => (None, Some(op)),
            None => (None, None),
        };
        Ok(LedgerFilter {
            warehouse: warehouse.flatten(),
            sku: sku.flatten(),
            document,
            kind: kind.flatten(),
            actor: actor.flatten(),
            from,
            to,
            op,
        })
    }

    fn chips(&self, filter: &LedgerFilter) -> Vec<Chip> {
        let fields = self.fields();
        let value = |name| fields.iter().find(|(field, _)| *field == name);
        let labels = [
            ("sku", "ledger-sku"),
            ("wh", "warehouse"),
            ("order", "ledger-document"),
            ("actor", "ledger-who"),
        ];
        let typed = labels.iter().filter_map(|&(name, label)| {
            let (_, value) = value(name)?;
            (!value.is_empty()).then(|| chip(name, label, *value))
        });
        let kind = filter
            .kind
            .map(|kind| chip("kind", "ledger-kind", kind.message()));
        typed.chain(kind).collect()
    }
}

/// What can be typed to find the entries of one document.
enum Number {
    Document(DocumentNo),
    /// What an operation did, rollbacks included.
    Op(OpId),
}

fn document(typed: &str) -> Result<Option<Number>, Message> {
    if typed.is_empty() {
        return Ok(None);
    }
    if let Ok(op) = typed.parse() {
        return Ok(Some(Number::Op(op)));
    }
    let document = typed.parse().map(Number::Document);
    document.map(Some).map_err(|_| msg("ledger-not-a-document"))
}

/// `GET /ledger`
pub async fn page(
    layout: Layout,
    Query(query): Query<LedgerQuery>,
    session: Session,
    web: State,
) -> Result<HttpResponse, Problem> {
    let Some(known) = loaded(web.services.queries.warehouses().await)? else {
        let page = LedgerPage::new(layout, &query, &LedgerFilter::default(), &[]);
        return Ok(page.layout.not_loaded(&page));
    };
    let known = known.value;
    let (filter, errors) = match query.filter(&known, &layout.text) {
        Ok(filter) => (filter, None),
        Err(errors) => (LedgerFilter::default(), Some(errors)),
    };
    let page = LedgerPage::new(layout, &query, &filter, &known);
    if let Some(errors) = errors {
        return Ok(page.refuse(errors));
    }
    if let Ok(entry) = query.document().parse::<EntryId>()
        && web.services.queries.entry(entry).await?.value.is_some()
    {
        return Ok(see_other(&paths::entry(&entry)));
    }
    let now = web.services.clock.now();
    match page.view.list.place(&web.sealer, &query.after, now) {
        Some(place) => page.show(&web, &filter, &place).await,
        None => Ok(page.view.list.moved_on(&session)),
    }
}

impl LedgerPage {
    fn new(
        layout: Layout,
        query: &LedgerQuery,
        filter: &LedgerFilter,
        known: &[Warehouse],
    ) -> Self {
        let fields = query.fields();
        let text = layout.text;
        Self {
            view: ListView::new(paths::LEDGER, &fields, query.chips(filter)),
            warehouses: filter::warehouses(known),
            kinds: filter::options(EntryKind::ALL, |kind| kind.as_str(), &text),
            layout,
        }
    }

    fn refuse(mut self, errors: FormErrors) -> HttpResponse {
        self.view.refuse(errors);
        self.layout.with_status(self.view.form.status(), &self)
    }

    async fn show(
        mut self,
        web: &State,
        filter: &LedgerFilter,
        place: &Place<LedgerKey>,
    ) -> Result<HttpResponse, Problem> {
        let queries = &web.services.queries;
        let limit = self.layout.rows(ROWS)?;
        let (entries, count) = tokio::join!(
            queries.ledger_list(filter, place.after().copied(), limit),
            queries.ledger_count(filter),
        );
        let Some(entries) = loaded(entries)? else {
            return Ok(self.layout.not_loaded(&self));
        };
        let count = loaded(count)?.and_then(|seen| seen.value);
        let said = (web, &self.layout.text);
        let sentence = Some(msg("ledger-caption"));
        self.view.fill(said, place, entries, count, sentence);
        Ok(self.layout.ok(&self))
    }
}
