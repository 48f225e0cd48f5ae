//! Deterministic randomness: jitter and ids come from one seed that the host gives.

use crate::time::Duration;

/// Where all of the engine's randomness starts. Draw it from a cryptographic source; equal seeds replay equally.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub u64);

/// `SplitMix64`: small, fast and good enough for jitter and collision-free ids under a random seed.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: Seed) -> Self {
        Self(seed.0)
    }

    pub(crate) fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A duration drawn evenly from `low..=high`, in whole milliseconds.
    pub(crate) fn between(&mut self, low: Duration, high: Duration) -> Duration {
        let low = low.as_millis();
        let span = high.as_millis().saturating_sub(low);
        let drawn = self.next_u64() % span.saturating_add(1);
        Duration::from_millis(low.saturating_add(drawn))
    }

    /// `nominal` spread evenly over ± `permille` thousandths of itself.
    pub(crate) fn spread(&mut self, nominal: Duration, permille: u32) -> Duration {
        // Divided last, so that half a millisecond of slack counts on the lower side as it does on the upper one.
        let (whole, slack) = (nominal.saturating_mul(1000), nominal.saturating_mul(permille));
        self.between(whole.saturating_sub(slack) / 1000, whole.saturating_add(slack) / 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_spread_gives_exactly_the_nominal_delay() {
        let mut rng = Rng::new(Seed(7));

        assert_eq!(rng.spread(Duration::from_secs(2), 0), Duration::from_secs(2));
    }

    #[test]
    fn spread_stays_inside_its_bounds_and_reaches_both_halves() {
        let mut rng = Rng::new(Seed(7));
        let drawn: Vec<_> = (0..1000).map(|_| rng.spread(Duration::from_secs(4), 500)).collect();

        assert!(drawn.iter().all(|d| (2000..=6000).contains(&d.as_millis())));
        assert!(drawn.iter().any(|d| d.as_millis() < 3000) && drawn.iter().any(|d| d.as_millis() > 5000));
    }
}
