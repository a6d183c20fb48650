//! What came of a wave, as it is frozen and shown: per item the base, the counts and their shares, whole and per sector; and the indicators.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::document::SurveyItemKind;
use crate::db::types::{Id, Moment};
use crate::figures::share::Interval;
use crate::words::Texts;

/// What came of a wave, frozen when it was closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyResults {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// The survey.
    #[schema(example = "monitorKindreflex")]
    pub survey_code: String,
    /// The version that was asked.
    #[schema(example = "2021-1")]
    pub version_code: String,
    /// The wave.
    pub wave_id: Id,
    /// What the wave is called.
    pub title: Texts,
    /// When it was closed.
    pub closed_at: Moment,
    /// No figure is about fewer people than these.
    #[schema(minimum = 2, example = 5)]
    pub smallest_group: u32,
    /// How many answered, and in which sector; what is absent is hidden.
    pub respondents: SurveyRespondents,
    /// Each item, in the order in which they were asked.
    pub items: Vec<SurveyItemResult>,
    /// Each indicator.
    pub indicators: Vec<SurveyIndicatorResult>,
}

/// How many answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyRespondents {
    /// In all sectors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub whole: Option<u32>,
    /// In each sector.
    pub sectors: Vec<SectorRespondents>,
}

/// How many answered in a sector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SectorRespondents {
    /// The sector.
    #[schema(example = "ggz")]
    pub sector_code: String,
    /// How many; absent where that is hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub respondents: Option<u32>,
}

/// What came of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyItemResult {
    /// Its code.
    #[schema(example = "overtuigd")]
    pub code: String,
    /// How it was answered.
    pub kind: SurveyItemKind,
    /// The question.
    pub text: Texts,
    /// Of all sectors.
    pub whole: SurveyItemFigures,
    /// Of each sector.
    pub sectors: Vec<SurveySectorFigures>,
}

/// What came of an item in a sector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveySectorFigures {
    /// The sector.
    #[schema(example = "ggz")]
    pub sector_code: String,
    /// The figures.
    pub figures: SurveyItemFigures,
}

/// The figures of an item; what is absent is hidden, or does not fit the item.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyItemFigures {
    /// How many answered, of those who were asked: the base of every share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub base: Option<u32>,
    /// How many chose each option, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub counts: Vec<SurveyOptionCount>,
    /// The mean of the numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub mean: Option<f64>,
    /// The median of the numbers: of an even number of them, the mean of the middle two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub median: Option<f64>,
}

/// How many chose an option.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyOptionCount {
    /// The option.
    #[schema(example = "ja")]
    pub code: String,
    /// What it says.
    pub title: Texts,
    /// How many; absent where that is hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub count: Option<u32>,
    /// Their share of the base.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, minimum = 0, maximum = 1)]
    pub share: Option<f64>,
    /// Where the share of all may lie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub interval: Option<Interval>,
}

/// What came of an indicator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyIndicatorResult {
    /// Its code.
    #[schema(example = "overtuigdVanBelang")]
    pub code: String,
    /// What it says.
    pub title: Texts,
    /// Of all sectors.
    pub whole: SurveyShare,
    /// Of each sector.
    pub sectors: Vec<SurveySectorShare>,
}

/// An indicator in a sector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveySectorShare {
    /// The sector.
    #[schema(example = "ggz")]
    pub sector_code: String,
    /// The figures.
    pub figures: SurveyShare,
}

/// A share with what it is made of; all absent where one of them is hidden.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyShare {
    /// How many it is true of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub count: Option<u32>,
    /// Among how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub base: Option<u32>,
    /// The share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, minimum = 0, maximum = 1)]
    pub share: Option<f64>,
    /// Where the share of all may lie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub interval: Option<Interval>,
}
