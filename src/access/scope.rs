//! The rows that a caller may know about. Every query of a store starts with it.
use diesel::prelude::*;

use super::Actor;
use super::granted::{Admission, LiveMandate};
use super::role::Role;
use crate::app::State;
use crate::db::schema::{facility, identifier};
use crate::db::types::{AnyBackend, Conn, Id, Moment};
use crate::facility::identifiers;
use crate::problem::{Kind, Problem};
use crate::text::Text;

/// What a caller reaches, worked out in the transaction that uses it: judged at the moment of reading.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// The organisations whose facilities are all its own.
    pub organisations: Vec<Id>,
    /// Single facilities that are its own.
    pub facilities: Vec<Id>,
    /// The organisations of those facilities: known about, not owned.
    pub parents: Vec<Id>,
    /// May know about every organisation and facility.
    pub directory: bool,
    /// May know about what was submitted to prepare an inspection.
    pub submitted: bool,
    /// What a machine was let in to do, for some organisation or other.
    pub granted: Vec<String>,
    /// A machine's live mandates, for whatever they are.
    pub mandates: Vec<LiveMandate>,
    /// How an admin let a machine in.
    pub admission: Option<Admission>,
    /// Those of the organisations for which only an admin let a machine in: what they do for own improvement it does not reach.
    pub lent: Vec<Id>,
    /// Plans for the inspectorate: may know about every inspection.
    pub planner: bool,
    /// An inspector, by the subject of its token: may know about what it is assigned to.
    pub inspector: Option<String>,
    /// The recognising body: may know about what is final.
    pub authority: bool,
    /// The expert centre: may know how many of every facility took part in trainings.
    pub expert: bool,
    /// Runs the service: may know about every setting, draft framework and change.
    pub admin: bool,
}

impl Scope {
    /// Works out what the caller reaches in its roles for this action.
    pub(super) fn of(
        conn: &mut Conn,
        actor: &Actor,
        state: &State,
        now: Moment,
    ) -> Result<Self, Problem> {
        let mut scope = Self::default();
        let mut unmatched = None;
        for role in &actor.roles {
            match role {
                Role::Facility | Role::FacilityContributor => {
                    unmatched = scope.add_own(conn, actor, *role, now)?.or(unmatched);
                }
                Role::Inspector => {
                    scope.directory = true;
                    scope.submitted = true;
                    scope.inspector = Some(actor.claims.subject.clone());
                }
                Role::Planner => {
                    scope.directory = true;
                    scope.planner = true;
                }
                Role::Authority => {
                    scope.directory = true;
                    scope.authority = true;
                }
                Role::Expert => {
                    scope.directory = true;
                    scope.expert = true;
                }
                Role::Policy => {}
                Role::Admin => {
                    scope.directory = true;
                    scope.admin = true;
                }
                Role::Integration => scope.add_granted(conn, actor, now)?,
            }
        }
        let own = scope.organisations.len() + scope.facilities.len();
        let elsewhere = actor
            .roles
            .iter()
            .any(|role| !matches!(role, Role::Facility | Role::FacilityContributor));
        match unmatched {
            Some(number) if own == 0 && !elsewhere => Err(no_match(&number, state)),
            _ => Ok(scope),
        }
    }

    /// May it know about an inspection round before that is announced?
    pub fn plans(&self) -> bool {
        self.planner || self.inspector.is_some() || self.admin
    }

    /// Does it stand on the side of who inspects, where it may know what a facility may not?
    pub fn inspects(&self) -> bool {
        self.planner || self.inspector.is_some() || self.authority
    }

    /// Is the facility one of the caller's own?
    pub fn owns(&self, facility: Id, organisation: Id) -> bool {
        self.facilities.contains(&facility) || self.organisations.contains(&organisation)
    }

    /// Is what the facility does for own improvement the caller's too?
    pub fn improves(&self, facility: Id, organisation: Id) -> bool {
        self.owns(facility, organisation)
            && (self.facilities.contains(&facility) || !self.lent.contains(&organisation))
    }

    /// The same without what is only lent.
    #[must_use]
    pub fn improving(&self) -> Self {
        let mut scope = self.clone();
        scope.organisations.retain(|id| !self.lent.contains(id));
        scope.lent.clear();
        scope
    }

    /// Adds what the identifiers in the token stand for; gives back one that stands for nothing.
    fn add_own(
        &mut self,
        conn: &mut Conn,
        actor: &Actor,
        role: Role,
        now: Moment,
    ) -> Result<Option<String>, Problem> {
        let claims = &actor.claims;
        let mut unmatched = None;
        for claim in claims.roles.iter().filter(|claim| claim.role == role) {
            let named = claim.organisation.as_ref().or(claims.organisation.as_ref());
            let number = identifiers::canonical(named.map(String::as_str).unwrap_or_default());
            match owner(conn, &number, now)? {
                Some((id, kind)) if kind == "organisation" => self.organisations.push(id),
                Some((id, _)) => {
                    self.facilities.push(id);
                    self.parents.extend(parent(conn, id)?);
                }
                None => unmatched = Some(number),
            }
        }
        Ok(unmatched)
    }
}

/// What an identifier stands for today; nothing when it is unknown, or stands for more than one thing.
fn owner(conn: &mut Conn, number: &str, now: Moment) -> Result<Option<(Id, String)>, Problem> {
    let today = now.day();
    // Kinds are looked at here: a list of them in the statement would be prepared anew every time on SQLite.
    let rows: Vec<(Id, String, String)> = identifier::table
        .filter(identifier::value.eq(number))
        .filter(identifier::valid_from.le(today))
        .filter(
            identifier::valid_to
                .is_null()
                .or(identifier::valid_to.gt(today)),
        )
        .select((
            identifier::owner_id,
            identifier::owner_kind,
            identifier::kind,
        ))
        .into_boxed::<AnyBackend>()
        .load(conn)?;
    let mut owners: Vec<(Id, String)> = rows
        .into_iter()
        .filter(|(_, owner, kind)| {
            identifiers::MATCHED.contains(&kind.as_str())
                && ["organisation", "facility"].contains(&owner.as_str())
        })
        .map(|(id, owner, _)| (id, owner))
        .collect();
    owners.dedup();
    Ok(match owners.len() {
        1 => owners.pop(),
        _ => None,
    })
}

fn parent(conn: &mut Conn, id: Id) -> Result<Option<Id>, Problem> {
    Ok(facility::table
        .filter(facility::id.eq(id))
        .select(facility::organisation_id)
        .into_boxed::<AnyBackend>()
        .first(conn)
        .optional()?)
}

fn no_match(number: &str, state: &State) -> Problem {
    let claim = &state.settings.organisation_claim;
    let text = if number.is_empty() {
        Text::new(
            format!(
                "De claim {claim} ontbreekt in het token; hij zegt voor welke organisatie of voorziening de rol geldt."
            ),
            format!(
                "Le claim {claim} manque dans le jeton ; il dit pour quelle organisation ou structure le rôle vaut."
            ),
            format!(
                "The claim {claim} is missing from the token; it says for which organisation or facility the role is."
            ),
        )
    } else {
        unknown_owner(claim, number)
    };
    Problem::new(Kind::MissingPermission, text)
}

fn unknown_owner(claim: &str, number: &str) -> Text {
    let shown = if crate::personal::holds_register_number(number) {
        String::new()
    } else {
        format!(" ({number})")
    };
    Text::new(
        format!(
            "De claim {claim}{shown} staat voor geen organisatie of voorziening die hier bekend is."
        ),
        format!(
            "Le claim {claim}{shown} ne correspond à aucune organisation ou structure connue ici."
        ),
        format!(
            "The claim {claim}{shown} stands for no organisation or facility that is known here."
        ),
    )
}
