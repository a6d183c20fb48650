//! HTTP to the issuer: answers of a limited size in a limited time, from `https` or from this machine, never redirected.
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use ureq::http::{Response, Uri};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body};

use super::keys::{self, Key};

/// Longest answer that is read.
const MAX_ANSWER_BYTES: u64 = 256 * 1024;

/// What discovery brought: what an issuer says of itself.
#[derive(Debug)]
pub(super) struct Discovered {
    pub(super) keys: Vec<Key>,
    pub(super) introspection: Option<String>,
}

/// An issuer on the other side of a network. All of it blocks: call it on a thread that may.
#[derive(Debug, Clone)]
pub(super) struct Remote {
    issuer: String,
    agent: Agent,
    timeout: Duration,
}

impl Remote {
    pub(super) fn new(issuer: &str, timeout: Duration) -> Self {
        // The machine's own certificates (and SSL_CERT_FILE): governments run authorities that browsers do not know.
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(Arc::new(
                rustls::crypto::aws_lc_rs::default_provider(),
            ))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(timeout))
            .max_redirects(0)
            .http_status_as_error(false)
            .user_agent("kindreflex");
        let config = if is_loopback(issuer) {
            config.proxy(None)
        } else {
            config
        };
        Self {
            issuer: issuer.to_owned(),
            agent: config.build().new_agent(),
            timeout,
        }
    }

    /// How long a request may take.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Discovery, and the key set that it points to.
    pub(super) fn discover(&self) -> Result<Discovered, String> {
        let base = self.issuer.strip_suffix('/').unwrap_or(&self.issuer);
        let discovery = self.get(&format!("{base}/.well-known/openid-configuration"))?;
        let member = |name: &str| discovery.get(name).and_then(Value::as_str);
        match member("issuer") {
            Some(issuer) if issuer == self.issuer => {}
            other => {
                return Err(format!(
                    "discovery speaks for the issuer {other:?}, not for {:?}",
                    self.issuer
                ));
            }
        }
        let address = member("jwks_uri").ok_or("discovery has no jwks_uri")?;
        let keys =
            keys::read(&self.get(address)?).ok_or_else(|| format!("{address} is no key set"))?;
        if keys.is_empty() {
            log::warn!("{address} has no key that can be used");
        }
        Ok(Discovered {
            keys,
            introspection: member("introspection_endpoint").map(str::to_owned),
        })
    }

    fn get(&self, address: &str) -> Result<Value, String> {
        let request = self
            .agent
            .get(safe(address)?)
            .header("accept", "application/json, application/jwk-set+json");
        let answer = read(address, request.call())?;
        serde_json::from_slice(&answer).map_err(|error| format!("{address}: {error}"))
    }

    /// Posts a form with HTTP Basic credentials.
    pub(super) fn post(
        &self,
        address: &str,
        authorization: &str,
        form: &[(&str, &str)],
    ) -> Result<Vec<u8>, String> {
        let request = self.agent.post(safe(address)?);
        let request = request
            .header("accept", "application/json")
            .header("authorization", authorization);
        read(address, request.send_form(form.iter().copied()))
    }
}

fn read(address: &str, answer: Result<Response<Body>, ureq::Error>) -> Result<Vec<u8>, String> {
    let mut answer = answer.map_err(|error| format!("{address}: {error}"))?;
    if answer.status() != 200 {
        return Err(format!("{address} answered {}", answer.status()));
    }
    let body = answer
        .body_mut()
        .with_config()
        .limit(MAX_ANSWER_BYTES)
        .read_to_vec();
    body.map_err(|error| format!("{address}: {error}"))
}

fn safe(address: &str) -> Result<&str, String> {
    if is_safe_url(address) {
        Ok(address)
    } else {
        Err(format!("{address} is neither https nor on this machine"))
    }
}

/// Whether an issuer may be there: `https`, or `http` on this machine.
pub fn is_safe_url(url: &str) -> bool {
    let https = url
        .parse::<Uri>()
        .is_ok_and(|uri| uri.scheme_str() == Some("https"));
    https || is_loopback(url)
}

fn is_loopback(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else {
        return false;
    };
    let Some(host) = uri.host() else { return false };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let local = host.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    local && matches!(uri.scheme_str(), Some("http" | "https"))
}
