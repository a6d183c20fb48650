//! Mandates: what an organisation lets a machine (a vendor's client) do for it, until when, revocable at once.
//!
//! ```text
//! live ──DELETE──▶ revoked      live ──validUntil──▶ expired ──PUT──▶ live
//! ```
//!
//! No two live mandates of one client reach the same facility: what a machine may do there is said in one place. How a mandate is used is
//! in `access`.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit::ActorView;
use crate::db::types::{Id, Moment};
use crate::facility::integrations::check_scope_names;
use crate::http::ETag;
use crate::http::body::Check;
use crate::http::checks::{at_least_one, at_most, check_name};
use crate::problem::Issue;
use crate::text::Text;
use crate::words::Code;

pub mod routes;
pub mod rules;
mod store;
pub mod tasks;
pub mod work;

/// Facilities in a mandate at most.
const MOST_FACILITIES: usize = 200;

crate::text_enum! {
    /// Whether a mandate is worth anything.
    pub enum MandateStatus {
        /// The machine may use it.
        Live = "live",
        /// Its time is over; it can be given more.
        Expired = "expired",
        /// It was taken back, for good.
        Revoked = "revoked",
    }
}

/// A mandate: what an organisation lets a machine do for it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Mandate {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity.
    pub id: Id,
    /// The organisation that gave it.
    pub organisation_id: Id,
    /// The `client_id` in the machine's tokens.
    pub client_id: String,
    /// What people call it.
    pub name: String,
    /// What the machine may do.
    pub scopes: Vec<String>,
    /// For these of the organisation's facilities alone, as far as they are yours to see; for all of them when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub facilities: Option<Vec<Id>>,
    /// From this moment on it is worth nothing.
    pub valid_until: Moment,
    /// Whom to turn to at the vendor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub contact: Option<String>,
    /// Whether it is worth anything now.
    pub status: MandateStatus,
    /// Who gave it.
    pub given_by: ActorView,
    /// When.
    pub given_at: Moment,
    /// Who took it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub revoked_by: Option<ActorView>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub revoked_at: Option<Moment>,
    #[serde(skip)]
    pub(crate) edit: i64,
}

impl Mandate {
    /// The tag of what is shown: time alone changes the status.
    pub fn tag(&self) -> ETag {
        match self.status {
            MandateStatus::Expired => ETag::named(format!("{}-expired", self.edit)),
            _ => ETag::edit(self.edit),
        }
    }
}

/// What a machine is let do.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MandateInput {
    /// The `client_id` in the machine's tokens. It stays: another machine needs a mandate of its own.
    pub client_id: Code,
    /// What people call it.
    #[schema(
        min_length = 1,
        max_length = 200,
        example = "Kwaliteitsportaal (fictief)"
    )]
    pub name: String,
    /// What the machine may do: scopes that operations ask of a machine, such as `read:selfAssessments`, `write:selfAssessments`,
    /// `confirm:selfAssessments`, `submit:selfAssessments`, `read:facilities`, `read:frameworks`, `read:cycles`.
    #[schema(min_items = 1, max_items = 50, example = json!(["read:selfAssessments", "write:selfAssessments"]))]
    pub scopes: Vec<String>,
    /// For these of the organisation's facilities alone; for all of them, those to come included, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_items = 1, max_items = 200)]
    pub facilities: Option<Vec<Id>>,
    /// From this moment on it is worth nothing; three years from now at most.
    pub valid_until: Moment,
    /// Whom to turn to at the vendor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 200,
        example = "helpdesk@vendor.example"
    )]
    pub contact: Option<String>,
}

impl Check for MandateInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_name("name", &self.name, faults);
        if let Some(contact) = &self.contact {
            check_name("contact", contact, faults);
        }
        at_least_one("scopes", self.scopes.len(), nothing_to_do(), faults);
        check_scope_names(&self.scopes, faults);
        if let Some(facilities) = &self.facilities {
            at_least_one("facilities", facilities.len(), no_facility(), faults);
            at_most("facilities", facilities.len(), MOST_FACILITIES, faults);
        }
    }
}

fn nothing_to_do() -> Text {
    Text::new(
        "Noem minstens één scope.",
        "Nommez au moins un scope.",
        "Name one scope at least.",
    )
}

fn no_facility() -> Text {
    Text::new(
        "Noem minstens één voorziening, of laat het veld weg voor alle.",
        "Nommez au moins une structure, ou omettez le champ pour toutes.",
        "Name one facility at least, or leave the field out for all.",
    )
}

/// The operations on mandates.
pub fn operations(to: &mut impl crate::app::Operations) {
    to.operation(routes::list_mandates)
        .operation(routes::give_mandate)
        .operation(routes::read_mandate)
        .operation(routes::replace_mandate)
        .operation(routes::revoke_mandate);
}
