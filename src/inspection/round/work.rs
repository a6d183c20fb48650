//! What is done to a round, each in one transaction.
//!
//! A round is written by one at a time, so that who changes it sees what another just did.
use super::checklist::{self, Checklist, ChecklistRevision};
use super::rules::{self, Known};
use super::{Round, RoundInput, RoundState, store};
use crate::access::Tx;
use crate::audit::{self, Event};
use crate::db::types::Id;
use crate::facility;
use crate::framework;
use crate::http::IfMatch;
use crate::inspection::policy_report;
use crate::inspection::store as inspections;
use crate::problem::Problem;
use crate::words::Code;

/// Plans a round.
pub fn create(tx: &mut Tx, id: Id, input: RoundInput) -> Result<Round, Problem> {
    check(tx, &input)?;
    let event = recorded("inspectionRoundCreated", id).with(&input)?;
    let round = Round::planned(id, input);
    store::insert(tx, &round)?;
    audit::record(tx, event)?;
    Ok(round)
}

/// Replaces what a round says, as far as it is not fixed.
pub fn replace(tx: &mut Tx, id: Id, seen: &IfMatch, input: RoundInput) -> Result<Round, Problem> {
    let current = held(tx, id, seen)?;
    rules::require(&current, &[RoundState::Planned, RoundState::Open])?;
    check(tx, &input)?;
    // Told apart by name: only planners and inspectors hear of what is done before a round is announced.
    let action = match current.checklist_revision {
        None => "inspectionRoundReplanned",
        Some(_) => "inspectionRoundChanged",
    };
    let event = recorded(action, id).with(&input)?;
    let changed = store::update(tx, rules::replaced(current, input)?)?;
    audit::record(tx, event)?;
    Ok(changed)
}

/// Opens a round: from now on its inspections can begin.
pub fn open(tx: &mut Tx, id: Id, seen: &IfMatch) -> Result<Round, Problem> {
    let current = held(tx, id, seen)?;
    rules::may_open(&current)?;
    rules::refuse_without_ground(&without_ground(tx, &current.sectors)?)?;
    let opened = store::update(tx, rules::opened(current, tx.now))?;
    audit::record(tx, recorded("inspectionRoundOpened", id))?;
    Ok(opened)
}

/// Closes a round, for good, with its figures.
pub fn close(tx: &mut Tx, id: Id, seen: &IfMatch) -> Result<Round, Problem> {
    let current = held(tx, id, seen)?;
    rules::require(&current, &[RoundState::Open])?;
    if inspections::under_way_in(tx, id)? {
        return Err(rules::still_under_way());
    }
    let closed = store::update(tx, rules::closed(current, tx.now))?;
    let hash = policy_report::work::freeze(tx, &closed)?;
    let said = serde_json::json!({"policyReport": hash});
    audit::record(tx, recorded("inspectionRoundClosed", id).with(&said)?)?;
    Ok(closed)
}

/// Publishes the next revision of a round's checklist; the first one announces the round.
pub fn publish(
    tx: &mut Tx,
    id: Id,
    seen: &IfMatch,
    checklist: &Checklist,
) -> Result<(Round, ChecklistRevision), Problem> {
    let current = held(tx, id, seen)?;
    rules::require(&current, &[RoundState::Planned, RoundState::Open])?;
    let next = rules::announced(current);
    let number = next.checklist_revision.unwrap_or_default();
    check_checklist(tx, &next, number, checklist)?;
    let round = store::update(tx, next)?;
    store::insert_revision(tx, id, number, checklist)?;
    let said = serde_json::json!({"revision": number, "checklist": checklist});
    audit::record(tx, recorded("checklistPublished", id).with(&said)?)?;
    Ok((round, store::revision(tx, id, number)?))
}

fn recorded(action: &'static str, id: Id) -> Event {
    Event::new(action, "inspectionRound", id)
}

/// The round, as the caller has seen it, held until the end of the transaction.
fn held(tx: &mut Tx, id: Id, seen: &IfMatch) -> Result<Round, Problem> {
    tx.wait_for_name(&store::turn(id))?;
    let current = store::get(tx, id)?;
    seen.check(&current.tag())?;
    Ok(current)
}

/// Refuses a round that makes no sense.
fn check(tx: &mut Tx, input: &RoundInput) -> Result<(), Problem> {
    let mut known = Known::default();
    for sector in &input.sectors {
        if facility::find_sector(tx, sector.as_str())?.is_some() {
            known.sectors.push(sector.clone());
        }
    }
    for one in &input.frameworks {
        let (framework, version) = (one.framework_code.as_str(), one.version_code.as_str());
        if framework::store::published(tx, framework, version)?.is_some() {
            known.frameworks.push(one.clone());
        }
    }
    Problem::refuse(rules::faults(input, &known))
}

/// Refuses a checklist of which an item is none of the round's.
fn check_checklist(
    tx: &mut Tx,
    round: &Round,
    number: i64,
    checklist: &Checklist,
) -> Result<(), Problem> {
    let mut versions = Vec::new();
    for one in &round.frameworks {
        let (framework, version) = (one.framework_code.as_str(), one.version_code.as_str());
        let document = framework::store::published(tx, framework, version)?;
        versions.extend(document.map(|document| (one.clone(), document)));
    }
    Problem::refuse(checklist::faults(checklist, number, &versions))
}

/// Those of the sectors in which there is no ground to inspect today.
fn without_ground(tx: &mut Tx, sectors: &[Code]) -> Result<Vec<Code>, Problem> {
    let today = tx.now.day();
    let mut without = Vec::new();
    for code in sectors {
        let sector = facility::find_sector(tx, code.as_str())?;
        if !sector.is_some_and(|sector| sector.is_regulated_on(today)) {
            without.push(code.clone());
        }
    }
    Ok(without)
}
