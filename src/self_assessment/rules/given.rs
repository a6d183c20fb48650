//! What is wrong with an answer as it was given.
use crate::framework::document::{Criterion, Document};
use crate::problem::Issue;
use crate::self_assessment::AnswerInput;
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
    let Some(criterion) = document
        .criterion(code)
        .filter(|criterion| is_for(criterion, facility_type))
    else {
        faults.push(unknown_criterion(
            document,
            code,
            &format!("{at}criterionCode"),
        ));
        return;
    };
    let levels: Vec<&str> = document
        .scale_of(criterion)
        .map(|scale| {
            scale
                .levels
                .iter()
                .map(|level| level.code.as_str())
                .collect()
        })
        .unwrap_or_default();
    match document.level(criterion, &answer.level) {
        None => faults.push(unknown_level(&answer.level, &levels, &format!("{at}level"))),
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
    for (index, piece) in answer.evidence.iter().enumerate() {
        let at = format!("{at}evidence[{index}].");
        match document.evidence_kind(&piece.kind) {
            None => faults.push(unknown_evidence(
                document,
                &piece.kind,
                &format!("{at}kind"),
            )),
            Some(kind) if kind.counts_files != piece.files_checked.is_some() => {
                faults.push(Issue::body(
                    "fileCounts",
                    format!("{at}filesChecked"),
                    if kind.counts_files {
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
                    },
                ));
            }
            Some(_) => {}
        }
    }
}

/// Does the criterion apply to this facility type at all, whatever the answers?
fn is_for(criterion: &Criterion, facility_type: &str) -> bool {
    criterion.applies_to.as_ref().is_none_or(|applies| {
        applies.facility_types.is_empty()
            || applies
                .facility_types
                .iter()
                .any(|code| *code == *facility_type)
    })
}

/// A criterion that this version does not ask of this facility type.
fn unknown_criterion(document: &Document, code: &str, name: &str) -> Issue {
    let (framework, version) = (&document.code, &document.version.code);
    Issue::body(
        "unknownCriterion",
        name,
        Text::new(
            format!("Dit criterium wordt hier niet gevraagd; zie GET /v1/frameworks/{framework}/versions/{version}."),
            format!("Ce critère n'est pas demandé ici ; voir GET /v1/frameworks/{framework}/versions/{version}."),
            format!("This criterion is not asked here; see GET /v1/frameworks/{framework}/versions/{version}."),
        ),
    )
    .with_value(code)
}

fn unknown_level(given: &str, levels: &[&str], name: &str) -> Issue {
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

fn unknown_evidence(document: &Document, given: &str, name: &str) -> Issue {
    let kinds: Vec<&str> = document
        .evidence_kinds
        .iter()
        .map(|kind| kind.code.as_str())
        .collect();
    let kinds = kinds.join(", ");
    Issue::body(
        "unknownEvidenceKind",
        name,
        Text::new(
            format!("Deze soort bewijs kent het referentiekader niet; gebruik: {kinds}."),
            format!("Le référentiel ne connaît pas ce genre de preuve ; utilisez : {kinds}."),
            format!("The framework does not know this kind of evidence; use: {kinds}."),
        ),
    )
    .with_value(given)
}
