//! What is kept of the answers of a sector, so that nobody has to count them: of each item how many were asked it, how many answered, and what. Pure.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::SurveyAnswer;
use super::document::{SurveyDocument, SurveyItemKind};
use super::rules::{asked, by_item};

/// Counts of the respondents of a sector.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// Respondents.
    pub respondents: u32,
    /// Of each item, by its code.
    pub items: BTreeMap<String, ItemTally>,
    /// How many say that it took so many minutes.
    pub minutes: BTreeMap<u32, u32>,
}

/// Counts of one item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemTally {
    /// Of how many it was asked.
    pub asked: u32,
    /// How many of them answered.
    pub answered: u32,
    /// How many chose an option, or gave a number.
    pub counts: BTreeMap<String, u32>,
}

impl Tally {
    /// Counts the answers of one more respondent.
    pub fn add(&mut self, document: &SurveyDocument, answers: &[SurveyAnswer]) {
        let given = by_item(answers);
        self.respondents += 1;
        for item in asked(document, &given) {
            let tally = self.items.entry(item.code.to_string()).or_default();
            tally.asked += 1;
            let Some(answer) = given.get(item.code.as_str()) else {
                continue;
            };
            tally.answered += 1;
            if item.kind == SurveyItemKind::Number {
                let number = answer.number.unwrap_or_default().to_string();
                *tally.counts.entry(number).or_default() += 1;
            }
            for option in &answer.options {
                *tally.counts.entry(option.to_string()).or_default() += 1;
            }
        }
    }

    /// Counts that somebody says that it took so many minutes.
    pub fn add_minutes(&mut self, minutes: u32) {
        *self.minutes.entry(minutes).or_default() += 1;
    }

    /// What is counted of an item; nothing, where nobody was asked it.
    pub fn item(&self, code: &str) -> ItemTally {
        self.items.get(code).cloned().unwrap_or_default()
    }
}
