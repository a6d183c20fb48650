//! What happens to improvement points that are followed up, each in one transaction.
use chrono::NaiveDate;

use super::rules::{Deed, PointStatus, after, is_settled, returning};
use super::store::{self, NewAnswer, Row};
use super::{
    ImprovementAnswer, ImprovementAnswerKind, ImprovementDecision, ImprovementDecisionInput,
    ImprovementOutcome, MeasureInput, PlanOfMeasuresInput, Point, TermChange, TermChangeInput,
    TermChangeKind, TermEndInput, VerificationInput, VerificationWay,
};
use crate::access::Tx;
use crate::audit::{self, Event};
use crate::db::types::{Id, JsonText};
use crate::http::IfMatch;
use crate::inspection::report::document::ReportDocument;
use crate::inspection::report::points as drafted;
use crate::inspection::rules::{LEAD, Step, VERIFY_IMPROVEMENT};
use crate::inspection::sides::take_side;
use crate::inspection::store::{self as inspections, Head};
use crate::inspection::terms::Term;
use crate::inspection::terms::work::{not_after, points};
use crate::inspection::{documents, finding, reach, require_room, work as inspection_work};
use crate::problem::{Issue, Kind, Problem};
use crate::text::Text;

/// Follows the points of a numbered report from now on: new ones, others as they say it now, and those that it does not have any more not at all.
/// One that comes back is settled if it was, and otherwise awaits a term anew. True where something is left to follow.
pub fn keep(
    tx: &mut Tx,
    head: &Head,
    report_id: Id,
    report: &ReportDocument,
) -> Result<bool, Problem> {
    let mut is_open = false;
    let mut there = store::of_inspection(tx, head.row.id)?;
    let drafts = drafted::all(tx, head.row.id)?;
    for (found, point) in points(report) {
        let subject = JsonText::of(&found.subject)?;
        let known = there.iter().position(|row| row.id == point.id);
        if let Some(mut row) = known.map(|at| there.swap_remove(at)) {
            let is_new_here = row.report_id != report_id;
            row.report_id = report_id;
            row.finding_id = found.id;
            row.subject = subject;
            row.text.clone_from(&point.text);
            row.priority = point.priority;
            if row.state == PointStatus::Withdrawn {
                come_back(tx, &mut row)?;
            }
            is_open |= !is_settled(row.state);
            if is_new_here {
                store::save(tx, &row)?;
            }
            continue;
        }
        is_open = true;
        let arrival = drafts.iter().find(|draft| draft.id == point.id);
        let row = Row {
            id: point.id,
            arrival: arrival.map_or_else(Id::new, |draft| draft.arrival),
            inspection_id: head.row.id,
            facility_id: head.row.facility_id,
            report_id,
            finding_id: found.id,
            subject,
            text: point.text.clone(),
            priority: point.priority,
            state: PointStatus::AwaitingTerm,
            due: None,
            terms: JsonText::of(&[(); 0])?,
            edit: 1,
            established_at: tx.now,
            updated_at: tx.now,
            state_since: tx.now,
        };
        store::insert(tx, &row)?;
    }
    for mut row in there {
        if row.state != PointStatus::Withdrawn {
            row.stand(PointStatus::Withdrawn, tx.now);
            store::save(tx, &row)?;
        }
    }
    Ok(is_open)
}

/// A point that a report has again stands where it was settled, and else at its beginning.
fn come_back(tx: &mut Tx, row: &mut Row) -> Result<(), Problem> {
    let terms: Vec<TermChange> = row.terms.to()?;
    let was_met = store::verifications(tx, row.id)?.pop();
    let state = returning(
        terms.last().map(|change| change.kind),
        was_met.is_some_and(|last| last.met),
    );
    row.stand(state, tx.now);
    if !is_settled(row.state) {
        row.due = None;
    }
    Ok(())
}

/// From the definitive terms on: each point has its term, or none.
pub fn begin(tx: &mut Tx, head: &Head, terms: &[Term]) -> Result<(), Problem> {
    for mut row in store::of_inspection(tx, head.row.id)? {
        let own = terms
            .iter()
            .find(|term| term.improvement_point_id == row.id);
        let Some(term) = own else { continue };
        let (kind, state) = match term.due {
            Some(_) => (TermChangeKind::Set, PointStatus::Open),
            None => (TermChangeKind::None, PointStatus::NoTerm),
        };
        row.stand(state, tx.now);
        let change = TermChange {
            kind,
            due: term.due,
            reason: term.reason.clone(),
            at: tx.now,
        };
        store::add_term(&mut row, change)?;
        store::save(tx, &row)?;
    }
    Ok(())
}

/// Nothing is left to follow in an inspection; otherwise 409, with what is.
pub fn require_settled(tx: &mut Tx, inspection_id: Id) -> Result<(), Problem> {
    let all = store::of_inspection(tx, inspection_id)?;
    let open = all.iter().filter(|row| !is_settled(row.state));
    let open: Vec<String> = open.map(|row| store::href(row.id)).collect();
    if open.is_empty() {
        return Ok(());
    }
    let open = open.join(", ");
    Err(Problem::conflict(Text::new(
        format!("Deze verbeterpunten zijn nog niet afgerond: {open}."),
        format!("Ces points à améliorer ne sont pas encore réglés : {open}."),
        format!("These improvement points are not settled yet: {open}."),
    )))
}

/// May the caller take this step with the point, if the states allow it?
pub fn may(tx: &mut Tx, id: Id, step: &Step) -> Result<(), Problem> {
    let row = store::row(tx, id)?;
    inspection_work::find_for(tx, row.inspection_id, step).map(drop)
}

/// Holds a point for a step: the caller may take it and has seen the point as it is, and its inspection is followed up.
fn take(tx: &mut Tx, id: Id, step: &Step, seen: &IfMatch) -> Result<(Head, Row), Problem> {
    may(tx, id, step)?;
    let row = store::row(tx, id)?;
    finding::take_turn(tx, row.inspection_id)?;
    let head = inspection_work::find_for(tx, row.inspection_id, step)?;
    take_side(tx, row.inspection_id)?;
    let row = held(tx, id, seen)?;
    step.require_state(head.row.state)?;
    Ok((head, row))
}

fn held(tx: &mut Tx, id: Id, seen: &IfMatch) -> Result<Row, Problem> {
    seen.check(&store::get(tx, id)?.tag()?)?;
    store::row(tx, id)
}

/// Moves the point on; 409 where that cannot happen to it now.
fn advance(tx: &Tx, row: &mut Row, deed: Deed) -> Result<(), Problem> {
    let next = after(row.state, deed, row.due.is_some());
    row.stand(next.ok_or_else(|| not_now(row.state))?, tx.now);
    Ok(())
}

fn not_now(status: PointStatus) -> Problem {
    Problem::conflict(Text::new(
        format!("Dit verbeterpunt staat op {status}; dan kan dit niet."),
        format!("Ce point à améliorer est dans l'état {status} ; ceci n'est pas possible alors."),
        format!("This improvement point is {status}; this cannot be done then."),
    ))
}

fn record(
    tx: &mut Tx,
    action: &'static str,
    head: &Head,
    (id, said): (Id, &impl serde::Serialize),
) -> Result<(), Problem> {
    let event = Event::new(action, "improvementPoint", id)
        .within(head.row.id)
        .of(head.organisation_id, Some(head.row.facility_id));
    audit::record(tx, event.with(said)?)
}

/// The facility tells of a measure that it took.
pub fn give_measure(
    tx: &mut Tx,
    (id, answer): (Id, Id),
    (step, seen): (&Step, &IfMatch),
    input: &MeasureInput,
) -> Result<Point, Problem> {
    let (head, row) = take(tx, id, step, seen)?;
    let today = tx.now.day();
    let on = input.taken_on.unwrap_or(today);
    if on > today {
        return Err(Problem::fault(to_come(on, today)));
    }
    let new = NewAnswer {
        id: answer,
        kind: ImprovementAnswerKind::Measure,
        text: &input.text,
        on,
        why_not_sooner: None,
        attachments: &input.attachments,
    };
    tell(tx, row, &new)?;
    record(tx, "measureGiven", &head, (id, input))?;
    store::get(tx, id)
}

fn to_come(on: NaiveDate, today: NaiveDate) -> Issue {
    let detail = Text::new(
        format!("Gebruik een dag tot en met vandaag, {today}; wat nog komt, is een plan."),
        format!("Utilisez un jour jusqu'à aujourd'hui, {today} ; ce qui est à venir est un plan."),
        format!("Use a day up to today, {today}; what is to come is a plan."),
    );
    Issue::body("validity", "takenOn", detail).with_value(on.to_string())
}

/// The facility tells how and by when it will mend the point, and why not sooner.
pub fn give_plan(
    tx: &mut Tx,
    (id, answer): (Id, Id),
    (step, seen): (&Step, &IfMatch),
    input: &PlanOfMeasuresInput,
) -> Result<Point, Problem> {
    let (head, row) = take(tx, id, step, seen)?;
    let faults = not_after("by", input.by, tx.now.day());
    Problem::refuse(faults.into_iter().collect())?;
    let new = NewAnswer {
        id: answer,
        kind: ImprovementAnswerKind::Plan,
        text: &input.how,
        on: input.by,
        why_not_sooner: Some(&input.why_not_sooner),
        attachments: &input.attachments,
    };
    tell(tx, row, &new)?;
    record(tx, "planGiven", &head, (id, input))?;
    store::get(tx, id)
}

fn tell(tx: &mut Tx, mut row: Row, new: &NewAnswer) -> Result<(), Problem> {
    advance(tx, &mut row, Deed::Answer)?;
    require_room("answers", store::answers(tx, row.id)?.len())?;
    documents::check_files(tx, row.facility_id, new.attachments)?;
    store::insert_answer(tx, &row, new)?;
    store::save(tx, &row)
}

/// Decides on the last answer of the facility. A plan that is accepted moves the term to its day.
pub fn decide(
    tx: &mut Tx,
    id: Id,
    (step, seen): (&Step, &IfMatch),
    input: &ImprovementDecisionInput,
) -> Result<Point, Problem> {
    let (head, mut row) = take(tx, id, step, seen)?;
    let last = store::answers(tx, id)?.pop();
    let last = last.ok_or_else(|| not_now(row.state))?;
    let deed = deed_of(input.outcome, &last);
    advance(tx, &mut row, deed)?;
    if deed == Deed::AcceptPlan {
        require_to_come(last.day, tx.now.day())?;
    }
    let decision = ImprovementDecision {
        outcome: input.outcome,
        reason: input.reason.clone(),
    };
    store::decide(tx, last.id, &decision)?;
    if row.state == PointStatus::Planned {
        let change = TermChange {
            kind: TermChangeKind::Planned,
            due: last.day,
            reason: last.why_not_sooner,
            at: tx.now,
        };
        store::add_term(&mut row, change)?;
    }
    store::save(tx, &row)?;
    record(tx, "improvementDecided", &head, (id, input))?;
    store::get(tx, id)
}

/// A plan whose day is past moves the term to no day that can be met.
fn require_to_come(day: Option<NaiveDate>, today: NaiveDate) -> Result<(), Problem> {
    match day.filter(|day| *day <= today) {
        None => Ok(()),
        Some(day) => Err(Problem::conflict(Text::new(
            format!(
                "De dag van dit plan, {day}, is voorbij; weiger het, zodat de voorziening een ander geeft."
            ),
            format!(
                "Le jour de ce plan, {day}, est passé ; refusez-le, pour que la structure en donne un autre."
            ),
            format!(
                "The day of this plan, {day}, is past; refuse it, so that the facility gives another."
            ),
        ))),
    }
}

fn deed_of(outcome: ImprovementOutcome, answer: &ImprovementAnswer) -> Deed {
    match (outcome, answer.kind) {
        (ImprovementOutcome::Refused, _) => Deed::Refuse,
        (ImprovementOutcome::Accepted, ImprovementAnswerKind::Measure) => Deed::AcceptMeasure,
        (ImprovementOutcome::Accepted, ImprovementAnswerKind::Plan) => Deed::AcceptPlan,
    }
}

/// Gives a point another term.
pub fn change_term(
    tx: &mut Tx,
    id: Id,
    (step, seen): (&Step, &IfMatch),
    input: &TermChangeInput,
) -> Result<Point, Problem> {
    let (head, row) = take(tx, id, step, seen)?;
    let faults = not_after("due", input.due, tx.now.day());
    Problem::refuse(faults.into_iter().collect())?;
    let change = TermChange {
        kind: match row.state {
            PointStatus::AwaitingTerm | PointStatus::NoTerm => TermChangeKind::Set,
            _ => TermChangeKind::Changed,
        },
        due: Some(input.due),
        reason: Some(input.reason.clone()),
        at: tx.now,
    };
    retime(tx, row, Deed::ChangeTerm, change)?;
    record(tx, "termChanged", &head, (id, input))?;
    store::get(tx, id)
}

/// Ends the term of a point: nothing has to follow any more.
pub fn end_term(
    tx: &mut Tx,
    id: Id,
    (step, seen): (&Step, &IfMatch),
    input: &TermEndInput,
) -> Result<Point, Problem> {
    let (head, row) = take(tx, id, step, seen)?;
    let change = TermChange {
        kind: TermChangeKind::Ended,
        due: None,
        reason: Some(input.reason.clone()),
        at: tx.now,
    };
    retime(tx, row, Deed::EndTerm, change)?;
    record(tx, "termEnded", &head, (id, input))?;
    store::get(tx, id)
}

fn retime(tx: &mut Tx, mut row: Row, deed: Deed, change: TermChange) -> Result<(), Problem> {
    advance(tx, &mut row, deed)?;
    let terms: Vec<TermChange> = row.terms.to()?;
    require_room("terms", terms.len())?;
    store::add_term(&mut row, change)?;
    store::save(tx, &row)
}

/// May the caller verify the point: for the recognising body, or as who leads an inspection that follows up?
pub fn may_verify(tx: &mut Tx, id: Id, input: &VerificationInput) -> Result<(), Problem> {
    let row = store::row(tx, id)?;
    verifier(tx, &row, input).map(drop)
}

/// The inspection of the point, for who verifies it.
fn verifier(tx: &mut Tx, row: &Row, input: &VerificationInput) -> Result<Head, Problem> {
    if leads_follow_up(tx, row, input.inspection_id)? {
        return inspections::any(tx, row.inspection_id);
    }
    inspection_work::find_for(tx, row.inspection_id, &VERIFY_IMPROVEMENT)
}

/// Does the caller lead this inspection, and does it follow up the point's?
fn leads_follow_up(tx: &mut Tx, row: &Row, following: Option<Id>) -> Result<bool, Problem> {
    let Some(id) = following else {
        return Ok(false);
    };
    let head = match inspections::find(tx, id) {
        Err(fault) if fault.kind() == Kind::ResourceNotFound => return Ok(false),
        found => found?,
    };
    let follows = head.row.follows_id == Some(row.inspection_id);
    Ok(follows && reach::hands(&tx.scope, &head).contains(&LEAD))
}

/// Records whether the point was found to be mended.
pub fn verify(
    tx: &mut Tx,
    (id, verification): (Id, Id),
    seen: &IfMatch,
    input: &VerificationInput,
) -> Result<Point, Problem> {
    let row = store::row(tx, id)?;
    finding::take_turn(tx, row.inspection_id)?;
    let head = verifier(tx, &row, input)?;
    // Who leads another inspection only was given no part in this one.
    take_side(tx, head.row.id)?;
    let mut row = held(tx, id, seen)?;
    VERIFY_IMPROVEMENT.require_state(head.row.state)?;
    require_visit(tx, &row, input)?;
    let deed = if input.met {
        Deed::FindMet
    } else {
        Deed::FindUnmet
    };
    advance(tx, &mut row, deed)?;
    require_room("verifications", store::verifications(tx, id)?.len())?;
    store::insert_verification(tx, (id, verification), input)?;
    store::save(tx, &row)?;
    record(tx, "improvementVerified", &head, (id, input))?;
    store::get(tx, id)
}

/// What is verified on a visit names an inspection that follows this one up, and whose visit took place.
fn require_visit(tx: &mut Tx, row: &Row, input: &VerificationInput) -> Result<(), Problem> {
    let (VerificationWay::Visit, Some(following)) = (input.way, input.inspection_id) else {
        return Ok(());
    };
    let found = inspections::find(tx, following);
    let head = found.map_err(|fault| fault.as_unknown("inspectionId", following))?;
    if head.row.follows_id == Some(row.inspection_id) && head.row.began_at.is_some() {
        return Ok(());
    }
    let detail = Text::new(
        "Noem een inspectie die deze opvolgt, en waarvan het bezoek heeft plaatsgevonden.",
        "Nommez une inspection qui suit celle-ci, et dont la visite a eu lieu.",
        "Name an inspection that follows this one up, and whose visit took place.",
    );
    let fault = Issue::body("unknownReference", "inspectionId", detail);
    Err(Problem::fault(fault.with_value(following.to_string())))
}

/// The points of an inspection of which something is left to follow, whole: what an inspection that follows it up starts from. Whoever calls has
/// found out that the caller may know them.
pub fn open_points(tx: &mut Tx, inspection_id: Id) -> Result<Vec<Point>, Problem> {
    let rows = store::of_inspection(tx, inspection_id)?;
    let open = rows.into_iter().filter(|row| !is_settled(row.state));
    store::whole(tx, &open.collect::<Vec<Row>>())
}
