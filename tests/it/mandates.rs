//! Mandates: what a machine may do, for whom and until when. In whose name is in `on_behalf`.
use actix_web::http::Method;
use chrono::{Duration, SecondsFormat};
use diesel::connection::SimpleConnection;
use futures_util::future::join;
use futures_util::{StreamExt, stream};
use kindreflex::access::connect;
use kindreflex::db::types::Conn;
use kindreflex::demo::{enterprise_number, ids};
use kindreflex::facility::integrations::known_scopes;
use serde_json::{Value, json};

use crate::support::{
    Actor, Answer, Backend, World, digest_of, draft_of, hex_of, ids_of, path_of, send_file,
};

pub const VENDOR: &str = "leverancier";
pub const LINDE: &str = "/organisations/0190a000-0000-7000-8000-000000000001/mandates";
const BERK: &str = "/organisations/0190a000-0000-7000-8000-000000000002/mandates";
/// Beschut Wonen De Linde, and its self-assessment of last year.
const IBW: &str = "0190a000-0000-7000-8000-000000000012";
const IBW_ASSESSMENT: &str = "0190a000-0000-7000-8000-000000000052";
/// This year's draft of the same.
const IBW_DRAFT: &str = "0190a000-0000-7000-8000-0000000000a0";
/// The hospital of De Berk, and its self-assessment of last year.
const BERK_HOSPITAL: &str = "0190a000-0000-7000-8000-000000000013";
pub const BERK_ASSESSMENT: &str = "0190a000-0000-7000-8000-000000000053";
pub const READ: &str = "read:selfAssessments";
pub const WRITE: &str = "write:selfAssessments";

/// So many minutes from now.
fn in_minutes(world: &World, minutes: i64) -> String {
    let at = world.state.clock.now() + Duration::minutes(minutes);
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

pub fn mandate(world: &World, scopes: &[&str]) -> Value {
    json!({"clientId": VENDOR, "name": "Leverancier (fictief)", "scopes": scopes, "validUntil": in_minutes(world, 60 * 24 * 365)})
}

fn limited(world: &World, scopes: &[&str], facilities: &[&str]) -> Value {
    let mut input = mandate(world, scopes);
    input["facilities"] = json!(facilities);
    input
}

/// The vendor's machine, with these scopes in its token.
pub fn vendor(world: &World, scopes: &[&str]) -> Actor {
    world.machine_of(VENDOR, scopes)
}

/// Somebody whose token is for the sheltered housing of De Linde alone.
fn of_ibw(world: &World) -> Actor {
    world.person("facility", Some("990101".into()))
}

/// Long enough for a request that nobody holds up.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(500);

/// A row that a transaction outside of the service holds, until this is dropped. On SQLite that would hold up everybody.
struct Held(Conn);

impl Held {
    fn draft(world: &World, id: &str) -> Option<Self> {
        if world.backend == Backend::Sqlite {
            return None;
        }
        let mut conn = connect(&world.url).expect("opens");
        let lock = format!("BEGIN; SELECT 1 FROM self_assessment WHERE id = '{id}' FOR UPDATE");
        conn.batch_execute(&lock).expect("held");
        Some(Self(conn))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.batch_execute("ROLLBACK").expect("let go");
    }
}

pub async fn give(actor: &Actor, path: &str, input: Value) -> Answer {
    actor.post(path, input).await.expect(201)
}

async fn revoke(actor: &Actor, given: &Answer) {
    actor
        .with("if-match", "*")
        .delete(&path_of(&given.body))
        .await
        .expect(204);
}

on_both! {
    async fn a_coordinator_gives_a_mandate_changes_it_and_takes_it_back(world: World) {
        let (linde, machine) = (world.linde(), vendor(&world, &[READ, WRITE]));
        machine.get("/selfAssessments").await.problem(403, "missingPermission");
        let mut input = mandate(&world, &[READ]);
        input["contact"] = json!("helpdesk@vendor.example");
        let given = give(&linde, LINDE, input.clone()).await;
        let path = path_of(&given.body);
        assert_eq!(given.header("location"), given.body["href"].as_str());
        assert_eq!((&given.body["status"], &given.body["contact"]), (&json!("live"), &input["contact"]));
        assert_eq!(given.body["givenBy"]["role"], "facility");
        assert!(given.body.get("facilities").is_none(), "for all of them");
        assert!(ids_of(&machine.get("/selfAssessments").await.expect(200)).contains(&ids::SELF_ASSESSMENT.to_owned()));
        machine.get("/facilities").await.problem(403, "missingScope");

        let again = linde.get(&path).await.expect(200);
        assert_eq!((again.etag(), &again.body), (given.etag(), &given.body));
        assert!(ids_of(&linde.get(&format!("{LINDE}?pageSize=200")).await).contains(&given.body["id"].as_str().expect("an id").to_owned()));
        linde.put(&path, input.clone()).await.problem(428, "preconditionRequired");
        input["scopes"] = json!([READ, WRITE]);
        let changed = linde.seen(&given).put(&path, input.clone()).await.expect(200);
        linde.seen(&given).put(&path, input.clone()).await.problem(412, "preconditionFailed");
        linde.seen(&given).delete(&path).await.problem(412, "preconditionFailed");
        let draft = draft_of(&machine, ids::FACILITY).await;

        linde.seen(&changed).delete(&path).await.expect(204);
        machine.get("/selfAssessments").await.problem(403, "missingPermission");
        machine.seen(&draft).put(&format!("{}/answers/actiefWerken", path_of(&draft.body)), json!({"level": "volledig"}))
            .await.problem(403, "missingPermission");
        let kept = linde.get(&path).await.expect(200);
        assert_eq!((&kept.body["status"], &kept.body["revokedBy"]["role"]), (&json!("revoked"), &json!("facility")));
        assert!(kept.body["revokedAt"].is_string(), "{}", kept.body);
        linde.seen(&kept).put(&path, input).await.problem(409, "stateConflict");
        linde.seen(&kept).delete(&path).await.problem(409, "stateConflict");

        world.number_events().await;
        let events = linde.get(&format!("/auditEvents?subjectId={}", given.body["id"].as_str().expect("an id"))).await.expect(200);
        let events = events.body["items"].as_array().expect("events").clone();
        let actions: Vec<&str> = events.iter().filter_map(|event| event["action"].as_str()).collect();
        assert_eq!(actions, ["mandateGiven", "mandateChanged", "mandateRevoked"]);
        for event in &events {
            assert_eq!((&event["subject"]["kind"], &event["payload"]["clientId"]), (&json!("mandate"), &json!(VENDOR)));
            assert_eq!((&event["organisationId"], event.get("facilityId")), (&json!(ids::ORGANISATION), None));
        }
    }

    async fn a_client_has_one_live_mandate_for_a_facility(world: World) {
        let linde = world.linde();
        let first = give(&linde, LINDE, limited(&world, &[READ], &[ids::FACILITY])).await;
        for input in [mandate(&world, &[READ]), limited(&world, &[WRITE], &[IBW, ids::FACILITY])] {
            let refused = linde.with("accept-language", "en").post(LINDE, input).await.problem(409, "stateConflict");
            let named = first.body["href"].as_str().expect("a href");
            assert!(refused.body["detail"].as_str().expect("a detail").contains(named), "{}", refused.body);
        }
        let other = give(&linde, LINDE, limited(&world, &[WRITE], &[IBW])).await;
        let wider = limited(&world, &[WRITE], &[IBW, ids::FACILITY]);
        linde.seen(&other).put(&path_of(&other.body), wider.clone()).await.problem(409, "stateConflict");
        give(&world.berk(), BERK, mandate(&world, &[READ])).await;
        revoke(&linde, &first).await;
        linde.seen(&other).put(&path_of(&other.body), wider).await.expect(200);
    }

    async fn two_mandates_given_at_once_are_one(world: World) {
        let linde = world.linde();
        for _ in 0..10 {
            let (one, other) = join(
                linde.post(LINDE, mandate(&world, &[READ])),
                linde.post(LINDE, mandate(&world, &[WRITE])),
            ).await;
            let mut statuses = [one.status, other.status];
            statuses.sort_unstable();
            assert_eq!(statuses, [201, 409]);
            revoke(&linde, if one.status == 201 { &one } else { &other }).await;
        }
    }

    async fn every_fault_of_a_mandate_is_named_at_once(world: World) {
        let linde = world.linde();
        let wrong = json!({"clientId": VENDOR, "name": " ", "scopes": ["read:alles", READ], "contact": " ", "validUntil": in_minutes(&world, 60)});
        let refused = linde.post(LINDE, wrong).await.problem(400, "badRequest");
        let expected = [("length", "name"), ("length", "contact"), ("unknownScope", "scopes[0]")];
        assert_eq!(refused.issues(), expected.map(|(kind, name)| (kind.to_owned(), name.to_owned())));
        let empty = limited(&world, &[], &[]);
        let refused = linde.post(LINDE, empty).await.problem(400, "badRequest");
        let expected = [("length", "facilities"), ("length", "scopes")];
        assert_eq!(refused.issues(), expected.map(|(kind, name)| (kind.to_owned(), name.to_owned())));
        let mut wrong = limited(&world, &[READ], &[ids::FACILITY, BERK_HOSPITAL]);
        wrong["validUntil"] = json!(in_minutes(&world, 60 * 24 * (3 * 366 + 1)));
        let refused = linde.post(LINDE, wrong).await.problem(400, "badRequest");
        let expected = [("validity", "validUntil"), ("unknownReference", "facilities[1]")];
        assert_eq!(refused.issues(), expected.map(|(kind, name)| (kind.to_owned(), name.to_owned())));
        let mut past = mandate(&world, &[READ]);
        past["validUntil"] = json!(in_minutes(&world, -1));
        linde.post(LINDE, past).await.problem(400, "badRequest");
        let mut endless = mandate(&world, &[READ]);
        endless.as_object_mut().expect("an object").remove("validUntil");
        assert_eq!(linde.post(LINDE, endless).await.problem(400, "badRequest").issues()[0].1, "validUntil");
        let mut named = mandate(&world, &[READ]);
        named["name"] = json!("Mevrouw 85.07.30-033.28");
        assert_eq!(linde.post(LINDE, named).await.problem(400, "badRequest").issues()[0].0, "personalData");
        let given = give(&linde, LINDE, mandate(&world, &[READ])).await;
        let mut other = mandate(&world, &[READ]);
        other["clientId"] = json!("een-andere");
        let refused = linde.seen(&given).put(&path_of(&given.body), other).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("fixed".to_owned(), "clientId".to_owned())]);
    }

    async fn who_has_one_facility_gives_a_mandate_for_that_one_alone(world: World) {
        let (linde, ibw) = (world.linde(), of_ibw(&world));
        let refused = ibw.post(LINDE, mandate(&world, &[READ])).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("tooWide".to_owned(), "facilities".to_owned())]);
        let wide = limited(&world, &[READ], &[IBW, ids::FACILITY]);
        assert_eq!(ibw.post(LINDE, wide.clone()).await.problem(400, "badRequest").issues()[0].1, "facilities[1]");
        let own = give(&ibw, LINDE, limited(&world, &[READ], &[IBW])).await;
        assert_eq!(own.body["facilities"], json!([IBW]));
        revoke(&ibw, &own).await;

        let hospital = give(&linde, LINDE, limited(&world, &[READ], &[ids::FACILITY])).await;
        ibw.get(&path_of(&hospital.body)).await.problem(404, "resourceNotFound");
        ibw.with("if-match", "*").delete(&path_of(&hospital.body)).await.problem(404, "resourceNotFound");
        revoke(&linde, &hospital).await;
        let both = give(&linde, LINDE, wide.clone()).await;
        let seen = ibw.get(&path_of(&both.body)).await.expect(200);
        assert_eq!(seen.body["facilities"], json!([IBW]), "the other one is not theirs to know about");
        let listed = ibw.get(&format!("{LINDE}?pageSize=200")).await.expect(200);
        let ids = ids_of(&listed);
        assert!(ids.contains(&both.body["id"].as_str().expect("an id").to_owned()) && ids.contains(&ids::MANDATE.to_owned()), "{ids:?}");
        assert!(!listed.body.to_string().contains(ids::FACILITY) && !ids.contains(&hospital.body["id"].as_str().expect("an id").to_owned()));
        ibw.seen(&seen).put(&path_of(&both.body), limited(&world, &[READ], &[IBW])).await.problem(403, "missingPermission");
        ibw.seen(&seen).delete(&path_of(&both.body)).await.problem(403, "missingPermission");
        let contributor = world.person("facilityContributor", Some("990101".into()));
        contributor.get(LINDE).await.problem(403, "missingPermission");
    }

    async fn another_organisations_mandates_do_not_exist_for_a_coordinator(world: World) {
        let (linde, berk) = (world.linde(), world.berk());
        let given = give(&linde, LINDE, mandate(&world, &[READ])).await;
        let path = path_of(&given.body);
        berk.get(LINDE).await.problem(404, "resourceNotFound");
        berk.get(&path).await.problem(404, "resourceNotFound");
        berk.post(LINDE, mandate(&world, &[READ])).await.problem(404, "resourceNotFound");
        berk.seen(&given).put(&path, mandate(&world, &[READ])).await.problem(404, "resourceNotFound");
        berk.seen(&given).delete(&path).await.problem(404, "resourceNotFound");
        // Its own path does not lead there either.
        let aside = format!("{BERK}/{}", given.body["id"].as_str().expect("an id"));
        berk.get(&aside).await.problem(404, "resourceNotFound");
        berk.seen(&given).delete(&aside).await.problem(404, "resourceNotFound");
        world.number_events().await;
        let events = berk.get("/auditEvents?subjectKind=mandate&pageSize=200").await.expect(200);
        assert!(!events.body.to_string().contains(ids::ORGANISATION), "{}", events.body);
        assert_eq!(linde.get(&path).await.expect(200).etag(), given.etag());
        for actor in [world.inspector(), world.planner(), vendor(&world, &[READ])] {
            actor.get(LINDE).await.problem(403, "missingPermission");
        }
    }

    async fn an_admin_takes_a_mandate_back_and_gives_none(world: World) {
        let (admin, berk) = (world.admin(), world.berk());
        admin.post(BERK, limited(&world, &[READ], &[BERK_HOSPITAL])).await.problem(403, "missingPermission");
        assert_eq!(berk.post(BERK, limited(&world, &[READ], &[IBW])).await.problem(400, "badRequest").issues()[0].1, "facilities[0]");
        let given = give(&berk, BERK, limited(&world, &[READ], &[BERK_HOSPITAL])).await;
        let path = path_of(&given.body);
        admin.seen(&given).put(&path, mandate(&world, &[READ, WRITE])).await.problem(403, "missingPermission");
        let machine = vendor(&world, &[READ]);
        assert_eq!(ids_of(&machine.get("/selfAssessments").await.expect(200)), [BERK_ASSESSMENT]);
        admin.seen(&given).delete(&path).await.expect(204);
        machine.get("/selfAssessments").await.problem(403, "missingPermission");
        admin.get("/organisations/0190a000-0000-7000-8000-0000000000ff/mandates").await.problem(404, "resourceNotFound");
    }

    async fn a_machine_with_a_mandate_of_one_organisation_finds_nothing_of_another(world: World) {
        give(&world.linde(), LINDE, mandate(&world, &[READ, WRITE, "read:facilities", "write:attachments"])).await;
        let machine = vendor(&world, &[READ, WRITE, "read:facilities", "write:attachments"]);
        let foreign = format!("/selfAssessments/{BERK_ASSESSMENT}");
        for path in [
            foreign.clone(), format!("{foreign}/result"), format!("{foreign}/revisions"), format!("{foreign}/revisions/1"),
            format!("{foreign}/answers/actiefWerken"), format!("/facilities/{BERK_HOSPITAL}"), format!("/facilities/{BERK_HOSPITAL}/sites"),
            format!("/organisations/{}", ids::OTHER_ORGANISATION),
        ] {
            machine.get(&path).await.problem(404, "resourceNotFound");
        }
        for list in ["/selfAssessments", "/facilities", "/organisations"] {
            let shown = machine.get(&format!("{list}?pageSize=200")).await.expect(200).body.to_string();
            assert!(shown.contains(ids::ORGANISATION) || shown.contains(ids::SELF_ASSESSMENT), "{shown}");
            for foreign in [ids::OTHER_ORGANISATION, BERK_HOSPITAL, BERK_ASSESSMENT] {
                assert!(!shown.contains(foreign), "{list}: {shown}");
            }
        }
        let narrowed = machine.get(&format!("/selfAssessments?facilityId={BERK_HOSPITAL}")).await.expect(200);
        assert_eq!(narrowed.body["items"], json!([]));
        let stolen = json!({"facilityId": BERK_HOSPITAL, "cycleId": ids::CYCLE});
        machine.post("/selfAssessments", stolen).await.problem(404, "resourceNotFound");
        let draft = draft_of(&world.berk(), BERK_HOSPITAL).await;
        let answer = format!("{}/answers/actiefWerken", path_of(&draft.body));
        machine.seen(&draft).put(&answer, json!({"level": "niet"})).await.problem(404, "resourceNotFound");
        let attachment = uuid::Uuid::now_v7().to_string();
        send_file(&machine, &attachment, BERK_HOSPITAL, b"Verslag").await.problem(404, "resourceNotFound");
    }

    async fn what_one_organisation_allows_is_not_allowed_by_another(world: World) {
        give(&world.linde(), LINDE, mandate(&world, &[READ])).await;
        give(&world.berk(), BERK, mandate(&world, &[READ, WRITE])).await;
        let machine = vendor(&world, &[READ, WRITE]);
        let read = ids_of(&machine.get("/selfAssessments?pageSize=200").await.expect(200));
        assert!(read.contains(&ids::SELF_ASSESSMENT.to_owned()) && read.contains(&BERK_ASSESSMENT.to_owned()), "{read:?}");
        draft_of(&machine, BERK_HOSPITAL).await;
        let other = json!({"facilityId": ids::FACILITY, "cycleId": ids::CYCLE});
        machine.post("/selfAssessments", other).await.problem(404, "resourceNotFound");
        let draft = draft_of(&world.linde(), ids::FACILITY).await;
        let answer = format!("{}/answers/actiefWerken", path_of(&draft.body));
        machine.get(&path_of(&draft.body)).await.expect(200);
        machine.seen(&draft).put(&answer, json!({"level": "volledig"})).await.problem(404, "resourceNotFound");
        // In the mandate, and not in the token; in the token, and not in the mandate.
        vendor(&world, &[READ]).seen(&draft).put(&answer, json!({"level": "volledig"})).await.problem(403, "missingScope");
        vendor(&world, &["read:facilities"]).get("/facilities").await.problem(403, "missingScope");
    }

    async fn a_mandate_that_expired_is_worth_nothing_until_it_is_given_more_time(world: World) {
        let (linde, machine) = (world.linde(), vendor(&world, &[READ, WRITE]));
        let mut input = mandate(&world, &[READ, WRITE]);
        input["validUntil"] = json!(in_minutes(&world, 20));
        let given = give(&linde, LINDE, input.clone()).await;
        let body = json!({"facilityId": ids::FACILITY, "cycleId": ids::CYCLE});
        let once = machine.with("idempotency-key", "eenmaal");
        let made = once.post("/selfAssessments", body.clone()).await.expect(201);
        assert_eq!(once.post("/selfAssessments", body.clone()).await.expect(201).body, made.body);
        world.state.clock.advance(Duration::minutes(21));
        machine.get("/selfAssessments").await.problem(403, "missingPermission");
        once.post("/selfAssessments", body.clone()).await.problem(403, "missingPermission");
        let path = path_of(&given.body);
        let expired = linde.get(&path).await.expect(200);
        assert_eq!(expired.body["status"], "expired");
        assert_ne!(expired.etag(), given.etag(), "what is shown has changed");
        let other = give(&linde, LINDE, mandate(&world, &[READ])).await;
        input["validUntil"] = json!(in_minutes(&world, 20));
        linde.seen(&expired).put(&path, input.clone()).await.problem(409, "stateConflict");
        revoke(&linde, &other).await;
        assert_eq!(linde.seen(&expired).put(&path, input).await.expect(200).body["status"], "live");
        assert_eq!(once.post("/selfAssessments", body).await.expect(201).body, made.body);
    }

    async fn a_revoked_mandate_replays_nothing(world: World) {
        let linde = world.linde();
        let given = give(&linde, LINDE, mandate(&world, &[READ, WRITE])).await;
        let elsewhere = give(&world.berk(), BERK, mandate(&world, &[READ, WRITE])).await;
        let machine = vendor(&world, &[READ, WRITE]).with("idempotency-key", "eenmaal");
        let body = json!({"facilityId": ids::FACILITY, "cycleId": ids::CYCLE});
        machine.post("/selfAssessments", body.clone()).await.expect(201);
        revoke(&linde, &given).await;
        // It is still let in elsewhere: here there is nothing any more.
        machine.post("/selfAssessments", body.clone()).await.problem(404, "resourceNotFound");
        revoke(&world.berk(), &elsewhere).await;
        machine.post("/selfAssessments", body).await.problem(403, "missingPermission");
    }

    async fn a_mandate_that_is_revoked_while_bytes_arrive_stores_nothing(world: World) {
        let linde = world.linde();
        let given = give(&linde, LINDE, mandate(&world, &["write:attachments", "read:attachments"])).await;
        let machine = vendor(&world, &["write:attachments", "read:attachments"]);
        let text = "Verslag van het overleg. ".repeat(20_000).into_bytes();
        let id = uuid::Uuid::now_v7();
        let path = format!("/attachments/{id}?facilityId={}", ids::FACILITY);
        let pieces: Vec<Vec<u8>> = text.chunks(100_000).map(<[u8]>::to_vec).collect();
        let (coordinator, mandate) = (linde.clone(), path_of(&given.body));
        let slow = stream::iter(pieces.into_iter().enumerate()).then(move |(turn, piece)| {
            let (coordinator, mandate) = (coordinator.clone(), mandate.clone());
            async move {
                if turn == 3 {
                    coordinator.with("if-match", "*").delete(&mandate).await.expect(204);
                }
                piece
            }
        });
        let sent = machine.with("content-type", "text/plain").with("repr-digest", &digest_of(&text))
            .stream(Method::PUT, &path, slow).await;
        sent.problem(403, "missingPermission");
        linde.get(&format!("/attachments/{id}")).await.problem(404, "resourceNotFound");
    }

    async fn who_revokes_a_mandate_is_told_so_when_nothing_more_is_stored_by_it(world: World) {
        let linde = world.linde();
        let machine = vendor(&world, &[READ, WRITE]);
        let draft = draft_of(&linde, ids::FACILITY).await;
        let (path, tag) = (path_of(&draft.body), draft.etag());
        let id = path.rsplit('/').next().expect("an id").to_owned();
        let given = give(&linde, LINDE, mandate(&world, &[READ, WRITE])).await;
        let (path, answer) = (format!("{path}/answers/actiefWerken"), json!({"level": "volledig"}));
        let waiting = machine.with("if-match", &tag);
        // Somebody holds the draft, so that the machine's write waits when its right is judged already.
        let held = Held::draft(&world, &id);
        let mut writing = Box::pin(waiting.put(&path, answer.clone()));
        let early = tokio::time::timeout(PAUSE, &mut writing).await;
        assert_eq!(early.is_err(), held.is_some(), "the write waits where it can");
        let mut taking = Box::pin(revoke(&linde, &given));
        let mut taken = false;
        if held.is_some() {
            taken = tokio::time::timeout(PAUSE, &mut taking).await.is_ok();
        }
        assert!(!taken, "the mandate was said to be revoked while the machine still wrote");
        drop(held);
        let written = match early {
            Ok(written) => written,
            Err(_) => writing.await,
        };
        written.expect(200);
        taking.await;
        let after = linde.get(path.trim_end_matches("/answers/actiefWerken")).await.expect(200);
        machine.with("if-match", "*").put(&path, answer).await.problem(403, "missingPermission");
        assert_eq!(linde.get(path.trim_end_matches("/answers/actiefWerken")).await.expect(200).etag(), after.etag());
    }

    async fn a_mandate_for_some_facilities_reaches_those_alone(world: World) {
        let scopes = [READ, WRITE, "read:facilities", "read:attachments", "write:attachments"];
        give(&world.linde(), LINDE, limited(&world, &scopes, &[IBW])).await;
        let machine = vendor(&world, &scopes);
        assert_eq!(ids_of(&machine.get("/facilities").await.expect(200)), [IBW]);
        assert_eq!(ids_of(&machine.get("/organisations").await.expect(200)), [ids::ORGANISATION]);
        assert_eq!(ids_of(&machine.get("/selfAssessments").await.expect(200)), [IBW_ASSESSMENT, IBW_DRAFT]);
        machine.get(&format!("/selfAssessments/{IBW_ASSESSMENT}")).await.expect(200);
        for hidden in [
            format!("/selfAssessments/{}", ids::SELF_ASSESSMENT), format!("/facilities/{}", ids::FACILITY),
            format!("/facilities/{}/units", ids::FACILITY), format!("/attachments/{}", ids::ATTACHMENT),
            format!("/attachments/{}/content", ids::ATTACHMENT),
        ] {
            machine.get(&hidden).await.problem(404, "resourceNotFound");
        }
        let body = json!({"facilityId": ids::FACILITY, "cycleId": ids::CYCLE});
        machine.post("/selfAssessments", body).await.problem(404, "resourceNotFound");
        let own = json!({"facilityId": IBW, "cycleId": ids::OWN_CYCLE});
        machine.post("/selfAssessments", own).await.expect(201);
        machine.get("/auditEvents").await.problem(403, "missingPermission");
    }

    async fn a_facility_that_went_to_another_organisation_left_its_mandates_behind(world: World) {
        let (linde, admin) = (world.linde(), world.admin());
        give(&linde, LINDE, limited(&world, &[READ], &[IBW, ids::FACILITY])).await;
        give(&world.berk(), BERK, limited(&world, &[READ], &[BERK_HOSPITAL])).await;
        let machine = vendor(&world, &[READ]);
        assert_eq!(ids_of(&machine.get("/selfAssessments").await.expect(200)).len(), 4);
        let ibw = admin.get(&format!("/facilities/{IBW}")).await.expect(200);
        let mut moved = ibw.body.clone();
        moved.as_object_mut().expect("an object").retain(|field, _| !["href", "id"].contains(&field.as_str()));
        moved["organisationId"] = json!(ids::OTHER_ORGANISATION);
        admin.seen(&ibw).put(&format!("/facilities/{IBW}"), moved).await.expect(200);
        assert_eq!(ids_of(&machine.get("/selfAssessments").await.expect(200)), [ids::SELF_ASSESSMENT, BERK_ASSESSMENT]);
        machine.get(&format!("/selfAssessments/{IBW_ASSESSMENT}")).await.problem(404, "resourceNotFound");
        machine.get("/me").await.expect(200);
    }

    async fn an_organisation_that_ended_lets_no_machine_in(world: World) {
        let (linde, admin) = (world.linde(), world.admin());
        give(&linde, LINDE, mandate(&world, &[READ])).await;
        let machine = vendor(&world, &[READ]);
        machine.get("/selfAssessments").await.expect(200);
        let path = format!("/organisations/{}", ids::ORGANISATION);
        let there = admin.get(&path).await.expect(200);
        let today = world.state.clock.now().with_timezone(&chrono_tz::Europe::Brussels).date_naive();
        let ended = json!({"name": there.body["name"], "identifiers": [], "validFrom": "2015-01-01", "validTo": today});
        admin.seen(&there).put(&path, ended).await.expect(200);
        machine.get("/selfAssessments").await.problem(403, "missingPermission");
        linde.get(LINDE).await.problem(403, "missingPermission");
    }

    async fn what_an_admin_says_and_what_an_organisation_says_add_up(world: World) {
        let admin = world.admin();
        let all = json!({"name": "Leverancier", "scopes": [READ], "allOrganisations": true});
        let grant = admin.put(&format!("/integrations/{VENDOR}"), all).await.expect(201);
        give(&world.linde(), LINDE, mandate(&world, &[READ, WRITE])).await;
        let machine = vendor(&world, &[READ, WRITE]);
        let draft = draft_of(&machine, ids::FACILITY).await;
        assert_eq!(machine.get(&path_of(&draft.body)).await.expect(200).body["status"], "draft");
        assert_eq!(machine.get(&format!("/selfAssessments/{BERK_ASSESSMENT}")).await.expect(200).body["status"], "submitted");
        let foreign = json!({"facilityId": BERK_HOSPITAL, "cycleId": ids::CYCLE});
        machine.post("/selfAssessments", foreign).await.problem(404, "resourceNotFound");
        admin.seen(&grant).delete(&format!("/integrations/{VENDOR}")).await.expect(204);
        machine.get(&format!("/selfAssessments/{BERK_ASSESSMENT}")).await.problem(404, "resourceNotFound");
        machine.get(&path_of(&draft.body)).await.expect(200);
    }

    async fn a_machine_is_told_its_mandates(world: World) {
        give(&world.linde(), LINDE, limited(&world, &[READ, WRITE], &[IBW])).await;
        give(&world.berk(), BERK, mandate(&world, &[READ, "read:cycles"])).await;
        let me = vendor(&world, &[READ, WRITE, "read:facilities"]).get("/me").await.expect(200);
        let mandates = me.body["mandates"].as_array().expect("mandates").clone();
        assert_eq!(mandates.len(), 2, "{mandates:?}");
        assert_eq!((&mandates[0]["organisationId"], &mandates[0]["facilities"]), (&json!(ids::ORGANISATION), &json!([IBW])));
        assert_eq!((&mandates[1]["organisationId"], mandates[1].get("facilities")), (&json!(ids::OTHER_ORGANISATION), None));
        assert_eq!(mandates[1]["scopes"], json!([READ, "read:cycles"]));
        assert!(mandates[1]["validUntil"].is_string());
        assert_eq!(me.body["actions"], json!(["ReadMe", "ReadSelfAssessments", "CreateSelfAssessment", "AnswerSelfAssessment"]));
        assert_eq!((&me.body["organisations"], &me.body["facilities"]), (&json!([ids::OTHER_ORGANISATION]), &json!([IBW])));
        assert!(world.linde().get("/me").await.expect(200).body.get("mandates").is_none());
    }

    async fn the_demos_machines_work_by_the_mandates_of_their_hospitals(world: World) {
        let portal = world.machine_of(ids::PORTAL_CLIENT, &known_scopes());
        let seen = ids_of(&portal.get("/selfAssessments?pageSize=200").await.expect(200));
        assert!(seen.contains(&ids::SELF_ASSESSMENT.to_owned()) && seen.contains(&BERK_ASSESSMENT.to_owned()), "{seen:?}");
        let own = ids_of(&world.machine(&known_scopes()).get("/selfAssessments?pageSize=200").await.expect(200));
        assert!(own.contains(&ids::SELF_ASSESSMENT.to_owned()) && !own.contains(&BERK_ASSESSMENT.to_owned()), "{own:?}");
        let bytes = b"Van het portaal".to_vec();
        let attachment = uuid::Uuid::now_v7().to_string();
        send_file(&portal, &attachment, BERK_HOSPITAL, &bytes).await.expect(201);
        let berk = world.person("facility", Some(enterprise_number(9_990_002)));
        assert_eq!(berk.get(&format!("/attachments/{attachment}")).await.expect(200).body["sentSha256"], hex_of(&bytes));
    }
}
