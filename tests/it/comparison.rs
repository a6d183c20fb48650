//! Both views of a facility side by side, and how often they agree in a sector.
use kindreflex::demo::ids;
use serde_json::{Value, json};

use crate::policy_report::{closed, open_round, told_and_found};
use crate::reports::{act, finished, inspector, last_report, sent, under_way};
use crate::support::inspecting::{about, planned, reported};
use crate::support::{
    Actor, World, answer_whole, confirm_and_hand_in, draft_of, new_hospital, path_of,
};

/// The comparison of a facility, as somebody sees it.
async fn seen(actor: &Actor, facility: &str) -> Value {
    let path = format!("/facilities/{facility}/comparison");
    actor.get(&path).await.expect(200).body
}

/// What it says of a criterion; null when nothing.
fn of(comparison: &Value, criterion: &str) -> Value {
    let criteria = comparison["criteria"].as_array().expect("criteria");
    let mut these = criteria.iter();
    let found = these.find(|one| one["criterionCode"] == criterion);
    found.cloned().unwrap_or(Value::Null)
}

fn numbers(criterion: &Value) -> Vec<Value> {
    let findings = criterion["findings"].as_array().cloned();
    let findings = findings.unwrap_or_default();
    findings
        .iter()
        .map(|one| one["reportNumber"].clone())
        .collect()
}

/// A self-assessment that a new hospital of De Linde hands in, with this level on a criterion: the hospital, and the path.
pub async fn handed_in(world: &World, criterion: &str, level: &str) -> (String, String) {
    let linde = world.linde();
    let hospital = new_hospital(world, ids::ORGANISATION).await;
    let draft = draft_of(&linde, &hospital).await;
    let path = path_of(&draft.body);
    let saved = answer_whole(&linde, &draft).await;
    let answer = json!({"level": level, "note": "Zoals het nu is.",
        "evidence": [{"kind": "dossiercontrole", "filesChecked": 20, "filesMet": 18}]});
    let answered = linde
        .seen(&saved)
        .put(&format!("{path}/answers/{criterion}"), answer)
        .await
        .expect(200);
    confirm_or_hand_in(&linde, &path, &answered.etag()).await;
    (hospital, path)
}

async fn confirm_or_hand_in(linde: &Actor, path: &str, tag: &str) {
    let submissions = format!("{path}/submissions");
    let sent = linde
        .with("if-match", tag)
        .post(&submissions, json!({}))
        .await;
    sent.expect(201);
}

on_both! {
    async fn a_facility_sees_its_own_word_the_files_and_the_finding_each_by_itself(world: World) {
        let (hospital, path) = handed_in(&world, "intakeGesprek", "volledig").await;
        let linde = world.linde();
        let mut content = about("intakeGesprek", "aandachtspunt");
        content["evidence"] = json!([{"kind": "dossiercontrole", "filesChecked": 10, "filesMet": 4}]);
        let inspection = reported(&world, (&hospital, &linde), ids::ROUND, &[content]).await;
        let there = of(&seen(&linde, &hospital).await, "intakeGesprek");
        let href = format!("/v1{path}/revisions/1");
        let own = &there["selfReports"][0];
        assert_eq!((&own["href"], &own["level"], &own["purpose"]), (&json!(href), &json!("volledig"), &json!("inspectionPreparation")));
        let report = last_report(&linde, &inspection).await;
        let found = &there["findings"][0];
        assert_eq!((&found["href"], &found["reportNumber"]), (&report["href"], &report["number"]));
        assert_eq!((&found["judgement"]["code"], found.get("level")), (&json!("aandachtspunt"), None));
        let counts: Vec<Value> = there["fileSamples"].as_array().expect("samples").iter()
            .map(|one| json!([one["source"], one["filesChecked"], one["filesMet"]])).collect();
        assert_eq!(counts.len(), 2, "{there}");
        assert!(counts.contains(&json!(["selfAssessment", 20, 18])) && counts.contains(&json!(["inspection", 10, 4])));
        assert_eq!(there["pairs"], json!([{"selfReport": href, "level": "volledig", "findingId": found["findingId"],
            "report": report["href"], "judgement": "aandachtspunt", "agrees": false}]));
        let answer = linde.get(&format!("/facilities/{hospital}/comparison")).await;
        linde.with("if-none-match", &answer.etag()).get(&format!("/facilities/{hospital}/comparison")).await.expect(304);
    }

    async fn filters_narrow_it_to_criteria(world: World) {
        let (linde, path) = (world.linde(), format!("/facilities/{}/comparison", ids::FACILITY));
        let one = linde.get(&format!("{path}?frameworkCode=ggz&criterionCode=intakeGesprek")).await.expect(200);
        assert_eq!(one.body["criteria"].as_array().map(Vec::len), Some(1));
        let none = linde.get(&format!("{path}?frameworkCode=caw")).await.expect(200);
        assert_eq!(none.body["criteria"], json!([]));
        linde.get(&format!("{path}?level=volledig")).await.problem(400, "badRequest");
    }

    async fn an_answer_against_last_years_version_is_compared_where_the_question_means_the_same(world: World) {
        let linde = world.linde();
        let findings = [about("intakeGesprek", "voldaan"), about("nietPluisGevoel", "voldaan"), about("intakeGesprek", "nietBeoordeeld")];
        reported(&world, (ids::FACILITY, &linde), ids::ROUND, &findings).await;
        let all = seen(&linde, ids::FACILITY).await;
        let editorial = of(&all, "intakeGesprek");
        let last = editorial["selfReports"].as_array().and_then(|all| all.last()).cloned().expect("a self-report");
        assert_eq!(last["versionCode"], "2025-1");
        let pairs = editorial["pairs"].as_array().expect("pairs");
        let to_this_years: Vec<&Value> = pairs.iter().filter(|pair| pair["judgement"] == "voldaan").collect();
        assert!(to_this_years.iter().all(|pair| pair["agrees"].is_boolean()), "{pairs:?}");
        let unseen = pairs.iter().find(|pair| pair["judgement"] == "nietBeoordeeld").expect("a pair");
        assert!(unseen.get("agrees").is_none(), "nobody judged, so nobody disagrees: {unseen}");
        let tightened = of(&all, "nietPluisGevoel");
        assert_eq!((tightened["findings"].as_array().map(Vec::len), &tightened["pairs"]), (Some(1), &json!([])));
    }

    async fn what_was_handed_in_after_the_visit_is_compared_with_nothing(world: World) {
        let linde = world.linde();
        let hospital = new_hospital(&world, ids::ORGANISATION).await;
        reported(&world, (&hospital, &linde), ids::ROUND, &[about("intakeGesprek", "voldaan")]).await;
        let draft = draft_of(&linde, &hospital).await;
        let saved = answer_whole(&linde, &draft).await;
        confirm_and_hand_in(&linde, &saved).await;
        let there = of(&seen(&linde, &hospital).await, "intakeGesprek");
        assert_eq!((there["selfReports"].as_array().map(Vec::len), &there["pairs"]), (Some(1), &json!([])));
    }

    async fn a_draft_never_shows(world: World) {
        let (linde, lead) = (world.linde(), inspector(&world, "lead"));
        let hospital = new_hospital(&world, ids::ORGANISATION).await;
        let draft = draft_of(&linde, &hospital).await;
        answer_whole(&linde, &draft).await;
        assert_eq!(seen(&linde, &hospital).await["criteria"], json!([]));
        let (path, [intake, _]) = under_way(&world).await;
        let before = numbers(&of(&seen(&lead, ids::FACILITY).await, "intakeGesprek"));
        sent(&world, &path).await;
        for reader in [&linde, &lead, &world.planner()] {
            let there = of(&seen(reader, ids::FACILITY).await, "intakeGesprek");
            assert!(!there.to_string().contains(&intake), "{there}");
        }
        assert_eq!(numbers(&of(&seen(&lead, ids::FACILITY).await, "intakeGesprek")), before);
    }

    async fn of_a_corrected_report_the_correction_counts(world: World) {
        let (path, [intake, _]) = under_way(&world).await;
        finished(&world, &path, &intake).await;
        let lead = inspector(&world, "lead");
        let found = lead.get(&format!("{path}/findings/{intake}")).await.expect(200);
        let better = about("intakeGesprek", "voldaan");
        lead.seen(&found).put(&format!("{path}/findings/{intake}"), better).await.expect(200);
        act(&lead, &path, "reports", json!({"reason": "De vierde afdeling telde mee."})).await.expect(201);
        let report = last_report(&lead, &path).await;
        let there = of(&seen(&lead, ids::FACILITY).await, "intakeGesprek");
        let findings = there["findings"].as_array().expect("findings");
        assert_eq!(findings.len(), 1, "of its own inspections the lead sees this one: {there}");
        assert_eq!((&findings[0]["reportNumber"], &findings[0]["judgement"]["code"]), (&report["number"], &json!("voldaan")));
    }

    async fn each_sees_of_it_what_it_may_read_elsewhere(world: World) {
        let (hospital, _) = handed_in(&world, "intakeGesprek", "volledig").await;
        let linde = world.linde();
        reported(&world, (&hospital, &linde), ids::ROUND, &[about("intakeGesprek", "voldaan")]).await;
        let parts = |there: &Value| ["selfReports", "findings", "pairs"].map(|part| there[part].as_array().map_or(0, Vec::len));
        for (actor, expected) in [
            (linde.clone(), [1, 1, 1]),
            (inspector(&world, "lead"), [1, 1, 1]),
            (inspector(&world, "elsewhere"), [1, 0, 0]),
            (world.planner(), [0, 1, 0]),
            (world.person("authority", None), [0, 1, 0]),
        ] {
            let there = of(&seen(&actor, &hospital).await, "intakeGesprek");
            assert_eq!(parts(&there), expected, "{there}");
        }
        let path = format!("/facilities/{hospital}/comparison");
        world.berk().get(&path).await.problem(404, "resourceNotFound");
        for stranger in [world.person("expert", None), world.person("policy", None), world.admin()] {
            stranger.get(&path).await.problem(403, "missingPermission");
        }
    }

    async fn what_is_for_own_improvement_the_facility_alone_sees(world: World) {
        let linde = world.linde();
        let hospital = new_hospital(&world, ids::ORGANISATION).await;
        let input = json!({"facilityId": hospital, "cycleId": ids::OWN_CYCLE});
        let draft = linde.post("/selfAssessments", input).await.expect(201);
        let saved = answer_whole(&linde, &draft).await;
        confirm_and_hand_in(&linde, &saved).await;
        reported(&world, (&hospital, &linde), ids::ROUND, &[about("intakeGesprek", "voldaan")]).await;
        let own = of(&seen(&linde, &hospital).await, "intakeGesprek");
        assert_eq!((&own["selfReports"][0]["purpose"], &own["pairs"]), (&json!("ownImprovement"), &json!([])));
        let others = of(&seen(&inspector(&world, "lead"), &hospital).await, "intakeGesprek");
        assert_eq!(others["selfReports"], json!([]));
    }

    async fn an_inspection_that_nobody_may_notice_leaves_no_trace(world: World) {
        let before = world.linde().get(&format!("/facilities/{}/comparison", ids::FACILITY)).await;
        planned(&world, ids::FACILITY, false).await;
        let after = world.linde().get(&format!("/facilities/{}/comparison", ids::FACILITY)).await;
        assert_eq!((before.bytes.clone(), before.etag()), (after.bytes.clone(), after.etag()));
    }

    async fn a_sector_tells_what_is_misread_most_once_a_round_is_closed(world: World) {
        let world = world.set(|settings| settings.smallest_group = 2).await;
        let (round, policy) = (open_round(&world, &["intakeGesprek", "peilenMetCollega"]).await, world.person("policy", None));
        let agreement = "/sectors/ggz/agreement?frameworkCode=ggz";
        let before = policy.get(agreement).await.expect(200);
        for (intake, asking) in [("voldaan", "voldaan"), ("voldaan", "voldaan"), ("aandachtspunt", "voldaan"), ("aandachtspunt", "voldaan"), ("aandachtspunt", "voldaan")] {
            told_and_found(&world, &round, &[("intakeGesprek", "volledig", intake), ("peilenMetCollega", "volledig", asking)]).await;
        }
        assert_eq!(policy.get(agreement).await.body, before.body, "a report by itself changes nothing");
        closed(&world, &round).await;
        let after = policy.get(agreement).await.expect(200).body;
        let criteria = after["criteria"].as_array().expect("criteria");
        let at = |code: &str| criteria.iter().position(|one| one["criterionCode"] == code).expect("a criterion");
        let figures = |code: &str| {
            let one = &criteria[at(code)];
            ["compared", "agrees", "disagrees"].map(|name| one[name].as_u64())
        };
        assert!(at("intakeGesprek") < at("peilenMetCollega"), "{after}");
        let [compared, agrees, disagrees] = figures("intakeGesprek");
        assert_eq!(compared, agrees.zip(disagrees).map(|(one, other)| one + other), "{after}");
        assert!(disagrees.is_some_and(|count| count >= 3), "{after}");
        for (actor, status) in [(world.planner(), 200), (world.person("authority", None), 200), (world.linde(), 403), (world.machine(&["read:inspections"]), 403)] {
            assert_eq!(actor.get(agreement).await.status, status);
        }
        policy.get("/sectors/ggz/agreement").await.problem(400, "badRequest");
        policy.get("/sectors/elders/agreement?frameworkCode=ggz").await.problem(404, "resourceNotFound");
    }

    async fn a_sector_tells_nothing_about_few(world: World) {
        // The demo's closed round compared four, fewer than the minimum.
        let found = world.planner().get("/sectors/ggz/agreement?frameworkCode=ggz").await.expect(200).body;
        for one in found["criteria"].as_array().expect("criteria") {
            assert_eq!(one.as_object().map(serde_json::Map::len), Some(1), "{one}");
        }
    }
}
