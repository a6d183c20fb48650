//! Answers from the link that they come by to their place among the others: see [`super`] for what that hides from whom.
use diesel::prelude::*;
use uuid::Uuid;

use super::document::SurveyDocument;
use super::tally::Tally;
use super::{SurveyAnswer, SurveyAnswersInput};
use crate::access::Tx;
use crate::access::link::SecretHash;
use crate::db::schema::{
    survey_answer as answer, survey_link as link, survey_sector as sector, survey_text as text,
    survey_waiting as waiting,
};
use crate::db::types::{AnyBackend, BOUND_AT_ONCE, Id, JsonText};
use crate::problem::Problem;

/// Rows that are stored in one go: SQLite binds 32,766 values in a statement at most.
const ROWS_AT_ONCE: usize = 5000;

/// A sector of a wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The wave.
    pub wave_id: Id,
    /// The sector.
    pub sector_code: String,
}

impl Place {
    /// The name under which its answers are written, one after another.
    fn turn(&self) -> String {
        format!("survey {} {}", self.wave_id, self.sector_code)
    }
}

/// An identity that says nothing of when it was made.
fn random() -> Id {
    Id(Uuid::new_v4())
}

/// Keeps the hashes of new links.
pub fn add_links(tx: &mut Tx, place: &Place, hashes: &[SecretHash]) -> Result<(), Problem> {
    tx.wait_for_name(&place.turn())?;
    // In no order that a list of them has.
    let mut hashes: Vec<&SecretHash> = hashes.iter().collect();
    hashes.sort_unstable_by_key(|hash| hash.0);
    let rows: Vec<_> = hashes
        .iter()
        .map(|hash| {
            (
                link::secret_hash.eq(hash.0.to_vec()),
                link::wave_id.eq(place.wave_id),
                link::sector_code.eq(&place.sector_code),
            )
        })
        .collect();
    each!(tx.conn, conn => diesel::insert_into(link::table).values(&rows).execute(conn))?;
    let more = i64::try_from(hashes.len()).map_err(Problem::internal)?;
    diesel::update(sector::table)
        .filter(sector::wave_id.eq(place.wave_id))
        .filter(sector::sector_code.eq(&place.sector_code))
        .set(sector::links.eq(sector::links + more))
        .execute(tx.conn)?;
    Ok(())
}

/// Where a link leads, as long as it is good.
pub fn find_link(tx: &mut Tx, hash: SecretHash) -> Result<Option<Place>, Problem> {
    let row: Option<(Id, String)> = link::table
        .filter(link::secret_hash.eq(hash.0.to_vec()))
        .select((link::wave_id, link::sector_code))
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    Ok(row.map(|(wave_id, sector_code)| Place {
        wave_id,
        sector_code,
    }))
}

/// Uses a link up and keeps what came by it; false where somebody else used it meanwhile.
pub fn keep(
    tx: &mut Tx,
    (hash, place): (SecretHash, &Place),
    document: &SurveyDocument,
    input: &SurveyAnswersInput,
) -> Result<bool, Problem> {
    tx.wait_for_name(&place.turn())?;
    let used = diesel::delete(link::table.filter(link::secret_hash.eq(hash.0.to_vec())))
        .execute(tx.conn)?;
    if used == 0 {
        return Ok(false);
    }
    diesel::insert_into(waiting::table)
        .values((
            waiting::id.eq(random()),
            waiting::wave_id.eq(place.wave_id),
            waiting::sector_code.eq(&place.sector_code),
            waiting::document.eq(JsonText::of(input)?),
        ))
        .execute(tx.conn)?;
    diesel::update(sector::table)
        .filter(sector::wave_id.eq(place.wave_id))
        .filter(sector::sector_code.eq(&place.sector_code))
        .set(sector::waiting.eq(sector::waiting + 1))
        .execute(tx.conn)?;
    let group = usize::try_from(tx.state.settings.smallest_group).map_err(Problem::internal)?;
    if count_waiting(tx, place)? >= 2 * group {
        mix(tx, place, document, group)?;
    }
    Ok(true)
}

fn count_waiting(tx: &mut Tx, place: &Place) -> Result<usize, Problem> {
    let count: i64 = sector::table
        .filter(sector::wave_id.eq(place.wave_id))
        .filter(sector::sector_code.eq(&place.sector_code))
        .select(sector::waiting)
        .first(tx.conn)?;
    usize::try_from(count).map_err(Problem::internal)
}

/// Puts all that waits in a sector in its place, and takes the links back that nobody used: the wave closes.
pub fn finish(tx: &mut Tx, place: &Place, document: &SurveyDocument) -> Result<(), Problem> {
    tx.wait_for_name(&place.turn())?;
    let unused = link::table
        .filter(link::wave_id.eq(place.wave_id))
        .filter(link::sector_code.eq(&place.sector_code));
    diesel::delete(unused).execute(tx.conn)?;
    mix(tx, place, document, 0)
}

/// Puts what waits in its place, in a random order, but for so many at random.
fn mix(
    tx: &mut Tx,
    place: &Place,
    document: &SurveyDocument,
    remain: usize,
) -> Result<(), Problem> {
    let rows: Vec<(Id, JsonText)> = waiting::table
        .filter(waiting::wave_id.eq(place.wave_id))
        .filter(waiting::sector_code.eq(place.sector_code.clone()))
        .select((waiting::id, waiting::document))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    // The order of new random ids is a random order.
    let mut drawn: Vec<(Id, Id, JsonText)> = rows
        .into_iter()
        .map(|(id, document)| (random(), id, document))
        .collect();
    drawn.sort_unstable_by_key(|(drawn, _, _)| *drawn);
    drawn.truncate(drawn.len().saturating_sub(remain));
    if drawn.is_empty() {
        return Ok(());
    }
    let held: JsonText = sector::table
        .filter(sector::wave_id.eq(place.wave_id))
        .filter(sector::sector_code.eq(&place.sector_code))
        .select(sector::tally)
        .first(tx.conn)?;
    let mut tally: Tally = held.to()?;
    let (mut placed, mut texts) = (Vec::new(), Vec::new());
    for (new, _, input) in &drawn {
        let mut input: SurveyAnswersInput = input.to()?;
        tally.add(document, &input.answers);
        if let Some(minutes) = input.effort_minutes {
            tally.add_minutes(minutes);
        }
        texts.extend(input.answers.iter_mut().filter_map(taken_apart));
        placed.push((*new, JsonText::of(&input.answers)?));
    }
    let waited: Vec<Id> = drawn.iter().map(|(_, old, _)| *old).collect();
    for some in waited.chunks(BOUND_AT_ONCE) {
        let these = waiting::table.filter(waiting::id.eq_any(some.to_vec()));
        diesel::delete(these).execute(tx.conn)?;
    }
    put_answers(tx, place, &placed)?;
    texts.sort_unstable_by_key(|(id, _, _)| *id);
    put_texts(tx, place, &texts)?;
    let left = i64::try_from(remain).map_err(Problem::internal)?;
    diesel::update(sector::table)
        .filter(sector::wave_id.eq(place.wave_id))
        .filter(sector::sector_code.eq(&place.sector_code))
        .set((
            sector::waiting.eq(left),
            sector::tally.eq(JsonText::of(&tally)?),
            // What waited may be on disk still.
            sector::mixed.eq(sector::mixed + 1),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The text of an answer, taken out of it; that there was one stays.
fn taken_apart(answer: &mut SurveyAnswer) -> Option<(Id, String, String)> {
    let text = answer.text.take()?;
    Some((random(), answer.item_code.to_string(), text))
}

fn put_answers(tx: &mut Tx, place: &Place, answers: &[(Id, JsonText)]) -> Result<(), Problem> {
    for some in answers.chunks(ROWS_AT_ONCE) {
        let rows: Vec<_> = some
            .iter()
            .map(|(id, answers)| {
                (
                    answer::id.eq(*id),
                    answer::wave_id.eq(place.wave_id),
                    answer::sector_code.eq(&place.sector_code),
                    answer::document.eq(answers.clone()),
                )
            })
            .collect();
        each!(tx.conn, conn => diesel::insert_into(answer::table).values(&rows).execute(conn))?;
    }
    Ok(())
}

fn put_texts(tx: &mut Tx, place: &Place, texts: &[(Id, String, String)]) -> Result<(), Problem> {
    for some in texts.chunks(ROWS_AT_ONCE) {
        let rows: Vec<_> = some
            .iter()
            .map(|(id, item, says)| {
                (
                    text::id.eq(*id),
                    text::wave_id.eq(place.wave_id),
                    text::item_code.eq(item),
                    text::says.eq(says),
                )
            })
            .collect();
        each!(tx.conn, conn => diesel::insert_into(text::table).values(&rows).execute(conn))?;
    }
    Ok(())
}

/// Counts the answers of a sector anew: what is kept of them must be the same, but for the minutes, which are kept nowhere else.
pub fn recount(tx: &mut Tx, place: &Place, document: &SurveyDocument) -> Result<Tally, Problem> {
    let rows: Vec<JsonText> = answer::table
        .filter(answer::wave_id.eq(place.wave_id))
        .filter(answer::sector_code.eq(place.sector_code.clone()))
        .select(answer::document)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let mut tally = Tally::default();
    for row in rows {
        let answers: Vec<SurveyAnswer> = row.to()?;
        tally.add(document, &answers);
    }
    Ok(tally)
}

/// The sectors of which what waited may be on disk still, each with how often it was mixed.
pub fn unclean(tx: &mut Tx) -> Result<Vec<(Place, i64)>, Problem> {
    let rows: Vec<(Id, String, i64)> = sector::table
        .filter(sector::mixed.gt(sector::cleaned))
        .select((sector::wave_id, sector::sector_code, sector::mixed))
        .load(tx.conn)?;
    let place = |(wave_id, sector_code, mixed)| {
        let place = Place {
            wave_id,
            sector_code,
        };
        (place, mixed)
    };
    Ok(rows.into_iter().map(place).collect())
}

/// Keeps that what waited in a sector until it was mixed so often is on disk no more.
pub fn cleaned(tx: &mut Tx, (place, mixed): &(Place, i64)) -> Result<(), Problem> {
    diesel::update(sector::table)
        .filter(sector::wave_id.eq(place.wave_id))
        .filter(sector::sector_code.eq(&place.sector_code))
        .set(sector::cleaned.eq(*mixed))
        .execute(tx.conn)?;
    Ok(())
}
