//! What figures count of a facility: each once, whatever the number of its inspections in the round.
use std::collections::{BTreeMap, BTreeSet};

use crate::access::Tx;
use crate::inspection::comparison::agree::Bridges;
use crate::inspection::comparison::said::{SelfReport, compared, criterion_of};
use crate::inspection::comparison::store::{Inspected, Reported};
use crate::inspection::report::document::Finding;
use crate::inspection::{CancellationGround, State};
use crate::problem::Problem;

/// A framework version, and a criterion of it.
pub type Key = (String, String, String);

/// Facilities counted by a code.
pub type Tally = BTreeMap<String, u32>;

/// The codes of the columns that are the figures' own, beside sectors, states and judgements.
pub mod column {
    /// Only announced visits.
    pub const ANNOUNCED: &str = "announced";
    /// Only unannounced ones.
    pub const UNANNOUNCED: &str = "unannounced";
    /// Both.
    pub const BOTH: &str = "both";
    /// Findings with different judgements.
    pub const MIXED: &str = "severalJudgements";
    /// No judgement.
    pub const NONE: &str = "noJudgement";
    /// One priority improvement point at least.
    pub const PRIORITY: &str = "priority";
    /// Improvement points without priority.
    pub const OTHER: &str = "other";
    /// No improvement point.
    pub const WITHOUT: &str = "without";
    /// Both say the same.
    pub const AGREES: &str = "agrees";
    /// They do not.
    pub const DISAGREES: &str = "disagrees";
    /// Cannot be compared.
    pub const NOT_COMPARED: &str = "notCompared";
}

/// An inspection of a facility, with its last numbered report.
pub type Visited<'a> = (&'a Inspected, &'a Reported);

/// What is known of a criterion at one facility.
#[derive(Debug, Default, Clone)]
pub struct AtFacility {
    judgements: BTreeSet<String>,
    /// The improvement points, by whether one has priority.
    points: Option<bool>,
    /// Do self-report and findings say the same, as far as they can be compared? Of several places or findings: all of them.
    pub agrees: Option<bool>,
}

impl AtFacility {
    fn add(&mut self, finding: &Finding, agrees: Option<bool>) {
        let judgement = finding.judgement.as_ref();
        self.judgements
            .extend(judgement.map(|one| one.code.to_string()));
        for point in &finding.improvement_points {
            self.points = Some(self.points == Some(true) || point.priority);
        }
        self.agrees = match (self.agrees, agrees) {
            (Some(one), Some(other)) => Some(one && other),
            (one, other) => one.or(other),
        };
    }

    fn judged(&self) -> &str {
        let mut judgements = self.judgements.iter();
        match (judgements.next(), judgements.next()) {
            (None, _) => column::NONE,
            (Some(one), None) => one,
            (Some(_), Some(_)) => column::MIXED,
        }
    }
}

/// The criteria at one facility, by what its reports say.
pub fn at_facility(
    tx: &mut Tx,
    bridges: &mut Bridges,
    said: &[SelfReport],
    visited: &[Visited],
) -> Result<BTreeMap<Key, AtFacility>, Problem> {
    let mut criteria: BTreeMap<Key, AtFacility> = BTreeMap::new();
    for (inspected, report) in visited {
        for finding in report.document.findings() {
            let Some(criterion) = criterion_of(finding) else {
                continue;
            };
            let pair = compared(tx, bridges, said, (inspected, finding))?;
            let key = (
                criterion.framework_code.to_string(),
                criterion.version_code.to_string(),
                criterion.code.to_string(),
            );
            let agrees = pair.and_then(|pair| pair.agrees);
            criteria.entry(key).or_default().add(finding, agrees);
        }
    }
    Ok(criteria)
}

/// How the inspectors came to a facility.
fn came(visited: &[Visited]) -> &'static str {
    let visits = visited
        .iter()
        .flat_map(|(_, report)| &report.document.visits);
    let kinds: BTreeSet<bool> = visits.map(|visit| visit.announced).collect();
    match (kinds.contains(&true), kinds.contains(&false)) {
        (true, true) => column::BOTH,
        (false, true) => column::UNANNOUNCED,
        _ => column::ANNOUNCED,
    }
}

/// Counts of facilities.
#[derive(Debug, Default)]
pub struct Counts {
    /// Inspected facilities.
    pub inspected: u32,
    /// Per sector, by kind of visit.
    pub visits: BTreeMap<String, Tally>,
    /// Per sector, by state.
    pub states: BTreeMap<String, Tally>,
    /// Per sector, those of which every inspection was cancelled, by ground.
    pub cancellations: BTreeMap<String, Tally>,
    /// Per criterion, by judgement.
    pub judgements: BTreeMap<Key, Tally>,
    /// Per criterion, by improvement points.
    pub points: BTreeMap<Key, Tally>,
    /// Per criterion, by agreement.
    pub agreement: BTreeMap<Key, Tally>,
    /// By the improvement points of the whole report, also those about no criterion.
    pub any_points: Tally,
}

fn count<K: Ord>(table: &mut BTreeMap<K, Tally>, row: K, column: &str) {
    *table
        .entry(row)
        .or_default()
        .entry(column.to_owned())
        .or_default() += 1;
}

impl Counts {
    /// Adds a facility that was inspected, of a sector.
    pub fn add(&mut self, sector: &str, visited: &[Visited], criteria: &BTreeMap<Key, AtFacility>) {
        self.inspected += 1;
        count(&mut self.visits, sector.to_owned(), came(visited));
        let state = visited
            .last()
            .map_or(State::Final, |(inspected, _)| inspected.state);
        count(&mut self.states, sector.to_owned(), state.name());
        for (key, at) in criteria {
            count(&mut self.judgements, key.clone(), at.judged());
            if let Some(priority) = at.points {
                count(&mut self.points, key.clone(), points(priority));
            }
            if let Some(agrees) = at.agrees {
                let column = if agrees {
                    column::AGREES
                } else {
                    column::DISAGREES
                };
                count(&mut self.agreement, key.clone(), column);
            }
        }
        let findings = visited
            .iter()
            .flat_map(|(_, report)| report.document.findings());
        let mut any = findings
            .flat_map(|finding| &finding.improvement_points)
            .peekable();
        if any.peek().is_some() {
            let priority = any.any(|point| point.priority);
            *self
                .any_points
                .entry(points(priority).to_owned())
                .or_default() += 1;
        }
    }

    /// Adds a facility of which every inspection was cancelled, the last of them on this ground.
    pub fn add_cancelled(&mut self, sector: &str, ground: CancellationGround) {
        count(&mut self.cancellations, sector.to_owned(), ground.name());
    }
}

fn points(priority: bool) -> &'static str {
    if priority {
        column::PRIORITY
    } else {
        column::OTHER
    }
}
