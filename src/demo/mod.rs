//! The demo: fictitious organisations with a past, so that the first request already has something to say.
//!
//! Names, numbers and answers are invented; nobody is meant.
use std::collections::BTreeSet;

use chrono::{DateTime, Duration, NaiveDate, Utc};

use crate::access::{Tx, operator};
use crate::app::State;
use crate::attachment::{self, Announced};
use crate::db::types::{Id, Moment};
use crate::facility::mandates::{MandateInput, work as mandate_work};
use crate::facility::{
    self, FacilityInput, FacilityTypeInput, Identifier, IdentifierKind, IntegrationGrantInput,
    OrganisationInput, Period, SectorInput, SiteInput, UnitInput, integrations,
};
use crate::framework::document::{Document, Texts};
use crate::framework::{self, check};
use crate::http::Precondition;
use crate::inspection::clock::{Counted, Length};
use crate::inspection::report::Settings;
use crate::problem::{AnyError, Problem};
use crate::redaction::{self, RedactionInput};
use crate::self_assessment::migration::{self, MigrationInput};
use crate::self_assessment::{
    AnswerInput, CycleInput, Evidence, Purpose, SelfAssessmentInput, insert_cycle, store,
    submission, work,
};
use crate::step_plan::{self, StepPlanInput, StepPlanStep};

mod closed_round;
mod contributions;
mod data;
pub mod directory;
pub mod ids;
mod inspections;
mod judgements;
mod reports;
mod rollout;
mod rounds;
mod surveys;
mod trainings;

pub use data::{FACILITIES, enterprise_number};
use data::{SECTORS, SITES, TYPES, UNITS};

/// No figure of the demo is about fewer facilities.
pub const SMALLEST_GROUP: u32 = 5;

/// What the demo sets about reports. The lengths are examples: no law stands behind them.
pub fn report_settings() -> Settings {
    Settings {
        reaction: Some(Length {
            days: 30,
            counted: Counted::Calendar,
        }),
        terms: Some(Length {
            days: 30,
            counted: Counted::Calendar,
        }),
        presumed: None,
        holidays: BTreeSet::new(),
        prefix: "DEMO-".into(),
    }
}

/// Fills an empty database: sectors, types, frameworks, facilities, cycles, last year's self-assessments and inspection rounds.
pub async fn seed(state: &State, now: DateTime<Utc>) -> Result<(), AnyError> {
    let last_year = Moment(now - Duration::days(400));
    operator::write(state, Vec::new(), last_year, |tx| {
        sectors(tx)?;
        facilities(tx)
    })
    .await?;
    // One after another: what comes at one moment is listed by its code.
    let moments = (0..).map(|seconds| Moment(last_year.0 + Duration::seconds(seconds)));
    for ((name, text), moment) in framework::library().into_iter().zip(moments) {
        let document = check::from_yaml(text).map_err(|faults| listed(name, &faults))?;
        operator::write(state, Vec::new(), moment, move |tx| {
            framework::work::import(tx, &document)
        })
        .await?;
    }
    mandates(state, now).await?;
    cycles(state, now).await?;
    past(state, now).await?;
    plan(state, now).await?;
    migrate(state, now).await?;
    contributions::asked(state, now).await?;
    rollout::known(state, now).await?;
    trainings::given(state, now).await?;
    surveys::asked(state, now).await?;
    rounds::made(state, now).await?;
    inspections::seed(state, now).await?;
    judgements::seed(state, now).await?;
    Ok(operator::write(state, Vec::new(), Moment(now), half_sent).await?)
}

/// A file of which a part is here: a tablet's network went away.
fn half_sent(tx: &mut Tx) -> Result<(), Problem> {
    let announced = Announced {
        facility_id: ids::id(ids::FACILITY),
        id: ids::id(ids::HALF_ATTACHMENT),
        content_id: Id::new(),
        file_name: None,
        sha256: ids::ATTACHMENT_SHA256.to_owned(),
    };
    let text = ids::ATTACHMENT_TEXT.as_bytes();
    let size = i64::try_from(text.len()).map_err(Problem::internal)?;
    let first = text.get(..10).unwrap_or_default();
    attachment::keep_part(tx, &announced, size, first)
}

/// The migration to this year's framework, after last year's was handed in: nothing is left to move.
async fn migrate(state: &State, now: DateTime<Utc>) -> Result<(), AnyError> {
    let when = Moment(now - Duration::days(14));
    let input = MigrationInput {
        from: None,
        dry_run: false,
    };
    operator::write(state, Vec::new(), when, move |tx| {
        migration::work::start(tx, ids::id(ids::MIGRATION), "ggz", "2026-1", &input).map(drop)
    })
    .await?;
    Ok(migration::runner::drain(state).await?)
}

fn listed(name: &str, faults: &[check::Fault]) -> String {
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    format!("{name}: {}", faults.join("; "))
}

fn dutch(text: &str) -> Texts {
    Texts {
        nl: Some(text.to_owned()),
        ..Texts::default()
    }
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

fn sectors(tx: &mut Tx) -> Result<(), Problem> {
    for (code, title, basis) in SECTORS {
        let input = SectorInput {
            title: dutch(title),
            periods: vec![Period {
                valid_from: day(2019, 1, 1),
                valid_to: None,
                minister: None,
                recognising_body: None,
                inspectorate: None,
                control_basis: *basis,
            }],
        };
        facility::put_sector(tx, code, None, &input)?;
    }
    for (code, sector, title) in TYPES {
        let input = FacilityTypeInput {
            sector_code: (*sector).to_owned(),
            title: dutch(title),
            periods: Vec::new(),
        };
        facility::put_facility_type(tx, code, None, &input)?;
    }
    Ok(())
}

fn number(kind: IdentifierKind, value: String) -> Identifier {
    Identifier {
        kind,
        value,
        valid_from: None,
        valid_to: None,
    }
}

fn facilities(tx: &mut Tx) -> Result<(), Problem> {
    for (index, made) in FACILITIES.iter().enumerate() {
        let since = day(2015, 1, 1);
        if made.first {
            let input = OrganisationInput {
                name: made.organisation.1.to_owned(),
                identifiers: vec![number(
                    IdentifierKind::EnterpriseNumber,
                    enterprise_number(made.number),
                )],
                valid_from: since,
                valid_to: None,
            };
            facility::insert_organisation(tx, ids::id(made.organisation.0), &input)?;
        }
        let input = FacilityInput {
            organisation_id: ids::id(made.organisation.0),
            facility_type: made.kind.to_owned(),
            name: made.name.to_owned(),
            identifiers: vec![number(
                IdentifierKind::HcoNumber,
                format!("{}", 990_100 + index),
            )],
            valid_from: since,
            valid_to: None,
        };
        facility::insert_facility(tx, ids::id(made.id), &input)?;
    }
    let (facility_id, since) = (ids::id(ids::FACILITY), day(2015, 1, 1));
    for (id, name, address, postal_code) in SITES {
        let site = SiteInput {
            name: (*name).into(),
            address: Some((*address).into()),
            postal_code: Some((*postal_code).into()),
            identifiers: Vec::new(),
            valid_from: since,
            valid_to: None,
        };
        facility::save_site(tx, facility_id, ids::id(id), None, &site)?;
    }
    for (id, site, name) in UNITS {
        let unit = UnitInput {
            site_id: Some(ids::id(site)),
            facility_type: "pz".into(),
            name: (*name).into(),
            valid_from: since,
            valid_to: None,
        };
        facility::save_unit(tx, facility_id, ids::id(id), None, &unit)?;
    }
    let grant = IntegrationGrantInput {
        name: "Zorgatlas (fictief)".into(),
        scopes: vec!["read:facilities".into(), "read:frameworks".into()],
        organisations: Vec::new(),
        all_organisations: true,
        valid_until: None,
    };
    integrations::store::save(tx, ids::ADMITTED_CLIENT, None, &grant).map(drop)
}

/// What De Linde and De Berk let the machines of their vendors do.
async fn mandates(state: &State, now: DateTime<Utc>) -> Result<(), AnyError> {
    let every = integrations::known_scopes();
    let (linde, berk) = (ids::ORGANISATION, ids::OTHER_ORGANISATION);
    let reading = every
        .iter()
        .copied()
        .filter(|scope| scope.starts_with("read:"));
    let reading: Vec<&str> = reading.collect();
    let given = [
        (
            ids::MANDATE,
            linde,
            ids::CLIENT,
            "EPD-koppeling (fictief)",
            &every,
        ),
        (
            ids::PORTAL_MANDATE,
            linde,
            ids::PORTAL_CLIENT,
            "Kwaliteitsportaal (fictief)",
            &every,
        ),
        (
            ids::OTHER_PORTAL_MANDATE,
            berk,
            ids::PORTAL_CLIENT,
            "Kwaliteitsportaal (fictief)",
            &every,
        ),
        (
            ids::OLD_MANDATE,
            linde,
            "oud-epd-de-linde",
            "Vorig EPD (fictief)",
            &reading,
        ),
    ];
    for (id, organisation, client, name, scopes) in given {
        let organisation = ids::id(organisation);
        let input = MandateInput {
            client_id: client.to_owned().try_into()?,
            name: name.to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            facilities: None,
            valid_until: Moment(now + Duration::days(600)),
            contact: Some("helpdesk@vendor.example".into()),
        };
        let when = Moment(now - Duration::days(395));
        operator::write(state, vec![organisation], when, move |tx| {
            mandate_work::give(tx, organisation, ids::id(id), &input).map(drop)
        })
        .await?;
    }
    Ok(())
}

async fn cycles(state: &State, now: DateTime<Utc>) -> Result<(), AnyError> {
    let planned = [
        (
            ids::PAST_CYCLE,
            "Zelfevaluatie vorig jaar",
            "2025-1",
            390,
            300,
            Purpose::InspectionPreparation,
        ),
        (
            ids::CYCLE,
            "Zelfevaluatie dit jaar",
            "2026-1",
            14,
            -90,
            Purpose::InspectionPreparation,
        ),
        (
            ids::OWN_CYCLE,
            "Eigen verbetering",
            "2026-1",
            14,
            -180,
            Purpose::OwnImprovement,
        ),
        (
            ids::PLANNED_CYCLE,
            "Zelfevaluatie volgend jaar",
            "2026-1",
            -200,
            -300,
            Purpose::InspectionPreparation,
        ),
    ];
    for (id, title, version, opened, due, purpose) in planned {
        let input = CycleInput {
            title: dutch(title),
            framework_code: "ggz".into(),
            version_code: version.into(),
            facility_types: vec!["pz".into(), "ibw".into(), "cgg".into()],
            opens: Moment(now - Duration::days(opened)),
            due: Moment(now - Duration::days(due)),
            purpose,
        };
        let when = Moment(now - Duration::days(395));
        operator::write(state, Vec::new(), when, move |tx| {
            insert_cycle(tx, ids::id(id), &input).map(drop)
        })
        .await?;
    }
    Ok(())
}

/// Last year's self-assessments: every facility that has a past answered and handed in.
async fn past(state: &State, now: DateTime<Utc>) -> Result<(), AnyError> {
    for made in FACILITIES {
        let Some(id) = made.past else { continue };
        let organisation = ids::id(made.organisation.0);
        let input = SelfAssessmentInput {
            facility_id: ids::id(made.id),
            unit_id: None,
            cycle_id: ids::id(ids::PAST_CYCLE),
        };
        let when = Moment(now - Duration::days(330));
        operator::write(state, vec![organisation], when, move |tx| {
            let head = work::create(tx, ids::id(id), &input)?;
            if head.facility_id == ids::id(ids::FACILITY) {
                let text = ids::ATTACHMENT_TEXT.as_bytes();
                attachment::keep(
                    tx,
                    head.facility_id,
                    ids::id(ids::ATTACHMENT),
                    "verslag.txt",
                    text,
                )?;
            }
            answer_all(tx, head.id)?;
            if head.facility_id == ids::id(ids::FACILITY) {
                redaction::work::redact(
                    tx,
                    ids::id(ids::REDACTION),
                    &mistake(),
                    &redaction::work::Files::default(),
                )?;
            }
            submission::submit(tx, head.id, None).map(drop)
        })
        .await?;
    }
    Ok(())
}

/// The hospital's own step plan, made after last year's self-assessment.
async fn plan(state: &State, now: DateTime<Utc>) -> Result<(), AnyError> {
    let steps = [
        (
            "kennismaking",
            "Het gesprek aan de keukentafel",
            &["stap1"][..],
        ),
        ("samenKijken", "Samen kijken met een collega", &["stap2"]),
        ("ouderUur", "Het ouderuur op donderdag", &["stap3"]),
        (
            "zorgen",
            "Zorgen bespreken en mee op stap",
            &["stap4", "stap5"],
        ),
        ("bezoek", "De bezoekkamer met speelgoed", &[]),
    ];
    let mut own = Vec::new();
    for (code, title, generic) in steps {
        own.push(StepPlanStep {
            code: code.parse()?,
            title: title.to_owned(),
            description: None,
            steps: generic
                .iter()
                .map(|code| code.parse())
                .collect::<Result<_, _>>()?,
            roles: Vec::new(),
        });
    }
    let input = StepPlanInput {
        name: "Stappenplan van De Linde (fictief)".into(),
        framework_code: "ggz".parse()?,
        version_code: None,
        unit_id: None,
        steps: own,
        document: None,
        valid_to: None,
    };
    let when = Moment(now - Duration::days(300));
    let organisation = ids::id(ids::ORGANISATION);
    operator::write(state, vec![organisation], when, move |tx| {
        let place = (ids::id(ids::FACILITY), ids::id(ids::STEP_PLAN));
        step_plan::put(
            tx,
            place,
            ids::id(ids::STEP_PLAN),
            &Precondition::none(),
            &input,
        )
        .map(drop)
    })
    .await
    .map_err(AnyError::from)
}

/// A name that somebody wrote in a draft, and that was removed.
const A_NAME: &str = "een naam (fictief)";

/// What removes it.
fn mistake() -> RedactionInput {
    RedactionInput {
        facility_id: ids::id(ids::FACILITY),
        text: Some(A_NAME.into()),
        ignore_case: false,
        attachments: Vec::new(),
        ground: "Naam van een kind in een toelichting (fictief).".into(),
        dry_run: false,
    }
}

/// Answers a draft whole, turn by turn: what an answer brings up is answered next.
fn answer_all(tx: &mut Tx, id: Id) -> Result<(), Problem> {
    loop {
        let head = work::lock(tx, id, None)?;
        let document = store::document(tx, &head)?;
        let view = store::current(tx, &head)?;
        let inputs: Vec<(String, AnswerInput)> = view
            .open_criteria
            .iter()
            .enumerate()
            .filter_map(|(index, open)| {
                let code = open.criterion_code.clone();
                let mut answer = invented(&document, &code, index)?;
                if head.facility_id == ids::id(ids::FACILITY) {
                    attach(&mut answer);
                    if code == ids::CRITERION {
                        answer.note = Some(format!("Besproken met {A_NAME}."));
                    }
                }
                Some((code, answer))
            })
            .collect();
        if inputs.is_empty() {
            return Ok(());
        }
        work::answer(tx, &head, &inputs, |index| format!("answers[{index}]."))?;
    }
}

/// Points the evidence of an answer to the demo's attachment.
fn attach(answer: &mut AnswerInput) {
    for piece in &mut answer.evidence {
        piece.attachment_id = Some(ids::id(ids::ATTACHMENT));
        piece.sha256 = Some(ids::ATTACHMENT_SHA256.to_owned());
    }
}

/// An invented answer that the framework takes: a level by turns, a note and evidence where they are needed.
pub fn invented(document: &Document, code: &str, turn: usize) -> Option<AnswerInput> {
    let criterion = document.criterion(code)?;
    let levels = &document.scale_of(criterion)?.levels;
    let level = levels
        .iter()
        .rev()
        .cycle()
        .nth(turn % levels.len().max(1))?;
    let evidence = if document.needs_evidence(criterion, level.code.as_str()) {
        let kind = document
            .evidence_kinds
            .iter()
            .find(|kind| !kind.counts_files)?;
        vec![Evidence {
            kind: kind.code.to_string(),
            description: Some("Verslag van het teamoverleg (fictief)".into()),
            observed_on: None,
            files_checked: None,
            files_met: None,
            attachment_id: None,
            sha256: None,
        }]
    } else {
        Vec::new()
    };
    Some(AnswerInput {
        level: level.code.to_string(),
        note: level
            .needs_note
            .then(|| "Besproken op het teamoverleg (fictief).".to_owned()),
        evidence,
        exceptions: Vec::new(),
    })
}
