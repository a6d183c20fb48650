//! The issuer for development: an ES256 key in a directory, discovery, a key set, and tokens as RFC 9068 has them.
//! It gives anybody any role, so it belongs to the demo alone.
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock::Clock;
use crate::hash::sha256;
use crate::private;

/// Where the key set is, after the issuer's URL.
const JWKS_PATH: &str = "/.well-known/jwks.json";

const KEY_FILE: &str = "issuer-key.p8";
const URL_FILE: &str = "issuer-url";
/// The client of a token that names none.
const CLIENT: &str = "kindreflex-demo";

/// An issuer that signs whatever it is asked for.
#[derive(Debug)]
pub struct DevIssuer {
    url: String,
    key: EcdsaKeyPair,
    clock: Clock,
    kid: String,
    x: String,
    y: String,
}

/// What a token is to say.
#[derive(Debug, Clone, Default)]
pub struct TokenRequest {
    /// `sub` and `vo_id`.
    pub subject: String,
    /// `name`.
    pub name: Option<String>,
    /// `kindreflex_rol_3d`: each `role` or `role:organisation`.
    pub roles: Vec<String>,
    /// `vo_orgcode`.
    pub organisation: Option<String>,
    /// `scope`.
    pub scopes: Vec<String>,
    /// `client_id`; none: the demo's own.
    pub client: Option<String>,
    /// `aud`.
    pub audience: String,
    /// From now until `exp`.
    pub lifetime: Duration,
}

/// Why there is no issuer, or no token.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// A file of the issuer's cannot be read or written.
    #[error("{}: {cause}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The key's file holds no such key.
    #[error("{}: this is no ES256 key in PKCS#8; remove it and a new one is made", .0.display())]
    Key(PathBuf),
    /// The system's cryptography failed.
    #[error("no key could be made or used: {0}")]
    Cryptography(#[from] aws_lc_rs::error::Unspecified),
}

impl DevIssuer {
    /// The issuer of a directory, made if there is none, under this URL from now on.
    pub fn open(dir: &Path, issuer_url: &str) -> Result<Self, IssuerError> {
        fs::create_dir_all(dir).map_err(in_file(dir))?;
        let key = dir.join(KEY_FILE);
        if !key.exists() {
            let document = EcdsaKeyPair::generate_pkcs8(
                &ECDSA_P256_SHA256_FIXED_SIGNING,
                &SystemRandom::new(),
            )?;
            create_secret(&key, document.as_ref()).map_err(in_file(&key))?;
        }
        let url = dir.join(URL_FILE);
        fs::write(&url, issuer_url).map_err(in_file(&url))?;
        Self::load(dir)
    }

    /// The issuer that was opened in a directory before, under the URL that it had then.
    pub fn load(dir: &Path) -> Result<Self, IssuerError> {
        let url_file = dir.join(URL_FILE);
        let url = fs::read_to_string(&url_file).map_err(in_file(&url_file))?;
        let key_file = dir.join(KEY_FILE);
        let document = fs::read(&key_file).map_err(in_file(&key_file))?;
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &document)
            .map_err(|_| IssuerError::Key(key_file.clone()))?;
        let (x, y) = coordinates(&key).ok_or(IssuerError::Key(key_file))?;
        // RFC 7638: the key's own name.
        let thumbprint = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        let kid = URL_SAFE_NO_PAD.encode(sha256(thumbprint.as_bytes()));
        Ok(Self {
            url: url.trim().to_owned(),
            key,
            clock: Clock::default(),
            kid,
            x,
            y,
        })
    }

    /// The same issuer by another clock.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// The URL that its tokens name.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What discovery says (`/.well-known/openid-configuration`, after the issuer's URL).
    pub fn discovery(&self) -> Value {
        let base = self.url.strip_suffix('/').unwrap_or(&self.url);
        json!({
            "issuer": self.url,
            "jwks_uri": format!("{base}{JWKS_PATH}"),
            "response_types_supported": [],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
        })
    }

    /// The key set (`/.well-known/jwks.json`, after the issuer's URL).
    pub fn jwks(&self) -> Value {
        let Self { kid, x, y, .. } = self;
        json!({"keys": [{"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid, "x": x, "y": y}]})
    }

    /// A signed token.
    pub fn token(&self, request: &TokenRequest) -> Result<String, IssuerError> {
        let header = json!({"alg": "ES256", "typ": "at+jwt", "kid": self.kid});
        let message = format!("{}.{}", encoded(&header), encoded(&self.claims(request)));
        let signature = self.key.sign(&SystemRandom::new(), message.as_bytes())?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    fn claims(&self, request: &TokenRequest) -> Value {
        let TokenRequest {
            subject,
            name,
            roles,
            organisation,
            scopes,
            client,
            audience,
            lifetime,
        } = request;
        let now = self.clock.now();
        let optional = [
            ("name", name.clone().map(Value::from)),
            ("vo_orgcode", organisation.clone().map(Value::from)),
            (
                "kindreflex_rol_3d",
                (!roles.is_empty()).then(|| roles.clone().into()),
            ),
            (
                "scope",
                (!scopes.is_empty()).then(|| scopes.join(" ").into()),
            ),
        ];
        let mut claims = json!({
            "iss": self.url,
            "sub": subject,
            "aud": audience,
            "iat": now.timestamp(),
            "exp": now.timestamp().saturating_add(lifetime.num_seconds()),
            "jti": Uuid::now_v7(),
            "client_id": client.as_deref().unwrap_or(CLIENT),
            "vo_id": subject,
        });
        if let Value::Object(claims) = &mut claims {
            claims.extend(
                optional
                    .into_iter()
                    .filter_map(|(name, value)| Some((name.to_owned(), value?))),
            );
        }
        claims
    }
}

fn encoded(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

/// Of the uncompressed point: 4, x, y.
fn coordinates(key: &EcdsaKeyPair) -> Option<(String, String)> {
    let (x, y) = key
        .public_key()
        .as_ref()
        .strip_prefix(&[4])?
        .split_at_checked(32)?;
    Some((URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y)))
}

fn in_file(path: &Path) -> impl Fn(io::Error) -> IssuerError {
    move |cause| IssuerError::File {
        path: path.to_owned(),
        cause,
    }
}

/// A new file that its owner alone may read.
pub(crate) fn create_secret(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = private::create(path)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "http://127.0.0.1:8080/issuer";

    fn request() -> TokenRequest {
        TokenRequest {
            subject: "u-1".to_owned(),
            roles: vec!["facility:0316380841".to_owned()],
            organisation: Some("0316380841".to_owned()),
            scopes: vec!["read:a".to_owned(), "write:a".to_owned()],
            audience: "kindreflex".to_owned(),
            lifetime: Duration::hours(1),
            ..TokenRequest::default()
        }
    }

    #[test]
    fn an_issuer_keeps_its_key_and_url_for_a_later_command() {
        let dir = tempfile::tempdir().unwrap();
        let first = DevIssuer::open(&dir.path().join("new"), URL).unwrap();
        let later = DevIssuer::load(&dir.path().join("new")).unwrap();
        assert_eq!((later.url(), later.jwks()), (URL, first.jwks()));
        let moved = DevIssuer::open(&dir.path().join("new"), "http://127.0.0.1:1/").unwrap();
        assert_eq!(moved.jwks(), first.jwks());
        assert_eq!(moved.discovery()["issuer"], "http://127.0.0.1:1/");
        assert_eq!(
            moved.discovery()["jwks_uri"],
            format!("http://127.0.0.1:1{JWKS_PATH}")
        );
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_the_key() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        DevIssuer::open(dir.path(), URL).unwrap();
        let mode = fs::metadata(dir.path().join(KEY_FILE))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_directory_without_a_good_key_says_so() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(
            DevIssuer::load(dir.path()),
            Err(IssuerError::File { .. })
        ));
        fs::write(dir.path().join(KEY_FILE), "no key").unwrap();
        let fault = DevIssuer::open(dir.path(), URL).unwrap_err();
        assert!(
            fault.to_string().contains("this is no ES256 key"),
            "{fault}"
        );
    }

    #[test]
    fn a_token_says_what_was_asked_for_and_nothing_that_was_not() {
        let dir = tempfile::tempdir().unwrap();
        let issuer = DevIssuer::open(dir.path(), URL).unwrap();
        let claims = issuer.claims(&request());
        assert_eq!(
            claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
            3600
        );
        assert_eq!(claims["scope"], "read:a write:a");
        assert_eq!(claims["vo_id"], "u-1");
        assert_eq!(claims["client_id"], CLIENT);
        assert_eq!(claims["kindreflex_rol_3d"], json!(["facility:0316380841"]));
        let bare = issuer.claims(&TokenRequest::default());
        let names = bare
            .as_object()
            .unwrap()
            .keys()
            .collect::<std::collections::BTreeSet<_>>();
        let expected = [
            "aud",
            "client_id",
            "exp",
            "iat",
            "iss",
            "jti",
            "sub",
            "vo_id",
        ];
        assert!(names.into_iter().eq(expected.iter()), "{bare}");
        assert_ne!(
            issuer.claims(&request())["jti"],
            issuer.claims(&request())["jti"]
        );
    }
}
