//! `/inspections/{inspectionId}/syncs`.
use actix_web::{HttpResponse, get, post};

use super::pack::{self, Pack};
use super::store;
use super::sync::{self, Receipt, SyncInput};
use crate::access::policy::{ReadFindings, RecordInspections};
use crate::access::{Allowed, Tx};
use crate::db::types::Id;
use crate::http::answer;
use crate::http::etag::IfNoneMatch;
use crate::http::idempotency::{IdempotencyKey, Stored};
use crate::http::query::{Nothing, Query};
use crate::http::{ETag, Json, Path};
use crate::inspection::{device, rules, work};
use crate::problem::Problem;

/// Send what was made offline
///
/// A batch of versions, in whichever order; each is judged by itself, and one that is rejected holds no other up. The answer is a receipt: what is
/// in it is stored for good. The same batch sent again gets the same receipt. Versions for an inspection that has ended meanwhile are kept, and
/// marked `late`.
#[utoipa::path(tag = "Inspection", operation_id = "syncFindings", params(("inspectionId" = Id, Path, description = "The inspection.")),
    request_body = SyncInput, extensions(("x-action" = json!("RecordInspections"))),
    responses((status = 200, description = "The receipt of a batch that came before.", body = Receipt),
        (status = 201, description = "The receipt.", body = Receipt)))]
#[post("/inspections/{inspectionId}/syncs")]
pub async fn sync_findings(
    allowed: Allowed<RecordInspections>,
    path: Path<Id>,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<SyncInput>,
) -> Result<HttpResponse, Problem> {
    let (id, input, is_suspicious) = (path.0, body.value, body.is_suspicious);
    // A replay asks for the right too; the work itself does.
    let may_replay = key.is_given();
    let right = move |tx: &mut Tx| {
        if may_replay {
            work::may(tx, id, &rules::SYNC)?;
        }
        Ok(())
    };
    let take = move |tx: &mut Tx| {
        // Asked once, for it comes often: who may not sync waits for its turn to hear so.
        store::take_turn(tx, id)?;
        let head = work::find_for(tx, id, &rules::SYNC)?;
        let device = device::own(tx, input.device_id)?;
        let (receipt, new) = sync::take(tx, &head, &device, (&input, is_suspicious))?;
        let created_at = new.then(|| sync::href(id, input.batch_id));
        Ok(Stored::written(created_at, &tag(input.batch_id), receipt))
    };
    Ok(allowed
        .write_once(key, body.bytes, right, take)
        .await?
        .response())
}

/// A receipt never changes.
fn tag(batch: Id) -> ETag {
    ETag::named(batch.to_string())
}

/// Read a receipt
#[utoipa::path(tag = "Inspection", operation_id = "readReceipt",
    params(("inspectionId" = Id, Path, description = "The inspection."), ("batchId" = Id, Path, description = "The batch.")),
    extensions(("x-action" = json!("ReadFindings"))),
    responses((status = 200, description = "The receipt.", body = Receipt)))]
#[get("/inspections/{inspectionId}/syncs/{batchId}")]
pub async fn read_receipt(
    allowed: Allowed<ReadFindings>,
    path: Path<(Id, Id)>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (id, batch) = path.0;
    let receipt: Receipt = allowed
        .read(move |tx| {
            work::find_inside(tx, id)?;
            let (_, receipt) = store::batch(tx, id, batch)?.ok_or_else(Problem::not_found)?;
            receipt.to()
        })
        .await?;
    answer::found(&receipt, &tag(batch), &known)
}

/// Read an inspection's pack
///
/// Everything that a tablet needs to work offline, with its hash and the moment from which it is shown no more. Fetch it again with its tag: 304
/// when it is still that.
#[utoipa::path(tag = "Inspection", operation_id = "readPack", params(("inspectionId" = Id, Path, description = "The inspection.")),
    extensions(("x-action" = json!("ReadFindings"))),
    responses((status = 200, description = "The pack.", body = Pack)))]
#[get("/inspections/{inspectionId}/pack")]
pub async fn read_pack(
    allowed: Allowed<ReadFindings>,
    path: Path<Id>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let packed = allowed
        .read(move |tx| {
            let head = work::find_inside(tx, path.0)?;
            pack::pack(tx, &head)
        })
        .await?;
    answer::found(&packed, &packed.tag(), &known)
}
