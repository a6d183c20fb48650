//! Files that nobody else on the machine may read.
use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// A new, empty file for its owner alone; an error where there is one already.
pub fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
