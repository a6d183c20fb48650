//! The document: what is committed is what the program says, and says enough.
use std::collections::BTreeSet;
use std::path::Path;

use kindreflex::access::policy::ACTIONS;
use kindreflex::openapi::{DOCUMENT, rendition};
use kindreflex::problem::Kind;
use serde_json::{Value, json};

const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

/// Every operation: path, method, and what the document says of it.
fn operations() -> Vec<(&'static str, &'static str, &'static Value)> {
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let all = paths.iter().flat_map(|(path, operations)| {
        let operations = operations.as_object().expect("operations");
        operations
            .iter()
            .map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    });
    all.collect()
}

/// Calls `look` on every value of the document, with the pointer to it.
fn each(value: &Value, at: &str, look: &mut impl FnMut(&str, &Value)) {
    look(at, value);
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                each(member, &format!("{at}/{name}"), look);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                each(item, &format!("{at}/{index}"), look);
            }
        }
        _ => {}
    }
}

fn older() -> Value {
    rendition::to_3_0(&DOCUMENT).expect("a rendition")
}

#[test]
fn what_is_committed_is_what_the_program_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi");
    for (name, document) in [("openapi", DOCUMENT.clone()), ("openapi-3.0", older())] {
        let json = serde_json::to_string_pretty(&document).expect("JSON");
        let yaml = yaml_serde::to_string(&document).expect("YAML");
        for (file, text) in [
            (format!("{name}.json"), json),
            (format!("{name}.yaml"), yaml),
        ] {
            let committed = std::fs::read_to_string(folder.join(&file)).unwrap_or_default();
            assert!(
                committed.trim_end() == text.trim_end(),
                "openapi/{file} is behind; run openapi/regenerate"
            );
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    for document in [DOCUMENT.clone(), older()] {
        each(&document, "", &mut |at, value| {
            if let Some(target) = value.get("$ref").and_then(Value::as_str) {
                let pointer = target.strip_prefix('#').expect("a reference within");
                assert!(document.pointer(pointer).is_some(), "{at}: {target}");
            }
        });
    }
}

#[test]
fn the_source_has_no_null() {
    each(&DOCUMENT, "", &mut |at, value| {
        assert!(!value.is_null(), "{at} is null");
        let says_null = |types: &Value| {
            types == "null"
                || types
                    .as_array()
                    .is_some_and(|all| all.contains(&json!("null")))
        };
        assert!(
            !value.get("type").is_some_and(says_null),
            "{at} may be null"
        );
        assert!(value.get("nullable").is_none(), "{at} is nullable");
    });
}

#[test]
fn every_operation_says_what_it_is_and_what_can_go_wrong() {
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations() {
        let name = format!("{method} {path}");
        assert!(METHODS.contains(&method), "{name}");
        let id = operation["operationId"].as_str().expect("an id");
        assert!(ids.insert(id), "{name}: {id} is there twice");
        for field in ["summary", "description"] {
            let text = operation[field].as_str().unwrap_or_default();
            assert!(text.len() > 5, "{name} has no {field}");
        }
        assert_eq!(
            operation["tags"].as_array().map(Vec::len),
            Some(1),
            "{name}"
        );
        assert_eq!(
            operation["responses"]["default"]["$ref"], "#/components/responses/Problem",
            "{name}"
        );
        assert!(
            operation["description"]
                .as_str()
                .is_some_and(|text| text.contains("urn:problem-type:")),
            "{name} names no problem"
        );
        for (status, response) in operation["responses"].as_object().expect("responses") {
            let described = response.get("$ref").is_some() || response["description"].is_string();
            assert!(described, "{name}: {status} is not described");
        }
    }
}

#[test]
fn every_operation_names_its_roles_its_scope_and_its_states() {
    let mut with_states: Vec<String> = Vec::new();
    for (path, method, operation) in operations() {
        let name = format!("{method} {path}");
        let said = operation["description"].as_str().expect("a description");
        if path == "/v1/health"
            || path.contains("{secret}")
            || path.starts_with("/v1/publishedReports")
        {
            assert_eq!(operation["security"], json!([]), "{name}");
            if operation["x-states"].is_array() {
                with_states.push(operation["operationId"].as_str().expect("an id").to_owned());
            }
            continue;
        }
        let action = ACTIONS
            .iter()
            .find(|(action, _, _)| said.contains(&format!("`{action}`")))
            .unwrap_or_else(|| panic!("{name} names no action"));
        let roles: Vec<&str> = action.1.iter().map(|role| role.name()).collect();
        assert_eq!(operation["x-roles"], json!(roles), "{name}");
        if !action.2.is_empty() {
            assert_eq!(operation["x-scope"], action.2, "{name}");
        }
        if operation["x-states"].is_array() {
            assert!(said.contains("**State:**"), "{name}");
            with_states.push(operation["operationId"].as_str().expect("an id").to_owned());
        }
    }
    with_states.sort();
    let expected = [
        "acceptContribution",
        "acknowledgeUrgentSignal",
        "adoptJudgement",
        "announceInspection",
        "answerContribution",
        "answerDocumentRequest",
        "answerSurvey",
        "askContribution",
        "assignInspector",
        "cancelInspection",
        "changeTerm",
        "closeInspection",
        "closeInspectionRound",
        "closeSurveyWave",
        "confirmAnswers",
        "createReport",
        "createTermReport",
        "decideImprovement",
        "decideReaction",
        "deleteAnswer",
        "deliverReport",
        "deliverTermReport",
        "drawSample",
        "endAssignment",
        "endTerm",
        "extendReaction",
        "extendTermReaction",
        "giveMeasure",
        "givePlan",
        "listSurveyTexts",
        "makeSurveyLinks",
        "migrateFramework",
        "moveChecklist",
        "openInspectionRound",
        "openSurveyLink",
        "patchAnswers",
        "planVisit",
        "publishChecklistRevision",
        "publishFrameworkVersion",
        "publishReport",
        "putAnswer",
        "putFinding",
        "putFrameworkVersion",
        "putImprovementPoint",
        "putJudgement",
        "putSurveyVersion",
        "raiseUrgentSignal",
        "react",
        "reactToTerms",
        "readSurveyResults",
        "recordReceipt",
        "recordTermReceipt",
        "recordVisit",
        "renewContributionLink",
        "reopenSelfAssessment",
        "replaceCycle",
        "replaceInspection",
        "replaceInspectionRound",
        "replaceMandate",
        "returnContribution",
        "revokeMandate",
        "sendAnswerSheet",
        "submitSelfAssessment",
        "verifyImprovement",
        "withdrawContribution",
        "withdrawPublication",
    ];
    assert_eq!(with_states, expected);
    let status = &DOCUMENT["components"]["schemas"]["Status"];
    assert_eq!(status["enum"], json!(["draft", "submitted", "superseded"]));
}

#[test]
fn every_type_of_problem_is_named() {
    let said = DOCUMENT["components"]["responses"]["Problem"]["description"].to_string();
    for kind in Kind::ALL {
        assert!(
            said.contains(&format!("{} `{}`", kind.status(), kind.urn())),
            "{kind:?}"
        );
    }
}

#[test]
fn every_operation_has_an_example_of_what_it_needs() {
    for (path, method, operation) in operations() {
        let name = format!("{method} {path}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let needed = parameter["required"] == true;
            assert!(
                !needed || parameter.get("example").is_some(),
                "{name}: {}",
                parameter["name"]
            );
        }
        if let Some(body) = operation.get("requestBody") {
            for (media_type, media) in body["content"].as_object().expect("content") {
                assert!(media.get("example").is_some(), "{name}: {media_type}");
            }
        }
    }
}

#[test]
fn every_example_of_a_body_fits_its_schema() {
    for (path, method, operation) in operations() {
        let Some(media) = operation.pointer("/requestBody/content/application~1json") else {
            continue;
        };
        let schema = json!({
            "$ref": media["schema"]["$ref"],
            "components": {"schemas": DOCUMENT["components"]["schemas"]},
        });
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        if let Err(fault) = validator.validate(&media["example"]) {
            panic!("{method} {path}: {fault}");
        }
    }
}

/// What the source serves under `/v1`, by the routes' own attributes.
fn routes_in(folder: &Path, found: &mut BTreeSet<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            routes_in(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = std::fs::read_to_string(&path).expect("a file");
            for line in text.lines() {
                let route = METHODS.iter().find_map(|method| {
                    let rest = line.trim().strip_prefix(&format!("#[{method}(\""))?;
                    Some((*method, rest.split('"').next()?))
                });
                if let Some((method, route)) = route {
                    found.insert((method.to_owned(), route.to_owned()));
                }
            }
        }
    }
}

#[test]
fn what_is_served_is_what_is_documented() {
    let mut served = BTreeSet::new();
    routes_in(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut served,
    );
    // The documents themselves and their page, and the demo's issuer, which production has none of.
    served.retain(|(_, path)| !path.starts_with("/v1/doc") && !path.starts_with("/issuer/"));
    let documented: BTreeSet<(String, String)> = operations()
        .iter()
        .map(|(path, method, _)| {
            (
                (*method).to_owned(),
                path.trim_start_matches("/v1").to_owned(),
            )
        })
        .collect();
    assert_eq!(served, documented);
}

#[test]
fn the_rendition_fails_on_what_it_does_not_know() {
    for strange in [
        json!({"type": ["string", "null"]}),
        json!({"if": {}}),
        json!("text"),
    ] {
        let document = json!({"components": {"schemas": {"Strange": strange}}});
        assert!(rendition::to_3_0(&document).is_err(), "{document}");
    }
}

on_both! {
    async fn every_documented_operation_is_served(world: World) {
        for (path, method, _) in operations() {
            let path = path.trim_start_matches("/v1");
            let filled = path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
            let filled = filled.collect::<Vec<_>>().join("/");
            let answer = world.anyone().send(method.to_uppercase().parse().expect("a method"), &filled, None).await;
            let served = match (path, method) {
                ("/health" | "/publishedReports", _) => 200,
                // Open to all; the id is none.
                ("/publishedReports/{publicationId}", _) => 400,
                // By a link that nobody was given; what is sent to it has to be JSON or a form.
                (path, "get") if path.contains("{secret}") => 404,
                (path, _) if path.contains("{secret}") => 415,
                _ => 401,
            };
            assert_eq!(answer.status, served, "{method} {path}");
        }
    }

    async fn a_field_without_a_value_is_left_out_never_null(world: World) {
        let body = json!({"name": "vzw De Es", "validFrom": "2020-01-01", "validTo": null});
        let answer = world.admin().post("/organisations", body).await.problem(400, "badRequest");
        assert_eq!(answer.issues(), [("wrongType".to_owned(), "validTo".to_owned())]);
    }

    async fn a_filter_repeats_fifty_times_at_most(world: World) {
        let filters = |count| vec!["facilityType=pz"; count].join("&");
        assert_eq!(world.admin().get(&format!("/facilities?{}", filters(50))).await.status, 200);
        world.admin().get(&format!("/facilities?{}", filters(51))).await.problem(400, "badRequest");
    }
}
