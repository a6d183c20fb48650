//! What a correction of a report does to terms and to what is followed up; and who is told of what while terms are set.
use futures_util::future::join_all;
use kindreflex::demo::{enterprise_number, ids};
use serde_json::{Value, json};

use crate::reports::{act, day, inspector, last_of, under_way};
use crate::support::inspecting::new_id;
use crate::support::issuer::token_in_roles;
use crate::support::{Actor, Backend, World, execute, key};
use crate::terms::{authority, draft_sent, followed, on, tasks, term, to_mend};

/// The lead withdraws a point, or takes that back; the report stands until it is corrected.
async fn put_point(world: &World, path: &str, point: &str, withdrawn: bool) {
    let lead = inspector(world, "lead");
    let drafts = lead
        .get(&format!("{path}/improvementPoints"))
        .await
        .expect(200);
    let finding = drafts.body["items"][0]["findingId"].clone();
    let input = json!({"findingId": finding, "text": "Leg het vast.", "withdrawn": withdrawn});
    let at = format!("{path}/improvementPoints/{point}");
    let answer = lead.with("if-match", "*").put(&at, input.clone()).await;
    if answer.status == 412 {
        lead.put(&at, input).await.expect(201);
    }
}

/// The lead withdraws the finding that this point is of, or takes that back.
async fn put_finding(world: &World, path: &str, withdrawn: bool) {
    let lead = inspector(world, "lead");
    let drafts = lead
        .get(&format!("{path}/improvementPoints"))
        .await
        .expect(200);
    let finding = drafts.body["items"][0]["findingId"]
        .as_str()
        .expect("an id")
        .to_owned();
    let at = format!("{path}/findings/{finding}");
    let found = lead.get(&at).await.expect(200);
    let content = json!({"criterion": {"frameworkCode": "ggz", "versionCode": "2026-1", "criterionCode": "intakeGesprek"},
        "observation": "Op twee van de drie afdelingen.", "judgement": "aandachtspunt", "withdrawn": withdrawn});
    lead.seen(&found).put(&at, content).await.expect(200);
}

async fn correct(world: &World, path: &str) -> Value {
    let reason = json!({"reason": "Het stond er anders."});
    let lead = inspector(world, "lead");
    act(&lead, path, "reports", reason).await.expect(201).body
}

/// Where a point stands, and its last day.
async fn standing(world: &World, point: &str) -> (Value, Value) {
    let at = format!("/improvementPoints/{point}");
    let now = authority(world).get(&at).await.expect(200).body;
    (now["status"].clone(), now["due"].clone())
}

/// What the caller hears and what its audit says, as one text.
async fn heard(world: &World, actor: &Actor) -> String {
    world.number_events().await;
    let mut all = String::new();
    for path in ["/events?pageSize=200", "/auditEvents?pageSize=200"] {
        all.push_str(&actor.whole(path).await.body.to_string());
    }
    all
}

/// What follows the points of reports that were final before.
fn to_follow(world: &World) -> &'static str {
    match world.backend {
        Backend::Sqlite => {
            include_str!("../../migrations/sqlite/2026-11-26-000250_followed/up.sql")
        }
        Backend::Postgres => {
            include_str!("../../migrations/postgres/2026-11-26-000250_followed/up.sql")
        }
    }
}

on_both! {
    async fn an_inspection_ends_when_its_last_point_is_dropped_while_terms_are_set(world: World) {
        let authority = authority(&world);
        for is_sent in [false, true] {
            let (path, point) = to_mend(&world).await;
            put_point(&world, &path, &point, true).await;
            let terms = term(&point, &day(&world, 60));
            let state = if is_sent {
                draft_sent(&world, &path, terms).await;
                "termReaction"
            } else {
                act(&authority, &path, "termReports", terms).await.expect(201);
                "termDraft"
            };
            act(&authority, &path, "closings", json!({})).await.problem(409, "stateConflict");
            assert_eq!(correct(&world, &path).await["status"], state);
            for closer in [&authority, &world.planner()] {
                assert_eq!(tasks(closer, last_of(&path)).await, ["closeInspection"]);
            }
            act(&authority, &path, "termReports", json!({})).await.problem(409, "stateConflict");
            let closed = act(&authority, &path, "closings", json!({})).await.expect(200);
            assert_eq!(closed.body["status"], "closed");
        }
    }

    async fn definitive_terms_leave_out_what_a_correction_dropped_and_ask_for_what_it_brought(world: World) {
        let (path, point) = to_mend(&world).await;
        let (authority, linde) = (authority(&world), world.linde());
        let second = new_id();
        put_point(&world, &path, &second, false).await;
        correct(&world, &path).await;
        put_point(&world, &path, &point, true).await;
        let third = new_id();
        put_point(&world, &path, &third, false).await;
        let due = day(&world, 60);
        let both = json!({"terms": [{"improvementPointId": point, "due": due}, {"improvementPointId": second, "due": due}]});
        let draft = draft_sent(&world, &path, both).await;
        act(&linde, &path, &format!("termReports/{}/reactions", last_of(&draft)), json!({"complete": true})).await.expect(200);
        correct(&world, &path).await;
        let refused = act(&authority, &path, "termReports", json!({})).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("missing".to_owned(), "terms".to_owned())]);
        assert_eq!(refused.body["issues"][0]["value"], third);
        let terms = json!({"terms": [{"improvementPointId": second, "due": due}, {"improvementPointId": third, "reason": "Een aanbeveling."}]});
        act(&authority, &path, "termReports", terms).await.expect(201);
        for (point, status) in [(point, "withdrawn"), (second, "open"), (third, "noTerm")] {
            assert_eq!(standing(&world, &point).await.0, status);
        }
    }

    async fn a_point_that_a_correction_brings_gets_a_term_and_an_ended_inspection_goes_on(world: World) {
        let (path, point) = to_mend(&world).await;
        let (authority, later) = (authority(&world), new_id());
        put_point(&world, &path, &later, false).await;
        followed(&world, &path, &point, &day(&world, 60)).await;
        let seen = json!({"way": "documents", "met": true, "note": "Gezien in de procedure."});
        on(&authority, &point, "verifications", seen).await.expect(200);
        act(&authority, &path, "closings", json!({})).await.expect(200);
        assert_eq!(correct(&world, &path).await["status"], "followUp");
        assert!(heard(&world, &world.linde()).await.contains("inspectionReopened"));
        assert_eq!(standing(&world, &point).await.0, "met", "what was mended stays so");
        assert_eq!(tasks(&authority, &later).await, ["setTerms"]);
        assert_eq!(tasks(&world.linde(), &later).await, Vec::<String>::new());
        let term = json!({"due": day(&world, 30), "reason": "Stond niet in het eerste verslag."});
        assert_eq!(on(&authority, &later, "terms", term).await.expect(200).body["status"], "open");
        assert_eq!(tasks(&world.linde(), &later).await, ["mendImprovementPoint"]);
        assert_eq!(tasks(&authority, &later).await, Vec::<String>::new());
        // A correction that brings nothing leaves an inspection at its end.
        on(&authority, &later, "termEnds", json!({"reason": "De afdeling sluit."})).await.expect(200);
        act(&authority, &path, "closings", json!({})).await.expect(200);
        assert_eq!(correct(&world, &path).await["status"], "closed");
        assert_eq!(standing(&world, &later).await.0, "ended");
    }

    async fn a_point_that_comes_back_is_settled_if_it_was_and_else_awaits_a_term_anew(world: World) {
        for deed in [None, Some("verifications"), Some("termEnds")] {
            let (path, point) = to_mend(&world).await;
            followed(&world, &path, &point, &day(&world, 60)).await;
            let authority = authority(&world);
            let expected = match deed {
                None => ("awaitingTerm", Value::Null),
                Some("verifications") => ("met", day(&world, 60).into()),
                Some(_) => ("ended", Value::Null),
            };
            if let Some(deed) = deed {
                let said = json!({"way": "documents", "met": true, "note": "Gezien."});
                let said = if deed == "termEnds" { json!({"reason": "Gesloten."}) } else { said };
                on(&authority, &point, deed, said).await.expect(200);
            }
            put_finding(&world, &path, true).await;
            correct(&world, &path).await;
            assert_eq!(standing(&world, &point).await.0, "withdrawn");
            put_finding(&world, &path, false).await;
            correct(&world, &path).await;
            let (status, due) = standing(&world, &point).await;
            assert_eq!((status, due), (json!(expected.0), expected.1), "{deed:?}");
        }
    }

    async fn before_a_draft_of_terms_is_sent_nobody_but_the_recognising_body_hears_of_it(world: World) {
        let (path, point) = to_mend(&world).await;
        let authority = authority(&world);
        let others = [world.planner(), inspector(&world, "lead"), inspector(&world, "member"), world.linde(), world.admin(), world.berk()];
        let frozen = |all: &str| all.matches("termReportFrozen").count();
        let mut before = Vec::new();
        for actor in &others {
            before.push(frozen(&heard(&world, actor).await));
        }
        let own = frozen(&heard(&world, &authority).await);
        let drafted = act(&authority, &path, "termReports", term(&point, &day(&world, 60))).await.expect(201);
        let id = last_of(drafted.header("location").expect("its address")).to_owned();
        assert_eq!(frozen(&heard(&world, &authority).await), own + 1);
        for (actor, before) in others.iter().zip(before) {
            let all = heard(&world, actor).await;
            assert!(frozen(&all) == before && !all.contains(&id), "{}", &all[..2000.min(all.len())]);
        }
        act(&authority, &path, &format!("termReports/{id}/deliveries"), json!({"way": "post"})).await.expect(200);
        assert!(heard(&world, &world.planner()).await.contains("termReportDelivered"));
    }

    async fn a_token_stands_on_one_side_of_an_inspection(world: World) {
        let linde = format!("facility:{}", enterprise_number(9_990_001));
        for roles in [[linde.as_str(), "authority"], [&linde, "planner"], [&linde, "inspector"], ["planner", "authority"]] {
            let both = world.with_token(&token_in_roles("veelzijdig", &roles));
            for at in ["/me", "/inspections", "/tasks"] {
                both.get(at).await.problem(403, "missingPermission");
            }
        }
    }

    async fn who_spoke_for_the_facility_decides_on_nothing_of_it(world: World) {
        let (path, point) = to_mend(&world).await;
        let number = Some(enterprise_number(9_990_001));
        let (before, after) = (world.person_named("dubbel", "facility", number), world.person_named("dubbel", "authority", None));
        followed(&world, &path, &point, &day(&world, 60)).await;
        on(&before, &point, "measures", json!({"text": "Het staat er nu."})).await.expect(200);
        for (what, body) in [
            ("decisions", json!({"outcome": "accepted"})),
            ("verifications", json!({"way": "documents", "met": true, "note": "Gezien."})),
            ("terms", json!({"due": "2099-01-01", "reason": "Later"})),
            ("termEnds", json!({"reason": "Klaar"})),
        ] {
            on(&after, &point, what, body).await.problem(403, "missingPermission");
        }
        act(&after, &path, "closings", json!({})).await.problem(403, "missingPermission");
        on(&authority(&world), &point, "decisions", json!({"outcome": "accepted"})).await.expect(200);
    }

    async fn who_planned_an_inspection_decides_on_nothing_of_it(world: World) {
        let (path, point) = to_mend(&world).await;
        followed(&world, &path, &point, &day(&world, 60)).await;
        on(&world.linde(), &point, "measures", json!({"text": "Het staat er nu."})).await.expect(200);
        let (planner, after) = (world.person_named("dubbel", "planner", None), world.person_named("dubbel", "authority", None));
        let guest = json!({"person": "een-gast", "name": "Een gast", "role": "observer"});
        act(&planner, &path, "assignments", guest).await.expect(200);
        on(&after, &point, "decisions", json!({"outcome": "accepted"})).await.problem(403, "missingPermission");
        on(&after, &point, "terms", json!({"due": "2099-01-01", "reason": "Later"})).await.problem(403, "missingPermission");
        on(&authority(&world), &point, "decisions", json!({"outcome": "accepted"})).await.expect(200);
    }

    async fn a_draft_of_terms_that_the_inspection_left_behind_is_not_sent(world: World) {
        let (path, point) = to_mend(&world).await;
        let authority = authority(&world);
        let drafted = act(&authority, &path, "termReports", term(&point, &day(&world, 60))).await.expect(201);
        let delivery = format!("termReports/{}/deliveries", last_of(drafted.header("location").expect("its address")));
        put_finding(&world, &path, true).await;
        correct(&world, &path).await;
        act(&authority, &path, "closings", json!({})).await.expect(200);
        act(&authority, &path, &delivery, json!({"way": "post"})).await.problem(409, "stateConflict");
        assert_eq!(authority.get(&path).await.expect(200).body["status"], "closed");
    }

    async fn a_team_can_change_while_terms_are_set_and_after(world: World) {
        let (path, point) = to_mend(&world).await;
        let join = async |state: &str| {
            let guest = json!({"person": format!("gast-{state}"), "name": "Een gast", "role": "observer"});
            let joined = act(&world.planner(), &path, "assignments", guest).await.expect(200).body;
            assert_eq!(joined["status"], state);
            let last = joined["assignments"].as_array().expect("assignments").last().expect("one").clone();
            let at = format!("{path}/assignments/{}", last["id"].as_str().expect("an id"));
            world.planner().with("if-match", "*").delete(&at).await.expect(200);
        };
        join("final").await;
        act(&authority(&world), &path, "termReports", term(&point, &day(&world, 60))).await.expect(201);
        join("termDraft").await;
        put_finding(&world, &path, true).await;
        correct(&world, &path).await;
        act(&authority(&world), &path, "closings", json!({})).await.expect(200);
        join("closed").await;
    }

    async fn a_redaction_leaves_what_the_recognising_body_said(world: World) {
        let (path, point) = to_mend(&world).await;
        followed(&world, &path, &point, &day(&world, 60)).await;
        let linde = world.linde();
        on(&linde, &point, "measures", json!({"text": "Wij bespraken het in zaal Kastanje."})).await.expect(200);
        let reason = json!({"outcome": "refused", "reason": "Onvoldoende: een besluit ontbreekt in zaal Beuk."});
        on(&authority(&world), &point, "decisions", reason).await.expect(200);
        let asked = |text: &str| json!({"facilityId": ids::FACILITY, "text": text, "ground": "Proef", "dryRun": true});
        assert_eq!(linde.post("/redactions", asked("zaal Beuk")).await.expect(200).body["counts"], json!({}));
        assert_eq!(linde.post("/redactions", asked("zaal Kastanje")).await.expect(200).body["counts"], json!({"auditPayloads": 1}));
    }

    async fn a_day_has_a_year_of_four_digits(world: World) {
        let (path, point) = to_mend(&world).await;
        followed(&world, &path, &point, &day(&world, 60)).await;
        for due in ["+262142-12-31", "+10000-01-01", "2098-1-1"] {
            on(&authority(&world), &point, "terms", json!({"due": due, "reason": "Later"})).await.problem(400, "badRequest");
        }
    }

    async fn who_worked_on_an_inspection_is_not_asked_to_decide_on_it(world: World) {
        let (path, point) = to_mend(&world).await;
        let both = world.person_named("inspecteur-observer", "authority", None);
        assert_eq!(tasks(&both, last_of(&path)).await, Vec::<String>::new());
        followed(&world, &path, &point, &day(&world, 60)).await;
        on(&world.linde(), &point, "measures", json!({"text": "Het staat er nu."})).await.expect(200);
        assert_eq!(tasks(&both, &point).await, Vec::<String>::new());
        let listed = authority(&world).get("/tasks?kind=decideImprovement&pageSize=200").await.expect(200);
        let task = listed.body["items"].as_array().expect("items").iter().find(|task| task["subject"]["id"] == point.as_str()).expect("one").clone();
        assert!(task.get("due").is_none() && task["since"].is_string(), "{task}");
    }

    async fn a_plan_whose_day_is_past_is_not_accepted(world: World) {
        let (path, point) = to_mend(&world).await;
        followed(&world, &path, &point, &day(&world, 60)).await;
        let plan = json!({"how": "Met drie afdelingen.", "by": day(&world, 2), "whyNotSooner": "De vergadering is morgen."});
        on(&world.linde(), &point, "plans", plan).await.expect(200);
        world.state.clock.advance(chrono::Duration::days(2));
        let later = world.with_token(&crate::support::issuer::token_at(&world.state.clock, "authority", None));
        let refused = on(&later, &point, "decisions", json!({"outcome": "accepted"})).await.problem(409, "stateConflict");
        assert!(refused.body["detail"].as_str().is_some_and(|why| why.contains("plan")), "{}", refused.body);
        let refused = json!({"outcome": "refused", "reason": "De dag is voorbij."});
        assert_eq!(on(&later, &point, "decisions", refused).await.expect(200).body["status"], "open");
    }

    async fn two_inspections_that_make_one_point_at_once_do_not_share_it(world: World) {
        let (one, [first, _]) = under_way(&world).await;
        let (other, [second, _]) = under_way(&world).await;
        let point = new_id();
        let lead = inspector(&world, "lead");
        let put = |path: String, finding: String| {
            let (lead, at) = (&lead, format!("{path}/improvementPoints/{point}"));
            async move { lead.put(&at, json!({"findingId": finding, "text": "Leg het vast."})).await.status }
        };
        let mut answers = join_all([put(one, first), put(other, second)]).await;
        answers.sort_unstable();
        assert_eq!(answers, [201, 400]);
    }

    async fn reports_that_were_final_before_points_were_followed_are_followed_from_then_on(world: World) {
        let (path, point) = to_mend(&world).await;
        let before = authority(&world).get(&format!("/improvementPoints/{point}")).await.expect(200);
        execute(&world, &format!("DELETE FROM followed_point WHERE id = {}", key(&world, &point)));
        assert_eq!(tasks(&authority(&world), last_of(&path)).await, ["closeInspection"]);
        execute(&world, to_follow(&world));
        let after = authority(&world).get(&format!("/improvementPoints/{point}")).await.expect(200);
        assert_eq!(after.body["subject"], before.body["subject"]);
        for field in ["text", "priority", "status", "findingId", "reportId", "facilityId"] {
            assert_eq!(after.body[field], before.body[field], "{field}");
        }
        assert_eq!(tasks(&authority(&world), last_of(&path)).await, ["setTerms"]);
    }
}
