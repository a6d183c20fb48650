//! What is kept no longer than it must be: listed, exported, and disposed of by an approved list alone.
use std::path::Path;
use std::process::Command;

use diesel::connection::SimpleConnection;
use kindreflex::access::connect;
use kindreflex::audit::report::FaultKind;
use kindreflex::audit::verify::whole;
use kindreflex::demo::{enterprise_number, ids};
use kindreflex::retention::disposal::{Outcome, dispose};
use kindreflex::retention::{Item, Kind, Periods, due, export};
use serde_json::{Value, json};

use crate::contributions::{asked, hand_in};
use crate::support::{
    Actor, WILG, World, answers_to, confirm_and_hand_in, draft_of, hex_of, issuer, link_of,
    path_of, send_file,
};

async fn listed(world: &World, periods: &[(Kind, u32)]) -> Vec<Item> {
    let periods = Periods(periods.iter().copied().collect());
    due::list(&world.state, &periods, |_, _| ())
        .await
        .expect("a list")
}

async fn disposed(world: &World, periods: &[(Kind, u32)], item: &Item) -> Outcome {
    let periods = Periods(periods.iter().copied().collect());
    dispose(&world.state, &periods, item, "An Archivaris")
        .await
        .expect("an outcome")
}

fn later(world: &World, months: i64) {
    world
        .state
        .clock
        .advance(chrono::Duration::days(31 * months));
}

/// The coordinator of an organisation, once the clock was moved.
fn coordinator(world: &World, number: u32) -> Actor {
    let token = issuer::token_at(
        &world.state.clock,
        "facility",
        Some(enterprise_number(number)),
    );
    world.with_token(&token)
}

async fn faults(world: &World) -> Vec<FaultKind> {
    world.number_events().await;
    let report = whole(&world.state, None, |_, _| ())
        .await
        .expect("a report");
    report.faults.iter().map(|fault| fault.kind).collect()
}

/// De Linde hands this year's in, which supersedes last year's.
async fn superseded(world: &World) -> String {
    let linde = world.linde();
    let draft = draft_of(&linde, ids::FACILITY).await;
    let path = path_of(&draft.body);
    let answers = answers_to(&linde, &draft.body["openCriteria"], "2026-1").await;
    let saved = linde
        .seen(&draft)
        .patch(&format!("{path}/answers"), answers)
        .await
        .expect(200);
    confirm_and_hand_in(&linde, &saved).await;
    path
}

/// The files of a folder, by their paths in it.
fn files(folder: &Path, below: &str) -> Vec<String> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder.join(below)).expect("a folder") {
        let name = entry
            .expect("an entry")
            .file_name()
            .into_string()
            .expect("a name");
        let path = if below.is_empty() {
            name
        } else {
            format!("{below}/{name}")
        };
        if folder.join(&path).is_dir() {
            all.extend(files(folder, &path));
        } else {
            all.push(path);
        }
    }
    all.sort();
    all
}

const SUPERSEDED: &[(Kind, u32)] = &[(Kind::SelfAssessment, 24)];

on_both! {
    async fn what_was_superseded_long_ago_is_listed_exported_and_disposed_of(world: World) {
        let this_year = superseded(&world).await;
        assert_eq!(listed(&world, SUPERSEDED).await, []);
        later(&world, 25);
        assert_eq!(listed(&world, &[]).await, []);
        let items = listed(&world, SUPERSEDED).await;
        let ids_listed: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
        assert_eq!(ids_listed, [ids::SELF_ASSESSMENT]);
        let directory = tempfile::tempdir().expect("a directory");
        let folder = directory.path().join("archive");
        assert_eq!(export::to_folder(&world.state, &items, &folder, |_| ()).await.expect("exported"), []);
        let record = format!("records/selfAssessment/{}.json", ids::SELF_ASSESSMENT);
        assert_eq!(files(&folder, ""), ["README.txt", "list.jsonl", "manifest.txt", &record]);
        let bytes = std::fs::read(folder.join(&record)).expect("a record");
        assert_eq!(hex_of(&bytes), items[0].sha256);
        let exported: Value = serde_json::from_slice(&bytes).expect("json");
        assert!(exported["revisions"][0]["selfAssessment"]["answers"].as_array().is_some_and(|answers| !answers.is_empty()));
        for line in std::fs::read_to_string(folder.join("manifest.txt")).expect("a manifest").lines() {
            let (hash, name) = line.split_once("  ").expect("two parts");
            assert_eq!(hex_of(&std::fs::read(folder.join(name)).expect("a file")), hash, "{name}");
        }
        assert!(export::to_folder(&world.state, &items, &folder, |_| ()).await.is_err(), "a folder is written once");
        assert_eq!(disposed(&world, SUPERSEDED, &items[0]).await, Outcome::Disposed);
        assert_eq!(disposed(&world, SUPERSEDED, &items[0]).await, Outcome::Gone);
        let linde = coordinator(&world, 9_990_001);
        linde.get(&format!("/selfAssessments/{}", ids::SELF_ASSESSMENT)).await.problem(404, "resourceNotFound");
        linde.get(&format!("/selfAssessments/{}/revisions/1", ids::SELF_ASSESSMENT)).await.problem(404, "resourceNotFound");
        let left = linde.get(&this_year).await.expect(200);
        assert!(left.body["basedOn"].is_null());
        assert_eq!(faults(&world).await, []);
        let events = linde.get(&format!("/auditEvents?subjectId={}&pageSize=200", ids::SELF_ASSESSMENT)).await.expect(200);
        let events = events.body["items"].as_array().expect("events").clone();
        let last = events.last().expect("an event");
        assert_eq!((&last["action"], &last["payload"]["approvedBy"]), (&json!("recordDisposed"), &json!("An Archivaris")));
        assert_eq!(last["payload"]["sha256"], items[0].sha256);
        for event in &events {
            let kept = ["selfAssessmentSubmitted", "revisionRedacted", "recordDisposed"].contains(&event["action"].as_str().expect("an action"));
            assert!(kept || event["payload"].is_null(), "{event}");
        }
    }

    async fn a_revision_that_vanished_is_told_from_one_that_was_disposed_of(world: World) {
        superseded(&world).await;
        later(&world, 25);
        let items = listed(&world, SUPERSEDED).await;
        assert_eq!(disposed(&world, SUPERSEDED, &items[0]).await, Outcome::Disposed);
        // Before that has a number, and after.
        assert_eq!(whole(&world.state, None, |_, _| ()).await.expect("a report").fault_count, 0);
        assert_eq!(faults(&world).await, []);
        connect(&world.url).expect("opens")
            .batch_execute("DELETE FROM revision_attachment; DELETE FROM self_assessment_revision").expect("gone");
        let found = faults(&world).await;
        assert!(!found.is_empty() && found.iter().all(|kind| *kind == FaultKind::RevisionChanged), "{found:?}");
    }

    async fn what_changed_since_it_was_listed_or_is_not_due_stays(world: World) {
        let draft = draft_of(&world.wilg(), WILG).await;
        let path = path_of(&draft.body);
        later(&world, 30);
        let drafts: &[(Kind, u32)] = &[(Kind::Draft, 12)];
        let items = listed(&world, drafts).await;
        let item = items.iter().find(|item| path.ends_with(&item.id)).expect("the draft").clone();
        assert_eq!(disposed(&world, &[(Kind::Draft, 60)], &item).await, Outcome::NotDue);
        assert_eq!(disposed(&world, SUPERSEDED, &item).await, Outcome::NotDue);
        let wilg = coordinator(&world, 9_990_003).with("if-match", "*");
        wilg.put(&format!("{path}/answers/{}", ids::CRITERION), json!({"level": "deels", "note": "Toch nog."})).await.expect(200);
        assert_eq!(disposed(&world, drafts, &item).await, Outcome::Changed);
        let folder = tempfile::tempdir().expect("a directory");
        assert_eq!(export::to_folder(&world.state, std::slice::from_ref(&item), folder.path(), |_| ()).await.expect("exported"), [item]);
        wilg.get(&path).await.expect(200);
        assert!(!listed(&world, drafts).await.iter().any(|item| path.ends_with(&item.id)), "it is worked on again");
        later(&world, 13);
        let item = listed(&world, drafts).await.into_iter().find(|item| path.ends_with(&item.id)).expect("the draft");
        assert_eq!(disposed(&world, drafts, &item).await, Outcome::Disposed);
        coordinator(&world, 9_990_003).get(&path).await.problem(404, "resourceNotFound");
        assert_eq!(faults(&world).await, []);
    }

    async fn a_draft_on_which_a_ward_worked_a_while_ago_is_not_due(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        let path = path_of(&draft.body);
        let contributions = format!("{path}/contributions");
        later(&world, 8);
        let wilg = coordinator(&world, 9_990_003);
        let made = wilg.post(&contributions, json!({"criteria": [ids::CRITERION]})).await.expect(201);
        world.anyone().post(&format!("{}/answers", link_of(&made)), json!({"answers": [{"criterionCode": ids::CRITERION, "level": "volledig"}]})).await.expect(200);
        later(&world, 8);
        let drafts: &[(Kind, u32)] = &[(Kind::Draft, 12)];
        let of_wilg = |items: &[Item]| items.iter().any(|item| path.ends_with(&item.id));
        assert!(!of_wilg(&listed(&world, drafts).await), "a ward answered eight months ago");
        later(&world, 5);
        assert!(of_wilg(&listed(&world, drafts).await));
    }

    async fn what_becomes_of_own_improvement_is_its_facilitys_alone(world: World) {
        let (_, path) = crate::purposes::own_draft(&world).await;
        later(&world, 90);
        let drafts: &[(Kind, u32)] = &[(Kind::Draft, 12)];
        let items = listed(&world, drafts).await;
        let item = items.iter().find(|item| path.ends_with(&item.id)).expect("the draft");
        assert_eq!(disposed(&world, drafts, item).await, Outcome::Disposed);
        assert_eq!(faults(&world).await, []);
        let admin = world.with_token(&issuer::token_at(&world.state.clock, "admin", None));
        let query = format!("/auditEvents?subjectId={}", item.id);
        assert_eq!(admin.get(&query).await.expect(200).body["items"], json!([]));
        assert!(coordinator(&world, 9_990_001).get(&query).await.expect(200).body.to_string().contains("recordDisposed"));
    }

    async fn what_was_taken_up_again_and_left_is_due_once_a_later_one_is_handed_in(world: World) {
        let linde = world.linde();
        let path = format!("/selfAssessments/{}", ids::SELF_ASSESSMENT);
        let last = linde.get(&path).await.expect(200);
        linde.seen(&last).post(&format!("{path}/reopenings"), json!({"reason": "Vergeten"})).await.expect(200);
        superseded(&world).await;
        assert_eq!(linde.get(&path).await.expect(200).body["status"], "draft");
        later(&world, 25);
        let items = listed(&world, SUPERSEDED).await;
        assert!(items.iter().any(|item| item.id == ids::SELF_ASSESSMENT));
    }

    async fn what_wards_contributed_goes_to_the_archive_and_away_with_its_draft(world: World) {
        let (path, _, made) = asked(&world.wilg()).await;
        let ward = made.body["id"].as_str().expect("an id");
        hand_in(&world.anyone(), &link_of(&made)).await.expect(200);
        later(&world, 30);
        let drafts: &[(Kind, u32)] = &[(Kind::Draft, 12)];
        let items = listed(&world, drafts).await;
        let item = items.iter().find(|item| path.ends_with(&item.id)).expect("the draft");
        let directory = tempfile::tempdir().expect("a directory");
        let folder = directory.path().join("archive");
        export::to_folder(&world.state, &items, &folder, |_| ()).await.expect("exported");
        let bytes = std::fs::read(folder.join(format!("records/draft/{}.json", item.id))).expect("a record");
        let exported: Value = serde_json::from_slice(&bytes).expect("json");
        assert_eq!(exported["contributions"][0]["id"], ward);
        assert_eq!(exported["contributions"][0]["answers"][0]["note"], "Bij de nachtploeg nog niet.");
        assert_eq!(disposed(&world, drafts, item).await, Outcome::Disposed);
        assert_eq!(faults(&world).await, []);
        let wilg = coordinator(&world, 9_990_003);
        let events = wilg.get(&format!("/auditEvents?subjectId={ward}&pageSize=200")).await.expect(200).body["items"].clone();
        let events = events.as_array().expect("events");
        assert_eq!(events.len(), 2, "asked and answered stay: {events:?}");
        assert!(events.iter().all(|event| event["payload"].is_null()), "{events:?}");
    }

    async fn only_attachments_that_nothing_names_are_due(world: World) {
        let linde = world.linde();
        let mut sent = Vec::new();
        for text in ["Los.", "Genoemd in een antwoord."] {
            let id = uuid::Uuid::now_v7().to_string();
            send_file(&linde, &id, ids::FACILITY, text.as_bytes()).await.expect(201);
            sent.push(id);
        }
        let draft = draft_of(&linde, ids::FACILITY).await;
        let evidence = json!([{"kind": "document", "attachmentId": sent[1], "sha256": hex_of(b"Genoemd in een antwoord.")}]);
        linde.seen(&draft).put(&format!("{}/answers/{}", path_of(&draft.body), ids::CRITERION), json!({"level": "volledig", "evidence": evidence})).await.expect(200);
        later(&world, 13);
        let attachments: &[(Kind, u32)] = &[(Kind::Attachment, 12)];
        let items = listed(&world, attachments).await;
        let free = items.iter().find(|item| item.id.ends_with(&sent[0])).expect("the loose one");
        assert!(!items.iter().any(|item| item.id.ends_with(&sent[1]) || item.id.ends_with(ids::ATTACHMENT)), "{items:?}");
        let folder = tempfile::tempdir().expect("a directory");
        export::to_folder(&world.state, &items, folder.path(), |_| ()).await.expect("exported");
        let bytes = folder.path().join(format!("attachments/{}/{}", ids::FACILITY, sent[0]));
        assert_eq!(std::fs::read(bytes).expect("a file"), b"Los.");
        assert_eq!(disposed(&world, attachments, free).await, Outcome::Disposed);
        let linde = coordinator(&world, 9_990_001);
        linde.get(&format!("/attachments/{}", sent[0])).await.problem(404, "resourceNotFound");
        linde.get(&format!("/attachments/{}", sent[1])).await.expect(200);
        assert_eq!(faults(&world).await, []);
    }

    async fn what_the_audit_recorded_goes_and_the_event_stays(world: World) {
        world.number_events().await;
        let periods: &[(Kind, u32)] = &[(Kind::AuditPayload, 6), (Kind::Redaction, 6)];
        let items = listed(&world, periods).await;
        assert!(items.len() > 5, "{items:?}");
        for item in &items {
            assert_eq!(disposed(&world, periods, item).await, Outcome::Disposed);
        }
        assert_eq!(listed(&world, periods).await, [], "what says so is kept");
        assert_eq!(faults(&world).await, []);
        let report = whole(&world.state, None, |_, _| ()).await.expect("a report");
        assert!(usize::try_from(report.erased).is_ok_and(|erased| erased >= items.len() - 1));
    }
}

/// Runs the program; gives back whether it went well, and what it said.
fn run(arguments: &[&str], months: Option<&str>) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kindreflex"));
    command.args(arguments).env("RUST_LOG", "off");
    if let Some(months) = months {
        command.env("KINDREFLEX_RETENTION_AUDIT_PAYLOAD_MONTHS", months);
    }
    let output = command.output().expect("an end");
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

#[test]
fn an_operator_lists_exports_and_disposes_on_a_demo() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name).display().to_string();
    let (demo, list, archive) = (path("demo"), path("list.jsonl"), path("archive"));
    crate::demo::start(Path::new(&demo)).expect("a demo that is up");
    let (good, said) = run(&["retention", "list", "--data", &demo], None);
    assert!(
        good && said.contains("kept for ever") && said.contains("due: 0"),
        "{said}"
    );
    let (good, said) = run(
        &["retention", "list", "--data", &demo, "--out", &list],
        Some("soon"),
    );
    assert!(
        !good && said.contains("KINDREFLEX_RETENTION_AUDIT_PAYLOAD_MONTHS"),
        "{said}"
    );
    let (good, said) = run(
        &["retention", "list", "--data", &demo, "--out", &list],
        Some("6"),
    );
    assert!(good && !said.contains("due: 0"), "{said}");
    let (good, said) = run(
        &[
            "retention",
            "export",
            &archive,
            "--list",
            &list,
            "--data",
            &demo,
        ],
        None,
    );
    assert!(good && said.contains("exported"), "{said}");
    let checked = Command::new("sha256sum")
        .args(["--check", "--quiet", "manifest.txt"])
        .current_dir(&archive)
        .status();
    assert!(checked.is_ok_and(|status| status.success()));
    let (good, said) = run(
        &[
            "retention",
            "dispose",
            "--list",
            &list,
            "--approved-by",
            " ",
            "--data",
            &demo,
        ],
        Some("6"),
    );
    assert!(!good && said.contains("--approved-by"), "{said}");
    let dispose = [
        "retention",
        "dispose",
        "--list",
        &list,
        "--approved-by",
        "An Archivaris",
        "--data",
        &demo,
    ];
    let (good, said) = run(&dispose, None);
    assert!(!good && said.contains("not due"), "{said}");
    let (good, said) = run(&dispose, Some("6"));
    assert!(good && said.contains("disposed of"), "{said}");
    let (good, said) = run(&["audit", "verify", "--data", &demo], None);
    assert!(good, "{said}");
}
