//! `kindreflex token`: tokens of a demo's issuer.
use std::path::Path;

use kindreflex::access::Role;
use kindreflex::demo;
use kindreflex::issuer::{DevIssuer, TokenRequest};
use kindreflex::problem::AnyError;

use super::{DEMO_AUDIENCE, say};

/// For whom a token is.
#[derive(clap::Args)]
pub struct Whom {
    /// facility, facilityContributor, inspector, planner, authority, expert, policy, admin or integration.
    #[arg(long)]
    role: Role,
    /// The organisation's or facility's number; vzw De Linde's where a role needs one and none is given.
    #[arg(long)]
    organisation: Option<String>,
    /// A machine's scopes, separated by blanks.
    #[arg(long)]
    scope: Option<String>,
    /// A machine's client, for --role integration; epd-de-linde when none is given.
    #[arg(long)]
    client: Option<String>,
    /// Another person: the subject is demo-NAME, such as demo-inspector-2, instead of demo-ROLE. Not for a machine.
    #[arg(long, value_name = "NAME")]
    person: Option<String>,
}

impl Whom {
    /// Who the greeting of a demo shows in this role.
    pub fn of(role: Role) -> Self {
        Self {
            role,
            organisation: None,
            scope: None,
            client: None,
            person: None,
        }
    }

    fn refuse_nonsense(&self) -> Result<(), AnyError> {
        let machine = self.role == Role::Integration;
        if self.client.is_some() && !machine {
            return Err(
                "only a machine has a client of its own; use --client with --role integration"
                    .into(),
            );
        }
        if self.person.is_some() && machine {
            return Err("a machine is no person; use --client with --role integration".into());
        }
        Ok(())
    }

    fn request(self) -> TokenRequest {
        let organisation = self.organisation.or_else(|| {
            matches!(self.role, Role::Facility | Role::FacilityContributor).then(first_organisation)
        });
        let request = TokenRequest {
            roles: vec![self.role.to_string()],
            organisation,
            scopes: words(self.scope.as_deref().unwrap_or_default()),
            audience: DEMO_AUDIENCE.into(),
            lifetime: chrono::Duration::hours(12),
            ..TokenRequest::default()
        };
        if self.role == Role::Integration {
            let client = self.client.unwrap_or_else(|| demo::ids::CLIENT.to_owned());
            let every = || words(&kindreflex::facility::integrations::known_scopes().join(" "));
            return TokenRequest {
                subject: client.clone(),
                client: Some(client),
                scopes: self.scope.map_or_else(every, |_| request.scopes),
                ..request
            };
        }
        let person = self.person.unwrap_or_else(|| self.role.to_string());
        TokenRequest {
            subject: format!("demo-{person}"),
            name: Some(format!("Demo {person}")),
            client: Some("kindreflex-demo".into()),
            ..request
        }
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn first_organisation() -> String {
    demo::FACILITIES
        .first()
        .map(|made| demo::enterprise_number(made.number))
        .unwrap_or_default()
}

/// A token of this issuer.
pub fn of(issuer: &DevIssuer, whom: Whom) -> Result<String, AnyError> {
    whom.refuse_nonsense()?;
    Ok(issuer.token(&whom.request())?)
}

/// Prints a token of the demo in this directory.
pub fn run(whom: Whom, data: &Path) -> Result<(), AnyError> {
    whom.refuse_nonsense()?;
    let issuer = DevIssuer::load(data).map_err(|fault| {
        format!(
            "{fault}; start one first: kindreflex demo --data {}",
            data.display()
        )
    })?;
    say(&of(&issuer, whom)?)
}
