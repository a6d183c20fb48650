//! Trainings (*vormingen*): what is offered to which sectors, its sessions, who took part, and how far a sector is reached.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::Operations;
use crate::db::types::{Id, Moment, day};
use crate::http::ETag;
use crate::http::body::Check;
use crate::http::checks::{
    at_least_one, check_codes, check_length, check_name, check_range, check_texts, check_title,
};
use crate::problem::Issue;
use crate::text::Text;
use crate::words::{Code, Texts};

pub mod attendance;
pub mod reach;
pub mod routes;
pub mod store;
pub mod work;

/// Sectors of a training at most.
const MOST_SECTORS: usize = 50;

/// The operations on trainings.
pub fn operations(to: &mut impl Operations) {
    to.operation(routes::list_training_kinds)
        .operation(routes::read_training_kind)
        .operation(routes::put_training_kind)
        .operation(routes::list_trainings)
        .operation(routes::create_training)
        .operation(routes::read_training)
        .operation(routes::replace_training)
        .operation(routes::read_training_session)
        .operation(routes::put_training_session)
        .operation(attendance::routes::list_attendance)
        .operation(attendance::routes::read_attendance)
        .operation(attendance::routes::put_attendance)
        .operation(attendance::routes::send_attendance_list)
        .operation(reach::read_training_reach);
}

/// What a kind of training is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrainingKindInput {
    /// What it is called.
    pub title: Texts,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub description: Option<Texts>,
}

/// A kind of training, such as a *basisvorming*: data, never code.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrainingKind {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its code.
    #[schema(example = "basisvorming")]
    pub code: String,
    /// What it is called.
    pub title: Texts,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub description: Option<Texts>,
    #[serde(skip)]
    pub(crate) edit: i64,
    #[serde(skip)]
    pub(crate) created_at: Moment,
}

/// What a training is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrainingInput {
    /// Of which kind it is.
    pub kind_code: Code,
    /// What it is called.
    pub title: Texts,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub description: Option<Texts>,
    /// For which sectors it is.
    #[schema(min_items = 1, max_items = 50)]
    pub sectors: Vec<Code>,
    /// Who gives it: an organisation or a function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 200,
        example = "Familieplatform"
    )]
    pub led_by: Option<String>,
}

/// A training in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrainingSummary {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity.
    pub id: Id,
    /// Of which kind it is.
    pub kind_code: Code,
    /// What it is called.
    pub title: Texts,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub description: Option<Texts>,
    /// For which sectors it is.
    pub sectors: Vec<Code>,
    /// Who gives it: an organisation or a function.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, example = "Familieplatform")]
    pub led_by: Option<String>,
    #[serde(skip)]
    pub(crate) edit: i64,
}

/// A training with its sessions.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Training {
    /// What a list shows of it.
    #[serde(flatten)]
    pub summary: TrainingSummary,
    /// Its sessions, by their first day.
    pub sessions: Vec<TrainingSession>,
}

impl Training {
    /// Its tag, which changes with its sessions too.
    pub fn tag(&self) -> ETag {
        ETag::edit(self.summary.edit)
    }
}

/// What a session is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrainingSessionInput {
    /// Its first day.
    #[serde(deserialize_with = "day")]
    #[schema(example = "2027-03-01")]
    pub begins: NaiveDate,
    /// Its last day: the same, but for one that goes on for longer, as an online module.
    #[serde(deserialize_with = "day")]
    #[schema(example = "2027-03-01")]
    pub ends: NaiveDate,
    /// Where it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 200,
        example = "Brussel"
    )]
    pub location: Option<String>,
    /// Is it given online?
    #[serde(default)]
    #[schema(required = false)]
    pub online: bool,
    /// How many can take part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        minimum = 1,
        maximum = 100_000,
        example = 20
    )]
    pub places: Option<u32>,
    /// Why it is not given; absent as long as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 2000,
        example = "Te weinig inschrijvingen."
    )]
    pub dropped_because: Option<String>,
}

/// A session of a training.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrainingSession {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity within the training, made by the client.
    pub id: Id,
    /// Its first day.
    pub begins: NaiveDate,
    /// Its last day.
    pub ends: NaiveDate,
    /// Where it is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, example = "Brussel")]
    pub location: Option<String>,
    /// Is it given online?
    pub online: bool,
    /// How many can take part.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, minimum = 1, example = 20)]
    pub places: Option<u32>,
    /// Why it is not given; absent as long as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub dropped_because: Option<String>,
    /// Where it is told who took part, per facility.
    #[schema(format = "uri-reference")]
    pub attendance: String,
    #[serde(skip)]
    pub(crate) edit: i64,
}

impl TrainingSession {
    /// Its tag.
    pub fn tag(&self) -> ETag {
        ETag::edit(self.edit)
    }
}

impl Check for TrainingKindInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_title("title", &self.title, faults);
        if let Some(texts) = &self.description {
            check_texts("description", texts, faults);
        }
    }
}

impl Check for TrainingInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_title("title", &self.title, faults);
        if let Some(texts) = &self.description {
            check_texts("description", texts, faults);
        }
        if let Some(name) = &self.led_by {
            check_name("ledBy", name, faults);
        }
        let none = Text::new(
            "Noem ten minste één sector.",
            "Nommez au moins un secteur.",
            "Name at least one sector.",
        );
        at_least_one("sectors", self.sectors.len(), none, faults);
        check_codes("sectors", &self.sectors, MOST_SECTORS, faults);
    }
}

impl Check for TrainingSessionInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        if self.ends < self.begins {
            let detail = Text::new(
                "De laatste dag komt niet voor de eerste.",
                "Le dernier jour ne vient pas avant le premier.",
                "The last day does not come before the first.",
            );
            faults.push(Issue::body("validity", "ends", detail).with_value(self.ends.to_string()));
        }
        if let Some(name) = &self.location {
            check_name("location", name, faults);
        }
        if let Some(places) = self.places {
            check_range("places", places.into(), (1, 100_000), faults);
        }
        if let Some(why) = &self.dropped_because {
            check_length("droppedBecause", why, 2000, faults);
        }
    }
}
