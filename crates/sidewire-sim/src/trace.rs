//! What happened: a hash always, readable lines when somebody wants to look.

use std::fmt::{self, Write};

use sidewire_core::{Body, Effect, Event, Input, SocketEvent, StorageAnswer, StorageCall, StorageFailure};

/// What is written goes into the hash.
struct Hashed<'a>(&'a mut Trace);

impl fmt::Write for Hashed<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.bytes(text.as_bytes());
        Ok(())
    }
}

/// The record of one run.
#[derive(Debug, Default)]
pub struct Trace {
    hash: u64,
    recording: bool,
    keeps_events: bool,
    /// Whether lines are printed as they come.
    pub printing: bool,
    /// What the engine put out, a line each, as a replay writes it; only with a recorded engine.
    pub output: Option<String>,
    /// Readable lines, when recording.
    pub lines: Vec<String>,
    /// Every effect with its time, when recording.
    pub effects: Vec<(u64, Effect)>,
    /// Every event with its time, when recording or once `Trace::keep_events` was called.
    pub events: Vec<(u64, Event)>,
}

impl Trace {
    /// A trace that keeps lines, effects and events if `recording`.
    pub fn new(recording: bool) -> Self {
        Self { recording, ..Self::default() }
    }

    /// From now on events are kept, whatever else is.
    pub(crate) const fn keep_events(&mut self) {
        self.keeps_events = true;
    }

    /// The same, with [`Self::output`] if `wanted`.
    pub(crate) fn with_output(mut self, wanted: bool) -> Self {
        self.output = wanted.then(String::new);
        self
    }

    /// A hash over every input and effect with its time and over the kinds of all events.
    pub const fn hash(&self) -> u64 {
        self.hash
    }

    /// A line of the world around the engine. Not part of the hash.
    pub fn note(&mut self, now: u64, text: fmt::Arguments<'_>) {
        if self.listening() {
            self.line(format!("{} .. {text}", clock(now)));
        }
    }

    pub(crate) fn input(&mut self, now: u64, input: &Input<'_>) {
        self.word(now);
        match input {
            Input::Command(command) => {
                self.word(1);
                // A text that is only hashed is written nowhere.
                let _ = write!(Hashed(self), "{command:?}");
            }
            Input::Socket(connection, event) => {
                self.word(2 + (u64::from(connection.as_raw()) << 8));
                match event {
                    SocketEvent::Frame(bytes) => self.bytes(bytes),
                    SocketEvent::Closed { code, .. } => self.word(u64::from(*code)),
                    SocketEvent::Opened | SocketEvent::BinaryFrame => self.word(0),
                }
            }
            Input::Response(request, outcome) => {
                self.word(3 + (u64::from(request.as_raw()) << 8));
                match outcome {
                    Ok(response) => {
                        self.word(u64::from(response.status));
                        self.bytes(response.body);
                    }
                    Err(_) => self.word(1),
                }
            }
            Input::Storage(id, outcome) => {
                self.word(21 + (u64::from(id.as_raw()) << 8));
                self.stored(outcome);
            }
            Input::Timeout => self.word(4),
            Input::Wall(wall) => self.word(17 + (wall.as_millis() << 8)),
        }
        if self.listening() {
            self.line(format!("{} -> {}", clock(now), input_line(input)));
        }
    }

    pub(crate) fn effect(&mut self, now: u64, effect: &Effect) {
        match effect {
            Effect::OpenSocket { connection, url } => {
                self.word(5 + (u64::from(connection.as_raw()) << 8));
                self.bytes(url.as_bytes());
            }
            Effect::SendFrame { connection, text } => {
                self.word(6 + (u64::from(connection.as_raw()) << 8));
                self.bytes(text.as_bytes());
            }
            Effect::CloseSocket { connection } => self.word(7 + (u64::from(connection.as_raw()) << 8)),
            Effect::Request { request, http } => {
                self.word(8 + (u64::from(request.as_raw()) << 8));
                self.bytes(http.url.as_bytes());
                if let Some(Body::Form(body) | Body::Json(body)) = &http.body {
                    self.bytes(body.as_bytes());
                }
            }
            Effect::CancelRequest { request } => self.word(9 + (u64::from(request.as_raw()) << 8)),
            Effect::RenewToken => self.word(18),
            Effect::Storage { id, call } => {
                self.word(20 + (u64::from(id.as_raw()) << 8));
                self.storage_call(call);
            }
        }
        if self.listening() {
            self.line(format!("{} <- {}", clock(now), effect_line(effect)));
        }
        if let Some(output) = &mut self.output {
            output.push_str(&format!("{effect:?}\n"));
        }
        if self.recording {
            self.effects.push((now, effect.clone()));
        }
    }

    pub(crate) fn event(&mut self, now: u64, event: &Event) {
        self.word(match event {
            Event::StatusChanged(change) => 16 + change.current as u64,
            Event::FreshnessChanged { freshness, .. } => 32 + *freshness as u64,
            Event::Discontinuity { from, .. } => 19 + (from << 8),
            Event::TimelineChanged { revision, .. } => 64 + (revision << 8),
            Event::NewMessage { .. } => 10,
            Event::TypingChanged { typing, .. } => 48 + u64::from(typing.is_some()),
            Event::InteractResponse(_) => 11,
            Event::Reconnecting { attempt, .. } => 12 + (u64::from(*attempt) << 8),
            Event::SendChanged { .. } => 13,
            Event::CallAnswered { .. } => 14,
            Event::Problem(problem) => 80 + problem.code as u64,
            Event::LoadChanged(_) => 15,
            Event::SessionUpdated { .. } => 17,
            Event::ApplicationError { .. } => 18,
        });
        if self.listening() {
            self.line(format!("{} <= {event:?}", clock(now)));
        }
        if let Some(output) = &mut self.output {
            output.push_str(&format!("{event:?}\n"));
        }
        if self.recording || self.keeps_events {
            self.events.push((now, event.clone()));
        }
    }

    // What is kept is long, and written with every run: its bytes are taken as they are.
    fn storage_call(&mut self, call: &StorageCall) {
        match call {
            StorageCall::Keys => self.word(22),
            StorageCall::Load { key } => {
                self.word(23);
                self.bytes(key.as_bytes());
            }
            StorageCall::Save { key, value } => {
                self.word(24);
                self.bytes(key.as_bytes());
                self.bytes(value.as_bytes());
            }
            StorageCall::Remove { key } => {
                self.word(25);
                self.bytes(key.as_bytes());
            }
        }
    }

    fn stored(&mut self, outcome: &Result<StorageAnswer<'_>, StorageFailure>) {
        match outcome {
            Ok(StorageAnswer::Done) => self.word(26),
            Ok(StorageAnswer::Keys(keys)) => {
                self.word(27);
                for key in *keys {
                    self.bytes(key.as_bytes());
                }
            }
            Ok(StorageAnswer::Value(value)) => {
                self.word(28 + u64::from(value.is_some()));
                self.bytes(value.unwrap_or_default().as_bytes());
            }
            Err(failure) => self.word(30 + *failure as u64),
        }
    }

    const fn listening(&self) -> bool {
        self.recording || self.printing
    }

    fn line(&mut self, line: String) {
        if self.printing {
            println!("{line}");
        }
        if self.recording {
            self.lines.push(line);
        }
    }

    fn word(&mut self, word: u64) {
        self.hash = mixed(self.hash, word);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        // Four lanes at once: of one alone every word would wait for the product of the one before.
        let (mut lanes, blocks) = ([self.hash; 4], bytes.chunks_exact(32));
        let rest = blocks.remainder();
        for block in blocks {
            for (lane, chunk) in lanes.iter_mut().zip(block.chunks_exact(8)) {
                *lane = mixed(*lane, word_of(chunk));
            }
        }
        if rest.len() < bytes.len() {
            for lane in lanes {
                self.word(lane);
            }
        }
        let mut chunks = rest.chunks_exact(8);
        for chunk in &mut chunks {
            self.word(word_of(chunk));
        }
        let tail = chunks.remainder().iter().fold(0, |word, byte| (word << 8) | u64::from(*byte));
        self.word(tail ^ (u64::try_from(bytes.len()).unwrap_or(0) << 56));
    }
}

const fn mixed(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95)
}

/// Eight bytes.
fn word_of(chunk: &[u8]) -> u64 {
    chunk.try_into().map_or(0, u64::from_le_bytes)
}

fn clock(now: u64) -> String {
    format!("{:>5}.{:03}", now / 1000, now % 1000)
}

fn input_line(input: &Input<'_>) -> String {
    match input {
        Input::Command(command) => format!("command {command:?}"),
        Input::Socket(connection, SocketEvent::Frame(bytes)) => {
            format!("#{} frame {}", connection.as_raw(), String::from_utf8_lossy(bytes))
        }
        Input::Socket(connection, event) => format!("#{} {event:?}", connection.as_raw()),
        Input::Response(request, Ok(response)) => {
            let body = String::from_utf8_lossy(response.body);
            let body: String = body.chars().take(2000).collect();
            format!("!{} {} {:?} {body}", request.as_raw(), response.status, response.retry_after)
        }
        Input::Response(request, Err(failure)) => format!("!{} {failure:?}", request.as_raw()),
        Input::Storage(id, outcome) => format!("${} {outcome:?}", id.as_raw()).chars().take(2000).collect(),
        Input::Timeout => "timeout".to_owned(),
        Input::Wall(wall) => format!("wall clock {}", wall.as_millis()),
    }
}

fn effect_line(effect: &Effect) -> String {
    match effect {
        Effect::OpenSocket { connection, url } => format!("#{} open {url}", connection.as_raw()),
        Effect::SendFrame { connection, text } => format!("#{} send {text}", connection.as_raw()),
        Effect::CloseSocket { connection } => format!("#{} close", connection.as_raw()),
        Effect::Request { request, http } => {
            format!("!{} {} {} {:?}", request.as_raw(), http.method.as_str(), http.url, http.body)
        }
        Effect::CancelRequest { request } => format!("!{} cancel", request.as_raw()),
        Effect::RenewToken => "renew token".to_owned(),
        Effect::Storage { id, call } => format!("${} {call:?}", id.as_raw()).chars().take(2000).collect(),
    }
}
