//! The table `operation_numbers`.

use sqlx::mysql::MySqlConnection;

use super::is_duplicate;
use crate::domain::ids::OpId;

/// In whose table an operation stands.
#[derive(Debug, Clone, Copy)]
pub enum NumberKind {
    Single,
    Bulk,
}

impl NumberKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Bulk => "bulk",
        }
    }
}

/// Whose a number is, after it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// Nobody had it: it is ours once the transaction commits.
    New,
    /// An operation of this kind has it.
    Known,
    /// An operation of the other kind has it, for ever.
    Taken,
}

/// Takes the number of an operation, in the transaction that saves its draft.
pub async fn number_take_in_tx(
    conn: &mut MySqlConnection,
    op: OpId,
    kind: NumberKind,
) -> Result<Number, sqlx::Error> {
    let taken = sqlx::query("INSERT INTO operation_numbers (op, kind) VALUES (?, ?)")
        .bind(op.to_string())
        .bind(kind.as_str())
        .execute(&mut *conn)
        .await;
    match taken {
        Ok(_) => return Ok(Number::New),
        Err(error) if is_duplicate(&error) => {}
        Err(error) => return Err(error),
    }
    let owner: String = sqlx::query_scalar("SELECT kind FROM operation_numbers WHERE op = ?")
        .bind(op.to_string())
        .fetch_one(conn)
        .await?;
    Ok(match owner == kind.as_str() {
        true => Number::Known,
        false => Number::Taken,
    })
}
