//! Sectors and facility types: data, with who is responsible for them per period.
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Tx;
use crate::audit::{self, Event};
use crate::db::guarded::{first_of_its_code, one_changed};
use crate::db::schema::{facility_type, sector};
use crate::db::types::{AnyBackend, JsonText, Moment};
use crate::http::body::Check;
use crate::http::checks::{at_most, check_name, check_title, check_validity};
use crate::http::page::{Arrival, Window};
use crate::problem::{Issue, Problem};
use crate::text::Text;
use crate::words::Texts;

pub mod routes;

crate::text_enum! {
    /// Whether the inspectorate has ground to check the Kindreflex in a sector.
    pub enum ControlBasis {
        /// A framework says so.
        Regulated = "regulated",
        /// Still to be worked out: no inspection round can be opened.
        ToBeWorkedOut = "toBeWorkedOut",
    }
}

/// Who is responsible in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ResponsibilityPeriod)]
pub struct Period {
    /// First day.
    pub valid_from: NaiveDate,
    /// First day on which it no longer holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub valid_to: Option<NaiveDate>,
    /// The minister.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 200,
        example = "Vlaams minister van Welzijn"
    )]
    pub minister: Option<String>,
    /// The recognising body (*bevoegde entiteit*).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 200,
        example = "Departement Zorg"
    )]
    pub recognising_body: Option<String>,
    /// The inspectorate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 200,
        example = "Zorginspectie"
    )]
    pub inspectorate: Option<String>,
    /// Whether there is ground to inspect.
    pub control_basis: ControlBasis,
}

/// What a sector is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SectorInput {
    /// Its name.
    pub title: Texts,
    /// Who is responsible, per period.
    #[serde(default)]
    #[schema(required = false, max_items = 50)]
    pub periods: Vec<Period>,
}

/// A sector.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Sector {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its code.
    #[schema(example = "ggz")]
    pub code: String,
    /// Its name.
    pub title: Texts,
    /// Who is responsible, per period.
    pub periods: Vec<Period>,
    #[serde(skip)]
    pub(crate) edit: i64,
    #[serde(skip)]
    pub(crate) created_at: Moment,
}

/// What a facility type is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FacilityTypeInput {
    /// The sector that it belongs to.
    #[schema(min_length = 1, max_length = 64, example = "ggz")]
    pub sector_code: String,
    /// Its name.
    pub title: Texts,
    /// Who is responsible where that differs from the sector, per period.
    #[serde(default)]
    #[schema(required = false, max_items = 50)]
    pub periods: Vec<Period>,
}

/// A facility type.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FacilityType {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its code.
    #[schema(example = "pz")]
    pub code: String,
    /// The sector that it belongs to.
    #[schema(example = "ggz")]
    pub sector_code: String,
    /// Its name.
    pub title: Texts,
    /// Who is responsible where that differs from the sector, per period.
    pub periods: Vec<Period>,
    #[serde(skip)]
    pub(crate) edit: i64,
    #[serde(skip)]
    pub(crate) created_at: Moment,
}

impl Check for SectorInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_title("title", &self.title, faults);
        check_periods(&self.periods, faults);
    }
}

impl Check for FacilityTypeInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_title("title", &self.title, faults);
        check_periods(&self.periods, faults);
    }
}

/// Each period ends after it starts, and no two of them overlap.
fn check_periods(periods: &[Period], faults: &mut Vec<Issue>) {
    if !at_most("periods", periods.len(), 50, faults) {
        return;
    }
    for (index, period) in periods.iter().enumerate() {
        let at = |field: &str| format!("periods[{index}].{field}");
        check_validity(period.valid_from, period.valid_to, &at("validTo"), faults);
        for (field, value) in [
            ("minister", &period.minister),
            ("recognisingBody", &period.recognising_body),
            ("inspectorate", &period.inspectorate),
        ] {
            if let Some(value) = value {
                check_name(&at(field), value, faults);
            }
        }
        let overlaps = periods.iter().take(index).any(|other| {
            let ends_after =
                |a: &Period, b: &Period| a.valid_to.is_none_or(|end| end > b.valid_from);
            ends_after(other, period) && ends_after(period, other)
        });
        if overlaps {
            faults.push(Issue::body(
                "overlap",
                at("validFrom"),
                Text::new(
                    "Deze periode overlapt met een eerdere in de lijst.",
                    "Cette période chevauche une précédente de la liste.",
                    "This period overlaps with an earlier one in the list.",
                ),
            ));
        }
    }
}

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

fn sectors(tx: &mut Tx, window: &Window<Arrival>) -> Result<Vec<Sector>, Problem> {
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

fn find_sector(tx: &mut Tx, code: &str) -> Result<Option<Sector>, Problem> {
    let row = sector::table
        .filter(sector::code.eq(code))
        .select(SectorRow::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    row.map(SectorRow::sector).transpose()
}

/// Stores a sector, new (`current` absent) or instead of the one that the caller has seen.
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

fn facility_types(tx: &mut Tx, window: &Window<Arrival>) -> Result<Vec<FacilityType>, Problem> {
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

fn find_facility_type(tx: &mut Tx, code: &str) -> Result<Option<FacilityType>, Problem> {
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
                "Dit type voorziening is niet bekend; zie GET /v1/facilityTypes.",
                "Ce type de structure n'est pas connu ; voir GET /v1/facilityTypes.",
                "This facility type is not known; see GET /v1/facilityTypes.",
            ),
        )
        .with_value(code),
    ))
}

/// Stores a facility type, new (`current` absent) or instead of the one that the caller has seen.
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
