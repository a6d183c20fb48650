//! One answer, with exceptions: it holds for the whole facility but for the sites (*uitbatingsplaatsen*) and units that say otherwise.
use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rules::{self, Standings};
use super::{AnswerInput, Evidence, ThemeResult};
use crate::audit::ActorView;
use crate::db::types::Id;
use crate::facility::{Place, PlaceKind};
use crate::framework::document::{Code, Document};
use crate::http::checks::at_most;
use crate::problem::Issue;
use crate::text::Text;

/// Exceptions under an answer at most.
pub const MOST_EXCEPTIONS: usize = 50;
/// Places that one exception names at most.
const MOST_PLACES: usize = 100;

/// What some sites and units say otherwise, as a caller gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AnswerExceptionInput {
    /// At these sites.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 100)]
    pub site_ids: Vec<Id>,
    /// At these units. What a unit says beats what its site says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 100)]
    pub unit_ids: Vec<Id>,
    /// The level there, on the criterion's scale.
    #[schema(min_length = 1, max_length = 64)]
    pub level: String,
    /// An explanation. No data of clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 4000)]
    pub note: Option<String>,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 20)]
    pub evidence: Vec<Evidence>,
}

/// What some sites and units say otherwise than the whole facility.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnswerException {
    /// At these sites.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub site_ids: Vec<Id>,
    /// At these units. What a unit says beats what its site says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub unit_ids: Vec<Id>,
    /// The level there.
    pub level: String,
    /// An explanation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub note: Option<String>,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub evidence: Vec<Evidence>,
    /// Who said so, where that is not who gave the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub answered_by: Option<ActorView>,
}

impl From<AnswerExceptionInput> for AnswerException {
    fn from(input: AnswerExceptionInput) -> Self {
        let AnswerExceptionInput {
            site_ids,
            unit_ids,
            level,
            note,
            evidence,
        } = input;
        Self {
            site_ids,
            unit_ids,
            level,
            note,
            evidence,
            answered_by: None,
        }
    }
}

impl From<&AnswerException> for AnswerExceptionInput {
    fn from(exception: &AnswerException) -> Self {
        Self {
            site_ids: exception.site_ids.clone(),
            unit_ids: exception.unit_ids.clone(),
            level: exception.level.clone(),
            note: exception.note.clone(),
            evidence: exception.evidence.clone(),
        }
    }
}

impl AnswerExceptionInput {
    /// The same as an answer of its own, which is checked as any other.
    pub fn as_answer(&self) -> AnswerInput {
        AnswerInput {
            level: self.level.clone(),
            note: self.note.clone(),
            evidence: self.evidence.clone(),
            exceptions: Vec::new(),
        }
    }
}

/// Adds what is wrong with the number of exceptions and of the places they name; says whether they can be looked at further.
pub fn check_numbers(
    exceptions: &[AnswerExceptionInput],
    at: &str,
    faults: &mut Vec<Issue>,
) -> bool {
    let name = format!("{at}exceptions");
    if !at_most(&name, exceptions.len(), MOST_EXCEPTIONS, faults) {
        return false;
    }
    let before = faults.len();
    for (index, exception) in exceptions.iter().enumerate() {
        let at = format!("{name}[{index}].");
        at_most(
            &format!("{at}siteIds"),
            exception.site_ids.len(),
            MOST_PLACES,
            faults,
        );
        at_most(
            &format!("{at}unitIds"),
            exception.unit_ids.len(),
            MOST_PLACES,
            faults,
        );
        if exception.site_ids.is_empty() && exception.unit_ids.is_empty() {
            faults.push(Issue::body(
                "missing",
                format!("{at}siteIds"),
                Text::new(
                    "Noem minstens één site (siteIds) of afdeling (unitIds).",
                    "Nommez au moins un site (siteIds) ou une unité (unitIds).",
                    "Name one site (siteIds) or unit (unitIds) at least.",
                ),
            ));
        }
    }
    faults.len() == before
}

/// Adds what is wrong with the places that exceptions name: each is one of the facility's, answers to this framework, and says one thing.
pub fn check_places(
    document: &Document,
    places: &[Place],
    exceptions: &[AnswerExceptionInput],
    at: &str,
    faults: &mut Vec<Issue>,
) {
    let mut said = HashSet::new();
    for (index, exception) in exceptions.iter().enumerate() {
        let kinds = [
            ("siteIds", PlaceKind::Site, &exception.site_ids),
            ("unitIds", PlaceKind::Unit, &exception.unit_ids),
        ];
        for (field, kind, ids) in kinds {
            for (place, id) in ids.iter().enumerate() {
                let name = format!("{at}exceptions[{index}].{field}[{place}]");
                let found = places.iter().find(|one| one.kind == kind && one.id == *id);
                let fault = match found {
                    None => Some(("unknownReference", unknown_place(kind))),
                    Some(place) if !is_asked(document, place) => {
                        Some(("otherFramework", other_framework(place)))
                    }
                    Some(_) if !said.insert(*id) => Some(("repeated", said_twice())),
                    Some(_) => None,
                };
                if let Some((fault, detail)) = fault {
                    faults.push(Issue::body(fault, name, detail).with_value(id.to_string()));
                }
            }
        }
    }
}

/// What is wrong with a unit that is to say something of its own.
pub fn faults_of_unit(document: &Document, places: &[Place], unit: Id) -> Vec<Issue> {
    let mut faults = Vec::new();
    let exception = AnswerExceptionInput {
        site_ids: Vec::new(),
        unit_ids: vec![unit],
        level: String::new(),
        note: None,
        evidence: Vec::new(),
    };
    check_places(document, places, &[exception], "", &mut faults);
    faults
}

/// Does the place answer to this framework? A unit of a type that it is not for has a framework, and a self-assessment, of its own.
fn is_asked(document: &Document, place: &Place) -> bool {
    let kind = place.facility_type.as_deref();
    kind.is_none_or(|kind| document.is_for(kind))
}

fn unknown_place(kind: PlaceKind) -> Text {
    match kind {
        PlaceKind::Site => Text::new(
            "Deze voorziening heeft vandaag geen site met dit id; zie GET /v1/facilities/{facilityId}/sites.",
            "Cette structure n'a aujourd'hui aucun site de cet id ; voir GET /v1/facilities/{facilityId}/sites.",
            "This facility has no site of this id today; see GET /v1/facilities/{facilityId}/sites.",
        ),
        PlaceKind::Unit => Text::new(
            "Deze voorziening heeft vandaag geen afdeling met dit id; zie GET /v1/facilities/{facilityId}/units.",
            "Cette structure n'a aujourd'hui aucune unité de cet id ; voir GET /v1/facilities/{facilityId}/units.",
            "This facility has no unit of this id today; see GET /v1/facilities/{facilityId}/units.",
        ),
    }
}

fn other_framework(place: &Place) -> Text {
    let kind = place.facility_type.as_deref().unwrap_or_default();
    Text::new(
        format!(
            "Deze afdeling is van het type {kind}, waarvoor een ander referentiekader geldt; ze heeft een eigen zelfevaluatie (unitId)."
        ),
        format!(
            "Cette unité est du type {kind}, qui relève d'un autre référentiel ; elle a sa propre auto-évaluation (unitId)."
        ),
        format!(
            "This unit is of the type {kind}, which has another framework; it has a self-assessment of its own (unitId)."
        ),
    )
}

fn said_twice() -> Text {
    Text::new(
        "Deze plaats staat al in een uitzondering op dit antwoord; geef er één.",
        "Ce lieu figure déjà dans une exception à cette réponse ; donnez-en une.",
        "This place is in an exception to this answer already; give one.",
    )
}

/// The answers as they hold at one place, counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlaceResult {
    /// The rule of counting: the facility's answers, and instead of them what this place says otherwise; which criteria apply follows from
    /// both. It is ours.
    #[schema(example = "wholeWithExceptions")]
    pub rule: &'static str,
    /// The site.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub site_id: Option<Id>,
    /// The unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub unit_id: Option<Id>,
    /// What it is called.
    pub name: String,
    /// The counts.
    pub themes: Vec<ThemeResult>,
    /// Where it says otherwise than the whole.
    pub differs: Vec<Difference>,
    /// Criteria that apply here, because of what is said otherwise, and that nobody answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub not_answered: Vec<Code>,
}

/// A criterion to which a place answers otherwise than the whole facility.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PlaceDifference)]
pub struct Difference {
    /// The criterion.
    pub criterion_code: String,
    /// The level here.
    pub level: String,
    /// The level of the whole.
    pub whole: String,
    /// The site whose exception it is, where a unit follows its site.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub site_id: Option<Id>,
}

/// The answers as they hold at each site, and at each unit that says something of its own.
pub fn results(
    document: &Document,
    facility_type: &str,
    standings: &Standings,
    places: &[Place],
) -> Vec<PlaceResult> {
    places
        .iter()
        .filter(|place| place.kind == PlaceKind::Site || speaks(place, standings))
        .map(|place| result(document, facility_type, standings, place))
        .collect()
}

fn speaks(unit: &Place, standings: &Standings) -> bool {
    let exceptions = standings.values().flat_map(|standing| &standing.exceptions);
    exceptions
        .into_iter()
        .any(|one| one.unit_ids.contains(&unit.id))
}

/// The criteria that apply at some place, because of what it says otherwise, whether or not they do for the whole.
pub fn applying(
    document: &Document,
    facility_type: &str,
    standings: &Standings,
    places: &[Place],
) -> HashSet<Code> {
    let at = |place: &Place| {
        let (here, _) = standings_at(standings, place);
        rules::verdicts(document, facility_type, &here)
    };
    places
        .iter()
        .flat_map(at)
        .filter(|verdict| verdict.applies)
        .map(|verdict| verdict.criterion_code)
        .collect()
}

/// The answers as they hold at a place, and where they are otherwise than the whole's.
fn standings_at(whole: &Standings, place: &Place) -> (Standings, Vec<Difference>) {
    let mut here = whole.clone();
    let mut differs = Vec::new();
    for (code, standing) in &mut here {
        let said = said_here(&standing.exceptions, place);
        if let Some((level, site_id)) = said.filter(|(level, _)| *level != standing.level) {
            differs.push(Difference {
                criterion_code: code.clone(),
                level: level.clone(),
                whole: std::mem::replace(&mut standing.level, level),
                site_id,
            });
        }
    }
    (here, differs)
}

fn result(
    document: &Document,
    facility_type: &str,
    whole: &Standings,
    place: &Place,
) -> PlaceResult {
    let (here, mut differs) = standings_at(whole, place);
    let verdicts = rules::verdicts(document, facility_type, &here);
    let not_answered = verdicts
        .iter()
        .filter(|verdict| verdict.applies && !here.contains_key(verdict.criterion_code.as_str()))
        .map(|verdict| verdict.criterion_code.clone())
        .collect();
    differs.retain(|one| {
        let code = one.criterion_code.as_str();
        verdicts
            .iter()
            .any(|verdict| verdict.applies && verdict.criterion_code == *code)
    });
    let is_site = place.kind == PlaceKind::Site;
    PlaceResult {
        rule: "wholeWithExceptions",
        site_id: is_site.then_some(place.id),
        unit_id: (!is_site).then_some(place.id),
        name: place.name.clone(),
        themes: rules::themes(document, &verdicts, &here),
        differs,
        not_answered,
    }
}

/// What the exceptions to an answer say of a place: its own, or for a unit its site's, which is then named.
fn said_here(exceptions: &[Said], place: &Place) -> Option<(String, Option<Id>)> {
    let own = exceptions.iter().find(|one| match place.kind {
        PlaceKind::Site => one.site_ids.contains(&place.id),
        PlaceKind::Unit => one.unit_ids.contains(&place.id),
    });
    if let Some(own) = own {
        return Some((own.level.clone(), None));
    }
    let site = place.site_id?;
    let site_says = exceptions.iter().find(|one| one.site_ids.contains(&site))?;
    Some((site_says.level.clone(), Some(site)))
}

/// What of an exception decides about others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    site_ids: Vec<Id>,
    unit_ids: Vec<Id>,
    /// The level there.
    pub level: String,
    /// Whether it carries evidence.
    pub has_evidence: bool,
}

impl From<&AnswerException> for Said {
    fn from(exception: &AnswerException) -> Self {
        Self {
            site_ids: exception.site_ids.clone(),
            unit_ids: exception.unit_ids.clone(),
            level: exception.level.clone(),
            has_evidence: !exception.evidence.is_empty(),
        }
    }
}
