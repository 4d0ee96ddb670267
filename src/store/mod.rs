//! The only code that knows MySQL and Redis.

pub mod mysql;
pub mod redis;
