//! What a sheet says when it goes out: a row per criterion, filled with what is there. Pure.
use std::collections::HashMap;

use super::MARK;
use crate::framework::document::{Criterion, Document, Scale, Theme};
use crate::http::ETag;
use crate::self_assessment::{Answer, AnswerOrigin, OpenCriterion, OpenReason, SelfAssessment};
use crate::text::{Language, Text};

/// How many columns there are.
pub const WIDTH: usize = 10;
/// The place of the criterion's code.
pub const CODE: u32 = 0;
/// The place of the level.
pub const LEVEL: u32 = 6;
/// The place of the note.
pub const NOTE: u32 = 7;

/// A spreadsheet holds no more characters in a cell.
const LONGEST: usize = 32_000;

/// The heads of the columns, in order.
pub fn heads() -> [Text; WIDTH] {
    [
        Text::new("Code", "Code", "Code"),
        Text::new("Thema", "Thème", "Theme"),
        Text::new("Eigen woorden", "Nos mots", "Own words"),
        Text::new("Criterium", "Critère", "Criterion"),
        Text::new("Leidraad", "Aide", "Guidance"),
        Text::new("Mogelijke niveaus", "Niveaux possibles", "Levels offered"),
        Text::new("Niveau", "Niveau", "Level"),
        Text::new("Toelichting", "Explication", "Note"),
        Text::new("Waarom open", "Pourquoi ouvert", "Why open"),
        Text::new("Vorige keer", "La dernière fois", "Last time"),
    ]
}

/// A row of the sheet, and which of the scales its level is on.
pub struct Line {
    /// The cells, in the order of the columns.
    pub cells: [String; WIDTH],
    /// The place of its scale in the framework's version.
    pub scale: usize,
}

/// A sheet that goes out.
pub struct Table {
    /// The language that it is in.
    pub language: Language,
    /// The first row: whose sheet it is, at which edit, against what.
    pub marks: [String; 4],
    /// A row per criterion.
    pub lines: Vec<Line>,
    /// The levels of each scale of the version, as they stand in cells.
    pub levels: Vec<Vec<String>>,
}

/// How a level stands in a cell: by its title, where that says which level is meant.
pub fn label(scale: &Scale, code: &str, language: Language, default: Language) -> String {
    let level = scale.levels.iter().find(|level| level.code == *code);
    let Some(level) = level else {
        return code.to_owned();
    };
    let title = level.title.in_language_or(language, default).trim();
    match level_of(scale, title) {
        Some(meant) if meant == code => title.to_owned(),
        _ => code.to_owned(),
    }
}

/// The code of the level that a cell names: by its code, or by its title in any language.
pub fn level_of<'s>(scale: &'s Scale, text: &str) -> Option<&'s str> {
    let wanted = text.trim().to_lowercase();
    let by_code = scale
        .levels
        .iter()
        .find(|level| level.code.as_str().to_lowercase() == wanted);
    if let Some(level) = by_code {
        return Some(level.code.as_str());
    }
    let mut by_title = scale.levels.iter().filter(|level| {
        let titles = [&level.title.nl, &level.title.fr, &level.title.en];
        titles
            .into_iter()
            .flatten()
            .any(|title| title.trim().to_lowercase() == wanted)
    });
    match (by_title.next(), by_title.next()) {
        (Some(level), None) => Some(level.code.as_str()),
        _ => None,
    }
}

struct Writer<'a> {
    document: &'a Document,
    language: Language,
    answers: HashMap<&'a str, &'a Answer>,
    open: HashMap<&'a str, &'a OpenCriterion>,
    own: HashMap<&'a str, &'a [String]>,
    view: &'a SelfAssessment,
}

/// The sheet of a self-assessment as its reader sees it.
pub fn table(document: &Document, view: &SelfAssessment, tag: &ETag, language: Language) -> Table {
    let writer = Writer {
        document,
        language,
        answers: view
            .answers
            .iter()
            .map(|one| (one.criterion_code.as_str(), one))
            .collect(),
        open: view
            .open_criteria
            .iter()
            .map(|one| (one.criterion_code.as_str(), one))
            .collect(),
        own: view
            .own_steps
            .iter()
            .map(|one| (one.criterion_code.as_str(), one.titles.as_slice()))
            .collect(),
        view,
    };
    let asked = document
        .criteria()
        .filter(|(_, criterion)| criterion.is_for(&view.summary.facility_type));
    Table {
        language,
        marks: [
            MARK.to_owned(),
            view.summary.id.to_string(),
            tag.to_string(),
            format!("{} {}", document.code, document.version.code),
        ],
        lines: asked
            .map(|(theme, criterion)| writer.line(theme, criterion))
            .collect(),
        levels: document
            .scales
            .iter()
            .map(|scale| writer.labels(scale))
            .collect(),
    }
}

impl Writer<'_> {
    fn say<'t>(&self, texts: &'t crate::words::Texts) -> &'t str {
        texts.in_language_or(self.language, self.document.default_language)
    }

    fn label(&self, scale: &Scale, code: &str) -> String {
        label(scale, code, self.language, self.document.default_language)
    }

    fn labels(&self, scale: &Scale) -> Vec<String> {
        let levels = scale.levels.iter();
        levels
            .map(|level| self.label(scale, level.code.as_str()))
            .collect()
    }

    fn line(&self, theme: &Theme, criterion: &Criterion) -> Line {
        let code = criterion.code.as_str();
        let scale = self.document.scale_of(criterion);
        let answer = self.answers.get(code);
        let level = |code: &str| scale.map_or(code.to_owned(), |scale| self.label(scale, code));
        let cells = [
            code.to_owned(),
            self.say(&theme.title).to_owned(),
            self.own
                .get(code)
                .map(|titles| titles.join(" / "))
                .unwrap_or_default(),
            self.say(&criterion.text).to_owned(),
            criterion
                .guidance
                .as_ref()
                .map(|text| self.say(text).to_owned())
                .unwrap_or_default(),
            scale
                .map(|scale| self.labels(scale).join(" | "))
                .unwrap_or_default(),
            answer
                .map(|answer| level(&answer.level))
                .unwrap_or_default(),
            answer
                .and_then(|answer| answer.note.clone())
                .unwrap_or_default(),
            self.reason(code),
            self.last_time(code, &level),
        ];
        let scales = &self.document.scales;
        Line {
            cells: cells.map(|cell| shortened(&cell)),
            scale: scale
                .and_then(|scale| scales.iter().position(|one| one.code == scale.code))
                .unwrap_or_default(),
        }
    }

    fn last_time(&self, code: &str, level: &dyn Fn(&str) -> String) -> String {
        if let Some(open) = self.open.get(code) {
            let before = open.previous.iter();
            let levels: Vec<String> = before.map(|one| level(&one.answer.level)).collect();
            return levels.join(" | ");
        }
        let taken_over = self
            .answers
            .get(code)
            .filter(|answer| answer.origin != AnswerOrigin::Answered);
        taken_over
            .map(|answer| level(&answer.level))
            .unwrap_or_default()
    }

    fn reason(&self, code: &str) -> String {
        let hidden = &self.view.progress.not_applicable;
        let why = if hidden.iter().any(|verdict| verdict.criterion_code == *code) {
            Some(not_applicable())
        } else if let Some(open) = self.open.get(code) {
            Some(reason(open.reason))
        } else {
            let answer = self.answers.get(code);
            answer
                .filter(|answer| answer.origin == AnswerOrigin::CarriedOver)
                .map(|_| to_confirm())
        };
        why.map(|why| why.in_language(self.language).to_owned())
            .unwrap_or_default()
    }
}

fn shortened(cell: &str) -> String {
    cell.chars().take(LONGEST).collect()
}

fn not_applicable() -> Text {
    Text::new(
        "Nu niet van toepassing, door andere antwoorden",
        "Sans objet pour le moment, par d'autres réponses",
        "Does not apply now, by other answers",
    )
}

fn to_confirm() -> Text {
    Text::new(
        "Overgenomen van vorige keer; nog te bevestigen",
        "Repris de la dernière fois ; encore à confirmer",
        "Taken over from last time; still to be confirmed",
    )
}

fn reason(reason: OpenReason) -> Text {
    match reason {
        OpenReason::NotAnswered => Text::new(
            "Nog niet beantwoord",
            "Pas encore de réponse",
            "Not answered yet",
        ),
        OpenReason::New => Text::new(
            "Nieuw in deze versie",
            "Nouveau dans cette version",
            "New in this version",
        ),
        OpenReason::Tightened => Text::new(
            "Vraagt meer dan vroeger",
            "Demande plus qu'avant",
            "Asks more than it did",
        ),
        OpenReason::Split => Text::new(
            "Was deel van één criterium",
            "Faisait partie d'un seul critère",
            "Was part of one criterion",
        ),
        OpenReason::Merged => Text::new(
            "Voegt criteria samen",
            "Réunit des critères",
            "Brings criteria together",
        ),
        OpenReason::EvidenceExpired => Text::new(
            "Het bewijs is te oud",
            "La preuve est trop ancienne",
            "The evidence is too old",
        ),
        OpenReason::EvidenceMissing => Text::new(
            "Het bewijs ontbreekt",
            "La preuve manque",
            "The evidence is missing",
        ),
    }
}
