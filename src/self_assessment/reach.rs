//! Which self-assessments a caller may know about, and which are its own.
use diesel::dsl::not;
use diesel::prelude::*;

use super::{Purpose, Status};
use crate::access::Scope;
use crate::db::schema::{facility, self_assessment};
use crate::db::types::Visible;
use crate::facility::owned;

/// Self-assessments with their facilities.
pub type Joined = diesel::dsl::InnerJoinQuerySource<self_assessment::table, facility::table>;

fn handed_in() -> Visible<Joined> {
    Box::new(
        self_assessment::purpose
            .eq(Purpose::InspectionPreparation)
            .and(
                self_assessment::submitted_revision
                    .is_not_null()
                    .assume_not_null(),
            ),
    )
}

/// The caller's own self-assessments: where an admin let a machine in, those for own improvement are not.
pub fn mine<Source>(scope: &Scope) -> Visible<Source>
where
    Source: 'static,
    facility::id: SelectableExpression<Source>,
    facility::organisation_id: SelectableExpression<Source>,
    self_assessment::purpose: SelectableExpression<Source>,
{
    if scope.lent.is_empty() {
        return owned(scope);
    }
    let shared = self_assessment::purpose.ne(Purpose::OwnImprovement);
    let lent = owned::<Source>(scope).and(shared);
    Box::new(owned::<Source>(&scope.improving()).or(lent))
}

/// The self-assessments that the caller may know about: its own, and for inspectors what was handed in to prepare an inspection.
pub(super) fn visible(scope: &Scope) -> Visible<Joined> {
    if scope.submitted {
        Box::new(mine::<Joined>(scope).or(handed_in()))
    } else {
        mine(scope)
    }
}

/// [`visible`], narrowed to these states. Others than its facility see a reopened one as still submitted, or superseded.
pub(super) fn visible_in(scope: &Scope, states: &[Status]) -> Visible<Joined> {
    let mine: Visible<Joined> =
        Box::new(mine::<Joined>(scope).and(self_assessment::state.eq_any(states.to_vec())));
    if !scope.submitted {
        return mine;
    }
    let superseded = self_assessment::superseded_by.is_not_null();
    let wanted: Visible<Joined> = match (
        states.contains(&Status::Submitted),
        states.contains(&Status::Superseded),
    ) {
        (true, true) => handed_in(),
        (true, false) => Box::new(handed_in().and(not(superseded))),
        (false, true) => Box::new(handed_in().and(superseded)),
        (false, false) => return mine,
    };
    Box::new(mine.or(wanted))
}
