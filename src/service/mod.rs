//! Use cases. A file is a sentence; a page and the JSON API call the same one.

pub mod api_keys;
pub mod audit;
pub mod bulk;
mod cancel;
pub mod cashier;
mod checkout;
pub mod clock;
pub mod condition;
mod csv_lines;
pub mod demo;
pub mod desk;
mod gateways;
pub mod health;
pub mod import;
mod in_time;
mod insist;
pub mod late;
pub mod operations;
pub mod overview;
pub mod pauses;
pub mod queries;
pub mod reconciliations;
mod remembered;
mod retries;
mod settle;
pub mod users;
pub mod verify;

pub use crate::gateway::NotificationRefused;
pub use api_keys::ApiKeys;
pub use audit::Audit;
pub use bulk::Bulks;
pub use cashier::{Cashier, CashierSettings};
pub use clock::Clock;
pub use condition::Condition;
pub use desk::Desk;
pub use health::Health;
pub use insist::insist;
pub use late::LateMoney;
pub use operations::{Operations, Person};
pub use overview::Overview;
pub use pauses::Pauses;
pub use queries::Queries;
pub use reconciliations::Reconciliations;
pub use retries::Retries;
pub use settle::{NotAcknowledged, PaymentChecked};
pub use users::Users;
use verify::Proof;

/// Everything that pages, the API and workers may ask for. Cheap to clone; `app` builds it.
#[derive(Clone)]
pub struct Services {
    pub api_keys: ApiKeys,
    pub audit: Audit,
    pub bulks: Bulks,
    pub cashier: Cashier,
    pub clock: Clock,
    pub condition: Condition,
    pub desk: Desk,
    pub health: Health,
    pub late: LateMoney,
    pub operations: Operations,
    pub overview: Overview,
    pub pauses: Pauses,
    pub proof: Proof,
    pub queries: Queries,
    pub reconciliations: Reconciliations,
    pub users: Users,
}
