//! The next cycle's self-assessment supersedes the one before, whichever was begun, handed in or taken up again first.
use futures_util::future::join;
use kindreflex::demo::ids;
use serde_json::json;

use crate::support::{
    Actor, Answer, WILG, answer_whole, draft_of, new_hospital, next_cycle, path_of,
};

async fn draft_in(actor: &Actor, facility: &str, cycle: &str) -> Answer {
    let input = json!({"facilityId": facility, "cycleId": cycle});
    actor.post("/selfAssessments", input).await.expect(201)
}

/// Answers and confirms all that a draft still asks; gives back the last answer.
async fn finish(actor: &Actor, draft: &Answer) -> Answer {
    let path = path_of(&draft.body);
    let mut last = draft.etag();
    if draft.body["openCriteria"] != json!([]) {
        last = answer_whole(actor, draft).await.etag();
    }
    let confirmations = format!("{path}/confirmations");
    let seen = actor.with("if-match", &last);
    seen.post(&confirmations, json!({})).await.expect(200)
}

async fn submit(actor: &Actor, path: &str, seen: &Answer) -> Answer {
    let submissions = format!("{path}/submissions");
    actor.seen(seen).post(&submissions, json!({})).await
}

async fn status(actor: &Actor, path: &str) -> String {
    let found = actor.get(path).await.expect(200);
    found.body["status"].as_str().expect("a status").to_owned()
}

on_both! {
    async fn the_later_cycle_supersedes_whichever_draft_was_begun_first(world: World) {
        let (wilg, inspector) = (world.wilg(), world.inspector());
        let next = next_cycle(&world).await;
        let later = draft_in(&wilg, WILG, &next).await;
        let earlier = draft_of(&wilg, WILG).await;
        let (later_at, earlier_at) = (path_of(&later.body), path_of(&earlier.body));
        let complete = finish(&wilg, &earlier).await;
        submit(&wilg, &earlier_at, &complete).await.expect(201);
        assert_eq!(status(&wilg, &earlier_at).await, "submitted");
        let complete = finish(&wilg, &later).await;
        submit(&wilg, &later_at, &complete).await.expect(201);
        assert_eq!(status(&wilg, &later_at).await, "submitted", "nothing comes after it");
        for reader in [&wilg, &inspector] {
            let before = reader.get(&earlier_at).await.expect(200);
            assert_eq!(before.body["status"], "superseded");
            assert_eq!(before.body["supersededBy"], later.body["id"]);
        }
    }

    async fn what_comes_in_late_is_superseded_already(world: World) {
        let (wilg, inspector) = (world.wilg(), world.inspector());
        let earlier = draft_of(&wilg, WILG).await;
        let later = draft_in(&wilg, WILG, &next_cycle(&world).await).await;
        let complete = finish(&wilg, &later).await;
        submit(&wilg, &path_of(&later.body), &complete).await.expect(201);
        let complete = finish(&wilg, &earlier).await;
        let late = submit(&wilg, &path_of(&earlier.body), &complete).await.expect(201);
        assert_eq!(late.body["status"], "superseded");
        assert_eq!(late.body["supersededBy"], later.body["id"]);
        assert_eq!(status(&wilg, &path_of(&later.body)).await, "submitted");
        assert_eq!(status(&inspector, &path_of(&earlier.body)).await, "superseded");
    }

    async fn one_that_was_taken_up_again_is_superseded_for_others_and_finished_by_its_facility(world: World) {
        let (linde, inspector) = (world.linde(), world.inspector());
        let last_year = format!("/selfAssessments/{}", ids::SELF_ASSESSMENT);
        let mine = linde.get(&last_year).await.expect(200);
        linde.seen(&mine).post(&format!("{last_year}/reopenings"), json!({"reason": "Een afdeling vergeten"})).await.expect(200);
        let draft = draft_of(&linde, ids::FACILITY).await;
        let complete = finish(&linde, &draft).await;
        submit(&linde, &path_of(&draft.body), &complete).await.expect(201);
        assert_eq!(status(&inspector, &last_year).await, "superseded");
        for (wanted, there) in [("submitted", false), ("superseded", true)] {
            let query = format!("/selfAssessments?status={wanted}&cycleId={}&facilityId={}", ids::PAST_CYCLE, ids::FACILITY);
            let listed = inspector.get(&query).await.expect(200);
            assert_eq!(listed.body["items"] != json!([]), there, "{wanted}: {}", listed.body);
        }
        let again = linde.get(&last_year).await.expect(200);
        assert_eq!(again.body["status"], "draft", "what its facility was writing is not lost");
        let corrected = linde.seen(&again).put(&format!("{last_year}/answers/{}", ids::CRITERION), json!({"level": "volledig"})).await.expect(200);
        let handed_in = submit(&linde, &last_year, &corrected).await.expect(201);
        assert_eq!(handed_in.body["status"], "superseded");
        assert_eq!(handed_in.body["submittedRevision"], 2);
        let refused = linde.seen(&handed_in).post(&format!("{last_year}/reopenings"), json!({"reason": "Nog eens"})).await;
        refused.problem(409, "stateConflict");
    }

    async fn superseding_is_an_event_of_its_own(world: World) {
        let linde = world.linde();
        let draft = draft_of(&linde, ids::FACILITY).await;
        let complete = finish(&linde, &draft).await;
        submit(&linde, &path_of(&draft.body), &complete).await.expect(201);
        world.number_events().await;
        for reader in [linde, world.inspector()] {
            let seen = reader.get("/auditEvents?action=selfAssessmentSuperseded").await.expect(200);
            assert_eq!(seen.body["items"].as_array().expect("items").len(), 1, "{}", seen.body);
            assert_eq!(seen.body["items"][0]["subject"]["id"], ids::SELF_ASSESSMENT);
        }
        let others = world.berk().get("/auditEvents?action=selfAssessmentSuperseded").await.expect(200);
        assert_eq!(others.body["items"], json!([]));
    }

    async fn two_cycles_handed_in_at_once_end_in_their_order(world: World) {
        let wilg = world.wilg();
        let next = next_cycle(&world).await;
        for _ in 0..10 {
            let facility = new_hospital(&world, ids::NEW_ORGANISATION).await;
            let (earlier, later) = (draft_in(&wilg, &facility, ids::CYCLE).await, draft_in(&wilg, &facility, &next).await);
            let (earlier_done, later_done) = (finish(&wilg, &earlier).await, finish(&wilg, &later).await);
            let (earlier, later) = (path_of(&earlier.body), path_of(&later.body));
            let both = join(submit(&wilg, &earlier, &earlier_done), submit(&wilg, &later, &later_done)).await;
            both.0.expect(201);
            both.1.expect(201);
            assert_eq!(status(&wilg, &earlier).await, "superseded");
            assert_eq!(status(&wilg, &later).await, "submitted");
        }
    }
}
