//! What a year costs a facility, in calls and in questions.
use kindreflex::demo::ids;
use serde_json::{Value, json};

use crate::support::{Answer, World, answers_to, confirm_and_hand_in, path_of};

/// A version of the framework that supersedes this year's: one criterion tightened, one split in three, two merged, one withdrawn, one
/// with another code.
fn next_version() -> Value {
    let text = include_str!("../data/framework-ggz-2027.yaml");
    let document = kindreflex::framework::check::from_yaml(text).expect("a document");
    serde_json::to_value(document).expect("json")
}

/// The next version is published, and next year's cycle against it is open.
async fn next_year(world: &World) -> String {
    let path = "/frameworks/ggz/versions/2027-1";
    let draft = world.admin().put(path, next_version()).await.expect(201);
    let publications = format!("{path}/publications");
    world
        .admin()
        .seen(&draft)
        .post(&publications, json!({}))
        .await
        .expect(201);
    let opens = world.state.clock.now() - chrono::Duration::minutes(1);
    let cycle = json!({"title": {"nl": "Zelfevaluatie 2027"}, "frameworkCode": "ggz", "versionCode": "2027-1", "facilityTypes": ["pz"],
        "opens": opens.to_rfc3339(), "due": "2031-12-31T00:00:00Z", "purpose": "inspectionPreparation"});
    let made = world.planner().post("/cycles", cycle).await.expect(201);
    made.body["id"].as_str().expect("an id").to_owned()
}

/// A year of the hospital in four calls: start, answer what is asked, confirm the rest, hand in. Gives back what it started with.
async fn year(world: &World, cycle: &str, version: &str) -> Answer {
    let linde = world.linde();
    let input = json!({"facilityId": ids::FACILITY, "cycleId": cycle});
    let draft = linde.post("/selfAssessments", input).await.expect(201);
    let path = path_of(&draft.body);
    let answers = answers_to(&linde, &draft.body["openCriteria"], version).await;
    let saved = linde
        .seen(&draft)
        .patch(&format!("{path}/answers"), answers)
        .await
        .expect(200);
    confirm_and_hand_in(&linde, &saved).await;
    draft
}

on_both! {
    async fn the_next_year_takes_four_calls_and_asks_at_most_a_fifth_of_the_criteria(world: World) {
        year(&world, ids::CYCLE, "2026-1").await;
        let cycle = next_year(&world).await;
        let draft = year(&world, &cycle, "2027-1").await;
        let counted = |what: &str| draft.body["progress"][what].as_u64().expect("a count");
        let (open, applicable) = (counted("open"), counted("applicable"));
        println!("the next year on {:?}: 4 calls, {open} of {applicable} criteria open", world.backend);
        assert!(open > 0, "a new version asks something");
        assert!(open * 5 <= applicable, "{open} of {applicable} is more than a fifth");
        let reasons: Vec<&str> = draft.body["openCriteria"].as_array().expect("open").iter().filter_map(|one| one["reason"].as_str()).collect();
        for (reason, times) in [("tightened", 1), ("split", 3), ("merged", 1)] {
            assert_eq!(reasons.iter().filter(|one| **one == reason).count(), times, "{reasons:?}");
        }
    }
}
