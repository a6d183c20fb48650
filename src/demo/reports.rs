//! The demo's reports: a draft in the making, one that was sent, one that was answered, one that is final, one that is published; and what follows
//! from some: terms that are drafted and sent, points that are followed up, an end.
use chrono::{DateTime, Days, Duration, Utc};
use serde_json::json;

use super::ids;
use super::inspections::{as_inspectorate, plan, visit};
use crate::access::role::Role;
use crate::access::{Tx, operator};
use crate::app::State;
use crate::attachment::AttachmentReference;
use crate::db::types::{Id, Moment};
use crate::http::{IfMatch, Precondition};
use crate::inspection::device;
use crate::inspection::finding::sync::{self, SyncInput};
use crate::inspection::follow_up::{
    self, ImprovementDecisionInput, ImprovementOutcome, MeasureInput,
};
use crate::inspection::report::{
    DecisionInput, DeliveryInput, ImprovementPointInput, Outcome, PublicationInput, ReactionInput,
    ReactionType, ReactionsInput, ReportInput, points, publication, replies, work as reports,
};
use crate::inspection::rules::{DECIDE_IMPROVEMENT, GIVE_MEASURE};
use crate::inspection::store::Head;
use crate::inspection::terms::{TermInput, TermReactionsInput, TermReportInput, work as terms};
use crate::inspection::{VisitOutcome, VisitRecordInput, visits, work};
use crate::problem::{AnyError, Problem};
use crate::text::Language;

/// An inspection, and how far it came.
struct Made {
    id: &'static str,
    facility: &'static str,
    organisation: &'static str,
    /// What must be mended: the ids of its improvement points.
    points: &'static [&'static str],
    steps: &'static [Step],
}

/// What was done to it after its visit.
enum Step {
    Freeze,
    Deliver,
    React,
    Decide,
    Publish,
    SetTerms,
    SendTerms,
    AcceptTerms,
    Tell,
    Accept,
    Close,
}

const MADE: &[Made] = &[
    Made {
        id: ids::DRAFTED_INSPECTION,
        facility: ids::FACILITY,
        organisation: ids::ORGANISATION,
        points: &[ids::IMPROVEMENT_POINT],
        steps: &[Step::Freeze],
    },
    Made {
        id: ids::SENT_INSPECTION,
        facility: ids::FACILITY,
        organisation: ids::ORGANISATION,
        points: &[""],
        steps: &[Step::Freeze, Step::Deliver],
    },
    Made {
        id: ids::ANSWERED_INSPECTION,
        facility: ids::SHELTERED,
        organisation: ids::ORGANISATION,
        points: &[""],
        steps: &[Step::Freeze, Step::Deliver, Step::React],
    },
    Made {
        id: ids::FINAL_INSPECTION,
        facility: ids::OTHER_FACILITY,
        organisation: ids::OTHER_ORGANISATION,
        points: &[ids::UNTERMED_POINT],
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
        points: &[""],
        steps: &[
            Step::Freeze,
            Step::Deliver,
            Step::React,
            Step::Decide,
            Step::Freeze,
            Step::Publish,
        ],
    },
    Made {
        id: ids::CLEAN_INSPECTION,
        facility: ids::OTHER_FACILITY,
        organisation: ids::OTHER_ORGANISATION,
        points: &[],
        steps: &[
            Step::Freeze,
            Step::Deliver,
            Step::React,
            Step::Decide,
            Step::Freeze,
        ],
    },
    Made {
        id: ids::TERM_DRAFT_INSPECTION,
        facility: ids::FACILITY,
        organisation: ids::ORGANISATION,
        points: &[""],
        steps: &[
            Step::Freeze,
            Step::Deliver,
            Step::React,
            Step::Decide,
            Step::Freeze,
            Step::SetTerms,
        ],
    },
    Made {
        id: ids::TERM_SENT_INSPECTION,
        facility: ids::SHELTERED,
        organisation: ids::ORGANISATION,
        points: &[""],
        steps: &[
            Step::Freeze,
            Step::Deliver,
            Step::React,
            Step::Decide,
            Step::Freeze,
            Step::SetTerms,
            Step::SendTerms,
        ],
    },
    Made {
        id: ids::FOLLOWED_INSPECTION,
        facility: ids::FACILITY,
        organisation: ids::ORGANISATION,
        points: &[
            ids::OPEN_POINT,
            ids::OVERDUE_POINT,
            ids::ANSWERED_POINT,
            ids::ACCEPTED_POINT,
            ids::NO_TERM_POINT,
        ],
        steps: &[
            Step::Freeze,
            Step::Deliver,
            Step::React,
            Step::Decide,
            Step::Freeze,
            Step::SetTerms,
            Step::SendTerms,
            Step::AcceptTerms,
            Step::SetTerms,
            Step::Tell,
            Step::Accept,
        ],
    },
    Made {
        id: ids::CLOSED_INSPECTION,
        facility: ids::FACILITY,
        organisation: ids::ORGANISATION,
        points: &[],
        steps: &[
            Step::Freeze,
            Step::Deliver,
            Step::React,
            Step::Decide,
            Step::Freeze,
            Step::Close,
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
            let work = move |tx: &mut Tx| take(tx, made, step);
            match step {
                // Who speaks for a facility decides on nothing of it.
                Step::React | Step::AcceptTerms | Step::Tell => {
                    operator::write_for(("demo-facility", Role::Facility), state, when, work)
                        .await?;
                }
                _ => as_inspectorate(state, when, work).await?,
            }
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
    tx.scope.inspector = Some(lead_of(made).to_owned());
    for (id, text) in made.points.iter().zip(TO_MEND) {
        let point = ImprovementPointInput {
            finding_id: ids::id(ids::REPORTED_FINDING),
            text: text.into(),
            priority: *id == ids::OVERDUE_POINT,
            withdrawn: false,
        };
        // An empty text stands for an id of its own.
        let place = (
            begun.id(),
            id.parse().unwrap_or_else(|_| Id::new()),
            Id::new(),
        );
        points::put(tx, place, &Precondition::none(), &point)?;
    }
    Ok(())
}

/// What must be mended, in the order of the points.
const TO_MEND: [&str; 5] = [
    "Leg in de procedure vast wie het gesprek voert (fictief).",
    "Noteer in elk dossier of er kinderen zijn (fictief).",
    "Neem het gesprek op in het onthaal van nieuwe medewerkers (fictief).",
    "Hang de folder voor kinderen op elke afdeling (fictief).",
    "Bespreek het gesprek op de volgende studiedag (fictief).",
];

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
    sync::take(tx, head, &tablet, (&batch, true)).map(drop)
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
    tx.scope.planner = true;
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
            replies::deliver(tx, &head, id, &by_letter())
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
        Step::SetTerms => set_terms(tx, made, &head),
        Step::SendTerms => {
            tx.scope.authority = true;
            let report = term_report(made);
            terms::deliver(tx, &head, (report, Id::new()), &by_letter())
        }
        Step::AcceptTerms => {
            tx.scope.organisations = vec![ids::id(made.organisation)];
            let input = TermReactionsInput {
                reactions: Vec::new(),
                complete: true,
            };
            terms::react(tx, &head, (term_report(made), &[]), &input)
        }
        Step::Tell => tell(tx, made),
        Step::Accept => accept(tx),
        Step::Close => terms::close(tx, &head),
    }
}

fn by_letter() -> DeliveryInput {
    DeliveryInput {
        way: "aangetekende brief".into(),
        sent_on: None,
    }
}

/// The draft of terms.
fn term_report(made: &Made) -> Id {
    ids::id(match made.id {
        ids::TERM_DRAFT_INSPECTION => ids::TERM_DRAFT,
        ids::TERM_SENT_INSPECTION => ids::SENT_TERM_DRAFT,
        _ => ids::DEMO_TERM_DRAFT,
    })
}

fn set_terms(tx: &mut Tx, made: &Made, head: &Head) -> Result<(), Problem> {
    tx.scope.authority = true;
    let there = terms::visible(tx, head)?;
    let id = there
        .first()
        .map_or_else(|| term_report(made), |_| Id::new());
    let points = follow_up::store::of_inspection(tx, head.id())?;
    let today = tx.now.day();
    let term = |point: follow_up::store::Row| {
        let none = point.id() == ids::id(ids::NO_TERM_POINT);
        let days = if point.id() == ids::id(ids::OVERDUE_POINT) {
            4
        } else {
            90
        };
        TermInput {
            improvement_point_id: point.id(),
            due: (!none).then(|| today + Days::new(days)),
            reason: none.then(|| "Het is een aanbeveling (fictief).".into()),
        }
    };
    let input = TermReportInput {
        summary: Some("De termijnen volgen de ernst van wat gezien is (fictief).".into()),
        language: Language::Nl,
        // The definitive ones keep to the draft.
        terms: there
            .is_empty()
            .then(|| points.into_iter().map(term).collect()),
    };
    terms::freeze(tx, head, id, &input)
}

/// What the facility did about two of the points.
fn tell(tx: &mut Tx, made: &Made) -> Result<(), Problem> {
    tx.scope.organisations = vec![ids::id(made.organisation)];
    let any = IfMatch::any();
    for point in [ids::ANSWERED_POINT, ids::ACCEPTED_POINT] {
        let measure = MeasureInput {
            text: "Dit gebeurt sinds deze week (fictief).".into(),
            taken_on: None,
            attachments: vec![AttachmentReference {
                attachment_id: ids::id(ids::ATTACHMENT),
                sha256: ids::ATTACHMENT_SHA256.into(),
            }],
        };
        let place = (ids::id(point), Id::new());
        follow_up::work::give_measure(tx, place, (&GIVE_MEASURE, &any), &measure)?;
    }
    Ok(())
}

/// One measure is accepted.
fn accept(tx: &mut Tx) -> Result<(), Problem> {
    tx.scope.authority = true;
    let accepted = ImprovementDecisionInput {
        outcome: ImprovementOutcome::Accepted,
        reason: None,
    };
    let point = ids::id(ids::ACCEPTED_POINT);
    let any = IfMatch::any();
    follow_up::work::decide(tx, point, (&DECIDE_IMPROVEMENT, &any), &accepted).map(drop)
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
