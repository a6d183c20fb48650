//! What only this room can look at: the sessions of the pool and of the writer.
use std::sync::{Arc, Barrier};

use diesel::sql_types::Integer;
use futures_util::future::join_all;

use super::*;

fn setting(conn: &mut Conn, pragma: &str) -> Result<i32, Problem> {
    let value = format!("(SELECT {pragma} FROM pragma_{pragma}())");
    Ok(diesel::select(diesel::dsl::sql::<Integer>(&value)).get_result(conn)?)
}

#[actix_web::test]
async fn every_sqlite_connection_waits_for_the_disk() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", directory.path().join("test.db").display());
    let database = Database::open(&url, 8).unwrap();
    let settings = |conn: &mut Conn| {
        Ok((
            setting(conn, "synchronous")?,
            setting(conn, "foreign_keys")?,
            setting(conn, "query_only")?,
        ))
    };
    assert_eq!(database.write(settings).await.unwrap(), (2, 1, 0));
    assert_eq!(settings(&mut connect(&url).unwrap()).unwrap(), (2, 1, 0));
    // All at once, so that each has a connection of its own.
    let all_at_once = Arc::new(Barrier::new(8));
    let readers = (0..8).map(|_| {
        let all_at_once = all_at_once.clone();
        database.read(move |conn| {
            all_at_once.wait();
            settings(conn)
        })
    });
    for reader in join_all(readers).await {
        assert_eq!(reader.unwrap(), (2, 1, 1));
    }
    assert_eq!(database.pool.state().connections, 8);
}

#[actix_web::test]
async fn a_database_whose_connections_are_all_taken_is_busy_and_not_gone() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", directory.path().join("test.db").display());
    let database = Database::open(&url, 1).unwrap();
    assert_eq!(database.reach().await, Reach::Free);
    let held = database.turn().await.unwrap();
    assert_eq!(database.reach().await, Reach::Busy);
    drop(held);
    assert_eq!(database.reach().await, Reach::Free);
}
