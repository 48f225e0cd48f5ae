//! What a normal form is written to: bytes of which no two different sequences of calls give the same.

use crate::time::Duration;

use crate::ids::RequestId;
use crate::time::Timestamp;

/// The normal form of one state as it is being written.
pub(in crate::engine) struct Form {
    bytes: Vec<u8>,
    now: Timestamp,
    /// Requests being waited for, oldest first: what is written of one is its rank.
    requests: Vec<RequestId>,
    /// The socket's id, that every signature names.
    socket: Option<String>,
}

impl Form {
    /// Longer ago than this makes no difference to any rule of the policy.
    pub(in crate::engine) const LONGEST_AGE: Duration = Duration::from_secs(120);

    pub(super) fn new(now: Timestamp, requests: Vec<RequestId>, socket: Option<&str>) -> Self {
        Self { bytes: Vec::with_capacity(512), now, requests, socket: socket.map(str::to_owned) }
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.bytes
    }

    pub(in crate::engine) fn tag(&mut self, tag: u8) {
        self.bytes.push(tag);
    }

    pub(in crate::engine) fn flag(&mut self, flag: bool) {
        self.tag(u8::from(flag));
    }

    /// Seven bits a byte, the lowest first.
    pub(in crate::engine) fn long(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(0x80 | (number & 0x7F).to_le_bytes()[0]);
            number >>= 7;
        }
        self.bytes.push(number.to_le_bytes()[0]);
    }

    pub(in crate::engine) fn number(&mut self, number: usize) {
        self.long(u64::try_from(number).unwrap_or(u64::MAX));
    }

    pub(in crate::engine) fn text(&mut self, text: &[u8]) {
        self.number(text.len());
        self.bytes.extend_from_slice(text);
    }

    pub(in crate::engine) fn units(&mut self, units: &[u16]) {
        self.number(units.len());
        self.bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    }

    pub(in crate::engine) fn option<T>(&mut self, value: Option<&T>, write: impl FnOnce(&mut Self, &T)) {
        self.flag(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
    }

    /// A deadline: one that has passed is as good as one that is due.
    pub(in crate::engine) fn due(&mut self, at: Timestamp) {
        self.duration(at.since(self.now));
    }

    /// Something that happened: how long ago, up to the `threshold` that it is compared with.
    pub(in crate::engine) fn age(&mut self, at: Timestamp, threshold: Duration) {
        self.duration(self.now.since(at).min(threshold));
    }

    /// How long ago something happened, if less than `threshold`.
    pub(in crate::engine) fn is_recent(&self, at: Timestamp, threshold: Duration) -> bool {
        self.now.since(at) < threshold
    }

    pub(in crate::engine) fn now(&self) -> Timestamp {
        self.now
    }

    pub(in crate::engine) fn duration(&mut self, duration: Duration) {
        self.long(duration.as_millis());
    }

    /// A request, or one that nobody waits for any more.
    pub(in crate::engine) fn request(&mut self, request: RequestId) {
        self.number(self.requests.iter().position(|known| *known == request).map_or(0, |rank| rank + 1));
    }

    /// A signature, with the present socket's id left out of it.
    pub(in crate::engine) fn signature(&mut self, auth: &str) {
        let told = self.socket.as_deref().map_or_else(|| auth.to_owned(), |socket| auth.replace(socket, "@"));
        self.text(told.as_bytes());
    }
}
