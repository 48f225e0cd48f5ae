//! Bounds on what is accepted. Beyond one: a typed problem, never growth.

/// Largest frame that is parsed, in bytes. Sockudo passes 1 MB events, browsers deliver 10 MB ones.
pub const MAX_FRAME: usize = 1 << 20;
/// Largest HTTP body that is read, in bytes.
pub const MAX_BODY: usize = 8 << 20;
/// Longest name or words of a server that are kept, in bytes.
pub(crate) const MAX_DETAIL: usize = 200;
/// Longest close reason that the WebSocket protocol allows, in bytes.
pub(crate) const MAX_CLOSE_REASON: usize = 123;

/// Takes `secret` out of `bytes`: a server may echo a refused token in its error, and errors are shown and logged.
pub fn scrub(bytes: &mut Vec<u8>, secret: &str) {
    let secret = secret.as_bytes();
    // What stands in for it must not hold it, and nothing that short is a secret.
    if secret.len() < 4 {
        return;
    }
    let mut clean = Vec::new();
    let mut rest = bytes.as_slice();
    while let Some(at) = rest.windows(secret.len()).position(|window| window == secret) {
        clean.extend_from_slice(rest.get(..at).unwrap_or_default());
        clean.extend_from_slice(b"***");
        rest = rest.get(at + secret.len()..).unwrap_or_default();
    }
    if !clean.is_empty() {
        clean.extend_from_slice(rest);
        *bytes = clean;
    }
}

/// Cuts `text` to at most `max` bytes at a character border.
pub(crate) fn cut(text: &str, max: usize) -> String {
    text.get(..text.floor_char_boundary(max)).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_a_server_echoes_is_taken_out_everywhere() {
        let mut body = br#"{"error":{"message":"token abc123 is bad","code":"abc123"}}"#.to_vec();

        scrub(&mut body, "abc123");
        assert_eq!(body, br#"{"error":{"message":"token *** is bad","code":"***"}}"#);

        scrub(&mut body, "");
        scrub(&mut body, "*");
        assert_eq!(body.len(), 53);
    }

    #[test]
    fn text_is_cut_at_a_character_border() {
        assert_eq!(cut("aé", 2), "a");
        assert_eq!(cut("aé", 3), "aé");
    }
}
