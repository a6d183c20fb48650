//! Inspecting: a team, its tablets, and what those send.
use std::fmt::Write as _;

use kindreflex::demo::ids;
use serde_json::{Value, json};

use super::{Actor, Answer, World, hex_of, path_of};

/// The team of a test's inspections: a subject for each part.
pub const TEAM: [(&str, &str); 4] = [
    ("inspecteur-lead", "lead"),
    ("inspecteur-member", "member"),
    ("inspecteur-reviewer", "reviewer"),
    ("inspecteur-observer", "observer"),
];

/// Who has this part in the team, or none.
pub fn inspector(world: &World, part: &str) -> Actor {
    world.person_named(&format!("inspecteur-{part}"), "inspector", None)
}

/// An inspection of a facility by the team, to plan.
pub fn inspection_input(facility: &str, announced: bool) -> Value {
    let team: Vec<Value> = TEAM
        .iter()
        .map(|(person, role)| json!({"person": person, "name": format!("Naam van {role}"), "role": role}))
        .collect();
    json!({"roundId": ids::ROUND, "facilityId": facility, "reason": "thematicRound", "announced": announced, "assignments": team})
}

/// A new inspection of a facility by the team.
pub async fn planned(world: &World, facility: &str, announced: bool) -> Answer {
    let input = inspection_input(facility, announced);
    world
        .planner()
        .post("/inspections", input)
        .await
        .expect(201)
}

/// A new id, as a tablet makes it.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// A tablet of an inspector at an inspection.
#[derive(Clone)]
pub struct Tablet {
    /// Who holds it.
    pub actor: Actor,
    /// Its id.
    pub device: String,
    /// The path of the inspection.
    pub path: String,
}

impl Tablet {
    /// A new tablet of the one who has this part, at this inspection.
    pub async fn of(world: &World, part: &str, inspection: &Answer) -> Self {
        let (actor, device) = (inspector(world, part), new_id());
        let name = json!({ "name": format!("Tablet van {part}") });
        let made = actor.put(&format!("/devices/{device}"), name).await;
        made.expect(201);
        let path = path_of(&inspection.body);
        Self {
            actor,
            device,
            path,
        }
    }

    /// Sends a batch by this id; again where the service is busy, as an app does.
    pub async fn send(&self, batch: &str, versions: &[Value]) -> Answer {
        let input = json!({"batchId": batch, "deviceId": self.device, "versions": versions});
        let path = format!("{}/syncs", self.path);
        for _ in 0..60 {
            let answer = self.actor.post(&path, input.clone()).await;
            if answer.status != 503 {
                return answer;
            }
            actix_web::rt::time::sleep(std::time::Duration::from_secs(1)).await;
        }
        self.actor.post(&path, input).await
    }

    /// Sends a new batch; its receipt.
    pub async fn sync(&self, versions: &[Value]) -> Answer {
        self.send(&new_id(), versions).await.expect(201)
    }

    /// Where a finding is.
    pub fn at(&self, finding: &Value) -> String {
        let finding = finding.as_str().expect("an id");
        format!("{}/findings/{finding}", self.path)
    }

    /// A finding as it is now.
    pub async fn finding(&self, finding: &Value) -> Answer {
        self.actor.get(&self.at(finding)).await.expect(200)
    }

    /// Every version of a finding, in the order of arrival.
    pub async fn versions(&self, finding: &Value) -> Vec<Value> {
        let path = format!("{}/versions?pageSize=200", self.at(finding));
        let whole = self.actor.whole(&path).await.expect(200);
        whole.body["items"].as_array().cloned().expect("items")
    }
}

/// A version of a finding, made from others.
pub fn version(finding: &Value, parents: &[&Value], content: Value) -> Value {
    let parents: Vec<&Value> = parents.iter().map(|parent| &parent["id"]).collect();
    json!({"id": new_id(), "findingId": finding, "parents": parents, "madeAt": "2026-11-20T10:00:00+01:00", "content": content})
}

/// The first version of a new finding without a criterion.
pub fn first(title: &str) -> Value {
    version(&json!(new_id()), &[], json!({ "title": title }))
}

/// One that goes on from these, in the finding of the first of them.
pub fn next(parents: &[&Value], title: &str) -> Value {
    version(&parents[0]["findingId"], parents, json!({ "title": title }))
}

/// The ids of versions, sorted as the service sorts them.
pub fn sorted_ids(versions: &[&Value]) -> Value {
    let mut ids: Vec<&str> = versions
        .iter()
        .map(|version| version["id"].as_str().expect("an id"))
        .collect();
    ids.sort_unstable();
    json!(ids)
}

/// What a receipt says of each item.
pub fn outcomes(receipt: &Answer) -> Vec<String> {
    let lines = receipt.body["versions"].as_array().expect("a receipt");
    lines
        .iter()
        .map(|line| line["outcome"].as_str().expect("an outcome").to_owned())
        .collect()
}

/// The kinds and names of the faults of an item.
pub fn faults(line: &Value) -> Vec<(String, String)> {
    let issues = line["issues"].as_array().cloned().unwrap_or_default();
    issues
        .iter()
        .map(|issue| {
            let kind = issue["type"].as_str().unwrap_or_default();
            let kind = kind.rsplit(':').next().unwrap_or_default().to_owned();
            let name = issue["name"].as_str().unwrap_or_default().to_owned();
            (kind, name)
        })
        .collect()
}

/// The hash of a content: SHA-256 of its canonical JSON, worked out from RFC 8785 alone.
pub fn hash_of(content: &Value) -> String {
    let mut text = String::new();
    canonical(content, &mut text);
    hex_of(text.as_bytes())
}

fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort_by_key(|name| name.encode_utf16().collect::<Vec<u16>>());
            listed('{', '}', names, text, |name, text| {
                quoted(name, text);
                text.push(':');
                canonical(&members[name.as_str()], text);
            });
        }
        Value::Array(items) => listed('[', ']', items.iter().collect(), text, canonical),
        Value::String(said) => quoted(said, text),
        // Whole numbers and booleans alone: the contract has no others in a content.
        other => text.push_str(&other.to_string()),
    }
}

fn listed<T>(
    open: char,
    close: char,
    items: Vec<T>,
    text: &mut String,
    each: impl Fn(T, &mut String),
) {
    text.push(open);
    for (place, item) in items.into_iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        each(item, text);
    }
    text.push(close);
}

fn quoted(said: &str, text: &mut String) {
    text.push('"');
    for character in said.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\u{8}' => text.push_str("\\b"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\u{c}' => text.push_str("\\f"),
            '\r' => text.push_str("\\r"),
            '\0'..='\u{1f}' => write!(text, "\\u{:04x}", u32::from(character)).expect("text"),
            other => text.push(other),
        }
    }
    text.push('"');
}

/// A finding about a criterion of this year's framework.
pub fn about(criterion: &str, judgement: &str) -> Value {
    json!({"criterion": {"frameworkCode": "ggz", "versionCode": "2026-1", "criterionCode": criterion},
        "observation": "Zoals te zien was.", "judgement": judgement})
}

/// Visits a facility now in a round, and brings the inspection to its final report; the facility has nothing to say to the draft. Gives back
/// its path.
pub async fn reported(
    world: &World,
    (facility, coordinator): (&str, &Actor),
    round: &str,
    findings: &[Value],
) -> String {
    let (path, ids) = visited(world, facility, round, findings).await;
    let lead = inspector(world, "lead").with("if-match", "*");
    for (id, content) in ids.iter().zip(findings) {
        if content["judgement"] == "aandachtspunt" {
            let point = json!({"findingId": id, "text": "Leg het vast.", "priority": true});
            let at = format!("{path}/improvementPoints/{}", new_id());
            inspector(world, "lead").put(&at, point).await.expect(201);
        }
    }
    lead.post(&format!("{path}/reports"), json!({}))
        .await
        .expect(201);
    lead.post(&format!("{path}/deliveries"), json!({"way": "post"}))
        .await
        .expect(200);
    coordinator
        .with("if-match", "*")
        .post(&format!("{path}/reactions"), json!({"complete": true}))
        .await
        .expect(200);
    lead.post(&format!("{path}/reports"), json!({}))
        .await
        .expect(201);
    path
}

/// An inspection of a facility in a round, under way since now, with findings: its path and their ids.
pub async fn visited(
    world: &World,
    facility: &str,
    round: &str,
    findings: &[Value],
) -> (String, Vec<String>) {
    let mut input = inspection_input(facility, true);
    input["roundId"] = json!(round);
    let made = world.planner().post("/inspections", input).await;
    let path = path_of(&made.expect(201).body);
    let lead = inspector(world, "lead").with("if-match", "*");
    let visit = format!("{path}/visits/{}", new_id());
    let now = kindreflex::db::types::Moment(world.state.clock.now()).to_string();
    let times = json!({"from": now, "to": "2099-01-01T00:00:00Z"});
    lead.put(&visit, times).await.expect(200);
    let now = kindreflex::db::types::Moment(world.state.clock.now()).to_string();
    let record = json!({"outcome": "held", "from": now});
    let held = lead.put(&format!("{visit}/record"), record).await;
    held.expect(200);
    let mut ids = Vec::new();
    for content in findings {
        let id = new_id();
        let at = format!("{path}/findings/{id}");
        let put = inspector(world, "lead").put(&at, content.clone()).await;
        put.expect(201);
        ids.push(id);
    }
    (path, ids)
}
