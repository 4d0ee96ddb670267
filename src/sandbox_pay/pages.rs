//! Pages for the person who plays the payer, and who turns the switches.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;
use serde::Deserialize;

use super::book::Failed;
use super::html::{answer, message, same_site, see_other, style};
use super::payment::{Payment, State};
use super::switches::{NAMES, Switches};
use super::words::Words;
use super::{Sandbox, payment::No};
use crate::domain::ids::DocumentNo;

/// Payments shown in the list.
const LISTED: usize = 100;
/// How long "Pay in 10 s" takes.
const LATER: TimeDelta = TimeDelta::seconds(10);

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(list))
        .route("/pay/{order_no}", web::get().to(show))
        .route("/pay/{order_no}", web::post().to(pay))
        .route("/switches", web::post().to(switch))
        .route("/sandbox.css", web::get().to(style))
        .default_service(web::to(nothing_here));
}

#[derive(Template)]
#[template(path = "sandbox/list.html")]
struct ListPage {
    words: Words,
    path: String,
    payments: Vec<Payment>,
    count: usize,
    switches: SwitchPanel,
}

#[derive(Template)]
#[template(path = "sandbox/payment.html")]
struct PaymentPage {
    words: Words,
    path: String,
    payment: Payment,
    /// Why the last press of a button did nothing.
    refused: Option<No>,
    switches: SwitchPanel,
}

/// One button for each switch, for one payment or (`order_no` empty) for all.
struct SwitchPanel {
    order_no: String,
    rows: Vec<SwitchRow>,
}

struct SwitchRow {
    name: &'static str,
    on: bool,
}

impl SwitchPanel {
    fn of(order_no: String, switches: &Switches) -> Self {
        let rows = NAMES.map(|name| SwitchRow {
            name,
            on: switches.is_on(name),
        });
        Self {
            order_no,
            rows: rows.into(),
        }
    }
}

impl PaymentPage {
    fn paying(&self) -> bool {
        self.payment.state == State::Paying
    }

    fn open(&self) -> bool {
        self.payment.state == State::Open
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PayForm {
    when: When,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum When {
    Now,
    Later,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SwitchForm {
    /// Empty: for all payments.
    order_no: String,
    switch: String,
    on: bool,
}

async fn list(sandbox: web::Data<Sandbox>, request: HttpRequest) -> HttpResponse {
    let page = {
        let book = sandbox.book();
        ListPage {
            words: Words::of(&request),
            path: request.path().to_owned(),
            payments: book.newest(LISTED).cloned().collect(),
            count: book.count(),
            switches: SwitchPanel::of(String::new(), &book.panel.global),
        }
    };
    answer(&request, StatusCode::OK, &page)
}

async fn show(sandbox: web::Data<Sandbox>, request: HttpRequest) -> HttpResponse {
    let order_no = request.match_info().query("order_no").parse();
    match order_no {
        Ok(order_no) => payment_page(&sandbox, &request, &order_no, None),
        Err(_) => message(&request, StatusCode::NOT_FOUND, "unknown"),
    }
}

fn payment_page(
    sandbox: &Sandbox,
    request: &HttpRequest,
    order_no: &DocumentNo,
    refused: Option<No>,
) -> HttpResponse {
    let found = {
        let book = sandbox.book();
        let panel = SwitchPanel::of(order_no.to_string(), book.panel.of(order_no));
        book.get(order_no).cloned().map(|payment| (payment, panel))
    };
    let Some((payment, switches)) = found else {
        return message(request, StatusCode::NOT_FOUND, "unknown");
    };
    let page = PaymentPage {
        words: Words::of(request),
        path: request.path().to_owned(),
        payment,
        refused,
        switches,
    };
    let status = match refused {
        None => StatusCode::OK,
        Some(_) => StatusCode::CONFLICT,
    };
    answer(request, status, &page)
}

async fn pay(sandbox: web::Data<Sandbox>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    if !same_site(request.headers()) {
        return message(&request, StatusCode::FORBIDDEN, "other-site");
    }
    let order_no = request.match_info().query("order_no").parse::<DocumentNo>();
    let form = serde_html_form::from_bytes::<PayForm>(&body);
    let (Ok(order_no), Ok(form)) = (order_no, form) else {
        return message(&request, StatusCode::BAD_REQUEST, "unreadable");
    };
    let now = sandbox.now();
    let until = (form.when == When::Later).then(|| now + LATER);
    let paid = sandbox.book().pay(&order_no, until, now);
    sandbox.wake.notify_one();
    match paid {
        Ok(()) => see_other(&format!("/pay/{order_no}")),
        Err(Failed::No(no)) => payment_page(&sandbox, &request, &order_no, Some(no)),
        Err(Failed::Io(error)) => {
            tracing::error!(%error, "the sandbox's journal cannot be written");
            message(&request, StatusCode::INTERNAL_SERVER_ERROR, "broken")
        }
    }
}

async fn switch(
    sandbox: web::Data<Sandbox>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    if !same_site(request.headers()) {
        return message(&request, StatusCode::FORBIDDEN, "other-site");
    }
    let Ok(form) = serde_html_form::from_bytes::<SwitchForm>(&body) else {
        return message(&request, StatusCode::BAD_REQUEST, "unreadable");
    };
    let order_no = match form.order_no.as_str() {
        "" => None,
        text => match text.parse::<DocumentNo>() {
            Ok(order_no) => Some(order_no),
            Err(_) => return message(&request, StatusCode::BAD_REQUEST, "unreadable"),
        },
    };
    let known = {
        let panel = &mut sandbox.book().panel;
        let mut switches = match &order_no {
            Some(order_no) => panel.of(order_no).clone(),
            None => panel.global.clone(),
        };
        let known = switches.set(&form.switch, form.on);
        panel.put(order_no.clone(), switches);
        known
    };
    if !known {
        return message(&request, StatusCode::BAD_REQUEST, "unreadable");
    }
    match order_no {
        Some(order_no) => see_other(&format!("/pay/{order_no}#switches")),
        None => see_other("/#switches"),
    }
}

async fn nothing_here(request: HttpRequest) -> HttpResponse {
    message(&request, StatusCode::NOT_FOUND, "unknown")
}
