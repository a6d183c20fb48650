//! What was answered survives: the server killed, the database killed, at any moment of a stream of writes.
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::Ed25519KeyPair;
use diesel::prelude::*;
use diesel::sql_types::Text;
use kindreflex::access::connect;
use kindreflex::db::types::Conn;
use kindreflex::demo::{self, enterprise_number, ids};
use serde_json::{Value, json};

use crate::support::databases::{self, Cluster, Guard, free_port, postgres_is_there};
use crate::support::{Backend, issuer};

/// How often each database's server is killed.
const ROUNDS: usize = 5;
/// How long anything may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// The program itself, serving.
struct Server {
    process: Child,
    address: String,
    _seal: tempfile::TempDir,
}

impl Server {
    fn start(url: &str, port: u16) -> Self {
        Self::start_by(Command::new(env!("CARGO_BIN_EXE_kindreflex")), url, port)
    }

    /// Starts it by a command that lacks only `serve`.
    fn start_by(mut command: Command, url: &str, port: u16) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let seal = directory.path().join("seal.der");
        let key = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).expect("a key");
        std::fs::write(&seal, key.as_ref()).expect("a file");
        let address = format!("127.0.0.1:{port}");
        let process = command
            .arg("serve")
            .env("KINDREFLEX_LISTEN", &address)
            .env("KINDREFLEX_PUBLIC_URL", format!("http://{address}"))
            .env("KINDREFLEX_DATABASE_URL", url)
            .env("KINDREFLEX_ISSUER", issuer::url())
            .env("KINDREFLEX_AUDIENCE", issuer::AUDIENCE)
            .env("KINDREFLEX_SEAL_KEY", &seal)
            // What the suite itself is told is no setting of the service.
            .env_remove("KINDREFLEX_TEST_POSTGRES")
            .env_remove("KINDREFLEX_TEST_STRACE")
            .env("RUST_LOG", "off")
            .stdin(Stdio::null())
            .spawn()
            .expect("a server");
        let server = Self {
            process,
            address,
            _seal: directory,
        };
        server.wait_until_up();
        server
    }

    fn wait_until_up(&self) {
        let started = Instant::now();
        let health = format!("http://{}/v1/health", self.address);
        loop {
            let answer = agent().get(&health).call();
            if let Ok(mut answer) = answer
                && answer
                    .body_mut()
                    .read_json::<Value>()
                    .is_ok_and(|body| body["status"] == "UP")
            {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "the server does not come up");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    fn kill(&mut self) {
        self.process.kill().expect("a server to kill");
        self.process.wait().expect("its end");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE))
        .build()
        .into()
}

/// A coordinator who answers one criterion after another, and keeps book of what was acknowledged.
struct Writer {
    agent: ureq::Agent,
    token: String,
    path: String,
    tag: String,
    /// Inputs that can be sent again, without a note.
    inputs: Vec<(String, Value)>,
    turn: usize,
    acknowledged: BTreeMap<String, usize>,
    /// What was sent and never answered: stored or not, nobody knows.
    unknown: Option<(String, usize)>,
}

impl Writer {
    /// Makes a draft of a facility that has a past.
    fn new(address: &str, facility: &str, number: u32) -> Self {
        let number = Some(enterprise_number(number));
        let mut writer = Self {
            agent: agent(),
            token: format!("Bearer {}", issuer::token(facility, "facility", number)),
            path: String::new(),
            tag: String::new(),
            inputs: Vec::new(),
            turn: 0,
            acknowledged: BTreeMap::new(),
            unknown: None,
        };
        let draft = writer
            .agent
            .post(format!("http://{address}/v1/selfAssessments"))
            .header("authorization", &writer.token)
            .send_json(json!({"facilityId": facility, "cycleId": ids::OWN_CYCLE}));
        let mut draft = draft.expect("an answer");
        assert_eq!(draft.status(), 201);
        writer.tag = tag_of(&draft);
        let draft: Value = draft.body_mut().read_json().expect("a draft");
        draft["href"]
            .as_str()
            .expect("a href")
            .clone_into(&mut writer.path);
        for answer in draft["answers"].as_array().expect("answers").iter().take(8) {
            let code = answer["criterionCode"].as_str().expect("a code").to_owned();
            writer
                .inputs
                .push((code, json!({"level": answer["level"]})));
        }
        assert!(!writer.inputs.is_empty(), "{facility} starts from nothing");
        writer
    }

    /// Answers the next criterion; false when no acknowledgement came.
    fn answer(&mut self, address: &str) -> bool {
        self.turn += 1;
        let (code, input) = self.inputs[self.turn % self.inputs.len()].clone();
        let mut input = input;
        input["note"] = json!(note(self.turn));
        self.unknown = Some((code.clone(), self.turn));
        let answer = self
            .agent
            .put(format!("http://{address}{}/answers/{code}", self.path))
            .header("authorization", &self.token)
            .header("if-match", &self.tag)
            .send_json(input);
        let Ok(mut answer) = answer else { return false };
        match answer.status().as_u16() {
            200 => {}
            503 => return false,
            other => panic!("{other}: {:?}", answer.body_mut().read_to_string()),
        }
        self.tag = tag_of(&answer);
        // An acknowledgement that breaks off is none, but its tag was read: it was stored.
        let whole = answer.body_mut().read_to_string().is_ok();
        self.unknown = None;
        self.acknowledged.insert(code, self.turn);
        whole
    }

    /// Every answer that was acknowledged is there, or the one that was sent after it and never answered.
    fn check(&mut self, address: &str) {
        let started = Instant::now();
        let (tag, found) = loop {
            let answer = self
                .agent
                .get(format!("http://{address}{}", self.path))
                .header("authorization", &self.token)
                .call();
            if let Ok(mut answer) = answer
                && answer.status() == 200
            {
                break (
                    tag_of(&answer),
                    answer.body_mut().read_json::<Value>().expect("a draft"),
                );
            }
            // Connections that were open when the database died are given up one by one.
            assert!(started.elapsed() < PATIENCE, "the draft cannot be read");
        };
        for (code, turn) in &mut self.acknowledged {
            let stored = found["answers"]
                .as_array()
                .expect("answers")
                .iter()
                .find(|answer| answer["criterionCode"] == json!(code));
            let stored = &stored.expect("an answer that was acknowledged")["note"];
            match &self.unknown {
                Some((other, later)) if other == code && *stored == note(*later) => *turn = *later,
                _ => assert_eq!(*stored, note(*turn), "{code} was acknowledged"),
            }
        }
        assert!(
            edit(&tag) >= edit(&self.tag),
            "{tag} is older than {}",
            self.tag
        );
        self.tag = tag;
        self.unknown = None;
    }
}

fn note(turn: usize) -> String {
    format!("beurt {turn}")
}

fn tag_of(answer: &ureq::http::Response<ureq::Body>) -> String {
    answer.headers()["etag"].to_str().expect("a tag").to_owned()
}

fn edit(tag: &str) -> u64 {
    let digits: String = tag.chars().filter(char::is_ascii_digit).collect();
    digits.parse().expect("a counter")
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn up_to(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// Lets all writers write until `kill`, at a moment that nobody knows, has ended something.
fn write_until(writers: &mut [Writer], address: &str, after: Duration, kill: impl FnOnce()) {
    let acknowledged = AtomicUsize::new(0);
    std::thread::scope(|threads| {
        for writer in writers {
            let acknowledged = &acknowledged;
            threads.spawn(move || {
                while writer.answer(address) {
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        let started = Instant::now();
        while acknowledged.load(Ordering::SeqCst) < 4 {
            assert!(started.elapsed() < PATIENCE, "nothing is acknowledged");
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(after);
        kill();
    });
}

fn writers(address: &str) -> Vec<Writer> {
    let with_a_past = demo::FACILITIES
        .iter()
        .filter(|made| made.past.is_some())
        .take(4);
    with_a_past
        .map(|made| Writer::new(address, made.id, made.number))
        .collect()
}

fn say(backend: Backend, writers: &[Writer], started: Instant) {
    let sent: usize = writers.iter().map(|writer| writer.turn).sum();
    println!(
        "{ROUNDS} kills on {backend:?} in {:.1} s: {sent} writes by {} writers, none lost of those answered",
        started.elapsed().as_secs_f32(),
        writers.len()
    );
}

#[test]
fn killing_the_server_loses_no_answered_write_on_sqlite() {
    let (url, _guard) = databases::fresh(Backend::Sqlite);
    let port = free_port();
    let mut server = Server::start(&url, port);
    let mut writers = writers(&server.address);
    let (mut dice, started) = (Dice(1), Instant::now());
    for _ in 0..ROUNDS {
        let after = Duration::from_millis(dice.up_to(400));
        let address = server.address.clone();
        write_until(&mut writers, &address, after, || server.kill());
        server = Server::start(&url, port);
        for writer in &mut writers {
            writer.check(&server.address);
        }
    }
    say(Backend::Sqlite, &writers, started);
}

/// A cluster as in production: it waits for the disk.
fn durable_cluster() -> (Cluster, String) {
    let cluster = Cluster::start("-c fsync=on -c synchronous_commit=on").expect("a cluster");
    cluster.sql("CREATE DATABASE durable");
    let url = cluster.url("durable");
    databases::seed(&url);
    (cluster, url)
}

fn setting(url: &str, name: &str) -> String {
    let Ok(Conn::Postgres(mut session)) = connect(url) else {
        panic!("no session on PostgreSQL");
    };
    let value = format!("current_setting('{name}')");
    diesel::select(diesel::dsl::sql::<Text>(&value))
        .get_result(&mut session)
        .expect("a setting")
}

#[test]
fn killing_the_server_or_the_database_loses_no_answered_write_on_postgres() {
    if !postgres_is_there() {
        return;
    }
    let (cluster, url) = durable_cluster();
    // As our own sessions have them.
    for (name, right) in [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
    ] {
        assert_eq!(setting(&url, name), right, "{name}");
    }
    let port = free_port();
    let mut server = Server::start(&url, port);
    let mut writers = writers(&server.address);
    let (mut dice, started) = (Dice(2), Instant::now());
    for round in 0..ROUNDS {
        let after = Duration::from_millis(dice.up_to(400));
        let address = server.address.clone();
        write_until(&mut writers, &address, after, || match round % 4 {
            0 => server.kill(),
            1 => cluster.kill(),
            2 => cluster.stop_at_once(),
            _ => {
                server.kill();
                cluster.kill();
            }
        });
        if round % 4 != 0 {
            cluster.start_again();
        }
        // A server that only lost its database finds it again by itself.
        if round % 4 == 0 || round % 4 == 3 {
            server = Server::start(&url, port);
        }
        server.wait_until_up();
        for writer in &mut writers {
            writer.check(&server.address);
        }
    }
    say(Backend::Postgres, &writers, started);
}

/// A call in the trace, and the lines where it started and had ended.
struct Call {
    text: String,
    started: usize,
    ended: usize,
}

/// The calls of a trace; what strace cuts in two, because another thread came between, is put together.
fn calls(trace: &str) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    let mut open: BTreeMap<String, usize> = BTreeMap::new();
    for (at, line) in trace.lines().enumerate() {
        // The thread's number, the time, the call.
        let Some((thread, rest)) = line.split_once(' ') else {
            continue;
        };
        let Some((_, text)) = rest.trim_start().split_once(' ') else {
            continue;
        };
        if text.starts_with("<...") {
            if let Some(call) = open.remove(thread) {
                calls[call].ended = at;
                calls[call].text.push_str(text);
            }
        } else {
            if text.contains("<unfinished ...>") {
                open.insert(thread.to_owned(), calls.len());
            }
            calls.push(Call {
                text: text.to_owned(),
                started: at,
                ended: at,
            });
        }
    }
    for call in open.into_values() {
        calls[call].ended = usize::MAX;
    }
    calls
}

/// The trace, once the end of the process is in it.
fn whole(trace: &Path) -> String {
    let started = Instant::now();
    loop {
        let text = std::fs::read_to_string(trace).expect("a trace");
        if text.contains("+++ killed by SIGKILL") {
            return text;
        }
        assert!(started.elapsed() < PATIENCE, "the trace has no end");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn strace_is_there() -> bool {
    let there = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let required = std::env::var("KINDREFLEX_TEST_STRACE").is_ok_and(|value| value == "required");
    assert!(there || !required, "strace is required, and cannot be used");
    there
}

fn traced(trace: &Path) -> Command {
    let mut command = Command::new("strace");
    // -D: what is spawned is the server itself, and strace watches from aside.
    command.args([
        "-D",
        "-f",
        "-tt",
        "-y",
        "-s",
        "64",
        "-e",
        "trace=fdatasync,fsync,pwrite64,write,writev,sendto,sendmsg",
        "-o",
    ]);
    command.arg(trace).arg(env!("CARGO_BIN_EXE_kindreflex"));
    command
}

#[test]
fn a_lone_write_is_answered_only_after_its_log_is_on_the_disk() {
    if !strace_is_there() {
        println!("strace cannot be used: when a write reaches the disk was not looked at");
        return;
    }
    let (url, guard): (String, Guard) = databases::fresh(Backend::Sqlite);
    let directory = tempfile::tempdir().expect("a directory");
    let trace = directory.path().join("trace");
    let mut server = Server::start_by(traced(&trace), &url, free_port());
    let mut writers = writers(&server.address);
    let address = server.address.clone();
    assert!(writers[0].answer(&address));
    server.kill();
    let calls = calls(&whole(&trace));
    let answers = |call: &Call| {
        let writes = ["write(", "writev(", "sendto(", "sendmsg("];
        call.text.contains("HTTP/1.1 ") && writes.iter().any(|name| call.text.starts_with(name))
    };
    let on_log = |call: &Call| call.text.contains("-wal>");
    // The last thing that was answered, and what happened since the answer before it.
    let answer = calls.iter().rposition(answers).expect("the answer");
    let before = calls
        .iter()
        .take(answer)
        .rposition(answers)
        .expect("an earlier answer");
    let since: Vec<&Call> = calls.iter().skip(before).collect();
    let answer = answer - before;
    assert!(
        since[answer].text.contains("HTTP/1.1 200"),
        "{}",
        since[answer].text
    );
    let synced = since
        .iter()
        .take(answer)
        .rposition(|call| {
            (call.text.starts_with("fdatasync(") || call.text.starts_with("fsync(")) && on_log(call)
        })
        .expect("a sync of the log");
    let logged = since
        .iter()
        .take(answer)
        .rposition(|call| call.text.starts_with("pwrite64(") && on_log(call))
        .expect("a log");
    let [logged, synced, answer] = [logged, synced, answer].map(|at| since[at]);
    assert!(
        logged.ended < synced.started,
        "the log was written after it was synced"
    );
    assert!(synced.text.trim_end().ends_with("= 0"), "{}", synced.text);
    assert!(
        synced.ended < answer.started,
        "the answer came before the log was on the disk"
    );
    println!(
        "a lone write: {}",
        [logged, synced, answer]
            .map(|call| call.text.as_str())
            .join("\n  then ")
    );
    drop(guard);
}
