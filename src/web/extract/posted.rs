use std::future::{Ready, ready};
use std::rc::Rc;

use actix_multipart::Multipart;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::{StreamExt, stream};
use percent_encoding::percent_decode;
use serde::de::DeserializeOwned;

use crate::web::forms::{FormErrors, FormView};
use crate::web::guard::UNSHOWN;
use crate::web::i18n::msg;
use crate::web::language::SWITCH;
use crate::web::problem::Problem;

/// A posted form has at most this many bytes.
pub const FORM_LIMIT: usize = 64 * 1024;

/// Fields of a form that brings a file.
const MAX_PARTS: usize = 100;

/// A form as it was posted, read and checked by the guard before the handler runs.
#[derive(Debug, Clone)]
pub struct Posted(Rc<Body>);

#[derive(Debug)]
struct Body {
    fields: Vec<(String, String)>,
    /// The file that came with it, when one was chosen.
    file: Option<Rc<Upload>>,
    /// Nothing shows that it came from a page of ours. Only routes that say `.reshow()` get such
    /// a form, to show it again; `read` gives it to nobody.
    foreign: bool,
}

/// A file that was chosen in a form.
#[derive(Debug)]
pub struct Upload {
    /// As the browser names it; never a path to anything.
    pub name: String,
    pub bytes: Vec<u8>,
}

impl Posted {
    /// Reads `multipart/form-data`, all of which is in memory: texts, and the file of the field
    /// `file`.
    pub async fn decode_parts(headers: &HeaderMap, body: Bytes) -> Result<Self, Problem> {
        let unreadable = |error| Problem::malformed(format!("the form: {error}"));
        let limit = body.len();
        let stream = stream::once(async move { Ok::<_, PayloadError>(body) });
        let mut parts = Multipart::new(headers, stream);
        let (mut fields, mut file) = (Vec::new(), None);
        while let Some(part) = parts.next().await {
            let mut part = part.map_err(unreadable)?;
            if fields.len() == MAX_PARTS {
                return Err(Problem::malformed("the form has too many parts"));
            }
            let disposition = part.content_disposition();
            let name = disposition.and_then(|d| d.get_name()).unwrap_or_default();
            let (name, chosen) = (
                name.to_owned(),
                disposition
                    .and_then(|d| d.get_filename())
                    .map(str::to_owned),
            );
            let bytes = part.bytes(limit).await;
            let bytes = bytes.map_err(|_| Problem::too_large(limit))?;
            let bytes = bytes.map_err(unreadable)?;
            match (name.as_str(), chosen) {
                // Nothing was chosen: browsers send an empty file without a name.
                ("file", Some(name)) if name.is_empty() && bytes.is_empty() => {}
                ("file", Some(name)) => {
                    let bytes = bytes.to_vec();
                    file = Some(Rc::new(Upload { name, bytes }));
                }
                _ => {
                    let value = String::from_utf8(bytes.to_vec());
                    let not_text = |_| Problem::malformed("the form is not UTF-8");
                    fields.push((name, value.map_err(not_text)?));
                }
            }
        }
        Ok(Self(Rc::new(Body {
            fields,
            file,
            foreign: false,
        })))
    }

    /// The file that was chosen, on routes that say `.upload()`.
    pub fn file(&self) -> Option<&Upload> {
        self.0.file.as_deref()
    }

    /// Reads `application/x-www-form-urlencoded`. Strictly: what is not UTF-8 is refused, for a
    /// replacement character in a note would be a silent change.
    pub fn decode(body: &[u8]) -> Result<Self, Problem> {
        let mut fields = Vec::new();
        for pair in body.split(|&b| b == b'&').filter(|pair| !pair.is_empty()) {
            let middle = pair.iter().position(|&b| b == b'=');
            let (name, value) = match middle {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, &[][..]),
            };
            fields.push((decoded(name)?, decoded(value)?));
        }
        Ok(Self::of_fields(fields, false))
    }

    pub fn of_fields(fields: Vec<(String, String)>, foreign: bool) -> Self {
        Self(Rc::new(Body {
            fields,
            file: None,
            foreign,
        }))
    }

    /// What the guard read for this request.
    pub fn of(request: &HttpRequest) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }

    pub fn fields(&self) -> &[(String, String)] {
        &self.0.fields
    }

    /// The first value of a field; empty when there is none.
    pub fn value(&self, name: &str) -> &str {
        let field = self.0.fields.iter().find(|(field, _)| field == name);
        field.map_or("", |(_, value)| value)
    }

    pub(in crate::web) fn is_foreign(&self) -> bool {
        self.0.foreign
    }

    pub(in crate::web) fn into_foreign(self) -> Self {
        Self(Rc::new(Body {
            fields: self.0.fields.clone(),
            file: self.0.file.clone(),
            foreign: true,
        }))
    }

    /// What a person entered, without passwords and what the page itself put there.
    pub fn shown(&self) -> Vec<(String, String)> {
        let fields = self.0.fields.iter();
        let shown =
            fields.filter(|(name, value)| !UNSHOWN.contains(&name.as_str()) && !value.is_empty());
        shown.cloned().collect()
    }

    /// What to answer where there is no form to show again: that it came from elsewhere first.
    pub fn or_foreign(&self, problem: Problem) -> Problem {
        match self.0.foreign {
            true => Problem::foreign_form("and what it is about is not there"),
            false => problem,
        }
    }

    /// Reads the form into `F` and makes a command of it; or the form to show again, with what is
    /// wrong: 422, or 403 when nothing shows that it came from a page of ours; or 200, with nothing
    /// wrong, when it was sent for another language alone.
    ///
    /// `F` is private to its page: strings, each with `#[serde(default)]`, lists for repeated
    /// keys. What they mean is decided in `command`.
    pub fn read<F: DeserializeOwned, C>(
        &self,
        command: impl FnOnce(F) -> Result<C, FormErrors>,
    ) -> Result<C, FormView> {
        let refill = |status| FormView::refill(self.0.fields.clone(), status);
        if self.0.foreign {
            return Err(refill(StatusCode::FORBIDDEN).problem(msg("foreign-form-detail")));
        }
        if !self.value(SWITCH).is_empty() {
            return Err(refill(StatusCode::OK));
        }
        let encoded = serde_html_form::to_string(&self.0.fields).unwrap_or_default();
        let form: F = serde_html_form::from_str(&encoded)
            .map_err(|_| refill(StatusCode::BAD_REQUEST).problem(msg("malformed-detail")))?;
        command(form).map_err(|errors| refill(StatusCode::UNPROCESSABLE_ENTITY).errors(errors))
    }
}

impl FromRequest for Posted {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let missing = || Problem::internal("Posted on a route whose guard reads no form");
        ready(Self::of(request).ok_or_else(missing))
    }
}

fn decoded(text: &[u8]) -> Result<String, Problem> {
    let spaced: Vec<u8> = text
        .iter()
        .map(|&b| if b == b'+' { b' ' } else { b })
        .collect();
    let bytes = percent_decode(&spaced).collect::<Vec<u8>>();
    String::from_utf8(bytes).map_err(|_| Problem::malformed("the form is not UTF-8"))
}

/// The whole body, if it is at most `limit` bytes.
pub async fn read(payload: Payload, limit: usize) -> Result<BytesMut, Problem> {
    read_and_drain(payload, limit, limit).await
}

/// The whole body, if it is at most `limit` bytes. When it is longer, up to `drained` bytes are
/// read to no end before that is said.
pub async fn read_and_drain(
    mut payload: Payload,
    limit: usize,
    drained: usize,
) -> Result<BytesMut, Problem> {
    let (mut body, mut seen) = (BytesMut::new(), 0);
    while let Some(chunk) = payload.next().await {
        let chunk =
            chunk.map_err(|error| Problem::malformed("the body was cut off").cause(error))?;
        seen += chunk.len();
        if seen <= limit {
            body.extend_from_slice(&chunk);
        } else if seen > drained {
            break;
        }
    }
    match seen <= limit {
        true => Ok(body),
        false => Err(Problem::too_large(limit)),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Form {
        #[serde(default)]
        sku: Vec<String>,
        #[serde(default)]
        note: String,
    }

    #[test]
    fn repeated_keys_and_chinese_are_read() {
        let posted = Posted::decode("sku=A+1&note=%E4%B8%A4%E7%AE%B1&sku=B%2B2&x".as_bytes());
        let form = posted.unwrap().read(|form: Form| Ok(form)).unwrap();
        assert_eq!(form.sku, ["A 1", "B+2"]);
        assert_eq!(form.note, "两箱");
    }

    #[test]
    fn what_is_not_utf_8_is_refused() {
        assert!(Posted::decode(b"note=%ff%fe").is_err());
        assert!(Posted::decode(b"note=\xd6\xd0").is_err());
    }

    #[test]
    fn a_foreign_form_is_only_shown_again() {
        let posted = Posted::of_fields(vec![("note".into(), "kept".into())], true);
        let view = posted.read(|form: Form| Ok(form)).err().unwrap();
        assert_eq!(view.status(), StatusCode::FORBIDDEN);
        assert_eq!(view.value("note"), "kept");
    }

    #[test]
    fn a_form_that_was_sent_for_another_language_is_only_shown_again() {
        let posted = Posted::decode(b"switch=zh-Hans&note=kept").unwrap();
        let view = posted.read(|form: Form| Ok(form)).err().unwrap();
        assert_eq!((view.status(), view.failed()), (StatusCode::OK, false));
        assert_eq!(view.value("note"), "kept");
    }
}
