//! The keys that are in force: fetched with the first token, again when they are old or a token names one that is not
//! there, never more often than a pause allows, one fetch at a time. An issuer that is down leaves them as they are.
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, OwnedMutexGuard};

use super::TokenFault;
use super::jwt::Parsed;
use super::keys::Key;
use super::remote::{Discovered, Remote};

/// The pause while there are no keys at all: nobody can be let in, so waiting longer helps nobody.
const PAUSE_WITHOUT_KEYS: Duration = Duration::from_secs(1);

/// What the last fetches gave. Never changed, only replaced.
#[derive(Debug, Clone, Default)]
pub(super) struct KeysInForce {
    pub(super) keys: Vec<Arc<Key>>,
    /// The issuer's introspection endpoint.
    pub(super) introspection: Option<String>,
    /// When the issuer last gave its keys.
    fetched: Option<Instant>,
    /// When it was last asked.
    attempted: Option<Instant>,
    /// Whether it did not answer when last asked.
    failed: bool,
}

#[derive(Debug)]
pub(super) struct Keyring {
    remote: Remote,
    max_age: Duration,
    pause: Duration,
    in_force: RwLock<Arc<KeysInForce>>,
    /// Held by the one fetch under way.
    flight: Arc<Mutex<()>>,
}

impl KeysInForce {
    /// The key that signed the token; nothing, if a newer set might have it.
    pub(super) fn verifying(&self, token: &Parsed<'_>) -> Result<Option<Arc<Key>>, TokenFault> {
        let named = |key: &&Arc<Key>| token.kid.is_none() || key.identity.kid == token.kid;
        let fitting = |key: &&Arc<Key>| key.identity.algorithm == token.algorithm;
        let mut candidates = self.keys.iter().filter(named).filter(fitting);
        match (candidates.next(), candidates.next()) {
            (Some(key), None) if key.signed(token) => Ok(Some(Arc::clone(key))),
            (Some(_), None) if token.kid.is_some() => {
                Err(TokenFault::Invalid("the signature is not its key's"))
            }
            (Some(_), Some(_)) => Err(TokenFault::Invalid("more than one key fits")),
            (None, _) if token.kid.is_some() && self.keys.iter().any(|key| named(&key)) => {
                Err(TokenFault::Invalid("alg is not its key's"))
            }
            _ => Ok(None),
        }
    }

    /// What this set, as the newest to be had, makes of a token that it has no key for.
    fn fault(&self) -> TokenFault {
        if self.failed || self.keys.is_empty() {
            TokenFault::Unavailable
        } else {
            TokenFault::Invalid("no key of the issuer's signed it")
        }
    }
}

impl Keyring {
    pub(super) fn new(remote: Remote, max_age: Duration, pause: Duration) -> Self {
        Self {
            remote,
            max_age,
            pause,
            in_force: RwLock::default(),
            flight: Arc::default(),
        }
    }

    pub(super) fn current(&self) -> Arc<KeysInForce> {
        Arc::clone(&self.in_force.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the keys are to be fetched before another token is judged.
    pub(super) fn is_due(&self) -> bool {
        self.is_due_for(&self.in_force.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn is_due_for(&self, in_force: &KeysInForce) -> bool {
        in_force
            .fetched
            .is_none_or(|fetched| fetched.elapsed() >= self.max_age)
            && self.may_fetch(in_force)
    }

    fn may_fetch(&self, in_force: &KeysInForce) -> bool {
        let pause = if in_force.keys.is_empty() {
            self.pause.min(PAUSE_WITHOUT_KEYS)
        } else {
            self.pause
        };
        in_force
            .attempted
            .is_none_or(|attempted| attempted.elapsed() >= pause)
    }

    /// The keys, fetched again if that is due. Whoever finds the issuer down waits for it once; after that the old keys
    /// serve at once and the fetch goes on behind them.
    pub(super) async fn fresh(self: &Arc<Self>) -> Arc<KeysInForce> {
        let in_force = self.current();
        if !self.is_due_for(&in_force) {
            return in_force;
        }
        if in_force.failed && !in_force.keys.is_empty() {
            if let Ok(turn) = Arc::clone(&self.flight).try_lock_owned() {
                drop(self.fetch(turn, in_force.clone()));
            }
            return in_force;
        }
        self.refetched(in_force).await
    }

    /// The key of a token that the keys in force do not have, after a fetch if the pause allows one.
    pub(super) async fn verifying_after_refetch(
        self: &Arc<Self>,
        in_force: &Arc<KeysInForce>,
        token: &Parsed<'_>,
    ) -> Result<Arc<Key>, TokenFault> {
        if !self.may_fetch(in_force) {
            return Err(in_force.fault());
        }
        let newest = self.refetched(Arc::clone(in_force)).await;
        newest.verifying(token)?.ok_or_else(|| newest.fault())
    }

    /// What comes after `seen`: by a fetch of our own, or of whoever was before us.
    async fn refetched(self: &Arc<Self>, seen: Arc<KeysInForce>) -> Arc<KeysInForce> {
        let turn = Arc::clone(&self.flight).lock_owned().await;
        let fetched = self.fetch(turn, Arc::clone(&seen)).await;
        fetched.unwrap_or_else(|error| {
            log::error!("fetching the issuer's keys went wrong: {error}");
            seen
        })
    }

    /// On a thread of its own, and to its end even if the request that caused it is gone.
    fn fetch(
        self: &Arc<Self>,
        turn: OwnedMutexGuard<()>,
        seen: Arc<KeysInForce>,
    ) -> tokio::task::JoinHandle<Arc<KeysInForce>> {
        let keyring = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let current = keyring.current();
            if !Arc::ptr_eq(&current, &seen) {
                return current;
            }
            let next = Arc::new(current.followed_by(keyring.remote.discover()));
            *keyring
                .in_force
                .write()
                .unwrap_or_else(PoisonError::into_inner) = Arc::clone(&next);
            next
        })
    }
}

impl KeysInForce {
    fn followed_by(&self, answer: Result<Discovered, String>) -> Self {
        let now = Some(Instant::now());
        match answer {
            Ok(Discovered {
                keys,
                introspection,
            }) => {
                let keys = self.carried_over(keys);
                Self {
                    keys,
                    introspection,
                    fetched: now,
                    attempted: now,
                    failed: false,
                }
            }
            Err(why) => {
                log::warn!(
                    "the issuer's keys cannot be fetched, {} stay in use: {why}",
                    self.keys.len()
                );
                Self {
                    attempted: now,
                    failed: true,
                    ..self.clone()
                }
            }
        }
    }

    /// Keys that stay keep their identity, so that tokens which passed with them still do; the others are withdrawn.
    fn carried_over(&self, published: Vec<Key>) -> Vec<Arc<Key>> {
        let known = |key: &Key| {
            self.keys
                .iter()
                .find(|old| old.identity == key.identity)
                .cloned()
        };
        let keys: Vec<_> = published
            .into_iter()
            .map(|key| known(&key).unwrap_or_else(|| Arc::new(key)))
            .collect();
        for old in self
            .keys
            .iter()
            .filter(|old| !keys.iter().any(|key| Arc::ptr_eq(key, old)))
        {
            log::info!(
                "the issuer withdrew the key {}",
                old.identity.kid.as_deref().unwrap_or("without a kid")
            );
            old.withdraw();
        }
        keys
    }
}
