//! What awaits people in cycles and drafts.
use std::collections::{HashMap, HashSet};

use chrono::Duration;
use diesel::prelude::*;

use super::rules::{self, Position};
use super::store::{self, Row};
use super::{Cycle, Status, answer_store, cycle_store, reach};
use crate::access::policy::{
    AnswerSelfAssessment, ConfirmSelfAssessment, CreateSelfAssessment, ManageCycles,
    SubmitSelfAssessment,
};
use crate::access::{Scope, Tx};
use crate::db::schema::{facility, self_assessment, unit};
use crate::db::types::{AnyBackend, Id, Moment, Visible};
use crate::facility::owned;
use crate::framework;
use crate::framework::document::Texts;
use crate::problem::Problem;
use crate::task::{Subject, Task, TaskKind};
use crate::text::{Language, Text};

/// A cycle is shown to who can still change it so long before it opens. Ours.
const BEFORE_OPENING: Duration = Duration::days(30);

/// Who can assess itself: a facility, or a unit of one.
struct Candidate {
    organisation: Id,
    facility: Id,
    unit: Option<Id>,
    kind: String,
    name: String,
    /// The type of the facility as a whole.
    whole: String,
}

/// The open cycles in which the caller's facilities and their units have no self-assessment yet. Of the cycles of one framework for one
/// purpose and type only the latest counts: who let one pass does the next.
pub fn starts(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    let Some(scope) = tx.scope_for::<CreateSelfAssessment>() else {
        return Ok(());
    };
    let candidates = candidates(tx, &scope)?;
    if candidates.is_empty() {
        return Ok(());
    }
    let there: HashSet<(Id, Option<Id>, Id)> = self_assessment::table
        .inner_join(facility::table)
        .filter(owned(&scope))
        .select((
            self_assessment::facility_id,
            self_assessment::unit_id,
            self_assessment::cycle_id,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?
        .into_iter()
        .collect();
    let cycles = cycle_store::opened(tx)?;
    for one in &candidates {
        for cycle in latest_for(&one.kind, &cycles) {
            let is_there = there.contains(&(one.facility, one.unit, cycle.id));
            let is_own = cycle
                .purpose
                .is_own_of(&scope, one.facility, one.organisation);
            if is_own && !is_there && answers_by_itself(tx, one, cycle)? {
                found.push(to_start(one, cycle, tx.now));
            }
        }
    }
    Ok(())
}

/// Everything of the caller's that exists today, with its type.
fn candidates(tx: &mut Tx, scope: &Scope) -> Result<Vec<Candidate>, Problem> {
    let today = tx.now.day();
    let rows: Vec<(Id, Id, String, String)> = facility::table
        .filter(owned(scope))
        .filter(facility::valid_from.le(today))
        .filter(
            facility::valid_to
                .is_null()
                .or(facility::valid_to.gt(today)),
        )
        .select((
            facility::organisation_id,
            facility::id,
            facility::facility_type,
            facility::name,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let ids: Vec<Id> = rows.iter().map(|row| row.1).collect();
    let units: Vec<(Id, Id, String, String)> = unit::table
        .filter(unit::facility_id.eq_any(ids))
        .filter(unit::valid_from.le(today))
        .filter(unit::valid_to.is_null().or(unit::valid_to.gt(today)))
        .select((unit::facility_id, unit::id, unit::facility_type, unit::name))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let wholes: HashMap<Id, (Id, String, String)> = rows
        .iter()
        .map(|(of, id, kind, name)| (*id, (*of, kind.clone(), name.clone())))
        .collect();
    let mut all: Vec<Candidate> = rows
        .into_iter()
        .map(|(organisation, facility, kind, name)| Candidate {
            organisation,
            facility,
            unit: None,
            whole: kind.clone(),
            kind,
            name,
        })
        .collect();
    all.extend(units.into_iter().filter_map(|(facility, id, kind, name)| {
        let (organisation, whole, of) = wholes.get(&facility)?;
        Some(Candidate {
            organisation: *organisation,
            facility,
            unit: Some(id),
            kind,
            name: format!("{of}, {name}"),
            whole: whole.clone(),
        })
    }));
    Ok(all)
}

/// The latest of the cycles for a type, for each framework and purpose.
fn latest_for<'c>(kind: &str, cycles: &'c [Cycle]) -> Vec<&'c Cycle> {
    let mut latest: HashMap<_, &Cycle> = HashMap::new();
    let serves = |cycle: &&Cycle| cycle.facility_types.iter().any(|one| one == kind);
    for cycle in cycles.iter().filter(serves) {
        let key = (cycle.framework_code.clone(), cycle.purpose);
        let place = latest.entry(key).or_insert(cycle);
        if (place.opens, place.id) < (cycle.opens, cycle.id) {
            *place = cycle;
        }
    }
    latest.into_values().collect()
}

/// A unit whose framework is also for its facility is answered with the whole.
fn answers_by_itself(tx: &mut Tx, one: &Candidate, cycle: &Cycle) -> Result<bool, Problem> {
    if one.unit.is_none() {
        return Ok(true);
    }
    let (framework, version) = (&cycle.framework_code, &cycle.version_code);
    let document = framework::store::published(tx, framework, version)?;
    Ok(document.is_some_and(|document| !document.is_for(&one.whole)))
}

fn to_start(one: &Candidate, cycle: &Cycle, now: Moment) -> Task {
    let (name, title) = (&one.name, &cycle.title);
    let text = Text::new(
        format!(
            "Begin de zelfevaluatie “{}” van {name}.",
            said(title, Language::Nl)
        ),
        format!(
            "Commencez l'auto-évaluation « {} » de {name}.",
            said(title, Language::Fr)
        ),
        format!(
            "Start the self-assessment “{}” of {name}.",
            said(title, Language::En)
        ),
    );
    Task::new(TaskKind::StartSelfAssessment, subject_of(cycle), text)
        .of(one.facility, one.unit)
        .by(cycle.due, now)
        .since(cycle.opens)
}

fn said(title: &Texts, language: Language) -> &str {
    title.in_language_or(language, Language::Nl)
}

fn subject_of(cycle: &Cycle) -> Subject {
    Subject {
        kind: "cycle",
        id: cycle.id.to_string(),
        href: cycle.href.clone(),
    }
}

type Draft = (Row, Id, String);

/// The caller's drafts, as far as it can go on with them.
pub fn drafts(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    let hands = Hands {
        answer: tx.scope_for::<AnswerSelfAssessment>(),
        confirm: tx.scope_for::<ConfirmSelfAssessment>(),
        submit: tx.scope_for::<SubmitSelfAssessment>(),
    };
    let scopes = [&hands.answer, &hands.confirm, &hands.submit];
    let mut mine: Visible<reach::Joined> = Box::new(self_assessment::edit.lt(0));
    for scope in scopes.into_iter().flatten() {
        mine = Box::new(mine.or(reach::mine(scope)));
    }
    let rows: Vec<Draft> = self_assessment::table
        .inner_join(facility::table)
        .filter(mine)
        .filter(self_assessment::state.eq(Status::Draft))
        .select((Row::as_select(), facility::organisation_id, facility::name))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let ids: Vec<Id> = rows.iter().map(|row| row.0.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let mut answers = answer_store::of_all(tx, &ids)?;
    let cycles = cycle_store::opened(tx)?;
    for draft in rows {
        let row = &draft.0;
        let Some(cycle) = cycles.iter().find(|cycle| cycle.id == row.cycle_id) else {
            continue;
        };
        let document = store::version(tx, &row.framework_code, &row.version_code)?;
        let standings = rules::standings(&answers.remove(&row.id).unwrap_or_default());
        let verdicts = rules::verdicts(&document, &row.facility_type, &standings);
        let position = rules::position(&document, &verdicts, &standings);
        found.extend(to_go_on(&draft, cycle, &position, &hands, tx.now));
    }
    Ok(())
}

/// Where the caller may do what.
struct Hands {
    answer: Option<Scope>,
    confirm: Option<Scope>,
    submit: Option<Scope>,
}

fn to_go_on(
    (row, organisation, name): &Draft,
    cycle: &Cycle,
    position: &Position,
    hands: &Hands,
    now: Moment,
) -> Option<Task> {
    let may = |scope: &Option<Scope>| {
        scope
            .as_ref()
            .is_some_and(|scope| row.purpose.is_own_of(scope, row.facility_id, *organisation))
    };
    let progress = &position.progress;
    let (open, bare, to_confirm) = (
        if may(&hands.answer) { progress.open } else { 0 },
        if may(&hands.answer) {
            progress.without_evidence
        } else {
            0
        },
        if may(&hands.confirm) {
            progress.to_confirm
        } else {
            0
        },
    );
    let count = open + bare + to_confirm;
    let title = &cycle.title;
    let (kind, text) = if count > 0 {
        (
            TaskKind::FinishSelfAssessment,
            to_finish(title, name, (count, to_confirm)),
        )
    } else if progress.complete && may(&hands.submit) {
        (TaskKind::SubmitSelfAssessment, to_submit(title, name))
    } else {
        return None;
    };
    let subject = Subject {
        kind: "selfAssessment",
        id: row.id.to_string(),
        href: format!("/v1/selfAssessments/{}", row.id),
    };
    let mut task = Task::new(kind, subject, text)
        .of(row.facility_id, row.unit_id)
        .by(cycle.due, now)
        .since(row.created_at);
    if count > 0 {
        (task.count, task.to_confirm) = (Some(count), Some(to_confirm));
    }
    Some(task)
}

fn to_finish(title: &Texts, name: &str, (count, to_confirm): (usize, usize)) -> Text {
    Text::new(
        format!(
            "Werk de zelfevaluatie “{}” van {name} af: {count} criteria, waarvan {to_confirm} alleen te bevestigen.",
            said(title, Language::Nl)
        ),
        format!(
            "Terminez l'auto-évaluation « {} » de {name} : {count} critères, dont {to_confirm} seulement à confirmer.",
            said(title, Language::Fr)
        ),
        format!(
            "Finish the self-assessment “{}” of {name}: {count} criteria, {to_confirm} of which only need to be confirmed.",
            said(title, Language::En)
        ),
    )
}

fn to_submit(title: &Texts, name: &str) -> Text {
    Text::new(
        format!(
            "Dien de zelfevaluatie “{}” van {name} in: ze is volledig.",
            said(title, Language::Nl)
        ),
        format!(
            "Remettez l'auto-évaluation « {} » de {name} : elle est complète.",
            said(title, Language::Fr)
        ),
        format!(
            "Hand in the self-assessment “{}” of {name}: it is complete.",
            said(title, Language::En)
        ),
    )
}

/// Cycles that open soon, for who can still change them.
pub fn cycles_to_check(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    if tx.scope_for::<ManageCycles>().is_none() {
        return Ok(());
    }
    let until = Moment(tx.now.0 + BEFORE_OPENING);
    for cycle in cycle_store::opening(tx, until)? {
        let text = Text::new(
            format!(
                "Kijk de cyclus “{}” na: zodra hij opent, ligt hij vast.",
                said(&cycle.title, Language::Nl)
            ),
            format!(
                "Vérifiez le cycle « {} » : dès qu'il ouvre, il est figé.",
                said(&cycle.title, Language::Fr)
            ),
            format!(
                "Check the cycle “{}”: once it opens, it is fixed.",
                said(&cycle.title, Language::En)
            ),
        );
        let task = Task::new(TaskKind::CheckCycle, subject_of(&cycle), text);
        found.push(task.by(cycle.opens, tx.now));
    }
    Ok(())
}
