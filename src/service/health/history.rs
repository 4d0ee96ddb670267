//! What did not work as usual in the last day: noted as it is seen, kept in the database. What is
//! seen while the database is away is noted when it is back.

use std::collections::BTreeMap;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use super::{ComponentKind, Health, HealthReport, HealthState, PATIENCE};
use crate::domain::rejection::ServiceResult;
use crate::domain::trouble::{QUIET, Severity, Trouble, TroubleKind, merged};
use crate::service::in_time::in_time;
use crate::store::mysql::troubles::{trouble_note, troubles_list, troubles_tidy};

/// How far back the history goes.
pub const LENGTH: TimeDelta = TimeDelta::hours(24);
/// What goes on is noted so often.
const OFTEN: TimeDelta = TimeDelta::seconds(5);
/// What was not seen for so long is over.
const GONE: TimeDelta = TimeDelta::seconds(8);
/// Ends are noted, and old periods forgotten, so often while nothing happens.
const TIDY: TimeDelta = TimeDelta::seconds(60);
/// Periods that are read, at most.
const LISTED: u32 = 500;

/// One part, as far as it can be told from others.
type Of = (TroubleKind, String);

/// Notes what one instance sees.
#[derive(Debug, Default)]
pub struct Noting {
    /// What goes on, and what is over and not noted yet.
    seen: BTreeMap<Of, Trouble>,
    /// Something began, ended or became worse, and is not noted yet.
    changed: bool,
    noted_at: Option<DateTime<Utc>>,
    tidied_at: Option<DateTime<Utc>>,
}

impl Health {
    /// The periods of the last 24 hours, newest first.
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away.
    pub async fn history(&self) -> ServiceResult<Vec<Trouble>> {
        let now = self.clock.now();
        let mut troubles =
            in_time(PATIENCE, troubles_list(&self.pool, now - LENGTH, LISTED)).await?;
        for trouble in &mut troubles {
            trouble.over |= trouble.seen_at < now - GONE;
        }
        Ok(merged(troubles))
    }

    /// Notes what `report` says.
    ///
    /// # Errors
    /// `NotConfirmed` when it could not be written: it will be with the next report.
    pub async fn note(&self, report: &HealthReport, noting: &mut Noting) -> ServiceResult<()> {
        let at = report.at.trunc_subsecs(6);
        let paused = self.condition.read_only(at).is_some();
        noting.changed |= noting.see(troubles(report, paused), at);
        let waited = |since: Option<DateTime<Utc>>, length| since.is_none_or(|t| at - t >= length);
        let often = !noting.seen.is_empty() && waited(noting.noted_at, OFTEN);
        let tidy = waited(noting.tidied_at, TIDY);
        if report.of(ComponentKind::Migrations) == HealthState::Down
            || !(noting.changed || often || tidy)
        {
            return Ok(());
        }
        // First: what comes after a silence is another period.
        in_time(PATIENCE, troubles_tidy(&self.pool, at - QUIET, at - LENGTH)).await?;
        noting.tidied_at = Some(at);
        for trouble in noting.seen.values() {
            in_time(PATIENCE, trouble_note(&self.pool, trouble)).await?;
        }
        noting.seen.retain(|_, trouble| !trouble.over);
        (noting.changed, noting.noted_at) = (false, Some(at));
        Ok(())
    }
}

impl Noting {
    /// Takes in what is seen at one moment; whether anything began, ended or became worse.
    fn see(&mut self, now: BTreeMap<Of, Severity>, at: DateTime<Utc>) -> bool {
        let mut changed = false;
        for (of, trouble) in &mut self.seen {
            if !trouble.over && !now.contains_key(of) {
                (trouble.over, changed) = (true, true);
            }
        }
        for (of, severity) in now {
            let (kind, detail) = of.clone();
            let trouble = self.seen.entry(of).or_insert_with(|| {
                changed = true;
                Trouble {
                    kind,
                    detail,
                    worst: severity,
                    began_at: at,
                    seen_at: at,
                    over: false,
                }
            });
            changed |= trouble.over || trouble.worst < severity;
            trouble.seen_at = at;
            trouble.worst = trouble.worst.max(severity);
            trouble.over = false;
        }
        changed
    }
}

/// What does not work as usual, and how badly. What only cannot be asked without the database is
/// the database's trouble.
fn troubles(report: &HealthReport, paused: bool) -> BTreeMap<Of, Severity> {
    use ComponentKind::{Cancels, Gate, LateMoney, Migrations};
    let away = report.of(ComponentKind::Database) == HealthState::Down;
    let mut found = BTreeMap::new();
    for part in &report.components {
        let unasked = away && matches!(part.kind, Gate | Migrations | Cancels | LateMoney);
        let severity = match part.state {
            HealthState::Degraded if !unasked => Severity::Degraded,
            HealthState::Down if !unasked => Severity::Down,
            _ => continue,
        };
        let detail = part.detail.as_deref().unwrap_or_default();
        let of = (kind(part.kind), detail.chars().take(64).collect());
        found.insert(of, severity);
    }
    if paused {
        let of = (TroubleKind::ReadOnly, String::new());
        found.insert(of, Severity::Degraded);
    }
    found
}

/// The part's name in the history.
pub fn kind(kind: ComponentKind) -> TroubleKind {
    match kind {
        ComponentKind::Database => TroubleKind::Database,
        ComponentKind::Redis => TroubleKind::Redis,
        ComponentKind::Gate => TroubleKind::Gate,
        ComponentKind::Migrations => TroubleKind::Migrations,
        ComponentKind::Worker => TroubleKind::Worker,
        ComponentKind::PaymentGateway => TroubleKind::PaymentGateway,
        ComponentKind::Cancels => TroubleKind::Cancels,
        ComponentKind::LateMoney => TroubleKind::LateMoney,
        ComponentKind::Promises => TroubleKind::Promises,
    }
}
