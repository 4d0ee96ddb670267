//! The gate: refuses sold-out, unknown and repeated claims at memory speed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use redis::{FromRedisValue, RedisError, ScriptInvocation, Value};

use super::connection::Connection;
use super::keys::Keys;
use super::scripts::Scripts;
use crate::domain::fingerprint::Fingerprint;
use crate::domain::ids::{DocumentNo, Sku, Warehouse};

/// A mark in flight is stale after this long, whoever made it. Every claim is decided, or given
/// up by its sender, well before.
const STALE_MS: u64 = 30_000;
/// An instance that has not been heard of for this long is gone.
const INSTANCE_MS: u64 = 5_000;
/// A fence lifts by itself after this long, should its owner die.
const FENCE_MS: u64 = 2_000;

/// Redis did not answer, or not with what we asked for. Nothing is lost: MySQL decides alone.
#[derive(Debug, thiserror::Error)]
#[error("redis is away: {0}")]
pub struct GateAway(pub String);

impl From<RedisError> for GateAway {
    fn from(error: RedisError) -> Self {
        Self(error.to_string())
    }
}

/// The gate's answer to a claim. Indexes count the claim's lines from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Admitted, and in flight until it is finished.
    Applied,
    /// The same document was admitted before; MySQL knows what became of it.
    Replay,
    /// The same number was admitted before with other content; MySQL decides.
    Mismatch,
    /// Under correction; ask again in milliseconds.
    Fenced,
    /// Not in Redis; load these lines' SKUs and ask again.
    Unloaded(Vec<usize>),
    /// Not enough; which lines, and what is there.
    Short(Vec<(usize, i64)>),
}

/// How a mark in flight ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// MySQL did it.
    Done,
    /// MySQL did nothing; a claim's units are given back.
    Undo,
    /// In doubt: the mark goes, and its SKUs are to be corrected.
    Drop,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Undo => "undo",
            Self::Drop => "drop",
        }
    }
}

/// A SKU under correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fence {
    /// Ours; this much of it is still in flight.
    Ours { in_flight: u64 },
    /// Somebody else corrects it just now.
    Theirs,
}

/// What the gate believes of one SKU. Units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateLevel {
    /// -1 unlimited; `None` when not loaded.
    pub value: Option<i64>,
    pub held: i64,
    pub releasing: i64,
}

/// A mark in flight that nobody will finish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleMark {
    pub mark: String,
    pub skus: Vec<String>,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Gate {
    connection: Connection,
    scripts: Arc<Scripts>,
    prefix: Arc<str>,
    instance: Arc<str>,
    memory: Duration,
    up: Arc<AtomicBool>,
}

impl Gate {
    /// `prefix` keeps several desks apart on one Redis; `instance` is this process, and unique;
    /// documents are remembered for `memory`.
    pub fn new(connection: Connection, prefix: &str, instance: &str, memory: Duration) -> Self {
        Self {
            connection,
            scripts: Arc::new(Scripts::new()),
            prefix: prefix.into(),
            instance: instance.into(),
            memory,
            up: Arc::new(AtomicBool::new(true)),
        }
    }

    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// Whether calls are made at all. Down after a failure, until a ping answers again.
    pub fn is_up(&self) -> bool {
        self.up.load(Ordering::Relaxed)
    }

    fn keys(&self, warehouse: &Warehouse) -> Keys {
        Keys::new(&self.prefix, warehouse)
    }

    async fn call<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, GateAway> {
        if !self.is_up() {
            return Err(GateAway("not answering".to_owned()));
        }
        let mut connection = self.connection.clone();
        script
            .invoke_async(&mut connection)
            .await
            .map_err(|error| self.failed(error))
    }

    fn failed(&self, error: RedisError) -> GateAway {
        if self.up.swap(false, Ordering::Relaxed) {
            tracing::warn!(%error, "redis failed; selling goes on without the gate");
        }
        error.into()
    }

    /// Asks Redis for a sign of life, and reports this instance alive. Says whether the gate came
    /// back with this call: then everything in it is to be compared.
    pub async fn ping(&self) -> Result<bool, GateAway> {
        let mut connection = self.connection.clone();
        let key = format!("{}:instances", self.prefix);
        let now_ms = self.time_ms(&mut connection).await?;
        redis::pipe()
            .zadd(&key, &*self.instance, now_ms + INSTANCE_MS)
            .ignore()
            .zrembyscore(&key, 0, now_ms.saturating_sub(60_000))
            .ignore()
            .query_async::<()>(&mut connection)
            .await
            .map_err(|error| self.failed(error))?;
        let back = !self.up.swap(true, Ordering::Relaxed);
        if back {
            tracing::info!("redis answers again");
        }
        Ok(back)
    }

    /// Waits for an answer of any kind, whatever the gate is thought to be.
    pub async fn latency(&self) -> Result<(), GateAway> {
        let mut connection = self.connection.clone();
        self.time_ms(&mut connection).await.map(drop)
    }

    async fn time_ms(&self, connection: &mut Connection) -> Result<u64, GateAway> {
        let (seconds, micros): (u64, u64) = redis::cmd("TIME")
            .query_async(connection)
            .await
            .map_err(|error| self.failed(error))?;
        Ok(seconds * 1000 + micros / 1000)
    }

    /// Says farewell, so that what this instance left in flight is cleaned up at once.
    pub async fn leave(&self) -> Result<(), GateAway> {
        let mut connection = self.connection.clone();
        let key = format!("{}:instances", self.prefix);
        redis::cmd("ZREM")
            .arg(key)
            .arg(&*self.instance)
            .query_async(&mut connection)
            .await
            .map_err(GateAway::from)
    }

    /// Admits a document that takes `lines` (units > 0, each SKU once), or says why not.
    pub async fn claim(
        &self,
        warehouse: &Warehouse,
        document: &DocumentNo,
        fingerprint: &Fingerprint,
        lines: &[(&Sku, i64)],
    ) -> Result<Claim, GateAway> {
        let keys = self.keys(warehouse);
        let mut script = self.scripts.claim.prepare_invoke();
        script
            .key(keys.document(document.as_str()))
            .key(keys.inflight())
            .key(keys.held())
            .key(keys.fences())
            .arg(&fingerprint.0[..])
            .arg(document.as_str())
            .arg(&*self.instance)
            .arg(self.memory.as_millis() as u64);
        for (sku, units) in lines {
            script
                .key(keys.stock(sku.as_str()))
                .arg(sku.as_str())
                .arg(*units);
        }
        let answer: Vec<Value> = self.call(&script).await?;
        read_claim(&answer).ok_or_else(|| GateAway(format!("claim.lua answered {answer:?}")))
    }

    /// Marks units that a commit is about to give back. `mark` was never used before. `false`:
    /// under correction, ask again in milliseconds.
    pub async fn release(
        &self,
        warehouse: &Warehouse,
        mark: &str,
        lines: &[(&Sku, i64)],
    ) -> Result<bool, GateAway> {
        let keys = self.keys(warehouse);
        let mut script = self.scripts.release.prepare_invoke();
        script
            .key(keys.inflight())
            .key(keys.releasing())
            .key(keys.fences());
        script.arg(mark).arg(&*self.instance);
        for (sku, units) in lines {
            script.arg(sku.as_str()).arg(*units);
        }
        let answer: Vec<String> = self.call(&script).await?;
        Ok(answer.first().is_some_and(|word| word == "applied"))
    }

    /// Ends marks in flight. Ending one that is not there does nothing.
    pub async fn finish(
        &self,
        warehouse: &Warehouse,
        marks: &[(String, Outcome)],
    ) -> Result<u64, GateAway> {
        let keys = self.keys(warehouse);
        let mut script = self.scripts.finish.prepare_invoke();
        script
            .key(keys.inflight())
            .key(keys.held())
            .key(keys.releasing())
            .arg(keys.base());
        for (mark, outcome) in marks {
            script.arg(mark).arg(outcome.as_str());
        }
        self.call(&script).await
    }

    /// Stops new claims and releases of `skus` for a short while, or prolongs that.
    pub async fn fence(
        &self,
        warehouse: &Warehouse,
        owner: &str,
        skus: &[Sku],
    ) -> Result<Vec<Fence>, GateAway> {
        let keys = self.keys(warehouse);
        let mut script = self.scripts.fence.prepare_invoke();
        script
            .key(keys.fences())
            .key(keys.held())
            .key(keys.releasing());
        script.arg(owner).arg(FENCE_MS);
        for sku in skus {
            script.arg(sku.as_str());
        }
        let states: Vec<i64> = self.call(&script).await?;
        let read = |state: i64| match u64::try_from(state) {
            Ok(in_flight) => Fence::Ours { in_flight },
            Err(_) => Fence::Theirs,
        };
        Ok(states.into_iter().map(read).collect())
    }

    /// Sets values under our fence, and lifts it. `None` only lifts it. Says which were set.
    pub async fn copy(
        &self,
        warehouse: &Warehouse,
        owner: &str,
        values: &[(Sku, Option<i64>)],
    ) -> Result<Vec<bool>, GateAway> {
        let keys = self.keys(warehouse);
        let mut script = self.scripts.copy.prepare_invoke();
        script
            .key(keys.fences())
            .key(keys.held())
            .key(keys.releasing());
        script.arg(owner).arg(keys.base());
        for (sku, value) in values {
            script
                .arg(sku.as_str())
                .arg(value.map_or(String::new(), |v| v.to_string()));
        }
        let set: Vec<u8> = self.call(&script).await?;
        Ok(set.into_iter().map(|s| s == 1).collect())
    }

    /// What the gate believes of `skus`, all at one moment.
    pub async fn compare(
        &self,
        warehouse: &Warehouse,
        skus: &[Sku],
    ) -> Result<Vec<GateLevel>, GateAway> {
        let keys = self.keys(warehouse);
        let mut script = self.scripts.compare.prepare_invoke();
        script.key(keys.held()).key(keys.releasing());
        for sku in skus {
            script.key(keys.stock(sku.as_str())).arg(sku.as_str());
        }
        let numbers: Vec<Option<i64>> = self.call(&script).await?;
        let level = |n: &[Option<i64>]| GateLevel {
            value: n[0],
            held: n[1].unwrap_or(0),
            releasing: n[2].unwrap_or(0),
        };
        Ok(numbers.chunks_exact(3).map(level).collect())
    }

    /// Marks in flight that nobody will finish: their instance is gone, or they are too old.
    pub async fn stale(&self, warehouse: &Warehouse) -> Result<Vec<StaleMark>, GateAway> {
        let mut connection = self.connection.clone();
        let now_ms = self.time_ms(&mut connection).await?;
        let alive: Vec<String> = redis::cmd("ZRANGEBYSCORE")
            .arg(format!("{}:instances", self.prefix))
            .arg(now_ms)
            .arg("+inf")
            .query_async(&mut connection)
            .await
            .map_err(|error| self.failed(error))?;
        let mut script = self.scripts.stale.prepare_invoke();
        script
            .key(self.keys(warehouse).inflight())
            .arg(STALE_MS)
            .arg(&*self.instance);
        for instance in alive {
            script.arg(instance);
        }
        let flat: Vec<String> = self.call(&script).await?;
        read_stale(&flat).ok_or_else(|| GateAway(format!("stale.lua answered {flat:?}")))
    }
}

fn read_claim(answer: &[Value]) -> Option<Claim> {
    let (word, rest) = answer.split_first()?;
    let number = |v: &Value| i64::from_redis_value_ref(v).ok();
    let index = |v: &Value| usize::try_from(number(v)? - 1).ok();
    Some(match String::from_redis_value_ref(word).ok()?.as_str() {
        "applied" => Claim::Applied,
        "replay" => Claim::Replay,
        "mismatch" => Claim::Mismatch,
        "fenced" => Claim::Fenced,
        "unloaded" => Claim::Unloaded(rest.iter().map(index).collect::<Option<_>>()?),
        "short" => {
            let pairs = rest
                .chunks_exact(2)
                .map(|p| Some((index(&p[0])?, number(&p[1])?)));
            Claim::Short(pairs.collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

fn read_stale(mut flat: &[String]) -> Option<Vec<StaleMark>> {
    let mut marks = Vec::new();
    while let [mark, count, rest @ ..] = flat {
        let count: usize = count.parse().ok()?;
        let skus = rest.get(..count)?.to_vec();
        marks.push(StaleMark {
            mark: mark.clone(),
            skus,
        });
        flat = &rest[count..];
    }
    flat.is_empty().then_some(marks)
}
