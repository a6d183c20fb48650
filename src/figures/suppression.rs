//! No figure about fewer facilities than the set minimum, nor one that subtraction gives away.
//!
//! A table counts facilities: each cell of a row those of one judgement, each facility once in a row. Beside it stand the totals of its
//! rows and, where it is asked for, the grand total and the totals of its columns. What is hidden:
//!
//! 1. A cell that counts somebody, but fewer than the minimum.
//! 2. More of its row, smallest first, until what is hidden there is *enough*: two cells or more, that together count at least the
//!    minimum and more than one facility each. Zeros come last: they protect least.
//! 3. Where the whole row is not enough, because it is about too few facilities, its total as well. Its zeros are hidden too: "none of
//!    these three" is a figure about three facilities.
//! 4. Row totals add up to the grand total, so they are treated as a row is. Hiding a total hides the whole row; where all the totals
//!    together are not enough, nothing is shown.
//! 5. The total of a column with hidden cells, unless it gives nothing away. No cell is hidden for the sake of a column's total.
//!
//! The rule is about how many facilities a figure counts, not about what it says: a row in which all of them, the minimum or more, have the
//! same judgement is shown, and so is that none of them has another.
//!
//! **What holds.** What a reader can work out about hidden cells by adding and subtracting what is shown is: what is hidden in a row whose
//! total is shown; what is hidden in all rows whose totals are not, together; and, where column totals are shown, for any set of columns,
//! what the rows with something hidden in one of these hide outside them. Each is enough by the rules above (the last is tried for every
//! set of columns before a total is shown), and any other sum of cells that can be worked out is made of these. Hence no hidden cell has one
//! possible value only, and no sum below the minimum is known.
//!
//! **What does not.** Two tables that share figures protect each other only as one table; what a reader knows from elsewhere is not counted
//! with. Who reckons with the order in which cells are hidden, and not with the figures alone, can sometimes tell which of the hidden cells
//! was the small one, or its value: `7 7 7 3` with a minimum of 4 hides the first and the last. In rows about the same facilities, such as
//! criteria, a sum over rows does not count facilities: publish [`Margins::Rows`].
use serde::Serialize;

mod columns;

/// Which totals stand beside the cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Margins {
    /// Those of the rows: nothing is added up over rows.
    Rows,
    /// Those of the rows, and the grand total.
    Grand,
    /// Those of the rows and the columns, and the grand total.
    Columns,
}

/// A table as it may be published; what is absent is hidden, or was not asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Published {
    /// The cells, row by row.
    pub cells: Vec<Vec<Option<u32>>>,
    /// The total of each row.
    pub row_totals: Vec<Option<u64>>,
    /// The total of each column.
    pub column_totals: Vec<Option<u64>>,
    /// The total of all.
    pub grand_total: Option<u64>,
}

/// A count, and whether it stays hidden.
#[derive(Debug, Clone, Copy)]
struct Figure {
    count: u64,
    is_hidden: bool,
}

/// Hides what a table may not show. A row that is shorter than others has no cells there.
pub fn suppress(counts: &[Vec<u32>], margins: Margins, minimum: u32) -> Published {
    let mut tables = suppress_together(&[counts], margins, minimum);
    tables.pop().unwrap_or_else(|| Published {
        cells: Vec::new(),
        row_totals: Vec::new(),
        column_totals: Vec::new(),
        grand_total: None,
    })
}

/// The same for tables of which the rows count the same facilities, by different things: they have their totals in common, so a total that
/// one of them cannot show none shows.
pub fn suppress_together(tables: &[&[Vec<u32>]], margins: Margins, minimum: u32) -> Vec<Published> {
    let minimum = u64::from(minimum);
    let mut all: Vec<Vec<Vec<Figure>>> = tables
        .iter()
        .map(|counts| counts.iter().map(|row| small(row, minimum)).collect())
        .collect();
    let mut totals: Vec<Figure> = Vec::new();
    for cells in &mut all {
        for (index, row) in cells.iter_mut().enumerate() {
            let found = total(row, minimum);
            match totals.get_mut(index) {
                Some(known) => known.is_hidden |= found.is_hidden,
                None => totals.push(found),
            }
        }
    }
    let is_whole = margins >= Margins::Grand && conceal(&mut totals, minimum);
    let tables = tables.iter().zip(all);
    tables
        .map(|(counts, cells)| published(counts, cells, &totals, (is_whole, margins), minimum))
        .collect()
}

fn published(
    counts: &[Vec<u32>],
    mut cells: Vec<Vec<Figure>>,
    totals: &[Figure],
    (is_whole, margins): (bool, Margins),
    minimum: u64,
) -> Published {
    for (row, total) in cells.iter_mut().zip(totals) {
        for cell in row {
            cell.is_hidden |= total.is_hidden;
        }
    }
    let column_totals = if is_whole && margins == Margins::Columns {
        columns::shown(&cells, totals, minimum)
    } else {
        vec![None; width(&cells)]
    };
    Published {
        cells: counts
            .iter()
            .zip(&cells)
            .map(|(row, figures)| shown(row, figures))
            .collect(),
        row_totals: totals
            .iter()
            .map(|total| (!total.is_hidden).then_some(total.count))
            .collect(),
        column_totals,
        grand_total: is_whole.then(|| sum(totals)),
    }
}

/// A row, with what counts somebody but too few hidden.
fn small(row: &[u32], minimum: u64) -> Vec<Figure> {
    let figures = row.iter().copied().map(u64::from);
    figures
        .map(|count| Figure {
            count,
            is_hidden: count > 0 && count < minimum,
        })
        .collect()
}

/// The total of a row, in which more is hidden so that the total can be shown.
fn total(row: &mut [Figure], minimum: u64) -> Figure {
    Figure {
        count: sum(row),
        is_hidden: !conceal(row, minimum),
    }
}

/// Hides more of what adds up to a total, smallest first, until the total gives nothing away; false, where it does with all hidden.
fn conceal(parts: &mut [Figure], minimum: u64) -> bool {
    loop {
        let hidden = parts.iter().filter(|part| part.is_hidden);
        if is_enough(hidden.map(|part| part.count), minimum) {
            return true;
        }
        let shown = parts.iter_mut().filter(|part| !part.is_hidden);
        match shown.min_by_key(|part| (part.count == 0, part.count)) {
            Some(smallest) => smallest.is_hidden = true,
            None => return false,
        }
    }
}

/// May the sum of these hidden counts be known? Where none is hidden, there is none.
///
/// More than one facility each: that hidden cells are seldom zeros is no secret, and three of which the sum is three would be three ones.
fn is_enough(hidden: impl Iterator<Item = u64>, minimum: u64) -> bool {
    let (number, sum) = hidden.fold((0, 0), |(number, sum), count| (number + 1, sum + count));
    number == 0 || (number >= 2 && sum >= minimum && sum > number)
}

fn shown(row: &[u32], figures: &[Figure]) -> Vec<Option<u32>> {
    let both = row.iter().zip(figures);
    both.map(|(count, figure)| (!figure.is_hidden).then_some(*count))
        .collect()
}

fn sum(figures: &[Figure]) -> u64 {
    figures.iter().map(|figure| figure.count).sum()
}

fn width(cells: &[Vec<Figure>]) -> usize {
    cells.iter().map(Vec::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests;
