//! `/payments/late`

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use crate::domain::late::{LatePayment, LateState};
use crate::domain::listing::{LateKey, Limit};
use crate::domain::payment::PaymentOutcome;
use crate::web::extract::{Query, State};
use crate::web::forms::{FieldError, FormErrors, FormView, filter};
use crate::web::i18n::{Worded, msg};
use crate::web::layout::Layout;
use crate::web::list::{Chip, List, Pager, Place, chip};
use crate::web::problem::{Problem, Retry, loaded};
use crate::web::{filters, paths};

const ROWS: u32 = 50;
const REFRESH_SECONDS: u32 = 15;

#[derive(Template)]
#[template(path = "pages/late.html")]
struct LatesPage {
    layout: Layout,
    form: FormView,
    list: List,
    chips: Vec<Chip>,
    states: Vec<(&'static str, String)>,
    content: Content,
    pager: Pager,
}

enum Content {
    /// What the filter says cannot be read.
    Refused,
    NotLoaded,
    Rows {
        payments: Vec<LatePayment>,
        caption: String,
    },
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct LateQuery {
    state: String,
    after: String,
}

/// `GET /payments/late`
pub async fn page(
    layout: Layout,
    Query(query): Query<LateQuery>,
    session: Session,
    web: State,
) -> Result<HttpResponse, Problem> {
    let now = web.services.clock.now();
    let state = match filter::one_of(&query.state, LateState::parse) {
        Ok(state) => state,
        Err(message) => {
            let field = "state";
            let page = LatesPage::new(layout, &query, None);
            return Ok(page.refuse(vec![FieldError { field, message }]));
        }
    };
    let page = LatesPage::new(layout, &query, state);
    match page.list.place(&web.sealer, &query.after, now) {
        Some(place) => page.show(&web, state, &place).await,
        None => Ok(page.list.moved_on(&session)),
    }
}

impl LatesPage {
    fn new(layout: Layout, query: &LateQuery, state: Option<LateState>) -> Self {
        let text = layout.text;
        let option = |s: &LateState| (s.as_str(), text.say(&s.message()).into_owned());
        let chips = state.map(|state| chip("state", "late-state", state.message()));
        Self {
            form: FormView::filled(vec![("state".to_owned(), query.state.clone())]),
            list: List::new(paths::LATE_PAYMENTS, &[("state", query.state.as_str())]),
            chips: chips.into_iter().collect(),
            states: LateState::ALL.iter().map(option).collect(),
            content: Content::NotLoaded,
            pager: Pager::default(),
            layout,
        }
    }

    fn refuse(mut self, errors: FormErrors) -> HttpResponse {
        self.content = Content::Refused;
        let status = StatusCode::BAD_REQUEST;
        self.form = self.form.errors(errors).with_status(status);
        self.layout.with_status(status, &self)
    }

    async fn show(
        mut self,
        web: &State,
        state: Option<LateState>,
        place: &Place<LateKey>,
    ) -> Result<HttpResponse, Problem> {
        let queries = &web.services.queries;
        let limit = Limit::new(ROWS).ok_or_else(|| Problem::internal("a page without rows"))?;
        let found = queries.late_payments_list(state, place.after().copied(), limit);
        let Some(found) = loaded(found.await)? else {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            let mut response = self.layout.with_status(status, &self);
            Retry::Seconds(2).write(response.headers_mut(), web.services.clock.now());
            return Ok(response);
        };
        self.pager = self.list.pager(web, place, &found.value);
        let caption = self.pager.caption(None, found.as_of);
        let caption = caption.map(|rows| msg("late-caption").with("rows", rows));
        let text = self.layout.text;
        self.content = Content::Rows {
            caption: caption.map_or_else(String::new, |m| text.say(&m).into_owned()),
            payments: found.value.items,
        };
        self.layout = self.layout.live(REFRESH_SECONDS);
        Ok(self.layout.ok(&self))
    }
}
