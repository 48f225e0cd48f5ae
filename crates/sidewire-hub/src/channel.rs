//! Channel names.

/// Why a name is refused; the text goes to the client or publisher.
pub(crate) fn check(name: &str, max_bytes: usize) -> Result<(), String> {
    if name.len() > max_bytes {
        return Err(format!("Channel name too long. Max length is {max_bytes}"));
    }
    let bad: Vec<char> = name.chars().filter(|c| !allowed(*c) && *c != ':').collect();
    if !bad.is_empty() {
        return Err(format!("Channel name contains invalid characters: '{name}' (invalid chars: {bad:?})"));
    }
    match name.split_once(':') {
        Some((before, _)) => {
            let namespace = before.rsplit_once('-').map_or(before, |(_, last)| last);
            Err(format!("Unknown channel namespace '{namespace}'"))
        }
        None => Ok(()),
    }
}

/// Whether a subscriber has to show a signature.
pub(crate) fn needs_auth(name: &str) -> bool {
    name.starts_with("private-")
}

pub(crate) fn is_presence(name: &str) -> bool {
    name.starts_with("presence-")
}

fn allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '=' | '@' | ',' | '.' | ';')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_channel_of_every_allowed_character_is_accepted() {
        assert_eq!(check("private-session-aZ09_.@=,;-", 100), Ok(()));
        assert!(needs_auth("private-session-1"));
        assert!(!needs_auth("news"));
    }

    #[test]
    fn a_name_over_the_limit_or_with_a_bad_character_is_refused_with_its_reason() {
        assert_eq!(check(&"a".repeat(101), 100), Err("Channel name too long. Max length is 100".to_owned()));
        assert_eq!(
            check("private-a b", 100),
            Err("Channel name contains invalid characters: 'private-a b' (invalid chars: [' '])".to_owned())
        );
        assert_eq!(check("private-a:b", 100), Err("Unknown channel namespace 'a'".to_owned()));
    }
}
