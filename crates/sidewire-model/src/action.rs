//! Everything that can happen next.

use crate::rest::Ask;
use crate::state::State;
use crate::wire::Session;

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The client receives what is next on its socket.
    Deliver,
    /// The push server receives what is next on its socket.
    Serve,
    /// A request is answered with 200, from the log as it was when so long.
    Answer {
        /// Which, the oldest first.
        request: usize,
        /// The log's length that it tells.
        seen: u8,
    },
    /// The token provider answers.
    Renew,
    /// The server persists a message and publishes it.
    Publish(Session),
    /// The push, or the acknowledgement, next on the socket is lost.
    DropFrame,
    /// The connection breaks; the client will be told.
    Cut,
    /// The connection breaks; nobody tells the client.
    Silence,
    /// A request is answered with an error.
    Refuse {
        /// Which, the oldest first.
        request: usize,
        /// The HTTP status.
        status: u16,
    },
    /// A request finds no network.
    Unreachable {
        /// Which, the oldest first.
        request: usize,
    },
    /// The answer of a request is lost; the driver will give up some time.
    LoseAnswer {
        /// Which, the oldest first.
        request: usize,
    },
    /// The user switches to a session.
    Start(Session),
    /// The user stops.
    Stop,
    /// The page is hidden or shown.
    ToggleVisible,
    /// There is another token, or one again.
    NewToken,
    /// There is no token any more.
    SignOut,
    /// The clock moves on to whatever is due next.
    Timer,
}

impl Action {
    /// In words, for the state that it happens in.
    pub fn describe(&self, state: &State) -> String {
        let asked = |request: usize| match state.requests.get(request).map(|r| r.ask) {
            Some(Ask::Authorisation { session, .. }) => format!("authorisation of {}", session.letter()),
            Some(Ask::Messages { session, from, .. }) => format!("messages of {} {from:?}", session.letter()),
            None => "nothing".to_owned(),
        };
        let next_down = || state.socket.as_ref().and_then(|socket| socket.down.front());
        let next_up = || state.socket.as_ref().and_then(|socket| socket.up.front());
        match self {
            Self::Deliver => next_down().map_or_else(String::new, |frame| format!("client gets {frame:?}")),
            Self::Serve => next_up().map_or_else(String::new, |frame| format!("server gets {frame:?}")),
            Self::Answer { request, seen } => format!("200 to {}, log {seen}", asked(*request)),
            Self::Renew => "token renewed".to_owned(),
            Self::Publish(session) => format!("message in {}", session.letter()),
            Self::DropFrame => next_down().map_or_else(String::new, |frame| format!("FAULT {frame:?} lost")),
            Self::Cut => "FAULT socket cut".to_owned(),
            Self::Silence => "FAULT socket silent".to_owned(),
            Self::Refuse { request, status } => format!("FAULT {status} to {}", asked(*request)),
            Self::Unreachable { request } => format!("FAULT no network for {}", asked(*request)),
            Self::LoseAnswer { request } => format!("FAULT answer lost to {}", asked(*request)),
            Self::Start(session) => format!("USER StartSync({})", session.letter()),
            Self::Stop => "USER StopSync".to_owned(),
            Self::ToggleVisible if state.host.visible => "USER hides".to_owned(),
            Self::ToggleVisible => "USER shows".to_owned(),
            Self::NewToken => "USER new token".to_owned(),
            Self::SignOut => "USER signs out".to_owned(),
            Self::Timer => format!("TIMER {:?}", state.alarm()),
        }
    }
}
