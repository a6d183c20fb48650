//! What the demo's closed round found: an inspection of every facility of mental-health care, each with its final report. Six of them are few:
//! most figures of the policy report are hidden, as they would be anywhere.
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::data::FACILITIES;
use super::ids;
use super::inspections::as_inspectorate;
use crate::access::Tx;
use crate::app::State;
use crate::db::types::{Id, Moment};
use crate::inspection::finding::{self, FindingContent};
use crate::inspection::report::{
    DeliveryInput, ReactionsInput, ReportInput, replies, work as reports,
};
use crate::inspection::store::Head;
use crate::inspection::{
    AssignmentInput, AssignmentRole, InspectionInput, Reason, VisitInput, VisitOutcome,
    VisitRecordInput, terms, visits, work,
};
use crate::problem::{AnyError, Problem};
use crate::text::Language;

/// The types of facility that the round went to.
const TYPES: [&str; 4] = ["pz", "ibw", "cgg", "paaz"];

/// A criterion, its judgement at most facilities, and at the first so many another.
const FOUND: &[(&str, &str, usize, &str)] = &[
    ("intakeGesprek", "voldaan", 0, ""),
    ("kinderenInDossier", "aandachtspunt", 0, ""),
    ("peilenMetCollega", "voldaan", 1, "aandachtspunt"),
    ("actiefWerken", "voldaan", 3, "aandachtspunt"),
];

/// Who led.
const LEAD: &str = "demo-inspector-2";

/// Visits each, and brings it to its final report.
pub async fn inspected(state: &State, now: DateTime<Utc>) -> Result<(), AnyError> {
    let visited = FACILITIES.iter().filter(|one| TYPES.contains(&one.kind));
    for (nth, made) in visited.enumerate() {
        let (id, facility) = (Id::new(), ids::id(made.id));
        let visit = Moment(now - Duration::days(300));
        let seen = move |tx: &mut Tx| seen(tx, (id, facility), nth);
        as_inspectorate(state, visit, seen).await?;
        let reported = Moment(visit.0 + Duration::days(20));
        as_inspectorate(state, reported, move |tx| reported_on(tx, id)).await?;
    }
    Ok(())
}

fn seen(tx: &mut Tx, (id, facility): (Id, Id), nth: usize) -> Result<(), Problem> {
    plan(tx, id, facility)?;
    let (began, visit) = (Moment(tx.now.0 - Duration::hours(6)), Id::new());
    let input = VisitInput {
        site_id: None,
        from: began,
        to: tx.now,
        announced: None,
    };
    let head = work::find_inside(tx, id)?;
    visits::plan(tx, &head, (visit, Id::new()), &input)?;
    let record = VisitRecordInput {
        outcome: VisitOutcome::Held,
        from: Some(began),
        to: Some(tx.now),
        interlocutors: vec!["kwaliteitscoördinator".into()],
        note: None,
    };
    visits::record(tx, &head, visit, &record)?;
    let head = work::find_inside(tx, id)?;
    for (criterion, most, first, other) in FOUND {
        let judgement = if nth < *first { other } else { most };
        found(tx, &head, criterion, judgement)?;
    }
    Ok(())
}

fn plan(tx: &mut Tx, id: Id, facility_id: Id) -> Result<(), Problem> {
    let lead = AssignmentInput {
        person: LEAD.into(),
        name: "Bo Voorbeeld (fictief)".into(),
        role: AssignmentRole::Lead,
    };
    let input = InspectionInput {
        round_id: ids::id(ids::CLOSED_ROUND),
        facility_id,
        unit_id: None,
        follows_id: None,
        reason: Reason::ThematicRound,
        reason_disclosed: false,
        announced: true,
        reference: None,
        assignments: vec![lead],
    };
    work::plan(tx, (id, &[Id::new()]), &input).map(drop)
}

fn found(tx: &mut Tx, head: &Head, criterion: &str, judgement: &str) -> Result<(), Problem> {
    let evidence: Value = match criterion {
        "kinderenInDossier" => {
            json!([{"kind": "dossiercontrole", "filesChecked": 10, "filesMet": 6}])
        }
        _ => json!([]),
    };
    let content = json!({
        "criterion": {"frameworkCode": "ggz", "versionCode": "2025-1", "criterionCode": criterion},
        "observation": "Zoals het tijdens de verkennende ronde te zien was (fictief).",
        "evidence": evidence,
        "judgement": judgement
    });
    let content: FindingContent = serde_json::from_value(content).map_err(Problem::internal)?;
    finding::record(tx, head, (Id::new(), Id::new()), &content).map(drop)
}

/// The facility has nothing to say to the draft, and nothing is left to follow up: the round awaits nobody any more.
fn reported_on(tx: &mut Tx, id: Id) -> Result<(), Problem> {
    let report = ReportInput {
        summary: None,
        language: Language::Nl,
        number: None,
        reason: None,
        leave_out_pending: false,
    };
    let head = work::find_inside(tx, id)?;
    reports::freeze(tx, &head, Id::new(), &report)?;
    let sent = DeliveryInput {
        way: "aangetekende brief".into(),
        sent_on: None,
    };
    let head = work::find_inside(tx, id)?;
    replies::deliver(tx, &head, Id::new(), &sent)?;
    let nothing = ReactionsInput {
        reactions: Vec::new(),
        complete: true,
    };
    let head = work::find_inside(tx, id)?;
    replies::react(tx, &head, &[], &nothing)?;
    let head = work::find_inside(tx, id)?;
    reports::freeze(tx, &head, Id::new(), &report)?;
    let head = work::find_inside(tx, id)?;
    terms::work::close(tx, &head)
}
