//! `/audit`

use actix_session::Session;
use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;

use crate::domain::audit::{AuditAction, AuditEntry, AuditResult, AuditRow};
use crate::domain::ids::{DocumentNo, OpId};
use crate::domain::listing::{AuditFilter, AuditKey};
use crate::web::export;
use crate::web::extract::{Query, State};
use crate::web::forms::{Check, FieldError, FormErrors, filter};
use crate::web::i18n::{Text, Worded, msg};
use crate::web::layout::Layout;
use crate::web::list::{Chip, Place, chip};
use crate::web::list_view::{Content, ListView};
use crate::web::problem::{Problem, loaded};
use crate::web::{filters, paths};

const ROWS: u32 = 100;
const WHO_MAX_CHARS: usize = 80;

#[derive(Template)]
#[template(path = "pages/audit.html")]
struct AuditPage {
    layout: Layout,
    view: ListView<AuditRow>,
    actions: Vec<(&'static str, String)>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct AuditQuery {
    actor: String,
    kind: String,
    from: String,
    to: String,
    after: String,
}

impl AuditQuery {
    pub(super) fn fields(&self) -> [(&'static str, &str); 4] {
        [
            ("actor", self.actor.trim()),
            ("kind", &self.kind),
            ("from", self.from.trim()),
            ("to", self.to.trim()),
        ]
    }

    pub(super) fn filter(&self, text: &Text) -> Result<AuditFilter, FormErrors> {
        let mut check = Check::new();
        let actor = check.named(
            "actor",
            "ledger-who",
            filter::text(&self.actor, WHO_MAX_CHARS),
        );
        let action = check.named(
            "kind",
            "audit-what",
            filter::one_of(&self.kind, AuditAction::parse),
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
        Ok(AuditFilter {
            actor: actor.flatten(),
            action: action.flatten(),
            from,
            to,
        })
    }

    fn chips(&self, filter: &AuditFilter) -> Vec<Chip> {
        let action = filter
            .action
            .map(|a| chip("kind", "audit-what", a.message()));
        let typed = [
            ("actor", "ledger-who", self.actor.trim()),
            ("from", "audit-from", self.from.trim()),
            ("to", "audit-to", self.to.trim()),
        ];
        let typed = typed.into_iter().filter(|(_, _, value)| !value.is_empty());
        let typed = typed.map(|(name, label, value)| chip(name, label, value));
        typed.chain(action).collect()
    }
}

/// `GET /audit`
pub async fn page(
    layout: Layout,
    Query(query): Query<AuditQuery>,
    session: Session,
    web: State,
) -> Result<HttpResponse, Problem> {
    let (filter, errors) = match query.filter(&layout.text) {
        Ok(filter) => (filter, None),
        Err(errors) => (AuditFilter::default(), Some(errors)),
    };
    let page = AuditPage::new(layout, &query, &filter);
    if let Some(errors) = errors {
        return Ok(page.refuse(errors));
    }
    let now = web.services.clock.now();
    match page.view.list.place(&web.sealer, &query.after, now) {
        Some(place) => page.show(&web, &filter, &place).await,
        None => Ok(page.view.list.moved_on(&session)),
    }
}

/// The page of what an entry is about, where it has one.
fn object_path(entry: &AuditEntry) -> Option<String> {
    let object = entry.object.as_deref()?;
    match entry.action {
        AuditAction::Drafted
        | AuditAction::Redrafted
        | AuditAction::Confirmed
        | AuditAction::Approved
        | AuditAction::Discarded => {
            let op: OpId = object.parse().ok()?;
            // A refused form never became an operation.
            let made = entry.action != AuditAction::Drafted || entry.result != AuditResult::Refused;
            made.then(|| paths::op(&op))
        }
        AuditAction::LateRefund
        | AuditAction::LateDeduct
        | AuditAction::LateAsk
        | AuditAction::LateHandle => object.parse().ok().map(|id: u64| paths::late(&id)),
        AuditAction::PaymentAsked => {
            let order: DocumentNo = object.parse().ok()?;
            Some(paths::order(&order))
        }
        _ => None,
    }
}

impl AuditPage {
    fn new(layout: Layout, query: &AuditQuery, filter: &AuditFilter) -> Self {
        let fields = query.fields();
        let text = layout.text;
        Self {
            view: ListView::new(paths::AUDIT, &fields, query.chips(filter)),
            actions: filter::options(AuditAction::ALL, |action| action.as_str(), &text),
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
        filter: &AuditFilter,
        place: &Place<AuditKey>,
    ) -> Result<HttpResponse, Problem> {
        let queries = &web.services.queries;
        let limit = self.layout.rows(ROWS)?;
        let found = queries.audit_list(filter, place.after().copied(), limit);
        let Some(found) = loaded(found.await)? else {
            return Ok(self.layout.not_loaded(&self));
        };
        let said = (web, &self.layout.text);
        let sentence = Some(msg("ledger-caption"));
        self.view.fill(said, place, found, None, sentence);
        Ok(self.layout.ok(&self))
    }
}
