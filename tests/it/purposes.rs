//! What a cycle is for decides who ever sees its answers: purpose × state × caller, kept as a reviewed table in `access.md`.
use std::fmt::Write as _;

use kindreflex::demo::ids;
use kindreflex::facility::integrations::known_scopes;
use serde_json::{Value, json};

use crate::access::{callers, reviewed};
use crate::support::{
    Actor, Answer, World, answer_whole, confirm_and_hand_in, new_hospital, path_of, send_file,
};

const PURPOSES: [&str; 2] = ["ownImprovement", "inspectionPreparation"];
const STATES: [&str; 4] = ["draft", "submitted", "reopened", "superseded"];

/// Where a self-assessment could show beside its own address: a word for the table, an address, and whether what came back tells of it.
const TRACES: [(&str, &str); 4] = [
    ("list", "/selfAssessments?pageSize=200"),
    ("tasks", "/tasks?pageSize=200"),
    ("events", "/events?pageSize=200"),
    ("audit", "/auditEvents?pageSize=200&subjectId="),
];

async fn open_cycle(world: &World, purpose: &str) -> String {
    let opens = world.state.clock.now() - chrono::Duration::minutes(1);
    let input = json!({"title": {"nl": "Een cyclus"}, "frameworkCode": "ggz", "versionCode": "2026-1", "facilityTypes": ["pz"],
        "opens": opens.to_rfc3339(), "due": "2031-12-31T00:00:00Z", "purpose": purpose});
    let made = world.planner().post("/cycles", input).await.expect(201);
    made.body["id"].as_str().expect("an id").to_owned()
}

/// A text file of the hospital, sent by this caller; gives back its path.
async fn store_attachment(actor: &Actor, hospital: &str) -> String {
    let id = uuid::Uuid::now_v7().to_string();
    send_file(actor, &id, hospital, b"Een verslag.")
        .await
        .expect(201);
    format!("/attachments/{id}?facilityId={hospital}")
}

async fn submitted(linde: &Actor, hospital: &str, cycle: &str) -> Answer {
    let input = json!({"facilityId": hospital, "cycleId": cycle});
    let draft = linde.post("/selfAssessments", input).await.expect(201);
    let saved = if draft.body["progress"]["open"] == 0 {
        draft
    } else {
        answer_whole(linde, &draft).await
    };
    confirm_and_hand_in(linde, &saved).await
}

/// A machine that an admin let in for De Linde, whose own mandate is for its directory alone.
async fn let_in_by_an_admin(world: &World) -> Actor {
    let mut scopes = known_scopes();
    scopes.retain(|scope| !scope.starts_with("confirm:") && !scope.starts_with("submit:"));
    let grant =
        json!({"name": "Zorgatlas", "scopes": scopes, "organisations": [ids::ORGANISATION]});
    let admin = world.admin();
    admin
        .put("/integrations/door-een-admin", grant)
        .await
        .expect(201);
    let mandate = json!({"clientId": "door-een-admin", "name": "Zorgatlas", "scopes": ["read:events", "read:facilities"], "validUntil": "2028-01-01T00:00:00Z"});
    let mandates = format!("/organisations/{}/mandates", ids::ORGANISATION);
    world.linde().post(&mandates, mandate).await.expect(201);
    world.machine_of("door-een-admin", &scopes)
}

/// A draft of De Linde for own improvement, with its path.
pub async fn own_draft(world: &World) -> (Actor, String) {
    let path = in_state(world, "ownImprovement", "draft").await;
    (world.linde(), path)
}

/// A self-assessment of De Linde for this purpose, in this state.
async fn in_state(world: &World, purpose: &str, state: &str) -> String {
    let linde = world.linde();
    let hospital = new_hospital(world, ids::ORGANISATION).await;
    let cycle = open_cycle(world, purpose).await;
    if state == "draft" {
        let input = json!({"facilityId": hospital, "cycleId": cycle});
        let draft = linde.post("/selfAssessments", input).await.expect(201);
        return path_of(&draft.body);
    }
    let sent = submitted(&linde, &hospital, &cycle).await;
    let path = path_of(&sent.body);
    if state == "reopened" {
        let reason = json!({"reason": "Vergeten"});
        let reopenings = format!("{path}/reopenings");
        linde
            .seen(&sent)
            .post(&reopenings, reason)
            .await
            .expect(200);
    }
    if state == "superseded" {
        let next = open_cycle(world, purpose).await;
        submitted(&linde, &hospital, &next).await;
    }
    path
}

/// What a caller learns of a self-assessment: the status of its address, and where else it shows.
async fn seen_by(actor: &Actor, path: &str) -> String {
    let id = path.rsplit('/').next().expect("an id");
    let answer = actor.get(path).await;
    let mut cell = answer.status.to_string();
    for below in ["/result", "/revisions/1", "/answers/actiefWerken"] {
        let status = actor.get(&format!("{path}{below}")).await.status;
        assert!(
            status == answer.status || status == 404,
            "{path}{below}: {status} beside {cell}"
        );
    }
    for (name, address) in TRACES {
        let address = if address.ends_with('=') {
            format!("{address}{id}")
        } else {
            address.to_owned()
        };
        if tells_of(actor, &address, id).await {
            write!(cell, " {name}").expect("text");
        }
    }
    cell
}

/// Does any page of this collection name the id?
async fn tells_of(actor: &Actor, address: &str, id: &str) -> bool {
    let whole = actor.whole(address).await;
    whole.body.to_string().contains(id)
}

on_both! {
    async fn the_purpose_of_a_cycle_decides_who_ever_sees_the_answers(world: World) {
        let mut callers = callers(&world);
        callers.push(("machine, by an admin", None, false, let_in_by_an_admin(&world).await));
        let mut table = String::from("| purpose | state |");
        for (name, ..) in &callers {
            write!(table, " {name} |").expect("text");
        }
        table.push_str("\n|---|---|");
        table.push_str(&"---|".repeat(callers.len()));
        for purpose in PURPOSES {
            for state in STATES {
                let path = in_state(&world, purpose, state).await;
                world.number_events().await;
                write!(table, "\n| {purpose} | {state} |").expect("text");
                for (name, role, own, actor) in &callers {
                    let cell = seen_by(actor, &path).await;
                    let theirs = *own && matches!(role, Some("facility" | "facilityContributor" | "integration"));
                    if purpose == "ownImprovement" && !theirs {
                        assert!(["401", "403", "404"].contains(&cell.as_str()), "own improvement, {state}, shows to {name}: {cell}");
                    }
                    write!(table, " {cell} |").expect("text");
                }
            }
        }
        reviewed("Purposes, states and callers", &table);
    }

    async fn a_machine_that_only_an_admin_let_in_begins_nothing_for_own_improvement(world: World) {
        let machine = let_in_by_an_admin(&world).await;
        let hospital = new_hospital(&world, ids::ORGANISATION).await;
        let cycle = open_cycle(&world, "ownImprovement").await;
        let input = json!({"facilityId": hospital, "cycleId": cycle});
        let tasks = machine.get("/tasks?pageSize=200").await.expect(200);
        assert!(!tasks.body.to_string().contains(&cycle), "{:?}", tasks.body);
        machine.post("/selfAssessments", input.clone()).await.problem(403, "missingPermission");
        world.linde().post("/selfAssessments", input).await.expect(201);
    }

    async fn what_a_machine_made_under_a_mandate_is_not_repeated_to_it_once_only_an_admin_lets_it_in(world: World) {
        let (linde, admin) = (world.linde(), world.admin());
        let hospital = new_hospital(&world, ids::ORGANISATION).await;
        let cycle = open_cycle(&world, "ownImprovement").await;
        let scopes = ["read:selfAssessments", "write:selfAssessments", "read:attachments", "write:attachments"];
        let mandates = format!("/organisations/{}/mandates", ids::ORGANISATION);
        let mandate = json!({"clientId": "eerst-mandaat", "name": "EPD", "scopes": scopes, "validUntil": "2028-01-01T00:00:00Z"});
        let given = linde.post(&mandates, mandate).await.expect(201);
        let machine = world.machine_of("eerst-mandaat", &scopes).with("idempotency-key", "maak");
        let input = json!({"facilityId": hospital, "cycleId": cycle});
        machine.post("/selfAssessments", input.clone()).await.expect(201);
        machine.post("/selfAssessments", input.clone()).await.expect(201);
        let file = store_attachment(&linde, &hospital).await;
        machine.get(&file).await.expect(200);
        linde.seen(&given).delete(&path_of(&given.body)).await.expect(204);
        let grant = json!({"name": "EPD", "scopes": scopes, "organisations": [ids::ORGANISATION]});
        admin.put("/integrations/eerst-mandaat", grant).await.expect(201);
        machine.post("/selfAssessments", input).await.problem(403, "missingPermission");
        machine.get(&file).await.problem(404, "resourceNotFound");
        // What it stores itself, it reads.
        let own = store_attachment(&machine, &hospital).await;
        machine.get(&own).await.expect(200);
    }

    async fn nobody_else_counts_what_is_for_own_improvement(world: World) {
        // The hospital and the cycle are known to others; what is answered there is not.
        let hospital = new_hospital(&world, ids::ORGANISATION).await;
        let cycle = open_cycle(&world, "ownImprovement").await;
        world.number_events().await;
        let before: Vec<Value> = everyone_elses(&world).await;
        submitted(&world.linde(), &hospital, &cycle).await;
        world.number_events().await;
        assert_eq!(everyone_elses(&world).await, before, "not one item more, for anyone");
    }
}

/// How many items each caller who is not the facility's own finds in each collection where a self-assessment could show.
async fn everyone_elses(world: &World) -> Vec<Value> {
    let mut found = Vec::new();
    for (name, actor) in [
        ("inspector", world.inspector()),
        ("planner", world.planner()),
        ("admin", world.person("admin", None)),
        ("authority", world.person("authority", None)),
        ("expert", world.person("expert", None)),
        ("policy", world.person("policy", None)),
        ("another facility", world.berk()),
    ] {
        for address in [
            "/selfAssessments?pageSize=200",
            "/auditEvents?pageSize=200&subjectKind=selfAssessment",
            "/events?pageSize=200&type=selfAssessmentCreated&type=answersSaved&type=selfAssessmentSubmitted",
            "/tasks?pageSize=200",
        ] {
            let whole = actor.whole(address).await;
            let count = whole.body["items"].as_array().map_or(0, Vec::len);
            found.push(json!([name, address, whole.status, count]));
        }
    }
    found
}
