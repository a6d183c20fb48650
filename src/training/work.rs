//! What is done to kinds of trainings, trainings and sessions, each in one transaction.
use chrono::{Datelike, NaiveDate};

use super::{
    Training, TrainingInput, TrainingKind, TrainingKindInput, TrainingSession,
    TrainingSessionInput, attendance, store,
};
use crate::access::Tx;
use crate::audit::{self, Event};
use crate::db::types::Id;
use crate::facility;
use crate::http::etag::Precondition;
use crate::http::{ETag, IfMatch};
use crate::problem::{Issue, Problem};
use crate::text::Text;

/// Sessions of a training at most. Ours.
const MOST_SESSIONS: i64 = 500;

/// Adds or replaces a kind of training; true when it is new.
pub fn put_kind(
    tx: &mut Tx,
    code: &str,
    condition: &Precondition,
    input: &TrainingKindInput,
) -> Result<(TrainingKind, bool), Problem> {
    let current = store::find_kind(tx, code)?;
    let tag = current.as_ref().map(|kind| ETag::edit(kind.edit));
    condition.check(tag.as_ref())?;
    store::put_kind(tx, code, current.as_ref(), input)?;
    let event = Event::new("trainingKindSaved", "trainingKind", code);
    audit::record(tx, event.with(input)?)?;
    let saved = store::find_kind(tx, code)?.ok_or_else(Problem::not_found)?;
    Ok((saved, current.is_none()))
}

/// Adds a training.
pub fn create(tx: &mut Tx, id: Id, input: &TrainingInput) -> Result<Training, Problem> {
    check(tx, input)?;
    store::insert(tx, id, input)?;
    audit::record(tx, recorded("trainingCreated", id).with(input)?)?;
    store::get(tx, id)
}

/// Replaces what a training says.
pub fn replace(
    tx: &mut Tx,
    id: Id,
    seen: &IfMatch,
    input: &TrainingInput,
) -> Result<Training, Problem> {
    let current = held(tx, id)?;
    seen.check(&current.tag())?;
    check(tx, input)?;
    store::update(tx, &current.summary, input)?;
    audit::record(tx, recorded("trainingChanged", id).with(input)?)?;
    store::get(tx, id)
}

/// Adds or replaces a session of a training; true when it is new.
pub fn put_session(
    tx: &mut Tx,
    (training_id, id): (Id, Id),
    condition: &Precondition,
    input: &TrainingSessionInput,
) -> Result<(TrainingSession, bool), Problem> {
    let of = held(tx, training_id)?;
    let current = store::find_session(tx, training_id, id)?;
    condition.check(current.as_ref().map(TrainingSession::tag).as_ref())?;
    match &current {
        Some(current) => keep_what_was_attended(tx, training_id, current, input)?,
        None if store::count_sessions(tx, training_id)? >= MOST_SESSIONS => return Err(full()),
        None => {}
    }
    store::put_session(tx, (&of.summary, id), current.as_ref(), input)?;
    let said = serde_json::json!({"sessionId": id, "session": input});
    audit::record(
        tx,
        recorded("trainingSessionSaved", training_id).with(&said)?,
    )?;
    Ok((session(tx, training_id, id)?, current.is_none()))
}

/// A session of a training.
pub fn session(tx: &mut Tx, training_id: Id, id: Id) -> Result<TrainingSession, Problem> {
    store::find_session(tx, training_id, id)?.ok_or_else(Problem::not_found)
}

fn recorded(action: &'static str, id: Id) -> Event {
    Event::new(action, "training", id)
}

/// The name under which a training and who took part in it are written, one after another.
pub fn turn(id: Id) -> String {
    format!("training {id}")
}

fn held(tx: &mut Tx, id: Id) -> Result<Training, Problem> {
    tx.wait_for_name(&turn(id))?;
    store::get(tx, id)
}

/// Where somebody took part, the session was given, and is counted in the year in which it began.
fn keep_what_was_attended(
    tx: &mut Tx,
    training_id: Id,
    current: &TrainingSession,
    input: &TrainingSessionInput,
) -> Result<(), Problem> {
    let moves = input.begins.year() != current.begins.year();
    let ends = input.dropped_because.is_some() || input.begins > today(tx);
    if (moves || ends) && attendance::store::is_attended(tx, training_id, current.id)? {
        return Err(Problem::conflict(Text::new(
            "Er nam al iemand aan deze sessie deel: zij begint in hetzelfde jaar, niet na vandaag, en valt niet weg.",
            "Quelqu'un a déjà participé à cette session : elle commence la même année, pas après aujourd'hui, et n'est pas supprimée.",
            "Somebody took part in this session: it begins in the same year, not after today, and is not dropped.",
        )));
    }
    Ok(())
}

fn today(tx: &Tx) -> NaiveDate {
    tx.now.day()
}

fn check(tx: &mut Tx, input: &TrainingInput) -> Result<(), Problem> {
    let mut faults = Vec::new();
    let kind = input.kind_code.as_str();
    if store::find_kind(tx, kind)?.is_none() {
        let detail = Text::new(
            format!(
                "Deze soort vorming is niet bekend; zie GET /v1/trainingKinds, of voeg ze toe met PUT /v1/trainingKinds/{kind}."
            ),
            format!(
                "Ce type de formation n'est pas connu ; voir GET /v1/trainingKinds, ou ajoutez-le avec PUT /v1/trainingKinds/{kind}."
            ),
            format!(
                "This kind of training is not known; see GET /v1/trainingKinds, or add it with PUT /v1/trainingKinds/{kind}."
            ),
        );
        faults.push(Issue::body("unknownReference", "kindCode", detail).with_value(kind));
    }
    faults.extend(facility::unknown_sectors(tx, "sectors", &input.sectors)?);
    Problem::refuse(faults)
}

fn full() -> Problem {
    Problem::conflict(Text::new(
        format!("Een vorming heeft ten hoogste {MOST_SESSIONS} sessies; maak er nog een."),
        format!("Une formation a au plus {MOST_SESSIONS} sessions ; créez-en une autre."),
        format!("A training has {MOST_SESSIONS} sessions at most; make another."),
    ))
}
