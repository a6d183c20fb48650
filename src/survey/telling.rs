//! What may be told of the counts of a wave. Small groups are hidden. Pure.
//!
//! Each item is a table of its own, of sectors by options, in which no count is of fewer people than the smallest group, nor is one given away by
//! adding and subtracting ([`crate::figures::suppression`]). An item that only some are asked has a base that says how those answered other ones: it is told only where
//! the answers to these are, and where nobody, or a smallest group at least, answered these otherwise. How many were asked an item and left it is not hidden: who answers
//! may skip what is not required, and that tells nothing of what they think.
use std::collections::BTreeMap;

use super::document::{
    SurveyCondition, SurveyDocument, SurveyIndicator, SurveyItem, SurveyItemKind,
};
use super::results::{
    SectorRespondents, SurveyIndicatorResult, SurveyItemFigures, SurveyItemResult,
    SurveyOptionCount, SurveyRespondents, SurveySectorFigures, SurveySectorShare, SurveyShare,
};
use super::tally::{ItemTally, Tally};
use crate::figures::share::{share, wilson};
use crate::figures::suppression::{Margins, Published, suppress, suppress_together};
use crate::words::Code;

/// Items with their figures, the indicators, and how many answered.
pub type Counted = (
    SurveyRespondents,
    Vec<SurveyItemResult>,
    Vec<SurveyIndicatorResult>,
);

/// What may be told of these counts, per sector.
pub fn counted(
    document: &SurveyDocument,
    tallies: &[(String, Tally)],
    smallest_group: u32,
) -> Counted {
    let mut telling = Telling {
        tallies,
        smallest_group,
        told: BTreeMap::new(),
    };
    let items = document.items().map(|item| telling.item(item)).collect();
    let indicators = document.indicators.iter();
    let indicators = indicators.map(|one| telling.indicator(one)).collect();
    (telling.respondents(), items, indicators)
}

/// What may be told of an item: of all sectors, and of each.
#[derive(Debug, Clone, Default)]
struct Told {
    /// Does everybody choose one option at most?
    one_each: bool,
    /// Its options, in the order of the counts.
    options: Vec<String>,
    whole: Row,
    sectors: Vec<Row>,
}

impl Told {
    /// The places of the options that an indicator counts.
    fn places_of(&self, indicator: &SurveyIndicator) -> Vec<usize> {
        let options = self.options.iter().enumerate();
        let counted = options.filter(|(_, option)| {
            let named = indicator.options.iter();
            named.map(Code::as_str).any(|code| code == option.as_str())
        });
        counted.map(|(place, _)| place).collect()
    }
}

/// A base and the counts of the options, as far as they are not hidden.
#[derive(Debug, Clone, Default)]
struct Row {
    base: Option<u32>,
    counts: Vec<Option<u32>>,
}

impl Row {
    fn hidden(options: usize) -> Self {
        Self {
            base: None,
            counts: vec![None; options],
        }
    }

    /// Is nothing of it hidden?
    fn is_whole(&self) -> bool {
        self.base.is_some() && self.counts.iter().all(Option::is_some)
    }
}

struct Telling<'t> {
    tallies: &'t [(String, Tally)],
    smallest_group: u32,
    told: BTreeMap<String, Told>,
}

impl Telling<'_> {
    fn respondents(&self) -> SurveyRespondents {
        let counts: Vec<Vec<u32>> = self
            .tallies
            .iter()
            .map(|(_, tally)| vec![tally.respondents])
            .collect();
        let published = suppress(&counts, Margins::Columns, self.smallest_group);
        let rows = self.tallies.iter().zip(&published.row_totals);
        SurveyRespondents {
            whole: number(published.grand_total),
            sectors: rows
                .map(|((sector, _), total)| SectorRespondents {
                    sector_code: sector.clone(),
                    respondents: number(*total),
                })
                .collect(),
        }
    }

    fn item(&mut self, item: &SurveyItem) -> SurveyItemResult {
        let tallies: Vec<ItemTally> = self
            .tallies
            .iter()
            .map(|(_, tally)| tally.item(item.code.as_str()))
            .collect();
        let told = self.tell(item, &tallies);
        let whole = sum(&tallies);
        let result = SurveyItemResult {
            code: item.code.to_string(),
            kind: item.kind,
            text: item.text.clone(),
            whole: figures(item, &told.whole, &whole),
            sectors: self
                .tallies
                .iter()
                .zip(told.sectors.iter().zip(&tallies))
                .map(|((sector, _), (row, tally))| SurveySectorFigures {
                    sector_code: sector.clone(),
                    figures: figures(item, row, tally),
                })
                .collect(),
        };
        self.told.insert(item.code.to_string(), told);
        result
    }

    /// An item that only some are asked tells of a sector when all sectors tell what those some answered before, and of the whole when the whole does: one sector
    /// less could be found by subtraction.
    fn tell(&self, item: &SurveyItem, tallies: &[ItemTally]) -> Told {
        let before: Vec<&Told> = item
            .asked_when
            .iter()
            .filter_map(|condition| self.told.get(condition.item_code.as_str()))
            .collect();
        let as_whole = before.iter().all(|told| told.whole.is_whole())
            && self.gives_nobody_away(item, &|code| {
                let of_sectors = self.tallies.iter().map(|(_, tally)| tally.item(code));
                sum(&of_sectors.collect::<Vec<_>>())
            });
        let in_each = |told: &&Told| told.sectors.iter().all(Row::is_whole);
        let mut sectors = self.tallies.iter();
        let by_sector = before.iter().all(in_each)
            && sectors.all(|(_, tally)| self.gives_nobody_away(item, &|code| tally.item(code)));
        if by_sector && as_whole {
            return rows(item, tallies, self.smallest_group);
        }
        let hidden = Row::hidden(item.options.len());
        let whole = if as_whole {
            rows(item, &[sum(tallies)], self.smallest_group).whole
        } else {
            hidden.clone()
        };
        Told {
            one_each: item.takes_one(),
            options: options(item),
            whole,
            sectors: vec![hidden; tallies.len()],
        }
    }

    /// Does how many were asked an item tell of no group that is too small? Of each of its conditions those for whom it holds, those of them who were not asked, and
    /// those who answered otherwise are nobody, or enough.
    fn gives_nobody_away(&self, item: &SurveyItem, of: &impl Fn(&str) -> ItemTally) -> bool {
        let is_enough = |people: u32| people == 0 || people >= self.smallest_group;
        let asked = of(item.code.as_str()).asked;
        let alone = item.asked_when.len() == 1;
        item.asked_when.iter().all(|condition| {
            let code = condition.item_code.as_str();
            let before = of(code);
            let one_each = self.told.get(code).is_some_and(|told| told.one_each);
            let holds = holds_for(condition, &before, one_each).or(alone.then_some(asked));
            holds.is_some_and(|holds| {
                let others = [
                    asked,
                    holds.abs_diff(asked),
                    before.answered.abs_diff(holds),
                ];
                others.into_iter().all(is_enough)
            })
        })
    }

    fn indicator(&self, indicator: &SurveyIndicator) -> SurveyIndicatorResult {
        let item = self.told.get(indicator.item_code.as_str());
        let base = self.told.get(indicator.base().as_str());
        let places = item.map(|told| told.places_of(indicator));
        let of = |row: fn(&Told, usize) -> Option<&Row>, at: usize| {
            let (item, base) = (item?, base?);
            let base = row(base, at)?.base?;
            let mut count = 0;
            for place in places.as_ref()? {
                count += row(item, at)?.counts.get(*place).copied().flatten()?;
            }
            Some((count, base))
        };
        let shown = |pair: Option<(u32, u32)>| {
            pair.map_or_else(SurveyShare::default, |(count, base)| SurveyShare {
                count: Some(count),
                base: Some(base),
                share: share(count, base),
                interval: wilson(count, base),
            })
        };
        SurveyIndicatorResult {
            code: indicator.code.to_string(),
            title: indicator.title.clone(),
            whole: shown(of(|told, _| Some(&told.whole), 0)),
            sectors: self
                .tallies
                .iter()
                .enumerate()
                .map(|(at, (sector, _))| SurveySectorShare {
                    sector_code: sector.clone(),
                    figures: shown(of(|told, at| told.sectors.get(at), at)),
                })
                .collect(),
        }
    }
}

/// For how many a condition holds, as far as counts tell: not how many chose one of several options of which one may choose more.
fn holds_for(condition: &SurveyCondition, before: &ItemTally, one_each: bool) -> Option<u32> {
    let chosen: u32 = condition
        .options
        .iter()
        .map(|option| before.counts.get(option.as_str()).copied().unwrap_or(0))
        .sum();
    if !condition.options.is_empty() {
        return (one_each || condition.options.len() == 1).then_some(chosen);
    }
    let within = |number: u32| {
        let number = i64::from(number);
        condition.from.is_none_or(|from| number >= from)
            && condition.to.is_none_or(|to| number <= to)
    };
    let numbers = numbers(before);
    let these = numbers.iter().filter(|(number, _)| within(*number));
    Some(these.map(|(_, count)| count).sum())
}

fn options(item: &SurveyItem) -> Vec<String> {
    let options = item.options.iter();
    options.map(|option| option.code.to_string()).collect()
}

/// A number that counts people of a survey.
fn number(count: Option<u64>) -> Option<u32> {
    count.and_then(|count| u32::try_from(count).ok())
}

fn sum(tallies: &[ItemTally]) -> ItemTally {
    let mut sum = ItemTally::default();
    for tally in tallies {
        sum.asked += tally.asked;
        sum.answered += tally.answered;
        for (option, count) in &tally.counts {
            *sum.counts.entry(option.clone()).or_default() += count;
        }
    }
    sum
}

/// The tables of an item, of sectors by options: of a multiple choice one for each option, of those who chose it and those who did not.
fn tables(item: &SurveyItem, tallies: &[ItemTally], smallest_group: u32) -> Vec<Published> {
    let of = |tally: &ItemTally, option: &String| tally.counts.get(option).copied().unwrap_or(0);
    let options = options(item);
    if item.kind == SurveyItemKind::MultipleChoice {
        let table = |option: &String| -> Vec<Vec<u32>> {
            let rows = tallies.iter().map(|tally| {
                let chose = of(tally, option);
                vec![chose, tally.answered.saturating_sub(chose)]
            });
            rows.collect()
        };
        let counts: Vec<Vec<Vec<u32>>> = options.iter().map(table).collect();
        let tables: Vec<&[Vec<u32>]> = counts.iter().map(Vec::as_slice).collect();
        return suppress_together(&tables, Margins::Columns, smallest_group);
    }
    let row = |tally: &ItemTally| -> Vec<u32> {
        if item.takes_one() {
            options.iter().map(|option| of(tally, option)).collect()
        } else {
            vec![tally.answered]
        }
    };
    let counts: Vec<Vec<u32>> = tallies.iter().map(row).collect();
    vec![suppress(&counts, Margins::Columns, smallest_group)]
}

/// The rows of an item, a sector each, and the whole, without what may not be told.
fn rows(item: &SurveyItem, tallies: &[ItemTally], smallest_group: u32) -> Told {
    let (tables, options) = (tables(item, tallies, smallest_group), options(item));
    let first = tables.first();
    // In which table, and which column of it, an option is counted.
    let column = |place: usize| match item.kind {
        SurveyItemKind::MultipleChoice => (tables.get(place), 0),
        _ => (first, place),
    };
    let row = |at: usize| Row {
        base: number(first.and_then(|table| table.row_totals.get(at).copied().flatten())),
        counts: (0..options.len())
            .map(|place| {
                let (table, column) = column(place);
                let cells = table?.cells.get(at)?;
                cells.get(column).copied().flatten()
            })
            .collect(),
    };
    let whole = Row {
        base: number(first.and_then(|table| table.grand_total)),
        counts: (0..options.len())
            .map(|place| {
                let (table, column) = column(place);
                number(table?.column_totals.get(column).copied().flatten())
            })
            .collect(),
    };
    Told {
        one_each: item.takes_one(),
        sectors: (0..tallies.len()).map(row).collect(),
        options,
        whole,
    }
}

fn figures(item: &SurveyItem, row: &Row, tally: &ItemTally) -> SurveyItemFigures {
    let counts = item.options.iter().zip(&row.counts);
    let counted = counts.map(|(option, count)| SurveyOptionCount {
        code: option.code.to_string(),
        title: option.title.clone(),
        count: *count,
        share: count
            .zip(row.base)
            .and_then(|(count, base)| share(count, base)),
        interval: count
            .zip(row.base)
            .and_then(|(count, base)| wilson(count, base)),
    });
    let is_told = item.kind == SurveyItemKind::Number && row.base.is_some();
    SurveyItemFigures {
        base: row.base,
        counts: counted.collect(),
        mean: is_told.then(|| mean(tally)).flatten(),
        median: is_told.then(|| median(tally)).flatten(),
    }
}

/// The numbers that were given, smallest first, each with how many gave it.
fn numbers(tally: &ItemTally) -> Vec<(u32, u32)> {
    let counts = tally.counts.iter();
    let mut numbers: Vec<(u32, u32)> = counts
        .filter_map(|(number, count)| Some((number.parse().ok()?, *count)))
        .collect();
    numbers.sort_unstable();
    numbers
}

fn mean(tally: &ItemTally) -> Option<f64> {
    let numbers = numbers(tally);
    let of: f64 = numbers.iter().map(|(_, count)| f64::from(*count)).sum();
    let sum: f64 = numbers
        .iter()
        .map(|(number, count)| f64::from(*number) * f64::from(*count))
        .sum();
    (of > 0.0).then(|| sum / of)
}

fn median(tally: &ItemTally) -> Option<f64> {
    let numbers = numbers(tally);
    let of: u32 = numbers.iter().map(|(_, count)| count).sum();
    let at = |place: u32| {
        let mut passed = 0;
        let found = numbers.iter().find(|(_, count)| {
            passed += count;
            passed > place
        });
        found.map(|(number, _)| f64::from(*number))
    };
    let lower = at(of.checked_sub(1)? / 2)?;
    Some(f64::midpoint(lower, at(of / 2)?))
}

#[cfg(test)]
mod tests;
