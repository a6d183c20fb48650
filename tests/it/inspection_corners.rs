//! Corners of inspections and reports that somebody with ill will, bad luck or a lost tablet comes to.
use kindreflex::demo::ids;
use serde_json::{Value, json};

use crate::reports::{act, day, finished, inspector, last_of, last_report, sent, under_way};
use crate::support::inspecting::{Tablet, planned, version};
use crate::support::{Actor, Answer, World, path_of};

async fn redaction(world: &World, text: &str) -> Value {
    let asked =
        json!({"facilityId": ids::FACILITY, "text": text, "ground": "Proef", "dryRun": true});
    world
        .linde()
        .post("/redactions", asked)
        .await
        .expect(200)
        .body["counts"]
        .clone()
}

async fn point(world: &World, path: &str, finding: &str, text: &str) -> Answer {
    let input = json!({"findingId": finding, "text": text});
    let at = format!("{path}/improvementPoints/{}", uuid::Uuid::now_v7());
    inspector(world, "lead").put(&at, input).await
}

async fn document(actor: &Actor, path: &str) -> Value {
    let last = last_report(actor, path).await;
    actor.get(&path_of(&last)).await.expect(200).body["document"].clone()
}

fn announce() -> Value {
    json!({"message": "Wij komen langs."})
}

on_both! {
    async fn a_redaction_tells_a_facility_nothing_of_an_inspection_that_it_may_not_know_of(world: World) {
        let planner = world.planner();
        let made = planned(&world, ids::FACILITY, false).await;
        let path = path_of(&made.body);
        let key = uuid::Uuid::now_v7().to_string();
        let keyed = planner.with("idempotency-key", &key);
        let mut input = crate::support::inspecting::inspection_input(ids::FACILITY, false);
        input["reference"] = "OPDRACHT-GEHEIM-77".into();
        let first = keyed.post("/inspections", input.clone()).await.expect(201);
        let visit = json!({"from": format!("{}T08:00:00Z", day(&world, 9)), "to": format!("{}T15:00:00Z", day(&world, 9))});
        planner.seen(&made).put(&format!("{path}/visits/{}", uuid::Uuid::now_v7()), visit).await.expect(200);
        for text in ["OPDRACHT-GEHEIM-77", "inspecteur-lead", "Naam van member", "thematicRound"] {
            assert_eq!(redaction(&world, text).await, json!({}), "{text}");
        }
        let asked = json!({"facilityId": ids::FACILITY, "text": "OPDRACHT-GEHEIM-77", "ground": "Proef"});
        let refused = world.linde().post("/redactions", asked).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("nothingFound".to_owned(), "text".to_owned())]);
        let again = keyed.post("/inspections", input).await.expect(201);
        assert_eq!(again.bytes, first.bytes);
    }

    async fn redactions_are_taken_out_in_one_go_and_leave_codes_alone(world: World) {
        let (path, [intake, _]) = under_way(&world).await;
        finished(&world, &path, &intake).await;
        let lead = inspector(&world, "lead");
        // Each in the mark of another, and each in itself twice: done over and over it would double every time.
        let mut texts: Vec<String> = (0..150).map(|_| "…".to_owned()).collect();
        texts.extend(["thematicRound", "drie afdelingen", "drie", "hoofdverpleegkundige"].map(str::to_owned));
        act(&lead, &path, "publications", json!({"checkedBy": "Fien", "redactions": texts})).await.expect(200);
        let listed = world.anyone().get("/publishedReports?pageSize=200").await.expect(200);
        let last = listed.body["items"].as_array().and_then(|items| items.last()).expect("one").clone();
        let shown = world.anyone().get(&path_of(&last)).await.expect(200).body["document"].clone();
        assert_eq!(shown["heading"]["reason"], "thematicRound");
        assert_eq!(shown["themes"][0]["findings"][0]["observation"], "Op twee van de […].");
        assert_eq!(shown["visits"][0]["interlocutors"], json!(["[…]"]));
    }

    async fn a_name_that_is_written_otherwise_is_a_name_and_a_withdrawal_names_nobody(world: World) {
        let (path, [intake, _]) = under_way(&world).await;
        let lead = inspector(&world, "lead");
        let found = lead.get(&format!("{path}/findings/{intake}")).await.expect(200);
        let content = json!({"criterion": {"frameworkCode": "ggz", "versionCode": "2026-1", "criterionCode": "intakeGesprek"},
            "observation": "Gezien door NAAM\u{ad} vän lead.", "judgement": "aandachtspunt"});
        lead.seen(&found).put(&format!("{path}/findings/{intake}"), content).await.expect(200);
        finished(&world, &path, &intake).await;
        let refused = act(&lead, &path, "publications", json!({"checkedBy": "Fien"})).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("personName".to_owned(), "redactions".to_owned())]);
        let texts = json!({"checkedBy": "Fien", "redactions": ["NAAM\u{ad} vän lead"]});
        act(&lead, &path, "publications", texts).await.expect(200);
        let listed = world.anyone().get("/publishedReports?pageSize=200").await.expect(200);
        let last = listed.body["items"].as_array().and_then(|items| items.last()).expect("one").clone();
        let at = format!("publications/{}/withdrawals", last["id"].as_str().expect("an id"));
        let named = act(&lead, &path, &at, json!({"reason": "Naam van member vergiste zich."})).await.problem(400, "badRequest");
        assert_eq!(named.issues(), [("personName".to_owned(), "reason".to_owned())]);
        act(&lead, &path, &at, json!({"reason": "Een <b>vergissing</b>."})).await.expect(200);
        let page = world.anyone().with("accept", "text/html").get(&path_of(&last)).await.expect(200);
        let text = String::from_utf8_lossy(&page.bytes).into_owned();
        assert!(text.contains("ingetrokken") && text.contains("Een &lt;b&gt;vergissing&lt;"), "{text}");
        let known = world.anyone().with("accept", "text/html").with("if-none-match", &page.etag());
        assert_eq!(known.get(&path_of(&last)).await.status, 304);
    }

    async fn who_left_the_team_is_named_in_nothing_that_is_published(world: World) {
        let (path, [intake, _]) = under_way(&world).await;
        let (lead, planner) = (inspector(&world, "lead"), world.planner());
        let now = planner.get(&path).await.expect(200);
        let team = now.body["assignments"].as_array().expect("a team");
        let part = team.iter().find(|one| one["role"] == "member").expect("a member")["id"].as_str().expect("an id").to_owned();
        planner.seen(&now).delete(&format!("{path}/assignments/{part}")).await.expect(200);
        let found = lead.get(&format!("{path}/findings/{intake}")).await.expect(200);
        let content = json!({"title": "De inkomhal", "observation": "Zoals Naam van member zag."});
        lead.seen(&found).put(&format!("{path}/findings/{intake}"), content).await.expect(200);
        finished(&world, &path, &intake).await;
        act(&lead, &path, "publications", json!({"checkedBy": "Fien"})).await.problem(400, "badRequest");
    }

    async fn each_point_of_a_finding_is_in_the_report(world: World) {
        let (path, [intake, hall]) = under_way(&world).await;
        point(&world, &path, &intake, "Schrijf het op.").await.expect(201);
        point(&world, &path, &hall, "Zet er stoelen.").await.expect(201);
        finished(&world, &path, &intake).await;
        let report = document(&inspector(&world, "lead"), &path).await;
        let texts = |finding: &Value| -> Vec<String> {
            let points = finding["improvementPoints"].as_array().cloned().unwrap_or_default();
            points.iter().map(|one| one["text"].as_str().expect("a text").to_owned()).collect()
        };
        assert_eq!(texts(&report["themes"][0]["findings"][0]), ["Leg vast wie het gesprek voert.", "Schrijf het op."]);
        assert_eq!(texts(&report["outside"][0]), ["Zet er stoelen."]);
    }

    async fn what_a_lost_tablet_never_sends_holds_no_report_up_for_good(world: World) {
        let (path, [intake, _]) = under_way(&world).await;
        let lead = inspector(&world, "lead");
        let made = lead.get(&path).await.expect(200);
        let tablet = Tablet::of(&world, "lead", &made).await;
        let waits = version(&json!(intake), &[&json!({"id": uuid::Uuid::now_v7()})], json!({"title": "Later"}));
        tablet.sync(&[waits]).await;
        let refused = act(&lead, &path, "reports", json!({})).await.problem(409, "stateConflict");
        assert!(refused.body["detail"].as_str().is_some_and(|why| why.contains("leaveOutPending")), "{}", refused.body);
        act(&lead, &path, "reports", json!({"leaveOutPending": true})).await.expect(201);
    }

    async fn a_number_from_elsewhere_looks_like_none_of_ours(world: World) {
        let (path, [intake, _]) = under_way(&world).await;
        let delivery = sent(&world, &path).await;
        let (lead, linde) = (inspector(&world, "lead"), world.linde());
        act(&linde, &path, &format!("deliveries/{}/receipts", last_of(&delivery)), json!({})).await.expect(200);
        act(&linde, &path, "reactions", json!({"complete": true})).await.expect(200);
        for number in ["demo-2031-00009", " X-1", "X 1", "X\u{200b}1", "…", "Ä-1"] {
            let refused = act(&lead, &path, "reports", json!({"number": number})).await.problem(400, "badRequest");
            assert!(refused.issues().iter().all(|(_, name)| name == "number"), "{number}: {}", refused.body);
        }
        act(&lead, &path, "reports", json!({"number": "ZI-2024-03677"})).await.expect(201);
        let _ = intake;
    }

    async fn a_delivery_is_dated_from_the_freezing_on_and_proven_with_something(world: World) {
        let (path, _) = under_way(&world).await;
        let lead = inspector(&world, "lead");
        act(&lead, &path, "reports", json!({})).await.expect(201);
        for date in [day(&world, -1), day(&world, 1)] {
            let refused = act(&lead, &path, "deliveries", json!({"way": "post", "sentOn": date})).await.problem(400, "badRequest");
            assert_eq!(refused.issues(), [("validity".to_owned(), "sentOn".to_owned())]);
        }
        act(&lead, &path, "deliveries", json!({"way": "post"})).await.expect(200);
        let deliveries = lead.get(&format!("{path}/deliveries")).await.expect(200);
        let receipts = format!("deliveries/{}/receipts", deliveries.body["items"][0]["id"].as_str().expect("an id"));
        let bare = act(&lead, &path, &receipts, json!({})).await.problem(400, "badRequest");
        assert_eq!(bare.issues(), [("missing".to_owned(), "note".to_owned())]);
        act(&lead, &path, &receipts, json!({"note": "Ontvangstbewijs"})).await.expect(200);
        let shown = world.linde().get(&format!("{path}/deliveries")).await.expect(200);
        assert!(shown.body["items"][0]["proof"].get("by").is_none(), "{}", shown.body);
        let shown = lead.get(&format!("{path}/deliveries")).await.expect(200);
        assert!(shown.body["items"][0]["proof"].get("by").is_some(), "{}", shown.body);
    }

    async fn what_comes_unannounced_has_no_announced_visit_left(world: World) {
        let made = planned(&world, ids::FACILITY, true).await;
        let (path, planner) = (path_of(&made.body), world.planner());
        let visit = json!({"from": format!("{}T08:00:00Z", day(&world, 9)), "to": format!("{}T15:00:00Z", day(&world, 9))});
        let at = format!("{path}/visits/{}", uuid::Uuid::now_v7());
        let seen = planner.seen(&made).put(&at, visit.clone()).await.expect(200);
        let plan = |announced: bool| json!({"reason": "thematicRound", "announced": announced});
        let hidden = planner.seen(&seen).put(&path, plan(false)).await.expect(200);
        assert_eq!(hidden.body["visits"][0]["announced"], false);
        let back = planner.seen(&hidden).put(&path, plan(true)).await.expect(200);
        planner.seen(&back).post(&format!("{path}/announcements"), announce()).await.problem(409, "stateConflict");
        let told = planner.seen(&back).put(&at, visit.clone()).await.expect(200);
        let told = planner.seen(&told).post(&format!("{path}/announcements"), announce()).await.expect(200);
        let mut untold = visit;
        untold["announced"] = false.into();
        let refused = planner.seen(&told).put(&at, untold).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("fixed".to_owned(), "announced".to_owned())]);
    }

    async fn a_visit_that_the_facility_knows_of_is_not_hidden_again(world: World) {
        let made = planned(&world, ids::FACILITY, false).await;
        let (path, lead, planner) = (path_of(&made.body), inspector(&world, "lead"), world.planner());
        let times = |days: i64| json!({"from": format!("{}T08:00:00Z", day(&world, days)), "to": format!("{}T15:00:00Z", day(&world, days))});
        let first = format!("{path}/visits/{}", uuid::Uuid::now_v7());
        let seen = lead.seen(&made).put(&first, times(-1)).await.expect(200);
        let held = json!({"outcome": "held", "from": format!("{}T08:10:00Z", day(&world, -1))});
        let seen = lead.seen(&seen).put(&format!("{first}/record"), held).await.expect(200);
        let mut second = times(3);
        second["announced"] = true.into();
        lead.seen(&seen).put(&format!("{path}/visits/{}", uuid::Uuid::now_v7()), second).await.expect(200);
        let known = |answer: &crate::support::Answer| answer.body["visits"].as_array().map(Vec::len);
        assert_eq!(known(&world.linde().get(&path).await), Some(2));
        let same = json!({"reason": "thematicRound", "announced": false});
        planner.seen(&planner.get(&path).await).put(&path, same).await.expect(200);
        assert_eq!(known(&world.linde().get(&path).await), Some(2));
    }

    async fn no_report_is_made_while_a_visit_is_to_come(world: World) {
        let (path, _) = under_way(&world).await;
        let lead = inspector(&world, "lead");
        let visit = format!("{path}/visits/{}", uuid::Uuid::now_v7());
        let times = json!({"from": format!("{}T08:00:00Z", day(&world, 3)), "to": format!("{}T15:00:00Z", day(&world, 3))});
        let seen = lead.seen(&lead.get(&path).await).put(&visit, times).await.expect(200);
        let refused = lead.seen(&seen).post(&format!("{path}/reports"), json!({})).await.problem(409, "stateConflict");
        assert!(refused.body["detail"].as_str().is_some_and(|why| why.contains("bezoek")), "{}", refused.body);
        let cancelled = json!({"outcome": "cancelled", "note": "Niet meer nodig."});
        let seen = lead.seen(&seen).put(&format!("{visit}/record"), cancelled).await.expect(200);
        lead.seen(&seen).post(&format!("{path}/reports"), json!({})).await.expect(201);
    }

    async fn a_facility_hears_from_the_audit_what_was_done_and_not_who_inspects(world: World) {
        let (path, [intake, _]) = under_way(&world).await;
        crate::reports::finished(&world, &path, &intake).await;
        world.number_events().await;
        let about = |all: serde_json::Value| -> Vec<serde_json::Value> {
            let items = all["items"].as_array().expect("items").clone();
            items.into_iter().filter(|event| event["subject"]["id"] == crate::reports::last_of(&path)).collect()
        };
        let heard = about(world.linde().whole("/auditEvents?pageSize=200").await.expect(200).body);
        assert!(heard.iter().any(|event| event["actor"]["role"] == "inspector" && event["action"] == "reportDelivered"), "{heard:?}");
        for event in &heard {
            let (actor, role) = (&event["actor"], &event["actor"]["role"]);
            assert!(role == "facility" || (&actor["id"] == role && actor.get("name").is_none()), "{event}");
        }
        let known = about(inspector(&world, "lead").whole("/auditEvents?pageSize=200").await.expect(200).body);
        assert!(known.iter().any(|event| event["actor"]["id"] == "inspecteur-lead"), "{known:?}");
        // An admin hears what the facility hears, and of visits to come nothing more.
        let actions = |all: &[serde_json::Value]| -> Vec<String> { all.iter().map(|event| event["action"].to_string()).collect() };
        let admin = about(world.admin().whole("/auditEvents?pageSize=200").await.expect(200).body);
        assert_eq!(actions(&admin), actions(&heard));
    }

    async fn an_inspection_began_at_its_earliest_visit_and_keeps_one_that_was_held(world: World) {
        let (path, _) = under_way(&world).await;
        let lead = inspector(&world, "lead");
        let now = lead.get(&path).await.expect(200);
        let first = format!("{path}/visits/{}", now.body["visits"][0]["id"].as_str().expect("an id"));
        let refusal = json!({"outcome": "refused", "from": format!("{}T08:10:00Z", day(&world, -3)), "note": "Aan de deur"});
        lead.seen(&now).put(&format!("{first}/record"), refusal).await.problem(409, "stateConflict");
        let earlier = format!("{path}/visits/{}", uuid::Uuid::now_v7());
        let times = json!({"from": format!("{}T08:00:00Z", day(&world, -5)), "to": format!("{}T15:00:00Z", day(&world, -5))});
        let now = lead.seen(&now).put(&earlier, times).await.expect(200);
        let record = json!({"outcome": "held", "from": format!("{}T08:30:00Z", day(&world, -5))});
        let now = lead.seen(&now).put(&format!("{earlier}/record"), record).await.expect(200);
        assert_eq!(now.body["beganAt"], format!("{}T08:30:00.000000Z", day(&world, -5)));
    }

    async fn a_follow_up_names_what_it_follows_to_those_alone_who_may_know_of_that(world: World) {
        let planner = world.planner();
        let hidden = planned(&world, ids::FACILITY, false).await;
        let mut input = crate::support::inspecting::inspection_input(ids::FACILITY, true);
        input["followsId"] = hidden.body["id"].clone();
        let made = planner.post("/inspections", input).await.expect(201);
        let path = path_of(&made.body);
        let visit = json!({"from": format!("{}T08:00:00Z", day(&world, 9)), "to": format!("{}T15:00:00Z", day(&world, 9))});
        let seen = planner.seen(&made).put(&format!("{path}/visits/{}", uuid::Uuid::now_v7()), visit).await.expect(200);
        planner.seen(&seen).post(&format!("{path}/announcements"), announce()).await.expect(200);
        assert!(world.linde().get(&path).await.expect(200).body.get("followsId").is_none());
        assert_eq!(planner.get(&path).await.body["followsId"], hidden.body["id"]);
    }

    async fn an_inspection_grows_no_further_than_it_can_be_read(world: World) {
        let (path, lead) = (under_way(&world).await.0, inspector(&world, "lead"));
        let many = |count: usize| json!({"documentRequests": vec![json!({"title": "Iets"}); count]});
        act(&lead, &path, "announcements", many(50)).await.expect(200);
        act(&lead, &path, "announcements", many(1)).await.problem(409, "stateConflict");
    }

    async fn a_batch_is_an_object(world: World) {
        let (path, lead) = (under_way(&world).await.0, inspector(&world, "lead"));
        let listed = json!([uuid::Uuid::now_v7(), uuid::Uuid::now_v7(), [], []]);
        lead.post(&format!("{path}/syncs"), listed).await.problem(400, "badRequest");
    }

    async fn a_file_that_a_finding_names_is_there_for_the_team_once_it_sent_it(world: World) {
        let (path, _) = under_way(&world).await;
        let (lead, linde) = (inspector(&world, "lead"), world.linde());
        let (id, bytes) = (uuid::Uuid::now_v7().to_string(), b"Procedure van het gesprek".as_slice());
        crate::support::send_file(&linde, &id, ids::FACILITY, bytes).await.expect(201);
        let at = format!("/attachments/{id}?facilityId={}", ids::FACILITY);
        assert_eq!(lead.get(&at).await.status, 404);
        let evidence = json!([{"kind": "document", "attachmentId": id, "sha256": crate::support::hex_of(bytes)}]);
        let content = json!({"criterion": {"frameworkCode": "ggz", "versionCode": "2026-1", "criterionCode": "intakeGesprek"},
            "observation": "Zie het document.", "evidence": evidence});
        lead.put(&format!("{path}/findings/{}", uuid::Uuid::now_v7()), content).await.expect(201);
        // That the facility has it does not give it to them.
        assert_eq!(lead.get(&at).await.status, 404);
        crate::support::send_file(&lead, &id, ids::FACILITY, bytes).await.expect(201);
        inspector(&world, "member").get(&at).await.expect(200);
        assert_eq!(inspector(&world, "elsewhere").get(&at).await.status, 404);
    }

    async fn what_is_lent_to_a_machine_reaches_no_danger_of_an_inspection(world: World) {
        let (path, lead) = (under_way(&world).await.0, inspector(&world, "lead"));
        let danger = json!({"text": "De nooddeur is vast", "seenAt": format!("{}T08:00:00Z", day(&world, -1))});
        let raised = lead.post(&format!("{path}/urgentSignals"), danger).await.expect(201);
        let let_in = json!({"name": "Systeem", "scopes": ["read:inspections", "read:events"], "allOrganisations": true});
        world.admin().put("/integrations/lent-client", let_in).await.expect(201);
        let machine = world.machine_of("lent-client", &["read:inspections", "read:events"]);
        let id = raised.body["id"].as_str().expect("an id");
        for at in ["/urgentSignals?pageSize=200", "/events?pageSize=200"] {
            let shown = machine.whole(at).await.expect(200);
            assert!(!String::from_utf8_lossy(&shown.bytes).contains(id), "{at}");
        }
    }
}
