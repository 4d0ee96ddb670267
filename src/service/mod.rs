//! Use cases. A file is a sentence; a page and the JSON API call the same one.

pub mod clock;
pub mod desk;
pub mod verify;

pub use clock::Clock;
pub use desk::Desk;
