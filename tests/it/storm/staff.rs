//! People who cancel orders with their forms: they fill in, look, and press the button. Where no
//! answer comes, they look at the operation again before they do anything.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::{Method, RequestBuilder};

use super::app::App;
use super::patience::Tries;
use super::players::is_no_answer;
use crate::harness::browser::{Answer, Browser};

/// Who sits there, and as what; the password is the same.
const PEOPLE: [(&str, &str); 2] = [("chen.yu", "supervisor"), ("wang.fang", "supervisor")];
pub const PASSWORD: &str = "staff horse battery";

/// What somebody was told of a cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    /// The order was paid, cancelled or closing before there was a draft.
    Needless,
    /// The draft cannot be confirmed any more: paid or cancelled meanwhile.
    TooLate,
    /// It is being cancelled already, by somebody else.
    ByOthers,
    /// Their own operation was done, or waits for the gateway, or was refused by it.
    Theirs,
}

/// What somebody did, and what they were told in the end.
#[derive(Debug, Clone)]
pub struct Deed {
    pub person: &'static str,
    pub order_no: String,
    /// Once there is a draft.
    pub op: Option<String>,
    pub told: Told,
}

/// Everybody who is signed in, and all that they did.
#[derive(Clone)]
pub struct Staff {
    seats: Arc<Vec<(&'static str, Browser)>>,
    pub deeds: Arc<Mutex<Vec<Deed>>>,
}

impl Staff {
    pub fn add(app: &App) {
        for (name, role) in PEOPLE {
            app.command_told(&["user", "add", name, "--role", role], PASSWORD);
        }
    }

    pub async fn sign_in(url: &str) -> Self {
        let mut seats = Vec::new();
        for (name, _) in PEOPLE {
            let mut browser = Browser::new(url);
            browser.sign_in(name, PASSWORD).await;
            // The first page brings the secret of all forms.
            browser.get("/").await;
            seats.push((name, browser));
        }
        Self {
            seats: Arc::new(seats),
            deeds: Arc::default(),
        }
    }

    /// Somebody cancels an order; a nervous one presses the button twice at once.
    pub async fn cancel(&self, seat: usize, order_no: &str, nervous: bool) {
        let (person, browser) = &self.seats[seat % self.seats.len()];
        let mut person_at = Seat {
            browser: browser.clone(),
            order_no,
            op: None,
        };
        let told = person_at.cancel(nervous).await;
        let deed = Deed {
            person,
            order_no: order_no.to_owned(),
            op: person_at.op,
            told,
        };
        self.deeds.lock().expect("nobody panicked").push(deed);
    }
}

/// One person with one order.
struct Seat<'a> {
    browser: Browser,
    order_no: &'a str,
    op: Option<String>,
}

impl Seat<'_> {
    async fn cancel(&mut self, nervous: bool) -> Told {
        let address = match self.draft().await {
            Ok(address) => address,
            Err(told) => return told,
        };
        let mut tries = Tries::begin();
        loop {
            let page = self.look(&address).await;
            assert_eq!(page.status, 200, "{address}: {}", page.body);
            let Some(revision) = page.input("revision") else {
                return self.nothing_to_press(&page);
            };
            let path = format!("{address}/confirm");
            let fields = filled(&page, &[("revision", &revision)]);
            let mut other = self.browser.clone();
            let again = async {
                match nervous {
                    true => press(&mut other, &path, &fields).await,
                    false => None,
                }
            };
            let (first, again) = tokio::join!(press(&mut self.browser, &path, &fields), again);
            // Of two answers the last one is what the person sees.
            if let Some(answer) = again.or(first) {
                return self.told(&address, &answer);
            }
            tries.again(&address).await;
        }
    }

    /// Fills the form in until there is a draft, and gives its address.
    async fn draft(&mut self) -> Result<String, Told> {
        let form = format!("/orders/{}/cancel", self.order_no);
        let page = self.look(&form).await;
        assert_eq!(page.status, 200, "{form}: {}", page.body);
        let Some(op) = page.input("op") else {
            return Err(Told::Needless);
        };
        let address = format!("/ops/{op}");
        let fields = filled(&page, &[("reason", "cannot_supply")]);
        let mut tries = Tries::begin();
        loop {
            match press(&mut self.browser, &form, &fields).await {
                Some(answer) if answer.status == 303 => {
                    assert_eq!(answer.location(), address);
                    break;
                }
                // The page says that it is paid or cancelled, or being cancelled.
                Some(answer) if answer.status == 422 => return Err(Told::Needless),
                Some(answer) => panic!("{form}: {} {}", answer.status, answer.body),
                None => {}
            }
            match self.look(&address).await.status {
                200 => break,
                404 => tries.again(&form).await,
                status => panic!("{address}: {status}"),
            }
        }
        self.op = Some(op);
        Ok(address)
    }

    /// What a page of an operation without a button means.
    fn nothing_to_press(&self, page: &Answer) -> Told {
        // A draft can still be discarded; nothing else can.
        match page.has("/discard\"") {
            true => Told::TooLate,
            false => Told::Theirs,
        }
    }

    fn told(&self, address: &str, answer: &Answer) -> Told {
        match answer.status {
            303 => {
                let to = answer.location();
                if to == format!("/orders/{}", self.order_no) {
                    return Told::ByOthers;
                }
                let own = [address.to_owned(), format!("{address}?again=1")];
                assert!(own.iter().any(|own| own == to), "{address}: {to}");
                Told::Theirs
            }
            422 => Told::TooLate,
            status => panic!("{address}: {status} {}", answer.body),
        }
    }

    /// A page, until it is there.
    async fn look(&mut self, path: &str) -> Answer {
        let mut tries = Tries::begin();
        loop {
            let request = self.browser.request(Method::GET, path);
            if let Some(page) = answered(&mut self.browser, request).await {
                return page;
            }
            tries.again(path).await;
        }
    }
}

/// The fields of a form, with those that its page brought.
fn filled(page: &Answer, fields: &[(&str, &str)]) -> Vec<(String, String)> {
    let brought = ["csrf", "op"].map(|name| {
        let value = page.input(name);
        (
            name.to_owned(),
            value.unwrap_or_else(|| panic!("no {name}")),
        )
    });
    let own = fields
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
    own.chain(brought).collect()
}

/// Presses a button once. `None`: whether anything was done is not known.
async fn press(browser: &mut Browser, path: &str, fields: &[(String, String)]) -> Option<Answer> {
    let request = browser.request(Method::POST, path).form(fields);
    answered(browser, request).await
}

/// An answer, if one comes that says something.
async fn answered(browser: &mut Browser, request: RequestBuilder) -> Option<Answer> {
    let request = request.timeout(Duration::from_secs(20));
    let answer = browser.try_send(request).await.ok()?;
    (!is_no_answer(answer.status)).then_some(answer)
}
