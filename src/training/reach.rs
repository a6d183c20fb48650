//! How far trainings reach the facilities and the staff of each sector, from what is kept of each facility and year.
use std::collections::BTreeMap;

use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use diesel::dsl::{count, count_star};
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::attendance::kept::{self, ALL_YEARS, Kept};
use crate::access::policy::ReadTrainingReach;
use crate::access::{Allowed, Tx};
use crate::db::schema::{facility, facility_type, training_reach as reach};
use crate::facility::every_sector;
use crate::http::ETag;
use crate::http::answer;
use crate::http::etag::IfNoneMatch;
use crate::http::query::{Nothing, Query};
use crate::problem::Problem;
use crate::words::Texts;

/// How far trainings reach each sector.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrainingReach {
    /// The day that it is about.
    pub day: NaiveDate,
    /// Every sector, in the order in which they were added.
    pub sectors: Vec<SectorReach>,
}

/// How far trainings reach a sector.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SectorReach {
    /// The sector.
    #[schema(example = "ggz")]
    pub sector_code: String,
    /// Its name.
    pub title: Texts,
    /// Its facilities that are in operation on that day: the denominator.
    pub facilities: u32,
    /// Those of them of which somebody took part in a session.
    pub took_part: u32,
    /// Their share, from 0 to 1; absent where there are no facilities.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        minimum = 0,
        maximum = 1,
        example = 0.95
    )]
    pub share: Option<f64>,
    /// People who took part, each once at a facility, as long as the secret of their hashes lasted; also of facilities that are no more.
    pub staff: u32,
    /// Others, for whom there was no key: counted in each session anew.
    pub others: u32,
    /// The same per year in which a session began, oldest first; without a share, as facilities come and go in a year.
    pub years: Vec<YearReach>,
}

/// How far trainings of one year reach a sector.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct YearReach {
    /// The year in which the sessions began.
    #[schema(example = 2026)]
    pub year: i32,
    /// Facilities of which somebody took part.
    pub took_part: u32,
    /// People who took part, each once at a facility.
    pub staff: u32,
    /// Others, in each session anew.
    pub others: u32,
}

/// Read how far trainings reach each sector
///
/// Facilities of which somebody took part, of those that are in operation today, and the people reached, each once at a facility. For the expert centre, which sees
/// attendance per facility; figures for others are released.
#[utoipa::path(tag = "Rollout", operation_id = "readTrainingReach", extensions(("x-action" = json!("ReadTrainingReach"))),
    responses((status = 200, description = "Every sector.", body = TrainingReach)))]
#[get("/statistics/trainings")]
pub async fn read_training_reach(
    allowed: Allowed<ReadTrainingReach>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let found = allowed.read(of_sectors).await?;
    let said = serde_json::to_vec(&found).map_err(Problem::internal)?;
    answer::found(&found, &ETag::of_content("t", &said), &known)
}

/// How far they reach each sector today.
pub fn of_sectors(tx: &mut Tx) -> Result<TrainingReach, Problem> {
    let day = tx.now.day();
    let mut kept: BTreeMap<String, Vec<YearReach>> = BTreeMap::new();
    for row in kept::of_sectors(tx)? {
        let (sector, year) = year_reach(row)?;
        kept.entry(sector).or_default().push(year);
    }
    let operating = in_operation(tx, day)?;
    let mut sectors = Vec::new();
    for sector in every_sector(tx)? {
        let mut years = kept.remove(&sector.code).unwrap_or_default();
        let overall = years.iter().position(|one| one.year == ALL_YEARS);
        let overall = overall.map(|at| years.remove(at));
        let (facilities, took_part) = operating.get(&sector.code).copied().unwrap_or_default();
        sectors.push(SectorReach {
            share: (facilities > 0).then(|| f64::from(took_part) / f64::from(facilities)),
            sector_code: sector.code,
            title: sector.title,
            facilities,
            took_part,
            staff: overall.as_ref().map_or(0, |one| one.staff),
            others: overall.as_ref().map_or(0, |one| one.others),
            years,
        });
    }
    Ok(TrainingReach { day, sectors })
}

fn year_reach(
    (sector, year, facilities, staff, others): Kept,
) -> Result<(String, YearReach), Problem> {
    let reach = YearReach {
        year,
        took_part: u32::try_from(facilities).map_err(Problem::internal)?,
        staff: u32::try_from(staff).map_err(Problem::internal)?,
        others: u32::try_from(others).map_err(Problem::internal)?,
    };
    Ok((sector, reach))
}

/// Facilities of a sector, and those of them of which somebody took part.
type Pair = (u32, u32);

/// How many facilities of each sector are in operation on a day, and of how many of these somebody ever took part.
fn in_operation(tx: &mut Tx, day: NaiveDate) -> Result<BTreeMap<String, Pair>, Problem> {
    let of_all_years = reach::facility_id
        .eq(facility::id)
        .and(reach::year.eq(ALL_YEARS))
        .and(reach::sessions.gt(0));
    let rows: Vec<(String, i64, i64)> = facility::table
        .inner_join(facility_type::table.on(facility_type::code.eq(facility::facility_type)))
        .left_join(reach::table.on(of_all_years))
        .filter(facility::valid_from.le(day))
        .filter(facility::valid_to.is_null().or(facility::valid_to.gt(day)))
        .group_by(facility_type::sector_code)
        .select((
            facility_type::sector_code,
            count_star(),
            count(reach::sessions.nullable()),
        ))
        .load(tx.conn)?;
    let pair = |(sector, all, reached): (String, i64, i64)| {
        let whole = |count: i64| u32::try_from(count).map_err(Problem::internal);
        Ok((sector, (whole(all)?, whole(reached)?)))
    };
    rows.into_iter().map(pair).collect()
}
