//! Blind double judgement: two inspectors judge apart from each other, the lead adopts one, and the round tells how far they agree.
use kindreflex::demo::ids;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::inspecting::{inspector, planned};
use crate::support::{Actor, Answer, World, execute, ids_of, key, path_of};

/// Lets two inspectors judge in the open round.
pub fn judged_by_two(world: &World) {
    let round = key(world, ids::ROUND);
    let sql = format!("UPDATE inspection_round SET double_judgement = TRUE WHERE id = {round}");
    execute(world, &sql);
}

fn seen(criterion: &str) -> Value {
    json!({"criterion": {"frameworkCode": "ggz", "versionCode": "2026-1", "criterionCode": criterion}, "observation": "Gezien"})
}

/// A finding about a criterion, by the lead: its path, and the answer.
async fn found(world: &World, inspection: &Answer, criterion: &str) -> (String, Answer) {
    let path = format!("{}/findings/{}", path_of(&inspection.body), Uuid::now_v7());
    let lead = inspector(world, "lead");
    let made = lead.put(&path, seen(criterion)).await.expect(201);
    (path, made)
}

/// A finding in an inspection of the round that two judge in.
async fn to_judge(world: &World) -> (String, Answer) {
    judged_by_two(world);
    let made = planned(world, ids::FACILITY, true).await;
    found(world, &made, "intakeGesprek").await
}

async fn judge(actor: &Actor, finding: &str, code: &str) -> Answer {
    let path = format!("{finding}/judgement");
    actor
        .put(&path, json!({"judgement": code}))
        .await
        .expect(201)
}

/// All that somebody can ask for that could tell of a judgement.
async fn all_that_shows(world: &World, actor: &Actor, finding: &str) -> Vec<String> {
    world.number_events().await;
    let inspection = finding.split("/findings").next().unwrap_or_default();
    let round = format!("/inspectionRounds/{}", ids::ROUND);
    let mut shown = Vec::new();
    for path in [
        finding.to_owned(),
        format!("{finding}/judgements"),
        format!("{finding}/versions"),
        format!("{inspection}/findings?pageSize=200"),
        format!("{inspection}/pack"),
        inspection.to_owned(),
        format!("{round}/findings?pageSize=200"),
        format!("{round}/agreement"),
        "/events?pageSize=200".to_owned(),
        "/auditEvents?pageSize=200".to_owned(),
        "/tasks?pageSize=200".to_owned(),
    ] {
        let answer = actor.whole(&path).await;
        let mut body = answer.body.clone();
        for field in ["cursor", "instance"] {
            if let Some(members) = body.as_object_mut() {
                members.remove(field);
            }
        }
        for task in body["items"].as_array_mut().into_iter().flatten() {
            if let Some(members) = task.as_object_mut() {
                members.remove("secondsLeft");
            }
        }
        shown.push(format!(
            "{path}: {} {body} {:?}",
            answer.status,
            answer.header("etag")
        ));
    }
    shown
}

on_both! {
    async fn a_judgement_is_its_givers_alone_until_the_other_exists(world: World) {
        let (finding, _) = to_judge(&world).await;
        let (lead, member) = (inspector(&world, "lead"), inspector(&world, "member"));
        let inspection = finding.split("/findings").next().unwrap_or_default();
        let others = [member.clone(), inspector(&world, "reviewer"), world.planner(), world.admin()];
        let mut before = Vec::new();
        for other in &others {
            before.push(all_that_shows(&world, other, &finding).await);
        }
        let given = judge(&lead, &finding, "voldaan").await;
        for (other, before) in others.iter().zip(before) {
            assert_eq!(all_that_shows(&world, other, &finding).await, before);
        }
        member.get(&format!("{finding}/judgement")).await.problem(404, "resourceNotFound");
        let judgements = format!("{finding}/judgements");
        assert_eq!(ids_of(&lead.get(&judgements).await.expect(200)), [given.body["id"].as_str().expect("an id")]);
        let other = judge(&member, &finding, "aandachtspunt").await;
        for actor in [&lead, &member, &world.planner(), &inspector(&world, "observer")] {
            let both = actor.get(&judgements).await.expect(200);
            assert_eq!(ids_of(&both), [given.body["id"].as_str().expect("an id"), other.body["id"].as_str().expect("an id")]);
        }
        for (actor, own) in [(&lead, &given), (&member, &other)] {
            let again = json!({"judgement": "voldaan"});
            actor.seen(own).put(&format!("{finding}/judgement"), again).await.problem(409, "stateConflict");
        }
        world.number_events().await;
        let heard = world.planner().get("/events?pageSize=200&type=judgementsDisclosed").await.expect(200);
        let about = path_of(&world.planner().get(inspection).await.body);
        let items = heard.body["items"].as_array().expect("items");
        assert_eq!(items.iter().filter(|one| one["subject"]["href"] == format!("/v1{about}")).count(), 1);
    }

    async fn ones_own_judgement_is_replaced_meanwhile_and_every_version_is_kept(world: World) {
        let (finding, _) = to_judge(&world).await;
        let (lead, member) = (inspector(&world, "lead"), inspector(&world, "member"));
        let path = format!("{finding}/judgement");
        let first = judge(&lead, &finding, "voldaan").await;
        let other = json!({"judgement": "aandachtspunt", "reason": "Bij nader inzien"});
        lead.put(&path, other.clone()).await.problem(428, "preconditionRequired");
        lead.with("if-match", "\"9\"").put(&path, other.clone()).await.problem(412, "preconditionFailed");
        let second = lead.seen(&first).put(&path, other).await.expect(200);
        assert_eq!((&second.body["version"], &second.body["judgement"]), (&json!(2), &json!("aandachtspunt")));
        assert_eq!(lead.get(&path).await.expect(200).body, second.body);
        judge(&member, &finding, "voldaan").await;
        let all = member.get(&format!("{finding}/judgements")).await.expect(200);
        let items = all.body["items"].as_array().expect("items");
        let said: Vec<(&Value, bool)> = items.iter().map(|one| (&one["judgement"], one["replaced"] == true)).collect();
        assert_eq!(said, [(&json!("voldaan"), true), (&json!("aandachtspunt"), false), (&json!("voldaan"), false)]);
    }

    async fn the_lead_adopts_one_and_both_are_kept(world: World) {
        let (finding, made) = to_judge(&world).await;
        let (lead, member) = (inspector(&world, "lead"), inspector(&world, "member"));
        let adoptions = format!("{finding}/adoptions");
        let own = judge(&lead, &finding, "voldaan").await;
        let choice = |judgement: &Answer| json!({"judgementId": judgement.body["id"], "reason": "Het dossier toont het."});
        lead.seen(&made).post(&adoptions, choice(&own)).await.problem(409, "stateConflict");
        let other = judge(&member, &finding, "aandachtspunt").await;
        member.seen(&made).post(&adoptions, choice(&other)).await.problem(403, "missingPermission");
        let wrong = json!({"judgementId": Uuid::now_v7()});
        let refused = lead.seen(&made).post(&adoptions, wrong).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("unknownReference".to_owned(), "judgementId".to_owned())]);
        lead.with("if-match", "\"f.1\"").post(&adoptions, choice(&other)).await.problem(412, "preconditionFailed");
        let now = lead.seen(&made).post(&adoptions, choice(&other)).await.expect(200);
        assert_eq!(now.body["judgement"], "aandachtspunt");
        assert_ne!(now.etag(), made.etag());
        lead.seen(&now).post(&adoptions, choice(&own)).await.problem(409, "stateConflict");
        // It stays the finding's, whatever is seen later.
        let later = lead.seen(&now).put(&finding, seen("intakeGesprek")).await.expect(200);
        assert_eq!(later.body["judgement"], "aandachtspunt");
        let of_round = format!("/inspectionRounds/{}/findings?criterionCode=intakeGesprek&judgement=aandachtspunt&pageSize=200", ids::ROUND);
        let walked = world.planner().get(&of_round).await.expect(200);
        assert!(ids_of(&walked).contains(&now.body["id"].as_str().expect("an id").to_owned()));
        let kept = member.get(&format!("{finding}/judgements")).await.expect(200);
        let adopted: Vec<bool> = kept.body["items"].as_array().expect("items").iter().map(|one| one.get("adoption").is_some()).collect();
        assert_eq!(adopted, [false, true]);
    }

    async fn the_framework_and_the_round_say_what_can_be_judged(world: World) {
        let made = planned(&world, ids::FACILITY, true).await;
        let (single, _) = found(&world, &made, "intakeGesprek").await;
        let (lead, path) = (inspector(&world, "lead"), format!("{single}/judgement"));
        let judgement = json!({"judgement": "voldaan"});
        lead.put(&path, judgement.clone()).await.problem(409, "stateConflict");
        judged_by_two(&world);
        let breach = lead.put(&path, json!({"judgement": "inbreuk"})).await.problem(400, "badRequest");
        assert_eq!(breach.issues(), [("judgementNotAllowed".to_owned(), "judgement".to_owned())]);
        inspector(&world, "reviewer").put(&path, judgement.clone()).await.problem(403, "missingPermission");
        inspector(&world, "elsewhere").put(&path, judgement.clone()).await.problem(404, "resourceNotFound");
        let unknown = format!("{}/findings/{}/judgement", path_of(&made.body), Uuid::now_v7());
        lead.put(&unknown, judgement.clone()).await.problem(404, "resourceNotFound");
        let read = lead.get(&single).await.expect(200);
        let mut gone = seen("intakeGesprek");
        gone["withdrawn"] = json!(true);
        lead.seen(&read).put(&single, gone).await.expect(200);
        lead.put(&path, judgement).await.problem(409, "stateConflict");
    }

    async fn a_third_inspector_judges_no_more_and_two_at_once_are_two(world: World) {
        let (finding, _) = to_judge(&world).await;
        let inspection = finding.split("/findings").next().unwrap_or_default();
        let planner = world.planner();
        let third = json!({"person": "inspecteur-derde", "name": "Derde", "role": "member"});
        planner.with("if-match", "*").post(&format!("{inspection}/assignments"), third).await.expect(200);
        let path = format!("{finding}/judgement");
        let (one, other, last) = (inspector(&world, "lead"), inspector(&world, "member"), inspector(&world, "derde"));
        let judgement = || json!({"judgement": "voldaan"});
        let (a, b, c) = tokio::join!(one.put(&path, judgement()), other.put(&path, judgement()), last.put(&path, judgement()));
        let mut statuses = [a.status, b.status, c.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 201, 409]);
    }

    async fn agreement_is_that_of_those_judged_by_two(world: World) {
        judged_by_two(&world);
        let made = planned(&world, ids::FACILITY, true).await;
        let (lead, member) = (inspector(&world, "lead"), inspector(&world, "member"));
        let path = format!("/inspectionRounds/{}/agreement", ids::ROUND);
        let planner = world.planner();
        let nothing = planner.get(&path).await.expect(200);
        assert_eq!((&nothing.body["overall"], &nothing.body["criteria"]), (&json!({"judged": 0, "agreeing": 0}), &json!([])));
        for (criterion, one, other) in [
            ("intakeGesprek", "voldaan", "voldaan"),
            ("intakeGesprek", "voldaan", "aandachtspunt"),
            ("intakeGesprek", "aandachtspunt", "aandachtspunt"),
            ("intakeGesprek", "aandachtspunt", "aandachtspunt"),
            ("actiefWerken", "voldaan", "voldaan"),
        ] {
            let (finding, _) = found(&world, &made, criterion).await;
            judge(&lead, &finding, one).await;
            judge(&member, &finding, other).await;
        }
        let (half, _) = found(&world, &made, "actiefWerken").await;
        judge(&lead, &half, "voldaan").await;
        let figures = planner.get(&path).await.expect(200);
        assert_eq!(figures.body["criteria"], json!([
            {"frameworkCode": "ggz", "criterionCode": "actiefWerken", "judged": 1, "agreeing": 1, "measure": "cohensKappa"},
            {"frameworkCode": "ggz", "criterionCode": "intakeGesprek", "judged": 4, "agreeing": 3, "measure": "cohensKappa", "value": 0.5},
        ]));
        // pₒ 4/5; the lead gave voldaan 3 of 5, the member 2: pₑ (3·2 + 2·3) / 25.
        assert_eq!(figures.body["overall"], json!({"judged": 5, "agreeing": 4, "measure": "cohensKappa", "value": 0.6154}));
        lead.get(&path).await.problem(403, "missingPermission");
    }
}
