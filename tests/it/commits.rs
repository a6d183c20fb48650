//! What a COMMIT promises: what is said to be done is stored, and what is not stored is never said to be done.
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use actix_web::ResponseError;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use futures_util::future::{join, join_all};
use kindreflex::access::operator;
use kindreflex::app::State;
use kindreflex::db::types::{Conn, Moment};
use kindreflex::problem::Problem;

use crate::support::databases::postgres_is_there;
use crate::support::{Backend, World, issuer};

diesel::table! {
    scratch (id) {
        id -> Integer,
        parent -> Nullable<Integer>,
    }
}

/// A table whose references are looked at only at COMMIT.
const SCRATCH: &str = "CREATE TABLE scratch (id INTEGER PRIMARY KEY, \
     parent INTEGER REFERENCES scratch (id) DEFERRABLE INITIALLY DEFERRED)";
const DANGLING: &str = "INSERT INTO scratch VALUES (9000, 9001)";
const NOTHING: &[i32] = &[];

type Outcome = Result<(), u16>;
type Work = Box<dyn Fn(&mut Conn) -> Result<(), Problem> + Send>;

async fn write(
    state: &State,
    work: impl Fn(&mut Conn) -> Result<(), Problem> + Send + 'static,
) -> Outcome {
    let now = Moment(state.clock.now());
    operator::write(state, Vec::new(), now, move |tx| work(tx.conn))
        .await
        .map_err(|problem| problem.status_code().as_u16())
}

async fn run(state: &State, statement: &'static str) -> Outcome {
    write(state, move |conn| sql(conn, statement)).await
}

fn sql(conn: &mut Conn, statement: &str) -> Result<(), Problem> {
    Ok(conn.batch_execute(statement)?)
}

fn insert(id: i32) -> Work {
    Box::new(move |conn| sql(conn, &format!("INSERT INTO scratch VALUES ({id}, NULL)")))
}

async fn with_scratch(backend: Backend) -> World {
    let world = World::on(backend).await;
    run(&world.state, SCRATCH).await.expect("a table");
    world
}

async fn postgres() -> Option<World> {
    if postgres_is_there() {
        Some(with_scratch(Backend::Postgres).await)
    } else {
        None
    }
}

/// What is stored, and proof that writing still works.
async fn stored(state: &State) -> Vec<i32> {
    let now = Moment(state.clock.now());
    operator::write(state, Vec::new(), now, |tx| {
        Ok(scratch::table
            .order(scratch::id)
            .select(scratch::id)
            .load(tx.conn)?)
    })
    .await
    .expect("the writer goes on")
}

/// Sends everything while the writer is held up longer than a group may last, so that on SQLite it waits together.
async fn together(state: &State, works: Vec<Work>) -> Vec<Outcome> {
    let held = write(state, |_| {
        std::thread::sleep(Duration::from_millis(120));
        Ok(())
    });
    let (held, outcomes) = join(
        held,
        join_all(works.into_iter().map(|work| write(state, work))),
    )
    .await;
    held.expect("was only slow");
    outcomes
}

on_both! {
    async fn a_commit_that_fails_is_503_and_stores_nothing(world: World) {
        run(&world.state, SCRATCH).await.expect("a table");
        assert_eq!(run(&world.state, DANGLING).await, Err(503));
        assert_eq!(stored(&world.state).await, NOTHING);
        assert_eq!(write(&world.state, insert(1)).await, Ok(()));
        assert_eq!(stored(&world.state).await, [1]);
    }

    async fn a_job_that_fails_or_panics_harms_no_other(world: World) {
        run(&world.state, SCRATCH).await.expect("a table");
        let works = (0..60_i32).map(|id| -> Work {
            Box::new(move |conn| {
                insert(id)(conn)?;
                match id % 6 {
                    0 => Err(Problem::not_found()),
                    1 => panic!("a job of a test panics, as it should"),
                    2 => sql(conn, "INSERT INTO nowhere VALUES (1)"),
                    3 => conn.transaction(|conn| {
                        insert(1000 + id)(conn)?;
                        panic!("a job of a test panics, as it should")
                    }),
                    4 => conn.transaction(|conn| insert(1000 + id)(conn)),
                    _ => Ok(()),
                }
            })
        });
        let outcomes = together(&world.state, works.collect()).await;
        let mut expected = Vec::new();
        for (id, outcome) in (0..).zip(&outcomes) {
            let right = match id % 6 { 0 => Err(404), 1..=3 => Err(500), _ => Ok(()) };
            assert_eq!(*outcome, right, "job {id}");
            match id % 6 { 4 => expected.extend([id, 1000 + id]), 5 => expected.push(id), _ => {} }
        }
        expected.sort_unstable();
        assert_eq!(stored(&world.state).await, expected);
    }

    async fn a_fault_that_a_job_overlooks_is_never_answered_as_done_unless_it_is(world: World) {
        run(&world.state, SCRATCH).await.expect("a table");
        let overlooked = write(&world.state, |conn| {
            insert(1)(conn)?;
            drop(sql(conn, "INSERT INTO nowhere VALUES (1)"));
            Ok(())
        }).await;
        let expected: &[i32] = if overlooked.is_ok() { &[1] } else { &[] };
        assert_eq!(stored(&world.state).await, expected);
    }

    async fn a_job_that_ends_the_transaction_itself_is_not_answered_as_done(world: World) {
        run(&world.state, SCRATCH).await.expect("a table");
        for ending in ["ROLLBACK", "COMMIT"] {
            let outcome = write(&world.state, move |conn| {
                insert(1)(conn)?;
                sql(conn, ending)
            }).await;
            assert!(outcome.is_err_and(|status| status >= 500), "{ending}: {outcome:?}");
            run(&world.state, "DELETE FROM scratch").await.expect("the writer goes on");
        }
    }
}

#[actix_web::test]
async fn a_commit_that_fails_is_503_to_every_request_of_its_group() {
    let world = with_scratch(Backend::Sqlite).await;
    let mut works: Vec<Work> = (0..60).map(insert).collect();
    works.insert(30, Box::new(|conn| sql(conn, DANGLING)));
    let outcomes = together(&world.state, works).await;
    assert_eq!(outcomes, vec![Err(503); 61]);
    assert_eq!(stored(&world.state).await, NOTHING);
    let again = together(&world.state, (0..60).map(insert).collect()).await;
    assert_eq!(again, vec![Ok(()); 60]);
    assert_eq!(stored(&world.state).await.len(), 60);
}

#[actix_web::test]
async fn nothing_is_answered_as_done_that_went_with_its_groups_transaction() {
    let world = with_scratch(Backend::Sqlite).await;
    for ending in [
        "ROLLBACK",
        "COMMIT",
        "ROLLBACK; BEGIN",
        "ROLLBACK; BEGIN; SAVEPOINT diesel_savepoint_1",
    ] {
        for fails in [false, true] {
            let mut works: Vec<Work> = (0..20).map(insert).collect();
            works.push(Box::new(move |conn| {
                sql(conn, ending)?;
                if fails {
                    Err(Problem::not_found())
                } else {
                    Ok(())
                }
            }));
            // These come after it: they go with it, or into a group of their own.
            works.extend((20..40).map(insert));
            let outcomes = together(&world.state, works).await;
            let kept = stored(&world.state).await;
            for (id, outcome) in (0..).zip(&outcomes) {
                if let (Ok(()), true) = (outcome, id != 20) {
                    let id = if id > 20 { id - 1 } else { id };
                    assert!(kept.contains(&id), "{ending}: {id} was answered as done");
                }
            }
            assert!(outcomes[20].is_err(), "{ending}: {:?}", outcomes[20]);
            run(&world.state, "DELETE FROM scratch")
                .await
                .expect("the writer goes on");
        }
    }
}

#[actix_web::test]
async fn a_full_disk_is_503_until_there_is_room_again() {
    let world = with_scratch(Backend::Sqlite).await;
    let state = &world.state;
    run(state, "CREATE TABLE bulk (bytes BLOB)")
        .await
        .expect("a table");
    write(state, |conn| {
        let pages: i32 = diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>(
            "(SELECT page_count FROM pragma_page_count())",
        ))
        .get_result(conn)?;
        sql(conn, &format!("PRAGMA max_page_count = {}", pages + 2))
    })
    .await
    .expect("a limit");
    let bulk =
        || -> Work { Box::new(|conn| sql(conn, "INSERT INTO bulk VALUES (zeroblob(4000000))")) };
    let mut works: Vec<Work> = (0..10).map(insert).collect();
    works.push(bulk());
    works.extend((10..20).map(insert));
    let outcomes = together(state, works).await;
    assert_eq!(outcomes[10], Err(503));
    let done: Vec<i32> = (0..20)
        .filter(|id| {
            outcomes[usize::try_from(if *id < 10 { *id } else { *id + 1 }).expect("small")].is_ok()
        })
        .collect();
    println!("on a full disk {} of 20 small writes were done", done.len());
    assert!(
        outcomes
            .iter()
            .all(|outcome| matches!(outcome, Ok(()) | Err(503))),
        "{outcomes:?}"
    );
    assert_eq!(stored(state).await, done);
    run(state, "PRAGMA max_page_count = 1073741823")
        .await
        .expect("room");
    assert_eq!(
        together(state, vec![bulk(), insert(100)]).await,
        [Ok(()), Ok(())]
    );
}

/// How a job ended that runs this, and how often it was run.
async fn counted(
    state: &State,
    work: impl Fn(&mut Conn) -> Result<(), Problem> + Send + 'static,
) -> (Outcome, usize) {
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = runs.clone();
    let outcome = write(state, move |conn| {
        counter.fetch_add(1, Ordering::SeqCst);
        work(conn)
    })
    .await;
    (outcome, runs.load(Ordering::SeqCst))
}

/// What PostgreSQL does at COMMIT to a row with this id.
const AT_COMMIT: &str = "CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     IF NEW.id = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); END IF; \
     IF NEW.id = 2 THEN RAISE EXCEPTION 'made to fail' USING ERRCODE = '40001'; END IF; \
     IF NEW.id = 3 THEN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END IF; \
     RETURN NULL; END $$; \
     CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON scratch DEFERRABLE INITIALLY DEFERRED \
     FOR EACH ROW EXECUTE FUNCTION at_commit()";

#[actix_web::test]
async fn what_postgres_aborts_at_commit_is_tried_again_only_where_the_outcome_is_known() {
    let Some(world) = postgres().await else {
        return;
    };
    let state = &world.state;
    run(state, AT_COMMIT).await.expect("a trigger");
    assert_eq!(
        counted(state, insert(1)).await,
        (Err(503), 1),
        "a lost connection"
    );
    assert_eq!(
        counted(state, insert(2)).await,
        (Err(503), 5),
        "a serialization failure"
    );
    assert_eq!(counted(state, insert(3)).await, (Err(503), 1), "a deadlock");
    assert_eq!(
        counted(state, |conn| sql(conn, DANGLING)).await,
        (Err(503), 1),
        "a dangling reference"
    );
    assert_eq!(stored(state).await, NOTHING);
}

#[actix_web::test]
async fn what_postgres_aborts_before_commit_is_tried_again_within_bounds() {
    let Some(world) = postgres().await else {
        return;
    };
    let state = &world.state;
    let raise = |code: &str, text: &str| {
        let statement =
            format!("DO $$ BEGIN RAISE EXCEPTION '{text}' USING ERRCODE = '{code}'; END $$");
        move |conn: &mut Conn| {
            insert(1)(conn)?;
            sql(conn, &statement)
        }
    };
    assert_eq!(
        counted(state, raise("40001", "made to fail")).await,
        (Err(503), 5)
    );
    assert_eq!(
        counted(state, raise("40P01", "deadlock detected")).await,
        (Err(503), 3)
    );
    assert_eq!(
        counted(state, raise("22000", "made to fail")).await,
        (Err(500), 1)
    );
    let ended = |conn: &mut Conn| {
        insert(1)(conn)?;
        sql(conn, "SELECT pg_terminate_backend(pg_backend_pid())")
    };
    assert_eq!(
        counted(state, ended).await,
        (Err(503), 1),
        "the session was ended"
    );
    assert_eq!(stored(state).await, NOTHING);
}

#[actix_web::test]
async fn two_writes_that_lock_crosswise_are_both_done() {
    let Some(world) = postgres().await else {
        return;
    };
    let state = &world.state;
    run(state, "INSERT INTO scratch VALUES (0, NULL), (1, NULL)")
        .await
        .expect("rows");
    let both = Arc::new(Barrier::new(2));
    let crosswise = |first: i32, then: i32| {
        let (both, run) = (both.clone(), AtomicUsize::new(0));
        counted(state, move |conn| {
            let lock = |id: i32| format!("UPDATE scratch SET parent = {id} WHERE id = {id}");
            sql(conn, &lock(first))?;
            if run.fetch_add(1, Ordering::SeqCst) == 0 {
                both.wait();
            }
            sql(conn, &lock(then))
        })
    };
    let (one, other) = join(crosswise(0, 1), crosswise(1, 0)).await;
    assert_eq!((one.0, other.0), (Ok(()), Ok(())));
    assert!(one.1 + other.1 > 2, "one of them had to run again");
    assert_eq!(stored(state).await, [0, 1]);
}

#[actix_web::test]
async fn two_writes_that_would_not_fit_one_after_the_other_are_both_done() {
    let Some(world) = postgres().await else {
        return;
    };
    let state = &world.state;
    let both = Arc::new(Barrier::new(2));
    // Each stores how many there are: one after the other, the second counts the first.
    let counting = |id: i32| {
        let (both, run) = (both.clone(), AtomicUsize::new(0));
        counted(state, move |conn| {
            sql(conn, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")?;
            let before: i64 = scratch::table.count().get_result(conn)?;
            if run.fetch_add(1, Ordering::SeqCst) == 0 {
                both.wait();
            }
            insert(id + i32::try_from(before).expect("few"))(conn)
        })
    };
    let (one, other) = join(counting(10), counting(20)).await;
    assert_eq!((one.0, other.0), (Ok(()), Ok(())));
    assert!(one.1 + other.1 > 2, "one of them had to run again");
    let stored = stored(state).await;
    assert!(stored == [10, 21] || stored == [11, 20], "{stored:?}");
}

/// Stands between the service and PostgreSQL; once armed, it passes one COMMIT on and cuts the line before its answer.
fn cutting(port: u16, armed: Arc<AtomicBool>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let own = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let armed = armed.clone();
            let server = TcpStream::connect(("127.0.0.1", port)).expect("PostgreSQL");
            let cut = Arc::new(AtomicBool::new(false));
            let (mut from, mut to) = (
                server.try_clone().expect("a copy"),
                client.try_clone().expect("a copy"),
            );
            let is_cut = cut.clone();
            std::thread::spawn(move || {
                let mut bytes = [0; 4096];
                while let Ok(read @ 1..) = from.read(&mut bytes) {
                    if is_cut.load(Ordering::SeqCst) || to.write_all(&bytes[..read]).is_err() {
                        break;
                    }
                }
                drop(to.shutdown(Shutdown::Both));
            });
            std::thread::spawn(move || {
                let (mut client, mut server) = (client, server);
                let mut bytes = [0; 4096];
                while let Ok(read @ 1..) = client.read(&mut bytes) {
                    let commit = bytes[..read].windows(6).any(|word| word == b"COMMIT");
                    if commit && armed.swap(false, Ordering::SeqCst) {
                        cut.store(true, Ordering::SeqCst);
                    }
                    if server.write_all(&bytes[..read]).is_err() {
                        break;
                    }
                }
                drop(server.shutdown(Shutdown::Both));
            });
        }
    });
    own
}

#[actix_web::test]
async fn a_commit_whose_answer_is_lost_is_503_and_not_tried_again() {
    let Some(world) = postgres().await else {
        return;
    };
    let (host, database) = world.url.rsplit_once('/').expect("a database");
    let port = host
        .rsplit(':')
        .next()
        .expect("a port")
        .parse()
        .expect("a number");
    let armed = Arc::new(AtomicBool::new(false));
    let url = format!(
        "postgres://test@127.0.0.1:{}/{database}",
        cutting(port, armed.clone())
    );
    let state = issuer::state(&url);
    assert_eq!(counted(&state, insert(1)).await, (Ok(()), 1));
    armed.store(true, Ordering::SeqCst);
    let outcome = counted(&state, |conn| {
        sql(conn, "INSERT INTO scratch SELECT max(id) + 1 FROM scratch")
    })
    .await;
    assert_eq!(outcome, (Err(503), 1));
    assert!(!armed.load(Ordering::SeqCst), "the COMMIT was passed on");
    assert_eq!(stored(&world.state).await, [1, 2], "it was stored, once");
    assert_eq!(
        counted(&state, insert(3)).await,
        (Ok(()), 1),
        "by a new connection"
    );
}
