//! Mechanisms that the simulator can switch off, one or two at a time, to prove that its checks would notice.
//!
//! Only with the feature `defects`, which nothing but the simulator enables; `tools/scripts/hygiene.mjs` and the
//! build prove it absent from what users download. Without it, `planted!` is `false` at compile time.

#[cfg(feature = "defects")]
pub use enabled::{Defect, plant};

#[cfg(feature = "defects")]
mod enabled {
    use core::cell::Cell;

    thread_local! {
        /// A bit for each.
        static PLANTED: Cell<u128> = const { Cell::new(0) };
    }

    const _: () = assert!(Defect::ALL.len() <= 128);

    /// Plants these defects, and no others, in every engine of this thread.
    pub fn plant(defects: &[Defect]) {
        PLANTED.set(defects.iter().fold(0, |planted, defect| planted | bit(*defect)));
    }

    pub(crate) fn is_planted(defect: Defect) -> bool {
        PLANTED.get() & bit(defect) != 0
    }

    const fn bit(defect: Defect) -> u128 {
        1 << defect as u32
    }

    macro_rules! defects {
        ($($(#[doc = $what:literal])* $name:ident,)*) => {
            /// A mechanism that is switched off.
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub enum Defect { $($(#[doc = $what])* $name,)* }

            impl Defect {
                /// All of them.
                pub const ALL: &'static [Self] = &[$(Self::$name,)*];

                /// What it breaks, in words.
                pub const fn what(self) -> &'static str {
                    match self { $(Self::$name => concat!($($what),*).trim_ascii(),)* }
                }
            }
        };
    }

    defects! {
        /// Silence is never asked about.
        NoHeartbeat,
        /// A ping without an answer is waited for without end.
        NoPongTimeout,
        /// A connection that never completes its handshake is waited for without end.
        NoConnectTimeout,
        /// Events of retired sockets are taken for the present one's.
        StaleSocketHeard,
        /// The socket is kept open beside its successor.
        OldSocketKept,
        /// An acknowledgement counts as caught up.
        NoCatchUpOnAck,
        /// A log that was cut is shown as it was.
        CutLogKept,
        /// Only the first acknowledgement of a connection is caught up on.
        CatchUpOnFirstAckOnly,
        /// A connection that looks fine is never checked against the log.
        NoReconcile,
        /// Holes in the sequence are not fetched.
        NoGapRepair,
        /// Push away, and nothing polls.
        NoCoverPolling,
        /// Polling goes on although push is back.
        PollingNeverStops,
        /// After the last try nothing tries again.
        NoProbes,
        /// Tries follow one another at once.
        NoBackoff,
        /// The count of tries begins anew with every open socket.
        NoMinUptime,
        /// A close that invites to come back is taken up every time.
        QuickEveryTime,
        /// A close that forbids trying again is taken for any other.
        RefusedCodeIgnored,
        /// A signature made for an earlier socket is used on the present one.
        StaleSignatureUsed,
        /// Authorisations have no budget.
        NoAuthBudget,
        /// Three refusals in a row bring no silence.
        NoAuthCooldown,
        /// A refused session is asked for again and again.
        RefusalNotTerminal,
        /// A subscription without an answer is waited for without end.
        NoSubscribeTimeout,
        /// Events of any channel are taken for the shown session's.
        ForeignChannelHeard,
        /// Payloads that name another session are merged.
        ForeignSessionMerged,
        /// The answer to a read of a session that was left is merged into the one that is shown.
        FetchOutlivesSwitch,
        /// A second read leaves while the first is under way.
        TwoReadsAtOnce,
        /// `Retry-After` is not obeyed.
        RetryAfterIgnored,
        /// Background reads have no budget.
        NoReadBudget,
        /// Signatures do not count towards the common budget.
        SignaturesUncounted,
        /// A call whose token was refused is not made again with another one.
        CallsNotRenewed,
        /// `Retry-After` in the answer to a call is not obeyed.
        CallsRetryAfterIgnored,
        /// A server that is slow gets no more time than a quick one.
        PatienceNeverGrows,
        /// A poll goes out beside an authorisation under way.
        PollsDoNotYield,
        /// A server that was slow or busy is polled as often as any other.
        StrainIgnored,
        /// A 503 at one address says nothing about the others.
        SilenceOfOneEndpoint,
        /// A read that failed is repeated at once.
        NoReadBackoff,
        /// Only the first page of what was missed is read.
        FirstPageOnly,
        /// A page without progress is asked for again.
        PageLoop,
        /// A page of older messages does not count: the same one is asked for again.
        OlderFloorKept,
        /// The time cursor follows pushes, not the log.
        CursorFollowsPush,
        /// A late first page is merged, but what was pushed meanwhile is thrown away.
        PushBeforeLoadDropped,
        /// An older version of a message replaces a newer one.
        OlderVersionWins,
        /// Pieces of a streamed text are put together in any order, whatever is missing between them.
        DeltaOffsetIgnored,
        /// Pieces that come before their message are dropped.
        WaitingDeltasDropped,
        /// Pieces count although the message is final.
        DeltaOutlivesFinal,
        /// What is missing of a streamed text is not fetched.
        NoStreamRepair,
        /// Messages stand in the order of their arrival.
        ArrivalOrder,
        /// The server's copy appears beside the local echo.
        EchoNotReplaced,
        /// A message tried again gets another id.
        RetryWithNewId,
        /// `Retry-After` in the answer to a send is not obeyed.
        SendRetryAfterIgnored,
        /// A send that brings nothing has failed at once.
        NoSendRetry,
        /// A send that brings nothing is tried again at once.
        NoSendBackoff,
        /// A send that brings nothing is tried again and again.
        SendRetriesWithoutEnd,
        /// Messages are sent although the browser says that there is no network.
        SendsWithoutNetwork,
        /// A message that is tried again goes behind those written after it.
        SendOrderLost,
        /// Without a token the unsent messages fail one after another, each by a timer of its own.
        UnsentFailOneByOne,
        /// A message that was taken back is sent all the same.
        CancelledSendLeaves,
        /// Whose data a stored value is, is not looked at.
        OwnerNotChecked,
        /// What is stored outlives its owner.
        SignOutKeepsStore,
        /// Own messages are not stored.
        OutboxNotStored,
        /// Own messages are forgotten as soon as they are on the wire.
        OutboxForgottenEarly,
        /// The first page waits for stored messages however long it takes.
        SnapshotWaitsForEver,
        /// Stored messages are not shown.
        SnapshotNotShown,
        /// Stored messages and a page that begins long after them are taken for neighbours.
        SnapshotJoinedAcrossHole,
        /// What came by push while the first page was on its way is forgotten with an old snapshot.
        PushLostBehindSnapshot,
        /// A snapshot claims to be complete although a chain of pages had not come to its end.
        HoleStoredAsRead,
        /// A full store stays full.
        FullStoreKeepsAll,
        /// Messages of one session are sent at the same time.
        SendsOverlap,
        /// Stopping leaves requests under way.
        StopKeepsRequests,
        /// Stopping leaves the socket open.
        StopKeepsSocket,
        /// The next user sees the messages of the last one.
        SignOutKeepsMessages,
        /// Every session that was ever shown stays in memory.
        SessionsKeptForEver,
        /// Words of a server are told whole, however long.
        DetailNotCut,
        /// Every 401 asks for another token.
        RenewWithoutEnd,
        /// A 401 is final at once.
        NoRenewal,
        /// Waking up is not noticed.
        NoWakeDetection,
        /// `online` and visible change nothing.
        NoNudge,
        /// A typing indicator without news stays.
        TypingForEver,
        /// Every `interact_response` reads at once.
        NoRefreshDebounce,
        /// Refreshes that come during the debounce are dropped.
        LastRefreshDropped,
        /// Every session of a run through the tabs is read, however soon it is left.
        HastySwitchesRead,
        /// A left channel stays subscribed.
        OrphanSubscription,
        /// Polling never becomes idle.
        NeverIdle,
        /// An open socket counts as connected, subscribed or not.
        DishonestStatus,
        /// One unreadable message costs its page.
        PoisonKillsPage,
    }
}

/// `duration`, or as good as never.
pub(crate) fn unless(planted: bool, duration: crate::Duration) -> crate::Duration {
    if planted { crate::Duration::from_secs(100_000_000) } else { duration }
}

/// A constant that lints do not see through: code around a plant reads as it does with the feature.
#[cfg(not(feature = "defects"))]
pub(crate) const fn never() -> bool {
    false
}

/// Whether this defect is planted; `false` at compile time in every build but the simulator's.
macro_rules! planted {
    ($name:ident) => {{
        #[cfg(feature = "defects")]
        {
            $crate::defect::is_planted($crate::defect::Defect::$name)
        }
        #[cfg(not(feature = "defects"))]
        {
            $crate::defect::never()
        }
    }};
}

#[cfg(feature = "defects")]
pub(crate) use enabled::is_planted;
pub(crate) use planted;
