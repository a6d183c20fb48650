//! What is done to a step plan, and whose words stand beside a self-assessment's questions.
use std::sync::Arc;

use chrono::NaiveDate;

use super::store::{self, Content, Pin, Saving};
use super::{OwnSteps, StepPlan, StepPlanInput, StepPlanReference, rules};
use crate::access::Tx;
use crate::attachment;
use crate::audit::{self, Event};
use crate::db::types::Id;
use crate::facility;
use crate::framework::{self, VersionState, document::Document};
use crate::http::Precondition;
use crate::problem::{Issue, Problem};
use crate::self_assessment;
use crate::text::Text;

/// Makes a plan of the caller's own facility, or its next version; true when it is new. From now on its words stand beside the questions of
/// the facility's drafts.
pub fn put(
    tx: &mut Tx,
    place: (Id, Id),
    arrival: Id,
    condition: &Precondition,
    input: &StepPlanInput,
) -> Result<(StepPlan, bool), Problem> {
    let (facility_id, id) = place;
    let organisation_id = facility::own(tx, facility_id)?.organisation_id;
    // Of two plans at once neither would see the other; and what is handed in meanwhile has one plan or the other.
    self_assessment::submission::take_turn_of(tx, facility_id)?;
    let current = store::find(tx, facility_id, id)?;
    condition.check(current.as_ref().map(StepPlan::tag).as_ref())?;
    if let Some(current) = &current {
        refuse_another_place(current, input)?;
    }
    let document = version_of(tx, input)?;
    let content = content(tx, facility_id, input, &document)?;
    let saving = Saving {
        facility_id,
        id,
        arrival,
        framework: input.framework_code.as_str(),
        unit_id: input.unit_id,
        content: &content,
    };
    if content.valid_to.is_none_or(|day| day > tx.now.day())
        && let Some(rival) = store::rival(tx, &saving)?
    {
        return Err(another_in_force(&rival));
    }
    store::save(tx, &saving, current.as_ref().map(|one| one.summary.version))?;
    let event = Event::new("stepPlanSaved", "stepPlan", id).of(organisation_id, Some(facility_id));
    audit::record(tx, event.with(input)?)?;
    self_assessment::repin(tx, facility_id, saving.framework)?;
    let saved = store::find(tx, facility_id, id)?.ok_or_else(Problem::not_found)?;
    Ok((saved, current.is_none()))
}

/// A plan stays with its framework and its unit: what stood beside the questions once can be told.
fn refuse_another_place(current: &StepPlan, input: &StepPlanInput) -> Result<(), Problem> {
    let summary = &current.summary;
    let moved = [
        (
            "frameworkCode",
            input.framework_code != *summary.framework_code.as_str(),
        ),
        ("unitId", input.unit_id != summary.unit_id),
    ];
    let faults: Vec<Issue> = moved
        .into_iter()
        .filter(|(_, moved)| *moved)
        .map(|(field, _)| Issue::body("fixed", field, fixed()))
        .collect();
    Problem::refuse(faults)
}

fn fixed() -> Text {
    Text::new(
        "Een plan blijft bij zijn referentiekader en zijn afdeling; beëindig dit met validTo en maak een ander.",
        "Un plan reste lié à son référentiel et à son unité ; terminez celui-ci par validTo et faites-en un autre.",
        "A plan stays with its framework and its unit; end this one with validTo and make another.",
    )
}

/// The published version that the input is mapped onto: the one it names, or the latest.
fn version_of(tx: &mut Tx, input: &StepPlanInput) -> Result<Arc<Document>, Problem> {
    let framework = input.framework_code.as_str();
    let published: Vec<String> = framework::store::all(tx, Some(framework))?
        .into_iter()
        .filter(|version| version.status == VersionState::Published)
        .map(|version| version.version_code.to_string())
        .collect();
    let Some(latest) = published.last() else {
        return Err(Problem::unknown_reference("frameworkCode", framework));
    };
    let wanted = input
        .version_code
        .as_ref()
        .map_or(latest.as_str(), |code| code.as_str());
    framework::store::published(tx, framework, wanted)?
        .ok_or_else(|| no_such_version(wanted, &published))
}

fn no_such_version(wanted: &str, published: &[String]) -> Problem {
    let known = published.join(", ");
    let detail = Text::new(
        format!("Deze versie is niet gepubliceerd; gebruik: {known}."),
        format!("Cette version n'est pas publiée ; utilisez : {known}."),
        format!("This version is not published; use: {known}."),
    );
    Problem::fault(Issue::body("unknownReference", "versionCode", detail).with_value(wanted))
}

/// What the next version says, once nothing of the input points to what is not there.
fn content(
    tx: &mut Tx,
    facility_id: Id,
    input: &StepPlanInput,
    document: &Document,
) -> Result<Content, Problem> {
    if let Some(unit_id) = input.unit_id {
        facility::unit(tx, facility_id, unit_id)
            .map_err(|fault| fault.as_unknown("unitId", unit_id))?;
    }
    let mut faults = rules::faults(document, &input.steps);
    let files = input.document.iter();
    let files = files.map(|file| (file, "document.".to_owned()));
    faults.extend(attachment::faults_of(tx, facility_id, files)?);
    Problem::refuse(faults)?;
    Ok(Content {
        name: input.name.clone(),
        version_code: document.version.code.to_string(),
        steps: input.steps.clone(),
        unmapped: rules::unmapped(document, &input.steps),
        document: input.document.clone(),
        valid_to: input.valid_to,
    })
}

fn another_in_force(rival: &StepPlan) -> Problem {
    let (name, href) = (&rival.summary.name, &rival.summary.href);
    let [until_nl, until_fr, until_en] =
        rival.summary.valid_to.map_or_else(Default::default, |day| {
            [
                format!(" tot {day}"),
                format!(" jusqu'au {day}"),
                format!(" until {day}"),
            ]
        });
    Problem::conflict(Text::new(
        format!(
            "Er geldt hier{until_nl} al een stappenplan, {name} ({href}); maak daarvan een nieuwe versie, of beëindig het met validTo."
        ),
        format!(
            "Un plan par étapes est déjà en vigueur ici{until_fr}, {name} ({href}) ; faites-en une nouvelle version, ou terminez-le par validTo."
        ),
        format!(
            "A step plan is in force here already{until_en}, {name} ({href}); make a new version of it, or end it with validTo."
        ),
    ))
}

/// A facility's own words beside the criteria of a framework version.
#[derive(Debug, Clone)]
pub struct Words {
    /// The version of the plan that they come from.
    pub plan: StepPlanReference,
    /// The words, per criterion that has any.
    pub own_steps: Vec<OwnSteps>,
}

impl Words {
    /// What stands beside this criterion.
    pub fn beside(&self, criterion: &str) -> &[String] {
        self.own_steps
            .iter()
            .find(|own| own.criterion_code == criterion)
            .map_or(&[], |own| own.titles.as_slice())
    }
}

/// The words of one version of a facility's plan; nothing when the plan was over on this day. The right to know them must have been checked.
pub fn words_on(
    tx: &mut Tx,
    facility_id: Id,
    pin: Pin,
    document: &Document,
    day: NaiveDate,
) -> Result<Option<Words>, Problem> {
    let content = store::content(tx, facility_id, pin)?;
    if content.valid_to.is_some_and(|end| end <= day) {
        return Ok(None);
    }
    Ok(Some(Words {
        plan: StepPlanReference {
            href: pin.href(facility_id),
            version: pin.version,
            name: content.name,
        },
        own_steps: rules::own_steps(document, &content.steps),
    }))
}

/// The words that are in force today for a facility, or for a unit of it that may have a plan of its own; nothing where there is no plan. The
/// right to know them must have been checked.
pub fn words_for(
    tx: &mut Tx,
    facility_id: Id,
    document: &Document,
    unit_id: Option<Id>,
) -> Result<Option<Words>, Problem> {
    let plans = store::in_force(tx, facility_id, document.code.as_str())?;
    let today = tx.now.day();
    match plans.of(unit_id) {
        None => Ok(None),
        Some(pin) => words_on(tx, facility_id, pin, document, today),
    }
}
