//! Who took part as a list: a sheet with a line per person, or per facility with a number, from who gave the training.
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::{is_key, no_key, twice};
use crate::db::types::Id;
use crate::self_assessment::sheet::{
    Fault, Grid, Place as Cell, SheetFault, column, no_column, refused_cells,
};
use crate::text::Text;

crate::text_enum! {
    /// What is taken of a list.
    pub enum ListTaking {
        /// Nothing: it is only checked.
        Nothing = "nothing",
        /// Its good lines; those with a fault are left out.
        Good = "good",
    }
}

/// What came of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttendanceListOutcome {
    /// Where it is told who took part, per facility.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Lines below the heads that say something.
    pub lines: usize,
    /// Those of them without a fault.
    pub good: usize,
    /// The facilities that the good lines name.
    pub facilities: usize,
    /// The people whom they name and who were not recorded before.
    pub new_participants: usize,
    /// Is it recorded, or was it only checked?
    pub taken: bool,
    /// Every cell that cannot be taken. What may be a name is not repeated.
    pub faults: Vec<SheetFault>,
}

/// A line of a list.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    row: u32,
    facility: String,
    key: Option<String>,
    others: Option<u32>,
}

/// What a list says of one facility.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// The keys of who took part.
    pub keys: BTreeSet<String>,
    /// How many more; absent where no line says.
    pub others: Option<u32>,
}

/// A list that was read, before its facilities are looked up.
#[derive(Debug)]
pub struct List {
    lines: Vec<Line>,
    /// The rows of those that say something, right or wrong.
    rows: BTreeSet<u32>,
    facility_column: u32,
    key_column: u32,
    faults: Vec<Fault>,
}

/// The heads that a list needs: facility, participant, and the number of others.
fn heads() -> [(Text, &'static str); 3] {
    [
        (
            Text::new("Voorziening", "Structure", "Facility"),
            "facility",
        ),
        (
            Text::new("Deelnemer", "Participant", "Participant"),
            "participant",
        ),
        (Text::new("Anderen", "Autres", "Others"), "others"),
    ]
}

impl List {
    /// Reads what a sheet says.
    pub fn read(grid: &Grid) -> Self {
        let mut faults = refused_cells(grid);
        let rows = grid.rows();
        let head = rows.first().copied().unwrap_or_default();
        let [facility, participant, others] = heads().map(|(head_text, field)| {
            let found = column(grid, head, &head_text, field);
            (found, head_text)
        });
        for (usual, (found, text)) in (0..).zip([&facility, &participant]) {
            if found.is_none() {
                let place = Cell {
                    row: head,
                    column: usual,
                };
                faults.push(Fault::new("missingColumn", place, no_column(text)));
            }
        }
        let mut list = Self {
            lines: Vec::new(),
            rows: rows.into_iter().filter(|row| *row > head).collect(),
            facility_column: facility.0.unwrap_or(0),
            key_column: participant.0.unwrap_or(1),
            faults,
        };
        if facility.0.is_some() && participant.0.is_some() {
            list.read_lines(grid, others.0);
        }
        list
    }

    fn read_lines(&mut self, grid: &Grid, others_column: Option<u32>) {
        for row in self.rows.clone() {
            let cell = |column: u32| grid.get(row, column).map(|text| text.trim().to_owned());
            let place = |column: u32| Cell { row, column };
            let Some(facility) = cell(self.facility_column) else {
                let place = place(self.facility_column);
                self.faults
                    .push(Fault::new("missing", place, no_facility()));
                continue;
            };
            let key = cell(self.key_column);
            let others = others_column.and_then(|column| Some((column, cell(column)?)));
            if key.is_none() && others.is_none() {
                let place = place(self.key_column);
                self.faults.push(Fault::new("missing", place, nobody()));
                continue;
            }
            if key.as_ref().is_some_and(|key| !is_key(key)) {
                let place = place(self.key_column);
                self.faults
                    .push(Fault::new("invalidValue", place, no_key()));
            }
            let number = others.as_ref().map(|(column, text)| {
                let number = text
                    .parse()
                    .ok()
                    .filter(|number| *number <= super::MOST_OTHERS);
                if number.is_none() {
                    self.faults.push(
                        Fault::new("invalidValue", place(*column), no_number()).with_value(text),
                    );
                }
                number
            });
            self.lines.push(Line {
                row,
                facility,
                key,
                others: number.flatten(),
            });
        }
    }

    /// The facilities that it names, as they stand in it.
    pub fn facilities(&self) -> BTreeSet<&str> {
        let lines = self.lines.iter();
        lines.map(|line| line.facility.as_str()).collect()
    }

    /// What its good lines say of each facility, of those that were found by what stands in it.
    pub fn settle(mut self, found: &BTreeMap<String, Id>) -> Settled {
        let mut seen = BTreeSet::new();
        for line in &self.lines {
            let cell = |column| Cell {
                row: line.row,
                column,
            };
            let Some(facility) = found.get(&line.facility) else {
                let place = cell(self.facility_column);
                let fault = Fault::new("unknownReference", place, unknown());
                // In the wrong column it may be a name.
                self.faults.push(if is_key(&line.facility) {
                    fault.with_value(&line.facility)
                } else {
                    fault
                });
                continue;
            };
            let Some(key) = &line.key else { continue };
            if !seen.insert((*facility, key.clone())) {
                self.faults
                    .push(Fault::new("repeated", cell(self.key_column), twice()));
            }
        }
        let bad: BTreeSet<u32> = self.faults.iter().map(Fault::row).collect();
        let mut named: BTreeMap<Id, Named> = BTreeMap::new();
        for line in self.lines.iter().filter(|line| !bad.contains(&line.row)) {
            let Some(facility) = found.get(&line.facility) else {
                continue;
            };
            let of = named.entry(*facility).or_default();
            of.keys.extend(line.key.clone());
            if let Some(others) = line.others {
                of.others = Some(of.others.unwrap_or(0).saturating_add(others));
            }
        }
        let good = self.rows.difference(&bad).count();
        self.faults.sort_by_key(Fault::place);
        Settled {
            lines: self.rows.len(),
            good: if self.lines.is_empty() { 0 } else { good },
            named,
            faults: self.faults.into_iter().map(Fault::shown).collect(),
        }
    }
}

/// A list whose facilities were looked up.
#[derive(Debug)]
pub struct Settled {
    /// Lines that say something.
    pub lines: usize,
    /// Those without a fault.
    pub good: usize,
    /// What these say of each facility.
    pub named: BTreeMap<Id, Named>,
    /// Every cell that cannot be taken.
    pub faults: Vec<SheetFault>,
}

fn no_facility() -> Text {
    Text::new(
        "Zeg van welke voorziening: haar id, of een van haar nummers.",
        "Dites de quelle structure : son id, ou un de ses numéros.",
        "Say of which facility: its id, or one of its numbers.",
    )
}

fn nobody() -> Text {
    Text::new(
        "Geef een sleutel voor de deelnemer, of het aantal anderen.",
        "Donnez une clé pour le participant, ou le nombre d'autres.",
        "Give a key for the participant, or the number of others.",
    )
}

fn no_number() -> Text {
    Text::new(
        "Gebruik een geheel getal tot 100000.",
        "Utilisez un nombre entier jusqu'à 100000.",
        "Use a whole number up to 100000.",
    )
}

fn unknown() -> Text {
    Text::new(
        "Geen voorziening heeft dit id of nummer, of zij is niet de uwe; zie GET /v1/facilities.",
        "Aucune structure n'a cet id ou ce numéro, ou elle n'est pas la vôtre ; voir GET /v1/facilities.",
        "No facility has this id or number, or it is not yours; see GET /v1/facilities.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(text: &str) -> Settled {
        let grid = Grid::of(text.as_bytes()).expect("a sheet");
        let (one, other) = (
            Id(uuid::Uuid::from_bytes([1; 16])),
            Id(uuid::Uuid::from_bytes([2; 16])),
        );
        let found = [("990100".to_owned(), one), ("990101".to_owned(), other)];
        List::read(&grid).settle(&found.into_iter().collect())
    }

    fn faults(settled: &Settled) -> Vec<&str> {
        settled
            .faults
            .iter()
            .map(|fault| fault.name.as_str())
            .collect()
    }

    #[test]
    fn every_bad_line_is_named_and_the_good_ones_are_told_apart() {
        let list = settled(
            "Voorziening;Deelnemer;Anderen\r\n990100;P-1;\r\n990100;Jan Peeters;\r\n;P-2;\r\n990101;;3\r\n999999;P-3;\r\n990100;P-1;\r\n990101;P-1;2\r\n990100;;veel\r\n990100;;\r\n",
        );
        assert_eq!((list.lines, list.good), (9, 3));
        assert_eq!(faults(&list), ["B3", "A4", "A6", "B7", "C9", "B10"]);
        assert!(!format!("{:?}", list.faults).contains("Peeters"));
        let named: Vec<_> = list.named.values().collect();
        assert_eq!((named[0].keys.len(), named[0].others), (1, None));
        assert_eq!((named[1].keys.len(), named[1].others), (1, Some(5)));
    }

    #[test]
    fn heads_are_in_any_language_and_one_that_is_missing_is_said() {
        assert_eq!(settled("Participant,Structure\n P-1 ,990100\n").good, 1);
        let list = settled("990100;P-1\r\n990100;P-2\r\n");
        assert_eq!(
            (list.lines, list.good, faults(&list)),
            (1, 0, vec!["A1", "B1"])
        );
    }
}
