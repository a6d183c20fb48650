//! The feed of changes: what each caller sees of the one order, and that nothing else shows.
use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use kindreflex::access::connect;
use kindreflex::audit::verify::whole;
use kindreflex::db::schema::audit_event;
use kindreflex::db::types::AnyBackend;
use kindreflex::demo::{enterprise_number, ids};
use kindreflex::facility::integrations::known_scopes;
use kindreflex::self_assessment::migration::runner;
use serde_json::{Value, json};

use crate::access::new_framework;
use crate::support::{
    Actor, Answer, Backend, WILG, World, answer_whole, draft_of, new_hospital, next_cycle, path_of,
    send_file,
};

/// Everything from a cursor on, page by page; and the cursor at the end.
pub async fn follow(actor: &Actor, after: Option<&str>, query: &str) -> (Vec<Value>, String) {
    let mut found = Vec::new();
    let mut after = after.map(str::to_owned);
    loop {
        let start = after.as_ref().map(|after| format!("&after={after}"));
        let path = format!("/events?pageSize=200{query}{}", start.unwrap_or_default());
        let page = actor.get(&path).await.expect(200).body;
        found.extend(page["items"].as_array().expect("items").clone());
        let cursor = page["cursor"].as_str().expect("a cursor").to_owned();
        if page["more"] == json!(false) {
            return (found, cursor);
        }
        after = Some(cursor);
    }
}

/// Everything that the actor may know about.
async fn all(actor: &Actor) -> Vec<Value> {
    follow(actor, None, "").await.0
}

/// The cursor of the end.
async fn latest(actor: &Actor) -> String {
    let page = actor.get("/events?after=latest").await.expect(200).body;
    assert_eq!((&page["items"], &page["more"]), (&json!([]), &json!(false)));
    page["cursor"].as_str().expect("a cursor").to_owned()
}

/// What is new since a cursor, once all is numbered.
async fn since(world: &World, actor: &Actor, cursor: &str) -> Vec<Value> {
    world.number_events().await;
    follow(actor, Some(cursor), "").await.0
}

fn types(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["type"].as_str().expect("a type"))
        .collect()
}

/// Type and subject of each.
fn told(events: &[Value]) -> Vec<(&str, &str)> {
    events
        .iter()
        .map(|event| {
            let subject = event["subject"]["id"].as_str().expect("a subject");
            (event["type"].as_str().expect("a type"), subject)
        })
        .collect()
}

fn input_of(answer: &Answer) -> Value {
    let mut input = answer.body.clone();
    input
        .as_object_mut()
        .expect("an object")
        .retain(|field, _| !["href", "id"].contains(&field.as_str()));
    input
}

/// Changes a thing as an admin does.
async fn change(world: &World, path: &str, edit: impl Fn(&mut Value)) {
    let admin = world.admin();
    let found = admin.get(path).await.expect(200);
    let mut input = input_of(&found);
    edit(&mut input);
    admin.seen(&found).put(path, input).await.expect(200);
}

/// A draft in the cycle that no inspector sees.
async fn own_draft(actor: &Actor, facility: &str) -> Answer {
    let input = json!({"facilityId": facility, "cycleId": ids::OWN_CYCLE});
    actor.post("/selfAssessments", input).await.expect(201)
}

async fn hand_in(actor: &Actor, draft: &Answer) {
    let path = path_of(&draft.body);
    let all = actor.seen(draft);
    all.post(&format!("{path}/confirmations"), json!({}))
        .await
        .expect(200);
    let mut saved = actor.get(&path).await.expect(200);
    if saved.body["progress"]["complete"] == json!(false) {
        saved = answer_whole(actor, &saved).await;
    }
    let path = format!("{}/submissions", path_of(&draft.body));
    actor.seen(&saved).post(&path, json!({})).await.expect(201);
}

on_both! {
    async fn a_poller_gets_what_is_new_and_a_cursor_also_when_nothing_is(world: World) {
        world.number_events().await;
        let linde = world.linde();
        let start = latest(&linde).await;
        let quiet = linde.get(&format!("/events?after={start}")).await.expect(200).body;
        assert_eq!((&quiet["items"], &quiet["more"]), (&json!([]), &json!(false)));
        let cursor = quiet["cursor"].as_str().expect("a cursor").to_owned();
        let draft = draft_of(&linde, ids::FACILITY).await;
        let id = draft.body["id"].as_str().expect("an id");
        assert_eq!(since(&world, &linde, &start).await.len(), 1);
        let new = since(&world, &linde, &cursor).await;
        assert_eq!(told(&new), [("selfAssessmentCreated", id)]);
        assert_eq!(new[0]["subject"], json!({"kind": "selfAssessment", "id": id, "href": format!("/v1/selfAssessments/{id}")}));
        assert_eq!((&new[0]["organisationId"], &new[0]["facilityId"]), (&json!(ids::ORGANISATION), &json!(ids::FACILITY)));
        for hidden in ["actor", "payload", "trace", "seq", "name"] {
            assert!(new[0].get(hidden).is_none(), "{hidden}");
        }
    }

    async fn page_after_page_is_the_whole_in_the_order_of_the_audit(world: World) {
        hand_in(&world.linde(), &draft_of(&world.linde(), ids::FACILITY).await).await;
        world.number_events().await;
        let linde = world.linde();
        let whole = all(&linde).await;
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let page = linde.get(&format!("/events?pageSize=3{after}")).await.expect(200).body;
            let items = page["items"].as_array().expect("items").clone();
            assert!(items.len() <= 3);
            found.extend(items);
            if page["more"] == json!(false) { break }
            after = format!("&after={}", page["cursor"].as_str().expect("a cursor"));
        }
        assert_eq!(found, whole);
        let audited = linde.get("/auditEvents?pageSize=200").await.expect(200).body;
        let audited: Vec<&Value> = audited["items"].as_array().expect("items").iter().map(|event| &event["id"]).collect();
        let own: Vec<&Value> = whole.iter().filter(|event| !event["organisationId"].is_null()).map(|event| &event["id"]).collect();
        assert_eq!(own, audited);
    }

    async fn filters_narrow_it_and_the_cursor_goes_on_without_them(world: World) {
        hand_in(&world.linde(), &draft_of(&world.linde(), ids::FACILITY).await).await;
        world.number_events().await;
        let linde = world.linde();
        let (some, cursor) = follow(&linde, None, &format!("&type=selfAssessmentSubmitted&type=answersSaved&facilityId={}", ids::FACILITY)).await;
        assert!(some.len() > 2 && some.iter().all(|event| event["facilityId"] == ids::FACILITY));
        assert!(types(&some).iter().all(|kind| ["selfAssessmentSubmitted", "answersSaved"].contains(kind)), "{some:?}");
        assert_eq!(follow(&linde, Some(&cursor), "").await.0, Vec::<Value>::new());
        linde.get("/events?kind=x").await.problem(400, "badRequest");
        linde.get("/events?pageSize=201").await.problem(400, "badRequest");
        linde.get("/events?facilityId=x").await.problem(400, "badRequest");
    }

    async fn a_cursor_says_nothing_and_only_a_good_one_is_taken(world: World) {
        world.number_events().await;
        let linde = world.linde();
        let (one, two) = (latest(&linde).await, latest(&linde).await);
        let (_, third) = follow(&linde, None, "").await;
        draft_of(&world.wilg(), WILG).await;
        world.number_events().await;
        let later = latest(&linde).await;
        let mut different = vec![&one, &two, &third, &later];
        different.sort();
        different.dedup();
        assert_eq!(different.len(), 4, "each is another text, also for one place");
        for cursor in different {
            assert_eq!(cursor.len(), one.len());
            assert!(cursor.chars().all(|letter| letter.is_ascii_lowercase()), "{cursor}");
        }
        let mut changed = one.clone();
        changed.replace_range(30..31, if changed[30..].starts_with('a') { "b" } else { "a" });
        for bad in [changed.as_str(), &one[2..], "earliest", "1", ids::FACILITY, "abcd", "%00"] {
            let refused = linde.with("accept-language", "en").get(&format!("/events?after={bad}")).await.problem(400, "badRequest");
            assert_eq!(refused.issues(), [("invalidValue".to_owned(), "after".to_owned())], "{bad}");
            assert!(refused.body.to_string().contains("start anew without after"), "{}", refused.body);
        }
    }

    async fn a_cursor_of_a_past_that_was_undone_is_refused(world: World) {
        world.number_events().await;
        let linde = world.linde();
        let before = latest(&linde).await;
        draft_of(&linde, ids::FACILITY).await;
        world.number_events().await;
        let lost = latest(&linde).await;
        // As in a backup from before the draft.
        let undo = "DELETE FROM audit_seal WHERE seq_to = (SELECT max(seq_to) FROM audit_seal); \
            DELETE FROM audit_event WHERE id = (SELECT event_id FROM audit_order ORDER BY seq DESC LIMIT 1); \
            DELETE FROM audit_order WHERE seq = (SELECT max(seq) FROM audit_order)";
        connect(&world.url).expect("opens").batch_execute(undo).expect("undone");
        linde.get(&format!("/events?after={lost}")).await.problem(400, "badRequest");
        // The same number is given again, to something else: reading on would leave a gap.
        draft_of(&world.wilg(), WILG).await;
        world.number_events().await;
        linde.get(&format!("/events?after={lost}")).await.problem(400, "badRequest");
        assert_eq!(follow(&linde, Some(&before), "").await.0, Vec::<Value>::new());
    }

    async fn a_cursor_of_another_database_is_refused(world: World) {
        world.number_events().await;
        let cursor = latest(&world.linde()).await;
        let bytes = match world.backend { Backend::Sqlite => "randomblob(32)", Backend::Postgres => "sha256('another')" };
        connect(&world.url).expect("opens").batch_execute(&format!("UPDATE event_key SET key = {bytes}")).expect("another key");
        let other = world.beside().await;
        other.linde().get(&format!("/events?after={cursor}")).await.problem(400, "badRequest");
        latest(&other.linde()).await;
    }

    async fn over_one_stretch_a_facility_an_inspector_and_another_each_see_their_part(world: World) {
        let (linde, berk, inspector) = (world.linde(), world.berk(), world.inspector());
        world.number_events().await;
        let starts = [latest(&linde).await, latest(&berk).await, latest(&inspector).await];
        let draft = draft_of(&linde, ids::FACILITY).await;
        hand_in(&linde, &draft).await;
        let quiet = own_draft(&linde, ids::FACILITY).await;
        hand_in(&linde, &quiet).await;
        world.number_events().await;
        let (own, own_end) = follow(&linde, Some(&starts[0]), "").await;
        let (foreign, foreign_end) = follow(&berk, Some(&starts[1]), "").await;
        let (seen, seen_end) = follow(&inspector, Some(&starts[2]), "").await;
        let (id, quiet) = (draft.body["id"].as_str().expect("an id"), quiet.body["id"].as_str().expect("an id"));
        let by_owner = told(&own);
        for event in [("selfAssessmentCreated", id), ("answersSaved", id), ("selfAssessmentSubmitted", id), ("selfAssessmentSubmitted", quiet)] {
            assert!(by_owner.contains(&event), "{event:?} {by_owner:?}");
        }
        assert_eq!(foreign, Vec::<Value>::new());
        // What superseded last year's is known to inspectors, and what the facility does for itself is not.
        let of_inspector = told(&seen);
        assert!(of_inspector.contains(&("selfAssessmentSubmitted", id)), "{of_inspector:?}");
        assert!(types(&seen).iter().all(|kind| ["selfAssessmentSubmitted", "selfAssessmentSuperseded"].contains(kind)), "{seen:?}");
        assert!(!of_inspector.iter().any(|(_, subject)| *subject == quiet));
        assert_eq!([own_end.len(), foreign_end.len()], [seen_end.len(); 2]);
    }

    async fn how_much_others_do_shows_in_no_answer_of_the_feed(world: World) {
        let (linde, berk) = (world.linde(), world.berk());
        world.number_events().await;
        let start = latest(&linde).await;
        let title = |name: &str| json!({"clientId": name, "name": name, "scopes": ["read:cycles"], "validUntil": "2028-01-01T00:00:00Z"});
        linde.post(&format!("/organisations/{}/mandates", ids::ORGANISATION), title("een")).await.expect(201);
        world.number_events().await;
        let path = format!("/events?after={start}&type=mandateGiven");
        let before = linde.get(&path).await.expect(200).body;
        assert_eq!((before["items"].as_array().map(Vec::len), &before["more"]), (Some(1), &json!(false)));
        // More than one stretch of what another organisation alone knows of.
        let cursor = latest(&berk).await;
        let own = berk.get("/me").await.expect(200).body["organisations"][0].as_str().expect("one").to_owned();
        berk.post(&format!("/organisations/{own}/mandates"), title("ander")).await.expect(201);
        let (random, many) = match world.backend {
            Backend::Sqlite => ("randomblob(16)", "WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 5200)"),
            Backend::Postgres => ("gen_random_uuid()", "WITH many AS (SELECT generate_series(1, 5200))"),
        };
        let columns = "at, action, subject_kind, subject_id, organisation_id, facility_id, public_to_inspectors, actor, trace, only_own";
        crate::support::execute(&world, &format!(
            "INSERT INTO audit_event (id, {columns}) {many} SELECT {random}, {columns} FROM audit_event, many \
             WHERE action = 'mandateGiven' AND organisation_id = {}", crate::support::key(&world, &own)));
        let heard = since(&world, &berk, &cursor).await;
        assert!(heard.len() > 5200, "{}", heard.len());
        let after = linde.get(&path).await.expect(200).body;
        assert_eq!((&after["items"], &after["more"]), (&before["items"], &before["more"]));
    }

    async fn what_a_facility_does_for_itself_alone_reaches_no_other_role(world: World) {
        let linde = world.linde();
        let draft = own_draft(&linde, ids::FACILITY).await;
        hand_in(&linde, &draft).await;
        world.number_events().await;
        let id = draft.body["id"].as_str().expect("an id");
        let mentions = |events: &[Value]| events.iter().any(|event| event.to_string().contains(id));
        assert!(mentions(&all(&linde).await));
        for role in ["inspector", "planner", "authority", "expert", "policy", "admin"] {
            assert!(!mentions(&all(&world.person(role, None)).await), "{role}");
        }
        assert!(!mentions(&all(&world.berk()).await));
        let grant = json!({"name": "Alles", "scopes": ["read:events", "read:selfAssessments"], "allOrganisations": true});
        world.admin().put("/integrations/alles", grant).await.expect(201);
        let everywhere = world.machine_of("alles", &["read:events", "read:selfAssessments"]);
        assert!(!mentions(&all(&everywhere).await));
    }

    async fn every_role_hears_of_settings_that_it_may_read_and_no_draft_framework(world: World) {
        let (path, made) = new_framework(&world).await;
        let code = made.body["document"]["code"].as_str().expect("a code");
        world.number_events().await;
        let settings = ["sectorSaved", "facilityTypeSaved", "frameworkPublished"];
        for role in ["facility", "facilityContributor", "inspector", "planner", "authority", "expert", "policy", "admin"] {
            let number = role.starts_with("facility").then(|| enterprise_number(9_990_001));
            let events = all(&world.person(role, number)).await;
            let heard = types(&events);
            for setting in settings {
                assert!(heard.contains(&setting), "{role}: {setting}");
            }
            assert_eq!(heard.contains(&"cycleCreated"), role != "policy", "{role}");
            assert_eq!(heard.contains(&"integrationLetIn"), role == "admin", "{role}");
            assert_eq!(events.iter().any(|event| event.to_string().contains(code)), role == "admin", "{role}");
            let directory = ["inspector", "planner", "authority", "expert", "admin"].contains(&role);
            let hospitals = events.iter().filter(|event| event["type"] == "facilityCreated").count();
            assert_eq!(hospitals, if directory { 8 } else if role == "policy" { 0 } else { 2 }, "{role}");
        }
        world.admin().seen(&made).post(&format!("{path}/publications"), json!({})).await.expect(201);
        world.number_events().await;
        let of_policy = all(&world.person("policy", None)).await;
        let about: Vec<&Value> = of_policy.iter().filter(|event| event.to_string().contains(code)).collect();
        assert_eq!(about.len(), 1, "that it was a draft before is not told");
        let version = about[0];
        assert_eq!(version["type"], "frameworkPublished");
        let href = version["subject"]["href"].as_str().expect("a href").strip_prefix("/v1").expect("ours");
        world.person("policy", None).get(href).await.expect(200);
    }

    async fn every_address_in_the_feed_can_be_read_by_whom_it_is_shown_to(world: World) {
        hand_in(&world.linde(), &draft_of(&world.linde(), ids::FACILITY).await).await;
        world.number_events().await;
        for actor in [world.linde(), world.inspector(), world.planner(), world.admin(), world.machine(&known_scopes()), world.person("facility", Some("990100".into()))] {
            let events = all(&actor).await;
            let mut addresses: Vec<&str> = events.iter().filter_map(|event| event["subject"]["href"].as_str()).collect();
            addresses.sort_unstable();
            addresses.dedup();
            assert!(addresses.len() > 3, "{events:?}");
            for address in addresses {
                actor.get_at(address).await.expect(200);
            }
        }
    }

    async fn a_machine_hears_of_the_kinds_that_it_was_let_in_to_read(world: World) {
        draft_of(&world.linde(), ids::FACILITY).await;
        world.number_events().await;
        world.machine(&["read:selfAssessments"]).get("/events").await.problem(403, "missingScope");
        let everything = all(&world.machine(&known_scopes())).await;
        assert!(types(&everything).contains(&"selfAssessmentCreated") && types(&everything).contains(&"facilityCreated"));
        assert!(everything.iter().all(|event| event["organisationId"].is_null() || event["organisationId"] == ids::ORGANISATION));
        let narrow = all(&world.machine(&["read:events", "read:facilities"])).await;
        let kinds: Vec<&str> = narrow.iter().filter(|event| event["type"] != "scopeChanged").filter_map(|event| event["subject"]["kind"].as_str()).collect();
        assert!(!kinds.is_empty() && kinds.iter().all(|kind| ["organisation", "facility", "site", "unit", "sector", "facilityType"].contains(kind)), "{kinds:?}");
    }

    async fn a_facility_that_moves_leaves_one_feed_for_the_other_and_both_are_told(world: World) {
        let (linde, berk, wilg) = (world.linde(), world.berk(), world.wilg());
        let at_facility = world.person("facility", Some("990100".into()));
        let draft = draft_of(&linde, ids::FACILITY).await;
        let id = draft.body["id"].as_str().expect("an id");
        world.number_events().await;
        let starts = [latest(&linde).await, latest(&berk).await, latest(&wilg).await, latest(&at_facility).await];
        change(&world, &format!("/facilities/{}", ids::FACILITY), |input| input["organisationId"] = json!(ids::OTHER_ORGANISATION)).await;
        let old = since(&world, &linde, &starts[0]).await;
        assert_eq!(told(&old), [("scopeChanged", ids::FACILITY)]);
        assert_eq!(old[0]["organisationId"], ids::ORGANISATION);
        assert_eq!(old[0]["subject"].get("href"), None, "it cannot be read any more");
        let new = since(&world, &berk, &starts[1]).await;
        assert_eq!(told(&new), [("facilityChanged", ids::FACILITY), ("scopeChanged", ids::FACILITY)]);
        assert_eq!(new[1]["subject"]["href"], format!("/v1/facilities/{}", ids::FACILITY));
        assert_eq!(since(&world, &wilg, &starts[2]).await, Vec::<Value>::new());
        assert_eq!(told(&since(&world, &at_facility, &starts[3]).await), [("facilityChanged", ids::FACILITY)]);
        let of_linde = all(&linde).await;
        assert!(!of_linde.iter().any(|event| event["facilityId"] == ids::FACILITY || event["subject"]["id"] == id), "its past went along");
        let of_berk = all(&berk).await;
        assert!(told(&of_berk).contains(&("selfAssessmentCreated", id)));
        assert!(!of_berk.iter().any(|event| event.to_string().contains(ids::ORGANISATION)), "whence it came is not told");
        // What happens to it now is the new one's alone.
        let start = latest(&linde).await;
        berk.seen(&draft).put(&format!("{}/answers/actiefWerken", path_of(&draft.body)), json!({"level": "volledig"})).await.expect(200);
        assert_eq!(since(&world, &linde, &start).await, Vec::<Value>::new());
        for events in [all(&world.admin()).await, all(&world.inspector()).await] {
            assert!(!types(&events).contains(&"scopeChanged"), "what others reach is not told to who sees all");
        }
    }

    async fn a_number_by_which_tokens_are_recognised_tells_when_it_changes(world: World) {
        world.number_events().await;
        let (linde, at_facility) = (world.linde(), world.person("facility", Some("990100".into())));
        let starts = [latest(&linde).await, latest(&at_facility).await];
        let path = format!("/facilities/{}", ids::FACILITY);
        change(&world, &path, |input| input["name"] = json!("Een andere naam")).await;
        change(&world, &path, |input| input["identifiers"].as_array_mut().expect("some").push(json!({"kind": "recognitionNumber", "value": "E-77"}))).await;
        assert_eq!(types(&since(&world, &linde, &starts[0]).await), ["facilityChanged", "facilityChanged"]);
        change(&world, &path, |input| input["identifiers"].as_array_mut().expect("some").push(json!({"kind": "hcoNumber", "value": "990777"}))).await;
        let expected = ["facilityChanged", "facilityChanged", "facilityChanged", "scopeChanged"];
        assert_eq!(types(&since(&world, &linde, &starts[0]).await), expected);
        assert_eq!(types(&since(&world, &at_facility, &starts[1]).await), expected);
        let start = latest(&linde).await;
        change(&world, &format!("/organisations/{}", ids::ORGANISATION), |input| {
            input["identifiers"].as_array_mut().expect("some").push(json!({"kind": "ovoCode", "value": "OVO009999"}));
        }).await;
        assert_eq!(told(&since(&world, &linde, &start).await), [("organisationChanged", ids::ORGANISATION), ("scopeChanged", ids::ORGANISATION)]);
    }

    async fn a_machine_is_told_when_what_it_was_let_in_to_do_changes(world: World) {
        let path = "/integrations/koppel";
        let grant = json!({"name": "Koppel", "scopes": ["read:events", "read:facilities"], "organisations": [ids::ORGANISATION]});
        world.admin().put(path, grant).await.expect(201);
        let machine = world.machine_of("koppel", &known_scopes());
        world.number_events().await;
        let start = latest(&machine).await;
        change(&world, path, |input| {
            input.as_object_mut().expect("an object").remove("clientId");
            input["organisations"] = json!([ids::OTHER_ORGANISATION]);
        }).await;
        let new = since(&world, &machine, &start).await;
        assert_eq!(told(&new), [("scopeChanged", "koppel")]);
        assert_eq!(new[0]["subject"].get("href"), None);
        let grant = json!({"name": "Een andere", "scopes": ["read:events"], "organisations": [ids::ORGANISATION]});
        world.admin().put("/integrations/andere", grant).await.expect(201);
        let cursor = latest(&machine).await;
        assert_eq!(since(&world, &machine, &cursor).await, Vec::<Value>::new(), "another machine's is not told");
        // People who work with the machine's program are not the machine.
        let person = crate::support::issuer::token_with_client("koppel", "facility", Some(enterprise_number(9_990_003)));
        let events = all(&world.with_token(&person)).await;
        assert!(!types(&events).contains(&"scopeChanged"), "{events:?}");
        let report = whole(&world.state, None, |_, _| ()).await.expect("a report");
        assert_eq!((report.fault_count, report.pending), (0, 0), "{:?}", report.faults);
        connect(&world.url).expect("opens").batch_execute("UPDATE audit_event SET client_id = 'x' WHERE client_id = 'koppel'").expect("tampered");
        let report = whole(&world.state, None, |_, _| ()).await.expect("a report");
        assert!(report.fault_count > 0, "for whom an event is, is under its hash");
    }

    async fn a_mandate_gives_of_each_kind_what_it_says_and_its_machine_is_told(world: World) {
        draft_of(&world.linde(), ids::FACILITY).await;
        let berk = draft_of(&world.berk(), "0190a000-0000-7000-8000-000000000013").await;
        let until = (world.state.clock.now() + chrono::Duration::days(100)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let mandate = |scopes: Value| json!({"clientId": "twee", "name": "Twee", "scopes": scopes, "validUntil": until});
        let of = |organisation: &str| format!("/organisations/{organisation}/mandates");
        let narrow = world.linde().post(&of(ids::ORGANISATION), mandate(json!(["read:events", "read:facilities"]))).await.expect(201);
        world.berk().post(&of(ids::OTHER_ORGANISATION), mandate(json!(["read:events", "read:facilities", "read:selfAssessments"]))).await.expect(201);
        world.number_events().await;
        let machine = world.machine_of("twee", &known_scopes());
        let events = all(&machine).await;
        let about: Vec<&Value> = events.iter().filter(|event| event["subject"]["kind"] == "selfAssessment").collect();
        assert!(about.iter().any(|event| event["subject"]["id"] == berk.body["id"]));
        assert!(about.iter().all(|event| event["organisationId"] == ids::OTHER_ORGANISATION), "what the other mandate does not give is not there: {about:?}");
        assert!(events.iter().any(|event| event["type"] == "facilityCreated" && event["organisationId"] == ids::ORGANISATION));
        let changed = events.iter().filter(|event| event["type"] == "scopeChanged").count();
        assert_eq!(changed, 2, "each mandate");
        assert!(told(&all(&world.linde()).await).contains(&("mandateGiven", narrow.body["id"].as_str().expect("an id"))));
        let start = latest(&machine).await;
        world.linde().seen(&narrow).delete(&path_of(&narrow.body)).await.expect(204);
        let id = narrow.body["id"].as_str().expect("an id");
        assert_eq!(told(&since(&world, &machine, &start).await), [("scopeChanged", id)]);
        assert!(!all(&machine).await.iter().any(|event| event["organisationId"] == ids::ORGANISATION));
        let contributor = world.person("facilityContributor", Some(enterprise_number(9_990_001)));
        assert!(!all(&contributor).await.iter().any(|event| event["subject"]["kind"] == "mandate"));
    }

    async fn who_has_few_events_among_many_finds_them_at_once(world: World) {
        world.number_events().await;
        let (linde, wilg) = (world.linde(), world.wilg());
        let start = latest(&linde).await;
        many(&world, 12_000);
        world.number_events().await;
        let draft = draft_of(&linde, ids::FACILITY).await;
        world.number_events().await;
        let first = linde.get(&format!("/events?after={start}")).await.expect(200).body;
        assert_eq!((&told(first["items"].as_array().expect("items"))[0].0, &first["more"]), (&"selfAssessmentCreated", &json!(false)), "nothing tells how much others did");
        let (found, _) = follow(&linde, Some(&start), "").await;
        assert_eq!(told(&found), [("selfAssessmentCreated", draft.body["id"].as_str().expect("an id"))]);
        let theirs = follow(&wilg, Some(&start), "").await.0;
        assert_eq!(theirs.len(), 12_000);
    }

    async fn every_kind_of_thing_that_is_recorded_is_known_to_the_feed(world: World) {
        do_everything(&world).await;
        world.number_events().await;
        let mut addressed = BTreeSet::new();
        for (reader, without) in [
            (world.planner(), [].as_slice()), (world.linde(), &[]), (world.inspector(), &[]), (world.admin(), NOT_READ_BY_AN_ADMIN),
        ] {
            let events = all(&reader).await;
            let mut addresses = BTreeSet::new();
            for event in events.iter().filter(|event| event["type"] != "scopeChanged") {
                let kind = event["subject"]["kind"].as_str().expect("a kind");
                let Some(href) = event["subject"]["href"].as_str() else {
                    let known = without.contains(&kind) || WITHOUT_ADDRESS.iter().any(|(known, _)| *known == kind);
                    assert!(known, "no address: {event}; add its kind to event/kinds.rs");
                    continue;
                };
                addressed.insert(kind.to_owned());
                addresses.insert(href);
            }
            for address in addresses {
                reader.get_at(address).await.expect(200);
            }
        }
        let recorded = recorded_kinds(&world);
        let without: Vec<&str> = recorded.iter().map(String::as_str).filter(|kind| !addressed.contains(*kind)).collect();
        let expected: Vec<&str> = WITHOUT_ADDRESS.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(without, expected, "nobody is told where these are read: add them to event/kinds.rs");
    }
}

/// What an admin hears of, as in the audit, and may not read.
const NOT_READ_BY_AN_ADMIN: &[&str] = &[
    "selfAssessment",
    "contribution",
    "stepPlan",
    "attachment",
    "inspection",
    "urgentSignal",
    "improvementPoint",
];

/// The kinds that have no address in anybody's feed, and why.
const WITHOUT_ADDRESS: &[(&str, &str)] = &[];

/// Makes one of each thing that events are about, and hands in; what moves between versions moves.
async fn do_everything(world: &World) {
    let (admin, linde) = (world.admin(), world.linde());
    let title = json!({"title": {"nl": "Nieuw"}});
    admin.put("/sectors/nieuw", title).await.expect(201);
    let of_sector = json!({"title": {"nl": "Nieuw"}, "sectorCode": "nieuw"});
    let path = "/facilityTypes/nieuw";
    admin.put(path, of_sector).await.expect(201);
    let grant =
        json!({"name": "Koppel", "scopes": ["read:events"], "organisations": [ids::ORGANISATION]});
    admin.put("/integrations/koppel", grant).await.expect(201);
    let organisation = json!({"name": "vzw De Nieuwe", "validFrom": "2020-01-01"});
    admin.post("/organisations", organisation).await.expect(201);
    let facility = new_hospital(world, ids::ORGANISATION).await;
    let site = json!({"name": "Campus Zuid", "validFrom": "2020-01-01"});
    let path = format!("/facilities/{facility}/sites");
    admin.post(&path, site).await.expect(201);
    let unit = json!({"name": "Opname 3", "facilityType": "pz", "validFrom": "2020-01-01"});
    let path = format!("/facilities/{facility}/units");
    admin.post(&path, unit).await.expect(201);
    new_framework(world).await;
    next_cycle(world).await;
    let until = (world.state.clock.now() + chrono::Duration::days(100))
        .to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let mandate = json!({"clientId": "koppel", "name": "Koppel", "scopes": ["read:events"], "validUntil": until});
    let path = format!("/organisations/{}/mandates", ids::ORGANISATION);
    linde.post(&path, mandate).await.expect(201);
    let plan = json!({"name": "Ons plan", "frameworkCode": "ggz", "steps": [{"code": "eerst", "title": "Eerst praten", "steps": ["stap1"]}]});
    let path = format!("/facilities/{facility}/stepPlans/{}", uuid::Uuid::now_v7());
    linde.put(&path, plan).await.expect(201);
    let id = uuid::Uuid::now_v7().to_string();
    send_file(&linde, &id, &facility, b"Verslag.")
        .await
        .expect(201);
    let draft = draft_of(&linde, ids::FACILITY).await;
    let asked = json!({"criteria": [ids::CRITERION], "recipient": "Opname 2"});
    let path = format!("{}/contributions", path_of(&draft.body));
    linde.post(&path, asked).await.expect(201);
    hand_in(&linde, &draft).await;
    let redaction = json!({"facilityId": ids::FACILITY, "text": "Opname 2", "ground": "Fout"});
    linde.post("/redactions", redaction).await.expect(201);
    let migrations = "/frameworks/ggz/versions/2026-1/migrations";
    let whole = json!({"dryRun": false});
    admin.post(migrations, whole).await.expect(201);
    runner::drain(&world.state).await.expect("an end");
}

/// The kinds of things that events are about, in their order.
fn recorded_kinds(world: &World) -> BTreeSet<String> {
    let mut conn = connect(&world.url).expect("opens");
    let kinds = audit_event::table.select(audit_event::subject_kind);
    let kinds = kinds.distinct().into_boxed::<AnyBackend>();
    let kinds: Vec<String> = kinds.load(&mut conn).expect("kinds");
    kinds.into_iter().collect()
}

/// So many events of De Wilg, as its machine might make them.
fn many(world: &World, count: usize) {
    let (numbers, id) = match world.backend {
        Backend::Sqlite => (
            format!(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
            ),
            "randomblob(16)",
        ),
        Backend::Postgres => (
            format!("WITH n (i) AS (SELECT generate_series(1, {count}))"),
            "gen_random_uuid()",
        ),
    };
    let literal = |id: &str| match world.backend {
        Backend::Sqlite => format!("X'{}'", id.replace('-', "")),
        Backend::Postgres => format!("'{id}'::uuid"),
    };
    let sql = format!(
        "{numbers} INSERT INTO audit_event (id, at, action, subject_kind, subject_id, organisation_id, facility_id, public_to_inspectors, actor, trace) \
         SELECT {id}, '2026-01-01T00:00:00.000000Z', 'answersSaved', 'selfAssessment', 'x', {}, {}, false, '{{\"id\":\"x\",\"role\":\"facility\"}}', {id} FROM n",
        literal(ids::NEW_ORGANISATION),
        literal(WILG),
    );
    connect(&world.url)
        .expect("opens")
        .batch_execute(&sql)
        .expect("many");
}
