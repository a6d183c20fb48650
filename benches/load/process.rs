//! The server as a process of its own, and what processes take of CPU and memory.
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use super::databases::Cluster;
use super::issuer;

/// This build; another with `--binary PATH`, to compare.
static BINARY: LazyLock<String> = LazyLock::new(|| {
    let given: Vec<String> = std::env::args().collect();
    let place = given.iter().position(|one| one == "--binary");
    place
        .and_then(|place| given.get(place + 1).cloned())
        .unwrap_or_else(|| env!("CARGO_BIN_EXE_kindreflex").to_owned())
});
/// Linux counts CPU time in hundredths of a second.
const TICK_MS: f64 = 10.0;

/// `kindreflex serve`, until it is dropped.
pub struct Server {
    child: Child,
    pub address: String,
}

impl Server {
    /// Starts it and waits for its first healthy answer.
    pub fn start(url: &str, log: &str) -> Self {
        let server = Self::spawn(url, log);
        server.wait_until_healthy();
        server
    }

    fn spawn(url: &str, log: &str) -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = free.local_addr().expect("an address").to_string();
        drop(free);
        let log_file = std::env::temp_dir().join(format!("kindreflex-load-{address}.log"));
        let sink = std::fs::File::create(&log_file).expect("a log");
        std::fs::remove_file(&log_file).expect("a log without a name");
        let child = Command::new(BINARY.as_str())
            .arg("serve")
            .env("RUST_LOG", log)
            .env("KINDREFLEX_LISTEN", &address)
            .env("KINDREFLEX_PUBLIC_URL", "https://kindreflex.test")
            .env("KINDREFLEX_DATABASE_URL", url)
            .env("KINDREFLEX_ISSUER", issuer::url())
            .env("KINDREFLEX_AUDIENCE", issuer::AUDIENCE)
            .env("KINDREFLEX_SEAL_KEY", SEAL_KEY.as_str())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(sink)
            .spawn()
            .expect("the server");
        Self { child, address }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn wait_until_healthy(&self) {
        let until = Instant::now() + Duration::from_secs(10);
        while !self.is_healthy() {
            assert!(Instant::now() < until, "the server does not come up");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn is_healthy(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(&self.address) else {
            return false;
        };
        let asked =
            stream.write_all(b"GET /v1/health HTTP/1.1\r\nhost: load\r\nconnection: close\r\n\r\n");
        let mut answer = String::new();
        asked.is_ok()
            && stream.read_to_string(&mut answer).is_ok()
            && answer.contains(r#""status":"UP""#)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A key for the seals, made for this run.
static SEAL_KEY: LazyLock<String> = LazyLock::new(|| {
    let path = std::env::temp_dir().join(format!("kindreflex-load-{}.der", std::process::id()));
    let key =
        aws_lc_rs::signature::Ed25519KeyPair::generate_pkcs8(&aws_lc_rs::rand::SystemRandom::new())
            .expect("a key");
    std::fs::write(&path, key.as_ref()).expect("a key");
    path.display().to_string()
});

/// Milliseconds from a clean start to the first healthy answer: least, median, most of 15.
pub fn starts(url: &str) -> [f64; 3] {
    let mut took: Vec<f64> = (0..15)
        .map(|_| {
            let started = Instant::now();
            let server = Server::start(url, "warn");
            let took = started.elapsed();
            drop(server);
            took.as_secs_f64() * 1000.0
        })
        .collect();
    took.sort_by(f64::total_cmp);
    [took[0], took[7], took[14]]
}

/// Resident memory in MB of a server that was asked for its health and nothing else.
pub fn idle_memory(url: &str) -> f64 {
    let server = Server::start(url, "warn");
    std::thread::sleep(Duration::from_secs(1));
    resident(server.id())
}

/// Resident memory of a process in MB.
pub fn resident(id: u32) -> f64 {
    let file = std::fs::File::open(format!("/proc/{id}/status")).expect("a process");
    let line = BufReader::new(file)
        .lines()
        .map_while(Result::ok)
        .find(|line| line.starts_with("VmRSS:"))
        .expect("its memory");
    let kilobytes: f64 = line
        .split_whitespace()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .expect("kilobytes");
    kilobytes / 1024.0
}

/// The size of the stripped binary in MB.
pub fn binary_size() -> f64 {
    std::fs::metadata(BINARY.as_str())
        .expect("the binary")
        .len() as f64
        / 1024.0
        / 1024.0
}

/// PostgreSQL's first process, whose children do the work.
pub fn postmaster(cluster: &Cluster) -> u32 {
    let file = cluster.directory().join("data").join("postmaster.pid");
    let text = std::fs::read_to_string(file).expect("a running cluster");
    text.lines()
        .next()
        .and_then(|id| id.parse().ok())
        .expect("an id")
}

/// CPU time that processes have taken, their children's with it.
pub struct Cpu(f64);

impl Cpu {
    /// Up to now.
    pub fn of(roots: &[u32]) -> Self {
        let mut ticks = 0;
        for entry in std::fs::read_dir("/proc")
            .expect("processes")
            .map_while(Result::ok)
        {
            let Some(id) = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse::<u32>().ok())
            else {
                continue;
            };
            let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else {
                continue;
            };
            // After the name in brackets: state, parent, …; times are the 14th to 17th of the line.
            let Some((_, rest)) = stat.rsplit_once(") ") else {
                continue;
            };
            let fields: Vec<&str> = rest.split(' ').collect();
            let number = |place: usize| fields[place].parse::<u64>().unwrap_or(0);
            if roots.contains(&id) {
                ticks += (11..=14).map(number).sum::<u64>();
            } else if fields[1]
                .parse::<u32>()
                .is_ok_and(|parent| roots.contains(&parent))
            {
                ticks += number(11) + number(12);
            }
        }
        Self(ticks as f64 * TICK_MS)
    }

    /// Milliseconds taken since then.
    pub fn since(&self, earlier: &Self) -> f64 {
        self.0 - earlier.0
    }
}
