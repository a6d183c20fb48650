//! Sectors and facility types: data, with who is responsible for them per period.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::types::{Moment, day, day_if_any};
use crate::http::body::Check;
use crate::http::checks::{at_most, check_name, check_title, check_validity};
use crate::problem::Issue;
use crate::text::Text;
use crate::words::Texts;

pub mod routes;
pub mod store;

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
    #[serde(deserialize_with = "day")]
    pub valid_from: NaiveDate,
    /// First day on which it no longer holds.
    #[serde(
        deserialize_with = "day_if_any",
        default,
        skip_serializing_if = "Option::is_none"
    )]
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

impl Sector {
    /// Is there ground to inspect on this day? Where nothing is said of it, there is none.
    pub fn is_regulated_on(&self, day: NaiveDate) -> bool {
        let holds = |period: &&Period| {
            period.valid_from <= day && period.valid_to.is_none_or(|end| day < end)
        };
        let period = self.periods.iter().find(holds);
        period.is_some_and(|period| period.control_basis == ControlBasis::Regulated)
    }
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
