//! `/prefs`: what a person prefers. Kept on the user, and in cookies for the pages before signing
//! in and for when the database is away.

use actix_session::Session;
use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;

use crate::domain::preferences::{Preferences, Theme};
use crate::web::extract::{Posted, State};
use crate::web::forms::{Check, FormErrors, FormView};
use crate::web::i18n::{Lang, Message, Worded, msg};
use crate::web::layout::Layout;
use crate::web::problem::Problem;
use crate::web::respond::see_other;
use crate::web::session::{self, FlashKind};
use crate::web::visitor::{KEYS_COOKIE, ROWS_COOKIE, THEME_COOKIE};
use crate::web::{filters, language, paths};

const USUAL: &str = "usual";

#[derive(Template)]
#[template(path = "pages/prefs.html")]
struct PrefsPage {
    layout: Layout,
    form: FormView,
}

type Options = Vec<(String, String)>;

impl PrefsPage {
    fn show(&self) -> HttpResponse {
        self.layout.with_status(self.form.status(), self)
    }

    fn said(&self, message: &Message) -> String {
        self.layout.text.say(message).into_owned()
    }

    fn languages(&self) -> Options {
        let own = |lang: Lang| (lang.tag().to_owned(), lang.own_name().to_owned());
        Lang::ALL.map(own).into()
    }

    fn themes(&self) -> Options {
        let themes = Theme::ALL.iter();
        let said = themes.map(|t| (t.as_str().to_owned(), self.said(&t.message())));
        said.collect()
    }

    fn switches(&self) -> Options {
        let said = |(value, id): (&str, _)| (value.to_owned(), self.said(&msg(id)));
        [("on", "prefs-on"), ("off", "prefs-off")].map(said).into()
    }

    fn rows(&self) -> Options {
        let usual = (USUAL.to_owned(), self.said(&msg("prefs-rows-usual")));
        let offered = Preferences::PAGE_ROWS.map(|rows| (rows.to_string(), rows.to_string()));
        [usual].into_iter().chain(offered).collect()
    }
}

/// `GET /prefs`
pub async fn form(layout: Layout) -> HttpResponse {
    let chosen = layout.preferences;
    let theme = chosen.theme.unwrap_or(Theme::System);
    let keys = if layout.keys() { "on" } else { "off" };
    let rows = chosen.page_rows;
    let rows = rows.map_or_else(|| USUAL.to_owned(), |rows| rows.to_string());
    let fields = [
        ("lang", layout.text.lang.tag()),
        ("theme", theme.as_str()),
        ("keys", keys),
        ("rows", &rows),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let form = FormView::filled(fields.into());
    PrefsPage { layout, form }.show()
}

#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    theme: String,
    #[serde(default)]
    keys: String,
    #[serde(default)]
    rows: String,
}

impl Typed {
    fn command(self) -> Result<(Lang, Preferences), FormErrors> {
        let mut check = Check::new();
        let choose = || msg("prefs-choose");
        let lang = check.named(
            "lang",
            "prefs-language",
            Lang::parse(&self.lang).ok_or_else(choose),
        );
        let theme = check.named(
            "theme",
            "prefs-theme",
            Theme::parse(&self.theme).ok_or_else(choose),
        );
        let shortcuts = check.named(
            "keys",
            "prefs-shortcuts",
            match self.keys.as_str() {
                "on" => Ok(true),
                "off" => Ok(false),
                _ => Err(choose()),
            },
        );
        let page_rows = check.named("rows", "prefs-rows", rows(&self.rows).ok_or_else(choose));
        match (lang, theme, shortcuts, page_rows) {
            (Some(lang), Some(theme), Some(shortcuts), Some(page_rows)) => {
                let preferences = Preferences {
                    theme: Some(theme),
                    shortcuts: Some(shortcuts),
                    page_rows,
                };
                Ok((lang, preferences))
            }
            _ => Err(check.errors()),
        }
    }
}

fn rows(typed: &str) -> Option<Option<u32>> {
    if typed == USUAL {
        return Some(None);
    }
    let rows = typed.parse().ok()?;
    Preferences::PAGE_ROWS.contains(&rows).then_some(Some(rows))
}

/// `POST /prefs`
pub async fn submit(
    layout: Layout,
    posted: Posted,
    session: Session,
    web: State,
) -> Result<HttpResponse, Problem> {
    let (lang, preferences) = match posted.read(Typed::command) {
        Ok(command) => command,
        Err(form) => return Ok(PrefsPage { layout, form }.show()),
    };
    if let Some(user) = &layout.user {
        let (users, name) = (&web.services.users, user.name.as_str());
        let saved = async {
            users.set_language(name, lang.tag()).await?;
            users.set_preferences(name, preferences).await
        };
        if let Err(error) = saved.await {
            tracing::warn!(%error, "preferences could not be saved; the cookies have them");
        }
    }
    session::flash(&session, FlashKind::Done, msg("prefs-saved"));
    let mut response = see_other(paths::PREFS);
    let theme = preferences.theme.unwrap_or(Theme::System).as_str();
    let keys = match preferences.shortcuts {
        Some(false) => "off",
        _ => "on",
    };
    let rows = preferences.page_rows;
    let rows = rows.map_or_else(|| USUAL.to_owned(), |rows| rows.to_string());
    language::keep(&mut response, &web, lang)?;
    for (name, value) in [
        (THEME_COOKIE, theme),
        (KEYS_COOKIE, keys),
        (ROWS_COOKIE, &rows),
    ] {
        language::keep_cookie(&mut response, &web, name, value)?;
    }
    Ok(response)
}

/// `POST /prefs/language`: the switch in the frame, where it leaves no form behind.
pub async fn switch(layout: Layout, posted: Posted, web: State) -> Result<HttpResponse, Problem> {
    let lang = Lang::parse(posted.value("lang"))
        .ok_or_else(|| Problem::malformed("lang is en or zh-Hans"))?;
    language::remember(&web, layout.user.as_ref(), lang).await;
    let back = posted.value("return");
    let mut response = see_other(if paths::is_local(back) {
        back
    } else {
        paths::HOME
    });
    language::keep(&mut response, &web, lang)?;
    Ok(response)
}
