//! The OpenAPI document: made of the handlers' own annotations, completed with what holds for every operation.
use std::sync::{Arc, LazyLock, OnceLock};

use actix_web::App;
use serde_json::{Value, json};
use utoipa::{OpenApi, ToSchema};
use utoipa_actix_web::AppExt;

use crate::access::open::is_open;
use crate::http::wrap::is_by_link;

mod complete;
mod examples;
pub mod faults;
pub mod rendition;
pub mod routes;

pub use faults::of as faults_of;

/// The head of the document, and the schemas that no operation names itself.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Kindreflex API",
        description = "Facilities report how far they are with the Kindreflex, a six-step practice for professionals who work with adults, against the \
            reference framework (*referentiekader*) of their sector; inspectors read what was handed in.\n\n\
            **Evolution.** Answers may gain fields and code lists may grow: ignore what you do not know. Anything else that breaks a client \
            means `/v2`, announced with `Deprecation` and `Sunset`.\n\n\
            **Absent is left out**, never null. Moments are RFC 3339, microseconds at most. An unknown field or parameter is refused.\n\n\
            **What is not yours does not exist for you**: 404, and no trace in lists and counts."
    ),
    tags(
        (name = "Self-assessment", description = "Cycles, and the self-assessments (*zelfevaluatie*) that facilities file in them."),
        (name = "Inspection", description = "Inspection rounds (*inspectieronde*) and their checklists."),
        (name = "Rollout", description = "How the Kindreflex comes into use in a sector."),
        (name = "Attachments", description = "The files behind an answer."),
        (name = "Frameworks", description = "Reference frameworks (*referentiekaders*) and their versions: data, never code."),
        (name = "Facilities", description = "Organisations (*inrichtende macht*), facilities, sites, units; sectors and facility types."),
        (name = "Mandates", description = "What an organisation lets a machine do for it."),
        (name = "Redactions", description = "A text that should not have been written is removed everywhere."),
        (name = "Across", description = "What changes, and what awaits the caller."),
        (name = "Audit", description = "Who did what, when."),
        (name = "Settings", description = "What an admin sets."),
        (name = "Service", description = "About the service and about you."),
    ),
    components(schemas(crate::problem::Body, crate::problem::BodyIssue))
)]
struct Head;

/// The document of version 3.1, without the address and issuer of an instance.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let (_, api) = App::new()
        .into_utoipa_app()
        .openapi(Head::openapi())
        .service(utoipa_actix_web::scope("/v1").configure(|to| crate::app::operations(to)))
        .split_for_parts();
    let raw = serde_json::to_value(&api).unwrap_or_default();
    complete::document(raw)
});

/// A path in its segments, and its methods.
type Methods = (Vec<String>, Vec<String>);

/// The documents of one instance, and the methods of its paths.
#[derive(Clone)]
pub struct Documents(Arc<Inner>);

struct Inner {
    public_url: String,
    issuer: String,
    methods: OnceLock<Vec<Methods>>,
}

impl Documents {
    /// The documents that name this address and issuer.
    pub fn new(public_url: &str, issuer: &str) -> Self {
        Self(Arc::new(Inner {
            public_url: public_url.to_owned(),
            issuer: issuer.to_owned(),
            methods: OnceLock::new(),
        }))
    }

    /// The methods of a path; none when it is no path of ours.
    pub fn methods_of(&self, path: &str) -> &[String] {
        let asked = segments(path);
        // Made when first asked for: the document takes longer than all the rest of a start.
        self.0
            .methods
            .get_or_init(methods)
            .iter()
            .find(|(pattern, _)| matches(pattern, &asked))
            .map_or(&[], |(_, methods)| methods.as_slice())
    }

    /// Does this operation ask for a token?
    pub fn is_secured(&self, path: &str, method: &actix_web::http::Method) -> bool {
        let open = is_open(path) || is_by_link(path);
        let method = if method == actix_web::http::Method::HEAD {
            "GET"
        } else {
            method.as_str()
        };
        !open && self.methods_of(path).iter().any(|one| one == method)
    }

    /// The 3.1 document of this instance.
    pub fn version_3_1(&self) -> Value {
        let mut document = DOCUMENT.clone();
        if let Some(object) = document.as_object_mut() {
            object.insert("servers".into(), json!([{"url": self.0.public_url}]));
        }
        let issuer = format!("{}/.well-known/openid-configuration", self.0.issuer);
        if let Some(scheme) =
            document.pointer_mut("/components/securitySchemes/oidc/openIdConnectUrl")
        {
            *scheme = json!(issuer);
        }
        document
    }
}

/// Every path with its methods.
fn methods() -> Vec<Methods> {
    let fixed = [
        "/v1/doc/openapi.json",
        "/v1/doc/openapi.yaml",
        "/v1/doc/openapi-3.0.json",
        "/v1/doc/openapi-3.0.yaml",
        "/v1/doc",
        "/v1/doc/",
    ];
    let mut methods: Vec<Methods> = fixed
        .iter()
        .map(|path| (segments(path), vec!["GET".to_owned(), "HEAD".to_owned()]))
        .collect();
    if let Some(paths) = DOCUMENT.get("paths").and_then(Value::as_object) {
        for (path, operations) in paths {
            let mut names: Vec<String> = operations
                .as_object()
                .map(|all| all.keys().map(|name| name.to_uppercase()).collect())
                .unwrap_or_default();
            if names.iter().any(|name| name == "GET") {
                names.push("HEAD".to_owned());
            }
            names.sort();
            methods.push((segments(path), names));
        }
    }
    methods
}

fn segments(path: &str) -> Vec<String> {
    path.strip_prefix('/')
        .unwrap_or(path)
        .split('/')
        .map(str::to_owned)
        .collect()
}

fn matches(pattern: &[String], asked: &[String]) -> bool {
    pattern.len() == asked.len()
        && pattern.iter().zip(asked).all(|(pattern, asked)| {
            (pattern.starts_with('{') && !asked.is_empty()) || pattern == asked
        })
}

/// The schemas of the document, by name.
fn schemas() -> &'static Value {
    DOCUMENT
        .pointer("/components/schemas")
        .unwrap_or(&Value::Null)
}

/// The name under which a type stands among the schemas.
fn name_of<T: ToSchema>() -> String {
    T::name().into_owned()
}
