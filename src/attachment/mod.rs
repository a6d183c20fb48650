//! Attachments: the files behind an answer.
//!
//! ```text
//! receiving ──all bytes, as announced──▶ finished ──redaction──▶ redacted        receiving ──failed, or older than a day──▶ gone
//! ```
//!
//! Clients make the ids, so an id is unique among what the facility sends, and among what the team of one inspection sends of it: nobody learns
//! from a clash that another has one, and naming another's id gives nothing away.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::Operations;
use crate::audit::ActorView;
use crate::db::types::{Id, Moment};
use crate::http::ETag;
use crate::problem::Issue;
use crate::text::Text;

mod clean;
pub mod erasure;
mod headers;
mod naming;
mod outgoing;
mod pieces;
mod reach;
pub mod routes;
mod sender;
mod store;
mod upload;

pub(crate) use naming::take_turn;
pub use naming::{faults_of, refer, show, still_awaited};
pub use store::{Announced, keep, sweep};
pub use upload::keep_part;

/// The operations on attachments.
pub fn operations(to: &mut impl Operations) {
    to.operation(routes::put_attachment)
        .operation(pieces::put_attachment_piece)
        .operation(pieces::read_attachment_upload)
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
    /// Its identity among what its facility, or the team of the inspection, sent; made by the client.
    pub id: Id,
    /// Whose it is.
    pub facility_id: Id,
    /// The inspection whose team sent it, with a finding; absent for what the facility sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub inspection_id: Option<Id>,
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
    /// Who sent it; to a facility, of what inspectors sent, the role alone.
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

/// A file that is named: an attachment of the facility, or of the inspection whose finding names it; its bytes may come later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AttachmentReference {
    /// The attachment.
    pub attachment_id: Id,
    /// The SHA-256 of the bytes that are sent for it, in hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
}

impl AttachmentReference {
    /// Adds what is wrong with its shape; its fields are named after `at`.
    pub fn check_at(&self, at: &str, faults: &mut Vec<Issue>) {
        if is_sha256(&self.sha256) {
            return;
        }
        let detail = Text::new(
            "sha256 telt 64 hexadecimale tekens in kleine letters.",
            "sha256 compte 64 caractères hexadécimaux en minuscules.",
            "sha256 has 64 hexadecimal characters in lower case.",
        );
        faults.push(Issue::body(
            "attachmentReference",
            format!("{at}sha256"),
            detail,
        ));
    }

    /// The fault of one whose bytes are, or were named elsewhere as, others.
    pub fn other_bytes(at: &str) -> Issue {
        let detail = Text::new(
            "Deze bijlage is er, of is elders genoemd, met een andere SHA-256; noem de juiste, of neem een nieuw id.",
            "Cette annexe existe, ou est nommée ailleurs, avec un autre SHA-256 ; nommez le bon, ou prenez un nouvel id.",
            "This attachment is there, or named elsewhere, with another SHA-256; name the right one, or take a new id.",
        );
        Issue::body("attachmentReference", format!("{at}sha256"), detail)
    }
}

/// Is it a SHA-256, in hexadecimal and lower case?
fn is_sha256(text: &str) -> bool {
    let hexadecimal = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == 64 && text.bytes().all(hexadecimal)
}

impl Attachment {
    /// The tag of what is known of it.
    pub fn tag(&self) -> ETag {
        ETag::named(format!("{}.{}.{}", self.content_id, self.status, self.edit))
    }
}
