//! Writes what a list names into a folder for an archive.
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};

use super::record::{self, Record};
use super::{Item, Kind};
use crate::access::operator;
use crate::app::State;
use crate::attachment::erasure;
use crate::db::types::{Id, Moment};
use crate::hash::hex;
use crate::problem::{AnyError, Kind as ProblemKind, Problem};

/// What the folder says of itself.
const ABOUT: &str = "Records of the Kindreflex service that are kept no longer there.

list.jsonl     what was exported, a line each: kind, id, from when its period counts, why it is due, SHA-256 of its record
records/       one JSON file for each line, by kind and id, in UTF-8: as its facility saw it, with every revision that was handed in
attachments/   the bytes of each exported attachment, by facility and id; its record in records/attachment says what they are
manifest.txt   the SHA-256 of every other file; to check them, in this folder: sha256sum --check manifest.txt

Moments are RFC 3339, in UTC. The record's own hash in list.jsonl is that of its file, and the audit of the service keeps it when the record is
disposed of.
";

/// Writes the items into a folder that is new or empty; `told` is given each number that is done. Gives back those that are not as they were listed:
/// they are not in it.
pub async fn to_folder(
    state: &State,
    items: &[Item],
    folder: &Path,
    mut told: impl FnMut(usize),
) -> Result<Vec<Item>, AnyError> {
    let mut writing = Writing::begin(folder)?;
    let (mut lines, mut left) = (String::new(), Vec::new());
    for (number, item) in items.iter().enumerate() {
        match read(state, item).await? {
            Some(record) if record.sha256() == item.sha256 => {
                writing.record(state, item, &record).await?;
                lines.push_str(&serde_json::to_string(item)?);
                lines.push('\n');
            }
            _ => left.push(item.clone()),
        }
        told(number + 1);
    }
    writing.file("list.jsonl", lines.as_bytes())?;
    writing.finish()?;
    Ok(left)
}

async fn read(state: &State, item: &Item) -> Result<Option<Record>, Problem> {
    let now = Moment(state.clock.now());
    let (kind, id) = (item.kind, item.id.clone());
    match operator::read(state, now, move |tx| record::of(tx, kind, &id)).await {
        Err(fault) if fault.kind() == ProblemKind::ResourceNotFound => Ok(None),
        found => found.map(Some),
    }
}

/// A folder that is being written.
struct Writing {
    folder: PathBuf,
    manifest: String,
}

impl Writing {
    fn begin(folder: &Path) -> Result<Self, AnyError> {
        fs::create_dir_all(folder)
            .map_err(|fault| format!("cannot make {}: {fault}", folder.display()))?;
        if fs::read_dir(folder)?.next().is_some() {
            return Err(format!("{} is not empty; give another folder", folder.display()).into());
        }
        let mut writing = Self {
            folder: folder.to_owned(),
            manifest: String::new(),
        };
        writing.file("README.txt", ABOUT.as_bytes())?;
        Ok(writing)
    }

    async fn record(
        &mut self,
        state: &State,
        item: &Item,
        record: &Record,
    ) -> Result<(), AnyError> {
        // Ids hold hexadecimal digits, hyphens and one slash: each is a path.
        let name = format!("records/{}/{}.json", item.kind, item.id);
        self.file(&name, record.text.as_bytes())?;
        if let (Kind::Attachment, Some(content)) = (item.kind, record.content) {
            self.bytes(state, &format!("attachments/{}", item.id), content)
                .await?;
        }
        Ok(())
    }

    fn open(&self, name: &str) -> Result<File, AnyError> {
        let path = self.folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let made = File::create_new(&path);
        made.map_err(|fault| format!("cannot write {}: {fault}", path.display()).into())
    }

    fn file(&mut self, name: &str, bytes: &[u8]) -> Result<(), AnyError> {
        let mut file = self.open(name)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        let mut hash = Context::new(&SHA256);
        hash.update(bytes);
        self.keep(name, hash);
        Ok(())
    }

    async fn bytes(&mut self, state: &State, name: &str, content: Id) -> Result<(), AnyError> {
        let mut file = self.open(name)?;
        let mut hash = Context::new(&SHA256);
        for position in 0.. {
            let now = Moment(state.clock.now());
            let piece =
                operator::read(state, now, move |tx| erasure::piece(tx, content, position)).await?;
            let Some(piece) = piece else { break };
            file.write_all(&piece)?;
            hash.update(&piece);
        }
        file.sync_all()?;
        self.keep(name, hash);
        Ok(())
    }

    fn keep(&mut self, name: &str, hash: Context) {
        let hash = hex(hash.finish().as_ref());
        self.manifest
            .push_str(&[hash.as_str(), "  ", name, "\n"].concat());
    }

    fn finish(self) -> Result<(), AnyError> {
        let mut file = self.open("manifest.txt")?;
        file.write_all(self.manifest.as_bytes())?;
        Ok(file.sync_all()?)
    }
}
