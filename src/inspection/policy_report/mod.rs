//! The policy report (*beleidsrapport*) of a round: its figures, frozen when it closes.
//!
//! Every figure counts facilities, each once in a row, and stands under the rule of [`crate::figures::suppression`]: none about fewer than the
//! set minimum, nor one that subtraction gives away. So that it holds over all of them:
//!
//! - Who was inspected is one group: the facilities with a numbered report. Its tables by sector, of visits and of states, are suppressed together;
//!   each row of a criterion counts the whole group, with *none* beside the judgements, *without* beside the points and *not compared* beside the
//!   agreement, so that no two totals differ by a few. Where one of these totals cannot be shown, none of the tables shows anything.
//! - Facilities of which every inspection was cancelled are another group, and no total of both is told.
//! - Of calibration the measures alone are told, no counts; those per criterion only where all of them may be.
//! - Criteria that no revision of the round's checklist names are in no row: that there is one would tell that somebody was found there.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::finding::judgement::figures::AgreementMeasure;
use super::round::RoundFramework;
use crate::app::Operations;
use crate::db::types::{Id, Moment, day};
use crate::words::{Code, Texts};

mod build;
mod count;
mod page;
mod routes;
mod sector;
mod sheet;
mod store;
mod words;
pub mod work;

/// The operations on policy reports and on what they add up to.
pub fn operations(to: &mut impl Operations) {
    to.operation(routes::read_policy_report)
        .operation(routes::read_sector_agreement);
}

crate::text_enum! {
    /// What a figure of a policy report shows. The list grows.
    pub enum PolicyFigureCode {
        /// Inspected facilities per sector, by kind of visit.
        Visits = "visits",
        /// Inspected facilities per sector, by where their inspection stood when the round closed.
        States = "states",
        /// Facilities per sector of which every inspection was cancelled, by the ground.
        Cancellations = "cancellations",
        /// Inspected facilities per criterion, by judgement.
        Judgements = "judgements",
        /// Inspected facilities per criterion, by their improvement points.
        ImprovementPoints = "improvementPoints",
        /// Inspected facilities per criterion, by whether their self-report and the finding say the same.
        Agreement = "agreement",
    }
}

/// The figures of a round, as they were when it closed. A report that is corrected afterwards changes nothing in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyReport {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// The round.
    pub round_id: Id,
    /// What the round is called.
    pub title: Texts,
    /// The sectors that were inspected.
    pub sectors: Vec<Code>,
    /// The framework versions that were inspected against.
    pub frameworks: Vec<RoundFramework>,
    /// The round's first day.
    #[serde(deserialize_with = "day")]
    pub begins: NaiveDate,
    /// Its last day.
    #[serde(deserialize_with = "day")]
    pub ends: NaiveDate,
    /// When the round was closed, and these figures were counted.
    pub closed_at: Moment,
    /// The minimum: no figure is about fewer facilities.
    #[schema(minimum = 2, example = 5)]
    pub smallest_group: u32,
    /// How many facilities were inspected: they have a numbered report. Absent where they are too few to be told, and then no figure about them is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub facilities: Option<u64>,
    /// The figures.
    pub figures: Vec<PolicyFigure>,
    /// How far two inspectors who judged apart from each other agree.
    pub calibration: Calibration,
}

/// A table of counts of facilities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyFigure {
    /// What it shows.
    pub code: PolicyFigureCode,
    /// The framework version of its criteria.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub framework: Option<RoundFramework>,
    /// What the counts of a row are, in their order.
    pub columns: Vec<PolicyLabel>,
    /// Its rows.
    pub rows: Vec<PolicyRow>,
    /// All facilities of all rows, where a facility is in one row alone and they can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub facilities: Option<u64>,
}

/// What a row or a column is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyLabel {
    /// Its code: of a sector, a criterion, a judgement, or one of the figure's own.
    #[schema(example = "voldaan")]
    pub code: String,
    /// What a person reads.
    pub title: Texts,
}

/// A row of a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyRow {
    /// What it is about.
    #[serde(flatten)]
    pub label: PolicyLabel,
    /// How many facilities, for each column.
    pub counts: Vec<PolicyCount>,
    /// How many facilities together; absent where it is hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub facilities: Option<u64>,
}

/// A count of facilities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyCount {
    /// The column.
    #[schema(example = "voldaan")]
    pub column: String,
    /// How many facilities; absent where it is hidden: they are too few, or would tell how many others are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub facilities: Option<u32>,
}

/// How far two inspectors who judged apart from each other agree.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Calibration {
    /// Over all findings that two judged; absent where there are none, they are about too few facilities, or it is undefined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub overall: Option<Measured>,
    /// Per criterion: all of them, or none where one is about too few facilities, which the others would give away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub criteria: Vec<MeasuredCriterion>,
}

/// A measure of agreement beyond chance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Measured {
    /// Which one.
    pub measure: AgreementMeasure,
    /// Its value, to two decimals.
    #[schema(example = 0.62)]
    pub value: f64,
}

/// A measure of agreement on a criterion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeasuredCriterion {
    /// The framework.
    #[schema(example = "ggz")]
    pub framework_code: String,
    /// The criterion.
    #[schema(example = "intakeGesprek")]
    pub criterion_code: String,
    /// The measure; absent where it is undefined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub measured: Option<Measured>,
}
