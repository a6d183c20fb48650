//! Many drafts move while people go on working, and whatever ends the work, it goes on from there. `KINDREFLEX_TEST_DRAFTS` says how many.
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use futures_util::future::{join, join_all};
use kindreflex::access::{connect, operator};
use kindreflex::db::types::{Id, Moment};
use kindreflex::demo::{self, ids};
use kindreflex::facility::{self, FacilityInput};
use kindreflex::self_assessment::migration::{runner, work::Step};
use kindreflex::self_assessment::{AnswerInput, SelfAssessmentInput, store, work};
use serde_json::{Value, json};

use crate::support::{Actor, Backend, WILG, World, answer_whole, issuer, new_hospital, path_of};

const MIGRATIONS: &str = "/frameworks/ggz/versions/2026-1/migrations";
/// Drafts that are made in one transaction.
const BATCH: usize = 100;
/// People who answer while drafts move.
const PEOPLE: usize = 8;

fn how_many(usual: usize) -> usize {
    let asked = std::env::var("KINDREFLEX_TEST_DRAFTS");
    asked.map_or(usual, |number| number.parse().expect("a number"))
}

/// A cycle against last year's version that is due in this many days.
async fn cycle(world: &World, due_in: i64) -> Id {
    let now = world.state.clock.now();
    let days = |days| (now + chrono::Duration::days(days)).to_rfc3339();
    let input = json!({"title": {"nl": "Nog op de oude versie"}, "frameworkCode": "ggz", "versionCode": "2025-1", "facilityTypes": ["pz"],
        "opens": days(-30), "due": days(due_in), "purpose": "inspectionPreparation"});
    let made = world.planner().post("/cycles", input).await.expect(201);
    made.body["id"]
        .as_str()
        .expect("an id")
        .parse()
        .expect("an id")
}

/// Hospitals of De Wilg, each with a draft in which all is answered; gives back the drafts.
async fn crowd(world: &World, cycle_id: Id, number: usize) -> Vec<Id> {
    let mut drafts = Vec::new();
    while drafts.len() < number {
        let batch: Vec<(Id, Id)> = (drafts.len()..number)
            .take(BATCH)
            .map(|_| (Id::new(), Id::new()))
            .collect();
        drafts.extend(batch.iter().map(|(_, draft)| *draft));
        let organisation = ids::id(ids::NEW_ORGANISATION);
        let now = Moment(world.state.clock.now());
        operator::write(&world.state, vec![organisation], now, move |tx| {
            for (facility_id, draft) in &batch {
                let input = FacilityInput {
                    organisation_id: organisation,
                    facility_type: "pz".into(),
                    name: "PZ Nieuw".into(),
                    identifiers: Vec::new(),
                    valid_from: "2020-01-01".parse().expect("a day"),
                    valid_to: None,
                };
                facility::insert_facility(tx, *facility_id, &input)?;
                let input = SelfAssessmentInput {
                    facility_id: *facility_id,
                    unit_id: None,
                    cycle_id,
                };
                let head = work::create(tx, *draft, &input)?;
                let document = store::document(tx, &head)?;
                let answers: Vec<(String, AnswerInput)> = document
                    .criteria()
                    .filter(|(_, criterion)| criterion.is_for("pz"))
                    .enumerate()
                    .map(|(turn, (_, criterion))| {
                        let code = criterion.code.to_string();
                        let answer = demo::invented(&document, &code, turn).expect("an answer");
                        (code, answer)
                    })
                    .collect();
                work::answer(tx, &head, &answers, |_| String::new())?;
            }
            Ok(())
        })
        .await
        .expect("a batch");
    }
    drafts
}

/// Asks for a migration; gives back its id.
async fn ask(world: &World) -> Id {
    let asked = world
        .admin()
        .post(MIGRATIONS, json!({"dryRun": false}))
        .await
        .expect(201);
    asked.body["id"]
        .as_str()
        .expect("an id")
        .parse()
        .expect("an id")
}

async fn counted(world: &World) -> Value {
    let counted = world
        .admin()
        .post(MIGRATIONS, json!({"dryRun": true}))
        .await
        .expect(200);
    counted.body
}

async fn read(world: &World, migration: Id) -> Value {
    let found = world
        .admin()
        .get(&format!("{MIGRATIONS}/{migration}"))
        .await
        .expect(200);
    found.body
}

async fn version(actor: &Actor, draft: impl std::fmt::Display) -> String {
    let found = actor
        .get(&format!("/selfAssessments/{draft}"))
        .await
        .expect(200);
    found.body["versionCode"]
        .as_str()
        .expect("a version")
        .to_owned()
}

/// A criterion that stays, one that asks more, one that is gone and one that is split; none needs evidence.
const ANSWERED: [&str; 4] = [
    "actiefWerken",
    "nietPluisGevoel",
    "andereVoorziening",
    "afspraken",
];

/// Somebody who answers in one draft after another, as soon as it has been read; gives back what was taken, and the longest wait.
async fn person(actor: Actor, drafts: Vec<Id>, turn: usize) -> (Vec<(Id, String)>, Duration) {
    let (mut taken, mut longest) = (Vec::new(), Duration::ZERO);
    for (number, draft) in drafts.into_iter().enumerate() {
        let path = format!("/selfAssessments/{draft}");
        let note = format!("tijdens de verhuizing: {turn}-{number}.");
        let code = ANSWERED[number % ANSWERED.len()];
        loop {
            let tag = actor.get(&path).await.expect(200).etag();
            let answer =
                json!({"answers": [{"criterionCode": code, "level": "deels", "note": note}]});
            let started = Instant::now();
            let saved = actor
                .with("if-match", &tag)
                .patch(&format!("{path}/answers"), answer)
                .await;
            longest = longest.max(started.elapsed());
            match saved.status {
                200 => taken.push((draft, note)),
                // It moved in between: read, and try again.
                412 => continue,
                // It has moved, and nobody asks that any more.
                400 => assert_eq!(saved.issues()[0].0, "unknownCriterion", "{}", saved.body),
                other => panic!("{other}: {}", saved.body),
            }
            break;
        }
    }
    (taken, longest)
}

/// The texts of all answers of a draft, wherever they stand.
fn all_said(draft: &Value) -> String {
    let all = [
        &draft["answers"],
        &draft["withdrawnAnswers"],
        &draft["openCriteria"],
    ];
    json!(all).to_string()
}

/// Writes why criteria are asked again past the service: as `[]` it cannot be read, and the draft not be moved.
fn set_opening(world: &World, draft: Id, text: &str) {
    let id = match world.backend {
        Backend::Sqlite => format!("x'{}'", draft.0.simple()),
        Backend::Postgres => format!("'{draft}'"),
    };
    let statement = format!("UPDATE self_assessment SET opening = '{text}' WHERE id = {id}");
    let mut conn = connect(&world.url).expect("opens");
    conn.batch_execute(&statement).expect("written");
}

on_both! {
    async fn many_drafts_move_while_people_answer_and_nothing_is_lost(world: World) {
        let wilg = world.wilg();
        let cycle = cycle(&world, 30).await;
        let drafts = crowd(&world, cycle, how_many(150)).await;
        let before = wilg.get(&format!("/selfAssessments/{}", drafts[0])).await.expect(200);
        let started = Instant::now();
        let expected = counted(&world).await;
        let counting = started.elapsed();
        let migration = ask(&world).await;
        let people = (0..PEOPLE).map(|turn| {
            let mine = drafts.iter().copied().skip(turn).step_by(PEOPLE * (drafts.len() / 400).max(1)).collect();
            person(wilg.clone(), mine, turn)
        });
        let started = Instant::now();
        let moving = async {
            runner::drain(&world.state).await.expect("an end");
            started.elapsed()
        };
        let (took, people) = join(moving, join_all(people)).await;
        let done = read(&world, migration).await;
        let longest = people.iter().map(|(_, longest)| *longest).max().expect("people");
        let taken: Vec<&(Id, String)> = people.iter().flat_map(|(taken, _)| taken).collect();
        println!("{} drafts on {:?}: counted in {counting:.1?}, moved in {took:.1?}; {} answers taken meanwhile, the longest in {longest:.1?}",
            drafts.len(), world.backend, taken.len());
        assert_eq!((&done["status"], &done["done"], &done["total"]), (&json!("done"), &json!(drafts.len()), &json!(drafts.len())), "{done}");
        assert_eq!(done["counts"], expected["counts"], "as the dry run said");
        assert!(!taken.is_empty());
        for (draft, note) in taken {
            let now = wilg.get(&format!("/selfAssessments/{draft}")).await.expect(200);
            assert!(all_said(&now.body).contains(note), "{note} is lost in {}", now.body);
            assert_eq!(now.body["versionCode"], "2026-1");
        }
        for draft in drafts.iter().step_by((drafts.len() / 100).max(1)) {
            let said = all_said(&wilg.get(&format!("/selfAssessments/{draft}")).await.expect(200).body);
            for answer in before.body["answers"].as_array().expect("answers") {
                let code = answer["criterionCode"].as_str().expect("a code");
                let code = if code == "stap3Altijd" { "stap3Gewaarborgd" } else { code };
                assert!(said.contains(&format!("\"criterionCode\":\"{code}\"")), "{code} is lost in {said}");
            }
        }
    }

    async fn whatever_ends_a_migration_it_goes_on_where_it_was(world: World) {
        let cycle = cycle(&world, 30).await;
        let drafts = crowd(&world, cycle, 130).await;
        let expected = counted(&world).await;
        let migration = ask(&world).await;
        // Each step by another process, as if the one before had been killed after it.
        let mut moved = vec![0];
        while *moved.last().expect("a number") < 130 {
            let state = issuer::state(&world.url);
            assert_eq!(runner::step(&state, migration).await.expect("a step"), Step::Moved);
            let now = read(&world, migration).await;
            assert_eq!(now["status"], "running", "until a last look was taken");
            moved.push(now["done"].as_i64().expect("a number"));
        }
        assert_eq!(moved[..2], [0, 0], "cycles first");
        assert!(moved.is_sorted() && moved.len() >= 5, "a few drafts at a time: {moved:?}");
        let last = issuer::state(&world.url);
        runner::drain(&last).await.expect("an end");
        let done = read(&world, migration).await;
        assert_eq!((&done["status"], &done["counts"]), (&json!("done"), &expected["counts"]));
        assert_eq!(runner::step(&last, migration).await.expect("a step"), Step::Ended, "an ended one stays as it is");
        assert_eq!(read(&world, migration).await, done);
        assert_eq!(version(&world.wilg(), drafts[129]).await, "2026-1");
    }

    async fn a_worker_that_is_dropped_at_any_moment_leaves_no_draft_half_moved(world: World) {
        let cycle = cycle(&world, 30).await;
        let drafts = crowd(&world, cycle, 120).await;
        let expected = counted(&world).await;
        let migration = ask(&world).await;
        for pause in [1, 5, 20, 40] {
            let state = issuer::state(&world.url);
            let worker = actix_web::rt::spawn(runner::run(state));
            actix_web::rt::time::sleep(Duration::from_millis(pause)).await;
            worker.abort();
        }
        let (one, other) = (issuer::state(&world.url), issuer::state(&world.url));
        let (first, second) = join(runner::drain(&one), runner::drain(&other)).await;
        first.expect("an end");
        second.expect("an end, beside another instance");
        let done = read(&world, migration).await;
        assert_eq!((&done["status"], &done["counts"]), (&json!("done"), &expected["counts"]), "each moved once");
        world.number_events().await;
        let events = world.wilg().get("/auditEvents?action=selfAssessmentMigrated&pageSize=200").await.expect(200);
        let mut subjects: Vec<&str> = events.body["items"].as_array().expect("items").iter()
            .map(|event| event["subject"]["id"].as_str().expect("an id")).collect();
        subjects.sort_unstable();
        let mut moved: Vec<String> = drafts.iter().map(ToString::to_string).collect();
        moved.sort_unstable();
        assert_eq!(subjects, moved, "one event for each");
    }

    async fn a_draft_that_cannot_be_moved_keeps_no_other_from_moving(world: World) {
        let wilg = world.wilg();
        let cycle = cycle(&world, 30).await;
        let drafts = crowd(&world, cycle, 60).await;
        let stuck = drafts[20];
        set_opening(&world, stuck, "[]");
        let migration = ask(&world).await;
        runner::drain(&world.state).await.expect("an end");
        let failed = read(&world, migration).await;
        assert_eq!((&failed["status"], &failed["done"], &failed["counts"]["selfAssessments"]["failed"]), (&json!("failed"), &json!(59), &json!(1)), "{failed}");
        assert!(failed["failure"]["nl"].as_str().is_some_and(|text| text.contains("nieuwe migratie")));
        set_opening(&world, stuck, "{}");
        assert_eq!(version(&wilg, stuck).await, "2025-1");
        let again = ask(&world).await;
        runner::drain(&world.state).await.expect("an end");
        let done = read(&world, again).await;
        assert_eq!((&done["status"], &done["done"], &done["counts"]["selfAssessments"]["failed"]), (&json!("done"), &json!(1), &json!(0)));
        assert_eq!(version(&wilg, stuck).await, "2026-1");
    }

    async fn a_draft_that_somebody_is_writing_in_is_not_waited_for_and_comes_later(world: World) {
        if world.backend == Backend::Sqlite {
            return; // It has one writer: nobody holds a draft while another writes.
        }
        let cycle = cycle(&world, 30).await;
        let drafts = crowd(&world, cycle, 20).await;
        let mut writer = connect(&world.url).expect("opens");
        let held = format!("BEGIN; UPDATE self_assessment SET edit = edit + 1 WHERE id = '{}'", drafts[3]);
        writer.batch_execute(&held).expect("a lock");
        let migration = ask(&world).await;
        while runner::step(&world.state, migration).await.expect("a step") == Step::Moved {}
        let now = read(&world, migration).await;
        assert_eq!((&now["status"], &now["done"]), (&json!("running"), &json!(19)));
        writer.batch_execute("COMMIT").expect("committed");
        runner::drain(&world.state).await.expect("an end");
        let done = read(&world, migration).await;
        assert_eq!((&done["status"], &done["done"]), (&json!("done"), &json!(20)));
    }

    async fn a_draft_that_was_never_tried_is_not_counted_for_one_that_was_handed_in_meanwhile(world: World) {
        if world.backend == Backend::Sqlite {
            return; // It has one writer: nobody holds a draft while another writes.
        }
        let wilg = world.wilg();
        let cycle = cycle(&world, 30).await;
        // More than are moved in one go: it is handed in between two.
        let drafts = crowd(&world, cycle, 60).await;
        let (stuck, written) = (drafts[0], drafts[1]);
        set_opening(&world, stuck, "[]");
        let mut writer = connect(&world.url).expect("opens");
        let held = format!("BEGIN; UPDATE self_assessment SET edit = edit + 1 WHERE id = '{written}'");
        writer.batch_execute(&held).expect("a lock");
        let migration = ask(&world).await;
        for _ in 0..2 {
            assert_eq!(runner::step(&world.state, migration).await.expect("a step"), Step::Moved);
        }
        assert_eq!(read(&world, migration).await["counts"]["selfAssessments"]["failed"], 1);
        set_opening(&world, stuck, "{}");
        let path = format!("/selfAssessments/{stuck}");
        let draft = wilg.get(&path).await.expect(200);
        wilg.seen(&draft).post(&format!("{path}/submissions"), json!({})).await.expect(201);
        while runner::step(&world.state, migration).await.expect("a step") == Step::Moved {}
        let now = read(&world, migration).await;
        assert_eq!((&now["status"], &now["done"]), (&json!("running"), &json!(58)), "one is left that was never tried: {now}");
        writer.batch_execute("COMMIT").expect("committed");
        runner::drain(&world.state).await.expect("an end");
        let done = read(&world, migration).await;
        assert_eq!((&done["status"], &done["done"], &done["counts"]["selfAssessments"]["failed"]), (&json!("done"), &json!(59), &json!(0)), "{done}");
    }

    async fn what_is_handed_in_taken_up_or_begun_meanwhile_ends_where_it_belongs(world: World) {
        let wilg = world.wilg();
        let (open, past) = (cycle(&world, 30).await, cycle(&world, -1).await);
        let begin = |facility: String, cycle: Id| {
            let wilg = wilg.clone();
            async move { wilg.post("/selfAssessments", json!({"facilityId": facility, "cycleId": cycle})).await.expect(201) }
        };
        let (early, other) = (begin(WILG.to_owned(), open).await, begin(WILG.to_owned(), past).await);
        let (early_saved, other_saved) = (answer_whole(&wilg, &early).await, answer_whole(&wilg, &other).await);
        let (early_at, other_at) = (path_of(&early.body), path_of(&other.body));
        let handed_in = wilg.seen(&other_saved).post(&format!("{other_at}/submissions"), json!({})).await.expect(201);
        crowd(&world, open, 3).await;
        let migration = ask(&world).await;
        assert_eq!(read(&world, migration).await["total"], 4);
        let submitted = wilg.seen(&early_saved).post(&format!("{early_at}/submissions"), json!({})).await.expect(201);
        for _ in 0..2 {
            runner::step(&world.state, migration).await.expect("cycles, and drafts");
        }
        let hospital = new_hospital(&world, ids::NEW_ORGANISATION).await;
        let on_new = begin(hospital.clone(), open).await;
        assert_eq!(on_new.body["versionCode"], "2026-1", "the cycle has moved");
        let on_old = begin(hospital, past).await;
        assert_eq!(on_old.body["versionCode"], "2025-1", "this one has not");
        let reason = json!({"reason": "Een afdeling vergeten"});
        let other_now = wilg.get(&other_at).await.expect(200);
        assert_eq!(other_now.body["id"], handed_in.body["id"]);
        wilg.seen(&other_now).post(&format!("{other_at}/reopenings"), reason).await.expect(200);
        runner::drain(&world.state).await.expect("an end");
        let done = read(&world, migration).await;
        assert_eq!((&done["status"], &done["done"]), (&json!("done"), &json!(5)), "three, one begun and one taken up again: {done}");
        let still = wilg.get(&early_at).await.expect(200);
        assert_eq!((still.etag(), still.body["versionCode"].as_str()), (submitted.etag(), Some("2025-1")), "handed in before its turn");
        for moved in [other_at, path_of(&on_old.body)] {
            assert_eq!(wilg.get(&moved).await.expect(200).body["versionCode"], "2026-1");
        }
    }

    async fn whoever_begins_at_the_very_moment_is_not_left_behind(world: World) {
        let wilg = world.wilg();
        for _ in 0..10 {
            let cycle = cycle(&world, 30).await;
            let hospital = new_hospital(&world, ids::NEW_ORGANISATION).await;
            ask(&world).await;
            let begin = wilg.post("/selfAssessments", json!({"facilityId": hospital, "cycleId": cycle}));
            let (ended, begun) = join(runner::drain(&world.state), begin).await;
            ended.expect("an end");
            let begun = begun.expect(201);
            assert_eq!(version(&wilg, begun.body["id"].as_str().expect("an id")).await, "2026-1");
        }
    }
}
