//! How often self-report and finding say the same in a sector, over the rounds that are closed.
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;
use utoipa::ToSchema;

use super::store;
use crate::access::Tx;
use crate::db::types::Id;
use crate::facility;
use crate::framework::store::{all, published};
use crate::http::ETag;
use crate::inspection::figures::suppression::{Margins, suppress};
use crate::problem::{In, Issue, Problem};
use crate::text::Text;

/// How often self-reports and findings of a sector say the same.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SectorAgreement {
    /// The sector.
    #[schema(example = "ggz")]
    pub sector_code: String,
    /// The framework.
    #[schema(example = "ggz")]
    pub framework_code: String,
    /// The minimum: no figure is about fewer facilities.
    #[schema(minimum = 2, example = 5)]
    pub smallest_group: u32,
    /// Facilities of which something can be compared. Absent where they are too few to be told, and then nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub facilities: Option<u64>,
    /// Per criterion: the most misread first, by the share of those compared in which both say something else; then, by their codes, those of which
    /// that share is not shown.
    pub criteria: Vec<SectorCriterion>,
}

/// How often both say the same on a criterion. What is absent is hidden: it is about too few facilities, or would tell how many others are.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SectorCriterion {
    /// The criterion.
    #[schema(example = "intakeGesprek")]
    pub criterion_code: String,
    /// Facilities compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub compared: Option<u64>,
    /// Those in which both say the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub agrees: Option<u32>,
    /// Those in which they do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub disagrees: Option<u32>,
    /// The others of the sector's facilities.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub not_compared: Option<u32>,
}

impl SectorAgreement {
    /// Its tag.
    pub fn tag(&self) -> Result<ETag, Problem> {
        let said = serde_json::to_vec(self).map_err(Problem::internal)?;
        Ok(ETag::of_content("a", &said))
    }
}

fn unknown(framework: &str) -> Issue {
    let detail = Text::new(
        "Dit referentiekader is er niet; GET /v1/frameworks toont welke er zijn.",
        "Ce référentiel n'existe pas ; GET /v1/frameworks montre lesquels existent.",
        "There is no such framework; GET /v1/frameworks shows which there are.",
    );
    Issue::new("unknownReference", In::Query, "frameworkCode", detail).with_value(framework)
}

/// The figures of a sector and a framework that are there.
pub fn of_sector(tx: &mut Tx, sector: &str, framework: &str) -> Result<SectorAgreement, Problem> {
    facility::find_sector(tx, sector)?.ok_or_else(Problem::not_found)?;
    let codes = criteria(tx, framework)?;
    if codes.is_empty() {
        return Err(Problem::fault(unknown(framework)));
    }
    let found = store::comparisons(tx, sector, framework)?;
    let minimum = tx.state.settings.smallest_group;
    let facilities: BTreeSet<Id> = found.iter().map(|(_, facility, _)| *facility).collect();
    let facilities = u32::try_from(facilities.len()).map_err(Problem::internal)?;
    let counts = counted(found);
    let row = |code: &String| {
        let (agree, disagree) = counts.get(code).copied().unwrap_or_default();
        vec![agree, disagree, facilities.saturating_sub(agree + disagree)]
    };
    let rows: Vec<Vec<u32>> = codes.iter().map(row).collect();
    let shown = suppress(&rows, Margins::Rows, minimum);
    // Every row counts all facilities: where it cannot be told how many, nothing can.
    let whole = shown.row_totals.iter().all(Option::is_some);
    let cells = shown
        .cells
        .into_iter()
        .map(|cells| if whole { cells } else { Vec::new() });
    let mut criteria: Vec<SectorCriterion> = codes
        .into_iter()
        .zip(cells)
        .map(|(code, cells)| SectorCriterion::of(code, &cells, facilities))
        .collect();
    criteria.sort_by(most_misread);
    Ok(SectorAgreement {
        sector_code: sector.to_owned(),
        framework_code: framework.to_owned(),
        smallest_group: minimum,
        facilities: whole.then_some(u64::from(facilities)),
        criteria,
    })
}

/// Every criterion that a published version has, compared or not: a criterion that is missing would tell as much as one that is there.
fn criteria(tx: &mut Tx, framework: &str) -> Result<Vec<String>, Problem> {
    let mut codes = BTreeSet::new();
    for version in all(tx, Some(framework))? {
        if let Some(document) = published(tx, framework, version.version_code.as_str())? {
            codes.extend(document.criteria().map(|(_, one)| one.code.to_string()));
        }
    }
    Ok(codes.into_iter().collect())
}

/// Per criterion, facilities in which both agreed and in which they did not: of several rounds, what the last one found.
fn counted(found: Vec<(String, Id, bool)>) -> BTreeMap<String, (u32, u32)> {
    let last: HashMap<(String, Id), bool> = found
        .into_iter()
        .map(|(criterion, facility, agrees)| ((criterion, facility), agrees))
        .collect();
    let mut counts: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for ((criterion, _), agrees) in last {
        let (agree, disagree) = counts.entry(criterion).or_default();
        let counted = if agrees { agree } else { disagree };
        *counted += 1;
    }
    counts
}

impl SectorCriterion {
    fn of(criterion_code: String, cells: &[Option<u32>], facilities: u32) -> Self {
        let mut cells = cells.iter().copied();
        let mut next = || cells.next().flatten();
        let (agrees, disagrees, not_compared) = (next(), next(), next());
        Self {
            criterion_code,
            compared: not_compared.map(|others| u64::from(facilities.saturating_sub(others))),
            agrees,
            disagrees,
            not_compared,
        }
    }

    /// The share in which both say something else, where all that it is made of is shown: the order tells nothing more.
    fn misread(&self) -> Option<(u64, u64)> {
        let compared = self.compared.filter(|compared| *compared > 0)?;
        Some((u64::from(self.disagrees?), compared))
    }
}

fn most_misread(one: &SectorCriterion, other: &SectorCriterion) -> Ordering {
    match (one.misread(), other.misread()) {
        (Some((part, whole)), Some((other_part, other_whole))) => {
            (other_part * whole).cmp(&(part * other_whole))
        }
        (one, other) => other.is_some().cmp(&one.is_some()),
    }
}
