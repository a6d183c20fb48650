//! Devices: the tablets of inspectors. One that was lost is revoked; what it sends afterwards is set apart.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::Operations;
use crate::audit::ActorView;
use crate::db::types::{Id, Moment};
use crate::http::ETag;
use crate::http::body::Check;
use crate::http::checks::check_name;
use crate::problem::Issue;

pub mod routes;
mod store;

pub use store::{insert, of, own};

/// The operations on devices.
pub fn operations(to: &mut impl Operations) {
    to.operation(routes::list_devices)
        .operation(routes::read_device)
        .operation(routes::put_device)
        .operation(routes::revoke_device);
}

/// A tablet to register.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeviceInput {
    /// What it is called, so that its owner knows which it is.
    #[schema(
        min_length = 1,
        max_length = 200,
        example = "Tablet 7 van Zorginspectie"
    )]
    pub name: String,
}

impl Check for DeviceInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_name("name", &self.name, faults);
    }
}

/// A tablet of an inspector.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity, made by the client.
    pub id: Id,
    /// What it is called.
    pub name: String,
    /// The inspector whose it is.
    pub registered_by: ActorView,
    /// Since when.
    pub registered_at: Moment,
    /// Who revoked it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub revoked_by: Option<ActorView>,
    /// When; what it sends from then on is set apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub revoked_at: Option<Moment>,
    #[serde(skip)]
    pub(crate) edit: i64,
}

impl Device {
    /// Its tag.
    pub fn tag(&self) -> ETag {
        ETag::edit(self.edit)
    }

    /// Does what it sends count for nothing?
    pub fn is_revoked(&self) -> bool {
        self.revoked_at.is_some()
    }
}
