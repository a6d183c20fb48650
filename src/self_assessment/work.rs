//! What is done to a self-assessment, each in one transaction: rows from the store, decisions from the rules, an event for the audit.
use std::collections::BTreeMap;
use std::sync::Arc;

use super::rules::{self, Last, Position, Standings};
use super::store::{self, Head, Row};
use super::{
    Answer, AnswerException, AnswerInput, AnswerOrigin, AnswersSaved, Cycle, Purpose, Reopening,
    SelfAssessmentInput, Status, answer_store, checks, cycle_store, revision_store, state_store,
    submission,
};
use crate::access::Tx;
use crate::audit::{self, ActorView, Event};
use crate::db::types::Id;
use crate::facility::{self, Facility, Place};
use crate::framework;
use crate::framework::document::{Code, Document};
use crate::framework::rules::{Carry, carry};
use crate::problem::{In, Issue, Kind as ProblemKind, Problem};
use crate::step_plan;
use crate::text::Text;

/// Makes a facility's self-assessment for a cycle, starting from its last one.
pub fn create(tx: &mut Tx, id: Id, input: &SelfAssessmentInput) -> Result<Head, Problem> {
    let facility = facility_in(tx, input)?;
    // Until this is committed, no migration takes the cycle to another version: it would not see what is made here.
    tx.share_name(&cycle_store::turn(input.cycle_id))?;
    let cycle = cycle_store::get(tx, input.cycle_id)
        .map_err(|fault| fault.as_unknown("cycleId", input.cycle_id))?;
    let (whose, document) = asked_in(tx, &facility, &cycle, input)?;
    // A plan that is saved meanwhile would not see this draft; and what a redaction removes from last time's answers is not carried over.
    submission::take_turn_of(tx, facility.id)?;
    let last = last_time(tx, facility.id, whose.unit, &cycle, &document)?;
    let (carried, opening) = rules::start(
        &document,
        last.as_ref().map(|last| &last.said),
        last.as_ref().and_then(|last| last.fates.as_ref()),
        tx.now.day(),
    );
    let plan = step_plan::in_force(tx, facility.id, &cycle.framework_code)?.of(whose.unit);
    let row = Row {
        id,
        cycle_id: cycle.id,
        facility_id: facility.id,
        unit_id: whose.unit,
        facility_type: whose.kind,
        framework_code: cycle.framework_code,
        version_code: cycle.version_code,
        purpose: cycle.purpose,
        status: Status::Draft,
        revision: 1,
        submitted_revision: None,
        superseded_by: None,
        based_on: last.map(|last| last.id),
        reopening: None,
        edit: 1,
        created_at: tx.now,
        updated_at: tx.now,
        submitted_at: None,
        step_plan_id: plan.map(|plan| plan.plan_id),
        step_plan_version: plan.map(|plan| plan.version),
        redactions: None,
        submitted_version_code: None,
        withdrawn: None,
    };
    let head = Head {
        row,
        organisation_id: facility.organisation_id,
        own: true,
    };
    store::insert(tx, &head, &opening, &carried)?;
    let event = Event::new("selfAssessmentCreated", "selfAssessment", id);
    audit::record(tx, of_facility(event, &head).with(input)?)?;
    Ok(head)
}

/// Who assesses itself in this cycle against what, when it may and does not yet.
fn asked_in(
    tx: &mut Tx,
    facility: &Facility,
    cycle: &Cycle,
    input: &SelfAssessmentInput,
) -> Result<(Assessed, Arc<Document>), Problem> {
    if !cycle.open {
        return Err(not_open(cycle));
    }
    let whose = Assessed::of(tx, facility, input)?;
    if !cycle.facility_types.contains(&whose.kind) {
        return Err(not_for(cycle, &whose.kind));
    }
    check_owner(tx, facility, cycle)?;
    if store::exists(tx, facility.id, whose.unit, cycle.id)? {
        return Err(store::exists_already());
    }
    let document = framework::store::published(tx, &cycle.framework_code, &cycle.version_code)?
        .ok_or_else(|| Problem::internal("a cycle points to a version that is not published"))?;
    if whose.unit.is_some() && document.is_for(&facility.facility_type) {
        return Err(answered_with_the_whole());
    }
    Ok((whose, document))
}

/// What assesses itself: the facility, or one of its units in another sector.
struct Assessed {
    unit: Option<Id>,
    kind: String,
}

impl Assessed {
    fn of(tx: &mut Tx, facility: &Facility, input: &SelfAssessmentInput) -> Result<Self, Problem> {
        let Some(id) = input.unit_id else {
            let kind = facility.facility_type.clone();
            return Ok(Self { unit: None, kind });
        };
        let places = facility::places(tx, facility.id, tx.now.day())?;
        let unit = places.into_iter().find(|one| one.id == id);
        let kind = unit.and_then(|unit| unit.facility_type);
        let kind = kind.ok_or_else(|| Problem::unknown_reference("unitId", id))?;
        Ok(Self {
            unit: Some(id),
            kind,
        })
    }
}

/// The places whose results are told apart: as they are today, or were when it was handed in. A unit's own self-assessment is one place.
pub fn places_of(tx: &mut Tx, head: &Head) -> Result<Vec<Place>, Problem> {
    if head.unit_id.is_some() {
        return Ok(Vec::new());
    }
    let handed_in = head
        .submitted_at
        .filter(|_| head.status != Status::Draft || !head.own);
    let day = handed_in.unwrap_or(tx.now).day();
    facility::places(tx, head.facility_id, day)
}

fn answered_with_the_whole() -> Problem {
    Problem::fault(Issue::body(
        "sameFramework",
        "unitId",
        Text::new(
            "Dit referentiekader geldt voor de hele voorziening: laat unitId weg, en zeg wat in deze afdeling anders is met exceptions[] bij een antwoord.",
            "Ce référentiel vaut pour toute la structure : omettez unitId, et dites ce qui diffère dans cette unité par exceptions[] auprès d'une réponse.",
            "This framework is for the whole facility: leave unitId out, and say what differs in this unit with exceptions[] under an answer.",
        ),
    ))
}

/// The caller's own facility that the body names.
pub fn facility_in(tx: &mut Tx, input: &SelfAssessmentInput) -> Result<Facility, Problem> {
    facility::in_body(facility::own(tx, input.facility_id))
}

/// May the caller make it, and so read it? A repeated request is answered only where it still may.
pub fn may_create(tx: &mut Tx, input: &SelfAssessmentInput) -> Result<(), Problem> {
    let facility = facility_in(tx, input)?;
    let cycle = cycle_store::get(tx, input.cycle_id)
        .map_err(|fault| fault.as_unknown("cycleId", input.cycle_id))?;
    check_owner(tx, &facility, &cycle)
}

fn check_owner(tx: &Tx, facility: &Facility, cycle: &Cycle) -> Result<(), Problem> {
    let organisation = facility.organisation_id;
    let is_own = cycle
        .purpose
        .is_own_of(&tx.scope, facility.id, organisation);
    if is_own { Ok(()) } else { Err(only_lent()) }
}

/// What a new self-assessment starts from.
struct LastTime {
    id: Id,
    said: Last,
    /// Which answers stand, where the framework has changed since.
    fates: Option<BTreeMap<Code, Carry>>,
}

/// The last self-assessment of the facility, or of the unit; nothing where this version does not descend from last time's.
fn last_time(
    tx: &mut Tx,
    facility: Id,
    unit: Option<Id>,
    cycle: &Cycle,
    document: &Arc<Document>,
) -> Result<Option<LastTime>, Problem> {
    // What was answered for the facility alone never flows into what inspectors see.
    let purposes: &[Purpose] = match cycle.purpose {
        Purpose::OwnImprovement => Purpose::ALL,
        Purpose::InspectionPreparation => &[Purpose::InspectionPreparation],
    };
    let last =
        revision_store::last_submitted(tx, (facility, unit), &cycle.framework_code, purposes)?;
    let Some((id, said)) = last else {
        return Ok(None);
    };
    if said.version == cycle.version_code {
        let fates = None;
        return Ok(Some(LastTime { id, said, fates }));
    }
    let chain = framework::store::chain(tx, document.clone(), &said.version)?;
    Ok(chain.map(|chain| {
        let documents: Vec<&Document> = chain.iter().map(AsRef::as_ref).collect();
        let fates = Some(carry(&documents));
        LastTime { id, said, fates }
    }))
}

fn not_open(cycle: &Cycle) -> Problem {
    let opens = cycle.opens.to_the_second();
    Problem::conflict(Text::new(
        format!("Deze cyclus opent op {opens}."),
        format!("Ce cycle ouvre le {opens}."),
        format!("This cycle opens on {opens}."),
    ))
}

fn not_for(cycle: &Cycle, own: &str) -> Problem {
    let types = cycle.facility_types.join(", ");
    let detail = Text::new(
        format!("Deze cyclus is voor: {types}; dit is een {own}."),
        format!("Ce cycle est pour : {types} ; ceci est un {own}."),
        format!("This cycle is for: {types}; this is a {own}."),
    );
    Problem::fault(
        Issue::body("wrongFacilityType", "cycleId", detail).with_value(cycle.id.to_string()),
    )
}

fn only_lent() -> Problem {
    Problem::new(
        ProblemKind::MissingPermission,
        Text::new(
            "Deze cyclus dient om zelf te verbeteren, en is van de voorziening alleen: zij geeft een mandaat met POST /v1/organisations/{organisationId}/mandates.",
            "Ce cycle sert à s'améliorer soi-même, et n'appartient qu'à la structure : elle donne un mandat par POST /v1/organisations/{organisationId}/mandates.",
            "This cycle is for own improvement, and the facility's alone: it gives a mandate with POST /v1/organisations/{organisationId}/mandates.",
        ),
    )
}

/// An event of the facility; where the purpose is own improvement, of nobody else.
pub(crate) fn of_facility(event: Event, head: &Head) -> Event {
    event
        .of(head.organisation_id, Some(head.facility_id))
        .only_own(head.purpose == Purpose::OwnImprovement)
}

/// 409: only a draft can be worked on.
fn not_a_draft(head: &Head) -> Problem {
    match head.status {
        Status::Superseded => Problem::conflict(Text::new(
            "Deze zelfevaluatie is vervangen door die van een latere cyclus en ligt vast.",
            "Cette auto-évaluation est remplacée par celle d'un cycle ultérieur et figée.",
            "This self-assessment is superseded by a later cycle's and fixed.",
        )),
        _ => Problem::conflict(Text::new(
            "Deze zelfevaluatie is ingediend; heropen ze eerst met POST …/reopenings en een reden.",
            "Cette auto-évaluation est introduite ; rouvrez-la d'abord par POST …/reopenings avec une raison.",
            "This self-assessment is submitted; take it up again first with POST …/reopenings and a reason.",
        )),
    }
}

/// Is it a draft, which can be worked on? Otherwise 409.
pub fn require_draft(head: &Head) -> Result<(), Problem> {
    match head.status {
        Status::Draft => Ok(()),
        _ => Err(not_a_draft(head)),
    }
}

/// Locks the caller's own draft at the edit that the caller has seen (none, or any: at whichever it is).
pub fn lock(tx: &mut Tx, id: Id, seen: Option<&crate::http::IfMatch>) -> Result<Head, Problem> {
    let head = store::own_head(tx, id)?;
    require_draft(&head)?;
    if let Some(seen) = seen {
        // A day that passed since is no edit: what was seen then can be changed still.
        seen.check_edit(head.edit)?;
    }
    let locked = match seen {
        Some(seen) if !seen.is_any() => store::lock_draft_as_read(tx, head)?,
        _ => store::lock_draft(tx, id)?,
    };
    if let Some(locked) = locked {
        return Ok(locked);
    }
    let now = store::own_head(tx, id)?;
    if now.status == Status::Draft {
        Err(Problem::stale())
    } else {
        Err(not_a_draft(&now))
    }
}

/// Answers as the audit keeps them.
#[derive(serde::Serialize)]
struct AllSaid<'a> {
    answers: Vec<Said<'a>>,
}

/// One of them.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Said<'a> {
    answer: AnswerInput,
    criterion_code: &'a str,
}

/// Stores answers in a locked draft, each replaced whole. `at` names an answer in a fault.
pub fn answer(
    tx: &mut Tx,
    head: &Head,
    inputs: &[(String, AnswerInput)],
    at: impl Fn(usize) -> String,
) -> Result<AnswersSaved, Problem> {
    answer_keeping(tx, head, inputs, at, &|_| ())
}

/// The same, where `touch` puts back what the input does not say of an answer.
pub(super) fn answer_keeping(
    tx: &mut Tx,
    head: &Head,
    inputs: &[(String, AnswerInput)],
    at: impl Fn(usize) -> String,
    touch: &dyn Fn(&mut Answer),
) -> Result<AnswersSaved, Problem> {
    let document = store::document(tx, head)?;
    let faults = checks::faults_of(tx, head, &document, inputs, at)?;
    Problem::refuse(faults)?;
    let by = ActorView::of(tx);
    let mut answers: Vec<Answer> = inputs
        .iter()
        .map(|(code, input)| {
            let AnswerInput {
                level,
                note,
                evidence,
                exceptions,
            } = input.clone();
            Answer {
                criterion_code: code.clone(),
                level,
                note,
                evidence,
                exceptions: exceptions.into_iter().map(AnswerException::from).collect(),
                origin: AnswerOrigin::Answered,
                answered_by: by.clone(),
                answered_at: tx.now,
                confirmed_by: None,
                confirmed_at: None,
            }
        })
        .collect();
    answers.iter_mut().for_each(touch);
    keep(tx, head, &document, &answers)
}

/// Stores whole answers that were found good, and records them.
pub(super) fn keep(
    tx: &mut Tx,
    head: &Head,
    document: &Document,
    answers: &[Answer],
) -> Result<AnswersSaved, Problem> {
    answer_store::save_answers(tx, head.id, answers)?;
    let answers = answers
        .iter()
        .map(|answer| Said {
            answer: answer.into(),
            criterion_code: &answer.criterion_code,
        })
        .collect();
    let said = AllSaid { answers };
    let event = Event::new("answersSaved", "selfAssessment", head.id);
    audit::record(tx, of_facility(event, head).with(&said)?)?;
    saved(tx, head, document)
}

/// Takes an answer away from a locked draft.
pub fn unanswer(tx: &mut Tx, head: &Head, criterion: &str) -> Result<AnswersSaved, Problem> {
    let document = store::document(tx, head)?;
    if !answer_store::delete_answer(tx, head.id, criterion)? {
        return Err(Problem::not_found());
    }
    let event = Event::new("answerDeleted", "selfAssessment", head.id);
    let said = serde_json::json!({"criterionCode": criterion});
    audit::record(tx, of_facility(event, head).with(&said)?)?;
    saved(tx, head, &document)
}

pub(super) fn position(tx: &mut Tx, head: &Head, document: &Document) -> Result<Position, Problem> {
    let standings = answer_store::standings(tx, head.id)?;
    Ok(position_of(head, document, &standings))
}

fn position_of(head: &Head, document: &Document, standings: &Standings) -> Position {
    let verdicts = rules::verdicts(document, &head.facility_type, standings);
    rules::position(document, &verdicts, standings)
}

/// What a write of answers gives back.
pub(super) fn saved(
    tx: &mut Tx,
    head: &Head,
    document: &Document,
) -> Result<AnswersSaved, Problem> {
    let position = position(tx, head, document)?;
    Ok(AnswersSaved {
        href: format!("/v1/selfAssessments/{}", head.id),
        progress: position.progress,
        open_criteria: [position.open, position.without_evidence].concat(),
        to_confirm: position.to_confirm,
    })
}

/// Confirms carried-over answers in a locked draft: these, or all of them.
pub fn confirm(
    tx: &mut Tx,
    head: &Head,
    codes: Option<&[String]>,
) -> Result<AnswersSaved, Problem> {
    let document = store::document(tx, head)?;
    let standings = answer_store::standings(tx, head.id)?;
    let codes = match codes {
        None => position_of(head, &document, &standings).to_confirm,
        Some(codes) => {
            let faults: Vec<Issue> = codes
                .iter()
                .enumerate()
                .filter(|(_, code)| {
                    standings
                        .get(code.as_str())
                        .is_none_or(|standing| standing.origin != AnswerOrigin::CarriedOver)
                })
                .map(|(index, code)| {
                    let name = format!("criterionCodes[{index}]");
                    match rules::asked(&document, &head.facility_type, code) {
                        Ok(_) => not_carried(name, code),
                        Err(why) => rules::unknown_criterion(In::Body, name, code, why),
                    }
                })
                .collect();
            Problem::refuse(faults)?;
            codes.to_vec()
        }
    };
    answer_store::confirm(tx, head.id, &codes)?;
    let event = Event::new("answersConfirmed", "selfAssessment", head.id);
    let said = serde_json::json!({"criterionCodes": codes});
    audit::record(tx, of_facility(event, head).with(&said)?)?;
    saved(tx, head, &document)
}

fn not_carried(name: String, code: &str) -> Issue {
    Issue::body(
        "notCarriedOver",
        name,
        Text::new(
            "Hier wacht geen overgenomen antwoord op bevestiging; antwoord gewoon.",
            "Aucune réponse reprise n'attend ici de confirmation ; répondez simplement.",
            "No answer carried over awaits confirmation here; simply answer.",
        ),
    )
    .with_value(code)
}

/// Takes a submitted one up again as the next revision.
pub fn reopen(
    tx: &mut Tx,
    id: Id,
    seen: &crate::http::IfMatch,
    reason: &str,
) -> Result<Head, Problem> {
    submission::take_turn(tx, id)?;
    let head = store::own_head(tx, id)?;
    match head.status {
        Status::Submitted => {}
        Status::Draft => {
            return Err(Problem::conflict(Text::new(
                "Deze zelfevaluatie is niet ingediend; u kunt ze gewoon verder invullen.",
                "Cette auto-évaluation n'est pas introduite ; vous pouvez simplement la poursuivre.",
                "This self-assessment is not submitted; simply go on with it.",
            )));
        }
        Status::Superseded => return Err(not_a_draft(&head)),
    }
    seen.check(&store::tag(&head))?;
    let reopening = Reopening {
        reason: reason.to_owned(),
        reopened_by: ActorView::of(tx),
        reopened_at: tx.now,
    };
    if state_store::reopen(tx, &head, &reopening)? != 1 {
        return Err(Problem::stale());
    }
    let event = Event::new("selfAssessmentReopened", "selfAssessment", id);
    audit::record(tx, of_facility(event, &head).with(&reopening)?)?;
    store::own_head(tx, id)
}
