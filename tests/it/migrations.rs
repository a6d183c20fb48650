//! Drafts and cycles move to a later version of their framework, and nothing that was answered is lost.
use kindreflex::demo::ids;
use kindreflex::self_assessment::migration::runner;
use serde_json::{Value, json};

use crate::contributions::asked;
use crate::support::{
    Actor, Answer, WILG, World, answer_whole, answers_to, confirm_and_hand_in, draft_of, ids_of,
    link_of, new_hospital, path_of,
};

/// Where migrations to this year's version are asked for.
const TO_2026: &str = "/frameworks/ggz/versions/2026-1/migrations";

/// A cycle against a version, for these types; open, and due in this many days.
async fn cycle_on(world: &World, version: &str, types: &Value, due_in: i64) -> String {
    let now = world.state.clock.now();
    let days = |days| (now + chrono::Duration::days(days)).to_rfc3339();
    let input = json!({"title": {"nl": "Nog op de oude versie"}, "frameworkCode": "ggz", "versionCode": version, "facilityTypes": types,
        "opens": days(-30), "due": days(due_in), "purpose": "inspectionPreparation"});
    let made = world.planner().post("/cycles", input).await.expect(201);
    made.body["id"].as_str().expect("an id").to_owned()
}

/// A new draft of a facility of De Wilg, in a cycle.
async fn draft_in(world: &World, facility: &str, cycle: &str) -> Answer {
    let input = json!({"facilityId": facility, "cycleId": cycle});
    world
        .wilg()
        .post("/selfAssessments", input)
        .await
        .expect(201)
}

/// A draft of De Wilg against last year's version, with an answer to everything, and its path.
async fn whole_draft(world: &World) -> (String, Answer) {
    let cycle = cycle_on(world, "2025-1", &json!(["pz"]), 90).await;
    let draft = draft_in(world, WILG, &cycle).await;
    (
        path_of(&draft.body),
        answer_whole(&world.wilg(), &draft).await,
    )
}

async fn submit(actor: &Actor, path: &str, seen: &Answer) -> Answer {
    let submissions = format!("{path}/submissions");
    actor
        .seen(seen)
        .post(&submissions, json!({}))
        .await
        .expect(201)
}

async fn reopen(actor: &Actor, path: &str, seen: &Answer) -> Answer {
    let reason = json!({"reason": "Een afdeling vergeten"});
    let reopenings = format!("{path}/reopenings");
    actor.seen(seen).post(&reopenings, reason).await.expect(200)
}

/// What a migration would come to.
async fn counted(world: &World, migrations: &str) -> Value {
    let counted = world
        .admin()
        .post(migrations, json!({"dryRun": true}))
        .await
        .expect(200);
    counted.body
}

/// Asks for a migration; gives back where it is.
async fn ask(world: &World, migrations: &str) -> String {
    let asked = world
        .admin()
        .post(migrations, json!({"dryRun": false}))
        .await
        .expect(201);
    assert_eq!(asked.body["status"], "running");
    path_of(&asked.body)
}

/// Migrates to the end; gives back the migration.
async fn migrate(world: &World, migrations: &str) -> Value {
    let path = ask(world, migrations).await;
    runner::drain(&world.state).await.expect("an end");
    world.admin().get(&path).await.expect(200).body
}

fn find<'a>(list: &'a Value, code: &str) -> Option<&'a Value> {
    list.as_array()
        .expect("a list")
        .iter()
        .find(|one| one["criterionCode"] == code)
}

/// The levels of the earlier answers that stand beside a question, with their criteria and versions.
fn previous(open: &Value, code: &str) -> Vec<String> {
    let asked = find(open, code).unwrap_or_else(|| panic!("{code} is not asked: {open}"));
    let previous = asked["previous"].as_array().cloned().unwrap_or_default();
    let told = |answer: &Value| {
        let text = |field: &str| answer[field].as_str().expect("a text").to_owned();
        format!(
            "{}={}@{}",
            text("criterionCode"),
            text("level"),
            text("versionCode")
        )
    };
    previous.iter().map(told).collect()
}

/// Publishes a version of the framework that supersedes another, its document bent first.
async fn publish(world: &World, before: &str, code: &str, bend: impl FnOnce(&mut Value)) {
    let admin = world.admin();
    let framework = "/frameworks/ggz/versions";
    let found = admin
        .get(&format!("{framework}/{before}"))
        .await
        .expect(200);
    let mut document = found.body["document"].clone();
    document["version"] = json!({"code": code, "supersedes": before});
    document["withdrawn"] = json!([]);
    for theme in document["themes"].as_array_mut().expect("themes") {
        for criterion in theme["criteria"].as_array_mut().expect("criteria") {
            criterion
                .as_object_mut()
                .expect("a criterion")
                .remove("change");
        }
    }
    bend(&mut document);
    let path = format!("{framework}/{code}");
    let draft = admin.put(&path, document).await.expect(201);
    let publications = format!("{path}/publications");
    admin
        .seen(&draft)
        .post(&publications, json!({}))
        .await
        .expect(201);
}

/// The criteria of the theme that has this one.
fn criteria_beside<'a>(document: &'a mut Value, code: &str) -> &'a mut Vec<Value> {
    let themes = document["themes"].as_array_mut().expect("themes");
    themes
        .iter_mut()
        .map(|theme| theme["criteria"].as_array_mut().expect("criteria"))
        .find(|criteria| criteria.iter().any(|one| one["code"] == code))
        .expect("the criterion")
}

/// Makes a document for these facility types alone; a criterion for none of them is for all.
fn serve_only(document: &mut Value, types: &[&str]) {
    document["facilityTypes"] = json!(types);
    for theme in document["themes"].as_array_mut().expect("themes") {
        for criterion in theme["criteria"].as_array_mut().expect("criteria") {
            let limits = criterion.pointer_mut("/appliesTo/facilityTypes");
            if let Some(limits) = limits.and_then(Value::as_array_mut) {
                limits.retain(|one| types.iter().any(|known| one == known));
            }
        }
    }
}

/// Splits a criterion of a document in three.
fn split_in_three(document: &mut Value, code: &str) {
    let criteria = criteria_beside(document, code);
    let place = criteria
        .iter()
        .position(|one| one["code"] == code)
        .expect("a place");
    let mut part = criteria.remove(place);
    part["change"] =
        json!({"kind": "split", "from": [code], "explanation": {"nl": "In drie gesplitst."}});
    for number in 1..=3 {
        part["code"] = json!(format!("{code}{number}"));
        part["text"] = json!({"nl": format!("Deel {number} van {code}.")});
        criteria.insert(place, part.clone());
    }
}

/// What a ward answered to two criteria: the path of the draft, and of the contribution.
async fn answered_by_ward(wilg: &Actor, ward: &Actor) -> (String, String) {
    let (path, _, made) = asked(wilg).await;
    let answers = format!("{}/answers", link_of(&made));
    ward.post(&answers, crate::contributions::answers())
        .await
        .expect(200);
    (path, path_of(&made.body))
}

/// Moves to a version that does not ask one of the two any more.
async fn withdraw_actief_werken(world: &World) {
    publish(world, "2026-1", "2027-1", |document| {
        let criteria = criteria_beside(document, "actiefWerken");
        criteria.retain(|one| one["code"] != "actiefWerken");
        document["withdrawn"] = json!([{"code": "actiefWerken", "reason": {"nl": "Geschrapt."}}]);
    })
    .await;
    migrate(world, "/frameworks/ggz/versions/2027-1/migrations").await;
}

/// Is a decision about this contribution among what awaits the coordinator?
async fn waits_for(coordinator: &Actor, contribution: &Answer) -> bool {
    let asked = "/tasks?kind=decideContribution&pageSize=200";
    let tasks = coordinator.get(asked).await.expect(200).body;
    let mut items = tasks["items"].as_array().expect("items").iter();
    items.any(|task| task["subject"]["id"] == contribution.body["id"])
}

on_both! {
    async fn a_draft_moves_with_its_answers_and_what_changed_is_asked_again_beside_them(world: World) {
        let wilg = world.wilg();
        let (path, saved) = whole_draft(&world).await;
        let before = wilg.get(&path).await.expect(200);
        let expected = counted(&world, TO_2026).await;
        assert_eq!(wilg.get(&path).await.expect(200).bytes, before.bytes, "a dry run stores nothing");
        let done = migrate(&world, TO_2026).await;
        assert_eq!((done["status"].as_str(), &done["total"], &done["done"]), (Some("done"), &json!(1), &json!(1)), "{done}");
        assert_eq!(done["counts"], expected["counts"], "as the dry run said");
        let after = wilg.get(&path).await.expect(200);
        assert_eq!(after.body["versionCode"], "2026-1");
        let level = |code: &str| find(&before.body["answers"], code).expect("an answer")["level"].as_str().expect("a level").to_owned();
        let open = &after.body["openCriteria"];
        assert_eq!(previous(open, "ouderrolOndersteuning"), [
            format!("ouderrolGesprek={}@2025-1", level("ouderrolGesprek")), format!("veerkrachtContext={}@2025-1", level("veerkrachtContext")),
        ], "two that were merged");
        for part in ["interneAfspraken", "externeAfspraken"] {
            assert_eq!(previous(open, part), [format!("afspraken={}@2025-1", level("afspraken"))], "one that was split");
            assert_eq!(find(open, part).expect("asked")["reason"], "split");
        }
        assert_eq!(previous(open, "nietPluisGevoel"), [format!("nietPluisGevoel={}@2025-1", level("nietPluisGevoel"))]);
        let renamed = find(&after.body["answers"], "stap3Gewaarborgd").expect("it stands under its new code");
        let mut as_it_was = find(&before.body["answers"], "stap3Altijd").expect("an answer").clone();
        as_it_was["criterionCode"] = json!("stap3Gewaarborgd");
        assert_eq!(*renamed, as_it_was, "who answered and when is kept");
        let gone: Vec<&Value> = after.body["withdrawnAnswers"].as_array().expect("a list").iter().map(|one| &one["criterionCode"]).collect();
        assert_eq!(gone, ["andereVoorziening", "cijfersOpvolgen"]);
        wilg.seen(&saved).put(&format!("{path}/answers/actiefWerken"), json!({"level": "volledig"})).await.problem(412, "preconditionFailed");
        let read = wilg.get(&format!("{path}/answers/andereVoorziening")).await.expect(200);
        assert_eq!(read.body["level"], json!(level("andereVoorziening")), "it stays readable");
    }

    async fn a_draft_that_moved_is_answered_and_handed_in_as_any_other(world: World) {
        let wilg = world.wilg();
        let (path, _) = whole_draft(&world).await;
        migrate(&world, TO_2026).await;
        let moved = wilg.get(&path).await.expect(200);
        let answers = answers_to(&wilg, &moved.body["openCriteria"], "2026-1").await;
        let mut saved = wilg.seen(&moved).patch(&format!("{path}/answers"), answers).await.expect(200);
        while saved.body["openCriteria"] != json!([]) {
            let more = answers_to(&wilg, &saved.body["openCriteria"], "2026-1").await;
            saved = wilg.seen(&saved).patch(&format!("{path}/answers"), more).await.expect(200);
        }
        let submitted = submit(&wilg, &path, &saved).await;
        assert_eq!(submitted.body["versionCode"], "2026-1");
        assert_eq!(submitted.body["withdrawnAnswers"].as_array().map(Vec::len), Some(2), "its facility keeps them");
        for reader in [&wilg, &world.inspector()] {
            let revision = reader.get(&format!("{path}/revisions/1")).await.expect(200);
            let whole = &revision.body["selfAssessment"];
            assert!(whole["withdrawnAnswers"].is_null() && find(&whole["answers"], "andereVoorziening").is_none(), "they are not handed in");
        }
        assert!(world.inspector().get(&path).await.expect(200).body["withdrawnAnswers"].is_null());
        world.inspector().get(&format!("{path}/answers/andereVoorziening")).await.problem(404, "resourceNotFound");
    }

    async fn a_text_is_removed_from_what_is_shown_beside_a_question_and_from_what_is_gone(world: World) {
        let wilg = world.wilg();
        let (path, saved) = whole_draft(&world).await;
        let note = "Besproken met Zoé Claes.";
        let answers: Vec<Value> = ["afspraken", "andereVoorziening"].map(|code| json!({"criterionCode": code, "level": "deels", "note": note})).into();
        wilg.seen(&saved).patch(&format!("{path}/answers"), json!({"answers": answers})).await.expect(200);
        migrate(&world, TO_2026).await;
        let moved = wilg.get(&path).await.expect(200);
        assert_eq!(moved.body.to_string().matches("Zoé Claes").count(), 3, "beside two questions, and with what is gone");
        let input = json!({"facilityId": WILG, "text": "Zoé Claes", "ground": "Naam van een kind"});
        wilg.post("/redactions", input).await.expect(201);
        let now = wilg.get(&path).await.expect(200);
        assert!(!now.body.to_string().contains("Zoé"), "{}", now.body);
        assert_eq!(now.body["withdrawnAnswers"][0]["level"], "deels", "the answer itself stays");
    }

    async fn what_is_submitted_or_superseded_stays_as_it_is(world: World) {
        let wilg = world.wilg();
        let (path, saved) = whole_draft(&world).await;
        submit(&wilg, &path, &saved).await;
        // De Linde's of last year makes way for this year's.
        let (linde, last_year) = (world.linde(), format!("/selfAssessments/{}", ids::SELF_ASSESSMENT));
        let complete = answer_whole(&linde, &draft_of(&linde, ids::FACILITY).await).await;
        confirm_and_hand_in(&linde, &complete).await;
        let standing = [(&wilg, &path, "submitted"), (&linde, &last_year, "superseded")];
        let mut before = Vec::new();
        for (actor, path, status) in standing {
            for at in [path.clone(), format!("{path}/result"), format!("{path}/revisions/1")] {
                let seen = actor.get(&at).await.expect(200);
                assert!(at != *path || seen.body["status"] == status, "{}", seen.body);
                before.push((actor, at, seen));
            }
        }
        let expected = counted(&world, TO_2026).await;
        let done = migrate(&world, TO_2026).await;
        assert_eq!(done["counts"], expected["counts"], "as the dry run said");
        let counts = &done["counts"]["selfAssessments"];
        assert!(counts["submitted"].as_i64() >= Some(1), "{counts}");
        assert_eq!((&counts["moved"], &counts["superseded"], &counts["failed"]), (&json!(0), &json!(1), &json!(0)));
        for (actor, at, seen) in before {
            let now = actor.get(&at).await.expect(200);
            assert_eq!((now.header("etag"), &now.bytes), (seen.header("etag"), &seen.bytes), "{at}");
        }
    }

    async fn while_a_reopened_draft_moves_others_see_the_version_that_was_handed_in(world: World) {
        let (wilg, inspector) = (world.wilg(), world.inspector());
        let (path, saved) = whole_draft(&world).await;
        let submitted = submit(&wilg, &path, &saved).await;
        let listed = format!("/selfAssessments?facilityId={WILG}");
        let seen = |actor: Actor| {
            let (path, listed) = (path.clone(), listed.clone());
            async move {
                let mut all = Vec::new();
                for at in [path.clone(), format!("{path}/result"), format!("{path}/revisions/1"), listed] {
                    let answer = actor.get(&at).await.expect(200);
                    all.push((answer.header("etag").map(str::to_owned), answer.body));
                }
                all
            }
        };
        let sheet_of = |actor: Actor| {
            let path = path.clone();
            async move { actor.get(&format!("{path}/answerSheet")).await.expect(200).bytes }
        };
        let before = seen(inspector.clone()).await;
        let sheet = sheet_of(inspector.clone()).await;
        reopen(&wilg, &path, &submitted).await;
        let done = migrate(&world, TO_2026).await;
        assert_eq!(done["done"], 1, "one that was taken up again moves");
        let mine = wilg.get(&path).await.expect(200);
        assert_eq!((mine.body["versionCode"].as_str(), mine.body["status"].as_str()), (Some("2026-1"), Some("draft")));
        assert_eq!(wilg.get(&format!("{path}/result")).await.expect(200).body["versionCode"], "2026-1");
        assert_eq!(seen(inspector.clone()).await, before);
        assert_eq!(before[1].1["versionCode"], "2025-1");
        assert_eq!(sheet_of(inspector.clone()).await, sheet, "a sheet asks what was handed in");
        assert_ne!(sheet_of(wilg.clone()).await, sheet);
        let again = answer_whole(&wilg, &mine).await;
        submit(&wilg, &path, &again).await;
        assert_eq!(inspector.get(&path).await.expect(200).body["versionCode"], "2026-1");
        assert_eq!(inspector.get(&listed).await.expect(200).body["items"][0]["versionCode"], "2026-1");
        let first = inspector.get(&format!("{path}/revisions/1")).await.expect(200);
        assert_eq!(first.body["selfAssessment"]["versionCode"], "2025-1", "a revision is read with its own version");
        assert_eq!(wilg.get(&format!("{path}/revisions/2")).await.expect(200).body["selfAssessment"]["versionCode"], "2026-1");
    }

    async fn the_next_one_starts_from_the_version_that_was_handed_in(world: World) {
        let wilg = world.wilg();
        let (path, saved) = whole_draft(&world).await;
        let submitted = submit(&wilg, &path, &saved).await;
        reopen(&wilg, &path, &submitted).await;
        migrate(&world, TO_2026).await;
        let next = draft_in(&world, WILG, ids::CYCLE).await;
        assert_eq!(next.body["basedOn"], submitted.body["id"]);
        let level = &find(&submitted.body["answers"], "afspraken").expect("an answer")["level"];
        assert_eq!(previous(&next.body["openCriteria"], "interneAfspraken"), [format!("afspraken={}@2025-1", level.as_str().expect("a level"))]);
    }

    async fn a_criterion_that_was_split_in_three_shows_its_answer_three_times_over_two_versions(world: World) {
        let wilg = world.wilg();
        publish(&world, "2026-1", "2027-1", |document| split_in_three(document, "interneAfspraken")).await;
        let (old, _) = whole_draft(&world).await;
        let hospital = new_hospital(&world, ids::NEW_ORGANISATION).await;
        let draft = draft_in(&world, &hospital, ids::CYCLE).await;
        answer_whole(&wilg, &draft).await;
        let newer = path_of(&draft.body);
        let (from_old, from_newer) = (wilg.get(&old).await.expect(200), wilg.get(&newer).await.expect(200));
        let level = |of: &Answer, code: &str| find(&of.body["answers"], code).expect("an answer")["level"].as_str().expect("a level").to_owned();
        let done = migrate(&world, "/frameworks/ggz/versions/2027-1/migrations").await;
        assert_eq!(done["from"], json!(["2026-1", "2025-1"]));
        assert_eq!(done["done"], 3, "these two, and the demo's own");
        let (after_old, after_newer) = (wilg.get(&old).await.expect(200), wilg.get(&newer).await.expect(200));
        for part in ["interneAfspraken1", "interneAfspraken2", "interneAfspraken3"] {
            assert_eq!(previous(&after_old.body["openCriteria"], part), [format!("afspraken={}@2025-1", level(&from_old, "afspraken"))]);
            assert_eq!(previous(&after_newer.body["openCriteria"], part), [format!("interneAfspraken={}@2026-1", level(&from_newer, "interneAfspraken"))]);
        }
        assert_eq!(after_newer.body["openCriteria"].as_array().map(Vec::len), Some(3), "nothing else is asked again");
        assert_eq!(after_newer.body["answers"].as_array().map(Vec::len), from_newer.body["answers"].as_array().map(|all| all.len() - 1));
    }

    async fn a_draft_that_moves_twice_keeps_what_was_said_before(world: World) {
        let wilg = world.wilg();
        let (path, _) = whole_draft(&world).await;
        let first = wilg.get(&path).await.expect(200);
        let level = find(&first.body["answers"], "afspraken").expect("an answer")["level"].as_str().expect("a level").to_owned();
        migrate(&world, TO_2026).await;
        let moved = wilg.get(&path).await.expect(200);
        let answer = json!({"level": "deels", "note": "Voor het eerst apart bekeken"});
        wilg.seen(&moved).put(&format!("{path}/answers/interneAfspraken"), answer).await.expect(200);
        publish(&world, "2026-1", "2027-1", |document| {
            split_in_three(document, "interneAfspraken");
            let criteria = criteria_beside(document, "continuiteit");
            criteria.retain(|one| one["code"] != "continuiteit");
            document["withdrawn"] = json!([{"code": "continuiteit", "reason": {"nl": "Geschrapt."}}]);
        }).await;
        migrate(&world, "/frameworks/ggz/versions/2027-1/migrations").await;
        let after = wilg.get(&path).await.expect(200);
        let shown = previous(&after.body["openCriteria"], "interneAfspraken2");
        assert_eq!(shown, ["interneAfspraken=deels@2026-1".to_owned(), format!("afspraken={level}@2025-1")], "the newest first");
        let gone: Vec<&Value> = after.body["withdrawnAnswers"].as_array().expect("a list").iter().map(|one| &one["criterionCode"]).collect();
        assert_eq!(gone, ["andereVoorziening", "cijfersOpvolgen", "continuiteit"]);
    }

    async fn cycles_that_are_not_past_due_move_and_whoever_starts_later_starts_on_the_new_version(world: World) {
        publish(&world, "2026-1", "2027-1", |document| serve_only(document, &["pz", "ibw"])).await;
        let open = cycle_on(&world, "2026-1", &json!(["pz", "ibw"]), 30).await;
        let past = cycle_on(&world, "2026-1", &json!(["pz"]), -1).await;
        let planner = world.planner();
        let read = |id: String| { let planner = planner.clone(); async move { planner.get(&format!("/cycles/{id}")).await.expect(200) } };
        let tag = read(open.clone()).await.etag();
        let done = migrate(&world, "/frameworks/ggz/versions/2027-1/migrations").await;
        // The demo's own are for centres too, which the new version is not made for.
        assert_eq!(done["counts"]["cycles"], json!({"moved": 1, "pastDue": 2, "wrongFacilityType": 3}));
        let moved = read(open.clone()).await;
        assert_eq!(moved.body["versionCode"], "2027-1");
        assert_ne!(moved.etag(), tag);
        assert_eq!(read(past).await.body["versionCode"], "2026-1");
        assert_eq!(read(ids::CYCLE.to_owned()).await.body["versionCode"], "2026-1");
        let started = draft_in(&world, WILG, &open).await;
        assert_eq!(started.body["versionCode"], "2027-1");
    }

    async fn a_draft_stays_that_the_new_version_does_not_serve_or_descend_from(world: World) {
        publish(&world, "2025-1", "2026-x", |_| {}).await;
        publish(&world, "2026-1", "2027-1", |document| serve_only(document, &["ibw", "cgg"])).await;
        let beside = cycle_on(&world, "2026-x", &json!(["pz"]), 30).await;
        let elsewhere = draft_in(&world, WILG, &beside).await;
        let hospital = new_hospital(&world, ids::NEW_ORGANISATION).await;
        let unserved = draft_in(&world, &hospital, ids::CYCLE).await;
        let done = migrate(&world, "/frameworks/ggz/versions/2027-1/migrations").await;
        let counts = &done["counts"]["selfAssessments"];
        assert_eq!((&counts["moved"], &counts["wrongFacilityType"], &counts["otherVersion"]), (&json!(1), &json!(1), &json!(1)), "the demo's own draft moves: {counts}");
        for draft in [elsewhere, unserved] {
            let now = world.wilg().get(&path_of(&draft.body)).await.expect(200);
            assert_eq!((now.etag(), now.body), (draft.etag(), draft.body.clone()));
        }
    }

    async fn only_the_versions_that_are_named_are_left(world: World) {
        publish(&world, "2026-1", "2027-1", |_| {}).await;
        let (old, _) = whole_draft(&world).await;
        let hospital = new_hospital(&world, ids::NEW_ORGANISATION).await;
        let newer = draft_in(&world, &hospital, ids::CYCLE).await;
        let input = json!({"from": ["2026-1"], "dryRun": false});
        let migrations = "/frameworks/ggz/versions/2027-1/migrations";
        let asked = world.admin().post(migrations, input).await.expect(201);
        runner::drain(&world.state).await.expect("an end");
        let done = world.admin().get(&path_of(&asked.body)).await.expect(200);
        assert_eq!((&done.body["done"], &done.body["counts"]["selfAssessments"]["otherVersion"]), (&json!(2), &json!(1)), "the newer one, and the demo's own");
        assert_eq!(world.wilg().get(&old).await.expect(200).body["versionCode"], "2025-1");
        assert_eq!(world.wilg().get(&path_of(&newer.body)).await.expect(200).body["versionCode"], "2027-1");
    }

    async fn a_migration_is_refused_with_what_would_be_right(world: World) {
        let admin = world.admin().with("accept-language", "en");
        for (from, kind, name) in [
            (json!(["2099-1"]), "unknownReference", "from[0]"), (json!(["2026-1"]), "unknownReference", "from[0]"),
            (json!(["2025-1", "2025-1"]), "repeated", "from[1]"), (json!([]), "length", "from"),
        ] {
            let refused = admin.post(TO_2026, json!({"from": from, "dryRun": true})).await.problem(400, "badRequest");
            assert_eq!(refused.issues(), [(kind.to_owned(), name.to_owned())], "{from}");
        }
        let missing = admin.post(TO_2026, json!({})).await.problem(400, "badRequest");
        assert_eq!(missing.issues(), [("missing".to_owned(), "dryRun".to_owned())]);
        let first = admin.post("/frameworks/ggz/versions/2025-1/migrations", json!({"dryRun": true})).await.problem(409, "stateConflict");
        assert_eq!(first.body["detail"], "This version supersedes none, so there is nothing to move.");
        admin.post("/frameworks/ggz/versions/2099-1/migrations", json!({"dryRun": true})).await.problem(404, "resourceNotFound");
        admin.get("/frameworks/ggz/versions/2099-1/migrations").await.problem(404, "resourceNotFound");
        let elsewhere = format!("/frameworks/ggz/versions/2025-1/migrations/{}", ids::MIGRATION);
        admin.get(&elsewhere).await.problem(404, "resourceNotFound");
        let draft = admin.get("/frameworks/ggz/versions/2026-1").await.expect(200);
        let mut document = draft.body["document"].clone();
        document["version"] = json!({"code": "2027-1"});
        document["withdrawn"] = json!([]);
        for theme in document["themes"].as_array_mut().expect("themes") {
            for criterion in theme["criteria"].as_array_mut().expect("criteria") {
                criterion.as_object_mut().expect("a criterion").remove("change");
            }
        }
        admin.put("/frameworks/ggz/versions/2027-1", document).await.expect(201);
        let unpublished = admin.post("/frameworks/ggz/versions/2027-1/migrations", json!({"dryRun": true})).await.problem(409, "stateConflict");
        assert_eq!(unpublished.body["detail"], "This version is still a draft; publish it first with POST …/publications.");
    }

    async fn one_migration_of_a_framework_runs_at_a_time(world: World) {
        let admin = world.admin();
        let both = futures_util::future::join(admin.post(TO_2026, json!({"dryRun": false})), admin.post(TO_2026, json!({"dryRun": false}))).await;
        let mut statuses = [both.0.status, both.1.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
        counted(&world, TO_2026).await;
        let running = admin.get(&format!("{TO_2026}?pageSize=200")).await.expect(200);
        let newest = running.body["items"].as_array().and_then(|all| all.last()).expect("one").clone();
        let refused = admin.post(TO_2026, json!({"dryRun": false})).await.problem(409, "stateConflict");
        assert!(refused.body["detail"].as_str().expect("a detail").contains(newest["href"].as_str().expect("a href")), "{}", refused.body);
        runner::drain(&world.state).await.expect("an end");
        let key = admin.with("idempotency-key", "nog-een-keer");
        let first = key.post(TO_2026, json!({"dryRun": false})).await.expect(201);
        runner::drain(&world.state).await.expect("an end");
        let again = key.post(TO_2026, json!({"dryRun": false})).await.expect(201);
        assert_eq!((again.header("location"), again.etag()), (first.header("location"), first.etag()), "the same answer, nothing new");
        assert_eq!(ids_of(&admin.get(TO_2026).await.expect(200)).len(), 3, "the demo's, and two");
    }

    async fn a_migration_tells_how_far_it_is_by_a_tag_of_its_own(world: World) {
        let (path, admin) = (ask(&world, TO_2026).await, world.admin());
        let asked = admin.get(&path).await.expect(200);
        admin.with("if-none-match", &asked.etag()).get(&path).await.expect(304);
        runner::drain(&world.state).await.expect("an end");
        let done = admin.with("if-none-match", &asked.etag()).get(&path).await.expect(200);
        assert!(done.body["finishedAt"].is_string() && done.body["failure"].is_null(), "{}", done.body);
    }

    async fn what_moved_for_own_improvement_is_an_event_for_its_facility_alone(world: World) {
        publish(&world, "2026-1", "2027-1", |_| {}).await;
        let to = "/frameworks/ggz/versions/2027-1/migrations";
        let without = counted(&world, to).await;
        let own = draft_in(&world, WILG, ids::OWN_CYCLE).await;
        assert_eq!(counted(&world, to).await, without, "no count shows a draft for own improvement");
        let done = migrate(&world, to).await;
        assert_eq!((&done["total"], &done["done"], &done["counts"]), (&without["total"], &without["total"], &without["counts"]));
        assert_eq!(world.wilg().get(&path_of(&own.body)).await.expect(200).body["versionCode"], "2027-1", "it moves all the same");
        world.number_events().await;
        for (reader, seen) in [(world.wilg(), 1), (world.admin(), 0), (world.inspector(), 0)] {
            let events = reader.get(&format!("/auditEvents?action=selfAssessmentMigrated&facilityId={WILG}")).await.expect(200);
            assert_eq!(events.body["items"].as_array().map(Vec::len), Some(seen), "{}", events.body);
        }
    }

    async fn the_audit_shows_each_draft_that_moved_to_its_facility_and_the_migration_to_the_admin(world: World) {
        let (path, _) = whole_draft(&world).await;
        let before = world.wilg().get(&path).await.expect(200);
        migrate(&world, TO_2026).await;
        world.number_events().await;
        let moved = "/auditEvents?action=selfAssessmentMigrated";
        let mine = world.wilg().get(moved).await.expect(200);
        let event = &mine.body["items"][0];
        assert_eq!((&event["actor"]["role"], &event["payload"]["requestedBy"]["role"]), (&json!("system"), &json!("admin")), "{event}");
        for code in ["afspraken", "ouderrolGesprek", "veerkrachtContext", "andereVoorziening", "stap3Altijd"] {
            let taken = find(&event["payload"]["takenAway"], code);
            assert_eq!(taken, find(&before.body["answers"], code), "{code} is in the event as it was");
        }
        assert_eq!(world.berk().get(moved).await.expect(200).body["items"], json!([]));
        assert_eq!(world.inspector().get(moved).await.expect(200).body["items"], json!([]));
        let seen = world.admin().get(moved).await.expect(200);
        assert!(seen.body["items"][0]["payload"].is_null(), "an admin never sees what is in a draft: {}", seen.body);
        for action in ["frameworkMigrationStarted", "frameworkMigrationEnded", "cycleMigrated"] {
            let seen = world.admin().get(&format!("/auditEvents?action={action}")).await.expect(200);
            assert_ne!(seen.body["items"], json!([]), "{action}");
            assert_eq!(world.wilg().get(&format!("/auditEvents?action={action}")).await.expect(200).body["items"], json!([]));
            let heard = world.wilg().get(&format!("/events?type={action}")).await.expect(200);
            assert_eq!(heard.body["items"] != json!([]), action == "cycleMigrated", "cycles are everyone's: {action}");
        }
    }

    async fn an_earlier_answer_to_what_changed_and_does_not_apply_now_stays_in_sight(world: World) {
        let wilg = world.wilg();
        let draft = draft_in(&world, WILG, ids::CYCLE).await;
        answer_whole(&wilg, &draft).await;
        publish(&world, "2026-1", "2027-1", |document| {
            let mut criteria = criteria_beside(document, "continuiteit").iter_mut();
            let changed = criteria.find(|one| one["code"] == "continuiteit").expect("the criterion");
            changed["change"] = json!({"kind": "tightened", "explanation": {"nl": "Vraagt meer."}});
            changed["appliesTo"] = json!({"when": {"answer": {"criterion": "actiefWerken", "levels": ["nvt"]}}});
        }).await;
        migrate(&world, "/frameworks/ggz/versions/2027-1/migrations").await;
        let path = path_of(&draft.body);
        let moved = wilg.get(&path).await.expect(200);
        let earlier = |of: &Answer| of.body["withdrawnAnswers"].as_array().is_some_and(|all| all.iter().any(|one| one["criterionCode"] == "continuiteit"));
        assert!(find(&moved.body["openCriteria"], "continuiteit").is_none() && earlier(&moved), "{}", moved.body);
        wilg.get(&format!("{path}/answers/continuiteit")).await.problem(404, "resourceNotFound");
        let other = json!({"level": "nvt", "note": "Geen opnames."});
        wilg.seen(&moved).put(&format!("{path}/answers/actiefWerken"), other).await.expect(200);
        let asked = wilg.get(&path).await.expect(200);
        assert_eq!(previous(&asked.body["openCriteria"], "continuiteit").len(), 1, "{}", asked.body["openCriteria"]);
        assert!(!earlier(&asked), "it stands beside its question now");
    }

    async fn what_a_ward_answered_is_not_lost_from_sight_when_its_criterion_is_withdrawn(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let (path, href) = answered_by_ward(&wilg, &ward).await;
        withdraw_actief_werken(&world).await;
        let acceptances = format!("{href}/acceptances");
        let draft = wilg.get(&path).await.expect(200);
        let refused = wilg.seen(&draft).post(&acceptances, json!({})).await.problem(409, "stateConflict");
        assert!(refused.body.to_string().contains("actiefWerken"), "{}", refused.body);
        let named = json!({"criterionCodes": ["nietPluisGevoel", "actiefWerken"]});
        let same = wilg.seen(&draft).post(&acceptances, named).await.problem(409, "stateConflict");
        assert_eq!(same.body["detail"], refused.body["detail"], "named or not, it is gone");
        let unknown = json!({"criterionCodes": ["intakeGesprek"]});
        wilg.seen(&draft).post(&acceptances, unknown).await.problem(400, "badRequest");
        let rest = json!({"criterionCodes": ["nietPluisGevoel"]});
        let saved = wilg.seen(&draft).post(&acceptances, rest).await.expect(200);
        let decided = wilg.get(&href).await.expect(200);
        assert_eq!((&decided.body["status"], &decided.body["acceptedCriteria"]), (&json!("accepted"), &json!(["nietPluisGevoel"])));
        assert_eq!(decided.body["answers"].as_array().map(Vec::len), Some(2), "all stay readable");
        assert!(!waits_for(&wilg, &decided).await, "and nothing is left to decide");
        wilg.seen(&saved).post(&acceptances, json!({})).await.problem(409, "stateConflict");
    }

    async fn what_was_taken_over_before_the_rest_was_withdrawn_can_be_ended(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let (path, href) = answered_by_ward(&wilg, &ward).await;
        let acceptances = format!("{href}/acceptances");
        let draft = wilg.get(&path).await.expect(200);
        let rest = json!({"criterionCodes": ["nietPluisGevoel"]});
        wilg.seen(&draft).post(&acceptances, rest).await.expect(200);
        withdraw_actief_werken(&world).await;
        let moved = wilg.get(&path).await.expect(200);
        let waiting = wilg.get(&href).await.expect(200);
        assert!(waits_for(&wilg, &waiting).await);
        wilg.seen(&moved).post(&acceptances, json!({})).await.expect(200);
        let decided = wilg.get(&href).await.expect(200);
        assert_eq!((&decided.body["status"], &decided.body["acceptedCriteria"]), (&json!("accepted"), &json!(["nietPluisGevoel"])));
        assert!(!waits_for(&wilg, &decided).await);
        assert_eq!(wilg.get(&path).await.expect(200).body["answers"], moved.body["answers"], "nothing more was taken over");
    }

    async fn a_ward_that_opened_the_questions_before_they_changed_reads_them_again(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let (_, _, made) = asked(&wilg).await;
        let link = link_of(&made);
        let read = ward.get(&link).await.expect(200).body["questionnaire"]["versionCode"].clone();
        publish(&world, "2026-1", "2027-1", |_| {}).await;
        migrate(&world, "/frameworks/ggz/versions/2027-1/migrations").await;
        let mut given = crate::contributions::answers();
        given["versionCode"] = read;
        let refused = ward.post(&format!("{link}/answers"), given.clone()).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("questionsChanged".to_owned(), "versionCode".to_owned())]);
        let form = "versionCode=2026-1&level%3AnietPluisGevoel=volledig&level%3AactiefWerken=volledig&note%3AactiefWerken=Zo+is+het";
        let page = ward.with("content-type", "application/x-www-form-urlencoded").with("accept", "text/html")
            .send("POST".parse().expect("a method"), &format!("{link}/answers"), Some(form.into())).await.expect(400);
        let page = String::from_utf8_lossy(&page.bytes).into_owned();
        assert!(page.contains("Zo is het") && page.contains("value=\"2027-1\""), "what was typed is kept, beside the new questions: {page}");
        given["versionCode"] = ward.get(&link).await.expect(200).body["questionnaire"]["versionCode"].clone();
        ward.post(&format!("{link}/answers"), given).await.expect(200);
    }

    async fn what_a_ward_answered_before_a_criterion_was_tightened_is_answered_anew(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let (path, href) = answered_by_ward(&wilg, &ward).await;
        publish(&world, "2026-1", "2027-1", |document| {
            let mut criteria = criteria_beside(document, "actiefWerken").iter_mut();
            let tightened = criteria.find(|one| one["code"] == "actiefWerken").expect("the criterion");
            tightened["change"] = json!({"kind": "tightened", "explanation": {"nl": "Vraagt meer."}});
        }).await;
        migrate(&world, "/frameworks/ggz/versions/2027-1/migrations").await;
        let acceptances = format!("{href}/acceptances");
        let draft = wilg.get(&path).await.expect(200);
        let refused = wilg.seen(&draft).post(&acceptances, json!({})).await.problem(409, "stateConflict");
        let said = refused.body.to_string();
        assert!(said.contains("actiefWerken") && !said.contains("nietPluisGevoel"), "{said}");
        let waiting = wilg.get(&href).await.expect(200);
        let back = wilg.seen(&waiting).post(&format!("{href}/returns"), json!({"reason": "De vraag is strenger."})).await.expect(200);
        let answers = json!({"answers": waiting.body["answers"]});
        ward.post(&format!("{}/answers", link_of(&back)), answers).await.expect(200);
        wilg.seen(&draft).post(&acceptances, json!({})).await.expect(200);
        assert_eq!(wilg.get(&href).await.expect(200).body["status"], "accepted");
    }
}
