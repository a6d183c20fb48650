//! The figures of shares: how certain they are. Pure.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The 97.5th percentile of the standard normal distribution: intervals are of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// Between which shares the share of all who could have answered lies, with a certainty of 95 %, if those who did were drawn by chance.
///
/// By the score method: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American Statistical
/// Association 22 (1927) 209–212. With share *p* of *n* and *z* = 1.96: (*p* + *z*²/2*n* ± *z*·√(*p*(1−*p*)/*n* + *z*²/4*n*²)) / (1 + *z*²/*n*). Who answers a
/// survey is seldom drawn by chance: the interval tells what chance alone can do.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Interval {
    /// The lower end.
    #[schema(minimum = 0, maximum = 1, example = 0.76)]
    pub low: f64,
    /// The upper end.
    #[schema(minimum = 0, maximum = 1, example = 0.82)]
    pub high: f64,
}

/// The share of so many among so many; absent where there are none.
pub fn share(count: u32, base: u32) -> Option<f64> {
    (base > 0).then(|| f64::from(count) / f64::from(base))
}

/// The interval of a share; absent where there is no base.
pub fn wilson(count: u32, base: u32) -> Option<Interval> {
    let p = share(count, base)?;
    let (n, z2) = (f64::from(base), Z * Z);
    let middle = p + z2 / (2.0 * n);
    let reach = Z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    let whole = 1.0 + z2 / n;
    Some(Interval {
        low: ((middle - reach) / whole).max(0.0),
        high: ((middle + reach) / whole).min(1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed apart by the formula with forty decimals, to six places.
    #[test]
    fn the_interval_is_wilsons() {
        for (count, base, low, high) in [
            (0, 10, 0.0, 0.277_533),
            (10, 10, 0.722_467, 1.0),
            (79, 100, 0.700_200, 0.858_343),
            (990, 1000, 0.981_691, 0.994_559),
        ] {
            let found = wilson(count, base).expect("an interval");
            assert!((found.low - low).abs() < 1e-6, "{count}/{base}: {found:?}");
            assert!(
                (found.high - high).abs() < 1e-6,
                "{count}/{base}: {found:?}"
            );
        }
        assert_eq!(wilson(0, 0), None);
    }
}
