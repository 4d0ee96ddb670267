//! Numbers that are too dear to read for every visitor: read in the background, at most once at a
//! time, when somebody looks and what is there has grown old.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// Whoever finds nothing waits this long for the first reading.
const PATIENCE: Duration = Duration::from_secs(2);
/// A reading that takes longer is given up.
const READING: Duration = Duration::from_secs(20);

pub(super) struct Remembered<T> {
    value: watch::Sender<Option<T>>,
    busy: AtomicBool,
}

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self {
            value: watch::Sender::new(None),
            busy: AtomicBool::new(false),
        }
    }
}

impl<T: Clone + Send + Sync + 'static> Remembered<T> {
    /// What is known. When it is not `fresh`, `read` is started with it, unless it runs already;
    /// nobody waits for that except the first.
    pub async fn get<F, E>(
        self: &Arc<Self>,
        fresh: impl Fn(&T) -> bool,
        read: impl FnOnce(Option<T>) -> F,
    ) -> Option<T>
    where
        F: Future<Output = Result<T, E>> + Send + 'static,
        E: Display + Send + 'static,
    {
        let mut changes = self.value.subscribe();
        let known = changes.borrow_and_update().clone();
        if known.as_ref().is_some_and(fresh) {
            return known;
        }
        if !self.busy.swap(true, Ordering::AcqRel) {
            let (reading, busy) = (read(known.clone()), Busy(self.clone()));
            tokio::spawn(async move {
                let outcome = timeout(READING, reading).await;
                match outcome {
                    Ok(Ok(value)) => drop(busy.0.value.send_replace(Some(value))),
                    Ok(Err(error)) => tracing::warn!(%error, "numbers could not be read"),
                    Err(_) => tracing::warn!("numbers could not be read in {READING:?}"),
                }
            });
        }
        if known.is_some() {
            return known;
        }
        // Late or failed: then there is nothing to show yet.
        let _ = timeout(PATIENCE, changes.changed()).await;
        changes.borrow().clone()
    }
}

/// Lets the next reading begin, and whoever waits go on, whichever way this one ended.
struct Busy<T>(Arc<Remembered<T>>);

impl<T> Drop for Busy<T> {
    fn drop(&mut self) {
        self.0.busy.store(false, Ordering::Release);
        self.0.value.send_modify(|_| ());
    }
}
