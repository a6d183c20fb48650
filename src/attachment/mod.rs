//! Attachments: the files behind an answer.
//!
//! ```text
//! receiving ──all bytes, as announced──▶ finished ──redaction──▶ redacted        receiving ──failed, or older than a day──▶ gone
//! ```
//!
//! Clients make the ids, so an id is unique within its facility only: nobody learns from a clash that another has one, and naming
//! another's id gives nothing away.
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::Operations;
use crate::audit::ActorView;
use crate::db::types::{Id, Moment};
use crate::http::ETag;

mod clean;
pub mod erasure;
mod headers;
mod outgoing;
mod reach;
pub mod routes;
mod store;

pub(crate) use store::take_turn;
pub use store::{keep, may_be_named, refer, sweep};

/// The operations on attachments.
pub fn operations(to: &mut impl Operations) {
    to.operation(routes::put_attachment)
        .operation(routes::read_attachment)
        .operation(routes::read_attachment_content);
}

crate::text_enum! {
    /// Where an attachment stands.
    pub enum AttachmentStatus {
        /// Its bytes are coming in.
        Receiving = "receiving",
        /// Its bytes are there, for good.
        Finished = "finished",
        /// Its bytes were removed by a redaction; its hashes still stand.
        Redacted = "redacted",
    }
}

/// What is known of an attachment.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity within the facility, made by the client.
    pub id: Id,
    /// Whose it is.
    pub facility_id: Id,
    /// Where it stands.
    pub status: AttachmentStatus,
    /// The name of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        example = "verslag-teamoverleg.txt"
    )]
    pub file_name: Option<String>,
    /// What the bytes are, by their content.
    #[schema(example = "text/plain")]
    pub media_type: String,
    /// How many bytes were sent; absent while they come in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub sent_size: Option<i64>,
    /// The SHA-256 of the bytes that were sent: what evidence names.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub sent_sha256: String,
    /// How many bytes were stored, after a photo's metadata was removed; absent while they come in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub stored_size: Option<i64>,
    /// The SHA-256 of the bytes that were stored; absent while they come in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, pattern = "^[0-9a-f]{64}$")]
    pub stored_sha256: Option<String>,
    /// Who sent it.
    pub stored_by: ActorView,
    /// When the first bytes came.
    pub created_at: Moment,
    /// When the last bytes were there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub finished_at: Option<Moment>,
    /// The bytes of this attempt to send it.
    #[serde(skip)]
    pub content_id: Id,
    /// Its edit counter: a redaction can change what is known of it.
    #[serde(skip)]
    pub(crate) edit: i64,
}

impl Attachment {
    /// The tag of what is known of it.
    pub fn tag(&self) -> ETag {
        ETag::named(format!("{}.{}.{}", self.content_id, self.status, self.edit))
    }
}
