//! Every number of the connection policy in one place. Reasons and sources: ARCHITECTURE.md, "Policy".

use core::time::Duration;

/// The numbers of the policy. `Policy::default()` is the design; hosts change few of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// From opening a socket to `connection_established`. 8 s.
    pub connect_timeout: Duration,
    /// Nominal waits before the tries of one outage: 2, 4, 8 s.
    pub backoff: [Duration; 3],
    /// Spread of every wait in thousandths of the designed spread: 1000 as designed, 0 exact.
    pub jitter: u32,
    /// A connection that lasted this long resets the count of tries. 30 s.
    pub min_uptime: Duration,
    /// Bounds of the first three probes while polling: 15 to 45 s.
    pub probe_early: (Duration, Duration),
    /// Bounds of later probes: 60 to 90 s.
    pub probe_late: (Duration, Duration),
    /// Bounds of probes after a close code that forbids trying again unchanged: 300 to 450 s.
    pub probe_refused: (Duration, Duration),
    /// Least time between probes that visible, online or a new token bring about. 5 s.
    pub probe_floor: Duration,
    /// Bounds of the wait after a close that invites to come back at once: 0.3 to 2 s.
    pub quick_retry: (Duration, Duration),
    /// Silence after which a ping is sent; never above the server's own limit. 30 s.
    pub ping_after: Duration,
    /// Time for any answer to a ping. 10 s.
    pub pong_timeout: Duration,
    /// The same after waking, `online` or becoming visible. 5 s.
    pub pong_timeout_after_wake: Duration,
    /// Time for the authorisation endpoint. 8 s.
    pub auth_timeout: Duration,
    /// Refusals in a row before a silence. 3.
    pub auth_refusals: u32,
    /// That silence. 30 s.
    pub auth_cooldown: Duration,
    /// Longest pause between authorisations that time out. 120 s.
    pub auth_pause_max: Duration,
    /// Authorisations in any `auth_window`. 10.
    pub auth_budget: usize,
    /// The window of `auth_budget`. 30 s.
    pub auth_window: Duration,
    /// Time for the acknowledgement of a subscription. 10 s.
    pub subscribe_timeout: Duration,
    /// Polling while messages arrive. 3 s.
    pub poll_active: Duration,
    /// Polling after `idle_after` without news, or when hidden. 30 s.
    pub poll_idle: Duration,
    /// 60 s.
    pub idle_after: Duration,
    /// Longest pause between polls that fail. 60 s.
    pub poll_error_max: Duration,
    /// Not subscribed for this long, plus as much jitter again: polling covers. 3 s.
    pub cover_after: Duration,
    /// Bounds of the wait for a missing sequence number before it is fetched: 300 to 500 ms.
    pub gap_wait: (Duration, Duration),
    /// Fetches for one hole before it is accepted as a gap. 5.
    pub gap_tries: u32,
    /// Check against the log while connected and visible. 60 s.
    pub reconcile: Duration,
    /// Trailing debounce of refreshes. 1 s.
    pub refresh_debounce: Duration,
    /// Longest wait of that debounce. 3 s.
    pub refresh_max_wait: Duration,
    /// Time for REST calls. 15 s.
    pub rest_timeout: Duration,
    /// A typing indicator without news expires. 60 s.
    pub typing_expiry: Duration,
    /// Messages asked for at once. 50.
    pub page_limit: u32,
}

impl Default for Policy {
    fn default() -> Self {
        let s = Duration::from_secs;
        let ms = Duration::from_millis;
        Self {
            connect_timeout: s(8),
            backoff: [s(2), s(4), s(8)],
            jitter: 1000,
            min_uptime: s(30),
            probe_early: (s(15), s(45)),
            probe_late: (s(60), s(90)),
            probe_refused: (s(300), s(450)),
            probe_floor: s(5),
            quick_retry: (ms(300), s(2)),
            ping_after: s(30),
            pong_timeout: s(10),
            pong_timeout_after_wake: s(5),
            auth_timeout: s(8),
            auth_refusals: 3,
            auth_cooldown: s(30),
            auth_pause_max: s(120),
            auth_budget: 10,
            auth_window: s(30),
            subscribe_timeout: s(10),
            poll_active: s(3),
            poll_idle: s(30),
            idle_after: s(60),
            poll_error_max: s(60),
            cover_after: s(3),
            gap_wait: (ms(300), ms(500)),
            gap_tries: 5,
            reconcile: s(60),
            refresh_debounce: s(1),
            refresh_max_wait: s(3),
            rest_timeout: s(15),
            typing_expiry: s(60),
            page_limit: 50,
        }
    }
}
