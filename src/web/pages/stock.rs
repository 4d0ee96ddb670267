//! `/stock`

use actix_session::Session;
use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use crate::domain::ids::{Sku, Warehouse};
use crate::domain::listing::{CappedCount, StockFilter, StockKey, StockSort};
use crate::domain::role::Action;
use crate::domain::stock::{StockLevel, StockState};
use crate::web::export;
use crate::web::extract::{Query, State};
use crate::web::forms::{Check, FormErrors, filter};
use crate::web::i18n::Worded;
use crate::web::layout::Layout;
use crate::web::list::{Chip, Place, chip};
use crate::web::list_view::{Content, ListView};
use crate::web::pages::find;
use crate::web::problem::{Problem, loaded};
use crate::web::respond::see_other;
use crate::web::{filters, paths};

const ROWS: u32 = 50;
const Q_MAX_CHARS: usize = 100;
const REFRESH_SECONDS: u32 = 15;

#[derive(Template)]
#[template(path = "pages/stock.html")]
struct StockPage {
    layout: Layout,
    view: ListView<StockLevel>,
    sort: StockSort,
    /// How many match, where that is known.
    count: Option<CappedCount>,
    warehouses: Vec<(String, String)>,
    states: Vec<(&'static str, String)>,
    sorts: Vec<(&'static str, String)>,
    /// Whether rows of more than one warehouse may stand side by side.
    by_warehouse: bool,
}

#[derive(Deserialize)]
pub struct StockQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    wh: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    after: String,
}

impl StockQuery {
    /// The first page with these filters, by SKU.
    pub(super) fn of(q: &str, wh: &str, state: &str) -> Self {
        Self {
            q: q.to_owned(),
            wh: wh.to_owned(),
            state: state.to_owned(),
            sort: String::new(),
            after: String::new(),
        }
    }

    pub(super) fn fields(&self) -> [(&'static str, &str); 4] {
        let sort = Some(self.sort.as_str()).filter(|sort| *sort != StockSort::Sku.as_str());
        [
            ("q", self.q.trim()),
            ("wh", &self.wh),
            ("state", &self.state),
            ("sort", sort.unwrap_or_default()),
        ]
    }

    /// `known`: all warehouses.
    pub(super) fn filter(
        &self,
        known: &[Warehouse],
    ) -> Result<(StockFilter, StockSort), FormErrors> {
        let mut check = Check::new();
        let q = check.named("q", "stock-q", filter::text(&self.q, Q_MAX_CHARS));
        let warehouse = check.field("wh", filter::warehouse(&self.wh, known));
        let state = check.named(
            "state",
            "stock-state",
            filter::one_of(&self.state, StockState::parse),
        );
        let sort = check.named(
            "sort",
            "stock-sort",
            filter::one_of(&self.sort, StockSort::parse),
        );
        match (q, warehouse, state, sort) {
            (Some(q), Some(warehouse), Some(state), Some(sort)) => {
                let filter = StockFilter {
                    q,
                    warehouse,
                    state,
                };
                Ok((filter, sort.unwrap_or(StockSort::Sku)))
            }
            _ => Err(check.errors()),
        }
    }
}

/// `GET /stock`
pub async fn page(
    layout: Layout,
    Query(query): Query<StockQuery>,
    session: Session,
    web: State,
) -> Result<HttpResponse, Problem> {
    let Some(known) = loaded(web.services.queries.warehouses().await)? else {
        let page = StockPage::new(layout, &query, &StockFilter::default(), &[]);
        return Ok(page.layout.not_loaded(&page));
    };
    let known = known.value;
    let (filter, sort) = match query.filter(&known) {
        Ok(filter) => filter,
        Err(errors) => {
            let page = StockPage::new(layout, &query, &StockFilter::default(), &known);
            return Ok(page.refuse(errors));
        }
    };
    let page = StockPage::new(layout, &query, &filter, &known);
    if query.after.is_empty()
        && let Some(address) = exact(&web, &filter).await?
    {
        return Ok(see_other(&address));
    }
    let now = web.services.clock.now();
    match page.view.list.place(&web.sealer, &query.after, now) {
        Some(place) => page.show(&web, &filter, sort, &place).await,
        None => Ok(page.view.list.moved_on(&session)),
    }
}

impl StockPage {
    fn new(layout: Layout, query: &StockQuery, filter: &StockFilter, known: &[Warehouse]) -> Self {
        let fields = query.fields();
        let text = layout.text;
        Self {
            view: ListView::new(paths::STOCK, &fields, chips(filter)),
            warehouses: filter::warehouses(known),
            states: filter::options(StockState::ALL, |s| s.as_str(), &text),
            sorts: filter::options(StockSort::ALL, |s| s.as_str(), &text),
            by_warehouse: known.len() > 1 && filter.warehouse.is_none(),
            sort: StockSort::Sku,
            count: None,
            layout,
        }
    }

    /// Whether this person may choose SKUs here and change them.
    fn selects(&self) -> bool {
        self.layout.may(Action::Draft) && self.layout.read_only.is_none()
    }

    /// The form that changes all that match.
    fn change_all(&self) -> String {
        let all = ("all", "1".to_owned());
        let kept = ["q", "wh", "state"];
        let fields = self.view.form.fields().iter();
        let fields = fields.filter(|(_, value)| !value.is_empty());
        let filters = fields.filter_map(|(name, value)| {
            let name = kept.into_iter().find(|kept| kept == name)?;
            Some((name, value.clone()))
        });
        let values: Vec<_> = std::iter::once(all).chain(filters).collect();
        paths::with_query(paths::STOCK_CHANGE, &values)
    }

    fn refuse(mut self, errors: FormErrors) -> HttpResponse {
        self.view.refuse(errors);
        self.layout.with_status(self.view.form.status(), &self)
    }

    async fn show(
        mut self,
        web: &State,
        filter: &StockFilter,
        sort: StockSort,
        place: &Place<StockKey>,
    ) -> Result<HttpResponse, Problem> {
        let queries = &web.services.queries;
        let limit = self.layout.rows(ROWS)?;
        let (rows, count) = tokio::join!(
            queries.stock_list(filter, sort, place.after(), limit),
            queries.stock_count(filter),
        );
        let Some(rows) = loaded(rows)? else {
            return Ok(self.layout.not_loaded(&self));
        };
        // What is no SKU may be the number of something else.
        let alone = filter.warehouse.is_none() && filter.state.is_none();
        if let (true, true, Some(typed)) = (rows.value.items.is_empty(), alone, &filter.q)
            && place.after().is_none()
            && let [only] = &find::hits(web, typed).await?[..]
        {
            return Ok(see_other(&only.path));
        }
        self.count = loaded(count)?.and_then(|seen| seen.value);
        self.sort = sort;
        let said = (web, &self.layout.text);
        self.view.fill(said, place, rows, self.count, None);
        self.layout = self.layout.live(REFRESH_SECONDS);
        Ok(self.layout.ok(&self))
    }
}

/// The page of the SKU that was typed, exactly and in full, when one warehouse holds it.
async fn exact(web: &State, filter: &StockFilter) -> Result<Option<String>, Problem> {
    let Some(typed) = &filter.q else {
        return Ok(None);
    };
    let narrow: String = typed.nfkc().collect();
    let mut guesses = vec![typed.as_str()];
    guesses.extend(Some(narrow.trim()).filter(|narrow| narrow != typed));
    for guess in guesses {
        let Ok(sku) = guess.parse::<Sku>() else {
            continue;
        };
        let held = loaded(web.services.queries.warehouses_of(&sku).await)?;
        let mut held = held.map(|seen| seen.value).unwrap_or_default();
        held.retain(|name| {
            filter
                .warehouse
                .as_ref()
                .is_none_or(|wanted| wanted == name)
        });
        if let [only] = &held[..] {
            return Ok(Some(paths::stock(only, &sku)));
        }
    }
    Ok(None)
}

fn chips(filter: &StockFilter) -> Vec<Chip> {
    let StockFilter {
        q,
        warehouse,
        state,
    } = filter;
    let q = q.as_ref().map(|q| chip("q", "stock-q", q));
    let warehouse = warehouse.as_ref().map(|w| chip("wh", "warehouse", w));
    let state = state.map(|state| chip("state", "stock-state", state.message()));
    [q, warehouse, state].into_iter().flatten().collect()
}
