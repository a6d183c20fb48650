//! Several devices with lost, repeated, reordered and interleaved batches, over HTTP: the service says what the model says, and goes on saying it.
//!
//! The model is written from the contract, and shared with the tests of the pure core; what the devices do follows from it alone.
//! `KINDREFLEX_HISTORIES` tells how many histories, `KINDREFLEX_SEED` which.
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use futures_util::future::join_all;
use kindreflex::db::types::Id;
use kindreflex::demo::ids;
use kindreflex::inspection::finding::versions::{
    MOST_PARENTS, Never, Outcome, Reason, Standing, Version, Waiting,
};
use serde_json::{Value, json};

use crate::support::databases::postgres_is_there;
use crate::support::inspecting::{Tablet, faults, hash_of, inspector, new_id, planned};
use crate::support::{Answer, Backend, World, ids_of, path_of};

#[path = "../../src/inspection/finding/versions/tests/history.rs"]
mod history;
#[path = "../../src/inspection/finding/versions/tests/model.rs"]
mod model;
#[path = "../../src/inspection/finding/versions/tests/play.rs"]
mod play;

use history::{DEVICES, History, asked, begun, runner, without_second_contents};
use model::Model;
use play::{Arrival, shuffled};

/// How often the service starts anew over the same database: after one batch in so many.
const BATCHES_BETWEEN_STARTS: u64 = 32;

/// A device's hash stands for a content: its title.
fn content(hash: &str) -> Value {
    json!({ "title": hash })
}

fn sent(item: &Version) -> Value {
    json!({"id": item.id, "findingId": item.finding, "parents": item.parents, "madeAt": "2026-11-20T10:00:00Z", "content": content(&item.hash)})
}

/// What a receipt must say of an item: its outcome, the kinds and fields of its faults, and its hash.
fn line(item: &Version, outcome: &Outcome) -> (String, Vec<(String, String)>, Value) {
    let fault = |kind: &str, name: &str| (kind.to_owned(), name.to_owned());
    let in_vain = |_: &Never| fault("unknownReference", "parents");
    let (said, faults) = match outcome {
        Outcome::Stored => ("stored", vec![]),
        Outcome::Unchanged => ("unchanged", vec![]),
        Outcome::Conflict => ("conflict", vec![]),
        Outcome::Pending { never } => ("pending", never.iter().map(in_vain).collect()),
        // What can be seen in the version alone is looked at first.
        Outcome::Rejected(reasons) if reasons.contains(&Reason::TooManyParents) => {
            ("rejected", vec![fault("length", "parents")])
        }
        Outcome::Rejected(reasons) => {
            let why = reasons.iter().map(|reason| match reason {
                Reason::OtherContent => fault("otherContent", "id"),
                _ => fault("repeated", "parents"),
            });
            ("rejected", why.collect())
        }
    };
    let hash = match outcome {
        Outcome::Rejected(_) => Value::Null,
        _ => json!(hash_of(&content(&item.hash))),
    };
    (said.to_owned(), faults, hash)
}

fn assert_says(receipt: &Answer, items: &[Version], outcomes: &[Outcome]) {
    let lines = receipt.body["versions"].as_array().expect("lines");
    assert_eq!(lines.len(), items.len());
    for ((line_said, item), outcome) in lines.iter().zip(items).zip(outcomes) {
        let outcome_said = line_said["outcome"]
            .as_str()
            .expect("an outcome")
            .to_owned();
        let said = (outcome_said, faults(line_said), line_said["hash"].clone());
        assert_eq!(said, line(item, outcome), "{item:?}");
        assert_eq!(line_said["id"], json!(item.id));
        assert_eq!(line_said["findingId"], json!(item.finding));
    }
}

/// A service with the tablets that its histories are played with; it starts anew now and then.
struct Stage {
    world: World,
    tablets: Vec<Tablet>,
    arrived: u64,
}

/// The parts of those who hold the tablets.
const HOLDERS: [&str; DEVICES] = ["lead", "member", "lead", "member"];

impl Stage {
    async fn on(backend: Backend) -> Self {
        let world = World::on(backend).await;
        let inspection = planned(&world, ids::FACILITY, true).await;
        let tablets = HOLDERS.map(|part| Tablet::of(&world, part, &inspection));
        Self {
            tablets: join_all(tablets).await,
            world,
            arrived: 0,
        }
    }

    /// An inspection for one history, at which the same tablets are.
    async fn inspection(&mut self) {
        let inspection = planned(&self.world, ids::FACILITY, true).await;
        let path = path_of(&inspection.body);
        for tablet in &mut self.tablets {
            tablet.path.clone_from(&path);
        }
    }

    async fn maybe_start_anew(&mut self) {
        self.arrived += 1;
        if !self.arrived.is_multiple_of(BATCHES_BETWEEN_STARTS) {
            return;
        }
        // The first one holds the database; its service is not asked any more.
        let world = self.world.beside().await;
        for (tablet, part) in self.tablets.iter_mut().zip(HOLDERS) {
            tablet.actor = inspector(&world, part);
        }
    }
}

/// What is known of a batch that came before.
struct Came {
    id: String,
    receipt: Answer,
}

/// Batches arrive as the history has it; each receipt says what the model says, and the same for one that comes again.
async fn arrive(stage: &mut Stage, arrivals: &[Arrival]) {
    let mut came: BTreeMap<usize, Came> = BTreeMap::new();
    for arrival in arrivals {
        let batch = &arrival.batch;
        let tablet = stage.tablets[batch.device].clone();
        let items: Vec<Value> = batch.items.iter().map(sent).collect();
        if let Some(before) = came.get(&batch.number) {
            let again = tablet.send(&before.id, &items).await.expect(200);
            assert_eq!(again.body, before.receipt.body, "the same receipt");
        } else {
            let id = new_id();
            let receipt = tablet.send(&id, &items).await.expect(201);
            assert_says(&receipt, &batch.items, &arrival.outcomes);
            came.insert(batch.number, Came { id, receipt });
        }
        stage.maybe_start_anew().await;
        for (finding, (standing, _)) in &arrival.touched {
            assert_stands(&stage.tablets[0], *finding, standing).await;
        }
    }
    let tablet = &stage.tablets[0];
    let read = came.values().map(|came| async {
        let path = format!("{}/syncs/{}", tablet.path, came.id);
        let read = tablet.actor.get(&path).await.expect(200);
        assert_eq!(read.body, came.receipt.body, "a receipt is kept");
    });
    join_all(read).await;
}

fn ids_in(versions: &Value) -> Vec<Value> {
    let versions = versions.as_array().expect("versions");
    versions.iter().map(|one| one["id"].clone()).collect()
}

/// The finding stands as the model says.
async fn assert_stands(tablet: &Tablet, finding: Id, standing: &Standing) {
    let found = tablet.finding(&json!(finding)).await;
    let body = &found.body;
    assert_eq!(body["heads"], json!(standing.heads), "heads");
    assert_eq!(
        ids_in(&body["headVersions"]),
        ids_in(&with_ids(&standing.heads))
    );
    assert_eq!(
        ids_in(&body["baseVersions"]),
        ids_in(&with_ids(&standing.base)),
        "base"
    );
    assert_eq!(body["conflict"], standing.heads.len() > 1, "conflict");
    assert_eq!(body["pending"], standing.pending.len(), "pending");
    let only = match body["headVersions"].as_array().expect("heads").as_slice() {
        [only] => Some(&only["content"]),
        _ => None,
    };
    assert_eq!(body.get("content"), only, "content");
}

fn with_ids(ids: &[Id]) -> Value {
    ids.iter().map(|id| json!({ "id": id })).collect()
}

/// What is kept of a version: its parents, what it says, and where it stands.
type Kept = (BTreeSet<String>, Value, String, String);

/// Every version that came is there, once, as it came first, and stands as the model says.
async fn assert_whole(tablet: &Tablet, model: &Model) {
    let kept = model.kept();
    for finding in model.findings() {
        let standing = model.standing(finding);
        assert_stands(tablet, finding, &standing).await;
        let versions = tablet.versions(&json!(finding)).await;
        let said: BTreeMap<String, Kept> = versions.iter().map(as_said).collect();
        assert_eq!(said.len(), versions.len(), "each version once");
        let own = kept.values().filter(|version| version.finding == finding);
        let expected = own.map(|version| expected(version, &standing)).collect();
        assert_eq!(said, expected, "the versions of {finding}");
    }
    let path = format!("{}/findings?pageSize=200", tablet.path);
    let listed = ids_of(&tablet.actor.get(&path).await.expect(200));
    let listed: BTreeSet<String> = listed.into_iter().collect();
    let all: BTreeSet<String> = model.findings().iter().map(ToString::to_string).collect();
    assert_eq!(listed, all, "the findings");
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn as_said(version: &Value) -> (String, Kept) {
    let parents = version["parents"].as_array().expect("parents");
    let parents = parents.iter().map(text).collect();
    let (hash, status) = (text(&version["hash"]), text(&version["status"]));
    (
        text(&version["id"]),
        (parents, version["content"].clone(), hash, status),
    )
}

fn expected(version: &Version, standing: &Standing) -> (String, Kept) {
    let content = content(&version.hash);
    let status = if standing.stored.contains(&version.id) {
        "stored"
    } else {
        "pending"
    };
    let parents = version.parents.iter().map(ToString::to_string).collect();
    let hash = hash_of(&content);
    (
        version.id.to_string(),
        (parents, content, hash, status.to_owned()),
    )
}

/// The same versions at another inspection, in another order, cut otherwise, half of them twice, from all tablets at once.
async fn arrive_in_another_order(stage: &mut Stage, model: &Model, history: &History) {
    let mut items = without_second_contents(model);
    let again: Vec<Version> = items.iter().step_by(2).cloned().collect();
    items.extend(again);
    let items = shuffled(items, history.seed);
    stage.inspection().await;
    let batches = items.chunks(history.most).enumerate().map(|(turn, batch)| {
        let tablet = &stage.tablets[turn % DEVICES];
        let items: Vec<Value> = batch.iter().map(sent).collect();
        async move { tablet.sync(&items).await }
    });
    join_all(batches).await;
    stage.maybe_start_anew().await;
    assert_whole(&stage.tablets[0], model).await;
}

async fn play(stage: &mut Stage, history: &History) {
    let mut world = begun(history);
    world.settle(history.most, history.seed);
    stage.inspection().await;
    arrive(stage, &world.arrivals).await;
    assert_whole(&stage.tablets[0], &world.model).await;
    arrive_in_another_order(stage, &world.model, history).await;
}

fn play_all_on(backend: Backend) {
    let started = std::time::Instant::now();
    let histories = asked(16);
    let system = Rc::new(actix_web::rt::System::new());
    let stage = RefCell::new(system.block_on(Stage::on(backend)));
    let outcome = runner(histories).run(&history::history(), |history| {
        system.block_on(play(&mut stage.borrow_mut(), &history));
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}\n{error:#?}");
    }
    let (batches, took) = (stage.borrow().arrived, started.elapsed());
    println!(
        "{histories} histories, {batches} batches on {backend:?} in {:.1} s",
        took.as_secs_f32()
    );
}

#[test]
fn whatever_happens_between_devices_and_service_findings_stand_as_the_contract_says_on_sqlite() {
    play_all_on(Backend::Sqlite);
}

#[test]
fn whatever_happens_between_devices_and_service_findings_stand_as_the_contract_says_on_postgres() {
    if postgres_is_there() {
        play_all_on(Backend::Postgres);
    }
}
