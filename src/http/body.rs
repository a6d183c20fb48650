//! A JSON body, read whole: every fault of it is reported at once.
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use super::incoming::{Incoming, Patience};
use crate::db::types::is_technical;
use crate::openapi;
use crate::personal::holds_register_number;
use crate::problem::{Issue, Kind, MOST_ISSUES, Problem};
use crate::text::Text;

/// The largest JSON body, in bytes. A whole self-assessment takes a twentieth of it.
pub const LIMIT: usize = 1_048_576;

/// How long a JSON body may take to arrive.
const PATIENCE: Patience = Patience::of(Duration::from_secs(30));

/// What a request body can check of itself beyond its shape: limits and relations, all faults at once.
pub trait Check {
    /// Does it look at its own shape, and name more faults than its schema would?
    const KNOWS_ITS_SHAPE: bool = false;

    /// Fields of it that may hold personal data, to have it removed: the guard lets them pass, and a fault never repeats them.
    const PRIVATE: &'static [&'static str] = &[];

    /// Lists of it whose items are judged one by one: the guard lets a fault in an item pass, and the work that they are for refuses that item
    /// alone ([`hidden_faults`]).
    const JUDGED_BY_ITEM: &'static [&'static str] = &[];

    /// Adds what is wrong to `faults`; nothing, when the shape says it all.
    fn check(&self, faults: &mut Vec<Issue>) {
        let _ = faults;
    }
}

/// A request body of type `T`.
pub struct Json<T> {
    /// What was sent.
    pub value: T,
    /// The bytes as they came: an `Idempotency-Key` is bound to them.
    pub bytes: web::Bytes,
    /// Can a text of it hold what none may ([`hidden_faults`])? Where not, nobody has to look again.
    pub is_suspicious: bool,
}

impl<T: DeserializeOwned + ToSchema + Check + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = media_type(request);
        let whole = read_whole(request, payload);
        let encoded = request.headers().contains_key(CONTENT_ENCODING);
        Box::pin(async move {
            if encoded {
                return Err(unsupported("application/json (no Content-Encoding)"));
            }
            if media_type.as_deref() != Some("application/json") {
                return Err(unsupported("application/json"));
            }
            let bytes = whole.await?;
            let (value, is_suspicious) =
                parse(&bytes).map_err(|fault| fault.without_values(T::PRIVATE))?;
            Ok(Self {
                value,
                bytes,
                is_suspicious,
            })
        })
    }
}

/// The bytes of a body, within the limits of size and time.
pub fn read_whole(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<web::Bytes, Problem>> + use<> {
    let declared = request
        .headers()
        .get("content-length")
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    collect(Incoming::new(payload.take(), PATIENCE), declared)
}

/// The media type of the request without its parameters, in lower case.
pub fn media_type(request: &HttpRequest) -> Option<String> {
    let header = request.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    Some(header.split(';').next()?.trim().to_ascii_lowercase())
}

/// 415, naming what would be read.
pub fn unsupported(expected: &str) -> Problem {
    Problem::new(
        Kind::UnsupportedMediaType,
        Text::new(
            format!("Stuur de inhoud als {expected}, met dat Content-Type."),
            format!("Envoyez le contenu en {expected}, avec ce Content-Type."),
            format!("Send the body as {expected}, with that Content-Type."),
        ),
    )
}

/// 413, naming the limit in bytes.
pub fn too_large(limit: usize) -> Problem {
    Problem::new(
        Kind::PayloadTooLarge,
        Text::new(
            format!("De inhoud is groter dan {limit} bytes."),
            format!("Le contenu dépasse {limit} octets."),
            format!("The body is larger than {limit} bytes."),
        ),
    )
}

async fn collect(mut incoming: Incoming, declared: Option<usize>) -> Result<web::Bytes, Problem> {
    if declared.is_some_and(|length| length > LIMIT) {
        return Err(too_large(LIMIT));
    }
    let mut bytes = web::BytesMut::with_capacity(declared.unwrap_or(8192).min(LIMIT));
    while let Some(chunk) = incoming.next().await.map_err(broken_off)? {
        if bytes.len() + chunk.len() > LIMIT {
            return Err(too_large(LIMIT));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

fn malformed(why: &Text) -> Problem {
    Problem::fault(Issue::body(
        "malformedJson",
        "",
        Text::new(
            format!("De inhoud is geen geldige JSON: {}.", why.nl),
            format!("Le contenu n'est pas du JSON valide : {}.", why.fr),
            format!("The body is no valid JSON: {}.", why.en),
        ),
    ))
}

/// What the connection says of itself has no other language than its own.
fn broken_off(why: String) -> Problem {
    malformed(&Text::new(why.clone(), why.clone(), why))
}

fn not_utf8(fault: std::str::Utf8Error) -> Problem {
    let byte = fault.valid_up_to();
    malformed(&Text::new(
        format!("geen UTF-8 vanaf byte {byte}"),
        format!("pas de l'UTF-8 à partir de l'octet {byte}"),
        format!("not UTF-8 from byte {byte}"),
    ))
}

fn empty() -> Problem {
    Problem::fault(Issue::body(
        "malformedJson",
        "",
        Text::new(
            "De inhoud is leeg; stuur minstens {}.",
            "Le contenu est vide ; envoyez au moins {}.",
            "The body is empty; send at least {}.",
        ),
    ))
}

fn parse<T: DeserializeOwned + ToSchema + Check>(bytes: &[u8]) -> Result<(T, bool), Problem> {
    let text = std::str::from_utf8(bytes).map_err(not_utf8)?;
    if text.trim_ascii().is_empty() {
        return Err(empty());
    }
    let is_suspicious = might_hide(text);
    if is_suspicious {
        guard::<T>(text)?;
    }
    // serde takes a struct by position too: the top level is an object, whoever knows the shape of the rest.
    let is_object = text.trim_ascii_start().starts_with('{');
    if !is_object || (!T::KNOWS_ITS_SHAPE && may_differ_from_schema(text)) {
        refuse_other_shapes::<T>(text)?;
    }
    match serde_json::from_str::<T>(text) {
        Ok(value) => {
            let mut faults = Vec::new();
            value.check(&mut faults);
            Problem::refuse(faults).map(|()| (value, is_suspicious))
        }
        Err(fault) => Err(explain::<T>(text, &fault)),
    }
}

/// Could the text hold a register number or a NUL? Cheap, and never wrong when it says no: what stands between two quotes is a text as it is
/// read, where there are no escapes.
fn might_hide(text: &str) -> bool {
    if text.contains('\\') {
        return true;
    }
    let mut parts = text.split('"').enumerate();
    parts.any(|(place, part)| {
        let is_text = place % 2 == 1;
        has_many_digits(part) && (!is_text || hides_number(part))
    })
}

/// Are there digits enough for a register number, without letters between? What is not ASCII may be a digit.
fn has_many_digits(text: &str) -> bool {
    let mut digits = 0_u32;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => {
                digits += 1;
                if digits >= 11 {
                    return true;
                }
            }
            0x80.. => return true,
            b'a'..=b'z' | b'A'..=b'Z' | b'{' | b'}' | b'[' | b']' => digits = 0,
            _ => {}
        }
    }
    false
}

fn hides_number(text: &str) -> bool {
    has_many_digits(text) && holds_register_number(text) && !is_technical(text)
}

fn guard<T: Check>(text: &str) -> Result<(), Problem> {
    // What is not JSON is reported as that, without repeating any of it.
    let value: Value = serde_json::from_str(text).map_err(|fault| malformed(&place_of(&fault)))?;
    let mut faults = hidden_faults(&value);
    faults.retain(|fault| {
        let is_private = T::PRIVATE.contains(&fault.name.as_str());
        let mut lists = T::JUDGED_BY_ITEM.iter();
        let in_item = lists.any(|list| {
            let rest = fault.name.strip_prefix(list);
            rest.is_some_and(|rest| rest.starts_with('['))
        });
        !in_item && (fault.kind != "personalData" || !is_private)
    });
    Problem::refuse(faults)
}

/// What no text of a body may hold: register numbers and NULs, each where it stands.
pub fn hidden_faults(value: &Value) -> Vec<Issue> {
    let mut faults = Vec::new();
    // Most hold none, and need no names for their fields.
    if hides(value) {
        refuse_personal(value, "", &mut faults);
    }
    faults
}

fn hides(value: &Value) -> bool {
    let in_text = |text: &str| text.contains('\0') || hides_number(text);
    match value {
        Value::String(text) => in_text(text),
        Value::Number(number) => in_text(&number.to_string()),
        Value::Array(items) => items.iter().any(hides),
        Value::Object(members) => {
            let mut members = members.iter();
            members.any(|(key, member)| in_text(key) || hides(member))
        }
        Value::Null | Value::Bool(_) => false,
    }
}

/// Could serde take what the schema does not: a null for what is absent, or an array, read by position, for an object? An array that starts
/// with anything but an object can be one.
fn may_differ_from_schema(text: &str) -> bool {
    let mut bytes = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    let mut before = bytes.next();
    if before != Some(b'{') || text.contains("null") {
        return true;
    }
    for byte in bytes {
        if before == Some(b'[') && byte != b'{' {
            return true;
        }
        before = Some(byte);
    }
    false
}

fn refuse_other_shapes<T: ToSchema>(text: &str) -> Result<(), Problem> {
    let value: Value = serde_json::from_str(text).map_err(|fault| malformed(&place_of(&fault)))?;
    let faults = openapi::faults_of::<T>(&value);
    Problem::refuse(faults)
}

fn place_of(fault: &serde_json::Error) -> Text {
    let (line, column) = (fault.line(), fault.column());
    Text::new(
        format!("regel {line}, kolom {column}"),
        format!("ligne {line}, colonne {column}"),
        format!("line {line}, column {column}"),
    )
}

fn refuse_personal(value: &Value, name: &str, faults: &mut Vec<Issue>) {
    if faults.len() > MOST_ISSUES {
        // No more than that are named, and each costs time.
        return;
    }
    match value {
        Value::String(text) => refuse_text(text, name, faults),
        Value::Number(number) => refuse_text(&number.to_string(), name, faults),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                refuse_personal(item, &format!("{name}[{index}]"), faults);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                let before = faults.len();
                refuse_text(key, name, faults);
                if faults.len() == before {
                    refuse_personal(member, &join(name, key), faults);
                }
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// Adds the fault of a text that no text may be: one with a register number in it, or a NUL.
pub fn refuse_text(text: &str, name: &str, faults: &mut Vec<Issue>) {
    if text.contains('\0') {
        faults.push(Issue::body(
            "invalidCharacter",
            name,
            Text::new(
                "Een tekst mag geen NUL-teken (U+0000) bevatten.",
                "Un texte ne peut pas contenir le caractère NUL (U+0000).",
                "A text cannot hold the character NUL (U+0000).",
            ),
        ));
    }
    if holds_register_number(text) && !is_technical(text) && !is_hash(name, text) {
        faults.push(Issue::body("personalData", name, personal_data()));
    }
}

/// A hash in a field for hashes: one in 1,300 holds digits that could be a register number.
fn is_hash(name: &str, text: &str) -> bool {
    let hexadecimal = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    name.rsplit('.').next() == Some("sha256") && text.len() == 64 && text.bytes().all(hexadecimal)
}

/// The sentence for a text that holds a register number. It never repeats the number.
pub fn personal_data() -> Text {
    Text::new(
        "Hier staat een rijksregister- of BIS-nummer. Gegevens van cliënten horen hier niet; schrijf het zonder dat nummer.",
        "Ce texte contient un numéro de registre national ou BIS. Les données de clients n'ont pas leur place ici ; écrivez-le sans ce numéro.",
        "This text holds a national register or BIS number. Data of clients do not belong here; write it without that number.",
    )
}

/// A field within a field: `a.b`.
pub fn join(name: &str, key: &str) -> String {
    if name.is_empty() {
        key.to_owned()
    } else {
        format!("{name}.{key}")
    }
}

/// Why the body could not be read: by its schema, which finds every fault; by serde, when the schema finds none.
fn explain<T: DeserializeOwned + ToSchema>(text: &str, fault: &serde_json::Error) -> Problem {
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return malformed(&place_of(fault));
    };
    let faults = openapi::faults_of::<T>(&value);
    if !faults.is_empty() {
        return Problem::faults(faults);
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Ok(_) => malformed(&place_of(fault)),
        Err(fault) => {
            let name = fault.path().to_string();
            let why = fault.into_inner().to_string();
            let why = why.split(" at line ").next().unwrap_or_default().to_owned();
            Problem::fault(Issue::body(
                "invalidValue",
                if name == "." { String::new() } else { name },
                Text::new(
                    format!("Deze waarde wordt niet aanvaard: {why}."),
                    format!("Cette valeur n'est pas acceptée : {why}."),
                    format!("This value is not accepted: {why}."),
                ),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt, stream};

    use super::*;

    #[actix_web::test]
    async fn a_json_body_that_does_not_go_on_is_refused() {
        let start = stream::iter([Ok(web::Bytes::from_static(b"{"))]);
        let payload: Payload = Payload::Stream {
            payload: Box::pin(start.chain(stream::pending())),
        };
        let patience = Patience {
            pause: Duration::from_millis(50),
            whole: Duration::from_hours(1),
        };
        let collected = collect(Incoming::new(payload, patience), None);
        let refused = tokio::time::timeout(Duration::from_secs(20), collected).await;
        let problem = refused.expect("an answer").expect_err("a problem");
        assert_eq!(problem.kind(), Kind::BadRequest);
        assert_eq!(
            problem.issues().first().map(|issue| issue.kind),
            Some("malformedJson")
        );
    }
}
