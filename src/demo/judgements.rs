//! The demo's round in which two inspectors judge apart from each other: findings that both judged, one that one judged, one that nobody did.
use chrono::{DateTime, Duration, Utc};
use serde_json::json;

use super::ids;
use super::inspections::{LEAD, as_inspectorate};
use crate::access::Tx;
use crate::app::State;
use crate::db::types::{Id, Moment};
use crate::inspection::device;
use crate::inspection::finding::judgement::{JudgementInput, work as judgements};
use crate::inspection::finding::sync::{self, SyncInput};
use crate::inspection::{
    AssignmentInput, AssignmentRole, InspectionInput, Reason, VisitInput, VisitOutcome,
    VisitRecordInput, visits, work,
};
use crate::problem::{AnyError, Problem};

/// The other judge.
const MEMBER: &str = "demo-inspector-2";

/// What each made of a criterion, where it did.
const JUDGED: &[(&str, Option<&str>, Option<&str>)] = &[
    ("kinderenInDossier", Some("aandachtspunt"), Some("voldaan")),
    ("intakeGesprek", None, None),
    ("opvangKinderen", Some("voldaan"), Some("voldaan")),
    ("peilenMetCollega", Some("voldaan"), Some("voldaan")),
    (
        "nietPluisGevoel",
        Some("aandachtspunt"),
        Some("aandachtspunt"),
    ),
    (
        "ouderrolInDossier",
        Some("aandachtspunt"),
        Some("aandachtspunt"),
    ),
    ("actiefWerken", Some("voldaan"), Some("aandachtspunt")),
    ("basisvorming", Some("voldaan"), None),
];

/// Visits a facility in that round, and judges.
pub async fn seed(state: &State, now: DateTime<Utc>) -> Result<(), AnyError> {
    as_inspectorate(state, Moment(now - Duration::days(3)), visited).await?;
    as_inspectorate(state, Moment(now - Duration::hours(30)), judged).await
}

fn visited(tx: &mut Tx) -> Result<(), Problem> {
    let id = ids::id(ids::JUDGED_INSPECTION);
    let team = [
        (LEAD, "An Voorbeeld (fictief)", AssignmentRole::Lead),
        (MEMBER, "Bo Voorbeeld (fictief)", AssignmentRole::Member),
    ];
    let input = InspectionInput {
        round_id: ids::id(ids::JUDGED_ROUND),
        facility_id: ids::id(ids::FACILITY),
        unit_id: None,
        follows_id: None,
        reason: Reason::ThematicRound,
        reason_disclosed: false,
        announced: false,
        reference: Some("OPD-2026-0460 (fictief)".into()),
        assignments: team
            .iter()
            .map(|(person, name, role)| AssignmentInput {
                person: (*person).to_owned(),
                name: (*name).to_owned(),
                role: *role,
            })
            .collect(),
    };
    work::plan(tx, (id, &team.map(|_| Id::new())), &input)?;
    let (began, ended) = (Moment(tx.now.0 - Duration::hours(7)), tx.now);
    let visit = VisitInput {
        site_id: None,
        from: began,
        to: ended,
        announced: None,
    };
    let head = work::find_inside(tx, id)?;
    visits::plan(tx, &head, (ids::id(ids::VISIT), Id::new()), &visit)?;
    let record = VisitRecordInput {
        outcome: VisitOutcome::Held,
        from: Some(began),
        to: Some(ended),
        interlocutors: vec!["hoofdverpleegkundige".into()],
        note: None,
    };
    visits::record(tx, &head, ids::id(ids::VISIT), &record)
}

fn judged(tx: &mut Tx) -> Result<(), Problem> {
    let head = work::find_inside(tx, ids::id(ids::JUDGED_INSPECTION))?;
    let mut fixed = [ids::JUDGED_FINDING, ids::UNJUDGED_FINDING].into_iter();
    let findings: Vec<Id> = JUDGED
        .iter()
        .map(|_| fixed.next().map_or_else(Id::new, ids::id))
        .collect();
    let made_at = tx.now;
    let versions = JUDGED.iter().zip(&findings).map(|((criterion, ..), finding)| {
        json!({
            "id": Id::new(), "findingId": finding, "madeAt": made_at,
            "content": {
                "criterion": {"frameworkCode": "ggz", "versionCode": "2026-1", "criterionCode": criterion},
                "observation": "Zoals het op de afdelingen te zien was (fictief)."
            }
        })
    });
    let input = SyncInput {
        batch_id: Id::new(),
        device_id: ids::id(ids::DEVICE),
        versions: versions.collect(),
        urgent_signals: Vec::new(),
    };
    let tablet = device::of(tx, LEAD, input.device_id)?;
    sync::take(tx, &head, &tablet, (&input, true))?;
    let mut fixed = [ids::JUDGEMENT].into_iter();
    for ((_, leads, members), finding) in JUDGED.iter().zip(findings) {
        for (person, code) in [(LEAD, leads), (MEMBER, members)] {
            let Some(code) = code else { continue };
            let input = JudgementInput {
                judgement: code.parse().map_err(Problem::internal)?,
                reason: None,
            };
            let id = fixed.next().map_or_else(Id::new, ids::id);
            judgements::give(tx, &head, person, (finding, id), &input)?;
        }
    }
    Ok(())
}
