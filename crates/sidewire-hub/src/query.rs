//! Query strings and forms: `a=1&b=%20`. Public because every host needs it too.

/// Decoded pairs in the order given. A part without `=` has an empty value; an empty part is left out.
pub fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// The first value of a name.
pub fn first<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
}

/// Percent-decodes; `+` is a space. A broken escape stays as it is; bytes that are no UTF-8 become U+FFFD.
pub fn decode(text: &str) -> String {
    percent(text, true)
}

/// Percent-decodes a path segment, where `+` means itself.
pub fn decode_path(text: &str) -> String {
    percent(text, false)
}

fn percent(text: &str, plus_is_space: bool) -> String {
    if !text.bytes().any(|byte| byte == b'%' || byte == b'+' && plus_is_space) {
        return text.to_owned();
    }
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        match (byte, ahead.next().and_then(hex_digit), ahead.next().and_then(hex_digit)) {
            (b'%', Some(high), Some(low)) => {
                out.push(high * 16 + low);
                bytes = ahead;
            }
            (b'+', _, _) if plus_is_space => out.push(b' '),
            _ => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_and_broken_ones_are_kept() {
        assert_eq!(decode("a%20b+c%zz%4"), "a b c%zz%4");
        assert_eq!(decode_path("a+b%2D"), "a+b-");
        let all = pairs("x&&protocol=%37&y=1=2");
        assert_eq!(first(&all, "protocol"), Some("7"));
        assert_eq!(first(&all, "x"), Some(""));
        assert_eq!(first(&all, "y"), Some("1=2"));
    }
}
