//! Rate limits per user, and slots for those who are shed.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::settings::{Settings, Toggle};

/// What a request is counted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Class {
    Auth,
    Read,
    Write,
}

/// Token buckets: a minute's worth at once, refilled evenly.
pub(crate) struct Limits {
    enabled: bool,
    per_minute: [(Class, u32); 3],
    buckets: Mutex<HashMap<(String, Class), Bucket>>,
    slots: Mutex<Slots>,
}

struct Bucket {
    /// Thousandths of a request still allowed.
    left: u64,
    at_ms: i64,
}

/// Shed clients are told to come back one group per second, not all at once.
#[derive(Default)]
struct Slots {
    second: i64,
    taken: u32,
}

/// Buckets kept before full ones are thrown away.
const MAX_BUCKETS: usize = 10_000;
/// Shed clients sent to the same second.
const PER_SLOT: u32 = 50;
/// The furthest slot, in seconds.
const LAST_SLOT_S: i64 = 60;

impl Limits {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            enabled: settings.rate_limits == Toggle::On,
            per_minute: [
                (Class::Auth, settings.auth_per_minute),
                (Class::Read, settings.reads_per_minute),
                (Class::Write, settings.writes_per_minute),
            ],
            buckets: Mutex::default(),
            slots: Mutex::default(),
        }
    }

    /// Counts one request; `Err` holds the seconds to wait.
    pub(crate) fn take(&self, user: &str, class: Class, now_ms: i64) -> Result<(), u64> {
        let rate = self.per_minute.iter().find(|(c, _)| *c == class).map_or(0, |(_, rate)| u64::from(*rate));
        if !self.enabled || rate == 0 {
            return Ok(());
        }
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MAX_BUCKETS {
            // A minute unused is a full bucket, and a full bucket needs no memory.
            buckets.retain(|_, bucket| now_ms - bucket.at_ms < 60_000);
        }
        let full = rate * 1000;
        let bucket = buckets.entry((user.to_owned(), class)).or_insert(Bucket { left: full, at_ms: now_ms });
        let elapsed = u64::try_from(now_ms - bucket.at_ms).unwrap_or(0);
        let gain = elapsed * rate / 60;
        if gain > 0 {
            bucket.left = (bucket.left + gain).min(full);
            bucket.at_ms = now_ms;
        }
        if bucket.left >= 1000 {
            bucket.left -= 1000;
            return Ok(());
        }
        let wait_ms = (1000 - bucket.left) * 60 / rate;
        Err(wait_ms.div_ceil(1000).max(1))
    }

    /// The seconds after which a shed client may come back.
    pub(crate) fn slot(&self, now_ms: i64) -> u64 {
        let now = now_ms / 1000;
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.second <= now {
            *slots = Slots { second: now + 1, taken: 0 };
        } else if slots.taken >= PER_SLOT {
            *slots = Slots { second: (slots.second + 1).min(now + LAST_SLOT_S), taken: 0 };
        }
        slots.taken += 1;
        u64::try_from(slots.second - now).unwrap_or(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    fn limits(args: &[&str]) -> Limits {
        Limits::new(&Settings::parse_from([&["x"], args].concat()))
    }

    #[test]
    fn after_a_minutes_worth_a_user_waits_and_another_does_not() {
        let limits = limits(&["--auth-per-minute", "2"]);
        assert_eq!(limits.take("a", Class::Auth, 0), Ok(()));
        assert_eq!(limits.take("a", Class::Auth, 0), Ok(()));
        assert_eq!(limits.take("a", Class::Auth, 0), Err(30));
        assert_eq!(limits.take("b", Class::Auth, 0), Ok(()));
        assert_eq!(limits.take("a", Class::Read, 0), Ok(()));
        assert_eq!(limits.take("a", Class::Auth, 30_000), Ok(()));
    }

    #[test]
    fn shed_clients_are_spread_over_seconds() {
        let limits = limits(&[]);
        let waits: Vec<u64> = (0..120).map(|_| limits.slot(5_000)).collect();
        assert_eq!((waits[0], waits[49], waits[50], waits[119]), (1, 1, 2, 3));
        assert_eq!(limits.slot(100_000), 1);
    }
}
