//! What a migration is to do: which version is reached, which are left, and the way from each.
use std::collections::HashMap;
use std::sync::Arc;

use super::MigrationInput;
use super::rules::Way;
use super::store::{Row, Which};
use crate::access::Tx;
use crate::framework::document::{Code, Document};
use crate::framework::rules::carry;
use crate::framework::{self, VersionState};
use crate::problem::{Issue, Problem};
use crate::text::Text;

/// A migration as it is to be carried out: the version that is reached, and what leaves which others.
pub(super) struct Plan {
    pub target: Arc<Document>,
    pub which: Which,
}

/// Works out what a caller asks for. 404 for a version that is not there, 409 for one that is not published or supersedes none, 400 for
/// one in `from` that it does not descend from.
pub(super) fn plan(
    tx: &mut Tx,
    framework: &str,
    version: &str,
    input: &MigrationInput,
) -> Result<Plan, Problem> {
    let found = framework::store::get(tx, framework, version)?;
    if found.status != VersionState::Published {
        return Err(not_published());
    }
    let target = Arc::new(found.document);
    let ancestors = ancestors(tx, &target)?;
    if ancestors.is_empty() {
        return Err(supersedes_none());
    }
    let from = match &input.from {
        None => ancestors,
        Some(from) => named(from, &ancestors)?,
    };
    Ok(Plan::of(target, framework, from))
}

impl Plan {
    fn of(target: Arc<Document>, framework: &str, from: Vec<String>) -> Self {
        let facility_types = target.facility_types.iter().map(ToString::to_string);
        Self {
            which: Which {
                framework: framework.to_owned(),
                from,
                facility_types: facility_types.collect(),
            },
            target,
        }
    }

    /// The plan of a migration that was asked for.
    pub fn of_row(tx: &mut Tx, row: &Row) -> Result<Self, Problem> {
        let target = published(tx, &row.framework_code, &row.version_code)?;
        Ok(Self::of(target, &row.framework_code, row.from()?))
    }

    /// Is the version that is reached made for facilities of this type?
    pub fn serves(&self, facility_type: &str) -> bool {
        self.target.is_for(facility_type)
    }

    /// The ways from each of the versions that are left.
    pub fn ways(&self, tx: &mut Tx) -> Result<HashMap<String, Way>, Problem> {
        let mut ways = HashMap::new();
        for from in &self.which.from {
            let source = published(tx, &self.which.framework, from)?;
            let chain = framework::store::chain(tx, self.target.clone(), from)?
                .ok_or_else(|| Problem::internal("a migration leaves a version off its chain"))?;
            let documents: Vec<&Document> = chain.iter().map(AsRef::as_ref).collect();
            let way = Way {
                source,
                target: self.target.clone(),
                fates: carry(&documents),
            };
            ways.insert(from.clone(), way);
        }
        Ok(ways)
    }
}

fn published(tx: &mut Tx, framework: &str, version: &str) -> Result<Arc<Document>, Problem> {
    framework::store::published(tx, framework, version)?
        .ok_or_else(|| Problem::internal("a migration names a version that is not published"))
}

/// The versions that this one descends from, the nearest first.
fn ancestors(tx: &mut Tx, target: &Arc<Document>) -> Result<Vec<String>, Problem> {
    let mut found: Vec<String> = Vec::new();
    let mut youngest = target.clone();
    // A version is published after the one that it supersedes, so there is no ring.
    while let Some(before) = youngest
        .version
        .supersedes
        .as_ref()
        .map(ToString::to_string)
    {
        youngest = published(tx, target.code.as_str(), &before)?;
        found.push(before);
    }
    Ok(found)
}

/// The versions that the caller named, each of them one that the new version descends from.
fn named(from: &[Code], ancestors: &[String]) -> Result<Vec<String>, Problem> {
    let mut faults = Vec::new();
    let mut versions: Vec<String> = Vec::new();
    for (index, code) in from.iter().map(ToString::to_string).enumerate() {
        let fault = if !ancestors.contains(&code) {
            Some(("unknownReference", not_an_ancestor(ancestors)))
        } else if versions.contains(&code) {
            Some(("repeated", repeated()))
        } else {
            None
        };
        if let Some((kind, detail)) = fault {
            let issue = Issue::body(kind, format!("from[{index}]"), detail);
            faults.push(issue.with_value(code));
        } else {
            versions.push(code);
        }
    }
    if faults.is_empty() {
        Ok(versions)
    } else {
        Err(Problem::faults(faults))
    }
}

fn not_published() -> Problem {
    Problem::conflict(Text::new(
        "Deze versie is nog een ontwerp; publiceer ze eerst met POST …/publications.",
        "Cette version est encore un projet ; publiez-la d'abord par POST …/publications.",
        "This version is still a draft; publish it first with POST …/publications.",
    ))
}

fn supersedes_none() -> Problem {
    Problem::conflict(Text::new(
        "Deze versie vervangt er geen, dus er is niets om te verplaatsen.",
        "Cette version n'en remplace aucune, il n'y a donc rien à déplacer.",
        "This version supersedes none, so there is nothing to move.",
    ))
}

fn not_an_ancestor(ancestors: &[String]) -> Text {
    let known = ancestors.join(", ");
    Text::new(
        format!("Deze versie bouwt daar niet op voort; gebruik: {known}."),
        format!("Cette version n'en découle pas ; utilisez : {known}."),
        format!("This version does not descend from it; use: {known}."),
    )
}

fn repeated() -> Text {
    Text::new(
        "Deze versie staat er twee keer; noem ze één keer.",
        "Cette version figure deux fois ; nommez-la une fois.",
        "This version is there twice; name it once.",
    )
}
