//! Rollout plans: how the Kindreflex comes into use in a sector, as phases, work packages and activities.
//!
//! What a plan says is kept as statements, which only grow. Each has two days: from which day on it is true (`validFrom`), and on which it was
//! known (`knownOn`). A plan is read for a day of each: what is entered later changes nothing of what was known before. What somebody reported
//! earlier is entered with that day and its source, and is marked as reported.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::Operations;
use crate::db::types::{Id, Moment, day, day_if_any};
use crate::http::ETag;
use crate::http::body::Check;
use crate::http::checks::{at_most, check_length, check_name, check_texts, check_title};
use crate::problem::{Issue, Problem};
use crate::text::Text;
use crate::words::Texts;

pub mod routes;
mod rules;
mod store;
pub mod work;

/// Materials of an item at most.
const MOST_MATERIALS: usize = 50;

/// The operations on rollout plans.
pub fn operations(to: &mut impl Operations) {
    to.operation(routes::read_rollout_plan)
        .operation(routes::read_rollout_item)
        .operation(routes::put_rollout_item)
        .operation(routes::read_rollout_overview);
}

crate::text_enum! {
    /// What an item of a rollout plan is.
    pub enum RolloutItemKind {
        /// A stretch of the rollout.
        Phase = "phase",
        /// Work that belongs together, as of a grant.
        WorkPackage = "workPackage",
        /// Something that is done: a training, an information session, a survey.
        Activity = "activity",
    }
}

crate::text_enum! {
    /// Where an activity stands.
    pub enum ActivityStatus {
        /// It is to come.
        Planned = "planned",
        /// It was put off, for a reason.
        Postponed = "postponed",
        /// It took place.
        Held = "held",
        /// It does not take place, for a reason.
        Dropped = "dropped",
    }
}

/// Something to work with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RolloutMaterial {
    /// What it is called.
    pub title: Texts,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 2000,
        example = "https://kindreflex.example/folder.pdf"
    )]
    pub address: Option<String>,
}

/// Who said it before it was entered, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RolloutReport {
    /// The day on which it was reported, today at the latest: it was known from then on.
    #[serde(deserialize_with = "day")]
    #[schema(example = "2021-04-01")]
    pub day: NaiveDate,
    /// Where it stands.
    #[schema(
        min_length = 1,
        max_length = 1000,
        example = "Antwoord van de minister op een schriftelijke vraag"
    )]
    pub source: String,
}

/// What is said of an item, from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RolloutItemInput {
    /// What it is; it stays so.
    pub kind: RolloutItemKind,
    /// What it is called.
    pub title: Texts,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub description: Option<Texts>,
    /// Where it stands: of an activity, and of that alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub status: Option<ActivityStatus>,
    /// Why an activity is postponed or dropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 2000)]
    pub reason: Option<String>,
    /// Its first day.
    #[serde(
        deserialize_with = "day_if_any",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(required = false, nullable = false)]
    pub begins: Option<NaiveDate>,
    /// Its last day.
    #[serde(
        deserialize_with = "day_if_any",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(required = false, nullable = false)]
    pub ends: Option<NaiveDate>,
    /// When, in words, where the days are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub period: Option<Texts>,
    /// Who leads it: an organisation or a function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 200,
        example = "Familieplatform"
    )]
    pub led_by: Option<String>,
    /// The work package of the same sector that an activity is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub work_package_id: Option<Id>,
    /// What there is to work with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 50)]
    pub materials: Vec<RolloutMaterial>,
    /// It was entered by mistake: from that day on it is in no plan.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub withdrawn: bool,
    /// From which day on this is so.
    #[serde(deserialize_with = "day")]
    #[schema(example = "2026-09-01")]
    pub valid_from: NaiveDate,
    /// Who said it before it was entered here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub reported: Option<RolloutReport>,
}

/// A statement about an item.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RolloutStatement {
    /// Its number among those about the item, in the order in which they were entered.
    #[schema(minimum = 1, example = 1)]
    pub number: i64,
    /// The day from which on it was known: that on which it was entered, or reported.
    pub known_on: NaiveDate,
    /// When it was entered.
    pub recorded_at: Moment,
    /// What it says.
    pub says: RolloutItemInput,
}

/// An item as a plan shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RolloutItem {
    /// Its own address, with everything that was ever said of it.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity within the sector, made by the client.
    pub id: Id,
    /// The sector.
    #[schema(example = "ggz")]
    pub sector_code: String,
    /// What is said of it.
    pub statement: RolloutStatement,
    #[serde(skip)]
    pub(crate) arrival: Id,
}

/// Everything that was ever said of an item.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RolloutHistory {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity within the sector, made by the client.
    pub id: Id,
    /// The sector.
    #[schema(example = "ggz")]
    pub sector_code: String,
    /// What it is.
    pub kind: RolloutItemKind,
    /// What was said, in the order in which it was entered.
    pub statements: Vec<RolloutStatement>,
}

impl RolloutHistory {
    /// Its tag: the number of its last statement.
    pub fn tag(&self) -> ETag {
        ETag::edit(self.last())
    }

    /// The number of its last statement.
    pub fn last(&self) -> i64 {
        self.statements.last().map_or(0, |one| one.number)
    }
}

/// The plan of a sector, as it was for one day and known on another.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RolloutPlan {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// The sector.
    #[schema(example = "ggz")]
    pub sector_code: String,
    /// Its name.
    pub title: Texts,
    /// The day that it is for.
    pub valid_on: NaiveDate,
    /// The day on which all of it was known.
    pub known_on: NaiveDate,
    /// Its phases: by their first day, those without one last.
    pub phases: Vec<RolloutItem>,
    /// Its work packages, in the order in which they were entered.
    pub work_packages: Vec<RolloutItem>,
    /// Its activities, as the phases.
    pub activities: Vec<RolloutItem>,
}

/// How many activities of a sector stand where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActivityCounts {
    /// To come.
    pub planned: usize,
    /// Put off.
    pub postponed: usize,
    /// That took place.
    pub held: usize,
    /// That do not take place.
    pub dropped: usize,
}

/// How far a sector is.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SectorRollout {
    /// The sector.
    #[schema(example = "ggz")]
    pub sector_code: String,
    /// Its name.
    pub title: Texts,
    /// Its whole plan, for the same days.
    #[schema(format = "uri-reference")]
    pub plan: String,
    /// The phases that it is in on that day: begun, and not over.
    pub phases: Vec<RolloutItem>,
    /// The activities that are to come or put off.
    pub planning: Vec<RolloutItem>,
    /// Its activities, counted by where they stand.
    pub activities: ActivityCounts,
}

/// How far each sector is, as it was for one day and known on another.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RolloutOverview {
    /// The day that it is for.
    pub valid_on: NaiveDate,
    /// The day on which all of it was known.
    pub known_on: NaiveDate,
    /// Every sector, in the order in which they were added.
    pub sectors: Vec<SectorRollout>,
}

/// The tag of what is worked out when it is asked for.
pub(crate) fn tag_of(said: &impl Serialize) -> Result<ETag, Problem> {
    let said = serde_json::to_vec(said).map_err(Problem::internal)?;
    Ok(ETag::of_content("r", &said))
}

impl Check for RolloutItemInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_title("title", &self.title, faults);
        for (field, texts) in [("description", &self.description), ("period", &self.period)] {
            if let Some(texts) = texts {
                check_texts(field, texts, faults);
            }
        }
        if let Some(name) = &self.led_by {
            check_name("ledBy", name, faults);
        }
        if let Some(reason) = &self.reason {
            check_length("reason", reason, 2000, faults);
        }
        if let Some(reported) = &self.reported {
            check_length("reported.source", &reported.source, 1000, faults);
        }
        rules::check_state(self, faults);
        rules::check_days(self, faults);
        if !at_most("materials", self.materials.len(), MOST_MATERIALS, faults) {
            return;
        }
        for (index, material) in self.materials.iter().enumerate() {
            check_title(
                &format!("materials[{index}].title"),
                &material.title,
                faults,
            );
            if let Some(address) = &material.address {
                let at = format!("materials[{index}].address");
                if !address.starts_with("https://") {
                    faults.push(no_address(&at, address));
                }
                check_length(&at, address, 2000, faults);
            }
        }
    }
}

fn no_address(at: &str, address: &str) -> Issue {
    let detail = Text::new(
        "Gebruik een adres dat met https:// begint.",
        "Utilisez une adresse qui commence par https://.",
        "Use an address that begins with https://.",
    );
    Issue::body("invalidValue", at, detail).with_value(address)
}
