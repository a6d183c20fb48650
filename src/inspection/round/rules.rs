//! What a round may be, and what may be done to it, without a database.
use chrono::{Datelike, NaiveDate};

use super::{Round, RoundFramework, RoundInput, RoundState};
use crate::db::types::Moment;
use crate::facility::unknown_sector;
use crate::http::checks::{check_title, repeated};
use crate::problem::{Issue, Problem};
use crate::text::Text;
use crate::words::Code;

/// What of that which an input names is there.
#[derive(Debug, Default)]
pub struct Known {
    /// The sectors.
    pub sectors: Vec<Code>,
    /// The framework versions that are published.
    pub frameworks: Vec<RoundFramework>,
}

/// Everything that is wrong with what a round is to be.
pub fn faults(input: &RoundInput, known: &Known) -> Vec<Issue> {
    let mut faults = Vec::new();
    check_title("title", &input.title, &mut faults);
    check_sectors(&input.sectors, &known.sectors, &mut faults);
    check_frameworks(&input.frameworks, &known.frameworks, &mut faults);
    check_days(input.begins, input.ends, &mut faults);
    faults
}

fn check_sectors(sectors: &[Code], known: &[Code], faults: &mut Vec<Issue>) {
    for (index, sector) in sectors.iter().enumerate() {
        let at = format!("sectors[{index}]");
        if sectors.iter().take(index).any(|one| one == sector) {
            faults.push(repeated(at, sector));
        } else if !known.contains(sector) {
            faults.push(unknown_sector(at, sector));
        }
    }
}

fn check_frameworks(
    frameworks: &[RoundFramework],
    known: &[RoundFramework],
    faults: &mut Vec<Issue>,
) {
    for (index, one) in frameworks.iter().enumerate() {
        let at = format!("frameworks[{index}].versionCode");
        if frameworks.iter().take(index).any(|other| other == one) {
            faults.push(repeated(at, &one.version_code));
        } else if !known.contains(one) {
            let code = &one.framework_code;
            let detail = Text::new(
                format!(
                    "Dit is geen gepubliceerde versie; zie GET /v1/frameworks/{code}/versions."
                ),
                format!(
                    "Ce n'est pas une version publiée ; voir GET /v1/frameworks/{code}/versions."
                ),
                format!("This is no published version; see GET /v1/frameworks/{code}/versions."),
            );
            let fault = Issue::body("unknownReference", at, detail);
            faults.push(fault.with_value(one.version_code.as_str()));
        }
    }
}

/// A round ends on the day that it begins or later; and both databases hold its days.
fn check_days(begins: NaiveDate, ends: NaiveDate, faults: &mut Vec<Issue>) {
    let in_range = |day: NaiveDate| (1990..=9999).contains(&day.year());
    for (field, day) in [("begins", begins), ("ends", ends)] {
        if !in_range(day) {
            let detail = Text::new(
                "Gebruik een dag in de jaren 1990 tot 9999.",
                "Utilisez un jour entre les années 1990 et 9999.",
                "Use a day in the years 1990 to 9999.",
            );
            faults.push(Issue::body("outOfRange", field, detail).with_value(day.to_string()));
        }
    }
    if ends < begins {
        let detail = Text::new(
            format!("Gebruik een dag vanaf begins ({begins})."),
            format!("Utilisez un jour à partir de begins ({begins})."),
            format!("Use a day from begins ({begins}) on."),
        );
        faults.push(Issue::body("validity", "ends", detail).with_value(ends.to_string()));
    }
}

/// The round as it is to be, where nothing of it changes that is fixed by now.
pub fn replaced(current: Round, input: RoundInput) -> Result<Round, Problem> {
    let is_announced = current.checklist_revision.is_some();
    let is_open = current.status != RoundState::Planned;
    let changes = [
        (
            is_announced && input.frameworks != current.frameworks,
            "frameworks",
        ),
        (is_open && input.sectors != current.sectors, "sectors"),
        (is_open && input.begins != current.begins, "begins"),
        (
            is_open && input.double_judgement != current.double_judgement,
            "doubleJudgement",
        ),
    ];
    let fixed: Vec<&str> = changes
        .iter()
        .filter(|one| one.0)
        .map(|one| one.1)
        .collect();
    if !fixed.is_empty() {
        return Err(are_fixed(&fixed.join(", ")));
    }
    Ok(Round {
        title: input.title,
        sectors: input.sectors,
        frameworks: input.frameworks,
        begins: input.begins,
        ends: input.ends,
        double_judgement: input.double_judgement,
        ..current
    })
}

fn are_fixed(fields: &str) -> Problem {
    Problem::conflict(Text::new(
        format!(
            "Dit ligt vast en blijft zoals het is: {fields}. De referentiekaders liggen vast zodra er een checklist is; sectoren, begin en dubbel oordeel zodra de ronde open is."
        ),
        format!(
            "Ceci est figé et reste tel quel : {fields}. Les référentiels sont figés dès qu'il y a une liste de contrôle ; les secteurs, le début et le double jugement dès que la ronde est ouverte."
        ),
        format!(
            "This is fixed and stays as it is: {fields}. The frameworks are fixed once there is a checklist; sectors, begin and double judgement once the round is open."
        ),
    ))
}

/// The round with the next revision of its checklist.
pub fn announced(current: Round) -> Round {
    let last = current.checklist_revision.unwrap_or(0);
    Round {
        checklist_revision: Some(last + 1),
        ..current
    }
}

/// Refuses to open a round that cannot be opened, whatever its sectors.
pub fn may_open(current: &Round) -> Result<(), Problem> {
    require(current, &[RoundState::Planned])?;
    match current.checklist_revision {
        Some(_) => Ok(()),
        None => Err(without_checklist()),
    }
}

fn without_checklist() -> Problem {
    Problem::conflict(Text::new(
        "Maak eerst een checklist bekend, met POST …/checklistRevisions; een ronde zonder gaat niet open.",
        "Publiez d'abord une liste de contrôle, avec POST …/checklistRevisions ; une ronde sans liste ne s'ouvre pas.",
        "Publish a checklist first, with POST …/checklistRevisions; a round without one does not open.",
    ))
}

/// Refuses to open a round where control is still to be worked out.
pub fn refuse_without_ground(sectors: &[Code]) -> Result<(), Problem> {
    if sectors.is_empty() {
        return Ok(());
    }
    let named: Vec<&str> = sectors.iter().map(Code::as_str).collect();
    let named = named.join(", ");
    Err(Problem::conflict(Text::new(
        format!(
            "Voor deze sectoren is er vandaag geen grond om te controleren (controlBasis is niet regulated): {named}. Zie GET /v1/sectors."
        ),
        format!(
            "Pour ces secteurs, il n'y a pas aujourd'hui de base pour contrôler (controlBasis n'est pas regulated) : {named}. Voir GET /v1/sectors."
        ),
        format!(
            "There is no ground to inspect these sectors today (controlBasis is not regulated): {named}. See GET /v1/sectors."
        ),
    )))
}

/// The round, open.
pub fn opened(current: Round, now: Moment) -> Round {
    Round {
        status: RoundState::Open,
        opened_at: Some(now),
        ..current
    }
}

/// 409: what was begun in the round is finished first.
pub fn still_under_way() -> Problem {
    Problem::conflict(Text::new(
        "In deze ronde zijn nog inspecties gepland of aan de gang; rond ze af tot het verslag definitief is, of annuleer ze.",
        "Dans cette ronde, des inspections sont encore prévues ou en cours ; menez-les jusqu'au rapport définitif, ou annulez-les.",
        "Inspections of this round are still planned or under way; bring each to its final report, or cancel it.",
    ))
}

/// The round, closed.
pub fn closed(current: Round, now: Moment) -> Round {
    Round {
        status: RoundState::Closed,
        closed_at: Some(now),
        ..current
    }
}

/// Refuses what can be done only while a round is in one of these states.
pub fn require(current: &Round, states: &[RoundState]) -> Result<(), Problem> {
    if states.contains(&current.status) {
        return Ok(());
    }
    let state = current.status;
    let [nl, fr, en] = ["of", "ou", "or"].map(|or| {
        let names: Vec<&str> = states.iter().map(|state| state.name()).collect();
        names.join(&format!(" {or} "))
    });
    Err(Problem::conflict(Text::new(
        format!("Deze ronde is {state}; dit kan alleen zolang ze {nl} is."),
        format!("Cette ronde est {state} ; ceci n'est possible que tant qu'elle est {fr}."),
        format!("This round is {state}; this can be done only while it is {en}."),
    )))
}
