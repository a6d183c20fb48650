//! The form, field by field.
use std::collections::BTreeMap;

use super::words;
use super::{escaped, put};
use crate::contribution::form::{Filled, FilledAnswer, FilledPiece};
use crate::contribution::{Question, Questionnaire};
use crate::framework::document::{EvidenceKind, Texts};
use crate::problem::Issue;
use crate::text::{Language, Words};

/// The id of the field that a fault names: `q0-note` for `answers[0].note`.
fn field_id(name: &str) -> String {
    name.replace("answers[", "q")
        .replace("evidence[", "e")
        .replace("].", "-")
}

/// What is wrong, in the words of the page: those of a fault name codes and members of JSON, which nobody sees here.
fn said(issue: &Issue, language: Language) -> &str {
    let words = match issue.kind {
        "unknownEvidenceKind" => &words::CHOOSE_KIND,
        "fileCounts" => &words::BOTH_COUNTS,
        "missing" if field_id(&issue.name).ends_with("-note") => &words::EXPLAIN,
        _ => return issue.detail.in_language(language),
    };
    words.in_language(language)
}

/// Writes the form of a questionnaire in one language.
pub struct Writer<'a> {
    questionnaire: &'a Questionnaire,
    /// The first fault of each field, by its id, in the order in which they were found.
    faults: Vec<(String, &'a str)>,
    by_field: BTreeMap<String, &'a str>,
    language: Language,
}

impl<'a> Writer<'a> {
    /// With what is wrong.
    pub fn new(questionnaire: &'a Questionnaire, issues: &'a [Issue], language: Language) -> Self {
        let (mut faults, mut by_field) = (Vec::new(), BTreeMap::new());
        for issue in issues {
            let (id, text) = (field_id(&issue.name), said(issue, language));
            if !by_field.contains_key(&id) {
                by_field.insert(id.clone(), text);
                faults.push((id, text));
            }
        }
        Self {
            questionnaire,
            faults,
            by_field,
            language,
        }
    }

    fn say(&self, words: &Words) -> String {
        escaped(words.in_language(self.language))
    }

    /// A text of the framework, marked where it is in another language than the page.
    fn content(&self, texts: &Texts) -> String {
        let (wanted, default) = (self.language, self.questionnaire.language);
        let text = escaped(texts.in_language_or(wanted, default));
        if texts.get(wanted).is_some() {
            return text;
        }
        let spoken = [default, Language::Nl, Language::Fr, Language::En];
        let spoken = spoken.into_iter().find(|one| texts.get(*one).is_some());
        let lang = spoken.unwrap_or(default).code();
        format!("<span lang=\"{lang}\">{text}</span>")
    }

    /// What stands in the page: who asks, what is wrong, and the form with what stands in its fields.
    pub fn main(&self, filled: &Filled, action: &str) -> String {
        let mut main = self.head();
        self.put_faults(&mut main);
        put(
            &mut main,
            format_args!(
                "<form method=\"post\" action=\"{}\">\n<input type=\"hidden\" name=\"versionCode\" value=\"{}\">\n",
                escaped(action),
                escaped(&self.questionnaire.version_code)
            ),
        );
        let questions = self.questionnaire.questions.iter();
        for (index, (question, filled)) in questions.zip(&filled.answers).enumerate() {
            self.put_question(&mut main, index, question, filled);
        }
        self.put_end(&mut main, filled);
        main
    }

    fn head(&self) -> String {
        let questionnaire = self.questionnaire;
        let facility = escaped(&questionnaire.facility_name);
        let mut main = format!(
            "<h1>{}</h1>\n<p><strong>{facility}</strong> {}</p>\n",
            self.say(&words::TITLE),
            self.say(&words::ASKS)
        );
        if let Some(unit) = &questionnaire.unit_name {
            let (about, unit) = (self.say(&words::ABOUT), escaped(unit));
            put(
                &mut main,
                format_args!("<p>{about} <strong>{unit}</strong></p>\n"),
            );
        }
        let (until, moment) = (self.say(&words::UNTIL), questionnaire.expires);
        let local = words::local(moment, self.language);
        put(
            &mut main,
            format_args!("<p>{until} <time datetime=\"{moment}\">{local}</time>.</p>\n"),
        );
        self.put_said(
            &mut main,
            &words::RETURNED,
            questionnaire.return_reason.as_ref(),
        );
        self.put_said(&mut main, &words::MESSAGE, questionnaire.message.as_ref());
        main
    }

    fn put_said(&self, main: &mut String, above: &Words, said: Option<&String>) {
        if let Some(said) = said {
            let (above, said) = (self.say(above), escaped(said));
            put(
                main,
                format_args!("<h2>{above}</h2>\n<p class=\"said\">{said}</p>\n"),
            );
        }
    }

    fn put_faults(&self, main: &mut String) {
        if self.faults.is_empty() {
            return;
        }
        let mend = self.say(&words::MEND);
        put(
            main,
            format_args!("<div class=\"faults\" role=\"alert\"><h2>{mend}</h2><ul>\n"),
        );
        for (id, text) in &self.faults {
            let (where_it_is, text) = (self.place_of(id), escaped(text));
            put(
                main,
                format_args!(
                    "<li><a href=\"#{}\">{where_it_is}{text}</a></li>\n",
                    escaped(id)
                ),
            );
        }
        main.push_str("</ul></div>\n");
    }

    /// Which question a field is of, before its fault.
    fn place_of(&self, id: &str) -> String {
        let number = id
            .strip_prefix('q')
            .and_then(|rest| rest.split('-').next()?.parse::<usize>().ok());
        number.map_or_else(String::new, |index| {
            format!("{} {}: ", self.say(&words::QUESTION), index + 1)
        })
    }

    /// The attributes of a field, and its fault below its label.
    fn field(&self, id: &str, name: &str) -> (String, String) {
        let mut attributes = format!("id=\"{id}\" name=\"{}\"", escaped(name));
        let Some(fault) = self.by_field.get(id) else {
            return (attributes, String::new());
        };
        put(
            &mut attributes,
            format_args!(" aria-invalid=\"true\" aria-describedby=\"{id}-fault\""),
        );
        let fault = format!(
            "<p class=\"fault\" id=\"{id}-fault\">{}</p>\n",
            escaped(fault)
        );
        (attributes, fault)
    }

    fn put_question(&self, main: &mut String, index: usize, asked: &Question, has: &FilledAnswer) {
        let (question, text) = (self.say(&words::QUESTION), self.content(&asked.text));
        put(
            main,
            format_args!(
                "<fieldset><legend>{question} {}</legend>\n<p id=\"q{index}-text\"><strong>{text}</strong></p>\n",
                index + 1
            ),
        );
        if !asked.own_steps.is_empty() {
            let (before, own) = (self.say(&words::OWN_STEPS), asked.own_steps.join(" · "));
            let own = escaped(&own);
            put(
                main,
                format_args!("<p class=\"own\">{before} <em>{own}</em></p>\n"),
            );
        }
        if let Some(guidance) = &asked.guidance {
            let guidance = self.content(guidance);
            put(main, format_args!("<p class=\"hint\">{guidance}</p>\n"));
        }
        self.put_levels(main, index, asked, has);
        let name = format!("note:{}", asked.criterion_code);
        let (attributes, fault) = self.field(&format!("q{index}-note"), &name);
        let (label, hint) = (self.say(&words::NOTE), self.say(&words::NO_CLIENTS));
        let note = escaped(&has.note);
        put(
            main,
            format_args!(
                "<label for=\"q{index}-note\">{label}</label><span class=\"hint\">{hint}</span>\n{fault}<textarea {attributes} maxlength=\"4000\">\n{note}</textarea>\n"
            ),
        );
        self.put_evidence(main, index, asked, has);
        main.push_str("</fieldset>\n");
    }

    /// The levels as a group whose label is the question.
    fn put_levels(&self, main: &mut String, index: usize, asked: &Question, has: &FilledAnswer) {
        let id = format!("q{index}-level");
        let name = escaped(&format!("level:{}", asked.criterion_code));
        let (_, fault) = self.field(&id, "");
        let described = if fault.is_empty() {
            String::new()
        } else {
            format!(" aria-invalid=\"true\" aria-describedby=\"{id}-fault\"")
        };
        put(
            main,
            format_args!(
                "{fault}<div role=\"radiogroup\" id=\"{id}\" tabindex=\"-1\" aria-labelledby=\"q{index}-text\"{described}>\n"
            ),
        );
        for (place, level) in asked.levels.iter().enumerate() {
            let (own, code) = (format!("{id}-{place}"), escaped(&level.code));
            let checked = if level.code == has.level {
                " checked"
            } else {
                ""
            };
            let mut label = self.content(&level.title);
            if let Some(description) = &level.description {
                put(
                    &mut label,
                    format_args!("<small>{}</small>", self.content(description)),
                );
            }
            if level.needs_note && level.description.is_none() {
                put(
                    &mut label,
                    format_args!("<small>{}</small>", self.say(&words::NEEDS_NOTE)),
                );
            }
            put(
                main,
                format_args!(
                    "<div class=\"choice\"><input type=\"radio\" id=\"{own}\" name=\"{name}\" value=\"{code}\" required{checked}><label for=\"{own}\">{label}</label></div>\n"
                ),
            );
        }
        main.push_str("</div>\n");
    }

    /// What was filled in, or one empty piece; folded away while there is nothing in it.
    fn put_evidence(&self, main: &mut String, index: usize, asked: &Question, has: &FilledAnswer) {
        if self.questionnaire.evidence_kinds.is_empty() {
            return;
        }
        let open = if has.evidence.is_empty() { "" } else { " open" };
        let label = self.say(&words::EVIDENCE);
        put(
            main,
            format_args!("<details{open}><summary>{label}</summary>\n"),
        );
        if asked.evidence_required {
            let asked = self.say(&words::EVIDENCE_ASKED);
            put(main, format_args!("<p class=\"hint\">{asked}</p>\n"));
        }
        let empty = vec![FilledPiece::default()];
        let pieces = if has.evidence.is_empty() {
            &empty
        } else {
            &has.evidence
        };
        for (place, piece) in pieces.iter().enumerate() {
            self.put_piece(main, index, place, &asked.criterion_code, piece);
        }
        main.push_str("</details>\n");
    }

    fn put_piece(
        &self,
        main: &mut String,
        index: usize,
        place: usize,
        code: &str,
        piece: &FilledPiece,
    ) {
        let at = format!("q{index}-e{place}");
        let name = |field: &str| format!("evidence:{place}:{field}:{code}");
        let (attributes, fault) = self.field(&format!("{at}-kind"), &name("kind"));
        let (label, none) = (self.say(&words::KIND), self.say(&words::NO_KIND));
        put(
            main,
            format_args!(
                "<label for=\"{at}-kind\">{label}</label>\n{fault}<select {attributes}><option value=\"\">{none}</option>\n"
            ),
        );
        for kind in &self.questionnaire.evidence_kinds {
            self.put_kind(main, kind, &piece.kind);
        }
        main.push_str("</select>\n");
        for (field, label, kind, value) in [
            (
                "description",
                &words::DESCRIPTION,
                "type=\"text\" maxlength=\"2000\"",
                &piece.description,
            ),
            (
                "observedOn",
                &words::OBSERVED,
                "type=\"date\"",
                &piece.observed_on,
            ),
            (
                "filesChecked",
                &words::CHECKED,
                "type=\"number\" min=\"0\" inputmode=\"numeric\"",
                &piece.files_checked,
            ),
            (
                "filesMet",
                &words::MET,
                "type=\"number\" min=\"0\" inputmode=\"numeric\"",
                &piece.files_met,
            ),
        ] {
            let id = format!("{at}-{field}");
            let (attributes, fault) = self.field(&id, &name(field));
            let (label, value) = (self.say(label), escaped(value));
            put(
                main,
                format_args!(
                    "<label for=\"{id}\">{label}</label>\n{fault}<input {kind} {attributes} value=\"{value}\">\n"
                ),
            );
        }
    }

    fn put_kind(&self, main: &mut String, kind: &EvidenceKind, chosen: &str) {
        let selected = if kind.code == *chosen {
            " selected"
        } else {
            ""
        };
        let counts = if kind.counts_files {
            format!(" {}", self.say(&words::COUNTS))
        } else {
            String::new()
        };
        let (code, wanted) = (escaped(kind.code.as_str()), self.language);
        // An option holds text alone, so its language stands on itself.
        let title = escaped(
            kind.title
                .in_language_or(wanted, self.questionnaire.language),
        );
        put(
            main,
            format_args!("<option value=\"{code}\"{selected}>{title}{counts}</option>\n"),
        );
    }

    fn put_end(&self, main: &mut String, filled: &Filled) {
        let (attributes, fault) = self.field("givenBy", "givenBy");
        let (label, hint) = (self.say(&words::GIVEN_BY), self.say(&words::NO_NAME));
        let (value, once) = (escaped(&filled.given_by), self.say(&words::ONCE));
        let (send, foot) = (self.say(&words::SEND), self.say(&words::FOOT));
        put(
            main,
            format_args!(
                "<label for=\"givenBy\">{label}</label><span class=\"hint\">{hint}</span>\n{fault}\
                 <input type=\"text\" maxlength=\"200\" autocomplete=\"off\" {attributes} value=\"{value}\">\n\
                 <p class=\"hint\">{once}</p>\n<button type=\"submit\">{send}</button>\n</form>\n<footer><p>{foot}</p></footer>\n"
            ),
        );
    }
}
