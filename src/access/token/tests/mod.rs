//! An issuer on this machine, keys of each kind, and tokens that can be bent at will.
mod claims;
mod forged;
mod introspection;
mod keys;
mod rotation;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaEncoding, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Claims, Introspection, Settings, TokenFault, Verifier};
use crate::clock::Clock;

const AUDIENCE: &str = "https://kindreflex.example/api";

/// Making an RSA key takes a while: the tests share two.
static RSA: LazyLock<RsaKeyPair> =
    LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());

type Sign = Arc<dyn Fn(&[u8]) -> Vec<u8> + Send + Sync>;

/// A private key, and what the issuer publishes of it.
#[derive(Clone)]
struct TestKey {
    jwk: Value,
    sign: Sign,
}

impl TestKey {
    fn ec(kid: &str) -> Self {
        let (signing, rng) = (
            &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
            SystemRandom::new(),
        );
        Self::ecdsa(
            EcdsaKeyPair::generate(signing).unwrap(),
            rng,
            kid,
            "ES256",
            "P-256",
        )
    }

    fn ec384(kid: &str) -> Self {
        let (signing, rng) = (
            &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
            SystemRandom::new(),
        );
        Self::ecdsa(
            EcdsaKeyPair::generate(signing).unwrap(),
            rng,
            kid,
            "ES384",
            "P-384",
        )
    }

    fn ecdsa(pair: EcdsaKeyPair, rng: SystemRandom, kid: &str, alg: &str, crv: &str) -> Self {
        let point = &pair.public_key().as_ref()[1..];
        let (x, y) = point.split_at(point.len() / 2);
        let jwk = json!({"kty": "EC", "crv": crv, "kid": kid, "alg": alg, "use": "sig", "x": b64(x), "y": b64(y)});
        Self {
            jwk,
            sign: Arc::new(move |message| pair.sign(&rng, message).unwrap().as_ref().to_vec()),
        }
    }

    fn ed(kid: &str) -> Self {
        let pair = Ed25519KeyPair::generate().unwrap();
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": b64(pair.public_key().as_ref())});
        Self {
            jwk,
            sign: Arc::new(move |message| pair.sign(message).as_ref().to_vec()),
        }
    }

    /// With no `alg`, so that it is RS256's.
    fn rsa(kid: &str) -> Self {
        Self::rsa_with(kid, &signature::RSA_PKCS1_SHA256)
    }

    fn rsa_with(kid: &str, padding: &'static dyn RsaEncoding) -> Self {
        let public = RSA.public_key();
        let (n, e) = (
            public.modulus().big_endian_without_leading_zero(),
            public.exponent(),
        );
        let jwk = json!({"kty": "RSA", "kid": kid, "n": b64(n), "e": b64(e.big_endian_without_leading_zero())});
        let sign = move |message: &[u8]| {
            let mut signed = vec![0; RSA.public_modulus_len()];
            RSA.sign(padding, &SystemRandom::new(), message, &mut signed)
                .unwrap();
            signed
        };
        Self {
            jwk,
            sign: Arc::new(sign),
        }
    }

    fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.jwk[member] = value.into();
        self
    }

    fn without(mut self, member: &str) -> Self {
        self.jwk.as_object_mut().unwrap().remove(member);
        self
    }

    /// A token with these parts, letter for letter.
    fn token_of(&self, header: &str, payload: &str) -> String {
        let message = format!("{}.{}", b64(header), b64(payload));
        let signature = (self.sign)(message.as_bytes());
        format!("{message}.{}", b64(signature))
    }

    fn token(&self, header: &Value, payload: &Value) -> String {
        self.token_of(&header.to_string(), &payload.to_string())
    }
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Makes an issuer answer something else.
type Spoil = fn(&mut Pages);

/// What the issuer answers, and what it was asked.
#[derive(Default)]
struct Pages {
    discovery: Value,
    jwks: Value,
    introspection: (u16, String),
    /// The one token that is active; none: all are.
    only: Option<&'static str>,
    /// Nobody answers.
    down: bool,
    delay: Duration,
    /// Request lines, in order.
    asked: Vec<String>,
    /// Heads and bodies of introspections.
    introspected: Vec<String>,
}

/// An issuer on this machine.
struct FakeIssuer {
    url: String,
    pages: Arc<Mutex<Pages>>,
}

impl FakeIssuer {
    fn start(keys: &[&TestKey]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let pages = Arc::new(Mutex::new(Pages {
            discovery: json!({
                "issuer": url, "jwks_uri": format!("{url}/keys"), "introspection_endpoint": format!("{url}/introspect"),
            }),
            ..Pages::default()
        }));
        let served = Arc::clone(&pages);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let pages = Arc::clone(&served);
                std::thread::spawn(move || answer(stream, &pages));
            }
        });
        let issuer = Self { url, pages };
        issuer.publish(keys);
        issuer
    }

    fn publish(&self, keys: &[&TestKey]) {
        let keys: Vec<_> = keys.iter().map(|key| key.jwk.clone()).collect();
        self.set(|pages| pages.jwks = json!({"keys": keys}));
    }

    fn set(&self, change: impl FnOnce(&mut Pages)) {
        change(&mut self.pages.lock().unwrap());
    }

    /// How often the key set was fetched.
    fn fetches(&self) -> usize {
        let pages = self.pages.lock().unwrap();
        pages
            .asked
            .iter()
            .filter(|line| line.starts_with("GET /keys "))
            .count()
    }

    fn requests(&self) -> usize {
        self.pages.lock().unwrap().asked.len()
    }

    fn introspected(&self) -> Vec<String> {
        self.pages.lock().unwrap().introspected.clone()
    }

    fn settings(&self) -> Settings {
        Settings::new(&self.url, AUDIENCE)
    }

    /// Settings under which the keys may be fetched again at any time, but only for a token that needs it.
    fn hasty(&self) -> Settings {
        Settings {
            refetch_pause: Duration::ZERO,
            http_timeout: Duration::from_secs(2),
            ..self.settings()
        }
    }

    fn verifier(&self) -> Verifier {
        Verifier::new(self.settings(), Clock::default())
    }

    /// The payload of a token that is good for an hour.
    fn payload(&self) -> Value {
        let now = Clock::default().now().timestamp();
        json!({
            "iss": self.url, "aud": AUDIENCE, "sub": "u-1", "iat": now, "exp": now + 3600, "client_id": "portal",
            "kindreflex_rol_3d": ["facility:0316380841"], "vo_orgcode": "0316380841", "scope": "read:facilities",
        })
    }

    fn good_token(&self, key: &TestKey) -> String {
        key.token(&header(key), &self.payload())
    }
}

fn header(key: &TestKey) -> Value {
    let usual = match key.jwk["kty"].as_str().unwrap() {
        "RSA" => "RS256",
        "OKP" => "EdDSA",
        _ => "ES256",
    };
    let alg = key.jwk["alg"].as_str().unwrap_or(usual);
    json!({"alg": alg, "typ": "at+jwt", "kid": key.jwk["kid"]})
}

fn answer(mut stream: TcpStream, pages: &Mutex<Pages>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).unwrap_or(0) == 0 {
            return;
        }
    }
    let lower = head.to_lowercase();
    let length = lower
        .split("content-length: ")
        .nth(1)
        .and_then(|rest| rest.lines().next()?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    let delay = pages.lock().unwrap().delay;
    std::thread::sleep(delay);
    if let Some((status, text)) = page(&mut pages.lock().unwrap(), &head, &body) {
        let location = if status == 302 {
            "location: /keys\r\n"
        } else {
            ""
        };
        let length = text.len();
        let head = format!(
            "HTTP/1.1 {status} X\r\n{location}connection: close\r\ncontent-length: {length}\r\n\r\n"
        );
        let _ = stream.write_all((head + &text).as_bytes());
    }
}

fn page(pages: &mut Pages, head: &str, body: &[u8]) -> Option<(u16, String)> {
    let line = head.lines().next().unwrap().to_owned();
    pages.asked.push(line.clone());
    if pages.down {
        return None;
    }
    Some(match line.split(' ').nth(1).unwrap() {
        "/.well-known/openid-configuration" => (200, pages.discovery.to_string()),
        "/keys" | "/.well-known/jwks.json" => (200, pages.jwks.to_string()),
        "/moved" => (302, String::new()),
        "/introspect" => {
            pages
                .introspected
                .push(format!("{head}{}", String::from_utf8_lossy(body)));
            let asked = String::from_utf8_lossy(body);
            match pages.only {
                Some(only) if !asked.starts_with(&format!("token={only}&")) => {
                    (200, json!({"active": false}).to_string())
                }
                _ => pages.introspection.clone(),
            }
        }
        _ => (404, String::new()),
    })
}

/// The reason for which a token is refused as invalid.
async fn refusal(verifier: &Verifier, token: &str) -> &'static str {
    match verifier.verify(token).await {
        Err(TokenFault::Invalid(reason)) => reason,
        other => panic!("{other:?} for {token}"),
    }
}
