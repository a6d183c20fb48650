//! A place in the feed, sealed: a caller learns nothing from a cursor, not even whether anything happened between two of them.
//!
//! What is sealed is the number of an event and the start of the order's chain there. So a cursor is good in the database that wrote it, and
//! in one restored from a backup as far as that has the same past; everywhere else it is refused, and nobody reads on with a gap.
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use diesel::prelude::*;

use crate::access::Tx;
use crate::audit::chain;
use crate::audit::sequencer::Numbered;
use crate::db::schema::{audit_order, event_key};
use crate::db::types::AnyBackend;
use crate::http::letters;
use crate::problem::{In, Issue, Problem};
use crate::text::Text;

/// What the seal is for: the same key never opens anything else.
const PURPOSE: &[u8] = b"kindreflex event cursor 1";
/// So much of the chain tells one past from another.
const MARK: usize = 8;

/// Where a caller goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum After {
    /// After the newest event.
    Latest,
    /// After the place in this sealed cursor.
    Cursor(Vec<u8>),
}

impl FromStr for After {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "latest" {
            return Ok(Self::Latest);
        }
        letters::read(text).map(Self::Cursor).ok_or(())
    }
}

/// A place in the order: after this number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The number; 0 at the beginning.
    pub seq: i64,
    mark: [u8; MARK],
}

impl Place {
    /// Before the first event.
    pub fn beginning() -> Self {
        Self::at(0, &chain::beginning())
    }

    /// After this number, where the chain is this.
    pub fn at(seq: i64, chain: &[u8]) -> Self {
        let mark = chain.first_chunk().copied().unwrap_or_default();
        Self { seq, mark }
    }

    /// At the end of the order.
    pub fn after(end: Option<&Numbered>) -> Self {
        end.map_or_else(Self::beginning, |end| Self::at(end.seq, &end.chain))
    }

    /// After this number of this database; nothing when it has no such.
    pub fn numbered(tx: &mut Tx, seq: i64) -> Result<Option<Self>, Problem> {
        if seq == 0 {
            return Ok(Some(Self::beginning()));
        }
        let chain: Option<Vec<u8>> = audit_order::table
            .filter(audit_order::seq.eq(seq))
            .select(audit_order::chain)
            .into_boxed::<AnyBackend>()
            .first(tx.conn)
            .optional()?;
        Ok(chain.map(|chain| Self::at(seq, &chain)))
    }

    /// The place that a caller's cursor names, when it was written here and its past is the one of this database.
    pub fn named(tx: &mut Tx, sealed: &[u8]) -> Result<Self, Problem> {
        let key = key(tx)?;
        let Some(place) = Self::open(&key, sealed) else {
            return Err(unknown(sealed));
        };
        if Self::numbered(tx, place.seq)?.as_ref() == Some(&place) {
            Ok(place)
        } else {
            Err(unknown(sealed))
        }
    }

    /// The cursor of this place, sealed anew.
    pub fn cursor(&self, tx: &mut Tx) -> Result<String, Problem> {
        self.seal(&*key(tx)?)
    }

    fn seal(&self, key: &RandomizedNonceKey) -> Result<String, Problem> {
        let mut bytes = [&self.seq.to_be_bytes()[..], &self.mark].concat();
        let nonce = key
            .seal_in_place_append_tag(Aad::from(PURPOSE), &mut bytes)
            .map_err(|_| Problem::internal("a cursor could not be sealed"))?;
        Ok(letters::spell(&[&nonce.as_ref()[..], &bytes].concat()))
    }

    fn open(key: &RandomizedNonceKey, sealed: &[u8]) -> Option<Self> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut bytes = rest.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = key.open_in_place(nonce, Aad::from(PURPOSE), &mut bytes);
        let (seq, rest) = opened.ok()?.split_first_chunk()?;
        let seq = i64::from_be_bytes(*seq);
        let mark = *rest.first_chunk::<MARK>()?;
        Some(Self { seq, mark })
    }
}

/// The key of the database's cursors, read once.
#[derive(Clone, Default)]
pub struct CursorKey(Arc<OnceLock<Arc<RandomizedNonceKey>>>);

fn key(tx: &mut Tx) -> Result<Arc<RandomizedNonceKey>, Problem> {
    let kept = &tx.state.cursors.0;
    if let Some(known) = kept.get() {
        return Ok(known.clone());
    }
    let bytes: Vec<u8> = event_key::table
        .select(event_key::key)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)?;
    let key = RandomizedNonceKey::new(&AES_256_GCM_SIV, &bytes)
        .map_err(|_| Problem::internal("the key of the cursors has not 32 bytes"))?;
    Ok(kept.get_or_init(|| Arc::new(key)).clone())
}

/// What `after` must be.
pub fn expected() -> Text {
    Text::new(
        "Geef de cursor van het vorige antwoord, of latest. Deze cursor is niet van deze feed, of de gegevensbank werd hersteld: begin opnieuw zonder after, en lees opnieuw wat van u is.",
        "Donnez le curseur de la réponse précédente, ou latest. Ce curseur n'est pas de ce flux, ou la base de données a été restaurée : recommencez sans after, et relisez ce qui est à vous.",
        "Give the cursor of the answer before, or latest. This cursor is not of this feed, or the database was restored: start anew without after, and read again what is yours.",
    )
}

fn unknown(sealed: &[u8]) -> Problem {
    let issue = Issue::new("invalidValue", In::Query, "after", expected());
    Problem::fault(issue.with_value(letters::spell(sealed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> RandomizedNonceKey {
        RandomizedNonceKey::new(&AES_256_GCM_SIV, &[byte; 32]).expect("a key")
    }

    fn sealed(place: &Place, key: &RandomizedNonceKey) -> Vec<u8> {
        let text = place.seal(key).expect("sealed");
        match text.parse() {
            Ok(After::Cursor(sealed)) => sealed,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_cursor_is_another_every_time_and_leads_to_one_place() {
        let (place, key) = (Place::at(7, &[3; 32]), key(1));
        let (one, two) = (sealed(&place, &key), sealed(&place, &key));
        assert_ne!(one, two);
        assert_eq!(one.len(), two.len());
        for cursor in [one, two] {
            assert_eq!(Place::open(&key, &cursor), Some(place.clone()));
        }
        let far = Place::at(i64::MAX, &[9; 32]);
        let beginning = Place::beginning().seal(&key).expect("sealed");
        assert_eq!(far.seal(&key).expect("sealed").len(), beginning.len());
    }

    #[test]
    fn a_cursor_that_was_changed_or_is_anothers_is_none() {
        let (place, key_of_ours) = (Place::at(7, &[3; 32]), key(1));
        let whole = sealed(&place, &key_of_ours);
        assert_eq!(Place::open(&key(2), &whole), None);
        for byte in 0..whole.len() {
            let mut changed = whole.clone();
            changed[byte] ^= 1;
            assert_eq!(Place::open(&key_of_ours, &changed), None, "byte {byte}");
        }
        for length in 0..whole.len() {
            assert_eq!(Place::open(&key_of_ours, &whole[..length]), None);
        }
    }

    #[test]
    fn what_is_given_after_is_a_cursor_or_latest() {
        assert_eq!("latest".parse(), Ok(After::Latest));
        assert_eq!("ab".parse(), Ok(After::Cursor(vec![1])));
        for wrong in ["Latest", "a", "01890a5d-ac96-774b-bcce-b302099a8057"] {
            assert_eq!(wrong.parse::<After>(), Err(()), "{wrong}");
        }
    }
}
