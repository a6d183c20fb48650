//! Writes that are guarded: by the edit that their author has seen, or by being the first.
use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error as DbError};

use crate::problem::Problem;

/// A guarded update changed its row, or somebody else was first: 412.
pub fn one_changed(rows: usize) -> Result<(), Problem> {
    if rows == 1 {
        Ok(())
    } else {
        Err(Problem::stale())
    }
}

/// A new row was stored under a code of its own, or somebody else made one by that code meanwhile: 412.
pub fn first_of_its_code(stored: QueryResult<usize>) -> Result<(), Problem> {
    unless_taken(stored, Problem::stale)
}

/// A new row was stored, or somebody else stored one in its place meanwhile: this problem.
pub fn unless_taken(stored: QueryResult<usize>, taken: fn() -> Problem) -> Result<(), Problem> {
    match stored {
        Err(DbError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Err(taken()),
        stored => stored.map(drop).map_err(Problem::from),
    }
}
