//! The page of a survey: plain HTML that works without scripts, on a phone and with a screen reader. Nothing is loaded from elsewhere.
//!
//! What only some are asked is hidden by style, where the browser can do that (`:has`); elsewhere it stands there with what it depends on, and what was answered
//! without being asked is left out when it is sent.
use std::collections::BTreeMap;
use std::fmt::Write as _;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use minijinja::Error;
use minijinja::value::{Serde, Value};
use serde::Serialize;

use super::document::{SurveyCondition, SurveyDocument, SurveyItem, SurveyItemKind};
use super::rules::{asked, by_item};
use super::{LONGEST_TEXT, SurveyAnswer, SurveyAnswersInput, SurveyLink};
use crate::http::body::refuse_text;
use crate::http::form::{Pairs, unknown_field};
use crate::http::html;
use crate::inspection::report::page::engine;
use crate::problem::{Issue, MOST_ISSUES, Problem};
use crate::text::{Language, Text, Words};
use crate::words::{Code, Texts};

const STYLE: &str = include_str!("../contribution/page/style.css");
const TEMPLATE: &str = concat!(
    include_str!("../inspection/report/templates/macros.html"),
    include_str!("templates/survey.html")
);

/// The page's own words.
const WORDS: &[(&str, Words)] = &[
    ("colon", Words(":", "\u{a0}:", ":")),
    ("question", Words("Vraag", "Question", "Question")),
    (
        "until",
        Words(
            "U kan antwoorden tot en met",
            "Vous pouvez répondre jusqu'au",
            "You can answer until",
        ),
    ),
    (
        "anonymous",
        Words(
            "Uw antwoorden zijn anoniem: niemand ziet wie ze gaf, en ze worden samengeteld met die van anderen. Deze link is goed voor één antwoord.",
            "Vos réponses sont anonymes : personne ne voit qui les a données, et elles sont comptées avec celles d'autres. Ce lien vaut une réponse.",
            "Your answers are anonymous: nobody sees who gave them, and they are counted with those of others. This link is good for one answer.",
        ),
    ),
    (
        "onlyWhen",
        Words(
            "Enkel na een bepaald antwoord op:",
            "Seulement après une certaine réponse à :",
            "Only after a certain answer to:",
        ),
    ),
    ("needed", Words("verplicht", "obligatoire", "required")),
    (
        "several",
        Words(
            "U kan er meer kiezen.",
            "Plusieurs choix sont possibles.",
            "You can choose more than one.",
        ),
    ),
    (
        "nobody",
        Words(
            "Noem niemand, ook niet uzelf: geen namen, geen nummers.",
            "Ne nommez personne, pas même vous : ni noms, ni numéros.",
            "Name nobody, not yourself either: no names, no numbers.",
        ),
    ),
    (
        "minutes",
        Words(
            "Hoeveel minuten kostte dit u? (mag leeg blijven)",
            "Combien de minutes cela vous a-t-il pris ? (facultatif)",
            "How many minutes did this take you? (may stay empty)",
        ),
    ),
    (
        "send",
        Words(
            "Antwoorden verzenden",
            "Envoyer les réponses",
            "Send the answers",
        ),
    ),
    (
        "mend",
        Words(
            "Dit moet nog anders; er werd niets verstuurd",
            "Ceci doit être corrigé ; rien n'a été envoyé",
            "This has to be mended; nothing was sent",
        ),
    ),
    (
        "thanks",
        Words(
            "Bedankt, uw antwoorden zijn bewaard.",
            "Merci, vos réponses sont conservées.",
            "Thank you, your answers are kept.",
        ),
    ),
    (
        "close",
        Words(
            "U kan deze pagina sluiten.",
            "Vous pouvez fermer cette page.",
            "You can close this page.",
        ),
    ),
];

fn words(language: Language) -> BTreeMap<&'static str, &'static str> {
    let said = |(name, words): &(&'static str, Words)| (*name, words.in_language(language));
    WORDS.iter().map(said).collect()
}

/// What stands in the form's fields, by item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filled {
    options: BTreeMap<String, Vec<String>>,
    numbers: BTreeMap<String, String>,
    texts: BTreeMap<String, String>,
    minutes: String,
}

impl Filled {
    /// What was chosen and typed. A text that must not be repeated is left out, and is a fault.
    pub fn read(pairs: &Pairs, document: &SurveyDocument, faults: &mut Vec<Issue>) -> Self {
        let mut filled = Self::default();
        for (name, value) in pairs {
            // Browsers send the ends of lines as two characters.
            let mut value = value.replace("\r\n", "\n").trim().to_owned();
            let (field, item) = name.split_once(':').unwrap_or((name, ""));
            let before = faults.len();
            refuse_text(&value, field, faults);
            if faults.len() > before {
                value.clear();
            }
            let known = document.item(item).is_some();
            match field {
                _ if value.is_empty() => {}
                "option" if known => filled
                    .options
                    .entry(item.to_owned())
                    .or_default()
                    .push(value),
                "number" if known => drop(filled.numbers.insert(item.to_owned(), value)),
                "text" if known => drop(filled.texts.insert(item.to_owned(), value)),
                "minutes" => filled.minutes = value,
                _ if faults.len() < MOST_ISSUES => faults.push(unknown_field(name)),
                _ => {}
            }
        }
        filled
    }

    /// The answers that the fields make, to what is asked after the other answers.
    pub fn input(&self, document: &SurveyDocument, faults: &mut Vec<Issue>) -> SurveyAnswersInput {
        let mut answers: Vec<SurveyAnswer> = document
            .items()
            .filter_map(|item| self.answer(item, faults))
            .collect();
        let codes: Vec<Code> = asked(document, &by_item(&answers))
            .into_iter()
            .map(|item| item.code.clone())
            .collect();
        answers.retain(|answer| codes.contains(&answer.item_code));
        let right = |minutes: &u32| (1..=super::MOST_MINUTES).contains(minutes);
        let minutes = self.minutes.parse().ok().filter(right);
        if minutes.is_none() && !self.minutes.is_empty() {
            faults.push(not_a_number("effortMinutes"));
        }
        SurveyAnswersInput {
            answers,
            effort_minutes: minutes,
        }
    }

    fn answer(&self, item: &SurveyItem, faults: &mut Vec<Issue>) -> Option<SurveyAnswer> {
        let code = item.code.as_str();
        let chosen = self.options.get(code);
        let chosen = chosen.into_iter().flatten();
        let answer = SurveyAnswer {
            item_code: item.code.clone(),
            // What is no code is no option either.
            options: chosen
                .filter_map(|one| Code::try_from(one.clone()).ok())
                .collect(),
            number: self.numbers.get(code).and_then(|number| {
                let parsed = number.parse().ok();
                if parsed.is_none() {
                    faults.push(not_a_number("number").with_value(code));
                }
                parsed
            }),
            text: self
                .texts
                .get(code)
                .map(|text| text.chars().take(LONGEST_TEXT).collect()),
        };
        let is_empty =
            answer.options.is_empty() && answer.number.is_none() && answer.text.is_none();
        (!is_empty).then_some(answer)
    }
}

fn not_a_number(name: &str) -> Issue {
    let text = Text::new(
        "Gebruik een geheel getal, of laat het leeg.",
        "Utilisez un nombre entier, ou laissez vide.",
        "Use a whole number, or leave it empty.",
    );
    Issue::body("invalidValue", name, text)
}

/// What is wrong with the answer to an item, or with the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    item: Option<String>,
    detail: Text,
}

/// Faults, each with the item that it is of.
pub fn shown(faults: &[Issue], answers: &[SurveyAnswer]) -> Vec<Fault> {
    let item = |fault: &Issue| {
        let place = fault.name.strip_prefix("answers[").and_then(|rest| {
            let (place, _) = rest.split_once(']')?;
            answers.get(place.parse::<usize>().ok()?)
        });
        place
            .map(|answer| answer.item_code.to_string())
            .or_else(|| Some(fault.value.as_ref()?.as_str()?.to_owned()))
    };
    faults
        .iter()
        .map(|fault| Fault {
            item: item(fault),
            detail: fault.detail.clone(),
        })
        .collect()
}

/// What the template sees.
#[derive(Serialize)]
struct Page<'a> {
    lang: &'static str,
    w: BTreeMap<&'static str, &'static str>,
    style: Value,
    document: Option<&'a SurveyDocument>,
    /// What the wave is called.
    wave: Option<&'a Texts>,
    ends: Option<chrono::NaiveDate>,
    action: &'a str,
    minutes: &'a str,
    sections: Vec<Section<'a>>,
    /// What is wrong: where, and what.
    faults: Vec<(String, &'a str)>,
}

#[derive(Serialize)]
struct Section<'a> {
    title: &'a Texts,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    /// Its place in the survey, from 1 on.
    number: usize,
    asks: &'a SurveyItem,
    kind: SurveyItemKind,
    options: Vec<Choice<'a>>,
    /// The items that it depends on, by their places.
    after: Vec<usize>,
    value: &'a str,
    fault: Option<&'a str>,
}

#[derive(Serialize)]
struct Choice<'a> {
    code: &'a str,
    title: &'a Texts,
    checked: bool,
}

/// The form, with what stands in its fields and what is wrong with them: 200, or 400 where something is.
pub fn form(
    link: &SurveyLink,
    filled: &Filled,
    faults: &[Fault],
    (action, language): (&str, Language),
) -> Result<HttpResponse, Problem> {
    let document = &link.document;
    let places = places(document);
    let style = format!("{STYLE}{}", conditions(document, &places));
    let mut page = Page {
        lang: language.code(),
        w: words(language),
        style: Value::from_safe_string(style.clone()),
        document: Some(document),
        wave: Some(&link.title),
        ends: Some(link.ends),
        action,
        minutes: &filled.minutes,
        sections: Vec::new(),
        faults: Vec::new(),
    };
    for section in &document.sections {
        page.sections.push(Section {
            title: &section.title,
            items: section
                .items
                .iter()
                .map(|item| field(item, &places, filled, (faults, language)))
                .collect(),
        });
    }
    for fault in faults {
        let place = fault
            .item
            .as_ref()
            .and_then(|item| places.get(item.as_str()));
        let anchor = place.map_or_else(|| "form".to_owned(), |place| format!("i{place}"));
        page.faults
            .push((anchor, fault.detail.in_language(language)));
    }
    let status = if faults.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let body = render(&page, language, document.default_language).map_err(Problem::internal)?;
    Ok(html::form(status, &style).body(body))
}

/// That the answers are kept.
pub fn thanks(language: Language) -> Result<HttpResponse, Problem> {
    let page = Page {
        lang: language.code(),
        w: words(language),
        style: Value::from_safe_string(STYLE.to_owned()),
        document: None,
        wave: None,
        ends: None,
        action: "",
        minutes: "",
        sections: Vec::new(),
        faults: Vec::new(),
    };
    let body = render(&page, language, language).map_err(Problem::internal)?;
    Ok(html::form(StatusCode::OK, STYLE).body(body))
}

fn render(page: &Page, language: Language, written: Language) -> Result<String, Error> {
    let mut engine = engine(language, written)?;
    // The engine escapes what a template with this ending prints.
    engine.add_template("survey.html", TEMPLATE)?;
    engine.get_template("survey.html")?.render(Serde(page))
}

/// The place of each item, from 1 on.
fn places(document: &SurveyDocument) -> BTreeMap<&str, usize> {
    let items = document.items().zip(1..);
    items
        .map(|(item, place)| (item.code.as_str(), place))
        .collect()
}

fn field<'a>(
    item: &'a SurveyItem,
    places: &BTreeMap<&str, usize>,
    filled: &'a Filled,
    (faults, language): (&'a [Fault], Language),
) -> Item<'a> {
    let code = item.code.as_str();
    let chosen = filled.options.get(code);
    let is_chosen =
        |option: &str| chosen.is_some_and(|chosen| chosen.iter().any(|one| one == option));
    let fault = faults
        .iter()
        .find(|fault| fault.item.as_deref() == Some(code));
    let value = filled.numbers.get(code).or_else(|| filled.texts.get(code));
    let conditions = item.asked_when.iter();
    let mut after: Vec<usize> = conditions
        .filter_map(|condition| places.get(condition.item_code.as_str()).copied())
        .collect();
    after.dedup();
    Item {
        number: places.get(code).copied().unwrap_or_default(),
        asks: item,
        kind: item.kind,
        options: item
            .options
            .iter()
            .map(|option| Choice {
                code: option.code.as_str(),
                title: &option.title,
                checked: is_chosen(option.code.as_str()),
            })
            .collect(),
        after,
        value: value.map_or("", String::as_str),
        fault: fault.map(|fault| fault.detail.in_language(language)),
    }
}

/// The style that shows what only some are asked once they chose so. Made of places alone: nothing that anybody wrote is in it.
fn conditions(document: &SurveyDocument, places: &BTreeMap<&str, usize>) -> String {
    let mut rules = String::new();
    for (item, place) in document.items().zip(1_usize..) {
        let parts: Option<Vec<String>> = item
            .asked_when
            .iter()
            .map(|condition| chosen(document, places, condition))
            .collect();
        let Some(parts) = parts.filter(|parts| !parts.is_empty()) else {
            continue;
        };
        let parts = parts.concat();
        // Writing into a text never fails.
        let _ = write!(
            rules,
            "form #i{place}{{display:none}}form{parts} #i{place}{{display:block}}"
        );
    }
    if rules.is_empty() {
        return rules;
    }
    format!("@supports selector(:has(*)){{{rules}}}")
}

/// One of the options that a condition names is chosen; nothing for a condition on a number, which style cannot see.
fn chosen(
    document: &SurveyDocument,
    places: &BTreeMap<&str, usize>,
    condition: &SurveyCondition,
) -> Option<String> {
    let of = document.item(condition.item_code.as_str())?;
    let place = places.get(of.code.as_str())?;
    if !of.takes_options() {
        return None;
    }
    let options = of.options.iter().zip(1_usize..);
    let ids: Vec<String> = options
        .filter(|(option, _)| condition.options.contains(&option.code))
        .map(|(_, at)| format!("#i{place}o{at}:checked"))
        .collect();
    Some(format!(":has({})", ids.join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_some_are_asked_is_shown_by_style() {
        let ours = serde_json::json!({"origin": "ours"});
        let options = serde_json::json!([{"code": "ja", "title": {"nl": "Ja"}}, {"code": "neen", "title": {"nl": "Neen"}}]);
        let document: SurveyDocument = serde_json::from_value(serde_json::json!({
            "defaultLanguage": "nl", "title": {"nl": "Proef"}, "source": ours,
            "sections": [{"code": "a", "title": {"nl": "A"}, "items": [
                {"code": "eerst", "kind": "choice", "text": {"nl": "?"}, "options": options, "source": ours},
                {"code": "dan", "kind": "text", "text": {"nl": "?"}, "source": ours, "askedWhen": [{"itemCode": "eerst", "options": ["neen"]}]},
                {"code": "hoeveel", "kind": "number", "smallest": 0, "largest": 3, "text": {"nl": "?"}, "source": ours},
                {"code": "waarom", "kind": "text", "text": {"nl": "?"}, "source": ours, "askedWhen": [{"itemCode": "hoeveel", "from": 1}]},
            ]}],
        }))
        .expect("a survey");
        let style = conditions(&document, &places(&document));
        assert_eq!(
            style,
            "@supports selector(:has(*)){form #i2{display:none}form:has(#i1o2:checked) #i2{display:block}}"
        );
    }
}
