//! Runs a trace again. Only in builds with the feature `replay`.

use core::fmt;

use super::Recorder;
use crate::config::Config;
use crate::engine::Engine;
use crate::ids::{CallId, ClientMessageId, ConnectionId, RequestId, SessionId, StorageId};
use crate::input::{
    ApiCall, Command, HttpFailure, HttpResponse, Input, Outgoing, SessionFields, SocketEvent,
};
use crate::json::{self, Json};
use crate::rng::Seed;
use crate::storage::{StorageAnswer, StorageFailure};
use crate::time::{Timestamp, WallTime};

/// Why a trace cannot be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayError {
    /// The first line is not the header of a trace of this version.
    BadHeader,
    /// A line is not an input.
    BadLine {
        /// Counted from 1.
        line: usize,
    },
    /// The recorder dropped the oldest inputs, so the beginning is not known.
    Truncated,
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadHeader => f.write_str("not a trace of this version"),
            Self::BadLine { line } => write!(f, "line {line} of the trace is not an input"),
            Self::Truncated => f.write_str("the trace lost its beginning: it can be read, not replayed"),
        }
    }
}

impl std::error::Error for ReplayError {}

/// What a replay gave.
#[derive(Debug)]
pub struct Replay {
    /// Every effect and event, one a line.
    pub output: String,
    /// FNV-1a of `output`.
    pub hash: u64,
    /// The engine as it stands at the end.
    pub engine: Engine,
}

/// Runs `trace` through a fresh engine.
pub fn run(trace: &str) -> Result<Replay, ReplayError> {
    let mut lines = trace.lines().enumerate();
    let header = lines.next().and_then(|(_, line)| json::parse(line.as_bytes()).ok());
    let (config, seed, start) = header.and_then(read_header).ok_or(ReplayError::BadHeader)?;
    let mut engine = Engine::new(config, seed, start);
    let mut output = String::new();
    for (index, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let bad = ReplayError::BadLine { line: index + 1 };
        let value = json::parse(line.as_bytes()).map_err(|_| bad)?;
        if value.get("dropped").is_some() {
            return Err(ReplayError::Truncated);
        }
        feed(&mut engine, value).ok_or(bad)?;
        drain(&mut engine, &mut output);
    }
    let hash = hash(output.as_bytes());
    Ok(Replay { output, hash, engine })
}

/// FNV-1a, 64 bits.
pub fn hash(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Appends all queued effects and events, one a line.
pub fn drain(engine: &mut Engine, out: &mut String) {
    while let Some(effect) = engine.poll_effect() {
        out.push_str(&format!("{effect:?}\n"));
    }
    while let Some(event) = engine.poll_event() {
        out.push_str(&format!("{event:?}\n"));
    }
}

fn read_header(header: Json<'_>) -> Option<(Config, Seed, Timestamp)> {
    if number(header, "sidewireTrace")? != 1 {
        return None;
    }
    let seed = u64::from_str_radix(&header.get("seed")?.as_str()?, 16).ok()?;
    let config = Config::read_json(header.get("config")?)?;
    Some((config, Seed(seed), Timestamp::from_millis(number(header, "start")?)))
}

fn feed(engine: &mut Engine, line: Json<'_>) -> Option<()> {
    let now = Timestamp::from_millis(number(line, "t")?);
    let kind = line.get("i")?.as_str()?;
    let data = line.get("d").and_then(Json::as_str).unwrap_or_default();
    let number = number(line, "n");
    let small = || number.and_then(|n| u32::try_from(n).ok());
    let code = || line.get("c").and_then(Json::as_integer).and_then(|c| u16::try_from(c).ok());
    let input = match kind.as_ref() {
        "mint" => {
            engine.mint_client_message_id(WallTime::from_millis(number?));
            return Some(());
        }
        "opened" => Input::Socket(ConnectionId::from_raw(small()?), SocketEvent::Opened),
        "frame" => Input::Socket(ConnectionId::from_raw(small()?), SocketEvent::Frame(data.as_bytes())),
        "binary" => Input::Socket(ConnectionId::from_raw(small()?), SocketEvent::BinaryFrame),
        "closed" => {
            let event = SocketEvent::Closed { code: code()?, reason: data.into_owned() };
            Input::Socket(ConnectionId::from_raw(small()?), event)
        }
        "failure" => Input::Response(RequestId::from_raw(small()?), Err(failure(&data)?)),
        "answer" => {
            let after = line.get("a").and_then(Json::as_str);
            let response =
                HttpResponse { status: code()?, retry_after: after.as_deref(), body: data.as_bytes() };
            engine.handle_input(now, Input::Response(RequestId::from_raw(small()?), Ok(response)));
            return Some(());
        }
        "stored" => {
            let id = StorageId::from_raw(small()?);
            let names = line.get("id").and_then(Json::as_str).unwrap_or_default();
            let names: Vec<String> = names.lines().map(str::to_owned).collect();
            let outcome = match line.get("a")?.as_str()?.as_ref() {
                "done" => Ok(StorageAnswer::Done),
                "none" => Ok(StorageAnswer::Value(None)),
                "value" => Ok(StorageAnswer::Value(Some(&data))),
                "keys" => Ok(StorageAnswer::Keys(&names)),
                "quota" => Err(StorageFailure::Quota),
                _ => Err(StorageFailure::Failed),
            };
            engine.handle_input(now, Input::Storage(id, outcome));
            return Some(());
        }
        "timeout" => Input::Timeout,
        "wall" => Input::Wall(WallTime::from_millis(number?)),
        name => Input::Command(command(name, line)?),
    };
    engine.handle_input(now, input);
    Some(())
}

fn command(kind: &str, line: Json<'_>) -> Option<Command> {
    let session = || line.get("s").and_then(Json::as_str).and_then(|id| SessionId::parse(&id).ok());
    let field = |name| line.get(name).and_then(Json::as_str).map(std::borrow::Cow::into_owned);
    let key = || field("id").and_then(|id| ClientMessageId::from_text(&id));
    let value = number(line, "n");
    let flag = || value.map(|n| n == 1);
    let call = || value.and_then(|n| u32::try_from(n).ok()).map(CallId::from_raw);
    let fields = || SessionFields { url: field("url"), domain: field("domain"), title: field("title") };
    Some(match kind {
        "connect" => Command::Connect,
        "start" => Command::StartSync(session()?),
        "leave" => Command::LeaveSession,
        "stop" => Command::StopSync,
        "refresh" => Command::Refresh(session()?),
        "send" => Command::Send(Outgoing {
            session: session()?,
            client_message_id: key()?,
            content: field("content")?,
            wall: WallTime::from_millis(value?),
            url: field("url"),
            domain: field("domain"),
        }),
        "older" => Command::LoadOlder(call()?),
        "retry" => Command::RetrySend(session()?, key()?),
        "cancel" => Command::CancelSend(session()?, key()?),
        "token" => Command::SetToken { present: flag()? },
        "renewed" => Command::TokenRenewed { present: flag()? },
        "owner" => Command::SetOwner { owner: field("owner")?, renewed: flag()? },
        "restore" => Command::Restore(field("d")?),
        "visible" => Command::SetVisible(flag()?),
        "online" => Command::SetOnline(flag()?),
        "list" => Command::Call(call()?, ApiCall::ListSessions),
        "create" => Command::Call(call()?, ApiCall::CreateSession(fields())),
        "update" => Command::Call(call()?, ApiCall::UpdateSession(session()?, fields())),
        _ => return None,
    })
}

fn failure(words: &str) -> Option<HttpFailure> {
    let all = [
        HttpFailure::Network,
        HttpFailure::Timeout,
        HttpFailure::NoToken,
        HttpFailure::TokenProvider,
        HttpFailure::TooLarge,
    ];
    // Redaction replaces the words by their digest, so that is accepted too.
    all.into_iter().find(|f| f.as_str() == words || super::redact::same(f.as_str(), words))
}

fn number(value: Json<'_>, name: &str) -> Option<u64> {
    value.get(name).and_then(Json::as_integer)
}

impl Recorder {
    /// The trace with every word in place, for tests that compare a run with its replay.
    pub(crate) fn export_plain(&self) -> String {
        let mut out = self.header.clone();
        if self.dropped > 0 {
            out.push_str(&format!("\n{{\"dropped\":{}}}", self.dropped));
        }
        for line in self.lines.iter() {
            out.push('\n');
            out.push_str(line);
        }
        out
    }
}
