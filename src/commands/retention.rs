//! `retention list`, `retention export` and `retention dispose`.
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Subcommand;
use kindreflex::access::token::Settings as TokenSettings;
use kindreflex::access::{connect, operator};
use kindreflex::app::State;
use kindreflex::config;
use kindreflex::db::migrate;
use kindreflex::personal::holds_register_number;
use kindreflex::problem::AnyError;
use kindreflex::redaction::places;
use kindreflex::retention::disposal::{self, Outcome};
use kindreflex::retention::{Item, Kind, Periods, due, export};

use super::{database_url, plain_settings, say};

/// What is done with records whose period is over.
#[derive(Subcommand)]
pub enum Command {
    /// Lists every record that is due, a line of JSON each: kind, id, since, why and the SHA-256 of what it says.
    ///
    /// How long each kind is kept is a setting, KINDREFLEX_RETENTION_…_MONTHS; a kind whose setting is absent is kept for ever.
    List {
        /// The file to write, which must be new; standard output when left out.
        #[arg(long)]
        out: Option<PathBuf>,
        /// A demo's directory, instead of the database of the settings.
        #[arg(long)]
        data: Option<PathBuf>,
    },
    /// Writes what a list names into a folder for an archive, with a checksum of each file; exit status 1 when something is not as it was listed.
    Export {
        /// The folder, which must be new or empty.
        folder: PathBuf,
        /// The list.
        #[arg(long)]
        list: PathBuf,
        /// A demo's directory, instead of the database of the settings.
        #[arg(long)]
        data: Option<PathBuf>,
    },
    /// Disposes of what an approved list names, if it is still due and says what it said; exit status 1 when something is left.
    Dispose {
        /// The list that was approved.
        #[arg(long)]
        list: PathBuf,
        /// Who approved it. The audit keeps it.
        #[arg(long)]
        approved_by: String,
        /// A demo's directory, instead of the database of the settings.
        #[arg(long)]
        data: Option<PathBuf>,
    },
}

/// Runs the command.
pub fn run(command: Command) -> Result<(), AnyError> {
    let work = actix_web::rt::System::new();
    match command {
        Command::List { out, data } => work.block_on(list(out.as_deref(), data)),
        Command::Export { folder, list, data } => work.block_on(export_to(&folder, &list, data)),
        Command::Dispose {
            list,
            approved_by,
            data,
        } => work.block_on(dispose(&list, &approved_by, data)),
    }
}

fn periods() -> Result<Periods, AnyError> {
    config::retention(&config::environment()).map_err(|faults| faults.join("\n").into())
}

fn state(data: Option<PathBuf>) -> Result<State, AnyError> {
    let url = database_url(data)?;
    if migrate::is_pending(&mut connect(&url)?)? {
        return Err("the database is not at this program's schema; run: kindreflex migrate".into());
    }
    let tokens = TokenSettings::new("", "");
    Ok(State::open(&url, 2, plain_settings(), tokens, None)?)
}

/// Says how far it is, no more than once a second.
fn teller() -> impl FnMut(String) {
    let mut said = Instant::now();
    move |text| {
        if said.elapsed() > Duration::from_secs(1) {
            eprintln!("{text}");
            said = Instant::now();
        }
    }
}

async fn list(out: Option<&Path>, data: Option<PathBuf>) -> Result<(), AnyError> {
    let periods = periods()?;
    if periods.0.is_empty() {
        let settings: Vec<&str> = Kind::ALL.iter().map(|kind| kind.setting()).collect();
        eprintln!(
            "everything is kept for ever; to say otherwise, set: {}",
            settings.join(", ")
        );
    }
    let mut tell = teller();
    let told = |done, all| tell(format!("{done} of {all}"));
    let items = due::list(&state(data)?, &periods, told).await?;
    let mut lines = String::new();
    for item in &items {
        writeln!(lines, "{}", serde_json::to_string(item)?)?;
    }
    eprintln!("due: {}", items.len());
    match out {
        None if lines.is_empty() => Ok(()),
        None => say(lines.trim_end()),
        Some(file) => {
            use std::io::Write as _;
            let made = std::fs::File::create_new(file);
            let mut made =
                made.map_err(|fault| format!("cannot write {}: {fault}", file.display()))?;
            Ok(made.write_all(lines.as_bytes())?)
        }
    }
}

fn read(file: &Path) -> Result<Vec<Item>, AnyError> {
    let text = std::fs::read_to_string(file)
        .map_err(|fault| format!("cannot read {}: {fault}", file.display()))?;
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| {
            let at = format!("{}, line {}", file.display(), index + 1);
            serde_json::from_str(line)
                .map_err(|fault| format!("{at} names no record: {fault}").into())
        })
        .collect()
}

async fn export_to(folder: &Path, file: &Path, data: Option<PathBuf>) -> Result<(), AnyError> {
    let items = read(file)?;
    let (all, mut tell) = (items.len(), teller());
    let told = |done| tell(format!("{done} of {all}"));
    let left = export::to_folder(&state(data)?, &items, folder, told).await?;
    for item in &left {
        say(&format!(
            "left: {} {}: not as it was listed",
            item.kind, item.id
        ))?;
    }
    say(&format!("exported: {} of {all}", all - left.len()))?;
    if left.is_empty() {
        Ok(())
    } else {
        Err("what is left is not as it was listed; make a new list".into())
    }
}

async fn dispose(file: &Path, approved_by: &str, data: Option<PathBuf>) -> Result<(), AnyError> {
    let items = read(file)?;
    let name = approved_by.trim();
    if name.is_empty() || name.chars().count() > 200 || holds_register_number(name) {
        return Err(
            "--approved-by: give a name of 1 to 200 characters, without a register number".into(),
        );
    }
    let (periods, state, mut tell) = (periods()?, state(data)?, teller());
    let (all, mut left) = (items.len(), 0);
    for (number, item) in items.iter().enumerate() {
        let why = match disposal::dispose(&state, &periods, item, name).await? {
            Outcome::Disposed => None,
            Outcome::Gone => Some("it is gone already"),
            Outcome::Changed => Some("it is not as it was listed"),
            Outcome::NotDue => Some("it is not due by the settings of today"),
        };
        if let Some(why) = why {
            left += 1;
            say(&format!("left: {} {}: {why}", item.kind, item.id))?;
        }
        tell(format!("{} of {all}", number + 1));
    }
    if let Err(fault) = operator::rewrite(&state, places::on_disk(true)).await {
        let causes = fault.causes().unwrap_or_default();
        eprintln!(
            "the files of the database could not be written anew now ({causes}); what was disposed of goes from them in time"
        );
    }
    say(&format!("disposed of: {} of {all}", all - left))?;
    match left {
        0 => Ok(()),
        left => Err(format!("{left} of {all} are left").into()),
    }
}
