//! What did not work as usual, from when to when.

use chrono::{DateTime, TimeDelta, Utc};

use super::words::words;

words! {
    /// A part of the desk; or that changes were paused.
    pub enum TroubleKind {
        Database = "database",
        Redis = "redis",
        Gate = "gate",
        Migrations = "migrations",
        Worker = "worker",
        PaymentGateway = "payment_gateway",
        Cancels = "cancels",
        LateMoney = "late_money",
        ReadOnly = "read_only",
        Promises = "promises",
    }
}

words! {
    /// The worst that was seen.
    pub enum Severity {
        Degraded = "degraded",
        Down = "down",
    }
}

/// A period. `detail` names a worker or a gateway, and is empty for all else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub kind: TroubleKind,
    pub detail: String,
    pub worst: Severity,
    pub began_at: DateTime<Utc>,
    /// When it was last seen.
    pub seen_at: DateTime<Utc>,
    pub over: bool,
}

/// What comes back within this time was never gone.
pub const QUIET: TimeDelta = TimeDelta::seconds(60);

/// The same periods without those that lie in one another, newest first: instances that were cut
/// off tell of one trouble later than others, each as it saw it.
pub fn merged(mut troubles: Vec<Trouble>) -> Vec<Trouble> {
    troubles.sort_by(|a, b| {
        let key = |t: &Trouble| (t.kind, t.began_at);
        (key(a), &a.detail).cmp(&(key(b), &b.detail))
    });
    let mut whole: Vec<Trouble> = Vec::with_capacity(troubles.len());
    for trouble in troubles {
        let same = whole.iter_mut().rev().find(|known| {
            (known.kind, &known.detail) == (trouble.kind, &trouble.detail)
                && trouble.began_at <= known.seen_at + QUIET
        });
        match same {
            Some(known) => {
                known.seen_at = known.seen_at.max(trouble.seen_at);
                known.worst = known.worst.max(trouble.worst);
                known.over &= trouble.over;
            }
            None => whole.push(trouble),
        }
    }
    whole.sort_by_key(|trouble| std::cmp::Reverse((trouble.began_at, trouble.seen_at)));
    whole
}

/// The time between `from` and `to` cut into `parts`: 0 where nothing was seen, 1 where something
/// did not work as usual or changes were paused, 2 where something was down.
pub fn drawn(
    troubles: &[Trouble],
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    parts: u8,
) -> Vec<u64> {
    let step = (to - from) / i32::from(parts.max(1));
    let worst = |part: u8| {
        let (begin, end) = (
            from + step * i32::from(part),
            from + step * (i32::from(part) + 1),
        );
        let within = troubles
            .iter()
            .filter(|t| t.began_at < end && t.seen_at >= begin);
        match within.map(|t| t.worst).max() {
            None => 0,
            Some(Severity::Degraded) => 1,
            Some(Severity::Down) => 2,
        }
    };
    (0..parts).map(worst).collect()
}

/// For how long there was any of them since `from`.
pub fn in_all(troubles: &[Trouble], from: DateTime<Utc>) -> TimeDelta {
    let mut spans: Vec<_> = troubles
        .iter()
        .filter(|t| t.seen_at > from)
        .map(|t| (t.began_at.max(from), t.seen_at))
        .collect();
    spans.sort();
    let (mut sum, mut reached) = (TimeDelta::zero(), from);
    for (begin, end) in spans {
        sum += (end - begin.max(reached)).max(TimeDelta::zero());
        reached = reached.max(end);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn trouble(kind: TroubleKind, began: i64, seen: i64, worst: Severity) -> Trouble {
        Trouble {
            kind,
            detail: String::new(),
            worst,
            began_at: at(began),
            seen_at: at(seen),
            over: true,
        }
    }

    #[test]
    fn what_two_instances_saw_is_one_period() {
        use Severity::{Degraded, Down};
        let seen = vec![
            trouble(TroubleKind::Redis, 500, 600, Degraded),
            trouble(TroubleKind::Database, 100, 200, Degraded),
            trouble(TroubleKind::Database, 90, 160, Down),
            trouble(TroubleKind::Database, 250, 260, Degraded),
            trouble(TroubleKind::Database, 400, 410, Degraded),
        ];
        let whole = merged(seen);
        let spans: Vec<_> = whole.iter().map(|t| (t.began_at, t.seen_at)).collect();
        let expected = [(500, 600), (400, 410), (90, 260)];
        assert_eq!(spans, expected.map(|(a, b)| (at(a), at(b))));
        assert_eq!(whole[2].worst, Down);
        assert_eq!(in_all(&whole, at(100)), TimeDelta::seconds(270));
        let drawn = drawn(&whole, (at(0), at(800)), 8);
        assert_eq!(drawn, [2, 2, 2, 0, 1, 1, 1, 0]);
    }
}
