//! What HTTP needs once: bodies, queries, ETags, pages, idempotency, and the wrapping of every answer.
pub mod accept;
pub mod answer;
pub mod body;
pub mod checks;
pub mod etag;
pub mod form;
pub mod html;
pub mod idempotency;
pub mod incoming;
pub mod letters;
pub mod page;
pub mod path;
pub mod query;
pub mod wrap;

pub use accept::Rendition;
pub use body::Json;
pub use etag::{ETag, IfMatch, Precondition};
pub use idempotency::IdempotencyKey;
pub use page::Page;
pub use path::Path;
pub use query::{FromQuery, Query, Reader};
