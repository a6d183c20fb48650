//! The kinds of things that events are about: who may read each, and where. A feature that makes a new kind adds a line here: until then
//! only its facility and admins hear of it.
use crate::access::policy::{
    ReadAttachments, ReadContributions, ReadCycles, ReadDevices, ReadDirectory, ReadFrameworks,
    ReadInspections, ReadIntegrations, ReadMandates, ReadMigrations, ReadRedactions, ReadRollout,
    ReadRounds, ReadSectors, ReadSelfAssessments, ReadStepPlans, ReadSurveys, ReadTrainings,
    ReadUrgentSignals,
};
use crate::access::{Action, Scope, Tx};
use crate::db::types::Id;

/// A kind of thing.
pub struct Kind {
    /// Its name in the audit.
    pub name: &'static str,
    /// What the caller reaches when it reads things of this kind; nothing when it may not.
    pub within: fn(&Tx) -> Option<Scope>,
    /// Its path, with `{id}` and what else it is found by ([`Whereabouts`]).
    path: &'static str,
}

fn reads<A: Action>(tx: &Tx) -> Option<Scope> {
    tx.scope_for::<A>()
}

/// What an admin lends to a machine reaches no inspection, nor what stands beside one.
fn inspecting<A: Action>(tx: &Tx) -> Option<Scope> {
    let scope = reads::<A>(tx)?;
    Some(scope.improving())
}

const fn kind(name: &'static str, within: fn(&Tx) -> Option<Scope>, path: &'static str) -> Kind {
    Kind { name, within, path }
}

/// Every kind that is known here.
pub const KINDS: &[Kind] = &[
    kind(
        "organisation",
        reads::<ReadDirectory>,
        "/v1/organisations/{id}",
    ),
    kind("facility", reads::<ReadDirectory>, "/v1/facilities/{id}"),
    kind(
        "site",
        reads::<ReadDirectory>,
        "/v1/facilities/{facility}/sites/{id}",
    ),
    kind(
        "unit",
        reads::<ReadDirectory>,
        "/v1/facilities/{facility}/units/{id}",
    ),
    kind("sector", reads::<ReadSectors>, "/v1/sectors/{id}"),
    kind(
        "facilityType",
        reads::<ReadSectors>,
        "/v1/facilityTypes/{id}",
    ),
    kind(
        "integration",
        reads::<ReadIntegrations>,
        "/v1/integrations/{id}",
    ),
    kind(
        "mandate",
        reads::<ReadMandates>,
        "/v1/organisations/{organisation}/mandates/{id}",
    ),
    kind(
        "frameworkVersion",
        reads::<ReadFrameworks>,
        "/v1/frameworks/{id}",
    ),
    kind(
        "frameworkMigration",
        reads::<ReadMigrations>,
        "/v1/frameworks/{framework}/versions/{version}/migrations/{id}",
    ),
    kind("cycle", reads::<ReadCycles>, "/v1/cycles/{id}"),
    kind(
        "selfAssessment",
        reads::<ReadSelfAssessments>,
        "/v1/selfAssessments/{id}",
    ),
    kind(
        "contribution",
        reads::<ReadContributions>,
        "/v1/selfAssessments/{selfAssessment}/contributions/{id}",
    ),
    kind(
        "stepPlan",
        reads::<ReadStepPlans>,
        "/v1/facilities/{facility}/stepPlans/{id}",
    ),
    kind(
        "inspection",
        inspecting::<ReadInspections>,
        "/v1/inspections/{id}",
    ),
    kind("device", reads::<ReadDevices>, "/v1/devices/{id}"),
    kind("redaction", reads::<ReadRedactions>, "/v1/redactions/{id}"),
    kind(
        "attachment",
        reads::<ReadAttachments>,
        "/v1/attachments/{id}?facilityId={facility}",
    ),
    kind(
        "inspectionRound",
        reads::<ReadRounds>,
        "/v1/inspectionRounds/{id}",
    ),
    kind(
        "improvementPoint",
        inspecting::<ReadInspections>,
        "/v1/improvementPoints/{id}",
    ),
    kind(
        "rolloutPlan",
        reads::<ReadRollout>,
        "/v1/sectors/{id}/rolloutPlan",
    ),
    kind(
        "trainingKind",
        reads::<ReadTrainings>,
        "/v1/trainingKinds/{id}",
    ),
    kind("training", reads::<ReadTrainings>, "/v1/trainings/{id}"),
    kind("survey", reads::<ReadSurveys>, "/v1/surveys/{id}"),
    kind("surveyVersion", reads::<ReadSurveys>, "/v1/surveys/{id}"),
    kind(
        "urgentSignal",
        inspecting::<ReadUrgentSignals>,
        "/v1/urgentSignals/{id}",
    ),
];

/// What everyone may read who may read the kind. Drafts of frameworks are not among it, nor is what is done to a round before it is
/// announced.
pub const FOR_EVERYONE: [&str; 19] = [
    "cycleCreated",
    "cycleChanged",
    "cycleMigrated",
    "frameworkPublished",
    "sectorSaved",
    "facilityTypeSaved",
    "checklistPublished",
    "inspectionRoundChanged",
    "inspectionRoundOpened",
    "inspectionRoundClosed",
    "rolloutItemSaid",
    "trainingKindSaved",
    "trainingCreated",
    "trainingChanged",
    "trainingSessionSaved",
    "surveyVersionSaved",
    "surveyWaveCreated",
    "surveyLinksMade",
    "surveyWaveClosed",
];

/// The kinds of the directory: who may know about every facility hears of them.
pub const DIRECTORY: [&str; 4] = ["organisation", "facility", "site", "unit"];

/// The kinds of planning: who may know about a round before it is announced hears of all that is done to it.
pub const PLANNING: [&str; 1] = ["inspectionRound"];

/// The kinds of danger: the recognising body hears of all that is done to them.
pub const DANGER: [&str; 1] = ["urgentSignal"];

/// What a thing is found by, beside its own id.
#[derive(Debug, Clone, Default)]
pub struct Whereabouts {
    /// Its organisation.
    pub organisation: Option<Id>,
    /// Its facility.
    pub facility: Option<Id>,
    /// Its self-assessment: the event does not name it, and it is looked up.
    pub self_assessment: Option<Id>,
    /// The framework and the version that it is about: looked up too.
    pub version: Option<(String, String)>,
}

/// Where a thing of a kind is read; nothing where it can be found no more.
pub fn href(name: &str, id: &str, found: Whereabouts) -> Option<String> {
    let mut path = KINDS
        .iter()
        .find(|kind| kind.name == name)?
        .path
        // A version's id is `framework/version`.
        .replace("{id}", &id.replace('/', "/versions/"));
    let id = |id: Option<Id>| id.map(|id| id.to_string());
    let (framework, version) = found.version.unzip();
    for (part, by) in [
        ("{organisation}", id(found.organisation)),
        ("{facility}", id(found.facility)),
        ("{selfAssessment}", id(found.self_assessment)),
        ("{framework}", framework),
        ("{version}", version),
    ] {
        if path.contains(part) {
            path = path.replace(part, &by?);
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_address() {
        let (own, facility) = (
            Id(uuid::Uuid::from_bytes([1; 16])),
            Id(uuid::Uuid::from_bytes([2; 16])),
        );
        for (kind, id, expected) in [
            ("cycle", "x", Some("/v1/cycles/x".to_owned())),
            (
                "frameworkVersion",
                "ggz/2026-1",
                Some("/v1/frameworks/ggz/versions/2026-1".to_owned()),
            ),
            (
                "site",
                "x",
                Some(format!("/v1/facilities/{facility}/sites/x")),
            ),
            ("contribution", "x", None),
            ("other", "x", None),
        ] {
            let found = Whereabouts {
                organisation: Some(own),
                facility: Some(facility),
                ..Whereabouts::default()
            };
            assert_eq!(href(kind, id, found), expected, "{kind}");
        }
    }
}
