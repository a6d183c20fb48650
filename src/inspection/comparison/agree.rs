//! Whether a self-report and a finding say the same, by what the framework says of its levels.
//!
//! A level names the judgements that say the same as it does. Nothing else is read into it: an answer on a level that names none is not
//! compared, nor is a judgement that no level of the criterion's scale names, as of what was not looked at. The order of levels is that in
//! which they are offered, so which of two is the more favourable is not told.
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::access::Tx;
use crate::framework::document::{Criterion, Document, Level};
use crate::framework::rules::{Carry, carry};
use crate::framework::store::{chain, published};
use crate::problem::Problem;
use crate::words::Code;

/// Does a level of a criterion say the same as a judgement? Nothing, where the framework does not tell.
fn says_the_same(
    document: &Document,
    criterion: &Criterion,
    level: &str,
    judgement: &str,
) -> Option<bool> {
    let names = |level: &Level| level.agrees.iter().any(|one| one == judgement);
    let scale = document.scale_of(criterion)?;
    if !scale.levels.iter().any(names) {
        return None;
    }
    let level = document.level(criterion, level)?;
    (!level.agrees.is_empty()).then(|| names(level))
}

/// From the version of a framework that a self-report was given against to the one that was inspected by.
struct Bridge {
    document: Arc<Document>,
    /// For each criterion that means what it did, the one that was answered. Absent where both go by one version.
    answered: Option<BTreeMap<Code, Code>>,
}

impl Bridge {
    fn new(document: Arc<Document>, chain: Option<&[Arc<Document>]>) -> Self {
        let answered = chain.map(|chain| {
            let chain: Vec<&Document> = chain.iter().map(Arc::as_ref).collect();
            let kept = carry(&chain).into_iter();
            kept.filter_map(|(code, carry)| match carry {
                Carry::Keep(origin) => Some((code, origin)),
                Carry::Ask { .. } => None,
            })
            .collect()
        });
        Self { document, answered }
    }

    /// The criterion that was answered, of which the answer is one to this criterion.
    fn answered<'a>(&'a self, criterion: &'a str) -> Option<&'a str> {
        match &self.answered {
            None => Some(criterion),
            Some(answered) => answered.get(criterion).map(Code::as_str),
        }
    }
}

/// Two versions of a framework: the one answered, and the one inspected by.
type Versions = (String, String, String);

/// What is known by now of the way from one version to another.
#[derive(Default)]
pub struct Bridges(HashMap<Versions, Option<Bridge>>);

/// A criterion of a version that was inspected by.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The framework.
    pub framework: &'a str,
    /// The version.
    pub version: &'a str,
    /// The criterion.
    pub criterion: &'a str,
}

impl Bridges {
    /// Reads what it takes to compare with answers against this version.
    pub fn learn(&mut self, tx: &mut Tx, said: &str, seen: Seen) -> Result<(), Problem> {
        let key = versions(said, seen);
        if let Entry::Vacant(free) = self.0.entry(key) {
            free.insert(between(tx, said, seen)?);
        }
        Ok(())
    }

    /// The criterion of the earlier version of which the answer is one to this criterion; nothing where the question changed.
    pub fn answered<'a>(&'a self, said: &str, seen: Seen<'a>) -> Option<&'a str> {
        let bridge = self.0.get(&versions(said, seen))?.as_ref()?;
        bridge.answered(seen.criterion)
    }

    /// Does this level, given against this version, say the same as a judgement of a criterion? Nothing, where that is not told.
    pub fn agrees(&self, said: &str, seen: Seen, level: &str, judgement: &str) -> Option<bool> {
        let bridge = self.0.get(&versions(said, seen))?.as_ref()?;
        let criterion = bridge.document.criterion(seen.criterion)?;
        says_the_same(&bridge.document, criterion, level, judgement)
    }
}

fn versions(said: &str, seen: Seen) -> Versions {
    (
        seen.framework.to_owned(),
        said.to_owned(),
        seen.version.to_owned(),
    )
}

fn between(tx: &mut Tx, said: &str, seen: Seen) -> Result<Option<Bridge>, Problem> {
    let Some(document) = published(tx, seen.framework, seen.version)? else {
        return Ok(None);
    };
    if said == seen.version {
        return Ok(Some(Bridge::new(document, None)));
    }
    let chain = chain(tx, document.clone(), said)?;
    Ok(chain.map(|chain| Bridge::new(document, Some(&chain))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::{check, library};

    fn ggz(version: &str) -> Arc<Document> {
        let mut all = library()
            .into_iter()
            .filter_map(|(_, text)| check::from_yaml(text).ok());
        let found = all.find(|one| one.code == "ggz" && one.version.code == version);
        Arc::new(found.expect("a version"))
    }

    #[test]
    fn a_level_agrees_with_the_judgements_that_it_names_and_what_nobody_names_is_not_compared() {
        let document = ggz("2026-1");
        for (criterion, level, judgement, agrees) in [
            ("intakeGesprek", "volledig", "voldaan", Some(true)),
            ("intakeGesprek", "grotendeels", "voldaan", Some(true)),
            ("intakeGesprek", "volledig", "aandachtspunt", Some(false)),
            ("intakeGesprek", "niet", "inbreuk", Some(true)),
            ("intakeGesprek", "nvt", "nietVanToepassing", Some(true)),
            // No level of this scale says that it was not looked at.
            ("intakeGesprek", "volledig", "nietBeoordeeld", None),
            ("intakeGesprek", "elders", "voldaan", None),
            // This scale has levels that say nothing of a judgement.
            ("verblijfAanbod", "residentieel", "voldaan", None),
        ] {
            let found = document
                .criterion(criterion)
                .and_then(|one| says_the_same(&document, one, level, judgement));
            assert_eq!(found, agrees, "{criterion} {level} {judgement}");
        }
    }

    #[test]
    fn an_answer_against_an_earlier_version_counts_where_the_question_means_the_same() {
        let later = ggz("2026-1");
        let bridge = Bridge::new(later.clone(), Some(&[later]));
        for (criterion, answered) in [
            ("intakeGesprek", Some("intakeGesprek")),
            ("stap3Gewaarborgd", Some("stap3Altijd")),
            ("nietPluisGevoel", None),
        ] {
            assert_eq!(bridge.answered(criterion), answered, "{criterion}");
        }
    }
}
