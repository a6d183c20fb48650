//! Answers against a submission: what was acknowledged is in what was handed in, and nothing else is.
use std::time::Instant;

use actix_web::ResponseError;
use futures_util::future::{LocalBoxFuture, join_all};
use kindreflex::access::operator;
use kindreflex::app::State;
use kindreflex::audit::ActorView;
use kindreflex::db::types::{Id, Moment};
use kindreflex::demo::ids;
use kindreflex::problem::Problem;
use kindreflex::self_assessment::{
    AnswerInput, Reopening, SelfAssessment, revision_store, state_store, store, submission, work,
};
use serde_json::{Value, json};

use crate::support::{Actor, Answer, WILG, answer_whole, answers_to, draft_of, path_of};

/// Races on each database, 1,000 in all: over HTTP, where each takes five requests, and below it.
const OVER_HTTP: usize = 250;
const BELOW_HTTP: usize = 750;
/// Answers in a race.
const ANSWERS: usize = 3;

/// What came of a race: each answer with its criterion, its note and its status, and the status of the submission.
#[derive(Default)]
struct Tally {
    acknowledged: usize,
    refused: usize,
    submitted_first: usize,
}

impl Tally {
    /// Every answer acknowledged is in the revision, every other got 409 or 412.
    fn check(&mut self, answered: &[(String, String, u16)], revision: &Value) {
        for (code, note, status) in answered {
            let kept = revision.as_array().expect("answers").iter().any(|answer| {
                answer["criterionCode"] == json!(code) && answer["note"] == json!(note)
            });
            match status {
                200 => self.acknowledged += 1,
                409 | 412 => self.refused += 1,
                other => panic!("{note} was answered {other}"),
            }
            assert_eq!(
                kept,
                *status == 200,
                "{note} on {code} was answered {status}"
            );
        }
    }

    fn say(&self, races: usize, level: &str, backend: impl std::fmt::Debug, started: Instant) {
        println!(
            "{races} races {level} on {backend:?} in {:.1} s: {} answers acknowledged, {} refused, {} submissions won",
            started.elapsed().as_secs_f32(),
            self.acknowledged,
            self.refused,
            self.submitted_first,
        );
        // A race in which nobody ever loses, or wins, shows nothing.
        assert!(
            self.acknowledged > races / 10 && self.refused > races / 10,
            "no races"
        );
    }
}

/// A complete draft: where it is, its tag, and answers that can be given again.
async fn complete(actor: &Actor) -> (String, String, Vec<Value>) {
    let draft = draft_of(actor, WILG).await;
    let tag = answer_whole(actor, &draft).await.etag();
    let path = path_of(&draft.body);
    let first: Vec<Value> = draft.body["openCriteria"]
        .as_array()
        .expect("open")
        .iter()
        .take(ANSWERS)
        .cloned()
        .collect();
    let answers = answers_to(
        actor,
        &json!(first),
        draft.body["versionCode"].as_str().expect("a version"),
    )
    .await;
    (
        path,
        tag,
        answers["answers"].as_array().expect("answers").clone(),
    )
}

async fn answer_over_http(
    actor: &Actor,
    path: &str,
    given: &Value,
    note: &str,
    listed: bool,
) -> Answer {
    let mut body = given.clone();
    body["note"] = json!(note);
    if listed {
        return actor
            .patch(&format!("{path}/answers"), json!({"answers": [body]}))
            .await;
    }
    let code = body
        .as_object_mut()
        .and_then(|body| body.remove("criterionCode"));
    let code = code
        .as_ref()
        .and_then(Value::as_str)
        .expect("a code")
        .to_owned();
    actor.put(&format!("{path}/answers/{code}"), body).await
}

async fn submit(actor: &Actor, path: &str) -> Answer {
    actor.post(&format!("{path}/submissions"), json!({})).await
}

async fn reopen(actor: &Actor, path: &str, submitted: &Answer) -> String {
    let reason = json!({"reason": "voor de volgende keer"});
    actor
        .seen(submitted)
        .post(&format!("{path}/reopenings"), reason)
        .await
        .expect(200)
        .etag()
}

on_both! {
    async fn an_answer_is_in_what_was_handed_in_or_refused(world: World) {
        let wilg = world.wilg();
        let (path, mut tag, given) = complete(&wilg).await;
        let (mut tally, started) = (Tally::default(), Instant::now());
        for race in 0..OVER_HTTP {
            let racer = wilg.with("if-match", &tag);
            // One answer beside each submission, sent before or after it: with a tag, only one of all can win.
            let note = format!("wedloop {race}");
            let answer = answer_over_http(&racer, &path, &given[race % ANSWERS], &note, race % 4 < 2);
            let (answered, mut submitted) = if race % 2 == 0 {
                futures_util::future::join(answer, submit(&racer, &path)).await
            } else {
                let (submitted, answered) = futures_util::future::join(submit(&racer, &path), answer).await;
                (answered, submitted)
            };
            if submitted.status == 201 {
                tally.submitted_first += 1;
            } else {
                submitted.problem(412, "preconditionFailed");
                let tag = wilg.get(&path).await.expect(200).etag();
                submitted = submit(&wilg.with("if-match", &tag), &path).await.expect(201);
            }
            let location = submitted.header("location").expect("a location").to_owned();
            let revision = wilg.get(location.strip_prefix("/v1").expect("ours")).await.expect(200);
            let code = given[race % ANSWERS]["criterionCode"].as_str().expect("a code").to_owned();
            tally.check(&[(code, note, answered.status)], &revision.body["selfAssessment"]["answers"]);
            tag = reopen(&wilg, &path, &submitted).await;
        }
        tally.say(OVER_HTTP, "over HTTP", world.backend, started);
    }

    async fn an_answer_without_a_tag_is_in_what_was_handed_in_or_refused(world: World) {
        let wilg = world.wilg();
        let (path, _, given) = complete(&wilg).await;
        let id: Id = path.rsplit('/').next().expect("an id").parse().expect("an id");
        let given: Vec<(String, Value)> = given.into_iter().map(|mut body| {
            let code = body.as_object_mut().and_then(|body| body.remove("criterionCode"));
            (code.as_ref().and_then(Value::as_str).expect("a code").to_owned(), body)
        }).collect();
        let (mut tally, started) = (Tally::default(), Instant::now());
        for race in 0..BELOW_HTTP {
            let notes: Vec<String> = (0..ANSWERS).map(|turn| format!("wedloop {race}-{turn}")).collect();
            let mut runners: Vec<LocalBoxFuture<u16>> = Vec::new();
            for ((code, body), note) in given.iter().zip(&notes) {
                let mut body = body.clone();
                body["note"] = json!(note);
                let input: AnswerInput = serde_json::from_value(body).expect("an answer");
                runners.push(Box::pin(answer_below_http(&world.state, id, code.clone(), input)));
            }
            runners.insert(race % (ANSWERS + 1), Box::pin(submit_below_http(&world.state, id)));
            let mut statuses = join_all(runners).await;
            assert_eq!(statuses.remove(race % (ANSWERS + 1)), 201, "a submission without a tag waits its turn");
            tally.submitted_first += 1;
            let answered: Vec<_> = given.iter().zip(notes).zip(statuses)
                .map(|(((code, _), note), status)| (code.clone(), note, status)).collect();
            tally.check(&answered, &handed_in_and_reopened(&world.state, id).await);
        }
        tally.say(BELOW_HTTP, "below HTTP", world.backend, started);
    }
}

async fn write<T: Send + 'static>(
    state: &State,
    job: impl Fn(&mut kindreflex::access::Tx) -> Result<T, Problem> + Send + 'static,
) -> Result<T, u16> {
    let now = Moment(state.clock.now());
    let wilg = vec![ids::id(ids::NEW_ORGANISATION)];
    operator::write(state, wilg, now, job)
        .await
        .map_err(|problem| problem.status_code().as_u16())
}

async fn answer_below_http(state: &State, id: Id, code: String, input: AnswerInput) -> u16 {
    let inputs = vec![(code, input)];
    let answered = write(state, move |tx| {
        let head = work::lock(tx, id, None)?;
        work::answer(tx, &head, &inputs, |_| String::new())
    });
    answered.await.map_or_else(|status| status, |_| 200)
}

async fn submit_below_http(state: &State, id: Id) -> u16 {
    let submitted = write(state, move |tx| submission::submit(tx, id, None));
    submitted.await.map_or_else(|status| status, |_| 201)
}

/// The answers of the last revision; the draft is taken up again.
async fn handed_in_and_reopened(state: &State, id: Id) -> Value {
    let answers = write(state, move |tx| {
        let head = store::own_head(tx, id)?;
        let (_, document) = revision_store::revision(tx, id, head.revision)?;
        let reopening = Reopening {
            reason: "voor de volgende keer".into(),
            reopened_by: ActorView::of(tx),
            reopened_at: tx.now,
        };
        assert_eq!(state_store::reopen(tx, &head, &reopening)?, 1);
        let whole: SelfAssessment = document.to()?;
        serde_json::to_value(whole.answers).map_err(Problem::internal)
    });
    answers.await.expect("a revision")
}
