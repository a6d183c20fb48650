//! The page's form: its fields, what was typed into them, and the answers that they make.
//!
//! A fault of a field has the name that it has in JSON (`answers[0].note`), because the answers stand in the order of the questions.
use std::collections::BTreeMap;
use std::str::FromStr;

use super::inputs::ContributionAnswersInput;
use super::{ContributedAnswer, ContributedEvidence, Questionnaire};
use crate::http::body::refuse_text;
use crate::http::form::{Pairs, unknown_field};
use crate::problem::{Issue, MOST_ISSUES};
use crate::self_assessment::inputs::MOST_EVIDENCE;
use crate::text::Text;

/// What stands in the form's fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filled {
    /// Who answers.
    pub given_by: String,
    /// The version whose questions the form shows.
    pub version: String,
    /// The answers, in the order of the questions.
    pub answers: Vec<FilledAnswer>,
}

/// What stands in the fields of one question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilledAnswer {
    /// The criterion.
    pub code: String,
    /// The level chosen.
    pub level: String,
    /// The note.
    pub note: String,
    /// The pieces of evidence of which something was filled in.
    pub evidence: Vec<FilledPiece>,
}

/// What stands in the fields of one piece of evidence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilledPiece {
    /// Its kind.
    pub kind: String,
    /// What it is.
    pub description: String,
    /// The day it speaks of.
    pub observed_on: String,
    /// How many files were checked.
    pub files_checked: String,
    /// How many met the criterion.
    pub files_met: String,
}

impl FilledPiece {
    /// Its fields by their names.
    pub fn fields(&mut self) -> [(&'static str, &mut String); 5] {
        [
            ("kind", &mut self.kind),
            ("description", &mut self.description),
            ("observedOn", &mut self.observed_on),
            ("filesChecked", &mut self.files_checked),
            ("filesMet", &mut self.files_met),
        ]
    }

    fn of(piece: ContributedEvidence) -> Self {
        let text = |value: Option<String>| value.unwrap_or_default();
        Self {
            kind: piece.kind,
            description: text(piece.description),
            observed_on: text(piece.observed_on.map(|day| day.to_string())),
            files_checked: text(piece.files_checked.map(|count| count.to_string())),
            files_met: text(piece.files_met.map(|count| count.to_string())),
        }
    }

    fn input(&self, at: &str, faults: &mut Vec<Issue>) -> ContributedEvidence {
        let day = Text::new(
            "Gebruik een dag zoals 2026-09-01.",
            "Utilisez un jour tel que 2026-09-01.",
            "Use a day such as 2026-09-01.",
        );
        let count = Text::new(
            "Gebruik een geheel getal.",
            "Utilisez un nombre entier.",
            "Use a whole number.",
        );
        let take = |name: &str| format!("{at}{name}");
        ContributedEvidence {
            kind: self.kind.clone(),
            description: present(&self.description),
            observed_on: parsed(&self.observed_on, take("observedOn"), &day, faults),
            files_checked: parsed(&self.files_checked, take("filesChecked"), &count, faults),
            files_met: parsed(&self.files_met, take("filesMet"), &count, faults),
        }
    }
}

fn present(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn parsed<T: FromStr>(
    text: &str,
    name: String,
    expected: &Text,
    faults: &mut Vec<Issue>,
) -> Option<T> {
    let text = present(text)?;
    let value = text.parse().ok();
    if value.is_none() {
        let issue = Issue::body("invalidValue", name, expected.clone());
        faults.push(issue.with_value(text));
    }
    value
}

impl Filled {
    /// A form for these questions, with the answers that were given earlier.
    pub fn earlier(questionnaire: &Questionnaire) -> Self {
        let questions = questionnaire.questions.iter();
        Self {
            given_by: questionnaire.given_by.clone().unwrap_or_default(),
            version: questionnaire.version_code.clone(),
            answers: questions
                .map(|question| {
                    let code = question.criterion_code.clone();
                    match question.answer.clone() {
                        Some(answer) => FilledAnswer {
                            code,
                            level: answer.level,
                            note: answer.note.unwrap_or_default(),
                            evidence: answer.evidence.into_iter().map(FilledPiece::of).collect(),
                        },
                        None => FilledAnswer {
                            code,
                            ..FilledAnswer::default()
                        },
                    }
                })
                .collect(),
        }
    }

    /// What was typed into the form of a link that asks these criteria. A text that must not be repeated is left out, and is a fault.
    pub fn read(pairs: &Pairs, asked: &[String], faults: &mut Vec<Issue>) -> Self {
        let mut typed: BTreeMap<&str, String> = BTreeMap::new();
        for (name, value) in pairs {
            // Browsers send the ends of lines as two characters.
            let value = value.replace("\r\n", "\n").trim().to_owned();
            typed.insert(name, value);
        }
        let mut filled = Self {
            given_by: typed.remove("givenBy").unwrap_or_default(),
            version: typed.remove("versionCode").unwrap_or_default(),
            answers: Vec::new(),
        };
        for code in asked {
            let mut take = |name: String| typed.remove(name.as_str()).unwrap_or_default();
            let mut answer = FilledAnswer {
                code: code.clone(),
                level: take(format!("level:{code}")),
                note: take(format!("note:{code}")),
                evidence: Vec::new(),
            };
            for place in 0..MOST_EVIDENCE {
                let mut piece = FilledPiece::default();
                for (name, field) in piece.fields() {
                    *field = take(format!("evidence:{place}:{name}:{code}"));
                }
                if piece != FilledPiece::default() {
                    answer.evidence.push(piece);
                }
            }
            filled.answers.push(answer);
        }
        for name in typed.keys().take(MOST_ISSUES) {
            faults.push(unknown_field(name));
        }
        filled.refuse_personal(faults);
        filled
    }

    /// Every text goes through the guard of the JSON that it stands for.
    fn refuse_personal(&mut self, faults: &mut Vec<Issue>) {
        let mut guard = |name: String, text: &mut String| {
            let before = faults.len();
            refuse_text(text, &name, faults);
            if faults.len() > before {
                text.clear();
            }
        };
        guard("givenBy".to_owned(), &mut self.given_by);
        guard("versionCode".to_owned(), &mut self.version);
        for (index, answer) in self.answers.iter_mut().enumerate() {
            let at = format!("answers[{index}].");
            guard(format!("{at}level"), &mut answer.level);
            guard(format!("{at}note"), &mut answer.note);
            for (place, piece) in answer.evidence.iter_mut().enumerate() {
                for (name, field) in piece.fields() {
                    guard(format!("{at}evidence[{place}].{name}"), field);
                }
            }
        }
    }

    /// The answers that the fields make.
    pub fn input(&self, faults: &mut Vec<Issue>) -> ContributionAnswersInput {
        let answers = self.answers.iter().enumerate();
        ContributionAnswersInput {
            given_by: present(&self.given_by),
            version_code: present(&self.version),
            answers: answers
                .map(|(index, answer)| ContributedAnswer {
                    criterion_code: answer.code.clone(),
                    level: answer.level.clone(),
                    note: present(&answer.note),
                    evidence: evidence(answer, &format!("answers[{index}]."), faults),
                })
                .collect(),
        }
    }
}

fn evidence(answer: &FilledAnswer, at: &str, faults: &mut Vec<Issue>) -> Vec<ContributedEvidence> {
    let pieces = answer.evidence.iter().enumerate();
    pieces
        .map(|(place, piece)| piece.input(&format!("{at}evidence[{place}]."), faults))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(given: &[(&str, &str)]) -> Pairs {
        let pairs = given.iter();
        pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn names(faults: &[Issue]) -> Vec<(&'static str, &str)> {
        let faults = faults.iter();
        faults
            .map(|fault| (fault.kind, fault.name.as_str()))
            .collect()
    }

    #[test]
    fn a_form_makes_the_answers_that_json_would() {
        let typed = pairs(&[
            ("givenBy", " hoofdverpleegkundige "),
            ("level:a.b", "deels"),
            ("note:a.b", "Een\r\nTwee"),
            ("evidence:0:kind:a.b", ""),
            ("evidence:1:kind:a.b", "dossiercontrole"),
            ("evidence:1:filesChecked:a.b", "30"),
            ("evidence:1:filesMet:a.b", "24"),
            ("evidence:1:observedOn:a.b", "2026-09-01"),
        ]);
        let asked = ["a.b".to_owned(), "c".to_owned()];
        let mut faults = Vec::new();
        let input = Filled::read(&typed, &asked, &mut faults).input(&mut faults);
        assert_eq!(names(&faults), []);
        let expected = serde_json::json!({"givenBy": "hoofdverpleegkundige", "answers": [
            {"criterionCode": "a.b", "level": "deels", "note": "Een\nTwee", "evidence": [
                {"kind": "dossiercontrole", "observedOn": "2026-09-01", "filesChecked": 30, "filesMet": 24}]},
            {"criterionCode": "c", "level": ""}
        ]});
        assert_eq!(serde_json::to_value(&input).expect("json"), expected);
    }

    #[test]
    fn what_cannot_be_read_or_repeated_is_a_fault_of_its_field() {
        let typed = pairs(&[
            ("level:a", "deels"),
            ("note:a", "Mama is 85.07.30-033.28."),
            ("evidence:0:kind:a", "dossiercontrole"),
            ("evidence:0:filesChecked:a", "veel"),
            ("evidence:0:observedOn:a", "gisteren"),
            ("level:anders", "ja"),
        ]);
        let mut faults = Vec::new();
        let filled = Filled::read(&typed, &["a".to_owned()], &mut faults);
        assert_eq!(filled.answers[0].note, "", "it is not repeated");
        assert_eq!(filled.answers[0].evidence[0].files_checked, "veel");
        filled.input(&mut faults);
        let expected = [
            ("unknownField", ""),
            ("personalData", "answers[0].note"),
            ("invalidValue", "answers[0].evidence[0].observedOn"),
            ("invalidValue", "answers[0].evidence[0].filesChecked"),
        ];
        assert_eq!(names(&faults), expected);
    }
}
