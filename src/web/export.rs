//! Lists as files for spreadsheets: UTF-8 with a byte order mark, commas, CRLF, the header in the
//! reader's language. They are read page by page and sent as they are read, so that a long one
//! needs no memory; the first page is read before the answer begins, so that what cannot be read
//! is answered like on any other page. What breaks off later breaks off the download.

use std::sync::{Arc, LazyLock};

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::Bytes;
use csv::{Terminator, WriterBuilder};
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::i18n::{Message, Text, msg};
use super::problem::Problem;
use crate::domain::listing::{Limit, Page};
use crate::domain::rejection::{ServiceError, ServiceResult};

/// A file has at most this many rows; one that was cut says so in its last line.
pub const ROWS: u32 = 100_000;
/// Files that are sent at one time, by this instance; whoever comes then is told to come again.
const AT_ONCE: usize = 4;

static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(AT_ONCE)));

/// What stands in one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// A number of ours: units, an amount. It stands as it is.
    Number(i64),
    /// Anything else. A spreadsheet must never take it for a formula.
    Text(String),
}

impl Cell {
    /// A text; an empty cell when there is none.
    pub fn text(text: Option<impl Into<String>>) -> Self {
        Self::Text(text.map_or_else(String::new, Into::into))
    }

    fn written(&self, kept: Kept) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) if kept == Kept::ForExcel && is_altered(text) => format!("'{text}"),
            Self::Text(text) => harmless(text),
        }
    }
}

/// How numbers that are names, like those of orders, are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    AsTheyAre,
    /// With an apostrophe before those that a spreadsheet would not keep;
    /// `docs/decisions/0011-an-apostrophe-keeps-long-numbers.md`.
    ForExcel,
}

/// What may stand in the address of a file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct FileQuery {
    excel: String,
}

impl FileQuery {
    pub fn kept(&self) -> Kept {
        match self.excel.is_empty() {
            true => Kept::AsTheyAre,
            false => Kept::ForExcel,
        }
    }
}

/// Whether a spreadsheet takes this for a number that it shows and keeps otherwise: it has 15
/// digits, no leading zeros, and powers of ten.
fn is_altered(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let power = text.split_once(['e', 'E']);
    let plain = digits(text) && (text.len() > 15 || (text.len() > 1 && text.starts_with('0')));
    plain || power.is_some_and(|(base, exponent)| digits(base) && digits(exponent))
}

/// What would begin a formula gets an apostrophe before it, also in full width.
fn harmless(text: &str) -> String {
    let dangerous = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    match text.starts_with(dangerous) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

/// What a file is called and what stands in its first line.
pub struct Sheet {
    /// Such as `stock`; the time is added.
    pub name: &'static str,
    pub columns: Vec<Message>,
    pub kept: Kept,
}

/// Sends all pages that `fetch` finds, from the first on. `row` makes the cells of one row, as
/// many as there are columns.
///
/// # Errors
/// What reading the first page says; 429 when too many files are being sent.
pub async fn send<T, K, F, R>(
    text: Text,
    sheet: Sheet,
    mut fetch: impl FnMut(Option<K>, Limit) -> F + 'static,
    row: R,
) -> Result<HttpResponse, Problem>
where
    T: 'static,
    K: 'static,
    F: Future<Output = ServiceResult<Page<T, K>>> + 'static,
    R: Fn(&T) -> Vec<Cell> + 'static,
{
    let permit = TURNS.clone().try_acquire_owned();
    let permit = permit.map_err(|_| ServiceError::Busy)?;
    let limit = Limit::new(Limit::MAX).ok_or_else(|| Problem::internal("no rows"))?;
    let first = fetch(None, limit).await?;
    let disposition = format!(
        "attachment; filename=\"{}-{}.csv\"",
        sheet.name,
        text.now.with_timezone(&text.zone).format("%Y%m%d-%H%M%S")
    );
    let head = head(&sheet.columns, &text)?;
    let state = Sending {
        fetch,
        row,
        text,
        kept: sheet.kept,
        page: Some(first),
        sent: 0,
        limit,
        head: Some(head),
        _permit: permit,
    };
    let body = stream::try_unfold(state, |mut state| async move {
        let chunk = state.next().await?;
        Ok::<_, ServiceError>(chunk.map(|chunk| (Bytes::from(chunk), state)))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, disposition))
        .streaming(body))
}

struct Sending<T, K, P, R> {
    fetch: P,
    row: R,
    text: Text,
    kept: Kept,
    page: Option<Page<T, K>>,
    sent: u32,
    limit: Limit,
    head: Option<Vec<u8>>,
    _permit: OwnedSemaphorePermit,
}

impl<T, K, P, F, R> Sending<T, K, P, R>
where
    P: FnMut(Option<K>, Limit) -> F,
    F: Future<Output = ServiceResult<Page<T, K>>>,
    R: Fn(&T) -> Vec<Cell>,
{
    /// The next piece of the file; `None` at its end.
    async fn next(&mut self) -> ServiceResult<Option<Vec<u8>>> {
        if let Some(head) = self.head.take() {
            return Ok(Some(head));
        }
        let Some(page) = self.page.take() else {
            return Ok(None);
        };
        let left = usize::try_from(ROWS - self.sent).unwrap_or(0);
        let cut = page.items.len() > left || (page.items.len() == left && page.next.is_some());
        let mut rows: Vec<Vec<Cell>> = page.items.iter().take(left).map(&self.row).collect();
        self.sent += u32::try_from(rows.len()).unwrap_or(ROWS);
        if cut {
            let stopped = self.text.say(&msg("export-stopped").with("rows", ROWS));
            rows.push(vec![Cell::Text(stopped.into_owned())]);
        } else if let Some(after) = page.next {
            self.page = Some((self.fetch)(Some(after), self.limit).await?);
        }
        let written =
            lines(&rows, self.kept).map_err(|error| ServiceError::Internal(error.to_string()))?;
        Ok(Some(written))
    }
}

fn head(columns: &[Message], text: &Text) -> Result<Vec<u8>, Problem> {
    let named = columns
        .iter()
        .map(|name| Cell::Text(text.say(name).into_owned()));
    let line = lines(&[named.collect()], Kept::AsTheyAre).map_err(Problem::internal)?;
    Ok(["\u{FEFF}".as_bytes(), &line].concat())
}

fn lines(rows: &[Vec<Cell>], kept: Kept) -> Result<Vec<u8>, csv::Error> {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .flexible(true)
        .from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.iter().map(|cell| cell.written(kept)))?;
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_people_wrote_begins_a_formula() {
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "－1"] {
            let written = Cell::Text(bad.to_owned()).written(Kept::ForExcel);
            assert_eq!(written, format!("'{bad}"));
        }
        for good in ["", "CUP-1", "杯 = 1", "led_1-2", " =1"] {
            assert_eq!(Cell::Text(good.to_owned()).written(Kept::ForExcel), good);
        }
        assert_eq!(Cell::Number(-3).written(Kept::ForExcel), "-3");
    }

    #[test]
    fn numbers_that_a_spreadsheet_would_not_keep_are_kept_for_it() {
        for long in ["1234567890123456", "0123", "12E5", "1e2"] {
            let cell = Cell::Text(long.to_owned());
            assert_eq!(cell.written(Kept::ForExcel), format!("'{long}"));
            assert_eq!(cell.written(Kept::AsTheyAre), long);
        }
        for short in [
            "123456789012345",
            "0",
            "7",
            "A1234567890123456",
            "1E",
            "E5",
            "",
        ] {
            assert_eq!(Cell::Text(short.to_owned()).written(Kept::ForExcel), short);
        }
        let units = Cell::Number(1_234_567_890_123_456);
        assert_eq!(units.written(Kept::ForExcel), "1234567890123456");
    }

    #[tokio::test]
    async fn a_file_ends_at_its_limit_and_says_so() {
        let text = Text {
            lang: crate::web::i18n::Lang::En,
            zone: chrono_tz::UTC,
            now: chrono::DateTime::UNIX_EPOCH,
        };
        let file = async |rows: u32| {
            let fetch = move |after: Option<u32>, limit: Limit| async move {
                let from = after.unwrap_or(0);
                let to = rows.min(from + limit.get());
                let next = Some(to).filter(|to| *to < rows);
                let items = (from..to).collect();
                Ok(Page { items, next })
            };
            let sheet = Sheet {
                name: "test",
                columns: vec![msg("ledger-sku")],
                kept: Kept::AsTheyAre,
            };
            let sent = send(text, sheet, fetch, |n: &u32| {
                vec![Cell::Number((*n).into())]
            });
            let body = sent.await.unwrap().into_body();
            let bytes = actix_web::body::to_bytes(body).await.unwrap();
            String::from_utf8(bytes.to_vec()).unwrap()
        };
        let whole = file(ROWS).await;
        assert_eq!(whole.lines().count(), 1 + ROWS as usize);
        assert!(whole.ends_with("\r\n99999\r\n"), "nothing was cut");
        let cut = file(ROWS + 1).await;
        assert_eq!(cut.lines().count(), 2 + ROWS as usize);
        let last = cut.lines().last().unwrap();
        assert!(last.contains("Stopped after 100,000 rows"), "{last}");
    }

    #[test]
    fn lines_end_as_spreadsheets_like_it_and_quote_what_must_be() {
        let row = vec![
            Cell::Text("a,\"b\"".to_owned()),
            Cell::Number(7),
            Cell::text(None::<String>),
        ];
        let written = lines(&[row], Kept::AsTheyAre).unwrap();
        assert_eq!(written, b"\"a,\"\"b\"\"\",7,\r\n");
    }
}
