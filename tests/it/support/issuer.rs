//! An issuer for the tests: one per run, over real HTTP, as the service will meet it.
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::LazyLock;
use std::time::Duration;

use kindreflex::access::token::Settings as TokenSettings;
use kindreflex::app::{Settings, State};
use kindreflex::audit::seal::SealKeys;
use kindreflex::http::incoming::Patience;
use kindreflex::issuer::{DevIssuer, TokenRequest};
use kindreflex::training::attendance::participants::Keeper;

/// Whom its tokens are for.
pub const AUDIENCE: &str = "kindreflex-test";

struct Running {
    issuer: DevIssuer,
    directory: tempfile::TempDir,
}

static ISSUER: LazyLock<Running> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let directory = tempfile::tempdir().expect("a directory");
    let issuer = DevIssuer::open(directory.path(), &url).expect("an issuer");
    let discovery = issuer.discovery().to_string();
    let keys = issuer.jwks().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut request = [0_u8; 2048];
            let read = stream.read(&mut request).unwrap_or(0);
            let asked = String::from_utf8_lossy(&request[..read]).into_owned();
            let body = if asked.contains("openid-configuration") {
                &discovery
            } else {
                &keys
            };
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            drop(stream.write_all(answer.as_bytes()));
        }
    });
    Running { issuer, directory }
});

/// Where it listens.
pub fn url() -> &'static str {
    ISSUER.issuer.url()
}

static SEAL_KEYS: LazyLock<SealKeys> = LazyLock::new(|| {
    let directory = tempfile::tempdir().expect("a directory");
    SealKeys::open(&directory.path().join("seal-key.der")).expect("a key")
});

/// The secret of who took part in trainings, and the folder that it lies in.
static PARTICIPANTS: LazyLock<(tempfile::TempDir, Keeper)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a directory");
    let keeper = Keeper {
        file: Some(folder.path().join("participant-key")),
        months: 60,
    };
    (folder, keeper)
});

/// What the process holds, over this database.
pub fn state(url: &str) -> State {
    let settings = Settings {
        public_url: "https://kindreflex.test".into(),
        organisation_claim: "vo_orgcode".into(),
        attachment_limit: 1_048_576,
        attachment_patience: Patience::of(Duration::from_mins(10)),
        pack_days: 14,
        reports: kindreflex::demo::report_settings(),
        smallest_group: kindreflex::demo::SMALLEST_GROUP,
        participants: PARTICIPANTS.1.clone(),
    };
    let tokens = TokenSettings::new(ISSUER.issuer.url(), AUDIENCE);
    State::open(url, 8, settings, tokens, None)
        .expect("a state")
        .sealing(SEAL_KEYS.clone())
}

/// A person's token, for a role and an organisation.
pub fn token(subject: &str, role: &str, organisation: Option<String>) -> String {
    signed(TokenRequest {
        subject: subject.to_owned(),
        name: Some(format!("Someone ({subject})")),
        roles: vec![role.to_owned()],
        organisation,
        client: Some("tests".into()),
        ..TokenRequest::default()
    })
}

/// The token of a person who works with this program.
pub fn token_with_client(client: &str, role: &str, organisation: Option<String>) -> String {
    signed(TokenRequest {
        subject: role.to_owned(),
        roles: vec![role.to_owned()],
        organisation,
        client: Some(client.to_owned()),
        ..TokenRequest::default()
    })
}

/// A person's token with several roles, each `role` or `role:organisation`.
pub fn token_in_roles(subject: &str, roles: &[&str]) -> String {
    signed(TokenRequest {
        subject: subject.to_owned(),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        client: Some("tests".into()),
        ..TokenRequest::default()
    })
}

/// A machine's token.
pub fn machine_token(client: &str, scopes: &[&str]) -> String {
    signed(TokenRequest {
        subject: client.to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        client: Some(client.to_owned()),
        ..TokenRequest::default()
    })
}

fn signed(request: TokenRequest) -> String {
    let request = TokenRequest {
        audience: AUDIENCE.into(),
        lifetime: chrono::Duration::hours(1),
        ..request
    };
    ISSUER.issuer.token(&request).expect("a token")
}

/// A person's token in a world whose clock was moved.
pub fn token_at(
    clock: &kindreflex::clock::Clock,
    role: &str,
    organisation: Option<String>,
) -> String {
    let issuer = DevIssuer::load(ISSUER.directory.path()).expect("the issuer");
    let request = TokenRequest {
        subject: role.to_owned(),
        roles: vec![role.to_owned()],
        organisation,
        client: Some("tests".into()),
        audience: AUDIENCE.into(),
        lifetime: chrono::Duration::hours(1),
        ..TokenRequest::default()
    };
    issuer
        .with_clock(clock.clone())
        .token(&request)
        .expect("a token")
}
