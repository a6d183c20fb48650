//! Tokens that passed, so that they pass again without a signature's 39 µs. Bounded, and never past `exp`.
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::claims::Claims;
use super::keys::Key;
use crate::hash::sha256;

/// Readers of different tokens seldom meet on one lock.
const SHARDS: usize = 16;

/// SHA-256 of the whole token, signature included: the token itself is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(super) fn of(token: &str) -> Self {
        Self(sha256(token.as_bytes()))
    }

    /// One of `count` equal parts of all fingerprints.
    pub(super) fn part(&self, count: usize) -> usize {
        let [first, ..] = self.0;
        usize::from(first) % count
    }
}

/// A token that passed.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) claims: Arc<Claims>,
    /// The second from which it must be looked at again.
    pub(super) until: i64,
    /// The key that it was signed with; none: it was introspected.
    pub(super) key: Option<Arc<Key>>,
}

impl Entry {
    fn is_good(&self, now: i64) -> bool {
        now < self.until && !self.is_withdrawn()
    }

    /// Whether it may be good again once it has been looked at.
    fn may_return(&self, now: i64) -> bool {
        now < self.until.max(self.claims.expires) && !self.is_withdrawn()
    }

    fn is_withdrawn(&self) -> bool {
        self.key.as_ref().is_some_and(|key| key.is_withdrawn())
    }
}

type Shard = RwLock<HashMap<Fingerprint, Entry>>;

#[derive(Debug)]
pub(super) struct Cache {
    shards: [Shard; SHARDS],
    /// The most that one shard holds.
    room: usize,
}

impl Cache {
    pub(super) fn new(size: usize) -> Self {
        Self {
            shards: std::array::from_fn(|_| Shard::default()),
            room: size.div_ceil(SHARDS),
        }
    }

    fn shard(&self, fingerprint: &Fingerprint) -> Option<&Shard> {
        self.shards.get(fingerprint.part(SHARDS))
    }

    pub(super) fn get(&self, fingerprint: &Fingerprint, now: i64) -> Option<Arc<Claims>> {
        let shard = self
            .shard(fingerprint)?
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        shard
            .get(fingerprint)
            .filter(|entry| entry.is_good(now))
            .map(|entry| Arc::clone(&entry.claims))
    }

    /// Whether the token was good before, even if it must be looked at again.
    pub(super) fn knows(&self, fingerprint: &Fingerprint, now: i64) -> bool {
        self.shard(fingerprint).is_some_and(|shard| {
            let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
            shard
                .get(fingerprint)
                .is_some_and(|entry| entry.may_return(now))
        })
    }

    pub(super) fn forget(&self, fingerprint: &Fingerprint) {
        if let Some(shard) = self.shard(fingerprint) {
            let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
            shard.remove(fingerprint);
        }
    }

    pub(super) fn put(&self, fingerprint: Fingerprint, entry: Entry, now: i64) {
        let Some(shard) = self.shard(&fingerprint) else {
            return;
        };
        if self.room == 0 || !entry.is_good(now) {
            return;
        }
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        if shard.len() >= self.room && !shard.contains_key(&fingerprint) {
            make_room(&mut shard, self.room, now);
        }
        shard.insert(fingerprint, entry);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.shards
            .iter()
            .map(|shard| shard.read().unwrap().len())
            .sum()
    }
}

/// Drops what will not be good again and, if all may be, what would go first anyway.
fn make_room(shard: &mut HashMap<Fingerprint, Entry>, room: usize, now: i64) {
    shard.retain(|_, entry| entry.may_return(now));
    if shard.len() >= room {
        let first = shard
            .iter()
            .min_by_key(|(_, entry)| entry.until)
            .map(|(fingerprint, _)| *fingerprint);
        first.and_then(|fingerprint| shard.remove(&fingerprint));
    }
}
