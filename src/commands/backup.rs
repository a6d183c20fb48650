//! `backup`.
use std::path::{Path, PathBuf};

use kindreflex::backup::to_file;
use kindreflex::problem::AnyError;

use super::{database_url, say};

/// Copies the database into a file.
pub fn run(file: &Path, data: Option<PathBuf>) -> Result<(), AnyError> {
    let url = database_url(data)?;
    let size = to_file(&url, file, |bytes| eprintln!("{bytes} bytes so far"))?;
    say(&format!("{}: {size} bytes", file.display()))
}
