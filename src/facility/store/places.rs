//! The sites and units of a facility together, as an answer names them.
use chrono::NaiveDate;
use diesel::prelude::*;

use crate::access::Tx;
use crate::db::schema::{site, unit};
use crate::db::types::{AnyBackend, Id};
use crate::problem::Problem;

/// What kind of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceKind {
    /// A site (*uitbatingsplaats*).
    Site,
    /// A unit.
    Unit,
}

/// A site or a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What kind.
    pub kind: PlaceKind,
    /// Its identity.
    pub id: Id,
    /// What it is called.
    pub name: String,
    /// A unit's site.
    pub site_id: Option<Id>,
    /// A unit's type.
    pub facility_type: Option<String>,
}

/// The places of a facility that are there on a day, sites first. The caller must have been found to know about the facility.
pub fn places(tx: &mut Tx, facility: Id, day: NaiveDate) -> Result<Vec<Place>, Problem> {
    let sites: Vec<(Id, String)> = site::table
        .filter(site::facility_id.eq(facility))
        .filter(site::valid_from.le(day))
        .filter(site::valid_to.is_null().or(site::valid_to.gt(day)))
        .order(site::id)
        .select((site::id, site::name))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let units: Vec<(Id, String, Option<Id>, String)> = unit::table
        .filter(unit::facility_id.eq(facility))
        .filter(unit::valid_from.le(day))
        .filter(unit::valid_to.is_null().or(unit::valid_to.gt(day)))
        .order(unit::id)
        .select((unit::id, unit::name, unit::site_id, unit::facility_type))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let sites = sites.into_iter().map(|(id, name)| Place {
        kind: PlaceKind::Site,
        id,
        name,
        site_id: None,
        facility_type: None,
    });
    let units = units.into_iter().map(|(id, name, site_id, kind)| Place {
        kind: PlaceKind::Unit,
        id,
        name,
        site_id,
        facility_type: Some(kind),
    });
    Ok(sites.chain(units).collect())
}
