//! Completes the document with what holds for every operation of its kind, so that no handler repeats it.
use serde_json::{Map, Value, json};

use super::examples;
use crate::access::policy::ACTIONS;
use crate::http::wrap::is_by_link;
use crate::inspection::rules::{STEPS, State};
use crate::problem::Kind;

/// The document, complete.
pub fn document(mut raw: Value) -> Value {
    drop_nulls(&mut raw);
    join_tagged(&mut raw);
    name_items(&mut raw);
    if let Some(root) = raw.as_object_mut() {
        root.insert("openapi".into(), json!("3.1.0"));
        if let Some(info) = root.get_mut("info").and_then(Value::as_object_mut) {
            info.insert("version".into(), json!(env!("CARGO_PKG_VERSION")));
            info.insert(
                "license".into(),
                json!({"name": "EUPL-1.2", "url": "https://eupl.eu/1.2/en/"}),
            );
        }
        root.insert("servers".into(), json!([{"url": "http://127.0.0.1:8080"}]));
        let components = root.entry("components").or_insert_with(|| json!({}));
        if let Some(components) = components.as_object_mut() {
            components.insert("securitySchemes".into(), security_schemes());
            components.insert("responses".into(), responses());
            components.insert("headers".into(), headers());
        }
    }
    if let Some(paths) = raw.get_mut("paths").and_then(Value::as_object_mut) {
        for (path, operations) in paths.iter_mut() {
            for (method, operation) in operations.as_object_mut().into_iter().flatten() {
                if let Some(operation) = operation.as_object_mut() {
                    complete(path, method, operation);
                }
            }
        }
    }
    raw
}

/// The source has no `null`: what is absent is left out.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|one| one != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    members.insert("type".into(), only);
                }
            }
            if let Some(Value::Array(branches)) = members.get_mut("oneOf") {
                branches.retain(|branch| branch.get("type") != Some(&json!("null")));
                if let [only] = branches.as_slice() {
                    let only = only.clone();
                    members.remove("oneOf");
                    if let Value::Object(inner) = only {
                        members.extend(inner);
                    }
                }
            }
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// One of several objects that have one member each is said as one object with one of these members: the same values, and clients
/// can be made of it.
fn join_tagged(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if let Some(properties) = members.get("oneOf").and_then(tagged) {
                members.remove("oneOf");
                members.insert("type".into(), json!("object"));
                members.insert("properties".into(), Value::Object(properties));
                members.insert("minProperties".into(), json!(1));
                members.insert("maxProperties".into(), json!(1));
                members.insert("additionalProperties".into(), json!(false));
            }
            members.values_mut().for_each(join_tagged);
        }
        Value::Array(items) => items.iter_mut().for_each(join_tagged),
        _ => {}
    }
}

fn tagged(branches: &Value) -> Option<Map<String, Value>> {
    let mut joined = Map::new();
    for branch in branches.as_array()? {
        let properties = branch.get("properties")?.as_object()?;
        let (name, schema) = properties.iter().next()?;
        if properties.len() != 1 || branch.get("required") != Some(&json!([name])) {
            return None;
        }
        joined.insert(name.clone(), schema.clone());
    }
    Some(joined)
}

/// A page's items stand in it whole; their schema has a name, which clients are made of.
fn name_items(document: &mut Value) {
    let Some(schemas) = document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    let pages: Vec<String> = schemas
        .keys()
        .filter_map(|name| name.strip_prefix("Page_").map(str::to_owned))
        .collect();
    for name in pages {
        let page = schemas
            .get_mut(&format!("Page_{name}"))
            .and_then(|page| page.pointer_mut("/properties/items/items"));
        let Some(items) = page else { continue };
        let reference = json!({"$ref": format!("#/components/schemas/{name}")});
        let whole = std::mem::replace(items, reference);
        if whole.get("$ref").is_none() {
            schemas.entry(name).or_insert(whole);
        }
    }
}

fn security_schemes() -> Value {
    json!({
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "An access token (RFC 9068) of this instance's issuer."},
        "oidc": {"type": "openIdConnect", "openIdConnectUrl": "http://127.0.0.1:8080/issuer/.well-known/openid-configuration",
            "description": "Where to ask for one."}
    })
}

fn responses() -> Value {
    let types: Vec<String> = Kind::ALL
        .iter()
        .map(|kind| format!("- {} `{}`", kind.status(), kind.urn()))
        .collect();
    json!({
        "Problem": {
            "description": format!("A problem (RFC 9457). Its types:\n\n{}", types.join("\n")),
            "headers": {
                "BelGov-Trace-Id": {"$ref": "#/components/headers/BelGovTraceId"},
                "WWW-Authenticate": {"description": "With 401, and with 403 for a missing scope.", "schema": {"type": "string"}},
                "Allow": {"description": "With 405: the methods of the path.", "schema": {"type": "string"}},
                "Retry-After": {"description": "With 503: when to try again, in seconds.", "schema": {"type": "string", "pattern": "^[0-9]+$"}}
            },
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        },
        "NotModified": {"description": "The caller has this version already.", "headers": {
            "BelGov-Trace-Id": {"$ref": "#/components/headers/BelGovTraceId"},
            "ETag": {"$ref": "#/components/headers/ETag"}
        }}
    })
}

fn headers() -> Value {
    json!({
        "ETag": {"description": "The version of the thing, for `If-Match` and `If-None-Match`.", "required": true,
            "schema": {"type": "string", "pattern": "^\"[!#-~]+\"$", "examples": ["\"3\""]}},
        "Location": {"description": "The path of what was made.", "required": true, "schema": {"type": "string", "format": "uri-reference"}},
        "BelGovTraceId": {"description": "The trace of this answer; the log and the audit have the same.", "required": true, "schema": {"type": "string", "format": "uuid"}}
    })
}

fn complete(path: &str, method: &str, operation: &mut Map<String, Value>) {
    let creates = operation
        .get("responses")
        .is_some_and(|responses| responses.get("201").is_some());
    let replaces = operation
        .get("responses")
        .is_some_and(|responses| responses.get("200").is_some());
    let page = is_page(operation);
    let tagged = !page
        && !path.ends_with("/health")
        && !path.ends_with("/me")
        && !path.ends_with("/events")
        && !path.ends_with("/changes")
        && !is_by_link(path)
        && !path.ends_with("/verification");
    let mut parameters = Vec::new();
    if page {
        parameters.extend([after(), page_size()]);
    }
    match method {
        "get" if tagged => parameters.push(header(
            "If-None-Match",
            "The version that the caller has; 304 when it is still that.",
            false,
        )),
        "put" if stored_once(path) => {
            parameters.push(header("If-None-Match", "`*`: create only.", false));
        }
        "put" if creates && replaces => {
            parameters.push(header(
                "If-Match",
                "The version that is replaced. Needed when there is one.",
                false,
            ));
            parameters.push(header("If-None-Match", "`*`: create only.", false));
        }
        "put" | "patch" | "delete" => parameters.push(header(
            "If-Match",
            "The version that is changed; `*` for whichever it is.",
            true,
        )),
        "post" => {
            if changes_its_parent(path) {
                parameters.push(header(
                    "If-Match",
                    "The version that is changed; `*` for whichever it is.",
                    true,
                ));
            }
            if !goes_without_key(path) {
                parameters.push(header(
                    "Idempotency-Key",
                    "Makes a repetition of this request replay its success. Belongs to the caller.",
                    false,
                ));
            }
        }
        _ => {}
    }
    add_parameters(operation, parameters);
    bound_filters(operation);
    add_examples(operation);
    let action = operation.remove("x-action");
    describe(
        method,
        path,
        operation,
        action.as_ref().and_then(Value::as_str),
    );
    let conditional = method == "get" && tagged;
    answers(operation, conditional, tagged);
}

/// What a PUT stores once and nothing replaces.
fn stored_once(path: &str) -> bool {
    path.ends_with("/attachments/{attachmentId}")
        || path.ends_with("/attachments/{attachmentId}/pieces")
}

/// A POST of which nothing is kept that could tell who sent it.
fn goes_without_key(path: &str) -> bool {
    path.ends_with("/surveyLinks/{secret}/answers")
}

/// What can be read only in some state.
fn is_read_in_time(path: &str) -> bool {
    path.ends_with("/surveyLinks/{secret}")
        || path.ends_with("/results")
        || path.ends_with("/texts")
}

/// A POST that moves the thing it stands under.
fn changes_its_parent(path: &str) -> bool {
    [
        "/confirmations",
        "/submissions",
        "/reopenings",
        "/publications",
        "/acceptances",
        "/returns",
        "/contributions/{contributionId}/links",
        "/checklistMoves",
        "/cancellations",
        "/announcements",
        "/assignments",
        "/documentRequests/{requestId}/answers",
        "/reports",
        "/deliveries",
        "/receipts",
        "/extensions",
        "/reactions",
        "/decisions",
        "/withdrawals",
        "/openings",
        "/closures",
        "/checklistRevisions",
        "/urgentSignals/{signalId}/acknowledgements",
        "/urgentSignals/{signalId}/measures",
        "/findings/{findingId}/adoptions",
        "/termReports",
        "/closings",
        "/improvementPoints/{improvementPointId}/measures",
        "/plans",
        "/terms",
        "/termEnds",
        "/verifications",
    ]
    .iter()
    .any(|end| path.ends_with(end))
}

fn is_page(operation: &Map<String, Value>) -> bool {
    operation
        .get("responses")
        .and_then(|all| all.pointer("/200/content/application~1json/schema/$ref"))
        .and_then(Value::as_str)
        .is_some_and(|name| name.contains("/Page_"))
}

/// A header that stands in a request. Only one that is needed has an example: pages that fill examples in would send the others too.
fn header(name: &str, description: &str, required: bool) -> Value {
    let schema = if name == "Idempotency-Key" {
        json!({"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!#-~]+$"})
    } else {
        json!({"type": "string", "pattern": "^(\\*|(W/)?\"[!#-+\\--~]*\"(, ?(W/)?\"[!#-+\\--~]*\")*)?$"})
    };
    let mut parameter = json!({"name": name, "in": "header", "required": required, "description": description, "schema": schema});
    if required && let Some(members) = parameter.as_object_mut() {
        members.insert("example".into(), json!("*"));
    }
    parameter
}

fn after() -> Value {
    json!({"name": "after", "in": "query", "required": false, "schema": {"type": "string"},
        "description": "Where the page starts; follow `next` instead of making it."})
}

fn page_size() -> Value {
    json!({"name": "pageSize", "in": "query", "required": false,
        "description": "Items on a page. More than the maximum is refused, never cut.",
        "schema": {"type": "integer", "format": "int32", "minimum": 1, "maximum": crate::http::page::MAX_SIZE,
            "default": crate::http::page::DEFAULT_SIZE}})
}

/// A filter may repeat up to [`crate::http::query::MOST`] times.
fn bound_filters(operation: &mut Map<String, Value>) {
    let parameters = operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        if parameter.get("in") == Some(&json!("query"))
            && let Some(schema) = parameter.get_mut("schema").and_then(Value::as_object_mut)
            && schema.get("type") == Some(&json!("array"))
        {
            schema.insert("maxItems".into(), json!(crate::http::query::MOST));
        }
    }
}

fn add_examples(operation: &mut Map<String, Value>) {
    let id = operation
        .get("operationId")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let parameters = operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        let name = parameter
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if parameter.get("in") == Some(&json!("path"))
            && let Some(example) = examples::path(&id, name)
            && let Some(members) = parameter.as_object_mut()
        {
            members.insert("example".into(), json!(example));
        }
    }
    if let Some(example) = examples::body(&id)
        && let Some(media) = operation
            .get_mut("requestBody")
            .and_then(|body| body.pointer_mut("/content/application~1json"))
            .and_then(Value::as_object_mut)
    {
        media.insert("example".into(), example);
    }
}

fn add_parameters(operation: &mut Map<String, Value>, more: Vec<Value>) {
    let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
    let Some(parameters) = parameters.as_array_mut() else {
        return;
    };
    parameters.extend(more);
    if parameters.is_empty() {
        operation.remove("parameters");
    }
}

fn describe(method: &str, path: &str, operation: &mut Map<String, Value>, action: Option<&str>) {
    let found = ACTIONS.iter().find(|(name, _, _)| Some(*name) == action);
    let said = operation
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let mut lines = vec![said];
    if let Some((name, roles, scope)) = found {
        let roles: Vec<String> = roles.iter().map(|role| format!("`{role}`")).collect();
        lines.push(format!("**Roles:** {} (`{name}`).", roles.join(", ")));
        if !scope.is_empty() {
            lines.push(format!("**Scope of a machine:** `{scope}`."));
        }
        operation.insert("security".into(), json!([{"bearer": []}, {"oidc": []}]));
        operation.insert(
            "x-roles".into(),
            json!(
                found.map(|(_, roles, _)| roles.iter().map(|role| role.name()).collect::<Vec<_>>())
            ),
        );
        if !scope.is_empty() {
            operation.insert("x-scope".into(), json!(scope));
        }
    } else {
        lines.push(if is_by_link(path) {
            "**By link:** no token; for whoever holds the link.".to_owned()
        } else {
            "Open to all.".to_owned()
        });
        operation.insert("security".into(), json!([]));
    }
    if let Some((what, states)) = states(operation) {
        let named: Vec<String> = states.iter().map(|state| format!("`{state}`")).collect();
        lines.push(format!(
            "**State:** {what} is {}; otherwise 409.",
            named.join(" or ")
        ));
        operation.insert("x-states".into(), json!(states));
    }
    let problems: Vec<String> = problems(method, path, found.is_some())
        .iter()
        .map(|kind| format!("`{}`", kind.urn()))
        .collect();
    lines.push(format!("**Problems:** {}.", problems.join(", ")));
    lines.retain(|line| !line.is_empty());
    operation.insert("description".into(), json!(lines.join("\n\n")));
}

/// The states in which an operation can be carried out, where the state matters.
fn states(operation: &Map<String, Value>) -> Option<(&'static str, Vec<&'static str>)> {
    let id = operation.get("operationId")?.as_str()?;
    let step = STEPS.iter().find(|step| step.operation == id);
    if let Some(step) = step.filter(|step| step.states.len() < State::ALL.len()) {
        let states = step.states.iter().map(|state| state.name());
        return Some(("the inspection", states.collect()));
    }
    let (what, states) = other_states(id)?;
    Some((what, states.to_vec()))
}

/// The same for what is done to anything but an inspection.
fn other_states(operation: &str) -> Option<(&'static str, &'static [&'static str])> {
    Some(match operation {
        "putAnswer"
        | "deleteAnswer"
        | "patchAnswers"
        | "sendAnswerSheet"
        | "confirmAnswers"
        | "submitSelfAssessment"
        | "askContribution" => ("the self-assessment", &["draft"]),
        "withdrawContribution" => ("the contribution", &["open", "expired"]),
        "renewContributionLink" => ("the contribution, of a draft,", &["open", "expired"]),
        "acceptContribution" | "returnContribution" => {
            ("the contribution, of a draft,", &["answered"])
        }
        "answerContribution" => ("the link", &["open"]),
        "reopenSelfAssessment" => ("the self-assessment", &["submitted"]),
        "putFrameworkVersion" | "publishFrameworkVersion" => ("the version", &["draft"]),
        "migrateFramework" => ("the version", &["published"]),
        "replaceCycle" => ("the cycle", &["not open yet"]),
        "replaceInspectionRound" | "publishChecklistRevision" | "drawSample" => {
            ("the round", &["planned", "open"])
        }
        "openInspectionRound" => ("the round", &["planned"]),
        "closeInspectionRound" => ("the round", &["open"]),
        "acknowledgeUrgentSignal" => ("the signal", &["not acknowledged yet"]),
        "putSurveyVersion" => ("the version", &["not asked yet"]),
        "closeSurveyWave" => ("the wave", &["open", "over"]),
        "makeSurveyLinks" => ("the wave", &["planned", "open"]),
        "readSurveyResults" | "listSurveyTexts" => ("the wave", &["closed"]),
        "openSurveyLink" | "answerSurvey" => ("the wave", &["open"]),
        "replaceMandate" | "revokeMandate" => ("the mandate", &["live", "expired"]),
        _ => return None,
    })
}

/// The types of problem that an operation of this kind can answer with.
fn problems(method: &str, path: &str, secured: bool) -> Vec<Kind> {
    let mut kinds = vec![Kind::BadRequest];
    if secured {
        kinds.extend([
            Kind::NoAccessToken,
            Kind::InvalidAccessToken,
            Kind::ExpiredAccessToken,
            Kind::MissingScope,
            Kind::MissingPermission,
        ]);
    }
    if secured || is_by_link(path) {
        kinds.push(Kind::ResourceNotFound);
    }
    kinds.push(Kind::NotAcceptable);
    if method == "get" && is_read_in_time(path) {
        kinds.push(Kind::StateConflict);
    }
    if method != "get" {
        kinds.push(Kind::StateConflict);
        if method == "post" && !goes_without_key(path) {
            kinds.extend([Kind::IdempotencyKeyBusy, Kind::IdempotencyKeyReused]);
        }
        if method != "post" || changes_its_parent(path) || path.ends_with("/answerSheets") {
            kinds.push(Kind::PreconditionFailed);
            if !stored_once(path) {
                kinds.push(Kind::PreconditionRequired);
            }
        }
        if method != "delete" {
            kinds.extend([Kind::PayloadTooLarge, Kind::UnsupportedMediaType]);
        }
    }
    kinds.extend([Kind::InternalServerError, Kind::ServiceUnavailable]);
    kinds
}

fn answers(operation: &mut Map<String, Value>, conditional: bool, tagged: bool) {
    // What only counts has no version of its own.
    let previews = operation.get("operationId") == Some(&json!("migrateFramework"));
    let Some(responses) = operation
        .get_mut("responses")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    for (status, response) in responses.iter_mut() {
        let tagged = tagged && !(previews && status == "200");
        let mut headers = Map::new();
        headers.insert(
            "BelGov-Trace-Id".into(),
            json!({"$ref": "#/components/headers/BelGovTraceId"}),
        );
        if tagged && status != "204" {
            headers.insert("ETag".into(), json!({"$ref": "#/components/headers/ETag"}));
        }
        if status == "201" {
            headers.insert(
                "Location".into(),
                json!({"$ref": "#/components/headers/Location"}),
            );
        }
        if let Some(response) = response.as_object_mut() {
            let all = response.entry("headers").or_insert_with(|| json!({}));
            if let Some(all) = all.as_object_mut() {
                all.extend(headers);
            }
        }
    }
    if conditional {
        responses.insert(
            "304".into(),
            json!({"$ref": "#/components/responses/NotModified"}),
        );
    }
    responses.insert(
        "default".into(),
        json!({"$ref": "#/components/responses/Problem"}),
    );
}
