//! Rows of surveys: their versions, waves and sectors. Those of answers are in [`super::mixing`].
use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::document::SurveyDocument;
use super::results::SurveyResults;
use super::tally::Tally;
use super::{
    Survey, SurveyText, SurveyVersion, SurveyVersionSummary, SurveyWave, SurveyWaveInput,
    SurveyWaveSector, SurveyWaveStatus,
};
use crate::access::Tx;
use crate::db::guarded::{first_of_its_code, one_changed};
use crate::db::schema::{
    survey, survey_sector as sector, survey_text as text, survey_version as version,
    survey_wave as wave,
};
use crate::db::types::{AnyBackend, Id, JsonText, Moment};
use crate::http::page::{Arrival, Window};
use crate::problem::Problem;
use crate::words::Code;

/// Where a version is read.
pub fn version_href(survey: &str, version: &str) -> String {
    format!("/v1/surveys/{survey}/versions/{version}")
}

/// Where a wave is read.
pub fn wave_href(survey: &str, id: Id) -> String {
    format!("/v1/surveys/{survey}/waves/{id}")
}

/// Where the results of a wave are read.
pub fn results_href(survey: &str, id: Id) -> String {
    format!("{}/results", wave_href(survey, id))
}

type VersionRow = (String, String, JsonText);

/// Surveys in the order of arrival.
pub fn surveys(tx: &mut Tx, window: &Window<Arrival>) -> Result<Vec<Survey>, Problem> {
    let mut query = survey::table
        .select((survey::code, survey::created_at))
        .order((survey::created_at, survey::code))
        .limit(window.limit())
        .into_boxed::<AnyBackend>();
    if let Some(after) = &window.after {
        let same = survey::created_at.eq(after.at);
        let later = survey::created_at.gt(after.at);
        query = query.filter(later.or(same.and(survey::code.gt(after.code.clone()))));
    }
    let rows: Vec<(String, Moment)> = query.load(tx.conn)?;
    with_versions(tx, rows)
}

/// A survey, if there is one by this code.
pub fn find_survey(tx: &mut Tx, code: &str) -> Result<Option<Survey>, Problem> {
    let row: Option<(String, Moment)> = survey::table
        .filter(survey::code.eq(code.to_owned()))
        .select((survey::code, survey::created_at))
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    Ok(with_versions(tx, row.into_iter().collect())?.pop())
}

fn with_versions(tx: &mut Tx, rows: Vec<(String, Moment)>) -> Result<Vec<Survey>, Problem> {
    let codes: Vec<String> = rows.iter().map(|(code, _)| code.clone()).collect();
    let versions: Vec<VersionRow> = version::table
        .filter(version::survey_code.eq_any(codes))
        .order((version::created_at, version::code))
        .select((version::survey_code, version::code, version::document))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let mut of: BTreeMap<String, Vec<SurveyVersionSummary>> = BTreeMap::new();
    for (survey, code, document) in versions {
        let document: SurveyDocument = document.to()?;
        let summary = SurveyVersionSummary {
            href: version_href(&survey, &code),
            version_code: code,
            items: u32::try_from(document.items().count()).map_err(Problem::internal)?,
            title: document.title,
        };
        of.entry(survey).or_default().push(summary);
    }
    let survey = |(code, created_at): (String, Moment)| {
        let versions = of.remove(&code).unwrap_or_default();
        Survey {
            href: format!("/v1/surveys/{code}"),
            title: versions
                .last()
                .map(|last| last.title.clone())
                .unwrap_or_default(),
            waves: format!("/v1/surveys/{code}/waves"),
            versions,
            code,
            created_at,
        }
    };
    Ok(rows.into_iter().map(survey).collect())
}

/// The documents of a survey's versions, but for one, newest first.
pub fn other_versions(
    tx: &mut Tx,
    survey: &str,
    but: &str,
) -> Result<Vec<(String, SurveyDocument)>, Problem> {
    let rows: Vec<(String, JsonText)> = version::table
        .filter(version::survey_code.eq(survey.to_owned()))
        .filter(version::code.ne(but.to_owned()))
        .order((version::created_at.desc(), version::code.desc()))
        .select((version::code, version::document))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let document = |(code, document): (String, JsonText)| Ok((code, document.to()?));
    rows.into_iter().map(document).collect()
}

/// A version, if there is one by this code.
pub fn find_version(
    tx: &mut Tx,
    survey: &str,
    code: &str,
) -> Result<Option<SurveyVersion>, Problem> {
    let row: Option<(JsonText, i64)> = version::table
        .filter(version::survey_code.eq(survey.to_owned()))
        .filter(version::code.eq(code.to_owned()))
        .select((version::document, version::edit))
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    let Some((document, edit)) = row else {
        return Ok(None);
    };
    let waves: i64 = wave::table
        .filter(wave::survey_code.eq(survey.to_owned()))
        .filter(wave::version_code.eq(code.to_owned()))
        .count()
        .get_result(tx.conn)?;
    Ok(Some(SurveyVersion {
        href: version_href(survey, code),
        survey_code: survey.to_owned(),
        version_code: code.to_owned(),
        fixed: waves > 0,
        document: document.to()?,
        edit,
    }))
}

/// Stores a version, new (`current` absent) or instead of the one that the caller has seen; the survey with its first.
pub fn put_version(
    tx: &mut Tx,
    (survey_code, code): (&str, &str),
    current: Option<&SurveyVersion>,
    document: &SurveyDocument,
) -> Result<(), Problem> {
    let document = JsonText::of(document)?;
    if let Some(current) = current {
        let changed = diesel::update(version::table)
            .filter(version::survey_code.eq(survey_code))
            .filter(version::code.eq(code))
            .filter(version::edit.eq(current.edit))
            .set((
                version::document.eq(document),
                version::edit.eq(current.edit + 1),
            ))
            .execute(tx.conn)?;
        return one_changed(changed);
    }
    let values = (survey::code.eq(survey_code), survey::created_at.eq(tx.now));
    each!(tx.conn, conn => diesel::insert_into(survey::table).values(values).on_conflict_do_nothing().execute(conn))?;
    let stored = diesel::insert_into(version::table)
        .values((
            version::survey_code.eq(survey_code),
            version::code.eq(code),
            version::document.eq(document),
            version::edit.eq(1_i64),
            version::created_at.eq(tx.now),
        ))
        .execute(tx.conn);
    first_of_its_code(stored)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = wave, check_for_backend(AnyBackend))]
struct WaveRow {
    id: Id,
    survey_code: String,
    document: JsonText,
    edit: i64,
    closed_at: Option<Moment>,
}

impl WaveRow {
    fn wave(
        self,
        links: &BTreeMap<(Id, String), u32>,
        today: NaiveDate,
    ) -> Result<SurveyWave, Problem> {
        let says: SurveyWaveInput = self.document.to()?;
        let status = match self.closed_at {
            Some(_) => SurveyWaveStatus::Closed,
            None if today < says.opens => SurveyWaveStatus::Planned,
            None if today > says.ends => SurveyWaveStatus::Over,
            None => SurveyWaveStatus::Open,
        };
        let sector = |code: Code| {
            let key = (self.id, code.to_string());
            SurveyWaveSector {
                links: links.get(&key).copied().unwrap_or_default(),
                sector_code: key.1,
            }
        };
        Ok(SurveyWave {
            href: wave_href(&self.survey_code, self.id),
            results: self
                .closed_at
                .map(|_| results_href(&self.survey_code, self.id)),
            id: self.id,
            survey_code: self.survey_code,
            version_code: says.version_code,
            title: says.title,
            status,
            opens: says.opens,
            ends: says.ends,
            sectors: says.sectors.into_iter().map(sector).collect(),
            edit: self.edit,
        })
    }
}

fn waves_of(tx: &mut Tx, rows: Vec<WaveRow>) -> Result<Vec<SurveyWave>, Problem> {
    let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
    let counts: Vec<(Id, String, i64)> = sector::table
        .filter(sector::wave_id.eq_any(ids))
        .select((sector::wave_id, sector::sector_code, sector::links))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let mut links = BTreeMap::new();
    for (wave, sector, count) in counts {
        let count = u32::try_from(count).map_err(Problem::internal)?;
        links.insert((wave, sector), count);
    }
    let today = tx.now.day();
    rows.into_iter()
        .map(|row| row.wave(&links, today))
        .collect()
}

/// The waves of a survey, oldest first.
pub fn waves(tx: &mut Tx, survey: &str, window: &Window<Id>) -> Result<Vec<SurveyWave>, Problem> {
    let mut query = wave::table
        .filter(wave::survey_code.eq(survey.to_owned()))
        .select(WaveRow::as_select())
        .order(wave::id)
        .limit(window.limit())
        .into_boxed::<AnyBackend>();
    if let Some(after) = window.after {
        query = query.filter(wave::id.gt(after));
    }
    let rows = query.load(tx.conn)?;
    waves_of(tx, rows)
}

/// A wave of a survey.
pub fn wave(tx: &mut Tx, survey: &str, id: Id) -> Result<SurveyWave, Problem> {
    let found = wave_by_id(tx, id)?;
    if found.survey_code == survey {
        Ok(found)
    } else {
        Err(Problem::not_found())
    }
}

/// A wave, by its id alone.
pub fn wave_by_id(tx: &mut Tx, id: Id) -> Result<SurveyWave, Problem> {
    let row: Option<WaveRow> = wave::table
        .filter(wave::id.eq(id))
        .select(WaveRow::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    let found = waves_of(tx, row.into_iter().collect())?.pop();
    found.ok_or_else(Problem::not_found)
}

/// What a wave asks.
pub fn document_of(tx: &mut Tx, wave: &SurveyWave) -> Result<SurveyDocument, Problem> {
    let document: JsonText = version::table
        .filter(version::survey_code.eq(wave.survey_code.clone()))
        .filter(version::code.eq(wave.version_code.to_string()))
        .select(version::document)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)?;
    document.to()
}

/// Stores a new wave with its sectors.
pub fn insert_wave(
    tx: &mut Tx,
    survey: &str,
    id: Id,
    input: &SurveyWaveInput,
) -> Result<(), Problem> {
    diesel::insert_into(wave::table)
        .values((
            wave::id.eq(id),
            wave::survey_code.eq(survey),
            wave::version_code.eq(input.version_code.as_str()),
            wave::document.eq(JsonText::of(input)?),
            wave::edit.eq(1_i64),
        ))
        .execute(tx.conn)?;
    for code in &input.sectors {
        diesel::insert_into(sector::table)
            .values((
                sector::wave_id.eq(id),
                sector::sector_code.eq(code.as_str()),
                sector::links.eq(0_i64),
                sector::waiting.eq(0_i64),
                sector::tally.eq(JsonText::of(&Tally::default())?),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Closes a wave that the caller has seen, with its results.
pub fn close_wave(tx: &mut Tx, wave: &SurveyWave, results: &SurveyResults) -> Result<(), Problem> {
    let changed = diesel::update(wave::table)
        .filter(wave::id.eq(wave.id))
        .filter(wave::edit.eq(wave.edit))
        .filter(wave::closed_at.is_null())
        .set((
            wave::edit.eq(wave.edit + 1),
            wave::closed_at.eq(tx.now),
            wave::results.eq(JsonText::of(results)?),
        ))
        .execute(tx.conn)?;
    one_changed(changed)
}

/// The results of a closed wave.
pub fn results(tx: &mut Tx, survey: &str, id: Id) -> Result<Option<SurveyResults>, Problem> {
    let row: Option<Option<JsonText>> = wave::table
        .filter(wave::survey_code.eq(survey.to_owned()))
        .filter(wave::id.eq(id))
        .select(wave::results)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    let row = row.ok_or_else(Problem::not_found)?;
    row.map(|document| document.to()).transpose()
}

/// The results of the last wave of each survey that was closed, in the order in which the surveys came.
pub fn last_results(tx: &mut Tx) -> Result<Vec<SurveyResults>, Problem> {
    let closed: Vec<(String, Id)> = wave::table
        .inner_join(survey::table.on(survey::code.eq(wave::survey_code)))
        .filter(wave::closed_at.is_not_null())
        .order((survey::created_at, survey::code, wave::closed_at, wave::id))
        .select((wave::survey_code, wave::id))
        .load(tx.conn)?;
    let mut last: Vec<(String, Id)> = Vec::new();
    for (survey, id) in closed {
        match last.last_mut() {
            Some(known) if known.0 == survey => known.1 = id,
            _ => last.push((survey, id)),
        }
    }
    let ids: Vec<Id> = last.iter().map(|(_, id)| *id).collect();
    let rows: Vec<(Id, Option<JsonText>)> = wave::table
        .filter(wave::id.eq_any(ids))
        .select((wave::id, wave::results))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let mut of: BTreeMap<Id, JsonText> = rows
        .into_iter()
        .filter_map(|(id, results)| Some((id, results?)))
        .collect();
    let results = last.into_iter().filter_map(|(_, id)| of.remove(&id));
    results.map(|document| document.to()).collect()
}

/// The counts of a wave's sectors, in the order of the wave.
pub fn tallies(tx: &mut Tx, wave: &SurveyWave) -> Result<Vec<(String, Tally)>, Problem> {
    let rows: Vec<(String, JsonText)> = sector::table
        .filter(sector::wave_id.eq(wave.id))
        .select((sector::sector_code, sector::tally))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let mut of: BTreeMap<String, JsonText> = rows.into_iter().collect();
    let sectors = wave.sectors.iter();
    sectors
        .map(|one| {
            let tally = of.remove(&one.sector_code);
            let tally = tally.map_or_else(|| Ok(Tally::default()), |tally| tally.to())?;
            Ok((one.sector_code.clone(), tally))
        })
        .collect()
}

/// How many texts answer each item of a wave.
pub fn text_counts(tx: &mut Tx, wave_id: Id) -> Result<BTreeMap<String, i64>, Problem> {
    let rows: Vec<(String, i64)> = text::table
        .filter(text::wave_id.eq(wave_id))
        .group_by(text::item_code)
        .select((text::item_code, diesel::dsl::count_star()))
        .load(tx.conn)?;
    Ok(rows.into_iter().collect())
}

/// The texts that answer some items of a wave, in the order of their random ids.
pub fn texts(
    tx: &mut Tx,
    wave_id: Id,
    items: Vec<String>,
    window: &Window<Id>,
) -> Result<Vec<SurveyText>, Problem> {
    let mut query = text::table
        .filter(text::wave_id.eq(wave_id))
        .filter(text::item_code.eq_any(items))
        .order(text::id)
        .limit(window.limit())
        .select((text::id, text::item_code, text::says))
        .into_boxed::<AnyBackend>();
    if let Some(after) = window.after {
        query = query.filter(text::id.gt(after));
    }
    let rows: Vec<(Id, String, String)> = query.load(tx.conn)?;
    let text = |(id, item_code, text)| SurveyText {
        id,
        item_code,
        text,
    };
    Ok(rows.into_iter().map(text).collect())
}
