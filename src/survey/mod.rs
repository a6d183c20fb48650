//! Surveys (*bevragingen*): what professionals experience, asked through one-time links and counted without knowing who said it.
//!
//! # What is anonymous, and for whom
//!
//! A link is a secret of which only the hash is kept, with its wave and its sector: nobody is named anywhere. When it is used, its row is deleted in
//! the same transaction that keeps the answers, under a random id, without a moment, an audit event, an `Idempotency-Key` or the request's trace. They wait
//! until twice the smallest group (`KINDREFLEX_SMALLEST_GROUP`) wait in that sector. Then all but one smallest group, taken at random, are put among the
//! answers: under new random ids, in their random order, each free text apart from the other answers, the minutes apart from both. So whoever reads the tables
//! afterwards finds at least a smallest group of links that were used before, and of moments in a log, for each answer; what waits is joined when the wave closes,
//! and is never less than a smallest group, unless fewer than that answered in the whole sector, of which no figure is ever shown. What the waiting rows
//! left on disk is overwritten ([`upkeep`]).
//!
//! What remains possible: whoever can read the database **while answers wait**, again and again, sees which came when, though not from whom; whoever gave a link
//! to one person, and keeps it, can see that it was used; a backup that was made meanwhile, and PostgreSQL's archived log, keep what waited then; and who reads
//! the answers of one respondent together, inside the database, can recognise a person by what it says. The API shows no answer of one respondent to anybody.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::Operations;
use crate::db::types::{Id, Moment, day};
use crate::http::ETag;
use crate::http::body::Check;
use crate::http::checks::{
    at_least_one, at_most, check_codes, check_length, check_range, check_title,
};
use crate::problem::Issue;
use crate::text::Text;
use crate::words::{Code, Texts};

pub mod answering;
pub mod document;
pub mod library;
pub mod link_routes;
pub mod mixing;
mod page;
pub mod results;
pub mod routes;
pub mod rules;
pub mod store;
pub mod tally;
mod telling;
pub mod upkeep;
pub mod work;

use document::SurveyDocument;

/// Sectors of a wave at most.
const MOST_SECTORS: usize = 50;
/// Links that are made at once at most.
const MOST_LINKS: u32 = 1000;
/// Minutes that answering may have taken, at most.
const MOST_MINUTES: u32 = 600;
/// The longest free text.
pub const LONGEST_TEXT: usize = 4000;
/// Answers of one respondent at most.
const MOST_ANSWERS: usize = 200;

/// The operations on surveys.
pub fn operations(to: &mut impl Operations) {
    to.operation(routes::list_surveys)
        .operation(routes::read_survey)
        .operation(routes::read_survey_version)
        .operation(routes::put_survey_version)
        .operation(routes::list_survey_waves)
        .operation(routes::create_survey_wave)
        .operation(routes::read_survey_wave)
        .operation(routes::close_survey_wave)
        .operation(routes::make_survey_links)
        .operation(routes::read_survey_results)
        .operation(routes::list_survey_texts)
        .operation(routes::read_survey_overview)
        .operation(link_routes::open_survey_link)
        .operation(link_routes::answer_survey);
}

/// A survey with its versions.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Survey {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its code.
    #[schema(example = "monitorKindreflex")]
    pub code: String,
    /// What its last version is called.
    pub title: Texts,
    /// Its versions, oldest first.
    pub versions: Vec<SurveyVersionSummary>,
    /// Where it was asked, and when.
    #[schema(format = "uri-reference")]
    pub waves: String,
    #[serde(skip)]
    pub(crate) created_at: Moment,
}

/// A version of a survey in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyVersionSummary {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its code.
    #[schema(example = "2021-1")]
    pub version_code: String,
    /// What it is called.
    pub title: Texts,
    /// How many things it asks at most.
    #[schema(minimum = 1)]
    pub items: u32,
}

/// A version of a survey.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyVersion {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// The survey.
    #[schema(example = "monitorKindreflex")]
    pub survey_code: String,
    /// Its code.
    #[schema(example = "2021-1")]
    pub version_code: String,
    /// Was it asked? It cannot be changed then.
    pub fixed: bool,
    /// What it asks.
    pub document: SurveyDocument,
    #[serde(skip)]
    pub(crate) edit: i64,
}

impl SurveyVersion {
    /// Its tag.
    pub fn tag(&self) -> ETag {
        let state = if self.fixed { "fixed" } else { "draft" };
        ETag::edit(self.edit).form(state)
    }
}

/// When a survey is asked, and in which sectors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SurveyWaveInput {
    /// What it is called.
    pub title: Texts,
    /// The version that is asked; it is fixed from then on.
    pub version_code: Code,
    /// In which sectors.
    #[schema(min_items = 1, max_items = 50)]
    pub sectors: Vec<Code>,
    /// The first day on which it can be answered.
    #[serde(deserialize_with = "day")]
    #[schema(example = "2027-03-01")]
    pub opens: NaiveDate,
    /// The last day on which it can be answered.
    #[serde(deserialize_with = "day")]
    #[schema(example = "2027-03-31")]
    pub ends: NaiveDate,
}

crate::text_enum! {
    /// Where a wave of a survey stands.
    pub enum SurveyWaveStatus {
        /// Its first day is to come.
        Planned = "planned",
        /// It can be answered.
        Open = "open",
        /// Its last day is over, and it waits to be closed.
        Over = "over",
        /// It is closed, and its figures are there.
        Closed = "closed",
    }
}

/// A survey as it is asked in some sectors at some time.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyWave {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity.
    pub id: Id,
    /// The survey.
    #[schema(example = "monitorKindreflex")]
    pub survey_code: String,
    /// The version that is asked.
    pub version_code: Code,
    /// What it is called.
    pub title: Texts,
    /// Where it stands.
    pub status: SurveyWaveStatus,
    /// The first day on which it can be answered.
    pub opens: NaiveDate,
    /// The last day on which it can be answered.
    pub ends: NaiveDate,
    /// Its sectors. How many answered is told when it is closed.
    pub sectors: Vec<SurveyWaveSector>,
    /// Where its figures are, once it is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, format = "uri-reference")]
    pub results: Option<String>,
    #[serde(skip)]
    pub(crate) edit: i64,
}

impl SurveyWave {
    /// Its tag.
    pub fn tag(&self) -> ETag {
        ETag::edit(self.edit).form(self.status.name())
    }
}

/// A sector in which a survey is asked.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyWaveSector {
    /// The sector.
    #[schema(example = "ggz")]
    pub sector_code: String,
    /// How many links were made for it.
    pub links: u32,
}

/// To close a wave.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SurveyClosureInput {}

/// How many links are made, and for which sector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SurveyLinksInput {
    /// A sector of the wave.
    pub sector_code: Code,
    /// How many.
    #[schema(minimum = 1, maximum = 1000, example = 20)]
    pub count: u32,
}

/// Links that were just made.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyLinks {
    /// The sector.
    #[schema(example = "ggz")]
    pub sector_code: String,
    /// Each is good for one answer, and shown this once; absent where the answer is repeated for an `Idempotency-Key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub links: Option<Vec<String>>,
}

/// What somebody answers to a survey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SurveyAnswersInput {
    /// One for each item that is answered.
    #[schema(max_items = 200)]
    pub answers: Vec<SurveyAnswer>,
    /// How many minutes it took, as whoever answers says. Kept apart from the answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        minimum = 1,
        maximum = 600,
        example = 8
    )]
    pub effort_minutes: Option<u32>,
}

/// An answer to one item, in the way that it is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SurveyAnswer {
    /// The item.
    pub item_code: Code,
    /// What is chosen: one of a choice or scale, any number of a multiple choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 50)]
    pub options: Vec<Code>,
    /// The number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        minimum = 0,
        maximum = 100_000,
        example = 3
    )]
    pub number: Option<i64>,
    /// The text, which names nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 4000,
        example = "Meer oefening in kleine groepen."
    )]
    pub text: Option<String>,
}

/// What a link shows.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyLink {
    /// What the wave is called.
    pub title: Texts,
    /// The last day on which it can be answered.
    pub ends: NaiveDate,
    /// What is asked.
    pub document: SurveyDocument,
}

/// That the answers are kept.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyThanks {
    /// Always true.
    pub kept: bool,
}

/// A free text, apart from whatever else its author answered.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyText {
    /// Its identity: random, and it says nothing of when it came.
    pub id: Id,
    /// The item that it answers.
    pub item_code: String,
    /// What it says.
    pub text: String,
}

impl Check for SurveyClosureInput {}

impl Check for SurveyWaveInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_title("title", &self.title, faults);
        let none = Text::new(
            "Noem ten minste één sector.",
            "Nommez au moins un secteur.",
            "Name at least one sector.",
        );
        at_least_one("sectors", self.sectors.len(), none, faults);
        check_codes("sectors", &self.sectors, MOST_SECTORS, faults);
        if self.ends < self.opens {
            let detail = Text::new(
                "De laatste dag komt niet voor de eerste.",
                "Le dernier jour ne vient pas avant le premier.",
                "The last day does not come before the first.",
            );
            faults.push(Issue::body("validity", "ends", detail).with_value(self.ends.to_string()));
        }
    }
}

impl Check for SurveyLinksInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_range("count", self.count.into(), (1, MOST_LINKS.into()), faults);
    }
}

impl Check for SurveyAnswersInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        at_most("answers", self.answers.len(), MOST_ANSWERS, faults);
        if let Some(minutes) = self.effort_minutes {
            check_range(
                "effortMinutes",
                minutes.into(),
                (1, MOST_MINUTES.into()),
                faults,
            );
        }
        for (index, answer) in self.answers.iter().enumerate() {
            if let Some(text) = &answer.text {
                check_length(
                    &format!("answers[{index}].text"),
                    text,
                    LONGEST_TEXT,
                    faults,
                );
            }
        }
    }
}
