//! Rows of findings, of their versions and of batches. Whoever calls has found out that the caller may know the inspection.
use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use diesel::upsert::excluded;

use super::sync::SyncInput;
use super::versions::Version;
use super::{FindingContent, FindingSummary, FindingVersion, VersionStatus};
use crate::access::Tx;
use crate::audit::ActorView;
use crate::db::schema::{
    finding, finding_attachment as file, finding_version as version, sync_batch,
};
use crate::db::types::{
    AnyBackend, BOUND_AT_ONCE, Conn, Id, JsonText, Moment, SqlId, SqlJson, SqlMoment,
};
use crate::http::page::Window;
use crate::problem::Problem;

/// A finding's row.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = finding, check_for_backend(AnyBackend), treat_none_as_default_value = false)]
pub struct Row {
    pub(super) inspection_id: Id,
    pub(super) id: Id,
    pub(super) arrival: Id,
    pub(super) round_id: Id,
    pub(super) facility_id: Id,
    pub(super) framework_code: Option<String>,
    pub(super) criterion_code: Option<String>,
    pub(super) judgement: Option<String>,
    pub(super) conflict: bool,
    pub(super) heads: JsonText,
    pub(super) base: JsonText,
    pub(super) pending: i64,
    pub(super) content: Option<JsonText>,
    pub(super) updated_at: Moment,
    /// The judgement of two that the lead adopted.
    pub(super) adopted: Option<String>,
}

impl Row {
    /// Does it say that these are the heads, and that so many versions wait?
    pub fn heads_are(&self, heads: &[Id], pending: usize) -> bool {
        let known: Result<Vec<Id>, Problem> = self.heads.to();
        let waiting = usize::try_from(self.pending);
        waiting == Ok(pending) && known.is_ok_and(|known| known == heads)
    }

    /// As a list shows it.
    pub fn summary(&self) -> Result<FindingSummary, Problem> {
        Ok(FindingSummary {
            href: format!(
                "/v1/inspections/{}/findings/{}",
                self.inspection_id, self.id
            ),
            id: self.id,
            inspection_id: self.inspection_id,
            facility_id: self.facility_id,
            heads: self.heads.to()?,
            conflict: self.conflict,
            pending: self.pending,
            content: self.content.as_ref().map(JsonText::to).transpose()?,
            judgement: self.judgement.clone(),
            updated_at: self.updated_at,
            arrival: self.arrival,
        })
    }
}

/// A version's row.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = version, check_for_backend(AnyBackend), treat_none_as_default_value = false)]
pub struct VersionRow {
    pub(super) inspection_id: Id,
    pub(super) id: Id,
    pub(super) finding_id: Id,
    pub(super) arrival: Id,
    pub(super) parents: JsonText,
    pub(super) hash: String,
    pub(super) content: JsonText,
    pub(super) pending: bool,
    pub(super) late: bool,
    pub(super) set_apart: bool,
    pub(super) device_id: Option<Id>,
    pub(super) made_by: JsonText,
    pub(super) made_at: Moment,
    pub(super) received_at: Moment,
}

impl VersionRow {
    fn shown(self) -> Result<FindingVersion, Problem> {
        Ok(FindingVersion {
            id: self.id,
            finding_id: self.finding_id,
            parents: self.parents.to()?,
            hash: self.hash,
            status: match (self.set_apart, self.pending) {
                (true, _) => VersionStatus::SetApart,
                (false, true) => VersionStatus::Pending,
                (false, false) => VersionStatus::Stored,
            },
            late: self.late,
            device_id: self.device_id,
            made_by: self.made_by.to()?,
            made_at: self.made_at,
            received_at: self.received_at,
            content: self.content.to()?,
        })
    }
}

/// Findings of an inspection are written one batch at a time, or one would miss the heads that the other makes.
pub fn take_turn(tx: &mut Tx, inspection_id: Id) -> Result<(), Problem> {
    tx.wait_for_name(&format!("findings of {inspection_id}"))
}

/// What is known of these findings, and of whatever has one of these ids: of the versions that count, or of those that were set apart.
pub fn known(
    tx: &mut Tx,
    inspection_id: Id,
    findings: &[Id],
    ids: &[Id],
    set_apart: bool,
) -> Result<Vec<Version>, Problem> {
    let within = version::table
        .filter(version::inspection_id.eq(inspection_id))
        .filter(version::set_apart.eq(set_apart))
        .select((
            version::id,
            version::finding_id,
            version::parents,
            version::hash,
        ));
    let mut rows: Vec<(Id, Id, JsonText, String)> = Vec::new();
    // Each by an index of its own: for the one or the other, PostgreSQL would look at every version of the inspection.
    for some in findings.chunks(BOUND_AT_ONCE) {
        let named = version::finding_id.eq_any(some.to_vec());
        let query = within.filter(named).into_boxed::<AnyBackend>();
        rows.extend(query.load::<(Id, Id, JsonText, String)>(tx.conn)?);
    }
    for some in ids.chunks(BOUND_AT_ONCE) {
        let named = version::id.eq_any(some.to_vec());
        let query = within.filter(named).into_boxed::<AnyBackend>();
        rows.extend(query.load::<(Id, Id, JsonText, String)>(tx.conn)?);
    }
    let mut known = BTreeMap::new();
    for (id, finding, parents, hash) in rows {
        let parents = parents.to()?;
        let version = Version {
            id,
            finding,
            parents,
            hash,
        };
        known.insert(id, version);
    }
    Ok(known.into_values().collect())
}

/// What these versions say, of those that count.
pub fn contents(
    tx: &mut Tx,
    inspection_id: Id,
    ids: &[Id],
) -> Result<Vec<(Id, JsonText)>, Problem> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(version::table
        .filter(version::inspection_id.eq(inspection_id))
        .filter(version::id.eq_any(ids.to_vec()))
        .filter(version::set_apart.eq(false))
        .select((version::id, version::content))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?)
}

/// The rows of these findings, by their ids.
pub fn rows(tx: &mut Tx, inspection_id: Id, findings: &[Id]) -> Result<BTreeMap<Id, Row>, Problem> {
    if findings.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<Row> = finding::table
        .filter(finding::inspection_id.eq(inspection_id))
        .filter(finding::id.eq_any(findings.to_vec()))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// A file that a version names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Insertable)]
#[diesel(table_name = file, treat_none_as_default_value = false)]
pub struct FileRow {
    pub(super) inspection_id: Id,
    pub(super) version_id: Id,
    pub(super) facility_id: Id,
    pub(super) attachment_id: Id,
    pub(super) sha256: String,
}

/// Stores new versions, and which files they name.
pub fn insert_versions(
    tx: &mut Tx,
    rows: &[VersionRow],
    files: &BTreeSet<FileRow>,
) -> Result<(), Problem> {
    if !rows.is_empty() {
        match tx.conn {
            Conn::Postgres(conn) => insert_columns!(
                rows,
                "finding_version",
                (
                    inspection_id: SqlId,
                    id: SqlId,
                    finding_id: SqlId,
                    arrival: SqlId,
                    parents: SqlJson,
                    hash: Text,
                    content: SqlJson,
                    pending: Bool,
                    late: Bool,
                    set_apart: Bool,
                    device_id: Nullable<SqlId>,
                    made_by: SqlJson,
                    made_at: SqlMoment,
                    received_at: SqlMoment,
                ),
                ""
            )
            .execute(conn),
            Conn::Sqlite(conn) => diesel::insert_into(version::table)
                .values(rows)
                .execute(conn),
        }?;
    }
    let files: Vec<&FileRow> = files.iter().collect();
    for some in files.chunks(FILES_AT_ONCE) {
        each!(tx.conn, conn => diesel::insert_into(file::table)
            .values(some.to_vec())
            .on_conflict_do_nothing()
            .execute(conn))?;
    }
    Ok(())
}

/// SQLite binds 32,766 values in a statement at most.
const FILES_AT_ONCE: usize = 5000;

/// Stores what the versions add up to: a new finding's row, or what changed of one.
pub fn save(tx: &mut Tx, rows: &[Row]) -> Result<(), Problem> {
    if rows.is_empty() {
        return Ok(());
    }
    match tx.conn {
        Conn::Postgres(conn) => insert_columns!(
            rows,
            "finding",
            (
                inspection_id: SqlId,
                id: SqlId,
                arrival: SqlId,
                round_id: SqlId,
                facility_id: SqlId,
                framework_code: Nullable<Text>,
                criterion_code: Nullable<Text>,
                judgement: Nullable<Text>,
                conflict: Bool,
                heads: SqlJson,
                base: SqlJson,
                pending: BigInt,
                content: Nullable<SqlJson>,
                updated_at: SqlMoment,
                adopted: Nullable<Text>,
            ),
            "ON CONFLICT (inspection_id, id) DO UPDATE SET framework_code = excluded.framework_code, \
             criterion_code = excluded.criterion_code, judgement = excluded.judgement, conflict = excluded.conflict, \
             heads = excluded.heads, base = excluded.base, pending = excluded.pending, content = excluded.content, \
             updated_at = excluded.updated_at, adopted = excluded.adopted"
        )
        .execute(conn),
        Conn::Sqlite(conn) => diesel::insert_into(finding::table)
            .values(rows)
            .on_conflict((finding::inspection_id, finding::id))
            .do_update()
            .set((
                finding::framework_code.eq(excluded(finding::framework_code)),
                finding::criterion_code.eq(excluded(finding::criterion_code)),
                finding::judgement.eq(excluded(finding::judgement)),
                finding::conflict.eq(excluded(finding::conflict)),
                finding::heads.eq(excluded(finding::heads)),
                finding::base.eq(excluded(finding::base)),
                finding::pending.eq(excluded(finding::pending)),
                finding::content.eq(excluded(finding::content)),
                finding::updated_at.eq(excluded(finding::updated_at)),
                finding::adopted.eq(excluded(finding::adopted)),
            ))
            .execute(conn),
    }?;
    Ok(())
}

/// What waited waits no more.
pub fn free(tx: &mut Tx, inspection_id: Id, ids: &[Id]) -> Result<(), Problem> {
    for some in ids.chunks(BOUND_AT_ONCE) {
        diesel::update(version::table)
            .filter(version::inspection_id.eq(inspection_id))
            .filter(version::id.eq_any(some.to_vec()))
            .filter(version::set_apart.eq(false))
            .set(version::pending.eq(false))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// These versions, whole, as they count.
pub fn versions(
    tx: &mut Tx,
    inspection_id: Id,
    ids: &[Id],
) -> Result<Vec<FindingVersion>, Problem> {
    // In the order of their ids, however they are asked for; two findings can name the same.
    let ids: BTreeSet<Id> = ids.iter().copied().collect();
    let ids: Vec<Id> = ids.into_iter().collect();
    let mut versions = Vec::new();
    for some in ids.chunks(BOUND_AT_ONCE) {
        let rows: Vec<VersionRow> = version::table
            .filter(version::inspection_id.eq(inspection_id))
            .filter(version::id.eq_any(some.to_vec()))
            .filter(version::set_apart.eq(false))
            .order(version::id)
            .select(VersionRow::as_select())
            .into_boxed::<AnyBackend>()
            .load(tx.conn)?;
        versions.extend(rows);
    }
    versions.into_iter().map(VersionRow::shown).collect()
}

/// A version with the place where it stands in the order of arrival.
pub type Arrived = (Id, FindingVersion);

/// The versions of a finding in the order of arrival, those set apart included.
pub fn versions_of(
    tx: &mut Tx,
    inspection_id: Id,
    finding_id: Id,
    window: &Window<Id>,
) -> Result<Vec<Arrived>, Problem> {
    let mut query = version::table
        .filter(version::inspection_id.eq(inspection_id))
        .filter(version::finding_id.eq(finding_id))
        .order(version::arrival)
        .limit(window.limit())
        .select(VersionRow::as_select())
        .into_boxed::<AnyBackend>();
    if let Some(after) = window.after {
        query = query.filter(version::arrival.gt(after));
    }
    let rows: Vec<VersionRow> = query.load(tx.conn)?;
    rows.into_iter()
        .map(|row| Ok((row.arrival, row.shown()?)))
        .collect()
}

/// Every finding of an inspection, as a list shows it.
pub fn summaries(tx: &mut Tx, inspection_id: Id) -> Result<Vec<FindingSummary>, Problem> {
    all_of(tx, inspection_id)?
        .iter()
        .map(Row::summary)
        .collect()
}

/// A finding that is there; otherwise 404.
pub fn require(tx: &mut Tx, inspection_id: Id, id: Id) -> Result<(), Problem> {
    let there = rows(tx, inspection_id, &[id])?;
    there.get(&id).map(drop).ok_or_else(Problem::not_found)
}

/// Every finding of an inspection.
pub fn all_of(tx: &mut Tx, inspection_id: Id) -> Result<Vec<Row>, Problem> {
    Ok(finding::table
        .filter(finding::inspection_id.eq(inspection_id))
        .order(finding::arrival)
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?)
}

/// The findings of an inspection in the order of arrival.
pub fn of_inspection(
    tx: &mut Tx,
    inspection_id: Id,
    window: &Window<Id>,
    conflicts_only: bool,
) -> Result<Vec<FindingSummary>, Problem> {
    let mut query = finding::table
        .filter(finding::inspection_id.eq(inspection_id))
        .order(finding::arrival)
        .limit(window.limit())
        .select(Row::as_select())
        .into_boxed::<AnyBackend>();
    if conflicts_only {
        query = query.filter(finding::conflict.eq(true));
    }
    if let Some(after) = window.after {
        query = query.filter(finding::arrival.gt(after));
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    rows.iter().map(Row::summary).collect()
}

/// The content that a stored JSON holds.
pub fn content_of(text: &JsonText) -> Result<FindingContent, Problem> {
    text.to()
}

/// A batch that came before: the hash of what was sent, and its receipt.
pub fn batch(
    tx: &mut Tx,
    inspection_id: Id,
    id: Id,
) -> Result<Option<(String, JsonText)>, Problem> {
    Ok(sync_batch::table
        .filter(sync_batch::inspection_id.eq(inspection_id))
        .filter(sync_batch::id.eq(id))
        .select((sync_batch::hash, sync_batch::receipt))
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?)
}

/// Keeps a batch's receipt.
pub fn keep_batch(
    tx: &mut Tx,
    inspection_id: Id,
    input: &SyncInput,
    hash: &str,
    receipt: &JsonText,
) -> Result<(), Problem> {
    diesel::insert_into(sync_batch::table)
        .values((
            sync_batch::inspection_id.eq(inspection_id),
            sync_batch::id.eq(input.batch_id),
            sync_batch::hash.eq(hash),
            sync_batch::receipt.eq(receipt),
            sync_batch::device_id.eq(input.device_id),
            sync_batch::sent_by.eq(JsonText::of(&ActorView::of(tx))?),
            sync_batch::received_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}
