//! `frameworks check` and `frameworks import`.
use std::path::{Path, PathBuf};

use clap::Subcommand;
use kindreflex::access::operator;
use kindreflex::access::token::Settings as TokenSettings;
use kindreflex::app::State;
use kindreflex::db::types::Moment;
use kindreflex::demo::directory::Directory;
use kindreflex::framework::check::{self, Fault};
use kindreflex::framework::document::Document;
use kindreflex::framework::library;
use kindreflex::framework::work::{self, Imported};
use kindreflex::problem::{AnyError, Problem};

use super::{plain_settings, say, settings};

/// What is done with a framework document.
#[derive(Subcommand)]
pub enum Command {
    /// Names every fault of a document with its line; exit status 1 when there is one.
    Check {
        /// The document, in YAML; or the name of one that the program ships, such as ggz-2.
        file: PathBuf,
    },
    /// Stores a document in the service's database; published at once when it has a day of publication, else a draft.
    ///
    /// Its facility types must be there. A version that is there already stays as it is: exit status 1 when the document says something else.
    Import {
        /// The document, in YAML; or the name of one that the program ships: ggz-1, ggz-2, caw-draft, spoed-draft.
        file: PathBuf,
        /// A demo's directory, instead of the database of the settings.
        #[arg(long)]
        data: Option<PathBuf>,
    },
}

/// Runs the command.
pub fn run(command: Command) -> Result<(), AnyError> {
    match command {
        Command::Check { file } => {
            let (_, document) = read(&file)?;
            let count = document.criteria().count();
            say(&format!(
                "{}: no faults, criteria: {count}",
                name(&document)
            ))
        }
        Command::Import { file, data } => import(&file, data),
    }
}

fn name(document: &Document) -> String {
    format!("{} {}", document.code, document.version.code)
}

/// The text of a document, and what it says.
fn read(file: &Path) -> Result<(String, Document), AnyError> {
    let text = match shipped(file) {
        Some(text) => text.to_owned(),
        None => std::fs::read_to_string(file)
            .map_err(|fault| format!("cannot read {}: {fault}", file.display()))?,
    };
    match check::from_yaml(&text) {
        Ok(document) => Ok((text, document)),
        Err(faults) => Err(listed(file, &faults)),
    }
}

/// A document that the program carries, unless there is a file of that name.
fn shipped(file: &Path) -> Option<&'static str> {
    let asked = file.to_str().filter(|_| !file.exists())?;
    let mut all = library().into_iter();
    all.find_map(|(name, text)| (name.strip_suffix(".yaml") == Some(asked)).then_some(text))
}

fn listed(file: &Path, faults: &[Fault]) -> AnyError {
    let lines: Vec<String> = faults
        .iter()
        .map(|fault| format!("{}: {fault}", file.display()))
        .collect();
    format!("faults: {}\n{}", lines.len(), lines.join("\n")).into()
}

fn import(file: &Path, data: Option<PathBuf>) -> Result<(), AnyError> {
    let (text, document) = read(file)?;
    let name = name(&document);
    let url = match data {
        Some(directory) => Directory::new(directory).database_url(),
        None => settings()?.database_url,
    };
    let state = State::open(&url, 2, plain_settings(), TokenSettings::new("", ""), None)?;
    let now = Moment(state.clock.now());
    let done = operator::write(&state, Vec::new(), now, move |tx| {
        work::import(tx, &document)
    });
    let outcome = actix_web::rt::System::new().block_on(done);
    match outcome.map_err(|problem| refused(file, &text, problem))? {
        Imported::Published => say(&format!("{name}: imported and published")),
        Imported::Draft => say(&format!("{name}: imported, as a draft")),
        Imported::Unchanged => say(&format!("{name}: is there already, as it is in the file")),
        Imported::Differs => Err(format!(
            "{name}: is there already, and differs from {}; give it a new version.code, or replace a draft with PUT",
            file.display()
        )
        .into()),
    }
}

/// A refusal with its faults, each at its line.
fn refused(file: &Path, text: &str, problem: Problem) -> AnyError {
    let mut faults: Vec<Fault> = problem
        .issues()
        .iter()
        .map(|issue| Fault {
            pointer: issue.name.clone(),
            line: None,
            value: None,
            what: issue.detail.clone(),
        })
        .collect();
    if faults.is_empty() {
        return problem.into();
    }
    check::locate(text, &mut faults);
    listed(file, &faults)
}
