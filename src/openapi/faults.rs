//! What is wrong with a body, by the schema that the document shows for it: every fault at once.
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{name_of, schemas};
use crate::http::body::join;
use crate::problem::{Issue, MOST_ISSUES};
use crate::text::Text;

type Cache = RwLock<HashMap<String, Option<Arc<Validator>>>>;
static VALIDATORS: LazyLock<Cache> = LazyLock::new(Cache::default);

/// Values in a faulty body that are looked at one by one. A whole self-assessment has a tenth of it.
const MOST_VALUES: usize = 10_000;

/// How many values there are in this one, counted no further than the limit.
fn size(value: &Value, limit: usize) -> usize {
    let inner: Box<dyn Iterator<Item = &Value>> = match value {
        Value::Array(items) => Box::new(items.iter()),
        Value::Object(members) => Box::new(members.values()),
        _ => return 1,
    };
    let mut count = 1;
    for one in inner {
        if count > limit {
            break;
        }
        count += size(one, limit);
    }
    count
}

fn too_many() -> Text {
    Text::new(
        "Dit past niet bij het schema, en is te groot om elke fout te noemen.",
        "Ceci ne correspond pas au schéma, et est trop grand pour nommer chaque erreur.",
        "This does not fit the schema, and is too large to name every fault.",
    )
}

/// The faults of a value that should be a `T`; none when the schema sees none.
pub fn of<T: ToSchema>(value: &Value) -> Vec<Issue> {
    let Some(validator) = validator(&name_of::<T>()) else {
        return Vec::new();
    };
    if size(value, MOST_VALUES) > MOST_VALUES {
        return vec![Issue::body("length", "", too_many())];
    }
    let mut issues = Vec::new();
    for error in validator.iter_errors(value) {
        explain(&error, &mut issues);
        if issues.len() > MOST_ISSUES {
            break;
        }
    }
    issues
}

fn validator(name: &str) -> Option<Arc<Validator>> {
    let known = VALIDATORS
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .get(name)
        .cloned();
    if let Some(known) = known {
        return known;
    }
    let schema = json!({
        "$ref": format!("#/components/schemas/{name}"),
        "components": {"schemas": schemas()},
    });
    let made = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .build(&schema)
        .inspect_err(|fault| log::error!("the schema {name} cannot be used: {fault}"))
        .ok()
        .map(Arc::new);
    VALIDATORS
        .write()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(name.to_owned(), made.clone());
    made
}

/// A pointer (`/answers/3/level`) as the name of a field (`answers[3].level`).
fn name(pointer: &str) -> String {
    pointer
        .split('/')
        .skip(1)
        .map(|part| part.replace("~1", "/").replace("~0", "~"))
        .fold(String::new(), |name, part| {
            if part.bytes().all(|byte| byte.is_ascii_digit()) && !part.is_empty() {
                format!("{name}[{part}]")
            } else {
                join(&name, &part)
            }
        })
}

fn explain(error: &ValidationError, issues: &mut Vec<Issue>) {
    let at = name(error.instance_path().as_str());
    match error.kind() {
        Kind::Required { property } => {
            let field = property.as_str().unwrap_or_default();
            issues.push(Issue::body("missing", join(&at, field), missing()));
        }
        Kind::AdditionalProperties { unexpected } => {
            for field in unexpected {
                issues.push(Issue::body("unknownField", join(&at, field), unknown()));
            }
        }
        Kind::OneOfMultipleValid { .. } => {}
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } if !context.is_empty() => {
            // The branch that comes closest tells most.
            if let Some(closest) = context.iter().min_by_key(|branch| branch.len()) {
                for inner in closest {
                    explain(inner, issues);
                }
            }
        }
        kind => {
            let issue = Issue::body(kind_name(kind), at, sentence(kind));
            issues.push(match error.instance().as_ref() {
                Value::Object(_) | Value::Array(_) => issue,
                value => issue.with_value(value.clone()),
            });
        }
    }
}

fn missing() -> Text {
    Text::new(
        "Dit veld is verplicht.",
        "Ce champ est obligatoire.",
        "This field is required.",
    )
}

fn unknown() -> Text {
    Text::new(
        "Dit veld bestaat hier niet; controleer de schrijfwijze.",
        "Ce champ n'existe pas ici ; vérifiez l'orthographe.",
        "There is no such field here; check the spelling.",
    )
}

fn kind_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Type { .. } => "wrongType",
        Kind::Enum { .. } | Kind::Constant { .. } => "unknownValue",
        Kind::Format { .. } | Kind::Pattern { .. } => "wrongFormat",
        Kind::MinLength { .. }
        | Kind::MaxLength { .. }
        | Kind::MinItems { .. }
        | Kind::MaxItems { .. } => "length",
        Kind::Minimum { .. } | Kind::Maximum { .. } => "outOfRange",
        _ => "invalidValue",
    }
}

/// What would be right, in the three languages: the limit or the list is the same in all.
fn sentence(kind: &Kind) -> Text {
    let text = |nl: &str, fr: &str, en: &str, what: String| {
        Text::new(
            format!("{nl} {what}."),
            format!("{fr} {what}."),
            format!("{en} {what}."),
        )
    };
    match kind {
        Kind::Type { kind } => {
            let expected = match kind {
                jsonschema::error::TypeKind::Single(one) => one.to_string(),
                jsonschema::error::TypeKind::Multiple(_) => "string, number, object".to_owned(),
            };
            text(
                "Gebruik dit JSON-type:",
                "Utilisez ce type JSON :",
                "Use this JSON type:",
                expected,
            )
        }
        Kind::Enum { options } => text(
            "Gebruik een van:",
            "Utilisez l'un de :",
            "Use one of:",
            listed(options),
        ),
        Kind::Constant { expected_value } => {
            text("Gebruik", "Utilisez", "Use", listed(expected_value))
        }
        Kind::Format { format } => {
            let example = match format.as_str() {
                "uuid" => "01890a5d-ac96-774b-bcce-b302099a8057",
                "date-time" => "2026-09-01T08:00:00Z",
                "date" => "2026-09-01",
                other => other,
            };
            text(
                "Gebruik de vorm",
                "Utilisez la forme",
                "Use the form",
                example.to_owned(),
            )
        }
        Kind::Pattern { pattern } => text(
            "Gebruik de vorm",
            "Utilisez la forme",
            "Use the form",
            pattern.clone(),
        ),
        Kind::MinLength { limit } | Kind::MinItems { limit } => text(
            "De lengte is minstens",
            "La longueur est d'au moins",
            "The length is at least",
            limit.to_string(),
        ),
        Kind::MaxLength { limit } | Kind::MaxItems { limit } => text(
            "De lengte is ten hoogste",
            "La longueur est d'au plus",
            "The length is at most",
            limit.to_string(),
        ),
        Kind::Minimum { limit } => text(
            "Gebruik minstens",
            "Utilisez au moins",
            "Use at least",
            limit.to_string(),
        ),
        Kind::Maximum { limit } => text(
            "Gebruik ten hoogste",
            "Utilisez au plus",
            "Use at most",
            limit.to_string(),
        ),
        _ => Text::new(
            "Deze waarde past niet bij het schema van dit veld.",
            "Cette valeur ne correspond pas au schéma de ce champ.",
            "This value does not fit the schema of this field.",
        ),
    }
}

fn listed(options: &Value) -> String {
    match options {
        Value::Array(all) => all.iter().map(listed).collect::<Vec<_>>().join(", "),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
