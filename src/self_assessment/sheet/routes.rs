//! `/selfAssessments/{selfAssessmentId}/answerSheet`, and what comes back.
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{
    ACCEPT, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH, VARY,
};
use actix_web::{FromRequest, HttpRequest, HttpResponse, get, post, web};
use utoipa::{IntoParams, ToSchema};

use super::grid::Grid;
use super::{LIMIT, SheetFormat, SheetOutcome, csv, table, work, xlsx};
use crate::access::policy::{AnswerSelfAssessment, ReadSelfAssessments};
use crate::access::{Allowed, Tx, aside};
use crate::db::types::Id;
use crate::http::body::{media_type, too_large, unsupported};
use crate::http::etag::{IfNoneMatch, OptionalIfMatch};
use crate::http::idempotency::{IdempotencyKey, Stored};
use crate::http::incoming::{Incoming, Patience};
use crate::http::query::{FromQuery, Query, Reader, expected_one_of};
use crate::http::wrap::weight_of;
use crate::http::{Path, answer};
use crate::problem::{Issue, Kind, Problem};
use crate::self_assessment::store;
use crate::text::{Language, Text};

/// How long a sheet may take to arrive.
const PATIENCE: Patience = Patience::of(Duration::from_mins(1));

/// The bytes of a sheet.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code, reason = "the document's side of a file")]
pub struct SheetBytes(Vec<u8>);

/// How a sheet is written.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct SheetParameters {
    /// In which format; what `Accept` asks for when left out, and CSV where that takes any.
    #[param(required = false, nullable = false, inline)]
    format: Option<SheetFormat>,
    /// In which language; the framework's own when left out.
    #[param(required = false, nullable = false, inline)]
    language: Option<SheetLanguage>,
}

crate::text_enum! {
    /// A language that a sheet can be in.
    pub enum SheetLanguage {
        /// Dutch.
        Nl = "nl",
        /// French.
        Fr = "fr",
        /// English.
        En = "en",
    }
}

impl From<SheetLanguage> for Language {
    fn from(language: SheetLanguage) -> Self {
        match language {
            SheetLanguage::Nl => Self::Nl,
            SheetLanguage::Fr => Self::Fr,
            SheetLanguage::En => Self::En,
        }
    }
}

struct SheetQuery {
    format: Option<SheetFormat>,
    language: Option<SheetLanguage>,
}

impl FromQuery for SheetQuery {
    fn from_query(reader: &mut Reader) -> Self {
        Self {
            format: reader.one("format", &expected_one_of(&["csv", "xlsx"])),
            language: reader.one("language", &expected_one_of(&["nl", "fr", "en"])),
        }
    }
}

/// Whether a sheet is stored.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct StoreParameter {
    /// Is it stored, or only checked?
    #[param(required = false, nullable = false, default = false)]
    store: Option<bool>,
}

struct StoreQuery(bool);

impl FromQuery for StoreQuery {
    fn from_query(reader: &mut Reader) -> Self {
        Self(
            reader
                .one("store", &expected_one_of(&["true", "false"]))
                .unwrap_or(false),
        )
    }
}

/// The format that `Accept` likes best.
struct Accepted(Option<SheetFormat>);

impl FromRequest for Accepted {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let headers: Vec<&str> = request
            .headers()
            .get_all(ACCEPT)
            .filter_map(|value| value.to_str().ok())
            .collect();
        std::future::ready(Ok(Self(best(&headers.join(",")))))
    }
}

/// CSV, unless the workbook is liked better; nothing when neither is taken.
fn best(accept: &str) -> Option<SheetFormat> {
    if accept.trim().is_empty() {
        return Some(SheetFormat::Csv);
    }
    let [text, book] =
        [SheetFormat::Csv, SheetFormat::Xlsx].map(|format| weight_of(accept, format.media_type()));
    match (text, book) {
        (text, book) if text <= 0.0 && book <= 0.0 => None,
        (text, book) if book > text => Some(SheetFormat::Xlsx),
        _ => Some(SheetFormat::Csv),
    }
}

fn not_acceptable() -> Problem {
    let formats = SheetFormat::ALL.iter().map(|format| format.media_type());
    let formats: Vec<&str> = formats.collect();
    let formats = formats.join(", ");
    Problem::new(
        Kind::NotAcceptable,
        Text::new(
            format!("Hier is er alleen: {formats}."),
            format!("Il n'y a ici que : {formats}."),
            format!("There is only this here: {formats}."),
        ),
    )
}

/// Read a self-assessment as a sheet to fill in
///
/// A row per criterion that is asked of this type of facility, with the facility's own words beside the generic ones, the levels offered and the
/// answers that are there. The first row says whose sheet it is, at which edit; leave it. Each format and language has an `ETag` of its own, which `If-Match` takes for the
/// self-assessment's as well. In CSV a text that a spreadsheet would run as a formula has an apostrophe before it, which
/// is taken away again when the sheet comes back.
#[utoipa::path(tag = "Self-assessment", operation_id = "readAnswerSheet",
    params(("selfAssessmentId" = Id, Path, description = "The self-assessment."), SheetParameters),
    extensions(("x-action" = json!("ReadSelfAssessments"))),
    responses((status = 200, description = "The sheet.", content((SheetBytes = "text/csv"),
            (SheetBytes = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
        headers(("Content-Disposition" = String, description = "The name to save it by.")))))]
#[get("/selfAssessments/{selfAssessmentId}/answerSheet")]
pub async fn read_answer_sheet(
    allowed: Allowed<ReadSelfAssessments>,
    path: Path<Id>,
    query: Query<SheetQuery>,
    accepted: Accepted,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (id, SheetQuery { format, language }) = (path.0, query.0);
    let format = format.or(accepted.0).ok_or_else(not_acceptable)?;
    let seen = known.clone();
    let form = format!("{format}.{}", language.map_or("own", SheetLanguage::name));
    let (bytes, tag) = allowed
        .read(move |tx| {
            let head = store::head(tx, id)?;
            let view = store::view(tx, &head)?;
            let tag = store::tag_of(&head, &view).form(&form);
            if seen.has(&tag) {
                return Ok((Vec::new(), tag));
            }
            let document = store::document_of(tx, &view.summary)?;
            let language = language.map_or(document.default_language, Language::from);
            let table = table::table(&document, &view, &store::tag(&head), language);
            let bytes = match format {
                SheetFormat::Csv => csv::write(&table)?,
                SheetFormat::Xlsx => xlsx::write(&table)?,
            };
            Ok((bytes, tag))
        })
        .await?;
    if known.has(&tag) {
        return answer::found(&(), &tag, &known);
    }
    let content_type = match format {
        SheetFormat::Csv => "text/csv; charset=utf-8",
        SheetFormat::Xlsx => format.media_type(),
    };
    let name = format!("attachment; filename=\"zelfevaluatie-{id}.{format}\"");
    Ok(HttpResponse::Ok()
        .insert_header(("etag", tag.to_string()))
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((VARY, "authorization, accept"))
        .content_type(content_type)
        .body(bytes))
}

/// A sheet on its way in.
pub struct Sheet(pub(crate) web::Bytes);

impl FromRequest for Sheet {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let refused = refuse(request);
        let incoming = Incoming::new(payload.take(), PATIENCE);
        Box::pin(async move {
            refused?;
            collect(incoming).await.map(Self)
        })
    }
}

/// What the bytes are is told by themselves; a type that is neither is refused before they come.
fn refuse(request: &HttpRequest) -> Result<(), Problem> {
    let [text, book] = [SheetFormat::Csv, SheetFormat::Xlsx].map(SheetFormat::media_type);
    let known = [
        text,
        book,
        "application/vnd.ms-excel",
        "application/octet-stream",
    ];
    let named = media_type(request);
    let is_known = named.is_some_and(|named| known.contains(&named.as_str()));
    if !is_known || request.headers().contains_key(CONTENT_ENCODING) {
        return Err(unsupported(&format!(
            "{text}, {book} (no Content-Encoding)"
        )));
    }
    let length = request.headers().get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > LIMIT) {
        return Err(too_large(LIMIT));
    }
    Ok(())
}

async fn collect(mut incoming: Incoming) -> Result<web::Bytes, Problem> {
    let mut bytes = web::BytesMut::new();
    while let Some(chunk) = incoming.next().await.map_err(broken_off)? {
        if bytes.len() + chunk.len() > LIMIT {
            return Err(too_large(LIMIT));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

fn broken_off(why: String) -> Problem {
    let detail = Text::new(
        "Niet alle bytes zijn aangekomen; verstuur het bestand opnieuw.",
        "Tous les octets ne sont pas arrivés ; renvoyez le fichier.",
        "Not all bytes arrived; send the file again.",
    );
    Problem::fault(Issue::body("brokenOff", "", detail)).because(why)
}

/// Send a sheet of answers back
///
/// CSV or XLSX, as it came from `…/answerSheet` or made by oneself with the columns *code*, *level* and *note* (in nl, fr or en): what it is, is told by its
/// content. A level is named by its code or its title. A row without a level gives no answer, and what is there stays; so do the evidence and the exceptions of an answer whose
/// level or note changes.
///
/// Without `store=true` it is only checked: every cell that cannot be taken is in `faults`. With it all rows are stored, or none: the cells are in `issues`, named as
/// `G14`. A sheet that went out before the last edit is 412, unless `If-Match` is `*`: it would undo what others answered since.
#[utoipa::path(tag = "Self-assessment", operation_id = "sendAnswerSheet",
    params(("selfAssessmentId" = Id, Path, description = "The self-assessment."), StoreParameter,
        ("If-Match" = Option<String>, Header, description = "The version that is changed; needed with `store=true`. `*` for whichever it is.", nullable = false,
            pattern = "^(\\*|(W/)?\"[!#-+\\--~]*\"(, ?(W/)?\"[!#-+\\--~]*\")*)?$")),
    request_body(content((SheetBytes = "text/csv", example = json!(EXAMPLE)),
        (SheetBytes = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", example = json!(EXAMPLE)),
        (SheetBytes = "application/octet-stream", example = json!(EXAMPLE))), description = "The sheet."),
    extensions(("x-action" = json!("AnswerSelfAssessment"))),
    responses((status = 200, description = "What came of it.", body = SheetOutcome)))]
#[post("/selfAssessments/{selfAssessmentId}/answerSheets")]
pub async fn send_answer_sheet(
    allowed: Allowed<AnswerSelfAssessment>,
    path: Path<Id>,
    query: Query<StoreQuery>,
    if_match: OptionalIfMatch,
    key: IdempotencyKey,
    sheet: Sheet,
) -> Result<HttpResponse, Problem> {
    let (id, StoreQuery(store)) = (path.0, query.0);
    let bytes = sheet.0;
    let right = move |tx: &mut Tx| store::own_head(tx, id).map(drop);
    allowed.read(right).await?;
    let sent = bytes.clone();
    // Unpacked while no turn to read or write is taken: nobody waits for a workbook.
    let grid = aside(move || Grid::of(&sent)).await?;
    if !store {
        let checked = allowed.read(move |tx| {
            let head = store::own_head(tx, id)?;
            let outcome = work::check(tx, &head, &grid)?;
            Stored::done(&store::tag(&head), &outcome)
        });
        return Ok(checked.await?.response());
    }
    let if_match = if_match.required()?;
    let save = move |tx: &mut Tx| {
        let (outcome, tag) = work::save(tx, id, &if_match, &grid)?;
        Stored::done(&tag, &outcome)
    };
    Ok(allowed
        .write_once(key, bytes, right, save)
        .await?
        .response())
}

/// A sheet of one answer.
const EXAMPLE: &str = "Code;Niveau;Toelichting\r\nafspraken;Volledig;\r\n";
