//! What a sheet that came in does to a draft: every cell is weighed, and all is stored or nothing.
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::grid::Grid;
use super::reading::{self, Given, Reading};
use super::table::level_of;
use super::{Fault, Place, SheetOutcome};
use crate::access::Tx;
use crate::db::types::Id;
use crate::framework::document::Document;
use crate::http::{ETag, IfMatch};
use crate::problem::{In, Issue, MOST_ISSUES, Problem};
use crate::self_assessment::store::{self, Head};
use crate::self_assessment::{Answer, AnswerInput, answer_store, checks, rules, work};
use crate::text::Text;

/// What a sheet comes to, before anything is stored.
struct Weighed {
    /// The answers that say something else than what is there, with the rows that they stand in.
    inputs: Vec<(String, AnswerInput)>,
    rows: Vec<u32>,
    reading: Reading,
    unchanged: usize,
    blank: usize,
    faults: Vec<Fault>,
    document: Arc<Document>,
    before: BTreeMap<String, Answer>,
}

/// Says what a sheet would come to in the caller's own draft, and stores nothing.
pub fn check(tx: &mut Tx, head: &Head, grid: &Grid) -> Result<SheetOutcome, Problem> {
    work::require_draft(head)?;
    let weighed = weigh(tx, head, grid)?;
    let stale = weighed.is_stale(&store::tag(head));
    Ok(weighed.outcome(head, stale))
}

/// Stores a sheet in the caller's own draft; gives back what came of it, and the draft's new tag.
pub fn save(
    tx: &mut Tx,
    id: Id,
    seen: &IfMatch,
    grid: &Grid,
) -> Result<(SheetOutcome, ETag), Problem> {
    let head = work::lock(tx, id, Some(seen))?;
    let weighed = weigh(tx, &head, grid)?;
    // What the sheet shows of others' answers is as old as the sheet: it would undo what came since.
    let stale = weighed.is_stale(&ETag::edit(head.edit - 1));
    if stale && !seen.is_any() {
        return Err(stale_sheet());
    }
    if !weighed.faults.is_empty() {
        let faults = weighed.faults.into_iter().map(|fault| fault.issue);
        return Err(Problem::faults(faults.collect()));
    }
    let saved = if weighed.inputs.is_empty() {
        work::saved(tx, &head, &weighed.document)?
    } else {
        let at = |index| at_row(&weighed.rows, index);
        work::answer_keeping(tx, &head, &weighed.inputs, at, &|answer| {
            weighed.keep(answer);
        })?
    };
    let outcome = weighed.outcome(&head, stale).stored(saved);
    Ok((outcome, store::tag(&head)))
}

fn stale_sheet() -> Problem {
    let detail = Text::new(
        "Dit blad komt van een vroegere versie van de zelfevaluatie; niets is bewaard. Haal het opnieuw, of stuur If-Match: * om wat er sindsdien kwam te overschrijven.",
        "Cette feuille vient d'une version antérieure de l'auto-évaluation ; rien n'est enregistré. Obtenez-la à nouveau, ou envoyez If-Match: * pour écraser ce qui est venu depuis.",
        "This sheet comes from an earlier version of the self-assessment; nothing was stored. Get it again, or send If-Match: * to overwrite what came since.",
    );
    Problem::new(crate::problem::Kind::PreconditionFailed, detail)
}

/// How an answer of the sheet is named to the work that looks at it: by its row.
fn at_row(rows: &[u32], index: usize) -> String {
    let row = rows.get(index).copied().unwrap_or_default();
    format!("{row}.")
}

fn weigh(tx: &mut Tx, head: &Head, grid: &Grid) -> Result<Weighed, Problem> {
    let document = store::document(tx, head)?;
    let answers = answer_store::answers(tx, head.id, &document)?;
    let by_code = |answer: Answer| (answer.criterion_code.clone(), answer);
    let mut reading = reading::read(grid, head.id);
    let mut weighed = Weighed {
        inputs: Vec::new(),
        rows: Vec::new(),
        unchanged: 0,
        blank: 0,
        faults: std::mem::take(&mut reading.faults),
        before: answers.into_iter().map(by_code).collect(),
        document,
        reading,
    };
    weighed.look_at_rows(&head.facility_type);
    let at = |index| at_row(&weighed.rows, index);
    let issues = checks::faults_of(tx, head, &weighed.document, &weighed.inputs, at)?;
    for issue in issues {
        weighed.add(issue);
    }
    weighed.faults.sort_by_key(|fault| fault.place);
    weighed
        .faults
        .dedup_by(|one, other| (one.place, one.issue.kind) == (other.place, other.issue.kind));
    Ok(weighed)
}

impl Weighed {
    /// Was the draft at another edit when the sheet went out?
    fn is_stale(&self, tag: &ETag) -> bool {
        let tag = tag.to_string();
        let of_sheet = self.reading.tag.as_deref();
        of_sheet.is_some_and(|sheet| sheet != tag.trim_matches('"'))
    }

    fn look_at_rows(&mut self, facility_type: &str) {
        let given = std::mem::take(&mut self.reading.given);
        let mut seen = HashSet::new();
        for one in &given {
            let place = self.code_of(one.row);
            if !seen.insert(one.code.as_str()) {
                self.faults.push(twice(place).with_value(&one.code));
            }
            match rules::asked(&self.document, facility_type, &one.code) {
                Err(why) => {
                    let issue = rules::unknown_criterion(In::Body, place.name(), &one.code, why);
                    self.faults.push(Fault { place, issue });
                }
                Ok(_) => self.look_at(one),
            }
        }
        self.reading.given = given;
    }

    /// Does a row say something else than what is there?
    fn look_at(&mut self, given: &Given) {
        let before = self.before.get(&given.code);
        let note_before = before.and_then(|answer| answer.note.as_deref());
        let same_note = is_same(note_before, given.note.as_deref());
        let Some(level) = self.level(given) else {
            self.blank += 1;
            if given.note.is_some() && !same_note {
                let column = self.reading.columns.level;
                let place = Place {
                    row: given.row,
                    column,
                };
                self.faults.push(Fault::new("missing", place, no_level()));
            }
            return;
        };
        if same_note && before.is_some_and(|answer| answer.level == level) {
            self.unchanged += 1;
            return;
        }
        let input = AnswerInput {
            level,
            note: given.note.clone(),
            // What a sheet does not show is not given anew, and nothing of it can be wrong here.
            evidence: Vec::new(),
            exceptions: Vec::new(),
        };
        self.inputs.push((given.code.clone(), input));
        self.rows.push(given.row);
    }

    /// The code of the level in a row; what stands there, when that is none.
    fn level(&self, given: &Given) -> Option<String> {
        let text = given.level.as_deref()?;
        let criterion = self.document.criterion(&given.code)?;
        let scale = self.document.scale_of(criterion);
        let code = scale.and_then(|scale| level_of(scale, text));
        Some(code.unwrap_or(text.trim()).to_owned())
    }

    fn code_of(&self, row: u32) -> Place {
        let column = self.reading.columns.code;
        Place { row, column }
    }

    /// Adds a fault of an answer, under the cell that it comes from. What a sheet does not show is the level's.
    fn add(&mut self, issue: Issue) {
        let (row, field) = issue.name.split_once('.').unwrap_or_default();
        let columns = self.reading.columns;
        let column = match field {
            "criterionCode" => columns.code,
            "note" => columns.note,
            _ => columns.level,
        };
        let row = row.parse().unwrap_or_default();
        let place = Place { row, column };
        let issue = Issue {
            name: place.name(),
            ..issue
        };
        self.faults.push(Fault { place, issue });
    }

    /// What a sheet does not show stays as it is: the evidence, and what sites and units say otherwise, which stays theirs.
    fn keep(&self, answer: &mut Answer) {
        if let Some(before) = self.before.get(&answer.criterion_code) {
            answer.evidence.clone_from(&before.evidence);
            answer.exceptions.clone_from(&before.exceptions);
            for exception in &mut answer.exceptions {
                let author = exception.answered_by.take();
                exception.answered_by = author.or_else(|| Some(before.answered_by.clone()));
            }
        }
    }

    fn outcome(self, head: &Head, stale: bool) -> SheetOutcome {
        let sound = self.faults.is_empty();
        let faults = self.faults.into_iter().take(MOST_ISSUES);
        SheetOutcome {
            href: format!("/v1/selfAssessments/{}", head.id),
            rows: self.reading.given.len(),
            would_save: sound.then_some(self.inputs.len()),
            saved: None,
            unchanged: self.unchanged,
            blank: self.blank,
            stale,
            faults: faults.map(Fault::shown).collect(),
            progress: None,
        }
    }
}

/// The same text, but for how its lines end, which spreadsheets change.
fn is_same(one: Option<&str>, other: Option<&str>) -> bool {
    let plain = |text: Option<&str>| text.map(|text| text.replace("\r\n", "\n"));
    plain(one) == plain(other)
}

fn twice(place: Place) -> Fault {
    let detail = Text::new(
        "Dit criterium staat er twee keer; geef één antwoord.",
        "Ce critère figure deux fois ; donnez une seule réponse.",
        "This criterion is there twice; give one answer.",
    );
    Fault::new("repeated", place, detail)
}

fn no_level() -> Text {
    Text::new(
        "Hier staat een toelichting zonder niveau; kies een niveau, of laat de toelichting zoals ze was.",
        "Il y a une explication sans niveau ; choisissez un niveau, ou laissez l'explication comme elle était.",
        "There is a note without a level; choose a level, or leave the note as it was.",
    )
}
