//! The load: a thread per connection, each asking again as soon as it was answered.
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::Operation;
use super::process::{Cpu, Server};
use super::{sync, world};

/// Asked before anything is counted.
const WARM_UP: Duration = Duration::from_millis(500);

/// What a run came to.
pub struct Load {
    pub seconds: f64,
    /// How long each request took, in microseconds.
    pub times: Vec<u32>,
    /// CPU milliseconds of all who worked on it.
    pub cpu: f64,
}

impl Load {
    pub fn cpu_ms(&self) -> f64 {
        self.cpu / self.times.len().max(1) as f64
    }
}

/// Asks for the same thing over `connections` connections.
pub fn run(
    server: &Server,
    operation: Operation,
    connections: usize,
    time: Duration,
    cpu: impl Fn() -> Cpu,
) -> Load {
    let (counting, over) = (AtomicBool::new(false), AtomicBool::new(false));
    let ready = Barrier::new(connections + 1);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..connections)
            .map(|number| {
                let (counting, over, ready) = (&counting, &over, &ready);
                scope.spawn(move || {
                    let mut connection =
                        Connection::open(&server.address, operation, (number, connections));
                    ready.wait();
                    connection.ask_until(over, counting)
                })
            })
            .collect();
        ready.wait();
        std::thread::sleep(WARM_UP);
        let before = cpu();
        let started = Instant::now();
        counting.store(true, Ordering::Relaxed);
        std::thread::sleep(time);
        counting.store(false, Ordering::Relaxed);
        let seconds = started.elapsed().as_secs_f64();
        let taken = cpu().since(&before);
        over.store(true, Ordering::Relaxed);
        let times = threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("a client"))
            .collect();
        Load {
            seconds,
            times,
            cpu: taken,
        }
    })
}

struct Connection {
    stream: TcpStream,
    operation: Operation,
    /// Which it is, of how many.
    place: (usize, usize),
    line: String,
    /// The head after its first words.
    rest: String,
    body: String,
    tag: String,
    buffer: Vec<u8>,
}

impl Connection {
    fn open(address: &str, operation: Operation, (number, connections): (usize, usize)) -> Self {
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        let token = match operation {
            Operation::Sync => sync::token(),
            _ => world::token(number),
        };
        let own = format!("/v1/selfAssessments/{}", world::draft(number));
        let (line, body) = match operation {
            Operation::Store => (format!("PATCH {own}/answers"), world::answers().to_string()),
            Operation::Read => (format!("GET {own}"), String::new()),
            Operation::List => (
                "GET /v1/selfAssessments?pageSize=25".to_owned(),
                String::new(),
            ),
            Operation::Sync => (
                format!("POST {}", sync::path(number, connections, 0)),
                sync::batch(number),
            ),
        };
        let mut rest = format!(
            " HTTP/1.1\r\nhost: load\r\nauthorization: Bearer {token}\r\naccept: application/json\r\n"
        );
        if !body.is_empty() {
            rest.push_str(&format!(
                "content-type: application/json\r\ncontent-length: {}\r\n",
                body.len()
            ));
        }
        let mut connection = Self {
            stream,
            operation,
            place: (number, connections),
            line,
            rest,
            body,
            tag: String::new(),
            buffer: Vec::with_capacity(64 * 1024),
        };
        if operation == Operation::Store {
            connection.read_the_tag(&own, &token);
        }
        connection
    }

    fn read_the_tag(&mut self, own: &str, token: &str) {
        let request =
            format!("GET {own} HTTP/1.1\r\nhost: load\r\nauthorization: Bearer {token}\r\n\r\n");
        self.stream
            .write_all(request.as_bytes())
            .expect("a request");
        self.receive();
    }

    fn ask_until(&mut self, over: &AtomicBool, counting: &AtomicBool) -> Vec<u32> {
        let mut times = Vec::new();
        let mut request = Vec::new();
        let mut turn = 0;
        while !over.load(Ordering::Relaxed) {
            if self.operation == Operation::Sync {
                let (number, connections) = self.place;
                self.line = format!("POST {}", sync::path(number, connections, turn));
                // As long as the one before, and with other ids.
                self.body = sync::batch(number);
                turn += 1;
            }
            request.clear();
            request.extend_from_slice(self.line.as_bytes());
            request.extend_from_slice(self.rest.as_bytes());
            if self.operation == Operation::Store {
                request.extend_from_slice(format!("if-match: {}\r\n", self.tag).as_bytes());
            }
            request.extend_from_slice(b"\r\n");
            request.extend_from_slice(self.body.as_bytes());
            let started = Instant::now();
            self.stream.write_all(&request).expect("a request");
            self.receive();
            if counting.load(Ordering::Relaxed) {
                times.push(started.elapsed().as_micros() as u32);
            }
        }
        times
    }

    /// Reads an answer whole, and keeps its tag.
    fn receive(&mut self) {
        self.buffer.clear();
        let mut chunk = [0_u8; 32 * 1024];
        let mut whole = None;
        while whole.is_none_or(|whole| self.buffer.len() < whole) {
            let read = self.stream.read(&mut chunk).expect("an answer");
            assert!(read > 0, "the server hung up");
            self.buffer.extend_from_slice(&chunk[..read]);
            if whole.is_none() {
                whole = self.length();
            }
        }
    }

    /// The length of the whole answer, once its head is there.
    fn length(&mut self) -> Option<usize> {
        let end = self
            .buffer
            .windows(4)
            .position(|four| four == b"\r\n\r\n")?
            + 4;
        let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        assert!(
            head.starts_with("HTTP/1.1 200") || head.starts_with("HTTP/1.1 201"),
            "{}",
            String::from_utf8_lossy(&self.buffer)
        );
        let header = |name: &str| {
            head.lines().find_map(|line| {
                let (known, value) = line.split_once(": ")?;
                known.eq_ignore_ascii_case(name).then(|| value.to_owned())
            })
        };
        if let Some(tag) = header("etag") {
            self.tag = tag;
        }
        let length: usize = header("content-length")?.parse().ok()?;
        Some(end + length)
    }
}
