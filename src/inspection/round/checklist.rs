//! A checklist: which criteria inspectors look at in a round, and how. Each revision of it stays as it was published.
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::RoundFramework;
use crate::audit::ActorView;
use crate::db::types::{Id, Moment};
use crate::framework::document::Document;
use crate::http::ETag;
use crate::http::body::Check;
use crate::http::checks::{at_least_one, at_most, check_texts, repeated};
use crate::problem::Issue;
use crate::text::Text;
use crate::words::{Code, Texts};

/// Items of a checklist at most.
const MOST_ITEMS: usize = 500;
/// Kinds of evidence under an item at most.
const MOST_KINDS: usize = 20;
/// Files to look at for a criterion at most.
const MOST_FILES: i32 = 1000;

/// A criterion that is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChecklistItem {
    /// The framework.
    #[schema(example = "ggz")]
    pub framework_code: Code,
    /// Its version, one of the round's.
    #[schema(example = "2026-1")]
    pub version_code: Code,
    /// The criterion.
    #[schema(example = "intakeGesprek")]
    pub criterion_code: Code,
    /// What an inspector does to see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub instruction: Option<Texts>,
    /// The kinds of evidence to look for, of the framework's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 20, example = json!(["dossiercontrole"]))]
    pub evidence_kinds: Vec<Code>,
    /// How many files to look at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        minimum = 1,
        maximum = 1000,
        example = 10
    )]
    pub sample: Option<i32>,
}

impl ChecklistItem {
    /// What it is about.
    fn subject(&self) -> [&str; 3] {
        let codes = [
            &self.framework_code,
            &self.version_code,
            &self.criterion_code,
        ];
        codes.map(Code::as_str)
    }
}

/// What a revision of a checklist says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ChecklistRevisionInput)]
pub struct Checklist {
    /// The criteria that are looked at, in order, each once.
    #[schema(min_items = 1, max_items = 500)]
    pub items: Vec<ChecklistItem>,
    /// What changed; needed from the second revision on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub note: Option<Texts>,
}

/// A revision of a checklist in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChecklistRevisionSummary {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// The round.
    pub round_id: Id,
    /// Its number.
    #[schema(minimum = 1, example = 1)]
    pub revision: i64,
    /// When it was published.
    pub published_at: Moment,
    /// By whom.
    pub published_by: ActorView,
}

/// A revision of a checklist, as it was published.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChecklistRevision {
    /// What a list shows of it.
    #[serde(flatten)]
    pub summary: ChecklistRevisionSummary,
    /// The criteria that are looked at, in order.
    pub items: Vec<ChecklistItem>,
    /// What changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub note: Option<Texts>,
}

impl ChecklistRevision {
    /// Its tag: it never changes.
    pub fn tag(&self) -> ETag {
        ETag::named(format!("v{}", self.summary.revision))
    }
}

/// The number of items alone: the work names what is wrong with each.
impl Check for Checklist {
    fn check(&self, faults: &mut Vec<Issue>) {
        at_least_one("items", self.items.len(), no_item(), faults);
        at_most("items", self.items.len(), MOST_ITEMS, faults);
    }
}

fn no_item() -> Text {
    Text::new(
        "Noem minstens één criterium.",
        "Nommez au moins un critère.",
        "Name one criterion at least.",
    )
}

/// The versions of a round, with their documents.
pub type Versions = [(RoundFramework, Arc<Document>)];

/// Everything that is wrong with what is to be this revision of the checklist of a round with these framework versions.
pub fn faults(checklist: &Checklist, revision: i64, versions: &Versions) -> Vec<Issue> {
    let mut faults = Vec::new();
    let items = &checklist.items;
    for (index, item) in items.iter().enumerate() {
        let at = format!("items[{index}].");
        if items
            .iter()
            .take(index)
            .any(|one| one.subject() == item.subject())
        {
            faults.push(repeated(format!("{at}criterionCode"), &item.criterion_code));
        }
        check_item(item, &at, versions, &mut faults);
    }
    match &checklist.note {
        Some(note) => check_texts("note", note, &mut faults),
        None if revision > 1 => faults.push(Issue::body("missing", "note", no_note())),
        None => {}
    }
    faults
}

fn no_note() -> Text {
    Text::new(
        "Zeg wat er verandert tegenover de vorige versie van de checklist.",
        "Dites ce qui change par rapport à la version précédente de la liste de contrôle.",
        "Say what changes against the revision before.",
    )
}

fn check_item(item: &ChecklistItem, at: &str, versions: &Versions, faults: &mut Vec<Issue>) {
    if let Some(instruction) = &item.instruction {
        check_texts(&format!("{at}instruction"), instruction, faults);
    }
    if item
        .sample
        .is_some_and(|files| !(1..=MOST_FILES).contains(&files))
    {
        faults.push(no_sample(item.sample, at));
    }
    match document_of(item, versions) {
        None => faults.push(not_of_the_round(item, at, versions)),
        Some(document) => {
            if document.criterion(item.criterion_code.as_str()).is_none() {
                faults.push(no_criterion(item, at));
            }
            check_kinds(item, at, document, faults);
        }
    }
}

fn document_of<'a>(item: &ChecklistItem, versions: &'a Versions) -> Option<&'a Document> {
    let is_its = |one: &RoundFramework| {
        one.framework_code == item.framework_code && one.version_code == item.version_code
    };
    let found = versions.iter().find(|(one, _)| is_its(one));
    found.map(|(_, document)| document.as_ref())
}

fn no_sample(given: Option<i32>, at: &str) -> Issue {
    let detail = Text::new(
        format!("Gebruik een aantal dossiers van 1 tot {MOST_FILES}."),
        format!("Utilisez un nombre de dossiers de 1 à {MOST_FILES}."),
        format!("Use a number of files from 1 to {MOST_FILES}."),
    );
    Issue::body("outOfRange", format!("{at}sample"), detail).with_value(given)
}

/// The fault of a version that is none of the round's: of its framework, where the round has no version of that at all.
fn not_of_the_round(item: &ChecklistItem, at: &str, versions: &Versions) -> Issue {
    let named: Vec<String> = versions
        .iter()
        .map(|(one, _)| format!("{}/{}", one.framework_code, one.version_code))
        .collect();
    let named = named.join(", ");
    let detail = Text::new(
        format!("Deze ronde gaat daar niet over; wel over: {named}."),
        format!("Cette ronde ne porte pas là-dessus ; elle porte sur : {named}."),
        format!("This round is not about that; it is about: {named}."),
    );
    let is_known = |one: &RoundFramework| one.framework_code == item.framework_code;
    let (field, value) = if versions.iter().any(|(one, _)| is_known(one)) {
        ("versionCode", &item.version_code)
    } else {
        ("frameworkCode", &item.framework_code)
    };
    Issue::body("unknownReference", format!("{at}{field}"), detail).with_value(value.as_str())
}

fn no_criterion(item: &ChecklistItem, at: &str) -> Issue {
    let (framework, version) = (&item.framework_code, &item.version_code);
    let detail = Text::new(
        format!(
            "Deze versie heeft dat criterium niet; zie GET /v1/frameworks/{framework}/versions/{version}."
        ),
        format!(
            "Cette version n'a pas ce critère ; voir GET /v1/frameworks/{framework}/versions/{version}."
        ),
        format!(
            "This version has no such criterion; see GET /v1/frameworks/{framework}/versions/{version}."
        ),
    );
    let fault = Issue::body("unknownCriterion", format!("{at}criterionCode"), detail);
    fault.with_value(item.criterion_code.as_str())
}

fn check_kinds(item: &ChecklistItem, at: &str, document: &Document, faults: &mut Vec<Issue>) {
    let kinds = &item.evidence_kinds;
    if !at_most(
        &format!("{at}evidenceKinds"),
        kinds.len(),
        MOST_KINDS,
        faults,
    ) {
        return;
    }
    for (index, kind) in kinds.iter().enumerate() {
        let at = format!("{at}evidenceKinds[{index}]");
        if kinds.iter().take(index).any(|one| one == kind) {
            faults.push(repeated(at, kind));
        } else if document.evidence_kind(kind.as_str()).is_none() {
            faults.push(document.unknown_evidence_kind(kind.as_str(), &at));
        }
    }
}
