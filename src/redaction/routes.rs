//! `/redactions`.
use std::sync::Arc;

use actix_web::{HttpResponse, get, post};
use utoipa::IntoParams;

use super::work::{self, Files};
use super::{Redaction, RedactionInput, RedactionPreview, store};
use crate::access::policy::{ReadRedactions, Redact};
use crate::access::{Allowed, Tx};
use crate::db::types::Id;
use crate::http::answer;
use crate::http::etag::IfNoneMatch;
use crate::http::idempotency::Stored;
use crate::http::page::Window;
use crate::http::query::{FromQuery, Nothing, Query, Reader, expected_id};
use crate::http::{ETag, IdempotencyKey, Json, Page, Path};
use crate::problem::Problem;

/// Which redactions.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct RedactionFilter {
    /// About one of these facilities.
    #[param(required = false, nullable = false, max_items = 50)]
    facility_id: Vec<Id>,
}

struct RedactionQuery {
    window: Window<Id>,
    facilities: Vec<Id>,
}

impl FromQuery for RedactionQuery {
    fn from_query(reader: &mut Reader) -> Self {
        Self {
            window: Window::from_query(reader),
            facilities: reader.many("facilityId", &expected_id()),
        }
    }
}

/// List redactions
///
/// What was removed from a facility's data, why and by whom; never the text itself. An admin sees that there was a redaction, when and by
/// whom; `counts`, and another's `ground`, are the facility's alone.
#[utoipa::path(tag = "Redactions", operation_id = "listRedactions", params(RedactionFilter),
    extensions(("x-action" = json!("ReadRedactions"))),
    responses((status = 200, description = "A page of redactions.", body = Page<Redaction>)))]
#[get("/redactions")]
pub async fn list_redactions(
    allowed: Allowed<ReadRedactions>,
    query: Query<RedactionQuery>,
) -> Result<HttpResponse, Problem> {
    let RedactionQuery { window, facilities } = query.0;
    let filters: Vec<(&str, String)> = facilities
        .iter()
        .map(|id| ("facilityId", id.to_string()))
        .collect();
    let link = allowed.state().link("/redactions");
    let page = allowed
        .read(move |tx| {
            let items = store::list(tx, &window, &facilities)?;
            let items = items.into_iter().map(|one| one.seen_by(tx)).collect();
            Ok(window.page(items, &link, &filters, |item| item.id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Remove a text that should not have been written
///
/// From everything that is kept of the facility: current answers, handed-in revisions, what the audit recorded, answers kept for a repeated
/// request, names of files; and the bytes of text files that hold it, and of the attachments that are named. `[verwijderd]` stands in its place.
/// Codes, and the names of who did something, are left as they are.
///
/// From the answer on nobody reads it. `status` is `removing` until the service has written the database's files anew, and then `done`. Older
/// backups are the operator's to deal with; what is written later is not covered. With `dryRun`, for the
/// facility itself, it is only counted: 200, and nothing changes.
#[utoipa::path(tag = "Redactions", operation_id = "createRedaction", request_body = RedactionInput,
    extensions(("x-action" = json!("Redact"))),
    responses((status = 200, description = "What would go; nothing was changed.", body = RedactionPreview),
        (status = 201, description = "It is gone for whoever reads.", body = Redaction)))]
#[post("/redactions")]
pub async fn create_redaction(
    allowed: Allowed<Redact>,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<RedactionInput>,
) -> Result<HttpResponse, Problem> {
    let (id, input) = (Id::new(), Arc::new(body.value));
    let asked = input.clone();
    if input.dry_run {
        let found = allowed.read(move |tx| work::preview(tx, &asked)).await?;
        return answer::changed(&found, &ETag::named("dryRun"));
    }
    let files = allowed
        .read(move |tx| work::look_into_files(tx, &asked, &Files::default()))
        .await?;
    let facility = input.facility_id;
    let right = move |tx: &mut Tx| work::facility_in(tx, facility).map(drop);
    let redact = move |tx: &mut Tx| {
        let made = work::redact(tx, id, &input, &files)?.seen_by(tx);
        Stored::created(made.href.clone(), &made.tag(), &made)
    };
    let stored = allowed.write_once(key, body.bytes, right, redact).await?;
    allowed.state().redactions.wake();
    Ok(stored.response())
}

/// Read a redaction
#[utoipa::path(tag = "Redactions", operation_id = "readRedaction", params(("redactionId" = Id, Path, description = "The redaction.")),
    extensions(("x-action" = json!("ReadRedactions"))),
    responses((status = 200, description = "The redaction.", body = Redaction)))]
#[get("/redactions/{redactionId}")]
pub async fn read_redaction(
    allowed: Allowed<ReadRedactions>,
    path: Path<Id>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let found = allowed
        .read(move |tx| Ok(store::get(tx, path.0)?.seen_by(tx)))
        .await?;
    answer::found(&found, &found.tag(), &known)
}
