//! Both views side by side: what facilities say of themselves, what was counted in files, and what inspectors found.
//!
//! The three stay three: nothing is added up over them. A comparison shows to each what it may read anyway, and says whether a self-report and a
//! finding say the same where the framework tells ([`agree`]). How often they do in a sector is counted when a round closes, for its policy
//! report, and added up over closed rounds: a report that comes by itself changes no figure, so that nobody can tell one facility by looking
//! before and after.
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::Operations;
use crate::db::types::{Id, Moment};
use crate::http::ETag;
use crate::problem::Problem;
use crate::self_assessment::Purpose;
use crate::words::Texts;

pub mod agree;
mod routes;
pub mod said;
pub mod store;
pub mod work;

/// The operations on comparisons.
pub fn operations(to: &mut impl Operations) {
    to.operation(routes::read_comparison);
}

/// What is known of a facility from both sides.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FacilityComparison {
    /// The facility.
    pub facility_id: Id,
    /// Per criterion of which something is known, by framework and code.
    pub criteria: Vec<CriterionComparison>,
}

impl FacilityComparison {
    /// Its tag.
    pub fn tag(&self) -> Result<ETag, Problem> {
        let said = serde_json::to_vec(self).map_err(Problem::internal)?;
        Ok(ETag::of_content("c", &said))
    }
}

/// What is known of a criterion, in three series that are never added up.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CriterionComparison {
    /// The framework.
    #[schema(example = "ggz")]
    pub framework_code: String,
    /// The criterion.
    #[schema(example = "intakeGesprek")]
    pub criterion_code: String,
    /// What the facility handed in, oldest first.
    pub self_reports: Vec<ReportedLevel>,
    /// What was counted in files, oldest first: by the facility, and by inspectors.
    pub file_samples: Vec<FileSample>,
    /// What inspectors found, as it stands in the last numbered report of each inspection, oldest first.
    pub findings: Vec<ComparedFinding>,
    /// Each finding beside the last self-report that was handed in before its visit to prepare an inspection, of the same place.
    pub pairs: Vec<ComparedPair>,
}

/// A level that a facility reported.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportedLevel {
    /// The revision that was handed in.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// The self-assessment.
    pub self_assessment_id: Id,
    /// The number of the revision.
    pub revision: i64,
    /// When it was handed in.
    pub handed_in_at: Moment,
    /// What the cycle is for. What is for own improvement the facility alone sees, and it is compared with nothing.
    pub purpose: Purpose,
    /// The unit that assessed itself, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub unit_id: Option<Id>,
    /// The version of the framework.
    #[schema(example = "2026-1")]
    pub version_code: String,
    /// The level.
    #[schema(example = "grotendeels")]
    pub level: String,
    /// What some sites and units say otherwise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub elsewhere: Vec<LevelElsewhere>,
}

/// What some sites and units say otherwise than the whole facility.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LevelElsewhere {
    /// At these sites.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub site_ids: Vec<Id>,
    /// At these units.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub unit_ids: Vec<Id>,
    /// The level there.
    pub level: String,
}

crate::text_enum! {
    /// Who counted files.
    pub enum SampleSource {
        /// The facility, for its self-assessment.
        SelfAssessment = "selfAssessment",
        /// Inspectors, on a visit.
        Inspection = "inspection",
    }
}

/// Counts of files.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileSample {
    /// Who counted.
    pub source: SampleSource,
    /// The revision, or the report, in which it stands.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// The day on which that was handed in, or of the last finding of the inspection.
    pub day: NaiveDate,
    /// The unit, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub unit_id: Option<Id>,
    /// How many files were checked.
    pub files_checked: u32,
    /// How many of them met the criterion.
    pub files_met: u32,
}

/// A finding, as it stands in the last numbered report of its inspection.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComparedFinding {
    /// The report.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its number.
    #[schema(example = "ZI-2026-00012")]
    pub report_number: String,
    /// The inspection.
    pub inspection_id: Id,
    /// The finding.
    pub finding_id: Id,
    /// The day of the last finding of the inspection.
    pub day: NaiveDate,
    /// The unit that was inspected, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub unit_id: Option<Id>,
    /// The version of the framework.
    #[schema(example = "2026-1")]
    pub version_code: String,
    /// The judgement; absent where the report has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub judgement: Option<FoundJudgement>,
}

/// A judgement, as the report says it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoundJudgement {
    /// Its code.
    #[schema(example = "aandachtspunt")]
    pub code: String,
    /// What a person reads.
    pub title: Texts,
}

/// A finding beside what the facility had reported.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComparedPair {
    /// The revision that was handed in.
    #[schema(format = "uri-reference")]
    pub self_report: String,
    /// The criterion that was answered there, where it had another code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub answered_as: Option<String>,
    /// The level there.
    #[schema(example = "grotendeels")]
    pub level: String,
    /// The finding.
    pub finding_id: Id,
    /// The report in which it stands.
    #[schema(format = "uri-reference")]
    pub report: String,
    /// Its judgement.
    #[schema(example = "aandachtspunt")]
    pub judgement: String,
    /// Do both say the same, by what the framework says of the level? Absent where it does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub agrees: Option<bool>,
}
