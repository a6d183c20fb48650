//! Who did what, when: in one order, sealed, and shown to those whose it is.
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use futures_util::future::join_all;
use kindreflex::access::connect;
use kindreflex::audit::chain::{self, StoredEvent};
use kindreflex::audit::report::{FaultKind, Head, Report};
use kindreflex::audit::sequencer::{Pass, drain};
use kindreflex::audit::verify::whole;
use kindreflex::db::schema::{audit_event, audit_order};
use kindreflex::db::types::{AnyBackend, Conn, Id};
use kindreflex::demo::ids;
use serde_json::{Value, json};

use crate::support::{Actor, Answer, Backend, WILG, World, draft_of, ids_of};

/// What somebody with write access to the database does.
fn tamper(world: &World, statements: &str) {
    connect(&world.url)
        .expect("opens")
        .batch_execute(statements)
        .unwrap_or_else(|fault| panic!("{statements}: {fault}"));
}

async fn verified(world: &World, saved: Option<Head>) -> Report {
    whole(&world.state, saved, |_, _| ())
        .await
        .expect("a report")
}

/// What is found, and at which number.
async fn faults(world: &World) -> Vec<(FaultKind, Option<i64>)> {
    let report = verified(world, None).await;
    report
        .faults
        .iter()
        .map(|fault| (fault.kind, fault.seq))
        .collect()
}

/// A world with events under several seals.
async fn sealed(world: &World) -> Report {
    world.number_events().await;
    for _ in 0..2 {
        draft_of(&world.wilg(), WILG).await;
        world.number_events().await;
        cancel(world).await;
        world.number_events().await;
    }
    let report = verified(world, None).await;
    assert_eq!(report.faults, []);
    assert_eq!((report.sealed, report.pending), (report.events, 0));
    assert!(report.events > 20 && report.seals > 2, "{report:?}");
    report
}

/// Something else that is recorded.
async fn cancel(world: &World) {
    let mut conn = connect(&world.url).expect("opens");
    // The draft is taken away again behind the service's back, so that another one can be made.
    let wilg = literal(&conn, WILG.parse().expect("an id"));
    conn.batch_execute(&format!(
        "DELETE FROM answer WHERE self_assessment_id IN (SELECT id FROM self_assessment WHERE facility_id = {wilg});
         DELETE FROM self_assessment WHERE facility_id = {wilg}"
    ))
    .expect("gone");
    world
        .admin()
        .post(
            "/organisations",
            json!({"name": "vzw Extra", "validFrom": "2020-01-01"}),
        )
        .await
        .expect(201);
}

/// An id as the database writes it.
fn literal(conn: &Conn, id: Id) -> String {
    match conn {
        Conn::Postgres(_) => format!("'{id}'"),
        Conn::Sqlite(_) => format!("X'{}'", id.0.simple()),
    }
}

const EVENT_3: &str = "(SELECT event_id FROM audit_order WHERE seq = 3)";

/// Makes every payload's hash and every link anew, as somebody would who knows how.
fn recompute(world: &World) {
    let mut conn = connect(&world.url).expect("opens");
    let rows: Vec<(i64, StoredEvent)> = audit_order::table
        .inner_join(audit_event::table.on(audit_event::id.eq(audit_order::event_id)))
        .order(audit_order::seq)
        .select((audit_order::seq, audit_event::all_columns))
        .into_boxed::<AnyBackend>()
        .load(&mut conn)
        .expect("events");
    let mut link = chain::beginning();
    for (seq, mut event) in rows {
        if let (Some(payload), Some(salt)) = (&event.payload, &event.salt) {
            event.payload_hash = Some(chain::payload_hash(salt, payload));
            diesel::update(audit_event::table.filter(audit_event::id.eq(event.id)))
                .set(audit_event::payload_hash.eq(event.payload_hash.clone()))
                .execute(&mut conn)
                .expect("hashed");
        }
        link = chain::link(&link, seq, &event.hash());
        diesel::update(audit_order::table.filter(audit_order::seq.eq(seq)))
            .set(audit_order::chain.eq(link.clone()))
            .execute(&mut conn)
            .expect("chained");
    }
}

/// Every event that a query takes, page after page.
async fn events_of(actor: &Actor, query: &str) -> Vec<Value> {
    let (mut events, mut path) = (Vec::new(), format!("/auditEvents{query}"));
    loop {
        let page = actor.get(&path).await.expect(200);
        events.extend(page.body["items"].as_array().expect("items").clone());
        let Some((_, next)) = page.body["next"]
            .as_str()
            .and_then(|next| next.split_once("/v1"))
        else {
            return events;
        };
        next.clone_into(&mut path);
    }
}

fn actions(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["action"].as_str().expect("an action"))
        .collect()
}

on_both! {
    async fn an_edited_event_is_found_where_it_stands(world: World) {
        sealed(&world).await;
        for (column, value) in [
            ("action", "'nothing'"), ("actor", "'{\"id\":\"x\",\"role\":\"admin\"}'"), ("subject_id", "'x'"),
            ("at", "'2020-01-01T00:00:00.000000Z'"), ("public_to_inspectors", "true"), ("arrival", "arrival + 100000"),
            ("organisation_id", "NULL"), ("payload_hash", "NULL"),
        ] {
            tamper(&world, "CREATE TABLE kept AS SELECT * FROM audit_event");
            let sql = format!("UPDATE audit_event SET {column} = {value} WHERE id = (SELECT id FROM audit_event \
                JOIN audit_order ON event_id = id WHERE organisation_id IS NOT NULL AND NOT public_to_inspectors ORDER BY seq LIMIT 1)");
            tamper(&world, &sql);
            let found = faults(&world).await;
            assert!(found.iter().any(|(kind, seq)| *kind == FaultKind::EventChanged && seq.is_some()), "{column}: {found:?}");
            tamper(&world, "DELETE FROM audit_event; INSERT INTO audit_event SELECT * FROM kept; DROP TABLE kept");
            assert_eq!(faults(&world).await, [], "{column}");
        }
    }

    async fn an_edited_payload_is_found_and_an_erased_one_passes(world: World) {
        sealed(&world).await;
        tamper(&world, &format!("UPDATE audit_event SET payload = '{{\"name\":\"x\"}}' WHERE id = {EVENT_3}"));
        assert_eq!(faults(&world).await, [(FaultKind::PayloadChanged, Some(3))]);
        tamper(&world, &format!("UPDATE audit_event SET payload = NULL WHERE id = {EVENT_3}"));
        let report = verified(&world, None).await;
        // The demo's own redaction erased another.
        assert_eq!((report.faults.as_slice(), report.erased), (&[][..], 2));
        tamper(&world, &format!("UPDATE audit_event SET salt = NULL WHERE id = {EVENT_3}"));
        assert_eq!(faults(&world).await, []);
    }

    async fn two_events_that_changed_places_are_found(world: World) {
        sealed(&world).await;
        tamper(&world, "UPDATE audit_order SET seq = -1 WHERE seq = 3; UPDATE audit_order SET seq = 3 WHERE seq = 4; \
            UPDATE audit_order SET seq = 4 WHERE seq = -1");
        let found = faults(&world).await;
        assert!(found.contains(&(FaultKind::EventChanged, Some(3))) && found.contains(&(FaultKind::EventChanged, Some(4))), "{found:?}");
    }

    async fn an_event_that_is_gone_leaves_a_gap(world: World) {
        sealed(&world).await;
        tamper(&world, &format!("DELETE FROM audit_event WHERE id = {EVENT_3}"));
        assert_eq!(faults(&world).await, [(FaultKind::EventMissing, Some(3))]);
        tamper(&world, "DELETE FROM audit_order WHERE seq = 3");
        assert_eq!(faults(&world).await, [(FaultKind::Gap, Some(4))]);
        tamper(&world, "DELETE FROM audit_order WHERE seq = 5");
        let found = faults(&world).await;
        assert!(found.contains(&(FaultKind::Gap, Some(6))) && found.contains(&(FaultKind::NotInOrder, None)), "{found:?}");
        // Closing the gap breaks the links, and making the links anew breaks the seals.
        let close = "UPDATE audit_order SET seq = seq - 1 WHERE seq = 4; UPDATE audit_order SET seq = -seq WHERE seq > 5; \
            UPDATE audit_order SET seq = -seq - 2 WHERE seq < 0";
        tamper(&world, close);
        recompute(&world);
        let found = faults(&world).await;
        assert!(found.iter().any(|(kind, _)| *kind == FaultKind::Rewritten), "{found:?}");
    }

    async fn an_event_that_was_put_in_between_is_found(world: World) {
        let before = sealed(&world).await.events;
        let conn = connect(&world.url).expect("opens");
        let id = literal(&conn, Id::new());
        tamper(&world, &format!("
            INSERT INTO audit_event (id, arrival, at, action, subject_kind, subject_id, public_to_inspectors, actor, trace)
              SELECT {id}, -1, at, 'invented', subject_kind, subject_id, public_to_inspectors, actor, trace FROM audit_event WHERE id = {EVENT_3};
            UPDATE audit_order SET seq = -seq WHERE seq >= 3; UPDATE audit_order SET seq = 1 - seq WHERE seq < 0;
            INSERT INTO audit_order SELECT 3, {id}, chain FROM audit_order WHERE seq = 2"));
        let found = faults(&world).await;
        assert!(found.contains(&(FaultKind::EventChanged, Some(3))), "{found:?}");
        recompute(&world);
        let report = verified(&world, None).await;
        assert!(report.events == before + 1 && report.faults.iter().any(|fault| fault.kind == FaultKind::Rewritten), "{report:?}");
    }

    async fn an_edit_with_every_hash_after_it_made_anew_is_found(world: World) {
        let good = sealed(&world).await;
        let actor = "{\"id\":\"x\",\"role\":\"admin\"}";
        tamper(&world, &format!("UPDATE audit_event SET actor = '{actor}', payload = '{{}}' WHERE id = {EVENT_3}"));
        recompute(&world);
        let report = verified(&world, None).await;
        assert!(report.faults.iter().all(|fault| fault.kind == FaultKind::Rewritten), "{report:?}");
        assert_eq!((report.fault_count, report.sealed), (good.seals, 0));
        // Without its seals it is under none, and the service that made them makes no new ones over it.
        tamper(&world, "DELETE FROM audit_seal");
        assert_eq!(faults(&world).await, [(FaultKind::NotSealed, Some(1))]);
        draft_of(&world.wilg(), WILG).await;
        world.number_events().await;
        assert_eq!(faults(&world).await, [(FaultKind::NotSealed, Some(1))]);
    }

    async fn a_seal_of_another_key_or_hand_is_found(world: World) {
        sealed(&world).await;
        tamper(&world, "UPDATE audit_seal SET key_id = 'other' WHERE seq_to = (SELECT max(seq_to) FROM audit_seal)");
        assert!(faults(&world).await.iter().any(|(kind, _)| *kind == FaultKind::UnknownKey));
        tamper(&world, "UPDATE audit_seal SET key_id = (SELECT min(key_id) FROM audit_seal), at = '2020-01-01T00:00:00.000000Z' \
            WHERE seq_to = (SELECT max(seq_to) FROM audit_seal)");
        assert!(faults(&world).await.iter().any(|(kind, _)| *kind == FaultKind::SealForged));
        tamper(&world, "DELETE FROM audit_seal WHERE seq_to = (SELECT min(seq_to) FROM audit_seal)");
        assert!(faults(&world).await.iter().any(|(kind, _)| *kind == FaultKind::SealMissing));
    }

    async fn an_end_that_is_cut_off_is_found_with_a_saved_head(world: World) {
        let head = sealed(&world).await.head.expect("a head");
        assert_eq!(verified(&world, Some(head.clone())).await.faults, []);
        tamper(&world, "DELETE FROM audit_event WHERE id = (SELECT event_id FROM audit_order ORDER BY seq DESC LIMIT 1); \
            DELETE FROM audit_order WHERE seq = (SELECT max(seq) FROM audit_order)");
        let found = faults(&world).await;
        assert!(found.iter().all(|(kind, _)| *kind == FaultKind::Truncated) && !found.is_empty(), "{found:?}");
        tamper(&world, "DELETE FROM audit_order WHERE seq > (SELECT seq_to FROM audit_seal ORDER BY seq_to DESC LIMIT 1 OFFSET 1); \
            DELETE FROM audit_seal WHERE seq_to = (SELECT max(seq_to) FROM audit_seal)");
        tamper(&world, "DELETE FROM audit_event WHERE id NOT IN (SELECT event_id FROM audit_order)");
        assert_eq!(faults(&world).await, []);
        let kinds: Vec<_> = verified(&world, Some(head)).await.faults.iter().map(|fault| fault.kind).collect();
        assert_eq!(kinds, [FaultKind::Truncated]);
    }

    async fn an_end_that_was_numbered_anew_differs_from_the_saved_head(world: World) {
        let head = sealed(&world).await.head.expect("a head");
        tamper(&world, &format!("UPDATE audit_event SET action = 'nothing' WHERE id = {EVENT_3}; \
            DELETE FROM audit_order; DELETE FROM audit_seal; UPDATE audit_watermark SET settled = 0"));
        // A service that was started anew remembers no seal.
        let restarted = crate::support::issuer::state(&world.url);
        drain(&restarted).await.expect("numbered");
        assert_eq!(faults(&world).await, []);
        let kinds: Vec<_> = verified(&world, Some(head)).await.faults.iter().map(|fault| fault.kind).collect();
        assert_eq!(kinds, [FaultKind::HeadDiffers]);
    }

    async fn what_has_no_number_yet_is_counted_and_no_fault(world: World) {
        sealed(&world).await;
        draft_of(&world.wilg(), WILG).await;
        let report = verified(&world, None).await;
        assert_eq!((report.faults.as_slice(), report.pending), (&[][..], 1));
    }

    async fn a_transaction_held_open_blocks_no_other(world: World) {
        if world.backend == Backend::Sqlite {
            return; // There is one writer.
        }
        world.number_events().await;
        let held = Id::new();
        let mut slow = connect(&world.url).expect("opens");
        slow.batch_execute(&format!("BEGIN; INSERT INTO audit_event (id, at, action, subject_kind, subject_id, public_to_inspectors, actor, trace) \
            VALUES ('{held}', now(), 'slow', 'x', 'x', false, '{{\"id\":\"x\",\"role\":\"admin\"}}', '{held}')")).expect("held open");
        draft_of(&world.wilg(), WILG).await;
        world.number_events().await;
        let admin = world.admin();
        let last = || async {
            let all = events_of(&admin, "?pageSize=200").await;
            actions(&all).last().map(|action| (*action).to_owned())
        };
        assert_eq!(last().await.as_deref(), Some("selfAssessmentCreated"));
        assert_eq!(drain(&world.state).await.expect("a pass"), Pass::All(0));
        slow.batch_execute("COMMIT").expect("committed");
        world.number_events().await;
        assert_eq!(last().await.as_deref(), Some("slow"));
        assert_eq!(faults(&world).await, []);
    }

    async fn arrivals_that_began_anew_are_numbered_all_the_same(world: World) {
        sealed(&world).await;
        // As after a dump that was restored on a server with a higher count.
        tamper(&world, "UPDATE audit_watermark SET settled = settled + 1000000");
        draft_of(&world.wilg(), WILG).await;
        assert_eq!(drain(&world.state).await.expect("a pass"), Pass::All(1));
        assert_eq!(drain(&world.state).await.expect("a pass"), Pass::All(0));
        assert_eq!(faults(&world).await, []);
    }

    async fn what_was_answered_before_something_started_comes_before_it(world: World) {
        let admin = world.admin();
        let writers = (0..6).map(|writer| {
            let admin = admin.clone();
            async move {
                for turn in 0..8 {
                    let name = format!("vzw {writer} {turn}");
                    admin.post("/organisations", json!({"name": name, "validFrom": "2020-01-01"})).await.expect(201);
                }
            }
        });
        let other = crate::support::issuer::state(&world.url);
        let numbering = async {
            for _ in 0..40 {
                drain(&world.state).await.expect("a pass");
                drain(&other).await.expect("a pass");
            }
        };
        futures_util::future::join(join_all(writers), numbering).await;
        world.number_events().await;
        let made = events_of(&admin, "?action=organisationCreated&pageSize=200").await;
        let admins = world.state.clone();
        let report = whole(&admins, None, |_, _| ()).await.expect("a report");
        assert_eq!((report.fault_count, report.pending), (0, 0), "{:?}", report.faults);
        let mut names = Vec::new();
        for event in made {
            let path = format!("/organisations/{}", event["subject"]["id"].as_str().expect("an id"));
            names.push(admin.get(&path).await.expect(200).body["name"].as_str().expect("a name").to_owned());
        }
        for writer in 0..6 {
            let own: Vec<&String> = names.iter().filter(|name| name.starts_with(&format!("vzw {writer} "))).collect();
            let expected: Vec<String> = (0..8).map(|turn| format!("vzw {writer} {turn}")).collect();
            assert_eq!(own, expected.iter().collect::<Vec<_>>());
        }
    }

    async fn a_facility_reads_what_was_done_to_what_is_its_own(world: World) {
        draft_of(&world.linde(), ids::FACILITY).await;
        world.number_events().await;
        let events = events_of(&world.linde(), "?pageSize=200").await;
        assert!(actions(&events).contains(&"selfAssessmentSubmitted"), "{:?}", actions(&events));
        assert_eq!(actions(&events).last(), Some(&"selfAssessmentCreated"));
        let own = events.last().expect("an event");
        assert_eq!(own["actor"]["id"], "facility");
        assert_eq!(own["facilityId"], ids::FACILITY);
        assert_eq!(own["payload"]["facilityId"], ids::FACILITY);
        assert!(events.iter().all(|event| event["organisationId"] == ids::ORGANISATION), "{events:?}");
        let narrow = world.person("facility", Some("990100".into()));
        assert!(events_of(&narrow, "?pageSize=200").await.iter().all(|event| event["facilityId"] == ids::FACILITY));
    }

    async fn an_edited_revision_is_found_and_so_is_one_that_is_gone(world: World) {
        world.number_events().await;
        let good = verified(&world, None).await;
        assert_eq!(good.fault_count, 0, "{:?}", good.faults);
        let mut conn = connect(&world.url).expect("opens");
        let cast = match world.backend { Backend::Sqlite => "document", Backend::Postgres => "document::text" };
        let turned = format!("replace({cast}, 'volledig', 'grotendeels')");
        let turned = match world.backend { Backend::Sqlite => turned, Backend::Postgres => format!("({turned})::jsonb") };
        conn.batch_execute(&format!("UPDATE self_assessment_revision SET document = {turned}")).expect("edited");
        let edited = verified(&world, None).await;
        assert!(edited.fault_count > 0);
        assert!(edited.faults.iter().all(|fault| fault.kind == FaultKind::RevisionChanged), "{:?}", edited.faults);
        conn.batch_execute("DELETE FROM revision_attachment; DELETE FROM self_assessment_revision").expect("deleted");
        let gone = verified(&world, None).await;
        assert!(gone.fault_count >= edited.fault_count);
        assert!(gone.faults.iter().all(|fault| fault.detail.contains("is gone")), "{:?}", gone.faults);
    }

    async fn a_facility_that_moves_takes_its_past_along(world: World) {
        let (linde, berk, admin) = (world.linde(), world.berk(), world.admin());
        let draft = draft_of(&linde, ids::FACILITY).await;
        let answer = json!({"level": "deels", "note": "Alleen voor ons."});
        linde.seen(&draft).put(&format!("{}/answers/actiefWerken", crate::support::path_of(&draft.body)), answer).await.expect(200);
        let path = format!("/facilities/{}", ids::FACILITY);
        let facility = admin.get(&path).await.expect(200);
        let mut moved = facility.body.clone();
        moved.as_object_mut().expect("an object").retain(|field, _| !["href", "id"].contains(&field.as_str()));
        moved["organisationId"] = json!(ids::OTHER_ORGANISATION);
        admin.seen(&facility).put(&path, moved).await.expect(200);
        world.number_events().await;
        let events = format!("/auditEvents?facilityId={}&pageSize=200", ids::FACILITY);
        let before = linde.get(&events).await.expect(200);
        assert_eq!(before.body["items"], json!([]), "it is not theirs any more");
        let after = berk.get(&events).await.expect(200);
        assert!(after.body.to_string().contains("Alleen voor ons."), "what is theirs now has its past");
    }

    async fn another_hospital_reads_nothing_of_it(world: World) {
        let draft = draft_of(&world.linde(), ids::FACILITY).await;
        world.number_events().await;
        let berk = world.berk();
        let seen = berk.get("/auditEvents?pageSize=200").await.expect(200);
        let text = String::from_utf8_lossy(&seen.bytes).into_owned();
        for secret in [ids::ORGANISATION, ids::FACILITY, draft.body["id"].as_str().expect("an id")] {
            assert!(!text.contains(secret), "{secret}");
        }
        assert!(!text.contains("seq"), "{text}");
        for filter in [format!("facilityId={}", ids::FACILITY), format!("subjectId={}", draft.body["id"].as_str().expect("an id"))] {
            assert_eq!(events_of(&berk, &format!("?{filter}")).await, Vec::<Value>::new());
        }
        let theirs = ids_of(&world.linde().get("/auditEvents?pageSize=200").await.expect(200));
        let unknown = Id::new().to_string();
        for cursor in [theirs.last().expect("an event"), &unknown] {
            let refused = berk.get(&format!("/auditEvents?after={cursor}")).await.problem(400, "badRequest");
            assert_eq!(refused.issues(), [("invalidValue".to_owned(), "after".to_owned())]);
        }
    }

    async fn an_inspector_reads_what_was_handed_in_and_not_what_it_says(world: World) {
        draft_of(&world.linde(), ids::FACILITY).await;
        world.number_events().await;
        let events = events_of(&world.person("inspector", None), "?pageSize=200").await;
        assert!(!events.is_empty());
        for event in &events {
            assert_eq!(event["action"], "selfAssessmentSubmitted");
            assert_eq!(event["payload"], Value::Null);
        }
    }

    async fn an_admin_reads_every_event_and_what_settings_say(world: World) {
        draft_of(&world.linde(), ids::FACILITY).await;
        world.number_events().await;
        let admin = world.admin();
        let (mut found, mut path) = (Vec::new(), "/auditEvents?pageSize=7".to_owned());
        loop {
            let page: Answer = admin.get(&path).await.expect(200);
            found.extend(page.body["items"].as_array().expect("items").clone());
            let Some(next) = page.body["next"].as_str() else { break };
            next.strip_prefix("https://kindreflex.test/v1").expect("ours").clone_into(&mut path);
        }
        let whole = events_of(&admin, "?pageSize=200").await;
        assert_eq!(found.len(), whole.len());
        assert_eq!(found, whole);
        assert!(whole.iter().any(|event| event["facilityId"] == ids::FACILITY));
        for event in &whole {
            let about_someone = event["organisationId"].is_string() || event["facilityId"].is_string();
            assert!(!about_someone || event["payload"].is_null(), "{event}");
        }
        let machine = events_of(&admin, "?action=integrationLetIn&subjectKind=integration").await;
        assert_eq!(machine[0]["payload"]["scopes"].as_array().map(Vec::is_empty), Some(false), "{machine:?}");
        let two = events_of(&admin, "?action=cycleCreated&action=selfAssessmentCreated&pageSize=200").await;
        assert!(actions(&two).contains(&"cycleCreated") && actions(&two).contains(&"selfAssessmentCreated"));
        let about = events_of(&admin, &format!("?facilityId={}&pageSize=200", ids::FACILITY)).await;
        assert!(!about.is_empty() && about.iter().all(|event| event["facilityId"] == ids::FACILITY));
    }

    async fn an_admin_verifies_and_sees_what_is_wrong(world: World) {
        world.number_events().await;
        let admin = world.admin();
        let good = admin.get("/auditEvents/verification").await.expect(200).body;
        assert_eq!((&good["valid"], &good["complete"], &good["sealed"]), (&json!(true), &json!(true), &json!(true)), "{good}");
        assert_eq!(good["events"], good["sealedEvents"]);
        assert_eq!(good["faults"], json!([]));
        tamper(&world, &format!("UPDATE audit_event SET action = 'nothing' WHERE id = {EVENT_3}"));
        let bad = admin.get("/auditEvents/verification").await.expect(200).body;
        assert_eq!((&bad["valid"], &bad["faults"][0]["what"]), (&json!(false), &json!("eventChanged")), "{bad}");
        let changed = events_of(&admin, "?action=nothing").await;
        assert_eq!(bad["faults"][0]["eventId"], changed[0]["id"]);
    }
}
