//! Who there is in the demo. All fictitious.
use super::ids;
use crate::facility::ControlBasis;

/// Sectors with their names, and whether the inspectorate has ground to check the Kindreflex there.
pub const SECTORS: &[(&str, &str, ControlBasis)] = &[
    (
        "ggz",
        "Geestelijke gezondheidszorg",
        ControlBasis::Regulated,
    ),
    (
        "caw",
        "Centra algemeen welzijnswerk",
        ControlBasis::ToBeWorkedOut,
    ),
    (
        "spoed",
        "Spoeddiensten van algemene ziekenhuizen",
        ControlBasis::ToBeWorkedOut,
    ),
    (
        "justitiehuizen",
        "Justitiehuizen",
        ControlBasis::ToBeWorkedOut,
    ),
    ("jeugdwerk", "Jeugdwerk", ControlBasis::ToBeWorkedOut),
];

/// Facility types with their sectors and names.
pub const TYPES: &[(&str, &str, &str)] = &[
    ("pz", "ggz", "Psychiatrisch ziekenhuis"),
    ("ibw", "ggz", "Initiatief van beschut wonen"),
    ("cgg", "ggz", "Centrum voor geestelijke gezondheidszorg"),
    ("pvt", "ggz", "Psychiatrisch verzorgingstehuis"),
    (
        "paaz",
        "ggz",
        "Psychiatrische afdeling van een algemeen ziekenhuis",
    ),
    ("caw", "caw", "Centrum algemeen welzijnswerk"),
    ("spoed", "spoed", "Spoeddienst"),
    ("justitiehuis", "justitiehuizen", "Justitiehuis"),
    ("jeugdwerk", "jeugdwerk", "Jeugdwerkorganisatie"),
];

/// A facility of the demo.
pub struct Made {
    /// Its id.
    pub id: &'static str,
    /// Its organisation: id and name.
    pub organisation: (&'static str, &'static str),
    /// Is it the first of its organisation?
    pub first: bool,
    /// What the organisation's number is made of.
    pub number: u32,
    /// Its type.
    pub kind: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Last year's self-assessment, when it has one.
    pub past: Option<&'static str>,
}

const LINDE: (&str, &str) = (ids::ORGANISATION, "vzw De Linde (fictief)");
const BERK: (&str, &str) = (ids::OTHER_ORGANISATION, "vzw De Berk (fictief)");
const WILG: (&str, &str) = (ids::NEW_ORGANISATION, "vzw De Wilg (fictief)");
const BRUG: (&str, &str) = (ids::CAW_ORGANISATION, "CAW De Brug (fictief)");
const BEUK: (&str, &str) = (ids::HOSPITAL_ORGANISATION, "AZ De Beuk (fictief)");

/// Every facility of the demo.
pub const FACILITIES: &[Made] = &[
    Made {
        id: ids::FACILITY,
        organisation: LINDE,
        first: true,
        number: 9_990_001,
        kind: "pz",
        name: "Psychiatrisch Ziekenhuis De Linde",
        past: Some(ids::SELF_ASSESSMENT),
    },
    Made {
        id: "0190a000-0000-7000-8000-000000000012",
        organisation: LINDE,
        first: false,
        number: 9_990_001,
        kind: "ibw",
        name: "Beschut Wonen De Linde",
        past: Some("0190a000-0000-7000-8000-000000000052"),
    },
    Made {
        id: "0190a000-0000-7000-8000-000000000013",
        organisation: BERK,
        first: true,
        number: 9_990_002,
        kind: "pz",
        name: "Psychiatrisch Ziekenhuis De Berk",
        past: Some("0190a000-0000-7000-8000-000000000053"),
    },
    Made {
        id: "0190a000-0000-7000-8000-000000000014",
        organisation: BERK,
        first: false,
        number: 9_990_002,
        kind: "cgg",
        name: "CGG De Berk",
        past: Some("0190a000-0000-7000-8000-000000000054"),
    },
    Made {
        id: "0190a000-0000-7000-8000-000000000015",
        organisation: WILG,
        first: true,
        number: 9_990_003,
        kind: "pz",
        name: "Psychiatrisch Ziekenhuis De Wilg",
        past: None,
    },
    Made {
        id: "0190a000-0000-7000-8000-000000000016",
        organisation: BRUG,
        first: true,
        number: 9_990_004,
        kind: "caw",
        name: "CAW De Brug",
        past: None,
    },
    Made {
        id: "0190a000-0000-7000-8000-000000000017",
        organisation: BEUK,
        first: true,
        number: 9_990_005,
        kind: "paaz",
        name: "PAAZ De Beuk",
        past: None,
    },
    Made {
        id: "0190a000-0000-7000-8000-000000000018",
        organisation: BEUK,
        first: false,
        number: 9_990_005,
        kind: "spoed",
        name: "Spoeddienst De Beuk",
        past: None,
    },
];

/// The sites of Psychiatrisch Ziekenhuis De Linde: id, name, address.
pub const SITES: &[(&str, &str, &str, &str)] = &[
    (
        ids::SITE,
        "Campus Noord",
        "Lindelaan 1, 9999 Lindegem",
        "9999",
    ),
    (
        ids::OTHER_SITE,
        "Campus Zuid",
        "Zuidstraat 40, 9999 Lindegem",
        "9999",
    ),
    (
        "0190a000-0000-7000-8000-000000000023",
        "Dagcentrum",
        "Markt 3, 9998 Lindebeke",
        "9998",
    ),
];

/// Its units: id, site, name.
pub const UNITS: &[(&str, &str, &str)] = &[
    (ids::UNIT, ids::SITE, "Opname 2"),
    (ids::OTHER_UNIT, ids::OTHER_SITE, "Ouderenafdeling"),
];

/// A well-formed enterprise number: eight digits and their check number.
pub fn enterprise_number(base: u32) -> String {
    format!("{base:08}{:02}", 97 - base % 97)
}
