//! What somebody entered, outside its form: as the form calls it, in the reader's language.

use crate::domain::preferences::Theme;
use crate::domain::reason::Reason;
use crate::domain::role::{Role, Scope};
use crate::web::i18n::{Lang, Message, Text, Worded, msg};

/// What was entered, field by field. What the page put there by itself is left out.
pub fn entered(fields: &[(String, String)], text: &Text) -> Vec<(Message, String)> {
    let fields = fields.iter().filter(|(_, value)| !value.is_empty());
    let told = |name: &str, value: &String| match word(name, value) {
        Some(word) => text.say(&word).into_owned(),
        None => value.clone(),
    };
    fields
        .filter_map(|(name, value)| Some((label(name)?, told(name, value))))
        .collect()
}

/// How a field of a form is called.
pub fn label(name: &str) -> Option<Message> {
    Some(match name {
        "direction" => msg("correct-direction"),
        "change" => msg("levels-change"),
        "units" => msg("correct-units"),
        "counted" => msg("correct-counted"),
        "counted_at" => msg("correct-counted-at"),
        "reason" => msg("reason"),
        "reference" => msg("reference"),
        "note" => msg("note"),
        "warehouse" => msg("warehouse"),
        "rows" => msg("bulk-pasted"),
        "file" => msg("import-file"),
        "choice" => msg("op-conflict-choice"),
        "count" => msg("entered-count"),
        "name" => msg("entered-name"),
        "role" => msg("user-role"),
        "scope" => msg("key-scope"),
        "until" => msg("entered-until"),
        "lang" => msg("prefs-language"),
        "theme" => msg("prefs-theme"),
        "keys" => msg("prefs-shortcuts"),
        _ => return None,
    })
}

/// A choice, as its radio button is called.
fn word(name: &str, value: &str) -> Option<Message> {
    match (name, value) {
        ("reason", code) => Reason::parse(code).map(|reason| reason.message()),
        ("role", code) => Role::parse(code).map(|role| role.message()),
        ("scope", code) => Scope::parse(code).map(|scope| scope.message()),
        ("theme", code) => Theme::parse(code).map(|theme| theme.message()),
        ("lang", tag) => Lang::parse(tag).map(|l| msg("op-object").with("name", l.own_name())),
        ("direction" | "change", "add") => Some(msg("correct-add")),
        ("direction" | "change", "remove") => Some(msg("correct-remove")),
        ("change", "set") => Some(msg("kind-set")),
        ("choice", "count") => Some(msg("entered-keep-count")),
        ("choice", "difference") => Some(msg("entered-keep-difference")),
        ("keys", "on") => Some(msg("prefs-on")),
        ("keys", "off") => Some(msg("prefs-off")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::web::guard::UNSHOWN;

    /// The names of fields that people fill in to be posted, in all templates.
    fn fields(folder: &Path, found: &mut Vec<String>) {
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                fields(&path, found);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for form in text.split("<form ").skip(1) {
                let form = form.split("</form>").next().unwrap();
                if form.contains("method=\"post\"") {
                    found.extend(of_macros(form).chain(of_tags(form)));
                }
            }
        }
    }

    fn of_macros(form: &str) -> impl Iterator<Item = String> {
        let calls = ["text", "area", "radios", "password"].into_iter();
        let calls = calls.flat_map(move |kind| {
            let begins = format!("call form::{kind}(");
            let calls = form.split(&begins).skip(1);
            calls.map(str::to_owned).collect::<Vec<_>>()
        });
        calls.map(|call| call.split('"').nth(1).unwrap().to_owned())
    }

    /// What a page puts there by itself is hidden.
    fn of_tags(form: &str) -> impl Iterator<Item = String> {
        let tags = ["<input ", "<select ", "<textarea "].into_iter();
        let tags = tags.flat_map(move |tag| form.split(tag).skip(1));
        let shown = tags.filter(|tag| !tag.starts_with("type=\"hidden\""));
        shown.filter_map(|tag| {
            let name = tag.split_once(" name=\"")?.1;
            Some(name.split('"').next()?.to_owned())
        })
    }

    #[test]
    fn every_field_of_every_form_has_a_name_for_people() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/pages");
        let mut found = Vec::new();
        fields(&folder, &mut found);
        for known in ["units", "count", "choice", "warehouse", "file"] {
            assert!(found.iter().any(|name| name == known), "{known}: {found:?}");
        }
        for name in found {
            assert!(
                label(&name).is_some() || UNSHOWN.contains(&name.as_str()),
                "{name} has no label"
            );
        }
    }

    #[test]
    fn what_was_chosen_is_told_in_words() {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let fields = [field("choice", "difference"), field("count", "126")];
        let told = |lang| {
            let text = Text {
                lang,
                zone: chrono_tz::Asia::Shanghai,
                now: chrono::DateTime::UNIX_EPOCH,
            };
            let told = entered(&fields, &text).into_iter();
            let told = told.map(|(label, value)| format!("{}: {value}", text.say(&label)));
            told.collect::<Vec<_>>()
        };
        assert_eq!(
            told(Lang::En),
            [
                "What is right now?: Keep the difference",
                "Number of changes: 126"
            ]
        );
        assert_eq!(
            told(Lang::ZhHans),
            ["现在以哪个为准？: 保留差异", "更改的数量: 126"]
        );
    }
}
