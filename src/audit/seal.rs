//! Seals: signatures over the order, by a key that is not in the database.
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;

use super::chain::Hash;
use crate::db::schema::audit_seal;
use crate::db::types::Moment;
use crate::hash::{hex, sha256};

/// What stands before the 32 bytes of an Ed25519 key in a `PUBLIC KEY` (RFC 8410).
const PUBLIC_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// The key that signs, and every key whose seals are believed.
///
/// A file holds one Ed25519 key: PKCS#8 or a public key, in DER or PEM. A PEM file can hold several: the first private key signs, and seals by
/// any of them are believed, which is how a key is replaced.
#[derive(Clone)]
pub struct SealKeys(Arc<Keys>);

struct Keys {
    signer: Option<(String, Ed25519KeyPair)>,
    known: BTreeMap<String, Vec<u8>>,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    /// The file cannot be read or written.
    #[error("{}: {cause}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The file holds something else.
    #[error("{} holds no Ed25519 key", .0.display())]
    NoKey(PathBuf),
    /// The system's cryptography failed.
    #[error("no key could be made: {0}")]
    Cryptography(#[from] aws_lc_rs::error::Unspecified),
}

impl fmt::Debug for SealKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.known.keys()).finish()
    }
}

impl SealKeys {
    /// Reads a file of keys.
    pub fn read(path: &Path) -> Result<Self, KeyFault> {
        let content = fs::read(path).map_err(|cause| KeyFault::File {
            path: path.to_owned(),
            cause,
        })?;
        let blocks = match std::str::from_utf8(&content) {
            Ok(text) if text.contains("-----BEGIN ") => pem_blocks(text),
            _ => Some(vec![content]),
        };
        blocks
            .as_deref()
            .and_then(Self::of)
            .ok_or_else(|| KeyFault::NoKey(path.to_owned()))
    }

    /// The key of a file that only its owner can read, made if there is none: for the demo.
    pub fn open(path: &Path) -> Result<Self, KeyFault> {
        if !path.exists() {
            let key = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new())?;
            crate::issuer::create_secret(path, key.as_ref()).map_err(|cause| KeyFault::File {
                path: path.to_owned(),
                cause,
            })?;
        }
        Self::read(path)
    }

    fn of(blocks: &[Vec<u8>]) -> Option<Self> {
        let (mut signer, mut known) = (None, BTreeMap::new());
        for der in blocks {
            if let Ok(pair) = Ed25519KeyPair::from_pkcs8(der) {
                let public = pair.public_key().as_ref().to_vec();
                let id = key_id(&public);
                known.insert(id.clone(), public);
                signer.get_or_insert((id, pair));
            } else {
                let public = der.strip_prefix(&PUBLIC_PREFIX)?;
                if public.len() != 32 {
                    return None;
                }
                known.insert(key_id(public), public.to_vec());
            }
        }
        (!known.is_empty()).then(|| Self(Arc::new(Keys { signer, known })))
    }

    /// Is there a private key among them?
    pub fn can_sign(&self) -> bool {
        self.0.signer.is_some()
    }

    /// Seals the order from `seq_from` to `seq_to`, whose chain ends in `chain`, after the seal before it; nothing without a private key.
    pub fn seal(
        &self,
        range: (i64, i64),
        chain: Hash,
        before: Option<&Seal>,
        at: Moment,
    ) -> Option<Seal> {
        let (key_id, pair) = self.0.signer.as_ref()?;
        let mut seal = Seal {
            seq_to: range.1,
            seq_from: range.0,
            chain,
            previous: before.map_or_else(super::chain::beginning, Seal::hash),
            key_id: key_id.clone(),
            signature: Vec::new(),
            at,
        };
        seal.signature = pair.sign(&seal.message()).as_ref().to_vec();
        Some(seal)
    }

    /// Is the signature by one of these keys?
    pub fn verify(&self, seal: &Seal) -> Signature {
        let Some(key) = self.0.known.get(&seal.key_id) else {
            return Signature::UnknownKey;
        };
        match UnparsedPublicKey::new(&ED25519, key).verify(&seal.message(), &seal.signature) {
            Ok(()) => Signature::Good,
            Err(_) => Signature::Bad,
        }
    }
}

/// What a signature is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// It is the key's, over this.
    Good,
    /// It is not.
    Bad,
    /// It says to be by a key that is not known here.
    UnknownKey,
}

/// A signature over a stretch of the order and, through the chain and the seal before it, over all that went before.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = audit_seal, check_for_backend(crate::db::types::AnyBackend))]
pub struct Seal {
    /// The last number under it.
    pub seq_to: i64,
    /// The first.
    pub seq_from: i64,
    /// The chain at the last.
    pub chain: Hash,
    /// The hash of the seal before it.
    pub previous: Hash,
    /// The name of the key.
    pub key_id: String,
    /// The signature.
    pub signature: Vec<u8>,
    /// When.
    pub at: Moment,
}

impl Seal {
    /// What is signed; every field has a fixed length.
    fn message(&self) -> Vec<u8> {
        [
            b"kindreflex seal 1",
            &self.seq_from.to_be_bytes()[..],
            &self.seq_to.to_be_bytes(),
            &self.at.0.timestamp_micros().to_be_bytes(),
            &sha256(&self.chain),
            &sha256(&self.previous),
            &sha256(self.key_id.as_bytes()),
        ]
        .concat()
    }

    /// The hash that the next seal refers to.
    pub fn hash(&self) -> Hash {
        sha256(&[self.message(), self.signature.clone()].concat()).to_vec()
    }
}

/// A key's name: the start of its public half's SHA-256.
fn key_id(public: &[u8]) -> String {
    hex(&sha256(public)).chars().take(16).collect()
}

fn pem_blocks(text: &str) -> Option<Vec<Vec<u8>>> {
    let mut blocks = Vec::new();
    let mut body: Option<String> = None;
    for line in text.lines().map(str::trim) {
        if line.starts_with("-----BEGIN ") {
            body = Some(String::new());
        } else if line.starts_with("-----END ") {
            blocks.push(STANDARD.decode(body.take()?).ok()?);
        } else if let Some(body) = &mut body {
            body.push_str(line);
        }
    }
    body.is_none().then_some(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    // As `openssl genpkey -algorithm ed25519` writes it, and `openssl pkey -pubout`.
    const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
";
    const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
-----END PUBLIC KEY-----
";

    fn read(content: &[u8]) -> Result<SealKeys, KeyFault> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(file.path(), content).expect("written");
        SealKeys::read(file.path())
    }

    fn moment() -> Moment {
        Moment(chrono::DateTime::from_timestamp_micros(1_800_000_000_000_000).expect("a moment"))
    }

    #[test]
    fn keys_are_read_as_openssl_writes_them() {
        let pem = read(PRIVATE.as_bytes()).expect("PEM");
        let der = pem_blocks(PRIVATE).expect("a block").remove(0);
        let der = read(&der).expect("DER");
        let seal = pem
            .seal((1, 2), vec![1; 32], None, moment())
            .expect("signed");
        assert_eq!(der.verify(&seal), Signature::Good);
        let public = read(PUBLIC.as_bytes()).expect("a public key");
        assert!(!public.can_sign());
        assert_eq!(public.verify(&seal), Signature::Good);
        for wrong in [
            "",
            "no key",
            "-----BEGIN PRIVATE KEY-----\nMC4C\n",
            "-----BEGIN X-----\nAAAA\n-----END X-----\n",
        ] {
            assert!(read(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_replaced_key_is_still_believed_where_its_public_half_is_kept() {
        let directory = tempfile::tempdir().expect("a directory");
        let new = SealKeys::open(&directory.path().join("seal-key.der")).expect("a key");
        let old = read(PRIVATE.as_bytes()).expect("a key");
        let seal = old
            .seal((1, 1), vec![1; 32], None, moment())
            .expect("signed");
        assert_eq!(new.verify(&seal), Signature::UnknownKey);
        let der = fs::read(directory.path().join("seal-key.der")).expect("there");
        let both = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n{PUBLIC}",
            STANDARD.encode(der)
        );
        let both = read(both.as_bytes()).expect("both");
        assert_eq!(both.verify(&seal), Signature::Good);
        let next = both
            .seal((2, 2), vec![2; 32], Some(&seal), moment())
            .expect("signed");
        assert_eq!(new.verify(&next), Signature::Good);
    }

    #[test]
    fn every_field_of_a_seal_is_signed() {
        let keys = read(PRIVATE.as_bytes()).expect("a key");
        let whole = keys
            .seal((1, 5), vec![1; 32], None, moment())
            .expect("signed");
        let edits: [fn(&mut Seal); 5] = [
            |seal| seal.seq_from = 2,
            |seal| seal.seq_to = 6,
            |seal| seal.chain = vec![2; 32],
            |seal| seal.previous = vec![2; 32],
            |seal| seal.at = Moment(seal.at.0 + chrono::Duration::microseconds(1)),
        ];
        for (index, edit) in edits.iter().enumerate() {
            let mut edited = whole.clone();
            edit(&mut edited);
            assert_eq!(keys.verify(&edited), Signature::Bad, "edit {index}");
        }
    }
}
