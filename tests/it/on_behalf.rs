//! In whose name a machine acts: what a person stands for, it does for somebody whom it names.
use kindreflex::demo::ids;
use kindreflex::facility::integrations::known_scopes;
use serde_json::{Value, json};

use crate::mandates::{BERK_ASSESSMENT, LINDE, READ, VENDOR, WRITE, give, mandate, vendor};
use crate::support::{Actor, Answer, answer_whole, draft_of, path_of};

fn for_somebody() -> Value {
    json!({"onBehalfOf": {"id": "medewerker-2041", "function": "kwaliteitscoördinator"}})
}

/// A draft of De Linde's hospital that only waits to be confirmed.
async fn answered(actor: &Actor) -> (String, Answer) {
    let draft = draft_of(actor, ids::FACILITY).await;
    (path_of(&draft.body), answer_whole(actor, &draft).await)
}

on_both! {
    async fn a_machine_confirms_and_submits_for_a_person_and_both_are_shown(world: World) {
        give(&world.linde(), LINDE, mandate(&world, &known_scopes())).await;
        let machine = vendor(&world, &known_scopes());
        let (path, saved) = answered(&machine).await;
        let (confirmations, submissions) = (format!("{path}/confirmations"), format!("{path}/submissions"));
        for (below, body) in [(&confirmations, json!({})), (&submissions, json!({}))] {
            let refused = machine.seen(&saved).post(below, body).await.problem(400, "badRequest");
            assert_eq!(refused.issues(), [("missing".to_owned(), "onBehalfOf".to_owned())]);
        }
        for (wrong, kind, name) in [
            (json!({"id": "", "function": "arts"}), "length", "onBehalfOf.id"),
            (json!({"id": "u1", "function": "a".repeat(201)}), "length", "onBehalfOf.function"),
            (json!({"id": "85.07.30-033.28", "function": "arts"}), "personalData", "onBehalfOf.id"),
            (json!({"id": "u1"}), "missing", "onBehalfOf.function"),
        ] {
            let refused = machine.seen(&saved).post(&confirmations, json!({"onBehalfOf": wrong})).await.problem(400, "badRequest");
            assert_eq!(refused.issues(), [(kind.to_owned(), name.to_owned())]);
        }
        let confirmed = machine.seen(&saved).post(&confirmations, for_somebody()).await.expect(200);
        let submitted = machine.seen(&confirmed).post(&submissions, for_somebody()).await.expect(201);
        let person = for_somebody()["onBehalfOf"].clone();
        let by = submitted.body["answers"].as_array().expect("answers").iter().find_map(|answer| answer.get("confirmedBy").cloned());
        let by = by.expect("a confirmed answer");
        assert_eq!((&by["client"], &by["role"], &by["onBehalfOf"]), (&json!(VENDOR), &json!("integration"), &person));
        let revision = submitted.header("location").and_then(|at| at.strip_prefix("/v1")).expect("ours").to_owned();
        for reader in [world.linde(), world.inspector()] {
            assert_eq!(reader.get(&revision).await.expect(200).body["submittedBy"]["onBehalfOf"], person);
        }
        world.number_events().await;
        for (action, acts_for) in [("answersConfirmed", true), ("selfAssessmentSubmitted", true), ("answersSaved", false)] {
            let events = world.linde().get(&format!("/auditEvents?action={action}&facilityId={}&pageSize=200", ids::FACILITY)).await.expect(200);
            let last = events.body["items"].as_array().and_then(|all| all.last()).cloned().expect("an event");
            assert_eq!(last["actor"]["client"], VENDOR, "{last}");
            assert_eq!(last["actor"].get("onBehalfOf"), acts_for.then_some(&person), "{last}");
        }
        machine.seen(&submitted).post(&format!("{path}/reopenings"), json!({"reason": "Toch niet"})).await.problem(403, "missingPermission");
    }

    async fn a_person_acts_in_no_other_name(world: World) {
        let linde = world.linde();
        let (path, saved) = answered(&linde).await;
        for below in ["confirmations", "submissions"] {
            let refused = linde.seen(&saved).post(&format!("{path}/{below}"), for_somebody()).await.problem(400, "badRequest");
            assert_eq!(refused.issues(), [("onlyForMachines".to_owned(), "onBehalfOf".to_owned())]);
        }
        let confirmed = linde.seen(&saved).post(&format!("{path}/confirmations"), json!({})).await.expect(200);
        let submitted = linde.seen(&confirmed).post(&format!("{path}/submissions"), json!({})).await.expect(201);
        assert!(!submitted.body.to_string().contains("onBehalfOf"));
    }

    async fn confirming_and_submitting_need_scopes_of_their_own(world: World) {
        let linde = world.linde();
        let given = give(&linde, LINDE, mandate(&world, &[READ, WRITE, "read:frameworks", "confirm:selfAssessments"])).await;
        let machine = vendor(&world, &known_scopes());
        let (path, saved) = answered(&machine).await;
        let (confirmations, submissions) = (format!("{path}/confirmations"), format!("{path}/submissions"));
        let drafting = vendor(&world, &[READ, WRITE]);
        drafting.seen(&saved).post(&confirmations, for_somebody()).await.problem(403, "missingScope");
        let confirmed = machine.seen(&saved).post(&confirmations, for_somebody()).await.expect(200);
        machine.seen(&confirmed).post(&submissions, for_somebody()).await.problem(403, "missingScope");
        linde.seen(&given).put(&path_of(&given.body), mandate(&world, &[READ, "submit:selfAssessments"])).await.expect(200);
        machine.seen(&confirmed).post(&submissions, for_somebody()).await.expect(201);
        // For one that is another's, there is nothing to name a person for.
        let foreign = format!("/selfAssessments/{BERK_ASSESSMENT}/submissions");
        machine.with("if-match", "*").post(&foreign, json!({})).await.problem(404, "resourceNotFound");
        machine.with("if-match", "*").post(&foreign, for_somebody()).await.problem(404, "resourceNotFound");
    }

    async fn a_key_that_was_used_for_one_person_is_not_for_another(world: World) {
        give(&world.linde(), LINDE, mandate(&world, &known_scopes())).await;
        let machine = vendor(&world, &known_scopes());
        let (path, saved) = answered(&machine).await;
        let confirmations = format!("{path}/confirmations");
        let once = machine.seen(&saved).with("idempotency-key", "eenmaal");
        let confirmed = once.post(&confirmations, for_somebody()).await.expect(200);
        let again = once.post(&confirmations, for_somebody()).await.expect(200);
        assert_eq!((again.etag(), &again.body), (confirmed.etag(), &confirmed.body));
        let other = json!({"onBehalfOf": {"id": "medewerker-7", "function": "directeur"}});
        once.post(&confirmations, other).await.problem(422, "idempotencyKeyReused");
    }
}
