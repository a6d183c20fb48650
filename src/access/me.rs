//! `/me`: who the service thinks you are.
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use super::policy::{ACTIONS, ReadMe};
use super::{Allowed, LiveMandate};
use crate::db::types::{Id, Moment};
use crate::http::answer;
use crate::http::query::{Nothing, Query};
use crate::problem::Problem;

/// A role that the token gives.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoleView {
    /// The role.
    #[schema(example = "facility")]
    pub role: &'static str,
    /// The identifier of the organisation or facility that it is for, where the token names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub organisation: Option<String>,
}

/// What an organisation lets the calling machine do.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MandateView {
    /// The organisation that gave it.
    pub organisation_id: Id,
    /// For these of its facilities alone; for all of them when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub facilities: Option<Vec<Id>>,
    /// What the machine may do, where its token says so too.
    #[schema(example = json!(["read:selfAssessments"]))]
    pub scopes: Vec<String>,
    /// From this moment on it is worth nothing.
    pub valid_until: Moment,
}

impl MandateView {
    fn of(mandate: &LiveMandate) -> Self {
        Self {
            organisation_id: mandate.organisation,
            facilities: mandate.facilities.clone(),
            scopes: mandate.scopes.clone(),
            valid_until: mandate.valid_until,
        }
    }
}

/// The caller, as the service sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// The token's subject.
    pub id: String,
    /// The name in the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub name: Option<String>,
    /// The client that asked for the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub client: Option<String>,
    /// The roles.
    pub roles: Vec<RoleView>,
    /// The scopes.
    pub scopes: Vec<String>,
    /// The organisations whose facilities are all the caller's own.
    pub organisations: Vec<Id>,
    /// Single facilities that are the caller's own.
    pub facilities: Vec<Id>,
    /// A machine's live mandates.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub mandates: Vec<MandateView>,
    /// What the caller may do, by the names of the policy; a machine, for one organisation at least.
    pub actions: Vec<&'static str>,
}

/// Ask who you are
#[utoipa::path(tag = "Service", operation_id = "readMe", extensions(("x-action" = json!("ReadMe"))),
    responses((status = 200, description = "Who the service thinks you are, and what you may.", body = Me)))]
#[get("/me")]
pub async fn read_me(allowed: Allowed<ReadMe>, _: Query<Nothing>) -> Result<HttpResponse, Problem> {
    let claims = allowed.actor().claims.clone();
    let me = allowed
        .read(move |tx| {
            Ok(Me {
                id: claims.subject.clone(),
                name: claims.name.clone(),
                client: claims.client.clone(),
                roles: claims
                    .roles
                    .iter()
                    .map(|claim| RoleView {
                        role: claim.role.name(),
                        organisation: claim.organisation.clone(),
                    })
                    .collect(),
                scopes: claims.scopes.clone(),
                organisations: tx.scope.organisations.clone(),
                facilities: tx.scope.facilities.clone(),
                mandates: tx.scope.mandates.iter().map(MandateView::of).collect(),
                actions: ACTIONS
                    .iter()
                    .filter(|(_, who, scope)| tx.is_allowed(who, scope))
                    .map(|(name, ..)| *name)
                    .collect(),
            })
        })
        .await?;
    answer::plain(&me)
}
