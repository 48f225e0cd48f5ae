//! Every number of the connection policy in one table. `docs/policy.md` is written from it.

use crate::time::Duration;

/// One row of the table, for people.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// What it is about.
    pub matter: &'static str,
    /// The field of [`Policy`].
    pub name: &'static str,
    /// What it rules.
    pub rule: &'static str,
    /// Why.
    pub reason: &'static str,
}

macro_rules! policy {
    ($($matter:literal $name:ident: $kind:ty = $value:expr, $rule:literal, $reason:literal;)*) => {
        /// The numbers of the policy. `Policy::default()` is the design; hosts change few of them.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Policy {
            $(#[doc = $rule] pub $name: $kind,)*
            /// Whether to try to reconnect while the page is hidden.
            pub while_hidden: WhileHidden,
        }

        impl Default for Policy {
            fn default() -> Self {
                Self { $($name: $value,)* while_hidden: WhileHidden::Keep }
            }
        }

        /// The same, row by row, for the documents.
        pub const RULES: &[Rule] = &[
            $(Rule { matter: $matter, name: stringify!($name), rule: $rule, reason: $reason },)*
        ];
    };
}

/// What a hidden page does about a lost connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhileHidden {
    /// Goes on trying.
    #[default]
    Keep,
    /// Waits until it is visible again.
    Pause,
}

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

policy! {
    "connect" connect_timeout: Duration = s(8),
        "From opening a socket to the end of the handshake.",
        "Chromium gives no event for a dropped SYN within 40 s.";
    "loss" backoff: [Duration; 3] = [s(2), s(4), s(8)],
        "Nominal waits before the tries of one outage, each times U(0.5, 1.5).",
        "Without jitter 10,000 clients retry in the same second.";
    "loss" jitter: u32 = 1000,
        "Spread of every wait in thousandths of the designed spread; 0 makes waits exact.",
        "For tests only.";
    "loss" min_uptime: Duration = s(30),
        "A connection that lasted this long resets the count of tries.",
        "A flapping server must not get a fresh count at every open.";
    "fallback" probe_early: (Duration, Duration) = (s(15), s(45)),
        "Bounds of the first three probes while polling.",
        "A fallback without a way back is final.";
    "fallback" probe_late: (Duration, Duration) = (s(60), s(90)),
        "Bounds of later probes, and of probes after a rejection.",
        "A server that is away for long needs no crowd at its door.";
    "fallback" probe_refused: (Duration, Duration) = (s(300), s(450)),
        "Bounds of probes after a close code that forbids trying again unchanged.",
        "Only another key, token or quota helps, and that takes people.";
    "fallback" probe_floor: Duration = s(5),
        "Least time between probes that visible, online, waking or a new token bring about.",
        "Events of the browser come in bursts.";
    "loss" quick_retry: (Duration, Duration) = (ms(300), s(2)),
        "Bounds of the wait after a close that invites to come back; once per stable connection.",
        "pusher-js made 1,324 connections in 6 s by coming back at once.";
    "loss" overload_retry: Duration = s(5),
        "Least wait after close code 1013.",
        "The server says: try again later.";
    "heartbeat" ping_after: Duration = s(30),
        "Silence after which a ping is sent; never above the server's own limit. 20 s in a service worker.",
        "A black-holed socket tells nothing for minutes.";
    "heartbeat" pong_timeout: Duration = s(10),
        "Time for any answer to a ping.",
        "So a half-open socket is noticed within 40 s.";
    "heartbeat" pong_timeout_after_wake: Duration = s(5),
        "The same after waking, `online` or becoming visible.",
        "People look at the panel just then.";
    "heartbeat" wake_jump: Duration = s(5),
        "A timer this late, or a wall clock this far ahead of the monotonic one, means that the machine slept.",
        "Timers of a page just hidden are a second late; later ones slept or are throttled for good.";
    "authorisation" auth_timeout: Duration = s(8),
        "Time for the authorisation endpoint.",
        "pusher-js waits for ever.";
    "authorisation" auth_refusals: u32 = 3,
        "Refusals in a row before a silence.",
        "A refused client must not storm the endpoint.";
    "authorisation" auth_cooldown: Duration = s(30),
        "That silence.",
        "From the older documents.";
    "authorisation" auth_pause_max: Duration = s(120),
        "Longest pause between authorisations that time out; each doubles it.",
        "A short cap is metastable when the endpoint is overloaded.";
    "authorisation" told_pause_max: Duration = s(8),
        "Longest pause of our own beside a `Retry-After`: who says when to come back knows better.",
        "Measured: a herd with slots needs 1.15 times the least time; with pauses of two minutes beside them, 1.30.";
    "authorisation" auth_budget: usize = 10,
        "Authorisations in any `auth_window`, counting those that nobody waits for any more.",
        "A hundred session switches in a second.";
    "authorisation" auth_window: Duration = s(30),
        "The window of `auth_budget`.",
        "As above.";
    "authorisation" switch_debounce: Duration = ms(150),
        "A session chosen within this time after another waits so long for its signature and its first read.",
        "Fast tabbing; who stays notices nothing, and what is in memory is shown at once.";
    "authorisation" token_timeout: Duration = s(15),
        "Time for the token provider to renew a refused token.",
        "A provider that hangs must not hang the client.";
    "subscribe" subscribe_timeout: Duration = s(10),
        "Time for the acknowledgement of a subscription; one is unanswered at a time.",
        "Error frames name no channel.";
    "subscribe" warm_channels: usize = 2,
        "Sessions left most recently that stay subscribed.",
        "A switch back takes no round trip.";
    "gap" gap_wait: (Duration, Duration) = (ms(300), ms(500)),
        "Bounds of the wait for a missing sequence number, or piece of a streamed text, before it is fetched.",
        "500 concurrent publishes arrived with 114 inversions.";
    "gap" gap_tries: u32 = 5,
        "Fetches for one hole before it is told as a gap; for one piece of a streamed text before that waits for the final message.",
        "A read replica may lag behind push.";
    "gap" reconcile: Duration = s(60),
        "Check against the log while connected and visible, ± 20 %.",
        "Only this finds a lost last message.";
    "gap" cut_log_wait: Duration = s(15),
        "A log whose pages end before what it had counts as cut after this long, and is read anew.",
        "A copy of the database may lag for some seconds; a backup that was restored stays.";
    "polling" poll_active: Duration = s(3),
        "Interval while messages arrive, ± 20 %.",
        "From the older documents.";
    "polling" poll_idle: Duration = s(30),
        "Interval after `idle_after` without news, or when hidden, ± 20 %.",
        "As above.";
    "polling" idle_after: Duration = s(60),
        "Time without news after which polling is idle.",
        "As above.";
    "polling" poll_error_max: Duration = s(60),
        "Longest pause between reads that fail; each failure doubles it.",
        "A server in trouble.";
    "polling" cover_after: Duration = s(3),
        "Push not live for this long, plus as much jitter again: polling covers.",
        "A short loss needs no poll.";
    "refresh" refresh_debounce: Duration = s(1),
        "Trailing debounce of refreshes after the first.",
        "Twenty `interact_response` in a second are two reads.";
    "refresh" refresh_max_wait: Duration = s(3),
        "Longest wait of that debounce.",
        "The last one is never dropped.";
    "budgets" rest_timeout: Duration = s(15),
        "Time for a REST call.",
        "Browsers have none.";
    "budgets" call_wait: Duration = s(30),
        "Longest time that a call of the application waits for what a `Retry-After` told; beyond, it fails at once.",
        "Somebody looks at a list that does not come.";
    "budgets" rest_burst: u32 = 10,
        "Background reads that may follow one another at once.",
        "Catching up after an outage takes several pages.";
    "budgets" rest_refill: Duration = s(2),
        "One more background read is allowed each such time; what the user does passes.",
        "Thirty per minute.";
    "sending" send_tries: u32 = 5,
        "Tries of one message that bring no answer before it counts as failed; being put off by `Retry-After` is none.",
        "A user who waits in vain must be told.";
    "sending" send_pause: Duration = s(2),
        "Nominal wait before the second try, times U(0.5, 1.5); each further one doubles it.",
        "A server in trouble. Retrying is safe: the id stays the same.";
    "sending" send_pause_max: Duration = s(30),
        "Longest nominal wait between tries.",
        "Somebody looks at the message.";
    "storage" keep_sessions: usize = 5,
        "Sessions whose newest messages are stored; the ones seen last.",
        "The panel shows them at once when it is opened again.";
    "storage" keep_messages: usize = 200,
        "Most messages that are stored of a session; 1 MiB at most.",
        "Four pages; storage of extensions holds 10 MB.";
    "storage" snapshot_wait: Duration = ms(300),
        "How long the first page waits for the stored messages, which tell where to read on.",
        "A store that hangs must not delay anybody.";
    "storage" snapshot_after: Duration = s(2),
        "Messages are stored so long after the last change; at once when the page is hidden or the session left.",
        "A streamed answer changes many times.";
    "storage" snapshot_latest: Duration = s(15),
        "Longest wait after the first change that is not stored.",
        "The panel may be closed at any moment.";
    "storage" snapshot_age: Duration = s(30 * 24 * 3600),
        "Stored messages of a session that was not seen for so long are forgotten.",
        "What nobody looks at any more should not lie around.";
    "storage" storage_timeout: Duration = s(10),
        "Time for one call of the store.",
        "A call that never returns blocks nothing.";
    "storage" storage_retry: Duration = s(30),
        "Pause before own messages that could not be stored are stored again.",
        "They must not be lost, and a store in trouble needs no hammering.";
    "patience" patience_max: Duration = s(60),
        "Each time-out gives the next signature or read four times the time, up to this.",
        "Measured: 100,000 clients at once are back after 65 s instead of 378 s; who gives up early only adds work.";
    "patience" patience_memory: Duration = s(120),
        "A server without time-outs for this long gets no more than the usual patience.",
        "As long as the longest pause between authorisations.";
    "patience" silence_max: Duration = s(60),
        "A 503 with `Retry-After` closes every background request to that server, but those to other endpoints at most \
         this long.",
        "A server that is busy is so at every address; one broken endpoint must not silence the others for minutes.";
    "limits" typing_expiry: Duration = s(60),
        "A typing indicator without news expires.",
        "Its end may be lost.";
    "limits" page_limit: u32 = 50,
        "Messages asked for at once.",
        "The contract's default.";
}

/// The next step after a close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseAction {
    /// Trying again unchanged is forbidden or pointless: probe seldom, or on a new configuration or token.
    Refused,
    /// The server invites to come back: soon, but once per stable connection only.
    Quick,
    /// Wait and try again, at least `overload_retry`.
    Overload,
    /// Wait and try again.
    Backoff,
}

/// What a band of close codes asks of the client.
#[derive(Clone, Copy, Debug)]
pub struct CloseRule {
    /// First code of the band.
    pub first: u16,
    /// Last code of the band.
    pub last: u16,
    /// What to do.
    pub action: CloseAction,
}

impl CloseRule {
    const fn new(first: u16, last: u16, action: CloseAction) -> Self {
        Self { first, last, action }
    }

    /// What the codes mean. A function, so that users download the text only if they ask for it.
    pub const fn meaning(self) -> &'static str {
        match self.first {
            1001 => "going away",
            1012 => "service restart",
            1013 => "try again later",
            4000 => {
                "not with these parameters: application, key, quota, path, version; 4000 never changes the scheme"
            }
            _ => "come back at once: restart, no pong, idle",
        }
    }
}

/// Close codes of protocol 7 and of the WebSocket protocol. Codes of no band: [`CloseAction::Backoff`].
pub const CLOSE_RULES: &[CloseRule] = &[
    CloseRule::new(1001, 1001, CloseAction::Quick),
    CloseRule::new(1012, 1012, CloseAction::Quick),
    CloseRule::new(1013, 1013, CloseAction::Overload),
    CloseRule::new(4000, 4099, CloseAction::Refused),
    CloseRule::new(4200, 4299, CloseAction::Quick),
];

/// What a close code asks of the client.
pub fn close_action(code: u16) -> CloseAction {
    let rule = CLOSE_RULES.iter().find(|rule| (rule.first..=rule.last).contains(&code));
    rule.map_or(CloseAction::Backoff, |rule| rule.action)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Faults 13, 17, 19 and 20 to 24.
    #[test]
    fn band_edges_map_to_their_action() {
        let table = [
            (999, CloseAction::Backoff),
            (1000, CloseAction::Backoff),
            (1001, CloseAction::Quick),
            (1006, CloseAction::Backoff),
            (1012, CloseAction::Quick),
            (1013, CloseAction::Overload),
            (3999, CloseAction::Backoff),
            (4000, CloseAction::Refused),
            (4001, CloseAction::Refused),
            (4099, CloseAction::Refused),
            (4100, CloseAction::Backoff),
            (4199, CloseAction::Backoff),
            (4200, CloseAction::Quick),
            (4299, CloseAction::Quick),
            (4300, CloseAction::Backoff),
        ];

        for (code, expected) in table {
            assert_eq!(close_action(code), expected, "{code}");
        }
    }

    #[test]
    fn bands_are_sorted_and_apart() {
        assert!(CLOSE_RULES.windows(2).all(|pair| pair[0].last < pair[1].first));
    }
}
