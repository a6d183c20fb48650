//! Inspections: who may know of one, what is done to it in which state and by whose hand, and what the facility is told.
use std::fmt::Write as _;

use kindreflex::demo::ids;
use kindreflex::inspection::State;
use kindreflex::inspection::rules::{AUTHORITYS, STEPS, Step};
use serde_json::{Value, json};

use crate::access::reviewed;
use crate::support::inspecting::{inspection_input, inspector, planned};
use crate::support::{Actor, Answer, World, execute, ids_of, key, path_of, send_file};

/// De Berk's hospital.
pub const BERK: &str = ids::OTHER_FACILITY;

pub fn days_from_now(world: &World, days: i64) -> String {
    (world.state.clock.now() + chrono::Duration::days(days))
        .to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// Plans a visit in so many days; gives back its path and the inspection.
pub async fn with_visit(
    world: &World,
    actor: &Actor,
    seen: &Answer,
    days: i64,
) -> (String, Answer) {
    let path = format!("{}/visits/{}", path_of(&seen.body), uuid::Uuid::now_v7());
    let visit = json!({"from": days_from_now(world, days), "to": days_from_now(world, days + 1)});
    let now = actor.seen(seen).put(&path, visit).await.expect(200);
    (path, now)
}

pub fn held(world: &World) -> Value {
    json!({"outcome": "held", "from": days_from_now(world, -1), "interlocutors": ["hoofdverpleegkundige"]})
}

/// Everything that De Berk can ask for that could tell of an inspection.
async fn all_that_berk_sees(world: &World, id: &str) -> Vec<String> {
    world.number_events().await;
    let berk = world.berk();
    let mut seen = Vec::new();
    for path in [
        "/inspections".to_owned(),
        format!("/inspections?facilityId={BERK}"),
        format!("/inspections?roundId={}", ids::ROUND),
        format!("/inspections/{id}"),
        "/events?pageSize=200".to_owned(),
        "/auditEvents?pageSize=200".to_owned(),
        "/tasks?pageSize=200".to_owned(),
        format!("/facilities/{BERK}"),
        format!("/inspectionRounds/{}", ids::ROUND),
        "/inspectionRounds".to_owned(),
        "/me".to_owned(),
    ] {
        let answer = berk.whole(&path).await;
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
        seen.push(format!(
            "{path}: {} {body} {:?}",
            answer.status,
            answer.header("etag")
        ));
    }
    seen
}

/// Who may take a step, and what it sends.
fn request(step: &Step, world: &World) -> (&'static str, String, Value) {
    let moment = days_from_now(world, 3);
    let visit = format!("/visits/{}", ids::VISIT);
    match step.operation {
        "replaceInspection" => (
            "PUT",
            String::new(),
            json!({"reason": "thematicRound", "announced": true}),
        ),
        "assignInspector" => (
            "POST",
            "/assignments".into(),
            json!({"person": "nieuw", "name": "Nieuw", "role": "member"}),
        ),
        "endAssignment" => ("DELETE", "/assignments/{observer}".into(), Value::Null),
        "planVisit" => (
            "PUT",
            format!("/visits/{}", ids::NEW_VISIT),
            json!({"from": moment, "to": days_from_now(world, 4)}),
        ),
        "recordVisit" => ("PUT", format!("{visit}/record"), held(world)),
        "announceInspection" => (
            "POST",
            "/announcements".into(),
            json!({"message": "Tot dan."}),
        ),
        "answerDocumentRequest" => (
            "POST",
            "/documentRequests/{request}/answers".into(),
            json!({"note": "Er is er geen."}),
        ),
        "moveChecklist" => (
            "POST",
            "/checklistMoves".into(),
            json!({"revision": 2, "reason": "Verduidelijkt"}),
        ),
        "cancelInspection" => (
            "POST",
            "/cancellations".into(),
            json!({"ground": "obstruction", "reason": "Niet binnengelaten"}),
        ),
        "putImprovementPoint" => (
            "PUT",
            format!("/improvementPoints/{}", uuid::Uuid::now_v7()),
            json!({"findingId": ids::FINDING, "text": "Leg het vast."}),
        ),
        "createReport" => ("POST", "/reports".into(), json!({})),
        "deliverReport" => ("POST", "/deliveries".into(), json!({"way": "post"})),
        "recordReceipt" => (
            "POST",
            "/deliveries/{delivery}/receipts".into(),
            json!({"note": "Ontvangstbewijs"}),
        ),
        "extendReaction" => (
            "POST",
            "/deliveries/{delivery}/extensions".into(),
            json!({"days": 5, "reason": "Verlof"}),
        ),
        "react" => (
            "POST",
            "/reactions".into(),
            json!({"reactions": [{"type": "typo", "text": "Een tikfout"}]}),
        ),
        "decideReaction" => (
            "POST",
            "/reactions/{reaction}/decisions".into(),
            json!({"outcome": "rejected", "reason": "Neen"}),
        ),
        "publishReport" => ("POST", "/publications".into(), json!({"checkedBy": "Fien"})),
        "withdrawPublication" => (
            "POST",
            "/publications/{publication}/withdrawals".into(),
            json!({"reason": "Een fout"}),
        ),
        "putFinding" => (
            "PUT",
            format!("/findings/{}", uuid::Uuid::now_v7()),
            json!({"title": "De inkomhal"}),
        ),
        "syncFindings" => (
            "POST",
            "/syncs".into(),
            json!({"batchId": uuid::Uuid::now_v7(), "deviceId": "{device}"}),
        ),
        "raiseUrgentSignal" => (
            "POST",
            "/urgentSignals".into(),
            json!({"text": "De nooddeur is vast", "seenAt": days_from_now(world, 0)}),
        ),
        "putJudgement" => (
            "PUT",
            "/findings/{finding}/judgement".into(),
            json!({"judgement": "voldaan"}),
        ),
        "adoptJudgement" => (
            "POST",
            "/findings/{finding}/adoptions".into(),
            json!({"judgementId": "{judgement}"}),
        ),
        other => of_terms(other),
    }
}

/// The same for a step of what follows from a report.
fn of_terms(operation: &str) -> (&'static str, String, Value) {
    match operation {
        "createTermReport" => ("POST", "/termReports".into(), json!({"terms": "{terms}"})),
        "deliverTermReport" => (
            "POST",
            "/termReports/{termReport}/deliveries".into(),
            json!({"way": "post"}),
        ),
        "recordTermReceipt" => (
            "POST",
            "/termReports/{termReport}/receipts".into(),
            json!({"note": "Ontvangstbewijs"}),
        ),
        "extendTermReaction" => (
            "POST",
            "/termReports/{termReport}/extensions".into(),
            json!({"days": 5, "reason": "Verlof"}),
        ),
        "reactToTerms" => (
            "POST",
            "/termReports/{termReport}/reactions".into(),
            json!({"reactions": [{"text": "Een jaar is kort."}]}),
        ),
        "giveMeasure" => (
            "POST",
            "{point}/measures".into(),
            json!({"text": "De procedure is herschreven."}),
        ),
        "givePlan" => (
            "POST",
            "{point}/plans".into(),
            json!({"how": "Met de drie afdelingen samen", "by": "2099-01-01", "whyNotSooner": "De ondernemingsraad"}),
        ),
        "decideImprovement" => (
            "POST",
            "{point}/decisions".into(),
            json!({"outcome": "accepted"}),
        ),
        "changeTerm" => (
            "POST",
            "{point}/terms".into(),
            json!({"due": "2099-01-01", "reason": "De fusie is uitgesteld"}),
        ),
        "endTerm" => (
            "POST",
            "{point}/termEnds".into(),
            json!({"reason": "De afdeling is gesloten"}),
        ),
        "verifyImprovement" => (
            "POST",
            "{point}/verifications".into(),
            json!({"way": "documents", "met": true, "note": "Het staat erin."}),
        ),
        "closeInspection" => ("POST", "/closings".into(), json!({})),
        other => panic!("the step {other} has no request here: add one"),
    }
}

/// An inspection of De Linde in this state, by real steps.
async fn in_state(world: &World, state: State) -> Answer {
    with_points(world, state, 1).await
}

/// The same with so many improvement points.
async fn with_points(world: &World, state: State, points: usize) -> Answer {
    let made = planned(world, ids::FACILITY, true).await;
    let path = path_of(&made.body);
    let visit = json!({"from": days_from_now(world, -2), "to": days_from_now(world, -1)});
    let planner = world.planner().with("if-match", "*");
    let lead = inspector(world, "lead").with("if-match", "*");
    let visits = format!("{path}/visits/{}", ids::VISIT);
    planner.put(&visits, visit).await.expect(200);
    let asked = json!({"documentRequests": [{"title": "De procedure"}]});
    planner
        .post(&format!("{path}/announcements"), asked)
        .await
        .expect(200);
    let reached = State::ALL
        .iter()
        .position(|one| *one == state)
        .expect("a state");
    let sent = json!({"way": "post"});
    let reaction = json!({"reactions": [{"type": "other", "text": "Dank u."}]});
    if state != State::Cancelled {
        if reached >= 1 {
            lead.put(&format!("{visits}/record"), held(world))
                .await
                .expect(200);
            let finding = format!("{path}/findings/{}", ids::FINDING);
            inspector(world, "lead")
                .put(&finding, json!({"title": "De inkomhal"}))
                .await
                .expect(201);
            for _ in 0..points {
                let point =
                    json!({"findingId": ids::FINDING, "text": "Leg vast wie het gesprek voert."});
                let at = format!("{path}/improvementPoints/{}", uuid::Uuid::now_v7());
                inspector(world, "lead").put(&at, point).await.expect(201);
            }
            set(world, &made, "checklist_revision = 1");
        }
        if reached >= 2 {
            lead.post(&format!("{path}/reports"), json!({}))
                .await
                .expect(201);
        }
        if reached >= 3 {
            lead.post(&format!("{path}/deliveries"), sent)
                .await
                .expect(200);
            world
                .linde()
                .with("if-match", "*")
                .post(&format!("{path}/reactions"), reaction)
                .await
                .expect(200);
        }
        if reached >= 4 {
            heard(world, &path).await;
            lead.post(&format!("{path}/reports"), json!({}))
                .await
                .expect(201);
        }
    }
    if state == State::Cancelled {
        let why = json!({"ground": "planning", "reason": "Uitgesteld"});
        planner
            .post(&format!("{path}/cancellations"), why)
            .await
            .expect(200);
    } else {
        follow(world, &path, reached).await;
    }
    lead.get(&path).await.expect(200)
}

/// A correction drops the finding that the improvement points are of, and them with it.
async fn drop_points(world: &World, path: &str) {
    let lead = inspector(world, "lead").with("if-match", "*");
    let finding = format!("{path}/findings/{}", ids::FINDING);
    let withdrawn = json!({"title": "De inkomhal", "withdrawn": true});
    lead.put(&finding, withdrawn).await.expect(200);
    let reason = json!({"reason": "Het was een andere zaal."});
    lead.post(&format!("{path}/reports"), reason)
        .await
        .expect(201);
}

/// The steps that are taken with an improvement point.
const POINT_STEPS: [&str; 6] = [
    "giveMeasure",
    "givePlan",
    "decideImprovement",
    "changeTerm",
    "endTerm",
    "verifyImprovement",
];

/// What has to be there for a step that the state allows.
async fn prepare(world: &World, step: &Step, state: State, path: &str) {
    let authority = world.person("authority", None).with("if-match", "*");
    match (step.operation, state) {
        ("createTermReport", State::TermReaction) => heard_about_terms(world, path).await,
        ("recordTermReceipt", State::FollowUp | State::Closed) => {
            let last = last_term_report(&authority, path).await;
            let at = format!("{path}/termReports/{last}/deliveries");
            let sent = authority.post(&at, json!({"way": "post"})).await.status;
            assert!([200, 409].contains(&sent));
        }
        ("decideImprovement", State::FollowUp) => {
            let points = terms_of(&authority, path).await;
            let point = points[0]["improvementPointId"].as_str().expect("an id");
            let at = format!("/improvementPoints/{point}/measures");
            let linde = world.linde().with("if-match", "*");
            linde
                .post(&at, json!({"text": "Het is gebeurd."}))
                .await
                .expect(200);
        }
        ("closeInspection", State::FollowUp) => end_all(&authority, path).await,
        _ => {}
    }
}

/// From the final report on, up to the state that is of this number.
async fn follow(world: &World, path: &str, reached: usize) {
    let authority = world.person("authority", None).with("if-match", "*");
    let reports = format!("{path}/termReports");
    if reached >= 5 {
        let terms = terms_of(&authority, path).await;
        authority
            .post(&reports, json!({"terms": terms}))
            .await
            .expect(201);
    }
    if reached >= 6 {
        let draft = last_term_report(&authority, path).await;
        authority
            .post(
                &format!("{reports}/{draft}/deliveries"),
                json!({"way": "post"}),
            )
            .await
            .expect(200);
    }
    if reached >= 7 {
        heard_about_terms(world, path).await;
        authority.post(&reports, json!({})).await.expect(201);
    }
    if reached >= 8 {
        end_all(&authority, path).await;
        authority
            .post(&format!("{path}/closings"), json!({}))
            .await
            .expect(200);
    }
}

/// A term for each point of an inspection.
async fn terms_of(authority: &Actor, path: &str) -> Value {
    let points = authority
        .get(&format!(
            "/improvementPoints?inspectionId={}",
            crate::reports::last_of(path)
        ))
        .await
        .expect(200);
    let all = points.body["items"].as_array().expect("points").clone();
    let term = |point: &Value| json!({"improvementPointId": point["id"], "due": "2098-01-01"});
    all.iter().map(term).collect()
}

async fn last_term_report(actor: &Actor, path: &str) -> String {
    let listed = actor.get(&format!("{path}/termReports")).await;
    let last = listed.body["items"]
        .as_array()
        .and_then(|all| all.last())
        .cloned();
    last.map_or_else(
        || uuid::Uuid::now_v7().to_string(),
        |last| last["id"].as_str().expect("an id").to_owned(),
    )
}

/// The facility says that nothing more comes about its terms.
async fn heard_about_terms(world: &World, path: &str) {
    let linde = world.linde().with("if-match", "*");
    let draft = last_term_report(&linde, path).await;
    let done = linde
        .post(
            &format!("{path}/termReports/{draft}/reactions"),
            json!({"complete": true}),
        )
        .await
        .status;
    assert!([200, 409].contains(&done));
}

/// Every point's term ends.
async fn end_all(authority: &Actor, path: &str) {
    let points = authority
        .get(&format!(
            "/improvementPoints?inspectionId={}",
            crate::reports::last_of(path)
        ))
        .await
        .expect(200);
    for point in points.body["items"].as_array().expect("points") {
        let end = format!("{}/termEnds", path_of(point));
        let ended = authority
            .post(&end, json!({"reason": "De afdeling is gesloten"}))
            .await
            .status;
        assert!([200, 409].contains(&ended));
    }
}

/// The facility says that nothing more comes, and what it said is decided on.
async fn heard(world: &World, path: &str) {
    let complete = json!({"complete": true});
    let reactions = format!("{path}/reactions");
    let linde = world.linde().with("if-match", "*");
    let done = linde.post(&reactions, complete).await.status;
    assert!([200, 409].contains(&done));
    let given = linde.get(&reactions).await.expect(200);
    let id = given.body["items"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let decision = json!({"outcome": "accepted", "reason": "Graag gedaan."});
    let reviewer = inspector(world, "reviewer").with("if-match", "*");
    let decided = reviewer
        .post(&format!("{reactions}/{id}/decisions"), decision)
        .await
        .status;
    assert!([200, 409].contains(&decided));
}

fn set(world: &World, made: &Answer, what: &str) {
    let id = made.body["id"].as_str().expect("an id");
    let sql = format!("UPDATE inspection SET {what} WHERE id = {}", key(world, id));
    execute(world, &sql);
}

/// What a step names that only the inspection itself tells: somebody's part, a request, a delivery, a reaction, a publication.
async fn named(world: &World, seen: &Answer, suffix: &str) -> String {
    let path = path_of(&seen.body);
    let lead = inspector(world, "lead");
    let none = uuid::Uuid::now_v7().to_string();
    let first = |answer: Answer| {
        answer.body["items"][0]["id"]
            .as_str()
            .map_or(none.clone(), str::to_owned)
    };
    let team = seen.body["assignments"].as_array().expect("a team");
    let observer = team
        .iter()
        .find(|one| one["role"] == "observer")
        .expect("an observer");
    let mut suffix = suffix
        .replace("{observer}", observer["id"].as_str().expect("an id"))
        .replace(
            "{request}",
            seen.body["documentRequests"][0]["id"]
                .as_str()
                .expect("an id"),
        );
    let authority = world.person("authority", None);
    if suffix.contains("{termReport}") {
        suffix = suffix.replace("{termReport}", &last_term_report(&authority, &path).await);
    }
    if suffix.contains("{point}") {
        let points = world
            .planner()
            .get(&format!(
                "/improvementPoints?inspectionId={}",
                crate::reports::last_of(&path)
            ))
            .await
            .expect(200);
        let point = points.body["items"][0].clone();
        let own = point["href"]
            .as_str()
            .map_or(format!("/improvementPoints/{none}"), |_| path_of(&point));
        suffix = suffix.replace("{point}", &own);
    }
    for (name, part) in [("{delivery}", "deliveries"), ("{reaction}", "reactions")] {
        if suffix.contains(name) {
            suffix = suffix.replace(name, &first(lead.get(&format!("{path}/{part}")).await));
        }
    }
    if suffix.contains("{publication}") {
        let check = json!({"checkedBy": "Fien"});
        let made = lead
            .with("if-match", "*")
            .post(&format!("{path}/publications"), check)
            .await;
        let listed = world
            .anyone()
            .get("/publishedReports?pageSize=200")
            .await
            .expect(200);
        let last = listed.body["items"]
            .as_array()
            .expect("items")
            .last()
            .expect("one")["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        suffix = suffix.replace(
            "{publication}",
            if made.status == 200
                || made.body["detail"]
                    .as_str()
                    .is_some_and(|why| why.contains("al gepubliceerd"))
            {
                &last
            } else {
                &none
            },
        );
    }
    suffix
}

/// A finding of an inspection that is in this state, where two inspectors judge, and a judgement of it: when both are wanted, each has judged.
async fn judged(world: &World, seen: &Answer, state: State, both: bool) -> (String, String) {
    let id = key(world, seen.body["id"].as_str().expect("an id"));
    let put_into = |state: State| {
        execute(
            world,
            &format!("UPDATE inspection SET state = '{state}' WHERE id = {id}"),
        );
    };
    put_into(State::InProgress);
    let (finding, mut judgement) = (uuid::Uuid::now_v7().to_string(), String::new());
    let path = format!("{}/findings/{finding}", path_of(&seen.body));
    let lead = inspector(world, "lead");
    lead.put(&path, json!({"title": "De inkomhal"}))
        .await
        .expect(201);
    for judge in ["lead", "member"].iter().filter(|_| both) {
        let given = json!({"judgement": "voldaan"});
        let path = format!("{path}/judgement");
        let given = inspector(world, judge).put(&path, given).await.expect(201);
        given.body["id"]
            .as_str()
            .expect("an id")
            .clone_into(&mut judgement);
    }
    put_into(state);
    (finding, judgement)
}

on_both! {
    async fn what_can_be_done_to_an_inspection_depends_on_its_state_and_on_the_hand(world: World) {
        let hands = [
            ("planner", world.planner()),
            ("lead", inspector(&world, "lead")),
            ("member", inspector(&world, "member")),
            ("reviewer", inspector(&world, "reviewer")),
            ("observer", inspector(&world, "observer")),
            ("inspector, not assigned", inspector(&world, "elsewhere")),
            ("facility", world.linde()),
            ("facility, another", world.berk()),
            ("authority", world.person("authority", None)),
        ];
        let mut devices = Vec::new();
        for (name, actor) in &hands {
            let id = uuid::Uuid::now_v7().to_string();
            let made = actor.put(&format!("/devices/{id}"), json!({"name": name})).await;
            devices.push(if made.status == 201 { id } else { ids::DEVICE.to_owned() });
        }
        crate::judgements::judged_by_two(&world);
        let mut table = String::from("| state | operation |");
        for (name, _) in &hands {
            write!(table, " {name} |").expect("text");
        }
        table.push_str("\n|---|---|");
        table.push_str(&"---|".repeat(hands.len()));
        for state in State::ALL {
            // What is refused changes nothing: one inspection serves all who are.
            let mut fresh: Option<Answer> = None;
            for step in STEPS {
                write!(table, "\n| `{state}` | `{}` |", step.operation).expect("text");
                for ((name, actor), device) in hands.iter().zip(&devices) {
                    let seen = match fresh.take() {
                        Some(seen) => seen,
                        None => in_state(&world, *state).await,
                    };
                    let (method, suffix, mut body) = request(step, &world);
                    if step.operation == "createReport" && step.states.iter().position(|one| one == state) > Some(2) {
                        body = json!({"reason": "Een fout"});
                    }
                    if step.operation == "createReport" && *state == State::Reaction {
                        heard(&world, &path_of(&seen.body)).await;
                    }
                    let seen = match (step.operation, state) {
                        ("closeInspection", State::Final) => with_points(&world, *state, 0).await,
                        ("closeInspection", State::TermDraft | State::TermReaction) => {
                            drop_points(&world, &path_of(&seen.body)).await;
                            seen
                        }
                        _ => seen,
                    };
                    prepare(&world, step, *state, &path_of(&seen.body)).await;
                    let (mut finding, mut judgement) = Default::default();
                    if ["putJudgement", "adoptJudgement"].contains(&step.operation) {
                        (finding, judgement) = judged(&world, &seen, *state, step.operation == "adoptJudgement").await;
                    }
                    let suffix = named(&world, &seen, &suffix).await.replace("{finding}", &finding);
                    let mut body = body.to_string().replace("{device}", device).replace("{judgement}", &judgement);
                    if body.contains("{terms}") {
                        let terms = terms_of(&world.planner(), &path_of(&seen.body)).await.to_string();
                        let none = json!([{"improvementPointId": ids::FINDING, "reason": "Geen"}]).to_string();
                        body = body.replace("\"{terms}\"", if terms == "[]" { &none } else { &terms });
                    }
                    let base = if POINT_STEPS.contains(&step.operation) { String::new() } else { path_of(&seen.body) };
                    let unguarded = ["putFinding", "putJudgement", "putImprovementPoint"].contains(&step.operation);
                    let actor = if unguarded { actor.clone() } else { actor.with("if-match", "*") };
                    let body = (method != "DELETE").then(|| body.into_bytes());
                    let answer = actor.send(method.parse().expect("a method"), &format!("{base}{suffix}"), body).await;
                    let status = answer.status;
                    write!(table, " {status} |").expect("text");
                    let at = format!("{} in {state} as {name}: {}", step.operation, String::from_utf8_lossy(&answer.bytes));
                    let hand = step.hands.iter().any(|hand| hand.name() == *name);
                    // Nobody follows a point before there is a final report, and the recognising body knows of no inspection before then.
                    let early = !AUTHORITYS.contains(state) && (*name == "authority" || POINT_STEPS.contains(&step.operation));
                    if early && hand {
                        assert_eq!(status, 404, "{at}");
                    } else if !hand {
                        assert!([403, 404].contains(&status), "{at}");
                    } else if step.states.contains(state) {
                        assert!((200..300).contains(&status), "{at}");
                    } else {
                        assert_eq!(status, 409, "{at}");
                        assert!(answer.body["detail"].as_str().is_some_and(|why| why.contains(state.name())), "{at}");
                    }
                    fresh = (status >= 400).then_some(seen);
                }
            }
        }
        reviewed("Inspections, states and hands", &table);
    }

    async fn nobody_can_notice_an_unannounced_inspection_before_its_visit(world: World) {
        let before = all_that_berk_sees(&world, ids::INSPECTION).await;
        let made = planned(&world, BERK, false).await;
        let id = made.body["id"].as_str().expect("an id");
        let lead = inspector(&world, "lead");
        let (visit, seen) = with_visit(&world, &lead, &made, 3).await;
        let path = path_of(&made.body);
        let finding = format!("{path}/findings/{}", uuid::Uuid::now_v7());
        lead.put(&finding, json!({"title": "Wat het jaarverslag zegt"})).await.expect(201);
        let told = lead.seen(&seen).post(&format!("{path}/announcements"), json!({})).await;
        told.problem(409, "stateConflict");
        let unseen: Vec<String> = all_that_berk_sees(&world, id).await.iter().map(|line| line.replace(id, ids::INSPECTION)).collect();
        assert_eq!(unseen, before);
        // Nor can others who have nothing to do with it.
        for actor in [inspector(&world, "elsewhere"), world.person("authority", None), world.person("expert", None), world.admin(), world.linde()] {
            for path in ["/auditEvents?pageSize=200", "/events?pageSize=200", "/inspections?pageSize=200", "/tasks?pageSize=200"] {
                let shown = String::from_utf8_lossy(&actor.whole(path).await.bytes).into_owned();
                assert!(!shown.contains(id), "{path}: {shown}");
            }
            let read = actor.get(&path).await.status;
            assert!([403, 404].contains(&read), "{read}");
        }
        // The visit brings it to light.
        let now = lead.seen(&lead.get(&path).await).put(&format!("{visit}/record"), held(&world)).await.expect(200);
        assert_eq!(now.body["status"], "inProgress");
        let shown = world.berk().get(&path).await.expect(200);
        assert_eq!(shown.body["visits"][0]["status"], "held");
        assert!(shown.body.get("createdAt").is_none() && shown.body["assignments"][0].get("person").is_none(), "{}", shown.body);
        world.number_events().await;
        let heard = world.berk().whole("/events?pageSize=200").await.expect(200);
        assert!(heard.body["items"].as_array().expect("items").iter().any(|one| one["type"] == "inspectionVisited" && one["subject"]["id"] == id), "{}", heard.body);
        let audited = world.berk().get("/auditEvents?action=visitRecorded").await.expect(200);
        assert_eq!(audited.body["items"], json!([]));
    }

    async fn one_that_is_cancelled_before_its_visit_is_never_noticed(world: World) {
        let before = all_that_berk_sees(&world, ids::INSPECTION).await;
        let made = planned(&world, BERK, false).await;
        let id = made.body["id"].as_str().expect("an id");
        let cancelled = world.planner().seen(&made).post(&format!("{}/cancellations", path_of(&made.body)), json!({"ground": "planning", "reason": "Uitgesteld"})).await.expect(200);
        assert_eq!(cancelled.body["status"], "cancelled");
        let after: Vec<String> = all_that_berk_sees(&world, id).await.iter().map(|line| line.replace(id, ids::INSPECTION)).collect();
        assert_eq!(after, before);
    }

    async fn a_facility_knows_of_an_announced_inspection_what_it_was_told(world: World) {
        let made = planned(&world, ids::FACILITY, true).await;
        let path = path_of(&made.body);
        let (planner, linde) = (world.planner(), world.linde());
        linde.get(&path).await.problem(404, "resourceNotFound");
        let early = planner.seen(&made).post(&format!("{path}/announcements"), json!({})).await;
        early.problem(409, "stateConflict");
        let (_, seen) = with_visit(&world, &planner, &made, 5).await;
        let asked = json!({"message": "Wij komen over de Kindreflex.", "documentRequests": [{"title": "De procedure", "due": "2027-02-01"}]});
        let told = planner.seen(&seen).post(&format!("{path}/announcements"), asked).await.expect(200);
        let shown = linde.get(&path).await.expect(200);
        assert_eq!(shown.body["announcements"][0]["message"], "Wij komen over de Kindreflex.");
        assert_eq!(shown.body["documentRequests"][0]["title"], "De procedure");
        assert_eq!(shown.body["checklist"]["pinned"], false);
        assert_eq!(shown.body["visits"].as_array().map(Vec::len), Some(1));
        // What it may not notice changes nothing for it.
        let hidden = format!("{path}/visits/{}", uuid::Uuid::now_v7());
        let secret = json!({"from": days_from_now(&world, 30), "to": days_from_now(&world, 31), "announced": false});
        let team = planner.seen(&told).put(&hidden, secret).await.expect(200);
        assert_eq!(team.body["visits"].as_array().map(Vec::len), Some(2));
        let again = linde.get(&path).await.expect(200);
        assert_eq!((again.etag(), &again.body), (shown.etag(), &shown.body));
        // It answers with the tag that it has seen.
        let request = shown.body["documentRequests"][0]["id"].as_str().expect("an id");
        let answers = format!("{path}/documentRequests/{request}/answers");
        let attachment = uuid::Uuid::now_v7().to_string();
        let bytes = b"De procedure van april";
        let answer = json!({"attachments": [{"attachmentId": attachment, "sha256": crate::support::hex_of(bytes)}]});
        let sent = linde.seen(&shown).post(&answers, answer).await.expect(200);
        send_file(&linde, &attachment, ids::FACILITY, bytes).await.expect(201);
        assert_eq!(sent.body["documentRequests"][0]["answers"][0]["attachments"][0]["attachmentId"], attachment);
        linde.seen(&shown).post(&answers, json!({"note": "Nog iets"})).await.problem(412, "preconditionFailed");
        // The team reads it; another inspector does not.
        let file = format!("/attachments/{attachment}?facilityId={}", ids::FACILITY);
        inspector(&world, "member").get(&file).await.expect(200);
        inspector(&world, "elsewhere").get(&file).await.problem(404, "resourceNotFound");
        let other = json!({"attachments": [{"attachmentId": attachment, "sha256": "0".repeat(64)}]});
        let wrong = linde.seen(&sent).post(&answers, other).await.problem(400, "badRequest");
        assert_eq!(wrong.issues(), [("attachmentReference".to_owned(), "attachments[0].sha256".to_owned())]);
    }

    async fn a_complaint_stays_hidden_until_it_is_disclosed(world: World) {
        let mut complaint = inspection_input(ids::FACILITY, true);
        complaint["reason"] = json!("complaint");
        let (planner, linde) = (world.planner(), world.linde());
        let made = planner.post("/inspections", complaint).await.expect(201);
        let path = path_of(&made.body);
        let (_, seen) = with_visit(&world, &planner, &made, 5).await;
        let told = planner.seen(&seen).post(&format!("{path}/announcements"), json!({})).await.expect(200);
        let shown = linde.get(&path).await.expect(200);
        assert!(!shown.body.to_string().contains("complaint"), "{}", shown.body);
        assert!(shown.body.get("reason").is_none() && shown.body.get("reasonDisclosed").is_none());
        let other = planner.seen(&told).put(&path, json!({"reason": "periodic", "announced": true})).await.problem(400, "badRequest");
        assert_eq!(other.issues(), [("fixed".to_owned(), "reason".to_owned())]);
        planner.seen(&told).put(&path, json!({"reason": "complaint", "reasonDisclosed": true, "announced": true})).await.expect(200);
        assert_eq!(linde.get(&path).await.body["reason"], "complaint");
    }

    async fn an_inspector_sees_what_it_is_assigned_to_and_no_more(world: World) {
        let made = planned(&world, ids::FACILITY, true).await;
        let path = path_of(&made.body);
        let (planner, observer) = (world.planner(), inspector(&world, "observer"));
        let mine = observer.get("/inspections").await.expect(200);
        assert_eq!(ids_of(&mine), [made.body["id"].as_str().expect("an id")]);
        assert_eq!(mine.body["items"][0]["assignedAs"], "observer");
        let part = made.body["assignments"].as_array().expect("a team").iter().find(|one| one["role"] == "observer").expect("one")["id"].clone();
        let twice = json!({"person": "inspecteur-observer", "name": "Dezelfde", "role": "member"});
        planner.seen(&made).post(&format!("{path}/assignments"), twice.clone()).await.problem(409, "stateConflict");
        let ended = planner.seen(&made).delete(&format!("{path}/assignments/{}", part.as_str().expect("an id"))).await.expect(200);
        observer.get(&path).await.problem(404, "resourceNotFound");
        assert_eq!(ids_of(&observer.get("/inspections").await), Vec::<String>::new());
        let again = planner.seen(&ended).post(&format!("{path}/assignments"), twice).await.expect(200);
        assert_eq!(again.body["assignments"].as_array().map(Vec::len), Some(5));
        assert_eq!(observer.get(&path).await.expect(200).body["assignedAs"], "member");
    }

    async fn an_inspection_stays_with_the_checklist_that_it_started_with(world: World) {
        let made = planned(&world, ids::FACILITY, true).await;
        let path = path_of(&made.body);
        let lead = inspector(&world, "lead");
        let (visit, seen) = with_visit(&world, &lead, &made, -2).await;
        let last = seen.body["checklist"]["revision"].as_i64().expect("a number");
        let started = lead.seen(&seen).put(&format!("{visit}/record"), held(&world)).await.expect(200);
        assert_eq!(started.body["checklist"]["pinned"], true);
        let round = format!("/inspectionRounds/{}", ids::ROUND);
        let planner = world.planner();
        let current = planner.get(&format!("{round}/checklistRevisions/{last}")).await.expect(200);
        let better = json!({"items": current.body["items"], "note": {"nl": "Verduidelijkt"}});
        let seen_round = planner.get(&round).await.expect(200);
        planner.seen(&seen_round).post(&format!("{round}/checklistRevisions"), better).await.expect(201);
        let still = lead.get(&path).await.expect(200);
        assert_eq!(still.body["checklist"]["revision"], last);
        let too_far = lead.seen(&still).post(&format!("{path}/checklistMoves"), json!({"revision": last + 2, "reason": "Verduidelijkt"})).await.problem(400, "badRequest");
        assert_eq!(too_far.issues(), [("unknownReference".to_owned(), "revision".to_owned())]);
        let moved = lead.seen(&still).post(&format!("{path}/checklistMoves"), json!({"revision": last + 1, "reason": "Verduidelijkt"})).await.expect(200);
        assert_eq!(moved.body["checklist"]["revision"], last + 1);
        assert_eq!((&moved.body["checklistMoves"][0]["from"], &moved.body["checklistMoves"][0]["reason"]), (&json!(last), &json!("Verduidelijkt")));
    }

    async fn a_visit_that_is_refused_spread_or_cancelled_is_ordinary(world: World) {
        let made = planned(&world, ids::FACILITY, false).await;
        let (path, lead) = (path_of(&made.body), inspector(&world, "lead"));
        let (first, seen) = with_visit(&world, &lead, &made, -3).await;
        let refusal = json!({"outcome": "refused", "from": days_from_now(&world, -3)});
        let bare = lead.seen(&seen).put(&format!("{first}/record"), refusal.clone()).await.problem(400, "badRequest");
        assert_eq!(bare.issues(), [("missing".to_owned(), "note".to_owned())]);
        let mut refusal = refusal;
        refusal["note"] = json!("Niemand mocht ons te woord staan.");
        let seen = lead.seen(&seen).put(&format!("{first}/record"), refusal).await.expect(200);
        assert_eq!((&seen.body["status"], &seen.body["visits"][0]["status"]), (&json!("planned"), &json!("refused")));
        let shown = world.linde().get(&path).await.expect(200);
        assert!(shown.body["visits"][0].get("note").is_none(), "{}", shown.body);
        let (second, seen) = with_visit(&world, &lead, &seen, 1).await;
        let off = json!({"outcome": "cancelled", "note": "Ziekte"});
        let seen = lead.seen(&seen).put(&format!("{second}/record"), off).await.expect(200);
        let (third, seen) = with_visit(&world, &lead, &seen, -2).await;
        let early = json!({"outcome": "held", "from": days_from_now(&world, 2)});
        let early = lead.seen(&seen).put(&format!("{third}/record"), early).await.problem(400, "badRequest");
        assert_eq!(early.issues(), [("validity".to_owned(), "from".to_owned())]);
        let spread = json!({"outcome": "held", "from": days_from_now(&world, -2), "to": days_from_now(&world, -1), "interlocutors": ["arts"]});
        let seen = lead.seen(&seen).put(&format!("{third}/record"), spread).await.expect(200);
        assert_eq!(seen.body["status"], "inProgress");
        let undone = json!({"outcome": "cancelled", "note": "Toch niet"});
        lead.seen(&seen).put(&format!("{third}/record"), undone).await.problem(409, "stateConflict");
    }

    async fn a_machine_reads_an_inspection_by_the_facilitys_own_mandate_alone(world: World) {
        let scopes = ["read:inspections", "read:events"];
        let grant = json!({"name": "Geleend", "scopes": scopes, "organisations": [ids::ORGANISATION]});
        world.admin().put("/integrations/geleend", grant).await.expect(201);
        world.number_events().await;
        let (lent, own) = (world.machine_of("geleend", &scopes), world.machine(&scopes));
        let path = format!("/inspections/{}", ids::INSPECTION);
        lent.get(&path).await.problem(404, "resourceNotFound");
        assert_eq!(ids_of(&lent.get("/inspections").await.expect(200)), Vec::<String>::new());
        assert!(!lent.whole("/events?pageSize=200").await.expect(200).body.to_string().contains(ids::INSPECTION));
        own.get(&path).await.expect(200);
        assert!(own.whole("/events?pageSize=200").await.expect(200).body.to_string().contains(ids::INSPECTION));
    }
}
