//! An inspection report (*inspectieverslag*) as it was frozen: it holds all that its page says, so nothing that is edited later changes it.
//!
//! Who inspected stands by name in `people` alone; everything else names functions. What inspectors wrote is in one language, the texts of
//! frameworks are in the languages that they had.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use utoipa::ToSchema;

use crate::db::types::{Id, Moment, day};
use crate::facility::identifiers::IdentifierKind;
use crate::personal::is_invisible;
use crate::text::Language;
use crate::words::{Code, LanguageCode, Texts};

mod finding;

pub use finding::{
    Criterion, Decision, EvidenceKind, Files, Finding, ImprovementPoint, Judgement, Outcome,
    Reaction, ReactionType, Subject, Theme,
};

/// A report with everything in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReportDocument {
    /// Whether it is a draft, final, or corrects an earlier one.
    pub kind: ReportKind,
    /// Its number: a draft has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 64, example = "ZI-2026-00012")]
    pub number: Option<String>,
    /// For whom this rendition is.
    pub audience: Audience,
    /// The language that the inspectors wrote in.
    #[serde(with = "LanguageCode")]
    #[schema(value_type = LanguageCode)]
    pub language: Language,
    /// When it was frozen.
    pub frozen_at: Moment,
    /// Which report it corrects, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub corrects: Option<Corrects>,
    /// What was inspected, and by what.
    pub heading: Heading,
    /// The visits, in the order in which they took place.
    pub visits: Vec<Visit>,
    /// The day of the last finding.
    #[serde(deserialize_with = "day")]
    pub last_finding_on: NaiveDate,
    /// What comes first in the report.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub summary: Option<String>,
    /// The findings on the checklist, by theme.
    pub themes: Vec<Theme>,
    /// The findings outside the checklist.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub outside: Vec<Finding>,
    /// The reactions to the report as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub reactions: Vec<Reaction>,
    /// The functions of those who sign.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub signed_by: Vec<String>,
    /// Who inspected, by name: never in what is published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub people: Vec<Person>,
}

impl ReportDocument {
    /// Every finding in it.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let by_theme = self.themes.iter().flat_map(|theme| &theme.findings);
        by_theme.chain(&self.outside)
    }

    /// The rendition for everyone, without the names of people and the files. A name in a text stays: `names_in_texts` finds it for who checks.
    #[must_use]
    pub fn published(&self) -> Self {
        let mut published = Self {
            audience: Audience::Published,
            people: Vec::new(),
            ..self.clone()
        };
        let by_theme = published.themes.iter_mut();
        let by_theme = by_theme.flat_map(|theme| &mut theme.findings);
        for finding in by_theme.chain(&mut published.outside) {
            finding.attachments.clear();
        }
        published
    }

    /// Does this text hold the full name of one of `people`?
    pub fn names_one_of_its_people(&self, text: &str) -> bool {
        holds_one_of(&self.names(), text)
    }

    fn names(&self) -> Vec<String> {
        let names = self.people.iter().map(|one| words_of(&one.name));
        names.filter(|name| !name.trim().is_empty()).collect()
    }

    /// Where a text holds the full name of one of `people`, each place as a JSON pointer into the published rendition. Others' names are for
    /// the person who checks to find.
    pub fn names_in_texts(&self) -> Result<Vec<String>, serde_json::Error> {
        let names = self.names();
        let mut places = Vec::new();
        let whole = serde_json::to_value(self.published())?;
        put_places(&whole, "", &names, &mut places);
        Ok(places)
    }
}

/// Small letters without accents and without what nobody sees, one blank before, between and after words: so that a name is found as words, and
/// not within one.
fn words_of(text: &str) -> String {
    let seen = text.nfkd();
    let seen = seen.filter(|one| !is_combining_mark(*one) && !is_invisible(*one));
    let seen: String = seen.collect();
    let parts = seen.split(|character: char| !character.is_alphanumeric());
    let words: Vec<_> = parts
        .filter(|part| !part.is_empty())
        .map(str::to_lowercase)
        .collect();
    format!(" {} ", words.join(" "))
}

fn holds_one_of(names: &[String], text: &str) -> bool {
    let text = words_of(text);
    names.iter().any(|name| text.contains(name.as_str()))
}

/// Is it a text of a framework? Those were written before anybody inspected.
fn is_of_framework(members: &serde_json::Map<String, Value>) -> bool {
    members
        .keys()
        .all(|key| ["nl", "fr", "en"].contains(&key.as_str()))
}

fn put_places(value: &Value, at: &str, names: &[String], places: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            if holds_one_of(names, text) {
                places.push(at.to_owned());
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                put_places(item, &format!("{at}/{index}"), names, places);
            }
        }
        Value::Object(members) if is_of_framework(members) => {}
        Value::Object(members) => {
            for (name, member) in members {
                put_places(member, &format!("{at}/{name}"), names, places);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What stage a report is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ReportKind {
    /// *Ontwerpverslag*: never public.
    Draft,
    /// *Definitief verslag*.
    Final,
    /// A final report that replaces an earlier one.
    Correction,
}

/// For whom a rendition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReportAudience)]
pub enum Audience {
    /// For those who work with it.
    Internal,
    /// For everyone.
    Published,
}

/// The report that a correction replaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = CorrectedReport)]
pub struct Corrects {
    /// Its identity.
    pub report_id: Id,
    /// Its number.
    pub number: String,
    /// Why it was corrected.
    pub reason: String,
}

/// The head of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReportHeading)]
pub struct Heading {
    /// The inspectorate.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "Zorginspectie")]
    pub inspectorate: Option<String>,
    /// The title of the round.
    pub round: Texts,
    /// Why there was a visit; absent where the facility may not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<Reason>,
    /// The legal entity (*inrichtende macht*).
    pub organisation: Body,
    /// The facility (*inspectiepunt*).
    pub facility: Body,
    /// What the facility is.
    pub facility_type: FacilityType,
    /// The unit, where one unit was inspected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub unit: Option<String>,
    /// The sites visited (*uitbatingsplaatsen*).
    pub sites: Vec<Site>,
    /// The versions of frameworks that it was inspected by.
    pub frameworks: Vec<FrameworkVersion>,
    /// The revision of the round's checklist that it was inspected by.
    #[schema(minimum = 1)]
    pub checklist_revision: i64,
}

/// Why there was a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReportReason)]
pub enum Reason {
    /// Periodic follow-up.
    Periodic,
    /// Renewal of a recognition.
    RecognitionRenewal,
    /// A complaint.
    Complaint,
    /// A follow-up inspection.
    FollowUp,
    /// A thematic round.
    ThematicRound,
}

/// An organisation or a facility, as it was called then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReportBody)]
pub struct Body {
    /// Its identity.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// The identifiers that it had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub identifiers: Vec<Identifier>,
}

/// An identifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReportIdentifier)]
pub struct Identifier {
    /// Which register it comes from.
    pub kind: IdentifierKind,
    /// The value.
    pub value: String,
}

/// A type of facility.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReportFacilityType)]
pub struct FacilityType {
    /// Its code.
    pub code: Code,
    /// What a person reads.
    pub title: Texts,
}

/// A site, as it was called then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReportSite)]
pub struct Site {
    /// Its identity.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub address: Option<String>,
    /// The identifiers that it had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub identifiers: Vec<Identifier>,
}

/// A version of a framework.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReportFrameworkVersion)]
pub struct FrameworkVersion {
    /// The framework's code.
    pub framework_code: Code,
    /// The version's code.
    pub version_code: Code,
    /// What the framework is called.
    pub title: Texts,
    /// What people call the version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub label: Option<Texts>,
}

/// A visit (*inspectiebezoek*).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReportVisit)]
pub struct Visit {
    /// Where: one of the sites of the heading; absent where it was the facility as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub site_id: Option<Id>,
    /// When it began.
    pub from: Moment,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub to: Option<Moment>,
    /// Whether the facility knew beforehand.
    pub announced: bool,
    /// Whether the inspectors were refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub refused: bool,
    /// The functions of those spoken with (*gesprekspartners*).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub interlocutors: Vec<String>,
}

/// Someone who inspected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReportPerson)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// What they did in the inspection.
    pub function: String,
}
