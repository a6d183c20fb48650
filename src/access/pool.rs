//! Private to `access`: how a closure reaches a connection. Nothing outside can.
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::r2d2::{ManageConnection, Pool};
use diesel::result::{DatabaseErrorKind, Error as DbError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::timeout;

use crate::db::types::Conn;
use crate::private;
use crate::problem::{Again, Problem};

/// Every connection to SQLite waits for the disk at COMMIT (`synchronous` 2): what was answered survives a power cut. What is deleted is
/// overwritten with zeros (`secure_delete`).
const SQLITE: &str = "PRAGMA busy_timeout = 2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA cache_size = -8192; PRAGMA secure_delete = ON;";
/// Nothing waits for ever, and everyone reads the same clock.
pub(super) const POSTGRES: &str = "SET statement_timeout = '15s'; SET lock_timeout = '5s'; \
     SET idle_in_transaction_session_timeout = '30s'; SET timezone = 'UTC'";

/// Jobs in one SQLite transaction at most, how long it may collect them, and jobs that may wait before callers get 503.
const GROUP: usize = 128;
const GROUP_TIME: Duration = Duration::from_millis(50);
const QUEUE: usize = 1024;
/// How long who lost a deadlock waits before trying again.
const DEADLOCK_PAUSE: Duration = Duration::from_millis(20);
/// How long a caller waits for a connection before it gets 503.
const PATIENCE: Duration = Duration::from_secs(2);

/// Opens connections by the URL's scheme (the derived `establish` would hide PostgreSQL's own error).
#[derive(Clone)]
struct Opener {
    url: String,
    reads_only: bool,
}

impl Opener {
    fn open(&self) -> ConnectionResult<Conn> {
        match self.url.split_once(':') {
            Some(("postgres" | "postgresql", _)) => {
                let mut conn = PgConnection::establish(&self.url)?;
                conn.batch_execute(POSTGRES)
                    .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Conn::Postgres(conn))
            }
            Some(("sqlite", path)) => {
                // Its journals get its rights. Where it cannot be made, opening it says why.
                if !path.starts_with([':', '?']) && !path.starts_with("file:") {
                    let _ = private::create(Path::new(path));
                }
                let mut conn = SqliteConnection::establish(path)?;
                conn.batch_execute(SQLITE)
                    .map_err(ConnectionError::CouldntSetupConfiguration)?;
                if self.reads_only {
                    conn.batch_execute("PRAGMA query_only = ON")
                        .map_err(ConnectionError::CouldntSetupConfiguration)?;
                }
                Ok(Conn::Sqlite(conn))
            }
            _ => Err(ConnectionError::InvalidConnectionUrl(
                "use sqlite:PATH or postgres://…".to_owned(),
            )),
        }
    }
}

impl ManageConnection for Opener {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Conn, Self::Error> {
        self.open().map_err(diesel::r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, _: &mut Conn) -> Result<(), Self::Error> {
        Ok(())
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        each!(conn, inner => AnsiTransactionManager::is_broken_transaction_manager(inner))
    }
}

/// Opens one connection, for the command line.
pub fn connect(url: &str) -> ConnectionResult<Conn> {
    Opener {
        url: url.to_owned(),
        reads_only: false,
    }
    .open()
}

/// The way to the data: readers in a pool, and on SQLite one writer.
#[derive(Clone)]
pub struct Database {
    pool: Pool<Opener>,
    /// A turn for each connection: who waits for one waits here, and holds no thread meanwhile.
    turns: Arc<Semaphore>,
    /// SQLite's one writer; PostgreSQL writes through the pool.
    writer: Option<mpsc::SyncSender<Task>>,
}

/// How the database can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It answers.
    Free,
    /// Every connection is taken: whoever comes now waits, or gets 503.
    Busy,
    /// It cannot be had.
    Gone,
}

type Answer = Box<dyn FnOnce(bool) + Send>;
type Job = Box<dyn FnOnce(&mut Conn) -> Answer + Send>;

/// What the writer of SQLite is given.
enum Task {
    /// Work in a transaction, with others.
    Job(Job),
    /// What cannot be done in a transaction: it comes between two.
    Alone(Box<dyn FnOnce(&mut Conn) + Send>),
}

impl Database {
    /// Opens a migrated database with at most `size` connections (SQLite: readers).
    pub fn open(url: &str, size: u32) -> Result<Self, ConnectionError> {
        let first = connect(url)?;
        let on_sqlite = matches!(first, Conn::Sqlite(_));
        let writer = on_sqlite.then(|| start_writer(first));
        let pool = Pool::builder()
            .max_size(size)
            .min_idle(Some(0))
            .test_on_check_out(false)
            .connection_timeout(PATIENCE)
            .error_handler(Box::new(Quiet))
            .build_unchecked(Opener {
                url: url.to_owned(),
                reads_only: on_sqlite,
            });
        let turns = Arc::new(Semaphore::new(usize::try_from(size).unwrap_or(1)));
        Ok(Self {
            pool,
            turns,
            writer,
        })
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, Problem> {
        timeout(PATIENCE, self.turns.clone().acquire_owned())
            .await
            .map_err(|_| Problem::busy().because("every connection is taken"))?
            .map_err(|fault| Problem::internal(fault.to_string()))
    }

    fn connection(&self) -> Result<diesel::r2d2::PooledConnection<Opener>, Problem> {
        self.pool
            .get()
            .map_err(|fault| Problem::busy().because(fault))
    }

    /// Can it be asked something?
    pub async fn reach(&self) -> Reach {
        let Ok(turn) = self.turn().await else {
            return Reach::Busy;
        };
        let database = self.clone();
        let asked = aside(move || {
            let _turn = turn;
            Ok(database.connection()?.batch_execute("SELECT 1")?)
        });
        match asked.await {
            Ok(()) => Reach::Free,
            Err(_) => Reach::Gone,
        }
    }

    /// Runs `work` on a snapshot: what it reads belongs together.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Conn) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let (database, turn) = (self.clone(), self.turn().await?);
        aside(move || {
            let _turn = turn;
            let mut conn = database.connection()?;
            snapshot(&mut conn, &work)
        })
        .await
    }

    /// Runs `work` in one transaction, and answers only after its COMMIT. It can run more than once.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Conn) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let Some(writer) = &self.writer else {
            let (database, turn) = (self.clone(), self.turn().await?);
            return aside(move || {
                let _turn = turn;
                retrying(&mut *database.connection()?, &work)
            })
            .await;
        };
        let (send, receive) = oneshot::channel();
        writer
            .try_send(Task::Job(job(work, move |outcome| {
                drop(send.send(outcome));
            })))
            .map_err(|_| Problem::busy().because("the writer's queue is full"))?;
        receive
            .await
            .map_err(|_| Problem::busy().because("the writer could not begin, or is gone"))?
    }

    /// Runs `work` outside of any transaction, on SQLite between two of the writer's. For the upkeep of the database's files.
    pub(super) async fn alone<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let Some(writer) = &self.writer else {
            let (database, turn) = (self.clone(), self.turn().await?);
            return aside(move || {
                let _turn = turn;
                work(&mut *database.connection()?)
            })
            .await;
        };
        let (send, receive) = oneshot::channel();
        let task = Task::Alone(Box::new(move |conn| drop(send.send(work(conn)))));
        writer
            .try_send(task)
            .map_err(|_| Problem::busy().because("the writer's queue is full"))?;
        receive
            .await
            .map_err(|_| Problem::busy().because("the writer is gone"))?
    }
}

/// r2d2 would log each failed attempt with the address of the database; the caller's 503 says enough.
#[derive(Debug)]
struct Quiet;

impl diesel::r2d2::HandleError<diesel::r2d2::Error> for Quiet {
    fn handle_error(&self, fault: diesel::r2d2::Error) {
        log::warn!("no connection to the database: {fault}");
    }
}

/// Works on a thread where no other request waits for it.
#[allow(clippy::disallowed_methods, reason = "this is the one hop to a thread")]
pub async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    actix_web::web::block(work)
        .await
        .map_err(|fault| Problem::internal(fault.to_string()))?
}

fn snapshot<T>(
    conn: &mut Conn,
    work: &impl Fn(&mut Conn) -> Result<T, Problem>,
) -> Result<T, Problem> {
    match conn {
        Conn::Postgres(inner) => AnsiTransactionManager::begin_transaction_sql(
            inner,
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        ),
        Conn::Sqlite(inner) => AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN"),
    }?;
    let outcome = catch_unwind(AssertUnwindSafe(|| work(conn)))
        .unwrap_or_else(|_| Err(Problem::internal("a read panicked")));
    if outcome.is_ok() {
        <Conn as Connection>::TransactionManager::commit_transaction(conn)?;
    } else {
        <Conn as Connection>::TransactionManager::rollback_transaction(conn)?;
    }
    outcome
}

/// PostgreSQL: what the database chose to abort happened before COMMIT took effect, so the closure may run again. A COMMIT
/// whose outcome is not known is never tried again: that is 503, and the `Idempotency-Key` settles it.
fn retrying<T>(
    conn: &mut Conn,
    work: &impl Fn(&mut Conn) -> Result<T, Problem>,
) -> Result<T, Problem> {
    let (mut serializations, mut deadlocks) = (4, 2);
    loop {
        let fault = match attempt(conn, work) {
            Ok(done) => return Ok(done),
            Err(fault) => fault,
        };
        match fault.again() {
            Again::Serialization if serializations > 0 => serializations -= 1,
            Again::Deadlock if deadlocks > 0 => {
                deadlocks -= 1;
                // Whoever was let through goes first, or the two meet again.
                std::thread::sleep(DEADLOCK_PAUSE);
            }
            _ => return Err(fault),
        }
    }
}

fn attempt<T>(
    conn: &mut Conn,
    work: &impl Fn(&mut Conn) -> Result<T, Problem>,
) -> Result<T, Problem> {
    <Conn as Connection>::TransactionManager::begin_transaction(conn)?;
    let outcome = caught(conn, work).and_then(|done| commit(conn).map(|()| done));
    if outcome.is_err() {
        roll_back(conn, 0);
    }
    outcome
}

/// PostgreSQL answers COMMIT with success where a statement failed before, and stores nothing; so a statement goes with it that
/// fails there.
fn commit(conn: &mut Conn) -> Result<(), Problem> {
    if depth(conn) != 1 {
        return Err(Problem::busy().because("a write ended its transaction, or left one open"));
    }
    conn.batch_execute("SELECT 1; COMMIT")
        .map_err(|fault| match fault {
            // A failed COMMIT that the server answered took no effect; a lost one is not known.
            DbError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => {
                Problem::from(fault)
            }
            other => Problem::busy().because(other),
        })
}

fn caught<T>(
    conn: &mut Conn,
    work: &impl Fn(&mut Conn) -> Result<T, Problem>,
) -> Result<T, Problem> {
    catch_unwind(AssertUnwindSafe(|| work(conn)))
        .unwrap_or_else(|_| Err(Problem::internal("a write panicked")))
}

/// How many transactions stand open inside each other; none when the connection cannot be used.
fn depth(conn: &mut Conn) -> u32 {
    <Conn as Connection>::TransactionManager::transaction_manager_status_mut(conn)
        .transaction_depth()
        .ok()
        .flatten()
        .map_or(0, std::num::NonZeroU32::get)
}

/// Rolls back to this depth, also out of what a panic left open.
fn roll_back(conn: &mut Conn, to: u32) {
    while depth(conn) > to {
        let rolled_back = <Conn as Connection>::TransactionManager::rollback_transaction(conn);
        if let Err(fault) = rolled_back {
            log::warn!("a transaction could not be rolled back: {fault}");
            return;
        }
    }
}

/// A job for the writer: its work in a savepoint, a panic caught inside it, so that a job that fails takes nobody else's work
/// with it; its answer, once it is known whether the group was committed. Where it was not, what a job found is no answer either:
/// it may have seen what others wrote.
fn job<T: Send + 'static>(
    work: impl Fn(&mut Conn) -> Result<T, Problem> + Send + 'static,
    answer: impl FnOnce(Result<T, Problem>) + Send + 'static,
) -> Job {
    Box::new(move |conn| {
        let outcome = in_savepoint(conn, &work);
        Box::new(move |committed| {
            answer(if committed {
                outcome
            } else {
                Err(Problem::busy().because("the group was not committed"))
            });
        })
    })
}

fn in_savepoint<T>(
    conn: &mut Conn,
    work: &impl Fn(&mut Conn) -> Result<T, Problem>,
) -> Result<T, Problem> {
    let outside = depth(conn);
    <Conn as Connection>::TransactionManager::begin_transaction(conn)?;
    let outcome = caught(conn, work);
    if outcome.is_ok() {
        <Conn as Connection>::TransactionManager::commit_transaction(conn)?;
    } else {
        roll_back(conn, outside);
    }
    outcome
}

/// Group commit: what waits runs in one transaction, and everyone is answered only after its COMMIT.
fn start_writer(mut conn: Conn) -> mpsc::SyncSender<Task> {
    let (sender, tasks) = mpsc::sync_channel::<Task>(QUEUE);
    std::thread::spawn(move || {
        while let Ok(first) = tasks.recv() {
            let mut next = Some(first);
            while let Some(task) = next.take() {
                next = run_task(&mut conn, task, &tasks);
            }
        }
    });
    sender
}

/// Runs a task, and what joins its group; gives back one that was taken from the queue and is to run next.
fn run_task(conn: &mut Conn, task: Task, tasks: &mpsc::Receiver<Task>) -> Option<Task> {
    match task {
        Task::Job(first) => run_group(conn, first, tasks),
        Task::Alone(work) => {
            // Whoever waits for it is told by the channel that closes.
            let outcome = catch_unwind(AssertUnwindSafe(|| work(conn)));
            if outcome.is_err() || depth(conn) != 0 {
                log::error!("what the writer did outside of a transaction was not finished");
                recover(conn);
            }
            None
        }
    }
}

fn run_group(conn: &mut Conn, first: Job, tasks: &mpsc::Receiver<Task>) -> Option<Task> {
    let mut answers: Vec<Answer> = Vec::new();
    let mut after = None;
    let committed = begin(conn).and_then(|()| {
        let started = Instant::now();
        answers.push(first(conn));
        whole(conn)?;
        while answers.len() < GROUP
            && started.elapsed() < GROUP_TIME
            && let Ok(next) = tasks.try_recv()
        {
            match next {
                Task::Job(next) => answers.push(next(conn)),
                alone @ Task::Alone(_) => {
                    after = Some(alone);
                    break;
                }
            }
            whole(conn)?;
        }
        <Conn as Connection>::TransactionManager::commit_transaction(conn)
    });
    if let Err(fault) = &committed {
        log::error!(
            "a group of {} writes was not committed: {fault}",
            answers.len()
        );
        recover(conn);
    }
    for answer in answers {
        answer(committed.is_ok());
    }
    after
}

fn begin(conn: &mut Conn) -> QueryResult<()> {
    each!(conn, inner => AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN IMMEDIATE; SAVEPOINT whole"))
}

/// Is the group's own transaction still there, at its own depth? SQLite ends it by itself when the disk is full; whatever ran after
/// that would have been committed alone. Its first savepoint is in it, and in no other.
fn whole(conn: &mut Conn) -> QueryResult<()> {
    if depth(conn) != 1 {
        return Err(DbError::BrokenTransactionManager);
    }
    conn.batch_execute("RELEASE whole; SAVEPOINT whole")
}

/// After a group that could not be committed: nothing of it stays, however deep it was. Outside a transaction ROLLBACK is refused.
fn recover(conn: &mut Conn) {
    drop(conn.batch_execute("ROLLBACK"));
    each!(conn, inner => {
        *AnsiTransactionManager::transaction_manager_status_mut(inner) =
            diesel::connection::TransactionManagerStatus::default();
    });
}

#[cfg(test)]
mod tests;
