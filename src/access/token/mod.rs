//! Bearer token → claims. A signed token is checked with the issuer's keys, an opaque one by introspection.
//!
//! - `jwt`: the compact form and its header; `claims`: what a payload must and may say. Both are pure.
//! - `keys`: one JSON Web Key Set; `keyring`: the set that is in force, when it is fetched and fetched again.
//! - `introspection`: RFC 7662; `remote`: HTTP to the issuer; `cache`: tokens that passed.
mod cache;
mod claims;
mod introspection;
mod json;
mod jwt;
mod keyring;
mod keys;
mod remote;
mod settings;
#[cfg(test)]
mod tests;
mod without_role;

use std::sync::Arc;

use crate::clock::Clock;

pub use claims::{Claims, RoleClaim};
pub use remote::is_safe_url;
pub use settings::{Introspection, Settings};
pub use without_role::{Reason, WithoutRole};

use cache::{Cache, Entry, Fingerprint};
use introspection::Introspector;
use jwt::Signed;
use keyring::Keyring;
use remote::Remote;

/// Longest token that is looked at.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// Why a token does not open the door.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// It was good until its `exp`.
    #[error("the token has expired")]
    Expired,
    /// It is not good. The reason is for the log, never for the client.
    #[error("the token is invalid: {0}")]
    Invalid(&'static str),
    /// A good token whose roles stand on more than one side of an inspection (*functiescheiding*).
    #[error("the roles of the token stand on more than one side of an inspection")]
    ConflictingRoles,
    /// The issuer's keys or its introspection cannot be had: nothing can be said about the token.
    #[error("the issuer cannot be reached")]
    Unavailable,
}

/// Checks tokens. Cheap to clone: the clones share keys and cache.
#[derive(Debug, Clone)]
pub struct Verifier(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    clock: Clock,
    cache: Cache,
    keyring: Arc<Keyring>,
    introspector: Option<Introspector>,
}

impl Verifier {
    /// A verifier that has no keys yet: they are fetched with the first token, or by [`Verifier::warm`].
    pub fn new(settings: Settings, clock: Clock) -> Self {
        let remote = Remote::new(&settings.issuer, settings.http_timeout);
        let introspector = settings
            .introspection
            .clone()
            .map(|client| Introspector::new(client, remote.clone()));
        Self(Arc::new(Inner {
            cache: Cache::new(settings.cache_size),
            keyring: Arc::new(Keyring::new(
                remote,
                settings.keys_max_age,
                settings.refetch_pause,
            )),
            introspector,
            settings,
            clock,
        }))
    }

    /// What the token says, if it is good now. A token seen before costs a hash and a look-up on the calling thread.
    pub async fn verify(&self, token: &str) -> Result<Arc<Claims>, TokenFault> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenFault::Invalid("longer than 8 KiB"));
        }
        let fingerprint = Fingerprint::of(token);
        if !self.0.keyring.is_due()
            && let Some(claims) = self.0.cached(&fingerprint)
        {
            return Ok(claims);
        }
        // Boxed, so that the future of a known token stays small.
        Box::pin(self.0.judge(token, fingerprint)).await
    }

    /// Whether there are keys to check signatures with.
    pub fn ready(&self) -> bool {
        !self.0.keyring.current().keys.is_empty()
    }

    /// Fetches the keys if that is due, before the first token needs them; then as [`Verifier::ready`].
    pub async fn warm(&self) -> bool {
        !self.0.keyring.fresh().await.keys.is_empty()
    }
}

impl Inner {
    fn now(&self) -> i64 {
        self.clock.now().timestamp()
    }

    fn cached(&self, fingerprint: &Fingerprint) -> Option<Arc<Claims>> {
        self.cache.get(fingerprint, self.now())
    }

    async fn judge(
        &self,
        token: &str,
        fingerprint: Fingerprint,
    ) -> Result<Arc<Claims>, TokenFault> {
        if !token.bytes().all(is_token_byte) {
            return Err(TokenFault::Invalid("characters that no token has"));
        }
        match (Signed::split(token), &self.introspector) {
            (Some(signed), _) => self.judge_signed(signed, fingerprint).await,
            (None, Some(introspector)) => self.judge_opaque(introspector, token, fingerprint).await,
            (None, None) => Err(TokenFault::Invalid(
                "not a signed token, and no introspection is set up",
            )),
        }
    }

    async fn judge_signed(
        &self,
        signed: Signed<'_>,
        fingerprint: Fingerprint,
    ) -> Result<Arc<Claims>, TokenFault> {
        let signed = signed.parse(self.settings.require_typ)?;
        let in_force = self.keyring.fresh().await;
        if let Some(claims) = self.cached(&fingerprint) {
            return Ok(claims);
        }
        let key = match in_force.verifying(&signed)? {
            Some(key) => key,
            None => {
                self.keyring
                    .verifying_after_refetch(&in_force, &signed)
                    .await?
            }
        };
        let claims = claims::of_access_token(&signed.payload()?, &self.settings, self.now())?;
        Ok(self.remember(
            fingerprint,
            Entry {
                until: claims.expires,
                claims: Arc::new(claims),
                key: Some(key),
            },
        ))
    }

    async fn judge_opaque(
        &self,
        introspector: &Introspector,
        token: &str,
        fingerprint: Fingerprint,
    ) -> Result<Arc<Claims>, TokenFault> {
        let in_force = self.keyring.fresh().await;
        let refused = introspector.refused();
        refused.check(&fingerprint, self.now())?;
        let is_known = self.cache.knows(&fingerprint, self.now());
        let turn = introspector.turn(&fingerprint, is_known).await?;
        // Whoever had the turn before may have asked about the same token.
        if let Some(claims) = self.cached(&fingerprint) {
            return Ok(claims);
        }
        refused.check(&fingerprint, self.now())?;
        let asked = self.now();
        let (answer, _turn) = introspector
            .ask(turn, token, in_force.introspection.as_deref())
            .await?;
        match introspection::entry(&answer, &self.settings, asked) {
            Ok(entry) => Ok(self.remember(fingerprint, entry)),
            Err(fault) => {
                self.cache.forget(&fingerprint);
                refused.put(fingerprint, fault.clone(), asked);
                Err(fault)
            }
        }
    }

    fn remember(&self, fingerprint: Fingerprint, entry: Entry) -> Arc<Claims> {
        let claims = Arc::clone(&entry.claims);
        // Here, and not at each refusal: a token is remembered once, and refused as often as it is sent.
        if let Some(without_role) = &claims.without_role {
            log::info!("a token gives no role: {}", without_role.text().en);
        }
        self.cache.put(fingerprint, entry, self.now());
        claims
    }
}

/// The alphabet of RFC 6750's `b64token`.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte)
}
