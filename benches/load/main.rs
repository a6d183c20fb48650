//! Speed against its limit: drives the release build over HTTP with real tokens, on SQLite and on a PostgreSQL that waits for its
//! disk, with pgbench running the same SQL (for a sync: storing the same rows) beside it in turns. Writes the figures into the README.
//!
//! `cargo bench --bench load`, or for a part of it and without writing: `cargo bench --bench load -- --keep [--only postgres]
//! [--operation read] [--connections 16] [--seconds 3] [--rounds 2] [--binary PATH]`.
#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::disallowed_methods,
    clippy::format_push_string,
    clippy::large_stack_arrays,
    clippy::ref_option,
    clippy::zombie_processes,
    reason = "a measurement that cannot go on ends, and figures are rounded anyway"
)]
use std::time::Duration;

mod client;
#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../../tests/it/support/databases.rs"]
mod databases;
#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../../tests/it/support/issuer.rs"]
mod issuer;
mod pgbench;
mod process;
mod report;
mod sync;
mod world;

use client::Load;
use databases::Cluster;
use process::{Cpu, Server};
use report::{Figures, Report};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Store,
    Read,
    List,
    Sync,
}

/// What an operation may take on PostgreSQL.
#[derive(Debug, Clone, Copy)]
pub enum Limit {
    /// CPU milliseconds of server and PostgreSQL together, for a request.
    Milliseconds(f64),
    /// The same CPU, as so many times what PostgreSQL alone takes for pgbench.
    Times(f64),
}

impl Operation {
    pub const ALL: [Self; 4] = [Self::Store, Self::Read, Self::List, Self::Sync];

    pub fn name(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Read => "read",
            Self::List => "list",
            Self::Sync => "sync",
        }
    }

    pub fn limit(self) -> Limit {
        match self {
            Self::Store => Limit::Milliseconds(0.9),
            Self::Read => Limit::Milliseconds(0.12),
            Self::List => Limit::Milliseconds(0.35),
            Self::Sync => Limit::Times(1.5),
        }
    }
}

const CONNECTIONS: [usize; 3] = [1, 16, 64];

/// Between these the README holds the figures.
const FIGURES: &str = "<!-- figures -->\n";
const END: &str = "<!-- end of figures -->\n";

/// How long, how often and on what.
struct Plan {
    seconds: u64,
    rounds: u32,
    only: Option<String>,
    operation: Option<String>,
    connections: Option<String>,
    keep: bool,
}

impl Plan {
    fn from_arguments() -> Self {
        let given: Vec<String> = std::env::args().collect();
        let after = |name: &str| {
            let place = given.iter().position(|one| one == name)?;
            given.get(place + 1).cloned()
        };
        Self {
            seconds: after("--seconds").map_or(3, |text| text.parse().expect("seconds")),
            rounds: after("--rounds").map_or(2, |text| text.parse().expect("rounds")),
            only: after("--only"),
            operation: after("--operation"),
            connections: after("--connections"),
            keep: given.iter().any(|one| one == "--keep"),
        }
    }

    fn includes(&self, database: &str) -> bool {
        is_asked_for(&self.only, database)
    }

    /// Every operation at every number of connections, or those that were asked for.
    fn turns(&self) -> impl Iterator<Item = (Operation, usize)> {
        Operation::ALL
            .into_iter()
            .filter(|operation| is_asked_for(&self.operation, operation.name()))
            .flat_map(|operation| CONNECTIONS.map(|connections| (operation, connections)))
            .filter(|(_, connections)| is_asked_for(&self.connections, &connections.to_string()))
    }

    fn turn(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

fn is_asked_for(asked: &Option<String>, name: &str) -> bool {
    asked.as_deref().is_none_or(|asked| asked == name)
}

fn main() {
    let plan = Plan::from_arguments();
    let mut report = Report::default();
    if plan.includes("sqlite") {
        on_sqlite(&plan, &mut report);
    }
    if plan.includes("postgres") {
        on_postgres(&plan, &mut report);
    }
    let text = report.text();
    println!("{text}");
    if !plan.keep {
        publish(&text);
    }
}

/// Puts the figures into the README, in the place of those that are there.
fn publish(figures: &str) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).expect("the README");
    let (before, rest) = readme.split_once(FIGURES).expect("a place for figures");
    let (_, after) = rest.split_once(END).expect("the end of that place");
    let readme = format!("{before}{FIGURES}\n{figures}{END}{after}");
    std::fs::write(path, readme).expect("the README");
}

fn on_sqlite(plan: &Plan, report: &mut Report) {
    let directory = tempfile::tempdir().expect("a directory");
    let url = format!("sqlite:{}", directory.path().join("load.db").display());
    world::fill(&url);
    report.start("SQLite", process::starts(&url), process::idle_memory(&url));
    let server = Server::start(&url, "warn");
    for (operation, connections) in plan.turns() {
        let mut figures = Figures::new("SQLite", operation, connections);
        for _ in 0..plan.rounds {
            let cpu = || Cpu::of(&[server.id()]);
            figures.add(&client::run(
                &server,
                operation,
                connections,
                plan.turn(),
                cpu,
            ));
        }
        report.add(figures);
    }
}

fn on_postgres(plan: &Plan, report: &mut Report) {
    let cluster =
        Cluster::start("-c shared_buffers=256MB").expect("PostgreSQL's programs are installed");
    cluster.sql("CREATE DATABASE load");
    let url = cluster.url("load");
    world::fill(&url);
    let (history, most) = (Duration::from_secs(3), 64);
    pgbench::run(&url, Operation::Sync, most, history, || Cpu::of(&[]));
    world::analyse(&url);
    report.start(
        "PostgreSQL",
        process::starts(&url),
        process::idle_memory(&url),
    );
    let postmaster = process::postmaster(&cluster);
    let server = Server::start(&url, "warn");
    for (operation, connections) in plan.turns() {
        let mut figures = Figures::new("PostgreSQL", operation, connections);
        for _ in 0..plan.rounds {
            let cpu = || Cpu::of(&[server.id(), postmaster]);
            figures.add(&client::run(
                &server,
                operation,
                connections,
                plan.turn(),
                cpu,
            ));
            let cpu = || Cpu::of(&[postmaster]);
            figures.beside(&pgbench::run(
                &url,
                operation,
                connections,
                plan.turn(),
                cpu,
            ));
        }
        report.add(figures);
    }
    drop(server);
    report.logging = Some(cost_of_the_log(plan, &url, postmaster));
}

/// CPU milliseconds of a read without and with a line in the log for each request.
fn cost_of_the_log(plan: &Plan, url: &str, postmaster: u32) -> [f64; 2] {
    ["warn", "info"].map(|level| {
        let server = Server::start(url, level);
        let cpu = || Cpu::of(&[server.id(), postmaster]);
        let load: Load = client::run(&server, Operation::Read, 16, plan.turn() * 2, cpu);
        load.cpu_ms()
    })
}
