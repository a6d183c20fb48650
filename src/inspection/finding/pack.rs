//! The pack: everything that a tablet needs to work offline at an inspection.
use chrono::Days;
use serde::Serialize;
use utoipa::ToSchema;

use super::checks::Frameworks;
use super::{Finding, store, work};
use crate::access::Tx;
use crate::db::types::{Id, Moment};
use crate::facility::{self, Place};
use crate::framework::document::Document;
use crate::hash::{hex, sha256};
use crate::http::ETag;
use crate::inspection::follow_up::{self, Point};
use crate::inspection::round::checklist::ChecklistRevision;
use crate::inspection::round::{self, Round};
use crate::inspection::store::Head;
use crate::inspection::{Inspection, store as inspections};
use crate::problem::Problem;

/// Everything that a tablet needs to work offline at an inspection.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pack {
    /// The SHA-256, in hexadecimal, of the rest as it is sent.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub hash: String,
    /// What is in it.
    #[serde(flatten)]
    pub contents: PackContents,
}

/// What is in a pack.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PackContents {
    /// From this moment on a tablet shows it no more, and fetches it anew.
    pub expires_at: Moment,
    /// The inspection, with its visits, its team and the documents that the facility sent.
    pub inspection: Inspection,
    /// Its round.
    pub round: Round,
    /// The checklist that it goes by: what it is pinned to, else the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub checklist: Option<ChecklistRevision>,
    /// The framework versions of the round: criteria, judgements and kinds of evidence.
    pub frameworks: Vec<Document>,
    /// The sites and units of the facility.
    pub places: Vec<PackPlace>,
    /// The findings so far, their heads whole.
    pub findings: Vec<Finding>,
    /// What an inspection that follows another one up starts from: the improvement points of that one of which something is left to follow.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub open_points: Vec<Point>,
}

/// A site or a unit of the facility.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PackPlace {
    /// Its identity.
    pub id: Id,
    /// What it is called.
    pub name: String,
}

impl Pack {
    /// Its tag: the hash of what is in it.
    pub fn tag(&self) -> ETag {
        ETag::named(self.hash.clone())
    }
}

/// Packs what is there now.
pub fn pack(tx: &mut Tx, head: &Head) -> Result<Pack, Problem> {
    let contents = contents(tx, head)?;
    let said = serde_json::to_vec(&contents).map_err(Problem::internal)?;
    Ok(Pack {
        hash: hex(&sha256(&said)),
        contents,
    })
}

fn contents(tx: &mut Tx, head: &Head) -> Result<PackContents, Problem> {
    let round_id = head.row.round_id;
    let inspection = inspections::view(tx, head)?;
    let checklist = match &inspection.checklist {
        Some(named) => Some(round::store::revision(tx, round_id, named.revision)?),
        None => None,
    };
    Ok(PackContents {
        expires_at: expiry(tx),
        round: round::store::get(tx, round_id)?,
        checklist,
        frameworks: Frameworks::of(tx, round_id)?.documents(),
        places: places(tx, head)?,
        findings: findings(tx, head)?,
        open_points: match head.row.follows_id {
            Some(followed) => follow_up::work::open_points(tx, followed)?,
            None => Vec::new(),
        },
        inspection,
    })
}

/// The end of a day, so that a pack stays the same within one.
fn expiry(tx: &Tx) -> Moment {
    let last = tx
        .now
        .day()
        .checked_add_days(Days::new(tx.state.settings.pack_days));
    last.map_or(tx.now, Moment::start_of)
}

fn places(tx: &mut Tx, head: &Head) -> Result<Vec<PackPlace>, Problem> {
    let today = tx.now.day();
    let places = facility::places(tx, head.row.facility_id, today)?;
    let packed = |place: Place| PackPlace {
        id: place.id,
        name: place.name,
    };
    Ok(places.into_iter().map(packed).collect())
}

fn findings(tx: &mut Tx, head: &Head) -> Result<Vec<Finding>, Problem> {
    let rows = store::all_of(tx, head.row.id)?;
    work::whole(tx, head.row.id, &rows)
}
