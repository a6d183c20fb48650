//! The same SQL without a server before it: `pgbench -M prepared`.
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use super::Operation;
use super::process::Cpu;
use super::{sync, world};

/// What a run came to.
pub struct Beside {
    pub seconds: f64,
    pub done: f64,
    /// CPU milliseconds of PostgreSQL.
    pub cpu: f64,
}

/// An array of so many texts, as PostgreSQL writes it.
pub fn array(length: usize, item: impl Fn(usize) -> String) -> String {
    let items: Vec<String> = (0..length)
        .map(|number| format!("{:?}", item(number)))
        .collect();
    format!("{{{}}}", items.join(","))
}

/// Runs the script of an operation over `connections` connections.
pub fn run(
    url: &str,
    operation: Operation,
    connections: usize,
    time: Duration,
    cpu: impl Fn() -> Cpu,
) -> Beside {
    let script = format!(
        "{}/benches/{}.sql",
        env!("CARGO_MANIFEST_DIR"),
        operation.name()
    );
    let payload: Vec<_> = (0..world::CRITERIA)
        .map(|number| {
            let answer = json!({"level": world::LEVEL, "note": world::NOTE});
            json!({"criterionCode": world::criterion(number), "answer": answer})
        })
        .collect();
    let actor =
        json!({"id": "load-0", "name": "Someone (load-0)", "role": "facility", "client": "tests"});
    let variables = match operation {
        Operation::Sync => sync::variables(connections),
        _ => vec![
            ("criteria", array(world::CRITERIA, world::criterion)),
            (
                "levels",
                array(world::CRITERIA, |_| world::LEVEL.to_owned()),
            ),
            ("notes", array(world::CRITERIA, |_| world::NOTE.to_owned())),
            ("actor", actor.to_string()),
            ("payload", json!(payload).to_string()),
        ],
    };
    let before = cpu();
    let done = Command::new("pgbench")
        .args(["-n", "-M", "prepared", "-f", &script, url])
        .args(["-c", &connections.to_string()])
        .args(["-j", &connections.min(2).to_string()])
        .args(["-T", &time.as_secs().to_string()])
        .args(
            variables
                .iter()
                .flat_map(|(name, value)| ["-D".to_owned(), format!("{name}={value}")]),
        )
        .output()
        .expect("pgbench");
    let taken = cpu().since(&before);
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let failed = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(
        done.status.success() && !failed.contains("aborted"),
        "{failed}"
    );
    let figure = |name: &str| {
        let rest = said.lines().find_map(|line| line.strip_prefix(name));
        let word = rest.and_then(|rest| rest.split_whitespace().next());
        word.and_then(|word| word.split('/').next()?.parse::<f64>().ok())
            .unwrap_or_else(|| panic!("{name} in {said}"))
    };
    let done = figure("number of transactions actually processed: ");
    Beside {
        seconds: done / figure("tps = "),
        done,
        cpu: taken,
    }
}
