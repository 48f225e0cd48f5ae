//! Calls of the application: sent even before the token is known, and always answered.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "test support outside of #[test]")]

use sidewire_core::{
    ApiCall, ApiFailure, CallId, Command, Config, ConfigInput, Effect, Engine, Event, Input, Seed, Timestamp,
};

const CALL: CallId = CallId::from_raw(7);

fn engine() -> Engine {
    let input = ConfigInput { api_base: Some("http://127.0.0.1:3000".to_owned()), ..ConfigInput::default() };
    Engine::new(Config::build(input).unwrap(), Seed(1), Timestamp::ZERO)
}

fn command(engine: &mut Engine, command: Command) {
    engine.handle_input(Timestamp::ZERO, Input::Command(command));
}

fn requests(engine: &mut Engine) -> usize {
    std::iter::from_fn(|| engine.poll_effect())
        .filter(|effect| matches!(effect, Effect::Request { .. }))
        .count()
}

fn failures(engine: &mut Engine) -> Vec<ApiFailure> {
    let told = std::iter::from_fn(|| engine.poll_event());
    told.filter_map(|event| match event {
        Event::CallAnswered { call: CALL, outcome: Err(failure) } => Some(failure),
        _ => None,
    })
    .collect()
}

#[test]
fn a_call_made_before_the_token_is_known_is_sent() {
    let mut engine = engine();

    command(&mut engine, Command::Call(CALL, ApiCall::ListSessions));

    assert_eq!(requests(&mut engine), 1);
    assert_eq!(failures(&mut engine), []);
}

#[test]
fn a_call_without_a_token_is_answered_at_once_and_not_sent() {
    let mut engine = engine();
    command(&mut engine, Command::SetToken { present: false });

    command(&mut engine, Command::Call(CALL, ApiCall::ListSessions));

    assert_eq!(requests(&mut engine), 0);
    assert_eq!(failures(&mut engine).iter().map(|f| f.code.as_str()).collect::<Vec<_>>(), ["NO_TOKEN"]);
}

#[test]
fn signing_out_and_stopping_answer_the_calls_that_they_cancel() {
    let cancelled = [(Command::SetToken { present: false }, "NO_TOKEN"), (Command::StopSync, "STOPPED")];
    for (end, code) in cancelled {
        let mut engine = engine();
        command(&mut engine, Command::SetToken { present: true });
        command(&mut engine, Command::Call(CALL, ApiCall::ListSessions));

        command(&mut engine, end);

        assert_eq!(failures(&mut engine).iter().map(|f| f.code.as_str()).collect::<Vec<_>>(), [code]);
    }
}
