//! The 3.0.3 rendition of the 3.1 document, which Belgif still asks for. It knows the few things in which ours differ, and fails on
//! whatever else it meets.
use serde_json::{Map, Value, json};

use crate::problem::Problem;

/// Keywords that mean the same in both versions.
const SAME: &[&str] = &[
    "$ref",
    "type",
    "format",
    "description",
    "title",
    "properties",
    "required",
    "items",
    "enum",
    "additionalProperties",
    "allOf",
    "oneOf",
    "anyOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "uniqueItems",
    "minimum",
    "maximum",
    "pattern",
    "default",
    "deprecated",
    "readOnly",
    "writeOnly",
    "example",
];

/// The document in OpenAPI 3.0.3.
pub fn to_3_0(document: &Value) -> Result<Value, Problem> {
    let mut rendered = document.clone();
    let root = rendered
        .as_object_mut()
        .ok_or_else(|| Problem::internal("the OpenAPI document is no object"))?;
    root.insert("openapi".into(), json!("3.0.3"));
    root.remove("jsonSchemaDialect");
    walk(&mut rendered, "")?;
    Ok(rendered)
}

/// Finds the schemas: under `schema`, and by name among the components.
fn walk(value: &mut Value, path: &str) -> Result<(), Problem> {
    match value {
        Value::Object(members) => {
            for (key, member) in members.iter_mut() {
                let at = format!("{path}/{key}");
                if key == "schema" {
                    schema(member, &at)?;
                } else if at == "/components/schemas" {
                    each(member, &at)?;
                } else if key != "example" && key != "examples" {
                    walk(member, &at)?;
                }
            }
            Ok(())
        }
        Value::Array(items) => items
            .iter_mut()
            .enumerate()
            .try_for_each(|(index, item)| walk(item, &format!("{path}/{index}"))),
        _ => Ok(()),
    }
}

fn each(schemas: &mut Value, at: &str) -> Result<(), Problem> {
    match schemas.as_object_mut() {
        Some(members) => members
            .iter_mut()
            .try_for_each(|(name, member)| schema(member, &format!("{at}/{name}"))),
        None => Err(unknown(at, "not an object of schemas")),
    }
}

fn schema(value: &mut Value, at: &str) -> Result<(), Problem> {
    let Some(members) = value.as_object_mut() else {
        return match value {
            Value::Bool(_) => Ok(()),
            _ => Err(unknown(at, "not a schema")),
        };
    };
    if members.contains_key("$ref") {
        // What stands beside a reference counts in 3.1 and is ignored in 3.0.
        members.retain(|key, _| key == "$ref");
        return Ok(());
    }
    rename(members, at)?;
    for (key, member) in members.iter_mut() {
        let at = format!("{at}/{key}");
        match key.as_str() {
            "properties" => each(member, &at)?,
            "items" | "additionalProperties" => schema(member, &at)?,
            "allOf" | "oneOf" | "anyOf" => {
                let branches = member
                    .as_array_mut()
                    .ok_or_else(|| unknown(&at, "not a list"))?;
                for branch in branches {
                    schema(branch, &at)?;
                }
            }
            "type" if !member.is_string() => return Err(unknown(&at, "more than one type")),
            known if SAME.contains(&known) || known.starts_with("x-") => {}
            other => return Err(unknown(&at, other)),
        }
    }
    Ok(())
}

/// What is said otherwise in 3.0: an example instead of examples, an enum of one instead of a constant, exclusive limits as flags,
/// and no names of properties.
fn rename(members: &mut Map<String, Value>, at: &str) -> Result<(), Problem> {
    if let Some(examples) = members.remove("examples") {
        let first = examples
            .as_array()
            .and_then(|all| all.first())
            .ok_or_else(|| unknown(at, "examples that are no list"))?;
        members.insert("example".into(), first.clone());
    }
    if let Some(value) = members.remove("const") {
        members.insert("enum".into(), json!([value]));
    }
    members.remove("propertyNames");
    for (new, old) in [
        ("exclusiveMinimum", "minimum"),
        ("exclusiveMaximum", "maximum"),
    ] {
        if let Some(limit) = members.remove(new) {
            members.insert(old.into(), limit);
            members.insert(new.into(), json!(true));
        }
    }
    Ok(())
}

fn unknown(at: &str, what: &str) -> Problem {
    Problem::internal(format!("the 3.0 rendition does not know {what} at {at}"))
}
