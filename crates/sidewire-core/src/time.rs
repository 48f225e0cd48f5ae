//! Time as data: the core never reads a clock.

use core::fmt;
use core::num::NonZeroU64;
use core::ops::{Add, Div};

/// A length of time in whole milliseconds.
///
/// Not [`core::time::Duration`], which counts nanoseconds: nothing here needs them, and its arithmetic takes 96 bits
/// and more code.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(u64);

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// The longest time that can be told.
    pub const MAX: Self = Self(u64::MAX);

    /// So many milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// So many seconds, at most [`Duration::MAX`].
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// The length in milliseconds.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// The length in seconds, cut to whole ones.
    pub const fn as_secs(self) -> u64 {
        self.0 / 1000
    }

    /// The sum, never wrapping.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference; zero when `other` is longer.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The product, never wrapping.
    #[must_use]
    pub fn saturating_mul(self, factor: u32) -> Self {
        Self(self.0.saturating_mul(u64::from(factor)))
    }
}

/// As [`core::time::Duration`] writes it: `1.5s`.
impl fmt::Debug for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        core::time::Duration::from_millis(self.0).fmt(f)
    }
}

impl Add for Duration {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.saturating_add(other)
    }
}

impl Div<u32> for Duration {
    type Output = Self;

    fn div(self, parts: u32) -> Self {
        Self(self.0 / u64::from(parts.max(1)))
    }
}

/// Milliseconds on the host's monotonic clock. Only differences mean anything.
///
/// Kept as one more than the reading, so that "no moment" has a number to itself: an `Option` of it is one machine word,
/// where the engine passes hundreds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(NonZeroU64);

impl Timestamp {
    /// The clock's origin.
    pub const ZERO: Self = Self(NonZeroU64::MIN);

    /// Wraps a reading in milliseconds. The largest one counts as the one before it.
    pub const fn from_millis(millis: u64) -> Self {
        Self(NonZeroU64::MIN.saturating_add(millis))
    }

    /// The reading in milliseconds.
    pub const fn as_millis(self) -> u64 {
        self.0.get() - 1
    }

    /// This moment plus `delay`, never wrapping.
    #[must_use]
    pub fn after(self, delay: Duration) -> Self {
        Self(self.0.saturating_add(delay.0))
    }

    /// Time passed since `earlier`; zero when `earlier` lies in the future.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.get().saturating_sub(earlier.0.get()))
    }
}

impl Default for Timestamp {
    fn default() -> Self {
        Self::ZERO
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Timestamp").field(&self.as_millis()).finish()
    }
}

/// Milliseconds since the Unix epoch, by the host's wall clock. For display and ids only, never for order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct WallTime(u64);

impl WallTime {
    /// Wraps milliseconds since the epoch.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_neither_wrap_nor_divide_by_zero() {
        let long = Duration::from_secs(u64::MAX);

        assert_eq!(long, Duration::MAX);
        assert_eq!(long + long, Duration::MAX);
        assert_eq!(long.saturating_mul(3), Duration::MAX);
        assert_eq!(Duration::ZERO.saturating_sub(long), Duration::ZERO);
        assert_eq!(Duration::from_secs(3) / 0, Duration::from_millis(3000));
        assert_eq!((Duration::from_millis(2999) / 2).as_secs(), 1);
    }
}
