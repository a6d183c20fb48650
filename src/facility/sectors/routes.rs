//! `/sectors` and `/facilityTypes`.
use actix_web::{HttpResponse, get, put};

use super::{FacilityType, FacilityTypeInput, Sector, SectorInput, store};
use crate::access::Allowed;
use crate::access::policy::{ManageSectors, ReadSectors};
use crate::http::answer;
use crate::http::etag::{IfNoneMatch, Precondition};
use crate::http::page::{Arrival, Window};
use crate::http::query::{Nothing, Query};
use crate::http::{ETag, Json, Page, Path};
use crate::problem::Problem;
use crate::words::Code;

/// List sectors
#[utoipa::path(tag = "Facilities", operation_id = "listSectors", extensions(("x-action" = json!("ReadSectors"))),
    responses((status = 200, description = "A page of sectors.", body = Page<Sector>)))]
#[get("/sectors")]
pub async fn list_sectors(
    allowed: Allowed<ReadSectors>,
    query: Query<Window<Arrival>>,
) -> Result<HttpResponse, Problem> {
    let window = query.0;
    let link = allowed.state().link("/sectors");
    let page = allowed
        .read(move |tx| {
            let items = store::sectors(tx, &window)?;
            Ok(window.page(items, &link, &[], |item| {
                Arrival::of(item.created_at, &item.code)
            }))
        })
        .await?;
    answer::plain(&page)
}

/// Read a sector
#[utoipa::path(tag = "Facilities", operation_id = "readSector", params(("sectorCode" = Code, Path, description = "The sector.")),
    extensions(("x-action" = json!("ReadSectors"))),
    responses((status = 200, description = "The sector.", body = Sector)))]
#[get("/sectors/{sectorCode}")]
pub async fn read_sector(
    allowed: Allowed<ReadSectors>,
    path: Path<Code>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let found = allowed
        .read(move |tx| store::find_sector(tx, path.0.as_str())?.ok_or_else(Problem::not_found))
        .await?;
    answer::found(&found, &ETag::edit(found.edit), &known)
}

/// Add or replace a sector
///
/// A new sector is data: nothing of the service has to change for it.
#[utoipa::path(tag = "Facilities", operation_id = "putSector", params(("sectorCode" = Code, Path, description = "The sector.")),
    request_body = SectorInput, extensions(("x-action" = json!("ManageSectors"))),
    responses((status = 200, description = "The sector as it is now.", body = Sector),
        (status = 201, description = "The new sector.", body = Sector)))]
#[put("/sectors/{sectorCode}")]
pub async fn put_sector(
    allowed: Allowed<ManageSectors>,
    path: Path<Code>,
    precondition: Precondition,
    _: Query<Nothing>,
    body: Json<SectorInput>,
) -> Result<HttpResponse, Problem> {
    let (saved, new) = allowed
        .write(move |tx| {
            let current = store::find_sector(tx, path.0.as_str())?;
            let tag = current.as_ref().map(|current| ETag::edit(current.edit));
            precondition.check(tag.as_ref())?;
            let saved = store::put_sector(tx, path.0.as_str(), current.as_ref(), &body.value)?;
            Ok((saved, current.is_none()))
        })
        .await?;
    answer::put(&saved, &ETag::edit(saved.edit), &saved.href, new)
}

/// List facility types
#[utoipa::path(tag = "Facilities", operation_id = "listFacilityTypes", extensions(("x-action" = json!("ReadSectors"))),
    responses((status = 200, description = "A page of facility types.", body = Page<FacilityType>)))]
#[get("/facilityTypes")]
pub async fn list_facility_types(
    allowed: Allowed<ReadSectors>,
    query: Query<Window<Arrival>>,
) -> Result<HttpResponse, Problem> {
    let window = query.0;
    let link = allowed.state().link("/facilityTypes");
    let page = allowed
        .read(move |tx| {
            let items = store::facility_types(tx, &window)?;
            Ok(window.page(items, &link, &[], |item| {
                Arrival::of(item.created_at, &item.code)
            }))
        })
        .await?;
    answer::plain(&page)
}

/// Read a facility type
#[utoipa::path(tag = "Facilities", operation_id = "readFacilityType", params(("facilityTypeCode" = Code, Path, description = "The facility type.")),
    extensions(("x-action" = json!("ReadSectors"))),
    responses((status = 200, description = "The facility type.", body = FacilityType)))]
#[get("/facilityTypes/{facilityTypeCode}")]
pub async fn read_facility_type(
    allowed: Allowed<ReadSectors>,
    path: Path<Code>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let found = allowed
        .read(move |tx| {
            store::find_facility_type(tx, path.0.as_str())?.ok_or_else(Problem::not_found)
        })
        .await?;
    answer::found(&found, &ETag::edit(found.edit), &known)
}

/// Add or replace a facility type
#[utoipa::path(tag = "Facilities", operation_id = "putFacilityType", params(("facilityTypeCode" = Code, Path, description = "The facility type.")),
    request_body = FacilityTypeInput, extensions(("x-action" = json!("ManageSectors"))),
    responses((status = 200, description = "The facility type as it is now.", body = FacilityType),
        (status = 201, description = "The new facility type.", body = FacilityType)))]
#[put("/facilityTypes/{facilityTypeCode}")]
pub async fn put_facility_type(
    allowed: Allowed<ManageSectors>,
    path: Path<Code>,
    precondition: Precondition,
    _: Query<Nothing>,
    body: Json<FacilityTypeInput>,
) -> Result<HttpResponse, Problem> {
    let (saved, new) = allowed
        .write(move |tx| {
            let current = store::find_facility_type(tx, path.0.as_str())?;
            let tag = current.as_ref().map(|current| ETag::edit(current.edit));
            precondition.check(tag.as_ref())?;
            let saved =
                store::put_facility_type(tx, path.0.as_str(), current.as_ref(), &body.value)?;
            Ok((saved, current.is_none()))
        })
        .await?;
    answer::put(&saved, &ETag::edit(saved.edit), &saved.href, new)
}
