//! What a tablet sends after a day at an inspection, 50 new findings; and the same rows for pgbench.
use std::time::{SystemTime, UNIX_EPOCH};

use kindreflex::access::Tx;
use kindreflex::db::types::Id;
use kindreflex::demo::ids;
use kindreflex::hash::{hex, sha256};
use kindreflex::inspection::device::{self, DeviceInput};
use kindreflex::inspection::{AssignmentInput, AssignmentRole, InspectionInput, Reason, work};
use kindreflex::problem::Problem;
use serde_json::{Value, json};

use super::pgbench::array;
use super::{issuer, world};

/// Findings in a batch.
const FINDINGS: usize = 50;

/// Criteria that they are about, in turns.
const CRITERIA: [&str; 5] = [
    "intakeGesprek",
    "kinderenInDossier",
    "nietPluisGevoel",
    "ouderrolGesprek",
    "veerkrachtContext",
];
const JUDGEMENT: &str = "voldaan";

/// Inspections that batches are sent to in turns: one has hundreds of findings, never thousands.
pub const INSPECTIONS: usize = 512;

const TABLETS: usize = 64;

/// Who leads every inspection.
const INSPECTOR: &str = "load-inspector";

fn inspection(number: usize) -> Id {
    world::id('e', number)
}

fn tablet(number: usize) -> Id {
    world::id('f', number)
}

pub fn token() -> String {
    issuer::token(INSPECTOR, "inspector", None)
}

/// Where one of so many connections sends a batch: in its turn to another inspection, and not to one of the others'.
pub fn path(number: usize, connections: usize, turn: usize) -> String {
    let inspection = inspection((number + connections * turn) % INSPECTIONS);
    format!("/v1/inspections/{inspection}/syncs")
}

/// Plans the inspections, and registers a tablet for each connection.
pub fn plan(tx: &mut Tx) -> Result<(), Problem> {
    tx.scope.planner = true;
    for number in 0..TABLETS {
        let name = format!("Tablet {number} (fictief)");
        device::insert(tx, tablet(number), INSPECTOR, &DeviceInput { name })?;
    }
    (0..INSPECTIONS).try_for_each(|number| plan_one(tx, number))
}

fn plan_one(tx: &mut Tx, number: usize) -> Result<(), Problem> {
    let lead = AssignmentInput {
        person: INSPECTOR.to_owned(),
        name: "Inspecteur (fictief)".to_owned(),
        role: AssignmentRole::Lead,
    };
    let input = InspectionInput {
        round_id: ids::id(ids::ROUND),
        facility_id: world::id('b', number),
        unit_id: None,
        follows_id: None,
        reason: Reason::ThematicRound,
        reason_disclosed: false,
        announced: true,
        reference: None,
        assignments: vec![lead],
    };
    work::plan(tx, (inspection(number), &[Id::new()]), &input).map(drop)
}

fn criterion(finding: usize) -> &'static str {
    CRITERIA[finding % CRITERIA.len()]
}

fn content(finding: usize) -> Value {
    json!({
        "criterion": {"frameworkCode": "ggz", "versionCode": "2026-1", "criterionCode": criterion(finding)},
        "observation": format!("Afdeling {finding}: het gesprek over de kinderen staat in de meeste dossiers, en de coördinator kon de \
            afspraken tonen. Bij een heropname wordt het niet altijd hernomen."),
        "evidence": [{"kind": "dossiercontrole", "filesChecked": 10, "filesMet": finding % 10}],
        "judgement": JUDGEMENT,
    })
}

/// A batch of new findings, as a connection's tablet sends it.
pub fn batch(number: usize) -> String {
    let version = |finding| json!({"id": Id::new(), "findingId": Id::new(), "madeAt": "2026-11-20T10:00:00.000+01:00", "content": content(finding)});
    let versions: Vec<Value> = (0..FINDINGS).map(version).collect();
    json!({"batchId": Id::new(), "deviceId": tablet(number), "versions": versions}).to_string()
}

/// What the service would make of a batch, for pgbench. Its ids are numbers that only grow, from another one in each run.
pub fn variables(connections: usize) -> Vec<(&'static str, String)> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let hash = |finding| hex(&sha256(content(finding).to_string().as_bytes()));
    let outcome = |finding| json!([Id::new(), hash(finding), "stored"]);
    let line = |finding| json!({"id": Id::new(), "findingId": Id::new(), "hash": hash(finding), "outcome": "stored"});
    let all = 0..FINDINGS;
    let batch = Id::new();
    let receipt = json!({
        "href": format!("/v1/inspections/{}/syncs/{batch}", inspection(0)),
        "batchId": batch,
        "receivedAt": "2026-11-20T18:00:00.000000Z",
        "versions": all.clone().map(line).collect::<Vec<Value>>(),
        "awaitedAttachments": [],
    });
    let payload = json!({
        "batchId": batch,
        "deviceId": tablet(0),
        "versions": all.map(outcome).collect::<Vec<Value>>(),
        "urgentSignals": [],
    });
    let actor = json!({"id": INSPECTOR, "name": "Someone (load-inspector)", "role": "inspector", "client": "tests"});
    vec![
        ("run", now.expect("a clock").as_secs().to_string()),
        ("batch", "0".to_owned()),
        ("connections", connections.to_string()),
        ("inspections", INSPECTIONS.to_string()),
        ("round", ids::ROUND.to_owned()),
        (
            "criteria",
            array(FINDINGS, |finding| criterion(finding).to_owned()),
        ),
        ("judgement", JUDGEMENT.to_owned()),
        (
            "contents",
            array(FINDINGS, |finding| content(finding).to_string()),
        ),
        ("hashes", array(FINDINGS, hash)),
        ("actor", actor.to_string()),
        ("receipt", receipt.to_string()),
        ("payload", payload.to_string()),
    ]
}
