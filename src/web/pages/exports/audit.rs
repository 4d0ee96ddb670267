//! `/audit.csv`

use actix_web::HttpResponse;

use crate::domain::audit::AuditRow;
use crate::web::export::{Cell, FileQuery, Sheet, send};
use crate::web::extract::{Query, State};
use crate::web::filters;
use crate::web::i18n::{Worded, msg};
use crate::web::layout::Layout;
use crate::web::list::List;
use crate::web::pages::audit::AuditQuery;
use crate::web::paths;
use crate::web::problem::Problem;
use crate::web::respond::see_other;

/// `GET /audit.csv`
pub async fn audit(
    layout: Layout,
    Query(query): Query<AuditQuery>,
    Query(file): Query<FileQuery>,
    web: State,
) -> Result<HttpResponse, Problem> {
    let text = layout.text;
    let Ok(filter) = query.filter(&text) else {
        return Ok(see_other(&List::new(paths::AUDIT, &query.fields()).first()));
    };
    let sheet = Sheet {
        name: "audit",
        columns: vec![
            msg("export-time").with("zone", text.zone.name()),
            msg("ledger-who"),
            msg("audit-what"),
            msg("audit-object"),
            msg("audit-result"),
            msg("audit-address"),
            msg("audit-detail"),
        ],
        kept: file.kept(),
    };
    let queries = web.services.queries.clone();
    let fetch = move |after, limit| {
        let (queries, filter) = (queries.clone(), filter.clone());
        async move { Ok(queries.audit_list(&filter, after, limit).await?.value) }
    };
    let row = move |AuditRow { entry, .. }: &AuditRow| {
        vec![
            Cell::Text(text.full(entry.at)),
            Cell::Text(filters::who_said(&entry.actor, &text).into_owned()),
            Cell::Text(text.say(&entry.action.message()).into_owned()),
            Cell::text(entry.object.clone()),
            Cell::Text(text.say(&entry.result.message()).into_owned()),
            Cell::text(entry.address.clone()),
            Cell::text(
                entry
                    .detail
                    .as_ref()
                    .map(|d| text.say(&d.message()).into_owned()),
            ),
        ]
    };
    send(text, sheet, fetch, row).await
}
