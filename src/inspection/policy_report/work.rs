//! Counting a round when it closes. Reports are read facility by facility, some at a time, so that a large round takes no more memory than a
//! small one.
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::build::{self, Subjects};
use super::count::{AtFacility, Counts, Key, Visited, at_facility};
use super::store::{self, ComparisonRow};
use super::{Calibration, PolicyLabel, PolicyReport};
use crate::access::Tx;
use crate::db::types::{Id, JsonText};
use crate::facility;
use crate::framework::document::Document;
use crate::framework::store::published;
use crate::hash::{hex, sha256};
use crate::inspection::comparison::agree::Bridges;
use crate::inspection::comparison::said::{SelfReport, before, together};
use crate::inspection::comparison::store::{self as inspections, Inspected};
use crate::inspection::finding::judgement::figures;
use crate::inspection::round::{self, Round};
use crate::inspection::{Cancellation, CancellationGround};
use crate::problem::{Kind, Problem};
use crate::self_assessment::handed_in::{self, HandedIn};
use crate::text::Text;

/// Facilities of which the reports are read at once.
const AT_ONCE: usize = 50;

/// The policy report of a round that the caller may know about; 404 before it is closed.
pub fn read(tx: &mut Tx, round_id: Id) -> Result<PolicyReport, Problem> {
    round::store::get(tx, round_id)?;
    store::find(tx, round_id)?.ok_or_else(without)
}

/// Said to who may read the round, so it hides nothing.
fn without() -> Problem {
    Problem::new(
        Kind::ResourceNotFound,
        Text::new(
            "Deze ronde heeft geen beleidsrapport: dat wordt gemaakt wanneer zij wordt afgesloten.",
            "Cette ronde n'a pas de rapport stratégique : il est établi à sa clôture.",
            "This round has no policy report: it is made when the round is closed.",
        ),
    )
}

/// Counts a round that closes at this moment, and keeps its figures for good. Gives back the hash of what was kept.
pub fn freeze(tx: &mut Tx, round: &Round) -> Result<String, Problem> {
    let minimum = tx.state.settings.smallest_group;
    let inspected = inspections::of_round(tx, round.id)?;
    let mut about = subjects(tx, round)?;
    let mut counting = Counting::new(round, &about);
    let facilities: Vec<&[Inspected]> = inspected
        .chunk_by(|one, other| one.facility_id == other.facility_id)
        .collect();
    for some in facilities.chunks(AT_ONCE) {
        counting.add(tx, some)?;
    }
    about.sectors = counting.sectors(tx, &about)?;
    let (facilities, figures) = build::figures(&counting.counts, &about, minimum);
    let report = PolicyReport {
        href: format!("/v1/inspectionRounds/{}/policyReport", round.id),
        round_id: round.id,
        title: round.title.clone(),
        sectors: round.sectors.clone(),
        frameworks: round.frameworks.clone(),
        begins: round.begins,
        ends: round.ends,
        closed_at: tx.now,
        smallest_group: minimum,
        facilities,
        figures,
        calibration: calibration(tx, round, &inspected, minimum)?,
    };
    let document: JsonText = store::insert(tx, &report)?;
    Ok(hex(&sha256(document.0.as_bytes())))
}

/// The sectors of a round, and the criteria that its checklists named.
fn subjects(tx: &mut Tx, round: &Round) -> Result<Subjects, Problem> {
    let mut asked: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for number in 1..=round.checklist_revision.unwrap_or(0) {
        for item in round::store::revision(tx, round.id, number)?.items {
            let version = (
                item.framework_code.to_string(),
                item.version_code.to_string(),
            );
            let criterion = item.criterion_code.to_string();
            asked.entry(version).or_default().insert(criterion);
        }
    }
    let mut frameworks: Vec<(Arc<Document>, BTreeSet<String>)> = Vec::new();
    for one in &round.frameworks {
        let version = (one.framework_code.to_string(), one.version_code.to_string());
        let document = published(tx, &version.0, &version.1)?;
        let criteria = asked.remove(&version).unwrap_or_default();
        frameworks.extend(document.map(|document| (document, criteria)));
    }
    let mut sectors = Vec::new();
    for code in &round.sectors {
        sectors.push(label_of(tx, code.as_str())?);
    }
    Ok(Subjects {
        sectors,
        frameworks,
    })
}

fn label_of(tx: &mut Tx, sector: &str) -> Result<PolicyLabel, Problem> {
    let found = facility::find_sector(tx, sector)?;
    Ok(build::sector(sector, found.map(|found| found.title)))
}

/// A round as it is counted.
struct Counting<'a> {
    round: &'a Round,
    frameworks: Vec<String>,
    asked: BTreeSet<Key>,
    counts: Counts,
    bridges: Bridges,
    /// The sector of each type that was met.
    sector_of: HashMap<String, String>,
}

impl<'a> Counting<'a> {
    fn new(round: &'a Round, about: &Subjects) -> Self {
        let asked = about.frameworks.iter().flat_map(|(document, criteria)| {
            let version = (document.code.to_string(), document.version.code.to_string());
            let key =
                move |criterion: &String| (version.0.clone(), version.1.clone(), criterion.clone());
            criteria.iter().map(key)
        });
        let frameworks = round.frameworks.iter();
        Self {
            round,
            frameworks: frameworks
                .map(|one| one.framework_code.to_string())
                .collect(),
            asked: asked.collect(),
            counts: Counts::default(),
            bridges: Bridges::default(),
            sector_of: HashMap::new(),
        }
    }

    /// Adds some facilities, each with its inspections.
    fn add(&mut self, tx: &mut Tx, facilities: &[&[Inspected]]) -> Result<(), Problem> {
        let all: Vec<&Inspected> = facilities.iter().copied().flatten().collect();
        let ids: Vec<Id> = all.iter().map(|one| one.id).collect();
        let reports = inspections::last_reports(tx, &ids)?;
        let said = self.said(tx, &all)?;
        let mut rows = Vec::new();
        for inspected in facilities {
            let visited: Vec<Visited> = inspected
                .iter()
                .filter_map(|one| Some((one, reports.get(&one.id)?)))
                .collect();
            if visited.is_empty() {
                self.add_cancelled(tx, inspected)?;
            } else {
                self.add_inspected(tx, &said, &visited, &mut rows)?;
            }
        }
        store::insert_comparisons(tx, &rows)
    }

    /// What these facilities had said before they were visited.
    fn said(&self, tx: &mut Tx, inspected: &[&Inspected]) -> Result<Vec<SelfReport>, Problem> {
        let ids: Vec<Id> = inspected.iter().map(|one| one.facility_id).collect();
        let mut handed_in = handed_in::preparing(tx, &ids, &self.frameworks)?;
        let mut wanted: Vec<(Id, i64)> = Vec::new();
        for one in inspected {
            for framework in &self.frameworks {
                let last = before(&handed_in, |one| one, one, framework);
                wanted.extend(last.map(HandedIn::key));
            }
        }
        handed_in.retain(|one| wanted.contains(&one.key()));
        let said = handed_in::read(tx, &wanted)?;
        Ok(together(handed_in, said))
    }

    fn add_inspected(
        &mut self,
        tx: &mut Tx,
        said: &[SelfReport],
        visited: &[Visited],
        rows: &mut Vec<ComparisonRow>,
    ) -> Result<(), Problem> {
        let Some((last, _)) = visited.last() else {
            return Ok(());
        };
        let sector = self.sector(tx, &last.facility_type)?;
        let mut criteria = at_facility(tx, &mut self.bridges, said, visited)?;
        criteria.retain(|key, _| self.asked.contains(key));
        self.counts.add(&sector, visited, &criteria);
        rows.extend(self.rows(last.facility_id, &sector, &criteria, tx));
        Ok(())
    }

    /// What is kept for the figures of sectors: of several versions of a framework, whether all agree.
    fn rows(
        &self,
        facility_id: Id,
        sector: &str,
        criteria: &BTreeMap<Key, AtFacility>,
        tx: &Tx,
    ) -> Vec<ComparisonRow> {
        let mut agree: BTreeMap<(&str, &str), bool> = BTreeMap::new();
        for ((framework, _, criterion), at) in criteria {
            if let Some(agrees) = at.agrees {
                let all = agree.entry((framework, criterion)).or_insert(true);
                *all &= agrees;
            }
        }
        let rows = agree.into_iter();
        rows.map(|((framework, criterion), agrees)| ComparisonRow {
            round_id: self.round.id,
            facility_id,
            sector_code: sector.to_owned(),
            framework_code: framework.to_owned(),
            criterion_code: criterion.to_owned(),
            agrees,
            closed_at: tx.now,
        })
        .collect()
    }

    fn add_cancelled(&mut self, tx: &mut Tx, inspected: &[Inspected]) -> Result<(), Problem> {
        let Some(last) = inspected.last() else {
            return Ok(());
        };
        let sector = self.sector(tx, &last.facility_type)?;
        let cancellation: Option<Cancellation> =
            last.cancellation.as_ref().map(JsonText::to).transpose()?;
        let ground = cancellation.map_or(CancellationGround::Other, |one| one.ground);
        self.counts.add_cancelled(&sector, ground);
        Ok(())
    }

    /// The sector of a type of facility; the type itself where nobody knows it any more.
    fn sector(&mut self, tx: &mut Tx, facility_type: &str) -> Result<String, Problem> {
        if let Some(known) = self.sector_of.get(facility_type) {
            return Ok(known.clone());
        }
        let found = facility::find_facility_type(tx, facility_type)?;
        let sector = found.map_or_else(|| facility_type.to_owned(), |found| found.sector_code);
        self.sector_of
            .insert(facility_type.to_owned(), sector.clone());
        Ok(sector)
    }

    /// The round's sectors, and those beside them in which a facility was inspected.
    fn sectors(&self, tx: &mut Tx, about: &Subjects) -> Result<Vec<PolicyLabel>, Problem> {
        let mut sectors = about.sectors.clone();
        let met: BTreeSet<&String> = self.sector_of.values().collect();
        for code in met {
            if !sectors.iter().any(|one| one.code == *code) {
                sectors.push(label_of(tx, code)?);
            }
        }
        Ok(sectors)
    }
}

/// How far inspectors agreed, each measure where enough facilities stand behind it.
fn calibration(
    tx: &mut Tx,
    round: &Round,
    inspected: &[Inspected],
    minimum: u32,
) -> Result<Calibration, Problem> {
    if !round.double_judgement {
        return Ok(Calibration::default());
    }
    let facility_of = inspected
        .iter()
        .map(|one| (one.id, one.facility_id))
        .collect();
    figures::calibration(tx, round.id, &facility_of, minimum)
}
