//! A seeded generator for socket ids. Not for secrets.

/// `SplitMix64`: tiny, well distributed, the same on every target.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Two numbers below 10^10 joined by a dot, as Sockudo's.
    pub(crate) fn socket_id(&mut self) -> String {
        const BELOW: u64 = 10_000_000_000;
        format!("{}.{}", self.next() % BELOW, self.next() % BELOW)
    }

    /// In the shape of a UUID; unique only within one hub.
    pub(crate) fn uuid(&mut self) -> String {
        let (a, b) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
            a >> 32,
            (a >> 16) & 0xffff,
            a & 0xfff,
            b >> 52,
            b & 0xffff_ffff_ffff
        )
    }
}
