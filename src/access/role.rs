//! The roles that a token can carry.
use std::fmt;
use std::str::FromStr;

/// What a caller is to the service. One token can carry several roles, each for an organisation of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Staff of a facility: everything of its own organisation's facilities.
    Facility,
    /// Answers in a draft of its own facility, and no more.
    FacilityContributor,
    /// Zorginspectie's inspector.
    Inspector,
    /// Zorginspectie's planning.
    Planner,
    /// The recognising body (*bevoegde entiteit*).
    Authority,
    /// The expert centre.
    Expert,
    /// Policy makers: released statistics only.
    Policy,
    /// Runs the service: organisations, frameworks, settings.
    Admin,
    /// A machine with scopes, for the organisations that it was let in for.
    Integration,
}

impl Role {
    /// Every role, in the order of the documentation.
    pub const ALL: [Self; 9] = [
        Self::Facility,
        Self::FacilityContributor,
        Self::Inspector,
        Self::Planner,
        Self::Authority,
        Self::Expert,
        Self::Policy,
        Self::Admin,
        Self::Integration,
    ];

    /// The name on the wire and in role claims.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Facility => "facility",
            Self::FacilityContributor => "facilityContributor",
            Self::Inspector => "inspector",
            Self::Planner => "planner",
            Self::Authority => "authority",
            Self::Expert => "expert",
            Self::Policy => "policy",
            Self::Admin => "admin",
            Self::Integration => "integration",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.name() == name)
            .ok_or_else(|| UnknownRole(name.to_owned()))
    }
}

/// A role name that is none of ours.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "{0:?} is no role; use facility, facilityContributor, inspector, planner, authority, expert, policy, admin or integration"
)]
pub struct UnknownRole(pub String);
