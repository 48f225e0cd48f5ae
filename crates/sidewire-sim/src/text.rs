//! Texts put together without the formatting machinery: seeds write millions of them.

/// Appends all parts.
pub(crate) fn push_all(out: &mut String, parts: &[&str]) {
    for part in parts {
        out.push_str(part);
    }
}

/// Appends a number in decimal.
pub(crate) fn push_number(out: &mut String, value: u64) {
    out.push_str(itoa::Buffer::new().format(value));
}

/// What stands before the first `mark`, and what behind it. Faster than a search with vectors: the texts are short.
pub(crate) fn cut(text: &str, mark: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == mark)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_formatting_writes_them() {
        for value in [0, 7, 10, 1_790_000_000_000, u64::MAX] {
            let mut text = String::new();
            push_number(&mut text, value);

            assert_eq!(text, value.to_string());
        }
    }

    #[test]
    fn a_text_is_cut_at_the_first_mark() {
        assert_eq!(cut("a=b=c", b'='), Some(("a", "b=c")));
        assert_eq!(cut("\u{e9}", b'='), None);
    }
}
