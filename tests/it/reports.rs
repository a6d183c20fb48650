//! From findings to a published report: frozen, delivered, reacted to, decided on, numbered, published, corrected, withdrawn.
use futures_util::future::join_all;
use kindreflex::demo::ids;
use serde_json::{Value, json};

use crate::support::{Actor, Answer, World, path_of};

pub fn inspector(world: &World, part: &str) -> Actor {
    world.person_named(&format!("inspecteur-{part}"), "inspector", None)
}

pub fn day(world: &World, days: i64) -> String {
    let then = world.state.clock.now() + chrono::Duration::days(days);
    kindreflex::db::types::Moment(then).day().to_string()
}

/// An inspection of De Linde under way, with two findings, one of them to be mended: its path and the ids of the findings.
pub async fn under_way(world: &World) -> (String, [String; 2]) {
    let team: Vec<Value> = ["lead", "member", "reviewer", "observer"]
        .iter()
        .map(|role| json!({"person": format!("inspecteur-{role}"), "name": format!("Naam van {role}"), "role": role}))
        .collect();
    let input = json!({"roundId": ids::ROUND, "facilityId": ids::FACILITY, "reason": "thematicRound", "announced": true, "assignments": team});
    let made = world
        .planner()
        .post("/inspections", input)
        .await
        .expect(201);
    let (path, lead) = (path_of(&made.body), inspector(world, "lead"));
    let visit = format!("{path}/visits/{}", uuid::Uuid::now_v7());
    let times = json!({"siteId": ids::SITE, "from": format!("{}T08:00:00Z", day(world, -3)), "to": format!("{}T15:00:00Z", day(world, -3))});
    let seen = lead.seen(&made).put(&visit, times).await.expect(200);
    let record = json!({"outcome": "held", "from": format!("{}T08:10:00Z", day(world, -3)), "interlocutors": ["hoofdverpleegkundige"]});
    lead.seen(&seen)
        .put(&format!("{visit}/record"), record)
        .await
        .expect(200);
    let findings = [
        uuid::Uuid::now_v7().to_string(),
        uuid::Uuid::now_v7().to_string(),
    ];
    let intake = json!({"criterion": {"frameworkCode": "ggz", "versionCode": "2026-1", "criterionCode": "intakeGesprek"},
        "observation": "Op twee van de drie afdelingen.", "judgement": "aandachtspunt",
        "evidence": [{"kind": "dossiercontrole", "filesChecked": 10, "filesMet": 7}]});
    let hall =
        json!({"title": "De inkomhal", "observation": "Er is een speelhoek.", "positive": true});
    for (id, content) in findings.iter().zip([intake, hall]) {
        lead.put(&format!("{path}/findings/{id}"), content)
            .await
            .expect(201);
    }
    let point = json!({"findingId": findings[0], "text": "Leg vast wie het gesprek voert.", "priority": true});
    lead.put(
        &format!("{path}/improvementPoints/{}", uuid::Uuid::now_v7()),
        point,
    )
    .await
    .expect(201);
    (path, findings)
}

/// The caller does this with the inspection as it is now.
pub async fn act(actor: &Actor, path: &str, what: &str, body: Value) -> Answer {
    let now = actor.get(path).await.expect(200);
    actor.seen(&now).post(&format!("{path}/{what}"), body).await
}

/// Freezes a draft and sends it; gives back the path of the delivery.
pub async fn sent(world: &World, path: &str) -> String {
    let lead = inspector(world, "lead");
    act(&lead, path, "reports", json!({"summary": "Wat wij zagen."}))
        .await
        .expect(201);
    act(&lead, path, "deliveries", json!({"way": "aangetekend"}))
        .await
        .expect(200);
    let deliveries = lead.get(&format!("{path}/deliveries")).await.expect(200);
    path_of(&deliveries.body["items"][0])
}

/// Up to the final report, with one reaction that was partly accepted.
pub async fn finished(world: &World, path: &str, finding: &str) -> Answer {
    let delivery = sent(world, path).await;
    let linde = world.linde();
    act(
        &linde,
        path,
        &format!("deliveries/{}/receipts", last_of(&delivery)),
        json!({}),
    )
    .await
    .expect(200);
    let said = json!({"reactions": [{"findingId": finding, "type": "factual", "text": "Het zijn vier afdelingen."}], "complete": true});
    act(&linde, path, "reactions", said).await.expect(200);
    let given = linde.get(&format!("{path}/reactions")).await.expect(200);
    let reaction = given.body["items"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let decision = json!({"outcome": "partlyAccepted", "reason": "De vierde opende na het bezoek.", "textChange": "Van drie naar vier afdelingen."});
    act(
        &inspector(world, "reviewer"),
        path,
        &format!("reactions/{reaction}/decisions"),
        decision,
    )
    .await
    .expect(200);
    act(
        &inspector(world, "lead"),
        path,
        "reports",
        json!({"summary": "Wat wij zagen."}),
    )
    .await
    .expect(201)
}

pub fn last_of(path: &str) -> &str {
    path.rsplit('/').next().expect("an id")
}

fn last_of_number(number: &str) -> u32 {
    let (_, last) = number.rsplit_once('-').expect("a number");
    last.parse().expect("a number")
}

pub async fn last_report(actor: &Actor, path: &str) -> Value {
    let reports = actor.get(&format!("{path}/reports")).await.expect(200);
    reports.body["items"]
        .as_array()
        .expect("items")
        .last()
        .expect("a report")
        .clone()
}

on_both! {
    async fn after_nothing_more_comes_a_facility_is_told_that_it_said_so(world: World) {
        let (path, [intake, _]) = under_way(&world).await;
        let (delivery, linde) = (sent(&world, &path).await, world.linde());
        act(&linde, &path, &format!("deliveries/{}/receipts", last_of(&delivery)), json!({})).await.expect(200);
        let said = |complete: bool| json!({"reactions": [{"findingId": intake, "type": "factual", "text": "Het zijn er vier."}], "complete": complete});
        act(&linde, &path, "reactions", said(true)).await.expect(200);
        let late = act(&linde, &path, "reactions", said(false)).await.problem(409, "stateConflict").body;
        assert!(late["detail"].as_str().is_some_and(|why| why.contains("er niets meer volgt")), "{late}");
    }

    async fn a_draft_goes_to_the_facility_and_a_final_report_carries_what_it_said_and_what_was_decided(world: World) {
        let (path, [intake, _]) = under_way(&world).await;
        let (lead, linde, authority) = (inspector(&world, "lead"), world.linde(), world.person("authority", None));
        let early = act(&lead, &path, "deliveries", json!({"way": "post"})).await;
        early.problem(409, "stateConflict");
        let final_ = finished(&world, &path, &intake).await;
        assert_eq!(final_.body["status"], "final");
        let summary = last_report(&linde, &path).await;
        assert!(summary["number"].as_str().is_some_and(|number| number.starts_with("DEMO-")), "{summary}");
        for reader in [&lead, &linde, &authority] {
            let report = reader.get(&path_of(&summary)).await.expect(200).body["document"].clone();
            let finding = &report["themes"][0]["findings"][0];
            assert_eq!(finding["files"], json!({"checked": 10, "met": 7}));
            assert_eq!(finding["judgement"]["code"], "aandachtspunt");
            assert_eq!(finding["improvementPoints"][0]["priority"], true);
            assert_eq!(finding["reactions"][0]["decision"]["outcome"], "partlyAccepted");
            assert_eq!(report["outside"][0]["subject"]["title"], "De inkomhal");
            assert_eq!(report["heading"]["sites"][0]["id"], ids::SITE);
        }
        let people = |answer: &Answer| answer.body["document"]["people"].clone();
        assert_eq!(people(&linde.get(&path_of(&summary)).await), Value::Null);
        assert!(people(&lead.get(&path_of(&summary)).await).to_string().contains("Naam van lead"));
        // What was frozen stays as it was.
        let drafts = linde.get(&format!("{path}/reports")).await.expect(200);
        let draft = linde.get(&path_of(&drafts.body["items"][0])).await.expect(200);
        assert_eq!((&draft.body["kind"], draft.body["document"]["themes"][0]["findings"][0].get("reactions")), (&json!("draft"), None));
    }

    async fn a_facility_sees_a_draft_only_once_it_was_sent(world: World) {
        let (path, _) = under_way(&world).await;
        let (lead, linde) = (inspector(&world, "lead"), world.linde());
        act(&lead, &path, "reports", json!({})).await.expect(201);
        let draft = path_of(&last_report(&lead, &path).await);
        linde.get(&draft).await.problem(404, "resourceNotFound");
        assert_eq!(linde.get(&format!("{path}/reports")).await.expect(200).body["items"], json!([]));
        act(&lead, &path, "deliveries", json!({"way": "aangetekend"})).await.expect(200);
        linde.get(&draft).await.expect(200);
        world.person("authority", None).get(&draft).await.problem(404, "resourceNotFound");
        world.berk().get(&draft).await.problem(404, "resourceNotFound");
    }

    async fn the_clock_starts_at_proven_delivery_and_both_sides_see_the_time_left(world: World) {
        let (path, [intake, _]) = under_way(&world).await;
        let (lead, linde) = (inspector(&world, "lead"), world.linde());
        let delivery = sent(&world, &path).await;
        let id = last_of(&delivery).to_owned();
        let waiting = lead.get(&format!("{path}/deliveries")).await.expect(200);
        assert!(waiting.body["items"][0].get("reactBy").is_none());
        act(&lead, &path, "reports", json!({})).await.problem(409, "stateConflict");
        let bad = act(&lead, &path, &format!("deliveries/{id}/receipts"), json!({"deliveredOn": day(&world, 1), "note": "Ontvangstbewijs"})).await.problem(400, "badRequest");
        assert_eq!(bad.issues(), [("validity".to_owned(), "deliveredOn".to_owned())]);
        act(&lead, &path, &format!("deliveries/{id}/receipts"), json!({"deliveredOn": day(&world, 0), "note": "Ontvangstbewijs"})).await.expect(200);
        act(&linde, &path, &format!("deliveries/{id}/receipts"), json!({})).await.problem(409, "stateConflict");
        for reader in [&lead, &linde] {
            let shown = reader.get(&format!("{path}/deliveries")).await.expect(200);
            let item = &shown.body["items"][0];
            assert_eq!(item["reactBy"], day(&world, 30));
            assert!(item["secondsLeft"].as_i64().is_some_and(|left| left > 28 * 86_400), "{item}");
        }
        act(&lead, &path, &format!("deliveries/{id}/extensions"), json!({"days": 10, "reason": "Verlofperiode"})).await.expect(200);
        assert_eq!(linde.get(&format!("{path}/deliveries")).await.body["items"][0]["reactBy"], day(&world, 40));
        act(&lead, &path, "reports", json!({})).await.problem(409, "stateConflict");
        let elsewhere = json!({"reactions": [{"findingId": uuid::Uuid::now_v7(), "type": "typo", "text": "Een tikfout"}]});
        let elsewhere = act(&linde, &path, "reactions", elsewhere).await.problem(400, "badRequest");
        assert_eq!(elsewhere.issues(), [("unknownReference".to_owned(), "reactions[0].findingId".to_owned())]);
        let said = json!({"reactions": [{"findingId": intake, "type": "evidence", "text": "Zie bijlage 3."}]});
        act(&linde, &path, "reactions", said).await.expect(200);
        act(&linde, &path, "reactions", json!({"complete": true})).await.expect(200);
        act(&linde, &path, "reactions", json!({"reactions": [{"type": "other", "text": "Nog iets"}]})).await.problem(409, "stateConflict");
        let open = act(&lead, &path, "reports", json!({})).await.problem(409, "stateConflict");
        assert!(open.body["detail"].as_str().is_some_and(|why| why.contains("/reactions/")));
    }

    async fn who_was_on_the_visit_decides_on_no_reaction(world: World) {
        let (path, [intake, _]) = under_way(&world).await;
        let (planner, member, linde) = (world.planner(), inspector(&world, "member"), world.linde());
        sent(&world, &path).await;
        act(&linde, &path, "reactions", json!({"reactions": [{"findingId": intake, "type": "factual", "text": "Vier"}], "complete": true})).await.expect(200);
        let now = planner.get(&path).await.expect(200);
        let part = now.body["assignments"].as_array().expect("a team").iter().find(|one| one["role"] == "member").expect("a member")["id"].as_str().expect("an id").to_owned();
        let ended = planner.seen(&now).delete(&format!("{path}/assignments/{part}")).await.expect(200);
        let again = json!({"person": "inspecteur-member", "name": "Naam van member", "role": "reviewer"});
        planner.seen(&ended).post(&format!("{path}/assignments"), again).await.expect(200);
        let reaction = member.get(&format!("{path}/reactions")).await.expect(200).body["items"][0]["id"].as_str().expect("an id").to_owned();
        let decision = json!({"outcome": "rejected", "reason": "Neen"});
        act(&member, &path, &format!("reactions/{reaction}/decisions"), decision.clone()).await.problem(403, "missingPermission");
        act(&inspector(&world, "reviewer"), &path, &format!("reactions/{reaction}/decisions"), decision.clone()).await.expect(200);
        act(&inspector(&world, "reviewer"), &path, &format!("reactions/{reaction}/decisions"), decision).await.problem(409, "stateConflict");
        // Until the report is final the facility is told nothing of it.
        assert!(linde.get(&format!("{path}/reactions")).await.body["items"][0].get("decision").is_none());
    }

    async fn a_conflict_and_an_awaited_photo_stand_in_the_way(world: World) {
        let (path, [intake, _]) = under_way(&world).await;
        let (lead, device) = (inspector(&world, "lead"), uuid::Uuid::now_v7());
        lead.put(&format!("/devices/{device}"), json!({"name": "Tablet"})).await.expect(201);
        let content = json!({"title": "De inkomhal", "observation": "Elders gemaakt."});
        let version = json!({"id": uuid::Uuid::now_v7(), "findingId": intake, "madeAt": "2026-11-20T10:00:00Z", "content": content});
        let batch = json!({"batchId": uuid::Uuid::now_v7(), "deviceId": device, "versions": [version]});
        let receipt = lead.post(&format!("{path}/syncs"), batch).await.expect(201);
        assert_eq!(receipt.body["versions"][0]["outcome"], "conflict");
        let refused = act(&lead, &path, "reports", json!({})).await.problem(409, "stateConflict");
        assert!(refused.body["detail"].as_str().is_some_and(|why| why.contains(&intake)));
        let found = lead.get(&format!("{path}/findings/{intake}")).await.expect(200);
        let photo = json!({"criterion": {"frameworkCode": "ggz", "versionCode": "2026-1", "criterionCode": "intakeGesprek"}, "observation": "Zoals op de foto.",
            "evidence": [{"kind": "document", "attachmentId": uuid::Uuid::now_v7(), "sha256": "a".repeat(64)}]});
        lead.seen(&found).put(&format!("{path}/findings/{intake}"), photo).await.expect(200);
        act(&lead, &path, "reports", json!({})).await.expect(201);
        act(&lead, &path, "deliveries", json!({"way": "post"})).await.problem(409, "stateConflict");
    }

    async fn a_report_awaits_more_photos_than_a_statement_can_name(world: World) {
        let (path, _) = under_way(&world).await;
        let (lead, device) = (inspector(&world, "lead"), uuid::Uuid::now_v7());
        lead.put(&format!("/devices/{device}"), json!({"name": "Tablet"})).await.expect(201);
        let photo = |_| json!({"kind": "document", "attachmentId": uuid::Uuid::now_v7(), "sha256": "a".repeat(64)});
        let version = |_| {
            let content = json!({"title": "De foto's", "evidence": (0..20).map(photo).collect::<Vec<Value>>()});
            json!({"id": uuid::Uuid::now_v7(), "findingId": uuid::Uuid::now_v7(), "madeAt": "2026-11-20T10:00:00Z", "content": content})
        };
        // SQLite binds 32,766 values.
        for _ in 0..6 {
            let versions: Vec<Value> = (0..290).map(version).collect();
            let batch = json!({"batchId": uuid::Uuid::now_v7(), "deviceId": device, "versions": versions});
            let receipt = lead.post(&format!("{path}/syncs"), batch).await.expect(201);
            assert_eq!(receipt.body["awaitedAttachments"].as_array().map(Vec::len), Some(5800));
        }
        act(&lead, &path, "reports", json!({})).await.expect(201);
        act(&lead, &path, "deliveries", json!({"way": "post", "sentOn": day(&world, 0)})).await.problem(409, "stateConflict");
    }

    async fn numbers_have_no_gap_within_a_year_however_many_are_given_at_once(world: World) {
        let mut ready = Vec::new();
        for _ in 0..4 {
            let (path, _) = under_way(&world).await;
            sent(&world, &path).await;
            act(&world.linde(), &path, "reactions", json!({"complete": true})).await.expect(200);
            ready.push(path);
        }
        let lead = inspector(&world, "lead");
        // One of them is given elsewhere, and one is refused: neither takes a number.
        let given = act(&lead, &ready[0], "reports", json!({"number": "ZI-2024-03677"})).await.expect(201);
        assert_eq!(given.body["status"], "final");
        let taken = act(&lead, &ready[1], "reports", json!({"number": "ZI-2024-03677"})).await.problem(400, "badRequest");
        assert_eq!(taken.issues(), [("repeated".to_owned(), "number".to_owned())]);
        join_all(ready[1..].iter().map(|path| act(&lead, path, "reports", json!({})))).await;
        let mut numbers = Vec::new();
        for path in &ready[1..] {
            numbers.push(last_report(&lead, path).await["number"].as_str().expect("a number").to_owned());
        }
        numbers.sort();
        // The demo's own come first.
        let first: u32 = last_of_number(&numbers[0]);
        let expected: Vec<String> = (first..first + 3).map(|number| format!("{}{number:05}", &numbers[0][..numbers[0].len() - 5])).collect();
        assert_eq!(numbers, expected);
    }

    async fn everyone_reads_a_published_report_and_nobody_is_named_in_it(world: World) {
        let (path, [intake, hall]) = under_way(&world).await;
        let (lead, anyone) = (inspector(&world, "lead"), world.anyone());
        let slip = json!({"title": "De inkomhal", "observation": "Naam van member zag een speelhoek."});
        let seen = lead.get(&format!("{path}/findings/{hall}")).await.expect(200);
        lead.seen(&seen).put(&format!("{path}/findings/{hall}"), slip).await.expect(200);
        finished(&world, &path, &intake).await;
        let before = anyone.get("/publishedReports").await.expect(200).body["items"].as_array().map_or(0, Vec::len);
        let named = act(&lead, &path, "publications", json!({"checkedBy": "Fien Voorbeeld"})).await.problem(400, "badRequest");
        assert_eq!(named.issues()[0].0, "personName");
        let check = json!({"checkedBy": "Fien Voorbeeld", "redactions": ["Naam van member"]});
        act(&lead, &path, "publications", check.clone()).await.expect(200);
        act(&lead, &path, "publications", check.clone()).await.problem(409, "stateConflict");
        let listed = anyone.get("/publishedReports").await.expect(200);
        let published = path_of(&listed.body["items"][before]);
        let shown = anyone.get(&published).await.expect(200);
        let text = shown.body.to_string();
        assert!(!text.contains("Naam van") && !text.contains("Fien"), "{text}");
        assert!(text.contains("[…] zag een speelhoek.") && text.contains("partlyAccepted"), "{text}");
        let page = anyone.with("accept", "text/html").with("accept-language", "fr").get(&published).await.expect(200);
        assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")));
        let html = String::from_utf8_lossy(&page.bytes).into_owned();
        assert!(html.contains("<html lang=\"fr\"") && html.contains("zag een speelhoek") && !html.contains("<script"), "{html}");
        assert!(page.header("content-security-policy").is_some_and(|policy| policy.contains("default-src 'none'")));
        // A correction takes its place and names it; a withdrawal says why.
        act(&lead, &path, "reports", json!({})).await.problem(400, "badRequest");
        act(&lead, &path, "reports", json!({"reason": "Het aantal dossiers was verkeerd."})).await.expect(201);
        act(&lead, &path, "publications", check).await.expect(200);
        let listed = anyone.get("/publishedReports").await.expect(200);
        let [old, new] = [before, before + 1].map(|place| listed.body["items"][place].clone());
        assert_eq!(old["supersededBy"], new["id"]);
        let corrected = anyone.get(&path_of(&new)).await.expect(200);
        assert_eq!(corrected.body["document"]["corrects"]["number"], old["number"]);
        let withdrawal = format!("publications/{}/withdrawals", new["id"].as_str().expect("an id"));
        act(&lead, &path, &withdrawal, json!({"reason": "Op vraag van de rechtbank."})).await.expect(200);
        let gone = anyone.get(&path_of(&new)).await.expect(200);
        assert_eq!((gone.body.get("document"), &gone.body["withdrawalReason"]), (None, &json!("Op vraag van de rechtbank.")));
        act(&lead, &path, &withdrawal, json!({"reason": "Nog eens"})).await.problem(409, "stateConflict");
    }
}
