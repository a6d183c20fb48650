//! A ward answers by a link without an account, and the coordinator takes it over or sends it back.
use actix_web::http::Method;
use chrono::Duration;
use futures_util::future::join;
use kindreflex::demo::{enterprise_number, ids};
use serde_json::{Value, json};

use crate::contribution_page::send_form;
use crate::support::{
    Actor, Answer, Backend, WILG, answer_whole, draft_of, ids_of, link_of, path_of,
};

/// What De Wilg asks in a new draft: its path, the draft, and what was asked.
pub async fn asked(actor: &Actor) -> (String, Answer, Answer) {
    let draft = draft_of(actor, WILG).await;
    let path = path_of(&draft.body);
    let made = ask(actor, &path).await;
    (path, draft, made)
}

async fn ask(actor: &Actor, path: &str) -> Answer {
    let input = json!({"criteria": ["nietPluisGevoel", "actiefWerken"], "recipient": "Opname 2", "message": "Over de laatste zes maanden."});
    let contributions = format!("{path}/contributions");
    actor.post(&contributions, input).await.expect(201)
}

/// What a ward answers to what is asked.
pub fn answers() -> Value {
    json!({"givenBy": "hoofdverpleegkundige", "answers": [
        {"criterionCode": "nietPluisGevoel", "level": "deels", "note": "Bij de nachtploeg nog niet.",
            "evidence": [{"kind": "dossiercontrole", "filesChecked": 30, "filesMet": 24, "observedOn": "2026-09-01"}]},
        {"criterionCode": "actiefWerken", "level": "volledig"},
    ]})
}

pub async fn hand_in(ward: &Actor, link: &str) -> Answer {
    ward.post(&format!("{link}/answers"), answers()).await
}

/// What a browser asks with.
pub fn browser(ward: &Actor) -> Actor {
    ward.with(
        "accept",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    )
}

pub fn text_of(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.bytes).into_owned()
}

/// The answer to a criterion in a draft.
fn answer_in<'a>(draft: &'a Value, code: &str) -> Option<&'a Value> {
    let mut answers = draft["answers"].as_array().expect("answers").iter();
    answers.find(|answer| answer["criterionCode"] == code)
}

/// Turns of a race.
const RACES: usize = 40;

/// Runs both at once; each is the first to be polled in every other turn.
async fn race<A, B>(
    turn: usize,
    one: impl Future<Output = A>,
    other: impl Future<Output = B>,
) -> (A, B) {
    if turn.is_multiple_of(2) {
        join(one, other).await
    } else {
        let (other, one) = join(other, one).await;
        (one, other)
    }
}

on_both! {
    async fn a_ward_answers_two_criteria_and_the_coordinator_takes_them_over(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let (path, draft, made) = asked(&wilg).await;
        let (link, href) = (link_of(&made), path_of(&made.body));
        assert_eq!(made.body["status"], "open");

        let opened = ward.get(&link).await.expect(200);
        let questions = opened.body["questionnaire"]["questions"].as_array().expect("questions");
        let codes: Vec<&str> = questions.iter().filter_map(|one| one["criterionCode"].as_str()).collect();
        assert_eq!(codes, ["nietPluisGevoel", "actiefWerken"], "those, in the order asked");
        assert_eq!(opened.body["questionnaire"]["facilityName"], "Psychiatrisch Ziekenhuis De Wilg");
        let handed = hand_in(&ward, &link).await.expect(200);
        assert_eq!(handed.body["status"], "handedIn");

        let waiting = wilg.get(&href).await.expect(200);
        assert_eq!(waiting.body["status"], "answered");
        assert_eq!(waiting.body["givenBy"], "hoofdverpleegkundige");
        assert_eq!(waiting.body["answers"], answers()["answers"]);
        let untouched = wilg.get(&path).await.expect(200);
        assert_eq!(untouched.etag(), draft.etag(), "the draft is the coordinator's until then");

        let acceptances = format!("{href}/acceptances");
        let saved = wilg.seen(&draft).post(&acceptances, json!({})).await.expect(200);
        assert_eq!(saved.body["progress"]["answered"], 2);
        let now = wilg.get(&path).await.expect(200);
        assert_eq!(now.etag(), saved.etag());
        let taken = answer_in(&now.body, "nietPluisGevoel").expect("an answer");
        assert_eq!(taken["note"], "Bij de nachtploeg nog niet.");
        assert_eq!(taken["evidence"][0]["filesMet"], 24);
        let by = json!({"id": made.body["id"], "role": "contributionLink"});
        assert_eq!(taken["answeredBy"], by);
        assert_eq!(taken["answeredAt"], waiting.body["answeredAt"], "when the ward gave it");
        let accepted = wilg.get(&href).await.expect(200);
        assert_eq!(accepted.body["status"], "accepted");
        assert_eq!(accepted.body["acceptedBy"]["role"], "facility");
        wilg.seen(&now).post(&acceptances, json!({})).await.problem(409, "stateConflict");

        world.number_events().await;
        let events = wilg.get("/auditEvents?subjectKind=contribution").await.expect(200);
        let events = events.body["items"].as_array().expect("items").clone();
        let events: Vec<(&str, &str)> = events.iter().map(|event| {
            (event["action"].as_str().expect("an action"), event["actor"]["role"].as_str().expect("a role"))
        }).collect();
        assert_eq!(events, [("contributionAsked", "facility"), ("contributionAnswered", "contributionLink"), ("contributionAccepted", "facility")]);
    }

    async fn a_link_shows_its_questions_and_nothing_else(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let (path, draft, made) = asked(&wilg).await;
        let other = json!({"level": "deels", "note": "Dit staat elders."});
        wilg.seen(&draft).put(&format!("{path}/answers/intakeGesprek"), other).await.expect(200);
        let opened = ward.get(&link_of(&made)).await.expect(200);
        let page = browser(&ward).get(&link_of(&made)).await.expect(200);
        for said in [text_of(&opened), text_of(&page)] {
            let id = draft.body["id"].as_str().expect("an id");
            for hidden in [id, WILG, ids::CYCLE, made.body["id"].as_str().expect("an id"), "Dit staat elders", "intakeGesprek", "Demo", "vzw De Wilg", "deel1"] {
                assert!(!said.contains(hidden), "{hidden}: {said}");
            }
            assert!(said.contains("Over de laatste zes maanden."), "{said}");
        }
        let keys: Vec<&String> = opened.body.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["questionnaire", "status"]);
    }

    async fn a_mail_scanner_that_opens_a_link_changes_nothing(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let (_, _, made) = asked(&wilg).await;
        let link = link_of(&made);
        let first = ward.get(&link).await.expect(200);
        for method in [Method::GET, Method::HEAD, Method::GET] {
            for opener in [ward.clone(), browser(&ward)] {
                opener.send(method.clone(), &link, None).await.expect(200);
            }
        }
        ward.send(Method::HEAD, &format!("{link}/answers"), None).await.expect(405);
        assert_eq!(ward.get(&link).await.bytes, first.bytes);
        let seen = wilg.get(&path_of(&made.body)).await.expect(200);
        assert_eq!((seen.etag(), &seen.body["status"]), (made.etag(), &json!("open")));
        hand_in(&ward, &link).await.expect(200);
    }

    async fn a_link_is_answered_once_and_after_that_tells_only_that(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let (_, _, made) = asked(&wilg).await;
        let link = link_of(&made);
        let with_key = ward.with("idempotency-key", "huis-1");
        let first = hand_in(&with_key, &link).await.expect(200);
        let again = hand_in(&with_key, &link).await.expect(200);
        assert_eq!(again.bytes, first.bytes, "the same request, sent again");
        hand_in(&ward, &link).await.problem(409, "stateConflict");
        let told = ward.get(&link).await.expect(200);
        assert_eq!(told.body["status"], "handedIn");
        assert!(told.body.get("questionnaire").is_none());
        assert!(told.body["explanation"]["fr"].is_string());
        for said in [text_of(&told), text_of(&browser(&ward).get(&link).await.expect(200))] {
            assert!(!said.contains("nachtploeg") && !said.contains("Wilg") && !said.contains("<form"), "{said}");
        }
    }

    async fn of_two_who_hand_in_at_once_one_wins(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let draft = draft_of(&wilg, WILG).await;
        let path = path_of(&draft.body);
        for _ in 0..10 {
            let made = ask(&wilg, &path).await;
            let link = link_of(&made);
            let (one, other) = join(hand_in(&ward, &link), hand_in(&ward, &link)).await;
            let mut statuses = [one.status, other.status];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 409]);
            let kept = wilg.get(&path_of(&made.body)).await.expect(200);
            assert_eq!(kept.body["answers"], answers()["answers"]);
        }
    }

    async fn an_answer_against_a_withdrawal_is_kept_or_refused(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let draft = draft_of(&wilg, WILG).await;
        let path = path_of(&draft.body);
        let (mut kept, mut refused) = (0, 0);
        for turn in 0..RACES {
            let made = ask(&wilg, &path).await;
            let (link, href) = (link_of(&made), path_of(&made.body));
            let taker = wilg.seen(&made);
            let (handed, withdrawn) = race(turn, hand_in(&ward, &link), taker.delete(&href)).await;
            let now = wilg.get(&href).await.expect(200).body["status"].clone();
            match handed.status {
                200 => assert_eq!((now, withdrawn.status), (json!("answered"), 412)),
                409 => assert_eq!((now, withdrawn.status), (json!("withdrawn"), 204)),
                other => panic!("{other}: {}", text_of(&handed)),
            }
            *(if handed.status == 200 { &mut kept } else { &mut refused }) += 1;
        }
        assert!(kept > 0 && refused > 0, "no races: {kept} answers kept, {refused} refused");
    }

    async fn an_answer_by_an_old_link_against_a_new_one_is_first_or_not_found(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let draft = draft_of(&wilg, WILG).await;
        let path = path_of(&draft.body);
        let (mut kept, mut not_found) = (0, 0);
        for turn in 0..RACES {
            let made = ask(&wilg, &path).await;
            let (link, href) = (link_of(&made), path_of(&made.body));
            let (renewer, links) = (wilg.seen(&made), format!("{href}/links"));
            let (handed, renewed) = race(turn, hand_in(&ward, &link), renewer.post(&links, json!({}))).await;
            let now = wilg.get(&href).await.expect(200).body;
            let came = (handed.status, renewed.status, now["status"].as_str().expect("a status"), now["answers"].is_array());
            assert!([(200, 412, "answered", true), (404, 200, "open", false)].contains(&came), "turn {turn}: {came:?}");
            *(if handed.status == 200 { &mut kept } else { &mut not_found }) += 1;
        }
        assert!(kept > 0 && not_found > 0, "no races: {kept} answers kept, {not_found} not found");
    }

    async fn an_answer_by_an_old_link_never_follows_a_return(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let draft = draft_of(&wilg, WILG).await;
        let path = path_of(&draft.body);
        let (mut answered_already, mut not_found) = (0, 0);
        for turn in 0..RACES {
            let made = ask(&wilg, &path).await;
            let (link, href) = (link_of(&made), path_of(&made.body));
            hand_in(&ward, &link).await.expect(200);
            let (returner, returns) = (wilg.seen(&wilg.get(&href).await.expect(200)), format!("{href}/returns"));
            let (handed, returned) = race(turn, hand_in(&ward, &link), returner.post(&returns, json!({"reason": "Welke maanden?"}))).await;
            let now = wilg.get(&href).await.expect(200);
            assert_eq!((returned.status, &now.body["status"], now.etag()), (200, &json!("open"), returned.etag()), "turn {turn}: {}", handed.status);
            match handed.status {
                409 => answered_already += 1,
                404 => not_found += 1,
                other => panic!("turn {turn}: {other}: {}", text_of(&handed)),
            }
        }
        assert!(answered_already > 0 && not_found > 0, "no races: {answered_already} answered already, {not_found} not found");
    }

    async fn a_link_that_was_not_answered_in_time_is_asked_again_by_a_new_one(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let draft = draft_of(&wilg, WILG).await;
        let path = format!("{}/contributions", path_of(&draft.body));
        let soon = world.state.clock.now() + Duration::minutes(1);
        let made = wilg.post(&path, json!({"criteria": ["actiefWerken"], "expires": soon.to_rfc3339()})).await.expect(201);
        let (link, href) = (link_of(&made), path_of(&made.body));
        world.state.clock.advance(Duration::minutes(2));
        let told = ward.get(&link).await.expect(200);
        assert_eq!(told.body["status"], "expired");
        assert!(told.body.get("questionnaire").is_none());
        let given = json!({"answers": [{"criterionCode": "actiefWerken", "level": "volledig"}]});
        let refused = ward.with("accept-language", "en").post(&format!("{link}/answers"), given.clone()).await.problem(409, "stateConflict");
        assert_eq!(refused.body["detail"], "The time to answer is over. Ask the coordinator for a new link.");
        let page = send_form(&browser(&ward), &link, &[]).await.expect(409);
        assert!(text_of(&page).contains("Vraag de coördinator een nieuwe link"), "{}", text_of(&page));

        let expired = wilg.get(&href).await.expect(200);
        assert_eq!(expired.body["status"], "expired");
        assert_ne!(expired.etag(), made.etag(), "it says something else");
        let renewed = wilg.seen(&expired).post(&format!("{href}/links"), json!({})).await.expect(200);
        assert_eq!(renewed.body["status"], "open");
        ward.get(&link).await.problem(404, "resourceNotFound");
        ward.post(&format!("{link}/answers"), given.clone()).await.problem(404, "resourceNotFound");
        ward.post(&format!("{}/answers", link_of(&renewed)), given).await.expect(200);
    }

    async fn what_is_sent_back_is_changed_by_a_new_link(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let (_, draft, made) = asked(&wilg).await;
        let (link, href) = (link_of(&made), path_of(&made.body));
        let returns = format!("{href}/returns");
        let reason = json!({"reason": "Over welke maanden gaat de steekproef?"});
        wilg.seen(&made).post(&returns, reason.clone()).await.problem(409, "stateConflict");
        hand_in(&ward, &link).await.expect(200);
        wilg.seen(&made).post(&returns, reason.clone()).await.problem(412, "preconditionFailed");
        let answered = wilg.get(&href).await.expect(200);
        wilg.seen(&answered).delete(&href).await.problem(409, "stateConflict");
        wilg.seen(&answered).post(&format!("{href}/links"), json!({})).await.problem(409, "stateConflict");
        let part = json!({"criterionCodes": ["actiefWerken"]});
        let saved = wilg.seen(&draft).post(&format!("{href}/acceptances"), part).await.expect(200);
        let partly = wilg.get(&href).await.expect(200);
        assert_eq!((&partly.body["status"], &partly.body["acceptedCriteria"]), (&json!("answered"), &json!(["actiefWerken"])));
        let returned = wilg.seen(&partly).post(&returns, reason).await.expect(200);
        assert_eq!(returned.body["status"], "open");
        ward.get(&link).await.problem(404, "resourceNotFound");

        let again = link_of(&returned);
        let opened = ward.get(&again).await.expect(200);
        let questionnaire = &opened.body["questionnaire"];
        assert_eq!(questionnaire["returnReason"], "Over welke maanden gaat de steekproef?");
        assert_eq!(questionnaire["questions"][0]["answer"], answers()["answers"][0], "its own earlier answer");
        let page = text_of(&browser(&ward).get(&again).await.expect(200));
        assert!(page.contains("Over welke maanden gaat de steekproef?") && page.contains("Bij de nachtploeg nog niet.</textarea>"), "{page}");
        let mut changed = answers();
        changed["answers"][0]["note"] = json!("Bij de nachtploeg nog niet (september).");
        ward.post(&format!("{again}/answers"), changed).await.expect(200);
        wilg.seen(&saved).post(&format!("{href}/acceptances"), json!({})).await.expect(200);
        let now = wilg.get(&path_of(&draft.body)).await.expect(200);
        assert_eq!(answer_in(&now.body, "nietPluisGevoel").expect("an answer")["note"], "Bij de nachtploeg nog niet (september).");
        assert_eq!(wilg.get(&href).await.body["status"], "accepted");
    }

    async fn what_is_withdrawn_can_not_be_answered(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let (_, _, made) = asked(&wilg).await;
        let (link, href) = (link_of(&made), path_of(&made.body));
        wilg.delete(&href).await.problem(428, "preconditionRequired");
        wilg.seen(&made).delete(&href).await.expect(204);
        assert_eq!(ward.get(&link).await.expect(200).body["status"], "withdrawn");
        hand_in(&ward, &link).await.problem(409, "stateConflict");
        let withdrawn = wilg.get(&href).await.expect(200);
        assert_eq!(withdrawn.body["status"], "withdrawn");
        wilg.seen(&withdrawn).delete(&href).await.problem(409, "stateConflict");
    }

    async fn a_link_is_closed_while_its_self_assessment_is_handed_in(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let (path, draft, made) = asked(&wilg).await;
        let answered = ask(&wilg, &path).await;
        hand_in(&ward, &link_of(&answered)).await.expect(200);
        let saved = answer_whole(&wilg, &draft).await;
        let submitted = wilg.seen(&saved).post(&format!("{path}/submissions"), json!({})).await.expect(201);
        let link = link_of(&made);
        assert_eq!(ward.get(&link).await.expect(200).body["status"], "closed");
        hand_in(&ward, &link).await.problem(409, "stateConflict");
        let input = json!({"criteria": ["actiefWerken"]});
        wilg.post(&format!("{path}/contributions"), input).await.problem(409, "stateConflict");
        let acceptances = format!("{}/acceptances", path_of(&answered.body));
        wilg.seen(&submitted).post(&acceptances, json!({})).await.problem(409, "stateConflict");
        let renewal = format!("{}/links", path_of(&made.body));
        wilg.seen(&made).post(&renewal, json!({})).await.problem(409, "stateConflict");
        let reason = json!({"reason": "Nog iets vergeten"});
        wilg.seen(&submitted).post(&format!("{path}/reopenings"), reason).await.expect(200);
        hand_in(&ward, &link).await.expect(200);
    }

    async fn taking_over_is_guarded_by_the_self_assessments_tag(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let (path, draft, made) = asked(&wilg).await;
        let acceptances = format!("{}/acceptances", path_of(&made.body));
        wilg.seen(&draft).post(&acceptances, json!({})).await.problem(409, "stateConflict");
        hand_in(&ward, &link_of(&made)).await.expect(200);
        let own = wilg.seen(&draft).put(&format!("{path}/answers/actiefWerken"), json!({"level": "niet", "note": "Nog niet."})).await.expect(200);
        wilg.seen(&draft).post(&acceptances, json!({})).await.problem(412, "preconditionFailed");
        wilg.post(&acceptances, json!({})).await.problem(428, "preconditionRequired");
        let named = json!({"criterionCodes": ["intakeGesprek"]});
        let refused = wilg.seen(&own).post(&acceptances, named).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("unknownCriterion".to_owned(), "criterionCodes[0]".to_owned())]);
        assert_eq!(wilg.get(&path).await.etag(), own.etag(), "nothing was stored");
        let key = wilg.seen(&own).with("idempotency-key", "over-1");
        let first = key.post(&acceptances, json!({})).await.expect(200);
        let again = key.post(&acceptances, json!({})).await.expect(200);
        assert_eq!((again.etag(), again.bytes), (first.etag(), first.bytes));
    }

    async fn answers_that_nobody_looked_at_are_not_taken_over(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let (_, draft, made) = asked(&wilg).await;
        let href = path_of(&made.body);
        hand_in(&ward, &link_of(&made)).await.expect(200);
        let looked_at = wilg.get(&href).await.expect(200);
        let seen = |answer: &Answer| json!({"contributionEtag": answer.etag()});
        let back = wilg.seen(&looked_at).post(&format!("{href}/returns"), json!({"reason": "Waarom?"})).await.expect(200);
        hand_in(&ward, &link_of(&back)).await.expect(200);
        let acceptances = format!("{href}/acceptances");
        wilg.seen(&draft).post(&acceptances, seen(&looked_at)).await.problem(412, "preconditionFailed");
        let now = wilg.get(&href).await.expect(200);
        assert_eq!(now.body["status"], "answered");
        wilg.seen(&draft).post(&acceptances, seen(&now)).await.expect(200);
    }

    async fn what_a_unit_says_otherwise_stands_beside_the_answer(world: World) {
        let (linde, ward) = (world.linde(), world.anyone());
        let draft = draft_of(&linde, ids::FACILITY).await;
        let path = path_of(&draft.body);
        let before = answer_in(&draft.body, "actiefWerken").expect("carried over").clone();
        let input = json!({"criteria": ["actiefWerken", "nietPluisGevoel"], "unitId": ids::UNIT});
        let made = linde.post(&format!("{path}/contributions"), input).await.expect(201);
        assert_eq!(ward.get(&link_of(&made)).await.body["questionnaire"]["unitName"], "Opname 2");
        hand_in(&ward, &link_of(&made)).await.expect(200);
        let acceptances = format!("{}/acceptances", path_of(&made.body));
        // Nobody answered nietPluisGevoel yet, so there is nothing to say otherwise than.
        let refused = linde.seen(&draft).post(&acceptances, json!({"as": "exception"})).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("noAnswerYet".to_owned(), "criterionCodes[1]".to_owned())]);
        let saved = linde.seen(&draft).post(&acceptances, json!({})).await.expect(200);
        let now = linde.get(&path).await.expect(200);
        let by = json!({"id": made.body["id"], "role": "contributionLink"});
        let mut beside = before.clone();
        beside["exceptions"] = json!([{"unitIds": [ids::UNIT], "level": "volledig", "answeredBy": by}]);
        assert_eq!(answer_in(&now.body, "actiefWerken"), Some(&beside), "the answer itself stands as it did");
        let first = answer_in(&now.body, "nietPluisGevoel").expect("an answer");
        assert_eq!((&first["level"], first.get("exceptions")), (&json!("deels"), None));

        let whole = json!({"criteria": ["actiefWerken"]});
        let again = linde.post(&format!("{path}/contributions"), whole).await.expect(201);
        let given = json!({"answers": [{"criterionCode": "actiefWerken", "level": "deels", "note": "Elders half."}]});
        ward.post(&format!("{}/answers", link_of(&again)), given).await.expect(200);
        let acceptances = format!("{}/acceptances", path_of(&again.body));
        let refused = linde.seen(&saved).post(&acceptances, json!({"as": "exception"})).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("noUnit".to_owned(), "as".to_owned())]);
        linde.seen(&saved).post(&acceptances, json!({"as": "answer"})).await.expect(200);
        let now = linde.get(&path).await.expect(200);
        let replaced = answer_in(&now.body, "actiefWerken").expect("an answer");
        assert_eq!((&replaced["note"], &replaced["exceptions"]), (&json!("Elders half."), &beside["exceptions"]), "no exception is lost");
    }

    async fn what_is_asked_for_own_improvement_shows_to_nobody_else(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let input = json!({"facilityId": WILG, "cycleId": ids::OWN_CYCLE});
        let draft = wilg.post("/selfAssessments", input).await.expect(201);
        let made = ask(&wilg, &path_of(&draft.body)).await;
        hand_in(&ward, &link_of(&made)).await.expect(200);
        wilg.seen(&draft).post(&format!("{}/acceptances", path_of(&made.body)), json!({})).await.expect(200);
        world.number_events().await;
        let mine = wilg.get("/auditEvents?subjectKind=contribution").await.expect(200);
        assert_eq!(ids_of(&mine).len(), 3);
        let id = made.body["id"].as_str().expect("an id");
        for other in [world.admin(), world.inspector(), world.berk()] {
            let seen = other.get("/auditEvents?subjectKind=contribution&pageSize=200").await.expect(200);
            assert!(!text_of(&seen).contains(id), "{}", seen.body);
        }
    }

    async fn every_fault_is_told_at_once_and_nothing_is_stored(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let (_, _, made) = asked(&wilg).await;
        let path = format!("{}/answers", link_of(&made));
        let refused = ward.post(&path, json!({"givenBy": "x".repeat(201), "answers": [
            {"criterionCode": "intakeGesprek", "level": "volledig"},
            {"criterionCode": "nietPluisGevoel", "level": "niet", "evidence": [{"kind": "roddel"}]},
            {"criterionCode": "nietPluisGevoel", "level": "volledig"},
        ]})).await.problem(400, "badRequest");
        let expected = [
            ("length", "givenBy"), ("unknownCriterion", "answers[0].criterionCode"), ("missing", "answers[1].note"),
            ("unknownEvidenceKind", "answers[1].evidence[0].kind"), ("repeated", "answers[2].criterionCode"),
            ("missingAnswer", "answers.actiefWerken"),
        ];
        assert_eq!(refused.issues(), expected.map(|(kind, name)| (kind.to_owned(), name.to_owned())));
        let attached = json!({"answers": [{"criterionCode": "actiefWerken", "level": "volledig", "evidence": [{"kind": "document", "attachmentId": ids::ATTACHMENT}]}]});
        let refused = ward.post(&path, attached).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("unknownField".to_owned(), "answers[0].evidence[0].attachmentId".to_owned())]);
        let mut personal = answers();
        personal["answers"][0]["note"] = json!("Mama is 85.07.30-033.28.");
        let refused = ward.post(&path, personal).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("personalData".to_owned(), "answers[0].note".to_owned())]);
        assert_eq!(wilg.get(&path_of(&made.body)).await.etag(), made.etag());
        hand_in(&ward, &link_of(&made)).await.expect(200);
    }

    async fn every_fault_of_what_is_asked_is_told_at_once(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        let path = format!("{}/contributions", path_of(&draft.body));
        let too_long = (world.state.clock.now() + Duration::days(91)).to_rfc3339();
        let input = json!({"criteria": ["actiefWerken", "bestaatNiet"], "unitId": ids::UNIT, "expires": too_long});
        let refused = wilg.post(&path, input).await.problem(400, "badRequest");
        let expected = [("unknownCriterion", "criteria[1]"), ("unknownReference", "unitId"), ("outOfRange", "expires")];
        assert_eq!(refused.issues(), expected.map(|(kind, name)| (kind.to_owned(), name.to_owned())), "the unit is another's");
        let input = json!({"criteria": ["actiefWerken", "actiefWerken"], "recipient": " "});
        let refused = wilg.post(&path, input).await.problem(400, "badRequest");
        let expected = [("repeated", "criteria[1]"), ("length", "recipient")];
        assert_eq!(refused.issues(), expected.map(|(kind, name)| (kind.to_owned(), name.to_owned())));
        wilg.post(&path, json!({"criteria": []})).await.problem(400, "badRequest");
        wilg.post(&path, json!({"criteria": vec!["actiefWerken"; 51]})).await.problem(400, "badRequest");
        assert_eq!(wilg.get(&path).await.expect(200).body["items"], json!([]));
    }

    async fn a_link_is_in_the_answer_that_made_it_and_nowhere_else(world: World) {
        let (wilg, ward) = (world.wilg().with("idempotency-key", "vraag-1"), world.anyone());
        let draft = draft_of(&world.wilg(), WILG).await;
        let path = path_of(&draft.body);
        let made = ask(&wilg, &path).await;
        let replayed = ask(&wilg, &path).await;
        assert!(made.body["link"].is_string() && replayed.body.get("link").is_none());
        assert_eq!((replayed.body["id"].clone(), replayed.etag()), (made.body["id"].clone(), made.etag()));
        let link = link_of(&made);
        let secret = link.rsplit('/').next().expect("a secret").to_owned();
        assert_eq!(secret.len(), 64);
        hand_in(&ward.with("idempotency-key", "antwoord-1"), &link).await.expect(200);
        let refused = hand_in(&ward, &link).await.problem(409, "stateConflict");
        let wrong = ward.get(&format!("/contributionLinks/{secret}x")).await.problem(404, "resourceNotFound");
        let href = path_of(&made.body);
        let listed = wilg.get(&format!("{path}/contributions")).await.expect(200);
        assert_eq!(ids_of(&listed).len(), 1);
        let answered = wilg.get(&href).await.expect(200);
        let key = world.wilg().with("idempotency-key", "terug-1").seen(&answered);
        let returned = key.post(&format!("{href}/returns"), json!({"reason": "Welke maanden?"})).await.expect(200);
        let again = key.post(&format!("{href}/returns"), json!({"reason": "Welke maanden?"})).await.expect(200);
        assert!(returned.body["link"].is_string() && again.body.get("link").is_none());
        world.number_events().await;
        let events = wilg.get("/auditEvents?pageSize=200").await.expect(200);
        for answer in [&replayed, &refused, &wrong, &listed, &answered, &events] {
            assert!(!text_of(answer).contains(&secret), "{}", text_of(answer));
        }
        let other = link_of(&returned);
        let other = other.rsplit('/').next().expect("a secret");
        for stored in stored_bytes(&world) {
            for secret in [secret.as_str(), other] {
                assert!(!contains(&stored, secret.as_bytes()), "the secret is stored");
            }
            assert!(contains(&stored, b"vraag-1") || world.backend == Backend::Postgres);
        }
    }

    async fn another_hospitals_token_finds_no_contribution(world: World) {
        let (wilg, berk) = (world.wilg(), world.berk());
        let contributor = world.person("facilityContributor", Some(enterprise_number(9_990_003)));
        let (path, _, made) = asked(&wilg).await;
        let href = path_of(&made.body);
        for (method, path, body) in [
            (Method::GET, format!("{path}/contributions"), None),
            (Method::POST, format!("{path}/contributions"), Some(json!({"criteria": ["actiefWerken"]}))),
            (Method::GET, href.clone(), None),
            (Method::DELETE, href.clone(), None),
            (Method::POST, format!("{href}/links"), Some(json!({}))),
            (Method::POST, format!("{href}/acceptances"), Some(json!({}))),
            (Method::POST, format!("{href}/returns"), Some(json!({"reason": "zomaar"}))),
        ] {
            let body = body.map(|body: Value| body.to_string().into_bytes());
            berk.seen(&made).send(method.clone(), &path, body.clone()).await.problem(404, "resourceNotFound");
            contributor.seen(&made).send(method, &path, body).await.problem(403, "missingPermission");
        }
        // A contribution stands under its own self-assessment alone.
        let elsewhere = format!("/selfAssessments/{}/contributions/{}", ids::DRAFT, made.body["id"].as_str().expect("an id"));
        wilg.get(&elsewhere).await.problem(404, "resourceNotFound");
        world.linde().get(&elsewhere).await.problem(404, "resourceNotFound");
        // The secret opens nothing but its link, with a token or without.
        let secret = link_of(&made);
        let secret = secret.rsplit('/').next().expect("a secret");
        world.with_token(secret).get(&path).await.problem(401, "invalidAccessToken");
    }

    async fn contributions_are_listed_in_pages(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        let path = path_of(&draft.body);
        let mut made = Vec::new();
        for _ in 0..3 {
            made.push(ask(&wilg, &path).await.body["id"].as_str().expect("an id").to_owned());
        }
        let first = wilg.get(&format!("{path}/contributions?pageSize=2")).await.expect(200);
        assert_eq!(ids_of(&first), made[..2]);
        let next = first.body["next"].as_str().expect("a next page").to_owned();
        let (_, next) = next.split_once("/v1").expect("ours");
        assert_eq!(ids_of(&wilg.get(next).await.expect(200)), made[2..]);
    }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// Every byte that SQLite keeps, beside it its log. PostgreSQL's files are of all tests at once: there each row is read as text.
fn stored_bytes(world: &crate::support::World) -> Vec<Vec<u8>> {
    match world.backend {
        Backend::Sqlite => {
            let path = world.url.strip_prefix("sqlite:").expect("a path");
            let files = [path.to_owned(), format!("{path}-wal")];
            let read = files.iter().filter_map(|file| std::fs::read(file).ok());
            vec![read.flatten().collect()]
        }
        Backend::Postgres => crate::support::databases::rows_as_text(&world.url),
    }
}
