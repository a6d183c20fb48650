//! Many hands on one draft: nobody's answer is lost, or replaced by somebody who had not seen it.
use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use kindreflex::demo::{enterprise_number, ids};
use serde_json::{Value, json};

use crate::support::{Actor, Answer, WILG, World, draft_of, path_of};

/// Answers that each hand writes.
const WRITES: usize = 25;
/// Each writes to some of its own, and all to one.
const CRITERIA: [&str; 4] = [
    "actiefWerken",
    "nietPluisGevoel",
    "intakeGesprek",
    "basisvorming",
];

/// A write that was acknowledged.
#[derive(Debug)]
struct Acknowledged {
    seen: u64,
    made: u64,
    code: String,
    note: String,
}

fn number(tag: &str) -> u64 {
    tag.trim_matches('"')
        .parse()
        .expect("the tag of a draft is its edit")
}

/// Writes answers one after another; each is tried on what was read, and read again as often as somebody else was first.
async fn write(actor: Actor, path: String, name: &'static str) -> (Vec<Acknowledged>, usize) {
    let (mut done, mut refused) = (Vec::new(), 0);
    for turn in 0..WRITES {
        let code = CRITERIA[(turn + name.len()) % CRITERIA.len()];
        let note = format!("{name} {turn}");
        loop {
            let read = actor.get(&path).await.expect(200);
            let answer = json!({"level": "deels", "note": note});
            let saved = save(&actor.seen(&read), &path, code, answer, turn).await;
            if saved.status == 412 {
                refused += 1;
                continue;
            }
            let made = number(&saved.expect(200).etag());
            let seen = number(&read.etag());
            let (code, note) = (code.to_owned(), note.clone());
            done.push(Acknowledged {
                seen,
                made,
                code,
                note,
            });
            break;
        }
    }
    (done, refused)
}

/// By itself or in a list, by turns.
async fn save(actor: &Actor, path: &str, code: &str, mut answer: Value, turn: usize) -> Answer {
    if turn.is_multiple_of(2) {
        return actor.put(&format!("{path}/answers/{code}"), answer).await;
    }
    answer["criterionCode"] = json!(code);
    actor
        .patch(&format!("{path}/answers"), json!({"answers": [answer]}))
        .await
}

/// Every answer that the audit holds of a self-assessment, in its order.
async fn recorded(reader: &Actor, id: &str) -> Vec<(String, String)> {
    let (mut said, mut next) = (
        Vec::new(),
        Some(format!(
            "/auditEvents?action=answersSaved&subjectId={id}&pageSize=50"
        )),
    );
    while let Some(path) = next {
        let page = reader.get(&path).await.expect(200);
        for event in page.body["items"].as_array().expect("events") {
            for one in event["payload"]["answers"].as_array().expect("answers") {
                let text = |value: &Value| value.as_str().expect("a text").to_owned();
                said.push((text(&one["criterionCode"]), text(&one["answer"]["note"])));
            }
        }
        next = page.body["next"]
            .as_str()
            .and_then(|next| Some(next.split_once("/v1")?.1.to_owned()));
    }
    said
}

async fn hands(world: &World) -> Vec<(&'static str, Actor)> {
    let organisation = format!("/organisations/{}/mandates", ids::NEW_ORGANISATION);
    let scopes = ["read:selfAssessments", "write:selfAssessments"];
    let until = (world.state.clock.now() + chrono::Duration::days(30)).to_rfc3339();
    let mandate = json!({"clientId": "epd", "name": "EPD", "scopes": scopes, "validUntil": until});
    world.wilg().post(&organisation, mandate).await.expect(201);
    vec![
        ("coordinator", world.wilg()),
        (
            "medewerker",
            world.person("facilityContributor", Some(enterprise_number(9_990_003))),
        ),
        ("machine", world.machine_of("epd", &scopes)),
    ]
}

on_both! {
    async fn two_people_and_a_machine_edit_one_draft_and_no_answer_is_lost(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        let path = path_of(&draft.body);
        let hands = hands(&world).await;
        let writing = hands.into_iter().map(|(name, actor)| write(actor, path.clone(), name));
        let written = join_all(writing).await;
        let refused: usize = written.iter().map(|(_, refused)| refused).sum();
        println!("{} answers by three hands on {:?}, {refused} times somebody else was first", 3 * WRITES, world.backend);
        assert!(refused > 0, "nobody was ever in anybody's way: this shows nothing");
        let mut all: Vec<Acknowledged> = written.into_iter().flat_map(|(done, _)| done).collect();
        all.sort_by_key(|one| one.made);

        // Whoever wrote had seen all that was there: each edit follows the one that its author read, and none is skipped.
        let first = number(&draft.etag());
        let edits: Vec<u64> = all.iter().map(|one| one.made).collect();
        assert_eq!(edits, (first + 1..).take(edits.len()).collect::<Vec<u64>>());
        assert!(all.iter().all(|one| one.seen + 1 == one.made), "{all:?}");

        // The audit holds what was acknowledged, all of it and nothing else, in the order in which it was.
        world.number_events().await;
        let id = path.rsplit('/').next().expect("an id");
        let acknowledged: Vec<(String, String)> = all.iter().map(|one| (one.code.clone(), one.note.clone())).collect();
        assert_eq!(recorded(&wilg, id).await, acknowledged);

        // And what stands there is the last that was acknowledged for each.
        let last: BTreeMap<String, String> = acknowledged.into_iter().collect();
        let now = wilg.get(&path).await.expect(200);
        let answers = now.body["answers"].as_array().expect("answers");
        let standing = answers.iter().map(|answer| {
            let text = |name: &str| answer[name].as_str().expect("a text").to_owned();
            (text("criterionCode"), text("note"))
        }).collect::<BTreeMap<String, String>>();
        assert_eq!(standing, last);
        let names: BTreeSet<&str> = CRITERIA.into_iter().collect();
        assert!(standing.keys().all(|code| names.contains(code.as_str())));
    }
}
