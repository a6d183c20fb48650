//! What may happen to an improvement point that is followed up, and where it stands then: pure decisions, in one table.
use super::TermChangeKind;
use PointStatus::{
    Answered, AwaitingTerm, Ended, MeasureAccepted, Met, NoTerm, Open, Planned, Withdrawn,
};

crate::text_enum! {
    /// Where an improvement point stands.
    pub enum PointStatus {
        /// The recognising body has decided on no term yet.
        AwaitingTerm = "awaitingTerm",
        /// It is to be mended within its term.
        Open = "open",
        /// The facility told of a measure or a plan, which is to be decided on.
        Answered = "answered",
        /// The facility's plan was accepted: its measure is to come.
        Planned = "planned",
        /// The facility's measure was accepted, and is to be verified.
        MeasureAccepted = "measureAccepted",
        /// It was found to be mended.
        Met = "met",
        /// It got no term, for a reason: nothing has to follow.
        NoTerm = "noTerm",
        /// Its term was ended, for a reason: nothing has to follow any more.
        Ended = "ended",
        /// A corrected report does not have it any more.
        Withdrawn = "withdrawn",
    }
}

/// Something that happens to a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// The facility tells of a measure or a plan; a later one takes the place of one that is not decided on.
    Answer,
    /// The measure is accepted.
    AcceptMeasure,
    /// The plan is accepted.
    AcceptPlan,
    /// What the facility told is refused.
    Refuse,
    /// It gets a term, or another one.
    ChangeTerm,
    /// Its term ends.
    EndTerm,
    /// It is found to be mended.
    FindMet,
    /// It is found not to be mended.
    FindUnmet,
}

impl Deed {
    /// Every deed.
    pub const ALL: [Self; 8] = [
        Self::Answer,
        Self::AcceptMeasure,
        Self::AcceptPlan,
        Self::Refuse,
        Self::ChangeTerm,
        Self::EndTerm,
        Self::FindMet,
        Self::FindUnmet,
    ];
}

/// Where a point stands after something happened to it; nothing where that cannot happen. `termed`: has it a term?
///
/// A plan is over once the facility tells of something else, or it is found that the point is not mended: the point is open again then, and the
/// term stays where the plan moved it.
pub fn after(status: PointStatus, deed: Deed, termed: bool) -> Option<PointStatus> {
    let open = if termed { Open } else { NoTerm };
    match (deed, status) {
        (_, Met | Ended | Withdrawn) => None,
        (Deed::ChangeTerm, AwaitingTerm | NoTerm) => Some(Open),
        (Deed::ChangeTerm, same) => Some(same),
        (Deed::EndTerm, _) => Some(Ended),
        (_, AwaitingTerm) => None,
        (Deed::Answer, Open | Answered | Planned | NoTerm) => Some(Answered),
        (Deed::AcceptMeasure, Answered) => Some(MeasureAccepted),
        (Deed::AcceptPlan, Answered) => Some(Planned),
        (Deed::Refuse, Answered) | (Deed::FindUnmet, _) => Some(open),
        (Deed::FindMet, _) => Some(Met),
        _ => None,
    }
}

/// Where a point stands that a corrected report has again, by the last thing that was done to its term and whether it was found to be mended.
pub fn returning(last: Option<TermChangeKind>, was_met: bool) -> PointStatus {
    match last {
        _ if was_met => Met,
        Some(TermChangeKind::Ended) => Ended,
        Some(TermChangeKind::None) => NoTerm,
        _ => AwaitingTerm,
    }
}

/// Is nothing left to follow?
pub fn is_settled(status: PointStatus) -> bool {
    matches!(status, Met | NoTerm | Ended | Withdrawn)
}

/// Does the facility still have to tell of a measure that may do?
pub fn awaits_facility(status: PointStatus) -> bool {
    matches!(status, Open | Planned)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[test]
    fn what_may_happen_to_a_point_in_which_state() {
        let mut table = String::from("state");
        for deed in Deed::ALL {
            write!(table, " | {deed:?}").expect("text");
        }
        for status in PointStatus::ALL {
            write!(table, "\n{status}").expect("text");
            for deed in Deed::ALL {
                let end = |termed| after(*status, deed, termed).map_or("-", PointStatus::name);
                match (end(true), end(false)) {
                    (with, without) if with == without => write!(table, " | {with}"),
                    (with, without) => write!(table, " | {with} or {without}"),
                }
                .expect("text");
            }
        }
        let expected = "\
state | Answer | AcceptMeasure | AcceptPlan | Refuse | ChangeTerm | EndTerm | FindMet | FindUnmet
awaitingTerm | - | - | - | - | open | ended | - | -
open | answered | - | - | - | open | ended | met | open or noTerm
answered | answered | measureAccepted | planned | open or noTerm | answered | ended | met | open or noTerm
planned | answered | - | - | - | planned | ended | met | open or noTerm
measureAccepted | - | - | - | - | measureAccepted | ended | met | open or noTerm
met | - | - | - | - | - | - | - | -
noTerm | answered | - | - | - | open | ended | met | open or noTerm
ended | - | - | - | - | - | - | - | -
withdrawn | - | - | - | - | - | - | - | -";
        assert_eq!(table, expected);
    }

    #[test]
    fn a_point_that_is_not_settled_can_go_on_and_what_awaits_its_facility_is_not_settled() {
        for status in PointStatus::ALL {
            let goes_on = Deed::ALL
                .iter()
                .any(|deed| after(*status, *deed, true).is_some());
            assert!(goes_on || is_settled(*status), "{status}");
            assert!(!(awaits_facility(*status) && is_settled(*status)));
        }
    }

    #[test]
    fn a_point_that_comes_back_stands_where_it_was_settled_and_else_at_its_beginning() {
        for (last, was_met, expected) in [
            (None, false, AwaitingTerm),
            (Some(TermChangeKind::Set), false, AwaitingTerm),
            (Some(TermChangeKind::Changed), false, AwaitingTerm),
            (Some(TermChangeKind::Planned), true, Met),
            (Some(TermChangeKind::None), false, NoTerm),
            (Some(TermChangeKind::Ended), false, Ended),
        ] {
            assert_eq!(returning(last, was_met), expected, "{last:?} {was_met}");
        }
    }
}
