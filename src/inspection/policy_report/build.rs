//! From counts to figures that may be shown.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::count::{Counts, Key, Tally, column};
use super::words::texts;
use super::{PolicyCount, PolicyFigure, PolicyFigureCode, PolicyLabel, PolicyRow};
use crate::figures::suppression::{Margins, Published, suppress, suppress_together};
use crate::framework::document::Document;
use crate::inspection::round::RoundFramework;
use crate::inspection::rules::AUTHORITYS;
use crate::inspection::{CancellationGround, State};
use crate::words::Texts;

/// What rows are about.
pub struct Subjects {
    /// The sectors, with their names.
    pub sectors: Vec<PolicyLabel>,
    /// The framework versions, each with the criteria that the round's checklist names.
    pub frameworks: Vec<(Arc<Document>, BTreeSet<String>)>,
}

/// A table before anything is hidden.
struct Table {
    code: PolicyFigureCode,
    framework: Option<RoundFramework>,
    columns: Vec<PolicyLabel>,
    rows: Vec<PolicyLabel>,
    counts: Vec<Vec<u32>>,
}

impl Table {
    fn figure(self, shown: Published) -> PolicyFigure {
        let totals = shown.cells.into_iter().zip(shown.row_totals);
        let rows = self.rows.into_iter().zip(totals);
        let rows = rows.map(|(label, (cells, facilities))| PolicyRow {
            label,
            counts: self
                .columns
                .iter()
                .zip(cells)
                .map(|(column, facilities)| PolicyCount {
                    column: column.code.clone(),
                    facilities,
                })
                .collect(),
            facilities,
        });
        PolicyFigure {
            code: self.code,
            framework: self.framework,
            rows: rows.collect(),
            columns: self.columns,
            facilities: shown.grand_total,
        }
    }
}

/// How many facilities were inspected, where that can be told, and every figure.
pub fn figures(
    counts: &Counts,
    about: &Subjects,
    minimum: u32,
) -> (Option<u64>, Vec<PolicyFigure>) {
    let sectors = vec![visits(counts, about), states(counts, about)];
    let cells: Vec<&[Vec<u32>]> = sectors.iter().map(|one| one.counts.as_slice()).collect();
    let published = suppress_together(&cells, Margins::Grand, minimum);
    let mut shown: Vec<(Table, Published)> = sectors.into_iter().zip(published).collect();
    for (document, criteria) in &about.frameworks {
        let tables = [
            judgements(counts, document, criteria),
            points(counts, document, criteria),
            agreement(counts, document, criteria),
        ];
        shown.extend(tables.map(|table| {
            let mut published = suppress(&table.counts, Margins::Rows, minimum);
            if table.code == PolicyFigureCode::Agreement {
                hide_few_compared(&table.counts, &mut published, minimum);
            }
            (table, published)
        }));
    }
    let facilities = whole(&shown);
    if facilities.is_none() {
        for (_, published) in &mut shown {
            hide(published);
        }
    }
    let mut figures: Vec<PolicyFigure> = shown
        .into_iter()
        .map(|(table, published)| table.figure(published))
        .collect();
    let cancelled = cancellations(counts, about);
    let published = suppress(&cancelled.counts, Margins::Grand, minimum);
    figures.insert(2.min(figures.len()), cancelled.figure(published));
    (facilities, figures)
}

/// The number of those who were inspected, which every row of a criterion has for its total: where one of these cannot be shown, none can.
fn whole(shown: &[(Table, Published)]) -> Option<u64> {
    let (_, first) = shown.first()?;
    let criteria = shown.iter().filter(|(table, _)| table.framework.is_some());
    let mut totals = criteria.flat_map(|(_, published)| &published.row_totals);
    first.grand_total.filter(|_| totals.all(Option::is_some))
}

/// Whether a facility can be compared others may know: it told them that it had reported about itself. So where fewer than the minimum can be, that
/// none of them agrees is a figure about those few, and the whole row stays hidden.
fn hide_few_compared(counts: &[Vec<u32>], published: &mut Published, minimum: u32) {
    for (row, cells) in counts.iter().zip(&mut published.cells) {
        let others = row.last().copied().unwrap_or(0);
        let compared = row.iter().sum::<u32>().saturating_sub(others);
        if (1..minimum).contains(&compared) {
            cells.fill(None);
        }
    }
}

fn hide(published: &mut Published) {
    published
        .cells
        .iter_mut()
        .flatten()
        .for_each(|cell| *cell = None);
    published
        .row_totals
        .iter_mut()
        .for_each(|total| *total = None);
    published.grand_total = None;
}

fn own(codes: &[&str]) -> Vec<PolicyLabel> {
    let label = |code: &&str| PolicyLabel {
        code: (*code).to_owned(),
        title: texts(code),
    };
    codes.iter().map(label).collect()
}

/// A column of which the code alone does not say what it is: the same stands elsewhere for something else.
fn named(code: &str, phrase: &str) -> PolicyLabel {
    PolicyLabel {
        code: code.to_owned(),
        title: texts(phrase),
    }
}

fn cells(tally: Option<&Tally>, columns: &[PolicyLabel]) -> Vec<u32> {
    let at = |column: &PolicyLabel| tally.and_then(|tally| tally.get(&column.code));
    columns
        .iter()
        .map(|column| at(column).copied().unwrap_or(0))
        .collect()
}

/// A table with a row per sector.
fn by_sector(
    code: PolicyFigureCode,
    about: &Subjects,
    columns: Vec<PolicyLabel>,
    counts: &BTreeMap<String, Tally>,
) -> Table {
    let rows = about.sectors.clone();
    let cells = |row: &PolicyLabel| cells(counts.get(&row.code), &columns);
    Table {
        code,
        framework: None,
        counts: rows.iter().map(cells).collect(),
        columns,
        rows,
    }
}

fn visits(counts: &Counts, about: &Subjects) -> Table {
    let columns = own(&[column::ANNOUNCED, column::UNANNOUNCED, column::BOTH]);
    by_sector(PolicyFigureCode::Visits, about, columns, &counts.visits)
}

fn states(counts: &Counts, about: &Subjects) -> Table {
    let label = |state: &State| match state.name() {
        "closed" => named("closed", "stateClosed"),
        name => named(name, name),
    };
    let columns = AUTHORITYS.iter().map(label).collect();
    by_sector(PolicyFigureCode::States, about, columns, &counts.states)
}

fn cancellations(counts: &Counts, about: &Subjects) -> Table {
    let label = |ground: &CancellationGround| match ground.name() {
        "other" => named("other", "other_ground"),
        name => named(name, name),
    };
    let columns = CancellationGround::ALL.iter().map(label).collect();
    by_sector(
        PolicyFigureCode::Cancellations,
        about,
        columns,
        &counts.cancellations,
    )
}

/// A table with a row per criterion, in which each row counts all who were inspected: whom no other column counts, the last one does.
fn by_criterion(
    code: PolicyFigureCode,
    (document, criteria): (&Document, &BTreeSet<String>),
    columns: Vec<PolicyLabel>,
    (counts, inspected): (&BTreeMap<Key, Tally>, u32),
) -> Table {
    let asked = document.criteria().map(|(_, criterion)| criterion);
    let asked = asked.filter(|criterion| criteria.contains(criterion.code.as_str()));
    let (mut rows, mut table) = (Vec::new(), Vec::new());
    for criterion in asked {
        let key = (
            document.code.to_string(),
            document.version.code.to_string(),
            criterion.code.to_string(),
        );
        table.push(filled(cells(counts.get(&key), &columns), inspected));
        rows.push(PolicyLabel {
            code: criterion.code.to_string(),
            title: criterion.text.clone(),
        });
    }
    Table {
        code,
        framework: Some(RoundFramework {
            framework_code: document.code.clone(),
            version_code: document.version.code.clone(),
        }),
        counts: table,
        columns,
        rows,
    }
}

/// The row with whom the other columns do not count in its last one.
fn filled(mut row: Vec<u32>, inspected: u32) -> Vec<u32> {
    let counted: u32 = row.iter().sum();
    if let Some(last) = row.last_mut() {
        *last += inspected.saturating_sub(counted);
    }
    row
}

fn judgements(counts: &Counts, document: &Document, criteria: &BTreeSet<String>) -> Table {
    let judgements = document.judgements.iter().map(|judgement| PolicyLabel {
        code: judgement.code.to_string(),
        title: judgement.title.clone(),
    });
    let columns = judgements
        .chain(own(&[column::MIXED, column::NONE]))
        .collect();
    let figure = PolicyFigureCode::Judgements;
    by_criterion(
        figure,
        (document, criteria),
        columns,
        (&counts.judgements, counts.inspected),
    )
}

/// Per criterion, and first of the whole report: points stand outside the checklist too.
fn points(counts: &Counts, document: &Document, criteria: &BTreeSet<String>) -> Table {
    let columns = own(&[column::PRIORITY, column::OTHER, column::WITHOUT]);
    let any = filled(cells(Some(&counts.any_points), &columns), counts.inspected);
    let figure = PolicyFigureCode::ImprovementPoints;
    let mut table = by_criterion(
        figure,
        (document, criteria),
        columns,
        (&counts.points, counts.inspected),
    );
    table.counts.insert(0, any);
    table.rows.insert(0, named("any", "any"));
    table
}

fn agreement(counts: &Counts, document: &Document, criteria: &BTreeSet<String>) -> Table {
    let columns = own(&[column::AGREES, column::DISAGREES, column::NOT_COMPARED]);
    let figure = PolicyFigureCode::Agreement;
    by_criterion(
        figure,
        (document, criteria),
        columns,
        (&counts.agreement, counts.inspected),
    )
}

/// The name of a sector, or its code where nobody knows it any more.
pub fn sector(code: &str, title: Option<Texts>) -> PolicyLabel {
    let unnamed = || Texts {
        nl: Some(code.to_owned()),
        ..Texts::default()
    };
    PolicyLabel {
        code: code.to_owned(),
        title: title.unwrap_or_else(unnamed),
    }
}
