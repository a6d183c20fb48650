//! What is done to a framework version, each in one transaction: drafts are checked, published for good, imported.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::check::{self, Fault};
use super::document::Document;
use super::{VersionState, VersionView, store};
use crate::access::Tx;
use crate::db::types::{Id, day_if_any};
use crate::facility::require_facility_type;
use crate::problem::{Issue, Problem};
use crate::text::Text;

/// When a version is published and binding, where that is not in its document yet.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PublicationInput {
    /// The day on which it is published; today when left out here and in the document.
    #[serde(
        deserialize_with = "day_if_any",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(required = false, nullable = false)]
    pub published_on: Option<chrono::NaiveDate>,
    /// The day from which it is binding.
    #[serde(
        deserialize_with = "day_if_any",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(required = false, nullable = false)]
    pub binding_from: Option<chrono::NaiveDate>,
}

/// The faults of a document as those of a body.
pub fn faults(faults: Vec<Fault>) -> Problem {
    Problem::faults(
        faults
            .into_iter()
            .map(|fault| {
                let issue = Issue::body("invalidFramework", fault.pointer, fault.what);
                match fault.value {
                    Some(value) => issue.with_value(value),
                    None => issue,
                }
            })
            .collect(),
    )
}

/// 409: only a draft can be edited or published.
pub fn require_draft(current: &VersionView) -> Result<(), Problem> {
    if current.status == VersionState::Draft {
        return Ok(());
    }
    Err(Problem::conflict(Text::new(
        "Deze versie is gepubliceerd en ligt vast; maak een nieuwe versie die haar vervangt.",
        "Cette version est publiée et figée ; faites une nouvelle version qui la remplace.",
        "This version is published and frozen; make a new version that supersedes it.",
    )))
}

/// Refuses a document for facility types that are not in the list, naming each.
pub fn require_facility_types(tx: &mut Tx, document: &Document) -> Result<(), Problem> {
    let mut faults = Vec::new();
    for (index, code) in document.facility_types.iter().enumerate() {
        match require_facility_type(tx, &format!("facilityTypes[{index}]"), code.as_str()) {
            Err(problem) if !problem.issues().is_empty() => {
                faults.extend_from_slice(problem.issues());
            }
            outcome => outcome?,
        }
    }
    Problem::refuse(faults)
}

/// Publishes a draft after checking it, against the version that it supersedes too.
pub fn publish(
    tx: &mut Tx,
    current: &VersionView,
    input: &PublicationInput,
) -> Result<VersionView, Problem> {
    let mut document = current.document.clone();
    let version = &mut document.version;
    version.published_on = input
        .published_on
        .or(version.published_on)
        .or(Some(tx.now.day()));
    version.binding_from = input.binding_from.or(version.binding_from);
    let json = serde_json::to_value(&document).map_err(Problem::internal)?;
    check::from_json(&json).map_err(faults)?;
    if let Some(before) = &document.version.supersedes {
        let Some(previous) = store::published(tx, document.code.as_str(), before.as_str())? else {
            return Err(Problem::conflict(Text::new(
                format!("Versie {before}, die deze vervangt, is nog niet gepubliceerd."),
                format!("La version {before}, que celle-ci remplace, n'est pas encore publiée."),
                format!("Version {before}, which this one supersedes, is not published yet."),
            )));
        };
        let found = check::against(&previous, &document);
        if !found.is_empty() {
            return Err(faults(found));
        }
    }
    store::publish(tx, current, &document)
}

/// What an import came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    /// It is there now, for good.
    Published,
    /// It is there now, and can still change.
    Draft,
    /// It was there, with the same content.
    Unchanged,
    /// It was there, with another content, and stays so.
    Differs,
}

/// Stores a framework version, and publishes it when it has a day of publication. One that is there already stays as it is.
pub fn import(tx: &mut Tx, document: &Document) -> Result<Imported, Problem> {
    let (code, version) = (document.code.as_str(), document.version.code.as_str());
    if let Some(there) = store::find(tx, code, version)? {
        return Ok(if there.document == *document {
            Imported::Unchanged
        } else {
            Imported::Differs
        });
    }
    require_facility_types(tx, document)?;
    let draft = store::save_draft(tx, Id::new(), None, document)?;
    if document.version.published_on.is_none() {
        return Ok(Imported::Draft);
    }
    let as_it_says = PublicationInput {
        published_on: None,
        binding_from: None,
    };
    publish(tx, &draft, &as_it_says)?;
    Ok(Imported::Published)
}
