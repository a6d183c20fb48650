//! Plans and overviews as they were for a day, and what is said next.
use chrono::NaiveDate;

use super::store::{self, Said, Saying};
use super::{
    ActivityStatus, RolloutHistory, RolloutItem, RolloutItemInput, RolloutItemKind,
    RolloutOverview, RolloutPlan, SectorRollout, rules,
};
use crate::access::Tx;
use crate::audit::{self, Event};
use crate::db::types::Id;
use crate::facility::{self, Sector};
use crate::http::Precondition;
use crate::problem::{Issue, Problem};
use crate::text::Text;

/// Statements about an item at most. Ours.
const MOST_STATEMENTS: i64 = 1000;

/// For which days a plan is read: today, unless said otherwise.
#[derive(Debug, Clone, Copy, Default)]
pub struct Days {
    /// The day that it is for.
    pub valid_on: Option<NaiveDate>,
    /// The day on which it was known.
    pub known_on: Option<NaiveDate>,
    /// Both, where they are not said apart.
    pub as_of: Option<NaiveDate>,
}

impl Days {
    fn of(self, today: NaiveDate) -> (NaiveDate, NaiveDate) {
        let or = |day: Option<NaiveDate>| day.or(self.as_of).unwrap_or(today);
        (or(self.valid_on), or(self.known_on))
    }
}

fn sector(tx: &mut Tx, code: &str) -> Result<Sector, Problem> {
    facility::find_sector(tx, code)?.ok_or_else(Problem::not_found)
}

/// The plan of a sector.
pub fn plan(tx: &mut Tx, code: &str, days: Days) -> Result<RolloutPlan, Problem> {
    let sector = sector(tx, code)?;
    let days = days.of(tx.now.day());
    let items = counting(store::known(tx, Some(code), days.1)?, days);
    Ok(planned(&sector, items, days))
}

fn address(sector: &str) -> String {
    format!("/v1/sectors/{sector}/rolloutPlan")
}

/// The items of which something counts on these days.
fn counting(all: Vec<Said>, days: (NaiveDate, NaiveDate)) -> Vec<RolloutItem> {
    let shown = all.into_iter().filter_map(|one| {
        let statement = rules::counting(one.statements, days)?;
        Some(RolloutItem {
            href: store::href(&one.sector, one.id),
            id: one.id,
            sector_code: one.sector,
            statement,
            arrival: one.arrival,
        })
    });
    shown.collect()
}

fn planned(
    sector: &Sector,
    items: Vec<RolloutItem>,
    (valid_on, known_on): (NaiveDate, NaiveDate),
) -> RolloutPlan {
    let (mut phases, mut work_packages, mut activities) = (Vec::new(), Vec::new(), Vec::new());
    for item in items {
        match item.statement.says.kind {
            RolloutItemKind::Phase => phases.push(item),
            RolloutItemKind::WorkPackage => work_packages.push(item),
            RolloutItemKind::Activity => activities.push(item),
        }
    }
    RolloutPlan {
        href: address(&sector.code),
        sector_code: sector.code.clone(),
        title: sector.title.clone(),
        valid_on,
        known_on,
        phases: rules::in_time(phases),
        work_packages,
        activities: rules::in_time(activities),
    }
}

/// How far each sector is.
pub fn overview(tx: &mut Tx, days: Days) -> Result<RolloutOverview, Problem> {
    let days = days.of(tx.now.day());
    let mut items = counting(store::known(tx, None, days.1)?, days);
    let mut sectors = Vec::new();
    for sector in facility::every_sector(tx)? {
        let (own, others) = items
            .into_iter()
            .partition(|item| item.sector_code == sector.code);
        items = others;
        sectors.push(how_far(planned(&sector, own, days)));
    }
    Ok(RolloutOverview {
        valid_on: days.0,
        known_on: days.1,
        sectors,
    })
}

fn how_far(plan: RolloutPlan) -> SectorRollout {
    let day = plan.valid_on;
    let counts = rules::counted(&plan.activities);
    let phases = plan.phases.into_iter();
    let is_to_come = |item: &RolloutItem| {
        matches!(
            item.statement.says.status,
            Some(ActivityStatus::Planned | ActivityStatus::Postponed)
        )
    };
    SectorRollout {
        plan: format!("{}?validOn={day}&knownOn={}", plan.href, plan.known_on),
        sector_code: plan.sector_code,
        title: plan.title,
        phases: phases
            .filter(|item| rules::is_running(&item.statement.says, day))
            .collect(),
        planning: plan.activities.into_iter().filter(is_to_come).collect(),
        activities: counts,
    }
}

/// Everything that was ever said of an item.
pub fn history(tx: &mut Tx, code: &str, id: Id) -> Result<RolloutHistory, Problem> {
    sector(tx, code)?;
    store::find(tx, code, id)?.ok_or_else(Problem::not_found)
}

/// Says something of an item, which may be new; true when it is.
pub fn say(
    tx: &mut Tx,
    (code, id, arrival): (&str, Id, Id),
    condition: &Precondition,
    input: &RolloutItemInput,
) -> Result<(RolloutHistory, bool), Problem> {
    sector(tx, code)?;
    let current = store::find(tx, code, id)?;
    condition.check(current.as_ref().map(RolloutHistory::tag).as_ref())?;
    let last = current.as_ref().map_or(0, RolloutHistory::last);
    Problem::refuse(faults(tx, (code, id), current.as_ref(), input)?)?;
    if last >= MOST_STATEMENTS {
        return Err(full());
    }
    let today = tx.now.day();
    let saying = Saying {
        sector: code,
        id,
        arrival,
        known_on: input.reported.as_ref().map_or(today, |one| one.day),
        says: input,
    };
    store::say(tx, &saying, last)?;
    let event = Event::new("rolloutItemSaid", "rolloutPlan", code);
    let said = serde_json::json!({"itemId": id, "number": last + 1, "says": input});
    audit::record(tx, event.with(&said)?)?;
    let saved = store::find(tx, code, id)?.ok_or_else(Problem::not_found)?;
    Ok((saved, current.is_none()))
}

fn faults(
    tx: &mut Tx,
    (code, id): (&str, Id),
    current: Option<&RolloutHistory>,
    input: &RolloutItemInput,
) -> Result<Vec<Issue>, Problem> {
    let mut faults = Vec::new();
    if let Some(kind) = current
        .map(|one| one.kind)
        .filter(|kind| *kind != input.kind)
    {
        let detail = Text::new(
            format!("Dit is {kind} en blijft dat; voeg een ander onderdeel toe."),
            format!("Ceci est {kind} et le reste ; ajoutez un autre élément."),
            format!("This is {kind} and stays so; add another item."),
        );
        faults.push(Issue::body("fixed", "kind", detail).with_value(input.kind.name()));
    }
    let today = tx.now.day();
    if let Some(reported) = input.reported.as_ref().filter(|one| one.day > today) {
        let detail = Text::new(
            format!("Gebruik een dag tot en met vandaag, {today}."),
            format!("Utilisez un jour jusqu'à aujourd'hui, {today}."),
            format!("Use a day up to today, {today}."),
        );
        let fault = Issue::body("validity", "reported.day", detail);
        faults.push(fault.with_value(reported.day.to_string()));
    }
    if let Some(package) = input.work_package_id {
        let found = store::find(tx, code, package)?;
        if package == id || found.is_none_or(|one| one.kind != RolloutItemKind::WorkPackage) {
            let detail = Text::new(
                "Dit is geen werkpakket van deze sector.",
                "Ceci n'est pas un paquet de travail de ce secteur.",
                "This is no work package of this sector.",
            );
            let fault = Issue::body("unknownReference", "workPackageId", detail);
            faults.push(fault.with_value(package.to_string()));
        }
    }
    Ok(faults)
}

fn full() -> Problem {
    Problem::conflict(Text::new(
        format!("Over een onderdeel wordt ten hoogste {MOST_STATEMENTS} keer iets gezegd."),
        format!("Un élément a au plus {MOST_STATEMENTS} déclarations."),
        format!("An item has {MOST_STATEMENTS} statements at most."),
    ))
}
