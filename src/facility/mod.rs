//! Organisations (*inrichtende macht*), their facilities (*voorziening, inspectiepunt*), sites (*uitbatingsplaats*) and units;
//! sectors and facility types as data; and the machines that were let in, by a mandate or by an admin.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::types::{Id, day, day_if_any};
use crate::http::body::Check;
use crate::http::checks::{at_most, check_name, check_validity};
use crate::problem::Issue;
use crate::text::Text;

pub mod identifiers;
pub mod integrations;
pub mod mandates;
mod sectors;
mod store;

pub mod routes;
pub use identifiers::IdentifierKind;
pub use integrations::{IntegrationGrant, IntegrationGrantInput};
pub use sectors::routes as sector_routes;
pub use sectors::store::{
    every_sector, find_facility_type, find_sector, put_facility_type, put_sector,
    require_facility_type, unknown_sector, unknown_sectors,
};
pub use sectors::{ControlBasis, FacilityType, FacilityTypeInput, Period, Sector, SectorInput};
pub use store::{
    Place, PlaceKind, facility, ids_in, in_body, insert_facility, insert_organisation,
    organisation, own, owned, places, save_site, save_unit, site, unit,
};

/// An identifier with its validity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Identifier {
    /// Which register it comes from.
    pub kind: IdentifierKind,
    /// The value; KBO numbers are accepted with dots and `BE`, and returned as ten digits.
    #[schema(max_length = 50, min_length = 1, example = "0566988259")]
    pub value: String,
    /// First day; that of the owner when left out.
    #[serde(
        deserialize_with = "day_if_any",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(required = false, nullable = false)]
    pub valid_from: Option<NaiveDate>,
    /// First day on which it no longer holds.
    #[serde(
        deserialize_with = "day_if_any",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(required = false, nullable = false)]
    pub valid_to: Option<NaiveDate>,
}

/// An organisation: the legal entity behind facilities.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Organisation {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// Its identifiers.
    pub identifiers: Vec<Identifier>,
    /// First day.
    pub valid_from: NaiveDate,
    /// First day on which it no longer exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub valid_to: Option<NaiveDate>,
    #[serde(skip)]
    pub(crate) edit: i64,
}

/// What an organisation is made of.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrganisationInput {
    /// Its name.
    #[schema(min_length = 1, max_length = 200, example = "vzw Zorggroep De Linde")]
    pub name: String,
    /// Its identifiers.
    #[serde(default)]
    #[schema(required = false, max_items = 50)]
    pub identifiers: Vec<Identifier>,
    /// First day.
    #[serde(deserialize_with = "day")]
    pub valid_from: NaiveDate,
    /// First day on which it no longer exists.
    #[serde(
        deserialize_with = "day_if_any",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(required = false, nullable = false)]
    pub valid_to: Option<NaiveDate>,
}

/// A facility: what reports and is inspected.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Facility {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity.
    pub id: Id,
    /// The organisation that runs it.
    pub organisation_id: Id,
    /// Its type, which places it in a sector.
    #[schema(example = "pz")]
    pub facility_type: String,
    /// Its name.
    pub name: String,
    /// Its identifiers.
    pub identifiers: Vec<Identifier>,
    /// First day.
    pub valid_from: NaiveDate,
    /// First day on which it no longer exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub valid_to: Option<NaiveDate>,
    #[serde(skip)]
    pub(crate) edit: i64,
}

/// What a facility is made of.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FacilityInput {
    /// The organisation that runs it.
    pub organisation_id: Id,
    /// Its type.
    #[schema(min_length = 1, max_length = 64, example = "pz")]
    pub facility_type: String,
    /// Its name.
    #[schema(
        min_length = 1,
        max_length = 200,
        example = "Psychiatrisch Ziekenhuis De Linde"
    )]
    pub name: String,
    /// Its identifiers.
    #[serde(default)]
    #[schema(required = false, max_items = 50)]
    pub identifiers: Vec<Identifier>,
    /// First day.
    #[serde(deserialize_with = "day")]
    pub valid_from: NaiveDate,
    /// First day on which it no longer exists.
    #[serde(
        deserialize_with = "day_if_any",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(required = false, nullable = false)]
    pub valid_to: Option<NaiveDate>,
}

/// A site of a facility (*uitbatingsplaats*).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Site {
    /// Its own address on the web.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity.
    pub id: Id,
    /// Its facility.
    pub facility_id: Id,
    /// Its name.
    pub name: String,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub address: Option<String>,
    /// The postal code of its address: samples of a region go by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, example = "9999")]
    pub postal_code: Option<String>,
    /// Its identifiers, the establishment number first of all.
    pub identifiers: Vec<Identifier>,
    /// First day.
    pub valid_from: NaiveDate,
    /// First day on which it no longer exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub valid_to: Option<NaiveDate>,
    #[serde(skip)]
    pub(crate) edit: i64,
}

/// What a site is made of.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SiteInput {
    /// Its name.
    #[schema(min_length = 1, max_length = 200, example = "Campus Noord")]
    pub name: String,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 200,
        example = "Lindelaan 1, 9999 Lindegem"
    )]
    pub address: Option<String>,
    /// The postal code of its address, in Belgium: samples of a region go by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        pattern = "^[1-9][0-9]{3}$",
        example = "9999"
    )]
    pub postal_code: Option<String>,
    /// Its identifiers.
    #[serde(default)]
    #[schema(required = false, max_items = 50)]
    pub identifiers: Vec<Identifier>,
    /// First day.
    #[serde(deserialize_with = "day")]
    pub valid_from: NaiveDate,
    /// First day on which it no longer exists.
    #[serde(
        deserialize_with = "day_if_any",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(required = false, nullable = false)]
    pub valid_to: Option<NaiveDate>,
}

/// A unit of a facility; it may be in another sector, as a hospital's emergency department is.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Unit {
    /// Its own address on the web.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity.
    pub id: Id,
    /// Its facility.
    pub facility_id: Id,
    /// The site where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub site_id: Option<Id>,
    /// Its type, which places it in a sector.
    #[schema(example = "paaz")]
    pub facility_type: String,
    /// Its name.
    pub name: String,
    /// First day.
    pub valid_from: NaiveDate,
    /// First day on which it no longer exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub valid_to: Option<NaiveDate>,
    #[serde(skip)]
    pub(crate) edit: i64,
}

/// What a unit is made of.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UnitInput {
    /// The site where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub site_id: Option<Id>,
    /// Its type.
    #[schema(min_length = 1, max_length = 64, example = "pz")]
    pub facility_type: String,
    /// Its name.
    #[schema(min_length = 1, max_length = 200, example = "Opname 2")]
    pub name: String,
    /// First day.
    #[serde(deserialize_with = "day")]
    pub valid_from: NaiveDate,
    /// First day on which it no longer exists.
    #[serde(
        deserialize_with = "day_if_any",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(required = false, nullable = false)]
    pub valid_to: Option<NaiveDate>,
}

impl Check for OrganisationInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_name("name", &self.name, faults);
        check_validity(self.valid_from, self.valid_to, "validTo", faults);
        check_identifiers(&self.identifiers, self.valid_from, faults);
    }
}

impl Check for FacilityInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_name("name", &self.name, faults);
        check_validity(self.valid_from, self.valid_to, "validTo", faults);
        check_identifiers(&self.identifiers, self.valid_from, faults);
    }
}

impl Check for SiteInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_name("name", &self.name, faults);
        if let Some(address) = &self.address {
            check_name("address", address, faults);
        }
        if let Some(code) = &self.postal_code {
            check_postal_code("postalCode", code, faults);
        }
        check_validity(self.valid_from, self.valid_to, "validTo", faults);
        check_identifiers(&self.identifiers, self.valid_from, faults);
    }
}

impl Check for UnitInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_name("name", &self.name, faults);
        check_validity(self.valid_from, self.valid_to, "validTo", faults);
    }
}

/// A Belgian postal code: four digits, the first of them no zero.
pub fn check_postal_code(name: &str, code: &str, faults: &mut Vec<Issue>) {
    let digits = code.len() == 4 && code.bytes().all(|byte| byte.is_ascii_digit());
    if digits && !code.starts_with('0') {
        return;
    }
    let detail = Text::new(
        "Gebruik een postcode van vier cijfers, zoals 9000.",
        "Utilisez un code postal de quatre chiffres, comme 9000.",
        "Use a postal code of four digits, such as 9000.",
    );
    faults.push(Issue::body("invalidValue", name, detail).with_value(code));
}

fn check_identifiers(all: &[Identifier], owner_from: NaiveDate, faults: &mut Vec<Issue>) {
    if !at_most("identifiers", all.len(), 50, faults) {
        return;
    }
    for (index, one) in all.iter().enumerate() {
        let value = identifiers::canonical(&one.value);
        if let Some(detail) = identifiers::fault(one.kind, &value) {
            let name = format!("identifiers[{index}].value");
            faults
                .push(Issue::body("invalidIdentifier", name, detail).with_value(one.value.clone()));
        }
        let name = format!("identifiers[{index}].validTo");
        let from = one.valid_from.unwrap_or(owner_from);
        check_validity(from, one.valid_to, &name, faults);
    }
}
