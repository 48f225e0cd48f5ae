//! Flight recorder: what went into an engine, so that a bug report replays exactly.
//!
//! A trace is text, one JSON object a line: first the configuration and the seed, then every input with its time.
//! An exported trace holds no message text: every string that people wrote is replaced by one of equal length that
//! differs where the originals differ.

mod input;
mod redact;
#[cfg(feature = "replay")]
pub mod replay;

use crate::config::Config;
use crate::decimal;
use crate::input::Input;
use crate::json;
use crate::queue::Queue;
use crate::rng::Seed;
use crate::time::{Timestamp, WallTime};

/// Inputs kept, newest last.
const MAX_INPUTS: usize = 4000;
/// Bytes of inputs kept.
const MAX_BYTES: usize = 2 << 20;

/// The recorder of one engine.
#[derive(Clone, Debug)]
pub(crate) struct Recorder {
    header: String,
    lines: Queue<String>,
    bytes: usize,
    dropped: u64,
}

impl Recorder {
    pub(crate) fn new(config: &Config, seed: Seed, now: Timestamp) -> Self {
        let (mut header, mut digits) = (String::new(), String::new());
        decimal::push_hex(&mut digits, seed.0, 16);
        let mut object = json::ObjectWriter::begin(&mut header);
        object.number("sidewireTrace", Some(1)).text("seed", Some(&digits));
        object.number("start", Some(now.as_millis()));
        config.write_json(object.name("config"));
        object.end();
        Self { header, lines: Queue::default(), bytes: 0, dropped: 0 }
    }

    pub(crate) fn note(&mut self, now: Timestamp, input: &Input<'_>) {
        let mut line = String::from("{\"t\":");
        decimal::push(&mut line, now.as_millis());
        input::write(&mut line, input);
        line.push('}');
        self.keep(line);
    }

    /// Minting an id draws randomness, so it is part of the record.
    pub(crate) fn note_mint(&mut self, now: Timestamp, wall: WallTime) {
        let mut line = String::new();
        let mut object = json::ObjectWriter::begin(&mut line);
        object.number("t", Some(now.as_millis())).text("i", Some("mint")).number("n", Some(wall.as_millis()));
        object.end();
        self.keep(line);
    }

    fn keep(&mut self, line: String) {
        self.bytes += line.len();
        self.lines.push_back(line);
        while self.lines.len() > MAX_INPUTS || self.bytes > MAX_BYTES {
            let Some(oldest) = self.lines.pop_front() else { return };
            self.bytes -= oldest.len();
            self.dropped += 1;
        }
    }

    /// The trace as text without what people wrote. With inputs dropped it can be read but not replayed.
    pub(crate) fn export(&self) -> String {
        let mut out = self.header.clone();
        out.push('\n');
        if self.dropped > 0 {
            json::ObjectWriter::begin(&mut out).number("dropped", Some(self.dropped)).end();
            out.push('\n');
        }
        for line in self.lines.iter() {
            redact::line(&mut out, line);
            out.push('\n');
        }
        out
    }
}

/// Appends `,"name":"text"`.
fn text(out: &mut String, name: &str, value: &str) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
    json::write_str(out, value);
}
