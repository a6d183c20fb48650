//! What names attachments, with the hash of their bytes: what is frozen binds which bytes may come, and says which are still to come.
//!
//! The facility and the team of each inspection have ids of their own. What the facility hands in or tells names the facility's files; a
//! finding names what its own team sends, or what the facility gave to inspectors.
use std::collections::{BTreeSet, HashMap, HashSet};

use diesel::prelude::*;

use super::store::Announced;
use super::{AttachmentReference, AttachmentStatus, reach};
use crate::access::Tx;
use crate::db::schema::{
    attachment, document_answer_attachment as sent, facility,
    improvement_answer_attachment as told, revision_attachment as reference, step_plan_version,
};
use crate::db::types::{AnyBackend, BOUND_AT_ONCE, Id};
use crate::problem::{Issue, Problem};
use crate::self_assessment::{Answer, store::Head};
use crate::text::Text;

/// What is handed in and what arrives for a facility go one at a time, or neither would see which bytes the other names.
pub(crate) fn take_turn(tx: &mut Tx, facility_id: Id) -> Result<(), Problem> {
    tx.wait_for_name(&format!("attachments of {facility_id}"))
}

/// The hashes by which frozen things name the facility's attachments with these ids: revisions that were handed in, but for those of this
/// self-assessment, versions of step plans, what was sent for an inspection, and what was told of improvement points.
fn frozen(
    tx: &mut Tx,
    facility_id: Id,
    ids: &[Id],
    but_of: Option<Id>,
) -> Result<HashMap<Id, HashSet<String>>, Problem> {
    let mut named: HashMap<Id, HashSet<String>> = HashMap::new();
    for some in ids.chunks(BOUND_AT_ONCE) {
        let mut handed_in = reference::table
            .filter(reference::facility_id.eq(facility_id))
            .filter(reference::attachment_id.eq_any(some.to_vec()))
            .select((reference::attachment_id, reference::sha256))
            .into_boxed::<AnyBackend>();
        if let Some(own) = but_of {
            handed_in = handed_in.filter(reference::self_assessment_id.ne(own));
        }
        let handed_in: Vec<(Id, String)> = handed_in.load(tx.conn)?;
        let planned: Vec<(Option<Id>, Option<String>)> = step_plan_version::table
            .filter(step_plan_version::facility_id.eq(facility_id))
            .filter(step_plan_version::attachment_id.eq_any(some.to_vec()))
            .select((step_plan_version::attachment_id, step_plan_version::sha256))
            .into_boxed::<AnyBackend>()
            .load(tx.conn)?;
        let sent: Vec<(Id, String)> = sent::table
            .filter(sent::facility_id.eq(facility_id))
            .filter(sent::attachment_id.eq_any(some.to_vec()))
            .select((sent::attachment_id, sent::sha256))
            .into_boxed::<AnyBackend>()
            .load(tx.conn)?;
        let told: Vec<(Id, String)> = told::table
            .filter(told::facility_id.eq(facility_id))
            .filter(told::attachment_id.eq_any(some.to_vec()))
            .select((told::attachment_id, told::sha256))
            .into_boxed::<AnyBackend>()
            .load(tx.conn)?;
        let planned = planned
            .into_iter()
            .filter_map(|(id, sha256)| id.zip(sha256));
        for (id, sha256) in planned.chain(handed_in).chain(sent).chain(told) {
            named.entry(id).or_default().insert(sha256);
        }
    }
    Ok(named)
}

/// What was handed in said which bytes these are: no others come in its place. What an inspection's team sends is named with its bytes anyhow.
pub(super) fn check(
    tx: &mut Tx,
    announced: &Announced,
    inspection_id: Option<Id>,
) -> Result<(), Problem> {
    if inspection_id.is_some() {
        return Ok(());
    }
    let named = frozen(tx, announced.facility_id, &[announced.id], None)?;
    let binding = named.get(&announced.id);
    if binding.is_none_or(|hashes| hashes.contains(&announced.sha256)) {
        return Ok(());
    }
    Err(Problem::conflict(Text::new(
        "Een ingediende zelfevaluatie, een stappenplan of een antwoord aan de inspectie noemt deze bijlage met een andere SHA-256; stuur die bytes, of neem een nieuw id.",
        "Une auto-évaluation introduite, un plan par étapes ou une réponse à l'inspection nomme cette annexe avec un autre SHA-256 ; envoyez ces octets, ou prenez un nouvel id.",
        "A self-assessment that was handed in, a step plan or an answer to the inspectorate names this attachment with another SHA-256; send those bytes, or take a new id.",
    )))
}

/// Those of these attachments, each with a hash, that something which is frozen from now on cannot name: the facility's file by that id is
/// here, or named by another such thing, with other bytes. The facility must be the caller's own; its turn is taken.
fn otherwise_bound<'a>(
    tx: &mut Tx,
    facility_id: Id,
    named: &BTreeSet<(Id, &'a str)>,
    but_of: Option<Id>,
) -> Result<BTreeSet<(Id, &'a str)>, Problem> {
    take_turn(tx, facility_id)?;
    let ids: BTreeSet<Id> = named.iter().map(|(id, _)| *id).collect();
    let ids: Vec<Id> = ids.into_iter().collect();
    let mut binding = frozen(tx, facility_id, &ids, but_of)?;
    for some in ids.chunks(BOUND_AT_ONCE) {
        let here: Vec<(Id, String)> = attachment::table
            .filter(attachment::facility_id.eq(facility_id))
            .filter(attachment::id.eq_any(some.to_vec()))
            .filter(attachment::inspection_id.is_null())
            .filter(attachment::state.ne(AttachmentStatus::Receiving))
            .select((attachment::id, attachment::sent_sha256))
            .into_boxed::<AnyBackend>()
            .load(tx.conn)?;
        // Once the bytes are here they alone count, whatever was named before they came.
        let here = here.into_iter();
        binding.extend(here.map(|(id, sha256)| (id, HashSet::from([sha256]))));
    }
    let other = |(id, sha256): &&(Id, &str)| {
        let hashes = binding.get(id);
        hashes.is_some_and(|hashes| !hashes.contains(*sha256))
    };
    Ok(named.iter().filter(other).copied().collect())
}

/// What is wrong with these files, each with where it is named, in something that is frozen from now on: the facility's by that id is here, or
/// named by another such thing, with other bytes. The facility must be the caller's own.
pub fn faults_of<'a>(
    tx: &mut Tx,
    facility_id: Id,
    files: impl Iterator<Item = (&'a AttachmentReference, String)>,
) -> Result<Vec<Issue>, Problem> {
    let key = |file: &'a AttachmentReference| (file.attachment_id, file.sha256.as_str());
    let files: Vec<_> = files.map(|(file, at)| (key(file), at)).collect();
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let named = files.iter().map(|(key, _)| *key).collect();
    let bound = otherwise_bound(tx, facility_id, &named, None)?;
    let wrong = files.iter().filter(|(key, _)| bound.contains(key));
    Ok(wrong
        .map(|(_, at)| AttachmentReference::other_bytes(at))
        .collect())
}

/// Keeps which attachments a revision that is handed in names, and with which bytes: whoever may read the revision may read those.
/// An attachment that is there, or named elsewhere, with other bytes is refused.
pub fn refer(tx: &mut Tx, head: &Head, answers: &[Answer]) -> Result<(), Problem> {
    let pieces = answers.iter().flat_map(|answer| {
        let code = &answer.criterion_code;
        let pieces = answer.pieces();
        pieces.filter_map(move |(name, piece)| {
            let id = piece.attachment_id?;
            Some((code, name, (id, piece.sha256.as_deref()?)))
        })
    });
    let pieces: Vec<(&String, String, (Id, &str))> = pieces.collect();
    let all = pieces.iter().map(|(_, _, named)| *named).collect();
    // What an earlier revision of its own named wrongly, this one may name rightly.
    let bound = otherwise_bound(tx, head.facility_id, &all, Some(head.id))?;
    let mut named: HashMap<Id, &str> = HashMap::new();
    let mut faults = Vec::new();
    for (code, name, (id, sha256)) in pieces {
        let first = *named.entry(id).or_insert(sha256);
        if first != sha256 || bound.contains(&(id, sha256)) {
            faults.push(other_bytes(code, &name));
        }
    }
    Problem::refuse(faults)?;
    for (id, sha256) in named {
        diesel::insert_into(reference::table)
            .values((
                reference::facility_id.eq(head.facility_id),
                reference::attachment_id.eq(id),
                reference::self_assessment_id.eq(head.id),
                reference::revision.eq(head.revision),
                reference::sha256.eq(sha256),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

fn other_bytes(criterion: &str, piece: &str) -> Issue {
    Issue::body(
        "attachmentReference",
        format!("answers.{criterion}.{piece}.sha256"),
        Text::new(
            "Deze bijlage is er, of is elders genoemd, met een andere SHA-256; antwoord opnieuw met de juiste, of neem een nieuw id.",
            "Cette annexe existe, ou est nommée ailleurs, avec un autre SHA-256 ; répondez à nouveau avec le bon, ou prenez un nouvel id.",
            "This attachment is there, or named elsewhere, with another SHA-256; answer again with the right one, or take a new id.",
        ),
    )
}

/// Those of these attachments, named by findings of an inspection, each with its hash, whose bytes are not here: its team sends them, unless the
/// facility gave them to inspectors. The inspection must have been found in the caller's scope.
pub fn still_awaited(
    tx: &mut Tx,
    (facility_id, inspection_id): (Id, Id),
    named: BTreeSet<(Id, String)>,
) -> Result<Vec<AttachmentReference>, Problem> {
    let ids: BTreeSet<Id> = named.iter().map(|(id, _)| *id).collect();
    let ids: Vec<Id> = ids.into_iter().collect();
    let mut here: HashSet<(Id, String)> = HashSet::new();
    for some in ids.chunks(BOUND_AT_ONCE) {
        let rows: Vec<(Id, String)> = attachment::table
            .inner_join(facility::table)
            .filter(attachment::facility_id.eq(facility_id))
            .filter(attachment::id.eq_any(some.to_vec()))
            .filter(reach::usable(inspection_id))
            .select((attachment::id, attachment::sent_sha256))
            .into_boxed::<AnyBackend>()
            .load(tx.conn)?;
        here.extend(rows);
    }
    let awaited = named.into_iter().filter(|one| !here.contains(one));
    let reference = |(attachment_id, sha256)| AttachmentReference {
        attachment_id,
        sha256,
    };
    Ok(awaited.map(reference).collect())
}

/// From now on the facility sees these files, which the team of an inspection sent: a report that was delivered names them.
pub fn show(
    tx: &mut Tx,
    (facility_id, inspection_id): (Id, Id),
    named: BTreeSet<(Id, String)>,
) -> Result<(), Problem> {
    for (id, sha256) in named {
        diesel::update(attachment::table)
            .filter(attachment::facility_id.eq(facility_id))
            .filter(attachment::id.eq(id))
            .filter(attachment::sent_sha256.eq(sha256))
            .filter(attachment::inspection_id.eq(Some(inspection_id)))
            .filter(attachment::shown_at.is_null())
            .set(attachment::shown_at.eq(Some(tx.now)))
            .execute(tx.conn)?;
    }
    Ok(())
}
