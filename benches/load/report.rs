//! Figures as tables.
use std::fmt::Write as _;

use super::client::Load;
use super::pgbench::Beside;
use super::process;
use super::{Limit, Operation};

const START_MS: f64 = 50.0;
const MEMORY_MB: f64 = 20.0;
const BINARY_MB: f64 = 12.0;

/// The turns of one operation at one number of connections, put together.
pub struct Figures {
    database: &'static str,
    operation: Operation,
    connections: usize,
    seconds: f64,
    cpu: f64,
    times: Vec<u32>,
    beside: Beside,
}

impl Figures {
    pub fn new(database: &'static str, operation: Operation, connections: usize) -> Self {
        Self {
            database,
            operation,
            connections,
            seconds: 0.0,
            cpu: 0.0,
            times: Vec::new(),
            beside: Beside {
                seconds: 0.0,
                done: 0.0,
                cpu: 0.0,
            },
        }
    }

    pub fn add(&mut self, load: &Load) {
        self.seconds += load.seconds;
        self.cpu += load.cpu;
        self.times.extend(&load.times);
    }

    pub fn beside(&mut self, beside: &Beside) {
        self.beside.seconds += beside.seconds;
        self.beside.done += beside.done;
        self.beside.cpu += beside.cpu;
    }

    fn rate(&self) -> f64 {
        self.times.len() as f64 / self.seconds
    }

    fn cpu_ms(&self) -> f64 {
        self.cpu / self.times.len().max(1) as f64
    }

    /// CPU of server and PostgreSQL together, as so many times what pgbench has PostgreSQL take.
    fn times_beside(&self) -> f64 {
        self.cpu_ms() / (self.beside.cpu / self.beside.done)
    }

    fn row(&self) -> String {
        let mut times = self.times.clone();
        times.sort_unstable();
        let at = |part: usize| {
            f64::from(times[(times.len() * part / 100).min(times.len() - 1)]) / 1000.0
        };
        let mut row = format!(
            "| {} | {} | {} | {:.0} | {:.2} | {:.2} | {:.3} |",
            self.database,
            self.operation.name(),
            self.connections,
            self.rate(),
            at(50),
            at(99),
            self.cpu_ms(),
        );
        if self.beside.done > 0.0 {
            let rate = self.beside.done / self.beside.seconds;
            let _ = write!(
                row,
                " {:.0} | {:.2} | {:.3} |",
                rate,
                self.rate() / rate,
                self.beside.cpu / self.beside.done
            );
        } else {
            row.push_str(" | | |");
        }
        row
    }
}

/// All that was measured.
#[derive(Default)]
pub struct Report {
    figures: Vec<Figures>,
    starts: Vec<(&'static str, [f64; 3], f64)>,
    pub logging: Option<[f64; 2]>,
}

impl Report {
    pub fn add(&mut self, figures: Figures) {
        eprintln!("{}", figures.row());
        self.figures.push(figures);
    }

    pub fn start(&mut self, database: &'static str, starts: [f64; 3], memory: f64) {
        self.starts.push((database, starts, memory));
    }

    pub fn text(&self) -> String {
        let mut text = format!("{}\n\n", machine());
        text.push_str(
            "| database | operation | connections | requests/s | p50 ms | p99 ms | CPU ms | pgbench/s | ratio | pgbench CPU ms |\n\
             |---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n",
        );
        for figures in &self.figures {
            let _ = writeln!(text, "{}", figures.row());
        }
        if let Some([without, with]) = self.logging {
            let _ = writeln!(
                text,
                "\nThe log is at `warn`. A line for each request (`info`) makes a read at 16 connections take {with:.3} ms of CPU instead of {without:.3}.",
            );
        }
        text.push_str("\n| goal | limit | measured | |\n|---|--:|--:|---|\n");
        for Goal {
            name,
            limit,
            measured,
        } in self.goals()
        {
            let met = if measured.iter().all(|one| *one <= limit) {
                "met"
            } else {
                "**missed**"
            };
            let measured: Vec<String> = measured.iter().map(|one| format!("{one:.2}")).collect();
            let measured = measured.join(" / ");
            let _ = writeln!(text, "| {name} | {limit} | {measured} | {met} |");
        }
        text
    }

    /// Every goal with its limit and what was measured.
    fn goals(&self) -> Vec<Goal> {
        let mut goals: Vec<Goal> = Operation::ALL
            .into_iter()
            .map(|operation| {
                let on_postgres = self.figures.iter().filter(|figures| {
                    figures.database == "PostgreSQL" && figures.operation == operation
                });
                let (what, limit) = match operation.limit() {
                    Limit::Milliseconds(limit) => ("CPU ms", limit),
                    Limit::Times(limit) => ("CPU, in times pgbench's,", limit),
                };
                let measure = |figures: &Figures| match operation.limit() {
                    Limit::Milliseconds(_) => figures.cpu_ms(),
                    Limit::Times(_) => figures.times_beside(),
                };
                let (connections, measured): (Vec<String>, Vec<f64>) = on_postgres
                    .map(|figures| (figures.connections.to_string(), measure(figures)))
                    .unzip();
                Goal {
                    name: format!(
                        "{what} to {} on PostgreSQL, at {} connections",
                        operation.name(),
                        connections.join(" / ")
                    ),
                    limit,
                    measured,
                }
            })
            .filter(|goal| !goal.measured.is_empty())
            .collect();
        for (database, [least, median, most], memory) in &self.starts {
            goals.push(Goal {
                name: format!(
                    "ms from start to the first healthy answer, {database} (median of 15, {least:.0} to {most:.0})"
                ),
                limit: START_MS,
                measured: vec![*median],
            });
            goals.push(Goal {
                name: format!("MB of memory when idle, {database}"),
                limit: MEMORY_MB,
                measured: vec![*memory],
            });
        }
        goals.push(Goal {
            name: "MB of stripped binary".to_owned(),
            limit: BINARY_MB,
            measured: vec![process::binary_size()],
        });
        goals
    }
}

/// What is to be reached, and what was.
struct Goal {
    name: String,
    limit: f64,
    measured: Vec<f64>,
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown processor", |(_, model)| model);
    let version = std::process::Command::new("pgbench")
        .arg("--version")
        .output()
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_default();
    format!("Machine: {cores} cores ({model}), Linux; {version}.")
}
