//! `/`

use actix_web::HttpResponse;
use askama::Template;

use crate::web::filters;
use crate::web::layout::Layout;

#[derive(Template)]
#[template(path = "pages/overview.html")]
struct OverviewPage {
    layout: Layout,
}

/// `GET /`
pub async fn page(layout: Layout) -> HttpResponse {
    let page = OverviewPage { layout };
    page.layout.ok(&page)
}
