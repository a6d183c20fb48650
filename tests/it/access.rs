//! Who may do what: every operation of the document, as every caller.
//!
//! The tables that come out are reviewed, and kept in `tests/it/access.md`. `UPDATE=1 cargo test --test it access -- --test-threads=1` writes them
//! anew.
use std::collections::BTreeMap;
use std::fmt::Write as _;

use kindreflex::access::policy::ACTIONS;
use kindreflex::demo::{enterprise_number, ids};
use kindreflex::facility::integrations::known_scopes;
use kindreflex::openapi::DOCUMENT;
use serde_json::{Value, json};

use crate::rounds::{announced_round, checklist, new_round, round};
use crate::support::{
    Actor, Answer, World, answer_whole, answers_to, digest_of, link_of, new_hospital, next_cycle,
    path_of, send_file,
};

mod terms;

/// A request that would succeed for somebody, prepared by those who may.
struct Prepared {
    path: String,
    body: Option<Vec<u8>>,
    /// What a machine says in place of the body.
    from_machine: Option<Vec<u8>>,
    headers: Vec<(&'static str, String)>,
    /// What must not show where the caller may not know of it.
    secret: String,
}

impl Prepared {
    fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            body: None,
            from_machine: None,
            headers: Vec::new(),
            secret: String::new(),
        }
    }

    fn body(mut self, body: &Value) -> Self {
        self.body = Some(body.to_string().into_bytes());
        self
    }

    /// A machine says for whom it acts.
    fn in_person(self) -> Self {
        Self {
            from_machine: Some(for_a_person().to_string().into_bytes()),
            ..self.body(&json!({}))
        }
    }

    fn body_of(&self, caller: &str) -> Option<Vec<u8>> {
        let body = self.from_machine.as_ref().filter(|_| is_machine(caller));
        body.or(self.body.as_ref()).cloned()
    }

    fn seen(self, answer: &Answer) -> Self {
        let tag = answer.etag();
        self.header("if-match", tag)
    }

    fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secret = secret.into();
        self
    }
}

fn is_machine(caller: &str) -> bool {
    caller.starts_with("machine")
}

/// What a machine says for whom.
fn for_a_person() -> Value {
    json!({"onBehalfOf": {"id": "medewerker-2041", "function": "kwaliteitscoördinator"}})
}

/// A code that nothing has yet. In letters: now and then digits look like a register number.
fn code() -> String {
    kindreflex::http::letters::spell(uuid::Uuid::now_v7().as_bytes())
}

fn titled() -> Value {
    json!({"title": {"nl": "Nieuw"}, "periods": []})
}

/// A new draft of De Linde: its path, and the answer that made it.
async fn new_draft(world: &World) -> (String, Answer) {
    let hospital = new_hospital(world, ids::ORGANISATION).await;
    let draft = crate::support::draft_of(&world.linde(), &hospital).await;
    (path_of(&draft.body), draft)
}

/// A draft of De Linde that can be handed in.
async fn whole_draft(world: &World) -> (String, Answer) {
    let (path, draft) = new_draft(world).await;
    (path, answer_whole(&world.linde(), &draft).await)
}

/// A self-assessment that De Linde handed in.
async fn submitted(world: &World) -> (String, Answer) {
    let (path, saved) = whole_draft(world).await;
    let submitted = world
        .linde()
        .seen(&saved)
        .post(&format!("{path}/submissions"), json!({}))
        .await
        .expect(201);
    (path, submitted)
}

async fn stored_attachment(world: &World) -> String {
    let id = uuid::Uuid::now_v7().to_string();
    let text = b"Verslag van het overleg";
    send_file(&world.linde(), &id, ids::FACILITY, text)
        .await
        .expect(201);
    format!("/attachments/{id}")
}

/// A framework draft that nobody has seen before.
fn framework_document(code: &str) -> Value {
    let text = include_str!("../data/framework-fr.yaml");
    let document = kindreflex::framework::check::from_yaml(text).expect("a document");
    let mut document = serde_json::to_value(document).expect("json");
    document["code"] = json!(code);
    document["facilityTypes"] = json!(["caw"]);
    for theme in document["themes"].as_array_mut().expect("themes") {
        for criterion in theme["criteria"].as_array_mut().expect("criteria") {
            if criterion["appliesTo"].get("facilityTypes").is_some() {
                criterion["appliesTo"]["facilityTypes"] = json!(["caw"]);
            }
        }
    }
    document
}

/// A draft of a framework: its path, and the answer that made it.
pub async fn new_framework(world: &World) -> (String, Answer) {
    let code = code();
    let mut document = framework_document(&code);
    let version = document["version"]["code"]
        .as_str()
        .expect("a code")
        .to_owned();
    let dates = document["version"].as_object_mut().expect("a version");
    dates.retain(|field, _| field != "publishedOn" && field != "bindingFrom");
    let path = format!("/frameworks/{code}/versions/{version}");
    let made = world.admin().put(&path, document).await.expect(201);
    (path, made)
}

fn cycle_input(opens: &str) -> Value {
    json!({"title": {"nl": "Nieuwe cyclus"}, "frameworkCode": "ggz", "versionCode": "2026-1", "facilityTypes": ["pz"],
        "opens": opens, "due": "2099-01-01T00:00:00Z", "purpose": "ownImprovement"})
}

/// What De Linde lets a client do for a year.
fn mandate(client: &str) -> Value {
    let until = chrono::Utc::now() + chrono::Duration::days(365);
    let until = until.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    json!({"clientId": client, "name": "Koppeling", "scopes": ["read:facilities"], "validUntil": until})
}

async fn new_mandate(world: &World, input: &Value) -> Answer {
    let path = format!("/organisations/{}/mandates", ids::ORGANISATION);
    world.linde().post(&path, input.clone()).await.expect(201)
}

/// One recipe per operation of the document.
#[allow(clippy::too_many_lines, reason = "one arm per operation: a table")]
async fn prepare(world: &World, operation: &str) -> Prepared {
    let (admin, linde) = (world.admin(), world.linde());
    let organisation = json!({"name": "vzw De Nieuwe", "validFrom": "2020-01-01"});
    let hospital = json!({"organisationId": ids::ORGANISATION, "facilityType": "pz", "name": "PZ Nieuw", "validFrom": "2020-01-01"});
    let site = json!({"name": "Campus Zuid", "validFrom": "2020-01-01"});
    let unit = json!({"name": "Opname 3", "facilityType": "pz", "validFrom": "2020-01-01"});
    let facility = format!("/facilities/{}", ids::FACILITY);
    let grant = json!({"name": "Koppeling", "scopes": ["read:facilities"], "organisations": [ids::ORGANISATION]});
    match operation {
        "readHealth" => Prepared::new("/health"),
        "readMe" => Prepared::new("/me"),
        "listOrganisations" => Prepared::new("/organisations").secret(ids::ORGANISATION),
        "createOrganisation" => Prepared::new("/organisations").body(&organisation),
        "readOrganisation" => Prepared::new(format!("/organisations/{}", ids::ORGANISATION)),
        "replaceOrganisation" => {
            let made = admin
                .post("/organisations", organisation.clone())
                .await
                .expect(201);
            Prepared::new(path_of(&made.body))
                .body(&organisation)
                .seen(&made)
        }
        "listFacilities" => Prepared::new("/facilities").secret(ids::FACILITY),
        "createFacility" => Prepared::new("/facilities").body(&hospital),
        "readFacility" => Prepared::new(facility),
        "replaceFacility" => {
            let made = admin
                .post("/facilities", hospital.clone())
                .await
                .expect(201);
            Prepared::new(path_of(&made.body))
                .body(&hospital)
                .seen(&made)
        }
        "listSites" => Prepared::new(format!("{facility}/sites")),
        "createSite" => Prepared::new(format!("{facility}/sites")).body(&site),
        "readSite" => Prepared::new(format!("{facility}/sites/{}", ids::SITE)),
        "replaceSite" => {
            let made = admin
                .post(&format!("{facility}/sites"), site.clone())
                .await
                .expect(201);
            Prepared::new(path_of(&made.body)).body(&site).seen(&made)
        }
        "listUnits" => Prepared::new(format!("{facility}/units")),
        "createUnit" => Prepared::new(format!("{facility}/units")).body(&unit),
        "readUnit" => Prepared::new(format!("{facility}/units/{}", ids::UNIT)),
        "replaceUnit" => {
            let made = admin
                .post(&format!("{facility}/units"), unit.clone())
                .await
                .expect(201);
            Prepared::new(path_of(&made.body)).body(&unit).seen(&made)
        }
        "listSectors" => Prepared::new("/sectors"),
        "readSector" => Prepared::new("/sectors/ggz"),
        "putSector" => Prepared::new(format!("/sectors/{}", code())).body(&titled()),
        "readRolloutPlan" => Prepared::new("/sectors/ggz/rolloutPlan"),
        "readRolloutItem" => Prepared::new(format!(
            "/sectors/ggz/rolloutPlan/items/{}",
            ids::ROLLOUT_PHASE
        )),
        "putRolloutItem" => Prepared::new(format!(
            "/sectors/ggz/rolloutPlan/items/{}",
            uuid::Uuid::now_v7()
        ))
        .body(&json!({"kind": "phase", "title": {"nl": "Verdieping"}, "validFrom": "2026-01-01"})),
        "readRolloutOverview" => Prepared::new("/statistics/rollout"),
        "listTrainingKinds" => Prepared::new("/trainingKinds"),
        "readTrainingKind" => Prepared::new("/trainingKinds/basisvorming"),
        "putTrainingKind" => Prepared::new(format!("/trainingKinds/{}", code()))
            .body(&json!({"title": {"nl": "Intervisie"}})),
        "listTrainings" => Prepared::new("/trainings"),
        "createTraining" => Prepared::new("/trainings").body(&training()),
        "readTraining" => Prepared::new(format!("/trainings/{}", ids::TRAINING)),
        "replaceTraining" => {
            let expert = world.person("expert", None);
            let made = expert.post("/trainings", training()).await.expect(201);
            Prepared::new(path_of(&made.body))
                .body(&training())
                .seen(&made)
        }
        "readTrainingSession" => Prepared::new(session(ids::SESSION)),
        "putTrainingSession" => Prepared::new(session(&uuid::Uuid::now_v7().to_string()))
            .body(&json!({"begins": "2098-03-01", "ends": "2098-03-01"})),
        "listAttendance" => Prepared::new(format!("{}/attendance", session(ids::SESSION))),
        "readAttendance" => {
            let at = format!("{}/attendance/{}", session(ids::SESSION), ids::FACILITY);
            Prepared::new(at).secret("recordedBy")
        }
        "putAttendance" => {
            let at = format!("{}/attendance/{}", session(ids::SESSION), ids::FACILITY);
            let seen = linde.get(&at).await.expect(200);
            Prepared::new(at)
                .body(&json!({"participants": ["P-002"]}))
                .seen(&seen)
        }
        "sendAttendanceList" => {
            let at = format!("{}/attendanceLists?take=good", session(ids::SESSION));
            let mut prepared = Prepared::new(at).header("content-type", "text/csv".into());
            prepared.body = Some(b"Voorziening;Deelnemer\n990100;P-009".to_vec());
            prepared
        }
        "readTrainingReach" => Prepared::new("/statistics/trainings"),
        "listSurveys" => Prepared::new("/surveys"),
        "readSurvey" => Prepared::new("/surveys/monitorKindreflex"),
        "readSurveyVersion" => Prepared::new("/surveys/monitorKindreflex/versions/2021-1"),
        "putSurveyVersion" => {
            Prepared::new(format!("/surveys/{}/versions/1", code())).body(&crate::surveys::survey())
        }
        "listSurveyWaves" => Prepared::new("/surveys/monitorKindreflex/waves"),
        "createSurveyWave" => {
            Prepared::new("/surveys/monitorKindreflex/waves").body(&crate::surveys::monitor(world))
        }
        "readSurveyWave" => Prepared::new(monitor_wave(ids::WAVE)),
        "closeSurveyWave" => {
            let expert = world.person("expert", None);
            let wave = crate::surveys::monitor(world);
            let made = expert
                .post("/surveys/monitorKindreflex/waves", wave)
                .await
                .expect(201);
            Prepared::new(format!("{}/closures", path_of(&made.body)))
                .body(&json!({}))
                .seen(&made)
        }
        "makeSurveyLinks" => Prepared::new(format!("{}/links", monitor_wave(ids::WAVE)))
            .body(&json!({"sectorCode": "ggz", "count": 1})),
        "readSurveyResults" => Prepared::new(format!("{}/results", monitor_wave(ids::PAST_WAVE))),
        "listSurveyTexts" => Prepared::new(format!("{}/texts", monitor_wave(ids::PAST_WAVE))),
        "readSurveyOverview" => Prepared::new("/statistics/surveys"),
        "openSurveyLink" => Prepared::new(crate::surveys::link(world).await),
        "answerSurvey" => {
            let link = crate::surveys::link(world).await;
            Prepared::new(format!("{link}/answers")).body(&crate::surveys::answers(0))
        }
        "listFacilityTypes" => Prepared::new("/facilityTypes"),
        "readFacilityType" => Prepared::new("/facilityTypes/pz"),
        "putFacilityType" => {
            let mut input = titled();
            input["sectorCode"] = json!("ggz");
            Prepared::new(format!("/facilityTypes/{}", code())).body(&input)
        }
        "listIntegrations" => Prepared::new("/integrations"),
        "readIntegration" => Prepared::new(format!("/integrations/{}", ids::ADMITTED_CLIENT)),
        "putIntegration" => Prepared::new(format!("/integrations/{}", code())).body(&grant),
        "deleteIntegration" => {
            let made = admin
                .put(&format!("/integrations/{}", code()), grant)
                .await
                .expect(201);
            Prepared::new(path_of(&made.body)).seen(&made)
        }
        "listMandates" => Prepared::new(format!("/organisations/{}/mandates", ids::ORGANISATION))
            .secret(ids::MANDATE),
        "giveMandate" => Prepared::new(format!("/organisations/{}/mandates", ids::ORGANISATION))
            .body(&mandate(&code())),
        "readMandate" => Prepared::new(format!(
            "/organisations/{}/mandates/{}",
            ids::ORGANISATION,
            ids::MANDATE
        )),
        "replaceMandate" => {
            let input = mandate(&code());
            let made = new_mandate(world, &input).await;
            Prepared::new(path_of(&made.body)).body(&input).seen(&made)
        }
        "revokeMandate" => {
            let made = new_mandate(world, &mandate(&code())).await;
            Prepared::new(path_of(&made.body)).seen(&made)
        }
        "listFrameworks" => {
            let (path, _) = new_framework(world).await;
            Prepared::new("/frameworks?pageSize=200").secret(path)
        }
        "listFrameworkVersions" => Prepared::new("/frameworks/ggz/versions"),
        "readFrameworkVersion" => Prepared::new("/frameworks/ggz/versions/2026-1"),
        "putFrameworkVersion" => {
            let code = code();
            let document = framework_document(&code);
            let version = document["version"]["code"]
                .as_str()
                .expect("a code")
                .to_owned();
            Prepared::new(format!("/frameworks/{code}/versions/{version}")).body(&document)
        }
        "publishFrameworkVersion" => {
            let (path, made) = new_framework(world).await;
            Prepared::new(format!("{path}/publications"))
                .body(&json!({}))
                .seen(&made)
        }
        "readAnswerSchema" => {
            Prepared::new("/frameworks/ggz/versions/2026-1/answerSchema?facilityType=pz")
        }
        "readFrameworkChanges" => {
            Prepared::new("/frameworks/ggz/versions/2026-1/changes?since=2025-1")
        }
        "migrateFramework" => Prepared::new("/frameworks/ggz/versions/2026-1/migrations")
            .body(&json!({"dryRun": false})),
        "listMigrations" => Prepared::new("/frameworks/ggz/versions/2026-1/migrations"),
        "readMigration" => Prepared::new(format!(
            "/frameworks/ggz/versions/2026-1/migrations/{}",
            ids::MIGRATION
        )),
        "listCycles" => Prepared::new("/cycles"),
        "createCycle" => Prepared::new("/cycles").body(&cycle_input("2098-01-01T00:00:00Z")),
        "readCycle" => Prepared::new(format!("/cycles/{}", ids::CYCLE)),
        "replaceCycle" => {
            let input = cycle_input("2098-01-01T00:00:00Z");
            let made = admin.post("/cycles", input.clone()).await.expect(201);
            Prepared::new(path_of(&made.body)).body(&input).seen(&made)
        }
        "listInspectionRounds" => {
            let made = new_round(world).await;
            let id = made.body["id"].as_str().expect("an id");
            Prepared::new("/inspectionRounds?pageSize=200").secret(id)
        }
        "createInspectionRound" => Prepared::new("/inspectionRounds").body(&round()),
        "readInspectionRound" => Prepared::new(format!("/inspectionRounds/{}", ids::ROUND)),
        "replaceInspectionRound" => {
            let made = new_round(world).await;
            Prepared::new(path_of(&made.body))
                .body(&round())
                .seen(&made)
        }
        "openInspectionRound" => {
            let (path, seen) = announced_round(world).await;
            Prepared::new(format!("{path}/openings"))
                .body(&json!({}))
                .seen(&seen)
        }
        "closeInspectionRound" => {
            let (path, seen) = announced_round(world).await;
            let path_of_opening = format!("{path}/openings");
            let planner = world.planner().seen(&seen);
            let open = planner.post(&path_of_opening, json!({})).await.expect(200);
            Prepared::new(format!("{path}/closures"))
                .body(&json!({}))
                .seen(&open)
        }
        "listChecklistRevisions" => Prepared::new(format!(
            "/inspectionRounds/{}/checklistRevisions",
            ids::ROUND
        )),
        "publishChecklistRevision" => {
            let made = new_round(world).await;
            Prepared::new(format!("{}/checklistRevisions", path_of(&made.body)))
                .body(&checklist())
                .seen(&made)
        }
        "readChecklistRevision" => Prepared::new(format!(
            "/inspectionRounds/{}/checklistRevisions/1",
            ids::ROUND
        )),
        "listSelfAssessments" => Prepared::new("/selfAssessments").secret(ids::SELF_ASSESSMENT),
        "createSelfAssessment" => {
            let hospital = new_hospital(world, ids::ORGANISATION).await;
            Prepared::new("/selfAssessments")
                .body(&json!({"facilityId": hospital, "cycleId": ids::CYCLE}))
        }
        "readSelfAssessment" => Prepared::new(format!("/selfAssessments/{}", ids::SELF_ASSESSMENT)),
        "readOutcome" => Prepared::new(format!("/selfAssessments/{}/result", ids::SELF_ASSESSMENT)),
        "readAnswer" => Prepared::new(format!(
            "/selfAssessments/{}/answers/{}",
            ids::SELF_ASSESSMENT,
            ids::CRITERION
        )),
        "listRevisions" => Prepared::new(format!(
            "/selfAssessments/{}/revisions",
            ids::SELF_ASSESSMENT
        )),
        "readRevision" => Prepared::new(format!(
            "/selfAssessments/{}/revisions/1",
            ids::SELF_ASSESSMENT
        )),
        "putAnswer" => {
            let (path, draft) = new_draft(world).await;
            Prepared::new(format!("{path}/answers/{}", ids::CRITERION))
                .body(&json!({"level": "volledig"}))
                .seen(&draft)
        }
        "deleteAnswer" => {
            let (path, draft) = new_draft(world).await;
            let path = format!("{path}/answers/{}", ids::CRITERION);
            let saved = linde
                .seen(&draft)
                .put(&path, json!({"level": "volledig"}))
                .await
                .expect(200);
            Prepared::new(path).seen(&saved)
        }
        "patchAnswers" => {
            let (path, draft) = new_draft(world).await;
            let answers = answers_to(&linde, &draft.body["openCriteria"], "2026-1").await;
            Prepared::new(format!("{path}/answers"))
                .body(&answers)
                .seen(&draft)
        }
        "readAnswerSheet" => Prepared::new(format!(
            "/selfAssessments/{}/answerSheet",
            ids::SELF_ASSESSMENT
        )),
        "sendAnswerSheet" => {
            let (path, draft) = new_draft(world).await;
            let mut prepared = Prepared::new(format!("{path}/answerSheets?store=true"))
                .seen(&draft)
                .header("content-type", "text/csv".into());
            prepared.body = Some(b"Code;Niveau;Toelichting\nactiefWerken;Volledig;".to_vec());
            prepared
        }
        "confirmAnswers" => {
            let (path, draft) = new_draft(world).await;
            Prepared::new(format!("{path}/confirmations"))
                .in_person()
                .seen(&draft)
        }
        "submitSelfAssessment" => {
            let (path, saved) = whole_draft(world).await;
            Prepared::new(format!("{path}/submissions"))
                .in_person()
                .seen(&saved)
        }
        "reopenSelfAssessment" => {
            let (path, submitted) = submitted(world).await;
            Prepared::new(format!("{path}/reopenings"))
                .body(&json!({"reason": "Een afdeling vergeten"}))
                .seen(&submitted)
        }
        "listStepPlans" => Prepared::new(format!("{facility}/stepPlans")).secret(ids::STEP_PLAN),
        "readStepPlan" => Prepared::new(format!("{facility}/stepPlans/{}", ids::STEP_PLAN)),
        "putStepPlan" => {
            let hospital = new_hospital(world, ids::ORGANISATION).await;
            let plan = uuid::Uuid::now_v7();
            let input = json!({"name": "Ons plan", "frameworkCode": "ggz",
                "steps": [{"code": "eerst", "title": "Eerst praten", "steps": ["stap1"]}]});
            Prepared::new(format!("/facilities/{hospital}/stepPlans/{plan}")).body(&input)
        }
        "listStepPlanVersions" => {
            Prepared::new(format!("{facility}/stepPlans/{}/versions", ids::STEP_PLAN))
        }
        "readStepPlanVersion" => Prepared::new(format!(
            "{facility}/stepPlans/{}/versions/1",
            ids::STEP_PLAN
        )),
        "listContributions" => {
            let (path, _, _) = asked(world).await;
            Prepared::new(format!("{path}/contributions"))
        }
        "askContribution" => {
            let (path, _) = new_draft(world).await;
            Prepared::new(format!("{path}/contributions"))
                .body(&json!({"criteria": [ids::CRITERION]}))
        }
        "readContribution" => Prepared::new(path_of(&asked(world).await.2.body)),
        "withdrawContribution" => {
            let (_, _, made) = asked(world).await;
            Prepared::new(path_of(&made.body)).seen(&made)
        }
        "renewContributionLink" => {
            let (_, _, made) = asked(world).await;
            Prepared::new(format!("{}/links", path_of(&made.body)))
                .body(&json!({}))
                .seen(&made)
        }
        "acceptContribution" => {
            let (_, draft, made) = asked(world).await;
            answered(world, &made).await;
            Prepared::new(format!("{}/acceptances", path_of(&made.body)))
                .body(&json!({}))
                .seen(&draft)
        }
        "returnContribution" => {
            let (_, _, made) = asked(world).await;
            answered(world, &made).await;
            let path = path_of(&made.body);
            let now = linde.get(&path).await.expect(200);
            Prepared::new(format!("{path}/returns"))
                .body(&json!({"reason": "Over welke maanden gaat het?"}))
                .seen(&now)
        }
        "openContributionLink" => Prepared::new(link_of(&asked(world).await.2)),
        "answerContribution" => {
            let link = link_of(&asked(world).await.2);
            Prepared::new(format!("{link}/answers")).body(&contributed())
        }
        "putAttachment" => {
            let (id, bytes) = named_attachment(world).await;
            let path = format!("/attachments/{id}?facilityId={}", ids::FACILITY);
            of_bytes(path, bytes)
        }
        "putAttachmentPiece" => {
            let (id, bytes) = named_attachment(world).await;
            let (facility, size) = (ids::FACILITY, bytes.len());
            let path =
                format!("/attachments/{id}/pieces?facilityId={facility}&size={size}&offset=0");
            of_bytes(path, bytes)
        }
        "readAttachmentUpload" => {
            let (id, bytes) = named_attachment(world).await;
            let path = format!("/attachments/{id}/pieces?facilityId={}", ids::FACILITY);
            let begun = format!("{path}&size={}&offset=0", bytes.len());
            // Each side has its own.
            for side in [
                &linde,
                &world.inspector(),
                &world.machine(&["write:attachments"]),
            ] {
                let sender = side
                    .with("content-type", "text/plain")
                    .with("repr-digest", &digest_of(&bytes));
                let first = bytes[..5].to_vec();
                let put = "PUT".parse().expect("a method");
                sender.send(put, &begun, Some(first)).await.expect(200);
            }
            Prepared::new(path)
        }
        "readAttachment" => Prepared::new(referred_attachment(world).await),
        "readAttachmentContent" => {
            Prepared::new(format!("{}/content", referred_attachment(world).await))
        }
        "listInspections" => Prepared::new("/inspections?pageSize=200").secret(ids::INSPECTION),
        "planInspection" => Prepared::new("/inspections").body(&inspection()),
        "readInspection" => {
            let made = visited(world).await;
            let id = made.body["id"].as_str().expect("an id");
            let of = crate::support::key(world, id);
            let sql = format!("UPDATE inspection SET state = 'final' WHERE id = {of}");
            crate::support::execute(world, &sql);
            Prepared::new(path_of(&made.body))
        }
        "replaceInspection" => {
            let made = new_inspection(world).await;
            Prepared::new(path_of(&made.body))
                .body(&json!({"reason": "periodic", "announced": true}))
                .seen(&made)
        }
        "cancelInspection" => {
            let made = new_inspection(world).await;
            Prepared::new(format!("{}/cancellations", path_of(&made.body)))
                .body(&json!({"ground": "planning", "reason": "Uitgesteld"}))
                .seen(&made)
        }
        "moveChecklist" => Prepared::new(format!(
            "{}/checklistMoves",
            path_of(&visited(world).await.body)
        ))
        .body(&json!({"revision": 2, "reason": "Verduidelijkt"}))
        .header("if-match", "*".into()),
        "assignInspector" => {
            let made = new_inspection(world).await;
            Prepared::new(format!("{}/assignments", path_of(&made.body)))
                .body(&json!({"person": "nieuw", "name": "Nieuw", "role": "member"}))
                .seen(&made)
        }
        "endAssignment" => {
            let made = new_inspection(world).await;
            let part = made.body["assignments"][0]["id"].as_str().expect("an id");
            Prepared::new(format!("{}/assignments/{part}", path_of(&made.body))).seen(&made)
        }
        "planVisit" => {
            let made = new_inspection(world).await;
            Prepared::new(format!(
                "{}/visits/{}",
                path_of(&made.body),
                uuid::Uuid::now_v7()
            ))
            .body(&visit())
            .seen(&made)
        }
        "recordVisit" => {
            let (path, seen) = with_visit(world).await;
            Prepared::new(format!("{path}/record"))
                .body(&held())
                .seen(&seen)
        }
        "announceInspection" => {
            let (_, seen) = with_visit(world).await;
            Prepared::new(format!("{}/announcements", path_of(&seen.body)))
                .body(&json!({}))
                .seen(&seen)
        }
        "answerDocumentRequest" => Prepared::new(format!(
            "/inspections/{}/documentRequests/{}/answers",
            ids::INSPECTION,
            ids::DOCUMENT_REQUEST
        ))
        .body(&json!({"note": "Er is er geen."}))
        .header("if-match", "*".into()),
        "listFindings" => Prepared::new(running("findings")).secret(ids::FINDING),
        "readFinding" => Prepared::new(running(&format!("findings/{}", ids::FINDING))),
        "listFindingVersions" => {
            Prepared::new(running(&format!("findings/{}/versions", ids::FINDING)))
        }
        "putFinding" => Prepared::new(running(&format!("findings/{}", uuid::Uuid::now_v7())))
            .body(&json!({"title": "De inkomhal"})),
        "listRoundFindings" => Prepared::new(format!("/inspectionRounds/{}/findings", ids::ROUND)),
        "readPack" => Prepared::new(running("pack")),
        "syncFindings" => Prepared::new(running("syncs")).body(
            &json!({"batchId": uuid::Uuid::now_v7(), "deviceId": ids::DEVICE, "versions": []}),
        ),
        "readReceipt" => Prepared::new(running(&format!("syncs/{}", ids::BATCH))),
        "listReports" | "listDeliveries" | "listReactions" => {
            let made = finished(world).await;
            let part = operation.trim_start_matches("list").to_lowercase();
            Prepared::new(format!("{}/{part}", path_of(&made.body)))
        }
        "readReport" => {
            let path = path_of(&finished(world).await.body);
            let reports = world
                .inspector()
                .get(&format!("{path}/reports"))
                .await
                .expect(200);
            let last = reports.body["items"]
                .as_array()
                .expect("items")
                .last()
                .expect("one");
            Prepared::new(path_of(last))
        }
        "createReport" => step(&visited(world).await, "reports", &json!({})),
        "listImprovementPoints" => Prepared::new(running("improvementPoints")),
        "putImprovementPoint" => Prepared::new(running(&format!(
            "improvementPoints/{}",
            uuid::Uuid::now_v7()
        )))
        .body(&json!({"findingId": ids::FINDING, "text": "Leg het vast."})),
        "deliverReport" => step(&drafted(world).await, "deliveries", &delivery()),
        "recordReceipt" => {
            let made = sent(world).await;
            let part = delivery_of(world, &made).await;
            step(
                &made,
                &format!("{part}/receipts"),
                &json!({"note": "Ontvangen"}),
            )
        }
        "extendReaction" => {
            let made = sent(world).await;
            let part = delivery_of(world, &made).await;
            step(
                &made,
                &format!("{part}/extensions"),
                &json!({"days": 5, "reason": "Verlof"}),
            )
        }
        "react" => step(&sent(world).await, "reactions", &reaction()),
        "decideReaction" => {
            let made = reviewed_by_inspector(world).await;
            let given = world
                .inspector()
                .get(&format!("{}/reactions", path_of(&made.body)))
                .await
                .expect(200);
            let id = given.body["items"][0]["id"]
                .as_str()
                .expect("an id")
                .to_owned();
            step(
                &made,
                &format!("reactions/{id}/decisions"),
                &json!({"outcome": "accepted", "reason": "Dat klopt."}),
            )
        }
        "publishReport" => step(
            &finished(world).await,
            "publications",
            &json!({"checkedBy": "Fien"}),
        ),
        "withdrawPublication" => {
            let made = finished(world).await;
            let lead = world.inspector();
            let told = take(&lead, &made, "publications", json!({"checkedBy": "Fien"})).await;
            let id = published(world).await;
            step(
                &told,
                &format!("publications/{id}/withdrawals"),
                &json!({"reason": "Een fout"}),
            )
        }
        "listPublishedReports" => Prepared::new("/publishedReports"),
        "readPublishedReport" => Prepared::new(format!("/publishedReports/{}", ids::PUBLICATION)),
        "listDevices" => Prepared::new("/devices").secret(ids::DEVICE),
        "readDevice" => Prepared::new(format!("/devices/{}", ids::DEVICE)),
        "putDevice" => Prepared::new(format!("/devices/{}", uuid::Uuid::now_v7()))
            .body(&json!({"name": "Een tablet"})),
        "revokeDevice" => {
            let path = format!("/devices/{}", uuid::Uuid::now_v7());
            let made = world
                .inspector()
                .put(&path, json!({"name": "Een tablet"}))
                .await
                .expect(201);
            Prepared::new(path).seen(&made)
        }
        "listSamples" => Prepared::new(format!("/inspectionRounds/{}/samples", ids::ROUND)),
        "drawSample" => Prepared::new(format!("/inspectionRounds/{}/samples", ids::ROUND))
            .body(&json!({"size": 2})),
        "readSample" => Prepared::new(format!(
            "/inspectionRounds/{}/samples/{}",
            ids::ROUND,
            ids::SAMPLE
        )),
        "putJudgement" => {
            let (path, _) = found_by_two(world).await;
            Prepared::new(format!("{path}/judgement")).body(&json!({"judgement": "voldaan"}))
        }
        "readOwnJudgement" => Prepared::new(judged("judgement")).secret(ids::JUDGEMENT),
        "listJudgements" => Prepared::new(judged("judgements")).secret(ids::JUDGEMENT),
        "adoptJudgement" => {
            let (path, made) = found_by_two(world).await;
            let mut given = None;
            for person in ["demo-inspector", "demo-inspector-2"] {
                let actor = world.person_named(person, "inspector", None);
                let judgement = json!({"judgement": "voldaan"});
                given = Some(
                    actor
                        .put(&format!("{path}/judgement"), judgement)
                        .await
                        .expect(201),
                );
            }
            let given = given.expect("a judgement");
            Prepared::new(format!("{path}/adoptions"))
                .body(&json!({"judgementId": given.body["id"]}))
                .seen(&made)
        }
        "readAgreement" => {
            Prepared::new(format!("/inspectionRounds/{}/agreement", ids::JUDGED_ROUND))
        }
        "readComparison" => Prepared::new(format!("/facilities/{}/comparison", ids::FACILITY)),
        "readPolicyReport" => Prepared::new(format!(
            "/inspectionRounds/{}/policyReport",
            ids::CLOSED_ROUND
        )),
        "readSectorAgreement" => Prepared::new("/sectors/ggz/agreement?frameworkCode=ggz"),
        "raiseUrgentSignal" => Prepared::new(running("urgentSignals")).body(&danger()),
        "listUrgentSignals" => {
            Prepared::new("/urgentSignals?pageSize=200").secret(ids::URGENT_SIGNAL)
        }
        "readUrgentSignal" => Prepared::new(format!("/urgentSignals/{}", ids::URGENT_SIGNAL)),
        "acknowledgeUrgentSignal" => {
            let made = new_signal(world).await;
            Prepared::new(format!("{}/acknowledgements", path_of(&made.body)))
                .body(&json!({}))
                .seen(&made)
        }
        "recordUrgentMeasure" => {
            let made = new_signal(world).await;
            Prepared::new(format!("{}/measures", path_of(&made.body)))
                .body(&json!({"text": "Gesloten", "takenOn": "2026-09-15"}))
                .seen(&made)
        }
        "listRedactions" => Prepared::new("/redactions").secret(ids::FACILITY),
        "createRedaction" => Prepared::new("/redactions")
            .body(&json!({"facilityId": ids::FACILITY, "text": "teamoverleg", "ground": "Fout"})),
        "readRedaction" => Prepared::new(format!("/redactions/{}", ids::REDACTION)),
        "listAuditEvents" => {
            world.number_events().await;
            Prepared::new("/auditEvents").secret(ids::ORGANISATION)
        }
        "listTasks" => Prepared::new("/tasks?pageSize=200").secret(ids::FACILITY),
        "listEvents" => {
            world.number_events().await;
            Prepared::new("/events?pageSize=200").secret(ids::SELF_ASSESSMENT)
        }
        "verifyAuditEvents" => Prepared::new("/auditEvents/verification"),
        other => match terms::prepare(other, world).await {
            Some(prepared) => prepared,
            None => panic!("the operation {other} has no recipe here: add one"),
        },
    }
}

/// The path of something of the inspection that is under way.
fn running(part: &str) -> String {
    format!("/inspections/{}/{part}", ids::RUNNING_INSPECTION)
}

/// The path of something of the finding that two inspectors judged.
fn judged(part: &str) -> String {
    let (inspection, finding) = (ids::JUDGED_INSPECTION, ids::JUDGED_FINDING);
    format!("/inspections/{inspection}/findings/{finding}/{part}")
}

/// A new finding where two inspectors judge: its path, and the answer.
async fn found_by_two(world: &World) -> (String, Answer) {
    let (inspection, finding) = (ids::JUDGED_INSPECTION, uuid::Uuid::now_v7());
    let path = format!("/inspections/{inspection}/findings/{finding}");
    let input = json!({"criterion": {"frameworkCode": "ggz", "versionCode": "2026-1", "criterionCode": ids::CRITERION}});
    let made = world.inspector().put(&path, input).await.expect(201);
    (path, made)
}

fn danger() -> Value {
    json!({"text": "De nooddeur is vast", "seenAt": "2026-09-15T09:00:00+02:00"})
}

async fn new_signal(world: &World) -> Answer {
    let path = running("urgentSignals");
    let made = world.inspector().post(&path, danger()).await;
    made.expect(201)
}

/// An inspection of De Linde, led by the demo's inspector.
fn inspection() -> Value {
    json!({"roundId": ids::ROUND, "facilityId": ids::FACILITY, "reason": "periodic", "announced": true,
        "assignments": [{"person": "demo-inspector", "name": "An Voorbeeld", "role": "lead"}]})
}

async fn new_inspection(world: &World) -> Answer {
    world
        .planner()
        .post("/inspections", inspection())
        .await
        .expect(201)
}

fn visit() -> Value {
    json!({"from": "2026-09-15T09:00:00+02:00", "to": "2026-09-15T16:00:00+02:00"})
}

fn held() -> Value {
    json!({"outcome": "held", "from": "2026-09-15T09:00:00+02:00"})
}

/// A new inspection with a visit: the visit's path, and the inspection.
async fn with_visit(world: &World) -> (String, Answer) {
    let made = new_inspection(world).await;
    let path = format!("{}/visits/{}", path_of(&made.body), uuid::Uuid::now_v7());
    let seen = world
        .planner()
        .seen(&made)
        .put(&path, visit())
        .await
        .expect(200);
    (path, seen)
}

/// An inspection that started before the round's checklist was improved.
async fn visited(world: &World) -> Answer {
    let (path, seen) = with_visit(world).await;
    let started = world
        .inspector()
        .seen(&seen)
        .put(&format!("{path}/record"), held())
        .await
        .expect(200);
    let id = started.body["id"].as_str().expect("an id");
    crate::support::execute(
        world,
        &format!(
            "UPDATE inspection SET checklist_revision = 1 WHERE id = {}",
            crate::support::key(world, id)
        ),
    );
    started
}

/// A step in an inspection, whichever edit it is at.
fn step(made: &Answer, what: &str, body: &Value) -> Prepared {
    Prepared::new(format!("{}/{what}", path_of(&made.body)))
        .body(body)
        .header("if-match", "*".into())
}

async fn take(actor: &Actor, made: &Answer, what: &str, body: Value) -> Answer {
    let path = format!("{}/{what}", path_of(&made.body));
    let answer = actor.with("if-match", "*").post(&path, body).await;
    assert!((200..300).contains(&answer.status), "{}", answer.body);
    answer
}

fn delivery() -> Value {
    json!({"way": "post"})
}

fn reaction() -> Value {
    json!({"reactions": [{"type": "other", "text": "Dank u."}]})
}

/// An inspection whose draft is frozen.
async fn drafted(world: &World) -> Answer {
    take(
        &world.inspector(),
        &visited(world).await,
        "reports",
        json!({}),
    )
    .await
}

/// One whose draft was sent.
async fn sent(world: &World) -> Answer {
    let drafted = drafted(world).await;
    take(&world.inspector(), &drafted, "deliveries", delivery()).await
}

/// The part of the path that names its delivery.
async fn delivery_of(world: &World, made: &Answer) -> String {
    let all = world
        .inspector()
        .get(&format!("{}/deliveries", path_of(&made.body)))
        .await
        .expect(200);
    format!(
        "deliveries/{}",
        all.body["items"][0]["id"].as_str().expect("an id")
    )
}

/// One whose report is final.
async fn finished(world: &World) -> Answer {
    let sent = sent(world).await;
    take(
        &world.linde(),
        &sent,
        "reactions",
        json!({"complete": true}),
    )
    .await;
    take(&world.inspector(), &sent, "reports", json!({})).await
}

/// One in which the demo's inspector decides, and another leads.
async fn reviewed_by_inspector(world: &World) -> Answer {
    let made = sent(world).await;
    take(&world.linde(), &made, "reactions", reaction()).await;
    let id = made.body["id"].as_str().expect("an id");
    let of = crate::support::key(world, id);
    let sql =
        format!("UPDATE inspection_assignment SET role = 'reviewer' WHERE inspection_id = {of}");
    crate::support::execute(world, &sql);
    made
}

/// The publication that was made last.
async fn published(world: &World) -> String {
    let listed = world
        .anyone()
        .get("/publishedReports?pageSize=200")
        .await
        .expect(200);
    let last = listed.body["items"]
        .as_array()
        .expect("items")
        .last()
        .expect("one");
    last["id"].as_str().expect("an id").to_owned()
}

/// What De Linde asks in a new draft by a link: the draft's path, the draft, and what was asked.
async fn asked(world: &World) -> (String, Answer, Answer) {
    let (path, draft) = new_draft(world).await;
    let input = json!({"criteria": [ids::CRITERION]});
    let made = world
        .linde()
        .post(&format!("{path}/contributions"), input)
        .await
        .expect(201);
    (path, draft, made)
}

fn contributed() -> Value {
    json!({"answers": [{"criterionCode": ids::CRITERION, "level": "volledig"}]})
}

async fn answered(world: &World, made: &Answer) {
    let path = format!("{}/answers", link_of(made));
    world.anyone().post(&path, contributed()).await.expect(200);
}

/// The id of an attachment that is not there yet, with its bytes, which a finding of the demo's inspector names.
async fn named_attachment(world: &World) -> (String, Vec<u8>) {
    let (id, bytes) = (
        uuid::Uuid::now_v7().to_string(),
        b"Verslag van het overleg".to_vec(),
    );
    let path = path_of(&visited(world).await.body);
    let evidence =
        json!([{"kind": "document", "attachmentId": id, "sha256": crate::support::hex_of(&bytes)}]);
    let content = json!({"title": "De inkomhal", "evidence": evidence});
    let at = format!("{path}/findings/{}", uuid::Uuid::now_v7());
    world.inspector().put(&at, content).await.expect(201);
    (id, bytes)
}

fn training() -> Value {
    json!({"kindCode": "workshop", "title": {"nl": "Een workshop"}, "sectors": ["ggz"]})
}

/// A wave of the demo's survey.
fn monitor_wave(id: &str) -> String {
    format!("/surveys/monitorKindreflex/waves/{id}")
}

/// A session of the demo's training.
fn session(id: &str) -> String {
    format!("/trainings/{}/sessions/{id}", ids::TRAINING)
}

fn of_bytes(path: String, bytes: Vec<u8>) -> Prepared {
    let mut prepared = Prepared::new(path)
        .header("content-type", "text/plain".into())
        .header("repr-digest", digest_of(&bytes));
    prepared.body = Some(bytes);
    prepared
}

/// An attachment of De Linde that a submitted revision and a measure refer to.
async fn referred_attachment(world: &World) -> String {
    let path = stored_attachment(world).await;
    let linde = world.linde();
    let (draft, saved) = {
        let reopened = linde
            .get(&format!("/selfAssessments/{}", ids::SELF_ASSESSMENT))
            .await
            .expect(200);
        let path = path_of(&reopened.body);
        let again = linde
            .seen(&reopened)
            .post(&format!("{path}/reopenings"), json!({"reason": "Bijlage"}))
            .await
            .expect(200);
        (path, again)
    };
    let id = path.rsplit('/').next().expect("an id");
    let evidence = json!([{"kind": "document", "attachmentId": id, "sha256": crate::support::hex_of(b"Verslag van het overleg")}]);
    let answer = json!({"level": "volledig", "evidence": evidence});
    let saved = linde
        .seen(&saved)
        .put(&format!("{draft}/answers/{}", ids::CRITERION), answer)
        .await
        .expect(200);
    linde
        .seen(&saved)
        .post(&format!("{draft}/submissions"), json!({}))
        .await
        .expect(201);
    terms::tell(world, id).await;
    path
}

/// The callers of the table: a name, the role that the policy knows them by (none: nobody), and whether De Linde is theirs.
pub fn callers(world: &World) -> Vec<(&'static str, Option<&'static str>, bool, Actor)> {
    let every = known_scopes();
    let (own, foreign) = (enterprise_number(9_990_001), enterprise_number(9_990_002));
    vec![
        ("no token", None, false, world.anyone()),
        ("facility", Some("facility"), true, world.linde()),
        ("facility, another", Some("facility"), false, world.berk()),
        (
            "contributor",
            Some("facilityContributor"),
            true,
            world.person("facilityContributor", Some(own)),
        ),
        (
            "contributor, another",
            Some("facilityContributor"),
            false,
            world.person("facilityContributor", Some(foreign)),
        ),
        ("inspector", Some("inspector"), true, world.inspector()),
        ("planner", Some("planner"), true, world.planner()),
        (
            "authority",
            Some("authority"),
            true,
            world.person("authority", None),
        ),
        ("expert", Some("expert"), true, world.person("expert", None)),
        ("policy", Some("policy"), true, world.person("policy", None)),
        ("admin", Some("admin"), true, world.admin()),
        ("machine", Some("integration"), true, world.machine(&every)),
        ("machine, no scope", None, false, world.machine(&["openid"])),
        (
            "machine, not let in",
            None,
            false,
            world.stranger_machine(&every),
        ),
    ]
}

fn operations() -> Vec<(String, String, String)> {
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let mut all = Vec::new();
    for methods in paths.values() {
        for (method, operation) in methods.as_object().expect("methods") {
            let id = operation["operationId"].as_str().expect("an id").to_owned();
            let roles = operation["x-roles"].as_array().cloned().unwrap_or_default();
            let roles: Vec<&str> = roles.iter().filter_map(Value::as_str).collect();
            all.push((id, method.to_uppercase(), roles.join(",")));
        }
    }
    all.sort();
    all
}

async fn send(caller: &str, actor: &Actor, method: &str, prepared: &Prepared) -> Answer {
    let mut actor = actor.clone();
    for (name, value) in &prepared.headers {
        actor = actor.with(name, value);
    }
    actor
        .send(
            method.parse().expect("a method"),
            &prepared.path,
            prepared.body_of(caller),
        )
        .await
}

/// Compares with the table that was reviewed, or writes it anew.
pub fn reviewed(section: &str, table: &str) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/access.md");
    let head = format!("## {section}\n");
    let whole = std::fs::read_to_string(path).unwrap_or_default();
    let before = whole.split(&head).nth(1).map(|rest| {
        rest.split("\n## ")
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    });
    if std::env::var("UPDATE").is_ok() {
        let mut sections: BTreeMap<String, String> = whole
            .split("\n## ")
            .skip(1)
            .filter_map(|part| part.split_once('\n'))
            .map(|(name, text)| (name.to_owned(), text.trim().to_owned()))
            .collect();
        sections.insert(section.to_owned(), table.trim().to_owned());
        let mut text = String::from(
            "# Who may do what\n\nMade by the tests: `UPDATE=1 cargo test --test it access`. Each cell is the status that came back.\n",
        );
        for (name, table) in sections {
            write!(text, "\n## {name}\n\n{table}\n").expect("text");
        }
        std::fs::write(path, text).expect("written");
        return;
    }
    let known: Vec<&str> = before.as_deref().unwrap_or_default().lines().collect();
    let changed: Vec<&str> = table
        .trim()
        .lines()
        .filter(|line| !known.contains(line))
        .collect();
    assert!(
        changed.is_empty() && known.len() == table.trim().lines().count(),
        "the table of {section:?} changed: review it, and write it with UPDATE=1:\n{}",
        changed.join("\n")
    );
}

on_both! {
    async fn every_operation_answers_every_caller_as_the_policy_says(world: World) {
        let mut table = String::from("| operation |");
        let callers = callers(&world);
        for (name, ..) in &callers {
            write!(table, " {name} |").expect("text");
        }
        table.push_str("\n|---|");
        table.push_str(&"---|".repeat(callers.len()));
        for (operation, method, roles) in operations() {
            write!(table, "\n| `{operation}` |").expect("text");
            let mut succeeded = 0;
            for (name, role, own, actor) in &callers {
                let prepared = prepare(&world, &operation).await;
                let answer = send(name, actor, &method, &prepared).await;
                let status = answer.status;
                write!(table, " {status} |").expect("text");
                let at = format!("{operation} as {name}: {}", String::from_utf8_lossy(&answer.bytes));
                let open = roles.is_empty();
                let listed = role.is_some_and(|role| roles.split(',').any(|one| one == role));
                if open || (listed && *own) {
                    assert!((200..300).contains(&status), "must succeed: {at}");
                    succeeded += 1;
                } else if listed {
                    assert!(status == 404 || (200..300).contains(&status), "another's: {at}");
                    let shown = String::from_utf8_lossy(&answer.bytes).into_owned();
                    assert!(prepared.secret.is_empty() || !shown.contains(&prepared.secret), "shows another's: {at}");
                } else if operation == "readMe" && *name == "machine, no scope" {
                    assert_eq!(status, 200, "whoever was let in may ask who it is: {at}");
                } else if *name == "no token" {
                    assert_eq!(status, 401, "{at}");
                } else {
                    assert_eq!(status, 403, "{at}");
                }
            }
            assert!(succeeded > 0, "{operation} succeeds for nobody");
        }
        reviewed("Operations and callers", &table);
    }

    async fn what_can_be_done_to_a_self_assessment_depends_on_its_state(world: World) {
        let steps = [
            ("PUT", "/answers/actiefWerken", json!({"level": "volledig"})),
            ("PATCH", "/answers", json!({"answers": [{"criterionCode": "actiefWerken", "level": "volledig"}]})),
            ("DELETE", "/answers/actiefWerken", Value::Null),
            ("POST", "/confirmations", json!({})),
            ("POST", "/submissions", json!({})),
            ("POST", "/reopenings", json!({"reason": "Een afdeling vergeten"})),
            ("GET", "", Value::Null),
            ("GET", "/result", Value::Null),
            ("GET", "/revisions/1", Value::Null),
        ];
        let contributor = world.person("facilityContributor", Some(enterprise_number(9_990_001)));
        let callers = [
            ("facility", world.linde()),
            ("contributor", contributor),
            ("facility, another", world.berk()),
            ("inspector", world.inspector()),
            ("machine", world.machine(&known_scopes())),
        ];
        let mut table = String::from("| operation | state |");
        for (name, _) in &callers {
            write!(table, " {name} |").expect("text");
        }
        table.push_str("\n|---|---|---|---|---|---|---|");
        for (method, below, body) in &steps {
            for state in ["draft", "submitted", "reopened", "superseded"] {
                write!(table, "\n| `{method} …{below}` | {state} |").expect("text");
                for (name, actor) in &callers {
                    let (path, tag) = in_state(&world, state).await;
                    let actor = actor.with("if-match", &tag);
                    let in_person = *body == json!({}) && is_machine(name);
                    let body = if in_person { &for_a_person() } else { body };
                    let bytes = (!body.is_null()).then(|| body.to_string().into_bytes());
                    let answer = actor.send(method.parse().expect("a method"), &format!("{path}{below}"), bytes).await;
                    assert_ne!(answer.status, 412, "{method} {below} {state}");
                    write!(table, " {} |", answer.status).expect("text");
                }
            }
        }
        reviewed("States of a self-assessment", &table);
    }
}

/// A self-assessment of De Linde in this state, with the tag that its coordinator sees.
async fn in_state(world: &World, state: &str) -> (String, String) {
    let linde = world.linde();
    match state {
        "draft" => {
            let (path, saved) = whole_draft(world).await;
            (path, saved.etag())
        }
        "submitted" => {
            let (path, submitted) = submitted(world).await;
            (path, submitted.etag())
        }
        "reopened" => {
            let (path, submitted) = submitted(world).await;
            let reopened = linde
                .seen(&submitted)
                .post(&format!("{path}/reopenings"), json!({"reason": "Vergeten"}))
                .await
                .expect(200);
            (path, reopened.etag())
        }
        _ => {
            let (path, submitted) = submitted(world).await;
            let next = next_cycle(world).await;
            let input = json!({"facilityId": submitted.body["facilityId"], "cycleId": next});
            let draft = linde.post("/selfAssessments", input).await.expect(201);
            let below = path_of(&draft.body);
            let confirmed = linde
                .seen(&draft)
                .post(&format!("{below}/confirmations"), json!({}))
                .await
                .expect(200);
            linde
                .seen(&confirmed)
                .post(&format!("{below}/submissions"), json!({}))
                .await
                .expect(201);
            let old = linde.get(&path).await.expect(200);
            assert_eq!(old.body["status"], "superseded");
            (path, old.etag())
        }
    }
}

#[test]
fn every_action_of_the_policy_is_one_of_the_documents() {
    let named: Vec<String> = DOCUMENT["paths"]
        .as_object()
        .expect("paths")
        .values()
        .flat_map(|methods| methods.as_object().expect("methods").values())
        .filter_map(|operation| {
            let text = operation["description"].as_str()?;
            text.split("(`")
                .nth(1)?
                .split('`')
                .next()
                .map(str::to_owned)
        })
        .collect();
    for (action, ..) in ACTIONS {
        assert!(
            named.iter().any(|name| name == action),
            "no operation is for {action}"
        );
    }
}
