//! What a mandate may be, without a database.
use chrono::Months;

use super::{Mandate, MandateInput, MandateStatus};
use crate::db::types::{Id, Moment};
use crate::problem::{Issue, Problem};
use crate::text::Text;

/// A mandate lasts this many months at most from the moment it is given or changed: who gave it looks at it again.
const MOST_MONTHS: u32 = 36;

/// Where a mandate stands.
pub fn status(revoked_at: Option<Moment>, valid_until: Moment, now: Moment) -> MandateStatus {
    match revoked_at {
        Some(_) => MandateStatus::Revoked,
        None if valid_until > now => MandateStatus::Live,
        None => MandateStatus::Expired,
    }
}

/// A mandate ends after now, and not too far from it.
pub fn check_until(until: Moment, now: Moment, faults: &mut Vec<Issue>) {
    let last = now.0.checked_add_months(Months::new(MOST_MONTHS));
    if until > now && last.is_some_and(|last| until.0 <= last) {
        return;
    }
    let last = last.map_or(now, Moment).to_the_second();
    let detail = Text::new(
        format!("Gebruik een moment na nu, ten laatste {last} (drie jaar)."),
        format!("Utilisez un moment après maintenant, au plus tard {last} (trois ans)."),
        format!("Use a moment after now, {last} at the latest (three years)."),
    );
    faults.push(Issue::body("validity", "validUntil", detail).with_value(until.to_string()));
}

/// Each facility is one of those that may be given for; and who may not give for the whole organisation names them.
pub fn check_facilities(input: &MandateInput, hands: &Hands, faults: &mut Vec<Issue>) {
    match (&input.facilities, hands.whole) {
        (None, true) => {}
        (None, false) => faults.push(too_wide(hands)),
        (Some(named), _) => {
            let unknown = named
                .iter()
                .enumerate()
                .filter(|(_, id)| !hands.facilities.contains(id));
            faults.extend(unknown.map(|(index, id)| not_yours(index, *id)));
        }
    }
}

fn not_yours(index: usize, id: Id) -> Issue {
    let detail = Text::new(
        "Dit is geen voorziening van deze organisatie waarvoor u een mandaat mag geven.",
        "Ce n'est pas une structure de cette organisation pour laquelle vous pouvez donner un mandat.",
        "This is no facility of this organisation that you may give a mandate for.",
    );
    Issue::body("unknownReference", format!("facilities[{index}]"), detail)
        .with_value(id.to_string())
}

fn too_wide(hands: &Hands) -> Issue {
    let own: Vec<String> = hands.facilities.iter().map(Id::to_string).collect();
    let own = own.join(", ");
    Issue::body(
        "tooWide",
        "facilities",
        Text::new(
            format!("U geeft een mandaat voor uw eigen voorziening alleen; noem ze: {own}."),
            format!(
                "Vous donnez un mandat pour votre propre structure seulement ; nommez-la : {own}."
            ),
            format!("You give a mandate for your own facility alone; name it: {own}."),
        ),
    )
}

/// The machine of a mandate stays.
pub fn check_client(input: &MandateInput, current: &Mandate, faults: &mut Vec<Issue>) {
    if input.client_id.as_str() == current.client_id {
        return;
    }
    let client = &current.client_id;
    let detail = Text::new(
        format!("Dit mandaat is van {client}; geef een andere client een eigen mandaat."),
        format!("Ce mandat est celui de {client} ; donnez à un autre client son propre mandat."),
        format!("This mandate is {client}'s; give another client a mandate of its own."),
    );
    faults.push(Issue::body("fixed", "clientId", detail).with_value(input.client_id.as_str()));
}

/// Do the two reach a facility in common?
pub fn overlap(one: Option<&[Id]>, other: Option<&[Id]>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.iter().any(|id| other.contains(id)),
        _ => true,
    }
}

/// 409: the client has a mandate there already, which is named.
pub fn has_one(other: &Mandate) -> Problem {
    let (client, href) = (&other.client_id, &other.href);
    Problem::conflict(Text::new(
        format!("{client} heeft hier al een mandaat: {href}. Wijzig dat, of trek het eerst in."),
        format!("{client} a déjà un mandat ici : {href}. Modifiez-le, ou retirez-le d'abord."),
        format!(
            "{client} has a mandate here already: {href}. Change that one, or revoke it first."
        ),
    ))
}

/// 409: what was taken back stays so.
pub fn still_standing(current: &Mandate) -> Result<(), Problem> {
    match current.status {
        MandateStatus::Live | MandateStatus::Expired => Ok(()),
        MandateStatus::Revoked => Err(Problem::conflict(Text::new(
            "Dit mandaat is ingetrokken en blijft zo; geef een nieuw.",
            "Ce mandat est retiré et le reste ; donnez-en un nouveau.",
            "This mandate is revoked and stays so; give a new one.",
        ))),
    }
}

/// For which of an organisation's facilities somebody gives and takes mandates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hands {
    /// For all of them.
    pub whole: bool,
    /// These are all of them, or those that are the caller's.
    pub facilities: Vec<Id>,
}

impl Hands {
    /// Does a mandate for these reach any of them?
    pub fn see(&self, facilities: Option<&[Id]>) -> bool {
        self.whole || overlap(facilities, Some(&self.facilities))
    }

    /// Does a mandate for these reach nothing else?
    pub fn hold(&self, facilities: Option<&[Id]>) -> bool {
        let within = |ids: &[Id]| ids.iter().all(|id| self.facilities.contains(id));
        self.whole || facilities.is_some_and(within)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Duration, Utc};

    use super::*;

    fn at(text: &str) -> Moment {
        Moment(text.parse::<DateTime<Utc>>().expect("a moment"))
    }

    #[test]
    fn a_mandate_ends_after_now_and_within_three_years() {
        let now = at("2024-02-29T12:00:00Z");
        for (until, fits) in [
            ("2024-02-29T12:00:00Z", false),
            ("2024-02-29T12:00:00.000001Z", true),
            ("2027-02-28T12:00:00Z", true),
            ("2027-02-28T12:00:00.000001Z", false),
            ("2020-01-01T00:00:00Z", false),
            ("9999-12-31T00:00:00Z", false),
        ] {
            let mut faults = Vec::new();
            check_until(at(until), now, &mut faults);
            assert_eq!(faults.is_empty(), fits, "{until}");
        }
    }

    #[test]
    fn a_mandate_is_live_until_its_moment_or_its_revocation() {
        let now = at("2026-11-25T12:00:00Z");
        let (before, after) = (
            Moment(now.0 - Duration::hours(1)),
            Moment(now.0 + Duration::hours(1)),
        );
        for (revoked, until, expected) in [
            (None, after, MandateStatus::Live),
            (None, now, MandateStatus::Expired),
            (None, before, MandateStatus::Expired),
            (Some(before), after, MandateStatus::Revoked),
            (Some(before), before, MandateStatus::Revoked),
        ] {
            assert_eq!(status(revoked, until, now), expected);
        }
    }

    #[test]
    fn whoever_has_a_facility_alone_holds_what_is_for_it_alone_and_sees_what_reaches_it() {
        let (a, b, c) = (Id::new(), Id::new(), Id::new());
        let all = Hands {
            whole: true,
            facilities: vec![a, b, c],
        };
        let one = Hands {
            whole: false,
            facilities: vec![a],
        };
        for (facilities, seen, held) in [
            (None, true, false),
            (Some(vec![a]), true, true),
            (Some(vec![a, b]), true, false),
            (Some(vec![b]), false, false),
        ] {
            let facilities = facilities.as_deref();
            assert_eq!(
                (one.see(facilities), one.hold(facilities)),
                (seen, held),
                "{facilities:?}"
            );
            assert!(all.see(facilities) && all.hold(facilities));
        }
    }

    #[test]
    fn two_mandates_meet_where_they_reach_one_facility() {
        let (a, b) = (Id::new(), Id::new());
        for (one, other, meet) in [
            (None, None, true),
            (None, Some(vec![a]), true),
            (Some(vec![a]), Some(vec![b]), false),
            (Some(vec![a, b]), Some(vec![b]), true),
        ] {
            assert_eq!(overlap(one.as_deref(), other.as_deref()), meet);
            assert_eq!(overlap(other.as_deref(), one.as_deref()), meet);
        }
    }
}
