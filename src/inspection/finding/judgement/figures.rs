//! How far two judges of the same finding agree, per criterion and over a round.
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::store::{self, Given};
use crate::access::Tx;
use crate::db::types::Id;
use crate::http::ETag;
use crate::inspection::agreement::{cohens_kappa, krippendorff_alpha, observed};
use crate::inspection::finding::store::content_of;
use crate::inspection::policy_report::{Calibration, Measured, MeasuredCriterion};
use crate::inspection::round;
use crate::problem::Problem;

/// How far the judges of a round agree.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoundAgreement {
    /// The round.
    pub round_id: Id,
    /// Over all findings that two inspectors judged.
    pub overall: Agreement,
    /// Per criterion of which there are such findings.
    pub criteria: Vec<CriterionAgreement>,
}

impl RoundAgreement {
    /// Its tag.
    pub fn tag(&self) -> Result<ETag, Problem> {
        let said = serde_json::to_vec(self).map_err(Problem::internal)?;
        Ok(ETag::of_content("a", &said))
    }
}

/// How far the judges of a criterion agree.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CriterionAgreement {
    /// The framework.
    #[schema(example = "ggz")]
    pub framework_code: String,
    /// The criterion.
    #[schema(example = "actiefWerken")]
    pub criterion_code: String,
    /// The figures.
    #[serde(flatten)]
    pub agreement: Agreement,
}

crate::text_enum! {
    /// A measure of agreement beyond chance.
    pub enum AgreementMeasure {
        /// Cohen's kappa: one fixed pair judged every finding.
        CohensKappa = "cohensKappa",
        /// Krippendorff's alpha for nominal data: the pairs differ from finding to finding.
        KrippendorffsAlpha = "krippendorffsAlpha",
    }
}

/// Figures of agreement.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Agreement {
    /// Findings that two inspectors judged. What one judged counts for nothing yet.
    pub judged: u32,
    /// Those of them on which both say the same.
    pub agreeing: u32,
    /// Which measure fits; absent where nothing was judged by two.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub measure: Option<AgreementMeasure>,
    /// Its value, to four decimals: 1 where all agree, 0 where they agree as often as chance would, below 0 where less. Absent where it is undefined:
    /// only one judgement was ever given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, example = 0.6154)]
    pub value: Option<f64>,
}

/// What two said of one finding, each by name.
type Pair<'a> = [(&'a str, &'a str); 2];

/// Which criterion of which framework.
type Criterion<'a> = (&'a str, &'a str);

/// What two said of a finding.
struct Judged<'a> {
    inspection: Id,
    /// The criterion that it is about, where it is about one.
    criterion: Option<Criterion<'a>>,
    pair: Pair<'a>,
}

/// The figures of a round.
pub fn of_round(tx: &mut Tx, round_id: Id) -> Result<RoundAgreement, Problem> {
    round::store::get(tx, round_id)?;
    let mut given = store::in_round(tx, round_id)?;
    given.retain(counts);
    let judged = pairs(&given);
    let all: Vec<Pair> = judged.iter().map(|one| one.pair).collect();
    let criteria = by_criterion(&judged).into_iter();
    Ok(RoundAgreement {
        round_id,
        overall: Agreement::of(&all),
        criteria: criteria
            .filter_map(|(criterion, these)| {
                let (framework, criterion) = criterion?;
                Some(CriterionAgreement {
                    framework_code: framework.to_owned(),
                    criterion_code: criterion.to_owned(),
                    agreement: of_these(&these),
                })
            })
            .collect(),
    })
}

/// By criterion; those about none together.
fn by_criterion<'a, 'g>(
    judged: &'a [Judged<'g>],
) -> BTreeMap<Option<Criterion<'g>>, Vec<&'a Judged<'g>>> {
    let mut criteria: BTreeMap<_, Vec<&Judged>> = BTreeMap::new();
    for one in judged {
        criteria.entry(one.criterion).or_default().push(one);
    }
    criteria
}

fn of_these(judged: &[&Judged]) -> Agreement {
    let pairs: Vec<Pair> = judged.iter().map(|one| one.pair).collect();
    Agreement::of(&pairs)
}

/// The measures of a round that may be published: each where so many facilities stand behind it, and those per criterion only where all may.
pub fn calibration(
    tx: &mut Tx,
    round_id: Id,
    facility_of: &BTreeMap<Id, Id>,
    minimum: u32,
) -> Result<Calibration, Problem> {
    let mut given = store::in_round(tx, round_id)?;
    given.retain(counts);
    let judged = pairs(&given);
    let all: Vec<&Judged> = judged.iter().collect();
    let are_enough = |judged: &[&Judged]| {
        let behind = judged
            .iter()
            .filter_map(|one| facility_of.get(&one.inspection));
        let behind: BTreeSet<&Id> = behind.collect();
        u32::try_from(behind.len()).unwrap_or(u32::MAX) >= minimum
    };
    if !are_enough(&all) {
        return Ok(Calibration::default());
    }
    let mut criteria = by_criterion(&judged);
    if !criteria.values().all(|these| are_enough(these)) {
        criteria.clear();
    }
    let criteria = criteria.into_iter().filter_map(|(criterion, these)| {
        let (framework, criterion) = criterion?;
        Some(MeasuredCriterion {
            framework_code: framework.to_owned(),
            criterion_code: criterion.to_owned(),
            measured: of_these(&these).measured(),
        })
    });
    Ok(Calibration {
        overall: of_these(&all).measured(),
        criteria: criteria.collect(),
    })
}

/// A finding that was withdrawn counts for nothing.
fn counts(given: &Given) -> bool {
    let content = given.content.as_ref().map(content_of);
    !matches!(content, Some(Ok(content)) if content.withdrawn)
}

/// What two said of each finding, the two in the order of their names, with the criterion.
fn pairs(given: &[Given]) -> Vec<Judged<'_>> {
    let mut findings: BTreeMap<(Id, Id), BTreeMap<&str, &Given>> = BTreeMap::new();
    for one in given {
        let judges = findings.entry((one.inspection, one.finding)).or_default();
        let known = judges.get(one.person.as_str());
        if known.is_none_or(|known| known.number < one.number) {
            judges.insert(&one.person, one);
        }
    }
    findings.into_values().filter_map(pair).collect()
}

/// What the two judges of a finding said, with the criterion; nothing while there is one.
fn pair<'a>(judges: BTreeMap<&str, &'a Given>) -> Option<Judged<'a>> {
    let mut judges = judges.into_values();
    let (one, other) = (judges.next()?, judges.next()?);
    Some(Judged {
        inspection: one.inspection,
        criterion: one.framework.as_deref().zip(one.criterion.as_deref()),
        pair: [said(one), said(other)],
    })
}

fn said(given: &Given) -> (&str, &str) {
    (&given.person, &given.judgement)
}

impl Agreement {
    /// The measure alone, to two decimals.
    fn measured(&self) -> Option<Measured> {
        Some(Measured {
            measure: self.measure?,
            value: (self.value? * 100.0).round() / 100.0,
        })
    }

    fn of(pairs: &[Pair]) -> Self {
        let judges: BTreeSet<(&str, &str)> = pairs
            .iter()
            .map(|[(one, _), (other, _)]| (*one, *other))
            .collect();
        let units: Vec<Vec<&str>> = pairs
            .iter()
            .map(|[(_, one), (_, other)]| vec![*one, *other])
            .collect();
        let seen = observed(&units);
        let (measure, value) = match judges.len() {
            0 => (None, None),
            1 => {
                let said: Vec<(&str, &str)> = pairs
                    .iter()
                    .map(|[(_, one), (_, other)]| (*one, *other))
                    .collect();
                (Some(AgreementMeasure::CohensKappa), cohens_kappa(&said))
            }
            _ => (
                Some(AgreementMeasure::KrippendorffsAlpha),
                krippendorff_alpha(&units),
            ),
        };
        Self {
            judged: seen.compared,
            agreeing: seen.agreeing,
            measure,
            value: value.map(|value| (value * 1e4).round() / 1e4),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pair_is_measured_by_kappa_and_changing_pairs_by_alpha() {
        let fixed: Vec<Pair> = vec![
            [("an", "a"), ("bo", "a")],
            [("an", "a"), ("bo", "b")],
            [("an", "b"), ("bo", "b")],
            [("an", "b"), ("bo", "b")],
        ];
        let figures = Agreement::of(&fixed);
        assert_eq!((figures.judged, figures.agreeing), (4, 3));
        assert_eq!(figures.measure, Some(AgreementMeasure::CohensKappa));
        assert_eq!(figures.value, Some(0.5));
        let mut changing = fixed;
        changing.push([("an", "b"), ("cas", "b")]);
        let figures = Agreement::of(&changing);
        assert_eq!(figures.measure, Some(AgreementMeasure::KrippendorffsAlpha));
        // n = 10, of which 3 a and 7 b: 1 − 9 · 2 / (100 − 9 − 49).
        assert_eq!(figures.value, Some(0.5714));
    }

    #[test]
    fn what_is_undefined_is_absent() {
        let figures = Agreement::of(&[]);
        assert_eq!(
            (figures.judged, figures.measure, figures.value),
            (0, None, None)
        );
        let figures = Agreement::of(&[[("an", "a"), ("bo", "a")]]);
        assert_eq!((figures.agreeing, figures.value), (1, None));
        assert_eq!(figures.measure, Some(AgreementMeasure::CohensKappa));
    }
}
