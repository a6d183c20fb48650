//! `/devices`.
use actix_web::{HttpResponse, delete, get, put};

use super::{Device, DeviceInput, store};
use crate::access::Allowed;
use crate::access::policy::{ReadDevices, RegisterDevice, RevokeDevice};
use crate::db::types::Id;
use crate::http::answer;
use crate::http::etag::{IfNoneMatch, Precondition};
use crate::http::page::Window;
use crate::http::query::{Nothing, Query};
use crate::http::{IfMatch, Json, Page, Path};
use crate::problem::Problem;

/// List devices
///
/// An inspector's own; planners and admins see all.
#[utoipa::path(tag = "Inspection", operation_id = "listDevices", extensions(("x-action" = json!("ReadDevices"))),
    responses((status = 200, description = "A page of devices.", body = Page<Device>)))]
#[get("/devices")]
pub async fn list_devices(
    allowed: Allowed<ReadDevices>,
    query: Query<Window<Id>>,
) -> Result<HttpResponse, Problem> {
    let (window, link) = (query.0, allowed.state().link("/devices"));
    let page = allowed
        .read(move |tx| {
            let items = store::list(tx, &window)?;
            Ok(window.page(items, &link, &[], |item| item.id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Read a device
#[utoipa::path(tag = "Inspection", operation_id = "readDevice", params(("deviceId" = Id, Path, description = "The device.")),
    extensions(("x-action" = json!("ReadDevices"))),
    responses((status = 200, description = "The device.", body = Device)))]
#[get("/devices/{deviceId}")]
pub async fn read_device(
    allowed: Allowed<ReadDevices>,
    path: Path<Id>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let found = allowed.read(move |tx| store::get(tx, path.0)).await?;
    answer::found(&found, &found.tag(), &known)
}

/// Register a device, or call it otherwise
///
/// It is the caller's own from then on. What is made on it offline names it.
#[utoipa::path(tag = "Inspection", operation_id = "putDevice", params(("deviceId" = Id, Path, description = "The device; the client makes the id.")),
    request_body = DeviceInput, extensions(("x-action" = json!("RegisterDevice"))),
    responses((status = 200, description = "The device as it is now.", body = Device), (status = 201, description = "The new device.", body = Device)))]
#[put("/devices/{deviceId}")]
pub async fn put_device(
    allowed: Allowed<RegisterDevice>,
    path: Path<Id>,
    condition: Precondition,
    _: Query<Nothing>,
    body: Json<DeviceInput>,
) -> Result<HttpResponse, Problem> {
    let (id, input) = (path.0, body.value);
    let (saved, new) = allowed
        .write(move |tx| {
            let current = store::find(tx, id)?;
            condition.check(current.as_ref().map(Device::tag).as_ref())?;
            let saved = store::save(tx, id, current.as_ref(), &input)?;
            Ok((saved, current.is_none()))
        })
        .await?;
    answer::put(&saved, &saved.tag(), &saved.href, new)
}

/// Revoke a device
///
/// Lost, or handed in. It stays on record; what it sends afterwards is kept, set apart, and counts for nothing.
#[utoipa::path(tag = "Inspection", operation_id = "revokeDevice", params(("deviceId" = Id, Path, description = "The device.")),
    extensions(("x-action" = json!("RevokeDevice"))),
    responses((status = 200, description = "The device as it is now.", body = Device)))]
#[delete("/devices/{deviceId}")]
pub async fn revoke_device(
    allowed: Allowed<RevokeDevice>,
    path: Path<Id>,
    if_match: IfMatch,
    _: Query<Nothing>,
) -> Result<HttpResponse, Problem> {
    let revoked = allowed
        .write(move |tx| {
            let current = store::get(tx, path.0)?;
            if_match.check(&current.tag())?;
            store::revoke(tx, &current)
        })
        .await?;
    answer::changed(&revoked, &revoked.tag())
}
