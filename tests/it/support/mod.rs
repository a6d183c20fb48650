//! A world per test: a database copied from a seeded template, the app over it, and actors with their tokens.
use std::rc::Rc;

use actix_web::body::to_bytes;
use actix_web::dev::{Payload, Service};
use actix_web::http::Method;
use actix_web::test::{TestRequest, init_service};
use actix_web::web;
use futures_util::future::LocalBoxFuture;
use futures_util::{Stream, StreamExt};
use kindreflex::app::{Settings, State, app};
use kindreflex::demo::{self, enterprise_number, ids};
use serde_json::{Value, json};

pub mod databases;
pub mod inspecting;
pub mod issuer;

pub use databases::Backend;

/// Writes a test that runs on SQLite and, where its programs are found, on PostgreSQL.
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident: World) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports, reason = "each test uses its share")]
            use super::*;

            $(#[$meta])*
            async fn scenario($world: crate::support::World) $body

            #[actix_web::test]
            async fn on_sqlite() {
                scenario(crate::support::World::on(crate::support::Backend::Sqlite).await).await;
            }

            #[actix_web::test]
            async fn on_postgres() {
                if crate::support::databases::postgres_is_there() {
                    scenario(crate::support::World::on(crate::support::Backend::Postgres).await).await;
                }
            }
        }
    )*};
}

type Call = Rc<dyn Fn(TestRequest, Option<Payload>) -> LocalBoxFuture<'static, Answer>>;

/// The app over a database of its own.
pub struct World {
    pub state: State,
    pub backend: Backend,
    pub url: String,
    call: Call,
    _guard: databases::Guard,
}

impl World {
    /// A world of the demo: its facilities, frameworks, cycles and last year's self-assessments.
    pub async fn on(backend: Backend) -> Self {
        let (url, guard) = databases::fresh(backend);
        let state = issuer::state(&url);
        Self {
            call: calls(&state).await,
            state,
            backend,
            url,
            _guard: guard,
        }
    }

    /// Another instance of the service on the same database.
    pub async fn beside(&self) -> Self {
        let state = issuer::state(&self.url);
        Self {
            call: calls(&state).await,
            state,
            backend: self.backend,
            url: self.url.clone(),
            _guard: databases::Guard::none(),
        }
    }

    /// The app over another database, such as a copy.
    pub async fn over(state: State, backend: Backend, url: &str) -> Self {
        Self {
            call: calls(&state).await,
            state,
            backend,
            url: url.to_owned(),
            _guard: databases::Guard::none(),
        }
    }

    /// The same world, in which the service is set otherwise.
    pub async fn set(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.state.settings);
        self.call = calls(&self.state).await;
        self
    }

    /// Numbers and seals what was done so far, as the running service does by itself.
    pub async fn number_events(&self) {
        kindreflex::audit::sequencer::drain(&self.state)
            .await
            .expect("numbered");
    }

    fn actor(&self, token: Option<String>) -> Actor {
        Actor {
            call: self.call.clone(),
            token,
            headers: Vec::new(),
        }
    }

    /// Somebody without a token.
    pub fn anyone(&self) -> Actor {
        self.actor(None)
    }

    /// Somebody with this text for a token.
    pub fn with_token(&self, token: &str) -> Actor {
        self.actor(Some(token.to_owned()))
    }

    /// A person in a role, for the organisation or facility with this number.
    pub fn person(&self, role: &str, number: Option<String>) -> Actor {
        self.actor(Some(issuer::token(role, role, number)))
    }

    /// Somebody by the subject of its token, in a role.
    pub fn person_named(&self, subject: &str, role: &str, number: Option<String>) -> Actor {
        self.actor(Some(issuer::token(subject, role, number)))
    }

    /// The coordinator of vzw De Linde.
    pub fn linde(&self) -> Actor {
        self.person("facility", Some(enterprise_number(9_990_001)))
    }

    /// The coordinator of vzw De Berk.
    pub fn berk(&self) -> Actor {
        self.person("facility", Some(enterprise_number(9_990_002)))
    }

    /// The coordinator of vzw De Wilg, which has no past.
    pub fn wilg(&self) -> Actor {
        self.person("facility", Some(enterprise_number(9_990_003)))
    }

    /// An inspector.
    pub fn inspector(&self) -> Actor {
        self.person_named("demo-inspector", "inspector", None)
    }

    /// An admin.
    pub fn admin(&self) -> Actor {
        self.person("admin", None)
    }

    /// A planner.
    pub fn planner(&self) -> Actor {
        self.person("planner", None)
    }

    /// The machine that was let in for De Linde, with these scopes.
    pub fn machine(&self, scopes: &[&str]) -> Actor {
        self.machine_of(ids::CLIENT, scopes)
    }

    /// A machine with this client, with these scopes.
    pub fn machine_of(&self, client: &str, scopes: &[&str]) -> Actor {
        self.actor(Some(issuer::machine_token(client, scopes)))
    }

    /// A machine that nobody let in.
    pub fn stranger_machine(&self, scopes: &[&str]) -> Actor {
        self.machine_of("onbekend", scopes)
    }
}

async fn calls(state: &State) -> Call {
    let service = Rc::new(init_service(app(web::Data::new(state.clone()))).await);
    Rc::new(move |request: TestRequest, body: Option<Payload>| {
        let (service, mut request) = (service.clone(), request.to_request());
        if let Some(body) = body {
            request = request.replace_payload(body).0;
        }
        Box::pin(async move { Answer::of(service.call(request).await).await })
    })
}

/// Who calls: the client object is the role.
#[derive(Clone)]
pub struct Actor {
    call: Call,
    token: Option<String>,
    headers: Vec<(String, String)>,
}

impl Actor {
    /// The same, sending a header too.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut actor = self.clone();
        actor.headers.push((name.to_owned(), value.to_owned()));
        actor
    }

    /// The same, changing only what still has this tag.
    pub fn seen(&self, answer: &Answer) -> Self {
        self.with("if-match", &answer.etag())
    }

    fn request(&self, method: Method, path: &str) -> TestRequest {
        self.request_to(method, &format!("/v1{path}"))
    }

    fn request_to(&self, method: Method, address: &str) -> TestRequest {
        let mut request = TestRequest::default().method(method).uri(address);
        if let Some(token) = &self.token {
            request = request.insert_header(("authorization", format!("Bearer {token}")));
        }
        for (name, value) in &self.headers {
            request = request.append_header((name.as_str(), value.as_str()));
        }
        request
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Answer {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            if !self.headers.iter().any(|(name, _)| name == "content-type") {
                request = request.insert_header(("content-type", "application/json"));
            }
            request = request.set_payload(body);
        }
        (self.call)(request, None).await
    }

    /// Asks for an address as it is written, below `/v1` or not.
    pub async fn get_at(&self, address: &str) -> Answer {
        (self.call)(self.request_to(Method::GET, address), None).await
    }

    /// Sends pieces as they come.
    pub async fn stream(
        &self,
        method: Method,
        path: &str,
        pieces: impl Stream<Item = Vec<u8>> + 'static,
    ) -> Answer {
        let payload = Box::pin(pieces.map(|piece| Ok(piece.into())));
        (self.call)(
            self.request(method, path),
            Some(Payload::Stream { payload }),
        )
        .await
    }

    async fn json(&self, method: Method, path: &str, body: Value) -> Answer {
        self.send(method, path, Some(body.to_string().into_bytes()))
            .await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// The same with all its pages as one: what is absent from it is on none of them.
    pub async fn whole(&self, path: &str) -> Answer {
        let mut whole = self.get(path).await;
        let mut page = whole.body.clone();
        loop {
            let next = match (page["next"].as_str(), page["more"].as_bool()) {
                (Some(next), _) => next.split_once("/v1").expect("ours").1.to_owned(),
                (None, Some(true)) => {
                    let cursor = page["cursor"].as_str().expect("a cursor");
                    format!("{path}&after={cursor}")
                }
                _ => break,
            };
            page = self.get(&next).await.expect(200).body;
            let more = page["items"].as_array().expect("items").clone();
            whole.body["items"]
                .as_array_mut()
                .expect("items")
                .extend(more);
        }
        whole.bytes = whole.body.to_string().into();
        whole
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.json(Method::POST, path, body).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.json(Method::PUT, path, body).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.json(Method::PATCH, path, body).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub bytes: web::Bytes,
    /// The body as JSON; `null` when it is none.
    pub body: Value,
}

impl Answer {
    async fn of(
        response: Result<
            actix_web::dev::ServiceResponse<impl actix_web::body::MessageBody>,
            actix_web::Error,
        >,
    ) -> Self {
        let response = response.expect("a response");
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                let value = value.to_str().expect("a header in ASCII");
                (name.as_str().to_owned(), value.to_owned())
            })
            .collect();
        let Ok(bytes) = to_bytes(response.into_body()).await else {
            panic!("the body cannot be read");
        };
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Self {
            status,
            headers,
            bytes,
            body,
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn etag(&self) -> String {
        self.header("etag").expect("an ETag").to_owned()
    }

    /// The same answer, which must have this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(
            self.status,
            status,
            "{}",
            String::from_utf8_lossy(&self.bytes)
        );
        self
    }

    /// The same answer, which must be this problem.
    #[track_caller]
    pub fn problem(self, status: u16, name: &str) -> Self {
        let answer = self.expect(status);
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json")
        );
        let urn = answer.body["type"].as_str().unwrap_or_default();
        assert!(urn.ends_with(&format!(":{name}")), "{urn} is not {name}");
        assert_eq!(answer.body["status"], status);
        answer
    }

    /// The kinds and names of the faults of an input.
    pub fn issues(&self) -> Vec<(String, String)> {
        let issues = self.body["issues"].as_array().cloned().unwrap_or_default();
        issues
            .iter()
            .map(|issue| {
                let kind = issue["type"].as_str().unwrap_or_default();
                let kind = kind.rsplit(':').next().unwrap_or_default();
                let name = issue["name"].as_str().unwrap_or_default();
                (kind.to_owned(), name.to_owned())
            })
            .collect()
    }
}

/// The ids of a collection's items.
pub fn ids_of(answer: &Answer) -> Vec<String> {
    let items = answer.body["items"].as_array().expect("items");
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// De Wilg's hospital, which has no past.
pub const WILG: &str = "0190a000-0000-7000-8000-000000000015";

/// Answers to all these open criteria, as the framework takes them.
pub async fn answers_to(actor: &Actor, open: &Value, version: &str) -> Value {
    let framework = actor
        .get(&format!("/frameworks/ggz/versions/{version}"))
        .await
        .expect(200);
    let document = serde_json::from_value(framework.body["document"].clone()).expect("a document");
    let answers: Vec<Value> = open
        .as_array()
        .expect("open criteria")
        .iter()
        .enumerate()
        .map(|(turn, open)| {
            let code = open["criterionCode"]
                .as_str()
                .or(open.as_str())
                .expect("a code");
            let answer = demo::invented(&document, code, turn).expect("an answer");
            let mut answer = serde_json::to_value(answer).expect("json");
            answer["criterionCode"] = json!(code);
            answer
        })
        .collect();
    json!({ "answers": answers })
}

/// A new draft of a facility in this year's cycle.
pub async fn draft_of(actor: &Actor, facility: &str) -> Answer {
    let input = json!({"facilityId": facility, "cycleId": ids::CYCLE});
    actor.post("/selfAssessments", input).await.expect(201)
}

/// Answers a draft until nothing is open; gives back the last answer.
pub async fn answer_whole(actor: &Actor, draft: &Answer) -> Answer {
    let href = path_of(&draft.body);
    let version = draft.body["versionCode"]
        .as_str()
        .expect("a version")
        .to_owned();
    let mut open = draft.body["openCriteria"].clone();
    let mut tag = draft.etag();
    loop {
        let answers = answers_to(actor, &open, &version).await;
        let saved = actor
            .with("if-match", &tag)
            .patch(&format!("{href}/answers"), answers)
            .await
            .expect(200);
        if saved.body["openCriteria"] == json!([]) {
            return saved;
        }
        open = saved.body["openCriteria"].clone();
        tag = saved.etag();
    }
}

/// Confirms what was carried over, and hands in; gives back what came of it.
pub async fn confirm_and_hand_in(actor: &Actor, saved: &Answer) -> Answer {
    let path = path_of(&saved.body);
    let confirmed = actor
        .seen(saved)
        .post(&format!("{path}/confirmations"), json!({}))
        .await
        .expect(200);
    actor
        .seen(&confirmed)
        .post(&format!("{path}/submissions"), json!({}))
        .await
        .expect(201)
}

/// A cycle that opened after this year's.
pub async fn next_cycle(world: &World) -> String {
    let opens = world.state.clock.now() - chrono::Duration::days(1);
    let input = json!({"title": {"nl": "De volgende"}, "frameworkCode": "ggz", "versionCode": "2026-1", "facilityTypes": ["pz"],
        "opens": opens.to_rfc3339(), "due": "2031-12-31T00:00:00Z", "purpose": "inspectionPreparation"});
    let made = world.planner().post("/cycles", input).await.expect(201);
    made.body["id"].as_str().expect("an id").to_owned()
}

/// An id as a statement of this database writes it.
pub fn key(world: &World, id: &str) -> String {
    match world.backend {
        Backend::Sqlite => format!("x'{}'", id.replace('-', "")),
        Backend::Postgres => format!("'{id}'"),
    }
}

/// Changes the database beside the service.
pub fn execute(world: &World, sql: &str) {
    use diesel::connection::SimpleConnection as _;
    let mut conn = kindreflex::access::connect(&world.url).expect("opens");
    conn.batch_execute(sql).expect("executed");
}

/// The path of a thing, below `/v1`.
pub fn path_of(body: &Value) -> String {
    let href = body["href"].as_str().expect("a href");
    href.strip_prefix("/v1").expect("a path of ours").to_owned()
}

/// The path of the link that this answer made, below `/v1`.
pub fn link_of(made: &Answer) -> String {
    let link = made.body["link"].as_str().expect("a link");
    let (_, path) = link.split_once("/v1").expect("a link of ours");
    path.to_owned()
}

/// A new hospital of an organisation, without a past.
pub async fn new_hospital(world: &World, organisation: &str) -> String {
    let input = json!({"organisationId": organisation, "facilityType": "pz", "name": "PZ Nieuw", "validFrom": "2020-01-01"});
    let made = world.admin().post("/facilities", input).await.expect(201);
    made.body["id"].as_str().expect("an id").to_owned()
}

/// The SHA-256 of bytes in hexadecimal.
pub fn hex_of(bytes: &[u8]) -> String {
    sha256(bytes)
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// Sends a text file of a facility, as the attachment with this id.
pub async fn send_file(actor: &Actor, id: &str, facility: &str, bytes: &[u8]) -> Answer {
    actor
        .with("content-type", "text/plain")
        .with("repr-digest", &digest_of(bytes))
        .send(
            "PUT".parse().expect("a method"),
            &format!("/attachments/{id}?facilityId={facility}"),
            Some(bytes.to_vec()),
        )
        .await
}

/// The SHA-256 of bytes as a digest header (RFC 9530).
pub fn digest_of(bytes: &[u8]) -> String {
    use base64::Engine as _;
    let hash = base64::engine::general_purpose::STANDARD.encode(sha256(bytes));
    format!("sha-256=:{hash}:")
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes)
        .as_ref()
        .to_vec()
}
