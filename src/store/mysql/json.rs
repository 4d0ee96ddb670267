//! Lists as one JSON parameter: one statement shape for any number of rows, so that the cache of
//! prepared statements stays small. `JSON_TABLE` reads them in MySQL and MariaDB alike.

use std::str::FromStr;

use serde::Serialize;

/// A JSON array of anything that serialises; strings of ids and numbers cannot fail to.
pub fn json_list<T: Serialize + ?Sized>(list: &T) -> String {
    serde_json::to_string(list).unwrap_or_else(|_| "[]".to_owned())
}

/// Parses a name that came out of the database, where only valid ones were put.
pub fn parse<T>(text: &str) -> Result<T, sqlx::Error>
where
    T: FromStr,
    T::Err: std::fmt::Display,
{
    text.parse()
        .map_err(|error: T::Err| decode(format!("{text:?}: {error}")))
}

pub fn decode(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::Decode(why.into())
}
