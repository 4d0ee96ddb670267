//! Tells the shop what happened, again and again on each gateway's schedule until it says that
//! it heard, or until the gateway gives up.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use chrono::TimeDelta;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::book::{Delivery, Gateway};
use crate::faults::Fault;
use crate::server::Simulator;
use crate::{alipay, stripe, wechat};

/// Notices under way at once.
const AT_ONCE: usize = 32;
/// A shop has this long to say that it heard; scaled, but never less than [`LEAST_PATIENCE`].
const PATIENCE: Duration = Duration::from_secs(5);
const LEAST_PATIENCE: Duration = Duration::from_secs(1);
/// The longest rest.
const REST: Duration = Duration::from_millis(200);

/// Between one try and the next, in seconds.
const WECHAT_PAY_S: [i64; 15] = [
    15, 15, 30, 180, 600, 1_200, 1_800, 1_800, 1_800, 3_600, 10_800, 10_800, 10_800, 21_600, 21_600,
];
const ALIPAY_S: [i64; 7] = [240, 600, 600, 3_600, 7_200, 21_600, 54_000];
const STRIPE_S: [i64; 10] = [
    10, 60, 300, 1_800, 7_200, 18_000, 36_000, 36_000, 36_000, 86_400,
];

/// A notice as it goes over the wire.
pub struct Telling {
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

pub struct Teller {
    simulator: web::Data<Simulator>,
    client: reqwest::Client,
    permits: Arc<Semaphore>,
}

impl Teller {
    pub fn new(simulator: web::Data<Simulator>, scale: f64) -> io::Result<Self> {
        let client = reqwest::Client::builder()
            .timeout(PATIENCE.mul_f64(scale.min(1.0)).max(LEAST_PATIENCE))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent("Mozilla/4.0")
            .build()
            .map_err(io::Error::other)?;
        Ok(Self {
            simulator,
            client,
            permits: Arc::new(Semaphore::new(AT_ONCE)),
        })
    }

    /// Until the simulator stops. What is not heard by then is told after the next start.
    pub async fn run(self) {
        let stopping = self.simulator.stopping.clone();
        stopping.run_until_cancelled(self.work()).await;
    }

    async fn work(&self) {
        let mut under_way = JoinSet::new();
        loop {
            let due = self.simulator.book().take_due(self.simulator.now());
            let next = match due {
                Ok((deliveries, next)) => {
                    for delivery in deliveries {
                        self.begin(&mut under_way, delivery).await;
                    }
                    next
                }
                Err(error) => {
                    tracing::error!(%error, "the journal cannot be written");
                    None
                }
            };
            let rest = next.map(|at| (at - self.simulator.now()).to_std().unwrap_or_default());
            tokio::select! {
                () = tokio::time::sleep(rest.unwrap_or(REST).min(REST)) => {}
                () = self.simulator.wake.notified() => {}
            }
            while under_way.try_join_next().is_some() {}
        }
    }

    async fn begin(&self, under_way: &mut JoinSet<()>, delivery: Delivery) {
        let Ok(permit) = self.permits.clone().acquire_owned().await else {
            return;
        };
        let (simulator, client) = (self.simulator.clone(), self.client.clone());
        under_way.spawn(async move {
            tell(&simulator, &client, &delivery).await;
            drop(permit);
        });
    }
}

async fn tell(simulator: &Simulator, client: &reqwest::Client, delivery: &Delivery) {
    let (payment, notice) = (&delivery.payment, &delivery.notice);
    let telling = match payment.gateway {
        Gateway::WechatPay => wechat::notice(simulator, delivery),
        Gateway::Alipay => alipay::notice(simulator, delivery),
        Gateway::Stripe => stripe::notice(simulator, delivery),
    };
    let telling = telling.unwrap_or_else(|error| {
        tracing::error!(%error, "a notice cannot be made");
        None
    });
    let Some(telling) = telling else {
        return note(simulator, delivery, false, None);
    };
    let mut copies = JoinSet::new();
    for _ in 0..delivery.copies {
        let sent = send(client, payment.gateway, &telling);
        copies.spawn(sent);
    }
    // Of several at once, one that was heard is enough.
    let heard = copies.join_all().await.contains(&true);
    let taken = match delivery.warp {
        Some(Fault::SlowAcknowledgement) => false,
        Some(warp) => {
            // What is somebody else's may be taken note of; what is not signed may not.
            if heard && warp == Fault::Probe {
                simulator.note_refused("warped_notice_taken");
            }
            tracing::debug!(?warp, heard, "a warped notice");
            false
        }
        None => heard,
    };
    let tries = usize::try_from(notice.attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let waits_s: &[i64] = match payment.gateway {
        Gateway::WechatPay => &WECHAT_PAY_S,
        Gateway::Alipay => &ALIPAY_S,
        Gateway::Stripe => &STRIPE_S,
    };
    let wait = waits_s.get(tries).filter(|_| !taken);
    let wait = wait.map(|seconds| simulator.book().wait(seconds * 1_000));
    note(simulator, delivery, taken, wait);
}

fn note(simulator: &Simulator, delivery: &Delivery, taken: bool, wait: Option<TimeDelta>) {
    let again_at = wait.map(|wait| simulator.now() + wait);
    let key = delivery.payment.key();
    let noted = simulator
        .book()
        .told(&key, &delivery.notice.id, taken, again_at);
    if let Err(error) = noted {
        tracing::error!(?error, "a notice cannot be noted");
    }
    simulator.wake.notify_one();
}

/// Whether the shop says that it heard.
fn send(
    client: &reqwest::Client,
    gateway: Gateway,
    telling: &Telling,
) -> impl Future<Output = bool> + use<> {
    let mut request = client.post(&telling.url).body(telling.body.clone());
    for (name, value) in &telling.headers {
        request = request.header(*name, value);
    }
    async move {
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => {
                tracing::debug!(%error, "a notice did not arrive");
                return false;
            }
        };
        let status = response.status().as_u16();
        match gateway {
            Gateway::WechatPay => status == 200 || status == 204,
            // These seven bytes, and nothing else.
            Gateway::Alipay => {
                status == 200
                    && response
                        .bytes()
                        .await
                        .is_ok_and(|body| &body[..] == b"success")
            }
            Gateway::Stripe => (200..300).contains(&status),
        }
    }
}
