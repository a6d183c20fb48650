//! A copy of the database in one file, made while the service serves.
//!
//! SQLite copies itself (`VACUUM INTO`): one snapshot, and nothing of what was deleted. PostgreSQL's own `pg_dump` does it there. The copy gets its name
//! only when it is whole and on disk, and never takes the place of a file that is there. The key of the audit's seals is not in it.
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::mpsc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::access::connect;
use crate::db::types::Conn;
use crate::private;
use crate::problem::AnyError;

/// How often it is told how far it is.
const TELLING: Duration = Duration::from_secs(2);

/// Where distributions put PostgreSQL's programs, when they are not on the path.
const USUAL_PLACES: &[&str] = &["/usr/lib/postgresql", "/usr", "/opt"];

/// Copies the database at this address into a new file; `told` is given the bytes so far, now and then. Gives back the size of the copy.
pub fn to_file(
    url: &str,
    file: &Path,
    told: impl Fn(u64) + Send + 'static,
) -> Result<u64, AnyError> {
    if file.exists() {
        return Err(there_already(file));
    }
    let partial = Partial::beside(file)?;
    let over = tell(&partial.0, told);
    copy(url, &partial.0)?;
    drop(over);
    partial.become_whole(file)
}

fn there_already(file: &Path) -> AnyError {
    format!(
        "{} is there already, and a backup never takes the place of a file; give another name",
        file.display()
    )
    .into()
}

/// A copy that is not whole yet. What is left of one that failed is taken away.
struct Partial(PathBuf);

impl Partial {
    /// A new, empty file that nobody else may read.
    fn beside(file: &Path) -> Result<Self, AnyError> {
        let mut name = file.as_os_str().to_owned();
        name.push(format!(".{}.partial", uuid::Uuid::new_v4().simple()));
        let path = PathBuf::from(name);
        private::create(&path)
            .map_err(|fault| format!("cannot write {}: {fault}", path.display()))?;
        Ok(Self(path))
    }

    /// Puts it on disk under its own name; gives back its size.
    fn become_whole(self, file: &Path) -> Result<u64, AnyError> {
        let copy = File::open(&self.0)?;
        copy.sync_all()?;
        let size = copy.metadata()?.len();
        // A link, and not a new name: that would replace a file that came meanwhile.
        fs::hard_link(&self.0, file).map_err(|fault| match fault.kind() {
            ErrorKind::AlreadyExists => there_already(file),
            _ => format!("cannot make {}: {fault}", file.display()).into(),
        })?;
        fs::remove_file(&self.0)?;
        let folder = file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(size)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.0));
    }
}

/// Tells how large a file is, until what is given back is dropped.
fn tell(file: &Path, told: impl Fn(u64) + Send + 'static) -> mpsc::Sender<()> {
    let (over, ends) = mpsc::channel();
    let file = file.to_owned();
    std::thread::spawn(move || {
        while ends.recv_timeout(TELLING) == Err(mpsc::RecvTimeoutError::Timeout) {
            told(fs::metadata(&file).map_or(0, |file| file.len()));
        }
    });
    over
}

fn copy(url: &str, to: &Path) -> Result<(), AnyError> {
    match url.split_once(':') {
        Some(("sqlite", path)) if !Path::new(path).is_file() => {
            Err(format!("there is no database at {url}").into())
        }
        Some(("sqlite", _)) => copy_sqlite(url, to),
        Some(("postgres" | "postgresql", _)) => dump(url, to),
        _ => Err(
            "KINDREFLEX_DATABASE_URL: use sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE"
                .into(),
        ),
    }
}

#[derive(QueryableByName)]
struct Check {
    #[diesel(sql_type = Text)]
    quick_check: String,
}

fn copy_sqlite(url: &str, to: &Path) -> Result<(), AnyError> {
    let path = to.to_str().ok_or("the name of the file is not UTF-8")?;
    let Conn::Sqlite(mut conn) = connect(url)? else {
        return Err("this is not SQLite".into());
    };
    diesel::sql_query("VACUUM INTO ?")
        .bind::<Text, _>(path)
        .execute(&mut conn)?;
    // As it was written, and without a log beside it.
    let mut copy = SqliteConnection::establish(path)?;
    copy.batch_execute("PRAGMA query_only = ON")?;
    let found: Check = diesel::sql_query("PRAGMA quick_check(1)").get_result(&mut copy)?;
    if found.quick_check == "ok" {
        Ok(())
    } else {
        Err(format!("the copy is not whole: {}", found.quick_check).into())
    }
}

fn dump(url: &str, to: &Path) -> Result<(), AnyError> {
    let (url, password) = without_password(url);
    let run = |program: &Path| {
        let mut command = Command::new(program);
        command.args(["--format=custom", "--no-password", "--file"]);
        command.arg(to).arg("--dbname").arg(&url);
        if let Some(password) = &password {
            command.env("PGPASSWORD", password);
        }
        command.output()
    };
    let output = match run(Path::new("pg_dump")) {
        Err(fault) if fault.kind() == ErrorKind::NotFound => match usual_place() {
            Some(program) => run(&program)?,
            None => return Err(no_pg_dump()),
        },
        done => done?,
    };
    said_of(&output)
}

fn said_of(output: &Output) -> Result<(), AnyError> {
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("pg_dump failed: {}", said.trim()).into())
}

fn no_pg_dump() -> AnyError {
    "pg_dump was not found; install PostgreSQL's client programs, or run on its server: pg_dump --format=custom --file=FILE DATABASE".into()
}

/// The newest `pg_dump` that a distribution keeps off the path.
fn usual_place() -> Option<PathBuf> {
    let folders = USUAL_PLACES
        .iter()
        .filter_map(|place| fs::read_dir(place).ok());
    let versions = folders
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()));
    let programs = versions.map(|version| version.join("bin/pg_dump"));
    programs
        .filter(|program| program.is_file())
        .max_by_key(|program| version_of(program))
}

/// The number in the name of its folder: `16`, `pgsql-16`.
fn version_of(program: &Path) -> u32 {
    let folder = program.parent().and_then(Path::parent);
    let name = folder.and_then(Path::file_name).unwrap_or_default();
    let name = name.to_string_lossy();
    let digits = name.trim_start_matches(|one: char| !one.is_ascii_digit());
    let digits = digits.split(|one: char| !one.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// The address without its password, and that: the arguments of a program can be read by everyone on the machine.
fn without_password(url: &str) -> (String, Option<String>) {
    let parts = || {
        let (scheme, rest) = url.split_once("://")?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end)?;
        let (user, host) = authority.rsplit_once('@')?;
        let (user, password) = user.split_once(':')?;
        Some((
            format!("{scheme}://{user}@{host}{path}"),
            unescaped(password),
        ))
    };
    match parts() {
        Some((url, password)) => (url, Some(password)),
        None => (url.to_owned(), None),
    }
}

/// What the escapes (`%40`) of an address stand for.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let code = after.get(..2);
        if let Some(byte) = code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            bytes.push(byte);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(b'%');
            rest = after;
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_does_not_stay_in_the_address() {
        for (url, without, password) in [
            (
                "postgres://me:p%40ss%2F@db:5432/k",
                "postgres://me@db:5432/k",
                Some("p@ss/"),
            ),
            (
                "postgres://me:a:b@db/k?sslmode=require",
                "postgres://me@db/k?sslmode=require",
                Some("a:b"),
            ),
            ("postgres://me@db/k", "postgres://me@db/k", None),
            ("postgres://db/k@:x", "postgres://db/k@:x", None),
        ] {
            let found = without_password(url);
            assert_eq!(
                found,
                (without.to_owned(), password.map(str::to_owned)),
                "{url}"
            );
        }
    }

    #[test]
    fn the_newest_program_is_told_by_its_folder() {
        for (program, version) in [
            ("/usr/lib/postgresql/9/bin/pg_dump", 9),
            ("/usr/lib/postgresql/16/bin/pg_dump", 16),
            ("/usr/pgsql-15/bin/pg_dump", 15),
            ("/opt/tools/bin/pg_dump", 0),
        ] {
            assert_eq!(version_of(Path::new(program)), version, "{program}");
        }
    }
}
