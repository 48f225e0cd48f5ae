//! Bounds on what is accepted. Beyond one: a typed problem, never growth.

/// Largest frame that is parsed, in bytes. Sockudo passes 1 MB events, browsers deliver 10 MB ones.
pub const MAX_FRAME: usize = 1 << 20;
/// Largest HTTP body that is read, in bytes.
pub const MAX_BODY: usize = 8 << 20;
/// Longest name or words of a server that are kept, in bytes.
pub(crate) const MAX_DETAIL: usize = 200;
/// Longest close reason that the WebSocket protocol allows, in bytes.
pub(crate) const MAX_CLOSE_REASON: usize = 123;

/// Cuts `text` to at most `max` bytes at a character border.
pub(crate) fn cut(text: &str, max: usize) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if out.len() + c.len_utf8() > max {
            break;
        }
        out.push(c);
    }
    out
}
