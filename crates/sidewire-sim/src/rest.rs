//! The fake REST server: authorisation, messages, sends; and what can go wrong with each.

use std::collections::BTreeMap;

use sidewire_core::json::{self, Json};
use sidewire_core::{Body, ClientMessageId, HttpFailure, HttpRequest, Method, RequestId, TokenGeneration};
use sidewire_hub::{query, signing};

use crate::action::{Action, Answer, Mode, ServerAction};
use crate::few::Few;
use crate::invariants::CANARY;
use crate::log::{Cursor, Draft, ServerKind, ServerLog};
use crate::push::SECRET;
use crate::text::{cut, push_all, push_number};
use crate::world::{API, APP_KEY, World};

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// `POST /api/pusher/auth`.
    Auth {
        /// The socket's id.
        socket: String,
        /// The channel's name.
        channel: String,
    },
    /// `GET /api/session/:id/messages`.
    Messages {
        /// The session's number.
        session: usize,
        /// Where the page begins.
        cursor: Cursor,
        /// The longest page.
        limit: usize,
    },
    /// `POST /api/agent/interact`.
    Interact {
        /// The session's number.
        session: usize,
        /// The text.
        content: String,
        /// The sender's id.
        client_id: String,
    },
    /// `GET` or `POST /api/session`, `PATCH /api/session/:id`.
    Sessions,
    /// Anything else: a bug.
    Unknown,
}

#[derive(Clone, Debug)]
struct Flight {
    endpoint: Endpoint,
    token: TokenGeneration,
    deadline: u64,
    /// The client still waits.
    wanted: bool,
}

/// The REST server and the requests on their way.
#[derive(Clone, Debug, Default)]
pub struct Rest {
    /// How authorisation behaves.
    pub auth: Mode,
    /// How the messages endpoint behaves.
    pub messages: Mode,
    /// How sends behave.
    pub interact: Mode,
    /// How the sessions endpoint behaves.
    pub sessions: Mode,
    /// How far behind the reads are, in milliseconds.
    pub lag: u64,
    /// Whether replies to sends leave out the stored message.
    pub bare_replies: bool,
    /// The newest token seen, and the newest one that is not accepted any more.
    token: Option<TokenGeneration>,
    revoked: Option<TokenGeneration>,
    /// Signatures given out, and the sockets they were made for.
    signatures: BTreeMap<String, String>,
    flights: Few<RequestId, Flight>,
    /// Sends done, by idempotency key.
    done: BTreeMap<String, (usize, usize)>,
}

impl Rest {
    /// Ends every fault.
    pub const fn heal(&mut self) {
        self.auth = Mode::Good;
        self.messages = Mode::Good;
        self.interact = Mode::Good;
        self.sessions = Mode::Good;
        self.lag = 0;
    }

    /// Every token seen so far is refused from now on; only a renewed one is accepted.
    pub(crate) const fn revoke(&mut self) {
        self.revoked = self.token;
    }

    /// Forgets every request on its way: the next client counts from one again.
    pub(crate) fn clear_flights(&mut self) {
        self.flights.clear();
        (self.token, self.revoked) = (None, None);
    }

    /// The socket for which the signature in a frame was made.
    pub(crate) fn signed_for(&self, frame: &str) -> Option<&str> {
        // Pings and pongs are most of what is sent.
        if frame.starts_with(r#"{"event":"pusher:p"#) {
            return None;
        }
        let (_, rest) = frame.split_once(r#""auth":""#)?;
        let (auth, _) = rest.split_once('"')?;
        self.signatures.get(auth).map(String::as_str)
    }

    /// How many times a send of the user is in the log: 0 or 1.
    pub fn has_done(&self, client_id: &str) -> bool {
        self.done.contains_key(client_id)
    }
}

impl World {
    pub(crate) fn request(&mut self, request: RequestId, http: &HttpRequest, endpoint: Endpoint) {
        match endpoint {
            Endpoint::Messages { .. } => self.stats.fetches += 1,
            Endpoint::Auth { .. } => self.stats.auths += 1,
            Endpoint::Interact { .. } | Endpoint::Sessions | Endpoint::Unknown => {}
        }
        let timeout = http.timeout.as_millis();
        let flight = Flight { endpoint, token: http.token, deadline: self.now + timeout, wanted: true };
        self.rest.token = Some(http.token);
        self.rest.flights.insert(request, flight);
        let at = self.now + self.network.delay();
        self.plan(at, Action::Arrive(request));
    }

    pub(crate) fn cancel(&mut self, request: RequestId) {
        if let Some(flight) = self.rest.flights.get_mut(&request) {
            flight.wanted = false;
        }
    }

    pub(crate) fn arrived(&mut self, request: RequestId) {
        // Taken out while it is served, which needs the whole world.
        let Some(flight) = self.rest.flights.remove(&request) else { return };
        let mode = match flight.endpoint {
            Endpoint::Auth { .. } => self.rest.auth,
            Endpoint::Messages { .. } => self.rest.messages,
            Endpoint::Sessions => self.rest.sessions,
            Endpoint::Interact { .. } | Endpoint::Unknown => self.rest.interact,
        };
        let expired = self.rest.revoked.is_some_and(|revoked| flight.token.as_raw() <= revoked.as_raw());
        let mode = if expired { Mode::Status(401, None) } else { mode };
        let back = self.now + self.network.delay();
        let late = Answer::failed(HttpFailure::Timeout);
        let (at, answer) = match mode {
            Mode::Good => (back, self.serve(&flight.endpoint)),
            Mode::Status(status, retry_after) => {
                let answer = Answer::body(status, error_body("SOMETHING"));
                (back, Answer { retry_after, ..answer })
            }
            Mode::Coded(status, code) => (back, Answer::body(status, error_body(code))),
            Mode::Hang => (flight.deadline, late),
            Mode::HangAfter => {
                self.serve(&flight.endpoint);
                (flight.deadline, late)
            }
            Mode::Reset => (back, Answer::failed(HttpFailure::Network)),
            Mode::ResetAfter => {
                self.serve(&flight.endpoint);
                (back, Answer::failed(HttpFailure::Network))
            }
            Mode::Slow(millis) => (back + millis, self.serve(&flight.endpoint)),
            Mode::Garbage => (back, garbage(&flight.endpoint, self.rng.below(3))),
        };
        let answer = if at > flight.deadline { Answer::failed(HttpFailure::Timeout) } else { answer };
        self.plan(at.min(flight.deadline), Action::Answer(request, answer));
        self.rest.flights.insert(request, flight);
    }

    /// Whether the engine is to hear of it.
    pub(crate) fn answer_wanted(&mut self, request: RequestId, answer: &Answer) -> bool {
        let Some(flight) = self.rest.flights.remove(&request) else { return false };
        if !flight.wanted {
            return self.network.chance(self.config.zombies);
        }
        if let (Endpoint::Messages { session, .. }, Some(floor)) = (&flight.endpoint, answer.floor) {
            self.checker.page_arrives(*session, floor);
        }
        true
    }

    fn serve(&mut self, endpoint: &Endpoint) -> Answer {
        match endpoint {
            Endpoint::Auth { socket, channel } => self.sign(socket, channel),
            Endpoint::Messages { session, cursor, limit } => {
                let as_of = self.now.saturating_sub(self.rest.lag);
                let page = self.log.page(*session, *cursor, *limit, as_of);
                let floor = matches!(cursor, Cursor::Newest | Cursor::Before(_)).then_some(page.first);
                Answer { floor, ..Answer::body(200, page.body) }
            }
            Endpoint::Interact { session, content, client_id } => self.interact(*session, content, client_id),
            Endpoint::Sessions => Answer::body(200, r#"{"sessions":[]}"#.to_owned()),
            Endpoint::Unknown => Answer::body(404, "{}".to_owned()),
        }
    }

    fn sign(&mut self, socket: &str, channel: &str) -> Answer {
        let auth = signing::channel_signature(APP_KEY, SECRET, socket, channel);
        let session = channel.strip_prefix("private-session-").and_then(|id| self.log.index_of(id));
        let log = session.and_then(|index| self.log.sessions.get(index));
        let head = log.filter(|_| self.log.kind != ServerKind::Times).map(|log| log.last_sequence);
        let mut body = String::with_capacity(128);
        push_all(&mut body, &[r#"{"auth":""#, &auth, "\""]);
        if let Some(head) = head.filter(|_| self.rng.chance(500)) {
            body.push_str(r#","lastSequenceNumber":"#);
            push_number(&mut body, head);
        }
        body.push('}');
        self.rest.signatures.insert(auth, socket.to_owned());
        Answer::body(200, body)
    }

    fn interact(&mut self, session: usize, content: &str, client_id: &str) -> Answer {
        let (now, known) = (self.now, self.rest.done.get(client_id).copied());
        let (session, index) = known.unwrap_or_else(|| {
            let origin = Some(client_id);
            let draft = Draft { role: "user", content, status: "sent", origin, numbered: true };
            (session, self.log.append(now, session, draft))
        });
        if known.is_none() {
            self.in_order(session, client_id);
            self.rest.done.insert(client_id.to_owned(), (session, index));
            self.publish_message(session, index, "new_message");
            if self.config.agent {
                let steps = u8::try_from(1 + self.rng.below(4)).unwrap_or(1);
                let at = now + self.rng.between(20, 500);
                self.plan(at, Action::Server(ServerAction::Agent(session, None, steps)));
            }
        }
        let stored = self.log.sessions.get(session).and_then(|log| log.messages().get(index));
        let message = stored.map_or("null", |stored| stored.latest().json.as_str());
        Answer::body(
            200,
            if self.rest.bare_replies {
                r#"{"taskId":"t","status":"accepted"}"#.to_owned()
            } else {
                format!(r#"{{"taskId":"t","status":"accepted","message":{message}}}"#)
            },
        )
    }
}

impl Endpoint {
    /// What a request asks for, read from its bytes alone.
    pub fn read(log: &ServerLog, http: &HttpRequest) -> Self {
        let rest = http.url.strip_prefix(API).unwrap_or("");
        let (path, query_text) = cut(rest, b'?').unwrap_or((rest, ""));
        let known = match (path, http.method) {
            ("/api/pusher/auth", Method::Post) => auth_endpoint(http),
            ("/api/agent/interact", Method::Post) => interact_endpoint(log, http),
            ("/api/session", Method::Get | Method::Post) => Some(Self::Sessions),
            (_, Method::Patch) if path.starts_with("/api/session/") => Some(Self::Sessions),
            (_, Method::Get) => messages_endpoint(log, path, query_text),
            (_, Method::Post | Method::Patch) => None,
        };
        known.unwrap_or(Self::Unknown)
    }
}

fn messages_endpoint(log: &ServerLog, path: &str, query_text: &str) -> Option<Endpoint> {
    let id = path.strip_prefix("/api/session/")?.strip_suffix("/messages")?;
    let session = log.index_of(id)?;
    let (mut cursor, mut limit) = (Cursor::Newest, 50);
    // Numbers need no decoding.
    let mut rest = query_text;
    while !rest.is_empty() {
        let (pair, others) = cut(rest, b'&').unwrap_or((rest, ""));
        rest = others;
        let Some((name, value)) = cut(pair, b'=') else { continue };
        let number = || value.parse::<u64>().ok();
        match name {
            "afterSequence" => cursor = Cursor::After(number()?),
            "beforeSequence" => cursor = Cursor::Before(number()?),
            "changedSince" => cursor = Cursor::Changed(number()?),
            "since" => cursor = Cursor::Since(number()?),
            "limit" => limit = usize::try_from(number()?).ok()?,
            _ => {}
        }
    }
    Some(Endpoint::Messages { session, cursor, limit: limit.clamp(1, 100) })
}

fn interact_endpoint(log: &ServerLog, http: &HttpRequest) -> Option<Endpoint> {
    let Some(Body::Json(text)) = &http.body else { return None };
    let body = json::parse(text.as_bytes()).ok()?;
    let text = |field: Option<Json<'_>>| field.and_then(Json::as_str).map(std::borrow::Cow::into_owned);
    let [client_id, session, content] = body.pick(["clientMessageId", "sessionId", "content"]);
    let client_id = text(client_id)?;
    // The key travels twice, in header and body, and must be the same.
    if http.idempotency_key.as_ref().map(ClientMessageId::as_str) != Some(client_id.as_str()) {
        return None;
    }
    let session = log.index_of(&text(session)?)?;
    Some(Endpoint::Interact { session, content: text(content)?, client_id })
}

/// A careless server repeats the token in its error.
fn error_body(code: &str) -> String {
    format!(r#"{{"error":{{"code":"{code}","message":"{CANARY}"}}}}"#)
}

fn auth_endpoint(http: &HttpRequest) -> Option<Endpoint> {
    let Some(Body::Form(form)) = &http.body else { return None };
    let pairs = query::pairs(form);
    let field = |name| query::first(&pairs, name).map(str::to_owned);
    Some(Endpoint::Auth { socket: field("socket_id")?, channel: field("channel_name")? })
}

fn garbage(endpoint: &Endpoint, kind: u64) -> Answer {
    let body = match (endpoint, kind) {
        // Well formed, but signed with another secret: the push server refuses it.
        (Endpoint::Auth { socket, channel }, 0) => {
            let auth = signing::channel_signature(APP_KEY, "another", socket, channel);
            format!(r#"{{"auth":"{auth}"}}"#)
        }
        (_, 1) => "<html>maintenance</html>".to_owned(),
        _ => "{}".to_owned(),
    };
    Answer::body(200, body)
}
