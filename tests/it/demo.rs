//! The demo: what the README's first command starts.
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::support::databases::free_port;

/// Starts a demo in this directory, waits until it is up or gone, and ends it.
pub fn start(directory: &Path) -> Result<(), Output> {
    let address = format!("127.0.0.1:{}", free_port());
    let mut demo = Command::new(env!("CARGO_BIN_EXE_kindreflex"))
        .args(["demo", "--listen", &address, "--data"])
        .arg(directory)
        .env("RUST_LOG", "off")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a demo");
    let started = Instant::now();
    let up = loop {
        if std::net::TcpStream::connect(&address).is_ok() {
            break true;
        }
        if demo.try_wait().expect("a state").is_some() {
            break false;
        }
        assert!(started.elapsed() < Duration::from_mins(1), "no demo");
        std::thread::sleep(Duration::from_millis(20));
    };
    drop(demo.kill());
    let output = demo.wait_with_output().expect("an end");
    if up { Ok(()) } else { Err(output) }
}

#[test]
fn a_demo_that_was_killed_while_it_filled_its_database_starts_again() {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("seeding"), "").expect("a mark");
    std::fs::write(directory.path().join("kindreflex.db"), "half a database").expect("a file");
    start(directory.path()).expect("a demo that is up");
    start(directory.path()).expect("the same one, once more");
}

#[test]
fn a_second_demo_in_the_same_directory_is_refused_and_the_first_goes_on() {
    let directory = tempfile::tempdir().expect("a directory");
    start(directory.path()).expect("a demo that is up");
    let url = std::fs::read(directory.path().join("issuer-url")).expect("a URL");
    let first = std::fs::File::open(directory.path().join("demo.lock")).expect("a lock");
    first.lock().expect("taken, as by a demo that is running");
    let output = start(directory.path()).expect_err("a refusal");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("a demo is running in") && said.contains("--data"),
        "{said}"
    );
    assert_eq!(
        std::fs::read(directory.path().join("issuer-url")).expect("a URL"),
        url
    );
}

#[test]
fn a_demo_that_cannot_listen_says_how_to_and_leaves_nothing_behind() {
    let directory = tempfile::tempdir().expect("a directory");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_kindreflex"))
        .args(["demo", "--listen", &address, "--data"])
        .arg(directory.path())
        .output()
        .expect("an end");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains(&address) && said.contains("--listen"),
        "{said}"
    );
    assert!(!directory.path().join("kindreflex.db").exists());
}

#[cfg(unix)]
#[test]
fn nobody_else_on_the_machine_reads_a_database() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().expect("a directory");
    start(directory.path()).expect("a demo that is up");
    for file in std::fs::read_dir(directory.path()).expect("files") {
        let file = file.expect("a file");
        if file
            .file_name()
            .to_string_lossy()
            .starts_with("kindreflex.db")
        {
            let mode = file.metadata().expect("rights").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{file:?}");
        }
    }
}

#[test]
fn a_demo_leaves_a_database_alone_that_no_demo_made() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = directory.path().join("kindreflex.db");
    std::fs::write(&database, "somebody's").expect("a file");
    let output = start(directory.path()).expect_err("a refusal");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("no demo made"), "{said}");
    assert_eq!(std::fs::read(&database).expect("a file"), b"somebody's");
}

/// Runs the program on a demo's directory; gives back how it ended, and what it said.
fn run(arguments: &[&str], directory: &Path) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_kindreflex"))
        .args(arguments)
        .arg("--data")
        .arg(directory)
        .env("RUST_LOG", "off")
        .output()
        .expect("an end");
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

#[test]
fn an_import_says_what_it_came_to() {
    let directory = tempfile::tempdir().expect("a directory");
    start(directory.path()).expect("a demo that is up");
    let import = |file: &str| run(&["frameworks", "import", file], directory.path());
    let (good, said) = import("tests/data/framework-fr.yaml");
    assert!(
        !good && said.contains("line ") && said.contains("PUT /v1/facilityTypes/"),
        "{said}"
    );
    let (good, said) = import("ggz-2");
    assert!(good && said.contains("as it is in the file"), "{said}");
    let changed = directory.path().join("ggz.yaml");
    let text = include_str!("../../src/framework/library/ggz-2.yaml");
    std::fs::write(&changed, text.replace("Volledig", "Helemaal")).expect("a file");
    let (good, said) = import(changed.to_str().expect("a path"));
    assert!(!good && said.contains("differs"), "{said}");
}

#[test]
fn a_token_is_for_the_machine_or_the_person_that_is_named() {
    use base64::Engine as _;
    let directory = tempfile::tempdir().expect("a directory");
    start(directory.path()).expect("a demo that is up");
    let client_of = |more: &[&str]| {
        let (good, said) = run(&[&["token", "--role"], more].concat(), directory.path());
        assert!(good, "{said}");
        let payload = said.split('.').nth(1).expect("a payload");
        let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(payload)
            .expect("base64");
        let claims: serde_json::Value = serde_json::from_slice(&payload).expect("claims");
        (claims["client_id"].clone(), claims["sub"].clone())
    };
    for (more, client) in [
        (&["integration"][..], "epd-de-linde"),
        (
            &["integration", "--client", "kwaliteitsportaal"],
            "kwaliteitsportaal",
        ),
    ] {
        assert_eq!(client_of(more), (client.into(), client.into()));
    }
    let person = [
        "token",
        "--role",
        "facility",
        "--client",
        "kwaliteitsportaal",
    ];
    let (good, said) = run(&person, directory.path());
    assert!(!good && said.contains("--role integration"), "{said}");
    let machine = ["token", "--role", "integration", "--person", "inspector-2"];
    let (good, said) = run(&machine, directory.path());
    assert!(!good && said.contains("no person"), "{said}");
    for (more, subject) in [
        (&["inspector"][..], "demo-inspector"),
        (
            &["inspector", "--person", "inspector-2"],
            "demo-inspector-2",
        ),
    ] {
        assert_eq!(client_of(more), ("kindreflex-demo".into(), subject.into()));
    }
}
