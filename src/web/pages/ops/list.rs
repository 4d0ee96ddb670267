//! `/ops`

use actix_session::Session;
use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;

use super::deed::Deed;
use crate::domain::bulk::{Bulk, BulkStatus};
use crate::domain::ids::OpId;
use crate::domain::listing::{Listed, OpFilter, OpKey};
use crate::domain::operation::{OpStatus, OpTarget, Operation};
use crate::web::export;
use crate::web::extract::{Query, State};
use crate::web::forms::{Check, FieldError, FormErrors, filter};
use crate::web::i18n::{Message, Text, Worded, msg};
use crate::web::layout::Layout;
use crate::web::list::{Chip, Place, chip};
use crate::web::list_view::{Content, ListView};
use crate::web::pages::{bulk, find};
use crate::web::problem::{Problem, loaded};
use crate::web::respond::see_other;
use crate::web::{filters, paths};

const ROWS: u32 = 50;
const NAME_MAX_CHARS: usize = 64;

#[derive(Template)]
#[template(path = "pages/ops.html")]
struct OpsPage {
    layout: Layout,
    view: ListView<Listed>,
    /// Only what is being carried out.
    running: bool,
    states: Vec<(&'static str, String)>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct OpsQuery {
    /// An operation's number, in full.
    op: String,
    state: String,
    author: String,
    /// A time: confirmed then or later.
    since: String,
    after: String,
}

/// What the list can be of.
#[derive(Debug, Clone, Copy)]
enum Shown {
    /// Drafts that can still be confirmed.
    Open,
    One(OpStatus),
    /// Bulk operations that are being carried out.
    Running,
    /// Drafts that nobody confirmed in time.
    Expired,
    /// Drafts that another person than their author has to confirm.
    Requests,
    /// What was carried out, or is being.
    Corrections,
}

/// The word of the filter for drafts that wait for a supervisor.
pub const REQUESTS: &str = "requests";
/// And for what was carried out or is being: the corrections of the overview.
pub const CORRECTIONS: &str = "corrections";

impl Shown {
    const OPEN: &'static str = "open";
    const EXPIRED: &'static str = "expired";

    fn parse(word: &str) -> Option<Self> {
        match word {
            Self::OPEN => Some(Self::Open),
            Self::EXPIRED => Some(Self::Expired),
            REQUESTS => Some(Self::Requests),
            CORRECTIONS => Some(Self::Corrections),
            word if word == BulkStatus::Running.as_str() => Some(Self::Running),
            word => OpStatus::parse(word).map(Self::One),
        }
    }

    fn message(self) -> Message {
        match self {
            Self::Open => msg("ops-open"),
            Self::Expired => msg("op-expired-tag"),
            Self::Requests => msg("ops-requests"),
            Self::Corrections => msg("ops-corrections"),
            Self::One(status) => status.message(),
            Self::Running => BulkStatus::Running.message(),
        }
    }
}

impl OpsQuery {
    pub(in crate::web::pages) fn fields(&self) -> [(&'static str, &str); 4] {
        [
            ("op", self.op.trim()),
            ("state", &self.state),
            ("author", self.author.trim()),
            ("since", self.since.trim()),
        ]
    }

    /// `unit_limit`: what an operator may move alone.
    pub(in crate::web::pages) fn filter(
        &self,
        text: &Text,
        unit_limit: u32,
    ) -> Result<OpFilter, FormErrors> {
        let mut check = Check::new();
        let op = check.field("op", number(self.op.trim()));
        let state = check.named(
            "state",
            "ops-state",
            filter::one_of(&self.state, Shown::parse),
        );
        let author = check.named(
            "author",
            "op-prepared",
            filter::text(&self.author, NAME_MAX_CHARS),
        );
        let since = check.named("since", "ops-since", filter::moment(&self.since, text.zone));
        match (op, state, author, since) {
            (Some(_), Some(state), Some(author), Some(since)) => Ok(OpFilter {
                status: match state {
                    Some(Shown::One(status)) => Some(status),
                    Some(Shown::Open | Shown::Expired | Shown::Requests) => Some(OpStatus::Draft),
                    Some(Shown::Corrections) => Some(OpStatus::Applied),
                    Some(Shown::Running) | None => None,
                },
                open_at: matches!(state, Some(Shown::Open | Shown::Requests)).then_some(text.now),
                expired_at: matches!(state, Some(Shown::Expired)).then_some(text.now),
                requests: matches!(state, Some(Shown::Requests)).then_some(unit_limit),
                corrections: matches!(state, Some(Shown::Corrections)),
                confirmed_from: since.map(|since| since.begin),
                author,
                ..OpFilter::default()
            }),
            _ => Err(check.errors()),
        }
    }

    /// Only what is being carried out.
    pub(in crate::web::pages) fn running(&self) -> bool {
        matches!(Shown::parse(&self.state), Some(Shown::Running))
    }

    fn chips(&self) -> Vec<Chip> {
        let state = Shown::parse(&self.state);
        let author = self.author.trim();
        let state = state.map(|state| chip("state", "ops-state", state.message()));
        let author = (!author.is_empty()).then(|| chip("author", "op-prepared", author));
        let since = self.since.trim();
        let since = (!since.is_empty()).then(|| chip("since", "ops-since", since));
        state.into_iter().chain(author).chain(since).collect()
    }
}

fn number(typed: &str) -> Result<Option<OpId>, Message> {
    match typed {
        "" => Ok(None),
        typed => {
            let op = typed.parse().map(Some);
            op.map_err(|_| msg("ops-no-such").with("op", typed))
        }
    }
}

/// `GET /ops`
pub async fn page(
    layout: Layout,
    Query(query): Query<OpsQuery>,
    session: Session,
    web: State,
) -> Result<HttpResponse, Problem> {
    let now = web.services.clock.now();
    let page = OpsPage::new(layout, &query);
    let unit_limit = web.services.operations.unit_limit();
    let filter = match query.filter(&page.layout.text, unit_limit) {
        Ok(filter) => filter,
        Err(errors) => return Ok(page.refuse(errors)),
    };
    if let Ok(op) = query.op.trim().parse::<OpId>() {
        return Ok(match find::is_operation(&web, op).await? {
            true => see_other(&paths::op(&op)),
            false => {
                let message = msg("ops-no-such").with("op", op);
                page.refuse(vec![FieldError {
                    field: "op",
                    message,
                }])
            }
        });
    }
    match page.view.list.place(&web.sealer, &query.after, now) {
        Some(place) => page.show(&web, &filter, &place).await,
        None => Ok(page.view.list.moved_on(&session)),
    }
}

impl OpsPage {
    fn new(layout: Layout, query: &OpsQuery) -> Self {
        let fields = query.fields();
        let say = |message: &Message| layout.text.say(message).into_owned();
        let mut states = vec![
            (Shown::OPEN, say(&msg("ops-open"))),
            (REQUESTS, say(&msg("ops-requests"))),
            (CORRECTIONS, say(&msg("ops-corrections"))),
        ];
        states.extend(filter::options(OpStatus::ALL, |s| s.as_str(), &layout.text));
        states.push((Shown::EXPIRED, say(&msg("op-expired-tag"))));
        let running = BulkStatus::Running;
        states.push((running.as_str(), say(&running.message())));
        Self {
            view: ListView::new(paths::OPS, &fields, query.chips()),
            running: query.running(),
            states,
            layout,
        }
    }

    fn expired(&self, operation: &Operation) -> bool {
        operation.expired(self.layout.text.now)
    }

    fn bulk_expired(&self, bulk: &Bulk) -> bool {
        bulk.expired(self.layout.text.now)
    }

    fn refuse(mut self, errors: FormErrors) -> HttpResponse {
        self.view.refuse(errors);
        self.layout.with_status(self.view.form.status(), &self)
    }

    async fn show(
        mut self,
        web: &State,
        filter: &OpFilter,
        place: &Place<OpKey>,
    ) -> Result<HttpResponse, Problem> {
        let queries = &web.services.queries;
        let limit = self.layout.rows(ROWS)?;
        let after = place.after().copied();
        let found = queries.operations_of_every_kind(filter, self.running, after, limit);
        let Some(found) = loaded(found.await)? else {
            return Ok(self.layout.not_loaded(&self));
        };
        let said = (web, &self.layout.text);
        let sentence = Some(msg("orders-newest-first"));
        self.view.fill(said, place, found, None, sentence);
        Ok(self.layout.ok(&self))
    }
}

/// What an operation is about: the text, and its page where it has one.
pub fn subject(operation: &Operation) -> (String, Option<String>) {
    match &operation.target {
        OpTarget::Lines { warehouse, lines } => match lines.as_slice() {
            [line] => (
                line.sku.to_string(),
                Some(paths::stock(warehouse, &line.sku)),
            ),
            _ => (warehouse.to_string(), None),
        },
        OpTarget::Document(document) => {
            let of_document = ("order", document.to_string());
            let entries = paths::with_query(paths::LEDGER, &[of_document]);
            (document.to_string(), Some(entries))
        }
        OpTarget::Order(order_no) => (order_no.to_string(), Some(paths::order(order_no))),
    }
}
