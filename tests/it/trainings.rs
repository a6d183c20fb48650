//! Trainings and who took part in them, without names.
use kindreflex::demo::ids;
use kindreflex::training::attendance::participants::Keeper;
use serde_json::{Value, json};

use crate::reports::day;
use crate::support::inspecting::new_id;
use crate::support::{Actor, World, databases, new_hospital, path_of};

const BERK: &str = "0190a000-0000-7000-8000-000000000013";

fn expert(world: &World) -> Actor {
    world.person("expert", None)
}

/// A new training of the demo's sector; its path.
async fn training(world: &World) -> String {
    let input =
        json!({"kindCode": "workshop", "title": {"nl": "Een workshop"}, "sectors": ["ggz"]});
    let made = expert(world).post("/trainings", input).await.expect(201);
    path_of(&made.body)
}

/// A session of it on this day; its path.
async fn session(world: &World, training: &str, on: &str) -> String {
    let path = format!("{training}/sessions/{}", new_id());
    let made = expert(world)
        .put(&path, json!({"begins": on, "ends": on}))
        .await
        .expect(201);
    path_of(&made.body)
}

/// Records who of a facility came, whatever was recorded before.
async fn came(actor: &Actor, session: &str, facility: &str, keys: &[&str], others: u32) -> Value {
    let path = format!("{session}/attendance/{facility}");
    let there = actor.get(&path).await.status == 200;
    let actor = if there {
        actor.with("if-match", "*")
    } else {
        actor.clone()
    };
    let answer = actor
        .put(&path, json!({"participants": keys, "others": others}))
        .await;
    assert!(
        answer.status == 200 || answer.status == 201,
        "{}",
        answer.body
    );
    answer.body
}

/// What the figures say of a sector.
async fn reach(world: &World, sector: &str) -> Value {
    let found = expert(world)
        .get("/statistics/trainings")
        .await
        .expect(200)
        .body;
    let sectors = found["sectors"].as_array().expect("sectors");
    sectors
        .iter()
        .find(|one| one["sectorCode"] == sector)
        .expect("the sector")
        .clone()
}

/// Facilities and people of all years, and of this one.
fn figures(reach: &Value, year: &str) -> [Value; 4] {
    let years = reach["years"].as_array().expect("years");
    let year: i32 = year.parse().expect("a year");
    let year = years.iter().find(|one| one["year"] == year);
    let of = |field: &str| year.map_or(json!(0), |one| one[field].clone());
    [
        reach["tookPart"].clone(),
        reach["staff"].clone(),
        of("tookPart"),
        of("staff"),
    ]
}

on_both! {
    async fn one_person_counts_once_across_sessions_and_years(world: World) {
        let (linde, training) = (world.linde(), training(&world).await);
        let (before, this_year) = (reach(&world, "ggz").await, day(&world, -3)[..4].to_owned());
        let base: Vec<i64> = figures(&before, &this_year).iter().map(|one| one.as_i64().expect("a number")).collect();
        let now = async || -> Vec<i64> {
            let found = figures(&reach(&world, "ggz").await, &this_year);
            found.iter().zip(&base).map(|(one, before)| one.as_i64().expect("a number") - before).collect()
        };
        let (first, second) = (session(&world, &training, &day(&world, -3)).await, session(&world, &training, &day(&world, -2)).await);
        let long_ago = session(&world, &training, "2019-05-05").await;
        came(&linde, &first, ids::FACILITY, &["W-1", "W-2"], 0).await;
        assert_eq!(now().await, [0, 2, 0, 2]);
        let told = came(&linde, &second, ids::FACILITY, &["W-2", "W-3"], 2).await;
        assert_eq!((&told["participants"], &told["others"]), (&json!(2), &json!(2)));
        assert_eq!(now().await, [0, 3, 0, 3]);
        // Of one who came this year and years ago, both years tell, and all years together once.
        came(&linde, &long_ago, ids::FACILITY, &["W-3", "W-4"], 0).await;
        assert_eq!(now().await, [0, 4, 0, 3]);
        assert_eq!(figures(&reach(&world, "ggz").await, "2019"), [before["tookPart"].clone(), json!(base[1] + 4), json!(1), json!(2)]);
        // The same key at another facility is somebody else.
        came(&world.berk(), &first, BERK, &["W-1"], 0).await;
        assert_eq!(now().await, [0, 5, 0, 4]);
        // What is recorded anew replaces what was there.
        came(&linde, &second, ids::FACILITY, &["W-9"], 0).await;
        assert_eq!(now().await, [0, 6, 0, 4]);
        came(&linde, &second, ids::FACILITY, &[], 0).await;
        came(&linde, &first, ids::FACILITY, &[], 0).await;
        came(&linde, &long_ago, ids::FACILITY, &[], 0).await;
        came(&world.berk(), &first, BERK, &[], 0).await;
        assert_eq!(now().await, [0, 0, 0, 0]);
    }

    async fn what_is_kept_is_what_one_counts(world: World) {
        let training = training(&world).await;
        let mut sessions = Vec::new();
        for on in ["2020-02-02", "2020-11-11", "2021-01-01", &day(&world, -1)] {
            sessions.push(session(&world, &training, on).await);
        }
        let mut hospitals = Vec::new();
        for _ in 0..3 {
            hospitals.push(new_hospital(&world, ids::ORGANISATION).await);
        }
        let before = reach(&world, "ggz").await;
        let (mut recorded, mut seed) = (std::collections::BTreeMap::new(), 7_u64);
        let mut next = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for _ in 0..40 {
            let (of, at) = (usize::try_from(next(3)).expect("small"), usize::try_from(next(4)).expect("small"));
            let keys: std::collections::BTreeSet<String> = (0..next(6)).map(|_| format!("K-{}", next(8))).collect();
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            came(&world.linde(), &sessions[at], &hospitals[of], &keys, 0).await;
            recorded.insert((of, at), keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>());
        }
        let people = |year: &[usize]| {
            let some = recorded.iter().filter(|((_, at), _)| year.contains(at));
            let people = some.flat_map(|((of, _), keys)| keys.iter().map(move |key| (*of, key.clone())));
            people.collect::<std::collections::BTreeSet<_>>().len()
        };
        let after = reach(&world, "ggz").await;
        let was = |year: &str| figures(&before, year)[3].as_u64().expect("a number");
        let staff = |year: &str| figures(&after, year)[3].as_u64().expect("a number") - was(year);
        let count = |years: &[usize]| u64::try_from(people(years)).expect("small");
        assert_eq!((staff("2020"), staff("2021")), (count(&[0, 1]), count(&[2])));
        let all = |reach: &Value| reach["staff"].as_u64().expect("a number");
        assert_eq!(all(&after) - all(&before), count(&[0, 1, 2, 3]));
    }

    async fn the_share_of_facilities_names_its_numerator_and_denominator(world: World) {
        world.admin().put("/sectors/gehandicaptenzorg", json!({"title": {"nl": "Gehandicaptenzorg"}})).await.expect(201);
        world.admin().put("/facilityTypes/dagcentrum", json!({"sectorCode": "gehandicaptenzorg", "title": {"nl": "Dagcentrum"}})).await.expect(201);
        let none = reach(&world, "gehandicaptenzorg").await;
        assert_eq!((&none["facilities"], none.get("share")), (&json!(0), None));
        expert(&world).put("/trainingKinds/-orientatie", json!({"title": {"nl": "Oriëntatie"}})).await.problem(400, "badRequest");
        expert(&world).put("/trainingKinds/orientatie", json!({"title": {"nl": "Oriëntatie"}})).await.expect(201);
        let input = json!({"kindCode": "orientatie", "title": {"nl": "Oriëntatie"}, "sectors": ["gehandicaptenzorg"]});
        let training = path_of(&expert(&world).post("/trainings", input).await.expect(201).body);
        let session = session(&world, &training, &day(&world, -5)).await;
        for nth in 0..20 {
            let centre = json!({"organisationId": ids::ORGANISATION, "facilityType": "dagcentrum", "name": format!("Dagcentrum {nth}"), "validFrom": "2015-01-01"});
            let made = world.admin().post("/facilities", centre).await.expect(201);
            let id = made.body["id"].as_str().expect("an id").to_owned();
            if nth < 19 {
                came(&expert(&world), &session, &id, &["A-1", "A-2"], 0).await;
            }
        }
        let found = reach(&world, "gehandicaptenzorg").await;
        assert_eq!((&found["tookPart"], &found["facilities"], &found["share"], &found["staff"]), (&json!(19), &json!(20), &json!(0.95), &json!(38)));
    }

    async fn a_facility_that_is_of_another_sector_takes_its_people_along(world: World) {
        let training = training(&world).await;
        let session = session(&world, &training, "2020-06-01").await;
        let hospital = new_hospital(&world, ids::ORGANISATION).await;
        let of = async |sector: &str| figures(&reach(&world, sector).await, "2020");
        let (ggz, caw) = (of("ggz").await, of("caw").await);
        came(&world.linde(), &session, &hospital, &["V-1", "V-2"], 0).await;
        let plus = |before: &[Value; 4], facilities: u64, people: u64| -> [Value; 4] {
            let more = [facilities, people, facilities, people];
            std::array::from_fn(|at| json!(before[at].as_u64().expect("a number") + more[at]))
        };
        assert_eq!((of("ggz").await, of("caw").await), (plus(&ggz, 1, 2), caw.clone()));
        let path = format!("/facilities/{hospital}");
        let mut input = world.admin().get(&path).await.expect(200).body;
        for field in ["href", "id"] {
            input.as_object_mut().expect("an object").remove(field);
        }
        input["facilityType"] = "caw".into();
        world.admin().with("if-match", "*").put(&path, input).await.expect(200);
        assert_eq!((of("ggz").await, of("caw").await), (ggz.clone(), plus(&caw, 1, 2)));
        let kind = json!({"sectorCode": "ggz", "title": {"nl": "CAW"}});
        let others = reach(&world, "caw").await["facilities"].as_u64().expect("a number");
        world.admin().with("if-match", "*").put("/facilityTypes/caw", kind).await.expect(200);
        assert_eq!(reach(&world, "caw").await["facilities"], 0);
        assert!(others > 0 && of("ggz").await == plus(&ggz, 1, 2));
        came(&world.linde(), &session, &hospital, &[], 0).await;
        assert_eq!(of("ggz").await, ggz);
    }

    async fn of_who_took_part_no_name_and_no_key_is_kept(world: World) {
        let training = training(&world).await;
        let session = session(&world, &training, &day(&world, -1)).await;
        let (path, linde) = (format!("{session}/attendance/{}", ids::FACILITY), world.linde());
        for wrong in ["jan.peeters", "Jan Peeters 1", "jan@example.org", "1"] {
            let refused = linde.put(&path, json!({"participants": [wrong]})).await.problem(400, "badRequest");
            assert_eq!(refused.issues(), [("invalidValue".to_owned(), "participants[0]".to_owned())]);
            assert!(!refused.body.to_string().contains(wrong) || wrong == "1", "{}", refused.body);
        }
        let twice = linde.put(&path, json!({"participants": ["GEHEIM-1", "GEHEIM-1"]})).await.problem(400, "badRequest");
        assert_eq!(twice.issues(), [("repeated".to_owned(), "participants[1]".to_owned())]);
        linde.put(&path, json!({"participants": ["GEHEIM-1", "GEHEIM-2"]})).await.expect(201);
        world.number_events().await;
        for at in [&path, &format!("{session}/attendance"), "/events?pageSize=200", "/auditEvents?pageSize=200"] {
            let seen = linde.whole(at).await.expect(200).body.to_string();
            assert!(!seen.contains("GEHEIM"), "{at}: {seen}");
        }
        let stored = databases::stored(&world.url);
        assert!(stored.windows(6).all(|six| six != b"GEHEIM"), "it is stored");
    }

    async fn once_the_secret_is_destroyed_people_are_counted_anew(world: World) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("participants");
        std::fs::write(&file, format!("2020-01-01 {}\n", "0f".repeat(32))).expect("written");
        let keeper = Keeper { file: Some(file.clone()), months: 12 };
        let world = world.set(|settings| settings.participants = keeper.clone()).await;
        let training = training(&world).await;
        let (first, second) = (session(&world, &training, "2020-06-01").await, session(&world, &training, "2020-07-01").await);
        let staff = async || figures(&reach(&world, "ggz").await, "2020")[3].as_u64().expect("a number");
        let before = staff().await;
        for session in [&first, &second] {
            came(&world.linde(), session, ids::FACILITY, &["V-1", "V-2"], 0).await;
        }
        assert_eq!(staff().await, before + 2);
        kindreflex::sweep::once(&world.state, 168).await.expect("swept");
        assert!(!std::fs::read_to_string(&file).expect("there").contains("0f0f0f0f"));
        let third = session(&world, &training, "2020-08-01").await;
        came(&world.linde(), &third, ids::FACILITY, &["V-1"], 0).await;
        assert_eq!(staff().await, before + 3, "nobody can tell any more that it is the same person");
        world.number_events().await;
        let audit = world.admin().whole("/auditEvents?pageSize=200").await.expect(200).body.to_string();
        assert!(audit.contains("participantSecretDestroyed"));
        // Without a secret nobody is counted by a key, and numbers are taken as ever.
        let world = world.set(|settings| settings.participants = Keeper::default()).await;
        let path = format!("{second}/attendance/{BERK}");
        world.berk().put(&path, json!({"participants": ["V-1"]})).await.problem(409, "stateConflict");
        world.berk().put(&path, json!({"others": 2})).await.expect(201);
    }

    async fn nobody_sees_or_records_who_of_another_facility_took_part(world: World) {
        let at = format!("/trainings/{}/sessions/{}/attendance", ids::TRAINING, ids::SESSION);
        let (of_berk, of_linde) = (format!("{at}/{BERK}"), format!("{at}/{}", ids::FACILITY));
        let linde = world.linde();
        linde.get(&of_berk).await.problem(404, "resourceNotFound");
        linde.with("if-match", "*").put(&of_berk, json!({"others": 7})).await.problem(404, "resourceNotFound");
        let seen = |body: &Value| -> Vec<Value> { body["items"].as_array().expect("items").iter().map(|one| one["facilityId"].clone()).collect() };
        assert_eq!(seen(&linde.get(&at).await.expect(200).body), [json!(ids::FACILITY)]);
        assert_eq!(seen(&expert(&world).get(&at).await.expect(200).body), [json!(ids::FACILITY), json!(BERK)]);
        assert_eq!(linde.get(&of_linde).await.expect(200).body["participants"], 3);
        // A second role of a facility does not widen what it sees.
        let both = world.with_token(&crate::support::issuer::token_in_roles("veelzijdig", &[&format!("facility:{}", kindreflex::demo::enterprise_number(9_990_001)), "admin"]));
        both.get(&of_berk).await.problem(404, "resourceNotFound");
        assert_eq!(seen(&both.get(&at).await.expect(200).body), [json!(ids::FACILITY)]);
        for other in [world.planner(), world.inspector(), world.person("authority", None), world.person("policy", None), world.admin()] {
            other.get(&at).await.problem(403, "missingPermission");
            other.get("/statistics/trainings").await.problem(403, "missingPermission");
        }
        linde.get("/statistics/trainings").await.problem(403, "missingPermission");
        world.number_events().await;
        linde.with("if-match", "*").put(&of_linde, json!({"participants": ["P-002"]})).await.expect(200);
        world.number_events().await;
        let heard = |actor: Actor| async move { actor.whole("/events?type=attendanceRecorded&pageSize=200").await.expect(200).body["items"].as_array().map(Vec::len) };
        assert_eq!((heard(linde).await, heard(world.berk()).await, heard(expert(&world)).await), (Some(3), Some(1), Some(0)));
    }

    async fn a_session_that_was_not_given_has_nobody_and_one_that_was_stays(world: World) {
        let training = training(&world).await;
        let (expert, linde) = (expert(&world), world.linde());
        let to_come = session(&world, &training, &day(&world, 1)).await;
        let path = |session: &str| format!("{session}/attendance/{}", ids::FACILITY);
        let body = json!({"others": 3});
        linde.put(&path(&to_come), body.clone()).await.problem(409, "stateConflict");
        let dropped = session(&world, &training, &day(&world, -9)).await;
        let says = json!({"begins": day(&world, -9), "ends": day(&world, -9), "droppedBecause": "Te weinig inschrijvingen."});
        expert.put(&dropped, says.clone()).await.problem(428, "preconditionRequired");
        expert.with("if-match", "*").put(&dropped, says).await.expect(200);
        linde.put(&path(&dropped), body.clone()).await.problem(409, "stateConflict");
        let given = session(&world, &training, "2021-06-01").await;
        linde.put(&path(&given), body.clone()).await.expect(201);
        for (says, status) in [
            (json!({"begins": "2022-06-01", "ends": "2022-06-01"}), 409),
            (json!({"begins": "2021-06-01", "ends": "2021-06-01", "droppedBecause": "Toch niet"}), 409),
            (json!({"begins": day(&world, 2), "ends": day(&world, 2)}), 409),
            (json!({"begins": "2021-06-02", "ends": "2021-06-01"}), 400),
            (json!({"begins": "2021-06-02", "ends": "2021-06-02", "location": "Gent"}), 200),
        ] {
            expert.with("if-match", "*").put(&given, says).await.expect(status);
        }
        let shown = expert.get(&training).await.expect(200).body;
        let days: Vec<&str> = shown["sessions"].as_array().expect("sessions").iter().map(|one| one["begins"].as_str().expect("a day")).collect();
        assert_eq!(days, ["2021-06-02", day(&world, -9).as_str(), day(&world, 1).as_str()]);
        linde.put(&format!("{training}/sessions/{}/attendance/{}", new_id(), ids::FACILITY), body).await.problem(404, "resourceNotFound");
    }

    async fn of_a_list_every_bad_line_is_named_and_the_good_ones_taken_when_asked(world: World) {
        let training = training(&world).await;
        let (session, linde, expert) = (session(&world, &training, &day(&world, -1)).await, world.linde(), expert(&world));
        let send = async |actor: &Actor, how: &str, text: &str| {
            let path = format!("{session}/attendanceLists{how}");
            actor.with("content-type", "text/csv").send("POST".parse().expect("a method"), &path, Some(text.as_bytes().to_vec())).await
        };
        let list = format!("Voorziening;Deelnemer;Anderen\n990100;W-1;\n990100;Jan Peeters;\n{BERK};B-1;\n{};W-2;\n999999;W-3;\n990100;;4\n", ids::FACILITY);
        let checked = send(&expert, "", &list).await.expect(200).body;
        let counts = |body: &Value| ["lines", "good", "facilities", "newParticipants", "taken"].map(|field| body[field].clone());
        assert_eq!(counts(&checked), [json!(6), json!(4), json!(2), json!(3), json!(false)]);
        let at = |body: &Value| -> Vec<Value> { body["faults"].as_array().expect("faults").iter().map(|one| one["name"].clone()).collect() };
        assert_eq!(at(&checked), [json!("B3"), json!("A6")]);
        assert!(!checked.to_string().contains("Peeters"));
        assert_eq!(expert.get(&format!("{session}/attendance")).await.expect(200).body["items"], json!([]), "it was only checked");
        let before = reach(&world, "ggz").await["staff"].as_u64().expect("a number");
        for new in [3, 0] {
            let taken = send(&expert, "?take=good", &list).await.expect(200).body;
            assert_eq!(counts(&taken), [json!(6), json!(4), json!(2), json!(new), json!(true)]);
            let now = linde.get(&format!("{session}/attendance/{}", ids::FACILITY)).await.expect(200);
            assert_eq!((&now.body["participants"], &now.body["others"], now.etag()), (&json!(2), &json!(4), "\"1\"".to_owned()));
            assert_eq!(reach(&world, "ggz").await["staff"], json!(before + 3));
        }
        // What was recorded stays beside what a list names; another's lines are not this facility's.
        let own = send(&linde, "?take=good", &format!("facility,participant\n{},W-5\n{BERK},B-2\n", ids::FACILITY)).await.expect(200).body;
        assert_eq!((counts(&own), at(&own)), ([json!(2), json!(1), json!(1), json!(1), json!(true)], vec![json!("A3")]));
        assert_eq!(linde.get(&format!("{session}/attendance/{}", ids::FACILITY)).await.expect(200).body["participants"], 3);
        assert_eq!(world.berk().get(&format!("{session}/attendance/{BERK}")).await.expect(200).body["participants"], 1);
        let random = own["faults"][0]["detail"].clone();
        let none = send(&linde, "", &format!("facility,participant\n{},W-5\n", new_id())).await.expect(200).body;
        assert_eq!(none["faults"][0]["detail"], random, "another's facility answers as one that is not there");
        send(&linde, "?take=all", &list).await.problem(400, "badRequest");
        send(&linde, "", "").await.problem(400, "badRequest");
        world.planner().with("content-type", "text/csv").send("POST".parse().expect("a method"), &format!("{session}/attendanceLists"), Some(b"x".to_vec())).await.problem(403, "missingPermission");
    }

    async fn a_training_is_of_a_known_kind_and_for_known_sectors(world: World) {
        let expert = expert(&world);
        let input = json!({"kindCode": "nergens", "title": {"nl": "Iets"}, "sectors": ["ggz", "nergens", "ggz"]});
        let refused = expert.post("/trainings", input).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("repeated".to_owned(), "sectors[2]".to_owned())]);
        let input = json!({"kindCode": "nergens", "title": {"nl": "Iets"}, "sectors": ["ggz", "nergens"]});
        let refused = expert.post("/trainings", input).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("unknownReference".to_owned(), "kindCode".to_owned()), ("unknownReference".to_owned(), "sectors[1]".to_owned())]);
        let path = training(&world).await;
        let seen = expert.get(&path).await.expect(200);
        let input = json!({"kindCode": "infomoment", "title": {"nl": "Anders"}, "sectors": ["caw"], "ledBy": "Familieplatform"});
        let changed = expert.seen(&seen).put(&path, input.clone()).await.expect(200);
        expert.seen(&seen).put(&path, input).await.problem(412, "preconditionFailed");
        assert_eq!((&changed.body["kindCode"], &changed.body["sectors"]), (&json!("infomoment"), &json!(["caw"])));
        let of = async |query: &str| world.linde().whole(&format!("/trainings?{query}")).await.expect(200).body.to_string();
        let id = path.rsplit('/').next().expect("an id").to_owned();
        for (query, is_there) in [("sectorCode=caw", true), ("sectorCode=ggz", false), ("kindCode=infomoment", true), ("kindCode=workshop", false), ("kindCode=workshop&sectorCode=caw", false)] {
            assert_eq!(of(query).await.contains(&id), is_there, "{query}");
        }
        for actor in [world.linde(), world.planner(), world.admin(), world.person("authority", None)] {
            actor.post("/trainings", json!({"kindCode": "workshop", "title": {"nl": "X"}, "sectors": ["ggz"]})).await.problem(403, "missingPermission");
        }
    }
}
