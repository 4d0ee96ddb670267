//! Stockdesk.
