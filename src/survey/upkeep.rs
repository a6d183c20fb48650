//! What waited to be mixed is taken from the disk too, once it has its place.
use super::mixing::{cleaned, unclean};
use crate::access::operator;
use crate::app::State;
use crate::db::types::Moment;
use crate::problem::Problem;

/// The tables of which rows are deleted when answers come and are mixed.
const TABLES: [&str; 2] = ["survey_link", "survey_waiting"];

/// Takes what was deleted from the disk, where something was; gives back in how many sectors.
pub async fn once(state: &State) -> Result<usize, Problem> {
    let now = Moment(state.clock.now());
    let sectors = operator::read(state, now, unclean).await?;
    if sectors.is_empty() {
        return Ok(0);
    }
    operator::wipe(state, TABLES.to_vec()).await?;
    operator::upkeep(state, now, move |tx| {
        sectors.iter().try_for_each(|sector| cleaned(tx, sector))?;
        Ok(sectors.len())
    })
    .await
}
