//! Passwords: argon2id, off the request threads, only a few at a time.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;
use tokio::{task, time};

use super::lost;
use crate::domain::rejection::{ServiceError, ServiceResult};

/// What a name that nobody has is checked against, so that it takes the same time.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    hash_blocking("nobody has this password").expect("the default parameters are valid")
});

/// How long somebody may wait for a turn before the desk says that it is busy.
const PATIENCE: Duration = Duration::from_secs(5);

/// Checks and makes password hashes with argon2id (version 19, 19 MiB, 2 passes, 1 lane, as
/// OWASP's password storage cheat sheet recommends).
///
/// Each takes tens of milliseconds of a core. Half of the cores at most do this at any moment,
/// so that a storm of sign-ins slows down sign-ins and nothing else.
#[derive(Debug, Clone)]
pub struct Passwords(Arc<Semaphore>);

impl Passwords {
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
        Self(Arc::new(Semaphore::new(cores.div_ceil(2))))
    }

    pub async fn hash(&self, password: &str) -> ServiceResult<String> {
        let password = password.to_owned();
        self.turn(move || hash_blocking(&password)).await
    }

    /// Whether `password` belongs to `hash`; with no hash `false`, after the same work.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> ServiceResult<bool> {
        let password = password.to_owned();
        let hash = hash.map(str::to_owned);
        self.turn(move || {
            let stored = hash.as_deref().unwrap_or(&NOBODY);
            let parsed = PasswordHash::new(stored).map_err(|e| e.to_string())?;
            let matches = Argon2::default()
                .verify_password(password.as_bytes(), &parsed)
                .is_ok();
            Ok(matches && hash.is_some())
        })
        .await
    }

    async fn turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, String> + Send + 'static,
    ) -> ServiceResult<T> {
        let permit = time::timeout(PATIENCE, self.0.clone().acquire_owned())
            .await
            .map_err(|_| ServiceError::Busy)?
            .map_err(|e| lost("password hashing", e))?;
        task::spawn_blocking(move || {
            let done = work();
            drop(permit);
            done
        })
        .await
        .map_err(|e| lost("password hashing", e))?
        .map_err(|e| lost("password hashing", e))
    }
}

fn hash_blocking(password: &str) -> Result<String, String> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|e| e.to_string())
}
