//! The commands, each a few lines over the library.
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use actix_web::{HttpServer, web};
use clap::{Parser, Subcommand, ValueEnum};
use kindreflex::access::token::Settings as TokenSettings;
use kindreflex::access::{Role, connect};
use kindreflex::app::{Settings, State, app};
use kindreflex::audit::report::{Head, Report};
use kindreflex::audit::seal::SealKeys;
use kindreflex::audit::sequencer;
use kindreflex::audit::verify;
use kindreflex::config::Config;
use kindreflex::db::migrate;
use kindreflex::demo::{self, directory::Directory};
use kindreflex::http::incoming::Patience;
use kindreflex::issuer::DevIssuer;
use kindreflex::openapi::{self, rendition};
use kindreflex::problem::AnyError;
use kindreflex::redaction::upkeep as redactions;
use kindreflex::self_assessment::migration::runner as migrations;
use kindreflex::sweep;
use kindreflex::training::attendance::participants::Keeper;

mod backup;
mod frameworks;
mod retention;
mod token;

/// What is logged when nothing else is asked for: not each broken request line that somebody sends.
const LOG: &str = "info,actix_http::h1=off";

/// The audience of the demo.
const DEMO_AUDIENCE: &str = "kindreflex";

/// How long the demo remembers an idempotency key.
const DEMO_IDEMPOTENCY_HOURS: u32 = 168;
/// How long the demo's packs last.
const DEMO_PACK_DAYS: u64 = 14;

/// Self-assessment and inspection for the Kindreflex: a REST API.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The whole service on embedded SQLite, with fictitious facilities and an issuer of its own. For development only.
    Demo {
        /// Where to listen; loopback only.
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// The directory that holds the database and the issuer's key.
        #[arg(long, default_value = "kindreflex-demo")]
        data: PathBuf,
    },
    /// Prints a token of a demo's issuer.
    Token {
        #[command(flatten)]
        whom: token::Whom,
        /// The demo's directory.
        #[arg(long, default_value = "kindreflex-demo")]
        data: PathBuf,
    },
    /// Serves in production; settings come from the environment.
    Serve,
    /// Brings the database to this program's schema.
    Migrate,
    /// Prints the OpenAPI document.
    Openapi {
        /// Which version of OpenAPI.
        #[arg(long, default_value = "3.1")]
        version: DocumentVersion,
        /// How it is written.
        #[arg(long, default_value = "json")]
        format: DocumentFormat,
    },
    /// Checks or imports framework documents.
    Frameworks {
        #[command(subcommand)]
        command: frameworks::Command,
    },
    /// Lists, exports and disposes of records that are kept no longer.
    Retention {
        #[command(subcommand)]
        command: retention::Command,
    },
    /// Copies the database into a new file, also while the service serves.
    ///
    /// Needs KINDREFLEX_DATABASE_URL. SQLite: a database to start from. PostgreSQL: what pg_dump writes, for pg_restore. The key of the audit's
    /// seals is not in it.
    Backup {
        /// The file, which must be new.
        file: PathBuf,
        /// A demo's directory, instead of the database of the settings.
        #[arg(long)]
        data: Option<PathBuf>,
    },
    /// What an auditor does.
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Walks every recorded event and seal, and names each that was changed, added or taken away; exit status 1 when there is one.
    ///
    /// Needs KINDREFLEX_DATABASE_URL and KINDREFLEX_SEAL_KEY, of which the public half is enough. When all is well the last line is
    /// the head: kept elsewhere, it shows next time that the end is still there and nothing before it was made anew.
    Verify {
        /// A head that was saved before.
        #[arg(long)]
        head: Option<PathBuf>,
        /// Where to save the head, if all is well.
        #[arg(long)]
        save_head: Option<PathBuf>,
        /// A demo's directory, instead of the database and key of the settings.
        #[arg(long)]
        data: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum DocumentVersion {
    /// OpenAPI 3.1.
    #[value(name = "3.1")]
    Current,
    /// OpenAPI 3.0.3.
    #[value(name = "3.0")]
    Older,
}

#[derive(Clone, Copy, ValueEnum)]
enum DocumentFormat {
    Json,
    Yaml,
}

/// Runs the command that was asked for.
pub fn run() -> ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(LOG)).init();
    let outcome = match Cli::parse().command {
        Command::Demo { listen, data } => demo_command(listen, &data),
        Command::Token { whom, data } => token::run(whom, &data),
        Command::Serve => serve_command(),
        Command::Migrate => migrate_command(),
        Command::Openapi { version, format } => openapi_command(version, format),
        Command::Frameworks { command } => frameworks::run(command),
        Command::Retention { command } => retention::run(command),
        Command::Backup { file, data } => backup::run(&file, data),
        Command::Audit { command } => audit_command(&command),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("kindreflex: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn settings() -> Result<Config, AnyError> {
    Config::from_environment().map_err(|faults| {
        format!(
            "these settings are missing or wrong:\n  {}",
            faults.join("\n  ")
        )
        .into()
    })
}

fn say(text: &str) -> Result<(), AnyError> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

fn serve_command() -> Result<(), AnyError> {
    let config = settings()?;
    if migrate::is_pending(&mut connect(&config.database_url)?)? {
        return Err("the database is not at this program's schema; run: kindreflex migrate".into());
    }
    let settings = Settings {
        public_url: config.public_url.clone(),
        organisation_claim: config.tokens.organisation_claim.clone(),
        attachment_limit: config.attachment_limit,
        attachment_patience: Patience::of(Duration::from_secs(config.attachment_seconds)),
        pack_days: config.pack_days,
        reports: config.reports.clone(),
        smallest_group: config.smallest_group,
        participants: config.participants.clone(),
    };
    let state = State::open(
        &config.database_url,
        config.database_connections,
        settings,
        config.tokens,
        None,
    )?;
    let state = match config.seal_key {
        Some(keys) => state.sealing(keys),
        None => state,
    };
    actix_web::rt::System::new().block_on(async move {
        let verifier = state.verifier.clone();
        actix_web::rt::spawn(async move { verifier.warm().await });
        actix_web::rt::spawn(sweep::run(state.clone(), config.idempotency_hours));
        actix_web::rt::spawn(sequencer::run(state.clone()));
        actix_web::rt::spawn(redactions::run(state.clone()));
        actix_web::rt::spawn(migrations::run(state.clone()));
        listen(state, config.listen, config.workers, None).await
    })
}

fn cannot_listen(address: SocketAddr, fault: &std::io::Error) -> String {
    format!(
        "cannot listen on {address}: {fault}; choose another address with KINDREFLEX_LISTEN, or for a demo with --listen"
    )
}

/// Serves, and says the greeting once the address is its own.
async fn listen(
    state: State,
    address: SocketAddr,
    workers: usize,
    greeting: Option<String>,
) -> Result<(), AnyError> {
    let state = web::Data::new(state);
    let server = HttpServer::new(move || app(state.clone()))
        .workers(workers)
        .bind(address)
        .map_err(|fault| cannot_listen(address, &fault))?;
    if let Some(greeting) = greeting {
        say(&greeting)?;
    }
    log::info!("listening on {address}");
    Ok(server.run().await?)
}

/// A demo's database, or the one of the settings.
fn database_url(data: Option<PathBuf>) -> Result<String, AnyError> {
    if let Some(directory) = data {
        return Ok(Directory::new(directory).database_url());
    }
    Ok(kindreflex::config::environment()
        .remove("KINDREFLEX_DATABASE_URL")
        .ok_or("KINDREFLEX_DATABASE_URL: is not set; use sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE")?)
}

fn migrate_command() -> Result<(), AnyError> {
    let url = database_url(None)?;
    let done = migrate::run(&mut connect(&url)?)?;
    if done.is_empty() {
        return say("nothing to do: the database is at this program's schema");
    }
    say(&format!("done: {}", done.join(", ")))
}

fn openapi_command(version: DocumentVersion, format: DocumentFormat) -> Result<(), AnyError> {
    let document = match version {
        DocumentVersion::Current => openapi::DOCUMENT.clone(),
        DocumentVersion::Older => rendition::to_3_0(&openapi::DOCUMENT)?,
    };
    say(match format {
        DocumentFormat::Json => serde_json::to_string_pretty(&document)?,
        DocumentFormat::Yaml => yaml_serde::to_string(&document)?,
    }
    .trim_end())
}

fn audit_command(command: &AuditCommand) -> Result<(), AnyError> {
    let AuditCommand::Verify {
        head,
        save_head,
        data,
    } = command;
    let (url, key) = match data {
        Some(data) => {
            let demo = Directory::new(data);
            (demo.database_url(), demo.seal_key())
        }
        None => database_and_key()?,
    };
    let keys = SealKeys::read(&key)?;
    let saved = head.as_deref().map(read_head).transpose()?;
    if url
        .strip_prefix("sqlite:")
        .is_some_and(|path| !Path::new(path).is_file())
    {
        return Err(format!("there is no database at {url}").into());
    }
    if migrate::is_pending(&mut connect(&url)?)? {
        return Err("the database is not at this program's schema; run: kindreflex migrate".into());
    }
    let state = State::open(&url, 1, plain_settings(), TokenSettings::new("", ""), None)?;
    let state = state.sealing(keys);
    let mut said = std::time::Instant::now();
    let progress = move |at, end| {
        if said.elapsed() > Duration::from_secs(1) {
            eprintln!("at number {at} of {end}");
            said = std::time::Instant::now();
        }
    };
    let report = actix_web::rt::System::new().block_on(verify::whole(&state, saved, progress))?;
    say_report(&report)?;
    match report.fault_count {
        0 => {}
        1 => return Err("the audit has 1 fault".into()),
        count => return Err(format!("the audit has {count} faults").into()),
    }
    if let (Some(file), Some(head)) = (save_head, &report.head) {
        std::fs::write(file, format!("{}\n", serde_json::to_string(head)?))
            .map_err(|fault| format!("cannot write {}: {fault}", file.display()))?;
    }
    Ok(())
}

/// The two settings that verification needs; both are named when both are missing.
fn database_and_key() -> Result<(String, PathBuf), AnyError> {
    let mut settings = kindreflex::config::environment();
    let names = ["KINDREFLEX_DATABASE_URL", "KINDREFLEX_SEAL_KEY"];
    match names.map(|name| settings.remove(name)) {
        [Some(url), Some(key)] => Ok((url, key.into())),
        given => {
            let missing = names.iter().zip(given).filter(|(_, given)| given.is_none());
            let missing: Vec<&str> = missing.map(|(name, _)| *name).collect();
            Err(format!("not set: {}", missing.join(", ")).into())
        }
    }
}

fn read_head(file: &Path) -> Result<Head, AnyError> {
    let text = std::fs::read_to_string(file)
        .map_err(|fault| format!("cannot read {}: {fault}", file.display()))?;
    serde_json::from_str(text.trim())
        .map_err(|fault| format!("{} holds no head: {fault}", file.display()).into())
}

fn say_report(report: &Report) -> Result<(), AnyError> {
    for fault in &report.faults {
        say(&format!("fault: {fault}"))?;
    }
    say(&format!(
        "events in order: {}, {} of them under {} good seals; payloads erased: {}; events not numbered and sealed yet: {}",
        report.events, report.sealed, report.seals, report.erased, report.pending
    ))?;
    match &report.head {
        Some(head) if report.fault_count == 0 => say(&serde_json::to_string(head)?),
        _ => Ok(()),
    }
}

fn plain_settings() -> Settings {
    Settings {
        public_url: String::new(),
        organisation_claim: "vo_orgcode".into(),
        attachment_limit: 10_485_760,
        attachment_patience: Patience::of(Duration::from_mins(10)),
        pack_days: DEMO_PACK_DAYS,
        reports: demo::report_settings(),
        smallest_group: demo::SMALLEST_GROUP,
        participants: Keeper::default(),
    }
}

fn demo_command(listen_on: SocketAddr, data: &Path) -> Result<(), AnyError> {
    if !listen_on.ip().is_loopback() {
        return Err(format!("{listen_on} can be reached from outside, and anyone can make tokens of a demo; use 127.0.0.1").into());
    }
    let directory = Directory::new(data);
    let _taken = directory.take()?;
    // Before anything is made: a demo that cannot listen leaves nothing behind.
    drop(std::net::TcpListener::bind(listen_on).map_err(|fault| cannot_listen(listen_on, &fault))?);
    let is_new = directory.prepare()?;
    let address = format!("http://{listen_on}");
    let issuer = DevIssuer::open(data, &format!("{address}/issuer"))?;
    let url = directory.database_url();
    migrate::run(&mut connect(&url)?)?;
    let settings = Settings {
        public_url: address.clone(),
        participants: directory.participants(),
        ..plain_settings()
    };
    let tokens = TokenSettings::new(issuer.url(), DEMO_AUDIENCE);
    let greeting = greeting(&address, &issuer, data)?;
    let keys = SealKeys::open(&directory.seal_key())?;
    let state = State::open(&url, 4, settings, tokens, Some(issuer))?.sealing(keys);
    actix_web::rt::System::new().block_on(async move {
        if is_new {
            demo::seed(&state, state.clock.now()).await?;
            directory.filled()?;
        }
        actix_web::rt::spawn(sweep::run(state.clone(), DEMO_IDEMPOTENCY_HOURS));
        actix_web::rt::spawn(sequencer::run(state.clone()));
        actix_web::rt::spawn(redactions::run(state.clone()));
        actix_web::rt::spawn(migrations::run(state.clone()));
        listen(state, listen_on, 1, Some(greeting)).await
    })
}

fn greeting(address: &str, issuer: &DevIssuer, data: &Path) -> Result<String, AnyError> {
    let mut lines = vec![
        format!(
            "Kindreflex demo at {address}, docs at {address}/v1/doc/, data in {}",
            data.display()
        ),
        String::new(),
        "A token for each role, good for 12 hours:".to_owned(),
        String::new(),
    ];
    for role in Role::ALL {
        let token = token::of(issuer, token::Whom::of(role))?;
        lines.push(format!("{role}: {token}"));
    }
    let token = token::of(issuer, token::Whom::of(Role::Facility))?;
    lines.extend([
        String::new(),
        "Paste these, as PZ De Linde:".to_owned(),
        String::new(),
        format!("TOKEN={token}"),
        format!("curl -sS {address}/v1/me -H \"Authorization: Bearer $TOKEN\""),
        format!("curl -sS {address}/v1/selfAssessments -H \"Authorization: Bearer $TOKEN\""),
        format!(
            "curl -sS {address}/v1/selfAssessments -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' -d '{{\"facilityId\":\"{}\",\"cycleId\":\"{}\"}}'",
            demo::ids::FACILITY,
            demo::ids::OWN_CYCLE
        ),
        String::new(),
    ]);
    Ok(lines.join("\n"))
}
