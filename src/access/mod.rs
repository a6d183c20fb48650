//! The only door to the data: a handler that names an action as a parameter gets, and can only get, what that action allows.
//!
//! The pool is private to this module, so there is no way to the data around [`Allowed`]; only an action that is declared as
//! writing has [`Allowed::write`]; every store takes a [`Tx`], which carries the caller's [`Scope`].
//!
//! Three smaller doors stand beside it: [`operator`] for who runs the program, [`link`] for who holds a secret link and has no token, and
//! [`open`] for what everyone may read.
use std::collections::BTreeSet;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::Payload;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, web};
use diesel::prelude::*;

use crate::app::State;
use crate::db::types::{Conn, Moment};
use crate::framework::document::Document;
use crate::http::idempotency::{Flight, IdempotencyKey, Stored};
use crate::http::wrap::Trace;
use crate::problem::{Kind, Problem};
use crate::text::Text;

mod behalf;
mod granted;
pub mod link;
pub mod me;
pub mod open;
pub mod operator;
pub mod policy;
mod pool;
mod rewrite;
pub mod role;
mod scope;
pub mod token;

pub use behalf::OnBehalfOf;
pub use granted::{Admission, LiveMandate};
pub use policy::{Action, Writes};
pub use pool::{Database, Reach, aside, connect};
pub use role::Role;
pub use scope::Scope;

use token::{Claims, TokenFault};

/// Who does something: what the audit keeps of a caller.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The verified token's claims.
    pub claims: Arc<Claims>,
    /// The roles that count for this action.
    pub roles: Vec<Role>,
    /// Came by a secret link, without a token: then `claims` name the contribution that the link is for, and nothing else.
    pub by_link: bool,
    /// The scope that a machine needs for this action.
    pub needed_scope: Option<String>,
    /// The trace of the request.
    pub trace: uuid::Uuid,
}

impl Actor {
    /// The caller as one text, for what belongs to a caller alone; the same person in other roles is another.
    pub fn key(&self) -> String {
        let claims = &self.claims;
        if self.by_link {
            return serde_json::json!([link::ROLE, claims.subject]).to_string();
        }
        let roles = claims.roles.iter();
        // In whichever order the issuer lists them.
        let roles: BTreeSet<_> = roles
            .map(|claim| (claim.role.name(), claim.organisation.as_deref()))
            .collect();
        serde_json::json!([claims.client, claims.organisation, roles, claims.subject]).to_string()
    }
}

/// A transaction in which this caller's work is done; stores take nothing else.
pub struct Tx<'c> {
    /// The connection, inside its transaction.
    pub conn: &'c mut Conn,
    /// The rows that the caller may know about.
    pub scope: Scope,
    /// Who it is.
    pub actor: &'c Actor,
    /// The person for whom a machine does it.
    pub on_behalf_of: Option<OnBehalfOf>,
    /// The moment at which the work began.
    pub now: Moment,
    /// What the process holds for all requests.
    pub state: &'c State,
    /// Published versions that it read. The process knows them once the transaction is committed, and not before: it may be the one that
    /// publishes them.
    pub learned: Vec<Arc<Document>>,
}

/// What came of a transaction, and what it learned on the way.
struct Done<T> {
    outcome: T,
    learned: Vec<Arc<Document>>,
}

impl<T> Done<T> {
    /// The outcome of a transaction that is committed: what it learned is true for everyone.
    fn known_to(self, state: &State) -> T {
        state.frameworks.keep(self.learned);
        self.outcome
    }
}

impl Tx<'_> {
    fn run<T>(
        conn: &mut Conn,
        scope: Scope,
        actor: &Actor,
        now: Moment,
        state: &State,
        work: &impl Fn(&mut Tx) -> Result<T, Problem>,
    ) -> Result<Done<T>, Problem> {
        let mut tx = Tx {
            conn,
            scope,
            actor,
            on_behalf_of: None,
            now,
            state,
            learned: Vec::new(),
        };
        let outcome = work(&mut tx)?;
        let learned = tx.learned;
        Ok(Done { outcome, learned })
    }

    /// What the caller reaches for another action than the one that it asked for; nothing when it may not do that too. A machine reaches what
    /// one and the same mandate gives it for both.
    pub fn scope_for<A: Action>(&self) -> Option<Scope> {
        if !self.is_allowed(A::ROLES, A::SCOPE) {
            return None;
        }
        let is_machine = self.actor.roles.contains(&Role::Integration);
        if !is_machine || A::SCOPE.is_empty() {
            return Some(self.scope.clone());
        }
        let asked = self.actor.needed_scope.as_deref().into_iter();
        let needed: Vec<&str> = asked.chain([A::SCOPE]).collect();
        Some(self.scope.narrowed(&needed))
    }

    /// May the caller do what asks for these roles and this scope, for somebody at least? A machine needs the scope twice: in its token, and
    /// from whoever let it in.
    pub(crate) fn is_allowed(&self, who: &[Role], scope: &str) -> bool {
        let scopes = [&self.actor.claims.scopes, &self.scope.granted];
        let is_scoped =
            scope.is_empty() || scopes.iter().all(|all| all.iter().any(|one| one == scope));
        let mut roles = self.actor.roles.iter();
        roles.any(|role| who.contains(role) && (*role != Role::Integration || is_scoped))
    }

    /// Takes a lock of this name until the end of the transaction, waiting for whoever holds it. SQLite has one writer, so there
    /// nobody does.
    pub fn wait_for_name(&mut self, name: &str) -> Result<(), Problem> {
        if let Conn::Postgres(conn) = self.conn {
            diesel::select(lock::pg_advisory_xact_lock(lock::hashtextextended(name, 0)))
                .execute(conn)?;
        }
        Ok(())
    }

    /// The same, beside others that share it: whoever waits for the name alone waits for them all, and they for it.
    pub fn share_name(&mut self, name: &str) -> Result<(), Problem> {
        if let Conn::Postgres(conn) = self.conn {
            let key = lock::hashtextextended(name, 0);
            diesel::select(lock::pg_advisory_xact_lock_shared(key)).execute(conn)?;
        }
        Ok(())
    }

    /// Takes it without waiting; false when another transaction holds it.
    pub fn lock_name(&mut self, name: &str) -> Result<bool, Problem> {
        match self.conn {
            Conn::Sqlite(_) => Ok(true),
            Conn::Postgres(conn) => {
                let key = lock::hashtextextended(name, 0);
                Ok(diesel::select(lock::pg_try_advisory_xact_lock(key)).get_result(conn)?)
            }
        }
    }
}

/// PostgreSQL's locks by a number. As functions that diesel knows, their statements are prepared once; what the first two give back is nothing,
/// and is not read.
mod lock {
    use diesel::sql_types::{BigInt, Text};

    #[diesel::declare_sql_function]
    extern "SQL" {
        fn hashtextextended(text: Text, seed: BigInt) -> BigInt;
        fn pg_advisory_xact_lock(key: BigInt) -> Bool;
        fn pg_advisory_xact_lock_shared(key: BigInt) -> Bool;
        fn pg_try_advisory_xact_lock(key: BigInt) -> Bool;
    }
}

/// The proof that the caller may do `A`, and the only way to the data.
pub struct Allowed<A> {
    actor: Arc<Actor>,
    state: web::Data<State>,
    action: PhantomData<A>,
}

impl<A: Action> Allowed<A> {
    /// Who the caller is.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// What the process holds for all requests.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Reads on one snapshot.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let done = self.state.database.read(self.within(false, work)).await?;
        Ok(done.known_to(&self.state))
    }

    fn within<T>(
        &self,
        writes: bool,
        work: impl Fn(&mut Tx) -> Result<T, Problem> + Send + 'static,
    ) -> impl Fn(&mut Conn) -> Result<Done<T>, Problem> + Send + 'static {
        let (actor, state) = (self.actor.clone(), self.state.clone());
        move |conn| {
            if writes {
                granted::hold(conn, &actor)?;
            }
            // Taken here and not when the request began: a body may take minutes, the writer's queue and others' turns a while, and
            // what is asked for is judged when it is done.
            let now = Moment(state.clock.now());
            let scope = Scope::of(conn, &actor, &state, now)?;
            Tx::run(conn, scope, &actor, now, &state, &work)
        }
    }
}

impl<A: Writes> Allowed<A> {
    /// Writes in one transaction. `work` can run twice, so ids that the caller sees come from outside; it is given the moment.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let done = self.state.database.write(self.within(true, work)).await?;
        self.state.audit.wake();
        Ok(done.known_to(&self.state))
    }

    /// Writes once for an `Idempotency-Key`: `right` is checked every time, `work` is done the first time.
    pub async fn write_once(
        &self,
        key: IdempotencyKey,
        body: web::Bytes,
        right: impl Fn(&mut Tx) -> Result<(), Problem> + Send + 'static,
        work: impl Fn(&mut Tx) -> Result<Stored, Problem> + Send + 'static,
    ) -> Result<Stored, Problem> {
        let flight: Flight = self.state.flights.take(&self.actor.key(), &key)?;
        let outcome = self
            .write(move |tx| {
                right(tx)?;
                crate::http::idempotency::once(tx, &key, &body, |tx| work(tx))
            })
            .await;
        drop(flight);
        outcome
    }
}

impl<A: Action> FromRequest for Allowed<A> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let state = request
                .app_data::<web::Data<State>>()
                .ok_or_else(|| Problem::internal("the app has no state"))?
                .clone();
            let identified = request.extensions().get::<Arc<Claims>>().cloned();
            let claims = identified.ok_or_else(no_token)?;
            let roles = permit::<A>(&claims)?;
            let trace = Trace::of(&request).0;
            Ok(Self {
                actor: Arc::new(Actor {
                    claims,
                    roles,
                    by_link: false,
                    needed_scope: (!A::SCOPE.is_empty()).then(|| A::SCOPE.to_owned()),
                    trace,
                }),
                state,
                action: PhantomData,
            })
        })
    }
}

/// The middleware around every operation: the token is judged before anything that a caller sent is looked at.
pub async fn identify(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let state = request.app_data::<web::Data<State>>().cloned();
    // The path as the router reads it, its escapes decoded: the two must not differ on what it is.
    let path = request.match_info().as_str();
    if let Some(state) = state
        && state.documents.is_secured(path, request.method())
    {
        match authenticate(request.request(), &state).await {
            Ok(claims) => drop(request.extensions_mut().insert(claims)),
            Err(refused) => return Ok(request.error_response(refused)),
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

async fn authenticate(request: &HttpRequest, state: &State) -> Result<Arc<Claims>, Problem> {
    let mut headers = request.headers().get_all(AUTHORIZATION);
    let (Some(header), None) = (headers.next(), headers.next()) else {
        return Err(no_token());
    };
    let (scheme, token) = header
        .to_str()
        .ok()
        .and_then(|header| header.trim().split_once(' '))
        .ok_or_else(no_token)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(no_token());
    }
    state.verifier.verify(token.trim()).await.map_err(refusal)
}

fn no_token() -> Problem {
    Problem::new(
        Kind::NoAccessToken,
        Text::new(
            "Stuur een toegangstoken mee: Authorization: Bearer <token>.",
            "Joignez un jeton d'accès : Authorization: Bearer <jeton>.",
            "Send an access token along: Authorization: Bearer <token>.",
        ),
    )
}

fn refusal(fault: TokenFault) -> Problem {
    match fault {
        TokenFault::Expired => Problem::new(
            Kind::ExpiredAccessToken,
            Text::new(
                "Het toegangstoken is vervallen; vraag een nieuw.",
                "Le jeton d'accès a expiré ; demandez-en un nouveau.",
                "The access token has expired; ask for a new one.",
            ),
        ),
        TokenFault::ConflictingRoles => Problem::new(
            Kind::MissingPermission,
            Text::new(
                "Een token staat aan één kant: van de voorziening (facility, facilityContributor), van de inspectie (inspector, planner) of van de erkennende overheid (authority). Vraag er een per kant.",
                "Un jeton est d'un seul côté : de la structure (facility, facilityContributor), de l'inspection (inspector, planner) ou de l'autorité d'agrément (authority). Demandez-en un par côté.",
                "A token stands on one side: of the facility (facility, facilityContributor), of the inspectorate (inspector, planner), or of the recognising body (authority). Ask for one for each side.",
            ),
        ),
        TokenFault::Unavailable => {
            Problem::busy().because("the issuer's keys or its introspection cannot be had")
        }
        TokenFault::Invalid(reason) => {
            log::info!("a token was refused: {reason}");
            Problem::new(
                Kind::InvalidAccessToken,
                Text::new(
                    "Dit toegangstoken wordt niet aanvaard.",
                    "Ce jeton d'accès n'est pas accepté.",
                    "This access token is not accepted.",
                ),
            )
        }
    }
}

/// The caller's roles that allow the action.
fn permit<A: Action>(claims: &Claims) -> Result<Vec<Role>, Problem> {
    let mut roles: Vec<Role> = claims
        .roles
        .iter()
        .map(|claim| claim.role)
        .filter(|role| A::ROLES.contains(role))
        .collect();
    roles.dedup();
    let scoped = A::SCOPE.is_empty() || claims.scopes.iter().any(|scope| scope == A::SCOPE);
    if roles == [Role::Integration] && !scoped {
        return Err(missing_scope(A::SCOPE));
    }
    if !scoped {
        roles.retain(|role| *role != Role::Integration);
    }
    if let Some(without_role) = &claims.without_role {
        return Err(Problem::new(Kind::MissingPermission, without_role.text()));
    }
    if roles.is_empty() {
        let allowed: Vec<&str> = A::ROLES.iter().map(|role| role.name()).collect();
        let allowed = allowed.join(", ");
        return Err(Problem::new(
            Kind::MissingPermission,
            Text::new(
                format!("Dit ({}) mag alleen als: {allowed}.", A::NAME),
                format!(
                    "Ceci ({}) n'est permis qu'en tant que : {allowed}.",
                    A::NAME
                ),
                format!("This ({}) is allowed only as: {allowed}.", A::NAME),
            ),
        ));
    }
    Ok(roles)
}

/// 403 for a machine whose token or grant lacks the scope.
fn missing_scope(scope: &str) -> Problem {
    Problem::new(
        Kind::MissingScope,
        Text::new(
            format!("Het token of de toelating mist de scope {scope}."),
            format!("Il manque au jeton ou à l'autorisation le scope {scope}."),
            format!("The token or the grant lacks the scope {scope}."),
        ),
    )
}
