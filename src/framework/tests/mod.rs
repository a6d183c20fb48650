//! What the framework rooms promise, as tables.
mod check;
mod history;
mod library;
mod rules;
mod schema;

pub(crate) use history::version;

use super::check::{Fault, from_yaml};
use super::document::Document;

/// A small valid document, to be bent by a test: two facility types, two scales, four criteria.
const SMALL: &str = include_str!("small.yaml");

/// A document that has to be right.
fn read(yaml: &str) -> Document {
    from_yaml(yaml).unwrap_or_else(|faults| panic!("{}", listed(&faults)))
}

/// The small document with one passage replaced.
fn bent(passage: &str, replacement: &str) -> String {
    assert_eq!(
        SMALL.matches(passage).count(),
        1,
        "not exactly once: {passage}"
    );
    SMALL.replace(passage, replacement)
}

fn listed(faults: &[Fault]) -> String {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
