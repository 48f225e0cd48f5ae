//! The names that cross to JavaScript stand in the hand-written TypeScript contract, all of them and no others.
#![allow(clippy::string_slice, clippy::unwrap_used, clippy::expect_used, reason = "a test may fail loudly")]

use std::collections::BTreeSet;

use sidewire_core::{
    Cause, FallbackReason, Freshness, GapCause, ProblemCode, SendFailure, Status, TypingContext,
};

const TYPES: &str = concat!(
    include_str!("../../sidewire-wasm/types/index.ts"),
    include_str!("../../sidewire-wasm/types/events.ts")
);

/// The string literals of `export type NAME = "a" | "b";`.
fn union(name: &str) -> BTreeSet<String> {
    let start = TYPES.find(&format!("export type {name} =")).expect("the type exists");
    let body = TYPES[start..].split(';').next().unwrap();
    body.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

fn names<T>(values: &[T], name: impl Fn(&T) -> &'static str) -> BTreeSet<String> {
    values.iter().map(|value| name(value).to_owned()).collect()
}

#[test]
fn connection_states_are_the_six_of_the_contract() {
    use Status::{Connected, Connecting, Disconnected, Failed, Fallback, Reconnecting};
    let all = [Disconnected, Connecting, Connected, Reconnecting, Failed, Fallback];

    assert_eq!(names(&all, |s| s.as_str()), union("ConnectionState"));
}

#[test]
fn fallback_reasons_agree_and_keep_the_four_labels_of_old() {
    use FallbackReason::{
        AttemptsExhausted, AuthFailed, NoToken, NotConfigured, Offline, Refused, Rejected, SessionRefused,
    };
    let all =
        [NotConfigured, NoToken, AuthFailed, SessionRefused, AttemptsExhausted, Refused, Rejected, Offline];

    assert_eq!(names(&all, |r| r.as_str()), union("FallbackReason"));
    assert_eq!(NotConfigured.label(), "Pusher not configured");
    assert_eq!(AuthFailed.label(), "Pusher auth failed");
    assert_eq!(NoToken.label(), "No token");
    assert_eq!(AttemptsExhausted.label(), "Max reconnect attempts exceeded");
}

#[test]
fn causes_agree() {
    let all = [
        Cause::Command,
        Cause::CaughtUp,
        Cause::ConnectTimeout,
        Cause::SocketClosed,
        Cause::HeartbeatTimeout,
        Cause::AuthRefused,
        Cause::SubscribeFailed,
        Cause::AttemptsExhausted,
        Cause::Environment,
        Cause::RestRefused,
    ];

    assert_eq!(names(&all, |c| c.as_str()), union("Cause"));
}

#[test]
fn causes_of_gaps_agree() {
    assert_eq!(
        names(&[GapCause::Unanswered, GapCause::NotInLog, GapCause::LogCut], |c| c.as_str()),
        union("GapCause")
    );
}

#[test]
fn freshness_typing_and_send_failures_agree() {
    use SendFailure::{Forbidden, Network, Rejected, Server, Unauthorized};
    let freshness = [Freshness::Fresh, Freshness::CatchingUp, Freshness::Stale, Freshness::Gap];
    let typing = [
        TypingContext::Thinking,
        TypingContext::Executing,
        TypingContext::Verifying,
        TypingContext::Processing,
    ];

    assert_eq!(names(&freshness, |f| f.as_str()), union("Freshness"));
    assert_eq!(names(&typing, |t| t.as_str()), union("TypingContext"));
    assert_eq!(
        names(&[Network, Unauthorized, Forbidden, Rejected, Server], |f| f.as_str()),
        union("SendFailure")
    );
}

#[test]
fn problem_codes_agree() {
    use ProblemCode::{
        BadAuthAnswer, BadPage, BadState, ForeignSession, MalformedEvent, MalformedFrame, RequestFailed,
        ServerError, StorageFailed, StorageFull, TooLarge,
    };
    let all = [
        MalformedFrame,
        TooLarge,
        MalformedEvent,
        ForeignSession,
        ServerError,
        BadAuthAnswer,
        BadPage,
        RequestFailed,
        BadState,
        StorageFull,
        StorageFailed,
    ];

    assert_eq!(names(&all, |p| p.as_str()), union("ProblemCode"));
}
