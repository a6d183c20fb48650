//! `/organisations` and `/facilities` with their sites and units.
use actix_web::{HttpResponse, get, post, put};
use utoipa::IntoParams;

use super::store;
use super::{
    Facility, FacilityInput, Organisation, OrganisationInput, Site, SiteInput, Unit, UnitInput,
};
use crate::access::Allowed;
use crate::access::policy::{ManageDirectory, ReadDirectory};
use crate::db::types::Id;
use crate::http::answer;
use crate::http::etag::IfNoneMatch;
use crate::http::idempotency::{IdempotencyKey, Stored};
use crate::http::page::Window;
use crate::http::query::{FromQuery, Nothing, Query, Reader, expected_id};
use crate::http::{ETag, IfMatch, Json, Page, Path};
use crate::problem::Problem;
use crate::text::Text;

/// Which organisations.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct OrganisationFilter {
    /// One of these identifiers, of whatever kind; KBO numbers also with dots and `BE`.
    #[param(required = false, nullable = false)]
    identifier: Vec<String>,
}

struct OrganisationQuery {
    window: Window<Id>,
    numbers: Vec<String>,
}

impl FromQuery for OrganisationQuery {
    fn from_query(reader: &mut Reader) -> Self {
        Self {
            window: Window::from_query(reader),
            numbers: reader.many("identifier", &any_text()),
        }
    }
}

fn any_text() -> Text {
    Text::new("Gebruik een tekst.", "Utilisez un texte.", "Use a text.")
}

/// List organisations
///
/// Facilities see their own; those who may know of every facility see all.
#[utoipa::path(tag = "Facilities", operation_id = "listOrganisations", params(OrganisationFilter),
    extensions(("x-action" = json!("ReadDirectory"))),
    responses((status = 200, description = "A page of organisations.", body = Page<Organisation>)))]
#[get("/organisations")]
pub async fn list_organisations(
    allowed: Allowed<ReadDirectory>,
    query: Query<OrganisationQuery>,
) -> Result<HttpResponse, Problem> {
    let OrganisationQuery { window, numbers } = query.0;
    let filters: Vec<(&str, String)> = numbers
        .iter()
        .map(|number| ("identifier", number.clone()))
        .collect();
    let link = allowed.state().link("/organisations");
    let page = allowed
        .read(move |tx| {
            let items = store::organisations(tx, &window, &numbers)?;
            Ok(window.page(items, &link, &filters, |item| item.id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Add an organisation
#[utoipa::path(tag = "Facilities", operation_id = "createOrganisation", request_body = OrganisationInput,
    extensions(("x-action" = json!("ManageDirectory"))),
    responses((status = 201, description = "The new organisation.", body = Organisation)))]
#[post("/organisations")]
pub async fn create_organisation(
    allowed: Allowed<ManageDirectory>,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<OrganisationInput>,
) -> Result<HttpResponse, Problem> {
    let (id, input) = (Id::new(), body.value);
    let work = move |tx: &mut crate::access::Tx| {
        let made = store::insert_organisation(tx, id, &input)?;
        Stored::created(made.href.clone(), &ETag::edit(made.edit), &made)
    };
    Ok(allowed
        .write_once(key, body.bytes, |_| Ok(()), work)
        .await?
        .response())
}

/// Read an organisation
#[utoipa::path(tag = "Facilities", operation_id = "readOrganisation", params(("organisationId" = Id, Path, description = "The organisation.")),
    extensions(("x-action" = json!("ReadDirectory"))),
    responses((status = 200, description = "The organisation.", body = Organisation)))]
#[get("/organisations/{organisationId}")]
pub async fn read_organisation(
    allowed: Allowed<ReadDirectory>,
    path: Path<Id>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let found = allowed
        .read(move |tx| store::organisation(tx, path.0))
        .await?;
    answer::found(&found, &ETag::edit(found.edit), &known)
}

/// Replace an organisation
#[utoipa::path(tag = "Facilities", operation_id = "replaceOrganisation", params(("organisationId" = Id, Path, description = "The organisation.")),
    request_body = OrganisationInput, extensions(("x-action" = json!("ManageDirectory"))),
    responses((status = 200, description = "The organisation as it is now.", body = Organisation)))]
#[put("/organisations/{organisationId}")]
pub async fn replace_organisation(
    allowed: Allowed<ManageDirectory>,
    path: Path<Id>,
    if_match: IfMatch,
    _: Query<Nothing>,
    body: Json<OrganisationInput>,
) -> Result<HttpResponse, Problem> {
    let changed = allowed
        .write(move |tx| {
            let current = store::organisation(tx, path.0)?;
            if_match.check(&ETag::edit(current.edit))?;
            store::update_organisation(tx, &current, &body.value)
        })
        .await?;
    answer::changed(&changed, &ETag::edit(changed.edit))
}

/// Which facilities.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct FacilityFilter {
    /// Of one of these types.
    #[param(required = false, nullable = false, rename = "facilityType")]
    facility_type: Vec<String>,
    /// Of one of these organisations.
    #[param(required = false, nullable = false, rename = "organisationId")]
    organisation_id: Vec<Id>,
}

struct FacilityQuery {
    window: Window<Id>,
    types: Vec<String>,
    organisations: Vec<Id>,
}

impl FromQuery for FacilityQuery {
    fn from_query(reader: &mut Reader) -> Self {
        Self {
            window: Window::from_query(reader),
            types: reader.many("facilityType", &any_text()),
            organisations: reader.many("organisationId", &expected_id()),
        }
    }
}

/// List facilities
#[utoipa::path(tag = "Facilities", operation_id = "listFacilities", params(FacilityFilter),
    extensions(("x-action" = json!("ReadDirectory"))),
    responses((status = 200, description = "A page of facilities.", body = Page<Facility>)))]
#[get("/facilities")]
pub async fn list_facilities(
    allowed: Allowed<ReadDirectory>,
    query: Query<FacilityQuery>,
) -> Result<HttpResponse, Problem> {
    let FacilityQuery {
        window,
        types,
        organisations,
    } = query.0;
    let mut filters: Vec<(&str, String)> = types
        .iter()
        .map(|name| ("facilityType", name.clone()))
        .collect();
    filters.extend(
        organisations
            .iter()
            .map(|id| ("organisationId", id.to_string())),
    );
    let link = allowed.state().link("/facilities");
    let page = allowed
        .read(move |tx| {
            let items = store::facilities(tx, &window, &types, &organisations)?;
            Ok(window.page(items, &link, &filters, |item| item.id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Add a facility
#[utoipa::path(tag = "Facilities", operation_id = "createFacility", request_body = FacilityInput,
    extensions(("x-action" = json!("ManageDirectory"))),
    responses((status = 201, description = "The new facility.", body = Facility)))]
#[post("/facilities")]
pub async fn create_facility(
    allowed: Allowed<ManageDirectory>,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<FacilityInput>,
) -> Result<HttpResponse, Problem> {
    let (id, input) = (Id::new(), body.value);
    let work = move |tx: &mut crate::access::Tx| {
        let made = store::insert_facility(tx, id, &input)?;
        Stored::created(made.href.clone(), &ETag::edit(made.edit), &made)
    };
    Ok(allowed
        .write_once(key, body.bytes, |_| Ok(()), work)
        .await?
        .response())
}

/// Read a facility
#[utoipa::path(tag = "Facilities", operation_id = "readFacility", params(("facilityId" = Id, Path, description = "The facility.")),
    extensions(("x-action" = json!("ReadDirectory"))),
    responses((status = 200, description = "The facility.", body = Facility)))]
#[get("/facilities/{facilityId}")]
pub async fn read_facility(
    allowed: Allowed<ReadDirectory>,
    path: Path<Id>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let found = allowed.read(move |tx| store::facility(tx, path.0)).await?;
    answer::found(&found, &ETag::edit(found.edit), &known)
}

/// Replace a facility
#[utoipa::path(tag = "Facilities", operation_id = "replaceFacility", params(("facilityId" = Id, Path, description = "The facility.")),
    request_body = FacilityInput, extensions(("x-action" = json!("ManageDirectory"))),
    responses((status = 200, description = "The facility as it is now.", body = Facility)))]
#[put("/facilities/{facilityId}")]
pub async fn replace_facility(
    allowed: Allowed<ManageDirectory>,
    path: Path<Id>,
    if_match: IfMatch,
    _: Query<Nothing>,
    body: Json<FacilityInput>,
) -> Result<HttpResponse, Problem> {
    let changed = allowed
        .write(move |tx| {
            let current = store::facility(tx, path.0)?;
            if_match.check(&ETag::edit(current.edit))?;
            store::update_facility(tx, &current, &body.value)
        })
        .await?;
    answer::changed(&changed, &ETag::edit(changed.edit))
}

/// List the sites of a facility
#[utoipa::path(tag = "Facilities", operation_id = "listSites", params(("facilityId" = Id, Path, description = "The facility.")),
    extensions(("x-action" = json!("ReadDirectory"))),
    responses((status = 200, description = "A page of sites.", body = Page<Site>)))]
#[get("/facilities/{facilityId}/sites")]
pub async fn list_sites(
    allowed: Allowed<ReadDirectory>,
    path: Path<Id>,
    query: Query<Window<Id>>,
) -> Result<HttpResponse, Problem> {
    let (facility_id, window) = (path.0, query.0);
    let link = allowed
        .state()
        .link(&format!("/facilities/{facility_id}/sites"));
    let page = allowed
        .read(move |tx| {
            let items = store::sites(tx, facility_id, &window)?;
            Ok(window.page(items, &link, &[], |item| item.id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Add a site to a facility
#[utoipa::path(tag = "Facilities", operation_id = "createSite", params(("facilityId" = Id, Path, description = "The facility.")),
    request_body = SiteInput, extensions(("x-action" = json!("ManageDirectory"))),
    responses((status = 201, description = "The new site.", body = Site)))]
#[post("/facilities/{facilityId}/sites")]
pub async fn create_site(
    allowed: Allowed<ManageDirectory>,
    path: Path<Id>,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<SiteInput>,
) -> Result<HttpResponse, Problem> {
    let (id, facility_id, input) = (Id::new(), path.0, body.value);
    let work = move |tx: &mut crate::access::Tx| {
        let made = store::save_site(tx, facility_id, id, None, &input)?;
        Stored::created(made.href.clone(), &ETag::edit(made.edit), &made)
    };
    let right = move |tx: &mut crate::access::Tx| store::facility(tx, facility_id).map(drop);
    Ok(allowed
        .write_once(key, body.bytes, right, work)
        .await?
        .response())
}

/// Read a site
#[utoipa::path(tag = "Facilities", operation_id = "readSite",
    params(("facilityId" = Id, Path, description = "The facility."), ("siteId" = Id, Path, description = "The site.")),
    extensions(("x-action" = json!("ReadDirectory"))),
    responses((status = 200, description = "The site.", body = Site)))]
#[get("/facilities/{facilityId}/sites/{siteId}")]
pub async fn read_site(
    allowed: Allowed<ReadDirectory>,
    path: Path<(Id, Id)>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (facility_id, id) = path.0;
    let found = allowed
        .read(move |tx| store::site(tx, facility_id, id))
        .await?;
    answer::found(&found, &ETag::edit(found.edit), &known)
}

/// Replace a site
#[utoipa::path(tag = "Facilities", operation_id = "replaceSite",
    params(("facilityId" = Id, Path, description = "The facility."), ("siteId" = Id, Path, description = "The site.")),
    request_body = SiteInput, extensions(("x-action" = json!("ManageDirectory"))),
    responses((status = 200, description = "The site as it is now.", body = Site)))]
#[put("/facilities/{facilityId}/sites/{siteId}")]
pub async fn replace_site(
    allowed: Allowed<ManageDirectory>,
    path: Path<(Id, Id)>,
    if_match: IfMatch,
    _: Query<Nothing>,
    body: Json<SiteInput>,
) -> Result<HttpResponse, Problem> {
    let (facility_id, id) = path.0;
    let changed = allowed
        .write(move |tx| {
            let current = store::site(tx, facility_id, id)?;
            if_match.check(&ETag::edit(current.edit))?;
            store::save_site(tx, facility_id, id, Some(&current), &body.value)
        })
        .await?;
    answer::changed(&changed, &ETag::edit(changed.edit))
}

/// List the units of a facility
#[utoipa::path(tag = "Facilities", operation_id = "listUnits", params(("facilityId" = Id, Path, description = "The facility.")),
    extensions(("x-action" = json!("ReadDirectory"))),
    responses((status = 200, description = "A page of units.", body = Page<Unit>)))]
#[get("/facilities/{facilityId}/units")]
pub async fn list_units(
    allowed: Allowed<ReadDirectory>,
    path: Path<Id>,
    query: Query<Window<Id>>,
) -> Result<HttpResponse, Problem> {
    let (facility_id, window) = (path.0, query.0);
    let link = allowed
        .state()
        .link(&format!("/facilities/{facility_id}/units"));
    let page = allowed
        .read(move |tx| {
            let items = store::units(tx, facility_id, &window)?;
            Ok(window.page(items, &link, &[], |item| item.id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Add a unit to a facility
#[utoipa::path(tag = "Facilities", operation_id = "createUnit", params(("facilityId" = Id, Path, description = "The facility.")),
    request_body = UnitInput, extensions(("x-action" = json!("ManageDirectory"))),
    responses((status = 201, description = "The new unit.", body = Unit)))]
#[post("/facilities/{facilityId}/units")]
pub async fn create_unit(
    allowed: Allowed<ManageDirectory>,
    path: Path<Id>,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<UnitInput>,
) -> Result<HttpResponse, Problem> {
    let (id, facility_id, input) = (Id::new(), path.0, body.value);
    let work = move |tx: &mut crate::access::Tx| {
        let made = store::save_unit(tx, facility_id, id, None, &input)?;
        Stored::created(made.href.clone(), &ETag::edit(made.edit), &made)
    };
    let right = move |tx: &mut crate::access::Tx| store::facility(tx, facility_id).map(drop);
    Ok(allowed
        .write_once(key, body.bytes, right, work)
        .await?
        .response())
}

/// Read a unit
#[utoipa::path(tag = "Facilities", operation_id = "readUnit",
    params(("facilityId" = Id, Path, description = "The facility."), ("unitId" = Id, Path, description = "The unit.")),
    extensions(("x-action" = json!("ReadDirectory"))),
    responses((status = 200, description = "The unit.", body = Unit)))]
#[get("/facilities/{facilityId}/units/{unitId}")]
pub async fn read_unit(
    allowed: Allowed<ReadDirectory>,
    path: Path<(Id, Id)>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (facility_id, id) = path.0;
    let found = allowed
        .read(move |tx| store::unit(tx, facility_id, id))
        .await?;
    answer::found(&found, &ETag::edit(found.edit), &known)
}

/// Replace a unit
#[utoipa::path(tag = "Facilities", operation_id = "replaceUnit",
    params(("facilityId" = Id, Path, description = "The facility."), ("unitId" = Id, Path, description = "The unit.")),
    request_body = UnitInput, extensions(("x-action" = json!("ManageDirectory"))),
    responses((status = 200, description = "The unit as it is now.", body = Unit)))]
#[put("/facilities/{facilityId}/units/{unitId}")]
pub async fn replace_unit(
    allowed: Allowed<ManageDirectory>,
    path: Path<(Id, Id)>,
    if_match: IfMatch,
    _: Query<Nothing>,
    body: Json<UnitInput>,
) -> Result<HttpResponse, Problem> {
    let (facility_id, id) = path.0;
    let changed = allowed
        .write(move |tx| {
            let current = store::unit(tx, facility_id, id)?;
            if_match.check(&ETag::edit(current.edit))?;
            store::save_unit(tx, facility_id, id, Some(&current), &body.value)
        })
        .await?;
    answer::changed(&changed, &ETag::edit(changed.edit))
}
