//! How often self-report and finding say the same in a sector, over the rounds that are closed.
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::store::{self, Compared};
use crate::access::Tx;
use crate::db::types::Id;
use crate::facility;
use crate::framework::store::{all, published};
use crate::http::ETag;
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
    /// Per criterion: the most misread first, by the share of those compared in which both say something else; then, by their codes, those of which
    /// that share is not shown.
    pub criteria: Vec<SectorCriterion>,
}

/// How often both say the same on a criterion; without figures as long as they would be about too few facilities.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SectorCriterion {
    /// The criterion.
    #[schema(example = "intakeGesprek")]
    pub criterion_code: String,
    /// Facilities compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub compared: Option<u32>,
    /// Those in which both say the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub agrees: Option<u32>,
    /// Those in which they do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub disagrees: Option<u32>,
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
    let rounds = store::comparisons(tx, sector, framework)?;
    let minimum = tx.state.settings.smallest_group;
    let shown = in_steps(&rounds, minimum);
    let criterion = |code: String| SectorCriterion::of(shown.get(code.as_str()).copied(), code);
    let mut criteria: Vec<SectorCriterion> = codes.into_iter().map(criterion).collect();
    criteria.sort_by(most_misread);
    Ok(SectorAgreement {
        sector_code: sector.to_owned(),
        framework_code: framework.to_owned(),
        smallest_group: minimum,
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

/// Facilities in which both say the same, and in which they do not.
type Pair = (u32, u32);

/// The figures of each criterion, over rounds in the order in which they were closed; of several rounds at a facility, what the last one found.
///
/// They move in steps: once each of the two has changed by nothing, or by as many facilities as the minimum, since they moved last. So whoever
/// subtracts one day's figures from another's finds out about no fewer, and each is about none or enough.
fn in_steps(rounds: &[Vec<Compared>], minimum: u32) -> BTreeMap<&str, Pair> {
    let mut last: BTreeMap<&str, BTreeMap<Id, bool>> = BTreeMap::new();
    let mut shown: BTreeMap<&str, Pair> = BTreeMap::new();
    for round in rounds {
        let mut touched = BTreeSet::new();
        for one in round {
            let criterion = one.criterion_code.as_str();
            let facilities = last.entry(criterion).or_default();
            facilities.insert(one.facility_id, one.agrees);
            touched.insert(criterion);
        }
        for criterion in touched {
            let pair = last.get(criterion).map_or((0, 0), counted);
            let before = shown.get(criterion).copied().unwrap_or_default();
            let is_enough = |count: u32| count == 0 || count >= minimum;
            let is_step = |now: u32, before: u32| is_enough(now) && is_enough(now.abs_diff(before));
            if is_step(pair.0, before.0) && is_step(pair.1, before.1) {
                shown.insert(criterion, pair);
            }
        }
    }
    shown
}

fn counted(facilities: &BTreeMap<Id, bool>) -> Pair {
    let mut pair = (0, 0);
    for agrees in facilities.values() {
        let count = if *agrees { &mut pair.0 } else { &mut pair.1 };
        *count += 1;
    }
    pair
}

impl SectorCriterion {
    fn of(shown: Option<Pair>, criterion_code: String) -> Self {
        let (agrees, disagrees) = shown.unzip();
        Self {
            criterion_code,
            compared: shown.map(|(agrees, disagrees)| agrees + disagrees),
            agrees,
            disagrees,
        }
    }

    /// The share in which both say something else, where it is shown: the order tells nothing more.
    fn misread(&self) -> Option<(u32, u32)> {
        let compared = self.compared.filter(|compared| *compared > 0)?;
        Some((self.disagrees?, compared))
    }
}

fn most_misread(one: &SectorCriterion, other: &SectorCriterion) -> Ordering {
    match (one.misread(), other.misread()) {
        (Some((part, whole)), Some((other_part, other_whole))) => {
            let product = |one: u32, other: u32| u64::from(one) * u64::from(other);
            product(other_part, whole).cmp(&product(part, other_whole))
        }
        (one, other) => other.is_some().cmp(&one.is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A round in which so many facilities from the first on agreed on the one criterion, and so many more did not.
    fn round(first: u8, agree: u8, disagree: u8) -> Vec<Compared> {
        let facilities = first..first + agree + disagree;
        let found = facilities.map(|facility| Compared {
            criterion_code: "intakeGesprek".to_owned(),
            facility_id: Id(uuid::Uuid::from_bytes([facility; 16])),
            agrees: facility < first + agree,
        });
        found.collect()
    }

    #[test]
    fn figures_move_by_the_minimum_or_not_at_all() {
        for (rounds, shown) in [
            (vec![round(0, 4, 0)], None),
            (vec![round(0, 5, 0)], Some((5, 0))),
            // One more, alone in its round: nobody learns what it said.
            (vec![round(0, 5, 0), round(5, 1, 0)], Some((5, 0))),
            (vec![round(0, 5, 0), round(5, 0, 1)], Some((5, 0))),
            (
                vec![round(0, 5, 0), round(5, 1, 0), round(6, 4, 0)],
                Some((10, 0)),
            ),
            (vec![round(0, 6, 3)], None),
            (vec![round(0, 6, 3), round(9, 6, 3)], Some((12, 6))),
            // Five that agreed do not any more.
            (vec![round(0, 10, 0), round(0, 0, 5)], Some((5, 5))),
            (vec![round(0, 7, 0), round(0, 0, 5)], Some((7, 0))),
        ] {
            let found = in_steps(&rounds, 5).get("intakeGesprek").copied();
            assert_eq!(found, shown, "{rounds:?}");
        }
    }
}
