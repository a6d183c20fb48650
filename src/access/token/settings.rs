//! What an operator says about the issuer and its tokens.
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::access::role::Role;

/// How tokens are checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The OpenID Connect issuer, character for character as `iss` has it.
    pub issuer: String,
    /// The audience that this service answers to.
    pub audience: String,
    /// The claim with the roles; its case does not matter.
    pub role_claim: String,
    /// The claim with the organisation; its case does not matter.
    pub organisation_claim: String,
    /// The issuer's names of roles and ours; empty: ours as they are.
    pub roles: BTreeMap<String, Role>,
    /// The organisations whose people may be inspector, planner, authority, expert, policy or admin; empty: such a role counts only
    /// where it names no organisation.
    pub offices: Vec<String>,
    /// Whether a token must have a `typ`. One that has it must have the right one, whatever this says.
    pub require_typ: bool,
    /// How far the issuer's clock may be off.
    pub leeway_seconds: u64,
    /// Who asks about opaque tokens; none: they are refused.
    pub introspection: Option<Introspection>,
    /// How many verified tokens are remembered.
    pub cache_size: usize,
    /// How old the keys may become before they are fetched again: a withdrawn key stops working after that.
    pub keys_max_age: Duration,
    /// The least time between two fetches of keys, whatever tokens come in.
    pub refetch_pause: Duration,
    /// How long a request to the issuer may take.
    pub http_timeout: Duration,
}

impl Settings {
    /// The defaults for an issuer and an audience.
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            audience: audience.into(),
            role_claim: "kindreflex_rol_3d".to_owned(),
            organisation_claim: "vo_orgcode".to_owned(),
            roles: BTreeMap::new(),
            offices: Vec::new(),
            require_typ: true,
            leeway_seconds: 5,
            introspection: None,
            cache_size: 10_000,
            keys_max_age: Duration::from_mins(10),
            refetch_pause: Duration::from_secs(30),
            http_timeout: Duration::from_secs(5),
        }
    }
}

/// The client that asks the issuer about opaque tokens (RFC 7662, HTTP Basic).
#[derive(Clone)]
pub struct Introspection {
    /// The client's id.
    pub client: String,
    /// The client's secret.
    pub secret: String,
}

impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection")
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}
