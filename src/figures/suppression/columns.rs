//! Which column totals can stand beside a table in which cells are hidden.
//!
//! Draw rows and columns as points and hidden cells as lines between them: a total tells the sum of the lines at its point. A sum of lines
//! follows from the totals when it is that of some rows less that of columns with no line to any other row. So for a set of columns, the
//! fewest such rows are those with a line to one of them, and what they hide outside the set must be enough. Columns whose totals are not
//! shown count as one: the sum of what they hide follows from the grand total.
use std::collections::BTreeMap;
use std::iter::successors;

use super::{Figure, is_enough, width};

/// Columns with hidden cells of which the totals are tried, at most: the sets of columns double with each.
const MOST_TRIED: usize = 10;

/// A set of columns with hidden cells, a bit each.
type Columns = u32;

/// Rows of which a reader knows how much they hide together: their hidden cells, each with its column.
#[derive(Debug, Default)]
struct Group {
    columns: Columns,
    hidden: Vec<(Columns, u64)>,
}

impl Group {
    fn add(&mut self, row: &[Figure], bits: &BTreeMap<usize, Columns>) {
        for (column, cell) in row.iter().enumerate().filter(|(_, cell)| cell.is_hidden) {
            let bit = bits.get(&column).copied().unwrap_or_default();
            self.columns |= bit;
            self.hidden.push((bit, cell.count));
        }
    }

    /// What it hides outside a set of columns, where it hides something in it.
    fn outside(&self, set: Columns) -> impl Iterator<Item = u64> {
        let touches = self.columns & set != 0;
        let outside = self
            .hidden
            .iter()
            .filter(move |(column, _)| touches && column & set == 0);
        outside.map(|(_, count)| *count)
    }
}

/// The total of each column that has no hidden cells, or can be known though it has. The first that can be shown are.
pub(super) fn shown(cells: &[Vec<Figure>], totals: &[Figure], minimum: u64) -> Vec<Option<u64>> {
    let is_holed = |index: &usize| column(cells, *index).any(|cell| cell.is_hidden);
    let holed: Vec<usize> = (0..width(cells)).filter(is_holed).collect();
    let mut hidden = holed.clone();
    if holed.len() <= MOST_TRIED {
        let bits = holed
            .into_iter()
            .zip(successors(Some(1), |bit| Some(bit << 1)))
            .collect();
        let shown = safe(&groups(cells, totals, &bits), &bits, minimum);
        hidden.retain(|index| bits.get(index).is_none_or(|bit| bit & shown == 0));
    }
    let total = |index| column(cells, index).map(|cell| cell.count).sum();
    (0..width(cells))
        .map(|index| (!hidden.contains(&index)).then(|| total(index)))
        .collect()
}

fn column(cells: &[Vec<Figure>], index: usize) -> impl Iterator<Item = &Figure> {
    cells.iter().filter_map(move |row| row.get(index))
}

/// Each row by itself, and those without a total together.
fn groups(cells: &[Vec<Figure>], totals: &[Figure], bits: &BTreeMap<usize, Columns>) -> Vec<Group> {
    let mut without_total = Group::default();
    let mut groups = Vec::new();
    for (row, total) in cells.iter().zip(totals) {
        if total.is_hidden {
            without_total.add(row, bits);
        } else {
            let mut group = Group::default();
            group.add(row, bits);
            groups.push(group);
        }
    }
    groups.push(without_total);
    groups
}

/// The columns of which the totals can be known together, taken one by one.
fn safe(groups: &[Group], bits: &BTreeMap<usize, Columns>, minimum: u64) -> Columns {
    let all = bits.values().fold(0, |all, bit| all | bit);
    bits.values().fold(0, |shown, bit| {
        let more = shown | bit;
        if gives_away(groups, more, all & !more, minimum) {
            shown
        } else {
            more
        }
    })
}

/// Does a set of the shown columns, with or without all the others, leave too little outside?
fn gives_away(groups: &[Group], shown: Columns, others: Columns, minimum: u64) -> bool {
    let sets = successors(Some(shown), |set| Some(set.checked_sub(1)? & shown));
    sets.flat_map(|set| [set, set | others]).any(|set| {
        let outside = groups.iter().flat_map(|group| group.outside(set));
        !is_enough(outside, minimum)
    })
}
