//! A JSON Web Key Set (RFC 7517): of every key, the one algorithm that it may be used with.
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

use super::jwt::{self, Parsed};

/// A public key of the issuer's.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) identity: Identity,
    verifier: DecodingKey,
    /// Set once the issuer's set no longer has it: tokens that passed with it pass no more.
    withdrawn: AtomicBool,
}

/// What makes a key the same key in the next set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) kid: Option<String>,
    pub(super) algorithm: Algorithm,
    /// Modulus and exponent, or coordinates.
    material: [Vec<u8>; 2],
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(rename = "use")]
    used_for: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    kid: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    d: Option<Value>,
}

impl Key {
    pub(super) fn withdraw(&self) {
        self.withdrawn.store(true, Ordering::Release);
    }

    pub(super) fn is_withdrawn(&self) -> bool {
        self.withdrawn.load(Ordering::Acquire)
    }

    /// Whether this key made the signature with its own algorithm, whatever the header says.
    pub(super) fn signed(&self, token: &Parsed<'_>) -> bool {
        let algorithm = self.identity.algorithm;
        jsonwebtoken::crypto::verify(
            token.signature(),
            token.message(),
            &self.verifier,
            algorithm,
        )
        .unwrap_or(false)
    }

    fn read(jwk: &Value) -> Result<Self, &'static str> {
        let jwk = Jwk::deserialize(jwk).map_err(|_| "it cannot be read")?;
        if jwk
            .used_for
            .as_deref()
            .is_some_and(|used_for| used_for != "sig")
        {
            return Err("its use is not sig");
        }
        if jwk
            .key_ops
            .as_ref()
            .is_some_and(|ops| !ops.iter().any(|op| op == "verify"))
        {
            return Err("its key_ops do not have verify");
        }
        if jwk.d.is_some() {
            return Err("its private part is public");
        }
        let algorithm = jwk.algorithm()?;
        let material = jwk.material(algorithm)?;
        Ok(Self {
            verifier: decoding_key(algorithm, &material)?,
            identity: Identity {
                kid: jwk.kid,
                algorithm,
                material,
            },
            withdrawn: AtomicBool::new(false),
        })
    }
}

impl Jwk {
    /// What the key declares, or the usual one of its kind.
    fn algorithm(&self) -> Result<Algorithm, &'static str> {
        let usual = match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", None) => Algorithm::RS256,
            ("EC", Some("P-256")) => Algorithm::ES256,
            ("EC", Some("P-384")) => Algorithm::ES384,
            ("OKP", Some("Ed25519")) => Algorithm::EdDSA,
            _ => return Err("its kind is not supported"),
        };
        let Some(declared) = &self.alg else {
            return Ok(usual);
        };
        let declared = jwt::algorithm(declared).ok_or("its alg is not accepted")?;
        let fits = declared == usual || (self.kty == "RSA" && declared.family() == usual.family());
        if fits {
            Ok(declared)
        } else {
            Err("its alg does not fit its kind")
        }
    }

    fn material(&self, algorithm: Algorithm) -> Result<[Vec<u8>; 2], &'static str> {
        match algorithm {
            Algorithm::ES256 => Ok([bytes(self.x.as_deref(), 32)?, bytes(self.y.as_deref(), 32)?]),
            Algorithm::ES384 => Ok([bytes(self.x.as_deref(), 48)?, bytes(self.y.as_deref(), 48)?]),
            Algorithm::EdDSA => Ok([bytes(self.x.as_deref(), 32)?, Vec::new()]),
            _ => {
                let modulus = number(self.n.as_deref())?;
                if !(2048..=8192).contains(&bits(&modulus)) {
                    return Err("it has less than 2048 or more than 8192 bits");
                }
                Ok([modulus, number(self.e.as_deref())?])
            }
        }
    }
}

/// The keys of a set that can be used; nothing, if it is no set.
pub(super) fn read(set: &Value) -> Option<Vec<Key>> {
    let keys = set
        .get("keys")?
        .as_array()?
        .iter()
        .enumerate()
        .filter_map(|(position, jwk)| {
            Key::read(jwk)
                .map_err(|why| log::info!("key {position} of the issuer's set is not used: {why}"))
                .ok()
        });
    Some(keys.collect())
}

fn decoding_key(
    algorithm: Algorithm,
    [first, second]: &[Vec<u8>; 2],
) -> Result<DecodingKey, &'static str> {
    let encoded = |bytes: &Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
    match algorithm {
        Algorithm::ES256 | Algorithm::ES384 => {
            DecodingKey::from_ec_components(&encoded(first), &encoded(second))
        }
        Algorithm::EdDSA => Ok(DecodingKey::from_ed_der(first)),
        _ => Ok(DecodingKey::from_rsa_raw_components(first, second)),
    }
    .map_err(|_| "it cannot be read")
}

fn decoded(text: Option<&str>) -> Result<Vec<u8>, &'static str> {
    text.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok())
        .ok_or("a part of it is missing or unreadable")
}

fn bytes(text: Option<&str>, length: usize) -> Result<Vec<u8>, &'static str> {
    decoded(text).and_then(|bytes| {
        if bytes.len() == length {
            Ok(bytes)
        } else {
            Err("a part has the wrong length")
        }
    })
}

/// An unsigned number without leading zeros.
fn number(text: Option<&str>) -> Result<Vec<u8>, &'static str> {
    Ok(decoded(text)?
        .into_iter()
        .skip_while(|byte| *byte == 0)
        .collect())
}

fn bits(number: &[u8]) -> usize {
    let unused = number.first().map_or(0, |first| first.leading_zeros());
    number.len() * 8 - usize::try_from(unused).unwrap_or(0)
}
