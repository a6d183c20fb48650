//! Samples: which facilities a round could inspect, by type, region and risk, with the reason for each pick.
//!
//! The rule is data, given with the request and kept with the sample, and it is **ours**: nobody has set one. It gives points for what a facility
//! says of itself in the last self-assessment that it handed in to prepare an inspection, and for handing in none. So many facilities as are asked
//! for by risk come first, those with the most points; chance, told by the seed, decides among equals and draws the rest. The same facilities,
//! self-assessments, rule and seed give the same sample.
//!
//! A sample is of whole facilities, not of units. Regions are data too: whoever draws says which postal codes make one, and none is built in. A facility
//! is in a region by a site that is there today.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::Operations;
use crate::audit::ActorView;
use crate::db::types::{Id, Moment};
use crate::facility::check_postal_code;
use crate::http::ETag;
use crate::http::body::Check;
use crate::http::checks::{at_least_one, at_most, check_codes, check_name, check_range, repeated};
use crate::problem::Issue;
use crate::text::Text;
use crate::words::Code;

pub mod routes;
mod rules;
mod store;
pub mod work;

/// The operations on samples.
pub fn operations(to: &mut impl Operations) {
    to.operation(routes::list_samples)
        .operation(routes::draw_sample)
        .operation(routes::read_sample);
}

/// Facilities in a sample at most.
const MOST_PICKS: i32 = 1000;
/// Types, levels or criteria in what is asked at most.
const MOST_CODES: usize = 200;
/// Regions, or ranges of postal codes in one, at most.
const MOST_RANGES: usize = 50;
/// Points for one thing at most.
const MOST_POINTS: i32 = 1000;

/// A sample to draw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SampleInput {
    /// Facilities of one of these types, each in a sector of the round; of every type of those sectors when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 200, example = json!(["pz", "ibw"]))]
    pub facility_types: Vec<Code>,
    /// Facilities in one of these regions, by the postal code of a site; wherever they are when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 50)]
    pub regions: Vec<Region>,
    /// How many facilities. Where there are not as many, all of them.
    #[schema(minimum = 1, maximum = 1000, example = 12)]
    pub size: i32,
    /// What gives points, and how many facilities are picked by them. All are drawn by chance when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub risk: Option<RiskRule>,
    /// What chance goes by: the same seed draws the same sample. The service makes one when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 200)]
    pub seed: Option<String>,
}

/// A region, as who draws the sample understands it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = SampleRegion)]
pub struct Region {
    /// What it is called; picks name it.
    #[schema(min_length = 1, max_length = 200, example = "Meetjesland")]
    pub name: String,
    /// The postal codes that make it.
    #[schema(min_items = 1, max_items = 50)]
    pub postal_codes: Vec<PostalCodes>,
}

/// Postal codes from one to another, both included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PostalCodes {
    /// The first.
    #[schema(pattern = "^[1-9][0-9]{3}$", example = "9900")]
    pub from: String,
    /// The last.
    #[schema(pattern = "^[1-9][0-9]{3}$", example = "9999")]
    pub to: String,
}

impl Region {
    /// Is this postal code in it?
    pub fn holds(&self, code: &str) -> bool {
        // Four digits each: their order as texts is that of their numbers.
        let within =
            |range: &PostalCodes| (range.from.as_str()..=range.to.as_str()).contains(&code);
        self.postal_codes.iter().any(within)
    }
}

/// A rule that gives points to facilities. It is ours: who draws the sample weighs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RiskRule {
    /// How many of the picks go to the facilities with the most points. One without points is never picked by risk.
    #[schema(minimum = 1, maximum = 1000, example = 8)]
    pub picks: i32,
    /// The points for an answer at a level. Answers at other levels give none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 200)]
    pub levels: Vec<LevelPoints>,
    /// The points for an answer that rests on no evidence.
    #[serde(default)]
    #[schema(required = false, minimum = 0, maximum = 1000, example = 1)]
    pub missing_evidence: i32,
    /// The points for handing in nothing in the last cycle whose term is past.
    #[serde(default)]
    #[schema(required = false, minimum = 0, maximum = 1000, example = 10)]
    pub overdue: i32,
    /// Answers to these criteria alone; to all when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 200)]
    pub criteria: Vec<Code>,
}

/// The points for an answer at a level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LevelPoints {
    /// The level of a scale.
    #[schema(example = "deels")]
    pub level: Code,
    /// The points.
    #[schema(minimum = 0, maximum = 1000, example = 2)]
    pub points: i32,
}

impl Check for SampleInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_range("size", self.size.into(), (1, MOST_PICKS.into()), faults);
        check_codes("facilityTypes", &self.facility_types, MOST_CODES, faults);
        check_regions(&self.regions, faults);
        if let Some(seed) = &self.seed {
            check_name("seed", seed, faults);
        }
        if let Some(risk) = &self.risk {
            check_range(
                "risk.picks",
                risk.picks.into(),
                (1, self.size.into()),
                faults,
            );
            risk.check(faults);
        }
    }
}

impl RiskRule {
    fn check(&self, faults: &mut Vec<Issue>) {
        for (name, points) in [
            ("risk.missingEvidence", self.missing_evidence),
            ("risk.overdue", self.overdue),
        ] {
            check_range(name, points.into(), (0, MOST_POINTS.into()), faults);
        }
        check_codes("risk.criteria", &self.criteria, MOST_CODES, faults);
        if !at_most("risk.levels", self.levels.len(), MOST_CODES, faults) {
            return;
        }
        for (index, one) in self.levels.iter().enumerate() {
            let name = format!("risk.levels[{index}]");
            check_range(
                &format!("{name}.points"),
                one.points.into(),
                (0, MOST_POINTS.into()),
                faults,
            );
            let mut before = self.levels.iter().take(index);
            if before.any(|other| other.level == one.level) {
                faults.push(repeated(format!("{name}.level"), &one.level));
            }
        }
    }
}

fn check_regions(regions: &[Region], faults: &mut Vec<Issue>) {
    if !at_most("regions", regions.len(), MOST_RANGES, faults) {
        return;
    }
    for (index, region) in regions.iter().enumerate() {
        let at = format!("regions[{index}]");
        check_name(&format!("{at}.name"), &region.name, faults);
        if regions
            .iter()
            .take(index)
            .any(|other| other.name == region.name)
        {
            faults.push(Issue::body("repeated", format!("{at}.name"), named_twice()));
        }
        let at = format!("{at}.postalCodes");
        at_least_one(&at, region.postal_codes.len(), no_codes(), faults);
        if at_most(&at, region.postal_codes.len(), MOST_RANGES, faults) {
            for (index, range) in region.postal_codes.iter().enumerate() {
                range.check(&format!("{at}[{index}]"), faults);
            }
        }
    }
}

impl PostalCodes {
    fn check(&self, at: &str, faults: &mut Vec<Issue>) {
        check_postal_code(&format!("{at}.from"), &self.from, faults);
        check_postal_code(&format!("{at}.to"), &self.to, faults);
        if self.from > self.to {
            let detail = Text::new(
                "De laatste postcode komt niet voor de eerste.",
                "Le dernier code postal ne précède pas le premier.",
                "The last postal code does not come before the first.",
            );
            faults.push(Issue::body("outOfRange", format!("{at}.to"), detail));
        }
    }
}

fn named_twice() -> Text {
    Text::new(
        "Deze naam staat er twee keer.",
        "Ce nom figure deux fois.",
        "This name is there twice.",
    )
}

fn no_codes() -> Text {
    Text::new(
        "Zeg met welke postcodes deze regio begint en eindigt.",
        "Dites par quels codes postaux cette région commence et finit.",
        "Say with which postal codes this region begins and ends.",
    )
}

/// A sample in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SampleSummary {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity.
    pub id: Id,
    /// The round.
    pub round_id: Id,
    /// When it was drawn.
    pub drawn_at: Moment,
    /// By whom.
    pub drawn_by: ActorView,
}

/// A sample, as it was drawn: it never changes.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// What a list shows of it.
    #[serde(flatten)]
    pub summary: SampleSummary,
    /// What was drawn.
    #[serde(flatten)]
    pub drawn: Drawn,
}

impl Sample {
    /// Its tag: it never changes.
    pub fn tag(&self) -> ETag {
        ETag::named(self.summary.id.to_string())
    }
}

crate::text_enum! {
    /// Where a rule comes from.
    pub enum RuleOrigin {
        /// Made here, or by who draws: no law or inspectorate has set it.
        Ours = "ours",
    }
}

/// What was drawn, and by which rule.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Drawn {
    /// Where the rule comes from.
    pub origin: RuleOrigin,
    /// What was asked for, the seed included.
    pub asked: SampleInput,
    /// How many facilities could be picked.
    pub candidates: usize,
    /// How many were left out because no site of theirs has a postal code, where regions were asked for: look whether one of them should be in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub without_region: Option<usize>,
    /// The facilities that were picked: first those by risk, then those by chance.
    pub picks: Vec<Pick>,
}

crate::text_enum! {
    /// What a facility was picked by.
    pub enum PickedBy {
        /// It has more points than others; the seed decided among equals.
        Risk = "risk",
        /// Chance, as the seed tells it.
        Chance = "chance",
    }
}

/// A facility that was picked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pick {
    /// The facility.
    pub facility_id: Id,
    /// Its type.
    #[schema(example = "pz")]
    pub facility_type: String,
    /// The regions that it is in, of those that were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub regions: Vec<String>,
    /// What it was picked by.
    pub picked_by: PickedBy,
    /// Its points.
    pub points: i32,
    /// What gave them.
    pub reasons: Vec<PickReason>,
}

crate::text_enum! {
    /// What gave points.
    pub enum RiskKind {
        /// An answer at a level.
        Level = "level",
        /// An answer that rests on no evidence.
        MissingEvidence = "missingEvidence",
        /// Nothing was handed in, in a cycle whose term is past.
        Overdue = "overdue",
    }
}

/// What gave a facility points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PickReason {
    /// What it is.
    pub kind: RiskKind,
    /// The self-assessment that the answer stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub self_assessment_id: Option<Id>,
    /// The criterion of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub criterion_code: Option<String>,
    /// The level of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub level: Option<String>,
    /// The cycle in which nothing was handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub cycle_id: Option<Id>,
    /// The points.
    pub points: i32,
}
