//! Which items are asked of whom, and what is wrong with answers. Pure.
use std::collections::BTreeMap;

use super::SurveyAnswer;
use super::document::{SurveyCondition, SurveyDocument, SurveyItem, SurveyItemKind};
use crate::http::checks::{check_range, repeated};
use crate::personal::leads_to_somebody;
use crate::problem::Issue;
use crate::text::Text;
use crate::words::Code;

/// The answers of one respondent, by item.
pub type Given<'a> = BTreeMap<&'a str, &'a SurveyAnswer>;

/// Answers by their item; of two to the same item, the last.
pub fn by_item(answers: &[SurveyAnswer]) -> Given<'_> {
    let answers = answers.iter();
    answers
        .map(|answer| (answer.item_code.as_str(), answer))
        .collect()
}

/// The items that are asked of who gives these answers, in their order. Whoever was not asked an item did not answer it: what it says there counts for
/// nothing.
pub fn asked<'d>(document: &'d SurveyDocument, given: &Given) -> Vec<&'d SurveyItem> {
    let mut asked: Vec<&SurveyItem> = Vec::new();
    for item in document.items() {
        let is_asked = |code: &Code| asked.iter().any(|one| one.code == *code);
        let holds = |condition: &SurveyCondition| {
            is_asked(&condition.item_code)
                && given
                    .get(condition.item_code.as_str())
                    .is_some_and(|answer| fulfils(answer, condition))
        };
        if item.asked_when.iter().all(holds) {
            asked.push(item);
        }
    }
    asked
}

fn fulfils(answer: &SurveyAnswer, condition: &SurveyCondition) -> bool {
    let by_option = condition
        .options
        .iter()
        .any(|option| answer.options.contains(option));
    let by_number = answer.number.is_some_and(|number| {
        condition.options.is_empty()
            && condition.from.is_none_or(|from| number >= from)
            && condition.to.is_none_or(|to| number <= to)
    });
    by_option || by_number
}

/// Everything that is wrong with what somebody answers.
pub fn faults(document: &SurveyDocument, answers: &[SurveyAnswer]) -> Vec<Issue> {
    let given = by_item(answers);
    let asked = asked(document, &given);
    let mut faults = Vec::new();
    for (index, answer) in answers.iter().enumerate() {
        let at = format!("answers[{index}]");
        let code = &answer.item_code;
        let again = answers.iter().take(index).any(|one| one.item_code == *code);
        let item = document.item(code.as_str());
        let Some(item) = item.filter(|item| asked.iter().any(|one| one.code == item.code)) else {
            faults.push(not_asked(&at, code));
            continue;
        };
        if again {
            faults.push(repeated(format!("{at}.itemCode"), code));
        }
        check(&at, item, answer, &mut faults);
    }
    for item in asked.iter().filter(|item| item.required) {
        if !given.contains_key(item.code.as_str()) {
            faults.push(unanswered(item));
        }
    }
    faults
}

fn not_asked(at: &str, code: &Code) -> Issue {
    let detail = Text::new(
        "Deze vraag bestaat niet, of wordt na de andere antwoorden niet gesteld.",
        "Cette question n'existe pas, ou n'est pas posée après les autres réponses.",
        "There is no such item, or it is not asked after the other answers.",
    );
    Issue::body("unknownReference", format!("{at}.itemCode"), detail).with_value(code.as_str())
}

fn unanswered(item: &SurveyItem) -> Issue {
    let code = &item.code;
    let detail = Text::new(
        format!("Deze vraag heeft een antwoord nodig ({code})."),
        format!("Cette question demande une réponse ({code})."),
        format!("This item needs an answer ({code})."),
    );
    Issue::body("missing", "answers", detail).with_value(code.as_str())
}

fn check(at: &str, item: &SurveyItem, answer: &SurveyAnswer, faults: &mut Vec<Issue>) {
    let (options, number, text) = (&answer.options, answer.number, answer.text.is_some());
    let right = match item.kind {
        SurveyItemKind::Choice | SurveyItemKind::Scale => {
            options.len() == 1 && number.is_none() && !text
        }
        SurveyItemKind::MultipleChoice => number.is_none() && !text,
        SurveyItemKind::Number => options.is_empty() && number.is_some() && !text,
        SurveyItemKind::Text => options.is_empty() && number.is_none() && text,
    };
    if !right {
        let detail = Text::new(
            format!(
                "Antwoord zoals het gevraagd is: {}.",
                expected(item.kind).nl
            ),
            format!("Répondez comme demandé : {}.", expected(item.kind).fr),
            format!("Answer as it is asked: {}.", expected(item.kind).en),
        );
        faults.push(Issue::body("invalidValue", at, detail));
    }
    if answer.text.as_deref().is_some_and(leads_to_somebody) {
        let detail = Text::new(
            "Laat e-mailadressen en telefoonnummers weg: deze bevraging is anoniem.",
            "Omettez les adresses électroniques et les numéros de téléphone : cette enquête est anonyme.",
            "Leave out e-mail addresses and telephone numbers: this survey is anonymous.",
        );
        faults.push(Issue::body("personalData", format!("{at}.text"), detail));
    }
    for (index, option) in options.iter().enumerate() {
        let known = item.options.iter().any(|one| one.code == *option);
        if !known || options.iter().take(index).any(|one| one == option) {
            let detail = Text::new(
                format!("Kies elk hoogstens een keer uit: {}.", choices(item)),
                format!(
                    "Choisissez chacun une fois au plus parmi : {}.",
                    choices(item)
                ),
                format!("Choose each once at most of: {}.", choices(item)),
            );
            let at = format!("{at}.options[{index}]");
            faults.push(Issue::body("invalidValue", at, detail).with_value(option.as_str()));
        }
    }
    if let (Some(number), Some(smallest), Some(largest)) = (number, item.smallest, item.largest) {
        check_range(&format!("{at}.number"), number, (smallest, largest), faults);
    }
}

fn expected(kind: SurveyItemKind) -> Text {
    match kind {
        SurveyItemKind::Choice | SurveyItemKind::Scale => Text::new(
            "één optie in options",
            "une option dans options",
            "one option in options",
        ),
        SurveyItemKind::MultipleChoice => Text::new(
            "opties in options",
            "des options dans options",
            "options in options",
        ),
        SurveyItemKind::Number => Text::new(
            "een getal in number",
            "un nombre dans number",
            "a number in number",
        ),
        SurveyItemKind::Text => {
            Text::new("een tekst in text", "un texte dans text", "a text in text")
        }
    }
}

fn choices(item: &SurveyItem) -> String {
    let codes: Vec<&str> = item.options.iter().map(|one| one.code.as_str()).collect();
    codes.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> SurveyDocument {
        let ours = serde_json::json!({"origin": "ours"});
        let options = serde_json::json!([{"code": "ja", "title": {"nl": "Ja"}}, {"code": "neen", "title": {"nl": "Neen"}}]);
        serde_json::from_value(serde_json::json!({
            "defaultLanguage": "nl", "title": {"nl": "Proef"}, "source": ours,
            "sections": [{"code": "a", "title": {"nl": "A"}, "items": [
                {"code": "eerst", "kind": "choice", "text": {"nl": "?"}, "options": options, "required": true, "source": ours},
                {"code": "dan", "kind": "choice", "text": {"nl": "?"}, "options": options, "required": true, "source": ours,
                 "askedWhen": [{"itemCode": "eerst", "options": ["neen"]}]},
                {"code": "daarna", "kind": "text", "text": {"nl": "?"}, "source": ours, "askedWhen": [{"itemCode": "dan", "options": ["ja"]}]},
                {"code": "hoeveel", "kind": "number", "smallest": 0, "largest": 10, "text": {"nl": "?"}, "source": ours},
                {"code": "waarom", "kind": "multipleChoice", "options": options, "text": {"nl": "?"}, "source": ours,
                 "askedWhen": [{"itemCode": "hoeveel", "from": 3}]},
            ]}],
        }))
        .expect("a survey")
    }

    fn answers(given: serde_json::Value) -> Vec<SurveyAnswer> {
        serde_json::from_value(given).expect("answers")
    }

    fn found(given: serde_json::Value) -> Vec<(&'static str, String)> {
        let faults = faults(&document(), &answers(given));
        faults
            .into_iter()
            .map(|one| (one.kind, one.name.clone()))
            .collect()
    }

    #[test]
    fn an_item_is_asked_of_whom_its_conditions_hold_for() {
        for (given, expected) in [
            (serde_json::json!([]), vec!["eerst", "hoeveel"]),
            (
                serde_json::json!([{"itemCode": "eerst", "options": ["ja"]}]),
                vec!["eerst", "hoeveel"],
            ),
            (
                serde_json::json!([{"itemCode": "eerst", "options": ["neen"]}]),
                vec!["eerst", "dan", "hoeveel"],
            ),
            (
                // What was answered to an item that is not asked asks no other.
                serde_json::json!([{"itemCode": "eerst", "options": ["ja"]}, {"itemCode": "dan", "options": ["ja"]}]),
                vec!["eerst", "hoeveel"],
            ),
            (
                serde_json::json!([{"itemCode": "hoeveel", "number": 3}]),
                vec!["eerst", "hoeveel", "waarom"],
            ),
            (
                serde_json::json!([{"itemCode": "hoeveel", "number": 2}]),
                vec!["eerst", "hoeveel"],
            ),
        ] {
            let answers = answers(given);
            let document = document();
            let codes: Vec<&str> = asked(&document, &by_item(&answers))
                .iter()
                .map(|item| item.code.as_str())
                .collect();
            assert_eq!(codes, expected);
        }
    }

    #[test]
    fn what_is_missing_unknown_or_said_otherwise_is_named() {
        let right = serde_json::json!([{"itemCode": "eerst", "options": ["ja"]}, {"itemCode": "hoeveel", "number": 4}, {"itemCode": "waarom"}]);
        assert_eq!(found(right), []);
        let wrong = serde_json::json!([{"itemCode": "eerst", "options": ["neen"]}, {"itemCode": "hoeveel", "number": 11}, {"itemCode": "daarna", "text": "x"},
            {"itemCode": "waarom", "options": ["ja", "ja"]}, {"itemCode": "eerst", "number": 3}]);
        let expected = [
            ("outOfRange", "answers[1].number"),
            ("unknownReference", "answers[2].itemCode"),
            ("invalidValue", "answers[3].options[1]"),
            ("repeated", "answers[4].itemCode"),
            ("invalidValue", "answers[4]"),
        ];
        let found = found(wrong);
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(kind, name)| (*kind, name.as_str()))
            .collect();
        assert_eq!(
            found, expected,
            "the last answer to an item asks nothing more"
        );
    }
}
