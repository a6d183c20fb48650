//! Rows of attachments and the chunks of their bytes. A row outside the caller's scope is absent.
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DbError};

use super::clean::{Intake, Received};
use super::{Attachment, AttachmentStatus, naming, reach, sender, upload};
use crate::access::Tx;
use crate::audit::{self, ActorView, Event};
use crate::db::schema::{attachment, attachment_chunk as chunk, facility};
use crate::db::types::{AnyBackend, Id, JsonText, Moment, Visible};
use crate::hash::{hex, sha256};
use crate::http::Precondition;
use crate::problem::{In, Issue, Problem};
use crate::text::Text;

/// How many bytes one row holds.
pub const CHUNK: usize = 262_144;
/// How many abandoned ones go in one transaction.
const SWEPT_AT_ONCE: i64 = 100;

type Row = (
    (Id, Option<Id>, Id, Id, AttachmentStatus),
    (Option<String>, String),
    (Option<i64>, String, Option<i64>, Option<String>),
    (JsonText, Moment, Option<Moment>, i64),
);
type Columns = (
    (
        attachment::facility_id,
        attachment::inspection_id,
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
        attachment::inspection_id,
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
    let (facility_id, inspection_id, id, content_id, status) = identity;
    let (file_name, media_type) = said;
    let (sent_size, sent_sha256, stored_size, stored_sha256) = measured;
    let (stored_by, created_at, finished_at, edit) = origin;
    let side = inspection_id.map_or_else(String::new, |_| format!("&sha256={sent_sha256}"));
    Ok(Attachment {
        href: format!("/v1/attachments/{id}?facilityId={facility_id}{side}"),
        id,
        facility_id,
        inspection_id,
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

/// Which attachment is asked for, where its id alone does not say.
#[derive(Debug, Clone, Default)]
pub struct Which {
    /// The facility that it belongs to.
    pub facility_id: Option<Id>,
    /// The SHA-256 of the bytes that were sent, as whatever names it says.
    pub sha256: Option<String>,
}

/// How many that a caller sees by one id are looked at.
const LOOKED_AT: i64 = 20;

/// The attachment, if the caller may know about it; where it knows more than one by its id, one of its own side: to who inspects what inspectors
/// sent comes first, or a facility could put a file of its own in the place of theirs, and to others what the facility sent.
pub fn get(tx: &mut Tx, id: Id, which: &Which) -> Result<Attachment, Problem> {
    let mut query = attachment::table
        .inner_join(facility::table)
        .filter(reach::visible(tx))
        .filter(attachment::id.eq(id))
        .order((attachment::facility_id, attachment::content_id))
        .select(ATTACHMENT)
        .limit(LOOKED_AT)
        .into_boxed::<AnyBackend>();
    if let Some(facility_id) = which.facility_id {
        query = query.filter(attachment::facility_id.eq(facility_id));
    }
    if let Some(sha256) = which.sha256.clone() {
        query = query.filter(attachment::sent_sha256.eq(sha256));
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    let mut found = Vec::new();
    for row in rows {
        let one = attachment_of(row)?;
        if reach::is_shown(tx, &one)? {
            found.push(one);
        }
    }
    let inspects = tx.scope.inspects();
    let is_own = |one: &Attachment| one.inspection_id.is_some() == inspects;
    if found.iter().any(is_own) {
        found.retain(is_own);
    }
    let mut found = found.into_iter();
    let mut one = found.next().ok_or_else(Problem::not_found)?;
    for other in found {
        if other.facility_id != one.facility_id {
            return Err(ambiguous("facilityId"));
        }
        if other.sent_sha256 != one.sent_sha256 {
            return Err(ambiguous("sha256"));
        }
    }
    if one.inspection_id.is_some() && !inspects {
        one.stored_by = one.stored_by.as_role();
    }
    Ok(one)
}

fn ambiguous(missing: &'static str) -> Problem {
    let detail = Text::new(
        format!("U ziet meer dan één bijlage met dit id; noem ook {missing}."),
        format!("Vous voyez plus d'une annexe avec cet id ; nommez aussi {missing}."),
        format!("You see more than one attachment with this id; name {missing} too."),
    );
    Problem::fault(Issue::new("missing", In::Query, missing, detail))
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
    /// Its identity among what this sender sends.
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
    let sender = sender::of(tx, announced)?;
    let row: Option<Row> = attachment::table
        .filter(attachment::facility_id.eq(announced.facility_id))
        .filter(attachment::id.eq(announced.id))
        .filter(on_side(sender.inspection_id))
        .filter(attachment::state.ne(AttachmentStatus::Receiving))
        .select(ATTACHMENT)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    let found = row.map(attachment_of).transpose()?;
    if let Some(found) = &found
        && !reach::is_shown(tx, found)?
    {
        return Err(taken());
    }
    condition.check_once(found.as_ref().map(Attachment::tag).as_ref())?;
    match found {
        Some(found) if found.status == AttachmentStatus::Redacted => Err(redacted()),
        Some(found) if found.sent_sha256 != announced.sha256 => Err(taken()),
        Some(found) => Ok(Some(found)),
        None => naming::check(tx, announced, sender.inspection_id).map(|()| None),
    }
}

/// Those of the facility, or those that the team of this inspection sent.
fn on_side(inspection_id: Option<Id>) -> Visible<attachment::table> {
    match inspection_id {
        Some(inspection) => Box::new(attachment::inspection_id.assume_not_null().eq(inspection)),
        None => Box::new(attachment::inspection_id.is_null()),
    }
}

/// Are the bytes of this attachment here, or were they?
pub fn is_finished(
    tx: &mut Tx,
    (facility_id, inspection_id): (Id, Option<Id>),
    id: Id,
) -> Result<bool, Problem> {
    let found: Option<Id> = attachment::table
        .filter(attachment::facility_id.eq(facility_id))
        .filter(attachment::id.eq(id))
        .filter(on_side(inspection_id))
        .filter(attachment::state.ne(AttachmentStatus::Receiving))
        .select(attachment::id)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    Ok(found.is_some())
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

/// Starts to receive; an earlier attempt that did not finish makes way.
pub fn begin(tx: &mut Tx, announced: &Announced, media_type: &str) -> Result<(), Problem> {
    let sender = sender::of(tx, announced)?;
    diesel::delete(attachment::table)
        .filter(attachment::facility_id.eq(announced.facility_id))
        .filter(attachment::id.eq(announced.id))
        .filter(on_side(sender.inspection_id))
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
    naming::take_turn(tx, announced.facility_id)?;
    naming::check(tx, announced, sender.inspection_id)?;
    // It was begun for this sender: another team that names the same bytes sends them itself.
    let finished = diesel::update(attachment::table)
        .filter(attachment::content_id.eq(announced.content_id))
        .filter(on_side(sender.inspection_id))
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
    let row: Row = attachment::table
        .filter(attachment::content_id.eq(announced.content_id))
        .select(ATTACHMENT)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)?;
    attachment_of(row)
}

fn count(size: usize) -> Result<i64, Problem> {
    i64::try_from(size).map_err(Problem::internal)
}

/// Takes back what an attempt stored, when it does not finish; false where that was gone, or is finished.
pub fn discard(tx: &mut Tx, content_id: Id) -> Result<bool, Problem> {
    let gone = diesel::delete(attachment::table)
        .filter(attachment::content_id.eq(content_id))
        .filter(attachment::state.eq(AttachmentStatus::Receiving))
        .execute(tx.conn)?;
    Ok(gone > 0)
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
    let mut swept = 0;
    for (content_id, id, facility_id, organisation, inspection) in &abandoned {
        // Another process may have been first: it is told of once.
        if !discard(tx, *content_id)? {
            continue;
        }
        swept += 1;
        let event = Event::new("attachmentSwept", "attachment", *id);
        let event = match inspection {
            Some(inspection) => event.within(*inspection),
            None => event.of(*organisation, Some(*facility_id)).only_own(true),
        };
        audit::record(tx, event)?;
    }
    Ok(swept + upload::sweep(tx, older_than)?)
}
