//! What became of criteria over a chain of versions.
use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::document::{ChangeKind, Code, Criterion, Document, Texts};

/// How a criterion differs from an earlier version, over all the versions in between.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CriterionChange {
    /// The criterion: its code in the later version, or in the earlier one when it was withdrawn.
    pub criterion_code: Code,
    /// The gravest of the changes that it went through.
    pub kind: Difference,
    /// The criteria of the earlier version that it comes from.
    pub from: Vec<Code>,
    /// The criteria of the later version that cover what a withdrawn one asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub replaced_by: Vec<Code>,
    /// What changed, one text per version that says so, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub explanations: Vec<Texts>,
    /// Its theme; a withdrawn criterion has none any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub theme: Option<Code>,
}

/// The kinds of difference between two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Difference {
    /// Was not there before.
    New,
    /// Other words, the same meaning: earlier answers stand.
    Editorial,
    /// Asks more than it did.
    Tightened,
    /// One of several that one criterion became.
    Split,
    /// What several criteria became.
    Merged,
    /// Is gone.
    Withdrawn,
}

/// What an earlier self-assessment's answers are worth for a criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carry {
    /// The answer to this criterion of the earlier version stands.
    Keep(Code),
    /// A person has to answer; the earlier answers are shown as a help.
    Ask {
        /// Why it is asked.
        kind: Difference,
        /// The criteria of the earlier version whose answers help; none when it is new.
        from: Vec<Code>,
        /// What changed, oldest first.
        explanations: Vec<Texts>,
    },
}

/// What changed between an earlier version and the last one of `chain`: the versions after the earlier one, oldest
/// first, each superseding the one before it. Unchanged criteria are left out; withdrawn ones come last.
pub fn changes(chain: &[&Document]) -> Vec<CriterionChange> {
    let Some(target) = chain.last() else {
        return Vec::new();
    };
    let pasts = pasts(chain);
    let mut found: Vec<CriterionChange> = target
        .criteria()
        .filter_map(|(theme, criterion)| {
            let past = pasts.get(criterion.code.as_str())?;
            Some(CriterionChange {
                criterion_code: criterion.code.clone(),
                kind: past.kind?,
                from: past.from.clone(),
                replaced_by: Vec::new(),
                explanations: past.explanations.clone(),
                theme: Some(theme.code.clone()),
            })
        })
        .collect();
    found.extend(withdrawals(chain, &pasts));
    found
}

/// For each criterion of the last version of `chain` (as for [`changes`]): whether the answer from the earlier version
/// stands. Empty for an empty chain: there nothing changed.
pub fn carry(chain: &[&Document]) -> BTreeMap<Code, Carry> {
    pasts(chain)
        .into_iter()
        .map(|(code, past)| {
            let carry = match (past.kind, past.from.as_slice()) {
                (None | Some(Difference::Editorial), [origin]) => Carry::Keep(origin.clone()),
                (kind, _) => Carry::Ask {
                    kind: kind.unwrap_or(Difference::New),
                    from: past.from,
                    explanations: past.explanations,
                },
            };
            (code, carry)
        })
        .collect()
}

/// Where a criterion comes from, seen from the version before the chain.
#[derive(Debug, Clone, Default)]
struct Past {
    /// The gravest change on the way; none when it is unchanged.
    kind: Option<Difference>,
    /// Its origins in the version before the chain.
    from: Vec<Code>,
    /// What the versions on the way say about it, oldest first.
    explanations: Vec<Texts>,
}

/// The past of every criterion of the last version.
fn pasts(chain: &[&Document]) -> BTreeMap<Code, Past> {
    let mut before: Option<BTreeMap<Code, Past>> = None;
    for document in chain {
        let now = document
            .criteria()
            .map(|(_, criterion)| (criterion.code.clone(), past(criterion, before.as_ref())))
            .collect();
        before = Some(now);
    }
    before.unwrap_or_default()
}

/// One criterion's past, given the pasts of the version that its own version supersedes; the first of a chain has none.
fn past(criterion: &Criterion, before: Option<&BTreeMap<Code, Past>>) -> Past {
    let change = criterion.change.as_ref();
    let mut whole = Past::default();
    for origin in criterion.origins() {
        let earlier = match before {
            Some(before) => before.get(origin).cloned().unwrap_or_default(),
            None => Past {
                from: vec![origin.clone()],
                ..Past::default()
            },
        };
        whole.kind = gravest(whole.kind, earlier.kind);
        extend_new(&mut whole.from, earlier.from);
        extend_new(&mut whole.explanations, earlier.explanations);
    }
    whole.kind = gravest(whole.kind, change.map(|change| change.kind.into()));
    extend_new(
        &mut whole.explanations,
        change.and_then(|change| change.explanation.clone()),
    );
    if whole.from.is_empty() {
        whole.kind = Some(Difference::New);
    } else if whole.kind == Some(Difference::New) {
        // Merged with something that is newer than the earlier version: it still has a past there.
        whole.kind = Some(Difference::Merged);
    }
    whole
}

/// The criteria of the version before the chain that no criterion of the last version comes from.
fn withdrawals(chain: &[&Document], pasts: &BTreeMap<Code, Past>) -> Vec<CriterionChange> {
    let mut found: Vec<CriterionChange> = Vec::new();
    for (index, document) in chain.iter().enumerate() {
        let earlier = chain.get(..index).unwrap_or_default();
        let later = chain.get(index + 1..).unwrap_or_default();
        let before = (!earlier.is_empty()).then(|| self::pasts(earlier));
        for withdrawn in &document.withdrawn {
            let origins = match &before {
                Some(before) => before.get(&withdrawn.code).map(|past| past.from.clone()),
                None => Some(vec![withdrawn.code.clone()]),
            };
            for origin in origins.unwrap_or_default() {
                let lives_on = pasts.values().any(|past| past.from.contains(&origin));
                if !lives_on && !found.iter().any(|change| change.criterion_code == origin) {
                    found.push(CriterionChange {
                        criterion_code: origin.clone(),
                        kind: Difference::Withdrawn,
                        from: vec![origin],
                        replaced_by: descendants(&withdrawn.replaced_by, later),
                        explanations: vec![withdrawn.reason.clone()],
                        theme: None,
                    });
                }
            }
        }
    }
    found
}

/// What became of these criteria at the end of the versions that follow.
fn descendants(codes: &[Code], later: &[&Document]) -> Vec<Code> {
    later.iter().fold(codes.to_vec(), |codes, document| {
        document
            .criteria()
            .map(|(_, criterion)| criterion)
            .filter(|criterion| {
                criterion
                    .origins()
                    .iter()
                    .any(|origin| codes.contains(origin))
            })
            .map(|criterion| criterion.code.clone())
            .collect()
    })
}

/// The graver of two changes; of equally grave ones the second, which is the later one.
fn gravest(earlier: Option<Difference>, later: Option<Difference>) -> Option<Difference> {
    let weight = |kind: Option<Difference>| match kind {
        None => 0,
        Some(Difference::Editorial) => 1,
        Some(Difference::Tightened) => 2,
        Some(Difference::Split | Difference::Merged) => 3,
        Some(Difference::New | Difference::Withdrawn) => 4,
    };
    if weight(later) >= weight(earlier) {
        later
    } else {
        earlier
    }
}

/// Adds what is not there yet.
fn extend_new<T: PartialEq>(list: &mut Vec<T>, more: impl IntoIterator<Item = T>) {
    for item in more {
        if !list.contains(&item) {
            list.push(item);
        }
    }
}

impl From<ChangeKind> for Difference {
    fn from(kind: ChangeKind) -> Self {
        match kind {
            ChangeKind::New => Self::New,
            ChangeKind::Editorial => Self::Editorial,
            ChangeKind::Tightened => Self::Tightened,
            ChangeKind::Split => Self::Split,
            ChangeKind::Merged => Self::Merged,
        }
    }
}
