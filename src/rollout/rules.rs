//! What may be said of an item, and which statement counts for which days: pure decisions.
use chrono::{Datelike, NaiveDate};

use super::{
    ActivityCounts, ActivityStatus, RolloutItem, RolloutItemInput, RolloutItemKind,
    RolloutStatement,
};
use crate::problem::Issue;
use crate::text::Text;

/// An activity says where it stands, and why where it is postponed or dropped; nothing else does.
pub fn check_state(said: &RolloutItemInput, faults: &mut Vec<Issue>) {
    let is_activity = said.kind == RolloutItemKind::Activity;
    if !is_activity {
        for (field, there) in [
            ("status", said.status.is_some()),
            ("workPackageId", said.work_package_id.is_some()),
        ] {
            if there {
                faults.push(for_activities(field));
            }
        }
    } else if said.status.is_none() {
        faults.push(missing("status"));
    }
    let needs_reason = matches!(
        said.status,
        Some(ActivityStatus::Postponed | ActivityStatus::Dropped)
    );
    match (needs_reason, &said.reason) {
        (true, None) => faults.push(missing("reason")),
        (false, Some(_)) => faults.push(no_reason()),
        _ => {}
    }
}

fn for_activities(field: &str) -> Issue {
    let detail = Text::new(
        "Dit hoort bij een activiteit alleen.",
        "Ceci ne va qu'avec une activité.",
        "This goes with an activity alone.",
    );
    Issue::body("unknownField", field, detail)
}

fn missing(field: &str) -> Issue {
    let detail = match field {
        "status" => Text::new(
            "Zeg hoe het met de activiteit staat: planned, postponed, held of dropped.",
            "Dites où en est l'activité : planned, postponed, held ou dropped.",
            "Say where the activity stands: planned, postponed, held or dropped.",
        ),
        _ => Text::new(
            "Zeg waarom de activiteit uitgesteld is of niet doorgaat.",
            "Dites pourquoi l'activité est reportée ou n'a pas lieu.",
            "Say why the activity is postponed or dropped.",
        ),
    };
    Issue::body("missing", field, detail)
}

fn no_reason() -> Issue {
    let detail = Text::new(
        "Een reden hoort bij wat uitgesteld is of niet doorgaat.",
        "Un motif va avec ce qui est reporté ou n'a pas lieu.",
        "A reason goes with what is postponed or dropped.",
    );
    Issue::body("unknownField", "reason", detail)
}

/// Days lie in the years 1900 to 9999, and the last is not before the first.
pub fn check_days(said: &RolloutItemInput, faults: &mut Vec<Issue>) {
    let reported = said.reported.as_ref().map(|one| one.day);
    for (field, day) in [
        ("validFrom", Some(said.valid_from)),
        ("begins", said.begins),
        ("ends", said.ends),
        ("reported.day", reported),
    ] {
        if let Some(day) = day.filter(|day| !(1900..=9999).contains(&day.year())) {
            let detail = Text::new(
                "Gebruik een dag in de jaren 1900 tot 9999.",
                "Utilisez un jour entre les années 1900 et 9999.",
                "Use a day in the years 1900 to 9999.",
            );
            faults.push(Issue::body("outOfRange", field, detail).with_value(day.to_string()));
        }
    }
    if let (Some(first), Some(last)) = (said.begins, said.ends)
        && last < first
    {
        let detail = Text::new(
            format!("Gebruik een dag vanaf de eerste, {first}."),
            format!("Utilisez un jour à partir du premier, {first}."),
            format!("Use a day from the first one on, {first}."),
        );
        faults.push(Issue::body("validity", "ends", detail).with_value(last.to_string()));
    }
}

/// The statement that counts: of those that are true on the one day and were known on the other, the one that is true since last; of several such,
/// the one known last; and of those, the one entered last.
pub fn counting(
    statements: Vec<RolloutStatement>,
    (valid_on, known_on): (NaiveDate, NaiveDate),
) -> Option<RolloutStatement> {
    let counts =
        |one: &RolloutStatement| one.says.valid_from <= valid_on && one.known_on <= known_on;
    let there = statements.into_iter().filter(counts);
    let last = there.max_by_key(|one| (one.says.valid_from, one.known_on, one.number));
    last.filter(|one| !one.says.withdrawn)
}

/// By the first day; those without one last, in the order in which they were entered.
pub fn in_time(mut items: Vec<RolloutItem>) -> Vec<RolloutItem> {
    items.sort_by_key(|item| {
        let begins = item.statement.says.begins;
        (begins.is_none(), begins, item.arrival)
    });
    items
}

/// Has it begun on this day, and is not over? One without a first day has begun once it is said.
pub fn is_running(said: &RolloutItemInput, day: NaiveDate) -> bool {
    said.begins.is_none_or(|first| first <= day) && said.ends.is_none_or(|last| day <= last)
}

/// Activities by where they stand.
pub fn counted(activities: &[RolloutItem]) -> ActivityCounts {
    let of = |status: ActivityStatus| {
        let standing = activities.iter();
        standing
            .filter(|item| item.statement.says.status == Some(status))
            .count()
    };
    ActivityCounts {
        planned: of(ActivityStatus::Planned),
        postponed: of(ActivityStatus::Postponed),
        held: of(ActivityStatus::Held),
        dropped: of(ActivityStatus::Dropped),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::types::Moment;
    use crate::words::Texts;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn said(number: i64, (valid_from, known_on): (&str, &str), title: &str) -> RolloutStatement {
        RolloutStatement {
            number,
            known_on: day(known_on),
            recorded_at: Moment(chrono::DateTime::UNIX_EPOCH),
            says: RolloutItemInput {
                kind: RolloutItemKind::Phase,
                title: Texts {
                    nl: Some(title.to_owned()),
                    fr: None,
                    en: None,
                },
                description: None,
                status: None,
                reason: None,
                begins: None,
                ends: None,
                period: None,
                led_by: None,
                work_package_id: None,
                materials: Vec::new(),
                withdrawn: title.is_empty(),
                valid_from: day(valid_from),
                reported: None,
            },
        }
    }

    #[test]
    fn what_was_true_and_what_was_known_are_two_questions() {
        let all = [
            said(1, ("2020-01-01", "2020-01-10"), "voorbereiding"),
            said(2, ("2021-01-01", "2021-01-10"), "uitrol"),
            // It turns out later that it was otherwise from the start.
            said(3, ("2020-01-01", "2022-05-01"), "verkenning"),
            said(4, ("2023-01-01", "2023-01-01"), ""),
        ];
        for (valid_on, known_on, expected) in [
            ("2019-12-31", "2025-01-01", None),
            ("2020-06-01", "2020-01-09", None),
            ("2020-06-01", "2020-06-01", Some("voorbereiding")),
            ("2020-06-01", "2022-04-30", Some("voorbereiding")),
            ("2020-06-01", "2022-05-01", Some("verkenning")),
            ("2021-06-01", "2022-05-01", Some("uitrol")),
            ("2021-06-01", "2020-12-31", Some("voorbereiding")),
            ("2023-01-01", "2022-12-31", Some("uitrol")),
            ("2023-01-01", "2023-01-01", None),
        ] {
            let found = counting(all.to_vec(), (day(valid_on), day(known_on)));
            let title = found.and_then(|one| one.says.title.nl);
            assert_eq!(title.as_deref(), expected, "{valid_on} {known_on}");
        }
    }

    #[test]
    fn of_two_that_are_true_since_one_day_the_one_known_last_counts() {
        let all = vec![
            said(1, ("2021-01-01", "2021-03-01"), "eerst"),
            said(2, ("2021-01-01", "2021-02-01"), "vroeger gemeld"),
            said(3, ("2021-01-01", "2021-03-01"), "daarna"),
        ];
        let found = counting(all, (day("2021-06-01"), day("2021-06-01")));
        let title = found.and_then(|one| one.says.title.nl);
        assert_eq!(title.as_deref(), Some("daarna"));
    }
}
