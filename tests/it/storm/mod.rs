//! Orders, payments, cancels by shops and by staff with their forms, timeouts, faults of every
//! kind, changes of keys and kills, at random and all at once: in the end every payment has
//! exactly one outcome, and stock went back only where the gateway itself said that nothing can
//! be paid any more.
//!
//! `STORM_SEED=7 STORM_ORDERS=5000 cargo test --test it storm::` runs it again, or longer. The
//! tests here share one run.

mod app;
mod end;
mod faults;
mod judge;
mod leaks;
mod operations;
mod patience;
mod players;
mod run;
mod staff;

use run::run;

#[test]
fn every_payment_has_exactly_one_outcome() {
    run().payments.assert_none();
}

#[test]
fn stock_goes_back_once_and_only_where_the_gateway_said_closed() {
    run().orders.assert_none();
}

#[test]
fn cancels_by_staff_ended_as_their_orders_did_and_as_they_were_told() {
    run().staff.assert_none();
}

#[test]
fn every_fault_happened() {
    run().faults.assert_none();
}

#[test]
fn all_units_are_accounted_for() {
    run().units.assert_none();
}

#[test]
fn the_gateways_had_nothing_to_complain_about() {
    run().complaints.assert_none();
}

#[test]
fn no_secret_and_no_payer_is_in_the_log_or_in_the_database() {
    run().leaks.assert_none();
}
