//! What is kept of who took part, so that nobody has to count it: per facility and year, and per sector and year.
use std::collections::BTreeMap;

use diesel::dsl::{count_star, sum};
use diesel::prelude::*;

use crate::access::Tx;
use crate::db::schema::{
    facility, facility_type, training_reach as reach, training_sector_reach as of_sector,
};
use crate::db::types::{AnyBackend, Id};
use crate::problem::Problem;

/// Stands for all years together.
pub const ALL_YEARS: i32 = 0;

/// The name under which all of it is counted anew; who changes a part shares it.
const ALL: &str = "training reach";

/// By how much what is kept of a facility changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Change {
    /// Sessions in which somebody took part.
    pub sessions: i32,
    /// People, each once.
    pub staff: i32,
    /// Those without a key, in each session anew.
    pub others: i32,
}

/// By how much what is kept of a sector changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct OfSector {
    facilities: i32,
    staff: i32,
    others: i32,
}

/// What is to be changed of sectors. It is changed last, and in one order: who changes several does not hold one while it waits for another
/// facility.
#[derive(Debug)]
pub struct Sectors(BTreeMap<(String, i32), OfSector>);

impl Sectors {
    /// Nothing yet. From now on nobody moves a facility to another sector; taken before a facility's own turn, as who counts anew waits for all.
    pub fn begin(tx: &mut Tx) -> Result<Self, Problem> {
        tx.share_name(ALL)?;
        Ok(Self(BTreeMap::new()))
    }

    /// Changes what is kept of a facility in a year at once, and of its sector later.
    pub fn change(
        &mut self,
        tx: &mut Tx,
        facility_id: Id,
        year: i32,
        change: Change,
    ) -> Result<(), Problem> {
        if change == Change::default() {
            return Ok(());
        }
        let sector = sector_of(tx, facility_id)?;
        let before = add(tx, facility_id, year, change)?;
        let took_part = i32::from(before + change.sessions > 0) - i32::from(before > 0);
        let of = self.0.entry((sector, year)).or_default();
        of.facilities += took_part;
        of.staff += change.staff;
        of.others += change.others;
        Ok(())
    }

    /// Changes what is kept of the sectors.
    pub fn settle(self, tx: &mut Tx) -> Result<(), Problem> {
        for ((sector, year), change) in self.0 {
            if change == OfSector::default() {
                continue;
            }
            tx.wait_for_name(&format!("training reach of {sector}"))?;
            let changed = diesel::update(of_sector::table)
                .filter(of_sector::sector_code.eq(&sector))
                .filter(of_sector::year.eq(year))
                .set((
                    of_sector::facilities.eq(of_sector::facilities + change.facilities),
                    of_sector::staff.eq(of_sector::staff + change.staff),
                    of_sector::others.eq(of_sector::others + change.others),
                ))
                .execute(tx.conn)?;
            if changed == 0 {
                insert(tx, &sector, year, change)?;
            }
        }
        Ok(())
    }
}

fn sector_of(tx: &mut Tx, facility_id: Id) -> Result<String, Problem> {
    Ok(facility::table
        .inner_join(facility_type::table.on(facility_type::code.eq(facility::facility_type)))
        .filter(facility::id.eq(facility_id))
        .select(facility_type::sector_code)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)?)
}

fn insert(tx: &mut Tx, sector: &str, year: i32, of: OfSector) -> Result<(), Problem> {
    diesel::insert_into(of_sector::table)
        .values((
            of_sector::sector_code.eq(sector),
            of_sector::year.eq(year),
            of_sector::facilities.eq(of.facilities),
            of_sector::staff.eq(of.staff),
            of_sector::others.eq(of.others),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Adds to what is kept of a facility in a year; gives back in how many sessions somebody took part before.
fn add(tx: &mut Tx, facility_id: Id, year: i32, change: Change) -> Result<i32, Problem> {
    let sessions: Option<i32> = reach::table
        .filter(reach::facility_id.eq(facility_id))
        .filter(reach::year.eq(year))
        .select(reach::sessions)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    if sessions.is_none() {
        diesel::insert_into(reach::table)
            .values((
                reach::facility_id.eq(facility_id),
                reach::year.eq(year),
                reach::sessions.eq(change.sessions),
                reach::staff.eq(change.staff),
                reach::others.eq(change.others),
            ))
            .execute(tx.conn)?;
    } else {
        diesel::update(reach::table)
            .filter(reach::facility_id.eq(facility_id))
            .filter(reach::year.eq(year))
            .set((
                reach::sessions.eq(reach::sessions + change.sessions),
                reach::staff.eq(reach::staff + change.staff),
                reach::others.eq(reach::others + change.others),
            ))
            .execute(tx.conn)?;
    }
    Ok(sessions.unwrap_or(0))
}

/// What is kept of a sector in a year: facilities of which somebody took part, people, and others.
pub type Kept = (String, i32, i32, i32, i32);

/// What is kept of every sector, year by year, where somebody took part.
pub fn of_sectors(tx: &mut Tx) -> Result<Vec<Kept>, Problem> {
    Ok(of_sector::table
        .filter(of_sector::facilities.gt(0))
        .order((of_sector::sector_code, of_sector::year))
        .select((
            of_sector::sector_code,
            of_sector::year,
            of_sector::facilities,
            of_sector::staff,
            of_sector::others,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?)
}

/// Counts the sectors anew from what is kept of facilities: one of them is of another sector from now on.
pub fn recount(tx: &mut Tx) -> Result<(), Problem> {
    type Sums = (String, i32, i64, Option<i64>, Option<i64>);
    tx.wait_for_name(ALL)?;
    let rows: Vec<Sums> = reach::table
        .inner_join(facility::table.on(facility::id.eq(reach::facility_id)))
        .inner_join(facility_type::table.on(facility_type::code.eq(facility::facility_type)))
        .filter(reach::sessions.gt(0))
        .group_by((facility_type::sector_code, reach::year))
        .select((
            facility_type::sector_code,
            reach::year,
            count_star(),
            sum(reach::staff),
            sum(reach::others),
        ))
        .load(tx.conn)?;
    diesel::delete(of_sector::table).execute(tx.conn)?;
    let whole = |sum: i64| i32::try_from(sum).map_err(Problem::internal);
    for (sector, year, facilities, staff, others) in rows {
        let of = OfSector {
            facilities: whole(facilities)?,
            staff: whole(staff.unwrap_or(0))?,
            others: whole(others.unwrap_or(0))?,
        };
        insert(tx, &sector, year, of)?;
    }
    Ok(())
}
