//! Rows of sectors and facility types.
use diesel::prelude::*;

use super::{FacilityType, FacilityTypeInput, Sector, SectorInput};
use crate::access::Tx;
use crate::audit::{self, Event};
use crate::db::guarded::{first_of_its_code, one_changed};
use crate::db::schema::{facility_type, sector};
use crate::db::types::{AnyBackend, JsonText, Moment};
use crate::http::page::{Arrival, Window};
use crate::problem::{Issue, Problem};
use crate::text::Text;
use crate::training::attendance::kept;
use crate::words::Code;

#[derive(Queryable, Selectable)]
#[diesel(table_name = sector, check_for_backend(AnyBackend))]
struct SectorRow {
    code: String,
    document: JsonText,
    edit: i64,
    created_at: Moment,
}

impl SectorRow {
    fn sector(self) -> Result<Sector, Problem> {
        let SectorInput { title, periods } = self.document.to()?;
        Ok(Sector {
            href: format!("/v1/sectors/{}", self.code),
            code: self.code,
            title,
            periods,
            edit: self.edit,
            created_at: self.created_at,
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = facility_type, check_for_backend(AnyBackend))]
struct FacilityTypeRow {
    code: String,
    document: JsonText,
    edit: i64,
    created_at: Moment,
}

impl FacilityTypeRow {
    fn facility_type(self) -> Result<FacilityType, Problem> {
        let FacilityTypeInput {
            sector_code,
            title,
            periods,
        } = self.document.to()?;
        Ok(FacilityType {
            href: format!("/v1/facilityTypes/{}", self.code),
            code: self.code,
            sector_code,
            title,
            periods,
            edit: self.edit,
            created_at: self.created_at,
        })
    }
}

/// Sectors in the order of arrival.
pub fn sectors(tx: &mut Tx, window: &Window<Arrival>) -> Result<Vec<Sector>, Problem> {
    let mut query = sector::table
        .select(SectorRow::as_select())
        .order((sector::created_at, sector::code))
        .limit(window.limit())
        .into_boxed::<AnyBackend>();
    if let Some(after) = &window.after {
        let same = sector::created_at.eq(after.at);
        let later = sector::created_at.gt(after.at);
        query = query.filter(later.or(same.and(sector::code.gt(after.code.clone()))));
    }
    let rows = query.load(tx.conn)?;
    rows.into_iter().map(SectorRow::sector).collect()
}

/// Every sector, in the order of arrival.
pub fn every_sector(tx: &mut Tx) -> Result<Vec<Sector>, Problem> {
    let rows: Vec<SectorRow> = sector::table
        .select(SectorRow::as_select())
        .order((sector::created_at, sector::code))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    rows.into_iter().map(SectorRow::sector).collect()
}

/// A sector, if there is one by this code.
pub fn find_sector(tx: &mut Tx, code: &str) -> Result<Option<Sector>, Problem> {
    let row = sector::table
        .filter(sector::code.eq(code))
        .select(SectorRow::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    row.map(SectorRow::sector).transpose()
}

/// A fault for each of these codes, in a list of that name, that no sector has.
pub fn unknown_sectors(tx: &mut Tx, list: &str, codes: &[Code]) -> Result<Vec<Issue>, Problem> {
    let mut faults = Vec::new();
    for (index, code) in codes.iter().enumerate() {
        if find_sector(tx, code.as_str())?.is_none() {
            faults.push(unknown_sector(format!("{list}[{index}]"), code));
        }
    }
    Ok(faults)
}

/// The fault of a code that no sector has.
pub fn unknown_sector(at: String, code: &Code) -> Issue {
    let detail = Text::new(
        "Deze sector is niet bekend; zie GET /v1/sectors.",
        "Ce secteur n'est pas connu ; voir GET /v1/sectors.",
        "This sector is not known; see GET /v1/sectors.",
    );
    Issue::body("unknownReference", at, detail).with_value(code.as_str())
}

/// Stores a sector, new (`current` absent) or instead of the one that the caller has seen, and records it.
pub fn put_sector(
    tx: &mut Tx,
    code: &str,
    current: Option<&Sector>,
    input: &SectorInput,
) -> Result<Sector, Problem> {
    let document = JsonText::of(input)?;
    if let Some(current) = current {
        let changed = diesel::update(sector::table)
            .filter(sector::code.eq(code))
            .filter(sector::edit.eq(current.edit))
            .set((
                sector::document.eq(document),
                sector::edit.eq(current.edit + 1),
            ))
            .execute(tx.conn)?;
        one_changed(changed)?;
    } else {
        let stored = diesel::insert_into(sector::table)
            .values((
                sector::code.eq(code),
                sector::document.eq(document),
                sector::edit.eq(1_i64),
                sector::created_at.eq(tx.now),
            ))
            .execute(tx.conn);
        first_of_its_code(stored)?;
    }
    audit::record(tx, Event::new("sectorSaved", "sector", code).with(input)?)?;
    find_sector(tx, code)?.ok_or_else(Problem::not_found)
}

/// Facility types in the order of arrival.
pub fn facility_types(tx: &mut Tx, window: &Window<Arrival>) -> Result<Vec<FacilityType>, Problem> {
    let mut query = facility_type::table
        .select(FacilityTypeRow::as_select())
        .order((facility_type::created_at, facility_type::code))
        .limit(window.limit())
        .into_boxed::<AnyBackend>();
    if let Some(after) = &window.after {
        let same = facility_type::created_at.eq(after.at);
        let later = facility_type::created_at.gt(after.at);
        query = query.filter(later.or(same.and(facility_type::code.gt(after.code.clone()))));
    }
    let rows = query.load(tx.conn)?;
    rows.into_iter()
        .map(FacilityTypeRow::facility_type)
        .collect()
}

/// A facility type, if there is one by this code.
pub fn find_facility_type(tx: &mut Tx, code: &str) -> Result<Option<FacilityType>, Problem> {
    let row = facility_type::table
        .filter(facility_type::code.eq(code))
        .select(FacilityTypeRow::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    row.map(FacilityTypeRow::facility_type).transpose()
}

/// Refuses a facility type that is not in the list.
pub fn require_facility_type(tx: &mut Tx, field: &str, code: &str) -> Result<(), Problem> {
    if find_facility_type(tx, code)?.is_some() {
        return Ok(());
    }
    Err(Problem::fault(
        Issue::body(
            "unknownReference",
            field,
            Text::new(
                format!("Het type voorziening {code} is niet bekend; zie GET /v1/facilityTypes, of voeg het eerst toe met PUT /v1/facilityTypes/{code}."),
                format!("Le type de structure {code} n'est pas connu ; voir GET /v1/facilityTypes, ou ajoutez-le d'abord avec PUT /v1/facilityTypes/{code}."),
                format!("The facility type {code} is not known; see GET /v1/facilityTypes, or add it first with PUT /v1/facilityTypes/{code}."),
            ),
        )
        .with_value(code),
    ))
}

/// Stores a facility type, new (`current` absent) or instead of the one that the caller has seen, and records it.
pub fn put_facility_type(
    tx: &mut Tx,
    code: &str,
    current: Option<&FacilityType>,
    input: &FacilityTypeInput,
) -> Result<FacilityType, Problem> {
    if find_sector(tx, &input.sector_code)?.is_none() {
        return Err(Problem::unknown_reference("sectorCode", &input.sector_code));
    }
    let document = JsonText::of(input)?;
    if let Some(current) = current {
        let changed = diesel::update(facility_type::table)
            .filter(facility_type::code.eq(code))
            .filter(facility_type::edit.eq(current.edit))
            .set((
                facility_type::sector_code.eq(&input.sector_code),
                facility_type::document.eq(document),
                facility_type::edit.eq(current.edit + 1),
            ))
            .execute(tx.conn)?;
        one_changed(changed)?;
        if input.sector_code != current.sector_code {
            kept::recount(tx)?;
        }
    } else {
        let stored = diesel::insert_into(facility_type::table)
            .values((
                facility_type::code.eq(code),
                facility_type::sector_code.eq(&input.sector_code),
                facility_type::document.eq(document),
                facility_type::edit.eq(1_i64),
                facility_type::created_at.eq(tx.now),
            ))
            .execute(tx.conn);
        first_of_its_code(stored)?;
    }
    audit::record(
        tx,
        Event::new("facilityTypeSaved", "facilityType", code).with(input)?,
    )?;
    find_facility_type(tx, code)?.ok_or_else(Problem::not_found)
}
