//! The JSON Schema of the answers that a framework version takes.
use serde_json::{Map, Value, json};

use super::document::{AnswerIs, Code, Condition, Criterion, Document, Level};

/// A JSON Schema (2020-12) of a valid set of answers, `{"answers": [...]}`, for a facility of this type; without a type,
/// for any of the framework's.
///
/// The root takes a set in the making: each answer well formed, one per criterion at most, to criteria that can apply to
/// this type; what other answers hide may stay in it. `#/$defs/complete` also asks
/// for an answer to every criterion that applies, conditions on other answers included.
pub fn answer_schema(document: &Document, facility_type: Option<&str>) -> Value {
    let asked: Vec<&Criterion> = document
        .criteria()
        .map(|(_, criterion)| criterion)
        .filter(|criterion| facility_type.is_none_or(|code| criterion.is_for(code)))
        .collect();
    let mut defs = Map::from_iter([("evidence".to_owned(), evidence(document))]);
    let mut items = Vec::new();
    let mut once = Vec::new();
    let mut complete = vec![json!({"$ref": "#/$defs/answers"})];
    for criterion in &asked {
        let code = criterion.code.as_str();
        defs.insert(format!("answer-{code}"), answer(document, criterion));
        defs.insert(
            format!("applies-{code}"),
            applies(document, criterion, &asked),
        );
        items.push(json!({"$ref": format!("#/$defs/answer-{code}")}));
        once.push(contains(0, has_code(code)));
        if facility_type.is_some() || criterion.facility_types().is_empty() {
            complete.push(json!({
                "if": {"$ref": format!("#/$defs/applies-{code}")},
                "then": contains(1, proven(document, criterion)),
            }));
        }
    }
    let list = json!({"type": "array", "items": {"oneOf": items}, "allOf": once});
    defs.insert("answers".to_owned(), list);
    defs.insert("complete".to_owned(), set(json!({"allOf": complete})));
    let language = document.default_language;
    let title = document.title.in_language_or(language, language);
    let mut schema = set(json!({"$ref": "#/$defs/answers"}));
    if let Some(schema) = schema.as_object_mut() {
        let about = [
            (
                "$schema",
                json!("https://json-schema.org/draft/2020-12/schema"),
            ),
            (
                "title",
                json!(format!("{title} ({})", document.version.code)),
            ),
            ("$defs", Value::Object(defs)),
        ];
        schema.extend(about.map(|(name, value)| (name.to_owned(), value)));
    }
    schema
}

/// The object around a list of answers.
fn set(answers: Value) -> Value {
    json!({
        "type": "object",
        "required": ["answers"],
        "properties": {"answers": answers},
        "additionalProperties": false,
    })
}

/// A list with at most one answer of this form, and at least this many.
fn contains(least: u8, form: Value) -> Value {
    json!({"contains": form, "minContains": least, "maxContains": 1})
}

/// An answer to this criterion.
fn has_code(code: &str) -> Value {
    json!({"properties": {"criterionCode": {"const": code}}, "required": ["criterionCode"]})
}

/// An answer to this criterion on one of these levels.
fn has_level(code: &str, levels: &[&str]) -> Value {
    json!({
        "properties": {"criterionCode": {"const": code}, "level": {"enum": levels}},
        "required": ["criterionCode", "level"],
    })
}

/// An answer to this criterion, with the evidence that it needs.
fn proven(document: &Document, criterion: &Criterion) -> Value {
    let code = criterion.code.as_str();
    let levels = levels(document, criterion, |level| {
        document.needs_evidence(criterion, level.code.as_str())
    });
    if levels.is_empty() {
        return has_code(code);
    }
    let shown = json!({
        "if": {"properties": {"level": {"enum": levels}}},
        "then": {"required": ["evidence"], "properties": {"evidence": {"minItems": 1}}},
    });
    json!({"allOf": [has_code(code), shown, {"properties": {"exceptions": {"items": shown}}}]})
}

/// The codes of the levels of a criterion's scale that are wanted.
fn levels<'a>(
    document: &'a Document,
    criterion: &Criterion,
    wanted: impl Fn(&Level) -> bool,
) -> Vec<&'a str> {
    document
        .scale_of(criterion)
        .map_or(&[][..], |scale| scale.levels.as_slice())
        .iter()
        .filter(|level| wanted(level))
        .map(|level| level.code.as_str())
        .collect()
}

/// The lists of answers with which a criterion applies, the facility's type aside.
fn applies(document: &Document, criterion: &Criterion, asked: &[&Criterion]) -> Value {
    criterion
        .applies_to
        .as_ref()
        .and_then(|applies_to| applies_to.when.as_ref())
        .map_or(Value::Bool(true), |when| holds(document, when, asked, true))
}

/// The lists of answers with which a condition is `wanted` to hold or not to. Neither is the case as long as it hangs on
/// a criterion without an answer, so "not" is pushed down to the answers: another level of the same scale.
fn holds(document: &Document, when: &Condition, asked: &[&Criterion], wanted: bool) -> Value {
    let each = |parts: &[Condition]| -> Vec<Value> {
        let parts = parts.iter();
        parts
            .map(|part| holds(document, part, asked, wanted))
            .collect()
    };
    match when {
        Condition::Answer(answer) => answered(document, answer, asked, wanted),
        Condition::All(parts) if wanted => json!({"allOf": each(parts)}),
        Condition::Any(parts) if !wanted => json!({"allOf": each(parts)}),
        Condition::All(parts) | Condition::Any(parts) => json!({"anyOf": each(parts)}),
        Condition::Not(part) => holds(document, part, asked, !wanted),
    }
}

/// The lists of answers in which a criterion that applies has one of these levels, or another one.
fn answered(document: &Document, is: &AnswerIs, asked: &[&Criterion], wanted: bool) -> Value {
    let code = is.criterion.as_str();
    let Some(criterion) = asked.iter().find(|criterion| criterion.code == *code) else {
        return Value::Bool(false);
    };
    let levels = levels(document, criterion, |level| {
        is.levels.contains(&level.code) == wanted
    });
    json!({"allOf": [
        {"$ref": format!("#/$defs/applies-{code}")},
        {"contains": has_level(code, &levels)},
    ]})
}

/// One answer to a criterion.
fn answer(document: &Document, criterion: &Criterion) -> Value {
    let language = document.default_language;
    let explained = levels(document, criterion, |level| level.needs_note);
    let mut schema = json!({
        "description": criterion.text.in_language_or(language, language),
        "type": "object",
        "required": ["criterionCode", "level"],
        "properties": {
            "criterionCode": {"const": criterion.code},
            "level": {"enum": levels(document, criterion, |_| true)},
            "note": {"type": "string"},
            "evidence": {"type": "array", "items": {"$ref": "#/$defs/evidence"}},
        },
        "additionalProperties": false,
    });
    let noted = (!explained.is_empty()).then(|| {
        let noted = json!({"required": ["note"], "properties": {"note": {"minLength": 1}}});
        [
            ("if", json!({"properties": {"level": {"enum": explained}}})),
            ("then", noted),
        ]
    });
    let noted = noted.into_iter().flatten();
    if let Some(schema) = schema.as_object_mut() {
        schema.extend(noted.map(|(name, value)| (name.to_owned(), value)));
    }
    let exception = exception(&schema);
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        let exceptions = json!({"type": "array", "items": exception});
        properties.insert("exceptions".to_owned(), exceptions);
    }
    schema
}

/// What places say otherwise: as an answer, with the places in place of the criterion.
fn exception(answer: &Value) -> Value {
    let mut schema = answer.clone();
    if let Some(members) = schema.as_object_mut() {
        members.remove("description");
        members.insert("required".to_owned(), json!(["level"]));
        let named = |name: &str| json!({"required": [name], "properties": {name: {"minItems": 1}}});
        members.insert(
            "anyOf".to_owned(),
            json!([named("siteIds"), named("unitIds")]),
        );
    }
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.remove("criterionCode");
        let places = json!({"type": "array", "items": {"type": "string", "format": "uuid"}});
        properties.insert("siteIds".to_owned(), places.clone());
        properties.insert("unitIds".to_owned(), places);
    }
    schema
}

/// One piece of evidence. Only a kind that counts files has the two counts, and then both.
fn evidence(document: &Document) -> Value {
    let all: Vec<&Code> = document
        .evidence_kinds
        .iter()
        .map(|kind| &kind.code)
        .collect();
    if all.is_empty() {
        return Value::Bool(false);
    }
    let kinds = document
        .evidence_kinds
        .iter()
        .filter(|kind| kind.counts_files);
    let counted: Vec<&Code> = kinds.map(|kind| &kind.code).collect();
    let mut schema = json!({
        "type": "object",
        "required": ["kind"],
        "properties": {
            "kind": {"enum": all},
            "description": {"type": "string"},
            "observedOn": {"type": "string", "format": "date"},
            "filesChecked": {"type": "integer", "minimum": 0},
            "filesMet": {"type": "integer", "minimum": 0, "description": "At most filesChecked."},
            "attachmentId": {"type": "string", "format": "uuid"},
            "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        },
        "additionalProperties": false,
    });
    let none = json!({"properties": {"filesChecked": false, "filesMet": false}});
    let rules = if counted.is_empty() {
        json!([none])
    } else {
        json!([{
            "if": {"properties": {"kind": {"enum": counted}}},
            "then": {"required": ["filesChecked", "filesMet"]},
            "else": none,
        }])
    };
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("allOf".to_owned(), rules);
    }
    schema
}
