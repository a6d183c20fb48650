//! One answer, with exceptions: what a site or a unit says otherwise, and units in another sector.
use kindreflex::demo::ids;
use serde_json::{Value, json};

use crate::support::{Actor, Answer, World, answer_whole, draft_of, path_of};

const THIRD_SITE: &str = "0190a000-0000-7000-8000-000000000023";

/// Last year's answers of De Linde are taken up again: everything is answered, on one level.
async fn answered_alike(world: &World) -> (String, Answer) {
    let linde = world.linde();
    let draft = draft_of(&linde, ids::FACILITY).await;
    let saved = answer_whole(&linde, &draft).await;
    (path_of(&draft.body), saved)
}

fn place<'a>(result: &'a Answer, field: &str, id: &str) -> &'a Value {
    let places = result.body["places"].as_array().expect("places");
    places
        .iter()
        .find(|one| one[field] == id)
        .expect("the place")
}

/// A unit of this type at De Linde's first site.
async fn new_unit(world: &World, kind: &str, valid_to: Option<&str>) -> String {
    let mut unit = json!({"siteId": ids::SITE, "facilityType": kind, "name": "Een afdeling", "validFrom": "2015-01-01"});
    if let Some(valid_to) = valid_to {
        unit["validTo"] = json!(valid_to);
    }
    let path = format!("/facilities/{}/units", ids::FACILITY);
    let made = world.admin().post(&path, unit).await.expect(201);
    made.body["id"].as_str().expect("an id").to_owned()
}

async fn except(actor: &Actor, path: &str, seen: &Answer, exceptions: Value) -> Answer {
    let answer = json!({"level": "volledig", "exceptions": exceptions});
    actor
        .seen(seen)
        .put(&format!("{path}/answers/actiefWerken"), answer)
        .await
}

/// A framework for emergency departments, and a cycle against it that is open.
async fn emergency_cycle(world: &World) -> String {
    let text = include_str!("../../src/framework/library/spoed-draft.yaml");
    let document = kindreflex::framework::check::from_yaml(text).expect("a document");
    let version = document.version.code.to_string();
    let path = format!("/frameworks/{}/versions/{version}", document.code);
    let found = world.admin().get(&path).await;
    let draft = match found.status {
        200 => found,
        _ => world
            .admin()
            .put(&path, serde_json::to_value(&document).expect("json"))
            .await
            .expect(201),
    };
    world
        .admin()
        .seen(&draft)
        .post(&format!("{path}/publications"), json!({}))
        .await
        .expect(201);
    let opens = world.state.clock.now() - chrono::Duration::days(1);
    let cycle = json!({"title": {"nl": "Spoed"}, "frameworkCode": document.code, "versionCode": version, "facilityTypes": ["spoed"],
        "opens": opens.to_rfc3339(), "due": "2031-12-31T00:00:00Z", "purpose": "inspectionPreparation"});
    let made = world.planner().post("/cycles", cycle).await.expect(201);
    made.body["id"].as_str().expect("an id").to_owned()
}

on_both! {
    async fn an_answer_holds_for_the_whole_facility_but_for_what_places_say_otherwise(world: World) {
        let linde = world.linde();
        let (path, saved) = answered_alike(&world).await;
        let saved = except(&linde, &path, &saved, json!([
            {"siteIds": [ids::SITE, THIRD_SITE], "level": "grotendeels"},
            {"unitIds": [ids::UNIT], "level": "niet", "note": "Nog niet begonnen."},
        ])).await.expect(200);
        let answer = linde.get(&format!("{path}/answers/actiefWerken")).await.expect(200);
        assert_eq!(answer.body["exceptions"][1], json!({"unitIds": [ids::UNIT], "level": "niet", "note": "Nog niet begonnen."}));
        let result = linde.get(&format!("{path}/result")).await.expect(200);
        for (field, id, differs) in [
            ("siteId", ids::SITE, json!([{"criterionCode": "actiefWerken", "level": "grotendeels", "whole": "volledig"}])),
            ("siteId", ids::OTHER_SITE, json!([])),
            ("siteId", THIRD_SITE, json!([{"criterionCode": "actiefWerken", "level": "grotendeels", "whole": "volledig"}])),
            ("unitId", ids::UNIT, json!([{"criterionCode": "actiefWerken", "level": "niet", "whole": "volledig"}])),
        ] {
            let place = place(&result, field, id);
            assert_eq!((&place["differs"], &place["rule"]), (&differs, &json!("wholeWithExceptions")), "{place}");
            let counted: u64 = place["themes"].as_array().expect("themes").iter()
                .flat_map(|theme| theme["levels"].as_object().expect("levels").values()).filter_map(Value::as_u64).sum();
            let whole = &saved.body["progress"]["applicable"];
            assert_eq!(json!(counted), *whole, "each place counts what applies there: {place}");
        }
        assert_eq!(result.body["places"].as_array().map(Vec::len), Some(4), "a unit without a word of its own is as its site");
    }

    async fn a_unit_without_a_word_of_its_own_follows_its_site_where_it_speaks_of_something_else(world: World) {
        let linde = world.linde();
        let (path, saved) = answered_alike(&world).await;
        let saved = except(&linde, &path, &saved, json!([{"siteIds": [ids::SITE], "level": "grotendeels"}])).await.expect(200);
        let other = json!({"level": "volledig", "exceptions": [{"unitIds": [ids::UNIT], "level": "grotendeels"}]});
        linde.seen(&saved).put(&format!("{path}/answers/intakeGesprek"), other).await.expect(200);
        let result = linde.get(&format!("{path}/result")).await.expect(200);
        let unit = place(&result, "unitId", ids::UNIT);
        assert_eq!(unit["differs"], json!([
            {"criterionCode": "actiefWerken", "level": "grotendeels", "whole": "volledig", "siteId": ids::SITE},
            {"criterionCode": "intakeGesprek", "level": "grotendeels", "whole": "volledig"},
        ]));
    }

    async fn every_fault_of_an_exception_is_named_at_once(world: World) {
        let linde = world.linde();
        let (path, saved) = answered_alike(&world).await;
        let ended = new_unit(&world, "pz", Some("2020-01-01")).await;
        let emergency = new_unit(&world, "spoed", None).await;
        let refused = except(&linde, &path, &saved, json!([
            {"siteIds": [ids::SITE], "level": "perfect"},
            {"siteIds": [ids::SITE, ids::UNIT], "level": "grotendeels", "evidence": [{"kind": "roddel"}]},
            {"unitIds": [ended, emergency], "level": "niet"},
        ])).await.problem(400, "badRequest");
        let mut issues = refused.issues();
        issues.sort();
        let mut expected = [
            ("unknownLevel", "exceptions[0].level"), ("repeated", "exceptions[1].siteIds[0]"), ("unknownReference", "exceptions[1].siteIds[1]"),
            ("unknownEvidenceKind", "exceptions[1].evidence[0].kind"), ("unknownReference", "exceptions[2].unitIds[0]"),
            ("otherFramework", "exceptions[2].unitIds[1]"), ("missing", "exceptions[2].note"),
        ].map(|(kind, name)| (kind.to_owned(), name.to_owned()));
        expected.sort();
        assert_eq!(issues, expected);
        let nowhere = except(&linde, &path, &saved, json!([{"level": "grotendeels"}])).await.problem(400, "badRequest");
        assert_eq!(nowhere.issues(), [("missing".to_owned(), "exceptions[0].siteIds".to_owned())]);
        assert_eq!(linde.get(&path).await.etag(), saved.etag(), "nothing was stored");
    }

    async fn another_hospitals_site_is_as_unknown_as_one_that_is_not_there(world: World) {
        let berk = world.berk();
        let draft = draft_of(&berk, "0190a000-0000-7000-8000-000000000013").await;
        let path = path_of(&draft.body);
        let mut said = Vec::new();
        for id in [ids::SITE, "0190a000-0000-7000-8000-00000000ffff"] {
            let refused = except(&berk, &path, &draft, json!([{"siteIds": [id], "level": "grotendeels"}])).await.problem(400, "badRequest");
            said.push(refused.body["issues"][0]["detail"].clone());
        }
        assert_eq!(said[0], said[1]);
    }

    async fn an_exception_needs_the_evidence_of_its_own_level(world: World) {
        let linde = world.linde();
        let (path, saved) = answered_alike(&world).await;
        let whole = json!({"level": "nietNagegaan", "note": "Elders nog niet geteld.", "exceptions": [{"siteIds": [ids::SITE], "level": "meeste"}]});
        let saved = linde.seen(&saved).put(&format!("{path}/answers/kinderenInDossier"), whole).await.expect(200);
        assert_eq!(saved.body["progress"]["withoutEvidence"], 1, "{}", saved.body);
        let refused = linde.seen(&saved).post(&format!("{path}/submissions"), json!({})).await.problem(400, "badRequest");
        assert!(refused.issues().contains(&("missingEvidence".to_owned(), "answers.kinderenInDossier.evidence".to_owned())), "{:?}", refused.issues());
        let evidence = json!([{"kind": "dossiercontrole", "filesChecked": 20, "filesMet": 15}]);
        let whole = json!({"level": "nietNagegaan", "note": "Elders nog niet geteld.", "exceptions": [{"siteIds": [ids::SITE], "level": "meeste", "evidence": evidence}]});
        let saved = linde.seen(&saved).put(&format!("{path}/answers/kinderenInDossier"), whole).await.expect(200);
        assert_eq!(saved.body["progress"]["withoutEvidence"], 0, "{}", saved.body);
    }

    async fn exceptions_are_handed_in_and_carried_over_to_the_next_year(world: World) {
        let linde = world.linde();
        let (path, saved) = answered_alike(&world).await;
        let exceptions = json!([{"siteIds": [ids::SITE], "level": "grotendeels"}]);
        let saved = except(&linde, &path, &saved, exceptions.clone()).await.expect(200);
        let confirmed = linde.seen(&saved).post(&format!("{path}/confirmations"), json!({})).await.expect(200);
        linde.seen(&confirmed).post(&format!("{path}/submissions"), json!({})).await.expect(201);
        let seen = world.inspector().get(&format!("{path}/answers/actiefWerken")).await.expect(200);
        assert_eq!(seen.body["exceptions"], exceptions, "an inspector reads what was handed in");
        let result = world.inspector().get(&format!("{path}/result")).await.expect(200);
        assert_eq!(place(&result, "siteId", ids::SITE)["differs"][0]["level"], "grotendeels");
        let cycle = crate::support::next_cycle(&world).await;
        let next = linde.post("/selfAssessments", json!({"facilityId": ids::FACILITY, "cycleId": cycle})).await.expect(201);
        let carried = linde.get(&format!("{}/answers/actiefWerken", path_of(&next.body))).await.expect(200);
        assert_eq!((&carried.body["origin"], &carried.body["exceptions"]), (&json!("carriedOver"), &exceptions));
    }

    async fn what_applies_at_one_site_alone_is_handed_in_too(world: World) {
        let linde = world.linde();
        let (path, saved) = answered_alike(&world).await;
        let levels = linde.get("/frameworks/ggz/versions/2026-1").await.expect(200);
        let other = levels.body["document"]["scales"].as_array().expect("scales").iter().find(|one| one["code"] == "verblijf").expect("the scale")["levels"]
            .as_array().expect("levels").iter().map(|one| one["code"].clone()).find(|code| code != "residentieel").expect("another level");
        let whole = json!({"level": other, "exceptions": [{"siteIds": [ids::SITE], "level": "residentieel"}]});
        let saved = linde.seen(&saved).put(&format!("{path}/answers/verblijfAanbod"), whole).await.expect(200);
        let mine = linde.get(&format!("{path}/result")).await.expect(200);
        let asked = place(&mine, "siteId", ids::SITE)["notAnswered"].clone();
        assert!(asked.as_array().is_some_and(|codes| codes.contains(&json!("opvangKinderen"))), "it applies there, and nobody answered: {asked}");
        let answer = json!({"level": "volledig"});
        let saved = linde.seen(&saved).put(&format!("{path}/answers/opvangKinderen"), answer).await.expect(200);
        let saved = match saved.body["toConfirm"].as_array().map(Vec::len) {
            Some(0) => saved,
            _ => linde.seen(&saved).post(&format!("{path}/confirmations"), json!({})).await.expect(200),
        };
        linde.seen(&saved).post(&format!("{path}/submissions"), json!({})).await.expect(201);
        let theirs = world.inspector().get(&format!("{path}/result")).await.expect(200);
        let mine = linde.get(&format!("{path}/result")).await.expect(200);
        assert_eq!(theirs.body["places"], mine.body["places"]);
        assert!(place(&theirs, "siteId", ids::SITE)["notAnswered"].as_array().is_none_or(|codes| !codes.contains(&json!("opvangKinderen"))));
    }

    async fn a_result_is_another_one_when_a_site_has_another_name(world: World) {
        let linde = world.linde();
        let (path, _) = answered_alike(&world).await;
        let before = linde.get(&format!("{path}/result")).await.expect(200);
        linde.with("if-none-match", &before.etag()).get(&format!("{path}/result")).await.expect(304);
        let site = format!("/facilities/{}/sites/{}", ids::FACILITY, ids::SITE);
        let renamed = json!({"name": "Campus Noordoost", "validFrom": "2015-01-01"});
        world.admin().with("if-match", "*").put(&site, renamed).await.expect(200);
        let after = linde.with("if-none-match", &before.etag()).get(&format!("{path}/result")).await.expect(200);
        assert_eq!(place(&after, "siteId", ids::SITE)["name"], "Campus Noordoost");
    }

    async fn a_unit_in_another_sector_has_its_own_framework_cycle_and_self_assessment(world: World) {
        let linde = world.linde();
        let (unit, second) = (new_unit(&world, "spoed", None).await, new_unit(&world, "spoed", None).await);
        let cycle = emergency_cycle(&world).await;
        let whole = json!({"facilityId": ids::FACILITY, "cycleId": cycle});
        let refused = linde.post("/selfAssessments", whole).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("wrongFacilityType".to_owned(), "cycleId".to_owned())], "the hospital itself is no emergency department");
        let input = |unit: &str| json!({"facilityId": ids::FACILITY, "unitId": unit, "cycleId": cycle});
        let draft = linde.post("/selfAssessments", input(&unit)).await.expect(201);
        assert_eq!((&draft.body["unitId"], &draft.body["facilityType"]), (&json!(unit), &json!("spoed")));
        linde.post("/selfAssessments", input(&unit)).await.problem(409, "stateConflict");
        let other = linde.post("/selfAssessments", input(&second)).await.expect(201);
        assert_ne!(other.body["id"], draft.body["id"], "each unit has its own");
        let listed = linde.get(&format!("/selfAssessments?unitId={unit}")).await.expect(200);
        assert_eq!(crate::support::ids_of(&listed), [draft.body["id"].as_str().expect("an id")]);
        world.berk().get(&path_of(&draft.body)).await.problem(404, "resourceNotFound");
        let result = linde.get(&format!("{}/result", path_of(&draft.body))).await.expect(200);
        assert!(result.body.get("places").is_none(), "it is one place");
    }

    async fn a_unit_under_the_facilitys_own_framework_is_answered_for_with_the_whole(world: World) {
        for (unit, fault) in [(ids::UNIT, "sameFramework"), ("0190a000-0000-7000-8000-00000000ffff", "unknownReference"), (ids::SITE, "unknownReference")] {
            let input = json!({"facilityId": ids::FACILITY, "unitId": unit, "cycleId": ids::CYCLE});
            let refused = world.linde().post("/selfAssessments", input).await.problem(400, "badRequest");
            assert_eq!(refused.issues(), [(fault.to_owned(), "unitId".to_owned())]);
        }
    }
}
