//! `/attachments`: files come in and go out in pieces, so that neither memory nor the database waits for a slow network.
use std::sync::Arc;

use actix_web::body::SizedStream;
use actix_web::http::header::{
    CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap,
};
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev, get, put, web};
use utoipa::{IntoParams, ToSchema};

use super::clean::{FORMATS, Intake};
use super::outgoing::pieces;
use super::store::{self, Announced, CHUNK, Which};
use super::{Attachment, AttachmentStatus, headers, is_sha256};
use crate::access::policy::{ReadAttachments, StoreAttachment};
use crate::access::{Allowed, operator};
use crate::app::State;
use crate::db::types::{Id, Moment};
use crate::http::answer;
use crate::http::body::{media_type, too_large, unsupported};
use crate::http::etag::IfNoneMatch;
use crate::http::incoming::Incoming;
use crate::http::query::{FromQuery, Query, Reader, expected_id};
use crate::http::{ETag, Path, Precondition};
use crate::problem::{Issue, Problem};
use crate::text::Text;

/// The bytes of a file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code, reason = "the document's side of a stream")]
pub struct FileBytes(Vec<u8>);

/// Whose attachment it is.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct RequiredFacilityParameter {
    /// The caller's own facility that the attachment belongs to.
    #[param(
        rename = "facilityId",
        example = "0190a000-0000-7000-8000-000000000011"
    )]
    facility_id: Id,
}

/// Whose attachment it is, where the id alone does not say.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct WhichParameters {
    /// The facility that the attachment belongs to; needed only when the caller sees two by the same id.
    #[param(required = false, nullable = false, rename = "facilityId")]
    facility_id: Option<Id>,
    /// The SHA-256 of the bytes that were sent, as what names it says; needed only when the caller sees several by the same id. To who inspects,
    /// what inspectors sent comes first; to others, what the facility sent.
    #[param(required = false, nullable = false, pattern = "^[0-9a-f]{64}$")]
    sha256: Option<String>,
}

pub(super) struct RequiredFacility(pub(super) Option<Id>);

impl FromQuery for RequiredFacility {
    fn from_query(reader: &mut Reader) -> Self {
        Self(reader.required("facilityId", &expected_id()))
    }
}

impl FromQuery for Which {
    fn from_query(reader: &mut Reader) -> Self {
        let hash = Text::new(
            "Gebruik een SHA-256: 64 hexadecimale tekens in kleine letters.",
            "Utilisez un SHA-256 : 64 caractères hexadécimaux en minuscules.",
            "Use a SHA-256: 64 hexadecimal characters in lower case.",
        );
        Self {
            facility_id: reader.one("facilityId", &expected_id()),
            sha256: reader.one::<Hash>("sha256", &hash).map(|hash| hash.0),
        }
    }
}

/// A SHA-256 in hexadecimal.
struct Hash(String);

impl std::str::FromStr for Hash {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if is_sha256(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(())
        }
    }
}

/// What the headers of a `PUT` say of the bytes that follow.
pub(super) struct Sending {
    pub(super) sha256: String,
    pub(super) file_name: Option<String>,
    pub(super) declared: Option<String>,
    pub(super) length: Option<usize>,
}

impl Sending {
    fn read(request: &HttpRequest) -> Result<Self, Problem> {
        Self::of(request, true)
    }

    /// The same of bytes that are a part of it: then `Content-Digest` would be of that part.
    pub(super) fn of_part(request: &HttpRequest) -> Result<Self, Problem> {
        Self::of(request, false)
    }

    fn of(request: &HttpRequest, whole: bool) -> Result<Self, Problem> {
        let headers = request.headers();
        if headers.contains_key(CONTENT_ENCODING) {
            return Err(unsupported(
                "application/octet-stream (no Content-Encoding)",
            ));
        }
        let mut faults = Vec::new();
        let mut sha256 = String::new();
        match headers::announced(
            headers.get_all("repr-digest"),
            headers.get_all("content-digest").filter(|_| whole),
        ) {
            Ok(hash) => sha256 = hash,
            Err(issue) => faults.push(*issue),
        }
        let file_name = file_name(headers, &mut faults);
        Problem::refuse(faults)?;
        let declared = match media_type(request) {
            None if headers.contains_key(CONTENT_TYPE) => return Err(unsupported(&known())),
            declared => declared,
        };
        let length = headers
            .get(CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse().ok());
        Ok(Self {
            sha256,
            file_name,
            declared,
            length,
        })
    }
}

fn known() -> String {
    let known: Vec<&str> = FORMATS.iter().map(|format| format.media_type).collect();
    known.join(", ")
}

fn file_name(headers: &HeaderMap, faults: &mut Vec<Issue>) -> Option<String> {
    headers::file_name(headers.get(CONTENT_DISPOSITION)?).unwrap_or_else(|issue| {
        faults.push(*issue);
        None
    })
}

impl FromRequest for Sending {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        std::future::ready(Self::read(request))
    }
}

/// Where the bytes of an attachment come from.
pub(super) trait Source {
    /// The next ones; nothing after the last.
    async fn next(&mut self) -> Result<Option<web::Bytes>, Problem>;
}

impl Source for Incoming {
    async fn next(&mut self) -> Result<Option<web::Bytes>, Problem> {
        Self::next(self).await.map_err(|why| broken_off(&why))
    }
}

/// One attempt to receive an attachment. What it stored goes away when it does not finish, also when the connection breaks.
pub(super) struct Upload {
    allowed: Arc<Allowed<StoreAttachment>>,
    announced: Announced,
    condition: Precondition,
    /// How many pieces are stored.
    stored: i64,
}

impl Upload {
    /// An attempt at this attachment.
    pub(super) fn new(
        allowed: Arc<Allowed<StoreAttachment>>,
        announced: Announced,
        condition: Precondition,
    ) -> Self {
        Self {
            allowed,
            announced,
            condition,
            stored: 0,
        }
    }

    /// Receives all bytes, or leaves nothing.
    pub(super) async fn take(
        &mut self,
        source: &mut impl Source,
        declared: Option<String>,
    ) -> Result<(Attachment, bool), Problem> {
        let outcome = self.receive(source, declared).await;
        if outcome.is_err() {
            self.discard().await?;
        }
        outcome
    }

    /// Receives all bytes; true when they made a new attachment.
    async fn receive(
        &mut self,
        incoming: &mut impl Source,
        declared: Option<String>,
    ) -> Result<(Attachment, bool), Problem> {
        let (announced, condition) = (self.announced.clone(), self.condition.clone());
        let already = self
            .allowed
            .read(move |tx| store::look(tx, &announced, &condition))
            .await?;
        let settings = &self.allowed.state().settings;
        let mut intake = Intake::new(settings.attachment_limit, declared);
        let mut clean = Vec::new();
        while let Some(bytes) = incoming.next().await? {
            intake.push(&bytes, &mut clean)?;
            if already.is_some() {
                clean.clear();
            }
            while clean.len() > CHUNK {
                let rest = clean.split_off(CHUNK);
                let piece = std::mem::replace(&mut clean, rest);
                self.store(piece, intake.media_type()).await?;
            }
        }
        let received = intake.finish(&self.announced.sha256, &mut clean)?;
        if let Some(already) = already {
            return Ok((already, false));
        }
        let (announced, condition) = (self.announced.clone(), self.condition.clone());
        let stored = self.stored;
        let done = self
            .allowed
            .write(move |tx| {
                if stored == 0 {
                    if let Some(already) = store::look(tx, &announced, &condition)? {
                        return Ok((already, false));
                    }
                    store::begin(tx, &announced, received.media_type)?;
                }
                if !clean.is_empty() {
                    store::append(tx, announced.content_id, stored, &clean)?;
                }
                Ok((store::finish(tx, &announced, &received)?, true))
            })
            .await?;
        self.stored = 0;
        Ok(done)
    }

    /// Stores a piece in a transaction of its own.
    async fn store(
        &mut self,
        piece: Vec<u8>,
        media_type: Option<&'static str>,
    ) -> Result<(), Problem> {
        let (announced, condition) = (self.announced.clone(), self.condition.clone());
        let position = self.stored;
        // Counted before it is known: what may be there is taken away when this fails.
        self.stored += 1;
        self.allowed
            .write(move |tx| {
                if position == 0 {
                    if store::look(tx, &announced, &condition)?.is_some() {
                        return Err(store::taken_over());
                    }
                    store::begin(tx, &announced, media_type.unwrap_or_default())?;
                }
                store::append(tx, announced.content_id, position, &piece)
            })
            .await
    }

    /// Takes back what was stored.
    async fn discard(&mut self) -> Result<(), Problem> {
        if std::mem::take(&mut self.stored) == 0 {
            return Ok(());
        }
        take_back(self.allowed.state(), self.announced.content_id).await
    }
}

/// Takes back what an attempt stored. The service does it by itself: whoever sent the bytes may have lost the right to meanwhile.
async fn take_back(state: &State, content_id: Id) -> Result<(), Problem> {
    let now = Moment(state.clock.now());
    operator::upkeep(state, now, move |tx| {
        store::discard(tx, content_id).map(drop)
    })
    .await
}

impl Drop for Upload {
    fn drop(&mut self) {
        if self.stored == 0 {
            return;
        }
        // The caller is gone. Without a runtime the process is going too, and the sweep does it later.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (allowed, content_id) = (self.allowed.clone(), self.announced.content_id);
            runtime.spawn(async move {
                if let Err(problem) = take_back(allowed.state(), content_id).await {
                    log::warn!("a broken upload is left to the sweep: {problem}");
                }
            });
        }
    }
}

fn broken_off(why: &str) -> Problem {
    log::info!("a body broke off: {why}");
    Problem::fault(Issue::body(
        "brokenOff",
        "",
        Text::new(
            "Niet alle bytes zijn aangekomen; verstuur het bestand opnieuw.",
            "Tous les octets ne sont pas arrivés ; renvoyez le fichier.",
            "Not all bytes arrived; send the file again.",
        ),
    ))
}

/// Send an attachment
///
/// By somebody of the facility; or by the lead or a member of an inspection, where a finding names these very bytes. The bytes as they are, with their SHA-256 in `Repr-Digest` (or `Content-Digest`). What they are is told by their content: PDF, PNG, JPEG
/// or plain text in UTF-8. **A photo's metadata is removed** (place, time, camera, comments, thumbnails; colour profile and which side is up
/// stay), so the stored bytes can differ from those sent; both hashes are returned. A text that holds a national register number is refused.
/// What a PDF holds is not looked into.
///
/// An attachment is finished once: the same bytes again are 200 and change nothing, other bytes are 409. An upload that breaks off,
/// or comes too slowly, leaves nothing; send it again. Evidence names the id and the hash of the bytes sent, and may do so before the bytes arrive; once
/// what names it is kept for good (a revision that was handed in, a step plan, a document that was asked for, a measure), only the bytes that it names are taken. The id is unique within the facility;
/// what inspectors send has ids apart, within the inspection.
#[utoipa::path(tag = "Attachments", operation_id = "putAttachment",
    params(("attachmentId" = Id, Path, description = "The attachment; the client makes the id."), RequiredFacilityParameter,
        ("Repr-Digest" = String, Header, description = "The SHA-256 of the bytes sent (RFC 9530). `Content-Digest` is taken instead.",
            example = json!(crate::demo::ids::ATTACHMENT_DIGEST)),
        ("Content-Disposition" = Option<String>, Header, description = "The name of the file, without a folder.", nullable = false,
            example = "attachment; filename=\"verslag.txt\"")),
    request_body(content = FileBytes, content_type = "application/octet-stream", description = "The bytes of the file; their own media type is taken too.",
        example = json!(crate::demo::ids::ATTACHMENT_TEXT)),
    extensions(("x-action" = json!("StoreAttachment"))),
    responses((status = 200, description = "It was there already, with these bytes.", body = Attachment),
        (status = 201, description = "It is finished.", body = Attachment)))]
#[put("/attachments/{attachmentId}")]
pub async fn put_attachment(
    allowed: Allowed<StoreAttachment>,
    path: Path<Id>,
    query: Query<RequiredFacility>,
    condition: Precondition,
    sending: Sending,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let limit = allowed.state().settings.attachment_limit;
    if sending.length.is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    let facility_id = query.0.0.ok_or_else(Reader::unchecked)?;
    let announced = Announced {
        facility_id,
        id: path.0,
        content_id: Id::new(),
        file_name: sending.file_name,
        sha256: sending.sha256,
    };
    let patience = allowed.state().settings.attachment_patience;
    let mut upload = Upload::new(Arc::new(allowed), announced, condition);
    let mut incoming = Incoming::new(payload.into_inner(), patience);
    let (attachment, new) = upload.take(&mut incoming, sending.declared).await?;
    answer::put(&attachment, &attachment.tag(), &attachment.href, new)
}

/// Read what is known of an attachment
///
/// The facility's own; to an inspector, those that a self-assessment handed in to prepare an inspection names, that were sent for an inspection
/// that it works on or follows up, or that its team sent with a finding, which the facility sees too once a report that names them was delivered; to the recognising body, those that show what was done about an improvement point. Once their bytes are there.
#[utoipa::path(tag = "Attachments", operation_id = "readAttachment",
    params(("attachmentId" = Id, Path, description = "The attachment."), WhichParameters),
    extensions(("x-action" = json!("ReadAttachments"))),
    responses((status = 200, description = "What is known of it.", body = Attachment)))]
#[get("/attachments/{attachmentId}")]
pub async fn read_attachment(
    allowed: Allowed<ReadAttachments>,
    path: Path<Id>,
    query: Query<Which>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let found = allowed
        .read(move |tx| store::get(tx, path.0, &query.0))
        .await?;
    answer::found(&found, &found.tag(), &known)
}

/// Read the bytes of an attachment
///
/// As they were stored, to be saved and not shown: `Content-Disposition: attachment`.
#[utoipa::path(tag = "Attachments", operation_id = "readAttachmentContent",
    params(("attachmentId" = Id, Path, description = "The attachment."), WhichParameters),
    extensions(("x-action" = json!("ReadAttachments"))),
    responses((status = 200, description = "The stored bytes.", content(
            (FileBytes = "application/pdf"), (FileBytes = "image/png"), (FileBytes = "image/jpeg"), (FileBytes = "text/plain")),
        headers(("Repr-Digest" = String, description = "The SHA-256 of the stored bytes (RFC 9530)."),
            ("Content-Disposition" = String, description = "The name to save them by.")))))]
#[get("/attachments/{attachmentId}/content")]
pub async fn read_attachment_content(
    allowed: Allowed<ReadAttachments>,
    path: Path<Id>,
    query: Query<Which>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let seen = known.clone();
    let (attachment, first) = allowed
        .read(move |tx| {
            let found = store::get(tx, path.0, &query.0)?;
            if found.status != AttachmentStatus::Finished {
                return Err(Problem::not_found());
            }
            let first = if seen.has(&content_tag(&found)) {
                Vec::new()
            } else {
                store::piece(tx, found.content_id, 0)?
            };
            Ok((found, first))
        })
        .await?;
    let tag = content_tag(&attachment);
    if known.has(&tag) {
        return Ok(HttpResponse::NotModified()
            .insert_header(("etag", tag.to_string()))
            .finish());
    }
    let size = attachment.stored_size.unwrap_or_default();
    let size = u64::try_from(size).map_err(Problem::internal)?;
    let hash = attachment.stored_sha256.as_deref().unwrap_or_default();
    Ok(HttpResponse::Ok()
        .insert_header(("etag", tag.to_string()))
        .insert_header(("repr-digest", headers::digest_header(hash)))
        .insert_header((
            CONTENT_DISPOSITION,
            headers::disposition(&name_of(&attachment)),
        ))
        .insert_header(("content-security-policy", "sandbox"))
        .insert_header((CONTENT_TYPE, content_type(&attachment.media_type)))
        .body(SizedStream::new(
            size,
            pieces(allowed, attachment.content_id, first, size),
        )))
}

/// The tag of the stored bytes: their hash.
fn content_tag(attachment: &Attachment) -> ETag {
    ETag::named(attachment.stored_sha256.clone().unwrap_or_default())
}

fn name_of(attachment: &Attachment) -> String {
    attachment.file_name.clone().unwrap_or_else(|| {
        let format = FORMATS
            .iter()
            .find(|format| format.media_type == attachment.media_type);
        let extension = format.map_or("bin", |format| format.extension);
        format!("{}.{extension}", attachment.id)
    })
}

fn content_type(media_type: &str) -> String {
    match media_type {
        "text/plain" => "text/plain; charset=utf-8".to_owned(),
        other => other.to_owned(),
    }
}
