//! What a token's payload must say, and what it says about the caller.
use std::collections::BTreeSet;
use std::str::FromStr;

use serde_json::Value;

use super::json::Members;
use super::without_role::{Reason, WithoutRole};
use super::{Settings, TokenFault};
use crate::access::role::Role;
use crate::hash::{hex, sha256};
use crate::personal::holds_register_number;

/// Longest name or number that a claim may hold.
const MAX_CHARS: usize = 255;

/// Who the caller is, according to the issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// `sub`.
    pub subject: String,
    /// `client_id`, or else `azp`.
    pub client: Option<String>,
    /// `name`, or else `given_name` and `family_name`.
    pub name: Option<String>,
    /// The roles that are ours and count for this caller, in the token's order. A machine is an `integration` and nothing else.
    pub roles: Vec<RoleClaim>,
    /// Why there are none; nothing when there are.
    pub without_role: Option<WithoutRole>,
    /// The organisation claim: of the roles that name none.
    pub organisation: Option<String>,
    /// `scope`, cut at its spaces.
    pub scopes: Vec<String>,
    /// `exp`, in seconds since 1970.
    pub expires: i64,
}

/// A role, and the organisation that it is for where the role claim names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleClaim {
    /// The role.
    pub role: Role,
    /// The organisation's number; none: the token's organisation.
    pub organisation: Option<String>,
}

/// The claims of a signed token whose signature is good.
pub(super) fn of_access_token(
    payload: &Members,
    settings: &Settings,
    now: i64,
) -> Result<Claims, TokenFault> {
    if payload.get("iss").is_none() {
        return Err(TokenFault::Invalid("no iss"));
    }
    if payload.get("iat").is_none() {
        return Err(TokenFault::Invalid("no iat"));
    }
    of_payload(payload, settings, now)
}

/// The claims of a payload in which `iss` and `iat` may be absent, as in an introspection's answer.
pub(super) fn of_payload(
    payload: &Members,
    settings: &Settings,
    now: i64,
) -> Result<Claims, TokenFault> {
    check_origin(payload, settings)?;
    refuse_bound(payload)?;
    let expires = check_time(payload, settings, now)?;
    let subject = text(payload, "sub")?.ok_or(TokenFault::Invalid("no sub"))?;
    let client = match text(payload, "client_id")? {
        Some(client) => Some(client),
        None => text(payload, "azp")?,
    };
    let organisation = organisation(payload, settings)?;
    let silent = in_any_case(payload, &settings.role_claim)?.is_none();
    let said = roles(payload, settings)?;
    if sides(&said) > 1 {
        return Err(TokenFault::ConflictingRoles);
    }
    // A token that a client asked for itself names the client as its subject (RFC 9068, section 2.2).
    let is_machine = client.as_ref() == Some(&subject);
    let roles = if is_machine {
        machine_roles(silent, &said)
    } else {
        person_roles(&said, organisation.as_deref(), settings)
    };
    let why = || Reason::of(silent, is_machine, &said, organisation.as_deref());
    let without_role = roles.is_empty().then(|| WithoutRole {
        claim: settings.role_claim.clone(),
        reason: why(),
    });
    Ok(Claims {
        subject: without_register_number(subject),
        client,
        name: name(payload).filter(|name| !holds_register_number(name)),
        roles,
        without_role,
        organisation,
        scopes: scopes(payload)?,
        expires,
    })
}

/// On how many sides of an inspection these roles stand: who is inspected, who inspects, and who decides on what follows.
fn sides(said: &[RoleClaim]) -> usize {
    let side = |claim: &RoleClaim| match claim.role {
        Role::Facility | Role::FacilityContributor => Some("inspected"),
        Role::Inspector | Role::Planner => Some("inspects"),
        Role::Authority => Some("decides"),
        Role::Expert | Role::Policy | Role::Admin | Role::Integration => None,
    };
    let sides: BTreeSet<&str> = said.iter().filter_map(side).collect();
    sides.len()
}

fn check_origin(payload: &Members, settings: &Settings) -> Result<(), TokenFault> {
    if payload
        .get("iss")
        .is_some_and(|iss| iss.as_str() != Some(&settings.issuer))
    {
        return Err(TokenFault::Invalid("iss is another"));
    }
    let ours = |audience: &Value| audience.as_str() == Some(&settings.audience);
    let meant_for_us = match payload.get("aud") {
        None => return Err(TokenFault::Invalid("no aud")),
        Some(Value::Array(all)) => all.iter().all(Value::is_string) && all.iter().any(ours),
        Some(one) => ours(one),
    };
    if meant_for_us {
        Ok(())
    } else {
        Err(TokenFault::Invalid("aud is another"))
    }
}

/// A token that is bound to a key (RFC 7800) is worth nothing without proof of that key (RFC 8705, RFC 9449). None is checked here, and
/// taken without, it would serve whoever stole it.
fn refuse_bound(payload: &Members) -> Result<(), TokenFault> {
    match payload.get("cnf") {
        None => Ok(()),
        Some(_) => Err(TokenFault::Invalid(
            "bound to a key (cnf), of which no proof is checked here",
        )),
    }
}

/// Returns `exp`.
fn check_time(payload: &Members, settings: &Settings, now: i64) -> Result<i64, TokenFault> {
    let leeway = i64::try_from(settings.leeway_seconds).unwrap_or(i64::MAX);
    let latest = now.saturating_add(leeway);
    if seconds(payload, "iat")?.is_some_and(|iat| iat > latest) {
        return Err(TokenFault::Invalid("iat is in the future"));
    }
    if seconds(payload, "nbf")?.is_some_and(|nbf| nbf > latest) {
        return Err(TokenFault::Invalid("nbf is in the future"));
    }
    let expires = seconds(payload, "exp")?.ok_or(TokenFault::Invalid("no exp"))?;
    if expires.saturating_add(leeway) <= now {
        Err(TokenFault::Expired)
    } else {
        Ok(expires)
    }
}

/// A NumericDate: seconds, of which a fraction is dropped.
fn seconds(payload: &Members, name: &str) -> Result<Option<i64>, TokenFault> {
    let Some(value) = payload.get(name) else {
        return Ok(None);
    };
    let whole = || {
        value
            .as_f64()
            .and_then(|seconds| seconds.floor().to_string().parse().ok())
    };
    value
        .as_i64()
        .or_else(whole)
        .map(Some)
        .ok_or(TokenFault::Invalid("a time is not a number of seconds"))
}

/// Short and without control characters, as every claim must be: both databases take it.
fn sound(text: &str) -> bool {
    text.chars().count() <= MAX_CHARS && !text.chars().any(char::is_control)
}

fn sound_text(value: &Value) -> Result<Option<String>, TokenFault> {
    match value {
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) if sound(text) => Ok(Some(text.clone())),
        _ => Err(TokenFault::Invalid("a claim is not a plain text")),
    }
}

fn text(payload: &Members, name: &str) -> Result<Option<String>, TokenFault> {
    payload.get(name).map_or(Ok(None), sound_text)
}

/// A name is for people to read: one that cannot be shown is left out.
fn name(payload: &Members) -> Option<String> {
    let part = |name| text(payload, name).ok().flatten();
    part("name").or_else(|| {
        let parts: Vec<_> = [part("given_name"), part("family_name")]
            .into_iter()
            .flatten()
            .collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    })
}

/// The claim with this name in any case, which may come once.
fn in_any_case<'a>(payload: &'a Members, name: &'a str) -> Result<Option<&'a Value>, TokenFault> {
    let mut found = payload.in_any_case(name);
    match (found.next(), found.next()) {
        (one, None) => Ok(one),
        _ => Err(TokenFault::Invalid("a claim comes in two spellings")),
    }
}

fn organisation(payload: &Members, settings: &Settings) -> Result<Option<String>, TokenFault> {
    in_any_case(payload, &settings.organisation_claim)?.map_or(Ok(None), sound_text)
}

/// A machine's role: its token says `integration`, or nothing of roles at all.
fn machine_roles(silent: bool, said: &[RoleClaim]) -> Vec<RoleClaim> {
    let machine = RoleClaim {
        role: Role::Integration,
        organisation: None,
    };
    if silent || said.contains(&machine) {
        vec![machine]
    } else {
        Vec::new()
    }
}

/// A person's roles. Those of government count only for the organisations that are set as its offices: elsewhere, whoever hands out
/// roles for an organisation of its own could make inspectors.
fn person_roles(
    said: &[RoleClaim],
    organisation: Option<&str>,
    settings: &Settings,
) -> Vec<RoleClaim> {
    let counts = |claim: &&RoleClaim| match claim.role {
        Role::Facility | Role::FacilityContributor => true,
        Role::Integration => false,
        _ if settings.offices.is_empty() => claim.organisation.is_none(),
        _ => claim
            .organisation
            .as_deref()
            .or(organisation)
            .is_some_and(|number| settings.offices.iter().any(|office| office == number)),
    };
    said.iter().filter(counts).cloned().collect()
}

/// A subject that holds a register number is replaced by its hash: still one caller, and the number is not stored.
fn without_register_number(subject: String) -> String {
    if !holds_register_number(&subject) {
        return subject;
    }
    let hash = hex(&sha256(subject.as_bytes()));
    format!("sha256:{}", hash.get(..24).unwrap_or_default())
}

fn roles(payload: &Members, settings: &Settings) -> Result<Vec<RoleClaim>, TokenFault> {
    let entries = match in_any_case(payload, &settings.role_claim)? {
        None => &[],
        Some(Value::Array(entries)) => entries.as_slice(),
        Some(entry) => std::slice::from_ref(entry),
    };
    let mut roles = Vec::with_capacity(entries.len());
    for entry in entries {
        let entry = sound_text(entry)?;
        if let Some(claim) = entry.and_then(|entry| role_claim(&entry, settings))
            && !roles.contains(&claim)
        {
            roles.push(claim);
        }
    }
    Ok(roles)
}

/// `role` or `role:organisation`; an unknown role is nothing, and so is a role for an organisation without a number:
/// it must not grow into the token's own organisation.
fn role_claim(entry: &str, settings: &Settings) -> Option<RoleClaim> {
    if let Some(role) = role(entry, settings) {
        return Some(RoleClaim {
            role,
            organisation: None,
        });
    }
    let (name, organisation) = entry.rsplit_once(':')?;
    let role = role(name, settings)?;
    (!organisation.is_empty()).then(|| RoleClaim {
        role,
        organisation: Some(organisation.to_owned()),
    })
}

fn role(name: &str, settings: &Settings) -> Option<Role> {
    if settings.roles.is_empty() {
        Role::from_str(name).ok()
    } else {
        settings.roles.get(name).copied()
    }
}

fn scopes(payload: &Members) -> Result<Vec<String>, TokenFault> {
    match payload.get("scope") {
        None => Ok(Vec::new()),
        Some(Value::String(scopes)) => {
            Ok(scopes.split_ascii_whitespace().map(str::to_owned).collect())
        }
        Some(_) => Err(TokenFault::Invalid("scope is not a text")),
    }
}
