//! On an inspection everybody stands on one side, in whichever token: the first thing that a person does there decides it.
use serde_json::{Value, json};

use kindreflex::demo::enterprise_number;

use crate::reports::{act, last_of, sent, under_way};
use crate::support::inspecting::inspection_input;
use crate::support::{Actor, World, path_of};
use crate::terms::{draft_sent, followed, on, tasks, term, to_mend};

/// Somebody who has a token for each side.
struct Somebody {
    facility: Actor,
    inspector: Actor,
    planner: Actor,
    authority: Actor,
}

fn somebody(world: &World) -> Somebody {
    let as_one = |role: &str, number| world.person_named("dubbel", role, number);
    Somebody {
        facility: as_one("facility", Some(enterprise_number(9_990_001))),
        inspector: as_one("inspector", None),
        planner: as_one("planner", None),
        authority: as_one("authority", None),
    }
}

fn part(role: &str) -> Value {
    json!({"person": "dubbel", "name": "Dubbel", "role": role})
}

on_both! {
    async fn who_was_given_a_part_does_not_speak_for_the_facility(world: World) {
        let (path, [intake, _]) = under_way(&world).await;
        let delivery = sent(&world, &path).await;
        let somebody = somebody(&world);
        act(&world.planner(), &path, "assignments", part("reviewer")).await.expect(200);
        let receipt = format!("deliveries/{}/receipts", last_of(&delivery));
        act(&somebody.facility, &path, &receipt, json!({})).await.problem(403, "missingPermission");
        act(&world.linde(), &path, &receipt, json!({})).await.expect(200);
        let said = json!({"reactions": [{"findingId": intake, "type": "factual", "text": "Het zijn er vier."}], "complete": true});
        act(&somebody.facility, &path, "reactions", said.clone()).await.problem(403, "missingPermission");
        act(&world.linde(), &path, "reactions", said).await.expect(200);
        let reactions = somebody.inspector.get(&format!("{path}/reactions")).await.expect(200);
        let decision = format!("reactions/{}/decisions", reactions.body["items"][0]["id"].as_str().expect("an id"));
        act(&somebody.inspector, &path, &decision, json!({"outcome": "rejected", "reason": "Drie."})).await.expect(200);
    }

    async fn who_spoke_for_the_facility_is_given_no_part_and_plans_nothing(world: World) {
        let (path, _) = under_way(&world).await;
        let delivery = sent(&world, &path).await;
        let somebody = somebody(&world);
        act(&somebody.facility, &path, &format!("deliveries/{}/receipts", last_of(&delivery)), json!({})).await.expect(200);
        for role in ["lead", "reviewer", "observer"] {
            act(&world.planner(), &path, "assignments", part(role)).await.problem(409, "stateConflict");
        }
        act(&somebody.planner, &path, "assignments", json!({"person": "x", "name": "X", "role": "observer"})).await.problem(403, "missingPermission");
        act(&somebody.facility, &path, "reactions", json!({"complete": true})).await.expect(200);
        // Of another inspection of the same facility it may be part.
        let mut input = inspection_input(kindreflex::demo::ids::FACILITY, true);
        input["assignments"] = json!([part("lead")]);
        world.planner().post("/inspections", input).await.expect(201);
    }

    async fn who_plans_and_inspects_in_one_token_stands_on_a_side_too(world: World) {
        let made = world.planner().post("/inspections", inspection_input(kindreflex::demo::ids::FACILITY, true)).await.expect(201);
        let path = path_of(&made.body);
        let both = crate::support::issuer::token_in_roles("dubbel", &["planner", "inspector"]);
        let both = world.with_token(&both);
        let visit = format!("{path}/visits/{}", uuid::Uuid::now_v7());
        let day = crate::reports::day(&world, 5);
        let times = json!({"from": format!("{day}T08:00:00Z"), "to": format!("{day}T15:00:00Z")});
        let seen = both.seen(&both.get(&path).await).put(&visit, times).await.expect(200);
        let asked = json!({"message": "Wij komen.", "documentRequests": [{"title": "De procedure"}]});
        let told = both.seen(&seen).post(&format!("{path}/announcements"), asked).await.expect(200);
        let request = told.body["documentRequests"][0]["id"].as_str().expect("an id");
        let answers = format!("documentRequests/{request}/answers");
        act(&somebody(&world).facility, &path, &answers, json!({"note": "Volgt."})).await.problem(403, "missingPermission");
        act(&world.linde(), &path, &answers, json!({"note": "Volgt."})).await.expect(200);
        let linde = crate::support::issuer::token_in_roles("facility", &["planner", "inspector"]);
        let cancelled = json!({"ground": "other", "reason": "Toch niet."});
        act(&world.with_token(&linde), &path, "cancellations", cancelled).await.problem(403, "missingPermission");
    }

    async fn a_key_is_of_a_person_in_its_roles(world: World) {
        let (path, point) = to_mend(&world).await;
        followed(&world, &path, &point, "2098-01-01").await;
        on(&world.person("authority", None), &point, "termEnds", json!({"reason": "Klaar."})).await.expect(200);
        let somebody = somebody(&world);
        let close = |actor: &Actor| {
            let (actor, at) = (actor.with("idempotency-key", "een-sleutel").with("if-match", "*"), format!("{path}/closings"));
            async move { actor.post(&at, json!({})).await }
        };
        close(&somebody.planner).await.expect(200);
        close(&somebody.planner).await.expect(200);
        assert!([403, 409].contains(&close(&somebody.authority).await.status));
    }

    async fn who_sets_terms_neither_reacts_to_them_nor_mends_nor_reviews(world: World) {
        let (path, point) = to_mend(&world).await;
        let somebody = somebody(&world);
        act(&somebody.authority, &path, "termReports", term(&point, "2098-01-01")).await.expect(201);
        let draft = draft_sent(&world, &path, term(&point, "2098-01-01")).await;
        let reaction = format!("termReports/{}/reactions", last_of(&draft));
        act(&somebody.facility, &path, &reaction, json!({"complete": true})).await.problem(403, "missingPermission");
        act(&world.planner(), &path, "assignments", part("reviewer")).await.problem(409, "stateConflict");
        act(&world.linde(), &path, &reaction, json!({"complete": true})).await.expect(200);
        act(&somebody.authority, &path, "termReports", json!({})).await.expect(201);
        on(&somebody.facility, &point, "measures", json!({"text": "Gedaan."})).await.problem(403, "missingPermission");
        on(&world.linde(), &point, "measures", json!({"text": "Gedaan."})).await.expect(200);
    }

    async fn nobody_verifies_for_the_inspectorate_what_it_mended_or_decided_on(world: World) {
        let (path, point) = to_mend(&world).await;
        followed(&world, &path, &point, "2098-01-01").await;
        let somebody = somebody(&world);
        on(&somebody.facility, &point, "measures", json!({"text": "Gedaan."})).await.expect(200);
        on(&somebody.authority, &point, "decisions", json!({"outcome": "accepted"})).await.problem(403, "missingPermission");
        assert!(tasks(&somebody.authority, &point).await.is_empty());
        assert_eq!(tasks(&world.person("authority", None), &point).await, ["decideImprovement"]);
        let following = follow_up_led_by(&world, &path).await;
        let seen = json!({"way": "visit", "inspectionId": last_of(&following), "met": true, "note": "Gezien."});
        on(&somebody.inspector, &point, "verifications", seen).await.problem(403, "missingPermission");
    }

    async fn who_spoke_for_a_facility_has_no_task_of_the_recognising_body_about_it(world: World) {
        let (path, point) = to_mend(&world).await;
        let somebody = somebody(&world);
        assert_eq!(tasks(&somebody.authority, last_of(&path)).await, ["setTerms"]);
        let draft = draft_sent(&world, &path, term(&point, "2098-01-01")).await;
        let reaction = format!("termReports/{}/reactions", last_of(&draft));
        act(&somebody.facility, &path, &reaction, json!({"complete": true})).await.expect(200);
        assert!(tasks(&somebody.authority, last_of(&path)).await.is_empty());
        act(&somebody.authority, &path, "termReports", json!({})).await.problem(403, "missingPermission");
    }
}

/// A follow-up of this inspection, whose visit took place, led by somebody: its path.
async fn follow_up_led_by(world: &World, path: &str) -> String {
    let mut input = inspection_input(kindreflex::demo::ids::FACILITY, true);
    input["followsId"] = last_of(path).into();
    input["reason"] = "followUp".into();
    input["assignments"] = json!([part("lead")]);
    let made = world
        .planner()
        .post("/inspections", input)
        .await
        .expect(201);
    let (at, lead) = (path_of(&made.body), somebody(world).inspector);
    let visit = format!("{at}/visits/{}", uuid::Uuid::now_v7());
    let day = crate::reports::day(world, -1);
    let times = json!({"from": format!("{day}T08:00:00Z"), "to": format!("{day}T15:00:00Z")});
    let seen = lead.seen(&made).put(&visit, times).await.expect(200);
    let record = json!({"outcome": "held", "from": format!("{day}T08:10:00Z")});
    lead.seen(&seen)
        .put(&format!("{visit}/record"), record)
        .await
        .expect(200);
    at
}
