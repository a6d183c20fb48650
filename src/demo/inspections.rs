//! The demo's inspections: one that is announced, one that nobody may notice, one that is under way with findings, one to cancel.
use chrono::{DateTime, Duration, Utc};
use serde_json::json;

use super::{ids, reports, rounds};
use crate::access::{Tx, operator};
use crate::app::State;
use crate::db::types::{Id, Moment};
use crate::inspection::device::{self, DeviceInput};
use crate::inspection::finding::sync::{self, SyncInput};
use crate::inspection::{
    AnnouncementInput, AssignmentInput, AssignmentRole, DocumentRequestInput, InspectionInput,
    Reason, VisitInput, VisitOutcome, VisitRecordInput, visits, work,
};
use crate::problem::{AnyError, Problem};

/// The subject of the demo's inspector, who leads.
pub(super) const LEAD: &str = "demo-inspector";

/// Fills the open round.
pub async fn seed(state: &State, now: DateTime<Utc>) -> Result<(), AnyError> {
    let planned = Moment(now - Duration::days(20));
    as_inspectorate(state, planned, devices).await?;
    as_inspectorate(state, planned, move |tx| announced(tx, now)).await?;
    as_inspectorate(state, planned, move |tx| unannounced(tx, now)).await?;
    as_inspectorate(state, planned, move |tx| superfluous(tx, now)).await?;
    let visited = Moment(now - Duration::days(2));
    as_inspectorate(state, visited, under_way).await?;
    // It stays with the checklist that it started with.
    as_inspectorate(state, visited, rounds::improve).await?;
    as_inspectorate(state, Moment(now - Duration::days(1)), found).await?;
    reports::seed(state, now).await
}

/// Writes as who plans, and who leads.
pub(super) async fn as_inspectorate(
    state: &State,
    when: Moment,
    work: impl Fn(&mut Tx) -> Result<(), Problem> + Send + 'static,
) -> Result<(), AnyError> {
    let write = move |tx: &mut Tx| {
        tx.scope.planner = true;
        tx.scope.inspector = Some(LEAD.to_owned());
        work(tx)
    };
    Ok(operator::write(state, Vec::new(), when, write).await?)
}

fn devices(tx: &mut Tx) -> Result<(), Problem> {
    for (id, name) in [
        (ids::DEVICE, "Tablet 7 (fictief)"),
        (ids::OLD_DEVICE, "Tablet 3 (fictief)"),
    ] {
        let input = DeviceInput { name: name.into() };
        device::insert(tx, ids::id(id), LEAD, &input)?;
    }
    Ok(())
}

/// An inspection of this facility, with a lead, a member, a reviewer and an observer.
pub(super) fn plan(tx: &mut Tx, id: &str, facility: &str, announced: bool) -> Result<(), Problem> {
    // Where the demo's inspector decides on reactions, somebody else leads.
    let (lead, reviewer) = match id {
        ids::ANSWERED_INSPECTION => ("demo-inspector-3", LEAD),
        _ => (LEAD, "demo-inspector-3"),
    };
    let team = [
        (
            ids::LEAD_ASSIGNMENT,
            lead,
            "An Voorbeeld",
            AssignmentRole::Lead,
        ),
        (
            "",
            "demo-inspector-2",
            "Bo Voorbeeld",
            AssignmentRole::Member,
        ),
        ("", reviewer, "Cas Voorbeeld", AssignmentRole::Reviewer),
        (
            ids::OBSERVER_ASSIGNMENT,
            "demo-inspector-4",
            "Dé Voorbeeld",
            AssignmentRole::Observer,
        ),
    ];
    let first = id == ids::INSPECTION;
    let fixed = |text: &str| text.parse().ok().filter(|_| first).unwrap_or_else(Id::new);
    let assignments = team.map(|(id, ..)| fixed(id));
    let input = InspectionInput {
        round_id: ids::id(ids::ROUND),
        facility_id: ids::id(facility),
        unit_id: None,
        follows_id: None,
        reason: Reason::ThematicRound,
        reason_disclosed: false,
        announced,
        reference: Some("OPD-2026-0451 (fictief)".into()),
        assignments: team
            .iter()
            .map(|(_, person, name, role)| AssignmentInput {
                person: (*person).to_owned(),
                name: format!("{name} (fictief)"),
                role: *role,
            })
            .collect(),
    };
    work::plan(tx, (ids::id(id), &assignments), &input).map(drop)
}

pub(super) fn visit(
    tx: &mut Tx,
    id: &str,
    visit: &str,
    from: DateTime<Utc>,
) -> Result<(), Problem> {
    let head = work::find_inside(tx, ids::id(id))?;
    let input = VisitInput {
        site_id: None,
        from: Moment(from),
        to: Moment(from + Duration::hours(7)),
        announced: None,
    };
    visits::plan(tx, &head, (ids::id(visit), Id::new()), &input)
}

fn announced(tx: &mut Tx, now: DateTime<Utc>) -> Result<(), Problem> {
    plan(tx, ids::INSPECTION, ids::FACILITY, true)?;
    visit(tx, ids::INSPECTION, ids::VISIT, now + Duration::days(10))?;
    let head = work::find_inside(tx, ids::id(ids::INSPECTION))?;
    let input = AnnouncementInput {
        message: Some("Wij komen langs over de Kindreflex (fictief).".into()),
        document_requests: vec![DocumentRequestInput {
            title: "Procedure voor het gesprek over de kinderen".into(),
            description: None,
            due: Some((now + Duration::days(7)).date_naive()),
        }],
    };
    visits::announce(tx, &head, &[ids::id(ids::DOCUMENT_REQUEST)], &input)
}

fn unannounced(tx: &mut Tx, now: DateTime<Utc>) -> Result<(), Problem> {
    plan(tx, ids::HIDDEN_INSPECTION, ids::OTHER_FACILITY, false)?;
    visit(
        tx,
        ids::HIDDEN_INSPECTION,
        ids::VISIT,
        now + Duration::days(5),
    )
}

fn superfluous(tx: &mut Tx, now: DateTime<Utc>) -> Result<(), Problem> {
    plan(tx, ids::PLANNED_INSPECTION, ids::FACILITY, true)?;
    visit(
        tx,
        ids::PLANNED_INSPECTION,
        ids::VISIT,
        now + Duration::days(40),
    )
}

fn under_way(tx: &mut Tx) -> Result<(), Problem> {
    let began = tx.now.0 - Duration::hours(8);
    plan(tx, ids::RUNNING_INSPECTION, ids::SHELTERED, true)?;
    visit(tx, ids::RUNNING_INSPECTION, ids::VISIT, began)?;
    let head = work::find_inside(tx, ids::id(ids::RUNNING_INSPECTION))?;
    let record = VisitRecordInput {
        outcome: VisitOutcome::Held,
        from: Some(Moment(began)),
        to: Some(tx.now),
        interlocutors: vec!["hoofdbegeleider".into(), "kwaliteitscoördinator".into()],
        note: None,
    };
    visits::record(tx, &head, ids::id(ids::VISIT), &record)
}

/// What a tablet sent of the visit: findings, one of them seen otherwise on two tablets.
fn found(tx: &mut Tx) -> Result<(), Problem> {
    let head = work::find_inside(tx, ids::id(ids::RUNNING_INSPECTION))?;
    let made_at = tx.now;
    let version = |id: &str,
                   finding: &str,
                   parents: &[&str],
                   criterion: &str,
                   seen: &str,
                   judgement: &str| {
        json!({
            "id": id, "findingId": finding, "parents": parents, "madeAt": made_at,
            "content": {
                "criterion": {"frameworkCode": "ggz", "versionCode": "2026-1", "criterionCode": criterion},
                "observation": seen, "judgement": judgement
            }
        })
    };
    let input = SyncInput {
        batch_id: ids::id(ids::BATCH),
        device_id: ids::id(ids::DEVICE),
        urgent_signals: vec![json!({
            "id": ids::URGENT_SIGNAL, "findingId": ids::DISPUTED_FINDING, "seenAt": made_at,
            "text": "De nooddeur van één huis is vastgeschroefd; er komen kinderen op bezoek (fictief)."
        })],
        versions: vec![
            version(
                ids::FINDING_VERSION,
                ids::FINDING,
                &[],
                ids::CRITERION,
                "Het team bespreekt de kinderen elke maandag (fictief).",
                "voldaan",
            ),
            version(
                ids::DISPUTED_VERSION,
                ids::DISPUTED_FINDING,
                &[],
                "intakeGesprek",
                "In twee van drie huizen (fictief).",
                "aandachtspunt",
            ),
            version(
                ids::LEFT_VERSION,
                ids::DISPUTED_FINDING,
                &[ids::DISPUTED_VERSION],
                "intakeGesprek",
                "In alle huizen, sinds maart (fictief).",
                "voldaan",
            ),
            version(
                ids::RIGHT_VERSION,
                ids::DISPUTED_FINDING,
                &[ids::DISPUTED_VERSION],
                "intakeGesprek",
                "In één huis niet (fictief).",
                "aandachtspunt",
            ),
        ],
    };
    let tablet = device::of(tx, LEAD, input.device_id)?;
    sync::take(tx, &head, &tablet, (&input, true)).map(drop)
}
