//! What a redaction does, in one transaction.
use std::collections::BTreeSet;

use diesel::prelude::*;
use serde::Serialize;

use super::removal::Remover;
use super::{Counts, Redaction, RedactionInput, RedactionMark, RedactionPreview, store};
use crate::access::Tx;
use crate::attachment::erasure;
use crate::audit::{self, ActorView, Event};
use crate::db::schema::self_assessment;
use crate::db::types::{AnyBackend, Id, JsonText};
use crate::facility::{self, Facility};
use crate::problem::{Issue, Kind, Problem};
use crate::self_assessment::submission;
use crate::text::Text;

/// The facility that the body names: the caller's own, or any to an admin.
pub fn facility_in(tx: &mut Tx, id: Id) -> Result<Facility, Problem> {
    let found = if tx.scope.admin {
        facility::facility(tx, id)
    } else {
        facility::own(tx, id)
    };
    facility::in_body(found)
}

/// Files that were looked into, and those of them that hold the text.
#[derive(Debug, Clone, Default)]
pub struct Files {
    looked_at: BTreeSet<Id>,
    holding: BTreeSet<Id>,
}

/// Looks into the facility's text files. It takes a while, so it is done before the writing begins: their bytes never change.
pub fn look_into_files(
    tx: &mut Tx,
    input: &RedactionInput,
    known: &Files,
) -> Result<Files, Problem> {
    let facility = facility_in(tx, input.facility_id)?;
    let mut files = known.clone();
    let Some(needle) = input.needle() else {
        return Ok(files);
    };
    for (id, content_id) in erasure::text_files(tx, facility.id)? {
        if files.looked_at.insert(id)
            && erasure::holds(tx, content_id, needle.longest(), |text| needle.is_in(text))?
        {
            files.holding.insert(id);
        }
    }
    Ok(files)
}

/// Counts what would go. Not for an admin: text by text, and without a trace, that would read what only its facility may.
pub fn preview(tx: &mut Tx, input: &RedactionInput) -> Result<RedactionPreview, Problem> {
    let facility = facility_in(tx, input.facility_id)?;
    if !tx.scope.owns(facility.id, facility.organisation_id) {
        return Err(not_to_count());
    }
    let files = look_into_files(tx, input, &Files::default())?;
    let named = erasure::named(tx, facility.id, &input.attachments)?;
    let mut counts = remove_texts(tx, input, &facility, None)?.counts;
    count_files(&mut counts, named.union(&files.holding).count());
    Ok(RedactionPreview {
        facility_id: facility.id,
        counts,
    })
}

fn not_to_count() -> Problem {
    Problem::new(
        Kind::MissingPermission,
        Text::new(
            "Alleen de voorziening zelf telt vooraf wat er zou verdwijnen (dryRun).",
            "Seule la structure elle-même compte au préalable ce qui disparaîtrait (dryRun).",
            "Only the facility itself counts beforehand what would go (dryRun).",
        ),
    )
}

/// Removes it. `files` is what was seen of the facility's files before.
pub fn redact(
    tx: &mut Tx,
    id: Id,
    input: &RedactionInput,
    files: &Files,
) -> Result<Redaction, Problem> {
    let facility = facility_in(tx, input.facility_id)?;
    take_turns(tx, facility.id)?;
    let files = look_into_files(tx, input, files)?;
    let named = erasure::named(tx, facility.id, &input.attachments)?;
    let mark = RedactionMark {
        redaction_id: id,
        at: tx.now,
        ground: input.ground.clone(),
        by: ActorView::of(tx),
        revisions: Vec::new(),
    };
    let removed = remove_texts(tx, input, &facility, Some(&mark))?;
    let mut counts = removed.counts;
    let mut erased = 0;
    for id in named.union(&files.holding) {
        erased += usize::from(erasure::erase(tx, facility.id, *id)?);
    }
    count_files(&mut counts, erased);
    // Whoever believes that a name is gone looks no further. Only its facility is told: an admin learns nothing of what stands in drafts.
    if counts.is_empty() && tx.scope.owns(facility.id, facility.organisation_id) {
        return Err(nothing_found(input));
    }
    for (id, revisions) in removed.touched {
        leave_mark(tx, id, &mark, revisions)?;
    }
    store::insert(tx, facility.id, &mark, &counts)?;
    record(tx, &facility, &mark, &counts)?;
    store::get(tx, id)
}

fn nothing_found(input: &RedactionInput) -> Problem {
    if input.text.is_none() {
        return Problem::fault(Issue::body(
            "nothingFound",
            "attachments",
            Text::new(
                "Deze bijlagen zijn al gewist.",
                "Ces annexes sont déjà effacées.",
                "These attachments are erased already.",
            ),
        ));
    }
    let (nl, fr, en) = if input.ignore_case {
        (
            "kijk de spelling na",
            "vérifiez l'orthographe",
            "check its spelling",
        )
    } else {
        (
            "kijk de spelling na, of zoek met ignoreCase ook andere hoofdletters",
            "vérifiez l'orthographe, ou cherchez avec ignoreCase d'autres majuscules aussi",
            "check its spelling, or look with ignoreCase for other capitals too",
        )
    };
    Problem::fault(Issue::body(
        "nothingFound",
        "text",
        Text::new(
            format!(
                "Deze tekst staat nergens bij deze voorziening, en er is niets verwijderd; {nl}. Bijlagen die geen tekst zijn, worden niet doorzocht: noem ze in attachments."
            ),
            format!(
                "Ce texte ne se trouve nulle part pour cette structure, et rien n'a été supprimé ; {fr}. Les annexes qui ne sont pas du texte ne sont pas fouillées : nommez-les dans attachments."
            ),
            format!(
                "This text stands nowhere at this facility, and nothing was removed; {en}. Attachments that are no text are not searched: name them in attachments."
            ),
        ),
    ))
}

/// What a removal came to.
struct Removed {
    counts: Counts,
    touched: std::collections::BTreeMap<Id, BTreeSet<i64>>,
}

fn remove_texts(
    tx: &mut Tx,
    input: &RedactionInput,
    facility: &Facility,
    mark: Option<&RedactionMark>,
) -> Result<Removed, Problem> {
    let mut removed = Removed {
        counts: Counts::new(),
        touched: std::collections::BTreeMap::new(),
    };
    if let Some(needle) = input.needle() {
        let mut remover = Remover {
            needle: &needle,
            facility: facility.id,
            organisation: facility.organisation_id,
            whole: tx.scope.admin || tx.scope.organisations.contains(&facility.organisation_id),
            mark,
            counts: Counts::new(),
            touched: std::collections::BTreeMap::new(),
        };
        remover.run(tx)?;
        (removed.counts, removed.touched) = (remover.counts, remover.touched);
    }
    Ok(removed)
}

fn count_files(counts: &mut Counts, files: usize) {
    if let Ok(files @ 1..) = i64::try_from(files) {
        counts.insert("attachments".to_owned(), files);
    }
}

/// What is being written comes before the redaction, or after it: nothing of the facility is handed in, started or sent meanwhile, and
/// its self-assessments are locked, in the order of their ids.
fn take_turns(tx: &mut Tx, facility: Id) -> Result<(), Problem> {
    submission::take_turn_of(tx, facility)?;
    crate::attachment::take_turn(tx, facility)?;
    let all: Vec<Id> = self_assessment::table
        .filter(self_assessment::facility_id.eq(facility))
        .order(self_assessment::id)
        .select(self_assessment::id)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    for id in all {
        diesel::update(self_assessment::table)
            .filter(self_assessment::id.eq(id))
            .set(self_assessment::edit.eq(self_assessment::edit))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Leaves a mark on a self-assessment in which something was removed, and moves its edit on.
fn leave_mark(
    tx: &mut Tx,
    id: Id,
    mark: &RedactionMark,
    revisions: BTreeSet<i64>,
) -> Result<(), Problem> {
    let known: Option<JsonText> = self_assessment::table
        .filter(self_assessment::id.eq(id))
        .select(self_assessment::redactions)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)?;
    let mut marks: Vec<RedactionMark> = known
        .map(|known| known.to())
        .transpose()?
        .unwrap_or_default();
    marks.push(RedactionMark {
        revisions: revisions.into_iter().collect(),
        ..mark.clone()
    });
    diesel::update(self_assessment::table)
        .filter(self_assessment::id.eq(id))
        .set((
            self_assessment::redactions.eq(Some(JsonText::of(&marks)?)),
            self_assessment::edit.eq(self_assessment::edit + 1),
            self_assessment::updated_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// What the audit keeps of it: not the text.
#[derive(Serialize)]
struct Recorded<'a> {
    ground: &'a str,
    counts: &'a Counts,
}

fn record(
    tx: &mut Tx,
    facility: &Facility,
    mark: &RedactionMark,
    counts: &Counts,
) -> Result<(), Problem> {
    let event = Event::new("textRedacted", "redaction", mark.redaction_id)
        .of(facility.organisation_id, Some(facility.id))
        .only_own(true);
    let said = Recorded {
        ground: &mark.ground,
        counts,
    };
    audit::record(tx, event.with(&said)?)
}
