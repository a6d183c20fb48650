//! Rows of attachments and the chunks of their bytes. A row outside the caller's scope is absent.
use std::collections::{BTreeSet, HashSet};

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DbError};

use super::clean::{Intake, Received};
use super::{Attachment, AttachmentReference, AttachmentStatus, reach, sender, upload};
use crate::access::Tx;
use crate::audit::{self, ActorView, Event};
use crate::db::schema::{
    attachment, attachment_chunk as chunk, document_answer_attachment as sent, facility,
    finding_attachment as found, improvement_answer_attachment as told, inspection,
    revision_attachment as reference, step_plan_version,
};
use crate::db::types::{AnyBackend, BOUND_AT_ONCE, Id, JsonText, Moment};
use crate::hash::{hex, sha256};
use crate::http::Precondition;
use crate::problem::{In, Issue, Kind, Problem};
use crate::self_assessment::{Answer, store::Head};
use crate::text::Text;

/// How many bytes one row holds.
pub const CHUNK: usize = 262_144;
/// How many abandoned ones go in one transaction.
const SWEPT_AT_ONCE: i64 = 100;

type Row = (
    (Id, Id, Id, AttachmentStatus),
    (Option<String>, String),
    (Option<i64>, String, Option<i64>, Option<String>),
    (JsonText, Moment, Option<Moment>, i64),
);
type Columns = (
    (
        attachment::facility_id,
        attachment::id,
        attachment::content_id,
        attachment::state,
    ),
    (attachment::file_name, attachment::media_type),
    (
        attachment::sent_size,
        attachment::sent_sha256,
        attachment::stored_size,
        attachment::stored_sha256,
    ),
    (
        attachment::stored_by,
        attachment::created_at,
        attachment::finished_at,
        attachment::edit,
    ),
);
const ATTACHMENT: Columns = (
    (
        attachment::facility_id,
        attachment::id,
        attachment::content_id,
        attachment::state,
    ),
    (attachment::file_name, attachment::media_type),
    (
        attachment::sent_size,
        attachment::sent_sha256,
        attachment::stored_size,
        attachment::stored_sha256,
    ),
    (
        attachment::stored_by,
        attachment::created_at,
        attachment::finished_at,
        attachment::edit,
    ),
);

fn attachment_of(row: Row) -> Result<Attachment, Problem> {
    let (identity, said, measured, origin) = row;
    let (facility_id, id, content_id, status) = identity;
    let (file_name, media_type) = said;
    let (sent_size, sent_sha256, stored_size, stored_sha256) = measured;
    let (stored_by, created_at, finished_at, edit) = origin;
    Ok(Attachment {
        href: format!("/v1/attachments/{id}?facilityId={facility_id}"),
        id,
        facility_id,
        status,
        file_name,
        media_type,
        sent_size,
        sent_sha256,
        stored_size,
        stored_sha256,
        stored_by: stored_by.to()?,
        created_at,
        finished_at,
        content_id,
        edit,
    })
}

/// The attachment, if the caller may know about it; of this facility, where the caller knows more than one by its id.
pub fn get(tx: &mut Tx, id: Id, facility_id: Option<Id>) -> Result<Attachment, Problem> {
    let mut query = attachment::table
        .inner_join(facility::table)
        .filter(reach::visible(&tx.scope))
        .filter(attachment::id.eq(id))
        .select(ATTACHMENT)
        .limit(2)
        .into_boxed::<AnyBackend>();
    if let Some(facility_id) = facility_id {
        query = query.filter(attachment::facility_id.eq(facility_id));
    }
    let mut rows: Vec<Row> = query.load(tx.conn)?;
    match (rows.pop(), rows.pop()) {
        (None, _) => Err(Problem::not_found()),
        (Some(row), None) => {
            let found = attachment_of(row)?;
            if reach::is_shown(tx, &found)? {
                Ok(found)
            } else {
                Err(Problem::not_found())
            }
        }
        (Some(_), Some(_)) => Err(ambiguous()),
    }
}

fn ambiguous() -> Problem {
    Problem::fault(Issue::new(
        "missing",
        In::Query,
        "facilityId",
        Text::new(
            "Meer dan één voorziening heeft een bijlage met dit id; noem de voorziening.",
            "Plus d'une structure a une annexe avec cet id ; nommez la structure.",
            "More than one facility has an attachment with this id; name the facility.",
        ),
    ))
}

/// A piece of an attachment's bytes. The attachment must have been found in the caller's scope; its bytes never change.
pub fn piece(tx: &mut Tx, content_id: Id, position: i64) -> Result<Vec<u8>, Problem> {
    Ok(chunk::table
        .filter(chunk::content_id.eq(content_id))
        .filter(chunk::position.eq(position))
        .select(chunk::bytes)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)?)
}

/// An attachment as the client announces it, and the name of this attempt to send it.
#[derive(Debug, Clone)]
pub struct Announced {
    /// Whose it is.
    pub facility_id: Id,
    /// Its identity within the facility.
    pub id: Id,
    /// The bytes of this attempt.
    pub content_id: Id,
    /// The name of the file.
    pub file_name: Option<String>,
    /// The SHA-256 of the bytes to come.
    pub sha256: String,
}

/// May these bytes be stored? Gives back the attachment when they are there already.
pub fn look(
    tx: &mut Tx,
    announced: &Announced,
    condition: &Precondition,
) -> Result<Option<Attachment>, Problem> {
    sender::of(tx, announced)?;
    let row: Option<Row> = attachment::table
        .filter(attachment::facility_id.eq(announced.facility_id))
        .filter(attachment::id.eq(announced.id))
        .filter(attachment::state.ne(AttachmentStatus::Receiving))
        .select(ATTACHMENT)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    let found = row.map(attachment_of).transpose()?;
    if let Some(found) = &found
        && !is_for_caller(tx, found)?
    {
        return Err(taken());
    }
    condition.check_once(found.as_ref().map(Attachment::tag).as_ref())?;
    match found {
        Some(found) if found.status == AttachmentStatus::Redacted => Err(redacted()),
        Some(found) if found.sent_sha256 != announced.sha256 => Err(taken()),
        Some(found) => Ok(Some(found)),
        None => check_references(tx, announced).map(|()| None),
    }
}

/// May the caller know about an attachment that is there? What inspectors sent, and no report names yet, its facility does not.
fn is_for_caller(tx: &mut Tx, found: &Attachment) -> Result<bool, Problem> {
    match get(tx, found.id, Some(found.facility_id)) {
        Err(fault) if fault.kind() == Kind::ResourceNotFound => Ok(false),
        shown => shown.map(|_| true),
    }
}

/// Are the bytes of this attachment here, or were they?
pub fn is_finished(tx: &mut Tx, facility_id: Id, id: Id) -> Result<bool, Problem> {
    Ok(stored_hash(tx, facility_id, id)?.is_some())
}

fn taken() -> Problem {
    Problem::conflict(Text::new(
        "Deze bijlage is er al, met andere bytes; neem een nieuw id.",
        "Cette annexe existe déjà, avec d'autres octets ; prenez un nouvel id.",
        "This attachment is there already, with other bytes; take a new id.",
    ))
}

/// 409: a redaction removed these bytes, and they do not come back under this id.
fn redacted() -> Problem {
    Problem::conflict(Text::new(
        "De bytes van deze bijlage zijn verwijderd door een redactie; neem een nieuw id voor een ander bestand.",
        "Les octets de cette annexe ont été supprimés par une rédaction ; prenez un nouvel id pour un autre fichier.",
        "The bytes of this attachment were removed by a redaction; take a new id for another file.",
    ))
}

/// What is handed in and what arrives for a facility go one at a time, or neither would see which bytes the other names.
pub(crate) fn take_turn(tx: &mut Tx, facility_id: Id) -> Result<(), Problem> {
    tx.wait_for_name(&format!("attachments of {facility_id}"))
}

/// What was handed in said which bytes these are: no others come in its place.
fn check_references(tx: &mut Tx, announced: &Announced) -> Result<(), Problem> {
    let named = named_hashes(tx, announced.facility_id, announced.id)?;
    if named.is_empty() || named.contains(&announced.sha256) {
        return Ok(());
    }
    Err(Problem::conflict(Text::new(
        "Een ingediende zelfevaluatie, een stappenplan of een inspectie noemt deze bijlage met een andere SHA-256; stuur die bytes, of neem een nieuw id.",
        "Une auto-évaluation introduite, un plan par étapes ou une inspection nomme cette annexe avec un autre SHA-256 ; envoyez ces octets, ou prenez un nouvel id.",
        "A self-assessment that was handed in, a step plan or an inspection names this attachment with another SHA-256; send those bytes, or take a new id.",
    )))
}

/// The hashes by which frozen things name an attachment: revisions that were handed in, versions of step plans, what was sent for an
/// inspection, versions of findings, and what was told of improvement points.
fn named_hashes(tx: &mut Tx, facility_id: Id, id: Id) -> Result<Vec<String>, Problem> {
    let mut named: Vec<String> = reference::table
        .filter(reference::facility_id.eq(facility_id))
        .filter(reference::attachment_id.eq(id))
        .select(reference::sha256)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let by_plans: Vec<Option<String>> = step_plan_version::table
        .filter(step_plan_version::facility_id.eq(facility_id))
        .filter(step_plan_version::attachment_id.eq(id))
        .select(step_plan_version::sha256)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    named.extend(by_plans.into_iter().flatten());
    let sent: Vec<String> = sent::table
        .filter(sent::facility_id.eq(facility_id))
        .filter(sent::attachment_id.eq(id))
        .select(sent::sha256)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    named.extend(sent);
    // Of an inspection that the facility may not know of, no answer tells.
    let found: Vec<String> = found::table
        .inner_join(inspection::table.on(inspection::id.eq(found::inspection_id)))
        .filter(found::facility_id.eq(facility_id))
        .filter(found::attachment_id.eq(id))
        .filter(inspection::known_at.is_not_null())
        .select(found::sha256)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    named.extend(found);
    let told: Vec<String> = told::table
        .filter(told::facility_id.eq(facility_id))
        .filter(told::attachment_id.eq(id))
        .select(told::sha256)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    named.extend(told);
    Ok(named)
}

/// Can something that is frozen from now on name the facility's attachment with these bytes? Not when it is there, or named by another
/// such thing, with others. The facility must be the caller's own.
pub fn may_be_named(tx: &mut Tx, facility_id: Id, id: Id, sha256: &str) -> Result<bool, Problem> {
    take_turn(tx, facility_id)?;
    if let Some(stored) = stored_hash(tx, facility_id, id)? {
        return Ok(stored == sha256);
    }
    let named = named_hashes(tx, facility_id, id)?;
    Ok(named.is_empty() || named.iter().any(|known| known == sha256))
}

/// Those of these attachments, each with its hash, whose bytes are not here. The facility must be the caller's to know about.
pub fn still_awaited(
    tx: &mut Tx,
    facility_id: Id,
    named: BTreeSet<(Id, String)>,
) -> Result<Vec<AttachmentReference>, Problem> {
    let ids: Vec<Id> = named.iter().map(|(id, _)| *id).collect();
    let mut here: HashSet<(Id, String)> = HashSet::new();
    for some in ids.chunks(BOUND_AT_ONCE) {
        let rows: Vec<(Id, String)> = attachment::table
            .filter(attachment::facility_id.eq(facility_id))
            .filter(attachment::id.eq_any(some.to_vec()))
            .filter(attachment::state.ne(AttachmentStatus::Receiving))
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

/// From now on the facility sees these files where inspectors sent them: a report that was delivered names them.
pub fn show(tx: &mut Tx, facility_id: Id, named: BTreeSet<(Id, String)>) -> Result<(), Problem> {
    for (id, sha256) in named {
        diesel::update(attachment::table)
            .filter(attachment::facility_id.eq(facility_id))
            .filter(attachment::id.eq(id))
            .filter(attachment::sent_sha256.eq(sha256))
            .filter(attachment::inspection_id.is_not_null())
            .filter(attachment::shown_at.is_null())
            .set(attachment::shown_at.eq(Some(tx.now)))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Starts to receive; an earlier attempt that did not finish makes way.
pub fn begin(tx: &mut Tx, announced: &Announced, media_type: &str) -> Result<(), Problem> {
    let sender = sender::of(tx, announced)?;
    diesel::delete(attachment::table)
        .filter(attachment::facility_id.eq(announced.facility_id))
        .filter(attachment::id.eq(announced.id))
        .filter(attachment::state.eq(AttachmentStatus::Receiving))
        .execute(tx.conn)?;
    diesel::insert_into(attachment::table)
        .values((
            attachment::facility_id.eq(announced.facility_id),
            attachment::id.eq(announced.id),
            attachment::content_id.eq(announced.content_id),
            attachment::state.eq(AttachmentStatus::Receiving),
            attachment::file_name.eq(announced.file_name.as_deref()),
            attachment::media_type.eq(media_type),
            attachment::sent_sha256.eq(&announced.sha256),
            attachment::stored_by.eq(JsonText::of(&ActorView::of(tx))?),
            attachment::created_at.eq(tx.now),
            attachment::inspection_id.eq(sender.inspection_id),
        ))
        .execute(tx.conn)
        .map(drop)
        .map_err(overtaken)
}

/// Adds the next bytes of this attempt.
pub fn append(tx: &mut Tx, content_id: Id, position: i64, bytes: &[u8]) -> Result<(), Problem> {
    diesel::insert_into(chunk::table)
        .values((
            chunk::content_id.eq(content_id),
            chunk::position.eq(position),
            chunk::bytes.eq(bytes),
        ))
        .execute(tx.conn)
        .map(drop)
        .map_err(overtaken)
}

/// Another attempt was first, or came after this one and took its place.
fn overtaken(fault: DbError) -> Problem {
    match fault {
        DbError::DatabaseError(
            DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::ForeignKeyViolation,
            _,
        ) => taken_over(),
        other => other.into(),
    }
}

/// 409: another attempt to send it took this one's place.
pub fn taken_over() -> Problem {
    Problem::conflict(Text::new(
        "Een andere aanvraag verstuurt deze bijlage; wacht daarop, of probeer het straks opnieuw.",
        "Une autre demande envoie cette annexe ; attendez-la, ou réessayez plus tard.",
        "Another request is sending this attachment; wait for it, or try again shortly.",
    ))
}

/// What the audit keeps of an attachment: no content, and no name.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Recorded<'a> {
    media_type: &'a str,
    sent_size: usize,
    sent_sha256: &'a str,
    stored_size: usize,
    stored_sha256: &'a str,
}

/// All bytes are there, as they were announced: the attachment is finished, for good.
pub fn finish(
    tx: &mut Tx,
    announced: &Announced,
    received: &Received,
) -> Result<Attachment, Problem> {
    let sender = sender::of(tx, announced)?;
    take_turn(tx, announced.facility_id)?;
    check_references(tx, announced)?;
    let finished = diesel::update(attachment::table)
        .filter(attachment::content_id.eq(announced.content_id))
        .filter(attachment::state.eq(AttachmentStatus::Receiving))
        .set((
            attachment::state.eq(AttachmentStatus::Finished),
            attachment::sent_size.eq(Some(count(received.sent_size)?)),
            attachment::stored_size.eq(Some(count(received.stored_size)?)),
            attachment::stored_sha256.eq(Some(received.stored_sha256.as_str())),
            attachment::finished_at.eq(Some(tx.now)),
        ))
        .execute(tx.conn)?;
    if finished != 1 {
        return Err(taken_over());
    }
    let event = Event::new("attachmentStored", "attachment", announced.id);
    let said = Recorded {
        media_type: received.media_type,
        sent_size: received.sent_size,
        sent_sha256: &received.sent_sha256,
        stored_size: received.stored_size,
        stored_sha256: &received.stored_sha256,
    };
    let whose = match sender.inspection_id {
        Some(inspection) => event.within(inspection),
        // It may go with something for own improvement: which, is not known yet.
        None => event
            .of(sender.organisation_id, Some(announced.facility_id))
            .only_own(true),
    };
    audit::record(tx, whose.with(&said)?)?;
    get(tx, announced.id, Some(announced.facility_id))
}

fn count(size: usize) -> Result<i64, Problem> {
    i64::try_from(size).map_err(Problem::internal)
}

/// Takes back what an attempt stored, when it does not finish.
pub fn discard(tx: &mut Tx, content_id: Id) -> Result<(), Problem> {
    diesel::delete(attachment::table)
        .filter(attachment::content_id.eq(content_id))
        .filter(attachment::state.eq(AttachmentStatus::Receiving))
        .execute(tx.conn)?;
    Ok(())
}

/// Stores bytes that are at hand as a whole, for the caller's own facility.
pub fn keep(
    tx: &mut Tx,
    facility_id: Id,
    id: Id,
    file_name: &str,
    bytes: &[u8],
) -> Result<Attachment, Problem> {
    let announced = Announced {
        facility_id,
        id,
        content_id: Id::new(),
        file_name: Some(file_name.to_owned()),
        sha256: hex(&sha256(bytes)),
    };
    let mut intake = Intake::new(bytes.len(), None);
    let mut clean = Vec::new();
    intake.push(bytes, &mut clean)?;
    let received = intake.finish(&announced.sha256, &mut clean)?;
    begin(tx, &announced, received.media_type)?;
    for (position, piece) in clean.chunks(CHUNK).enumerate() {
        append(tx, announced.content_id, count(position)?, piece)?;
    }
    finish(tx, &announced, &received)
}

/// Takes away what has been receiving since before this moment; gives back how many.
pub fn sweep(tx: &mut Tx, older_than: Moment) -> Result<usize, Problem> {
    let abandoned: Vec<(Id, Id, Id, Id, Option<Id>)> = attachment::table
        .inner_join(facility::table)
        .filter(attachment::state.eq(AttachmentStatus::Receiving))
        .filter(attachment::created_at.lt(older_than))
        .order(attachment::created_at)
        .limit(SWEPT_AT_ONCE)
        .select((
            attachment::content_id,
            attachment::id,
            facility::id,
            facility::organisation_id,
            attachment::inspection_id,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    for (content_id, id, facility_id, organisation, inspection) in &abandoned {
        discard(tx, *content_id)?;
        let event = Event::new("attachmentSwept", "attachment", *id);
        let event = match inspection {
            Some(inspection) => event.within(*inspection),
            None => event.of(*organisation, Some(*facility_id)).only_own(true),
        };
        audit::record(tx, event)?;
    }
    Ok(abandoned.len() + upload::sweep(tx, older_than)?)
}

/// Keeps which attachments a revision that is handed in names, and with which bytes: whoever may read the revision may read those.
/// An attachment that is there with other bytes is refused.
pub fn refer(tx: &mut Tx, head: &Head, answers: &[Answer]) -> Result<(), Problem> {
    take_turn(tx, head.facility_id)?;
    let mut named: Vec<(Id, &str)> = Vec::new();
    let mut faults = Vec::new();
    for answer in answers {
        for (name, piece) in answer.pieces() {
            let (Some(id), Some(sha256)) = (piece.attachment_id, piece.sha256.as_deref()) else {
                continue;
            };
            match named.iter().find(|(known, _)| *known == id) {
                Some((_, known)) if *known == sha256 => {}
                None if stored_hash(tx, head.facility_id, id)?
                    .is_none_or(|hash| hash == sha256) =>
                {
                    named.push((id, sha256));
                }
                _ => faults.push(other_bytes(&answer.criterion_code, &name)),
            }
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

/// The hash of an attachment of the facility that has arrived.
fn stored_hash(tx: &mut Tx, facility_id: Id, id: Id) -> Result<Option<String>, Problem> {
    Ok(attachment::table
        .filter(attachment::facility_id.eq(facility_id))
        .filter(attachment::id.eq(id))
        .filter(attachment::state.ne(AttachmentStatus::Receiving))
        .select(attachment::sent_sha256)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?)
}

fn other_bytes(criterion: &str, piece: &str) -> Issue {
    Issue::body(
        "attachmentReference",
        format!("answers.{criterion}.{piece}.sha256"),
        Text::new(
            "Deze bijlage is er, of is elders genoemd, met een andere SHA-256; antwoord opnieuw met de juiste.",
            "Cette annexe existe, ou est nommée ailleurs, avec un autre SHA-256 ; répondez à nouveau avec le bon.",
            "This attachment is there, or named elsewhere, with another SHA-256; answer again with the right one.",
        ),
    )
}
