//! A database per test: a copy of a template that is migrated and seeded once per run.
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, OnceLock};

use kindreflex::access::connect;
use kindreflex::db::migrate;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// Keeps a test's own database until the test is over.
pub struct Guard(#[allow(dead_code, reason = "held for its drop")] Option<tempfile::TempDir>);

impl Guard {
    /// For who uses another's database.
    pub fn none() -> Self {
        Self(None)
    }
}

static SQLITE: OnceLock<tempfile::TempDir> = OnceLock::new();
static SEEDING: Mutex<()> = Mutex::new(());
static COUNT: AtomicU32 = AtomicU32::new(0);

/// A database of the test's own.
pub fn fresh(backend: Backend) -> (String, Guard) {
    match backend {
        Backend::Sqlite => {
            let own = tempfile::tempdir().expect("a directory");
            let path = own.path().join("test.db");
            std::fs::copy(sqlite_template().join("template.db"), &path).expect("a copy");
            (format!("sqlite:{}", path.display()), Guard(Some(own)))
        }
        Backend::Postgres => {
            let cluster = CLUSTER.as_ref().expect("a cluster");
            let name = format!("t{}", COUNT.fetch_add(1, Ordering::Relaxed));
            // Copies of one template queue: it can have no other session meanwhile.
            let _queue = SEEDING
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            cluster.sql(&format!("CREATE DATABASE {name} TEMPLATE template"));
            (cluster.url(&name), Guard(None))
        }
    }
}

fn sqlite_template() -> PathBuf {
    let _queue = SEEDING
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let directory = SQLITE.get_or_init(|| {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("template.db");
        let url = format!("sqlite:{}", path.display());
        seed(&url);
        let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
        diesel::connection::SimpleConnection::batch_execute(
            &mut connect(&url).expect("opens"),
            checkpoint,
        )
        .expect("a checkpoint");
        println!(
            "the suite runs on SQLite{}",
            if postgres_is_there() {
                " and PostgreSQL"
            } else {
                " (no PostgreSQL found)"
            }
        );
        directory
    });
    directory.path().to_owned()
}

/// Migrates and seeds, in a thread with a runtime of its own.
pub fn seed(url: &str) {
    let url = url.to_owned();
    std::thread::spawn(move || {
        migrate::run(&mut connect(&url).expect("opens")).expect("migrates");
        actix_web::rt::System::new().block_on(async {
            let state = super::issuer::state(&url);
            let now = state.clock.now();
            kindreflex::demo::seed(&state, now).await.expect("seeds");
        });
    })
    .join()
    .expect("a seeded template");
}

/// Are PostgreSQL's programs found? `KINDREFLEX_TEST_POSTGRES=required` makes their absence an error.
pub fn postgres_is_there() -> bool {
    let there = CLUSTER.is_some();
    let required = std::env::var("KINDREFLEX_TEST_POSTGRES").is_ok_and(|value| value == "required");
    assert!(
        there || !required,
        "PostgreSQL is required, and its programs were not found"
    );
    there
}

/// Every row of a PostgreSQL database as text, a table each.
pub fn rows_as_text(url: &str) -> Vec<Vec<u8>> {
    use diesel::RunQueryDsl;
    use diesel::sql_types::Text;
    #[derive(diesel::QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        line: String,
    }
    let mut conn = <diesel::PgConnection as diesel::Connection>::establish(url).expect("opens");
    let mut lines = |statement: &str| -> Vec<String> {
        let lines: Vec<Line> = diesel::sql_query(statement).load(&mut conn).expect("rows");
        lines.into_iter().map(|line| line.line).collect()
    };
    let tables = lines(
        "SELECT table_name::text AS line FROM information_schema.tables WHERE table_schema = 'public'",
    );
    let tables = tables.into_iter();
    tables
        .map(|table| {
            let rows = lines(&format!("SELECT t::text AS line FROM \"{table}\" AS t"));
            rows.join("\n").into_bytes()
        })
        .collect()
}

/// A throw-away cluster. It ends with this process: a shell watches over it.
pub struct Cluster {
    port: u16,
    bin: PathBuf,
    directory: PathBuf,
    /// `pg_ctl` on it.
    control: String,
    /// What starts it.
    start: String,
}

static CLUSTER: LazyLock<Option<Cluster>> = LazyLock::new(|| {
    let cluster = Cluster::start("-c fsync=off -c synchronous_commit=off -c full_page_writes=off")?;
    cluster.sql("CREATE DATABASE template");
    seed(&cluster.url("template"));
    Some(cluster)
});

impl Cluster {
    /// Starts one where the programs are found.
    pub fn start(options: &str) -> Option<Self> {
        let bin = programs()?;
        let directory = std::env::temp_dir().join(format!(
            "kindreflex-pg-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        ));
        let port = free_port();
        let data = directory.join("data");
        std::fs::create_dir_all(&directory).expect("a directory");
        shell(&format!("chmod 777 {}", directory.display()));
        let as_postgres = if am_root() {
            "setpriv --reuid=postgres --regid=postgres --init-groups --reset-env --"
        } else {
            ""
        };
        let (bin_at, data_at) = (bin.display(), data.display());
        shell(&format!(
            "{as_postgres} {bin_at}/initdb -D {data_at} -U test -A trust -E UTF8 --no-locale --no-sync"
        ));
        let control = format!("{as_postgres} {bin_at}/pg_ctl -D {data_at}");
        let start = format!(
            "{control} -l {}/log -w -o \"-p {port} -k {} -c listen_addresses=127.0.0.1 -c max_connections=300 {options}\" start",
            directory.display(),
            directory.display()
        );
        shell(&start);
        let watch = format!(
            "while kill -0 {} 2>/dev/null; do sleep 0.5; done; {control} -m immediate stop; rm -rf {}",
            std::process::id(),
            directory.display()
        );
        Command::new("setsid")
            .args(["sh", "-c", &watch])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a watch");
        Some(Self {
            port,
            bin,
            directory,
            control,
            start,
        })
    }

    /// Kills its first process, as a crash would; the others end by themselves.
    pub fn kill(&self) {
        shell(&format!(
            "kill -9 $(head -n 1 {}/data/postmaster.pid)",
            self.directory.display()
        ));
    }

    /// Stops it without a checkpoint, so that it has to recover.
    pub fn stop_at_once(&self) {
        shell(&format!("{} -m immediate stop", self.control));
    }

    /// Starts it again, once the processes of its last life are gone.
    pub fn start_again(&self) {
        shell(&format!(
            "for attempt in 1 2 3 4 5 6 7 8 9 10; do {} && exit 0; sleep 0.3; done; exit 1",
            self.start
        ));
    }

    /// Where its files are.
    #[allow(dead_code, reason = "the measurements look at its processes")]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The address of a database in it.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://test@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs a statement as its owner.
    pub fn sql(&self, statement: &str) {
        let done = Command::new(self.bin.join("psql"))
            .args([
                "-h",
                "127.0.0.1",
                "-U",
                "test",
                "-d",
                "postgres",
                "-v",
                "ON_ERROR_STOP=1",
                "-qc",
                statement,
            ])
            .args(["-p", &self.port.to_string()])
            .env_clear()
            .output()
            .expect("psql");
        assert!(
            done.status.success(),
            "{statement}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
    }
}

/// The files of this database in the throw-away cluster, once they are on disk.
pub fn files_of(url: &str) -> PathBuf {
    use diesel::RunQueryDsl as _;
    use diesel::connection::SimpleConnection as _;
    let cluster = CLUSTER.as_ref().expect("a cluster");
    let mut conn = connect(url).expect("opens");
    conn.batch_execute("CHECKPOINT").expect("a checkpoint");
    let oid: i64 = diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>(
        "(SELECT oid::bigint FROM pg_database WHERE datname = current_database())",
    ))
    .get_result(&mut conn)
    .expect("an oid");
    cluster.directory().join(format!("data/base/{oid}"))
}

/// A database in the throw-away cluster, made of what `pg_dump` wrote.
pub fn restored(file: &Path) -> String {
    let cluster = CLUSTER.as_ref().expect("a cluster");
    let name = format!("t{}", COUNT.fetch_add(1, Ordering::Relaxed));
    cluster.sql(&format!("CREATE DATABASE {name}"));
    let done = Command::new(cluster.bin.join("pg_restore"))
        .arg("--dbname")
        .arg(cluster.url(&name))
        .arg(file)
        .output()
        .expect("pg_restore");
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{said}");
    cluster.url(&name)
}

/// All that a database holds: a copy of its file, or what `pg_dump` writes as plain text.
pub fn stored(url: &str) -> Vec<u8> {
    if url.starts_with("postgres") {
        return dumped(url);
    }
    let folder = tempfile::tempdir().expect("a directory");
    let file = folder.path().join("copy");
    kindreflex::backup::to_file(url, &file, |_| ()).expect("a backup");
    std::fs::read(file).expect("a copy")
}

fn dumped(url: &str) -> Vec<u8> {
    let cluster = CLUSTER.as_ref().expect("a cluster");
    let done = Command::new(cluster.bin.join("pg_dump"))
        .arg(url)
        .output()
        .expect("pg_dump");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    done.stdout
}

fn programs() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    versions.sort();
    versions.pop()
}

fn am_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id");
    id.stdout.starts_with(b"0\n")
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn shell(command: &str) {
    let done = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .and_then(std::process::Child::wait_with_output)
        .expect("a shell");
    assert!(
        done.status.success(),
        "{command}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}
