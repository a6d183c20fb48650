//! A facility's own stappenplan: its steps in its own words, mapped onto the generic steps of a framework, or onto roles where that goes by
//! role.
//!
//! Every version stays as it was. Clients make the ids, so an id is unique within its facility only. The plan in force is pinned to each
//! draft of the facility against its framework, and stays with what was handed in: reading one costs a look-up by key, and nothing where there
//! is no plan.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::Operations;
use crate::attachment::AttachmentReference;
use crate::audit::ActorView;
use crate::db::types::{Id, Moment, day_if_any};
use crate::http::ETag;
use crate::http::body::Check;
use crate::http::checks::{at_most, check_length, check_name, repeated};
use crate::problem::Issue;
use crate::text::Text;
use crate::words::Code;

pub mod routes;
mod rules;
mod store;
mod work;

pub use store::{InForce, Pin, in_force};
pub use work::{Words, put, words_for, words_on};

/// Steps of its own in a plan at most.
const MOST_STEPS: usize = 100;
/// Generic steps or roles that one of them is mapped onto at most.
const MOST_MAPPED: usize = 50;

/// The operations on step plans.
pub fn operations(to: &mut impl Operations) {
    to.operation(routes::list_step_plans)
        .operation(routes::read_step_plan)
        .operation(routes::put_step_plan)
        .operation(routes::list_step_plan_versions)
        .operation(routes::read_step_plan_version);
}

/// A step of the facility's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StepPlanStep {
    /// Its code, unique within the plan.
    pub code: Code,
    /// What the facility calls it, in its own language.
    #[schema(
        min_length = 1,
        max_length = 200,
        example = "Het gesprek aan de keukentafel"
    )]
    pub title: String,
    /// What is done in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 4000)]
    pub description: Option<String>,
    /// The generic steps that it is part of; none for a step that only this facility has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 50, example = json!(["stap1"]))]
    pub steps: Vec<Code>,
    /// The roles that it is for, where the framework goes by role.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 50, example = json!([]))]
    pub roles: Vec<Code>,
}

/// What a step plan is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StepPlanInput {
    /// What it is called.
    #[schema(min_length = 1, max_length = 200, example = "Stappenplan van De Linde")]
    pub name: String,
    /// The framework whose steps or roles it is mapped onto. It stays with the plan.
    #[schema(example = "ggz")]
    pub framework_code: Code,
    /// The published version that it is mapped onto; the latest when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, value_type = Option<Code>)]
    pub version_code: Option<Code>,
    /// The unit whose own plan it is; left out, it is the facility's. It stays with the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub unit_id: Option<Id>,
    /// Its steps, in order.
    #[schema(min_items = 1, max_items = 100)]
    pub steps: Vec<StepPlanStep>,
    /// The plan as a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub document: Option<AttachmentReference>,
    /// First day on which it is no longer in force; a day that has come ends it.
    #[serde(
        deserialize_with = "day_if_any",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(required = false, nullable = false)]
    pub valid_to: Option<NaiveDate>,
}

/// A step plan in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepPlanSummary {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity within the facility, made by the client.
    pub id: Id,
    /// Whose it is.
    pub facility_id: Id,
    /// The unit whose own plan it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub unit_id: Option<Id>,
    /// The framework.
    #[schema(example = "ggz")]
    pub framework_code: String,
    /// The version of the framework that it was mapped onto.
    #[schema(example = "2026-1")]
    pub version_code: String,
    /// The number of this version of the plan.
    #[schema(minimum = 1, example = 1)]
    pub version: i64,
    /// What it is called.
    pub name: String,
    /// First day on which it is no longer in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub valid_to: Option<NaiveDate>,
    /// When this version was saved.
    pub saved_at: Moment,
    /// By whom.
    pub saved_by: ActorView,
    #[serde(skip)]
    pub(crate) arrival: Id,
}

/// What of the framework no step of the plan is mapped onto.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UnmappedSteps)]
pub struct Unmapped {
    /// Generic steps.
    #[schema(example = json!(["stap6"]))]
    pub steps: Vec<String>,
    /// Roles.
    #[schema(example = json!([]))]
    pub roles: Vec<String>,
}

/// A version of a step plan.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepPlan {
    /// What a list shows of it.
    #[serde(flatten)]
    pub summary: StepPlanSummary,
    /// Its steps, in order.
    pub steps: Vec<StepPlanStep>,
    /// What of the framework none of them is mapped onto. That is no fault.
    pub unmapped: Unmapped,
    /// The plan as a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub document: Option<AttachmentReference>,
}

impl StepPlan {
    /// Its tag: the number of its version, and what it says, for a redaction can change that.
    pub fn tag(&self) -> ETag {
        let said = serde_json::to_vec(&(&self.summary.name, &self.steps)).unwrap_or_default();
        ETag::of_content(self.summary.version, &said)
    }
}

/// The version of a plan whose words stand beside the questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepPlanReference {
    /// The address of the version, which stays as it was.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its number.
    pub version: i64,
    /// What the plan is called.
    pub name: String,
}

/// What the facility itself calls the step, or the work of the role, that a criterion belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnSteps {
    /// The criterion.
    #[schema(example = "intakeGesprek")]
    pub criterion_code: String,
    /// The titles of its own steps, in the order of its plan.
    #[schema(example = json!(["Het gesprek aan de keukentafel"]))]
    pub titles: Vec<String>,
}

impl Check for StepPlanInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_name("name", &self.name, faults);
        if let Some(document) = &self.document {
            document.check_at("document.", faults);
        }
        if let Some(day) = self.valid_to {
            check_day(day, faults);
        }
        if self.steps.is_empty() {
            faults.push(no_steps());
        }
        if !at_most("steps", self.steps.len(), MOST_STEPS, faults) {
            return;
        }
        for (index, step) in self.steps.iter().enumerate() {
            let at = format!("steps[{index}].");
            if self
                .steps
                .iter()
                .take(index)
                .any(|one| one.code == step.code)
            {
                faults.push(repeated(format!("{at}code"), &step.code));
            }
            check_step(step, &at, faults);
        }
    }
}

fn check_step(step: &StepPlanStep, at: &str, faults: &mut Vec<Issue>) {
    check_name(&format!("{at}title"), &step.title, faults);
    if let Some(description) = &step.description {
        check_length(&format!("{at}description"), description, 4000, faults);
    }
    for (field, codes) in [("steps", &step.steps), ("roles", &step.roles)] {
        if !at_most(&format!("{at}{field}"), codes.len(), MOST_MAPPED, faults) {
            continue;
        }
        for (index, code) in codes.iter().enumerate() {
            if codes.iter().take(index).any(|one| one == code) {
                faults.push(repeated(format!("{at}{field}[{index}]"), code));
            }
        }
    }
}

fn check_day(day: NaiveDate, faults: &mut Vec<Issue>) {
    if !(1990..=9999).contains(&chrono::Datelike::year(&day)) {
        let detail = Text::new(
            "Gebruik een dag in de jaren 1990 tot 9999.",
            "Utilisez un jour entre les années 1990 et 9999.",
            "Use a day in the years 1990 to 9999.",
        );
        faults.push(Issue::body("outOfRange", "validTo", detail).with_value(day.to_string()));
    }
}

fn no_steps() -> Issue {
    Issue::body(
        "length",
        "steps",
        Text::new(
            "Geef minstens één stap.",
            "Donnez au moins une étape.",
            "Give one step at least.",
        ),
    )
}
