//! What a machine was let in to do: by the mandates of organisations, and by an admin.
//!
//! Both are read in the transaction that uses them, and while it writes nobody takes them back: once a machine is told to be out, nothing
//! more of it is stored.
use diesel::prelude::*;

use super::{Actor, Role, Scope, Tx, missing_scope};
use crate::db::schema::{facility, integration, mandate, mandate_facility, organisation};
use crate::db::types::{AnyBackend, Conn, Id, JsonText, Moment};
use crate::problem::{Kind, Problem};
use crate::text::Text;

/// A mandate that is neither revoked nor expired, of an organisation that exists today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveMandate {
    /// Its identity.
    pub id: Id,
    /// The organisation that gave it.
    pub organisation: Id,
    /// These facilities alone, as far as they are the organisation's today; all of its facilities when there is no list.
    pub facilities: Option<Vec<Id>>,
    /// What the machine may do.
    pub scopes: Vec<String>,
    /// From this moment on it is worth nothing.
    pub valid_until: Moment,
}

/// How an admin let a machine in.
#[derive(Debug, Clone)]
pub struct Admission {
    scopes: Vec<String>,
    organisations: Vec<Id>,
    all: bool,
}

impl Scope {
    /// Adds what a machine was let in for.
    pub(super) fn add_granted(
        &mut self,
        conn: &mut Conn,
        actor: &Actor,
        now: Moment,
    ) -> Result<(), Problem> {
        let client = actor.claims.client.as_deref().unwrap_or_default();
        let admission = admission(conn, client, now)?;
        let mandates = live(conn, client, now)?;
        let needed: Vec<&str> = actor.needed_scope.as_deref().into_iter().collect();
        self.grant(&needed, admission, mandates)
    }

    /// What a machine reaches of it with this scope too; nothing where no single admission or mandate gives both.
    pub(super) fn narrowed(&self, needed: &[&str]) -> Self {
        let mut narrow = Self::default();
        match narrow.grant(needed, self.admission.clone(), self.mandates.clone()) {
            Ok(()) => narrow,
            Err(_) => Self::default(),
        }
    }

    /// Adds what is reached with the needed scopes. A mandate without them gives nothing, whatever another one gives.
    fn grant(
        &mut self,
        needed: &[&str],
        admission: Option<Admission>,
        mandates: Vec<LiveMandate>,
    ) -> Result<(), Problem> {
        if admission.is_none() && mandates.is_empty() {
            return Err(not_let_in());
        }
        let serves = |scopes: &[String]| {
            let given = |needed: &&str| scopes.iter().any(|scope| scope == needed);
            needed.iter().all(given)
        };
        let mut served = false;
        if let Some(admission) = admission.as_ref().filter(|one| serves(&one.scopes)) {
            served = true;
            self.organisations.extend(&admission.organisations);
            self.lent.extend(&admission.organisations);
            self.directory |= admission.all;
            self.submitted |= admission.all;
            self.granted.extend(admission.scopes.iter().cloned());
        }
        for one in mandates.iter().filter(|one| serves(&one.scopes)) {
            served = true;
            self.granted.extend(one.scopes.iter().cloned());
            match &one.facilities {
                None => {
                    self.organisations.push(one.organisation);
                    self.lent.retain(|lent| *lent != one.organisation);
                }
                Some(facilities) => self.add_single(one.organisation, facilities),
            }
        }
        if let (false, Some(needed)) = (served, needed.last()) {
            return Err(missing_scope(needed));
        }
        self.admission = admission;
        self.mandates = mandates;
        self.say_once();
        Ok(())
    }

    fn add_single(&mut self, organisation: Id, facilities: &[Id]) {
        if !facilities.is_empty() {
            self.parents.push(organisation);
        }
        self.facilities.extend(facilities);
    }

    /// What two let it in for stands once: a machine for one organisation is found by one equality.
    fn say_once(&mut self) {
        for ids in [
            &mut self.organisations,
            &mut self.facilities,
            &mut self.parents,
            &mut self.lent,
        ] {
            ids.sort_unstable();
            ids.dedup();
        }
        self.granted.sort_unstable();
        self.granted.dedup();
    }
}

/// The lock that a client's writes share, and that whoever takes something back from it holds alone.
fn turn_of(client: &str) -> String {
    format!("client {client}")
}

/// Keeps what a machine was let in to do as it is until the end of its write. SQLite has one writer, so there nothing changes meanwhile.
pub(super) fn hold(conn: &mut Conn, actor: &Actor) -> Result<(), Problem> {
    if let (Conn::Postgres(conn), true) = (conn, actor.roles.contains(&Role::Integration)) {
        let client = actor.claims.client.as_deref().unwrap_or_default();
        diesel::sql_query("SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))")
            .bind::<diesel::sql_types::Text, _>(turn_of(client))
            .execute(conn)?;
    }
    Ok(())
}

impl Tx<'_> {
    /// Waits until no write of this client is under way, before something is taken back from it; those that come later see what changed.
    pub fn wait_for_client(&mut self, client: &str) -> Result<(), Problem> {
        self.wait_for_name(&turn_of(client))
    }
}

/// How an admin let this client in, if one did and it still holds.
fn admission(conn: &mut Conn, client: &str, now: Moment) -> Result<Option<Admission>, Problem> {
    let row: Option<(JsonText, JsonText, bool)> = integration::table
        .filter(integration::client_id.eq(client))
        .filter(
            integration::valid_until
                .is_null()
                .or(integration::valid_until.gt(now)),
        )
        .select((
            integration::scopes,
            integration::organisations,
            integration::all_organisations,
        ))
        .into_boxed::<AnyBackend>()
        .first(conn)
        .optional()?;
    row.map(|(scopes, organisations, all)| {
        Ok(Admission {
            scopes: scopes.to()?,
            organisations: organisations.to()?,
            all,
        })
    })
    .transpose()
}

/// This client's live mandates, in the order in which they were given. One query, whatever they are limited to: a facility that went
/// to another organisation is out of them.
fn live(conn: &mut Conn, client: &str, now: Moment) -> Result<Vec<LiveMandate>, Problem> {
    type Row = (Id, Id, JsonText, bool, Moment, Option<Id>);
    let today = now.day();
    let still_there = facility::id
        .eq(mandate_facility::facility_id)
        .and(facility::organisation_id.eq(mandate::organisation_id));
    let rows: Vec<Row> = mandate::table
        .inner_join(organisation::table.on(organisation::id.eq(mandate::organisation_id)))
        .left_join(mandate_facility::table.on(mandate_facility::mandate_id.eq(mandate::id)))
        .left_join(facility::table.on(still_there))
        .filter(mandate::client_id.eq(client))
        .filter(mandate::revoked_at.is_null())
        .filter(mandate::valid_until.gt(now))
        .filter(organisation::valid_from.le(today))
        .filter(
            organisation::valid_to
                .is_null()
                .or(organisation::valid_to.gt(today)),
        )
        .order((mandate::id, mandate_facility::facility_id))
        .select((
            mandate::id,
            mandate::organisation_id,
            mandate::scopes,
            mandate::whole,
            mandate::valid_until,
            facility::id.nullable(),
        ))
        .into_boxed::<AnyBackend>()
        .load(conn)?;
    let mut mandates: Vec<LiveMandate> = Vec::new();
    for (id, organisation, scopes, whole, valid_until, facility) in rows {
        match mandates.last_mut() {
            Some(last) if last.id == id => {
                last.facilities
                    .iter_mut()
                    .for_each(|all| all.extend(facility));
            }
            _ => mandates.push(LiveMandate {
                id,
                organisation,
                facilities: (!whole).then(|| facility.into_iter().collect()),
                scopes: scopes.to()?,
                valid_until,
            }),
        }
    }
    Ok(mandates)
}

fn not_let_in() -> Problem {
    Problem::new(
        Kind::MissingPermission,
        Text::new(
            "Deze client (client_id) is hier niet toegelaten; een organisatie geeft een mandaat met POST /v1/organisations/{organisationId}/mandates, een admin laat toe met PUT /v1/integrations/{clientId}.",
            "Ce client (client_id) n'est pas admis ici ; une organisation donne un mandat par POST /v1/organisations/{organisationId}/mandates, un admin l'admet par PUT /v1/integrations/{clientId}.",
            "This client (client_id) was not let in; an organisation gives a mandate with POST /v1/organisations/{organisationId}/mandates, an admin lets it in with PUT /v1/integrations/{clientId}.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: &str = "read:selfAssessments";
    const WRITE: &str = "write:selfAssessments";

    fn scopes(all: &[&str]) -> Vec<String> {
        all.iter().map(|scope| (*scope).to_owned()).collect()
    }

    fn mandate(organisation: Id, facilities: Option<&[Id]>, all: &[&str]) -> LiveMandate {
        LiveMandate {
            id: Id::new(),
            organisation,
            facilities: facilities.map(<[Id]>::to_vec),
            scopes: scopes(all),
            valid_until: Moment(chrono::DateTime::UNIX_EPOCH),
        }
    }

    fn let_in(organisations: &[Id], all: bool, said: &[&str]) -> Admission {
        Admission {
            scopes: scopes(said),
            organisations: organisations.to_vec(),
            all,
        }
    }

    /// What is reached with this scope: organisations, single facilities, and whether all are.
    fn reached(
        needed: Option<&str>,
        admission: Option<Admission>,
        mandates: Vec<LiveMandate>,
    ) -> Result<(Vec<Id>, Vec<Id>, bool), Kind> {
        let mut scope = Scope::default();
        scope
            .grant(needed.as_slice(), admission, mandates)
            .map_err(|problem| problem.kind())?;
        Ok((scope.organisations, scope.facilities, scope.directory))
    }

    #[test]
    fn a_mandate_is_reached_by_the_scopes_that_it_gives() {
        let (a, b, ward) = (Id::new(), Id::new(), Id::new());
        for (needed, mandates, expected) in [
            (Some(READ), vec![], Err(Kind::MissingPermission)),
            (None, vec![], Err(Kind::MissingPermission)),
            (
                Some(READ),
                vec![mandate(a, None, &[READ])],
                Ok((vec![a], vec![], false)),
            ),
            (
                Some(WRITE),
                vec![mandate(a, None, &[READ])],
                Err(Kind::MissingScope),
            ),
            (
                Some(WRITE),
                vec![mandate(a, None, &[READ]), mandate(b, None, &[READ, WRITE])],
                Ok((vec![b], vec![], false)),
            ),
            (
                Some(READ),
                vec![mandate(a, Some(&[ward]), &[READ])],
                Ok((vec![], vec![ward], false)),
            ),
            // Its facilities went elsewhere.
            (
                Some(READ),
                vec![mandate(a, Some(&[]), &[READ])],
                Ok((vec![], vec![], false)),
            ),
            (
                None,
                vec![mandate(a, None, &[WRITE])],
                Ok((vec![a], vec![], false)),
            ),
        ] {
            let said = format!("{needed:?} of {mandates:?}");
            assert_eq!(reached(needed, None, mandates), expected, "{said}");
        }
    }

    #[test]
    fn a_second_scope_counts_only_where_the_same_mandate_gives_it() {
        let (a, b, c) = (Id::new(), Id::new(), Id::new());
        let mandates = vec![
            mandate(a, None, &[READ]),
            mandate(b, None, &[READ, WRITE]),
            mandate(c, None, &[WRITE]),
        ];
        let mut scope = Scope::default();
        scope.grant(&[READ], None, mandates).expect("granted");
        let mut both = vec![a, b];
        both.sort_unstable();
        assert_eq!(scope.organisations, both);
        assert_eq!(scope.narrowed(&[READ, WRITE]).organisations, [b]);
        assert_eq!(scope.narrowed(&[READ, "other"]).organisations, []);
        let let_in = Some(let_in(&[c], true, &[READ]));
        let mut scope = Scope::default();
        scope.grant(&[READ], let_in, Vec::new()).expect("granted");
        assert!(scope.directory && !scope.narrowed(&[READ, WRITE]).directory);
    }

    #[test]
    fn what_only_an_admin_says_is_not_for_own_improvement() {
        let (lent, given, ward) = (Id::new(), Id::new(), Id::new());
        let mut scope = Scope::default();
        let mandates = vec![
            mandate(given, None, &[READ]),
            mandate(lent, Some(&[ward]), &[READ]),
            mandate(lent, None, &[WRITE]),
        ];
        scope
            .grant(
                &[READ],
                Some(let_in(&[lent, given], false, &[READ])),
                mandates,
            )
            .expect("granted");
        let other = Id::new();
        assert!(scope.improves(other, given) && scope.improves(ward, lent));
        assert!(scope.owns(other, lent) && !scope.improves(other, lent));
        assert_eq!(scope.improving().organisations, [given]);
    }

    #[test]
    fn what_an_admin_says_and_what_organisations_say_add_up() {
        let (a, b) = (Id::new(), Id::new());
        let same = reached(
            Some(READ),
            Some(let_in(&[a], false, &[READ])),
            vec![mandate(a, None, &[READ])],
        );
        assert_eq!(same, Ok((vec![a], vec![], false)), "it stands once");
        for (needed, expected) in [
            (Some(WRITE), Ok((vec![a], vec![], false))),
            (Some(READ), Ok((vec![], vec![], true))),
        ] {
            let found = reached(
                needed,
                Some(let_in(&[], true, &[READ])),
                vec![mandate(a, None, &[WRITE])],
            );
            assert_eq!(found, expected, "{needed:?}");
        }
        let any = reached(
            None,
            Some(let_in(&[b], false, &[READ])),
            vec![mandate(a, None, &[WRITE])],
        );
        assert_eq!(any, Ok((vec![a, b], vec![], false)));
    }
}
