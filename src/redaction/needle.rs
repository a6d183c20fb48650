//! The text that is to go, and how it is found and taken out. Pure.
//!
//! JSON is compared by its strings and not as it is written, where a letter or quote can be escaped.
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::personal::is_invisible;
use crate::self_assessment::OpenReason;

/// What stands where a text was removed, however long that was.
pub const MARK: &str = "[verwijderd]";

/// Members of stored JSON that hold codes, ids, hashes, moments, or who did something: never a text of callers, and what they hold
/// is needed to read the rest. The text of any other member is one that a redaction looks into.
pub const CODES: &[&str] = &[
    "action",
    "answeredAt",
    "answeredBy",
    "at",
    "attachmentId",
    "basedOn",
    "by",
    "confirmedAt",
    "confirmedBy",
    "createdAt",
    "code",
    "criterionCode",
    "cycleId",
    "facilityId",
    "facilityType",
    "frameworkCode",
    "href",
    "id",
    "inputs",
    "kind",
    "level",
    "levels",
    "observedOn",
    "organisationId",
    "origin",
    "purpose",
    "redactionId",
    "reopenedAt",
    "reopenedBy",
    "rule",
    "sentSha256",
    "sha256",
    "siteId",
    "siteIds",
    "status",
    "storedSha256",
    "submittedAt",
    "submittedBy",
    "supersededBy",
    "themeCode",
    "unitId",
    "unitIds",
    "updatedAt",
    "validFrom",
    "validTo",
    "version",
    "versionCode",
];

/// Lists of codes under a name that elsewhere is a list of things with texts.
pub const CODE_LISTS: &[&str] = &["roles", "steps"];

/// A text that is to go. It is never shown: it has no `Debug`.
pub struct Needle {
    text: String,
    folded: Vec<char>,
    ignore_case: bool,
}

/// A letter as it is compared, and where what it comes from starts and ends.
type Folded = (char, usize, usize);

impl Needle {
    /// This text; or in whichever size its letters are. An accent is the same whether it was typed with its letter or after it, a blank,
    /// a hyphen or an apostrophe whichever it is, and what cannot be seen is not there.
    pub fn new(text: &str, ignore_case: bool) -> Self {
        Self {
            text: text.to_owned(),
            folded: letters(&fold(text, ignore_case)),
            ignore_case,
        }
    }

    /// Bytes of a text that holds it once, at most, unless it is full of what cannot be seen.
    pub fn longest(&self) -> usize {
        // A letter comes from four bytes in each of its forms, and can have stood there taken apart, in two or three of them.
        self.text.chars().count() * 4 * 3
    }

    /// Does the text hold it?
    pub fn is_in(&self, text: &str) -> bool {
        if self.is_plain() && text.is_ascii() {
            return text.contains(&self.text);
        }
        !self.places(text).is_empty()
    }

    /// The text with a mark for each time that it held this; nothing when it does not.
    pub fn taken_out(&self, text: &str) -> Option<String> {
        let places = self.places(text);
        if places.is_empty() {
            return None;
        }
        let (mut left, mut from) = (String::new(), 0);
        for (start, end) in places {
            left.push_str(text.get(from..start).unwrap_or_default());
            left.push_str(MARK);
            from = end;
        }
        left.push_str(text.get(from..).unwrap_or_default());
        Some(left)
    }

    /// Can it be compared byte by byte with a text that has no accents?
    fn is_plain(&self) -> bool {
        !self.ignore_case && self.text.bytes().all(|byte| byte.is_ascii_graphic())
    }

    /// Where it stands, one after the other.
    fn places(&self, text: &str) -> Vec<(usize, usize)> {
        let folded = fold(text, self.ignore_case);
        let (mut places, mut free) = (Vec::new(), 0);
        for window in folded.windows(self.folded.len().max(1)) {
            let (Some(first), Some(last)) = (window.first(), window.last()) else {
                break;
            };
            let (start, end) = (first.1, last.2);
            let same = window.iter().map(|(one, ..)| one).eq(&self.folded);
            if start >= free && same {
                places.push((start, end));
                free = end;
            }
        }
        places
    }

    /// Could JSON as it is written hold it? Cheap, and never wrong when it says no.
    pub fn may_be_in(&self, written: &str) -> bool {
        // A letter outside ASCII can be compared as one of it: the Kelvin sign is a K.
        !self.is_plain()
            || !written.is_ascii()
            || written.contains('\\')
            || written.contains(&self.text)
    }

    /// Do the texts in the JSON hold it?
    pub fn is_in_json(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.is_in(text),
            Value::Array(items) => items.iter().any(|item| self.is_in_json(item)),
            Value::Object(members) => members
                .iter()
                .any(|(name, member)| is_text(name, member) && self.is_in_json(member)),
            _ => false,
        }
    }

    /// Takes it out of the texts in the JSON; says whether it was there.
    pub fn take_out_of_json(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => match self.taken_out(text) {
                Some(left) => {
                    *text = left;
                    true
                }
                None => false,
            },
            Value::Array(items) => items
                .iter_mut()
                .fold(false, |found, item| self.take_out_of_json(item) | found),
            Value::Object(members) => members
                .iter_mut()
                .filter(|(name, member)| is_text(name, member))
                .fold(false, |found, (_, member)| {
                    self.take_out_of_json(member) | found
                }),
            _ => false,
        }
    }
}

/// Can the member hold texts? `reason` is a person's sentence in one place, and a code in another.
fn is_text(name: &str, member: &Value) -> bool {
    let is_code = name == "reason"
        && member
            .as_str()
            .is_some_and(|text| text.parse::<OpenReason>().is_ok());
    let is_code_list = CODE_LISTS.contains(&name)
        && member
            .as_array()
            .is_some_and(|items| items.iter().all(Value::is_string));
    !is_code && !is_code_list && !CODES.contains(&name)
}

/// A text as it is compared: each letter with its accents in one and in its plain form, blanks one space however many, hyphens and apostrophes one
/// each, what cannot be seen left out; in small letters, if their size makes no difference.
fn fold(text: &str, ignore_case: bool) -> Vec<Folded> {
    let mut starts: Vec<usize> = text
        .char_indices()
        .filter(|(_, letter)| !is_combining_mark(*letter))
        .map(|(at, _)| at)
        .collect();
    if starts.first() != Some(&0) {
        starts.insert(0, 0);
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let mut folded: Vec<Folded> = Vec::new();
    for (start, end) in starts.iter().copied().zip(ends) {
        for letter in text.get(start..end).unwrap_or_default().nfkc() {
            let letter = plain(letter);
            match folded.last_mut() {
                _ if is_invisible(letter) => {}
                Some((' ', _, until)) if letter == ' ' => *until = end,
                _ if ignore_case => {
                    folded.extend(letter.to_lowercase().map(|one| (one, start, end)));
                }
                _ => folded.push((letter, start, end)),
            }
        }
    }
    folded
}

/// The letter that people mean, where programs put another for it.
fn plain(letter: char) -> char {
    match letter {
        letter if letter.is_whitespace() => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' => '\'',
        '\u{201c}'..='\u{201f}' => '"',
        letter => letter,
    }
}

fn letters(folded: &[Folded]) -> Vec<char> {
    folded.iter().map(|(letter, ..)| *letter).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_is_taken_out_each_time_it_stands_there() {
        for (needle, ignore_case, text, left) in [
            (
                "Lotte",
                false,
                "Lotte en Lotte",
                Some("[verwijderd] en [verwijderd]"),
            ),
            ("Lotte", false, "lotte", None),
            (
                "lotte",
                true,
                "LOTTE, Lotte",
                Some("[verwijderd], [verwijderd]"),
            ),
            ("ÉLISE", true, "met Élise.", Some("met [verwijderd].")),
            ("aab", true, "aaab", Some("a[verwijderd]")),
            ("aaa", true, "aaaaaa", Some("[verwijderd][verwijderd]")),
            ("i\u{307}s", true, "İS", Some("[verwijderd]")),
            ("Lotte", true, "", None),
            // Typed with its letter, or after it.
            ("Zoé", false, "met Zoe\u{301}.", Some("met [verwijderd].")),
            ("Zoe\u{301}", false, "met Zoé.", Some("met [verwijderd].")),
            ("zoe\u{301}", true, "met ZOÉ.", Some("met [verwijderd].")),
            ("Zoe", false, "met Zoe\u{301}.", None),
            (
                "Zoe",
                false,
                "met Zoé en Zoe.",
                Some("met Zoé en [verwijderd]."),
            ),
            // Another kind of blank.
            ("An Peeters", false, "An\u{a0}Peeters", Some("[verwijderd]")),
            ("An\u{a0}Peeters", false, "An Peeters", Some("[verwijderd]")),
            ("An Peeters", false, "An\r\nPeeters", Some("[verwijderd]")),
            ("An Peeters", false, "An  Peeters.", Some("[verwijderd].")),
            // What a word processor makes of it.
            (
                "Wilma",
                false,
                "Wil\u{ad}ma, Wil\u{200b}ma",
                Some("[verwijderd], [verwijderd]"),
            ),
            ("Wil\u{ad}ma", false, "Wilma", Some("[verwijderd]")),
            ("Anne-Mie", false, "Anne\u{2011}Mie", Some("[verwijderd]")),
            ("D'Hondt", false, "D\u{2019}Hondt", Some("[verwijderd]")),
            ("Soffie", false, "So\u{fb03}e", Some("[verwijderd]")),
            ("Karel", false, "\u{212a}arel", Some("[verwijderd]")),
            (
                "zeg \u{201c}ja\u{201d}",
                false,
                "zeg \"ja\"",
                Some("[verwijderd]"),
            ),
            (
                "zeg \"ja\"",
                false,
                "hij zeg \"ja\" nu",
                Some("hij [verwijderd] nu"),
            ),
        ] {
            let needle = Needle::new(needle, ignore_case);
            assert_eq!(needle.taken_out(text).as_deref(), left, "{text}");
            assert_eq!(needle.is_in(text), left.is_some(), "{text}");
        }
    }

    #[test]
    fn a_text_is_found_in_json_however_it_is_escaped_and_codes_stay() {
        let needle = Needle::new("Zoé \"Z\"", false);
        let written = r#"{"note": "met Zo\u00e9 \"Z\" erbij", "level": "volledig"}"#;
        assert!(needle.may_be_in(written));
        let mut value = serde_json::from_str(written).expect("json");
        assert!(needle.is_in_json(&value) && needle.take_out_of_json(&mut value));
        assert_eq!(
            value,
            json!({"note": "met [verwijderd] erbij", "level": "volledig"})
        );
        assert!(!needle.take_out_of_json(&mut value));
    }

    #[test]
    fn what_is_needed_to_read_the_rest_is_left_alone() {
        let needle = Needle::new("split", false);
        let mut value = json!({"a": {"reason": "split", "level": "split"}, "reopening": {"reason": "een split", "reopenedBy": {"name": "split"}}});
        assert!(needle.take_out_of_json(&mut value));
        assert_eq!(
            value,
            json!({"a": {"reason": "split", "level": "split"},
            "reopening": {"reason": "een [verwijderd]", "reopenedBy": {"name": "split"}}})
        );
    }
}
