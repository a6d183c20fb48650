//! A facility's own stappenplan, and its words beside the questions.
use kindreflex::demo::{enterprise_number, ids};
use serde_json::{Value, json};

use crate::support::{
    WILG, World, answer_whole, draft_of, hex_of, ids_of, link_of, new_hospital, next_cycle,
    path_of, send_file,
};

fn step(code: &str, title: &str, steps: &[&str]) -> Value {
    json!({"code": code, "title": title, "steps": steps})
}

fn plan(name: &str, steps: Value) -> Value {
    json!({"name": name, "frameworkCode": "ggz", "steps": steps})
}

fn first_plan() -> Value {
    plan(
        "Ons plan",
        json!([
            step("eerst", "Eerst praten", &["stap1"]),
            step("samen", "Samen bekijken", &["stap1", "stap2"]),
            step("enkelVanOns", "De bezoekkamer", &[]),
        ]),
    )
}

fn new_path(facility: &str) -> String {
    format!("/facilities/{facility}/stepPlans/{}", uuid::Uuid::now_v7())
}

/// The words beside a criterion.
fn beside(body: &Value, criterion: &str) -> Value {
    let own = body["ownSteps"].as_array().cloned().unwrap_or_default();
    own.into_iter()
        .find(|own| own["criterionCode"] == criterion)
        .map_or(Value::Null, |mut own| own["titles"].take())
}

/// The framework of emergency departments, published here; its own version waits for its text.
async fn publish_spoed(world: &World) {
    let admin = world.admin();
    let path = "/frameworks/spoed/versions/2026-ontwerp";
    let draft = admin.get(path).await.expect(200);
    admin
        .seen(&draft)
        .post(&format!("{path}/publications"), json!({}))
        .await
        .expect(201);
}

/// A cycle against it that is open; its id.
async fn open_spoed(world: &World) -> Value {
    let opens = world.state.clock.now() - chrono::Duration::days(1);
    let cycle = json!({"title": {"nl": "Spoed"}, "frameworkCode": "spoed", "versionCode": "2026-ontwerp", "facilityTypes": ["spoed"],
        "opens": opens.to_rfc3339(), "due": "2031-12-31T00:00:00Z", "purpose": "ownImprovement"});
    let mut cycle = world.planner().post("/cycles", cycle).await.expect(201);
    cycle.body["id"].take()
}

on_both! {
    async fn a_facility_keeps_every_version_of_its_plan_as_it_was(world: World) {
        let wilg = world.wilg();
        let path = new_path(WILG);
        let made = wilg.with("if-none-match", "*").put(&path, first_plan()).await.expect(201);
        assert_eq!(made.header("location"), Some(format!("/v1{path}").as_str()));
        assert_eq!((&made.body["version"], &made.body["versionCode"]), (&json!(1), &json!("2026-1")), "the latest version, as none was named");
        assert_eq!(made.body["unmapped"], json!({"steps": ["stap3", "stap4", "stap5", "stap6"], "roles": []}));
        let second = plan("Ons plan, herschikt", json!([step("samen", "Samen bekijken", &["stap2"]), step("eerst", "Eerst luisteren", &["stap1"])]));
        let changed = wilg.seen(&made).put(&path, second).await.expect(200);
        assert_eq!(changed.body["version"], 2);
        let read = wilg.get(&path).await.expect(200);
        assert_eq!((&read.body, read.etag()), (&changed.body, changed.etag()));
        wilg.with("if-none-match", &read.etag()).get(&path).await.expect(304);
        let first = wilg.get(&format!("{path}/versions/1")).await.expect(200);
        assert_eq!((&first.body["name"], &first.body["steps"], &first.body["unmapped"]), (&made.body["name"], &made.body["steps"], &made.body["unmapped"]));
        let titles: Vec<&Value> = read.body["steps"].as_array().expect("steps").iter().map(|step| &step["title"]).collect();
        assert_eq!(titles, ["Samen bekijken", "Eerst luisteren"], "in the order that was sent");
        let page = wilg.get(&format!("{path}/versions?pageSize=1")).await.expect(200);
        assert_eq!(page.body["items"][0]["href"], format!("/v1{path}/versions/1"));
        let next = page.body["next"].as_str().expect("a next page");
        let last = wilg.get_at(next.split_once("/v1").map(|(_, rest)| format!("/v1{rest}")).expect("ours").as_str()).await.expect(200);
        assert_eq!((last.body["items"][0]["version"].clone(), last.body.get("next")), (json!(2), None));
        for gone in ["versions/3", "versions/99999999999"] {
            wilg.get(&format!("{path}/{gone}")).await.problem(404, "resourceNotFound");
        }
        wilg.get(&format!("{path}/versions/0")).await.problem(400, "badRequest");
    }

    async fn nobody_overwrites_a_plan_that_they_have_not_seen(world: World) {
        let wilg = world.wilg();
        let path = new_path(WILG);
        let made = wilg.put(&path, first_plan()).await.expect(201);
        wilg.put(&path, first_plan()).await.problem(428, "preconditionRequired");
        wilg.with("if-none-match", "*").put(&path, first_plan()).await.problem(412, "preconditionFailed");
        wilg.seen(&made).put(&path, first_plan()).await.expect(200);
        wilg.seen(&made).put(&path, first_plan()).await.problem(412, "preconditionFailed");
        wilg.seen(&made).put(&new_path(WILG), first_plan()).await.problem(412, "preconditionFailed");
        assert_eq!(wilg.get(&path).await.expect(200).body["version"], 2);
    }

    async fn one_plan_is_in_force_for_a_framework_and_a_unit(world: World) {
        let linde = world.linde();
        let path = format!("/facilities/{}/stepPlans/{}", ids::FACILITY, ids::STEP_PLAN);
        let english = linde.with("accept-language", "en");
        let refused = english.put(&new_path(ids::FACILITY), first_plan()).await.problem(409, "stateConflict");
        let detail = refused.body["detail"].as_str().expect("a detail");
        assert!(detail.contains("Stappenplan van De Linde (fictief)") && detail.contains(&path), "{detail}");
        let mut own = first_plan();
        own["unitId"] = json!(ids::UNIT);
        let units = linde.put(&new_path(ids::FACILITY), own.clone()).await.expect(201);
        linde.put(&new_path(ids::FACILITY), own.clone()).await.problem(409, "stateConflict");
        let moved = linde.seen(&units).put(&path_of(&units.body), first_plan()).await.problem(400, "badRequest");
        assert_eq!(moved.issues(), [("fixed".to_owned(), "unitId".to_owned())]);

        let mut ended = first_plan();
        let today = world.state.clock.now().date_naive();
        ended["validTo"] = json!((today - chrono::Days::new(1)).to_string());
        let ended = linde.with("if-match", "*").put(&path, ended).await.expect(200);
        let mut second = first_plan();
        let last = (today + chrono::Days::new(30)).to_string();
        second["validTo"] = json!(last);
        let second = linde.put(&new_path(ids::FACILITY), second).await.expect(201);
        let refused = english.put(&new_path(ids::FACILITY), first_plan()).await.problem(409, "stateConflict");
        assert!(refused.body["detail"].as_str().is_some_and(|detail| detail.contains(&format!("until {last}"))), "{}", refused.body);
        linde.seen(&ended).put(&path, first_plan()).await.problem(409, "stateConflict");
        let listed = ids_of(&linde.get(&format!("/facilities/{}/stepPlans", ids::FACILITY)).await.expect(200));
        let expected = [json!(ids::STEP_PLAN), units.body["id"].clone(), second.body["id"].clone()];
        assert_eq!(listed.into_iter().map(Value::from).collect::<Vec<_>>(), expected, "in the order of arrival, the ended one too");
    }

    async fn of_plans_that_are_made_at_once_one_is_in_force(world: World) {
        let wilg = world.wilg();
        let paths: Vec<String> = (0..6).map(|_| new_path(WILG)).collect();
        let made = futures_util::future::join_all(paths.iter().map(|path| wilg.put(path, first_plan()))).await;
        let mut statuses: Vec<u16> = made.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409, 409, 409, 409, 409]);
    }

    async fn every_fault_of_a_plan_is_named_with_what_there_is(world: World) {
        let wilg = world.wilg().with("accept-language", "en");
        let path = new_path(WILG);
        let faulty = plan("Ons plan", json!([
            step("a", "Eerst", &["stap1", "stap7"]),
            {"code": "b", "title": "Dan", "roles": ["arts"]},
        ]));
        let refused = wilg.put(&path, faulty).await.problem(400, "badRequest");
        let expected = [("unknownStep", "steps[0].steps[1]"), ("unknownRole", "steps[1].roles[0]")];
        assert_eq!(refused.issues(), expected.map(|(kind, name)| (kind.to_owned(), name.to_owned())));
        let detail = refused.body["issues"][0]["detail"].as_str().expect("a detail");
        assert!(detail.contains("stap1, stap2, stap3, stap4, stap5, stap6"), "{detail}");

        let mut shapes = plan(" ", json!([step("a", "Eerst", &["stap1", "stap1"]), step("a", "  ", &[])]));
        shapes["validTo"] = json!("0999-01-01");
        let refused = wilg.put(&path, shapes).await.problem(400, "badRequest");
        for expected in ["name", "validTo", "steps[0].steps[1]", "steps[1].code", "steps[1].title"] {
            assert!(refused.issues().iter().any(|(_, name)| name == expected), "{expected} in {:?}", refused.issues());
        }
        let mut file = plan("Ons plan", json!([{"code": "a", "title": "Eerst"}]));
        file["document"] = json!({"attachmentId": ids::ATTACHMENT, "sha256": "00"});
        let refused = wilg.put(&path, file).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("attachmentReference".to_owned(), "document.sha256".to_owned())]);
        for (field, value) in [("frameworkCode", json!("caw")), ("versionCode", json!("2099")), ("unitId", json!(ids::UNIT))] {
            let mut unknown = first_plan();
            unknown[field] = value;
            let refused = wilg.put(&path, unknown).await.problem(400, "badRequest");
            assert_eq!(refused.issues(), [("unknownReference".to_owned(), field.to_owned())]);
        }
        wilg.put(&path, plan("Leeg", json!([]))).await.problem(400, "badRequest");
        let personal = plan("Ons plan", json!([step("a", "Zie 85.07.30-033.28", &[])]));
        let refused = wilg.put(&path, personal).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("personalData".to_owned(), "steps[0].title".to_owned())]);
        wilg.get(&path).await.problem(404, "resourceNotFound");
    }

    async fn another_facilitys_plan_is_not_there(world: World) {
        let path = format!("/facilities/{}/stepPlans/{}", ids::FACILITY, ids::STEP_PLAN);
        let contributor = world.person("facilityContributor", Some(enterprise_number(9_990_001)));
        contributor.get(&path).await.expect(200);
        contributor.with("if-match", "*").put(&path, first_plan()).await.problem(403, "missingPermission");
        let berk = world.berk();
        for below in ["", "/versions", "/versions/1"] {
            berk.get(&format!("{path}{below}")).await.problem(404, "resourceNotFound");
        }
        berk.get(&format!("/facilities/{}/stepPlans", ids::FACILITY)).await.problem(404, "resourceNotFound");
        berk.with("if-match", "*").put(&path, first_plan()).await.problem(404, "resourceNotFound");
        world.inspector().get(&path).await.problem(403, "missingPermission");
        // An id that another facility took is as free as any, and gives nothing away.
        let same = format!("/facilities/{WILG}/stepPlans/{}", ids::STEP_PLAN);
        let wilg = world.wilg();
        wilg.get(&same).await.problem(404, "resourceNotFound");
        wilg.put(&same, first_plan()).await.expect(201);
        let linde = world.linde().get(&path).await.expect(200);
        assert_eq!(linde.body["name"], "Stappenplan van De Linde (fictief)");
    }

    async fn a_machine_needs_the_scope_for_it(world: World) {
        let path = format!("/facilities/{}/stepPlans/{}", ids::FACILITY, ids::STEP_PLAN);
        let reader = world.machine(&["read:stepPlans"]);
        reader.get(&path).await.expect(200);
        reader.with("if-match", "*").put(&path, first_plan()).await.problem(403, "missingScope");
        world.machine(&["read:facilities"]).get(&path).await.problem(403, "missingScope");
        let writer = world.machine(&["write:stepPlans"]);
        writer.with("if-match", "*").put(&path, first_plan()).await.expect(200);
        writer.put(&new_path(WILG), first_plan()).await.problem(404, "resourceNotFound");
        // One that reads about all organisations sees what an inspector sees.
        let wide = json!({"name": "Breed", "scopes": ["read:stepPlans", "read:facilities"], "allOrganisations": true});
        world.admin().put("/integrations/onbekend", wide).await.expect(201);
        world.stranger_machine(&["read:stepPlans"]).get(&path).await.problem(404, "resourceNotFound");
        world.stranger_machine(&["read:facilities"]).get(&format!("/facilities/{}", ids::FACILITY)).await.expect(200);
    }

    async fn the_facilitys_words_stand_beside_the_questions(world: World) {
        let wilg = world.wilg();
        let bare = draft_of(&wilg, WILG).await;
        assert_eq!((bare.body.get("stepPlan"), bare.body.get("ownSteps")), (None, None), "no plan, no words");
        let path = path_of(&bare.body);
        let plan_path = new_path(WILG);
        let made = wilg.put(&plan_path, first_plan()).await.expect(201);
        let read = wilg.with("if-none-match", &bare.etag()).get(&path).await.expect(200);
        assert_ne!(read.etag(), bare.etag(), "what is shown changed, and its tag with it");
        assert_eq!(read.body["stepPlan"], json!({"href": format!("/v1{plan_path}/versions/1"), "version": 1, "name": "Ons plan"}));
        assert_eq!(beside(&read.body, "intakeGesprek"), json!(["Eerst praten", "Samen bekijken"]));
        assert_eq!(beside(&read.body, "peilenMetCollega"), json!(["Samen bekijken"]));
        assert_eq!(beside(&read.body, "actiefWerken"), Value::Null);

        let renamed = plan("Ons plan", json!([step("samen", "Samen kijken", &["stap2", "stap1"]), step("eerst", "Praten", &["stap1"])]));
        let changed = wilg.seen(&made).put(&plan_path, renamed).await.expect(200);
        let read = wilg.get(&path).await.expect(200);
        assert_eq!(beside(&read.body, "intakeGesprek"), json!(["Samen kijken", "Praten"]), "in the plan's new order");

        let mut ended = first_plan();
        ended["validTo"] = json!("2020-01-01");
        wilg.seen(&changed).put(&plan_path, ended).await.expect(200);
        let after = wilg.get(&path).await.expect(200);
        assert_eq!((after.body.get("stepPlan"), after.body.get("ownSteps")), (None, None), "an ended plan has nothing to say");
        let same = wilg.with("if-match", "*").put(&plan_path, { let mut again = first_plan(); again["validTo"] = json!("2020-01-02"); again }).await.expect(200);
        assert_eq!(same.body["version"], 4);
        assert_eq!(wilg.get(&path).await.expect(200).etag(), after.etag(), "nothing that the draft shows changed");
    }

    async fn what_was_handed_in_keeps_the_words_that_it_had(world: World) {
        let wilg = world.wilg();
        let plan_path = new_path(WILG);
        let made = wilg.put(&plan_path, first_plan()).await.expect(201);
        let draft = draft_of(&wilg, WILG).await;
        let path = path_of(&draft.body);
        let saved = answer_whole(&wilg, &draft).await;
        let submitted = wilg.seen(&saved).post(&format!("{path}/submissions"), json!({})).await.expect(201);
        let words = json!(["Eerst praten", "Samen bekijken"]);
        assert_eq!(beside(&submitted.body, "intakeGesprek"), words);

        let later = plan("Ons nieuwe plan", json!([step("anders", "Helemaal anders", &["stap1"])]));
        wilg.seen(&made).put(&plan_path, later).await.expect(200);
        let mine = wilg.get(&path).await.expect(200);
        assert_eq!((mine.etag(), beside(&mine.body, "intakeGesprek")), (submitted.etag(), words.clone()));
        let inspector = world.inspector();
        for (seen, whole) in [(inspector.get(&path).await.expect(200), true), (inspector.get(&format!("{path}/revisions/1")).await.expect(200), false)] {
            let body = if whole { &seen.body } else { &seen.body["selfAssessment"] };
            assert_eq!((beside(body, "intakeGesprek"), &body["stepPlan"]["version"]), (words.clone(), &json!(1)));
        }
        let reopened = wilg.seen(&mine).post(&format!("{path}/reopenings"), json!({"reason": "Vergeten"})).await.expect(200);
        assert_eq!(beside(&reopened.body, "intakeGesprek"), json!(["Helemaal anders"]), "a draft again, in today's words");
        let theirs = inspector.get(&path).await.expect(200);
        assert_eq!(beside(&theirs.body, "intakeGesprek"), words, "others keep reading what was handed in");
        let next = next_cycle(&world).await;
        let new = wilg.post("/selfAssessments", json!({"facilityId": WILG, "cycleId": next})).await.expect(201);
        assert_eq!(beside(&new.body, "intakeGesprek"), json!(["Helemaal anders"]));
    }

    async fn a_plan_whose_end_has_come_leaves_the_drafts_and_stays_with_what_was_handed_in(world: World) {
        let wilg = world.wilg();
        let mut ending = first_plan();
        let today = world.state.clock.now().date_naive();
        ending["validTo"] = json!((today + chrono::Days::new(2)).to_string());
        wilg.put(&new_path(WILG), ending).await.expect(201);
        let draft = draft_of(&wilg, WILG).await;
        let path = path_of(&draft.body);
        let saved = answer_whole(&wilg, &draft).await;
        let submitted = wilg.seen(&saved).post(&format!("{path}/submissions"), json!({})).await.expect(201);
        let next = next_cycle(&world).await;
        let new = wilg.post("/selfAssessments", json!({"facilityId": WILG, "cycleId": next})).await.expect(201);
        let words = json!(["Eerst praten", "Samen bekijken"]);
        assert_eq!(beside(&new.body, "intakeGesprek"), words, "it is in force still");

        world.state.clock.advance(chrono::Duration::days(3));
        let token = crate::support::issuer::token_at(&world.state.clock, "facility", Some(kindreflex::demo::enterprise_number(9_990_003)));
        let wilg = world.with_token(&token);
        let (old, late) = (wilg.get(&path).await.expect(200), wilg.get(&path_of(&new.body)).await.expect(200));
        assert_eq!(beside(&old.body, "intakeGesprek"), words, "it was in force when that was handed in");
        assert_eq!(old.etag(), submitted.etag());
        assert_eq!((late.body.get("stepPlan"), late.body.get("ownSteps")), (None, None), "its end has come");
        assert_ne!(late.etag(), new.etag(), "what is shown changed, and its tag with it");
        wilg.with("if-none-match", &new.etag()).get(&path_of(&new.body)).await.expect(200);
        wilg.with("if-none-match", &late.etag()).get(&path_of(&new.body)).await.expect(304);
        let confirmations = format!("{}/confirmations", path_of(&new.body));
        let confirmed = wilg.seen(&new).post(&confirmations, json!({})).await.expect(200);
        for stale in [&new, &late] {
            wilg.seen(stale).post(&confirmations, json!({})).await.problem(412, "preconditionFailed");
        }
        let now = wilg.get(&path_of(&new.body)).await.expect(200);
        assert_ne!(now.etag(), confirmed.etag(), "nothing that is shown has the tag of the plan that is over");
        let handed_in = wilg.seen(&now).post(&format!("{}/submissions", path_of(&new.body)), json!({})).await.expect(201);
        let revision = wilg.get(&format!("{}/revisions/1", path_of(&new.body))).await.expect(200);
        for body in [&handed_in.body, &revision.body["selfAssessment"]] {
            assert_eq!((body.get("stepPlan"), body.get("ownSteps")), (None, None), "and is not handed in either");
        }
    }

    async fn a_units_own_plan_says_nothing_about_the_whole_facility(world: World) {
        let linde = world.linde();
        let mut own = plan("Van de afdeling", json!([step("a", "Op onze gang", &["stap1"])]));
        own["unitId"] = json!(ids::UNIT);
        linde.put(&new_path(ids::FACILITY), own).await.expect(201);
        let draft = draft_of(&linde, ids::FACILITY).await;
        assert_eq!(beside(&draft.body, "intakeGesprek"), json!(["Het gesprek aan de keukentafel"]));
        assert_eq!(draft.body["stepPlan"]["name"], "Stappenplan van De Linde (fictief)");
    }

    async fn a_framework_that_goes_by_role_is_mapped_onto_roles(world: World) {
        publish_spoed(&world).await;
        let (beuk, spoed) = (world.person("facility", Some(enterprise_number(9_990_005))), "0190a000-0000-7000-8000-000000000018");
        let by_step = json!({"name": "Spoed", "frameworkCode": "spoed", "steps": [step("a", "Onthaal", &["stap1"])]});
        let refused = beuk.with("accept-language", "en").put(&new_path(spoed), by_step).await.problem(400, "badRequest");
        let detail = refused.body["issues"][0]["detail"].as_str().expect("a detail");
        assert_eq!(detail, "spoed 2026-ontwerp goes by role and not by step; use roles with: verpleegkundige, arts, maatschappelijkWerker.");
        let by_role = json!({"name": "Spoed", "frameworkCode": "spoed", "steps": [
            {"code": "onthaal", "title": "Onthaal en triage", "roles": ["verpleegkundige"]},
            {"code": "zaal", "title": "De zaalronde", "roles": ["arts", "verpleegkundige"]},
        ]});
        let made = beuk.put(&new_path(spoed), by_role).await.expect(201);
        assert_eq!(made.body["unmapped"], json!({"steps": [], "roles": ["maatschappelijkWerker"]}));
        let cycle = open_spoed(&world).await;
        let draft = beuk.post("/selfAssessments", json!({"facilityId": spoed, "cycleId": cycle})).await.expect(201);
        assert_eq!(beside(&draft.body, "taakVerpleegkundige"), json!(["Onthaal en triage", "De zaalronde"]));
        assert_eq!(beside(&draft.body, "taakArts"), json!(["De zaalronde"]));
    }

    async fn a_unit_in_another_sector_goes_by_its_own_plan_else_by_the_facilitys(world: World) {
        publish_spoed(&world).await;
        let (linde, cycle) = (world.linde(), open_spoed(&world).await);
        let unit = json!({"siteId": ids::SITE, "facilityType": "spoed", "name": "Spoed", "validFrom": "2015-01-01"});
        let unit = world.admin().post(&format!("/facilities/{}/units", ids::FACILITY), unit).await.expect(201).body["id"].take();
        let draft = linde.post("/selfAssessments", json!({"facilityId": ids::FACILITY, "unitId": unit, "cycleId": cycle})).await.expect(201);
        assert_eq!(draft.body.get("stepPlan"), None, "the hospital's plan is mapped onto another framework");
        let path = path_of(&draft.body);
        let mut by_role = json!({"name": "Voor alle spoed", "frameworkCode": "spoed", "steps": [
            {"code": "onthaal", "title": "Onthaal", "roles": ["verpleegkundige"]},
        ]});
        linde.put(&new_path(ids::FACILITY), by_role.clone()).await.expect(201);
        assert_eq!(beside(&linde.get(&path).await.expect(200).body, "taakVerpleegkundige"), json!(["Onthaal"]));
        by_role["unitId"] = unit;
        by_role["steps"][0]["title"] = json!("Aan de balie");
        linde.put(&new_path(ids::FACILITY), by_role).await.expect(201);
        let read = linde.get(&path).await.expect(200);
        assert_eq!(beside(&read.body, "taakVerpleegkundige"), json!(["Aan de balie"]));
        let whole = draft_of(&linde, ids::FACILITY).await;
        assert_eq!(whole.body["stepPlan"]["name"], "Stappenplan van De Linde (fictief)");
    }

    async fn a_unit_whose_own_plan_has_ended_goes_by_the_facilitys_again(world: World) {
        publish_spoed(&world).await;
        let (linde, cycle) = (world.linde(), open_spoed(&world).await);
        let unit = json!({"siteId": ids::SITE, "facilityType": "spoed", "name": "Spoed", "validFrom": "2015-01-01"});
        let unit = world.admin().post(&format!("/facilities/{}/units", ids::FACILITY), unit).await.expect(201).body["id"].take();
        let mut by_role = json!({"name": "Voor alle spoed", "frameworkCode": "spoed", "steps": [
            {"code": "onthaal", "title": "Onthaal", "roles": ["verpleegkundige"]},
        ]});
        linde.put(&new_path(ids::FACILITY), by_role.clone()).await.expect(201);
        let today = world.state.clock.now().date_naive();
        by_role["unitId"] = unit.clone();
        by_role["steps"][0]["title"] = json!("Aan de balie");
        by_role["validTo"] = json!((today + chrono::Days::new(2)).to_string());
        linde.put(&new_path(ids::FACILITY), by_role).await.expect(201);
        let draft = linde.post("/selfAssessments", json!({"facilityId": ids::FACILITY, "unitId": unit, "cycleId": cycle})).await.expect(201);
        assert_eq!(beside(&draft.body, "taakVerpleegkundige"), json!(["Aan de balie"]));
        let path = path_of(&draft.body);
        let asked = linde.post(&format!("{path}/contributions"), json!({"criteria": ["taakVerpleegkundige"]})).await.expect(201);

        world.state.clock.advance(chrono::Duration::days(3));
        let linde = world.with_token(&crate::support::issuer::token_at(&world.state.clock, "facility", Some(enterprise_number(9_990_001))));
        let late = linde.get(&path).await.expect(200);
        let words = json!(["Onthaal"]);
        assert_eq!(beside(&late.body, "taakVerpleegkundige"), words);
        let link = world.anyone().get(&link_of(&asked)).await.expect(200);
        assert_eq!(link.body["questionnaire"]["questions"][0]["ownSteps"], words, "the ward reads the same");
        assert_ne!(late.etag(), draft.etag());
        let open = draft.body["openCriteria"].as_array().expect("criteria").iter();
        let answers: Vec<Value> = open.map(|one| {
            let level = if one["criterionCode"] == "maatschappelijkWerkAanwezig" { "neen" } else { "volledig" };
            json!({"criterionCode": one["criterionCode"], "level": level, "evidence": [{"kind": "document", "observedOn": today.to_string()}]})
        }).collect();
        let saved = linde.seen(&draft).patch(&format!("{path}/answers"), json!({"answers": answers})).await.expect(200);
        let handed_in = linde.seen(&saved).post(&format!("{path}/submissions"), json!({})).await.expect(201);
        let revision = linde.get(&format!("{path}/revisions/1")).await.expect(200);
        let read = linde.get(&path).await.expect(200);
        for body in [&handed_in.body, &read.body, &revision.body["selfAssessment"]] {
            assert_eq!(beside(body, "taakVerpleegkundige"), words, "handed in as it was shown");
        }
        assert_eq!(read.etag(), handed_in.etag());
    }

    async fn the_plans_file_may_come_later_and_only_those_bytes(world: World) {
        let wilg = world.wilg();
        let id = uuid::Uuid::now_v7().to_string();
        let mut with_file = first_plan();
        with_file["document"] = json!({"attachmentId": id, "sha256": hex_of(b"het plan")});
        let path = new_path(WILG);
        let made = wilg.put(&path, with_file.clone()).await.expect(201);
        assert_eq!(made.body["document"], with_file["document"]);
        send_file(&wilg, &id, WILG, b"een ander plan").await.problem(409, "stateConflict");
        send_file(&wilg, &id, WILG, b"het plan").await.expect(201);
        let contributor = world.person("facilityContributor", Some(enterprise_number(9_990_003)));
        let content = contributor.get(&format!("/attachments/{id}/content")).await.expect(200);
        assert_eq!(content.bytes, "het plan", "who may read the plan may read its file");
        world.inspector().get(&format!("/attachments/{id}")).await.problem(404, "resourceNotFound");
        world.berk().get(&format!("/attachments/{id}")).await.problem(404, "resourceNotFound");
        with_file["document"]["sha256"] = json!(hex_of(b"een ander plan"));
        let refused = wilg.seen(&made).put(&path, with_file).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("attachmentReference".to_owned(), "document.sha256".to_owned())]);
    }

    async fn who_saved_which_plan_stands_in_the_audit_for_its_facility_alone(world: World) {
        let hospital = new_hospital(&world, ids::ORGANISATION).await;
        let path = new_path(&hospital);
        world.linde().put(&path, first_plan()).await.expect(201);
        world.number_events().await;
        let id = path.rsplit('/').next().expect("an id");
        let asked = format!("/auditEvents?action=stepPlanSaved&subjectId={id}");
        let mine = world.linde().get(&asked).await.expect(200);
        assert_eq!(mine.body["items"][0]["payload"]["name"], "Ons plan", "{}", mine.body);
        for other in [world.berk(), world.inspector()] {
            assert_eq!(other.get(&asked).await.expect(200).body["items"], json!([]));
        }
        let admins = world.admin().get(&asked).await.expect(200);
        assert!(!admins.body.to_string().contains("Ons plan"), "{}", admins.body);
    }
}
