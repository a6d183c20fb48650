//! The reaction clock: from the day of delivery to the last day on which a reaction is in time.
//!
//! Days are days in Brussels. The day of delivery does not count; the last day counts to its end, 24:00 in Brussels, so that a reaction is
//! late from the first moment of the next day. How long the clock runs, what it counts, which days are holidays and whether delivery is
//! ever presumed are settings: no number and no holiday is built in.
use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

/// The last year that the database and the API write with four digits.
const LAST_YEAR: i32 = 9999;

/// Which days a clock counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Counted {
    /// Every day.
    Calendar,
    /// Monday to Friday, but for the holidays.
    Working,
}

impl Counted {
    fn counts(self, day: NaiveDate, holidays: &BTreeSet<NaiveDate>) -> bool {
        let is_weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        self == Self::Calendar || !(is_weekend || holidays.contains(&day))
    }
}

/// How long a clock runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Length {
    /// So many days.
    pub days: u32,
    /// Of these.
    pub counted: Counted,
}

/// The days after one, for as long as there are years to write them in.
fn after(day: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    day.iter_days()
        .skip(1)
        .take_while(|day| day.year() <= LAST_YEAR)
}

/// The last day in time of a clock that was started on a day: by a delivery, or, where it is extended, by what was its last day.
///
/// A length of 0 ends on the day itself, also when that is no working day. A last day that is a weekend or a holiday, counted in
/// calendar days, stays where it is. Nothing, where it would fall after the year 9999.
pub fn deadline(
    start: NaiveDate,
    length: Length,
    holidays: &BTreeSet<NaiveDate>,
) -> Option<NaiveDate> {
    let Some(before) = length.days.checked_sub(1) else {
        return Some(start);
    };
    after(start)
        .filter(|day| length.counted.counts(*day, holidays))
        .nth(usize::try_from(before).ok()?)
}

/// The day on which what was sent is presumed to be delivered: nothing, unless it is set after how long.
///
/// It is counted as a clock is: the day of sending does not count. Whether proof of another day sets it aside is for the caller.
pub fn presumed(
    sent: NaiveDate,
    after: Option<Length>,
    holidays: &BTreeSet<NaiveDate>,
) -> Option<NaiveDate> {
    deadline(sent, after?, holidays)
}

/// Is it too late? The last day itself is in time.
pub fn is_over(last: NaiveDate, today: NaiveDate) -> bool {
    today > last
}

/// How many days are left after today: 0 on the last day, which is not over yet, and from then on.
pub fn left(
    today: NaiveDate,
    last: NaiveDate,
    counted: Counted,
    holidays: &BTreeSet<NaiveDate>,
) -> u32 {
    let days = after(today)
        .take_while(|day| *day <= last)
        .filter(|day| counted.counts(*day, holidays));
    u32::try_from(days.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::Counted::{Calendar, Working};
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    /// Those that the cases are made with; no calendar of any authority.
    fn holidays() -> BTreeSet<NaiveDate> {
        ["2026-05-01", "2026-05-14", "2026-05-25", "2026-08-15"]
            .map(day)
            .into()
    }

    #[test]
    fn the_clock_runs_from_the_day_after_delivery_to_the_end_of_its_last() {
        // 2026-04-27 is a Monday.
        for (start, days, counted, last) in [
            ("2026-04-27", 1, Calendar, "2026-04-28"),
            ("2026-04-27", 30, Calendar, "2026-05-27"),
            ("2026-04-30", 1, Calendar, "2026-05-01"),
            ("2026-05-01", 1, Calendar, "2026-05-02"),
            ("2028-02-28", 1, Calendar, "2028-02-29"),
            ("2026-12-31", 1, Calendar, "2027-01-01"),
            // Summer time begins and ends: days stay days.
            ("2026-03-28", 2, Calendar, "2026-03-30"),
            ("2026-10-24", 2, Calendar, "2026-10-26"),
            ("2026-04-27", 3, Working, "2026-04-30"),
            ("2026-04-27", 4, Working, "2026-05-04"),
            ("2026-04-27", 5, Working, "2026-05-05"),
            ("2026-04-27", 20, Working, "2026-05-28"),
            // Delivered on a holiday, on a Saturday, on a Sunday: the next working day is the first.
            ("2026-05-01", 1, Working, "2026-05-04"),
            ("2026-05-02", 1, Working, "2026-05-04"),
            ("2026-05-03", 1, Working, "2026-05-04"),
            // A holiday on a Saturday takes nothing away.
            ("2026-08-14", 1, Working, "2026-08-17"),
            ("2026-04-27", 0, Calendar, "2026-04-27"),
            ("2026-05-02", 0, Working, "2026-05-02"),
        ] {
            let found = deadline(day(start), Length { days, counted }, &holidays());
            assert_eq!(found, Some(day(last)), "{start} + {days} {counted:?}");
        }
    }

    #[test]
    fn no_holiday_is_built_in() {
        let length = Length {
            days: 1,
            counted: Working,
        };
        for (start, last) in [("2026-12-24", "2026-12-25"), ("2025-12-31", "2026-01-01")] {
            let found = deadline(day(start), length, &BTreeSet::new());
            assert_eq!(found, Some(day(last)));
        }
    }

    #[test]
    fn a_clock_that_runs_out_of_years_has_no_last_day() {
        let none = BTreeSet::new();
        for (start, days, counted, last) in [
            ("9999-12-30", 1, Calendar, Some("9999-12-31")),
            ("9999-12-30", 2, Calendar, None),
            // A Friday.
            ("9999-12-31", 1, Working, None),
            ("9999-12-31", 0, Working, Some("9999-12-31")),
            ("9999-01-01", u32::MAX, Calendar, None),
            ("9999-01-01", u32::MAX, Working, None),
        ] {
            let found = deadline(day(start), Length { days, counted }, &none);
            assert_eq!(found, last.map(day), "{start} + {days} {counted:?}");
        }
        let length = Length {
            days: 1,
            counted: Calendar,
        };
        assert_eq!(deadline(NaiveDate::MAX, length, &none), None);
    }

    #[test]
    fn delivery_is_presumed_only_where_it_is_set_after_how_long() {
        let length = |days, counted| Some(Length { days, counted });
        for (after, expected) in [
            (None, None),
            (length(0, Working), Some("2026-04-30")),
            (length(3, Calendar), Some("2026-05-03")),
            (length(3, Working), Some("2026-05-06")),
        ] {
            let found = presumed(day("2026-04-30"), after, &holidays());
            assert_eq!(found, expected.map(day), "{after:?}");
        }
    }

    #[test]
    fn an_extension_counts_on_from_the_last_day() {
        let (first, more) = (
            Length {
                days: 4,
                counted: Working,
            },
            Length {
                days: 6,
                counted: Working,
            },
        );
        let whole = Length { days: 10, ..first };
        let start = day("2026-04-27");
        let last = deadline(start, first, &holidays()).expect("a last day");
        assert_eq!(
            deadline(last, more, &holidays()),
            deadline(start, whole, &holidays())
        );
    }

    #[test]
    fn both_sides_see_what_is_left() {
        let last = day("2026-05-04");
        for (today, calendar, working, over) in [
            ("2026-04-29", 5, 2, false),
            ("2026-04-30", 4, 1, false),
            ("2026-05-03", 1, 1, false),
            ("2026-05-04", 0, 0, false),
            ("2026-05-05", 0, 0, true),
        ] {
            let today = day(today);
            let left = |counted| left(today, last, counted, &holidays());
            assert_eq!((left(Calendar), left(Working)), (calendar, working));
            assert_eq!(is_over(last, today), over, "{today}");
        }
    }
}
