//! Urgent signals: danger reaches the recognising body at once, and tells nobody more than it may know.
use kindreflex::demo::ids;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::inspections::{BERK, days_from_now, held, with_visit};
use crate::support::inspecting::{inspector, planned};
use crate::support::{Actor, Answer, World, ids_of, path_of};

fn authority(world: &World) -> Actor {
    world.person("authority", None)
}

fn danger(world: &World) -> Value {
    json!({"text": "De nooddeur is vastgeschroefd.", "findingId": Uuid::now_v7(), "seenAt": days_from_now(world, 0)})
}

async fn raised(world: &World, inspection: &Answer) -> Answer {
    let path = format!("{}/urgentSignals", path_of(&inspection.body));
    let lead = inspector(world, "lead");
    lead.post(&path, danger(world)).await.expect(201)
}

/// What somebody hears of a thing, and where it reads it.
async fn heard(world: &World, actor: &Actor, id: &str) -> Vec<(String, String)> {
    world.number_events().await;
    let feed = actor.whole("/events?pageSize=200").await.expect(200);
    let items = feed.body["items"].as_array().expect("items");
    let about = items.iter().filter(|item| item["subject"]["id"] == id);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    about
        .map(|item| (text(&item["type"]), text(&item["subject"]["href"])))
        .collect()
}

/// The signals that await somebody.
async fn awaited(actor: &Actor) -> Vec<String> {
    let tasks = actor
        .get("/tasks?kind=acknowledgeSignal&pageSize=200")
        .await
        .expect(200);
    let items = tasks.body["items"].as_array().expect("items");
    let id = |task: &Value| {
        task["subject"]["id"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    items.iter().map(id).collect()
}

async fn registered(lead: &Actor) -> String {
    let id = Uuid::now_v7().to_string();
    let path = format!("/devices/{id}");
    lead.put(&path, json!({"name": "Tablet"})).await.expect(201);
    id
}

on_both! {
    async fn danger_at_a_hidden_inspection_reaches_the_recognising_body_and_tells_it_of_no_inspection(world: World) {
        let made = planned(&world, BERK, false).await;
        let inspection = made.body["id"].as_str().expect("an id");
        let signal = raised(&world, &made).await;
        let (id, path) = (signal.body["id"].as_str().expect("an id"), path_of(&signal.body));
        assert_eq!((&signal.body["inspectionId"], &signal.body["findingId"].is_string()), (&json!(inspection), &true));
        let body = authority(&world);
        let shown = body.get(&path).await.expect(200);
        assert_eq!((&shown.body["facilityId"], &shown.body["text"]), (&json!(BERK), &json!("De nooddeur is vastgeschroefd.")));
        assert!(shown.body["raisedBy"]["id"].is_string() && shown.body.get("findingId").is_none(), "{}", shown.body);
        assert_eq!(awaited(&body).await.last().map(String::as_str), Some(id));
        assert_eq!(heard(&world, &body, id).await, [("urgentSignalRaised".to_owned(), format!("/v1{path}"))]);
        // The inspection itself leaves no trace.
        body.get(&format!("/inspections/{inspection}")).await.problem(404, "resourceNotFound");
        for path in ["/urgentSignals", "/events?pageSize=200", "/tasks?pageSize=200", "/inspections"] {
            let shown = body.whole(path).await.expect(200).body.to_string();
            assert!(!shown.contains(inspection), "{path}: {shown}");
        }
        // Nor does the signal, for its facility or for whoever else has nothing to do with it.
        for actor in [world.berk(), inspector(&world, "elsewhere"), world.linde()] {
            actor.get(&path).await.problem(404, "resourceNotFound");
            let all = actor.get("/urgentSignals?pageSize=200").await.expect(200);
            assert!(!ids_of(&all).contains(&id.to_owned()), "{}", all.body);
            assert_eq!((heard(&world, &actor, id).await, awaited(&actor).await), (vec![], vec![]));
        }
        assert_eq!(heard(&world, &world.planner(), id).await.len(), 1);
        let mine = inspector(&world, "observer").get("/urgentSignals").await.expect(200);
        assert_eq!(ids_of(&mine), [id]);
    }

    async fn a_facility_reads_of_danger_once_it_knows_of_the_inspection(world: World) {
        let made = planned(&world, BERK, false).await;
        let lead = inspector(&world, "lead");
        let (visit, seen) = with_visit(&world, &lead, &made, -1).await;
        let signal = raised(&world, &made).await;
        let (id, path) = (signal.body["id"].as_str().expect("an id"), path_of(&signal.body));
        let berk = world.berk();
        berk.get(&path).await.problem(404, "resourceNotFound");
        let seen_before = authority(&world).get(&path).await.expect(200);
        lead.seen(&seen).put(&format!("{visit}/record"), held(&world)).await.expect(200);
        let shown = berk.get(&path).await.expect(200);
        assert_eq!(shown.body["inspectionId"], made.body["id"]);
        for hidden in ["raisedBy", "findingId", "deviceId"] {
            assert!(shown.body.get(hidden).is_none(), "{hidden}: {}", shown.body);
        }
        assert_eq!(heard(&world, &berk, id).await, [("urgentSignalDisclosed".to_owned(), format!("/v1{path}"))]);
        berk.with("if-match", "*").post(&format!("{path}/acknowledgements"), json!({})).await.problem(403, "missingPermission");
        let body = authority(&world);
        let done = body.seen(&seen_before).post(&format!("{path}/acknowledgements"), json!({})).await.expect(200);
        assert!(done.body["acknowledgedBy"]["id"].is_string());
        let again = berk.get(&path).await.expect(200);
        assert!(again.body["acknowledgedAt"].is_string() && again.body.get("acknowledgedBy").is_none(), "{}", again.body);
        let kinds: Vec<String> = heard(&world, &berk, id).await.into_iter().map(|one| one.0).collect();
        assert_eq!(kinds, ["urgentSignalDisclosed", "urgentSignalAcknowledged"]);
    }

    async fn who_has_a_part_in_the_inspection_acts_on_no_signal_for_the_recognising_body(world: World) {
        let made = planned(&world, ids::FACILITY, true).await;
        let signal = path_of(&raised(&world, &made).await.body);
        for subject in ["inspecteur-lead", "planner"] {
            let both = world.person_named(subject, "authority", None);
            let seen = both.get(&signal).await.expect(200);
            both.seen(&seen).post(&format!("{signal}/acknowledgements"), json!({})).await.problem(403, "missingPermission");
            let measure = json!({"text": "Het huis blijft dicht.", "takenOn": "2026-09-15"});
            both.seen(&seen).post(&format!("{signal}/measures"), measure).await.problem(403, "missingPermission");
        }
        let body = authority(&world);
        let seen = body.get(&signal).await.expect(200);
        body.seen(&seen).post(&format!("{signal}/acknowledgements"), json!({})).await.expect(200);
    }

    async fn a_signal_is_acknowledged_once_and_measures_are_added(world: World) {
        let made = planned(&world, ids::FACILITY, true).await;
        let signal = raised(&world, &made).await;
        let (id, path) = (signal.body["id"].as_str().expect("an id"), path_of(&signal.body));
        let body = authority(&world);
        let waiting = body.get("/urgentSignals?acknowledged=false&pageSize=200").await.expect(200);
        assert!(ids_of(&waiting).contains(&id.to_owned()));
        let acknowledgements = format!("{path}/acknowledgements");
        body.post(&acknowledgements, json!({})).await.problem(428, "preconditionRequired");
        let first = body.get(&path).await.expect(200);
        let now = body.seen(&first).post(&acknowledgements, json!({})).await.expect(200);
        body.seen(&first).post(&acknowledgements, json!({})).await.problem(412, "preconditionFailed");
        body.seen(&now).post(&acknowledgements, json!({})).await.problem(409, "stateConflict");
        assert!(!awaited(&body).await.contains(&id.to_owned()));
        let done = body.get(&format!("/urgentSignals?acknowledged=true&facilityId={}", ids::FACILITY)).await.expect(200);
        assert_eq!(ids_of(&done), [id]);
        let measures = format!("{path}/measures");
        let closed = json!({"text": "Het huis blijft dicht.", "takenOn": "2026-09-15"});
        let now = body.seen(&now).with("idempotency-key", "dicht").post(&measures, closed.clone()).await.expect(200);
        let replayed = body.seen(&now).with("idempotency-key", "dicht").post(&measures, closed).await.expect(200);
        assert_eq!(replayed.body, now.body);
        let opened = json!({"text": "De deur is vrijgemaakt.", "takenOn": "2026-09-16"});
        let now = body.seen(&now).post(&measures, opened).await.expect(200);
        let texts: Vec<&Value> = now.body["measures"].as_array().expect("measures").iter().map(|one| &one["text"]).collect();
        assert_eq!(texts, ["Het huis blijft dicht.", "De deur is vrijgemaakt."]);
        let read = inspector(&world, "member").get(&path).await.expect(200);
        assert_eq!(read.body["measures"][1]["recordedBy"]["role"], "authority");
    }

    async fn a_signal_is_right_or_refused_and_never_holds_data_of_clients(world: World) {
        let made = planned(&world, ids::FACILITY, true).await;
        let (path, lead) = (format!("{}/urgentSignals", path_of(&made.body)), inspector(&world, "lead"));
        let mut input = danger(&world);
        input["text"] = json!("Cliënt 85.07.30-033.28 is in gevaar");
        let refused = lead.post(&path, input).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("personalData".to_owned(), "text".to_owned())]);
        let mut input = danger(&world);
        input["siteId"] = json!(Uuid::now_v7());
        input["unitId"] = json!(ids::SITE);
        let refused = lead.post(&path, input).await.problem(400, "badRequest");
        let unknown = |name: &str| ("unknownReference".to_owned(), name.to_owned());
        assert_eq!(refused.issues(), [unknown("siteId"), unknown("unitId")]);
        let mut input = danger(&world);
        input["siteId"] = json!(ids::SITE);
        let once = lead.with("idempotency-key", "gevaar");
        let first = once.post(&path, input.clone()).await.expect(201);
        let again = once.post(&path, input).await.expect(201);
        assert_eq!(first.body, again.body);
        inspector(&world, "observer").post(&path, danger(&world)).await.problem(403, "missingPermission");
        inspector(&world, "elsewhere").post(&path, danger(&world)).await.problem(404, "resourceNotFound");
    }

    async fn signals_by_sync_are_judged_one_by_one_and_sent_again_change_nothing(world: World) {
        let made = planned(&world, ids::FACILITY, true).await;
        let (path, lead) = (format!("{}/syncs", path_of(&made.body)), inspector(&world, "lead"));
        let device = registered(&lead).await;
        let batch = |signals: Value| json!({"batchId": Uuid::now_v7(), "deviceId": device, "urgentSignals": signals});
        let signal = |text: &str| json!({"id": Uuid::now_v7(), "text": text, "seenAt": "2026-09-15T09:00:00+02:00"});
        let good = signal("De nooddeur is vast.");
        let mut other = signal("Iets anders");
        other["id"] = good["id"].clone();
        let sent = batch(json!([good, signal("85.07.30-033.28"), other, {"id": Uuid::now_v7()}]));
        let receipt = lead.post(&path, sent.clone()).await.expect(201);
        let outcomes = |answer: &Answer| -> Vec<String> {
            let lines = answer.body["urgentSignals"].as_array().expect("lines");
            lines.iter().map(|line| line["outcome"].as_str().expect("one").to_owned()).collect()
        };
        assert_eq!(outcomes(&receipt), ["stored", "rejected", "rejected", "rejected"]);
        assert!(!receipt.body.to_string().contains("85.07"), "{}", receipt.body);
        let again = lead.post(&path, sent).await.expect(200);
        assert_eq!(again.body, receipt.body);
        let in_another = lead.post(&path, batch(json!([good]))).await.expect(201);
        assert_eq!((outcomes(&in_another), &in_another.body["urgentSignals"][0]["hash"]), (vec!["unchanged".to_owned()], &receipt.body["urgentSignals"][0]["hash"]));
        let body = authority(&world);
        let there = body.get(&format!("/urgentSignals?facilityId={}", ids::FACILITY)).await.expect(200);
        assert_eq!(ids_of(&there), [good["id"].as_str().expect("an id")]);
        let id = good["id"].as_str().expect("an id");
        assert_eq!(heard(&world, &body, id).await.len(), 1);
    }

    async fn what_a_revoked_device_tells_is_set_apart(world: World) {
        let made = planned(&world, ids::FACILITY, true).await;
        let lead = inspector(&world, "lead");
        let device = registered(&lead).await;
        lead.with("if-match", "*").delete(&format!("/devices/{device}")).await.expect(200);
        let id = Uuid::now_v7();
        let sent = json!({"batchId": Uuid::now_v7(), "deviceId": device,
            "urgentSignals": [{"id": id, "text": "Brand", "seenAt": "2026-09-15T09:00:00+02:00"}]});
        let receipt = lead.post(&format!("{}/syncs", path_of(&made.body)), sent).await.expect(201);
        assert_eq!(receipt.body["urgentSignals"][0]["outcome"], "setApart");
        let path = format!("/urgentSignals/{id}");
        assert_eq!(lead.get(&path).await.expect(200).body["setApart"], true);
        let body = authority(&world);
        body.get(&path).await.problem(404, "resourceNotFound");
        assert!(!awaited(&body).await.contains(&id.to_string()));
        assert_eq!(heard(&world, &body, &id.to_string()).await, []);
    }
}
