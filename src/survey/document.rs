//! A version of a survey as data: what it asks, of whom what, and which figures are told of it.
//!
//! An item keeps its code from version to version; that is how answers are followed over time.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::framework::document::Source;
use crate::http::body::Check;
use crate::http::checks::{at_least_one, at_most, check_texts, repeated};
use crate::problem::Issue;
use crate::text::{Language, Text};
use crate::words::{Code, LanguageCode, Texts};

/// Sections at most.
const MOST_SECTIONS: usize = 50;
/// Items at most, in a section and in all.
const MOST_ITEMS: usize = 200;
/// Options of an item at most.
const MOST_OPTIONS: usize = 50;
/// Conditions of an item at most.
const MOST_CONDITIONS: usize = 10;
/// Indicators at most.
const MOST_INDICATORS: usize = 100;
/// A number at most.
pub const LARGEST: i64 = 100_000;

/// One version of a survey (*bevraging*) with all that it needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SurveyDocument {
    /// The language in which every text is present.
    #[serde(with = "LanguageCode")]
    #[schema(value_type = LanguageCode)]
    pub default_language: Language,
    /// What it is called.
    pub title: Texts,
    /// What it is for; who answers reads it first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub description: Option<Texts>,
    /// Where the survey as a whole comes from.
    pub source: Source,
    /// Its sections, in the order in which they are asked.
    #[schema(min_items = 1, max_items = 50)]
    pub sections: Vec<SurveySection>,
    /// The figures that are told of it, beside those of each item.
    #[serde(default)]
    #[schema(required = false, max_items = 100)]
    pub indicators: Vec<SurveyIndicator>,
}

/// A section of a survey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SurveySection {
    /// Its code.
    pub code: Code,
    /// What it is called.
    pub title: Texts,
    /// Its items, in the order in which they are asked.
    #[schema(min_items = 1, max_items = 200)]
    pub items: Vec<SurveyItem>,
}

crate::text_enum! {
    /// How an item is answered.
    pub enum SurveyItemKind {
        /// With one of its options.
        Choice = "choice",
        /// With as many of its options as one likes; none of them is an answer too, where the item was looked at.
        MultipleChoice = "multipleChoice",
        /// With one of its options, which go from one end to the other.
        Scale = "scale",
        /// With a whole number.
        Number = "number",
        /// In words. Who answers is asked to name nobody.
        Text = "text",
    }
}

/// What a survey asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SurveyItem {
    /// Its code, unique within the survey; the same in each version that asks the same.
    pub code: Code,
    /// How it is answered.
    pub kind: SurveyItemKind,
    /// The question.
    pub text: Texts,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub hint: Option<Texts>,
    /// What can be chosen; of a scale from one end to the other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 50)]
    pub options: Vec<SurveyOption>,
    /// The smallest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        minimum = 0,
        maximum = 100_000,
        example = 0
    )]
    pub smallest: Option<i64>,
    /// The largest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        minimum = 0,
        maximum = 100_000,
        example = 60
    )]
    pub largest: Option<i64>,
    /// Must it be answered, by whom it is asked of?
    #[serde(default)]
    #[schema(required = false)]
    pub required: bool,
    /// It is asked only of whom all of these hold for; of everyone, when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 10)]
    pub asked_when: Vec<SurveyCondition>,
    /// Where the item comes from.
    pub source: Source,
}

/// What can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SurveyOption {
    /// Its code.
    pub code: Code,
    /// What it says.
    pub title: Texts,
}

/// What was answered to an earlier item: one of these options, or a number within these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SurveyCondition {
    /// The earlier item.
    pub item_code: Code,
    /// One of these was chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 50)]
    pub options: Vec<Code>,
    /// The number is this at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        minimum = 0,
        maximum = 100_000,
        example = 1
    )]
    pub from: Option<i64>,
    /// The number is this at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        minimum = 0,
        maximum = 100_000,
        example = 10
    )]
    pub to: Option<i64>,
}

/// A figure: the share of those who chose one of these options, among those who answered an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SurveyIndicator {
    /// Its code, the same in each version that tells the same.
    pub code: Code,
    /// What it says.
    pub title: Texts,
    /// The item that is counted: a choice or a scale.
    pub item_code: Code,
    /// Who chose one of these counts.
    #[schema(min_items = 1, max_items = 50)]
    pub options: Vec<Code>,
    /// Among those who answered this item; the counted one, when left out. Of an item that only some are asked, the base is those some: to
    /// take everyone, name the item that everyone is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub of_item_code: Option<Code>,
}

impl SurveyIndicator {
    /// The item whose answers are the base.
    pub fn base(&self) -> &Code {
        self.of_item_code.as_ref().unwrap_or(&self.item_code)
    }
}

impl SurveyDocument {
    /// Every item, in the order in which they are asked.
    pub fn items(&self) -> impl Iterator<Item = &SurveyItem> {
        self.sections.iter().flat_map(|section| &section.items)
    }

    /// The item with this code.
    pub fn item(&self, code: &str) -> Option<&SurveyItem> {
        self.items().find(|item| item.code == *code)
    }
}

impl SurveyItem {
    fn has_option(&self, code: &Code) -> bool {
        self.options.iter().any(|option| option.code == *code)
    }

    /// Is exactly one of its options chosen?
    pub fn takes_one(&self) -> bool {
        matches!(self.kind, SurveyItemKind::Choice | SurveyItemKind::Scale)
    }

    /// Does it have options?
    pub fn takes_options(&self) -> bool {
        self.takes_one() || self.kind == SurveyItemKind::MultipleChoice
    }
}

impl Check for SurveyDocument {
    fn check(&self, faults: &mut Vec<Issue>) {
        let mut sense = Sense {
            language: self.default_language,
            known: BTreeMap::new(),
            faults,
        };
        sense.document(self);
    }
}

/// Looks whether a document makes sense; every fault is named.
struct Sense<'d, 'f> {
    language: Language,
    /// The items that came before.
    known: BTreeMap<&'d str, &'d SurveyItem>,
    faults: &'f mut Vec<Issue>,
}

impl<'d> Sense<'d, '_> {
    fn document(&mut self, document: &'d SurveyDocument) {
        self.texts("title", &document.title);
        if let Some(description) = &document.description {
            self.texts("description", description);
        }
        let none = Text::new(
            "Geef ten minste één sectie.",
            "Donnez au moins une section.",
            "Give one section at least.",
        );
        at_least_one("sections", document.sections.len(), none, self.faults);
        let few = at_most(
            "sections",
            document.sections.len(),
            MOST_SECTIONS,
            self.faults,
        ) && at_most(
            "sections",
            document.items().count(),
            MOST_ITEMS,
            self.faults,
        ) && at_most(
            "indicators",
            document.indicators.len(),
            MOST_INDICATORS,
            self.faults,
        );
        if !few {
            return;
        }
        let codes = document.sections.iter().map(|section| &section.code);
        self.unique("sections", codes);
        for (index, section) in document.sections.iter().enumerate() {
            let at = format!("sections[{index}]");
            self.texts(&format!("{at}.title"), &section.title);
            let none = Text::new(
                "Een sectie vraagt ten minste één ding.",
                "Une section pose au moins une question.",
                "A section asks one thing at least.",
            );
            at_least_one(
                &format!("{at}.items"),
                section.items.len(),
                none,
                self.faults,
            );
            for (index, item) in section.items.iter().enumerate() {
                self.item(&format!("{at}.items[{index}]"), item);
            }
        }
        self.indicators(&document.indicators);
    }

    /// A text has the default language, whatever else it has.
    fn texts(&mut self, at: &str, texts: &Texts) {
        check_texts(at, texts, self.faults);
        let all_absent = [&texts.nl, &texts.fr, &texts.en]
            .iter()
            .all(|one| one.is_none());
        if !all_absent && texts.get(self.language).is_none() {
            self.fault(
                "missing",
                at,
                Text::new(
                    "De tekst in de standaardtaal ontbreekt.",
                    "Le texte dans la langue par défaut manque.",
                    "The text in the default language is missing.",
                ),
            );
        }
    }

    fn fault(&mut self, kind: &'static str, at: &str, detail: Text) {
        self.faults.push(Issue::body(kind, at, detail));
    }

    fn unique<'c>(&mut self, list: &str, codes: impl Iterator<Item = &'c Code>) {
        let mut seen: Vec<&Code> = Vec::new();
        for (index, code) in codes.enumerate() {
            if seen.contains(&code) {
                self.faults
                    .push(repeated(format!("{list}[{index}].code"), code));
            }
            seen.push(code);
        }
    }

    fn item(&mut self, at: &str, item: &'d SurveyItem) {
        self.texts(&format!("{at}.text"), &item.text);
        if let Some(hint) = &item.hint {
            self.texts(&format!("{at}.hint"), hint);
        }
        if at_most(
            &format!("{at}.options"),
            item.options.len(),
            MOST_OPTIONS,
            self.faults,
        ) {
            self.options(at, item);
        }
        self.numbers(at, item);
        if at_most(
            &format!("{at}.askedWhen"),
            item.asked_when.len(),
            MOST_CONDITIONS,
            self.faults,
        ) {
            for (index, condition) in item.asked_when.iter().enumerate() {
                self.condition(&format!("{at}.askedWhen[{index}]"), condition);
            }
        }
        if self.known.insert(item.code.as_str(), item).is_some() {
            self.faults.push(repeated(format!("{at}.code"), &item.code));
        }
    }

    fn options(&mut self, at: &str, item: &SurveyItem) {
        let list = format!("{at}.options");
        self.unique(&list, item.options.iter().map(|option| &option.code));
        for (index, option) in item.options.iter().enumerate() {
            self.texts(&format!("{list}[{index}].title"), &option.title);
        }
        let right = match item.kind {
            SurveyItemKind::Choice | SurveyItemKind::Scale => item.options.len() >= 2,
            SurveyItemKind::MultipleChoice => !item.options.is_empty(),
            SurveyItemKind::Number | SurveyItemKind::Text => item.options.is_empty(),
        };
        if !right {
            let detail = Text::new(
                "Een keuze of schaal heeft ten minste twee opties, een meerkeuze één, een getal of tekst geen.",
                "Un choix ou une échelle a au moins deux options, un choix multiple une, un nombre ou un texte aucune.",
                "A choice or scale has two options at least, a multiple choice one, a number or text none.",
            );
            self.fault("length", &list, detail);
        }
    }

    fn numbers(&mut self, at: &str, item: &SurveyItem) {
        let range = (item.smallest, item.largest);
        let right = match (item.kind, range) {
            (SurveyItemKind::Number, (Some(smallest), Some(largest))) => {
                0 <= smallest && smallest <= largest && largest <= LARGEST
            }
            (SurveyItemKind::Number, _) => false,
            (_, range) => range == (None, None),
        };
        if !right {
            let detail = Text::new(
                format!(
                    "Een getal, en enkel een getal, heeft smallest en largest: van 0 tot {LARGEST}, in die volgorde."
                ),
                format!(
                    "Un nombre, et lui seul, a smallest et largest : de 0 à {LARGEST}, dans cet ordre."
                ),
                format!(
                    "A number, and only a number, has smallest and largest: from 0 to {LARGEST}, in that order."
                ),
            );
            self.fault("outOfRange", &format!("{at}.smallest"), detail);
        }
    }

    fn condition(&mut self, at: &str, condition: &SurveyCondition) {
        let Some(item) = self.earlier(&format!("{at}.itemCode"), &condition.item_code) else {
            return;
        };
        let by_number = condition.from.is_some() || condition.to.is_some();
        let right = match item.kind {
            SurveyItemKind::Number => by_number && condition.options.is_empty(),
            SurveyItemKind::Text => false,
            _ => !by_number && !condition.options.is_empty(),
        };
        if !right {
            let detail = Text::new(
                "Noem opties van een eerdere keuze, of from en to van een eerder getal; een tekst is geen voorwaarde.",
                "Nommez des options d'un choix antérieur, ou from et to d'un nombre antérieur ; un texte n'est pas une condition.",
                "Name options of an earlier choice, or from and to of an earlier number; a text is no condition.",
            );
            self.fault("invalidValue", at, detail);
        }
        self.known_options(&format!("{at}.options"), item, &condition.options);
    }

    /// An item that came before.
    fn earlier(&mut self, at: &str, code: &Code) -> Option<&'d SurveyItem> {
        let item = self.known.get(code.as_str()).copied();
        if item.is_none() {
            let detail = Text::new(
                "Hier hoort de code van een vraag die eerder komt.",
                "Le code d'une question qui vient plus tôt est attendu ici.",
                "The code of an item that comes earlier belongs here.",
            );
            self.faults
                .push(Issue::body("unknownReference", at, detail).with_value(code.as_str()));
        }
        item
    }

    fn known_options(&mut self, at: &str, item: &SurveyItem, codes: &[Code]) {
        for (index, code) in codes.iter().enumerate() {
            if !item.has_option(code) {
                let detail = Text::new(
                    format!("{} heeft deze optie niet.", item.code),
                    format!("{} n'a pas cette option.", item.code),
                    format!("{} has no such option.", item.code),
                );
                let at = format!("{at}[{index}]");
                self.faults
                    .push(Issue::body("unknownReference", at, detail).with_value(code.as_str()));
            }
        }
    }

    fn indicators(&mut self, indicators: &[SurveyIndicator]) {
        self.unique("indicators", indicators.iter().map(|one| &one.code));
        for (index, indicator) in indicators.iter().enumerate() {
            let at = format!("indicators[{index}]");
            self.texts(&format!("{at}.title"), &indicator.title);
            if let Some(of) = &indicator.of_item_code {
                self.earlier(&format!("{at}.ofItemCode"), of);
            }
            let Some(item) = self.earlier(&format!("{at}.itemCode"), &indicator.item_code) else {
                continue;
            };
            self.known_options(&format!("{at}.options"), item, &indicator.options);
            // Whoever chose two of them would count twice.
            if !item.takes_one() || indicator.options.is_empty() {
                let detail = Text::new(
                    "Noem ten minste één optie van een keuze of schaal.",
                    "Nommez au moins une option d'un choix ou d'une échelle.",
                    "Name one option at least of a choice or scale.",
                );
                self.fault("invalidValue", &format!("{at}.options"), detail);
            }
        }
    }
}
