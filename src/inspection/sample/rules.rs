//! How points are given and a sample is drawn: pure decisions.
use super::{Pick, PickReason, PickedBy, Region, RiskKind, RiskRule};
use crate::db::types::Id;
use crate::hash::sha256;
use crate::self_assessment::Answer;

/// A facility that can be picked, and what gave it points.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The facility.
    pub id: Id,
    /// Its type.
    pub facility_type: String,
    /// The regions that it is in, of those that were asked for.
    pub regions: Vec<String>,
    /// What gave it points.
    pub reasons: Vec<PickReason>,
}

impl Candidate {
    fn points(&self) -> i32 {
        self.reasons.iter().map(|reason| reason.points).sum()
    }

    fn picked(self, picked_by: PickedBy) -> Pick {
        Pick {
            facility_id: self.id,
            points: self.points(),
            facility_type: self.facility_type,
            regions: self.regions,
            picked_by,
            reasons: self.reasons,
        }
    }
}

/// The names of the regions that hold one of these postal codes, in the order in which they were asked for.
pub fn regions_of(asked: &[Region], codes: &[String]) -> Vec<String> {
    let holds = |region: &&Region| codes.iter().any(|code| region.holds(code));
    let held = asked.iter().filter(holds);
    held.map(|region| region.name.clone()).collect()
}

/// What the answers of a self-assessment give points for.
pub fn weighed(rule: &RiskRule, assessment: Id, answers: &[Answer]) -> Vec<PickReason> {
    let mut reasons = Vec::new();
    let counts = |answer: &&Answer| {
        let mut named = rule.criteria.iter();
        rule.criteria.is_empty() || named.any(|code| code.as_str() == answer.criterion_code)
    };
    for answer in answers.iter().filter(counts) {
        let level = rule
            .levels
            .iter()
            .find(|one| one.level.as_str() == answer.level);
        let bare = answer.pieces().next().is_none();
        let given = [
            (RiskKind::Level, level.map_or(0, |level| level.points)),
            (
                RiskKind::MissingEvidence,
                if bare { rule.missing_evidence } else { 0 },
            ),
        ];
        let given = given.into_iter().filter(|(_, points)| *points > 0);
        reasons.extend(given.map(|(kind, points)| PickReason {
            kind,
            self_assessment_id: Some(assessment),
            criterion_code: Some(answer.criterion_code.clone()),
            level: Some(answer.level.clone()),
            cycle_id: None,
            points,
        }));
    }
    reasons
}

/// What handing in nothing in a cycle gives points for.
pub fn overdue(rule: &RiskRule, cycle: Id) -> Option<PickReason> {
    (rule.overdue > 0).then_some(PickReason {
        kind: RiskKind::Overdue,
        self_assessment_id: None,
        criterion_code: None,
        level: None,
        cycle_id: Some(cycle),
        points: rule.overdue,
    })
}

/// Draws so many by risk, those with the most points, and the rest by chance. In which order the candidates come says nothing.
pub fn draw(candidates: Vec<Candidate>, size: usize, by_risk: usize, seed: &str) -> Vec<Pick> {
    let mut lots: Vec<(Vec<u8>, Candidate)> = candidates
        .into_iter()
        .map(|one| (lot(seed, one.id), one))
        .collect();
    lots.sort_by(|(lot, one), (other_lot, other)| {
        let points = other.points().cmp(&one.points());
        points.then_with(|| lot.cmp(other_lot))
    });
    let risky = lots.iter().filter(|(_, one)| one.points() > 0).count();
    let mut rest = lots.split_off(risky.min(by_risk).min(size));
    rest.sort_by(|(lot, _), (other, _)| lot.cmp(other));
    rest.truncate(size - lots.len());
    let risk = lots.into_iter().map(|(_, one)| one.picked(PickedBy::Risk));
    let chance = rest
        .into_iter()
        .map(|(_, one)| one.picked(PickedBy::Chance));
    risk.chain(chance).collect()
}

/// The lot that a facility draws: as good as chance, and the same for the same seed.
fn lot(seed: &str, facility: Id) -> Vec<u8> {
    sha256(format!("{seed} {facility}").as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::super::PostalCodes;
    use super::*;

    fn candidate(number: u8, points: i32) -> Candidate {
        let reason = PickReason {
            kind: RiskKind::Overdue,
            self_assessment_id: None,
            criterion_code: None,
            level: None,
            cycle_id: None,
            points,
        };
        Candidate {
            id: Id(uuid::Uuid::from_bytes([number; 16])),
            facility_type: "pz".to_owned(),
            regions: Vec::new(),
            reasons: vec![reason],
        }
    }

    fn crowd() -> Vec<Candidate> {
        (0..40)
            .map(|number| candidate(number, i32::from(number % 4)))
            .collect()
    }

    #[test]
    fn the_most_points_come_first_and_chance_draws_the_rest() {
        let picks = draw(crowd(), 15, 12, "zaad");
        assert_eq!(picks.len(), 15);
        let by_risk: Vec<i32> = picks
            .iter()
            .filter(|pick| pick.picked_by == PickedBy::Risk)
            .map(|pick| pick.points)
            .collect();
        assert_eq!(by_risk, [3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2]);
        let mut ids: Vec<Id> = picks.iter().map(|pick| pick.facility_id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 15);
    }

    #[test]
    fn the_same_seed_draws_the_same_whatever_the_order_and_another_seed_another() {
        let mut turned = crowd();
        turned.reverse();
        let picks = draw(crowd(), 10, 3, "zaad");
        assert_eq!(draw(turned, 10, 3, "zaad"), picks);
        assert_ne!(draw(crowd(), 10, 3, "ander zaad"), picks);
    }

    #[test]
    fn who_has_no_points_is_picked_by_chance_alone_and_nobody_twice() {
        let all = vec![candidate(1, 0), candidate(2, 5), candidate(3, 0)];
        let picks = draw(all, 10, 10, "zaad");
        let by: Vec<PickedBy> = picks.iter().map(|pick| pick.picked_by).collect();
        assert_eq!(by, [PickedBy::Risk, PickedBy::Chance, PickedBy::Chance]);
        assert_eq!(draw(Vec::new(), 10, 10, "zaad"), []);
    }

    #[test]
    fn a_facility_is_in_every_region_that_holds_one_of_its_postal_codes() {
        let region = |name: &str, ranges: &[(&str, &str)]| Region {
            name: name.to_owned(),
            postal_codes: ranges
                .iter()
                .map(|(from, to)| PostalCodes {
                    from: (*from).to_owned(),
                    to: (*to).to_owned(),
                })
                .collect(),
        };
        let asked = [
            region("west", &[("8000", "8999")]),
            region("oost", &[("9000", "9499"), ("9600", "9999")]),
            region("stad", &[("9000", "9000")]),
        ];
        for (codes, expected) in [
            (&["9000"][..], &["oost", "stad"][..]),
            (&["9500"], &[]),
            (&["8999", "9999"], &["west", "oost"]),
            (&[], &[]),
        ] {
            let codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
            assert_eq!(regions_of(&asked, &codes), expected, "{codes:?}");
        }
    }

    #[test]
    fn chance_is_fair_enough() {
        let mut drawn = std::collections::BTreeMap::<Id, u32>::new();
        for seed in 0..2000 {
            for pick in draw(crowd(), 10, 0, &seed.to_string()) {
                *drawn.entry(pick.facility_id).or_default() += 1;
            }
        }
        // Each of 40 is expected 500 times, with a deviation of 19.
        assert_eq!(drawn.len(), 40);
        assert!(
            drawn.values().all(|times| (400..600).contains(times)),
            "{drawn:?}"
        );
    }
}
