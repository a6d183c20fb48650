//! Compares a tree with the shape of a framework document, and repairs what it can so that its meaning can be checked in
//! the same run. The shape is the schema that the API publishes: there is no second one.
use std::sync::LazyLock;

use chrono::NaiveDate;
use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema};

use super::document::{Code, Document};
use super::fault::{Faults, field, item, joined, shortened, text};
use super::yaml::{Data, Node};
use crate::text::{Language, Text};

/// The schemas of the document and of all that it is made of, by name.
static SCHEMAS: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    let mut schemas = Vec::new();
    Document::schemas(&mut schemas);
    schemas.push((ROOT.to_owned(), Document::schema()));
    let schemas = schemas.into_iter();
    schemas
        .filter_map(|(name, schema)| Some((name, serde_json::to_value(schema).ok()?)))
        .collect()
});

/// The name under which the whole document's schema is kept.
const ROOT: &str = "";

/// Reports how a tree departs from the shape of a document. The value given back has that shape: what could not be read
/// is left out, or made up where it is required.
pub(super) fn walk(root: &Node, faults: &mut Faults) -> Value {
    let mut walk = Walk {
        default_language: default_language(root),
        faults,
        made_up: 0,
    };
    let schema = named(ROOT);
    match walk.value(schema, root, "") {
        Some(value) => value,
        None => walk.made_up(schema),
    }
}

/// The document's default language, before anything else is read.
fn default_language(root: &Node) -> Option<Language> {
    let Data::Map(fields) = &root.data else {
        return None;
    };
    let (_, node) = fields.iter().find(|(name, _)| name == "defaultLanguage")?;
    match &node.data {
        Data::Bare(word) | Data::Text(word) => match word.as_str() {
            "nl" => Some(Language::Nl),
            "fr" => Some(Language::Fr),
            "en" => Some(Language::En),
            _ => None,
        },
        _ => None,
    }
}

/// The schema of this name; one that does not exist takes everything.
fn named(name: &str) -> &'static Value {
    SCHEMAS.get(name).unwrap_or(&Value::Bool(true))
}

/// The schema that this one stands for, and its name when it has one.
fn resolved(schema: &'static Value) -> (&'static Value, &'static str) {
    let name = schema.get("$ref").and_then(Value::as_str);
    let name = name.and_then(|reference| reference.strip_prefix("#/components/schemas/"));
    name.map_or((schema, ROOT), |name| (named(name), name))
}

/// The texts in a list of a schema, such as `required` and `enum`.
fn words(schema: &'static Value, list: &str) -> Vec<&'static str> {
    let list = schema.get(list).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// The properties of an object's schema.
fn properties(schema: &'static Value) -> impl Iterator<Item = (&'static str, &'static Value)> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties
        .into_iter()
        .flatten()
        .map(|(name, schema)| (name.as_str(), schema))
}

/// A count in a schema, such as `minItems`.
fn count(schema: &Value, name: &str) -> Option<u64> {
    schema.get(name).and_then(Value::as_u64)
}

struct Walk<'f> {
    default_language: Option<Language>,
    faults: &'f mut Faults,
    made_up: usize,
}

impl Walk<'_> {
    /// The value of a node, or nothing when it cannot be read.
    fn value(&mut self, schema: &'static Value, node: &Node, at: &str) -> Option<Value> {
        self.faults.stands(at, node.line);
        let (schema, name) = resolved(schema);
        if let Some(variants) = schema.get("oneOf").and_then(Value::as_array) {
            return self.variant(variants, node, at);
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("object") => self.object(schema, name, node, at),
            Some("array") => self.list(schema, node, at),
            Some("boolean") => self.boolean(node, at),
            Some("integer") => self.integer(schema, node, at),
            _ => self.text(schema, node, at).map(Value::String),
        }
    }

    fn object(
        &mut self,
        schema: &'static Value,
        name: &str,
        node: &Node,
        at: &str,
    ) -> Option<Value> {
        let Data::Map(fields) = &node.data else {
            let names = joined(properties(schema).map(|(name, _)| name));
            let example = self.example(schema, name);
            return self.malformed(
                node,
                at,
                text!(
                    "Hier hoort een object met de velden {names}, zoals {example}.",
                    "Un objet avec les champs {names} est attendu ici, comme {example}.",
                    "An object with the fields {names} belongs here, such as {example}.",
                ),
            );
        };
        let required = words(schema, "required");
        let mut whole = Map::new();
        for (name, property) in properties(schema) {
            let place = field(at, name);
            let given = fields.iter().find(|(given, _)| given == name);
            let value = match given {
                Some((_, node)) => self.value(property, node, &place),
                None if required.contains(&name) => {
                    self.missing(name, &place);
                    None
                }
                None => continue,
            };
            if value.is_some() || required.contains(&name) {
                let value = value.unwrap_or_else(|| self.made_up(property));
                whole.insert(name.to_owned(), value);
            }
        }
        for (name, node) in fields {
            if !properties(schema).any(|(known, _)| known == name) {
                self.unknown(name, schema, node, &field(at, name));
            }
        }
        if name == "Texts" {
            self.languages(fields, at);
        }
        Some(Value::Object(whole))
    }

    /// How such an object starts: with the default language where it holds texts, else with what it cannot do without.
    fn example(&self, schema: &'static Value, name: &str) -> String {
        let first = if name == "Texts" {
            Some(self.language().unwrap_or("nl"))
        } else {
            let required = words(schema, "required").first().copied();
            required.or_else(|| properties(schema).next().map(|(name, _)| name))
        };
        format!("{{ {}: … }}", first.unwrap_or_default())
    }

    /// The code of the default language.
    fn language(&self) -> Option<&'static str> {
        self.default_language.map(|language| match language {
            Language::Nl => "nl",
            Language::Fr => "fr",
            Language::En => "en",
        })
    }

    /// A text has to be there in the default language.
    fn languages(&mut self, fields: &[(String, Node)], at: &str) {
        let Some(code) = self.language() else {
            return;
        };
        if !fields.iter().any(|(name, _)| name == code) {
            self.faults.malformed(
                &field(at, code),
                None,
                text!(
                    "Deze tekst ontbreekt in de standaardtaal van het kader; voeg '{code}' toe.",
                    "Ce texte manque dans la langue par défaut du cadre ; ajoutez '{code}'.",
                    "This text is missing in the framework's default language; add '{code}'.",
                ),
            );
        }
    }

    fn missing(&mut self, name: &str, place: &str) {
        self.faults.malformed(
            place,
            None,
            text!(
                "Het verplichte veld '{name}' ontbreekt; voeg het toe.",
                "Le champ obligatoire '{name}' manque ; ajoutez-le.",
                "The required field '{name}' is missing; add it.",
            ),
        );
    }

    fn unknown(&mut self, name: &str, schema: &'static Value, node: &Node, place: &str) {
        self.faults.stands(place, node.line);
        let names = joined(properties(schema).map(|(name, _)| name));
        let name = shortened(name);
        self.faults.malformed(
            place,
            Some(&name),
            text!(
                "Het veld '{name}' bestaat hier niet; mogelijk zijn {names}.",
                "Le champ '{name}' n'existe pas ici ; possibles : {names}.",
                "There is no field '{name}' here; possible are {names}.",
            ),
        );
    }

    fn list(&mut self, schema: &'static Value, node: &Node, at: &str) -> Option<Value> {
        let Data::List(nodes) = &node.data else {
            return self.malformed(
                node,
                at,
                text!(
                    "Hier hoort een lijst.",
                    "Une liste est attendue ici.",
                    "A list belongs here.",
                ),
            );
        };
        let least = count(schema, "minItems").unwrap_or_default();
        if u64::try_from(nodes.len()).is_ok_and(|items| items < least) {
            self.faults.malformed(
                at,
                None,
                text!(
                    "Deze lijst is te kort; minimumlengte: {least}.",
                    "Cette liste est trop courte ; longueur minimale : {least}.",
                    "This list is too short; minimum length: {least}.",
                ),
            );
        }
        let of = schema.get("items").unwrap_or(&Value::Bool(true));
        let items = nodes.iter().enumerate().map(|(index, node)| {
            let value = self.value(of, node, &item(at, index));
            value.unwrap_or_else(|| self.made_up(of))
        });
        Some(items.collect())
    }

    /// An object of which the only field says what it is.
    fn variant(&mut self, variants: &'static [Value], node: &Node, at: &str) -> Option<Value> {
        let all = || variants.iter().flat_map(properties);
        if let Data::Map(fields) = &node.data
            && let [(name, inner)] = fields.as_slice()
            && let Some((_, schema)) = all().find(|(known, _)| known == name)
        {
            let place = field(at, name);
            let value = self.value(schema, inner, &place);
            let value = value.unwrap_or_else(|| self.made_up(schema));
            return Some(json!({ name: value }));
        }
        let names = joined(all().map(|(name, _)| name));
        self.malformed(
            node,
            at,
            text!(
                "Hier hoort een object met juist één van de velden {names}.",
                "Un objet avec exactement un des champs {names} est attendu ici.",
                "An object with exactly one of the fields {names} belongs here.",
            ),
        )
    }

    fn boolean(&mut self, node: &Node, at: &str) -> Option<Value> {
        match &node.data {
            Data::Bare(word) if word == "true" => Some(Value::Bool(true)),
            Data::Bare(word) if word == "false" => Some(Value::Bool(false)),
            _ => self.malformed(
                node,
                at,
                text!(
                    "Hier hoort true of false, zonder aanhalingstekens.",
                    "Écrivez true ou false ici, sans guillemets.",
                    "Write true or false here, without quotes.",
                ),
            ),
        }
    }

    fn integer(&mut self, schema: &'static Value, node: &Node, at: &str) -> Option<Value> {
        let least = count(schema, "minimum").unwrap_or_default();
        let most = count(schema, "maximum").unwrap_or(255);
        if let Data::Bare(word) = &node.data
            && let Ok(number) = word.parse::<u64>()
            && (least..=most).contains(&number)
        {
            return Some(json!(number));
        }
        self.malformed(
            node,
            at,
            text!(
                "Hier hoort een geheel getal van {least} tot {most}.",
                "Un nombre entier de {least} à {most} est attendu ici.",
                "A whole number from {least} to {most} belongs here.",
            ),
        )
    }

    fn text(&mut self, schema: &'static Value, node: &Node, at: &str) -> Option<String> {
        let word = match &node.data {
            Data::Bare(word) | Data::Text(word) => word,
            Data::List(_) | Data::Map(_) => {
                return self.malformed(
                    node,
                    at,
                    text!(
                        "Hier hoort een tekst, geen lijst of object.",
                        "Un texte est attendu ici, pas une liste ni un objet.",
                        "A text belongs here, not a list or an object.",
                    ),
                );
            }
        };
        match fault_in(schema, word, matches!(node.data, Data::Bare(_))) {
            None => Some(word.clone()),
            Some(what) => self.malformed(node, at, what),
        }
    }

    fn malformed<T>(&mut self, node: &Node, at: &str, what: Text) -> Option<T> {
        let value = match &node.data {
            Data::Bare(word) | Data::Text(word) => Some(word.as_str()),
            Data::List(_) | Data::Map(_) => None,
        };
        self.faults.malformed(at, value, what);
        None
    }

    /// A value of the right shape where there is none. Nothing is reported about it: its place is known as malformed.
    fn made_up(&mut self, schema: &'static Value) -> Value {
        let (schema, _) = resolved(schema);
        if let Some(word) = words(schema, "enum").first() {
            return json!(word);
        }
        if schema.get("oneOf").is_some() {
            return json!({"all": []});
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("object") => {
                let required = words(schema, "required");
                properties(schema)
                    .filter(|(name, _)| required.contains(name))
                    .map(|(name, property)| (name.to_owned(), self.made_up(property)))
                    .collect()
            }
            Some("array") => json!([]),
            Some("boolean") => json!(false),
            Some("integer") => json!(1),
            _ => {
                self.made_up += 1;
                json!(format!("unreadable-{}", self.made_up))
            }
        }
    }
}

/// What is wrong with a text, if anything.
fn fault_in(schema: &'static Value, word: &str, bare: bool) -> Option<Text> {
    let shown = shortened(word);
    let allowed = words(schema, "enum");
    if !allowed.is_empty() {
        let names = joined(allowed.iter().copied());
        return (!allowed.contains(&word)).then(|| {
            text!(
                "'{shown}' is hier geen mogelijke waarde; mogelijk zijn {names}.",
                "'{shown}' n'est pas une valeur possible ici ; possibles : {names}.",
                "'{shown}' is no possible value here; possible are {names}.",
            )
        });
    }
    let format = schema.get("format").and_then(Value::as_str);
    if format == Some("date") {
        let fits = word.len() == 10 && word.parse::<NaiveDate>().is_ok();
        return (!fits).then(|| {
            text!(
                "'{shown}' is geen datum; schrijf jaar-maand-dag, zoals 2026-01-31.",
                "'{shown}' n'est pas une date ; écrivez année-mois-jour, comme 2026-01-31.",
                "'{shown}' is no date; write year-month-day, such as 2026-01-31.",
            )
        });
    }
    if word.trim().is_empty() || bare && matches!(word, "~" | "null" | "Null" | "NULL") {
        return Some(text!(
            "Hier staat niets; geef een waarde, of laat het veld weg als het niet verplicht is.",
            "Il n'y a rien ici ; donnez une valeur, ou omettez le champ s'il n'est pas obligatoire.",
            "There is nothing here; give a value, or leave the field out if it is not required.",
        ));
    }
    if bare && means_something_else(word) {
        return Some(text!(
            "{shown} zonder aanhalingstekens leest YAML als een getal of als waar of onwaar; schrijf \"{shown}\".",
            "{shown} sans guillemets est lu par YAML comme un nombre ou comme vrai ou faux ; écrivez \"{shown}\".",
            "YAML reads {shown} without quotes as a number or as true or false; write \"{shown}\".",
        ));
    }
    if schema.get("pattern").is_some() && word.parse::<Code>().is_err() {
        let longest = Code::LONGEST;
        return Some(text!(
            "'{shown}' is geen code; gebruik letters zonder accent, cijfers, punten en streepjes, hoogstens {longest}, met een letter of cijfer eerst.",
            "'{shown}' n'est pas un code ; utilisez des lettres sans accent, des chiffres, des points et des tirets, {longest} au plus, une lettre ou un chiffre d'abord.",
            "'{shown}' is no code; use letters without accents, digits, points and dashes, at most {longest}, a letter or digit first.",
        ));
    }
    if format == Some("uri") && !is_web_address(word) {
        return Some(text!(
            "'{shown}' is geen webadres; schrijf het volledig, met https:// vooraan.",
            "'{shown}' n'est pas une adresse web ; écrivez-la en entier, avec https:// devant.",
            "'{shown}' is no web address; write it in full, with https:// in front.",
        ));
    }
    let length = word.chars().count();
    let most = count(schema, "maxLength").and_then(|most| usize::try_from(most).ok());
    if let Some(most) = most.filter(|most| length > *most) {
        return Some(text!(
            "Deze tekst telt {length} tekens; hoogstens {most} zijn toegelaten.",
            "Ce texte compte {length} caractères ; {most} au plus sont admis.",
            "This text has {length} characters; at most {most} are allowed.",
        ));
    }
    word.contains(|c: char| c.is_control() && c != '\n').then(|| text!(
        "Deze tekst bevat een onzichtbaar stuurteken (zoals een tab of NUL); verwijder het.",
        "Ce texte contient un caractère de contrôle invisible (tabulation ou NUL) ; supprimez-le.",
        "This text holds an invisible control character (such as a tab or NUL); remove it.",
    ))
}

/// Whether some reader of YAML takes an unquoted word for something else than text.
fn means_something_else(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let word = word.as_str();
    let switch = ["true", "false", "yes", "no", "on", "off", "y", "n"].contains(&word);
    let digits = word
        .bytes()
        .all(|b| b.is_ascii_digit() || b"_.:+".contains(&b));
    let based = ["0x", "0o", "0b"].iter().any(|base| word.starts_with(base));
    switch || digits || based || word.parse::<f64>().is_ok()
}

fn is_web_address(word: &str) -> bool {
    let rest = word
        .strip_prefix("https://")
        .or_else(|| word.strip_prefix("http://"));
    rest.is_some_and(|rest| rest.contains('.') && !rest.contains(char::is_whitespace))
}
