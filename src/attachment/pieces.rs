//! `/attachments/{attachmentId}/pieces`: an attachment that comes in pieces, as from a tablet whose network comes and goes. What arrived stays for a
//! day, also where a piece breaks off in the middle; once all bytes are here they are received as from one request, cleaned and checked.
use std::sync::Arc;

use actix_web::{FromRequest, HttpRequest, HttpResponse, dev, get, put, web};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::routes::{
    FileBytes, RequiredFacility, RequiredFacilityParameter, Sending, Source, Upload,
};
use super::store::{self, Announced, CHUNK, taken_over};
use super::upload::{self, Row};
use super::{Attachment, sender};
use crate::access::policy::StoreAttachment;
use crate::access::{Allowed, Tx};
use crate::db::types::Id;
use crate::http::answer;
use crate::http::etag::{ETag, IfNoneMatch};
use crate::http::incoming::Incoming;
use crate::http::query::{FromQuery, Query, Reader, expected_id, expected_number};
use crate::http::{Path, Precondition};
use crate::problem::{In, Issue, Kind, Problem};
use crate::text::Text;

/// What is here of an attachment that comes in pieces.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttachmentUpload {
    /// The attachment.
    pub id: Id,
    /// Whose it is.
    pub facility_id: Id,
    /// The SHA-256 of all bytes.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
    /// How many bytes there will be.
    pub size: i64,
    /// How many are here: the next piece begins there.
    pub received: i64,
}

impl AttachmentUpload {
    fn of(row: &Row, facility_id: Id, id: Id) -> Self {
        Self {
            id,
            facility_id,
            sha256: row.sha256.clone(),
            size: row.size,
            received: row.received,
        }
    }

    fn tag(&self) -> ETag {
        ETag::named(format!("{}-{}", &self.sha256, self.received))
    }
}

/// Where a piece belongs.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct PieceParameters {
    /// How many bytes the whole has.
    #[param(example = 39)]
    size: u64,
    /// How many bytes come before this piece.
    #[param(example = 0)]
    offset: u64,
}

struct PieceQuery {
    facility_id: Option<Id>,
    size: Option<u64>,
    offset: Option<u64>,
}

impl FromQuery for PieceQuery {
    fn from_query(reader: &mut Reader) -> Self {
        Self {
            facility_id: reader.required("facilityId", &expected_id()),
            size: reader.required("size", &expected_number()),
            offset: reader.required("offset", &expected_number()),
        }
    }
}

/// What the headers say of the whole.
struct Part(Sending);

impl FromRequest for Part {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        std::future::ready(Sending::of_part(request).map(Self))
    }
}

/// Send a piece of an attachment
///
/// For a file that is too large for a network that comes and goes: the bytes from `offset` on, of `size` in all, with the SHA-256 of the whole in
/// `Repr-Digest`. What arrives stays for a day, also where a piece breaks off; a piece that is here already changes nothing, one that leaves a gap is 409 and
/// says where to go on. With the last byte the attachment is received as with `PUT /attachments/{attachmentId}`, by the same rules; when the whole is
/// not what was announced, all of it has to be sent again.
#[utoipa::path(tag = "Attachments", operation_id = "putAttachmentPiece",
    params(("attachmentId" = Id, Path, description = "The attachment; the client makes the id."), RequiredFacilityParameter, PieceParameters,
        ("Repr-Digest" = String, Header, description = "The SHA-256 of the whole (RFC 9530).", example = json!(crate::demo::ids::ATTACHMENT_DIGEST)),
        ("Content-Disposition" = Option<String>, Header, description = "The name of the file, without a folder; the last piece's counts.", nullable = false,
            example = "attachment; filename=\"verslag.txt\"")),
    request_body(content = FileBytes, content_type = "application/octet-stream", description = "The bytes of the piece.",
        example = json!(crate::demo::ids::ATTACHMENT_TEXT)),
    extensions(("x-action" = json!("StoreAttachment"))),
    responses((status = 200, description = "What is here of it; all of it, where the attachment was there already with these bytes.", body = AttachmentUpload),
        (status = 201, description = "All bytes are here: the attachment is finished.", body = Attachment)))]
#[put("/attachments/{attachmentId}/pieces")]
pub async fn put_attachment_piece(
    allowed: Allowed<StoreAttachment>,
    path: Path<Id>,
    query: Query<PieceQuery>,
    condition: Precondition,
    part: Part,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let PieceQuery {
        facility_id: Some(facility_id),
        size: Some(size),
        offset: Some(offset),
    } = query.0
    else {
        return Err(Reader::unchecked());
    };
    let announced = Announced {
        facility_id,
        id: path.0,
        content_id: Id::new(),
        file_name: part.0.file_name,
        sha256: part.0.sha256,
    };
    let settings = &allowed.state().settings;
    let place = Place::of(size, offset, settings.attachment_limit)?;
    let mut incoming = Incoming::new(payload.into_inner(), settings.attachment_patience);
    let allowed = Arc::new(allowed);
    let (look, seen) = (announced.clone(), condition.clone());
    let there = allowed
        .read(move |tx| store::look(tx, &look, &seen))
        .await?;
    if let Some(there) = there {
        if drain(&mut incoming).await? == 0 {
            return Err(nothing());
        }
        if there.sent_size.is_some_and(|size| size != place.size) {
            return Err(other_size());
        }
        let here = AttachmentUpload {
            id: announced.id,
            facility_id,
            sha256: there.sent_sha256,
            size: place.size,
            received: place.size,
        };
        return answer::changed(&here, &here.tag());
    }
    let row = received(&allowed, &announced, &place, &mut incoming).await?;
    if row.received < row.size {
        let here = AttachmentUpload::of(&row, facility_id, announced.id);
        return answer::changed(&here, &here.tag());
    }
    let (made, new) = whole(&allowed, announced, condition, (row, part.0.declared)).await?;
    answer::put(&made, &made.tag(), &made.href, new)
}

/// Where a piece belongs in the whole.
struct Place {
    size: i64,
    offset: i64,
}

impl Place {
    fn of(size: u64, offset: u64, limit: usize) -> Result<Self, Problem> {
        let fits = usize::try_from(size).is_ok_and(|size| (1..=limit).contains(&size));
        if !fits {
            let detail = Text::new(
                format!("Een bestand heeft 1 tot {limit} bytes."),
                format!("Un fichier a de 1 à {limit} octets."),
                format!("A file has 1 to {limit} bytes."),
            );
            let fault = Issue::new("outOfRange", In::Query, "size", detail);
            return Err(Problem::fault(fault));
        }
        if offset >= size {
            let detail = Text::new(
                "Een stuk begint voor het einde van het bestand.",
                "Un morceau commence avant la fin du fichier.",
                "A piece begins before the end of the file.",
            );
            let fault = Issue::new("outOfRange", In::Query, "offset", detail);
            return Err(Problem::fault(fault));
        }
        let number = |count: u64| i64::try_from(count).map_err(Problem::internal);
        Ok(Self {
            size: number(size)?,
            offset: number(offset)?,
        })
    }
}

/// The attachment as far as it is here, for a piece that goes on from there or was here before; anew where the first piece is of other bytes.
fn open(tx: &mut Tx, announced: &Announced, place: &Place) -> Result<Row, Problem> {
    let side = sender::of(tx, announced)?.side(tx);
    let here = upload::find(tx, announced, &side)?;
    let same = |row: &Row| row.sha256 == announced.sha256 && row.size == place.size;
    match here.filter(same) {
        Some(row) if place.offset <= row.received => Ok(row),
        Some(row) => Err(gap(row.received)),
        None if place.offset == 0 => upload::begin(tx, announced, &side, place.size),
        None => Err(gap(0)),
    }
}

fn gap(received: i64) -> Problem {
    Problem::conflict(Text::new(
        format!("Er zijn {received} bytes van dit bestand; ga verder met offset={received}."),
        format!("Il y a {received} octets de ce fichier ; continuez avec offset={received}."),
        format!("There are {received} bytes of this file; go on with offset={received}."),
    ))
}

/// Takes a piece in. What arrived stays, also where it breaks off.
async fn received(
    allowed: &Allowed<StoreAttachment>,
    announced: &Announced,
    place: &Place,
    incoming: &mut Incoming,
) -> Result<Row, Problem> {
    let (whole, at) = (announced.clone(), (place.size, place.offset));
    let opened = move |tx: &mut Tx| {
        let (size, offset) = at;
        open(tx, &whole, &Place { size, offset })
    };
    let mut row = allowed.write(opened).await?;
    if place.offset < row.received {
        return if drain(incoming).await? > 0 {
            Ok(row)
        } else {
            Err(nothing())
        };
    }
    let mut bytes = Vec::new();
    loop {
        let next = Source::next(incoming).await;
        let ended = !matches!(next, Ok(Some(_)));
        if let Ok(Some(more)) = &next {
            bytes.extend_from_slice(more);
        }
        let arrived = i64::try_from(bytes.len()).map_err(Problem::internal)?;
        if row.received + arrived > row.size {
            return Err(too_many(row.size));
        }
        while bytes.len() >= CHUNK || (ended && !bytes.is_empty()) {
            let rest = bytes.split_off(CHUNK.min(bytes.len()));
            let piece = std::mem::replace(&mut bytes, rest);
            let (whole, before) = (announced.clone(), row.clone());
            let kept = move |tx: &mut Tx| {
                sender::of(tx, &whole)?;
                upload::append(tx, &before, &piece)
            };
            row = allowed.write(kept).await?;
        }
        if ended {
            next?;
            return if row.received > place.offset {
                Ok(row)
            } else {
                Err(nothing())
            };
        }
    }
}

fn too_many(size: i64) -> Problem {
    let detail = Text::new(
        format!("Er zijn meer bytes dan de aangekondigde {size}."),
        format!("Il y a plus d'octets que les {size} annoncés."),
        format!("There are more bytes than the {size} that were announced."),
    );
    Problem::fault(Issue::new("outOfRange", In::Query, "size", detail))
}

/// Reads what comes, for nothing; how many bytes that were.
async fn drain(incoming: &mut Incoming) -> Result<usize, Problem> {
    let mut many = 0;
    while let Some(bytes) = Source::next(incoming).await? {
        many += bytes.len();
    }
    Ok(many)
}

/// The whole is here, and has another size than is said.
fn other_size() -> Problem {
    let detail = Text::new(
        "Dit bestand is er al, en heeft een andere grootte.",
        "Ce fichier est déjà là, et a une autre taille.",
        "This file is here already, and has another size.",
    );
    Problem::fault(Issue::new("outOfRange", In::Query, "size", detail))
}

fn nothing() -> Problem {
    let detail = Text::new(
        "Er zijn geen bytes; een stuk heeft er ten minste 1.",
        "Il n'y a pas d'octets ; un morceau en a au moins 1.",
        "There are no bytes; a piece has at least 1.",
    );
    Problem::fault(Issue::body("length", "", detail))
}

/// The pieces that are here, one after the other.
struct Pieces {
    allowed: Arc<Allowed<StoreAttachment>>,
    upload_id: Id,
    position: i64,
    many: i64,
}

impl Source for Pieces {
    async fn next(&mut self) -> Result<Option<web::Bytes>, Problem> {
        let (upload_id, position) = (self.upload_id, self.position);
        if position == self.many {
            return Ok(None);
        }
        self.position += 1;
        let read = move |tx: &mut Tx| upload::piece(tx, upload_id, position);
        // One that is gone was received by another request meanwhile; its bytes were not wrong.
        let piece = self.allowed.read(read).await?;
        piece.map(web::Bytes::from).map(Some).ok_or_else(taken_over)
    }
}

/// Receives the whole from its pieces, which go then; also where the whole is wrong, for then it has to be sent again.
async fn whole(
    allowed: &Arc<Allowed<StoreAttachment>>,
    announced: Announced,
    condition: Precondition,
    (row, declared): (Row, Option<String>),
) -> Result<(Attachment, bool), Problem> {
    let upload_id = row.upload_id;
    let mut pieces = Pieces {
        allowed: allowed.clone(),
        upload_id,
        position: 0,
        many: row.pieces,
    };
    let mut upload = Upload::new(allowed.clone(), announced, condition);
    let outcome = upload.take(&mut pieces, declared).await;
    let is_wrong = |fault: &Problem| {
        matches!(
            fault.kind(),
            Kind::BadRequest | Kind::PayloadTooLarge | Kind::UnsupportedMediaType
        )
    };
    if outcome.as_ref().err().is_none_or(is_wrong) {
        let gone = move |tx: &mut Tx| upload::discard(tx, upload_id);
        allowed.write(gone).await?;
    }
    outcome
}

/// What is here of an attachment on the caller's side, while it is under way.
fn own_upload(tx: &mut Tx, facility_id: Id, id: Id) -> Result<Row, Problem> {
    for row in upload::all(tx, facility_id, id)? {
        let announced = Announced {
            facility_id,
            id,
            content_id: row.upload_id,
            file_name: None,
            sha256: row.sha256.clone(),
        };
        let sender = match sender::of(tx, &announced) {
            Err(fault) if fault.kind() == Kind::ResourceNotFound => continue,
            sender => sender?,
        };
        // What was sent whole meanwhile is finished, whatever is still here in pieces.
        let side = (facility_id, sender.inspection_id);
        if sender.side(tx) == row.sender && !store::is_finished(tx, side, id)? {
            return Ok(row);
        }
    }
    Err(Problem::not_found())
}

/// Read how far an attachment in pieces is
///
/// For who goes on with it, as after the network came back. An attachment that is finished, or of which nothing came yet, is 404 here.
#[utoipa::path(tag = "Attachments", operation_id = "readAttachmentUpload",
    params(("attachmentId" = Id, Path, description = "The attachment."), RequiredFacilityParameter),
    extensions(("x-action" = json!("StoreAttachment"))),
    responses((status = 200, description = "What is here of it.", body = AttachmentUpload)))]
#[get("/attachments/{attachmentId}/pieces")]
pub async fn read_attachment_upload(
    allowed: Allowed<StoreAttachment>,
    path: Path<Id>,
    query: Query<RequiredFacility>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let facility_id = query.0.0.ok_or_else(Reader::unchecked)?;
    let id = path.0;
    let here = allowed
        .read(move |tx| {
            let row = own_upload(tx, facility_id, id)?;
            Ok(AttachmentUpload::of(&row, facility_id, id))
        })
        .await?;
    answer::found(&here, &here.tag(), &known)
}
