//! Rows of organisations, facilities, sites and units. A row outside the caller's scope is absent.
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::db::types::AnyBackend;

mod facilities;
mod identifiers;
mod organisations;
mod sites;
mod units;

pub use facilities::*;
pub use organisations::*;
pub use sites::*;
pub use units::*;

/// A condition on a table's rows, to be put into a query of it.
pub type Visible<T> = Box<dyn BoxableExpression<T, AnyBackend, SqlType = Bool>>;
