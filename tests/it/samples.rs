//! Samples: facilities picked for a round by a rule that is data, each pick with its reasons, and the same again for the same seed.
use kindreflex::demo::ids;
use serde_json::{Value, json};

use crate::support::{Answer, ids_of, path_of};

fn path() -> String {
    format!("/inspectionRounds/{}/samples", ids::ROUND)
}

fn asked(size: i32) -> Value {
    json!({"size": size, "seed": "een zaadje", "risk": {
        "picks": 2, "missingEvidence": 1, "overdue": 10,
        "levels": [{"level": "niet", "points": 5}, {"level": "deels", "points": 2}]
    }})
}

fn picks(answer: &Answer) -> Vec<Value> {
    answer.body["picks"].as_array().expect("picks").clone()
}

on_both! {
    async fn a_pick_by_risk_says_which_answers_gave_which_points(world: World) {
        let (planner, inspector) = (world.planner(), world.inspector());
        let made = planner.post(&path(), asked(1000)).await.expect(201);
        assert_eq!((&made.body["origin"], &made.body["asked"]["seed"]), (&json!("ours"), &json!("een zaadje")));
        let all = picks(&made);
        assert_eq!(made.body["candidates"], all.len());
        let points: Vec<i64> = all.iter().map(|pick| pick["points"].as_i64().expect("points")).collect();
        assert_eq!(all.iter().filter(|pick| pick["pickedBy"] == "risk").count(), 2);
        assert!(points[0] >= points[1] && points[2..].iter().all(|less| *less <= points[1]), "{points:?}");
        let mut read = 0;
        for (pick, points) in all.iter().zip(points) {
            let reasons = pick["reasons"].as_array().expect("reasons");
            let given: i64 = reasons.iter().map(|reason| reason["points"].as_i64().expect("points")).sum();
            assert_eq!(given, points);
            // What gave points is what inspectors may read: handed in, to prepare an inspection.
            for reason in reasons.iter().filter(|reason| reason["kind"] == "level").take(1) {
                let (id, code) = (reason["selfAssessmentId"].as_str().expect("an id"), reason["criterionCode"].as_str().expect("a code"));
                let answer = inspector.get(&format!("/selfAssessments/{id}/answers/{code}")).await.expect(200);
                assert_eq!(answer.body["level"], reason["level"]);
                read += 1;
            }
        }
        assert!(read > 0);
    }

    async fn the_same_seed_draws_the_same_and_nothing_is_planned(world: World) {
        let planner = world.planner();
        let before = planner.get("/inspections?pageSize=200").await.expect(200);
        let first = planner.post(&path(), asked(3)).await.expect(201);
        let second = planner.post(&path(), asked(3)).await.expect(201);
        assert_ne!(first.body["id"], second.body["id"]);
        assert_eq!((picks(&first), picks(&first).len()), (picks(&second), 3));
        let unseeded = planner.post(&path(), json!({"size": 3})).await.expect(201);
        let seed = unseeded.body["asked"]["seed"].clone();
        let again = planner.post(&path(), json!({"size": 3, "seed": seed})).await.expect(201);
        assert_eq!(picks(&again), picks(&unseeded));
        assert!(picks(&again).iter().all(|pick| pick["pickedBy"] == "chance" && pick["reasons"] == json!([])));
        let after = planner.get("/inspections?pageSize=200").await.expect(200);
        assert_eq!(after.body, before.body);
    }

    async fn a_sample_of_a_region_is_of_facilities_with_a_site_there(world: World) {
        let (planner, admin) = (world.planner(), world.admin());
        let site = json!({"name": "Campus", "postalCode": "8999", "validFrom": "2020-01-01"});
        admin.post(&format!("/facilities/{}/sites", ids::OTHER_FACILITY), site.clone()).await.expect(201);
        let gone = json!({"name": "Vroeger", "postalCode": "8999", "validFrom": "2020-01-01", "validTo": "2021-01-01"});
        admin.post(&format!("/facilities/{}/sites", ids::SHELTERED), gone).await.expect(201);
        let mut asked = asked(1000);
        let all = planner.post(&path(), asked.clone()).await.expect(201).body["candidates"].as_u64().expect("a number");
        asked["regions"] = json!([{"name": "Zee", "postalCodes": [{"from": "8000", "to": "8999"}]}, {"name": "Linde", "postalCodes": [{"from": "9998", "to": "9998"}, {"from": "9999", "to": "9999"}]}]);
        let drawn = planner.post(&path(), asked.clone()).await.expect(201);
        let mut found: Vec<(String, Value)> = picks(&drawn).iter().map(|pick| (pick["facilityId"].as_str().expect("an id").to_owned(), pick["regions"].clone())).collect();
        found.sort_by_key(|(id, _)| id.clone());
        let mut expected = vec![(ids::FACILITY.to_owned(), json!(["Linde"])), (ids::OTHER_FACILITY.to_owned(), json!(["Zee"]))];
        expected.sort_by_key(|(id, _)| id.clone());
        assert_eq!(found, expected);
        assert_eq!(drawn.body["withoutRegion"].as_u64(), Some(all - 2), "who has no postal code is not forgotten: {}", drawn.body);
        for (regions, at) in [
            (json!([{"name": "Zee", "postalCodes": []}]), "regions[0].postalCodes"),
            (json!([{"name": "Zee", "postalCodes": [{"from": "8999", "to": "8000"}]}]), "regions[0].postalCodes[0].to"),
            (json!([{"name": "Zee", "postalCodes": [{"from": "0999", "to": "8000"}]}]), "regions[0].postalCodes[0].from"),
            (json!([{"name": "Z", "postalCodes": [{"from": "8000", "to": "8000"}]}, {"name": "Z", "postalCodes": [{"from": "8000", "to": "8000"}]}]), "regions[1].name"),
        ] {
            asked["regions"] = regions;
            let refused = planner.post(&path(), asked.clone()).await.problem(400, "badRequest");
            assert!(refused.issues().iter().any(|(_, name)| name == at), "{at}: {}", refused.body);
        }
        let mut wrong = site;
        wrong["postalCode"] = "B-9000".into();
        let refused = admin.post(&format!("/facilities/{}/sites", ids::FACILITY), wrong).await.problem(400, "badRequest");
        assert_eq!(refused.issues()[0].1, "postalCode");
    }

    async fn a_sample_stays_as_it_was_drawn_and_is_the_planners_alone(world: World) {
        let planner = world.planner();
        let made = planner.with("idempotency-key", "trekking").post(&path(), asked(2)).await.expect(201);
        planner.with("idempotency-key", "trekking").post(&path(), asked(2)).await.expect(201);
        let read = planner.get(&path_of(&made.body)).await.expect(200);
        assert_eq!((&read.body, read.etag()), (&made.body, made.etag()));
        let listed = planner.get(&path()).await.expect(200);
        assert_eq!(ids_of(&listed).iter().filter(|id| made.body["id"] == **id).count(), 1);
        for actor in [world.inspector(), world.person("authority", None), world.admin(), world.linde()] {
            for path in [path(), path_of(&made.body)] {
                actor.get(&path).await.problem(403, "missingPermission");
            }
        }
        let elsewhere = format!("/inspectionRounds/{}/samples/{}", ids::ANNOUNCED_ROUND, made.body["id"].as_str().expect("an id"));
        planner.get(&elsewhere).await.problem(404, "resourceNotFound");
    }

    async fn a_sample_is_of_the_types_that_are_asked_for(world: World) {
        let planner = world.planner();
        let mut input = asked(1000);
        input["facilityTypes"] = json!(["pz"]);
        let made = planner.post(&path(), input.clone()).await.expect(201);
        assert!(picks(&made).iter().all(|pick| pick["facilityType"] == "pz"), "{}", made.body);
        input["facilityTypes"] = json!(["pz", "caw"]);
        let refused = planner.post(&path(), input).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("unknownReference".to_owned(), "facilityTypes[1]".to_owned())]);
        let mut input = asked(1);
        input["risk"]["levels"][1]["level"] = json!("niet");
        let refused = planner.post(&path(), input).await.problem(400, "badRequest");
        let fault = |kind: &str, name: &str| (kind.to_owned(), name.to_owned());
        assert_eq!(refused.issues(), [fault("outOfRange", "risk.picks"), fault("repeated", "risk.levels[1].level")]);
        let closed = format!("/inspectionRounds/{}/samples", ids::CLOSED_ROUND);
        planner.post(&closed, json!({"size": 1})).await.problem(409, "stateConflict");
    }
}
