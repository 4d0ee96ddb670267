//! Sends the notifications about money that arrived, again and again until they are taken.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use chrono::TimeDelta;
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::Sandbox;
use super::answer::TransactionBody;
use super::book::{Notice, Subject};
use super::signing::{self, HEADER};

/// Notifications under way at once.
const AT_ONCE: usize = 16;
/// A shop has this long to take one.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest rest, so that a clock that was moved is noticed.
const REST: Duration = Duration::from_secs(1);

pub struct Notifier {
    sandbox: web::Data<Sandbox>,
    client: reqwest::Client,
    permits: Arc<Semaphore>,
}

impl Notifier {
    pub fn new(sandbox: web::Data<Sandbox>) -> io::Result<Self> {
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(io::Error::other)?;
        Ok(Self {
            sandbox,
            client,
            permits: Arc::new(Semaphore::new(AT_ONCE)),
        })
    }

    /// Until the sandbox stops. What is not taken by then comes after the next start.
    pub async fn run(self) {
        let stopping = self.sandbox.stopping.clone();
        stopping.run_until_cancelled(self.work()).await;
    }

    async fn work(&self) {
        let mut under_way = JoinSet::new();
        loop {
            let now = self.sandbox.now();
            let due = self.sandbox.book().take_due(now);
            let next = match due {
                Ok((notices, next)) => {
                    for notice in notices {
                        self.begin(&mut under_way, notice).await;
                    }
                    next
                }
                Err(error) => {
                    tracing::error!(?error, "the sandbox cannot read its agenda");
                    None
                }
            };
            let rest = next
                .and_then(|at| (at - self.sandbox.now()).to_std().ok())
                .unwrap_or(if next.is_some() { Duration::ZERO } else { REST });
            tokio::select! {
                () = tokio::time::sleep(rest.min(REST)) => {}
                () = self.sandbox.wake.notified() => {}
            }
            while under_way.try_join_next().is_some() {}
        }
    }

    async fn begin(&self, under_way: &mut JoinSet<()>, notice: Notice) {
        let Ok(permit) = self.permits.clone().acquire_owned().await else {
            return;
        };
        let sandbox = self.sandbox.clone();
        let client = self.client.clone();
        under_way.spawn(async move {
            let taken = send(&sandbox, &client, &notice).await;
            let again_at = match taken {
                true => None,
                false => Some(sandbox.now() + wait_after(&sandbox, notice.subject.attempts())),
            };
            if let Err(error) = sandbox.book().notified(&notice, again_at) {
                tracing::error!(?error, "the sandbox cannot note a notification");
            }
            sandbox.wake.notify_one();
            drop(permit);
        });
    }
}

/// Whether the shop took it: any 2xx.
async fn send(sandbox: &Sandbox, client: &reqwest::Client, notice: &Notice) -> bool {
    let body = body(notice);
    let nonce = format!("{:032x}", rand::random::<u128>());
    let now = sandbox.now();
    let signature = signing::notification(&sandbox.config.secret, now, &nonce, body.as_bytes());
    let signature = match signature {
        Ok(signature) => signature,
        Err(error) => {
            tracing::error!(%error, "a notification cannot be signed");
            return false;
        }
    };
    let sent = client
        .post(&notice.notify_url)
        .header(HEADER, signature)
        .header("Content-Type", "application/json")
        .body(body)
        .send()
        .await;
    match sent {
        Ok(response) if response.status().is_success() => true,
        Ok(response) => {
            let (order_no, status) = (&notice.order_no, response.status());
            tracing::info!(%order_no, %status, "the shop did not take a notification");
            false
        }
        Err(error) => {
            let order_no = &notice.order_no;
            tracing::info!(%order_no, %error, "a notification did not arrive");
            false
        }
    }
}

fn body(notice: &Notice) -> String {
    let order_no = &notice.order_no;
    match &notice.subject {
        Subject::Paid(paid) => {
            let transaction = TransactionBody {
                transaction_id: &paid.transaction_id,
                amount_minor: paid.amount_minor,
                currency: paid.currency,
                paid_at: paid.paid_at,
            };
            json!({"type": "payment.paid", "order_no": order_no, "transaction": transaction})
        }
        Subject::Refund(refund) => {
            let refund_no = &refund.refund_no;
            json!({"type": "refund.done", "order_no": order_no, "refund_no": refund_no})
        }
    }
    .to_string()
}

fn wait_after(sandbox: &Sandbox, attempts: u32) -> TimeDelta {
    let schedule = &sandbox.config.notify_after;
    let index = usize::try_from(attempts).unwrap_or(usize::MAX);
    let wait = schedule.get(index).or(schedule.last());
    // An empty schedule means: as soon as the shop may have noticed the last one.
    let wait = wait.copied().unwrap_or(REST);
    TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX)
}
