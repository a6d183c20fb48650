//! A demo's directory: its database, its keys, and whether the database was filled to the end.
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::training::attendance::participants::Keeper;

/// There while the database is being filled.
const FILLING: &str = "seeding";
/// There once it is filled.
const FILLED: &str = "seeded";
/// Held by the demo that is running.
const LOCK: &str = "demo.lock";

/// The directory of one demo.
#[derive(Debug, Clone)]
pub struct Directory(PathBuf);

impl Directory {
    /// The demo at this path.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    fn database(&self) -> PathBuf {
        self.0.join("kindreflex.db")
    }

    /// Its database.
    pub fn database_url(&self) -> String {
        format!("sqlite:{}", self.database().display())
    }

    /// The file of the key that seals its audit.
    pub fn seal_key(&self) -> PathBuf {
        self.0.join("seal-key.der")
    }

    /// Where the secret of who took part in trainings lies; the time that it lasts is ours.
    pub fn participants(&self) -> Keeper {
        Keeper {
            file: Some(self.0.join("participant-key")),
            months: 60,
        }
    }

    /// Takes the directory for as long as the file that comes back is open: a second demo in it would answer by another address, of which
    /// the first knows nothing.
    pub fn take(&self) -> Result<File, String> {
        let cannot = |fault: io::Error| format!("cannot write in {}: {fault}", self.0.display());
        std::fs::create_dir_all(&self.0).map_err(cannot)?;
        let file = File::create(self.0.join(LOCK)).map_err(cannot)?;
        file.try_lock().map_err(|_| {
            format!(
                "a demo is running in {} already; use that one, stop it, or give another directory with --data",
                self.0.display()
            )
        })?;
        Ok(file)
    }

    /// Makes the directory fit to be used; true when its database is still to be filled. What a demo that was killed while it filled
    /// its database left is taken away: nobody has written to it. A database that no demo made is not touched.
    pub fn prepare(&self) -> Result<bool, String> {
        let there = |name: &str| self.0.join(name).exists();
        std::fs::create_dir_all(&self.0)
            .map_err(|fault| format!("cannot make {}: {fault}", self.0.display()))?;
        if there(FILLED) {
            return Ok(false);
        }
        if there(FILLING) {
            self.remove_database()
                .map_err(|fault| format!("cannot start again in {}: {fault}", self.0.display()))?;
        } else if self.database().exists() {
            return Err(format!(
                "{} holds a database that no demo made; use another directory",
                self.0.display()
            ));
        }
        std::fs::write(self.0.join(FILLING), "")
            .map_err(|fault| format!("cannot write in {}: {fault}", self.0.display()))?;
        Ok(true)
    }

    fn remove_database(&self) -> io::Result<()> {
        let database = self.database();
        for beside in ["", "-wal", "-shm"] {
            let mut file = database.clone().into_os_string();
            file.push(beside);
            match std::fs::remove_file(file) {
                Err(fault) if fault.kind() != io::ErrorKind::NotFound => return Err(fault),
                _ => {}
            }
        }
        Ok(())
    }

    /// Keeps that the database is filled.
    pub fn filled(&self) -> io::Result<()> {
        std::fs::rename(self.0.join(FILLING), self.0.join(FILLED))
    }
}
