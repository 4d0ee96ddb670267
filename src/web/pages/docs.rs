//! `/docs/api`: the reference of the JSON API, made from `docs/API.md`, the same file that the
//! tests hold the API to, and in Chinese from `docs/API.zh.md`, which a test here holds to the other.
//! The `type` of every problem leads here.

use std::fmt::Write;
use std::sync::LazyLock;

use actix_web::HttpResponse;
use askama::Template;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};

use crate::web::filters;
use crate::web::i18n::Lang;
use crate::web::layout::Layout;

const SOURCE: &str = include_str!("../../../docs/API.md");
const SOURCE_ZH: &str = include_str!("../../../docs/API.zh.md");

static RENDERED: LazyLock<String> = LazyLock::new(|| rendered(SOURCE, "Table"));
static RENDERED_ZH: LazyLock<String> = LazyLock::new(|| rendered(SOURCE_ZH, "表"));

#[derive(Template)]
#[template(path = "pages/docs.html")]
struct DocsPage {
    layout: Layout,
    reference: &'static str,
}

/// `GET /docs/api`
pub async fn page(layout: Layout) -> HttpResponse {
    let reference = match layout.text.lang {
        Lang::En => &RENDERED,
        Lang::ZhHans => &RENDERED_ZH,
    };
    let page = DocsPage { layout, reference };
    page.layout.ok(&page)
}

/// HTML of a text of ours: headings can be linked to by their words, as on the sites that show
/// such files; what may be too wide can be scrolled, also by keyboard.
/// `table`: what a table is called, before its number.
fn rendered(source: &str, table: &str) -> String {
    let mut events = Vec::new();
    let mut heading = None;
    for event in Parser::new_ext(source, Options::ENABLE_TABLES) {
        match (&event, &mut heading) {
            (Event::Start(Tag::Heading { .. }), _) => heading = Some((events.len(), String::new())),
            (Event::Text(text) | Event::Code(text), Some((_, words))) => words.push_str(text),
            (Event::End(TagEnd::Heading(_)), Some((at, words))) => {
                if let Event::Start(Tag::Heading { id, .. }) = &mut events[*at] {
                    *id = Some(slug(words).into());
                }
                heading = None;
            }
            _ => {}
        }
        events.push(event);
    }
    let mut out = String::with_capacity(source.len() * 2);
    html::push_html(&mut out, events.into_iter());
    let (mut wide, mut tables) = (String::with_capacity(out.len()), 0);
    for line in out.lines() {
        if line.starts_with("<table>") {
            tables += 1;
            // Each region has a name of its own.
            let opened = write!(
                wide,
                "<section class=\"scroll\" aria-label=\"{table} {tables}\" tabindex=\"0\">"
            );
            debug_assert!(opened.is_ok());
        }
        wide.push_str(
            &line
                .replace("<th>", "<th scope=\"col\">")
                .replace("<pre>", "<pre class=\"scroll panel\" tabindex=\"0\">"),
        );
        wide.push('\n');
        if line.ends_with("</table>") {
            wide.push_str("</section>\n");
        }
    }
    wide
}

/// `Doing something exactly once` to `doing-something-exactly-once`.
fn slug(words: &str) -> String {
    let kept = words
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| match c {
        ' ' => '-',
        c => c.to_ascii_lowercase(),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_link_within_the_page_leads_somewhere() {
        for page in [&*RENDERED, &*RENDERED_ZH] {
            let targets = page.split("href=\"#").skip(1);
            let mut seen = 0;
            for target in targets {
                let target = target.split('"').next().unwrap_or_default();
                assert!(page.contains(&format!("id=\"{target}\"")), "{target}");
                seen += 1;
            }
            assert!(seen >= 8, "{seen}");
            assert!(!page.contains("style="), "the pages' policy forbids it");
            assert_eq!(
                page.matches("<table>").count(),
                page.matches("</section>").count()
            );
        }
    }

    /// What must not differ between languages: the shape of the text, what can be linked to, and
    /// whatever is meant for programs. The last as it comes, for blocks, and in any order, for words.
    struct Fixed {
        shape: Vec<String>,
        blocks: Vec<String>,
        words: Vec<String>,
    }

    fn fixed(source: &str) -> Fixed {
        let (mut shape, mut blocks, mut words) = (Vec::new(), Vec::new(), Vec::new());
        let mut block = None;
        for event in Parser::new_ext(source, Options::ENABLE_TABLES) {
            match (event, &mut block) {
                (Event::Start(Tag::CodeBlock(kind)), _) => block = Some(format!("{kind:?} ")),
                (Event::Text(text), Some(block)) => block.push_str(&text),
                (Event::End(TagEnd::CodeBlock), _) => blocks.extend(block.take()),
                (Event::Code(code), _) => words.push(code.into_string()),
                (Event::Start(Tag::Heading { level, .. }), _) => shape.push(level.to_string()),
                (Event::Start(Tag::TableRow | Tag::TableHead), _) => shape.push("row".to_owned()),
                (Event::Start(Tag::Item), _) => shape.push("item".to_owned()),
                _ => {}
            }
        }
        words.sort();
        Fixed {
            shape,
            blocks,
            words,
        }
    }

    #[test]
    fn both_languages_say_the_same_to_programs() {
        let (en, zh) = (fixed(SOURCE), fixed(SOURCE_ZH));
        assert!(en.blocks.len() > 25 && en.words.len() > 150);
        assert_eq!(en.shape, zh.shape);
        assert_eq!(en.blocks, zh.blocks);
        assert_eq!(en.words, zh.words);
        for id in RENDERED.split("id=\"").skip(1) {
            let id = id.split('"').next().unwrap_or_default();
            let there = RENDERED_ZH.contains(&format!("id=\"{id}\""));
            assert!(there || id == "the-json-api", "{id}");
        }
    }
}
