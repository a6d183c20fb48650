//! What is wrong with an answer as it was given.
use crate::framework::document::{Criterion, Document};
use crate::problem::{In, Issue};
use crate::self_assessment::inputs::MOST_EVIDENCE;
use crate::self_assessment::places::MOST_EXCEPTIONS;
use crate::self_assessment::{AnswerInput, Evidence};
use crate::text::Text;

/// What is wrong with an answer to this criterion, each fault under `at`.
pub fn check_answer(
    document: &Document,
    facility_type: &str,
    code: &str,
    answer: &AnswerInput,
    at: &str,
    faults: &mut Vec<Issue>,
) {
    let criterion = match asked(document, facility_type, code) {
        Ok(criterion) => criterion,
        Err(why) => {
            // An answer that stands alone has its criterion in the path.
            let place = if at.is_empty() { In::Path } else { In::Body };
            faults.push(unknown_criterion(
                place,
                format!("{at}criterionCode"),
                code,
                why,
            ));
            return;
        }
    };
    check_said(document, criterion, answer, at, faults);
    // More than that are refused for their number alone.
    if answer.exceptions.len() > MOST_EXCEPTIONS {
        return;
    }
    for (index, exception) in answer.exceptions.iter().enumerate() {
        let at = format!("{at}exceptions[{index}].");
        check_said(document, criterion, &exception.as_answer(), &at, faults);
    }
}

fn check_said(
    document: &Document,
    criterion: &Criterion,
    answer: &AnswerInput,
    at: &str,
    faults: &mut Vec<Issue>,
) {
    check_level(document, criterion, answer, at, faults);
    // More than that are refused for their number alone.
    if answer.evidence.len() > MOST_EVIDENCE {
        return;
    }
    for (index, piece) in answer.evidence.iter().enumerate() {
        check_evidence(document, piece, &format!("{at}evidence[{index}]."), faults);
    }
}

fn check_level(
    document: &Document,
    criterion: &Criterion,
    answer: &AnswerInput,
    at: &str,
    faults: &mut Vec<Issue>,
) {
    match document.level(criterion, &answer.level) {
        None => {
            let name = format!("{at}level");
            faults.push(unknown_level(document, criterion, &answer.level, &name));
        }
        Some(level) if level.needs_note && answer.note.is_none() => {
            faults.push(Issue::body(
                "missing",
                format!("{at}note"),
                Text::new(
                    format!("Bij niveau {} hoort een toelichting.", level.code),
                    format!("Le niveau {} demande une explication.", level.code),
                    format!("Level {} needs a note.", level.code),
                ),
            ));
        }
        Some(_) => {}
    }
}

/// Adds what the framework says is wrong with a piece of evidence, named after `at`.
pub fn check_evidence(document: &Document, piece: &Evidence, at: &str, faults: &mut Vec<Issue>) {
    let Some(kind) = document.evidence_kind(&piece.kind) else {
        let name = format!("{at}kind");
        faults.push(document.unknown_evidence_kind(&piece.kind, &name));
        return;
    };
    if kind.counts_files == piece.files_checked.is_some() {
        return;
    }
    let detail = if kind.counts_files {
        Text::new(
            "Bij deze soort horen filesChecked en filesMet.",
            "Ce genre demande filesChecked et filesMet.",
            "This kind needs filesChecked and filesMet.",
        )
    } else {
        Text::new(
            "Deze soort telt geen dossiers; laat filesChecked en filesMet weg.",
            "Ce genre ne compte pas de dossiers ; omettez filesChecked et filesMet.",
            "This kind counts no files; leave filesChecked and filesMet out.",
        )
    };
    let name = format!("{at}filesChecked");
    faults.push(Issue::body("fileCounts", name, detail));
}

/// The criterion of this code, or why a facility of this type cannot answer it.
pub fn asked<'d>(
    document: &'d Document,
    facility_type: &str,
    code: &str,
) -> Result<&'d Criterion, Text> {
    match document.criterion(code) {
        Some(criterion) if criterion.is_for(facility_type) => Ok(criterion),
        Some(_) => Err(not_asked(document, facility_type)),
        None => Err(no_such_criterion(document, code)),
    }
}

fn not_asked(document: &Document, facility_type: &str) -> Text {
    let (framework, version) = (&document.code, &document.version.code);
    Text::new(
        format!(
            "Dit criterium wordt niet gevraagd aan het type {facility_type}; zie GET /v1/frameworks/{framework}/versions/{version}."
        ),
        format!(
            "Ce critère n'est pas demandé au type {facility_type} ; voir GET /v1/frameworks/{framework}/versions/{version}."
        ),
        format!(
            "This criterion is not asked of the type {facility_type}; see GET /v1/frameworks/{framework}/versions/{version}."
        ),
    )
}

fn no_such_criterion(document: &Document, code: &str) -> Text {
    let (framework, version) = (&document.code, &document.version.code);
    let meant = document
        .criteria()
        .map(|(_, criterion)| &criterion.code)
        .find(|known| known.as_str().eq_ignore_ascii_case(code));
    let (nl, fr, en) = match meant {
        Some(meant) => (
            format!("bedoelde u {meant}?"),
            format!("vouliez-vous dire {meant} ?"),
            format!("did you mean {meant}?"),
        ),
        None => (
            format!("zie GET /v1/frameworks/{framework}/versions/{version}."),
            format!("voir GET /v1/frameworks/{framework}/versions/{version}."),
            format!("see GET /v1/frameworks/{framework}/versions/{version}."),
        ),
    };
    Text::new(
        format!("In {framework} {version} bestaat geen criterium met deze code; {nl}"),
        format!("Il n'y a pas de critère de ce code dans {framework} {version} ; {fr}"),
        format!("There is no criterion of this code in {framework} {version}; {en}"),
    )
}

/// A code that cannot be answered here, and why.
pub fn unknown_criterion(place: In, name: String, code: &str, why: Text) -> Issue {
    Issue::new("unknownCriterion", place, name, why).with_value(code)
}

fn unknown_level(document: &Document, criterion: &Criterion, given: &str, name: &str) -> Issue {
    let levels: Vec<&str> = document
        .scale_of(criterion)
        .map(|scale| &scale.levels)
        .into_iter()
        .flatten()
        .map(|level| level.code.as_str())
        .collect();
    let levels = levels.join(", ");
    Issue::body(
        "unknownLevel",
        name,
        Text::new(
            format!("Dit niveau bestaat niet op deze schaal; gebruik: {levels}."),
            format!("Ce niveau n'existe pas sur cette échelle ; utilisez : {levels}."),
            format!("There is no such level on this scale; use: {levels}."),
        ),
    )
    .with_value(given)
}
