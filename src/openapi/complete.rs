//! Completes the document with what holds for every operation of its kind, so that no handler repeats it.
use serde_json::{Map, Value, json};

use crate::access::policy::ACTIONS;
use crate::problem::Kind;

/// The document, complete.
pub fn document(mut raw: Value) -> Value {
    drop_nulls(&mut raw);
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
            "headers": {"BelGov-Trace-Id": {"$ref": "#/components/headers/BelGovTraceId"}},
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        },
        "NotModified": {"description": "The caller has this version already.", "headers": {"ETag": {"$ref": "#/components/headers/ETag"}}}
    })
}

fn headers() -> Value {
    json!({
        "ETag": {"description": "The version of the thing, for `If-Match` and `If-None-Match`.", "schema": {"type": "string", "examples": ["\"3\""]}},
        "Location": {"description": "The path of what was made.", "schema": {"type": "string", "format": "uri-reference"}},
        "BelGovTraceId": {"description": "The trace of this answer; the log and the audit have the same.", "schema": {"type": "string", "format": "uuid"}}
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
        && !path.ends_with("/changes")
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
        "put" | "patch" | "delete" => {
            parameters.push(header("If-Match", "The version that is changed.", true));
        }
        "post" => {
            if changes_its_parent(path) {
                parameters.push(header("If-Match", "The version that is changed.", true));
            }
            parameters.push(header(
                "Idempotency-Key",
                "Makes a repetition of this request replay its success. Belongs to the caller.",
                false,
            ));
        }
        _ => {}
    }
    add_parameters(operation, parameters);
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
}

/// A POST that moves the thing it stands under.
fn changes_its_parent(path: &str) -> bool {
    [
        "/confirmations",
        "/submissions",
        "/reopenings",
        "/publications",
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

fn header(name: &str, description: &str, required: bool) -> Value {
    let example = match name {
        "Idempotency-Key" => json!("9f1c2b7e-6a43-4c55-8d0f-3a6d2f5b7e10"),
        _ => json!("\"1\""),
    };
    json!({"name": name, "in": "header", "required": required, "description": description,
        "schema": {"type": "string", "examples": [example]}})
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

/// The demo's own ids and codes, so that what the document shows works there.
fn example(name: &str) -> Option<&'static str> {
    Some(match name {
        "organisationId" => crate::demo::ids::ORGANISATION,
        "facilityId" => crate::demo::ids::FACILITY,
        "siteId" => crate::demo::ids::SITE,
        "unitId" => crate::demo::ids::UNIT,
        "cycleId" => crate::demo::ids::CYCLE,
        "selfAssessmentId" => crate::demo::ids::SELF_ASSESSMENT,
        "attachmentId" => crate::demo::ids::ATTACHMENT,
        "sectorCode" | "frameworkCode" => "ggz",
        "facilityTypeCode" => "pz",
        "versionCode" => "2026-1",
        "clientId" => crate::demo::ids::CLIENT,
        "criterionCode" => crate::demo::ids::CRITERION,
        _ => return None,
    })
}

fn add_parameters(operation: &mut Map<String, Value>, more: Vec<Value>) {
    let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
    let Some(parameters) = parameters.as_array_mut() else {
        return;
    };
    for parameter in parameters.iter_mut() {
        let name = parameter
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if parameter.get("in") == Some(&json!("path"))
            && let Some(example) = example(name)
            && let Some(members) = parameter.as_object_mut()
        {
            members.insert("example".into(), json!(example));
        }
    }
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
        lines.push("Open to all.".to_owned());
        operation.insert("security".into(), json!([]));
    }
    let problems: Vec<String> = problems(method, path, found.is_some())
        .iter()
        .map(|kind| format!("`{}`", kind.urn()))
        .collect();
    lines.push(format!("**Problems:** {}.", problems.join(", ")));
    lines.retain(|line| !line.is_empty());
    operation.insert("description".into(), json!(lines.join("\n\n")));
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
            Kind::ResourceNotFound,
        ]);
    }
    kinds.push(Kind::NotAcceptable);
    if method != "get" {
        kinds.push(Kind::StateConflict);
        if method == "post" {
            kinds.extend([Kind::IdempotencyKeyBusy, Kind::IdempotencyKeyReused]);
        }
        if method != "post" || changes_its_parent(path) {
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
    let Some(responses) = operation
        .get_mut("responses")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    for (status, response) in responses.iter_mut() {
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
