//! Brings a database to the schema of this program.
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::types::Conn;
use crate::problem::AnyError;

const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// Runs what has not run yet; gives back its names.
pub fn run(conn: &mut Conn) -> Result<Vec<String>, AnyError> {
    let done = match conn {
        Conn::Postgres(inner) => inner.run_pending_migrations(POSTGRES)?,
        Conn::Sqlite(inner) => inner.run_pending_migrations(SQLITE)?,
    };
    Ok(done.iter().map(ToString::to_string).collect())
}

/// Has something not run yet? Reads only, unless the database is empty.
pub fn is_pending(conn: &mut Conn) -> Result<bool, AnyError> {
    match conn {
        Conn::Postgres(inner) => inner.has_pending_migration(POSTGRES),
        Conn::Sqlite(inner) => inner.has_pending_migration(SQLITE),
    }
}

#[cfg(test)]
mod tests {
    use diesel::backend::Backend;
    use diesel::migration::MigrationSource;

    use super::*;

    fn names<DB: Backend>(migrations: &impl MigrationSource<DB>) -> Vec<String> {
        let migrations = migrations.migrations().expect("embedded");
        let mut names: Vec<String> = migrations
            .iter()
            .map(|migration| migration.name().to_string())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn both_databases_have_the_same_migrations() {
        let postgres = names::<diesel::pg::Pg>(&POSTGRES);
        let sqlite = names::<diesel::sqlite::Sqlite>(&SQLITE);
        assert!(!postgres.is_empty());
        assert_eq!(postgres, sqlite);
    }
}
