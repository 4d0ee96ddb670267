//! What the stock service promises, on real stores.

mod deduct;
mod gate;
mod once;
mod rollback;
mod schema;
