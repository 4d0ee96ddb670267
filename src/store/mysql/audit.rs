//! The table `audit`.

use sqlx::mysql::MySqlRow;
use sqlx::{FromRow, MySql, MySqlPool, QueryBuilder, Row};

use super::{StoreResult, WINDOW};
use crate::domain::audit::{AuditDetail, AuditEntry, AuditRow};
use crate::domain::listing::{AuditFilter, AuditKey, Limit, Page};

/// Adds one row. Texts longer than their column are an error: the service shortens them.
pub async fn audit_insert(pool: &MySqlPool, entry: &AuditEntry) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO audit (at, actor, action, object, result, address, detail)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(entry.at)
    .bind(&entry.actor)
    .bind(entry.action.as_str())
    .bind(&entry.object)
    .bind(entry.result.as_str())
    .bind(&entry.address)
    .bind(entry.detail.as_ref().map(written))
    .execute(pool)
    .await?;
    Ok(())
}

/// The column's width, in characters.
const DETAIL_MAX_CHARS: usize = 500;

/// JSON; words stay words.
fn written(detail: &AuditDetail) -> String {
    let text = match detail {
        AuditDetail::Words(text) => text.clone(),
        detail => serde_json::to_string(detail).unwrap_or_default(),
    };
    text.chars().take(DETAIL_MAX_CHARS).collect()
}

/// What is no detail of ours is what somebody wrote before there were any.
fn read(text: String) -> AuditDetail {
    match text.starts_with('{') {
        true => serde_json::from_str(&text).unwrap_or(AuditDetail::Words(text)),
        false => AuditDetail::Words(text),
    }
}

/// A page of the audit, newest first. With a filter by person or action it looks at a bounded
/// number of rows, so that a page may be short, or empty, and still have a next one.
pub async fn audit_list(
    pool: &MySqlPool,
    filter: &AuditFilter,
    after: Option<AuditKey>,
    limit: Limit,
) -> StoreResult<Page<AuditRow, AuditKey>> {
    let looks = filter.actor.is_some() || filter.action.is_some();
    let wanted = limit.get() + 1;
    let mut sql = QueryBuilder::new("SELECT w.* FROM (");
    window(&mut sql, filter, after, if looks { WINDOW } else { wanted });
    sql.push(") w WHERE TRUE");
    residue(&mut sql, filter);
    sql.push(" ORDER BY w.at DESC, w.id DESC LIMIT ")
        .push_bind(wanted);
    let rows: Vec<AuditRow> = sql.build_query_as().fetch_all(pool).await?;
    let short = rows.len() < wanted as usize;
    let mut page = Page::cut(rows, limit, key);
    if looks && short {
        page.next = end_of_window(pool, filter, after).await?;
    }
    Ok(page)
}

fn window(sql: &mut QueryBuilder<MySql>, filter: &AuditFilter, after: Option<AuditKey>, rows: u32) {
    sql.push("SELECT * FROM audit WHERE TRUE");
    if let Some(from) = filter.from {
        sql.push(" AND at >= ").push_bind(from);
    }
    if let Some(to) = filter.to {
        sql.push(" AND at < ").push_bind(to);
    }
    if let Some(AuditKey { at, id }) = after {
        sql.push(" AND at <= ").push_bind(at);
        sql.push(" AND (at < ").push_bind(at);
        sql.push(" OR id < ").push_bind(id).push(")");
    }
    sql.push(" ORDER BY at DESC, id DESC LIMIT ")
        .push_bind(rows);
}

/// What no index can tell, asked of every row of the window.
fn residue(sql: &mut QueryBuilder<MySql>, filter: &AuditFilter) {
    if let Some(action) = filter.action {
        sql.push(" AND w.action = ").push_bind(action);
    }
    if let Some(actor) = &filter.actor {
        sql.push(" AND (w.actor = ").push_bind(actor.clone());
        sql.push(" OR SUBSTRING(w.actor, LOCATE(':', w.actor) + 1) = ");
        sql.push_bind(actor.clone()).push(")");
    }
}

async fn end_of_window(
    pool: &MySqlPool,
    filter: &AuditFilter,
    after: Option<AuditKey>,
) -> StoreResult<Option<AuditKey>> {
    let mut sql = QueryBuilder::new("SELECT w.at, w.id, COUNT(*) OVER () AS looked_at FROM (");
    window(&mut sql, filter, after, WINDOW);
    sql.push(") w ORDER BY w.at, w.id LIMIT 1");
    let Some(row) = sql.build().fetch_optional(pool).await? else {
        return Ok(None);
    };
    let looked_at: i64 = row.try_get("looked_at")?;
    let end = AuditKey {
        at: row.try_get("at")?,
        id: row.try_get("id")?,
    };
    Ok((looked_at >= i64::from(WINDOW)).then_some(end))
}

fn key(row: &AuditRow) -> AuditKey {
    AuditKey {
        at: row.entry.at,
        id: row.id,
    }
}

impl FromRow<'_, MySqlRow> for AuditRow {
    fn from_row(r: &MySqlRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: r.try_get("id")?,
            entry: AuditEntry {
                at: r.try_get("at")?,
                actor: r.try_get("actor")?,
                action: r.try_get("action")?,
                object: r.try_get("object")?,
                result: r.try_get("result")?,
                address: r.try_get("address")?,
                detail: r.try_get::<Option<String>, _>("detail")?.map(read),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::bulk::BulkOrigin;
    use crate::domain::rejection::{Rejection, ShortLine};

    #[test]
    fn a_detail_comes_back_as_it_was_noted_and_fits_its_column() {
        let name = AuditDetail::name(&"\"盘".repeat(300));
        let short = ShortLine {
            sku: "A".parse().unwrap(),
            requested: 2,
            available: 1,
        };
        let lines = vec![short; 20_000];
        let why = Rejection::InsufficientStock { lines };
        for detail in [
            AuditDetail::Words("open".to_owned()),
            AuditDetail::LastAdmin,
            AuditDetail::refused(&why),
            AuditDetail::Bulk {
                origin: BulkOrigin::File,
                name: Some(name),
                will: 20_000,
                same: 20_000,
                cannot: 20_000,
            },
        ] {
            let text = written(&detail);
            assert!(text.chars().count() < DETAIL_MAX_CHARS, "{text}");
            assert_eq!(read(text), detail);
        }
        let old = "{ left of it".to_owned();
        assert_eq!(read(old.clone()), AuditDetail::Words(old));
    }
}
