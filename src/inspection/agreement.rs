//! How far independent judgements of the same thing agree, beyond what chance alone would give.
//!
//! Both measures are 1 where all agree and 0 where judges agree as often as chance would; below 0 they agree less than that.
//! - Cohen's kappa, for one fixed pair of judges: J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological
//!   Measurement 20 (1960), pp. 37–46.
//! - Krippendorff's alpha, nominal, for judges that differ from unit to unit and judgements that are missing: K. Krippendorff, Content
//!   Analysis: An Introduction to Its Methodology, the chapter on reliability; worked out in his Computing Krippendorff's
//!   Alpha-Reliability (2011).
//!
//! Undefined is `None`: nothing to compare, or only one judgement ever given, where chance alone agrees each time.
use std::collections::BTreeMap;

use serde::Serialize;

/// The agreement that was seen, as counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Observed {
    /// Pairs of judgements of one unit that are the same.
    pub agreeing: u32,
    /// All pairs of judgements of one unit.
    pub compared: u32,
}

/// Counts the pairs of judgements within each unit, and those that agree. A unit with fewer than two has no pair.
pub fn observed<T: Ord>(units: &[Vec<T>]) -> Observed {
    let mut observed = Observed::default();
    for unit in units {
        for (index, one) in unit.iter().enumerate() {
            for other in unit.iter().skip(index + 1) {
                observed.compared += 1;
                observed.agreeing += u32::from(one == other);
            }
        }
    }
    observed
}

/// Cohen's kappa of what two judges said, unit by unit: the first judge's judgement and the second's.
///
/// κ = (pₒ − pₑ) / (1 − pₑ): pₒ is the share of units on which they agree; pₑ is the sum, over the judgements, of the share of units to
/// which the first gave it times the share to which the second did. Both are multiplied by the square of the number of units here.
pub fn cohens_kappa<T: Ord>(pairs: &[(T, T)]) -> Option<f64> {
    let mut given: BTreeMap<&T, (u32, u32)> = BTreeMap::new();
    let (mut units, mut agreeing) = (0.0, 0.0);
    for (one, other) in pairs {
        given.entry(one).or_default().0 += 1;
        given.entry(other).or_default().1 += 1;
        units += 1.0;
        agreeing += f64::from(u8::from(one == other));
    }
    if given.len() < 2 {
        return None;
    }
    let products = given.values();
    let expected: f64 = products
        .map(|(one, other)| f64::from(*one) * f64::from(*other))
        .sum();
    Some((units * agreeing - expected) / (units * units - expected))
}

/// Krippendorff's alpha for nominal data: each unit with the judgements that were given of it, by whomever.
///
/// α = 1 − Dₒ / Dₑ. Of a unit with m judgements, of which n꜀ are c, the ordered pairs that differ are m² − Σ n꜀², and weigh 1 / (m − 1)
/// each; Dₒ is their sum over all units, divided by n, the number of judgements in them. Dₑ is n² − Σ n꜀², the n꜀ counted over all units,
/// divided by n (n − 1). A unit with fewer than two judgements tells nothing about agreement and drops out of everything.
pub fn krippendorff_alpha<T: Ord>(units: &[Vec<T>]) -> Option<f64> {
    let mut given: BTreeMap<&T, u32> = BTreeMap::new();
    let mut seen = 0.0;
    for unit in units.iter().filter(|unit| unit.len() > 1) {
        let mut within: BTreeMap<&T, u32> = BTreeMap::new();
        for judgement in unit {
            *within.entry(judgement).or_default() += 1;
            *given.entry(judgement).or_default() += 1;
        }
        seen += differing(&within) / (total(&within) - 1.0);
    }
    if given.len() < 2 {
        return None;
    }
    Some(1.0 - (total(&given) - 1.0) * seen / differing(&given))
}

fn total<T>(counts: &BTreeMap<&T, u32>) -> f64 {
    counts.values().copied().map(f64::from).sum()
}

/// The ordered pairs of judgements that differ.
fn differing<T>(counts: &BTreeMap<&T, u32>) -> f64 {
    let same: f64 = counts.values().map(|count| f64::from(*count).powi(2)).sum();
    total(counts).powi(2) - same
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Judgements per judge, a character each, as the literature prints them; a full stop is missing.
    fn units(judges: &[&str]) -> Vec<Vec<char>> {
        let longest = judges.iter().map(|judge| judge.len()).max().unwrap_or(0);
        (0..longest)
            .map(|unit| {
                let given = judges.iter().filter_map(|judge| judge.chars().nth(unit));
                given.filter(|judgement| *judgement != '.').collect()
            })
            .collect()
    }

    /// A square of counts: rows are what the first judge said, columns the second.
    fn pairs(square: &[&[usize]]) -> Vec<(usize, usize)> {
        let rows = square.iter().enumerate();
        rows.flat_map(|(one, row)| {
            let cells = row.iter().enumerate();
            cells.flat_map(move |(other, count)| vec![(one, other); *count])
        })
        .collect()
    }

    fn rounded(figure: Option<f64>) -> Option<String> {
        figure.map(|figure| format!("{figure:.3}"))
    }

    #[test]
    fn kappa_is_that_of_worked_examples() {
        let cases: [(&[&[usize]], Option<&str>); 9] = [
            // 50 grant proposals, two readers: pₒ 0.7, pₑ 0.5.
            (&[&[20, 5], &[10, 15]], Some("0.400")),
            // The same agreement in two ways: what chance gives is not the same.
            (&[&[45, 15], &[25, 15]], Some("0.130")),
            (&[&[25, 35], &[5, 35]], Some("0.259")),
            // After Cohen 1960, table 1, of 200 units: pₒ 0.70, pₑ 0.41.
            (&[&[88, 14, 18], &[10, 40, 10], &[2, 6, 12]], Some("0.492")),
            (&[&[3, 0], &[0, 4]], Some("1.000")),
            (&[&[1, 1], &[1, 1]], Some("0.000")),
            (&[&[0, 2], &[2, 0]], Some("-1.000")),
            // Each always says the same, and not what the other says.
            (&[&[0, 5], &[0, 0]], Some("0.000")),
            (&[&[7]], None),
        ];
        for (square, kappa) in cases {
            let found = rounded(cohens_kappa(&pairs(square)));
            assert_eq!(found.as_deref(), kappa, "{square:?}");
        }
        assert_eq!(cohens_kappa::<char>(&[]), None);
    }

    #[test]
    fn alpha_is_that_of_krippendorffs_examples() {
        let cases: [(&[&str], Option<&str>); 8] = [
            // 2011, A: two observers, binary, nothing missing.
            (&["0100000010", "1110010000"], Some("0.095")),
            // 2011, B: two observers, five values.
            (&["aabbdcccedda", "babbbccceddd"], Some("0.692")),
            // 2011, C: four observers, five values, some missing.
            (
                &[
                    "123321412...",
                    "1233224125.3",
                    ".3332342251.",
                    "12332441251.",
                ],
                Some("0.743"),
            ),
            (&["ab", "ab"], Some("1.000")),
            (&["aa", "aa"], None),
            (&["a.", ".b"], None),
            (&["aab", "aa."], None),
            (&[], None),
        ];
        for (judges, alpha) in cases {
            let found = rounded(krippendorff_alpha(&units(judges)));
            assert_eq!(found.as_deref(), alpha, "{judges:?}");
        }
    }

    #[test]
    fn what_was_seen_is_counted_in_pairs() {
        for (judges, agreeing, compared) in [
            (vec!["0100000010", "1110010000"], 6, 10),
            (vec!["aab", "ab.", "a.."], 3, 4),
            (vec!["abc"], 0, 0),
            (vec![], 0, 0),
        ] {
            let expected = Observed { agreeing, compared };
            assert_eq!(observed(&units(&judges)), expected, "{judges:?}");
        }
    }

    #[test]
    fn neither_depends_on_the_order_of_units_or_the_names_of_judgements() {
        let judges = ["123321412...", "1233224125.3", ".33323422511"];
        let straight = units(&judges);
        let mut turned = straight.clone();
        turned.reverse();
        for unit in &mut turned {
            unit.reverse();
        }
        let renamed: Vec<Vec<u32>> = straight
            .iter()
            .map(|unit| unit.iter().map(|one| 99 - u32::from(*one)).collect())
            .collect();
        let alpha = rounded(krippendorff_alpha(&straight));
        assert!(alpha.is_some());
        assert_eq!(rounded(krippendorff_alpha(&turned)), alpha);
        assert_eq!(rounded(krippendorff_alpha(&renamed)), alpha);

        let said = pairs(&[&[20, 5], &[10, 15]]);
        let swapped: Vec<_> = said.iter().map(|(one, other)| (*other, *one)).collect();
        assert_eq!(cohens_kappa(&said), cohens_kappa(&swapped));
    }
}
