//! What is wrong with a framework document, and where.
use std::collections::BTreeMap;
use std::fmt;

use crate::text::Text;

/// One fault in a framework document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The place, such as `themes[0].criteria[2].scale`; empty for the document as a whole.
    pub pointer: String,
    /// The line in the file, when there is one.
    pub line: Option<usize>,
    /// The value that is wrong, shortened where it is long.
    pub value: Option<String>,
    /// What is wrong, and what would be right.
    pub what: Text,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.pointer.is_empty() {
            write!(f, "{}: ", self.pointer)?;
        }
        f.write_str(&self.what.en)
    }
}

/// A sentence in Dutch, French and English with the same values in it.
macro_rules! text {
    ($nl:literal, $fr:literal, $en:literal $(,)?) => {
        $crate::text::Text::new(format!($nl), format!($fr), format!($en))
    };
}
pub(super) use text;

/// Collects faults while a document is looked at, and knows which line each place stands on.
#[derive(Debug, Default)]
pub(super) struct Faults {
    found: Vec<Fault>,
    lines: BTreeMap<String, usize>,
    broken: Vec<String>,
}

impl Faults {
    /// The most faults that are named; who has more, mends these first.
    const MOST: usize = 500;
    /// The most characters of a value that a fault repeats.
    const SHOWN: usize = 80;

    /// Notes the line of a place.
    pub fn stands(&mut self, pointer: &str, line: Option<usize>) {
        if let Some(line) = line {
            self.lines.insert(pointer.to_owned(), line);
        }
    }

    /// A fault in how the document is written. What stands there is unknown from now on, so no fault in the meaning is
    /// reported for this place.
    pub fn malformed(&mut self, pointer: &str, value: Option<&str>, what: Text) {
        self.push(pointer, None, value, what);
        if self.found.len() <= Self::MOST {
            self.broken.push(pointer.to_owned());
        }
    }

    /// A fault in the way of writing on a line of its own, that leaves what stands there readable.
    pub fn written(&mut self, pointer: &str, line: Option<usize>, value: Option<&str>, what: Text) {
        self.push(pointer, line, value, what);
    }

    /// A fault in the meaning.
    pub fn wrong(&mut self, pointer: &str, value: Option<&str>, what: Text) {
        let full = self.found.len() > Self::MOST;
        if !full && !self.broken.iter().any(|broken| is_within(pointer, broken)) {
            self.push(pointer, None, value, what);
        }
    }

    /// Whether some code that a list defines could not be read: then a reference may be right after all.
    pub fn lost_codes(&self, list: &str) -> bool {
        self.broken.iter().any(|broken| {
            let a_code = broken.ends_with(']') || broken.rsplit('.').next() == Some("code");
            is_within(list, broken) || a_code && is_within(broken, list)
        })
    }

    /// Every fault, by line and then in the order in which they were found.
    pub fn into_sorted(mut self) -> Vec<Fault> {
        self.found.sort_by_key(|fault| fault.line);
        self.found
    }

    /// Fills in the line of faults that were found without the file.
    pub fn locate(&self, faults: &mut [Fault]) {
        for fault in faults {
            fault.line = self.line(&fault.pointer);
        }
    }

    fn push(&mut self, pointer: &str, line: Option<usize>, value: Option<&str>, what: Text) {
        let what = match self.found.len() {
            ..Self::MOST => what,
            Self::MOST => text!(
                "Er zijn nog meer fouten; verbeter eerst deze.",
                "Il y a encore d'autres fautes ; corrigez d'abord celles-ci.",
                "There are more faults; mend these first.",
            ),
            _ => return,
        };
        self.found.push(Fault {
            pointer: pointer.to_owned(),
            line: line.or_else(|| self.line(pointer)),
            value: value.map(shortened),
            what,
        });
    }

    /// The line of a place, or of the nearest place around it that has one.
    fn line(&self, pointer: &str) -> Option<usize> {
        let mut place = pointer;
        loop {
            if let Some(line) = self.lines.get(place) {
                return Some(*line);
            }
            if place.is_empty() {
                return None;
            }
            let end = place.rfind(['.', '[']).unwrap_or_default();
            place = place.get(..end).unwrap_or_default();
        }
    }
}

/// Whether a place is another one, or lies inside it.
fn is_within(pointer: &str, outer: &str) -> bool {
    pointer
        .strip_prefix(outer)
        .is_some_and(|rest| outer.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']))
}

/// A value as a fault shows it.
pub(super) fn shortened(value: &str) -> String {
    match value.char_indices().nth(Faults::SHOWN) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
        None => value.to_owned(),
    }
}

/// Names in a sentence; of a long list, the first ones.
pub(super) fn joined<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const MOST: usize = 40;
    let mut names: Vec<&str> = names.take(MOST + 1).collect();
    if names.len() > MOST {
        names.truncate(MOST);
        names.push("…");
    }
    names.join(", ")
}

/// The place of a field.
pub(super) fn field(pointer: &str, name: &str) -> String {
    if pointer.is_empty() {
        name.to_owned()
    } else {
        format!("{pointer}.{name}")
    }
}

/// The place of an item of a list.
pub(super) fn item(pointer: &str, index: usize) -> String {
    format!("{pointer}[{index}]")
}
