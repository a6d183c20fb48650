//! Checks a framework document: how it is written, and whether it makes sense. Every fault is reported at once.
use super::document::Document;
pub use super::fault::Fault;
use super::fault::{Faults, text};
use super::sense::Sense;
pub use super::succession::against;
use super::{shape, yaml};

/// Reads a framework document as authors write it.
pub fn from_yaml(text: &str) -> Result<Document, Vec<Fault>> {
    let mut faults = Faults::default();
    let root = yaml::read(text, &mut faults);
    finish(root, faults)
}

/// Reads a framework document as it is on the wire.
pub fn from_json(value: &serde_json::Value) -> Result<Document, Vec<Fault>> {
    finish(Some(yaml::from_json(value)), Faults::default())
}

/// Adds the lines of this file to faults that were found in the document itself, such as those of [`against`].
pub fn locate(text: &str, faults: &mut [Fault]) {
    let mut known = Faults::default();
    if let Some(root) = yaml::read(text, &mut known) {
        shape::walk(&root, &mut known);
    }
    known.locate(faults);
}

/// From the tree on, YAML and JSON are the same.
fn finish(root: Option<yaml::Node>, mut faults: Faults) -> Result<Document, Vec<Fault>> {
    let Some(root) = root else {
        return Err(faults.into_sorted());
    };
    let repaired = shape::walk(&root, &mut faults);
    let document = match serde_json::from_value::<Document>(repaired) {
        Ok(document) => document,
        Err(error) => {
            let what = text!(
                "Het document is niet te lezen: {error}.",
                "Le document est illisible : {error}.",
                "The document cannot be read: {error}.",
            );
            faults.malformed("", None, what);
            return Err(faults.into_sorted());
        }
    };
    Sense {
        document: &document,
        faults: &mut faults,
    }
    .all();
    let faults = faults.into_sorted();
    if faults.is_empty() {
        Ok(document)
    } else {
        Err(faults)
    }
}
