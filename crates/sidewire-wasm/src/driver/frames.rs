//! Text frames from JavaScript's strings into one reused buffer, without a string of Rust's in between.

use sidewire_core::limits::MAX_FRAME;
use web_sys::MessageEvent;

use crate::host::RawHost;

/// A frame longer than this leaves no buffer of its size behind.
const KEPT: usize = 64 << 10;
/// Room for most frames.
const ROOM: usize = 4 << 10;

/// What the host answers instead of a length.
const NO_TEXT: i32 = -1;

/// The text of a frame as UTF-8 in `buffer`; `None` for a binary one. Of one that is too long there is just enough to
/// see that.
pub(super) fn read<'a>(host: &RawHost, event: &MessageEvent, buffer: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    if buffer.is_empty() || buffer.len() > KEPT {
        *buffer = vec![0; ROOM];
    }
    let mut told = host.frame(event, buffer);
    if told < NO_TEXT {
        let units = usize::try_from(NO_TEXT - told).unwrap_or(usize::MAX);
        // Three bytes are the most that one of a string's units takes.
        let room = units.saturating_mul(3).min(MAX_FRAME + 4);
        *buffer = vec![0; room.next_power_of_two()];
        told = host.frame(event, buffer);
    }
    if told == NO_TEXT { None } else { buffer.get(..usize::try_from(told).unwrap_or(buffer.len())) }
}
