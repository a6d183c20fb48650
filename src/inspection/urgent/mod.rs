//! Urgent signals: danger that an inspector sees, for the recognising body at once, and what was done to protect people.
//!
//! Danger waits for nothing: not for a report, nor for the tag of the inspection. The recognising body sees every signal, with its facility, and
//! of the inspection no more than it may know otherwise; the facility sees its own ones once it knows of the inspection. A signal is never
//! changed: it is acknowledged once, and measures are added to it.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::Operations;
use crate::audit::ActorView;
use crate::db::types::{Id, Moment, day};
use crate::hash::{hex, sha256};
use crate::http::ETag;
use crate::http::body::Check;
use crate::http::checks::check_length;
use crate::problem::{Issue, Problem};

pub mod routes;
mod store;
pub mod synced;
pub mod tasks;
pub mod work;

/// The operations on urgent signals.
pub fn operations(to: &mut impl Operations) {
    to.operation(routes::raise_urgent_signal)
        .operation(routes::list_urgent_signals)
        .operation(routes::read_urgent_signal)
        .operation(routes::acknowledge_urgent_signal)
        .operation(routes::record_urgent_measure);
}

/// The longest signal or measure, in characters.
const LONGEST: usize = 4000;

/// A danger to tell of. No data of clients.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UrgentSignalInput {
    /// What is dangerous, and for whom, without data of clients.
    #[schema(
        min_length = 1,
        max_length = 4000,
        example = "De nooddeur van het huis voor kinderen op bezoek is vastgeschroefd."
    )]
    pub text: String,
    /// The site where it was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub site_id: Option<Id>,
    /// The unit where it was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub unit_id: Option<Id>,
    /// The finding that tells more. It may still be to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub finding_id: Option<Id>,
    /// When it was seen, by the clock of whoever saw it.
    pub seen_at: Moment,
    /// The device that it was written on, where that is one of yours. What comes from a revoked one is set apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub device_id: Option<Id>,
}

impl Check for UrgentSignalInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_length("text", &self.text, LONGEST, faults);
    }
}

impl UrgentSignalInput {
    /// The SHA-256, in hexadecimal, of what it says as canonical JSON (RFC 8785), whichever device it was written on.
    fn hash(&self) -> Result<String, Problem> {
        let said = Self {
            device_id: None,
            ..self.clone()
        };
        let value = serde_json::to_value(said).map_err(Problem::internal)?;
        Ok(hex(&sha256(value.to_string().as_bytes())))
    }
}

/// The recognising body has seen a signal: an empty object.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgementInput {}

impl Check for AcknowledgementInput {}

/// A measure to protect people (concrete beschermende maatregel).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UrgentMeasureInput {
    /// What was done or ordered, without data of clients.
    #[schema(
        min_length = 1,
        max_length = 4000,
        example = "De voorziening houdt het huis dicht tot de nooddeur vrij is."
    )]
    pub text: String,
    /// On which day.
    #[serde(deserialize_with = "day")]
    pub taken_on: NaiveDate,
}

impl Check for UrgentMeasureInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_length("text", &self.text, LONGEST, faults);
    }
}

/// A danger that an inspector saw.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UrgentSignal {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity, made by the device where it came by sync.
    pub id: Id,
    /// The facility.
    pub facility_id: Id,
    /// The site where it was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub site_id: Option<Id>,
    /// The unit where it was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub unit_id: Option<Id>,
    /// The inspection at which it was seen, for who may know of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub inspection_id: Option<Id>,
    /// The finding that tells more. For planners and the team.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub finding_id: Option<Id>,
    /// What is dangerous.
    pub text: String,
    /// When it was seen, by the clock of whoever saw it.
    pub seen_at: Moment,
    /// When it came in, by the service's.
    pub raised_at: Moment,
    /// Who tells of it. Not shown to the facility.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub raised_by: Option<ActorView>,
    /// The device that it was written on. For planners and the team.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub device_id: Option<Id>,
    /// Did it come from a device that was revoked? Then planners and the team alone see it, and it counts for nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub set_apart: bool,
    /// When the recognising body acknowledged it; absent while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub acknowledged_at: Option<Moment>,
    /// Who did. Not shown to the facility.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub acknowledged_by: Option<ActorView>,
    /// What was done to protect people, oldest first.
    pub measures: Vec<UrgentMeasure>,
    #[serde(skip)]
    pub(crate) edit: i64,
    #[serde(skip)]
    pub(crate) arrival: Id,
}

impl UrgentSignal {
    /// Its tag: the edit, and what is shown of it, which can change with what the caller may know of the inspection.
    pub fn tag(&self) -> Result<ETag, Problem> {
        let said = serde_json::to_vec(self).map_err(Problem::internal)?;
        Ok(ETag::of_content(self.edit, &said))
    }
}

/// A measure to protect people.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UrgentMeasure {
    /// Its identity.
    pub id: Id,
    /// What was done or ordered.
    pub text: String,
    /// On which day.
    pub taken_on: NaiveDate,
    /// When it was recorded.
    pub recorded_at: Moment,
    /// By whom. Not shown to the facility.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub recorded_by: Option<ActorView>,
}
