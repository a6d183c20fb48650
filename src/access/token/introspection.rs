//! Opaque tokens (RFC 7662): the issuer is asked, and a good answer is believed for a minute at most. Closed when it fails.
//!
//! Anybody can send made-up tokens, and each costs a question: two things keep them from crowding out who has an account.
//! - A token that was good before waits for a turn among its like, which no made-up token ever is.
//! - A bad answer is remembered too, apart from the good ones, so that a bad token costs one question and not one for each time it comes.
//!
//! A token that is new here waits with the made-up ones: how many of those come in is for the proxy in front to limit.
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::cache::{Entry, Fingerprint};
use super::json::Members;
use super::remote::Remote;
use super::{Introspection, Settings, TokenFault, claims};

/// How long an answer is believed, in seconds.
const MAX_AGE: i64 = 60;

/// How long a bad answer is believed, in seconds: not long, for an issuer may give out a token before all of it knows.
const REFUSED_FOR: i64 = 10;

/// The most bad answers that are remembered.
const MOST_REFUSED: usize = 4096;

/// The most questions under way at once, about tokens that were good before and about others each.
const TURNS: usize = 16;

/// A token's fingerprint decides whose turn it waits for, so a token is asked about once however often it comes.
type Turns = [Arc<Mutex<()>>; TURNS];

#[derive(Debug)]
pub(super) struct Introspector {
    client: Introspection,
    remote: Remote,
    /// For tokens that were good before.
    known: Turns,
    /// For all others.
    strangers: Turns,
    refused: Refused,
}

/// Tokens about which the answer was no. They only spare questions, so that all may be forgotten when there are too many.
#[derive(Debug, Default)]
pub(super) struct Refused(RwLock<HashMap<Fingerprint, (TokenFault, i64)>>);

impl Refused {
    /// Fails if the token was refused a moment ago.
    pub(super) fn check(&self, fingerprint: &Fingerprint, now: i64) -> Result<(), TokenFault> {
        let refused = self.0.read().unwrap_or_else(PoisonError::into_inner);
        match refused.get(fingerprint) {
            Some((fault, until)) if now < *until => Err(fault.clone()),
            _ => Ok(()),
        }
    }

    pub(super) fn put(&self, fingerprint: Fingerprint, fault: TokenFault, now: i64) {
        let mut refused = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if refused.len() >= MOST_REFUSED {
            refused.clear();
        }
        refused.insert(fingerprint, (fault, now.saturating_add(REFUSED_FOR)));
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.read().unwrap().len()
    }
}

impl Introspector {
    pub(super) fn new(client: Introspection, remote: Remote) -> Self {
        Self {
            client,
            remote,
            known: std::array::from_fn(|_| Arc::default()),
            strangers: std::array::from_fn(|_| Arc::default()),
            refused: Refused::default(),
        }
    }

    /// What the last answers refused.
    pub(super) fn refused(&self) -> &Refused {
        &self.refused
    }

    /// The right to ask about a token, for as long as it is held; among its like, if it was good before.
    pub(super) async fn turn(
        &self,
        fingerprint: &Fingerprint,
        is_known: bool,
    ) -> Result<OwnedMutexGuard<()>, TokenFault> {
        let turns = if is_known {
            &self.known
        } else {
            &self.strangers
        };
        let turn = turns
            .get(fingerprint.part(TURNS))
            .ok_or(TokenFault::Unavailable)?;
        let waited =
            tokio::time::timeout(self.remote.timeout(), Arc::clone(turn).lock_owned()).await;
        waited.map_err(|_| TokenFault::Unavailable)
    }

    /// Asks, and gives the turn back with the answer: it is taken until the question is over, even if whoever asked is gone.
    pub(super) async fn ask(
        &self,
        turn: OwnedMutexGuard<()>,
        token: &str,
        endpoint: Option<&str>,
    ) -> Result<(Members, OwnedMutexGuard<()>), TokenFault> {
        let Some(endpoint) = endpoint.map(str::to_owned) else {
            log::error!("introspection is set up, but the issuer gave no introspection_endpoint");
            return Err(TokenFault::Unavailable);
        };
        let (remote, authorization, token) = (
            self.remote.clone(),
            self.client.authorization(),
            token.to_owned(),
        );
        let asked = tokio::task::spawn_blocking(move || {
            let form = [
                ("token", token.as_str()),
                ("token_type_hint", "access_token"),
            ];
            (remote.post(&endpoint, &authorization, &form), turn)
        });
        let (answer, turn) = asked
            .await
            .map_err(|error| unanswered(&error.to_string()))?;
        let answer = answer.map_err(|why| unanswered(&why))?;
        let members = Members::parse(&answer)
            .ok_or_else(|| unanswered("the answer is not an object with each member once"))?;
        Ok((members, turn))
    }
}

fn unanswered(why: &str) -> TokenFault {
    log::warn!("introspection failed: {why}");
    TokenFault::Unavailable
}

/// Where issuers say what kind of token it is, and what they call an access token, in any case: RFC 7662 (and RFC 6749, section 5.1),
/// Keycloak (and RFC 9068), Ory Hydra and Cognito.
const KINDS: [(&str, &[&str]); 3] = [
    ("token_type", &["bearer", "access_token"]),
    ("typ", &["bearer", "at+jwt", "application/at+jwt"]),
    ("token_use", &["access_token", "access"]),
];

/// A refresh token is active too (RFC 7662, section 2.1), and so is, to some issuers, an ID token: neither opens this door.
fn check_kind(answer: &Members) -> Result<(), TokenFault> {
    for (member, kinds) in KINDS {
        let Some(said) = answer.get(member) else {
            continue;
        };
        let said = said.as_str().unwrap_or_default();
        if !kinds.iter().any(|kind| said.eq_ignore_ascii_case(kind)) {
            return Err(TokenFault::Invalid(
                "the issuer says that it is no bearer's access token",
            ));
        }
    }
    Ok(())
}

/// What an answer says about its token.
pub(super) fn entry(answer: &Members, settings: &Settings, now: i64) -> Result<Entry, TokenFault> {
    if answer.get("active") != Some(&Value::Bool(true)) {
        return Err(TokenFault::Invalid("the issuer says that it is not active"));
    }
    check_kind(answer)?;
    let claims = claims::of_payload(answer, settings, now)?;
    Ok(Entry {
        until: claims.expires.min(now.saturating_add(MAX_AGE)),
        claims: Arc::new(claims),
        key: None,
    })
}

impl Introspection {
    /// HTTP Basic as RFC 6749, section 2.3.1, has it: both halves form-encoded first.
    fn authorization(&self) -> String {
        let pair = format!(
            "{}:{}",
            form_encoded(&self.client),
            form_encoded(&self.secret)
        );
        format!("Basic {}", STANDARD.encode(pair))
    }
}

fn form_encoded(text: &str) -> String {
    text.bytes()
        .fold(String::with_capacity(text.len()), |mut encoded, byte| {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => {
                    encoded.push(char::from(byte));
                }
                b' ' => encoded.push('+'),
                // Writing to a String cannot fail.
                _ => drop(write!(encoded, "%{byte:02X}")),
            }
            encoded
        })
}
