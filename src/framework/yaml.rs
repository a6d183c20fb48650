//! Reads YAML and JSON into one tree that still knows its lines.
//!
//! Only the plain part of YAML is taken: no anchors, aliases, tags or several documents in a file. They save an author
//! nothing here, and they are what makes YAML files explode or mean something else than they say.
use std::collections::BTreeSet;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};

use super::fault::{Faults, field, item, shortened, text};

/// A value, and the line on which it starts.
#[derive(Debug)]
pub(super) struct Node {
    pub line: Option<usize>,
    pub data: Data,
}

/// What stands there. YAML's unquoted words stay as they are: what they mean depends on what is expected.
#[derive(Debug)]
pub(super) enum Data {
    /// A word without quotes: `yes`, `1.10`, `true`, a name. From JSON: a number, `true`, `false` or `null`.
    Bare(String),
    /// Text that can be nothing else.
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

/// The longest document, in bytes.
const LONGEST: usize = 1 << 20;
/// The deepest nesting.
const DEEPEST: usize = 32;

/// Reads YAML. Without a tree there is at least one fault; with one there can be faults too.
pub(super) fn read(yaml: &str, faults: &mut Faults) -> Option<Node> {
    if yaml.len() > LONGEST {
        let size = yaml.len();
        let what = text!(
            "Het document telt {size} bytes; hoogstens {LONGEST} is toegelaten.",
            "Le document compte {size} octets ; {LONGEST} au plus sont admis.",
            "The document has {size} bytes; at most {LONGEST} are allowed.",
        );
        faults.malformed("", None, what);
        return None;
    }
    let mut reader = Reader::default();
    for event in Parser::new_from_str(yaml) {
        let taken = match event {
            Ok((event, span)) => reader.take(event, span, faults),
            Err(error) => {
                not_yaml(yaml, &error, faults);
                false
            }
        };
        if !taken {
            return None;
        }
    }
    if reader.root.is_none() {
        let what = text!(
            "Het document is leeg; verwacht wordt een kader met onder meer code, title, version en themes.",
            "Le document est vide ; un cadre est attendu, avec entre autres code, title, version et themes.",
            "The document is empty; a framework is expected, with code, title, version and themes among others.",
        );
        faults.malformed("", None, what);
    }
    reader.root
}

/// Takes a JSON value as a tree without lines.
pub(super) fn from_json(value: &serde_json::Value) -> Node {
    use serde_json::Value;
    let data = match value {
        Value::String(text) => Data::Text(text.clone()),
        Value::Array(items) => Data::List(items.iter().map(from_json).collect()),
        Value::Object(fields) => {
            let fields = fields.iter();
            Data::Map(
                fields
                    .map(|(name, value)| (name.clone(), from_json(value)))
                    .collect(),
            )
        }
        bare => Data::Bare(bare.to_string()),
    };
    Node { line: None, data }
}

/// Builds the tree from the parser's events.
#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    root: Option<Node>,
    documents: usize,
}

/// A list or map that is not closed yet.
struct Open {
    pointer: String,
    line: usize,
    kind: Kind,
}

enum Kind {
    List(Vec<Node>),
    Map {
        fields: Vec<(String, Node)>,
        names: BTreeSet<String>,
        /// The key whose value comes next, and its line.
        key: Option<(String, usize)>,
    },
}

impl Reader {
    /// Takes the next event; `false` when reading on makes no sense.
    fn take(&mut self, event: Event, span: Span, faults: &mut Faults) -> bool {
        let line = span.start.line();
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    let what = text!(
                        "Het bestand bevat meer dan één document; laat '---' tussen documenten weg.",
                        "Le fichier contient plus d'un document ; retirez '---' entre les documents.",
                        "The file holds more than one document; leave out '---' between documents.",
                    );
                    faults.written("", Some(line), Some("---"), what);
                    return false;
                }
            }
            Event::Alias(_) => {
                no_anchors(&self.place(), line, faults);
                self.add(line, Data::Text("alias".to_owned()), faults);
            }
            Event::Scalar(word, style, anchor, tag) => {
                self.plain_only(anchor, tag.is_some(), line, faults);
                let word = word.into_owned();
                if let Some(Open {
                    kind:
                        Kind::Map {
                            key: key @ None, ..
                        },
                    ..
                }) = self.open.last_mut()
                {
                    *key = Some((word, line));
                } else if style == ScalarStyle::Plain {
                    self.add(line, Data::Bare(word), faults);
                } else {
                    self.add(line, Data::Text(word), faults);
                }
            }
            Event::SequenceStart(anchor, tag) => {
                self.plain_only(anchor, tag.is_some(), line, faults);
                return self.open(line, Kind::List(Vec::new()), faults);
            }
            Event::MappingStart(anchor, tag) => {
                self.plain_only(anchor, tag.is_some(), line, faults);
                let (fields, names) = (Vec::new(), BTreeSet::new());
                let key = None;
                return self.open(line, Kind::Map { fields, names, key }, faults);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(faults),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        true
    }

    /// The place of the value that comes next.
    fn place(&self) -> String {
        match self.open.last() {
            None => String::new(),
            Some(Open {
                pointer,
                kind: Kind::List(items),
                ..
            }) => item(pointer, items.len()),
            Some(Open {
                pointer,
                kind: Kind::Map { key, .. },
                ..
            }) => match key {
                Some((name, _)) => field(pointer, name),
                None => pointer.clone(),
            },
        }
    }

    /// Starts a list or map; `false` when it cannot stand there.
    fn open(&mut self, line: usize, kind: Kind, faults: &mut Faults) -> bool {
        let pointer = self.place();
        if self.open.len() >= DEEPEST {
            let what = text!(
                "Het document gaat meer dan {DEEPEST} niveaus diep; maak het vlakker.",
                "Le document a plus de {DEEPEST} niveaux ; aplatissez-le.",
                "The document is more than {DEEPEST} levels deep; make it flatter.",
            );
            faults.written(&pointer, Some(line), None, what);
            return false;
        }
        if let Some(Open {
            kind: Kind::Map { key: None, .. },
            ..
        }) = self.open.last()
        {
            let what = text!(
                "Een veldnaam is hier een lijst of object; schrijf een gewone naam.",
                "Un nom de champ est ici une liste ou un objet ; écrivez un simple nom.",
                "A field's name is a list or an object here; write a plain name.",
            );
            faults.written(&pointer, Some(line), None, what);
            return false;
        }
        self.open.push(Open {
            pointer,
            line,
            kind,
        });
        true
    }

    /// Ends the innermost list or map.
    fn close(&mut self, faults: &mut Faults) {
        if let Some(Open { line, kind, .. }) = self.open.pop() {
            let data = match kind {
                Kind::List(items) => Data::List(items),
                Kind::Map { fields, .. } => Data::Map(fields),
            };
            self.add(line, data, faults);
        }
    }

    /// Puts a value where it belongs. A field stands on its name's line.
    fn add(&mut self, line: usize, data: Data, faults: &mut Faults) {
        let node = |line| Node {
            line: Some(line),
            data,
        };
        let Some(Open { pointer, kind, .. }) = self.open.last_mut() else {
            self.root = Some(node(line));
            return;
        };
        match kind {
            Kind::List(items) => items.push(node(line)),
            Kind::Map { fields, names, key } => {
                let Some((name, line)) = key.take() else {
                    return;
                };
                if names.insert(name.clone()) {
                    fields.push((name, node(line)));
                } else {
                    let shown = shortened(&name);
                    let what = text!(
                        "Het veld '{shown}' staat hier twee keer; schrap er één.",
                        "Le champ '{shown}' figure deux fois ici ; supprimez-en un.",
                        "The field '{shown}' stands here twice; remove one of the two.",
                    );
                    faults.written(&field(pointer, &name), Some(line), Some(&name), what);
                }
            }
        }
    }

    /// Refuses an anchor or a tag on the value that comes next.
    fn plain_only(&self, anchor: usize, tagged: bool, line: usize, faults: &mut Faults) {
        if anchor != 0 {
            no_anchors(&self.place(), line, faults);
        }
        if tagged {
            let what = text!(
                "YAML-tags (!) worden niet gebruikt; schrijf de waarde zonder tag.",
                "Les étiquettes YAML (!) ne sont pas utilisées ; écrivez la valeur sans étiquette.",
                "YAML tags (!) are not used; write the value without one.",
            );
            faults.written(&self.place(), Some(line), None, what);
        }
    }
}

fn no_anchors(pointer: &str, line: usize, faults: &mut Faults) {
    let what = text!(
        "YAML-ankers (&) en verwijzingen (*) worden niet gebruikt; schrijf de waarde uit, of zet ze tussen aanhalingstekens als het gewone tekst is.",
        "Les ancres (&) et alias (*) YAML ne sont pas utilisés ; écrivez la valeur, ou mettez-la entre guillemets si c'est du texte.",
        "YAML anchors (&) and aliases (*) are not used; write the value out, or put it in quotes if it is plain text.",
    );
    faults.written(pointer, Some(line), None, what);
}

/// The fault for a file that is not YAML.
fn not_yaml(yaml: &str, error: &ScanError, faults: &mut Faults) {
    let line = error.marker().line();
    let written = |line: usize| yaml.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    // The parser can stop at the end of the line before.
    if let Some(line) = [line, line + 1]
        .into_iter()
        .find(|line| has_tab(written(*line)))
    {
        let what = text!(
            "Deze regel springt in met een tab; YAML aanvaardt alleen spaties.",
            "Cette ligne est en retrait par une tabulation ; YAML n'accepte que des espaces.",
            "This line is indented with a tab; YAML takes spaces only.",
        );
        return faults.written("", Some(line), Some(written(line).trim()), what);
    }
    let column = error.marker().col() + 1;
    let reason = error.info();
    let what = text!(
        "Dit is geen geldige YAML vanaf kolom {column} ({reason}); kijk naar insprong, aanhalingstekens en dubbele punten.",
        "Ceci n'est pas du YAML valide à partir de la colonne {column} ({reason}) ; vérifiez retraits, guillemets et deux-points.",
        "This is not valid YAML from column {column} ({reason}); look at indentation, quotes and colons.",
    );
    faults.written("", Some(line), Some(written(line).trim()), what);
}

/// Whether a line is indented with a tab.
fn has_tab(line: &str) -> bool {
    line.chars()
        .take_while(|c| c.is_whitespace())
        .any(|c| c == '\t')
}
