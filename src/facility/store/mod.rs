//! Rows of organisations, facilities, sites and units. A row outside the caller's scope is absent.
use diesel::prelude::*;

use crate::access::Scope;
use crate::db::schema::facility as table;
use crate::db::types::Visible;

mod facilities;
mod identifiers;
mod organisations;
mod places;
mod sites;
mod units;

pub use facilities::*;
pub use organisations::*;
pub use places::*;
pub use sites::*;
pub use units::*;

/// The caller's own facilities, in any query that has the table. Mostly that is one organisation or one facility: an equality is prepared
/// once, and a list every time on SQLite.
pub fn owned<Source>(scope: &Scope) -> Visible<Source>
where
    Source: 'static,
    table::id: SelectableExpression<Source>,
    table::organisation_id: SelectableExpression<Source>,
{
    match (scope.organisations.as_slice(), scope.facilities.as_slice()) {
        ([one], []) => Box::new(table::organisation_id.eq(*one)),
        ([], [one]) => Box::new(table::id.eq(*one)),
        (organisations, facilities) => Box::new(
            table::organisation_id
                .eq_any(organisations.to_vec())
                .or(table::id.eq_any(facilities.to_vec())),
        ),
    }
}
