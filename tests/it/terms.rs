//! Terms and what follows: drafted, sent, reacted to, set for good; measures and plans told, decided on, verified; an end.
use kindreflex::demo::ids;
use serde_json::{Value, json};

use crate::reports::{act, day, finished, inspector, last_of, under_way};
use crate::support::inspecting::inspection_input;
use crate::support::{Actor, Answer, World, path_of};

pub fn authority(world: &World) -> Actor {
    world.person("authority", None)
}

/// An inspection of De Linde with a final report and one improvement point: its path, and the point's id.
pub async fn to_mend(world: &World) -> (String, String) {
    let (path, [intake, _]) = under_way(world).await;
    finished(world, &path, &intake).await;
    let listed = authority(world)
        .get(&format!(
            "/improvementPoints?inspectionId={}",
            last_of(&path)
        ))
        .await
        .expect(200);
    let point = listed.body["items"][0]["id"].as_str().expect("an id");
    (path, point.to_owned())
}

pub fn term(point: &str, due: &str) -> Value {
    json!({"terms": [{"improvementPointId": point, "due": due}]})
}

/// A draft is made and sent: its path.
pub async fn draft_sent(world: &World, path: &str, terms: Value) -> String {
    let authority = authority(world);
    act(&authority, path, "termReports", terms)
        .await
        .expect(201);
    let listed = authority
        .get(&format!("{path}/termReports"))
        .await
        .expect(200);
    let drafts = listed.body["items"].as_array().expect("items");
    let draft = path_of(drafts.last().expect("a draft"));
    let at = format!("termReports/{}/deliveries", last_of(&draft));
    act(&authority, path, &at, json!({"way": "aangetekend"}))
        .await
        .expect(200);
    draft
}

/// The terms are set for good: the point is open, with this last day.
pub async fn followed(world: &World, path: &str, point: &str, due: &str) {
    let draft = draft_sent(world, path, term(point, due)).await;
    let at = format!("termReports/{}/reactions", last_of(&draft));
    act(&world.linde(), path, &at, json!({"complete": true}))
        .await
        .expect(200);
    act(&authority(world), path, "termReports", json!({}))
        .await
        .expect(201);
}

/// The caller does this with a point as it is now.
pub async fn on(actor: &Actor, point: &str, what: &str, body: Value) -> Answer {
    let at = format!("/improvementPoints/{point}");
    let now = actor.get(&at).await.expect(200);
    actor.seen(&now).post(&format!("{at}/{what}"), body).await
}

/// The kinds of the tasks about this.
pub async fn tasks(actor: &Actor, about: &str) -> Vec<String> {
    let all = actor.get("/tasks?pageSize=200").await.expect(200);
    let all = all.body["items"].as_array().expect("items").clone();
    let own = all.iter().filter(|task| task["subject"]["id"] == about);
    own.map(|task| task["kind"].as_str().expect("a kind").to_owned())
        .collect()
}

/// A follow-up of this inspection, whose visit took place or is to come: its path.
async fn follow_up(world: &World, path: &str, held: bool) -> String {
    let mut input = inspection_input(ids::FACILITY, true);
    input["followsId"] = last_of(path).into();
    input["reason"] = "followUp".into();
    input["assignments"] =
        json!([{"person": "inspecteur-elders", "name": "Elders", "role": "lead"}]);
    let made = world
        .planner()
        .post("/inspections", input)
        .await
        .expect(201);
    let (at, lead) = (path_of(&made.body), inspector(world, "elders"));
    let visit = format!("{at}/visits/{}", uuid::Uuid::now_v7());
    let times = json!({"from": format!("{}T08:00:00Z", day(world, -1)), "to": format!("{}T15:00:00Z", day(world, -1))});
    let seen = lead.seen(&made).put(&visit, times).await.expect(200);
    if held {
        let record = json!({"outcome": "held", "from": format!("{}T08:10:00Z", day(world, -1))});
        lead.seen(&seen)
            .put(&format!("{visit}/record"), record)
            .await
            .expect(200);
    }
    at
}

on_both! {
    async fn terms_are_set_for_good_once_the_facility_was_heard(world: World) {
        let (path, point) = to_mend(&world).await;
        let (authority, linde) = (authority(&world), world.linde());
        assert_eq!(tasks(&authority, last_of(&path)).await, ["setTerms"]);
        let due = day(&world, 60);
        let drafted = act(&authority, &path, "termReports", term(&point, &due)).await.expect(201);
        assert_eq!(drafted.body["status"], "termDraft");
        assert_eq!(tasks(&authority, last_of(&path)).await, ["setTerms"]);
        let draft = drafted.header("location").expect("its address").split_once("/v1").expect("ours").1.to_owned();
        for actor in [&linde, &world.planner(), &inspector(&world, "lead")] {
            actor.get(&draft).await.problem(404, "resourceNotFound");
        }
        let at = format!("termReports/{}", last_of(&draft));
        let sent = act(&authority, &path, &format!("{at}/deliveries"), json!({"way": "aangetekend"})).await.expect(200);
        assert_eq!(sent.body["status"], "termReaction");
        act(&authority, &path, &format!("{at}/deliveries"), json!({"way": "nogmaals"})).await.problem(409, "stateConflict");
        assert_eq!(tasks(&linde, last_of(&path)).await, ["reactToTerms"]);
        act(&authority, &path, "termReports", json!({})).await.problem(409, "stateConflict");
        act(&linde, &path, &format!("{at}/receipts"), json!({})).await.expect(200);
        let shown = linde.get(&draft).await.expect(200);
        assert_eq!(shown.body["delivery"]["reactBy"], day(&world, 30));
        act(&authority, &path, &format!("{at}/extensions"), json!({"days": 10, "reason": "Verlof"})).await.expect(200);
        let said = json!({"reactions": [{"improvementPointId": point, "text": "Twee maanden is kort."}], "complete": true});
        act(&linde, &path, &format!("{at}/reactions"), said).await.expect(200);
        let shown = linde.get(&draft).await.expect(200);
        assert_eq!(shown.body["delivery"]["reactBy"], day(&world, 40));
        assert!(shown.body["delivery"]["extensions"][0].get("by").is_none(), "{}", shown.body);
        assert_eq!(tasks(&authority, last_of(&path)).await, ["concludeTerms"]);
        let done = act(&authority, &path, "termReports", json!({"summary": "Wij houden het bij zestig dagen."})).await.expect(201);
        assert_eq!(done.body["status"], "followUp");
        let listed = linde.get(&format!("{path}/termReports")).await.expect(200);
        let last = linde.get(&path_of(&listed.body["items"][1])).await.expect(200);
        assert_eq!(last.body["document"]["terms"][0]["due"], due);
        assert_eq!(last.body["document"]["reactions"][0]["text"], "Twee maanden is kort.");
        let now = linde.get(&format!("/improvementPoints/{point}")).await.expect(200);
        assert_eq!((&now.body["status"], &now.body["due"]), (&json!("open"), &json!(due)));
        assert_eq!(now.body["terms"][0]["kind"], "set");
        assert_eq!(tasks(&linde, &point).await, ["mendImprovementPoint"]);
    }

    async fn a_page_of_terms_says_what_it_is_in_the_language_of_its_reader(world: World) {
        let (path, point) = to_mend(&world).await;
        let draft = draft_sent(&world, &path, term(&point, "2098-06-30")).await;
        let linde = world.linde().with("accept", "text/html");
        for (language, title, until) in [
            ("nl", "Voorlopig verslag van termijnbepaling", "tot en met 30 juni 2098"),
            ("fr", "Rapport provisoire de fixation des délais", "au 30 juin 2098"),
            ("en", "Draft report of terms", "until 30 June 2098"),
        ] {
            let page = linde.with("accept-language", language).get(&draft).await.expect(200);
            let text = String::from_utf8_lossy(&page.bytes).into_owned();
            assert!(text.contains(title) && text.contains(until) && text.contains(&format!("<html lang=\"{language}\">")), "{text}");
            let known = linde.with("accept-language", language).with("if-none-match", &page.etag());
            assert_eq!(known.get(&draft).await.status, 304);
            crate::report_page::left_for_axe(&format!("terms-{language}"), &text);
        }
    }

    async fn every_point_gets_a_term_or_a_reason_why_not(world: World) {
        let (path, point) = to_mend(&world).await;
        let authority = authority(&world);
        let stranger = uuid::Uuid::now_v7().to_string();
        let tomorrow = day(&world, 1);
        for (terms, kind, at) in [
            (json!([]), "length", "terms"),
            (json!([{"improvementPointId": point}]), "missing", "terms[0].reason"),
            (json!([{"improvementPointId": point, "due": day(&world, 0)}]), "validity", "terms[0].due"),
            (json!([{"improvementPointId": point, "due": tomorrow}, {"improvementPointId": point, "due": tomorrow}]), "repeated", "terms[1].improvementPointId"),
        ] {
            let refused = act(&authority, &path, "termReports", json!({"terms": terms})).await.problem(400, "badRequest");
            assert!(refused.issues().contains(&(kind.to_owned(), at.to_owned())), "{}", refused.body);
        }
        let refused = act(&authority, &path, "termReports", json!({"terms": [{"improvementPointId": stranger, "due": tomorrow}]})).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("unknownReference".to_owned(), "terms[0].improvementPointId".to_owned()), ("missing".to_owned(), "terms".to_owned())]);
        act(&authority, &path, "termReports", json!({})).await.problem(400, "badRequest");
        let none = json!({"terms": [{"improvementPointId": point, "reason": "Een aanbeveling."}]});
        let draft = draft_sent(&world, &path, none).await;
        act(&world.linde(), &path, &format!("termReports/{}/reactions", last_of(&draft)), json!({"complete": true})).await.expect(200);
        act(&authority, &path, "termReports", json!({})).await.expect(201);
        let now = world.linde().get(&format!("/improvementPoints/{point}")).await.expect(200);
        assert_eq!((&now.body["status"], now.body.get("due")), (&json!("noTerm"), None));
        assert_eq!(tasks(&authority, last_of(&path)).await, ["closeInspection"]);
        let closed = act(&authority, &path, "closings", json!({})).await.expect(200);
        assert_eq!(closed.body["status"], "closed");
    }

    async fn who_ever_worked_on_an_inspection_decides_nothing_of_what_follows(world: World) {
        let (path, point) = to_mend(&world).await;
        let planner = world.planner();
        let seen = planner.get(&path).await.expect(200);
        let team = seen.body["assignments"].as_array().expect("a team");
        let observer = team.iter().find(|one| one["role"] == "observer").expect("one")["id"].as_str().expect("an id");
        planner.seen(&seen).delete(&format!("{path}/assignments/{observer}")).await.expect(200);
        for subject in ["inspecteur-member", "inspecteur-observer"] {
            let both = world.person_named(subject, "authority", None);
            act(&both, &path, "termReports", term(&point, "2098-01-01")).await.problem(403, "missingPermission");
        }
        followed(&world, &path, &point, "2098-01-01").await;
        let both = world.person_named("inspecteur-observer", "authority", None);
        for (what, body) in [
            ("terms", json!({"due": "2099-01-01", "reason": "Later"})),
            ("termEnds", json!({"reason": "Klaar"})),
            ("verifications", json!({"way": "documents", "met": true, "note": "Gezien"})),
        ] {
            on(&both, &point, what, body).await.problem(403, "missingPermission");
        }
    }

    async fn a_measure_is_refused_a_plan_moves_the_term_and_the_point_is_met(world: World) {
        let (path, point) = to_mend(&world).await;
        followed(&world, &path, &point, &day(&world, 60)).await;
        let (authority, linde) = (authority(&world), world.linde());
        on(&linde, &point, "measures", json!({"text": "Morgen", "takenOn": day(&world, 1)})).await.problem(400, "badRequest");
        on(&linde, &point, "measures", json!({"text": "Wij hebben het besproken."})).await.expect(200);
        // It has more to say before anybody decides: both stay.
        let told = on(&linde, &point, "measures", json!({"text": "En opgeschreven."})).await.expect(200);
        assert_eq!((told.body["answers"].as_array().map(Vec::len), &told.body["status"]), (Some(2), &json!("answered")));
        assert_eq!(tasks(&authority, &point).await, ["decideImprovement"]);
        on(&authority, &point, "decisions", json!({"outcome": "refused"})).await.problem(400, "badRequest");
        let refused = on(&authority, &point, "decisions", json!({"outcome": "refused", "reason": "De procedure ontbreekt."})).await.expect(200);
        assert_eq!((&refused.body["status"], &refused.body["answers"][1]["decision"]["outcome"]), (&json!("open"), &json!("refused")));
        assert!(refused.body["answers"][0].get("decision").is_none());
        let late = day(&world, 120);
        let plan = json!({"how": "Met drie afdelingen.", "by": late, "whyNotSooner": "De ondernemingsraad beslist in maart."});
        on(&linde, &point, "plans", plan).await.expect(200);
        let planned = on(&authority, &point, "decisions", json!({"outcome": "accepted"})).await.expect(200);
        assert_eq!((&planned.body["status"], &planned.body["due"]), (&json!("planned"), &json!(late)));
        assert_eq!(planned.body["terms"][1]["kind"], "planned");
        on(&linde, &point, "measures", json!({"text": "De procedure is er."})).await.expect(200);
        let accepted = on(&authority, &point, "decisions", json!({"outcome": "accepted"})).await.expect(200);
        assert_eq!(accepted.body["status"], "measureAccepted");
        assert_eq!(tasks(&authority, &point).await, ["verifyImprovement"]);
        act(&authority, &path, "closings", json!({})).await.problem(409, "stateConflict");
        on(&authority, &point, "decisions", json!({"outcome": "accepted"})).await.problem(409, "stateConflict");
        let met = on(&authority, &point, "verifications", json!({"way": "documents", "met": true, "note": "Gezien in de procedure."})).await.expect(200);
        assert_eq!(met.body["status"], "met");
        assert_eq!(act(&authority, &path, "closings", json!({})).await.expect(200).body["status"], "closed");
        on(&linde, &point, "measures", json!({"text": "Nog iets."})).await.problem(409, "stateConflict");
        world.number_events().await;
        let heard = linde.whole("/events?pageSize=200").await.expect(200);
        let own = heard.body["items"].as_array().expect("items").iter().filter(|event| event["subject"]["id"] == point.as_str());
        let kinds: Vec<&str> = own.map(|event| event["type"].as_str().expect("a type")).collect();
        assert_eq!(kinds, ["measureGiven", "measureGiven", "improvementDecided", "planGiven", "improvementDecided", "measureGiven", "improvementDecided", "improvementVerified"]);
    }

    async fn a_term_that_is_over_is_a_task_of_each_whom_it_concerns(world: World) {
        let (path, point) = to_mend(&world).await;
        followed(&world, &path, &point, &day(&world, 5)).await;
        let at_first = authority(&world);
        assert_eq!(at_first.get(&format!("/improvementPoints?overdue=true&inspectionId={}", last_of(&path))).await.expect(200).body["items"], json!([]));
        world.state.clock.advance(chrono::Duration::days(6));
        let later = |role: &str, number: Option<u32>| {
            let number = number.map(kindreflex::demo::enterprise_number);
            let token = crate::support::issuer::token_at(&world.state.clock, role, number);
            world.with_token(&token)
        };
        let (authority, planner) = (later("authority", None), later("planner", None));
        let (linde, berk) = (later("facility", Some(9_990_001)), later("facility", Some(9_990_002)));
        for (actor, kinds) in [(&linde, vec!["mendImprovementPoint"]), (&authority, vec!["overdueImprovementPoint"]), (&planner, vec!["overdueImprovementPoint"]), (&berk, vec![])] {
            assert_eq!(tasks(actor, &point).await, kinds);
        }
        let late = linde.get(&format!("/improvementPoints?overdue=true&inspectionId={}", last_of(&path))).await.expect(200);
        assert_eq!((&late.body["items"][0]["id"], &late.body["items"][0]["overdue"]), (&json!(point), &json!(true)));
        let later = day(&world, 30);
        let moved = on(&authority, &point, "terms", json!({"due": later, "reason": "De fusie is uitgesteld."})).await.expect(200);
        assert_eq!((&moved.body["due"], moved.body.get("overdue")), (&json!(later), None));
        assert_eq!(tasks(&authority, &point).await, Vec::<String>::new());
        let ended = on(&authority, &point, "termEnds", json!({"reason": "De afdeling is gesloten."})).await.expect(200);
        assert_eq!(ended.body["status"], "ended");
        assert_eq!(tasks(&linde, &point).await, Vec::<String>::new());
    }

    async fn a_follow_up_starts_from_what_is_open_and_verifies_it_on_its_visit(world: World) {
        let (path, point) = to_mend(&world).await;
        followed(&world, &path, &point, &day(&world, 60)).await;
        let other = inspector(&world, "elders");
        other.get(&format!("/improvementPoints/{point}")).await.problem(404, "resourceNotFound");
        let following = follow_up(&world, &path, false).await;
        let pack = other.get(&format!("{following}/pack")).await.expect(200);
        assert_eq!(pack.body["openPoints"][0]["id"], point);
        let seen = json!({"way": "visit", "inspectionId": last_of(&following), "met": false, "note": "Nog niet op alle afdelingen."});
        on(&other, &point, "verifications", seen.clone()).await.problem(400, "badRequest");
        let following = follow_up(&world, &path, true).await;
        let mut seen = seen;
        seen["inspectionId"] = last_of(&following).into();
        on(&inspector(&world, "lead"), &point, "verifications", seen.clone()).await.problem(403, "missingPermission");
        let open = on(&other, &point, "verifications", seen.clone()).await.expect(200);
        assert_eq!((&open.body["status"], &open.body["verifications"][0]["met"]), (&json!("open"), &json!(false)));
        on(&other, &point, "terms", json!({"due": "2099-01-01", "reason": "Later"})).await.problem(403, "missingPermission");
        seen["met"] = true.into();
        assert_eq!(on(&other, &point, "verifications", seen).await.expect(200).body["status"], "met");
        let pack = other.get(&format!("{following}/pack")).await.expect(200);
        assert!(pack.body.get("openPoints").is_none());
    }

    async fn what_shows_a_measure_is_there_for_who_decides_and_for_nobody_else(world: World) {
        let (path, point) = to_mend(&world).await;
        followed(&world, &path, &point, &day(&world, 60)).await;
        let (authority, linde, berk) = (authority(&world), world.linde(), world.berk());
        let (id, bytes) = (uuid::Uuid::now_v7().to_string(), b"De nieuwe procedure".as_slice());
        crate::support::send_file(&linde, &id, ids::FACILITY, bytes).await.expect(201);
        let at = format!("/attachments/{id}?facilityId={}", ids::FACILITY);
        authority.get(&at).await.problem(404, "resourceNotFound");
        let file = json!([{"attachmentId": id, "sha256": crate::support::hex_of(bytes)}]);
        on(&linde, &point, "measures", json!({"text": "Zie de procedure.", "attachments": file})).await.expect(200);
        authority.get(&at).await.expect(200);
        inspector(&world, "lead").get(&at).await.expect(200);
        inspector(&world, "elders").get(&at).await.problem(404, "resourceNotFound");
        follow_up(&world, &path, false).await;
        inspector(&world, "elders").get(&at).await.expect(200);
        for path in [at, format!("/improvementPoints/{point}"), format!("{path}/termReports")] {
            berk.get(&path).await.problem(404, "resourceNotFound");
        }
        let listed = berk.get("/improvementPoints?pageSize=200").await.expect(200);
        assert!(!String::from_utf8_lossy(&listed.bytes).contains(&point));
        berk.with("if-match", "*").post(&format!("/improvementPoints/{point}/measures"), json!({"text": "Niet van ons"})).await.problem(404, "resourceNotFound");
    }

    async fn a_draft_from_before_a_correction_is_not_sent(world: World) {
        let (path, point) = to_mend(&world).await;
        let authority = authority(&world);
        act(&authority, &path, "termReports", term(&point, "2098-01-01")).await.expect(201);
        let listed = authority.get(&format!("{path}/termReports")).await.expect(200);
        let delivery = format!("termReports/{}/deliveries", listed.body["items"][0]["id"].as_str().expect("an id"));
        act(&inspector(&world, "lead"), &path, "reports", json!({"reason": "Een cijfer was verkeerd."})).await.expect(201);
        let refused = act(&authority, &path, &delivery, json!({"way": "post"})).await.problem(409, "stateConflict").body;
        assert!(refused["detail"].as_str().is_some_and(|why| why.contains("termReports")), "{refused}");
        draft_sent(&world, &path, term(&point, "2098-01-01")).await;
    }

    async fn a_point_waits_since_it_stands_where_it_does(world: World) {
        let (path, point) = to_mend(&world).await;
        followed(&world, &path, &point, "2098-01-01").await;
        on(&world.linde(), &point, "measures", json!({"text": "Gedaan."})).await.expect(200);
        let since = |all: Answer| {
            let items = all.body["items"].as_array().expect("items").clone();
            let own = items.into_iter().find(|task| task["subject"]["id"] == point.as_str());
            own.expect("a task")["since"].clone()
        };
        let at = "/tasks?kind=decideImprovement&pageSize=200";
        let before = since(authority(&world).get(at).await);
        world.state.clock.advance(chrono::Duration::minutes(5));
        act(&inspector(&world, "lead"), &path, "reports", json!({"reason": "Een cijfer was verkeerd."})).await.expect(201);
        on(&world.linde(), &point, "measures", json!({"text": "En nog iets."})).await.expect(200);
        assert_eq!(since(authority(&world).get(at).await), before);
    }

    async fn a_correction_says_what_is_to_be_mended_from_then_on(world: World) {
        let (path, point) = to_mend(&world).await;
        let (lead, authority) = (inspector(&world, "lead"), authority(&world));
        let drafts = lead.get(&format!("{path}/improvementPoints")).await.expect(200);
        let draft = drafts.body["items"][0].clone();
        let mut back = json!({"findingId": draft["findingId"], "text": "Leg het vast.", "withdrawn": true});
        let at = format!("{path}/improvementPoints/{point}");
        let seen = lead.with("if-match", "*").put(&at, back.clone()).await.expect(200);
        assert_eq!(authority.get(&format!("/improvementPoints/{point}")).await.expect(200).body["status"], "awaitingTerm", "the report stands until it is corrected");
        act(&lead, &path, "reports", json!({"reason": "Het was al in orde."})).await.expect(201);
        assert_eq!(authority.get(&format!("/improvementPoints/{point}")).await.expect(200).body["status"], "withdrawn");
        assert_eq!(tasks(&authority, last_of(&path)).await, ["closeInspection"]);
        act(&authority, &path, "termReports", term(&point, "2098-01-01")).await.problem(409, "stateConflict");
        back["withdrawn"] = false.into();
        lead.seen(&seen).put(&at, back).await.expect(200);
        act(&lead, &path, "reports", json!({"reason": "Toch niet."})).await.expect(201);
        let now = authority.get(&format!("/improvementPoints/{point}")).await.expect(200);
        assert_eq!((&now.body["status"], &now.body["text"]), (&json!("awaitingTerm"), &json!("Leg het vast.")));
        act(&authority, &path, "closings", json!({})).await.problem(409, "stateConflict");
    }

    async fn the_id_of_a_point_is_its_own_in_all_inspections(world: World) {
        let (_, point) = to_mend(&world).await;
        let (path, [intake, _]) = under_way(&world).await;
        let input = json!({"findingId": intake, "text": "Leg het vast."});
        let refused = inspector(&world, "lead").put(&format!("{path}/improvementPoints/{point}"), input).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("repeated".to_owned(), "improvementPointId".to_owned())]);
    }

    async fn what_is_asked_before_and_after_a_visit_is_a_task(world: World) {
        let linde = world.linde();
        let all = linde.get("/tasks?kind=sendDocuments&pageSize=200").await.expect(200);
        assert_eq!(all.body["items"][0]["subject"]["id"], ids::DOCUMENT_REQUEST);
        let (path, [intake, _]) = under_way(&world).await;
        crate::reports::sent(&world, &path).await;
        assert_eq!(tasks(&linde, last_of(&path)).await, ["reactToReport"]);
        let said = json!({"reactions": [{"findingId": intake, "type": "typo", "text": "Een tikfout."}]});
        act(&linde, &path, "reactions", said).await.expect(200);
        assert_eq!(tasks(&inspector(&world, "reviewer"), last_of(&path)).await, ["decideReaction"]);
        assert_eq!(tasks(&inspector(&world, "lead"), last_of(&path)).await, Vec::<String>::new());
    }
}
