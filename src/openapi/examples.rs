//! An example for every operation that works on a fresh demo, in the order of a story: what is made is used next.
use serde_json::{Value, json};

use crate::demo::{enterprise_number, ids};

/// The value of a path parameter.
#[allow(clippy::too_many_lines, reason = "one arm per parameter: a table")]
pub fn path(operation: &str, name: &str) -> Option<&'static str> {
    if let Some(id) = of_terms(operation, name) {
        return Some(id);
    }
    Some(match (operation, name) {
        ("putFrameworkVersion" | "publishFrameworkVersion", "frameworkCode") => "voorbeeld",
        ("putFrameworkVersion" | "publishFrameworkVersion", "versionCode") => "1",
        ("replaceCycle", "cycleId") => ids::PLANNED_CYCLE,
        ("putSector", "sectorCode") => "gehandicaptenzorg",
        ("putFacilityType", "facilityTypeCode") => "mobielTeam",
        ("putIntegration" | "deleteIntegration", "clientId") => "planning-de-linde",
        ("putRolloutItem", "itemId") => ids::NEW_ROLLOUT_ITEM,
        (_, "itemId") => ids::ROLLOUT_PHASE,
        ("putTrainingKind", "kindCode") => "intervisie",
        (_, "kindCode") => "basisvorming",
        ("putAttendance", "facilityId") => ids::SHELTERED,
        ("putTrainingSession", "sessionId") => ids::NEW_SESSION,
        (_, "sessionId") => ids::SESSION,
        (_, "trainingId") => ids::TRAINING,
        (_, "surveyCode") => "monitorKindreflex",
        ("putSurveyVersion", "versionCode") => "2027-1",
        ("readSurveyVersion", "versionCode") => "2021-1",
        ("readSurveyResults" | "listSurveyTexts", "waveId") => ids::PAST_WAVE,
        (_, "waveId") => ids::WAVE,
        ("openSurveyLink" | "answerSurvey", "secret") => ids::SURVEY_LINK_SECRET,
        ("putStepPlan", "stepPlanId") => ids::NEW_STEP_PLAN,
        (_, "stepPlanId") => ids::STEP_PLAN,
        ("replaceMandate", "mandateId") => ids::PORTAL_MANDATE,
        ("revokeMandate", "mandateId") => ids::OLD_MANDATE,
        (_, "mandateId") => ids::MANDATE,
        (
            "listContributions"
            | "askContribution"
            | "readContribution"
            | "withdrawContribution"
            | "renewContributionLink"
            | "acceptContribution"
            | "returnContribution",
            "selfAssessmentId",
        ) => ids::DRAFT,
        ("acceptContribution", "contributionId") => ids::CONTRIBUTION,
        (_, "contributionId") => ids::OTHER_CONTRIBUTION,
        (
            "listFindings"
            | "readFinding"
            | "putFinding"
            | "listFindingVersions"
            | "syncFindings"
            | "readReceipt"
            | "moveChecklist"
            | "raiseUrgentSignal",
            "inspectionId",
        ) => ids::RUNNING_INSPECTION,
        (
            "putJudgement" | "readOwnJudgement" | "listJudgements" | "adoptJudgement",
            "inspectionId",
        ) => ids::JUDGED_INSPECTION,
        ("cancelInspection", "inspectionId") => ids::PLANNED_INSPECTION,
        (
            "createReport" | "deliverReport" | "listImprovementPoints" | "putImprovementPoint",
            "inspectionId",
        ) => ids::DRAFTED_INSPECTION,
        (
            "listReports" | "readReport" | "listDeliveries" | "recordReceipt" | "extendReaction"
            | "react" | "listReactions",
            "inspectionId",
        ) => ids::SENT_INSPECTION,
        ("decideReaction", "inspectionId") => ids::ANSWERED_INSPECTION,
        ("publishReport", "inspectionId") => ids::FINAL_INSPECTION,
        ("withdrawPublication", "inspectionId") => ids::PUBLISHED_INSPECTION,
        (_, "reportId") => ids::REPORT,
        (_, "deliveryId") => ids::DELIVERY,
        (_, "reactionId") => ids::REACTION,
        (_, "publicationId") => ids::PUBLICATION,
        ("putImprovementPoint", "improvementPointId") => ids::NEW_IMPROVEMENT_POINT,
        (_, "improvementPointId") => ids::IMPROVEMENT_POINT,
        (_, "inspectionId") => ids::INSPECTION,
        ("planVisit", "visitId") => ids::NEW_VISIT,
        (_, "visitId") => ids::VISIT,
        (_, "assignmentId") => ids::OBSERVER_ASSIGNMENT,
        (_, "requestId") => ids::DOCUMENT_REQUEST,
        ("putDevice", "deviceId") => ids::NEW_DEVICE,
        ("revokeDevice", "deviceId") => ids::OLD_DEVICE,
        (_, "deviceId") => ids::DEVICE,
        (_, "batchId") => ids::BATCH,
        ("putJudgement", "findingId") => ids::UNJUDGED_FINDING,
        ("readOwnJudgement" | "listJudgements" | "adoptJudgement", "findingId") => {
            ids::JUDGED_FINDING
        }
        ("readFinding" | "listFindingVersions", "findingId") => ids::FINDING,
        ("putFinding", "findingId") => ids::NEW_FINDING,
        (_, "findingId") => ids::DISPUTED_FINDING,
        (_, "sampleId") => ids::SAMPLE,
        (_, "signalId") => ids::URGENT_SIGNAL,
        (_, "secret") => ids::LINK_SECRET,
        ("replaceInspectionRound" | "publishChecklistRevision", "roundId") => ids::PLANNED_ROUND,
        ("openInspectionRound" | "closeInspectionRound", "roundId") => ids::ANNOUNCED_ROUND,
        ("readAgreement", "roundId") => ids::JUDGED_ROUND,
        ("readPolicyReport", "roundId") => ids::CLOSED_ROUND,
        (_, "roundId") => ids::ROUND,
        (_, "organisationId") => ids::ORGANISATION,
        (_, "facilityId") => ids::FACILITY,
        (_, "siteId") => ids::SITE,
        (_, "unitId") => ids::UNIT,
        (_, "cycleId") => ids::CYCLE,
        (_, "selfAssessmentId") => ids::SELF_ASSESSMENT,
        ("readAttachmentUpload", "attachmentId") => ids::HALF_ATTACHMENT,
        (_, "attachmentId") => ids::ATTACHMENT,
        (_, "redactionId") => ids::REDACTION,
        (_, "sectorCode" | "frameworkCode") => "ggz",
        (_, "facilityTypeCode") => "pz",
        (_, "versionCode") => "2026-1",
        (_, "clientId") => ids::ADMITTED_CLIENT,
        (_, "migrationId") => ids::MIGRATION,
        (_, "criterionCode") => ids::CRITERION,
        _ => return None,
    })
}

/// The value of a path parameter of what follows from a report.
fn of_terms(operation: &str, name: &str) -> Option<&'static str> {
    Some(match (operation, name) {
        ("createTermReport", "inspectionId") => ids::FINAL_INSPECTION,
        ("deliverTermReport", "inspectionId") => ids::TERM_DRAFT_INSPECTION,
        ("deliverTermReport", "termReportId") => ids::TERM_DRAFT,
        (
            "listTermReports" | "readTermReport" | "recordTermReceipt" | "extendTermReaction"
            | "reactToTerms",
            "inspectionId",
        ) => ids::TERM_SENT_INSPECTION,
        ("closeInspection", "inspectionId") => ids::CLEAN_INSPECTION,
        (_, "termReportId") => ids::SENT_TERM_DRAFT,
        ("giveMeasure" | "changeTerm", "improvementPointId") => ids::OPEN_POINT,
        ("givePlan" | "endTerm", "improvementPointId") => ids::OVERDUE_POINT,
        ("decideImprovement" | "readFollowedPoint", "improvementPointId") => ids::ANSWERED_POINT,
        ("verifyImprovement", "improvementPointId") => ids::ACCEPTED_POINT,
        _ => return None,
    })
}

/// The body.
#[allow(clippy::too_many_lines, reason = "one arm per operation: a table")]
pub fn body(operation: &str) -> Option<Value> {
    Some(match operation {
        "createOrganisation" => json!({
            "name": "vzw De Es (fictief)",
            "identifiers": [{"kind": "enterpriseNumber", "value": enterprise_number(9_990_009)}],
            "validFrom": "2020-01-01"
        }),
        "replaceOrganisation" => json!({
            "name": "vzw De Linde (fictief)",
            "identifiers": [{"kind": "enterpriseNumber", "value": enterprise_number(9_990_001)}],
            "validFrom": "2015-01-01"
        }),
        "createFacility" => json!({
            "organisationId": ids::ORGANISATION,
            "facilityType": "cgg",
            "name": "CGG De Linde",
            "identifiers": [{"kind": "hcoNumber", "value": "990150"}],
            "validFrom": "2020-01-01"
        }),
        "replaceFacility" => json!({
            "organisationId": ids::ORGANISATION,
            "facilityType": "pz",
            "name": "Psychiatrisch Ziekenhuis De Linde",
            "identifiers": [{"kind": "hcoNumber", "value": "990100"}],
            "validFrom": "2015-01-01"
        }),
        "createSite" => site("Campus Zuid", "Lindelaan 99, 9999 Lindegem"),
        "replaceSite" => site("Campus Noord", "Lindelaan 1, 9999 Lindegem"),
        "createUnit" => unit("Dagkliniek"),
        "replaceUnit" => unit("Opname 2"),
        "putSector" => json!({
            "title": {"nl": "Gehandicaptenzorg", "fr": "Soins aux personnes handicapées"},
            "periods": [{"validFrom": "2026-01-01", "controlBasis": "toBeWorkedOut"}]
        }),
        "putRolloutItem" => json!({
            "kind": "activity", "title": {"nl": "Vorming voor nieuwe medewerkers (fictief)"}, "status": "planned", "begins": "2098-03-01",
            "workPackageId": ids::WORK_PACKAGE, "ledBy": "Familieplatform", "validFrom": "2026-11-01"
        }),
        "putTrainingKind" => {
            json!({"title": {"nl": "Intervisie"}, "description": {"nl": "Samen leren uit wat er gebeurde."}})
        }
        "createTraining" | "replaceTraining" => json!({
            "kindCode": "workshop", "title": {"nl": "Het gesprek met kinderen (fictief)"}, "sectors": ["ggz"], "ledBy": "Familieplatform"
        }),
        "putTrainingSession" => {
            json!({"begins": "2098-03-01", "ends": "2098-03-01", "location": "Brussel", "places": 20})
        }
        "putAttendance" => json!({"participants": ["P-0417", "P-0418"], "others": 1}),
        "putFacilityType" => json!({"sectorCode": "ggz", "title": {"nl": "Mobiel team"}}),
        "putIntegration" => json!({
            "name": "Planning De Linde (fictief)",
            "scopes": ["read:facilities", "read:selfAssessments"],
            "organisations": [ids::ORGANISATION]
        }),
        "giveMandate" => mandate("planning-de-linde", &["read:facilities"]),
        "replaceMandate" => mandate(
            ids::PORTAL_CLIENT,
            &[
                "read:facilities",
                "read:selfAssessments",
                "write:selfAssessments",
            ],
        ),
        "putFrameworkVersion" => framework(),
        "publishFrameworkVersion"
        | "closeSurveyWave"
        | "confirmAnswers"
        | "submitSelfAssessment"
        | "renewContributionLink"
        | "acceptContribution"
        | "openInspectionRound"
        | "closeInspectionRound"
        | "acknowledgeUrgentSignal"
        | "closeInspection" => json!({}),
        "recordReceipt" | "recordTermReceipt" => json!({"note": "ontvangstbewijs van 26 november"}),
        "migrateFramework" => json!({"from": ["2025-1"], "dryRun": true}),
        "createCycle" => cycle(
            "Zelfevaluatie 2030",
            "2030-01-01T00:00:00+01:00",
            "2030-06-30T23:59:59+02:00",
        ),
        "replaceCycle" => cycle(
            "Zelfevaluatie volgend jaar",
            "2029-01-01T00:00:00+01:00",
            "2029-06-30T23:59:59+02:00",
        ),
        "putStepPlan" => json!({
            "name": "Stappenplan van Opname 2 (fictief)",
            "frameworkCode": "ggz",
            "unitId": ids::UNIT,
            "steps": [
                {"code": "welkom", "title": "Het welkomstgesprek", "steps": ["stap1"]},
                {"code": "overleg", "title": "De maandagse overlegronde", "steps": ["stap2", "stap4"]},
                {"code": "kindvriendelijk", "title": "De kindvriendelijke bezoekruimte"}
            ]
        }),
        "createSelfAssessment" => json!({"facilityId": ids::FACILITY, "cycleId": ids::CYCLE}),
        "createRedaction" => json!({
            "facilityId": ids::FACILITY,
            "text": "keukentafel",
            "ground": "Herkenbaar voor één gezin (fictief)."
        }),
        "planInspection" => json!({
            "roundId": ids::ROUND,
            "facilityId": ids::FACILITY,
            "reason": "thematicRound",
            "announced": true,
            "reference": "OPD-2026-0452",
            "assignments": [{"person": "demo-inspector", "name": "An Voorbeeld (fictief)", "role": "lead"}]
        }),
        "replaceInspection" => {
            json!({"reason": "thematicRound", "announced": true, "reference": "OPD-2026-0451b"})
        }
        "cancelInspection" => {
            json!({"ground": "planning", "reason": "Samengevoegd met een andere inspectie."})
        }
        "moveChecklist" => {
            json!({"revision": 2, "reason": "De vraag over korte contacten is verduidelijkt."})
        }
        "assignInspector" => {
            json!({"person": "demo-inspector-5", "name": "Em Voorbeeld (fictief)", "role": "member"})
        }
        "planVisit" => {
            json!({"siteId": ids::SITE, "from": "2027-03-09T09:00:00+01:00", "to": "2027-03-10T12:00:00+01:00"})
        }
        "recordVisit" => json!({
            "outcome": "held",
            "from": "2026-09-15T09:00:00+02:00",
            "to": "2026-09-15T16:00:00+02:00",
            "interlocutors": ["hoofdverpleegkundige", "kwaliteitscoördinator"]
        }),
        "announceInspection" => json!({
            "message": "Wij spreken graag ook met de nachtdienst.",
            "documentRequests": [{"title": "Verslagen van het teamoverleg", "due": "2027-03-01"}]
        }),
        "answerDocumentRequest" => json!({
            "note": "De procedure van april, zoals ze nu geldt.",
            "attachments": [{"attachmentId": ids::ATTACHMENT, "sha256": ids::ATTACHMENT_SHA256}]
        }),
        "putFinding" => json!({
            "criterion": {"frameworkCode": "ggz", "versionCode": "2026-1", "criterionCode": "intakeGesprek"},
            "observation": "In twee van de drie huizen, in het derde sinds maart.",
            "evidence": [{"kind": "dossiercontrole", "filesChecked": 12, "filesMet": 9}],
            "judgement": "aandachtspunt"
        }),
        "syncFindings" => json!({
            "batchId": ids::NEW_BATCH,
            "deviceId": ids::DEVICE,
            "versions": [{
                "id": ids::NEW_VERSION,
                "findingId": ids::FINDING,
                "parents": [ids::FINDING_VERSION],
                "madeAt": "2026-11-24T15:42:10+01:00",
                "content": {
                    "criterion": {"frameworkCode": "ggz", "versionCode": "2026-1", "criterionCode": ids::CRITERION},
                    "observation": "Het team bespreekt de kinderen elke maandag, met een vast verslag.",
                    "positive": true,
                    "judgement": "voldaan"
                }
            }],
            "urgentSignals": [{
                "id": ids::NEW_SIGNAL,
                "text": "De branddeur op de eerste verdieping gaat niet open.",
                "seenAt": "2026-11-24T15:40:00+01:00"
            }]
        }),
        "createReport" => json!({"summary": "Het gesprek over de kinderen hoort er vast bij."}),
        "putImprovementPoint" => json!({
            "findingId": ids::REPORTED_FINDING,
            "text": "Bespreek op elk teamoverleg wat er met de kinderen is afgesproken.",
            "priority": true
        }),
        "deliverReport" | "deliverTermReport" => json!({"way": "aangetekende brief"}),
        "extendReaction" => json!({"days": 10, "reason": "De coördinator is met verlof."}),
        "react" => json!({
            "reactions": [{
                "findingId": ids::REPORTED_FINDING,
                "type": "factual",
                "text": "Er zijn twaalf dossiers getoond, geen tien."
            }]
        }),
        "createTermReport" => json!({
            "summary": "De termijnen volgen de ernst van wat gezien is.",
            "terms": [{"improvementPointId": ids::UNTERMED_POINT, "due": "2027-12-31"}]
        }),
        "extendTermReaction" => json!({"days": 10, "reason": "De directeur is met verlof."}),
        "reactToTerms" => json!({
            "reactions": [{"text": "De nieuwe procedure gaat in september langs de ondernemingsraad."}]
        }),
        "giveMeasure" => json!({
            "text": "De procedure zegt nu dat de hoofdverpleegkundige het gesprek voert.",
            "takenOn": "2026-11-20",
            "attachments": [{"attachmentId": ids::ATTACHMENT, "sha256": ids::ATTACHMENT_SHA256}]
        }),
        "givePlan" => json!({
            "how": "Wij herschrijven de procedure met de drie afdelingen samen.",
            "by": "2029-09-30",
            "whyNotSooner": "De ondernemingsraad beslist in september."
        }),
        "decideImprovement" => json!({"outcome": "accepted", "reason": "De procedure is helder."}),
        "changeTerm" => json!({
            "due": "2029-12-31",
            "reason": "De fusie van de afdelingen is uitgesteld."
        }),
        "endTerm" => json!({"reason": "De afdeling is gesloten."}),
        "verifyImprovement" => json!({
            "way": "documents",
            "met": true,
            "note": "De nieuwe procedure noemt de hoofdverpleegkundige."
        }),
        "decideReaction" => json!({
            "outcome": "partlyAccepted",
            "reason": "Twee dossiers waren van na het bezoek.",
            "textChange": "Tien van de twaalf getoonde dossiers zijn gecontroleerd."
        }),
        "publishReport" => json!({"checkedBy": "Fien Voorbeeld (fictief)"}),
        "withdrawPublication" => json!({"reason": "Er staat een fout in het aantal dossiers."}),
        "raiseUrgentSignal" => json!({
            "text": "De nooddeur van het huis voor kinderen op bezoek is vastgeschroefd.",
            "findingId": ids::DISPUTED_FINDING,
            "seenAt": "2026-11-24T15:30:00+01:00"
        }),
        "putJudgement" => json!({
            "judgement": "aandachtspunt",
            "reason": "Het gesprek staat in drie van de tien dossiers niet."
        }),
        "adoptJudgement" => json!({
            "judgementId": ids::JUDGEMENT,
            "reason": "Besproken: de dossiers geven de doorslag."
        }),
        "drawSample" => json!({
            "facilityTypes": ["pz", "ibw", "cgg"],
            "size": 4,
            "risk": {
                "picks": 2,
                "levels": [{"level": "niet", "points": 3}, {"level": "deels", "points": 1}],
                "missingEvidence": 1,
                "overdue": 20
            },
            "seed": "ronde van dit jaar"
        }),
        "recordUrgentMeasure" => json!({
            "text": "De voorziening houdt het huis dicht tot de nooddeur vrij is.",
            "takenOn": "2026-11-24"
        }),
        "putDevice" => json!({"name": "Tablet 9 van Zorginspectie"}),
        "reopenSelfAssessment" => json!({"reason": "Een afdeling was vergeten."}),
        "putAnswer" => json!({
            "level": "deels",
            "note": "Op twee van de drie afdelingen.",
            "evidence": [{"kind": "dossiercontrole", "description": "Steekproef van opnames in september", "filesChecked": 30, "filesMet": 24}]
        }),
        "patchAnswers" => json!({"answers": [
            {"criterionCode": "afspraken", "level": "volledig"},
            {"criterionCode": "korteContacten", "level": "deels", "note": "Vooral met het vertrouwenscentrum."}
        ]}),
        "askContribution" => json!({
            "criteria": ["intakeGesprek", "nietPluisGevoel"],
            "recipient": "Huis Zuid",
            "message": "Vul dit in voor uw huis; het gaat over de laatste zes maanden."
        }),
        "returnContribution" => json!({"reason": "Over welke maanden gaat de steekproef?"}),
        "putSurveyVersion" => survey(),
        "createSurveyWave" => json!({
            "title": {"nl": "Monitor 2027"}, "versionCode": "2021-1", "sectors": ["ggz"], "opens": "2027-03-01", "ends": "2027-03-31"
        }),
        "makeSurveyLinks" => json!({"sectorCode": "ggz", "count": 3}),
        "answerSurvey" => json!({"answers": [
            {"itemCode": "overtuigd", "options": ["helemaal"]}, {"itemCode": "collegas", "options": ["neen"]}, {"itemCode": "zalCollegas", "options": ["ja"]},
            {"itemCode": "gesprek", "options": ["ja"]}, {"itemCode": "stappenplan", "options": ["neen"]}, {"itemCode": "haalbaar", "options": ["ja"]}
        ], "effortMinutes": 6}),
        "answerContribution" => json!({
            "answers": [{
                "criterionCode": ids::CRITERION,
                "level": "deels",
                "note": "In twee van de drie huizen.",
                "evidence": [{"kind": "dossiercontrole", "description": "Steekproef van september", "filesChecked": 12, "filesMet": 9}]
            }],
            "givenBy": "hoofdbegeleider"
        }),
        "createInspectionRound" => round("Het gesprek bij de intake, thematisch (fictief)"),
        "replaceInspectionRound" => round("Geestelijke gezondheidszorg, in 2029 (fictief)"),
        "publishChecklistRevision" => checklist(),
        _ => return None,
    })
}

fn site(name: &str, address: &str) -> Value {
    json!({"name": name, "address": address, "postalCode": "9999", "validFrom": "2015-01-01"})
}

fn unit(name: &str) -> Value {
    json!({"siteId": ids::SITE, "facilityType": "pz", "name": name, "validFrom": "2015-01-01"})
}

fn mandate(client: &str, scopes: &[&str]) -> Value {
    json!({
        "clientId": client,
        "name": "Kwaliteitsportaal (fictief)",
        "scopes": scopes,
        "facilities": [ids::FACILITY],
        "validUntil": "2029-06-30T23:59:59+02:00",
        "contact": "helpdesk@vendor.example"
    })
}

fn cycle(title: &str, opens: &str, due: &str) -> Value {
    json!({
        "title": {"nl": title},
        "frameworkCode": "ggz",
        "versionCode": "2026-1",
        "facilityTypes": ["pz", "ibw", "cgg"],
        "opens": opens,
        "due": due,
        "purpose": "inspectionPreparation"
    })
}

fn round(title: &str) -> Value {
    json!({
        "title": {"nl": title},
        "sectors": ["ggz"],
        "frameworks": [{"frameworkCode": "ggz", "versionCode": "2026-1"}],
        "begins": "2029-03-01",
        "ends": "2029-06-30",
        "doubleJudgement": false
    })
}

fn checklist() -> Value {
    json!({
        "items": [
            {
                "frameworkCode": "ggz",
                "versionCode": "2026-1",
                "criterionCode": "intakeGesprek",
                "instruction": {"nl": "Vraag een intaker hoe de kinderen ter sprake komen."},
                "evidenceKinds": ["bevraging", "document"]
            },
            {
                "frameworkCode": "ggz",
                "versionCode": "2026-1",
                "criterionCode": "kinderenInDossier",
                "instruction": {"nl": "Neem dossiers van de laatste drie maanden. Noteer alleen aantallen."},
                "evidenceKinds": ["dossiercontrole"],
                "sample": 10
            }
        ],
        "note": {"nl": "De steekproef gaat over drie maanden."}
    })
}

/// The smallest framework that makes sense.
fn framework() -> Value {
    let ours = json!({"origin": "ours"});
    json!({
        "code": "voorbeeld",
        "defaultLanguage": "nl",
        "title": {"nl": "Een voorbeeld"},
        "source": ours,
        "version": {"code": "1"},
        "facilityTypes": ["pz"],
        "defaultScale": "jaNeen",
        "scales": [{"code": "jaNeen", "title": {"nl": "Ja of neen"}, "levels": [
            {"code": "ja", "title": {"nl": "Ja"}, "agrees": ["voldaan"]},
            {"code": "neen", "title": {"nl": "Neen"}, "needsNote": true, "agrees": ["aandachtspunt"]}
        ]}],
        "judgements": [
            {"code": "voldaan", "title": {"nl": "Voldaan"}},
            {"code": "aandachtspunt", "title": {"nl": "Aandachtspunt"}}
        ],
        "allowedJudgements": {
            "requirement": ["voldaan", "aandachtspunt"],
            "expectation": ["voldaan", "aandachtspunt"]
        },
        "evidenceKinds": [],
        "themes": [{"code": "afspraken", "title": {"nl": "Afspraken"}, "criteria": [
            {"code": "aanspreekpunt", "kind": "expectation", "source": ours,
                "text": {"nl": "Er is een aanspreekpunt voor de Kindreflex."}}
        ]}]
    })
}

/// A survey of two questions, the second for those who say no to the first.
fn survey() -> Value {
    let ours = json!({"origin": "ours"});
    let options =
        json!([{"code": "ja", "title": {"nl": "Ja"}}, {"code": "neen", "title": {"nl": "Neen"}}]);
    json!({
        "defaultLanguage": "nl", "title": {"nl": "Monitor Kindreflex"}, "source": ours,
        "sections": [{"code": "praktijk", "title": {"nl": "In de praktijk"}, "items": [
            {"code": "collegas", "kind": "choice", "text": {"nl": "Bracht u de Kindreflex al onder de aandacht van collega's?"}, "options": options,
             "required": true, "source": ours},
            {"code": "zalCollegas", "kind": "choice", "text": {"nl": "Bent u van plan dat te doen?"}, "options": options,
             "askedWhen": [{"itemCode": "collegas", "options": ["neen"]}], "source": ours}
        ]}],
        "indicators": [{"code": "isVanPlan", "title": {"nl": "Is dat van plan, van wie het nog niet deed"}, "itemCode": "zalCollegas", "options": ["ja"]}]
    })
}
