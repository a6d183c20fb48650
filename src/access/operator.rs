//! Whoever may run the program against the database: the operator at the command line, and the running service by itself.
use std::sync::Arc;

use super::token::Claims;
use super::{Actor, Role, Scope, Tx};
use crate::app::State;
use crate::db::types::{Id, Moment};
use crate::problem::Problem;

/// Writes as the operator, within these organisations, in one transaction that the audit shows as such.
pub async fn write<T: Send + 'static>(
    state: &State,
    organisations: Vec<Id>,
    now: Moment,
    work: impl Fn(&mut Tx) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    write_as(
        "operator",
        vec![Role::Admin],
        state,
        organisations,
        now,
        work,
    )
    .await
}

/// Writes as somebody of this role who needs no token, such as a person of the demo.
pub async fn write_for<T: Send + 'static>(
    (person, role): (&str, Role),
    state: &State,
    now: Moment,
    work: impl Fn(&mut Tx) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    write_as(person, vec![role], state, Vec::new(), now, work).await
}

/// Writes as the service itself, for what nobody asks for: the audit shows `system`.
pub async fn upkeep<T: Send + 'static>(
    state: &State,
    now: Moment,
    work: impl Fn(&mut Tx) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    write_as("kindreflex", Vec::new(), state, Vec::new(), now, work).await
}

async fn write_as<T: Send + 'static>(
    subject: &str,
    roles: Vec<Role>,
    state: &State,
    organisations: Vec<Id>,
    now: Moment,
    work: impl Fn(&mut Tx) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let actor = actor(subject, roles);
    let scope = Scope {
        organisations,
        directory: true,
        admin: true,
        ..Scope::default()
    };
    let held = state.clone();
    let done = state
        .database
        .write(move |conn| Tx::run(conn, scope.clone(), &actor, now, &held, &work))
        .await?;
    Ok(done.known_to(state))
}

/// Reads as the operator, on one snapshot.
pub async fn read<T: Send + 'static>(
    state: &State,
    now: Moment,
    work: impl Fn(&mut Tx) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let actor = actor("operator", vec![Role::Admin]);
    let scope = Scope {
        directory: true,
        admin: true,
        ..Scope::default()
    };
    let held = state.clone();
    let done = state
        .database
        .read(move |conn| Tx::run(conn, scope.clone(), &actor, now, &held, &work))
        .await?;
    Ok(done.known_to(state))
}

/// Writes the database's files anew, so that nothing is left in them of rows that were there before: the whole file of SQLite, these tables
/// of PostgreSQL. 503 when others are in the way.
pub async fn rewrite(state: &State, tables: Vec<&'static str>) -> Result<(), Problem> {
    state
        .database
        .alone(move |conn| super::rewrite::rewrite(conn, &tables))
        .await
}

/// Takes what was deleted from these tables from the disk, which is less: SQLite overwrites what it deletes, so its log is emptied; these tables of PostgreSQL are
/// written anew. 503 when others are in the way.
pub async fn wipe(state: &State, tables: Vec<&'static str>) -> Result<(), Problem> {
    state
        .database
        .alone(move |conn| super::rewrite::wipe(conn, &tables))
        .await
}

fn actor(subject: &str, roles: Vec<Role>) -> Actor {
    Actor {
        claims: without_token(subject),
        roles,
        by_link: false,
        needed_scope: None,
        trace: uuid::Uuid::new_v4(),
    }
}

/// The claims of somebody who needs no token.
pub(super) fn without_token(subject: &str) -> Arc<Claims> {
    Arc::new(Claims {
        subject: subject.to_owned(),
        client: None,
        name: None,
        roles: Vec::new(),
        without_role: None,
        organisation: None,
        scopes: Vec::new(),
        expires: i64::MAX,
    })
}
