//! A walk through the findings of a round, page by page, in the order of arrival.
//!
//! Each combination of a criterion and a judgement that is asked for is one stretch of an index in that order; the page is their merge, so
//! that a page at the end costs what the first one did.
use diesel::prelude::*;

use super::FindingSummary;
use super::store::Row;
use crate::access::Tx;
use crate::db::schema::finding;
use crate::db::types::{AnyBackend, Id};
use crate::http::page::Window;
use crate::inspection::round;
use crate::problem::Problem;
use crate::text::Text;

/// Combinations of a criterion and a judgement in one walk at most.
pub const MOST_WAYS: usize = 10;

/// The fault of a walk that asks for more.
pub fn too_many() -> Text {
    Text::new(
        format!("Vraag ten hoogste {MOST_WAYS} combinaties van criterium en oordeel tegelijk."),
        format!("Demandez au plus {MOST_WAYS} combinaisons de critère et de jugement à la fois."),
        format!("Ask for {MOST_WAYS} combinations of a criterion and a judgement at most at once."),
    )
}

/// What is asked for. An empty list stands for all.
#[derive(Debug, Clone)]
pub struct Walk {
    /// The page.
    pub window: Window<Id>,
    /// About one of these criteria.
    pub criteria: Vec<String>,
    /// With one of these judgements.
    pub judgements: Vec<String>,
    /// Those in a conflict alone.
    pub conflict: bool,
}

impl Walk {
    /// How many stretches it merges.
    pub fn ways(&self) -> usize {
        self.criteria.len().max(1) * self.judgements.len().max(1)
    }

    /// Its filters, for the link to the next page.
    pub fn filters(&self) -> Vec<(&'static str, String)> {
        let criteria = self
            .criteria
            .iter()
            .map(|code| ("criterionCode", code.clone()));
        let judgements = self
            .judgements
            .iter()
            .map(|code| ("judgement", code.clone()));
        let conflict = self.conflict.then(|| ("conflict", "true".to_owned()));
        criteria.chain(judgements).chain(conflict).collect()
    }
}

/// The next page of the round's findings. Whoever calls may know about all of them.
pub fn findings(tx: &mut Tx, round_id: Id, walk: &Walk) -> Result<Vec<FindingSummary>, Problem> {
    round::store::get(tx, round_id)?;
    let (mut criteria, mut judgements) = (distinct(&walk.criteria), distinct(&walk.judgements));
    if criteria.is_empty() {
        criteria.push(None);
    }
    if judgements.is_empty() {
        judgements.push(None);
    }
    let mut rows: Vec<Row> = Vec::new();
    for criterion in &criteria {
        for judgement in &judgements {
            rows.extend(stretch(tx, round_id, walk, *criterion, *judgement)?);
        }
    }
    rows.sort_by_key(|row| row.arrival);
    let most = usize::try_from(walk.window.limit()).unwrap_or(usize::MAX);
    rows.truncate(most);
    rows.iter().map(Row::summary).collect()
}

fn distinct(codes: &[String]) -> Vec<Option<&str>> {
    let mut codes: Vec<Option<&str>> = codes.iter().map(|code| Some(code.as_str())).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

fn stretch(
    tx: &mut Tx,
    round_id: Id,
    walk: &Walk,
    criterion: Option<&str>,
    judgement: Option<&str>,
) -> Result<Vec<Row>, Problem> {
    let mut query = finding::table
        .filter(finding::round_id.eq(round_id))
        .order(finding::arrival)
        .limit(walk.window.limit())
        .select(Row::as_select())
        .into_boxed::<AnyBackend>();
    if let Some(code) = criterion {
        query = query.filter(finding::criterion_code.eq(code.to_owned()));
    }
    if let Some(code) = judgement {
        query = query.filter(finding::judgement.eq(code.to_owned()));
    }
    if walk.conflict {
        query = query.filter(finding::conflict);
    }
    if let Some(after) = walk.window.after {
        query = query.filter(finding::arrival.gt(after));
    }
    Ok(query.load(tx.conn)?)
}
