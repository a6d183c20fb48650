use super::*;

use Margins::{Columns, Grand, Rows};

const ALL: [Margins; 3] = [Rows, Grand, Columns];

/// A table on one line: `1 -/- 8 = - -` is cells row by row, a hyphen for what is hidden.
fn written(published: &Published) -> String {
    fn line<T: ToString>(figures: &[Option<T>]) -> String {
        let figures = figures.iter().map(|figure| match figure {
            Some(figure) => figure.to_string(),
            None => "-".to_owned(),
        });
        figures.collect::<Vec<_>>().join(" ")
    }
    let rows: Vec<String> = published
        .cells
        .iter()
        .zip(&published.row_totals)
        .map(|(row, total)| format!("{} = {}", line(row), line(&[*total])))
        .collect();
    let (columns, grand) = (
        line(&published.column_totals),
        line(&[published.grand_total]),
    );
    format!("{} | {columns} = {grand}", rows.join(" / "))
}

#[test]
fn what_is_too_small_is_hidden_and_what_gives_it_away_with_it() {
    for (rows, margins, expected) in [
        // Nothing is too small; all of one judgement is shown, as is nobody.
        (
            vec![vec![5, 0], vec![6, 7]],
            Grand,
            "5 0 = 5 / 6 7 = 13 | - - = 18",
        ),
        // The row's total would tell it: the next smallest goes with it, a zero does not.
        (
            vec![vec![1, 7, 20, 0]],
            Grand,
            "- - 20 0 = 28 | - - - - = 28",
        ),
        (
            vec![vec![1, 2, 7, 20]],
            Grand,
            "- - - 20 = 30 | - - - - = 30",
        ),
        // Two that are enough together need no third.
        (vec![vec![2, 3, 7]], Grand, "- - 7 = 12 | - - - = 12"),
        // A row about too few hides all it says, and another total with it where there is a grand total.
        (
            vec![vec![0, 3], vec![9, 8], vec![6, 6]],
            Rows,
            "- - = - / 9 8 = 17 / 6 6 = 12 | - - = -",
        ),
        (
            vec![vec![0, 3], vec![9, 8], vec![6, 6]],
            Grand,
            "- - = - / 9 8 = 17 / - - = - | - - = 32",
        ),
        // Too few in all.
        (
            vec![vec![0, 3], vec![1, 0]],
            Grand,
            "- - = - / - - = - | - - = -",
        ),
        (
            vec![vec![0, 3], vec![5, 0]],
            Rows,
            "- - = - / 5 0 = 5 | - - = -",
        ),
        (
            vec![vec![0, 3], vec![0, 0]],
            Grand,
            "- - = - / - - = - | - - = -",
        ),
        // Five ones are five: that the hidden ones are one each would be known.
        (
            vec![vec![1, 1, 1, 1, 1, 9]],
            Rows,
            "- - - - - - = 14 | - - - - - - = -",
        ),
        (
            vec![vec![1, 1, 1, 1, 1]],
            Rows,
            "- - - - - = - | - - - - - = -",
        ),
        (
            vec![vec![1; 5], vec![9; 5], vec![0; 5]],
            Grand,
            "- - - - - = - / - - - - - = - / 0 0 0 0 0 = 0 | - - - - - = 50",
        ),
        // Columns: without a hole they have totals; with one, where it gives nothing away.
        (
            vec![vec![1, 7, 9], vec![8, 8, 8]],
            Columns,
            "- - 9 = 17 / 8 8 8 = 24 | - - 17 = 41",
        ),
        (
            vec![vec![2, 7, 9], vec![4, 6, 8]],
            Columns,
            "- - 9 = 18 / - - 8 = 18 | 6 13 17 = 36",
        ),
        (vec![], Columns, " |  = 0"),
    ] {
        let published = suppress(&rows, margins, 5);
        assert_eq!(written(&published), expected, "{rows:?} {margins:?}");
    }
}

#[test]
fn a_total_is_not_shown_where_only_a_combination_of_totals_gives_a_cell_away() {
    // Two squares of hidden cells, with one hidden cell (row 0, column 2) as the only bridge between them: each row and column hides two
    // cells or more, and still the two rows less the two columns give the bridge, whether it is itself too small or not. So columns 1 and
    // 3 stay without a total.
    for (first, expected) in [
        (
            vec![4, 4, 4, 9],
            "- - - 9 = 21 / - - 9 9 = 26 / 9 9 - - = 26 / 9 9 - - = 26 | 26 - 21 - = 99",
        ),
        (
            vec![1, 1, 6, 9],
            "- - - 9 = 17 / - - 9 9 = 26 / 9 9 - - = 26 / 9 9 - - = 26 | 23 - 23 - = 95",
        ),
    ] {
        let rows = vec![first, vec![4, 4, 9, 9], vec![9, 9, 4, 4], vec![9, 9, 4, 4]];
        assert_eq!(written(&suppress(&rows, Columns, 5)), expected);
        check(&rows, Columns, 5);
    }
}

#[test]
fn a_minimum_of_none_or_one_hides_nothing() {
    for minimum in [0, 1] {
        let published = suppress(&[vec![1, 0], vec![2, 1]], Columns, minimum);
        assert_eq!(written(&published), "1 0 = 1 / 2 1 = 3 | 3 1 = 4");
    }
}

#[test]
fn many_columns_and_uneven_rows_are_borne() {
    let mut rows = vec![vec![1; 70], vec![2; 70]];
    rows.push(vec![9; 71]);
    let published = suppress(&rows, Columns, 3);
    let shown: Vec<_> = published.column_totals.iter().flatten().collect();
    assert_eq!(shown, [&9]);
    assert!(published.cells[0].iter().all(Option::is_none));
}

#[test]
fn nothing_hidden_can_be_worked_out() {
    // Every table of these shapes, each cell up to the limit.
    for (height, width, limit) in [(1, 4, 5), (2, 2, 5), (2, 3, 3), (3, 2, 3)] {
        for number in 0..u32::pow(limit + 1, height * width) {
            let cells = digits(number, limit + 1, height * width);
            let rows: Vec<Vec<u32>> = cells
                .chunks(usize::try_from(width).unwrap())
                .map(Vec::from)
                .collect();
            for minimum in 2..=4 {
                for margins in ALL {
                    check(&rows, margins, minimum);
                }
            }
        }
    }
}

#[test]
fn nothing_hidden_can_be_worked_out_in_larger_tables() {
    let mut seed = 2026;
    for round in 0..200 {
        let (height, width) = [(3, 3), (4, 3), (3, 4)][round % 3];
        let row = |seed: &mut u32| (0..width).map(|_| drawn(seed)).collect();
        let rows: Vec<Vec<u32>> = (0..height).map(|_| row(&mut seed)).collect();
        check(&rows, Columns, 3 + u32::try_from(round % 2).unwrap());
    }
}

/// A small count, more often than not.
fn drawn(seed: &mut u32) -> u32 {
    *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    [0, 1, 2, 2, 3, 4, 5, 6][usize::try_from(*seed >> 29).unwrap()]
}

fn digits(mut number: u32, base: u32, length: u32) -> Vec<u32> {
    (0..length)
        .map(|_| {
            let digit = number % base;
            number /= base;
            digit
        })
        .collect()
}

/// Tries the tables that agree with what is published, until each sum of hidden cells that is too small was seen to vary.
fn check(rows: &[Vec<u32>], margins: Margins, minimum: u32) {
    let published = suppress(rows, margins, minimum);
    small_figures_are_hidden(&published, minimum);
    let hidden: Vec<(usize, usize)> = places(rows)
        .filter(|(row, column)| published.cells[*row][*column].is_none())
        .collect();
    let real: Vec<u32> = hidden
        .iter()
        .map(|(row, column)| rows[*row][*column])
        .collect();
    let mut suspects: Vec<u32> = (1..u32::pow(2, u32::try_from(hidden.len()).unwrap()))
        .filter(|set| set.is_power_of_two() || sum_of(&real, *set) < minimum)
        .collect();
    // What varies at all is seen to near the real table.
    for reach in [1, 2] {
        let mut search = Search {
            published: &published,
            hidden: &hidden,
            real: rows,
            reach,
            guess: rows.to_vec(),
        };
        let _ = suspects.is_empty()
            || search.run(0, &mut |guess| {
                suspects.retain(|set| sum_of(guess, *set) == sum_of(&real, *set));
                suspects.is_empty()
            });
    }
    assert!(
        suspects.is_empty(),
        "{rows:?} {margins:?} {minimum}: {} gives away {suspects:?}",
        written(&published)
    );
}

fn places(rows: &[Vec<u32>]) -> impl Iterator<Item = (usize, usize)> {
    let rows = rows.iter().enumerate();
    rows.flat_map(|(row, cells)| (0..cells.len()).map(move |column| (row, column)))
}

fn small_figures_are_hidden(published: &Published, minimum: u32) {
    let is_small = |count: u64| count > 0 && count < u64::from(minimum);
    let cells = published.cells.iter().flatten().flatten();
    let mut totals = published.row_totals.iter().chain(&published.column_totals);
    assert!(cells.copied().all(|count| !is_small(count.into())));
    assert!(!totals.any(|total| total.is_some_and(is_small)));
    assert!(!published.grand_total.is_some_and(is_small));
    for (row, total) in published.cells.iter().zip(&published.row_totals) {
        assert!(total.is_some() || row.iter().all(Option::is_none));
    }
}

fn sum_of(cells: &[u32], set: u32) -> u32 {
    let cells = cells.iter().enumerate();
    cells
        .filter(|(index, _)| set & (1 << index) != 0)
        .map(|(_, cell)| cell)
        .sum()
}

/// The tables that a reader holds possible.
struct Search<'a> {
    published: &'a Published,
    hidden: &'a [(usize, usize)],
    real: &'a [Vec<u32>],
    /// How far a guess is from the real count, at most.
    reach: u32,
    guess: Vec<Vec<u32>>,
}

impl Search<'_> {
    /// Gives the hidden cells of each possible table, until told to stop.
    fn run(&mut self, depth: usize, stop: &mut impl FnMut(&[u32]) -> bool) -> bool {
        let Some((row, column)) = self.hidden.get(depth).copied() else {
            let cells = self
                .hidden
                .iter()
                .map(|(row, column)| self.guess[*row][*column]);
            return self.agrees(self.guess.len()) && stop(&cells.collect::<Vec<_>>());
        };
        if !self.agrees(row) {
            return false;
        }
        let real = self.real[row][column];
        for value in real.saturating_sub(self.reach)..=real + self.reach {
            self.guess[row][column] = value;
            if self.run(depth + 1, stop) {
                return true;
            }
        }
        self.guess[row][column] = real;
        false
    }

    /// Does what was guessed of the first rows agree with what is published? With all rows, columns and the grand total too.
    fn agrees(&self, rows: usize) -> bool {
        let sum = |cells: &mut dyn Iterator<Item = u32>| u64::from(cells.sum::<u32>());
        let fits = |total: Option<u64>, sum: u64| total.is_none_or(|total| total == sum);
        let known = self.published.row_totals.iter().zip(&self.guess).take(rows);
        let mut known = known.map(|(total, row)| fits(*total, sum(&mut row.iter().copied())));
        if rows < self.guess.len() {
            return known.all(|fits| fits);
        }
        let mut columns = self.published.column_totals.iter().enumerate();
        known.all(|fits| fits)
            && columns.all(|(column, total)| {
                fits(*total, sum(&mut self.guess.iter().map(|row| row[column])))
            })
            && fits(
                self.published.grand_total,
                sum(&mut self.guess.iter().flatten().copied()),
            )
    }
}

#[test]
fn tables_over_the_same_rows_show_no_total_that_one_of_them_hides() {
    // By itself the second shows that there are five, which the first cannot.
    let (first, second) = (
        vec![vec![1, 1, 1, 1, 1], vec![9, 8, 0, 0, 0]],
        vec![vec![5, 0], vec![9, 8]],
    );
    assert_eq!(suppress(&second, Rows, 5).row_totals, [Some(5), Some(17)]);
    let together = suppress_together(&[&first, &second], Rows, 5);
    let shown: Vec<String> = together.iter().map(written).collect();
    assert_eq!(
        shown,
        [
            "- - - - - = - / 9 8 0 0 0 = 17 | - - - - - = -",
            "- - = - / 9 8 = 17 | - - = -"
        ]
    );
    // With a grand total, another row goes with it in both.
    let together = suppress_together(&[&first, &second], Grand, 5);
    assert!(
        together
            .iter()
            .all(|table| table.row_totals == [None, None])
    );
}
