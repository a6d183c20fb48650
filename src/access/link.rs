//! A small door beside [`super::Allowed`], for who holds a secret link and has no token.
//!
//! The link is no role. It leads to the one contribution whose secret it carries, looked up by the secret's hash in the transaction that uses it:
//! no such contribution, and there is nothing at all (404). The transaction has an empty [`Scope`], so a store that lists or finds by scope
//! finds nothing; what the work needs it loads by the contribution's id. The audit shows the role [`ROLE`] with that id.
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use aws_lc_rs::rand;
use diesel::prelude::*;

use super::{Actor, Done, Scope, Tx, operator};
use crate::app::State;
use crate::db::schema::contribution;
use crate::db::types::{AnyBackend, Conn, Id, Moment};
use crate::hash::{hex, sha256};
use crate::http::idempotency::{IdempotencyKey, Stored};
use crate::http::letters::spell;
use crate::http::wrap::Trace;
use crate::problem::{Kind, Problem};
use crate::text::Text;

/// What the audit calls who came by a link.
pub const ROLE: &str = "contributionLink";

/// The parameter of the path that holds the secret.
const PARAMETER: &str = "secret";

/// 256 bits of randomness in letters: digits among them would at times look like a register number, and the link be refused. It is never stored,
/// logged or repeated; its [`SecretHash`] is stored.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// A new one.
    pub fn new() -> Result<Self, Problem> {
        let mut bytes = [0_u8; 32];
        rand::fill(&mut bytes).map_err(|_| Problem::internal("no randomness"))?;
        Ok(Self(spell(&bytes)))
    }

    /// One that was made before.
    pub fn of(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// What is stored of it.
    pub fn hash(&self) -> SecretHash {
        SecretHash(sha256(self.0.as_bytes()))
    }

    /// The absolute address that it stands in.
    pub fn link(&self, state: &State) -> String {
        state.link(&format!("/contributionLinks/{}", self.0))
    }

    /// The same of a link to a survey.
    pub fn survey_link(&self, state: &State) -> String {
        state.link(&format!("/surveyLinks/{}", self.0))
    }
}

/// The SHA-256 of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretHash(pub [u8; 32]);

/// A link that leads to a contribution: whoever writes by it names its hash again, for a new one can be given meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The contribution.
    pub id: Id,
    /// The hash of the secret.
    pub hash: SecretHash,
}

/// The proof that the caller holds a link with some secret; whether there is a contribution with it, each transaction finds out.
pub struct ByLink {
    state: web::Data<State>,
    hash: SecretHash,
    trace: uuid::Uuid,
}

impl ByLink {
    /// Reads on one snapshot; `work` is given the contribution that the link leads to.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx, Link) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let done = self.state.database.read(self.within(work)).await?;
        Ok(done.known_to(&self.state))
    }

    /// Writes in one transaction. `work` can run twice.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx, Link) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let done = self.state.database.write(self.within(work)).await?;
        self.state.audit.wake();
        Ok(done.known_to(&self.state))
    }

    /// Writes once for an `Idempotency-Key`, which belongs to the contribution.
    pub async fn write_once(
        &self,
        key: IdempotencyKey,
        body: web::Bytes,
        work: impl Fn(&mut Tx, Link) -> Result<Stored, Problem> + Send + 'static,
    ) -> Result<Stored, Problem> {
        let flight = self.state.flights.take(&hex(&self.hash.0), &key)?;
        let outcome = self
            .write(move |tx, link| {
                crate::http::idempotency::once(tx, &key, &body, |tx| work(tx, link))
            })
            .await;
        drop(flight);
        outcome
    }

    fn within<T>(
        &self,
        work: impl Fn(&mut Tx, Link) -> Result<T, Problem> + Send + 'static,
    ) -> impl Fn(&mut Conn) -> Result<Done<T>, Problem> + Send + 'static {
        let (state, hash, trace) = (self.state.clone(), self.hash, self.trace);
        move |conn| {
            let now = Moment(state.clock.now());
            let id = find(conn, hash)?.ok_or_else(unknown)?;
            let actor = Actor {
                claims: operator::without_token(&id.to_string()),
                roles: Vec::new(),
                by_link: true,
                needed_scope: None,
                trace,
            };
            let scope = Scope::default();
            Tx::run(conn, scope, &actor, now, &state, &|tx| {
                work(tx, Link { id, hash })
            })
        }
    }
}

/// The contribution whose link has this secret.
fn find(conn: &mut Conn, hash: SecretHash) -> Result<Option<Id>, Problem> {
    Ok(contribution::table
        .filter(contribution::secret_hash.eq(hash.0.to_vec()))
        .select(contribution::id)
        .into_boxed::<AnyBackend>()
        .first(conn)
        .optional()?)
}

/// 404: nobody was given this link, or it was replaced.
pub fn unknown() -> Problem {
    Problem::new(
        Kind::ResourceNotFound,
        Text::new(
            "Deze link bestaat niet of geldt niet meer. Gebruik de laatste die u kreeg, of vraag de coördinator een nieuwe.",
            "Ce lien n'existe pas ou n'est plus valable. Utilisez le dernier que vous avez reçu, ou demandez-en un nouveau au coordinateur.",
            "This link does not exist or no longer counts. Use the last one that you got, or ask the coordinator for a new one.",
        ),
    )
}

/// The app's state, and the hash of the secret in the path. Any text is taken for a secret: what is malformed is as unknown as any other, and never
/// repeated.
fn held(request: &HttpRequest) -> Result<(web::Data<State>, SecretHash), Problem> {
    let secret = request.match_info().get(PARAMETER).unwrap_or_default();
    let state = request.app_data::<web::Data<State>>().cloned();
    let state = state.ok_or_else(|| Problem::internal("the app has no state"))?;
    Ok((state, Secret::of(secret).hash()))
}

impl FromRequest for ByLink {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let trace = Trace::of(request).0;
        ready(held(request).map(|(state, hash)| Self { state, hash, trace }))
    }
}

/// The same of a link to a survey, whose holder is nobody: the transaction knows neither trace nor caller, and whoever works in it records nothing.
pub struct BySurveyLink {
    state: web::Data<State>,
    hash: SecretHash,
}

impl BySurveyLink {
    /// Reads on one snapshot.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx, SecretHash) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let done = self.state.database.read(self.within(work)).await?;
        Ok(done.known_to(&self.state))
    }

    /// Writes in one transaction. `work` can run twice.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx, SecretHash) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let done = self.state.database.write(self.within(work)).await?;
        Ok(done.known_to(&self.state))
    }

    fn within<T>(
        &self,
        work: impl Fn(&mut Tx, SecretHash) -> Result<T, Problem> + Send + 'static,
    ) -> impl Fn(&mut Conn) -> Result<Done<T>, Problem> + Send + 'static {
        let (state, hash) = (self.state.clone(), self.hash);
        move |conn| {
            let now = Moment(state.clock.now());
            let actor = Actor {
                claims: operator::without_token("surveyLink"),
                roles: Vec::new(),
                by_link: true,
                needed_scope: None,
                trace: uuid::Uuid::nil(),
            };
            Tx::run(conn, Scope::default(), &actor, now, &state, &|tx| {
                work(tx, hash)
            })
        }
    }
}

/// 404: nobody was given this link to a survey, or somebody answered by it, or the survey is closed.
pub fn unknown_survey() -> Problem {
    Problem::new(
        Kind::ResourceNotFound,
        Text::new(
            "Deze link geldt niet: er is al mee geantwoord, de bevraging is afgesloten, of hij bestaat niet. Las u dat uw antwoorden bewaard zijn, dan zijn ze dat.",
            "Ce lien n'est pas valable : quelqu'un a déjà répondu avec, l'enquête est clôturée, ou il n'existe pas. Si vous avez lu que vos réponses sont conservées, elles le sont.",
            "This link does not count: somebody answered by it, the survey is closed, or there is none such. If you read that your answers are kept, they are.",
        ),
    )
}

impl FromRequest for BySurveyLink {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(held(request).map(|(state, hash)| Self { state, hash }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_sixty_four_letters_and_is_another_every_time() {
        let secrets: Vec<String> = (0..50).map(|_| Secret::new().expect("one").0).collect();
        for (place, secret) in secrets.iter().enumerate() {
            assert_eq!(secret.len(), 64);
            assert!(secret.bytes().all(|byte| matches!(byte, b'a'..=b'p')));
            assert!(!secrets[..place].contains(secret));
        }
    }
}
