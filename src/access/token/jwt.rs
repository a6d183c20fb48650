//! The compact form of a signed token and its header. The header chooses nothing but the key: the algorithm is the
//! key's, and `jku`, `jwk`, `x5u` and `x5c` are not read.
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde_json::Value;

use super::TokenFault;
use super::json::Members;

/// Three parts, not looked at yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signed<'a> {
    /// Header and payload as they were signed.
    message: &'a str,
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
}

/// A signed token with a header that is in order; nothing else is known of it yet.
#[derive(Debug)]
pub(super) struct Parsed<'a> {
    signed: Signed<'a>,
    /// What the header says. It must be what the key says.
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<String>,
}

impl<'a> Signed<'a> {
    /// The three parts, or nothing: then the token is opaque to us.
    pub(super) fn split(token: &'a str) -> Option<Self> {
        let (message, signature) = token.rsplit_once('.')?;
        let (header, payload) = message.split_once('.')?;
        (!payload.contains('.')).then_some(Self {
            message,
            header,
            payload,
            signature,
        })
    }

    pub(super) fn parse(self, require_typ: bool) -> Result<Parsed<'a>, TokenFault> {
        let header =
            decoded(self.header).ok_or(TokenFault::Invalid("the header cannot be read"))?;
        if header.get("crit").is_some() {
            return Err(TokenFault::Invalid("the header has crit"));
        }
        check_typ(header.get("typ"), require_typ)?;
        let kid = match header.get("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.clone()),
            Some(_) => return Err(TokenFault::Invalid("kid is not a string")),
        };
        let algorithm = header
            .get("alg")
            .and_then(Value::as_str)
            .and_then(algorithm)
            .ok_or(TokenFault::Invalid("alg is none that is accepted"))?;
        Ok(Parsed {
            signed: self,
            algorithm,
            kid,
        })
    }
}

impl<'a> Parsed<'a> {
    pub(super) fn message(&self) -> &'a [u8] {
        self.signed.message.as_bytes()
    }

    pub(super) fn signature(&self) -> &'a str {
        self.signed.signature
    }

    /// To be read once the signature is known to be good.
    pub(super) fn payload(&self) -> Result<Members, TokenFault> {
        decoded(self.signed.payload).ok_or(TokenFault::Invalid("the payload cannot be read"))
    }
}

/// The signature algorithms with a public key; `none` and the ones with a shared secret are not among them.
pub(super) fn algorithm(name: &str) -> Option<Algorithm> {
    Some(match name {
        "RS256" => Algorithm::RS256,
        "RS384" => Algorithm::RS384,
        "RS512" => Algorithm::RS512,
        "PS256" => Algorithm::PS256,
        "PS384" => Algorithm::PS384,
        "PS512" => Algorithm::PS512,
        "ES256" => Algorithm::ES256,
        "ES384" => Algorithm::ES384,
        "EdDSA" | "Ed25519" => Algorithm::EdDSA,
        _ => return None,
    })
}

fn decoded(part: &str) -> Option<Members> {
    Members::parse(&URL_SAFE_NO_PAD.decode(part).ok()?)
}

/// RFC 9068: `at+jwt`, so that no ID token passes for an access token.
fn check_typ(typ: Option<&Value>, required: bool) -> Result<(), TokenFault> {
    let good = match typ {
        None => !required,
        Some(Value::String(typ)) => {
            typ.eq_ignore_ascii_case("at+jwt") || typ.eq_ignore_ascii_case("application/at+jwt")
        }
        Some(_) => false,
    };
    if good {
        Ok(())
    } else {
        Err(TokenFault::Invalid("typ is not at+jwt"))
    }
}
