//! The machines that an admin let in, beside the mandates that organisations give themselves.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Role;
use crate::access::policy::ACTIONS;
use crate::db::types::{Id, Moment};
use crate::http::body::Check;
use crate::http::checks::{at_most, check_name};
use crate::problem::Issue;
use crate::text::Text;

pub mod routes;
pub mod store;

/// A machine that an admin let in.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationGrant {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// The `client_id` in its tokens.
    pub client_id: String,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// The organisations that it works for. What they do for own improvement is theirs alone, until they give it a mandate.
    pub organisations: Vec<Id>,
    /// May it read about all organisations? Then it sees what an inspector sees, and writes nothing.
    pub all_organisations: bool,
    /// From this moment on it is out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub valid_until: Option<Moment>,
    #[serde(skip)]
    pub(crate) edit: i64,
    #[serde(skip)]
    pub(crate) created_at: Moment,
}

/// How a machine is let in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IntegrationGrantInput {
    /// What people call it.
    #[schema(min_length = 1, max_length = 200, example = "EPD-koppeling De Linde")]
    pub name: String,
    /// What it may do: `read:facilities`, `read:frameworks`, `read:cycles`, `read:selfAssessments`,
    /// `write:selfAssessments`, `confirm:selfAssessments`, `submit:selfAssessments`, `read:stepPlans`,
    /// `write:stepPlans`, `read:attachments`, `write:attachments`, `read:inspectionRounds`, `read:inspections`,
    /// `read:rollout`, `read:events`, `read:tasks`.
    #[schema(max_items = 50, example = json!(["read:facilities", "read:selfAssessments", "write:selfAssessments"]))]
    pub scopes: Vec<String>,
    /// The organisations that it works for. What they do for own improvement is theirs alone, until they give it a mandate.
    #[serde(default)]
    #[schema(required = false, max_items = 500)]
    pub organisations: Vec<Id>,
    /// May it read about all organisations?
    #[serde(default)]
    #[schema(required = false)]
    pub all_organisations: bool,
    /// From this moment on it is out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub valid_until: Option<Moment>,
}

/// Every scope that some action asks of a machine.
pub fn known_scopes() -> Vec<&'static str> {
    let mut scopes: Vec<&str> = ACTIONS
        .iter()
        .filter(|(_, roles, scope)| roles.contains(&Role::Integration) && !scope.is_empty())
        .map(|(_, _, scope)| *scope)
        .collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

/// Scopes in one list at most.
const MOST_SCOPES: usize = 50;

/// Refuses a scope that no operation asks for; says whether the list was short enough to look at.
pub fn check_scope_names(scopes: &[String], faults: &mut Vec<Issue>) -> bool {
    if !at_most("scopes", scopes.len(), MOST_SCOPES, faults) {
        return false;
    }
    let known = known_scopes();
    for (index, scope) in scopes.iter().enumerate() {
        if !known.contains(&scope.as_str()) {
            let known = known.join(", ");
            let detail = Text::new(
                format!("Deze scope bestaat niet; gebruik: {known}."),
                format!("Ce scope n'existe pas ; utilisez : {known}."),
                format!("There is no such scope; use: {known}."),
            );
            let name = format!("scopes[{index}]");
            faults.push(Issue::body("unknownScope", name, detail).with_value(scope.clone()));
        }
    }
    true
}

impl Check for IntegrationGrantInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_name("name", &self.name, faults);
        at_most("organisations", self.organisations.len(), 500, faults);
        if !check_scope_names(&self.scopes, faults) || !self.all_organisations {
            return;
        }
        let known = known_scopes();
        for (index, scope) in self.scopes.iter().enumerate() {
            if known.contains(&scope.as_str()) && !scope.starts_with("read:") {
                let detail = Text::new(
                    "Wie over alle organisaties leest, schrijft niet; noem de organisaties waarvoor dit mag.",
                    "Qui lit sur toutes les organisations n'écrit pas ; nommez les organisations concernées.",
                    "Who reads about all organisations does not write; name the organisations that this is for.",
                );
                let name = format!("scopes[{index}]");
                faults.push(Issue::body("tooWide", name, detail).with_value(scope.clone()));
            }
        }
    }
}
