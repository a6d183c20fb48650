//! What is wrong with answers that are given for a draft.
use std::collections::HashSet;

use super::places::MOST_EXCEPTIONS;
use super::store::Head;
use super::{AnswerInput, places, rules};
use crate::access::Tx;
use crate::facility;
use crate::framework::document::Document;
use crate::problem::{Issue, MOST_ISSUES, Problem};
use crate::text::Text;

/// Everything that is wrong with these answers: what each shows by itself, what the version says of it, and the places that they name. `at`
/// names an answer in a fault.
pub fn faults_of(
    tx: &mut Tx,
    head: &Head,
    document: &Document,
    inputs: &[(String, AnswerInput)],
    at: impl Fn(usize) -> String,
) -> Result<Vec<Issue>, Problem> {
    let mut faults = check_each(document, &head.facility_type, inputs, &at);
    check_places(tx, head, document, inputs, &at, &mut faults)?;
    Ok(faults)
}

/// What each of the answers shows by itself, and what the version says of it.
pub(super) fn check_each(
    document: &Document,
    facility_type: &str,
    inputs: &[(String, AnswerInput)],
    at: &impl Fn(usize) -> String,
) -> Vec<Issue> {
    let (mut faults, mut seen) = (Vec::new(), HashSet::new());
    for (index, (code, input)) in inputs.iter().enumerate() {
        if faults.len() > MOST_ISSUES {
            // No more than that are named, and others wait for the draft meanwhile.
            break;
        }
        let at = at(index);
        if !seen.insert(code) {
            faults.push(repeated(&at, code));
        }
        input.check_parts(&at, &mut faults);
        rules::check_answer(document, facility_type, code, input, &at, &mut faults);
    }
    faults
}

/// Adds what is wrong with the places that the answers name. They are read only where one is named.
pub(super) fn check_places(
    tx: &mut Tx,
    head: &Head,
    document: &Document,
    inputs: &[(String, AnswerInput)],
    at: &impl Fn(usize) -> String,
    faults: &mut Vec<Issue>,
) -> Result<(), Problem> {
    if inputs.iter().all(|(_, input)| input.exceptions.is_empty()) {
        return Ok(());
    }
    let places = match head.unit_id {
        None => facility::places(tx, head.facility_id, tx.now.day())?,
        // A unit's own self-assessment is about that one place.
        Some(_) => Vec::new(),
    };
    for (index, (_, input)) in inputs.iter().enumerate() {
        if faults.len() > MOST_ISSUES || input.exceptions.len() > MOST_EXCEPTIONS {
            continue;
        }
        places::check_places(document, &places, &input.exceptions, &at(index), faults);
    }
    Ok(())
}

fn repeated(at: &str, code: &str) -> Issue {
    Issue::body(
        "repeated",
        format!("{at}criterionCode"),
        Text::new(
            "Dit criterium staat er twee keer; geef één antwoord.",
            "Ce critère figure deux fois ; donnez une seule réponse.",
            "This criterion is there twice; give one answer.",
        ),
    )
    .with_value(code)
}
