//! What the stock service promises, on real stores.

mod deduct;
mod gate;
mod rollback;
mod schema;
