//! Rows of organisations, facilities, sites and units. A row outside the caller's scope is absent.
mod facilities;
mod identifiers;
mod organisations;
mod sites;
mod units;

pub use facilities::*;
pub use organisations::*;
pub use sites::*;
pub use units::*;
