//! Rows of attachments that come in pieces. A row is for one side of those who may send the attachment, whoever on it began.
use diesel::prelude::*;

use super::store::{Announced, taken_over};
use crate::access::Tx;
use crate::db::guarded::unless_taken;
use crate::db::schema::{attachment_part as part, attachment_upload as upload};
use crate::db::types::{AnyBackend, Id, Moment};
use crate::problem::Problem;

/// How many abandoned ones go in one transaction.
const SWEPT_AT_ONCE: i64 = 100;

/// An attachment that comes in pieces.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = upload, check_for_backend(AnyBackend))]
pub struct Row {
    /// On whose side it is sent.
    pub sender: String,
    /// What its bytes are kept under.
    pub upload_id: Id,
    /// The SHA-256 of all bytes, in hexadecimal.
    pub sha256: String,
    /// How many there will be.
    pub size: i64,
    /// How many are here.
    pub received: i64,
    /// In so many pieces.
    pub pieces: i64,
}

/// What is here of an attachment, on every side that sends it.
pub fn all(tx: &mut Tx, facility_id: Id, id: Id) -> Result<Vec<Row>, Problem> {
    Ok(upload::table
        .filter(upload::attachment_id.eq(id))
        .filter(upload::facility_id.eq(facility_id))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?)
}

/// What is here of an attachment on one side; nothing where no piece is.
pub fn find(tx: &mut Tx, announced: &Announced, side: &str) -> Result<Option<Row>, Problem> {
    let all = all(tx, announced.facility_id, announced.id)?;
    Ok(all.into_iter().find(|row| row.sender == side))
}

/// Begins anew: what was here of other bytes goes. 409 where another request begins at the same moment.
pub fn begin(tx: &mut Tx, announced: &Announced, side: &str, size: i64) -> Result<Row, Problem> {
    diesel::delete(upload::table)
        .filter(upload::attachment_id.eq(announced.id))
        .filter(upload::facility_id.eq(announced.facility_id))
        .filter(upload::sender.eq(side))
        .execute(tx.conn)?;
    let begun = diesel::insert_into(upload::table)
        .values((
            upload::facility_id.eq(announced.facility_id),
            upload::attachment_id.eq(announced.id),
            upload::sender.eq(side),
            upload::upload_id.eq(announced.content_id),
            upload::sha256.eq(&announced.sha256),
            upload::size.eq(size),
            upload::received.eq(0_i64),
            upload::pieces.eq(0_i64),
            upload::updated_at.eq(tx.now),
        ))
        .execute(tx.conn);
    unless_taken(begun, taken_over)?;
    Ok(Row {
        sender: side.to_owned(),
        upload_id: announced.content_id,
        sha256: announced.sha256.clone(),
        size,
        received: 0,
        pieces: 0,
    })
}

/// Keeps the first bytes of a file that a facility has at hand, of so many.
pub fn keep_part(
    tx: &mut Tx,
    announced: &Announced,
    size: i64,
    bytes: &[u8],
) -> Result<(), Problem> {
    let row = begin(tx, announced, "facility", size)?;
    append(tx, &row, bytes).map(drop)
}

/// Adds the next bytes: 409 where another request was first.
pub fn append(tx: &mut Tx, row: &Row, bytes: &[u8]) -> Result<Row, Problem> {
    let more = i64::try_from(bytes.len()).map_err(Problem::internal)?;
    let now = Row {
        received: row.received + more,
        pieces: row.pieces + 1,
        ..row.clone()
    };
    let moved = diesel::update(upload::table)
        .filter(upload::upload_id.eq(row.upload_id))
        .filter(upload::received.eq(row.received))
        .set((
            upload::received.eq(now.received),
            upload::pieces.eq(now.pieces),
            upload::updated_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    if moved != 1 {
        return Err(taken_over());
    }
    diesel::insert_into(part::table)
        .values((
            part::upload_id.eq(row.upload_id),
            part::position.eq(row.pieces),
            part::bytes.eq(bytes),
        ))
        .execute(tx.conn)?;
    Ok(now)
}

/// A piece of what is here; nothing after the last.
pub fn piece(tx: &mut Tx, upload_id: Id, position: i64) -> Result<Option<Vec<u8>>, Problem> {
    Ok(part::table
        .filter(part::upload_id.eq(upload_id))
        .filter(part::position.eq(position))
        .select(part::bytes)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?)
}

/// Takes away the pieces of one upload; another of the same attachment that began meanwhile stays.
pub fn discard(tx: &mut Tx, upload_id: Id) -> Result<(), Problem> {
    diesel::delete(upload::table)
        .filter(upload::upload_id.eq(upload_id))
        .execute(tx.conn)?;
    Ok(())
}

/// Takes away what nothing came to since before this moment, nor while it is looked for; gives back how many.
pub fn sweep(tx: &mut Tx, older_than: Moment) -> Result<usize, Problem> {
    let abandoned: Vec<Id> = upload::table
        .filter(upload::updated_at.lt(older_than))
        .order(upload::updated_at)
        .limit(SWEPT_AT_ONCE)
        .select(upload::upload_id)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    Ok(diesel::delete(upload::table)
        .filter(upload::upload_id.eq_any(abandoned))
        .filter(upload::updated_at.lt(older_than))
        .execute(tx.conn)?)
}
