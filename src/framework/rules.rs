//! What follows from a framework document: which criteria apply, how they are judged.
//!
//! Pure: a document in, conclusions out. Documents are taken to be checked ([`super::check`]); on one that was not, the
//! conclusions are poorer, but nothing panics.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::document::{Code, Condition, Criterion, CriterionKind, Document, Judgement};
pub use super::history::{Carry, CriterionChange, Difference, carry, changes};
pub use super::schema::answer_schema;

/// Whether a criterion applies to a facility, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// The criterion.
    pub criterion_code: Code,
    /// Whether it applies.
    pub applies: bool,
    /// The rule that decided, and on what.
    pub why: Why,
}

/// What a conclusion rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Why {
    /// The rule that decided.
    pub rule: Rule,
    /// The framework version that holds the rule.
    pub version: Code,
    /// The facility's type, when the rule looked at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub facility_type: Option<String>,
    /// The level of each earlier criterion that the rule looked at. One that is not answered, or does not apply itself,
    /// is left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(required = false)]
    pub inputs: BTreeMap<String, String>,
}

/// The rules that decide whether a criterion applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApplicabilityRule)]
pub enum Rule {
    /// The criterion applies to everyone.
    Always,
    /// It is limited to facility types.
    FacilityTypes,
    /// It depends on earlier answers.
    Condition,
}

/// Decides for each criterion, in document order, whether it applies to a facility of this type with these answers.
///
/// An answer to a criterion that does not apply itself does not count, and a condition that hangs on an unanswered
/// criterion does not hold until that is answered.
pub fn applicability(
    document: &Document,
    facility_type: &str,
    level_of: &dyn Fn(&str) -> Option<String>,
) -> Vec<Verdict> {
    let mut counted = BTreeMap::new();
    document
        .criteria()
        .map(|(_, criterion)| {
            let version = document.version.code.clone();
            let (applies, why) = decide(criterion, version, facility_type, &counted);
            if applies && let Some(level) = level_of(criterion.code.as_str()) {
                counted.insert(criterion.code.as_str(), level);
            }
            Verdict {
                criterion_code: criterion.code.clone(),
                applies,
                why,
            }
        })
        .collect()
}

/// One criterion's verdict, given the levels that count of those before it.
fn decide(
    criterion: &Criterion,
    version: Code,
    facility_type: &str,
    levels: &BTreeMap<&str, String>,
) -> (bool, Why) {
    let mut why = Why {
        rule: Rule::Always,
        version,
        facility_type: None,
        inputs: BTreeMap::new(),
    };
    let Some(applies_to) = &criterion.applies_to else {
        return (true, why);
    };
    let types = &applies_to.facility_types;
    if !types.is_empty() {
        why.rule = Rule::FacilityTypes;
        why.facility_type = Some(facility_type.to_owned());
        if !types.iter().any(|code| code == facility_type) {
            return (false, why);
        }
    }
    let Some(condition) = &applies_to.when else {
        return (true, why);
    };
    why.rule = Rule::Condition;
    why.inputs = condition
        .answers()
        .into_iter()
        .filter_map(|answer| {
            let level = levels.get(answer.criterion.as_str())?;
            Some((answer.criterion.to_string(), level.clone()))
        })
        .collect();
    (holds(condition, levels) == Some(true), why)
}

/// Whether a condition holds; `None` as long as that hangs on a criterion without an answer that counts.
fn holds(condition: &Condition, levels: &BTreeMap<&str, String>) -> Option<bool> {
    match condition {
        Condition::Answer(answer) => {
            let level = levels.get(answer.criterion.as_str())?;
            Some(answer.levels.iter().any(|code| code == level.as_str()))
        }
        Condition::All(parts) => settle(parts, levels, false),
        Condition::Any(parts) => settle(parts, levels, true),
        Condition::Not(part) => holds(part, levels).map(|held| !held),
    }
}

/// Parts of which one that is `decisive` settles the whole; otherwise one that is open keeps it open.
fn settle(parts: &[Condition], levels: &BTreeMap<&str, String>, decisive: bool) -> Option<bool> {
    let mut open = false;
    for part in parts {
        match holds(part, levels) {
            Some(held) if held == decisive => return Some(decisive),
            Some(_) => {}
            None => open = true,
        }
    }
    (!open).then_some(!decisive)
}

/// The judgements that an inspector can give on a criterion. A breach needs a requirement with a legal basis, whatever
/// the document allows.
pub fn judgements_allowed<'a>(document: &'a Document, criterion: &Criterion) -> Vec<&'a Judgement> {
    let regulated = criterion.kind == CriterionKind::Requirement && criterion.legal_basis.is_some();
    document
        .allowed_judgements
        .for_kind(criterion.kind)
        .iter()
        .filter_map(|code| document.judgement(code.as_str()))
        .filter(|judgement| regulated || !judgement.breach)
        .collect()
}
