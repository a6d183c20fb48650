//! What is recorded of a session, in one transaction with what is kept of it.
use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;

use super::kept::{ALL_YEARS, Change, Sectors};
use super::list::{AttendanceListOutcome, List, ListTaking};
use super::participants::{self, Secret};
use super::store::{self, Participant, Place, Recorded};
use super::{Attendance, AttendanceInput};
use crate::access::Tx;
use crate::audit::{self, Event};
use crate::db::types::Id;
use crate::facility::identifiers::canonical;
use crate::facility::{self, Facility};
use crate::http::etag::Precondition;
use crate::http::page::Window;
use crate::problem::Problem;
use crate::self_assessment::sheet::Grid;
use crate::text::Text;
use crate::training::{TrainingSession, work};

/// The facility, if the caller may know who of it took part: its own people, and the expert centre.
fn of(tx: &mut Tx, facility_id: Id) -> Result<Facility, Problem> {
    if tx.scope.expert {
        facility::facility(tx, facility_id)
    } else {
        facility::own(tx, facility_id)
    }
}

/// What is recorded of a facility in a session; 404 where nothing is.
pub fn read(tx: &mut Tx, place: Place) -> Result<Attendance, Problem> {
    of(tx, place.facility_id)?;
    store::find(tx, place)?.ok_or_else(Problem::not_found)
}

/// What is recorded of a session, as far as the caller may know of it.
pub fn list(
    tx: &mut Tx,
    (training_id, session_id): (Id, Id),
    window: &Window<Id>,
) -> Result<Vec<Attendance>, Problem> {
    work::session(tx, training_id, session_id)?;
    store::list(tx, (training_id, session_id), window)
}

/// Records who of a facility took part in a session, instead of what was recorded before; true when nothing was.
pub fn record(
    tx: &mut Tx,
    place: Place,
    condition: &Precondition,
    input: &AttendanceInput,
    secret: Option<&Secret>,
) -> Result<(Attendance, bool), Problem> {
    let facility = of(tx, place.facility_id)?;
    tx.share_name(&work::turn(place.training_id))?;
    let mut sectors = Sectors::begin(tx)?;
    tx.wait_for_name(&in_turn(place.facility_id))?;
    let session = work::session(tx, place.training_id, place.session_id)?;
    let current = store::find(tx, place)?;
    condition.check(current.as_ref().map(Attendance::tag).as_ref())?;
    require_given(tx, &session)?;
    let people = hashed(&input.participants, place.facility_id, secret)?;
    let before = store::participants(tx, place)?;
    let recorded = Recorded {
        place,
        year: session.begins.year(),
        people: &people,
        others: input.others,
    };
    let of = (&facility, &mut sectors);
    keep(tx, of, &recorded, current.as_ref(), &before)?;
    sectors.settle(tx)?;
    Ok((read(tx, place)?, current.is_none()))
}

/// Records it, with what is kept of it.
fn keep(
    tx: &mut Tx,
    (facility, sectors): (&Facility, &mut Sectors),
    recorded: &Recorded,
    current: Option<&Attendance>,
    before: &BTreeSet<Participant>,
) -> Result<(), Problem> {
    let place = recorded.place;
    keep_count(tx, sectors, recorded, current, before)?;
    store::put(tx, recorded, current, before)?;
    let said = serde_json::json!({"sessionId": place.session_id, "participants": recorded.people.len(), "others": recorded.others});
    let event = Event::new("attendanceRecorded", "training", place.training_id)
        .of(facility.organisation_id, Some(facility.id));
    audit::record(tx, event.with(&said)?)
}

/// Checks a list of who took part in a session, and records its good lines where that is asked. They come to what was recorded before; the same list
/// again changes nothing.
pub fn take_list(
    tx: &mut Tx,
    (training_id, session_id): (Id, Id),
    grid: &Grid,
    taking: ListTaking,
    secret: Option<&Secret>,
) -> Result<AttendanceListOutcome, Problem> {
    tx.share_name(&work::turn(training_id))?;
    let session = work::session(tx, training_id, session_id)?;
    require_given(tx, &session)?;
    let list = List::read(grid);
    let found = facilities(tx, &list)?;
    let settled = list.settle(&found);
    let (mut new, facilities) = (0, settled.named.len());
    let mut sectors = Sectors::begin(tx)?;
    // One after another in one order: two lists at once do not wait for each other crosswise.
    for (facility_id, named) in &settled.named {
        tx.wait_for_name(&in_turn(*facility_id))?;
        let place = Place {
            training_id,
            session_id,
            facility_id: *facility_id,
        };
        let current = store::find(tx, place)?;
        let before = store::participants(tx, place)?;
        let keys: Vec<String> = named.keys.iter().cloned().collect();
        let mut people = hashed(&keys, *facility_id, secret)?;
        new += people.difference(&before).count();
        people.extend(before.iter().cloned());
        let others_before = current.as_ref().map_or(0, |one| one.others);
        let recorded = Recorded {
            place,
            year: session.begins.year(),
            people: &people,
            others: named.others.unwrap_or(others_before),
        };
        let changes = people != before || recorded.others != others_before;
        if changes && taking == ListTaking::Good {
            let facility = of(tx, *facility_id)?;
            let of = (&facility, &mut sectors);
            keep(tx, of, &recorded, current.as_ref(), &before)?;
        }
    }
    sectors.settle(tx)?;
    Ok(AttendanceListOutcome {
        href: session.attendance,
        lines: settled.lines,
        good: settled.good,
        facilities,
        new_participants: new,
        taken: taking == ListTaking::Good,
        faults: settled.faults,
    })
}

/// Those of the facilities that a list names of which the caller may say who took part, by what stands in it.
fn facilities(tx: &mut Tx, list: &List) -> Result<BTreeMap<String, Id>, Problem> {
    let (mut ids, mut numbers) = (Vec::new(), Vec::new());
    for text in list.facilities() {
        match text.parse::<Id>() {
            Ok(id) => ids.push((text.to_owned(), id)),
            Err(_) => numbers.push((text.to_owned(), canonical(text))),
        }
    }
    let by_number = store::by_number(tx, numbers.iter().map(|(_, number)| number))?;
    for (text, number) in numbers {
        ids.extend(by_number.get(&number).map(|id| (text, *id)));
    }
    let own = store::of_caller(tx, ids.iter().map(|(_, id)| *id))?;
    Ok(ids.into_iter().filter(|(_, id)| own.contains(id)).collect())
}

/// The name under which what is kept of a facility is written, by one after another.
fn in_turn(facility: Id) -> String {
    format!("attendance of {facility}")
}

fn require_given(tx: &Tx, session: &TrainingSession) -> Result<(), Problem> {
    let begins = session.begins;
    if session.dropped_because.is_some() {
        return Err(Problem::conflict(Text::new(
            "Deze sessie viel weg: niemand nam eraan deel.",
            "Cette session a été supprimée : personne n'y a participé.",
            "This session was dropped: nobody took part in it.",
        )));
    }
    if begins > tx.now.day() {
        return Err(Problem::conflict(Text::new(
            format!("Deze sessie begint op {begins}; wie deelnam, is dan pas bekend."),
            format!(
                "Cette session commence le {begins} ; les participants ne seront connus qu'alors."
            ),
            format!("This session begins on {begins}; who took part is known only then."),
        )));
    }
    Ok(())
}

fn hashed(
    keys: &[String],
    facility: Id,
    secret: Option<&Secret>,
) -> Result<BTreeSet<Participant>, Problem> {
    if keys.is_empty() {
        return Ok(BTreeSet::new());
    }
    let secret = secret.ok_or_else(participants::unset)?;
    Ok(keys
        .iter()
        .map(|key| (secret.name.clone(), secret.hash(facility, key)))
        .collect())
}

/// Keeps how many people of the facility were reached, each once: in the year of the session, and in all years.
fn keep_count(
    tx: &mut Tx,
    sectors: &mut Sectors,
    recorded: &Recorded,
    current: Option<&Attendance>,
    before: &BTreeSet<Participant>,
) -> Result<(), Problem> {
    let (people, year) = (recorded.people, recorded.year);
    let changed: BTreeSet<&Participant> = people.symmetric_difference(before).collect();
    let elsewhere = store::elsewhere(tx, recorded.place, &changed)?;
    let (mut in_year, mut in_all) = (0, 0);
    for one in changed {
        let step = if people.contains(one) { 1 } else { -1 };
        match elsewhere.get(one) {
            None => {
                in_year += step;
                in_all += step;
            }
            Some(years) if !years.contains(&year) => in_year += step,
            Some(_) => {}
        }
    }
    let others_before = current.map_or(0, |one| one.others);
    let was_there = current.is_some_and(|one| one.participants > 0 || one.others > 0);
    let is_there = !people.is_empty() || recorded.others > 0;
    let signed = |count: u32| i32::try_from(count).map_err(Problem::internal);
    let change = |staff| -> Result<Change, Problem> {
        Ok(Change {
            sessions: i32::from(is_there) - i32::from(was_there),
            staff,
            others: signed(recorded.others)? - signed(others_before)?,
        })
    };
    let facility = recorded.place.facility_id;
    sectors.change(tx, facility, year, change(in_year)?)?;
    sectors.change(tx, facility, ALL_YEARS, change(in_all)?)
}
