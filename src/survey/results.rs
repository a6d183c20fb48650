//! The results of a wave: per item the base, the counts and their shares, whole and per sector; and the indicators. Small groups are hidden. Pure.
//!
//! Each item is a table of its own, of sectors by options, in which no count is of fewer people than the smallest group, nor is one given away by
//! adding and subtracting ([`crate::inspection::figures::suppression`]). An item that only some are asked has a base that says how those answered another one:
//! it is told only where the answers to that one are.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::document::{SurveyDocument, SurveyIndicator, SurveyItem, SurveyItemKind};
use super::figures::{Interval, share, wilson};
use super::tally::{ItemTally, Tally};
use crate::db::types::{Id, Moment};
use crate::inspection::figures::suppression::{Margins, Published, suppress, suppress_together};
use crate::words::{Code, Texts};

/// What came of a wave, frozen when it was closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyResults {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// The survey.
    #[schema(example = "monitorKindreflex")]
    pub survey_code: String,
    /// The version that was asked.
    #[schema(example = "2021-1")]
    pub version_code: String,
    /// The wave.
    pub wave_id: Id,
    /// What the wave is called.
    pub title: Texts,
    /// When it was closed.
    pub closed_at: Moment,
    /// No figure is about fewer people than these.
    #[schema(minimum = 2, example = 5)]
    pub smallest_group: u32,
    /// How many answered, and in which sector; what is absent is hidden.
    pub respondents: SurveyRespondents,
    /// Each item, in the order in which they were asked.
    pub items: Vec<SurveyItemResult>,
    /// Each indicator.
    pub indicators: Vec<SurveyIndicatorResult>,
}

/// How many answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyRespondents {
    /// In all sectors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub whole: Option<u32>,
    /// In each sector.
    pub sectors: Vec<SectorRespondents>,
}

/// How many answered in a sector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SectorRespondents {
    /// The sector.
    #[schema(example = "ggz")]
    pub sector_code: String,
    /// How many; absent where that is hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub respondents: Option<u32>,
}

/// What came of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyItemResult {
    /// Its code.
    #[schema(example = "overtuigd")]
    pub code: String,
    /// How it was answered.
    pub kind: SurveyItemKind,
    /// The question.
    pub text: Texts,
    /// Of all sectors.
    pub whole: SurveyItemFigures,
    /// Of each sector.
    pub sectors: Vec<SurveySectorFigures>,
}

/// What came of an item in a sector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveySectorFigures {
    /// The sector.
    #[schema(example = "ggz")]
    pub sector_code: String,
    /// The figures.
    pub figures: SurveyItemFigures,
}

/// The figures of an item; what is absent is hidden, or does not fit the item.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyItemFigures {
    /// How many answered, of those who were asked: the base of every share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub base: Option<u32>,
    /// How many chose each option, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub counts: Vec<SurveyOptionCount>,
    /// The mean of the numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub mean: Option<f64>,
    /// The median of the numbers: of an even number of them, the mean of the middle two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub median: Option<f64>,
}

/// How many chose an option.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyOptionCount {
    /// The option.
    #[schema(example = "ja")]
    pub code: String,
    /// What it says.
    pub title: Texts,
    /// How many; absent where that is hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub count: Option<u32>,
    /// Their share of the base.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, minimum = 0, maximum = 1)]
    pub share: Option<f64>,
    /// Where the share of all may lie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub interval: Option<Interval>,
}

/// What came of an indicator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyIndicatorResult {
    /// Its code.
    #[schema(example = "overtuigdVanBelang")]
    pub code: String,
    /// What it says.
    pub title: Texts,
    /// Of all sectors.
    pub whole: SurveyShare,
    /// Of each sector.
    pub sectors: Vec<SurveySectorShare>,
}

/// An indicator in a sector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveySectorShare {
    /// The sector.
    #[schema(example = "ggz")]
    pub sector_code: String,
    /// The figures.
    pub figures: SurveyShare,
}

/// A share with what it is made of; all absent where one of them is hidden.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyShare {
    /// How many it is true of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub count: Option<u32>,
    /// Among how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub base: Option<u32>,
    /// The share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, minimum = 0, maximum = 1)]
    pub share: Option<f64>,
    /// Where the share of all may lie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub interval: Option<Interval>,
}

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
        let by_sector = before
            .iter()
            .all(|told| told.sectors.iter().all(Row::is_whole));
        let as_whole = before.iter().all(|told| told.whole.is_whole());
        if by_sector && as_whole {
            return rows(item, tallies, self.smallest_group);
        }
        let none = vec![Row::hidden(item.options.len()); tallies.len()];
        let whole = if as_whole {
            rows(item, &[sum(tallies)], self.smallest_group).whole
        } else {
            Row::hidden(item.options.len())
        };
        Told {
            options: options(item),
            whole,
            sectors: none,
        }
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
mod tests {
    use super::*;
    use crate::survey::SurveyAnswer;

    /// A survey of a choice, what those who said no are asked, a multiple choice, a number and a text.
    fn document() -> SurveyDocument {
        let ours = serde_json::json!({"origin": "ours"});
        let options = serde_json::json!([{"code": "ja", "title": {"nl": "Ja"}}, {"code": "neen", "title": {"nl": "Neen"}}]);
        serde_json::from_value(serde_json::json!({
            "defaultLanguage": "nl", "title": {"nl": "Proef"}, "source": ours,
            "sections": [{"code": "a", "title": {"nl": "A"}, "items": [
                {"code": "deed", "kind": "choice", "text": {"nl": "?"}, "options": options, "source": ours},
                {"code": "zal", "kind": "choice", "text": {"nl": "?"}, "options": options, "source": ours,
                 "askedWhen": [{"itemCode": "deed", "options": ["neen"]}]},
                {"code": "wat", "kind": "multipleChoice", "text": {"nl": "?"}, "options": options, "source": ours},
                {"code": "hoeveel", "kind": "number", "smallest": 0, "largest": 10, "text": {"nl": "?"}, "source": ours},
            ]}],
            "indicators": [
                {"code": "deed", "title": {"nl": "Deed"}, "itemCode": "deed", "options": ["ja"]},
                {"code": "zal", "title": {"nl": "Zal"}, "itemCode": "zal", "options": ["ja"]},
                {"code": "zalVanAllen", "title": {"nl": "Zal"}, "itemCode": "zal", "options": ["ja"], "ofItemCode": "deed"},
            ],
        }))
        .expect("a survey")
    }

    /// A sector in which so many did, so many will, and so many will not.
    fn sector(code: &str, [did, will, will_not]: [u32; 3]) -> (String, Tally) {
        let document = document();
        let mut tally = Tally::default();
        let mut add = |times: u32, answers: serde_json::Value| {
            let answers: Vec<SurveyAnswer> = serde_json::from_value(answers).expect("answers");
            for _ in 0..times {
                tally.add(&document, &answers);
            }
        };
        let (yes, no) = (serde_json::json!(["ja"]), serde_json::json!(["neen"]));
        add(
            did,
            serde_json::json!([{"itemCode": "deed", "options": yes}, {"itemCode": "hoeveel", "number": 2}, {"itemCode": "wat", "options": ["ja", "neen"]}]),
        );
        add(
            will,
            serde_json::json!([{"itemCode": "deed", "options": no}, {"itemCode": "zal", "options": yes}, {"itemCode": "hoeveel", "number": 5}, {"itemCode": "wat"}]),
        );
        add(
            will_not,
            serde_json::json!([{"itemCode": "deed", "options": no}, {"itemCode": "zal", "options": no}, {"itemCode": "hoeveel", "number": 9}]),
        );
        (code.to_owned(), tally)
    }

    fn told(sectors: &[(String, Tally)]) -> Counted {
        counted(&document(), sectors, 5)
    }

    #[test]
    fn a_share_has_the_base_of_those_who_were_asked() {
        let (respondents, items, indicators) = told(&[sector("ggz", [100, 79, 21])]);
        assert_eq!(respondents.whole, Some(200));
        let shares: Vec<_> = indicators
            .iter()
            .map(|one| (one.whole.count, one.whole.base, one.whole.share))
            .collect();
        assert_eq!(
            shares,
            [
                (Some(100), Some(200), Some(0.5)),
                (Some(79), Some(100), Some(0.79)),
                (Some(79), Some(200), Some(0.395))
            ]
        );
        let [deed, _, wat, hoeveel] = items.as_slice() else {
            panic!("four items")
        };
        assert_eq!(deed.sectors[0].figures, deed.whole);
        assert_eq!(
            wat.whole.base,
            Some(179),
            "none of its options is an answer too"
        );
        assert_eq!(
            wat.whole
                .counts
                .iter()
                .map(|one| one.count)
                .collect::<Vec<_>>(),
            [Some(100), Some(100)]
        );
        assert_eq!(
            (hoeveel.whole.base, hoeveel.whole.median),
            (Some(200), Some(3.5))
        );
        assert_eq!(hoeveel.whole.mean, Some((200.0 + 395.0 + 189.0) / 200.0));
    }

    #[test]
    fn no_figure_is_about_fewer_people_than_the_smallest_group_nor_found_by_subtraction() {
        let (respondents, items, indicators) = told(&[
            sector("ggz", [100, 50, 50]),
            sector("caw", [2, 1, 1]),
            sector("spoed", [30, 10, 10]),
        ]);
        let numbers: Vec<_> = respondents
            .sectors
            .iter()
            .map(|one| one.respondents)
            .collect();
        assert_eq!(
            (respondents.whole, numbers),
            (Some(254), vec![Some(200), None, None])
        );
        for item in &items {
            assert_eq!(item.sectors[1].figures.base, None, "{}", item.code);
            assert!(
                item.sectors[1]
                    .figures
                    .counts
                    .iter()
                    .all(|one| one.count.is_none())
            );
        }
        assert_eq!(indicators[0].sectors[1].figures, SurveyShare::default());
        assert_eq!(items[1].whole.base, Some(122));
        assert!(
            items[1]
                .sectors
                .iter()
                .all(|one| one.figures.base.is_none()),
            "what those who said no answered would tell how many they are"
        );
    }

    #[test]
    fn a_base_that_tells_a_hidden_count_is_hidden() {
        // Three said yes: that they are three follows from how many were asked what the others are asked.
        let (_, items, indicators) = told(&[sector("ggz", [3, 60, 40])]);
        let deed: Vec<_> = items[0].whole.counts.iter().map(|one| one.count).collect();
        assert_eq!((items[0].whole.base, deed), (Some(103), vec![None, None]));
        assert_eq!(
            (items[1].whole.base, indicators[1].whole),
            (None, SurveyShare::default())
        );
    }
}
