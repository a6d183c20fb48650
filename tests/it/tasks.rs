//! What awaits whom.
use kindreflex::demo::{enterprise_number, ids};
use kindreflex::facility::integrations::known_scopes;
use serde_json::{Value, json};

use crate::contributions::asked;
use crate::support::{Actor, Answer, WILG, answer_whole, draft_of, link_of, new_hospital, path_of};

async fn tasks(actor: &Actor, query: &str) -> Vec<Value> {
    let answer = actor
        .get(&format!("/tasks?pageSize=200{query}"))
        .await
        .expect(200);
    assert!(answer.body.get("next").is_none());
    answer.body["items"].as_array().expect("items").clone()
}

/// Kind and subject of each.
fn said(tasks: &[Value]) -> Vec<(&str, &str)> {
    tasks
        .iter()
        .map(|task| {
            let id = task["subject"]["id"].as_str().expect("an id");
            (task["kind"].as_str().expect("a kind"), id)
        })
        .collect()
}

on_both! {
    async fn a_facility_is_told_to_start_to_finish_and_to_hand_in(world: World) {
        let wilg = world.wilg();
        let start = tasks(&wilg, "").await;
        assert_eq!(said(&start), [("startSelfAssessment", ids::CYCLE), ("startSelfAssessment", ids::OWN_CYCLE)], "the most urgent first, and no cycle of last year");
        assert_eq!((&start[0]["facilityId"], &start[0]["subject"]["href"]), (&json!(WILG), &json!(format!("/v1/cycles/{}", ids::CYCLE))));
        let left = start[0]["secondsLeft"].as_i64().expect("seconds");
        assert!((89 * 86_400..=90 * 86_400).contains(&left), "{left}");
        for language in ["nl", "fr", "en"] {
            assert!(start[0]["title"][language].as_str().expect("a title").contains("Psychiatrisch Ziekenhuis De Wilg"));
        }
        let draft = draft_of(&wilg, WILG).await;
        let id = draft.body["id"].as_str().expect("an id");
        let finish = tasks(&wilg, "").await;
        assert_eq!(said(&finish), [("finishSelfAssessment", id), ("startSelfAssessment", ids::OWN_CYCLE)]);
        let open = draft.body["openCriteria"].as_array().expect("criteria").len();
        assert_eq!((&finish[0]["count"], &finish[0]["toConfirm"]), (&json!(open), &json!(0)));
        let saved = answer_whole(&wilg, &draft).await;
        let submit = tasks(&wilg, "").await;
        assert_eq!(said(&submit)[0], ("submitSelfAssessment", id));
        assert!(submit[0].get("count").is_none());
        wilg.seen(&saved).post(&format!("{}/submissions", path_of(&draft.body)), json!({})).await.expect(201);
        assert_eq!(said(&tasks(&wilg, "").await), [("startSelfAssessment", ids::OWN_CYCLE)]);
    }

    async fn a_coordinator_is_told_what_a_ward_answered_and_what_it_did_not(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let (path, draft, made) = asked(&wilg).await;
        let of = |tasks: Vec<Value>| tasks.into_iter().filter(|task| task["subject"]["kind"] == "contribution").collect::<Vec<_>>();
        assert_eq!(of(tasks(&wilg, "").await), Vec::<Value>::new(), "it is the ward's turn");
        ward.post(&format!("{}/answers", link_of(&made)), crate::contributions::answers()).await.expect(200);
        let waits = of(tasks(&wilg, "").await);
        assert_eq!(said(&waits), [("decideContribution", made.body["id"].as_str().expect("an id"))]);
        assert_eq!((&waits[0]["subject"]["href"], &waits[0]["facilityId"]), (&made.body["href"], &json!(WILG)));
        assert!(waits[0]["title"]["nl"].as_str().expect("a title").contains("Opname 2"));
        wilg.seen(&draft).post(&format!("{}/acceptances", path_of(&made.body)), json!({})).await.expect(200);
        assert_eq!(of(tasks(&wilg, "").await), Vec::<Value>::new());
        let soon = (world.state.clock.now() + chrono::Duration::minutes(1)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let late = wilg.post(&format!("{path}/contributions"), json!({"criteria": ["intakeGesprek"], "expires": soon})).await.expect(201);
        world.state.clock.advance(chrono::Duration::minutes(2));
        assert_eq!(said(&of(tasks(&world.wilg(), "").await)), [("renewContributionLink", late.body["id"].as_str().expect("an id"))]);
        assert_eq!(of(tasks(&world.berk(), "").await), Vec::<Value>::new(), "nobody else's");
    }

    async fn who_gave_a_mandate_is_told_before_it_ends(world: World) {
        let wilg = world.wilg();
        let path = format!("/organisations/{}/mandates", ids::NEW_ORGANISATION);
        let until = |days| (world.state.clock.now() + chrono::Duration::days(days)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let give = |client: &str, days| json!({"clientId": client, "name": "Koppeling", "scopes": ["read:selfAssessments"], "validUntil": until(days)});
        let soon = wilg.post(&path, give("eerste", 20)).await.expect(201);
        wilg.post(&path, give("tweede", 200)).await.expect(201);
        let of = |tasks: Vec<Value>| tasks.into_iter().filter(|task| task["kind"] == "renewMandate").collect::<Vec<_>>();
        assert_eq!(said(&of(tasks(&wilg, "").await)), [("renewMandate", soon.body["id"].as_str().expect("an id"))]);
        assert_eq!(of(tasks(&world.berk(), "").await), Vec::<Value>::new(), "nobody else's");
        wilg.seen(&soon).delete(&path_of(&soon.body)).await.expect(204);
        assert_eq!(of(tasks(&wilg, "").await), Vec::<Value>::new());
    }

    async fn who_has_one_facility_is_told_of_the_mandates_that_it_can_give_more_time(world: World) {
        let (linde, of_hospital) = (world.linde(), world.person("facility", Some("990100".into())));
        let other = "0190a000-0000-7000-8000-000000000012";
        let path = format!("/organisations/{}/mandates", ids::ORGANISATION);
        let until = (world.state.clock.now() + chrono::Duration::days(20)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let give = |client: &str, facilities: Value| json!({"clientId": client, "name": "Koppeling", "scopes": ["read:selfAssessments"],
            "validUntil": until, "facilities": facilities});
        let own = of_hospital.post(&path, give("eigen", json!([ids::FACILITY]))).await.expect(201);
        let both = linde.post(&path, give("beide", json!([ids::FACILITY, other]))).await.expect(201);
        let others = linde.post(&path, give("ander", json!([other]))).await.expect(201);
        let mut whole = give("geheel", Value::Null);
        whole.as_object_mut().expect("an object").remove("facilities");
        let whole = linde.post(&path, whole).await.expect(201);
        let id = |given: &Answer| given.body["id"].as_str().expect("an id").to_owned();
        let told = |tasks: Vec<Value>| {
            let mut told: Vec<String> = tasks.iter().filter(|task| task["kind"] == "renewMandate").map(|task| task["subject"]["id"].as_str().expect("an id").to_owned()).collect();
            told.sort_unstable();
            told
        };
        assert_eq!(told(tasks(&of_hospital, "").await), [id(&own)], "not those that reach further");
        let mut all: Vec<String> = [&own, &both, &others, &whole].into_iter().map(id).collect();
        all.sort_unstable();
        assert_eq!(told(tasks(&linde, "").await), all, "each once");
        assert_eq!(told(tasks(&world.person("facilityContributor", Some("990100".into())), "").await), Vec::<String>::new());

        // With another organisation it left its mandates behind.
        let (admin, at) = (world.admin(), format!("/facilities/{}", ids::FACILITY));
        let hospital = admin.get(&at).await.expect(200);
        let mut moved = hospital.body.clone();
        moved.as_object_mut().expect("an object").retain(|field, _| !["href", "id"].contains(&field.as_str()));
        moved["organisationId"] = json!(ids::OTHER_ORGANISATION);
        admin.seen(&hospital).put(&at, moved).await.expect(200);
        assert_eq!(told(tasks(&of_hospital, "").await), Vec::<String>::new());
    }

    async fn a_contributor_has_drafts_with_open_criteria_and_nothing_to_start_or_confirm(world: World) {
        let contributor = world.person("facilityContributor", Some(enterprise_number(9_990_003)));
        assert_eq!(tasks(&contributor, "").await, Vec::<Value>::new());
        let draft = draft_of(&world.wilg(), WILG).await;
        let id = draft.body["id"].as_str().expect("an id").to_owned();
        assert_eq!(said(&tasks(&contributor, "").await), [("finishSelfAssessment", id.as_str())]);
        answer_whole(&world.wilg(), &draft).await;
        assert_eq!(tasks(&contributor, "").await, Vec::<Value>::new(), "handing in is not for it");
        let linde = draft_of(&world.linde(), ids::FACILITY).await;
        let of_linde = tasks(&world.linde(), &format!("&facilityId={}&kind=finishSelfAssessment", ids::FACILITY)).await;
        assert_eq!(of_linde[0]["subject"]["id"], linde.body["id"]);
        assert_eq!(of_linde[0]["toConfirm"], linde.body["progress"]["toConfirm"]);
        let theirs = tasks(&world.person("facilityContributor", Some(enterprise_number(9_990_001))), "").await;
        assert_eq!(theirs[0]["toConfirm"], 0);
    }

    async fn nobody_sees_what_awaits_another(world: World) {
        let draft = draft_of(&world.linde(), ids::FACILITY).await;
        for actor in [world.berk(), world.wilg(), world.inspector(), world.planner(), world.admin(), world.person("policy", None)] {
            // That a term is over is a planner's task too.
            let mut seen = tasks(&actor, "").await;
            seen.retain(|task| task["kind"] != "overdueImprovementPoint");
            let text = json!(seen).to_string();
            for secret in [ids::ORGANISATION, ids::FACILITY, draft.body["id"].as_str().expect("an id"), "De Linde"] {
                assert!(!text.contains(secret), "{secret}: {text}");
            }
            let mut of_linde = tasks(&actor, &format!("&facilityId={}", ids::FACILITY)).await;
            of_linde.retain(|task| task["kind"] != "overdueImprovementPoint");
            assert_eq!(of_linde, Vec::<Value>::new());
        }
        for (actor, sees) in [(world.planner(), true), (world.berk(), false), (world.wilg(), false), (world.inspector(), false), (world.admin(), false)] {
            let late = tasks(&actor, "&kind=overdueImprovementPoint").await;
            assert_eq!(late.iter().any(|task| task["subject"]["id"] == ids::OVERDUE_POINT), sees);
        }
        let at_facility = tasks(&world.person("facility", Some("990100".into())), "").await;
        assert!(!at_facility.is_empty() && at_facility.iter().all(|task| task["facilityId"] == ids::FACILITY));
    }

    async fn every_role_may_ask_and_gets_what_is_for_it(world: World) {
        for role in ["inspector", "expert", "policy"] {
            assert_eq!(tasks(&world.person(role, None), "").await, Vec::<Value>::new(), "{role}");
        }
        let of_body = tasks(&world.person("authority", None), "").await;
        let first = [("overdueImprovementPoint", ids::OVERDUE_POINT), ("acknowledgeSignal", ids::URGENT_SIGNAL)];
        assert_eq!(said(&of_body)[..2], first);
        // What the recognising body owes has no term; it says since when it waits.
        let rest: std::collections::BTreeSet<_> = said(&of_body).into_iter().skip(2).collect();
        let expected = [("decideImprovement", ids::ANSWERED_POINT), ("verifyImprovement", ids::ACCEPTED_POINT), ("closeInspection", ids::CLEAN_INSPECTION), ("setTerms", ids::FINAL_INSPECTION), ("setTerms", ids::PUBLISHED_INSPECTION), ("setTerms", ids::TERM_DRAFT_INSPECTION)];
        assert_eq!(rest, expected.into());
        let opens = world.state.clock.now() + chrono::Duration::days(20);
        let input = json!({"title": {"nl": "Weldra"}, "frameworkCode": "ggz", "versionCode": "2026-1", "facilityTypes": ["pz"],
            "opens": opens.to_rfc3339(), "due": "2031-12-31T00:00:00Z", "purpose": "inspectionPreparation"});
        let made = world.planner().post("/cycles", input).await.expect(201);
        let id = made.body["id"].as_str().expect("an id");
        let of_planner = tasks(&world.planner(), "").await;
        assert_eq!(said(&of_planner), [("overdueImprovementPoint", ids::OVERDUE_POINT), ("checkCycle", id), ("closeInspection", ids::CLEAN_INSPECTION)]);
        let (_, version) = crate::access::new_framework(&world).await;
        let code = version.body["document"]["code"].as_str().expect("a code");
        let of_admin = tasks(&world.admin(), "").await;
        assert_eq!(said(&of_admin)[0], ("checkCycle", id));
        assert!(of_admin.iter().any(|task| task["kind"] == "publishFramework" && task["subject"]["id"].as_str().is_some_and(|id| id.starts_with(code))));
        assert!(!said(&tasks(&world.linde(), "").await).iter().any(|(kind, _)| ["checkCycle", "publishFramework"].contains(kind)));
    }

    async fn a_machine_sees_what_it_may_do(world: World) {
        world.machine(&["read:facilities"]).get("/tasks").await.problem(403, "missingScope");
        let draft = draft_of(&world.linde(), ids::FACILITY).await;
        let id = draft.body["id"].as_str().expect("an id");
        let reads = world.machine(&["read:tasks", "read:selfAssessments"]);
        assert_eq!(tasks(&reads, "").await, Vec::<Value>::new());
        let writes = tasks(&world.machine(&["read:tasks", "write:selfAssessments"]), "").await;
        assert!(said(&writes).contains(&("finishSelfAssessment", id)), "{writes:?}");
        assert!(tasks(&world.machine(&known_scopes()), "").await.len() >= writes.len());
        let text = json!(writes).to_string();
        assert!(!text.contains("De Berk") && !text.contains("De Wilg"));
    }

    async fn a_kind_that_is_misspelt_is_said_not_taken_for_an_empty_list(world: World) {
        let answer = world.linde().get("/tasks?kind=finishSelfAssesment").await.problem(400, "badRequest").body;
        assert!(answer.to_string().contains("finishSelfAssessment"), "{answer}");
    }

    async fn page_after_page_shows_each_task_once_and_the_most_urgent_first(world: World) {
        for _ in 0..8 {
            new_hospital(&world, ids::NEW_ORGANISATION).await;
        }
        let wilg = world.wilg();
        let whole = tasks(&wilg, "").await;
        assert_eq!(whole.len(), 18);
        let due: Vec<&str> = whole.iter().map(|task| task["due"].as_str().expect("a moment")).collect();
        assert!(due.is_sorted());
        let (mut found, mut path) = (Vec::new(), "/tasks?pageSize=5".to_owned());
        loop {
            let page = wilg.get(&path).await.expect(200).body;
            found.extend(page["items"].as_array().expect("items").clone());
            let Some(next) = page["next"].as_str() else { break };
            next.strip_prefix("https://kindreflex.test/v1").expect("ours").clone_into(&mut path);
        }
        let key = |tasks: &[Value]| tasks.iter().map(|task| (task["facilityId"].clone(), task["subject"]["id"].clone())).collect::<Vec<_>>();
        assert_eq!(key(&found), key(&whole));
        wilg.get("/tasks?after=x").await.problem(400, "badRequest");
        wilg.get("/tasks?role=x").await.problem(400, "badRequest");
    }
}
