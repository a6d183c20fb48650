//! Draws a sample, in one transaction.
use std::collections::{BTreeMap, BTreeSet};

use super::rules::{self, Candidate};
use super::store::{self, HandedIn, There};
use super::{Drawn, PickReason, RiskRule, RuleOrigin, Sample, SampleInput};
use crate::access::Tx;
use crate::audit::{self, Event};
use crate::db::types::Id;
use crate::inspection::round::{self, Round, RoundState};
use crate::problem::{Issue, Problem};
use crate::self_assessment::{Cycle, Purpose, cycle_store};
use crate::text::Text;

/// Draws a sample for a round that is not closed, and keeps it. Nothing is planned by it.
pub fn draw(
    tx: &mut Tx,
    (round_id, id): (Id, Id),
    mut asked: SampleInput,
) -> Result<Sample, Problem> {
    tx.share_name(&round::store::turn(round_id))?;
    let round = round::store::get(tx, round_id)?;
    if round.status == RoundState::Closed {
        return Err(closed());
    }
    let types = types(tx, &round, &asked)?;
    let all = store::facilities(tx, &types)?;
    let (facilities, places) = within(tx, &asked, all)?;
    let mut candidates = match &asked.risk {
        Some(rule) => weighed(tx, &round, rule, facilities)?,
        None => facilities
            .into_iter()
            .map(|there| plain(there, Vec::new()))
            .collect(),
    };
    for one in &mut candidates {
        let codes = places.codes.get(&one.id).map(Vec::as_slice);
        one.regions = rules::regions_of(&asked.regions, codes.unwrap_or_default());
    }
    // An id of its own is as good as any text.
    let seed = asked.seed.get_or_insert_with(|| id.to_string()).clone();
    let number = |wanted: i32| usize::try_from(wanted).unwrap_or_default();
    let by_risk = asked.risk.as_ref().map_or(0, |rule| number(rule.picks));
    let drawn = Drawn {
        origin: RuleOrigin::Ours,
        candidates: candidates.len(),
        without_region: places.unknown,
        picks: rules::draw(candidates, number(asked.size), by_risk, &seed),
        asked,
    };
    store::insert(tx, round_id, id, &drawn)?;
    // Who is picked is the planners' alone.
    let said =
        serde_json::json!({"sampleId": id, "asked": drawn.asked, "picks": drawn.picks.len()});
    let event = Event::new("sampleDrawn", "inspectionRound", round_id);
    audit::record(tx, event.with(&said)?)?;
    store::get(tx, round_id, id)
}

/// Where facilities are, as far as that was asked.
struct Places {
    codes: BTreeMap<Id, Vec<String>>,
    /// How many have no postal code to go by.
    unknown: Option<usize>,
}

/// Those of the facilities that are in a region that was asked for; all where none was.
fn within(
    tx: &mut Tx,
    asked: &SampleInput,
    mut all: Vec<There>,
) -> Result<(Vec<There>, Places), Problem> {
    if asked.regions.is_empty() {
        let (codes, unknown) = (BTreeMap::new(), None);
        return Ok((all, Places { codes, unknown }));
    }
    let codes = store::postal_codes(tx)?;
    let unknown = all.iter().filter(|there| !codes.contains_key(&there.0));
    let unknown = Some(unknown.count());
    all.retain(|there| {
        let own = codes.get(&there.0).map(Vec::as_slice);
        !rules::regions_of(&asked.regions, own.unwrap_or_default()).is_empty()
    });
    Ok((all, Places { codes, unknown }))
}

fn closed() -> Problem {
    Problem::conflict(Text::new(
        "Deze ronde is afgesloten; trek de steekproef voor een andere.",
        "Cette ronde est clôturée ; tirez l'échantillon pour une autre.",
        "This round is closed; draw the sample for another.",
    ))
}

/// The types that are asked for: of the round's sectors.
fn types(tx: &mut Tx, round: &Round, asked: &SampleInput) -> Result<BTreeSet<String>, Problem> {
    let sectors: Vec<String> = round.sectors.iter().map(ToString::to_string).collect();
    let all = store::types_of(tx, &sectors)?;
    if asked.facility_types.is_empty() {
        return Ok(all);
    }
    let wanted = asked.facility_types.iter().enumerate();
    let faults: Vec<Issue> = wanted
        .filter(|(_, code)| !all.contains(code.as_str()))
        .map(|(index, code)| not_of_the_round(index, code.as_str(), &all))
        .collect();
    Problem::refuse(faults)?;
    Ok(asked
        .facility_types
        .iter()
        .map(ToString::to_string)
        .collect())
}

fn not_of_the_round(index: usize, code: &str, all: &BTreeSet<String>) -> Issue {
    let known: Vec<&str> = all.iter().map(String::as_str).collect();
    let known = known.join(", ");
    let detail = Text::new(
        format!("Dit type hoort bij geen sector van deze ronde; gebruik: {known}."),
        format!("Ce type n'appartient à aucun secteur de cette ronde ; utilisez : {known}."),
        format!("This type is of no sector of this round; use: {known}."),
    );
    Issue::body(
        "unknownReference",
        format!("facilityTypes[{index}]"),
        detail,
    )
    .with_value(code)
}

fn plain((id, facility_type, _): There, reasons: Vec<PickReason>) -> Candidate {
    Candidate {
        id,
        facility_type,
        regions: Vec::new(),
        reasons,
    }
}

/// The facilities with what gives them points, against the frameworks of the round.
fn weighed(
    tx: &mut Tx,
    round: &Round,
    rule: &RiskRule,
    facilities: Vec<There>,
) -> Result<Vec<Candidate>, Problem> {
    let frameworks: BTreeSet<String> = round
        .frameworks
        .iter()
        .map(|one| one.framework_code.to_string())
        .collect();
    let frameworks: Vec<String> = frameworks.into_iter().collect();
    let handed_in = store::handed_in(tx, &frameworks)?;
    let past: Vec<Cycle> = cycle_store::opened(tx)?
        .into_iter()
        .filter(|cycle| cycle.purpose == Purpose::InspectionPreparation && cycle.due < tx.now)
        .collect();
    let weighed = facilities.into_iter().map(|there| {
        let mut reasons = Vec::new();
        for framework in &frameworks {
            if let Some(last) = handed_in.last.get(&(there.0, framework.clone())) {
                reasons.extend(rules::weighed(rule, last.summary.id, &last.answers));
            }
            reasons.extend(missed(rule, &there, framework, &past, &handed_in));
        }
        plain(there, reasons)
    });
    Ok(weighed.collect())
}

/// The last cycle of a framework whose term is past, where the facility was there and handed nothing in.
fn missed(
    rule: &RiskRule,
    (id, facility_type, since): &There,
    framework: &str,
    past: &[Cycle],
    handed_in: &HandedIn,
) -> Option<PickReason> {
    let asked = past.iter().filter(|cycle| {
        cycle.framework_code == framework
            && cycle.facility_types.contains(facility_type)
            && cycle.due.day() >= *since
    });
    let last = asked.max_by_key(|cycle| cycle.due)?;
    if handed_in.cycles.contains(&(*id, last.id)) {
        return None;
    }
    rules::overdue(rule, last.id)
}
