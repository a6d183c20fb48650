//! Brings a database to the schema of this program.
use diesel::migration::MigrationSource;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::types::Conn;

const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Runs what has not run yet; gives back its names.
pub fn run(conn: &mut Conn) -> Result<Vec<String>, Fault> {
    let done = match conn {
        Conn::Postgres(inner) => inner.run_pending_migrations(POSTGRES)?,
        Conn::Sqlite(inner) => inner.run_pending_migrations(SQLITE)?,
    };
    Ok(done.iter().map(ToString::to_string).collect())
}

/// Has something not run yet? Reads only, unless the database is empty.
pub fn is_pending(conn: &mut Conn) -> Result<bool, Fault> {
    match conn {
        Conn::Postgres(inner) => inner.has_pending_migration(POSTGRES),
        Conn::Sqlite(inner) => inner.has_pending_migration(SQLITE),
    }
}

/// How many migrations there are for each database; a test keeps them alike.
pub fn counts() -> Result<(usize, usize), Fault> {
    let postgres = MigrationSource::<diesel::pg::Pg>::migrations(&POSTGRES)?.len();
    let sqlite = MigrationSource::<diesel::sqlite::Sqlite>::migrations(&SQLITE)?.len();
    Ok((postgres, sqlite))
}
