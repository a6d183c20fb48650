//! A facility files its self-assessment.
use kindreflex::demo::ids;
use serde_json::json;

use crate::support::{WILG, answer_whole, answers_to, draft_of, ids_of, path_of};

on_both! {
    async fn a_hospital_without_a_past_files_its_self_assessment_in_under_ten_calls(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        assert_eq!(draft.body["status"], "draft");
        assert_eq!(draft.body["progress"]["toConfirm"], 0);
        let saved = answer_whole(&wilg, &draft).await;
        assert_eq!(saved.body["progress"]["complete"], true, "{}", saved.body);
        let submissions = format!("{}/submissions", path_of(&draft.body));
        let submitted = wilg.seen(&saved).post(&submissions, json!({})).await.expect(201);
        assert_eq!(submitted.body["status"], "submitted");
        let location = submitted.header("location").expect("a location").to_owned();
        let revision = wilg.get(location.strip_prefix("/v1").expect("ours")).await.expect(200);
        assert_eq!(revision.body["selfAssessment"]["answers"], submitted.body["answers"]);
    }

    async fn a_facility_that_is_not_the_callers_is_named_as_the_bodys(world: World) {
        let english = world.wilg().with("accept-language", "en");
        for facility in [ids::FACILITY, "0190a000-0000-7000-8000-00000000ffff"] {
            let input = json!({"facilityId": facility, "cycleId": ids::CYCLE});
            let refused = english.post("/selfAssessments", input).await.problem(404, "resourceNotFound");
            assert_eq!(refused.body["detail"], "The facility in facilityId does not exist, or is not yours.");
        }
    }

    async fn a_cycle_that_is_not_open_says_when_to_the_second(world: World) {
        let english = world.wilg().with("accept-language", "en");
        let cycle = world.planner().get(&format!("/cycles/{}", ids::PLANNED_CYCLE)).await.expect(200);
        let opens = cycle.body["opens"].as_str().expect("a moment");
        let (second, _) = opens.split_once('.').expect("a fraction");
        let refused = english.post("/selfAssessments", json!({"facilityId": WILG, "cycleId": ids::PLANNED_CYCLE})).await.problem(409, "stateConflict");
        assert_eq!(refused.body["detail"], format!("This cycle opens on {second}Z."));
    }

    async fn the_second_year_takes_four_calls(world: World) {
        let linde = world.linde();
        let draft = draft_of(&linde, ids::FACILITY).await;
        assert_eq!(draft.body["basedOn"], ids::SELF_ASSESSMENT);
        let path = path_of(&draft.body);
        let answers = answers_to(&linde, &draft.body["openCriteria"], "2026-1").await;
        let saved = linde.seen(&draft).patch(&format!("{path}/answers"), answers).await.expect(200);
        let confirmed = linde.seen(&saved).post(&format!("{path}/confirmations"), json!({})).await.expect(200);
        let submitted = linde.seen(&confirmed).post(&format!("{path}/submissions"), json!({})).await.expect(201);
        assert_eq!(submitted.body["status"], "submitted");
        let last_year = linde.get(&format!("/selfAssessments/{}", ids::SELF_ASSESSMENT)).await.expect(200);
        assert_eq!(last_year.body["status"], "superseded");
    }

    async fn another_hospitals_token_sees_nothing_of_it(world: World) {
        let (linde, berk) = (world.linde(), world.berk());
        let draft = draft_of(&linde, ids::FACILITY).await;
        let path = path_of(&draft.body);
        for (method, below) in [
            ("GET", ""), ("GET", "/result"), ("GET", "/revisions"), ("GET", "/revisions/1"), ("GET", "/answers/actiefWerken"),
            ("DELETE", "/answers/actiefWerken"),
        ] {
            let method = method.parse().expect("a method");
            berk.seen(&draft).send(method, &format!("{path}{below}"), None).await.problem(404, "resourceNotFound");
        }
        let answer = json!({"level": "volledig"});
        berk.seen(&draft).put(&format!("{path}/answers/actiefWerken"), answer).await.problem(404, "resourceNotFound");
        for action in ["confirmations", "submissions"] {
            berk.seen(&draft).post(&format!("{path}/{action}"), json!({})).await.problem(404, "resourceNotFound");
        }
        let reason = json!({"reason": "zomaar"});
        berk.seen(&draft).post(&format!("{path}/reopenings"), reason).await.problem(404, "resourceNotFound");
        let theirs = ids_of(&berk.get("/selfAssessments").await.expect(200));
        assert!(!theirs.contains(&draft.body["id"].as_str().expect("id").to_owned()));
        let asked = berk.get(&format!("/selfAssessments?facilityId={}", ids::FACILITY)).await.expect(200);
        assert_eq!(asked.body["items"], json!([]));
        berk.post("/selfAssessments", json!({"facilityId": ids::FACILITY, "cycleId": ids::CYCLE}))
            .await.problem(404, "resourceNotFound");
        berk.get(&format!("/facilities/{}", ids::FACILITY)).await.problem(404, "resourceNotFound");
    }
}
