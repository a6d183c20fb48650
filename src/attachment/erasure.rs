//! Takes attachments away, for good: their bytes, of which the hashes stay, for what was handed in names them; or all of one that nothing names.
use std::collections::BTreeSet;

use diesel::prelude::*;

use super::store::{self, Which};
use super::{Attachment, AttachmentStatus};
use crate::access::Tx;
use crate::db::schema::{attachment, attachment_chunk as chunk};
use crate::db::types::{AnyBackend, Id};
use crate::problem::Problem;

/// The facility's text files that have arrived, but not those of inspectors, each with the name of its bytes. The caller must have found the facility in its scope.
pub fn text_files(tx: &mut Tx, facility: Id) -> Result<Vec<(Id, Id)>, Problem> {
    Ok(attachment::table
        .filter(attachment::facility_id.eq(facility))
        .filter(attachment::state.eq(AttachmentStatus::Finished))
        .filter(attachment::media_type.eq("text/plain"))
        .filter(attachment::inspection_id.is_null())
        .order(attachment::id)
        .select((attachment::id, attachment::content_id))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?)
}

/// Is there a text in the file of which this is true? It is looked for piece by piece; `longest` is how many bytes it has at most.
pub fn holds(
    tx: &mut Tx,
    content_id: Id,
    longest: usize,
    is_it: impl Fn(&str) -> bool,
) -> Result<bool, Problem> {
    let mut window: Vec<u8> = Vec::new();
    for position in 0.. {
        let Some(piece) = piece(tx, content_id, position)? else {
            break;
        };
        // What stands on the border of two pieces is whole in one window.
        let keep = window.len().saturating_sub(longest);
        window.drain(..keep);
        window.extend(piece);
        if is_it(&String::from_utf8_lossy(&window)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The attachments of the facility with these ids; one that is not there, has not arrived or is the inspectors' evidence is a fault of the input.
pub fn named(tx: &mut Tx, facility: Id, ids: &[Id]) -> Result<BTreeSet<Id>, Problem> {
    let mut found = BTreeSet::new();
    for (index, id) in ids.iter().enumerate() {
        let state: Option<AttachmentStatus> = attachment::table
            .filter(attachment::facility_id.eq(facility))
            .filter(attachment::id.eq(*id))
            .filter(attachment::inspection_id.is_null())
            .select(attachment::state)
            .into_boxed::<AnyBackend>()
            .first(tx.conn)
            .optional()?;
        match state {
            Some(AttachmentStatus::Finished) => drop(found.insert(*id)),
            Some(AttachmentStatus::Redacted) => {}
            Some(AttachmentStatus::Receiving) | None => {
                return Err(Problem::unknown_reference(
                    &format!("attachments[{index}]"),
                    id,
                ));
            }
        }
    }
    Ok(found)
}

/// Takes the bytes of the facility's own file and its name away; false when they were gone already.
pub fn erase(tx: &mut Tx, facility: Id, id: Id) -> Result<bool, Problem> {
    let content_id: Option<Id> = attachment::table
        .filter(attachment::facility_id.eq(facility))
        .filter(attachment::id.eq(id))
        .filter(attachment::inspection_id.is_null())
        .filter(attachment::state.eq(AttachmentStatus::Finished))
        .select(attachment::content_id)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    let Some(content_id) = content_id else {
        return Ok(false);
    };
    diesel::update(attachment::table)
        .filter(attachment::content_id.eq(content_id))
        .set((
            attachment::state.eq(AttachmentStatus::Redacted),
            attachment::file_name.eq(None::<String>),
            attachment::edit.eq(attachment::edit + 1),
        ))
        .execute(tx.conn)?;
    diesel::delete(chunk::table)
        .filter(chunk::content_id.eq(content_id))
        .execute(tx.conn)?;
    Ok(true)
}

/// What is known of an attachment of the caller's own facility.
pub fn find(tx: &mut Tx, facility: Id, id: Id) -> Result<Attachment, Problem> {
    let which = Which {
        facility_id: Some(facility),
        sha256: None,
    };
    let found = store::get(tx, id, &which)?;
    match found.inspection_id {
        None => Ok(found),
        Some(_) => Err(Problem::not_found()),
    }
}

/// A piece of a file's bytes; nothing after the last.
pub fn piece(tx: &mut Tx, content_id: Id, position: i64) -> Result<Option<Vec<u8>>, Problem> {
    Ok(chunk::table
        .filter(chunk::content_id.eq(content_id))
        .filter(chunk::position.eq(position))
        .select(chunk::bytes)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?)
}

/// Takes the facility's own attachment away whole. Nothing may name it.
pub fn delete(tx: &mut Tx, facility: Id, id: Id) -> Result<(), Problem> {
    diesel::delete(attachment::table)
        .filter(attachment::facility_id.eq(facility))
        .filter(attachment::id.eq(id))
        .filter(attachment::inspection_id.is_null())
        .execute(tx.conn)?;
    Ok(())
}
