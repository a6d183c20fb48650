//! The demo's reports: a draft in the making, one that was sent, one that was answered, one that is final, one that is published.
use chrono::{DateTime, Duration, Utc};
use serde_json::json;

use super::ids;
use super::inspections::{as_inspectorate, plan, visit};
use crate::access::Tx;
use crate::app::State;
use crate::db::types::{Id, Moment};
use crate::http::Precondition;
use crate::inspection::device;
use crate::inspection::finding::sync::{self, SyncInput};
use crate::inspection::report::{
    DecisionInput, DeliveryInput, ImprovementPointInput, Outcome, PublicationInput, ReactionInput,
    ReactionType, ReactionsInput, ReportInput, points, publication, replies, work as reports,
};
use crate::inspection::store::Head;
use crate::inspection::{VisitOutcome, VisitRecordInput, visits, work};
use crate::problem::{AnyError, Problem};
use crate::text::Language;

/// An inspection, and how far it came.
struct Made {
    id: &'static str,
    facility: &'static str,
    organisation: &'static str,
    steps: &'static [Step],
}

/// What was done to it after its visit.
enum Step {
    Freeze,
    Deliver,
    React,
    Decide,
    Publish,
}

const MADE: &[Made] = &[
    Made {
        id: ids::DRAFTED_INSPECTION,
        facility: ids::FACILITY,
        organisation: ids::ORGANISATION,
        steps: &[Step::Freeze],
    },
    Made {
        id: ids::SENT_INSPECTION,
        facility: ids::FACILITY,
        organisation: ids::ORGANISATION,
        steps: &[Step::Freeze, Step::Deliver],
    },
    Made {
        id: ids::ANSWERED_INSPECTION,
        facility: ids::SHELTERED,
        organisation: ids::ORGANISATION,
        steps: &[Step::Freeze, Step::Deliver, Step::React],
    },
    Made {
        id: ids::FINAL_INSPECTION,
        facility: ids::OTHER_FACILITY,
        organisation: ids::OTHER_ORGANISATION,
        steps: &[
            Step::Freeze,
            Step::Deliver,
            Step::React,
            Step::Decide,
            Step::Freeze,
        ],
    },
    Made {
        id: ids::PUBLISHED_INSPECTION,
        facility: ids::OTHER_CENTRE,
        organisation: ids::OTHER_ORGANISATION,
        steps: &[
            Step::Freeze,
            Step::Deliver,
            Step::React,
            Step::Decide,
            Step::Freeze,
            Step::Publish,
        ],
    },
];

/// Makes them, step by step.
pub async fn seed(state: &State, now: DateTime<Utc>) -> Result<(), AnyError> {
    for made in MADE {
        let visited = Moment(now - Duration::days(15));
        as_inspectorate(state, visited, move |tx| inspected(tx, made)).await?;
        for (days, step) in (1..).zip(made.steps) {
            let when = Moment(visited.0 + Duration::days(days));
            as_inspectorate(state, when, move |tx| take(tx, made, step)).await?;
        }
    }
    Ok(())
}

fn inspected(tx: &mut Tx, made: &Made) -> Result<(), Problem> {
    let began = tx.now.0 - Duration::hours(8);
    plan(tx, made.id, made.facility, true)?;
    visit(tx, made.id, ids::VISIT, began)?;
    let planned = head(tx, made)?;
    let record = VisitRecordInput {
        outcome: VisitOutcome::Held,
        from: Some(Moment(began)),
        to: Some(tx.now),
        interlocutors: vec!["kwaliteitscoördinator".into()],
        note: None,
    };
    visits::record(tx, &planned, ids::id(ids::VISIT), &record)?;
    let begun = head(tx, made)?;
    found(tx, &begun)?;
    let point = ImprovementPointInput {
        finding_id: ids::id(ids::REPORTED_FINDING),
        text: "Leg in de procedure vast wie het gesprek voert (fictief).".into(),
        priority: false,
        withdrawn: false,
    };
    let place = (begun.id(), ids::id(ids::IMPROVEMENT_POINT), Id::new());
    tx.scope.inspector = Some(lead_of(made).to_owned());
    points::put(tx, place, &Precondition::none(), &point).map(drop)
}

/// The one finding.
fn found(tx: &mut Tx, head: &Head) -> Result<(), Problem> {
    let version = json!({
        "id": Id::new(), "findingId": ids::REPORTED_FINDING, "madeAt": tx.now,
        "content": {
            "criterion": {"frameworkCode": "ggz", "versionCode": "2026-1", "criterionCode": "intakeGesprek"},
            "observation": "In acht van de tien dossiers staat het gesprek genoteerd (fictief).",
            "evidence": [{"kind": "dossiercontrole", "filesChecked": 10, "filesMet": 8}],
            "judgement": "aandachtspunt"
        }
    });
    let batch = SyncInput {
        batch_id: Id::new(),
        device_id: ids::id(ids::DEVICE),
        versions: vec![version],
        urgent_signals: Vec::new(),
    };
    let tablet = device::of(tx, "demo-inspector", batch.device_id)?;
    sync::take(tx, head, &tablet, &batch).map(drop)
}

/// Who leads it: the demo's inspector, but where that one decides on reactions.
fn lead_of(made: &Made) -> &'static str {
    if made.id == ids::ANSWERED_INSPECTION {
        "demo-inspector-3"
    } else {
        "demo-inspector"
    }
}

fn head(tx: &mut Tx, made: &Made) -> Result<Head, Problem> {
    work::find_inside(tx, ids::id(made.id))
}

/// The demo's own id where an example names the thing, else a new one.
fn fixed(made: &Made, of: &str, id: &str) -> Id {
    if made.id == of {
        ids::id(id)
    } else {
        Id::new()
    }
}

fn take(tx: &mut Tx, made: &Made, step: &Step) -> Result<(), Problem> {
    let head = head(tx, made)?;
    match step {
        Step::Freeze => freeze(tx, made, &head),
        Step::Deliver => {
            let id = fixed(made, ids::SENT_INSPECTION, ids::DELIVERY);
            let input = DeliveryInput {
                way: "aangetekende brief".into(),
                sent_on: None,
            };
            replies::deliver(tx, &head, id, &input)
        }
        Step::React => {
            tx.scope.organisations = vec![ids::id(made.organisation)];
            let id = fixed(made, ids::ANSWERED_INSPECTION, ids::REACTION);
            replies::react(tx, &head, &[id], &reaction())
        }
        Step::Decide => decide(tx, &head),
        Step::Publish => {
            let input = PublicationInput {
                checked_by: "Fien Voorbeeld (fictief)".into(),
                redactions: Vec::new(),
            };
            publication::publish(tx, &head, ids::id(ids::PUBLICATION), &input)
        }
    }
}

fn freeze(tx: &mut Tx, made: &Made, head: &Head) -> Result<(), Problem> {
    let id = fixed(made, ids::SENT_INSPECTION, ids::REPORT);
    let input = ReportInput {
        summary: Some("Het gesprek over de kinderen hoort er vast bij (fictief).".into()),
        language: Language::Nl,
        number: None,
        reason: None,
        leave_out_pending: false,
    };
    reports::freeze(tx, head, id, &input)
}

fn reaction() -> ReactionsInput {
    ReactionsInput {
        reactions: vec![ReactionInput {
            finding_id: Some(ids::id(ids::REPORTED_FINDING)),
            kind: ReactionType::Factual,
            text: "Het waren twaalf dossiers (fictief).".into(),
        }],
        complete: true,
    }
}

fn decide(tx: &mut Tx, head: &Head) -> Result<(), Problem> {
    let decision = DecisionInput {
        outcome: Outcome::PartlyAccepted,
        reason: "Twee dossiers waren van na het bezoek (fictief).".into(),
        text_change: Some("Tien van de twaalf dossiers zijn gecontroleerd (fictief).".into()),
    };
    for reaction in replies::shown(tx, head)? {
        replies::decide(tx, head, reaction.id, &decision)?;
    }
    Ok(())
}
