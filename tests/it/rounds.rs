//! Inspection rounds and the revisions of their checklists.
use chrono::{Days, NaiveDate};
use futures_util::future::join;
use kindreflex::db::types::Moment;
use kindreflex::demo::{enterprise_number, ids};
use kindreflex::facility::integrations::known_scopes;
use serde_json::{Value, json};

use crate::events::follow;
use crate::support::{Actor, Answer, World, ids_of, path_of};

/// A round over mental health care.
pub fn round() -> Value {
    json!({"title": {"nl": "Een ronde"}, "sectors": ["ggz"], "frameworks": [{"frameworkCode": "ggz", "versionCode": "2026-1"}],
        "begins": "2090-01-01", "ends": "2090-06-30"})
}

/// The same, but for one field.
fn round_with(field: &str, value: Value) -> Value {
    let mut input = round();
    input[field] = value;
    input
}

fn item(criterion: &str) -> Value {
    json!({"frameworkCode": "ggz", "versionCode": "2026-1", "criterionCode": criterion})
}

/// The smallest checklist.
pub fn checklist() -> Value {
    json!({"items": [item("intakeGesprek")]})
}

/// A checklist that says what changed.
fn improved() -> Value {
    json!({"items": [item("intakeGesprek"), item("kinderenInDossier")], "note": {"nl": "Ook het dossier."}})
}

/// A round that has no checklist yet.
pub async fn new_round(world: &World) -> Answer {
    let planner = world.planner();
    planner.post("/inspectionRounds", round()).await.expect(201)
}

/// A round whose checklist is published: its path, and the answer with its tag.
pub async fn announced_round(world: &World) -> (String, Answer) {
    let made = new_round(world).await;
    let path = path_of(&made.body);
    let published = publish(&world.planner().seen(&made), &path, checklist()).await;
    (path, published)
}

async fn publish(planner: &Actor, path: &str, checklist: Value) -> Answer {
    let path = format!("{path}/checklistRevisions");
    planner.post(&path, checklist).await.expect(201)
}

async fn step(planner: &Actor, path: &str, step: &str) -> Answer {
    planner.post(&format!("{path}/{step}"), json!({})).await
}

/// A round in this state: its path, and an answer with its tag.
async fn in_state(world: &World, state: &str) -> (String, Answer) {
    if state == "planned" {
        let made = new_round(world).await;
        return (path_of(&made.body), made);
    }
    let (path, published) = announced_round(world).await;
    if state == "announced" {
        return (path, published);
    }
    let planner = world.planner();
    let open = step(&planner.seen(&published), &path, "openings").await;
    let open = open.expect(200);
    if state == "open" {
        return (path, open);
    }
    let closed = step(&planner.seen(&open), &path, "closures").await;
    (path, closed.expect(200))
}

/// Those who know of a round only once it is announced.
fn others(world: &World) -> Vec<Actor> {
    let number = || Some(enterprise_number(9_990_001));
    vec![
        world.linde(),
        world.person("facilityContributor", number()),
        world.person("authority", None),
        world.person("expert", None),
        world.machine(&known_scopes()),
    ]
}

fn id_of(answer: &Answer) -> &str {
    answer.body["id"].as_str().expect("an id")
}

/// The types of the events about a round, as the actor hears of them.
async fn heard(actor: &Actor, id: &str) -> Vec<String> {
    let events = follow(actor, None, "").await.0;
    let about = events.iter().filter(|event| event["subject"]["id"] == id);
    about
        .map(|event| event["type"].as_str().expect("a type").to_owned())
        .collect()
}

/// The tasks about a round: kind and due.
async fn tasks(actor: &Actor) -> Vec<(String, Value)> {
    let answer = actor.get("/tasks?pageSize=200").await.expect(200);
    let tasks = answer.body["items"].as_array().expect("items");
    let about = tasks
        .iter()
        .filter(|task| task["subject"]["kind"] == "inspectionRound");
    about
        .map(|task| {
            let kind = task["kind"].as_str().expect("a kind").to_owned();
            (kind, task["due"].clone())
        })
        .collect()
}

fn today(world: &World) -> NaiveDate {
    Moment(world.state.clock.now()).day()
}

on_both! {
    async fn a_planner_plans_a_round_announces_it_opens_it_and_closes_it(world: World) {
        let planner = world.planner();
        let made = planner.post("/inspectionRounds", round()).await.expect(201);
        let path = path_of(&made.body);
        assert_eq!(made.header("location"), made.body["href"].as_str());
        assert_eq!((&made.body["status"], &made.body["doubleJudgement"]), (&json!("planned"), &json!(false)));
        assert!(made.body.get("checklistRevision").is_none() && made.body.get("openedAt").is_none());
        let changed = planner.seen(&made).put(&path, round_with("doubleJudgement", json!(true))).await.expect(200);
        assert_eq!(changed.body["doubleJudgement"], true);
        assert_eq!(ids_of(&planner.get(&format!("{path}/checklistRevisions")).await.expect(200)), Vec::<String>::new());

        let published = publish(&planner.seen(&changed), &path, checklist()).await;
        assert_eq!(published.header("location"), Some(format!("/v1{path}/checklistRevisions/1").as_str()));
        assert_eq!((&published.body["revision"], &published.body["publishedBy"]["role"]), (&json!(1), &json!("planner")));
        let announced = planner.get(&path).await.expect(200);
        assert_eq!((announced.etag(), &announced.body["checklistRevision"]), (published.etag(), &json!(1)), "the answer carries the round's tag");

        let open = step(&planner.seen(&published), &path, "openings").await.expect(200);
        assert_eq!(open.body["status"], "open");
        assert!(open.body["openedAt"].is_string() && open.body.get("closedAt").is_none());
        let closed = step(&planner.seen(&open), &path, "closures").await.expect(200);
        assert_eq!(closed.body["status"], "closed");
        let read = world.linde().get(&path).await.expect(200);
        assert_eq!((read.etag(), &read.body), (closed.etag(), &closed.body));
        world.linde().with("if-none-match", &read.etag()).get(&path).await.expect(304);
    }

    async fn a_round_that_is_not_announced_is_there_for_who_plans_and_inspects_alone(world: World) {
        let made = new_round(&world).await;
        let (path, id) = (path_of(&made.body), id_of(&made).to_owned());
        for actor in [world.planner(), world.inspector(), world.admin()] {
            actor.get(&path).await.expect(200);
            actor.get(&format!("{path}/checklistRevisions")).await.expect(200);
            assert!(ids_of(&actor.get("/inspectionRounds?pageSize=200").await.expect(200)).contains(&id));
        }
        for actor in others(&world) {
            actor.get(&path).await.problem(404, "resourceNotFound");
            actor.get(&format!("{path}/checklistRevisions")).await.problem(404, "resourceNotFound");
            actor.get(&format!("{path}/checklistRevisions/1")).await.problem(404, "resourceNotFound");
            let listed = ids_of(&actor.get("/inspectionRounds").await.expect(200));
            assert_eq!(listed, [ids::ANNOUNCED_ROUND, ids::ROUND, ids::CLOSED_ROUND, ids::JUDGED_ROUND]);
        }
        publish(&world.planner().seen(&made), &path, checklist()).await;
        for actor in others(&world) {
            actor.get(&path).await.expect(200);
            actor.get(&format!("{path}/checklistRevisions/1")).await.expect(200);
            assert!(ids_of(&actor.get("/inspectionRounds").await.expect(200)).contains(&id));
        }
    }

    async fn who_may_not_know_of_a_round_hears_nothing_of_it(world: World) {
        let planner = world.planner();
        let made = new_round(&world).await;
        let (path, id) = (path_of(&made.body), id_of(&made));
        let changed = planner.seen(&made).put(&path, round_with("ends", json!("2090-07-31"))).await.expect(200);
        world.number_events().await;
        let planning = [world.planner(), world.inspector(), world.admin()];
        for actor in &planning {
            assert_eq!(heard(actor, id).await, ["inspectionRoundCreated", "inspectionRoundReplanned"]);
        }
        for actor in others(&world) {
            assert_eq!(heard(&actor, id).await, Vec::<String>::new());
        }
        let published = publish(&planner.seen(&changed), &path, checklist()).await;
        let changed = planner.seen(&published).put(&path, round()).await.expect(200);
        let open = step(&planner.seen(&changed), &path, "openings").await.expect(200);
        step(&planner.seen(&open), &path, "closures").await.expect(200);
        world.number_events().await;
        let known = ["checklistPublished", "inspectionRoundChanged", "inspectionRoundOpened", "inspectionRoundClosed"];
        for actor in others(&world) {
            assert_eq!(heard(&actor, id).await, known);
        }
        for actor in &planning {
            assert_eq!(heard(actor, id).await[2..], known);
        }
        assert_eq!(heard(&world.person("policy", None), id).await, Vec::<String>::new(), "it reads no rounds");
    }

    async fn the_audit_keeps_what_was_written(world: World) {
        let (path, _) = in_state(&world, "closed").await;
        world.number_events().await;
        let id = path.rsplit('/').next().expect("an id");
        let events = world.admin().get(&format!("/auditEvents?subjectId={id}")).await.expect(200);
        let events = events.body["items"].as_array().expect("events").clone();
        let said: Vec<(&str, &str)> = events.iter().map(|event| {
            let kind = event["subject"]["kind"].as_str().expect("a kind");
            (event["action"].as_str().expect("an action"), kind)
        }).collect();
        let actions = ["inspectionRoundCreated", "checklistPublished", "inspectionRoundOpened", "inspectionRoundClosed"];
        assert_eq!(said, actions.map(|action| (action, "inspectionRound")));
        assert_eq!(events[0]["payload"]["title"], json!({"nl": "Een ronde"}));
        assert_eq!((&events[1]["payload"]["revision"], &events[1]["payload"]["checklist"]), (&json!(1), &checklist()));
    }

    async fn every_fault_of_a_round_is_named_at_once(world: World) {
        let planner = world.planner();
        let wrong = json!({
            "title": {"nl": " "},
            "sectors": ["ggz", "ggz", "zeevaart"],
            "frameworks": [
                {"frameworkCode": "ggz", "versionCode": "2026-1"}, {"frameworkCode": "ggz", "versionCode": "2026-1"},
                {"frameworkCode": "ggz", "versionCode": "1999-1"}, {"frameworkCode": "zeevaart", "versionCode": "2026-1"}
            ],
            "begins": "2027-03-02", "ends": "2027-03-01"
        });
        let refused = planner.post("/inspectionRounds", wrong).await.problem(400, "badRequest");
        let expected = [
            ("length", "title.nl"), ("repeated", "sectors[1]"), ("unknownReference", "sectors[2]"), ("repeated", "frameworks[1].versionCode"),
            ("unknownReference", "frameworks[2].versionCode"), ("unknownReference", "frameworks[3].versionCode"), ("validity", "ends"),
        ];
        assert_eq!(refused.issues(), expected.map(|(kind, name)| (kind.to_owned(), name.to_owned())));
        let empty = json!({"title": {}, "sectors": [], "frameworks": [], "begins": "2027-03-01", "ends": "2027-03-01"});
        let refused = planner.post("/inspectionRounds", empty).await.problem(400, "badRequest");
        assert!(refused.issues().len() >= 2, "{:?}", refused.issues());
        for (begins, ends) in [("1989-12-31", "2027-03-01"), ("2027-02-30", "2027-03-01"), ("2027-03-01", "+10000-01-01")] {
            let mut wrong = round_with("begins", json!(begins));
            wrong["ends"] = json!(ends);
            planner.post("/inspectionRounds", wrong).await.problem(400, "badRequest");
        }
        planner.post("/inspectionRounds", round_with("ends", json!("2090-01-01"))).await.expect(201);
    }

    async fn a_draft_of_a_framework_is_not_inspected_against(world: World) {
        let (_, made) = crate::access::new_framework(&world).await;
        let document = &made.body["document"];
        let version = json!([{"frameworkCode": document["code"], "versionCode": document["version"]["code"]}]);
        let refused = world.planner().post("/inspectionRounds", round_with("frameworks", version)).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("unknownReference".to_owned(), "frameworks[0].versionCode".to_owned())]);
    }

    async fn every_fault_of_a_checklist_is_named_at_once(world: World) {
        let (path, seen) = announced_round(&world).await;
        let wrong = json!({"items": [
            item("intakeGesprek"),
            item("intakeGesprek"),
            item("bestaatNiet"),
            {"frameworkCode": "ggz", "versionCode": "2025-1", "criterionCode": "intakeGesprek", "sample": 1001},
            {"frameworkCode": "caw", "versionCode": "2026-1", "criterionCode": "intakeGesprek", "instruction": {}},
            {"frameworkCode": "ggz", "versionCode": "2026-1", "criterionCode": "afspraken", "sample": 0, "instruction": {"fr": ""}},
        ]});
        let planner = world.planner().seen(&seen);
        let refused = planner.post(&format!("{path}/checklistRevisions"), wrong).await.problem(400, "badRequest");
        let expected = [
            ("repeated", "items[1].criterionCode"), ("unknownCriterion", "items[2].criterionCode"),
            ("outOfRange", "items[3].sample"), ("unknownReference", "items[3].versionCode"),
            ("missing", "items[4].instruction"), ("unknownReference", "items[4].frameworkCode"),
            ("length", "items[5].instruction.fr"), ("outOfRange", "items[5].sample"), ("unknownCriterion", "items[5].criterionCode"),
            ("missing", "note"),
        ];
        let named = |faults: &[(&str, &str)]| faults.iter().map(|(kind, name)| ((*kind).to_owned(), (*name).to_owned())).collect::<Vec<_>>();
        assert_eq!(refused.issues(), named(&expected));
        let mut wrong = json!({"items": [item("intakeGesprek"), item("bestaatNiet")]});
        wrong["items"][0]["evidenceKinds"] = json!(["document", "document", "gerucht"]);
        let refused = planner.post(&format!("{path}/checklistRevisions"), wrong).await.problem(400, "badRequest");
        let expected = [
            ("repeated", "items[0].evidenceKinds[1]"), ("unknownEvidenceKind", "items[0].evidenceKinds[2]"),
            ("unknownCriterion", "items[1].criterionCode"), ("missing", "note"),
        ];
        assert_eq!(refused.issues(), named(&expected));
        planner.post(&format!("{path}/checklistRevisions"), json!({"items": []})).await.problem(400, "badRequest");
        let many = json!({"items": vec![item("intakeGesprek"); 501]});
        planner.post(&format!("{path}/checklistRevisions"), many).await.problem(400, "badRequest");
        assert_eq!(planner.get(&path).await.expect(200).body["checklistRevision"], 1, "nothing was stored");
    }

    async fn what_is_fixed_by_now_cannot_be_changed(world: World) {
        let other = json!([{"frameworkCode": "ggz", "versionCode": "2025-1"}]);
        let changes = [
            ("title", json!({"nl": "Anders"})), ("ends", json!("2091-01-01")), ("frameworks", other),
            ("sectors", json!(["ggz", "caw"])), ("begins", json!("2090-01-02")), ("doubleJudgement", json!(true)),
        ];
        for (state, free) in [("planned", 6), ("announced", 6), ("open", 2), ("closed", 0)] {
            for (index, (field, value)) in changes.iter().enumerate() {
                let (path, seen) = in_state(&world, state).await;
                let planner = world.planner().seen(&seen).with("accept-language", "en");
                let answer = planner.put(&path, round_with(field, value.clone())).await;
                let is_free = index < free && (state, *field) != ("announced", "frameworks");
                if is_free {
                    assert_eq!(&answer.expect(200).body[field], value, "{state} {field}");
                    continue;
                }
                let refused = answer.problem(409, "stateConflict");
                let said = refused.body["detail"].as_str().expect("a detail");
                assert!(said.contains(if state == "closed" { "closed" } else { field }), "{said}");
                assert_eq!(world.planner().get(&path).await.etag(), seen.etag(), "{state} {field}");
            }
        }
    }

    async fn what_a_state_does_not_allow_is_refused_with_a_reason(world: World) {
        let steps = [
            ("openings", json!({}), [409, 200, 409, 409]),
            ("closures", json!({}), [409, 409, 200, 409]),
            ("checklistRevisions", improved(), [201, 201, 201, 409]),
        ];
        for (name, body, expected) in steps {
            for (state, status) in ["planned", "announced", "open", "closed"].into_iter().zip(expected) {
                let (path, seen) = in_state(&world, state).await;
                let planner = world.planner();
                planner.post(&format!("{path}/{name}"), body.clone()).await.problem(428, "preconditionRequired");
                planner.with("if-match", "\"0\"").post(&format!("{path}/{name}"), body.clone()).await.problem(412, "preconditionFailed");
                planner.with("if-match", "*, \"0\"").post(&format!("{path}/{name}"), body.clone()).await.problem(400, "badRequest");
                let answer = planner.seen(&seen).post(&format!("{path}/{name}"), body.clone()).await;
                if status == 409 {
                    let refused = answer.problem(409, "stateConflict");
                    assert!(refused.body["detail"].as_str().is_some_and(|said| said.len() > 20));
                    assert_eq!(planner.get(&path).await.etag(), seen.etag(), "{name} {state}");
                } else {
                    answer.expect(status);
                }
            }
        }
    }

    async fn a_round_does_not_close_while_an_inspection_of_it_is_under_way(world: World) {
        let ((path, open), planner) = (in_state(&world, "open").await, world.planner());
        let input = json!({"roundId": open.body["id"], "facilityId": ids::FACILITY, "reason": "periodic", "announced": false});
        let inspection = planner.post("/inspections", input).await.expect(201);
        step(&planner.seen(&open), &path, "closures").await.problem(409, "stateConflict");
        assert_eq!(world.linde().get(&path).await.expect(200).body, open.body, "the round does not tell that there is one");
        let cancelled = json!({"ground": "planning", "reason": "Te vroeg"});
        planner.seen(&inspection).post(&format!("{}/cancellations", path_of(&inspection.body)), cancelled).await;
        step(&planner.seen(&open), &path, "closures").await.expect(200);
    }

    async fn no_inspection_comes_to_a_round_that_closes_at_that_moment(world: World) {
        for _ in 0..8 {
            let ((path, open), planner) = (in_state(&world, "open").await, world.planner());
            let input = json!({"roundId": open.body["id"], "facilityId": ids::FACILITY, "reason": "periodic", "announced": false});
            let closing = planner.seen(&open);
            let (planned, closed) = join(planner.post("/inspections", input), step(&closing, &path, "closures")).await;
            let statuses = [planned.status, closed.status];
            assert!([[201, 409], [409, 200]].contains(&statuses), "{statuses:?}");
        }
    }

    async fn a_round_opens_only_where_there_is_ground_to_inspect(world: World) {
        let (admin, planner) = (world.admin(), world.planner().with("accept-language", "en"));
        let made = planner.post("/inspectionRounds", round_with("sectors", json!(["ggz", "caw", "spoed"]))).await.expect(201);
        let path = path_of(&made.body);
        let published = publish(&planner.seen(&made), &path, checklist()).await;
        let refused = step(&planner.seen(&published), &path, "openings").await.problem(409, "stateConflict");
        let said = refused.body["detail"].as_str().expect("a detail");
        assert!(said.contains("caw, spoed") && !said.contains("ggz"), "{said}");

        let day = |days| today(&world) + Days::new(days);
        let regulated = |from: NaiveDate, to: Option<NaiveDate>| {
            let mut period = json!({"validFrom": from, "controlBasis": "regulated"});
            if let Some(to) = to {
                period["validTo"] = json!(to);
            }
            json!({"title": {"nl": "Sector"}, "periods": [period]})
        };
        let long_ago = NaiveDate::from_ymd_opt(2020, 1, 1).expect("a day");
        for (sector, periods) in [
            ("caw", regulated(long_ago, Some(day(1)))),
            ("spoed", regulated(day(1), None)),
            ("spoed", regulated(long_ago, Some(day(0)))),
        ] {
            admin.with("if-match", "*").put(&format!("/sectors/{sector}"), periods).await.expect(200);
            let refused = step(&planner.seen(&published), &path, "openings").await.problem(409, "stateConflict");
            let said = refused.body["detail"].as_str().expect("a detail");
            assert!(said.contains("spoed") && !said.contains("caw"), "{said}");
        }
        admin.with("if-match", "*").put("/sectors/spoed", regulated(day(0), None)).await.expect(200);
        step(&planner.seen(&published), &path, "openings").await.expect(200);
    }

    async fn a_later_revision_says_what_changed_and_the_first_stays_as_it_was(world: World) {
        let (path, seen) = in_state(&world, "open").await;
        let (planner, facility) = (world.planner(), world.linde());
        let first = facility.get(&format!("{path}/checklistRevisions/1")).await.expect(200);
        assert_eq!((&first.body["items"], first.body.get("note")), (&checklist()["items"], None));
        let second = publish(&planner.seen(&seen), &path, improved()).await;
        assert_eq!((&second.body["revision"], &second.body["note"]), (&json!(2), &improved()["note"]));
        let read = facility.get(&format!("{path}/checklistRevisions/2")).await.expect(200);
        assert_eq!(read.body, second.body);
        facility.with("if-none-match", &read.etag()).get(&format!("{path}/checklistRevisions/2")).await.expect(304);
        let again = facility.get(&format!("{path}/checklistRevisions/1")).await.expect(200);
        assert_eq!((again.etag(), &again.body), (first.etag(), &first.body));
        facility.get(&format!("{path}/checklistRevisions/3")).await.problem(404, "resourceNotFound");
        let page = facility.get(&format!("{path}/checklistRevisions?pageSize=1")).await.expect(200);
        let next = page.body["next"].as_str().and_then(|next| next.split_once("/v1")).expect("a next page").1.to_owned();
        let rest = facility.get(&next).await.expect(200);
        assert_eq!((&page.body["items"][0]["revision"], &rest.body["items"][0]["revision"]), (&json!(1), &json!(2)));
        assert!(rest.body.get("next").is_none());
    }

    async fn an_item_is_shown_as_it_was_stored(world: World) {
        let whole = json!({"frameworkCode": "ggz", "versionCode": "2026-1", "criterionCode": "kinderenInDossier",
            "instruction": {"nl": "Kijk na", "fr": "Vérifiez"}, "evidenceKinds": ["dossiercontrole", "bevraging"], "sample": 1000});
        let made = new_round(&world).await;
        let input = json!({"items": [item("intakeGesprek"), whole]});
        let published = publish(&world.planner().seen(&made), &path_of(&made.body), input.clone()).await;
        assert_eq!(published.body["items"], input["items"]);
    }

    async fn a_key_publishes_a_checklist_and_makes_a_round_once(world: World) {
        let planner = world.planner().with("idempotency-key", "ronde");
        let made = planner.post("/inspectionRounds", round()).await.expect(201);
        let again = planner.post("/inspectionRounds", round()).await.expect(201);
        assert_eq!((&again.bytes, again.etag()), (&made.bytes, made.etag()));
        planner.post("/inspectionRounds", round_with("ends", json!("2091-01-01"))).await.problem(422, "idempotencyKeyReused");
        let path = path_of(&made.body);
        let planner = world.planner().seen(&made).with("idempotency-key", "checklist");
        let first = publish(&planner, &path, checklist()).await;
        let again = publish(&planner, &path, checklist()).await;
        assert_eq!((&again.bytes, again.etag(), again.header("location")), (&first.bytes, first.etag(), first.header("location")));
        assert_eq!(world.planner().get(&path).await.expect(200).body["checklistRevision"], 1);
    }

    async fn of_two_revisions_at_once_each_has_its_number(world: World) {
        let made = new_round(&world).await;
        let (path, any) = (path_of(&made.body), world.planner().with("if-match", "*"));
        let (one, other) = join(publish(&any, &path, improved()), publish(&any, &path, improved())).await;
        let mut numbers = [&one, &other].map(|published| published.body["revision"].as_i64().expect("a number"));
        numbers.sort_unstable();
        assert_eq!(numbers, [1, 2]);
        let seen = any.get(&path).await.expect(200);
        let planner = world.planner().seen(&seen);
        let path = format!("{path}/checklistRevisions");
        let (one, other) = join(planner.post(&path, improved()), planner.post(&path, improved())).await;
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 412], "who has seen the same version is told");
    }

    async fn filters_narrow_the_list_and_pages_show_each_round_once(world: World) {
        let planner = world.planner();
        let made = planner.post("/inspectionRounds", round_with("sectors", json!(["caw", "spoed"]))).await.expect(201);
        let id = id_of(&made);
        for (query, expected) in [
            ("", vec![ids::PLANNED_ROUND, ids::ANNOUNCED_ROUND, ids::ROUND, ids::CLOSED_ROUND, ids::JUDGED_ROUND, id]),
            ("status=open", vec![ids::ROUND, ids::JUDGED_ROUND]),
            ("status=open&status=closed", vec![ids::ROUND, ids::CLOSED_ROUND, ids::JUDGED_ROUND]),
            ("sectorCode=spoed", vec![id]),
            ("sectorCode=spoed&sectorCode=ggz&status=planned", vec![ids::PLANNED_ROUND, ids::ANNOUNCED_ROUND, id]),
            ("sectorCode=spoed&status=open", vec![]),
            ("frameworkCode=caw", vec![]),
            ("frameworkCode=ggz&sectorCode=caw", vec![id]),
        ] {
            let (mut found, mut path) = (Vec::new(), format!("/inspectionRounds?pageSize=2&{query}"));
            loop {
                let page = planner.get(path.trim_end_matches('&')).await.expect(200);
                found.extend(ids_of(&page));
                let Some(next) = page.body["next"].as_str() else { break };
                next.split_once("/v1").expect("ours").1.clone_into(&mut path);
            }
            assert_eq!(found, expected, "{query}");
        }
        planner.get("/inspectionRounds?status=announced").await.problem(400, "badRequest");
        planner.get("/inspectionRounds?title=x").await.problem(400, "badRequest");
    }

    async fn a_planner_is_told_what_to_open_and_what_to_close(world: World) {
        let planner = world.planner();
        assert_eq!(tasks(&planner).await, [], "not so long before");
        let day = |days| today(&world) + Days::new(days);
        let mut input = round_with("begins", json!(day(30)));
        input["ends"] = json!(day(40));
        let made = planner.post("/inspectionRounds", input.clone()).await.expect(201);
        let path = path_of(&made.body);
        assert_eq!(tasks(&planner).await, [], "nothing to open without a checklist");
        let published = publish(&planner.seen(&made), &path, checklist()).await;
        let told = tasks(&planner).await;
        assert_eq!(told, [("openRound".to_owned(), json!(Moment::start_of(day(30)).to_string()))]);
        assert_eq!(tasks(&world.inspector()).await, []);
        input["begins"] = json!(today(&world) - Days::new(9));
        input["ends"] = json!(today(&world) - Days::new(1));
        let late = planner.seen(&published).put(&path, input.clone()).await.expect(200);
        assert_eq!(tasks(&planner).await[0].0, "openRound");
        let open = step(&planner.seen(&late), &path, "openings").await.expect(200);
        assert_eq!(tasks(&planner).await, [("closeRound".to_owned(), json!(Moment::start_of(day(0)).to_string()))]);
        input["ends"] = json!(today(&world));
        let longer = planner.seen(&open).put(&path, input).await.expect(200);
        assert_eq!(tasks(&planner).await, [], "today is its last day");
        step(&planner.seen(&longer), &path, "closures").await.expect(200);
        assert_eq!(tasks(&planner).await, []);
    }

    async fn the_demo_has_a_round_in_every_state(world: World) {
        let facility = world.linde();
        world.inspector().get(&format!("/inspectionRounds/{}", ids::PLANNED_ROUND)).await.expect(200);
        for (id, state, revision) in [(ids::ANNOUNCED_ROUND, "planned", 1), (ids::ROUND, "open", 2), (ids::CLOSED_ROUND, "closed", 1)] {
            let path = format!("/inspectionRounds/{id}");
            let found = facility.get(&path).await.expect(200);
            assert_eq!((&found.body["status"], &found.body["checklistRevision"]), (&json!(state), &json!(revision)));
            let checklist = facility.get(&format!("{path}/checklistRevisions/{revision}")).await.expect(200);
            let items = checklist.body["items"].as_array().expect("items");
            assert!((8..=12).contains(&items.len()) && items.iter().all(|item| item["instruction"]["nl"].is_string()));
        }
    }
}
