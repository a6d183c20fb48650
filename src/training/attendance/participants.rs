//! Who took part, without names. A facility makes a key for each of its people; of that key nothing is kept but a keyed hash
//! (HMAC-SHA-256), so that one person is counted once across sessions and years. That is pseudonymous, not anonymous: whoever holds the secret
//! can try keys. The secret therefore lies in a file outside the database, and is destroyed after a set time. From then on nobody can tell any
//! more whose hashes they were, and people are counted anew.
use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_lc_rs::{hmac, rand};
use chrono::{Months, NaiveDate};

use crate::db::types::{Id, day_of};
use crate::hash::{hex, sha256};
use crate::private;
use crate::problem::Problem;
use crate::text::Text;

/// The bytes of a secret.
const SECRET: usize = 32;
/// The characters of the name of a secret.
const NAME: usize = 16;
/// What stands in the place of a secret that is gone.
const WIPED: u8 = b'0';
/// After so long, who was writing the next secret is writing no more.
const LEFT_BEHIND: Duration = Duration::from_mins(1);

/// Where the secret lies, and how long it may.
#[derive(Debug, Clone, Default)]
pub struct Keeper {
    /// The file; without one, nobody is counted by a key.
    pub file: Option<PathBuf>,
    /// After how many months the secret is destroyed.
    pub months: u32,
}

/// The secret that is in use.
#[derive(Clone)]
pub struct Secret {
    key: hmac::Key,
    /// What its hashes are told apart by; says nothing about it.
    pub name: String,
    made: NaiveDate,
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.name)
    }
}

impl Secret {
    fn of(bytes: &[u8], made: NaiveDate) -> Self {
        let mut name = hex(&sha256(bytes));
        name.truncate(NAME);
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, bytes),
            name,
            made,
        }
    }

    /// The hash of a facility's key for somebody, in hexadecimal: the same key at another facility is somebody else.
    pub fn hash(&self, facility: Id, key: &str) -> String {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(facility.0.as_bytes());
        context.update(key.as_bytes());
        hex(context.sign().as_ref())
    }
}

impl Keeper {
    /// Refuses a file that holds something else, or cannot be made where it is set.
    pub fn check(&self) -> io::Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        if !is_empty(file)? {
            return read(file).map(drop);
        }
        let folder = file.parent().unwrap_or(Path::new("."));
        if folder.as_os_str().is_empty() || folder.is_dir() {
            return Ok(());
        }
        let missing = format!("{} is no folder", folder.display());
        Err(io::Error::other(missing))
    }

    /// The secret; made where there is none yet. Nothing where no file is set.
    pub fn secret(&self, today: NaiveDate) -> io::Result<Option<Secret>> {
        let Some(file) = &self.file else {
            return Ok(None);
        };
        if is_empty(file)? {
            replace(file, today)?;
        }
        read(file).map(Some)
    }

    /// Destroys the secret where its time is over, and makes the next. Gives back the name of the one that is gone.
    pub fn renew(&self, today: NaiveDate) -> io::Result<Option<String>> {
        let Some(file) = &self.file else {
            return Ok(None);
        };
        if is_empty(file)? {
            return Ok(None);
        }
        let old = read(file)?;
        let ends = old.made.checked_add_months(Months::new(self.months));
        if ends.is_none_or(|ends| today < ends) {
            return Ok(None);
        }
        replace(file, today)?;
        let is_gone = read(file)?.name != old.name;
        Ok(is_gone.then_some(old.name))
    }
}

/// A line of the day on which it was made and the secret in hexadecimal.
fn read(file: &Path) -> io::Result<Secret> {
    let text = fs::read_to_string(file)?;
    let fields = text.trim().split_once(' ');
    let secret = fields.and_then(|(day, secret)| Some((day_of(day)?, bytes_of(secret)?)));
    let (made, bytes) = secret.ok_or_else(|| {
        let shape = "a line with a day such as 2026-11-27, a space and 64 hexadecimal digits";
        io::Error::other(format!("{} does not hold {shape}", file.display()))
    })?;
    Ok(Secret::of(&bytes, made))
}

fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if digits.len() != 2 * SECRET {
        return None;
    }
    let pairs = digits.chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.map(byte).collect()
}

/// Puts a new secret in the file. Of several processes one does; the others find its.
fn replace(file: &Path, today: NaiveDate) -> io::Result<()> {
    let next = file.with_extension("next");
    match private::create(&next) {
        Ok(mut open) => {
            let mut bytes = [0; SECRET];
            rand::fill(&mut bytes).map_err(|_| io::Error::other("no randomness"))?;
            writeln!(open, "{today} {}", hex(&bytes))?;
            open.sync_all()?;
        }
        Err(fault) if fault.kind() != io::ErrorKind::AlreadyExists => return Err(fault),
        Err(_) if !is_left_behind(&next)? => return Ok(()),
        // A process ended between the two: what it wrote is taken, if it is whole.
        Err(_) if read(&next).is_err() => return fs::remove_file(&next),
        Err(_) => {}
    }
    wipe(file)?;
    fs::rename(&next, file)
}

fn is_left_behind(next: &Path) -> io::Result<bool> {
    let written = fs::metadata(next)?.modified()?;
    Ok(written.elapsed().is_ok_and(|age| age > LEFT_BEHIND))
}

/// Over its own bytes: a file that is replaced leaves the old ones on the disk.
fn wipe(file: &Path) -> io::Result<()> {
    let mut open = match fs::OpenOptions::new().write(true).open(file) {
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(()),
        open => open?,
    };
    let length = usize::try_from(open.metadata()?.len()).unwrap_or_default();
    open.write_all(&vec![WIPED; length])?;
    open.sync_all()
}

/// Is there no secret in it: no file, or one that was wiped and not replaced, because the process ended in between?
fn is_empty(file: &Path) -> io::Result<bool> {
    match fs::read(file) {
        Ok(bytes) => Ok(!bytes.is_empty() && bytes.iter().all(|byte| *byte == WIPED)),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(fault) => Err(fault),
    }
}

/// No file is set, so nobody can be counted by a key.
pub fn unset() -> Problem {
    Problem::conflict(Text::new(
        "Deze dienst telt nog niemand bij sleutel: de beheerder stelt eerst KINDREFLEX_PARTICIPANT_KEY in. Geef tot dan het aantal in others.",
        "Ce service ne compte encore personne par clé : l'administrateur règle d'abord KINDREFLEX_PARTICIPANT_KEY. Jusque-là, donnez le nombre dans others.",
        "This service counts nobody by a key yet: its operator first sets KINDREFLEX_PARTICIPANT_KEY. Until then, give the number in others.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        day_of(text).expect("a day")
    }

    #[test]
    fn a_person_has_one_hash_at_a_facility_until_the_secret_is_destroyed() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("participants");
        let keeper = Keeper {
            file: Some(file.clone()),
            months: 12,
        };
        let (one, other) = (Id::new(), Id::new());
        let first = keeper
            .secret(day("2026-01-31"))
            .expect("read")
            .expect("set");
        let again = keeper
            .secret(day("2026-06-01"))
            .expect("read")
            .expect("set");
        assert_eq!(first.hash(one, "P-17"), again.hash(one, "P-17"));
        assert_ne!(first.hash(one, "P-17"), first.hash(other, "P-17"));
        assert_ne!(first.hash(one, "P-17"), first.hash(one, "P-18"));
        let before = fs::read_to_string(&file).expect("there");
        assert_eq!(keeper.renew(day("2027-01-30")).expect("kept"), None);
        let gone = keeper.renew(day("2027-01-31")).expect("renewed");
        assert_eq!(gone, Some(first.name.clone()));
        assert_ne!(fs::read_to_string(&file).expect("there"), before);
        let next = keeper
            .secret(day("2027-01-31"))
            .expect("read")
            .expect("set");
        assert_ne!(next.hash(one, "P-17"), first.hash(one, "P-17"));
        assert_ne!(next.name, first.name);
    }

    #[test]
    fn a_secret_that_was_wiped_and_not_replaced_is_replaced_then() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("participants");
        let keeper = Keeper {
            file: Some(file.clone()),
            months: 12,
        };
        let first = keeper
            .secret(day("2026-01-01"))
            .expect("read")
            .expect("set");
        wipe(&file).expect("wiped");
        assert_eq!(keeper.renew(day("2030-01-01")).expect("nothing"), None);
        let next = keeper
            .secret(day("2026-01-01"))
            .expect("read")
            .expect("set");
        assert_ne!(next.name, first.name);
    }

    #[test]
    fn a_file_that_holds_something_else_is_left_alone_and_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("participants");
        let keeper = Keeper {
            file: Some(file.clone()),
            months: 12,
        };
        for text in ["2026-01-01", "2026-01-01 0f", "gisteren 00"] {
            fs::write(&file, text).expect("written");
            let fault = keeper.secret(day("2026-01-01")).expect_err(text);
            assert!(fault.to_string().contains("does not hold"), "{fault}");
            assert_eq!(fs::read_to_string(&file).expect("there"), text);
        }
        assert!(
            Keeper::default()
                .secret(day("2026-01-01"))
                .expect("none")
                .is_none()
        );
    }
}
