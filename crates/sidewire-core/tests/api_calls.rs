//! Calls of the application: sent even before the token is known, renewed, put off, and always answered. Rows B12, I6
//! and I7 of docs/features.md.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "test support outside of #[test]")]

use sidewire_core::{
    ApiCall, CallId, Command, Config, ConfigInput, Effect, Engine, Event, HttpRequest, HttpResponse, Input,
    Method, Policy, RequestId, Seed, SessionFields, SessionId, Timestamp,
};

struct Bench {
    now: u64,
    engine: Engine,
    requests: Vec<(u64, RequestId, HttpRequest)>,
    renewals: usize,
    answers: Vec<(u64, u32, Result<String, String>)>,
}

impl Bench {
    fn new() -> Self {
        let policy = Policy { jitter: 0, ..Policy::default() };
        let api_base = Some("http://127.0.0.1:3000".to_owned());
        let config = Config::build(ConfigInput { api_base, policy, ..ConfigInput::default() }).unwrap();
        let engine = Engine::new(config, Seed(1), Timestamp::ZERO);
        Self { now: 0, engine, requests: Vec::new(), renewals: 0, answers: Vec::new() }
    }

    fn signed_in() -> Self {
        let mut bench = Self::new();
        bench.command(Command::SetToken { present: true });
        bench
    }

    fn feed(&mut self, input: Input<'_>) {
        self.engine.handle_input(Timestamp::from_millis(self.now), input);
        while let Some(effect) = self.engine.poll_effect() {
            match effect {
                Effect::Request { request, http } => self.requests.push((self.now, request, http)),
                Effect::RenewToken => self.renewals += 1,
                _ => {}
            }
        }
        while let Some(event) = self.engine.poll_event() {
            if let Event::CallAnswered { call, outcome } = event {
                self.answers.push((self.now, call.as_raw(), outcome.map_err(|failure| failure.code)));
            }
        }
    }

    fn command(&mut self, command: Command) {
        self.feed(Input::Command(command));
    }

    fn call(&mut self, call: u32, what: ApiCall) {
        self.command(Command::Call(CallId::from_raw(call), what));
    }

    /// Answers the request made last.
    fn reply(&mut self, status: u16, retry_after: Option<&str>) {
        let request = self.requests.last().unwrap().1;
        let response = HttpResponse { status, retry_after, body: b"{}" };
        self.feed(Input::Response(request, Ok(response)));
    }

    fn pass(&mut self, millis: u64) {
        let until = self.now + millis;
        while let Some(at) = self.engine.poll_timeout().map(Timestamp::as_millis).filter(|at| *at <= until) {
            self.now = at.max(self.now);
            self.feed(Input::Timeout);
        }
        self.now = until;
    }

    fn answer(&self) -> Option<(u64, u32, Result<&str, &str>)> {
        let (at, call, outcome) = self.answers.last()?;
        Some((*at, *call, outcome.as_deref().map_err(String::as_str)))
    }
}

/// Every kind of call.
fn kinds() -> [ApiCall; 3] {
    let fields = SessionFields { title: Some("a title".to_owned()), ..SessionFields::default() };
    let update = ApiCall::UpdateSession(SessionId::parse("s0").unwrap(), fields.clone());
    [ApiCall::ListSessions, ApiCall::CreateSession(fields), update]
}

// Fault 83: the token is not known yet
#[test]
fn a_call_made_before_the_token_is_known_is_sent() {
    let mut bench = Bench::new();
    bench.call(7, ApiCall::ListSessions);

    assert_eq!(bench.requests.len(), 1);
    assert_eq!(bench.answer(), None);
}

#[test]
fn a_call_without_a_token_is_answered_at_once_and_not_sent() {
    let mut bench = Bench::new();
    bench.command(Command::SetToken { present: false });
    bench.call(7, ApiCall::ListSessions);

    assert_eq!(bench.requests.len(), 0);
    assert_eq!(bench.answer(), Some((0, 7, Err("NO_TOKEN"))));
}

#[test]
fn signing_out_and_stopping_answer_the_calls_that_they_cancel() {
    for (end, code) in [(Command::SetToken { present: false }, "NO_TOKEN"), (Command::StopSync, "STOPPED")] {
        let mut bench = Bench::signed_in();
        bench.call(7, ApiCall::ListSessions);
        bench.command(end);

        assert_eq!(bench.answer(), Some((0, 7, Err(code))));
    }
}

#[test]
fn signing_out_and_stopping_answer_calls_that_wait_for_their_next_try() {
    for (end, code) in [(Command::SetToken { present: false }, "NO_TOKEN"), (Command::StopSync, "STOPPED")] {
        let mut bench = Bench::signed_in();
        bench.call(7, ApiCall::ListSessions);
        bench.reply(429, Some("20"));
        bench.command(end);

        assert_eq!(bench.answer(), Some((0, 7, Err(code))));
        bench.pass(60_000);
        assert_eq!((bench.requests.len(), bench.answers.len()), (1, 1), "nothing is left of it");
        assert_eq!(bench.engine.poll_timeout(), None);
    }
}

// B12
#[test]
fn a_401_to_any_call_renews_the_token_once_and_the_call_is_made_again() {
    for kind in kinds() {
        let mut bench = Bench::signed_in();
        bench.call(7, kind);
        bench.reply(401, None);
        assert_eq!((bench.renewals, bench.requests.len(), bench.answer()), (1, 1, None));

        bench.command(Command::TokenRenewed { present: true });
        let [(_, _, first), (_, _, again)] = bench.requests.as_slice() else { panic!("made twice") };
        assert_ne!(first.token, again.token);
        assert_eq!((first.method, &first.url), (again.method, &again.url));
        assert_eq!(format!("{:?}", first.body), format!("{:?}", again.body));

        bench.reply(200, None);
        assert_eq!(bench.answer(), Some((0, 7, Ok("{}"))));
    }
}

// B12
#[test]
fn a_call_that_the_renewed_token_does_not_help_is_answered_and_no_token_is_asked_for_again() {
    let mut bench = Bench::signed_in();
    bench.call(7, ApiCall::ListSessions);
    bench.reply(401, None);
    bench.command(Command::TokenRenewed { present: true });
    bench.reply(401, None);

    assert_eq!(bench.answer(), Some((0, 7, Err("UNAUTHORIZED"))));
    assert_eq!((bench.renewals, bench.requests.len()), (1, 2));
}

// B12
#[test]
fn calls_share_one_renewal_and_one_without_an_answer_keeps_none_of_them_for_ever() {
    let mut bench = Bench::signed_in();
    bench.call(1, ApiCall::ListSessions);
    bench.reply(401, None);
    bench.call(2, ApiCall::ListSessions);
    assert_eq!(bench.requests.len(), 1, "no request with a token that is known to be bad");

    bench.pass(14_999);
    assert_eq!(bench.requests.len(), 1);
    bench.pass(1);
    assert_eq!((bench.renewals, bench.requests.len()), (1, 3), "the old token gets its last chance");
    for (_, request, _) in bench.requests.split_off(1) {
        let refused = HttpResponse { status: 401, retry_after: None, body: b"" };
        bench.feed(Input::Response(request, Ok(refused)));
    }
    let codes: Vec<_> = bench.answers.iter().map(|(_, call, outcome)| (*call, outcome.clone())).collect();
    assert_eq!(codes, [(1, Err("UNAUTHORIZED".to_owned())), (2, Err("UNAUTHORIZED".to_owned()))]);
}

// I7
#[test]
fn a_call_that_is_put_off_waits_as_long_as_it_is_told_and_so_do_those_after_it() {
    for status in [429, 503] {
        let mut bench = Bench::signed_in();
        bench.call(1, ApiCall::ListSessions);
        bench.reply(status, Some("20"));
        bench.pass(5000);
        bench.call(2, ApiCall::ListSessions);
        bench.pass(14_999);
        assert_eq!((bench.requests.len(), bench.answers.len()), (1, 0), "{status}");

        bench.pass(1);
        let times: Vec<_> = bench.requests.iter().map(|(at, ..)| *at).collect();
        assert_eq!(times, [0, 20_000, 20_000], "{status}");
    }
}

// I7
#[test]
fn a_wait_that_nobody_would_wait_for_is_told_at_once_and_costs_no_further_request() {
    let mut bench = Bench::signed_in();
    bench.call(1, ApiCall::ListSessions);
    bench.reply(429, Some("120"));
    assert_eq!(bench.answer(), Some((0, 1, Err("RATE_LIMITED"))));

    bench.call(2, ApiCall::ListSessions);
    assert_eq!(bench.answer(), Some((0, 2, Err("RATE_LIMITED"))));
    assert_eq!(bench.requests.len(), 1);

    bench.pass(90_000);
    bench.call(3, ApiCall::ListSessions);
    bench.pass(30_000);
    assert_eq!(bench.requests.last().map(|(at, ..)| *at), Some(120_000));
}

// I7
#[test]
fn a_call_is_put_off_for_thirty_seconds_in_all() {
    let mut bench = Bench::signed_in();
    bench.call(1, ApiCall::ListSessions);
    for _ in 0..3 {
        bench.reply(503, Some("12"));
        bench.pass(12_000);
    }

    assert_eq!(bench.answer(), Some((24_000, 1, Err("SERVER"))));
    assert_eq!(bench.requests.len(), 3);
}

// I7: whether a 503 did something before it failed is unknown
#[test]
fn a_session_is_not_created_twice_after_a_503() {
    let mut bench = Bench::signed_in();
    let [list, create, update] = kinds();
    bench.call(1, create);
    bench.reply(503, Some("3"));
    assert_eq!(bench.answer(), Some((0, 1, Err("SERVER"))));

    bench.call(2, list);
    bench.call(3, update);
    bench.pass(3000);
    let made: Vec<_> = bench.requests.iter().map(|(at, _, http)| (*at, http.method)).collect();
    assert_eq!(made, [(0, Method::Post), (3000, Method::Get), (3000, Method::Patch)]);
}

// I7
#[test]
fn a_503_to_a_call_silences_what_nobody_asked_for_but_no_other_endpoint_of_a_429() {
    for (status, silent) in [(503, true), (429, false)] {
        let mut bench = Bench::signed_in();
        bench.call(1, ApiCall::ListSessions);
        bench.reply(status, Some("20"));
        bench.command(Command::StartSync(SessionId::parse("s0").unwrap()));
        let first = bench.requests.last().map(|(at, ..)| *at);
        assert_eq!((bench.requests.len(), first), (2, Some(0)), "what the user asks for passes");
        bench.reply(200, None);
        bench.pass(19_000);

        assert_eq!(bench.requests.len() == 2, silent, "{status}: {:?}", bench.requests);
    }
}
