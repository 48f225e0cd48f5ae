//! What a close code asks of the client.

/// The next step after a close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CloseAction {
    /// Trying again unchanged is forbidden or pointless: probe seldom, or on a new configuration or token.
    Refused,
    /// The server invites to come back: soon, but once per stable connection only.
    Quick,
    /// Wait and try again.
    Backoff,
}

/// Maps a WebSocket close code of protocol 7. 4000 ("use TLS") never changes the scheme; Sockudo closes with it too.
pub(crate) fn action(code: u16) -> CloseAction {
    match code {
        4000..=4099 => CloseAction::Refused,
        4200..=4299 | 1001 | 1012 => CloseAction::Quick,
        _ => CloseAction::Backoff,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn band_edges_map_to_their_action() {
        let table = [
            (1000, CloseAction::Backoff),
            (1001, CloseAction::Quick),
            (1006, CloseAction::Backoff),
            (1012, CloseAction::Quick),
            (3999, CloseAction::Backoff),
            (4000, CloseAction::Refused),
            (4001, CloseAction::Refused),
            (4099, CloseAction::Refused),
            (4100, CloseAction::Backoff),
            (4199, CloseAction::Backoff),
            (4200, CloseAction::Quick),
            (4299, CloseAction::Quick),
            (4300, CloseAction::Backoff),
            (999, CloseAction::Backoff),
        ];

        for (code, expected) in table {
            assert_eq!(action(code), expected, "{code}");
        }
    }
}
