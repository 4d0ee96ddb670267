//! `/payments/late`

use actix_session::Session;
use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;

use crate::domain::late::{LatePayment, LateState};
use crate::domain::listing::LateKey;
use crate::domain::payment::PaymentOutcome;
use crate::web::extract::{Query, State};
use crate::web::forms::{FieldError, FormErrors, filter, named};
use crate::web::i18n::{Worded, msg};
use crate::web::layout::Layout;
use crate::web::list::{Place, chip};
use crate::web::list_view::{Content, ListView};
use crate::web::problem::{Problem, loaded};
use crate::web::{filters, paths};

const ROWS: u32 = 50;
const REFRESH_SECONDS: u32 = 15;

#[derive(Template)]
#[template(path = "pages/late.html")]
struct LatesPage {
    layout: Layout,
    view: ListView<LatePayment>,
    states: Vec<(&'static str, String)>,
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
            let message = named("late-state", message);
            return Ok(page.refuse(vec![FieldError { field, message }]));
        }
    };
    let page = LatesPage::new(layout, &query, state);
    match page.view.list.place(&web.sealer, &query.after, now) {
        Some(place) => page.show(&web, state, &place).await,
        None => Ok(page.view.list.moved_on(&session)),
    }
}

impl LatesPage {
    fn new(layout: Layout, query: &LateQuery, state: Option<LateState>) -> Self {
        let text = layout.text;
        let fields = [("state", query.state.as_str())];
        let option = |s: &LateState| (s.as_str(), text.say(&s.message()).into_owned());
        let chips = state.map(|state| chip("state", "late-state", state.message()));
        Self {
            view: ListView::new(paths::LATE_PAYMENTS, &fields, chips.into_iter().collect()),
            states: LateState::ALL.iter().map(option).collect(),
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
        state: Option<LateState>,
        place: &Place<LateKey>,
    ) -> Result<HttpResponse, Problem> {
        let queries = &web.services.queries;
        let limit = self.layout.rows(ROWS)?;
        let found = queries.late_payments_list(state, place.after().copied(), limit);
        let Some(found) = loaded(found.await)? else {
            return Ok(self.layout.not_loaded(&self));
        };
        let said = (web, &self.layout.text);
        let sentence = Some(msg("late-caption"));
        self.view.fill(said, place, found, None, sentence);
        self.layout = self.layout.live(REFRESH_SECONDS);
        Ok(self.layout.ok(&self))
    }
}
