//! Answering: what is taken, what is refused and how it is said.
use kindreflex::demo::ids;
use serde_json::{Value, json};

use crate::support::{WILG, answer_whole, answers_to, draft_of, new_hospital, path_of};

on_both! {
    async fn a_text_with_a_national_register_number_is_refused_and_never_repeated(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        let path = path_of(&draft.body);
        for number in ["85073003328", "85.07.30-033.28", "85 07 30 033 28", "17.07.30-033.84", "85.27.30-033.71", "\\u00385073003328"] {
            let body = format!(r#"{{"answers": [{{"criterionCode": "actiefWerken", "level": "deels", "note": "Mama is {number}."}}]}}"#);
            let refused = wilg.seen(&draft)
                .send("PATCH".parse().expect("a method"), &format!("{path}/answers"), Some(body.into_bytes()))
                .await.problem(400, "badRequest");
            assert_eq!(refused.issues(), [("personalData".to_owned(), "answers[0].note".to_owned())], "{number}");
            let said = String::from_utf8_lossy(&refused.bytes).replace(['.', '-', ' '], "");
            assert!(!said.contains("5073003328") && !said.contains("7073003384"), "{said}");
        }
        let unchanged = wilg.get(&path).await.expect(200);
        assert_eq!(unchanged.etag(), draft.etag());
        wilg.get("/selfAssessments?85073003328=1").await.problem(400, "badRequest");
        let asked = wilg.get("/selfAssessments/85.07.30-033.28").await.problem(400, "badRequest");
        assert!(!String::from_utf8_lossy(&asked.bytes).contains("033.28"));
    }

    async fn what_was_answered_stands_in_the_audit_for_its_facility_alone(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        let path = format!("{}/answers/actiefWerken", path_of(&draft.body));
        wilg.seen(&draft).put(&path, json!({"level": "volledig"})).await.expect(200);
        world.number_events().await;
        let mine = wilg.get("/auditEvents?action=answersSaved").await.expect(200);
        assert_eq!(mine.body["items"][0]["payload"]["answers"][0]["criterionCode"], "actiefWerken", "{}", mine.body);
        for other in [world.admin(), world.berk()] {
            let seen = other.get("/auditEvents?action=answersSaved").await.expect(200);
            assert!(!seen.body.to_string().contains("volledig") || !seen.body.to_string().contains(WILG), "{}", seen.body);
        }
    }

    async fn every_fault_of_an_answer_is_named_at_once(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        let path = format!("{}/answers", path_of(&draft.body));
        let refused = wilg.seen(&draft).patch(&path, json!({"answers": [
            {"criterionCode": "bestaatNiet", "level": "volledig"},
            {"criterionCode": "actiefWerken", "level": "perfect"},
            {"criterionCode": "nietPluisGevoel", "level": "niet"},
            {"criterionCode": "basisvorming", "level": "volledig", "evidence": [{"kind": "roddel"}]},
        ]})).await.problem(400, "badRequest");
        let issues = refused.issues();
        for expected in [
            ("unknownCriterion", "answers[0].criterionCode"), ("unknownLevel", "answers[1].level"), ("missing", "answers[2].note"),
            ("unknownEvidenceKind", "answers[3].evidence[0].kind"),
        ] {
            assert!(issues.contains(&(expected.0.to_owned(), expected.1.to_owned())), "{expected:?} in {issues:?}");
        }
        assert_eq!(wilg.get(&path_of(&draft.body)).await.etag(), draft.etag(), "nothing was stored");
    }

    async fn what_the_body_says_wrongly_is_named_beside_what_the_version_does_not_hold(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        let (path, long) = (path_of(&draft.body), "a".repeat(4001));
        let refused = wilg.seen(&draft).patch(&format!("{path}/answers"), json!({"answers": [
            {"criterionCode": "bestaatNiet", "level": "volledig"},
            {"criterionCode": "actiefWerken", "level": "perfect"},
            {"criterionCode": "actiefWerken", "level": "volledig", "note": long},
        ]})).await.problem(400, "badRequest");
        let expected = [
            ("unknownCriterion", "answers[0].criterionCode"), ("unknownLevel", "answers[1].level"),
            ("repeated", "answers[2].criterionCode"), ("length", "answers[2].note"),
        ];
        assert_eq!(refused.issues(), expected.map(|(kind, name)| (kind.to_owned(), name.to_owned())));
        let one = json!({"level": "perfect", "note": long});
        let refused = wilg.seen(&draft).put(&format!("{path}/answers/actiefWerken"), one).await.problem(400, "badRequest");
        let expected = [("length", "note"), ("unknownLevel", "level")];
        assert_eq!(refused.issues(), expected.map(|(kind, name)| (kind.to_owned(), name.to_owned())));
        assert_eq!(wilg.get(&path).await.etag(), draft.etag(), "nothing was stored");
    }

    async fn a_list_that_is_too_long_is_refused_for_that_alone(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        let path = path_of(&draft.body);
        let evidence = vec![json!({"kind": "roddel"}); 21];
        let one = json!({"level": "volledig", "evidence": evidence});
        let refused = wilg.seen(&draft).put(&format!("{path}/answers/actiefWerken"), one).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("length".to_owned(), "evidence".to_owned())]);
        let answers = vec![json!({"criterionCode": "bestaatNiet", "level": "volledig"}); 501];
        let refused = wilg.seen(&draft).patch(&format!("{path}/answers"), json!({"answers": answers})).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("length".to_owned(), "answers".to_owned())]);
    }

    async fn a_criterion_that_is_not_in_the_version_is_told_from_one_that_is_not_asked(world: World) {
        let berk = world.berk();
        let facilities = berk.get("/facilities?facilityType=cgg").await.expect(200);
        let draft = draft_of(&berk, &crate::support::ids_of(&facilities)[0]).await;
        let (path, english) = (path_of(&draft.body), berk.seen(&draft).with("accept-language", "en"));
        let answer = json!({"level": "volledig"});
        for (code, said) in [
            ("intakegesprek", "There is no criterion of this code in ggz 2026-1; did you mean intakeGesprek?"),
            ("bestaatNiet", "There is no criterion of this code in ggz 2026-1; see GET /v1/frameworks/ggz/versions/2026-1."),
            ("opvangKinderen", "This criterion is not asked of the type cgg; see GET /v1/frameworks/ggz/versions/2026-1."),
        ] {
            let alone = english.put(&format!("{path}/answers/{code}"), answer.clone()).await.problem(400, "badRequest");
            let listed = json!({"answers": [{"criterionCode": code, "level": "volledig"}]});
            let listed = english.patch(&format!("{path}/answers"), listed).await.problem(400, "badRequest");
            let confirmed = english.post(&format!("{path}/confirmations"), json!({"criterionCodes": [code]})).await.problem(400, "badRequest");
            for (refused, place, name) in [
                (alone, "path", "criterionCode"), (listed, "body", "answers[0].criterionCode"), (confirmed, "body", "criterionCodes[0]"),
            ] {
                let issue = json!({"type": "urn:problem-type:kindreflex:input:unknownCriterion", "in": place, "name": name, "value": code, "detail": said});
                assert_eq!(refused.body["issues"], json!([issue]));
            }
        }
    }

    async fn the_shape_of_a_body_is_checked_whole(world: World) {
        let refused = world.wilg().post("/selfAssessments", json!({"facilityId": "x", "cycel": 1})).await.problem(400, "badRequest");
        let mut issues = refused.issues();
        issues.sort();
        let expected = [("missing", "cycleId"), ("unknownField", "cycel"), ("wrongFormat", "facilityId")];
        assert_eq!(issues, expected.map(|(kind, name)| (kind.to_owned(), name.to_owned())));
    }

    async fn an_answer_is_said_in_the_language_asked_for(world: World) {
        for (language, said) in [("fr-BE, nl;q=0.5", "champ"), ("en", "field"), ("de", "veld"), ("nl", "veld")] {
            let refused = world.wilg().with("accept-language", language).post("/selfAssessments", json!({})).await.problem(400, "badRequest");
            let detail = refused.body["issues"][0]["detail"].as_str().expect("a detail").to_owned();
            assert!(detail.contains(said), "{language}: {detail}");
        }
    }

    async fn an_answer_needs_the_tag_of_what_its_author_has_seen(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        let path = format!("{}/answers/actiefWerken", path_of(&draft.body));
        let answer = json!({"level": "volledig"});
        wilg.put(&path, answer.clone()).await.problem(428, "preconditionRequired");
        let saved = wilg.seen(&draft).put(&path, answer.clone()).await.expect(200);
        assert_ne!(saved.etag(), draft.etag());
        wilg.seen(&draft).put(&path, json!({"level": "niet", "note": "toch niet"})).await.problem(412, "preconditionFailed");
        let kept = wilg.get(&path).await.expect(200);
        assert_eq!(kept.body["level"], "volledig", "nothing of the stale one is stored");
        wilg.with("if-none-match", &kept.etag()).get(&path).await.expect(304);
    }

    async fn whoever_takes_any_version_is_never_stale(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        let path = format!("{}/answers/actiefWerken", path_of(&draft.body));
        let any = wilg.with("if-match", "*");
        let answers = (0..20).map(|_| any.put(&path, json!({"level": "volledig"})));
        for answer in futures_util::future::join_all(answers).await {
            answer.expect(200);
        }
    }

    async fn an_incomplete_self_assessment_names_each_missing_criterion(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        let path = path_of(&draft.body);
        let open = draft.body["openCriteria"].as_array().expect("open").len();
        let refused = wilg.seen(&draft).post(&format!("{path}/submissions"), json!({})).await.problem(400, "badRequest");
        assert_eq!(refused.issues().len(), open);
        assert!(refused.issues().iter().all(|(kind, _)| kind == "missingAnswer"));
    }

    async fn what_was_carried_over_must_be_confirmed_or_answered_anew(world: World) {
        let linde = world.linde();
        let draft = draft_of(&linde, ids::FACILITY).await;
        let path = path_of(&draft.body);
        let answers = answers_to(&linde, &draft.body["openCriteria"], "2026-1").await;
        let saved = linde.seen(&draft).patch(&format!("{path}/answers"), answers).await.expect(200);
        let waiting = saved.body["toConfirm"].as_array().expect("to confirm").clone();
        let refused = linde.seen(&saved).post(&format!("{path}/submissions"), json!({})).await.problem(400, "badRequest");
        assert_eq!(refused.issues().len(), waiting.len());
        let anew = linde.seen(&saved).put(&format!("{path}/answers/{}", waiting[0].as_str().expect("a code")), json!({"level": "deels", "note": "Minder dan vorig jaar"})).await.expect(200);
        let one = linde.seen(&anew).post(&format!("{path}/confirmations"), json!({"criterionCodes": [waiting[1]]})).await.expect(200);
        assert_eq!(one.body["progress"]["confirmed"], 1);
        let refused = linde.seen(&one).post(&format!("{path}/confirmations"), json!({"criterionCodes": [waiting[0]]})).await.problem(400, "badRequest");
        assert_eq!(refused.issues()[0].0, "notCarriedOver");
        let all = linde.seen(&one).post(&format!("{path}/confirmations"), json!({})).await.expect(200);
        assert_eq!(all.body["progress"]["complete"], true);
        let submitted = linde.seen(&all).post(&format!("{path}/submissions"), json!({})).await.expect(201);
        let confirmed = find(&submitted.body["answers"], &waiting[1]);
        assert_eq!(confirmed["origin"], "confirmed");
        assert_eq!(confirmed["confirmedBy"]["id"], "facility");
        assert_eq!(confirmed["answeredBy"]["id"], "operator", "who answered is kept apart from who confirmed");
        let fresh = find(&submitted.body["answers"], &waiting[0]);
        assert_eq!(fresh["origin"], "answered");
    }

    async fn what_does_not_apply_is_hidden_and_not_counted(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        let path = path_of(&draft.body);
        let before = draft.body["progress"]["applicable"].as_u64().expect("a count");
        let residential = wilg.seen(&draft).put(&format!("{path}/answers/verblijfAanbod"), json!({"level": "residentieel"})).await.expect(200);
        assert_eq!(residential.body["progress"]["applicable"], before + 1, "it brings up whether childcare is arranged");
        let cared = wilg.seen(&residential).put(&format!("{path}/answers/opvangKinderen"), json!({"level": "volledig"})).await.expect(200);
        let ambulatory = wilg.seen(&cared).put(&format!("{path}/answers/verblijfAanbod"), json!({"level": "zonderVerblijf"})).await.expect(200);
        assert_eq!(ambulatory.body["progress"]["applicable"], before);
        let kept = wilg.get(&format!("{path}/answers/opvangKinderen")).await.expect(200);
        assert_eq!(kept.body["level"], "volledig", "what was answered is not lost");
        let result = wilg.get(&format!("{path}/result")).await.expect(200);
        let counted: u64 = result.body["themes"].as_array().expect("themes").iter()
            .flat_map(|theme| theme["levels"].as_object().expect("levels").values())
            .map(|count| count.as_u64().expect("a count")).sum();
        assert_eq!(counted, 1, "the hidden answer is not counted");
        let why = result.body["criteria"].as_array().expect("criteria").iter()
            .find(|one| one["criterionCode"] == "opvangKinderen").expect("a verdict").clone();
        assert_eq!(why["applies"], false);
        assert_eq!(why["why"]["rule"], "condition");
        assert_eq!(why["why"]["inputs"]["verblijfAanbod"], "zonderVerblijf");
        assert_eq!(why["why"]["version"], "2026-1");
    }

    async fn progress_says_why_a_criterion_is_not_asked(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        let path = path_of(&draft.body);
        let saved = wilg.seen(&draft).put(&format!("{path}/answers/verblijfAanbod"), json!({"level": "zonderVerblijf"})).await.expect(200);
        for progress in [&saved.body["progress"], &wilg.get(&path).await.expect(200).body["progress"]] {
            assert_eq!(progress["rule"], "answersToWhatApplies");
            assert_eq!(progress["versionCode"], "2026-1");
            let hidden = find(&progress["notApplicable"], &json!("opvangKinderen"));
            assert_eq!(hidden["why"]["rule"], "condition");
            assert_eq!(hidden["why"]["inputs"]["verblijfAanbod"], "zonderVerblijf");
        }
    }

    async fn an_answer_without_the_evidence_that_its_level_needs_is_still_open(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        let path = path_of(&draft.body);
        let answers = answers_to(&wilg, &draft.body["openCriteria"], "2026-1").await;
        let proven = answers["answers"].as_array().expect("answers").iter()
            .find(|answer| answer["evidence"] != Value::Null).expect("one that needs evidence");
        let (code, level, note) = (proven["criterionCode"].clone(), &proven["level"], &proven["note"]);
        let mut bare = json!({"level": level});
        if note != &Value::Null {
            bare["note"] = note.clone();
        }
        let saved = wilg.seen(&draft).put(&format!("{path}/answers/{}", code.as_str().expect("a code")), bare).await.expect(200);
        assert_eq!(saved.body["progress"]["withoutEvidence"], 1);
        assert!(saved.body["openCriteria"].as_array().expect("codes").contains(&code));
        let open = wilg.get(&path).await.expect(200).body["openCriteria"].clone();
        assert_eq!(find(&open, &code)["reason"], "evidenceMissing");
        let refused = wilg.seen(&saved).post(&format!("{path}/submissions"), json!({})).await.problem(400, "badRequest");
        let named = ("missingEvidence".to_owned(), format!("answers.{}.evidence", code.as_str().expect("a code")));
        assert!(refused.issues().contains(&named), "{:?}", refused.issues());
    }

    async fn an_answer_that_does_not_apply_is_not_handed_in(world: World) {
        let (wilg, inspector) = (world.wilg(), world.inspector());
        let draft = draft_of(&wilg, WILG).await;
        let path = path_of(&draft.body);
        let answers = [json!({"criterionCode": "verblijfAanbod", "level": "residentieel"}), json!({"criterionCode": "opvangKinderen", "level": "volledig"})];
        let both = wilg.seen(&draft).patch(&format!("{path}/answers"), json!({"answers": answers})).await.expect(200);
        let hidden = wilg.seen(&both).put(&format!("{path}/answers/verblijfAanbod"), json!({"level": "zonderVerblijf"})).await.expect(200);
        let mut rest = answers_to(&wilg, &hidden.body["openCriteria"], "2026-1").await;
        rest["answers"].as_array_mut().expect("answers").retain(|answer| answer["criterionCode"] != "verblijfAanbod");
        let mut saved = wilg.seen(&hidden).patch(&format!("{path}/answers"), rest).await.expect(200);
        while saved.body["openCriteria"] != json!([]) {
            let more = answers_to(&wilg, &saved.body["openCriteria"], "2026-1").await;
            saved = wilg.seen(&saved).patch(&format!("{path}/answers"), more).await.expect(200);
        }
        wilg.seen(&saved).post(&format!("{path}/submissions"), json!({})).await.expect(201);
        let is_hidden = |answer: &Value| answer["criterionCode"] == "opvangKinderen";
        for seen in [inspector.get(&path).await.expect(200).body["answers"].clone(),
            wilg.get(&format!("{path}/revisions/1")).await.expect(200).body["selfAssessment"]["answers"].clone()] {
            assert!(!seen.as_array().expect("answers").iter().any(is_hidden));
        }
        inspector.get(&format!("{path}/answers/opvangKinderen")).await.problem(404, "resourceNotFound");
        wilg.get(&format!("{path}/answers/opvangKinderen")).await.expect(200);
    }

    async fn while_it_is_reopened_others_keep_reading_the_last_submitted_revision(world: World) {
        let (linde, inspector) = (world.linde(), world.inspector());
        let path = format!("/selfAssessments/{}", ids::SELF_ASSESSMENT);
        let seen = inspector.get(&path).await.expect(200);
        let mine = linde.get(&path).await.expect(200);
        let reopened = linde.seen(&mine).post(&format!("{path}/reopenings"), json!({"reason": "Een afdeling vergeten"})).await.expect(200);
        assert_eq!(reopened.body["revision"], 2);
        assert_eq!(reopened.body["reopening"]["reason"], "Een afdeling vergeten");
        let answer = json!({"level": "niet", "note": "Nog in opbouw, alleen voor ons"});
        let saved = linde.seen(&reopened).put(&format!("{path}/answers/{}", ids::CRITERION), answer).await.expect(200);
        let still = inspector.get(&path).await.expect(200);
        assert_eq!(still.body, seen.body);
        assert_eq!(still.etag(), seen.etag());
        inspector.with("if-none-match", &seen.etag()).get(&path).await.expect(304);
        for (status, there) in [("draft", false), ("submitted", true)] {
            let listed = inspector.get(&format!("/selfAssessments?status={status}&facilityId={}", ids::FACILITY)).await.expect(200);
            assert_eq!(listed.body["items"] != json!([]), there, "{status}: {}", listed.body);
        }
        linde.seen(&saved).post(&format!("{path}/submissions"), json!({})).await.expect(201);
        let second = inspector.get(&path).await.expect(200);
        assert_eq!(find(&second.body["answers"], &json!(ids::CRITERION))["level"], "niet");
        let first = inspector.get(&format!("{path}/revisions/1")).await.expect(200);
        assert_eq!(first.body["selfAssessment"]["answers"], seen.body["answers"], "every submitted revision stays readable as it was");
        let all = inspector.get(&format!("{path}/revisions?pageSize=1")).await.expect(200);
        assert!(all.body["next"].as_str().expect("a next page").starts_with("https://kindreflex.test/v1/selfAssessments/"));
    }

    async fn what_is_answered_for_own_improvement_is_seen_by_the_facility_alone(world: World) {
        let wilg = world.wilg();
        let hospital = new_hospital(&world, ids::NEW_ORGANISATION).await;
        let input = json!({"facilityId": hospital, "cycleId": ids::OWN_CYCLE});
        let draft = wilg.post("/selfAssessments", input).await.expect(201);
        let saved = answer_whole(&wilg, &draft).await;
        let path = path_of(&draft.body);
        let submitted = wilg.seen(&saved).post(&format!("{path}/submissions"), json!({})).await.expect(201);
        world.inspector().get(&path).await.problem(404, "resourceNotFound");
        world.inspector().get(&format!("{path}/revisions/1")).await.problem(404, "resourceNotFound");
        let listed = world.inspector().get("/selfAssessments?pageSize=200").await.expect(200);
        assert!(!listed.body.to_string().contains(&hospital));
        let prepared = wilg.post("/selfAssessments", json!({"facilityId": hospital, "cycleId": ids::CYCLE})).await.expect(201);
        assert_eq!(prepared.body["answers"], json!([]), "honest answers do not flow into what inspectors will see");
        assert_eq!(submitted.body["purpose"], "ownImprovement");
    }

    async fn there_is_one_self_assessment_per_facility_and_cycle(world: World) {
        let wilg = world.wilg();
        draft_of(&wilg, WILG).await;
        let again = json!({"facilityId": WILG, "cycleId": ids::CYCLE});
        wilg.post("/selfAssessments", again).await.problem(409, "stateConflict");
        let early = json!({"facilityId": WILG, "cycleId": ids::PLANNED_CYCLE});
        wilg.post("/selfAssessments", early).await.problem(409, "stateConflict");
        let caw = world.person("facility", Some(kindreflex::demo::enterprise_number(9_990_004)));
        let wrong = json!({"facilityId": "0190a000-0000-7000-8000-000000000016", "cycleId": ids::CYCLE});
        let refused = caw.post("/selfAssessments", wrong).await.problem(400, "badRequest");
        assert_eq!(refused.issues()[0].0, "wrongFacilityType");
    }

    async fn evidence_that_is_too_old_is_asked_again(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        let saved = answer_whole(&wilg, &draft).await;
        let path = path_of(&draft.body);
        wilg.seen(&saved).post(&format!("{path}/submissions"), json!({})).await.expect(201);
        world.state.clock.advance(chrono::Duration::days(365 * 4));
        let input = json!({"title": {"nl": "Later"}, "frameworkCode": "ggz", "versionCode": "2026-1", "facilityTypes": ["pz"],
            "opens": "2027-01-01T00:00:00Z", "due": "2031-12-31T00:00:00Z", "purpose": "inspectionPreparation"});
        let token = crate::support::issuer::token_at(&world.state.clock, "planner", None);
        let cycle = world.with_token(&token).post("/cycles", input).await.expect(201);
        let token = crate::support::issuer::token_at(&world.state.clock, "facility", Some(kindreflex::demo::enterprise_number(9_990_003)));
        let later = world.with_token(&token).post("/selfAssessments", json!({"facilityId": WILG, "cycleId": cycle.body["id"]})).await.expect(201);
        let open = later.body["openCriteria"].as_array().expect("open");
        assert!(!open.is_empty());
        assert!(open.iter().all(|one| one["reason"] == "evidenceExpired"), "{open:?}");
        assert!(open.iter().all(|one| one["previous"][0]["level"].is_string()), "last time's answer is shown");
    }
}

fn find<'a>(answers: &'a Value, code: &Value) -> &'a Value {
    answers
        .as_array()
        .expect("answers")
        .iter()
        .find(|answer| answer["criterionCode"] == *code)
        .expect("the answer")
}
