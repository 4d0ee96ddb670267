use serde_json::{Value, json};

use super::Problem;
use crate::web::i18n::{Lang, Text};

/// The document of RFC 9457. Programs are spoken to in English.
pub fn body(problem: &Problem, path: &str, request_id: &str, text: Text) -> String {
    let text = Text {
        lang: Lang::En,
        ..text
    };
    let mut document = json!({
        "type": format!("/docs/api#{}", problem.code),
        "title": text.say(&problem.title),
        "status": problem.status.as_u16(),
        "detail": text.say(&problem.detail),
        "instance": path,
        "code": problem.code,
        "request_id": request_id,
    });
    if let Value::Object(document) = &mut document {
        document.extend(problem.members.clone());
    }
    document.to_string()
}
