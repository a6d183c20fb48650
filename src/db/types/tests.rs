//! What is read into a type, and what is not.
use super::*;

#[test]
fn a_moment_falls_on_the_day_that_it_is_in_flanders() {
    for (moment, day) in [
        ("2026-06-30T21:59:59Z", "2026-06-30"),
        ("2026-06-30T22:00:00Z", "2026-07-01"),
        ("2026-12-31T22:59:59Z", "2026-12-31"),
        ("2026-12-31T23:00:00Z", "2027-01-01"),
    ] {
        let read = Moment::try_from(moment.to_owned()).unwrap();
        assert_eq!(read.day().to_string(), day, "{moment}");
    }
}

#[test]
fn a_day_begins_at_midnight_in_flanders() {
    for (day, moment) in [
        ("2026-03-29", "2026-03-28T23:00:00.000000Z"),
        ("2026-07-01", "2026-06-30T22:00:00.000000Z"),
        ("2027-01-01", "2026-12-31T23:00:00.000000Z"),
    ] {
        let start = Moment::start_of(day.parse().unwrap());
        assert_eq!(
            (start.to_string().as_str(), start.day().to_string().as_str()),
            (moment, day)
        );
    }
}

#[test]
fn only_ids_and_moments_of_ours_are_technical() {
    for (text, technical) in [
        ("85073003-3280-4000-8000-000000000000", true),
        ("2026-01-01T00:00:00.850730Z", true),
        ("2026-01-01T00:00:00.85073003328Z", false),
        ("85073003328000000000000000000000", false),
        ("urn:uuid:85073003-3280-4000-8000-000000000000", false),
        ("{85073003-3280-4000-8000-000000000000}", false),
        ("85073003328", false),
    ] {
        assert_eq!(is_technical(text), technical, "{text}");
    }
}
