//! While changes are paused: nothing that changes anything passes, and who tried is noted.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::dev::ServiceRequest;
use chrono::{DateTime, TimeDelta, Utc};

use super::note;
use crate::domain::audit::AuditAction;
use crate::web::extract::State;
use crate::web::paths;
use crate::web::problem::Problem;

/// A program asks many times in a second: one row of the audit for each key in so long.
const KEY_AGAIN: TimeDelta = TimeDelta::minutes(1);

/// When each key was last noted. There are as many as keys. Cheap to clone.
#[derive(Clone, Default)]
pub struct Tried(Arc<Mutex<HashMap<u64, DateTime<Utc>>>>);

impl Tried {
    /// Whether a try of this key is to be noted.
    fn notes(&self, key: u64, now: DateTime<Utc>) -> bool {
        let mut tried = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let again = tried.get(&key).is_none_or(|at| now - *at >= KEY_AGAIN);
        if again {
            tried.insert(key, now);
        }
        again
    }
}

/// Lets a person's request pass, unless it changes something while changes are paused.
pub async fn check_person(request: &ServiceRequest, name: &str) -> Result<(), Problem> {
    // Leaving is always possible, and so is ending or moving the pause itself.
    if [paths::LOGOUT, paths::READ_ONLY, paths::RESUME].contains(&request.path()) {
        return Ok(());
    }
    let refused = pausable(request);
    if refused.is_err() {
        note(request, &format!("user:{name}"), AuditAction::TriedPaused).await;
    }
    refused
}

/// The same for a program's.
pub async fn check_key(request: &ServiceRequest, (id, name): (u64, &str)) -> Result<(), Problem> {
    let refused = pausable(request);
    let web = State::of(request.request());
    if refused.is_err() && web.tried.notes(id, web.services.clock.now()) {
        note(request, &format!("key:{name}"), AuditAction::TriedPaused).await;
    }
    refused
}

fn pausable(request: &ServiceRequest) -> Result<(), Problem> {
    if request.method().is_safe() {
        return Ok(());
    }
    let services = &State::of(request.request()).services;
    match services.condition.read_only(services.clock.now()) {
        Some(read_only) => Err(Problem::read_only(read_only.until)),
        None => Ok(()),
    }
}
